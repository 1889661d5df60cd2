"""The mistakes in the site files, and what each means for what is watched."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from apowacht.plugins.core.secret import mask
from apowacht.plugins.sites.config import modules_of, sites_of, text_of

if TYPE_CHECKING:
    from apowacht.plugins.sites.model import Configuration, Mistake

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


def faulty(told: Configuration, running: Configuration, lang: str) -> tuple[Faulty, ...]:
    """What is wrong in the files as they were read, beside what is watched all the same."""
    read = cache(text_of)
    return tuple(
        Faulty(
            Path(one.file).name,
            one.line,
            _harmless(one, read(one.file)),
            _effect(one.file, read(one.file), told, running),
            lang,
        )
        for one in told.mistakes
    )


def _effect(file: str, text: str, told: Configuration, running: Configuration) -> str:
    sites = running.sites.keys() - told.sites.keys()
    modules = running.modules.keys() - told.modules.keys()
    kept = {running.sites[name].file for name in sites}
    kept |= {running.modules[name].file for name in modules}
    kept |= {str(Path(one).parent) for one in kept}  # a folder that cannot be read keeps them all
    if file in kept or sites & sites_of(text) or modules & modules_of(text):
        return "kept"
    return "unused" if modules_of(text) and not sites_of(text) else "unwatched"


def _harmless(mistake: Mistake, text: str) -> str:
    """The mistake without folders of this computer, and without what may be a secret."""
    lines = text.splitlines()
    line = lines[mistake.line - 1] if 0 < mistake.line <= len(lines) else ""
    told = mistake.text.replace(f"{Path(mistake.file).parent}/", "")
    return mask(told, [value.strip("\"'!&*") for value in _SECRET.findall(line)])
