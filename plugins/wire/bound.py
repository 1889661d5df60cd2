"""Sockets that leave by a chosen line, and what a few probes over one tell: time, loss, silence.

A first binding to a device needs no privilege since Linux 5.7. A binding to a source address
alone chooses no line: the routing does (`routes.Routes.way` tells). No connection is ever opened
to SICCT's port.
"""

from __future__ import annotations

import errno
import os
import select
import socket
import struct
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.plugins.core.errors import OwnTrouble, Unreachable
from apowacht.plugins.wire.endpoint import SICCT_PORT
from apowacht.plugins.wire.icmp import NotPermitted

if TYPE_CHECKING:
    from collections.abc import Callable

    from apowacht.plugins.core.deadline import Deadline

SPACING_SECONDS = 0.05
"""Between the beginnings of two probes of one target."""

_DEVICE_OPTION = getattr(socket, "SO_BINDTODEVICE", 25)
_LATER = frozenset({errno.EINPROGRESS, errno.EAGAIN, errno.EWOULDBLOCK})
_TURNED_AWAY = frozenset({errno.ECONNREFUSED, errno.ECONNRESET})
_NO_PING_SOCKET = frozenset({errno.EPROTONOSUPPORT, errno.ESOCKTNOSUPPORT, errno.EPROTOTYPE})
_OURS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS})

# struct tcp_info of linux/tcp.h: eight bytes, then 32-bit words.
_TCP_INFO_BYTES, _RTT_WORD, _RETRANSMITTED_WORD = 104, 15, 23
_ECHO = {
    socket.AF_INET: (socket.IPPROTO_ICMP, 8, 0),
    socket.AF_INET6: (socket.IPPROTO_ICMPV6, 128, 129),
}


class Binding(NamedTuple):
    """Where a socket has to leave: by this device, with this address, or as the routing wants."""

    device: str | None = None
    source: str | None = None


class Samples(NamedTuple):
    """What came of several probes of one target.

    `sent` and `lost` count packets, repetitions by the kernel included; `rtts` are seconds, one
    per answer; `reason` is None when at least one was answered well, else "timeout",
    "connection_refused" or "no_route".
    """

    sent: int
    lost: int
    rtts: tuple[float, ...]
    reason: str | None


def open_bound(family: int, kind: int, binding: Binding, protocol: int = 0) -> socket.socket:
    """A socket that leaves by its line.

    Raises Unreachable("no_device") and Unreachable("no_address") when the line has lost its
    device or address, OwnTrouble("bind_not_permitted") on kernels before 5.7.
    """
    opened = socket.socket(family, kind, protocol)
    try:
        if binding.device:
            _bind_device(opened, binding.device)
        if binding.source:
            _bind_source(opened, binding.source)
    except BaseException:
        opened.close()
        raise
    return opened


def _bind_device(opened: socket.socket, device: str) -> None:
    try:
        opened.setsockopt(socket.SOL_SOCKET, _DEVICE_OPTION, device.encode() + b"\0")
    except PermissionError as refusal:
        raise OwnTrouble("bind_not_permitted", device=device) from refusal
    except OSError as missing:
        raise Unreachable("no_device", phase="connect", host=device, device=device) from missing


def _bind_source(opened: socket.socket, source: str) -> None:
    try:
        opened.bind((source, 0))
    except OSError as missing:
        raise Unreachable("no_address", phase="connect", host=source, source=source) from missing


def connect_bound(
    family: int, address: tuple[Any, ...], binding: Binding, deadline: Deadline
) -> socket.socket:
    """A connected TCP socket over this line. Raises what `open_bound` raises, and OSError."""
    _allow(address)
    opened = open_bound(family, socket.SOCK_STREAM, binding)
    try:
        opened.settimeout(max(deadline.remaining(), 0.001))
        opened.connect(address)
    except BaseException:
        opened.close()
        raise
    return opened


def _allow(address: tuple[Any, ...]) -> None:
    if address[1] == SICCT_PORT:
        raise OwnTrouble("sicct_port", port=SICCT_PORT)


def connects(
    family: int, address: tuple[Any, ...], binding: Binding, count: int, seconds: float
) -> Samples:
    """`count` TCP connections, begun one shortly after the other, all over after `seconds`.

    A refusal ends it: the target is there, and will say the same again. Raises what
    `open_bound` raises, OwnTrouble("sicct_port").
    """
    _allow(address)

    def begin(_: int) -> socket.socket:
        opened = open_bound(family, socket.SOCK_STREAM, binding)
        try:
            opened.setblocking(False)
            number = opened.connect_ex(address)
            if number not in _LATER and number:
                raise OSError(number, "connect")
        except BaseException:
            opened.close()
            raise
        return opened

    return _run(begin, _connected, count, seconds, select.POLLOUT)


