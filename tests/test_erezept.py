"""check_apo_erezept before services on loopback: phases, faults, limits, whose fault."""

from __future__ import annotations

import itertools
import json
import os
import random
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from commands import SCRIPTS
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from way import FACHDIENST, HERE, IDP, Ti, facts_of, keys

from apowacht.plugins.core import words
from apowacht.plugins.core.cli import parse
from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.render import details, line_1
from apowacht.plugins.core.report import State
from apowacht.plugins.erezept import CHECK
from apowacht.plugins.read import erezept_central, erezept_idp
from apowacht.plugins.read.erezept_central import Contact
from apowacht.plugins.read.erezept_options import places
from apowacht.plugins.wire import jws
from apowacht.simulator.konnektor_keys import issue
from apowacht.simulator.ti_dns import NXDOMAIN, REFUSED, SERVFAIL, Records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apowacht.plugins.core.report import Report


@pytest.fixture
def ti(tmp_path: Path) -> Iterator[Ti]:
    """All services well, and an empty state folder."""
    with Ti(tmp_path) as services:
        yield services


def test_a_free_way_is_measured_in_phases(ti: Ti) -> None:
    """DNS, TCP, TLS and the IDP's document with their addresses; one contact with each service."""
    report = ti.run("--samples", "3")
    facts = facts_of(report)
    assert (report.state, facts.verdict, facts.broken_link) == (State.OK, "ok", None)
    assert facts.phases.keys() == {"dns", "tcp", "tls", "idp"}
    assert all(0 < phase.seconds < 5 for phase in facts.phases.values())
    assert (facts.phases["dns"].max_seconds or 0) >= facts.phases["dns"].seconds
    assert {one.address for one in facts.addresses} == {HERE}
    assert facts.idp_document_valid_until is not None
    assert len(ti.dns.asked) == 6
    assert list(ti.paths()) == [("idp", "GET /.well-known/openid-configuration")]
    assert ti.fachdienst.connections == 1
    assert ti.idp.asked[0].user_agent == "apowacht/0.1.0 apowacht/monitoring"


