"""Clients of the simulated Konnektor: plain ones that know no schema, and the project's own."""

from __future__ import annotations

import base64
import contextlib
import http.client
import ssl
from typing import TYPE_CHECKING, NamedTuple

from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.wire.konnektor import Context
from apowacht.plugins.wire.konnektor import Konnektor as Client
from apowacht.plugins.wire.soap import Session, Url
from apowacht.plugins.wire.tls import Trust
from apowacht.simulator.konnektor_keys import SERVER_NAME
from apowacht.simulator.konnektor_xml import NAMESPACES, Node, read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from apowacht.simulator.konnektor import Konnektor

PATIENCE = 10
PREFIXES = " ".join(f'xmlns:{key}="{uri}"' for key, uri in NAMESPACES.items() if key != "S")
OURS = ("Apotheke", "apowacht", "Monitoring")


class Answer(NamedTuple):
    """An HTTP answer."""

    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def content(self) -> Node:
        """What the SOAP body holds."""
        return read(self.body).children[0].children[0]

    @property
    def faultstring(self) -> str | None:
        """The words of a SOAP fault."""
        return self.content.value("faultstring")

    @property
    def codes(self) -> list[int]:
        """The numbers of a SOAP fault, the last one gematik's."""
        found = all_of(self.content, "GERROR:Code")
        return [int(node.text) for node in found]


def all_of(node: Node, name: str) -> list[Node]:
    """Every element of that name at or below a node."""
    own = [node] if node.name == name else []
    return own + [found for child in node.children for found in all_of(child, name)]


def told(node: Node, name: str) -> list[str]:
    """The texts of those."""
    return [found.text for found in all_of(node, name)]


def context(mandant: str = "Apotheke", client: str = "apowacht", place: str = "Monitoring") -> str:
    """A Context element."""
    return (
        f"<CCTX:Context><CONN:MandantId>{mandant}</CONN:MandantId>"
        f"<CONN:ClientSystemId>{client}</CONN:ClientSystemId>"
        f"<CONN:WorkplaceId>{place}</CONN:WorkplaceId></CCTX:Context>"
    )


def message(element: str) -> bytes:
    """A SOAP message with this element, which may use every prefix of NAMESPACES."""
    return (
        f'<S:Envelope xmlns:S="{NAMESPACES["S"]}" {PREFIXES}><S:Body>{element}</S:Body>'
        "</S:Envelope>"
    ).encode()


def verifying(konnektor: Konnektor, folder: Path | None = None, client: str = "") -> ssl.SSLContext:
    """A context that trusts the simulator's root alone, perhaps with a client's certificate."""
    made = ssl.create_default_context(cadata=konnektor.ca_pem.decode())
    made.verify_flags |= ssl.VERIFY_X509_STRICT  # as every Python since 3.13
    if folder:
        file = folder / f"{client}.pem"
        file.write_bytes(konnektor.client_pem(client))
        made.load_cert_chain(file)
    return made


class NamedConnection(http.client.HTTPSConnection):
    """Goes to one address and expects the certificate of `konnektor.konlan`."""

    def __init__(self, address: tuple[str, int], trusted: ssl.SSLContext) -> None:
        super().__init__(*address, timeout=PATIENCE)
        self._trusted = trusted

    def connect(self) -> None:
        """As HTTPSConnection.connect, with another name."""
        http.client.HTTPConnection.connect(self)
        self.sock = self._trusted.wrap_socket(self.sock, server_hostname=SERVER_NAME)


def ask(
    konnektor: Konnektor,
    path: str,
    body: bytes | None = None,
    *,
    plain: bool = False,
    trusted: ssl.SSLContext | None = None,
    headers: dict[str, str] | None = None,
    login: tuple[str, str] | None = None,
    line: http.client.HTTPConnection | None = None,
) -> Answer:
    """One request: GET without a body, else POST as SOAP; over `line` if that is given."""
    connection: http.client.HTTPConnection
    if line:
        connection = line
    elif plain:
        connection = http.client.HTTPConnection(*konnektor.plain_address, timeout=PATIENCE)
    else:
        connection = NamedConnection(konnektor.address, trusted or verifying(konnektor))
    sent = {"Content-Type": "text/xml; charset=utf-8"} if body is not None else {}
    if login:
        sent["Authorization"] = "Basic " + base64.b64encode(":".join(login).encode()).decode()
    method = "GET" if body is None else "POST"
    try:
        connection.request(method, path, body, sent | (headers or {}))
        response = connection.getresponse()
        return Answer(response.status, response.read(), dict(response.getheaders()))
    finally:
        if not line:
            connection.close()


def call(
    konnektor: Konnektor,
    operation: str,
    content: str = "",
    *,
    attributes: str = "",
    headers: dict[str, str] | None = None,
    before: str = "",
    whom: str | None = None,
    trusted: ssl.SSLContext | None = None,
    login: tuple[str, str] | None = None,
    line: http.client.HTTPConnection | None = None,
) -> Answer:
    """One operation, as in EVT:GetCards; `before` and `content` stand around the context."""
    service = {
        "EVT": "EventService",
        "CARD": "CardService",
        "CARD82": "CardService",
        "CERT": "CertificateService",
        "CTS": "CardTerminalService",
    }[operation.partition(":")[0]]
    asked = f"<{operation}{attributes}>{before}{context() if whom is None else whom}{content}"
    body = message(f"{asked}</{operation}>")
    path = konnektor.situation.flavour.path(service)
    return ask(konnektor, path, body, headers=headers, trusted=trusted, login=login, line=line)


def by_handle(konnektor: Konnektor, card: str) -> str:
    """The CardHandle element of a card."""
    return f"<CONN:CardHandle>{konnektor.handle(card)}</CONN:CardHandle>"


def pin_status(konnektor: Konnektor, card: str = "smcb", pin: str = "PIN.SMC") -> Answer:
    """GetPinStatus of a card."""
    asked = f"{by_handle(konnektor, card)}<CARDCMN:PinTyp>{pin}</CARDCMN:PinTyp>"
    return call(konnektor, "CARD:GetPinStatus", asked)


@contextlib.contextmanager
def own_client(
    konnektor: Konnektor, seconds: float = PATIENCE, *, rewrite: bool = False
) -> Iterator[Client]:
    """The project's own client, which trusts the Konnektor's certificate by fingerprint."""
    trust = Trust(fingerprints=[konnektor.fingerprint], server_name=SERVER_NAME)
    with Session(Deadline(seconds), trust=trust) as session:
        yield Client(session, Url("https", *konnektor.address, ""), Context(*OURS), rewrite=rewrite)
