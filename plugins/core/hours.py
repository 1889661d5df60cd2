"""Opening hours: when a device that is switched off at night ought to answer.

Judged by the clock on the wall, so that a change to or from summer time moves nothing. A
public holiday counts as the weekday it falls on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apowacht.plugins.core.errors import OwnTrouble

if TYPE_CHECKING:
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
    """A week of opening hours, the ten minutes before each opening included."""

    __slots__ = ("_week",)

    def __init__(self, opening: list[Span]) -> None:
        week = bytearray(WEEK)
        for start, end in opening:
            for shift in (-WEEK, 0, WEEK):
                first, last = max(0, start - LEAD + shift), min(WEEK, end + shift)
                if first < last:
                    week[first:last] = b"\1" * (last - first)
        self._week = bytes(week)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Hours) and self._week == other._week

    def __hash__(self) -> int:
        return hash(self._week)

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

    def open_at(self, moment: datetime) -> bool:
        """Whether it is open at this local time; ten minutes before opening count as open."""
        return bool(self._week[_minute_of_week(moment)])

    def next_change(self, moment: datetime) -> datetime | None:
        """The next local time at which `open_at` changes; None when it never does.

        The time keeps `moment`'s zone; in the hour that a change to summer time leaves out it
        may name a time that does not exist.
        """
        from datetime import timedelta

        minute = _minute_of_week(moment)
        now = self._week[minute]
        change = (self._week + self._week).find(1 - now, minute)
        if change < 0:
            return None
        whole = moment.replace(second=0, microsecond=0)
        return whole + timedelta(minutes=change - minute)


class _Unclear(Exception):
    """The part of a rule that cannot be read."""


def _minute_of_week(moment: datetime) -> int:
    return moment.weekday() * DAY + moment.hour * 60 + moment.minute


def _read_rule(rule: str) -> list[Span]:
    """The spans of one rule such as "Mo-Fr 8-13, 15-18:30"."""
    if rule.casefold() in _ALWAYS:
        return [(0, WEEK)]
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