@pytest.mark.parametrize(
    ("records", "key"),
    [
        (Records(code=NXDOMAIN), "erp.dns_nxdomain"),
        (Records(), "erp.dns_nodata"),
        (Records(code=SERVFAIL), "erp.dns_servfail"),
        (Records(code=REFUSED), "erp.dns_failed"),
        (Records("8.8.8.8"), "erp.dns_public"),
        (Records("192.168.1.9"), "erp.dns_private"),
        (Records("100.101.1.1"), "erp.dns_cgnat"),
        (Records("0.0.0.0"), "erp.dns_blocked"),
        (Records("100.102.1.1", "8.8.8.8"), "erp.dns_public"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_name_that_leads_elsewhere_is_local_and_nobody_is_asked(
    ti: Ti, records: Records, key: str
) -> None:
    """Each mistake by its own name; what answers at a wrong address is never contacted."""
    ti.dns.become({FACHDIENST: records, IDP: records})
    report = ti.run("--ti-network", "100.102.0.0/15")
    assert report.state is State.CRITICAL
    assert report.findings[0].key == key
    facts = facts_of(report)
    assert (facts.verdict, facts.broken_link) == ("local", "dns")
    assert not any(one.route for one in facts.addresses if not one.in_network)
    assert ti.fachdienst.requests + ti.idp.requests == 0
    assert keys(report) == [key]


@pytest.mark.parametrize(
    ("manners", "reason"),
    [
        ({"refused": True}, None),
        ({"hangs_up": "connection"}, "connection_lost"),
        ({"garbage": "connection"}, "tls_not_tls"),
    ],
    ids=str,
)
def test_a_fachdienst_that_fails_is_unconfirmed(
    ti: Ti, manners: dict[str, object], reason: str | None
) -> None:
    """The way on site is free and nobody says more: CRITICAL, with the phase that failed."""
    ti.fachdienst.behave(**manners)
    report = ti.run()
    facts = facts_of(report)
    assert (facts.verdict, facts.broken_link) == ("unconfirmed", "fachdienst")
    assert (report.state, keys(report)) == (State.CRITICAL, ["central.unasked"])
    failure = facts.central["fachdienst"].failure
    assert failure is not None
    assert reason in (None, failure.reason)
    assert facts.phases.keys() >= {"dns", "idp"}


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("expired", "idp_expired"),
        ("from the future", "idp_future"),
        ("wrong signature", "jws_signature"),
        ("unsigned", "jws_unsigned"),
        ("without certificate", "jws_no_certificate"),
        ("expired certificate", "idp_certificate"),
        ("without end", "idp_dates"),
        ("JSON", "jws_garbled"),
        ("garbage", "jws_garbled"),
        ("huge", "jws_garbled"),
    ],
)
def test_a_document_that_proves_nothing_is_a_failing_idp(
    ti: Ti, document: str, reason: str
) -> None:
    """Each fault by its own reason; a NIST curve is as good as a brainpool one (see the next)."""
    ti.idp.become(document)
    report = ti.run()
    facts = facts_of(report)
    assert (facts.verdict, facts.broken_link) == ("unconfirmed", "idp")
    failure = facts.central["idp"].failure
    assert failure is not None
    assert failure.reason == reason
    assert "idp" not in facts.phases


def test_a_document_signed_on_a_nist_curve_and_the_chain_of_its_certificate(ti: Ti) -> None:
    """With --idp-ca-file the certificate in the document has to lead to an authority in it."""
    ti.idp.become("P-256")
    above = ti.idp.signer.above
    authorities = ti.folder / "idp-ca.pem"
    authorities.write_bytes(
        ti.idp.root.pem(key=False)
        + b"".join(one.public_bytes(serialization.Encoding.PEM) for one in above)
    )
    assert ti.facts("--idp-ca-file", str(authorities)).verdict == "ok"


def doubts(report: Report) -> list[str]:
    """Why the document of the IDP may be another one's."""
    return [one.reason for one in facts_of(report).central["idp"].doubts]


@pytest.mark.parametrize(
    ("document", "reason"), [("another role", "idp_role"), ("another issuer", "idp_issuer")]
)
def test_a_document_of_somebody_else_is_a_doubt_and_no_outage(
    ti: Ti, document: str, reason: str
) -> None:
    """Well signed, by a certificate that is no IDP's or with another issuer: the way is free."""
    ti.idp.become(document)
    report = ti.run()
    facts = facts_of(report)
    assert (facts.verdict, facts.broken_link, facts.central["idp"].state) == ("ok", None, "good")
    assert (report.state, keys(report)) == (State.WARNING, [f"erp.{reason}"])
    assert doubts(report) == [reason]
    assert "idp" in facts.phases


@pytest.mark.parametrize("content", ["another authority", "no certificate"])
def test_a_wrong_file_of_authorities_is_no_outage(ti: Ti, content: str) -> None:
    """UNKNOWN with the option's name, the way counts as free; a run with another file, or with
    none, is not told of it."""
    file = other_authority(ti.folder)
    if content == "no certificate":
        file.write_text("0, with which DER begins as well")
    report = ti.run("--idp-ca-file", str(file))
    facts = facts_of(report)
    assert (facts.verdict, facts.broken_link, facts.central["idp"].state) == ("ok", None, "good")
    assert (report.state, keys(report)) == (State.UNKNOWN, ["erp.idp_chain"])
    assert "--idp-ca-file" in "\n".join(details(report, "de"))
    assert doubts(ti.run("--idp-ca-file", str(file))) == ["idp_chain"]  # as long as it counts
    assert ti.run().state is State.OK
    assert len(ti.idp.asked) == 1


@pytest.mark.parametrize(
    ("issuer", "arguments", "expected"),
    [
        ("https://idp.zentral.idp.splitdns.ti-dienste.de", ["--environment", "PU"], True),
        ("https://IDP.zentral.idp.splitdns.ti-dienste.de./", ["--environment", "PU"], True),
        ("https://idp.zentral.idp.splitdns.ti-dienste.de", ["--environment", "TU"], True),
        ("https://idp-ref.zentral.idp.splitdns.ti-dienste.de", ["--environment", "RU"], True),
        ("https://idp-ref.zentral.idp.splitdns.ti-dienste.de", ["--environment", "PU"], False),
        ("https://idp.test", ["--environment", "RU", "--idp-host", "idp.test"], True),
        ("http://idp.zentral.idp.splitdns.ti-dienste.de", ["--environment", "PU"], False),
        ("https://idp.zentral.idp.splitdns.ti-dienste.de.example", ["--environment", "PU"], False),
        ("idp.zentral.idp.splitdns.ti-dienste.de", ["--environment", "PU"], False),
        ("None", ["--environment", "PU"], False),
        ("", ["--environment", "PU"], False),
    ],
)
def test_which_issuer_is_expected(
    ti: Ti, issuer: str, arguments: list[str], expected: bool
) -> None:
    """The productive name in every environment, the environment's own, and that of --idp-host."""
    options = parse(CHECK, arguments)
    found = erezept_idp.doubts(ti.idp.signer.certificate, issuer, IDP, options)
    assert [one.reason for one in found] == ([] if expected else ["idp_issuer"])


@pytest.mark.oracle
def test_the_recorded_document_raises_no_doubt() -> None:
    """gematik's sample: role, issuer, and an authority that is not ours as the only doubt."""
    folder = os.environ.get("APOWACHT_ORACLE")
    if not folder:
        pytest.skip("APOWACHT_ORACLE is not set")
    text = Path(folder, "erezept", "idp", "ref-idp_tokenFlowPs_discovery.jwt").read_bytes()
    told = erezept_idp.examined(text, IDP, parse(CHECK, ["--environment", "RU"]))
    assert told["doubts"] == []
    assert erezept_idp.fault(told, told["issued"] + 60) is None
    certificate = jws.shown_certificate(jws.split(text, IDP), IDP)
    assert erezept_idp.roles_of(certificate) == [erezept_idp.ROLE]


@pytest.mark.parametrize("extension", ["missing", "damaged"])
def test_a_certificate_without_a_legible_role_has_none(extension: str) -> None:
    """No Admission, or one that is no DER: a doubt, and never an error."""
    assert erezept_idp.roles_of(bearer(extension)) == []


def bearer(extension: str) -> x509.Certificate:
    """A certificate of nobody in particular."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "nobody")])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
    )
    if extension == "damaged":
        admission = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.36.8.3.3"), b"\x30\x05")
        builder = builder.add_extension(admission, critical=False)
    return builder.sign(key, hashes.SHA256())


@pytest.mark.parametrize("status", [404, 429, 500, 503])
def test_an_idp_that_answers_with_an_error_fails(ti: Ti, status: int) -> None:
    """The status is told; after 429 nobody asks for an hour."""
    ti.idp.behave(status=status)
    facts = ti.facts()
    assert (facts.verdict, facts.broken_link) == ("unconfirmed", "idp")
    assert facts.central["idp"].status == status
    entry = ti.options().store.read("erezept", ("idp", f"{IDP}:{ti.idp.address[1]}"))
    assert entry["next_at"] - entry["asked_at"] >= (3600 if status == 429 else 900)


def test_a_stranger_is_not_an_outage(ti: Ti) -> None:
    """Certificates that nobody vouches for: UNKNOWN with what to set, and no request is sent."""
    report = ti.run("--central-ca-file", str(other_authority(ti.folder)))
    assert report.state is State.UNKNOWN
    assert set(keys(report)) == {"erp.unverified"}
    told = next(one for one in report.findings if one.state is State.UNKNOWN)
    assert "--central-ca-file" in words.sentence(told, "de")
    assert list(ti.paths()) == []
    assert facts_of(report).verdict == "ok"


def other_authority(folder: Path) -> Path:
    """A CA file of somebody else."""
    file = folder / "other.pem"
    file.write_bytes(issue("SOMEBODY ELSE", "P-256", None).pem(key=False))
    return file


def test_a_pin_of_the_certificate_will_do_instead(ti: Ti) -> None:
    """Fingerprints of both services."""
    prints = ["--central-tls-fingerprint", ti.fachdienst.fingerprint]
    facts = ti.facts(*prints, "--central-tls-fingerprint", ti.idp.fingerprint)
    assert facts.verdict == "ok"
    assert facts.central["idp"].state == "good"


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (["--service-check"], "--log"),
        (["--ti-network", "100.102.0.0/33"], "--ti-network"),
        (["--ti-network", "100.102.0.1/15"], "--ti-network"),
        (["--source", "localhost"], "--source"),
        (["--gateway", "::1"], "--gateway"),
        (["--samples", "11"], "--samples"),
        (["--user-agent", "a\nb"], "--user-agent"),
        (["--environment", "XU"], "--environment"),
        (["--idp-ca-file", "/nonexistent"], "/nonexistent"),
        (["--idp-ca-file", "/dev/null"], "/dev/null"),
        (["--central-ca-file", __file__], __file__),
        (["--central-tls-fingerprint", "12"], "12"),
        (["--mandant", "M", "-H", HERE], "--client-system"),
    ],
)
def test_an_option_that_will_not_do_is_named_before_anybody_is_asked(
    ti: Ti, arguments: list[str], option: str
) -> None:
    """And no request is entered for it."""
    with pytest.raises(OwnTrouble) as caught:
        CHECK.run(ti.options(*arguments))
    assert option in [str(value) for value in caught.value.values.values()]
    assert ti.fachdienst.requests + ti.idp.requests == 0


def test_twelve_runs_share_one_contact_whatever_their_site_is_called(ti: Ti) -> None:
    """The limit is the computer's; the last result is told with its age."""
    for number in range(12):
        facts = ti.facts("--site", f"pharmacy {number}", "--name", f"check {number}")
        assert facts.verdict == "ok"
        assert facts.central["idp"].state == "good"
    assert len(ti.idp.asked) == 1
    assert ti.fachdienst.connections == 1


def test_a_local_repair_shows_at_once_and_old_failures_are_not_held_against_now(
    tmp_path: Path,
) -> None:
    """A failure from the time of a broken way is told with its age, and no fault any more."""
    with Ti(tmp_path, 1_800_000_000.0) as ti:
        ti.idp.behave(status=503)
        assert ti.facts().verdict == "unconfirmed"
        assert ti.now is not None
        ti.now += 60
        ti.dns.become({})
        assert ti.facts().broken_link == "dns"
        ti.now += 60
        ti.dns.become({FACHDIENST: Records(HERE), IDP: Records(HERE)})
        report = ti.run()
        facts = facts_of(report)
        assert (report.state, facts.verdict) == (State.OK, "ok")
        assert (facts.central["idp"].state, facts.central["idp"].age_seconds) == ("over", 120)
        assert "erp.result_over" in [one.key for one in report.findings]
        ti.idp.behave()
        ti.now += 1000
        assert ti.facts().central["idp"].state == "good"
        assert len(ti.idp.asked) == 2


def test_a_result_that_is_too_old_says_nothing_of_now(tmp_path: Path) -> None:
    """As after hours without a way into the TI."""
    with Ti(tmp_path, 1_800_000_000.0) as ti:
        assert ti.facts().verdict == "ok"
        assert ti.now is not None
        ti.now += 4 * 3600
        options = ti.options()
        options.deadline = Deadline(1.5)  # no time left to ask anybody
        facts = facts_of(CHECK.run(options))
        assert facts.central["idp"].state == "old"
        assert len(ti.idp.asked) == 1


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ("corrupt", "state_corrupt"),
        ("future", "state_future"),
        ("newer", "state_newer"),
        ("folder", "state_corrupt"),
    ],
)
def test_a_state_that_cannot_be_trusted_means_no_request(ti: Ti, damage: str, reason: str) -> None:
    """UNKNOWN, and the line says why; not one contact leaves."""
    store = ti.options().store
    for service, host, port in (
        ("fachdienst", FACHDIENST, ti.fachdienst.address[1]),
        ("idp", IDP, ti.idp.address[1]),
    ):
        key = (service, f"{host}:{port}")
        store.change("erezept", key, lambda _: {})
        file = Path(store.path("erezept", key))
        if damage == "folder":
            file.unlink()
            file.mkdir()
            continue
        record = json.loads(file.read_text())
        record["saved"] += 9999 if damage == "future" else 0
        record["format"] += 5 if damage == "newer" else 0
        file.write_text(json.dumps(record) if damage != "corrupt" else "{")
    report = ti.run()
    assert report.state is State.UNKNOWN
    assert "erp.not_asked" in keys(report)
    told = next(one for one in report.findings if one.key == "erp.not_asked")
    assert getattr(told.values["reason"], "reason", None) == reason
    assert str(store.folder) in words.sentence(told, "de")
    assert ti.fachdienst.requests + ti.idp.requests == 0
    assert len(line_1(report, "de")) <= 80


