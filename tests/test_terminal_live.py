"""check_apo_terminal as a technician runs it: the real command against a Konnektor in a box."""

from __future__ import annotations

import json
import socket
import threading
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from commands import perfdata_of, run
from konnektor_runs import CONTEXT, Asking, memory_of
from timing import SPARE_SECONDS

from apowacht.simulator.konnektor import Konnektor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow


NAMES = {"Büro": "CT_1", "Kasse 1": "CT_2", "Ersatz": "CT_3"}
ALIASES = tuple(word for new, old in NAMES.items() for word in ("--alias", f"{new}={old}"))
PATIENCE = {"ten megabytes": "25", "huge": "25"}  # seconds, on a busy computer
OPERATIONS = {
    "connector.sds", "GetCardTerminals", "GetCards", "GetPinStatus", "CheckCertificateExpiration",
}  # fmt: skip


@pytest.fixture(scope="module")
def box() -> Iterator[Konnektor]:
    """One Konnektor for all tests; each puts it into the state it wants."""
    with Konnektor() as running:
        yield running


@pytest.fixture
def ask(box: Konnektor) -> Asking:
    """The check before a healthy site."""
    box.put()
    return Asking("terminal", box)


@pytest.mark.parametrize("flavour", ["secunet", "RISE", "KoCoBox"])
def test_a_healthy_site_of_every_vendor(ask: Asking, flavour: str) -> None:
    """Three terminals, one SMC-B that is ready; nothing but questions, one per card type."""
    ask.konnektor.change({"flavour": flavour})
    before = len(ask.konnektor.requests)
    answer = ask.json(*ALIASES)
    assert (answer["state"], answer["summary"]) == (0, "SMC-B bereit, verbundene Terminals: 3")
    terminals = {one["name"]: one for one in answer["facts"]["terminals"]}
    assert terminals.keys() == NAMES.keys()
    assert terminals["Büro"]["product"] == "ORGA6100"
    assert terminals["Büro"]["firmware"] == "3.9.2"
    assert terminals["Büro"]["cards"] == ["SMC-B", "SMC-KT"]
    smcb = answer["facts"]["cards"][0]
    assert (smcb["type"], smcb["terminal"], smcb["slot"]) == ("SMC-B", "Büro", 3)
    assert (smcb["pin_status"], smcb["left_tries"], smcb["crypt"]) == ("VERIFIED", None, "ECC")
    assert len(smcb["expires"]) == 10
    assert perfdata_of(ask()).keys() >= {"terminals", "connected", "smcb", "smcb_ready"}
    asked = ask.konnektor.requests[before:]
    assert {one.operation for one in asked} <= OPERATIONS
    assert ask.konnektor.forbidden_calls == ()


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("terminal lost", {"kt.offline": 1}),
        ("terminal with SMC-B lost", {"smcb.missing": 2, "kt.offline": 1}),
        ("terminal never connected", {}),
        ("terminal firmware waiting", {}),
        ("PIN not entered", {"smcb.pin_missing": 2}),
        ("PIN last try", {"smcb.pin_low_tries": 2, "smcb.pin_missing": 2}),
        ("PIN blocked", {"smcb.pin_blocked": 2}),
        ("transport PIN", {"smcb.transport_pin": 2}),
        ("SMC-B missing", {"smcb.missing": 2}),
        ("SMC-B expiring", {}),
        ("SMC-B expired", {}),
        ("HSM-B", {}),
        ("patient at the counter", {}),
        ("handles stale", {}),
        ("lean", {}),
        ("shuffled", {}),
        ("huge", {}),
        ("ten megabytes", {}),
        ("warning", {}),
        ("cards cannot be read", {"kon.internal": 2}),
        ("integrity check failed", {"kon.fatal": 2}),
        ("client unknown", {"kon.settings": 3}),
        ("rebooting", {"kon.unreachable.local": 2}),
        ("rebooting, nearly done", {"kon.rebooting": 2}),
        ("half-open", {"kon.unreachable.local": 2}),
        ("garbage", {"kon.garbled": 2}),
        ("XML bomb", {"kon.garbled": 2}),
        ("TLS certificate expired", {"kon.lan_cert_expired": 2}),
    ],
)
def test_states(ask: Asking, state: str, expected: dict[str, int]) -> None:
    """Each state of the box gives the findings that belong to it, within the deadline."""
    ask.konnektor.put(state)
    assert ask.keys("-t", PATIENCE.get(state, "4")) == expected
    done = ask("-t", PATIENCE.get(state, "4"))
    assert done.seconds < float(PATIENCE.get(state, "4")) + SPARE_SECONDS
    if not expected:
        assert done.line_1.startswith("TERMINAL OK - SMC-B bereit")


