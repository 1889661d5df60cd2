"""Write commands.cfg and the example: `python integrations/nagios/generate.py`."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from apowacht.integrations.command import read
from apowacht.integrations.nagios.commands import commands
from apowacht.integrations.nagios.objects import site_objects

FOLDER = Path(__file__).resolve().parent
SITES = FOLDER.parent.parent / "plugins" / "sites" / "examples"
EXAMPLE = SITES / "muster-apotheke.yaml"


def files() -> dict[str, str]:
    """All files that this makes, by name; the example's exceptional days are those of 2027."""
    order = read(SITES, (EXAMPLE,), "/etc/apowacht/checks.d", inline=False, lang="de")
    example = site_objects(order.sites[0], order, date(2026, 12, 1))
    return {"commands.cfg": commands(), "example.cfg": example}


if __name__ == "__main__":
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
