"""When a pharmacy is open: weekly hours, public holidays, closed days and duty, in one time zone.

A duty opens on every day. A public holiday or a closed day takes away the hours that begin on it.
The ten minutes before each opening, that of a duty too, count as open.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.hours import DAY, LEAD, Hours, merged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import tzinfo

    from apowacht.plugins.core.duty import Duty

    Span = tuple[datetime, datetime]  # UTC, the end excluded
    Minutes = list[tuple[int, int]]  # of a day, the end at most 1440

NAMES = ("hours", "holidays", "closed", "duty")
LEAD_TIME = timedelta(minutes=LEAD)
ONE_DAY = timedelta(days=1)
HORIZON_DAYS = 400
"""So far ahead a change is looked for."""
ALWAYS = Hours([(day * DAY, (day + 1) * DAY) for day in range(7)])


class Land(NamedTuple):
    """Whose public holidays are closed days: `holidays`' subdivision of Germany, and whether those
    of its mostly Catholic places count as well."""

    code: str
    catholic: bool = False


class Opening:
    """Hours (None: always), holidays, closed days (first and last) and duty.

    `zone` is the name of a time zone, None for this computer's clock.
    """

    def __init__(
        self,
        hours: Hours | None = None,
        land: Land | None = None,
        closed: Iterable[tuple[date, date]] = (),
        duty: Duty | None = None,
        zone: str | None = None,
    ) -> None:
        self.hours = hours or ALWAYS
        self.land = land
        self.closed = tuple(closed)
        self.duty = duty
        self.zone = zone
        self._zone: tzinfo | None = None
        self._holidays: Any = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Opening) and self._said() == other._said()

    def __hash__(self) -> int:
        return hash(self._said())

    def _said(self) -> tuple[object, ...]:
        return self.hours, self.land, self.closed, self.duty, self.zone

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Opening | None:
        """The opening that a command line tells (`vars(options)`, `cli.values`); None without."""
        told = {name: values[name] for name in NAMES if values.get(name)}
        if not told:
            return None
        land = told.pop("holidays", None)
        return cls(**told, land=land, zone=values.get("timezone"))

    def open_at(self, moment: datetime) -> bool:
        """Whether it is open at this moment (aware); see `judged`."""
        return self.judged(moment)[0]

    def judged(self, moment: datetime) -> tuple[bool, str | None]:
        """Whether it is open, and the key of `advice.NOTES` that says why that is in doubt.

        A roster that cannot be read means open, so that no fault is hidden.
        """
        at = moment.astimezone(UTC)
        today = self._local(at).date()
        for day in (today - ONE_DAY, today, today + ONE_DAY):
            for start, end in self._hours_of(day):
                if start - LEAD_TIME <= at < end and not self._is_closed(day):
                    return True, None
        try:
            # The lead of a duty lies before it.
            duty = self._duty(at - ONE_DAY, at + ONE_DAY)
        except OwnTrouble:
            return True, "duty_unread"
        return any(start - LEAD_TIME <= at < end for start, end in duty), None

    def next_change(self, moment: datetime) -> datetime | None:
        """The next moment (UTC) at which `open_at` changes.

        None when there is none within the next 400 days, or when the roster cannot be read.
        """
        at = moment.astimezone(UTC)
        days = 10
        while True:
            limit = at + timedelta(days=days)
            try:
                spans = self._spans(at - ONE_DAY, limit, LEAD_TIME)
            except OwnTrouble:
                return None
            for start, end in spans:
                if at < start <= limit:
                    return start
                if start <= at < end <= limit:
                    return end
            if days >= HORIZON_DAYS:
                return None
            days = min(days * 5, HORIZON_DAYS)

    def weekly(self, *, lead: bool) -> list[Minutes]:
        """An ordinary week, Monday first, in minutes of the day; an end may be 1440."""
        week: list[Minutes] = [[] for _ in range(7)]
        for start, end in self.hours.spans(lead=lead):
            for day in range(start // DAY, (end - 1) // DAY + 1):
                shift = day * DAY
                week[day].append((max(0, start - shift), min(DAY, end - shift)))
        return week

    def exceptions(self, first: date, last: date, *, lead: bool) -> dict[date, Minutes]:
        """The days from `first` to `last` that differ from the week: holidays, closed days, duty.

        [] is a day that is closed throughout. Raises OwnTrouble when the roster cannot be read.
        """
        week = self.weekly(lead=lead)
        begin, end = self._instant(first, 0), self._instant(last, DAY, late=True)
        days: dict[date, Minutes] = {
            first + timedelta(days=number): [] for number in range((last - first).days + 1)
        }
        for span in self._spans(begin - ONE_DAY, end + ONE_DAY, LEAD_TIME if lead else None):
            for day, minutes in self._by_day(*span):
                if day in days:
                    days[day].append(minutes)
        told = {day: merged(spans) for day, spans in days.items()}
        return {day: spans for day, spans in told.items() if spans != week[day.weekday()]}

    def _by_day(self, start: datetime, end: datetime) -> Iterator[tuple[date, tuple[int, int]]]:
        """A span by the clock on the wall, day by day."""
        begin, finish = self._local(start), self._local(end)
        day = begin.date()
        while day <= finish.date():
            from_minute = _minute(begin) if day == begin.date() else 0
            to_minute = DAY
            if day == finish.date():
                to_minute = _minute(finish) + bool(finish.second)
            if from_minute != to_minute:  # at the end of summer time an hour comes twice
                yield day, (min(from_minute, to_minute), max(from_minute, to_minute))
            day += ONE_DAY

    def _spans(self, first: datetime, last: datetime, lead: timedelta | None) -> list[Span]:
        """When it is open between two moments, apart from each other; what touches is whole.

        The lead goes before each opening. Raises OwnTrouble when the roster cannot be read.
        """
        spans = self._duty(first - ONE_DAY, last + ONE_DAY)
        day, end = self._local(first).date() - ONE_DAY, self._local(last).date() + ONE_DAY
        while day <= end:
            if self.hours.days[day.weekday()] and not self._is_closed(day):
                spans += self._hours_of(day)
            day += ONE_DAY
        return merged((start - (lead or timedelta()), end) for start, end in spans)

    def _hours_of(self, day: date) -> Iterator[Span]:
        """The weekly hours that begin on a day, whether it is a closed one or not."""
        for start, end in self.hours.days[day.weekday()]:
            begin, finish = self._instant(day, start), self._instant(day, end, late=True)
            if begin < finish:
                yield begin, finish

    def _duty(self, first: datetime, last: datetime) -> list[Span]:
        return self.duty.spans(first, last, self._clock()) if self.duty else []

    def _is_closed(self, day: date) -> bool:
        if any(first <= day <= last for first, last in self.closed):
            return True
        return self.land is not None and day in self._public(self.land)

    def _public(self, land: Land) -> Any:
        if self._holidays is None:
            from holidays import country_holidays

            kinds = ("public", "catholic") if land.catholic else ("public",)
            self._holidays = country_holidays("DE", subdiv=land.code, categories=kinds)
        return self._holidays

    def _clock(self) -> tzinfo | None:
        if self._zone is None and self.zone is not None:
            from zoneinfo import ZoneInfo

            self._zone = ZoneInfo(self.zone)
        return self._zone

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(self._clock())

    def _instant(self, day: date, minute: int, *, late: bool = False) -> datetime:
        """The moment (UTC) of a clock on the wall.

        Where the clock shows it twice the `late` one or the first; where it leaves it out, the
        moment at which it is put forward.
        """
        wall = datetime.combine(day, time()) + timedelta(minutes=minute)
        zone = self._clock()
        first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
        second = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
        if first > second:
            before = self._local(second).utcoffset()
            while self._local(second).utcoffset() == before:
                second += timedelta(minutes=1)
            return second
        return second if late else first


def _minute(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute
