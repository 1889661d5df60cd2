"""YAML with a line number at every key and value, and with bounds that no file can break.

Scalars stay the text that stands in the file; their readers decide what `161` or `yes` means.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from apowacht.plugins.core.secret import read_plain

if TYPE_CHECKING:
    from collections.abc import Iterator

# libyaml's parser is written in C and ten times as fast; PyYAML may be built without it.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

LARGEST_BYTES = 1024 * 1024
MOST_NODES = 50_000
DEEPEST = 20

Complain = Callable[..., None]
"""`complain(line, kind, **values)` notes a mistake; the kinds stand in `mistakes`."""


class Broken(Exception):
    """The file as a whole cannot be used; `kind` and `values` as for a mistake."""

    def __init__(self, line: int, kind: str, **values: object) -> None:
        super().__init__(line, kind, values)
        self.line = line
        self.kind = kind
        self.values = values


class Text(NamedTuple):
    """A scalar as it is written. `kind` is text, bool, null, number or time: what YAML sees in it.

    Whatever is quoted is text.
    """

    text: str
    line: int
    kind: str = "text"

    @property
    def empty(self) -> bool:
        """Whether there is no value at all (`key:` or `key: null`)."""
        return self.kind == "null"


class Listing(NamedTuple):
    """A sequence."""

    items: tuple[Node, ...]
    line: int


class Entry(NamedTuple):
    """A key's line and its value."""

    line: int
    value: Node


class Mapping(NamedTuple):
    """A mapping; of a key that is there twice the first one, because the second is a mistake."""

    entries: dict[str, Entry]
    line: int


Node = Text | Listing | Mapping

_KINDS = {
    "tag:yaml.org,2002:str": "text",
    "tag:yaml.org,2002:bool": "bool",
    "tag:yaml.org,2002:null": "null",
    "tag:yaml.org,2002:int": "number",
    "tag:yaml.org,2002:float": "number",
    "tag:yaml.org,2002:timestamp": "time",
    "tag:yaml.org,2002:value": "text",
}
_MERGE = "tag:yaml.org,2002:merge"
_PLAIN = {"tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"}


def read(file: str, complain: Complain) -> Node | None:
    """The document in a file; None when there is nothing but comments.

    Duplicate keys and foreign tags are complained about. Raises Broken for what is no YAML, not
    UTF-8, not a regular readable file, or beyond the bounds.
    """
    try:
        blob = read_plain(file, LARGEST_BYTES)
    except OSError as error:
        detail = os.strerror(error.errno) if error.errno else str(error)
        raise Broken(0, "unreadable", detail=detail) from None
    return parse(blob, complain)


def parse(blob: bytes, complain: Complain) -> Node | None:
    """As `read`, of bytes."""
    try:
        text = blob.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Broken(_line_at(blob, error.start), "not_utf8") from None
    try:
        node = yaml.compose(text, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        raise _syntax(error, text) from None
    except yaml.reader.ReaderError as error:
        line = _line_at(text.encode(), int(error.position))
        raise Broken(line, "yaml_control") from None
    except RecursionError:
        raise Broken(0, "yaml_deep", most=DEEPEST) from None
    read_node = None if node is None else _Reader(complain).node(node, 0)
    return None if isinstance(read_node, Text) and read_node.empty else read_node


def _line_at(blob: bytes, position: int) -> int:
    return blob.count(b"\n", 0, position) + 1


def _syntax(error: yaml.MarkedYAMLError, text: str) -> Broken:
    problem = str(error.problem or error)
    mark = error.problem_mark or error.context_mark
    if "nesting depth" in problem:
        return Broken(0, "yaml_deep", most=DEEPEST)
    if "end of stream" in problem and error.context_mark is not None:
        mark = error.context_mark  # what is not closed began there
    line = mark.line if mark is not None else -1
    lines = text.splitlines()
    if "tab character" in problem:
        return Broken(line + 1, "yaml_tab")
    if "cannot start any token" in problem and 0 <= line < len(lines):
        indent = lines[line][: len(lines[line]) - len(lines[line].lstrip())]
        if "\t" in indent:
            return Broken(line + 1, "yaml_tab")
    if "another document" in problem:
        return Broken(line + 1, "yaml_documents")
    if "undefined alias" in problem:
        return Broken(line + 1, "yaml_alias")
    return Broken(line + 1, "yaml_syntax", detail=problem)


class _Reader:
    """PyYAML's nodes as ours, counting, because aliases make a small file endless."""

    def __init__(self, complain: Complain) -> None:
        self._complain = complain
        self._left = MOST_NODES

    def node(self, node: yaml.Node, depth: int) -> Node:
        line = node.start_mark.line + 1
        self._left -= 1
        if self._left < 0:
            raise Broken(line, "yaml_many", most=MOST_NODES)
        if depth > DEEPEST:
            raise Broken(line, "yaml_deep", most=DEEPEST)
        tag = node.tag
        if isinstance(node, yaml.ScalarNode):
            kind = _KINDS.get(tag)
            if kind is None:
                if tag != _MERGE:
                    self._complain(line, "yaml_tag", tag=_shown(tag))
                kind = "text"
            return Text(node.value, line, kind)
        if tag not in _PLAIN:
            self._complain(line, "yaml_tag", tag=_shown(tag))
        if isinstance(node, yaml.SequenceNode):
            return Listing(tuple(self.node(item, depth + 1) for item in node.value), line)
        return Mapping(self._entries(node, depth), line)

    def _entries(self, node: yaml.Node, depth: int) -> dict[str, Entry]:
        """The entries of a mapping; what is merged in comes after its own and yields to them."""
        entries: dict[str, Entry] = {}
        merged: list[Mapping] = []
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self._complain(line, "yaml_key")
                continue
            if key.tag == _MERGE:
                merged += self._merged(value, depth)
                continue
            name = str(key.value)
            if name in entries:
                self._complain(line, "key_twice", key=name, first=entries[name].line)
                continue
            entries[name] = Entry(line, self.node(value, depth + 1))
        for mapping in merged:
            for name, entry in mapping.entries.items():
                entries.setdefault(name, entry)
        return entries

    def _merged(self, value: yaml.Node, depth: int) -> Iterator[Mapping]:
        parts = value.value if isinstance(value, yaml.SequenceNode) else [value]
        for part in parts:
            if isinstance(part, yaml.MappingNode):
                mapping = self.node(part, depth + 1)
                assert isinstance(mapping, Mapping)  # noqa: S101 - for the type checker
                yield mapping
            else:
                self._complain(value.start_mark.line + 1, "yaml_merge")


def _shown(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")
