"""Who may in: users, guesses, rates, headers, slow clients, and what /probe may be asked."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from base64 import b64encode
from contextlib import ExitStack, closing, contextmanager, suppress
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import bcrypt
import pytest
from exporting import CHECKS, replayed, result_of, scenarios
from starlette.responses import PlainTextResponse

from apowacht.exporter import clients, probe, serve
from apowacht.exporter.guard import HEADERS, PIECE, Bucket, Guard, neighbourhood, pieces
from apowacht.exporter.logins import GUESSES, Answer, Logins, credentials, decoy, fits
from apowacht.exporter.web_file import Rate, WebFile
from apowacht.plugins.sites.model import Configuration, Module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

USERS = {"prometheus": bcrypt.hashpw(b"right", bcrypt.gensalt(4))}


def basic(user: str, password: str) -> str:
    """An Authorization header."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def asked(
    web: WebFile,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    logins: Logins | None = None,
    page: Mapping[str, str] | None = None,
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of one request through the guard."""
    logins = logins or Logins(lambda: web.users)
    guard = Guard(PlainTextResponse("in\n", headers=page), lambda: web, logins)
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": "/",
        "client": ("192.0.2.7", 1234),
        "headers": [(k.lower().encode(), v.encode()) for k, v in (headers or {}).items()],
    }
    asyncio.run(guard(scope, receive, send))
    told = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
    return sent[0]["status"], told, b"".join(m.get("body", b"") for m in sent[1:])


def test_without_users_everybody_is_welcome() -> None:
    """And every answer carries the headers that keep browsers from mischief."""
    status, headers, body = asked(WebFile())
    assert (status, body) == (200, b"in\n")
    for name, value in HEADERS.items():
        assert headers[name.lower()] == value


def test_a_page_s_and_the_file_s_headers_count_more() -> None:
    """The page's own policy stays, and the web file has the last word."""
    web = WebFile(headers={"X-Frame-Options": "sameorigin"})
    page = {"Content-Security-Policy": "style-src 'self'", "X-Frame-Options": "DENY"}
    _, headers, _ = asked(web, page=page)
    assert headers["content-security-policy"] == "style-src 'self'"
    assert headers["x-frame-options"] == "sameorigin"


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (basic("prometheus", "right"), 200),
        (basic("prometheus", "wrong"), 401),
        (basic("prometheus", ""), 401),
        (basic("prometheus", "right\x00"), 401),
        (basic("prometheus", "x" * 100), 401),
        (basic("Prometheus", "right"), 401),
        (basic("nobody", "right"), 401),
        ("Bearer abc", 401),
        ("Basic !!!", 401),
        ("Basic " + b64encode(b"no colon").decode(), 401),
        ("Basic " + b64encode(b"\xff\xfe:x").decode(), 401),
        ("", 401),
    ],
)
def test_only_the_right_password_opens(header: str, status: int) -> None:
    """Everything else is 401 with a challenge, in one line."""
    answer = asked(WebFile(users=USERS), headers={"Authorization": header})
    assert answer[0] == status
    if status == 401:
        assert answer[1]["www-authenticate"] == 'Basic realm="apowacht"'
        assert answer[2].count(b"\n") == 1
        assert answer[1]["x-content-type-options"] == "nosniff"


def test_long_passwords_are_not_cut() -> None:
    """bcrypt reads 72 bytes; a longer password with the same beginning does not open."""
    hashed = bcrypt.hashpw(b"x" * 72, bcrypt.gensalt(4))
    assert fits(b"x" * 72, hashed)
    assert not fits(b"x" * 73, hashed)


