"""Certificates that nobody else trusts, made when the Konnektor starts: of the Konnektor itself,
of client systems, and of the cards. Issuers and numbers are invented.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import RLock
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

SERVER_NAME = "konnektor.konlan"
_DAY = timedelta(days=1)


class Holder(NamedTuple):
    """A certificate, its key, and the certificates between it and the root."""

    key: Key
    certificate: x509.Certificate
    above: tuple[x509.Certificate, ...] = ()

    def pem(self, *, key: bool = True) -> bytes:
        """Key, certificate and what stands between it and the root."""
        from cryptography.hazmat.primitives.serialization import (
            Encoding,
            NoEncryption,
            PrivateFormat,
        )

        secret = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        chain = [one.public_bytes(Encoding.PEM) for one in (self.certificate, *self.above)]
        return b"".join([secret if key else b"", *chain])

    def pkcs12(self, password: str) -> bytes:
        """The same as a PKCS#12 file."""
        from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

        return pkcs12.serialize_key_and_certificates(
            b"apowacht simulator",
            self.key,
            self.certificate,
            self.above,
            BestAvailableEncryption(password.encode()),
        )

    @property
    def der(self) -> bytes:
        """The certificate alone."""
        from cryptography.hazmat.primitives.serialization import Encoding

        return self.certificate.public_bytes(Encoding.DER)

    @property
    def fingerprint(self) -> str:
        """Its SHA-256, in hexadecimal without colons."""
        from cryptography.hazmat.primitives import hashes

        return self.certificate.fingerprint(hashes.SHA256()).hex()


class Cabinet:
    """Everything with a key in it. A key is made when it is first needed, and then kept."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._made: dict[tuple[str, ...], Holder] = {}

    @property
    def root(self) -> Holder:
        """The root that clients have to trust."""
        return self._once(("root",), lambda: issue("APOWACHT.RCA1 SIMULATOR", "P-256", None))

    @property
    def client_root(self) -> Holder:
        """What client systems' certificates are issued by."""
        name = "APOWACHT client systems SIMULATOR"
        return self._once(("client root",), lambda: issue(name, "P-256", None))

    def server(self, kind: str, validity: str, name: str) -> Holder:
        """The Konnektor's own one; `validity` is valid, expired or «not yet valid»."""
        spans = {"valid": (-400, 1400), "expired": (-1830, -4), "not yet valid": (3, 1800)}
        return self._once(
            ("server", kind, validity, name),
            lambda: issue(name, kind, self._komp_ca(kind), [SERVER_NAME], spans[validity]),
        )

    def client(self, name: str, kind: str) -> Holder:
        """A client system's."""
        root = self.client_root
        return self._once(("client", name, kind), lambda: issue(name, kind, root))

    def card(self, holder: str, reference: str, crypt: str, until: str) -> Holder:
        """A card's, valid up to the end of the day `until`."""
        end = datetime.fromisoformat(until[:10]).replace(tzinfo=UTC) + _DAY - timedelta(seconds=1)
        days = (end - datetime.now(UTC)) / _DAY
        span = (days - 1826, days)
        issuer = self._smcb_ca(crypt)
        kind = "RSA" if crypt == "RSA" else "brainpoolP256r1"
        return self._once(
            ("card", holder, reference, crypt, until),
            lambda: issue(holder, kind, issuer, (), span, end=end),
        )

    def _komp_ca(self, kind: str) -> Holder:
        root = self.root
        name = f"APOWACHT.KOMP-CA1 SIMULATOR {kind}"
        return self._once(("KOMP-CA", kind), lambda: issue(name, kind, root, authority=True))

    def _smcb_ca(self, crypt: str) -> Holder:
        root = self.root
        kind = "RSA" if crypt == "RSA" else "brainpoolP256r1"
        name = f"APOWACHT.SMCB-CA1 SIMULATOR {crypt}"
        return self._once(("SMCB-CA", crypt), lambda: issue(name, kind, root, authority=True))

    def _once(self, what: tuple[str, ...], make: Callable[[], Holder]) -> Holder:
        # Reentrant: what is made may need its issuer to be made first.
        with self._lock:
            if what not in self._made:
                self._made[what] = make()
            return self._made[what]


def issue(
    name: str,
    kind: str,
    issuer: Holder | None,
    names: Sequence[str] = (),
    days: tuple[float, float] = (-400, 1400),
    *,
    authority: bool = False,
    end: datetime | None = None,
    role: str = "",
) -> Holder:
    """A certificate for `name` with a new key; a root without an issuer.

    `days` are those from today to its beginning and its end; `role` is the OID of what its holder
    is admitted as (gemSpec_PKI, extension Admission).
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    key = make_key(kind)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name[:64])])
    above = issuer.certificate.subject if issuer else subject
    today = datetime.now(UTC).replace(microsecond=0)
    is_authority = authority or issuer is None
    if is_authority:  # made a second before the certificates below it, and to outlive them
        margin = 30 if issuer else 60
        days = days[0] - margin, days[1] + margin
    builder = x509.CertificateBuilder(
        above,
        subject,
        key.public_key(),
        x509.random_serial_number(),
        today + days[0] * _DAY,
        end or today + days[1] * _DAY,
    )
    builder = _marked(builder, key, issuer.key if issuer else key, authority=is_authority)
    if names:
        alternatives = [x509.DNSName(one) for one in names]
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
    if role:
        builder = builder.add_extension(_admission(role), critical=False)
    certificate = builder.sign(issuer.key if issuer else key, hashes.SHA256())
    below_root = issuer is not None and issuer.certificate.issuer == issuer.certificate.subject
    between = () if issuer is None or below_root else (issuer.certificate, *issuer.above)
    return Holder(key, certificate, between)


def _marked(
    builder: x509.CertificateBuilder, own: Key, issuers: Key, *, authority: bool
) -> x509.CertificateBuilder:
    """With what RFC 5280 wants in every certificate, and Python 3.13 insists on."""
    from cryptography import x509

    usage = x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
    own_id = x509.SubjectKeyIdentifier.from_public_key(own.public_key())
    issuers_id = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuers.public_key())
    for extension, critical in (
        (x509.BasicConstraints(authority, None), True),
        (usage, True),
        (own_id, False),
        (issuers_id, False),
    ):
        builder = builder.add_extension(extension, critical=critical)
    return builder


def _admission(role: str) -> x509.Admissions:
    from cryptography import x509

    profession = x509.ProfessionInfo(None, ["Simulator"], [x509.ObjectIdentifier(role)], None, None)
    return x509.Admissions(None, [x509.Admission(None, None, [profession])])


def make_key(kind: str) -> Key:
    """A new key: «brainpoolP256r1», «P-256» or «RSA» (2048 bits)."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    if kind == "RSA":
        return rsa.generate_private_key(65537, 2048)
    curves = {"brainpoolP256r1": ec.BrainpoolP256R1, "P-256": ec.SECP256R1}
    return ec.generate_private_key(curves[kind]())
