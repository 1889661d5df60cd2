"""SNMP messages read at one go, and requests written by gufo-snmp: both as pysnmp has them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder
from pyasn1.type import univ

from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import Garbled, Unreachable
from apowacht.plugins.wire import snmp, snmp_gufo
from apowacht.plugins.wire.snmp import GET, GET_NEXT, PysnmpWriter, Target, open_session
from apowacht.plugins.wire.snmp_messages import decode_answer, encode_request
from apowacht.plugins.wire.snmp_values import asked_in, dotted, message_head, usual_answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apowacht.plugins.wire.snmp import Answer

VERSION, COMMUNITY, REQUEST_ID = 1, b"public", 0x40000001
HEAD = message_head(VERSION, COMMUNITY)
OIDS = st.lists(st.integers(0, 2**32 - 1), max_size=20).map(
    lambda tail: ".".join(map(str, (1, 3, 6, *tail)))
)
needs_gufo = pytest.mark.skipif(not snmp_gufo.INSTALLED, reason="gufo-snmp is not installed")


def tlv(tag: int, content: bytes, long: int = 0) -> bytes:
    """One BER element; with `long` its length takes more octets than it needs."""
    length = len(content)
    if length < 0x80 and not long:
        return bytes((tag, length)) + content
    octets = length.to_bytes(max(1, (length.bit_length() + 7) // 8) + max(0, long - 1), "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content


VALUES = st.builds(
    tlv,
    st.sampled_from((2, 4, 5, 6, 0x40, 0x41, 0x42, 0x43, 0x44, 0x46, 0x47, 0x80, 0x82, 0x30, 0x9F)),
    st.binary(max_size=10) | st.sampled_from((b"\x9f\x78\x04\x41\xac\0\0", bytes(200))),
    st.integers(0, 2),
)
NAMES = st.sampled_from(
    [bytes.fromhex(one) for one in ("2b06010201010300", "2b0601823e01", "8100", "80", "2b81", "")]
) | st.binary(max_size=12)
BINDINGS = st.lists(st.tuples(NAMES, VALUES, st.integers(0, 1), st.binary(max_size=1)), max_size=6)
NUMBERS = st.sampled_from([b"\0", b"\5", b"\xff", b"\0\0\0\0\1", b"", b"\0\x80"])


@st.composite
def messages(draw: st.DrawFn) -> bytes:
    """An answer with something unusual in it, now and then."""
    bindings = b"".join(
        tlv(0x30, tlv(6, name) + value + behind, long)
        for name, value, long, behind in draw(BINDINGS)
    )
    usual = draw(st.integers(0, 3)) > 0
    request_id = (REQUEST_ID if usual else draw(st.integers(0, 2**31 - 1))).to_bytes(4, "big")
    status, index = (b"\0", b"\0") if usual else (draw(NUMBERS), draw(NUMBERS))
    pdu = tlv(2, request_id) + tlv(2, status) + tlv(2, index) + tlv(0x30, bindings)
    whole = tlv(0x30, HEAD + tlv(0xA2, pdu), draw(st.integers(0, 2)))
    return whole + draw(st.sampled_from((b"", b"", bytes(3))))


def told(answer: Answer | None) -> Any:
    """An answer to compare."""
    return None if answer is None else (answer.error_status, answer.error_index, answer.bindings)


@settings(max_examples=400, deadline=None)
@given(messages(), st.data())
def test_what_is_read_at_one_go_is_what_pysnmp_reads(whole: bytes, data: st.DataObject) -> None:
    """Whole, and with octets changed: either the same answer, or none and pysnmp is asked."""
    place = data.draw(st.integers(0, len(whole) - 1))
    damaged = whole[:place] + data.draw(st.binary(max_size=2)) + whole[place + 1 :]
    for datagram in (whole, damaged):
        usual = usual_answer(datagram, HEAD, REQUEST_ID)
        if usual is not None:
            assert told(usual) == told(decode_answer(datagram, VERSION, COMMUNITY, REQUEST_ID))


def test_the_end_of_contents_is_no_value() -> None:
    """An object's name that has lost an octet takes the next tag; a zero is left of the value."""
    pdu = tlv(2, REQUEST_ID.to_bytes(4, "big")) + bytes.fromhex("020100020100")
    binding = bytes.fromhex("300c06082b060102010103020000")
    answer = tlv(0x30, HEAD + tlv(0xA2, pdu + tlv(0x30, binding)))
    assert usual_answer(answer, HEAD, REQUEST_ID) is None


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(OIDS, VALUES), max_size=40), st.booleans())
def test_ordinary_answers_are_read_at_one_go(several: list[tuple[str, bytes]], known: bool) -> None:
    """Also when the names come back as they were asked for, and when others come."""
    oids = [oid for oid, _ in several]
    request = encode_request(VERSION, COMMUNITY, GET, REQUEST_ID, oids)
    request_id, names = asked_in(request, HEAD, oids)
    assert request_id == REQUEST_ID
    bindings = b"".join(
        tlv(0x30, names[place][0] + value) for place, (_, value) in enumerate(several)
    )
    pdu = (
        tlv(2, REQUEST_ID.to_bytes(4, "big")) + bytes.fromhex("020100020100") + tlv(0x30, bindings)
    )
    answer = tlv(0x30, HEAD + tlv(0xA2, pdu))
    usual = usual_answer(answer, HEAD, REQUEST_ID, names if known else names[1:])
    if any(value[0] & 0x1F == 0x1F for _, value in several):
        assert usual is None
    else:
        assert usual is not None
        assert [name for name, _ in usual.bindings] == oids
        assert told(usual) == told(decode_answer(answer, VERSION, COMMUNITY, REQUEST_ID))


