"""Sinetica's UPSController (enterprise 13891.101): RFC 1628, word for word, under its own root."""

from __future__ import annotations

from apowacht.mibs import Family
from apowacht.mibs.ups_mib import ALARMS, rfc1628_rows

FAMILY = Family(
    "Sinetica",
    "1.3.6.1.4.1.13891.101",
    rfc1628_rows("ups"),
    order=90,
    manufacturer="Sinetica",
    alarms=ALARMS,
)
