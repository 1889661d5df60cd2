"""The status of a UPS as apcupsd's network information server tells it, over TCP port 3551.

A question and every line of the answer are a length in two bytes, high byte first, and that many
bytes of text; a length of 0 ends the answer. Source: the manual of apcupsd, chapter on its network
information server, and what its daemon sends.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from apowacht.plugins.core.errors import Garbled, Unreachable
from apowacht.plugins.wire.endpoint import connect, excerpt, receive, send

if TYPE_CHECKING:
    from apowacht.plugins.core.deadline import Deadline

PORT = 3551

# apcupsd's lines end at 256 bytes and a status has some 60 of them. Any other protocol's
# greeting, read as a length, is far longer.
_LONGEST_LINE = 1024
_LONGEST_ANSWER = 64 * 1024

_LINE = re.compile(r"([A-Z][A-Z0-9 ]{0,15}?)\s*: ?(.*)")
# Without one of these an answer is no status.
_ESSENTIAL = ("STATUS", "STATFLAG")


def ask(host: str, port: int, deadline: Deadline) -> dict[str, str]:
    """The fields of apcupsd's status, name -> text with its unit.

    Raises what `connect` raises, Unreachable("timeout", "connection_lost") and
    Garbled("nis_garbled") for an answer that is no status, too long, or cut off.
    """
    question = b"status"
    connection = connect(host, port, deadline)
    try:
        send(connection, len(question).to_bytes(2, "big") + question, deadline, host)
        answer = b""
        while (text := _text(answer, host)) is None:
            more = receive(connection, deadline, host, 4096)
            if not more:
                raise _cut(answer, host)
            answer += more
    finally:
        connection.close()
    fields = parse_status(text)
    if not any(name in fields for name in _ESSENTIAL):
        raise _garbled(text, host)
    return fields


def parse_status(text: str) -> dict[str, str]:
    """The fields in what apcupsd sends, `apcaccess` prints, or the daemon writes to its file.

    Lines that are none are left out; empty when the text holds no field.
    """
    matches = (_LINE.match(line.strip()) for line in text.splitlines())
    return {match[1]: match[2].strip() for match in matches if match}


def _text(answer: bytes, host: str) -> str | None:
    """The lines of a whole answer; None when more must come."""
    lines: list[bytes] = []
    position = 0
    while position + 2 <= len(answer):
        length = int.from_bytes(answer[position : position + 2], "big")
        if length == 0:
            return b"\n".join(lines).decode("latin-1")
        if length > _LONGEST_LINE or position > _LONGEST_ANSWER:
            raise _garbled(answer[position:], host)
        position += 2
        lines.append(answer[position : position + length])
        position += length
    return None


def _cut(answer: bytes, host: str) -> Garbled | Unreachable:
    # Closed without a word: a server that does not let us in, which is no bad answer.
    if not answer:
        return Unreachable("connection_lost", phase="request", host=host)
    return _garbled(answer, host)


def _garbled(answer: bytes | str, host: str) -> Garbled:
    return Garbled("nis_garbled", phase="request", host=host, line=excerpt(answer))
