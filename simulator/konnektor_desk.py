"""The Konnektor's desk: each HTTP request gets its answer here, as good or bad as wanted."""

from __future__ import annotations

import random
from threading import RLock
from typing import TYPE_CHECKING, NamedTuple

from apowacht.simulator.konnektor_cards import Handles
from apowacht.simulator.konnektor_faults import FaultError, soap_fault
from apowacht.simulator.konnektor_flavours import SDS_PREFIXES
from apowacht.simulator.konnektor_http import Asking, Reply, identity
from apowacht.simulator.konnektor_keys import Cabinet
from apowacht.simulator.konnektor_requests import CHANGING, Identity, operation_in
from apowacht.simulator.konnektor_sds import directory
from apowacht.simulator.konnektor_soap import Asked, answer
from apowacht.simulator.konnektor_state import Manners, Situation
from apowacht.simulator.konnektor_xml import DECLARATION, Element, Node, tell, write

if TYPE_CHECKING:
    from collections.abc import Mapping

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


class Desk:
    """What a Konnektor knows, and what was asked of it. `addresses` are those of https and http."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._log: list[Request] = []
        self._forbidden: list[str] = []
        self._stale = 0
        self.cabinet = Cabinet()
        self.handles = Handles()
        self.addresses = ("127.0.0.1", 443), ("127.0.0.1", 80)
        self.before: Situation | None = None
        self.manners = Manners()

    @property
    def situation(self) -> Situation:
        """What it tells at the moment."""
        if self.before is None:
            raise RuntimeError("a Konnektor without a state")
        return self.before

    @property
    def requests(self) -> tuple[Request, ...]:
        """What was asked, in order."""
        with self._lock:
            return tuple(self._log)

    @property
    def forbidden_calls(self) -> tuple[str, ...]:
        """The operations that would have changed something."""
        with self._lock:
            return tuple(self._forbidden)

    def become(self, situation: Situation, manners: Manners) -> None:
        """Know this from now on, and behave like that."""
        with self._lock:
            self.handles.see(situation.inserted)
            self._stale = manners.stale
            self.manners, self.before = manners, situation

    def respond(self, asking: Asking) -> Reply:
        """The answer to one HTTP request, which is remembered."""
        situation, manners = self.situation, self.manners
        operation, fault, node = SDS, None, None
        path = asking.path.partition("?")[0]
        if path == f"/{SDS}":
            reply = self._directory(asking, situation, manners)
        elif turned_away := self._turned_away(asking, situation, manners):
            operation, reply = _operation(asking), turned_away
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
        tls, plain = (_written(address) for address in self.addresses)
        named, _, port = situation.named.partition(":")
        if named:
            tls, plain = f"{named}:{port or 443}", named
        if situation.tls_mandatory:
            plain = ""
        told = directory(
            situation, f"https://{tls}", plain and f"http://{plain}", whole=not manners.incomplete
        )
        return Reply(200, self._written(told, SDS_PREFIXES, manners))

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
            if node.value("CONN:CardHandle"):
                self._forget_handles()
            asked = Asked(node, known or Identity(), situation, manners, self.handles, self.cabinet)
            content = answer(asked, service_at(asking.path, situation) or "")
        except FaultError as fault:
            told = _envelope(soap_fault(fault, situation.flavour))
            return node, fault.code, Reply(500, self._written(told, prefixes, manners))
        return node, None, Reply(200, self._written(_envelope(content), prefixes, manners))

    def _forget_handles(self) -> None:
        """Renew the handles as often as `!stale` says, just before one is used."""
        with self._lock:
            if self._stale:
                self._stale -= 1
                self.handles.renew()

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


def _operation(asking: Asking) -> str:
    try:
        return operation_in(asking.body).name.rpartition(":")[2]
    except FaultError:
        return ""


def _written(address: tuple[str, int]) -> str:
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


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
