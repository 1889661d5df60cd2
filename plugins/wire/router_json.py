"""OPNsense, UniFi and Teltonika RutOS by their JSON interfaces: one login each, reads only.

What comes back is reduced to named fields here; addresses, IMEI, IMSI and ICCID are not among
them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from apowacht.plugins.core.errors import Garbled, Refused
from apowacht.plugins.wire.router_http import Client

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apowacht.plugins.core.deadline import Deadline
    from apowacht.plugins.wire.tls import Trust

_MOST_ROWS = 64

_GATEWAY_FIELDS = ("name", "status", "loss", "delay", "stddev")
_GATEWAY_ROW_FIELDS = (
    "name",
    "defaultgw",
    "disabled",
    "interface",
    "interface_descr",
    "priority",
    "ipprotocol",
)
_WAN_FIELDS = ("name", "state", "wan_networkgroup")
_LTE_FIELDS = (
    "lte_connected",
    "lte_failover",
    "lte_state",
    "lte_rssi",
    "lte_rsrp",
    "lte_rat",
    "lte_networkoperator",
)
_INTERFACE_FIELDS = ("name", "area_type", "network_type", "is_up", "metric")
_MODEM_FIELDS = ("operator", "conntype", "ntype", "simstate", "pinstate", "state", "rssi", "rsrp")


def ask_opnsense(
    host: str, port: int, deadline: Deadline, trust: Trust, *, key: str, secret: str
) -> dict[str, Any]:
    """Shape: {"gateways": [...], "rows": [...], "faults": {what: reason}}.

    Raises Refused (router_login, router_rights, router_missing ...), Garbled("router_garbled"),
    also for the backend's own «failed».
    """
    from base64 import b64encode

    told = "Basic " + b64encode(f"{key}:{secret}".encode()).decode()
    with Client(host, port, deadline, trust) as client:
        what = "/api/routes/gateway/status"
        answer = _get(client, what, {"Authorization": told})
        if not isinstance(answer, dict) or answer.get("status") == "failed":
            raise client.garbled(what, "failed")
        faults: dict[str, str] = {}
        more = "/api/routing/settings/search_gateway"
        rows = _optional(client, more, {"Authorization": told}, faults)
        return {
            "gateways": _listed(answer.get("items"), _GATEWAY_FIELDS),
            "rows": _listed(rows.get("rows"), _GATEWAY_ROW_FIELDS),
            "faults": faults,
        }


def ask_unifi(
    host: str,
    port: int,
    deadline: Deadline,
    trust: Trust,
    *,
    user: str | None,
    password: str,
    site: str,
) -> dict[str, Any]:
    """Shape: {"interfaces": [...], "configuration": [...], "lte": [...], "faults": {...}}.

    Without `user` the password is an API key. Raises as `ask_opnsense`.
    """
    place = quote(site, safe="")
    with Client(host, port, deadline, trust) as client:
        headers = _unifi_login(client, user, password) if user else {"X-API-KEY": password}
        faults: dict[str, str] = {}
        base = f"/proxy/network/v2/api/site/{place}/wan/load-balancing"
        status = _get(client, f"{base}/status", headers)
        if not isinstance(status, dict):
            raise client.garbled(f"{base}/status", "json")
        configuration = _optional(client, f"{base}/configuration", headers, faults)
        devices = _optional(client, f"/proxy/network/api/s/{place}/stat/device", headers, faults)
        lte = [row for row in _listed(devices.get("data"), _LTE_FIELDS) if row]
        return {
            "interfaces": _listed(status.get("wan_interfaces"), _WAN_FIELDS),
            "configuration": _listed(
                configuration.get("wan_interfaces"), ("name", "wan_networkgroup", "priority")
            ),
            "lte": lte,
            "faults": faults,
        }


def _unifi_login(client: Client, user: str, password: str) -> dict[str, str]:
    import json

    what = "/api/auth/login"
    body = json.dumps({"username": user, "password": password}).encode()
    answer = client.request(
        "POST", what, what, {"Content-Type": "application/json"}, body, once=True
    )
    client.expect(answer, what, login=True)
    cookies = [told.split(";")[0].strip() for told in answer.headers.get_all("Set-Cookie") or []]
    if not cookies:
        raise client.garbled(what, "cookie")
    return {"Cookie": "; ".join(cookies)}


def ask_rutos(
    host: str, port: int, deadline: Deadline, trust: Trust, *, user: str, password: str
) -> dict[str, Any]:
    """Shape: {"interfaces": [...], "modems": [...], "faults": {...}}. Raises as `ask_opnsense`."""
    import json

    with Client(host, port, deadline, trust) as client:
        what = "/api/login"
        body = json.dumps({"username": user, "password": password}).encode()
        sent = {"Content-Type": "application/json"}
        answer = client.request("POST", what, what, sent, body, once=True)
        client.expect(answer, what, login=True)
        told = client.json(answer, what)
        data = told.get("data") if isinstance(told, dict) else None
        token = data.get("token") if isinstance(data, dict) else None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise Refused("router_login", phase="auth", host=host, what=what)
        headers = {"Authorization": f"Bearer {token}"}
        faults: dict[str, str] = {}
        interfaces = _get(client, "/api/interfaces/status", headers)
        if not isinstance(interfaces, dict):
            raise client.garbled("/api/interfaces/status", "json")
        modems = _optional(client, "/api/modems/status", headers, faults)
        return {
            "interfaces": _listed(interfaces.get("data"), _INTERFACE_FIELDS),
            "modems": _listed(modems.get("data"), _MODEM_FIELDS),
            "faults": faults,
        }


def _get(client: Client, path: str, headers: dict[str, str]) -> Any:
    answer = client.request("GET", path, path, {**headers, "Accept": "application/json"})
    client.expect(answer, path)
    return client.json(answer, path)


def _optional(
    client: Client, path: str, headers: dict[str, str], faults: dict[str, str]
) -> dict[str, Any]:
    """An object that may be missing or forbidden; why, is kept in `faults`."""
    try:
        told = _get(client, path, headers)
    except (Refused, Garbled) as trouble:
        faults[path] = trouble.reason
        return {}
    return told if isinstance(told, dict) else {}


def _listed(rows: object, fields: Sequence[str]) -> list[dict[str, Any]]:
    """The named fields of each row, as far as they are plain values."""
    if not isinstance(rows, list):
        return []
    return [
        {name: value for name in fields if (value := _plain(row.get(name))) is not None}
        for row in rows[:_MOST_ROWS]
        if isinstance(row, dict)
    ]


def _plain(value: object) -> str | int | float | bool | None:
    if isinstance(value, str):
        return value[:64]
    return value if isinstance(value, bool | int | float) else None
