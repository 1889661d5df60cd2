"""check_apo_connector as a technician runs it: the real command against a Konnektor in a box."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from authority import Authority, s_server
from commands import perfdata_of, run
from konnektor_runs import CONTEXT, Asking, kon_file, memory_of
from timing import SPARE_SECONDS

from apowacht.simulator.konnektor import Konnektor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow


PASSWORD = "nur-zum-Ausprobieren"
FLAVOURS = {
    "secunet": ("secunet konnektor 2.1.0", "6.0.5"),
    "RISE": ("RISE Konnektor", "5.1.12"),
    "KoCoBox": ("KoCoBox MED+", "5.5.4"),
}


@pytest.fixture(scope="module")
def box() -> Iterator[Konnektor]:
    """One Konnektor for all tests; each puts it into the state it wants."""
    with Konnektor() as running:
        yield running


@pytest.fixture
def ask(box: Konnektor) -> Asking:
    """The check before a healthy Konnektor."""
    box.put()
    return Asking("connector", box)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_a_healthy_konnektor_of_every_vendor(ask: Asking, flavour: str) -> None:
    """Quiet, with product, firmware, the tunnel's age, services and the time of each question."""
    ask.konnektor.change({"flavour": flavour})
    answer = ask.json()
    facts = answer["facts"]
    assert answer["state"] == 0
    assert (facts["product"], facts["firmware"]) == FLAVOURS[flavour]
    assert (facts["vpn_ti"], facts["vpn_sis"], facts["conditions"]) == ("online", "offline", [])
    assert facts["vpn_ti_since"].endswith("T02:30:11+00:00")
    assert facts["services"]["EventService"] == ["7.2.0"]
    assert facts["services"]["CardService"][0] == "8.1.0"
    assert facts["certificate_not_after"] > facts["asked_at"]
    assert facts["latency_seconds"].keys() == {"connector.sds", "GetResourceInformation"}
    assert perfdata_of(ask()).keys() == {
        "vpn_ti", "vpn_ti_age", "conditions", "time_sds", "time_resource", "certificate_left",
    }  # fmt: skip
    assert ask.konnektor.forbidden_calls == ()


def test_an_address_alone(ask: Asking) -> None:
    """Reachable, product, firmware, certificate; one question, and none about its state."""
    before = len(ask.konnektor.requests)
    done = ask(context=False)
    assert done.code == 0
    assert "6.0.5" in done.line_1
    assert perfdata_of(done).keys() == {"time_sds", "certificate_left"}
    assert len(ask.konnektor.requests) == before + 1


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("VPN TI down", {"kon.no_internet": 2, "kon.vpn_offline.local": 2}),
        ("VPN flag late", {"kon.vpn_offline.local": 2}),
        ("VPN SIS down", {}),
        ("log full", {}),
        ("vendor flag set for months", {}),
        ("firmware waiting", {}),
        ("certificate renewal due", {}),
        ("terminal firmware waiting", {}),
        ("gSMC-KT expiring", {"gsmckt.expiring_soon": 1}),
        ("terminal lost", {"kt.offline": 2}),
        ("CRL out of date", {"kon.tsl_crl_expired": 2}),
        ("integrity check failed", {"kon.fatal": 2}),
        ("critical state", {"kon.fatal": 2}),
        ("internal error", {"kon.internal": 2}),
        ("internal error without number", {"kon.operation": 3}),
        ("client unknown", {"kon.settings": 3}),
        ("lean", {}),
        ("shuffled", {}),
        ("ten megabytes", {}),
        ("huge", {}),
        ("warning", {}),
        ("rebooting, nearly done", {"kon.rebooting": 2}),
        ("server error", {"kon.rebooting": 2}),
        ("rebooting", {"kon.unreachable.local": 2}),
        ("half-open", {"kon.unreachable.local": 2}),
        ("silent after the request", {"kon.unreachable.local": 2}),
        ("garbage", {"kon.garbled": 2}),
        ("garbage instead of TLS", {"kon.tls_failed": 2}),
        ("truncated", {"kon.garbled": 2}),
        ("cut XML", {"kon.garbled": 2}),
        ("XML bomb", {"kon.garbled": 2}),
        ("TLS certificate expired", {"kon.lan_cert_expired": 2}),
        ("TLS certificate not yet valid", {"kon.not_verified": 3}),
    ],
)
def test_states(ask: Asking, state: str, expected: dict[str, int]) -> None:
    """Each state of the box gives the findings that belong to it, within the deadline."""
    ask.konnektor.put(state)
    patience = "25" if state == "ten megabytes" else "3"
    assert ask.keys("-t", patience) == expected
    done = ask("-t", patience)
    assert done.seconds < float(patience) + SPARE_SECONDS
    if not expected:
        assert "mit der TI verbunden" in done.line_1


