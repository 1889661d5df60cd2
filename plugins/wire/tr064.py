"""FRITZ!Box: the list of its connections (session by login_sid.lua), and TR-064 (SOAP, digest).

Only actions that read are sent. There is one login try per run at each of the two doors, the
second only after the first has let us in: the box locks out whoever tries again (BlockTime).
What comes back is reduced to named fields here; IMSI, addresses and cells are not among them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import Garbled, Refused, Trouble, Unreachable
from apowacht.plugins.wire import digest
from apowacht.plugins.wire.router_http import Answer, Client

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from apowacht.plugins.wire.tls import Trust

_NO_SESSION = "0" * 16
_MOST_ITERATIONS = 2_000_000

_WAN = "WANCommonInterfaceConfig"
_FORWARDING = "Layer3Forwarding"
_MOBILE = "X_AVM-DE_WANMobileConnection"
CONTROL = {
    _WAN: "/upnp/control/wancommonifconfig1",
    _FORWARDING: "/upnp/control/layer3forwarding",
    _MOBILE: "/upnp/control/x_wanmobileconn",
    "WANIPConnection": "/upnp/control/wanipconnection1",
    "WANPPPConnection": "/upnp/control/wanpppconn1",
}
# What may be kept of each action's answer; everything else is dropped.
FIELDS = {
    "GetCommonLinkProperties": ("NewWANAccessType", "NewPhysicalLinkStatus"),
    "GetDefaultConnectionService": ("NewDefaultConnectionService",),
    "GetStatusInfo": ("NewConnectionStatus", "NewLastConnectionError", "NewUptime"),
    "GetInfo": ("NewEnabled", "NewStatus"),
    "GetInfoEx": ("NewRoaming", "NewUptime", "NewCurrentAccessTechnology", "NewSignalRSRP0"),
}
_CONNECTION_FIELDS = (
    "name",
    "media_type",
    "medium",
    "ip4_connstatus",
    "ip6_connstatus",
    "ip4_uptime",
    "ip6_uptime",
)


def ask(
    host: str,
    port: int,
    web_port: int,
    deadline: Deadline,
    trust: Trust,
    *,
    user: str,
    password: str,
) -> dict[str, Any]:
    """The box's connections, its link and its modem, as far as user and firmware allow.

    Shape: {"connections": [...] or None, "opmode": text or None, "link": {...}, "service": text,
    "status": {...}, "mobile": {...}, "faults": {action: code}}. `port` speaks TR-064 over TLS,
    `web_port` is the web interface.
    Raises Refused: "router_login" (HTTP 401), "router_blocked" (`seconds`), "router_missing" (SOAP
    fault 401: this action is not offered), "router_rights" (fault 606: login right, right
    missing), "router_fault" (`code`); Garbled("router_garbled"); and what opening raises.
    """
    data = _connections(host, web_port, deadline, trust, user, password)
    try:
        with Client(host, port, deadline, trust) as client:
            _link(Soap(client, user, password), data)
    except Trouble as trouble:
        # The list of connections tells enough by itself; a refused login ends it all.
        if data["connections"] is None or trouble.reason == "router_login":
            raise
        data["faults"]["tr064"] = trouble.reason
    return data


def describe(host: str, port: int, deadline: Deadline, trust: Trust) -> dict[str, str | None]:
    """What the box says of itself to everybody: {"model", "firmware"}; nothing is sent.

    Raises Refused("router_no_router") for another maker's device, and as `ask` does.
    """
    from apowacht.plugins.wire import xmltree

    what = "tr64desc.xml"
    with Client(host, port, deadline, trust) as client:
        answer = client.request("GET", f"/{what}", what)
        client.expect(answer, what)
        try:
            root = xmltree.parse(answer.body)
        except xmltree.XmlError as failure:
            raise client.garbled(what, str(failure)) from failure
    model = root.value("device", "modelName")
    maker = root.value("device", "manufacturer") or ""
    if not {"avm", "fritz!"} & set(f"{maker} {(model or '')[:6]}".casefold().split()):
        raise Refused("router_no_router", phase="request", host=host, detail=what)
    firmware = root.value("systemVersion", "Display")
    return {"model": model and model[:64], "firmware": firmware and firmware[:32]}


# --- TR-064 -------------------------------------------------------------------------------------


class Soap:
    """TR-064's actions behind one digest login."""

    def __init__(self, client: Client, user: str, password: str) -> None:
        self._client = client
        self._user = user
        self._password = password
        self._challenge: digest.Challenge | None = None
        self._count = 0
        self._known = False
        """Whether the box has accepted this login in this run."""

    def call(self, service: str, action: str) -> dict[str, str]:
        """The named fields of an action's answer. Raises as `ask` says."""
        from apowacht.plugins.wire import soap

        kind = f"urn:dslforum-org:service:{service}:1"
        body = soap.envelope(f'<u:{action} xmlns:u="{kind}"></u:{action}>')
        headers = {
            "Content-Type": 'text/xml; charset="utf-8"',
            "SOAPAction": f'"{kind}#{action}"',
        }
        answer = self._send(CONTROL[service], action, headers, body)
        return self._fields(answer, action)

    def _send(self, path: str, action: str, headers: dict[str, str], body: bytes) -> Answer:
        """Send with the login; the first time the box has to be asked for its challenge."""
        if self._challenge is None:
            answer = self._client.request("POST", path, action, headers, body)
            if answer.status != 401:
                return answer
            self._challenge = self._challenged(answer, action)
        renewed = False
        while True:
            answer = self._try(self._challenge, path, action, headers, body)
            if answer.status != 401:
                self._known = True
                return answer
            old, self._challenge, self._count = self._challenge, self._challenged(answer, action), 0
            fresh = self._challenge.nonce != old.nonce
            # An outlived nonce is no wrong password; without that word only if we were let in.
            if renewed or not fresh or not (self._known or self._challenge.stale):
                raise Refused("router_login", phase="auth", host=self._client.host, what="TR-064")
            renewed = True

    def _try(
        self,
        challenge: digest.Challenge,
        path: str,
        action: str,
        headers: dict[str, str],
        body: bytes,
    ) -> Answer:
        self._count += 1
        told = digest.answer(challenge, "POST", path, self._user, self._password, count=self._count)
        return self._client.request(
            "POST",
            path,
            action,
            {**headers, "Authorization": told},
            body,
            once=not self._known,
        )

    def _challenged(self, answer: Answer, action: str) -> digest.Challenge:
        challenge = digest.choose(answer.headers.get_all("WWW-Authenticate") or [])
        if challenge is None:
            raise self._client.garbled(action, "digest")
        return challenge

    def _fields(self, answer: Answer, action: str) -> dict[str, str]:
        from apowacht.plugins.wire import xmltree

        host = self._client.host
        if answer.status == 404:
            raise Refused("router_missing", phase="request", host=host, what=action)
        try:
            root = xmltree.parse(answer.body)
        except xmltree.XmlError as failure:
            if answer.status not in (200, 500):
                self._client.expect(answer, action)
            raise self._client.garbled(action, str(failure)) from failure
        code = next((node.text for node in root.all("errorCode")), None)
        if code is not None:
            raise _fault(code, host, action)
        if answer.status != 200:
            self._client.expect(answer, action)
        told = next(root.all(f"{action}Response"), None)
        if told is None:
            raise self._client.garbled(action, "response")
        return {
            name: text[:64] for name in FIELDS[action] if (text := told.value(name)) is not None
        }


