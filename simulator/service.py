"""What every simulated device shares: a socket on loopback, a thread, a beginning and an end."""

from __future__ import annotations

import contextlib
import ipaddress
import select
import socket
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self


class NotLoopbackError(ValueError):
    """Somebody asked for a listening address that other machines could reach."""


def bind(listen: str, port: int, kind: socket.SocketKind) -> socket.socket:
    """A bound socket on a loopback address; port 0 takes a free one.

    Raises NotLoopbackError for everything else, names other than `localhost` included: a simulated
    UPS that a whole network can see would sooner or later be taken for a real one.
    """
    try:
        address = ipaddress.ip_address("127.0.0.1" if listen == "localhost" else listen)
    except ValueError:
        raise NotLoopbackError(listen) from None
    # Python 3.13 calls ::ffff:127.0.0.1 loopback and earlier ones do not: one address, one way.
    if not address.is_loopback or getattr(address, "ipv4_mapped", None):
        raise NotLoopbackError(listen)
    opened = socket.socket(socket.AF_INET6 if address.version == 6 else socket.AF_INET, kind)
    try:
        if kind == socket.SOCK_STREAM:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((str(address), port))
    except OSError:
        opened.close()
        raise
    return opened


class Service:
    """One listening socket served by one thread, from `start` to `close`; a context manager.

    `address` is the bound (host, port); `requests` counts what clients asked, so that a test or
    a demonstration can tell a device that answered from one that was never reached.
    """

    kind = socket.SOCK_STREAM

    def __init__(self, listen: str = "127.0.0.1", port: int = 0) -> None:
        self.requests = 0
        self._socket = bind(listen, port, self.kind)
        self.address: tuple[str, int] = self._socket.getsockname()[:2]
        self._wake, self._woken = socket.socketpair()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, name=type(self).__name__, daemon=True)

    def start(self) -> Self:
        """Begin to answer; returns itself."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Stop answering and give the port back; waits for the thread, and may be repeated."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._wake.send(b".")
        if self._thread.ident is not None:
            self._thread.join()
        for used in (self._socket, self._wake, self._woken):
            used.close()

    def __enter__(self) -> Self:
        return self if self._thread.is_alive() else self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _serve(self) -> None:
        while not self._stopping.is_set():
            ready, _, _ = select.select([self._socket, self._woken], [], [])
            if self._socket in ready and not self._stopping.is_set():
                self._handle()

    def _handle(self) -> None:
        raise NotImplementedError


class UdpService(Service):
    """A service of datagrams: `answer` gets each one in the service's only thread."""

    kind = socket.SOCK_DGRAM

    def _handle(self) -> None:
        # An ICMP error for an earlier answer shows up here; the client is gone, nothing is wrong.
        with contextlib.suppress(OSError):
            data, client = self._socket.recvfrom(65535)
            self.requests += 1
            self.answer(data, client)

    def answer(self, data: bytes, client: tuple[str, int]) -> None:
        """React to one datagram; silence is a reaction too."""
        raise NotImplementedError


class TcpService(Service):
    """A service of connections: `converse` holds one in a thread of its own."""

    def __init__(self, listen: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__(listen, port)
        self._socket.listen(16)
        self._lock = threading.Lock()
        self._open: dict[socket.socket, threading.Thread] = {}

    def close(self) -> None:
        """As `Service.close`, and hangs up on every client."""
        super().close()
        with self._lock:
            talking = dict(self._open)
        for connection, thread in talking.items():
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            thread.join()

    def _handle(self) -> None:
        with contextlib.suppress(OSError):
            connection, _ = self._socket.accept()
            thread = threading.Thread(target=self._talk, args=(connection,), daemon=True)
            with self._lock:
                self._open[connection] = thread
            thread.start()

    def _talk(self, connection: socket.socket) -> None:
        try:
            with contextlib.suppress(OSError):
                self.converse(connection)
        finally:
            with self._lock:
                self._open.pop(connection, None)
            connection.close()

    def converse(self, connection: socket.socket) -> None:
        """Talk with one client until it or the service ends; OSError ends it quietly."""
        raise NotImplementedError