def test_what_does_not_page_is_shown(ask: Asking) -> None:
    """A condition without an alarm stands below line 1, decoded and by name."""
    ask.konnektor.put("vendor flag set for months")
    out = ask().out
    assert "Herstellermeldung 2" in out
    assert "(EC_OTHER_ERROR_STATE(2))" in out
    # A day more or less where the day of the simulator is not yet, or no more, that of UTC.
    assert re.search("seit (209|210|211) Tagen", out)


def test_a_lost_terminal_has_the_name_that_its_user_gave_it(ask: Asking) -> None:
    """By `--alias`; outside the opening hours it is none."""
    ask.konnektor.put("terminal lost")
    done = ask("--alias", "Kasse 2=ST-1506-00000000A2")
    assert done.line_1 == "CONNECTOR CRITICAL - Kasse 2: Kartenterminal nicht verbunden"
    assert "ST-1506" not in ask("--alias", "Kasse 2=ST-1506-00000000A2", "-vvv").out
    today = datetime.now().astimezone().weekday()
    days = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
    assert ask("--hours", f"{days[today - 3]} 10:00-11:00").code == 0
    assert ask("--hours", "immer").code == 2


@pytest.mark.parametrize(
    ("option", "wrong"),
    [("--mandant", "Nirgendwo"), ("--client-system", "Fremd"), ("--workplace", "Keller")],
)
def test_a_wrong_setting_is_named(ask: Asking, option: str, wrong: str) -> None:
    """UNKNOWN, with the option to correct; nobody is woken by it."""
    given = dict(zip(CONTEXT[::2], CONTEXT[1::2], strict=True)) | {option: wrong}
    done = ask(*[word for pair in given.items() for word in pair], context=False)
    assert done.code == 3
    assert option in done.out
    assert "nicht als Ausfall" in done.out.replace("Nicht", "nicht")


@pytest.mark.parametrize("code", [4003, 4004, 4005, 4006, 4010, 4011, 4012, 4014, 4015, 4021, 4204])
@pytest.mark.parametrize("lang", ["de", "en"])
def test_every_fault_of_configuration(ask: Asking, code: int, lang: str) -> None:
    """UNKNOWN and an option named, in both languages."""
    ask.konnektor.change({"!fault": str(code)})
    done = ask("--lang", lang)
    assert done.code == 3
    assert any(option in done.out for option in ("--mandant", "--client-system", "--workplace", "--user-id"))  # noqa: E501  # fmt: skip


@pytest.mark.parametrize("missing", [0, 2, 4])
def test_half_a_context_is_refused(ask: Asking, missing: int) -> None:
    """The option that is missing is named before anybody is asked."""
    before = len(ask.konnektor.requests)
    given = CONTEXT[:missing] + CONTEXT[missing + 2 :]
    done = ask(*given, context=False)
    assert done.code == 3
    assert CONTEXT[missing] in done.out
    assert len(ask.konnektor.requests) == before


def test_a_question_that_is_slow_is_named(ask: Asking) -> None:
    """The directory came, the question did not: CRITICAL within the deadline, product known."""
    ask.konnektor.change({"!slow.GetResourceInformation": "20"})
    answer = ask.json("-t", "2")
    assert answer["state"] == 2
    assert answer["findings"][0]["key"] == "kon.operation_silent"
    # Its share of the time, less what a busy computer took of it.
    assert re.search(r" in [01],\d s ", answer["findings"][0]["text"])
    assert answer["facts"]["firmware"] == "6.0.5"
    assert ask("-t", "2").seconds < 2 + SPARE_SECONDS
    assert ask("-t", "2", "--timeout-state", "warning").code == 1


