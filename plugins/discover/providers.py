"""Who issues SMC-B, by the certificate's issuer, under the name that TI-Lage's readers know.

Four are approved for pharmacies' cards: D-Trust, medisign, SHC, T-Systems (gematik, 2024). The
list of TI-Lage itself is not asked here.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_KNOWN = (
    (r"d-?trust|bundesdruckerei", "D-Trust"),
    (r"medisign", "medisign"),
    (r"\bshc\b|stolle", "SHC"),
    (r"t-?systems|deutsche telekom", "T-Systems"),
)
# A run of digits as long as this is a card's or a person's number.
_NUMBER = re.compile(r"\d{8,}")
_PART = re.compile(r"(?:\A|[,+])(CN|O)=((?:\\.|[^,+\\])+)")


class Issuer(NamedTuple):
    """Who issued a card: organization and authority as the certificate has them, and the name in
    TI-Lage where that is known."""

    organization: str | None
    authority: str | None
    provider: str | None


def issuer_of(name: str) -> Issuer:
    """The issuer in an RFC 4514 name."""
    told = {key: re.sub(r"\\(.)", r"\1", text) for key, text in _PART.findall(name)}
    shown = {key: text for key, text in told.items() if not _NUMBER.search(text)}
    every = " ".join(told.values()).casefold()
    provider = next((name for form, name in _KNOWN if re.search(form, every)), None)
    return Issuer(shown.get("O"), shown.get("CN"), provider)
