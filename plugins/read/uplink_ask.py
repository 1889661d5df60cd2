"""What this host itself can find out about its lines: every question at once, each in a thread.

All evidence is plain data, fit for a recording: `gather` asks, nothing here judges. A name server
or target that is silent is evidence, not trouble; only what this host lacks is raised.
"""

from __future__ import annotations

import socket
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import OwnTrouble, TargetTrouble, Trouble
from apowacht.plugins.wire import bound, endpoint
from apowacht.plugins.wire.bound import Binding
from apowacht.plugins.wire.icmp import NotPermitted
from apowacht.plugins.wire.routes import Routes, family_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from apowacht.plugins.core.check import Options
    from apowacht.plugins.read.uplink_lines import Line, Target
    from apowacht.plugins.wire.egress import Url

    Evidence = dict[str, Any]

PATIENCE_SECONDS = 3.5
"""How long a silent target is waited for: time for two repetitions by the kernel."""

GATEWAY_PORT = 80  # a refusal is as good an answer
DNS_PORT = 53


class Plan(NamedTuple):
    """Whom to ask: `dns` and `https` are asked over every line, as are `targets`."""

    lines: Sequence[Line]
    targets: Sequence[Target]
    dns: Sequence[Target]
    https: Sequence[Target]
    dns_name: str
    egress: Url | None
    samples: int
    icmp: bool


def gather(plan: Plan, options: Options) -> Evidence:
    """The evidence: by line, without a choice of line («unbound»), and from the routing.

    Raises OwnTrouble when this host cannot do what was asked for.
    """
    jobs = Jobs(min(PATIENCE_SECONDS, options.deadline.remaining() * 0.8))
    lines: list[Evidence] = []
    for line in plan.lines:
        lines.append(_line(line, plan, jobs))
    unbound: Evidence = {"targets": [], "dns": [], "https": [], "egress": None}
    if _unbound_wanted(plan):
        _ask_targets(unbound, plan.targets, Binding(), plan, jobs)
        _ask_layers(unbound, Binding(), plan, jobs)
    if plan.egress:
        jobs.add(unbound, "egress", partial(_seen_as, plan.egress, Binding(), jobs.seconds))
    jobs.wait()
    return {"lines": lines, "unbound": unbound, "routing": _routing(plan)}


def _unbound_wanted(plan: Plan) -> bool:
    """Whether some line cannot be chosen from here, so that only the traffic as it goes tells."""
    alone = len(plan.lines) == 1 and not plan.lines[0].router
    return not alone and (not plan.lines or not all(line.here for line in plan.lines))


def _line(line: Line, plan: Plan, jobs: Jobs) -> Evidence:
    """Start the questions over one line; the places of their answers."""
    binding = Binding(line.interface, line.source)
    with Routes() as routes:
        device = line.interface or (routes.device_of(line.source) if line.source else None)
        running = routes.running(device) if device else None
    found: Evidence = {
        "name": line.name,
        "device": device,
        "running": running,
        "targets": [],
        "dns": [],
        "https": [],
        "gateway": None,
        "egress": None,
    }
    alone = len(plan.lines) == 1
    targets = list(line.targets)
    if line.here or (alone and not line.router):
        targets += [target for target in plan.targets if target not in targets]
        _ask_layers(found, binding, plan, jobs)
        jobs.add(found, "gateway", partial(_ask_gateway, line, binding, targets, jobs.seconds))
        if plan.egress:
            jobs.add(found, "egress", partial(_seen_as, plan.egress, binding, jobs.seconds))
    _ask_targets(found, targets, binding, plan, jobs)
    return found


def _ask_targets(
    found: Evidence, targets: Sequence[Target], binding: Binding, plan: Plan, jobs: Jobs
) -> None:
    for target in targets:
        jobs.append(found["targets"], partial(_ask_target, target, binding, plan, jobs.seconds))


def _ask_layers(found: Evidence, binding: Binding, plan: Plan, jobs: Jobs) -> None:
    for server in plan.dns:
        jobs.append(found["dns"], partial(_ask_dns, server, binding, plan, jobs.seconds))
    for site in plan.https:
        jobs.append(found["https"], partial(_ask_https, site, binding, jobs.seconds))


