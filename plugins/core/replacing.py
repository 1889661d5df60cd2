"""Writing a whole file in the place of another one, so that a reader sees the old or the new."""

from __future__ import annotations

import errno
import os
import stat

MODE = 0o644
"""Of a file that was not there, less what the umask takes; others keep theirs."""


def replace_file(file: str, blob: bytes) -> None:
    """Write a draft beside the file and rename it.

    A link keeps leading to the file that is replaced. Raises OSError, also for what is there and
    is no regular file, such as /dev/null or a folder.
    """
    try:
        place = os.path.realpath(file)
        mode = _mode(place)
        draft = f"{place}.{os.getpid()}-{os.urandom(6).hex()}.tmp"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        handle = os.open(draft, flags, MODE)
    except ValueError:  # a NUL in the name
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), file) from None
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(blob)
        if mode is not None:
            os.chmod(draft, mode)
        os.replace(draft, place)
    except BaseException:
        os.unlink(draft)
        raise


def _mode(place: str) -> int | None:
    """The permissions of the file that is there."""
    try:
        mode = os.stat(place).st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), place)
    if not stat.S_ISREG(mode):
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP), place)
    return stat.S_IMODE(mode)
