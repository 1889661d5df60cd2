"""Which way a packet leaves this host: the kernel's own answer over netlink, without any privilege.

Sources: rtnetlink(7), netlink(7), Linux' include/uapi/linux/{netlink,rtnetlink,neighbour}.h. A
lookup follows policy rules, the binding of a socket to a device or address, and IPv6 as IPv4.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
from typing import TYPE_CHECKING, NamedTuple

from apowacht.plugins.core.errors import OwnTrouble

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

_HEADER = struct.Struct("=IHHII")  # length, type, flags, sequence, port
_ROUTE = struct.Struct("=BBBBBBBBI")  # family, dst_len, src_len, tos, table, protocol, scope, type
_NEIGHBOUR = struct.Struct("=BxHiHBB")  # family, (padding), ifindex, state, flags, type
_LINK = struct.Struct("=BxHiII")  # family, type, ifindex, flags, change
_ADDRESS = struct.Struct("=BBBBI")  # family, prefix length, flags, scope, ifindex
_NEXT_HOP = struct.Struct("=HBBi")  # length, flags, hops, ifindex
_ATTRIBUTE = struct.Struct("=HH")  # length, type

_ERROR, _DONE = 2, 3
_REQUEST, _DUMP = 0x1, 0x300
_GET_LINK, _GET_ADDRESS, _GET_ROUTE, _GET_NEIGHBOUR = 18, 22, 26, 30
_DST, _SRC, _OIF, _GATEWAY, _PRIORITY, _PREFSRC, _MULTIPATH, _TABLE, _VIA = (
    1, 2, 4, 5, 6, 7, 9, 15, 18,
)  # fmt: skip
_FIB_MATCH = 0x2000  # RTM_F_FIB_MATCH: name the route that decides, not what comes of it
_UNICAST = 1
_MAIN_TABLE = 254
_RUNNING = 0x1 | 0x40  # IFF_UP, IFF_RUNNING
_NO_WAY = frozenset(
    {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENODEV, errno.EACCES, errno.EINVAL}
)
_SECONDS = 2.0  # the kernel answers at once; this only keeps a broken sandbox from hanging us

# NUD_*: what the kernel knows of a neighbour.
_STATIC = 0x40 | 0x80  # noarp, permanent
_FOUND = 0x02 | _STATIC  # reachable
_LOST = 0x01 | 0x20  # incomplete, failed

# «Reachable» lasts up to 45 s after the neighbour's last word.
_FRESH_SECONDS = 5.0
_TICKS = 100  # USER_HZ

LENGTH = {socket.AF_INET: 32, socket.AF_INET6: 128}


class Way(NamedTuple):
    """How a packet leaves: `gateway` is None on a direct link, `source` is the address it bears.

    `certain` is False when no route holds the target and the kernel only guesses that it lies
    on the device's own link: what a socket bound to a device without a route gets.
    """

    device: str
    gateway: str | None
    source: str | None
    certain: bool = True


class Default(NamedTuple):
    """One next hop of a default route of the main table; the lowest metric wins."""

    family: int
    device: str
    gateway: str | None
    metric: int


def family_of(address: str) -> int | None:
    """AF_INET or AF_INET6 for an address without a scope, None for a name."""
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, address)
        except (OSError, ValueError):
            continue
        return int(family)
    return None


class Routes:
    """The kernel's routing, links, addresses and neighbours, read over one socket.

    Use it with `with`, in one thread. Raises OwnTrouble("no_netlink", detail) where there is no
    such thing, as on other systems than Linux.
    """

    def __init__(self) -> None:
        try:
            kind = socket.SOCK_RAW | socket.SOCK_CLOEXEC
            self._socket = socket.socket(socket.AF_NETLINK, kind, socket.NETLINK_ROUTE)
            self._socket.settimeout(_SECONDS)
            self._socket.bind((0, 0))
        except (AttributeError, OSError) as refusal:
            raise OwnTrouble("no_netlink", detail=_words(refusal)) from refusal
        self._sequence = 0

    def __enter__(self) -> Routes:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()

    def way(
        self, address: str, *, device: str | None = None, source: str | None = None
    ) -> Way | None:
        """The way to an address for a socket bound so; None when there is none."""
        family = family_of(address)
        if family is None or (source and family_of(source) != family):
            return None
        wanted = _packed(family, _DST, address)
        if source:
            wanted += _packed(family, _SRC, source)
        if device:
            index = index_of(device)
            if index is None:
                return None
            wanted += _attribute(_OIF, struct.pack("=i", index))
        found = self._lookup(family, source, wanted, 0)
        if found is None or found.gateway is not None:
            return found
        match = self._lookup(family, source, wanted, _FIB_MATCH)
        return found._replace(certain=match is not None)

    def defaults(self) -> list[Default]:
        """The default routes of the main table, IPv4 and IPv6, the winning ones first."""
        found: list[Default] = []
        for family in (socket.AF_INET, socket.AF_INET6):
            request = _ROUTE.pack(family, 0, 0, 0, 0, 0, 0, 0, 0)
            for body in self._ask(_GET_ROUTE, request, _DUMP):
                found += _defaults(body)
        return sorted(found, key=lambda default: default.metric)

    def running(self, device: str) -> bool | None:
        """Whether a device is up and has its carrier; None when there is no such device."""
        index = index_of(device)
        if index is None:
            return None
        for body in self._ask(_GET_LINK, _LINK.pack(socket.AF_UNSPEC, 0, index, 0, 0)):
            _, _, _, flags, _ = _LINK.unpack_from(body)
            return bool(flags & _RUNNING == _RUNNING)
        return None

    def device_of(self, address: str) -> str | None:
        """The device that bears one of this host's own addresses."""
        family = family_of(address)
        if family is None:
            return None
        packed = socket.inet_pton(family, address)
        for body in self._ask(_GET_ADDRESS, _ADDRESS.pack(family, 0, 0, 0, 0), _DUMP):
            attributes = dict(_attributes(body, _ADDRESS.size))
            # IFA_LOCAL is the own address; IFA_ADDRESS is the peer's on a point-to-point link.
            if attributes.get(2, attributes.get(1)) == packed:
                return name_of(_ADDRESS.unpack_from(body)[4])
        return None

    def neighbour(self, address: str, device: str) -> bool | None:
        """Whether the kernel has just heard of a neighbour (True), has called in vain (False),
        or does not know (None)."""
        family, index = family_of(address), index_of(device)
        if family is None or index is None:
            return None
        packed = socket.inet_pton(family, address)
        for body in self._ask(_GET_NEIGHBOUR, _NEIGHBOUR.pack(family, 0, 0, 0, 0, 0), _DUMP):
            _, _, where, state, _, _ = _NEIGHBOUR.unpack_from(body)
            attributes = dict(_attributes(body, _NEIGHBOUR.size))
            if where == index and attributes.get(1) == packed:
                fresh = state & _STATIC or _confirmed_seconds(attributes) < _FRESH_SECONDS
                return True if state & _FOUND and fresh else False if state & _LOST else None
        return None

    def _lookup(self, family: int, source: str | None, wanted: bytes, flags: int) -> Way | None:
        lengths = (LENGTH[socket.AddressFamily(family)],) * 2
        head = (family, lengths[0], lengths[1] if source else 0, 0, 0, 0, 0, 0, flags)
        try:
            answers = list(self._ask(_GET_ROUTE, _ROUTE.pack(*head) + wanted))
        except OSError as refusal:
            if refusal.errno in _NO_WAY:
                return None
            raise
        for body in answers:
            _, _, _, _, _, _, _, kind, _ = _ROUTE.unpack_from(body)
            attributes = dict(_attributes(body, _ROUTE.size))
            hops = [*_hops(family, attributes)]
            if hops and kind in (_UNICAST, 2):  # 2: an address of this host itself
                return Way(*hops[0], _text(family, attributes.get(_PREFSRC)) or source)
        return None

    def _ask(self, kind: int, body: bytes, flags: int = 0) -> Iterator[bytes]:
        """The bodies of the answers to one request. Raises OSError with the kernel's number."""
        self._sequence += 1
        head = _HEADER.pack(
            _HEADER.size + len(body), kind, _REQUEST | flags, self._sequence, 0
        )  # fmt: skip
        self._socket.send(head + body)
        while True:
            data = self._socket.recv(1 << 18)
            while len(data) >= _HEADER.size:
                length, told, _, sequence, _ = _HEADER.unpack_from(data)
                content = data[_HEADER.size : length]
                data = data[(length + 3) & ~3 :]
                if sequence != self._sequence:
                    continue
                if told == _DONE:
                    return
                if told == _ERROR:
                    number = -int(struct.unpack_from("=i", content)[0])
                    if number:
                        raise OSError(number, os.strerror(number))
                    return
                yield content
                if not flags & _DUMP:
                    return


