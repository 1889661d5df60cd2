"""Requests of v1 and v2c written by gufo-snmp, a library in Rust, where it is installed.

It writes a request in a hundredth of pysnmp's time, and its import costs a quarter of pysnmp's.
Answers are not read by it: 0.13 takes an error's bindings for values, a Gauge32 of -1 for 255, and
panics on a value that is cut short. It has no function that only writes, so it «sends» to a socket
of ours on loopback, and `snmp.Link` does the asking, as with pysnmp's requests.
"""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

try:
    from gufo.snmp._fast import SnmpError, SnmpV1ClientSocket, SnmpV2cClientSocket
except ImportError:  # said by `INSTALLED`: an import that fails is tried again at every request
    INSTALLED = False
else:
    INSTALLED = True

from apowacht.plugins.wire.snmp import GET

if TYPE_CHECKING:
    from collections.abc import Sequence

_SECONDS = 1.0
_MOST_STRANGERS = 8
_GET_NEXT_PDU = 0xA1


class GufoWriter:
    """Writes requests. Raises OSError where this computer has no loopback for it."""

    def __init__(self, version: int, community: bytes, head: bytes) -> None:
        self._head = head
        self._inlet = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._inlet.bind(("127.0.0.1", 0))
            self._inlet.settimeout(_SECONDS)
            kind = SnmpV1ClientSocket if version == 0 else SnmpV2cClientSocket
            there = f"127.0.0.1:{self._inlet.getsockname()[1]}"
            self._outlet = kind(there, community.decode(), 0, 0, 0, int(_SECONDS * 1e9))
            copy = os.dup(self._outlet.get_fd())
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM, fileno=copy) as outlet:
                self._from = outlet.getsockname()
        except BaseException:
            self._inlet.close()
            raise

    def write(self, kind: str, oids: Sequence[str]) -> bytes:
        """The datagram that asks for `oids`. Raises ValueError, OSError."""
        try:
            self._outlet.send_get_many(list(oids))
        except (SnmpError, AttributeError, TypeError) as error:  # the last two: another release
            raise ValueError("gufo-snmp does not write this") from error
        for _ in range(_MOST_STRANGERS):
            datagram, sender = self._inlet.recvfrom(65535)
            if sender == self._from:
                break
        else:
            raise ValueError("other programs send to this port")
        if kind == GET:
            return datagram
        # A GetNextRequest-PDU differs from a GetRequest-PDU in its tag (RFC 3416 section 3).
        place = datagram.index(self._head) + len(self._head)
        return datagram[:place] + bytes((_GET_NEXT_PDU,)) + datagram[place + 1 :]

    def close(self) -> None:
        """Close the sockets."""
        self._inlet.close()
        del self._outlet
