"""A port that swallows everything: what a frozen network card looks like from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apowacht.simulator.service import TcpService, UdpService

if TYPE_CHECKING:
    import socket


class SilentUdp(UdpService):
    """Takes datagrams and never answers one."""

    def answer(self, data: bytes, client: tuple[str, int]) -> None:
        """Nothing."""


class SilentTcp(TcpService):
    """Accepts connections, reads all that comes and says nothing until the client hangs up."""

    def converse(self, connection: socket.socket) -> None:
        """Read on; `requests` counts connections."""
        self.requests += 1
        while connection.recv(65536):
            pass
