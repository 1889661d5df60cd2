"""A web server for the services in the TI and on the internet: every contact is remembered, from
the connection on, and it can misbehave in each phase.
"""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from apowacht.simulator.front import NOISE, Front, FrontPort, tls_context
from apowacht.simulator.konnektor_keys import issue

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping, Sequence
    from socketserver import BaseServer
    from typing import Self

    from apowacht.simulator.konnektor_keys import Holder

LARGEST_BODY_BYTES = 1024 * 1024
_TRUTH = {"yes": True, "no": False}


class Contact(NamedTuple):
    """What one client did: `kind` is connection, handshake or request; `at` is in epoch seconds.

    Method and path of a request are as they were sent; what is no HTTP has the method "" and its
    first line as path.
    """

    kind: str
    at: float
    peer: str = ""
    server_name: str = ""
    method: str = ""
    path: str = ""
    headers: Mapping[str, str] = {}
    body: bytes = b""

    @property
    def user_agent(self) -> str:
        """What the client calls itself."""
        return self.headers.get("User-Agent", "")


@dataclass(frozen=True)
class Manners:
    """How the server behaves; by itself well.

    `status` 0 is the right answer, any other a bare answer with that number. `silent`, `garbage`
    and `hangs_up` name the phase: connection (before TLS) or answer (after the request); garbage
    also body. `slow` is in seconds, `truncated` is how many percent of a body arrive. `location`,
    `retry_after` and `kind` (the content type) are set in any answer.
    """

    status: int = 0
    slow: float = 0.0
    silent: str = ""
    refused: bool = False
    hangs_up: str = ""
    garbage: str = ""
    truncated: int = 100
    kind: str = ""
    location: str = ""
    retry_after: str = ""


class Answer(NamedTuple):
    """One HTTP answer."""

    status: int
    body: bytes = b""
    kind: str = "text/plain; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()


def read_manners(lines: Mapping[str, str]) -> Manners:
    """Manners from a table's lines without their `!`. ValueError names a line that says nothing."""
    told: dict[str, Any] = {}
    kinds: dict[str, Callable[[str], object]] = {
        "bool": _TRUTH.__getitem__,
        "float": float,
        "int": int,
        "str": str,
    }
    for key, text in lines.items():
        name = key.replace("-", "_")
        try:
            told[name] = kinds[str(Manners.__dataclass_fields__[name].type)](text)
        except (KeyError, ValueError):
            raise ValueError(f"!{key} = {text}") from None
    return Manners(**told)


