"""The exporter's engine: each watch in its rhythm, whatever the devices and the checks do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from watches import (
    NOON,
    HandClock,
    HandPool,
    check,
    configuration,
    fine,
    on_battery,
    site,
    until,
    watch,
    worn,
)

from apowacht.exporter import pool as pool_module
from apowacht.exporter import status
from apowacht.exporter.engine import OPENING_SECONDS, Engine
from apowacht.exporter.evidence import Line, moments
from apowacht.exporter.journal import Journal
from apowacht.exporter.ledger import Ledger
from apowacht.exporter.pool import Pool, Worker
from apowacht.exporter.runs import Runner, own_reason, target_reason
from apowacht.plugins.core.errors import Garbled, OwnTrouble, Refused, Trouble, Unreachable
from apowacht.plugins.core.options import OPENING
from apowacht.plugins.core.report import Finding, Report, State

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from apowacht.exporter.model import Entry

Kept = Callable[[Sequence[list[Finding] | None]], list[Line]]


def by_hand(engine: Engine) -> HandPool:
    """Let the test run the engine's jobs."""
    pool = HandPool()
    engine._pool = pool
    return pool


def pass_time(engine: Engine, clock: HandClock, seconds: float, step: float = 1.0) -> None:
    """Let time pass, with the jobs run at once."""
    pool = engine._pool
    assert isinstance(pool, HandPool)
    for _ in range(int(seconds / step)):
        clock.move(step)
        engine.step()
        pool.run()


def entry(engine: Engine, name: str = "ups") -> Entry:
    """The watch of that name."""
    return next(one for one in engine.snapshot().entries if one.watch.name == name)


@pytest.fixture
def clock() -> HandClock:
    """A clock for the test to move."""
    return HandClock()


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What hanging checks wait for; opened at the end, so that no thread is left."""
    event = threading.Event()
    yield event
    event.set()


def test_every_watch_runs_at_its_own_interval(clock: HandClock) -> None:
    """In an hour a watch of 60 s runs 60 times and one of 300 s its dozen, on even places."""
    seen: dict[str, list[float]] = {}

    def answer(options: Any) -> list[Finding]:
        seen.setdefault(options.hostname, []).append(clock.now)
        return fine()

    one = check(answer)
    watches = [watch(f"w{n}", one, "-H", f"w{n}", interval=60.0) for n in range(20)]
    engine = Engine(
        configuration(site("a", *watches, watch("slow", one, "-H", "slow", interval=300.0))),
        clock=clock,
    )
    by_hand(engine)
    pass_time(engine, clock, 3600.0)
    for number in range(20):
        moments = seen[f"w{number}"]
        assert len(moments) == 60
        assert {b - a for a, b in pairwise(moments)} == {60.0}
    assert 12 <= len(seen["slow"]) <= 13
    assert engine.stats["runs_total"][""] == 1200 + len(seen["slow"])


def test_before_the_first_answer_nothing_is_known(clock: HandClock) -> None:
    """A new watch is UNKNOWN, not asked, not stale, and says when it will be asked."""
    engine = Engine(configuration(site("a", watch("ups", check(lambda o: fine())))), clock=clock)
    one = entry(engine)
    assert (one.state, one.result, one.since, one.stale) == (State.UNKNOWN, None, None, False)
    assert one.next_at is not None
    assert 0 <= (one.next_at - clock.wall()).total_seconds() <= 60


def test_since_moves_only_with_the_state(clock: HandClock) -> None:
    """Ten good answers are one state; a bad one begins another, and so does its end."""
    findings = fine()
    engine = Engine(configuration(site("a", watch("ups", check(lambda o: findings)))), clock=clock)
    by_hand(engine)
    pass_time(engine, clock, 60)
    first = entry(engine).since
    pass_time(engine, clock, 600)
    assert entry(engine).since == first
    findings[:] = worn()
    pass_time(engine, clock, 60)
    second = entry(engine)
    assert second.state is State.WARNING
    assert second.since is not None
    assert first is not None
    assert second.since > first


def test_what_a_check_raises_is_its_own_result(
    clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    """A mistake, an exit, a wrong setting, a word nobody knows: UNKNOWN with a reason each, logged
    once, and the watch runs on."""
    raised: list[BaseException | None] = [KeyError("secret text"), SystemExit(2), None]
    raised += [OwnTrouble("secret_empty", option="--x", file="y"), ImportError("no", name="gone")]

    def answer(options: Any) -> list[Finding]:
        error = raised[int(options.hostname)]
        if error is not None:
            raise error
        return [Finding("no.such_word", State.CRITICAL)]

    one = check(answer)
    watches = [watch(f"w{n}", one, "-H", str(n)) for n in range(len(raised))]
    engine = Engine(configuration(site("a", *watches)), clock=clock)
    by_hand(engine)
    pass_time(engine, clock, 300)
    told = [entry(engine, f"w{n}") for n in range(len(raised))]
    reasons = [e.result.reason for e in told if e.result]
    assert reasons == ["internal", "internal", "internal", "setting", "internal"]
    assert {e.state for e in told} == {State.UNKNOWN}
    assert engine.stats["runs_total"]["internal"] == 20
    assert len(caplog.records) == 3
    assert "secret text" not in caplog.text
    assert status.views(engine.snapshot(), "de")[0]["state"] == "UNKNOWN"


TROUBLES: list[tuple[Trouble, str]] = [
    (Unreachable("dns_failed", phase="dns"), "dns"),
    (Unreachable("dns_timeout", phase="dns"), "dns"),
    (Unreachable("timeout", phase="connect"), "timeout"),
    (Unreachable("no_route", phase="connect"), "connect"),
    (Refused("connection_refused", phase="connect"), "connect"),
    (Refused("tls_untrusted", phase="tls"), "tls"),
    (Refused("auth", phase="auth"), "auth"),
    (Refused("fault"), "request"),
    (Refused("odd", phase="never heard of"), "request"),
    (Garbled("soap_garbled", phase="request"), "garbled"),
    (OwnTrouble("deadline", seconds=3), "timeout"),
    (OwnTrouble("unknown_option"), "setting"),
    (OwnTrouble("missing_module"), "internal"),
]


@pytest.mark.parametrize(("trouble", "reason"), TROUBLES, ids=str)
def test_every_trouble_has_a_reason_of_the_closed_list(trouble: Trouble, reason: str) -> None:
    """The phase of a target's trouble, and which of our own it was."""
    if isinstance(trouble, OwnTrouble):
        assert own_reason(trouble) == reason
    else:
        finding = Finding("ups.no_data", State.UNKNOWN, {"reason": trouble})
        assert target_reason(Report("ups", (finding,))) == reason
        assert target_reason(Report("ups", (finding,), facts=object())) == ""


