"""The lists of a site file that are no options by themselves: terminals, lines, conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apowacht.plugins.core.alias import parse_aliases
from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.sites.fields import Fields
from apowacht.plugins.sites.yaml_lines import Entry, Listing, Mapping, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apowacht.plugins.sites.mistakes import Notes
    from apowacht.plugins.sites.yaml_lines import Node

TERMINAL_KEYS = ("name", "terminal", "hostname", "smcb", "reserve")
LINE_KEYS = ("source", "interface", "gateway", "target", "via", "tech", "provider", "egress")
ACCEPTED_KEYS = ("condition", "reason", "date")


class Terminal(NamedTuple):
    """A card terminal: `name` is the pharmacy's, `device` the terminal's own name."""

    name: str
    line: int
    device: str | None = None
    host: str | None = None
    host_line: int = 0
    smcb: bool = False
    reserve: bool = False


def texts(told: Iterable[tuple[str, int]]) -> Entry | None:
    """Several values of an option with their lines; None when there are none."""
    items = tuple(Text(text, line) for text, line in told)
    return Entry(items[0].line, Listing(items, items[0].line)) if items else None


def joined(first: Entry, more: Entry) -> Entry:
    """The values of both."""
    return Entry(first.line, Listing((*_items(first.value), *_items(more.value)), first.line))


def _items(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, Listing) else (node,)


def terminals(nodes: Iterable[Node], notes: Notes) -> tuple[Terminal, ...]:
    """The terminals that are told apart; what is wrong with one is noted."""
    found: list[Terminal] = []
    seen = Seen(notes)
    for fields in _mappings("terminals", nodes, TERMINAL_KEYS, notes):
        name, device = fields.text("name", required=True), fields.text("terminal")
        host = fields.text("hostname")
        smcb, reserve = fields.switch("smcb"), fields.switch("reserve")
        if name is None or not seen.first("name", name, fields.at("name")):
            continue
        if device is not None and not seen.first("terminal", device, fields.at("terminal")):
            continue
        if not _is_alias(name):
            notes(fields.at("name"), "bad_alias", key="name", text=name)
            continue
        if not (reserve or {"terminal", "hostname"} & fields.entries.keys()):
            notes(fields.at("name"), "terminal_unknown", text=name)
        line = fields.at("name")
        found.append(Terminal(name, line, device, host, fields.at("hostname"), smcb, reserve))
    return tuple(found)


def _is_alias(name: str) -> bool:
    """Whether a device can be called so."""
    try:
        return parse_aliases([f"{name}=device"]) == {"device": name}
    except OwnTrouble:
        return False


def accepted(nodes: Iterable[Node], notes: Notes) -> Entry | None:
    """The conditions that are known and accepted, each for a reason and since a day."""
    from apowacht.plugins.core.conditions import acceptable, spelt
    from apowacht.plugins.core.limits import DayType

    names: list[tuple[str, int]] = []
    seen = Seen(notes)
    for fields in _mappings("accepted", nodes, ACCEPTED_KEYS, notes):
        told, _ = fields.text("condition", required=True), fields.text("reason", required=True)
        day = fields.text("date", required=True)
        try:
            if day is not None:
                DayType().convert(day, None, None)
        except OwnTrouble:
            notes(fields.at("date"), "bad_day", key="date", text=day)
        try:
            name = told and acceptable(spelt(told, "condition"), "condition")
        except OwnTrouble as trouble:
            notes.trouble(fields.at("condition"), trouble)
            continue
        if name and seen.first("condition", name, fields.at("condition")):
            names.append((name, fields.at("condition")))
    return texts(names)


def line_texts(nodes: Iterable[Node], notes: Notes) -> tuple[Text, ...]:
    """The lines as values of `--line`: NAME,KEY=VALUE and so on."""
    from apowacht.plugins.read.uplink_lines import parse_lines

    found: list[Text] = []
    good = True
    for fields in _mappings("lines", nodes, ("name", *LINE_KEYS), notes):
        text = _line_text(fields)
        if text is None:
            good = False
        else:
            good = _is_good([text], fields.line, notes) and good
            found.append(Text(text, fields.line))
    if good and found:
        try:
            parse_lines([one.text for one in found])
        except OwnTrouble as trouble:  # one of them beside the others
            name = str(trouble.values.get("name", ""))
            at = [one.line for one in found if _same_line(one.text, name)]
            notes.trouble(at[-1] if at else found[0].line, trouble)
    return tuple(found)


def _same_line(text: str, name: str) -> bool:
    return text.partition(",")[0].casefold() == name.casefold()


def _line_text(fields: Fields) -> str | None:
    name = fields.text("name", required=True)
    parts = [name or ""]
    told = ((key, text) for key in LINE_KEYS for text in fields.texts(key))
    for key, (text, line) in [*told, ("name", (name or "", fields.at("name")))]:
        if "," in text:
            fields.notes(line, "comma", key=key, text=text)
            return None
        if key != "name":
            parts.append(f"{key}={text}")
    return ",".join(parts) if name else None


def _is_good(told: list[str], line: int, notes: Notes) -> bool:
    from apowacht.plugins.read.uplink_lines import parse_lines

    try:
        parse_lines(told)
    except OwnTrouble as trouble:
        notes.trouble(line, trouble)
        return False
    return True


def _mappings(
    key: str, nodes: Iterable[Node], keys: Iterable[str], notes: Notes
) -> Iterator[Fields]:
    """Each item of a list that has to have keys."""
    known = tuple(keys)
    for node in nodes:
        if isinstance(node, Mapping):
            yield Fields(node, known, notes)
        else:
            notes(node.line, "want_mapping", key=key)


class Seen:
    """Values that may stand in a list once."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._lines: dict[tuple[str, str], int] = {}

    def first(self, key: str, text: str, line: int) -> bool:
        """Whether this is the first of its kind; a second one is noted."""
        if (key, text) in self._lines:
            self._notes(line, "value_twice", key=key, text=text, first=self._lines[key, text])
            return False
        self._lines[key, text] = line
        return True
