"""A router as the site file needs it: its family, how it is asked, and its lines.

A FRITZ!Box describes itself to everybody (TR-064) and tells its lines to a user only; others are
known by SNMP. A login goes along only where the certificate is known or confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from apowacht.plugins.core.deadline import Deadline, Share
from apowacht.plugins.core.errors import TargetTrouble
from apowacht.plugins.discover.asking import Certificate, Silent, fingerprints
from apowacht.plugins.discover.targets import TRIED

if TYPE_CHECKING:
    from apowacht.plugins.core.check import Options
    from apowacht.plugins.discover.asking import Keys, Way
    from apowacht.plugins.discover.targets import Place
    from apowacht.plugins.read.router_facts import RouterLine
    from apowacht.plugins.wire.tls import Trust

PORTS = {"snmp": 161, "fritzbox": 49443}
FINGERPRINT = "router-tls-fingerprint"
MAKERS = {
    "cisco": "Cisco", "cradlepoint": "Cradlepoint", "draytek": "DrayTek",
    "fortiextender": "FortiExtender", "fortigate": "FortiGate", "lcos": "LANCOM",
    "mikrotik": "MikroTik", "oneaccess": "OneAccess", "peplink": "Peplink", "sophos": "Sophos",
    "teltonika": "Teltonika", "teltonika_legacy": "Teltonika", "opnsense": "OPNsense",
    "unifi": "UniFi", "rutos": "Teltonika RutOS", "fritzbox": "FRITZ!Box",
}  # fmt: skip
"""Families as their makers write them."""


@dataclass(frozen=True)
class Router:
    """What is known of a router; `keys` is its section of the site file."""

    host: str
    way: str  # snmp, fritzbox, opnsense, unifi, rutos
    keys: Keys
    family: str | None = None
    model: str | None = None
    firmware: str | None = None
    lines: tuple[RouterLine, ...] = ()
    active: str | None = None
    certificate: Certificate | None = None
    held_back: bool = False
    needs_login: bool = False  # it tells nothing of its lines without one
    trouble: TargetTrouble | None = None  # why it did not tell its lines

    @property
    def rejected(self) -> TargetTrouble | None:
        """Why the login is not accepted; None when it is."""
        one = self.trouble
        return one if one is not None and one.reason in ("router_login", "router_blocked") else None


def find(place: Place, login: Keys, snmp: Keys, way: Way) -> Router | Silent:
    """Ask the router; `login` and `snmp` are keys of check_apo_uplink. Raises OwnTrouble."""
    deadline = Deadline(way.seconds)
    ways = (place.way,) if place.way else TRIED
    troubles: list[tuple[str, TargetTrouble]] = []
    for one in ways:
        share = Share(deadline)
        share.renew(1.0 if one == ways[-1] else 0.5)
        keys: Keys = {"router": one, "hostname": place.host}
        if place.port and place.port != PORTS.get(one, 443):
            keys["port"] = str(place.port)
        try:
            if one == "snmp":
                wan: Keys = {"router-wan": login["router-wan"]} if "router-wan" in login else {}
                return _by_snmp(keys | snmp | wan, share, way)
            return _by_login(keys | login, share, way)
        except TargetTrouble as trouble:
            troubles.append((one, trouble))
    return Silent("router", place.host, place.port, tuple(troubles))


def _options(keys: Keys, deadline: Deadline, way: Way) -> Options:
    from apowacht.plugins.uplink import CHECK

    options = way.options(CHECK, keys, max(deadline.remaining(), 0.001))
    options.router_host, options.router_port = options.hostname, options.port
    options.insecure = options.router_insecure
    return options


def _by_snmp(keys: Keys, deadline: Deadline, way: Way) -> Router:
    from apowacht.plugins.read import router

    options = _options(keys, deadline, way)
    answer = router.ask(options)
    facts = router.read(answer)
    family = _family(answer.data)
    return Router(
        options.router_host,
        "snmp",
        keys,
        family=MAKERS.get(family or "", family),
        lines=_in_order(facts.lines),
        active=facts.active_line,
    )


def _family(data: dict[str, Any]) -> str | None:
    """The MIB family that the router fills, else the one whose maker its sysObjectID names."""
    from apowacht.mibs.routers import families

    told = data.get("families") or {}
    if told:
        return str(next(iter(told)))
    maker = _enterprise(str(data.get("object_id", "")))
    for name, family in families().items():
        if maker and any(_enterprise(root) == maker for root in family.roots):
            return name
    return None


def _enterprise(oid: str) -> str | None:
    """The maker's number in an OID below 1.3.6.1.4.1."""
    arcs = oid.lstrip(".").split(".")
    return arcs[6] if arcs[:6] == ["1", "3", "6", "1", "4", "1"] and len(arcs) > 6 else None


