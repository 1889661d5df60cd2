"""Site files with mistakes: which pharmacies an export has to do without."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from apowacht.plugins.core.secret import read_plain
from apowacht.plugins.sites import yaml_lines
from apowacht.plugins.sites.explain import is_safe_name
from apowacht.plugins.sites.yaml_lines import Broken, Mapping, Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apowacht.plugins.sites.model import Mistake

_HEAD = re.compile(r"^(site|modules)[ \t]*:[ \t]*(.*?)[ \t]*(?:[ \t]#.*)?$", re.MULTILINE)


class Faulty(NamedTuple):
    """The files, without their folders, and the names of the sites that they are about; `sites` is
    None where one does not tell.
    """

    files: tuple[str, ...]
    sites: frozenset[str] | None


def faulty(mistakes: Iterable[Mistake]) -> Faulty:
    """What there are mistakes in; a file of modules keeps no pharmacy out and does not count."""
    heads = {mistake.file: _head(mistake.file) for mistake in mistakes}
    told = {file: head.get("site", "") for file, head in heads.items() if [*head] != ["modules"]}
    known = all(map(is_safe_name, told.values()))
    return Faulty(
        tuple(os.path.basename(file) or file for file in told),
        frozenset(told.values()) if known else None,
    )


def _head(file: str) -> dict[str, str]:
    """`site` and `modules`, what is there of them with the text behind it."""
    try:
        root = yaml_lines.read(file, lambda *_, **__: None)
    except Broken:
        return _head_of_text(file)
    entries = root.entries if isinstance(root, Mapping) else {}
    values = {key: entries[key].value for key in ("site", "modules") if key in entries}
    return {key: one.text if isinstance(one, Text) else "" for key, one in values.items()}


def _head_of_text(file: str) -> dict[str, str]:
    """The same of a file that is no YAML; nothing where it is not told once."""
    try:
        text = read_plain(file, yaml_lines.LARGEST_BYTES).decode("utf-8-sig", "replace")
    except OSError:
        return {}
    found = _HEAD.findall(text)
    told = {key: value.strip("\"'") for key, value in found}
    return told if len(told) == len(found) else {}
