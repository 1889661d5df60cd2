"""SNMP answers from hell: whatever comes, it is an answer, none of ours, or Garbled; and soon."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snmpd import HOST

from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import Garbled, TargetTrouble
from apowacht.plugins.wire.snmp import GET, Target, open_session
from apowacht.plugins.wire.snmp_messages import decode_answer, encode_request
from apowacht.plugins.wire.snmp_values import plain_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from apowacht.plugins.wire.snmp import Answer

pytestmark = pytest.mark.slow


VERSION, COMMUNITY, REQUEST_ID = 1, b"public", 0x40000001
# The largest UDP payload, and what reading one may take on a slow machine.
LARGEST = 65507
SECONDS = 3.0


def tlv(tag: int, content: bytes, lie: int = 0) -> bytes:
    """One BER element whose length is wrong by `lie`."""
    length = max(0, len(content) + lie)
    if length < 0x80:
        return bytes((tag, length)) + content
    octets = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


def message(bindings: bytes, *, tail: bytes = b"") -> bytes:
    """An answer to REQUEST_ID around an encoded list of bindings."""
    pdu = tlv(0x02, REQUEST_ID.to_bytes(4, "big")) + bytes.fromhex("020100 020100") + bindings
    head = tlv(0x02, bytes((VERSION,))) + tlv(0x04, COMMUNITY)
    return tlv(0x30, head + tlv(0xA2, pdu)) + tail


def binding(value: bytes) -> bytes:
    """A binding of some name to an encoded value."""
    return tlv(0x30, bytes.fromhex("06082b06010201010300") + value)


ELEMENTS = st.recursive(
    st.builds(tlv, st.integers(0, 255), st.binary(max_size=20), st.sampled_from((0, 0, 0, 1, -1))),
    lambda inner: st.builds(
        lambda tag, parts, lie: tlv(tag, b"".join(parts), lie),
        st.sampled_from((0x30, 0x24, 0x04, 0x02, 0x06, 0xA0, 0xA2, 0x44, 0x9F)),
        st.lists(inner, max_size=5),
        st.sampled_from((0, 0, 0, 0, 1, -1, 300, 2**40)),
    ),
    max_leaves=20,
)


def read(datagram: bytes) -> Answer | None:
    """Read an answer as a session would; None for garbage too. Anything else is a failure."""
    try:
        answer = decode_answer(datagram, VERSION, COMMUNITY, REQUEST_ID)
    except Garbled:
        return None
    if answer is not None:
        for name, value in answer.bindings:
            assert all(part.isdigit() for part in name.split("."))
            assert value is None or type(value) in (int, bytes, str)
    return answer


def test_what_the_fuzzer_starts_from_is_an_answer() -> None:
    """Without a mutation the message is understood, so that mutations reach every depth."""
    answer = read(message(tlv(0x30, binding(tlv(0x02, b"\x05")))))
    assert answer is not None
    assert answer.bindings == [("1.3.6.1.2.1.1.3.0", 5)]


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=200))
def test_any_octets(datagram: bytes) -> None:
    """Random octets."""
    read(datagram)


@settings(max_examples=400, deadline=None)
@given(ELEMENTS, ELEMENTS)
def test_any_elements(outer: bytes, bindings: bytes) -> None:
    """BER of any shape, as a whole and where the bindings belong."""
    read(outer)
    read(message(bindings))
    read(message(tlv(0x30, bindings)))
    read(message(tlv(0x30, binding(bindings))))


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_damaged_answer(data: st.DataObject) -> None:
    """An answer with octets changed, cut away or put in."""
    whole = message(tlv(0x30, binding(tlv(0x41, b"\x05")) + binding(tlv(0x04, b"text"))))
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 4)))
    read(whole[:start] + data.draw(st.binary(max_size=4)) + whole[end:])


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=40) | ELEMENTS)
def test_any_value(raw: bytes) -> None:
    """A value's octets become plain Python or nothing."""
    value = plain_value(raw)
    assert value is None or type(value) in (int, bytes, str)


