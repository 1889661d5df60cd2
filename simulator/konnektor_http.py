"""The two ports of a Konnektor: HTTP/1.1 in clear or over TLS, and how it goes wrong.

Requests go to whoever is given as `desk`; this file knows nothing of what they mean.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import select
import socket
import tempfile
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from threading import Event
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from apowacht.simulator.konnektor_requests import Identity
from apowacht.simulator.service import TcpService, bind

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping
    from socketserver import BaseServer
    from typing import Self

    from apowacht.simulator.konnektor_keys import Holder
    from apowacht.simulator.konnektor_state import Manners

LARGEST_BODY_BYTES = 4 * 1024 * 1024
_NOISE = b"\x00\xff\x13 neither HTTP nor TLS nor anything else \x7f\r\n"


class Asking(NamedTuple):
    """One HTTP request."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    secure: bool
    client: str
    """The name in the client's certificate."""

    @property
    def basic(self) -> tuple[str, str] | None:
        """User and password, if they were sent."""
        kind, _, told = self.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "basic":
            return None
        try:
            user, _, password = base64.b64decode(told, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return user, password


class Reply(NamedTuple):
    """One HTTP answer; `slow` in seconds, `sent` is how many percent of the body are sent."""

    status: int
    body: bytes
    kind: str = "text/xml;charset=UTF-8"
    headers: tuple[tuple[str, str], ...] = ()
    slow: float = 0.0
    sent: int = 100
    silent: bool = False
    noise: bool = False


class Answering(Protocol):
    """Who knows the answers."""

    @property
    def manners(self) -> Manners:
        """How to behave."""

    def respond(self, asking: Asking) -> Reply:
        """The answer to a request."""


@dataclass(frozen=True)
class Front:
    """What a port shows before anybody has asked: `context` None is clear HTTP."""

    open: bool
    context: ssl.SSLContext | None = None


class KonnektorPort(TcpService):
    """One port. While its front is closed connections are refused, though the port is kept."""

    def __init__(self, desk: Answering, listen: str, port: int) -> None:
        super().__init__(listen, port)
        self._desk = desk
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

    def converse(self, connection: socket.socket) -> None:
        """As TcpService.converse."""
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        manners, front = self._desk.manners, self._front
        if not front.open:
            return
        if manners.half_open == "connection":
            self.swallow(connection)
        elif manners.garbage == "connection":
            connection.sendall(_NOISE)
        elif front.context is None:
            _Visit(connection, self, "")
        else:
            # The plain socket stays open beside the other, so that `close` can hang up on it.
            with front.context.wrap_socket(connection.dup(), server_side=True) as secure:
                _Visit(secure, self, _name(secure))

    def swallow(self, connection: socket.socket) -> None:
        """Read on and say nothing until the client or the service ends."""
        while connection.recv(65536):
            pass

    def wait(self, seconds: float) -> bool:
        """Whether that time went by before the service ended."""
        return not self._stopping.wait(seconds)

    def respond(self, asking: Asking) -> Reply:
        """The answer to a request."""
        self.requests += 1
        return self._desk.respond(asking)


class _Visit(BaseHTTPRequestHandler):
    """One connection and the requests on it."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    server_version = "Konnektor"
    sys_version = ""

    def __init__(self, connection: socket.socket, port: KonnektorPort, client: str) -> None:
        self._port = port
        self._client = client
        super().__init__(connection, port.address, cast("BaseServer", None))

    def do_GET(self) -> None:
        """Answer without reading a body."""
        self._reply(b"")

    def do_POST(self) -> None:
        """Answer to what the length announces."""
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > LARGEST_BODY_BYTES:
            self.close_connection = True
            self.send_error(411 if not length.isdigit() else 413)
            return
        self._reply(self.rfile.read(int(length)))

    def _reply(self, body: bytes) -> None:
        import ssl

        secure = isinstance(self.connection, ssl.SSLSocket)
        headers = {key.title(): text for key, text in self.headers.items()}
        asking = Asking(self.command, self.path, headers, body, secure, self._client)
        reply = self._port.respond(asking)
        if reply.slow and not self._port.wait(reply.slow):
            return
        if reply.silent:
            self.close_connection = True
            self._port.swallow(self.connection)
            return
        if reply.noise:
            self.close_connection = True
            self.wfile.write(_NOISE)
            return
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.kind)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, text in reply.headers:
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(reply.body[: len(reply.body) * reply.sent // 100])
        if reply.sent < 100:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Nothing: the desk keeps the log."""


def _name(secure: ssl.SSLSocket) -> str:
    told = secure.getpeercert() or {}
    subject = cast("tuple[tuple[tuple[str, str], ...], ...]", told.get("subject", ()))
    return next((text for part in subject for key, text in part if key == "commonName"), "")


def tls_context(shown: Holder, clients: Holder | None, *, required: bool) -> ssl.SSLContext:
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


def identity(asking: Asking, kind: str, user: str, password: str) -> Identity | None:
    """Who is asking, by the kind of login that is wanted; None if that does not suffice."""
    if kind == "basic":
        return Identity("basic", user) if asking.basic == (user, password) else None
    if kind.startswith("certificate"):
        if asking.client:
            return Identity("certificate", asking.client)
        return Identity() if kind == "certificate optional" else None
    return Identity()
