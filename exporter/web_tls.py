"""The TLS side of the web file: a server's context, and the names in a client's certificate."""

from __future__ import annotations

import os
import ssl
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apowacht.exporter.web_file import Tls

_VERSIONS = {"TLS12": ssl.TLSVersion.TLSv1_2, "TLS13": ssl.TLSVersion.TLSv1_3}
_AUTH = {
    "NoClientCert": ssl.CERT_NONE,
    "VerifyClientCertIfGiven": ssl.CERT_OPTIONAL,
    "RequireAndVerifyClientCert": ssl.CERT_REQUIRED,
}


class Unusable(Exception):
    """OpenSSL refuses a part of the web file: `key` (cert, client_ca ...), and why."""

    def __init__(self, key: str, detail: str, kind: str = "tls_unusable") -> None:
        super().__init__(key, detail)
        self.key = key
        self.detail = detail
        self.kind = kind


def server_context(tls: Tls) -> ssl.SSLContext:
    """A server's context with certificate, key and whom to believe. Raises Unusable."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = _VERSIONS[tls.min_version]
    context.maximum_version = _VERSIONS[tls.max_version]
    if tls.ciphers:
        try:
            context.set_ciphers(":".join(tls.ciphers))
        except ssl.SSLError:
            raise Unusable("cipher_suites", "", "no_cipher") from None
    with _file(tls.cert_file, tls.cert) as cert, _file(tls.key_file, tls.key) as key:
        try:
            # Without a password OpenSSL would ask at the terminal.
            context.load_cert_chain(cert, key, password="")
        except (OSError, ValueError) as error:
            raise Unusable("cert" if _is_bad(cert) else "key", _reason(error)) from None
    if tls.client_ca_file or tls.client_ca:
        try:
            context.load_verify_locations(tls.client_ca_file, cadata=tls.client_ca)
        except (OSError, ValueError) as error:
            raise Unusable("client_ca", _reason(error)) from None
    context.verify_mode = _AUTH[tls.client_auth]
    return context


def names_of(certificate: bytes) -> frozenset[str]:
    """The alternative names of a client's certificate (DER): DNS, e-mail, URI, address."""
    from cryptography import x509

    try:
        loaded = x509.load_der_x509_certificate(certificate)
        kind = x509.SubjectAlternativeName
        names = loaded.extensions.get_extension_for_class(kind).value
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
        return frozenset()
    texts = (x509.DNSName, x509.RFC822Name, x509.UniformResourceIdentifier, x509.IPAddress)
    return frozenset(str(value) for one in texts for value in names.get_values_for_type(one))


@contextmanager
def _file(path: str | None, text: str | None) -> Iterator[str]:
    """A path at which OpenSSL finds the PEM; text lies in memory only (memfd_create(2))."""
    if path is not None:
        yield path
        return
    if not hasattr(os, "memfd_create"):
        raise Unusable("key", "Linux only; use key_file and cert_file")
    descriptor = os.memfd_create("apowacht-web", os.MFD_CLOEXEC)
    try:
        with os.fdopen(os.dup(descriptor), "wb") as memory:
            memory.write((text or "").encode())
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


def _is_bad(cert: str) -> bool:
    """Whether it is the certificate, and not its key, that cannot be read."""
    from cryptography import x509

    try:
        with open(cert, "rb") as opened:
            x509.load_pem_x509_certificates(opened.read())
    except (OSError, ValueError):
        return True
    return False


def _reason(error: Exception) -> str:
    """OpenSSL's reason without its source lines."""
    if isinstance(error, ssl.SSLError):
        return (error.reason or "not in PEM form").replace("_", " ").casefold()
    number = getattr(error, "errno", None)
    return os.strerror(number) if number else str(error)
