"""Snapshots for tests of the exporter's HTTP side: recorded answers as the results of sites."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apowacht.exporter.model import Entry, Result, Snapshot
from apowacht.plugins.core import cli
from apowacht.plugins.core.listing import all_checks
from apowacht.plugins.core.report import State
from apowacht.plugins.sites.model import Site, Watch

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apowacht.plugins.core.check import Check
    from apowacht.plugins.core.report import Report

RECORDED = Path(__file__).parent / "recorded"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
CHECKS = {check.name: check for check in all_checks()}


def scenarios(check: str | None = None) -> Iterator[tuple[str, Path]]:
    """Check and file of every recording of the project."""
    for file in sorted(RECORDED.glob(f"{check or '*'}/*")):
        yield file.parent.name, file


def replayed(check: Check, file: Path, *more: str) -> Report:
    """The report of a recorded answer."""
    return check.run(cli.parse(check, ["--replay", str(file), *more]))


def result_of(report: Report, reason: str = "", *, age: float = 10.0) -> Result:
    """A report as it was told so many seconds before NOW."""
    return Result(report, NOW - timedelta(seconds=age), 0.25, reason)


def watch_of(check: Check, name: str = "", interval: float = 60.0) -> Watch:
    """A watch of a check with nothing but a host."""
    arguments = ("-H", "192.0.2.1")
    return Watch(name or check.name, check, interval, arguments, cli.values(check, arguments))


def site_of(name: str, watches: Iterable[Watch]) -> Site:
    """A site with these watches."""
    return Site(name, f"Apotheke {name}", tuple(watches))


def entry_of(site: Site, watch: Watch, result: Result | None, **more: Any) -> Entry:
    """A watch of a site as it stands at NOW."""
    state = result.report.state if result else State.UNKNOWN
    told: dict[str, Any] = {
        "state": State.UNKNOWN if more.get("stale") else state,
        "since": NOW - timedelta(minutes=5) if result else None,
        "success_at": result.asked_at if result and not result.reason else None,
        "next_at": NOW + timedelta(seconds=50),
        "stale": False,
        "age_seconds": (NOW - result.asked_at).total_seconds() if result else 0.0,
        **more,
    }
    return Entry(site, watch, result, **told)


def snapshot_of(*entries: Entry) -> Snapshot:
    """These entries at NOW."""
    return Snapshot(NOW, entries)


def one(check: str, report: Report, **more: Any) -> Snapshot:
    """One site with one check that told this report."""
    watch = watch_of(CHECKS[check])
    site = site_of("musterstadt", [watch])
    return snapshot_of(entry_of(site, watch, result_of(report), **more))
