"""The journal's file: SQLite with a write-ahead log, so that a kill or a power cut in the middle of
a write leaves whole lines, and several processes can share it."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from apowacht.exporter.evidence import ORIGIN, Kept, Line, link, moments

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

FORMAT = 1
WAIT_SECONDS = 5.0
"""How long a write waits for another process."""

_COLUMNS = ", ".join(f'"{name}"' for name in Line._fields)
_MARKS = ", ".join("?" * (len(Line._fields) + 3))
_SCHEMA = (
    f"CREATE TABLE IF NOT EXISTS lines (number INTEGER PRIMARY KEY, {_COLUMNS}, previous, hash)",
    "CREATE INDEX IF NOT EXISTS by_site ON lines (site, at)",
    "CREATE INDEX IF NOT EXISTS by_kind ON lines (kind, at)",
    """CREATE TABLE IF NOT EXISTS states (site, name, state, "key", since, headline_de,
    headline_en, PRIMARY KEY (site, name)) WITHOUT ROWID""",
    "CREATE TABLE IF NOT EXISTS alive (one INTEGER PRIMARY KEY CHECK (one = 1), at REAL)",
    f"PRAGMA user_version = {FORMAT}",
)
_WORDS = {5: "locked", 6: "locked", 8: "readonly", 10: "io", 13: "full", 14: "readonly"}
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class LedgerTrouble(Exception):
    """The file cannot be used now. `word`: locked, readonly, io, full, damaged, future, other."""

    def __init__(self, word: str, detail: str) -> None:
        super().__init__(f"{word}: {detail}")
        self.word = word


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """SQLite's and the system's errors as LedgerTrouble."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        word = "damaged" if code in _DAMAGED else _WORDS.get(code, "other")
        raise LedgerTrouble(word, str(error)) from error
    except OSError as error:
        raise LedgerTrouble("readonly", error.strerror or str(error)) from error


