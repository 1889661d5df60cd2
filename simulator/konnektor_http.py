"""The two ports of a Konnektor: HTTP/1.1 in clear or over TLS, and how it goes wrong.

Requests go to whoever is given as `desk`; this file knows nothing of what they mean.
"""

from __future__ import annotations

import base64
import binascii
import socket
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from apowacht.simulator.front import NOISE, FrontPort
from apowacht.simulator.konnektor_requests import Identity

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping
    from socketserver import BaseServer

    from apowacht.simulator.konnektor_state import Manners

LARGEST_BODY_BYTES = 4 * 1024 * 1024


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


class KonnektorPort(FrontPort):
    """One port of a Konnektor."""

    def __init__(self, desk: Answering, listen: str, port: int) -> None:
        super().__init__(listen, port)
        self._desk = desk

    def converse(self, connection: socket.socket) -> None:
        """As TcpService.converse."""
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        manners, front = self._desk.manners, self._front
        if not front.open:
            return
        if manners.half_open == "connection":
            self.swallow(connection)
        elif manners.garbage == "connection":
            connection.sendall(NOISE)
        elif front.context is None:
            _Visit(connection, self, "")
        else:
            # The plain socket stays open beside the other, so that `close` can hang up on it.
            with front.context.wrap_socket(connection.dup(), server_side=True) as secure:
                _Visit(secure, self, _name(secure))

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
            self.wfile.write(NOISE)
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


def identity(asking: Asking, kind: str, user: str, password: str) -> Identity | None:
    """Who is asking, by the kind of login that is wanted; None if that does not suffice."""
    if kind == "basic":
        return Identity("basic", user) if asking.basic == (user, password) else None
    if kind.startswith("certificate"):
        if asking.client:
            return Identity("certificate", asking.client)
        return Identity() if kind == "certificate optional" else None
    return Identity()
