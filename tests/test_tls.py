"""TLS: one call reaches every curve, believes whom it was told to, and names what went wrong."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from authority import DAY, NOW, Authority, Leaf, recorder, s_server, self_signed, spoken
from cryptography.hazmat.primitives.serialization import Encoding
from timing import SPARE_SECONDS
from upsd import serving, swallow

from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import Garbled, OwnTrouble, Refused, Trouble, Unreachable
from apowacht.plugins.wire import tls
from apowacht.plugins.wire.keys import ClientKey
from apowacht.plugins.wire.tls import Trust, look, open_tls
from apowacht.plugins.wire.tls_groups import BRAINPOOL, hello, is_server_hello, settle
from apowacht.plugins.wire.tls_seen import chain_of, validity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TLS_1_2, TLS_1_3 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
KEPT = "apowacht.plugins.wire.tls_shake.chain_of"
ANY_PRINT = Trust(fingerprints=["00" * 32])
ICCSN = "80276001011699901102"


@pytest.fixture(scope="module")
def authority() -> Authority:
    """A CA with a NIST curve."""
    return Authority()


@pytest.fixture(scope="module")
def brainpool_authority() -> Authority:
    """A CA whose own key lies on brainpoolP256r1."""
    return Authority("bench brainpool CA", curve="brainpoolP256r1")


@pytest.fixture
def ca_file(authority: Authority, tmp_path: Path) -> str:
    """The NIST CA's certificate."""
    return str(authority.write(tmp_path / "ca.pem"))


def ask(connection: ssl.SSLSocket) -> bytes:
    """The first bytes of what the server answers to an HTTP request."""
    with connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return connection.recv(4)


def reach(port: int, trust: Trust, seconds: float = 10, **more: Any) -> bytes:
    """Ask the server at `port` of the loopback."""
    return ask(open_tls("127.0.0.1", port, Deadline(seconds), trust, **more))


def trouble(port: int, trust: Trust, seconds: float = 10, **more: Any) -> Trouble:
    """The trouble that comes of it, with the values that each must have."""
    with pytest.raises(Trouble) as caught:
        open_tls("127.0.0.1", port, Deadline(seconds), trust, **more).close()
    if not isinstance(caught.value, OwnTrouble):
        assert caught.value.values["host"] == "127.0.0.1"
        assert caught.value.values["port"] == port
        assert caught.value.values["phase"] == "tls"
    return caught.value


def alone(code: str, *arguments: str, **environment: str) -> str:
    """What `code` prints in a process of its own."""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (run.stderr, run.returncode) == ("", 0)
    return run.stdout.strip()


REACH = """
import sys
from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import Trouble
from apowacht.plugins.wire.tls import Trust, look, open_tls
port, ca_file = int(sys.argv[1]), sys.argv[2]
def reach():
    try:
        with open_tls("127.0.0.1", port, Deadline(20), Trust(ca_file)) as connection:
            connection.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
            return connection.recv(4).decode()
    except Trouble as trouble:
        return trouble.reason
"""