def test_limits_on_the_time_of_a_question(ask: Asking) -> None:
    """They are judged per question and stand in the perfdata."""
    ask.konnektor.change({"!slow.GetResourceInformation": "0.6"})
    done = ask("--latency-warning", "0.5", "--latency-critical", "20s")
    assert done.code == 1
    assert "GetResourceInformation" in done.out
    assert "time_resource=0." in done.out
    assert ";0.5;20;0" in done.out


def test_a_restart_does_not_page_with_grace(ask: Asking) -> None:
    """Gone, then half there, then back: OK all the time, and the watching is told."""
    ask.konnektor.put("rebooting")
    first = ask("--grace", "20m")
    assert first.code == 0
    assert "wird beobachtet" in first.out
    ask.konnektor.put("rebooting, nearly done")
    assert ask("--grace", "20m").code == 0
    ask.konnektor.put()
    assert ask("--grace", "20m").code == 0
    ask.konnektor.put("VPN flag late")  # and while it sets up its tunnel anew
    assert ask("--grace", "20m").code == 0
    assert ask("--debounce", "2/3", "--name", "other").code == 0
    assert ask("--debounce", "2/3", "--name", "other").code == 2


@pytest.mark.parametrize("key", ["brainpoolP256r1", "P-256", "RSA"])
def test_every_kind_of_server_certificate(ask: Asking, key: str, tmp_path: Path) -> None:
    """By authority and name, by fingerprint, and unverified: the same command reaches it."""
    ask.konnektor.change({"tls.key": key})
    host, port = ask.konnektor.address
    ca = tmp_path / "ca.pem"
    ca.write_bytes(ask.konnektor.ca_pem)
    where = ("-H", host, "-p", str(port))
    for trust in (
        ("--ca-file", str(ca), "--tls-server-name", "konnektor.konlan"),
        ("--tls-fingerprint", ask.konnektor.fingerprint),
        ("--tls-fingerprint", "00" * 32, "--tls-fingerprint", ask.konnektor.fingerprint),
        ("--insecure",),
    ):
        done = ask(*where, *trust, where=False)
        assert done.code == 0, done.out
        assert ("--insecure" in done.out) == ("--insecure" in trust)


@pytest.mark.parametrize(("name", "code"), [("GEM.KOMP-CA9", 2), ("Private CA", 3)])
def test_the_name_in_certificates_of_the_ti(name: str, code: int, tmp_path: Path) -> None:
    """With an authority of the TI the certificate may be for konnektor.konlan, with another not.

    The server is no Konnektor, which is seen only behind a handshake that was taken.
    """
    authority = Authority(name)
    leaf = authority.issue("80276009990000000017-20260101", names=["konnektor.konlan"])
    ca = authority.write(tmp_path / "ca.pem")
    with s_server(leaf, tmp_path) as port:
        done = run("check_apo_connector", "-H", "127.0.0.1", "-p", str(port), "--ca-file", str(ca))
    assert done.code == code
    assert ("konnektor.konlan" in done.out) == (code == 3)


def test_what_cannot_be_verified_is_named(ask: Asking, tmp_path: Path) -> None:
    """UNKNOWN, never «down»: an unknown authority, another name, another fingerprint."""
    host, port = ask.konnektor.address
    where = ("-H", host, "-p", str(port))
    ca = tmp_path / "ca.pem"
    ca.write_bytes(ask.konnektor.ca_pem)
    for trust, word in (
        ((), "--ca-file"),
        (("--ca-file", str(ca), "--tls-server-name", "andere.konlan"), "--tls-server-name"),
        (("--tls-fingerprint", "00" * 32), ask.konnektor.fingerprint.replace(":", "").lower()),
    ):
        before = len(ask.konnektor.requests)
        done = ask(*where, *trust, where=False)
        assert done.code == 3
        assert "Konnektor nicht geprüft" in done.line_1
        assert word in done.out.replace(":", "")
        assert "certificate_left" in perfdata_of(done)
        assert len(ask.konnektor.requests) == before


def test_in_clear_where_the_konnektor_allows_it(ask: Asking) -> None:
    """`--no-tls` asks over http, and says where it may not."""
    host, port = ask.konnektor.plain_address
    where = ("--no-tls", "-H", host, "-p", str(port))
    assert ask(*where, where=False).code == 2
    ask.konnektor.put("without TLS")
    done = ask(*where, where=False)
    assert done.code == 0
    assert "certificate_left" not in perfdata_of(done)


