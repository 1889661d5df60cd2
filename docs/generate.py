"""Renew the generated parts of the documentation: `python docs/generate.py`.

A part stands between `<!-- generated: COMMAND --help -->` and `<!-- end -->`; `metrics` in place of
a command is the table of the exporter's metrics.
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


def exporter_help() -> str:
    """What `apowacht exporter --help` prints."""
    from apowacht.exporter.command import exporter

    return exporter.get_help(exporter.make_context("apowacht exporter", [], resilient_parsing=True))


def metrics_table() -> str:
    """Every family that the exporter shows: name, labels, meaning."""
    from apowacht.exporter import names

    told = [
        ("Of every check", names.CHECK_FAMILIES),
        ("Of every site", names.SITE_FAMILIES),
        *((f"check_apo_{check}", families) for check, families in names.by_check().items()),
        ("On /probe only", names.PROBE_FAMILIES),
        ("Of the exporter itself", names.OWN_FAMILIES),
    ]
    parts = []
    for title, families in told:
        parts.append(f"### {title}\n\n| metric | labels | meaning |\n|---|---|---|\n")
        for family in families:
            labels = ", ".join(family.labels)
            meaning = family.help.replace("|", "\\|")
            parts.append(f"| `{family.name}` | {labels} | {meaning} |\n")
        parts.append("\n")
    return "".join(parts)


MADE = {"apowacht exporter --help": exporter_help, "metrics": metrics_table}


def renewed(text: str) -> str:
    """A page with its generated parts as they should be today."""
    for name, make in MADE.items():
        begin = f"<!-- generated: {name} -->\n"
        head, found, rest = text.partition(begin)
        if found:
            made = make().strip("\n")
            fenced = f"```\n{made}\n```" if name.endswith("--help") else made
            text = f"{head}{begin}\n{fenced}\n\n<!-- end -->{rest.partition('<!-- end -->')[2]}"
    return PART.sub(lambda part: f"{part[1]}\n```\n{help_text(part[2])}\n```\n\n{part[4]}", text)


def pages() -> list[Path]:
    """All pages of the documentation."""
    return sorted(FOLDER.glob("*.md"))


if __name__ == "__main__":
    for page in pages():
        page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
