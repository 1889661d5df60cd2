"""What a check remembers between two runs: one small file per key, shared by several users.

Icinga (`nagios`), Checkmk (often root) and the exporter write to the same folder. A file is
replaced by renaming, so the folder's own permission decides, not the owner of the old file;
runs wait for each other at a lock file per key, for which reading permission is enough.

There are two ways in. `read` and `change` are for memory that makes an answer better: they
never fail, and say in `trouble` why nothing was kept. `reserve` is for limits that protect
others: it hands out a result only after that is safely on the disk, and raises otherwise.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from time import monotonic, sleep, time
from typing import TYPE_CHECKING, Any

from apowacht.plugins.core.errors import OwnTrouble

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Data = dict[str, Any]
    Change = Callable[[Data], Data | None]

FORMAT = 1
SYSTEM_FOLDER = "/var/lib/apowacht"
LARGEST = 1024 * 1024
# How far ahead of the clock a file may have been saved: steps of NTP after a start are usual
# for memory; a limit waits for the clock instead.
CLOCK_JUMP = 300.0
CLOCK_JITTER = 2.0
LEFTOVER_AGE = 3600.0

_SHARED = 0o664
# Others may write to the folder: no link is followed, and no pipe can make a run wait.
_SAFE = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
_READ = os.O_RDONLY | _SAFE
_WRITE = os.O_WRONLY | _SAFE
_BOTH = os.O_RDWR | _SAFE

_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_LOCK = {errno.ENOLCK, errno.EBADF, errno.ENOTSUP, errno.EDEADLK}
_NOT_A_FILE = {errno.ELOOP, errno.EISDIR, errno.ENXIO, errno.EINVAL}


class StateTrouble(OwnTrouble):
    """The state cannot be used. Values: `folder`, `file` (a path or ""), `detail`.

    Reasons: state_folder (none, or not usable), state_readonly, state_full, state_locked,
    state_corrupt, state_newer (written by a later version), state_future (clock), state_beside
    (there is a common folder, and it is not the one in use).
    """


class Store:
    """The folder of state files of one run.

    `trouble` is the reason code of the last call, None when all went well; `troubles` holds
    every different trouble so far, for the report. A key (site, check, target, name) and the
    data stand readable in the file: neither may hold a secret or an identity. `clock` gives
    seconds since 1970.
    """

    def __init__(self, folder: str | None = None, *, clock: Callable[[], float] = time) -> None:
        named = folder or os.environ.get("APOWACHT_STATE_DIR")
        self.folder = named or choose_folder(os.environ)
        self._shared = bool(named)
        self._beside = not named and self.folder != SYSTEM_FOLDER and os.path.isdir(SYSTEM_FOLDER)
        self.trouble: str | None = None
        self.troubles: list[StateTrouble] = []
        self.clock = clock

    def path(self, topic: str, key: tuple[str, ...]) -> str:
        """Where the state of this key is kept. Raises StateTrouble without a folder."""
        if not self.folder:
            raise StateTrouble("state_folder", folder="", file="", detail=os.strerror(errno.ENOENT))
        return os.path.join(self.folder, file_name(topic, key))

    def read(self, topic: str, key: tuple[str, ...]) -> Data:
        """What was kept, {} when there is nothing usable; `trouble` says why. Takes no lock."""
        self.trouble = None
        try:
            return self._load(self.path(topic, key), key, CLOCK_JUMP)
        except StateTrouble as trouble:
            self._note(trouble)
        except OSError as error:
            self._note(self._explain(error, topic, key))
        return {}

    def change(self, topic: str, key: tuple[str, ...], function: Change, wait: float = 1.0) -> Data:
        """Read, let `function` make the new data of the old, and write them, under a lock.

        `function` gets a dict of its own; None means: leave it as it was. Returns the data that
        hold now. On trouble returns what `function` makes of {}, and `trouble` is set: what a
        check does then must be right without any memory. A file with unusable content counts as
        trouble too, but is replaced. `wait` is the longest time in seconds for the lock.
        """
        self.trouble = None
        try:
            with _Lock(self._ready(topic, key), wait):
                return self._exchange(topic, key, function)
        except StateTrouble as trouble:
            self._note(trouble)
        except OSError as error:
            self._note(self._explain(error, topic, key))
        return function({}) or {}

    def reserve(
        self, topic: str, key: tuple[str, ...], function: Change, wait: float = 1.0
    ) -> Data:
        """As `change`, for limits that protect others: durable on return, or StateTrouble.

        Raises whenever the state cannot be locked, read or written, is damaged, was written by
        a later version, or lies in the future; and in a user's own folder beside the common one:
        each user would have a limit of his own. A key that was never used gives {}.
        """
        self.trouble = None
        try:
            if self._beside:
                raise StateTrouble("state_beside", folder=SYSTEM_FOLDER, file="", detail="")
            path = self._ready(topic, key)
            with _Lock(path, wait):
                old = self._load(path, key, CLOCK_JITTER)
                new = function(dict(old))
                if new is None:
                    return old
                self._save(path, key, new, durable=True)
                return new
        except StateTrouble as trouble:
            self._note(trouble)
            raise
        except OSError as error:
            told = self._explain(error, topic, key)
            self._note(told)
            raise told from error

    def tidy(self) -> None:
        """Remove what killed runs left half written. Done now and then by itself."""
        try:
            names = [name for name in os.listdir(self.folder or "") if name.endswith(".tmp")]
        except OSError:
            return  # tidying is a courtesy
        for name in names:
            path = os.path.join(self.folder or "", name)
            try:
                if ".json." in name and time() - os.lstat(path).st_mtime > LEFTOVER_AGE:
                    os.unlink(path)
            except OSError:
                continue  # another run was faster, or it is not ours to remove

    def _exchange(self, topic: str, key: tuple[str, ...], function: Change) -> Data:
        path = self.path(topic, key)
        damage: StateTrouble | None = None
        try:
            old = self._load(path, key, CLOCK_JUMP)
        except StateTrouble as trouble:
            old, damage = {}, trouble
        except OSError as error:  # such as a file of another user that nobody else may read
            old, damage = {}, self._explain(error, topic, key)
        new = function(dict(old))
        if new is not None:
            self._save(path, key, new, durable=False)
        if damage is not None:
            self._note(damage)
        return old if new is None else new

    def _ready(self, topic: str, key: tuple[str, ...]) -> str:
        """The path of this key, in a folder that exists from here on."""
        path = self.path(topic, key)
        folder = os.path.dirname(path)
        if not os.path.isdir(folder):
            _make_folder(folder, shared=self._shared)
        return path

    def _load(self, path: str, key: tuple[str, ...], ahead: float) -> Data:
        """The data in this file, {} when it does not exist. Raises StateTrouble, OSError."""
        try:
            handle = os.open(path, _READ)
        except FileNotFoundError:
            return {}
        try:
            info = os.fstat(handle)
            if not stat.S_ISREG(info.st_mode) or info.st_size > LARGEST:
                raise self._damage("state_corrupt", path)
            blob = _read_all(handle)
        finally:
            os.close(handle)
        return self._decode(blob, path, key, ahead)

    def _decode(self, blob: bytes, path: str, key: tuple[str, ...], ahead: float) -> Data:
        import json

        try:
            record = json.loads(blob)
        except (ValueError, RecursionError) as error:
            raise self._damage("state_corrupt", path) from error
        if not isinstance(record, dict):
            raise self._damage("state_corrupt", path)
        version, saved, data = record.get("format"), record.get("saved"), record.get("data")
        if isinstance(version, int) and version > FORMAT:
            raise self._damage("state_newer", path, f"format {version}")
        if version != FORMAT or not isinstance(data, dict) or record.get("key") != list(key):
            raise self._damage("state_corrupt", path)
        if not isinstance(saved, int | float) or saved != saved:  # NaN
            raise self._damage("state_corrupt", path)
        if saved > self.clock() + ahead:
            raise self._damage("state_future", path, f"+{saved - self.clock():.0f} s")
        return data

    def _save(self, path: str, key: tuple[str, ...], data: Data, *, durable: bool) -> None:
        import json

        record = {"format": FORMAT, "key": list(key), "saved": self.clock(), "data": data}
        blob = json.dumps(record, allow_nan=False).encode() + b"\n"
        if len(blob) > LARGEST:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), path)
        mark = os.urandom(8)
        draft = f"{path}.{os.getpid()}-{mark.hex()}.tmp"
        handle = os.open(draft, _WRITE | os.O_CREAT | os.O_EXCL, _SHARED)
        try:
            try:
                _share(handle)
                _fill(handle, blob, durable=durable)
            finally:
                os.close(handle)
            _replace(draft, path, blob, durable=durable)
        except BaseException:
            _remove(draft)
            raise
        if mark[0] < 4:
            self.tidy()

    def _damage(self, reason: str, path: str, detail: str = "") -> StateTrouble:
        return StateTrouble(reason, folder=self.folder, file=path, detail=detail)

    def _explain(self, error: OSError, topic: str, key: tuple[str, ...]) -> StateTrouble:
        """The trouble behind what the operating system said."""
        if error.errno in _FULL:
            reason = "state_full"
        elif error.errno in _FORBIDDEN:
            reason = "state_readonly"
        elif isinstance(error, TimeoutError) or error.errno in _NO_LOCK:
            reason = "state_locked"
        elif error.errno in _NOT_A_FILE:
            reason = "state_corrupt"
        else:
            reason = "state_folder"
        detail = os.strerror(error.errno) if error.errno else str(error)
        return StateTrouble(reason, folder=self.folder, file=self.path(topic, key), detail=detail)

    def _note(self, trouble: StateTrouble) -> None:
        self.trouble = trouble.reason
        if all(trouble.reason != known.reason for known in self.troubles):
            self.troubles.append(trouble)


def choose_folder(environ: Mapping[str, str], system: str = SYSTEM_FOLDER) -> str | None:
    """The folder when none was named: the system's if writable, else the user's, else None."""
    if os.access(system, os.W_OK | os.X_OK):
        return system
    if sys.platform == "win32":
        local = environ.get("LOCALAPPDATA")
        return os.path.join(local, "apowacht") if local else None
    base = environ.get("XDG_STATE_HOME", "")
    if os.path.isabs(base):  # the XDG Base Directory specification: ignore relative ones
        return os.path.join(base, "apowacht")
    home = environ.get("HOME", "")
    return os.path.join(home, ".local", "state", "apowacht") if os.path.isabs(home) else None


def file_name(topic: str, key: tuple[str, ...]) -> str:
    """A name that a person can read and that no two keys are likely to share."""
    plain = "-".join(part for part in key if part).lower()
    slug = "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in plain)
    return f"{topic}-{slug[:48]}-{_fingerprint(key)}.json"


def _fingerprint(key: tuple[str, ...]) -> str:
    """FNV-1a, 64 bits: hashlib would load OpenSSL, which costs more than all the rest here.

    Two keys with one name do no harm: the key stands in the file and is compared.
    """
    total = 0xCBF29CE484222325
    for byte in "\0".join(key).encode("utf-8", "surrogatepass"):
        total = (total ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{total:016x}"


def _make_folder(folder: str, *, shared: bool) -> None:
    """Make a missing folder: a named one for its group, the user's own for nobody else."""
    os.makedirs(folder, mode=0o775 if shared else 0o700, exist_ok=True)
    if shared and sys.platform != "win32":
        try:
            # Whatever the umask is; files in it inherit the group.
            os.chmod(folder, 0o2775)  # noqa: S103 - sharing with its group is its purpose
        except PermissionError:
            return  # another user's run was faster