def test_what_waits_for_the_opening_is_asked_again_by_then(clock: HandClock) -> None:
    """Once an hour is too seldom: ten minutes before opening everything counts."""

    class Dated(list[Finding]):
        """Facts that say when they were asked."""

        asked_at = ""

    def answer(options: Any) -> list[Finding]:
        facts = Dated(on_battery())
        facts.asked_at = clock.wall().isoformat()
        return facts

    one = check(answer)
    one = one._replace(options=(*one.options, *OPENING), around_the_clock=frozenset())
    hours = ("--hours", "Mo-So 14:25-20:00", "--timezone", "UTC")
    engine = Engine(
        configuration(site("a", watch("ups", one, "-H", "x", *hours, interval=3600.0))), clock=clock
    )
    by_hand(engine)
    until_lead = (datetime(2026, 11, 24, 14, 15, tzinfo=UTC) - clock.wall()).total_seconds()
    pass_time(engine, clock, until_lead - 1)
    assert entry(engine).state is State.WARNING
    runs = engine.stats["runs_total"][""]
    pass_time(engine, clock, OPENING_SECONDS + 1)
    assert entry(engine).state is State.CRITICAL
    assert engine.stats["runs_total"][""] == runs + 1
    pass_time(engine, clock, 3600)
    assert engine.stats["runs_total"][""] == runs + 2
    engine.close()


@pytest.mark.parametrize("jump", [7200, -7200])
def test_the_age_of_a_result_goes_by_no_time_of_day(clock: HandClock, jump: float) -> None:
    """Somebody sets the clock by two hours: the result is as old as it was."""
    engine = Engine(
        configuration(site("a", watch("ups", check(lambda o: fine()), "-H", "x"))), clock=clock
    )
    by_hand(engine)
    pass_time(engine, clock, 60)
    before = entry(engine).age_seconds
    clock.jump(jump)
    clock.move(5)
    assert entry(engine).age_seconds == pytest.approx(before + 5)
    assert not entry(engine).stale
    engine.close()


