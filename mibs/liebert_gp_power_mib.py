"""LIEBERT-GP-POWER-MIB: Liebert and Vertiv UPS with OpenComms and older IntelliSlot cards."""

from __future__ import annotations

from apowacht.mibs import Family, minutes, percent, scalar
from apowacht.mibs.ups_mib import BATTERY_STATUS, OUTPUT_SOURCE

FAMILY = Family(
    "LIEBERT-GP-POWER-MIB",
    "1.3.6.1.4.1.476.1.42.3.5",
    (
        scalar("power_source", "lgpPwrStateUpsOutputSource", "3.55", OUTPUT_SOURCE),
        scalar("battery_status", "lgpPwrBatteryCapacityStatus", "1.26", BATTERY_STATUS),
        scalar("charge_percent", "lgpPwrBatteryCapacity", "1.19", percent),
        scalar("runtime_seconds", "lgpPwrBatteryTimeRemaining", "1.18", minutes),
        scalar(
            "selftest",
            "lgpPwrBatteryTestResult",
            "1.8",
            {2: "passed", 3: "failed", 4: "in_progress", 5: "failed", 6: "aborted"},
        ),
    ),
    order=31,
    manufacturer="Liebert",
)
