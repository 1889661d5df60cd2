"""A client's key with its certificates, from PEM or PKCS#12, for TLS.

What a Konnektor exports is PKCS#12 of an older kind: RC2-40 and 3DES, in BER with indefinite
lengths. A key that was read from PKCS#12 is never written to a disk.
"""

from __future__ import annotations

import os
import re
from _thread import allocate_lock
from functools import cached_property
from typing import TYPE_CHECKING

from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.wire.endpoint import excerpt

if TYPE_CHECKING:
    import ssl
    from collections.abc import Sequence
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
    from cryptography.x509 import Certificate

# A file of certificates is some KiB long.
_LARGEST_FILE = 1024 * 1024

_KEY_BLOCK = re.compile(
    rb"-----BEGIN ((?:[A-Z0-9]+ )*PRIVATE KEY)-----.*?-----END \1-----", re.DOTALL
)
_CERTIFICATE_BLOCK = re.compile(
    rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL
)
# The object identifiers of keyBag and pkcs8ShroudedKeyBag (RFC 7292, 4.2).
_KEY_BAG = re.compile(rb"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01[\x01\x02]")

# warnings.catch_warnings changes what the whole process sees, so only one thread may use it here.
_ONE_AT_A_TIME = allocate_lock()


class ClientKey:
    """A private key, its certificate and what that certificate was signed by (`chain`).

    `file` is where it came from.
    """

    def __init__(
        self,
        file: str,
        key: PrivateKeyTypes,
        certificate: Certificate,
        chain: Sequence[Certificate] = (),
    ) -> None:
        self.file, self.certificate, self.chain = file, certificate, tuple(chain)
        self._key = key

    def __repr__(self) -> str:
        return f"ClientKey({self.file!r})"

    @property
    def subject(self) -> str:
        """RFC 4514 text."""
        return self.certificate.subject.rfc4514_string()

    @property
    def not_before(self) -> datetime:
        """The moment (UTC) from which the certificate is valid."""
        return self.certificate.not_valid_before_utc

    @property
    def not_after(self) -> datetime:
        """The moment (UTC) until which the certificate is valid."""
        return self.certificate.not_valid_after_utc

    @property
    def brainpool(self) -> bool:
        """Whether the key lies on a brainpool curve: with those most servers want TLS 1.2."""
        curve = getattr(self._key, "curve", None)
        return curve is not None and str(curve.name).startswith("brainpool")

    def install(self, context: ssl.SSLContext) -> None:
        """Let `context` use this key.

        Python takes keys from files only: this one lies in memory (memfd_create(2)), and is gone
        when the call returns.
        Raises OwnTrouble("key_no_memory_file") on systems without such files and
        OwnTrouble("key_refused") with OpenSSL's `detail`.
        """
        import ssl

        if not hasattr(os, "memfd_create"):
            raise OwnTrouble("key_no_memory_file", file=self.file)
        try:
            descriptor = os.memfd_create("apowacht-key", os.MFD_CLOEXEC)
        except OSError as failure:
            raise OwnTrouble("key_no_memory_file", file=self.file) from failure
        with open(descriptor, "wb") as memory:
            memory.write(self._pem)
            memory.flush()
            try:
                context.load_cert_chain(f"/proc/self/fd/{descriptor}")
            except ssl.SSLError as failure:
                detail = (failure.reason or str(failure)).lower().replace("_", " ")
                raise OwnTrouble(
                    "key_refused", file=self.file, detail=excerpt(detail, 80)
                ) from failure
            except OSError as failure:  # no /proc
                raise OwnTrouble("key_no_memory_file", file=self.file) from failure

    @cached_property
    def _pem(self) -> bytes:
        from cryptography.hazmat.primitives.serialization import (
            Encoding,
            NoEncryption,
            PrivateFormat,
        )

        key = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return key + b"".join(c.public_bytes(Encoding.PEM) for c in (self.certificate, *self.chain))


def load_client_key(file: str, password: str | None = None) -> ClientKey:
    """The one key in `file` (PEM or PKCS#12) with its certificate and chain.

    A password that is not needed is ignored.
    Raises OwnTrouble, each with `file`: key_unreadable (`detail`), key_format (neither PEM nor
    PKCS#12, or damaged), key_password (wrong), key_password_missing, key_no_key,
    key_no_certificate, key_several (more than one key), key_mismatch (no certificate belongs to
    the key), key_kind (a kind of key or encryption that cannot be used here).
    """
    return load_client_key_data(file, _read(file), password)


