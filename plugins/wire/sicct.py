"""SICCT service discovery: ask a card terminal over UDP whether it is there, and nothing else.

Source: SICCT 1.3.0, 6.2.3, and gemSpec_KT 3.17.0, TIP1-A_3151 (unicast requests are answered too).
This is connectionless and changes nothing. The terminal's TCP port is another matter: it is never
opened, and what a terminal says about it goes to `endpoint.connect` as a forbidden port.
"""

from __future__ import annotations

import errno
import socket
from typing import TYPE_CHECKING, NamedTuple

from apowacht.plugins.core.errors import Garbled, Unreachable
from apowacht.plugins.wire.endpoint import SICCT_PORT, excerpt, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apowacht.plugins.core.deadline import Deadline

_REQUEST, _ANSWER = 0xA0, 0xA1
_VERSION, _ADDRESS, _PORT, _NAME, _SECURITY, _PROTOCOL = 0x80, 0x81, 0x82, 0x84, 0xA3, 0x8A
# The second byte is the minor number: 1.20, which terminals of every later version take.
_SPOKEN_VERSION = b"\x01\x14"
_PROTOCOLS = {0x30: "TLS 1.2", 0x40: "TLS 1.3"}

# The specification takes three seconds for enough; the question is repeated halfway.
_WAITS_SECONDS = (1.5, 1.5)
_LONGEST_NAME = 32


class Terminal(NamedTuple):
    """A card terminal as it announces itself; what it does not tell is None.

    The MAC address in an announcement identifies a device and is not read.
    """

    name: str | None = None
    tcp_port: int | None = None
    """Where its Konnektor talks to it: never to be opened."""
    security_protocol: str | None = None
    """TLS 1.2, TLS 1.3, or the number in hexadecimal where it is another one."""


def discover(host: str, deadline: Deadline, port: int = SICCT_PORT) -> Terminal | None:
    """The terminal at `host`, or None when nothing answers: asks twice, for 3 seconds in all.

    None proves little: a firewall, address translation, a terminal that is busy with its
    Konnektor or a host without IPv4 (the request holds four bytes for an address) look alike.
    Raises Garbled("sicct_garbled") when only something else answers, Unreachable("timeout") when
    no time was left to ask, and what `endpoint.resolve` raises.
    """
    found = resolve(host, port, deadline, kind=socket.SOCK_DGRAM)
    if deadline.expired:
        raise Unreachable(
            "timeout", phase="request", host=host, port=port, seconds=deadline.seconds
        )
    addresses = [address for family, address in found if family == socket.AF_INET]
    if not addresses:
        return None
    try:
        return _ask(host, addresses[0], deadline)
    except OSError as failure:  # no route, or a local firewall
        if failure.errno in (errno.EMFILE, errno.ENFILE):  # ours, not the terminal's
            raise
        return None


def request(address: str, port: int) -> bytes:
    """The question; the answer is to come to this IPv4 address and port."""
    parts = (
        _item(_VERSION, _SPOKEN_VERSION),
        _item(_ADDRESS, socket.inet_aton(address)),
        _item(_PORT, port.to_bytes(2, "big")),
    )
    return _item(_REQUEST, b"".join(parts))


def read_announcement(data: bytes, host: str = "") -> Terminal:
    """The terminal that an answer announces; what does not fit in it is passed over.

    Raises Garbled("sicct_garbled") when the answer is no announcement.
    """
    whole = dict(_items(data))
    if _ANSWER not in whole:
        raise Garbled("sicct_garbled", phase="request", host=host, answer=excerpt(data))
    parts = dict(_items(whole[_ANSWER]))
    security = dict(_items(parts.get(_SECURITY, b""))).get(_PROTOCOL, b"")
    tcp_port = parts.get(_PORT, b"")
    return Terminal(
        name=excerpt(parts.get(_NAME, b"").rstrip(b"\0 "), _LONGEST_NAME) or None,
        tcp_port=int.from_bytes(tcp_port, "big") or None if len(tcp_port) == 2 else None,
        security_protocol=_PROTOCOLS.get(security[0], f"{security[0]:02x}") if security else None,
    )


def _ask(host: str, address: tuple[object, ...], deadline: Deadline) -> Terminal | None:
    ours = _own_address(address)
    garbled: Garbled | None = None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.bind((ours, 0))
        question = request(*asking.getsockname())
        for seconds in _WAITS_SECONDS:
            end = max(0.0, deadline.remaining() - seconds)
            asking.sendto(question, address)
            while (left := deadline.remaining() - end) > 0:
                answer = _receive(asking, address[0], left)
                if answer is None:
                    continue
                try:
                    return read_announcement(answer, host)
                except Garbled as nonsense:
                    garbled = nonsense
            if deadline.expired:
                break
    if garbled is not None:
        raise garbled
    return None


def _own_address(address: tuple[object, ...]) -> str:
    """Which of this computer's addresses that host sees; connecting UDP sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(address)
        return str(probe.getsockname()[0])


def _receive(asking: socket.socket, wanted: object, seconds: float) -> bytes | None:
    """What that address says, from any port of it; None when it says nothing."""
    asking.settimeout(max(seconds, 0.001))  # 0 would mean: do not block
    try:
        answer, (sender, *_) = asking.recvfrom(65535)
    except TimeoutError:
        return None
    return answer if sender == wanted else None


def _item(tag: int, content: bytes) -> bytes:
    return bytes((tag, len(content))) + content


def _items(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The tags and contents in a row of BER items; a last one that is cut off is cut short."""
    at = 0
    while at + 1 < len(data):
        tag, size, at = data[at], data[at + 1], at + 2
        if size > 0x80:  # the long form: so many bytes hold the length
            count = size - 0x80
            size, at = int.from_bytes(data[at : at + count], "big"), at + count
        elif size == 0x80:  # the indefinite form is not for datagrams
            return
        yield tag, data[at : at + size]
        at += size
