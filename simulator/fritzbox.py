"""A FRITZ!Box: TR-064 behind digest, the web interface's login and its list of connections.

One TLS port serves both. Wrong logins start a time of refusal that grows; the answers «bad
login», «no such action» and «no right for it» differ as they do on the box. It changes nothing:
actions that set something do not exist.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import time
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, urlsplit

from apowacht.simulator.front import tls_context
from apowacht.simulator.konnektor_keys import issue
from apowacht.simulator.service import TcpService

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping, Sequence
    from socketserver import BaseServer

REALM = "F!Box SOAP-Auth"
NAMES = ("fritz.box",)
_FIRST_BLOCK_SECONDS = 2
_NO_SESSION = "0" * 16
_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_LARGEST_BODY_BYTES = 64 * 1024

# Which rights let a user call an action: C settings, A app, P phone, N storage, H smart home.
_RIGHTS = {
    "GetCommonLinkProperties": "CAPNH",
    "GetDefaultConnectionService": "C",
    "GetStatusInfo": "C",
    "GetInfo": "CA",
    "GetInfoEx": "CA",
}
_CONTROL = {
    "/upnp/control/wancommonifconfig1": "WANCommonInterfaceConfig",
    "/upnp/control/layer3forwarding": "Layer3Forwarding",
    "/upnp/control/wanipconnection1": "WANIPConnection",
    "/upnp/control/wanpppconn1": "WANPPPConnection",
    "/upnp/control/x_wanmobileconn": "X_AVM-DE_WANMobileConnection",
}

_DESCRIPTION = (
    '<?xml version="1.0"?><root xmlns="urn:dslforum-org:device-1-0">'
    "<specVersion><major>1</major><minor>0</minor></specVersion>"
    "<systemVersion><HW>226</HW><Major>154</Major><Minor>8</Minor><Patch>2</Patch>"
    "<Buildnumber>118902</Buildnumber><Display>154.08.02</Display></systemVersion>"
    "<device><deviceType>urn:dslforum-org:device:InternetGatewayDevice:1</deviceType>"
    "<friendlyName>FRITZ!Box 7590</friendlyName><manufacturer>AVM</manufacturer>"
    "<modelName>FRITZ!Box 7590</modelName><modelNumber>avm</modelNumber>"
    "<UDN>uuid:75802409-bccb-40e7-8e6c-3431C4AABBCC</UDN></device></root>"
)
"""What the box says of itself without a login (TR-064, DeviceInfo)."""


def _connection(number: int, medium: str, status: str) -> dict[str, str]:
    """One entry of the box's list, with an address that nobody is to see."""
    connected = status == "connected"
    return {
        "UID": f"connection{number:04}",
        "name": "internet" if number == 1 else f"internet{number}",
        "media_type": medium,
        "ip4_connstatus": status,
        "ip6_connstatus": status,
        "ip4_uptime": "86400" if connected else "",
        "ip6_uptime": "86401" if connected else "",
        "ip4_masqaddr": "198.51.100.23" if connected else "",
    }


@dataclass(frozen=True)
class Situation:
    """How the box stands: firmware, user, and which line is in use."""

    access_type: str = "DSL"
    link: str = "Up"
    status: str = "Connected"
    service: str = "WANPPPConnection"
    connections: Sequence[Mapping[str, str]] | None = (
        _connection(1, "DSL", "connected"),
        _connection(2, "LTE", "disconnected"),
    )
    """None: firmware without that list."""
    opmode: str = "opmode_standard"
    modem: Mapping[str, str] = field(
        default_factory=lambda: {
            "NewEnabled": "1",
            "NewStatus": "registered",
            "NewPINFailureCount": "0",
            "NewRoaming": "0",
            "NewUptime": "0",
            "NewCurrentAccessTechnology": "LTE",
            "NewSignalRSRP0": "main=-95",
            "NewIMSI": "262019999999999",
            "NewSerialNumber": "490154203237518",
            "NewAPN": "internet.example",
        }
    )
    user: str = "wacht"
    password: str = "gurkensalat"  # noqa: S105 - everybody's
    rights: str = "CAPNH"
    missing: frozenset[str] = frozenset()
    """Actions that this firmware does not have."""
    algorithm: str = "MD5"
    qop: str = "auth"
    old_login: bool = False
    """MD5 challenges, as before FRITZ!OS 7.24."""
    nonce_uses: int = 1000
    """How often a nonce is good; then the box asks for a new login, `stale` or silently."""
    stale: str = "TRUE"


