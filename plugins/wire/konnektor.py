"""The questions that a Konnektor is asked, none of which changes anything, and its answers.

Patients' cards are never asked for, and a card of a type that was not asked for is dropped where
the answer is read. Nothing read here holds a holder's name, an ICCSN, a KVNR or a Telematik-ID.

Sources: EventService 7.2.1, CardService 8.1.3 and 8.2.1, CertificateService 6.0.2 of gematik.
"""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, TypeVar

from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.wire import konnektor_answers as answers
from apowacht.plugins.wire.konnektor_faults import STALE_HANDLE, SYNTAX, explained
from apowacht.plugins.wire.sds import address, read_sds
from apowacht.plugins.wire.soap import Url, escape
from apowacht.plugins.wire.soap_fault import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from apowacht.plugins.wire.konnektor_answers import (
        Card,
        CardCertificate,
        CardTerminal,
        CertificateExpiration,
        PinStatus,
        ResourceInformation,
    )
    from apowacht.plugins.wire.sds import Endpoint, ServiceDirectory
    from apowacht.plugins.wire.soap import Session
    from apowacht.plugins.wire.xmltree import Node

    Answer = TypeVar("Answer")

EVENT = "EventService"
CARD = "CardService"
CERTIFICATE = "CertificateService"

_SPOKEN = {EVENT: ((7, 2),), CARD: ((8, 1), (8, 2)), CERTIFICATE: ((6, 0),)}
_CRYPT_SINCE = (6, 0, 1)  # a Konnektor with CertificateService 6.0.0 calls Crypt a syntax error

_PREFIXES = (
    'xmlns:CCTX="http://ws.gematik.de/conn/ConnectorContext/v2.0" '
    'xmlns:CONN="http://ws.gematik.de/conn/ConnectorCommon/v5.0" '
    'xmlns:CMN="http://ws.gematik.de/conn/CardServiceCommon/v2.0"'
)
_LONGEST_CHARACTERS = 64  # MandantIdType and its like


class Context:
    """In whose name the Konnektor is asked: what its Infomodell calls them.

    `user_id` is needed for an HBA only. Raises OwnTrouble("bad_context") for what no Konnektor
    takes: empty, more than 64 characters, or control characters.
    """

    def __init__(
        self, mandant: str, client_system: str, workplace: str, user_id: str | None = None
    ) -> None:
        self._parts = {
            "--mandant": ("MandantId", mandant),
            "--client-system": ("ClientSystemId", client_system),
            "--workplace": ("WorkplaceId", workplace),
            "--user-id": ("UserId", user_id),
        }
        for option, (_, text) in self._parts.items():
            if text is not None and not (
                0 < len(text) <= _LONGEST_CHARACTERS and text.isprintable()
            ):
                raise OwnTrouble("bad_context", option=option, most=_LONGEST_CHARACTERS)

    def xml(self) -> str:
        """The Context element; prefixes CCTX and CONN."""
        parts = "".join(
            f"<CONN:{name}>{escape(text)}</CONN:{name}>"
            for name, text in self._parts.values()
            if text is not None
        )
        return f"<CCTX:Context>{parts}</CCTX:Context>"


