"""FortiGate: link monitors, health checks of SD-WAN members, USB modem and built-in LTE.

In fgLinkMonitorState and fgVWLHealthCheckLinkState 0 is good: alive(0), dead(1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apowacht.mibs.routers import Family, Object, dbm, text

if TYPE_CHECKING:
    from collections.abc import Mapping

_ALIVE: Mapping[int | str, str | bool] = {0: "connected", 1: "dead"}

FAMILY = Family(
    "fortigate",
    ["1.3.6.1.4.1.12356.101"],
    order=50,
    lines=[
        Object("monitor", "fgLinkMonitorName", "4.8.2.1.2", text),
        Object("monitor_state", "fgLinkMonitorState", "4.8.2.1.3", _ALIVE),
        Object("member", "fgVWLHealthCheckLinkIfName", "4.9.2.1.14", text),
        Object("member_check", "fgVWLHealthCheckLinkName", "4.9.2.1.2", text),
        Object("member_state", "fgVWLHealthCheckLinkState", "4.9.2.1.4", _ALIVE),
    ],
    modems=[
        # fgLte...: most columns before 9 hold the modem's identity.
        Object("signal", "fgLteRssi", "19.3.1.11", dbm),
        Object("signal", "fgWcdmaRssi", "19.3.1.9", dbm),
    ],
    modem=[
        Object("session", "fgUsbModemStatus", "17.1.2", {0: "disconnected", 1: "connected"}),
    ],
)
