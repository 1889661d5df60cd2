"""apcupsd: its information server, real and hostile, and what its status means."""

from __future__ import annotations

import os
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from timing import SPARE_SECONDS
from upsd import apcupsd, serving, swallow, until

from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import Garbled, TargetTrouble, Unreachable
from apowacht.plugins.read import ups_apcupsd, ups_nut, ups_values
from apowacht.plugins.wire import apcupsd as nis
from apowacht.plugins.wire import nut

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

NOW = datetime(2026, 6, 15, 12, 0, 0)
HOST = "127.0.0.1"

STATUS = """\
APC      : 001,035,0897
DATE     : 2026-06-15 11:59:58 +0200
HOSTNAME : kasse
VERSION  : 3.14.14 (31 May 2016) debian
UPSNAME  : usv-keller
CABLE    : USB Cable
MODEL    : Smart-UPS 1500
STATUS   : ONLINE
LINEV    : 231.1 Volts
LOADPCT  : 18.2 Percent
BCHARGE  : 100.0 Percent
TIMELEFT : 40.0 Minutes
ITEMP    : 27.3 C
BATTV    : 27.1 Volts
NUMXFERS : 2
XONBATT  : 2026-06-01 03:00:00 +0200
TONBATT  : 0 Seconds
SELFTEST : OK
LASTSTEST: 2026-06-01 03:00:00 +0200
STATFLAG : 0x05000008
SERIALNO : AS1234567890
BATTDATE : 2024-06-15
END APC  : 2026-06-15 12:00:00 +0200
"""


def frames(text: str) -> bytes:
    """A whole answer as the server sends it: each line behind its length, then a length of 0."""
    lines = [f"{line}\n".encode() for line in text.splitlines()]
    return b"".join(len(line).to_bytes(2, "big") + line for line in (*lines, b""))


def saying(answer: bytes) -> Callable[[socket.socket], None]:
    """A server that says one thing and waits for the client to go."""

    def handle(connection: socket.socket) -> None:
        connection.sendall(answer)
        swallow(connection)

    return handle


def read(**changes: str) -> dict[str, Any]:
    """The facts of the healthy status above with some fields changed."""
    return ups_apcupsd.read(nis.parse_status(STATUS) | changes, NOW)


# --- the conversation -----------------------------------------------------------------------


def test_question_and_answer() -> None:
    """The word «status» goes out behind its length; the fields come back with their units."""
    heard: list[bytes] = []

    def handle(connection: socket.socket) -> None:
        heard.append(connection.recv(100))
        for byte in frames(STATUS):  # in as many pieces as there can be
            connection.sendall(bytes([byte]))
        swallow(connection)

    with serving(handle) as port:
        fields = nis.ask(HOST, port, Deadline(10))
    assert heard == [b"\x00\x06status"]
    assert fields == nis.parse_status(STATUS)
    assert fields["TIMELEFT"] == "40.0 Minutes"
    assert fields["END APC"] == "2026-06-15 12:00:00 +0200"


def close(_: socket.socket) -> None:
    """Close at once."""


def cut_off(connection: socket.socket) -> None:
    """Send half of an answer and close."""
    connection.recv(100)
    connection.sendall(frames(STATUS)[:300])


def endless_answer(connection: socket.socket) -> None:
    """Send lines for ever."""
    while True:
        connection.sendall(frames(STATUS)[:-2])


@pytest.mark.parametrize(
    ("handle", "kind", "reason"),
    [
        (swallow, Unreachable, "timeout"),
        (saying(frames(STATUS)[:-2]), Unreachable, "timeout"),
        (saying(b"\x00"), Unreachable, "timeout"),
        (close, Unreachable, "connection_lost"),
        (cut_off, Garbled, "nis_garbled"),
        (endless_answer, Garbled, "nis_garbled"),
        (saying(b"SSH-2.0-OpenSSH_9.2\r\n"), Garbled, "nis_garbled"),
        (saying(b"\xff" * 100), Garbled, "nis_garbled"),
        (saying(b"\x00\x00"), Garbled, "nis_garbled"),
        (saying(frames("Invalid command")), Garbled, "nis_garbled"),
        (saying(frames("APC : 1\nDATE : 2")), Garbled, "nis_garbled"),
    ],
)
def test_hostile_server(
    handle: Callable[[socket.socket], None], kind: type[TargetTrouble], reason: str
) -> None:
    """Whatever a server does, the answer is one of ours and comes by the deadline."""
    seconds = 0.4 if reason == "timeout" else 10
    began = time.monotonic()
    with serving(handle) as port, pytest.raises(kind) as trouble:
        nis.ask(HOST, port, Deadline(seconds))
    assert trouble.value.reason == reason
    assert trouble.value.phase == "request"
    assert str(trouble.value.values.get("line", "")).isprintable()
    assert time.monotonic() - began < seconds + SPARE_SECONDS


