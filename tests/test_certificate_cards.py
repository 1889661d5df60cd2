"""check_apo_certificate on a Konnektor in a box: its own certificates, its cards, the client's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from commands import SCRIPTS, Run, assert_conforms, perfdata_of, run
from timing import SPARE_SECONDS

from apowacht.simulator.konnektor import Konnektor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONTEXT = ("--mandant", "Apotheke", "--client-system", "apowacht", "--workplace", "Monitoring")
IDENTITIES = ("80276009", "Beispiel-Apotheke", "Mustermann", "Testperson", "X000000012")


@pytest.fixture
def box() -> Iterator[Konnektor]:
    """A Konnektor with three terminals, an SMC-B and an HBA, all well."""
    with Konnektor() as running:
        yield running


def where(box: Konnektor) -> list[str]:
    """Its address and fingerprint."""
    host, port = box.address
    return ["--connector", f"{host}:{port}", "--tls-fingerprint", box.fingerprint]


def ask(box: Konnektor, *arguments: str, context: bool = True) -> Run:
    """Run the command; its answer keeps the contract."""
    done = run("check_apo_certificate", *where(box), *(CONTEXT if context else ()), *arguments)
    assert_conforms(done, "certificate")
    for word in IDENTITIES:
        assert word not in done.out
    return done


def told(box: Konnektor, *arguments: str) -> dict[str, Any]:
    """The whole JSON answer."""
    done = run("check_apo_certificate", *where(box), *CONTEXT, *arguments, "--output", "json")
    for word in IDENTITIES:
        assert word not in done.out
    answer: dict[str, Any] = json.loads(done.out)
    return answer


def keys(box: Konnektor, *arguments: str) -> dict[str, int]:
    """Failure classes that are not OK, with their states."""
    return {one["key"]: one["state"] for one in told(box, *arguments)["findings"] if one["state"]}


def test_everything_that_a_konnektor_holds(box: Konnektor) -> None:
    """Its LAN side, itself, SMC-B and the terminals' cards; HBA only when asked."""
    done = ask(box)
    assert done.code == 0, done.out
    answer = told(box)
    found = {one["name"]: one for one in answer["facts"]["certificates"]}
    kinds = sorted(one["card_type"] or one["kind"] for one in found.values())
    assert kinds == ["Konnektor", "SMC-B", "SMC-KT", "SMC-KT", "SMC-KT", "tls"]
    assert "SMC-B ORGA6100-014100000000A1" in found
    assert {one["key"] for one in found.values() if one["kind"] == "card"} == {"ECC"}
    with_hba = told(box, "--hba")["facts"]["certificates"]
    assert "HBA" in {one["card_type"] for one in with_hba}
    assert perfdata_of(done)["certificates"] == 6
    assert box.forbidden_calls == ()


def test_hba_are_asked_for_only_when_wanted(box: Konnektor) -> None:
    """No question names them, and no question reads a holder's certificate."""
    before = len(box.requests)
    ask(box)
    asked = [one.operation for one in box.requests[before:]]
    assert asked.count("GetCards") == 4
    ask(box, "--hba")
    assert [one.operation for one in box.requests].count("GetCards") == 9


STATES: list[tuple[tuple[str, ...], dict[str, str], dict[str, int]]] = [
    (("SMC-B expiring",), {}, {"smcb.expiring_soon": 2}),
    (("SMC-B expired",), {}, {"smcb.expired": 2}),
    (("gSMC-KT expiring",), {}, {"gsmckt.expiring": 2}),
    ((), {"card.smcb.expires": "{80 days ahead as yyyy-mm-dd}"}, {"smcb.expiring": 1}),
    ((), {"expires": "{80 days ahead as yyyy-mm-dd}"}, {"kon.cert_expiring": 1}),
    ((), {"expires": "{2 days ago as yyyy-mm-dd}"}, {"kon.cert_expired": 2}),
    (("old cards",), {}, {"smcb.g20": 2, "gsmckt.g20": 2}),
    (("old firmware",), {}, {}),
    (("HSM-B",), {}, {}),
    (("patient at the counter",), {}, {}),
]


def filled(values: dict[str, str]) -> dict[str, str]:
    """The values with days relative to today."""
    import re
    from datetime import date, timedelta

    def one(match: re.Match[str]) -> str:
        days = int(match[1]) * (1 if match[2] == "ahead" else -1)
        return (date.today() + timedelta(days=days)).isoformat()

    pattern = r"\{(\d+) days (ahead|ago) as yyyy-mm-dd\}"
    return {name: re.sub(pattern, one, text) for name, text in values.items()}


@pytest.mark.parametrize(
    ("states", "values", "expected"), STATES, ids=[str(s[0] or s[1]) for s in STATES]
)
def test_each_state_is_told(
    states: tuple[str, ...], values: dict[str, str], expected: dict[str, int]
) -> None:
    """Cards that end, have ended, are of old; old Konnektors; patients' cards that nobody wants."""
    with Konnektor(*states, values=filled(values)) as box:
        found = keys(box)
        done = ask(box)
    if "gsmckt.g20" in expected:
        found["gsmckt.g20"] = found.pop("gsmckt.g20_over", found.get("gsmckt.g20", 0))
    assert found == expected
    assert done.code == max(expected.values(), default=0)


def test_a_card_that_is_refused_falls_back_to_the_list(box: Konnektor) -> None:
    """The question about certificates fails; the list of cards tells the day all the same."""
    box.change({"!fault.CheckCertificateExpiration": "4001", "!fault.ReadCardCertificate": "4001"})
    answer = told(box)
    cards = [one for one in answer["facts"]["certificates"] if one["kind"] == "card"]
    assert {one["card_type"] for one in cards} == {"SMC-B", "SMC-KT"}
    assert all(one["not_after"] for one in cards)
    assert answer["facts"]["failures"][0]["operation"] == "CheckCertificateExpiration"


