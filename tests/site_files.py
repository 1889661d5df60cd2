"""Site files for tests, written from the options that a command line would have."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from apowacht.plugins.core import cli
from apowacht.plugins.core.limits import option_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from apowacht.plugins.core.check import Check

CONTACTS = {
    "power": {"who": "Elektro Nordlicht", "phone": "040 555 0101"},
    "network": {"who": "Hafen-IT", "phone": "040 555 0102", "note": "werktags 8 bis 18 Uhr"},
    "access": {"who": "Muster-IT", "phone": "040 555 0103", "contract": "K-2026-0815"},
    "service": {"who": "Softwarehaus", "phone": "040 555 0104"},
}


def entries(check: Check, arguments: Sequence[str]) -> dict[str, Any]:
    """A command line's options as keys of a site file."""
    command = cli.command(check)
    told, rest, _ = command.make_parser(click.Context(command)).parse_args(list(arguments))
    assert rest == []
    named = {str(option.name): option for option in check.options}
    return {option_name(named[name]).lstrip("-"): value for name, value in told.items()}


def write(
    folder: Path,
    *checks: dict[str, Any],
    site: str = "muster",
    contacts: dict[str, dict[str, str]] | None = None,
    **more: Any,
) -> str:
    """A site file with these checks, if any, and further keys; JSON is YAML."""
    told: dict[str, Any] = {"site": site, **more}
    if checks:
        told["checks"] = checks
    if contacts is not None:
        told["contacts"] = contacts
    folder.mkdir(exist_ok=True)
    file = folder / "apotheke.yaml"
    file.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    return str(file)


def write_one(folder: Path, check: Check, arguments: Sequence[str], **more: Any) -> str:
    """A site file with one check, asked as this command line would ask."""
    return write(folder, {"check": check.name, **entries(check, arguments)}, **more)
