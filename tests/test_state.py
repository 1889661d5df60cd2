"""State files: what is kept, what trouble does to it, and who may share them."""

from __future__ import annotations

import ast
import errno
import json
import os
import resource
import shutil
import signal
import stat
import subprocess
import sys
import time
import warnings
from typing import TYPE_CHECKING, Any

import pytest
from timing import SPARE_SECONDS

from apowacht.plugins.core.state import (
    FORMAT,
    LARGEST,
    LEFTOVER_AGE,
    StateTrouble,
    Store,
    choose_folder,
    file_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Data = dict[str, Any]

KEY = ("süd", "ups", "192.0.2.7", "USV Büro")
NOBODY = 65534
GROUP = 54321

as_root = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0, reason="root: needs other users' ids"
)


def count(data: Data) -> Data:
    """One more than before."""
    return {"n": data.get("n", 0) + 1}


def start_child(work: Callable[[], Any], uid: int = 0, umask: int = 0o022) -> tuple[int, int]:
    """Fork a child that does `work` as that user; its process id and where its result comes."""
    receive, send = os.pipe()
    with warnings.catch_warnings():
        # Threads that other tests left behind do not matter to the few lines of the child.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child:
        os.close(send)
        return child, receive
    try:
        os.umask(umask)
        if uid:
            os.setgroups([])
            os.setgid(GROUP)
            os.setuid(uid)
        result = work()
    except BaseException as error:
        result = f"{error!r}"
    os.write(send, repr(result).encode())
    os._exit(0)


def result_of(started: tuple[int, int]) -> Any:
    """What the child found, after its end."""
    child, receive = started
    with os.fdopen(receive, "rb") as pipe:
        literal = pipe.read().decode()
    os.waitpid(child, 0)
    return ast.literal_eval(literal)


def as_user(uid: int, work: Callable[[], Any], umask: int = 0o022) -> Any:
    """What `work` returns in a process of another user."""
    return result_of(start_child(work, uid, umask))


@pytest.fixture
def open_path() -> Iterator[str]:
    """A folder whose parents every user may pass; pytest's own are closed."""
    import tempfile

    folder = tempfile.mkdtemp(prefix="apowacht-test-")
    os.chmod(folder, 0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"mount: a small tmpfs is not permitted here ({mounted.stderr.strip()})")
    yield disk
    subprocess.run(["umount", disk], check=True)


def file_of(store: Store, key: tuple[str, ...] = KEY) -> str:
    """The path of the one key the tests use."""
    return store.path("debounce", key)


def test_what_was_changed_is_read_by_a_later_run(tmp_path: Path) -> None:
    """The next run of the same key gets the data, another key gets nothing."""
    store = Store(str(tmp_path))
    assert store.read("debounce", KEY) == {}
    assert store.change("debounce", KEY, count) == {"n": 1}
    later = Store(str(tmp_path))
    assert later.change("debounce", KEY, count) == {"n": 2}
    assert later.read("debounce", KEY) == {"n": 2}
    assert later.read("debounce", ("nord", *KEY[1:])) == {}
    assert later.read("family", KEY) == {}
    assert later.trouble is None
    assert later.troubles == []


def test_the_file_tells_what_it_is(tmp_path: Path) -> None:
    """Name and content are readable: topic, key, format, time and data."""
    store = Store(str(tmp_path), clock=lambda: 1_700_000_000.5)
    store.change("debounce", KEY, count)
    assert os.path.basename(file_of(store)).startswith("debounce-s_d_ups_192_0_2_7_usv_b_ro-")
    with open(file_of(store), encoding="utf-8") as file:
        assert json.load(file) == {
            "format": FORMAT,
            "key": list(KEY),
            "saved": 1_700_000_000.5,
            "data": {"n": 1},
        }


def test_parts_of_a_key_do_not_run_together() -> None:
    """Keys that differ only in where one part ends have different files."""
    assert file_name("t", ("ab", "c")) != file_name("t", ("a", "bc"))
    assert file_name("t", ("a", "")) != file_name("t", ("", "a"))
    assert "/" not in file_name("t", ("../../etc", "x/y", "\0"))
    assert len(file_name("t", ("x" * 5000,))) < 120


