"""Recorded UPS cards against the sheet of what each of them says, by file and live over SNMP.

The sheet (ups_expected.tsv) has a row per recording and MIB family. A fact must be what the row
of the family says that was believed first; where that row is empty, what another row says.
"""

from __future__ import annotations

import csv
import importlib.util
import os
import re
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import Garbled, OwnTrouble, TargetTrouble
from apowacht.plugins.read.ups_snmp import ask, read
from apowacht.plugins.wire.walkfile import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Value = int | bytes | str
    Rows = list[dict[str, str]]

NOW = datetime(2026, 11, 24, 12, 0)
FOLDER = os.environ.get("APOWACHT_ORACLE")
SNMP = Path(FOLDER or "/nonexistent") / "snmp"

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.skipif(not FOLDER, reason="needs the recorded answers (APOWACHT_ORACLE)"),
]

MIB_OF = {
    "RFC1628 UPS-MIB": "UPS-MIB",
    "APC PowerNet-MIB": "PowerNet-MIB",
    "MGE MG-SNMP-UPS-MIB": "MG-SNMP-UPS-MIB",
    "Eaton XUPS-MIB": "XUPS-MIB",
    "CyberPower CPS-MIB": "CPS-MIB",
    "Liebert LIEBERT-GP-FLEXIBLE (3.9.20)": "LIEBERT-GP-FLEXIBLE-MIB",
    "XPPC-MIB (935.1 NetAgent/Phoenixtec)": "XPPC-MIB",
    "EPPC-MIB (935.10 PowerWalker/Phoenixtec)": "EPPC-MIB",
    "Tripp Lite TRIPPLITE-PRODUCTS": "TRIPPLITE-PRODUCTS",
    "Sinetica (13891.101, RFC1628 clone)": "Sinetica",
    "Socomec NetVision 5 (4555.1.1.1)": "NetVision 5",
    "Socomec SOCOMECUPS-MIB": "SOCOMECUPS-MIB",
}

# Where the sheet's notes say that the device does not mean what it says, and what it means.
NOTED: dict[tuple[str, str], Any] = {
    ("librenms/cetpower.snmprec", "power_source"): "mains",  # battery(5) is its normal state
    ("librenms/cxc_ups.snmprec", "input_voltage_volts"): [122.2],  # tenths
    ("librenms/deltaups_mini-snmp.snmprec", "input_voltage_volts"): [231.3],  # tenths
    ("librenms/netagent2.snmprec", "runtime_seconds"): None,  # 9999 is a cap
    ("librenms/sinetica.snmprec", "runtime_seconds"): None,  # 0 is not supported
    ("snmpsim-data/ingrasys-power-switch.snmprec", "runtime_seconds"): None,
    ("snmpsim-data/phoenixtec-power.snmprec", "runtime_seconds"): None,
}

NO_SENSOR = "0 °C is a card without a sensor, here and on every card that was recorded with it"
# Where a reading is neither what a row says nor what a note says.
DEVIATIONS: dict[tuple[str, str], str] = {
    ("librenms/cetpower.snmprec", "battery_temperature_celsius"): NO_SENSOR,
    ("librenms/dell-ups_tower1000w.snmprec", "battery_temperature_celsius"): NO_SENSOR,
    ("librenms/eaton-mgeups_5px.snmprec", "battery_temperature_celsius"): NO_SENSOR,
    ("librenms/eaton-mgeups_9px.snmprec", "battery_temperature_celsius"): NO_SENSOR,
    ("librenms/sinetica.snmprec", "battery_temperature_celsius"): NO_SENSOR,
    ("snmpsim-data/eaton-93e-80.snmprec", "runtime_seconds"): (
        "1092 min in RFC 1628 are the 65535 s of the other two trees, floored: no runtime"
    ),
    ("centreon/socomec__netvision__snmp__netvision5.snmpwalk", "runtime_seconds"): (
        "0 min with a full battery called normal: NetVision 5 does not estimate on mains"
    ),
    ("librenms/eaton-mgeups_9pxle.snmprec", "alarms"): (
        "the one alarm of XUPS is «return from low battery»: news, and RFC 1628 counts none"
    ),
}