def load_client_key_data(file: str, data: bytes, password: str | None = None) -> ClientKey:
    """As `load_client_key`, of a key's bytes; `file` says in errors where they came from."""
    secret = password.encode(errors="surrogateescape") if password else None
    if b"-----BEGIN " in data:
        key, certificates = _from_pem(file, data, secret)
    else:
        key, certificates = _from_pkcs12(file, data, secret)
    public = _public(key)
    if public is None:
        raise OwnTrouble("key_kind", file=file)
    own = [c for c in certificates if _public(c) == public]
    if not own:
        raise OwnTrouble("key_mismatch", file=file)
    chain = [c for c in certificates if c not in own]
    return ClientKey(file, key, own[0], chain)


def pkcs12_certificates(file: str, data: bytes, password: str | None = None) -> list[Certificate]:
    """The certificates in a PKCS#12 file's bytes, that of its key first; it need have no key.

    Raises OwnTrouble as `load_client_key` does: key_format, key_password, key_password_missing,
    key_kind.
    """
    secret = password.encode(errors="surrogateescape") if password else None
    _, certificate, others = _opened(file, data, secret)
    return [*([] if certificate is None else [certificate]), *others]


def _read(file: str) -> bytes:
    try:
        with open(file, "rb") as source:
            data = source.read(_LARGEST_FILE + 1)
    except (OSError, ValueError) as failure:
        detail = getattr(failure, "strerror", None) or str(failure)
        raise OwnTrouble("key_unreadable", file=file, detail=detail) from failure
    if not data or len(data) > _LARGEST_FILE:
        raise OwnTrouble("key_format", file=file)
    return data


def _from_pem(
    file: str, data: bytes, password: bytes | None
) -> tuple[PrivateKeyTypes, list[Certificate]]:
    from cryptography import x509

    keys = [match[0] for match in _KEY_BLOCK.finditer(data)]
    blocks = [match[0] for match in _CERTIFICATE_BLOCK.finditer(data)]
    if not keys:
        raise OwnTrouble("key_no_key", file=file)
    if len(keys) > 1:
        raise OwnTrouble("key_several", file=file)
    if not blocks:
        raise OwnTrouble("key_no_certificate", file=file)
    try:
        certificates = [x509.load_pem_x509_certificate(block) for block in blocks]
    except ValueError as failure:
        raise OwnTrouble("key_format", file=file) from failure
    return _pem_key(file, keys[0], password), certificates


def _pem_key(file: str, block: bytes, password: bytes | None) -> PrivateKeyTypes:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    encrypted = b"ENCRYPTED" in block
    if encrypted and password is None:
        raise OwnTrouble("key_password_missing", file=file)
    try:
        return load_pem_private_key(block, password if encrypted else None)
    except UnsupportedAlgorithm as failure:
        raise OwnTrouble("key_kind", file=file) from failure
    except (ValueError, TypeError) as failure:
        raise OwnTrouble("key_password" if encrypted else "key_format", file=file) from failure


def _from_pkcs12(
    file: str, data: bytes, password: bytes | None
) -> tuple[PrivateKeyTypes, list[Certificate]]:
    # Whoever reads them takes the first key and says nothing about the others.
    if len(_KEY_BAG.findall(data)) > 1:
        raise OwnTrouble("key_several", file=file)
    key, certificate, others = _opened(file, data, password)
    if key is None:
        raise OwnTrouble("key_no_key", file=file)
    certificates = [*([] if certificate is None else [certificate]), *others]
    if not certificates:
        raise OwnTrouble("key_no_certificate", file=file)
    return key, certificates


def _opened(
    file: str, data: bytes, password: bytes | None
) -> tuple[PrivateKeyTypes | None, Certificate | None, list[Certificate]]:
    """What a PKCS#12 file holds. Raises OwnTrouble."""
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        return _decrypted(data, password)
    except UnsupportedAlgorithm as failure:
        raise OwnTrouble("key_kind", file=file) from failure
    except ValueError as failure:
        raise OwnTrouble(_complaint(str(failure), password), file=file) from failure


def _decrypted(
    data: bytes, password: bytes | None
) -> tuple[PrivateKeyTypes | None, Certificate | None, list[Certificate]]:
    import warnings

    from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates

    with _ONE_AT_A_TIME, warnings.catch_warnings():
        # BER is what Konnektoren export; nobody who sees the warning could change that.
        warnings.filterwarnings(
            "ignore", r"PKCS#12 bundle could not be parsed as DER", category=UserWarning
        )
        return load_key_and_certificates(data, password)


def _complaint(message: str, password: bytes | None) -> str:
    if "password" not in message.lower():
        return "key_format"
    return "key_password_missing" if password is None else "key_password"


def _public(holder: PrivateKeyTypes | Certificate) -> bytes | None:
    """The public key in DER; None for a kind that is not known here."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    try:
        return holder.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (UnsupportedAlgorithm, ValueError):
        return None