def test_a_result_that_grows_old_is_stale_and_unknown(clock: HandClock, tmp_path: Path) -> None:
    """After two intervals and a deadline without an answer; the journal holds the change."""
    journal = Journal(tmp_path / "j.db", clock=clock)
    engine = Engine(configuration(site("a", watch("ups", check(lambda o: on_battery())))), journal)
    by_hand(engine)
    pass_time(engine, clock, 60)
    answered = entry(engine)
    assert answered.state is State.CRITICAL
    assert answered.result is not None
    clock.move(129.0 - (clock.wall() - answered.result.asked_at).total_seconds())
    assert not entry(engine).stale
    clock.move(2.0)
    old = entry(engine)
    assert (old.stale, old.state) == (True, State.UNKNOWN)
    engine._schedule.remove(("a", "ups"))
    engine.step()
    changes = journal.changes("a", clock.start, clock.wall() + (clock.wall() - clock.start))
    assert [(c.before, c.after, c.key) for c in changes] == [
        (None, State.CRITICAL, "power.on_battery"),
        (State.CRITICAL, State.UNKNOWN, "monitor.stale"),
    ]
    engine.close()


def test_a_hanging_run_is_given_up_and_delays_nobody(
    clock: HandClock, gate: threading.Event
) -> None:
    """It counts as a timeout, is never started beside itself, and runs again once it is back."""
    inside: list[int] = []
    most: list[int] = []

    def hang(options: Any) -> list[Finding]:
        inside.append(1)
        most.append(len(inside))
        gate.wait(60)
        inside.pop()
        return fine()

    engine = Engine(
        configuration(
            site("a", watch("ups", check(hang), "-H", "x", "-t", "5")),
            site("b", watch("ups", check(lambda o: fine()), "-H", "y")),
        ),
        threads=1,
        clock=clock,
    )

    def runs() -> int:
        return int(engine.stats["runs_total"][""])

    clock.move(60)
    engine.step()
    until(lambda: inside, "the run begins")
    clock.move(7.0)
    engine.step()
    told = {e.site.name: e for e in engine.snapshot().entries}
    assert told["a"].result is not None
    assert (told["a"].result.reason, told["a"].state) == ("timeout", State.UNKNOWN)
    for expected in range(1, 7):
        until(lambda: runs() >= expected, f"answer {expected} of the other site")  # noqa: B023  at once
        clock.move(60)
        engine.step()
    stats = engine.stats
    assert (stats["abandoned"], stats["abandoned_total"], max(most)) == (1, 1, 1)
    assert stats["skipped_total"] >= 5
    before = entry(engine).result
    gate.set()
    until(lambda: engine.stats["abandoned"] == 0, "the thread comes back")
    until(lambda: engine.stats["running"] == 0, "and the other site's, too")
    assert entry(engine).result is before, "a late answer is dropped"
    clock.move(60)
    engine.step()
    until(lambda: entry(engine).state is State.OK, "it is asked again")
    assert max(most) == 1
    assert engine.close()


def test_only_so_many_hanging_threads_are_replaced(clock: HandClock, gate: threading.Event) -> None:
    """Beyond the limit a hanging run keeps its place in the pool, so that threads stay bounded."""
    begun: list[str] = []

    def hang(options: Any) -> list[Finding]:
        begun.append(options.hostname)
        gate.wait(60)
        return fine()

    one = check(hang)
    watches = [watch(f"w{n}", one, "-H", str(n), "-t", "5") for n in range(6)]
    engine = Engine(
        configuration(site("a", *watches)), threads=1, most_threads=1, most_abandoned=2, clock=clock
    )
    clock.move(60)
    engine.step()
    for expected in (1, 2, 3):
        until(lambda: len(begun) >= expected, f"run {expected} begins")  # noqa: B023  at once
        clock.move(7)
        engine.step()
    assert engine.stats["abandoned"] == 3
    assert engine._pool.abandoned == 2
    assert engine.stats["queued"] == 3
    assert len(begun) == 3
    gate.set()
    until(lambda: engine.stats["abandoned"] == 0, "all come back")
    until(lambda: len(begun) == 6, "those that waited have run")
    assert engine.close()


