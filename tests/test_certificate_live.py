"""check_apo_certificate against live servers: openssl's, mail and directory servers, odd ports."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from contextlib import ExitStack, contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

import pytest
from authority import DAY, NOW, Leaf, s_server
from commands import Run, assert_conforms, perfdata_of, run
from issuing import issue, pem
from timing import SPARE_SECONDS
from upsd import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow


HOST = "127.0.0.1"
BRAINPOOL = ["-groups", "brainpoolP256r1", "-tls1_2"]


def ask(*arguments: str, lang: str = "de") -> Run:
    """Run the command; its answer keeps the contract."""
    done = run("check_apo_certificate", *arguments, "--lang", lang)
    assert_conforms(done, "certificate")
    return done


def keys(*arguments: str) -> dict[str, int]:
    """Failure classes that are not OK, with their states."""
    done = run("check_apo_certificate", *arguments, "--output", "json")
    answer = json.loads(done.out)
    assert answer["state"] == done.code
    return {one["key"]: one["state"] for one in answer["findings"] if one["state"]}


def facts(*arguments: str) -> dict[str, Any]:
    """The facts of a run."""
    told: dict[str, Any] = json.loads(
        run("check_apo_certificate", *arguments, "--output", "json").out
    )["facts"]
    return told


@pytest.fixture(scope="module")
def root() -> Leaf:
    """The authority that all good servers have."""
    return issue("bench root", ca=True, end=NOW + 3000 * DAY)


@pytest.fixture
def trusted(root: Leaf, tmp_path: Path) -> list[str]:
    """The option that trusts it."""
    file = tmp_path / "root.pem"
    file.write_bytes(pem(root))
    return ["--ca-file", str(file)]


def server_leaf(root: Leaf, key: str = "P-256", **more: Any) -> Leaf:
    """A certificate for the loopback, from an intermediate of the root."""
    middle = issue("bench sub", root, ca=True, end=NOW + 2000 * DAY)
    return issue("device", middle, key=key, names=[HOST], **more)


GOOD = [
    ("RSA 2048", []),
    ("P-256", []),
    ("P-384", []),
    ("brainpoolP256r1", []),
    ("brainpoolP256r1", BRAINPOOL),
    ("brainpoolP384r1", ["-groups", "brainpoolP384r1", "-tls1_2"]),
    ("Ed25519", []),
    ("P-256", ["-tls1_2"]),
    ("P-256", ["-tls1_3"]),
]


@pytest.mark.parametrize(("key", "options"), GOOD, ids=[" ".join([k, *o]) for k, o in GOOD])
def test_every_kind_of_server_is_read_and_trusted(
    key: str, options: list[str], root: Leaf, trusted: list[str], tmp_path: Path
) -> None:
    """RSA, NIST curves, brainpool with and without other groups, Ed25519, either version."""
    with s_server(server_leaf(root, key), tmp_path, *options) as port:
        done = ask("-H", HOST, "-p", str(port), *trusted, "-t", "8")
        assert done.code == 0, done.out
        (told,) = facts("-H", HOST, "-p", str(port), *trusted)["certificates"]
    assert told["key"] == key
    assert told["trusted"] is True
    assert [link["common_name"] for link in told["chain"]] == ["bench sub", "bench root"]
    assert perfdata_of(done)["earliest_expiry"] > 290 * 86400


def made(kind: str, root: Leaf) -> Leaf:
    """A server's certificate with one thing wrong."""
    if kind == "self-signed":
        return issue("device", names=[HOST])
    if kind == "wrong host":
        return issue("device", root, names=["other.example"])
    if kind == "unknown root":
        return issue("device", issue("foreign root", ca=True), names=[HOST])
    if kind == "missing intermediate":
        leaf = server_leaf(root)
        return leaf._replace(chain=())
    if kind == "expired intermediate":
        middle = issue("old sub", root, ca=True, begin=NOW - 99 * DAY, end=NOW - DAY)
        return issue("device", middle, names=[HOST])
    if kind == "intermediate that ends soon":
        middle = issue("old sub", root, ca=True, begin=NOW - 99 * DAY, end=NOW + 3 * DAY)
        return issue("device", middle, names=[HOST], end=NOW + 2 * 99 * DAY)
    if kind == "intermediate that ends first":
        middle = issue("old sub", root, ca=True, begin=NOW - 99 * DAY, end=NOW + 99 * DAY)
        return issue("device", middle, names=[HOST], end=NOW + 199 * DAY)
    dates = {
        "expired": (NOW - 99 * DAY, NOW - DAY),
        "not yet valid": (NOW + DAY, NOW + 99 * DAY),
        "ends in 5 days": (NOW - 300 * DAY, NOW + 5 * DAY),
        "ends in 20 days": (NOW - 300 * DAY, NOW + 20 * DAY),
        "short-lived, half-way": (NOW - 3 * DAY, NOW + 3 * DAY),
        "short-lived, near its end": (NOW - 55 * DAY / 10, NOW + DAY / 2),
        "short-lived, last third": (NOW - 45 * DAY / 10, NOW + 15 * DAY / 10),
    }
    begin, end = dates[kind]
    return server_leaf(root, begin=begin, end=end)