def _fault(code: str, host: str, action: str) -> Refused:
    """UPnP's error codes: 401 is «invalid action», and has nothing to do with HTTP's 401."""
    if code == "401":
        return Refused("router_missing", phase="request", host=host, what=action)
    if code == "606":
        return Refused("router_rights", phase="auth", host=host, what=action)
    return Refused("router_fault", phase="request", host=host, what=action, code=code[:8])


def _link(soap: Soap, data: dict[str, Any]) -> None:
    """Fill in what TR-064 tells; without the access type there is nothing to tell."""
    faults = data["faults"]
    try:
        data["link"] = soap.call(_WAN, "GetCommonLinkProperties")
    except Refused as refusal:
        if refusal.reason == "router_login" or data["connections"] is None:
            raise
        faults["GetCommonLinkProperties"] = refusal.reason
    # WANPPPConnection is listed by boxes that do not use it: ask first which one is in use.
    told = _optional(soap, _FORWARDING, "GetDefaultConnectionService", faults)
    service = told.get("NewDefaultConnectionService", "..").split(".")
    if len(service) > 2 and service[1] in CONTROL:
        data["service"] = service[1]
        data["status"] = _optional(soap, service[1], "GetStatusInfo", faults)
    mobile = _optional(soap, _MOBILE, "GetInfo", faults)
    if mobile.get("NewEnabled") == "1":
        mobile |= _optional(soap, _MOBILE, "GetInfoEx", faults)
    data["mobile"] = mobile


def _optional(soap: Soap, service: str, action: str, faults: dict[str, str]) -> dict[str, str]:
    try:
        return soap.call(service, action)
    except Refused as refusal:
        if refusal.reason == "router_login":
            raise
        faults[action] = refusal.reason
    except Garbled as failure:
        faults[action] = failure.reason
    return {}


# --- the list of connections --------------------------------------------------------------------


