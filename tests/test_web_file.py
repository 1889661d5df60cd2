"""The web file: read as exporter-toolkit describes it, and every mistake with its line."""

from __future__ import annotations

import ssl
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from socket import create_connection, create_server
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from apowacht.exporter.web_file import CIPHERS, Rate, read_web_file
from apowacht.exporter.web_tls import names_of, server_context

if TYPE_CHECKING:
    from pathlib import Path

HASH = "$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with `c.pem`, its key `k.pem`, and a key `o.pem` of another certificate."""
    key, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "exporter")])
    now = datetime.now(UTC)
    kinds = [
        x509.DNSName("localhost"),
        x509.IPAddress(ip_address("127.0.0.1")),
        x509.RFC822Name("a@example.de"),
        x509.UniformResourceIdentifier("spiffe://x"),
    ]
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    builder = builder.public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(9))
    builder = builder.add_extension(x509.SubjectAlternativeName(kinds), critical=False)
    certificate = builder.sign(key, hashes.SHA256())
    (tmp_path / "c.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    for file, one in (("k.pem", key), ("o.pem", other)):
        pem = one.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        (tmp_path / file).write_bytes(pem)
        (tmp_path / file).chmod(0o600)
    return tmp_path


def written(folder: Path, text: str) -> str:
    """The path of a web file with this text."""
    file = folder / "web.yaml"
    file.write_text(text)
    file.chmod(0o600)
    return str(file)


def told(folder: Path, text: str) -> list[str]:
    """The mistakes of a web file as `line: text`, in English."""
    web, mistakes = read_web_file(written(folder, text), "en")
    assert (web is None) == bool(mistakes)
    return [f"{mistake.line}: {mistake.text}" for mistake in mistakes]


PAIR = "tls_server_config:\n  cert_file: c.pem\n  key_file: k.pem\n"


def test_everything_that_the_format_has(folder: Path) -> None:
    """Each key is understood; files are those beside the web file."""
    text = PAIR + (
        "  client_ca_file: c.pem\n  client_auth_type: RequireAndVerifyClientCert\n"
        "  client_allowed_sans: [localhost]\n  min_version: TLS12\n  max_version: TLS12\n"
        "  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_AES_128_GCM_SHA256]\n"
        "  prefer_server_cipher_suites: true\n  curve_preferences: [X25519, CurveP256]\n"
        "http_server_config:\n  http2: false\n  headers:\n    X-Frame-Options: DENY\n"
        "    X-XSS-Protection: ''\n"
        f"basic_auth_users:\n  prom: {HASH}\nrate_limit:\n  interval: 1m30s\n  burst: 20\n"
    )
    web, mistakes = read_web_file(written(folder, text))
    assert mistakes == ()
    assert web is not None
    assert web.tls is not None
    assert web.tls.cert_file == str(folder / "c.pem")
    assert web.tls.ciphers == ("ECDHE-ECDSA-AES256-GCM-SHA384",)
    assert (web.tls.client_auth, web.tls.allowed_sans) == (
        "RequireAndVerifyClientCert",
        ("localhost",),
    )
    assert (web.users, web.headers) == ({"prom": HASH.encode()}, {"X-Frame-Options": "DENY"})
    assert (web.http2, web.rate) == (False, Rate(90.0, 20))
    context = server_context(web.tls)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.maximum_version is ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("text", ["", "# nothing\n", "tls_server_config:\n", "{}", "---\n"])
def test_an_empty_file_asks_for_nothing(text: str, folder: Path) -> None:
    """No TLS, no users: as without the file."""
    web, mistakes = read_web_file(written(folder, text))
    assert mistakes == ()
    assert web is not None
    assert (web.tls, web.users, web.headers) == (None, {}, {})


def test_certificate_and_key_may_stand_in_the_file(folder: Path) -> None:
    """They serve a real handshake, and the key is in no text of the settings."""
    pems = {name: (folder / name).read_text() for name in ("c.pem", "k.pem")}
    blocks = {name: pem.replace("\n", "\n    ").rstrip() for name, pem in pems.items()}
    text = (
        f"tls_server_config:\n  cert: |\n    {blocks['c.pem']}\n  key: |\n    {blocks['k.pem']}\n"
    )
    web, mistakes = read_web_file(written(folder, text))
    assert mistakes == ()
    assert web is not None
    assert web.tls is not None
    assert "PRIVATE" not in str(web)
    server = create_server(("127.0.0.1", 0))
    with server, server_context(web.tls).wrap_socket(server, server_side=True) as listening:
        answers: list[bytes] = []

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                answers.append(connection.recv(2))

        thread = threading.Thread(target=answer)
        thread.start()
        client = ssl.create_default_context(cafile=str(folder / "c.pem"))
        with (
            create_connection(listening.getsockname(), 10) as plain,
            client.wrap_socket(plain, server_hostname="localhost") as secure,
        ):
            secure.sendall(b"hi")
        thread.join(10)
    assert answers == [b"hi"]


MISTAKES = {
    "tls_server_config:\n  cert_file: c.pem\n": ["1: «key» or «key_file» is missing"],
    "tls_server_config:\n  min_version: TLS12\n": [
        "1: «cert» or «cert_file» is missing",
        "1: «key» or «key_file» is missing",
    ],
    PAIR.replace("k.pem", "gone.pem"): ["3: key_file: {}/gone.pem: No such file or directory"],
    PAIR.replace("k.pem", "o.pem"): ["3: key_file: key values mismatch"],
    PAIR.replace("c.pem", "k.pem"): ["2: cert_file: not in pem form"],
    PAIR + "  client_ca_file: k.pem\n  client_auth_type: VerifyClientCertIfGiven\n": [
        "4: client_ca_file: no certificate or crl found"
    ],
    PAIR + "  cert: x\n": ["4: «cert» and «cert_file» exclude each other"],
    PAIR + "  min_version: TLS10\n": [
        "4: min_version: there is no «TLS10»; did you mean «TLS13»?; choose from TLS12, TLS13"
    ],
    PAIR + "  min_version: TLS13\n  max_version: TLS12\n": [
        "4: min_version is higher than max_version"
    ],
    PAIR + "  client_auth_type: RequireAnyClientCert\n": [
        ("4: client_auth_type: «RequireAnyClientCert» does not verify the certificate and is not "
        "offered here; RequireAndVerifyClientCert or VerifyClientCertIfGiven")
    ],
    PAIR + "  client_auth_type: RequireAndVerifyClientCert\n": [
        "4: client_auth_type: RequireAndVerifyClientCert needs client_ca_file"
    ],
    PAIR + "  client_ca_file: c.pem\n": [
        "4: client_ca_file: without client_auth_type no certificate is asked for"
    ],
    PAIR + "  client_allowed_sans: [x]\n": [
        "4: client_allowed_sans needs client_auth_type: RequireAndVerifyClientCert"
    ],
    PAIR + "  cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]\n": [
        "4: cipher_suites: there is no «TLS_RSA_WITH_RC4_128_SHA»; did you mean "
        "«TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA»?; choose from " + ", ".join(CIPHERS)[:159] + "…"
    ],
    PAIR + "  certfile: x\n": ["4: there is no «certfile» here; did you mean «cert_file»?"],
    "basic_auth_user: {}\n": [
        "1: there is no «basic_auth_user» here; did you mean «basic_auth_users»?"
    ],
    "basic_auth_users:\n  prom: hunter2\n": [
        ("2: basic_auth_users: the password of «prom» is no bcrypt hash ($2y$...); make one, for "
        "example with htpasswd -nBC 10 NAME")
    ],
    f"basic_auth_users:\n  prom: {HASH.replace('$10$', '$31$')}\n": [
        "2: basic_auth_users: «prom»: cost 31 is not 4 to 18; usual is 10"
    ],
    f"basic_auth_users:\n  'a:b': {HASH}\n": [
        "2: basic_auth_users: «a:b» will not do (empty, colon or control character)"
    ],
    "http_server_config:\n  http2: maybe\n  headers:\n    Server: x\n": [
        "2: http2: a switch, so true or false",
        "4: there is no «Server» here",
    ],
    "http_server_config:\n  headers:\n    X-Frame-Options: never\n    "
    "X-Content-Type-Options: \"a\\nb\"\n": [
        "3: X-Frame-Options: «never» is no value of this header; did you mean «deny»?",
        "4: X-Content-Type-Options: holds a control character or a line break",
    ],
    "rate_limit: {interval: 1 s, burst: 5}\n": [
        "1: interval: «1 s» is no duration; for example 1s or 100ms"
    ],
    "rate_limit: {interval: 1s}\n": ["1: burst: «0» is no whole number from 1"],
    "- a\n": ["1: web.yaml: keys with values belong here"],
    "tls_server_config: [\n": ["2: not valid YAML: did not find expected node content"],
}  # fmt: skip


@pytest.mark.parametrize("text", MISTAKES, ids=lambda text: MISTAKES[text][0][:40])
def test_every_mistake_names_its_line(text: str, folder: Path) -> None:
    """A file that is not understood as a whole is not used at all, and tells no password."""
    mistakes = told(folder, text)
    assert mistakes == [line.format(folder) for line in MISTAKES[text]]
    assert "hunter2" not in str(mistakes)


def test_a_key_that_everybody_may_read_is_refused(folder: Path) -> None:
    """In its own file, and when it stands in the web file itself."""
    (folder / "k.pem").chmod(0o644)
    assert told(folder, PAIR) == [
        f"3: key_file: everybody may read {folder}/k.pem (mode 0644); chmod o-rwx"
    ]
    pem = (folder / "k.pem").read_text().replace("\n", "\n    ").rstrip()
    file = written(folder, f"tls_server_config:\n  cert_file: c.pem\n  key: |\n    {pem}\n")
    assert read_web_file(file)[1] == ()
    (folder / "web.yaml").chmod(0o604)
    (mistake,) = read_web_file(file, "en")[1]
    assert (mistake.line, mistake.text) == (
        3,
        f"key: everybody may read {file} (mode 0604); chmod o-rwx",
    )


def test_a_web_file_that_is_gone_is_a_mistake(tmp_path: Path) -> None:
    """It never means «without protection»."""
    web, mistakes = read_web_file(str(tmp_path / "gone.yaml"), "en")
    assert web is None
    assert [mistake.text for mistake in mistakes] == ["cannot be read: No such file or directory"]


def test_every_cipher_is_one_that_openssl_has() -> None:
    """A suite of the list can be served."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    for name in filter(None, CIPHERS.values()):
        context.set_ciphers(name)


def test_the_names_of_a_client(folder: Path) -> None:
    """All four kinds that the format compares; rubbish has none."""
    certificate = ssl.PEM_cert_to_DER_cert((folder / "c.pem").read_text())
    assert names_of(certificate) == {"localhost", "127.0.0.1", "a@example.de", "spiffe://x"}
    assert names_of(b"rubbish") == frozenset()
