"""A site as Nagios' objects: its host, services, their dependencies, and when it is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apowacht.integrations import times
from apowacht.integrations.chain import edges, in_chain
from apowacht.integrations.command import MADE
from apowacht.integrations.nagios.text import block, check_command, names, sentence

if TYPE_CHECKING:
    from datetime import date

    from apowacht.integrations.command import Order
    from apowacht.plugins.sites.model import Site, Watch

ALWAYS = "apowacht-always"
CLOSED = "00:00-00:00"
"""A day without hours: Nagios takes an exception's day by it alone."""


def site_objects(site: Site, order: Order, first: date) -> str:
    """The file of a site; exceptional days from `first` to the end of the next year."""
    described = names(watch.name for watch in site.watches)
    opening = times.opening(site, first)
    parts = [f"# {MADE.format(tool='nagios')}\n", _host(site)]
    if opening is not None:
        parts.append(_timeperiod(site, opening))
    for watch in in_chain(site):
        parts.append(_service(site, watch, described[watch.name], order, opening is not None))
    return "\n".join(parts + _dependencies(site, described))


def host_name(site: Site) -> str:
    """The host that stands for a site."""
    return site.name


def _host(site: Site) -> str:
    rows = (
        ("use", "apowacht-site"),
        ("host_name", host_name(site)),
        ("alias", sentence(site.title)),
    )
    return block("host", rows)


def _timeperiod(site: Site, opening: times.Opening) -> str:
    rows = [
        ("timeperiod_name", _open(site)),
        ("alias", f"Opening and duty hours of {host_name(site)}"),
    ]
    for name, spans in zip(times.DAY_NAMES, opening.week, strict=True):
        if spans:
            rows.append((name, times.spelt(spans)))
    for run in times.runs(opening.exceptions):
        days = str(run.first) if run.first == run.last else f"{run.first} - {run.last}"
        rows.append((days, times.spelt(run.spans) or CLOSED))
    return block("timeperiod", rows)


def _open(site: Site) -> str:
    return f"apowacht-{site.name}-open"


def _service(site: Site, watch: Watch, description: str, order: Order, hours: bool) -> str:
    command = check_command(f"check_apo_{watch.check.name}", order.arguments(site, watch))
    rows = [
        ("use", f"apowacht-{watch.check.name}"),
        ("host_name", host_name(site)),
        ("service_description", description),
        ("check_command", command),
        ("check_interval", f"{watch.interval / 60:g}"),
    ]
    if watch.values.get("debounce") or watch.values.get("grace"):
        rows.append(("max_check_attempts", "1"))  # it waits by itself
    if hours and times.waits(watch):
        rows.append(("notification_period", _open(site)))
    return block("service", rows)


def _dependencies(site: Site, described: dict[str, str]) -> list[str]:
    """One for each parent whose failure alone explains its children.

    Of several parents that must all have failed Nagios would take the first one for enough, and
    silence what nothing explains; so these are left out.
    """
    children: dict[str, list[str]] = {}
    for edge in edges(site):
        if edge.group is None:
            children.setdefault(edge.parent.name, []).append(described[edge.child.name])
    return [
        block(
            "servicedependency",
            (
                ("host_name", host_name(site)),
                ("service_description", described[parent]),
                ("dependent_service_description", ",".join(told)),
                ("inherits_parent", "1"),
                ("execution_failure_criteria", "n"),
                ("notification_failure_criteria", "c"),
            ),
        )
        for parent, told in children.items()
    ]
