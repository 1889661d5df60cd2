"""Site files of simulated pharmacies for the tests of the exports, with names that are no trouble
to a person and much to a configuration file."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from apowacht.simulator.box import Box

COMMAND = "import sys; from apowacht.plugins.core.suite import main; main(sys.argv[1:])"
AWKWARD = {
    "ups": "Löwe's USV; $HOME! <1>",
    "uplink": "Internet, 100 % & mehr",
    "connector": "Konnektor #1 = `id`",
    "terminal": "Kasse (Ä*?) ~{x}",
    "certificate": "Zertifikate: $(id) ^!",
}
"""A name for each check, of signs for which shells, Nagios and Checkmk have plans of their own."""


def checks(box: Box, names: Mapping[str, str] = AWKWARD) -> list[dict[str, Any]]:
    """The checks of a site whose devices are those of a box; all of them are quick and healthy."""
    named = ("ups-server", "konnektor", "till")
    ups, konnektor, beside = (box.find(name)[0].service.address[1] for name in named)
    local = {"hostname": "127.0.0.1", "port": konnektor, "insecure": True}
    context = {"mandant": "Apotheke", "client-system": "apowacht", "workplace": "Monitoring"}
    line = f"dsl,source=127.0.0.1,target=127.0.0.1:{beside}"
    told: dict[str, dict[str, Any]] = {
        "ups": {"hostname": "127.0.0.1", "port": ups, "community": "public"},
        "uplink": {"line": line},
        "connector": {**local, **context},
        "terminal": {**local, **context},
        "certificate": {"connector": f"127.0.0.1:{konnektor}", "insecure": True, **context},
    }
    return [
        {"check": check, "name": names[check], "interval": 60, **options}
        for check, options in told.items()
    ]


def write_site(folder: Path, name: str, checks: list[dict[str, Any]], **more: Any) -> Path:
    """A site file; JSON is YAML."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.yaml"
    told = {"site": name, "title": f"Apotheke {name}", "checks": checks, **more}
    file.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    return file


def many(folder: Path, number: int) -> None:
    """A folder of sites like each other, each with awkward names and a maintenance window."""
    for place in range(number):
        told = [
            {"check": "ups", "name": AWKWARD["ups"], "hostname": f"192.0.2.{place + 1}"},
            {
                "check": "uplink",
                "name": AWKWARD["uplink"],
                "line": "dsl,source=192.0.2.1",
                "target": "192.0.2.9:443",
            },
            {"check": "connector", "name": AWKWARD["connector"], "hostname": "192.0.2.7"},
        ]
        window = {"weekly": "So 03:00-04:00", "text": "Updates; am Server"}
        write_site(folder, f"apotheke-{place:02}", told, maintenance=[window])


def export(*arguments: str, code: int = 0) -> str:
    """What `apowacht export` prints; asserts its exit code."""
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, "export", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout
