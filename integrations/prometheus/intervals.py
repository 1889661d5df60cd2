"""Opening hours and maintenance as Alertmanager's time intervals.

Intervals only add up, so a day that is open longer than its weekday (duty) has to be left out of
what is said of the week, month by month.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any

from apowacht.integrations import times
from apowacht.integrations.times import DAY, DAY_NAMES, clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import tzinfo

    from apowacht.integrations.times import Opening, Span
    from apowacht.plugins.sites.model import Window

Interval = dict[str, Any]
LAST_YEAR = 2100
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
LOCAL = "Local"
"""Alertmanager's word for the clock of its own computer."""


def closed(opening: Opening, zone: str | None, first: date) -> list[Interval]:
    """When a site is closed; `opening` tells its exceptions from `first` on."""
    longer = [day for day, spans in opening.exceptions.items() if _opens_more(opening, day, spans)]
    found = [
        {**week, **when}
        for when in _without(longer, first)
        for week in _weekly([gaps(spans) for spans in opening.week])
    ]
    days: dict[tuple[int, int, tuple[Span, ...]], list[int]] = {}
    for day in sorted(opening.exceptions):
        shut = gaps(opening.exceptions[day])
        if shut:
            days.setdefault((day.year, day.month, shut), []).append(day.day)
    for (year, month, shut), some in days.items():
        when = {"days_of_month": _ranges(some), "months": [str(month)], "years": [str(year)]}
        found.append({"times": _times(shut), **when})
    return [_placed(one, zone) for one in found]


def maintenance(windows: Iterable[Window]) -> list[Interval]:
    """When one of the windows is open, their begins and ends to the minute."""
    found = []
    for window in windows:
        zone = getattr(window.zone, "key", None)
        if window.weekly is not None:
            told = _weekly(times.weekly(window))
        else:
            start, end = window.start or BEGINNING, window.end
            told = list(_between(start, end, window.zone))
        found += [_placed(one, zone) for one in told]
    return found


def gaps(spans: Sequence[Span]) -> tuple[Span, ...]:
    """What is left of a day."""
    found, at = [], 0
    for start, end in spans:
        if at < start:
            found.append((at, start))
        at = max(at, end)
    return (*found, (at, DAY)) if at < DAY else tuple(found)


def _opens_more(opening: Opening, day: date, spans: Sequence[Span]) -> bool:
    """Whether a day is open at a time that its weekday is not."""
    usual = opening.week[day.weekday()]
    return not all(any(s <= start and end <= e for s, e in usual) for start, end in spans)


def _placed(interval: Interval, zone: str | None) -> Interval:
    return {**interval, "location": zone or LOCAL}


def _times(spans: Iterable[Span]) -> list[dict[str, str]]:
    return [{"start_time": clock(start), "end_time": clock(end)} for start, end in spans]


def _weekly(week: Sequence[Sequence[Span]]) -> list[Interval]:
    """Days of the week with the same spans as one, in the order of their first day."""
    days: dict[tuple[Span, ...], list[str]] = {}
    for name, spans in zip(DAY_NAMES, week, strict=True):
        if spans:
            days.setdefault(tuple(spans), []).append(name)
    return [{"times": _times(spans), "weekdays": names} for spans, names in days.items()]


def _without(days: Sequence[date], first: date) -> list[Interval]:
    """The time from the year of `first` on without these days; all time when there are none."""
    if not days:
        return [{}]
    found: list[Interval] = []
    taken = sorted(set(days))
    for year, of_year in groupby(taken, key=lambda day: day.year):
        months = {month: [*some] for month, some in groupby(of_year, key=lambda day: day.month)}
        free = [month for month in range(1, 13) if month not in months]
        if free:
            found.append({"months": _ranges(free), "years": [str(year)]})
        for month, some in months.items():
            out = {day.day for day in some}
            left = [day for day in range(1, monthrange(year, month)[1] + 1) if day not in out]
            if left:
                found.append(
                    {"days_of_month": _ranges(left), "months": [str(month)], "years": [str(year)]}
                )
    named = {day.year for day in taken}
    years = [year for year in range(first.year, LAST_YEAR + 1) if year not in named]
    return [*found, {"years": _ranges(years)}]


def _between(start: datetime, end: datetime | None, zone: tzinfo | None) -> Iterator[Interval]:
    """From one moment to another: what is left of the first day, whole days, the last one."""
    begin = start.astimezone(zone)
    finish = end.astimezone(zone) if end else datetime(LAST_YEAR, 12, 31, 23, 59, tzinfo=zone)
    first, last = begin.date(), finish.date()
    from_minute = begin.hour * 60 + begin.minute
    to_minute = finish.hour * 60 + finish.minute + bool(finish.second or finish.microsecond)
    if first == last:
        if from_minute < to_minute:
            yield from _day(first, (from_minute, to_minute))
        return
    yield from _day(first, (from_minute, DAY))
    yield from dated(first + timedelta(days=1), last - timedelta(days=1))
    if to_minute:
        yield from _day(last, (0, to_minute))


def _day(day: date, span: Span) -> list[Interval]:
    return [{"times": _times([span]), **when} for when in dated(day, day)]


def dated(first: date, last: date) -> list[Interval]:
    """Days from `first` to `last`, both included: parts of months, months, whole years."""
    found: list[Interval] = []
    day = first
    while day <= last:
        if (day.month, day.day) == (1, 1) and date(day.year, 12, 31) <= last:
            until = last.year if (last.month, last.day) == (12, 31) else last.year - 1
            found.append({"years": _ranges(range(day.year, until + 1))})
            day = date(until + 1, 1, 1)
            continue
        end = min(date(day.year, day.month, monthrange(day.year, day.month)[1]), last)
        told = {"months": [str(day.month)], "years": [str(day.year)]}
        if day.day > 1 or (end + timedelta(days=1)).day > 1:
            told = {"days_of_month": _ranges(range(day.day, end.day + 1)), **told}
        found.append(told)
        day = end + timedelta(days=1)
    return found


def _ranges(numbers: Iterable[int]) -> list[str]:
    """Ascending numbers as Alertmanager's ranges: `1:4`, `6`."""
    found: list[list[int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return [str(first) if first == last else f"{first}:{last}" for first, last in found]
