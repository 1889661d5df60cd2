"""New lines of a log: rotation, truncation, half lines, huge lines, and where to begin."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.wire.logtail import BLOCK, LONGEST_LINE, Position, Tail

if TYPE_CHECKING:
    from pathlib import Path


def number(line: bytes) -> float | None:
    """A line's moment: the number before its first blank."""
    first = line.partition(b" ")[0]
    return float(first) if first.isdigit() else None


def lines(log: Path | str, position: Position | None = None, since: float = 0.0) -> list[bytes]:
    """The lines behind a position."""
    return read(log, position, since)[0]


def read(
    log: Path | str, position: Position | None = None, since: float = 0.0
) -> tuple[list[bytes], Position, Tail]:
    """The lines behind a position, where the reading ended, and the reader."""
    tail = Tail(str(log), position, since, number)
    text = b"".join(tail.blocks(lambda: False))
    assert not text or text.endswith(b"\n")
    assert tail.position is not None
    # A position survives the state file.
    return text.split(b"\n")[:-1], Position.of(json.loads(json.dumps(tail.position))), tail  # type: ignore[return-value]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of two lines."""
    path = tmp_path / "fetch.log"
    path.write_bytes(b"1 a\n2 b\n")
    return path


def test_a_second_run_reads_only_what_is_new(log: Path) -> None:
    """Nothing twice, nothing left out."""
    first, position, _ = read(log)
    assert first == [b"1 a", b"2 b"]
    assert lines(log, position) == []
    with log.open("ab") as file:
        file.write(b"3 c\n")
    assert lines(log, position) == [b"3 c"]


def test_a_line_being_written_is_left_for_later(log: Path) -> None:
    """Half a line, even half a letter, is read when its end is there."""
    with log.open("ab") as file:
        file.write("3 ü".encode()[:-1])
    first, position, _ = read(log)
    assert first == [b"1 a", b"2 b"]
    with log.open("ab") as file:
        file.write("ü".encode()[-1:] + b" end\n4")
    assert lines(log, position) == ["3 ü end".encode()]


@pytest.mark.parametrize("name", ["fetch.log.1", "fetch.log-20261124", "fetch-2026-11-24.log"])
def test_a_renamed_log_is_read_to_its_end(log: Path, name: str) -> None:
    """What was written between the last run and the rotation is not lost, nor read twice."""
    _, position, _ = read(log)
    with log.open("ab") as file:
        file.write(b"3 c\n")
    log.rename(log.with_name(name))
    assert lines(log, position) == [b"3 c"]  # before the new one is made
    log.write_bytes(b"")
    assert lines(log, position) == [b"3 c"]
    log.write_bytes(b"4 d\n")
    new, position, _ = read(log, position)
    assert new == [b"3 c", b"4 d"]
    assert lines(log, position) == []


def test_two_rotations_between_two_runs(log: Path) -> None:
    """Every file from the known one on is read, in the order of their age."""
    _, position, _ = read(log)
    with log.open("ab") as file:
        file.write(b"3 c\n")
    second = log.with_name("fetch.log.2")
    log.rename(second)
    os.utime(second, (1000, 1000))
    first = log.with_name("fetch.log.1")
    first.write_bytes(b"4 d\n")
    os.utime(first, (2000, 2000))
    log.write_bytes(b"5 e\n")
    assert lines(log, position) == [b"3 c", b"4 d", b"5 e"]


def test_a_log_that_was_copied_and_truncated(log: Path) -> None:
    """The copy is known by its content, and the truncated file is read from its beginning."""
    _, position, _ = read(log)
    with log.open("ab") as file:
        file.write(b"3 c\n")
    log.with_name("fetch.log.1").write_bytes(log.read_bytes())
    os.truncate(log, 0)
    new, position, _ = read(log, position)
    assert new == [b"3 c"]
    with log.open("ab") as file:
        file.write(b"4 d\n")
    new, position, _ = read(log, position)
    assert new == [b"4 d"]
    assert lines(log, position) == []


def test_a_writer_that_leaves_a_hole(log: Path) -> None:
    """After a truncation some writers go on at their old place: the hole before it is no line."""
    _, position, _ = read(log)
    with log.open("wb") as file:
        file.seek(3 * BLOCK + 5)
        file.write(b"3 c\n4 d\n")
    new, position, _ = read(log, position)
    assert new == [b"3 c", b"4 d"]
    assert lines(log, position) == []


def test_a_truncated_log_is_read_anew(log: Path) -> None:
    """Shorter than before, and no copy: another content."""
    _, position, _ = read(log)
    log.write_bytes(b"3 c\n")
    new, _, tail = read(log, position)
    assert new == [b"3 c"]
    assert not tail.resumed


def test_a_replaced_log_is_noticed(log: Path) -> None:
    """Another file of the same name and size, even with the same inode, is another file."""
    _, position, _ = read(log)
    log.write_bytes(b"7 x\n8 y\n9 z\n")
    new, _, tail = read(log, position)
    assert new == [b"7 x", b"8 y", b"9 z"]
    assert not tail.resumed


def test_a_line_without_an_end_of_its_own(log: Path) -> None:
    """The last line of a file that nobody writes any more needs no newline."""
    with log.open("ab") as file:
        file.write(b"3 c")
    log.rename(log.with_name("fetch.log.1"))
    log.write_bytes(b"4 d\n")
    assert lines(log) == [b"1 a", b"2 b", b"3 c", b"4 d"]