class Ledger:
    """One process's hold on the file. Not thread-safe but for the reading methods, each of which
    opens the file for itself. Every method raises LedgerTrouble."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection: sqlite3.Connection | None = None
        self._inode = 0

    def close(self) -> None:
        """Let go of the file."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(sqlite3.Error):
                connection.close()

    def append(self, lines: Sequence[Line], alive: float | None = None) -> None:
        """Add lines to the chain, all of them or none; and when somebody last watched."""
        with self._writing() as connection:
            _append(connection, lines)
            if alive is not None:
                connection.execute("INSERT OR REPLACE INTO alive VALUES (1, ?)", (alive,))

    def alive(self) -> float | None:
        """When somebody last watched, in epoch seconds."""
        with _told():
            row = self._opened().execute("SELECT at FROM alive").fetchone()
        return float(row[0]) if row else None

    def sweep(self, before: float, line: Line) -> int:
        """Delete the oldest lines up to the first one from `before` on; how many there were.

        The newest line stays in any case. `line` is appended, its note telling what was deleted:
        how many lines, the number of the last of them, and its hash.
        """
        with self._writing() as connection:
            first, newest = connection.execute(
                "SELECT (SELECT min(number) FROM lines WHERE at >= ?), max(number) FROM lines",
                (before,),
            ).fetchone()
            end = first or newest or 0
            found = connection.execute(
                "SELECT count(*), max(number) FROM lines WHERE number < ?", (end,)
            ).fetchone()
            if not found[0]:
                return 0
            row = connection.execute("SELECT hash FROM lines WHERE number = ?", found[1:])
            note = f"{found[0]} {found[1]} {row.fetchone()[0]}"
            connection.execute("DELETE FROM lines WHERE number < ?", (end,))
            _append(connection, [line._replace(note=note)])
            return int(found[0])

    def move_aside(self, moment: datetime) -> str | None:
        """Move a damaged file out of the way; its new name, or None if another process did so."""
        import fcntl

        self.close()
        with _told(), open(f"{self.path}.lock", "a", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            try:
                self._opened()
            except LedgerTrouble as trouble:
                if trouble.word != "damaged":
                    raise
            else:
                return None
            self.close()
            name = f"{self.path}.damaged-{moment.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}"
            for ending in ("-wal", "-shm", ""):
                with contextlib.suppress(FileNotFoundError):
                    os.replace(f"{self.path}{ending}", f"{name}{ending}")
            return name

    def read(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with self._reading() as connection:
            return connection.execute(query, values).fetchall()

    def kept(self, where: str = "1", values: Sequence[Any] = ()) -> Iterator[Kept]:
        """The lines for which `where` holds, the oldest first."""
        query = (
            f"SELECT number, {_COLUMNS}, previous, hash FROM lines WHERE {where} ORDER BY number"  # noqa: S608  our own texts, values apart
        )
        with self._reading() as connection:
            for row in connection.execute(query, values):
                yield Kept(row[0], Line(*row[1:-2]), row[-2], row[-1])

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with _told():
            connection = self._connect_to_read()
            try:
                yield connection
            finally:
                connection.close()

    def _connect_to_read(self) -> sqlite3.Connection:
        uri = f"{self.path.absolute().as_uri()}?mode=ro"
        try:
            return _read_only(uri)
        except sqlite3.OperationalError:
            # On a full disk or in a read-only folder SQLite cannot make the file that readers and
            # writers share; nobody writes then, and what the log has handed over can be read.
            log = f"{self.path}-wal"
            if os.path.exists(log) and os.path.getsize(log):
                raise
            return _read_only(f"{uri}&immutable=1")

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction; whatever fails leaves the file as it was."""
        with _told():
            try:
                connection = self._opened()
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise

    def _roll_back(self) -> None:
        """Undo, and stay: while one connection is there, others can read even on a full disk."""
        try:
            if self._connection is not None and self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
        except sqlite3.Error:
            self.close()

    def _opened(self) -> sqlite3.Connection:
        if self._connection is not None and self._moved():
            self.close()
        if self._connection is None:
            with _told():
                self._connection = self._open()
        return self._connection

    def _moved(self) -> bool:
        """Whether another file stands under the name, or none: that one is written from now on."""
        try:
            return os.stat(self.path).st_ino != self._inode
        except OSError:
            return True

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640))
        self._inode = os.stat(self.path).st_ino
        connection = sqlite3.connect(
            self.path, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise LedgerTrouble("damaged", "quick_check")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > FORMAT:
            raise LedgerTrouble("future", f"format {version}")
        connection.execute("PRAGMA journal_mode = WAL")
        # A power cut is what the journal is for: what it took stays on the disk.
        connection.execute("PRAGMA synchronous = FULL")
        if version < FORMAT:
            connection.execute("BEGIN IMMEDIATE")
            for statement in _SCHEMA:
                connection.execute(statement)
            connection.execute("COMMIT")


def _read_only(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, timeout=WAIT_SECONDS)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _append(connection: sqlite3.Connection, lines: Sequence[Line]) -> None:
    row = connection.execute("SELECT number, hash FROM lines ORDER BY number DESC LIMIT 1")
    number, head = row.fetchone() or (0, ORIGIN)
    for line in lines:
        number, previous, head = number + 1, head, link(head, line)
        connection.execute(
            f"INSERT INTO lines VALUES ({_MARKS})",  # noqa: S608  marks only
            (number, *line, previous, head),
        )
        _follow(connection, line)


def _follow(connection: sqlite3.Connection, line: Line) -> None:
    """The states in which all checks are, which outlive the lines that tell them."""
    texts = (line.key, line.headline_de, line.headline_en)
    if line.kind == "change":
        connection.execute(
            "INSERT OR REPLACE INTO states (site, name, state, since, key, headline_de,"
            " headline_en) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (line.site, line.name, line.after, (*moments(line), line.at)[0], *texts),
        )
    elif line.kind == "finding":
        connection.execute(
            "UPDATE states SET key = ?, headline_de = ?, headline_en = ?"
            " WHERE site = ? AND name = ?",
            (*texts, line.site, line.name),
        )