@pytest.fixture
def costs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What bcrypt was asked for: the cost factor of the hash of each call."""
    asked_for: list[int] = []
    check = bcrypt.checkpw

    def counted(password: bytes, hashed: bytes) -> bool:
        asked_for.append(int(hashed.split(b"$")[2]))
        return check(password, hashed)

    monkeypatch.setattr(bcrypt, "checkpw", counted)
    return asked_for


def test_a_right_login_is_remembered_until_its_hash_changes(costs: list[int]) -> None:
    """bcrypt is asked once; a new hash in the file asks it again."""
    told = {"users": {"prometheus": bcrypt.hashpw(b"right", bcrypt.gensalt(5))}}
    logins = Logins(lambda: told["users"])
    header = basic("prometheus", "right")
    for _ in range(50):
        assert asyncio.run(logins.answer(header, "a")) is Answer.WELCOME
    assert costs == [5]
    told["users"] = {"prometheus": bcrypt.hashpw(b"other", bcrypt.gensalt(4))}
    assert asyncio.run(logins.answer(header, "a")) is Answer.WRONG
    assert costs == [5, 4]


def test_unknown_users_cost_as_much_as_known_ones(costs: list[int]) -> None:
    """Nobody can find out by a clock which users there are."""
    hashed = bcrypt.hashpw(b"right", bcrypt.gensalt(6))
    logins = Logins(lambda: {"prometheus": hashed})
    for user in ("prometheus", "nobody", "prometheus", "root"):
        assert asyncio.run(logins.answer(basic(user, f"{user} x"), user)) is Answer.WRONG
    assert costs == [6, 6, 6]  # the same wrong login again asks nothing
    assert decoy([b"$2y$08$" + b"a" * 53, b"$2b$11$" + b"b" * 53]).startswith(b"$2b$11$")


def test_guessing_is_limited_and_known_logins_are_not() -> None:
    """After so many wrong logins an address has to wait; what was right before still is."""
    now = [0.0]
    logins = Logins(lambda: USERS, clock=lambda: now[0])

    def answer(password: str, address: str = "a") -> Answer:
        return asyncio.run(logins.answer(basic("prometheus", password), address))

    assert answer("right") is Answer.WELCOME
    for number in range(GUESSES):
        assert answer(f"guess {number}") is Answer.WRONG
    assert answer("guess again") is Answer.LATER
    assert answer("right") is Answer.WELCOME
    assert answer("guess again", "b") is Answer.WRONG
    now[0] += 61
    assert answer("guess once more") is Answer.WRONG
    assert logins.failed == GUESSES + 2


def test_addresses_of_one_network_are_one_guesser() -> None:
    """An IPv6 host has a whole network to guess from."""
    assert neighbourhood("2001:db8:1:2:3::4") == neighbourhood("2001:db8:1:2:ffff::1")
    assert neighbourhood("2001:db8:1:2::1") != neighbourhood("2001:db8:1:3::1")
    assert neighbourhood("::ffff:192.0.2.1") == "192.0.2.1"
    assert neighbourhood("nonsense") == "nonsense"


def test_a_login_that_the_end_overtakes_is_told_so() -> None:
    """503 and neither a wrong password nor a mistake; known ones need no answer of a thread."""
    logins = Logins(lambda: USERS)
    known = {"Authorization": basic("prometheus", "right")}
    assert asked(WebFile(users=USERS), headers=known, logins=logins)[0] == 200
    logins.close()
    assert asked(WebFile(users=USERS), headers=known, logins=logins)[0] == 200
    answer = asked(
        WebFile(users=USERS), headers={"Authorization": basic("prometheus", "x")}, logins=logins
    )
    assert (answer[0], answer[2]) == (503, b"the exporter is ending, come again later\n")
    assert logins.failed == 0


def test_credentials_may_hold_colons() -> None:
    """Only the first colon ends the user's name (RFC 7617)."""
    assert credentials(basic("a", "b:c:d")) == ("a", b"b:c:d")


def test_the_rate_of_the_web_file_is_kept() -> None:
    """So many at once, then one per interval."""
    bucket, rate = Bucket(), Rate(2.0, 3)
    assert [bucket.take(rate, 100.0) for _ in range(4)] == [True, True, True, False]
    assert not bucket.take(rate, 101.0)
    assert bucket.take(rate, 102.0)
    web = WebFile(rate=Rate(60.0, 1))
    guard = Guard(PlainTextResponse("in"), lambda: web, Logins(dict))
    assert guard._bucket.take(web.rate or rate, 0.0)
    assert not guard._bucket.take(web.rate or rate, 1.0)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://exporter:9942", "Host": "exporter:9942"}, 200),
        ({"Origin": "http://evil.example", "Host": "exporter:9942"}, 403),
        ({"Origin": "null", "Host": "exporter:9942"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "none"}, 200),
    ],
)
def test_a_foreign_page_cannot_ask_for_a_reload(headers: dict[str, str], status: int) -> None:
    """A browser says for whose page it sends a POST; those of others are refused."""
    assert asked(WebFile(), method="POST", headers=headers)[0] == status
    assert asked(WebFile(), method="GET", headers=headers)[0] == 200


@pytest.mark.parametrize("length", ["4097", "99999999999", "-1", "x"])
def test_bodies_are_refused(length: str) -> None:
    """Nothing here takes a body."""
    assert asked(WebFile(), method="POST", headers={"Content-Length": length})[0] == 413


