"""Running the Konnektor checks against the Konnektor in a box."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from commands import SCRIPTS, Run, assert_conforms, run

if TYPE_CHECKING:
    from pathlib import Path

    from apowacht.simulator.konnektor import Konnektor

CONTEXT = ("--mandant", "Apotheke", "--client-system", "apowacht", "--workplace", "Monitoring")


@dataclass(frozen=True)
class Asking:
    """One check asking one Konnektor whose certificate it knows."""

    check: str
    konnektor: Konnektor

    def where(self) -> tuple[str, ...]:
        """Host, port and fingerprint."""
        host, port = self.konnektor.address
        return ("-H", host, "-p", str(port), "--tls-fingerprint", self.konnektor.fingerprint)

    def __call__(self, *arguments: str, context: bool = True, where: bool = True) -> Run:
        """Run the command and hold its answer against the contract."""
        given = (*(self.where() if where else ()), *(CONTEXT if context else ()))
        done = run(f"check_apo_{self.check}", *given, *arguments)
        if "--output" not in arguments:
            assert_conforms(done, self.check)
        return done

    def json(self, *arguments: str, context: bool = True) -> dict[str, Any]:
        """The whole JSON answer."""
        done = self(*arguments, "--output", "json", context=context)
        answer: dict[str, Any] = json.loads(done.out)
        assert answer["state"] == done.code
        return answer

    def keys(self, *arguments: str) -> dict[str, int]:
        """Failure classes that are not OK, with their states."""
        findings = self.json(*arguments)["findings"]
        return {one["key"]: one["state"] for one in findings if one["state"]}


# Linux counts the memory of whoever starts a process as its own, so a small one starts it.
STARTER = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, timeout=60).returncode
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def memory_of(command: str, *arguments: str) -> tuple[int, int]:
    """Exit code and the most memory in KiB of a run of a command."""
    told = subprocess.run(
        [sys.executable, "-I", "-c", STARTER, SCRIPTS / command, *arguments],
        capture_output=True,
        text=True,
        check=True,
        timeout=70,
    ).stdout
    code, kib = map(int, told.split())
    return code, kib


def kon_file(konnektor: Konnektor, folder: Path, **changed: object) -> Path:
    """A .kon file for this Konnektor; what is None is left out."""
    host, port = konnektor.address
    told: dict[str, object] = {
        "version": "1.0.0",
        "url": f"https://{host}:{port}",
        "mandantId": "Apotheke",
        "clientSystemId": "apowacht",
        "workplaceId": "Monitoring",
        **changed,
    }
    file = folder / "pharmacy.kon"
    file.write_text(json.dumps({name: one for name, one in told.items() if one is not None}))
    return file
