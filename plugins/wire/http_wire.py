"""HTTP on sockets of ours: http.client's protocol, this project's connections and deadline.

http.client takes a socket of ours, so that every byte, of a header as of a body, is waited for
until the deadline and no longer, and every connection is opened by `endpoint.connect` or
`tls.open_tls`. With requests the same needs urllib3's private hooks, its timeouts begin anew with
every byte, and it adds 90 ms of imports. http.client follows no redirect, asks no proxy and
unpacks no compressed answer.
"""

from __future__ import annotations

import io
from http.client import HTTPConnection, HTTPException, RemoteDisconnected
from typing import TYPE_CHECKING, cast

from apowacht.plugins.core.errors import Unreachable
from apowacht.plugins.wire import endpoint
from apowacht.plugins.wire.soap import garbled
from apowacht.plugins.wire.xmltree import LIMIT_BYTES

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from http.client import HTTPResponse

    from apowacht.plugins.core.deadline import Deadline
    from apowacht.plugins.core.errors import Trouble
    from apowacht.plugins.wire.soap import Url

_CHUNK_BYTES = 65536


def exchange(
    connection: Connection,
    method: str,
    url: Url,
    headers: dict[str, str],
    body: bytes,
    what: str,
) -> tuple[int, bytes]:
    """Status and body of the answer to one request; `what` names it in errors.

    Raises Garbled("konnektor_garbled"), Unreachable("timeout") or ("connection_lost"), and what
    opening the connection raises.
    """
    response: HTTPResponse | None = None
    whole = False
    try:
        connection.request(method, url.path, body=body or None, headers=headers)
        response = connection.getresponse()
        answer = _body(response, url.host, what)
        whole = True
    except RemoteDisconnected as loss:
        raise Unreachable("connection_lost", phase="request", host=url.host) from loss
    except (HTTPException, ValueError) as error:
        raise garbled(url.host, what, "http") from error
    finally:
        if not whole:
            connection.close()
            if response is not None:  # after «Connection: close» only the answer holds the socket
                response.close()
    return response.status, answer


def _body(response: HTTPResponse, host: str, what: str) -> bytes:
    if response.getheader("Content-Encoding", "identity").lower() != "identity":
        raise garbled(host, what, "encoding")
    pieces: list[bytes] = []
    size = 0
    if response.length is not None and response.length > LIMIT_BYTES:
        raise garbled(host, what, "size")
    while piece := response.read(_CHUNK_BYTES):
        size += len(piece)
        if size > LIMIT_BYTES:
            raise garbled(host, what, "size")
        pieces.append(piece)
    if response.length:  # announced, and never sent
        raise garbled(host, what, "length")
    return b"".join(pieces)


class Connection(HTTPConnection):
    """http.client's connection on a socket that this project opens by `opener`."""

    def __init__(self, url: Url, opener: Callable[[], Wire]) -> None:
        super().__init__(url.host, url.port)
        self._opener = opener

    def connect(self) -> None:
        """Open it; http.client calls this when there is no open socket."""
        self.sock = cast("socket.socket", self._opener())


class Wire:
    """As much of a socket as http.client uses, with the deadline in every wait.

    `explain` knows more of why a connection broke: in TLS 1.3 a server says so late that it wants
    a certificate of ours.
    """

    def __init__(
        self,
        opened: socket.socket,
        deadline: Deadline,
        host: str,
        explain: Callable[[OSError], Trouble] | None = None,
    ) -> None:
        self._opened = opened
        self._deadline = deadline
        self._host = host
        self._explain = explain
        self._closed = False
        self._readers = 0
        self._received_bytes = 0

    def sendall(self, data: bytes) -> None:
        """Send a request."""
        self._received_bytes = 0
        try:
            endpoint.send(self._opened, data, self._deadline, self._host)
        except Unreachable as loss:
            raise self._explained(loss) from loss.__cause__

    def receive(self, size: int) -> bytes:
        """The next bytes of the answer, b"" at its end."""
        try:
            data = endpoint.receive(self._opened, self._deadline, self._host, size)
        except Unreachable as loss:
            raise self._explained(loss) from loss.__cause__
        # http.client itself reads a chunk of negative size to the end, however far that is.
        self._received_bytes += len(data)
        if self._received_bytes > 2 * LIMIT_BYTES:
            raise garbled(self._host, "HTTP", "size")
        return data

    def _explained(self, loss: Unreachable) -> Trouble:
        cause = loss.__cause__
        if self._explain is None or loss.reason != "connection_lost" or not cause:
            return loss
        return self._explain(cause) if isinstance(cause, OSError) else loss

    def makefile(self, _: str) -> io.BufferedReader:
        """What http.client reads an answer from."""
        self._readers += 1
        return io.BufferedReader(_Reader(self), _CHUNK_BYTES)

    def release(self) -> None:
        """An answer is read, or given up."""
        self._readers -= 1
        self._settle()

    def close(self) -> None:
        """Close, once the last answer has been read."""
        self._closed = True
        self._settle()

    def _settle(self) -> None:
        # http.client closes a connection while the last answer is still being read.
        if self._closed and not self._readers:
            self._opened.close()


class _Reader(io.RawIOBase):
    """The bytes that arrive on a wire."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast("bytearray", buffer))
        data = self._wire.receive(len(view))
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._wire.release()
