"""Client keys: PEM and PKCS#12 of every age load, nothing lies on a disk, faults are told apart."""

from __future__ import annotations

import os
import ssl
import warnings
from typing import TYPE_CHECKING

import pytest
from authority import (
    DAY,
    NOW,
    Authority,
    Leaf,
    indefinite,
    make_key,
    pkcs12_by_openssl,
    s_server,
    self_signed,
)
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.wire.keys import load_client_key, load_client_key_data
from apowacht.plugins.wire.tls import Trust, open_tls

if TYPE_CHECKING:
    from pathlib import Path

PASSWORD = "geheim, groß & lang"


ROOT = Authority("client root")


@pytest.fixture(scope="module")
def authority() -> Authority:
    """The CA of all clients here, below the one that servers know."""
    return Authority("client CA", above=ROOT)


def reason(path: Path, password: str | None = None) -> str:
    """The reason for which `path` gives no key; it names the file and never the password."""
    with pytest.raises(OwnTrouble) as caught:
        load_client_key(str(path), password)
    assert caught.value.values["file"] == str(path)
    assert PASSWORD not in repr(caught.value.values)
    return caught.value.reason


def accepted(path: Path, password: str | None, folder: Path) -> bool:
    """Whether a server that knows the root alone takes the key: the chain has to go along."""
    key = load_client_key(str(path), password)
    server = self_signed()
    ca = ROOT.write(folder / "client-root.pem")
    options = ["-Verify", "3", "-verify_return_error", "-CAfile", str(ca), "-groups",
               "P-256:brainpoolP256r1:brainpoolP384r1"]  # fmt: skip
    with s_server(server, folder, *options) as port:
        trust = Trust(fingerprints=[server.fingerprint])
        with open_tls("127.0.0.1", port, Deadline(10), trust, client=key) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            return connection.recv(4) == b"HTTP"


@pytest.mark.parametrize("curve", ["brainpoolP256r1", "brainpoolP384r1", "P-256", "RSA 2048"])
@pytest.mark.parametrize("kind", ["pem", "modern", "legacy", "legacy-ber"])
def test_every_kind_of_key_and_file(
    kind: str, curve: str, authority: Authority, tmp_path: Path
) -> None:
    """Konnektor exports (3DES, RC2-40, BER), today's PKCS#12 and PEM open the door."""
    leaf = authority.issue("monitoring", curve=curve, names=[])
    path = tmp_path / "client"
    if kind == "pem":
        leaf.write(path)
    else:
        options = ["-legacy"] if kind.startswith("legacy") else []
        pkcs12_by_openssl(leaf, path, PASSWORD, *options)
    if kind == "legacy-ber":
        path.write_bytes(indefinite(path.read_bytes()))
    assert accepted(path, PASSWORD, tmp_path)


def test_what_the_key_tells(authority: Authority, tmp_path: Path) -> None:
    """Its own certificate's dates and subject, the chain, and nothing of the key."""
    leaf = authority.issue("monitoring", curve="brainpoolP256r1", end=NOW + 5 * DAY)
    key = load_client_key(str(leaf.write(tmp_path / "client.pem")))
    assert key.subject == "CN=monitoring"
    assert (key.not_before, key.not_after) == (NOW - DAY, NOW + 5 * DAY)
    assert key.brainpool
    assert key.chain == leaf.chain
    assert repr(key) == f"ClientKey('{tmp_path}/client.pem')"


def test_ber_makes_no_noise(authority: Authority, tmp_path: Path) -> None:
    """The warning about BER is silenced, and no other one, and nothing of that lasts."""
    path = pkcs12_by_openssl(authority.issue(), tmp_path / "k", PASSWORD, "-legacy")
    path.write_bytes(indefinite(path.read_bytes()))
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        before = list(warnings.filters)
        load_client_key(str(path), PASSWORD)
        assert list(warnings.filters) == before
        warnings.warn("PKCS#12 is old", UserWarning, stacklevel=1)
    assert [str(warning.message) for warning in heard] == ["PKCS#12 is old"]


