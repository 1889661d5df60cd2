"""From evidence to what is known of each line: which way its probes went, what answered, who says
which line carries the traffic. Pure: evidence (see `uplink_ask`) and a router's claims in, plain
facts out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apowacht.plugins.read.uplink_lines import within

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from apowacht.plugins.read.router_facts import RouterFacts, RouterLine
    from apowacht.plugins.read.uplink_lines import Line

    Evidence = Mapping[str, Any]
    Facts = dict[str, Any]

SOURCES = ("egress", "routing", "router")
"""Who may say which line is active; what was seen comes before what was looked up or told."""


def merged(
    lines: Sequence[Line],
    evidence: Evidence,
    router: RouterFacts | None,
    min_targets: int,
    aliases: Mapping[str, str],
) -> Facts:
    """The facts of `UplinkFacts` that need no memory."""
    told = {line.name: router_line(line, lines, router, aliases) for line in lines}
    asked = evidence.get("lines") or [{} for _ in lines]
    unbound = evidence.get("unbound") or {}
    claims = {
        "egress": _by_egress(lines, asked, unbound),
        "routing": _by_routing(lines, asked, evidence.get("routing") or {}, 4)
        or _by_routing(lines, asked, evidence.get("routing") or {}, 6),
        "router": _by_router(lines, told, router),
    }
    active_by = next((source for source in SOURCES if claims[source]), None)
    active = claims[active_by] if active_by else None
    traffic = _answered_enough(unbound.get("targets") or [], min_targets)
    facts: list[Facts] = []
    ways: list[tuple[str, str, str | None]] = []
    for line, found in zip(lines, asked, strict=True):
        one = _line(line, found, ways, min_targets)
        one["active"] = None if active is None else line.name == active
        _with_router(one, line, told[line.name])
        if not line.here and unbound.get("targets"):
            _with_traffic(one, line, unbound, traffic)
        facts.append(one)
    by_6 = _by_routing(lines, asked, evidence.get("routing") or {}, 6)
    return {
        "lines": facts,
        "active_line": active,
        "active_by": active_by,
        "claims": {source: name for source, name in claims.items() if name},
        "active_line_ipv6": by_6 if active_by == "routing" else None,
        "traffic_alive": traffic,
        "mobile": _mobile(router),
        "ping_permitted": _ping_permitted(asked, unbound),
        "egress_reason": (unbound.get("egress") or {}).get("reason"),
    }


def _line(
    line: Line, found: Evidence, ways: list[tuple[str, str, str | None]], min_targets: int
) -> Facts:
    """One line by our own probes alone."""
    probes = list(found.get("targets") or [])
    pinned = {str(target) for target in line.targets}
    right = [p for p in probes if not _leads_astray(line, found, p, ways, pinned)]
    for probe in right:
        if line.here and probe["way"] and probe["target"] not in pinned:
            ways.append((probe["target"], probe["way"][0], probe["way"][1]))
    gateway = found.get("gateway") or {}
    astray = bool(probes) and not right
    answered = sum(map(_answered, right))
    broken = _broken(line, found)
    alive: bool | None = None
    if broken:
        alive = False
    elif probes and not astray:
        alive = answered >= min(min_targets, len(probes))
    one: Facts = {
        "name": line.name,
        "tech": line.tech,
        "provider": line.provider,
        "alive": alive,
        "gateway_alive": False if broken in ("no_device", "no_carrier") else gateway.get("alive"),
        "dns": None if astray else _any_works(found.get("dns")),
        "https": None if astray else _any_works(found.get("https")),
        "targets_alive": None if astray or not probes else answered,
        "targets_total": len(probes),
        "probed": alive is not None,
        "way": _way(line, right, astray=astray),
        "device": found.get("device"),
        "reason": None,
        "router_up": None,
        "router_detail": None,
        **_times(right, dead=alive is False),
    }
    if astray and not broken:
        one["reason"] = "wrong_way"
    elif alive is False:
        one["reason"] = broken or _layer(one, right)
    return one


def _broken(line: Line, found: Evidence) -> str | None:
    """What this host itself lacks to use the line: that is a line that is down, too."""
    if not found:
        return None
    if line.interface and found["running"] is None:
        return "no_device"
    if line.source and not found["device"]:
        return "no_address"
    if found["device"] and found["running"] is False:
        return "no_carrier"
    return None


def _leads_astray(
    line: Line,
    found: Evidence,
    probe: Evidence,
    ways: Sequence[tuple[str, str, str | None]],
    pinned: set[str],
) -> bool:
    """Whether this probe went by another line, so that its answer says nothing of this one."""
    way = probe["way"]
    if not line.here or way is None:
        return False
    device, gateway, _, certain = way
    if found["device"] and device != found["device"]:
        return True
    if not certain:
        return False  # no route by this device: the line has no way out, which is another fault
    if line.gateway and (":" in line.gateway) == (":" in (gateway or line.gateway)):
        return bool(gateway != line.gateway)
    # The same way as a line before: one of the two was not asked at all.
    return probe["target"] not in pinned and (probe["target"], device, gateway) in ways


def _way(line: Line, right: Sequence[Evidence], *, astray: bool) -> str | None:
    """proven, other, or unproven: does the routing say that the probes went by this line?"""
    if astray:
        return "other"
    if not right:
        return None
    if not line.here:
        return "unproven"
    return "proven" if any(p["way"] and p["way"][3] for p in right) else "unproven"


def _answered(probe: Evidence) -> bool:
    ping = probe.get("ping") or {}
    return bool((probe["reason"] is None and probe["sent"]) or ping.get("rtts"))


def _answered_enough(probes: Sequence[Evidence], min_targets: int) -> bool | None:
    if not probes:
        return None
    return sum(map(_answered, probes)) >= min(min_targets, len(probes))


def _any_works(answers: Sequence[Evidence] | None) -> bool | None:
    return any(answer["works"] for answer in answers) if answers else None


def _layer(one: Facts, right: Sequence[Evidence]) -> str:
    """How far a dead line still reaches, seen from here."""
    if any(p["way"] is None or not p["way"][3] for p in right) and not any(
        p["way"] and p["way"][3] for p in right
    ):
        return "no_route"
    if one["dns"] or one["https"]:
        return "targets_silent"
    if one["gateway_alive"] is False:
        return "gateway_silent"
    reasons = {p["reason"] for p in right}
    if reasons == {"connection_refused"}:
        return "targets_refuse"
    if reasons <= {"dns_failed", "dns_timeout"}:
        return "names_unknown"
    return "behind_gateway" if one["gateway_alive"] else "targets_silent"


def _times(right: Sequence[Evidence], *, dead: bool) -> Facts:
    """Round-trip time (mean over the targets), its jitter, and the packets lost.

    Where pings were answered they count, else the TCP handshakes. A target that never answers is
    no loss of the line: only those that answer at all count, and none answering is all lost.
    """
    pings = [p["ping"] for p in right if p.get("ping") and p["ping"]["rtts"]]
    measured = pings or [p for p in right if _answered(p)]
    sent = sum(p["sent"] for p in measured)
    means = [sum(p["rtts"]) / len(p["rtts"]) for p in measured if p["rtts"]]
    swings = [
        sum(abs(b - a) for a, b in zip(p["rtts"], p["rtts"][1:], strict=False))
        / (len(p["rtts"]) - 1)
        for p in measured
        if len(p["rtts"]) > 1
    ]
    loss = 100.0 * sum(p["lost"] for p in measured) / sent if sent else None
    return {
        "rtt_seconds": round(sum(means) / len(means), 6) if means else None,
        "loss_percent": round(loss, 1) if loss is not None else 100.0 if dead else None,
        "jitter_seconds": round(sum(swings) / len(swings), 6) if swings else None,
    }


def router_line(
    line: Line,
    lines: Sequence[Line],
    router: RouterFacts | None,
    aliases: Mapping[str, str],
) -> RouterLine | None:
    """The router's line of this name, else the only one of this technology."""
    if router is None:
        return None
    for told in router.lines:
        if aliases.get(told.name, told.name).casefold() == line.name.casefold():
            return told
    alike = [told for told in router.lines if told.tech == line.tech]
    ours = [one for one in lines if one.tech == line.tech]
    return alike[0] if line.tech and len(alike) == len(ours) == 1 else None


