"""Opening: what may be written for it, and when a pharmacy is open by hours, holidays and duty."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from commands import Run, assert_conforms, run
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from rosters import roster, roster_file

from apowacht.plugins.core.duty import BUDGET, LARGEST, Duty
from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.opening import Land, Opening
from apowacht.plugins.core.opening_told import LANDS, READERS, read, read_closed

BERLIN = ZoneInfo("Europe/Berlin")
RECORDED = Path(__file__).parent / "recorded"
HOURS = "Mo-Fr 08:00-13:00, 14:00-18:30; Sa 08:30-13:00"


def at(text: str) -> datetime:
    """A moment in Berlin; with an offset where the clock shows it twice."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=BERLIN)


def opening(**told: object) -> Opening:
    """The opening that these texts tell, in Berlin."""
    found = read(timezone="Europe/Berlin", **told)  # type: ignore[arg-type]
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "land"),
    [
        ("SH", Land("SH")),
        ("sh", Land("SH")),
        ("DE-SH", Land("SH")),
        ("de-by", Land("BY")),
        (" Schleswig-Holstein ", Land("SH")),
        ("baden-württemberg", Land("BW")),
        ("BY-katholisch", Land("BY", catholic=True)),
        ("DE-BY-catholic", Land("BY", catholic=True)),
        ("Thüringen-katholisch", Land("TH", catholic=True)),
        ("Augsburg", Land("Augsburg")),
    ],
)
def test_a_land_may_be_written_in_several_ways(text: str, land: Land) -> None:
    """Code, ISO 3166-2 or name, in any case."""
    assert READERS["holidays"](text) == land


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("SX", " (ST?)"),
        ("DE-BYY", " (BY?)"),
        ("Bayren", " (BY?)"),
        ("Schleswig", " (SH?)"),
        ("SH-katholisch", " (SH?)"),
        ("", ""),
        ("\0", ""),
        ("x" * 5000, ""),
    ],
)
def test_a_wrong_land_names_the_nearest(text: str, hint: str) -> None:
    """One code, where one is near; the wrong text is cut."""
    with pytest.raises(OwnTrouble) as caught:
        READERS["holidays"](text)
    assert caught.value.reason == "holidays_land"
    assert caught.value.values["hint"] == hint
    assert len(str(caught.value.values["text"])) <= 40


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2026-12-24", ("2026-12-24", "2026-12-24")),
        ("24.12.2026", ("2026-12-24", "2026-12-24")),
        ("1. 8. 2026", ("2026-08-01", "2026-08-01")),
        ("2026-08-01..2026-08-14", ("2026-08-01", "2026-08-14")),
        (" 1.8.2026 .. 14.8.2026 ", ("2026-08-01", "2026-08-14")),
        ("2026-12-24...2027-01-01", ("2026-12-24", "2027-01-01")),
    ],
)
def test_closed_days_may_be_written_in_several_ways(text: str, days: tuple[str, str]) -> None:
    """A day or a range, ISO 8601 or German."""
    assert read_closed(text) == tuple(map(date.fromisoformat, days))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "closed_syntax"),
        ("..", "closed_syntax"),
        ("24.12.", "closed_syntax"),
        ("24.12.26", "closed_syntax"),
        ("31.2.2026", "closed_syntax"),
        ("2026-13-01", "closed_syntax"),
        ("20261224", "closed_syntax"),
        ("2026-W52-4", "closed_syntax"),
        ("2026-08-01..", "closed_syntax"),
        ("2026-08-01-2026-08-14", "closed_syntax"),
        ("٢٤.١٢.٢٠٢٦", "closed_syntax"),
        ("2026-08-14..2026-08-01", "closed_order"),
        ("2026-08-01..2027-08-02", "closed_long"),
        ("x" * 5000, "closed_syntax"),
    ],
)
def test_what_is_no_day_is_our_trouble(text: str, reason: str) -> None:
    """A mistyped year would hide the faults of years: no range is longer than one."""
    with pytest.raises(OwnTrouble) as caught:
        read_closed(text)
    assert caught.value.reason == reason
    assert len(str(caught.value.values["text"])) <= 40


@pytest.mark.parametrize("text", ["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires"])
def test_a_time_zone_is_kept_by_name(text: str) -> None:
    """As the system knows it."""
    assert READERS["timezone"](text) == text


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Europe/Berlín", " (Europe/Berlin?)"),
        ("europe/berln", " (Europe/Berlin?)"),
        ("Berlin", " (Europe/Berlin?)"),
        ("", ""),
        ("Europe", ""),
        ("../../etc/passwd", ""),
        ("/etc/localtime", ""),
        ("Europe/Berlin\0", " (Europe/Berlin?)"),
    ],
)
def test_a_wrong_time_zone_names_the_nearest(text: str, hint: str) -> None:
    """No file outside of the zones is ever looked at."""
    with pytest.raises(OwnTrouble) as caught:
        READERS["timezone"](text)
    assert (caught.value.reason, caught.value.values["hint"]) == ("timezone_unknown", hint)


