"""Does the Konnektor work, and is it connected to the TI?

Asks a TI-Konnektor over SOAP. With an address alone: whether it answers, what it is, and the
certificate of its LAN side. With Mandant, client system and workplace: its VPN to the TI and every
operating condition that holds. CRITICAL when it does not answer, when its VPN to the TI is down, or
when a condition of it stops e-prescriptions. WARNING when a condition soon will, or its software is
older than wanted. UNKNOWN when it does not accept the settings of this check.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from apowacht.plugins.core import asked, conditions
from apowacht.plugins.core.asked import Failure
from apowacht.plugins.core.check import Check, Options
from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.limits import option_name
from apowacht.plugins.core.options import ALIAS, KONNEKTOR, OPENING, common, limits, option, target
from apowacht.plugins.core.report import Finding, Metric, State

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Condition:
    """An operating condition that holds (TAB_KON_503)."""

    name: str  # EC_…; a vendor's own with its number
    severity: str | None = None  # Fatal, Error, Warning, Info
    type: str | None = None  # Operation, Security, Infrastructure
    since: str | None = None  # ISO 8601, UTC
    terminal: str | None = None  # name of the terminal that it is about


@dataclass(frozen=True)
class ConnectorFacts:
    """What a Konnektor tells of itself; None is what it does not tell or was not asked."""

    asked_at: str | None = None  # ISO 8601, by the clock of this computer
    vendor: str | None = None
    product: str | None = None
    firmware: str | None = None
    hardware: str | None = None
    vpn_ti: str | None = None  # online, offline
    vpn_ti_since: str | None = None  # ISO 8601, UTC
    vpn_sis: str | None = None  # offline where the service is not booked
    conditions: tuple[Condition, ...] | None = None
    services: dict[str, list[str]] = field(default_factory=dict)  # versions by name
    certificate_not_after: str | None = None  # of the LAN side; ISO 8601, UTC
    latency_seconds: dict[str, float] = field(default_factory=dict)  # by question
    warnings: dict[str, int | None] = field(default_factory=dict)  # error number by question
    failures: tuple[Failure, ...] = ()  # questions without an answer


class VersionType(click.ParamType["tuple[int, ...]"]):
    """A firmware version on the command line."""

    name = "version"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """`5.50.4` as (5, 50, 4); anything else names its option."""
        parts = str(value).split(".")
        if not all(part.isascii() and part.isdecimal() and len(part) < 10 for part in parts):
            raise OwnTrouble("bad_version", option=option_name(param), text=str(value))
        return tuple(map(int, parts))


OWN = (
    option(
        "--condition",
        multiple=True,
        type=conditions.ConditionState(),
        metavar="NAME=STATE",
        help="Judge this operating condition as ok, warning or critical (repeatable).",
    ),
    option(
        "--ignore-condition",
        multiple=True,
        type=conditions.ConditionName(),
        metavar="NAME",
        help="Do not report this operating condition (repeatable); refused for "
        f"{conditions.NO_VPN} and {conditions.NO_INTERNET}: without them there is no TI.",
    ),
    option(
        "--min-firmware",
        type=VersionType(),
        metavar="VERSION",
        help="WARNING when the Konnektor's software is older.",
    ),
    *limits("latency", "s"),
    *OPENING,
)


def probe(options: Options) -> ConnectorFacts:
    """Ask or replay, then read."""
    from apowacht.plugins.read import connector, konnektor

    if options.replay:
        answer = konnektor.replay(options, "connector")
    else:
        answer = konnektor.ask(options, ("resource",), context=False)
    if options.record:
        konnektor.record(answer, options, "connector")
    told = connector.read(answer, options.alias)
    if told["conditions"] is not None:
        told["conditions"] = tuple(Condition(**one) for one in told["conditions"])
    failures = tuple(Failure(**one) for one in answer.data["failures"])
    return ConnectorFacts(**told, failures=failures)


def judge(facts: ConnectorFacts, options: Options) -> Iterator[Finding]:
    """One finding per question."""
    yield from asked.failed(facts.failures, options)
    yield from vpn(facts, options)
    yield from operating(facts, options)
    yield from firmware(facts, options)
    yield from asked.warned(facts.warnings)
    yield from asked.latencies(facts.latency_seconds, options)
    yield from readings(facts)


def vpn(facts: ConnectorFacts, options: Options) -> Iterator[Finding]:
    """Is it connected to the TI, and since when?

    The condition follows the tunnel's state by up to 300 seconds; either of them counts.
    """
    if facts.conditions is None and facts.vpn_ti is None:
        yield from hardly_asked(facts)
        return
    holding = {one.name: one for one in facts.conditions or ()}
    flag = holding.get(conditions.NO_VPN)
    since = facts.vpn_ti_since
    if facts.vpn_ti != "offline" and flag is not None:
        since = flag.since
    age = seconds_since(since, facts)
    values = {**vars(facts), "since": age}
    if facts.vpn_ti == "offline" or flag is not None:
        if conditions.NO_INTERNET in holding:  # the lower link comes first
            yield from condition(holding[conditions.NO_INTERNET], facts, options)
        state = conditions.state_of(conditions.NO_VPN, "Error", dict(options.condition))
        key = VPN_OFFLINE[options.connector_location]
        yield Finding(key, state, {"since": age, "condition": conditions.NO_VPN})
    elif facts.vpn_ti == "online":
        yield Finding("kon.connected", State.OK, values)
    else:
        yield Finding("kon.vpn_unknown", State.UNKNOWN)
    if facts.vpn_ti is not None:
        online = facts.vpn_ti == "online"
        metric = Metric("vpn_ti", int(online), "", None, None, 0, 1)
        yield Finding("kon.reading", State.OK, metric=metric)
        if age is not None:
            metric = Metric("vpn_ti_age", age, "s", None, None, 0)
            yield Finding("kon.reading", State.OK, metric=metric)


def hardly_asked(facts: ConnectorFacts) -> Iterator[Finding]:
    """What is known without a word on TI and conditions; failures say more."""
    if facts.failures:
        return
    if not facts.services:  # the directory is whole only after the start
        yield Finding("kon.rebooting", State.CRITICAL)
    elif "GetResourceInformation" in facts.latency_seconds:
        yield Finding("kon.vpn_unknown", State.UNKNOWN)
    else:
        yield Finding("kon.reachable", State.OK, vars(facts))


def operating(facts: ConnectorFacts, options: Options) -> Iterator[Finding]:
    """Which operating conditions hold, besides those that are said with the VPN?"""
    names = {one.name for one in facts.conditions or ()}
    offline = facts.vpn_ti == "offline" or conditions.NO_VPN in names
    said = {conditions.NO_VPN, conditions.NO_INTERNET} if offline else set()
    for one in facts.conditions or ():
        if one.name not in said:
            yield from condition(one, facts, options)
    if facts.conditions is not None:
        metric = Metric("conditions", len(facts.conditions), "", None, None, 0)
        yield Finding("kon.reading", State.OK, metric=metric)


def condition(one: Condition, facts: ConnectorFacts, options: Options) -> Iterator[Finding]:
    """What one condition is worth; one that is not worth an alarm is shown."""
    if conditions.ignored(one.name, options.ignore_condition):
        return
    if one.name == conditions.TERMINAL_LOST and asked.closed(facts.asked_at, options):
        return
    state = conditions.state_of(one.name, one.severity, dict(options.condition))
    key = "kon.noted" if state is State.OK else conditions.key_of(one.name)
    values = {"condition": one.name, "since": seconds_since(one.since, facts)}
    yield Finding(key, state, values, name=one.terminal)


def firmware(facts: ConnectorFacts, options: Options) -> Iterator[Finding]:
    """Is the software as new as the site wants it?"""
    least = options.min_firmware
    if least is None or not facts.services:
        return
    values = {"firmware": facts.firmware, "least": ".".join(map(str, least))}
    if facts.firmware is None:
        yield Finding("kon.fw_unknown", State.UNKNOWN, values)
        return
    number = tuple(int(part) for part in facts.firmware.split(".") if part.isdecimal())
    old = number < least
    yield Finding("kon.fw_below", State.WARNING if old else State.OK, values)


def readings(facts: ConnectorFacts) -> Iterator[Finding]:
    """The LAN certificate: shown here, judged by check_apo_certificate."""
    left = seconds_between(facts.asked_at, facts.certificate_not_after)
    if left is not None:
        yield Finding("kon.reading", State.OK, metric=Metric("certificate_left", left, "s"))


def seconds_since(moment: str | None, facts: ConnectorFacts) -> float | None:
    """How long ago that was when the Konnektor was asked; its clock may be a little ahead."""
    passed = seconds_between(moment, facts.asked_at)
    return None if passed is None else max(0, passed)


def seconds_between(first: str | None, second: str | None) -> float | None:
    """Seconds from one moment to the other, both ISO 8601 with zone; None where one is missing."""
    from datetime import datetime

    if first is None or second is None:
        return None
    passed = datetime.fromisoformat(second) - datetime.fromisoformat(first)
    return int(passed.total_seconds())


VPN_OFFLINE = {"local": "kon.vpn_offline.local", "hosted": "kon.vpn_offline.hosted"}

CHECK = Check(
    name="connector",
    layer="access",
    doc=__doc__,
    options=(*target("443, or 80 with --no-tls"), *KONNEKTOR, *OWN, ALIAS, *common(30)),
    probe=probe,
    judge=judge,
    silence="kon.unreachable.local",
    silence_state=State.CRITICAL,
    silence_by=asked.silence,
    around_the_clock=frozenset(),
)

main = CHECK.main
