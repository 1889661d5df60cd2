"""SNMP answers in plain Python: BER values, and whole messages that are written as usual.

What `usual_answer` does not understand is no nonsense yet: `snmp_messages` reads it with pysnmp.
"""

from __future__ import annotations

from struct import unpack
from typing import TYPE_CHECKING

from apowacht.plugins.wire.snmp import Answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apowacht.plugins.wire.snmp import Value

    Name = tuple[bytes, str]

_SEQUENCE, _INTEGER, _OCTETS, _OID = 0x30, 0x02, 0x04, 0x06
_RESPONSE_PDU = 0xA2  # RFC 3416 section 3, and GetResponse-PDU of RFC 1157 section 4.1.3
_MOST_ARC_OCTETS = 10


def usual_answer(
    datagram: bytes, head: bytes, request_id: int, names: Sequence[Name] = ()
) -> Answer | None:
    """The answer to this request, None when it is another one or not written as usual.

    Usual are definite lengths, one-octet tags and nothing where nothing belongs. `head` is what
    `message_head` makes: an answer begins with the request's version and community. `names` are
    the objects asked for (see `asked_in`), most of which come back at their place.
    """
    try:
        at, end = _element(datagram, 0, len(datagram), _SEQUENCE)  # some cards send padding
        if not datagram.startswith(head, at):
            return None
        at = _last(datagram, at + len(head), end, _RESPONSE_PDU)
        numbers = []
        for _ in range(3):
            begin, at = _element(datagram, at, end, _INTEGER)
            numbers.append(_small(datagram[begin:at]))
        if numbers[0] != request_id:
            return None
        at = _last(datagram, at, end, _SEQUENCE)
        return Answer(numbers[1], numbers[2], _bindings(datagram, at, end, names))
    except (ValueError, IndexError):
        return None


def _bindings(
    data: bytes, at: int, end: int, names: Sequence[Name]
) -> list[tuple[str, Value | None]]:
    bindings: list[tuple[str, Value | None]] = []
    place, count = 0, len(names)
    while at < end:
        at, stop = _element(data, at, end, _SEQUENCE)
        encoded, name = names[place] if place < count else (b"", "")
        if encoded and data.startswith(encoded, at):
            at += len(encoded)
        else:
            begin, at = _element(data, at, stop, _OID)
            name = dotted(data[begin:at])
        begin = _last(data, at, stop)
        tag = data[at]
        if tag == _OCTETS:
            bindings.append((name, data[begin:stop]))
        elif tag == _INTEGER and 0 < stop - begin <= 8:
            bindings.append((name, int.from_bytes(data[begin:stop], "big", signed=True)))
        elif tag:
            bindings.append((name, plain_value(data[at:stop])))
        else:
            raise ValueError("the end of contents is no value")
        at = stop
        place += 1
    return bindings


def message_head(version: int, community: bytes) -> bytes:
    """Version and community as a message begins with them (RFC 1901 section 3)."""
    return bytes((_INTEGER, 1, version, _OCTETS)) + _length(len(community)) + community


def asked_in(request: bytes, head: bytes, oids: Sequence[str]) -> tuple[int, list[Name]]:
    """The request-id in a request of our own for `oids`, and how it encodes them.

    Raises ValueError or IndexError for anything that is no such request.
    """
    at, end = _element(request, 0, len(request), _SEQUENCE)
    if not request.startswith(head, at):
        raise ValueError("another community")
    at = _last(request, at + len(head), end)
    begin, at = _element(request, at, end, _INTEGER)
    request_id = _small(request[begin:at])
    at = _last(request, at + 6, end, _SEQUENCE)  # two zeros: error-status and error-index
    names = []
    for oid in oids:
        begin, stop = _element(request, at, end, _SEQUENCE)
        names.append((request[begin : stop - 2], oid))  # behind the name is NULL
        at = stop
    return request_id, names


def _length(octets: int) -> bytes:
    if octets < 0x80:
        return bytes((octets,))
    written = octets.to_bytes((octets.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(written),)) + written


def _small(content: bytes) -> int:
    if not 0 < len(content) <= 4:
        raise ValueError("no Integer32")
    return int.from_bytes(content, "big", signed=True)