def _with_router(one: Facts, line: Line, told: RouterLine | None) -> None:
    """Add the router's claim; it decides only where nothing was probed."""
    if told is not None:
        one.update(router_up=told.up, router_detail=told.detail)
        one["tech"] = one["tech"] or told.tech
    if not line.router or one["alive"] is not None or one["reason"]:
        return
    if told is None:
        one["reason"] = "router_unnamed"
    elif told.detail == "disabled":
        one.update(alive=False, reason="disabled")
    else:
        one["alive"] = told.up
        one["reason"] = "router_says_down" if told.up is False else None


def _with_traffic(one: Facts, line: Line, unbound: Evidence, traffic: bool | None) -> None:
    """Where lines cannot be chosen from here, the traffic as it goes tells of the active one."""
    if one["active"]:
        one["dns"] = _any_works(unbound.get("dns"))
        one["https"] = _any_works(unbound.get("https"))
    if one["probed"]:
        return
    if traffic is False:
        one.update(alive=False, reason="traffic_dead")
    if one["active"]:
        if traffic:
            one.update(alive=True, reason=None)
        one.update(_times(unbound["targets"], dead=not traffic))
        one["targets_alive"] = sum(map(_answered, unbound["targets"]))
        one["targets_total"] = len(unbound["targets"])


