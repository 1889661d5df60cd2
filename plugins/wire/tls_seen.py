"""What a server showed of itself in a handshake: its certificates, read without trusting them."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from apowacht.plugins.core.errors import Garbled

if TYPE_CHECKING:
    import ssl
    from datetime import datetime

    from cryptography.x509 import Certificate

# A run of digits as long as this is a card's or a person's number, not part of a host's name.
_SERIAL = re.compile(r"\d{8,}")
_NAMES_SHOWN = 5


class Seen:
    """The server's side of one handshake, in which nothing was verified and nothing secret sent.

    `chain` holds the certificates in DER as the server sent them, its own first; `protocol` is
    «TLSv1.3» or «TLSv1.2», `cipher` OpenSSL's name of the suite. `complete` is False when the
    server ended the handshake after it had shown its certificate, as one does that demands a
    client's certificate; then nothing proves that the certificate is the server's own, and
    protocol and cipher may be None.
    Dates are read here; subject, issuer, names and key are read by `cryptography` when asked
    for, and raise Garbled("tls_bad_certificate") when they cannot be.
    """

    def __init__(
        self,
        host: str,
        port: int,
        chain: tuple[bytes, ...],
        *,
        protocol: str | None = None,
        cipher: str | None = None,
        complete: bool = True,
    ) -> None:
        self.host, self.port, self.chain = host, port, chain
        self.protocol, self.cipher, self.complete = protocol, cipher, complete

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the server's own certificate, 64 hexadecimal digits."""
        return fingerprint(self.chain[0])

    @cached_property
    def not_before(self) -> datetime:
        """The moment (UTC) from which the server's own certificate is valid."""
        return self._validity(self.chain[0])[0]

    @cached_property
    def not_after(self) -> datetime:
        """The moment (UTC) until which the server's own certificate is valid."""
        return self._validity(self.chain[0])[1]

    @cached_property
    def certificates(self) -> tuple[Certificate, ...]:
        """The chain, parsed."""
        from cryptography import x509

        try:
            return tuple(x509.load_der_x509_certificate(der) for der in self.chain)
        except (ValueError, x509.InvalidVersion) as failure:
            raise self._bad() from failure

    @property
    def certificate(self) -> Certificate:
        """The server's own certificate, parsed."""
        return self.certificates[0]

    @cached_property
    def subject(self) -> str:
        """RFC 4514 text. May hold a card's serial number (ICCSN): not for output."""
        return self._read("subject")

    @cached_property
    def issuer(self) -> str:
        """RFC 4514 text."""
        return self._read("issuer")

    @property
    def self_signed(self) -> bool:
        """Whether the server's own certificate names itself as its issuer."""
        return self.subject == self.issuer

    @cached_property
    def names(self) -> tuple[str, ...]:
        """DNS names and addresses for which the certificate stands; its common name only where
        it has none of these and the name holds no serial number."""
        from cryptography import x509

        try:
            extension = self.certificate.extensions.get_extension_for_class(
                x509.SubjectAlternativeName
            )
            found = [
                str(name.value)
                for name in extension.value
                if isinstance(name, x509.DNSName | x509.IPAddress)
            ]
        except x509.ExtensionNotFound:
            found = []
        except ValueError as failure:
            raise self._bad() from failure
        return tuple(found) or tuple(filter(None, [common_name(self.subject)]))

    @cached_property
    def key_kind(self) -> str:
        """RSA, EC, Ed25519, ..."""
        name = type(self._key()).__name__
        return "EC" if name.startswith("EllipticCurve") else name.removesuffix("PublicKey")

    @cached_property
    def key_bits(self) -> int | None:
        """Size of the key; None for kinds that have only one."""
        return getattr(self._key(), "key_size", None)

    @cached_property
    def curve(self) -> str | None:
        """OpenSSL's name of an EC key's curve: brainpoolP256r1, secp256r1, ...; else None."""
        curve = getattr(self._key(), "curve", None)
        return re.sub(r"(brainpoolP\d+)R1", r"\1r1", curve.name) if curve else None

    def outside(self, now: datetime) -> datetime | None:
        """The date that a certificate of the chain misses at `now`; None when all are valid."""
        for der in self.chain:
            begin, end = self._validity(der)
            if not begin <= now <= end:
                return end if now > end else begin
        return None

    def _read(self, field: str) -> str:
        try:
            return str(getattr(self.certificate, field).rfc4514_string())
        except ValueError as failure:
            raise self._bad() from failure

    def _key(self) -> object:
        from cryptography.exceptions import UnsupportedAlgorithm

        try:
            return self.certificate.public_key()
        except (ValueError, UnsupportedAlgorithm) as failure:
            raise self._bad() from failure

    def _validity(self, der: bytes) -> tuple[datetime, datetime]:
        try:
            return validity(der)
        except (ValueError, IndexError) as failure:
            raise self._bad() from failure

    def _bad(self) -> Garbled:
        return Garbled("tls_bad_certificate", phase="tls", host=self.host, port=self.port)