def test_an_ordered_card_stays_yellow(box: Konnektor) -> None:
    """By the user's own name for its terminal."""
    box.put("SMC-B expiring")
    names = ["--alias", "Kasse 1=ORGA6100-014100000000A1"]
    assert keys(box, *names) == {"smcb.expiring_soon": 2}
    ordered = ["--ordered", "SMC-B Kasse 1=2026-01-01"]
    assert keys(box, *names, *ordered) == {"cert.ordered": 1}


def test_without_a_context_the_lan_side_alone(box: Konnektor) -> None:
    """What needs no Mandant is told."""
    done = ask(box, context=False)
    assert (done.code, perfdata_of(done)["certificates"]) == (0, 1)


def test_an_unverified_konnektor_is_read_but_not_asked(box: Konnektor) -> None:
    """Its certificate is told; no question with a name in it went there."""
    host, port = box.address
    done = run(
        "check_apo_certificate", "--connector", f"{host}:{port}", *CONTEXT,
        "--tls-fingerprint", "0" * 64, "--output", "json",
    )  # fmt: skip
    answer = json.loads(done.out)
    assert answer["state"] == 3
    assert answer["findings"][0]["key"] == "kon.not_verified"
    assert [one["trusted"] for one in answer["facts"]["certificates"]] == [False]
    assert all(one.operation in ("", "connector.sds") for one in box.requests)


def test_a_silent_konnektor_degrades_itself_alone(tmp_path: Path) -> None:
    """The file beside it is told all the same."""
    from issuing import issue, pem

    file = tmp_path / "a.pem"
    file.write_bytes(pem(issue("device")))
    with Konnektor() as box:
        host, port = box.address
    done = run(
        "check_apo_certificate", "--connector", f"{host}:{port}", *CONTEXT, "--insecure",
        "--file", str(file), "--output", "json", "-t", "5",
    )  # fmt: skip
    answer = json.loads(done.out)
    assert answer["state"] == 2
    assert answer["findings"][0]["key"] == "kon.unreachable.local"
    assert [one["name"] for one in answer["facts"]["certificates"]] == ["a.pem"]


def test_the_client_s_certificate_is_judged(box: Konnektor, tmp_path: Path) -> None:
    """The one by which the Konnektor is reached ends as well, and is somebody's own."""
    from authority import DAY, NOW
    from issuing import issue

    key = tmp_path / "client.pem"
    leaf = issue("test-cs2", end=NOW + 5 * DAY)
    leaf.write(key)
    done = ask(box, "--client-cert", str(key))
    assert done.code == 2, done.out
    assert "Client" in done.line_1
    assert "test-cs2" not in done.out


def test_recording_and_calendar_hold_no_identity(box: Konnektor, tmp_path: Path) -> None:
    """And the recording is judged as the live answer was."""
    recording, calendar = tmp_path / "recording", tmp_path / "dates.ics"
    live = ask(box, "--hba", "--record", str(recording), "--calendar", str(calendar))
    text = recording.read_text() + calendar.read_text()
    for word in IDENTITIES:
        assert word not in text
    assert "SMC-B" in text
    again = run("check_apo_certificate", "--replay", str(recording))
    assert again.code == live.code
    assert again.line_1 == live.line_1


def test_options_of_the_konnektor_are_not_those_of_a_server(box: Konnektor, tmp_path: Path) -> None:
    """Its fingerprint and name concern nobody else; a server has `ca=` and `name=` of its own."""
    from authority import s_server
    from issuing import issue, pem

    root = issue("bench root", ca=True)
    own = tmp_path / "own.pem"
    own.write_bytes(pem(root))
    with s_server(issue("device", root, names=["device.example"]), tmp_path) as port:
        place = f"127.0.0.1:{port},ca={own},name=device.example"
        name = ["--tls-server-name", "konnektor.konlan"]
        assert ask(box, "--tls", place, *name).code == 0
        assert keys(box, "--tls", f"127.0.0.1:{port},name=device.example", *name) == {
            "cert.incomplete": 2
        }


def test_a_silent_server_takes_nobody_s_time(box: Konnektor) -> None:
    """The Konnektor is asked meanwhile, and all of it is told by the deadline."""
    import socket

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(4)
        place = f"127.0.0.1:{silent.getsockname()[1]}"
        done = ask(box, "--tls", place, "-t", "4")
    assert done.code == 2
    assert place in done.line_1
    assert perfdata_of(done)["certificates"] == 6
    assert done.seconds < 4 + SPARE_SECONDS


def test_a_context_without_a_konnektor_is_a_mistake() -> None:
    """`-H` alone is a TLS server; whoever names a Mandant meant a Konnektor."""
    done = run("check_apo_certificate", "-H", "127.0.0.1", *CONTEXT)
    assert (done.code, "--connector" in done.out) == (3, True)


def test_the_command_is_installed() -> None:
    """Its script lies beside the others."""
    assert (SCRIPTS / "check_apo_certificate").exists()


def test_a_silent_konnektor_has_no_number_of_certificates() -> None:
    """What was not read is absent, and not 0."""
    from upsd import free_port

    done = run(
        "check_apo_certificate", "--connector", f"127.0.0.1:{free_port()}", "--insecure", *CONTEXT
    )
    assert done.code == 2
    assert "certificates=" not in done.out
