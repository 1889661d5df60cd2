"""A real net-snmp agent on loopback, for tests: started with given lines, ended by its pid."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

HOST = "127.0.0.1"
START_SECONDS = 15.0
# Written when the agent is about to answer.
READY = "NET-SNMP version"


class Agent(NamedTuple):
    """A running snmpd: its port on 127.0.0.1 and ::1, its configuration, what it said of it."""

    port: int
    lines: tuple[str, ...]
    log: str

    def accepted(self, start: str) -> bool:
        """Whether it took the line that begins so; a build may lack ciphers."""
        (number,) = (n for n, line in enumerate(self.lines, 1) if line.startswith(start))
        return f"line {number}: Error" not in self.log


def snmpd_command() -> str:
    """Where snmpd lies; skips the test where it is not installed."""
    command = shutil.which("snmpd") or shutil.which("snmpd", path="/usr/sbin")
    if command is None:
        pytest.skip("snmpd is not installed")
    return command


def free_port(family: int = socket.AF_INET, host: str = HOST) -> int:
    """A UDP port that was free a moment ago."""
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


@contextmanager
def snmpd(folder: Path, lines: Iterable[str], port: int | None = None) -> Iterator[Agent]:
    """An snmpd with `lines` as its configuration and `folder` for all that it writes."""
    command = snmpd_command()
    port = port or free_port()
    folder.mkdir(parents=True, exist_ok=True)
    configuration, log = folder / "agent.conf", folder / "agent.log"
    lines = tuple(lines)
    configuration.write_text("".join(f"{line}\n" for line in lines))
    addresses = f"udp:{HOST}:{port},udp6:[::1]:{port}"
    process = subprocess.Popen(
        [command, "-f", "-Lf", str(log), "-C", "-c", str(configuration), addresses],
        env=os.environ | {"SNMP_PERSISTENT_DIR": str(folder / "kept"), "MIBS": ""},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield Agent(port, lines, _started(process, log))
    finally:
        process.terminate()
        process.wait(10)


def _started(process: subprocess.Popen[bytes], log: Path) -> str:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        said = log.read_text() if log.exists() else ""
        if READY in said:
            return said
        if process.poll() is not None:
            pytest.fail(f"snmpd ended with {process.returncode}: {said}")
        time.sleep(0.02)
    pytest.fail(f"snmpd did not start within {START_SECONDS} s: {log.read_text()}")