def test_nothing_is_written_when_nothing_is_to_change(tmp_path: Path) -> None:
    """A function that returns None leaves the file alone and gives what it holds."""
    store = Store(str(tmp_path))
    assert store.change("debounce", KEY, lambda data: None) == {}
    assert not os.path.exists(file_of(store))
    store.change("debounce", KEY, count)
    assert store.change("debounce", KEY, lambda data: None) == {"n": 1}
    assert store.reserve("debounce", KEY, lambda data: None) == {"n": 1}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 100,
        b'{"format": 1, "key": ["s',
        b"[]",
        b"null",
        b"\xff\xfe{",
        b"[" * 100_000,
        b" " * (LARGEST + 1),
        json.dumps({"format": 1, "key": ["other"], "saved": 1.0, "data": {}}).encode(),
        json.dumps({"format": 1, "key": list(KEY), "saved": 1.0, "data": []}).encode(),
        json.dumps({"format": 1, "key": list(KEY), "saved": "x", "data": {}}).encode(),
        json.dumps({"format": 1, "key": list(KEY), "saved": float("nan"), "data": {}}).encode(),
        json.dumps({"format": 0, "key": list(KEY), "saved": 1.0, "data": {}}).encode(),
    ],
    ids=[
        "empty",
        "zeros",
        "truncated",
        "list",
        "null",
        "not-text",
        "nested",
        "huge",
        "key-of-another",
        "data-no-object",
        "time-no-number",
        "time-nan",
        "unknown-format",
    ],
)
def test_a_damaged_file_is_no_memory_and_is_replaced(tmp_path: Path, content: bytes) -> None:
    """Damage means starting anew with a note for memory, and refusal for a limit."""
    store = Store(str(tmp_path))
    with open(file_of(store), "wb") as file:
        file.write(content)
    assert store.read("debounce", KEY) == {}
    assert store.trouble == "state_corrupt"
    with pytest.raises(StateTrouble) as caught:
        store.reserve("debounce", KEY, count)
    assert caught.value.reason == "state_corrupt"
    assert caught.value.values["file"] == file_of(store)
    assert store.change("debounce", KEY, count) == {"n": 1}
    assert store.trouble == "state_corrupt"
    assert store.change("debounce", KEY, count) == {"n": 2}
    assert store.trouble is None
    assert [trouble.reason for trouble in store.troubles] == ["state_corrupt"]


def test_a_file_of_a_later_version_is_not_understood(tmp_path: Path) -> None:
    """Data of a later format are no memory, and a limit refuses by that reason."""
    store = Store(str(tmp_path))
    with open(file_of(store), "w", encoding="utf-8") as file:
        json.dump({"format": FORMAT + 1, "key": list(KEY), "saved": 1, "data": {"n": 7}}, file)
    assert store.read("debounce", KEY) == {}
    assert store.trouble == "state_newer"
    with pytest.raises(StateTrouble, match="state_newer"):
        store.reserve("debounce", KEY, count)
    assert store.change("debounce", KEY, count) == {"n": 1}


@pytest.mark.parametrize(("ahead", "read"), [(200.0, {"n": 1}), (301.0, {})])
def test_a_file_from_the_future_is_no_memory(
    tmp_path: Path, ahead: float, read: dict[str, int]
) -> None:
    """A clock that was wrong by up to five minutes does no harm; more makes it forget."""
    Store(str(tmp_path), clock=lambda: 1000.0 + ahead).change("debounce", KEY, count)
    store = Store(str(tmp_path), clock=lambda: 1000.0)
    assert store.read("debounce", KEY) == read
    assert store.trouble == (None if read else "state_future")


def test_a_limit_waits_for_the_clock(tmp_path: Path) -> None:
    """A limit saved in the future refuses until the clock has caught up."""
    Store(str(tmp_path), clock=lambda: 1010.0).reserve("limit", KEY, count)
    with pytest.raises(StateTrouble, match="state_future"):
        Store(str(tmp_path), clock=lambda: 1000.0).reserve("limit", KEY, count)
    assert Store(str(tmp_path), clock=lambda: 1010.0).reserve("limit", KEY, count) == {"n": 2}


def test_two_runs_at_once_lose_nothing(tmp_path: Path) -> None:
    """Eight processes that count to 50 each, by both ways in, make exactly 400."""

    def work() -> int:
        store = Store(str(tmp_path))
        for _ in range(25):
            store.change("debounce", KEY, count, wait=60)
            store.reserve("debounce", KEY, count, wait=60)
        return len(store.troubles)

    children = [start_child(work) for _ in range(8)]
    assert [result_of(child) for child in children] == [0] * 8
    assert Store(str(tmp_path)).read("debounce", KEY) == {"n": 400}
    assert not [name for name in os.listdir(tmp_path) if name.endswith(".tmp")]