def test_a_device_is_asked_by_two_at_most_and_others_do_not_wait(
    clock: HandClock, gate: threading.Event
) -> None:
    """Four checks of one silent Konnektor: two ask, two wait, and the UPS answers meanwhile."""
    asking: list[str] = []

    def slow(options: Any) -> list[Finding]:
        asking.append(options.hostname)
        gate.wait(60)
        return fine()

    konnektor = check(slow, "connector", "access")
    watches = [watch(f"k{n}", konnektor, "-H", "konnektor") for n in range(4)]
    ups = watch("ups", check(lambda o: fine()), "-H", "ups")
    engine = Engine(configuration(site("a", *watches, ups)), clock=clock)
    clock.move(60)
    engine.step()
    until(lambda: entry(engine).state is State.OK, "the UPS answers")
    until(lambda: len(asking) == 2, "two ask the Konnektor")
    assert engine.stats["waiting"] == 2
    gate.set()
    until(lambda: engine.stats["runs_total"][""] == 5, "all have run")
    assert engine.stats["waiting"] == 0
    assert engine.close()


def test_devices_at_one_address_are_told_apart_by_their_ports(
    clock: HandClock, gate: threading.Event
) -> None:
    """Port forwarding: two UPS that hang at one port keep neither the one at another port waiting,
    nor the one that names none."""

    def answer(options: Any) -> list[Finding]:
        if options.port == 1:
            gate.wait(60)
        return fine()

    one = check(answer)
    hung = [watch(f"h{n}", one, "-H", "router", "-p", "1") for n in range(2)]
    good = [watch("good", one, "-H", "router", "-p", "2"), watch("plain", one, "-H", "router")]
    engine = Engine(configuration(site("a", *hung, *good)), clock=clock)
    clock.move(60)
    engine.step()
    until(lambda: entry(engine, "good").state is State.OK, "the one at another port answers")
    until(lambda: entry(engine, "plain").state is State.OK, "the one at its default port, too")
    assert engine.stats["waiting"] == 0
    gate.set()
    until(lambda: not engine.busy, "all have run")
    assert engine.close()


def test_who_waits_for_a_device_is_late(clock: HandClock, gate: threading.Event) -> None:
    """As who waits for a thread: while it waits, and summed up when it has begun."""

    def slow(options: Any) -> list[Finding]:
        gate.wait(60)
        return fine()

    one = check(slow)
    watches = [watch(f"k{n}", one, "-H", "x", "-t", "50") for n in range(3)]
    engine = Engine(configuration(site("a", *watches)), clock=clock)
    for name in ("k0", "k1", "k2"):
        engine._schedule.add(("a", name), 60.0, 0.0, clock.now)
    engine.step()
    until(lambda: engine.busy == 2, "two ask")
    assert engine.stats["late_seconds"] == pytest.approx(0, abs=0.01)
    clock.move(20)
    stats = engine.stats
    assert (stats["waiting"], stats["late_seconds"]) == (1, 20)
    assert stats["late_seconds_total"] == 0
    gate.set()
    until(lambda: engine.stats["runs_total"][""] == 3, "all have run")
    stats = engine.stats
    assert (stats["late_seconds"], stats["late_seconds_total"]) == (0, 20)
    assert engine.close()


def test_an_end_waits_only_for_what_may_come_back(clock: HandClock, gate: threading.Event) -> None:
    """A run that was given up is not waited for, one within its deadline is; neither is told to
    have ended if it has not."""

    def hang(options: Any) -> list[Finding]:
        gate.wait(60)
        return fine()

    engine = Engine(
        configuration(site("a", watch("ups", check(hang), "-H", "x", "-t", "5"))), clock=clock
    )
    clock.move(60)
    engine.step()
    until(lambda: engine.busy == 1, "the run begins")
    engine.stop()
    clock.move(7)
    engine.step()
    assert engine.busy == 0
    assert not engine.close(timeout=threading.TIMEOUT_MAX), "would wait for ever"
    gate.set()
    until(lambda: engine.stats["abandoned"] == 0, "the thread comes back")