def test_status_of_something_else() -> None:
    """A text without fields gives none."""
    assert nis.parse_status("<html>\nbattery.charge: 100\n1.3.6.1.2.1|4|Linux\n") == {}


# --- what the status means ------------------------------------------------------------------


def test_whole_reading() -> None:
    """A healthy UPS gives every fact that apcupsd knows, in our units and no other keys."""
    assert read() == {
        "ups_name": "usv-keller",
        "manufacturer": None,
        "model": "Smart-UPS 1500",
        "mib": None,
        "communication": "ok",
        "power_source": "mains",
        "battery_status": "normal",
        "charge_percent": 100,
        "charging": None,
        "runtime_seconds": 2400,
        "load_percent": 18.2,
        "battery_temperature_celsius": 27.3,
        "input_voltage_volts": [231.1],
        "battery_voltage_volts": 27.1,
        "seconds_on_battery": None,
        "replace_battery": False,
        "battery_age_days": 730,
        "selftest": "passed",
        "selftest_age_days": 14,
        "alarms": [],
    }


@pytest.mark.parametrize(
    ("flags", "status", "source", "battery", "replace", "alarms"),
    [
        ("0x05000008", "ONLINE", "mains", "normal", False, []),
        ("0x08 Status Flag", "ONLINE ", "mains", "normal", False, []),
        ("0x05000010", "ONBATT", "battery", "normal", False, []),
        ("0x05000050", "ONBATT LOWBATT", "battery", "low", False, []),
        ("0x0500000C", "BOOST ONLINE", "mains", "normal", False, []),
        ("0x05000002", "TRIM", "mains", "normal", False, []),
        ("0x05000028", "ONLINE OVERLOAD", "mains", "normal", False, ["output_overload"]),
        ("0x05000088", "ONLINE REPLACEBATT", "mains", "normal", True, []),
        ("0x05000250", "SHUTTING DOWN", "battery", "low", False, ["shutdown_imminent"]),
        ("0x05000011", "CAL ONBATT", "mains", "normal", False, []),
        ("0x05000051", "CAL ONBATT LOWBATT", "battery", "low", False, []),
        ("0x00000008", "ONLINE NOBATT", "mains", "normal", False, ["no_battery"]),
        # the bits win over the words
        ("0x05000010", "ONLINE", "battery", "normal", False, []),
        ("", "ONBATT LOWBATT", "battery", "low", False, []),
        ("N/A", "ONLINE REPLACEBATT", "mains", "normal", True, []),
        ("0x0", "", None, None, None, None),
    ],
)
def test_flags(
    flags: str,
    status: str,
    source: str | None,
    battery: str | None,
    replace: bool | None,
    alarms: list[str] | None,
) -> None:
    """The bits of STATFLAG tell the state; without them the words of STATUS do."""
    facts = read(STATFLAG=flags, STATUS=status)
    keys = ("power_source", "battery_status", "replace_battery", "alarms")
    assert [facts[key] for key in keys] == [source, battery, replace, alarms]


@pytest.mark.parametrize(
    ("changes", "source", "selftest"),
    [
        ({"LINEV": "0.0 Volts", "SELFTEST": "IP"}, "battery", None),
        ({"LINEV": "231.0 Volts", "SELFTEST": "IP"}, "mains", "in_progress"),
        ({"LINEV": "N/A", "SELFTEST": "IP"}, "battery", "in_progress"),
        ({"LINEV": "231.0 Volts", "SELFTEST": "OK"}, "battery", "passed"),
        ({"LINEV": "N/A", "STATFLAG": "0x05000011"}, "mains", "in_progress"),
        ({"LINEV": "2.0 Volts", "STATFLAG": "0x05000011"}, "battery", None),
        ({"STATFLAG": "0x05000051"}, "battery", None),
    ],
)
def test_running_selftest_is_no_power_cut(
    changes: dict[str, str], source: str, selftest: str | None
) -> None:
    """A test from the battery counts as mains, but hides no dead line and no low battery."""
    facts = read(**({"STATFLAG": "0x05000010", "STATUS": "ONBATT"} | changes))
    assert (facts["power_source"], facts["selftest"]) == (source, selftest)


