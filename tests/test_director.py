"""Icinga Director: its basket says what the options and site files say, a real one restores it, and
what that one would deploy asks the simulated pharmacy."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from export_sites import CHECKS, NASTY, UPS, many, nasty, whole_site
from icinga import Icinga
from icinga_director import director
from site_files import write

from apowacht.integrations.command import export
from apowacht.integrations.icinga2.commands import variable
from apowacht.integrations.plugin_options import NOT_FOR_SERVERS
from apowacht.plugins.core.limits import option_name
from apowacht.simulator.box import Box

if TYPE_CHECKING:
    from pathlib import Path

FROM = ("--from", "2026-01-01")
BASKET, SCRIPT = "apowacht-basket.json", "apowacht-director.sh"
BESIDE, EARLIER = "apowacht-beside-director.conf", "apowacht-basket-first.json"


def exported(folder: Path, *arguments: str) -> dict[str, Any]:
    """The basket that an export writes into a folder."""
    run = CliRunner().invoke(export, ["director", *FROM, "-o", str(folder), *arguments])
    assert run.exit_code == 0, run.output
    assert {file.name for file in folder.iterdir()} == {BASKET, SCRIPT, BESIDE, EARLIER}
    basket = json.loads((folder / BASKET).read_text(encoding="utf-8"))
    assert isinstance(basket, dict)
    return basket


def test_every_option_is_an_argument_and_a_field(tmp_path: Path) -> None:
    """Each long option but those left out by name, in the command, and in its template's fields."""
    basket = exported(tmp_path / "out", write(tmp_path, UPS))
    for check in CHECKS.values():
        wanted = {option_name(option).lstrip("-") for option in check.options} - NOT_FOR_SERVERS
        command = basket["Command"][f"apo_{check.name}"]
        assert command["arguments"].keys() == {f"--{name}" for name in wanted}
        numbers = [
            str(one["datafield_id"])
            for one in basket["ServiceTemplate"][f"apo-{check.name}"]["fields"]
        ]
        fields = {basket["Datafield"][number]["varname"] for number in numbers}
        assert fields == {variable(check, name.replace("-", "_")) for name in wanted}


def test_lists_of_choices_exist(tmp_path: Path) -> None:
    """A field that chooses from a list names one of the basket's."""
    basket = exported(tmp_path / "out", write(tmp_path, UPS))
    named = {
        one["settings"]["datalist"]
        for one in basket["Datafield"].values()
        if "datalist" in one["settings"]
    }
    assert named == basket["DataList"].keys()
    assert [one["entry_name"] for one in basket["DataList"]["apo de|en"]["entries"]] == ["de", "en"]


def test_a_second_export_is_the_same(tmp_path: Path) -> None:
    """Byte by byte, and no object's name is there twice over fifty sites."""
    folder = many(tmp_path / "sites")
    basket = exported(tmp_path / "a", "--config-dir", str(folder))
    exported(tmp_path / "b", "--config-dir", str(folder))
    for name in (BASKET, SCRIPT, BESIDE, EARLIER):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    for kind, objects in basket.items():
        for key, one in objects.items():
            assert kind in ("Datafield", "DataList") or one["object_name"] == key
    assert len(basket["ServiceSet"]) == 50
    # Two UPS explain nothing here; the line, the Konnektor and the terminals do.
    assert len(basket["Dependency"]) == 1 + 50 * 5


def test_one_file_is_printed(tmp_path: Path) -> None:
    """Without a folder the basket alone goes to stdout, so that it can be piped on."""
    run = CliRunner().invoke(export, ["director", *FROM, write(tmp_path, UPS)])
    assert run.exit_code == 0
    assert "ServiceSet" in json.loads(run.stdout)


@pytest.mark.peer
@pytest.mark.slow
def test_a_real_director_restores_and_renders_it(tmp_path: Path) -> None:
    """Twice, changing nothing the second time; and a real Icinga that gets what it renders asks
    every check of the simulated pharmacy with all options written out."""
    with director() as one, Box("quiet") as box:
        files = [whole_site(box, tmp_path / "whole"), nasty(tmp_path / "nasty")]
        exported(tmp_path / "out", "--inline", *files)
        said = one.run("sh", str(tmp_path / "out" / SCRIPT))
        assert said.count("has been created") == 2
        again = one.run("sh", str(tmp_path / "out" / SCRIPT))
        assert again.count("has not been modified") == 2
        icinga = Icinga(tmp_path / "icinga")
        icinga.add('object Zone "director-global" { global = true }')
        icinga.include(*one.render(tmp_path / "rendered"), tmp_path / "out" / BESIDE)
        icinga.validate()
        with icinga.running():
            services = icinga.check_all()
            downtimes = icinga.ask("GET", "objects/scheduleddowntimes")
            (period,) = icinga.ask("GET", "objects/timeperiods?timeperiod=apo%20nasty%20hours")
            dependencies = icinga.ask("GET", "objects/dependencies")
        whole = {name: one for (host, name), one in services.items() if host == "muster"}
        assert {one["vars"].get("apo_check") for one in whole.values() if one["vars"]} >= set(
            CHECKS
        )
        for told in whole.values():
            assert told["state"] == 0, told["last_check_result"]["output"]
        assert {one["attrs"]["comment"] for one in downtimes} == {NASTY + "\\"}
        assert period["attrs"]["ranges"]["monday"] == "07:50-13:00,13:50-18:30"
        pairs = {
            (one["attrs"]["parent_service_name"], one["attrs"]["child_service_name"])
            for one in dependencies
        }
        assert pairs >= {("apo power", "fritzbox"), ("fritzbox", "konnektor")}
        for told in dependencies:
            assert sorted(told["attrs"]["states"]) == ["OK", "Unknown", "Warning"]
        first = next(
            one for (host, name), one in services.items()
            if host == "nasty" and not re.search(r" 2$", name)
        )  # fmt: skip
        command = first["last_check_result"]["command"]
        assert command[command.index("--ups") + 1] == "a'$b$c\\d"
