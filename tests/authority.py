"""Certificate authorities, certificates of any kind, PKCS#12 files, and servers that show them.

Everything is made in a scratch folder; servers run on a free loopback port and are ended by their
process id.
"""

from __future__ import annotations

import ipaddress
import re
import shutil
import ssl
import subprocess
import threading
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from upsd import serving

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)

_CURVES: dict[str, type[ec.EllipticCurve]] = {
    "brainpoolP256r1": ec.BrainpoolP256R1,
    "brainpoolP384r1": ec.BrainpoolP384R1,
    "P-256": ec.SECP256R1,
    "P-384": ec.SECP384R1,
}


class Leaf(NamedTuple):
    """A certificate with its key; `chain` are those that stand above it, if they are sent along."""

    key: Key
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def der(self) -> bytes:
        """The certificate alone."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def fingerprint(self) -> str:
        """SHA-256, as `openssl x509 -fingerprint` writes it."""
        return self.certificate.fingerprint(hashes.SHA256()).hex(":").upper()

    def pem(self, *, key: bool = True) -> bytes:
        """Key, certificate and chain."""
        certificates = b"".join(
            c.public_bytes(Encoding.PEM) for c in (self.certificate, *self.chain)
        )
        return (self.key_pem() if key else b"") + certificates

    def key_pem(self) -> bytes:
        """The key, not encrypted."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def write(self, path: Path, *, key: bool = True) -> Path:
        """The same in a file."""
        path.write_bytes(self.pem(key=key))
        return path


class Authority:
    """A CA, self-signed or below another one."""

    def __init__(
        self,
        name: str = "bench CA",
        *,
        curve: str = "P-256",
        above: Authority | None = None,
        end: datetime = NOW + 3650 * DAY,
    ) -> None:
        self.key = make_key(curve)
        issuer = above or self
        self.name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        builder = _builder(self.name, issuer.name, self.key, NOW - 30 * DAY, end)
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        self.certificate = builder.sign(issuer.key, hashes.SHA256())
        self.chain: tuple[x509.Certificate, ...] = (self.certificate, *above.chain) if above else ()

    def issue(
        self,
        name: str = "device",
        *,
        curve: str = "P-256",
        names: Sequence[str] = ("127.0.0.1", "localhost"),
        begin: datetime = NOW - DAY,
        end: datetime = NOW + 90 * DAY,
    ) -> Leaf:
        """A certificate for these DNS names and addresses; `curve` may be «RSA 2048» too."""
        key = make_key(curve)
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        builder = _named(_builder(subject, self.name, key, begin, end), names)
        return Leaf(key, builder.sign(self.key, hashes.SHA256()), self.chain)

    def write(self, path: Path, encoding: Encoding = Encoding.PEM) -> Path:
        """The CA's own certificate in a file."""
        path.write_bytes(self.certificate.public_bytes(encoding))
        return path


def self_signed(
    name: str = "device",
    *,
    curve: str = "P-256",
    names: Sequence[str] = ("127.0.0.1",),
    begin: datetime = NOW - DAY,
    end: datetime = NOW + 90 * DAY,
) -> Leaf:
    """A certificate that nobody else has signed."""
    key = make_key(curve)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = _named(_builder(subject, subject, key, begin, end), names)
    return Leaf(key, builder.sign(key, hashes.SHA256()))


def make_key(kind: str) -> Key:
    """A new key: the name of a curve, or «RSA 2048»."""
    if kind.startswith("RSA"):
        return rsa.generate_private_key(65537, int(kind.split()[1]))
    return ec.generate_private_key(_CURVES[kind]())


