"""Names to addresses, and the only opener of TCP connections: everything here ends by the deadline.

No connection is ever opened to port 4742: there SICCT card terminals listen, and a connection
from a stranger can take a terminal away from the Konnektor that works with it. Nor is one opened
here to the E-Rezept-Fachdienst: how it may be asked is gematik's to say (A_23214 to A_23219), and
`read.erezept_central` keeps to that.
"""

from __future__ import annotations

import errno
import socket
from typing import TYPE_CHECKING, Any

from apowacht.plugins.core.errors import OwnTrouble, Refused, Unreachable

if TYPE_CHECKING:
    from collections.abc import Collection

    from apowacht.plugins.core.deadline import Deadline

    Address = tuple[int, tuple[Any, ...]]

SICCT_PORT = 4742

# A silent address gets no more than this while another one waits for its turn: enough for the
# first packet and one repetition by the kernel.
_PATIENCE_SECONDS = 3.0

# These say that this computer is out of something; the target has no part in it.
_OURS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS})
_SILENT = frozenset({errno.ETIMEDOUT, errno.EAGAIN, errno.EINPROGRESS})
_TURNED_AWAY = frozenset({errno.ECONNREFUSED, errno.ECONNRESET})


def resolve(
    host: str, port: int, deadline: Deadline, *, kind: int = socket.SOCK_STREAM
) -> list[Address]:
    """All addresses of `host`, in the resolver's order, as (family, sockaddr).

    IP literals need no name server; IPv6 ones may stand in brackets and carry a scope.
    Raises Unreachable("dns_failed") when there is no such name, Unreachable("dns_timeout") when
    the resolver has not answered by the deadline, OwnTrouble("bad_port") outside 1..65535.
    """
    if not 0 < port < 65536:  # the C library takes 70278 for 4742
        raise OwnTrouble("bad_port", port=port)
    name = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not name or any(character.isspace() or character == "\0" for character in name):
        raise Unreachable("dns_failed", phase="dns", host=host)
    try:
        return _lookup(name, port, kind, socket.AI_NUMERICHOST)
    except (OSError, ValueError):
        pass  # no literal, so it is a name
    return _resolve_name(name, port, deadline, kind)


def connect(
    host: str, port: int, deadline: Deadline, *, forbidden: Collection[int] = ()
) -> socket.socket:
    """A connected TCP socket, whose timeout is what is left of the deadline.

    Tries every address of the name, IPv6 and IPv4; the time left is shared between those that
    have not had their turn. `forbidden` adds ports to the one that is never opened.
    Raises OwnTrouble("sicct_port") or ("fachdienst_host") before any socket exists,
    Refused("connection_refused"), Unreachable("timeout") or Unreachable("no_route"), and what
    `resolve` raises.
    """
    if port == SICCT_PORT or port in forbidden:
        raise OwnTrouble("sicct_port", port=port)
    spare_fachdienst(host)
    addresses = resolve(host, port, deadline)
    failures: list[OSError] = []
    for turn, (family, address) in enumerate(addresses):
        left = deadline.remaining()
        waiting = len(addresses) - turn
        share = min(left / waiting, _PATIENCE_SECONDS) if waiting > 1 else left
        if not share:
            failures.append(TimeoutError(errno.ETIMEDOUT, "no time left"))
            break
        try:
            connection = _open(family, address, share)
        except OSError as failure:
            if failure.errno in _OURS:
                raise
            failures.append(failure)
            continue
        connection.settimeout(max(deadline.remaining(), 0.001))
        return connection
    raise _why(failures, host, port, deadline) from failures[-1]


def spare_fachdienst(host: str) -> None:
    """Raise OwnTrouble("fachdienst_host") for a name of the E-Rezept-Fachdienst, in the TI
    (`erp-ref.zentral.erp.splitdns…`) or on the internet (`erp.app…`)."""
    name = host.strip().rstrip(".").lower()
    if name.endswith(".erp.splitdns.ti-dienste.de") or (
        name.startswith("erp") and name.endswith(".app.ti-dienste.de")
    ):
        raise OwnTrouble("fachdienst_host", host=host)


