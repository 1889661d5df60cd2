"""PRTG: what its sensor's script says, read as PRTG's documentation has it."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from commands import SCRIPTS
from exports import AWKWARD, checks, write_site

from apowacht.plugins.core.listing import all_checks
from apowacht.simulator.box import Box

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).resolve().parent.parent / "integrations" / "prtg"
UNITS = {"TimeSeconds", "Percent", "Temperature", "BytesMemory", "Custom"}


def asked(*parameters: str) -> dict[str, Any]:
    """What the sensor's script says; asserts that PRTG would read it."""
    run = subprocess.run(
        ["sh", FOLDER / "apowacht.sh", *parameters],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "APOWACHT_PLUGINS": str(SCRIPTS), "LC_ALL": "C.UTF-8"},
        check=True,
    )
    assert run.stderr == ""
    told: dict[str, Any] = json.loads(run.stdout)["prtg"]
    assert len(told["text"]) <= 2000
    assert "#" not in told["text"]
    return told


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The site file of a simulated pharmacy."""
    with Box("quiet") as box:
        yield str(write_site(tmp_path_factory.mktemp("it's a $ite"), "nord", checks(box)))


@pytest.mark.parametrize("check", AWKWARD)
def test_the_script_hands_everything_on(site: str, check: str) -> None:
    """The first channel is the state with its limits; no sensor has more than fifty channels, and
    each one has a name of its own and a unit that PRTG knows."""
    told = asked(check, site, AWKWARD[check])
    state, *more = told["result"]
    assert state["channel"] == "state"
    assert state["value"] == 0
    assert state["limitmaxwarning"] < 1 < state["limitmaxerror"] < 2
    names = [channel["channel"] for channel in told["result"]]
    assert len(set(names)) == len(names) <= 50
    assert {channel["unit"] for channel in more} <= UNITS
    assert all(isinstance(channel["value"], float) for channel in more)


@pytest.mark.parametrize(
    "parameters", [(), ("ups",), ("../ups", "x"), ("nothing", "x"), ("ups", "/nowhere.yaml")]
)
def test_a_wrong_parameter_is_the_sensors_error(parameters: tuple[str, ...]) -> None:
    """Nothing is run that is no plugin, and PRTG shows why."""
    told = asked(*parameters)
    assert told["error"] == 1
    assert told["text"]


def test_the_windows_script_names_what_there_is() -> None:
    """Its options are those of every check."""
    text = (FOLDER / "apowacht.ps1").read_text(encoding="utf-8")
    used = set(re.findall(r"--[a-z-]+", text))
    assert used == {"--site", "--name", "--output"}
    for check in all_checks():
        known = {name for option in check.options for name in option.opts}
        assert used <= known