@pytest.mark.parametrize(
    ("land", "holidays", "workdays"),
    [
        ("SH", ["2026-10-31", "2026-10-03", "2026-04-03", "2026-12-26"], ["2026-11-01"]),
        ("HB", ["2027-10-31"], ["2026-01-06", "2026-11-01"]),
        ("BY", ["2026-01-06", "2026-11-01", "2026-06-04"], ["2026-10-31", "2026-08-15"]),
        ("BY-katholisch", ["2026-08-15"], ["2026-08-08"]),
        ("Augsburg", ["2026-08-08", "2026-08-15"], ["2026-10-31"]),
        ("SL", ["2026-08-15"], ["2026-10-31"]),
        ("SN", ["2026-11-18", "2026-10-31"], ["2026-06-04"]),
        ("SN-katholisch", ["2026-06-04"], []),
        ("TH", ["2026-09-20"], ["2026-06-04"]),
        ("BE", ["2026-03-08", "2025-05-08"], ["2026-10-31", "2026-05-08"]),
        ("BB", ["2026-04-05", "2026-05-24"], ["2026-11-01"]),
        ("NW", ["2026-06-04", "2026-11-01"], ["2026-10-31"]),
    ],
)
def test_public_holidays_are_those_of_the_land(
    land: str, holidays: list[str], workdays: list[str]
) -> None:
    """By the laws of the Länder; what holds in a part of one only with `-katholisch`."""
    told = opening(hours="8-18", holidays=land)
    noons = {day: told.open_at(at(f"{day} 12:00")) for day in (*holidays, *workdays)}
    assert noons == {**dict.fromkeys(holidays, False), **dict.fromkeys(workdays, True)}


def test_every_land_is_known_to_the_library() -> None:
    """New Year is a holiday everywhere, and no code is refused."""
    for code in (*LANDS, "Augsburg", "BY-katholisch", "SN-katholisch", "TH-katholisch"):
        assert not opening(hours="8-18", holidays=code).open_at(at("2026-01-01 12:00"))


