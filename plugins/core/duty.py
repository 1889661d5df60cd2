"""Duty nights: a calendar file (iCalendar, RFC 5545) in which every event is a time of duty.

An event without an offset or a known zone goes by the pharmacy's clock; an event of whole days
lasts from midnight to midnight; a cancelled one does not count. Events that share a UID without
being one series each count: a night lost is worse than one too many.
"""

from __future__ import annotations

import errno
import os
import re
import warnings
from datetime import UTC, datetime, time, timedelta
from time import thread_time
from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.secret import read_plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, tzinfo

    Span = tuple[datetime, datetime]  # UTC, the end excluded

LARGEST = 1024 * 1024
AHEAD = timedelta(days=7)
"""So much more is unfolded than is asked for: the next run asks a minute later."""
SLACK = timedelta(days=2)
"""Whatever zone the library takes an event without one for."""
BUDGET = 2.0
"""Seconds of this thread that rules may take."""
_NEEDED = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "STATUS")
# More often than daily is no roster, and takes minutes to unfold.
_RULE_PARTS = ("BYHOUR", "BYMINUTE", "BYSECOND")
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_BEGIN = re.compile(r"^BEGIN:VCALENDAR\s*$", re.IGNORECASE | re.MULTILINE)
_END = "END:VCALENDAR"
_CYCLE = 400  # years after which the days of the week come again
_LAST_START = 9899
# On stderr a warning would stand in line 1 of what a monitoring server shows.
_LIBRARIES = r"icalendar|recurring_ical_events|x_wr_timezone|dateutil|apowacht\.plugins\.core\.duty"


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
        self.file = file
        self._kept: _Kept | None = None
        self._failed: tuple[object, str] | None = None  # version, detail

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
            for event in self._events(self._calendars(), first - SLACK, last + SLACK):
                if str(event.get("STATUS", "")).upper() != "CANCELLED":
                    begin, end = event["DTSTART"].dt, event["DTEND"].dt
                    spans.append((_moment(begin, zone), _moment(end, zone)))
        except OwnTrouble:
            raise
        except Exception as error:  # the libraries have no common class
            raise self._broken(type(error).__name__) from error
        return _Kept(version, zone, first, last, sorted(spans))

    def _version(self) -> object:
        """What changes when the file does."""
        try:
            info = os.stat(self.file)
        except OSError as error:
            raise _unreadable(self.file, error.errno) from error
        except ValueError:  # a NUL in the name
            raise _unreadable(self.file, errno.EINVAL) from None
        return info.st_mtime_ns, info.st_size, info.st_ino

    def _calendars(self) -> list[Any]:
        """Every calendar in the file."""
        from icalendar import Calendar

        text = _text(_plain(self.file))
        # For the whole process: `catch_warnings` would disturb the exporter's other threads.
        warnings.filterwarnings("ignore", module=_LIBRARIES)
        calendars = Calendar.from_ical(text, multiple=True)
        if not _whole(text, calendars):
            raise self._broken("VCALENDAR")
        return list(calendars)

    def _events(self, calendars: list[Any], first: datetime, last: datetime) -> Iterator[Any]:
        """Every occurrence between two moments."""
        from recurring_ical_events import of  # type: ignore[import-untyped]

        until = thread_time() + BUDGET
        for calendar in calendars:
            for half in (*calendar.walk("STANDARD"), *calendar.walk("DAYLIGHT")):
                if any(_odd_rules(half, ("YEARLY",))):
                    raise self._broken("VTIMEZONE: RRULE")
                self._in_time(until)
            events = calendar.walk("VEVENT")
            for number, event in enumerate(events, 1):
                wrong = _wrong(event)
                if wrong:
                    raise self._broken(f"VEVENT {number}: {wrong}")
                self._in_time(until)
            _set_apart(events)
            for series in of(calendar).series:
                for occurrence in series.between(first, last):
                    yield occurrence.as_component(False)
                self._in_time(until)

    def _in_time(self, until: float) -> None:
        if thread_time() > until:
            raise self._broken(f"RRULE > {BUDGET:g} s")

    def _broken(self, detail: str) -> OwnTrouble:
        return OwnTrouble("duty_broken", file=self.file, detail=detail)


def _whole(text: str, calendars: list[Any]) -> bool:
    """Whether the library has found every calendar of the file; one cut off it would pass over."""
    return (
        0 < len(calendars) == len(_BEGIN.findall(text))
        and text.rstrip()[-len(_END) :].upper() == _END
        and all(one.name == "VCALENDAR" for one in calendars)
    )


def _set_apart(events: Iterable[Any]) -> None:
    """Take the UID from events that repeat another's: of their like the library keeps only one.

    The highest SEQUENCE stands for the earlier ones. A moved night belongs to the event that is
    repeated.
    """
    alike: dict[tuple[str, Any], list[Any]] = {}
    for event in events:
        changed = event.get("RECURRENCE-ID")
        alike.setdefault((str(event.get("UID")), changed and changed.dt), []).append(event)
    for group in alike.values():
        newest = max(event.get("SEQUENCE", -1) for event in group)
        latest = [event for event in group if event.get("SEQUENCE", -1) == newest]
        latest.sort(key=lambda event: "RRULE" not in event and "RDATE" not in event)
        for event in latest[1:]:
            event.pop("UID", None)


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
    elif "DURATION" in event:
        if event["DURATION"].dt <= timedelta():
            return "DURATION"
    elif hasattr(start, "hour"):
        return "DTEND"  # an hour without an end is no time of duty
    return next(_odd_rules(event, _FREQUENCIES), None)


def _ordered(start: Any, end: Any) -> bool:
    """Whether begin and end are of one kind, and in order."""
    if hasattr(start, "hour") != hasattr(end, "hour"):
        return False
    if getattr(start, "tzinfo", None) is None or end.tzinfo is None:
        alike = getattr(start, "tzinfo", None) is getattr(end, "tzinfo", None)
        return bool(alike and start < end)
    return bool(start < end)


def _odd_rules(event: Any, frequencies: tuple[str, ...]) -> Iterator[str]:
    told = event.get("RRULE")
    for rule in told if isinstance(told, list) else [told] if told else []:
        often = [str(one).upper() for one in rule.get("FREQ", ())]
        if (
            not often
            or any(one not in frequencies for one in often)
            or any(part in rule for part in _RULE_PARTS)
            or any(step < 1 for step in rule.get("INTERVAL", ()))
            or _never(rule, event["DTSTART"].dt)
        ):
            yield "RRULE"


def _never(rule: Any, start: date) -> bool:
    """Whether a rule names no day at all, such as 30 February.

    The library would look for one until the year 9999, so it is asked close to that.
    """
    from dateutil.rrule import rrulestr

    bare = {part: value for part, value in rule.items() if part not in ("UNTIL", "COUNT")}
    late = start.year + (_LAST_START - start.year) // _CYCLE * _CYCLE
    begin = datetime(late, start.month, start.day)
    days = rrulestr(type(rule)(bare).to_ical().decode(), dtstart=begin)
    return next(iter(days), None) is None


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
