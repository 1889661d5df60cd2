"""Writes the manual pages, in section 1, from the commands themselves: `manual.py FOLDER`."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import surface

from apowacht.plugins.core.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable

STATES = (
    ("0", "OK"),
    ("1", "WARNING"),
    ("2", "CRITICAL"),
    ("3", "UNKNOWN; also for \\-\\-help, \\-\\-version and every mistake on the command line"),
)
FILES = (
    ("/etc/apowacht/checks.d/*.yaml", "A file for each site: what is watched there, and how."),
    ("/etc/apowacht/secrets", "A place for passwords and keys, readable for the group apowacht."),
    ("/var/lib/apowacht", "What the checks remember between two runs, shared by that group."),
)
VARIABLES = (
    ("APOWACHT_LANG", "Language of the answers: de or en."),
    ("APOWACHT_STATE_DIR", "Another folder for what the checks remember."),
)


def main() -> None:
    """Write a page for each command into the folder that is named on the command line."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, command in surface.checks().items():
        (folder / f"{name}.1").write_text(page_of_check(name, command), encoding="utf-8")
    (folder / "apowacht.1").write_text(page_of_suite(), encoding="utf-8")


def page_of_check(name: str, command: click.Command) -> str:
    """One plugin's page; the first line of its help is the question it answers."""
    context = click.Context(command, info_name=name)
    question, _, rest = (command.help or "").strip().partition("\n")
    lines = [*head(name, question.rstrip("?")), ".SH SYNOPSIS"]
    lines += [f".B {roff(name)}", ".RI [ OPTION ]..."]
    lines += [".SH DESCRIPTION", roff(question), *paragraphs(rest)]
    lines += [".SH OPTIONS", *options(command, context)]
    lines += [".SH EXIT STATUS", *tagged(STATES, ready=True)]
    return ending([*lines, *common()], "apowacht")


def page_of_suite() -> str:
    """The page of `apowacht` with all its sub-commands."""
    parts = list(surface.tree())
    context, command = parts[0]
    lines = [*head("apowacht", (command.help or "").rstrip(".")), ".SH SYNOPSIS"]
    lines += [".B apowacht", ".IR COMMAND", ".RI [ OPTION ]..."]
    lines += [".SH DESCRIPTION", *paragraphs(command.help or ""), *options(command, context)]
    lines += [".SH COMMANDS"]
    for context, command in parts[1:]:
        lines += [f".SS {roff(context.command_path)}", *paragraphs(command.help or "")]
        lines += options(command, context)
    return ending([*lines, *common()], *surface.checks())


def head(name: str, what: str) -> list[str]:
    """Title and NAME; the date is that of the release, so that two builds are alike."""
    seconds = int(os.environ.get("SOURCE_DATE_EPOCH", "0")) or datetime.now(UTC).timestamp()
    date = datetime.fromtimestamp(seconds, UTC).date()
    title = f'.TH {name.upper()} 1 "{date}" "apowacht {VERSION}" "apowacht"'
    return [title, ".nh", ".ad l", ".SH NAME", f"{roff(name)} \\- {roff(what)}"]


def common() -> list[str]:
    """What every page says about the surroundings."""
    return [".SH ENVIRONMENT", *tagged(VARIABLES), ".SH FILES", *tagged(FILES)]


def ending(lines: list[str], *also: str) -> str:
    """The whole page, with its last section."""
    pages = [f".BR {roff(name)} (1)," for name in also]
    pages[-1] = pages[-1].rstrip(",")
    return "\n".join([*lines, ".SH SEE ALSO", *pages, ".PP", "/usr/share/doc/apowacht/", ""])


def options(command: click.Command, context: click.Context) -> list[str]:
    """The options as tagged paragraphs, in the order of the help text."""
    records = [one.get_help_record(context) for one in surface.options(command, context)]
    return tagged(record for record in records if record)


def tagged(rows: Iterable[tuple[str, str]], *, ready: bool = False) -> list[str]:
    """Paragraphs with a bold tag each; `ready` texts are roff already."""
    lines = []
    for tag, text in rows:
        lines += [".TP", f".B {roff(tag)}", text if ready else roff(" ".join(text.split()))]
    return lines


def paragraphs(text: str) -> list[str]:
    """Running text; empty lines divide paragraphs, \\b keeps the lines of one as they are."""
    lines = []
    for paragraph in text.strip().split("\n\n"):
        if paragraph.lstrip().startswith("\b"):
            kept = [roff(line) for line in paragraph.lstrip().splitlines()[1:]]
            lines += [".PP", ".nf", *kept, ".fi"]
        elif paragraph.strip():
            lines += [".PP", roff(" ".join(paragraph.split()))]
    return lines


def roff(text: str) -> str:
    """Text in which nothing is taken for an instruction, and a hyphen can be copied."""
    plain = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    for sign in "|/,":  # where a line may be broken
        plain = plain.replace(sign, f"{sign}\\:")
    return f"\\&{plain}" if plain[:1] in (".", "'") else plain


if __name__ == "__main__":
    main()