NIGHT = "DTSTART{}:20261016T200000{} DTEND{}:20261017T080000{}"
BERLIN_ID, WINDOWS_ID = ";TZID=Europe/Berlin", ";TZID=W._Europe_Standard_Time"
PREFIXED_ID = ";TZID=/freeassociation.sourceforge.net/Europe/Berlin"
OWN_ZONE = (
    "BEGIN:VTIMEZONE TZID:Eigene BEGIN:STANDARD DTSTART:19700101T000000 TZOFFSETFROM:+0300 "
    "TZOFFSETTO:+0300 END:STANDARD END:VTIMEZONE"
)
ROSTERS: list[tuple[str, list[str], str, list[str], list[str]]] = [
    # what it is, events, head of the calendar, moments that are open, and closed
    (
        "times without a zone go by the pharmacy's clock",
        [NIGHT.format("", "", "", "")],
        "",
        ["2026-10-16 19:50", "2026-10-17 00:00", "2026-10-17 07:59:59"],
        ["2026-10-16 19:49:59", "2026-10-17 08:00"],
    ),
    (
        "UTC",
        [NIGHT.format("", "Z", "", "Z")],
        "",
        ["2026-10-16 21:50", "2026-10-17 09:59"],
        ["2026-10-16 21:49", "2026-10-17 10:00"],
    ),
    (
        "a zone by name",
        [NIGHT.format(BERLIN_ID, "", BERLIN_ID, "")],
        "",
        ["2026-10-16 19:50", "2026-10-17 07:59"],
        ["2026-10-16 19:49", "2026-10-17 08:00"],
    ),
    (
        "a zone of its own",
        [NIGHT.format(";TZID=Eigene", "", ";TZID=Eigene", "")],
        OWN_ZONE,
        ["2026-10-16 18:50", "2026-10-17 06:59"],
        ["2026-10-16 18:49", "2026-10-17 07:00"],
    ),
    (
        "a zone that nobody knows is the pharmacy's clock",
        [NIGHT.format(";TZID=Nirgends", "", ";TZID=Nirgends", "")],
        "",
        ["2026-10-16 19:50", "2026-10-17 07:59"],
        ["2026-10-16 19:49", "2026-10-17 08:00"],
    ),
    (
        "whole days, the last one excluded",
        ["DTSTART;VALUE=DATE:20261018 DTEND;VALUE=DATE:20261020"],
        "",
        ["2026-10-17 23:50", "2026-10-18 00:00", "2026-10-19 23:59"],
        ["2026-10-17 23:49", "2026-10-20 00:00"],
    ),
    (
        "a day without an end",
        ["DTSTART;VALUE=DATE:20261018"],
        "",
        ["2026-10-18 00:00", "2026-10-18 23:59"],
        ["2026-10-19 00:00"],
    ),
    (
        "a duration",
        ["DTSTART:20261016T200000 DURATION:PT12H"],
        "",
        ["2026-10-17 07:59"],
        ["2026-10-17 08:00"],
    ),
    (
        "cancelled",
        [f"{NIGHT.format('', '', '', '')} STATUS:CANCELLED"],
        "",
        [],
        ["2026-10-16 23:00"],
    ),
    ("no event at all", [], "", [], ["2026-10-16 23:00"]),
    (
        "every tenth night but one, over the change of the clock",
        [
            (
                "DTSTART;TZID=Europe/Berlin:20260925T200000 DURATION:PT12H "
                "RRULE:FREQ=DAILY;INTERVAL=10 EXDATE;TZID=Europe/Berlin:20261015T200000"
            ),
        ],
        "",
        ["2026-10-05 20:00", "2026-10-25 20:00", "2026-10-26 06:59", "2027-01-03 19:50"],
        ["2026-10-15 20:00", "2026-10-24 20:00", "2026-10-26 08:00", "2026-10-05 19:49"],
    ),
    (
        "one night of a series moved, another cancelled",
        [
            "DTSTART:20261002T200000 DTEND:20261003T080000 RRULE:FREQ=WEEKLY;COUNT=4",
            (
                "UID:0@test RECURRENCE-ID:20261009T200000 DTSTART:20261010T200000 "
                "DTEND:20261011T080000"
            ),
            (
                "UID:0@test RECURRENCE-ID:20261016T200000 DTSTART:20261016T200000 "
                "DTEND:20261017T080000 STATUS:CANCELLED"
            ),
        ],
        "",
        ["2026-10-02 22:00", "2026-10-10 22:00", "2026-10-23 22:00"],
        ["2026-10-09 22:00", "2026-10-16 22:00", "2026-10-30 22:00"],
    ),
    (
        "two series with one UID, and a night moved twice",
        [
            "DTSTART:20261001T200000 DTEND:20261002T080000",
            "UID:0@test DTSTART:20261003T200000 DTEND:20261004T080000 RRULE:FREQ=WEEKLY;COUNT=3",
            (
                "UID:0@test RECURRENCE-ID:20261010T200000 DTSTART:20261011T200000 "
                "DTEND:20261012T080000"
            ),
            (
                "UID:0@test RECURRENCE-ID:20261010T200000 DTSTART:20261012T200000 "
                "DTEND:20261013T080000"
            ),
        ],
        "",
        [f"2026-10-{day} 22:00" for day in ("01", "03", "11", "12", "17")],
        [f"2026-10-{day} 22:00" for day in ("02", "10", "13", "24")],
    ),
    (
        "a later version of an event stands for the earlier one",
        [
            "SEQUENCE:1 DTSTART:20261001T200000 DTEND:20261002T080000",
            "UID:0@test SEQUENCE:2 DTSTART:20261003T200000 DTEND:20261004T080000",
            "UID:0@test SEQUENCE:2 DTSTART:20261005T200000 DTEND:20261006T080000",
        ],
        "",
        ["2026-10-03 22:00", "2026-10-05 22:00"],
        ["2026-10-01 22:00"],
    ),
    (
        "a zone with a prefix of its program",
        [NIGHT.format(PREFIXED_ID, "", PREFIXED_ID, "")],
        "",
        ["2026-10-16 19:50", "2026-10-17 07:59"],
        ["2026-10-16 19:49", "2026-10-17 08:00"],
    ),
    (
        "a leap day, and the last day of most months",
        [
            "DTSTART;VALUE=DATE:20240229 RRULE:FREQ=YEARLY",
            "DTSTART;VALUE=DATE:20260131 RRULE:FREQ=MONTHLY",
        ],
        "",
        ["2028-02-29 12:00", "2026-10-31 12:00"],
        ["2027-02-28 12:00", "2026-11-30 12:00"],
    ),
    (
        "the long night of the change to winter time",
        ["DTSTART:20261024T200000 DTEND:20261025T023000"],
        "",
        ["2026-10-25T02:29+02:00", "2026-10-24 19:50"],
        ["2026-10-25T03:00+01:00"],
    ),
    (
        "the short night of the change to summer time",
        ["DTSTART:20260328T200000 DTEND:20260329T080000"],
        "",
        ["2026-03-28 19:50", "2026-03-29T03:00+02:00", "2026-03-29 07:59"],
        ["2026-03-28 19:49", "2026-03-29 08:00"],
    ),
]


