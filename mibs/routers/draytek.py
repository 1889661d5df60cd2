"""DrayTek Vigor: the LTE table; WAN1..n are known by IF-MIB, there is no object for the fallback.

Columns 2 IMEI, 3 IMSI, 16 and 17 ICCID are left out.
"""

from __future__ import annotations

from apowacht.mibs.routers import Family, Object, dbm, text

FAMILY = Family(
    "draytek",
    ["1.3.6.1.4.1.7367"],
    order=70,
    modems=[
        Object("registration", "lteStatus", "4.1", text),
        Object("technology", "lteAccessTech", "4.4", text),
        Object("operator", "lteOperator", "4.6", text),
        Object("signal", "lteRSSI", "4.7", dbm),
        Object("signal", "lteRSRP", "4.15", dbm),
    ],
)
