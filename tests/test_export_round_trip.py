"""What `apowacht discover` wrote and what is full of odd signs: every export loads in its tool."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import export_sites
import pytest
from commands import SCRIPTS
from discovering import CONTEXT, Discovering, connector, place, ups_card
from exports import export
from nagios_daemon import Nagios

from apowacht.simulator.konnektor import Konnektor

if TYPE_CHECKING:
    from collections.abc import Iterator

INTEGRATIONS = Path(__file__).resolve().parent.parent / "integrations"
SHARED = tuple(
    INTEGRATIONS / "nagios" / name for name in ("commands.cfg", "templates.cfg", "contacts.cfg")
)


@pytest.fixture(scope="module")
def discovered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with the site file of a discovered pharmacy, whose devices go on answering."""
    folder = tmp_path_factory.mktemp("discovered")
    with Konnektor() as konnektor, ups_card() as card:
        told = Discovering(folder)(*connector(konnektor, *CONTEXT), "--ups", place(card))
        assert told.file.exists(), told.err
        yield folder


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a site whose names, texts and options are full of signs."""
    folder = tmp_path_factory.mktemp("odd")
    export_sites.nasty(folder)
    return folder


@pytest.fixture(params=["discovered", "odd"])
def folder(request: pytest.FixtureRequest) -> Path:
    """Either of them."""
    found: Path = request.getfixturevalue(request.param)
    return found


@pytest.mark.peer
@pytest.mark.parametrize("more", [(), ("--inline",)])
def test_nagios_loads_it(folder: Path, tmp_path: Path, more: tuple[str, ...]) -> None:
    """Without a warning."""
    export("nagios", "--config-dir", str(folder), "-o", str(tmp_path), *more)
    daemon = Nagios((*SHARED, *tmp_path.glob("*.cfg")))
    code, told = daemon.verify()
    daemon.close()
    assert code == 0, told
    assert "Total Warnings: 0" in told


@pytest.mark.peer
@pytest.mark.parametrize(
    ("command", "more"),
    [
        (("promtool", "check", "config"), ()),
        (("promtool", "check", "config"), ("--static",)),
        (("amtool", "check-config"), ("--alertmanager",)),
    ],
)
def test_prometheus_loads_it(
    folder: Path, tmp_path: Path, command: tuple[str, ...], more: tuple[str, ...]
) -> None:
    """Both of them take it."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} of Prometheus or Alertmanager is missing")
    file = tmp_path / "told.yml"
    file.write_text(export("prometheus", "--config-dir", str(folder), *more), encoding="utf-8")
    done = subprocess.run([*command, file], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_line_for_checkmk_finds_its_plugin(discovered: Path, tmp_path: Path) -> None:
    """Each one asks the pharmacy by itself, and the answer is OK."""
    told = export("checkmk", "--config-dir", str(discovered), "--plugin-dir", str(SCRIPTS))
    lines = [line.split(") ", 1)[1] for line in told.splitlines()[1:]]
    assert len(lines) >= 4
    state = {"APOWACHT_STATE_DIR": str(tmp_path), "LC_ALL": "C.UTF-8"}
    for line in lines:
        if "/check_apo_tilage" in line:  # asks the internet
            continue
        done = subprocess.run(
            ["bash", "-c", line],
            capture_output=True,
            text=True,
            env={**os.environ, **state},
            check=False,
        )
        assert " OK - " in done.stdout.splitlines()[0], done.stdout
