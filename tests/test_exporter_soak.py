"""The exporter under trouble, in the short form of `make soak`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

LOAD = Path(__file__).resolve().parent.parent / "benchmarks" / "exporter_load.py"


@pytest.mark.slow
@pytest.mark.peer
def test_nothing_is_late_or_lost_while_devices_die_and_the_disk_is_full() -> None:
    """Reloads, a broken file, hanging devices, no room for the journal: healthy checks keep their
    interval, and the journal tells of every death and return."""
    done = subprocess.run(
        [sys.executable, LOAD, "--sites", "40", "--seconds", "88", "--soak", "--short"],
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 deaths of 4 sites each" in done.stdout