UPS = CHECKS["ups"]
MODULES = {
    "ups": Module("ups", UPS, ("--community=public",), ("192.0.2.*", "ups.example", "10.0.0.0/8")),
    "ported": Module("ported", UPS, (), ("192.0.2.1:1161", "[2001:db8::1]:161", "2001:db8::2")),
    "kon": Module("kon", CHECKS["connector"], (), ("192.0.2.1:8443", "192.0.2.1:4742")),
}
CONFIGURATION = Configuration({}, MODULES)


@pytest.mark.parametrize(
    ("parameters", "arguments"),
    [
        ({"module": "ups", "target": "192.0.2.9"}, ("--hostname", "192.0.2.9")),
        ({"module": "ups", "target": "UPS.example"}, ("--hostname", "ups.example")),
        ({"module": "ups", "target": "10.9.8.7"}, ("--hostname", "10.9.8.7")),
        (
            {"module": "ported", "target": "192.0.2.1:1161"},
            ("--hostname", "192.0.2.1", "--port", "1161"),
        ),
        (
            {"module": "ported", "target": "[2001:db8:0::1]:161"},
            ("--hostname", "2001:db8:0::1", "--port", "161"),
        ),
        ({"module": "ported", "target": "2001:db8::2"}, ("--hostname", "2001:db8::2")),
        ({"check": "connector", "target": "192.0.2.1:8443"},
         ("--hostname", "192.0.2.1", "--port", "8443")),
    ],
)  # fmt: skip
def test_targets_of_a_module_are_asked(
    parameters: dict[str, str], arguments: tuple[str, ...]
) -> None:
    """A name, an address, a network, a pattern; a port only where the module names it."""
    assert probe.read(parameters, "", CONFIGURATION).target.arguments == arguments


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({}, 400),
        ({"module": "ups"}, 400),
        ({"target": "192.0.2.1"}, 400),
        ({"module": "nothing", "target": "192.0.2.1"}, 404),
        ({"check": "ups", "target": "192.0.2.1"}, 400),  # two modules have it
        ({"module": "ups", "check": "connector", "target": "192.0.2.1"}, 400),
        ({"module": "ups", "target": "192.0.3.1"}, 403),
        ({"module": "ups", "target": "other.example"}, 403),
        ({"module": "ups", "target": "192.0.2.1:161"}, 403),
        ({"module": "ported", "target": "192.0.2.1"}, 403),
        ({"module": "ported", "target": "192.0.2.1:1162"}, 403),
        ({"module": "kon", "target": "192.0.2.1:4742"}, 403),
        ({"module": "ups", "target": "192.0.2.1:4742"}, 403),
        ({"module": "ups", "target": "192.0.2.1", "community": "private"}, 400),
        ({"module": "ups", "target": "192.0.2.1", "timeout": "1"}, 400),
        ({"module": "ups", "target": "--version"}, 400),
        ({"module": "ups", "target": "-H"}, 400),
        ({"module": "ups", "target": "192.0.2.1 --insecure"}, 400),
        ({"module": "ups", "target": "192.0.2.1\n"}, 400),
        ({"module": "ups", "target": "192.0.2.1\x00"}, 400),
        ({"module": "ups", "target": "192.0.2.*"}, 400),
        ({"module": "ups", "target": "user@192.0.2.1"}, 400),
        ({"module": "ups", "target": "192.0.2.1/24"}, 400),
        ({"module": "ups", "target": "fe80::1%eth0"}, 400),
        ({"module": "ups", "target": "[::1"}, 400),
        ({"module": "ups", "target": "[::1]x"}, 400),
        ({"module": "ups", "target": "[192.0.2.1]:161"}, 400),
        ({"module": "ups", "target": "192.0.2.1:"}, 400),
        ({"module": "ups", "target": "192.0.2.1:0"}, 400),
        ({"module": "ups", "target": "192.0.2.1:65536"}, 400),
        ({"module": "ups", "target": "192.0.2.1:1e3"}, 400),
        ({"module": "ups", "target": "x" * 300}, 400),
        ({"module": "ups", "target": "ü.example"}, 400),
        ({"module": "ups", "target": "192.0.2..1"}, 400),
        ({"module": "ups", "target": "0x7f.1"}, 400),
        ({"module": "ups", "target": "10.1"}, 400),
        ({"module": "ups", "target": "2130706433"}, 400),
        ({"module": "ups", "target": "192.0.2.01"}, 400),
        ({"module": "ups", "target": "192.0.2.0x5"}, 400),
        ({"module": "ups", "target": "192.0.2.1."}, 400),
        ({"module": "ups", "target": "192.0.2.other.example"}, 403),
        ({"module": "ups", "target": "::ffff:192.0.2.1"}, 403),
    ],
)
def test_nothing_else_of_a_url_reaches_a_check(parameters: dict[str, str], status: int) -> None:
    """Options, further ports, other targets and texts that look like options are refused."""
    with pytest.raises(probe.Denied) as denied:
        probe.read(parameters, "", CONFIGURATION)
    assert denied.value.status == status
    assert "\n" not in denied.value.text


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("10", 9.5), ("0.5", 0.2), ("", None), ("nan", None), ("-1", None), ("x", None),
     ("inf", None), ("30.25", 29.75)],
)  # fmt: skip
def test_the_scrape_s_timeout_is_kept(header: str, seconds: float | None) -> None:
    """Half a second earlier; what is no number is as if nobody had said anything."""
    asked = probe.read({"module": "ups", "target": "192.0.2.1"}, header, CONFIGURATION)
    assert asked.seconds == seconds


