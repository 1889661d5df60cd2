"""Checks, sites and clocks made for tests of the exporter."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from apowacht.exporter.clock import Clock, Quality
from apowacht.exporter.pool import Pool, Worker
from apowacht.plugins.core import cli
from apowacht.plugins.core.check import Check
from apowacht.plugins.core.options import common, target
from apowacht.plugins.core.report import Finding, Metric, State
from apowacht.plugins.sites.model import Configuration, Site, Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class HandClock(Clock):
    """Clocks that stand still until a test moves them; `jump` moves the time of day alone."""

    def __init__(self, start: datetime = NOON, quality: str = "synchronised") -> None:
        super().__init__()
        self.now = 1000.0
        self.start = start - timedelta(seconds=self.now)
        self.word = quality

    def monotonic(self) -> float:
        """See Clock."""
        return self.now

    def wall(self) -> datetime:
        """See Clock."""
        return self.start + timedelta(seconds=self.now)

    def quality(self) -> Quality:
        """See Clock."""
        return Quality(self.word, 0.001, 0.02)

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds

    def jump(self, seconds: float) -> None:
        """Set the time of day."""
        self.start += timedelta(seconds=seconds)


class HandPool(Pool):
    """Jobs wait until a test lets them run, in its own thread."""

    def __init__(self) -> None:
        super().__init__("hand", 0, 0, 0)
        self.jobs: list[Callable[[Worker], None]] = []

    def submit(self, job: Callable[[Worker], None]) -> None:
        """See Pool."""
        self.jobs.append(job)

    def run(self) -> int:
        """Run what was submitted, and what that submits; how many jobs there were."""
        done = 0
        while self.jobs:
            self.jobs.pop(0)(Worker())
            done += 1
        return done


def fine(charge: float = 100.0) -> list[Finding]:
    """What a healthy UPS gives."""
    metric = Metric("battery_charge", charge, "%")
    return [Finding("ups.on_mains", State.OK, {"charge": charge, "runtime": 600.0}, metric)]


def worn() -> list[Finding]:
    """What a UPS with a worn battery gives."""
    return [Finding("ups.battery_worn", State.WARNING)]


def on_battery() -> list[Finding]:
    """What a UPS gives in a power cut."""
    return [Finding("power.on_battery", State.CRITICAL, {"runtime": 600.0})]


def check(
    answer: Callable[[Any], Sequence[Finding]],
    name: str = "ups",
    layer: str = "power",
    *,
    silence: str = "ups.no_data",
    silence_state: State = State.UNKNOWN,
) -> Check:
    """A check whose findings are what `answer(options)` returns; it may raise, or wait."""
    options = (*common(10), *target("1"))

    def probe(options: Any) -> Any:
        return answer(options)

    def judge(facts: Any, options: Any) -> Sequence[Finding]:
        return list(facts)

    return Check(name, layer, "A check for tests.", options, probe, judge, silence, silence_state)


def watch(name: str, one: Check, *arguments: str, interval: float = 60.0) -> Watch:
    """A watch of a check, asked with these arguments."""
    return Watch(name, one, interval, arguments, cli.values(one, arguments))


def site(name: str, *watches: Watch, **more: Any) -> Site:
    """A site with these watches."""
    return Site(name, f"Apotheke {name}", watches, **more)


def configuration(*sites: Site) -> Configuration:
    """A configuration of these sites."""
    return Configuration({one.name: one for one in sites})


def until(happened: Callable[[], object], what: str, seconds: float = 20.0) -> None:
    """Wait for something that another thread does; fails by name if it never does."""
    end = time.monotonic() + seconds
    pause = threading.Event()
    while not happened():
        assert time.monotonic() < end, f"never happened: {what}"
        pause.wait(0.005)
