"""Renew the generated parts of the documentation: `python docs/generate.py`.

A part stands between `<!-- generated: COMMAND --help -->` and `<!-- end -->`.
"""

from __future__ import annotations

import re
from pathlib import Path

from apowacht.plugins.core.cli import command
from apowacht.plugins.core.listing import all_checks

FOLDER = Path(__file__).resolve().parent
PART = re.compile(r"(<!-- generated: (check_apo_\w+) --help -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def help_text(name: str) -> str:
    """What `check_apo_<name> --help` prints, from its usage line on."""
    check = next(check for check in all_checks() if f"check_apo_{check.name}" == name)
    told = command(check)
    return told.get_help(told.make_context(name, [], resilient_parsing=True))


def renewed(text: str) -> str:
    """A page with its generated parts as they should be today."""
    return PART.sub(lambda part: f"{part[1]}\n```\n{help_text(part[2])}\n```\n\n{part[4]}", text)


def pages() -> list[Path]:
    """All pages of the documentation."""
    return sorted(FOLDER.glob("*.md"))


if __name__ == "__main__":
    for page in pages():
        page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