def test_a_new_configuration_keeps_what_stays(clock: HandClock) -> None:
    """Unchanged watches keep result, since and schedule; others come and go."""
    stays = watch("stays", check(lambda o: fine()), "-H", "x")
    goes = watch("goes", check(lambda o: worn()), "-H", "x")
    comes = watch("comes", check(lambda o: fine()), "-H", "x")
    engine = Engine(configuration(site("a", stays, goes)), clock=clock)
    by_hand(engine)
    pass_time(engine, clock, 90)
    before = entry(engine, "stays")
    engine.replace(configuration(site("a", comes, stays), site("b", stays)))
    told = {e.key: e for e in engine.snapshot().entries}
    assert set(told) == {("a", "comes"), ("a", "stays"), ("b", "stays")}
    after = told["a", "stays"]
    assert after.result is before.result
    assert (after.since, after.next_at) == (before.since, before.next_at)
    assert told["b", "stays"].result is None
    pass_time(engine, clock, 60)
    assert {e.state for e in engine.snapshot().entries} == {State.OK}


def test_a_watch_asked_in_another_way_begins_anew(clock: HandClock) -> None:
    """Its old answer is history and not an answer to the new question."""
    one = check(lambda o: worn())
    engine = Engine(configuration(site("a", watch("ups", one, "-H", "x"))), clock=clock)
    by_hand(engine)
    pass_time(engine, clock, 60)
    since = entry(engine).since
    engine.replace(configuration(site("a", watch("ups", one, "-H", "y"))))
    fresh = entry(engine)
    assert (fresh.result, fresh.state) == (None, State.UNKNOWN)
    assert fresh.last is not None
    assert (fresh.last.state, fresh.last.since) == (State.WARNING, since)
    pass_time(engine, clock, 60)
    assert entry(engine).since == since


def test_a_removed_watch_that_comes_back_does_not_overlap_with_its_old_run(
    clock: HandClock, gate: threading.Event
) -> None:
    """The old run's answer is dropped, and the new one waits until its thread is free."""
    inside: list[str] = []
    most: list[int] = []

    def slow(options: Any) -> list[Finding]:
        inside.append(options.hostname)
        most.append(len(inside))
        gate.wait(60)
        inside.pop()
        return fine()

    one = watch("ups", check(slow), "-H", "x")
    engine = Engine(configuration(site("a", one)), clock=clock)
    clock.move(60)
    engine.step()
    until(lambda: inside, "the run begins")
    engine.replace(configuration())
    assert engine.snapshot().entries == ()
    engine.replace(configuration(site("a", one)))
    clock.move(61)
    engine.step()
    assert engine.stats["skipped_total"] == 1
    gate.set()
    until(lambda: engine.stats["running"] + engine.stats["abandoned"] == 0, "the old run ends")
    assert entry(engine).result is None
    clock.move(61)
    engine.step()
    until(lambda: entry(engine).state is State.OK, "the new one runs")
    assert max(most) == 1
    assert engine.close()


def test_a_restart_goes_on_where_the_journal_ended(clock: HandClock, tmp_path: Path) -> None:
    """The state before is shown as history; the same state again keeps its since, and writes
    nothing; another one is a change."""
    findings = on_battery()
    sites = configuration(site("a", watch("ups", check(lambda o: findings))))
    engine = Engine(sites, Journal(tmp_path / "j.db", clock=clock))
    by_hand(engine)
    pass_time(engine, clock, 60)
    since = entry(engine).since
    engine.close()
    clock.move(3600)
    journal = Journal(tmp_path / "j.db", clock=clock)
    engine = Engine(sites, journal)
    by_hand(engine)
    begun = entry(engine)
    assert (begun.result, begun.state, begun.since) == (None, State.UNKNOWN, None)
    assert begun.last is not None
    assert (begun.last.state, begun.last.since) == (State.CRITICAL, since)
    assert begun.last.headline[0]
    pass_time(engine, clock, 60)
    assert entry(engine).since == since
    findings[:] = fine()
    pass_time(engine, clock, 60)
    ended = clock.wall()
    engine.close()
    changes = journal.changes("a", clock.start, ended)
    assert [(c.before, c.after) for c in changes] == [
        (None, State.CRITICAL),
        (State.CRITICAL, State.OK),
    ]
    assert len(journal.gaps(clock.start, ended)) == 1


