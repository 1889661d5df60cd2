"""One site file that names each device once serves every command and the exporter alike."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from commands import run
from site_files import CONTACTS, entries, write

from apowacht.exporter.engine import Engine
from apowacht.plugins.core.listing import all_checks
from apowacht.plugins.core.render import as_dict
from apowacht.plugins.sites.config import load
from apowacht.simulator.box import Box

if TYPE_CHECKING:
    from pathlib import Path

CHECKS = {check.name: check for check in all_checks()}
SITUATIONS = {
    # What the devices of the box are in, and the phone that each check names then.
    "well": ({}, {}),
    "ailing": (
        {"konnektor": "VPN TI down", "ups-server": "on battery"},
        {"ups": "040 555 0101", "connector": "040 555 0102", "erezept": "040 555 0102"},
    ),
}


def section(box: Box, name: str) -> dict[str, Any]:
    """How a device of the box is asked, as keys of a site file."""
    host, unit = box.find(name)
    return entries(CHECKS[host.check], host.options(unit))


def site(box: Box, folder: Path) -> str:
    """The box's pharmacy: every device in its section, and no list of checks."""
    konnektor, router, tilage = (section(box, n) for n in ("konnektor", "fritzbox", "tilage"))
    lines = (dict(part.split("=") for part in f"name={x}".split(",")) for x in router.pop("line"))
    way = {key: one for key, one in section(box, "ti").items() if key not in konnektor}
    return write(
        folder, contacts=CONTACTS, ups=[section(box, "ups-server")], connector=konnektor,
        router=router, lines=list(lines), tilage=tilage, erezept=way, hours="Mo-So 00:00-24:00",
    )  # fmt: skip


def outline(answer: dict[str, Any]) -> list[Any]:
    """State, findings and the names of the numbers; what is a time changes from run to run."""
    findings = [(one["key"], one["state"]) for one in answer["findings"]]
    return [answer["check"], answer["state"], findings, [one["name"] for one in answer["metrics"]]]


@pytest.mark.slow
@pytest.mark.parametrize("situation", SITUATIONS)
def test_one_file_serves_every_command(
    situation: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each derived check by its command and by the exporter: the same answer; whoever helps is
    named by the command. The router's password comes from the environment."""
    monkeypatch.setenv("APOWACHT_ROUTER_PASSWORD", "gurkensalat")
    states, helpers = SITUATIONS[situation]
    with Box("quiet") as box:
        for name, state in states.items():
            box.put(name, state)
        file = site(box, tmp_path / "checks.d")
        configuration = load(tmp_path / "checks.d", "de", str(tmp_path / "exporter"))
        assert configuration.mistakes == ()
        watches = configuration.sites["muster"].watches
        assert {watch.check.name for watch in watches} == CHECKS.keys()
        engine = Engine(configuration)
        for watch in watches:
            check = watch.check.name
            asked = ["--site", file, "--state-dir", str(tmp_path / "command"), "--output", "json"]
            done = run(f"check_apo_{check}", *asked)
            answer = json.loads(done.out)
            report = engine.run_now(watch.check, watch.arguments).report
            assert outline(answer) == outline(as_dict(report, "de"))
            assert done.code == report.state
            assert (answer["contact"] or {}).get("phone") == helpers.get(check)
        assert engine.close()
