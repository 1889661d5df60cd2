"""One check of a site file, as a command asks for it: only its part counts."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from site_text import DEVICES, loaded, only_site, options_of

from apowacht.plugins.core import cli
from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.listing import all_checks, check_named
from apowacht.plugins.core.words import trouble_sentence
from apowacht.plugins.sites.model import Contact
from apowacht.plugins.sites.one import One, read_one

if TYPE_CHECKING:
    from pathlib import Path

    from apowacht.plugins.core.check import Check


def check(name: str) -> Check:
    """The check of this name."""
    found = check_named(name)
    assert found is not None
    return found


def one(folder: Path, text: str, kind: str, name: str | None = None) -> One:
    """This check's part of a site file."""
    file = folder / "a.yaml"
    file.write_text(text, encoding="utf-8")
    return read_one(str(file), check(kind), name, "en")


def trouble(folder: Path, text: str, kind: str, name: str | None = None) -> str:
    """Why there is no such part, in English."""
    with pytest.raises(OwnTrouble) as caught:
        one(folder, text, kind, name)
    return trouble_sentence(caught.value, "en").replace(str(folder), "DIR")


def test_one_check_is_the_same_as_in_the_whole(tmp_path: Path) -> None:
    """Each check read alone has the options that it has in the whole site."""
    site = only_site(loaded(tmp_path, DEVICES))
    for watch in site.watches:
        part = one(tmp_path, DEVICES, watch.check.name, watch.name)
        assert (part.site, part.name) == ("rosen", watch.name)
        assert list(part.arguments) == options_of(site, watch.name)
        assert part.contacts == {"power": Contact("Elektro Nord", "0431 555")}
        assert cli.values(watch.check, [*watch.arguments[:3], *part.arguments]) == watch.values


def test_the_only_one_of_its_kind_needs_no_name(tmp_path: Path) -> None:
    """A name is wanted where there are several, and has to be one of them."""
    assert one(tmp_path, DEVICES, "terminal").name == "terminal"
    assert trouble(tmp_path, DEVICES, "ups") == (
        "DIR/a.yaml holds several checks «ups»; choose one by --name: «USV Serverschrank», "
        "«USV Kasse»"
    )
    assert trouble(tmp_path, DEVICES, "ups", "USV Kase") == (
        "DIR/a.yaml holds no check «ups» of the name «USV Kase» (USV Kasse?); choose from "
        "«USV Serverschrank», «USV Kasse»"
    )
    assert trouble(tmp_path, "site: a\ntilage: {}\n", "ups", "x").startswith(
        "DIR/a.yaml holds no check «ups»"
    )
    assert trouble(tmp_path, "site: a\ntilag: {}\nconector: {}\n", "ups") == (  # no slip of ups
        "DIR/a.yaml holds no check «ups»; apowacht config check --list DIR/a.yaml tells what "
        "stands there"
    )
    off = DEVICES + "checks:\n- {check: ups, name: USV Kasse, off: true}\n"
    assert one(tmp_path, off, "ups").name == "USV Serverschrank"


OTHERS = {
    "ups": "erezept: {environment: XX}\nterminals: [1]\nhours: never\ntitel: x\n",
    "connector": "ups: [x]\ntilage: {acess: x}\nmaintenance: nonsense\nhours: Mo-Fr 8-18\n",
    "tilage": "lines: [{}]\naccepted: [{}]\nchecks: [{chek: ups}, {check: ups, port: x}]\n",
}


@pytest.mark.parametrize("kind", OTHERS)
def test_mistakes_elsewhere_do_not_count(kind: str, tmp_path: Path) -> None:
    """A mistake in another check's part stops the exporter's site, and no other command."""
    own = {"ups": "ups: [{hostname: h}]", "connector": "connector: {hostname: h}"}
    text = f"site: a\n{own.get(kind, 'tilage: {access: x}')}\n"
    if kind == "tilage":
        text = text.replace("}", "}\ncontacts: {power: nobody, access: {who: TI-Dienst}}")
    text += OTHERS[kind]
    assert loaded(tmp_path, text).sites == {}
    part = one(tmp_path, text, kind)
    assert len([a for a in part.arguments if a in ("--hostname=h", "--access=x")]) == 1
    assert set(part.contacts) == ({"access"} if kind == "tilage" else set())


