"""A signed token in its compact form, verified with the certificate that it shows or a given key.

Sources: RFC 7515 (JWS; 3.1 compact form, 4.1 header, appendix A.3 for r and s), RFC 7518 3.4
(ES256 ...); gemSpec_Krypt and gemSpec_IDP_Dienst for BP256R1 (brainpoolP256r1 with SHA-256), which
no RFC names. Only signatures by elliptic curves are taken: «none», keyed hashes and RSA are not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.plugins.core.errors import Garbled, Refused
from apowacht.plugins.wire.endpoint import excerpt

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.x509 import Certificate

LARGEST = 256 * 1024
"""Bytes of a token; the IDP's document has three thousand."""

ALGORITHMS = {
    # Name -> curve and hash as `cryptography` calls them, bytes of r and of s.
    "BP256R1": ("brainpoolP256r1", "SHA256", 32),
    "BP384R1": ("brainpoolP384r1", "SHA384", 48),
    "BP512R1": ("brainpoolP512r1", "SHA512", 64),
    "ES256": ("secp256r1", "SHA256", 32),
    "ES384": ("secp384r1", "SHA384", 48),
    "ES512": ("secp521r1", "SHA512", 66),
}

CURVES = {"BP-256": "BrainpoolP256R1", "BP-384": "BrainpoolP384R1", "BP-512": "BrainpoolP512R1",
          "P-256": "SECP256R1", "P-384": "SECP384R1", "P-521": "SECP521R1"}  # fmt: skip

_PART = re.compile(rb"[A-Za-z0-9_-]*")


class Token(NamedTuple):
    """A token that was taken apart; nothing in it is to be believed before it is verified.

    `signed` is what the signature stands for, `signature` is r and s, one behind the other.
    """

    header: dict[str, Any]
    claims: dict[str, Any]
    signed: bytes
    signature: bytes


def split(token: bytes, host: str) -> Token:
    """The parts of a token in compact form; `host`, where it is from, is named in errors.

    Raises Garbled("jws_garbled", detail): not three parts in canonical base64url, or header and
    payload are no JSON objects.
    """
    if len(token) > LARGEST:
        raise _garbled(host, "size")
    parts = token.strip().split(b".")
    if len(parts) != 3:
        raise _garbled(host, excerpt(token, 30) or "empty")
    header, claims, signature = (_decoded(part, host) for part in parts)
    signed = parts[0] + b"." + parts[1]
    return Token(_object(header, host), _object(claims, host), signed, signature)


def verify(token: Token, key: Any, host: str) -> None:
    """Say nothing when the signature was made with the private part of `key`.

    Raises Refused("jws_unsigned"), Refused("jws_algorithm", alg) for an unknown one, one that the
    key is not made for, or a header that wants to be understood differently;
    Refused("jws_signature").
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, utils

    name = token.header.get("alg")
    if name == "none" or not token.signature:
        raise Refused("jws_unsigned", phase="request", host=host)
    known = ALGORITHMS.get(name) if isinstance(name, str) else None
    curve = getattr(getattr(key, "curve", None), "name", "").lower()
    # What «crit» lists would have to be understood (RFC 7515, 4.1.11), and nothing of it is.
    if known is None or curve != known[0].lower() or "crit" in token.header:
        raise Refused("jws_algorithm", phase="request", host=host, alg=excerpt(str(name), 20))
    _, hash_name, size = known
    if len(token.signature) != 2 * size:  # as DER, such as other libraries make it
        raise Refused("jws_signature", phase="request", host=host)
    r, s = (int.from_bytes(token.signature[at : at + size], "big") for at in (0, size))
    try:
        der = utils.encode_dss_signature(r, s)
        key.verify(der, token.signed, ec.ECDSA(getattr(hashes, hash_name)()))
    except (InvalidSignature, ValueError) as failure:
        raise Refused("jws_signature", phase="request", host=host) from failure


def shown_certificate(token: Token, host: str) -> Certificate:
    """The certificate in the header (x5c, RFC 7515, 4.1.6), whose key is to have signed.

    Raises Garbled("jws_no_certificate").
    """
    from binascii import Error, a2b_base64

    from cryptography.x509 import InvalidVersion, load_der_x509_certificate

    shown = token.header.get("x5c")
    first = shown[0] if isinstance(shown, list) and shown else None
    try:
        if not isinstance(first, str):
            raise ValueError(first)
        certificate = load_der_x509_certificate(a2b_base64(first.encode("ascii"), strict_mode=True))
    except (ValueError, Error, InvalidVersion) as failure:
        raise Garbled("jws_no_certificate", phase="request", host=host) from failure
    return certificate


def key_of(certificate: Certificate, host: str) -> EllipticCurvePublicKey:
    """Its public key. Raises Garbled("jws_no_certificate") for one of another kind."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as failure:
        raise Garbled("jws_no_certificate", phase="request", host=host) from failure
    if not isinstance(key, EllipticCurvePublicKey):
        raise Garbled("jws_no_certificate", phase="request", host=host)
    return key


def key_of_jwk(jwk: dict[str, Any], host: str) -> EllipticCurvePublicKey:
    """The public key in a JWK of kind EC (RFC 7517; crv «BP-256» is the IDP's own name).

    Raises Garbled("jws_garbled") for anything else.
    """
    from cryptography.hazmat.primitives.asymmetric import ec

    curve = CURVES.get(str(jwk.get("crv")))
    if jwk.get("kty") != "EC" or curve is None:
        raise _garbled(host, "JWK")
    x, y = (
        int.from_bytes(_decoded(str(jwk.get(name, "")).encode("ascii", "replace"), host), "big")
        for name in ("x", "y")
    )
    try:
        return ec.EllipticCurvePublicNumbers(x, y, getattr(ec, curve)()).public_key()
    except ValueError as failure:  # no point of the curve
        raise _garbled(host, "JWK") from failure


def _decoded(part: bytes, host: str) -> bytes:
    """base64url without padding (RFC 7515, 2), in the only spelling that there is of it."""
    from base64 import urlsafe_b64decode, urlsafe_b64encode

    if not _PART.fullmatch(part) or len(part) % 4 == 1:
        raise _garbled(host, excerpt(part, 30))
    data = urlsafe_b64decode(part + b"=" * (-len(part) % 4))
    if urlsafe_b64encode(data).rstrip(b"=") != part:
        raise _garbled(host, "base64url")
    return data


def _object(data: bytes, host: str) -> dict[str, Any]:
    import json

    try:
        found = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as failure:
        raise _garbled(host, excerpt(data, 30)) from failure
    if not isinstance(found, dict):
        raise _garbled(host, excerpt(data, 30))
    return found


def _garbled(host: str, detail: str) -> Garbled:
    return Garbled("jws_garbled", phase="request", host=host, detail=detail)
