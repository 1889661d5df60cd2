"""A name server for the names of the TI, over UDP and TCP, as a Konnektor's resolver answers.

with TiDns({"erp.zentral.erp.splitdns.ti-dienste.de": Records("100.102.7.10")}) as dns:
    dns.change(NAME, Records(code=SERVFAIL))    # NXDOMAIN by default for names it does not know
    dns.address, dns.asked[-1].name, dns.asked[-1].transport
"""

from __future__ import annotations

import contextlib
import ipaddress
import struct
import threading
import time
from typing import TYPE_CHECKING, NamedTuple

from apowacht.simulator.service import TcpService, UdpService

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping
    from typing import Self

NOERROR, FORMERR, SERVFAIL, NXDOMAIN, NOTIMP, REFUSED = range(6)
KINDS = {1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 15: "MX", 28: "AAAA"}
_NUMBERS = {name: number for number, name in KINDS.items()}
_HEADER = struct.Struct("!6H")
_QR, _AA, _TC, _RD, _RA = 0x8000, 0x0400, 0x0200, 0x0100, 0x0080
_UDP_BYTES = 512
_ATTEMPTS = 20


class Records:
    """What a name has: addresses of both families, in order; or why there are none.

    `cname` is followed inside the same answer, as a resolver does. Without addresses and with
    code NOERROR the name exists, but not with this type (NODATA). `truncated` sends an answer
    over UDP that is cut to nothing, so that the client has to come over TCP; `silent` and `slow`
    (seconds) hold for both. `garbage` is a packet that is no answer.
    """

    def __init__(
        self,
        *addresses: str,
        cname: str = "",
        code: int = NOERROR,
        silent: bool = False,
        slow: float = 0.0,
        truncated: bool = False,
        garbage: bool = False,
        ttl: int = 60,
    ) -> None:
        self.addresses = tuple(ipaddress.ip_address(address) for address in addresses)
        self.cname = cname.rstrip(".").lower()
        self.code = code
        self.silent = silent
        self.slow = slow
        self.truncated = truncated
        self.garbage = garbage
        self.ttl = ttl


UNKNOWN = Records(code=NXDOMAIN)


class Question(NamedTuple):
    """One question; `transport` is udp or tcp, `kind` A, AAAA ... or the number."""

    name: str
    kind: str
    transport: str
    at: float
    peer: str