def test_one_failing_question_leaves_the_others(ask: Asking) -> None:
    """Cards cannot be read: the terminals are judged and counted all the same."""
    ask.konnektor.put("cards cannot be read", "terminal lost")
    assert ask.keys() == {"kon.internal": 2, "kt.offline": 1}
    assert perfdata_of(ask())["connected"] == 2
    ask.konnektor.put("PIN not entered")
    ask.konnektor.change({"!fault.GetCardTerminals": "4001"})
    assert ask.keys() == {"kon.internal": 2, "smcb.pin_missing": 2}
    ask.konnektor.put()
    ask.konnektor.change({"!fault.GetPinStatus": "4008"})
    assert ask.keys() == {"smcb.missing": 2}


def test_a_context_is_needed(ask: Asking) -> None:
    """Terminals and cards belong to a Mandant; the option is named before anybody is asked."""
    before = len(ask.konnektor.requests)
    done = ask(context=False)
    assert done.code == 3
    assert "--mandant" in done.out
    assert len(ask.konnektor.requests) == before


def test_the_pin_belongs_to_the_mandant(ask: Asking) -> None:
    """What is ready for one is not for another: the production's Mandant is to be asked for."""
    ask.konnektor.change({"terminal.CT_1.workplaces": "Monitoring, Filialkasse"})
    other = ("--mandant", "Filiale", "--client-system", "Filialsystem",
             "--workplace", "Filialkasse")  # fmt: skip
    assert ask().code == 0
    done = ask(*other, context=False)
    assert done.code == 2
    assert "PIN am Kartenterminal eingeben" in done.out


def test_the_terminal_of_the_smcb_is_remembered(ask: Asking) -> None:
    """It takes its card along when it is switched off; by night only this one is a fault."""
    days = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
    day = days[datetime.now().astimezone().weekday() - 3]
    night = (*ALIASES, "--hours", f"{day} 10:00-11:00")
    assert ask(*night).code == 0
    ask.konnektor.put("terminal with SMC-B lost")
    done = ask(*night)
    assert done.line_1 == "TERMINAL CRITICAL - Büro: Terminal mit der SMC-B ist aus"
    ask.konnektor.put("terminal lost")
    done = ask(*night)
    assert done.code == 0
    assert "Kasse 1: " in done.out
    ask.konnektor.put("all terminals lost")
    assert ask.keys(*night) == {"kt.smcb_offline": 2}
    assert ask.keys(*ALIASES) == {
        "kt.smcb_offline": 2, "kt.none_connected": 2, "kt.offline": 1,
    }  # fmt: skip


def test_expected_terminals_and_a_spare(ask: Asking) -> None:
    """The spare missing is «no spare»; with the spare there a missing one is a warning."""
    wanted = (*ALIASES, "--expect", "Büro", "--expect", "Kasse 1", "--reserve", "Ersatz",
              "--min-connected", "1")  # fmt: skip
    assert ask(*wanted).code == 0
    ask.konnektor.change({"terminal.CT_3.connected": "no"})
    done = ask(*wanted)
    assert done.line_1 == "TERMINAL WARNING - Ersatz: kein Ersatzterminal"
    ask.konnektor.put("terminal lost")
    assert ask(*wanted).code == 1
    ask.konnektor.change({"terminal.CT_3.connected": "no"})
    assert ask(*wanted).code == 2