def _element(data: bytes, at: int, end: int, tag: int | None = None) -> tuple[int, int]:
    """Where the content of the element at this place begins, and where it ends."""
    kind, length = data[at], data[at + 1]
    if kind != tag and (tag is not None or kind & 0x1F == 0x1F):
        raise ValueError("another tag")
    at += 2
    if length & 0x80:
        octets = length & 0x7F
        if not 0 < octets <= 4:
            raise ValueError("indefinite, or longer than any datagram")
        length = int.from_bytes(data[at : at + octets], "big")
        at += octets
    if at + length > end:
        raise ValueError("length beyond the end")
    return at, at + length


def _last(data: bytes, at: int, end: int, tag: int | None = None) -> int:
    """Where the content of the element begins behind which nothing comes."""
    begin, its_end = _element(data, at, end, tag)
    if its_end != end:
        raise ValueError("something behind")
    return begin


def content_of(raw: bytes) -> tuple[bytes, int]:
    """Content octets of the first TLV, and where it ends. RFC 3417 section 8: definite lengths."""
    start, length = 2, raw[1]
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(raw[2:start], "big") if start > 2 else len(raw)
    end = start + length
    if end > len(raw):
        raise ValueError("length beyond the end")
    return raw[start:end], end


def plain_value(raw: bytes) -> Value | None:
    """A binding's value, BER as sent, in plain Python; None when there is none to be had.

    None stands for NULL, noSuchObject, noSuchInstance, endOfMibView (RFC 3416 section 3), for
    unknown types and for values that break their own type.
    """
    try:
        return _plain(raw[0], content_of(raw)[0])
    except (ValueError, IndexError, OverflowError):
        return None


def _plain(tag: int, content: bytes) -> Value | None:
    if tag == _OCTETS:
        return content
    if tag == _INTEGER and 0 < len(content) <= 8:
        return int.from_bytes(content, "big", signed=True)
    if tag in (0x41, 0x42, 0x43, 0x47):  # Counter32, Gauge32, TimeTicks, UInteger32 of RFC 1442
        return _unsigned(content, 4)
    if tag == 0x46:  # Counter64
        return _unsigned(content, 8)
    if tag == _OID and content:
        return dotted(content)
    if tag == 0x40 and len(content) == 4:  # IpAddress
        return ".".join(map(str, content))
    if tag == 0x44:  # Opaque
        return _opaque(content)
    return None


def dotted(content: bytes) -> str:
    """An OBJECT IDENTIFIER's content in dotted form (X.690 section 8.19). Raises ValueError."""
    arcs: list[int] = []
    arc = octets = 0
    for octet in content:
        if not octets and octet == 0x80:
            raise ValueError("an arc with a leading zero")
        arc = arc << 7 | octet & 0x7F
        octets += 1
        if octet < 0x80:
            arcs.append(arc)
            arc = octets = 0
        elif octets == _MOST_ARC_OCTETS:
            raise ValueError("an arc too long")
    if octets or not arcs:
        raise ValueError("cut short")
    top = min(arcs[0] // 40, 2)
    return ".".join(map(str, (top, arcs[0] - 40 * top, *arcs[1:])))


def _unsigned(content: bytes, width: int) -> int | None:
    # Agents forget the leading zero octet, so 4294967295 arrives as -1.
    if not content or len(content) > width + 1 or (len(content) > width and content[0]):
        return None
    return int.from_bytes(content, "big", signed=len(content) <= width) % (1 << 8 * width)


def _opaque(content: bytes) -> Value | None:
    """net-snmp's way to send what SMI lacks: Opaque around a TLV whose tag is 0x9f 0x78..0x7b."""
    if content[:1] != b"\x9f":
        return None
    inner, _ = content_of(content[1:])
    kind = content[1]
    if (kind, len(inner)) in ((0x78, 4), (0x79, 8)):  # float, double
        number: float = unpack(">f" if kind == 0x78 else ">d", inner)[0]
        return None if number != number or abs(number) == float("inf") else b"%.7g" % number
    if kind == 0x7A and 0 < len(inner) <= 8:  # Integer64
        return int.from_bytes(inner, "big", signed=True)
    if kind == 0x7B:  # Unsigned64
        return _unsigned(inner, 8)
    return None
