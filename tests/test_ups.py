"""check_apo_ups: facts to findings, question by question."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from apowacht.plugins.core.cli import parse
from apowacht.plugins.core.errors import Garbled, Refused, TargetTrouble, Unreachable
from apowacht.plugins.core.render import as_dict, line_1
from apowacht.plugins.core.report import Report, State
from apowacht.plugins.ups import CHECK, UpsFacts, judge, worst_first

HEALTHY = UpsFacts(
    ups_name="office",
    model="Smart-UPS 750",
    mib="PowerNet-MIB",
    power_source="mains",
    battery_status="normal",
    charge_percent=100,
    runtime_seconds=4380,
    load_percent=22.7,
    battery_temperature_celsius=36.9,
    input_voltage_volts=[230.1],
    battery_voltage_volts=27.2,
    seconds_on_battery=0,
    replace_battery=False,
    battery_age_days=700,
    selftest="passed",
    selftest_age_days=10,
    alarms=[],
)
ON_BATTERY = replace(
    HEALTHY, power_source="battery", seconds_on_battery=60, runtime_seconds=1260, charge_percent=80
)


def judged(facts: UpsFacts, *arguments: str) -> Report:
    """The report on these facts with these options."""
    options = parse(CHECK, ["-H", "ups", *arguments])
    return Report("ups", tuple(judge(facts, options)), facts)


def keys(report: Report) -> dict[str, State]:
    """The failure classes that are not OK."""
    return {f.key: f.state for f in report.findings if f.state is not State.OK}


W, C, U, OK = State.WARNING, State.CRITICAL, State.UNKNOWN, State.OK

TABLE: list[tuple[str, dict[str, Any], list[str], dict[str, State]]] = [
    ("a healthy UPS is quiet", {}, [], {}),
    ("a low runtime on mains is quiet without a need", {"runtime_seconds": 200}, [], {}),
    (
        "the site's need is judged on mains",
        {"runtime_seconds": 500},
        ["--shutdown-need", "10m"],
        {"ups.runtime_short": C},
    ),
    (
        "a runtime a little above the need is a warning",
        {"runtime_seconds": 800},
        ["--shutdown-need", "10m"],
        {"ups.runtime_short": W},
    ),
    (
        "explicit runtime limits are judged on mains",
        {"runtime_seconds": 500},
        ["--battery-runtime-warning", "10m"],
        {"ups.runtime_short": W},
    ),
    (
        "after an outage a short runtime is recharging",
        {"runtime_seconds": 500, "seconds_since_battery": 600},
        ["--shutdown-need", "10m"],
        {},
    ),
    (
        "after an outage a weak charge is recharging",
        {"charge_percent": 40, "battery_status": "low", "seconds_since_battery": 600},
        [],
        {},
    ),
    (
        "a nearly empty battery is worth a warning even then",
        {"charge_percent": 10, "seconds_since_battery": 600},
        [],
        {"ups.charge_low": W},
    ),
    (
        "the grace for recharging ends",
        {"charge_percent": 40, "seconds_since_battery": 9 * 3600},
        [],
        {"ups.charge_low": W},
    ),
    ("an unexplained weak charge is a warning", {"charge_percent": 40}, [], {"ups.charge_low": W}),
    ("a flat battery on mains is critical", {"charge_percent": 10}, [], {"ups.charge_low": C}),
    ("a low battery on mains is a warning", {"battery_status": "low"}, [], {"ups.battery_low": W}),
    (
        "a bare number for charge is the floor",
        {"charge_percent": 85},
        ["--battery-charge-warning", "90", "--battery-charge-critical", "80"],
        {"ups.charge_low": W},
    ),
    ("a high load is a warning", {"load_percent": 85}, [], {"ups.load_high": W}),
    ("heat is a warning", {"battery_temperature_celsius": 48}, [], {"ups.temperature_high": W}),
    ("a worn battery is a warning", {"replace_battery": True}, [], {"ups.battery_worn": W}),
    (
        "the alarm says it as well as the flag",
        {"replace_battery": None, "alarms": ["battery_bad"]},
        [],
        {"ups.battery_worn": W},
    ),
    (
        "an ignored alarm is quiet",
        {"alarms": ["fan_failure", "building_alarm"]},
        ["--ignore-alarm", "fan_failure", "--ignore-alarm", "building_alarm"],
        {},
    ),
    ("an old battery is a warning", {"battery_age_days": 1900}, [], {"ups.battery_old": W}),
    ("a failed self-test is a warning", {"selftest": "failed"}, [], {"ups.selftest_failed": W}),
    (
        "the failed test's alarm alone says it too",
        {"selftest": None, "alarms": ["diagnostic_test_failed"]},
        [],
        {"ups.selftest_failed": W},
    ),
    ("a test with a warning", {"selftest": "warning"}, [], {"ups.selftest_warning": W}),
    ("an aborted test is no fault", {"selftest": "aborted"}, [], {}),
    (
        "a UPS that never tested is no fault",
        {"selftest": "never", "selftest_age_days": None},
        [],
        {},
    ),
    ("an old self-test is a warning", {"selftest_age_days": 500}, [], {"ups.selftest_old": W}),
    ("bypass is a warning", {"power_source": "bypass"}, [], {"ups.on_bypass": W}),
    ("an output that is off is critical", {"power_source": "off"}, [], {"ups.output_off": C}),
    (
        "off is said once",
        {"power_source": "off", "alarms": ["ups_output_off"]},
        [],
        {"ups.output_off": C},
    ),
    ("overload is critical", {"alarms": ["output_overload"]}, [], {"ups.overload": C}),
    ("a fan alarm is a warning", {"alarms": ["fan_failure"]}, [], {"ups.alarm": W}),
    ("an announced shutdown is critical", {"alarms": ["shutdown_imminent"]}, [], {"ups.alarm": C}),
    ("what somebody asked for is no alarm", {"alarms": ["output_off_as_requested"]}, [], {}),
    ("stale data is unknown", {"communication": "stale"}, [], {"ups.data_stale": U}),
    ("a lost UPS is unknown", {"communication": "lost"}, [], {"ups.communication_lost": U}),
    (
        "a card that says nothing of power is unknown",
        {"power_source": None, "battery_status": None},
        [],
        {"ups.state_unknown": U},
    ),
    ("a good battery of unknown source is quiet", {"power_source": None}, [], {}),
]


@pytest.mark.parametrize(
    ("changes", "arguments", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_on_mains(
    changes: dict[str, Any], arguments: list[str], expected: dict[str, State]
) -> None:
    """A healthy UPS with one thing changed gives exactly the finding that belongs to it."""
    assert keys(judged(replace(HEALTHY, **changes), *arguments)) == expected


BATTERY_TABLE: list[tuple[str, dict[str, Any], list[str], dict[str, State]]] = [
    ("a power cut is a warning at once", {"seconds_on_battery": 0}, [], {"power.on_battery": W}),
    (
        "ten minutes left is a warning",
        {"runtime_seconds": 550},
        [],
        {"power.on_battery": W, "power.runtime_short": W},
    ),
    (
        "five minutes left is critical",
        {"runtime_seconds": 250},
        [],
        {"power.on_battery": W, "power.runtime_short": C},
    ),
    (
        "the site's need replaces these limits",
        {"runtime_seconds": 1000},
        ["--shutdown-need", "20m"],
        {"power.on_battery": W, "power.runtime_short": C},
    ),
    (
        "the device's own low is critical",
        {"battery_status": "low"},
        [],
        {"power.on_battery": W, "power.low_battery": C},
    ),
    (
        "so is its alarm",
        {"alarms": ["on_battery", "low_battery"]},
        [],
        {"power.on_battery": W, "power.low_battery": C},
    ),
    (
        "a long power cut is critical",
        {"seconds_on_battery": 1000},
        [],
        {"power.on_battery": W, "power.on_battery_long": C},
    ),
    (
        "how long is up to the site",
        {"seconds_on_battery": 1000},
        ["--on-battery-critical", "1h"],
        {"power.on_battery": W},
    ),
    (
        "a UPS that tells no runtime is on battery all the same",
        {"runtime_seconds": None, "seconds_on_battery": None, "charge_percent": None},
        [],
        {"power.on_battery": W},
    ),
    (
        "a self-test is no power cut",
        {"selftest": "in_progress", "charge_percent": 15, "runtime_seconds": 100},
        [],
        {},
    ),
    (
        "a self-test that does not end is a fault and hides nothing",
        {"selftest": "in_progress", "selftest_running_seconds": 3 * 3600},
        [],
        {"ups.selftest_stuck": W, "power.on_battery": W},
    ),
    (
        "on battery by the alarm alone",
        {"power_source": None, "alarms": ["on_battery"]},
        [],
        {"power.on_battery": W},
    ),
]


@pytest.mark.parametrize(
    ("changes", "arguments", "expected"),
    [row[1:] for row in BATTERY_TABLE],
    ids=[row[0] for row in BATTERY_TABLE],
)
def test_on_battery(
    changes: dict[str, Any], arguments: list[str], expected: dict[str, State]
) -> None:
    """A UPS in a power cut with one thing changed gives exactly its findings."""
    assert keys(judged(replace(ON_BATTERY, **changes), *arguments)) == expected


def test_the_perfdata_of_a_full_answer() -> None:
    """All labels, in the units of the contract, with their limits."""
    facts = replace(HEALTHY, input_voltage_volts=[230.1, 229, 231])
    metrics = {m.name: (m.value, m.unit) for m in judged(facts).metrics}
    assert metrics == {
        "battery_runtime": (4380, "s"),
        "battery_charge": (100, "%"),
        "load": (22.7, "%"),
        "on_battery_time": (0, "s"),
        "battery_temp": (36.9, "C"),
        "battery_age": (700 * 86400, "s"),
        "battery_voltage": (27.2, "V"),
        "input_voltage": (230.1, "V"),
        "input_voltage_2": (229, "V"),
        "input_voltage_3": (231, "V"),
    }


def test_what_is_not_told_is_absent() -> None:
    """No metric, and above all no zero, for a fact that is None."""
    report = judged(UpsFacts(power_source="mains", battery_status="normal"))
    assert [metric.name for metric in report.metrics] == ["on_battery_time"]
    assert as_dict(report, "de")["facts"]["charge_percent"] is None  # type: ignore[index]


@pytest.mark.parametrize("source", ["other", "off", None])
def test_no_time_on_battery_is_invented(source: str | None) -> None:
    """Only on mains and on bypass it is certain that the battery is not used."""
    facts = UpsFacts(power_source=source, battery_status="normal")
    assert "on_battery_time" not in [metric.name for metric in judged(facts).metrics]


def test_two_ups_are_one_answer() -> None:
    """The worst comes first, by name; each one's numbers keep their place in the list."""
    options = parse(CHECK, ["-H", "ups"])
    server = replace(ON_BATTERY, ups_name="server", ups_number=2)
    facts = worst_first([HEALTHY, server], options)
    report = Report("ups", tuple(judge(facts, options)), facts)
    assert facts.ups_name == "server"
    assert [other.ups_name for other in facts.others] == ["office"]
    assert (
        line_1(report, "de")
        == "UPS WARNING - server: Stromausfall: USV auf Akku, Restlaufzeit 21 min"
    )
    metrics = {metric.name: metric.value for metric in report.metrics}
    assert (metrics["battery_charge"], metrics["u2_battery_charge"]) == (100, 80)
    names = [metric.name for metric in report.metrics]
    assert len(names) == len(set(names))
    assert all(len(name) <= 19 for name in names)


