"""SNMP v1 and v2c on the wire: from object names to a datagram, from a datagram to plain values.

Requests are pysnmp's own messages. Answers are read with its PDU, but with every value left
as bytes at first: a card that sends one Gauge32 of -1 then loses that value, not the answer.
"""

from __future__ import annotations

from struct import unpack
from typing import TYPE_CHECKING

from pyasn1.codec.ber import decoder, encoder
from pyasn1.error import PyAsn1Error
from pyasn1.type import namedtype, univ
from pysnmp.proto import rfc1901, rfc1905

from apowacht.plugins.core.errors import Garbled
from apowacht.plugins.wire.snmp import GET, Answer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from apowacht.plugins.wire.snmp import Value

# What pyasn1 can raise on bytes that are no BER, or not this message.
_NOT_THIS = (PyAsn1Error, ValueError, IndexError, OverflowError)
_UNCHECKED = {"verifyConstraints": False, "matchTags": False, "matchConstraints": False}
_RESPONSE_PDU = 0xA2  # RFC 3416 section 3, and GetResponse-PDU of RFC 1157 section 4.1.3


def _sequence(*parts: tuple[str, Any]) -> Any:
    named = [namedtype.NamedType(name, kind) for name, kind in parts]
    return univ.Sequence(componentType=namedtype.NamedTypes(*named))


# RFC 1901 section 3 and RFC 1157 section 4: both versions wrap their PDU alike.
_ENVELOPE = _sequence(
    ("version", univ.Integer()), ("community", univ.OctetString()), ("data", univ.Any())
)
_BINDING = _sequence(("name", univ.ObjectIdentifier()), ("value", univ.Any()))
_RESPONSE = rfc1905.ResponsePDU(
    componentType=namedtype.NamedTypes(
        namedtype.NamedType("request-id", univ.Integer()),
        namedtype.NamedType("error-status", univ.Integer()),
        namedtype.NamedType("error-index", univ.Integer()),
        namedtype.NamedType("variable-bindings", univ.Any()),
    )
)
_BINDINGS = univ.SequenceOf(componentType=_BINDING)


def request_pdu(kind: str, request_id: int, oids: Sequence[str]) -> Any:
    """GetRequest-PDU or GetNextRequest-PDU (RFC 3416 section 4.2) as pysnmp has it."""
    pdu = rfc1905.GetRequestPDU() if kind == GET else rfc1905.GetNextRequestPDU()
    for position, number in enumerate((request_id, 0, 0)):
        pdu.setComponentByPosition(position, number, **_UNCHECKED)
    bindings = pdu.setComponentByPosition(3).getComponentByPosition(3)
    bindings.clear()
    for position, oid in enumerate(oids):
        binding = bindings.setComponentByPosition(position).getComponentByPosition(position)
        binding.setComponentByPosition(0, univ.ObjectIdentifier(oid), **_UNCHECKED)
        _choose(binding, 1, rfc1905.unSpecified)
    return pdu


def encode_request(
    version: int, community: bytes, kind: str, request_id: int, oids: Sequence[str]
) -> bytes:
    """The datagram that asks for `oids`; `version` as on the wire: 0 is v1, 1 is v2c."""
    message = rfc1901.Message()
    message.setComponentByPosition(0, version, **_UNCHECKED)
    message.setComponentByPosition(1, community, **_UNCHECKED)
    _choose(message, 2, request_pdu(kind, request_id, oids))
    datagram: bytes = encoder.encode(message)
    return datagram


def _choose(sequence: Any, position: int, chosen: Any) -> None:
    choice = sequence.setComponentByPosition(position).getComponentByPosition(position)
    choice.setComponentByType(chosen.getTagSet(), chosen, innerFlag=True, **_UNCHECKED)


