"""Connections: whoever is slow, silent or one too many does not keep others waiting."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections import OrderedDict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator, Sequence

LOG = logging.getLogger("apowacht.exporter")

HEAD_SECONDS = 10.0
"""How long a request may take to arrive in full."""
ANSWER_SECONDS = 180.0
"""How long an answer may take, its way to the reader included."""
MOST_UNREAD = 32
UNREAD_SECONDS = 5.0
"""So many readers may leave an answer lying for longer than this; then the first is cut off."""
KEEP_ALIVE_SECONDS = 75
HANDSHAKE_SECONDS = 10.0
FAREWELL_SECONDS = 1.0
MOST_CONNECTIONS = 256
MOST_HEAD_BYTES = 16 * 1024


class Client(H11Protocol):
    """One connection. It has a deadline from its first byte on, and makes room for newer ones
    while it has not asked anything."""

    waiting: ClassVar[OrderedDict[Client, None]] = OrderedDict()
    """Connections of this process whose request has not arrived in full, the oldest first."""
    unread: ClassVar[OrderedDict[Client, float]] = OrderedDict()
    """Connections that do not take their answer, and since when, the oldest first."""
    allowed: ClassVar[Callable[[bytes | None], bool] | None] = None
    """Whether a client's certificate (DER) is one of those that the web file names."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._deadline: asyncio.TimerHandle | None = None
        self._answering: object = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take it, at the expense of the one that has been silent for longest if need be."""
        super().connection_made(transport)
        secured = transport.get_extra_info("ssl_object")
        allowed = type(self).allowed
        if allowed and secured and not allowed(secured.getpeercert(binary_form=True)):
            LOG.warning("a client certificate with other names than client_allowed_sans")
            transport.abort()
            return
        while len(self.connections) > MOST_CONNECTIONS and self.waiting:
            oldest, _ = self.waiting.popitem(last=False)
            oldest.transport.abort()
            self.connections.discard(oldest)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Read on; the deadline stays until the request is whole."""
        if self._deadline is None:
            self._wait()
        super().data_received(data)
        self._begin()

    def on_response_complete(self) -> None:
        """Wait for the next request, as long as uvicorn keeps the connection."""
        super().on_response_complete()
        if self.transport.is_closing():
            return  # the deadline stays: who does not read its end would stay for ever
        if self.cycle is not None and not self.cycle.response_complete:
            self._begin()  # the next of several requests that came together
        else:
            self._until(None)
            self.waiting[self] = None

    def timeout_keep_alive_handler(self) -> None:
        """Take leave, of those who do not read any more, too."""
        super().timeout_keep_alive_handler()
        self._until(FAREWELL_SECONDS)

    def pause_writing(self) -> None:
        """The reader is slow; of too many such the one that has been so for longest is cut off."""
        super().pause_writing()
        self.unread[self] = self.loop.time()
        if len(self.unread) > MOST_UNREAD:
            self.loop.call_later(UNREAD_SECONDS, self._make_room)

    def resume_writing(self) -> None:
        """The reader has read on."""
        self.unread.pop(self, None)
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing to wait for."""
        self._until(None)
        self.waiting.pop(self, None)
        self.unread.pop(self, None)
        super().connection_lost(exc)

    def _make_room(self) -> None:
        before = self.loop.time() - UNREAD_SECONDS
        while len(self.unread) > MOST_UNREAD:
            oldest, since = next(iter(self.unread.items()))
            if since > before:
                break
            del self.unread[oldest]
            oldest.transport.abort()

    def _begin(self) -> None:
        """A request has arrived in full."""
        if self.cycle is not None and self.cycle is not self._answering:
            self._answering = self.cycle
            self._until(ANSWER_SECONDS)
            self.waiting.pop(self, None)

    def _wait(self) -> None:
        self.waiting[self] = None
        self._until(HEAD_SECONDS)

    def _until(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = None
        if seconds is not None:
            self._deadline = self.loop.call_later(seconds, self.transport.abort)


class Server(uvicorn.Server):
    """uvicorn on sockets that are bound already, with a deadline for handshakes; who ends it, and
    by when, is the caller's matter, no signal is caught here. `begun` is called when it listens."""

    begun: Callable[[], None] = staticmethod(lambda: None)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """None of them."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen on the sockets."""
        await self.lifespan.startup()
        config, loop = self.config, asyncio.get_running_loop()

        def protocol() -> asyncio.Protocol:
            return Client(config, self.server_state, self.lifespan.state, loop)

        limits: dict[str, Any] = {}
        if config.ssl is not None:
            limits = {
                "ssl_handshake_timeout": HANDSHAKE_SECONDS,
                "ssl_shutdown_timeout": FAREWELL_SECONDS,
            }
        self.servers = [
            await loop.create_server(
                protocol, sock=one, ssl=config.ssl, backlog=config.backlog, **limits
            )
            for one in sockets or ()
        ]
        self.started = True
        self.begun()

    def abort(self) -> None:
        """Cut all connections."""
        for connection in list(self.server_state.connections):
            connection.transport.abort()


class RenewedContext(ssl.SSLContext):
    """A context that makes every connection by another one: the one of now.

    asyncio keeps the context that it was given; this way a new certificate needs no new socket.
    """

    current: Callable[[], ssl.SSLContext]

    def wrap_bio(self, *args: Any, **more: Any) -> ssl.SSLObject:
        """By the context of now."""
        return self.current().wrap_bio(*args, **more)


def renewed_context(current: Callable[[], ssl.SSLContext]) -> RenewedContext:
    """For asyncio, which wants a context and not what makes one."""
    context = RenewedContext(ssl.PROTOCOL_TLS_SERVER)
    context.current = current
    return context


def config_of(app: Any, context: ssl.SSLContext | None) -> uvicorn.Config:
    """uvicorn's settings: no websockets, no trust in forwarded addresses, no word of itself."""
    config = uvicorn.Config(
        app,
        loop="asyncio",
        http=Client,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=2 * MOST_CONNECTIONS,
        backlog=512,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=None,
        h11_max_incomplete_event_size=MOST_HEAD_BYTES,
    )
    config.load()
    config.ssl = context
    return config


def bound(addresses: Sequence[Any]) -> Iterator[socket.socket]:
    """A listening socket for each address. Raises OSError for one that cannot be had."""
    import socket

    for address in addresses:
        told = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        for family, kind, protocol, _, place in told[:1]:
            made = socket.socket(family, kind, protocol)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            try:
                made.bind(place)
            except OSError:
                made.close()
                raise
            yield made
