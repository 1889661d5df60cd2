"""Renew the generated parts of the documentation: `python docs/generate.py`.

A part stands between `<!-- generated: WORDS -->` and `<!-- end -->`. The words are
`COMMAND --help`, `metrics` for the table of all of the exporter's metrics, or a part of a check and
its name, such as `perfdata ups` (see `parts.py`).
"""

from __future__ import annotations

import re
from pathlib import Path

import click
import parts

from apowacht.plugins.core.cli import command
from apowacht.plugins.core.listing import all_checks

FOLDER = Path(__file__).resolve().parent
PART = re.compile(r"(<!-- generated: ([a-z0-9_ -]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def help_text(name: str) -> str:
    """What `check_apo_<name> --help` or `apowacht WORD... --help` prints."""
    if name.startswith("apowacht "):
        return suite_help(name.split()[1:])
    check = next(check for check in all_checks() if f"check_apo_{check.name}" == name)
    told = command(check)
    return told.get_help(told.make_context(name, [], resilient_parsing=True))


def suite_help(words: list[str]) -> str:
    """What `apowacht WORD... --help` prints, from its usage line on."""
    from apowacht.plugins.core.suite import main

    told: click.Command = main
    context = click.Context(main, info_name="apowacht", **main.context_settings)
    for word in words:
        assert isinstance(told, click.Group)  # noqa: S101 - for the type checker
        found = told.get_command(context, word)
        if found is None:
            raise ValueError(f"there is no command apowacht {' '.join(words)}")
        told = found
        context = told.make_context(word, [], parent=context, resilient_parsing=True)
    return told.get_help(context)


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


def part(words: str) -> str:
    """What stands in the part of that name. Raises KeyError or StopIteration for an unknown one."""
    if words.endswith(" --help"):
        return f"```\n{help_text(words.removesuffix(' --help'))}\n```"
    if words == "metrics":
        return metrics_table().strip("\n")
    kind, _, check = words.partition(" ")
    return parts.MADE[kind](check).strip("\n")


def renewed(text: str) -> str:
    """A page with its generated parts as they should be today."""
    return PART.sub(lambda found: f"{found[1]}\n{part(found[2])}\n\n{found[4]}", text)


def pages() -> list[Path]:
    """All pages of the documentation."""
    return sorted(FOLDER.glob("*.md"))


if __name__ == "__main__":
    for page in pages():
        page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
