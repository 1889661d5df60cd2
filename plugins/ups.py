"""Is the UPS on mains, and would its battery carry the pharmacy through a power cut?

Asks one UPS over SNMP, or the UPS of a NUT or apcupsd server. WARNING when it runs on battery,
when its battery is worn, old or weakly charged, or when it is overloaded, hot or on bypass.
CRITICAL when the runtime left is too short, the battery low, the output off, or the power cut
long. UNKNOWN when the UPS card or its driver does not answer: that is no power cut.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from apowacht.plugins.core.check import Check, Options
from apowacht.plugins.core.errors import Garbled
from apowacht.plugins.core.limits import DAY, DURATION
from apowacht.plugins.core.options import ALIAS, SNMP, TLS, common, flag, limits, option, target
from apowacht.plugins.core.report import Finding, Metric, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nagiosplugin import Range

    from apowacht.plugins.core.errors import TargetTrouble

DAY_SECONDS = 86400


@dataclass(frozen=True)
class UpsFacts:
    """What one UPS tells about itself; None is what it does not tell."""

    ups_name: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    mib: str | None = None
    power_source: str | None = None  # mains, battery, bypass, off, other
    battery_status: str | None = None  # normal, low, depleted, unknown
    charge_percent: float | None = None
    runtime_seconds: float | None = None
    load_percent: float | None = None  # of the phase with the highest
    battery_temperature_celsius: float | None = None
    input_voltage_volts: list[float] | None = None  # by phase
    battery_voltage_volts: float | None = None
    seconds_on_battery: float | None = None
    replace_battery: bool | None = None
    battery_age_days: int | None = None
    selftest: str | None = None  # passed, warning, failed, aborted, in_progress, never
    selftest_age_days: int | None = None
    alarms: list[str] | None = None  # RFC 1628's names in snake case, or a vendor's own
    communication: str | None = None  # ok, stale, lost: does the card still reach the UPS
    charging: bool | None = None
    seconds_since_battery: float | None = None  # since our own last sight of it on battery
    selftest_running_seconds: float | None = None  # since our own first sight of it
    ups_number: int = 1  # its place in the server's list
    others: tuple[UpsFacts, ...] = ()  # further UPS of the same server


OWN = (
    option(
        "--source",
        type=click.Choice(("snmp", "nut", "apcupsd")),
        default="snmp",
        show_default=True,
        help="Whom to ask: the UPS card (SNMP), NUT's upsd, or apcupsd's NIS.",
    ),
    option("--ups", metavar="NAME", help="NUT: this UPS only [default: all of the server]."),
    option("--user", metavar="NAME", help="NUT: log in as this user."),
    option(
        "--password-file",
        metavar="FILE",
        help="NUT: file with the password [or environment APOWACHT_NUT_PASSWORD].",
    ),
    flag("--starttls", help="NUT: encrypt the connection, and refuse to talk without."),
    *TLS,
    option(
        "--shutdown-need",
        type=DURATION,
        metavar="DURATION",
        help="How long an orderly shutdown takes here: runtime below it is CRITICAL, below one "
        "and a half of it WARNING, on mains too.",
    ),
    *limits("battery-runtime", "s", floor=True),
    *limits("battery-charge", "%", floor=True, warning="50:", critical="20:"),
    *limits("load", "%", warning="80", critical="95"),
    *limits("battery-temp", "C", warning="45", critical="55"),
    limits("on-battery", "s", critical="15m")[1],
    *limits("battery-age", "s", warning="5y"),
    *limits("selftest-age", "s", warning="400d"),
    option(
        "--battery-installed",
        type=DAY,
        metavar="DATE",
        help="When the battery was last replaced (ISO 8601).",
    ),
    option(
        "--recharge-grace",
        type=DURATION,
        default="8h",
        show_default=True,
        metavar="DURATION",
        help="How long after a power cut a weak charge is taken as recharging.",
    ),
    option(
        "--selftest-cap",
        type=DURATION,
        default="2h",
        show_default=True,
        metavar="DURATION",
        help="How long a self-test or calibration may run before it is a fault.",
    ),
    option(
        "--ignore-alarm",
        multiple=True,
        metavar="NAME",
        help="Do not report this alarm of the UPS (repeatable; names as in --output json).",
    ),
)


def probe(options: Options) -> UpsFacts:
    """Ask or replay, read, and put the UPS that is worst off first."""
    from apowacht.plugins.read import ups

    answer = ups.replay(options) if options.replay else ups.ask(options)
    readings = ups.remember(answer, ups.read(answer), options)
    if options.record:
        ups.record(answer, readings, options)
    named = ups.named(readings, options, answer.moment)
    listed = [UpsFacts(**one, ups_number=place) for place, one in enumerate(named, start=1)]
    return worst_first(listed, options)


def worst_first(all_facts: list[UpsFacts], options: Options) -> UpsFacts:
    """The facts of the UPS that is worst off, with the others attached."""

    def trouble(facts: UpsFacts) -> int:
        return max((f.state.severity for f in judge_one(facts, options)), default=0)

    ranked = sorted(all_facts, key=trouble, reverse=True) if len(all_facts) > 1 else all_facts
    return replace(ranked[0], others=tuple(ranked[1:])) if len(ranked) > 1 else ranked[0]


def judge(facts: UpsFacts, options: Options) -> Iterator[Finding]:
    """All questions about each UPS, the worst first.

    Metrics keep the place of their UPS in the server's list, so that a graph shows one UPS for
    ever, whichever is worst today.
    """
    several = bool(facts.others)
    for one in (facts, *facts.others):
        name = one.ups_name or f"u{one.ups_number}"
        for finding in judge_one(one, options, name=name if several else None):
            metric = finding.metric
            if metric is not None and one.ups_number > 1:
                metric = metric._replace(name=f"u{one.ups_number}_{metric.name}")
            yield finding._replace(metric=metric)


def judge_one(facts: UpsFacts, options: Options, name: str | None = None) -> Iterator[Finding]:
    """One finding per question about one UPS."""
    if facts.communication in ("stale", "lost"):
        key = "ups.data_stale" if facts.communication == "stale" else "ups.communication_lost"
        yield Finding(key, State.UNKNOWN, name=name)
        return
    case = Case(facts, options, name)
    yield from case.power()
    yield from case.runtime()
    yield from case.charge()
    yield from case.load()
    yield from case.on_battery_time()
    yield from case.battery()
    yield from case.battery_age()
    yield from case.selftest()
    yield from case.alarms()
    yield from case.readings()


class Case:
    """One UPS before the judge: its facts, the limits, and what several questions share."""

    def __init__(self, facts: UpsFacts, options: Options, name: str | None) -> None:
        self.facts = facts
        self.options = options
        self.name = name
        alarms = facts.alarms or []
        told = facts.power_source or ("battery" if "on_battery" in alarms else None)
        self.on_battery = told == "battery"
        self.stuck = (facts.selftest_running_seconds or 0) > options.selftest_cap
        testing = facts.selftest == "in_progress" or "test_in_progress" in alarms
        self.testing = testing and not self.stuck
        self.low = facts.battery_status in ("low", "depleted") or bool(LOW.intersection(alarms))
        self.recharging = (
            not self.on_battery
            and facts.seconds_since_battery is not None
            and facts.seconds_since_battery < options.recharge_grace
        )
        self.values: dict[str, object] = {
            "charge": facts.charge_percent,
            "runtime": facts.runtime_seconds,
            "load": facts.load_percent,
            "since": facts.seconds_on_battery,
        }

    def found(
        self, key: str, state: State, metric: Metric | None = None, **values: object
    ) -> Finding:
        """A finding about this UPS."""
        return Finding(key, state, {**self.values, **values}, metric, self.name)

    def metric(
        self,
        name: str,
        value: float,
        unit: str,
        *,
        limit: str | None = None,
        maximum: float | None = None,
    ) -> Metric:
        """A metric with the limits of the option `limit`."""
        warning, critical = self.limit(limit) if limit else (None, None)
        return Metric(name, value, unit, warning, critical, 0, maximum)

    def limit(self, name: str) -> tuple[Range | None, Range | None]:
        """The two ranges of one option pair."""
        return getattr(self.options, f"{name}_warning"), getattr(self.options, f"{name}_critical")

    def power(self) -> Iterator[Finding]:
        """Where does the load's power come from, and does the device itself cry for help?"""
        facts = self.facts
        if self.stuck:
            yield self.found(
                "ups.selftest_stuck", State.WARNING, since=facts.selftest_running_seconds
            )
        if self.testing:
            yield self.found("ups.selftest_running", State.OK)
        elif self.on_battery:
            yield self.found("power.on_battery", State.WARNING)
            if self.low:
                yield self.found("power.low_battery", State.CRITICAL)
        elif facts.power_source == "bypass":
            yield self.found("ups.on_bypass", State.WARNING)
        elif facts.power_source == "off":
            yield self.found("ups.output_off", State.CRITICAL)
        elif self.recharging:
            yield self.found("ups.recharging", State.OK, since=facts.seconds_since_battery)
        elif facts.power_source == "mains":
            yield self.found("ups.on_mains", State.OK)
        elif facts.power_source is None and facts.battery_status in (None, "unknown"):
            yield self.found("ups.state_unknown", State.UNKNOWN)
        else:
            yield self.found("ups.source_unknown", State.OK)

    def runtime(self) -> Iterator[Finding]:
        """How long would the battery last, or does it last still?

        Without limits of the site's own, 10 and 5 minutes count, on battery only: many a healthy
        small UPS says less on mains.
        """
        seconds = self.facts.runtime_seconds
        if seconds is None:
            return
        from apowacht.plugins.core.nagios import Range

        need = self.options.shutdown_need
        warning, critical = self.limit("battery_runtime")
        if need:
            warning, critical = warning or Range(f"{need * 1.5}:"), critical or Range(f"{need}:")
        elif self.on_battery and warning is None and critical is None:
            warning, critical = Range("600:"), Range("300:")
        metric = Metric("battery_runtime", seconds, "s", warning, critical, 0)
        state = State.OK if self.testing else metric.state
        if self.on_battery:
            yield self.found("power.runtime_short", state, metric)
        elif self.recharging and state is not State.OK:
            yield self.found("ups.runtime_short", State.OK, metric)
        else:
            yield self.found(
                "ups.runtime_short", state, metric, need=need or _start(critical or warning)
            )

    def charge(self) -> Iterator[Finding]:
        """Is the battery charged? After a power cut it has its time for that."""
        facts = self.facts
        if self.low and not self.on_battery and not self.testing:
            state = State.OK if self.recharging else State.WARNING
            yield self.found("ups.battery_low", state)
        if facts.charge_percent is None:
            return
        metric = self.metric(
            "battery_charge", facts.charge_percent, "%", limit="battery_charge", maximum=100
        )
        state = metric.state
        if self.testing or (self.recharging and state is State.WARNING):
            state = State.OK
        elif self.recharging and state is State.CRITICAL:
            state = State.WARNING
        yield self.found("ups.charge_low", state, metric)

    def load(self) -> Iterator[Finding]:
        """Is more plugged in than the UPS carries?"""
        if self.facts.load_percent is not None:
            metric = self.metric("load", self.facts.load_percent, "%", limit="load")
            yield self.found("ups.load_high", metric.state, metric)

    def on_battery_time(self) -> Iterator[Finding]:
        """How long has the power been out?"""
        seconds = self.facts.seconds_on_battery
        if not self.on_battery:
            # Some cards never reset it; where the source is not sure, nobody knows.
            seconds = 0 if self.facts.power_source in ("mains", "bypass") else None
        if seconds is None:
            return
        critical = self.options.on_battery_critical
        metric = Metric("on_battery_time", seconds, "s", None, critical, 0)
        state = State.OK if self.testing or not self.on_battery else metric.state
        yield self.found("power.on_battery_long", state, metric)

    def battery(self) -> Iterator[Finding]:
        """Does the device say that its battery is worn, and is the battery too warm?"""
        alarms = self.facts.alarms or []
        worn = self.facts.replace_battery or "battery_bad" in alarms
        if worn and "battery_bad" not in self.options.ignore_alarm:
            yield self.found("ups.battery_worn", State.WARNING)
        if self.facts.battery_temperature_celsius is not None:
            metric = Metric(
                "battery_temp",
                self.facts.battery_temperature_celsius,
                "C",
                *self.limit("battery_temp"),
            )
            yield self.found("ups.temperature_high", metric.state, metric, temperature=metric.value)

    def battery_age(self) -> Iterator[Finding]:
        """Is the battery older than such batteries get?"""
        if self.facts.battery_age_days is not None:
            metric = self.metric(
                "battery_age", self.facts.battery_age_days * DAY_SECONDS, "s", limit="battery_age"
            )
            yield self.found("ups.battery_old", metric.state, metric, age=metric.value)

    def selftest(self) -> Iterator[Finding]:
        """What did the last self-test say, and when was it?"""
        if self.facts.selftest == "failed" or "diagnostic_test_failed" in (self.facts.alarms or []):
            yield self.found("ups.selftest_failed", State.WARNING)
        elif self.facts.selftest == "warning":
            yield self.found("ups.selftest_warning", State.WARNING)
        if self.facts.selftest_age_days is not None:
            age = self.facts.selftest_age_days * DAY_SECONDS
            state = Metric("", age, "s", *self.limit("selftest_age")).state
            yield self.found("ups.selftest_old", state, age=age)

    def alarms(self) -> Iterator[Finding]:
        """Which further alarms does the device raise?"""
        for alarm in self.facts.alarms or []:
            if alarm in self.options.ignore_alarm or alarm in SAID_ELSEWHERE:
                continue
            if alarm == "communications_lost":
                yield self.found("ups.communication_lost", State.UNKNOWN)
            elif alarm == "output_overload":
                yield self.found("ups.overload", State.CRITICAL)
            elif alarm in ("ups_output_off", "ups_system_off"):
                if self.facts.power_source != "off":
                    yield self.found("ups.output_off", State.CRITICAL)
            elif alarm == "on_bypass":
                if self.facts.power_source != "bypass":
                    yield self.found("ups.on_bypass", State.WARNING)
            else:
                state = State.CRITICAL if alarm in ACT_NOW else State.WARNING
                yield self.found("ups.alarm", state, alarm=alarm)

    def readings(self) -> Iterator[Finding]:
        """Voltages: shown, not judged; the UPS knows its own limits and raises its alarms."""
        if self.facts.battery_voltage_volts is not None:
            metric = self.metric("battery_voltage", self.facts.battery_voltage_volts, "V")
            yield self.found("ups.reading", State.OK, metric)
        for phase, volts in enumerate(self.facts.input_voltage_volts or [], start=1):
            label = "input_voltage" if phase == 1 else f"input_voltage_{phase}"
            yield self.found("ups.reading", State.OK, self.metric(label, volts, "V"))