def test_several_smcb(ask: Asking) -> None:
    """Which one has to be ready, or how many, is up to the site; each has its name."""
    ask.konnektor.change({
        "card.second.type": "SMC-B", "card.second.terminal": "CT_2", "card.second.slot": "1",
        "card.second.system": "4.8.0", "card.second.pin": "VERIFIABLE",
        "card.second.iccsn": "80276009990000000108",
        "card.second.inserted": "2026-01-05T06:01:44Z", "card.second.expires": "2029-01-01",
    })  # fmt: skip
    named = (*ALIASES, "--alias", "Zweitkarte=Kasse 1/1")
    done = ask(*named)
    assert done.line_1 == "TERMINAL CRITICAL - Zweitkarte: SMC-B-PIN nicht eingegeben"
    assert perfdata_of(done)["smcb_ready"] == 1
    assert ask(*named, "--min-verified", "1").code == 0
    assert ask(*named, "--min-verified", "2").code == 2
    assert ask(*named, "--smcb", "Büro/3").code == 0
    assert ask(*named, "--smcb", "Zweitkarte").code == 2
    done = ask(*named, "--smcb", "Drittkarte")
    assert "Drittkarte" in done.line_1


def test_old_cards(ask: Asking) -> None:
    """RSA-only cards are known by their version, and without it by fault 4258."""
    ask.konnektor.put("old cards")
    answer = ask.json()
    assert answer["findings"][0]["key"] == "smcb.g20"
    assert {one["crypt"] for one in answer["facts"]["cards"]} == {"RSA", "ECC"}
    ask.konnektor.change({"!lean": "yes"})
    again = ask.json()
    assert [one["crypt"] for one in again["facts"]["cards"]] == [
        one["crypt"] for one in answer["facts"]["cards"]
    ]


def test_fifty_terminals_and_two_hundred_cards(ask: Asking) -> None:
    """The right verdict, with and without what may be left out, in bounded memory."""
    ask.konnektor.put("huge")
    for lines in ({}, {"!lean": "yes"}):
        ask.konnektor.change(lines)
        done = ask("-t", "20")
        assert done.code == 0
        assert perfdata_of(done)["terminals"] == 53
    ask.konnektor.put("ten megabytes")
    code, kib = memory_of("check_apo_terminal", *ask.where(), *CONTEXT, "-t", "25")
    assert code == 0
    assert kib < 250_000


def test_a_slow_question_ends_by_the_deadline(ask: Asking) -> None:
    """Terminals are known, the cards never came: CRITICAL, in time."""
    ask.konnektor.change({"!slow.GetCards": "20"})
    done = ask("-t", "2")
    assert (done.code, done.seconds < 2 + SPARE_SECONDS) == (2, True)
    assert perfdata_of(done)["connected"] == 3
    assert ask.keys("-t", "2") == {"kon.operation_silent": 2}


def test_a_hanging_question_leaves_time_for_the_others(ask: Asking) -> None:
    """The terminals never came; the cards, asked after them, did, and in time."""
    ask.konnektor.change({"!slow.GetCardTerminals": "30"})
    done = ask("-t", "6")
    assert done.seconds < 6 + SPARE_SECONDS
    assert "connected" not in perfdata_of(done)
    assert perfdata_of(done)["smcb_ready"] == 1
    assert ask.keys("-t", "6") == {"kon.operation_silent": 2}


def test_direct_questions_to_the_terminals(tmp_path: Path) -> None:
    """By SICCT over UDP: a terminal that is on but not connected is told from one that is off.

    Whoever listens for TCP on the SICCT port beside them sees nobody come.
    """
    with Konnektor(sicct_port=4742) as konnektor, socket.socket() as listening:
        listening.bind(("127.0.0.12", 4742))
        listening.listen()
        listening.settimeout(0)
        asking = Asking("terminal", konnektor)
        direct = ("--direct", "Kasse 1=127.0.0.12", "--direct", "Büro=127.0.0.11")
        answer = asking.json(*ALIASES, *direct)
        assert answer["state"] == 0
        assert answer["facts"]["direct"]["Kasse 1"]["sicct"] is True
        assert perfdata_of(asking(*ALIASES, *direct))["answering"] == 2
        konnektor.put("terminal lost")
        seen = asking.json(*ALIASES, *direct)["findings"][0]
        # On loopback a closed port 443 is a sign of life as well.
        assert (seen["key"], seen["text"].split(":")[0]) == ("kt.offline_alive", "Kasse 1")
        with pytest.raises(BlockingIOError):
            listening.accept()


