"""The few lines of mail and directory servers that lead to TLS; nothing else is said.

Sources: RFC 3207 (SMTP), RFC 3501 and RFC 2595 (IMAP), RFC 4511, 4.14 (LDAP).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apowacht.plugins.core.errors import Garbled, Refused, Unreachable
from apowacht.plugins.wire.endpoint import connect, excerpt, receive, send

if TYPE_CHECKING:
    import socket

    from apowacht.plugins.core.deadline import Deadline

PORTS = {"smtp": 25, "imap": 143, "ldap": 389}

_LONGEST_ANSWER = 64 * 1024
# ExtendedRequest 1.3.6.1.4.1.1466.20037 in a message with number 1.
_LDAP_REQUEST = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x16" + b"1.3.6.1.4.1.1466.20037"
_EXTENDED_RESPONSE = 0x78


def open_starttls(protocol: str, host: str, port: int, deadline: Deadline) -> socket.socket:
    """A connection on which the server waits for a ClientHello; `protocol` is one of PORTS.

    Raises what `endpoint.connect` raises, Refused("starttls_refused") with the server's `detail`,
    Garbled("starttls_garbled"), Unreachable("timeout", "connection_lost").
    """
    connection = connect(host, port, deadline)
    try:
        talk = _Talk(connection, host, port, deadline, protocol)
        {"smtp": _smtp, "imap": _imap, "ldap": _ldap}[protocol](talk)
    except BaseException:
        connection.close()
        raise
    return connection


class _Talk:
    """One conversation in clear, before TLS."""

    def __init__(
        self, connection: socket.socket, host: str, port: int, deadline: Deadline, protocol: str
    ) -> None:
        self._connection, self._deadline = connection, deadline
        self._values = {"phase": "request", "host": host, "port": port, "protocol": protocol}
        self._host, self._buffer = host, b""

    def say(self, data: bytes) -> None:
        send(self._connection, data, self._deadline, self._host)

    def line(self) -> bytes:
        """The next line without its end."""
        while b"\n" not in self._buffer:
            self._more()
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.rstrip(b"\r")

    def take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._more()
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def end(self) -> None:
        """Nothing may lie behind the server's consent: it would count as said under TLS."""
        if self._buffer:
            raise self.garbled()

    def refused(self, answer: bytes) -> Refused:
        return Refused("starttls_refused", **self._values, detail=excerpt(answer, 60))

    def garbled(self) -> Garbled:
        return Garbled("starttls_garbled", **self._values)

    def _more(self) -> None:
        if len(self._buffer) > _LONGEST_ANSWER:
            raise self.garbled()
        data = receive(self._connection, self._deadline, self._host)
        if not data:
            raise Unreachable("connection_lost", **self._values)
        self._buffer += data


def _smtp(talk: _Talk) -> None:
    _expect(talk, _reply(talk), b"220")
    talk.say(b"EHLO localhost\r\n")
    _expect(talk, _reply(talk), b"250")
    talk.say(b"STARTTLS\r\n")
    _expect(talk, _reply(talk), b"220")
    talk.end()


def _reply(talk: _Talk) -> bytes:
    """The last line of a reply: `250-` goes on, `250 ` ends it."""
    for _ in range(200):
        line = talk.line()
        if not line[:3].isdigit():
            raise talk.garbled()
        if line[3:4] != b"-":
            return line
    raise talk.garbled()


def _expect(talk: _Talk, line: bytes, code: bytes) -> None:
    if line[:3] != code:
        raise talk.refused(line)


def _imap(talk: _Talk) -> None:
    greeting = talk.line()
    if not greeting.startswith(b"* "):
        raise talk.garbled()
    if not greeting[2:].upper().startswith((b"OK", b"PREAUTH")):
        raise talk.refused(greeting)
    talk.say(b"a1 STARTTLS\r\n")
    for _ in range(200):
        line = talk.line()
        if line.startswith(b"a1 "):
            if line[3:5].upper() != b"OK":
                raise talk.refused(line)
            return talk.end()
    raise talk.garbled()


def _ldap(talk: _Talk) -> None:
    talk.say(_LDAP_REQUEST)
    if talk.take(1) != b"\x30":
        raise talk.garbled()
    size = _length(talk)
    if size > _LONGEST_ANSWER:
        raise talk.garbled()
    message = talk.take(size)
    # messageID, then [APPLICATION 24] with resultCode as its first element.
    operation = message[2 + message[1] :] if message[:1] == b"\x02" and size > 2 else b""
    if not operation or operation[0] != _EXTENDED_RESPONSE or len(operation) < 3:
        raise talk.garbled()
    start = 2 + (operation[1] & 0x7F if operation[1] & 0x80 else 0)
    result = operation[start : start + 3]
    if result[:2] != b"\x0a\x01" or len(result) < 3:
        raise talk.garbled()
    if result[2]:
        raise talk.refused(b"resultCode %d" % result[2])
    talk.end()


def _length(talk: _Talk) -> int:
    first = talk.take(1)[0]
    return int.from_bytes(talk.take(first & 0x7F), "big") if first & 0x80 else first