def test_one_ups_that_is_lost_does_not_hide_the_other() -> None:
    """A stale UPS beside a healthy one: UNKNOWN, and the healthy one's numbers are there."""
    options = parse(CHECK, ["-H", "ups"])
    cellar = UpsFacts(ups_name="cellar", communication="stale", ups_number=2)
    facts = worst_first([HEALTHY, cellar], options)
    report = Report("ups", tuple(judge(facts, options)), facts)
    assert report.state is State.UNKNOWN
    assert "cellar" in line_1(report, "de")
    assert "battery_charge" in [metric.name for metric in report.metrics]


@pytest.mark.parametrize(
    ("trouble", "key"),
    [
        (Unreachable("no_snmp_answer", phase="request", host="ups"), "ups.no_data"),
        (Refused("connection_refused", phase="connect", host="ups", port=1), "ups.no_data"),
        (Garbled("no_ups_mib", phase="request"), "ups.unreadable"),
        (Refused("snmp_auth", phase="auth", detail="unknownUserName"), "ups.unreadable"),
    ],
)
def test_silence_and_an_answer_of_no_use_are_two_things(trouble: TargetTrouble, key: str) -> None:
    """Neither is a power cut; who answers is not said to be silent."""
    report = CHECK._replace(probe=lambda options: _raise(trouble)).run(parse(CHECK, ["-H", "ups"]))
    assert keys(report) == {key: State.UNKNOWN}


def _raise(trouble: TargetTrouble) -> None:
    raise trouble
