"""When watches are due, and turns at a device: pure, without threads."""

from __future__ import annotations

from itertools import pairwise

from apowacht.exporter.gates import Gates
from apowacht.exporter.schedule import FIRST_SECONDS, Schedule, fraction


def run(schedule: Schedule[str], start: float, end: float, step: float) -> dict[str, list[float]]:
    """Look at the schedule every `step` seconds, as a busy thread would; what was due when."""
    told: dict[str, list[float]] = {}
    moment = start
    while moment <= end:
        for name, due in schedule.take(moment):
            assert due <= moment
            told.setdefault(name, []).append(due)
        moment += step
    return told


def test_first_runs_spread_evenly_over_a_minute() -> None:
    """600 watches are neither asked at once nor later than a minute from the start."""
    schedule: Schedule[str] = Schedule()
    for number in range(600):
        schedule.add(f"w{number}", 60.0, fraction("site", f"w{number}"), 500.0)
    seconds = [len(schedule.take(500.0 + second)) for second in range(1, 61)]
    assert sum(seconds) == 600
    assert max(seconds) < 30


def test_later_runs_do_not_drift() -> None:
    """However late the looks are, the runs stay on the watch's own grid, one each minute."""
    schedule: Schedule[str] = Schedule()
    schedule.add("a", 60.0, 0.31, 1000.0)
    due = run(schedule, 1000.0, 1000.0 + 86400, 7.3)["a"]
    assert len(due) == 1440
    assert {round(b - a, 6) for a, b in pairwise(due)} == {60.0}


def test_a_long_interval_is_asked_soon_and_then_on_its_own_grid() -> None:
    """Hourly watches answer within a minute, and spread over the hour from then on."""
    schedule: Schedule[str] = Schedule()
    names = [f"w{number}" for number in range(100)]
    for name in names:
        schedule.add(name, 3600.0, fraction(name), 0.0)
    told = run(schedule, 0.0, 4 * 3600.0, 5.0)
    for due in told.values():
        assert due[0] < FIRST_SECONDS
        assert 0 < due[1] - due[0] <= 3600.0  # never further apart than was asked for
        assert {round(b - a, 6) for a, b in pairwise(due[1:])} == {3600.0}
    seconds = sorted(due[1] % 3600 for due in told.values())
    assert max(b - a for a, b in pairwise(seconds)) < 400


def test_missed_places_are_not_made_up_for() -> None:
    """After a standstill of an hour a watch is due once, and then in its rhythm."""
    schedule: Schedule[str] = Schedule()
    schedule.add("a", 60.0, 0.5, 0.0)
    assert [name for name, _ in schedule.take(3600.0)] == ["a"]
    assert schedule.take(3600.0) == []
    assert schedule.due("a") == 3630.0


def test_a_removed_watch_is_not_due() -> None:
    """And one that comes back is due once, not twice."""
    schedule: Schedule[str] = Schedule()
    schedule.add("a", 60.0, 0.5, 0.0)
    schedule.remove("a")
    assert schedule.next() is None
    assert schedule.take(1e6) == []
    schedule.add("a", 60.0, 0.5, 0.0)
    schedule.add("a", 30.0, 0.5, 0.0)
    assert schedule.take(20.0) == [("a", 15.0)]


def test_the_same_names_have_the_same_fraction() -> None:
    """So that a restart moves no watch; and names that run together are told apart."""
    assert fraction("a", "b") == fraction("a", "b")
    assert fraction("a", "b") != fraction("ab", "") != fraction("", "ab")


def test_turns_at_a_device_are_given_in_order() -> None:
    """Two at once; the third begins when one of them leaves; other devices do not wait."""
    gates: Gates[str] = Gates(2)
    assert gates.enter("card", "a")
    assert gates.enter("card", "b")
    assert not gates.enter("card", "c")
    assert not gates.enter("card", "d")
    assert gates.enter("router", "e")
    assert gates.waiting == 2
    assert gates.leave("card") == "c"
    assert gates.leave("card") == "d"
    assert gates.leave("card") is None
    assert gates.leave("card") is None
    assert gates.enter("card", "f")
