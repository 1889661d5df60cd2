"""Cisco IOS and IOS XE with a cellular interface: CISCO-WAN-3G-MIB, CISCO-WAN-CELL-EXT-MIB.

Rows are numbered by entPhysicalIndex; its name ends with the interface («Modem 0 on Cellular0»).
Columns 661.1.3.1.1.1 to .3 are IMSI, IMEI and ICCID and left out.
"""

from __future__ import annotations

from apowacht.mibs.routers import Family, Object, dbm, text

_LOCKED = "pin_needed"

FAMILY = Family(
    "cisco",
    ["1.3.6.1.4.1.9.9"],
    order=80,
    modems=[
        Object("interface", "entPhysicalName", "1.3.6.1.2.1.47.1.1.1.1.7", text),
        Object(
            "session",
            "c3gConnectionStatus",
            "661.1.1.1.8",
            {
                1: "unknown",
                2: "error",
                3: "connecting",
                4: "standby",  # dormant
                5: "connected",
                6: "disconnected",
                7: "standby",  # idle
                8: "connected",  # active
                9: "standby",  # inactive
            },
        ),
        Object("signal", "c3gCurrentGsmRssi", "661.1.3.4.1.1.1", dbm),
        Object("signal", "cwceLteCurrRsrp", "817.1.1.1.1.1.1", dbm),
        Object(
            "technology",
            "c3gGsmPacketService",
            "661.1.3.2.1.5",
            {
                3: "GPRS",
                4: "EDGE",
                5: "UMTS",
                6: "HSDPA",
                7: "HSUPA",
                8: "HSPA",
                9: "HSPA+",
                10: "LTE",
            },
        ),
        Object(
            "registration",
            "c3gGsmCurrentRoamingStatus",
            "661.1.3.2.1.6",
            {2: "registered, roaming", 3: "registered, home"},
        ),
        Object(
            "registration",
            "c3gRoamingStatus",
            "661.1.1.1.6",
            {2: "registered, roaming", 3: "registered, home"},
        ),
        Object(
            "sim",
            "c3gGsmSimStatus",
            "661.1.3.5.1.1.2",
            {
                2: "ready",
                3: "missing",
                4: "missing",
                5: "error",
                6: "error",
                7: _LOCKED,
                8: "puk_needed",  # its PIN, CHV1, is blocked
                9: "error",
                10: _LOCKED,
                11: "error",
                12: "error",
                13: "error",
            },
        ),
    ],
)
