"""The journal: nothing that it took is lost, and nothing that it holds can be changed unnoticed."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from watches import NOON, HandClock, until

from apowacht.exporter.board import Change
from apowacht.exporter.clock import SYNCHRONISED, Clock, kernel_quality
from apowacht.exporter.evidence import KINDS, ORIGIN, Kept, Line, csv_text, link, utc, verify
from apowacht.exporter.journal import Journal
from apowacht.exporter.ledger import Ledger, LedgerTrouble
from apowacht.plugins.core.report import State

EVER = (NOON - timedelta(days=9000), NOON + timedelta(days=9000))
OK, BAD = State.OK, State.CRITICAL


def change(
    at: datetime,
    before: State | None = OK,
    after: State = BAD,
    *,
    site: str = "a",
    name: str = "ups",
    key: str = "power.on_battery",
) -> Change:
    """A change of state."""
    told = ("Strom weg", "power is out")
    return Change(at, site, name, "ups", before, after, told, key, "", None, 60.0)


@pytest.fixture
def clock() -> HandClock:
    """A clock for the test to move."""
    return HandClock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the journal lies."""
    return tmp_path / "journal.db"


def kinds(path: Path) -> list[str]:
    """The kinds of all lines in the file."""
    return [kept.line.kind for kept in Ledger(path).kept()]


def test_what_is_written_is_read_again(path: Path, clock: HandClock) -> None:
    """Changes of one site in a span, with all that belongs to them."""
    journal = Journal(path, clock=clock)
    journal.write(change(NOON, None, OK, key=""))
    journal.write(change(NOON + timedelta(minutes=5)))
    journal.write(change(NOON + timedelta(minutes=6), site="b"))
    assert journal.flush()
    told = journal.changes("a", *EVER)
    assert [(c.at, c.before, c.after, c.key) for c in told] == [
        (NOON, None, OK, ""),
        (NOON + timedelta(minutes=5), OK, BAD, "power.on_battery"),
    ]
    assert told[1].headline == ("Strom weg", "power is out")
    assert journal.changes("a", NOON + timedelta(minutes=1), NOON + timedelta(minutes=5)) == []
    assert journal.states_at("a", NOON + timedelta(minutes=5)) == {"ups": OK}
    assert journal.states_at("a", NOON + timedelta(minutes=6)) == {"ups": BAD}
    assert journal.states_at("a", NOON) == {}
    journal.close()
    kept = [kept for kept in Ledger(path).kept() if kept.line.kind == "change"]
    assert {(k.line.clock, k.line.clock_offset_seconds, k.line.interval_seconds) for k in kept} == {
        (SYNCHRONISED, 0.001, 60.0)
    }
    assert stat_mode(path) == 0o640


def stat_mode(path: Path) -> int:
    """The permission bits."""
    return path.stat().st_mode & 0o777 | 0o040  # a strict umask may take the group's


def test_another_failure_class_in_the_same_state_is_no_change(path: Path) -> None:
    """It is a line of its own kind, for the evidence, and moves no since."""
    journal = Journal(path, clock=HandClock())
    journal.write(change(NOON))
    journal.write(change(NOON + timedelta(minutes=1), BAD, BAD, key="power.low_battery"))
    journal.close()
    assert len(journal.changes("a", *EVER)) == 1
    assert "finding" in kinds(path)
    last = journal.last_states()["a", "ups"]
    assert (last.state, last.since, last.key) == (BAD, NOON, "power.low_battery")


def test_an_order_to_end_writes_all(path: Path) -> None:
    """A thousand changes in one go are all there, in order, after `close`."""
    journal = Journal(path, clock=HandClock())
    for number in range(1000):
        journal.write(change(NOON + timedelta(seconds=number), name=f"w{number}"))
    journal.close()
    assert [c.name for c in journal.changes("a", *EVER)] == [f"w{n}" for n in range(1000)]
    assert kinds(path)[0] == "start"
    assert kinds(path)[-1] == "stop"
    assert journal.proof().broken is None


