"""Peplink and Pepwave: WANs in a table that counts from 0; the same tree under two numbers."""

from __future__ import annotations

from apowacht.mibs.routers import Family, Object, dbm, text

FAMILY = Family(
    "peplink",
    # Balance, and Pepwave MAX; a device has one of them or both, filled alike.
    ["1.3.6.1.4.1.23695", "1.3.6.1.4.1.27662"],
    order=30,
    lines=[
        Object("name", "wanName", "2.1.2.1.2", text),
        Object(
            "state",
            "wanState",
            "2.1.2.1.3",
            {
                0: "unknown",
                1: "disabled",
                2: "disconnected",
                3: "connected",
                4: "connecting",
                5: "activating",
                6: "health_check_failed",
                7: "disabled",  # disconnected by hand
                8: "standby",
            },
        ),
        Object("signal", "wanSignal", "2.1.2.1.5", dbm),
    ],
    modems=[
        Object("signal", "cellularSignalRssi", "200.1.12.1.1.1.3", dbm),
        Object("signal", "cellularSignalRsrp", "200.1.12.1.1.1.7", dbm),
        Object("technology", "cellularNetworkType", "200.1.12.1.1.1.9", text),
    ],
)
