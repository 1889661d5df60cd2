"""Write CheckCommand definitions and templates: `python integrations/icinga2/generate.py`."""

from __future__ import annotations

from pathlib import Path

from apowacht.integrations.icinga2.commands import FOLDER as PLUGIN_FOLDER
from apowacht.integrations.icinga2.commands import definition
from apowacht.integrations.icinga2.templates import templates
from apowacht.plugins.core.listing import all_checks

FOLDER = Path(__file__).resolve().parent
HEAD = "/* Made by integrations/icinga2/generate.py; change it there. */\n"


def files() -> dict[str, str]:
    """All files that this makes, by name."""
    parts = [HEAD, PLUGIN_FOLDER, *(definition(check) for check in all_checks())]
    return {
        "apowacht-commands.conf": "\n".join(parts),
        "apowacht-templates.conf": f"{HEAD}\n{templates()}",
    }


if __name__ == "__main__":
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
