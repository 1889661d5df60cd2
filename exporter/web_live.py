"""The web file as it is now: read again when it, its certificate, key or authority has changed; a
bad version never replaces a good one."""

from __future__ import annotations

import logging
import os
import threading
import time
from typing import TYPE_CHECKING

from apowacht.exporter.web_file import WebFile, read_web_file
from apowacht.exporter.web_tls import Unusable, names_of, server_context

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from pathlib import Path

    from apowacht.plugins.sites.model import Mistake

LOG = logging.getLogger("apowacht.exporter")

LOOK_SECONDS = 1.0

Stamp = tuple[tuple[int, int, int] | None, ...]


class Web:
    """What the web file says. `file` None is no file: http without users."""

    def __init__(
        self, file: Path | None, lang: str = "de", *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._file = file
        self._lang = lang
        self._clock = clock
        self._lock = threading.Lock()
        self._told = WebFile()
        self._context: ssl.SSLContext | None = None
        self._stamp: Stamp = ()
        self._looked = float("-inf")
        self.good = True
        self.mistakes: tuple[Mistake, ...] = ()
        if file is not None:
            self._read(first=True)

    def now(self) -> WebFile:
        """The latest good version; looks at the disk once a second at most."""
        with self._lock:
            if self._file is not None and self._clock() - self._looked >= LOOK_SECONDS:
                self._looked = self._clock()
                if self._seen(self._told) != self._stamp:
                    self._read(first=False)
            return self._told

    def context(self) -> ssl.SSLContext:
        """TLS as of now."""
        self.now()
        assert self._context is not None  # noqa: S101
        return self._context

    @property
    def secured(self) -> bool:
        """Whether the exporter speaks TLS; that does not change while it runs."""
        return self._context is not None

    def allows(self, certificate: bytes | None) -> bool:
        """Whether a client's verified certificate holds one of the names wanted, if any are."""
        tls = self._told.tls
        if tls is None or not tls.allowed_sans:
            return True
        return certificate is not None and bool(names_of(certificate) & set(tls.allowed_sans))

    def _read(self, *, first: bool) -> None:
        # Looked at before it is read: what is written meanwhile is read the next time.
        before = _stat(str(self._file))
        told, self.mistakes = read_web_file(str(self._file), self._lang)
        self._stamp = (before, *self._seen(told or self._told)[1:])
        context = None
        if told is not None and told.tls is not None:
            try:
                context = server_context(told.tls)
            except Unusable as unusable:
                LOG.error("web file: %s: %s", unusable.key, unusable.detail)
                told = None
        for mistake in self.mistakes:
            LOG.error("%s:%s: %s", mistake.file, mistake.line, mistake.text)
        if told is not None and not first and (context is None) is self.secured:
            LOG.error("web file: TLS is switched on or off by a restart only")
            told = None
        if told is not None and not first and guarded(self._told) and not guarded(told):
            # A file that is being written is empty for a moment.
            LOG.error("web file: an exporter that knew its readers is opened by a restart only")
            told = None
        self.good = told is not None
        if told is not None:
            self._told, self._context = told, context
            if not first:
                LOG.info("web file read again")

    def _seen(self, told: WebFile) -> Stamp:
        files: list[str | None] = [str(self._file)]
        if told.tls is not None:
            files += [told.tls.cert_file, told.tls.key_file, told.tls.client_ca_file]
        return tuple(_stat(file) for file in files if file)


def guarded(web: WebFile) -> bool:
    """Whether readers must be known: users, or certificates of clients."""
    required = web.tls is not None and web.tls.client_auth == "RequireAndVerifyClientCert"
    return required or bool(web.users)


def _stat(file: str) -> tuple[int, int, int] | None:
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