def test_password(ask: Asking, tmp_path: Path) -> None:
    """From a file or the environment; a wrong or missing one names the options; never shown."""
    ask.konnektor.put("password")
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    right.write_text(PASSWORD + "\n")
    wrong.write_text("anderes-Passwort\n")
    for arguments, code in (
        (("--user", "apowacht", "--password-file", str(right)), 0),
        (("--user", "apowacht", "--password-file", str(wrong)), 3),
        (("--user", "apowacht"), 3),
        ((), 3),
    ):
        done = ask(*arguments, "-vvv", "--record", str(tmp_path / "recording"))
        assert done.code == code, done.out
        for secret in (PASSWORD, "anderes-Passwort"):
            assert secret not in done.out
            if (tmp_path / "recording").exists():
                assert secret not in (tmp_path / "recording").read_text()
        if code:
            assert "--password-file" in done.out
    env = {"APOWACHT_KONNEKTOR_PASSWORD": PASSWORD}
    done = run("check_apo_connector", *ask.where(), *CONTEXT, "--user", "apowacht", env=env)
    assert done.code == 0
    host, port = ask.konnektor.address
    unverified = ("-H", host, "-p", str(port), "--insecure", "--user", "apowacht",
                  "--password-file", str(right))  # fmt: skip
    done = ask(*unverified, where=False)
    assert done.code == 3
    assert "--tls-fingerprint" in done.out


@pytest.mark.parametrize("kind", ["P-256", "brainpoolP256r1", "RSA"])
def test_client_certificate(ask: Asking, kind: str, tmp_path: Path) -> None:
    """PKCS#12 with its password, and PEM; without one, or of another client, one line."""
    ask.konnektor.put("client certificate")
    p12, pem, secret = tmp_path / "c.p12", tmp_path / "c.pem", tmp_path / "secret"
    p12.write_bytes(ask.konnektor.client_pkcs12("apowacht", PASSWORD, kind))
    pem.write_bytes(ask.konnektor.client_pem("apowacht", kind))
    secret.write_text(PASSWORD)
    with_password = ("--client-cert", str(p12), "--client-cert-password-file", str(secret))
    assert ask(*with_password).code == 0
    assert ask("--client-cert", str(pem)).code == 0
    secret.write_text("falsch-falsch")
    for arguments in (with_password, ("--client-cert", str(p12)), ()):
        done = ask(*arguments)
        assert done.code == 3
        assert "--client-cert" in done.out or str(p12) in done.out
        assert "falsch-falsch" not in done.out
    pem.write_bytes(ask.konnektor.client_pem("Warenwirtschaft", kind))
    done = ask("--client-cert", str(pem))
    assert done.code == 3
    assert "--client-system" in done.out


def test_a_kon_file(ask: Asking, tmp_path: Path) -> None:
    """Address, context and trust from the file; the command line counts more."""
    der = fingerprinted(ask.konnektor)
    file = kon_file(ask.konnektor, tmp_path, trustStore=[der])
    assert run("check_apo_connector", "--kon", str(file)).code == 0
    done = run("check_apo_connector", "--kon", str(file), "--workplace", "Keller")
    assert done.code == 3
    assert "--workplace" in done.out
    file = kon_file(ask.konnektor, tmp_path, insecureSkipVerify=True)
    done = run("check_apo_connector", "--kon", str(file))
    assert done.code == 0
    assert "--insecure" in done.out
    authority = b64encode(certificate(ask.konnektor.ca_pem)).decode()
    for name, code in (("konnektor.konlan", 0), (None, 3)):
        file = kon_file(ask.konnektor, tmp_path, trustStore=[authority], expectedHost=name)
        assert run("check_apo_connector", "--kon", str(file)).code == code


