"""Teltonika RutOS 7 (RUT, RUTX, TRB): modems in a table, temperatures and signals as texts too."""

from __future__ import annotations

from apowacht.mibs.routers import Family, Object, dbm, text

FAMILY = Family(
    "teltonika",
    ["1.3.6.1.4.1.48690"],
    order=20,
    modems=[
        # Columns 3 IMEI, 7 serial number, 8 IMSI, 18 cell, 24 address, 27 ICCID are left out.
        Object("sim", "mSimState", "2.2.1.9", text),
        Object("pin", "mPinState", "2.2.1.10", text),
        Object("registration", "mNetState", "2.2.1.11", text),
        Object("signal", "mSignal", "2.2.1.12", dbm),
        Object("operator", "mOperator", "2.2.1.13", text),
        Object("session", "mConnectionState", "2.2.1.15", text),
        Object("technology", "mConnectionType", "2.2.1.16", text),
        Object("signal", "mRSRP", "2.2.1.20", dbm),
    ],
)
