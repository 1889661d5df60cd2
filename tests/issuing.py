"""Certificates of any make, good and bad, for the tests of check_apo_certificate."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

from authority import DAY, NOW, Leaf, make_key
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime
    from pathlib import Path


def issue(
    name: str,
    above: Leaf | None = None,
    *,
    key: str = "P-256",
    ca: bool = False,
    names: Sequence[str] = (),
    begin: datetime = NOW - 200 * DAY,
    end: datetime = NOW + 300 * DAY,
    extensions: Iterable[tuple[x509.ExtensionType, bool]] = (),
    path_length: int | None = None,
    attributes: Sequence[tuple[x509.ObjectIdentifier, str]] = (),
    signer: Any = None,
    private: Any = None,
    sent: bool = True,
) -> Leaf:
    """A certificate below `above`, or self-signed; `signer` is a key that signs in its stead,
    `private` the key that it gets.

    Its chain is what a server sends: everything above but the root, unless `sent` is False.
    """
    private = private or make_any_key(key)
    parts = [*attributes, *([(x509.NameOID.COMMON_NAME, name)] if name else [])]
    subject = x509.Name([x509.NameAttribute(oid, text) for oid, text in parts])
    issuer = above.certificate.subject if above else subject
    builder = x509.CertificateBuilder(
        issuer, subject, private.public_key(), x509.random_serial_number(), begin, end
    )
    if ca:
        builder = builder.add_extension(x509.BasicConstraints(True, path_length), True)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(_names(names)), False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    signing = signer or (above.key if above else private)
    edwards = isinstance(signing, ed25519.Ed25519PrivateKey)
    certificate = builder.sign(signing, None if edwards else hashes.SHA256())
    chain = (above.certificate, *above.chain) if above and sent and not is_root(above) else ()
    return Leaf(private, certificate, chain)


def make_any_key(kind: str) -> Any:
    """A new key: Ed25519, the name of a curve, or «RSA 2048»."""
    return ed25519.Ed25519PrivateKey.generate() if kind == "Ed25519" else make_key(kind)


def is_root(leaf: Leaf) -> bool:
    """Whether it is signed by itself: roots are not sent along."""
    return leaf.certificate.subject == leaf.certificate.issuer


def _names(names: Sequence[str]) -> list[x509.GeneralName]:
    import ipaddress

    found: list[x509.GeneralName] = []
    for name in names:
        try:
            found.append(x509.IPAddress(ipaddress.ip_address(name)))
        except ValueError:
            found.append(x509.DNSName(name))
    return found


def pem(*leaves: Leaf) -> bytes:
    """The certificates alone."""
    return b"".join(leaf.certificate.public_bytes(Encoding.PEM) for leaf in leaves)


def openssl_verdict(
    leaf: Leaf, others: Sequence[Leaf], anchors: Sequence[Leaf], folder: Path, *options: str
) -> bool:
    """Whether `openssl verify` takes the certificate, with the same authorities and no others."""
    trusted, untrusted, own = folder / "trusted.pem", folder / "untrusted.pem", folder / "own.pem"
    trusted.write_bytes(pem(*anchors))
    own.write_bytes(pem(leaf))
    arguments: list[str | Path] = [
        "-CAfile",
        trusted,
        "-no-CApath",
        "-no-CAstore",
        "-partial_chain",
    ]
    if others:
        untrusted.write_bytes(pem(*others))
        arguments += ["-untrusted", untrusted]
    done = subprocess.run(
        ["openssl", "verify", *arguments, *options, own], capture_output=True, check=False
    )
    return done.returncode == 0
