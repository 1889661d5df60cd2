"""The tree of older Socomec cards, NetVision 5 and before; source: NUT's netvision driver."""

from __future__ import annotations

from apowacht.mibs import (
    Family,
    column,
    minutes,
    percent,
    scalar,
    seconds,
    tenths_of_volt,
    text,
)

FAMILY = Family(
    "NetVision 5",
    "1.3.6.1.4.1.4555.1.1.1.1",
    (
        scalar("model", "upsIdentModel", "1.1", text),
        scalar(
            "power_source",
            "upsOutputSource",
            "4.1",
            {
                1: "other", 2: "off", 3: "mains", 4: "bypass", 5: "battery", 6: "mains",
                7: "mains", 8: "off", 9: "mains",
            },
        ),
        scalar("power_source", "upsBatteryStatus", "2.1", {5: "battery"}, weak=True),
        scalar(
            "battery_status",
            "upsBatteryStatus",
            "2.1",
            {1: "unknown", 2: "normal", 3: "low", 4: "depleted", 5: "normal", 6: "unknown"},
        ),
        scalar("charge_percent", "upsEstimatedChargeRemaining", "2.4", percent),
        scalar("runtime_seconds", "upsEstimatedMinutesRemaining", "2.3", minutes),
        scalar("seconds_on_battery", "upsSecondsOnBattery", "2.2", seconds),
        scalar("battery_voltage_volts", "upsBatteryVoltage", "2.5", tenths_of_volt),
        column("input_voltage_volts", "upsInputVoltage", "3.3.1.5", tenths_of_volt),
        column("load_percent", "upsOutputPercentLoad", "4.4.1.4", percent),
        scalar("alarms", "upsBatteryStatus", "2.1", {6: "battery_bad"}),
    ),
    order=81,
    manufacturer="Socomec",
)  # fmt: skip