def test_the_chain_tells_any_change(path: Path) -> None:
    """A changed text, a line taken out, one added, another order: each is found at its place."""
    journal = Journal(path, clock=HandClock())
    for number in range(20):
        journal.write(change(NOON + timedelta(seconds=number), name=f"w{number}"))
    journal.close()
    proof = journal.proof()
    assert (proof.lines, proof.broken) == (22, None)
    whole = list(Ledger(path).kept())
    assert proof.head == whole[-1].hash
    forged = whole[7]._replace(line=whole[7].line._replace(headline_de="alles gut"))
    renumbered = whole[8]._replace(number=9)
    cases = [
        ([*whole[:7], forged, *whole[8:]], 8),
        ([*whole[:7], *whole[8:]], 9),
        ([*whole[:7], whole[8], whole[7], *whole[9:]], 9),
        ([*whole[:9], renumbered, *whole[9:]], 9),
        (whole[3:], 4),
    ]
    for lines, broken in cases:
        assert verify(lines).broken == broken
    assert verify(whole[:-1]).broken is None  # the missing end is told by the head noted before
    assert verify(whole[:-1]).head != proof.head


def test_a_forged_chain_needs_every_later_hash() -> None:
    """A line with a hash that fits itself still breaks the next one."""
    lines, head = [], ORIGIN
    for number in range(1, 4):
        line = Line("change", float(number), "a", "ups")
        lines.append(Kept(number, line, head, link(head, line)))
        head = lines[-1].hash
    forged = lines[1].line._replace(after=0)
    lines[1] = Kept(2, forged, lines[1].previous, link(lines[1].previous, forged))
    assert verify(lines).broken == 3


WRITER = """
import sys, time
from datetime import datetime, timedelta, UTC
from apowacht.exporter.board import Change
from apowacht.exporter.journal import Journal
from apowacht.plugins.core.report import State
journal = Journal(sys.argv[1])
print("begun", flush=True)
for number in range(int(sys.argv[3])):
    at = datetime.now(UTC)
    told = (f"Nummer {number}", f"number {number}")
    journal.write(Change(at, sys.argv[2], f"w{number}", "ups", None, State.OK, told))
    if number % 50 == 49:
        journal.flush()
        print(number, flush=True)
journal.close()
"""


def writer(path: Path, site: str, count: int) -> subprocess.Popen[str]:
    """A process that writes so many changes, and says how many are on the disk."""
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), site, str(count)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def test_two_processes_share_a_file(path: Path) -> None:
    """Neither loses a line, and the chain of both together is whole."""
    processes = [writer(path, site, 200) for site in ("a", "b")]
    for process in processes:
        process.communicate(timeout=60)
        assert process.returncode == 0
    lines = list(Ledger(path).kept())
    counted = Counter(kept.line.site for kept in lines if kept.line.kind == "change")
    assert counted == {"a": 200, "b": 200}
    assert verify(lines).broken is None
    assert "gap" not in kinds(path)


def test_a_kill_leaves_whole_lines(path: Path) -> None:
    """Killed in the middle of writing: what it said was written is there, the chain is whole, and
    the next process goes on with it."""
    process = writer(path, "a", 1_000_000)
    assert process.stdout is not None
    said = -1
    for line in process.stdout:
        if line.strip().isdigit():
            said = int(line)
        if said >= 199:
            break
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate(timeout=30)
    said = max([said, *(int(line) for line in rest.split() if line.isdigit())])
    journal = Journal(path)
    journal.close()
    names = {kept.line.name for kept in Ledger(path).kept()}
    assert {f"w{number}" for number in range(said + 1)} <= names
    assert journal.proof().broken is None
    assert kinds(path)[-2:] == ["start", "stop"]


def test_a_full_disk_loses_nothing_that_fits_in_memory(
    path: Path, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    """While the file cannot grow, changes wait and can be read; afterwards they are written."""
    journal = Journal(path, clock=clock, retry_seconds=0.05)
    journal.write(change(NOON, name="before"))
    assert journal.flush()
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, old[1]))
    try:
        for number in range(300):
            journal.write(change(NOON + timedelta(seconds=number), name=f"w{number}"))
        until(lambda: journal.stats["trouble"], "the trouble is told")
        assert journal.stats["trouble"] in ("full", "io")
        assert not journal.flush(0.2)
        assert len(journal.changes("a", *EVER)) == 301
        assert journal.last_states()["a", "w299"].state is BAD
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
    assert journal.flush()
    until(lambda: not journal.stats["trouble"], "it has recovered")
    journal.close()
    assert len([k for k in kinds(path) if k == "change"]) == 301
    assert journal.proof().broken is None
    assert journal.stats["lost_total"] == 0
    assert [r.message for r in caplog.records if "wait in memory" in r.message]