FAULTS: list[tuple[str, dict[str, int], str]] = [
    ("expired", {"cert.expired": 2}, "abgelaufen am"),
    ("not yet valid", {"cert.not_yet_valid": 2}, "gilt erst ab"),
    ("self-signed", {"cert.self_signed": 2}, "selbst signiert"),
    ("wrong host", {"cert.wrong_name": 2}, "falscher Name"),
    ("unknown root", {"cert.incomplete": 2}, "Kette unvollständig"),
    ("missing intermediate", {"cert.incomplete": 2}, "Kette unvollständig"),
    ("expired intermediate", {"cert.chain_expired": 2}, "CA endete"),
    ("intermediate that ends soon", {"cert.chain_expiring": 2}, "CA läuft am"),
    ("intermediate that ends first", {"cert.issuer_ends_first": 1}, "CA endet vorher"),
    ("ends in 5 days", {"cert.expiring": 2}, "läuft am"),
    ("ends in 20 days", {"cert.expiring": 1}, "läuft am"),
    ("short-lived, half-way", {}, "nächstes Ende"),
    ("short-lived, last third", {"cert.expiring": 1}, "läuft am"),
    ("short-lived, near its end", {"cert.expiring": 2}, "läuft am"),
]


@pytest.mark.parametrize(("kind", "expected", "words"), FAULTS, ids=[f[0] for f in FAULTS])
def test_each_fault_is_told_apart(
    kind: str,
    expected: dict[str, int],
    words: str,
    root: Leaf,
    trusted: list[str],
    tmp_path: Path,
) -> None:
    """One finding each, in one clear line, within the deadline."""
    with s_server(made(kind, root), tmp_path) as port:
        where = ["-H", HOST, "-p", str(port), *trusted, "-t", "8"]
        done = ask(*where)
        assert keys(*where) == expected
        told = facts(*where)["certificates"][0]
    assert words in done.line_1
    assert done.code == max(expected.values(), default=0)
    assert told["not_after"]


def test_an_expired_and_foreign_certificate_is_both(
    root: Leaf, trusted: list[str], tmp_path: Path
) -> None:
    """Expiry is read although nothing about it can be verified."""
    leaf = issue("device", names=["other.example"], begin=NOW - 9 * DAY, end=NOW - DAY)
    with s_server(leaf, tmp_path) as port:
        found = keys("-H", HOST, "-p", str(port), *trusted)
    assert found == {"cert.expired": 2, "cert.self_signed": 2, "cert.wrong_name": 2}


def test_a_client_certificate_that_is_demanded_hides_nothing(
    root: Leaf, trusted: list[str], tmp_path: Path
) -> None:
    """The server's certificate is judged; whether we may come in is not the question."""
    for version in ("-tls1_2", "-tls1_3"):
        with s_server(server_leaf(root), tmp_path, "-Verify", "1", version) as port:
            done = ask("-H", HOST, "-p", str(port), *trusted)
        assert done.code == 0, done.out


