"""A Konnektor's answers as records: read by element names, in any order, identities left out.

Sources: EventService 7.2.1, ConnectorCommon 5.0, CardTerminalInfo 8.0, CardService 8.1.3 and
8.2.1, CertificateService 6.0.2, CertificateServiceCommon 2.0.1 of gematik. What a Konnektor may
leave out is None.
"""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from typing import TYPE_CHECKING

from apowacht.plugins.wire.sds import Product, read_product
from apowacht.plugins.wire.soap import garbled
from apowacht.plugins.wire.soap_fault import Fault, Trace, read_trace
from apowacht.plugins.wire.xmlvalues import boolean, day, moment, whole

if TYPE_CHECKING:
    from datetime import date, datetime

    from apowacht.plugins.wire.xmltree import Node

# What may be asked for, and what may then come back: SM-B and HBAx stand for groups.
_KINDS = {
    "SMC-B": frozenset({"SMC-B"}),
    "HSM-B": frozenset({"HSM-B"}),
    "SM-B": frozenset({"SM-B", "SMC-B", "HSM-B"}),
    "SMC-KT": frozenset({"SMC-KT"}),
    "HBA": frozenset({"HBA"}),
    "HBAx": frozenset({"HBAx", "HBA", "HBA-qSig", "ZOD_2.0"}),
}
CARD_TYPES = tuple(_KINDS)
WITH_PIN_SMC = _KINDS["SM-B"]
_ECC_SINCE = (4, 4, 0)

_UNDERSCORES = {"TRANSPORTPIN": "TRANSPORT_PIN", "EMPTYPIN": "EMPTY_PIN"}


@dataclass(frozen=True)
class Condition:
    """One ErrorCondition (TAB_KON_503); it holds while `value` is true, since `valid_from`."""

    name: str  # EC_… without its parameters
    parameters: tuple[str, ...]  # of a terminal's condition: the ctId
    value: bool | None
    severity: str | None  # Fatal, Error, Warning, Info
    type: str | None  # Operation, Security, Infrastructure
    valid_from: datetime | None

    @property
    def terminal_id(self) -> str | None:
        """The ctId of the terminal that the condition is about."""
        of_terminal = self.name.startswith("EC_CardTerminal_") and self.parameters
        return self.parameters[0] if of_terminal else None


@dataclass(frozen=True)
class ResourceInformation:
    """The Konnektor's own state; VPN states are online or offline, each since its moment."""

    vpn_ti: str | None
    vpn_ti_since: datetime | None
    vpn_sis: str | None
    vpn_sis_since: datetime | None
    conditions: tuple[Condition, ...] | None  # None: not told


@dataclass(frozen=True)
class CardTerminal:
    """A terminal that the Konnektor knows; its address is the one at its pairing."""

    terminal_id: str  # CtId
    name: str | None
    connected: bool | None
    physical: bool | None  # False: the virtual terminal of an HSM-B
    slots: int | None
    ip_address: str | None
    workplaces: tuple[str, ...]
    product: Product


@dataclass(frozen=True)
class Card:
    """An inserted card. Its handle is for the next question only and no field of the record."""

    type: str
    terminal_id: str | None
    slot: int | None
    inserted: datetime | None
    expires: date | None
    object_system: str | None  # ObjectSystemVersion, such as 4.8.0
    generation: str | None  # G2.0 (RSA only) or G2.1
    secret_handle: InitVar[str] = ""

    def __post_init__(self, secret_handle: str) -> None:
        object.__setattr__(self, "_handle", secret_handle)

    @property
    def handle(self) -> str:
        """The CardHandle: changes whenever card, terminal or Konnektor starts anew."""
        return str(self.__dict__["_handle"])


@dataclass(frozen=True)
class PinStatus:
    """`status`: VERIFIED, VERIFIABLE, BLOCKED, TRANSPORT_PIN, EMPTY_PIN, DISABLED or newer."""

    status: str | None
    left_tries: int | None


@dataclass(frozen=True)
class CertificateExpiration:
    """When a certificate ends; `of_konnektor` is the gSMC-K's, which has neither card nor slot."""

    terminal_id: str | None
    expires: date | None
    of_konnektor: bool
    crypt: str | None  # what was asked for


@dataclass(frozen=True)
class CardCertificate:
    """C.AUT of a card: who issued it (RFC 4514) and from when to when it is valid."""

    issuer: str | None
    valid_from: datetime | None
    expires: datetime | None
    crypt: str | None  # what was asked for


def read_status(answer: Node, host: str, operation: str) -> Trace | None:
    """None for the result OK, what the Konnektor notes for Warning. Raises Fault for ERROR."""
    result = (answer.value("Status", "Result") or "").upper()
    status = answer.find("Status")
    trace = read_trace(status) if status is not None else ()
    if result == "ERROR":
        raise Fault("konnektor_fault" if trace else "konnektor_fault_plain", host, operation,
                    text="" if trace else "ERROR", trace=trace)  # fmt: skip
    if result != "WARNING":
        return None
    return trace[-1] if trace else Trace(0, "", "")


def read_resource_information(answer: Node, host: str = "") -> ResourceInformation:
    """GetResourceInformationResponse about the Konnektor. Raises Garbled."""
    told = answer.find("Connector")
    if told is None:
        raise garbled(host, "GetResourceInformation", "content")
    state = told.find("OperatingState")
    states = state.all("ErrorState") if state is not None else ()
    return ResourceInformation(
        vpn_ti=_online(told, "VPNTIStatus"),
        vpn_ti_since=moment(told.value("VPNTIStatus", "Timestamp")),
        vpn_sis=_online(told, "VPNSISStatus"),
        vpn_sis_since=moment(told.value("VPNSISStatus", "Timestamp")),
        # A Konnektor lists all its conditions, so none at all is no answer.
        conditions=tuple(_condition(one) for one in states) or None,
    )