def silence(trouble: TargetTrouble, options: Options) -> str:
    """The failure class when nothing could be read: no answer, or an answer of no use."""
    answered = isinstance(trouble, Garbled) or trouble.phase in ("auth", "tls")
    return "ups.unreadable" if answered else "ups.no_data"


def _start(limit: Range | None) -> float | None:
    return None if limit is None else limit.start


SAID_ELSEWHERE = frozenset(
    {
        # By power_source, battery_status, replace_battery and selftest.
        "battery_bad",
        "on_battery",
        "low_battery",
        "depleted_battery",
        "diagnostic_test_failed",
        "test_in_progress",
        # Wanted by somebody.
        "output_off_as_requested",
        "ups_off_as_requested",
    }
)

LOW = frozenset({"low_battery", "depleted_battery"})

ACT_NOW = frozenset({"awaiting_power", "shutdown_pending", "shutdown_imminent"})

CHECK = Check(
    name="ups",
    layer="power",
    doc=__doc__,
    options=(*target("161, 3493 or 3551, as the source has it"), *OWN, *SNMP, ALIAS, *common(10)),
    probe=probe,
    judge=judge,
    silence="ups.no_data",
    silence_state=State.UNKNOWN,
    silence_by=silence,
    urgent=frozenset(
        {
            "power.on_battery",
            "power.on_battery_long",
            "power.low_battery",
            "power.runtime_short",
            "ups.output_off",
        }
    ),
)

main = CHECK.main