def echoes(
    family: int, address: tuple[Any, ...], binding: Binding, count: int, seconds: float
) -> Samples:
    """`count` ICMP echo requests, sent one shortly after the other, all over after `seconds`.

    Over the kernel's ping socket where net.ipv4.ping_group_range lets us, else over a raw socket
    where CAP_NET_RAW does. Raises icmp.NotPermitted when neither may be used, and what
    `open_bound` raises.
    """
    request, answer = _ECHO[socket.AddressFamily(family)][1:]
    # On a raw socket everybody's answers arrive: the identifier must be ours, and new.
    mark = int.from_bytes(os.urandom(2), "big")

    def begin(number: int) -> socket.socket:
        opened = _open_echo(family, binding, address)
        try:
            opened.setblocking(False)
            opened.connect(address)
            opened.send(_echo(request, (mark + number) & 0xFFFF, number + 1))
        except BaseException:
            opened.close()
            raise
        return opened

    def answered(opened: socket.socket, begun: float, number: int) -> _Outcome | None:
        try:
            packet = opened.recv(2048)
        except BlockingIOError:
            return None
        except OSError as failure:
            return _Outcome(1, 1, None, _reason(failure))
        if opened.type == socket.SOCK_RAW:
            if family == socket.AF_INET:
                packet = packet[4 * (packet[0] & 15) :] if packet else b""
            if packet[4:6] != struct.pack("!H", (mark + number) & 0xFFFF):
                return None
        if len(packet) < 8 or packet[0] != answer or packet[1]:
            return None
        return _Outcome(1, 0, monotonic() - begun, None)

    return _run(begin, answered, count, seconds, select.POLLIN)


def _open_echo(family: int, binding: Binding, address: tuple[Any, ...]) -> socket.socket:
    protocol = _ECHO[socket.AddressFamily(family)][0]
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            return open_bound(family, kind, binding, protocol)
        except PermissionError as refusal:
            refused = refusal
        except OSError as refusal:  # a system that has no ping sockets
            if kind != socket.SOCK_DGRAM or refusal.errno not in _NO_PING_SOCKET:
                raise
            refused = PermissionError(*refusal.args)
    raise NotPermitted("icmp_not_permitted", host=address[0]) from refused


def _echo(request: int, mark: int, sequence: int) -> bytes:
    """An echo request with its checksum (RFC 792, 1071); ping sockets write their own."""
    packet = struct.pack("!BBHHH", request, 0, 0, mark, sequence) + bytes(8)
    total = sum(struct.unpack("!8H", packet))
    total = (total >> 16) + (total & 0xFFFF)
    total += total >> 16
    return packet[:2] + struct.pack("!H", ~total & 0xFFFF) + packet[4:]


class _Outcome(NamedTuple):
    sent: int
    lost: int
    rtt: float | None
    reason: str | None


def _connected(opened: socket.socket, begun: float, _: int) -> _Outcome | None:
    took = monotonic() - begun
    number = opened.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    rtt, repeated = _tcp_info(opened)
    if number:
        return _Outcome(1 + repeated, repeated + 1, None, _reason(OSError(number, "connect")))
    # The kernel's own time is not blurred by our waking up; after a repetition it may be missing.
    return _Outcome(1 + repeated, repeated, rtt or (None if repeated else took), None)


def _tcp_info(opened: socket.socket) -> tuple[float | None, int]:
    """Round-trip time in seconds, and how many packets the kernel had to send again."""
    try:
        info = opened.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_BYTES)
    except (AttributeError, OSError):
        return None, 0
    if len(info) < _TCP_INFO_BYTES:
        return None, 0
    words = struct.unpack("=24I", info[8:104])
    return words[_RTT_WORD] / 1e6 or None, words[_RETRANSMITTED_WORD]


def _run(
    begin: Callable[[int], socket.socket],
    look: Callable[[socket.socket, float, int], _Outcome | None],
    count: int,
    seconds: float,
    event: int,
) -> Samples:
    """Begin `count` probes, `SPACING_SECONDS` apart, and collect what comes of them."""
    started = monotonic()
    poll = select.poll()
    waiting: dict[int, tuple[socket.socket, float, int]] = {}
    outcomes: list[_Outcome] = []
    begun = 0
    try:
        while True:
            now = monotonic() - started
            if begun < count and now >= begun * SPACING_SECONDS:
                try:
                    opened = begin(begun)
                except OSError as failure:
                    if isinstance(failure, PermissionError) or failure.errno in _OURS:
                        raise
                    outcomes.append(_Outcome(1, 1, None, _reason(failure)))
                else:
                    waiting[opened.fileno()] = (opened, monotonic(), begun)
                    poll.register(opened, event)
                begun += 1
                continue
            if any(o.reason not in (None, "timeout") for o in outcomes):
                break  # a clear no will not become a yes within these seconds
            left = seconds - now
            if left <= 0 or (begun >= count and not waiting):
                break
            pause = min(left, begun * SPACING_SECONDS - now) if begun < count else left
            for number, _ in poll.poll(max(1, int(pause * 1000 + 0.999))):
                outcome = look(*waiting[number])
                if outcome is not None:
                    outcomes.append(outcome)
                    poll.unregister(number)
                    waiting.pop(number)[0].close()
        outcomes += [_silent(opened) for opened, *_ in waiting.values()]
    finally:
        for opened, *_ in waiting.values():
            opened.close()
    return _summed(outcomes)


def _silent(opened: socket.socket) -> _Outcome:
    repeated = _tcp_info(opened)[1] if opened.type & socket.SOCK_STREAM else 0
    return _Outcome(1 + repeated, 1 + repeated, None, "timeout")


def _summed(outcomes: list[_Outcome]) -> Samples:
    rtts = tuple(o.rtt for o in outcomes if o.rtt is not None)
    well = any(o.reason is None for o in outcomes)
    reasons = [o.reason for o in outcomes if o.reason not in (None, "timeout")]
    reason = None if well else reasons[0] if reasons else "timeout"
    return Samples(sum(o.sent for o in outcomes), sum(o.lost for o in outcomes), rtts, reason)


def _reason(failure: OSError) -> str:
    if failure.errno in _TURNED_AWAY:
        return "connection_refused"
    if failure.errno in (errno.ETIMEDOUT, errno.EAGAIN):
        return "timeout"
    return "no_route"
