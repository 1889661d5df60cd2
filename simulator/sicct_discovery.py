"""What a card terminal answers on UDP when it is asked whether it is there.

SICCT 1.3.0, 6.1: a request names the address and the port that the answer goes to, which need not
be those it came from. Here that must be an address of this machine.
"""

from __future__ import annotations

import contextlib
import ipaddress
from typing import TYPE_CHECKING, NamedTuple

from apowacht.simulator.service import UdpService

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUEST, ANSWER = 0xA0, 0xA1
VERSION, ADDRESS, PORT, MAC, NAME, SECURITY, PROTOCOL = 0x80, 0x81, 0x82, 0x83, 0x84, 0xA3, 0x8A
CLIENT_ADDRESS, CLIENT_PORT = 0x81, 0x82
DEFAULT_PORT = 4742
TLS_1_2 = b"\x30"


class Announced(NamedTuple):
    """A terminal as it announces itself: `name` in ASCII, `port` for its Konnektor's TCP."""

    name: str
    mac: str = "00-00-5E-00-53-00"
    port: int = DEFAULT_PORT
    version: tuple[int, int] = (1, 3)


class SicctTerminal(UdpService):
    """The discovery of one terminal, or of several that one datagram reaches.

    `asked` holds the (address, port) that each understood request wanted its answer at; an answer
    is sent only to loopback.
    """

    def __init__(self, *terminals: Announced, listen: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__(listen, port)
        self.asked: list[tuple[str, int]] = []
        self.become(*terminals)

    def become(self, *terminals: Announced) -> None:
        """Answer as these terminals from now on; as none of them, not at all."""
        self.terminals = terminals

    def answer(self, data: bytes, client: tuple[str, int]) -> None:
        """As UdpService.answer; whatever is no request is dropped."""
        try:
            where = wanted_at(data)
        except ValueError:
            return
        self.asked.append(where)
        if not ipaddress.ip_address(where[0]).is_loopback:
            return
        for terminal in self.terminals:
            with contextlib.suppress(OSError):
                self._socket.sendto(announcement(terminal, self.address[0]), where)


def wanted_at(request: bytes) -> tuple[str, int]:
    """The address and port that a request wants its answer at. Raises ValueError."""
    whole = dict(items(request))
    if set(whole) != {REQUEST}:
        raise ValueError("no service request")
    parts = dict(items(whole[REQUEST]))
    address, port = parts.get(CLIENT_ADDRESS, b""), parts.get(CLIENT_PORT, b"")
    if len(parts.get(VERSION, b"")) != 2 or len(address) != 4 or len(port) != 2:
        raise ValueError("version, address or port is missing")
    number = int.from_bytes(port, "big")
    if not number:
        raise ValueError("no port")
    return str(ipaddress.IPv4Address(address)), number


def announcement(terminal: Announced, address: str) -> bytes:
    """The answer of a terminal that is reached at this address."""
    where = ipaddress.ip_address(address)
    packed = where.packed if where.version == 4 else ipaddress.IPv4Address("127.0.0.1").packed
    parts = (
        item(VERSION, bytes(terminal.version)),
        item(ADDRESS, packed),
        item(MAC, bytes.fromhex(terminal.mac.replace("-", ""))),
        item(NAME, terminal.name.encode("ascii", "replace")[:32]),
        item(PORT, terminal.port.to_bytes(2, "big")),
        item(SECURITY, item(PROTOCOL, TLS_1_2)),
    )
    return item(ANSWER, b"".join(parts))


def item(tag: int, content: bytes) -> bytes:
    """Tag, length in the short form or in the long one with one byte, content."""
    size = len(content)
    return bytes([tag, size] if size < 128 else [tag, 0x81, size]) + content


def items(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The tags and contents in a row of items. Raises ValueError where one does not fit."""
    while data:
        start, size = 2, data[1] if len(data) > 1 else -1
        if size == 0x81 and len(data) > 2:
            start, size = 3, data[2]
        elif size > 0x80:
            raise ValueError("such a length does not fit into a datagram")
        if size < 0 or len(data) < start + size:
            raise ValueError("cut off")
        yield data[0], data[start : start + size]
        data = data[start + size :]
