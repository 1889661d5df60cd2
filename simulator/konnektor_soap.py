"""The operations of a Konnektor, from a request to the element that answers it.

Sources: EventService 7.2.1, CardService 8.1.3 and 8.2.1, CertificateService 6.0.2 of gematik.
Nothing here changes anything: who asks for that gets a fault.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING

from apowacht.simulator.konnektor_conditions import FATAL, WORKING_IN
from apowacht.simulator.konnektor_faults import FaultError, error
from apowacht.simulator.konnektor_requests import (
    CHANGING,
    SERVICES,
    SHAPES,
    Context,
    Identity,
    check_context,
    check_form,
    context_of,
)
from apowacht.simulator.konnektor_sds import product
from apowacht.simulator.konnektor_xml import Element, Node, tell

if TYPE_CHECKING:
    from collections.abc import Callable

    from apowacht.simulator.konnektor_cards import Handles
    from apowacht.simulator.konnektor_keys import Cabinet
    from apowacht.simulator.konnektor_state import (
        Card,
        Condition,
        Manners,
        Situation,
        Terminal,
        Vpn,
    )

_GROUPS = {"SM-B": ("SMC-B", "HSM-B", "SM-B"), "HBAx": ("HBA", "HBA-qSig", "ZOD_2.0", "HBAx")}
_OF_MANDANT = (*_GROUPS["SM-B"], *_GROUPS["HBAx"])
_CERTIFICATES = {
    "SMC-B": ("C.AUT", "C.ENC", "C.SIG"),
    "HSM-B": ("C.AUT", "C.ENC", "C.SIG"),
    "HBA": ("C.AUT", "C.ENC", "C.QES"),
    "SMC-KT": ("C.AUT",),
}
_PINS = {
    "SMC-B": ("PIN.SMC",),
    "HSM-B": ("PIN.SMC",),
    "HBA": ("PIN.CH", "PIN.QES"),
    "EGK": ("PIN.CH",),
}
NEVER = "1970-01-01T00:00:00.000Z"


@dataclass(frozen=True)
class Asked:
    """One question and all that its answer may depend on."""

    node: Node
    identity: Identity
    situation: Situation
    manners: Manners
    handles: Handles
    cabinet: Cabinet

    @property
    def context(self) -> Context:
        """In whose name it is asked."""
        return context_of(self.node)

    @property
    def operation(self) -> str:
        """Its name without the namespace."""
        return self.node.name.rpartition(":")[2]

    @property
    def terminals(self) -> tuple[Terminal, ...]:
        """The terminals that the question may see: those of the workplace, or all."""
        workplace = self.context.workplace
        if self.node.attributes.get("mandant-wide") in ("true", "1"):
            return self.situation.terminals
        return tuple(
            one
            for one in self.situation.terminals
            if not one.workplaces or workplace in one.workplaces
        )

    def card(self, handle: str) -> Card:
        """The card that the question is about. Raises FaultError."""
        card = self.handles.card(handle, self.situation)
        if card.terminal not in {one.ct_id for one in self.terminals}:
            raise FaultError(4015)
        return card


def answer(asked: Asked, service: str) -> Element:
    """The answer of one service to one question. Raises FaultError."""
    name, operation = asked.node.name, asked.operation
    key = name.rpartition(":")[0]
    if operation in CHANGING:
        raise FaultError(None, f"{operation} is refused: a simulator changes nothing")
    if SERVICES.get(key) != service or operation not in OPERATIONS or name not in SHAPES:
        raise FaultError(None, f"Cannot find dispatch method for {operation}", blame="Client")
    _obey_manners(asked)
    _check_condition(asked)
    check_form(asked.node, crypt_known=_crypt_known(asked.situation))
    check_context(asked.context, asked.situation, asked.identity)
    content = OPERATIONS[operation](asked)
    return tell(f"{name}Response", _status(asked), *content)


def _obey_manners(asked: Asked) -> None:
    wanted = asked.manners.of("fault", asked.operation)
    if wanted.startswith("plain"):
        raise FaultError(None, wanted.removeprefix("plain").strip() or "Internal error")
    if wanted:
        raise FaultError(int(wanted))


def _check_condition(asked: Asked) -> None:
    fatal = {one.name for one in asked.situation.conditions if one.value} & FATAL
    if fatal - WORKING_IN[asked.operation]:
        raise FaultError(4002)


def _crypt_known(situation: Situation) -> bool:
    return "6.0.1" in situation.flavour.services.get("CertificateService", "").split()


def _status(asked: Asked) -> Element:
    code = asked.manners.of("warning", asked.operation)
    if not code:
        return tell("CONN:Status", tell("CONN:Result", "OK"))
    noted = error(FaultError(int(code)), asked.situation.flavour)
    return tell("CONN:Status", tell("CONN:Result", "Warning"), noted)


def _resource_information(asked: Asked) -> tuple[Element, ...]:
    wanted = {
        name: asked.node.value(name)
        for name in ("CARDCMN:CtId", "CARDCMN:SlotId", "CARDCMN:Iccsn", "CONN:CardHandle")
    }
    if handle := wanted["CONN:CardHandle"]:
        return (_card(asked, asked.card(handle)),)
    if not any(wanted.values()):
        return (_connector(asked.situation),)
    slot, iccsn = wanted["CARDCMN:SlotId"], wanted["CARDCMN:Iccsn"]
    if slot or iccsn:
        for card in _visible_cards(asked):
            if iccsn in (None, card.iccsn) and slot in (None, str(card.slot)):
                return (_card(asked, card),)
        raise FaultError(4008)
    return (_terminal(_wanted_terminals(asked)[0]),)


def _card_terminals(asked: Asked) -> tuple[Element, ...]:
    return (tell("CT:CardTerminals", *(_terminal(one) for one in asked.terminals)),)


def _cards(asked: Asked) -> tuple[Element, ...]:
    wanted, slot = asked.node.value("CARDCMN:CardType"), asked.node.value("CARDCMN:SlotId")
    types = _GROUPS.get(wanted or "", (wanted,))
    found = (
        card
        for card in _visible_cards(asked)
        if (not wanted or card.type in types or asked.manners.unfiltered)
        and slot in (None, str(card.slot))
    )
    return (tell("CARD:Cards", *(_card(asked, card) for card in found)),)


def _visible_cards(asked: Asked) -> list[Card]:
    there = {one.ct_id for one in _wanted_terminals(asked)}
    return [card for card in asked.situation.inserted if card.terminal in there]


def _wanted_terminals(asked: Asked) -> tuple[Terminal, ...]:
    ct_id = asked.node.value("CARDCMN:CtId")
    if not ct_id:
        return asked.terminals
    if ct_id not in {one.ct_id for one in asked.situation.terminals}:
        raise FaultError(4007)
    found = tuple(one for one in asked.terminals if one.ct_id == ct_id)
    if not found:
        raise FaultError(4015)
    return found


def _subscription(asked: Asked) -> tuple[Element, ...]:
    return (tell("EVT:Subscriptions"),)


def _pin_status(asked: Asked) -> tuple[Element, ...]:
    card = asked.card(asked.node.value("CONN:CardHandle") or "")
    if asked.node.value("CARDCMN:PinTyp") not in _PINS.get(card.type, ()):
        raise FaultError(4072)
    pin = card.pin(asked.context.mandant)
    usual = {"VERIFIABLE": 3, "TRANSPORT_PIN": 3, "BLOCKED": 0}.get(pin)
    tries = usual if card.tries is None else card.tries
    key = asked.node.name.rpartition(":")[0]
    told = [tell(f"{key}:PinStatus", pin)]
    if tries is not None:
        told.append(tell(f"{key}:LeftTries", str(tries)))
    return tuple(told)


def _certificate_expiration(asked: Asked) -> tuple[Element, ...]:
    handle, crypt = asked.node.value("CONN:CardHandle"), asked.node.value("CERT:Crypt")
    situation = asked.situation
    if handle:
        card = asked.card(handle)
        if crypt == "ECC" and not card.has_ecc:
            raise FaultError(4258, f"ECC-Zertifikate nicht vorhanden auf Karte: {handle}")
        return (_expiration(asked, card, crypt),)
    dates = dict(situation.expires)
    own = dates.get(crypt or "", "") or dates[""]
    rows = [_row("", "", situation.iccsn, certificate_name(situation), own)]
    rows += [
        _expiration(asked, card, crypt)
        for card in situation.inserted
        if card.type in _OF_MANDANT and card.until(crypt or "")
    ]
    return tuple(rows)


def _expiration(asked: Asked, card: Card, crypt: str | None) -> Element:
    day = card.until(crypt or _usual_crypt(asked, card))
    handle = asked.handles.of(card)
    return _row(card.terminal, handle, card.iccsn, card.holder or card.iccsn, day)


def _usual_crypt(asked: Asked, card: Card) -> str:
    return "ECC" if card.has_ecc and _crypt_known(asked.situation) else "RSA"


def _row(ct_id: str, handle: str, iccsn: str, name: str, day: str) -> Element:
    return tell(
        "CERT:CertificateExpiration",
        tell("CERT:CtID", ct_id),
        tell("CONN:CardHandle", handle),
        tell("CERT:ICCSN", iccsn),
        tell("CERT:subject_commonName", name),
        tell("CERT:serialNumber", str(sum(iccsn.encode()) * 1009)),
        tell("CERT:validity", day),
    )


def _card_certificate(asked: Asked) -> tuple[Element, ...]:
    handle = asked.node.value("CONN:CardHandle") or ""
    card = asked.card(handle)
    crypt = asked.node.value("CERT:Crypt") or _usual_crypt(asked, card)
    if crypt == "ECC" and not card.has_ecc:
        raise FaultError(4258, f"ECC-Zertifikate nicht vorhanden auf Karte: {handle}")
    wanted = [
        one.text.strip()
        for part in asked.node.children
        if part.name == "CERT:CertRefList"
        for one in part.children
    ]
    return (tell("CERTCMN:X509DataInfoList", *(_data(asked, card, ref, crypt) for ref in wanted)),)


def _data(asked: Asked, card: Card, reference: str, crypt: str) -> Element:
    if reference not in _CERTIFICATES.get(card.type, ()) or not card.until(crypt):
        return tell("CERTCMN:X509DataInfo", tell("CERTCMN:CertRef", reference))
    name = card.holder or card.iccsn
    holder = asked.cabinet.card(name, reference, crypt, card.until(crypt))
    made = holder.certificate
    return tell(
        "CERTCMN:X509DataInfo",
        tell("CERTCMN:CertRef", reference),
        tell(
            "CERTCMN:X509Data",
            tell(
                "CERTCMN:X509IssuerSerial",
                tell("CERTCMN:X509IssuerName", made.issuer.rfc4514_string()),
                tell("CERTCMN:X509SerialNumber", str(made.serial_number)),
            ),
            tell("CERTCMN:X509SubjectName", made.subject.rfc4514_string()),
            tell("CERTCMN:X509Certificate", b64encode(holder.der).decode("ascii")),
        ),
    )


OPERATIONS: dict[str, Callable[[Asked], tuple[Element, ...]]] = {
    "GetResourceInformation": _resource_information,
    "GetCardTerminals": _card_terminals,
    "GetCards": _cards,
    "GetSubscription": _subscription,
    "GetPinStatus": _pin_status,
    "CheckCertificateExpiration": _certificate_expiration,
    "ReadCardCertificate": _card_certificate,
}


def certificate_name(situation: Situation) -> str:
    """The common name of the Konnektor's certificate: its ICCSN and the day of issue."""
    return f"{situation.iccsn}-{situation.issued.replace('-', '')}"