def fill(file: Path) -> None:
    """Write until the disk is full."""
    with file.open("wb", buffering=0) as full, suppress(OSError):
        while full.write(b"x" * 4096):
            pass


@pytest.mark.peer
def test_a_full_file_system_loses_nothing_that_fits_in_memory(tmp_path: Path) -> None:
    """The same on a real file system of 400 KiB that another file fills and leaves again."""
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", disk], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("a tmpfs cannot be mounted: " + made.stderr.decode(errors="replace").strip())
    try:
        journal = Journal(disk / "j.db", clock=HandClock(), retry_seconds=0.05)
        journal.write(change(NOON, name="before"))
        assert journal.flush()
        filler = disk / "filler"
        fill(filler)
        for number in range(300):
            journal.write(change(NOON + timedelta(seconds=number), name=f"w{number}"))
        until(lambda: journal.stats["trouble"] == "full", "the disk is full")
        filler.unlink()
        assert journal.flush()
        journal.close()
        assert journal.proof().broken is None
        assert kinds(disk / "j.db").count("change") == 301
    finally:
        subprocess.run(["umount", disk], check=True)


def test_what_does_not_fit_in_memory_is_counted(path: Path) -> None:
    """The first lines are kept, the others are lost, and a line says how many."""
    journal = Journal(path, clock=HandClock(), most_pending=10, retry_seconds=0.05)
    assert journal.flush()
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        for number in range(25):
            journal.write(change(NOON, name=f"w{number}"))
        assert journal.stats["lost_total"] == 15
        other.execute("COMMIT")
    other.close()
    assert journal.flush(20)
    journal.close()
    assert [c.name for c in journal.changes("a", *EVER)] == [f"w{n}" for n in range(10)]
    lost = [kept.line.note for kept in Ledger(path).kept() if kept.line.kind == "lost"]
    assert lost == ["15"]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A path below a file: everything stays in memory, nothing is raised, reading says so."""
    (tmp_path / "file").write_text("")
    journal = Journal(tmp_path / "file" / "j.db", clock=HandClock(), retry_seconds=0.05)
    journal.write(change(NOON))
    until(lambda: journal.stats["trouble"] == "readonly", "the trouble is told")
    assert journal.last_states()["a", "ups"].state is BAD
    with pytest.raises(LedgerTrouble):
        journal.changes("a", *EVER)
    journal.close()


READER = """
import urllib.parse  # as of Python 3.13 pathlib imports it late: without rights, too late
import os, sys
from apowacht.exporter.journal import Journal
from apowacht.exporter.clock import Clock
os.setgid(65534); os.setuid(65534)
journal = Journal(sys.argv[1], retry_seconds=0.05)
print(journal.stats["trouble"], sorted(journal.last_states()))
journal.close()
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody without rights")
def test_a_read_only_file_still_tells_the_last_states(path: Path, clock: HandClock) -> None:
    """A process without the right to write starts with what the file holds."""
    journal = Journal(path, clock=clock)
    journal.write(change(NOON))
    journal.close()
    folder = Path("/tmp") / f"journal-{os.getpid()}"
    folder.mkdir(mode=0o755)
    try:
        copy = folder / "j.db"
        shutil.copy(path, copy)
        copy.chmod(0o444)
        done = subprocess.run(
            [sys.executable, "-c", READER, copy],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            check=False,
        )
    finally:
        shutil.rmtree(folder)
    assert done.stdout == "readonly [('a', 'ups')]\n", done.stderr


