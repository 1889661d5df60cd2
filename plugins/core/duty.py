"""Duty nights: a calendar file (iCalendar, RFC 5545) in which every event is a time of duty.

An event without an offset or a known zone goes by the pharmacy's clock; an event of whole days
lasts from midnight to midnight; a cancelled one does not count.
"""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.secret import read_plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, tzinfo

    Span = tuple[datetime, datetime]  # UTC, the end excluded

LARGEST = 1024 * 1024
AHEAD = timedelta(days=7)
"""So much more is unfolded than is asked for: the next run asks a minute later."""
SLACK = timedelta(days=2)
"""Whatever zone the library takes an event without one for."""
_NEEDED = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "STATUS")
# More often than daily is no roster, and takes minutes to unfold.
_RULE_PARTS = ("BYHOUR", "BYMINUTE", "BYSECOND")
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")


class _Kept(NamedTuple):
    """What was unfolded of a roster."""

    version: object
    zone: tzinfo | None
    first: datetime
    last: datetime
    spans: list[Span]


class Duty:
    """A roster on disk. It is read when it is needed, and again when the file has changed."""

    def __init__(self, file: str) -> None:
        """Looks whether the file can be read at all.

        Raises OwnTrouble("duty_unreadable", file, detail).
        """
        self.file = file
        self._kept: _Kept | None = None
        self._failed: tuple[object, str] | None = None  # version, detail
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
        version = self._version()
        kept = self._kept  # another thread may put a newer one in its place
        if (
            kept is None
            or (kept.version, kept.zone) != (version, zone)
            or not kept.first <= first <= last <= kept.last
        ):
            kept = self._kept = self._anew(first - AHEAD, last + AHEAD, zone, version)
        return [span for span in kept.spans if span[0] < last and first < span[1]]

    def check(self) -> None:
        """Read the whole roster now, and unfold the next year of it. Raises as `spans` does."""
        now = datetime.now(UTC)
        self.spans(now, now + timedelta(days=366), UTC)

    def _anew(
        self, first: datetime, last: datetime, zone: tzinfo | None, version: object
    ) -> _Kept:  # fmt: skip
        """What is unfolded now; a damaged file is not read again before it has changed."""
        if self._failed is not None and self._failed[0] == version:
            raise self._broken(self._failed[1])
        try:
            return self._unfolded(first, last, zone, version)
        except OwnTrouble as trouble:
            if trouble.reason == "duty_broken":
                self._failed = version, str(trouble.values["detail"])
            raise

    def _unfolded(
        self, first: datetime, last: datetime, zone: tzinfo | None, version: object
    ) -> _Kept:
        """The times of duty of a few weeks: the library's own form of a roster is large."""
        spans = []
        try:
            for query in self._parsed():
                for event in query.between(first - SLACK, last + SLACK):
                    if str(event.get("STATUS", "")).upper() != "CANCELLED":
                        begin, end = event["DTSTART"].dt, event["DTEND"].dt
                        spans.append((_moment(begin, zone), _moment(end, zone)))
        except OwnTrouble:
            raise
        except Exception as error:  # whatever the libraries make of an odd file
            raise self._broken(type(error).__name__) from error
        return _Kept(version, zone, first, last, sorted(spans))

    def _version(self) -> object:
        """What changes when the file does."""
        try:
            info = os.stat(self.file)
        except OSError as error:
            raise _unreadable(self.file, error.errno) from error
        return info.st_mtime_ns, info.st_size, info.st_ino

    def _parsed(self) -> list[Any]:
        """One query for each calendar in the file."""
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
