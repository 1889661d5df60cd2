"""Are both internet lines alive, which one carries the traffic, would the other take over?

Probes every line by itself, the idle one too, against targets that you name, and looks up which
line this host's routing uses; a router may be asked as well. WARNING while the pharmacy runs on
its backup line, when the backup is dead («no spare line»), or when both lines share technology or
provider. CRITICAL when no line carries anything, or the traffic stays in a dead line. UNKNOWN when
a line could not be probed or the router does not answer: that is no outage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from apowacht.plugins.core import errors
from apowacht.plugins.core.check import Check, Options
from apowacht.plugins.core.limits import DURATION
from apowacht.plugins.core.options import ALIAS, SNMP, common, flag, limits, option, target
from apowacht.plugins.core.report import Finding, Metric, State
from apowacht.plugins.read.router_options import ROUTER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nagiosplugin import Range

DAY_SECONDS = 86400


@dataclass(frozen=True)
class LineFacts:
    """What is known of one line; None is what nobody could tell."""

    name: str
    tech: str | None = None  # fibre, dsl, cable, mobile, satellite
    provider: str | None = None
    alive: bool | None = None  # enough targets answer over it, or the router says so
    active: bool | None = None  # it carries the traffic
    gateway_alive: bool | None = None
    dns: bool | None = None  # a name server answers over it
    https: bool | None = None  # a TLS handshake gets through
    rtt_seconds: float | None = None
    loss_percent: float | None = None
    jitter_seconds: float | None = None
    targets_alive: int | None = None
    targets_total: int = 0
    probed: bool = False  # by this host; else only the router's word stands for it
    way: str | None = None  # proven, unproven, other: did the probes go by this line?
    device: str | None = None  # of this host
    reason: str | None = None  # why it is not alive; a row net.why_<reason> says it
    router_up: bool | None = None  # the router's claim
    router_detail: str | None = None


@dataclass(frozen=True)
class UplinkFacts:
    """What is known of all lines; the first one is the primary."""

    lines: tuple[LineFacts, ...] = ()
    lines_named: bool = True  # by the user; else they are the router's own
    active_line: str | None = None
    active_by: str | None = None  # egress, routing, router
    active_line_ipv6: str | None = None  # by the routing alone
    claims: dict[str, str] | None = None  # which line is active, by who says so
    traffic_alive: bool | None = None  # targets answer when no line is chosen
    traffic_flows: bool | None = None  # by that, or by the active line's state
    on_backup_seconds: float | None = None
    stuck_seconds: float | None = None  # since traffic goes into a dead line
    switches_24h: int | None = None
    last_drill_age_days: int | None = None  # since the backup last carried traffic
    memory_age_days: int | None = None
    longest_interruption_seconds: float | None = None
    last_interruption_seconds: float | None = None
    interruption_seconds: float | None = None  # of the one going on
    mobile: dict[str, Any] | None = None  # operator, technology, signal_dbm, registered, sim
    router: str | None = None  # how it was asked
    router_trouble: dict[str, Any] | None = None
    ping_permitted: bool | None = None
    egress_reason: str | None = None  # why the public address is not known


OWN = (
    option(
        "--line",
        multiple=True,
        metavar="NAME[,KEY=VALUE]...",
        help="A line (repeatable, the first is the primary), told apart by source=IP, "
        "interface=DEVICE, gateway=IP, target=HOST:PORT (which the router pins to it), or "
        "via=router; also tech=fibre|dsl|cable|mobile|satellite, provider=NAME, "
        "egress=ADDRESS[/LENGTH].",
    ),
    option(
        "--target",
        multiple=True,
        metavar="HOST[:PORT]",
        help="Who has to answer over every line: TCP, port 443 by default (repeatable; "
        "no default: name two or three stable addresses, better no names).",
    ),
    option(
        "--min-targets",
        type=click.IntRange(1, 100),
        default=1,
        show_default=True,
        metavar="NUMBER",
        help="How many targets have to answer for a line to be alive.",
    ),
    option(
        "--dns",
        multiple=True,
        metavar="SERVER[:PORT]",
        help="Name server to ask over every line (repeatable; one answer is enough).",
    ),
    option(
        "--dns-name",
        default=".",
        show_default=True,
        metavar="NAME",
        help="What to ask it for; «.» asks for the root's name servers and tells no name.",
    ),
    option(
        "--https",
        multiple=True,
        metavar="HOST[:PORT]",
        help="With whom a TLS handshake has to get through over every line (repeatable).",
    ),
    option(
        "--egress",
        metavar="URL",
        help="Service that answers with the caller's public address, to see which line is used.",
    ),
    flag("--icmp", help="Also ping the targets: one that answers is alive, and times count."),
    option(
        "--samples",
        type=click.IntRange(1, 50),
        default=5,
        show_default=True,
        metavar="NUMBER",
        help="Probes per target, begun 50 ms apart.",
    ),
    *limits("rtt", "s"),
    *limits("loss", "%", warning="20"),
    *limits("jitter", "s"),
    option(
        "--min-backup-time",
        type=DURATION,
        default="5m",
        show_default=True,
        metavar="DURATION",
        help="Running on the backup for less than this is no event (a nightly reconnect).",
    ),
    option(
        "--switch-time",
        type=DURATION,
        default="2m",
        show_default=True,
        metavar="DURATION",
        help="Traffic that stays in a dead line for longer than this is CRITICAL, before WARNING.",
    ),
    *limits("switches", "", warning="6"),
    option(
        "--drill-max-age",
        type=DURATION,
        metavar="DURATION",
        help="WARNING when the backup has carried no traffic for longer than this, as 90d.",
    ),
    *limits("signal", "dBm", floor=True),
)

ROUTER_OWN = tuple(o for o in ROUTER if o.name not in ("router_host", "router_port"))


def probe(options: Options) -> UplinkFacts:
    """Ask or replay, merge, and add what earlier runs saw."""
    from apowacht.plugins.read import uplink

    options.router_host, options.router_port = options.hostname, options.port
    options.insecure = options.router_insecure
    answer = uplink.replay(options) if options.replay else uplink.ask(options)
    facts = uplink.remember(answer, uplink.read(answer, options), options)
    if options.record:
        uplink.record(answer, facts, options)
    return UplinkFacts(**{**facts, "lines": tuple(LineFacts(**one) for one in facts["lines"])})


def judge(facts: UplinkFacts, options: Options) -> Iterator[Finding]:
    """One finding per question."""
    case = Case(facts, options)
    yield from case.verdict()
    yield from case.unknown()
    yield from case.layers()
    yield from case.quality()
    yield from case.history()
    yield from case.sameness()
    yield from case.modem()
    yield from case.claims()
    yield from case.sight()


class Case:
    """The lines before the judge, and what several questions share."""

    def __init__(self, facts: UplinkFacts, options: Options) -> None:
        self.facts = facts
        self.options = options
        # A router's own list holds sockets that nobody uses.
        self.lines = [line for line in facts.lines if facts.lines_named or line.alive is not None]
        self.alive = [line for line in self.lines if line.alive]
        self.dead = [line for line in self.lines if line.alive is False]
        self.active = next((line for line in self.lines if line.active), None)
        self.values: dict[str, object] = {
            "line": facts.active_line,
            "since": facts.on_backup_seconds or None,
        }

    def found(
        self,
        key: str,
        state: State,
        metric: Metric | None = None,
        name: str | None = None,
        **values: object,
    ) -> Finding:
        """A finding; `name` is a line's."""
        return Finding(key, state, {**self.values, **values}, metric, name)

    def verdict(self) -> Iterator[Finding]:
        """Does the pharmacy have a line, is it the right one, and is there a spare one?"""
        if not self.facts.lines and self.facts.router:
            yield self.found("net.router_no_lines", State.UNKNOWN)
        elif not (self.alive or self.dead):
            yield self.found("net.unproven", State.UNKNOWN)
        elif not self.alive:
            yield from self.nothing_alive()
        elif self.stuck():
            since = self.facts.stuck_seconds
            late = since is None or since >= self.options.switch_time
            state = State.CRITICAL if late else State.WARNING
            yield self.found("net.not_switched", state, since=since)
        elif self.active is not None and self.active is not self.lines[0]:
            yield self.on_backup(self.active)
        elif self.lines[0].alive is False:
            name = self.lines[0].name
            if self.facts.traffic_alive:
                yield self.patient("net.primary_down", name)
            else:  # nobody has seen that the traffic flows
                yield self.found("net.primary_down", State.WARNING, name=name)
        elif self.dead:
            for line in self.dead:
                yield self.found("net.backup_down", State.WARNING, name=self.several(line))
        else:
            yield self.all_well()
        if self.alive or self.dead:
            for line in self.dead:
                key = WHY[line.reason or "targets_silent"]
                yield self.found(key, State.OK, name=self.several(line))

    def nothing_alive(self) -> Iterator[Finding]:
        """Every line that could be tried is dead."""
        if len(self.dead) < len(self.lines):
            primary = self.lines[0].alive is False
            key, state = (
                ("net.primary_down", State.CRITICAL)
                if primary
                else ("net.backup_down", State.WARNING)
            )
            yield self.found(key, state, name=self.several(self.dead[0]))
            return
        key = {1: "net.line_down", 2: "net.both_down"}.get(len(self.lines), "net.all_down")
        yield self.found(key, State.CRITICAL, since=self.facts.interruption_seconds or None)

    def stuck(self) -> bool:
        """Whether the traffic goes into a dead line while another one lives."""
        return bool(self.alive) and self.facts.traffic_flows is False

    def on_backup(self, active: LineFacts) -> Finding:
        """Running on a spare line, and why."""
        if self.lines[0].alive:
            key = "net.not_back"
        elif active.tech == "mobile":
            key = "net.on_lte"
        else:
            key = "net.on_backup"
        return self.patient(key)

    def patient(self, key: str, name: str | None = None) -> Finding:
        """A finding that needs `--min-backup-time` to become an event."""
        seconds = self.facts.on_backup_seconds
        if seconds is not None and seconds < self.options.min_backup_time:
            return self.found(key, State.OK, name=name)._replace(held_seconds=seconds)
        return self.found(key, State.WARNING, name=name)

    def all_well(self) -> Finding:
        """Nothing is wrong with the lines that could be tried."""
        if self.facts.traffic_alive is None and not any(line.probed for line in self.lines):
            return self.found("net.told_up", State.OK)
        if len(self.lines) == 1:
            return self.found("net.line_up", State.OK)
        if len(self.alive) < len(self.lines):
            return self.found("net.primary_up", State.OK)
        if self.active is None:
            return self.found("net.lines_up", State.OK, n=len(self.lines))
        return self.found("net.both_up", State.OK, n=len(self.lines))

    def several(self, line: LineFacts) -> str | None:
        """The line's name, where there is another one to tell it from."""
        return line.name if len(self.lines) > 1 else None

    def unknown(self) -> Iterator[Finding]:
        """Which lines could not be tried, and why?"""
        told = self.facts.router_trouble
        if told is not None:
            chosen = self.options.timeout_state
            state = State[chosen.upper()] if chosen else State.UNKNOWN
            trouble = getattr(errors, told["kind"])(told["reason"], **told["values"])
            yield self.found("net.router_silent", state, reason=trouble)
        for line in self.lines:
            if line.alive is not None:
                continue
            if line.reason == "wrong_way":
                yield self.found("net.wrong_way", State.UNKNOWN, name=line.name)
            elif line.reason == "router_unnamed" and told is None:
                yield self.found("net.router_unnamed", State.UNKNOWN, name=line.name)
            elif told is None:
                yield self.found("net.line_unknown", State.UNKNOWN, name=line.name)

    def layers(self) -> Iterator[Finding]:
        """The line carries packets: does it carry names and encrypted connections, too?"""
        for line in self.alive:
            if line.dns is False:
                state = State.WARNING if any(one.dns for one in self.alive) else State.CRITICAL
                yield self.found("net.no_dns", state, name=self.several(line))
            elif line.https is False:
                state = State.WARNING if any(one.https for one in self.alive) else State.CRITICAL
                yield self.found("net.no_https", state, name=self.several(line))

    def quality(self) -> Iterator[Finding]:
        """How fast, how steady, how lossy is each line?"""
        from apowacht.plugins.read.uplink_lines import labels

        names = labels(line.name for line in self.facts.lines)
        for label, line in zip(names, self.facts.lines, strict=True):
            for what, value, unit in (
                ("rtt", line.rtt_seconds, "s"),
                ("loss", line.loss_percent, "%"),
                ("jitter", line.jitter_seconds, "s"),
            ):
                if value is None:
                    continue
                most = 100 if unit == "%" else None
                metric = Metric(f"{label}_{what}", value, unit, *self.limit(what), 0, most)
                state = metric.state if line.alive else State.OK
                shown = f"{value:.0f} %" if unit == "%" else f"{value * 1000:.0f} ms"
                yield self.found(
                    f"net.{what}_high", state, metric, self.several(line), measured=shown
                )

    def limit(self, name: str) -> tuple[Range | None, Range | None]:
        """The two ranges of one option pair."""
        return getattr(self.options, f"{name}_warning"), getattr(self.options, f"{name}_critical")

    def history(self) -> Iterator[Finding]:
        """How long on the backup, how often to and fro, and when was the last rehearsal?"""
        facts = self.facts
        if facts.on_backup_seconds is not None:
            from apowacht.plugins.core import nagios

            warning = nagios.Range(str(self.options.min_backup_time))
            metric = Metric("on_backup_time", facts.on_backup_seconds, "s", warning, None, 0)
            yield self.found("net.reading", State.OK, metric)
        if facts.switches_24h is not None:
            metric = Metric("switches", facts.switches_24h, "", *self.limit("switches"), 0)
            yield self.found("net.flapping", metric.state, metric, n=facts.switches_24h)
            if facts.switches_24h and facts.longest_interruption_seconds:
                longest = facts.longest_interruption_seconds
                yield self.found("net.interruption", State.OK, since=longest)
        yield from self.drill()

    def drill(self) -> Iterator[Finding]:
        """Has the backup carried traffic lately? As long as we have looked, if it never has."""
        allowed, age = self.options.drill_max_age, self.facts.last_drill_age_days
        if allowed is None or len(self.lines) < 2:
            return
        if age is not None:
            state = State.WARNING if age * DAY_SECONDS > allowed else State.OK
            yield self.found("net.drill_old", state, age=age * DAY_SECONDS)
        elif (self.facts.memory_age_days or 0) * DAY_SECONDS > allowed:
            yield self.found("net.drill_never", State.WARNING, age=allowed)

    def sameness(self) -> Iterator[Finding]:
        """Would one digger take both lines away?"""
        if len(self.lines) < 2 or not self.facts.lines_named or not self.alive:
            return
        providers = {(line.provider or "").casefold() for line in self.lines}
        if len(providers) == 1 and "" not in providers:
            yield self.found("net.same_provider", State.WARNING, org=self.lines[0].provider)
        techs = {line.tech for line in self.lines}
        if len(techs) == 1 and None not in techs:
            yield self.found("net.same_tech", State.WARNING)

    def modem(self) -> Iterator[Finding]:
        """Could the mobile line work at all: SIM, network, signal?"""
        mobile = self.facts.mobile
        if mobile is None:
            return
        wanted = any(line.tech == "mobile" for line in self.lines)
        key = {
            "missing": "net.sim_missing",
            "error": "net.sim_missing",
            "pin_needed": "net.sim_pin",
            "puk_needed": "net.sim_pin",
        }.get(mobile["sim"] or "")
        if key and wanted:
            yield self.found(key, State.WARNING)
        elif mobile["registered"] is False and wanted:
            yield self.found("net.mobile_unregistered", State.WARNING)
        if mobile["signal_dbm"] is not None:
            metric = Metric("signal", mobile["signal_dbm"], "", *self.limit("signal"))
            measured = f"{mobile['signal_dbm']:.0f} dBm"
            yield self.found("net.signal_weak", metric.state, metric, measured=measured)

    def claims(self) -> Iterator[Finding]:
        """Who contradicts whom? Both are shown, and what we saw ourselves counts."""
        told = self.facts.claims or {}
        if len(set(told.values())) > 1:
            yield self.found(
                "net.disagree",
                State.OK,
                by_routing=told.get("routing"),
                by_egress=told.get("egress"),
                by_router=told.get("router"),
            )
        for line in self.lines:
            if line.probed and line.router_up is not None and line.router_up is not line.alive:
                key = "net.router_claims_up" if line.router_up else "net.router_claims_down"
                yield self.found(key, State.OK, name=line.name)
        by_6 = self.facts.active_line_ipv6
        if by_6 and by_6 != self.facts.active_line:
            yield self.found("net.families_differ", State.OK, name=by_6)

    def sight(self) -> Iterator[Finding]:
        """What could not be seen from here?"""
        for line in self.lines:
            if line.alive is not None and not line.probed:
                yield self.found("net.not_probed", State.OK, name=line.name)
            elif line.way == "unproven" and line.alive is not None and len(self.lines) > 1:
                yield self.found("net.way_unproven", State.OK, name=line.name)
        if self.facts.egress_reason:
            yield self.found("net.egress_silent", State.OK)
        if self.facts.ping_permitted is False:
            yield self.found("net.ping_forbidden", State.OK)


WHY = {
    key.partition("why_")[2]: key
    for key in (
        "net.why_no_device",
        "net.why_no_address",
        "net.why_no_carrier",
        "net.why_no_route",
        "net.why_gateway_silent",
        "net.why_behind_gateway",
        "net.why_targets_silent",
        "net.why_targets_refuse",
        "net.why_names_unknown",
        "net.why_disabled",
        "net.why_router_says_down",
        "net.why_traffic_dead",
    )
}

CHECK = Check(
    name="uplink",
    layer="network",
    doc=__doc__,
    options=(
        *OWN,
        *ROUTER_OWN[:1],
        *target("161 for snmp, 49443 for fritzbox, else 443", host="The router's name or address."),
        *ROUTER_OWN[1:],
        *SNMP,
        ALIAS,
        *common(10),
    ),
    probe=probe,
    judge=judge,
    silence="net.router_silent",
    silence_state=State.UNKNOWN,
    urgent=frozenset(
        {"net.both_down", "net.all_down", "net.line_down", "net.primary_down", "net.not_switched"}
    ),
)

main = CHECK.main
