"""XML as Konnektors write it, each vendor with prefixes of its own; and the requests they read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Mapping

NAMESPACES = {
    "S": "http://schemas.xmlsoap.org/soap/envelope/",
    "EVT": "http://ws.gematik.de/conn/EventService/v7.2",
    "CARD": "http://ws.gematik.de/conn/CardService/v8.1",
    "CARD82": "http://ws.gematik.de/conn/CardService/v8.2",
    "CERT": "http://ws.gematik.de/conn/CertificateService/v6.0",
    "CTS": "http://ws.gematik.de/conn/CardTerminalService/v1.1",
    "CERTCMN": "http://ws.gematik.de/conn/CertificateServiceCommon/v2.0",
    "CONN": "http://ws.gematik.de/conn/ConnectorCommon/v5.0",
    "CCTX": "http://ws.gematik.de/conn/ConnectorContext/v2.0",
    "CARDCMN": "http://ws.gematik.de/conn/CardServiceCommon/v2.0",
    "CT": "http://ws.gematik.de/conn/CardTerminalInfo/v8.0",
    "PI": "http://ws.gematik.de/int/version/ProductInformation/v1.1",
    "SD": "http://ws.gematik.de/conn/ServiceDirectory/v3.1",
    "SI": "http://ws.gematik.de/conn/ServiceInformation/v2.0",
    "GERROR": "http://ws.gematik.de/tel/error/v2.0",
}
_KEYS = {uri: key for key, uri in NAMESPACES.items()}
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
LARGEST_REQUEST_BYTES = 1024 * 1024


class Element(NamedTuple):
    """`name` is a key of NAMESPACES, a colon and the local name; without a key in no namespace."""

    name: str
    content: str | tuple[Element, ...] = ""
    attributes: tuple[tuple[str, str], ...] = ()

    @property
    def namespace(self) -> str:
        """The key of its namespace, or nothing."""
        return self.name.rpartition(":")[0]

    def walk(self) -> Iterator[Element]:
        """This element and all below it."""
        yield self
        if not isinstance(self.content, str):
            for child in self.content:
                yield from child.walk()


def tell(name: str, *content: Element | str | None, **attributes: str) -> Element:
    """An element with a text, or with those children that are not None."""
    told = tuple(attributes.items())
    if content and isinstance(content[0], str):
        return Element(name, content[0], told)
    return Element(name, tuple(one for one in content if isinstance(one, Element)), told)


def write(root: Element, prefixes: Mapping[str, str], order: random.Random | None = None) -> str:
    """The document of `root`. `prefixes` maps keys to prefixes that are declared at the root.

    The prefix "" makes a namespace the default one; a namespace without a prefix is declared at
    each element where it begins. `order` shuffles the children of every element.
    """
    used = dict.fromkeys(element.namespace for element in root.walk())
    declared = {key: prefixes[key] for key in used if key in prefixes}
    told = "".join(
        f' xmlns{":" if prefix else ""}{prefix}="{NAMESPACES[key]}"'
        for key, prefix in declared.items()
    )
    default = next((NAMESPACES[key] for key, prefix in declared.items() if not prefix), "")
    pieces: list[str] = [DECLARATION]
    _write(root, declared, default, order, pieces, told)
    return "".join(pieces)


def _write(
    element: Element,
    declared: Mapping[str, str],
    default: str,
    order: random.Random | None,
    pieces: list[str],
    told: str = "",
) -> None:
    key, _, name = element.name.rpartition(":")
    if key and declared.get(key):
        name = f"{declared[key]}:{name}"
    elif (uri := NAMESPACES.get(key, "")) != default:
        default = uri
        told += f' xmlns="{uri}"'
    written = "".join(f" {key}={quoteattr(text)}" for key, text in element.attributes)
    if not element.content:
        pieces.append(f"<{name}{told}{written}/>")
        return
    pieces.append(f"<{name}{told}{written}>")
    if isinstance(element.content, str):
        pieces.append(escape(element.content))
    else:
        children = list(element.content)
        if order:
            order.shuffle(children)
        for child in children:
            _write(child, declared, default, order, pieces)
    pieces.append(f"</{name}>")


class Node:
    """An element of a request; `name` like that of `Element`, with «?» for a foreign namespace."""

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.children: list[Node] = []
        self.text = ""

    def value(self, *names: str) -> str | None:
        """The text below that path of names, None without such an element."""
        node: Node | None = self
        for name in names:
            node = next((one for one in node.children if one.name == name), None) if node else None
        return node.text.strip() if node else None


class NoXmlError(ValueError):
    """A request that cannot be read; the text says where it breaks."""


def read(data: bytes) -> Node:
    """The root of a request in UTF-8. Raises NoXmlError, for a document type as well."""
    if len(data) > LARGEST_REQUEST_BYTES:
        raise NoXmlError("too large")
    top = Node("", {})
    path = [top]
    parser = expat.ParserCreate("UTF-8", namespace_separator=" ")
    parser.buffer_text = True

    def start(name: str, attributes: dict[str, str]) -> None:
        uri, _, local = name.rpartition(" ")
        key = f"{_KEYS.get(uri, '?')}:" if uri else ""
        node = Node(key + local, attributes)
        path[-1].children.append(node)
        path.append(node)

    def end(_: str) -> None:
        path.pop()

    def characters(text: str) -> None:
        path[-1].text += text

    def doctype(*_: object) -> None:
        raise NoXmlError("a document type is not allowed")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise NoXmlError(str(error)) from error
    return top.children[0]
