"""SNMP over UDP: one object or a table of them, from any agent, whatever it does not have.

From the wire up: `Link` carries datagrams, a `Conversation` turns an agent's refusals into
smaller questions, `open_session` picks v1 and v2c (RFC 1157, RFC 3416) or v3 (`snmp_v3`).
"""

from __future__ import annotations

import errno
import socket
import sys
from typing import TYPE_CHECKING, Protocol, TypeVar

from apowacht.plugins.core.errors import Garbled, OwnTrouble, Refused, TargetTrouble, Unreachable
from apowacht.plugins.wire.endpoint import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from apowacht.plugins.core.deadline import Deadline

    Route = tuple[int, tuple[Any, ...]]

Value = int | bytes | str
Reading = TypeVar("Reading")

AUTH_PROTOCOLS = ("MD5", "SHA", "SHA-224", "SHA-256", "SHA-384", "SHA-512")
# "AES-192" and "AES-256" stretch the key as net-snmp does (draft-blumenthal-aes-usm-04),
# those with "-C" as Cisco does (draft-reeder-snmpv3-usm-3desede-00).
PRIV_PROTOCOLS = ("DES", "3DES", "AES", "AES-192", "AES-256", "AES-192-C", "AES-256-C")
_OTHER_NAMES = {"SHA1": "SHA", "AES128": "AES"}

GET = "get"
GET_NEXT = "get-next"

# Requests of this many objects and their answers stay within one Ethernet frame.
_MOST_OBJECTS = 32
# A first answer takes longer than this only from a card that is busy or a line that lost it.
_FIRST_WAIT_SECONDS = 1.0
# How many empty objects (NULL) in a row are passed over in search of the next value.
_MOST_EMPTY = 8

# The error-status values that say what to do next (RFC 1157 section 4.1.1, RFC 3416 section 3);
# after any other the object named by error-index is left out.
_TOO_BIG = 1
_NO_SUCH_NAME = 2
_AUTHORIZATION_ERROR = 16

# IP_RECVERR and IPV6_RECVERR: in linux/in.h and linux/in6.h, but not in the socket module.
_RECVERR: dict[int, tuple[int, int]] = {
    socket.AF_INET: (socket.IPPROTO_IP, 11),
    socket.AF_INET6: (socket.IPPROTO_IPV6, 25),
}
# How a closed port shows; the second on Windows.
_CLOSED = frozenset({errno.ECONNREFUSED, errno.ECONNRESET})


class Target:
    """Whom to ask, and as whom. `version` is "1", "2c" or "3"; keys are pass phrases."""

    def __init__(
        self,
        host: str,
        port: int = 161,
        version: str = "2c",
        community: str = "public",
        user: str | None = None,
        auth_protocol: str | None = None,
        auth_key: str | None = None,
        priv_protocol: str | None = None,
        priv_key: str | None = None,
        context: str = "",
        retries: int = 2,
    ) -> None:
        self.host = host
        self.port = port
        self.version = version
        self.community = community
        self.user = user
        self.auth_protocol = auth_protocol
        self.auth_key = auth_key
        self.priv_protocol = priv_protocol
        self.priv_key = priv_key
        self.context = context
        self.retries = retries

    def __repr__(self) -> str:
        """Say where, never with which secrets."""
        return f"Target({self.host!r}, {self.port}, version={self.version!r})"


class Session(Protocol):
    """An agent that can be asked. OIDs are dotted, without a leading dot.

    Each question raises Unreachable("no_snmp_answer"), Unreachable("no_route"),
    Unreachable("timeout"), Refused("port_closed"), Refused("snmp_auth") or
    Garbled("snmp_garbled"), all with host and port.
    """

    def get(self, oids: Sequence[str]) -> dict[str, Value]:
        """The values of these instances; what the agent does not have is not in the answer."""

    def get_next(self, oids: Sequence[str]) -> dict[str, tuple[str, Value]]:
        """For each OID the next instance that has a value; nothing at the end of the MIB."""

    def walk(self, root: str, limit: int = 200) -> dict[str, Value]:
        """Everything below `root`, in order, at most `limit` objects."""

    def close(self) -> None:
        """Give back sockets."""


class Answer:
    """A response PDU: error-status, error-index, and (name, value or None) for each binding."""

    def __init__(
        self, error_status: int, error_index: int, bindings: list[tuple[str, Value | None]]
    ) -> None:
        self.error_status = error_status
        self.error_index = error_index
        self.bindings = bindings


