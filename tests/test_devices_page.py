"""docs/devices.md: every family and simulated device is there, and no recording is made up."""

from __future__ import annotations

import csv
import os
import re
from pathlib import Path

import pytest

from apowacht import mibs
from apowacht.mibs import routers

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "devices.md").read_text(encoding="utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith("|-")
]
"""Cells of every row: what, recorded, simulated, real."""
TABLES = sorted(
    file.stem
    for file in (ROOT / "simulator" / "pharmacy").glob("*.ini")
    if "[device]" in file.read_text(encoding="utf-8")
)


def row(name: str) -> list[str]:
    """The row of a family."""
    return next(cells for cells in ROWS if cells[0].startswith(f"`{name}`"))


@pytest.mark.parametrize("name", [*mibs.family_names(), *routers.family_names()])
def test_every_family_is_there(name: str) -> None:
    """With a word on whether it was recorded, simulated, seen for real."""
    assert len(row(name)) == 4


@pytest.mark.parametrize("name", TABLES)
def test_every_simulated_device_is_there(name: str) -> None:
    """In the column of simulated ones."""
    assert any(f"`{name}`" in cells[2] for cells in ROWS if len(cells) == 4)


def test_what_is_called_simulated_exists() -> None:
    """Each name in that column is a table of the simulator, or a flavour of its Konnektor."""
    named = {word for cells in ROWS if len(cells) == 4 for word in re.findall(r"`(\w+)`", cells[2])}
    assert named - {"KoCoBox"} == set(TABLES)


def test_no_device_is_called_real() -> None:
    """Nothing stood beside this software yet; a daemon without a device says so."""
    told = {cells[3] for cells in ROWS if len(cells) == 4} - {"real"}
    assert told
    assert all(one == "none" or one.endswith(": no UPS") for one in told)


@pytest.mark.oracle
@pytest.mark.skipif(not os.environ.get("APOWACHT_ORACLE"), reason="needs the recorded answers")
def test_what_is_called_recorded_was_recorded() -> None:
    """A UPS family has a recording in the sheet exactly where the page claims one."""
    from test_ups_oracle import MIB_OF, SHEET

    recorded = {MIB_OF.get(line["mib_family"]) for rows in SHEET.values() for line in rows}
    for name in mibs.family_names():
        family = mibs.families([name])[name]
        claimed = not row(name)[1].startswith("none")
        assert claimed == (family.name in recorded), name


@pytest.mark.oracle
@pytest.mark.skipif(not os.environ.get("APOWACHT_ORACLE"), reason="needs the recorded answers")
def test_models_named_are_those_of_the_recordings() -> None:
    """Model numbers of UPS on the page stand in the recordings."""
    folder = Path(os.environ["APOWACHT_ORACLE"]) / "snmp"
    with (folder / "ups_expected.tsv").open(encoding="utf-8", newline="") as file:
        told = " ".join(line["vendor_model"] for line in csv.DictReader(file, delimiter="\t"))
    told = re.sub(r"\W", "", told).lower()
    part = PAGE.partition("## UPS by SNMP")[2].partition("\n## ")[0]
    models = re.findall(r"\b[A-Z]{2,}\d{3,}[A-Z0-9]+\b", part)
    assert len(models) > 5
    assert not [model for model in models if model.lower() not in told]