def test_debug_shows_how_it_came_about_without_secrets() -> None:
    """Phases, findings and metrics of that very probe; what is secret is masked everywhere."""
    report = replayed(UPS, dict(scenarios("ups"))["ups"])
    secret = str(report.metrics[0].name)
    result = result_of(report)
    result = type(result)(report, result.asked_at, 0.5, "", (secret,))
    asked = probe.read(
        {"module": "ups", "target": "192.0.2.1", "debug": "true"}, "5", CONFIGURATION
    )
    calls: list[Any] = []

    def run_now(*told: Any) -> Any:
        calls.append(told)
        return result

    answer = probe.answer(asked, run_now, "")
    assert calls == [(UPS, ("--community=public", "--hostname", "192.0.2.1"), 4.5)]
    told = answer.text.split("\n\n")[0]
    assert "finding: " in told
    assert all(line.startswith("# ") for line in told.splitlines())
    assert secret not in told
    assert "apowacht_probe_success 1" in answer.text
    assert "apowacht_probe_timeout_seconds 4.5" in answer.text


def test_a_probe_of_openmetrics_ends_well() -> None:
    """With its end mark, and without the exporter's own metrics."""
    report = replayed(UPS, dict(scenarios("ups"))["ups"])
    asked = probe.read({"module": "ups", "target": "192.0.2.1"}, "", CONFIGURATION)
    answer = probe.answer(
        asked, lambda *_: result_of(report), "application/openmetrics-text;version=1.0.0"
    )
    assert answer.text.endswith("# EOF\n")
    assert "apowacht_exporter" not in answer.text
    assert "site=" not in answer.text


def test_probes_beyond_the_limit_are_refused() -> None:
    """At once, and counted; the next one after an end is served."""
    turns = probe.Turns(2)
    with turns, turns:
        with pytest.raises(probe.Denied) as denied, turns:
            pass
        assert denied.value.status == 503
    with turns:
        assert (turns.running, turns.refused) == (1, 1)
    assert turns.running == 0


@contextmanager
def serving(app: Any) -> Iterator[int]:
    """A server of ours in a thread; its port."""
    sockets = list(clients.bound([SimpleNamespace(host="127.0.0.1", port=0)]))
    server = clients.Server(clients.config_of(app, None))
    listening = threading.Event()
    server.begun = listening.set
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets)))
    thread.start()
    assert listening.wait(20)
    try:
        yield sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


def request(port: int) -> bytes:
    """An ordinary request's answer."""
    with closing(socket.create_connection(("127.0.0.1", port), 5)) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        parts = []
        while part := connection.recv(65536):
            parts.append(part)
    return b"".join(parts)


def test_a_request_that_does_not_arrive_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that sends its head byte by byte has a deadline from its first byte on."""
    monkeypatch.setattr(clients, "HEAD_SECONDS", 0.4)
    with serving(PlainTextResponse("in\n")) as port:
        with closing(socket.create_connection(("127.0.0.1", port), 5)) as slow:
            began = time.monotonic()
            slow.sendall(b"GET / HTTP/1.1\r\n")
            slow.settimeout(0.05)
            ended = None
            for _ in range(100):
                try:
                    if slow.recv(1) == b"":
                        ended = time.monotonic() - began
                        break
                except TimeoutError:
                    pass
                except ConnectionError:
                    ended = time.monotonic() - began
                    break
                try:
                    slow.sendall(b"X")
                except ConnectionError:
                    ended = time.monotonic() - began
                    break
            assert ended is not None
            assert ended < 3
        assert b"200 OK" in request(port)


def test_silent_connections_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many connections say nothing, a real request is answered."""
    monkeypatch.setattr(clients, "MOST_CONNECTIONS", 8)
    with serving(PlainTextResponse("in\n")) as port:
        silent = [socket.create_connection(("127.0.0.1", port), 5) for _ in range(60)]
        try:
            assert b"200 OK" in request(port)
        finally:
            for one in silent:
                one.close()


