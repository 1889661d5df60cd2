"""SOAP over HTTP: one kept connection, the deadline over every byte, nothing unverified trusted."""

from __future__ import annotations

import base64
import re
import socket
import ssl
import struct
import threading
import time
import tracemalloc
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import konnektor_told as told
import pytest
from authority import Authority
from hypothesis import given, settings
from hypothesis import strategies as st
from timing import SPARE_SECONDS
from upsd import free_port, serving

from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import Garbled, OwnTrouble, Refused, TargetTrouble, Unreachable
from apowacht.plugins.wire.konnektor import Context, Konnektor
from apowacht.plugins.wire.soap import Login, Session, Url, envelope, escape, read_answer, split_url
from apowacht.plugins.wire.soap_fault import Fault
from apowacht.plugins.wire.tls import Trust
from apowacht.plugins.wire.xmltree import LIMIT_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Answer = bytes | Callable[[socket.socket], None]

ACTION = "http://ws.gematik.de/conn/EventService/v7.2#GetCardTerminals"
REQUEST = "<X:GetCardTerminals xmlns:X='urn:x'/>"
TERMINALS = told.soap(told.card_terminals(told.terminal(1)))


def http(body: bytes, status: str = "200 OK", *headers: str, length: int | None = None) -> bytes:
    """An HTTP answer; its length is the body's unless told otherwise, and left out for -1."""
    size = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status}", *headers]
    if size >= 0:
        lines.append(f"Content-Length: {size}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def request(connection: socket.socket) -> bytes:
    """One whole request from a client, or b"" when it has gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    found = re.search(rb"(?i)content-length: (\d+)", head)
    while found and len(body) < int(found[1]):
        piece = connection.recv(65536)
        body += piece
        data += piece
    return data


@contextmanager
def server(*answers: Answer) -> Iterator[tuple[Url, list[bytes], list[int]]]:
    """A server that gives these answers in turn: its URL, the requests, and their connections.

    An answer that is b"" closes the connection.
    """
    left = list(answers)
    asked: list[bytes] = []
    on: list[int] = []
    connections = 0

    def handle(connection: socket.socket) -> None:
        nonlocal connections
        connections += 1
        while left and (data := request(connection)):
            asked.append(data)
            on.append(connections)
            answer = left.pop(0)
            if callable(answer):
                answer(connection)
                return
            if not answer:
                return
            connection.sendall(answer)

    with serving(handle) as port:
        yield Url("http", "127.0.0.1", port, "/ws/EventService"), asked, on


def session(
    seconds: float = 5.0,
    *,
    trust: Trust | None = None,
    login: Login | None = None,
    forbidden: tuple[int, ...] = (),
) -> Session:
    """A session with a deadline."""
    return Session(Deadline(seconds), trust=trust, login=login, forbidden=forbidden)


def silent(connection: socket.socket) -> None:
    """Wait until the other side has enough, and answer nothing."""
    while connection.recv(65536):
        pass


def test_request_is_soap_1_1_with_its_action() -> None:
    """POST, UTF-8, the SOAPAction in quotes, the element in an envelope."""
    with server(http(TERMINALS)) as (url, asked, _), session() as soap:
        answer = soap.call(url, ACTION, "<X:A xmlns:X='urn:x'>Söhne</X:A>")
    assert answer.name == "GetCardTerminalsResponse"
    head, _, body = asked[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /ws/EventService HTTP/1.1"
    assert f'SOAPAction: "{ACTION}"' in lines
    assert "Content-Type: text/xml;charset=UTF-8" in lines
    assert "Accept-Encoding: identity" in lines
    assert not any(line.startswith("Authorization") for line in lines)
    assert body == envelope("<X:A xmlns:X='urn:x'>Söhne</X:A>")
    assert "Söhne".encode() in body


def test_text_is_escaped() -> None:
    """What would be markup is written as text."""
    assert escape("a<b>&\"'") == "a&lt;b&gt;&amp;&quot;'"


def test_calls_of_one_run_share_a_connection() -> None:
    """Service directory and questions go over the same kept connection."""
    sds = told.directory().xml().encode()
    with server(http(sds), http(TERMINALS), http(TERMINALS)) as (url, _, on), session() as soap:
        assert soap.get(url, "connector.sds") == sds
        soap.call(url, ACTION, REQUEST)
        soap.call(url, ACTION, REQUEST)
    assert on == [1, 1, 1]


def test_connection_that_was_closed_meanwhile_is_opened_again() -> None:
    """A kept connection may be closed by the other end at any moment: asked again, once."""
    with server(http(TERMINALS), b"", http(TERMINALS)) as (url, asked, on), session() as soap:
        soap.call(url, ACTION, REQUEST)
        soap.call(url, ACTION, REQUEST)
    assert (len(asked), on) == (3, [1, 1, 2])


def test_server_that_closes_after_each_answer_is_served() -> None:
    """With «Connection: close» every call opens a connection of its own."""
    closing = http(TERMINALS, "200 OK", "Connection: close")

    def once(connection: socket.socket) -> None:
        connection.sendall(closing)

    with server(once, once) as (url, _, on), session() as soap:
        soap.call(url, ACTION, REQUEST)
        soap.call(url, ACTION, REQUEST)
    assert on == [1, 2]


@pytest.mark.parametrize("reset", [False, True])
def test_fresh_connection_that_breaks_is_not_tried_again(reset: bool) -> None:
    """Closed or reset without an answer: the connection is lost, and that is said at once."""

    def drop(connection: socket.socket) -> None:
        if reset:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with (
        server(drop, drop) as (url, asked, _),
        session() as soap,
        pytest.raises(Unreachable) as lost,
    ):
        soap.call(url, ACTION, REQUEST)
    assert (lost.value.reason, lost.value.phase) == ("connection_lost", "request")
    assert len(asked) == 1


def test_chunked_answers_are_read() -> None:
    """Transfer-Encoding: chunked, as Java servers send it."""
    chunks = b"".join(
        b"%x\r\n%b\r\n" % (len(part), part) for part in (TERMINALS[:100], TERMINALS[100:])
    )
    answer = http(chunks + b"0\r\n\r\n", "200 OK", "Transfer-Encoding: chunked", length=-1)
    with server(answer) as (url, _, _), session() as soap:
        assert soap.call(url, ACTION, REQUEST).name == "GetCardTerminalsResponse"


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (http(b""), "syntax"),
        (http(b"<html>Anmeldung</html>"), "content"),
        (http(told.soap(told.cards())), "content"),
        (http(TERMINALS[:-40]), "syntax"),
        (http(TERMINALS[:-40], length=len(TERMINALS)), "length"),
        (http(TERMINALS, "200 OK", "Content-Encoding: gzip"), "encoding"),
        (http(b"5\r\nabc", "200 OK", "Transfer-Encoding: chunked", length=-1), "http"),
        (http(b"zz\r\nabc", "200 OK", "Transfer-Encoding: chunked", length=-1), "http"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "http"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", "http"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n", "http"),
        (http(b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), "doctype"),
    ],
)
def test_answers_without_sense_are_garbled(answer: bytes, word: str) -> None:
    """No HTTP, no XML, half of it, packed, or a bomb: garbled, with one word for the reason."""

    def say(connection: socket.socket) -> None:
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass

    with server(say) as (url, _, _), session() as soap, pytest.raises(Garbled) as garbled:
        soap.call(url, ACTION, REQUEST)
    assert garbled.value.reason == "konnektor_garbled"
    assert (garbled.value.values["detail"], garbled.value.values["what"]) == (
        word,
        "GetCardTerminals",
    )


@pytest.mark.parametrize(
    ("status", "kind", "reason", "phase"),
    [
        ("401 Unauthorized", Refused, "http_unauthorized", "auth"),
        ("403 Forbidden", Refused, "http_forbidden", "auth"),
        ("404 Not Found", Refused, "http_not_found", "request"),
        ("302 Found", Refused, "http_redirect", "request"),
        ("500 Internal Server Error", Refused, "http_status", "request"),
        ("503 Service Unavailable", Unreachable, "http_unavailable", "request"),
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html>Fehler</html>", TERMINALS])
def test_http_status_without_fault(
    status: str, kind: type[TargetTrouble], reason: str, phase: str, body: bytes
) -> None:
    """The status speaks where no SOAP fault does; a redirect is not followed."""
    answer = http(body, status, "Location: http://127.0.0.1:9/", "Connection: close")
    calls: tuple[Callable[[Session, Url], object], ...] = (
        lambda soap, url: soap.call(url, ACTION, REQUEST),
        lambda soap, url: soap.get(url, "connector.sds"),
    )
    for call in calls:
        with server(answer) as (url, asked, _), session() as soap, pytest.raises(kind) as raised:
            call(soap, url)
        assert (raised.value.reason, raised.value.phase) == (reason, phase)
        assert raised.value.values["status"] == int(status[:3])
        assert len(asked) == 1


@pytest.mark.parametrize("status", ["500 Internal Server Error", "200 OK", "403 Forbidden"])
def test_fault_is_read_whatever_the_status(status: str) -> None:
    """SOAP faults come with 500, and from some with another status."""
    answer = http(told.soap(told.fault(4711)), status)
    with server(answer) as (url, _, _), session() as soap, pytest.raises(Fault) as raised:
        soap.call(url, ACTION, REQUEST)
    assert (raised.value.code, raised.value.values["host"]) == (4711, "127.0.0.1")


def trickle(first: bytes, piece: bytes) -> Callable[[socket.socket], None]:
    """A server that says `first` and then one `piece` after the other, for ever."""

    def say(connection: socket.socket) -> None:
        with suppress(OSError):
            connection.sendall(first)
            while True:
                connection.sendall(piece)
                time.sleep(0.02)

    return say


@pytest.mark.parametrize(
    ("first", "piece"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\n", b"X"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 8000000\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"a: b\r\n"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b" "),
    ],
)
def test_slow_answers_end_at_the_deadline(first: bytes, piece: bytes) -> None:
    """Byte by byte, in a header or a body: its share of the time counts, not the pause between."""
    begin = time.monotonic()
    say = trickle(first, piece)
    with server(say) as (url, _, _), session(0.4) as soap, pytest.raises(Unreachable) as late:
        soap.call(url, ACTION, REQUEST)
    assert (late.value.reason, late.value.phase) == ("timeout", "request")
    assert 0.25 < time.monotonic() - begin < 0.4 + SPARE_SECONDS


def test_silent_server_ends_at_the_deadline() -> None:
    """A server that takes the request and says nothing."""
    with server(silent) as (url, _, _):
        begin = time.monotonic()
        with session(0.3) as soap, pytest.raises(Unreachable) as late:
            soap.call(url, ACTION, REQUEST)
    assert late.value.reason == "timeout"
    assert time.monotonic() - begin < 0.3 + SPARE_SECONDS


def test_kept_connection_that_falls_silent_is_not_asked_twice() -> None:
    """Only a lost connection is tried again; a silent one has used up the deadline."""
    with server(http(TERMINALS), silent) as (url, asked, _), session(0.5) as soap:
        soap.call(url, ACTION, REQUEST)
        with pytest.raises(Unreachable) as late:
            soap.call(url, ACTION, REQUEST)
    assert late.value.reason == "timeout"
    assert len(asked) == 2


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 20971520",
        b"Transfer-Encoding: chunked",
        b"Connection: close",
    ],
)
def test_answer_of_twenty_megabytes_is_cut_off(head: bytes) -> None:
    """More than the limit is not waited for, and memory stays a small multiple of it."""
    size = 20 * 1024 * 1024
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n" if b"chunked" in head else b" " * 65536

    def say(connection: socket.socket) -> None:
        with suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n")
            for _ in range(size // 65536):
                connection.sendall(chunk)

    tracemalloc.start()
    try:
        with server(say) as (url, _, _), session() as soap, pytest.raises(Garbled) as garbled:
            soap.call(url, ACTION, REQUEST)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert garbled.value.values["detail"] == "size"
    assert peak < 3 * LIMIT_BYTES


def test_chunk_of_negative_size_is_cut_off() -> None:
    """http.client would read such a chunk to its end, which never comes."""

    def say(connection: socket.socket) -> None:
        with suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n")
            while True:
                connection.sendall(b" " * 65536)

    with server(say) as (url, _, _), session() as soap, pytest.raises(TargetTrouble) as raised:
        soap.call(url, ACTION, REQUEST)
    assert raised.value.reason == "konnektor_garbled"


def test_nobody_there_is_refused() -> None:
    """A closed port is named as such."""
    url = Url("http", "127.0.0.1", free_port(), "/")
    with session() as soap, pytest.raises(Refused) as refused:
        soap.call(url, ACTION, REQUEST)
    assert refused.value.reason == "connection_refused"


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(("port", "forbidden"), [(4742, ()), (8273, (8273,))])
def test_terminals_ports_are_never_opened(
    scheme: str, port: int, forbidden: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even when a service directory names such a port."""

    def fail(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", fail)
    with session(forbidden=forbidden) as soap, pytest.raises(OwnTrouble) as trouble:
        soap.call(Url(scheme, "127.0.0.1", port, "/"), ACTION, REQUEST)
    assert trouble.value.reason == "sicct_port"


def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Konnektor stands in the local net."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with server(http(TERMINALS)) as (url, _, _), session() as soap:
        soap.call(url, ACTION, REQUEST)


def test_addresses_are_split() -> None:
    """Default ports, IPv6 in brackets, path and query."""
    assert split_url("https://kon.example") == Url("https", "kon.example", 443, "/")
    assert split_url("http://[fd00::1]:81/a?b=c") == Url("http", "fd00::1", 81, "/a?b=c")


# Credentials


def test_login_is_not_shown() -> None:
    """Neither the user nor the password stands in any text about it."""
    login = Login("user", "secret")
    assert repr(login) == str(login) == "Login(...)"


def test_password_never_goes_over_plain_http() -> None:
    """Without TLS it is refused before a connection is opened."""
    url = Url("http", "127.0.0.1", free_port(), "/")
    with session(login=Login("u", "p")) as soap, pytest.raises(OwnTrouble) as trouble:
        soap.call(url, ACTION, REQUEST)
    assert trouble.value.reason == "credentials_in_clear"


def test_password_never_goes_over_an_unverified_connection() -> None:
    """With --insecure nothing proves who would receive it."""
    url = Url("https", "127.0.0.1", free_port(), "/")
    unproven = session(login=Login("u", "p"), trust=Trust(insecure=True))
    with unproven as soap, pytest.raises(OwnTrouble) as trouble:
        soap.call(url, ACTION, REQUEST)
    assert trouble.value.reason == "credentials_unverified"


@contextmanager
def secure_server(
    folder: Path, *answers: bytes, curve: str = "brainpoolP256r1", demand: bool = False
) -> Iterator[tuple[Url, str, str, list[bytes]]]:
    """An https server: its URL, its fingerprint, the file of its authority, the requests.

    With `demand` it wants a client's certificate and is told none.
    """
    authority = Authority()
    leaf = authority.issue(curve=curve)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(leaf.write(folder / "server.pem"))
    trusted = authority.write(folder / "ca.pem")
    if demand:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(trusted)
    left, asked = list(answers), list[bytes]()

    def handle(connection: socket.socket) -> None:
        with suppress(OSError), context.wrap_socket(connection, server_side=True) as secured:
            while left and (data := request(secured)):
                asked.append(data)
                secured.sendall(left.pop(0))

    with serving(handle) as port:
        url = Url("https", "127.0.0.1", port, "/ws/EventService")
        yield url, leaf.fingerprint, str(trusted), asked


@pytest.mark.parametrize("curve", ["P-256", "RSA 2048"])
@pytest.mark.parametrize("by", ["ca", "fingerprint"])
def test_basic_goes_along_over_verified_tls(tmp_path: Path, curve: str, by: str) -> None:
    """User and password in UTF-8 with every request, and the server's certificate is kept."""
    with secure_server(tmp_path, http(TERMINALS), http(TERMINALS), curve=curve) as served:
        url, fingerprint, ca_file, asked = served
        trust = Trust(ca_file=ca_file) if by == "ca" else Trust(fingerprints=[fingerprint])
        with session(login=Login("käthe", "geheim: ü"), trust=trust) as soap:
            soap.call(url, ACTION, REQUEST)
            soap.call(url, ACTION, REQUEST)
            assert soap.certificate is not None
    for data in asked:
        found = re.search(rb"Authorization: Basic (\S+)", data)
        assert found is not None
        assert base64.b64decode(found[1]).decode() == "käthe:geheim: ü"
    assert len(asked) == 2


def test_nothing_is_sent_to_a_server_that_is_not_trusted(tmp_path: Path) -> None:
    """The handshake fails first, and the password stays here."""
    with secure_server(tmp_path, http(TERMINALS), curve="P-256") as (url, _, _, asked):
        trust = Trust(fingerprints=["00" * 32])
        with session(login=Login("u", "p"), trust=trust) as soap, pytest.raises(Refused) as refused:
            soap.call(url, ACTION, REQUEST)
    assert refused.value.reason == "tls_fingerprint"
    assert asked == []


def test_missing_client_certificate_is_named(tmp_path: Path) -> None:
    """In TLS 1.3 the server says so only after the handshake; it is no lost connection."""
    served = secure_server(tmp_path, http(TERMINALS), curve="P-256", demand=True)
    with (
        served as (url, _, ca_file, _),
        session(trust=Trust(ca_file=ca_file)) as soap,
        pytest.raises(Refused) as refused,
    ):
        soap.call(url, ACTION, REQUEST)
    assert (refused.value.reason, refused.value.phase) == ("tls_client_cert_required", "tls")


def test_whole_run_over_brainpool(tmp_path: Path) -> None:
    """Directory and questions of one run at a Konnektor whose certificate is on brainpoolP256r1."""
    answers = [
        http(told.directory().xml().encode()),
        http(TERMINALS),
        http(told.soap(told.cards(told.card()))),
        http(told.soap(told.pin_status("VERIFIABLE", "3"))),
    ]
    with (
        secure_server(tmp_path, *answers) as (url, fingerprint, _, asked),
        session(trust=Trust(fingerprints=[fingerprint])) as soap,
    ):
        base = url._replace(path="/")
        konnektor = Konnektor(soap, base, Context("m", "c", "w"), rewrite=True)
        assert [one.terminal_id for one in konnektor.card_terminals()] == ["CT_1"]
        (card,) = konnektor.cards("SMC-B")
        assert konnektor.pin_status(card).left_tries == 3
    paths = [data.split()[1].decode() for data in asked]
    assert paths == [
        "/connector.sds",
        "/ws/EventService/7.2.0",
        "/ws/EventService/7.2.0",
        "/ws/CardService/8.1.2",
    ]


# Whatever comes


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_answer_gives_an_element_or_our_error(data: st.DataObject) -> None:
    """Random and damaged messages with any status: nothing but our own errors."""
    whole = bytearray(data.draw(st.sampled_from([TERMINALS, told.soap(told.fault(1, 4004))])))
    for _ in range(data.draw(st.integers(0, 5))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    answer = data.draw(st.sampled_from([bytes(whole), data.draw(st.binary(max_size=100))]))
    with suppress(TargetTrouble):
        read_answer(answer, data.draw(st.integers(100, 599)), "kon", "GetCardTerminals")


def test_bytes_of_any_kind_over_the_wire_end_in_our_errors() -> None:
    """Twenty answers cut off at other places: garbled or lost, within the deadline."""
    whole = http(TERMINALS)
    for length in range(0, len(whole), len(whole) // 20):

        def say(connection: socket.socket, length: int = length) -> None:
            connection.sendall(whole[:length])

        with server(say) as (url, _, _), session() as soap, pytest.raises(TargetTrouble) as raised:
            soap.call(url, ACTION, REQUEST)
        assert raised.value.reason in ("konnektor_garbled", "connection_lost")


def test_two_sessions_do_not_disturb_each_other() -> None:
    """The exporter asks several Konnektors at once, each in a session and thread of its own."""
    found: list[str] = []

    def ask() -> None:
        with server(http(TERMINALS)) as (url, _, _), session() as soap:
            found.append(soap.call(url, ACTION, REQUEST).name)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert found == ["GetCardTerminalsResponse"] * 4
