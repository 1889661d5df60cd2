"""TRIPPLITE-PRODUCTS: Tripp Lite cards from PowerAlert 20 on. Every row is a table's column."""

from __future__ import annotations

from apowacht.mibs import (
    Family,
    column,
    day,
    minutes,
    percent,
    seconds,
    tenths_of_celsius,
    tenths_of_volt,
    timeticks,
)
from apowacht.mibs.ups_mib import BATTERY_STATUS

FAMILY = Family(
    "TRIPPLITE-PRODUCTS",
    "1.3.6.1.4.1.850.1.1.3",
    (
        # Economy (9) is «other» in RFC 1628 on the same card; testing (10) is told as a test.
        column(
            "power_source",
            "tlpUpsOutputSource",
            "1.3.3.1.1.1",
            {
                1: "other", 2: "off", 3: "mains", 4: "bypass", 5: "battery", 6: "mains",
                7: "mains", 8: "mains", 9: "mains", 10: "mains",
            },
        ),
        column("battery_status", "tlpUpsBatteryStatus", "1.3.1.1.1.1", BATTERY_STATUS),
        column("charge_percent", "tlpUpsEstimatedChargeRemaining", "1.3.1.1.1.4", percent),
        column("runtime_seconds", "tlpUpsEstimatedMinutesRemaining", "1.3.1.1.1.3", minutes),
        column("runtime_seconds", "tlpUpsBatteryRunTimeRemaining", "1.3.1.1.1.5", timeticks),
        column("seconds_on_battery", "tlpUpsSecondsOnBattery", "1.3.1.1.1.2", seconds),
        column(
            "battery_temperature_celsius", "tlpUpsBatteryPackDetailTemperatureC", "1.3.1.5.1.2",
            tenths_of_celsius,
        ),
        column(
            "battery_voltage_volts", "tlpUpsBatteryDetailVoltage", "1.3.1.2.1.1", tenths_of_volt
        ),
        # RFC 1628 on the same card tells it too, in whole volts and one row per line.
        column(
            "input_voltage_volts", "tlpUpsInputPhaseVoltage", "1.3.2.2.1.3", tenths_of_volt,
            weak=True,
        ),
        column("replace_battery", "tlpUpsBatteryPackDetailCondition", "1.3.1.5.1.1", {3: True}),
        column("battery_age_days", "tlpUpsBatteryPackDetailLastReplaceDate", "1.3.1.5.1.5", day),
        column("selftest", "tlpUpsOutputSource", "1.3.3.1.1.1", {10: "in_progress"}),
    ),
    order=65,
    manufacturer="Tripp Lite",
)  # fmt: skip
