"""An SNMP v1 and v2c agent on loopback, as right as a good one and as wrong as told.

GET, GETNEXT and GETBULK after RFC 1157 and RFC 3416. What it knows is a table of instances that
may be exchanged while it runs; every SET is refused, and `seen` remembers that somebody tried.
"""

from __future__ import annotations

import collections
import contextlib
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from pyasn1.codec.ber import decoder, encoder
from pyasn1.error import PyAsn1Error
from pysnmp.proto import api
from pysnmp.proto.error import ProtocolError

from apowacht.simulator.service import UdpService, bind

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping, Sequence

# type in our tables -> (class of v1, class of v2c); v1 has no Counter64 (RFC 3584, 4.2.2.1).
TYPES: dict[str, tuple[str, str]] = {
    "integer": ("Integer", "Integer32"),
    "string": ("OctetString", "OctetString"),
    "hex": ("OctetString", "OctetString"),
    "oid": ("ObjectIdentifier", "ObjectIdentifier"),
    "ipaddress": ("IpAddress", "IpAddress"),
    "counter": ("Counter", "Counter32"),
    "gauge": ("Gauge", "Gauge32"),
    "timeticks": ("TimeTicks", "TimeTicks"),
    "counter64": ("", "Counter64"),
    "null": ("Null", "Null"),
}
NUMBERS = frozenset({"integer", "counter", "gauge", "timeticks", "counter64"})

TOO_BIG, NO_SUCH_NAME, NOT_WRITABLE = 1, 2, 17
# What pyasn1 and pysnmp raise for broken bytes: their own errors, and Python's for odd lengths.
BROKEN = (PyAsn1Error, ProtocolError, ValueError, IndexError, TypeError, OverflowError)
# As of many cards: an answer has to fit into one Ethernet frame.
LARGEST_ANSWER = 1472


class Typed(NamedTuple):
    """A value and its SNMP type, a key of TYPES: int for numbers, bytes for `hex`, else str."""

    kind: str
    value: int | str | bytes

    @classmethod
    def parse(cls, kind: str, text: str) -> Typed:
        """From a table's text; `hex` takes pairs of digits, blanks allowed. ValueError if wrong."""
        if kind not in TYPES:
            raise ValueError(f"unknown SNMP type {kind!r}")
        if kind in NUMBERS:
            return cls(kind, int(text))
        return cls(kind, bytes.fromhex(text) if kind == "hex" else text)


@dataclass(frozen=True)
class Misbehaviour:
    """What the agent does wrong, by choice; the default is a well-behaved one."""

    silent: bool = False
    """Never answers."""
    garbage: bool = False
    """Answers with bytes that are no SNMP message."""
    delay: float = 0.0
    """Seconds before every answer; others wait behind it, as on a real card."""
    lose: int = 0
    """Swallows this many requests, then behaves."""
    v1_only: bool = False
    """Takes no notice of v2c."""
    answer_from: str = ""
    """Sends from another socket, on this loopback address (its own address: another port)."""
    too_big_above: int = 0
    """Says tooBig to more variables than this in one request; 0 = no such limit."""
    wrong_request_id: bool = False
    """Answers as if to another request."""


class Table:
    """Instances in the order of a walk. Immutable: a change of scenario is a new table."""

    def __init__(self, values: Mapping[str, Typed]) -> None:
        self.values = {tuple(map(int, oid.split("."))): value for oid, value in values.items()}
        self.order = sorted(self.values)
        self._v1_order = [oid for oid in self.order if TYPES[self.values[oid].kind][0]]

    def following(self, oid: tuple[int, ...], version: int) -> tuple[int, ...] | None:
        """The first instance after `oid` that this version can carry; None at the end."""
        order = self.order if version else self._v1_order
        place = bisect_right(order, oid)
        return order[place] if place < len(order) else None

    def has_object(self, oid: tuple[int, ...]) -> bool:
        """Whether another instance of the same object is there.

        The table knows no MIB: the object is taken to be all but the last number of the OID,
        which is right for scalars and for tables with an index of one number.
        """
        place = bisect_left(self.order, oid[:-1])
        return place < len(self.order) and self.order[place][: len(oid) - 1] == oid[:-1]