def _connector(situation: Situation) -> Element:
    return tell(
        "CONN:Connector",
        _vpn("CONN:VPNTIStatus", situation.vpn_ti),
        _vpn("CONN:VPNSISStatus", situation.vpn_sis),
        tell("CONN:OperatingState", *(_condition(one) for one in situation.conditions)),
    )


def _vpn(name: str, vpn: Vpn) -> Element:
    return tell(
        name,
        tell("CONN:ConnectionStatus", "Online" if vpn.online else "Offline"),
        tell("CONN:Timestamp", vpn.since),
    )


def _condition(one: Condition) -> Element:
    return tell(
        "CONN:ErrorState",
        tell("CONN:ErrorCondition", one.name),
        tell("CONN:Severity", one.severity),
        tell("CONN:Type", one.kind),
        tell("CONN:Value", str(one.value).lower()),
        tell("CONN:ValidFrom", one.since),
    )


def _terminal(one: Terminal) -> Element:
    six = ":" in one.address
    address = tell("CT:IPV6Address" if six else "CT:IPV4Address", one.address)
    return tell(
        "CT:CardTerminal",
        product(
            (one.vendor, one.code, one.hardware, one.firmware),
            ("KT", "1.5.0") if one.known else ("", "0.0.0"),
            ("", ""),
            "2026-01-05T06:00:00.000Z" if one.known else NEVER,
        ),
        tell("CARDCMN:CtId", one.ct_id),
        tell("CONN:WorkplaceIds", *(tell("CONN:WorkplaceId", name) for name in one.workplaces)),
        tell("CT:Name", one.name),
        tell("CT:MacAddress", one.mac),
        tell("CT:IPAddress", address) if one.address else None,
        tell("CT:Slots", str(one.slots)),
        tell("CT:IS_PHYSICAL", str(one.physical).lower()),
        tell("CT:Connected", str(one.connected).lower()),
    )


def _card(asked: Asked, card: Card) -> Element:
    expires = card.expires and card.expires + asked.situation.flavour.zone
    return tell(
        "CARD:Card",
        tell("CONN:CardHandle", asked.handles.of(card)),
        tell("CARDCMN:CardType", card.type),
        _versions(card.system) if card.system else None,
        tell("CARDCMN:Iccsn", card.iccsn) if card.iccsn else None,
        tell("CARDCMN:CtId", card.terminal),
        tell("CARDCMN:SlotId", str(card.slot)),
        tell("CARD:InsertTime", card.inserted),
        tell("CARD:CardHolderName", card.holder) if card.holder else None,
        tell("CARD:Kvnr", card.kvnr) if card.kvnr else None,
        tell("CARD:CertificateExpirationDate", expires) if expires else None,
    )


def _versions(system: str) -> Element:
    def version(name: str, number: str) -> Element:
        parts = zip(("Major", "Minor", "Revision"), number.split("."), strict=True)
        return tell(name, *(tell(f"CARD:{part}", text) for part, text in parts))

    return tell(
        "CARD:CardVersion",
        version("CARD:COSVersion", "4.5.0"),
        version("CARD:ObjectSystemVersion", system),
    )
