"""A listening port with a front that can be changed while it runs: clear, TLS, or closed."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import tempfile
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING

from apowacht.simulator.service import TcpService, bind

if TYPE_CHECKING:
    import ssl
    from typing import Self

    from apowacht.simulator.konnektor_keys import Holder

NOISE = b"\x00\xff\x13 neither HTTP nor TLS nor anything else \x7f\r\n"


@dataclass(frozen=True)
class Front:
    """What a port shows before anybody has asked: `context` None is clear HTTP."""

    open: bool
    context: ssl.SSLContext | None = None


class FrontPort(TcpService):
    """One port. While its front is closed connections are refused, though the port is kept."""

    def __init__(self, listen: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__(listen, port)
        self._front = Front(True)
        self._listening = True
        self._changed = Event()

    def start(self) -> Self:
        """As Service.start; returns when the front is there."""
        super().start()
        self._changed.wait()
        return self

    def show(self, front: Front) -> None:
        """Change the front; returns when connections find the new one."""
        self._front = front
        if self._thread.is_alive():
            self._changed.clear()
            self._wake.send(b"!")
            self._changed.wait()

    def _serve(self) -> None:
        try:
            self._follow()
            while not self._stopping.is_set():
                waiting = [self._woken, *([self._socket] if self._listening else [])]
                ready, _, _ = select.select(waiting, [], [])
                if self._woken in ready and not self._stopping.is_set():
                    self._woken.recv(64)
                    self._follow()
                elif self._socket in ready and not self._stopping.is_set():
                    self._handle()
        finally:  # whoever waits for this thread need not wait any longer
            self._changed.set()

    def _follow(self) -> None:
        # A bound socket that does not listen holds the port and refuses connections.
        if self._front.open != self._listening:
            self._listening = self._front.open
            if self._listening:
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                self._socket.listen(16)
            else:
                self._socket.close()
                self._socket = bind(*self.address, socket.SOCK_STREAM)
                # Or somebody who asks for any free port may be given this one.
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
                self._hang_up()
        self._changed.set()

    def _hang_up(self) -> None:
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def swallow(self, connection: socket.socket) -> None:
        """Read on and say nothing until the client or the service ends."""
        while connection.recv(65536):
            pass

    def wait(self, seconds: float) -> bool:
        """Whether that time went by before the service ended."""
        return not self._stopping.wait(seconds)


def tls_context(
    shown: Holder, clients: Holder | None = None, *, required: bool = False
) -> ssl.SSLContext:
    """A server's context with this certificate.

    A client's certificate is asked for when `clients`, their issuer, is given.
    """
    import ssl

    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

    if isinstance(shown.key, EllipticCurvePrivateKey) and shown.key.curve.name.startswith("brain"):
        # Else this server could not take a client that offers nothing but brainpool.
        from apowacht.plugins.wire.tls_groups import settle

        settle()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    descriptor, path = tempfile.mkstemp(prefix="apowacht-simulator-")
    try:
        with open(descriptor, "wb") as file:
            file.write(shown.pem())
        context.load_cert_chain(path)
    finally:
        with contextlib.suppress(OSError):
            os.unlink(path)
    if clients:
        context.load_verify_locations(cadata=clients.pem(key=False).decode("ascii"))
        context.verify_mode = ssl.CERT_REQUIRED if required else ssl.CERT_OPTIONAL
    return context
