"""XML from devices as a small tree: no DTD, no entities, bounded in size, depth and number.

Names are read without their namespace: vendors choose their own prefixes, and some leave the
namespaces out. That also keeps a long namespace from being copied into every name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.parsers import expat

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMIT_BYTES = 16 * 1024 * 1024
LIMIT_ELEMENTS = 100_000
LIMIT_DEPTH = 64

# What expat decodes itself, and the one-byte encodings that devices are known to declare.
_ENCODINGS = frozenset(
    {"utf-8", "utf8", "utf-16", "us-ascii", "ascii", "iso-8859-1", "iso-8859-15", "windows-1252"}
)


class XmlError(ValueError):
    """No XML that is read here; its text is one word: size, doctype, encoding, depth, syntax."""


class Node:
    """One element: `name` without prefix, `attributes` by name without prefix, `children`."""

    __slots__ = ("attributes", "children", "name", "pieces")

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.children: list[Node] = []
        self.pieces: list[str] = []  # joined late: adding to a long text copies it each time

    @property
    def text(self) -> str:
        """The element's own text without the white space around it."""
        return "".join(self.pieces).strip()

    def find(self, *names: str) -> Node | None:
        """The first child of that name, then its first child of the next name, and so on."""
        node: Node | None = self
        for name in names:
            if node is None:
                return None
            node = next((child for child in node.children if child.name == name), None)
        return node

    def value(self, *names: str) -> str | None:
        """The text below that path; None when the element is absent or empty."""
        node = self.find(*names)
        return (node.text or None) if node is not None else None

    def all(self, name: str) -> Iterator[Node]:
        """Every element of that name below this one, in the order of the document."""
        for child in self.children:
            if child.name == name:
                yield child
            yield from child.all(name)


class _Builder:
    """What expat reports, put together; the first thing that is not allowed ends the parse."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self._open: list[Node] = []
        self._elements = 0

    def declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        # Python would look any other name up among its codecs.
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            raise XmlError("encoding")

    def doctype(self, *_: object) -> None:
        raise XmlError("doctype")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        if self._elements > LIMIT_ELEMENTS:
            raise XmlError("size")
        if len(self._open) >= LIMIT_DEPTH:
            raise XmlError("depth")
        node = Node(_local(name), {_local(key): value for key, value in attributes.items()})
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    def end(self, _: str) -> None:
        self._open.pop()

    def characters(self, text: str) -> None:
        self._open[-1].pieces.append(text)


def parse(data: bytes) -> Node:
    """The root element. Raises XmlError."""
    if len(data) > LIMIT_BYTES:
        raise XmlError("size")
    builder = _Builder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.XmlDeclHandler = builder.declaration
    parser.StartDoctypeDeclHandler = builder.doctype
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    try:
        parser.Parse(data.lstrip(b" \t\r\n"), True)
    except XmlError:
        raise
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise XmlError("syntax") from error
    if builder.root is None:
        raise XmlError("syntax")
    return builder.root


def _local(name: str) -> str:
    return name.rpartition(":")[2]
