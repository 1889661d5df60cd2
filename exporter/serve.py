"""The exporter's process: sockets, signals, an orderly end."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from typing import TYPE_CHECKING

from apowacht.exporter.clients import Client, Server, bound, config_of, renewed_context
from apowacht.exporter.pool import Pool
from apowacht.exporter.station import Station

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from apowacht.exporter.app import Desk
    from apowacht.exporter.settings import Settings

LOG = logging.getLogger("apowacht.exporter")

CLOSE_SECONDS = 10.0
"""How long checks and answers under way may take after the order to end."""
FAREWELL_SECONDS = 1.0
"""How long, of that, readers have for the word that they get no answer any more."""
PAUSE_SECONDS = 0.05
FAILED = 1


def serve(settings: Settings) -> int:
    """Run until SIGTERM or SIGINT; the exit code."""
    logging.basicConfig(
        stream=sys.stderr,
        level=settings.log_level.upper(),
        format="%(levelname)s %(message)s",
        force=True,
    )
    logging.getLogger("uvicorn").setLevel(logging.ERROR)
    _more_files()
    try:
        sockets = list(bound(settings.listen))
    except OSError as error:
        LOG.error("cannot listen: %s", error.strerror or error)
        return FAILED
    station = Station(settings)
    if not station.web.good:  # broken since the command has looked: better none than an open one
        for one in sockets:
            one.close()
        station.close(0)
        return FAILED
    try:
        return asyncio.run(_run(station, sockets))
    finally:
        if not station.close(0):
            LOG.warning("checks were still under way at the end")
        LOG.info("ended")


async def _run(station: Station, sockets: list[socket.socket]) -> int:
    from apowacht.exporter.app import Desk, application

    context = renewed_context(station.web.context) if station.web.secured else None
    Client.allowed = station.web.allows if context is not None else None
    desk = Desk(station)
    server = Server(config_of(application(desk), context))
    end = End(server, station, desk)
    _watch_signals(end, station)
    station.start()
    scheme = "https" if context is not None else "http"
    server.begun = lambda: _begun(station, sockets, scheme)
    serving = asyncio.create_task(server.serve(sockets))
    over = asyncio.create_task(end.over.wait())
    await asyncio.wait({serving, over}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        serving.result()
    while station.busy and end.seconds > 0:
        await asyncio.sleep(PAUSE_SECONDS)
    return 0


class End:
    """Call it for each order to end. The first one begins no more checks and lets those under way,
    and requests, end within CLOSE_SECONDS; with the second one nothing is waited for."""

    def __init__(self, server: Server, station: Station, desk: Desk) -> None:
        self._server, self._station, self._desk = server, station, desk
        self._loop = asyncio.get_running_loop()
        self._deadline = 0.0
        self.over = asyncio.Event()

    @property
    def seconds(self) -> float:
        """How long may be waited yet."""
        return self._deadline - self._loop.time()

    def __call__(self) -> None:
        """Begin to end, or end at once."""
        now = self._loop.time()
        if self._server.should_exit:
            self._deadline = now
            self._desk.close()
        else:
            _notify("STOPPING=1")
            self._server.should_exit = True
            self._deadline = now + CLOSE_SECONDS
            self._station.stop()
            self._loop.call_at(self._deadline - FAREWELL_SECONDS, self._desk.close)
        self._loop.call_at(max(self._deadline, now + FAREWELL_SECONDS), self._cut)

    def _cut(self) -> None:
        """Who has not even taken the word of the end."""
        self._server.abort()
        self._loop.call_later(FAREWELL_SECONDS, self.over.set)


def _begun(station: Station, sockets: list[socket.socket], scheme: str) -> None:
    """Say where it listens, and whether it should."""
    for one in sockets:
        host, port = one.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        LOG.info("listening on %s://%s:%d", scheme, shown, port)
    if not station.protected:
        LOG.warning(
            "others can reach this exporter without TLS, or without users or client "
            "certificates; see --web-config-file"
        )
    _notify("READY=1")


def _watch_signals(end: End, station: Station) -> None:
    loop = asyncio.get_running_loop()
    reload = Reloads(station.reload)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    loop.add_signal_handler(signal.SIGHUP, reload)


class Reloads:
    """Call it for each signal, in one thread. Signals that come before their reload has begun are
    one; a storm of them does not keep the process from ending."""

    def __init__(self, function: Callable[[], object]) -> None:
        self._function = function
        self._pool = Pool("reload", 1, 1, 0)
        self._waiting = False

    def __call__(self) -> None:
        """Soon, in another thread."""
        if not self._waiting:
            self._waiting = True
            self._pool.submit(self._run)

    def _run(self, _: object) -> None:
        self._waiting = False
        try:
            self._function()
        except Exception:
            LOG.exception("the configuration was not read again")


def _more_files() -> None:
    """As many open files as the system lets us have: each device and reader takes one."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < hard:
        most = hard if hard != resource.RLIM_INFINITY else 65536
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 65536), hard))
        except (OSError, ValueError):
            LOG.debug("the limit of open files stays at %d", soft)


def _notify(text: str) -> None:
    """Tell systemd, where it asks for that (sd_notify(3))."""
    place = os.environ.get("NOTIFY_SOCKET")
    if not place:
        return
    import socket

    address = "\0" + place[1:] if place.startswith("@") else place
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        try:
            told.sendto(text.encode(), address)
        except OSError as error:
            LOG.debug("systemd: %s", error)
