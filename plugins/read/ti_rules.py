"""Which keys, cards and certificates the telematics infrastructure accepts, and until when.

All dates stand in one table, each with where it was said. The table was last compared with its
sources on AS_OF; one that is older than a year may have missed a change.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

AS_OF = date(2026, 11, 24)
STALE_DAYS = 365


class Rule(NamedTuple):
    """The last day on which something is accepted, and who said so."""

    last_day: date
    source: str


RULES: dict[str, Rule] = {
    # Identities with RSA keys only, by what carries them.
    "konnektor_rsa_only": Rule(
        date(2025, 12, 31),
        "gematik, feature specification Laufzeitverlaengerung gSMC-K, A_21765-01; ECC migration",
    ),
    "smcb_g20": Rule(
        date(2026, 6, 30),
        "gematik press note 2025-11-14 on the ECC migration: HBA and SMC-B of generation 2.0",
    ),
    "hba_g20": Rule(
        date(2026, 6, 30),
        "gematik press note 2025-11-14 on the ECC migration: HBA and SMC-B of generation 2.0",
    ),
    "gsmckt_g20": Rule(
        date(2026, 12, 31),
        "gematik press note 2025-11-14 on the ECC migration: gSMC-KT of generation 2.0",
    ),
    # RSA below 3000 bits outside of qualified signatures (BSI TR-03116-1).
    "ti_rsa": Rule(
        date(2026, 6, 30),
        "gematik press note 2025-11-14: RSA identities are switched off in stages from 2026-07-01",
    ),
}

BY_CARD = {
    "SMC-B": "smcb_g20",
    "SM-B": "smcb_g20",
    "HBA": "hba_g20",
    "HBAx": "hba_g20",
    "SMC-KT": "gsmckt_g20",
    "Konnektor": "konnektor_rsa_only",
}

LEAST_RSA_BITS = 2048
LEAST_EC_BITS = 256
WEAK_HASHES = frozenset({"md2", "md4", "md5", "sha1"})


def outdated(now: datetime) -> bool:
    """Whether nobody has compared the table with its sources for a year."""
    return (now.date() - AS_OF).days > STALE_DAYS


def until(rule: str | None, now: datetime) -> dict[str, object]:
    """The facts about a rule: name, last day, and days left, which are negative behind it."""
    last = RULES[rule].last_day if rule else None
    return {
        "ti_rule": rule,
        "ti_last_day": last.isoformat() if last else None,
        "ti_days_left": (last - now.date()).days if last else None,
    }


def card_rule(card_type: str | None, *, rsa_only: bool | None) -> str | None:
    """The name of the rule that ends this card's use before its certificate does."""
    return BY_CARD.get(card_type or "") if rsa_only else None


def identity_rule(key_kind: str | None, *, ti: bool, ca: bool) -> str | None:
    """The rule for a certificate that was read itself; an authority's end is its own date."""
    return "ti_rsa" if ti and not ca and key_kind == "RSA" else None


def weakness(key_kind: str | None, key_bits: int | None, signature_hash: str | None) -> str | None:
    """What about a certificate nobody should accept any more: "key", "signature" or None."""
    if signature_hash in WEAK_HASHES:
        return "signature"
    least = {"RSA": LEAST_RSA_BITS, "DSA": 1 << 30, "EC": LEAST_EC_BITS}.get(key_kind or "")
    if least is not None and key_bits is not None and key_bits < least:
        return "key"
    return None
