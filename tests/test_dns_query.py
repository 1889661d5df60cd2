"""One question to one name server: the bytes, answers of every kind, silence, and the deadline."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING

import pytest
from timing import SPARE_SECONDS

from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import Garbled, OwnTrouble, Refused, Unreachable
from apowacht.plugins.wire.dns_query import ask, question

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Say = Callable[[bytes], Sequence[bytes]]


def reply(packet: bytes, flags: int = 0x8180, answers: int = 0, rest: bytes = b"") -> bytes:
    """An answer to this question."""
    return packet[:2] + struct.pack("!5H", flags, 1, answers, 0, 0) + packet[12:] + rest


@contextmanager
def name_server(say: Say, tcp: Say | None = None) -> Iterator[tuple[str, int]]:
    """A name server on loopback that answers a question with these datagrams."""
    with socket.socket() as listener, socket.socket(type=socket.SOCK_DGRAM) as udp:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        address: tuple[str, int] = listener.getsockname()
        udp.bind(address)

        def serve() -> None:
            while True:
                packet, peer = udp.recvfrom(512)
                if packet == b"end":
                    return
                for answer in say(packet):
                    udp.sendto(answer, peer)

        def accept() -> None:
            while True:
                try:
                    peer, _ = listener.accept()
                except OSError:
                    return
                with peer:
                    size = struct.unpack("!H", peer.recv(2))[0]
                    for answer in (tcp or say)(peer.recv(size)):
                        peer.sendall(struct.pack("!H", len(answer)) + answer)

        threads = [threading.Thread(target=task, daemon=True) for task in (serve, accept)]
        for thread in threads:
            thread.start()
        try:
            yield address
        finally:
            udp.sendto(b"end", address)
            listener.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join()


def test_the_question_byte_by_byte() -> None:
    """RFC 1035, section 4.1: header, labels, type and class."""
    asked = question(0x1234, "www.example.", "A")
    assert asked.hex() == "12340100000100000000000003777777076578616d706c650000010001"
    assert question(0x1234, ".", "NS")[12:] == b"\0\0\2\0\1"


@pytest.mark.parametrize("name", ["a..b", ".a", "a" * 64, ".".join(["abcdefg"] * 33), "bücher.de"])
def test_a_name_that_cannot_be(name: str) -> None:
    """Empty and long labels, long names, letters that the DNS does not carry."""
    with pytest.raises(OwnTrouble) as caught:
        question(1, name, "A")
    assert caught.value.reason == "dns_bad_name"


@pytest.mark.parametrize(
    ("flags", "works"),
    [(0x8180, True), (0x8183, True), (0x8182, False), (0x8185, False), (0x8181, False)],
)
def test_what_counts_as_working(flags: int, works: bool) -> None:
    """An answer and «no such name» do; a failure, a refusal and a format error do not."""
    with name_server(lambda packet: [reply(packet, flags)]) as address:
        told = ask(socket.AF_INET, address, Deadline(5))
    assert told.works is works
    assert 0 < told.seconds < 5


def test_a_format_error_may_leave_out_the_question() -> None:
    """A server that could not read the question need not repeat it."""
    with name_server(lambda p: [p[:2] + struct.pack("!5H", 0x8181, 0, 0, 0, 0)]) as address:
        assert ask(socket.AF_INET, address, Deadline(5)).code == 1


def test_a_cut_answer_is_fetched_over_tcp() -> None:
    """RFC 7766: the TC bit asks for it."""
    with name_server(
        lambda packet: [reply(packet, 0x8380)], lambda packet: [reply(packet, 0x8180, 13)]
    ) as address:
        assert ask(socket.AF_INET, address, Deadline(5)).answers == 13


def test_strangers_answers_are_passed_over() -> None:
    """Another identifier, another question, too short: none of them is taken."""

    def say(packet: bytes) -> list[bytes]:
        other = bytes((packet[0] ^ 1,)) + packet[1:]
        return [b"", b"x", reply(other), reply(packet[:12] + b"\1a" + packet[12:]), reply(packet)]

    with name_server(say) as address:
        assert ask(socket.AF_INET, address, Deadline(5)).works


def test_a_lost_question_is_asked_again() -> None:
    """The second of two is answered, a second later."""
    seen: list[bytes] = []

    def say(packet: bytes) -> list[bytes]:
        seen.append(packet)
        return [reply(packet)] if len(seen) == 2 else []

    with name_server(say) as address:
        told = ask(socket.AF_INET, address, Deadline(5))
    assert seen[0] == seen[1]
    assert 0.9 < told.seconds < 5


def test_silence_ends_with_the_deadline() -> None:
    """Over UDP as over TCP."""
    with name_server(lambda _: []) as address:
        begun = monotonic()
        with pytest.raises(Unreachable) as caught:
            ask(socket.AF_INET, address, Deadline(0.5))
        assert caught.value.reason == "dns_server_silent"
        assert monotonic() - begun < 0.5 + SPARE_SECONDS
    with name_server(lambda packet: [reply(packet, 0x8380)], lambda _: []) as address:
        with pytest.raises(Unreachable) as caught:
            ask(socket.AF_INET, address, Deadline(1))
        assert caught.value.reason == "dns_server_silent"


def test_nobody_listens() -> None:
    """A closed port is told from silence, at once."""
    with socket.socket(type=socket.SOCK_DGRAM) as gone:
        gone.bind(("127.0.0.1", 0))
        address = gone.getsockname()
    begun = monotonic()
    with pytest.raises(Refused) as caught:
        ask(socket.AF_INET, address, Deadline(5))
    assert caught.value.reason == "dns_server_closed"
    assert monotonic() - begun < SPARE_SECONDS


def test_something_else_answers() -> None:
    """A question sent back as it is, is no answer."""
    with (
        name_server(lambda packet: [packet]) as address,
        pytest.raises(Garbled) as caught,
    ):
        ask(socket.AF_INET, address, Deadline(2))
    assert caught.value.reason == "dns_garbled"