def test_threads_of_one_process_lose_nothing(tmp_path: Path) -> None:
    """The exporter's threads exclude each other as processes do."""
    from concurrent.futures import ThreadPoolExecutor

    def work(_: int) -> None:
        for _ in range(25):
            Store(str(tmp_path)).change("debounce", KEY, count, wait=60)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    assert Store(str(tmp_path)).read("debounce", KEY) == {"n": 150}


def hold_the_lock(folder: Path) -> tuple[int, int]:
    """Start a child that holds the lock until it is ended; returns when it has it."""
    ready, told = os.pipe()

    def work() -> None:
        def stay(data: Data) -> Data:
            os.write(told, b"x")
            signal.pause()
            return data

        Store(str(folder)).change("debounce", KEY, stay)

    child = start_child(work)
    assert os.read(ready, 1) == b"x"
    os.close(ready)
    os.close(told)
    return child


def test_a_lock_that_is_held_costs_no_more_than_the_wait(tmp_path: Path) -> None:
    """A hanging run keeps others waiting only as long as they want; then memory is empty."""
    child = hold_the_lock(tmp_path)
    try:
        store = Store(str(tmp_path))
        began = time.monotonic()
        assert store.change("debounce", KEY, count, wait=0.2) == {"n": 1}
        assert 0.2 <= time.monotonic() - began < 0.2 + SPARE_SECONDS
        assert store.trouble == "state_locked"
        with pytest.raises(StateTrouble, match="state_locked"):
            store.reserve("debounce", KEY, count, wait=0)
        assert store.change("debounce", ("other",), count, wait=0) == {"n": 1}
        assert store.trouble is None
    finally:
        os.kill(child[0], signal.SIGKILL)
        os.waitpid(child[0], 0)
        os.close(child[1])


def test_a_killed_run_holds_no_lock(tmp_path: Path) -> None:
    """The lock of a process that was killed is free at once."""
    child = hold_the_lock(tmp_path)
    os.kill(child[0], signal.SIGKILL)
    os.waitpid(child[0], 0)
    os.close(child[1])
    assert Store(str(tmp_path)).reserve("debounce", KEY, count, wait=0) == {"n": 1}


def test_a_lock_file_that_vanished_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lock on a file that was cleaned away does not count; the new file is locked."""
    from apowacht.plugins.core import state

    store = Store(str(tmp_path))
    lock = file_of(store) + ".lock"
    attempts: list[int] = []
    try_lock = state._try_lock

    def clean_first(handle: int) -> bool:
        if not attempts:
            os.unlink(lock)
        attempts.append(handle)
        return try_lock(handle)

    monkeypatch.setattr(state, "_try_lock", clean_first)
    assert store.reserve("debounce", KEY, count) == {"n": 1}
    assert len(attempts) == 2
    assert os.path.exists(lock)


@as_root
@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_three_users_share_a_folder_of_their_group(open_path: str, umask: int) -> None:
    """Icinga, Checkmk's root and the exporter replace each other's files in any order."""
    folder = os.path.join(open_path, "state")
    os.mkdir(folder)
    os.chown(folder, 2001, GROUP)
    os.chmod(folder, 0o2775)

    def work() -> tuple[int, int, list[str]]:
        store = Store(folder)
        n = store.change("debounce", KEY, count)["n"]
        m = store.reserve("limit", KEY, count)["n"]
        return n, m, [trouble.reason for trouble in store.troubles]

    for n, uid in enumerate([0, 2001, 2002, 0, 2003, 2002, 2001], start=1):
        assert as_user(uid, work, umask) == (n, n, [])
    for name in os.listdir(folder):
        info = os.stat(os.path.join(folder, name))
        assert stat.S_IMODE(info.st_mode) == 0o664
        assert info.st_gid == GROUP


@as_root
def test_three_users_share_a_folder_with_the_sticky_bit(open_path: str) -> None:
    """Where nobody may rename over another's file, its content is written in place."""
    folder = os.path.join(open_path, "state")
    os.mkdir(folder)
    os.chown(folder, 0, GROUP)
    os.chmod(folder, 0o3775)

    def work() -> tuple[int, int, list[str]]:
        store = Store(folder)
        n = store.change("debounce", KEY, lambda old: {**count(old), "pad": "x" * uid})["n"]
        m = store.reserve("limit", KEY, count)["n"]
        return n, m, [trouble.reason for trouble in store.troubles]

    for n, uid in enumerate([2003, 2001, 0, 2002, 2001], start=1):
        assert as_user(uid, work) == (n, n, [])
    assert not [name for name in os.listdir(folder) if name.endswith(".tmp")]


