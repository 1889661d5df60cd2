"""A FRITZ!Box's answers to facts: its connections, else its access type and link status.

WANIPConnection says «Connected» during a fallback, too, and an access type of the mobile kind is
the same for «fallback» and «mobile only»: which line is meant to be the first one is known
elsewhere.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from apowacht.plugins.core.errors import Refused
from apowacht.plugins.read.router_facts import (
    Mobile,
    RouterFacts,
    RouterLine,
    dbm,
    registered,
    share,
    sim_state,
    technology,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

FIXED = "internet"
"""The fixed line's name where the box names none; that is also what new boxes call it."""
MOBILE = "mobile"


def read(data: Mapping[str, Any]) -> RouterFacts:
    """The facts in what `wire.tr064.ask` gave. Raises Refused("router_no_router")."""
    mode = data.get("opmode")
    if mode and mode != "opmode_standard":
        raise Refused("router_no_router", phase="request", detail=mode)
    mobile = _mobile(data.get("mobile") or {})
    link = data.get("link") or {}
    if data.get("connections"):
        lines = _listed(data["connections"], link, mobile)
    else:
        lines = _by_link(link, data.get("status") or {}, data.get("mobile") or {})
    if mobile and mobile.sim in ("missing", "pin_needed", "puk_needed"):
        lines = [_without_sim(line, mobile.sim) for line in lines]
    return RouterFacts("fritzbox", lines, share(lines), mobile)


def _access(link: Mapping[str, str]) -> str | None:
    return technology(link.get("NewWANAccessType"))


def _listed(
    rows: list[dict[str, str]], link: Mapping[str, str], modem: Mobile | None
) -> list[RouterLine]:
    lines = []
    for number, row in enumerate(rows, start=1):
        medium = row.get("media_type") or row.get("medium")
        name = row.get("name") or medium or f"line{number}"
        up, detail = _status(row)
        lines.append(RouterLine(name, technology(medium), up, None, detail))
    carrier = _carrier(lines, link)
    return [_placed(line, carrier, link, modem) for line in lines]


def _carrier(lines: list[RouterLine], link: Mapping[str, str]) -> RouterLine | None:
    carrying = [line for line in lines if line.up]
    if len(carrying) > 1:
        # Both have an address: the access type says which one is in use.
        carrying = [line for line in carrying if line.tech and line.tech == _access(link)]
    return carrying[0] if len(carrying) == 1 else None


def _placed(
    line: RouterLine, carrier: RouterLine | None, link: Mapping[str, str], modem: Mobile | None
) -> RouterLine:
    """A line with its part; a status that nobody has recorded yet is judged by what else is known.

    The box turns to the modem only when the fixed line has failed; a modem that a network has
    taken in stands by.
    """
    up, detail = line.up, line.detail
    if up is None and detail not in (None, "disabled"):
        fallen = carrier is not None and carrier.tech == "mobile" and line.tech != "mobile"
        down = link.get("NewPhysicalLinkStatus") == "Down" and line.tech == _access(link)
        if fallen or down:
            up = False
        elif line.tech == "mobile" and modem and modem.registered and modem.signal_dbm:
            up, detail = True, "standby"
    return RouterLine(
        line.name, line.tech, up, None if carrier is None else line is carrier, detail
    )


def _status(row: Mapping[str, str]) -> tuple[bool | None, str | None]:
    """Words of both protocols: one that is connected is enough; others are shown as they are."""
    words = [row[key] for key in ("ip4_connstatus", "ip6_connstatus") if row.get(key)]
    if "connected" in words:
        return True, None
    return None, next((word for word in words if word != "disabled"), words[0] if words else None)


def _by_link(
    link: Mapping[str, str], status: Mapping[str, str], mobile: Mapping[str, str]
) -> list[RouterLine]:
    """Firmware without the list: the access type in use, and whether a modem is switched on."""
    word = link.get("NewPhysicalLinkStatus")
    up = {"Up": True, "Down": False}.get(word or "")
    tech = _access(link)
    connected = status.get("NewConnectionStatus")
    if tech == "mobile":
        # Just after the switch the link status is still that of the fixed line.
        fixed = RouterLine(FIXED, None, False if up is False else None, False, None)
        return [fixed, RouterLine(MOBILE, "mobile", True, True, None)]
    detail = word if up is not True else None
    if up and connected not in (None, "Connected"):
        up, detail = (False if connected in _NOT_CONNECTED else None), connected
    lines = [RouterLine(FIXED, tech, up, True if up else None, detail)]
    if mobile.get("NewEnabled") == "1" and mobile.get("NewSignalRSRP0"):
        lines.append(RouterLine(MOBILE, "mobile", True, False if up else None, "standby"))
    elif mobile.get("NewEnabled") == "1":
        lines.append(RouterLine(MOBILE, "mobile", None, None, mobile.get("NewStatus")))
    return lines


_NOT_CONNECTED = frozenset(
    {"Unconfigured", "Connecting", "Authenticating", "PendingDisconnect", "Disconnecting"}
    | {"Disconnected"}
)


def _mobile(told: Mapping[str, str]) -> Mobile | None:
    """The modem; boxes without one list the service too, with NewEnabled 0."""
    signal = re.search(r"-?\d+", told.get("NewSignalRSRP0", ""))
    status = told.get("NewStatus")
    access = told.get("NewCurrentAccessTechnology")
    found = Mobile(
        technology=access if access and access.upper() not in ("AUTO", "UNKNOWN") else None,
        signal_dbm=dbm(float(signal[0])) if signal else None,
        registered=registered(status),
        sim=sim_state(status),
    )
    return None if found == Mobile() else found


def _without_sim(line: RouterLine, sim: str) -> RouterLine:
    if line.tech != "mobile" or line.active:
        return line
    return RouterLine(line.name, line.tech, False, line.active, f"sim_{sim}")
