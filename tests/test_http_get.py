"""One GET: what is sent, what is read, and every way of not answering."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import Garbled, TargetTrouble, Unreachable
from apowacht.plugins.wire.http_get import Reply, get

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def server(answer: bytes, *, hold: bool = False) -> Iterator[tuple[socket.socket, list[bytes]]]:
    """Our end of a connection whose other end gives this answer to what it is asked."""
    ours, theirs = socket.socketpair()
    asked: list[bytes] = []
    gone = threading.Event()

    def talk() -> None:
        data = b""
        while b"\r\n\r\n" not in data and (more := theirs.recv(4096)):
            data += more
        asked.append(data)
        try:
            theirs.sendall(answer)
        except OSError:
            return
        if hold:
            gone.wait(10)
        theirs.close()

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    try:
        yield ours, asked
    finally:
        gone.set()
        ours.close()
        thread.join()
        theirs.close()


def ask(opened: socket.socket, seconds: float = 5) -> Reply:
    """The question of these tests."""
    return get(opened, "idp.test", "/doc", Deadline(seconds), agent="apowacht/1 x/y", limit=1000)


def test_what_is_sent() -> None:
    """A plain GET that names itself and carries nothing else."""
    with server(b"HTTP/1.1 204 No Content\r\n\r\n") as (ours, asked):
        assert ask(ours) == Reply(204, "", None, b"", True)
    lines = asked[0].decode().split("\r\n")
    assert lines[0] == "GET /doc HTTP/1.1"
    names = {line.partition(":")[0] for line in lines[1:] if line}
    assert names == {"Host", "User-Agent", "Accept", "Connection"}


@pytest.mark.parametrize(
    ("answer", "reply"),
    [
        (
            (
                b"HTTP/1.1 200 OK\r\nContent-Type: Application/JWT; charset=UTF-8\r\n"
                b"Content-Length: 2\r\n\r\nab"
            ),
            Reply(200, "application/jwt", None, b"ab", True),
        ),
        (
            (
                b"HTTP/1.1 429 Slow\r\nRetry-After: 3600\r\nTransfer-Encoding: chunked\r\n\r\n"
                b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"
            ),
            Reply(429, "", 3600.0, b"abc", True),
        ),
        (b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 5000, Reply(200, "", None, b"x" * 1000, False)),
        (b"HTTP/1.1 503\r\nRetry-After: Fri\r\n\r\n", Reply(503, "", None, b"", True)),
    ],
    ids=["length", "chunks", "cut", "no reason"],
)
def test_what_is_read(answer: bytes, reply: Reply) -> None:
    """By length, in chunks or to the end; never more than wanted."""
    with server(answer) as (ours, _):
        assert ask(ours) == reply


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", "connection_lost"),
        (b"\0\1\2\3 nonsense\r\n\r\n", "http_garbled"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nab", "http_garbled"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "http_garbled"),
        (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 1000, "http_garbled"),
        (b"HTTP/1.1 200 OK\r\nA: " + b"b" * 70000, "http_garbled"),
        (b"HTTP/1.1 0 OK\r\n\r\n", "http_garbled"),
    ],
    ids=["nothing", "noise", "too short", "chunks", "headers", "long header", "status 0"],
)
def test_what_is_no_answer(answer: bytes, reason: str) -> None:
    """Closed, nonsense, shorter than announced."""
    with server(answer) as (ours, _), pytest.raises(TargetTrouble) as caught:
        ask(ours)
    assert caught.value.reason == reason
    assert isinstance(caught.value, Garbled | Unreachable)


def test_silence_ends_at_the_deadline() -> None:
    """Also in the middle of a head."""
    with (
        server(b"HTTP/1.1 200 OK\r\nA:", hold=True) as (ours, _),
        pytest.raises(Unreachable, match="timeout"),
    ):
        ask(ours, 0.3)