MISTAKES = {
    "ups: [{hostname: h, comunity: x}]": (
        "line 2: check_apo_ups has no option «comunity»; did you mean «community»?"
    ),
    "ups:\n- hostname: h\n  port: x": "line 4: --port: «x» is no whole number from 1 to 65535",
    "ups:\n- hostname: h\n  port: 4742": (
        "line 4: port: port 4742 belongs to the card terminals and is never connected to"
    ),
    "ups:\n- hostname: h\n  community-file: none": (
        "line 4: community-file: DIR/none: No such file or directory"
    ),
    "ups:\n- {}": "line 3: check_apo_ups needs «hostname»",
    "upss: 3": "line 2: there is no «upss» here; did you mean «ups»?",
    "title: x\ncheks: [{check: ups}]": "line 3: there is no «cheks» here; did you mean «checks»?",
    "ups: 3": "line 2: ups: a list belongs here (lines with «- »)",
    "ups:\n- {hostname: h}\nchecks:\n- {check: ups, grace: soon}": (
        "line 5: --grace: «soon» is not a duration; for example 90s, 10m, 2h, 30d"
    ),
}


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_is_the_reason(text: str, tmp_path: Path) -> None:
    """File, line and words are those of `config check`."""
    said = trouble(tmp_path, f"site: a\n{text}\n", "ups")
    assert said == f"DIR/a.yaml, {MISTAKES[text]}"


@pytest.mark.parametrize(
    ("blob", "text"),
    [
        (b"", "DIR/a.yaml: empty; a pharmacy begins with"),
        (b"- a\n", "DIR/a.yaml, line 1: a.yaml: keys with values belong here"),
        (b"\xff\xfe", "DIR/a.yaml, line 1: not UTF-8; save the file as UTF-8"),
        (b"ups: [{hostname: h}]\n", "DIR/a.yaml, line 1: «site» is missing"),
        (b"site: a b\nups: [{hostname: h}]\n", "DIR/a.yaml, line 1: site: «a b» is not fit"),
        (b"site: a\nx: *y\n", "DIR/a.yaml, line 2: an alias (*) without its anchor (&)"),
        (b"site: a\nups: [{hostname: h}]\nups: 3\n", "DIR/a.yaml, line 3: «ups» stands in"),
        (b"a: &a [" + b"x," * 60000 + b"]\n", "DIR/a.yaml, line 1: more than 50000 values"),
    ],
)
def test_a_hostile_file_is_one_reason(blob: bytes, text: str, tmp_path: Path) -> None:
    """Whatever the file is, there is one sentence and nothing else."""
    (tmp_path / "a.yaml").write_bytes(blob)
    with pytest.raises(OwnTrouble) as caught:
        read_one(str(tmp_path / "a.yaml"), check("ups"), None, "en")
    said = trouble_sentence(caught.value, "en").replace(str(tmp_path), "DIR")
    assert said.startswith(text)
    assert "\n" not in said


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """It is named without a line."""
    with pytest.raises(OwnTrouble) as caught:
        read_one(str(tmp_path / "none.yaml"), check("ups"), None, "de")
    assert caught.value.reason == "site_file_whole"
    assert str(tmp_path) in trouble_sentence(caught.value, "de")


@pytest.mark.parametrize("name", ["core", "sites", "no_such", "../ups", "ups.x", "", "__init__"])
def test_only_checks_are_checks(name: str) -> None:
    """A package, a path or a made-up name is none."""
    assert check_named(name) is None
    assert [check_named(known.name) for known in all_checks()] == all_checks()


def test_one_check_costs_one_check(tmp_path: Path) -> None:
    """No other check and nothing heavy is imported for it."""
    (tmp_path / "a.yaml").write_text(DEVICES)
    script = (
        "import sys\n"
        "from apowacht.plugins.ups import CHECK\n"
        "from apowacht.plugins.sites.one import read_one\n"
        f"read_one({str(tmp_path / 'a.yaml')!r}, CHECK, 'USV Kasse', 'de')\n"
        "print(*sys.modules)\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    modules = set(run.stdout.split())
    others = {f"apowacht.plugins.{known.name}" for known in all_checks() if known.name != "ups"}
    assert "apowacht.plugins.ups" in modules
    assert not modules & others
    heavy = {"ssl", "cryptography", "requests", "zoneinfo", "holidays", "icalendar", "asyncio"}
    assert not modules & heavy
