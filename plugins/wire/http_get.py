"""One GET over a connection that is open already, and a bounded answer.

http.client reads the answer's head and its chunks; sockets and the deadline are this project's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apowacht.plugins.core.errors import Garbled, Trouble, Unreachable
from apowacht.plugins.wire import endpoint

if TYPE_CHECKING:
    import socket

    from apowacht.plugins.core.deadline import Deadline


class Reply(NamedTuple):
    """Status, media type in lower case without parameters, Retry-After in seconds, and the body,
    cut after `limit` bytes (`whole` is False then)."""

    status: int
    kind: str
    retry_after: float | None
    body: bytes
    whole: bool


def get(
    opened: socket.socket,
    host: str,
    path: str,
    deadline: Deadline,
    *,
    agent: str,
    accept: str = "*/*",
    limit: int,
) -> Reply:
    """Ask for `path` and read the answer; the connection is of no use afterwards.

    Raises Unreachable("timeout"), ("connection_lost"), Garbled("http_garbled").
    """
    from http.client import HTTPException, HTTPResponse

    from apowacht.plugins.wire.http_wire import Wire

    lines = (
        f"GET {path} HTTP/1.1",
        f"Host: {f'[{host}]' if ':' in host else host}",
        f"User-Agent: {agent}",
        f"Accept: {accept}",
        "Connection: close",
    )
    request = "\r\n".join(lines) + "\r\n\r\n"
    endpoint.send(opened, request.encode("ascii", "replace"), deadline, host)
    response = HTTPResponse(Wire(opened, deadline, host), method="GET")  # type: ignore[arg-type]
    try:
        response.begin()
        body = response.read(limit + 1)
        kind = response.getheader("Content-Type", "").partition(";")[0].strip().lower()
        later = response.getheader("Retry-After", "").strip()
        if response.length and len(body) <= limit:  # announced, and never sent
            raise ValueError("length")
    except (HTTPException, ValueError) as failure:
        if isinstance(failure, ConnectionError):  # http.client's word for no answer at all
            raise Unreachable("connection_lost", phase="request", host=host) from failure
        raise _garbled(host, type(failure).__name__) from failure
    except Trouble as trouble:
        if isinstance(trouble, Garbled):
            raise _garbled(host, "size") from trouble
        raise
    finally:
        response.close()
    seconds = float(later) if later.isascii() and later.isdigit() and len(later) < 7 else None
    return Reply(response.status, kind, seconds, body[:limit], len(body) <= limit)


def _garbled(host: str, detail: str) -> Garbled:
    return Garbled("http_garbled", phase="request", host=host, detail=detail)