FIXED = Situation()
MOBILE_ONLY = replace(
    FIXED,
    access_type="X_AVM-DE_Mobile",
    connections=(_connection(1, "LTE", "connected"),),
)
JUST_FAILED_OVER = replace(
    FIXED,
    access_type="X_AVM-DE_Mobile",
    link="Down",
    connections=(_connection(1, "DSL", "disconnected"), _connection(2, "LTE", "connected")),
)
FALLBACK = replace(JUST_FAILED_OVER, link="Up")
OFFLINE = replace(
    FIXED,
    link="Down",
    status="Disconnected",
    connections=(_connection(1, "DSL", "disconnected"), _connection(2, "LTE", "disconnected")),
)
SWITCHED_OFF = replace(
    FIXED,
    connections=(_connection(1, "Cable", "connected"), _connection(2, "LTE", "disabled")),
    access_type="X_AVM-DE_Cable",
    modem={"NewEnabled": "0"},
)


def read_situation(values: Mapping[str, str]) -> Situation:
    """Situation from a table: fields by name, and `line.1 = DSL connected` and following."""
    lines = [text.split() for key, text in values.items() if key.startswith("line.")]
    connections = [_connection(number, *words) for number, words in enumerate(lines, 1)]
    told: dict[str, Any] = {k: v for k, v in values.items() if not k.startswith("line.")}
    return replace(FIXED, connections=tuple(connections), **told)