def open_session(target: Target, deadline: Deadline) -> Session:
    """A session that ends all its waiting by `deadline`.

    Raises what `endpoint.resolve` raises and OwnTrouble("bad_choice"), for v3 also
    OwnTrouble("snmp_key_short"), OwnTrouble("missing_option") and a session's own errors.
    """
    if target.version == "3":
        from apowacht.plugins.wire.snmp_v3 import UserSession

        return UserSession(target, deadline)
    return CommunitySession(target, deadline)


def canonical(name: str, names: Sequence[str], option: str) -> str:
    """`name` as `names` spells it: case and dashes do not matter, SHA-1 and AES-128 are known.

    Raises OwnTrouble("bad_choice") with option, text and choices.
    """
    plain = name.upper().replace("-", "").replace("_", "")
    plain = _OTHER_NAMES.get(plain, plain)
    for known in names:
        if known.replace("-", "") == plain:
            return known
    raise OwnTrouble("bad_choice", option=option, text=name, choices=", ".join(names))


class Conversation:
    """What v1, v2c and v3 share: how to go on when an agent answers with an error."""

    at: dict[str, Any]
    """Host and port, as every trouble names them."""

    def _request(self, kind: str, oids: Sequence[str]) -> Answer:
        raise NotImplementedError

    def get(self, oids: Sequence[str]) -> dict[str, Value]:
        """See `Session.get`. Asks less than twice as often as there are OIDs."""
        found: dict[str, Value] = {}
        waiting = _batches(oids)
        while waiting:
            batch = waiting.pop()
            answer = self._request(GET, batch)
            if answer.error_status:
                waiting.extend(self._narrowed(batch, answer))
                continue
            told = dict(answer.bindings)
            for oid in batch:
                value = told.get(oid)
                if value is not None:
                    found[oid] = value
            waiting.extend(_rest(batch, [oid for oid in batch if oid not in told]))
        return {oid: found[oid] for oid in oids if oid in found}

    def get_next(self, oids: Sequence[str]) -> dict[str, tuple[str, Value]]:
        """See `Session.get_next`."""
        found: dict[str, tuple[str, Value]] = {}
        standing = dict(zip(oids, oids, strict=True))
        for _ in range(_MOST_EMPTY):
            steps = self._step(standing.values())
            empty: dict[str, str] = {}
            for oid, here in standing.items():
                there, value = steps.get(here, (None, None))
                if there is not None and value is not None:
                    found[oid] = (there, value)
                elif there is not None:
                    empty[oid] = there
            if not empty:
                break
            standing = empty
        return found

    def walk(self, root: str, limit: int = 200) -> dict[str, Value]:
        """See `Session.walk`. Ends at the first OID that is not greater than the one before."""
        found: dict[str, Value] = {}
        top = _numbers(root)
        here = root
        for _ in range(limit):
            step = self._step([here]).get(here)
            if step is None or _numbers(step[0])[: len(top)] != top:
                break
            here, value = step
            if value is not None:
                found[here] = value
        return found

    def _step(self, oids: Iterable[str]) -> dict[str, tuple[str, Value | None]]:
        """The object after each OID, be it empty; nothing where no greater one follows.

        endOfMibView comes with the name that was asked (RFC 3416 section 4.2.2), so it is
        not greater either.
        """
        steps: dict[str, tuple[str, Value | None]] = {}
        waiting = _batches(oids)
        while waiting:
            batch = waiting.pop()
            answer = self._request(GET_NEXT, batch)
            if answer.error_status == _NO_SUCH_NAME and 0 < answer.error_index <= len(batch):
                # RFC 1157 section 4.1.3: nothing follows this one, so nothing follows greater ones.
                end = _numbers(batch[answer.error_index - 1])
                waiting.extend(_rest(batch, [oid for oid in batch if _numbers(oid) < end]))
            elif answer.error_status:
                waiting.extend(self._narrowed(batch, answer))
            else:
                for oid, (following, value) in zip(batch, answer.bindings, strict=False):
                    if _numbers(following) > _numbers(oid):
                        steps[oid] = (following, value)
                waiting.extend(_rest(batch, batch[len(answer.bindings) :]))
        return steps

    def _narrowed(self, batch: list[str], answer: Answer) -> list[list[str]]:
        """What to ask instead of a request that failed; always smaller, so it comes to an end."""
        if answer.error_status == _AUTHORIZATION_ERROR:
            # RFC 3415 section 3.2: this user or community may not ask anything at this level.
            raise Refused("snmp_auth", phase="auth", detail="authorizationError", **self.at)
        if answer.error_status == _TOO_BIG:
            half = len(batch) // 2
            return [part for part in (batch[half:], batch[:half]) if half]
        if 0 < answer.error_index <= len(batch):
            # RFC 1157 section 4.1.2: error-index names the binding that spoilt it all.
            at = answer.error_index
            return _rest(batch, batch[: at - 1] + batch[at:])
        return _rest(batch, batch)