class Konnektor:
    """One Konnektor at `base`, asked in one context over one session.

    Every method raises Fault, Refused, Garbled, Unreachable or OwnTrouble. `latency_seconds` maps
    each operation that was answered to its longest call; `warnings` maps those that were answered
    with the result «Warning» to the code the Konnektor gave, or None.
    """

    def __init__(
        self,
        session: Session,
        base: Url,
        context: Context | None = None,
        *,
        rewrite: bool = False,
        mandant_wide: bool = True,
    ) -> None:
        self.session = session
        self.latency_seconds: dict[str, float] = {}
        self.warnings: dict[str, int | None] = {}
        self._base = base
        self._context = context
        self._rewrite = rewrite
        self._mandant_wide = mandant_wide
        self._directory: ServiceDirectory | None = None

    @property
    def host(self) -> str:
        """Where it is reached."""
        return self._base.host

    @property
    def has_context(self) -> bool:
        """Whether it can be asked more than its directory."""
        return self._context is not None

    def directory(self) -> ServiceDirectory:
        """The service directory, read once."""
        if self._directory is None:
            url = self._base._replace(path=self._base.path.rstrip("/") + "/connector.sds")
            start = monotonic()
            data = self.session.get(url, "connector.sds")
            self._took("connector.sds", start)
            self._directory = read_sds(data, self._base.host)
        return self._directory

    def resource_information(self) -> ResourceInformation:
        """VPN states and operating conditions of the Konnektor."""
        answer = self._ask(EVENT, "GetResourceInformation", self._context_xml())
        return answers.read_resource_information(answer, self._base.host)

    def card_terminals(self) -> tuple[CardTerminal, ...]:
        """The card terminals that the context reaches."""
        answer = self._ask(EVENT, "GetCardTerminals", self._context_xml(), self._wide())
        return answers.read_card_terminals(answer, self._base.host)

    def cards(self, card_type: str) -> tuple[Card, ...]:
        """The inserted cards of one type out of `CARD_TYPES`; ValueError for any other."""
        if card_type not in answers.CARD_TYPES:
            raise ValueError(card_type)
        wanted = f"<CMN:CardType>{card_type}</CMN:CardType>"
        answer = self._ask(EVENT, "GetCards", self._context_xml() + wanted, self._wide())
        return answers.read_cards(answer, self._base.host, card_type)

    def pin_status(self, card: Card) -> PinStatus:
        """State of PIN.SMC of an SMC-B; ValueError for a card that has no such PIN."""
        if card.type not in answers.WITH_PIN_SMC:
            raise ValueError(card.type)

        def ask(handle: str) -> PinStatus:
            pin = "<CMN:PinTyp>PIN.SMC</CMN:PinTyp>"
            request = self._context_xml() + _handle(handle) + pin
            answer = self._ask(CARD, "GetPinStatus", request)
            return answers.read_pin_status(answer, self._base.host)

        return self._with_handle(card, ask)

    def certificate_expiration(
        self, card: Card, crypt: str | None = None
    ) -> tuple[CertificateExpiration, ...]:
        """When the card's certificates end; `crypt` is RSA, ECC or None for the Konnektor's choice.

        Always by card: without one a Konnektor would list the holders of all HBA. `crypt` is left
        out, and None in the answer, where this Konnektor does not know it.
        """

        def ask(handle: str, crypt: str | None) -> tuple[CertificateExpiration, ...]:
            request = _handle(handle) + self._context_xml() + _crypt(crypt)
            answer = self._ask(CERTIFICATE, "CheckCertificateExpiration", request)
            return answers.read_certificate_expirations(answer, handle, crypt)

        return self._with_crypt(card, crypt, ask)

    def own_certificate_expiration(
        self, crypt: str | None = None
    ) -> tuple[CertificateExpiration, ...]:
        """When the Konnektor's own certificates (gSMC-K) end; `crypt` as above.

        Only a question without a card's handle tells that, and its answer lists all cards, HBA
        with their holders among them: every row but the Konnektor's is dropped where it is read.
        """

        def ask(crypt: str | None) -> tuple[CertificateExpiration, ...]:
            answer = self._ask(
                CERTIFICATE, "CheckCertificateExpiration", self._context_xml() + _crypt(crypt)
            )
            rows = answers.read_certificate_expirations(answer, None, crypt)
            return tuple(row for row in rows if row.of_konnektor)

        if self._endpoint(CERTIFICATE).number[:3] < _CRYPT_SINCE:
            crypt = None
        try:
            return ask(crypt)
        except Fault as fault:
            if crypt is None or fault.code != SYNTAX:
                raise
            return ask(None)

    def card_certificate(self, card: Card, crypt: str | None = None) -> CardCertificate:
        """Issuer and dates of the card's authentication certificate C.AUT."""

        def ask(handle: str, crypt: str | None) -> CardCertificate:
            wanted = "<X:CertRefList><X:CertRef>C.AUT</X:CertRef></X:CertRefList>"
            request = _handle(handle) + self._context_xml() + wanted + _crypt(crypt)
            answer = self._ask(CERTIFICATE, "ReadCardCertificate", request)
            return answers.read_card_certificate(answer, self._base.host, crypt)

        return self._with_crypt(card, crypt, ask)

    def _with_handle(self, card: Card, ask: Callable[[str], Answer]) -> Answer:
        """Ask by the card's handle; when that has become invalid, once more by its new one."""
        try:
            return ask(card.handle)
        except Fault as fault:
            if fault.code != STALE_HANDLE:
                raise
            fresh = self._same_place(card)
            if fresh is None:
                raise
            return ask(fresh.handle)

    def _same_place(self, card: Card) -> Card | None:
        asked = card.type if card.type in answers.CARD_TYPES else "HBAx"
        place = (card.type, card.terminal_id, card.slot)
        there = [one for one in self.cards(asked) if (one.type, one.terminal_id, one.slot) == place]
        return there[0] if len(there) == 1 else None

    def _with_crypt(
        self, card: Card, crypt: str | None, ask: Callable[[str, str | None], Answer]
    ) -> Answer:
        if crypt is not None and self._endpoint(CERTIFICATE).number[:3] < _CRYPT_SINCE:
            crypt = None
        try:
            return self._with_handle(card, lambda handle: ask(handle, crypt))
        except Fault as fault:
            if crypt is None or fault.code != SYNTAX:
                raise
            return self._with_handle(card, lambda handle: ask(handle, None))

    def _ask(self, service: str, operation: str, content: str, attributes: str = "") -> Node:
        endpoint = self._endpoint(service)
        tls = self._base.scheme == "https"
        url = address(endpoint, self._base, tls=tls, rewrite=self._rewrite, service=service)
        major, minor = endpoint.number[:2]
        namespace = f"http://ws.gematik.de/conn/{service}/v{major}.{minor}"
        request = f'<X:{operation} xmlns:X="{namespace}" {_PREFIXES}{attributes}>{content}'
        start = monotonic()
        try:
            answer = self.session.call(
                url, f"{namespace}#{operation}", f"{request}</X:{operation}>"
            )
            self._took(operation, start)
            noted = answers.read_status(answer, self._base.host, operation)
        except Fault as fault:
            self._took(operation, start)
            raise explained(fault) from fault
        if noted is not None:
            self.warnings[operation] = noted.code or None
        return answer

    def _endpoint(self, service: str) -> Endpoint:
        return self.directory().choose(service, _SPOKEN[service], self._base.host)

    def _context_xml(self) -> str:
        if self._context is None:
            raise OwnTrouble("missing_option", option="--mandant")
        return self._context.xml()

    def _wide(self) -> str:
        return ' mandant-wide="true"' if self._mandant_wide else ""

    def _took(self, operation: str, start: float) -> None:
        seconds = monotonic() - start
        self.latency_seconds[operation] = max(seconds, self.latency_seconds.get(operation, 0.0))


def _handle(handle: str) -> str:
    return f"<CONN:CardHandle>{escape(handle)}</CONN:CardHandle>"


def _crypt(crypt: str | None) -> str:
    return f"<X:Crypt>{escape(crypt)}</X:Crypt>" if crypt is not None else ""
