"""The JSON answers of OPNsense, UniFi and RutOS to facts: all three name the active line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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
from apowacht.plugins.read.ups_values import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Row = Mapping[str, Any]

# OPNsense: dpinger's words; «none» is its word for no complaint, also where nothing is monitored.
_GATEWAYS = {
    "none": (True, None),
    "delay": (True, "delay"),
    "loss": (True, "loss"),
    "delay+loss": (True, "delay+loss"),
    "down": (False, "down"),
    "force_down": (False, "force_down"),
}
_UNIFI = {
    "ACTIVE": (True, True, None),
    "BACKUP": (True, False, "standby"),
    "DISCONNECTED": (False, False, "disconnected"),
}


def read_opnsense(data: Row) -> RouterFacts:
    """Gateways by name; active is the one that serves as default now, IPv4 before IPv6."""
    rows = {str(row.get("name")): row for row in data.get("rows") or []}
    lines = []
    for gateway in data.get("gateways") or []:
        name = str(gateway.get("name") or "")
        row = rows.get(name, {})
        status = str(gateway.get("status") or "").lower()
        up, detail = _GATEWAYS.get(status, (None, status or None))
        if _true(row.get("disabled")):
            up, detail = None, "disabled"
        tech = technology(name, row.get("interface_descr"), row.get("interface"))
        active = _true(row["defaultgw"]) if "defaultgw" in row else None
        lines.append(RouterLine(name, tech, up, active, detail))
    first = [line for line in lines if rows.get(line.name, {}).get("ipprotocol") != "inet6"]
    return RouterFacts("opnsense", lines, share(first) or share(lines))


def read_unifi(data: Row) -> RouterFacts:
    """WANs by their group (WAN, WAN2), where they have no name of their own."""
    lines = []
    for row in data.get("interfaces") or []:
        name = str(row.get("name") or row.get("wan_networkgroup") or "")
        state = str(row.get("state") or "")
        up, active, detail = _UNIFI.get(state.upper(), (None, None, state or None))
        lines.append(RouterLine(name, technology(name), up, active, detail))
    return RouterFacts("unifi", lines, share(lines), _unifi_mobile(data.get("lte") or []))


def _unifi_mobile(rows: Iterable[Row]) -> Mobile | None:
    for row in rows:
        strength = dbm(number(row.get("lte_rssi"))) or dbm(number(row.get("lte_rsrp")))
        connected = row.get("lte_connected")
        found = Mobile(
            operator=_word(row.get("lte_networkoperator")),
            technology=_word(row.get("lte_rat")),
            signal_dbm=strength,
            registered=True if _true(connected) else registered(row.get("lte_state")),
            sim=sim_state(row.get("lte_state")),
        )
        if found != Mobile():
            return found
    return None


def read_rutos(data: Row) -> RouterFacts:
    """WAN interfaces; of those that are up the one with the lowest metric carries the traffic."""
    rows = [row for row in data.get("interfaces") or [] if row.get("area_type") == "wan"]
    up = [row for row in rows if _true(row.get("is_up"))]
    ranked = sorted(up, key=lambda row: _metric(row))
    known = bool(ranked) and number(ranked[0].get("metric")) is not None
    carrier = ranked[0] if known or len(ranked) == 1 else None
    lines = []
    for row in rows:
        name = str(row.get("name") or "")
        tech = "mobile" if row.get("network_type") == "mobile" else technology(name)
        state = _true(row["is_up"]) if "is_up" in row else None
        active = None if carrier is None else row is carrier
        detail = None if state is not False else "down"
        lines.append(RouterLine(name, tech, state, active, detail))
    mobile = _rutos_mobile(data.get("modems") or [])
    if mobile and mobile.sim in ("missing", "pin_needed", "puk_needed"):
        lines = [
            RouterLine(line.name, line.tech, False, line.active, f"sim_{mobile.sim}")
            if line.tech == "mobile" and not line.active
            else line
            for line in lines
        ]
    return RouterFacts("rutos", lines, share(lines), mobile)


def _rutos_mobile(rows: Iterable[Row]) -> Mobile | None:
    for row in rows:
        found = Mobile(
            operator=_word(row.get("operator")),
            technology=_word(row.get("conntype")) or _word(row.get("ntype")),
            signal_dbm=dbm(number(row.get("rssi"))) or dbm(number(row.get("rsrp"))),
            registered=registered(row.get("state")),
            sim=sim_state(row.get("simstate"), row.get("pinstate")),
        )
        if found != Mobile():
            return found
    return None


def _metric(row: Row) -> float:
    metric = number(row.get("metric"))
    return float("inf") if metric is None else metric


def _true(value: object) -> bool:
    return value in (True, 1, "1", "true", "True", "yes")


def _word(value: object) -> str | None:
    return value if isinstance(value, str) and value.strip(" -") else None