@pytest.mark.parametrize(
    ("events", "head", "is_open", "is_closed"),
    [row[1:] for row in ROSTERS],
    ids=[row[0] for row in ROSTERS],
)
def test_duty_opens(
    events: list[str], head: str, is_open: list[str], is_closed: list[str], tmp_path: Path
) -> None:
    """Beside hours on a single morning, so that the roster alone decides."""
    lines = [event.replace("UID:0@test ", "") for event in events]
    text = roster(*lines, head=head)
    for number, event in enumerate(events):
        if event.startswith("UID:0@test"):  # an exception has the UID of its series
            text = text.replace(f"UID:{number}@test", "UID:0@test")
    file = tmp_path / "duty.ics"
    file.write_text(text, newline="")
    told = opening(hours="Mi 12:00-12:30", duty=str(file))
    assert [when for when in is_open if told.judged(at(when)) != (True, None)] == []
    assert [when for when in is_closed if told.judged(at(when)) != (False, None)] == []


def test_windows_names_of_zones_are_known(tmp_path: Path) -> None:
    """As Outlook writes them."""
    file = roster_file(tmp_path, NIGHT.format(WINDOWS_ID, "", WINDOWS_ID, ""))
    Path(file).write_text(
        Path(file).read_text().replace("W._Europe_Standard_", "W. Europe Standard ")
    )
    told = read(hours="Mi 12:00-12:30", duty=file, timezone="Asia/Tokyo")
    assert told is not None
    assert told.judged(at("2026-10-16 19:50")) == (True, None)
    assert told.judged(at("2026-10-16 19:49")) == (False, None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252"])
def test_any_encoding_will_do(encoding: str, tmp_path: Path) -> None:
    """The times are the same in each."""
    text = roster(NIGHT.format("", "", "", "") + " SUMMARY:Notdienst_für_Lübeck")
    file = tmp_path / "duty.ics"
    file.write_bytes(text.encode(encoding))
    told = opening(hours="Mi 12:00-12:30", duty=str(file))
    assert told.judged(at("2026-10-16 23:00")) == (True, None)
    assert told.judged(at("2026-10-17 23:00")) == (False, None)


def test_several_calendars_in_a_file_all_count(tmp_path: Path) -> None:
    """As they are put together from several exports."""
    file = tmp_path / "duty.ics"
    second = NIGHT.format("", "", "", "").replace("1016", "1020").replace("1017", "1021")
    file.write_text(roster(NIGHT.format("", "", "", "")) + roster(second), newline="")
    told = opening(hours="Mi 12:00-12:30", duty=str(file))
    assert [told.open_at(at(f"2026-10-{day} 23:00")) for day in (16, 18, 20)] == [1, 0, 1]


GOOD = roster(NIGHT.format("", "", "", ""))
NO_DAY = "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
BROKEN: dict[str, str | bytes] = {
    "empty": "",
    "cut off": GOOD[:-20],
    "half": GOOD[: len(GOOD) // 2],
    "a login page": "<html><body>Anmelden</body></html>",
    "bytes": bytes(range(256)) * 40,
    "zeros": b"\0" * 5000,
    "text": "Notdienst am 16.10. von 20 bis 8 Uhr\n",
    "another component": "BEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\n",
    "a date that is none": GOOD.replace("20261016T200000", "2026-10-16 20:00"),
    "an end that is none": GOOD.replace("20261017T080000", "20261017"),
    "a month that is none": GOOD.replace("20261016T", "20261316T"),
    "an end before the begin": GOOD.replace("20261017T080000", "20261016T080000"),
    "no begin": GOOD.replace("DTSTART:20261016T200000\r\n", ""),
    "no end": GOOD.replace("DTEND:20261017T080000\r\n", ""),
    "a begin without and an end with an offset": GOOD.replace("080000", "080000Z"),
    "a rule that is none": GOOD.replace("DTEND", "RRULE:FREQ=SOMETIMES\r\nDTEND"),
    "every second": GOOD.replace("DTEND", "RRULE:FREQ=SECONDLY\r\nDTEND"),
    "every second of every day": GOOD.replace("DTEND", "RRULE:FREQ=DAILY;BYSECOND=1\r\nDTEND"),
    "every zeroth day": GOOD.replace("DTEND", "RRULE:FREQ=DAILY;INTERVAL=0\r\nDTEND"),
    "many times a day that is none": roster(
        *[f"DTSTART:19700101T200000 DURATION:PT12H RRULE:{NO_DAY};UNTIL=20990101"] * 50
    ),
    "a zone that changes every second": roster(
        NIGHT.format(";TZID=Eile", "", ";TZID=Eile", ""),
        head=OWN_ZONE.replace("Eigene", "Eile").replace(" TZO", " RRULE:FREQ=SECONDLY TZO", 1),
    ),
    "a duration that is negative": roster("DTSTART:20261016T200000 DURATION:-PT12H"),
    "a duration of nothing": roster("DTSTART:20261016T200000 DURATION:PT0S"),
    "a second calendar cut off": GOOD + GOOD[:-20],
    "a second calendar cut off in its first line": GOOD + "BEGIN:VCALEN",
    "a calendar cut off before another": GOOD[:-20] + "\r\n" + GOOD,
    "an exception that is none": GOOD.replace("DTEND", "RRULE:FREQ=DAILY\r\nEXDATE:x\r\nDTEND"),
}


@pytest.mark.parametrize("blob", BROKEN.values(), ids=list(BROKEN))
def test_a_damaged_roster_hides_nothing(blob: str | bytes, tmp_path: Path) -> None:
    """It counts as open whenever the roster is needed, and says why; hours need none."""
    file = tmp_path / "duty.ics"
    file.write_bytes(blob if isinstance(blob, bytes) else blob.encode())
    told = opening(hours="Mo-Fr 8-18", duty=str(file))
    for when in ("2026-10-16 23:00", "2026-01-01 03:00"):
        assert told.judged(at(when)) == (True, "duty_unread")
    assert told.judged(at("2026-10-16 12:00")) == (True, None)
    assert told.next_change(at("2026-10-16 12:00")) is None
    with pytest.raises(OwnTrouble) as caught:
        told.exceptions(date(2026, 10, 1), date(2026, 10, 31), lead=True)
    assert caught.value.reason == "duty_broken"
    assert caught.value.values["file"] == str(file)


def test_a_damaged_roster_is_found_before_the_night(tmp_path: Path) -> None:
    """`check` reads it as a run would; once mended it is one again."""
    file = tmp_path / "duty.ics"
    file.write_text("Notdienst")
    duty = Duty(str(file))
    for _ in range(2):  # the second time from memory
        with pytest.raises(OwnTrouble) as caught:
            duty.check()
        assert caught.value.reason == "duty_broken"
    roster_file(tmp_path, NIGHT.format("", "", "", ""))
    duty.check()


@given(st.binary(max_size=300), st.integers(0, len(GOOD)))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(b"\r\nBEGIN:VTIMEZONE\r\nTZID:x\r\nEND:VTIMEZONE\r\n", 60)
def test_any_bytes_are_a_roster_or_a_doubt(tmp_path: Path, blob: bytes, place: int) -> None:
    """Nothing but an answer comes of what stands in the file."""
    file = tmp_path / "duty.ics"
    file.write_bytes(GOOD[:place].encode() + blob + GOOD[place:].encode())
    told = opening(hours="Mi 12:00-12:30", duty=str(file))
    is_open, doubt = told.judged(at("2026-10-17 03:00"))
    assert is_open or doubt is None


def test_a_changed_roster_is_read_anew_and_a_lost_one_is_a_doubt(tmp_path: Path) -> None:
    """The exporter keeps its options for weeks."""
    file = roster_file(tmp_path, NIGHT.format("", "", "", ""))
    told = opening(hours="Mi 12:00-12:30", duty=file)
    when = at("2026-10-16 23:00")
    assert told.judged(when) == (True, None)
    roster_file(tmp_path)
    assert told.judged(when) == (False, None)
    os.unlink(file)
    assert told.judged(when) == (True, "duty_unread")
    roster_file(tmp_path, NIGHT.format("", "", "", ""))
    assert told.judged(when) == (True, None)


def test_more_rules_than_can_be_followed_are_a_doubt(tmp_path: Path) -> None:
    """Each names a day, but so seldom that all of them would take minutes."""
    seldom = "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO"
    events = [f"DTSTART:19700101T200000 DURATION:PT12H RRULE:{seldom}"] * 3000
    told = opening(hours="Mi 12:00-12:30", duty=roster_file(tmp_path, *events))
    began = os.times()
    assert told.judged(at("2026-10-16 23:00")) == (True, "duty_unread")
    assert os.times().user - began.user < 3 * BUDGET


@pytest.mark.slow
def test_a_large_roster_is_read_in_time(tmp_path: Path) -> None:
    """Close to the largest that is allowed, on a busy computer too."""
    events = [
        f"DTSTART:20{year:02}{month:02}{day:02}T200000 DURATION:PT12H SUMMARY:{'x' * 40}"
        for year in range(20, 32)
        for month in range(1, 13)
        for day in range(1, 29)
    ]
    file = roster_file(tmp_path, *events)
    assert LARGEST / 2 < os.path.getsize(file) < LARGEST
    began = os.times()
    assert opening(hours="Mi 12:00-12:30", duty=file).judged(at("2026-10-16 23:00")) == (True, None)
    ended = os.times()
    assert ended.user - began.user < 8


def unreadable(kind: str, folder: Path) -> str:
    """The path of a file of that kind."""
    file = folder / "duty.ics"
    if kind == "folder":
        file.mkdir()
    elif kind == "pipe":
        os.mkfifo(file)
    elif kind == "too large":
        with file.open("wb") as opened:
            opened.truncate(LARGEST + 1)
    return "a\0b" if kind == "no name" else str(file)


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe", "too large", "no name"])
def test_a_roster_that_cannot_be_read_hides_nothing(kind: str, tmp_path: Path) -> None:
    """As a damaged one; a check of the configuration finds it."""
    file = unreadable(kind, tmp_path)
    told = opening(hours="Mo-Fr 8-18", duty=file)
    assert told.judged(at("2026-10-16 23:00")) == (True, "duty_unread")
    assert told.judged(at("2026-10-16 12:00")) == (True, None)
    assert told.next_change(at("2026-10-16 12:00")) is None
    with pytest.raises(OwnTrouble) as caught:
        Duty(file).check()
    assert (caught.value.reason, caught.value.values["file"]) == ("duty_unreadable", file)


def replayed(duty: str) -> Run:
    """A check with a CRITICAL fault, in the pharmacy's night."""
    return run(
        "check_apo_connector", "--replay", str(RECORDED / "connector" / "vpn-ti-down"),
        "--hours", "Mo 03:00-03:05", "--duty", duty,
    )  # fmt: skip


def test_a_vanished_roster_leaves_a_fault_critical(tmp_path: Path) -> None:
    """And the run says that it could not be read."""
    eased = replayed(roster_file(tmp_path))
    assert (eased.code, eased.err) == (1, "")
    done = replayed(str(tmp_path / "gone.ics"))
    assert (done.code, done.err) == (2, "")
    assert "Notdienstplan (--duty) unlesbar" in done.out


def test_no_warning_of_a_library_reaches_the_monitoring_server(tmp_path: Path) -> None:
    """It would stand in line 1."""
    done = replayed(roster_file(tmp_path, NIGHT.format(PREFIXED_ID, "", PREFIXED_ID, "")))
    assert (done.code, done.err) == (1, "")
    assert_conforms(done, "connector")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--hours", "morgens"], "--hours: «morgens»"),
        (["--holidays", "SX"], "--holidays: «SX» ist kein Bundesland (ST?); möglich: BB, BE, BW"),
        (["--closed", "morgen"], "--closed: «morgen» ist kein Tag; Beispiele: 2026-12-24"),
        (["--closed", "2026-01-02..2026-01-01"], "endet, bevor es beginnt"),
        (["--closed", "2026-01-02..2036-01-01"], "länger als 366 Tage; stimmt das Jahr?"),
        (["--timezone", "Berlin"], "--timezone: «Berlin» gibt es nicht (Europe/Berlin?)"),
    ],
)
def test_a_wrong_option_is_one_clear_line(arguments: list[str], said: str) -> None:
    """UNKNOWN, and nobody was asked."""
    done = run("check_apo_connector", "-H", "192.0.2.1", *arguments)
    assert_conforms(done, "connector")
    assert done.code == 3
    assert said in done.out
    assert len(done.out.splitlines()) <= 2


