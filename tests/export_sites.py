"""Sites to be exported to a monitoring server: many, nasty ones, and those of the simulated box."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from site_files import entries, write

from apowacht.plugins.core.listing import all_checks

if TYPE_CHECKING:
    from pathlib import Path

    from apowacht.simulator.box import Box

CHECKS = {one.name: one for one in all_checks()}

OPEN: dict[str, Any] = {
    "hours": "Mo-Fr 08:00-13:00,14:00-18:30; Sa 08:30-13:00",
    "closed": ["2026-08-03..2026-08-14", "2026-12-24"],
}
UPS = {"check": "ups", "hostname": "127.0.0.1"}


def many(folder: Path, count: int = 50) -> Path:
    """A folder of sites, each with two UPS, a line, a Konnektor and its terminals."""
    folder.mkdir()
    konnektor = {"hostname": "127.0.0.1", "mandant": "m", "client-system": "c", "workplace": "w"}
    for number in range(count):
        checks = [
            UPS, {**UPS, "name": "zwei"},
            {"check": "uplink", "line": "dsl,source=127.0.0.1", "target": "127.0.0.1:9"},
            {"check": "connector", **konnektor}, {"check": "terminal", **konnektor},
            {"check": "tilage"}, {"check": "erezept", "environment": "PU"},
        ]  # fmt: skip
        told = {"site": f"apotheke-{number}", "checks": checks, **OPEN}
        told["maintenance"] = [{"weekly": "So 03:00-04:00", "text": "Updates"}]
        (folder / f"{number}.yaml").write_text(json.dumps(told), encoding="utf-8")
    return folder


NASTY = """\
Kasse's "A&B"! $HOME$ {{{x}}} */ //x"""


def nasty(folder: Path) -> str:
    """Two checks whose names and texts are full of what the language means otherwise."""
    odd = NASTY.replace('"', "”").replace("/", "")
    contacts = {"power": {"who": NASTY + " \\", "note": "$user$ x"}}
    return write(
        folder, {**UPS, "name": odd, "ups": "a'$b$c\\d", "port": 9, "timeout": 2},
        {**UPS, "name": odd.replace("!", "."), "port": 9, "timeout": 2},
        site="nasty", contacts=contacts, title=NASTY + "\\",
        maintenance=[{"weekly": "So 03:00-04:00", "text": NASTY + "\\"}], **OPEN,
    )  # fmt: skip


def whole_site(box: Box, folder: Path) -> str:
    """A site with every check, asked as the box says."""
    folder.mkdir(exist_ok=True)
    checks: list[dict[str, Any]] = []
    for name in ("ups-server", "till", "ups-desk", "konnektor", "fritzbox", "tilage", "ti"):
        host, unit = box.find(name)
        options = entries(CHECKS[host.check], host.options(unit))
        checks.append({"check": host.check, "name": name, **options})
        for setting, text in host.settings.items():
            file = folder / setting
            file.write_text(text, encoding="utf-8")
            file.chmod(0o600)
            assert setting == "APOWACHT_ROUTER_PASSWORD"
            checks[-1]["router-password-file"] = str(file)
    konnektor = entries(CHECKS["connector"], box.find("konnektor")[0].options(box.units[0]))
    checks.append({"check": "terminal", **konnektor})
    place = f"{konnektor.pop('hostname')}:{konnektor.pop('port')}"
    checks.append({"check": "certificate", "connector": place, **konnektor})
    return write(folder, *checks)


def powered_site(box: Box, folder: Path, site: str, *ups: str, whole: bool = False) -> str:
    """A site with these UPS and one line, to the Konnektor; the `whole` one asks that as well."""
    checks: list[dict[str, Any]] = []
    for name in ups:
        host, unit = box.find(name)
        options = entries(CHECKS["ups"], host.options(unit))
        checks.append({"check": "ups", "name": name, "timeout": 1, **options})
    host, unit = box.find("konnektor")
    konnektor = entries(CHECKS["connector"], host.options(unit))
    place = f"{konnektor['hostname']}:{konnektor['port']}"
    line = {"line": "dsl,source=127.0.0.1", "target": place}
    checks.append({"check": "uplink", "name": "Internet", "timeout": 5, **line})
    if not whole:
        return write(folder / site, *checks, site=site)
    checks += [{"check": one, **konnektor} for one in ("connector", "terminal")]
    del konnektor["hostname"], konnektor["port"]
    checks.append({"check": "certificate", "connector": place, **konnektor})
    return write(folder / site, *checks, site=site)
