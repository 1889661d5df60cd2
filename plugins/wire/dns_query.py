"""One DNS question to one name server over a chosen line (RFC 1035, 7766).

The system's resolver cannot be told by which line to ask, and dnspython, which could, brings
30 ms of imports for one packet of 17 bytes: so the packet is written here.
"""

from __future__ import annotations

import os
import socket
import struct
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.plugins.core.errors import Garbled, OwnTrouble, Refused, Unreachable
from apowacht.plugins.wire.bound import Binding, connect_bound, open_bound

if TYPE_CHECKING:
    from apowacht.plugins.core.deadline import Deadline

PORT = 53
KINDS = {"A": 1, "NS": 2, "AAAA": 28}
_HEADER = struct.Struct("!6H")
_IN = 1
_ANSWER, _OPCODE, _TRUNCATED, _RECURSION_WANTED = 0x8000, 0x7800, 0x0200, 0x0100
_AGAIN_SECONDS = 1.0

NO_ERROR, FORMAT_ERROR, SERVER_FAILURE, NAME_ERROR = range(4)


class Reply(NamedTuple):
    """What the name server said: RFC 1035's RCODE, how many records, how long it took."""

    code: int
    answers: int
    seconds: float

    @property
    def works(self) -> bool:
        """Whether the server does its work: it found the name, or knows that there is none."""
        return self.code in (NO_ERROR, NAME_ERROR)


def question(number: int, name: str, kind: str) -> bytes:
    """The packet that asks. Raises OwnTrouble("dns_bad_name")."""
    labels = [label.encode("ascii", "replace") for label in name.rstrip(".").split(".") if label]
    whole = b"".join(bytes((len(label),)) + label for label in labels if len(label) < 64)
    plain = name.isascii() and len(whole) == sum(map(len, labels)) + len(labels)
    if not plain or len(whole) > 254 or ".." in name or (name.startswith(".") and name != "."):
        raise OwnTrouble("dns_bad_name", name=name)
    head = _HEADER.pack(number, _RECURSION_WANTED, 1, 0, 0, 0)
    return head + whole + b"\0" + struct.pack("!HH", KINDS[kind], _IN)


def ask(
    family: int,
    address: tuple[Any, ...],
    deadline: Deadline,
    *,
    name: str = ".",
    kind: str = "NS",
    binding: Binding | None = None,
) -> Reply:
    """Ask over UDP, over TCP when the answer was cut; again after a second of silence.

    The default question, for the root's name servers, tells nobody's name. Raises
    Unreachable("dns_server_silent"), Refused("dns_server_closed") when nothing listens there,
    Garbled("dns_garbled"), and what `bound.open_bound` raises.
    """
    started = monotonic()
    answer = exchange(family, address, deadline, name, kind, binding or Binding())
    code, answers, _ = _read(answer, address)
    return Reply(code, answers, monotonic() - started)


def exchange(
    family: int,
    address: tuple[Any, ...],
    deadline: Deadline,
    name: str,
    kind: str,
    binding: Binding,
) -> bytes:
    """The whole answer packet to one question, whose header makes sense; over TCP if need be.

    Raises what `ask` raises.
    """
    packet = question(int.from_bytes(os.urandom(2), "big"), name, kind)
    answer = _over_udp(family, address, deadline, packet, binding)
    if _read(answer, address)[2]:
        answer = _over_tcp(family, address, deadline, packet, binding)
        _read(answer, address)
    return answer


def _over_udp(
    family: int, address: tuple[Any, ...], deadline: Deadline, packet: bytes, binding: Binding
) -> bytes:
    with open_bound(family, socket.SOCK_DGRAM, binding) as connection:
        try:
            connection.connect(address)
            while True:
                connection.send(packet)
                answer = _matching(connection, packet, min(_AGAIN_SECONDS, deadline.remaining()))
                if answer is not None:
                    return answer
                if deadline.expired:
                    raise _silent(address, deadline)
        except ConnectionRefusedError as refusal:
            raise _closed(address) from refusal
        except OSError as failure:
            raise _silent(address, deadline) from failure


def _matching(connection: socket.socket, packet: bytes, seconds: float) -> bytes | None:
    """The answer to this very question; strangers' packets are passed over (RFC 5452)."""
    end = monotonic() + seconds
    while (left := end - monotonic()) > 0:
        connection.settimeout(max(left, 0.001))
        try:
            answer = connection.recv(65535)
        except TimeoutError:
            return None
        if _answers(answer, packet):
            return answer
    return None


def _answers(answer: bytes, packet: bytes) -> bool:
    if len(answer) < _HEADER.size or answer[:2] != packet[:2]:
        return False
    # A server that could not read the question need not repeat it.
    asked = packet[_HEADER.size :].lower()
    repeated = answer[_HEADER.size : len(packet)].lower()
    return repeated == asked or answer[4:6] == b"\0\0"


def _over_tcp(
    family: int, address: tuple[Any, ...], deadline: Deadline, packet: bytes, binding: Binding
) -> bytes:
    try:
        with connect_bound(family, address, binding, deadline) as connection:
            connection.sendall(struct.pack("!H", len(packet)) + packet)
            size = struct.unpack("!H", _exactly(connection, 2, deadline))[0]
            answer = _exactly(connection, size, deadline)
    except ConnectionRefusedError as refusal:
        raise _closed(address) from refusal
    except OSError as failure:
        raise _silent(address, deadline) from failure
    if not _answers(answer, packet):
        raise Garbled("dns_garbled", phase="request", host=address[0])
    return answer


def _exactly(connection: socket.socket, size: int, deadline: Deadline) -> bytes:
    data = b""
    while len(data) < size:
        if deadline.expired:
            raise TimeoutError
        connection.settimeout(max(deadline.remaining(), 0.001))
        more = connection.recv(size - len(data))
        if not more:
            raise ConnectionResetError
        data += more
    return data


def _read(answer: bytes, address: tuple[Any, ...]) -> tuple[int, int, bool]:
    """RCODE, number of answers, whether it was cut. Raises Garbled("dns_garbled")."""
    _, flags, _, answers, _, _ = _HEADER.unpack_from(answer)
    if not flags & _ANSWER or flags & _OPCODE:
        raise Garbled("dns_garbled", phase="request", host=address[0])
    return flags & 0x000F, answers, bool(flags & _TRUNCATED)


def _silent(address: tuple[Any, ...], deadline: Deadline) -> Unreachable:
    return Unreachable(
        "dns_server_silent", phase="request", host=address[0], seconds=deadline.seconds
    )


def _closed(address: tuple[Any, ...]) -> Refused:
    return Refused("dns_server_closed", phase="request", host=address[0], port=address[1])