@pytest.mark.parametrize("damage", ["text", "middle", "truncated"])
def test_a_damaged_file_is_moved_aside(path: Path, clock: HandClock, damage: str) -> None:
    """It is kept under another name, a new file begins with a line that names it."""
    journal = Journal(path, clock=clock)
    for number in range(400):
        journal.write(change(NOON, name=f"w{number}"))
    journal.close()
    whole = path.read_bytes()
    told = {
        "text": b"not a database at all" * 50,
        "middle": whole[:8192] + b"\xaa" * 30000 + whole[38192:],
        "truncated": whole[: len(whole) // 2],
    }
    path.write_bytes(told[damage])
    journal = Journal(path, clock=clock, retry_seconds=0.05)
    journal.write(change(NOON))
    assert journal.flush()
    stats = journal.stats
    journal.close()
    assert (stats["moved_total"], stats["trouble"]) == (1, "")
    aside = [p for p in path.parent.iterdir() if ".damaged-" in p.name]
    assert [p.read_bytes() for p in aside] == [told[damage]]
    assert kinds(path)[:2] == ["moved", "start"]
    assert next(iter(Ledger(path).kept())).line.note == aside[0].name
    assert journal.proof().broken is None


def test_a_file_damaged_while_it_is_written_is_moved_aside(path: Path) -> None:
    """Overwritten under a running exporter: no check stops, and later changes are kept."""
    journal = Journal(path, clock=HandClock(), retry_seconds=0.05)
    assert journal.flush()
    path.write_bytes(b"\0" * 5000)
    Path(f"{path}-wal").unlink(missing_ok=True)
    for number in range(20):
        journal.write(change(NOON, name=f"w{number}"))
    assert journal.flush(30)
    journal.close()
    assert len(journal.changes("a", *EVER)) == 20
    assert journal.proof().broken is None


def test_a_file_taken_away_is_made_anew(path: Path) -> None:
    """As when somebody tidies up: later lines go to a new file under the name."""
    journal = Journal(path, clock=HandClock())
    assert journal.flush()
    for ending in ("", "-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)
    journal.write(change(NOON))
    assert journal.flush()
    journal.close()
    assert len(journal.changes("a", *EVER)) == 1


def test_a_file_of_a_later_version_is_left_alone(path: Path) -> None:
    """An old exporter neither writes to it nor moves it aside."""
    with sqlite3.connect(path) as made:
        made.execute("PRAGMA user_version = 99")
    made.close()
    before = path.read_bytes()
    journal = Journal(path, clock=HandClock(), retry_seconds=0.05)
    assert journal.stats["trouble"] == "future"
    journal.close()
    assert path.read_bytes() == before


def test_a_time_when_nobody_watched_is_a_gap(path: Path, clock: HandClock) -> None:
    """From the last beat of one process to the start of the next, and no short restart is one."""
    journal = Journal(path, clock=clock)
    clock.move(30)
    journal.beat()
    journal.flush()
    journal.close()
    ended = clock.wall()
    clock.move(20)
    Journal(path, clock=clock).close()
    assert "gap" not in kinds(path)
    ended = clock.wall()
    clock.move(3600)
    journal = Journal(path, clock=clock)
    assert journal.gaps(*EVER) == [(ended, clock.wall())]
    middle = ended + timedelta(minutes=10), ended + timedelta(minutes=20)
    assert journal.gaps(*middle) == [middle]
    assert journal.gaps(NOON - timedelta(days=1), NOON) == []
    journal.close()


def test_a_process_that_stood_still_has_a_gap_of_its_own(path: Path, clock: HandClock) -> None:
    """A computer that slept: the next beat tells it."""
    journal = Journal(path, clock=clock)
    fell_asleep = clock.wall()
    clock.move(7200)
    journal.beat()
    journal.close()
    assert journal.gaps(*EVER) == [(fell_asleep, clock.wall())]


@pytest.mark.parametrize("jump", [-7200.0, 86400.0])
def test_a_clock_that_jumps_is_told_and_is_no_gap(
    path: Path, clock: HandClock, jump: float
) -> None:
    """Set back or forward while it runs: a line says by how much, lines keep their order."""
    journal = Journal(path, clock=clock)
    journal.write(change(clock.wall(), None, OK))
    clock.move(30)
    clock.jump(jump)
    journal.beat()
    journal.write(change(clock.wall()))
    journal.close()
    notes = [kept.line.note for kept in Ledger(path).kept() if kept.line.kind == "clock"]
    assert notes == [f"{jump:.1f}"]
    assert "gap" not in kinds(path)
    assert [c.after for c in journal.changes("a", *EVER)] == [OK, BAD]
    assert journal.proof().broken is None


def test_a_clock_set_back_between_two_processes_is_told(path: Path, clock: HandClock) -> None:
    """The last beat lies in the future: that is no gap, and the journal goes on."""
    Journal(path, clock=clock).close()
    clock.jump(-86400)
    journal = Journal(path, clock=clock)
    journal.close()
    notes = [kept.line.note for kept in Ledger(path).kept() if kept.line.kind == "clock"]
    assert notes == ["-86400.0"]
    assert journal.gaps(*EVER) == []


def test_only_the_retention_deletes_and_says_so(path: Path, clock: HandClock) -> None:
    """Lines older than the setting go, the line about it stays, the chain still holds, and the
    states outlive their lines."""
    journal = Journal(path, clock=clock)
    journal.write(change(clock.wall(), None, OK, name="quiet"))
    journal.close()
    clock.move(300 * 86400)
    journal = Journal(path, clock=clock)
    journal.write(change(clock.wall()))
    journal.close()
    clock.move(200 * 86400)
    journal = Journal(path, clock=clock, days=400)
    until(lambda: "retention" in kinds(path), "old lines are deleted")
    journal.close()
    assert [c.name for c in journal.changes("a", *EVER)] == ["ups"]
    assert journal.last_states()["a", "quiet"].state is OK
    proof = journal.proof()
    assert proof.broken is None
    lines = list(Ledger(path).kept())
    assert verify([k for k in lines if k.line.kind != "retention"]).broken is not None
    note = next(k.line.note for k in lines if k.line.kind == "retention")
    assert note is not None
    assert note.split()[0] == str(lines[0].number - 1)


def test_a_clock_that_may_be_wrong_deletes_nothing(path: Path) -> None:
    """Without synchronisation a date far ahead is no reason to drop evidence."""
    clock = HandClock()
    journal = Journal(path, clock=clock)
    journal.write(change(clock.wall()))
    journal.close()
    wrong = HandClock(NOON + timedelta(days=9000 - 1), quality="unsynchronised")
    journal = Journal(path, clock=wrong)
    journal.write(change(NOON, name="later"))
    assert journal.flush()
    journal.close()
    assert len(journal.changes("a", *EVER)) == 2
    assert "retention" not in kinds(path)


def test_the_csv_holds_every_field_and_no_formula(path: Path) -> None:
    """With the hashes, the exact time, and a note where a spreadsheet would calculate."""
    journal = Journal(path, clock=HandClock())
    journal.write(change(NOON, name="=1+1"))
    journal.close()
    text = csv_text(journal.lines(*EVER, site="a"))
    head, *rows = text.split("\r\n")
    assert head.startswith("number,at_utc,kind,at,site,name,check,before,after,key,headline_de")
    assert len(rows) == 4
    row = next(row for row in rows if ",change," in row)
    assert "2026-11-24T12:00:00.000+00:00" in row
    assert ",'=1+1," in row
    assert csv_text(journal.lines(*EVER, site="other")).count(",change,") == 0
    assert utc(1e30) == ""


def test_any_text_can_be_kept(path: Path) -> None:
    """Half a surrogate, a NUL, ten thousand letters: the thread lives on, the chain holds."""
    journal = Journal(path, clock=HandClock())
    for name in ("\udcff", "a\0b", "x" * 10_000, "; DROP TABLE lines"):
        journal.write(change(NOON, name=name))
    assert journal.flush()
    journal.close()
    names = [c.name for c in journal.changes("a", *EVER)]
    assert names == ["?", "a\0b", "x" * 10_000, "; DROP TABLE lines"]
    assert journal.proof().broken is None


def test_every_kind_of_line_is_explained() -> None:
    """The list of kinds is what readers of an export are given."""
    of_checks = {"change", "finding", "held"}
    assert KINDS.keys() == of_checks | {
        "start", "stop", "gap", "clock", "lost", "moved", "retention"
    }  # fmt: skip


def test_the_kernel_tells_whether_the_clock_is_synchronised() -> None:
    """One of three words, with the errors only where it is synchronised; read, never set."""
    quality = kernel_quality()
    assert quality.state in ("synchronised", "unsynchronised", "unknown")
    assert (quality.error_seconds is not None) == (quality.state == "synchronised")
    clock = Clock()
    assert clock.quality() is clock.quality()
    assert abs(clock.wall().timestamp() - datetime.now().timestamp()) < 5