class WebService:
    """One service: https, and http where a subclass opens it; a context manager.

    `names` stand in its certificate, which `root` has issued (one of its own if there is none);
    `log` and `asked` hold what clients did. A subclass answers in `respond`.
    """

    names: Sequence[str] = ()
    in_clear = False
    """Whether http is served, too, at `plain_address`."""

    def __init__(
        self,
        *,
        listen: str = "127.0.0.1",
        port: int = 0,
        plain_port: int = 0,
        root: Holder | None = None,
        kind: str = "P-256",
        days: tuple[float, float] = (-100, 600),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.clock = clock
        self.manners = Manners()
        self.root = root or issue("APOWACHT.RCA2 SIMULATOR", "P-256", None)
        self.shown = issue(self.names[0], kind, self.root, self.names, days)
        self.log: list[Contact] = []
        self._ports = [_Port(self, tls_context(self.shown), listen, port)]
        if self.in_clear:
            try:
                self._ports.append(_Port(self, None, listen, plain_port))
            except BaseException:
                self.close()
                raise

    @property
    def address(self) -> tuple[str, int]:
        """Where https is served."""
        return self._ports[0].address

    @property
    def plain_address(self) -> tuple[str, int]:
        """Where http is served."""
        return self._ports[1].address

    @property
    def ca_pem(self) -> bytes:
        """The root to trust."""
        return self.root.pem(key=False)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate that https shows."""
        return self.shown.fingerprint

    @property
    def requests(self) -> int:
        """How many contacts there were, connections included."""
        return len(self.log)

    @property
    def asked(self) -> list[Contact]:
        """The requests in order."""
        return self.of("request")

    @property
    def connections(self) -> int:
        """How many TCP connections were opened."""
        return len(self.of("connection"))

    def of(self, kind: str) -> list[Contact]:
        """The connections, the handshakes or the requests, in order."""
        return [contact for contact in self.log if contact.kind == kind]

    def behave(self, **manners: Any) -> None:
        """Have these manners (fields of `Manners`), and no others, from the next connection on."""
        self.manners = Manners(**manners)
        for port in self._ports:
            port.show(Front(not self.manners.refused, port.context))

    def respond(self, asking: Contact) -> Answer:
        """The right answer."""
        raise NotImplementedError

    def start(self) -> Self:
        """Begin to answer."""
        for port in self._ports:
            port.start()
        return self

    def close(self) -> None:
        """Give every port back; may be repeated."""
        for port in self._ports:
            port.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.close()


class _Port(FrontPort):
    """One listening port of a service, in clear without `context`."""

    def __init__(
        self, service: WebService, context: ssl.SSLContext | None, listen: str, port: int
    ) -> None:
        super().__init__(listen, port)
        self.service = service
        self.context = context
        self._names = threading.local()
        if context:
            context.sni_callback = self._called

    def _called(self, secure: ssl.SSLObject, name: str | None, context: ssl.SSLContext) -> None:
        self._names.name = name or ""

    def note(self, kind: str, peer: str, **more: Any) -> Contact:
        """Remember a contact."""
        contact = Contact(kind, self.service.clock(), peer, **more)
        self.service.log.append(contact)
        return contact

    def converse(self, connection: socket.socket) -> None:
        """As TcpService.converse."""
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        manners, peer = self.service.manners, connection.getpeername()[0]
        self.note("connection", peer)
        if manners.refused:
            return
        if manners.hangs_up == "connection":
            connection.recv(65536)  # an end with unread data would be a reset
            return
        if manners.silent == "connection":
            self.swallow(connection)
        elif manners.garbage == "connection":
            connection.sendall(NOISE)
            self.swallow(connection)
        elif self.context is None:
            _Visit(connection, self, peer, "")
        else:
            self._names.name = ""
            # The plain socket stays open beside the other, so that `close` can hang up on it.
            with self.context.wrap_socket(connection.dup(), server_side=True) as secure:
                self.note("handshake", peer, server_name=self._names.name)
                _Visit(secure, self, peer, self._names.name)


class _Visit(BaseHTTPRequestHandler):
    """One connection and the requests on it."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    server_version = "simulator"
    sys_version = ""

    def __init__(self, connection: socket.socket, port: _Port, peer: str, name: str) -> None:
        self._port = port
        self._peer = peer
        self._name = name
        super().__init__(connection, port.address, cast("BaseServer", None))

    def handle_one_request(self) -> None:
        """Every method is taken, and what is none is remembered as well."""
        self.raw_requestline = self.rfile.readline(65537)
        self.close_connection = True
        if not self.raw_requestline:
            return
        first = self.raw_requestline.decode("latin-1").rstrip("\r\n")
        if not self.parse_request():
            self._note("", first, {}, b"")
            return
        headers = {key.title(): text for key, text in self.headers.items()}
        length = headers.get("Content-Length", "0")
        size = int(length) if length.isdigit() else 0
        body = self.rfile.read(min(size, LARGEST_BODY_BYTES))
        self._reply(self._note(self.command, self.path, headers, body))
        self.wfile.flush()

    def _note(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Contact:
        return self._port.note(
            "request",
            self._peer,
            server_name=self._name,
            method=method,
            path=path,
            headers=headers,
            body=body,
        )

    def _reply(self, asking: Contact) -> None:
        manners = self._port.service.manners
        ended = manners.slow and not self._port.wait(manners.slow)
        if ended or manners.hangs_up == "answer":
            self.close_connection = True
        elif manners.silent == "answer":
            self.close_connection = True
            self._port.swallow(self.connection)
        elif manners.garbage == "answer":
            self.close_connection = True
            self.wfile.write(NOISE)
        elif manners.status:
            words = f"{manners.status}\n".encode()
            self._write(asking, Answer(manners.status, words), manners)
        else:
            self._write(asking, self._port.service.respond(asking), manners)

    def _write(self, asking: Contact, answer: Answer, manners: Manners) -> None:
        body = NOISE if manners.garbage == "body" else answer.body
        self.send_response(answer.status)
        told = {"Content-Type": manners.kind or answer.kind, **dict(answer.headers)}
        told |= {"Location": manners.location} if manners.location else {}
        told |= {"Retry-After": manners.retry_after} if manners.retry_after else {}
        bare = answer.status in (204, 304)
        if not bare:
            told["Content-Length"] = str(len(body))
        for name, text in told.items():
            self.send_header(name, text)
        self.end_headers()
        if asking.method != "HEAD" and not bare:
            self.wfile.write(body[: len(body) * manners.truncated // 100])
        if manners.truncated < 100:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Nothing: the service keeps the log."""
