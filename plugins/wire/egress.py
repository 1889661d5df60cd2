"""By which public address the world sees us: one GET to a service that the user has named."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from apowacht.plugins.core.errors import Garbled, OwnTrouble, Unreachable
from apowacht.plugins.wire import endpoint
from apowacht.plugins.wire.bound import Binding, connect_bound
from apowacht.plugins.wire.routes import family_of

if TYPE_CHECKING:
    import socket

    from apowacht.plugins.core.deadline import Deadline

_LARGEST = 65536
_PORTS = {"http": 80, "https": 443}


class Url(NamedTuple):
    """Where to ask; `host` without brackets, `path` with its query."""

    scheme: str
    host: str
    port: int
    path: str


def split(text: str) -> Url:
    """An http or https URL. Raises OwnTrouble("egress_bad_url"), ("sicct_port"),
    ("fachdienst_host")."""
    found = re.fullmatch(
        r"(https?)://(\[[0-9A-Fa-f:.]+\]|[^/?#@:\s\[\]]+)(?::(\d{1,5}))?(/[!-~]*)?", text.strip()
    )
    if not found:
        raise OwnTrouble("egress_bad_url", text=text)
    scheme, host, port, path = found.groups()
    number = int(port or _PORTS[scheme])
    if not 0 < number < 65536:
        raise OwnTrouble("egress_bad_url", text=text)
    if number == endpoint.SICCT_PORT:
        raise OwnTrouble("sicct_port", port=number)
    endpoint.spare_fachdienst(host)
    return Url(scheme, host.strip("[]"), number, (path or "/").partition("#")[0])


def seen_as(url: Url, deadline: Deadline, binding: Binding | None = None) -> str:
    """The first public address in the service's answer, asked over this line.

    Raises Unreachable, Garbled("egress_garbled"), and what TLS raises: https is verified with
    the system's authorities.
    """
    family, address = _address(url, deadline, binding or Binding())
    try:
        connection = connect_bound(family, address, binding or Binding(), deadline)
    except OSError as failure:
        raise Unreachable("no_route", phase="connect", host=url.host, port=url.port) from failure
    if url.scheme == "https":
        from apowacht.plugins.wire import tls

        connection = tls.wrap(connection, url.host, url.port, deadline, tls.Trust())
    with connection:
        return _asked(connection, url, deadline)


def _address(url: Url, deadline: Deadline, binding: Binding) -> endpoint.Address:
    addresses = endpoint.resolve(url.host, url.port, deadline)
    wanted = family_of(binding.source) if binding.source else None
    for family, address in addresses:
        if wanted in (None, family):
            return family, address
    raise Unreachable("no_route", phase="connect", host=url.host, port=url.port)


def _asked(connection: socket.socket, url: Url, deadline: Deadline) -> str:
    host = f"[{url.host}]" if ":" in url.host else url.host
    # HTTP/1.0: the answer ends with the connection and comes in one piece.
    request = f"GET {url.path} HTTP/1.0\r\nHost: {host}\r\nAccept: text/plain\r\n\r\n"
    endpoint.send(connection, request.encode("ascii", "replace"), deadline, url.host)
    answer = b""
    while len(answer) < _LARGEST:
        more = endpoint.receive(connection, deadline, url.host)
        if not more:
            break
        answer += more
    head, _, body = answer.partition(b"\r\n\r\n")
    status = head.split(b" ", 2)[1:2]
    if not head.startswith(b"HTTP/1.") or status != [b"200"]:
        raise _garbled(url)
    for word in re.findall(r"[0-9A-Fa-f:.]{3,45}", body.decode("latin-1")):
        if family_of(word.strip(".")) is not None:
            return str(word.strip("."))
    raise _garbled(url)


def _garbled(url: Url) -> Garbled:
    return Garbled("egress_garbled", phase="request", host=url.host)
