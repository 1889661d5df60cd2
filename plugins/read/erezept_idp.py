"""The IDP's discovery document: what it says of itself, and what is wrong with it.

gemSpec_IDP_Dienst; role of the signer by gemSpec_OID (oid_idpd).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from apowacht.plugins.core.asked import failure
from apowacht.plugins.core.errors import OwnTrouble, Refused
from apowacht.plugins.read.erezept_options import ENVIRONMENTS
from apowacht.plugins.wire import jws
from apowacht.plugins.wire.endpoint import excerpt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cryptography.x509 import Certificate

    from apowacht.plugins.core.check import Options

CLOCK_SECONDS = 300.0
"""How far the IDP's clock and ours may differ."""
LONGEST_SECONDS = 8 * 86400
_LATEST = 32503680000  # the year 3000
ROLE = "1.2.276.0.76.4.260"
"""oid_idpd: who may sign the document."""


def examined(body: bytes, host: str, options: Options) -> dict[str, Any]:
    """{"issued", "expires", "certificate_from", "certificate_until" (epoch seconds), "issuer",
    "algorithm", "doubts" (Failures as plain data), "ca_file" (by which one of them arose)}.

    The signature is verified. Whether the document is valid at a moment is `fault`'s question.
    Whose it is may be doubtful without anything being out of order: see `doubts`. Raises
    TargetTrouble for a document that proves nothing.
    """
    from dataclasses import asdict

    token = jws.split(body, host)
    certificate = jws.shown_certificate(token, host)
    jws.verify(token, jws.key_of(certificate, host), host)
    issuer = str(token.claims.get("issuer"))[:200]
    doubted = doubts(certificate, issuer, host, options)
    return {
        "issued": _moment(token.claims, "iat", host),
        "expires": _moment(token.claims, "exp", host),
        "certificate_from": certificate.not_valid_before_utc.timestamp(),
        "certificate_until": certificate.not_valid_after_utc.timestamp(),
        "issuer": issuer,
        "algorithm": str(token.header.get("alg"))[:20],
        "doubts": [asdict(failure("idp", one)) for one in doubted],
        "ca_file": options.idp_ca_file,
    }


def doubts(certificate: Certificate, issuer: str, host: str, options: Options) -> Iterator[Refused]:
    """Why the document may not be that of the IDP which is meant, although it is well signed and
    was fetched over a connection that was verified: the signer's role, the issuer that it names,
    and, with --idp-ca-file, where its certificate leads."""
    roles = roles_of(certificate)
    if ROLE not in roles:
        told = ", ".join(roles[:3]) or "-"
        yield Refused("idp_role", phase="request", host=host, detail=told, role=ROLE)
    if not _expected(issuer, options):
        yield Refused("idp_issuer", phase="request", host=host, detail=excerpt(issuer, 80))
    if options.idp_ca_file:
        wrong = _astray(certificate, options.idp_ca_file)
        if wrong is not None:
            yield Refused("idp_chain", phase="request", host=host, detail=wrong)


def roles_of(certificate: Certificate) -> list[str]:
    """The OIDs in its extension Admission (gemSpec_PKI, 1.3.36.8.3.3): as what its holder was
    admitted. Empty without a legible one."""
    from cryptography.x509 import Admissions

    from apowacht.plugins.read.chain import extension

    told = extension(certificate, Admissions)
    infos = [info for admission in told or () for info in admission.profession_infos]
    return [oid.dotted_string for info in infos for oid in info.profession_oids or ()]


def _expected(issuer: str, options: Options) -> bool:
    """Whether a document of this environment may say so: all samples, whatever their environment,
    name the productive IDP; an environment's own name, and that of --idp-host, will do as well."""
    scheme, slashes, host = issuer.strip().rstrip("/").partition("://")
    names = {ENVIRONMENTS["PU"][1], ENVIRONMENTS[options.environment][1], options.idp_host}
    known = {str(name).strip().rstrip(".").lower() for name in names if name}
    return scheme.lower() == "https" and bool(slashes) and host.rstrip(".").lower() in known


def fault(document: Mapping[str, Any], now: float) -> str | None:
    """The reason why this document is not valid at `now` (epoch seconds), None when it is."""
    issued, expires = document["issued"], document["expires"]
    if issued > now + CLOCK_SECONDS:
        return "idp_future"
    if not issued < expires <= issued + LONGEST_SECONDS:
        return "idp_dates"
    if expires < now - CLOCK_SECONDS:
        return "idp_expired"
    if not document["certificate_from"] <= now + CLOCK_SECONDS:
        return "idp_certificate"
    if document["certificate_until"] < now - CLOCK_SECONDS:
        return "idp_certificate"
    return None


def day(epoch: float) -> datetime:
    """A moment in UTC."""
    return datetime.fromtimestamp(epoch, UTC)


def _moment(claims: Mapping[str, Any], name: str, host: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _LATEST:
        raise Refused("idp_dates", phase="request", host=host)
    return float(value)


def _astray(certificate: Certificate, file: str) -> str | None:
    """Why the certificate leads to nobody in the file; None when it does."""
    from apowacht.plugins.read.certificate_tls import authorities
    from apowacht.plugins.read.chain import best_path

    try:
        path = best_path(certificate, (), authorities(file), datetime.now(UTC))
    except OwnTrouble as trouble:  # no file of certificates
        return str(trouble.values.get("detail") or "") or trouble.reason
    wrong = [one for one in path.faults if one not in ("expired", "not_yet_valid")]
    return None if path.anchored and not wrong else ", ".join(wrong) or "path"
