"""The journal: every change of state, when nobody looked, and how far the clock could be trusted,
in a file that is only added to."""

from __future__ import annotations

import logging
import threading
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.exporter.board import Held
from apowacht.exporter.clock import UNSYNCHRONISED, Clock
from apowacht.exporter.evidence import Kept, Line, Proof, moments, verify
from apowacht.exporter.ledger import Ledger, LedgerTrouble
from apowacht.exporter.model import Last
from apowacht.plugins.core.report import State
from apowacht.plugins.core.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apowacht.exporter.board import Change
    from apowacht.exporter.model import Key

LOG = logging.getLogger("apowacht.exporter")

MOST_PENDING = 20_000
"""Lines that wait in memory while the file cannot be written; later ones are lost, and counted."""
BATCH = 500
GATHER_SECONDS = 0.25
RETRY_SECONDS = 5.0
CLOSE_SECONDS = 10.0
"""How long the end waits for a disk."""
PASSING = ("full", "io", "locked")
JUMP_SECONDS = 5.0
"""From this difference between the two clocks on, the time of day has jumped."""
SILENCE_SECONDS = 90.0
"""Three beats: without any for so long, nobody watched."""
DAY_SECONDS = 86400.0
DEFAULT_DAYS = 400.0
MOST_CHANGES = 20_000


class Past(NamedTuple):
    """A change of state as the journal tells it; `headline` in German and English. `since` is when
    it really began to be so, where that was not believed at once."""

    at: datetime
    name: str
    before: State | None
    after: State
    headline: tuple[str, str]
    key: str = ""
    reason: str = ""
    maintenance: str | None = None
    since: datetime | None = None


