"""XUPS-MIB: Powerware, and Eaton's ConnectUPS, Network-M2 and M3 cards."""

from __future__ import annotations

from apowacht.mibs import (
    Alarms,
    Family,
    celsius,
    column,
    day,
    percent,
    scalar,
    seconds,
    text,
    volts,
)

# None: the end of a trouble, or a normal mode, told in the same table as the troubles.
ALARM_WORDS: dict[str, str | None] = {
    "7.3": "on_battery",
    "7.4": "low_battery",
    "7.5": None,  # utility power restored
    "7.6": None,  # return from low battery
    "7.7": "output_overload",
    "7.8": "internal_failure",
    "7.9": "depleted_battery",
    "7.10": "inverter_failure",
    "7.11": "on_bypass",
    "7.12": "bypass_bad",
    "7.13": "ups_output_off",
    "7.14": "input_bad",
    "7.15": "building_alarm",
    "7.16": "shutdown_imminent",
    "7.17": None,  # on inverter
    "7.20": "breaker_open",
    "7.23": "battery_bad",
    "7.24": "output_off_as_requested",
    "7.25": "diagnostic_test_failed",
    "7.26": "communications_lost",
    "7.27": "shutdown_pending",
    "7.28": "test_in_progress",
    "7.29": "ambient_temp_bad",
    "7.30": "loss_of_redundancy",
    "7.31": "temp_bad",
    "7.32": "charger_failed",
    "7.33": "fan_failure",
    "7.34": "fuse_failure",
    "7.35": "power_switch_bad",
    "7.36": "module_failure",
    "7.37": "on_alternate_power",
    "7.38": "alternate_power_bad",
    "7.39": None,  # a notice
}

FAMILY = Family(
    "XUPS-MIB",
    "1.3.6.1.4.1.534.1",
    (
        scalar("manufacturer", "xupsIdentManufacturer", "1.1", text),
        scalar("model", "xupsIdentModel", "1.2", text),
        scalar(
            "power_source",
            "xupsOutputSource",
            "4.5",
            {
                1: "other", 2: "off", 3: "mains", 4: "bypass", 5: "battery", 6: "mains",
                7: "mains", 8: "mains", 9: "mains", 10: "mains", 11: "bypass", 12: "mains",
            },
        ),
        scalar("battery_status", "xupsBatteryLowCapacity", "2.10", {1: "low"}),
        # ABM tells what the charger does, not how full the battery is; the 93E sends 0.
        scalar(
            "battery_status", "xupsBatteryAbmStatus", "2.5",
            {1: "normal", 3: "normal", 4: "normal", 5: "unknown"}, weak=True,
        ),
        scalar("charge_percent", "xupsBatCapacity", "2.4", percent),
        scalar("runtime_seconds", "xupsBatTimeRemaining", "2.1", seconds),
        scalar("battery_temperature_celsius", "xupsEnvAmbientTemp", "6.1", celsius),
        scalar("battery_voltage_volts", "xupsBatVoltage", "2.2", volts),
        column("input_voltage_volts", "xupsInputVoltage", "3.4.1.2", volts),
        scalar("load_percent", "xupsOutputLoad", "4.1", percent),
        scalar("replace_battery", "xupsBatteryFailure", "2.7", {1: True, 2: False}),
        scalar("replace_battery", "xupsBatteryAged", "2.9", {1: True, 2: False}),
        scalar("battery_age_days", "xupsBatteryLastReplacedDate", "2.6", day),
        scalar("selftest", "xupsBatteryAbmStatus", "2.5", {7: "in_progress"}),
        # Scheduled(7): it could not run now and will later. That is no result yet.
        scalar(
            "selftest",
            "xupsTestBatteryStatus",
            "8.2",
            {2: "passed", 3: "failed", 4: "in_progress", 6: "aborted"},
        ),
        scalar("alarms", "xupsBatteryAbmStatus", "2.5", {6: "battery_disconnected"}),
        scalar("alarms", "xupsBatteryAbmStatus", "2.5", {8: "battery_bad"}),
        scalar("alarms", "xupsBatteryFailure", "2.7", {1: "battery_bad"}),
        scalar("alarms", "xupsBatteryNotPresent", "2.8", {1: "no_battery"}),
        scalar("alarms", "xupsInputStatus", "3.9", {1: "input_bad"}),
    ),
    order=70,
    alarms=Alarms("7.1", "7.2.1.2", ALARM_WORDS),
)  # fmt: skip
