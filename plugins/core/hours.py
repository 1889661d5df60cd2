"""Weekly hours: what may be written, and when it is open by the clock on the wall.

A change to or from summer time moves nothing. Holidays, closed days and duties are `opening`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apowacht.plugins.core.errors import OwnTrouble

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    Span = tuple[int, int]  # minutes since Monday 00:00 (or of one day), the end excluded

DAY = 24 * 60
WEEK = 7 * DAY
# Staff switch everything on before the door opens.
LEAD = 10
LONGEST = 1000

_NAMES = (
    "mo mon montag monday",
    "di die dienstag tu tue tues tuesday",
    "mi mit mittwoch we wed wednesday",
    "do don donnerstag th thu thur thurs thursday",
    "fr fre fri freitag friday",
    "sa sam sat samstag sonnabend saturday",
    "so son su sun sonntag sunday",
)
_DAYS = {name: day for day, names in enumerate(_NAMES) for name in names.split()}
_ALWAYS = {"24/7", "immer", "always"}
_EVERY_DAY = {"", "täglich", "daily"}
_DASHES = str.maketrans("–—−", "---")


class Hours:
    """A week of opening hours.

    `days` holds for each weekday, Monday first, the spans that begin on it, in minutes of that
    day; an end beyond 1440 lies on the next day.
    """

    __slots__ = ("_led", "_open", "days")

    def __init__(self, opening: list[Span]) -> None:
        self._open = _round(opening)
        self._led = _round([(start - LEAD, end) for start, end in opening])
        self.days: list[list[Span]] = [[] for _ in range(7)]
        for start, end in opening:
            day = start // DAY
            self.days[day].append((start - day * DAY, end - day * DAY))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Hours) and self._open == other._open

    def __hash__(self) -> int:
        return hash(self._open)

    @classmethod
    def parse(cls, text: str) -> Hours:
        """Read "Mo-Fr 08:00-18:30; Sa 08:30-13:00", "Mo,Mi 8-13,15-18:30", "24/7", "immer".

        Day names are German or English; rules are parted by semicolons and add up; a rule
        without days holds for all. A time that ends before it begins ends on the next day.
        Raises OwnTrouble("hours_syntax") with `part`, what is not understood, and `text`.
        """
        if len(text) > LONGEST:
            raise OwnTrouble("hours_syntax", part=text[:20] + "…", text=text[:60] + "…")
        rules = [rule.strip() for rule in text.split(";") if rule.strip()]
        opening: list[Span] = []
        try:
            for rule in rules or [text]:
                opening += _read_rule(rule.translate(_DASHES))
        except _Unclear as unclear:
            raise OwnTrouble("hours_syntax", part=str(unclear) or rule, text=text) from None
        return cls(opening)

    def spans(self, *, lead: bool) -> tuple[Span, ...]:
        """When it is open, in minutes since Monday 00:00, in order and apart from each other.

        With `lead` the ten minutes before each opening belong to it.
        """
        return self._led if lead else self._open

    def open_at(self, moment: datetime) -> bool:
        """Whether it is open at this local time; ten minutes before opening count as open."""
        minute = _minute_of_week(moment)
        return any(start <= minute < end for start, end in self._led)

    def next_change(self, moment: datetime) -> datetime | None:
        """The next local time at which `open_at` changes; None when it never does.

        The time keeps `moment`'s zone; in the hour that a change to summer time leaves out it
        may name a time that does not exist.
        """
        from datetime import timedelta

        minute = _minute_of_week(moment)
        edges = {edge % WEEK for span in self._led for edge in span}
        if self._led and self._led[0][0] == 0 and self._led[-1][1] == WEEK:
            edges.discard(0)  # Sunday's midnight is passed while it is open
        if not edges:
            return None
        wait = min((edge - minute - 1) % WEEK + 1 for edge in edges)
        return moment.replace(second=0, microsecond=0) + timedelta(minutes=wait)


def merged(spans: Iterable[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Begins and ends in order; what overlaps or touches is one span."""
    whole: list[tuple[Any, Any]] = []
    for start, end in sorted(spans):
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((start, end))
    return whole


def _round(spans: list[Span]) -> tuple[Span, ...]:
    """The spans of a week that begins anew after Sunday, cut at its two ends."""
    cut = (
        (max(0, start + shift), min(WEEK, end + shift))
        for start, end in spans
        for shift in (-WEEK, 0, WEEK)
    )
    return tuple(merged(span for span in cut if span[0] < span[1]))


class _Unclear(Exception):
    """The part of a rule that cannot be read."""


def _minute_of_week(moment: datetime) -> int:
    return moment.weekday() * DAY + moment.hour * 60 + moment.minute


def _read_rule(rule: str) -> list[Span]:
    """The spans of one rule such as "Mo-Fr 8-13, 15-18:30"."""
    if rule.casefold() in _ALWAYS:
        return [(day * DAY, (day + 1) * DAY) for day in range(7)]
    at = next((at for at, sign in enumerate(rule) if sign.isdecimal()), len(rule))
    days = _read_days(rule[:at].rstrip(": "))
    times = rule[at:].removesuffix("Uhr")
    spans = [_read_times(part.strip()) for part in times.split(",")]
    return [(day * DAY + start, day * DAY + end) for day in days for start, end in spans]


def _read_days(text: str) -> list[int]:
    """The weekdays, Monday = 0, of "Mo-Mi, Fr"; all for none."""
    if text.casefold() in _EVERY_DAY:
        return list(range(7))
    days = []
    for part in text.split(","):
        ends = [_DAYS.get(name.strip().rstrip(".").casefold()) for name in part.split("-")]
        first, last = ends[0], ends[-1]
        if first is None or last is None or len(ends) > 2:
            raise _Unclear(part.strip())
        days += [(first + step) % 7 for step in range((last - first) % 7 + 1)]
    return days


def _read_times(text: str) -> Span:
    """Begin and end in minutes of the day, the end beyond 24:00 when it is after midnight."""
    first, dash, last = text.partition("-")
    start, end = _read_time(first.strip(), text), _read_time(last.strip(), text)
    if not dash or start in (DAY, end):
        raise _Unclear(text)
    return start, end if end > start else end + DAY


def _read_time(text: str, whole: str) -> int:
    """Minutes of the day for "8", "08:00", "18.30" or "24:00"."""
    hour, colon, minute = text.replace(".", ":").partition(":")
    digits = hour + minute
    if not digits.isascii() or not digits.isdecimal() or not 1 <= len(hour) <= 2:
        raise _Unclear(whole)
    if len(minute) != (2 if colon else 0):
        raise _Unclear(whole)
    total = int(hour) * 60 + int(minute or 0)
    if int(minute or 0) > 59 or total > DAY:
        raise _Unclear(whole)
    return total