class Jobs:
    """Questions that are asked side by side, each in a thread, all over after `seconds`."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._threads: list[Any] = []
        self._failures: list[BaseException] = []

    def append(self, place: list[Any], ask: Callable[[], Any]) -> None:
        """Put the answer into a list, at the place where the question stands."""
        index = len(place)
        place.append(None)
        self._start(lambda: place.__setitem__(index, ask()))

    def add(self, place: Evidence, key: str, ask: Callable[[], Any]) -> None:
        """Put the answer under a key."""
        self._start(lambda: place.__setitem__(key, ask()))

    def _start(self, task: Callable[[], None]) -> None:
        import threading

        def run() -> None:
            try:
                task()
            except BaseException as failure:
                self._failures.append(failure)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self._threads.append(thread)

    def wait(self) -> None:
        """Wait for all. Raises what one of them raised."""
        end = Deadline(self.seconds + 1.0)
        for thread in self._threads:
            thread.join(end.remaining())
        if self._failures:
            raise self._failures[0]
        if any(thread.is_alive() for thread in self._threads):
            raise OwnTrouble("deadline", seconds=round(self.seconds, 1))


def _ask_target(target: Target, binding: Binding, plan: Plan, seconds: float) -> Evidence:
    """One target over one line: which way, how many answers, how fast."""
    found: Evidence = {
        "target": str(target), "way": None, "sent": 0, "lost": 0, "rtts": [], "reason": None,
        "ping": None,
    }  # fmt: skip
    deadline = Deadline(seconds)
    try:
        family, address = _chosen(target, binding, deadline, found)
        if found["way"] is None:
            found["reason"] = "no_route"
            return found
        left = deadline.remaining()
        if plan.icmp:
            found["ping"] = _ping(family, address, binding, plan.samples, min(left, 1.5))
        samples = bound.connects(
            family, address, binding, plan.samples, max(0.05, deadline.remaining())
        )
    except TargetTrouble as trouble:
        found["reason"] = trouble.reason
        return found
    found.update(
        sent=samples.sent,
        lost=samples.lost,
        rtts=[round(rtt, 6) for rtt in samples.rtts],
        reason=samples.reason,
    )
    return found


def _chosen(
    target: Target, binding: Binding, deadline: Deadline, found: Evidence
) -> endpoint.Address:
    """The first of the target's addresses to which this line leads; its way goes into `found`.

    Raises what `endpoint.resolve` raises.
    """
    addresses = endpoint.resolve(target.host, target.port, deadline)
    with Routes() as routes:
        for family, address in addresses:
            host = str(address[0]).partition("%")[0]
            way = routes.way(host, device=binding.device, source=binding.source)
            if way is not None:
                found["way"] = [way.device, way.gateway, way.source, way.certain]
                return family, address
    return addresses[0]


def _ping(
    family: int, address: tuple[Any, ...], binding: Binding, count: int, seconds: float
) -> Evidence:
    try:
        samples = bound.echoes(family, address, binding, count, seconds)
    except NotPermitted:
        return {"permitted": False, "sent": 0, "lost": 0, "rtts": []}
    rtts = [round(rtt, 6) for rtt in samples.rtts]
    return {"permitted": True, "sent": samples.sent, "lost": samples.lost, "rtts": rtts}


def _ask_gateway(
    line: Line, binding: Binding, targets: Sequence[Target], seconds: float
) -> Evidence | None:
    """Whether the line's gateway answers: to a ping, to TCP, or to the kernel's own call."""
    deadline = Deadline(seconds)
    gateway, device = line.gateway, line.interface
    with Routes() as routes:
        for target in targets:
            if gateway is None and family_of(target.host) is not None:
                way = routes.way(target.host, device=binding.device, source=binding.source)
                gateway, device = (way.gateway, way.device) if way else (None, device)
        if gateway is None:
            return None  # a link without a gateway, or a line without a way
        way = routes.way(gateway, device=binding.device, source=binding.source)
        device = way.device if way else device
    answer: Evidence = {"address": gateway, "alive": None, "by": None, "icmp": None}
    family = family_of(gateway) or socket.AF_INET
    try:
        family, address = endpoint.resolve(_scoped(gateway, device), GATEWAY_PORT, deadline)[0]
        answer.update(_gateway_answers(family, address, binding, deadline))
    except TargetTrouble as trouble:
        answer.update(alive=False, by=trouble.reason)
    if answer["alive"] is None and device:
        with Routes() as routes:
            answer.update(alive=routes.neighbour(gateway, device), by="neighbour")
    return answer


def _scoped(gateway: str, device: str | None) -> str:
    return f"{gateway}%{device}" if gateway.casefold().startswith("fe80:") and device else gateway


def _gateway_answers(
    family: int, address: tuple[Any, ...], binding: Binding, deadline: Deadline
) -> Evidence:
    part = deadline.remaining() / 3
    try:
        if bound.echoes(family, address, binding, 2, part).rtts:
            return {"alive": True, "by": "ping", "icmp": True}
        icmp = True
    except NotPermitted:
        icmp = False
    samples = bound.connects(family, address, binding, 1, part)
    if samples.rtts or samples.reason == "connection_refused":
        return {"alive": True, "by": "tcp", "icmp": icmp}
    return {"alive": None, "by": None, "icmp": icmp}


def _ask_dns(server: Target, binding: Binding, plan: Plan, seconds: float) -> Evidence:
    from apowacht.plugins.wire import dns_query

    found: Evidence = {"target": str(server), "works": False, "seconds": None, "reason": None}
    deadline = Deadline(seconds)
    kind = "NS" if plan.dns_name == "." else "A"
    try:
        family, address = _chosen(server, binding, deadline, found)
        reply = dns_query.ask(
            family, address, deadline, name=plan.dns_name, kind=kind, binding=binding
        )
    except TargetTrouble as trouble:
        return {**found, "reason": trouble.reason}
    except OSError:
        return {**found, "reason": "no_route"}
    reason = None if reply.works else "dns_server_fails"
    return {**found, "works": reply.works, "seconds": round(reply.seconds, 6), "reason": reason}


def _ask_https(site: Target, binding: Binding, seconds: float) -> Evidence:
    """Whether a TLS handshake gets through; who answers is another check's question."""
    from apowacht.plugins.core.errors import Refused
    from apowacht.plugins.wire import tls

    found: Evidence = {"target": str(site), "works": False, "reason": None}
    deadline = Deadline(seconds)
    try:
        family, address = _chosen(site, binding, deadline, found)
        plain = bound.connect_bound(family, address, binding, deadline)
        trust = tls.Trust(insecure=True)
        tls.wrap(plain, site.host, site.port, deadline, trust).close()
    except Refused as trouble:  # it speaks TLS, and does not like ours
        return {**found, "works": True, "reason": trouble.reason}
    except TargetTrouble as trouble:
        return {**found, "reason": trouble.reason}
    except OSError:
        return {**found, "reason": "no_route"}
    return {**found, "works": True}


def _seen_as(url: Url, binding: Binding, seconds: float) -> Evidence:
    from apowacht.plugins.wire import egress

    try:
        return {"address": egress.seen_as(url, Deadline(seconds), binding), "reason": None}
    except Trouble as trouble:
        return {"address": None, "reason": trouble.reason}


def _routing(plan: Plan) -> Evidence:
    """Which way this host's traffic goes: to each target as it is, and by the default routes."""
    with Routes() as routes:
        ways = []
        for target in plan.targets:
            family = family_of(target.host)
            way = routes.way(target.host) if family is not None else None
            if family is not None and way is not None:
                ways.append([4 if family == socket.AF_INET else 6, way.device, way.gateway])
        defaults = [
            [4 if one.family == socket.AF_INET else 6, one.device, one.gateway, one.metric]
            for one in routes.defaults()
        ]
        return {"ways": ways, "defaults": defaults}