def test_a_name_that_nobody_knows_does_not_stop_the_check(ask: Asking) -> None:
    """It was not asked, which is said and is not «off»; what the Konnektor tells is judged."""
    answer = ask.json(*ALIASES, "--direct", "Büro=no-such-host.invalid", "-t", "9")
    assert answer["state"] == 3
    assert [one["key"] for one in answer["findings"] if one["state"]] == ["kt.not_resolved"]
    assert answer["facts"]["direct"]["Büro"]["asked"] is False
    assert answer["facts"]["direct"]["Büro"]["sicct"] is False


@pytest.mark.parametrize(
    "state", ["normal", "terminal lost", "PIN last try", "old cards", "client unknown"]
)
def test_a_recording_is_judged_as_the_device_was(ask: Asking, state: str, tmp_path: Path) -> None:
    """The same state, findings, numbers and facts."""
    ask.konnektor.put(*([] if state == "normal" else [state]))
    file = tmp_path / "recording"
    live = ask.json(*ALIASES, "--record", str(file))
    done = run("check_apo_terminal", "--replay", str(file), *ALIASES, "--output", "json")
    assert json.loads(done.out) == live
    done = run("check_apo_connector", "--replay", str(file))
    assert done.code == 3
    assert "check_apo_terminal" in done.out


def test_no_patient_is_ever_seen(ask: Asking, tmp_path: Path) -> None:
    """A health card comes back unasked: it is in no format, no recording, no number, no replay."""
    plain = ask.json()
    ask.konnektor.put("patient at the counter")
    identities = {
        text
        for key, text in ask.konnektor.values.items()
        if key.endswith((".iccsn", ".holder", ".kvnr", ".mac")) or key == "iccsn"
    }
    identities |= {word for text in identities for word in text.split() if len(word) > 6}
    identities |= {"EGK", "KVK", ask.konnektor.handle("patient"), ask.konnektor.handle("smcb")}
    file = tmp_path / "recording"
    replay = ("--replay", str(file))
    texts = []
    for output in ("nagios", "checkmk", "prtg", "json"):
        for lang in ("de", "en"):
            form = ("-vvv", "--output", output, "--lang", lang)
            texts.append(ask(*form, "--record", str(file)).out)
            texts.append(run("check_apo_terminal", *replay, *form).out)
    texts.append(file.read_text())
    for text in texts:
        assert not [identity for identity in identities if identity in text]
    seen = ask.json()
    assert seen["facts"]["cards"] == plain["facts"]["cards"]
    assert [m for m in seen["metrics"] if not m["name"].startswith("time_")] == [
        m for m in plain["metrics"] if not m["name"].startswith("time_")
    ]


def test_a_recording_with_a_patient_in_it_shows_none(ask: Asking, tmp_path: Path) -> None:
    """Whoever puts a health card into a recording by hand sees nothing of it come out."""
    file = tmp_path / "recording"
    ask("--record", str(file))
    recording = json.loads(file.read_text())
    card = {**recording["answers"]["cards"][0], "slot": 1}
    for kind in ("EGK", "KVK"):
        patient = {"type": kind, "holder": "Patientin Testperson", "kvnr": "X000000012"}
        recording["answers"]["cards"].append({**card, **patient})
    file.write_text(json.dumps(recording))
    for output in ("nagios", "checkmk", "prtg", "json"):
        copy = tmp_path / "copy"
        form = ("-vvv", "--output", output, "--record", str(copy))
        done = run("check_apo_terminal", "--replay", str(file), *form)
        assert done.code == 0
        for text in (done.out, copy.read_text()):
            for word in ("EGK", "KVK", "Testperson", "X000000012"):
                assert word not in text


def test_eight_at_once_keep_their_memory(ask: Asking) -> None:
    """The state file is shared; nobody loses what the others wrote."""
    codes: list[int] = []

    def one() -> None:
        codes.append(ask().code)

    threads = [threading.Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [0] * 8
    ask.konnektor.put("terminal with SMC-B lost")
    assert ask.keys() == {"kt.smcb_offline": 2}
