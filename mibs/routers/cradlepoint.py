"""Cradlepoint (WIPIPE-MIB): modems with their states; from the MIB, no recording was at hand."""

from __future__ import annotations

from apowacht.mibs.routers import Family, Object, dbm, text

FAMILY = Family(
    "cradlepoint",
    ["1.3.6.1.4.1.20992.1.2"],
    order=90,
    modems=[
        Object("interface", "mdmDescr", "2.1.2", text),
        Object("signal", "mdmSignalStrength", "2.1.4", dbm),
        Object("signal", "mdmRSRP", "2.1.14", dbm),
        Object(
            "session",
            "mdmStatus",
            "2.1.5",
            {
                1: "connected",
                2: "connecting",
                3: "standby",
                4: "error",
                5: "disconnected",
                6: "disconnecting",
                7: "suspended",
                8: "empty",
                9: "disabled",  # not configured
                10: "disabled",  # stopped by somebody
            },
        ),
    ],
)