def test_nothing_told_is_no_opening() -> None:
    """Then everything counts always; a time zone alone changes nothing."""
    assert read() is None
    assert read(timezone="Europe/Berlin") is None
    assert Opening.of({"hours": None, "holidays": None, "closed": (), "duty": None}) is None


def test_without_hours_only_holidays_and_closed_days_are_closed() -> None:
    """A pharmacy that never closes otherwise."""
    told = opening(holidays="SH", closed=["2026-10-12"])
    assert told.open_at(at("2026-10-11 03:00"))
    assert not told.open_at(at("2026-10-12 00:00"))
    assert told.open_at(at("2026-10-12 23:50"))
    assert not told.open_at(at("2026-10-31 23:49"))
    assert told.next_change(at("2026-10-12 12:00")) == at("2026-10-12 23:50")
    assert told.next_change(at("2026-10-13 12:00")) == at("2026-10-31 00:00")
    assert opening(hours="immer", closed=["2020-01-01"]).next_change(at("2026-10-13 12:00")) is None


def test_a_closed_day_takes_away_what_begins_on_it() -> None:
    """The hours of the evening before end as ever; those of its own evening do not begin."""
    told = opening(hours="Mo-So 20:00-02:00", closed=["2026-10-13"])
    moments = ("2026-10-13 01:59", "2026-10-13 02:00", "2026-10-13 23:00", "2026-10-14 01:00")
    assert [told.open_at(at(when)) for when in moments] == [True, False, False, False]
    assert told.open_at(at("2026-10-14 19:50"))


