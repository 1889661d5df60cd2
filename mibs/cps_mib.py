"""CPS-MIB: CyberPower (RMCARD, PowerPanel)."""

from __future__ import annotations

from apowacht.mibs import (
    Family,
    celsius,
    day,
    percent,
    scalar,
    tenths_of_volt,
    text,
    timeticks,
)

OUTPUT_STATUS: dict[int | str, bool | str] = {
    2: "mains", 3: "battery", 4: "mains", 5: "off", 6: "off", 7: "other", 8: "mains",
    9: "bypass", 10: "mains", 11: "mains",
}  # fmt: skip

FAMILY = Family(
    "CPS-MIB",
    "1.3.6.1.4.1.3808.1.1.1",
    (
        scalar("model", "upsBaseIdentModel", "1.1.1", text),
        scalar("ups_name", "upsBaseIdentName", "1.1.2", text),
        scalar("power_source", "upsBaseOutputStatus", "4.1.1", OUTPUT_STATUS),
        scalar(
            "battery_status",
            "upsBaseBatteryStatus",
            "2.1.1",
            {1: "unknown", 2: "normal", 3: "low", 4: "unknown"},
        ),
        scalar("charge_percent", "upsAdvanceBatteryCapacity", "2.2.1", percent),
        # TimeTicks in the MIB and in every recording, though NUT takes them for seconds.
        scalar("runtime_seconds", "upsAdvanceBatteryRunTimeRemaining", "2.2.4", timeticks),
        scalar("seconds_on_battery", "upsBaseBatteryTimeOnBattery", "2.1.2", timeticks),
        scalar("battery_temperature_celsius", "upsAdvanceBatteryTemperature", "2.2.3", celsius),
        scalar("battery_voltage_volts", "upsAdvanceBatteryVoltage", "2.2.2", tenths_of_volt),
        scalar("input_voltage_volts", "upsAdvanceInputLineVoltage", "3.2.1", tenths_of_volt),
        scalar("load_percent", "upsAdvanceOutputLoad", "4.2.3", percent),
        scalar(
            "replace_battery", "upsAdvanceBatteryReplaceIndicator", "2.2.5", {1: False, 2: True}
        ),
        scalar("battery_age_days", "upsBaseBatteryLastReplaceDate", "2.1.3", day),
        scalar(
            "selftest",
            "upsAdvanceTestDiagnosticsResults",
            "7.2.3",
            {1: "passed", 2: "failed", 3: "aborted", 4: "in_progress"},
        ),
        scalar("selftest_age_days", "upsAdvanceTestLastDiagnosticsDate", "7.2.4", day),
        scalar("alarms", "upsBaseBatteryStatus", "2.1.1", {4: "no_battery"}),
        scalar("alarms", "upsBaseOutputStatus", "4.1.1", {11: "output_overload"}),
        scalar(
            "alarms",
            "upsAdvanceInputStatus",
            "3.2.6",
            dict.fromkeys((2, 3, 4, 5, 6), "input_bad"),
        ),
        scalar("alarms", "upsStatus", "10.1", {2: "temp_bad", 3: "general_fault"}),
    ),
    order=15,
    manufacturer="CyberPower",
)
