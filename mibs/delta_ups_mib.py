"""DeltaUPS-MIB, version 4: Delta and its brands (Socomec Netys, Minuteman)."""

from __future__ import annotations

from apowacht.mibs import (
    Family,
    cells,
    celsius,
    day,
    minutes,
    percent,
    scalar,
    seconds,
    tenths_of_volt,
    text,
)

FAMILY = Family(
    "DeltaUPS-MIB",
    "1.3.6.1.4.1.2254.2.4",
    (
        scalar("manufacturer", "dupsIdentManufacturer", "1.1", text),
        scalar("model", "dupsIdentModel", "1.2", text),
        scalar("ups_name", "dupsIdentName", "1.5", text),
        # Counted from 0, unlike every other family.
        scalar(
            "power_source",
            "dupsOutputSource",
            "5.1",
            {
                0: "mains", 1: "battery", 2: "bypass", 3: "mains", 4: "mains", 5: "bypass",
                6: "other", 7: "off",
            },
        ),
        scalar(
            "battery_status", "dupsBatteryStatus", "7.2", {0: "normal", 1: "low", 2: "depleted"}
        ),
        scalar("charge_percent", "dupsBatteryCapacity", "7.8", percent),
        scalar("runtime_seconds", "dupsBatteryEstimatedTime", "7.5", minutes),
        scalar("seconds_on_battery", "dupsSecondsOnBattery", "7.4", seconds),
        scalar("battery_temperature_celsius", "dupsTemperature", "7.9", celsius),
        scalar("battery_voltage_volts", "dupsBatteryVoltage", "7.6", tenths_of_volt),
        # Unused phases are NULL.
        cells(
            "input_voltage_volts", "dupsInputVoltage1 to 3", ("4.3.0", "4.6.0", "4.9.0"),
            tenths_of_volt,
        ),
        cells("load_percent", "dupsOutputLoad1 to 3", ("5.7.0", "5.11.0", "5.15.0"), percent),
        scalar(
            "replace_battery", "dupsBatteryCondiction", "7.1", {0: False, 1: False, 2: True}
        ),
        scalar("battery_age_days", "dupsLastReplaceDate", "7.10", day),
        scalar(
            "selftest",
            "dupsTestResultsSummary",
            "8.2",
            {
                0: "never", 1: "passed", 2: "in_progress", 3: "failed", 4: "failed", 5: "failed",
            },
        ),
        scalar("alarms", "dupsAlarmPowerFail", "9.2", {1: "input_bad"}),
        scalar("alarms", "dupsAlarmBatteryLow", "9.3", {1: "low_battery"}),
        scalar("alarms", "dupsAlarmUPSFault", "9.7", {1: "general_fault"}),
    ),
    order=40,
    manufacturer="Delta",
)  # fmt: skip
