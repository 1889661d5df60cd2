"""SOCOMECUPS-MIB: Socomec cards NetVision 6 and later."""

from __future__ import annotations

from apowacht.mibs import (
    Alarms,
    Family,
    column,
    minutes,
    percent,
    scalar,
    seconds,
    tenths_of_celsius,
    tenths_of_volt,
    text,
)

# The alarms are scalars of 0 and 1, and their OIDs stand in the alarm table while present.
ALARM_WORDS = {
    1: "shutdown_imminent",
    2: "output_overload",
    3: "temp_bad",
    11: "general_fault",
    12: "battery_disconnected",
    13: "depleted_battery",
    14: "low_battery",
    15: "on_battery",
    16: "temp_bad",
    18: "test_in_progress",
    19: "battery_bad",
    22: "input_bad",
    24: "charger_failed",
    33: "on_bypass",
    55: "on_bypass",
    56: "ups_output_off",
    58: "communications_lost",
    59: "shutdown_pending",
    61: "shutdown_imminent",
}

FAMILY = Family(
    "SOCOMECUPS-MIB",
    "1.3.6.1.4.1.4555.1.1.7.1",
    (
        scalar("model", "upsIdentModel", "1.1", text),
        scalar("communication", "upsAlarmCommunicationLost", "6.3.58", {0: "ok", 1: "lost"}),
        # The output source has no «battery»: onInverter is the healthy state. What the battery
        # does tells it; a battery test is no power cut.
        scalar("power_source", "upsBatteryStatus", "2.1", {4: "mains", 5: "battery"}),
        scalar("power_source", "upsAlarmOnBattery", "6.3.15", {1: "battery"}),
        scalar(
            "power_source",
            "upsOutputSource",
            "4.1",
            {
                2: "bypass", 3: "mains", 4: "mains", 5: "mains", 6: "bypass", 7: "off", 8: "off",
                9: "mains", 10: "mains",
            },
        ),
        scalar("power_source", "upsBatteryStatus", "2.1", {2: "mains", 3: "mains"}, weak=True),
        scalar(
            "battery_status",
            "upsBatteryStatus",
            "2.1",
            {
                1: "unknown", 2: "normal", 3: "normal", 4: "normal", 5: "normal", 6: "low",
                7: "depleted", 8: "unknown", 9: "unknown",
            },
        ),
        scalar("charge_percent", "upsEstimatedChargeRemaining", "2.4", percent),
        scalar("runtime_seconds", "upsEstimatedMinutesRemaining", "2.3", minutes),
        scalar("seconds_on_battery", "upsSecondsOnBattery", "2.2", seconds),
        scalar("battery_temperature_celsius", "upsBatteryTemperature", "2.6", tenths_of_celsius),
        scalar("battery_voltage_volts", "upsBatteryVoltage", "2.5", tenths_of_volt),
        column("input_voltage_volts", "upsInputVoltage", "3.3.1.2", tenths_of_volt),
        column("load_percent", "upsOutputPercentLoad", "4.4.1.4", percent),
        scalar("load_percent", "upsOutputLoadRate", "4.7", percent),
        scalar("selftest", "upsBatteryStatus", "2.1", {4: "in_progress"}),
        scalar("alarms", "upsBatteryStatus", "2.1", {8: "battery_bad", 9: "battery_disconnected"}),
        *(
            scalar("alarms", f"socomec alarm {number}", f"6.3.{number}", {1: word})
            for number, word in ALARM_WORDS.items()
        ),
    ),
    order=80,
    manufacturer="Socomec",
    alarms=Alarms(
        "6.1", "6.2.1.2", {f"6.3.{number}": word for number, word in ALARM_WORDS.items()}
    ),
)  # fmt: skip
