"""What docs/places.md claims of Windows, as far as it can be tried on Linux."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from authority import Authority

from apowacht.plugins.core.listing import all_checks
from apowacht.simulator.box import Box

PAGE = (Path(__file__).parent.parent / "docs" / "places.md").read_text(encoding="utf-8")

# What stands in for Windows: its branches, its lock, and none of what only POSIX has. The library's
# own modules and click are loaded before, because they would look for Windows' DLLs.
WINDOWS = """
import asyncio, click, cryptography, ctypes, datetime, requests, socket, ssl, subprocess, sys
import tempfile, threading, types, uuid
locks = types.ModuleType("msvcrt")
locks.LK_NBLCK, locks.LK_UNLCK, locks.locking = 2, 0, lambda *told: None
sys.modules["msvcrt"] = locks
for name in ("fcntl", "grp", "pty", "pwd", "resource", "termios"):
    sys.modules[name] = None
sys.platform = "win32"
from importlib import import_module
check = sys.argv[1]
sys.argv = ["check_apo_" + check, *sys.argv[2:]]
import_module("apowacht.plugins." + check).main()
"""

SOURCES: dict[str, tuple[str, ...]] = {
    "ups-server": (),
    "till": ("--source", "nut", "--ups", "till"),
    "ups-desk": ("--source", "apcupsd"),
}
"""A UPS of the pharmacy in a box -> how it is asked."""


def on_windows(check: str, folder: Path, *arguments: str) -> str:
    """What a check says when it takes the system for Windows."""
    done = subprocess.run(
        [sys.executable, "-c", WINDOWS, check, *arguments, "--state-dir", folder, "--lang", "en"],
        env={"PYTHONPATH": ":".join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert not done.stderr
    return done.stdout


@pytest.mark.parametrize("name", SOURCES)
def test_a_ups_is_asked(name: str, tmp_path: Path) -> None:
    """By SNMP, NUT and apcupsd; what is kept for the next run is kept under Windows' lock."""
    with Box("quiet") as box:
        host, port = box.find(name)[0].service.address
        arguments = ("-H", host, "-p", str(port), *SOURCES[name], "--debounce", "2/3")
        for _ in range(2):
            assert on_windows("ups", tmp_path, *arguments).startswith("UPS OK - ")
    assert list(tmp_path.glob("*.json"))


def test_a_site_file_is_read(tmp_path: Path) -> None:
    """A check takes its options from the site file, opening hours and time zone included."""
    file = tmp_path / "muster.yaml"
    with Box("quiet") as box:
        host, port = box.find("ups-server")[0].service.address
        file.write_text(
            'site: muster\nhours: "Mo-Su 00:00-24:00"\nholidays: SH\ntimezone: Europe/Berlin\n'
            f"ups: [{{name: Server, hostname: {host}, port: {port}}}]\n"
        )
        said = on_windows("ups", tmp_path / "state", "--site", str(file))
    assert said.startswith("UPS OK - ")


def test_certificate_files_are_read(tmp_path: Path) -> None:
    """A file of certificates is judged by its dates."""
    file = tmp_path / "own.pem"
    Authority("Own CA").write(file)
    said = on_windows("certificate", tmp_path, "--file", str(file))
    assert said.startswith("CERTIFICATE OK - ")


def test_a_log_of_fetches_is_read(tmp_path: Path) -> None:
    """Its calls are counted, and go on being counted at the next run."""
    log, state = tmp_path / "fetch.jsonl", tmp_path / "state"
    line = '{{"time": "{:%FT%TZ}", "operation": "GET /Task", "seconds": 0.4, "status": 200}}\n'
    arguments = ("--environment", "PU", "--log", str(log), "--resolver", "127.0.0.1", "-t", "2")
    log.write_text(line.format(datetime.now(UTC)))
    assert "fetch_count=1;" in on_windows("erezept", state, *arguments)
    with log.open("a") as file:
        file.write(line.format(datetime.now(UTC)))
    assert "fetch_count=2;" in on_windows("erezept", state, *arguments)


def test_the_page_has_every_check() -> None:
    """Each check has its row in the table of places."""
    rows = [line for line in PAGE.splitlines() if line.startswith("| `check_apo_")]
    for check in all_checks():
        assert any(f"`check_apo_{check.name}" in row for row in rows), check.name