def _by_login(keys: Keys, deadline: Deadline, way: Way) -> Router:
    """A router with a login: what it says to everybody, then its lines if it may be logged in to.

    Raises TargetTrouble when it is none of this kind, or another one may be tried.
    """
    from apowacht.plugins.wire.tls import look

    options = _options(keys, deadline, way)
    host, one = options.router_host, options.router
    port = options.router_port or PORTS.get(one, 443)
    seen = look(host, port, deadline)
    given = fingerprints(options.router_tls_fingerprint)
    verified = bool(given or options.router_ca_file)
    told: dict[str, str | None] = {}
    if one == "fritzbox":
        from apowacht.plugins.wire import tr064

        told = tr064.describe(host, port, deadline, _looking(given, verified=verified))
    certificate = None
    if not options.router_ca_file:
        certificate = Certificate(
            f"--{FINGERPRINT}", host, port, seen.fingerprint, _day(seen), bool(given)
        )
    found = Router(
        host,
        one,
        dict(keys),
        family=MAKERS[one],
        model=told.get("model"),
        firmware=told.get("firmware"),
        certificate=certificate,
    )
    return _lines(found, options, deadline, way, verified=verified)


def _looking(fingerprints: set[str], *, verified: bool) -> Trust:
    """Whom to believe while nothing is sent: anybody, unless the user has said whom."""
    from apowacht.plugins.wire.tls import Trust

    return Trust(fingerprints=fingerprints, insecure=not fingerprints or not verified)


def _day(seen: Any) -> str | None:
    try:
        return f"{seen.not_after:%Y-%m-%d}"
    except TargetTrouble:
        return None


def _lines(
    found: Router, options: Options, deadline: Deadline, way: Way, *, verified: bool
) -> Router:
    """The router with its lines, where there is a login for it."""
    from dataclasses import replace

    from apowacht.plugins.read import router

    certificate = found.certificate
    keys = dict(found.keys)
    if not _has_login(options):
        if certificate is not None and not verified:
            keys[FINGERPRINT] = [certificate.fingerprint]
        return replace(found, keys=keys, needs_login=True)
    if certificate is not None and not (verified or options.router_insecure):
        if not way.confirm(certificate):
            return replace(found, held_back=True)
        certificate = certificate._replace(verified=True)
        keys[FINGERPRINT] = [certificate.fingerprint]
        deadline = Deadline(way.seconds)
    options = _options(keys, deadline, way)
    found = replace(found, keys=keys, certificate=certificate)
    try:
        facts = router.read(router.ask(options))
    except TargetTrouble as trouble:
        return replace(found, trouble=trouble)
    return replace(found, lines=_in_order(facts.lines), active=facts.active_line)


def _has_login(options: Options) -> bool:
    from os import environ

    from apowacht.plugins.read.router import PASSWORD_VARIABLE

    secret = options.router_password_file or environ.get(PASSWORD_VARIABLE)
    return bool(secret and (options.router_user or options.router == "unifi"))


def _in_order(lines: list[RouterLine]) -> tuple[RouterLine, ...]:
    """The lines as the router lists them, mobile ones last: the first is the primary."""
    return tuple(sorted(lines, key=lambda line: line.tech == "mobile"))
