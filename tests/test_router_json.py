"""OPNsense, UniFi and RutOS: what is asked, what is kept of the answers, what they mean."""

from __future__ import annotations

import base64
import json
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, cast

import pytest
from commands import run

from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import Trouble
from apowacht.plugins.read import router_json as reading
from apowacht.plugins.wire import router_json as wire
from apowacht.plugins.wire.tls import Trust
from apowacht.simulator.front import tls_context
from apowacht.simulator.konnektor_keys import issue
from apowacht.simulator.service import TcpService

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from socketserver import BaseServer

    Answer = tuple[int, Any, tuple[tuple[str, str], ...]]


class JsonRouter(TcpService):
    """A TLS server that answers by (method, path) and writes down what it was asked."""

    def __init__(self, answers: Mapping[tuple[str, str], Any]) -> None:
        super().__init__()
        shown = issue("router", "P-256", None, ("router",))
        self.fingerprint = shown.fingerprint
        self.answers = answers
        self.asked: list[tuple[str, str, str]] = []
        self._context = tls_context(shown, None, required=False)

    def converse(self, connection: socket.socket) -> None:
        """As TcpService.converse."""
        with self._context.wrap_socket(connection.dup(), server_side=True) as secure:
            _Visit(secure, self)


class _Visit(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def __init__(self, connection: socket.socket, router: JsonRouter) -> None:
        self._router = router
        super().__init__(connection, router.address, cast("BaseServer", None))

    def do_GET(self) -> None:
        """Answer from the table."""
        self._answer()

    def do_POST(self) -> None:
        """Answer from the table, after the body."""
        self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def _answer(self, body: str = "") -> None:
        login = next(
            (self.headers[n] for n in ("Authorization", "Cookie", "X-API-KEY") if self.headers[n]),
            body,
        )
        self._router.asked.append((self.command, self.path, login))
        told = self._router.answers.get((self.command, self.path), (404, {}, ()))
        status, content, headers = told if isinstance(told, tuple) else (200, told, ())
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        for name, text in headers:
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Nothing."""


def ask(router: JsonRouter, how: Callable[..., Any], **login: Any) -> Any:
    """One question to the router."""
    host, port = router.address
    return how(host, port, Deadline(20), Trust(fingerprints=[router.fingerprint]), **login)


# --- OPNsense -----------------------------------------------------------------------------------

STATUS = ("GET", "/api/routes/gateway/status")
SEARCH = ("GET", "/api/routing/settings/search_gateway")


def gateway(name: str, status: str, loss: str = "0.0 %") -> dict[str, str]:
    """One gateway as OPNsense lists it."""
    return {"name": name, "address": "198.51.100.1", "status": status, "loss": loss,
            "status_translated": "Offline", "delay": "12.3 ms", "monitor": "192.0.2.7"}  # fmt: skip


OPNSENSE: dict[tuple[str, str], Any] = {
    STATUS: {
        "status": "ok",
        "items": [
            gateway("WAN_DSL", "none"),
            gateway("LTE_GW", "down", "~"),
            gateway("WAN6", "none", "~"),
        ],
    },
    SEARCH: {
        "rows": [
            {"name": "WAN6", "defaultgw": True, "ipprotocol": "inet6", "gateway": "fe80::1"},
            {"name": "WAN_DSL", "defaultgw": True, "ipprotocol": "inet", "gateway": "192.0.2.1"},
            {"name": "LTE_GW", "defaultgw": False, "ipprotocol": "inet"},
        ]
    },
}
KEY = {"key": "k", "secret": "s"}


def test_opnsense_by_its_key() -> None:
    """Basic authentication, two reads, and no address in what is kept."""
    with JsonRouter(OPNSENSE) as router:
        data = ask(router, wire.ask_opnsense, **KEY)
        login = "Basic " + base64.b64encode(b"k:s").decode()
        assert router.asked == [(*STATUS, login), (*SEARCH, login)]
    told = reading.read_opnsense(data)
    assert [(line.name, line.tech, line.up, line.active) for line in told.lines] == [
        ("WAN_DSL", "dsl", True, True),
        ("LTE_GW", "mobile", False, False),
        ("WAN6", None, True, True),
    ]
    assert told.active_line == "WAN_DSL"
    text = json.dumps(data)
    assert not any(part in text for part in ("198.51", "192.0.2", "fe80", "Offline"))


@pytest.mark.parametrize(
    ("status", "up", "detail"),
    [
        ("none", True, None),
        ("down", False, "down"),
        ("force_down", False, "force_down"),
        ("delay", True, "delay"),
        ("delay+loss", True, "delay+loss"),
        ("pending", None, "pending"),
    ],
)
def test_opnsenses_words(status: str, up: bool | None, detail: str | None) -> None:
    """«none» is its word for online; slow is not dead."""
    (line,) = reading.read_opnsense({"gateways": [{"name": "W", "status": status}]}).lines
    assert (line.up, line.active, line.detail) == (up, None, detail)


def test_opnsense_without_the_second_right() -> None:
    """The states are told, which one is active is not; why, is kept."""
    with JsonRouter({STATUS: OPNSENSE[STATUS], SEARCH: (403, {}, ())}) as router:
        data = ask(router, wire.ask_opnsense, **KEY)
    assert data["faults"] == {SEARCH[1]: "router_rights"}
    assert reading.read_opnsense(data).active_line is None


# --- UniFi --------------------------------------------------------------------------------------

PLACE = "/proxy/network/v2/api/site/default/wan/load-balancing"
LOGIN = ("POST", "/api/auth/login")
UNIFI: dict[tuple[str, str], Any] = {
    LOGIN: (200, {"unique_id": "x"}, (("Set-Cookie", "TOKEN=abc; path=/; secure"),)),
    ("GET", f"{PLACE}/status"): {
        "wan_interfaces": [
            {"name": "Glasfaser", "state": "BACKUP", "wan_networkgroup": "WAN"},
            {"name": "LTE", "state": "ACTIVE", "wan_networkgroup": "WAN2", "ip": "198.51.100.9"},
        ]
    },
    ("GET", "/proxy/network/api/s/default/stat/device"): {
        "data": [
            {"mac": "00:53:00:00:00:01", "name": "switch"},
            {"lte_connected": "yes", "lte_rssi": "-71", "lte_rat": "LTE", "lte_iccid": "8949020",
             "lte_networkoperator": "Example", "lte_imei": "490154203237518"},
        ]
    },
}  # fmt: skip


@pytest.mark.parametrize("user", ["wacht", None])
def test_unifi_by_password_or_key(user: str | None) -> None:
    """One login and its cookie, or a key and no login at all."""
    with JsonRouter(UNIFI) as router:
        data = ask(router, wire.ask_unifi, user=user, password="geheim", site="default")
        first = router.asked[0]
        assert (first[:2] == LOGIN) is bool(user)
        assert {login for _, _, login in router.asked[1:]} == {"TOKEN=abc" if user else "geheim"}
    told = reading.read_unifi(data)
    assert [(line.name, line.tech, line.up, line.active) for line in told.lines] == [
        ("Glasfaser", "fibre", True, False),
        ("LTE", "mobile", True, True),
    ]
    assert told.active_line == "LTE"
    assert told.mobile is not None
    assert (told.mobile.operator, told.mobile.signal_dbm) == ("Example", -71)
    text = json.dumps(data)
    assert not any(part in text for part in ("8949", "4901", "00:53", "198.51"))


def test_unifis_disconnected_and_its_unknown_words() -> None:
    """A word that nobody has seen is shown, not judged."""
    rows = [{"name": "A", "state": "DISCONNECTED"}, {"wan_networkgroup": "WAN2", "state": "ODD"}]
    first, second = reading.read_unifi({"interfaces": rows}).lines
    assert (first.up, first.active) == (False, False)
    assert (second.name, second.up, second.detail) == ("WAN2", None, "ODD")


# --- RutOS --------------------------------------------------------------------------------------

RUTOS_LOGIN = ("POST", "/api/login")
RUTOS: dict[tuple[str, str], Any] = {
    RUTOS_LOGIN: {"success": True, "data": {"token": "t0k", "expires": 299}},
    ("GET", "/api/interfaces/status"): {
        "data": [
            {"name": "lan", "area_type": "lan", "is_up": True, "metric": "0"},
            {"name": "mob1s1a1_4", "area_type": "wan", "network_type": "mobile", "is_up": True,
             "metric": "2", "ipv4-address": [{"address": "100.64.0.9"}]},
            {"name": "wan", "area_type": "wan", "network_type": "wired", "is_up": True,
             "metric": "1"},
        ]
    },
    ("GET", "/api/modems/status"): {
        "data": [
            {"operator": "Example", "conntype": "4G (LTE)", "simstate": "Inserted", "rssi": -71,
             "state": "Registered, home", "imei": "490154203237518", "iccid": "8949020"},
        ]
    },
}  # fmt: skip
USER = {"user": "wacht", "password": "geheim"}


def test_rutos_logs_in_once() -> None:
    """The token lasts five minutes, a run seconds; the lowest metric carries the traffic."""
    with JsonRouter(RUTOS) as router:
        data = ask(router, wire.ask_rutos, **USER)
        assert [path for _, path, _ in router.asked].count("/api/login") == 1
        assert {login for _, _, login in router.asked[1:]} == {"Bearer t0k"}
    told = reading.read_rutos(data)
    assert [(line.name, line.tech, line.up, line.active) for line in told.lines] == [
        ("mob1s1a1_4", "mobile", True, False),
        ("wan", None, True, True),
    ]
    assert told.active_line == "wan"
    assert told.mobile is not None
    assert (told.mobile.sim, told.mobile.registered) == ("ready", True)
    text = json.dumps(data)
    assert not any(part in text for part in ("4901", "8949", "100.64", "t0k"))


def test_rutos_without_its_first_line() -> None:
    """With the wire down the modem is the lowest that is up."""
    rows = [
        {"name": "wan", "area_type": "wan", "is_up": False, "metric": 1},
        {"name": "mob1s1a1_4", "area_type": "wan", "network_type": "mobile", "is_up": "1",
         "metric": 2},
    ]  # fmt: skip
    told = reading.read_rutos({"interfaces": rows})
    assert told.active_line == "mob1s1a1_4"
    assert [line.up for line in told.lines] == [False, True]


# --- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answers", "how", "login", "reason", "requests"),
    [
        ({STATUS: (401, {}, ())}, wire.ask_opnsense, KEY, "router_login", 1),
        ({STATUS: (403, {}, ())}, wire.ask_opnsense, KEY, "router_rights", 1),
        ({}, wire.ask_opnsense, KEY, "router_missing", 1),
        ({STATUS: (503, {}, ())}, wire.ask_opnsense, KEY, "router_status", 1),
        ({STATUS: {"status": "failed", "items": []}}, wire.ask_opnsense, KEY, "router_garbled", 1),
        ({STATUS: (200, b"<html>", ())}, wire.ask_opnsense, KEY, "router_garbled", 1),
        ({RUTOS_LOGIN: (403, {}, ())}, wire.ask_rutos, USER, "router_login", 1),
        ({RUTOS_LOGIN: {"data": {}}}, wire.ask_rutos, USER, "router_login", 1),
        ({LOGIN: (403, {}, ())}, wire.ask_unifi, {**USER, "site": "x"}, "router_login", 1),
        (
            {LOGIN: (429, {}, (("Retry-After", "90"),))},
            wire.ask_unifi,
            {**USER, "site": "x"},
            "router_blocked",
            1,
        ),
    ],
)
def test_one_try_and_its_reason(
    answers: dict[tuple[str, str], Any],
    how: Callable[..., Any],
    login: dict[str, str],
    reason: str,
    requests: int,
) -> None:
    """Each refusal has its word, and after it nothing is asked."""
    with JsonRouter(answers) as router:
        with pytest.raises(Trouble) as caught:
            ask(router, how, **login)
        assert (caught.value.reason, len(router.asked)) == (reason, requests)


def test_no_key_goes_to_a_stranger() -> None:
    """Another certificate: nothing is sent."""
    with JsonRouter(OPNSENSE) as router:
        host, port = router.address
        trust = Trust(fingerprints=["00" * 32])
        with pytest.raises(Trouble, match="tls_fingerprint"):
            wire.ask_opnsense(host, port, Deadline(20), trust, key="k", secret="s")
        assert router.asked == []


@pytest.mark.parametrize("read", [reading.read_opnsense, reading.read_unifi, reading.read_rutos])
def test_an_empty_answer_tells_no_lines(read: Callable[..., Any]) -> None:
    """And does not crash."""
    assert read({}).lines == []


# --- the whole command ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "answers", "lines", "active", "code"),
    [
        ("opnsense", OPNSENSE, ("WAN_DSL", "LTE_GW"), "WAN_DSL", 1),
        ("unifi", UNIFI, ("Glasfaser", "LTE"), "LTE", 1),
        ("rutos", RUTOS, ("wan", "mob1s1a1_4"), "wan", 0),
    ],
)
def test_the_command_judges_by_the_router(
    tmp_path: Path,
    kind: str,
    answers: Mapping[tuple[str, str], Any],
    lines: tuple[str, str],
    active: str,
    code: int,
) -> None:
    """A dead spare, traffic on the spare, all well: the router names the active line."""
    secret = tmp_path / "secret"
    secret.write_text("geheim\n")
    with JsonRouter(answers) as router:
        host, port = router.address
        told = [word for name in lines for word in ("--line", f"{name},via=router")]
        done = run(
            "check_apo_uplink", *told, "--router", kind, "-H", host, "-p", str(port),
            "--router-user", "wacht", "--router-password-file", str(secret),
            "--router-tls-fingerprint", router.fingerprint, "--min-backup-time", "0",
            "--output", "json",
        )  # fmt: skip
    answer = json.loads(done.out)
    assert done.code == code, done.out
    assert answer["facts"]["active_line"] == active
    assert answer["facts"]["active_by"] == "router"
    assert "geheim" not in done.out
