"""From what was asked to the links of the chain: each holds, is broken, or is not known. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING, Any

from apowacht.plugins.core import asked, conditions, verdict
from apowacht.plugins.core.verdict import Central, Chain
from apowacht.plugins.read.konnektor import PHARMACY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Data = dict[str, Any]

USABLE = ("VERIFIED", "DISABLED")
MISTAKES = frozenset({"nodata", "nxdomain", "refused", "public", "private", "cgnat", "blocked"})
"""What a name server says, and wrongly: silence and «I failed» may have their cause elsewhere."""

PROOF_SECONDS = 1860.0
"""So long a result of a central service counts: two pauses."""

_CGNAT = IPv4Network("100.64.0.0/10")


def local(data: Mapping[str, Any], today: date | None = None) -> Chain:
    """The links on site."""
    paths = data["paths"]
    named = [dns_fault(path, data) is None for path in paths]
    mistaken = any(dns_fault(path, data) in MISTAKES for path in paths)
    dns = any(named) if paths else None
    ways = [route_holds(path, data) for path, well in zip(paths, named, strict=True) if well]
    route = True if True in ways else None if None in ways or not ways else False
    terminal, smcb = cards(data["konnektor"], today)
    return Chain(
        konnektor=konnektor_holds(data["konnektor"]),
        vpn=vpn_holds(data["konnektor"]),
        dns=dns,
        route=route,
        terminal=terminal,
        smcb=smcb,
        dns_mistaken=dns is False and mistaken,
    )


def broken_on_site(data: Mapping[str, Any]) -> bool:
    """Whether the way into the TI was broken in this run, as far as it lies on site."""
    chain = local(data)
    return False in (chain.konnektor, chain.vpn, chain.dns, chain.route)


def chain(data: Mapping[str, Any], memory: Mapping[str, Any], now: float) -> Chain:
    """All links at `now` (epoch seconds), the central services by their last result."""
    today = datetime.fromtimestamp(now, UTC).date()
    links = local(data, today)
    if False in (links.konnektor, links.vpn, links.dns, links.route):
        return links  # what lies behind is not asked, and not to be judged by
    return links._replace(
        fachdienst=fachdienst_holds(data, memory, now), idp=holds(data, "idp", memory, now)
    )


def konnektor_holds(told: Mapping[str, Any] | None) -> bool | None:
    """Whether it is there and of use; None when it was not asked."""
    if told is None or told["failure"] is not None:
        return None if told is None else False
    failures = (told.get("answer") or {}).get("failures") or ()
    return not asked.broken(asked.Failure(**one) for one in failures)


def vpn_holds(told: Mapping[str, Any] | None) -> bool | None:
    """Whether its VPN to the TI is up: by its status, or by its condition."""
    resource = ((told or {}).get("answer") or {}).get("resource") or {}
    holding = {one["name"] for one in resource.get("conditions") or () if one["value"]}
    if resource.get("vpn_ti") == "offline" or conditions.NO_VPN in holding:
        return False
    return True if resource.get("vpn_ti") == "online" else None


def cards(told: Mapping[str, Any] | None, today: date | None) -> tuple[bool | None, bool | None]:
    """Whether the terminal that is needed is there, and whether an SMC-B is ready."""
    answer = (told or {}).get("answer") or {}
    if answer.get("terminals") is None or not set(PHARMACY) & set(answer.get("asked") or ()):
        return None, None
    if card_fault(answer, today) is None:
        return True, True
    listed = [one for one in answer["terminals"] if one["physical"] is not False]
    away = [one["ct_id"] for one in listed if one["connected"] is False]
    connected = [one for one in listed if one["connected"]]
    if set(away) & set(answer.get("holders") or ()) or (away and not connected):
        return False, None
    return True, None if card_fault(answer, today) == "unknown" else False


def card_fault(answer: Mapping[str, Any], today: date | None) -> str | None:
    """None when one card of the pharmacy is ready; else "missing", "expired", "unknown" (its PIN
    could not be asked for), or the state of its PIN."""
    own = [card for card in answer.get("cards") or () if card["type"] in PHARMACY]
    valid = [one for one in own if not _expired(one["expires"], today)]
    if not own:
        return "missing"
    if not valid:
        return "expired"
    if any(one["pin_status"] in USABLE for one in valid):
        return None
    return str(valid[0]["pin_status"] or "unknown")


def _expired(day: str | None, today: date | None) -> bool:
    return day is not None and today is not None and date.fromisoformat(day[:10]) < today


def dns_fault(path: Mapping[str, Any], data: Mapping[str, Any]) -> str | None:
    """What is wrong with the names on one path: an outcome of `read.erezept_local`, or where the
    wrong address lies ("public", "private", "cgnat", "blocked"); None when all is well."""
    return next((fault for _, fault, _ in dns_faults(path, data)), None)


def dns_faults(
    path: Mapping[str, Any], data: Mapping[str, Any]
) -> Iterator[tuple[str, str, str | None]]:
    """Service, fault and wrong address of each name that does not lead into the TI."""
    for service, told in path["names"].items():
        if told["outcome"] not in ("addresses", "literal"):
            yield service, told["outcome"], None
            continue
        for address in told["addresses"]:
            if told["outcome"] == "addresses" and not inside(address, data["networks"]):
                yield service, _where(address), address


def inside(address: str, networks: list[str]) -> bool:
    """Whether an address lies in one of the networks."""
    return any(IPv4Address(address) in IPv4Network(one) for one in networks)


def _where(text: str) -> str:
    """What kind of address it is that is none of the TI."""
    address = IPv4Address(text)
    if address.is_unspecified or address.is_loopback:
        return "blocked"  # how filters against advertisements answer
    if address in _CGNAT:
        return "cgnat"
    return "private" if address.is_private or address.is_link_local else "public"


def route_holds(path: Mapping[str, Any], data: Mapping[str, Any]) -> bool | None:
    """Whether all addresses of a path are reached the right way; None when not known."""
    if path["ways"] is None:
        return None
    return not list(route_faults(path, data))


def route_faults(
    path: Mapping[str, Any], data: Mapping[str, Any], service: str | None = None
) -> Iterator[tuple[str, str, str | None]]:
    """Address, fault and next hop of each wrong way: "missing", "elsewhere" (not over --gateway),
    "half" (over the way to the internet or not at all, while the other half of the TI's network is
    routed)."""
    half = half_routed(path)
    for name, told in path["names"].items():
        for address in told["addresses"] if service in (None, name) else ():
            way = (path["ways"] or {}).get(address)
            if way is None:
                if path["ways"] is not None:
                    yield address, "half" if half == "" else "missing", None
                continue
            hop = way["gateway"] or way["device"]
            if half is not None and hop == half and hop in path["defaults"]:
                yield address, "half", hop
            elif data["gateways"] and way["gateway"] not in data["gateways"]:
                yield address, "elsewhere", hop


def half_routed(path: Mapping[str, Any]) -> str | None:
    """The next hop to the half of the TI's network that goes by the way to the internet, or "" for
    no way at all, while the other half has a route of its own; None when both go alike."""
    hops = path["halves"]
    if len(set(hops.values())) < 2:
        return None
    for hop in hops.values():
        if hop is None:
            return ""
        if hop in path["defaults"]:
            return str(hop)
    return None


def missing_half(path: Mapping[str, Any], networks: list[str]) -> str | None:
    """The half of the TI's network, as CIDR, that has no route of its own while the other has."""
    half = half_routed(path)
    for address, hop in path["halves"].items() if half is not None else ():
        if (hop or "") == half:
            for network in map(IPv4Network, networks):
                if IPv4Address(address) in network:
                    return str(IPv4Network((address, network.prefixlen + 1), strict=False))
    return None