def chain_of(connection: ssl.SSLSocket) -> tuple[bytes, ...]:
    """The certificates that the server sent, DER, its own first; also after a failed handshake.

    Empty when it came to none, or when this Python keeps them to itself.
    """
    public = getattr(connection, "get_unverified_chain", None)  # since Python 3.13
    inner = getattr(connection, "_sslobj", None)
    if inner is None:
        return ()
    if public is not None:
        return tuple(public())
    private = getattr(inner, "get_unverified_chain", None)
    if private is not None:
        import _ssl

        return tuple(found.public_bytes(_ssl.ENCODING_DER) for found in private() or ())
    try:
        own = connection.getpeercert(binary_form=True)
    except ValueError:  # the handshake has not ended
        return ()
    return (own,) if own else ()


def fingerprint(der: bytes) -> str:
    """SHA-256 of a certificate, 64 hexadecimal digits."""
    from hashlib import sha256

    return sha256(der).hexdigest()


def common_name(subject: str) -> str:
    """The CN of an RFC 4514 text; empty when there is none or when it holds a serial number."""
    match = re.search(r"(?:\A|[,+])CN=((?:\\.|[^,+\\])+)", subject)
    return "" if match is None or _SERIAL.search(match[1]) else match[1]


def shown(names: tuple[str, ...]) -> str | None:
    """A few names for a sentence; None for no name at all."""
    more = ", ..." if len(names) > _NAMES_SHOWN else ""
    return ", ".join(names[:_NAMES_SHOWN]) + more if names else None


def validity(der: bytes) -> tuple[datetime, datetime]:
    """notBefore and notAfter (RFC 5280, 4.1.2.5) without loading a library for it.

    Raises ValueError or IndexError for what is no certificate.
    """
    body = _content(_content(der, 0x30), 0x30)
    if body[:1] == b"\xa0":  # the version, absent in version 1
        body = body[_end(body) :]
    for _ in ("serialNumber", "signature", "issuer"):
        body = body[_end(body) :]
    times = _content(body, 0x30)
    return _time(times), _time(times[_end(times) :])


def _time(der: bytes) -> datetime:
    from datetime import UTC, datetime

    text = _content(der, der[0]).decode("ascii")
    if der[0] == 0x17:  # UTCTime: two digits, 1950 to 2049
        text = ("19" if text >= "50" else "20") + text
    elif der[0] != 0x18:
        raise ValueError(f"tag {der[0]} is no time")
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def _content(der: bytes, tag: int) -> bytes:
    if der[0] != tag:
        raise ValueError(f"tag {der[0]} instead of {tag}")
    return der[_start(der) : _end(der)]


def _start(der: bytes) -> int:
    return 2 + (der[1] & 0x7F if der[1] & 0x80 else 0)


def _end(der: bytes) -> int:
    start = _start(der)
    return start + (int.from_bytes(der[2:start], "big") if der[1] & 0x80 else der[1])
