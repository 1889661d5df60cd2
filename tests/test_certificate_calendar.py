"""The calendar: read by a calendar library, stable, whole, and kept while a source is silent."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import icalendar
import pytest
from authority import DAY, NOW
from commands import run
from issuing import issue, pem

from apowacht.plugins.core.calendar_file import Event, publish
from apowacht.plugins.core.errors import OwnTrouble

if TYPE_CHECKING:
    from pathlib import Path

STAMP = datetime(2026, 11, 24, 12, tzinfo=UTC)
EVENT = Event("a@apowacht", "file a.pem", date(2027, 1, 2), "Ablauf: a.pem", "Bitte erneuern.", 21)
ODD = "Büro; Kasse, «1» \\ Straße\nzweite Zeile " + "ä" * 100 + "🔑" * 30


def read(file: Path) -> list[Any]:
    """The events, as the library reads them."""
    calendar = icalendar.Calendar.from_ical(file.read_bytes())
    assert calendar["version"] == "2.0"
    return list(calendar.walk("VEVENT"))


def test_a_library_reads_it(tmp_path: Path) -> None:
    """Day, texts with every odd sign, reminder in the morning 21 days before."""
    file = tmp_path / "dates.ics"
    publish(str(file), [EVENT, EVENT._replace(uid="b", summary=ODD, description=ODD)], STAMP, ())
    first, second = read(file)
    assert first["uid"] == "a@apowacht"
    assert first.decoded("dtstart") == date(2027, 1, 2)
    assert first.decoded("dtend") == date(2027, 1, 3)
    assert first.decoded("dtstamp") == STAMP
    assert str(second["summary"]) == ODD
    assert str(second["description"]) == ODD
    (alarm,) = first.walk("VALARM")
    assert alarm["action"] == "DISPLAY"
    midnight = datetime(2027, 1, 2)
    assert midnight + alarm.decoded("trigger") == midnight - timedelta(days=21) + timedelta(hours=9)


def test_lines_are_short_and_end_as_they_must(tmp_path: Path) -> None:
    """RFC 5545, 3.1: at most 75 octets, CRLF, no character cut in two, all of it UTF-8."""
    file = tmp_path / "dates.ics"
    publish(str(file), [EVENT._replace(summary=ODD)], STAMP, ())
    blob = file.read_bytes()
    assert blob.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in blob.replace(b"\r\n", b"")
    for line in blob.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()


def test_an_unchanged_calendar_is_not_written_again(tmp_path: Path) -> None:
    """Nobody who subscribes sees a change where there is none; a moved event keeps its name."""
    file = tmp_path / "dates.ics"
    publish(str(file), [EVENT], STAMP, ())
    before = file.stat().st_mtime_ns, file.stat().st_ino
    publish(str(file), [EVENT], STAMP + DAY, ())
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == before
    publish(str(file), [EVENT._replace(day=date(2028, 1, 2))], STAMP + DAY, ())
    (moved,) = read(file)
    assert moved["uid"] == EVENT.uid
    assert moved.decoded("dtstamp") == STAMP + DAY
    assert moved["sequence"] > EVENT.day.toordinal()


def test_what_a_silent_source_told_stays(tmp_path: Path) -> None:
    """And what is no longer asked for goes."""
    file = tmp_path / "dates.ics"
    other = EVENT._replace(uid="b", group="tls b;443, \\")
    publish(str(file), [EVENT, other], STAMP, ())
    publish(str(file), [EVENT], STAMP, [other.group])
    assert {event["uid"] for event in read(file)} == {"a@apowacht", "b"}
    publish(str(file), [EVENT], STAMP, ())
    assert {event["uid"] for event in read(file)} == {"a@apowacht"}


def test_a_file_of_somebody_else_is_replaced_and_a_folder_is_not(tmp_path: Path) -> None:
    """One clear trouble for what cannot be written; no draft is left behind."""
    file = tmp_path / "dates.ics"
    file.write_text("BEGIN:VCALENDAR\nsomething else")
    publish(str(file), [EVENT], STAMP, ())
    assert len(read(file)) == 1
    for name in (str(tmp_path), "/dev/null", str(tmp_path / "no" / "such"), "a\0b"):
        with pytest.raises(OwnTrouble) as caught:
            publish(name, [EVENT], STAMP, ())
        assert caught.value.reason == "calendar_unwritable"
    assert os.listdir(tmp_path) == ["dates.ics"]


def test_no_event_at_all_is_a_calendar_too(tmp_path: Path) -> None:
    """An empty one that can be read."""
    file = tmp_path / "dates.ics"
    publish(str(file), [], STAMP, ())
    assert read(file) == []


def test_the_command_keeps_a_calendar(tmp_path: Path) -> None:
    """Every expiry of a run: leaf and issuer; renewed it moves; silent it stays."""
    root = issue("bench root", ca=True, end=NOW + 900 * DAY)
    source, authority, file = tmp_path / "a.pem", tmp_path / "ca.pem", tmp_path / "dates.ics"
    authority.write_bytes(pem(root))

    def run_once(days: int | None) -> dict[str, date]:
        if days is not None:
            source.write_bytes(pem(issue("device", root, end=NOW + days * DAY)))
        else:
            source.write_bytes(b"")
        arguments = ["--file", str(source), "--ca-file", str(authority), "--site", "Linden"]
        run("check_apo_certificate", *arguments, "--calendar", str(file))
        return {str(event["uid"]): event.decoded("dtstart") for event in read(file)}

    first = run_once(100)
    assert sorted(first.values()) == [(NOW + 100 * DAY).date(), (NOW + 900 * DAY).date()]
    second = run_once(200)
    assert second.keys() == first.keys()
    assert (NOW + 200 * DAY).date() in second.values()
    assert run_once(None) == second
    assert "Linden: Ablauf: a.pem" in {str(event["summary"]) for event in read(file)}


def test_a_calendar_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    """UNKNOWN, naming the option."""
    source = tmp_path / "a.pem"
    source.write_bytes(pem(issue("device")))
    done = run("check_apo_certificate", "--file", str(source), "--calendar", str(tmp_path))
    assert (done.code, "--calendar" in done.line_1, done.err) == (3, True, "")
