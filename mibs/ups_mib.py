"""UPS-MIB of RFC 1628, which nearly every card answers, and its clones under vendors' roots.

Generex CS121, CS141 and BACS cards (sold by Online USV, Rittal, ABB and Benning too) serve
exactly this tree, and give its root as their sysObjectID: they need no file of their own.
"""

from __future__ import annotations

from apowacht.mibs import (
    Alarms,
    Family,
    Row,
    celsius,
    column,
    minutes,
    percent,
    scalar,
    seconds,
    tenths_of_volt,
    text,
    uptime,
    volts,
)

# upsWellKnownAlarms; RFC 1628 section 4, upsAlarm group.
WELL_KNOWN_ALARMS: dict[str, str | None] = {
    "6.3.1": "battery_bad",
    "6.3.2": "on_battery",
    "6.3.3": "low_battery",
    "6.3.4": "depleted_battery",
    "6.3.5": "temp_bad",
    "6.3.6": "input_bad",
    "6.3.7": "output_bad",
    "6.3.8": "output_overload",
    "6.3.9": "on_bypass",
    "6.3.10": "bypass_bad",
    "6.3.11": "output_off_as_requested",
    "6.3.12": "ups_off_as_requested",
    "6.3.13": "charger_failed",
    "6.3.14": "ups_output_off",
    "6.3.15": "ups_system_off",
    "6.3.16": "fan_failure",
    "6.3.17": "fuse_failure",
    "6.3.18": "general_fault",
    "6.3.19": "diagnostic_test_failed",
    "6.3.20": "communications_lost",
    "6.3.21": "awaiting_power",
    "6.3.22": "shutdown_pending",
    "6.3.23": "shutdown_imminent",
    "6.3.24": "test_in_progress",
}

ALARMS = Alarms("6.1", "6.2.1.2", WELL_KNOWN_ALARMS)

OUTPUT_SOURCE: dict[int | str, bool | str] = {
    1: "other", 2: "off", 3: "mains", 4: "bypass", 5: "battery", 6: "mains", 7: "mains",
}  # fmt: skip

BATTERY_STATUS: dict[int | str, bool | str] = {
    1: "unknown", 2: "normal", 3: "low", 4: "depleted",
}  # fmt: skip

TEST_RESULT: dict[int | str, bool | str] = {
    1: "passed", 2: "warning", 3: "failed", 4: "aborted", 5: "in_progress", 6: "never",
}  # fmt: skip


def rfc1628_rows(prefix: str) -> tuple[Row, ...]:
    """The rows of RFC 1628; `prefix` is what a clone's objects are called by: ups, rups."""
    return (
        scalar("manufacturer", f"{prefix}IdentManufacturer", "1.1", text),
        scalar("model", f"{prefix}IdentModel", "1.2", text),
        scalar("ups_name", f"{prefix}IdentName", "1.5", text),
        scalar("power_source", f"{prefix}OutputSource", "4.1", OUTPUT_SOURCE),
        scalar("battery_status", f"{prefix}BatteryStatus", "2.1", BATTERY_STATUS),
        scalar("charge_percent", f"{prefix}EstimatedChargeRemaining", "2.4", percent),
        scalar("runtime_seconds", f"{prefix}EstimatedMinutesRemaining", "2.3", minutes),
        scalar("seconds_on_battery", f"{prefix}SecondsOnBattery", "2.2", seconds),
        scalar("battery_temperature_celsius", f"{prefix}BatteryTemperature", "2.7", celsius),
        scalar("battery_voltage_volts", f"{prefix}BatteryVoltage", "2.5", tenths_of_volt),
        # Whole volts in the RFC; Galaxy 7000, Delta, Huawei and cxc send tenths all the same.
        column("input_voltage_volts", f"{prefix}InputVoltage", "3.3.1.3", volts),
        column("load_percent", f"{prefix}OutputPercentLoad", "4.4.1.5", percent),
        scalar("selftest", f"{prefix}TestResultsSummary", "7.3", TEST_RESULT),
        scalar("selftest_age_days", f"{prefix}TestStartTime", "7.5", uptime),
    )


FAMILY = Family("UPS-MIB", "1.3.6.1.2.1.33.1", rfc1628_rows("ups"), order=100, alarms=ALARMS)
