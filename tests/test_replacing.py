"""Files that are written in the place of others: whole, with their permissions, through links."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from apowacht.plugins.core.replacing import replace_file

if TYPE_CHECKING:
    from pathlib import Path


def test_a_new_file_and_its_replacement(tmp_path: Path) -> None:
    """The whole content each time, and no draft beside it."""
    file = tmp_path / "a.ics"
    for blob in (b"x" * 100_000, b"", b"y"):
        replace_file(str(file), blob)
        assert file.read_bytes() == blob
    assert os.listdir(tmp_path) == ["a.ics"]


def test_permissions_stay(tmp_path: Path) -> None:
    """What an administrator has closed stays closed; a new file goes by the umask."""
    file = tmp_path / "a"
    before = os.umask(0o027)
    try:
        replace_file(str(file), b"1")
        assert file.stat().st_mode & 0o7777 == 0o640
        file.chmod(0o600)
        replace_file(str(file), b"2")
    finally:
        os.umask(before)
    assert file.stat().st_mode & 0o7777 == 0o600


def test_a_link_keeps_leading_to_the_file(tmp_path: Path) -> None:
    """Also one that leads to a file that is not there yet."""
    (tmp_path / "kept").mkdir()
    file, link = tmp_path / "kept" / "a", tmp_path / "a"
    link.symlink_to("kept/a")
    for blob in (b"1", b"2"):
        replace_file(str(link), blob)
        assert link.is_symlink()
        assert file.read_bytes() == blob


@pytest.mark.parametrize(
    ("name", "code"),
    [
        (".", errno.EISDIR),
        ("/dev/null", errno.ENOTSUP),
        ("none/a", errno.ENOENT),
        ("a\0b", errno.EINVAL),
        ("pipe", errno.ENOTSUP),
    ],
)
def test_what_cannot_be_replaced_stays(name: str, code: int, tmp_path: Path) -> None:
    """One error with its code; nothing is left beside it."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match=r".") as caught:
        replace_file(os.path.join(tmp_path, name), b"x")
    assert caught.value.errno == code
    assert os.listdir(tmp_path) == ["pipe"]


def test_a_full_disk_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The draft goes, the file stays."""
    file = tmp_path / "a"
    file.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        replace_file(str(file), b"new")
    assert os.listdir(tmp_path) == ["a"]
    assert file.read_bytes() == b"old"
