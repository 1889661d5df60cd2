"""What may be told of one certificate: dates, key, signature, and names that are nobody's own.

Common name, serial number and alternative names of a person's, a pharmacy's or a card's
certificate (they hold ICCSN, names, Telematik-ID) are masked before anything else sees them.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from apowacht.plugins.core.secret import MASK
from apowacht.plugins.read import chain, ti_rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography.x509 import Certificate

    from apowacht.plugins.read.chain import Path

DAY_SECONDS = 86400

# A run of digits as long as this is a card's or a person's number, not part of a host's name.
_NUMBER = re.compile(r"\d{8,}")
_ADMISSION = "1.3.36.8.3.3"  # ISIS-MTT: the role of a person or pharmacy in the TI
_CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"
_PERSONAL = ("2.5.4.4", "2.5.4.42", "2.5.4.5", "2.5.4.65")  # surname, given name, serial, pseudonym
_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


def iso(moment: datetime) -> str:
    """A moment as the facts hold it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def moment(text: str) -> datetime:
    """The moment in such a text."""
    return datetime.fromisoformat(text)


def dates(not_before: datetime | None, not_after: datetime, now: datetime) -> dict[str, Any]:
    """The facts about time: what is left is negative behind the end."""
    left = (not_after - now).total_seconds()
    life = (not_after - not_before).total_seconds() if not_before else None
    return {
        "not_before": iso(not_before) if not_before else None,
        "not_after": iso(not_after),
        "seconds_left": round(left),
        "days_left": int(left // DAY_SECONDS),
        "lifetime_seconds": life if life and life > 0 else None,
        "lifetime_percent_left": round(100 * left / life, 1) if life and life > 0 else None,
        "begins_in_seconds": round((not_before - now).total_seconds()) if not_before else None,
    }


def of_certificate(
    certificate: Certificate, path: Path | None, now: datetime, *, private: bool = False
) -> dict[str, Any]:
    """All facts of a certificate with the chain above it; `private` masks it in any case."""
    hidden = private or is_identity(certificate)
    kind, bits, key = key_of(certificate)
    rule = ti_rules.identity_rule(kind, ti=is_ti(certificate), ca=chain.is_ca(certificate))
    return {
        "subject_common_name": _common_name(certificate, "subject", hidden=hidden),
        "issuer_common_name": _common_name(
            certificate, "issuer", hidden=hidden and chain.is_self_issued(certificate)
        ),
        "key": key,
        "signature": signature_of(certificate),
        "weak": _weak(certificate, kind, bits),
        "self_signed": chain.is_self_issued(certificate),
        "authority": chain.is_ca(certificate),
        **ti_rules.until(rule, now),
        "chain": [_link(one, now) for one in path.certificates[1:]] if path else [],
        **dates(certificate.not_valid_before_utc, certificate.not_valid_after_utc, now),
    }


def _link(certificate: Certificate, now: datetime) -> dict[str, Any]:
    kind, bits, key = key_of(certificate)
    return {
        "common_name": _common_name(certificate, "subject", hidden=is_identity(certificate)),
        "key": key,
        "signature": signature_of(certificate),
        "weak": _weak(certificate, kind, bits),
        "self_signed": chain.is_self_issued(certificate),
        **dates(certificate.not_valid_before_utc, certificate.not_valid_after_utc, now),
    }


def key_of(certificate: Certificate) -> tuple[str | None, int | None, str | None]:
    """Kind (RSA, EC, Ed25519), size in bits, and both for people: «RSA 2048», «P-256»."""
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return None, None, None
    bits: int | None = getattr(key, "key_size", None)
    curve = getattr(key, "curve", None)
    if curve is not None:
        name = re.sub(r"(brainpoolP\d+)R1", r"\1r1", str(curve.name))
        return "EC", bits, _CURVES.get(name, name)
    kind = type(key).__name__.lstrip("_").removesuffix("PublicKey")
    return kind, bits, f"{kind} {bits}" if bits else kind


def signature_of(certificate: Certificate) -> str:
    """The signature's algorithm by its usual name, else by its number."""
    name = certificate.signature_algorithm_oid._name
    if name == "Unknown OID":
        return certificate.signature_algorithm_oid.dotted_string
    return name


def _weak(certificate: Certificate, kind: str | None, bits: int | None) -> str | None:
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        algorithm = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        algorithm = None
    # Nobody relies on the signature that a root makes over itself.
    root = chain.is_self_issued(certificate) and chain.is_ca(certificate)
    return ti_rules.weakness(kind, bits, None if root or algorithm is None else algorithm.name)


def is_ti(certificate: Certificate) -> bool:
    """Whether an authority of the telematics infrastructure has issued it."""
    from cryptography.x509 import NameOID

    issuer = certificate.issuer
    names = [str(a.value) for a in issuer.get_attributes_for_oid(NameOID.COMMON_NAME)]
    units = [str(a.value) for a in issuer.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)]
    return any(re.search(r"\bGEM\.|(?:SMCB|HBA|SMC-?KT)-CA", name) for name in names) or any(
        "Telematikinfrastruktur" in unit for unit in units
    )


def is_identity(certificate: Certificate) -> bool:
    """Whether it stands for a person, a pharmacy, a card or a client: then it is masked."""
    if chain.is_ca(certificate):
        return False
    subject = certificate.subject
    if is_ti(certificate) or any(one.oid.dotted_string in _PERSONAL for one in subject):
        return True
    if any(_NUMBER.search(str(one.value)) for one in subject):
        return True
    extensions = chain.extensions_of(certificate)
    if extensions is None:
        return True
    oids = {one.oid.dotted_string for one in extensions}
    return _ADMISSION in oids or _for_clients_only(certificate)


def _for_clients_only(certificate: Certificate) -> bool:
    from cryptography.x509 import ExtendedKeyUsage

    usage = chain.extension(certificate, ExtendedKeyUsage)
    if usage is None:
        return False
    purposes = {one.dotted_string for one in usage}
    return _CLIENT_AUTH in purposes and chain.SERVER_AUTH not in purposes


def names_shown(certificate: Certificate) -> str | None:
    """The names for which a server's certificate stands, for a sentence; masked for identities."""
    if is_identity(certificate):
        return MASK
    names = [str(one) for one in chain.alternative_names(certificate)]
    names = names or chain.common_names(certificate)
    return _some(names)


def _some(names: Sequence[str]) -> str | None:
    more = ", ..." if len(names) > 5 else ""
    return ", ".join(names[:5]) + more if names else None


def _common_name(certificate: Certificate, field: str, *, hidden: bool) -> str | None:
    from cryptography.x509 import NameOID

    if hidden:
        return MASK
    name = getattr(certificate, field)
    found = name.get_attributes_for_oid(NameOID.COMMON_NAME)
    if not found:
        found = name.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    text = str(found[-1].value) if found else None
    return MASK if text and _NUMBER.search(text) else text
