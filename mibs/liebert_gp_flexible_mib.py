"""LIEBERT-GP-FLEXIBLE-MIB: Liebert and Vertiv IS-UNITY cards, one table of texts by number.

The value of point N of group G is cell 2.G.N; every value is a text, numbers too. Group 1 holds
measurements and states (group 2 repeats temperatures in °F), group 100 events.
"""

from __future__ import annotations

from apowacht.mibs import (
    Family,
    Row,
    cells,
    celsius,
    minutes,
    percent,
    text,
    volts,
)

EVENTS = {
    4122: ("System Input Power Problem", "input_bad"),
    4135: ("Bypass Not Available", "bypass_bad"),
    4162: ("Battery Low", "low_battery"),
    4164: ("Battery Charging Error", "charger_failed"),
    4168: ("Battery Discharging", "on_battery"),
    4172: ("Battery Auto Test In Progress", "test_in_progress"),
    4173: ("Main Battery Disconnect Open", "battery_disconnected"),
    4219: ("Battery Over Temperature", "temp_bad"),
    4233: ("Inverter Failure", "inverter_failure"),
    4234: ("Inverter Overload Phase A", "output_overload"),
    4235: ("Inverter Overload Phase B", "output_overload"),
    4236: ("Inverter Overload Phase C", "output_overload"),
    4298: ("UPS Output on Bypass", "on_bypass"),
    4299: ("Output Load on Maint. Bypass", "on_bypass"),
    4300: ("Internal Communications Failure", "internal_failure"),
    4310: ("Equipment Over Temperature", "temp_bad"),
    4311: ("System Fan Failure", "fan_failure"),
    4389: ("System Output Fault", "output_bad"),
    4440: ("Fuse Failure", "fuse_failure"),
    4825: ("Loss of Redundancy", "loss_of_redundancy"),
}


def event(number: int, label: str, word: str) -> Row:
    """An event that is an alarm while its text says «active»."""
    return cells("alarms", label, (f"2.100.{number}",), {"active": word, "active event": word})


FAMILY = Family(
    "LIEBERT-GP-FLEXIBLE-MIB",
    "1.3.6.1.4.1.476.1.42.3.9.20.1.20.1",
    (
        cells("model", "System Model Number", ("2.1.4240",), text),
        cells(
            "power_source",
            "UPS Output Source",
            ("2.1.4872",),
            {
                "normal": "mains", "battery": "battery", "on battery": "battery",
                "bypass": "bypass", "on bypass": "bypass", "maintenance bypass": "bypass",
                "booster": "mains", "reducer": "mains", "off": "off", "none": "off",
                "other": "other",
            },
        ),
        cells(
            "battery_status",
            "UPS battery status",
            ("2.1.4871",),
            {
                "normal": "normal", "low": "low", "battery low": "low", "depleted": "depleted",
                "unknown": "unknown",
            },
        ),
        cells("charge_percent", "Battery Percentage Charge", ("2.1.4153",), percent),
        cells("runtime_seconds", "Battery Time Remaining", ("2.1.4150",), minutes),
        cells(
            "battery_temperature_celsius", "Battery Temperature for Cabinet", ("2.1.4156",), celsius
        ),
        cells("battery_voltage_volts", "Battery Volts for Cabinet", ("2.1.4155",), volts),
        cells("input_voltage_volts", "System Input RMS A-N", ("2.1.4096",), volts),
        cells(
            "load_percent", "System Output Pct Power Phase A to C",
            ("2.1.4223", "2.1.4224", "2.1.4225"), percent,
        ),
        cells("load_percent", "System Output Pct Power", ("2.1.5861",), percent),
        *(event(number, label, word) for number, (label, word) in EVENTS.items()),
    ),
    order=30,
    manufacturer="Liebert",
)  # fmt: skip
