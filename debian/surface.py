"""Every command of the package with its click command, for the manual pages and the completion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from apowacht.plugins.core import cli
from apowacht.plugins.core.listing import all_checks
from apowacht.plugins.core.suite import main as suite

if TYPE_CHECKING:
    from collections.abc import Iterator


def checks() -> dict[str, click.Command]:
    """The plugins by the names of their commands."""
    return {f"check_apo_{check.name}": cli.command(check) for check in all_checks()}


def tree(
    name: str = "apowacht", command: click.Command = suite, parent: click.Context | None = None
) -> Iterator[tuple[click.Context, click.Command]]:
    """`apowacht` and all its sub-commands, each with the context that knows its whole name."""
    context = click.Context(command, info_name=name, parent=parent, **command.context_settings)
    yield context, command
    if isinstance(command, click.Group):
        for word in command.list_commands(context):
            found = command.get_command(context, word)
            if found is not None and not found.hidden:
                yield from tree(word, found, context)


def options(command: click.Command, context: click.Context) -> list[click.Option]:
    """The options that a user may give, help among them."""
    found = [one for one in command.get_params(context) if isinstance(one, click.Option)]
    return [one for one in found if not one.hidden]