def _connections(
    host: str, port: int, deadline: Deadline, trust: Trust, user: str, password: str
) -> dict[str, Any]:
    """The answer's frame, with the connections if the box's web interface tells them."""
    data: dict[str, Any] = {
        "connections": None,
        "opmode": None,
        "link": {},
        "service": None,
        "status": {},
        "mobile": {},
        "faults": {},
    }
    # The web interface may be closed or slow; TR-064 must have its turn.
    share = Deadline(deadline.remaining() / 2)
    try:
        with Client(host, port, share, trust) as client:
            session = _log_in(client, user, password)
            try:
                _read_connections(client, session, data)
            finally:
                _log_out(client, session)
    except (Refused, Unreachable, Garbled) as trouble:
        if trouble.reason in ("router_login", "router_blocked"):
            raise
        data["faults"]["connections"] = trouble.reason
    return data


def _log_in(client: Client, user: str, password: str) -> str:
    """A session's id. Raises Refused("router_blocked") without trying, Refused("router_login")."""
    what = "login_sid.lua"
    path = "/login_sid.lua?version=2"
    told = _session_info(client, client.request("GET", path, what), what)
    seconds = told.get("BlockTime", "0")
    if seconds.isdecimal() and int(seconds):
        raise Refused(
            "router_blocked", phase="auth", host=client.host, what=what, seconds=int(seconds)
        )
    from urllib.parse import urlencode

    response = challenge_response(told.get("Challenge", ""), password)
    if response is None:
        raise client.garbled(what, "challenge")
    form = urlencode({"username": user, "response": response}).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = client.request("POST", path, what, headers, form, once=True)
    session = _session_info(client, answer, what).get("SID", _NO_SESSION)
    if session == _NO_SESSION:
        raise Refused("router_login", phase="auth", host=client.host, what=what)
    return session


def _session_info(client: Client, answer: Answer, what: str) -> dict[str, str]:
    from apowacht.plugins.wire import xmltree

    client.expect(answer, what)
    try:
        root = xmltree.parse(answer.body)
    except xmltree.XmlError as failure:
        raise client.garbled(what, str(failure)) from failure
    return {name: root.value(name) or "" for name in ("SID", "Challenge", "BlockTime")}


def challenge_response(challenge: str, password: str) -> str | None:
    """The answer to a login challenge: PBKDF2 since FRITZ!OS 7.24, MD5 before; None for nonsense.

    PBKDF2: «2$iterations$salt$iterations$salt», hashed with the first pair, the hash with the
    second. MD5: over «challenge-password» in UTF-16, with a dot for what Latin-1 has not.
    """
    import hashlib

    if not challenge.startswith("2$"):
        if not challenge:
            return None
        plain = "".join(c if ord(c) < 256 else "." for c in password)
        hashed = hashlib.md5(f"{challenge}-{plain}".encode("utf-16-le"), usedforsecurity=False)
        return f"{challenge}-{hashed.hexdigest()}"
    try:
        _, first, salt, second, other = challenge.split("$")
        rounds = int(first), int(second)
        salts = bytes.fromhex(salt), bytes.fromhex(other)
    except ValueError:
        return None
    if not all(0 < times <= _MOST_ITERATIONS for times in rounds):
        return None
    once = hashlib.pbkdf2_hmac("sha256", password.encode(), salts[0], rounds[0])
    twice = hashlib.pbkdf2_hmac("sha256", once, salts[1], rounds[1])
    return f"{other}${twice.hex()}"


def _read_connections(client: Client, session: str, data: dict[str, Any]) -> None:
    what = "/api/v0/generic/connections"
    answer = client.request("GET", what, what, {"Authorization": f"AVM-SID {session}"})
    if answer.status == 401:  # the login was right: this user may not, or this firmware cannot
        raise Refused("router_rights", phase="auth", host=client.host, what=what)
    client.expect(answer, what)
    told = client.json(answer, what)
    if not isinstance(told, dict):
        raise client.garbled(what, "json")
    listed = told.get("connection", told.get("connections"))
    if not isinstance(listed, list):
        raise client.garbled(what, "json")
    data["connections"] = [_kept(row, _CONNECTION_FIELDS) for row in listed[:16]]
    mode = told.get("opmode")
    data["opmode"] = mode[:64] if isinstance(mode, str) else None


def _kept(row: object, fields: Sequence[str]) -> dict[str, str]:
    known: Mapping[str, object] = row if isinstance(row, dict) else {}
    return {name: str(known[name])[:64] for name in fields if known.get(name) is not None}


def _log_out(client: Client, session: str) -> None:
    """End the session: the box has room for few. Whether that worked changes nothing."""
    try:
        client.request("GET", f"/login_sid.lua?version=2&logout=1&sid={session}", "logout")
    except Trouble:
        return