def split_condition(text: str) -> tuple[str, tuple[str, ...]]:
    """`EC_CardTerminal_Not_Available(47)` as its name and the list of its parameters."""
    name, _, rest = text.partition("(")
    parameters = (part.strip() for part in rest.removesuffix(")").split(","))
    return name.strip(), tuple(part for part in parameters if part)


def read_card_terminals(answer: Node, host: str = "") -> tuple[CardTerminal, ...]:
    """GetCardTerminalsResponse; an entry without CtId and name is none. Raises Garbled."""
    told = answer.find("CardTerminals")
    if told is None:
        raise garbled(host, "GetCardTerminals", "content")
    return tuple(
        _terminal(one) for one in told.all("CardTerminal") if one.value("CtId") or one.value("Name")
    )


def read_cards(answer: Node, host: str, asked: str) -> tuple[Card, ...]:
    """GetCardsResponse to a question for the type `asked`; all other types are dropped.

    Raises Garbled.
    """
    told = answer.find("Cards")
    if told is None:
        raise garbled(host, "GetCards", "content")
    return tuple(_card(one) for one in told.all("Card") if one.value("CardType") in _KINDS[asked])


def read_pin_status(answer: Node, host: str = "") -> PinStatus:
    """GetPinStatusResponse. Raises Garbled when it tells neither state nor tries."""
    word = (answer.value("PinStatus") or "").upper() or None
    status = PinStatus(
        _UNDERSCORES.get(word, word) if word else None, whole(answer.value("LeftTries"))
    )
    if status.status is None and status.left_tries is None:
        raise garbled(host, "GetPinStatus", "content")
    return status


def read_certificate_expirations(
    answer: Node, asked: str | None = None, crypt: str | None = None
) -> tuple[CertificateExpiration, ...]:
    """CheckCertificateExpirationResponse; with `asked` only the rows of that card handle."""
    rows = []
    for row in answer.all("CertificateExpiration"):
        handle = row.value("CardHandle")
        if asked is None or handle == asked:
            # The schema before 6.0.1 wrote the third letter of CtID as a small L.
            terminal = row.value("CtID") or row.value("CtlD") or row.value("CtId")
            own = not handle and not terminal
            rows.append(CertificateExpiration(terminal, day(row.value("validity")), own, crypt))
    return tuple(rows)


def read_card_certificate(answer: Node, host: str, crypt: str | None = None) -> CardCertificate:
    """C.AUT in a ReadCardCertificateResponse. Raises Garbled when it is not there."""
    for told in answer.all("X509DataInfo"):
        if told.value("CertRef") == "C.AUT":
            data = told.find("X509Data")
            if data is not None:
                return _certificate(data, host, crypt)
    raise garbled(host, "ReadCardCertificate", "content")


def _certificate(data: Node, host: str, crypt: str | None) -> CardCertificate:
    from base64 import b64decode

    from cryptography.x509 import InvalidVersion, load_der_x509_certificate

    text = "".join((data.value("X509Certificate") or "").split())
    try:
        read = load_der_x509_certificate(b64decode(text, validate=True))
        return CardCertificate(
            read.issuer.rfc4514_string(),
            read.not_valid_before_utc,
            read.not_valid_after_utc,
            crypt,
        )
    except (ValueError, InvalidVersion) as error:
        raise garbled(host, "ReadCardCertificate", "certificate") from error


def _condition(told: Node) -> Condition:
    name, parameters = split_condition(told.value("ErrorCondition") or "")
    return Condition(
        name=name,
        parameters=parameters,
        value=boolean(told.value("Value")),
        severity=told.value("Severity"),
        type=told.value("Type"),
        valid_from=moment(told.value("ValidFrom")),
    )


def _online(told: Node, name: str) -> str | None:
    word = (told.value(name, "ConnectionStatus") or "").lower()
    return word if word in ("online", "offline") else None


def _terminal(told: Node) -> CardTerminal:
    workplaces = told.find("WorkplaceIds")
    names = (one.text for one in workplaces.all("WorkplaceId")) if workplaces is not None else ()
    return CardTerminal(
        terminal_id=told.value("CtId") or "",
        name=told.value("Name"),
        connected=boolean(told.value("Connected")),
        physical=boolean(told.value("IS_PHYSICAL")),
        slots=whole(told.value("Slots")),
        ip_address=told.value("IPAddress", "IPV4Address") or told.value("IPAddress", "IPV6Address"),
        workplaces=tuple(name for name in names if name),
        product=read_product(told),
    )


def _card(told: Node) -> Card:
    numbers = tuple(
        whole(told.value("CardVersion", "ObjectSystemVersion", part))
        for part in ("Major", "Minor", "Revision")
    )
    system = tuple(number for number in numbers if number is not None)
    known = len(system) == len(numbers)
    return Card(
        type=told.value("CardType") or "",
        terminal_id=told.value("CtId"),
        slot=whole(told.value("SlotId")),
        inserted=moment(told.value("InsertTime")),
        expires=day(told.value("CertificateExpirationDate")),
        object_system=".".join(map(str, system)) if known else None,
        generation=("G2.1" if system >= _ECC_SINCE else "G2.0") if known else None,
        secret_handle=told.value("CardHandle") or "",
    )
