"""Who helps: from a failure class and a site's contacts to whom to call, and how that is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apowacht.plugins.core import words
from apowacht.plugins.core.advice import ADVICE, ELSEWHERE, LABELS, LAYERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apowacht.plugins.core.report import Finding
    from apowacht.plugins.sites.model import Contact

    Contacts = Mapping[str, Contact]

CENTRAL = "central"
"""The owner of what nobody at the site, and nobody whom it pays, can mend."""
WIDEST = 100


def layer_of(key: str) -> str | None:
    """The link of the chain that a failure class belongs to; None for the monitoring's own."""
    if key in ELSEWHERE:
        return ELSEWHERE[key]
    return next((layer for layer, rows in LAYERS if key in rows), None)


def helper(key: str, contacts: Contacts) -> Contact | None:
    """The contact for a fault of this class: that of its link, whichever check found it.

    None where the link has none, and where the fault is a central one: no call helps.
    """
    layer = layer_of(key)
    if layer is None or ADVICE[key].owner in ("", CENTRAL):
        return None
    return contacts.get(layer)


def further(key: str, contacts: Contacts) -> Contact | None:
    """Whom the first step sends one on to: the DVO, who looks after the TI access, where the fault
    is another one's job. None where the step names no DVO, and where the DVO is the helper.
    """
    row = ADVICE.get(key)
    if row is None or "DVO" not in row.step[0] or "dvo" in row.owner:
        return None
    dvo = contacts.get("access")
    return None if dvo == helper(key, contacts) else dvo


def cleaned(contact: Contact) -> dict[str, str | None]:
    """A contact as plain data, fit for a line of plugin output."""
    told = (contact.who, contact.phone, contact.contract, contact.note)
    texts = (_clean(text) if text else None for text in told)
    return dict(zip(("who", "phone", "contract", "note"), texts, strict=True))


def helping(finding: Finding, contact: Contact, lang: str) -> str:
    """«Zuständig: TI-Dienstleister (DVO). Hilfe: Muster-IT, Telefon 040 1, Vertrag K-7 (Mo-Fr).»"""
    told = cleaned(contact)
    parts = [told["who"] or ""]
    parts += [f"{_label(key, lang)} {told[key]}" for key in ("phone", "contract") if told[key]]
    note = f" ({told['note']})" if told["note"] else ""
    owner = f"{_label('owner', lang)}: {words.owner(finding, lang)}."
    return f"{owner} {_label('helps', lang)}: {', '.join(parts)}{note}."


def _clean(text: str) -> str:
    # A backslash before an n is a new line to Checkmk.
    return words.clean(text, WIDEST).replace("\\", "/")


def _label(key: str, lang: str) -> str:
    return words.pick(LABELS[key], lang)
