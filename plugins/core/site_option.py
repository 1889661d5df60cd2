"""`--site FILE`: what a site file says of a check, as values behind those of the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apowacht.plugins.core.check import Check
    from apowacht.plugins.sites.one import One

SUFFIXES = (".yaml", ".yml")


def is_site_file(told: object) -> bool:
    """Whether the value of `--site` is a file, and not the bare name of a pharmacy."""
    return isinstance(told, str) and ("/" in told or told.endswith(SUFFIXES))


def read_part(check: Check, told: Mapping[str, Any], lang: str) -> One:
    """The part of a site file that the line (`told`, by the options' names) asks for.

    Raises OwnTrouble for a file, a mistake in this part, or a name that will not do.
    """
    from apowacht.plugins.sites.one import read_one

    return read_one(told["site"], check, told.get("name") or "", lang)


def texts(check: Check, part: One, told: Mapping[str, Any]) -> dict[str, Any]:
    """The file's options by name, still as texts, without those that the line replaces.

    A community that the line has in a file replaces one that stands in the site file.
    """
    known = {word: option for option in check.options for word in option.opts}
    found: dict[str, Any] = {}
    for argument in part.arguments:
        word, _, text = argument.partition("=")
        option, name = known[word], str(known[word].name)
        if f"{name}_file" in told:
            continue
        if option.multiple:
            found.setdefault(name, []).append(text)
        else:
            found[name] = True if option.is_flag else text
    return found
