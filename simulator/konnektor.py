"""A Konnektor in a box: its service directory and services on loopback, in any state wanted.

with Konnektor("VPN TI down") as konnektor:
    konnektor.address                                   # (host, port) of https
    konnektor.put("terminal lost", "PIN not entered")   # states of pharmacy/konnektor.ini
    konnektor.change({"card.smcb.pin": "BLOCKED", "!slow.GetCards": "3"})
    konnektor.requests[-1].operation, konnektor.forbidden_calls
"""

from __future__ import annotations

import random
from threading import RLock
from typing import TYPE_CHECKING, NamedTuple

from apowacht.simulator.devices import ABSENT, NORMAL, load
from apowacht.simulator.konnektor_cards import Handles, crowded
from apowacht.simulator.konnektor_faults import FaultError, soap_fault
from apowacht.simulator.konnektor_flavours import SDS_PREFIXES
from apowacht.simulator.konnektor_http import (
    Asking,
    Front,
    KonnektorPort,
    Reply,
    identity,
    tls_context,
)
from apowacht.simulator.konnektor_keys import SERVER_NAME, Cabinet
from apowacht.simulator.konnektor_requests import CHANGING, Identity, operation_in
from apowacht.simulator.konnektor_sds import directory
from apowacht.simulator.konnektor_soap import Asked, answer, certificate_name
from apowacht.simulator.konnektor_state import Manners, Situation, read_manners, read_situation
from apowacht.simulator.konnektor_xml import DECLARATION, Element, Node, tell, write
from apowacht.simulator.sicct_discovery import Announced, SicctTerminal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from typing import Self

KIND = "konnektor"
SDS = "connector.sds"
_OPTIONAL = frozenset(
    {
        "CARD:CardVersion", "CARDCMN:Iccsn", "CT:IPAddress", "CARD:CardHolderName", "CARD:Kvnr",
        "CARD:CertificateExpirationDate", "CARD:LeftTries", "CARD82:LeftTries", "GERROR:Detail",
        "SI:Endpoint",
    }
)  # fmt: skip
_BOMB = "".join(
    f'<!ENTITY e{number} "{f"&e{number - 1};" * 10 if number else "boom"}">' for number in range(9)
)


class Request(NamedTuple):
    """One request as it is remembered: no password, and of an identity only its kind.

    `asked` holds the texts of the request by their local names, attributes included.
    """

    operation: str
    path: str
    secure: bool
    identity: str
    status: int
    fault: int | None
    asked: Mapping[str, str]


