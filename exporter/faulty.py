"""The mistakes in the site files, and what each means for what is watched."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from apowacht.plugins.core.secret import mask, read_plain
from apowacht.plugins.sites.yaml_lines import LARGEST_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apowacht.plugins.sites.model import Configuration, Mistake

_HEAD = re.compile(r"^(site|modules)\s*:", re.MULTILINE)
_SECRET = re.compile(r"[\w-]*(?:password|secret|community|key)[\w-]*\s*:\s*([^\s,}\]]+)", re.I)
"""A value that a page, which more people read than the file, does not show."""


class Faulty(NamedTuple):
    """One mistake as people are told of it: `file` without its folder, `line` 0 where none is
    meant, `text` in the language `lang`.

    `effect` is `kept` where the version before holds, `unwatched` where a pharmacy is therefore
    not watched, `unused` where no pharmacy stands in the file.
    """

    file: str
    line: int
    text: str
    effect: str
    lang: str


def faulty(mistakes: Iterable[Mistake], running: Configuration, lang: str) -> tuple[Faulty, ...]:
    """What is wrong, beside what is watched all the same."""
    used = {site.file for site in running.sites.values()}
    used |= {module.file for module in running.modules.values()}
    used |= {str(Path(file).parent) for file in used}  # a folder that cannot be read keeps them all
    read = cache(_read)
    return tuple(
        Faulty(
            Path(one.file).name,
            one.line,
            _harmless(one, read(one.file)),
            "kept" if one.file in used else _without(read(one.file)),
            lang,
        )
        for one in mistakes
    )


def _read(file: str) -> str:
    try:
        return read_plain(file, LARGEST_BYTES).decode("utf-8", "replace")
    except OSError:
        return ""


def _without(text: str) -> str:
    """What is amiss without this file: a pharmacy, unless it holds modules."""
    return "unused" if set(_HEAD.findall(text)) == {"modules"} else "unwatched"


def _harmless(mistake: Mistake, text: str) -> str:
    """The mistake without folders of this computer, and without what may be a secret."""
    lines = text.splitlines()
    line = lines[mistake.line - 1] if 0 < mistake.line <= len(lines) else ""
    told = mistake.text.replace(f"{Path(mistake.file).parent}/", "")
    return mask(told, [value.strip("\"'!&*") for value in _SECRET.findall(line)])