def test_a_fingerprint_decides_alone(root: Leaf, tmp_path: Path) -> None:
    """The right one needs no authority; the wrong one is a finding that shows the one found."""
    leaf = issue("device", names=["other.example"])
    with s_server(leaf, tmp_path) as port:
        where = ["-H", HOST, "-p", str(port)]
        assert ask(*where, "--tls-fingerprint", leaf.fingerprint).code == 0
        wrong = ask(*where, "--tls-fingerprint", "0" * 64)
        assert keys(*where, "--tls-fingerprint", "0" * 64) == {"cert.fingerprint": 2}
        one = f"{HOST}:{port},fingerprint={leaf.fingerprint.replace(':', '').lower()}"
        assert ask("--tls", one, "--tls-fingerprint", "0" * 64).code == 0
    assert leaf.fingerprint.replace(":", "").lower() in wrong.out


def test_trust_has_its_own_severity(tmp_path: Path) -> None:
    """For all kinds or for one; expiry is not softened by it."""
    leaf = issue("device", names=["other.example"])
    old = issue("device", names=[HOST], begin=NOW - 9 * DAY, end=NOW - DAY)
    with s_server(leaf, tmp_path) as port, s_server(old, tmp_path) as expired:
        where = ["-H", HOST, "-p", str(port)]
        assert ask(*where, "--trust-severity", "warning").code == 1
        assert ask(*where, "--trust-severity", "ok").code == 0
        one = ["--trust-severity", "self-signed=ok", "--trust-severity", "wrong-name=warning"]
        assert keys(*where, *one) == {"cert.wrong_name": 1}
        late = keys("-H", HOST, "-p", str(expired), "--trust-severity", "ok")
        assert late == {"cert.expired": 2}
    for text in ("self-signed=unknown", "bogus=ok", "maybe"):
        done = ask("-H", HOST, "--trust-severity", text)
        assert (done.code, "--trust-severity" in done.out) == (3, True)


def test_name_and_sni_are_apart(root: Leaf, trusted: list[str], tmp_path: Path) -> None:
    """The name is what the certificate must hold; sni is what the server is asked for."""
    first = issue("first", root, names=["first.example"])
    second = issue("second", root, names=["second.example"])
    other = second.write(tmp_path / "second.pem")
    options = ["-servername", "second.example", "-cert2", str(other), "-key2", str(other)]
    with s_server(first, tmp_path, *options) as port:
        place = f"{HOST}:{port}"
        assert ask("--tls", f"{place},name=first.example", *trusted).code == 0
        assert ask("--tls", f"{place},name=second.example", *trusted).code == 0
        assert ask("--tls", place, "--tls-server-name", "second.example", *trusted).code == 0
        crossed = f"{place},name=first.example,sni=second.example"
        assert keys("--tls", crossed, *trusted) == {"cert.wrong_name": 2}
        done = ask("--tls", crossed, *trusted)
    assert "second.example" in done.out


def test_a_silent_port_ends_by_the_deadline_and_says_tls() -> None:
    """It accepts and says nothing: the phase is named."""
    with serving(lambda connection: connection.recv(100000) and threading.Event().wait(6)) as port:  # type: ignore[arg-type]
        done = ask("-H", HOST, "-p", str(port), "-t", "2")
    assert done.code == 2
    assert 1.5 < done.seconds < 2 + SPARE_SECONDS
    assert str(port) in done.line_1


