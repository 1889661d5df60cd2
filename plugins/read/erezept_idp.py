"""The IDP's discovery document: what it says of itself, and what is wrong with it.

gemSpec_IDP_Dienst; role of the signer by gemSpec_OID (oid_idpd).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from apowacht.plugins.core.errors import Refused
from apowacht.plugins.wire import jws

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.x509 import Certificate

    from apowacht.plugins.core.check import Options

CLOCK_SECONDS = 300.0
"""How far the IDP's clock and ours may differ."""
LONGEST_SECONDS = 8 * 86400
_LATEST = 32503680000  # the year 3000


def examined(body: bytes, host: str, options: Options) -> dict[str, Any]:
    """{"issued", "expires", "certificate_until" (epoch seconds), "issuer", "algorithm"}.

    The signature is verified, and the certificate's path where --idp-ca-file is given. Whether the
    document is valid at a moment is `fault`'s question. Raises TargetTrouble for a document that
    proves nothing, OwnTrouble for a file of authorities that cannot be read.
    """
    token = jws.split(body, host)
    certificate = jws.shown_certificate(token, host)
    jws.verify(token, jws.key_of(certificate, host), host)
    if options.idp_ca_file:
        _follow(certificate, options.idp_ca_file, host)
    return {
        "issued": _moment(token.claims, "iat", host),
        "expires": _moment(token.claims, "exp", host),
        "certificate_from": certificate.not_valid_before_utc.timestamp(),
        "certificate_until": certificate.not_valid_after_utc.timestamp(),
        "issuer": str(token.claims.get("issuer"))[:200],
        "algorithm": str(token.header.get("alg"))[:20],
    }


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


def _follow(certificate: Certificate, file: str, host: str) -> None:
    from apowacht.plugins.read.certificate_tls import authorities
    from apowacht.plugins.read.chain import best_path

    path = best_path(certificate, (), authorities(file), datetime.now(UTC))
    wrong = [one for one in path.faults if one not in ("expired", "not_yet_valid")]
    if not path.anchored or wrong:
        raise Refused("idp_chain", phase="request", host=host, detail=", ".join(wrong) or "path")
