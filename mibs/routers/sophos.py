"""Sophos Firewall (SFOS): high availability only; its lines are known by IF-MIB and our probes."""

from __future__ import annotations

from apowacht.mibs.routers import Family, Object

FAMILY = Family(
    "sophos",
    ["1.3.6.1.4.1.2604.5.1"],
    order=60,
    scalars=[
        Object("ha", "sfosHAStatus", "4.1", {0: "disabled", 1: "enabled"}),
        Object(
            "ha_state",
            "sfosDeviceCurrentHAState",
            "4.4",
            {
                0: "not_applicable",
                1: "auxiliary",
                2: "stand_alone",
                3: "primary",
                4: "faulty",
                5: "ready",
            },
        ),
    ],
)
