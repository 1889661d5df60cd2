"""ICMP echo in namespaces of the test's own: answers, silence, both families, and refusal."""

from __future__ import annotations

import errno
import socket
import struct
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
from namespace import Namespace, network
from timing import SPARE_SECONDS

from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import OwnTrouble, Unreachable
from apowacht.plugins.wire import icmp

if TYPE_CHECKING:
    from collections.abc import Iterator

EVERYBODY = "0 2147483647"
NOBODY = "1 0"  # Debian's default


@pytest.fixture(scope="module")
def pair() -> Iterator[tuple[Namespace, Namespace]]:
    """Two hosts on one cable."""
    with network() as both:
        yield both


@pytest.fixture
def near(pair: tuple[Namespace, Namespace]) -> Iterator[Namespace]:
    """The first host, where everybody may send echo requests; the test is on it."""
    pair[0].set("net.ipv4.ping_group_range", EVERYBODY)
    with pair[0].entered():
        yield pair[0]


@pytest.fixture
def far(pair: tuple[Namespace, Namespace]) -> Iterator[Namespace]:
    """The second host, which answers unless the test changes that."""
    yield pair[1]
    pair[1].set("net.ipv4.icmp_echo_ignore_all", "0")
    pair[1].set("net.ipv6.icmp.echo_ignore_all", "0")


class Wire:
    """A socket under the test's control: each request is followed by the packets of `answers`."""

    def __init__(self, *answers: tuple[float, bytes]) -> None:
        self.answers = list(answers)
        self.sent: list[bytes] = []
        self._ours, self._theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._timers: list[threading.Timer] = []

    def connect(self, _: object) -> None:
        """Go nowhere."""

    def send(self, packet: bytes) -> None:
        """Take a request, and let the answers come after their seconds."""
        self.sent.append(packet)
        if len(self.sent) == 1:
            for seconds, answer in self.answers:
                self._timers.append(threading.Timer(seconds, self._theirs.send, [answer]))
                self._timers[-1].start()

    def settimeout(self, seconds: float) -> None:
        """As a socket's."""
        self._ours.settimeout(seconds)

    def recv(self, size: int) -> bytes:
        """As a socket's."""
        return self._ours.recv(size)

    def close(self) -> None:
        """As a socket's."""
        for timer in self._timers:
            timer.join()
        self._ours.close()
        self._theirs.close()


def reply(sequence: int, kind: int = 0, code: int = 0) -> bytes:
    """An echo reply."""
    return struct.pack("!BBHHH", kind, code, 0, 99, sequence) + bytes(8)


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """Put such a socket in the place of every socket that is made."""
    made = Wire()

    def make(*arguments: Any) -> Wire:
        return made

    monkeypatch.setattr(socket, "socket", make)
    return made


@pytest.mark.parametrize("family", ["address", "address6"])
def test_host_answers(near: Namespace, far: Namespace, family: str) -> None:
    """A host that is there answers within milliseconds, over IPv4 and IPv6."""
    seconds = icmp.ping(getattr(far, family), Deadline(5))
    assert seconds is not None
    assert 0 < seconds < 1


@pytest.mark.parametrize("family", ["address", "address6"])
def test_silent_host_is_none_in_time(near: Namespace, far: Namespace, family: str) -> None:
    """A host that ignores echo requests is None, and both requests fit into the deadline."""
    far.set("net.ipv4.icmp_echo_ignore_all", "1")
    far.set("net.ipv6.icmp.echo_ignore_all", "1")
    began = time.monotonic()
    assert icmp.ping(getattr(far, family), Deadline(0.4)) is None
    assert time.monotonic() - began < 0.4 + SPARE_SECONDS


def test_absent_host_and_no_route_are_none(near: Namespace) -> None:
    """An address nobody has, and one to which no way leads, are silence alike."""
    assert icmp.ping("192.0.2.77", Deadline(0.5)) is None
    assert icmp.ping("198.51.100.1", Deadline(0.5)) is None


@pytest.mark.parametrize("family", ["address", "address6"])
def test_refusal_is_told_from_silence(near: Namespace, far: Namespace, family: str) -> None:
    """Where the kernel lets nobody send, as Debian's does, that is said: it is no silence."""
    near.set("net.ipv4.ping_group_range", NOBODY)
    with pytest.raises(icmp.NotPermitted) as trouble:
        icmp.ping(getattr(far, family), Deadline(5))
    assert isinstance(trouble.value, OwnTrouble)
    assert trouble.value.reason == "icmp_not_permitted"
    assert trouble.value.values == {"host": getattr(far, family)}


def test_no_time_left_is_a_timeout() -> None:
    """With an expired deadline nothing is asked, so nothing is concluded either."""
    with pytest.raises(Unreachable) as trouble:
        icmp.ping("192.0.2.1", Deadline(0))
    assert trouble.value.reason == "timeout"


def test_system_without_such_sockets_is_not_permitted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that has no ping sockets is a refusal as well."""

    def refuse(*_: object) -> None:
        raise OSError(errno.EPROTONOSUPPORT, "no such protocol")

    monkeypatch.setattr(socket, "socket", refuse)
    with pytest.raises(icmp.NotPermitted):
        icmp.ping("192.0.2.1", Deadline(1))


def test_only_our_answers_count(wire: Wire) -> None:
    """Other kinds, other codes, sequence numbers never sent and cut packets are no answer."""
    wire.answers = [(0, reply(0)), (0, reply(2)), (0, reply(1, kind=8)), (0, reply(1, code=1))]
    wire.answers += [(0, b""), (0, reply(1)[:7])]
    assert icmp.ping("192.0.2.1", Deadline(0.3), count=1) is None
    assert len(wire.sent) == 1


def test_answer_that_comes_late_counts_from_its_own_request(wire: Wire) -> None:
    """The first request's answer, arriving after the second was sent, took longer than a second."""
    wire.answers = [(1.1, reply(1))]
    seconds = icmp.ping("192.0.2.1", Deadline(5))
    assert seconds is not None
    assert 1.0 < seconds < 2.0
    assert [packet[6:8] for packet in wire.sent] == [b"\0\1", b"\0\2"]