@pytest.mark.parametrize(
    ("curve", "options"),
    [
        ("brainpoolP256r1", ["-groups", "brainpoolP256r1", "-tls1_2"]),
        ("brainpoolP384r1", ["-groups", "brainpoolP384r1", "-tls1_2"]),
        ("brainpoolP256r1", []),
        ("P-256", ["-groups", "P-256", "-tls1_2"]),
        ("P-256", ["-groups", "P-256", "-tls1_3"]),
        ("P-384", ["-groups", "P-384"]),
        ("P-256", ["-groups", "X25519"]),
        ("P-256", []),
        ("RSA 2048", []),
        ("RSA 2048", ["-tls1_2"]),
        ("RSA 2048", ["-tls1_2", "-cipher", "AES256-SHA"]),
        ("RSA 3072", ["-groups", "brainpoolP256r1", "-tls1_2"]),
    ],
)
def test_every_server_is_reached_by_the_same_call(
    curve: str,
    options: list[str],
    authority: Authority,
    ca_file: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Brainpool-only, NIST-only, RSA, TLS 1.2 and 1.3: verified, with the very first offer."""

    def no_second_offer(context: ssl.SSLContext) -> bool:
        raise AssertionError("the first offer did not do")

    monkeypatch.setattr("apowacht.plugins.wire.tls_shake._tls_1_2", no_second_offer)
    leaf = authority.issue(curve=curve)
    with s_server(leaf, tmp_path, *options) as port:
        assert reach(port, Trust(ca_file)) == b"HTTP"
        seen = look("127.0.0.1", port, Deadline(10))
    assert seen.chain == (leaf.der,)
    assert seen.complete
    assert seen.curve == {"P-256": "secp256r1", "P-384": "secp384r1"}.get(
        curve, None if curve.startswith("RSA") else curve
    )


def test_brainpool_authority_is_verified(brainpool_authority: Authority, tmp_path: Path) -> None:
    """The chain too may be signed with brainpool keys."""
    ca = brainpool_authority.write(tmp_path / "ca.pem")
    leaf = brainpool_authority.issue(curve="brainpoolP256r1")
    with s_server(leaf, tmp_path, "-groups", "brainpoolP256r1", "-tls1_2") as port:
        assert reach(port, Trust(str(ca))) == b"HTTP"


def test_brainpool_after_everything_else_has_used_openssl(
    authority: Authority, ca_file: str, tmp_path: Path
) -> None:
    """It works when hashlib, ssl and requests have initialised OpenSSL; no child hears of it."""
    pytest.importorskip("requests")
    code = f"""
import hashlib, os, ssl, subprocess, sys
import requests
hashlib.sha256(b"x").digest()
ssl.create_default_context()
before = sorted(os.listdir("/proc/self/fd")), dict(os.environ)
{REACH}
print(reach())
from apowacht.plugins.wire.tls_groups import hello, settle
assert settle()
assert {{29, 23, 24, 26, 27}} <= set(hello(ssl.create_default_context(), "x").groups)
assert (sorted(os.listdir("/proc/self/fd")), dict(os.environ)) == before
child = "import os; print(os.environ.get('OPENSSL_CONF'))"
print(subprocess.check_output([sys.executable, "-c", child], text=True))
"""
    leaf = authority.issue(curve="brainpoolP256r1")
    with s_server(leaf, tmp_path, "-groups", "brainpoolP256r1", "-tls1_2") as port:
        assert alone(code, str(port), ca_file, TMPDIR=str(tmp_path)).split() == ["HTTP", "None"]
    assert not list(tmp_path.glob("tmp*"))


def test_eight_threads_may_be_the_first(authority: Authority, ca_file: str, tmp_path: Path) -> None:
    """Whoever comes first sets the groups; nobody goes on before they are set."""
    code = f"""
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
{REACH}
together = Barrier(8)
def one(_):
    together.wait()
    return reach()
with ThreadPoolExecutor(8) as pool:
    print(*set(pool.map(one, range(8))))
"""
    leaf = authority.issue(curve="brainpoolP256r1")
    with s_server(leaf, tmp_path, "-groups", "brainpoolP256r1", "-tls1_2") as port:
        assert alone(code, str(port), ca_file) == "HTTP"


HIDDEN = f"""
from apowacht.plugins.wire import tls_groups
def hidden(text):
    raise AttributeError("BIO_new_mem_buf")
tls_groups._load = hidden
{REACH}
assert tls_groups.settle() is False
"""


def test_without_a_configuration_brainpool_alone_is_offered(
    authority: Authority, ca_file: str, tmp_path: Path
) -> None:
    """Where OpenSSL's names are hidden, brainpool servers and others are reached all the same."""
    for curve in ("P-256", "brainpoolP256r1"):
        leaf = authority.issue(curve=curve)
        with s_server(leaf, tmp_path, "-groups", curve, "-tls1_2") as port:
            assert alone(HIDDEN + "print(reach())", str(port), ca_file) == "HTTP"


def test_python_without_brainpool_says_so_only_where_it_matters(
    authority: Authority, ca_file: str, tmp_path: Path
) -> None:
    """«This Python cannot do brainpool» is the answer for a server that wants it, and no other."""
    code = f"""{HIDDEN}
from apowacht.plugins.wire import tls_shake
tls_shake._brainpool_alone = lambda peer, context: False
print(reach())
"""
    for curve, options, answer in (
        ("brainpoolP256r1", ["-groups", "brainpoolP256r1", "-tls1_2"], "no_brainpool"),
        ("P-256", ["-groups", "secp256k1", "-tls1_2"], "tls_no_common_curve"),
        ("P-256", [], "HTTP"),
    ):
        with s_server(authority.issue(curve=curve), tmp_path, *options) as port:
            assert alone(code, str(port), ca_file) == answer


def faulty(kind: str, authority: Authority) -> Leaf:
    """A certificate that is not to be trusted."""
    if kind == "expired":
        return authority.issue(begin=NOW - 9 * DAY, end=NOW - 2 * DAY)
    if kind == "not_yet_valid":
        return authority.issue(begin=NOW + 2 * DAY)
    if kind == "self_signed":
        return self_signed()
    if kind == "wrong_name":
        return authority.issue(names=["konnektor.konlan", "192.0.2.1"])
    return Authority("somebody else").issue()


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("expired", {"date": NOW - 2 * DAY}),
        ("not_yet_valid", {"date": NOW + 2 * DAY}),
        ("self_signed", {}),
        ("wrong_name", {"name": "127.0.0.1", "names": "konnektor.konlan, 192.0.2.1"}),
        ("untrusted", {"issuer": "somebody else"}),
    ],
)
@pytest.mark.parametrize("options", [["-tls1_2"], ["-tls1_3"]])
def test_a_certificate_that_fails_says_why(
    kind: str,
    values: dict[str, object],
    options: list[str],
    authority: Authority,
    ca_file: str,
    tmp_path: Path,
) -> None:
    """Expired, not yet valid, self-signed, for another name, by a stranger: never just «down»."""
    leaf = faulty(kind, authority)
    with s_server(leaf, tmp_path, *options) as port:
        found = trouble(port, Trust(ca_file))
        assert isinstance(found, Refused)
        assert found.reason == f"tls_{kind}"
        assert found.values.items() >= values.items()
        assert found.values["fingerprint"] == leaf.fingerprint.replace(":", "").lower()
        assert reach(port, Trust(insecure=True)) == b"HTTP"
        assert reach(port, Trust(ca_file, insecure=True)) == b"HTTP"


