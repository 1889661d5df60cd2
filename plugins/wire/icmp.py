"""ICMP echo through the kernel's ping socket, which needs neither root nor a capability.

Linux lets those use it whose group lies in the sysctl net.ipv4.ping_group_range, for IPv6 too;
Debian's kernel lets nobody by default. Sources: icmp(7), RFC 792, RFC 4443.
"""

from __future__ import annotations

import errno
import socket
from time import monotonic
from typing import TYPE_CHECKING, Any

from apowacht.plugins.core.errors import OwnTrouble, Unreachable
from apowacht.plugins.wire.endpoint import resolve

if TYPE_CHECKING:
    from apowacht.plugins.core.deadline import Deadline

# Protocol, type of a request and of an answer.
_KINDS: dict[int, tuple[int, int, int]] = {
    socket.AF_INET: (socket.IPPROTO_ICMP, 8, 0),
    socket.AF_INET6: (socket.IPPROTO_ICMPV6, 128, 129),
}
_PATIENCE_SECONDS = 1.0
_ANY_PORT = 7  # echo has none, but the resolver wants one

# How systems without ping sockets refuse them.
_NO_SUCH_SOCKET = frozenset(
    {errno.EPROTONOSUPPORT, errno.ESOCKTNOSUPPORT, errno.EPROTOTYPE, errno.EINVAL}
)


class NotPermitted(OwnTrouble):
    """This computer may not send an echo request: nothing is known about the host.

    Its reason is "icmp_not_permitted". A check with other signs of life catches it and says so.
    """


def ping(host: str, deadline: Deadline, count: int = 2) -> float | None:
    """Round-trip time in seconds of the first echo that is answered, None when none is.

    Asks every address of the host, `count` times, each for a second at most; an answer to an
    earlier request counts as well. Raises NotPermitted, Unreachable("timeout") when no time was
    left to ask, and what `endpoint.resolve` raises.
    """
    found = resolve(host, _ANY_PORT, deadline, kind=socket.SOCK_DGRAM)
    if deadline.expired:
        raise Unreachable("timeout", phase="request", host=host, seconds=deadline.seconds)
    echoes = [_Echo(host, family, address) for family, address in found if family in _KINDS]
    try:
        for _ in range(count):
            for echo in echoes:
                seconds = echo.ask(min(_PATIENCE_SECONDS, deadline.remaining()))
                if seconds is not None:
                    return seconds
    finally:
        for echo in echoes:
            echo.close()
    return None


class _Echo:
    """The requests to one address; the kernel gives them an identifier of their own."""

    def __init__(self, host: str, family: int, address: tuple[Any, ...]) -> None:
        self._host = host
        self._address = address
        self._family = family
        self._protocol, self._request, self._answer = _KINDS[family]
        self._socket: socket.socket | None = None
        self._sent: list[float] = []

    def ask(self, seconds: float) -> float | None:
        """Send one more request and wait so long for an answer to any of them."""
        end = monotonic() + seconds
        try:
            connection = self._open()
            self._sent.append(monotonic())
            connection.send(self._packet(len(self._sent)))
            while (left := end - monotonic()) > 0:
                connection.settimeout(max(left, 0.001))  # 0 would mean: do not block
                sequence = self._sequence(connection.recv(65535))
                if 0 < sequence <= len(self._sent):
                    return monotonic() - self._sent[sequence - 1]
        except PermissionError as refusal:
            raise NotPermitted("icmp_not_permitted", host=self._host) from refusal
        except OSError as failure:  # silence, no route, or an ICMP message that says so
            if failure.errno in (errno.EMFILE, errno.ENFILE):  # ours, not the host's
                raise
        return None

    def close(self) -> None:
        """Give back the socket."""
        if self._socket is not None:
            self._socket.close()

    def _open(self) -> socket.socket:
        if self._socket is None:
            try:
                self._socket = socket.socket(self._family, socket.SOCK_DGRAM, self._protocol)
            except OSError as refusal:
                if refusal.errno not in _NO_SUCH_SOCKET:
                    raise
                raise NotPermitted("icmp_not_permitted", host=self._host) from refusal
            # The kernel then passes on only what comes from there and bears our identifier.
            self._socket.connect(self._address)
        return self._socket

    def _packet(self, sequence: int) -> bytes:
        # The kernel fills in checksum and identifier, which stand in bytes 2 to 5.
        return bytes((self._request, 0, 0, 0, 0, 0)) + sequence.to_bytes(2, "big") + bytes(8)

    def _sequence(self, packet: bytes) -> int:
        """Which of the requests is answered, 0 for none."""
        if len(packet) < 8 or packet[0] != self._answer or packet[1]:
            return 0
        return int.from_bytes(packet[6:8], "big")