@settings(max_examples=300, deadline=None)
@given(st.binary(min_size=1, max_size=9))
def test_an_oid_is_what_pyasn1_makes_of_it(content: bytes) -> None:
    """Dotted, or refused, alike."""
    try:
        wanted = str(decoder.decode(tlv(6, content), asn1Spec=univ.ObjectIdentifier())[0])
    except Exception:
        wanted = ""
    try:
        assert dotted(content) == wanted
    except ValueError:
        assert not wanted


@pytest.mark.parametrize("content", [b"", b"\x80\x01", b"\x2b\x81", b"\x2b" + b"\xff" * 60 + b"\1"])
def test_an_oid_that_is_none(content: bytes) -> None:
    """Empty, padded, cut short, without end."""
    with pytest.raises(ValueError, match=r"arc|cut"):
        dotted(content)


def test_a_long_community() -> None:
    """Its length takes two octets, in our head as in pysnmp's message."""
    community = b"c" * 200
    request = encode_request(0, community, GET, REQUEST_ID, ["1.3.6"])
    assert message_head(0, community) in request[:240]
    assert asked_in(request, message_head(0, community), ["1.3.6"])[0] == REQUEST_ID


# Requests by gufo-snmp.


@needs_gufo
@settings(max_examples=100, deadline=None)
@given(
    version=st.sampled_from((0, 1)),
    community=st.text(max_size=40).map(str.encode),
    oids=st.lists(OIDS.filter(lambda oid: oid.count(".") > 1), min_size=1, max_size=32),
    kind=st.sampled_from((GET, GET_NEXT)),
)
def test_requests_are_octet_by_octet_those_of_pysnmp(
    version: int, community: bytes, oids: list[str], kind: str
) -> None:
    """But for the request-id, which gufo-snmp draws by itself."""
    head = message_head(version, community)
    with closing(snmp_gufo.GufoWriter(version, community, head)) as writer:
        first, second = writer.write(kind, oids), writer.write(kind, oids)
    request_id = asked_in(first, head, oids)[0]
    assert 0 <= request_id < 2**31
    assert request_id != asked_in(second, head, oids)[0]
    place = first.index(head) + len(head)
    pysnmps = encode_request(version, community, kind, request_id, oids)
    if len(pysnmps) == len(first):
        assert first == pysnmps
    else:  # a request-id of less than four octets
        assert told_by_pysnmp(first) == told_by_pysnmp(pysnmps)
    assert first[place] == pysnmps[pysnmps.index(head) + len(head)]


def told_by_pysnmp(request: bytes) -> str:
    """A message as pyasn1 understands it without a specification."""
    return str(decoder.decode(request)[0])


