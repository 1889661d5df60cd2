"""The central IDP-Dienst: its discovery document, a signed JWS as gematik's own sample shows it.

with Idp() as idp:
    idp.become("expired")               # see DOCUMENTS
    idp.behave(status=500)              # or slow=3, silent="answer", kind="application/json" ...
    idp.asked[-1].path, idp.token()
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from apowacht.simulator.konnektor_keys import issue, make_key
from apowacht.simulator.web import Answer, WebService

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apowacht.simulator.konnektor_keys import Holder, Key
    from apowacht.simulator.web import Contact

NAME = "idp.zentral.idp.splitdns.ti-dienste.de"
PATH = "/.well-known/openid-configuration"
VALID_SECONDS = 86400
_ROLE = "1.2.276.0.76.4.260"  # oid_idpd (gemSpec_OID)

DOCUMENTS = (
    "valid",
    "expired",
    "from the future",
    "wrong signature",
    "changed",
    "signature in DER",
    "unsigned",
    "P-256",
    "without certificate",
    "expired certificate",
    "another role",
    "another issuer",
    "without end",
    "JSON",
    "garbage",
    "empty",
    "huge",
)
"""What the document can be; all but the first are no proof of a working IDP."""


class Idp(WebService):
    """One IDP behind https, with a key of its own for its documents."""

    names = (NAME, "idp-ref.zentral.idp.splitdns.ti-dienste.de")

    def __init__(self, document: str = "valid", **where: Any) -> None:
        super().__init__(**where)
        self._signers: dict[str, Holder] = {}
        name = "APOWACHT.KOMP-CA2 SIMULATOR"
        self._authority = issue(name, "brainpoolP256r1", self.root, authority=True)
        self.become(document)

    def become(self, document: str) -> None:
        """Serve this one of DOCUMENTS from the next request on. ValueError if there is none."""
        if document not in DOCUMENTS:
            raise ValueError(document)
        self.document = document

    @property
    def signer(self) -> Holder:
        """Whose certificate the document shows in x5c."""
        return self._signer("valid")

    @property
    def authority_pem(self) -> bytes:
        """Who has issued it: x5c shows the certificate alone, as gematik's sample does."""
        return self._authority.pem(key=False)

    def respond(self, asking: Contact) -> Answer:
        """The document at its path, an error in the IDP's own words elsewhere."""
        if asking.method != "GET":
            return _error(405, 1500, "Methode nicht erlaubt", self.clock())
        if asking.path != PATH:
            return _error(404, 1500, "Nicht gefunden", self.clock())
        if self.document == "JSON":
            return Answer(200, json.dumps(self.claims()).encode(), "application/json")
        headers = (("Cache-Control", f"max-age={VALID_SECONDS}"),)
        return Answer(200, self.token(), "application/jwt;charset=UTF-8", headers)

    def claims(self) -> dict[str, object]:
        """The payload; an hour old, as a document that is made once a day is at some time."""
        begun = int(self.clock()) - 3600
        begun += {"expired": -2 * VALID_SECONDS, "from the future": 7200}.get(self.document, 0)
        here = f"https://{NAME}"
        claims: dict[str, object] = {
            "uri_disc": f"{here}{PATH}",
            "authorization_endpoint": f"{here}/sign_response",
            "auth_pair_endpoint": f"{here}/alt_response",
            "sso_endpoint": f"{here}/sso_response",
            "token_endpoint": f"{here}/token",
            "uri_pair": f"{here}/pairings",
            "issuer": here,
            "jwks_uri": f"{here}/jwks",
            "uri_puk_idp_enc": f"{here}/idpEnc/jwk.json",
            "uri_puk_idp_sig": f"{here}/idpSig/jwk.json",
            "iat": begun,
            "exp": begun + VALID_SECONDS,
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["BP256R1"],
            "response_types_supported": ["code"],
            "scopes_supported": ["openid", "e-rezept"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code"],
            "acr_values_supported": ["gematik-ehealth-loa-high"],
            "token_endpoint_auth_methods_supported": ["none"],
            "code_challenge_methods_supported": ["S256"],
        }
        if self.document == "another issuer":
            claims["issuer"] = "https://idp.example"
        if self.document == "without end":
            del claims["exp"]
        return claims

    def token(self) -> bytes:
        """The body, as the document is at the moment."""
        if self.document in ("garbage", "empty", "huge"):
            huge = b"eyJ" + b"A" * (12 * 1024 * 1024) + b".e30.AAAA"
            return {"garbage": b"<html>Wartung</html>", "empty": b""}.get(self.document, huge)
        signer = self._signer(self.document)
        header: dict[str, object] = {"alg": "BP256R1", "typ": "JWT", "kid": "puk_disc_sig"}
        header["x5c"] = [base64.b64encode(signer.der).decode()]
        if self.document == "P-256":
            header["alg"] = "ES256"
        if self.document == "unsigned":
            header["alg"] = "none"
        if self.document == "without certificate":
            del header["x5c"]
        return self._sealed(header, self.claims(), signer.key)

    def _sealed(self, header: Mapping[str, object], claims: Mapping[str, Any], key: Key) -> bytes:
        if self.document == "wrong signature":
            key = make_key("brainpoolP256r1")
        signed = b".".join(_base64url(json.dumps(part).encode()) for part in (header, claims))
        signature = _signature(signed, key, raw=self.document != "signature in DER")
        if self.document == "changed":
            moved = {**claims, "token_endpoint": "https://idp.example/token"}
            signed = b".".join(_base64url(json.dumps(part).encode()) for part in (header, moved))
        if self.document == "unsigned":
            signature = b""
        return signed + b"." + _base64url(signature)

    def _signer(self, document: str) -> Holder:
        own = ("P-256", "expired certificate", "another role")
        which = document if document in own else "valid"
        if which not in self._signers:
            self._signers[which] = issue(
                "IDP Sig SIMULATOR",
                "P-256" if which == "P-256" else "brainpoolP256r1",
                self._authority,
                days=(-1900, -60) if which == "expired certificate" else (-100, 900),
                role="1.2.276.0.76.4.54" if which == "another role" else _ROLE,
            )
        return self._signers[which]


def _signature(signed: bytes, key: Key, *, raw: bool) -> bytes:
    """ECDSA with SHA-256, as r and s of 32 bytes each (RFC 7515, appendix A.3), or as DER."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, utils

    assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 - for mypy: no RSA here
    signature = key.sign(signed, ec.ECDSA(hashes.SHA256()))
    if not raw:
        return signature
    r, s = utils.decode_dss_signature(signature)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _base64url(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _error(status: int, code: int, text: str, now: float) -> Answer:
    told = {
        "error": "invalid_request",
        "gematik_error_text": text,
        "gematik_timestamp": int(now),
        "gematik_uuid": "00000000-0000-4000-8000-000000000000",
        "gematik_code": str(code),
    }
    return Answer(status, json.dumps(told).encode(), "application/json")
