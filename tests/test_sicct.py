"""SICCT discovery: what goes out byte by byte, what is read of answers, and what silence is."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from timing import SPARE_SECONDS

from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import Garbled, Unreachable
from apowacht.plugins.wire import sicct
from apowacht.plugins.wire.sicct import Terminal, discover, read_announcement
from apowacht.simulator.sicct_discovery import Announced, SicctTerminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Answer = Callable[[bytes], list[bytes]]

HOST = "127.0.0.1"
NAME = "ORGA6100-01410000000001"
MAC = bytes.fromhex("00005e005301")

# version 1.30, address, MAC, name, port, TLS 1.2
WHOLE = (
    bytes.fromhex("a1 34 8002011e 81047f000001 8306") + MAC + b"\x84\x17" + NAME.encode()
    + bytes.fromhex("82021286 a3038a0130")
)  # fmt: skip


@contextmanager
def terminal(answer: Answer, *, from_other_port: bool = False) -> Iterator[tuple[int, list[bytes]]]:
    """Something on UDP whose answers go to where the request says; its port and what it got."""
    got: list[bytes] = []
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other,
    ):
        listening.bind((HOST, 0))
        other.bind((HOST, 0))

        def serve() -> None:
            while data := listening.recv(2048):
                got.append(data)
                where = socket.inet_ntoa(data[8:12]), int.from_bytes(data[14:16], "big")
                for one in answer(data):
                    (other if from_other_port else listening).sendto(one, where)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listening.getsockname()[1], got
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
                end.sendto(b"", listening.getsockname())
            thread.join()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask twice, as ever, but wait for a tenth of the time."""
    monkeypatch.setattr(sicct, "_WAITS_SECONDS", (0.15, 0.15))


def test_request_is_the_specified_item() -> None:
    """Tag A0 holds version, our IPv4 address and our port, in this order."""
    assert sicct.request("192.0.2.7", 40000).hex(" ") == (
        "a0 0e 80 02 01 14 81 04 c0 00 02 07 82 02 9c 40"
    )


def test_whole_announcement() -> None:
    """Name, TCP port and security protocol are read; the MAC address is kept nowhere."""
    read = read_announcement(WHOLE)
    assert read == Terminal(NAME, 4742, "TLS 1.2")
    assert MAC.hex() not in repr(read).replace(":", "").replace("-", "").lower()


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("a100", Terminal()),
        ("a1058403 4b5431", Terminal("KT1")),
        ("a1 81 05 8403 4b5431", Terminal("KT1")),
        ("a1 82 0005 8403 4b5431", Terminal("KT1")),
        ("a1098403 4b5431 ffff", Terminal("KT1")),
        ("9f00 a105 8403 4b5431", Terminal("KT1")),
        ("a105 8403 4b5431 0000000000", Terminal("KT1")),
        ("a10a 8403 4b5431 8203 001286", Terminal("KT1")),
        ("a104 8202 0000", Terminal()),
        ("a104 8202 2051", Terminal(None, 8273)),
        ("a105 a303 8a0140", Terminal(None, None, "TLS 1.3")),
        ("a105 a303 8a0150", Terminal(None, None, "50")),
        ("a104 a302 8a00", Terminal()),
        ("a107 8405 4b540a7c00", Terminal("KT.|")),
        ("a105 8403 202000", Terminal()),
    ],
)
def test_lenient_reading(answer: str, told: Terminal) -> None:
    """Any order, long lengths, cut ends, items of others and odd bytes in names are no obstacle."""
    assert read_announcement(bytes.fromhex(answer)) == told


@pytest.mark.parametrize(
    "answer", [b"", b"\xa1", b"SICCT:KT1", sicct.request(HOST, 1), b"\xa1\x80\x84\x01A\0\0"]
)
def test_no_announcement_is_garbled(answer: bytes) -> None:
    """An echo of the request, a text or nothing announces no terminal."""
    with pytest.raises(Garbled) as trouble:
        read_announcement(answer, "kt")
    assert trouble.value.reason == "sicct_garbled"
    assert trouble.value.values["host"] == "kt"


@settings(max_examples=1000, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.binary(max_size=200).map(lambda rest: b"\xa1" + rest)))
def test_any_bytes_are_read_or_garbled(answer: bytes) -> None:
    """Whatever comes is a terminal with plain values or our own trouble."""
    try:
        read = read_announcement(answer)
    except Garbled as garbled:
        shown = str(garbled.values["answer"])
        read = Terminal(shown or None)
    assert read.name is None or (read.name.isprintable() and 0 < len(read.name) <= 40)
    assert read.tcp_port is None or 0 < read.tcp_port < 65536


@settings(max_examples=500, deadline=None)
@given(st.integers(0, len(WHOLE)), st.lists(st.tuples(st.integers(0, 53), st.integers(0, 255))))
def test_damaged_announcement_is_read_or_garbled(end: int, changes: list[tuple[int, int]]) -> None:
    """So is a good one that is cut anywhere and changed in places."""
    damaged = bytearray(WHOLE)
    for at, value in changes:
        damaged[at % len(damaged)] = value
    try:
        read_announcement(bytes(damaged[:end]))
    except Garbled:
        return