class Agent(UdpService):
    """Answers for one device. `seen` holds the kinds of the last requests, «GetRequestPDU» etc."""

    def __init__(
        self,
        values: Mapping[str, Typed],
        *,
        community: str = "public",
        listen: str = "127.0.0.1",
        port: int = 0,
        misbehaviour: Misbehaviour | None = None,
    ) -> None:
        super().__init__(listen, port)
        self.community = community
        self.seen: collections.deque[str] = collections.deque(maxlen=1000)
        self._elsewhere: socket.socket | None = None
        self.become(values, misbehaviour)

    def become(self, values: Mapping[str, Typed], misbehaviour: Misbehaviour | None = None) -> None:
        """Turn into a device with these values and manners, from the next request on."""
        self._state = (Table(values), misbehaviour or Misbehaviour())
        if self._state[1].answer_from and self._elsewhere is None:
            self._elsewhere = bind(self._state[1].answer_from, 0, self.kind)
        self._to_lose = self._state[1].lose

    def close(self) -> None:
        """As `Service.close`."""
        super().close()
        if self._elsewhere is not None:
            self._elsewhere.close()

    def answer(self, data: bytes, client: tuple[str, int]) -> None:
        """Answer one message; silence for what a real agent drops (RFC 1157, 4.1)."""
        table, manners = self._state
        if self._to_lose:
            self._to_lose -= 1
            return
        if manners.silent or (manners.delay and self._stopping.wait(manners.delay)):
            return
        if manners.garbage:
            self._send(b"\x30\x16this is not a message", client, manners)
            return
        with contextlib.suppress(*BROKEN):
            version = int(api.decodeMessageVersion(data))
            if version in api.PROTOCOL_MODULES and not (version and manners.v1_only):
                reply = self._reply(data, version, table, manners)
                if reply:
                    self._send(reply, client, manners)

    def _send(self, reply: bytes, client: tuple[str, int], manners: Misbehaviour) -> None:
        sender = self._elsewhere if manners.answer_from else None
        (sender or self._socket).sendto(reply, client)

    def _reply(self, data: bytes, version: int, table: Table, manners: Misbehaviour) -> bytes:
        proto = api.PROTOCOL_MODULES[version]
        request, _ = decoder.decode(data, asn1Spec=proto.Message())
        if bytes(proto.apiMessage.get_community(request)) != self.community.encode():
            return b""
        pdu = proto.apiMessage.get_pdu(request)
        self.seen.append(type(pdu).__name__)
        asked = [tuple(oid) for oid, _ in proto.apiPDU.get_varbinds(pdu)]
        if 0 < manners.too_big_above < len(asked):
            return self._fail(proto, request, TOO_BIG, 0, manners)
        status, index, found = Answers(table, version).to(pdu, asked)
        if status:
            return self._fail(proto, request, status, index, manners)
        reply = self._wrap(proto, request, 0, 0, found, manners)
        while len(reply) > LARGEST_ANSWER:
            # RFC 3416, 4.2.3: a bulk answer is cut at its end; any other is tooBig.
            if pdu.tagSet != api.v2c.GetBulkRequestPDU.tagSet or len(found) < 2:
                return self._fail(proto, request, TOO_BIG, 0, manners)
            found = found[: max(1, len(found) * LARGEST_ANSWER // len(reply))]
            reply = self._wrap(proto, request, 0, 0, found, manners)
        return reply

    def _fail(
        self, proto: Any, request: Any, status: int, index: int, manners: Misbehaviour
    ) -> bytes:
        # Variables as asked; v2c leaves them out of tooBig (RFC 3416, 4.2.1).
        same = [] if proto is api.v2c and status == TOO_BIG else asked_back(proto, request)
        return self._wrap(proto, request, status, index, same, manners)

    def _wrap(
        self,
        proto: Any,
        request: Any,
        status: int,
        index: int,
        found: Sequence[tuple[Any, Any]],
        manners: Misbehaviour,
    ) -> bytes:
        message = proto.apiMessage.get_response(request)
        pdu = proto.apiMessage.get_pdu(message)
        if manners.wrong_request_id:
            proto.apiPDU.set_request_id(pdu, int(proto.apiPDU.get_request_id(pdu)) ^ 1)
        proto.apiPDU.set_varbinds(pdu, found)
        proto.apiPDU.set_error_status(pdu, status)
        proto.apiPDU.set_error_index(pdu, index)
        return bytes(encoder.encode(message))


def asked_back(proto: Any, request: Any) -> list[tuple[Any, Any]]:
    """The request's own variables, as an error answer repeats them."""
    asked: list[tuple[Any, Any]] = proto.apiPDU.get_varbinds(proto.apiMessage.get_pdu(request))
    return asked


class Answers:
    """The semantics of the requests in one version, over one table."""

    def __init__(self, table: Table, version: int) -> None:
        self.table = table
        self.version = version
        self.proto: Any = api.PROTOCOL_MODULES[version]

    def to(
        self, pdu: Any, asked: Sequence[tuple[int, ...]]
    ) -> tuple[int, int, list[tuple[Any, Any]]]:
        """(error-status, error-index, variables) for a request; an error has no variables."""
        if pdu.tagSet == self.proto.SetRequestPDU.tagSet:
            # v1 has no word for «not writable» (RFC 1157, 4.1.5).
            return (NOT_WRITABLE if self.version else NO_SUCH_NAME), min(1, len(asked)), []
        if pdu.tagSet == self.proto.GetRequestPDU.tagSet:
            found = [self._exact(oid) for oid in asked]
        elif pdu.tagSet == self.proto.GetNextRequestPDU.tagSet:
            found = [self._next(oid) for oid in asked]
        elif self.version and pdu.tagSet == self.proto.GetBulkRequestPDU.tagSet:
            found = self._bulk(pdu, asked)
        else:
            raise ProtocolError("an agent takes no such message")
        for index, (_, value) in enumerate(found, 1):
            if value is None:
                return NO_SUCH_NAME, index, []
        return 0, 0, found

    def _value(self, oid: tuple[int, ...]) -> tuple[Any, Any]:
        typed = self.table.values[oid]
        name = TYPES[typed.kind][self.version]
        made = getattr(self.proto, name)("" if name == "Null" else typed.value)
        return self.proto.ObjectIdentifier(oid), made

    def _exact(self, oid: tuple[int, ...]) -> tuple[Any, Any]:
        known = self.table.values.get(oid)
        if known and TYPES[known.kind][self.version]:
            return self._value(oid)
        if not self.version:
            return oid, None
        missing = "NoSuchInstance" if self.table.has_object(oid) else "NoSuchObject"
        return self.proto.ObjectIdentifier(oid), getattr(self.proto, missing)("")

    def _next(self, oid: tuple[int, ...]) -> tuple[Any, Any]:
        after = self.table.following(oid, self.version)
        if after is not None:
            return self._value(after)
        if not self.version:
            return oid, None
        return self.proto.ObjectIdentifier(oid), self.proto.EndOfMibView("")

    def _bulk(self, pdu: Any, asked: Sequence[tuple[int, ...]]) -> list[tuple[Any, Any]]:
        """RFC 3416, 4.2.3; ends early when every column is at its end."""
        single = min(max(int(self.proto.apiBulkPDU.get_non_repeaters(pdu)), 0), len(asked))
        rounds = max(int(self.proto.apiBulkPDU.get_max_repetitions(pdu)), 0)
        found = [self._next(oid) for oid in asked[:single]]
        row = list(asked[single:])
        while rounds and row and len(found) < 200:
            rounds -= 1
            step = [self._next(oid) for oid in row]
            found += step
            if all(value.isSameTypeWith(self.proto.EndOfMibView("")) for _, value in step):
                break
            row = [tuple(oid) for oid, _ in step]
        return found
