"""SOAP 1.1 over HTTP: one session, its connections kept open for the calls of one run.

Sources: SOAP 1.1 (W3C Note 2000-05-08) sections 4 and 6; WS-I Basic Profile 1.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlsplit

from apowacht.plugins.core.deadline import Share
from apowacht.plugins.core.errors import Garbled, OwnTrouble, Refused, Trouble, Unreachable
from apowacht.plugins.wire import endpoint
from apowacht.plugins.wire.soap_fault import read_fault
from apowacht.plugins.wire.xmltree import Node, XmlError, parse

if TYPE_CHECKING:
    from collections.abc import Collection

    from apowacht.plugins.core.deadline import Deadline
    from apowacht.plugins.wire.http_wire import Connection, Wire
    from apowacht.plugins.wire.keys import ClientKey
    from apowacht.plugins.wire.tls import Trust

_PORTS = {"http": 80, "https": 443}
QUESTION_PART = 2 / 3
"""How much of the time left one question may take: a hanging one leaves room for the next."""

_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"


class Login:
    """User and password for HTTP Basic (RFC 7617); never shown."""

    def __init__(self, user: str, password: str) -> None:
        self.user = user
        self._password = password

    def __repr__(self) -> str:
        return "Login(...)"

    def header(self) -> str:
        """The value of the Authorization header."""
        from base64 import b64encode

        both = f"{self.user}:{self._password}".encode(errors="surrogatepass")
        return "Basic " + b64encode(both).decode("ascii")


class Url(NamedTuple):
    """Where a request goes: scheme http or https, host without brackets, port, path and query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> tuple[str, str, int]:
        """What one connection serves."""
        return self[:3]


def split_url(text: str) -> Url:
    """An http or https URL in its parts. Raises ValueError, for a user name in it as well."""
    parts = urlsplit(text.strip())
    port = parts.port or _PORTS.get(parts.scheme)
    if port is None or not parts.hostname or "@" in parts.netloc:
        raise ValueError("no URL of http or https")
    path = quote(parts.path or "/", safe="/%:=&~+!$,;'()*@")
    query = "?" + quote(parts.query, safe="/%:=&?~+!$,;'()*@") if parts.query else ""
    return Url(parts.scheme, parts.hostname, port, path + query)