def send(connection: socket.socket, data: bytes, deadline: Deadline, host: str) -> None:
    """Send all of `data` to `host`. Raises Unreachable("timeout") or ("connection_lost")."""
    try:
        connection.settimeout(_left(deadline, host))
        connection.sendall(data)
    except TimeoutError as silence:
        raise _late(deadline, host) from silence
    except OSError as loss:
        raise Unreachable("connection_lost", phase="request", host=host) from loss


def receive(connection: socket.socket, deadline: Deadline, host: str, size: int = 65536) -> bytes:
    """The next bytes from `host`, at most `size`; b"" when it has closed the connection.

    Raises Unreachable("timeout") or Unreachable("connection_lost").
    """
    try:
        connection.settimeout(_left(deadline, host))
        return connection.recv(size)
    except TimeoutError as silence:
        raise _late(deadline, host) from silence
    except OSError as loss:
        raise Unreachable("connection_lost", phase="request", host=host) from loss


def excerpt(answer: bytes | str, limit: int = 40) -> str:
    """The beginning of an answer that makes no sense, fit to be shown: printable, one line."""
    text = answer.decode("latin-1") if isinstance(answer, bytes) else answer
    shown = "".join(c if c.isascii() and c.isprintable() else "." for c in text[: limit + 1])
    return shown if len(shown) <= limit else shown[: limit - 3] + "..."


def _lookup(name: str, port: int, kind: int, flags: int = 0) -> list[Address]:
    # As bytes, because a text would load the tables of IDNA, which cost a millisecond.
    found = socket.getaddrinfo(
        name.encode() if name.isascii() else name, port, type=kind, flags=flags
    )
    return list(dict.fromkeys((int(family), address) for family, _, _, _, address in found))


def _resolve_name(name: str, port: int, deadline: Deadline, kind: int) -> list[Address]:
    # getaddrinfo knows no timeout, so it may hang in a thread that nobody waits for.
    import threading

    answer: list[list[Address] | Exception] = []

    def ask() -> None:
        try:
            answer.append(_lookup(name, port, kind))
        except (OSError, ValueError) as failure:  # ValueError: no encoding for such a name
            answer.append(failure)

    thread = threading.Thread(target=ask, name="apowacht-resolve", daemon=True)
    thread.start()
    thread.join(deadline.remaining())
    if not answer:
        raise Unreachable("dns_timeout", phase="dns", host=name, seconds=deadline.seconds)
    if isinstance(answer[0], Exception):
        raise Unreachable("dns_failed", phase="dns", host=name) from answer[0]
    return answer[0]


def _open(family: int, address: tuple[Any, ...], seconds: float) -> socket.socket:
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.connect(address)
    except BaseException:
        connection.close()
        raise
    return connection


def _why(
    failures: list[OSError], host: str, port: int, deadline: Deadline
) -> Refused | Unreachable:
    # One address that says no proves more than others that say nothing.
    if any(failure.errno in _TURNED_AWAY for failure in failures):
        return Refused("connection_refused", phase="connect", host=host, port=port)
    if any(isinstance(f, TimeoutError) or f.errno in _SILENT for f in failures):
        return Unreachable(
            "timeout", phase="connect", host=host, port=port, seconds=deadline.seconds
        )
    return Unreachable("no_route", phase="connect", host=host, port=port)


def _late(deadline: Deadline, host: str) -> Unreachable:
    return Unreachable("timeout", phase="request", host=host, seconds=deadline.seconds)


def _left(deadline: Deadline, host: str) -> float:
    if deadline.expired:
        raise _late(deadline, host)
    return max(deadline.remaining(), 0.001)  # 0 would mean: do not block
