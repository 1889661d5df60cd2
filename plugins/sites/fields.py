"""Reading one key after the other out of a file's mapping, with a mistake for what does not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apowacht.plugins.sites.explain import nearest
from apowacht.plugins.sites.yaml_lines import Listing, Mapping, Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apowacht.plugins.sites.mistakes import Notes
    from apowacht.plugins.sites.yaml_lines import Entry, Node

LONGEST_TEXT = 300


class Fields:
    """A mapping whose keys must be among `keys`; unknown ones are noted with the nearest."""

    def __init__(self, mapping: Mapping, keys: Iterable[str], notes: Notes) -> None:
        self.entries = mapping.entries
        self.line = mapping.line
        self.notes = notes
        known = tuple(keys)
        for key, entry in mapping.entries.items():
            if key not in known:
                notes(entry.line, "unknown_key", key=key, near=nearest(key, known))

    def silent(self) -> Fields:
        """The same keys, with the mistakes going nowhere."""
        notes = type(self.notes)(self.notes.file, self.notes.lang)
        return Fields(Mapping(self.entries, self.line), self.entries, notes)

    def at(self, key: str) -> int:
        """The line of a key, or of the mapping when it is not there."""
        return self.entries[key].line if key in self.entries else self.line

    def text(self, key: str, *, required: bool = False) -> str | None:
        """The text of a scalar; None when it is missing or no text."""
        entry = self.entries.get(key)
        if entry is None:
            if required:
                self.notes(self.line, "missing_key", key=key)
            return None
        return read_text(key, entry.line, entry.value, self.notes)

    def listing(self, key: str) -> tuple[Node, ...]:
        """The items of a list; () when there is none."""
        entry = self.entries.get(key)
        if entry is None:
            return ()
        if isinstance(entry.value, Listing):
            return entry.value.items
        return self._unfit(key, entry, "want_list")

    def items(self, key: str) -> tuple[Node, ...]:
        """As `listing`, of a list that must not be empty."""
        nodes = self.listing(key)
        entry = self.entries.get(key)
        if entry is not None and isinstance(entry.value, Listing) and not nodes:
            self.notes(entry.line, "empty_list", key=key)
        return nodes

    def mapping(self, key: str) -> Mapping | None:
        """The mapping below a key; None when there is none."""
        entry = self.entries.get(key)
        if entry is None:
            return None
        if isinstance(entry.value, Mapping):
            return entry.value
        self._unfit(key, entry, "want_mapping")
        return None

    def switch(self, key: str) -> bool:
        """Whether a switch is on; off when it is missing."""
        entry = self.entries.get(key)
        return entry is not None and bool(read_switch(key, entry.value, self.notes))

    def texts(self, key: str) -> tuple[tuple[str, int], ...]:
        """The texts of a list, or of a single scalar, with their lines."""
        entry = self.entries.get(key)
        if entry is None:
            return ()
        items = entry.value.items if isinstance(entry.value, Listing) else (entry.value,)
        if not items:
            self.notes(entry.line, "empty_list", key=key)
        read = ((read_text(key, item.line, item, self.notes), item.line) for item in items)
        return tuple((text, line) for text, line in read if text is not None)

    def _unfit(self, key: str, entry: Entry, kind: str) -> tuple[()]:
        empty = isinstance(entry.value, Text) and entry.value.empty
        self.notes(entry.line, "no_value" if empty else kind, key=key)
        return ()


def read_text(key: str, line: int, node: Node, notes: Notes) -> str | None:
    """A scalar of one printable line; None, noted, for anything else."""
    if not isinstance(node, Text):
        notes(line, "want_text", key=key)
    elif node.empty or not node.text.strip():
        notes(line, "no_value", key=key)
    elif len(node.text) > LONGEST_TEXT:
        notes(line, "too_long", key=key, most=LONGEST_TEXT)
    elif not node.text.isprintable():
        notes(line, "control_character", key=key)
    else:
        return node.text.strip()
    return None


def read_switch(key: str, value: Node, notes: Notes) -> bool | None:
    """On or off; None, noted, for anything else."""
    text = value.text.casefold() if isinstance(value, Text) and value.kind == "bool" else ""
    if text in ("true", "yes", "on"):
        return True
    if text in ("false", "no", "off"):
        return False
    notes(value.line, "want_bool", key=key)
    return None
