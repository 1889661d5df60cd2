"""Probes over a chosen line: sockets that are bound, what is counted, what is never opened."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

import pytest
from namespace import network
from timing import SPARE_SECONDS

from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import Garbled, OwnTrouble, Unreachable
from apowacht.plugins.wire import bound, egress
from apowacht.plugins.wire.bound import Binding, connects, echoes
from apowacht.plugins.wire.icmp import NotPermitted

if TYPE_CHECKING:
    from collections.abc import Iterator

FREE = Binding()


@contextmanager
def listening(answer: bytes = b"") -> Iterator[tuple[str, int]]:
    """A server on loopback that takes every connection and says this."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)

        def serve() -> None:
            while True:
                try:
                    peer, _ = listener.accept()
                except OSError:
                    return
                with peer:
                    if answer:
                        peer.recv(4096)
                        peer.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def closed_port() -> tuple[str, int]:
    """An address at which nobody listens."""
    with socket.socket() as gone:
        gone.bind(("127.0.0.1", 0))
        address: tuple[str, int] = gone.getsockname()
    return address


def test_connections_are_counted_and_timed() -> None:
    """As many answers as probes, microseconds on loopback, nothing lost."""
    with listening() as address:
        told = connects(socket.AF_INET, address, FREE, 5, 3)
    assert (told.sent, told.lost, len(told.rtts), told.reason) == (5, 0, 5, None)
    assert 0 < max(told.rtts) < 0.5


def test_a_refusal_ends_it_at_once() -> None:
    """Nobody waits for the other probes."""
    begun = monotonic()
    told = connects(socket.AF_INET, closed_port(), FREE, 50, 10)
    assert told.reason == "connection_refused"
    assert not told.rtts
    assert monotonic() - begun < SPARE_SECONDS


def test_repetitions_of_the_kernel_count_as_lost() -> None:
    """A host that never answers: every packet is counted, and the time is kept."""
    with network() as (near, _):
        # A neighbour that nobody has to look for, and who is not there.
        near.configure("neighbour add 192.0.2.50 lladdr 02:00:00:00:00:99 dev cable")
        with near.entered():
            begun = monotonic()
            told = connects(socket.AF_INET, ("192.0.2.50", 443), Binding("cable"), 2, 1.5)
            assert 1.4 < monotonic() - begun < 1.5 + SPARE_SECONDS
    assert told.reason == "timeout"
    assert told.sent == told.lost == 4


def test_a_device_and_an_address_that_are_not_there() -> None:
    """Each has its own name."""
    with listening() as address:
        for binding, reason in (
            (Binding("no-such-dev"), "no_device"),
            (Binding(source="192.0.2.1"), "no_address"),
        ):
            with pytest.raises(Unreachable) as caught:
                connects(socket.AF_INET, address, binding, 1, 1)
            assert caught.value.reason == reason


def test_an_old_kernel_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before Linux 5.7 a binding needs a capability: ours, not the line's fault."""

    class Old(socket.socket):
        def setsockopt(self, *_: object) -> None:
            raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(socket, "socket", Old)
    with pytest.raises(OwnTrouble) as caught:
        connects(socket.AF_INET, ("127.0.0.1", 9), Binding("lo"), 1, 1)
    assert caught.value.reason == "bind_not_permitted"


def test_sicct_s_port_is_never_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither by probes nor by name servers over TCP nor by the service for addresses."""

    def none(*_: object) -> socket.socket:
        raise AssertionError("a socket was made")

    monkeypatch.setattr(socket, "socket", none)
    address = ("127.0.0.1", 4742)
    for attempt in (
        lambda: connects(socket.AF_INET, address, FREE, 1, 1),
        lambda: bound.connect_bound(socket.AF_INET, address, FREE, Deadline(1)),
        lambda: egress.split("http://127.0.0.1:4742/"),
    ):
        with pytest.raises(OwnTrouble) as caught:
            attempt()
        assert caught.value.reason == "sicct_port"


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
@pytest.mark.parametrize("groups", ["0 2147483647", "1 0"])
def test_echoes_over_ping_and_raw_sockets(family: int, groups: str) -> None:
    """Root may use either; both give as many answers as requests."""
    with network() as (near, far):
        near.set("net.ipv4.ping_group_range", groups)
        address = (far.address, 0) if family == socket.AF_INET else (far.address6, 0)
        with near.entered():
            told = echoes(family, address, Binding("cable"), 4, 3)
            assert (told.sent, told.lost, len(told.rtts)) == (4, 0, 4)
            begun = monotonic()
            dead = echoes(family, (f"{address[0]}7", 0), Binding("cable"), 2, 0.5)
            assert not dead.rtts
            assert monotonic() - begun < 0.5 + SPARE_SECONDS


def test_no_right_to_ping_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither kind of socket is granted."""

    def refuse(*_: object) -> socket.socket:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(socket, "socket", refuse)
    with pytest.raises(NotPermitted):
        echoes(socket.AF_INET, ("127.0.0.1", 0), FREE, 1, 1)


def test_the_checksum_of_an_echo() -> None:
    """RFC 1071: the sum over the whole packet is all ones."""
    packet = bound._echo(8, 0xBEEF, 7)
    total = sum(struct.unpack("!8H", packet))
    assert (total & 0xFFFF) + (total >> 16) == 0xFFFF


@pytest.mark.parametrize(
    ("body", "address"),
    [
        (b"203.0.113.7\n", "203.0.113.7"),
        (b'{"ip": "2001:db8::7", "city": "x"}', "2001:db8::7"),
        (b"<p>Version 1.2.3 sees 203.0.113.7.</p>", "203.0.113.7"),
    ],
)
def test_the_public_address_is_found(body: bytes, address: str) -> None:
    """In plain text, JSON and prose."""
    with listening(b"HTTP/1.1 200 OK\r\nContent-Type: x\r\n\r\n" + body) as (host, port):
        assert egress.seen_as(egress.split(f"http://{host}:{port}/ip"), Deadline(3)) == address


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 302 Found\r\n\r\n203.0.113.7", b"HTTP/1.1 200 OK\r\n\r\nnone", b"203.0.113.7"],
)
def test_an_answer_without_an_address(answer: bytes) -> None:
    """A captive portal's redirect, nothing, and no HTTP."""
    with listening(answer) as (host, port), pytest.raises(Garbled) as caught:
        egress.seen_as(egress.split(f"http://{host}:{port}"), Deadline(3))
    assert caught.value.reason == "egress_garbled"


@pytest.mark.parametrize(
    "url", ["", "example.org", "ftp://x", "http://", "http://u@h/", "http://h:0/", "http://h:99999"]
)
def test_a_bad_url_is_refused(url: str) -> None:
    """Before anybody is asked."""
    with pytest.raises(OwnTrouble) as caught:
        egress.split(url)
    assert caught.value.reason == "egress_bad_url"