def test_when_nothing_is_due_nothing_heavy_is_loaded(ti: Ti) -> None:
    """The usual run, once a minute: neither TLS nor cryptography nor an event loop."""
    code = (
        "import sys; from apowacht.plugins.erezept import CHECK\n"
        "from apowacht.plugins.core.cli import parse\n"
        "CHECK.run(parse(CHECK, sys.argv[1:]))\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    run = [sys.executable, "-c", code, *ti.arguments()]
    first, second = (subprocess.check_output(run, text=True).split() for _ in range(2))
    heavy = {"ssl", "cryptography", "asyncio", "http", "email", "statistics"}
    assert heavy & set(first) >= {"ssl", "cryptography"}
    assert not heavy & set(second)


def test_without_a_state_folder_nobody_is_asked(ti: Ti) -> None:
    """A file stands where the folder should be."""
    (ti.folder / "state").write_text("")
    report = ti.run()
    assert report.state is State.UNKNOWN
    assert "erp.not_asked" in keys(report)
    assert ti.fachdienst.requests + ti.idp.requests == 0


@pytest.mark.slow
def test_twenty_processes_at_once_make_one_request(ti: Ti) -> None:
    """Real processes racing for the lock; the losers wait for the winner's answer or do without."""
    command = [str(SCRIPTS / "check_apo_erezept"), *ti.arguments("--output", "json")]
    runs = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for _ in range(20)
    ]
    told = [json.loads(run.communicate(timeout=60)[0]) for run in runs]
    assert {answer["facts"]["verdict"] for answer in told} == {"ok"}
    assert len(ti.idp.asked) == 1
    assert ti.fachdienst.connections == 1
    assert sum(answer["facts"]["central"]["idp"]["state"] == "good" for answer in told) >= 1


