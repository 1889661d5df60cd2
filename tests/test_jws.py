"""Signed tokens: gematik's recorded ones verify, nothing that was touched does."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from hypothesis import given
from hypothesis import strategies as st

from apowacht.plugins.core.errors import Garbled, Refused, TargetTrouble
from apowacht.plugins.wire import jws
from apowacht.simulator.idp import Idp

HOST = "idp.test"
CURVES: dict[str, tuple[ec.EllipticCurve, hashes.HashAlgorithm, int]] = {
    "BP256R1": (ec.BrainpoolP256R1(), hashes.SHA256(), 32),
    "BP384R1": (ec.BrainpoolP384R1(), hashes.SHA384(), 48),
    "BP512R1": (ec.BrainpoolP512R1(), hashes.SHA512(), 64),
    "ES256": (ec.SECP256R1(), hashes.SHA256(), 32),
    "ES384": (ec.SECP384R1(), hashes.SHA384(), 48),
    "ES512": (ec.SECP521R1(), hashes.SHA512(), 66),
}


def oracle() -> Path:
    """The folder of gematik's recorded tokens."""
    folder = os.environ.get("APOWACHT_ORACLE")
    if not folder:
        pytest.skip("APOWACHT_ORACLE is not set")
    return Path(folder) / "erezept" / "idp"


def encoded(data: bytes) -> bytes:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def made(key: ec.EllipticCurvePrivateKey, alg: Any, size: int, digest: Any, **more: Any) -> bytes:
    """A token signed here."""
    header = {"alg": alg, **more}
    signed = encoded(json.dumps(header).encode()) + b"." + encoded(b'{"iat":1}')
    r, s = utils.decode_dss_signature(key.sign(signed, ec.ECDSA(digest)))
    return signed + b"." + encoded(r.to_bytes(size, "big") + s.to_bytes(size, "big"))


@pytest.mark.oracle
def test_the_recorded_discovery_document_verifies() -> None:
    """With the key of the certificate that it shows: brainpoolP256r1, r and s of 32 bytes."""
    text = (oracle() / "ref-idp_tokenFlowPs_discovery.jwt").read_bytes()
    token = jws.split(text, HOST)
    certificate = jws.shown_certificate(token, HOST)
    jws.verify(token, jws.key_of(certificate, HOST), HOST)
    assert token.header["alg"] == "BP256R1"
    assert token.claims["exp"] - token.claims["iat"] == 86400


@pytest.mark.oracle
def test_a_recorded_login_verifies_with_the_idp_s_key_and_not_with_another() -> None:
    """All tokens of the recorded flow that the IDP signed."""
    told = json.loads((oracle() / "ref-idp_tokenFlowPs_artifacts.json").read_text())
    right = jws.key_of_jwk(told["idpSig_jwk"], HOST)
    wrong = jws.key_of_jwk(told["idpEnc_jwk"], HOST)
    assert len(told["jwt"]) >= 4
    verified = 0
    for one in told["jwt"]:
        token = jws.split(one["compact"].encode(), HOST)
        assert token.claims == one["payload"]
        if token.header.get("kid") == "puk_idp_sig":
            jws.verify(token, right, HOST)
            verified += 1
        with pytest.raises(Refused, match="jws_signature"):
            jws.verify(token, wrong, HOST)
    assert verified >= 3


@pytest.mark.oracle
def test_no_bit_of_the_recorded_document_can_be_flipped() -> None:
    """In each of every seventh byte one bit: garbled, refused, or no longer signed well."""
    text = (oracle() / "ref-idp_tokenFlowPs_discovery.jwt").read_bytes().strip()
    certificate = jws.shown_certificate(jws.split(text, HOST), HOST)
    key = jws.key_of(certificate, HOST)
    for place in [*range(0, len(text), 7), len(text) - 1]:
        touched = bytearray(text)
        touched[place] ^= 1 << place % 8
        with pytest.raises(TargetTrouble):
            jws.verify(jws.split(bytes(touched), HOST), key, HOST)


@pytest.mark.parametrize("alg", CURVES)
def test_each_algorithm_verifies_with_its_curve_only(alg: str) -> None:
    """The name in the header must fit the key; another one of the same size does not."""
    curve, digest, size = CURVES[alg]
    key = ec.generate_private_key(curve)
    jws.verify(jws.split(made(key, alg, size, digest), HOST), key.public_key(), HOST)
    other = next(name for name in CURVES if name != alg)
    with pytest.raises(Refused, match="jws_algorithm"):
        jws.verify(jws.split(made(key, other, size, digest), HOST), key.public_key(), HOST)