def _numbers(oid: str) -> tuple[int, ...]:
    return tuple(map(int, oid.split(".")))


def _batches(oids: Iterable[str]) -> list[list[str]]:
    wanted = list(dict.fromkeys(oids))
    return [wanted[i : i + _MOST_OBJECTS] for i in range(0, len(wanted), _MOST_OBJECTS)]


def _rest(batch: list[str], left: list[str]) -> list[list[str]]:
    """`left` in one request if that is progress, else one by one, else not at all."""
    if len(left) < len(batch):
        return [left] if left else []
    return [[oid] for oid in left] if len(batch) > 1 else []


class CommunitySession(Conversation):
    """v1 and v2c: the community and a request-id tell our answers from others'."""

    def __init__(self, target: Target, deadline: Deadline) -> None:
        from apowacht.plugins.wire import snmp_values

        self._values = snmp_values
        self._version = {"1": 0, "2c": 1}[target.version]
        self._community = target.community.encode()
        self._head = snmp_values.message_head(self._version, self._community)
        self._link = Link(target, deadline)
        self.at = self._link.at
        self._writer = writer(self._version, self._community, self._head)

    def _request(self, kind: str, oids: Sequence[str]) -> Answer:
        datagram, sent, names = self._written(kind, oids)
        usual_answer, head = self._values.usual_answer, self._head

        def read(answer: bytes) -> Answer | None:
            usual = usual_answer(answer, head, sent, names)
            return self._unusual(answer, sent) if usual is None else usual

        return self._link.exchange(datagram, read)

    def _written(self, kind: str, oids: Sequence[str]) -> tuple[bytes, int, Sequence[Any]]:
        """A request, its request-id, and how its names are encoded."""
        try:
            datagram = self._writer.write(kind, oids)
            return datagram, *self._values.asked_in(datagram, self._head, oids)
        except (ValueError, IndexError, OSError):
            if isinstance(self._writer, PysnmpWriter):
                raise
        self._writer.close()
        self._writer = PysnmpWriter(self._version, self._community)
        return self._written(kind, oids)

    def _unusual(self, datagram: bytes, sent: int) -> Answer | None:
        from apowacht.plugins.wire.snmp_messages import decode_answer

        return decode_answer(datagram, self._version, self._community, sent)

    def close(self) -> None:
        """See `Session.close`."""
        self._link.close()
        self._writer.close()


class Writer(Protocol):
    """Writes requests of v1 and v2c for one community."""

    def write(self, kind: str, oids: Sequence[str]) -> bytes:
        """The datagram that asks for `oids`."""

    def close(self) -> None:
        """Give back what it holds."""


class PysnmpWriter:
    """Requests by pysnmp's message layer."""

    def __init__(self, version: int, community: bytes) -> None:
        from apowacht.plugins.wire.snmp_messages import encode_request

        self._encode = encode_request
        self._version = version
        self._community = community
        self._request_id = first_id()

    def write(self, kind: str, oids: Sequence[str]) -> bytes:
        """See `Writer.write`."""
        self._request_id += 1
        return self._encode(self._version, self._community, kind, self._request_id, oids)

    def close(self) -> None:
        """See `Writer.close`."""


def writer(version: int, community: bytes, head: bytes) -> Writer:
    """gufo-snmp's writer where that is installed, which is cheaper from the first request on."""
    from apowacht.plugins.wire import snmp_gufo

    if snmp_gufo.INSTALLED:
        try:
            return snmp_gufo.GufoWriter(version, community, head)
        except (OSError, ValueError, TypeError):
            pass  # no loopback, no descriptors left, another release: pysnmp's needs none of them
    return PysnmpWriter(version, community)


def first_wait(retries: int, left: float) -> float:
    """Seconds to wait before the first repetition, when the waits double and `left` is all."""
    return min(_FIRST_WAIT_SECONDS, left / ((2 << retries) - 1))


def first_id() -> int:
    """Where to begin counting: unknown to others, four octets long, with room to count on."""
    from os import urandom

    return 0x40000000 + int.from_bytes(urandom(3), "big")


