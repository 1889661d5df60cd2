"""MikroTik RouterOS: LTE modems by the number of their interface.

RSRP is believed before RSSI, which reads 0 on some modems. 14988.1.1.18 runs a script when it is
read: nothing below it is ever asked. Columns 11 IMEI, 12 IMSI and 13 ICCID are left out.
"""

from __future__ import annotations

from apowacht.mibs.routers import Family, Object, dbm, text

FAMILY = Family(
    "mikrotik",
    ["1.3.6.1.4.1.14988.1.1"],
    order=40,
    links=True,
    modems=[
        Object("interface", "mtxrInterfaceStatsName", "14.1.1.2", text),
        Object("signal", "mtxrLTEModemSignalRSRP", "16.1.1.4", dbm),
        Object("signal", "mtxrLTEModemSignalRSSI", "16.1.1.2", dbm),
        Object(
            "technology",
            "mtxrLTEModemAccessTechnology",
            "16.1.1.6",
            {
                0: "GSM compact",
                1: "GSM",
                2: "UMTS",
                3: "EDGE",
                4: "HSDPA",
                5: "HSUPA",
                6: "HSPA",
                7: "LTE",
                11: "5G SA",
                13: "5G NSA",
            },
        ),
        Object("technology", "mtxrLTEModemRAT", "16.1.1.14", text),
    ],
)
