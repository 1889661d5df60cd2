"""Certificates out of files: PEM with anything around them, DER, PKCS#7, PKCS#12, gematik's list of
roots. Private keys that lie among them are passed over.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple

from apowacht.plugins.core.errors import OwnTrouble

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cryptography.x509 import Certificate

LARGEST = 1024 * 1024
MOST_FILES = 500
MOST_CERTIFICATES = 2000

_BLOCK = re.compile(
    rb"-----BEGIN ((?:TRUSTED |X509 )?CERTIFICATE)-----(.*?)"
    rb"(?:-----END \1-----|(?=-----BEGIN )|\Z)",
    re.DOTALL,
)
_PKCS7 = re.compile(rb"-----BEGIN PKCS7-----.*?-----END PKCS7-----", re.DOTALL)
# PFX with version 3 (RFC 7292, 4), with a length in definite or indefinite form.
_PKCS12 = re.compile(
    rb"\x30(?:[\x00-\x80]|\x81.|\x82..|\x83...|\x84....)\x02\x01\x03\x30", re.DOTALL
)


class Content(NamedTuple):
    """What a file holds; `trouble` when there is something in it that cannot be read."""

    certificates: tuple[Certificate, ...]
    trouble: OwnTrouble | None = None


def matching(patterns: Iterable[str], option: str) -> list[str]:
    """The files of all patterns, each once, in order; a pattern may be a name as it stands.

    Raises OwnTrouble: "cert_no_match" (option, file) for a pattern that matches nothing,
    "cert_too_many" (option, most).
    """
    from glob import glob

    found: dict[str, None] = {}
    for pattern in patterns:
        names = [pattern] if os.path.lexists(pattern) else sorted(glob(pattern, recursive=True))
        names = [name for name in names if name == pattern or not os.path.isdir(name)]
        if not names:
            raise OwnTrouble("cert_no_match", option=option, file=pattern)
        found.update(dict.fromkeys(names))
    if len(found) > MOST_FILES:
        raise OwnTrouble("cert_too_many", option=option, most=MOST_FILES)
    return list(found)


def short_names(files: Sequence[str]) -> dict[str, str]:
    """File -> its name without the folder, or with it where several bear the same name."""
    bases = [os.path.basename(file) for file in files]
    return {
        file: base if bases.count(base) == 1 else file
        for file, base in zip(files, bases, strict=True)
    }


def read_blob(file: str) -> bytes:
    """The bytes of a file of at most 1 MiB. Raises OwnTrouble("cert_unreadable", file, detail)."""
    from apowacht.plugins.core.secret import read_plain

    try:
        return read_plain(file, LARGEST)
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise OwnTrouble("cert_unreadable", file=file, detail=detail) from error


def read_file(file: str) -> Content:
    """The certificates in a file, in its order.

    Raises OwnTrouble with `file`: cert_unreadable, cert_empty, cert_is_pkcs12 (belongs to
    `--p12`), cert_none (no certificate in it), cert_damaged (cut off or spoilt).
    """
    blob = read_blob(file)
    if not blob.strip():
        raise OwnTrouble("cert_empty", file=file)
    content = parse(blob, file)
    if not content.certificates:
        raise content.trouble or OwnTrouble("cert_none", file=file)
    return Content(content.certificates[:MOST_CERTIFICATES], content.trouble)


def parse(blob: bytes, file: str) -> Content:
    """As `read_file`, of a file's bytes; nothing found is no error here."""
    if b"-----BEGIN " in blob:
        return _pem(blob, file)
    if blob.lstrip()[:1] in (b"[", b"{"):
        return _roots(blob, file)
    if _PKCS12.match(blob):
        raise OwnTrouble("cert_is_pkcs12", file=file)
    return _der(blob, file)


def _pem(blob: bytes, file: str) -> Content:
    from base64 import b64decode
    from binascii import Error

    found: list[Certificate] = []
    trouble = None
    for match in _BLOCK.finditer(blob):
        try:
            if not match[0].endswith(b"-----"):
                raise ValueError("cut off")
            # Whatever text a tool wrote into the block, only base64 counts (RFC 7468, 2).
            found.append(_certificate(b64decode(b"".join(match[2].split()), validate=True)))
        except (ValueError, Error):
            trouble = OwnTrouble("cert_damaged", file=file)
    for match in _PKCS7.finditer(blob):
        try:
            found += _pkcs7(match[0], pem=True)
        except ValueError:
            trouble = OwnTrouble("cert_damaged", file=file)
    return Content(tuple(found), trouble)