def test_huge_lines_are_passed_over(log: Path) -> None:
    """A line of megabytes hides nothing behind it, also when it ends in a later run."""
    with log.open("ab") as file:
        file.write(b"x" * (5 * BLOCK) + b"\n3 c\n" + b"y" * (2 * BLOCK))
    new, position, tail = read(log)
    assert new == [b"1 a", b"2 b", b"3 c"]
    assert tail.passed_over == 2
    with log.open("ab") as file:
        file.write(b"z" * LONGEST_LINE + b"\n4 d\n")
    new, position, tail = read(log, position)
    assert new == [b"4 d"]
    assert not tail.passed_over


def test_the_beginning_is_searched_from_the_end(tmp_path: Path) -> None:
    """Without a place to go on from, only about the wanted lines are read, none of them missed."""
    log = tmp_path / "fetch.log"
    log.write_bytes(b"".join(b"%d %s\n" % (at, b"." * 90) for at in range(100_000)))
    found = lines(log, since=99_000)
    assert found[-1].startswith(b"99999 ")
    begin = int(found[0].partition(b" ")[0])
    assert 90_000 < begin <= 99_000
    assert len(found) == 100_000 - begin


def test_a_log_without_moments_is_read_whole(tmp_path: Path) -> None:
    """When no line tells its moment there is nothing to search by."""
    log = tmp_path / "fetch.log"
    log.write_bytes(b"no number here\n" * 100_000)
    assert len(lines(log, since=5)) == 100_000


def test_old_rotated_files_are_left_alone(log: Path) -> None:
    """A file that was last written before the wanted time holds nothing wanted."""
    old = log.with_name("fetch.log.1")
    old.write_bytes(b"0 z\n")
    os.utime(old, (5, 5))
    assert lines(log, since=10) == [b"1 a", b"2 b"]
    assert lines(log, since=1) == [b"0 z", b"1 a", b"2 b"]


def test_other_logs_beside_it_are_not_its_own(log: Path) -> None:
    """Only dates and numbers make a rotated name."""
    for name in ("fetch.log.gz", "fetch-errors.log", "fetch22.log", "fetch.log.1.gz", "fetch.log~"):
        log.with_name(name).write_bytes(b"0 other\n")
    log.with_name("fetch.log.2").mkdir()
    os.mkfifo(log.with_name("fetch.log.3"))
    assert lines(log) == [b"1 a", b"2 b"]


def test_a_file_for_each_day(tmp_path: Path) -> None:
    """A name with a star means the newest file, and goes on with the next day's."""
    (tmp_path / "fetch-23.log").write_bytes(b"1 a\n")
    os.utime(tmp_path / "fetch-23.log", (5, 5))
    pattern = tmp_path / "fetch-*.log"
    first, position, _ = read(pattern)
    assert first == [b"1 a"]
    (tmp_path / "fetch-24.log").write_bytes(b"2 b\n")
    assert lines(pattern, position) == [b"2 b"]


def test_reading_stops_and_goes_on(tmp_path: Path) -> None:
    """What there was no time for is read by the next run."""
    log = tmp_path / "fetch.log"
    log.write_bytes(b"".join(b"%d %s\n" % (at, b"." * 90) for at in range(30_000)))
    turns = iter([False, True])
    tail = Tail(str(log), None, 0, number)
    first = b"".join(tail.blocks(lambda: next(turns)))
    assert tail.behind
    rest = b"\n".join(lines(log, tail.position)) + b"\n"
    assert first + rest == log.read_bytes()


@pytest.mark.parametrize("told", [None, 5, [], [1, 2, 3], [1, -2, 3, 4, 0], ["1", 2, 3, 4, 0]])
def test_a_position_of_nonsense_is_none(told: object) -> None:
    """Whatever stands in the state file."""
    assert Position.of(told) is None


def test_a_missing_log_is_named(tmp_path: Path) -> None:
    """File, reason, and nothing else."""
    with pytest.raises(OwnTrouble) as trouble:
        Tail(str(tmp_path / "no" / "x.log"), None, 0, number)
    assert trouble.value.reason == "log_missing"
    with pytest.raises(OwnTrouble) as trouble:
        Tail(str(tmp_path / "*.log"), None, 0, number)
    assert trouble.value.reason == "log_missing"


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    """A folder and a pipe are no logs, and nobody waits for a pipe."""
    os.mkfifo(tmp_path / "pipe")
    for name in (tmp_path, tmp_path / "pipe", "/dev/null"):
        with pytest.raises(OwnTrouble) as trouble:
            Tail(str(name), None, 0, number)
        assert trouble.value.reason == "log_not_file"


@pytest.mark.skipif(os.geteuid() != 0, reason="root: needs another user's id")
def test_a_forbidden_log_names_the_user(log: Path) -> None:
    """Who needs the permission stands in the sentence."""
    log.chmod(0o600)
    log.parent.chmod(0o755)
    script = (
        "import os, sys; from apowacht.plugins.wire.logtail import Tail\n"
        "from apowacht.plugins.core.errors import OwnTrouble\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "try: Tail('fetch.log', None, 0, None)\n"
        "except OwnTrouble as trouble: print(trouble.reason, trouble.values['user'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=log.parent, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["log_forbidden", "nobody"]


def test_no_file_stays_open(log: Path) -> None:
    """Neither after reading nor after trouble."""
    before = len(os.listdir("/proc/self/fd"))
    read(log)
    with pytest.raises(OwnTrouble):
        Tail(str(log.parent), None, 0, number)
    log.rename(log.with_name("fetch.log.1"))
    log.mkdir()
    with pytest.raises(OwnTrouble):
        Tail(str(log), None, 0, number)
    assert len(os.listdir("/proc/self/fd")) == before


def test_the_marks_do_not_hold_a_line(log: Path) -> None:
    """16 bits each cannot give away what stands in a log."""
    position = read(log)[1]
    assert 0 < position.head < 1 << 16
    assert 0 < position.tail < 1 << 16