def watched(seconds: float | None = None, bad: bool = False) -> list[Finding]:
    """A worn battery: held back for so long (not believed, or if `bad` its end), or reported."""
    state = State.WARNING if bad or seconds is None else State.OK
    return [Finding("ups.battery_worn", state, held_seconds=seconds)]


@pytest.fixture
def kept(clock: HandClock, tmp_path: Path) -> Kept:
    """Runs a watch once a minute from NOON on, for each of these answers, None being no answer;
    what the journal then holds of it."""

    def run(answers: Sequence[list[Finding] | None]) -> list[Line]:
        told = iter(answers)

        def answer(options: Any) -> list[Finding]:
            findings = next(told)
            if findings is None:
                raise Unreachable("timeout", phase="connect", host="x", seconds=1)
            return findings

        journal = Journal(tmp_path / "j.db", clock=clock)
        engine = Engine(configuration(site("a", watch("ups", check(answer)))), journal)
        by_hand(engine)
        engine._schedule.add(("a", "ups"), 60.0, 0.0, clock.now)
        for _ in answers:
            engine.step()
            pool = engine._pool
            assert isinstance(pool, HandPool)
            assert pool.run() == 1
            clock.move(60)
        assert engine.close()
        lines = [one.line for one in Ledger(tmp_path / "j.db").kept()]
        assert journal.proof().broken is None
        return [line for line in lines if line.kind in ("change", "finding", "held")]

    return run


def spans(lines: Sequence[Line]) -> list[tuple[str, float, list[float]]]:
    """Each line's kind, and in minutes from the start when it was written and what it tells of."""
    start = NOON.timestamp()
    return [(x.kind, (x.at - start) / 60, [(at - start) / 60 for at in moments(x)]) for x in lines]


def test_a_change_that_was_held_back_tells_since_when_it_is_so(kept: Kept, tmp_path: Path) -> None:
    """Bad for two minutes before it is believed, and good for one before its end is: the journal,
    its states and its readers know the real begin and end."""
    answers = [fine(), watched(0.0), watched(60.0), watched(), watched(0.0, bad=True), fine()]
    lines = kept(answers)
    assert spans(lines) == [("change", 0, []), ("change", 3, [1]), ("change", 5, [4])]
    assert lines[1].key == "ups.battery_worn"
    journal = Journal(tmp_path / "j.db")
    changes = journal.changes("a", NOON, NOON + timedelta(hours=1))
    assert [c.since for c in changes] == [
        None, NOON + timedelta(minutes=1), NOON + timedelta(minutes=4)
    ]  # fmt: skip
    assert journal.last_states()["a", "ups"].since == NOON + timedelta(minutes=4)
    journal.close()


def test_a_fault_that_passes_while_it_is_held_back_leaves_a_line(kept: Kept) -> None:
    """Begin, end, failure class and headline; no state has changed, and none of the journal's
    changes says so."""
    lines = kept([fine(), watched(0.0), watched(60.0), fine(), fine()])
    assert spans(lines) == [("change", 0, []), ("held", 3, [1, 3])]
    held = lines[1]
    assert (held.name, held.check, held.key) == ("ups", "ups", "ups.battery_worn")
    assert (held.before, held.after) == (None, None)
    assert held.headline_de
    assert held.headline_de != held.headline_en


def test_a_held_fault_outlasts_what_nobody_could_see(kept: Kept) -> None:
    """No answer in between says neither that it has passed nor that it is another one."""
    lines = kept([fine(), watched(0.0), None, watched(120.0), fine()])
    assert spans(lines) == [
        ("change", 0, []), ("change", 2, []), ("change", 3, []), ("held", 4, [1, 4])
    ]  # fmt: skip


def test_a_held_fault_that_begins_anew_is_another_one(kept: Kept) -> None:
    """It came, went and came between two answers, as its begin tells."""
    lines = kept([fine(), watched(30.0), watched(20.0), fine()])
    assert spans(lines)[1:] == [
        ("held", 2, [0.5, 2]),
        ("held", 3, [pytest.approx(2 - 1 / 3), 3]),
    ]


def test_a_device_that_counts_whole_seconds_tells_of_one_fault(kept: Kept) -> None:
    """Its word may be off by a little; the begin stays the one that was told first."""
    lines = kept([fine(), watched(0.0), watched(58.0), watched(119.0), fine()])
    assert spans(lines)[1:] == [("held", 4, [1, 4])]


