"""EPPC-MIB: PowerWalker and Phoenixtec network cards."""

from __future__ import annotations

from apowacht.mibs import (
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

FAMILY = Family(
    "EPPC-MIB",
    "1.3.6.1.4.1.935.10.1",
    (
        scalar("model", "upsEIdentityModel", "1.1.2", text),
        # During its battery test (6) the mains is there; the test is told as a test.
        scalar(
            "power_source",
            "upsESystemStatus",
            "1.2.1",
            {
                1: "other", 2: "off", 3: "bypass", 4: "mains", 5: "battery", 6: "mains",
                7: "other", 8: "mains", 9: "mains", 10: "off", 11: "mains", 12: "mains",
                13: "other",
            },
        ),
        scalar("power_source", "upsEBatteryStatus", "1.3.1", {5: "battery"}, weak=True),
        scalar(
            "battery_status",
            "upsEBatteryStatus",
            "1.3.1",
            {1: "unknown", 2: "normal", 3: "low", 4: "depleted", 5: "normal", 6: "unknown"},
        ),
        scalar("charge_percent", "upsEBatteryEstimatedChargeRemaining", "1.3.4", percent),
        scalar("runtime_seconds", "upsEBatteryEstimatedMinutesRemaining", "1.3.3", minutes),
        scalar("seconds_on_battery", "upsESecondsOnBattery", "1.3.2", seconds),
        scalar(
            "battery_temperature_celsius", "upsEBatteryTemperature", "1.3.8", tenths_of_celsius,
            unknown=(-1,),
        ),
        scalar("battery_voltage_volts", "upsEPositiveBatteryVoltage", "1.3.5", tenths_of_volt),
        column("input_voltage_volts", "upsESystemInputVoltage", "1.2.16.1.3", tenths_of_volt),
        column("load_percent", "upsESystemOutputLoad", "1.2.18.1.7", percent),
        scalar("selftest", "upsESystemStatus", "1.2.1", {6: "in_progress"}),
        # failureOrWarning(4) is one code for both; notPossible(5) and testCancel(6) did not end.
        scalar(
            "selftest",
            "upsEBatteryTestResult",
            "1.7.3",
            {
                1: "never", 2: "in_progress", 3: "passed", 4: "warning", 5: "aborted",
                6: "aborted",
            },
        ),
        scalar("alarms", "upsESystemStatus", "1.2.1", {7: "general_fault"}),
        scalar("alarms", "upsEBatteryStatus", "1.3.1", {6: "battery_bad"}),
    ),
    order=50,
)  # fmt: skip