class FritzBox(TcpService):
    """One box. `asked` lists what was asked, `refused` counts the logins that were wrong."""

    def __init__(
        self, situation: Situation = FIXED, *, listen: str = "127.0.0.1", port: int = 0
    ) -> None:
        super().__init__(listen, port)
        shown = issue("fritz.box", "P-256", None, NAMES)
        self.fingerprint = shown.fingerprint
        self.asked: list[str] = []
        self.refused = 0
        self._context = tls_context(shown, None, required=False)
        self._blocked_until = 0.0
        self._nonces: dict[str, int] = {}
        self._challenges: set[str] = set()
        self._sessions: set[str] = set()
        self.become(situation)

    def become(self, situation: Situation) -> None:
        """Change over, from the next request on."""
        self.situation = situation

    @property
    def sessions(self) -> int:
        """How many sessions of the web interface are open."""
        return len(self._sessions)

    def block_seconds(self) -> int:
        """How long no login is taken."""
        return max(0, round(self._blocked_until - time.monotonic()))

    def block(self, seconds: float) -> None:
        """Take no login for so long."""
        self._blocked_until = time.monotonic() + seconds

    def converse(self, connection: socket.socket) -> None:
        """As TcpService.converse."""
        with self._context.wrap_socket(connection.dup(), server_side=True) as secure:
            _Visit(secure, self)

    def _wrong(self) -> None:
        self.refused += 1
        self.block(_FIRST_BLOCK_SECONDS * 2 ** min(self.refused, 8))

    # The web interface.

    def web(self, method: str, path: str, form: Mapping[str, str], session: str) -> Reply:
        """Description, login, logout, list of connections."""
        self.requests += 1
        parts = urlsplit(path)
        self.asked.append(f"{method} {parts.path}")
        if parts.path == "/tr64desc.xml":
            return Reply(200, _DESCRIPTION.encode())
        if parts.path == "/login_sid.lua":
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if "logout" in query:
                self._sessions.discard(query.get("sid", ""))
                return self._session_info(_NO_SESSION)
            return self._session_info(self._login(form) if method == "POST" else _NO_SESSION)
        if parts.path == "/api/v0/generic/connections" and self.situation.connections is not None:
            if session not in self._sessions:
                return Reply(401, b"{}", "application/json")
            if "C" not in self.situation.rights:
                return Reply(403, b"{}", "application/json")
            told = {"connection": self.situation.connections, "opmode": self.situation.opmode}
            return Reply(200, json.dumps(told).encode(), "application/json")
        return Reply(404, b"")

    def _session_info(self, session: str) -> Reply:
        if self.situation.old_login:
            challenge = secrets.token_hex(4)
        else:
            challenge = f"2$1000${secrets.token_hex(16)}$1000${secrets.token_hex(16)}"
        self._challenges.add(challenge)
        body = (
            '<?xml version="1.0" encoding="utf-8"?><SessionInfo>'
            f"<SID>{session}</SID><Challenge>{challenge}</Challenge>"
            f"<BlockTime>{self.block_seconds()}</BlockTime><Rights></Rights></SessionInfo>"
        )
        return Reply(200, body.encode())

    def _login(self, form: Mapping[str, str]) -> str:
        response = form.get("response", "")
        # A response names its challenge: whole before a dash, or by the second salt (2$...).
        named = response.split("-")[0], f"${response.split('$')[0]}"
        meant = [c for c in tuple(self._challenges) if c == named[0] or c.endswith(named[1])]
        met = [one for one in meant if response == self._expected(one)]
        self._challenges.difference_update(meant)  # good once; others may be logging in as well
        if self.block_seconds() or not met or form.get("username") != self.situation.user:
            self._wrong()
            return _NO_SESSION
        session = secrets.token_hex(8)
        self._sessions.add(session)
        return session

    def _expected(self, challenge: str) -> str:
        password = self.situation.password
        if not challenge.startswith("2$"):
            text = f"{challenge}-{password}".encode("utf-16-le")
            return f"{challenge}-{hashlib.md5(text, usedforsecurity=False).hexdigest()}"
        _, first, salt, second, other = challenge.split("$")
        once = hashlib.pbkdf2_hmac("sha256", password.encode(), bytes.fromhex(salt), int(first))
        twice = hashlib.pbkdf2_hmac("sha256", once, bytes.fromhex(other), int(second))
        return f"{other}${twice.hex()}"

    # TR-064.

    def soap(self, path: str, header: str, soap_action: str) -> Reply:
        """One action, behind the digest login."""
        self.requests += 1
        action = soap_action.strip('"').rpartition("#")[2]
        service = _CONTROL.get(path)
        self.asked.append(action)
        refusal = self._admit(header, path)
        if refusal is not None:
            return refusal
        if service is None:
            return Reply(404, b"")
        if action in self.situation.missing:
            return _fault(401, "Invalid Action")
        told = self._told(service, action)
        if told is None:
            return _fault(401, "Invalid Action")
        if not set(_RIGHTS[action]) & set(self.situation.rights):
            return _fault(606, "Action Not Authorized")
        inner = "".join(f"<{name}>{text}</{name}>" for name, text in told.items())
        kind = f"urn:dslforum-org:service:{service}:1"
        return _enveloped(200, f'<u:{action}Response xmlns:u="{kind}">{inner}</u:{action}Response>')

    def _told(self, service: str, action: str) -> dict[str, str] | None:
        now = self.situation
        if (service, action) == ("WANCommonInterfaceConfig", "GetCommonLinkProperties"):
            return {
                "NewWANAccessType": now.access_type,
                "NewLayer1UpstreamMaxBitRate": "46720000",
                "NewLayer1DownstreamMaxBitRate": "292032000",
                "NewPhysicalLinkStatus": now.link,
            }
        if (service, action) == ("Layer3Forwarding", "GetDefaultConnectionService"):
            return {"NewDefaultConnectionService": f"1.{now.service}.1"}
        if action == "GetStatusInfo" and service == now.service:
            return {
                "NewConnectionStatus": now.status,
                "NewLastConnectionError": "ERROR_NONE",
                "NewUptime": "86400",
            }
        if service == "X_AVM-DE_WANMobileConnection" and action in ("GetInfo", "GetInfoEx"):
            short = ("NewEnabled", "NewStatus", "NewPINFailureCount")
            return {
                name: text
                for name, text in now.modem.items()
                if (name in short) == (action == "GetInfo")
            }
        return None

    def _admit(self, header: str, path: str) -> Reply | None:
        """None for who may enter, else the 401 with a challenge."""
        told = dict(re.findall(r'(\w+)="?([^",]*)"?', header))
        nonce = told.get("nonce", "")
        if not header:
            return self._challenge()
        if nonce not in self._nonces:
            return self._challenge()
        right = told.get("response") == self._digest(told, path)
        if self.block_seconds() or told.get("username") != self.situation.user or not right:
            self._wrong()
            return self._challenge()
        self._nonces[nonce] += 1
        if self._nonces[nonce] > self.situation.nonce_uses:
            return self._challenge(self.situation.stale)
        return None

    def _digest(self, told: Mapping[str, str], path: str) -> str:
        name = self.situation.algorithm.replace("-", "").lower()

        def hashed(text: str) -> str:
            return hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()

        secret = hashed(f"{told.get('username')}:{REALM}:{self.situation.password}")
        request = hashed(f"POST:{path}")
        middle = f"{told.get('nonce')}"
        if self.situation.qop:
            middle += f":{told.get('nc')}:{told.get('cnonce')}:{told.get('qop')}"
        return hashed(f"{secret}:{middle}:{request}")

    def _challenge(self, stale: str = "") -> Reply:
        nonce = secrets.token_hex(8).upper()
        self._nonces[nonce] = 0
        parts = [f'realm="{REALM}"', f'nonce="{nonce}"', f"algorithm={self.situation.algorithm}"]
        parts += [f'qop="{self.situation.qop}"'] if self.situation.qop else []
        parts += [f"stale={stale}"] if stale else []
        return Reply(401, b"", headers=(("WWW-Authenticate", "Digest " + ", ".join(parts)),))