def test_what_is_held_back_at_the_end_leaves_a_line_without_an_end(kept: Kept) -> None:
    """Whether it passed is not known."""
    assert spans(kept([fine(), watched(0.0), watched(60.0)]))[1:] == [("held", 3, [1])]


def test_several_held_faults_are_apart(kept: Kept) -> None:
    """One passes, the other is believed, and the change is that one's."""
    other = Finding("ups.overload", State.OK, held_seconds=60.0)
    lines = kept([
        fine(), watched(0.0), [*watched(60.0), other._replace(held_seconds=0.0)],
        [other], [other._replace(state=State.CRITICAL, held_seconds=None)],
    ])  # fmt: skip
    assert spans(lines)[1:] == [("held", 3, [1, 3]), ("change", 4, [2])]
    assert [line.key for line in lines[1:]] == ["ups.battery_worn", "ups.overload"]


def test_since_is_when_a_fault_was_there_and_not_when_it_was_believed(clock: HandClock) -> None:
    """For pages and metrics, too."""
    held: list[float | None] = [0.0]
    one = check(lambda o: watched(held[0]))
    engine = Engine(configuration(site("a", watch("ups", one, "-H", "x"))), clock=clock)
    by_hand(engine)
    pass_time(engine, clock, 60)
    first = entry(engine).result
    assert first is not None
    held[0] = None
    pass_time(engine, clock, 60)
    told = entry(engine)
    assert (told.state, told.since) == (State.WARNING, first.asked_at)


def test_a_check_asked_in_another_way_tells_what_it_held_back(
    clock: HandClock, tmp_path: Path
) -> None:
    """And so does one that is not asked any more."""
    journal = Journal(tmp_path / "j.db", clock=clock)
    one = check(lambda o: watched(5.0))
    both = [watch("stays", one, "-H", "x"), watch("goes", one, "-H", "x")]
    engine = Engine(configuration(site("a", *both)), journal)
    by_hand(engine)
    pass_time(engine, clock, 60)
    engine.replace(configuration(site("a", watch("stays", one, "-H", "y"))))
    engine.replace(configuration(site("a", watch("stays", one, "-H", "y"))))
    assert engine.close()
    lines = [kept.line for kept in Ledger(tmp_path / "j.db").kept()]
    assert [line.name for line in lines if line.kind == "held"] == ["goes", "stays"]


def test_secrets_leave_in_no_text(clock: HandClock, tmp_path: Path) -> None:
    """What a check read from a secret file stands neither on a page nor in the journal."""

    def leak(options: Any) -> list[Finding]:
        options.secrets.append("hunter22")
        raise Unreachable("timeout", phase="connect", host="u:hunter22@x", seconds=1)

    journal = Journal(tmp_path / "j.db", clock=clock)
    engine = Engine(configuration(site("a", watch("ups", check(leak)))), journal)
    by_hand(engine)
    pass_time(engine, clock, 60)
    shown = status.plain(status.views(engine.snapshot(), "de"))
    assert "hunter22" not in str(shown)
    assert "***" in str(shown)
    engine.close()
    assert b"hunter22" not in (tmp_path / "j.db").read_bytes()


def test_run_now_answers_beside_the_schedule(gate: threading.Event) -> None:
    """A good check, a wrong option, help, and one that hangs: each is a result."""

    def hang(options: Any) -> list[Finding]:
        gate.wait(60)
        return fine()

    engine = Engine(configuration())
    good = engine.run_now(check(lambda o: fine()), ["-H", "x"])
    assert (good.reason, good.report.state) == ("", State.OK)
    for arguments in (["--no-such"], ["--help"], ["-t", "0"]):
        assert engine.run_now(check(lambda o: fine()), arguments).reason == "setting"
    started = time.monotonic()
    hung = engine.run_now(check(hang), ["-H", "x", "-t", "30"], timeout=0.2)
    assert (hung.reason, hung.report.state) == ("timeout", State.UNKNOWN)
    assert time.monotonic() - started < 10
    assert engine.run_now(check(lambda o: fine()), ["-H", "x"]).reason == ""
    assert engine.stats["runs_total"] == dict.fromkeys(engine.stats["runs_total"], 0)
    gate.set()
    assert engine.close()