def test_on_battery() -> None:
    """On battery the time since then is told, and a runtime of 0 is believed."""
    facts = read(STATFLAG="0x05000050", TONBATT="73 Seconds", TIMELEFT="0.0 Minutes", LINEV="0")
    assert facts["seconds_on_battery"] == 73
    assert facts["input_voltage_volts"] == [0]
    assert facts["runtime_seconds"] == 0
    assert facts["charging"] is False


@pytest.mark.parametrize(
    "changes",
    [
        {"STATFLAG": "0x05000108", "STATUS": "COMMLOST"},
        {"STATFLAG": "N/A", "STATUS": "ONLINE COMMLOST"},
    ],
)
def test_lost_ups_tells_nothing(changes: dict[str, str]) -> None:
    """Without a line to the UPS none of the values that apcupsd still shows is used."""
    facts = read(**changes)
    assert facts.pop("communication") == "lost"
    known = {key for key, value in facts.items() if value is not None}
    assert known == {"ups_name", "model"}
    assert set(facts) == set(ups_values.FACTS) - {"communication"}


@pytest.mark.parametrize(
    ("text", "result"),
    [("OK", "passed"), ("WN", "warning"), ("BT", "failed"), ("NG", "failed"),
     ("IP", "in_progress"), ("NO", None), ("??", None), ("N/A", None), ("", None)],
)  # fmt: skip
def test_selftest(text: str, result: str | None) -> None:
    """Each of apcupsd's two letters gives one of our words; NO is no result and no failure."""
    assert read(SELFTEST=text)["selftest"] == result


@pytest.mark.parametrize(
    ("changes", "fact"),
    [
        ({"BATTDATE": "2001-09-25"}, "battery_age_days"),
        ({"BATTDATE": "N/A"}, "battery_age_days"),
        ({"LASTSTEST": "N/A"}, "selftest_age_days"),
        ({"ITEMP": "-273.1 C"}, "battery_temperature_celsius"),
        ({"ITEMP": "0.0 C"}, "battery_temperature_celsius"),
        ({"TIMELEFT": "0.0 Minutes"}, "runtime_seconds"),
        ({"TIMELEFT": "65535 Minutes"}, "runtime_seconds"),
        ({"BCHARGE": "N/A"}, "charge_percent"),
        ({"LOADPCT": "N/A"}, "load_percent"),
        ({"LINEV": "N/A"}, "input_voltage_volts"),
        ({"LINEV": "000.0 Volts"}, "input_voltage_volts"),
        ({"BATTV": "0.0 Volts"}, "battery_voltage_volts"),
        ({"UPSNAME": "N/A"}, "ups_name"),
        ({"MODEL": "", "APCMODEL": "N/A"}, "model"),
    ],
)
def test_what_is_not_told(changes: dict[str, str], fact: str) -> None:
    """A value that stands for «not known» is unknown, never 0."""
    assert read(**changes)[fact] is None


# --- the real daemon ------------------------------------------------------------------------


def answer_with(port: int, key: str) -> dict[str, str]:
    """The daemon's answer, once it holds a field that it fills after its first look."""
    found: dict[str, str] = {}

    def told() -> bool:
        found.update(nis.ask(HOST, port, Deadline(10)))
        return key in found

    assert until(told), found
    return found


@pytest.mark.peer
def test_real_test_ups(tmp_path: Path) -> None:
    """The daemon's own test UPS is on line, full and without a battery."""
    with apcupsd(tmp_path, "test") as port:
        facts = ups_apcupsd.read(answer_with(port, "BCHARGE"), NOW)
    assert facts["communication"] == "ok"
    assert facts["power_source"] == "mains"
    assert facts["charge_percent"] == 100
    assert facts["runtime_seconds"] == 72000
    assert facts["input_voltage_volts"] == [229.5]
    assert facts["selftest"] == "passed"
    assert facts["alarms"] == ["no_battery"]
    assert facts["ups_name"] == "bench"