@dataclass(frozen=True)
class Reply:
    """One HTTP answer."""

    status: int
    body: bytes
    kind: str = 'text/xml; charset="utf-8"'
    headers: tuple[tuple[str, str], ...] = ()


def _enveloped(status: int, inner: str) -> Reply:
    text = (
        f'<?xml version="1.0"?><s:Envelope xmlns:s="{_ENVELOPE}">'
        f"<s:Body>{inner}</s:Body></s:Envelope>"
    )
    return Reply(status, text.encode())


def _fault(code: int, words: str) -> Reply:
    return _enveloped(
        500,
        "<s:Fault><faultcode>s:Client</faultcode><faultstring>UPnPError</faultstring><detail>"
        '<UPnPError xmlns="urn:dslforum-org:control-1-0">'
        f"<errorCode>{code}</errorCode><errorDescription>{words}</errorDescription>"
        "</UPnPError></detail></s:Fault>",
    )


class _Visit(BaseHTTPRequestHandler):
    """One connection and the requests on it."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    server_version = "FRITZ!Box"
    sys_version = ""

    def __init__(self, connection: socket.socket, box: FritzBox) -> None:
        self._box = box
        super().__init__(connection, box.address, cast("BaseServer", None))

    def do_GET(self) -> None:
        """Answer from the web interface."""
        self._send(self._box.web("GET", self.path, {}, self._session()))

    def do_POST(self) -> None:
        """Answer a login or an action."""
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > _LARGEST_BODY_BYTES:
            self.close_connection = True
            self.send_error(413)
            return
        body = self.rfile.read(int(length)).decode("utf-8", "replace")
        if self.path.startswith("/upnp/control/"):
            login = self.headers.get("Authorization", "")
            action = self.headers.get("SOAPAction", "")
            self._send(self._box.soap(self.path, login, action))
            return
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self._send(self._box.web("POST", self.path, form, self._session()))

    def _session(self) -> str:
        return str(self.headers.get("Authorization", "")).removeprefix("AVM-SID ")

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.kind)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, text in reply.headers:
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Nothing: the box keeps its own list."""