class TiDns:
    """One name server; `asked` lists the questions, `requests` counts them."""

    def __init__(
        self,
        names: Mapping[str, Records] | None = None,
        *,
        otherwise: Records = UNKNOWN,
        listen: str = "127.0.0.1",
        port: int = 0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.clock = clock
        self.asked: list[Question] = []
        self._stopping = threading.Event()
        self.become(names or {}, otherwise)
        self._udp, self._tcp = self._open(listen, port)

    def _open(self, listen: str, port: int) -> tuple[_Udp, _Tcp]:
        """Both transports on one port number; a free one may be taken for the other already."""
        for _ in range(1 if port else _ATTEMPTS):
            tcp = _Tcp(self, listen, port)
            try:
                return _Udp(self, listen, tcp.address[1]), tcp
            except OSError:
                tcp.close()
                if port:
                    raise
        raise OSError("no port is free for UDP and TCP")

    @property
    def address(self) -> tuple[str, int]:
        """Where it is asked, over UDP and TCP."""
        return self._udp.address

    @property
    def requests(self) -> int:
        """How many questions came."""
        return len(self.asked)

    def become(self, names: Mapping[str, Records], otherwise: Records = UNKNOWN) -> None:
        """Know these names from now on; every other one is answered by `otherwise`."""
        self._names = {name.rstrip(".").lower(): records for name, records in names.items()}
        self._otherwise = otherwise

    def change(self, name: str, records: Records) -> None:
        """Answer one name differently from now on."""
        self._names = {**self._names, name.rstrip(".").lower(): records}

    def start(self) -> Self:
        """Begin to answer."""
        self._udp.start()
        self._tcp.start()
        return self

    def close(self) -> None:
        """Give the port back; may be repeated."""
        self._stopping.set()
        self._udp.close()
        self._tcp.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.close()

    def answer(self, packet: bytes, transport: str, peer: str) -> bytes | None:
        """The packet to send back, None for silence."""
        try:
            number, flags, questions = struct.unpack_from("!3H", packet)
            name, end = read_name(packet, _HEADER.size)
            kind_number, class_number = struct.unpack_from("!HH", packet, end)
        except (struct.error, ValueError):
            return None
        if flags & _QR or questions != 1 or class_number != 1:
            return None
        kind = KINDS.get(kind_number, str(kind_number))
        self.asked.append(Question(name, kind, transport, self.clock(), peer))
        records = self._names.get(name, self._otherwise)
        if (records.slow and self._stopping.wait(records.slow)) or records.silent:
            return None
        if records.garbage:
            return packet[:2] + b"\xff" * 40
        cut = records.truncated and transport == "udp"
        code, answers = (records.code, []) if cut else self._resolved(name, kind, records)
        told = b"".join(answers)
        if transport == "udp" and len(packet) + len(told) > _UDP_BYTES:
            cut, answers, told = True, [], b""
        flags = _QR | _RA | (flags & _RD) | (_TC if cut else 0) | code
        head = _HEADER.pack(number, flags, 1, len(answers), 0, 0)
        return head + packet[_HEADER.size : end + 4] + told

    def _resolved(self, name: str, kind: str, records: Records) -> tuple[int, list[bytes]]:
        """RCODE and records, aliases first."""
        answers: list[bytes] = []
        seen = {name}
        while records.cname:
            answers.append(_record(name, "CNAME", records.ttl, write_name(records.cname)))
            name = records.cname
            if name in seen:  # a loop is handed on as it is, and nothing at its end
                return SERVFAIL, answers
            seen.add(name)
            records = self._names.get(name, self._otherwise)
        wanted = {"A": 4, "AAAA": 6}.get(kind)
        if records.code == NOERROR:
            answers += [
                _record(name, kind, records.ttl, address.packed)
                for address in records.addresses
                if address.version == wanted
            ]
        return records.code, answers


class _Udp(UdpService):
    """Datagrams, each answered in a thread of its own so that a slow name stops no other."""

    def __init__(self, dns: TiDns, listen: str, port: int) -> None:
        super().__init__(listen, port)
        self._dns = dns
        self._answering: list[threading.Thread] = []

    def answer(self, data: bytes, client: tuple[str, int]) -> None:
        """As UdpService.answer."""
        self._answering = [one for one in self._answering if one.is_alive()]
        thread = threading.Thread(target=self._reply, args=(data, client), daemon=True)
        self._answering.append(thread)
        thread.start()

    def _reply(self, data: bytes, client: tuple[str, int]) -> None:
        told = self._dns.answer(data, "udp", client[0])
        # The client may be gone, and this service may be closed.
        with contextlib.suppress(OSError):
            if told is not None:
                self._socket.sendto(told, client)

    def close(self) -> None:
        """As Service.close; an answer that is still being made is not sent."""
        for one in self._answering:
            one.join()
        super().close()


class _Tcp(TcpService):
    """Messages behind two bytes of length (RFC 1035, 4.2.2)."""

    def __init__(self, dns: TiDns, listen: str, port: int) -> None:
        super().__init__(listen, port)
        self._dns = dns

    def converse(self, connection: socket.socket) -> None:
        """As TcpService.converse; silence lasts until the client hangs up."""
        peer = connection.getpeername()[0]
        with connection.makefile("rb") as incoming:
            while len(head := incoming.read(2)) == 2:
                packet = incoming.read(int.from_bytes(head, "big"))
                told = self._dns.answer(packet, "tcp", peer)
                if told is not None:
                    connection.sendall(struct.pack("!H", len(told)) + told)


def read_name(packet: bytes, at: int) -> tuple[str, int]:
    """The name of a question, in lower case, and where it ends. ValueError for what is none."""
    labels: list[str] = []
    while True:
        if at >= len(packet) or packet[at] > 63:
            raise ValueError("no name")
        size = packet[at]
        at += 1
        if not size:
            return ".".join(labels), at
        labels.append(packet[at : at + size].decode("ascii", "replace").lower())
        at += size


def write_name(name: str) -> bytes:
    """A name as labels, without compression."""
    labels = [label.encode("ascii") for label in name.split(".") if label]
    return b"".join(bytes((len(label),)) + label for label in labels) + b"\0"


def _record(name: str, kind: str, ttl: int, data: bytes) -> bytes:
    return write_name(name) + struct.pack("!HHIH", _NUMBERS[kind], 1, ttl, len(data)) + data