@as_root
def test_a_borrowed_name_in_a_sticky_folder_is_not_written_to(open_path: str) -> None:
    """A second name of someone's file, laid where the state belongs, keeps its content."""
    folder = os.path.join(open_path, "state")
    os.mkdir(folder)
    os.chown(folder, 0, GROUP)
    os.chmod(folder, 0o3775)
    treasure = os.path.join(folder, "treasure")
    with open(treasure, "w", encoding="utf-8") as file:
        file.write("precious")
    os.chmod(treasure, 0o666)
    os.link(treasure, os.path.join(folder, file_name("debounce", KEY)))

    def work() -> str | None:
        store = Store(folder)
        store.change("debounce", KEY, count)
        return store.trouble

    assert as_user(2001, work) == "state_readonly"
    with open(treasure, encoding="utf-8") as file:
        assert file.read() == "precious"


@as_root
def test_a_lock_file_of_root_can_be_locked_by_others(open_path: str) -> None:
    """A lock file that only root may write excludes other users all the same."""
    os.chown(open_path, 2001, GROUP)
    lock = os.path.join(open_path, file_name("debounce", KEY) + ".lock")
    with open(lock, "w", encoding="utf-8"):
        os.chmod(lock, 0o644)
    assert as_user(2001, lambda: Store(open_path).reserve("debounce", KEY, count)) == {"n": 1}

    def locked_out() -> list[str]:
        store = Store(open_path)
        inner = Store(open_path)

        def meanwhile(data: Data) -> Data:
            inner.change("debounce", KEY, count, wait=0)
            return data

        store.change("debounce", KEY, meanwhile)
        return [trouble.reason for trouble in inner.troubles]

    assert as_user(2001, locked_out) == ["state_locked"]
    assert as_user(0, locked_out) == ["state_locked"]


@as_root
def test_a_file_that_only_its_owner_may_read_is_replaced(open_path: str) -> None:
    """An unreadable file in a folder of ours is trouble once, and good afterwards."""
    os.chown(open_path, 2001, GROUP)
    path = os.path.join(open_path, file_name("debounce", KEY))
    with open(path, "w", encoding="utf-8"):
        os.chmod(path, 0o600)

    def work() -> tuple[Data, str | None]:
        store = Store(open_path)
        return store.change("debounce", KEY, count), store.trouble

    assert as_user(2001, work) == ({"n": 1}, "state_readonly")
    assert as_user(2001, work) == ({"n": 2}, None)


@as_root
def test_a_folder_that_may_only_be_read_is_said(open_path: str) -> None:
    """Without permission there is no memory, no traceback, and for a limit a refusal."""
    Store(open_path).change("debounce", KEY, count)

    def work() -> list[object]:
        store = Store(open_path)
        found: list[object] = [store.read("debounce", KEY), store.trouble]
        found += [store.change("debounce", KEY, count), store.trouble]
        found += [store.change("debounce", ("new",), count), store.trouble]
        try:
            store.reserve("debounce", ("new",), count)
        except StateTrouble as trouble:
            found += [trouble.reason, trouble.values["detail"]]
        return found

    denied = os.strerror(errno.EACCES)
    expected = [{"n": 1}, None, {"n": 1}, "state_readonly", {"n": 1}, "state_readonly"]
    assert as_user(NOBODY, work) == [*expected, "state_readonly", denied]


def test_a_file_system_mounted_read_only_is_said(small_disk: Path) -> None:
    """Root, whom no permission stops, gets the same answer from a read-only mount."""
    Store(str(small_disk)).change("debounce", KEY, count)
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    store = Store(str(small_disk))
    assert store.read("debounce", KEY) == {"n": 1}
    assert store.change("debounce", KEY, count) == {"n": 1}
    assert store.trouble == "state_readonly"
    with pytest.raises(StateTrouble, match="state_readonly"):
        store.reserve("debounce", KEY, count)
    assert choose_folder({}, system=str(small_disk)) is None