def decode_answer(
    datagram: bytes, version: int, community: bytes, request_id: int
) -> Answer | None:
    """What the agent says to the request, None when the datagram answers something else.

    The list of bindings is only looked at when the rest fits, so that a flood of others'
    messages costs little. Raises Garbled("snmp_garbled") for what is no such message.
    """
    try:
        envelope = _decode(_outermost(datagram), _ENVELOPE)
        if int(envelope[0]) != version or bytes(envelope[1]) != community:
            return None
        return _response(bytes(envelope[2]), request_id)
    except _NOT_THIS as trouble:
        raise Garbled("snmp_garbled", phase="request") from trouble


def plain_answer(pdu: Any) -> Answer:
    """The same for a response PDU that pysnmp has read; ValueError for a PDU of another kind."""
    answer = _response(encoder.encode(pdu), int(pdu[0]))
    if answer is None:
        raise ValueError("not even its own answer")
    return answer


def _response(data: bytes, request_id: int) -> Answer | None:
    if data[0] != _RESPONSE_PDU:
        raise ValueError("no response")
    pdu = _decode(data, _RESPONSE)
    if int(pdu[0]) != request_id:
        return None
    bindings = _decode(bytes(pdu[3]), _BINDINGS)
    values = [(str(binding[0]), plain_value(bytes(binding[1]))) for binding in bindings]
    return Answer(int(pdu[1]), int(pdu[2]), values)


def _decode(data: bytes, kind: Any) -> Any:
    return decoder.decode(data, asn1Spec=kind)[0]


def _outermost(datagram: bytes) -> bytes:
    """The message without padding behind it, which some cards send."""
    if datagram[:1] != b"\x30":
        raise ValueError("no SEQUENCE")
    content, end = _content(datagram)
    if not content:
        raise ValueError("empty or cut short")
    return datagram[:end]


def _content(raw: bytes) -> tuple[bytes, int]:
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
        return _plain(raw[0], _content(raw)[0])
    except _NOT_THIS:
        return None


def _plain(tag: int, content: bytes) -> Value | None:
    if tag == 0x04:  # OCTET STRING
        return content
    if tag == 0x02 and 0 < len(content) <= 8:  # INTEGER
        return int.from_bytes(content, "big", signed=True)
    if tag in (0x41, 0x42, 0x43, 0x47):  # Counter32, Gauge32, TimeTicks, UInteger32 of RFC 1442
        return _unsigned(content, 4)
    if tag == 0x46:  # Counter64
        return _unsigned(content, 8)
    if tag == 0x06 and content:  # OBJECT IDENTIFIER
        return str(_decode(bytes((tag, 0x82)) + len(content).to_bytes(2, "big") + content, _OID))
    if tag == 0x40 and len(content) == 4:  # IpAddress
        return ".".join(map(str, content))
    if tag == 0x44:  # Opaque
        return _opaque(content)
    return None


_OID = univ.ObjectIdentifier()


def _unsigned(content: bytes, width: int) -> int | None:
    # Agents forget the leading zero octet, so 4294967295 arrives as -1.
    if not content or len(content) > width + 1 or (len(content) > width and content[0]):
        return None
    return int.from_bytes(content, "big", signed=len(content) <= width) % (1 << 8 * width)


def _opaque(content: bytes) -> Value | None:
    """net-snmp's way to send what SMI lacks: Opaque around a TLV whose tag is 0x9f 0x78..0x7b."""
    if content[:1] != b"\x9f":
        return None
    inner, _ = _content(content[1:])
    kind = content[1]
    if (kind, len(inner)) in ((0x78, 4), (0x79, 8)):  # float, double
        number: float = unpack(">f" if kind == 0x78 else ">d", inner)[0]
        return None if number != number or abs(number) == float("inf") else b"%.7g" % number
    if kind == 0x7A and 0 < len(inner) <= 8:  # Integer64
        return int.from_bytes(inner, "big", signed=True)
    if kind == 0x7B:  # Unsigned64
        return _unsigned(inner, 8)
    return None