def envelope(request: str) -> bytes:
    """A SOAP 1.1 message with this element as the body's only one; UTF-8."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<S:Envelope xmlns:S="{_ENVELOPE}"><S:Body>{request}</S:Body></S:Envelope>'
    ).encode()


def escape(text: str) -> str:
    """Text as the content of an element or of a quoted attribute."""
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(character, entity)
    return text


class Session:
    """HTTP with one Konnektor, or whoever speaks SOAP, until the deadline.

    `login` goes along with every request, `client` is the certificate of this side; both go only
    over a connection whose other end is verified. `certificate` is the DER certificate that the
    last https connection showed. Not to be shared between threads.
    """

    def __init__(
        self,
        deadline: Deadline,
        *,
        trust: Trust | None = None,
        client: ClientKey | None = None,
        login: Login | None = None,
        forbidden: Collection[int] = (),
    ) -> None:
        self._share = Share(deadline)
        self.certificate: bytes | None = None
        self._trust = trust
        self._client = client
        self._login = login
        self._forbidden = forbidden
        self._connections: dict[tuple[str, str, int], Connection] = {}

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close what is open."""
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()

    def get(self, url: Url, what: str) -> bytes:
        """The body behind `url`; `what` names it in errors.

        Raises Refused("http_…") by status, Garbled, Unreachable, OwnTrouble.
        """
        self._share.renew(1)  # without this nothing else can be asked
        status, answer = self._exchange("GET", url, {}, b"", what)
        if status != 200:
            raise _by_status(status, url.host, what)
        return answer

    def call(self, url: Url, action: str, request: str) -> Node:
        """Send the element `request` as SOAP; the element that the answer's body holds.

        `action` is the SOAPAction; what follows its last # names the operation in errors.
        Raises Fault, and what `get` raises.
        """
        what = action.rpartition("#")[2]
        self._share.renew(QUESTION_PART)
        headers = {"Content-Type": "text/xml;charset=UTF-8", "SOAPAction": f'"{action}"'}
        status, answer = self._exchange("POST", url, headers, envelope(request), what)
        return read_answer(answer, status, url.host, what)

    def _exchange(
        self, method: str, url: Url, headers: dict[str, str], body: bytes, what: str
    ) -> tuple[int, bytes]:
        from apowacht.plugins.wire.http_wire import Connection, exchange

        self._guard(url)
        if self._login is not None:
            headers = {**headers, "Authorization": self._login.header()}
        connection = self._connections.get(url.origin)
        if connection is None:
            connection = Connection(url, lambda: self._open(url))
            self._connections[url.origin] = connection
        kept_open = connection.sock is not None
        try:
            return exchange(connection, method, url, headers, body, what)
        except Unreachable as loss:
            # The other end may close an idle connection at any moment; asking twice harms nobody.
            if not kept_open or loss.reason != "connection_lost":
                raise
        return exchange(connection, method, url, headers, body, what)

    def _guard(self, url: Url) -> None:
        if url.scheme == "http":
            if self._login is not None:
                raise OwnTrouble("credentials_in_clear", host=url.host)
        elif self._login is not None or self._client is not None:
            trust = self._trust
            if trust is not None and trust.insecure and not trust.fingerprints:
                raise OwnTrouble("credentials_unverified", host=url.host)

    def _open(self, url: Url) -> Wire:
        from apowacht.plugins.wire.http_wire import Wire

        if url.scheme == "http":
            plain = endpoint.connect(url.host, url.port, self._share, forbidden=self._forbidden)
            return Wire(plain, self._share, url.host)
        from apowacht.plugins.wire.tls import Trust, late_trouble, open_tls

        secure = open_tls(
            url.host,
            url.port,
            self._share,
            self._trust if self._trust is not None else Trust(),
            client=self._client,
            forbidden=self._forbidden,
        )
        self.certificate = secure.getpeercert(binary_form=True)

        def explain(failure: OSError) -> Trouble:
            with_key = self._client is not None
            return late_trouble(secure, failure, url.host, url.port, with_key=with_key)

        return Wire(secure, self._share, url.host, explain)


def read_answer(answer: bytes, status: int, host: str, what: str) -> Node:
    """The element in the body of a SOAP answer. Raises Fault, Garbled, Refused("http_…")."""
    try:
        root = parse(answer)
    except XmlError as error:
        if status != 200:
            raise _by_status(status, host, what) from error
        raise garbled(host, what, str(error)) from error
    body = root.find("Body") if root.name == "Envelope" else None
    content = body.children[0] if body is not None and body.children else None
    if content is not None and content.name == "Fault":
        raise read_fault(content, host, what)
    if status != 200:
        raise _by_status(status, host, what)
    if content is None or content.name != f"{what}Response":
        raise garbled(host, what, "content")
    return content


def garbled(host: str, what: str, detail: str) -> Garbled:
    """The trouble of an answer that makes no sense; `detail` is one word for those who search."""
    return Garbled("konnektor_garbled", phase="request", host=host, what=what, detail=detail)


def _by_status(status: int, host: str, what: str) -> Trouble:
    """What an HTTP status says where no SOAP fault says more (RFC 9110, 15)."""
    kinds: dict[int, tuple[type[Refused | Unreachable], str, str]] = {
        401: (Refused, "http_unauthorized", "auth"),
        403: (Refused, "http_forbidden", "auth"),
        404: (Refused, "http_not_found", "request"),
        503: (Unreachable, "http_unavailable", "request"),
    }
    redirect = (Refused, "http_redirect", "request")
    kind, reason, phase = kinds.get(
        status, redirect if 300 <= status < 400 else (Refused, "http_status", "request")
    )
    return kind(reason, phase=phase, host=host, what=what, status=status)