def test_a_key_without_a_file(authority: Authority, tmp_path: Path) -> None:
    """Bytes out of a .kon file load as a file does; errors name where they came from."""
    data = pkcs12_by_openssl(authority.issue("x"), tmp_path / "k", PASSWORD, "-legacy").read_bytes()
    assert load_client_key_data("pharmacy.kon", data, PASSWORD).subject == "CN=x"
    with pytest.raises(OwnTrouble) as caught:
        load_client_key_data("pharmacy.kon", data, "wrong")
    assert (caught.value.reason, caught.value.values["file"]) == ("key_password", "pharmacy.kon")


@pytest.mark.parametrize("options", [[], ["-legacy"]])
@pytest.mark.parametrize("ber", [False, True])
def test_password_of_pkcs12(
    options: list[str], ber: bool, authority: Authority, tmp_path: Path
) -> None:
    """Wrong and missing ones are one clear reason each."""
    path = pkcs12_by_openssl(authority.issue(), tmp_path / "client.p12", PASSWORD, *options)
    if ber:
        path.write_bytes(indefinite(path.read_bytes()))
    assert reason(path, "wrong") == "key_password"
    assert reason(path) == "key_password_missing"
    assert reason(path, "") == "key_password_missing"


def test_pkcs12_without_password(authority: Authority, tmp_path: Path) -> None:
    """An empty password, and none given, open a file that has an empty one."""
    path = pkcs12_by_openssl(authority.issue("x"), tmp_path / "client.p12", "")
    for password in ("", None):
        assert load_client_key(str(path), password).subject == "CN=x"