# The sheet


def sheet() -> dict[str, Rows]:
    """The rows by recording."""
    if not FOLDER:
        return {}
    rows: dict[str, Rows] = {}
    with (SNMP / "ups_expected.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            rows.setdefault(row["file"], []).append(row)
    return rows


SHEET = sheet()
UPSES = {file: rows for file, rows in SHEET.items() if rows[0]["mib_family"] in MIB_OF}
OTHERS = [file for file in SHEET if file not in UPSES]


def recorded(file: str) -> dict[str, Value]:
    """The answers in a recording."""
    return parse((SNMP / "ups" / file).read_bytes(), file)


def figures(cell: str) -> list[float]:
    """The numbers in a cell; what the sheet marks as a sentinel, or as empty, is none."""
    if "<" in cell:
        return []
    return [
        float(part) for part in cell.split(",") if re.fullmatch(r"-?[0-9.]+(e\+?[0-9]+)?", part)
    ]


def figure(cell: str) -> float | None:
    """The only number in a cell."""
    return next(iter(figures(cell)), None)


def minutes(cell: str) -> float | None:
    """A number of minutes as seconds."""
    number = figure(cell)
    return None if number is None else number * 60


def highest(cell: str) -> float | None:
    """The highest of the numbers in a cell."""
    return max(figures(cell), default=None)


def listed(cell: str) -> list[float] | None:
    """The numbers in a cell, or nothing."""
    return figures(cell) or None


def word(**words: Any) -> Callable[[str], Any]:
    """A cell such as batteryNormal(2) by its word; anything else says nothing."""
    return lambda cell: words.get(re.sub(r"\(-?\d+\)$", "", cell).strip().replace(" ", "_"))


def alarms(cell: str) -> list[str] | None:
    """No alarms for 0; how many there are beyond that is checked by test."""
    number = figure(cell)
    return None if number is None else ["some"] if number else []


SOURCES = word(
    onLine="mains", normal="mains", Normal="mains", line="mains", onBuck="mains", economy="mains",
    onBattery="battery", battery="battery", other="other", **{"onBattery=no": "mains"},
)  # fmt: skip
STATUS = word(
    batteryNormal="normal", batteryLow="low", Normal="normal", batteryFloating="normal",
    batteryResting="normal", **{"lowBattery=no": "normal"},
)  # fmt: skip
REPLACE = word(no=False, yes=True, no_alarmBatteryBad=False, alarmBatteryBad_present=True)
TESTS = word(passed="passed", donePass="passed", ok="passed", aborted="aborted",
             noTestsInitiated="never")  # fmt: skip


def source(row: dict[str, str]) -> str | None:
    """The source of power; a row without one may still say that it is not the battery."""
    told = SOURCES(row["output_source"])
    return told or ("mains" if row["on_battery"] == "no" else None)


def cell(column: str, meaning: Callable[[str], Any]) -> Callable[[dict[str, str]], Any]:
    """What a row says in one of its cells."""
    return lambda row: meaning(row[column])


SAID: dict[str, Callable[[dict[str, str]], Any]] = {
    "power_source": source,
    "battery_status": cell("battery_status", STATUS),
    "charge_percent": cell("charge_pct", figure),
    "runtime_seconds": cell("runtime_min", minutes),
    "load_percent": cell("load_pct", highest),
    "battery_temperature_celsius": cell("battery_temp_c", figure),
    "input_voltage_volts": cell("input_voltage_v", listed),
    "battery_voltage_volts": cell("battery_voltage_v", figure),
    "seconds_on_battery": cell("seconds_on_battery", figure),
    "replace_battery": cell("replace_battery", REPLACE),
    "alarms": cell("alarms_present", alarms),
    "selftest": cell("last_test", TESTS),
}


def expected(file: str, fact: str, mib: str) -> Any:
    """What the sheet says: the family believed first, the vendor's others, RFC 1628."""
    rows = {MIB_OF[row["mib_family"]]: row for row in UPSES[file]}
    order = sorted(rows, key=lambda name: (name != mib, name == "UPS-MIB"))
    told = (SAID[fact](rows[name]) for name in order)
    return next((value for value in told if value is not None), None)


def same(fact: str, value: Any, wanted: Any) -> bool:
    """Whether a reading is what the sheet says, within its rounding (four digits)."""
    if fact == "alarms" and wanted == ["some"]:
        return bool(value)
    if isinstance(value, float | int) and isinstance(wanted, float | int):
        return bool(value == pytest.approx(wanted, rel=2e-4, abs=0.01))
    if isinstance(value, list) and isinstance(wanted, list):
        return bool(value == pytest.approx(wanted, abs=0.01)) if wanted else value == wanted
    return bool(value == wanted)


def noted(file: str, fact: str, mib: str) -> Any:
    """What the sheet says, its notes included."""
    return NOTED[file, fact] if (file, fact) in NOTED else expected(file, fact, mib)


# By file


@pytest.mark.parametrize("file", sorted(UPSES))
def test_recording_is_read_as_the_sheet_says(file: str) -> None:
    """Every fact of every recording is what its row or its note says."""
    facts = read(recorded(file), NOW)
    assert facts["mib"] in {MIB_OF[row["mib_family"]] for row in UPSES[file]}
    wrong = {
        fact: (facts[fact], wanted)
        for fact in SAID
        if (file, fact) not in DEVIATIONS
        and not same(fact, facts[fact], wanted := noted(file, fact, facts["mib"]))
    }
    assert wrong == {}


@pytest.mark.parametrize("file", sorted(UPSES))
def test_on_battery_is_read_as_the_sheet_says(file: str) -> None:
    """No recording is on battery but those that the sheet says are."""
    facts = read(recorded(file), NOW)
    rows = {MIB_OF[row["mib_family"]]: row for row in UPSES[file]}
    if (file, "power_source") not in NOTED and rows[facts["mib"]]["on_battery"]:
        assert (facts["power_source"] == "battery") == (rows[facts["mib"]]["on_battery"] == "yes")


@pytest.mark.parametrize(("file", "fact"), sorted(DEVIATIONS))
def test_deviation_is_still_one(file: str, fact: str) -> None:
    """A deviation that has become what the sheet says leaves the list."""
    assert DEVIATIONS[file, fact]
    facts = read(recorded(file), NOW)
    assert not same(fact, facts[fact], noted(file, fact, facts["mib"]))


@pytest.mark.parametrize(("file", "fact"), sorted(NOTED))
def test_note_is_still_needed(file: str, fact: str) -> None:
    """A note is listed only where the row itself says something else."""
    facts = read(recorded(file), NOW)
    assert not same(fact, facts[fact], expected(file, fact, facts["mib"]))


def test_deviations_are_few() -> None:
    """The list of deviations stays a short one, and names recordings that there are."""
    assert len(DEVIATIONS) <= 10
    assert {file for file, _ in (*DEVIATIONS, *NOTED)} <= set(UPSES)


@pytest.mark.parametrize("file", sorted(OTHERS))
def test_recording_without_a_ups(file: str) -> None:
    """What the sheet calls no UPS, or a card that tells nothing, is refused as such."""
    with pytest.raises(Garbled) as caught:
        read(recorded(file), NOW)
    assert caught.value.reason == "no_ups_mib"


def test_real_replace_battery_cases() -> None:
    """The batteries that are really worn in the collection are found, and no other."""
    worn = {file for file in UPSES if read(recorded(file), NOW)["replace_battery"]}
    assert worn == {
        "librenms/poweralert_2.snmprec",
        "librenms/cyberpower_cp1000pfclcd.snmprec",
        "centreon/apc__snmp__ups-apc-battery-low.snmpwalk",
    }


def test_no_name_is_an_eaton_serial_number() -> None:
    """Where Eaton's cards put the serial number into the name there is no name."""
    names = [read(recorded(file), NOW)["ups_name"] for file in UPSES]
    assert not [name for name in names if name and "ID:" in name]


@pytest.mark.parametrize(
    "path", sorted(SNMP.glob("*/**/*.*")), ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_no_file_of_the_collection_makes_a_crash(path: Path) -> None:
    """Every recording, of routers too, and every other file gives facts or an error of ours."""
    try:
        facts = read(parse(path.read_bytes(), path.name), NOW)
    except (Garbled, OwnTrouble) as trouble:
        facts = {"mib": trouble.reason}
    walk = path.suffix in (".snmprec", ".snmpwalk")
    if walk and "router" in path.parts:
        assert facts["mib"] == "no_ups_mib"
    elif not walk:
        assert facts["mib"] in ("replay_line", "no_ups_mib")


# Live


def snmprec(answers: dict[str, Value]) -> str:
    """Answers as a file that snmpsim serves."""
    lines = []
    for oid in sorted(answers, key=lambda oid: [int(arc) for arc in oid.split(".")]):
        value = answers[oid]
        if isinstance(value, int):
            lines.append(f"{oid}|{66 if value >= 2**31 else 2}|{value}")
        elif isinstance(value, bytes):
            lines.append(f"{oid}|4x|{value.hex()}")
        elif value.startswith("1."):
            lines.append(f"{oid}|6|{value}")
    return "\n".join(lines) + "\n"


@contextmanager
def responder(folder: Path, data: Path) -> Iterator[int]:
    """snmpsim serving a folder on a free loopback port, until the block ends."""
    from apowacht.plugins.wire.snmp import Target, open_session

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        sys.executable, "-c", "from snmpsim.commands.responder import main; main()",
        f"--data-dir={data}", f"--cache-dir={folder}", f"--agent-udpv4-endpoint=127.0.0.1:{port}",
        "--logging-method=null",
    ]  # fmt: skip
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command += ["--process-user=root", "--process-group=root"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        end = time.monotonic() + 60
        while True:
            session = open_session(
                Target(host="127.0.0.1", port=port, version="2c", community="ready"), Deadline(1)
            )
            try:
                session.get(["1.3.6.1.2.1.1.1.0"])
                break
            except TargetTrouble:
                said = (folder / "log").read_text(errors="replace")[-2000:]
                assert process.poll() is None, said
                assert time.monotonic() < end, said
                time.sleep(0.05)
            finally:
                session.close()
        yield port
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def agents(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a responder that has every recording under its path as the community."""
    for module in ("snmpsim", "pysmi"):
        if not importlib.util.find_spec(module):
            pytest.skip(f"needs {module}")
    data = tmp_path_factory.mktemp("data")
    for file in SHEET:
        target = (data / file).with_suffix(".snmprec")
        target.parent.mkdir(exist_ok=True)
        if file.endswith(".snmprec"):
            target.write_bytes((SNMP / "ups" / file).read_bytes())
        else:
            target.write_text(snmprec(recorded(file)))
    (data / "ready.snmprec").write_text("1.3.6.1.2.1.1.1.0|4|ready\n")
    with responder(tmp_path_factory.mktemp("responder"), data) as port:
        yield port


def reading(answers: dict[str, Value], names: list[str] | None = None) -> dict[str, Any]:
    """The facts, or the reason why there are none."""
    try:
        return read(answers, NOW, names)
    except Garbled as trouble:
        return {"reason": trouble.reason}


@pytest.mark.peer
@pytest.mark.parametrize("version", ["1", "2c"])
@pytest.mark.parametrize("file", sorted(SHEET))
def test_live_reading_is_the_replayed_one(agents: int, file: str, version: str) -> None:
    """Asked over SNMP, at first contact and by the recipe, a card reads as its recording does."""
    from apowacht.plugins.wire.snmp import Target, open_session

    community = file.rpartition(".")[0]
    replayed = reading(recorded(file))
    target = Target(host="127.0.0.1", port=agents, version=version, community=community)
    session = open_session(target, Deadline(60))
    try:
        answers, recipe = ask(session, None)
        assert reading(answers) == replayed
        again, kept = ask(session, recipe)
    finally:
        session.close()
    assert kept == recipe
    assert reading(again, recipe["families"]) == replayed
