"""The plugins' options as a monitoring server is told them, from the click options themselves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from apowacht.plugins.core.limits import option_name

if TYPE_CHECKING:
    import click

    from apowacht.plugins.core.check import Check

NOT_FOR_SERVERS = frozenset(
    (
        "help",
        "list-providers",
        "now",
        "output",
        "record",
        "replay",
        "service",
        "verbose",
        "version",
    )
)
"""Options for a person at a shell, or for other servers' formats."""

_VARIABLE = re.compile(r"environment (APOWACHT_[A-Z0-9_]+)")
# Whose value everybody may set by `--lang` as well.
_NO_SECRETS = frozenset({"APOWACHT_LANG", "APOWACHT_STATE_DIR"})
COMMUNITY = "community"


class Told(NamedTuple):
    """One option: its long name without dashes, its help, and how it is given.

    `variable` is the environment variable that holds the secret which the option's file would
    hold; `by_environment` is set where the option itself is given by it, to be seen by nobody.
    """

    name: str
    help: str
    flag: bool
    multiple: bool
    variable: str | None = None
    by_environment: bool = False

    @property
    def key(self) -> str:
        """The name as variables are named."""
        return self.name.replace("-", "_")

    @property
    def secret_key(self) -> str:
        """The name of the secret itself, where the option is its file."""
        return self.key.removesuffix("_file")


def told_options(check: Check) -> tuple[Told, ...]:
    """The options of a check that a server may give, in the order of its help."""
    found = [_told(option) for option in check.options]
    variables = {one.secret_key: one.variable for one in found if one.variable}
    return tuple(
        one._replace(variable=variables[one.key], by_environment=True)
        if one.name == COMMUNITY and one.key in variables
        else one
        for one in found
        if one.name not in NOT_FOR_SERVERS
    )


def _told(option: click.Option) -> Told:
    name = option_name(option).lstrip("-")
    text = " ".join((option.help or "").split())
    match = _VARIABLE.search(text)
    variable = match[1] if match and match[1] not in _NO_SECRETS else None
    flag = bool(option.is_flag) or bool(option.count)
    return Told(name, _with_default(option, text), flag, bool(option.multiple), variable)


def _with_default(option: click.Option, text: str) -> str:
    """The help, with the default that click would add to it."""
    if not option.show_default or option.default is None or "[default:" in text:
        return text
    default = option.default
    shown = ", ".join(map(str, default)) if isinstance(default, list | tuple) else str(default)
    return f"{text} [default: {shown}]" if shown else text
