"""Duty nights: a calendar file (iCalendar, RFC 5545) in which every event is a time of duty.

An event without an offset or a known zone goes by the pharmacy's clock; an event of whole days
lasts from midnight to midnight; a cancelled one does not count.
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Any

from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.secret import read_plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime, tzinfo

    Span = tuple[datetime, datetime]  # UTC, the end excluded

LARGEST = 1024 * 1024
_NEEDED = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "STATUS")
# More often than daily is no roster, and takes minutes to unfold.
_RULE_PARTS = ("BYHOUR", "BYMINUTE", "BYSECOND")
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")


class Duty:
    """A roster on disk. It is read when it is needed, and again when the file has changed."""

    def __init__(self, file: str) -> None:
        """Looks whether the file can be read at all.

        Raises OwnTrouble("duty_unreadable", file, detail).
        """
        self.file = file
        self._read: tuple[object, list[Any]] | None = None
        _plain(file)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Duty) and self.file == other.file

    def __hash__(self) -> int:
        return hash(self.file)

    def spans(self, first: datetime, last: datetime, zone: tzinfo | None) -> list[Span]:
        """The times of duty that touch the time from `first` to `last` (UTC).

        `zone` is the pharmacy's clock, None this computer's. Raises OwnTrouble: "duty_unreadable"
        and "duty_broken" (file, detail).
        """
        from datetime import timedelta

        days = timedelta(days=2)  # whatever zone an event without one was taken for
        found = []
        try:
            for query in self._queries():
                for event in query.between(first - days, last + days):
                    if str(event.get("STATUS", "")).upper() != "CANCELLED":
                        begin, end = event["DTSTART"].dt, event["DTEND"].dt
                        found.append((_moment(begin, zone), _moment(end, zone)))
        except OwnTrouble:
            raise
        except Exception as error:  # whatever the libraries make of an odd file
            raise self._broken(type(error).__name__) from error
        return sorted(span for span in found if span[0] < last and first < span[1])

    def check(self) -> None:
        """Read the whole roster now. Raises as `spans` does."""
        self._queries()

    def _queries(self) -> list[Any]:
        """One query for each calendar in the file."""
        try:
            info = os.stat(self.file)
        except (OSError, ValueError) as error:
            raise _unreadable(self.file, getattr(error, "errno", None)) from error
        version = (info.st_mtime_ns, info.st_size, info.st_ino)
        kept = self._read
        if kept is None or kept[0] != version:
            kept = version, self._parsed()
            self._read = kept
        return kept[1]

    def _parsed(self) -> list[Any]:
        from icalendar import Calendar
        from recurring_ical_events import of  # type: ignore[import-untyped]

        text = _text(_plain(self.file))
        try:
            calendars = Calendar.from_ical(text, multiple=True)
            if not calendars or any(one.name != "VCALENDAR" for one in calendars):
                raise self._broken("VCALENDAR")
            for calendar in calendars:
                for number, event in enumerate(calendar.walk("VEVENT"), 1):
                    wrong = _wrong(event)
                    if wrong:
                        raise self._broken(f"VEVENT {number}: {wrong}")
            return [of(calendar) for calendar in calendars]
        except OwnTrouble:
            raise
        except Exception as error:  # the library has no common class for what it cannot read
            raise self._broken(type(error).__name__) from error

    def _broken(self, detail: str) -> OwnTrouble:
        return OwnTrouble("duty_broken", file=self.file, detail=detail)


def _wrong(event: Any) -> str | None:
    """The property of an event that leaves its times in doubt."""
    for name, _ in event.errors:
        if str(name).upper() in _NEEDED:
            return str(name)
    if "DTSTART" not in event:
        return "DTSTART"
    start = event["DTSTART"].dt
    if "DTEND" in event:
        if not _ordered(start, event["DTEND"].dt):
            return "DTEND"
    elif "DURATION" not in event and hasattr(start, "hour"):
        return "DTEND"  # an hour without an end is no time of duty
    return next(_odd_rules(event), None)


def _ordered(start: Any, end: Any) -> bool:
    """Whether begin and end are of one kind, and in order."""
    if hasattr(start, "hour") != hasattr(end, "hour"):
        return False
    if getattr(start, "tzinfo", None) is None or end.tzinfo is None:
        alike = getattr(start, "tzinfo", None) is getattr(end, "tzinfo", None)
        return bool(alike and start < end)
    return bool(start < end)


def _odd_rules(event: Any) -> Iterator[str]:
    told = event.get("RRULE")
    for rule in told if isinstance(told, list) else [told] if told else []:
        often = [str(one).upper() for one in rule.get("FREQ", ())]
        if not often or any(one not in _FREQUENCIES for one in often):
            yield "RRULE"
        if any(part in rule for part in _RULE_PARTS):
            yield "RRULE"


def _moment(told: date | datetime, zone: tzinfo | None) -> datetime:
    """A time of the calendar in UTC."""
    from datetime import UTC, datetime, time

    moment = told if isinstance(told, datetime) else datetime.combine(told, time())
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _plain(file: str) -> bytes:
    try:
        return read_plain(file, LARGEST)
    except OSError as error:
        raise _unreadable(file, error.errno) from error


def _unreadable(file: str, number: int | None) -> OwnTrouble:
    detail = os.strerror(number or errno.EINVAL)
    return OwnTrouble("duty_unreadable", file=file, detail=detail)


def _text(blob: bytes) -> str:
    """What tells the times is ASCII: any encoding will do for the rest."""
    if blob.startswith((b"\xff\xfe", b"\xfe\xff")):
        return blob.decode("utf-16", "replace")
    return blob.decode("utf-8-sig", "replace").replace("\0", "")