def unread(port: int, requests: bytes) -> socket.socket:
    """A connection that asks and never reads."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.connect(("127.0.0.1", port))
    made.sendall(requests)
    return made


def until(condition: Callable[[], bool]) -> None:
    """Wait for it, at most twenty seconds."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


LARGE = Guard(PlainTextResponse("x" * 16_000_000), WebFile, Logins(dict))
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize(
    "requests", [GET, 3 * GET, GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")]
)
def test_an_answer_that_is_not_taken_is_cut(
    requests: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks and does not read has a deadline, too, and keeps neither memory nor place."""
    monkeypatch.setattr(clients, "ANSWER_SECONDS", 0.4)
    with serving(LARGE) as port, closing(unread(port, requests)) as slow:
        until(lambda: bool(clients.Client.unread))
        until(lambda: not clients.Client.unread)
        slow.settimeout(20)
        got = 0
        with suppress(ConnectionError):
            while part := slow.recv(1 << 20):
                got += len(part)
        assert got < 16_000_000
        assert not clients.Client.waiting


def test_many_who_do_not_read_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their answers lie in memory, so only few of them may stay."""
    monkeypatch.setattr(clients, "MOST_UNREAD", 3)
    monkeypatch.setattr(clients, "UNREAD_SECONDS", 0.3)
    with serving(LARGE) as port, ExitStack() as stack:
        for _ in range(9):
            stack.enter_context(closing(unread(port, GET)))
        until(lambda: len(clients.Client.unread) > 3)
        until(lambda: len(clients.Client.unread) == 3)
        assert len(request(port)) > 16_000_000


def test_who_does_not_read_keeps_no_process_from_ending(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """At the deadline of the end the connection is cut, and nothing of it is a mistake."""
    monkeypatch.setattr(serve, "CLOSE_SECONDS", 0.4)
    monkeypatch.setattr(serve, "FAREWELL_SECONDS", 0.1)
    sockets = list(clients.bound([SimpleNamespace(host="127.0.0.1", port=0)]))
    told: list[str] = []
    station = SimpleNamespace(stop=lambda: told.append("stop"))
    desk = SimpleNamespace(close=lambda: told.append("close"))

    async def run() -> None:
        server = clients.Server(clients.config_of(LARGE, None))
        end = serve.End(server, station, desk)  # type: ignore[arg-type]
        serving = asyncio.create_task(server.serve(sockets))
        await asyncio.sleep(0)
        with closing(unread(sockets[0].getsockname()[1], GET)):
            while not clients.Client.unread:
                await asyncio.sleep(0.01)
            end()
            await asyncio.wait_for(serving, 20)

    asyncio.run(run())
    assert told == ["stop", "close"]
    assert not caplog.records


@pytest.mark.parametrize("size", [0, 1, PIECE, PIECE + 1, 3 * PIECE])
@pytest.mark.parametrize("more", [False, True])
def test_a_long_answer_is_sent_in_pieces(size: int, more: bool) -> None:
    """They are the whole, and only the last one may be the end."""
    body = bytes(number % 251 for number in range(size))
    told = list(pieces({"type": "http.response.body", "body": body, "more_body": more}))
    assert b"".join(one["body"] for one in told) == body
    assert max(len(one["body"]) for one in told) <= PIECE
    assert [one["more_body"] for one in told] == [True] * (len(told) - 1) + [more]


def test_a_head_that_never_ends_is_refused() -> None:
    """More than the longest head is no request."""
    with (
        serving(PlainTextResponse("in\n")) as port,
        closing(socket.create_connection(("127.0.0.1", port), 5)) as connection,
    ):
        connection.sendall(b"GET / HTTP/1.1\r\n" + b"X: " + b"a" * 40_000)
        connection.settimeout(5)
        with suppress(ConnectionError):  # when the rest of the head was still on its way
            assert connection.recv(100).startswith(b"HTTP/1.1 400")
        assert b"200 OK" in request(port)