def test_a_kon_file_with_credentials(ask: Asking, tmp_path: Path) -> None:
    """User and password, and PKCS#12, out of the file; its secrets are not shown."""
    der = fingerprinted(ask.konnektor)
    ask.konnektor.put("password")
    basic = {"type": "basic", "username": "apowacht", "password": PASSWORD}
    file = kon_file(ask.konnektor, tmp_path, trustStore=[der], credentials=basic)
    done = run("check_apo_connector", "--kon", str(file), "-vvv")
    assert done.code == 0
    assert PASSWORD not in done.out
    ask.konnektor.put("client certificate")
    data = b64encode(ask.konnektor.client_pkcs12("apowacht", PASSWORD)).decode()
    pkcs12 = {"type": "pkcs12", "data": data, "password": PASSWORD}
    file = kon_file(ask.konnektor, tmp_path, trustStore=[der], credentials=pkcs12)
    assert run("check_apo_connector", "--kon", str(file)).code == 0
    file = kon_file(
        ask.konnektor, tmp_path, trustStore=[der], credentials={**pkcs12, "password": "falsch!"}
    )
    done = run("check_apo_connector", "--kon", str(file), "-vvv")
    assert done.code == 3
    assert "falsch!" not in done.out


def test_endpoints_that_nobody_reaches(ask: Asking) -> None:
    """Behind NAT the address of the directory counts for all services, if that is wanted."""
    ask.konnektor.put("behind NAT")
    done = ask("-t", "2")
    assert done.code == 3
    assert "--rewrite-endpoints" in done.out
    assert ask("--rewrite-endpoints", "-t", "5").code == 0


def test_ten_megabytes_stay_within_bounds(ask: Asking) -> None:
    """The right verdict, and memory that does not grow with what is sent."""
    plain = memory_of("check_apo_connector", *ask.where(), *CONTEXT)
    ask.konnektor.put("ten megabytes")
    code, kib = memory_of("check_apo_connector", *ask.where(), *CONTEXT)
    assert plain[0] == code == 0
    assert kib < 250_000


@pytest.mark.parametrize("state", ["normal", "VPN TI down", "terminal lost", "client unknown"])
def test_a_recording_is_judged_as_the_device_was(ask: Asking, state: str, tmp_path: Path) -> None:
    """The same state, findings, numbers and facts; the note says that nobody was asked."""
    ask.konnektor.put(*([] if state == "normal" else [state]))
    file = tmp_path / "recording"
    live = ask.json("--record", str(file))
    done = run("check_apo_connector", "--replay", str(file), "--output", "json")
    assert json.loads(done.out) == live
    assert "Aufzeichnung" in run("check_apo_connector", "--replay", str(file)).out
    assert live["facts"]["asked_at"] == json.loads(done.out)["facts"]["asked_at"]


def test_other_files_are_no_recording(tmp_path: Path) -> None:
    """A walk, a text, another check's recording: one line that names the file."""
    file = tmp_path / "odd"
    for text in ("", "1.3.6.1|2|3\n", "<xml/>", "{}"):
        file.write_text(text)
        done = run("check_apo_connector", "--replay", str(file))
        assert done.code == 3
        assert "--replay" in done.out
    other = {"format": "apowacht-recording", "version": 1, "check": "ups", "source": "nut"}
    other |= {"moment": "2026-01-01T00:00:00+00:00", "options": {}, "answers": {}}
    file.write_text(json.dumps(other))
    assert "check_apo_ups" in run("check_apo_connector", "--replay", str(file)).out


def test_nothing_of_a_card_or_person_is_ever_shown(ask: Asking, tmp_path: Path) -> None:
    """Not in any format at -vvv, not in a recording: the box knows names and numbers enough."""
    ask.konnektor.put("patient at the counter", "terminal lost")
    identities = {
        text
        for key, text in ask.konnektor.values.items()
        if key.endswith((".iccsn", ".holder", ".kvnr", ".mac")) or key == "iccsn"
    }
    assert len(identities) > 8
    for output in ("nagios", "checkmk", "prtg", "json"):
        file = tmp_path / "recording"
        done = ask("-vvv", "--output", output, "--record", str(file))
        for text in (done.out, file.read_text()):
            assert not [identity for identity in identities if identity in text]


def certificate(pem: bytes) -> bytes:
    """A PEM certificate in DER."""
    from ssl import PEM_cert_to_DER_cert

    return PEM_cert_to_DER_cert(pem.decode())


def fingerprinted(konnektor: Konnektor) -> str:
    """The certificate that the Konnektor shows, in base64."""
    from apowacht.plugins.core.deadline import Deadline
    from apowacht.plugins.wire.tls import look

    host, port = konnektor.address
    return b64encode(look(host, port, Deadline(10)).chain[0]).decode()