def _certificate(der: bytes) -> Certificate:
    """One certificate; what OpenSSL puts behind it in a TRUSTED one is left out."""
    import warnings

    from cryptography.x509 import InvalidVersion, load_der_x509_certificate

    # Some authorities have a serial number of 0; whoever uses them cannot change that. For good
    # and not for a moment, because other threads share the filters.
    warnings.filterwarnings(
        "ignore", category=UserWarning, module=r"apowacht\.plugins\.read\.(chain|certificate)"
    )
    end = _end(der)
    if end > len(der):
        raise ValueError("cut off")
    try:
        certificate = load_der_x509_certificate(der[:end])
    except InvalidVersion as error:
        raise ValueError(str(error)) from error
    # Dates and names are read here, so that nobody stumbles over them later.
    _ = (certificate.not_valid_after_utc, certificate.not_valid_before_utc)
    _ = (certificate.subject, certificate.issuer)
    return certificate


def certificate_of(der: bytes) -> Certificate:
    """A certificate in DER. Raises ValueError."""
    return _certificate(der)


def _der(blob: bytes, file: str) -> Content:
    found: list[Certificate] = []
    rest = blob
    while rest[:1] == b"\x30":
        end = _end(rest)
        try:
            found.append(_certificate(rest[:end]))
        except ValueError:
            try:
                found += _pkcs7(rest[:end], pem=False)
            except ValueError:
                return Content(tuple(found), OwnTrouble("cert_damaged", file=file))
        rest = rest[end:]
    trouble = OwnTrouble("cert_damaged", file=file) if found and rest.strip(b"\0\r\n") else None
    return Content(tuple(found), trouble)


def _pkcs7(blob: bytes, *, pem: bool) -> list[Certificate]:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
    from cryptography.x509 import InvalidVersion

    try:
        load = pkcs7.load_pem_pkcs7_certificates if pem else pkcs7.load_der_pkcs7_certificates
        return [_certificate(one.public_bytes(Encoding.DER)) for one in load(blob)]
    except (UnsupportedAlgorithm, InvalidVersion) as error:
        raise ValueError(str(error)) from error


def _end(der: bytes) -> int:
    """Where the first element ends."""
    if len(der) < 2:
        return len(der) + 1
    if not der[1] & 0x80:
        return 2 + der[1]
    start = 2 + (der[1] & 0x7F)
    return start + int.from_bytes(der[2:start], "big")


def _roots(blob: bytes, file: str) -> Content:
    """gematik's list of the roots (`roots.json`): each entry holds its certificate in base64."""
    import json
    from base64 import b64decode

    try:
        told = json.loads(blob)
    except (ValueError, RecursionError) as error:
        raise OwnTrouble("cert_damaged", file=file) from error
    entries = told.get("roots") if isinstance(told, dict) else told
    found, trouble = [], None
    for entry in entries if isinstance(entries, list) else ():
        text = entry.get("cert") if isinstance(entry, dict) else None
        if isinstance(text, str):
            try:
                found.append(_certificate(b64decode("".join(text.split()), validate=True)))
            except ValueError:
                trouble = OwnTrouble("cert_damaged", file=file)
    return Content(tuple(found), trouble)


def read_pkcs12(file: str, password: str | None) -> Content:
    """The certificates in a PKCS#12 file, that of its key first.

    Raises OwnTrouble with `file`: cert_unreadable, cert_empty, cert_none, p12_password_missing,
    and what `keys.pkcs12_certificates` raises.
    """
    from apowacht.plugins.wire.keys import pkcs12_certificates

    blob = read_blob(file)
    if not blob:
        raise OwnTrouble("cert_empty", file=file)
    try:
        certificates = pkcs12_certificates(file, blob, password)
    except OwnTrouble as trouble:
        if trouble.reason == "key_password_missing":
            raise OwnTrouble("p12_password_missing", file=file) from trouble
        raise
    if not certificates:
        raise OwnTrouble("cert_none", file=file)
    return Content(tuple(certificates))