def test_terminal_answers() -> None:
    """One question to a terminal that is there: its answer, at once, with one datagram."""
    with terminal(lambda _: [WHOLE]) as (port, got):
        assert discover(HOST, Deadline(5), port) == Terminal(NAME, 4742, "TLS 1.2")
    assert len(got) == 1


def test_answer_from_another_port_counts() -> None:
    """The specification says where an answer goes, not where it comes from."""
    with terminal(lambda _: [WHOLE], from_other_port=True) as (port, _):
        assert discover(HOST, Deadline(5), port) == Terminal(NAME, 4742, "TLS 1.2")


def test_simulated_terminal_answers() -> None:
    """The simulator, written by itself from the specification, understands the question."""
    with SicctTerminal(Announced(NAME, port=8273)) as simulated:
        assert discover(HOST, Deadline(5), simulated.address[1]) == Terminal(NAME, 8273, "TLS 1.2")
        ((address, port),) = simulated.asked
    assert address == HOST
    assert port > 1023


def test_lost_request_is_repeated_once(hasty: None) -> None:
    """A terminal that hears only the second question is found; there is no third."""
    heard: list[bytes] = []

    def second(data: bytes) -> list[bytes]:
        heard.append(data)
        return [WHOLE] if len(heard) == 2 else []

    with terminal(second) as (port, _):
        assert discover(HOST, Deadline(5), port) is not None
    with terminal(lambda _: []) as (port, got):
        assert discover(HOST, Deadline(5), port) is None
        assert len(got) == 2
        assert got[0] == got[1]


def test_silence_is_none_in_three_seconds() -> None:
    """Nobody answers: None, after the three seconds that the specification takes for enough."""
    with terminal(lambda _: []) as (port, _):
        began = time.monotonic()
        assert discover(HOST, Deadline(30), port) is None
        assert 2.9 < time.monotonic() - began < 3 + SPARE_SECONDS


def test_deadline_ends_the_wait() -> None:
    """A deadline that is shorter than three seconds is kept."""
    with terminal(lambda _: []) as (port, _):
        began = time.monotonic()
        assert discover(HOST, Deadline(0.3), port) is None
        assert time.monotonic() - began < 0.3 + SPARE_SECONDS


def test_no_time_left_is_a_timeout() -> None:
    """With an expired deadline nothing is asked, so nothing is concluded either."""
    with terminal(lambda _: [WHOLE]) as (port, got):
        with pytest.raises(Unreachable) as trouble:
            discover(HOST, Deadline(0), port)
        assert trouble.value.reason == "timeout"
        assert not got


def test_nonsense_does_not_hide_the_answer(hasty: None) -> None:
    """What makes no sense is passed over while an announcement may still come."""
    with terminal(lambda data: [b"?", data, WHOLE]) as (port, _):
        assert discover(HOST, Deadline(5), port) == Terminal(NAME, 4742, "TLS 1.2")
    with terminal(lambda data: [data]) as (port, _), pytest.raises(Garbled):
        discover(HOST, Deadline(5), port)


def test_other_terminals_are_not_heard(hasty: None) -> None:
    """An announcement from another address is not that of the terminal that was asked."""

    class Elsewhere(SicctTerminal):
        def answer(self, data: bytes, client: tuple[str, int]) -> None:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                other.bind(("127.0.0.9", 0))
                other.sendto(WHOLE, client)
            self.told.set()

        told = threading.Event()

    with Elsewhere() as elsewhere:
        assert discover(HOST, Deadline(5), elsewhere.address[1]) is None
        assert elsewhere.told.is_set()


def test_host_without_ipv4_is_none_at_once() -> None:
    """SICCT has no room for an IPv6 address, so there is nobody to be asked."""
    began = time.monotonic()
    assert discover("::1", Deadline(30)) is None
    assert time.monotonic() - began < SPARE_SECONDS


def test_no_way_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that cannot be reached is as silent as any other."""

    def refuse(*_: Any) -> None:
        raise OSError(101, "no route")

    monkeypatch.setattr(sicct, "_own_address", refuse)
    assert discover("192.0.2.1", Deadline(30)) is None


def test_no_tcp_connection_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only datagram sockets are made, on a port that the system chose."""
    made: list[int] = []
    real = socket.socket

    class Counted(real):  # type: ignore[misc, valid-type]
        def __init__(self, family: int = -1, kind: int = -1, *rest: Any, **more: Any) -> None:
            made.append(kind)
            super().__init__(family, kind, *rest, **more)

    with terminal(lambda _: [WHOLE]) as (port, _):
        monkeypatch.setattr(socket, "socket", Counted)
        assert discover(HOST, Deadline(5), port)
        monkeypatch.undo()
    assert set(made) == {socket.SOCK_DGRAM}