@pytest.mark.peer
def test_real_dumb_ups(tmp_path: Path) -> None:
    """A UPS that only has contacts tells its state and none of the numbers."""
    with apcupsd(tmp_path, "dumb") as port:
        # It answers before it knows its own state.
        assert until(lambda: nis.ask(HOST, port, Deadline(10)).get("STATUS", "").strip())
        facts = ups_apcupsd.read(answer_with(port, "STATFLAG"), NOW)
    assert facts["communication"] == "ok"
    assert facts["power_source"] in ("mains", "battery")
    numbers = ("charge_percent", "runtime_seconds", "load_percent", "battery_temperature_celsius")
    assert [facts[key] for key in numbers] == [None] * 4


@pytest.mark.peer
def test_real_daemon_without_its_master(tmp_path: Path) -> None:
    """A daemon that cannot reach the one with the UPS says that it has lost it."""
    with apcupsd(tmp_path, "net") as port:
        assert until(lambda: "COMMLOST" in nis.ask(HOST, port, Deadline(10))["STATUS"])
        facts = ups_apcupsd.read(nis.ask(HOST, port, Deadline(10)), NOW)
    assert facts["communication"] == "lost"
    assert facts["power_source"] is None


# --- recorded answers -----------------------------------------------------------------------


@pytest.mark.oracle
def test_recorded_texts() -> None:
    """Every recorded status of apcupsd and dump of NUT is read, its values in their ranges."""
    oracle = os.environ.get("APOWACHT_ORACLE")
    if not oracle:
        pytest.skip("APOWACHT_ORACLE names no folder of recorded answers")
    count = 0
    for path in sorted(Path(oracle).rglob("*")):
        if path.suffix == ".status":
            text = path.read_text(encoding="latin-1")
            facts = ups_apcupsd.read(nis.parse_status(text), NOW)
            # all of these were on line, their batteries are older than any limit by now
            assert facts["power_source"] == "mains", path.name
            assert facts["battery_age_days"] is None, path.name
            count += 1
        elif path.suffix in (".dev", ".nds"):
            text = path.read_text(encoding="utf-8", errors="replace")
            facts = ups_nut.read(nut.parse_upsc(text), NOW)
        else:
            continue
        for key, low, high in (
            ("charge_percent", 0, 100),
            ("load_percent", 0, 300),
            ("runtime_seconds", 0, 30 * 86400),
            ("battery_temperature_celsius", -40, 100),
            ("battery_voltage_volts", 1, 1000),
            ("battery_age_days", 0, 15 * 366),
        ):
            assert facts[key] is None or low <= facts[key] <= high, (path.name, key)
    assert count >= 8


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("name", "day", "expected"),
    [
        ("Back-UPS-BX-1500", "2005-06-05",
         {"charge_percent": 100, "runtime_seconds": 44250, "load_percent": 0,
          "input_voltage_volts": [118.0], "battery_voltage_volts": 26.8, "selftest": None,
          "battery_age_days": None, "ups_name": "APC_BX1500", "model": "Back-UPS RS 1500"}),
        ("PowerStack450", "2002-04-14",
         {"charge_percent": 100, "runtime_seconds": 1500, "load_percent": 44.8,
          "input_voltage_volts": [122.4], "selftest_age_days": 4, "battery_age_days": 117}),
        ("SmartUPS1400", "2000-01-14",
         {"charge_percent": 96, "runtime_seconds": 2340, "battery_temperature_celsius": 30.6,
          "battery_age_days": 970}),
        ("newbackupspro1", "2000-09-17",
         {"charge_percent": None, "runtime_seconds": None, "load_percent": None,
          "power_source": "mains", "alarms": [], "model": "BACK-UPS PRO 1000"}),
    ],
)  # fmt: skip
def test_recorded_status(name: str, day: str, expected: dict[str, Any]) -> None:
    """Samples of four releases, judged on their own day, give the values that stand in them."""
    oracle = os.environ.get("APOWACHT_ORACLE")
    if not oracle:
        pytest.skip("APOWACHT_ORACLE names no folder of recorded answers")
    [path] = Path(oracle).rglob(f"{name}.status")
    facts = ups_apcupsd.read(
        nis.parse_status(path.read_text(encoding="latin-1")), datetime.fromisoformat(day)
    )
    assert {key: facts[key] for key in expected} == expected