def test_a_recording_is_judged_alike_and_names_nobody(ti: Ti) -> None:
    """At its own moment, without asking anybody."""
    tape = ti.folder / "recording"
    report = ti.run("--record", str(tape))
    requests = ti.fachdienst.requests + ti.idp.requests
    again = CHECK.run(parse(CHECK, ["--replay", str(tape)]))
    assert facts_of(again) == facts_of(report)
    assert [one.key for one in again.findings] == [one.key for one in report.findings]
    assert ti.fachdienst.requests + ti.idp.requests == requests


def test_another_file_is_no_recording_of_this(tmp_path: Path) -> None:
    """Named, and never a traceback."""
    file = tmp_path / "recording"
    file.write_text("{}")
    with pytest.raises(OwnTrouble, match="replay"):
        CHECK.run(parse(CHECK, ["--replay", str(file)]))


def lines(folder: Path, *calls: float) -> str:
    """A log with a call at each of these moments."""
    file = folder / "fetch.jsonl"
    told = [
        {
            "time": datetime.fromtimestamp(at, UTC).isoformat(),
            "operation": "GET /Task",
            "seconds": 0.4,
            "status": 200,
        }
        for at in calls
    ]
    file.write_text("".join(json.dumps(one) + "\n" for one in told))
    return str(file)


