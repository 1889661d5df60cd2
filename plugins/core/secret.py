"""Passwords and keys: read from a file or the environment, and kept out of every text."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from apowacht.plugins.core.errors import OwnTrouble

if TYPE_CHECKING:
    from collections.abc import Iterable

LARGEST = 64 * 1024
MASK = "***"
# Anything shorter stands in ordinary texts and numbers by chance.
SHORTEST_MASKED = 4


def read_secret(option: str, file: str | None = None, env: str | None = None) -> str | None:
    """The first line of `file`, else the value of the environment variable `env`, else None.

    `option` is the option's name, for the sentence. Tolerated: a byte order mark, CRLF, UTF-16
    as Windows editors write it, Latin-1. Spaces belong to the secret. Raises OwnTrouble:
    "secret_unreadable" (option, file, detail) and "secret_empty" (option, file; `file` is "$NAME"
    for a variable). A variable without any value is none: Icinga sets one so for every macro of a
    command's `env` that a service does not have.
    """
    if file is not None:
        try:
            blob = read_plain(file, LARGEST)
        except OSError as error:
            detail = os.strerror(error.errno or errno.EINVAL)
            raise OwnTrouble(
                "secret_unreadable", option=option, file=file, detail=detail
            ) from error
        return _first_line(_decode(blob), option, file)
    value = os.environ.get(env) if env else None
    return _first_line(value, option, f"${env}") if value else None


def read_plain(file: str, largest: int) -> bytes:
    """The content of a regular file of at most `largest` bytes. Raises OSError.

    Folders, pipes and devices are refused before they are opened: a pipe would block, and some
    devices act on being opened.
    """
    try:
        _regular(os.stat(file), file, largest)
        flags = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        handle = os.open(file, os.O_RDONLY | flags)
    except ValueError:  # a NUL in the name
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), file) from None
    with os.fdopen(handle, "rb") as opened:
        _regular(os.fstat(handle), file, largest)
        blob = opened.read(largest + 1)
    if len(blob) > largest:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), file)
    return blob


def mask(text: str, secrets: Iterable[str]) -> str:
    """The text with every secret of at least four characters replaced, however it is quoted."""
    forms = {
        form for secret in secrets if len(secret) >= SHORTEST_MASKED for form in _forms(secret)
    }
    for form in sorted(forms, key=len, reverse=True):
        text = text.replace(form, MASK)
    return text


def _forms(secret: str) -> set[str]:
    """The ways in which a secret may stand in a text: as it is, in Python, JSON and an URL."""
    if secret.isascii() and secret.isalnum():
        return {secret}
    import json
    from urllib.parse import quote

    quoted = {quote(secret, safe=safe, errors="surrogatepass") for safe in ("", "/")}
    return {secret, repr(secret)[1:-1], json.dumps(secret)[1:-1], *quoted}


def _regular(info: os.stat_result, file: str, largest: int) -> None:
    if stat.S_ISDIR(info.st_mode):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), file)
    if not stat.S_ISREG(info.st_mode):
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP), file)
    if info.st_size > largest:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), file)


def _decode(blob: bytes) -> str:
    if blob.startswith((b"\xff\xfe", b"\xfe\xff")):
        return blob.decode("utf-16", "replace")
    try:
        return blob.decode("utf-8-sig")
    except UnicodeDecodeError:
        return blob.decode("latin-1")


def _first_line(text: str, option: str, file: str) -> str:
    line = text.partition("\n")[0].rstrip("\r")
    if not line.strip():
        raise OwnTrouble("secret_empty", option=option, file=file)
    return line
