"""A site file with a mistake takes nothing away: what was exported of its pharmacy before stays,
and is not called dead."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from export_sites import OPEN
from exports import write_site

from apowacht.integrations.command import export
from apowacht.integrations.faulty import Faulty, faulty
from apowacht.plugins.core.listing import all_checks
from apowacht.plugins.sites.model import Mistake

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

CHECKS = [{"check": "ups", "hostname": "192.0.2.1"}]
TYPO = "site: b\nchekcs: []\n"
NO_YAML = "site: b # Nord\nchecks: [\n"
NAMELESS = "site: b\x00\nchecks: []\n"
SIGNS = {
    ("checkmk",): "a%20ups",
    ("director",): '"apo a"',
    ("prometheus", "--alertmanager"): "apowacht-a-maintenance",
    ("prometheus", "--static"): "__param_site: a",
}
"""What exports one text for all sites, and how the site a stands in it."""
COLLECTED = tuple(SIGNS)
BY_SITE = (("icinga2",), ("nagios",), ("nrpe",), ("checkmk", "--local"))
GONE = "no site has this name any more"


def run(folder: Path, *arguments: str, lang: str = "en", out: bool = True, code: int = 1) -> Result:
    """An export of the folder's sites into its folder `o`."""
    where = ("-o", str(folder / "o")) if out else ()
    told = [*arguments, "--config-dir", str(folder / "sites"), "--lang", lang, *where]
    done = CliRunner().invoke(export, told)
    assert done.exit_code == code, done.output
    return done


def sites(folder: Path, broken: str | None = None) -> Path:
    """A folder with the sites a and b; the file of b may hold something else."""
    for name in ("a", "b"):
        maintenance = [{"weekly": "So 03:00-04:00", "text": "Updates"}]
        write_site(folder / "sites", name, CHECKS, maintenance=maintenance)
    if broken is not None:
        (folder / "sites" / "b.yaml").write_text(broken, encoding="utf-8")
    return folder


def change_a(folder: Path) -> None:
    """Another check at a."""
    more = [*CHECKS, {"check": "connector", "name": "neu", "hostname": "192.0.2.7"}]
    write_site(folder / "sites", "a", more)


def written(folder: Path) -> dict[str, str]:
    """What was exported, by place."""
    made = folder / "o"
    files = sorted(file for file in made.rglob("*") if file.is_file())
    return {str(file.relative_to(made)): file.read_text(encoding="utf-8") for file in files}


def said(done: Result) -> list[str]:
    """The lines beside the mistakes themselves."""
    return [line for line in done.stderr.splitlines() if "/sites/b.yaml:" not in line]


@pytest.mark.parametrize("arguments", COLLECTED)
@pytest.mark.parametrize("broken", [TYPO, NO_YAML, NAMELESS])
def test_a_file_of_all_sites_stays(tmp_path: Path, arguments: tuple[str, ...], broken: str) -> None:
    """Not a byte of it changes, one line says so, and the next good export writes it."""
    run(sites(tmp_path), *arguments, code=0)
    before = written(tmp_path)
    sites(tmp_path, broken)
    change_a(tmp_path)
    done = run(tmp_path, *arguments)
    assert written(tmp_path) == before
    (line,) = said(done)
    assert all(str(tmp_path / "o" / name) in line for name in before)
    assert "not replaced, as b.yaml has mistakes" in line
    (line,) = said(run(tmp_path, *arguments, lang="de"))
    assert "nicht ersetzt, weil b.yaml Fehler hat" in line
    sites(tmp_path)
    change_a(tmp_path)
    assert not run(tmp_path, *arguments, code=0).stderr
    # Alertmanager and Prometheus are told of sites, not of checks.
    assert (written(tmp_path) == before) is (arguments == ("prometheus", "--static"))


