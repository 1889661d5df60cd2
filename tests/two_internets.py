"""A pharmacy with two gateways and two internets, each in a network namespace of its own.

    host -- fibre modem -- fibre's internet        (192.0.2.0/24, 2001:db8:a::/64)
         -- lte modem   -- lte's internet          (198.51.100.0/24, 2001:db8:b::/64)

Both internets hold the same addresses, so that only the line decides whom one reaches: targets
(TCP 443), a name server (53), a TLS server (8443), and a service that tells the caller's address
(80). Nothing outside these namespaces is ever addressed. Needs root.
"""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import struct
import subprocess
import threading
from contextlib import ExitStack, contextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from authority import self_signed
from commands import SCRIPTS, Run, assert_conforms
from namespace import Namespace, _namespace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TARGETS = ("203.0.113.1", "203.0.113.2", "203.0.113.3")
TARGETS_6 = ("2001:db8:f::1", "2001:db8:f::2")
NAME_SERVER = "203.0.113.53"
WITHOUT_ROOT = ("setpriv", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all")
"""A process that the kernel grants nothing; its files stay readable, unlike nobody's."""


class Net(NamedTuple):
    """The addresses of one line: host and gateway on the near side, both ends of the far one."""

    host: str
    gateway: str
    host6: str
    gateway6: str
    wan: str
    isp: str
    wan6: str
    isp6: str


NETS = {
    "fibre": Net(
        "192.0.2.10", "192.0.2.1", "2001:db8:a::10", "2001:db8:a::1",
        "10.1.0.1", "10.1.0.2", "2001:db8:1::1", "2001:db8:1::2",
    ),
    "lte": Net(
        "198.51.100.10", "198.51.100.1", "2001:db8:b::10", "2001:db8:b::1",
        "10.2.0.1", "10.2.0.2", "2001:db8:2::1", "2001:db8:2::2",
    ),
}  # fmt: skip
METRIC = {"fibre": 100, "lte": 200}
BOTH = (
    "--line", "fibre,interface=fibre,tech=fibre", "--line", "lte,interface=lte,tech=mobile",
)  # fmt: skip
ASK = tuple(word for target in TARGETS for word in ("--target", target))


class Site:
    """The pharmacy's network, and what can happen to it."""

    def __init__(self, host: Namespace, modems: dict[str, Namespace], isps: dict[str, Namespace]):
        self.host = host
        self.modems = modems
        self.isps = isps

    def heal(self) -> None:
        """Everything as it should be, the fibre line active."""
        for name, net in NETS.items():
            modem = self.modems[name]
            for command in ("link set lan up", "link set wan up"):
                modem.configure(command)
            _try(modem, "address", "add", f"{net.gateway}/24", "dev", "lan")
            _try(modem, "route", "replace", "203.0.113.0/24", "via", net.isp)
            _try(modem, "-6", "address", "add", f"{net.wan6}/64", "dev", "wan", "nodad")
            _try(modem, "-6", "address", "add", f"{net.gateway6}/64", "dev", "lan", "nodad")
            _try(modem, "-6", "route", "replace", "2001:db8:f::/64", "via", net.isp6)
            if shutil.which("nft"):
                self.filter(name, "flush ruleset")
        self.host.set("net.ipv4.ping_group_range", "1 0")
        _try(self.host, "rule", "del", "from", NETS["lte"].host)
        self.use("fibre")

    def use(self, active: str) -> None:
        """Let the traffic leave by this line, as a failover would."""
        for family in ("-4", "-6"):
            _try(self.host, family, "route", "flush", "default")
        for name, net in NETS.items():
            metric = str(50 if name == active else METRIC[name])
            for family, address, gateway in (
                ("-4", net.host + "/24", net.gateway),
                ("-6", net.host6 + "/64", net.gateway6),
            ):
                nodad = ["nodad"] if family == "-6" else []
                _try(self.host, "link", "set", name, "up")
                _try(self.host, family, "address", "add", address, "dev", name, *nodad)
                way = ("default", "via", gateway, "dev", name, "metric", metric)
                _try(self.host, family, "route", "add", *way, must=True)

    def cut_at_the_modem(self, name: str) -> None:
        """The modem has lost its address: the cable is there, the gateway is not.

        The host has had a minute to forget that it knew the gateway.
        """
        self.modems[name].configure("address flush dev lan")
        self.host.configure(f"neighbour flush dev {name}")

    def pull_the_cable(self, name: str) -> None:
        """No carrier."""
        self.modems[name].configure("link set lan down")

    def cut_behind_the_modem(self, name: str) -> None:
        """The provider's side is gone, and nobody says so."""
        self.modems[name].configure("link set wan down", "route add blackhole 203.0.113.0/24")

    def filter(self, name: str, rules: str) -> None:
        """Let a modem's packets go through these nft rules."""
        if not shutil.which("nft"):
            pytest.skip("nft is missing (Debian package nftables)")
        with self.modems[name].entered():
            subprocess.run(["nft", "-f", "-"], input=rules, text=True, check=True)

    def drop(self, name: str, what: str) -> None:
        """Let a modem drop what matches."""
        self.filter(
            name,
            "table ip trouble {\n chain way {\n"
            f"  type filter hook forward priority 0;\n  {what} drop\n }}\n}}\n",
        )

    def run(self, *arguments: str, bare: bool = False, conform: bool = True) -> Run:
        """The command on the pharmacy's host; `bare` without any capability of root's."""
        if bare and not shutil.which("setpriv"):
            pytest.skip("setpriv is missing (Debian package util-linux)")
        with self.host.entered():
            started = monotonic()
            done = subprocess.run(
                [*(WITHOUT_ROOT if bare else ()), SCRIPTS / "check_apo_uplink", *arguments],
                capture_output=True,
                text=True,
                timeout=60,
                stdin=subprocess.DEVNULL,
                check=False,
            )
            took = monotonic() - started
        answer = Run(done.returncode, done.stdout, done.stderr, took)
        if conform:
            assert_conforms(answer, "uplink")
        return answer

    def answer(self, *arguments: str, bare: bool = False) -> dict[str, Any]:
        """The command's whole JSON answer, with «seconds» and findings by key."""
        done = self.run(*arguments, "--output", "json", bare=bare, conform=False)
        assert done.err == "", done.err
        told: dict[str, Any] = json.loads(done.out)
        assert told["state"] == done.code
        told["seconds"] = done.seconds
        told["keys"] = {f["key"]: f["state"] for f in told["findings"]}
        told["lines"] = {line["name"]: line for line in told["facts"]["lines"]}
        return told


def _try(namespace: Namespace, *words: str, must: bool = False) -> None:
    with namespace.entered():
        done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
        assert not must or done.returncode == 0, done.stderr


@contextmanager
def two_internets(folder: Path) -> Iterator[Site]:
    """The whole site, healthy; skips by name without root or tools."""
    with ExitStack() as stack:
        host = stack.enter_context(_namespace("", ""))
        modems: dict[str, Namespace] = {}
        isps: dict[str, Namespace] = {}
        for name, net in NETS.items():
            modems[name] = stack.enter_context(_namespace("", ""))
            isps[name] = stack.enter_context(_namespace("", ""))
            _wire(name, net, host, modems[name], isps[name])
        file = self_signed(names=TARGETS).write(folder / "server.pem")
        for isp in isps.values():
            stack.enter_context(_served(isp, file))
        host.configure("link set lo up")
        site = Site(host, modems, isps)
        site.heal()
        _await_both(site)
        yield site


def _wire(name: str, net: Net, host: Namespace, modem: Namespace, isp: Namespace) -> None:
    host.configure(f"link add dev {name} type veth peer name lan netns {modem.pid}")
    modem.configure(f"link add dev wan type veth peer name line netns {isp.pid}")
    modem.configure(
        "link set lo up",
        "link set lan up",
        "link set wan up",
        f"address add {net.gateway}/24 dev lan",
        f"address add {net.gateway6}/64 dev lan nodad",
        f"address add {net.wan}/24 dev wan",
        f"address add {net.wan6}/64 dev wan nodad",
    )
    modem.set("net.ipv4.ip_forward", "1")
    modem.set("net.ipv6.conf.all.forwarding", "1")
    isp.configure(
        "link set lo up",
        "link set line up",
        f"address add {net.isp}/24 dev line",
        f"address add {net.isp6}/64 dev line nodad",
        *(f"address add {address}/32 dev lo" for address in (*TARGETS, NAME_SERVER)),
        *(f"-6 address add {address}/128 dev lo nodad" for address in TARGETS_6),
        f"route add default via {net.wan}",
        f"-6 route add default via {net.wan6}",
    )


def _await_both(site: Site) -> None:
    """IPv6 neighbours need a moment after their links have come up."""
    for name in NETS:
        with site.host.entered(), socket.socket(socket.AF_INET6) as probe:
            probe.setsockopt(socket.SOL_SOCKET, 25, name.encode() + b"\0")
            probe.settimeout(15)
            probe.connect((TARGETS_6[0], 443))


@contextmanager
def _served(isp: Namespace, key: Path) -> Iterator[None]:
    """The services of one internet."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(key)
    with isp.entered():
        sockets = [_listening(443), _listening(8443), _listening(80)]
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind((NAME_SERVER, 53))
    greet: list[Callable[[socket.socket], None]] = [
        lambda peer: None,
        lambda peer: _handshake(peer, context),
        _tell_address,
    ]
    for listener, task in zip(sockets, greet, strict=True):
        threading.Thread(target=_accept, args=(listener, task), daemon=True).start()
    threading.Thread(target=_resolve, args=(udp,), daemon=True).start()
    try:
        yield
    finally:
        for one in sockets:
            one.shutdown(socket.SHUT_RDWR)
            one.close()
        udp.close()


def _listening(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6)
    listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    listener.bind(("::", port))
    listener.listen(512)
    return listener


def _accept(listener: socket.socket, task: Callable[[socket.socket], None]) -> None:
    while True:
        try:
            peer, _ = listener.accept()
        except OSError:
            return
        with peer, suppress(OSError):
            peer.settimeout(5)
            task(peer)


def _handshake(peer: socket.socket, context: ssl.SSLContext) -> None:
    with context.wrap_socket(peer, server_side=True):
        return


def _tell_address(peer: socket.socket) -> None:
    peer.recv(4096)
    address = peer.getpeername()[0].removeprefix("::ffff:")
    peer.sendall(f"HTTP/1.0 200 OK\r\n\r\n{address}\n".encode())


def _resolve(udp: socket.socket) -> None:
    """Every question gets one answer without records."""
    while True:
        try:
            packet, peer = udp.recvfrom(512)
        except OSError:
            return
        number = packet[:2]
        with suppress(OSError):
            udp.sendto(number + struct.pack("!5H", 0x8180, 1, 0, 0, 0) + packet[12:], peer)
