"""Opening hours: what may be written, and when it is open."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.hours import Hours

BERLIN = ZoneInfo("Europe/Berlin")
DAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")


def at(day: str, clock: str) -> datetime:
    """That weekday of a week in June, as local time."""
    return datetime.fromisoformat(f"2026-06-{1 + DAYS.index(day):02} {clock}")


@pytest.mark.parametrize(
    ("text", "is_open", "is_closed"),
    [
        (
            "Mo-Fr 08:00-18:30; Sa 08:30-13:00",
            ["Mo 08:00", "Fr 18:29:59", "Mi 12:00", "Sa 08:30", "Sa 12:59"],
            ["Mo 07:49", "Fr 18:30", "Sa 08:19", "Sa 13:00", "So 10:00"],
        ),
        ("Mo-Fr 08:00-18:30", ["Mo 07:50", "Mo 07:59:59"], ["Mo 07:49:59", "So 23:59"]),
        (
            "Mo,Mi 8-13,15-18:30",
            ["Mo 08:00", "Mi 12:59", "Mo 14:50", "Mi 18:29"],
            ["Mo 13:00", "Mi 14:49", "Di 09:00", "Mi 18:30"],
        ),
        ("Fr 20:00-02:00", ["Fr 20:00", "Sa 01:59"], ["Sa 02:00", "Fr 01:00", "Sa 20:00"]),
        ("So 20:00-02:00", ["So 23:59", "Mo 00:00", "Mo 01:59"], ["Mo 02:00", "So 01:00"]),
        ("Mo 00:00-01:00", ["So 23:50", "Mo 00:59"], ["So 23:49", "Mo 01:00"]),
        ("Sa-Mo 10-12", ["Sa 10:00", "So 11:00", "Mo 11:59"], ["Di 10:00", "Fr 10:00"]),
        ("Fr-Di 10-12", ["Fr 10:00", "Mo 11:00", "Di 11:00"], ["Mi 10:00", "Do 10:00"]),
        ("24/7", ["Mo 00:00", "So 23:59:59"], []),
        ("Immer", ["Mo 00:00", "So 23:59:59"], []),
        ("täglich 0-24", ["Mo 00:00", "So 23:59:59"], []),
        ("8-20", ["So 08:00", "Mi 19:59"], ["So 20:00", "Mi 07:49"]),
        ("Mo 00:00-24:00", ["Mo 00:00", "Mo 23:59", "So 23:50"], ["Di 00:00", "So 23:49"]),
        ("mon, THURSDAY 9-17", ["Mo 09:00", "Do 16:59"], ["Di 10:00", "Do 17:00"]),
        ("Mo.-Mi.: 8.30-12 Uhr", ["Mo 08:30", "Mi 11:59"], ["Mo 08:19", "Do 09:00"]),
        ("Mo – Fr 8 – 18 ;", ["Mo 08:00", "Fr 17:59"], ["Sa 08:00"]),
        ("Mo 8-12; Mo 12-14; Mo 11-13", ["Mo 08:00", "Mo 13:59"], ["Mo 14:00"]),
    ],
)
def test_when_it_is_open(text: str, is_open: list[str], is_closed: list[str]) -> None:
    """Each row: hours as written, moments at which it is open, moments at which it is not."""
    hours = Hours.parse(text)
    assert [when for when in is_open if not hours.open_at(at(*when.split()))] == []
    assert [when for when in is_closed if hours.open_at(at(*when.split()))] == []


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", ""),
        (";;", ";;"),
        ("Mo", "Mo"),
        ("Mo-Fr", "Mo-Fr"),
        ("Mo-Fr 8-18; Xx 8-13", "Xx"),
        ("Mo-Mi-Fr 8-18", "Mo-Mi-Fr"),
        ("Mo 8-18, Di 8-13", "Di 8-13"),
        ("Mo 8", "8"),
        ("Mo 8-", "8-"),
        ("Mo 8-25", "8-25"),
        ("Mo 8-24:01", "8-24:01"),
        ("Mo 8:60-9", "8:60-9"),
        ("Mo 8:3-9", "8:3-9"),
        ("Mo 8:-9", "8:-9"),
        ("Mo 008-9", "008-9"),
        ("Mo 8-8", "8-8"),
        ("Mo 24-8", "24-8"),
        ("Mo 8-12-14", "8-12-14"),
        ("Mo ٨-٩", "٨-٩"),
        ("So geschlossen", "So geschlossen"),
    ],
)
def test_what_is_not_understood_is_named(text: str, part: str) -> None:
    """A wrong text is our trouble, with the part that is wrong and the whole."""
    with pytest.raises(OwnTrouble) as caught:
        Hours.parse(text)
    assert caught.value.reason == "hours_syntax"
    assert caught.value.values == {"part": part, "text": text}


def test_an_endless_text_is_cut() -> None:
    """A text of absurd length is refused without repeating it."""
    with pytest.raises(OwnTrouble) as caught:
        Hours.parse("Mo 8-9;" * 10_000)
    assert len(str(caught.value.values["text"])) < 80


@given(st.text(alphabet="MoDiFrSa08:15-,; /7.", max_size=30))
def test_any_text_is_hours_or_our_trouble(text: str) -> None:
    """No text raises anything but our own trouble."""
    try:
        hours = Hours.parse(text)
    except OwnTrouble:
        return
    hours.open_at(at("Mo", "08:00"))


@pytest.mark.parametrize(
    ("text", "now", "then"),
    [
        ("Mo-Fr 8-18", "Mo 07:00", "Mo 07:50"),
        ("Mo-Fr 8-18", "Mo 07:50", "Mo 18:00"),
        ("Mo-Fr 8-18", "Mo 17:59:59", "Mo 18:00"),
        ("Mo-Fr 8-18; Fr 18-20", "Fr 10:00", "Fr 20:00"),
        ("Fr 20-2", "Fr 23:00", "Sa 02:00"),
    ],
)
def test_the_next_change_is_told(text: str, now: str, then: str) -> None:
    """Each row: hours, a moment, and when `open_at` changes next."""
    assert Hours.parse(text).next_change(at(*now.split())) == at(*then.split())


def test_the_next_change_may_lie_in_the_next_week() -> None:
    """From Saturday evening the next change is Monday morning."""
    assert Hours.parse("Mo 8-18").next_change(at("Sa", "19:00")) == datetime(2026, 6, 8, 7, 50)
    assert Hours.parse("So 20-2").next_change(at("So", "21:00")) == datetime(2026, 6, 8, 2, 0)


def test_what_never_closes_never_changes() -> None:
    """Open all week, in one rule or in several, means no next change."""
    for text in ("24/7", "Mo-So 0-24", "Mo-Fr 0-24; Sa,So 0-12; Sa-So 12:10-24"):
        assert Hours.parse(text).next_change(at("Mi", "12:00")) is None


rules = st.lists(
    st.tuples(
        st.sampled_from(DAYS), st.sampled_from(DAYS), st.integers(0, 1439), st.integers(0, 1439)
    ).filter(lambda rule: rule[2] != rule[3]),
    min_size=1,
    max_size=4,
)


@given(rules, st.integers(0, 7 * 24 * 60 * 60 - 1))
def test_between_now_and_the_next_change_nothing_changes(
    parts: list[tuple[str, str, int, int]], second: int
) -> None:
    """`next_change` names the first minute with another answer than now."""
    text = ";".join(
        f"{first}-{last} {start // 60}:{start % 60:02}-{end // 60}:{end % 60:02}"
        for first, last, start, end in parts
    )
    hours = Hours.parse(text)
    now = at("Mo", "00:00") + timedelta(seconds=second)
    change = hours.next_change(now)
    last_minute = (change or now + timedelta(days=8)) - timedelta(minutes=1)
    if last_minute > now:
        assert hours.open_at(last_minute) == hours.open_at(now)
    if change is not None:
        assert change > now
        assert hours.open_at(change) != hours.open_at(now)


@pytest.mark.parametrize("day", [datetime(2026, 3, 29), datetime(2026, 10, 25)])
def test_the_clock_on_the_wall_decides(day: datetime) -> None:
    """On the days of the change to and from summer time the hours are the same as ever."""
    hours = Hours.parse("So 8-18")
    midnight = day.replace(tzinfo=BERLIN)
    assert hours.next_change(midnight) == day.replace(hour=7, minute=50, tzinfo=BERLIN)
    assert not hours.open_at(day.replace(hour=7, minute=49, tzinfo=BERLIN))
    assert hours.open_at(day.replace(hour=7, minute=50, tzinfo=BERLIN))
    assert not hours.open_at(day.replace(hour=18, tzinfo=BERLIN))
