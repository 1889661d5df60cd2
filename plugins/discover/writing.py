"""The site file on the disk: written once, as a whole, and never over another one."""

from __future__ import annotations

import contextlib
import errno
import os
from typing import TYPE_CHECKING

from apowacht.plugins.core.secret import read_plain

if TYPE_CHECKING:
    from pathlib import Path

MODE = 0o640
FOLDER_MODE = 0o750
NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
LARGEST = 1024 * 1024


def why_not(file: Path) -> str | None:
    """Why the file could not be written here, found out without writing; None if it can."""
    folder = file.parent
    if file.is_dir():
        return os.strerror(errno.EISDIR)
    if os.path.lexists(file):
        return None if os.access(file, os.R_OK) else os.strerror(errno.EACCES)
    if not folder.exists():
        folder = folder.parent  # the last folder is made
    if not folder.is_dir():
        return os.strerror(errno.ENOENT if not folder.exists() else errno.ENOTDIR)
    return None if os.access(folder, os.W_OK | os.X_OK) else os.strerror(errno.EACCES)


def read(file: Path) -> str | None:
    """The text of the file that is there; None where there is none. Raises OSError."""
    try:
        return read_plain(str(file), LARGEST).decode("utf-8", "replace")
    except FileNotFoundError:
        return None


def write_new(file: Path, text: str) -> None:
    """Write the whole file or nothing. Raises FileExistsError when there is one, OSError.

    A draft beside it gets the content; the link to its final name fails if that exists. It belongs
    to the group of its folder, if that may be: who reads the other site files then reads this one.
    """
    with contextlib.suppress(FileExistsError):
        file.parent.mkdir(mode=FOLDER_MODE)
    draft = file.with_name(f".{file.name}.{os.getpid()}.draft")
    handle = os.open(draft, NEW, MODE)
    try:
        _fill(handle, draft.parent, text)
        _publish(draft, file, text)
    finally:
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()


def _fill(handle: int, folder: Path, text: str) -> None:
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as opened:
        with contextlib.suppress(OSError):
            os.fchown(handle, -1, folder.stat().st_gid)
        os.fchmod(handle, MODE)
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())


def _publish(draft: Path, file: Path, text: str) -> None:
    try:
        os.link(draft, file, follow_symlinks=False)
    except OSError as refused:
        # Some network and FAT file systems have no links.
        if refused.errno not in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS):
            raise
        _fill(os.open(file, NEW, MODE), file.parent, text)


def comparison(file: Path, old: str, new: str) -> str:
    """A unified diff from the file to what would be written, as `patch` reads it; "" if equal."""
    from difflib import unified_diff

    lines = unified_diff(
        old.splitlines(keepends=True), new.splitlines(keepends=True), str(file), str(file)
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
                   for line in lines)  # fmt: skip
