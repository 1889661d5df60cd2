"""XPPC-MIB: Megatec NetAgent II and Phoenixtec cards (PowerWalker, Online USV, INVT, Santak)."""

from __future__ import annotations

from apowacht.mibs import (
    Family,
    day,
    percent,
    scalar,
    seconds,
    tenths_of_celsius,
    tenths_of_volt,
    text,
)

FAMILY = Family(
    "XPPC-MIB",
    "1.3.6.1.4.1.935.1.1.1",
    (
        scalar("model", "upsBaseIdentModel", "1.1.1", text),
        scalar("ups_name", "upsBaseIdentUpsName", "1.1.2", text),
        scalar(
            "power_source",
            "upsBaseOutputStatus",
            "4.1.1",
            {
                2: "mains", 3: "battery", 4: "mains", 5: "off", 6: "bypass", 7: "other", 8: "off",
                9: "mains",
            },
        ),
        scalar(
            "battery_status",
            "upsBaseBatteryStatus",
            "2.1.1",
            {1: "unknown", 2: "normal", 3: "low"},
        ),
        scalar("charge_percent", "upsSmartBatteryCapacity", "2.2.1", percent),
        # 9999 s is where NetAgent's four digits end.
        scalar(
            "runtime_seconds", "upsSmartBatteryRunTimeRemaining", "2.2.4", seconds,
            unknown=(9999,),
        ),
        scalar("seconds_on_battery", "upsBaseBatteryTimeOnBattery", "2.1.2", seconds),
        scalar(
            "battery_temperature_celsius", "upsSmartBatteryTemperature", "2.2.3", tenths_of_celsius
        ),
        scalar("battery_voltage_volts", "upsSmartBatteryVoltage", "2.2.2", tenths_of_volt),
        scalar("input_voltage_volts", "upsSmartInputLineVoltage", "3.2.1", tenths_of_volt),
        scalar("load_percent", "upsSmartOutputLoad", "4.2.3", percent),
        # Phoenixtec sends 0, which is neither yes nor no.
        scalar("replace_battery", "upsSmartBatteryReplaceIndicator", "2.2.5", {1: False, 2: True}),
        scalar("battery_age_days", "upsBaseBatteryLastReplaceDate", "2.1.3", day),
        scalar(
            "selftest",
            "upsSmartTestDiagnosticsResults",
            "7.2.3",
            {1: "passed", 2: "failed", 3: "aborted", 4: "in_progress"},
        ),
        scalar("selftest_age_days", "upsSmartTestLastDiagnosticsDate", "7.2.4", day),
    ),
    order=60,
)  # fmt: skip
