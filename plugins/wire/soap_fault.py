"""SOAP faults, gematik's error structure in them, and as much of their words as may be shown.

Sources: SOAP 1.1 section 4.4; TelematikError.xsd 2.0; gemSpec_Kon TIP1-A_14159: the last Trace
holds a code that gematik has defined, earlier ones may hold a vendor's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apowacht.plugins.core.errors import Refused
from apowacht.plugins.wire.xmlvalues import whole

if TYPE_CHECKING:
    from apowacht.plugins.wire.xmltree import Node

_SEVERITIES = frozenset({"Info", "Warning", "Error", "Fatal"})
_TYPES = frozenset({"Technical", "Security", "Operation", "Infrastructure", "Business", "Other"})

# A fault's text may name a card's holder, and a name has no form by which it could be found out.
# So a text is shown as far as it consists of these words and no further.
_VOCABULARY = """
a abgebrochen abgelaufen access action aktiv als am an and anfrage arbeitsplatz at
aufgetreten aufruf aufrufkontext aus authentication authentifiziert authentifizierung
authentisierung authorization authorized available bad be bei beim betriebszustand card
certificate client clientsystem connection content could das dem den denied der des die
dienst ein eine einem einen element endpoint error exception expired expected failed fehler
fehlerhaft fehlgeschlagen fehlt fehlen for forbidden found fuer für gefunden gesperrt gesteckt
gueltig gültig header handle im in infomodell insufficient intern interne internal interner
invalid is ist karte karten karten-handle kartenterminal kein keine keinen konnektor konnte
kritischen mandant mandanten mandanten-id message method missing mit namespace nicht no not
null oder of on online operation or parameter permission permitted pflichtparameter pin
processing request required response schnittstelle schema security server service
sicherheitsfehler sind soap string syntax syntaxfehler technischer temporarily the timeout to
unable unauthorized unavailable und undefined unexpected ungueltig ungueltige ungültig
ungültige ungültiger unbekannt unbekannte unbekannter unknown unsupported unterstützt uuid
value verbindung verboten verfügbar version von wert wird workplace wurde xml zeitüberschreitung
zertifikat zugeordnet zugreifbar zugriff zulässig zum zur zwischen
"""
_WORDS = frozenset(_VOCABULARY.split())
_LONGEST_CHARACTERS = 80


class Trace(NamedTuple):
    """One step of a fault: its number, severity (Info to Fatal) and type, "" where not told."""

    code: int
    severity: str
    error_type: str


class Fault(Refused):
    """The operation was answered with a SOAP fault.

    `code` is gematik's number, None where the fault has none; `severity` and `error_type` are
    gematik's words or ""; `text` is the harmless beginning of the fault's own words; `trace` holds
    all steps in the order of the answer. `kind` and `option` are for the one who knows the codes.
    """

    def __init__(
        self,
        reason: str,
        host: str,
        operation: str,
        *,
        text: str = "",
        trace: tuple[Trace, ...] = (),
        kind: str = "other",
        option: str | None = None,
    ) -> None:
        last = trace[-1] if trace else None
        self.code = last.code if last else None
        self.severity = last.severity if last else ""
        self.error_type = last.error_type if last else ""
        self.text = text
        self.trace = trace
        self.kind = kind
        self.option = option
        values: dict[str, object] = {"phase": "request", "host": host, "what": operation}
        values |= {"code": self.code, "text": text or None, "option": option}
        told = {key: value for key, value in values.items() if value is not None}
        super().__init__(reason, **told)


def read_fault(node: Node, host: str, operation: str) -> Fault:
    """The fault in a SOAP body; `operation` is what was asked."""
    found = node.value("faultstring") or node.value("Reason", "Text") or ""
    trace = read_trace(node)
    if trace:
        return Fault("konnektor_fault", host, operation, text=harmless(found), trace=trace)
    code = (node.value("faultcode") or "").rpartition(":")[2]
    text = harmless(found) or harmless(code) or "SOAP Fault"
    return Fault("konnektor_fault_plain", host, operation, text=text)


def read_trace(node: Node) -> tuple[Trace, ...]:
    """The steps of gematik's Error below `node`; those without a number are left out."""
    steps = []
    for step in node.all("Trace"):
        code = whole(step.value("Code"))
        if code is not None:
            severity = _one_of(step.value("Severity"), _SEVERITIES)
            steps.append(Trace(code, severity, _one_of(step.value("ErrorType"), _TYPES)))
    return tuple(steps)


def harmless(text: str) -> str:
    """The beginning of a text, up to the first word that is not known to be harmless."""
    kept: list[str] = []
    for word in text.split():
        bare = word.strip(".,;:!()\"'«»")
        if bare.lower() not in _WORDS:
            break
        kept.append(bare)
        if word.endswith(":"):  # what follows is the value
            break
    return " ".join(kept)[:_LONGEST_CHARACTERS].rstrip()


def _one_of(text: str | None, words: frozenset[str]) -> str:
    return text if text in words else ""