def test_run_now_can_only_shorten_the_deadline() -> None:
    """A scraper that waits for two minutes does not make a check of five seconds wait longer."""
    seen: list[float] = []

    def answer(options: Any) -> list[Finding]:
        seen.append(options.deadline.seconds)
        return fine()

    engine = Engine(configuration())
    for timeout in (None, 120.0, 2.0):
        engine.run_now(check(answer), ["-t", "5"], timeout)
    assert [round(s) for s in seen] == [5, 5, 2]
    assert engine.close()


def test_run_now_answers_in_time_when_all_threads_hang(gate: threading.Event) -> None:
    """Whoever finds no thread gets a timeout, and is not run later for nobody."""
    late: list[int] = []

    def note(options: Any) -> list[Finding]:
        late.append(1)
        return fine()

    def hang(options: Any) -> list[Finding]:
        gate.wait(60)
        return fine()

    engine = Engine(configuration())
    engine._probes = Pool("probe", 1, 1, 0)
    waiting = threading.Thread(target=engine.run_now, args=(check(hang), ["-t", "30"]))
    waiting.start()
    until(lambda: engine._probes.threads == 1, "the only thread is taken")
    result = engine.run_now(check(note), ["-t", "0.2"])
    assert result.reason == "timeout"
    gate.set()
    waiting.join()
    until(lambda: engine._probes.idle == 1, "the thread is free again")
    assert late == []
    assert engine.close()


def test_the_real_loop_runs_and_ends() -> None:
    """With real clocks and threads: watches run by themselves, and close waits for them."""
    ran = threading.Event()

    def answer(options: Any) -> list[Finding]:
        ran.set()
        return fine()

    watches = [watch(f"w{n}", check(answer), "-H", str(n), interval=10.0) for n in range(40)]
    engine = Engine(configuration(site("a", *watches)))
    engine.start()
    assert ran.wait(15)
    assert engine.close(5)
    assert not any(t.name.startswith("schedule") for t in threading.enumerate())


def test_a_pool_grows_while_its_threads_wait_for_others(
    gate: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not at once, not when the processor is the bottleneck, and not beyond its bound."""
    now, used = [100.0], [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "process_time", lambda: used[0])
    pool = Pool("p", 2, 4, 0)

    def job(worker: Worker) -> None:
        gate.wait(60)

    for _ in range(6):
        pool.submit(job)
    assert (pool.threads, pool.queued) == (2, 4)
    now[0] += 0.15
    pool.look()
    assert pool.threads == 2, "it is patient"
    now[0], used[0] = now[0] + 1, used[0] + 0.95
    pool.look()
    assert pool.threads == 2, "the processor is busy"
    now[0] += 1
    pool.look()
    assert (pool.threads, pool.queued) == (4, 2)
    gate.set()
    monkeypatch.undo()
    until(lambda: pool.idle == 4, "all jobs are done")
    pool.close()


def test_a_pool_outlives_a_job_that_raises(caplog: pytest.LogCaptureFixture) -> None:
    """The thread goes on with the next job."""

    def bad(worker: Worker) -> None:
        raise RuntimeError("bad job")

    pool = Pool("p", 1, 1, 0)
    done = threading.Event()
    pool.submit(bad)
    pool.submit(lambda worker: done.set())
    assert done.wait(10)
    assert pool.threads == 1
    assert "a job of p failed" in caplog.text
    pool.close()


def test_idle_threads_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Down to the few that are kept; a job that comes then finds a thread all the same."""
    monkeypatch.setattr(pool_module, "IDLE_SECONDS", 0.05)
    pool = Pool("p", 12, 12, 0)
    together = threading.Barrier(12)

    def job(worker: Worker) -> None:
        together.wait(20)

    for _ in range(12):
        pool.submit(job)
    until(lambda: pool.threads == pool_module.KEPT, "the others end")
    done = threading.Event()
    pool.submit(lambda worker: done.set())
    assert done.wait(10)
    pool.close()


def test_a_run_is_what_the_command_line_runs() -> None:
    """A deadline of its own each time, whatever the options were parsed at."""
    one = check(lambda o: fine())
    values = watch("w", one, "-t", "5").values
    runner = Runner(HandClock())
    first, second = runner.perform(one, values), runner.perform(one, values)
    assert first.report == second.report
    assert first is not second
