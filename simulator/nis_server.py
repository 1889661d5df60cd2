"""The network information server of apcupsd: one status page, asked for by one word."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from apowacht.simulator.service import TcpService

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable, Mapping


class NisServer(TcpService):
    """Serves one UPS. `variables` is KEY -> value text, in the order of the status page."""

    def __init__(
        self, variables: Mapping[str, str], *, listen: str = "127.0.0.1", port: int = 0
    ) -> None:
        super().__init__(listen, port)
        self.become(variables)

    def become(self, variables: Mapping[str, str]) -> None:
        """Turn into a UPS with these values, from the next request on."""
        self.variables = dict(variables)

    def converse(self, connection: socket.socket) -> None:
        """Length-prefixed words in, length-prefixed lines and a length of 0 out."""
        with connection.makefile("rb") as incoming:
            while len(head := incoming.read(2)) == 2:
                (length,) = struct.unpack(">H", head)
                word = incoming.read(length)
                if len(word) < length:
                    return
                self.requests += 1
                connection.sendall(frame(self._lines(word)))

    def _lines(self, word: bytes) -> list[str]:
        if word == b"status":
            return status_page(self.variables)
        return [] if word == b"events" else ["Invalid command\n"]


def status_page(variables: Mapping[str, str]) -> list[str]:
    """The lines of a status page: a header with number and bytes of the lines, then the values."""
    body = [f"{key:<9}: {value}\n" for key, value in variables.items()]
    body.append(f"{'END APC':<9}: {variables.get('DATE', '')}\n")
    size = sum(len(line.encode()) for line in body)
    return [f"{'APC':<9}: 001,{len(body) + 1:03d},{size:04d}\n", *body]


def frame(lines: Iterable[str]) -> bytes:
    """Lines as NIS sends them: two bytes of length, big-endian, before each; 0 at the end."""
    encoded = [line.encode() for line in lines]
    return b"".join(struct.pack(">H", len(one)) + one for one in [*encoded, b""])