def agent() -> socket.socket:
    """A socket on loopback to be asked."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    server.settimeout(5)
    return server


@needs_gufo
@pytest.mark.parametrize(
    "trouble",
    [
        OSError("no loopback"), ValueError("community"), TypeError("another release"),
    ],
)  # fmt: skip
def test_without_its_writer_pysnmp_writes(
    trouble: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever keeps gufo-snmp from writing costs no answer."""

    def fail(*_: object) -> None:
        raise trouble

    monkeypatch.setattr(snmp_gufo, "GufoWriter", fail)
    assert isinstance(snmp.writer(VERSION, COMMUNITY, HEAD), PysnmpWriter)


@needs_gufo
@pytest.mark.parametrize("oid", ["1.3.6.4294967296", "1.3.6.99999999999999999999"])
def test_what_gufo_does_not_write_pysnmp_does(oid: str) -> None:
    """In the same session, and nobody notices."""
    with agent() as server:
        target = Target("127.0.0.1", server.getsockname()[1], retries=0)
        with (
            closing(open_session(target, Deadline(0.1))) as session,
            pytest.raises(Unreachable),
        ):
            session.get([oid])
        request = server.recv(65535)
    (encoded, _) = asked_in(request, HEAD, [oid])[1][0]
    assert str(decoder.decode(encoded, asn1Spec=univ.ObjectIdentifier())[0]) == oid


@needs_gufo
def test_strangers_on_loopback_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what gufo-snmp's own socket sends is taken for a request; a flood of others ends it."""
    with closing(snmp_gufo.GufoWriter(VERSION, COMMUNITY, HEAD)) as writer, agent() as stranger:
        there = writer._inlet.getsockname()
        stranger.sendto(encode_request(VERSION, COMMUNITY, GET, 7, ["1.3.9"]), there)
        assert asked_in(writer.write(GET, ["1.3.6"]), HEAD, ["1.3.6"])[1][0][1] == "1.3.6"
        for _ in range(snmp_gufo._MOST_STRANGERS):
            stranger.sendto(b"x", there)
        with pytest.raises(ValueError, match="other programs"):
            writer.write(GET, ["1.3.6"])


@pytest.fixture
def counted() -> Iterator[None]:
    """Fail when a test leaves a file descriptor open."""
    before = len(os.listdir("/proc/self/fd"))
    yield
    assert len(os.listdir("/proc/self/fd")) == before


@needs_gufo
@pytest.mark.usefixtures("counted")
def test_sockets_are_given_back() -> None:
    """After a session, and after a writer that could not be made."""
    with closing(open_session(Target("127.0.0.1"), Deadline(1))):
        pass
    with pytest.raises(UnicodeDecodeError):
        snmp_gufo.GufoWriter(VERSION, b"\xff", message_head(VERSION, b"\xff"))


@needs_gufo
def test_pysnmp_is_not_loaded_for_an_ordinary_answer() -> None:
    """Its import would cost more than all the rest of a run."""
    code = f"""
import socket, sys, threading
sys.path[:] = {sys.path!r}
from apowacht.plugins.wire import snmp
from apowacht.plugins.core.deadline import Deadline
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 0))
def answer():
    request, peer = server.recvfrom(65535)
    answer = request.replace(b"public\\xa0", b"public\\xa2").replace(b"\\x05\\0", b"\\x04\\0")
    server.sendto(answer, peer)
threading.Thread(target=answer).start()
session = snmp.open_session(snmp.Target("127.0.0.1", server.getsockname()[1]), Deadline(5))
assert session.get(["1.3.6.1.2.1.1.3.0"]) == {{"1.3.6.1.2.1.1.3.0": b""}}
session.close()
server.close()
assert not [name for name in ("pysnmp", "pyasn1", "asyncio", "ssl") if name in sys.modules]
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_garbage_is_still_garbage() -> None:
    """What cannot be read at one go and by pysnmp neither."""
    assert usual_answer(b"\x30\x03\x02\x01", HEAD, REQUEST_ID) is None
    with pytest.raises(Garbled):
        decode_answer(b"\x30\x03\x02\x01", VERSION, COMMUNITY, REQUEST_ID)