def _confirmed_seconds(attributes: dict[int, bytes]) -> float:
    """How long ago a neighbour last proved to be there (NDA_CACHEINFO)."""
    info = attributes.get(3, b"")
    return struct.unpack_from("=I", info)[0] / _TICKS if len(info) >= 4 else 0.0


def index_of(device: str) -> int | None:
    """The number of a device, None when there is none of this name."""
    try:
        return socket.if_nametoindex(device)
    except (OSError, ValueError):
        return None


def name_of(index: int) -> str:
    """The name of a device; its number when it has just gone."""
    try:
        return socket.if_indextoname(index)
    except OSError:
        return str(index)


def _defaults(body: bytes) -> Iterator[Default]:
    family, length, _, _, table, _, _, kind, _ = _ROUTE.unpack_from(body)
    attributes = dict(_attributes(body, _ROUTE.size))
    if _TABLE in attributes:
        table = struct.unpack("=I", attributes[_TABLE])[0]
    if length or kind != _UNICAST or table != _MAIN_TABLE or family not in LENGTH:
        return
    metric = struct.unpack("=I", attributes[_PRIORITY])[0] if _PRIORITY in attributes else 0
    for device, gateway in _hops(family, attributes):
        yield Default(family, device, gateway, metric)


def _hops(family: int, attributes: dict[int, bytes]) -> Iterator[tuple[str, str | None]]:
    """Device and gateway of each next hop."""
    if _OIF in attributes:
        yield name_of(struct.unpack("=i", attributes[_OIF])[0]), _gateway(family, attributes)
        return
    rest = attributes.get(_MULTIPATH, b"")
    while len(rest) >= _NEXT_HOP.size:
        length, _, _, index = _NEXT_HOP.unpack_from(rest)
        if length < _NEXT_HOP.size:
            return
        yield name_of(index), _gateway(family, dict(_attributes(rest[:length], _NEXT_HOP.size)))
        rest = rest[(length + 3) & ~3 :]


def _gateway(family: int, attributes: dict[int, bytes]) -> str | None:
    via = attributes.get(_VIA)
    if via is not None:  # an IPv6 gateway of an IPv4 route
        return _text(struct.unpack_from("=H", via)[0], via[2:])
    return _text(family, attributes.get(_GATEWAY))


def _text(family: int, packed: bytes | None) -> str | None:
    if not packed:
        return None
    try:
        return socket.inet_ntop(family, packed)
    except ValueError:
        return None


def _attributes(body: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    while start + _ATTRIBUTE.size <= len(body):
        length, kind = _ATTRIBUTE.unpack_from(body, start)
        if length < _ATTRIBUTE.size:
            return
        yield kind & 0x3FFF, body[start + _ATTRIBUTE.size : start + length]
        start += (length + 3) & ~3


def _attribute(kind: int, content: bytes) -> bytes:
    length = _ATTRIBUTE.size + len(content)
    return _ATTRIBUTE.pack(length, kind) + content + bytes(-length % 4)


def _packed(family: int, kind: int, address: str) -> bytes:
    return _attribute(kind, socket.inet_pton(family, address))


def _words(refusal: Exception) -> str:
    number = getattr(refusal, "errno", None)
    return os.strerror(number) if number else "netlink"
