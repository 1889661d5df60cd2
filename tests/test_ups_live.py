"""check_apo_ups as a technician runs it: the real command against simulated devices on loopback."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from commands import SCRIPTS, Run, assert_conforms, perfdata_of, run

from apowacht.simulator.box import Box
from apowacht.simulator.snmp_agent import Agent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOURCES = ("ups-server", "ups-picker", "ups-backoffice", "ups-fridge", "till", "ups-desk")


@pytest.fixture
def box() -> Iterator[Box]:
    """The pharmacy on a quiet day."""
    with Box("quiet") as running:
        yield running


def ask(box: Box, name: str, *arguments: str) -> Run:
    """Ask one device of the box; the answer keeps the contract."""
    host, unit = box.find(name)
    done = run("check_apo_ups", *host.options(unit), *arguments)
    if "--output" not in arguments:
        assert_conforms(done, "ups")
    return done


def facts(box: Box, name: str, *arguments: str) -> dict[str, Any]:
    """The whole JSON answer."""
    answer: dict[str, Any] = json.loads(ask(box, name, "--output", "json", *arguments).out)
    return answer


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_gives_the_same_perfdata(box: Box, name: str) -> None:
    """SNMP of several families, NUT and apcupsd: one set of labels, all from the contract."""
    done = ask(box, name)
    assert done.code == 0, done.out
    assert perfdata_of(done).keys() >= {"battery_charge", "battery_runtime", "load"}
    allowed = {
        "battery_charge", "battery_runtime", "load", "on_battery_time", "battery_temp",
        "battery_voltage", "input_voltage", "battery_age",
    }  # fmt: skip
    assert perfdata_of(done).keys() <= allowed


@pytest.mark.parametrize("name", SOURCES)
def test_a_power_cut_is_seen_over_every_source(box: Box, name: str) -> None:
    """WARNING with the runtime in line 1; the JSON names the team and what to do first."""
    assert ask(box, name).code == 0
    box.switch("power-cut")
    done = ask(box, name)
    assert done.code == 1, done.out
    assert "Stromausfall" in done.line_1
    finding = facts(box, name)["findings"][0]
    assert finding["key"] == "power.on_battery"
    assert finding["owner"] == "Apothekenteam"
    assert finding["step"]
    assert finding["never"]


def test_a_weak_charge_after_a_power_cut_is_recharging(box: Box) -> None:
    """The check remembers that it saw the outage, so the recharge is no second alarm."""
    _, unit = box.find("ups-server")
    ask(box, "ups-server")
    box.put("ups-server", "on battery")
    assert ask(box, "ups-server").code == 1
    box.put("ups-server", "recharging" if "recharging" in unit.device.states else "normal")
    answer = facts(box, "ups-server")
    assert answer["state"] == 0
    assert answer["facts"]["seconds_since_battery"] is not None
    assert answer["findings"][0]["key"] == "ups.recharging"


def test_a_second_run_asks_once(box: Box) -> None:
    """What the device can tell is remembered: one request, and the same facts."""
    host, _ = box.find("ups-server")
    first = facts(box, "ups-server")["facts"]
    assert isinstance(host.service, Agent)
    before = host.service.requests
    second = facts(box, "ups-server")["facts"]
    assert host.service.requests - before == 1
    assert first == second


def test_all_ups_of_a_server_are_one_answer(box: Box) -> None:
    """The worst is described, the others are listed, their numbers are told apart."""
    box.put("router", "on battery")
    host, _ = box.find("router")
    address = host.service.address
    done = run(
        "check_apo_ups", "-H", address[0], "-p", str(address[1]), "--source", "nut",
        "--output", "json",
    )  # fmt: skip
    answer = json.loads(done.out)
    assert done.code == 1
    assert answer["facts"]["ups_name"] == "router"
    assert {other["ups_name"] for other in answer["facts"]["others"]} == {"till", "lab"}
    assert set(answer["facts"]["others"][0]) == set(answer["facts"])
    assert any(metric["name"].startswith("u2_") for metric in answer["metrics"])


def test_an_alias_replaces_the_device_s_own_name(box: Box) -> None:
    """In the facts and in every text."""
    answer = facts(box, "till", "--alias", "Kasse=till")
    assert answer["facts"]["ups_name"] == "Kasse"


def test_a_recording_judges_like_the_device(box: Box, tmp_path: Path) -> None:
    """Recorded in a power cut and replayed later: same facts, same findings, no device asked."""
    for name in SOURCES:
        box.switch("power-cut")
        file = tmp_path / name
        live = facts(box, name, "--record", str(file))
        box.switch("quiet")
        replayed = json.loads(run("check_apo_ups", "--replay", str(file), "--output", "json").out)
        assert replayed["facts"] == live["facts"]
        assert replayed["findings"] == live["findings"]
        assert replayed["metrics"] == live["metrics"]


@pytest.mark.parametrize("check", ["ups", "uplink", "connector", "terminal", "certificate"])
def test_a_recording_with_foreign_insides_is_called_damaged(check: str, tmp_path: Path) -> None:
    """Well-formed, ours, and nonsense within: one line that names the file, UNKNOWN."""
    file = tmp_path / "recording"
    for answers in ("{}", "[]", '"text"', "7", '{"1.3": {"text": "x"}, "ups": 5, "data": []}'):
        file.write_text(
            '{"format": "apowacht-recording", "version": 1, "moment": "2026-11-24T10:00:00+00:00",'
            f' "check": "{check}", "options": {{}}, "source": "snmp", "answers": {answers}}}'
        )
        done = run(f"check_apo_{check}", "--replay", str(file))
        assert_conforms(done, check)
        assert done.code == 3
        assert "intern" not in done.out


def test_aged_recordings_keep_their_moment(tmp_path: Path, box: Box) -> None:
    """A battery does not grow old in a file."""
    file = tmp_path / "recording"
    age = facts(box, "ups-server", "--record", str(file))["facts"]["battery_age_days"]
    text = file.read_text()
    moment = json.loads(text)["moment"]
    file.write_text(text.replace(moment[:4], str(int(moment[:4]) - 1), 1))
    again = json.loads(run("check_apo_ups", "--replay", str(file), "--output", "json").out)
    assert again["facts"]["battery_age_days"] in (age - 365, age - 366)


UPSC = """battery.charge: 64
battery.runtime: 840
ups.load: 31
ups.status: OB DISCHRG
input.voltage: 0.0
device.model: Ellipse PRO 850
device.serial: G355L43021
"""
APCACCESS = """APC      : 001,036,0879
UPSNAME  : office
MODEL    : Back-UPS BX1500M
STATUS   : ONLINE REPLACEBATT
LINEV    : 231.0 Volts
LOADPCT  : 12.0 Percent
BCHARGE  : 100.0 Percent
TIMELEFT : 41.5 Minutes
SELFTEST : NG
STATFLAG : 0x05000088
SERIALNO : 3B2021X11111
END APC  : 2026-11-24 10:00:00 +0100
"""
SNMPREC = """1.3.6.1.2.1.33.1.1.2.0|4|Some UPS
1.3.6.1.2.1.33.1.2.1.0|2|2
1.3.6.1.2.1.33.1.2.3.0|2|14
1.3.6.1.2.1.33.1.2.4.0|2|97
1.3.6.1.2.1.33.1.4.1.0|2|4
"""
WALK = """.1.3.6.1.2.1.33.1.1.2.0 = STRING: "Some UPS"
.1.3.6.1.2.1.33.1.2.1.0 = INTEGER: 2
.1.3.6.1.2.1.33.1.2.3.0 = INTEGER: 14
.1.3.6.1.2.1.33.1.2.4.0 = INTEGER: 97
.1.3.6.1.2.1.33.1.4.1.0 = INTEGER: 4
"""


@pytest.mark.parametrize(
    ("text", "code", "runtime", "source"),
    [
        (UPSC, 1, 840, "battery"),
        (APCACCESS, 1, 2490, "mains"),
        (SNMPREC, 1, 840, "bypass"),
        (WALK, 1, 840, "bypass"),
    ],
    ids=["upsc", "apcaccess", "snmprec", "snmpwalk"],
)
def test_files_of_other_tools_are_judged(
    tmp_path: Path, text: str, code: int, runtime: int, source: str
) -> None:
    """Whatever a colleague sends by mail."""
    file = tmp_path / "colleague"
    file.write_text(text)
    done = run("check_apo_ups", "--replay", str(file), "--output", "json")
    answer = json.loads(done.out)
    assert done.code == code
    assert answer["facts"]["runtime_seconds"] == runtime
    assert answer["facts"]["power_source"] == source
    assert "G355L43021" not in done.out
    assert "3B2021X11111" not in done.out


@pytest.mark.parametrize("text", ["", "hello\n", "{}", "\x00\x01\x02", "a: b\n"])
def test_a_file_of_no_known_kind_is_named(tmp_path: Path, text: str) -> None:
    """One line and UNKNOWN."""
    file = tmp_path / "odd"
    file.write_text(text)
    done = run("check_apo_ups", "--replay", str(file))
    assert_conforms(done, "ups")
    assert done.code == 3
    assert "--replay" in done.out


def test_a_recording_hides_who_and_where(tmp_path: Path, box: Box) -> None:
    """Neither the community nor a serial number of the device is in the file."""
    file = tmp_path / "recording"
    for name in SOURCES:
        facts(box, name, "--record", str(file))
        text = file.read_text().lower()
        assert "community" not in text
        assert "serial" not in text.replace('"device.serial": "***"', "").replace(
            '"ups.serial": "***"', ""
        ).replace('"serialno": "***"', "")


def test_debounce_holds_a_flapping_flag_back(box: Box) -> None:
    """A replace flag counts from the second sight on; a power cut at once."""
    rule = ("--debounce", "2/3")
    assert ask(box, "ups-picker", *rule).code == 0
    box.put("ups-picker", "worn battery")
    first = ask(box, "ups-picker", *rule)
    assert first.code == 0
    assert "wird beobachtet" in first.out
    assert ask(box, "ups-picker", *rule).code == 1
    box.put("ups-picker", "normal")
    assert ask(box, "ups-picker", *rule).code == 1
    assert ask(box, "ups-picker", *rule).code == 0
    box.put("ups-picker", "on battery")
    assert ask(box, "ups-picker", *rule).code == 1


def test_an_unusable_state_folder_changes_nothing_but_a_note(box: Box, tmp_path: Path) -> None:
    """A file where the folder should be: the verdict stands, the note tells."""
    file = tmp_path / "file"
    file.touch()
    done = ask(box, "ups-server", "--state-dir", str(file / "below"))
    assert done.code == 0
    assert "Gedächtnis" in done.out


def test_a_run_over_v2c_loads_nothing_heavy(box: Box) -> None:
    """No asyncio, requests, cryptography or prometheus_client on that path."""
    host, unit = box.find("ups-server")
    done = subprocess.run(
        [
            sys.executable, "-X", "importtime", SCRIPTS / "check_apo_ups",
            *host.options(unit),
        ],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "apowacht.plugins.ups" in loaded
    for heavy in ("asyncio", "requests", "cryptography", "prometheus_client", "ssl", "hashlib"):
        assert heavy not in loaded


@pytest.mark.parametrize("output", ["checkmk", "prtg"])
def test_the_other_formats_carry_state_and_numbers(box: Box, output: str) -> None:
    """A local check's line; a sensor's JSON."""
    box.put("ups-server", "on battery")
    done = ask(box, "ups-server", "--output", output, "--service", "USV Büro")
    assert done.code == 1
    if output == "checkmk":
        assert done.out.startswith('1 "USV Büro" battery_runtime=1260;600:;300:;0|')
        assert len(done.out.strip().split("\n")) == 1
    else:
        channels = {c["channel"]: c["value"] for c in json.loads(done.out)["prtg"]["result"]}
        assert channels["state"] == 1
        assert channels["battery_runtime"] == 1260