@contextmanager
def s_server(
    leaf: Leaf, folder: Path, *options: str, program: Sequence[str] = ("openssl",)
) -> Iterator[int]:
    """The port of an `openssl s_server` that shows `leaf` and answers HTTP requests."""
    if not shutil.which(program[0]):
        pytest.skip("openssl is missing (Debian package openssl)")
    shown = leaf.write(folder / f"server-{leaf.certificate.serial_number:x}.pem")
    chain = []
    if leaf.chain:
        above = folder / "above.pem"
        above.write_bytes(b"".join(c.public_bytes(Encoding.PEM) for c in leaf.chain))
        chain = ["-cert_chain", str(above)]
    command = [*program, "s_server", "-accept", "127.0.0.1:0", "-www", "-cert", str(shown),
               "-key", str(shown), *chain, *options]  # fmt: skip
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert process.stdout is not None
    said = b""
    try:
        for line in process.stdout:
            said += line
            if match := re.match(rb"ACCEPT .*:(\d+)\s", line):
                break
        else:
            pytest.fail(f"{' '.join(command)} ended: {said.decode(errors='replace')}")
        # Someone has to read what it tells about each connection, or it stops one day.
        reader = threading.Thread(target=process.stdout.read, daemon=True)
        reader.start()
        yield int(match[1])
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


class Visit(NamedTuple):
    """One handshake as a server saw it: the client's certificate, if one was shown."""

    complete: bool
    client: bytes | None


@contextmanager
def recorder(
    leaves: Sequence[Leaf],
    trusted: Path,
    folder: Path,
    *,
    newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3,
) -> Iterator[tuple[int, list[Visit]]]:
    """A server that asks for a client's certificate and notes whether one was shown.

    It shows the first of `leaves` in its first handshake, and so on; the last one from then on.
    """
    visits: list[Visit] = []
    contexts = []
    for leaf in leaves:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.maximum_version = newest
        context.load_cert_chain(
            leaf.write(folder / f"shown-{leaf.certificate.serial_number:x}.pem")
        )
        context.verify_mode = ssl.CERT_OPTIONAL
        context.load_verify_locations(trusted)
        contexts.append(context)

    def handle(connection: socket.socket) -> None:
        connection.settimeout(10)
        context = contexts[min(len(visits), len(contexts) - 1)]
        try:
            with context.wrap_socket(connection, server_side=True) as secured:
                visits.append(Visit(True, secured.getpeercert(binary_form=True)))
                with suppress(OSError):
                    secured.sendall(secured.recv(1024) and b"OK")
        except OSError:
            visits.append(Visit(False, None))

    with serving(handle) as port:
        yield port, visits


def spoken(say: Callable[[socket.socket], None]) -> Callable[[socket.socket], None]:
    """A handler for `serving` that reads the ClientHello and then lets `say` answer."""

    def handle(connection: socket.socket) -> None:
        connection.recv(65536)
        say(connection)

    return handle


def pkcs12_by_openssl(leaf: Leaf, path: Path, password: str, *options: str) -> Path:
    """A PKCS#12 file made by `openssl pkcs12 -export`; `-legacy` makes it of the old kind."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is missing (Debian package openssl)")
    made = subprocess.run(
        ["openssl", "pkcs12", "-export", *options, "-passout", f"pass:{password}", "-out", path],
        input=leaf.pem(),
        capture_output=True,
    )
    if b"legacy" in made.stderr:
        pytest.skip("openssl has no legacy provider (Debian package openssl)")
    assert made.returncode == 0, made.stderr
    return path


def indefinite(der: bytes) -> bytes:
    """The same values in BER: constructed ones of indefinite length (X.690, 8.1.3.6), and
    long strings of octets in pieces (8.7.3)."""
    out = b""
    while der:
        tag, start = der[0], 2 + (der[1] & 0x7F if der[1] & 0x80 else 0)
        size = int.from_bytes(der[2:start], "big") if der[1] & 0x80 else der[1]
        content, der_item, der = der[start : start + size], der[: start + size], der[start + size :]
        if tag & 0x20:
            out += bytes([tag, 0x80]) + indefinite(content) + b"\0\0"
        elif tag == 0x04 and size > 200:
            pieces = [content[i : i + 100] for i in range(0, size, 100)]
            out += b"\x24\x80" + b"".join(bytes([4, len(p)]) + p for p in pieces) + b"\0\0"
        else:
            out += der_item
    return out


def _builder(
    subject: x509.Name, issuer: x509.Name, key: Key, begin: datetime, end: datetime
) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(
        issuer, subject, key.public_key(), x509.random_serial_number(), begin, end
    )


def _named(builder: x509.CertificateBuilder, names: Sequence[str]) -> x509.CertificateBuilder:
    if not names:
        return builder
    return builder.add_extension(x509.SubjectAlternativeName([_name(n) for n in names]), False)


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
