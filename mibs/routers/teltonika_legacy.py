"""Teltonika before firmware 7 (RUT2xx, RUT9xx): one modem, its states as single objects.

48690.2.2.0 is the PIN's state here; in RutOS 7 48690.2.2 is the table of modems.
"""

from __future__ import annotations

from apowacht.mibs.routers import Family, Object, dbm, text

FAMILY = Family(
    "teltonika_legacy",
    ["1.3.6.1.4.1.48690"],
    order=21,
    modem=[
        Object("sim", "SimState", "2.1", text),
        Object("pin", "PinState", "2.2", text),
        Object("registration", "NetState", "2.3", text),
        Object("signal", "Signal", "2.4", dbm),
        Object("operator", "Operator", "2.5", text),
        Object("session", "ConnectionState", "2.7", text),
        Object("technology", "NetworkType", "2.8", text),
    ],
)
