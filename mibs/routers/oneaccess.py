"""OneAccess OneOS 6: the cellular modem, single objects."""

from __future__ import annotations

from apowacht.mibs.routers import Family, Object, dbm, text

FAMILY = Family(
    "oneaccess",
    ["1.3.6.1.4.1.13191.10.3"],
    order=95,
    modem=[
        Object("signal", "oacCellSignalStrength", "9.2.1.41", dbm),
        Object("signal", "oacCellRSRP", "9.2.1.44", dbm),
        Object("technology", "oacCellRadioAccessTechnology", "9.2.1.46", text),
    ],
)