class Link:
    """UDP to one agent: send, wait, send again, and try its other addresses.

    The sockets are not connected, because agents with several addresses answer from any of
    them; that a port is closed is learnt from Linux's error queue (ip(7), IP_RECVERR).
    """

    def __init__(self, target: Target, deadline: Deadline) -> None:
        self.at: dict[str, Any] = {"host": target.host, "port": target.port}
        self._retries = target.retries
        self._deadline = deadline
        self._sockets: dict[int, socket.socket] = {}
        self._routes = resolve(target.host, target.port, deadline, kind=socket.SOCK_DGRAM)
        self._alive = list(self._routes)
        self._trouble: TargetTrouble | None = None

    @property
    def route(self) -> Route:
        """Address family and socket address of the agent; the one that answered, once it has."""
        return self._routes[0]

    def exchange(self, datagram: bytes, read: Callable[[bytes], Reading | None]) -> Reading:
        """Send `datagram` until something comes back that `read` makes sense of.

        `read` returns None for what answers something else and raises Garbled for nonsense.
        Each round waits twice as long as the one before, the last one until the deadline.
        Raises Unreachable, Refused or Garbled as `Session` says.
        """
        left = self._deadline.remaining()
        if not left:
            raise Unreachable("timeout", phase="request", seconds=self._deadline.seconds, **self.at)
        self._alive, self._trouble = list(self._routes), None
        wait = first_wait(self._retries, left)
        for turn in range(self._retries + 1):
            for route in list(self._alive):
                last = turn == self._retries and route is self._alive[-1]
                share = self._deadline.remaining() if last else wait / len(self._alive)
                answer = self._ask(route, datagram, share, read)
                if answer is not None:
                    self._routes = [route]
                    return answer
                if not self._alive:
                    raise self._verdict()
            wait *= 2
        raise self._verdict()

    def close(self) -> None:
        """Close the sockets; nothing can be asked any more."""
        for connection in self._sockets.values():
            connection.close()
        self._sockets.clear()

    def _ask(
        self,
        route: Route,
        datagram: bytes,
        seconds: float,
        read: Callable[[bytes], Reading | None],
    ) -> Reading | None:
        end = max(0.0, self._deadline.remaining() - seconds)
        family, address = route
        try:
            connection = self._socket(family)
            _icmp_errors(connection)  # one that came late would make sending fail
            connection.sendto(datagram, address)
        except OSError as failure:
            if failure.errno in (errno.EMFILE, errno.ENFILE):  # not the target's fault
                raise
            self._give_up(address, failure.errno)
        while route in self._alive and self._deadline.remaining() > end:
            answer = self._receive(connection, route, self._deadline.remaining() - end)
            try:
                reading = None if answer is None else read(answer)
            except Garbled as garbled:
                self._trouble = Garbled(garbled.reason, **(garbled.values | self.at))
                continue
            if reading is not None:
                return reading
        return None

    def _socket(self, family: int) -> socket.socket:
        if family not in self._sockets:
            self._sockets[family] = socket.socket(family, socket.SOCK_DGRAM)
            if sys.platform == "linux":
                level, option = _RECVERR[family]
                self._sockets[family].setsockopt(level, option, 1)
        return self._sockets[family]

    def _receive(self, connection: socket.socket, route: Route, seconds: float) -> bytes | None:
        connection.settimeout(max(seconds, 0.001))  # 0 would mean: do not block
        try:
            return connection.recvfrom(65535)[0]
        except TimeoutError:
            pass
        except OSError as failure:
            # Without an error queue it can only be about what was sent last.
            for address, error in _icmp_errors(connection) or [(route[1], failure.errno)]:
                self._give_up(address, error)
        return None

    def _give_up(self, address: tuple[Any, ...], error: int | None) -> None:
        """Ask this address no more; only a closed port says something about the agent."""
        self._alive = [route for route in self._alive if route[1][:2] != address[:2]]
        if error in _CLOSED:
            self._trouble = Refused("port_closed", phase="request", **self.at)
        elif self._trouble is None:
            self._trouble = Unreachable("no_route", phase="request", **self.at)

    def _verdict(self) -> TargetTrouble:
        return self._trouble or Unreachable("no_snmp_answer", phase="request", **self.at)


def _icmp_errors(connection: socket.socket) -> list[tuple[tuple[Any, ...], int | None]]:
    """Whom we had asked, and the errno their ICMP message stands for.

    Empties the error queue: as long as it holds something, no wait on the socket lasts.
    """
    errors: list[tuple[tuple[Any, ...], int | None]] = []
    connection.setblocking(False)  # MSG_DONTWAIT does not keep Python from its own wait
    while sys.platform == "linux":
        try:
            _, ancillary, _, asked = connection.recvmsg(0, 512, socket.MSG_ERRQUEUE)
        except OSError:
            break
        # struct sock_extended_err begins with the errno.
        errors += [(asked, int.from_bytes(data[:4], sys.byteorder)) for _, _, data in ancillary]
    return errors
