"""What the exporter's engine adds to a check: schedule, deadline, debounce, result.

The engine runs a check that does nothing at 500 sites with six each; the peer is the standard
library's ThreadPoolExecutor, given the same calls without any of that. Printed: CPU of one run on
both, medians of interleaved rounds, and their ratio. Exit code 1 above the limit.
"""

from __future__ import annotations

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from statistics import median
from time import process_time
from typing import TYPE_CHECKING, Any

from apowacht.exporter.engine import Engine
from apowacht.plugins.core import cli
from apowacht.plugins.core.check import Check
from apowacht.plugins.core.options import common, target
from apowacht.plugins.core.report import Finding, State
from apowacht.plugins.sites.model import Configuration, Site, Watch

if TYPE_CHECKING:
    from collections.abc import Sequence

SITES, CHECKS = 500, 6
FIRST, LAST = 3000, 5000
"""Runs of the engine between which its CPU is measured, all sites known."""
ROUNDS = 3
MOST_MILLISECONDS = 0.5
"""A hundredth of what a check over SNMP costs, and a safe part of one core for 3,000 checks."""


class Count:
    """Counts runs and keeps the CPU at the first and the last that matter."""

    def __init__(self) -> None:
        self.runs = 0
        self.marks: dict[int, float] = {}
        self.over = threading.Event()
        self._lock = threading.Lock()

    def __call__(self, options: Any) -> Sequence[Finding]:
        """One run of the check."""
        with self._lock:
            self.runs += 1
            if self.runs in (FIRST, LAST):
                self.marks[self.runs] = process_time()
            if self.runs == LAST:
                self.over.set()
        return [Finding("ups.on_mains", State.OK)]

    @property
    def milliseconds(self) -> float:
        """CPU of one run."""
        if not self.over.wait(120):
            sys.exit("the runs did not end in two minutes")
        return (self.marks[LAST] - self.marks[FIRST]) / (LAST - FIRST) * 1000


def checked(count: Count) -> Check:
    """A check that does nothing but count."""
    return Check(
        "ups",
        "power",
        "Nothing.",
        (*common(10), *target("1")),
        count,
        lambda facts, options: list(facts),
        "ups.no_data",
        State.UNKNOWN,
    )


def by_engine() -> float:
    """Milliseconds of CPU of one run by the engine."""
    count = Count()
    check = checked(count)
    sites: dict[str, Site] = {}
    for number in range(SITES):
        hosts = [("-H", f"10.0.{number % 250}.{place}") for place in range(CHECKS)]
        watches = (
            Watch(f"w{place}", check, 10.0, host, cli.values(check, host))
            for place, host in enumerate(hosts)
        )
        sites[f"s{number}"] = Site(f"s{number}", f"Site {number}", tuple(watches))
    engine = Engine(Configuration(sites))
    engine.start()
    try:
        return count.milliseconds
    finally:
        engine.close()


def by_executor() -> float:
    """Milliseconds of CPU of one call by ThreadPoolExecutor."""
    count = Count()
    with ThreadPoolExecutor(8) as pool:
        for _ in range(LAST):
            pool.submit(partial(count, None))
        return count.milliseconds


def main() -> None:
    """Measure and print."""
    rounds = [(by_engine(), by_executor()) for _ in range(ROUNDS)]
    engine, executor = (median(values) for values in zip(*rounds, strict=True))
    print(f"CPU of one run: engine {engine:.3f} ms, ThreadPoolExecutor {executor:.3f} ms, "
          f"ratio {engine / executor:.1f}")  # fmt: skip
    if engine > MOST_MILLISECONDS:
        sys.exit(f"the engine costs more than {MOST_MILLISECONDS} ms a run")


if __name__ == "__main__":
    main()