def open_addresses(data: Mapping[str, Any], service: str) -> tuple[str | None, tuple[str, ...]]:
    """By which source address, and at which addresses, a service can be asked: the first path on
    which its name and its routes are well; no addresses when there is none."""
    for path in data["paths"]:
        if service in {name for name, _, _ in dns_faults(path, data)}:
            continue
        if not list(route_faults(path, data, service)):
            return path["source"], tuple(path["names"][service]["addresses"])
    first = data["paths"][0]["source"] if data["paths"] else None
    return first, ()


def result(data: Mapping[str, Any], service: str, now: float) -> Data | None:
    """The last result of a central service, if it was asked by the way that we would take; with
    "age" in seconds and "good" (None: answered by somebody whom we cannot verify)."""
    from apowacht.plugins.read.erezept_idp import fault

    kept = data.get(service)
    told = (kept or {}).get("data")
    if kept is None or told is None or kept["age"] is None:
        return None
    if told.get("source") != open_addresses(data, service.replace("servicecheck", "fachdienst"))[0]:
        return None
    good: bool | None = "failure" not in told
    reason = None
    document = told.get("document")
    if document is not None:
        reason = fault(document, now - kept["age"])
        good = reason is None
    if "unverified" in told:
        good = None
    return {**told, "age": kept["age"], "good": good, "fault": reason}


def holds(
    data: Mapping[str, Any], service: str, memory: Mapping[str, Any], now: float
) -> bool | None:
    """Whether a central service works, by its last result; None when that says nothing of now."""
    told = result(data, service, now)
    if told is None or told["age"] > PROOF_SECONDS:
        return None
    if told["good"] is not False:
        return True if told["good"] else None
    return None if over(told, data, memory, now) else False


def fachdienst_holds(data: Mapping[str, Any], memory: Mapping[str, Any], now: float) -> bool | None:
    """By the handshake and, where there was one, by `GET /`; of two answers the later one."""
    shake = holds(data, "fachdienst", memory, now)
    asked = holds(data, "servicecheck", memory, now)
    if asked is False or shake is None:
        return asked if asked is not None else shake
    if asked and shake is False:
        first, second = (result(data, name, now) for name in ("servicecheck", "fachdienst"))
        return bool(first and second and first["age"] <= second["age"])
    return shake


def over(
    told: Mapping[str, Any], data: Mapping[str, Any], memory: Mapping[str, Any], now: float
) -> bool:
    """Whether a failure is from a time whose trouble is over: the way on site was broken then, or
    TI-Lage reported an outage that it no longer does."""
    asked_at = now - told["age"]
    ended = [memory.get("cleared")]
    if data["tilage"] and data["tilage"]["central"] and not reported(data):
        ended.append(memory.get("central_at"))
    return any(at is not None and asked_at <= at for at in ended)


def reported(data: Mapping[str, Any]) -> bool:
    """Whether TI-Lage reports an outage that would keep this site from fetching."""
    told = (data["tilage"] or {}).get("central")
    if told is None:
        return False
    central, own = Central(**told), own_access(data)
    probes = Chain(vpn=False), Chain(idp=False)
    return any(verdict.blame(one, central, own=own).verdict == verdict.CENTRAL for one in probes)


def own_access(data: Mapping[str, Any]) -> bool:
    """Whether TI-Lage's word on TI access is about the site's own provider."""
    return bool((data["tilage"] or {}).get("own"))