def test_a_plain_text_port_is_called_so() -> None:
    """HTTP, SMTP: no TLS is spoken here."""
    with serving(lambda c: c.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")) as port:
        done = ask("-H", HOST, "-p", str(port), "-t", "5")
    assert done.code == 2
    assert "kein TLS" in done.line_1


def test_a_closed_port_degrades_itself_alone(
    root: Leaf, trusted: list[str], tmp_path: Path
) -> None:
    """The other sources are told all the same."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        closed = probe.getsockname()[1]
    with s_server(server_leaf(root), tmp_path) as port:
        where = ["--tls", f"{HOST}:{closed}", "--tls", f"{HOST}:{port}", *trusted]
        told = facts(*where)
        done = ask(*where)
    assert done.code == 2
    assert f"{HOST}:{closed}" in done.line_1
    assert [one["name"] for one in told["certificates"]] == [f"{HOST}:{port}"]
    assert told["failures"][0]["reason"] == "connection_refused"
    assert perfdata_of(done)["certificates"] == 1


def test_targets_are_asked_side_by_side(root: Leaf, trusted: list[str], tmp_path: Path) -> None:
    """Twenty silent ports cost the deadline once, and the good one is judged."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(20)]
        for one in sockets:
            one.bind((HOST, 0))
            one.listen(1)
        port = stack.enter_context(s_server(server_leaf(root), tmp_path))
        silent = [f"{HOST}:{one.getsockname()[1]}" for one in sockets]
        arguments = [part for place in silent for part in ("--tls", place)]
        begin = monotonic()
        done = ask(*arguments, "-H", HOST, "-p", str(port), *trusted, "-t", "2")
        assert monotonic() - begin < 2 + SPARE_SECONDS
    assert perfdata_of(done)["certificates"] == 1
    assert done.code == 2


def test_the_terminals_port_is_never_opened() -> None:
    """Refused before any socket opens, as a mistake in the options."""
    for text in ("--tls 127.0.0.1:4742", "-H 127.0.0.1 -p 4742", "--tls smtp://127.0.0.1:4742"):
        done = ask(*text.split())
        assert (done.code, "4742" in done.out) == (3, True)


@pytest.mark.parametrize(
    "text", ["", ":443", "host:port", "host:0", "ftp://host", "host,nom=x", "host,name=", "a b"]
)
def test_a_bad_target_is_named(text: str) -> None:
    """One clear line that shows a good one."""
    done = ask("--tls", text)
    assert done.code == 3
    assert "--tls" in done.out or "Port" in done.out


Talk = list[tuple[bytes, bytes]]

TALKS: dict[str, Talk] = {
    "smtp": [
        (b"", b"220-mail.example ESMTP\r\n220 ready\r\n"),
        (b"EHLO", b"250-mail.example\r\n250-STARTTLS\r\n250 HELP\r\n"),
        (b"STARTTLS", b"220 go ahead\r\n"),
    ],
    "imap": [
        (b"", b"* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n"),
        (b"a1 STARTTLS", b"* CAPABILITY IMAP4rev1\r\na1 OK begin TLS now\r\n"),
    ],
    "ldap": [
        (b"1.3.6.1.4.1.1466.20037", b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"),
    ],
}

REFUSALS: dict[str, Talk] = {
    "smtp": [*TALKS["smtp"][:2], (b"STARTTLS", b"454 TLS not available\r\n")],
    "imap": [TALKS["imap"][0], (b"a1", b"a1 NO not today\r\n")],
    "ldap": [(b"1466", b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x02\x04\x00\x04\x00")],
}


@contextmanager
def talking(talk: Talk, leaf: Leaf, folder: Path) -> Iterator[int]:
    """A server that says its part in clear, then shows `leaf` in a handshake."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(leaf.write(folder / "talking.pem"))

    def handle(connection: socket.socket) -> None:
        connection.settimeout(5)
        for expected, answer in talk:
            if expected and expected not in connection.recv(1000):
                return
            connection.sendall(answer)
        try:
            with context.wrap_socket(connection, server_side=True) as secured:
                secured.recv(10)
        except OSError:
            return

    with serving(handle) as port:
        yield port


@pytest.mark.parametrize("protocol", TALKS)
def test_starttls_leads_to_the_certificate(
    protocol: str, root: Leaf, trusted: list[str], tmp_path: Path
) -> None:
    """Mail and directory servers by their own few words."""
    leaf = issue("mail", root, names=[HOST])
    with talking(TALKS[protocol], leaf, tmp_path) as port:
        done = ask("--tls", f"{protocol}://{HOST}:{port}", *trusted, "-t", "5")
    assert done.code == 0, done.out


@pytest.mark.parametrize("protocol", REFUSALS)
def test_a_server_without_starttls_says_so(protocol: str, root: Leaf, tmp_path: Path) -> None:
    """Its own words are shown; the other answers of the world are garbage, not a crash."""
    leaf = issue("mail", root, names=[HOST])
    with talking(REFUSALS[protocol], leaf, tmp_path) as port:
        done = ask("--tls", f"{protocol}://{HOST}:{port}", "-t", "5")
    assert (done.code, "STARTTLS" in done.line_1) == (2, True)
    with talking([(b"", b"\x00\xffwhat?\r\n" * 3)], leaf, tmp_path) as port:
        done = ask("--tls", f"{protocol}://{HOST}:{port}", "-t", "3")
    assert (done.code, "Antwort unklar" in done.line_1) == (2, True)


def test_words_behind_the_consent_are_refused(root: Leaf, tmp_path: Path) -> None:
    """What a stranger put into the clear part must not count as said under TLS."""
    talk = [*TALKS["smtp"][:2], (b"STARTTLS", b"220 go ahead\r\n250 injected\r\n")]
    with talking(talk, issue("mail", root, names=[HOST]), tmp_path) as port:
        done = ask("--tls", f"smtp://{HOST}:{port}", "-t", "3")
    assert "Antwort unklar" in done.line_1


WATCHED = """
import json, socket, sys
from apowacht.plugins.certificate import CHECK
from apowacht.plugins.core.cli import parse
places = []
def audit(event, arguments):
    if event == "socket.connect":
        places.append(list(arguments[1][:2]))
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.sendto",
                   "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "urllib.Request"):
        places.append([event, str(arguments[0])])
sys.addaudithook(audit)
report = CHECK.run(parse(CHECK, sys.argv[1:]))
print(json.dumps([places, report.state.value]))
"""


def test_nobody_else_is_asked(root: Leaf, trusted: list[str], tmp_path: Path) -> None:
    """A certificate that names an OCSP responder, a revocation list and an issuer's address makes
    no run connect, resolve or start anything beyond the server itself."""
    import subprocess
    import sys

    from cryptography import x509
    from cryptography.x509.oid import AuthorityInformationAccessOID as Access

    asked: list[bytes] = []
    with serving(lambda connection: asked.append(connection.recv(100))) as lure:
        url = x509.UniformResourceIdentifier(f"http://{HOST}:{lure}/x")
        point = x509.DistributionPoint([url], None, None, None)
        access = [x509.AccessDescription(m, url) for m in (Access.OCSP, Access.CA_ISSUERS)]
        extensions = [
            (x509.CRLDistributionPoints([point]), False),
            (x509.AuthorityInformationAccess(access), False),
        ]
        middle = issue("sub", root, ca=True, extensions=extensions)
        leaf = issue("device", middle, names=[HOST], extensions=extensions)._replace(chain=())
        file = tmp_path / "file.pem"
        file.write_bytes(pem(leaf))
        with s_server(leaf, tmp_path) as port:
            done = subprocess.run(
                [
                    sys.executable,
                    "-c",
                    WATCHED,
                    "-H",
                    HOST,
                    "-p",
                    str(port),
                    "--file",
                    file,
                    *trusted,
                ],
                capture_output=True,
                text=True,
                env={"PYTHONPATH": ":".join(sys.path), "APOWACHT_STATE_DIR": str(tmp_path)},
            )
    assert done.stderr == ""
    places, state = json.loads(done.stdout)
    assert state == 2  # the intermediate is missing, and was not fetched
    own = [place for place in places if place[0] != "socket.getaddrinfo"]
    assert own
    assert {tuple(place) for place in own} == {(HOST, port)}
    assert {place[1] for place in places if place[0] == "socket.getaddrinfo"} <= {f"b'{HOST}'"}
    assert asked == []
