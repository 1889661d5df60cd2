"""The scheduler: every watch at its own interval, in a bounded number of threads; and what came of
it, for the pages and the metrics."""

from __future__ import annotations

import heapq
import logging
import threading
from collections import Counter
from datetime import timedelta
from itertools import count
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.exporter.board import Record
from apowacht.exporter.clock import Clock
from apowacht.exporter.gates import Gates
from apowacht.exporter.model import REASONS, Snapshot
from apowacht.exporter.pool import Pool
from apowacht.exporter.runs import Runner, given_up, refused
from apowacht.exporter.samples import Samples
from apowacht.exporter.schedule import Schedule, fraction
from apowacht.plugins.core import cli
from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.opening import Opening
from apowacht.plugins.core.options import Answered
from apowacht.plugins.core.verdict import LAYERS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from apowacht.exporter.board import Change, Held
    from apowacht.exporter.journal import Journal
    from apowacht.exporter.model import Entry, Key, Result
    from apowacht.exporter.pool import Worker
    from apowacht.plugins.core.check import Check
    from apowacht.plugins.sites.model import Configuration, Site, Watch

LOG = logging.getLogger("apowacht.exporter")

THREADS, MOST_THREADS = 64, 256
MOST_ABANDONED = 64
PER_DEVICE = 2
"""How many checks ask the same device of a site, an address and a port, at once. Checks of other
devices do not wait."""
GRACE_SECONDS = 1.0
"""How long after its deadline a run that hangs all the same is given up."""
TICK_SECONDS = 1.0
BEAT_SECONDS = 30.0
OPENING_SECONDS = 120.0
"""Within this time of the lead before an opening, what was eased until then is asked again."""
PROBES, MOST_PROBES = 4, 16


class _Item:
    """One watch in the schedule; `busy` from when it is due until its thread has returned."""

    __slots__ = ("busy", "key", "record", "site", "stamp", "watch")

    def __init__(self, key: Key, site: Site, watch: Watch, record: Record) -> None:
        self.key, self.site, self.watch, self.record = key, site, watch, record
        self.busy = False
        self.stamp = 0  # grows when the watch is asked in another way, or leaves

    def turn(self, due: float) -> _Turn:
        values = self.watch.values
        host = values.get("hostname") or f"\0{self.watch.name}"
        # Behind one address there may be a device at each port.
        return _Turn(self, due, self.stamp, (self.site.name, host, values.get("port")))


class _Turn(NamedTuple):
    """A run that is due, as the watch was when it became so."""

    item: _Item
    due: float
    stamp: int
    device: object


class _Run:
    """A run under way. Its thread or the scheduler, whoever sets `over` first, tells the result."""

    __slots__ = ("asked_at", "over", "started", "turn", "watch", "worker")

    def __init__(self, turn: _Turn, worker: Worker, started: float, asked_at: datetime) -> None:
        self.turn, self.worker, self.watch = turn, worker, turn.item.watch
        self.started, self.asked_at = started, asked_at
        self.over = False