def test_expired_authority_tells_its_own_date(authority: Authority, tmp_path: Path) -> None:
    """When not the server's certificate but the one above has expired, that date is told."""
    below = Authority("old", above=authority, end=NOW - 3 * DAY)
    ca = authority.write(tmp_path / "ca.pem")
    with s_server(below.issue(), tmp_path) as port:
        found = trouble(port, Trust(str(ca)))
    assert (found.reason, found.values["date"]) == ("tls_expired", NOW - 3 * DAY)


def test_allow_expired_still_wants_an_authority(
    authority: Authority, ca_file: str, tmp_path: Path
) -> None:
    """Who only looks over a date still believes no stranger."""
    trust = Trust(ca_file, allow_expired=True)
    with s_server(faulty("expired", authority), tmp_path) as port:
        assert reach(port, trust) == b"HTTP"
    with s_server(self_signed(end=NOW - DAY / 2), tmp_path) as port:
        assert trouble(port, trust).reason == "tls_self_signed"


def test_system_authorities_by_default(
    authority: Authority, ca_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a CA file the system's decide."""
    with s_server(authority.issue(), tmp_path) as port:
        assert trouble(port, Trust()).reason == "tls_untrusted"
        monkeypatch.setenv("SSL_CERT_FILE", ca_file)
        assert reach(port, Trust()) == b"HTTP"


def test_server_name_stands_for_the_host(
    authority: Authority, ca_file: str, tmp_path: Path
) -> None:
    """A Konnektor's certificate names konnektor.konlan, wherever it is reached."""
    leaf = authority.issue(names=["konnektor.konlan"])
    with s_server(leaf, tmp_path) as port:
        assert reach(port, Trust(ca_file, server_name="konnektor.konlan")) == b"HTTP"
        assert trouble(port, Trust(ca_file, server_name="other.konlan")).reason == "tls_wrong_name"


def test_names_and_addresses_of_the_loopback(
    authority: Authority, ca_file: str, tmp_path: Path
) -> None:
    """A DNS name and an address each match the certificate's own entry of that kind."""
    with s_server(authority.issue(names=["localhost"]), tmp_path) as port:
        assert ask(open_tls("localhost", port, Deadline(10), Trust(ca_file))) == b"HTTP"
        for name in ("localhost", "localhost.", "LOCALHOST"):
            assert reach(port, Trust(ca_file, server_name=name)) == b"HTTP"
        assert trouble(port, Trust(ca_file)).reason == "tls_wrong_name"


def test_a_card_number_is_never_told(authority: Authority, ca_file: str, tmp_path: Path) -> None:
    """A Konnektor's common name is its card's serial number: it stays out of every value."""
    leaf = authority.issue(f"{ICCSN}-20220101", names=[])
    with s_server(leaf, tmp_path) as port:
        found = trouble(port, Trust(ca_file))
    assert found.reason == "tls_wrong_name"
    assert ICCSN not in repr(found.values)


@pytest.mark.parametrize("what", ["root", "below", "leaf", "der"])
def test_what_may_stand_in_a_ca_file(what: str, authority: Authority, tmp_path: Path) -> None:
    """The root, an authority below it alone, the server's own certificate, PEM and DER."""
    below = Authority("below", above=authority)
    leaf = below.issue()
    file = tmp_path / "ca"
    if what == "leaf":
        leaf.write(file, key=False)
    else:
        encoding = Encoding.DER if what == "der" else Encoding.PEM
        (below if what == "below" else authority).write(file, encoding)
    with s_server(leaf, tmp_path) as port:
        assert reach(port, Trust(str(file))) == b"HTTP"
        seen = look("127.0.0.1", port, Deadline(10))
    assert len(seen.chain) == 2
    assert seen.issuer == "CN=below"
    assert not seen.self_signed


def test_authorities_without_a_file(authority: Authority, tmp_path: Path) -> None:
    """Certificates in DER one behind the other, as out of a .kon file, alone are trusted."""
    stranger, der = Authority("stranger"), Encoding.DER
    both = [one.certificate.public_bytes(der) for one in (stranger, authority)]
    with s_server(authority.issue(), tmp_path) as port:
        assert reach(port, Trust(ca_data=b"".join(both))) == b"HTTP"
        assert trouble(port, Trust(ca_data=both[0])).reason == "tls_untrusted"


@pytest.mark.parametrize("content", [None, b"", b"nothing", b"-----BEGIN CERTIFICATE-----\n"])
def test_ca_file_without_certificates_is_ours(content: bytes | None, tmp_path: Path) -> None:
    """It is told before anything is opened."""
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(OwnTrouble) as caught:
        open_tls("192.0.2.1", 443, Deadline(1), Trust(str(file)))
    assert caught.value.reason == "ca_file_unreadable"
    assert caught.value.values["file"] == str(file)
    with pytest.raises(OwnTrouble) as caught:
        tls.check_trust(Trust(str(file)))
    assert caught.value.reason == "ca_file_unreadable"


@pytest.mark.parametrize("curve", ["P-256", "brainpoolP256r1"])
def test_fingerprint_decides_alone(curve: str, tmp_path: Path) -> None:
    """The right one is enough, however it is written; with a wrong one the found one is told."""
    leaf = self_signed(curve=curve, names=["elsewhere"])
    plain = leaf.fingerprint.replace(":", "").lower()
    with s_server(leaf, tmp_path) as port:
        for text in (leaf.fingerprint, plain, plain.upper()):
            assert reach(port, Trust(fingerprints=["00" * 32, text])) == b"HTTP"
        for insecure in (False, True):
            found = trouble(port, Trust(fingerprints=["00" * 32], insecure=insecure))
            assert (found.reason, found.values["fingerprint"]) == ("tls_fingerprint", plain)


def test_fingerprint_does_not_outlive_the_certificate(tmp_path: Path) -> None:
    """A known certificate that has expired is its own fault, unless dates do not matter."""
    old = self_signed(begin=NOW - 9 * DAY, end=NOW - 2 * DAY)
    young = self_signed(begin=NOW + 2 * DAY)
    for leaf, reason, date in (
        (old, "tls_expired", NOW - 2 * DAY),
        (young, "tls_not_yet_valid", NOW + 2 * DAY),
    ):
        with s_server(leaf, tmp_path) as port:
            found = trouble(port, Trust(fingerprints=[leaf.fingerprint]))
            assert (found.reason, found.values["date"]) == (reason, date)
            trust = Trust(fingerprints=[leaf.fingerprint], allow_expired=True)
            assert reach(port, trust) == b"HTTP"


@pytest.mark.parametrize("text", ["", "00", "zz" * 32, "00" * 33, "00:" * 31])
def test_bad_fingerprint_is_ours(text: str) -> None:
    """What is no SHA-256 is refused before it can match nothing."""
    with pytest.raises(OwnTrouble) as caught:
        Trust(fingerprints=[text])
    assert caught.value.reason == "bad_fingerprint"


@pytest.mark.parametrize("name", [".konlan", "a" * 70 + ".konlan", "kon\0lan"])
def test_bad_server_name_is_ours(name: str) -> None:
    """A name that cannot stand in a certificate is our trouble, not the server's."""
    with serving(swallow) as port:
        assert trouble(port, Trust(server_name=name)).reason == "bad_server_name"
    with pytest.raises(OwnTrouble):
        tls.check_trust(Trust(server_name=name))


def test_weak_keys(tmp_path: Path, authority: Authority, ca_file: str) -> None:
    """A key that is too short for its time is named as such."""
    leaf = authority.issue(curve="RSA 1024")
    with s_server(leaf, tmp_path, "-cipher", "DEFAULT@SECLEVEL=0") as port:
        assert trouble(port, Trust(ca_file)).reason == "tls_weak"
        assert reach(port, Trust(fingerprints=[leaf.fingerprint])) == b"HTTP"


@pytest.mark.parametrize(
    ("curve", "options", "reason"),
    [
        ("RSA 2048", ["-tls1_2", "-cipher", "NULL-SHA256:@SECLEVEL=0"], "tls_no_common_cipher"),
        ("P-256", ["-tls1_2", "-groups", "secp256k1"], "tls_no_common_curve"),
        ("P-256", ["-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"], "tls_no_common_version"),
    ],
)
def test_nothing_in_common(
    curve: str, options: list[str], reason: str, authority: Authority, tmp_path: Path
) -> None:
    """A server that wants what is not offered: curve, cipher and version are told apart."""
    with s_server(authority.issue(curve=curve), tmp_path, *options) as port:
        assert trouble(port, Trust(insecure=True)).reason == reason
        with pytest.raises(Refused) as caught:
            look("127.0.0.1", port, Deadline(10))
        assert caught.value.reason == reason


def test_asking_for_the_reason_has_its_own_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that refuses and then falls silent is not waited for until the deadline."""
    monkeypatch.setattr("apowacht.plugins.wire.tls_shake._PATIENCE_SECONDS", 0.3)
    visits: list[int] = []

    def handle(connection: socket.socket) -> None:
        visits.append(1)
        if len(visits) > 2:
            return swallow(connection)
        connection.recv(65536)
        connection.sendall(b"\x15\x03\x03\x00\x02\x02\x28")
        return None

    with serving(handle) as port:
        begin = time.monotonic()
        found = trouble(port, Trust(), 20)
        assert time.monotonic() - begin < 0.3 + SPARE_SECONDS
    assert (found.reason, found.values["detail"]) == ("tls_failed", "handshake failure")
    assert len(visits) == 3


@pytest.mark.parametrize("manner", ["alert", "close", "reset"])
def test_server_that_stumbles_over_tls_1_3(
    manner: str, authority: Authority, ca_file: str, tmp_path: Path
) -> None:
    """One that takes TLS 1.2 alone, or has no use for brainpool in 1.3, is offered 1.2 alone."""

    def between(upstream: int) -> Callable[[socket.socket], None]:
        def handle(connection: socket.socket) -> None:
            first = connection.recv(65536)
            if b"\x00\x2b\x00\x05\x04\x03\x04\x03\x03" in first:  # supported_versions
                if manner == "alert":
                    connection.sendall(b"\x15\x03\x03\x00\x02\x02\x28")
                elif manner == "reset":
                    linger = (1).to_bytes(4, sys.byteorder) + bytes(4)
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                return
            with socket.create_connection(("127.0.0.1", upstream), 10) as server:
                server.sendall(first)
                threading.Thread(target=copy, args=(server, connection), daemon=True).start()
                copy(connection, server)

        return handle

    leaf = authority.issue(curve="brainpoolP256r1")
    with (
        s_server(leaf, tmp_path, "-groups", "brainpoolP256r1", "-tls1_2") as upstream,
        serving(between(upstream)) as port,
    ):
        assert reach(port, Trust(ca_file)) == b"HTTP"


def copy(source: socket.socket, sink: socket.socket) -> None:
    """Hand on what one side says, until it says no more."""
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
        b"<html><body>Bad Request</body></html>",
        b"220 mail.example ESMTP\r\n",
        b"ERR UNKNOWN-COMMAND\n",
    ],
)
def test_a_port_that_speaks_no_tls(answer: bytes) -> None:
    """An answer in clear is told as such."""
    with serving(spoken(lambda connection: connection.sendall(answer))) as port:
        found = trouble(port, Trust())
    assert isinstance(found, Garbled)
    assert found.reason == "tls_not_tls"


def test_garbage_and_goodbye() -> None:
    """A broken TLS record is «failed», a closed connection is «lost»."""
    nonsense = b"\x16\x03\x03\x00\x05\x02\x00\x00\x01\x00"
    with serving(spoken(lambda connection: connection.sendall(nonsense))) as port:
        assert trouble(port, Trust()).reason == "tls_failed"
    with serving(spoken(lambda connection: None)) as port:
        found = trouble(port, Trust())
    assert (type(found), found.reason) == (Unreachable, "connection_lost")


def drip(connection: socket.socket) -> None:
    """Answer with one byte a second of a record that never gets complete."""
    connection.settimeout(1)
    with suppress(OSError):
        connection.sendall(b"\x16\x03\x03\x40\x00")
        while True:
            connection.sendall(b"\x02")
            time.sleep(0.2)


@pytest.mark.parametrize("handle", [swallow, drip])
@pytest.mark.parametrize(
    "call",
    [
        lambda port, key: open_tls("127.0.0.1", port, Deadline(0.7), Trust()),
        lambda port, key: open_tls("127.0.0.1", port, Deadline(0.7), ANY_PRINT, client=key),
        lambda port, key: look("127.0.0.1", port, Deadline(0.7)),
    ],
    ids=["open", "key", "look"],
)
def test_slow_servers_end_by_the_deadline(
    handle: Callable[[socket.socket], None],
    call: Callable[[int, ClientKey], object],
    client: ClientKey,
) -> None:
    """Silent ones and ones that send byte by byte."""
    with serving(handle) as port:
        begin = time.monotonic()
        with pytest.raises(Unreachable) as caught:
            call(port, client)
        assert time.monotonic() - begin < 0.7 + SPARE_SECONDS
    assert caught.value.reason == "timeout"
    assert caught.value.values == {
        "phase": "tls", "host": "127.0.0.1", "port": port, "seconds": 0.7
    }  # fmt: skip


def test_slow_second_look_costs_no_more_than_the_deadline(
    authority: Authority, ca_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that answers only once is not waited for: the reason stands without its date."""
    monkeypatch.setattr(KEPT, lambda connection: ())  # as before OpenSSL 3.0
    leaf = faulty("expired", authority)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(leaf.write(tmp_path / "leaf.pem"))
    visits: list[int] = []

    def handle(connection: socket.socket) -> None:
        visits.append(1)
        if len(visits) > 1:
            return swallow(connection)
        connection.settimeout(5)
        with suppress(OSError):
            context.wrap_socket(connection, server_side=True)
        return None

    with serving(handle) as port:
        begin = time.monotonic()
        found = trouble(port, Trust(ca_file), 0.7)
        assert (found.reason, found.values.get("date")) == ("tls_expired", None)
        assert len(visits) > 1
        assert time.monotonic() - begin < 0.7 + SPARE_SECONDS


def test_port_of_the_terminals_stays_closed() -> None:
    """Neither call opens SICCT's port, nor one that it was told to leave alone."""
    for port, forbidden in ((4742, ()), (5000, (5000,))):
        with pytest.raises(OwnTrouble) as caught:
            open_tls("127.0.0.1", port, Deadline(1), Trust(), forbidden=forbidden)
        assert caught.value.reason == "sicct_port"
        with pytest.raises(OwnTrouble) as caught:
            look("127.0.0.1", port, Deadline(1), forbidden=forbidden)
        assert caught.value.reason == "sicct_port"


@pytest.fixture(scope="module")
def client_leaf(authority: Authority) -> Leaf:
    """A client's certificate by the CA that servers trust here."""
    return authority.issue("monitoring", names=[])


@pytest.fixture(scope="module")
def client(client_leaf: Leaf) -> ClientKey:
    """The same, as a check holds it."""
    return ClientKey("client.pem", client_leaf.key, client_leaf.certificate)


def demanding(ca_file: str, version: str) -> list[str]:
    """s_server's options to demand a client's certificate."""
    return ["-Verify", "1", "-verify_return_error", "-CAfile", ca_file, f"-{version}"]


@pytest.mark.parametrize("version", ["tls1_2", "tls1_3"])
@pytest.mark.parametrize("by", ["authority", "fingerprint"])
def test_client_certificate(
    version: str, by: str, authority: Authority, ca_file: str, client: ClientKey, tmp_path: Path
) -> None:
    """The right one is taken; none, and one by a stranger, are told apart."""
    leaf = authority.issue()
    trust = Trust(ca_file) if by == "authority" else Trust(fingerprints=[leaf.fingerprint])
    stranger = Authority("stranger").issue("monitoring", names=[])
    wrong = ClientKey("wrong.pem", stranger.key, stranger.certificate)
    with s_server(leaf, tmp_path, *demanding(ca_file, version)) as port:
        assert reach(port, trust, client=client) == b"HTTP"
        assert late(port, trust, None) == "tls_client_cert_required"
        assert late(port, trust, wrong) == "tls_client_cert_rejected"


def late(port: int, trust: Trust, client: ClientKey | None) -> str:
    """The reason why the server does not answer, be it in the handshake or after it."""
    try:
        connection = open_tls("127.0.0.1", port, Deadline(10), trust, client=client)
    except Refused as refusal:
        return refusal.reason
    with connection:
        try:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            connection.recv(4)
        except OSError as failure:
            found = tls.late_trouble(
                connection, failure, "127.0.0.1", port, with_key=client is not None
            )
            assert found.values["phase"] == "tls"
            return found.reason
    return "reached"


def test_brainpool_client_key_where_tls_1_3_is_offered(
    authority: Authority, ca_file: str, tmp_path: Path
) -> None:
    """TLS 1.3 has no use for such a key on most servers: it is shown in TLS 1.2."""
    leaf = authority.issue("monitoring", curve="brainpoolP256r1", names=[])
    client = ClientKey("client.pem", leaf.key, leaf.certificate)
    options = [*demanding(ca_file, "groups")[:-1], "-groups", "P-256:brainpoolP256r1"]
    with s_server(authority.issue(), tmp_path, *options) as port:
        assert reach(port, Trust(ca_file), client=client) == b"HTTP"


@pytest.mark.parametrize("newest", [TLS_1_2, TLS_1_3])
def test_client_certificate_is_shown_to_the_right_server_only(
    newest: ssl.TLSVersion,
    authority: Authority,
    ca_file: str,
    client: ClientKey,
    client_leaf: Leaf,
    tmp_path: Path,
) -> None:
    """A server whose fingerprint does not match never sees it, nor one that takes the place of
    the right one after the first look, nor one that a stranger has certified."""
    right, wrong = self_signed(), self_signed()
    ours, strangers = authority.issue(), Authority("stranger").issue()
    by_print, by_ca = Trust(fingerprints=[right.fingerprint]), Trust(ca_file)
    cases = [
        ([wrong], by_print, "tls_fingerprint", 1),
        ([right, wrong], by_print, "tls_fingerprint", 2),
        ([strangers], by_ca, "tls_untrusted", 1),
        ([right], by_print, None, 2),
        ([ours], by_ca, None, 1),
    ]
    for leaves, trust, reason, least in cases:
        with recorder(leaves, authority.write(tmp_path / "t"), tmp_path, newest=newest) as (
            port,
            visits,
        ):
            if reason is None:
                assert reach(port, trust, client=client) == b"OK"
            else:
                assert trouble(port, trust, client=client).reason == reason
        assert len(visits) >= least
        assert [v.client for v in visits if v.client] == ([client_leaf.der] if not reason else [])


def test_switched_off_verification_shows_the_certificate(
    client: ClientKey, client_leaf: Leaf, authority: Authority, tmp_path: Path
) -> None:
    """Who says `insecure` has been told what that means."""
    with recorder([self_signed()], authority.write(tmp_path / "t"), tmp_path) as (port, visits):
        assert reach(port, Trust(insecure=True), client=client) == b"OK"
    assert [visit.client for visit in visits] == [client_leaf.der]


@pytest.mark.parametrize("version", ["tls1_2", "tls1_3"])
def test_look_at_a_server_that_demands_a_certificate(
    version: str, authority: Authority, ca_file: str, tmp_path: Path
) -> None:
    """Its own certificate can be read without showing one."""
    leaf = faulty("expired", authority)
    with s_server(leaf, tmp_path, *demanding(ca_file, version)) as port:
        seen = look("127.0.0.1", port, Deadline(10))
    assert seen.chain[0] == leaf.der
    assert seen.not_after == NOW - 2 * DAY
    assert seen.complete == (version == "tls1_3")


def test_what_look_tells(authority: Authority, tmp_path: Path) -> None:
    """Dates, names, key, issuer, protocol and cipher of a server that nobody trusts."""
    leaf = authority.issue("device", curve="RSA 2048", names=["device.lan", "192.0.2.7"])
    with s_server(leaf, tmp_path, "-tls1_2") as port:
        seen = look("127.0.0.1", port, Deadline(10), "device.lan")
    assert seen.fingerprint == leaf.fingerprint.replace(":", "").lower()
    assert (seen.not_before, seen.not_after) == (NOW - DAY, NOW + 90 * DAY)
    assert (seen.subject, seen.issuer) == ("CN=device", "CN=bench CA")
    assert seen.names == ("device.lan", "192.0.2.7")
    assert (seen.key_kind, seen.key_bits, seen.curve) == ("RSA", 2048, None)
    assert (seen.protocol, seen.cipher) == ("TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384")
    assert seen.outside(NOW) is None


def test_certificates_that_cannot_be_read() -> None:
    """Whoever asks for the content of nonsense gets one clear trouble."""
    seen = tls.Seen("host", 443, (b"\x30\x03\x30\x01\x00",))
    for field in ("not_after", "subject", "names", "key_kind"):
        with pytest.raises(Garbled) as caught:
            getattr(seen, field)
        assert caught.value.reason == "tls_bad_certificate"


def test_dates_without_a_library() -> None:
    """Both forms of time, a certificate without version, and a date beyond 2049."""
    for begin, end in (
        (datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(2049, 12, 31, tzinfo=UTC)),
        (datetime(2050, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ):
        assert validity(self_signed(begin=begin, end=end).der) == (begin, end)


def test_offered_protocols(authority: Authority, ca_file: str, tmp_path: Path) -> None:
    """ALPN goes along when asked for."""
    with s_server(authority.issue(), tmp_path, "-alpn", "http/1.1") as port:
        connection = open_tls(
            "127.0.0.1", port, Deadline(10), Trust(ca_file), alpn=["h2", "http/1.1"]
        )
        with connection:
            assert connection.selected_alpn_protocol() == "http/1.1"


@pytest.mark.parametrize("kind", ["expired", "not_yet_valid", "self_signed", "wrong_name"])
def test_second_look_where_the_first_keeps_nothing(
    kind: str, authority: Authority, ca_file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An OpenSSL that drops what it does not trust is asked again, trusting."""

    def keeps(connection: ssl.SSLSocket) -> tuple[bytes, ...]:
        return chain_of(connection) if connection.context.verify_mode == ssl.CERT_NONE else ()

    monkeypatch.setattr(KEPT, keeps)
    leaf = faulty(kind, authority)
    with s_server(leaf, tmp_path) as port:
        found = trouble(port, Trust(ca_file))
    assert found.reason == f"tls_{kind}"
    assert found.values["fingerprint"] == leaf.fingerprint.replace(":", "").lower()


@contextmanager
def starting(leaf: Leaf, folder: Path) -> Iterator[int]:
    """A server that begins TLS after one line."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(leaf.write(folder / "start.pem"))

    def handle(connection: socket.socket) -> None:
        connection.settimeout(10)
        assert connection.recv(9) == b"STARTTLS\n"
        connection.sendall(b"OK\n")
        with suppress(OSError), context.wrap_socket(connection, server_side=True) as secured:
            secured.sendall(b"HTTP")

    with serving(handle) as port:
        yield port


def started(port: int) -> socket.socket:
    """A connection on which TLS may begin."""
    plain = socket.create_connection(("127.0.0.1", port), 10)
    plain.sendall(b"STARTTLS\n")
    assert plain.recv(3) == b"OK\n"
    return plain


def test_tls_on_an_open_connection(authority: Authority, ca_file: str, tmp_path: Path) -> None:
    """STARTTLS is verified like everything else; a failure closes the connection."""
    with starting(authority.issue(), tmp_path) as port:
        secured = tls.wrap(started(port), "127.0.0.1", port, Deadline(10), Trust(ca_file))
        with secured:
            assert secured.recv(4) == b"HTTP"
    old = faulty("expired", authority)
    with starting(old, tmp_path) as port:
        plain = started(port)
        with pytest.raises(Refused) as caught:
            tls.wrap(plain, "127.0.0.1", port, Deadline(10), Trust(ca_file))
        assert caught.value.reason == "tls_expired"
        assert caught.value.values["date"] == NOW - 2 * DAY
        assert plain.fileno() == -1


def test_a_hello_is_taken_apart_and_put_together() -> None:
    """Nothing is lost of it, what is added is there, and brainpool is in ours."""
    settle()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with suppress(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname="konnektor.konlan").do_handshake()
    ours = hello(context, "konnektor.konlan")
    same, real = ours.offering(), outgoing.read()
    assert len(same) == len(real)
    assert same[:11] == real[:11]
    assert {26, 27} <= set(ours.groups)
    wider = ours.offering(groups=BRAINPOOL, ciphers=[0x000A], signatures=[0x081A])
    assert len(wider) == len(real) + 2 * (len(BRAINPOOL - set(ours.groups)) + 1) + 2 * (
        b"\x08\x1a" not in real
    )


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(b"\x16\x03\x03\x00\x7a\x02", True), (b"\x15\x03\x03\x00\x02\x02", False), (b"\x16", False)],
)
def test_what_counts_as_going_along(answer: bytes, expected: bool) -> None:
    """A ServerHello does; an alert and half a record do not."""
    assert is_server_hello(answer) is expected
