"""HTTPS with a router: one connection as long as it holds, the deadline in every wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.plugins.core.errors import Garbled, Refused, Unreachable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from email.message import Message

    from apowacht.plugins.core.deadline import Deadline
    from apowacht.plugins.wire.http_wire import Connection
    from apowacht.plugins.wire.tls import Trust


class Answer(NamedTuple):
    """Status, headers and body of one HTTP answer."""

    status: int
    headers: Message
    body: bytes


class Client:
    """Requests to one router, over a connection that is verified as `trust` says.

    Not to be shared between threads; a context manager.
    """

    def __init__(self, host: str, port: int, deadline: Deadline, trust: Trust) -> None:
        self.host = host
        self._port = port
        self._deadline = deadline
        self._trust = trust
        self._connection: Connection | None = None

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def request(
        self,
        method: str,
        path: str,
        what: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        *,
        once: bool = False,
    ) -> Answer:
        """The answer to one request; `what` names it in errors.

        A kept connection that the router has closed meanwhile is opened anew, except with `once`,
        for what must not be sent twice.
        Raises what `tls.open_tls` raises, Unreachable("timeout"), Unreachable("connection_lost"),
        Garbled("router_garbled").
        """
        kept = self._connection is not None
        if once:
            self.close()
        try:
            return self._exchange(method, path, what, headers, body)
        except Unreachable as loss:
            self.close()
            if once or not kept or loss.reason != "connection_lost":
                raise
            return self._exchange(method, path, what, headers, body)
        except BaseException:
            self.close()
            raise

    def _exchange(
        self,
        method: str,
        path: str,
        what: str,
        headers: Mapping[str, str] | None,
        body: bytes | None,
    ) -> Answer:
        from http.client import HTTPException, RemoteDisconnected

        connection = self._open()
        try:
            connection.request(method, path, body=body, headers=dict(headers or {}))
            response = connection.getresponse()
            content = self._body(response, what)
        except RemoteDisconnected as loss:
            raise Unreachable("connection_lost", phase="request", host=self.host) from loss
        except Garbled as failure:
            raise self.garbled(what, str(failure.values.get("detail", ""))) from failure
        except (HTTPException, ValueError) as failure:
            raise self.garbled(what, "http") from failure
        return Answer(response.status, response.headers, content)

    def _open(self) -> Connection:
        if self._connection is None:
            from apowacht.plugins.wire.http_wire import Connection, Wire
            from apowacht.plugins.wire.soap import Url
            from apowacht.plugins.wire.tls import open_tls

            def opener() -> Wire:
                opened = open_tls(self.host, self._port, self._deadline, self._trust)
                return Wire(opened, self._deadline, self.host)

            self._connection = Connection(Url("https", self.host, self._port, "/"), opener)
        return self._connection

    def _body(self, response: Any, what: str) -> bytes:
        from apowacht.plugins.wire.xmltree import LIMIT_BYTES

        if response.getheader("Content-Encoding", "identity").lower() != "identity":
            raise self.garbled(what, "encoding")
        content: bytes = response.read(LIMIT_BYTES + 1)
        if len(content) > LIMIT_BYTES:
            raise self.garbled(what, "size")
        if response.length:
            raise self.garbled(what, "length")
        return content

    def json(self, answer: Answer, what: str) -> Any:
        """The JSON in an answer. Raises Garbled("router_garbled")."""
        import json

        try:
            return json.loads(answer.body)
        except (ValueError, RecursionError) as failure:
            raise self.garbled(what, "json") from failure

    def garbled(self, what: str, detail: str) -> Garbled:
        """The trouble of an answer that makes no sense; `detail` is one word."""
        return Garbled("router_garbled", phase="request", host=self.host, what=what, detail=detail)

    def expect(self, answer: Answer, what: str, *, login: bool = False) -> None:
        """Go on after a 2xx; else raise what the status means, `login` for the login itself.

        Refused: router_login, router_rights, router_missing, router_blocked, router_status.
        """
        status = answer.status
        if 200 <= status < 300:
            return
        at = {"host": self.host, "what": what}
        if status == 429:
            raise Refused("router_blocked", phase="auth", seconds=_seconds(answer), **at)
        if status == 401 or (login and status in (400, 403)):
            raise Refused("router_login", phase="auth", **at)
        if status == 403:
            raise Refused("router_rights", phase="auth", **at)
        if status == 404:
            raise Refused("router_missing", phase="request", **at)
        raise Refused("router_status", phase="request", status=status, **at)


def _seconds(answer: Answer) -> int | None:
    told = answer.headers.get("Retry-After", "")
    return int(told) if told.isdecimal() and len(told) < 8 else None
