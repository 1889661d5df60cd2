"""New lines of a log file that others write, rotate and truncate meanwhile.

`Tail` goes on where an earlier run stood, through renamed and copied files; without such a place it
looks from the end for the beginning of a period of time. Whole lines only, in blocks of bytes.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.plugins.core.errors import OwnTrouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BLOCK = 1024 * 1024
LONGEST_LINE = 64 * 1024
"""Bytes; what is longer is no line of a log and is passed over."""
MOST_FILES = 12
_HEAD, _TAIL = 1024, 256
_PROBE = 64 * 1024
_ROTATED = frozenset("0123456789-_.TZ")
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class Position(NamedTuple):
    """Where a reader stands: in which file, how far, and by what the file is known again.

    The marks are 16 bits each: enough to tell files apart, too few to guess a line from.
    """

    inode: int
    offset: int
    head: int
    tail: int
    within: bool = False
    """In the middle of a line that is too long."""

    @classmethod
    def of(cls, told: Any) -> Position | None:
        """The position that `list(position)` was; None for anything else."""
        if not isinstance(told, list) or len(told) != len(cls._fields):
            return None
        if not all(isinstance(one, int) and one >= 0 for one in told):
            return None
        return cls(told[0], told[1], told[2], told[3], bool(told[4]))


class Tail:
    """The lines behind `position`, or those since the moment `since` (seconds since 1970).

    `moment` reads a line's moment, None where it has none. Raises OwnTrouble: "log_missing",
    "log_forbidden", "log_not_file", "log_unreadable" (file, user, detail).
    """

    def __init__(
        self,
        name: str,
        position: Position | None,
        since: float,
        moment: Callable[[bytes], float | None],
    ) -> None:
        self.position = position
        self.resumed = False
        """Whether everything since `position` is read, and nothing twice."""
        self.behind = False
        """Whether the reading was stopped before the end."""
        self.passed_over = 0
        """Lines that were too long."""
        self._since = since
        self._moment = moment
        self._files = _open_all(name)

    def blocks(self, stop: Callable[[], bool]) -> Iterator[bytes]:
        """Blocks of whole lines, each line with its newline, until the end or until `stop()`."""
        try:
            for file, offset, within, last in self._plan():
                yield from self._read(file, offset, within, stop, last)
                if self.behind:
                    return
        finally:
            self.close()

    def close(self) -> None:
        """Close the files; nothing can be read any more."""
        for file in self._files:
            file.close()

    def _plan(self) -> list[tuple[_File, int, bool, bool]]:
        """Each file to read, where to begin, and whether it is the last one."""
        known = self._known()
        if known is not None and self.position is not None:
            self.resumed = True
            place = self._files.index(known)
            begin = self.position.offset
            if known.size - begin > 8 * _PROBE:  # nobody asked for long: the old does not matter
                begin = max(begin, self._beginning(known))
            within = self.position.within and begin == self.position.offset
            later = [(file, 0, False) for file in self._files[place + 1 :] if file.size]
            found = [(known, begin, within), *later]
        else:
            wanted = [file for file in self._files[:-1] if file.changed >= self._since]
            found = [(file, self._beginning(file), False) for file in [*wanted, self._files[-1]]]
        return [(*one, one is found[-1]) for one in found]

    def _known(self) -> _File | None:
        """The file of the position: renamed, copied, or still the same."""
        stood = self.position
        if stood is None:
            return None
        for file in sorted(self._files, key=lambda file: file.inode != stood.inode):
            maybe = file.size >= stood.offset and (stood.offset or file.inode == stood.inode)
            if maybe and file.marks(stood.offset) == (stood.head, stood.tail):
                return file
        return None

    def _beginning(self, file: _File) -> int:
        """Where the lines since the wanted moment begin, or somewhat earlier: halving."""
        low, high = 0, file.size
        while high - low > 4 * _PROBE:
            middle = (low + high) // 2
            at = self._first_moment(file.at(middle, _PROBE))
            if at is not None and at < self._since:
                low = middle
            else:
                high = middle
        # Lines are written when calls end, so they stand a little out of order.
        low = max(0, low - _PROBE)
        if low:
            low += file.at(low, LONGEST_LINE).find(b"\n") + 1
        return low

    def _first_moment(self, block: bytes) -> float | None:
        for line in block.split(b"\n")[1:-1]:
            at = self._moment(line)
            if at is not None:
                return at
        return None

    def _read(
        self, file: _File, offset: int, within: bool, stop: Callable[[], bool], last: bool
    ) -> Iterator[bytes]:
        rest = b""
        where = offset
        while not stop():
            block = file.at(where, BLOCK)
            if not block:
                break
            where += len(block)
            if within:
                end = block.find(b"\n") + 1
                within = not end
                block = block[end:] if end else b""
            text = rest + block
            if text[:1] == b"\0":  # a file that was truncated under its writer begins with a hole
                text = text.lstrip(b"\0")
            end = text.rfind(b"\n") + 1
            rest = text[end:]
            if len(rest) > LONGEST_LINE:
                rest, within = b"", True
                self.passed_over += 1
            offset = where - len(rest)
            if end:
                self._stand(file, offset, within)
                yield text[:end]
        else:
            self.behind = True
        if rest and not last and not self.behind:  # nobody writes the end of this line any more
            offset = where
            yield rest + b"\n"
        self._stand(file, offset, within)

    def _stand(self, file: _File, offset: int, within: bool) -> None:
        self.position = Position(file.inode, offset, *file.marks(offset), within)


class _File:
    """One open file of a log."""

    def __init__(self, path: str) -> None:
        self._handle = os.open(path, _FLAGS)
        try:
            info = os.fstat(self._handle)
            if not stat.S_ISREG(info.st_mode):
                raise OwnTrouble("log_not_file", file=path)
        except BaseException:
            os.close(self._handle)
            raise
        self.inode: int = info.st_ino
        self.size: int = info.st_size
        self.changed: float = info.st_mtime

    def at(self, offset: int, most: int) -> bytes:
        """At most that many bytes from there, b"" at the end."""
        os.lseek(self._handle, offset, os.SEEK_SET)
        return os.read(self._handle, most)

    def marks(self, offset: int) -> tuple[int, int]:
        """By what the file is known again: its beginning, and what stands before the offset."""
        from zlib import crc32

        head = self.at(0, min(offset, _HEAD))
        length = min(offset, _TAIL)
        return crc32(head) & 0xFFFF, crc32(self.at(offset - length, length)) & 0xFFFF

    def close(self) -> None:
        """Close it; a second time does nothing."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def _open_all(name: str) -> list[_File]:
    """The log and what was rotated away from it, oldest first; the log itself comes last."""
    files: list[_File] = []
    try:
        for path, main in _paths(name):
            try:
                files.append(_File(path))
            except (OSError, OwnTrouble):
                if main:
                    raise
        if not files:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
    except (OSError, OwnTrouble) as error:
        for file in files:
            file.close()
        raise _trouble(error, name) if isinstance(error, OSError) else error from None
    return files


