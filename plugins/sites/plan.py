"""Which checks a site file asks for, before any of their options is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apowacht.plugins.sites.explain import LONGEST_NAME
from apowacht.plugins.sites.fields import read_text
from apowacht.plugins.sites.yaml_lines import Mapping, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apowacht.plugins.sites.mistakes import Notes
    from apowacht.plugins.sites.yaml_lines import Entry, Node

CHECK_KEYS = ("check", "name", "interval")
ENTRY_KEYS = (*CHECK_KEYS, "off")
"""What an entry of `checks` has beside its options."""


class Planned(NamedTuple):
    """One check that a file asks for: the options are still the file's keys and values.

    `check` is the word as it stands there, without `check_apo_`, and `check_line` its line;
    `line` is where the check as a whole stands.
    """

    check: str
    name: str
    line: int
    check_line: int
    options: dict[str, Entry]
    interval: Entry | None = None


def told(nodes: Iterable[Node], notes: Notes, only: str | None = None) -> Iterator[Planned]:
    """The checks of a list; with `only` those of one check, whatever the others look like."""
    for node in nodes:
        if only is not None and _word(node) != only:
            continue
        if isinstance(node, Mapping):
            plan = read_plan(node, notes)
            if plan is not None:
                yield plan
        else:
            notes(node.line, "want_mapping", key="checks")


def _word(node: Node) -> str | None:
    entry = node.entries.get("check") if isinstance(node, Mapping) else None
    value = entry.value if entry is not None else None
    return value.text.strip().removeprefix("check_apo_") if isinstance(value, Text) else None


def read_plan(node: Mapping, notes: Notes) -> Planned | None:
    """The check that a mapping with a key `check` describes; None, noted, without one."""
    entry = node.entries.get("check")
    if entry is None:
        notes(node.line, "missing_key", key="check")
        return None
    text = read_text("check", entry.line, entry.value, notes)
    if text is None:
        return None
    check = text.removeprefix("check_apo_")
    options = {key: one for key, one in node.entries.items() if key not in CHECK_KEYS}
    name = check_name(node, check, notes)
    return Planned(check, name, node.line, entry.line, options, node.entries.get("interval"))


def check_name(node: Mapping, check: str, notes: Notes) -> str:
    """The name that an entry gives its check, else the check's own."""
    entry = node.entries.get("name")
    if entry is None:
        return check
    text = read_text("name", entry.line, entry.value, notes)
    if text and (len(text) > LONGEST_NAME or any(sign in text for sign in '/|"\\')):
        notes(entry.line, "bad_check_name", key="name", text=text)
    return text or check
