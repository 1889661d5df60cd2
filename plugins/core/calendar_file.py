"""Dates as a calendar that others subscribe to: RFC 5545, whole days with a reminder each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.replacing import replace_file

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import date, datetime

PRODUCT = "-//apowacht//check_apo_certificate//DE"
LARGEST = 8 * 1024 * 1024
REMINDER_HOUR = 9
_GROUP = "X-APOWACHT-GROUP"


class Event(NamedTuple):
    """One day. `uid` stays the same when the day moves; `group` says which source knows of it."""

    uid: str
    group: str
    day: date
    summary: str
    description: str
    reminder_days: int


def publish(file: str, events: Iterable[Event], stamp: datetime, keep: Collection[str]) -> None:
    """Put the calendar in the place of `file`, whole or not at all; unchanged events stay as is.

    `keep`: groups whose source gave no answer this time; what the file knows of them stays.
    Raises OwnTrouble("calendar_unwritable", file, detail).
    """
    try:
        old = _events_in(_read(file))
        new = {event.uid: _lines(event, stamp) for event in events}
        for uid, lines in old.items():
            same = _settled(new[uid]) == _settled(lines) if uid in new else _group(lines) in keep
            if same:
                new[uid] = lines
        if new != old or not old:
            replace_file(file, _calendar(new.values()))
    except (OSError, ValueError) as error:
        detail = getattr(error, "strerror", None) or str(error)
        raise OwnTrouble("calendar_unwritable", file=file, detail=detail) from error


def _calendar(events: Iterable[list[str]]) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN"]
    lines += ["METHOD:PUBLISH", "X-WR-CALNAME:apowacht", "REFRESH-INTERVAL;VALUE=DURATION:PT12H"]
    for event in events:
        lines += event
    lines.append("END:VCALENDAR")
    return "".join(part for line in lines for part in _folded(line)).encode()


def _lines(event: Event, stamp: datetime) -> list[str]:
    from datetime import UTC, timedelta

    ends = event.day + timedelta(days=1)
    return [
        "BEGIN:VEVENT",
        f"UID:{event.uid}",
        f"DTSTAMP:{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        # Grows whenever the day moves on, as a program that takes updates expects it.
        f"SEQUENCE:{event.day.toordinal()}",
        f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{ends:%Y%m%d}",
        f"SUMMARY:{_text(event.summary)}",
        f"DESCRIPTION:{_text(event.description)}",
        "TRANSP:TRANSPARENT",
        f"{_GROUP}:{_text(event.group)}",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_text(event.summary)}",
        f"TRIGGER:{_trigger(event.reminder_days)}",
        "END:VALARM",
        "END:VEVENT",
    ]


def _trigger(days: int) -> str:
    """In the morning of the day that lies so many days before."""
    if days <= 0:
        return f"PT{REMINDER_HOUR}H"
    return f"-P{days - 1}DT{24 - REMINDER_HOUR}H"


def _text(text: str) -> str:
    """RFC 5545, 3.3.11; control characters have no place in a calendar."""
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return "".join(c if c.isprintable() else "\\n" if c == "\n" else " " for c in text)


def _folded(line: str) -> Iterator[str]:
    """Lines of at most 75 octets, never cut inside a character (RFC 5545, 3.1)."""
    part, size = "", 0
    for sign in line:
        octets = len(sign.encode())
        if size + octets > 75:
            yield f"{part}\r\n"
            part, size = " ", 1
        part, size = part + sign, size + octets
    yield f"{part}\r\n"


def _events_in(text: str) -> dict[str, list[str]]:
    """The events of a calendar of our own by UID, unfolded; {} for anything else."""
    if f"PRODID:{PRODUCT}" not in text:
        return {}
    events: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for line in text.replace("\r\n ", "").split("\r\n"):
        if line == "BEGIN:VEVENT":
            lines = []
        if lines is not None:
            lines.append(line)
        if line == "END:VEVENT" and lines is not None:
            uid = next((one[4:] for one in lines if one.startswith("UID:")), "")
            events[uid] = lines
            lines = None
    return events


def _settled(lines: list[str]) -> list[str]:
    """What an event says, apart from when it was written."""
    return [line for line in lines if not line.startswith("DTSTAMP:")]


def _group(lines: list[str]) -> str:
    start = f"{_GROUP}:"
    found = next((line[len(start) :] for line in lines if line.startswith(start)), "")
    return found.replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")


def _read(file: str) -> str:
    from apowacht.plugins.core.secret import read_plain

    try:
        return read_plain(file, LARGEST).decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
