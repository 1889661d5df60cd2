"""Alertmanager's configuration for these sites: tickets wait while a pharmacy is closed.

Pages are never muted: the plugins themselves make a ticket of what cannot hurt before opening, and
the exporter holds back what lies in a maintenance window.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from apowacht.integrations import times
from apowacht.integrations.prometheus.intervals import closed, maintenance

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from apowacht.integrations.prometheus.intervals import Interval
    from apowacht.plugins.sites.model import Site


def alertmanager(sites: Iterable[Site], first: date) -> dict[str, Any]:
    """The example configuration with the sites' routes behind the pages, and their intervals."""
    import yaml

    example = files("apowacht.integrations.prometheus") / "alertmanager.yml"
    told: dict[str, Any] = yaml.safe_load(example.read_text(encoding="utf-8"))
    named: dict[str, list[Interval]] = {}
    for site in sites:
        of_site = intervals(site, first)
        if of_site:
            told["route"]["routes"].append(_route(site, of_site))
            named.update(of_site)
    if named:
        told["time_intervals"] = [
            {"name": name, "time_intervals": some} for name, some in named.items()
        ]
    return told


def intervals(site: Site, first: date) -> dict[str, list[Interval]]:
    """A site's intervals by name: when it is closed, its maintenance, that of single checks."""
    found: dict[str, list[Interval]] = {}
    opening = times.opening(site, first)
    if opening is not None and site.opening is not None:
        found[_closed(site)] = closed(opening, site.opening.zone, first)
    found[_maintained(site)] = maintenance(one for one in site.maintenance if not one.checks)
    for name in sorted({name for window in site.maintenance for name in window.checks}):
        some = maintenance(one for one in site.maintenance if name in one.checks)
        found[_maintained(site, name)] = some
    return {name: some for name, some in found.items() if some}


def _closed(site: Site) -> str:
    return f"apowacht-{site.name}-closed"


def _maintained(site: Site, check: str = "") -> str:
    return f"apowacht-{site.name}-maintenance" + (f"-{check}" if check else "")


def _route(site: Site, named: dict[str, list[Interval]]) -> dict[str, Any]:
    """The tickets of a site; what a route mutes is not handed down to those below it."""
    shut = [name for name in (_closed(site),) if name in named]
    whole = [name for name in (_maintained(site),) if name in named]
    routes = []
    for watch in site.watches:
        own = _maintained(site, watch.name)
        if own in named:
            mute = [*(shut if times.waits(watch) else ()), *whole, own]
            name = watch.name.replace("\\", "\\\\").replace('"', '\\"')
            routes.append({"matchers": [f'name="{name}"'], "mute_time_intervals": mute})
    # What is watched around the clock, such as power and lines: its tickets come at night as well.
    names = sorted({one.check.name for one in site.watches if not times.waits(one)})
    around: dict[str, Any] = {"matchers": [f'check=~"{"|".join(names)}"']}
    if names:
        routes.append({**around, "mute_time_intervals": whole} if whole else around)
    route: dict[str, Any] = {"matchers": [f'site="{site.name}"'], "receiver": "tickets"}
    mute = [*shut, *whole]
    return {**route, **({"mute_time_intervals": mute} if mute else {}), "routes": routes}
