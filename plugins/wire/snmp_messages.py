"""SNMP v1 and v2c on the wire: from object names to a datagram, from a datagram to plain values.

Requests are pysnmp's own messages. Answers are read with its PDU, but with every value left
as bytes at first: a card that sends one Gauge32 of -1 then loses that value, not the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyasn1.codec.ber import decoder, encoder
from pyasn1.error import PyAsn1Error
from pyasn1.type import namedtype, univ
from pysnmp.proto import rfc1901, rfc1905

from apowacht.plugins.core.errors import Garbled
from apowacht.plugins.wire.snmp import GET, Answer
from apowacht.plugins.wire.snmp_values import content_of, plain_value

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

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
    content, end = content_of(datagram)
    if not content:
        raise ValueError("empty or cut short")
    return datagram[:end]