class _Lock:
    """Exclusive use of one key, among processes and threads; ends with the process.

    The lock file is never removed: whoever waits for it would then hold a lock on nothing.
    Raises TimeoutError after `wait` seconds, OSError when there can be no lock file.
    """

    def __init__(self, path: str, wait: float) -> None:
        self._file = path + ".lock"
        self._end = monotonic() + wait
        self._handle = -1

    def __enter__(self) -> None:
        pause = 0.001
        while not self._taken():
            left = self._end - monotonic()
            if left <= 0:
                raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
            sleep(min(pause, left))
            pause = min(pause * 1.5, 0.02)

    def __exit__(self, *_: object) -> None:
        os.close(self._handle)

    def _taken(self) -> bool:
        self._handle = _open_lock(self._file)
        try:
            # A file that someone cleaned away meanwhile keeps nobody else out.
            if _try_lock(self._handle) and _same_file(self._handle, self._file):
                return True
        except BaseException:
            os.close(self._handle)
            raise
        os.close(self._handle)
        return False


def _open_lock(path: str) -> int:
    """A handle on the lock file, made when it is missing.

    Never O_CREAT on a file that may exist: Linux refuses that for a file of another user in a
    folder with the sticky bit (fs.protected_regular). A file of another user that was made
    without group permission is locked through a read-only handle.
    """
    for _ in range(3):
        try:
            return _regular(os.open(path, _BOTH))
        except FileNotFoundError:
            pass
        except PermissionError:
            return _regular(os.open(path, _READ))
        try:
            handle = os.open(path, _BOTH | os.O_CREAT | os.O_EXCL, _SHARED)
        except FileExistsError:
            continue
        _share(handle)
        return handle
    raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK), path)