class Konnektor:
    """One Konnektor, answering from `start` to `close`; a context manager.

    `states` are those of `pharmacy/konnektor.ini`, laid one over the other; `values` are lines on
    top of them. `listen` must be loopback (NotLoopbackError). `port` and `plain_port` are those of
    https and http, 0 takes free ones. Every terminal of the normal state answers SICCT discovery
    at `responders[ct_id].address`; with `sicct_port` these are the addresses 127.0.0.11 and
    following, all with that port.
    """

    def __init__(
        self,
        *states: str,
        values: Mapping[str, str] | None = None,
        listen: str = "127.0.0.1",
        port: int = 0,
        plain_port: int = 0,
        sicct_port: int = 0,
        today: date | None = None,
    ) -> None:
        self._today = today
        self._lock = RLock()
        self._log: list[Request] = []
        self._forbidden: list[str] = []
        self._cabinet = Cabinet()
        self._handles = Handles()
        self._stale = 0
        self._situation: Situation | None = None
        self.manners = Manners()
        self.responders: dict[str, SicctTerminal] = {}
        self._tls = KonnektorPort(self, listen, port)
        try:
            self._plain = KonnektorPort(self, listen, plain_port)
            try:
                self.put(*states)
                self._open_responders(listen, sicct_port)
                self.change(values or {})
            except BaseException:
                self._plain.close()
                raise
        except BaseException:
            self._tls.close()
            for responder in self.responders.values():
                responder.close()
            raise

    def _open_responders(self, listen: str, port: int) -> None:
        host = "127.0.0.1" if ":" in listen else listen
        for number, terminal in enumerate(self.situation.terminals):
            where = f"127.0.0.{11 + number}" if port else host
            self.responders[terminal.ct_id] = SicctTerminal(listen=where, port=port)

    @property
    def address(self) -> tuple[str, int]:
        """Where https is served."""
        return self._tls.address

    @property
    def plain_address(self) -> tuple[str, int]:
        """Where http is served, unless TLS is mandatory."""
        return self._plain.address

    @property
    def requests(self) -> tuple[Request, ...]:
        """What was asked, in order."""
        with self._lock:
            return tuple(self._log)

    @property
    def forbidden_calls(self) -> tuple[str, ...]:
        """The operations that would have changed something; all were refused."""
        with self._lock:
            return tuple(self._forbidden)

    @property
    def situation(self) -> Situation:
        """What it tells at the moment."""
        if self._situation is None:
            raise RuntimeError("a Konnektor without a state")
        return self._situation

    @property
    def ca_pem(self) -> bytes:
        """The root to trust, together with the name `konnektor.konlan`."""
        return self._cabinet.root.pem(key=False)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate that https shows."""
        situation = self.situation
        name = certificate_name(situation)
        return self._cabinet.server(situation.tls_key, situation.tls_valid, name).fingerprint

    def client_pem(self, name: str, kind: str = "P-256") -> bytes:
        """Key and certificate of a client system of that name."""
        return self._cabinet.client(name, kind).pem()

    def client_pkcs12(self, name: str, password: str, kind: str = "P-256") -> bytes:
        """The same as a PKCS#12 file."""
        return self._cabinet.client(name, kind).pkcs12(password)

    def handle(self, key: str) -> str:
        """The handle of the card `card.<key>`. KeyError if it is not inserted."""
        cards = {card.key: card for card in self.situation.inserted}
        return self._handles.of(cards[key])

    def renew_handles(self) -> None:
        """Make every handle that was given out invalid."""
        self._handles.renew()

    def put(self, *states: str) -> None:
        """Go over to these states, each laid over those before it. KeyError if unknown."""
        device = load(KIND)
        normal = device.state(NORMAL, self._today)
        values, manners = dict(normal.values), dict(normal.manners)
        for name in states:
            state = device.state(name, self._today)
            changed = {k: text for k, text in state.values.items() if normal.values.get(k) != text}
            gone = set(normal.values) - set(state.values)
            values = {key: text for key, text in (values | changed).items() if key not in gone}
            manners |= state.manners
        self.become(values, manners)

    def change(self, lines: Mapping[str, str]) -> None:
        """Change single lines, as a table writes them: `!` before manners, `(absent)` to remove."""
        values, manners = dict(self._values), dict(self._lines)
        for key, text in lines.items():
            table = manners if key.startswith("!") else values
            table[key.removeprefix("!")] = text
            if text == ABSENT:
                del table[key.removeprefix("!")]
        self.become(values, manners)

    def become(self, values: Mapping[str, str], manners: Mapping[str, str]) -> None:
        """Be as these values and manners say. ValueError names a line that says nothing."""
        with self._lock:
            behaviour = read_manners(manners)
            situation = read_situation(values, before=self._situation)
            situation = crowded(situation, behaviour)
            self._values, self._lines = values, manners
            self._handles.see(situation.inserted)
            self._stale = behaviour.stale
            self.manners, self._situation = behaviour, situation
            self._show(situation, behaviour)
            self._announce()

    def _show(self, situation: Situation, manners: Manners) -> None:
        login = situation.login.kind
        clients = self._cabinet.client_root if login.startswith("certificate") else None
        name = certificate_name(situation)
        shown = self._cabinet.server(situation.tls_key, situation.tls_valid, name)
        required = login == "certificate" and not situation.sds_open
        context = tls_context(shown, clients, required=required)
        in_clear = not situation.tls_mandatory or (
            situation.sds_open and situation.flavour.sds_over_http
        )
        self._tls.show(Front(not manners.refused, context))
        self._plain.show(Front(in_clear and not manners.refused))

    def _announce(self) -> None:
        there = {one.ct_id: one for one in self.situation.terminals}
        for ct_id, responder in self.responders.items():
            one = there.get(ct_id)
            if one and one.connected and one.physical:
                responder.become(Announced(one.name, one.mac, one.port))
            else:
                responder.become()

    def start(self) -> Self:
        """Begin to answer."""
        for service in (self._tls, self._plain, *self.responders.values()):
            service.start()
        self._announce()
        return self

    def close(self) -> None:
        """Give every port back; may be repeated."""
        for service in (self._tls, self._plain, *self.responders.values()):
            service.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.close()

    def respond(self, asking: Asking) -> Reply:
        """The answer to one HTTP request, which is remembered."""
        situation, manners = self.situation, self.manners
        operation, fault, node = SDS, None, None
        path = asking.path.partition("?")[0]
        if path == f"/{SDS}":
            reply = self._directory(asking, situation, manners)
        elif turned_away := self._turned_away(asking, situation, manners):
            operation, reply = "", turned_away
        else:
            node, fault, reply = self._soap(asking, situation, manners)
            operation = node.name.rpartition(":")[2] if node else ""
        reply = self._mannered(reply, manners, operation)
        self._remember(asking, operation, reply, fault, node)
        return reply

    def _remember(
        self,
        asking: Asking,
        operation: str,
        reply: Reply,
        fault: int | None,
        node: Node | None,
    ) -> None:
        kind = "certificate" if asking.client else "basic" if asking.basic else "none"
        told = texts(node) if node else {}
        request = Request(operation, asking.path, asking.secure, kind, reply.status, fault, told)
        with self._lock:
            self._log.append(request)
            if operation in CHANGING:
                self._forbidden.append(operation)

    def _turned_away(self, asking: Asking, situation: Situation, manners: Manners) -> Reply | None:
        login = situation.login
        if not asking.secure and situation.tls_mandatory:
            return _error(403)
        if identity(asking, login.kind, login.user, login.password) is None:
            return _unauthorized(login.kind)
        if service_at(asking.path, situation) is None:
            return _error(404)
        if manners.incomplete:
            return _error(503)
        if asking.method != "POST":
            return _error(405)
        return None

    def _directory(self, asking: Asking, situation: Situation, manners: Manners) -> Reply:
        login = situation.login
        known = identity(asking, login.kind, login.user, login.password)
        if known is None and not situation.sds_open:
            return _unauthorized(login.kind)
        if asking.method != "GET":
            return _error(405)
        host, port = self.address
        named = situation.named or f"{host}:{port}"
        tls = f"https://{named if ':' in named else named + ':443'}"
        plain = None
        if not situation.tls_mandatory:
            plain = f"http://{situation.named.partition(':')[0] or self._where_plain()}"
        told = directory(situation, tls, plain, whole=not manners.incomplete)
        return Reply(200, self._written(told, SDS_PREFIXES, manners))

    def _where_plain(self) -> str:
        host, port = self.plain_address
        return f"{host}:{port}"

    def _soap(
        self, asking: Asking, situation: Situation, manners: Manners
    ) -> tuple[Node | None, int | None, Reply]:
        login = situation.login
        known = identity(asking, login.kind, login.user, login.password)
        node = None
        prefixes = situation.flavour.prefixes
        try:
            _check_headers(asking)
            node = operation_in(asking.body)
            _check_action(asking, node)
            self._forget_handles()
            asked = Asked(
                node, known or Identity(), situation, manners, self._handles, self._cabinet
            )
            content = answer(asked, service_at(asking.path, situation) or "")
        except FaultError as fault:
            told = _envelope(soap_fault(fault, situation.flavour))
            return node, fault.code, Reply(500, self._written(told, prefixes, manners))
        return node, None, Reply(200, self._written(_envelope(content), prefixes, manners))

    def _forget_handles(self) -> None:
        """Renew the handles as often as `!stale` says, just before they are used."""
        with self._lock:
            if self._stale:
                self._stale -= 1
                self._handles.renew()

    def _written(self, told: Element, prefixes: Mapping[str, str], manners: Manners) -> bytes:
        if manners.lean:
            told = without_optional(told)
        order = random.Random(manners.shuffled) if manners.shuffled else None  # noqa: S311
        text = write(told, prefixes, order).removeprefix(DECLARATION)
        padding = f"<!--{' ' * manners.padding}-->" if manners.padding else ""
        bomb = f"<!DOCTYPE bomb [{_BOMB}]>" if manners.bomb else ""
        if bomb:
            text = text.replace("</", "&e8;</", 1)
        whole = (DECLARATION + bomb + padding + text).encode()
        return whole[: len(whole) * manners.cut // 100] if manners.cut else whole

    def _mannered(self, reply: Reply, manners: Manners, operation: str) -> Reply:
        status = manners.of("status", operation)
        if status:
            reply = _error(int(status))
        if manners.garbage == "body":
            noise = random.Random(len(reply.body)).randbytes(2000)  # noqa: S311
            reply = reply._replace(body=noise)
        return reply._replace(
            slow=float(manners.of("slow", operation) or 0),
            sent=manners.truncated or 100,
            silent=manners.half_open == "request",
            noise=manners.garbage == "answer",
        )


def service_at(path: str, situation: Situation) -> str | None:
    """The name of the service that this vendor has at a path."""
    flavour = situation.flavour
    return {flavour.path(name): name for name in flavour.services}.get(path.partition("?")[0])


def _envelope(content: Element) -> Element:
    return tell("S:Envelope", tell("S:Body", content))


def _error(status: int) -> Reply:
    return Reply(status, f"<html><body>{status}</body></html>".encode(), "text/html")


def _unauthorized(kind: str) -> Reply:
    if kind != "basic":
        return _error(403)
    told = _error(401)
    return told._replace(headers=(("WWW-Authenticate", 'Basic realm="Konnektor"'),))


def _check_headers(asking: Asking) -> None:
    kind, _, rest = asking.headers.get("Content-Type", "").partition(";")
    charset = rest.partition("charset=")[2].strip(" \"'").lower()
    # A_15601: nothing but UTF-8
    if kind.strip().lower() != "text/xml" or charset not in ("", "utf-8"):
        raise FaultError(None, "text/xml in UTF-8 is expected", blame="Client")


def _check_action(asking: Asking, node: Node) -> None:
    # Konnektors answer without a SOAPAction too; a wrong one is a client's mistake.
    action = asking.headers.get("Soapaction", "").strip('"')
    if action and action.rpartition("#")[2] != node.name.rpartition(":")[2]:
        raise FaultError(None, "SOAPAction and body do not match", blame="Client")


def without_optional(element: Element) -> Element:
    """The element without whatever a Konnektor may leave out."""
    if isinstance(element.content, str):
        return element
    kept = tuple(without_optional(one) for one in element.content if one.name not in _OPTIONAL)
    return element._replace(content=kept)


def texts(node: Node) -> dict[str, str]:
    """The texts below a node by their local names, and its attributes."""
    found = dict(node.attributes)
    for child in node.children:
        if child.text.strip():
            found[child.name.rpartition(":")[2]] = child.text.strip()
        found |= texts(child)
    return found


__all__ = ["SERVER_NAME", "Konnektor", "Request"]
