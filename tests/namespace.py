"""Networks of a test's own: namespaces joined by a virtual cable, and a count of who connects.

A namespace lives as long as one process in it, which ends with its input, so that nothing is left
behind even when the tests are killed. Needs root; without it the test is skipped by name.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import socket
import struct
import subprocess
import threading
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

_CLONE_NEWNET = 0x40000000
_ETH_P_ALL = 3
_IPV4, _IPV6, _TCP = 0x0800, 0x86DD, 6
_IPV6_HEADER = 40
_START_SECONDS = 15.0


class Namespace:
    """A network of its own; `address` and `address6` are its end of the cable."""

    def __init__(self, process: subprocess.Popen[bytes], address: str, address6: str) -> None:
        self.pid = process.pid
        self.address = address
        self.address6 = address6

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Let this thread, and every process and socket that it makes, be inside."""
        with (
            Path("/proc/thread-self/ns/net").open("rb") as home,
            Path(f"/proc/{self.pid}/ns/net").open("rb") as inside,
        ):
            _set_namespace(inside.fileno())
            try:
                yield
            finally:
                _set_namespace(home.fileno())

    def configure(self, *commands: str) -> None:
        """Run `ip` with each of these lines of arguments."""
        with self.entered():
            for command in commands:
                subprocess.run(["ip", *command.split()], check=True, capture_output=True)

    def set(self, name: str, value: str) -> None:
        """Write a sysctl of this namespace, as in net.ipv4.ping_group_range."""
        with self.entered():
            Path("/proc/sys", *name.split(".")).write_text(value, encoding="ascii")


@contextmanager
def network() -> Iterator[tuple[Namespace, Namespace]]:
    """Two namespaces with a cable between them, each with loopback, IPv4 and IPv6."""
    with ExitStack() as stack:
        near = stack.enter_context(_namespace("192.0.2.1", "2001:db8::1"))
        far = stack.enter_context(_namespace("192.0.2.2", "2001:db8::2"))
        near.configure(f"link add cable type veth peer name cable netns {far.pid}")
        for end in (near, far):
            end.configure(
                "link set lo up",
                f"address add {end.address}/24 dev cable",
                f"address add {end.address6}/64 dev cable nodad",
                "link set cable up",
            )
        _await_answers(near, far)
        _await_answers(far, near)
        yield near, far


class Connects:
    """Who began a TCP connection to which port, seen from the cable and the loopback.

    `began` holds (destination address, port) of each SYN, repetitions included. Use it inside a
    namespace; it sees what enters and leaves there, whether or not anyone listens.
    """

    def __init__(self) -> None:
        self.began: list[tuple[str, int]] = []
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.ntohs(_ETH_P_ALL))
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
        self._stop, self._stopped = socket.socketpair()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def to(self, *ports: int) -> list[tuple[str, int]]:
        """The connections to these ports so far."""
        return [one for one in self.began if one[1] in ports]

    def close(self) -> None:
        """Watch no longer; everything sent before is in `began`."""
        self._stop.close()
        self._thread.join()
        self._stopped.close()
        self._socket.close()

    def _watch(self) -> None:
        import select

        while True:
            ready, _, _ = select.select([self._socket, self._stopped], [], [])
            if self._socket in ready:
                data, (_, kind, *_) = self._socket.recvfrom(2048)
                opened = _opened(kind, data)
                if opened is not None:
                    self.began.append(opened)
            elif ready:  # nothing is left to be read
                return


@contextmanager
def watching(*namespaces: Namespace) -> Iterator[list[Connects]]:
    """Watch these namespaces."""
    with ExitStack() as stack:
        watchers = []
        for namespace in namespaces:
            with namespace.entered():
                watchers.append(Connects())
            stack.callback(watchers[-1].close)
        yield watchers


@contextmanager
def _namespace(address: str, address6: str) -> Iterator[Namespace]:
    if os.geteuid() != 0:
        pytest.skip("not root: no network namespace can be made")
    for program in ("ip", "unshare"):
        if not shutil.which(program):
            pytest.skip(f"{program} is missing (Debian packages iproute2, util-linux)")
    process = subprocess.Popen(
        ["unshare", "--net", "sh", "-c", "echo made && exec cat"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    assert process.stderr
    try:
        if process.stdout.readline() != b"made\n":
            pytest.skip(f"no network namespace here: {process.stderr.read().decode()}")
        yield Namespace(process, address, address6)
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()
        process.stderr.close()


def _await_answers(here: Namespace, there: Namespace) -> None:
    """Wait until the cable works: an IPv6 neighbour needs a second to be found at first."""
    with here.entered():
        for family, address in (
            (socket.AF_INET, there.address),
            (socket.AF_INET6, there.address6),
        ):
            with socket.socket(family) as probe:
                probe.settimeout(_START_SECONDS)
                with pytest.raises(ConnectionRefusedError):
                    probe.connect((address, 9))


def _set_namespace(descriptor: int) -> None:
    # os.setns came with Python 3.12.
    if ctypes.CDLL(None, use_errno=True).setns(descriptor, _CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _opened(kind: int, packet: bytes) -> tuple[str, int] | None:
    """Where to, if this is a SYN without ACK; IPv6 without extension headers, as TCP is sent."""
    if kind == _IPV4 and len(packet) > 20 and packet[9] == _TCP:
        family, where, tcp = socket.AF_INET, packet[16:20], packet[4 * (packet[0] & 15) :]
    elif kind == _IPV6 and len(packet) > _IPV6_HEADER and packet[6] == _TCP:
        family, where, tcp = socket.AF_INET6, packet[24:40], packet[_IPV6_HEADER:]
    else:
        return None
    if len(tcp) < 14 or tcp[13] & 0x12 != 0x02:
        return None
    return socket.inet_ntop(family, where), struct.unpack_from("!H", tcp, 2)[0]