@pytest.mark.parametrize(
    "alg", ["none", "None", "HS256", "RS256", "bp256r1", "", 5, None, ["ES256"]]
)
def test_an_algorithm_that_is_not_known_is_refused(alg: object) -> None:
    """Whatever the signature is; «none» above all."""
    key = ec.generate_private_key(ec.BrainpoolP256R1())
    token = jws.split(made(key, alg, 32, hashes.SHA256()), HOST)
    with pytest.raises(Refused, match=r"jws_(unsigned|algorithm)"):
        jws.verify(token, key.public_key(), HOST)


def test_what_must_be_understood_and_is_not_is_refused() -> None:
    """A header with «crit» changes what is signed (RFC 7797)."""
    key = ec.generate_private_key(ec.BrainpoolP256R1())
    text = made(key, "BP256R1", 32, hashes.SHA256(), crit=["b64"], b64=False)
    with pytest.raises(Refused, match="jws_algorithm"):
        jws.verify(jws.split(text, HOST), key.public_key(), HOST)


@pytest.mark.parametrize(
    "signature",
    [b"", bytes(1), bytes(63), bytes(64), bytes(65), b"\xff" * 64, bytes(64) + b"\1" * 64],
    ids=lambda signature: f"{len(signature)}-{signature[:1].hex()}",
)
def test_a_signature_of_another_length_or_of_nothing_is_refused(signature: bytes) -> None:
    """Also r = s = 0, and numbers above the curve's order."""
    key = ec.generate_private_key(ec.BrainpoolP256R1())
    head, claims, _ = made(key, "BP256R1", 32, hashes.SHA256()).split(b".")
    token = jws.split(b".".join((head, claims, encoded(signature))), HOST)
    with pytest.raises(Refused, match=r"jws_(signature|unsigned)"):
        jws.verify(token, key.public_key(), HOST)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"a.b",
        b"e30.e30.e30.e30",
        b"<html>Wartung</html>",
        b"e30=.e30.AAAA",
        b"e30.e31.AAAA",  # a second spelling of the same bytes
        b"W10.e30.AAAA",  # a list
        b"e30.MQ.AAAA",  # a number
        b"e3 0.e30.AAAA",
        encoded(b"[" * 60000) + b".e30.AAAA",
        b"eyJ" + b"A" * jws.LARGEST + b".e30.AAAA",
        encoded(b'{"a":"\xff"}') + b".e30.AAAA",
    ],
    ids=range(12),
)
def test_what_is_no_token_is_garbled(text: bytes) -> None:
    """And said so without much work."""
    with pytest.raises(Garbled, match="jws_garbled"):
        jws.split(text, HOST)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_trouble_or_a_token(text: bytes) -> None:
    """Nothing else is ever raised."""
    try:
        token = jws.split(text, HOST)
        jws.shown_certificate(token, HOST)
    except TargetTrouble:
        return


@pytest.mark.parametrize("shown", [None, [], "MII", [5], ["MII"], ["%%%"], [""], ["ü"], {}])
def test_a_certificate_that_cannot_be_read_is_none(shown: object) -> None:
    """As if there were none."""
    token = jws.Token({"x5c": shown}, {}, b"", b"")
    with pytest.raises(Garbled, match="jws_no_certificate"):
        jws.shown_certificate(token, HOST)


@pytest.mark.parametrize("jwk", [{}, {"kty": "EC", "crv": "BP-256"}, {"kty": "RSA"},
                                 {"kty": "EC", "crv": "P-256", "x": "AQ", "y": "AQ"}])  # fmt: skip
def test_a_key_that_is_none(jwk: dict[str, Any]) -> None:
    """No curve, no coordinates, or no point of the curve."""
    with pytest.raises(Garbled, match="jws_garbled"):
        jws.key_of_jwk(jwk, HOST)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ("valid", None),
        ("P-256", None),
        ("wrong signature", "jws_signature"),
        ("changed", "jws_signature"),
        ("signature in DER", "jws_signature"),
        ("unsigned", "jws_unsigned"),
        ("without certificate", "jws_no_certificate"),
        ("garbage", "jws_garbled"),
        ("empty", "jws_garbled"),
        ("huge", "jws_garbled"),
    ],
)
def test_the_documents_of_the_simulated_idp(document: str, reason: str | None) -> None:
    """Each fault has its own reason."""
    idp = Idp(document)
    try:
        found = None
        try:
            token = jws.split(idp.token(), HOST)
            jws.verify(token, jws.key_of(jws.shown_certificate(token, HOST), HOST), HOST)
        except TargetTrouble as trouble:
            found = trouble.reason
        assert found == reason
    finally:
        idp.close()