def _paths(name: str) -> list[tuple[str, bool]]:
    """The files' names in the order of their age, and whether one has to be there."""
    named = os.path.lexists(name)
    if not named and ("*" in name or "?" in name):
        from glob import glob

        found = sorted((_changed(path), path) for path in glob(name) if os.path.isfile(path))
        return [(path, path == found[-1][1]) for _, path in found[-MOST_FILES:]]
    rotated = sorted((_changed(path), path) for path in _rotated(name))[-MOST_FILES:]
    paths = [(path, False) for _, path in rotated]
    # Between renaming and making anew only the renamed one is there.
    return [*paths, (name, True)] if named or not paths else paths


def _rotated(name: str) -> Iterator[str]:
    """`x.log.1`, `x.log-20261124`, `x-2026-11-24.log`, `x.1.log` beside `x.log`."""
    folder, base = os.path.split(name)
    stem, extension = os.path.splitext(base)
    try:
        entries = os.listdir(folder or ".")
    except OSError:
        return
    for entry in entries:
        for begin, end in ((base, ""), (stem, extension)):
            between = entry[len(begin) : len(entry) - len(end)]
            fits = entry.startswith(begin) and entry.endswith(end) and between[:1] in tuple("-_.")
            if fits and _ROTATED.issuperset(between) and any(map(str.isdigit, between)):
                yield os.path.join(folder, entry)
                break


def _changed(path: str) -> float:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0


def _trouble(error: OSError, name: str) -> OwnTrouble:
    values = {"file": name, "user": _user(), "detail": os.strerror(error.errno or 0)}
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return OwnTrouble("log_missing", **values)
    if isinstance(error, PermissionError):
        return OwnTrouble("log_forbidden", **values)
    if isinstance(error, IsADirectoryError):
        return OwnTrouble("log_not_file", **values)
    return OwnTrouble("log_unreadable", **values)


def _user() -> str:
    """By which name this run may not read the file."""
    if sys.platform == "win32":
        return os.environ.get("USERNAME", "?")
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())