def test_a_full_disk_keeps_the_old_state(small_disk: Path) -> None:
    """On a full disk the old file stays whole, and nothing half written is left."""
    store = Store(str(small_disk))
    store.change("debounce", KEY, count)
    filler = os.open(small_disk / "filler", os.O_WRONLY | os.O_CREAT)
    assert os.write(filler, b"x" * 65536) < 65536
    os.close(filler)
    assert store.change("debounce", KEY, count) == {"n": 1}
    assert store.trouble == "state_full"
    with pytest.raises(StateTrouble, match="state_full"):
        store.reserve("debounce", KEY, count)
    assert store.read("debounce", KEY) == {"n": 1}
    assert not [name for name in os.listdir(small_disk) if name.endswith(".tmp")]


def test_a_write_that_stops_half_way_keeps_the_old_state(tmp_path: Path) -> None:
    """Without root too: a file that may not grow further is full, the old one stays whole."""
    Store(str(tmp_path)).change("debounce", KEY, count)

    def work() -> tuple[Data, str | None]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
        store = Store(str(tmp_path))
        return store.change("debounce", KEY, count), store.trouble

    assert result_of(start_child(work)) == ({"n": 1}, "state_full")
    assert sorted(os.listdir(tmp_path)) == sorted(
        [file_name("debounce", KEY), file_name("debounce", KEY) + ".lock"]
    )
    assert Store(str(tmp_path)).change("debounce", KEY, count) == {"n": 2}


def test_data_that_could_not_be_read_back_are_not_written(tmp_path: Path) -> None:
    """What is larger than the reading limit is refused when it is written."""
    store = Store(str(tmp_path))
    store.change("debounce", KEY, lambda data: {"x": "y" * LARGEST})
    assert store.trouble == "state_full"
    assert not os.path.exists(file_of(store))


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
@pytest.mark.parametrize("end", ["", ".lock"])
def test_only_plain_files_are_opened(tmp_path: Path, kind: str, end: str) -> None:
    """A link, folder or pipe where a file belongs is neither followed nor waited for."""
    folder = tmp_path / "state"
    folder.mkdir()
    treasure = tmp_path / "treasure"
    treasure.write_text("precious")
    store = Store(str(folder))
    path = file_of(store) + end
    if kind == "link":
        os.symlink(treasure, path)
    elif kind == "folder":
        os.mkdir(path)
    else:
        os.mkfifo(path)
    handles = os.listdir("/proc/self/fd")
    with pytest.raises(StateTrouble, match="state_corrupt"):
        store.reserve("debounce", KEY, count)
    assert store.change("debounce", KEY, count) == {"n": 1}
    assert store.trouble == "state_corrupt"
    assert os.listdir("/proc/self/fd") == handles
    assert treasure.read_text() == "precious"


def test_a_missing_folder_is_made_for_its_group(tmp_path: Path) -> None:
    """A folder that was named and does not exist is made, writable for its group."""
    folder = tmp_path / "a" / "b"
    assert Store(str(folder)).change("debounce", KEY, count) == {"n": 1}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o2775


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_folder_that_is_a_file_is_said(tmp_path: Path, name: str) -> None:
    """A path that cannot become a folder is trouble with the folder."""
    (tmp_path / "file").write_text("")
    store = Store(str(tmp_path / name))
    assert store.read("debounce", KEY) == {}
    assert store.change("debounce", KEY, count) == {"n": 1}
    assert store.trouble == "state_folder"
    with pytest.raises(StateTrouble, match="state_folder"):
        store.reserve("debounce", KEY, count)


def test_the_folder_is_chosen_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Option before environment, before the system's folder if writable, before the user's."""
    system = tmp_path / "system"
    environ = {"HOME": "/home/anna", "XDG_STATE_HOME": "/home/anna/state"}
    assert choose_folder(environ, str(system)) == "/home/anna/state/apowacht"
    system.mkdir()
    assert choose_folder(environ, str(system)) == str(system)
    missing = str(tmp_path / "missing")
    assert choose_folder({"HOME": "/home/anna"}, missing) == "/home/anna/.local/state/apowacht"
    relative = {"HOME": "/h", "XDG_STATE_HOME": "state"}
    assert choose_folder(relative, missing) == "/h/.local/state/apowacht"
    assert choose_folder({}, missing) is None
    monkeypatch.setenv("APOWACHT_STATE_DIR", "/environment")
    assert Store("/option").folder == "/option"
    assert Store().folder == "/environment"


def test_without_any_folder_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A daemon without HOME has no folder: memory is empty, a limit refuses."""
    monkeypatch.delenv("APOWACHT_STATE_DIR", raising=False)
    monkeypatch.setattr("apowacht.plugins.core.state.choose_folder", lambda environ: None)
    store = Store()
    assert store.read("debounce", KEY) == {}
    assert store.change("debounce", KEY, count) == {"n": 1}
    assert store.trouble == "state_folder"
    with pytest.raises(StateTrouble, match="state_folder"):
        store.reserve("debounce", KEY, count)