def test_duty_that_touches_the_hours_is_one_opening(tmp_path: Path) -> None:
    """No lead and no change between them."""
    night = "DTSTART:20261016T183000 DTEND:20261017T083000"
    told = opening(hours=HOURS, duty=roster_file(tmp_path, night))
    assert told.next_change(at("2026-10-16 15:00")) == at("2026-10-17 13:00")


def test_the_clock_that_is_put_forward_loses_no_opening() -> None:
    """Hours that begin within the hour left out begin when the clock is put forward."""
    told = opening(hours="So 02:30-05:00")
    change = at("2026-03-29T03:00+02:00")
    assert told.next_change(at("2026-03-28 12:00")) == change - timedelta(minutes=10)
    assert told.open_at(change)
    assert not told.open_at(at("2026-03-29 05:00"))
    assert opening(hours="So 02:10-02:50").next_change(at("2026-03-28 12:00")) == at(
        "2026-04-05 02:00"
    )


def test_an_hour_that_comes_twice_is_open_in_whole() -> None:
    """From the first of its begins to the last of its ends."""
    told = opening(hours="So 02:30-02:40")
    assert told.next_change(at("2026-10-24 12:00")) == at("2026-10-25T02:20+02:00")
    assert told.next_change(at("2026-10-25T02:30+02:00")) == at("2026-10-25T02:40+01:00")


