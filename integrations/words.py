"""What an export says to people, in German and English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apowacht.plugins.core.words import pick

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apowacht.plugins.core.advice import Text
    from apowacht.plugins.sites.model import Contact

HELP: Text = ("Hilfe", "Help")
PHONE: Text = ("Tel.", "phone")
CONTRACT: Text = ("Vertrag", "contract")
LAYERS: Mapping[str, Text] = {
    "power": ("Strom", "Power"),
    "network": ("Netz", "Network"),
    "access": ("Zugang zur TI", "TI access"),
    "identity": ("Terminals und Karten", "Terminals and cards"),
    "service": ("Dienste", "Services"),
}
ALL_OF_THEM: Text = ("alle zugleich", "all at once")
OPEN: Text = ("geöffnet", "open")
OTHER_DAYS: Text = ("Tage mit anderen Zeiten", "days with other hours")
OTHER_HOURS: Text = ("andere Zeiten", "other hours")
CLOCK: Text = (
    "Alle Zeiten gehen nach der Uhr des Servers; gemeint ist {zone}.",
    "All times go by the server's clock; {zone} is meant.",
)
CHAIN: Text = (
    "Die Kette dieser Apotheke: siehe ihre Dienste.",
    "The chain of this pharmacy: see its services.",
)
HELD: Text = (
    "{files}: nicht ersetzt, weil {broken} Fehler hat und sonst fehlte; beheben, neu exportieren",
    "{files}: not replaced, as {broken} has mistakes and would be missing; mend it, export again",
)
INCOMPLETE: Text = (
    "{files}: unvollständig, weil {broken} Fehler hat und darum fehlt; beheben, neu exportieren",
    "{files}: incomplete without {broken}, which has mistakes; mend it, export again",
)
KEPT: Text = (
    "{broken}: fehlerhaft, darum nicht exportiert; Früheres bleibt; beheben, neu exportieren",
    "{broken}: not exported because of the mistakes; earlier files stay; mend it, export again",
)
GONE: Text = (
    "{file}: keine Apotheke heißt mehr so; die Datei bleibt, bis jemand sie löscht",
    "{file}: no site has this name any more; the file stays until somebody removes it",
)


def helper(contact: Contact, lang: str) -> str:
    """Who helps, on one line."""
    parts = [contact.who]
    if contact.phone:
        parts.append(f"{pick(PHONE, lang)} {contact.phone}")
    if contact.contract:
        parts.append(f"{pick(CONTRACT, lang)} {contact.contract}")
    if contact.note:
        parts.append(contact.note)
    return ", ".join(parts)


def helpers(contacts: Mapping[str, Contact], lang: str) -> str:
    """Who helps with which layer, a line each."""
    lines = [
        f"{pick(words, lang)}: {helper(contacts[layer], lang)}"
        for layer, words in LAYERS.items()
        if layer in contacts
    ]
    return "\n".join(lines)