def test_get_root_is_asked_only_when_idle_and_rarely(tmp_path: Path) -> None:
    """Ten minutes and more after the last business call, and not again for ten minutes."""
    start = 1_800_000_000.0
    with Ti(tmp_path, start) as ti:
        log = lines(tmp_path, start - 30)
        told = []
        for minute in range(60):
            ti.now = start + 60 * minute
            facts = ti.facts("--log", log, "--service-check")
            assert facts.verdict == "ok"
            told.append(len(ti.fachdienst.asked))
        assert told[9] == 0  # ten minutes after the call have not passed
        assert told[12] == 1
        assert 3 <= told[-1] <= 5
        asked = [one.at for one in ti.fachdienst.asked]
        assert all(b - a >= 600 for a, b in itertools.pairwise(asked))
        assert not ti.fachdienst.forbidden
        assert facts.central["servicecheck"].status == 200


def test_business_calls_leave_no_room_for_a_check(tmp_path: Path) -> None:
    """A call every five minutes, and the Fachdienst is never asked."""
    start = 1_800_000_000.0
    with Ti(tmp_path, start) as ti:
        for number in range(12):
            ti.now = start + 300 * number
            log = lines(tmp_path, *(start + 300 * n - 1 for n in range(number + 1)))
            ti.run("--log", log, "--service-check")
        assert not ti.fachdienst.asked