def test_without_a_zone_this_computers_clock_counts() -> None:
    """In a child with a zone of its own, over both changes of the clock."""
    code = (
        "from datetime import datetime, UTC\n"
        "from apowacht.plugins.core.opening_told import read\n"
        "told = read(hours='So 8-18', closed=['2026-11-01'])\n"
        "for text in ('2026-10-18', '2026-10-25', '2026-11-01', '2026-03-29'):\n"
        "    print(told.next_change(datetime.fromisoformat(text).astimezone()).astimezone(UTC))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "TZ": "America/New_York", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split("\n")[:4] == [
        "2026-10-18 11:50:00+00:00",
        "2026-10-25 11:50:00+00:00",
        "2026-11-08 12:50:00+00:00",
        "2026-03-29 11:50:00+00:00",
    ]


def test_weeks_and_exceptions_for_exports(tmp_path: Path) -> None:
    """In minutes of each day; only what differs from the week is an exception."""
    night = "DTSTART:20261016T200000 DTEND:20261017T080000"
    told = opening(hours=HOURS, holidays="SH", closed=["2026-10-12..2026-10-13"],
                   duty=roster_file(tmp_path, night))  # fmt: skip
    day, lead = [(480, 780), (840, 1110)], [(470, 780), (830, 1110)]
    assert told.weekly(lead=False) == [*([day] * 5), [(510, 780)], []]
    assert told.weekly(lead=True) == [*([lead] * 5), [(500, 780)], []]
    found = told.exceptions(date(2026, 10, 1), date(2026, 10, 31), lead=True)
    assert found == {
        date(2026, 10, 3): [],
        date(2026, 10, 12): [],
        date(2026, 10, 13): [],
        date(2026, 10, 16): [*lead, (1190, 1440)],
        date(2026, 10, 17): [(0, 480), (500, 780)],
        date(2026, 10, 31): [],
    }
    plain = told.exceptions(date(2026, 10, 16), date(2026, 10, 17), lead=False)
    assert plain == {
        date(2026, 10, 16): [*day, (1200, 1440)],
        date(2026, 10, 17): [(0, 480), (510, 780)],
    }


def test_a_week_that_ends_in_the_night() -> None:
    """What runs past midnight stands on both days; the lead may lie on the day before."""
    told = opening(hours="So 20:00-02:00; Mi 00:05-01:00")
    assert told.weekly(lead=True) == [
        [(0, 120)], [(1435, 1440)], [(0, 60)], [], [], [], [(1190, 1440)],
    ]  # fmt: skip
    assert opening(holidays="SH").weekly(lead=True) == [[(0, 1440)]] * 7


minutes = st.integers(0, 1440)
spans = st.tuples(
    st.sampled_from(("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")), minutes, minutes
).filter(lambda span: span[1] not in (span[2], 1440))
days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
starts = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31))