@pytest.mark.parametrize("form", [PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_encrypted_pem(form: PrivateFormat, authority: Authority, tmp_path: Path) -> None:
    """Both ways to encrypt a key in PEM; a password that nobody needs does no harm."""
    leaf = authority.issue("x", curve="brainpoolP256r1")
    path = tmp_path / "client.pem"
    encrypted = leaf.key.private_bytes(
        Encoding.PEM, form, BestAvailableEncryption(PASSWORD.encode())
    )
    path.write_bytes(leaf.pem(key=False) + encrypted)
    assert load_client_key(str(path), PASSWORD).subject == "CN=x"
    assert reason(path, "wrong") == "key_password"
    assert reason(path) == "key_password_missing"
    assert load_client_key(str(leaf.write(path)), "not needed").subject == "CN=x"


def test_order_in_a_pem_file_does_not_matter(authority: Authority, tmp_path: Path) -> None:
    """The certificate that belongs to the key is found, wherever it stands."""
    leaf = authority.issue("x")
    certificates = [c.public_bytes(Encoding.PEM) for c in (*leaf.chain, leaf.certificate)]
    path = tmp_path / "client.pem"
    path.write_bytes(b"\n".join([b"Bag Attributes: \xfc", *certificates, leaf.key_pem()]))
    assert accepted(path, None, tmp_path)


def bad_files(authority: Authority) -> dict[str, tuple[bytes, str]]:
    """Contents that are no client's key, and what is said of them."""
    leaf, other = authority.issue("x"), authority.issue("y")
    plain = pkcs12.serialize_key_and_certificates(
        b"x", leaf.key, leaf.certificate, None, NoEncryption()
    )
    return {
        "nothing": (b"", "key_format"),
        "text": (b"no key at all\n", "key_format"),
        "huge": (b"\0" * (1024 * 1024 + 1), "key_format"),
        "half": (plain[: len(plain) // 2], "key_format"),
        "der certificate": (leaf.der, "key_format"),
        "damaged pem": (leaf.pem().replace(b"MI", b"!!"), "key_format"),
        "damaged key": (leaf.pem(key=False) + damaged(leaf.key_pem()), "key_format"),
        "no key": (leaf.pem(key=False), "key_no_key"),
        "no certificate": (leaf.key_pem(), "key_no_certificate"),
        "two keys": (leaf.pem() + other.key_pem(), "key_several"),
        "another's": (leaf.pem(key=False) + other.key_pem(), "key_mismatch"),
        "p12, no key": (
            pkcs12.serialize_key_and_certificates(
                b"x", None, None, [leaf.certificate], NoEncryption()
            ),
            "key_no_key",
        ),
        "p12, no certificate": (
            pkcs12.serialize_key_and_certificates(b"x", leaf.key, None, None, NoEncryption()),
            "key_no_certificate",
        ),
        "p12, another's": (
            pkcs12.serialize_key_and_certificates(
                b"x", leaf.key, None, [other.certificate], NoEncryption()
            ),
            "key_mismatch",
        ),
    }


def damaged(pem: bytes) -> bytes:
    """A key whose block is whole and whose content is not."""
    head, body, tail = pem.partition(b"\n")[0], b"MAoCAQAwBQYDKwMD", pem.rsplit(b"\n", 2)[1]
    return b"\n".join([head, body, tail, b""])


@pytest.mark.parametrize(
    "kind",
    ["nothing", "text", "huge", "half", "der certificate", "damaged pem", "damaged key", "no key",
     "no certificate", "two keys", "another's", "p12, no key", "p12, no certificate",
     "p12, another's"],
)  # fmt: skip
def test_one_reason_each(kind: str, authority: Authority, tmp_path: Path) -> None:
    """Whatever is wrong with a file is one clear line."""
    content, expected = bad_files(authority)[kind]
    path = tmp_path / "client"
    path.write_bytes(content)
    assert reason(path) == expected


def test_pkcs12_with_two_keys(authority: Authority, tmp_path: Path) -> None:
    """It is not guessed which one is meant."""
    first, second = (
        pkcs12_by_openssl(authority.issue(), tmp_path / name, PASSWORD).read_bytes()
        for name in "ab"
    )
    bag = b"\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x02"
    assert (first.count(bag), second.count(bag)) == (1, 1)
    path = tmp_path / "both.p12"
    path.write_bytes(first + second)
    assert reason(path, PASSWORD) == "key_several"


def test_unreadable_files(tmp_path: Path) -> None:
    """A file that is not there, and one that is a folder."""
    assert reason(tmp_path / "missing.p12") == "key_unreadable"
    assert reason(tmp_path) == "key_unreadable"


def test_a_key_that_openssl_refuses(tmp_path: Path) -> None:
    """A key too short for TLS is our trouble when it is to be used."""
    path = self_signed(curve="RSA 1024").write(tmp_path / "client.pem")
    with pytest.raises(OwnTrouble) as caught:
        load_client_key(str(path)).install(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    assert caught.value.reason == "key_refused"
    assert "small" in str(caught.value.values["detail"])


def test_the_key_stays_in_memory(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file is written, no descriptor is left; systems without such memory are told so."""
    key = load_client_key(
        str(pkcs12_by_openssl(authority.issue(), tmp_path / "k.p12", PASSWORD)), PASSWORD
    )
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    files, descriptors = set(tmp_path.iterdir()), os.listdir("/proc/self/fd")
    for _ in range(3):
        key.install(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    weak = load_client_key(str(self_signed(curve="RSA 1024").write(tmp_path / "weak.pem")))
    with pytest.raises(OwnTrouble):
        weak.install(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    assert os.listdir("/proc/self/fd") == descriptors
    assert set(tmp_path.iterdir()) - {tmp_path / "weak.pem"} == files
    monkeypatch.delattr("os.memfd_create")
    with pytest.raises(OwnTrouble) as caught:
        key.install(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    assert caught.value.reason == "key_no_memory_file"


def test_keys_that_do_not_fit_any_certificate_kind(tmp_path: Path) -> None:
    """A key of one curve does not belong to a certificate of another."""
    leaf = self_signed(curve="P-256")
    wrong = Leaf(make_key("brainpoolP256r1"), leaf.certificate)
    assert reason(wrong.write(tmp_path / "client.pem")) == "key_mismatch"
