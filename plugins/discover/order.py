"""The order for the TI service partner, with what is known already written into its blanks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from apowacht.plugins.discover import shown
from apowacht.plugins.discover.asking import Silent
from apowacht.plugins.discover.targets import Place
from apowacht.plugins.discover.words import say

if TYPE_CHECKING:
    from apowacht.plugins.discover.connector import Connector
    from apowacht.plugins.discover.page import Found

TEMPLATE = "bestellung-ti-dienstleister.md"
LANG = "de"
"""The order is German, whoever reads the rest: its reader is."""


def order(found: Found) -> str:
    """The filled page, Markdown."""
    from importlib.resources import files

    template = files("apowacht.plugins.discover") / TEMPLATE
    text = template.read_text(encoding="utf-8")
    for label, value in _known(found).items():
        text = _filled(text, label, value)
    return text


def _known(found: Found) -> dict[str, str]:
    """What is known, by the label before the blank."""
    one = found.connector
    known = {
        "**Apotheke:**": found.title or found.site,
        "**Datum:**": shown.date(found.today.isoformat(), LANG),
    }
    if one is None:
        return known
    place = str(Place(one.host, one.port))
    known |= {"**Konnektor (Adresse):**": place, "| Adresse und Port": place}
    certificate = one.certificate
    if certificate is not None:
        fingerprint = certificate.fingerprint
        unsure = say("compare", LANG, "order", fingerprint=fingerprint)
        known["| SHA-256-Fingerabdruck"] = fingerprint if certificate.verified else unsure
    if isinstance(one, Silent):
        return known
    known["| Hersteller, Firmware"] = shown.connector(one)
    known["| Mandant"] = str(one.keys.get("mandant", ""))
    known["| Clientsystem"] = str(one.keys.get("client-system", ""))
    known["| Arbeitsplatz"] = str(one.keys.get("workplace", ""))
    known["| Terminals"] = _terminals(one)
    return {label: value for label, value in known.items() if value}


def _terminals(one: Connector) -> str:
    if not one.terminals:
        return ""
    names = [shown.told(terminal.name) for terminal in one.terminals]
    holders = [
        say("smcb_in", LANG, "order", name=shown.told(terminal.name))
        for terminal in one.terminals
        if terminal.smcb
    ]
    return "; ".join([", ".join(names), *holders, say("reserve", LANG, "order")])


def _filled(text: str, label: str, value: str) -> str:
    """The first blank behind the label's first place, replaced."""
    plain = value.replace("|", "/").replace("\n", " ")
    form = re.escape(label) + r"([^_\n]*?)_{4,}"
    return re.sub(form, lambda match: f"{label}{match[1]}{plain}", text, count=1)