class Journal:
    """Writes in a thread of its own, so that no check waits for a disk.

    Writing never raises: while the file is full, read-only or locked, lines wait in memory; a
    damaged file is moved aside; `stats` and the log tell. Reading sees the lines that wait, too,
    and raises LedgerTrouble. Several processes may share a file. `days` is how long lines are
    kept, None for ever.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        days: float | None = DEFAULT_DAYS,
        clock: Clock | None = None,
        most_pending: int = MOST_PENDING,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self.path = Path(path)
        self.clock = clock or Clock()
        self._days, self._most, self._retry = days, most_pending, retry_seconds
        self._ledger = Ledger(self.path)
        self._pending: deque[Line] = deque()
        self._wake = threading.Condition(threading.Lock())
        self._closing = False
        self._beat: tuple[float, float] | None = None
        self._alive: float | None = None
        self._swept = float("-inf")
        self._first = True
        self._failures = 0
        self._lost = 0
        self._numbers = {"written_total": 0, "lost_total": 0, "moved_total": 0}
        self._trouble: LedgerTrouble | None = None
        self._add(self._own("start"))
        self.beat()
        self._flush()
        self._thread = threading.Thread(target=self._loop, name="journal", daemon=True)
        self._thread.start()

    def write(self, told: Change | Held) -> None:
        """Take a change, or a fault that was held back; never waits, never raises."""
        line = _of_held(told) if isinstance(told, Held) else _of_change(told)
        self._add(
            self._dated(
                line._replace(
                    at=told.at.timestamp(),
                    site=told.site,
                    name=told.name,
                    check=told.check,
                    key=told.key or None,
                    headline_de=told.headline[0],
                    headline_en=told.headline[1],
                    reason=told.reason or None,
                    maintenance=told.maintenance,
                    interval_seconds=told.interval_seconds,
                )
            )
        )

    def beat(self) -> None:
        """Somebody watches; to be called every 30 seconds. Tells jumps of the time of day."""
        now, at = self.clock.monotonic(), self.clock.wall().timestamp()
        last, self._beat = self._beat, (now, at)
        if last is not None:
            passed, jump = now - last[0], (at - last[1]) - (now - last[0])
            if abs(jump) > JUMP_SECONDS:
                self._add(self._own("clock", f"{jump:.1f}"))
            if passed > SILENCE_SECONDS:
                self._add(self._own("gap", f"{at - passed:.3f} {at:.3f}"))
        with self._wake:
            self._alive = at
            self._wake.notify_all()

    def close(self) -> None:
        """Write what waits, if it can be written, and end."""
        with self._wake:
            if self._closing:
                return
        self._add(self._own("stop"))
        with self._wake:
            self._closing = True
            self._alive = self.clock.wall().timestamp()
            self._wake.notify_all()
        self._thread.join(CLOSE_SECONDS)
        if self._thread.is_alive():
            LOG.error("journal %s: the disk does not answer", self.path)

    @property
    def stats(self) -> dict[str, Any]:
        """written_total, lost_total, moved_total (damaged files), pending (lines in memory),
        trouble ("" or LedgerTrouble.word), bytes (the file's and its log's size)."""
        with self._wake:
            numbers = dict(self._numbers)
            trouble = self._trouble.word if self._trouble else ""
            pending = len(self._pending)
        return {**numbers, "pending": pending, "trouble": trouble, "bytes": self._bytes()}

    def flush(self, timeout: float = 10.0) -> bool:
        """Wait until all that was taken is in the file; whether it is."""
        with self._wake:
            return self._wake.wait_for(lambda: not self._pending, timeout)

    def last_states(self) -> dict[Key, Last]:
        """The state of every check that was ever journalled; empty where nothing can be read."""
        try:
            rows = self._ledger.read(
                "SELECT site, name, state, since, headline_de, headline_en, key FROM states"
            )
        except LedgerTrouble as trouble:
            LOG.warning("journal %s: %s", self.path, trouble)
            rows = []
        found = {
            (site, name): Last(State(state), _moment(since), (de or "", en or ""), key or "")
            for site, name, state, since, de, en, key in rows
        }
        for line in self._waiting():
            if line.kind == "change":
                found[line.site or "", line.name or ""] = _last(line)
        return found

    def changes(self, site: str, start: datetime, end: datetime) -> list[Past]:
        """A site's changes of state in [start, end), in the order in which they were written;
        the newest ones if there are very many."""
        low, high = start.timestamp(), end.timestamp()
        rows = self._ledger.read(
            'SELECT at, name, before, "after", headline_de, headline_en, "key", reason,'
            " maintenance, note FROM lines WHERE site = ? AND kind = 'change' AND at >= ?"
            " AND at < ? ORDER BY number DESC LIMIT ?",
            (site, low, high, MOST_CHANGES),
        )
        told = [
            (x.at, x.name, x.before, x.after, x.headline_de, x.headline_en, x.key, x.reason,
             x.maintenance, x.note)
            for x in self._waiting()
            if x.kind == "change" and x.site == site and low <= x.at < high
        ]  # fmt: skip
        return [_past(*row) for row in [*reversed(rows), *told]]

    def states_at(self, site: str, moment: datetime) -> dict[str, State]:
        """In which state each check of a site was; checks without an earlier change are absent."""
        rows = self._ledger.read(
            'SELECT name, "after", max(number) FROM lines'
            " WHERE site = ? AND kind = 'change' AND at < ? GROUP BY name",
            (site, moment.timestamp()),
        )
        return {name: State(after) for name, after, _ in rows}

    def gaps(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """When nobody watched, between two moments, the earliest first."""
        rows = self._ledger.read("SELECT note FROM lines WHERE kind = 'gap' AND at >= ?",
                                 (start.timestamp(),))  # fmt: skip
        notes = [str(row[0]) for row in rows]
        notes += [str(line.note) for line in self._waiting() if line.kind == "gap"]
        spans = [tuple(map(float, note.split())) for note in notes]
        low, high = start.timestamp(), end.timestamp()
        return sorted(
            (_moment(max(a, low)), _moment(min(b, high))) for a, b in spans if b > low and a < high
        )

    def lines(self, start: datetime, end: datetime, site: str | None = None) -> Iterator[Kept]:
        """Everything in the file about a site (or all) and about the journal itself."""
        where, values = "at >= ? AND at < ?", [start.timestamp(), end.timestamp()]
        if site is None:
            return self._ledger.kept(where, values)
        return self._ledger.kept(f"{where} AND (site = ? OR site IS NULL)", [*values, site])

    def proof(self) -> Proof:
        """Follow the chain of hashes through the whole file."""
        return verify(self._ledger.kept())

    def _own(self, kind: str, note: str | None = None) -> Line:
        return self._dated(Line(kind, self.clock.wall().timestamp(), note=note))

    def _dated(self, line: Line) -> Line:
        """With how far the clock can be trusted."""
        quality = self.clock.quality()
        return line._replace(
            clock=quality.state,
            clock_offset_seconds=quality.offset_seconds,
            clock_error_seconds=quality.error_seconds,
            version=VERSION,
        )

    def _add(self, line: Line) -> None:
        # A lone surrogate, as in a file's name, can be kept in no database.
        line = Line._make(_whole(part) if isinstance(part, str) else part for part in line)
        with self._wake:
            if len(self._pending) >= self._most:
                self._lost += 1
                self._numbers["lost_total"] += 1
                return
            self._pending.append(line)
            self._wake.notify_all()

    def _waiting(self) -> list[Line]:
        with self._wake:
            return list(self._pending)

    def _bytes(self) -> int:
        total = 0
        for ending in ("", "-wal"):
            try:
                total += Path(f"{self.path}{ending}").stat().st_size
            except OSError:
                continue
        return total

    def _loop(self) -> None:
        pause = self._retry
        if not self._first:
            self._sweep()
        while True:
            with self._wake:
                self._wake.wait_for(self._wanted)
                if not self._closing:  # what comes together is written together
                    self._wake.wait_for(lambda: self._closing, GATHER_SECONDS)
                closing = self._closing
            done = self._flush()
            if done and not closing:
                self._sweep()
                pause = self._retry
            elif closing and (not done or not self._waiting()):
                break
            elif not done:
                with self._wake:
                    self._wake.wait_for(lambda: self._closing, pause)
                pause = min(2 * pause, 60.0)
        self._ledger.close()

    def _wanted(self) -> bool:
        return bool(self._pending) or self._alive is not None or self._closing

    def _flush(self) -> bool:
        """Bring a batch to the file; whether that was possible."""
        with self._wake:
            batch = [self._pending[place] for place in range(min(BATCH, len(self._pending)))]
            alive, lost = self._alive, self._lost
        try:
            lines = [*self._before(), *batch]
            if lost:
                lines.append(self._own("lost", str(lost)))
            self._ledger.append(lines, alive)
        except LedgerTrouble as trouble:
            self._troubled(trouble)
            return False
        except Exception as error:  # whatever it is, this thread is needed
            LOG.exception("journal %s", self.path)
            self._troubled(LedgerTrouble("other", type(error).__name__))
            return False
        self._first = False
        with self._wake:
            for _ in batch:
                self._pending.popleft()
            self._lost -= lost
            self._alive = None if self._alive == alive else self._alive
            self._numbers["written_total"] += len(lines)
            recovered, self._trouble = self._trouble, None
            self._wake.notify_all()
        if recovered is not None:
            LOG.info("journal %s: written again", self.path)
        return True

    def _before(self) -> list[Line]:
        """What the time before this process says: a gap, or a clock that was set back."""
        if not self._first:
            return []
        before, began = self._ledger.alive(), self._pending[0].at if self._pending else None
        if before is None or began is None:
            return []
        if began < before - JUMP_SECONDS:
            return [self._own("clock", f"{began - before:.1f}")]
        if began - before > SILENCE_SECONDS:
            return [self._own("gap", f"{before:.3f} {began:.3f}")._replace(at=began)]
        return []

    def _troubled(self, trouble: LedgerTrouble) -> None:
        with self._wake:
            known, self._trouble = self._trouble, trouble
        if known is None or known.word != trouble.word:
            LOG.error("journal %s: %s; lines wait in memory", self.path, trouble)
        self._failures += 1
        if trouble.word not in PASSING or self._failures % 10 == 0:
            self._ledger.close()  # begin anew, as after a lost mount
        if trouble.word != "damaged":
            return
        try:
            name = self._ledger.move_aside(self.clock.wall())
        except LedgerTrouble as other:
            LOG.error("journal %s: cannot be moved aside: %s", self.path, other)
            return
        if name is not None:
            LOG.error("journal %s: damaged, kept as %s", self.path, name)
            with self._wake:
                self._numbers["moved_total"] += 1
                self._pending.appendleft(self._own("moved", Path(name).name))

    def _sweep(self) -> None:
        """Once a day delete what is older than `days`; not by a clock that may be wrong."""
        now = self.clock.monotonic()
        if self._days is None or now - self._swept < DAY_SECONDS:
            return
        if self.clock.quality().state == UNSYNCHRONISED:
            return
        self._swept = now
        before = self.clock.wall().timestamp() - self._days * DAY_SECONDS
        try:
            gone = self._ledger.sweep(before, self._own("retention"))
        except LedgerTrouble as trouble:
            self._troubled(trouble)
            return
        if gone:
            LOG.info("journal %s: %d lines older than %g days deleted", self.path, gone, self._days)


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _of_change(told: Change) -> Line:
    kind = "finding" if told.before is told.after else "change"
    before = None if told.before is None else int(told.before)
    note = None if told.since is None else f"{told.since.timestamp():.3f}"
    return Line(kind, 0.0, before=before, after=int(told.after), note=note)


def _of_held(told: Held) -> Line:
    span = (told.since, told.at) if told.passed else (told.since,)
    return Line("held", 0.0, note=" ".join(f"{moment.timestamp():.3f}" for moment in span))


def _last(line: Line) -> Last:
    told = (line.headline_de or "", line.headline_en or "")
    since = (*moments(line), line.at)[0]
    return Last(State(line.after or 0), _moment(since), told, line.key or "")


def _past(
    at: float,
    name: str,
    before: int | None,
    after: int,
    de: str | None,
    en: str | None,
    key: str | None,
    reason: str | None,
    maintenance: str | None,
    note: str | None,
) -> Past:
    start = None if before is None else State(before)
    return Past(_moment(at), name, start, State(after), (de or "", en or ""), key or "",
                reason or "", maintenance, _moment(float(note)) if note else None)  # fmt: skip
