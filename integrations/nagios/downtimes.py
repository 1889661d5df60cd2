"""Maintenance windows as commands for Nagios' command file, because it has no object for them.

Run every day: each window's downtime is taken back and planned anew, so that there is one of it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from apowacht.integrations import times
from apowacht.integrations.nagios.objects import host_name
from apowacht.integrations.nagios.text import names, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apowacht.plugins.sites.model import Site, Window

AUTHOR = "apowacht"
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
"""The begin of a window that has none; Nagios wants one, and the same one every day."""


def downtimes(site: Site, now: datetime, days: int) -> Iterator[str]:
    """The commands for all windows that are open within so many days from `now` (aware)."""
    described = names(watch.name for watch in site.watches)
    limit = now + timedelta(days=days)
    host, entered = host_name(site), int(now.timestamp())
    for window in site.maintenance:
        text = sentence(window.text)
        services = [described[name] for name in sorted(window.checks)] or [""]
        for start, end in _spans(window, now, limit):
            first, last = int(start.timestamp()), int(end.timestamp())
            for service in services:
                yield f"[{entered}] DEL_DOWNTIME_BY_HOST_NAME;{host};{service};{first};{text}"
                plan = f"SCHEDULE_SVC_DOWNTIME;{host};{service}"
                if not service:
                    plan = f"SCHEDULE_HOST_SVC_DOWNTIME;{host}"
                yield f"[{entered}] {plan};{first};{last};1;0;0;{AUTHOR};{text}"


def _spans(window: Window, now: datetime, limit: datetime) -> Iterator[tuple[datetime, datetime]]:
    spans: list[tuple[datetime, datetime]]
    if window.weekly is None:
        spans = [(window.start or BEGINNING, window.end or limit)]
    else:
        spans = _weekly(window, now.astimezone(window.zone).date(), limit)
    for start, end in spans:
        if end > now and start < limit:
            yield start, end


def _weekly(window: Window, today: date, limit: datetime) -> list[tuple[datetime, datetime]]:
    """The spans from some days before today, those that meet at midnight as one."""
    week = times.weekly(window)
    day = today - timedelta(days=7)
    found: list[tuple[datetime, datetime]] = []
    while day <= limit.astimezone(window.zone).date():
        for start, end in week[day.weekday()]:
            begin, finish = _instant(window, day, start), _instant(window, day, end)
            if found and found[-1][1] == begin:
                found[-1] = (found[-1][0], finish)
            else:
                found.append((begin, finish))
        day += timedelta(days=1)
    return found


def _instant(window: Window, day: date, minute: int) -> datetime:
    """A minute of a day by the clock on the wall, as a moment."""
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    return wall.replace(tzinfo=window.zone).astimezone(UTC)