@pytest.mark.parametrize(
    "datagram",
    [
        b"\x30\x80" * (LARGEST // 2),
        b"\x30\x84\x00\x00\xff\xdd" + b"\x30\x80" * ((LARGEST - 6) // 2),
        message(tlv(0x30, b"\x30\x00" * 32000)),
        message(tlv(0x30, binding(b"\x05\x00") * 4600)),
        message(tlv(0x30, binding(tlv(0x06, b"\xff" * 65000)))),
        message(tlv(0x30, binding(tlv(0x06, b"\x01" * 65000)))),
        message(tlv(0x30, tlv(0x30, tlv(0x06, b"\x01" * 65000) + b"\x05\x00"))),
        message(tlv(0x30, tlv(0x30, tlv(0x06, b"\xff" * 65000) + b"\x05\x00"))),
        message(tlv(0x30, binding(tlv(0x02, b"\x7f" * 65000)))),
        message(tlv(0x30, binding(b"\x24\x80" * 32000))),
        message(b"\x30\x80" * 32000),
        message(tlv(0x30, b""), tail=b"\x00" * 65000),
        tlv(0x30, tlv(0x02, b"\x7f" * 65000)),
        tlv(0x30, bytes.fromhex("020101") + b"\x24\x80" * 32000),
        tlv(0x30, bytes.fromhex("0201010488ffffffffffffffff") + b"public"),
    ],
    ids=lambda datagram: f"{datagram[:4].hex()}-{len(datagram)}",
)
def test_the_worst_costs_little(datagram: bytes) -> None:
    """What is meant to exhaust a decoder is read or refused in no time to speak of."""
    assert len(datagram) <= LARGEST
    started = time.perf_counter()
    read(datagram)
    assert time.perf_counter() - started < SECONDS


@contextmanager
def server(reply: Callable[[bytes, int], bytes]) -> Iterator[int]:
    """A port on loopback that answers each datagram with `reply` of it and its number."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as inlet:
        inlet.bind((HOST, 0))
        address = inlet.getsockname()

        def serve() -> None:
            count = 0
            while True:
                datagram, peer = inlet.recvfrom(65535)
                if peer == address:
                    return
                inlet.sendto(reply(datagram, count), peer)
                count += 1

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield address[1]
        finally:
            inlet.sendto(b"", address)
            thread.join()


@pytest.mark.parametrize("version", ["2c", "3"])
@pytest.mark.parametrize(
    "reply",
    [
        lambda datagram, count: datagram,
        lambda datagram, count: b"\xff" * 1000,
        # Answers discovery with a message that has the right id, then talks nonsense.
        lambda datagram, count: datagram + b"\x00" if count == 0 else b"\x30\x80" * 30000,
        lambda datagram, count: datagram + b"\x00" if count == 0 else datagram,
        lambda datagram, count: datagram[: len(datagram) // 2] + bytes(len(datagram) // 2 + 1),
        lambda datagram, count: encode_request(1, b"public", GET, 7, ["1.3.6.1"]),
    ],
    ids=["echo", "octets", "nested", "late echo", "half", "request"],
)
def test_a_session_with_a_madman(
    reply: Callable[[bytes, int], bytes], version: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whoever answers what: the session ends by its deadline with a trouble, and prints nothing."""
    started = time.monotonic()
    with server(reply) as port, pytest.raises(TargetTrouble):
        ask_once(port, version)
    assert time.monotonic() - started < 0.5 + SECONDS
    assert capfd.readouterr() == ("", "")


def ask_once(port: int, version: str) -> None:
    """One question to a server on loopback."""
    target = Target(HOST, port, version=version, user="usv", auth_key="authentic words")
    with closing(open_session(target, Deadline(0.5))) as session:
        session.get(["1.3.6.1.2.1.1.3.0"])
