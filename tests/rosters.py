"""Duty rosters (iCalendar) for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def roster(*events: str, head: str = "") -> str:
    """A calendar with these events, each as `NAME:VALUE` lines without its UID."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//", *head.split()]
    for number, event in enumerate(events):
        lines += ["BEGIN:VEVENT", f"UID:{number}@test", "DTSTAMP:20260101T000000Z"]
        lines += [*event.split(), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def roster_file(folder: Path, *events: str, head: str = "") -> str:
    """The path of a file with that calendar."""
    file = folder / "duty.ics"
    file.write_text(roster(*events, head=head), newline="")
    return str(file)
