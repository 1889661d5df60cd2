"""FortiExtender: a modem on its own, signals as texts."""

from __future__ import annotations

from apowacht.mibs.routers import Family, Object, dbm

FAMILY = Family(
    "fortiextender",
    ["1.3.6.1.4.1.12356.121.21"],
    order=51,
    modems=[
        Object("signal", "RSSI", "3.1.1.22", dbm),
        Object("signal", "RSRP", "3.1.1.29", dbm),
    ],
)