@as_root
def test_a_home_that_may_not_be_written_is_said(
    open_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A user whose HOME is not writable gets no memory and a reason."""
    for name in ("APOWACHT_STATE_DIR", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", open_path)

    def work() -> tuple[str | None, Data, str | None]:
        store = Store(choose_folder(os.environ, "/nonexistent"))
        return store.folder, store.change("debounce", KEY, count), store.trouble

    folder = os.path.join(open_path, ".local/state/apowacht")
    assert as_user(NOBODY, work) == (folder, {"n": 1}, "state_readonly")


def test_a_private_folder_is_made_for_its_user_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder below HOME is nobody else's business."""
    monkeypatch.delenv("APOWACHT_STATE_DIR", raising=False)
    monkeypatch.setattr(
        "apowacht.plugins.core.state.choose_folder", lambda environ: str(tmp_path / "own")
    )
    Store().change("debounce", KEY, count)
    assert stat.S_IMODE((tmp_path / "own").stat().st_mode) == 0o700


def test_leftovers_of_killed_runs_are_removed(tmp_path: Path) -> None:
    """Half-written files go when they are an hour old; everything else stays."""
    old = tmp_path / "debounce-x-0.json.123-abc.tmp"
    young = tmp_path / "debounce-x-0.json.124-abc.tmp"
    foreign = tmp_path / "report.tmp"
    for file in (old, young, foreign):
        file.write_text("x")
    past = time.time() - LEFTOVER_AGE - 10
    os.utime(old, (past, past))
    os.utime(foreign, (past, past))
    Store(str(tmp_path)).tidy()
    assert sorted(os.listdir(tmp_path)) == sorted([young.name, foreign.name])
    Store(str(tmp_path / "missing")).tidy()


def test_old_leftovers_go_without_being_asked(tmp_path: Path) -> None:
    """Writing often enough removes them by itself."""
    old = tmp_path / "debounce-x-0.json.123-abc.tmp"
    old.write_text("x")
    os.utime(old, (1, 1))
    store = Store(str(tmp_path))
    for _ in range(5000):  # each with a chance of one in 64
        store.change("debounce", KEY, count)
        if not old.exists():
            return
    pytest.fail("5000 writes did not tidy the folder")


def test_a_fault_in_the_function_is_not_hidden(tmp_path: Path) -> None:
    """A mistake in the program stays visible, and the lock is free afterwards."""
    store = Store(str(tmp_path))

    def broken(data: Data) -> Data:
        raise KeyError("mistake")

    with pytest.raises(KeyError, match="mistake"):
        store.change("debounce", KEY, broken)
    with pytest.raises(ValueError, match="not JSON"):
        store.change("debounce", KEY, lambda data: {"x": float("inf")})
    assert store.reserve("debounce", KEY, count, wait=0) == {"n": 1}


def test_importing_is_cheap_and_needs_no_unix_module() -> None:
    """Importing loads neither fcntl nor json nor hashlib, so that Windows can and runs are fast."""
    code = (
        "import sys; import apowacht.plugins.core.state; "
        "print([name for name in ('fcntl', 'json', 'hashlib') if name in sys.modules])"
    )
    path = {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], env=path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_windows_locks_by_its_own_means(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without fcntl the first byte of the lock file is locked; a taken one is waited for."""
    from types import SimpleNamespace

    answers = [OSError(errno.EACCES, "taken"), OSError(errno.EDEADLK, "taken"), None]

    def locking(handle: int, mode: int, size: int) -> None:
        assert (mode, size) == (2, 1)
        answer = answers.pop(0)
        if answer is not None:
            raise answer

    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(LK_NBLCK=2, locking=locking))
    monkeypatch.setattr(sys, "platform", "win32")
    assert Store(str(tmp_path)).change("debounce", KEY, count) == {"n": 1}
    assert answers == []
