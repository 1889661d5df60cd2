"""A street of simulated pharmacies for the exporter: a few device servers, many sites.

Each kind of device is served by processes of its own, so that their CPU can be counted apart.
A tenth of the sites have dead devices (ports that swallow everything, or refuse) or slow ones.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TICKS = os.sysconf("SC_CLK_TCK")
KINDS = ("ups", "konnektor", "fritzbox", "ti")
ROUTER_PASSWORD = "gurkensalat"  # noqa: S105 - the simulated box's, everybody's
HEALTH = ("healthy", "silent", "refusing", "slow", "mortal")
"""`mortal` devices are those that `hang` stops for a while."""
PER_KIND = 2
REPEATABLE = ("line", "central-tls-fingerprint", "router-tls-fingerprint", "tls-fingerprint")


def serve(kind: str) -> None:
    """Serve one device until stdin ends; tells its options as JSON, obeys `stop` and `go`."""
    from apowacht.simulator.devices import load
    from apowacht.simulator.hosts import HOSTS, Unit

    device = {
        "ups": "apc_smart_ups",
        "konnektor": "konnektor",
        "fritzbox": "fritzbox",
        "ti": "ti",
    }[kind]
    known = load(device)
    unit = Unit(kind, known, {"de": kind, "en": kind})
    host = HOSTS[known.protocol].open([unit], "127.0.0.1", 0, None)
    host.service.start()
    print(json.dumps(host.options(unit)), flush=True)
    sys.stdin.read()
    host.service.close()


@dataclass
class Server:
    """One device server in a process of its own."""

    kind: str
    process: subprocess.Popen[str]
    options: list[str]

    @classmethod
    def start(cls, kind: str) -> Server:
        """Start it and wait until it has told where it listens."""
        process = subprocess.Popen(
            [sys.executable, __file__, kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        line = _pipe(process.stdout).readline()
        if not line:
            raise SystemExit(f"the simulated {kind} did not start")
        return cls(kind, process, json.loads(line))

    def stop(self) -> None:
        """End it."""
        _pipe(self.process.stdin).close()
        self.process.wait(20)
        _pipe(self.process.stdout).close()


def _pipe(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise TypeError("not started with pipes")
    return pipe


@dataclass
class Street:
    """The device servers, and two ports that never answer."""

    servers: list[Server] = field(default_factory=list)
    silent: socket.socket = field(default_factory=socket.socket)
    silent_udp: socket.socket = field(default_factory=lambda: socket.socket(type=socket.SOCK_DGRAM))

    def __enter__(self) -> Street:
        self.silent.bind(("127.0.0.1", 0))
        self.silent.listen(4096)
        self.silent_udp.bind(("127.0.0.1", self.silent.getsockname()[1]))
        for kind in KINDS:
            self.servers += [Server.start(kind) for _ in range(PER_KIND + 2)]
        return self

    def __exit__(self, *error: object) -> None:
        for server in self.servers:
            server.process.send_signal(signal.SIGCONT)
        for server in self.servers:
            server.stop()
        self.silent.close()
        self.silent_udp.close()

    def options(self, kind: str, number: int, health: str) -> list[str]:
        """How a site asks its device of a kind."""
        *many, mortal, slow = [server for server in self.servers if server.kind == kind]
        server = {"mortal": mortal, "slow": slow}.get(health, many[number % len(many)])
        told = list(server.options)
        if health in ("silent", "refusing") and "-p" in told:  # the central services are well
            port = self.silent.getsockname()[1] if health == "silent" else 9
            told[told.index("-p") + 1] = str(port)
        return told

    def hang(self, hanging: bool) -> None:
        """Stop the mortal devices in their tracks, or let them go on."""
        for server in self.servers[PER_KIND :: PER_KIND + 2]:
            server.process.send_signal(signal.SIGSTOP if hanging else signal.SIGCONT)

    def dawdle(self, rest: float, work: float) -> None:
        """Let the slow devices rest and work in turn, until they are stopped."""
        slow = self.servers[PER_KIND + 1 :: PER_KIND + 2]
        while all(server.process.poll() is None for server in slow):
            for server in slow:
                server.process.send_signal(signal.SIGSTOP)
            time.sleep(rest)
            for server in slow:
                server.process.send_signal(signal.SIGCONT)
            time.sleep(work)

    def cpu_seconds(self) -> float:
        """CPU time of all device servers so far."""
        return sum(cpu_seconds(server.process.pid) for server in self.servers)


def write_site(
    folder: Path, number: int, street: Street, health: str, intervals: dict[str, str]
) -> None:
    """One site's file: six checks, their devices in the given health."""
    konnektor = street.options("konnektor", number, health)
    asks = {
        "ups": street.options("ups", number, health),
        "uplink": street.options("fritzbox", number, health),
        "connector": konnektor,
        "terminal": konnektor,
        "certificate": ["--connector", f"{konnektor[1]}:{konnektor[3]}", *konnektor[4:]],
        "erezept": [*konnektor, *street.options("ti", number, health)],
    }
    checks = [
        {
            "check": check,
            "interval": intervals[check],
            **({"timeout": "6s"} if intervals[check] == "20s" else {}),
            **as_yaml(options),
        }
        for check, options in asks.items()
        if check in intervals
    ]
    site = {"site": f"apotheke-{number:04}", "title": f"Apotheke {number}", "checks": checks}
    text = yaml.safe_dump(site, allow_unicode=True, sort_keys=False)
    (folder / f"apotheke-{number:04}.yaml").write_text(text, encoding="utf-8")


def as_yaml(options: Sequence[str]) -> dict[str, Any]:
    """A command line's options as a site file writes them."""
    short = {"-H": "hostname", "-p": "port", "-C": "community"}
    told: dict[str, Any] = {}
    for name, value in zip(options[::2], options[1::2], strict=True):
        key = short.get(name, name.removeprefix("--"))
        if key in REPEATABLE:
            told[key] = [*told.get(key, []), value]
        else:
            told[key] = value
    return told


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_mib(pid: int) -> float:
    """Resident memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def every(seconds: float, until: float) -> Iterator[float]:
    """Now and then, until a moment of the monotonic clock."""
    while (now := time.monotonic()) < until:
        yield now
        time.sleep(max(0.0, min(now + seconds, until) - time.monotonic()))


if __name__ == "__main__":
    serve(sys.argv[1])
