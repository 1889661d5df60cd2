"""SOAP faults as a Konnektor writes them: with gematik's error in it, or with words only."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from apowacht.simulator.konnektor_xml import Element, tell

if TYPE_CHECKING:
    from apowacht.simulator.konnektor_flavours import Flavour

# Number -> (ErrorType, ErrorText).
TEXTS = {
    4000: ("Technical", "Syntaxfehler"),
    4001: ("Technical", "Interner Fehler"),
    4002: ("Technical", "Der Konnektor befindet sich in einem kritischen Betriebszustand"),
    4003: ("Technical", "Keine User-ID angegeben"),
    4004: ("Technical", "Ungültige Mandanten-ID"),
    4005: ("Technical", "Ungültige Clientsystem-ID"),
    4006: ("Technical", "Ungültige Arbeitsplatz-ID"),
    4007: ("Technical", "Ungültige Kartenterminal-ID"),
    4008: ("Technical", "Karte nicht als gesteckt identifiziert"),
    4010: ("Technical", "Clientsystem ist dem Mandanten nicht zugeordnet"),
    4011: ("Technical", "Arbeitsplatz ist dem Mandanten nicht zugeordnet"),
    4012: ("Technical", "Kartenterminal ist dem Mandanten nicht zugeordnet"),
    4014: ("Technical", "Arbeitsplatz ist dem Clientsystem nicht zugeordnet"),
    4015: ("Technical", "Kartenterminal ist vom Arbeitsplatz aus nicht zugreifbar"),
    4021: ("Technical", "Es sind nicht alle Pflichtparameter gefüllt"),
    4047: ("Technical", "Karten-Handle ungültig"),
    4072: ("Technical", "Ungültige PIN-Referenz"),
    4204: ("Security", "Clientsystem aus dem Aufrufkontext konnte nicht authentifiziert werden"),
    4258: ("Technical", "ECC-Zertifikate nicht vorhanden auf Karte"),
}


class FaultError(Exception):
    """An operation ends with a fault. Without a number it is one of words alone.

    `blame` is Client or Server.
    """

    def __init__(self, code: int | None, words: str = "", detail: str = "", *,
                 blame: str = "Server") -> None:  # fmt: skip
        super().__init__(code, words, detail)
        self.code = code
        self.words = words or (TEXTS[code][1] if code in TEXTS else "Fehler")
        self.detail = detail
        self.blame = blame


def error(fault: FaultError, flavour: Flavour) -> Element:
    """gematik's Error of a fault that has a number; the last Trace is the one that counts."""
    code = fault.code or 0
    numbers = [flavour.vendor_trace, code] if flavour.vendor_trace else [code]
    return tell(
        "GERROR:Error",
        tell("GERROR:MessageID", str(uuid4())),
        tell("GERROR:Timestamp", datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")),
        *(_trace(number, fault, last=number == code) for number in numbers),
    )


def _trace(number: int, fault: FaultError, *, last: bool) -> Element:
    kind = TEXTS.get(number, ("Technical", ""))[0]
    severity = "Fatal" if number == 4002 else "Error"
    return tell(
        "GERROR:Trace",
        tell("GERROR:EventID", str(uuid4())),
        tell("GERROR:Instance", "Konnektor-Lokal"),
        tell("GERROR:LogReference", str(uuid4())),
        tell("GERROR:CompType", "Konnektor"),
        tell("GERROR:Code", str(number)),
        tell("GERROR:Severity", severity),
        tell("GERROR:ErrorType", kind),
        tell("GERROR:ErrorText", fault.words if last else "Herstellereigener Fehler"),
        tell("GERROR:Detail", fault.detail, Encoding="UTF-8") if fault.detail and last else None,
    )


def soap_fault(fault: FaultError, flavour: Flavour) -> Element:
    """The Fault element (SOAP 1.1, 4.4)."""
    prefix = flavour.prefixes["S"]
    return tell(
        "S:Fault",
        tell("faultcode", f"{prefix}:{fault.blame}"),
        tell("faultstring", fault.words),
        tell("detail", error(fault, flavour)) if fault.code is not None else None,
    )