class Engine:
    """Runs what a configuration says. Thread-safe; `start` once, `close` once.

    `journal` keeps every change of state, and is closed with the engine; `clock` is for tests,
    which may call `step` instead of `start`.
    """

    def __init__(
        self,
        configuration: Configuration,
        journal: Journal | None = None,
        *,
        threads: int = THREADS,
        most_threads: int = MOST_THREADS,
        most_abandoned: int = MOST_ABANDONED,
        per_device: int = PER_DEVICE,
        clock: Clock | None = None,
    ) -> None:
        self.configuration = configuration
        self.journal = journal
        self.clock = clock or (journal.clock if journal is not None else Clock())
        self.samples = Samples()
        self._runner = Runner(self.clock)
        self._pool = Pool("check", threads, most_threads, most_abandoned)
        self._probes = Pool("probe", PROBES, MOST_PROBES, MOST_PROBES)
        self._wake = threading.Condition(threading.Lock())
        self._replacing = threading.Lock()
        self._items: dict[Key, _Item] = {}
        self._leaving: dict[Key, _Item] = {}
        self._gates: Gates[_Turn] = Gates(per_device)
        self._schedule: Schedule[Key] = Schedule()
        self._watched: list[tuple[float, int, _Run]] = []
        self._order = count()
        self._closing = False
        self._thread: threading.Thread | None = None
        self._reasons: Counter[str] = Counter()
        self._running = self._hung = self._given_up = self._skipped = 0
        self._late = self._latest = 0.0
        self._beaten = float("-inf")
        self.replace(configuration)

    def start(self) -> None:
        """Begin to ask."""
        self._thread = threading.Thread(target=self._loop, name="schedule", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Begin no more runs; waits for none."""
        with self._wake:
            self._closing = True
            self._wake.notify_all()

    @property
    def busy(self) -> int:
        """How many runs are under way and may still come back."""
        with self._wake:
            return self._running - self._hung

    def close(self, timeout: float = 10.0) -> bool:
        """Ask no more, wait for what may still come back; whether all that was under way did."""
        self.stop()
        if self._thread is not None:
            self._thread.join()
        self._pool.close()
        self._probes.close()
        with self._wake:
            self._wake.wait_for(lambda: self._running == self._hung, timeout)
            done = not self._running
            for item in self._items.values():
                self._let_go(item)
        if self.journal is not None:
            self.journal.close()
        return done

    def replace(self, configuration: Configuration) -> None:
        """Work by another configuration from now on.

        A watch that is asked in the same way keeps its result, its schedule and its history; a
        removed one is gone at once, and what its run still brings is dropped.
        """
        wanted = {
            (site.name, watch.name): (site, watch)
            for site in configuration.sites.values()
            for watch in sorted(site.watches, key=lambda watch: LAYERS.index(watch.check.layer))
        }
        with self._replacing:
            new = wanted.keys() - self._items.keys()
            lasts = self.journal.last_states() if self.journal is not None and new else {}
            with self._wake:
                now = self.clock.monotonic()
                for key in self._items.keys() - wanted.keys():
                    self._remove(key)
                items = {}
                for key, (site, watch) in wanted.items():
                    known = self._items.get(key) or self._leaving.pop(key, None)
                    item = known or _Item(key, site, watch, Record())
                    if key in new:
                        item.record = Record(lasts.get(key))
                    self._follow(item, site, watch, now)
                    items[key] = item
                self._items = items
                self.configuration = configuration
                self.samples.keep(items)
                self._wake.notify_all()

    def _follow(self, item: _Item, site: Site, watch: Watch, now: float) -> None:
        """Let an item, new or known, be as its site's file says."""
        old, same = item.watch, _question(item.watch) == _question(watch)
        if not same:
            item.stamp += 1
            self._let_go(item)
            item.record.forget()
        item.site, item.watch = site, watch
        if not same or old.interval != watch.interval or self._schedule.due(item.key) is None:
            self._schedule.add(item.key, watch.interval, fraction(*item.key), now)

    def _remove(self, key: Key) -> None:
        item = self._items[key]
        item.stamp += 1
        self._let_go(item)
        self._schedule.remove(key)
        if item.busy:  # should it come back, its next run must not overlap with this one
            self._leaving[key] = item

    def snapshot(self) -> Snapshot:
        """Everything as it stands now."""
        with self._wake:
            now, at = self.clock.monotonic(), self.clock.wall()
            entries = tuple(self._entry(item, now, at) for item in self._items.values())
        return Snapshot(at, entries)

    def _entry(self, item: _Item, now: float, at: datetime) -> Entry:
        due = None if self._closing else self._schedule.due(item.key)
        next_at = None if due is None else at + timedelta(seconds=due - now)
        return item.record.entry(item.site, item.watch, now, at, next_at)

    @property
    def stats(self) -> dict[str, Any]:
        """Numbers about the engine itself, for its own metrics.

        sites, watches, threads, threads_idle, queued (due, waits for a thread), waiting (due,
        waits for its device), running, abandoned (given up, and their threads have not returned),
        abandoned_total, late_seconds (for how long a thread or a device has been waited for by now,
        at most), late_seconds_total, late_worst_seconds (since the start), skipped_total (due while
        it still ran), runs_total (by word of REASONS, "" for an answer), samples_bytes, journal
        (Journal.stats, or None without a journal).
        """
        with self._wake:
            now = self.clock.monotonic()
            waits = [now - turn.due for turn in self._gates.next()]
            return {
                "sites": len(self.configuration.sites),
                "watches": len(self._items),
                "threads": self._pool.threads,
                "threads_idle": self._pool.idle,
                "queued": self._pool.queued,
                "waiting": self._gates.waiting,
                "running": self._running - self._hung,
                "abandoned": self._hung,
                "abandoned_total": self._given_up,
                "late_seconds": max([self._pool.waited(), *waits]),
                "late_seconds_total": self._late,
                "late_worst_seconds": self._latest,
                "skipped_total": self._skipped,
                "runs_total": {reason: self._reasons[reason] for reason in ("", *REASONS)},
                "samples_bytes": self.samples.size,
                "journal": self.journal.stats if self.journal is not None else None,
            }

    def run_now(
        self, check: Check, arguments: Sequence[str], timeout: float | None = None
    ) -> Result:
        """Run a check once, now, beside the schedule; waits for its result.

        `timeout` can only shorten the deadline that the arguments say. Wrong arguments are a
        result of reason "setting"; a run that hangs, or finds no thread in time, of "timeout".
        """
        try:
            told = cli.values(check, arguments)
        except OwnTrouble as trouble:
            return refused(check, trouble, self.clock.wall())
        except Answered as asked:
            wrong = OwnTrouble("unknown_option", option=f"--{asked.kind}", hint="")
            return refused(check, wrong, self.clock.wall())
        limit = float(told["timeout"])
        seconds = limit if timeout is None else max(0.0, min(limit, timeout))
        return self._at_once(check, told, seconds)

    def _at_once(self, check: Check, told: dict[str, Any], seconds: float) -> Result:
        began, at = self.clock.monotonic(), self.clock.wall()
        answers: SimpleQueue[Result] = SimpleQueue()
        turn: list[Worker | None] = []

        def job(worker: Worker) -> None:
            turn.append(worker)
            if turn[0] is worker:  # else nobody waits any more
                left = max(0.0, seconds - (self.clock.monotonic() - began))
                answers.put(self._runner.perform(check, told, left))

        self._probes.submit(job)
        self._probes.look()
        try:
            return answers.get(timeout=seconds + GRACE_SECONDS)
        except Empty:
            turn.append(None)
            if turn[0] is not None:
                self._probes.abandon(turn[0])
            return given_up(check, at, seconds, self.clock.monotonic() - began)

    def _loop(self) -> None:
        while not self._closing:
            try:
                delay = self.step()
            except Exception:
                LOG.exception("the schedule stumbled")
                delay = TICK_SECONDS
            with self._wake:
                if not self._closing and delay > 0:
                    self._wake.wait(delay)

    def step(self) -> float:
        """Start what is due and give up what hangs; the seconds until something may be due."""
        with self._wake:
            now = self.clock.monotonic()
            for key, due in self._schedule.take(now):
                self._ask(self._items[key], due)
            while self._watched and self._watched[0][0] <= now:
                self._give_up(heapq.heappop(self._watched)[2], now)
        self._pool.look()
        self._probes.look()
        if now - self._beaten >= BEAT_SECONDS:
            self._beaten = now
            self._beat(now)
        with self._wake:
            due_next = self._schedule.next()
            wait = TICK_SECONDS if due_next is None else due_next - self.clock.monotonic()
        return min(wait, TICK_SECONDS)

    def _ask(self, item: _Item, due: float) -> None:
        if item.busy:
            self._skipped += 1
            return
        item.busy = True
        turn = item.turn(due)
        if self._gates.enter(turn.device, turn):
            self._pool.submit(self._job(turn))

    def _job(self, turn: _Turn) -> Callable[[Worker], None]:
        def job(worker: Worker) -> None:
            run = self._begin(turn, worker)
            if run is not None:
                result = self._runner.perform(run.watch.check, run.watch.values)
                with self._wake:
                    self._finish(run, result)

        return job

    def _begin(self, turn: _Turn, worker: Worker) -> _Run | None:
        """None when the turn is not wanted any more."""
        item = turn.item
        with self._wake:
            now = self.clock.monotonic()
            if self._closing or item.stamp != turn.stamp:
                self._free(item)
                self._leave(turn)
                return None
            late = max(0.0, now - turn.due)
            self._late, self._latest = self._late + late, max(self._latest, late)
            run = _Run(turn, worker, now, self.clock.wall())
            limit = now + float(run.watch.values["timeout"]) + GRACE_SECONDS
            heapq.heappush(self._watched, (limit, next(self._order), run))
            self._running += 1
            return run

    def _finish(self, run: _Run, result: Result) -> None:
        """Its thread is back."""
        self._running -= 1
        self._free(run.turn.item)
        if run.over:
            self._hung -= 1
        else:
            run.over = True
            self._leave(run.turn)
            self._tell(run, result, self.clock.monotonic())
        if self._closing:
            self._wake.notify_all()

    def _give_up(self, run: _Run, now: float) -> None:
        """Its thread is not back although the deadline is over."""
        if run.over:
            return
        run.over = True
        self._hung += 1
        self._given_up += 1
        self._pool.abandon(run.worker)
        self._leave(run.turn)
        seconds = float(run.watch.values["timeout"])
        self._tell(run, given_up(run.watch.check, run.asked_at, seconds, now - run.started), now)

    def _free(self, item: _Item) -> None:
        item.busy = False
        if self._leaving.get(item.key) is item:
            del self._leaving[item.key]

    def _leave(self, turn: _Turn) -> None:
        following = self._gates.leave(turn.device)
        if following is not None:
            self._pool.submit(self._job(following))

    def _tell(self, run: _Run, result: Result, now: float) -> None:
        """Keep a result, unless its watch has changed or gone meanwhile."""
        item = run.turn.item
        if item.stamp == run.turn.stamp:
            try:
                told = item.record.take(item.site, run.watch, result, now)
            except Exception as error:
                # A finding that cannot be put into words is a mistake in the check.
                result = self._runner.failed(run.watch.check, error, result.asked_at)
                told = item.record.take(item.site, run.watch, result, now)
            self.samples.add(item.key, run.watch.interval, result)
            self._write(*told)
            if "closed" in result.report.notes and run.watch.interval > OPENING_SECONDS:
                self._await_opening(item.key, run.watch, now)
        self._reasons[result.reason] += 1

    def _await_opening(self, key: Key, watch: Watch, now: float) -> None:
        """What can wait until the opening is looked at again when everything counts."""
        opening, at = Opening.of(watch.values), self.clock.wall()
        change = opening.next_change(at) if opening is not None else None
        if change is not None:
            spread = fraction(*key) * OPENING_SECONDS
            self._schedule.sooner(key, now + (change - at).total_seconds() + spread)

    def _let_go(self, item: _Item) -> None:
        """What its record held back is told as it stands."""
        self._write(*item.record.let_go(item.site, item.watch, self.clock.wall()))

    def _write(self, *told: Change | Held) -> None:
        if self.journal is not None:
            for one in told:
                self.journal.write(one)

    def _beat(self, now: float) -> None:
        """Let the journal know that somebody looks, and look for results that are too old."""
        at = self.clock.wall()
        with self._wake:
            for item in self._items.values():
                change = item.record.age(item.site, item.watch, now, at)
                self._write(*([change] if change else ()))
        if self.journal is not None:
            self.journal.beat()


def _question(watch: Watch) -> tuple[object, ...]:
    """What makes two watches ask the same."""
    return watch.check.name, watch.arguments
