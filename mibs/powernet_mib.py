"""PowerNet-MIB: APC and Schneider (Smart-UPS, Symmetra, Galaxy VS, PowerChute)."""

from __future__ import annotations

from apowacht.mibs import (
    Family,
    Flags,
    celsius,
    column,
    day,
    percent,
    scalar,
    tenths_of_celsius,
    tenths_of_percent,
    tenths_of_volt,
    text,
    timeticks,
    volts,
)

# A test puts the load on the battery on purpose: the mains is there, the test is in progress.
# Spot modes and the like are for a technician beside the device: other.
OUTPUT_STATUS: dict[int | str, bool | str] = {
    2: "mains", 3: "battery", 4: "mains", 5: "off", 6: "bypass", 7: "off", 8: "other",
    9: "bypass", 10: "bypass", 11: "off", 12: "mains", 13: "mains", 14: "mains", 15: "mains",
    16: "bypass", 17: "bypass", 18: "mains", 19: "other", 20: "mains", 21: "other", 22: "other",
    23: "other", 24: "other", 25: "mains", 26: "other", 27: "other", 28: "mains",
}  # fmt: skip

# Positions in upsBasicStateOutputState; only those whose meaning is beyond doubt.
STATE_ALARMS = {
    2: "low_battery", 4: "battery_bad", 8: "output_overload", 24: "charger_failed",
    25: "temp_bad", 32: "no_battery", 40: "fan_failure",
}  # fmt: skip

FAMILY = Family(
    "PowerNet-MIB",
    "1.3.6.1.4.1.318.1.1.1",
    (
        scalar("model", "upsBasicIdentModel", "1.1.1", text),
        scalar("ups_name", "upsBasicIdentName", "1.1.2", text),
        scalar("communication", "upsCommStatus", "8.1", {1: "ok", 2: "lost"}),
        scalar("power_source", "upsBasicOutputStatus", "4.1.1", OUTPUT_STATUS),
        scalar(
            "battery_status",
            "upsBasicBatteryStatus",
            "2.1.1",
            {1: "unknown", 2: "normal", 3: "low", 4: "unknown", 5: "unknown"},
        ),
        scalar("alarms", "upsBasicBatteryStatus", "2.1.1", {4: "battery_bad", 5: "no_battery"}),
        # The objects in tenths are finer; 0 and -1 there mean that only the whole ones work.
        scalar(
            "charge_percent", "upsHighPrecBatteryCapacity", "2.3.1", tenths_of_percent,
            unknown=(0, -1),
        ),
        scalar("charge_percent", "upsAdvBatteryCapacity", "2.2.1", percent),
        scalar("runtime_seconds", "upsAdvBatteryRunTimeRemaining", "2.2.3", timeticks),
        scalar("seconds_on_battery", "upsBasicBatteryTimeOnBattery", "2.1.2", timeticks),
        # The MIB gives 255 for «no sensor», in the object of tenths too.
        scalar(
            "battery_temperature_celsius", "upsHighPrecBatteryTemperature", "2.3.2",
            tenths_of_celsius, unknown=(0, -1, 255),
        ),
        scalar("battery_temperature_celsius", "upsAdvBatteryTemperature", "2.2.2", celsius),
        scalar(
            "battery_voltage_volts", "upsHighPrecBatteryActualVoltage", "2.3.4", tenths_of_volt,
            unknown=(0, -1),
        ),
        scalar("battery_voltage_volts", "upsAdvBatteryActualVoltage", "2.2.8", volts),
        scalar(
            "input_voltage_volts", "upsHighPrecInputLineVoltage", "3.3.1", tenths_of_volt,
            unknown=(0, -1),
        ),
        scalar("input_voltage_volts", "upsAdvInputLineVoltage", "3.2.1", volts),
        # 0 is a true load: a UPS that feeds nothing.
        scalar("load_percent", "upsHighPrecOutputLoad", "4.3.3", tenths_of_percent, unknown=(-1,)),
        scalar("load_percent", "upsAdvOutputLoad", "4.2.3", percent),
        scalar("replace_battery", "upsAdvBatteryReplaceIndicator", "2.2.4", {1: False, 2: True}),
        scalar("replace_battery", "upsAdvBatteryCondition", "2.2.23", {4: True}),
        scalar("replace_battery", "upsHighPrecBatteryHealth", "2.3.11", Flags({2: True, 4: True})),
        column(
            "replace_battery", "upsHighPrecBatteryPackStatus", "2.3.10.2.1.6", Flags({2: True})
        ),
        column(
            "replace_battery", "upsHighPrecBatteryCartridgeStatus", "2.3.10.2.1.10",
            Flags({2: True}),
        ),
        column(
            "alarms", "upsHighPrecBatteryPackStatus", "2.3.10.2.1.6",
            Flags({0: "battery_disconnected"}),
        ),
        scalar("battery_age_days", "upsBasicBatteryLastReplaceDate", "2.1.3", day),
        scalar("selftest", "upsBasicOutputStatus", "4.1.1", {15: "in_progress", 28: "in_progress"}),
        scalar("selftest", "upsBasicStateOutputState", "11.1.1", Flags({28: "in_progress"})),
        scalar(
            "selftest",
            "upsAdvTestDiagnosticsResults",
            "7.2.3",
            {1: "passed", 2: "failed", 3: "aborted", 4: "in_progress"},
        ),
        scalar("selftest_age_days", "upsAdvTestLastDiagnosticsDate", "7.2.4", day),
        scalar("alarms", "upsBasicStateOutputState", "11.1.1", Flags(STATE_ALARMS)),
    ),
    order=10,
    manufacturer="APC",
)  # fmt: skip