def _by_egress(lines: Sequence[Line], asked: Sequence[Evidence], unbound: Evidence) -> str | None:
    """The line whose public address the world sees when this host does not choose."""
    seen = (unbound.get("egress") or {}).get("address")
    if not seen:
        return None
    matching = []
    for line, found in zip(lines, asked, strict=True):
        own = (found.get("egress") or {}).get("address")
        if (line.egress and within(seen, line.egress)) or (not line.egress and own == seen):
            matching.append(line.name)
    return matching[0] if len(matching) == 1 else None


def _by_routing(
    lines: Sequence[Line], asked: Sequence[Evidence], routing: Evidence, family: int
) -> str | None:
    """The line by which this host's routing sends, to the targets or by the default route."""
    ways = [(device, gateway) for f, device, gateway in routing.get("ways", []) if f == family]
    if not ways:
        defaults = [d for d in routing.get("defaults", []) if d[0] == family]
        ways = [(d[1], d[2]) for d in defaults if d[3] == min(one[3] for one in defaults)]
    names = [
        name
        for device, gateway in ways
        if (name := _leaves_by(lines, asked, device, gateway)) is not None
    ]
    return max(names, key=names.count) if names else None


def _leaves_by(
    lines: Sequence[Line], asked: Sequence[Evidence], device: str, gateway: str | None
) -> str | None:
    """The only line that this device and gateway can mean."""
    matching = []
    for line, found in zip(lines, asked, strict=True):
        if not line.here or (found.get("device") and found["device"] != device):
            continue
        if line.gateway and gateway and (":" in line.gateway) == (":" in gateway):
            if line.gateway == gateway:
                return line.name
            continue
        known = {p["way"][1] for p in found.get("targets") or [] if p["way"]}
        if found.get("device") and (not gateway or not known or gateway in known):
            matching.append(line.name)
    return matching[0] if len(matching) == 1 else None


def _by_router(
    lines: Sequence[Line], told: Mapping[str, RouterLine | None], router: RouterFacts | None
) -> str | None:
    if router is None or router.active_line is None:
        return None
    for line in lines:
        one = told[line.name]
        if one is not None and one.name == router.active_line:
            return line.name
    return None


def _mobile(router: RouterFacts | None) -> Facts | None:
    if router is None or router.mobile is None:
        return None
    mobile = router.mobile
    return {
        "operator": mobile.operator,
        "technology": mobile.technology,
        "signal_dbm": mobile.signal_dbm,
        "registered": mobile.registered,
        "sim": mobile.sim,
    }


def _ping_permitted(asked: Sequence[Evidence], unbound: Evidence) -> bool | None:
    """Whether this host may ping; None when nobody tried."""
    tried = [(found.get("gateway") or {}).get("icmp") for found in asked]
    for found in (*asked, unbound):
        tried += [(p.get("ping") or {}).get("permitted") for p in found.get("targets") or []]
    told = [one for one in tried if one is not None]
    return all(told) if told else None