def _regular(handle: int) -> int:
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    return handle


def _try_lock(handle: int) -> bool:
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EDEADLK):
                return False
            raise
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _same_file(handle: int, path: str) -> bool:
    try:
        there = os.stat(path, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return os.path.samestat(os.fstat(handle), there)


def _read_all(handle: int) -> bytes:
    parts = []
    while part := os.read(handle, 65536):
        parts.append(part)
    return b"".join(parts)


def _fill(handle: int, blob: bytes, *, durable: bool) -> None:
    """Write all of it from the start, and nothing behind it."""
    rest = memoryview(blob)
    while rest:
        rest = rest[os.write(handle, rest) :]
    os.ftruncate(handle, len(blob))
    if durable:
        os.fsync(handle)


def _share(handle: int) -> None:
    """Readable and writable for the group, whatever the umask says."""
    if sys.platform != "win32":
        os.fchmod(handle, _SHARED)


def _replace(draft: str, path: str, blob: bytes, *, durable: bool) -> None:
    """Put the draft in the place of the file, for good when `durable`."""
    try:
        os.replace(draft, path)
    except PermissionError as refused:
        # A folder with the sticky bit lets nobody rename over a file of another user. Its
        # content may still be written; the lock keeps other writers away.
        _overwrite(path, blob, refused, durable=durable)
        os.unlink(draft)
    if durable and sys.platform != "win32":
        folder = os.open(os.path.dirname(path) or ".", os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _overwrite(path: str, blob: bytes, refused: PermissionError, *, durable: bool) -> None:
    try:
        handle = os.open(path, _WRITE)
    except OSError:
        raise refused from None
    try:
        info = os.fstat(handle)
        # A second name would mean that somebody lends us a file from elsewhere to spoil.
        if not stat.S_ISREG(info.st_mode) or info.st_nlink != 1:
            raise refused
        _fill(handle, blob, durable=durable)
    finally:
        os.close(handle)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return  # it is left for `tidy`