@pytest.mark.parametrize("log", ["missing", "folder"])
def test_a_log_that_cannot_be_read_is_no_idleness(tmp_path: Path, log: str) -> None:
    """Nobody knows whether there were calls: no request."""
    with Ti(tmp_path) as ti:
        file = tmp_path / "log"
        if log == "folder":
            file.mkdir()
        report = ti.run("--log", str(file), "--service-check")
        assert "erp.log_unreadable" in keys(report)
        assert not ti.fachdienst.asked


def test_a_service_that_asks_for_restraint_is_left_alone_for_an_hour(tmp_path: Path) -> None:
    """429 is an answer: reachable, hourly from then on, and a day's pause after ten of them."""
    start = 1_800_000_000.0
    with Ti(tmp_path, start) as ti:
        ti.fachdienst.behave(status=429)
        log = lines(tmp_path, start - 3000)
        for minute in range(0, 30 * 60, 5):
            ti.now = start + 60 * minute
            report = ti.run("--log", log, "--service-check")
            assert facts_of(report).verdict == "ok"
        asked = [one.at for one in ti.fachdienst.asked]
        pauses = [b - a for a, b in itertools.pairwise(asked)]
        assert len(asked) == 10
        assert min(pauses) >= 3600
        assert (
            "erp.service_later"
            in {one.key for one in ti.run("--log", log).findings}
            | {one.key for one in report.findings}
            or facts_of(report).central["servicecheck"].state == "old"
        )


@pytest.mark.parametrize(("status", "verdict"), [(404, "ok"), (403, "ok"), (500, "unconfirmed")])
def test_any_answer_below_500_means_that_it_is_there(
    tmp_path: Path, status: int, verdict: str
) -> None:
    """The code is told."""
    with Ti(tmp_path) as ti:
        ti.fachdienst.behave(status=status)
        log = lines(tmp_path, ti.clock() - 3000)
        ti.now = start = ti.clock()
        ti.run("--log", log, "--service-check")
        assert not ti.fachdienst.asked  # who has just begun to read knows nothing of idleness
        ti.now = start + 615
        facts = ti.facts("--log", log, "--service-check")
        assert facts.verdict == verdict
        assert facts.central["servicecheck"].status == status


@pytest.mark.slow
def test_a_simulated_day_with_twelve_services_a_minute(tmp_path: Path) -> None:
    """The IDP at most 96 times, the Fachdienst only `GET /`, only when idle, never within ten
    minutes, and handshakes no more often than the IDP: by the services' own records."""
    start = 1_800_000_000.0
    draw = random.Random(7)
    with Ti(tmp_path, start) as ti:
        options = ti.options()
        fachdienst, idp = (Contact(place, (HERE,), None) for place in places(options))
        calls: list[float] = [start - 700]
        for minute in range(1440):
            if 8 * 60 <= minute < 18 * 60 and draw.random() < 0.12:
                calls.append(start + 60 * minute)
            for second in sorted(draw.uniform(0, 59) for _ in range(12)):
                ti.now = start + 60 * minute + second
                options.now = datetime.fromtimestamp(ti.now, UTC)
                options.deadline = Deadline(10)
                erezept_central.fachdienst(options, fachdienst, may=True)
                erezept_central.idp(options, idp, may=True)
                erezept_central.service_check(options, fachdienst, calls[-1], may=True)
        asked = [one.at for one in ti.fachdienst.asked]
        assert 20 <= len(asked) <= 144
        assert {(one.method, one.path) for one in ti.fachdienst.asked} == {("GET", "/")}
        assert not ti.fachdienst.forbidden
        assert all(b - a >= 600 for a, b in itertools.pairwise(asked))
        for at in asked:
            assert at - max(call for call in calls if call <= at) >= 600
        pauses = {round(b - a) for a, b in itertools.pairwise(asked)}
        assert len(pauses) > len(asked) / 3  # no rhythm
        assert 80 <= len(ti.idp.asked) <= 96
        assert {one.path for one in ti.idp.asked} == {erezept_central.DOCUMENT}
        assert ti.fachdienst.connections - len(asked) <= 96
