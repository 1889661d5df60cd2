"""Opening hours and maintenance as spans of days, from which each tool makes its periods."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, time, tzinfo

    from apowacht.plugins.sites.model import Site, Watch, Window

Span = tuple[int, int]
"""Minutes of a day, the end excluded; it may be 1440."""

DAY = 24 * 60
DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Opening(NamedTuple):
    """When a site is open: the week, Monday first, and the days that differ (empty: closed)."""

    week: tuple[tuple[Span, ...], ...]
    exceptions: Mapping[date, tuple[Span, ...]]


class Days(NamedTuple):
    """Days from `first` to `last`, both included, with the same spans."""

    first: date
    last: date
    spans: tuple[Span, ...]


def opening(site: Site, first: date) -> Opening | None:
    """The site's hours, its exceptional days from `first` to the end of the next year.

    The ten minutes before opening belong to them. None where the file tells no hours.
    """
    told = site.opening
    if told is None:
        return None
    week = tuple(tuple(spans) for spans in told.weekly(lead=True))
    days = told.exceptions(first, last_day(first), lead=True)
    return Opening(week, {day: tuple(days[day]) for day in sorted(days)})


def waits(watch: Watch) -> bool:
    """Whether its tickets wait until the site opens: those of a check that is watched around the
    clock do not, be it for some classes of failure only.
    """
    always = watch.check.around_the_clock
    return always is not None and not always


def last_day(first: date) -> date:
    """The end of the year after that of `first`."""
    return date(first.year + 1, 12, 31)


def runs(days: Mapping[date, tuple[Span, ...]]) -> list[Days]:
    """Neighbouring days with the same spans as one."""
    found: list[Days] = []
    for day in sorted(days):
        last = found[-1] if found else None
        if last and last.last + timedelta(days=1) == day and last.spans == days[day]:
            found[-1] = last._replace(last=day)
        else:
            found.append(Days(day, day, days[day]))
    return found


def weekly(window: Window) -> tuple[tuple[Span, ...], ...]:
    """The spans of a weekly window by the day, Monday first; nothing for one that has none."""
    days: list[list[Span]] = [[] for _ in DAY_NAMES]
    for start, end in window.weekly.spans(lead=False) if window.weekly else ():
        for day, spans in enumerate(days):
            first, last = max(start - day * DAY, 0), min(end - day * DAY, DAY)
            if first < last:
                spans.append((first, last))
    return tuple(tuple(spans) for spans in days)


def split(start: datetime, end: datetime, zone: tzinfo | None) -> list[Days]:
    """A window as spans of days by the clock of `zone`: what is left of the first day, whole days,
    the beginning of the last one.
    """
    first, last = (moment.astimezone(zone) for moment in (start, end))
    spans = {}
    for day in _days(first.date(), last.date()):
        begin = _minute(first.time()) if day == first.date() else 0
        until = _minute(last.time(), up=True) if day == last.date() else DAY
        if begin < until:
            spans[day] = ((begin, until),)
    return runs(spans)


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=step) for step in range((last - first).days + 1))


def _minute(moment: time, *, up: bool = False) -> int:
    whole = moment.hour * 60 + moment.minute
    return whole + 1 if up and (moment.second or moment.microsecond) else whole


def clock(minute: int) -> str:
    """Minutes of a day as `HH:MM`, up to `24:00`."""
    return f"{minute // 60:02}:{minute % 60:02}"


def spelt(spans: Iterable[Span]) -> str:
    """Spans as Icinga and Nagios write them: `08:00-13:00,14:00-18:30`."""
    return ",".join(f"{clock(start)}-{clock(end)}" for start, end in spans)
