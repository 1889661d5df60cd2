"""What a Konnektor accepts as a request: its form by gematik's schemas, and in whose name it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apowacht.simulator.konnektor_faults import FaultError
from apowacht.simulator.konnektor_xml import Node, NoXmlError, read

if TYPE_CHECKING:
    from apowacht.simulator.konnektor_state import Situation

_PIN = ("CCTX:Context", "CONN:CardHandle", "CARDCMN:PinTyp")

# The children of each element in their order; `?` may be missing, `+` may be repeated.
SHAPES: dict[str, tuple[str, ...]] = {
    "EVT:GetResourceInformation": (
        "CCTX:Context", "CARDCMN:CtId?", "CARDCMN:SlotId?", "CARDCMN:Iccsn?", "CONN:CardHandle?",
    ),
    "EVT:GetCardTerminals": ("CCTX:Context",),
    "EVT:GetCards": ("CCTX:Context", "CARDCMN:CtId?", "CARDCMN:SlotId?", "CARDCMN:CardType?"),
    "EVT:GetSubscription": ("CCTX:Context", "EVT:SubscriptionID?"),
    "CARD:GetPinStatus": _PIN,
    "CARD82:GetPinStatus": _PIN,
    "CERT:CheckCertificateExpiration": ("CONN:CardHandle?", "CCTX:Context", "CERT:Crypt?"),
    "CERT:ReadCardCertificate": (
        "CONN:CardHandle", "CCTX:Context", "CERT:CertRefList", "CERT:Crypt?",
    ),
    "CCTX:Context": ("CONN:MandantId", "CONN:ClientSystemId", "CONN:WorkplaceId", "CONN:UserId?"),
    "CERT:CertRefList": ("CERT:CertRef+",),
}  # fmt: skip
WITH_MANDANT_WIDE = ("EVT:GetCardTerminals", "EVT:GetCards", "EVT:GetSubscription")
_WORDS = {
    "CARDCMN:CardType": frozenset(
        {"EGK", "HBA-qSig", "HBA", "SMC-B", "HSM-B", "SMC-KT", "KVK", "ZOD_2.0", "UNKNOWN",
         "HBAx", "SM-B"}
    ),
    "CERT:Crypt": frozenset({"RSA", "ECC"}),
    "CERT:CertRef": frozenset({"C.AUT", "C.ENC", "C.SIG", "C.QES"}),
}  # fmt: skip
_LONGEST = {"CONN:CardHandle": 128}
_LONGEST_CHARACTERS = 64

SERVICES = {
    "EVT": "EventService",
    "CARD": "CardService",
    "CARD82": "CardService",
    "CERT": "CertificateService",
    "CTS": "CardTerminalService",
}

# Whoever calls one of these wants something of the Konnektor, of a terminal or of a card.
CHANGING = frozenset(
    {"VerifyPin", "ChangePin", "UnblockPin", "EnablePin", "DisablePin", "StartCardSession",
     "StopCardSession", "SecureSendAPDU", "RequestCard", "EjectCard", "Subscribe", "Unsubscribe",
     "RenewSubscriptions", "SignDocument", "StopSignature", "GetJobNumber",
     "ActivateComfortSignature", "DeactivateComfortSignature", "EncryptDocument",
     "DecryptDocument", "ExternalAuthenticate", "ReadVSD", "ReadKVK"}
)  # fmt: skip


class Context(NamedTuple):
    """In whose name somebody asks."""

    mandant: str
    client_system: str
    workplace: str


class Identity(NamedTuple):
    """Who somebody has shown to be: `kind` is none, basic or certificate."""

    kind: str = "none"
    name: str = ""


def operation_in(body: bytes) -> Node:
    """The operation in a SOAP message. Raises FaultError for what is none."""
    try:
        root = read(body)
    except NoXmlError as error:
        raise FaultError(4000, detail=str(error), blame="Client") from error
    content = [one for part in root.children if part.name == "S:Body" for one in part.children]
    if root.name != "S:Envelope" or len(content) != 1:
        raise FaultError(None, "no SOAP 1.1 message with one element in its body", blame="Client")
    return content[0]


def check_form(node: Node, *, crypt_known: bool = True) -> None:
    """Raise FaultError 4000 where the request breaks the schema."""
    allowed = {"mandant-wide"} if node.name in WITH_MANDANT_WIDE else set()
    for name, text in node.attributes.items():
        if name not in allowed or text not in ("true", "false", "1", "0"):
            raise _syntax(f"attribute {name}")
    shape = SHAPES.get(node.name, ())
    if not crypt_known:
        shape = tuple(part for part in shape if part != "CERT:Crypt?")
    waiting = list(node.children)
    for part in shape:
        name, many = part.rstrip("?+"), part.endswith("+")
        found = 0
        while waiting and waiting[0].name == name and (many or not found):
            check_form(waiting.pop(0), crypt_known=crypt_known)
            found += 1
        if not found and not part.endswith("?"):
            raise _syntax(f"{name} is missing in {node.name}")
    if waiting:
        raise _syntax(f"{waiting[0].name} was not expected in {node.name}")
    if not shape:
        _check_text(node)


def _check_text(node: Node) -> None:
    text = node.text.strip()
    words = _WORDS.get(node.name)
    if (words and text not in words) or len(text) > _LONGEST.get(node.name, _LONGEST_CHARACTERS):
        raise _syntax(f"the value of {node.name}")
    if node.name == "CARDCMN:SlotId" and not (text.isascii() and text.isdigit() and int(text)):
        raise _syntax(f"the value of {node.name}")


def _syntax(detail: str) -> FaultError:
    return FaultError(4000, detail=detail, blame="Client")


def context_of(node: Node) -> Context:
    """The context of a request whose form is right."""
    parts = ("CONN:MandantId", "CONN:ClientSystemId", "CONN:WorkplaceId")
    return Context(*(node.value("CCTX:Context", part) or "" for part in parts))


def check_context(context: Context, situation: Situation, identity: Identity) -> None:
    """Raise FaultError where the Infomodell does not know the context, or not this client."""
    known = situation.contexts
    if not all(context):
        raise FaultError(4021)
    for code, place in ((4004, 0), (4005, 1), (4006, 2)):
        if context[place] not in {one[place] for one in known}:
            raise FaultError(code)
    for code, one_place, other_place in ((4010, 0, 1), (4011, 0, 2), (4014, 1, 2)):
        pair = (context[one_place], context[other_place])
        if pair not in {(one[one_place], one[other_place]) for one in known}:
            raise FaultError(code)
    login, flavour = situation.login, situation.flavour
    expected = login.client_system
    if identity.kind == "certificate" and flavour.named_client:
        expected = identity.name
    if login.kind != "none" and expected and expected != context.client_system:
        raise FaultError(4204)
