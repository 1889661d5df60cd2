"""RIELLOUPS-MIB: Riello NetMan. RFC 1628 under a root of its own, with alarms of its own."""

from __future__ import annotations

from apowacht.mibs import Alarms, Family
from apowacht.mibs.ups_mib import rfc1628_rows

ALARM_WORDS: dict[str, str | None] = {
    "6.3.1": "battery_bad",
    "6.3.2": "on_battery",
    "6.3.3": "low_battery",
    "6.3.4": "depleted_battery",
    "6.3.5": "temp_bad",
    "6.3.6": "general_fault",
    "6.3.7": "internal_failure",
    "6.3.8": "output_overload",
    "6.3.9": "on_bypass",
    "6.3.10": "bypass_bad",
    "6.3.11": "shutdown_imminent",
}

FAMILY = Family(
    "RIELLOUPS-MIB",
    "1.3.6.1.4.1.5491.10.1",
    rfc1628_rows("rups"),
    order=75,
    manufacturer="Riello",
    alarms=Alarms("6.1", "6.2.1.2", ALARM_WORDS),
)