@st.composite
def openings(draw: st.DrawFn) -> tuple[str, list[str], list[str], str | None]:
    """Hours, closed days, duty events and a Land."""
    week = draw(st.lists(spans, min_size=1, max_size=4))
    clock = "{:02}:{:02}".format
    text = ";".join(
        f"{day} {clock(*divmod(start, 60))}-{clock(*divmod(end, 60))}"
        for day, start, end in week
        if end
    )
    closed = [f"{day}" for day in draw(st.lists(days, max_size=3))]
    duties = [
        f"DTSTART:{start:%Y%m%dT%H%M%S} "
        f"DTEND:{start + timedelta(minutes=draw(st.integers(1, 3000))):%Y%m%dT%H%M%S}"
        for start in draw(st.lists(starts, max_size=3))
    ]
    return text or "Mo 8-18", closed, duties, draw(st.sampled_from((None, "SH", "BY")))


def made(folder: Path, parts: tuple[str, list[str], list[str], str | None]) -> Opening:
    """The opening of these parts."""
    hours, closed, duties, land = parts
    duty = roster_file(folder, *duties) if duties else None
    return opening(hours=hours, closed=closed, duty=duty, holidays=land)


moments = st.datetimes(
    datetime(2026, 1, 2), datetime(2026, 12, 30), timezones=st.just(UTC)
)  # fmt: skip
FREE = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@given(openings(), moments, st.floats(0, 1))
@FREE
@example(
    ("So 02:30-03:30", [], ["DTSTART:20261025T013000 DTEND:20261025T023000"], None),
    datetime(2026, 10, 24, 12, tzinfo=UTC),
    0.5,
)
def test_between_now_and_the_next_change_nothing_changes(
    tmp_path: Path,
    parts: tuple[str, list[str], list[str], str | None],
    now: datetime,
    share: float,
) -> None:
    """It names the first moment with another answer than now."""
    told = made(tmp_path, parts)
    change = told.next_change(now)
    state = told.open_at(now)
    end = change or now + timedelta(days=390)
    assert end > now
    for part in (share, share / 7, 1 - (1 - share) / 50):
        assert told.open_at(now + (end - now) * min(part, 0.999_999)) == state
    if change is not None:
        assert told.open_at(change) != state
        assert told.open_at(change - timedelta(seconds=1)) == state or change - now < timedelta(
            seconds=1
        )


@given(openings(), days, st.booleans())
@FREE
def test_exports_say_what_the_checks_do(
    tmp_path: Path, parts: tuple[str, list[str], list[str], str | None], day: date, lead: bool
) -> None:
    """Week and exceptions together are `open_at`, in every minute of a day but around the change
    of the clock."""
    told = made(tmp_path, parts)
    exports = told.exceptions(day, day, lead=lead)
    spans = exports.get(day, told.weekly(lead=lead)[day.weekday()])
    assert spans == sorted(spans)
    midnight = datetime(day.year, day.month, day.day, tzinfo=BERLIN)
    for minute in range(0, 1440, 7):
        wall = midnight + timedelta(minutes=minute)
        if day.month in (3, 10) and wall.hour in (1, 2, 3):
            continue
        is_open = any(start <= minute < end for start, end in spans)
        if lead:
            assert told.open_at(wall) == is_open
        else:
            assert not is_open or told.open_at(wall)


OPTIONS = [
    "--hours", HOURS, "--holidays", "SH", "--closed", "2026-12-24", "--timezone", "Europe/Berlin",
]  # fmt: skip


def imported(check: str, scenario: str, *arguments: str) -> set[str]:
    """The modules that a command's run imports."""
    code = f"from apowacht.plugins.{check} import main; main()"
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code,
         "--replay", str(RECORDED / check / scenario), *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert done.returncode in (0, 1, 2), done.stdout
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}


HEAVY = {"holidays", "icalendar", "recurring_ical_events", "dateutil", "zoneinfo"}


@pytest.mark.parametrize(
    ("check", "scenario"),
    [
        ("connector", "healthy"),
        ("terminal", "healthy"),
        ("tilage", "all-well"),
        ("erezept", "way-free-with-fetches"),
    ],
)
def test_a_healthy_run_loads_no_calendar(check: str, scenario: str, tmp_path: Path) -> None:
    """Nobody asks whether it is open while nothing is wrong."""
    duty = roster_file(tmp_path, NIGHT.format("", "", "", ""))
    found = imported(check, scenario, *OPTIONS, "--duty", duty)
    assert len(found) > 30
    assert not found & HEAVY


def test_hours_that_are_over_need_no_holidays(tmp_path: Path) -> None:
    """Closed by its hours already, with a fault: only the roster is looked at."""
    duty = roster_file(tmp_path, NIGHT.format("", "", "", ""))
    options = ["--hours", "Mo 03:00-03:05", *OPTIONS[2:]]
    found = imported("connector", "vpn-ti-down", *options, "--duty", duty)
    assert {"zoneinfo", "icalendar"} <= found
    assert "holidays" not in found
