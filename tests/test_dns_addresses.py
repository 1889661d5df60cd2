"""The addresses of a name: all, through aliases and over TCP; and each way of having none."""

from __future__ import annotations

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import Garbled, Refused, Unreachable
from apowacht.plugins.wire.dns_addresses import MOST_ADDRESSES, lookup, read
from apowacht.plugins.wire.dns_query import question
from apowacht.simulator.ti_dns import NXDOMAIN, REFUSED, SERVFAIL, Records, TiDns

NAME = "erp.zentral.erp.splitdns.ti-dienste.de"


def answered(packet: bytes, *records: bytes, code: int = 0, count: int | None = None) -> bytes:
    """An answer to a question with these records."""
    number = len(records) if count is None else count
    head = packet[:2] + struct.pack("!5H", 0x8180 | code, 1, number, 0, 0)
    return head + packet[12:] + b"".join(records)


def record(owner: bytes, kind: int, data: bytes, size: int | None = None) -> bytes:
    """One record of class IN."""
    return owner + struct.pack("!HHIH", kind, 1, 60, len(data) if size is None else size) + data


ASKED = question(7, NAME, "A")
HERE = b"\xc0\x0c"  # points to the question's name


@pytest.mark.parametrize(
    ("records", "outcome", "addresses"),
    [
        (Records("100.102.7.10", "100.103.7.10"), "addresses", ("100.102.7.10", "100.103.7.10")),
        (Records("100.102.7.10", truncated=True), "addresses", ("100.102.7.10",)),
        (Records(cname="lb.test"), "addresses", ("100.102.9.9",)),
        (Records("2001:db8::1"), "nodata", ()),
        (Records(), "nodata", ()),
        (Records(code=NXDOMAIN), "nxdomain", ()),
        (Records(code=SERVFAIL), "servfail", ()),
        (Records(code=REFUSED), "refused", ()),
        (Records(code=4), "error", ()),
    ],
    ids=["two", "over TCP", "alias", "IPv6 only", "nodata", "nxdomain", "servfail", "refused", "4"],
)
def test_what_a_name_server_says(
    records: Records, outcome: str, addresses: tuple[str, ...]
) -> None:
    """Different troubles stay different: other people mend them."""
    with TiDns({NAME: records, "lb.test": Records("100.102.9.9")}) as dns:
        found = lookup(socket.AF_INET, dns.address, Deadline(5), NAME)
        assert (found.outcome, found.addresses) == (outcome, addresses)
        assert 0 < found.seconds < 5
        wanted = ["udp", "tcp"] if records.truncated else ["udp"]
        assert [one.transport for one in dns.asked] == wanted


def test_a_silent_server_a_closed_one_and_one_that_babbles() -> None:
    """The deadline holds; a closed port is said at once."""
    with TiDns({NAME: Records(silent=True)}) as dns:
        with pytest.raises(Unreachable, match="dns_server_silent"):
            lookup(socket.AF_INET, dns.address, Deadline(0.3), NAME)
        closed = dns.address
    with pytest.raises(Refused, match="dns_server_closed"):
        lookup(socket.AF_INET, closed, Deadline(5), NAME)
    with TiDns({NAME: Records(garbage=True)}) as dns, pytest.raises((Garbled, Unreachable)):
        lookup(socket.AF_INET, dns.address, Deadline(0.5), NAME)


def test_aliases_are_followed_in_any_order_and_strangers_passed_over() -> None:
    """Records of other names, types and sizes do not count; a loop of aliases ends."""
    target = b"\x02lb\x04test\x00"
    packet = answered(
        ASKED,
        record(b"\x05other\x00", 1, bytes((9, 9, 9, 9))),
        record(target, 1, bytes((100, 102, 1, 1))),
        record(HERE, 5, target),
        record(target, 28, bytes(16)),
        record(target, 1, bytes(5)),
        record(b"\x02LB\x04TEST\x00", 1, bytes((100, 102, 1, 2))),
    )
    assert read(packet, NAME.upper() + ".") == (0, ("100.102.1.1", "100.102.1.2"), ("lb.test",))
    loop = answered(ASKED, record(HERE, 5, HERE))
    assert read(loop, NAME)[1] == ()
    many = answered(ASKED, *(record(HERE, 1, bytes((100, 102, 0, n))) for n in range(60)))
    assert len(read(many, NAME)[1]) == MOST_ADDRESSES


@pytest.mark.parametrize(
    "packet",
    [
        answered(ASKED, count=1),
        answered(ASKED, count=65535),
        answered(ASKED, record(HERE, 1, b"\x01", size=400)),
        answered(ASKED, record(b"\xc0\xff", 1, bytes(4))),
        answered(ASKED, record(b"\xc0" + bytes((len(ASKED),)), 1, bytes(4))),  # points to itself
        answered(ASKED, record(b"\x80", 1, bytes(4))),
        ASKED[:8],
    ],
    ids=["none there", "a lie", "cut", "outside", "itself", "reserved", "no header"],
)
def test_a_packet_that_lies_is_an_error(packet: bytes) -> None:
    """Compression that leads nowhere, sizes and counts that are not there."""
    with pytest.raises((ValueError, IndexError, struct.error)):
        read(packet, NAME)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(rest: bytes) -> None:
    """No other exception, and no endless walk."""
    try:
        read(ASKED[:2] + b"\x81\x80\0\1\0\3\0\0\0\0" + rest, NAME)
    except (ValueError, IndexError, struct.error):
        return