@pytest.mark.parametrize("arguments", COLLECTED)
def test_a_first_file_of_all_sites_is_written(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """What is good, and who is missing; printed it is the same without that line."""
    done = run(sites(tmp_path, TYPO), *arguments)
    (line,) = said(done)
    assert "incomplete without b.yaml" in line
    assert SIGNS[arguments] in "".join(written(tmp_path).values())
    printed = run(tmp_path, *arguments, out=False)
    assert said(printed) == []
    assert printed.stdout in written(tmp_path).values()


def test_what_says_nothing_of_sites_is_replaced(tmp_path: Path) -> None:
    """Prometheus asks the exporter for the sites; the file has the exporter's address alone."""
    run(sites(tmp_path), "prometheus", code=0)
    sites(tmp_path, TYPO)
    run(tmp_path, "prometheus", "--exporter", "monitor.example:9942")
    assert "monitor.example:9942" in written(tmp_path)["apowacht-scrape.yml"]


def test_a_folder_that_is_not_there_empties_nothing(tmp_path: Path) -> None:
    """As when a disk is not mounted."""
    run(sites(tmp_path), "checkmk", code=0)
    before = written(tmp_path)
    (tmp_path / "sites").rename(tmp_path / "elsewhere")
    run(tmp_path, "checkmk")
    assert written(tmp_path) == before


def test_modules_are_no_pharmacy(tmp_path: Path) -> None:
    """A mistake in them is named, and keeps nothing."""
    run(sites(tmp_path), "checkmk", code=0)
    (tmp_path / "sites" / "modules.yaml").write_text("modules: {x: {chekc: ups}}\n")
    change_a(tmp_path)
    run(tmp_path, "checkmk")
    assert "a%20neu" in written(tmp_path)["mrpe.cfg"]


@pytest.mark.parametrize("arguments", BY_SITE)
@pytest.mark.parametrize("broken", [TYPO, NO_YAML, NAMELESS])
def test_files_by_site(tmp_path: Path, arguments: tuple[str, ...], broken: str) -> None:
    """The good site's are written, the other one's stay as they are, and are not called dead."""
    run(sites(tmp_path), *arguments, code=0)
    before = written(tmp_path)
    assert len(before) == 2
    sites(tmp_path, broken)
    change_a(tmp_path)
    done = run(tmp_path, *arguments)
    (of_b,) = (name for name in before if "apowacht-b" in name)
    after = written(tmp_path)
    assert after[of_b] == before[of_b]
    assert any("neu" in text for name, text in after.items() if "apowacht-a" in name)
    (line,) = said(done)
    assert line.startswith("b.yaml: not exported because of the mistakes")


@pytest.mark.parametrize("arguments", BY_SITE)
def test_a_dead_file_is_told_from_a_faulty_one(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """c is gone and named, in either language; b is broken. Who cannot know is silent."""
    write_site(tmp_path / "sites", "c.d", CHECKS)
    run(sites(tmp_path), *arguments, code=0)
    (tmp_path / "sites" / "c.d.yaml").unlink()
    (line,) = run(tmp_path, *arguments, code=0).stderr.splitlines()
    assert "apowacht-c.d" in line
    assert GONE in line
    (line,) = run(tmp_path, *arguments, lang="de", code=0).stderr.splitlines()
    assert "keine Apotheke heißt mehr so" in line
    sites(tmp_path, NO_YAML)
    assert [GONE in line for line in said(run(tmp_path, *arguments))] == [False, True]
    sites(tmp_path, "site: bß\n")  # who knows what its name was?
    assert [GONE in line for line in said(run(tmp_path, *arguments))] == [False]


def test_two_outputs_in_one_folder(tmp_path: Path) -> None:
    """Alertmanager's file is no dead site of the scrape configuration."""
    run(sites(tmp_path), "prometheus", "--alertmanager", code=0)
    assert run(tmp_path, "prometheus", code=0).stderr == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (TYPO, {"b"}),
        (NO_YAML, {"b"}),
        ("site: 'b'\nchecks: [\n", {"b"}),
        ("site: b  # by the market\nchecks: [\n", {"b"}),
        ("site: b\nsite: c\nchecks: [\n", {"b", "c"}),
        ('{\n "site": "b"\n}\n', None),
        ("title: b\n", None),
        ("site: b b\n", None),
        ("site: [b]\n", None),
        ("", None),
        ("site: b\nmodules: {}\n", {"b"}),
    ],
)
def test_whose_file_it_is(tmp_path: Path, text: str, told: set[str] | None) -> None:
    """By its key, as far as it can be read for certain."""
    file = tmp_path / "x.yaml"
    file.write_text(text, encoding="utf-8")
    found = faulty([Mistake(str(file), 1, "x"), Mistake(str(file), 2, "y")])
    assert found == Faulty(("x.yaml",), None if told is None else frozenset(told))


def test_tickets_wait_alike_everywhere(tmp_path: Path) -> None:
    """Of a site with hours the same checks are bound to them in Icinga, the Director, Nagios and
    Alertmanager: none that is watched around the clock."""
    konnektor = {
        "hostname": "192.0.2.7", "mandant": "m", "client-system": "c", "workplace": "w",
    }  # fmt: skip
    checks = [
        *CHECKS,
        {"check": "uplink", "line": "dsl,source=192.0.2.1", "target": "192.0.2.9:443"},
        {"check": "connector", **konnektor},
        {"check": "terminal", **konnektor},
        {"check": "certificate", "tls": "192.0.2.7:443"},
        {"check": "tilage"},
        {"check": "erezept", "environment": "PU"},
    ]
    assert {str(one["check"]) for one in checks} == {one.name for one in all_checks()}
    write_site(tmp_path / "sites", "a", checks, **OPEN)
    wanted = {"connector", "certificate", "tilage"}

    told = run(tmp_path, "icinga2", out=False, code=0).stdout.split("\nobject Service ")[1:]
    assert {one.split('"')[1] for one in told if "vars.apo_hours" in one} == wanted
    basket = json.loads(run(tmp_path, "director", out=False, code=0).stdout)
    services = basket["ServiceSet"]["apo a"]["services"]
    assert {one["object_name"] for one in services if "apo_hours" in one["vars"]} == wanted
    told = run(tmp_path, "nagios", out=False, code=0).stdout.split("define service {")[1:]
    held = [one for one in told if "notification_period" in one]
    assert {one.split("service_description", 1)[1].split()[0] for one in held} == wanted
    muting = run(tmp_path, "prometheus", "--alertmanager", out=False, code=0).stdout
    assert 'check=~"erezept|terminal|uplink|ups"' in muting
