"""The variables of a UPS as the NUT server upsd tells them, over TCP port 3493, line by line.

Source: the network protocol chapter of the NUT developer guide.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from apowacht.plugins.core.errors import Garbled, OwnTrouble, Refused, Unreachable
from apowacht.plugins.wire.endpoint import connect, excerpt, receive, send

if TYPE_CHECKING:
    import socket
    from collections.abc import Collection, Iterator

    from apowacht.plugins.core.deadline import Deadline
    from apowacht.plugins.wire.tls import Trust

PORT = 3493

# upsd's own lines end at 1 KiB; a UPS with many outlets has some hundred variables.
_LONGEST_LINE = 16 * 1024
_LONGEST_ANSWER = 1024 * 1024

# Words in quotes, with \" and \\ for what would end them, or words without blanks.
_WORD = r'"(?:[^"\\]|\\.)*"|[^\s"]+'
_UPS_LINE = re.compile(rf"UPS\s+({_WORD})(?:\s+\"(.*)\")?\s*\Z")
_VAR_LINE = re.compile(rf"VAR\s+(?:{_WORD})\s+([^\s\"]+)\s+\"(.*)\"\s*\Z")
_PLAIN_WORD = re.compile(r"[A-Za-z0-9_.@-]+\Z")

_NAMES_SHOWN = 5

_DRIVER_ERRORS = frozenset({"DATA-STALE", "DRIVER-NOT-CONNECTED"})
# What an upsd answers to STARTTLS that was built or set up without it.
_NO_TLS = frozenset({"FEATURE-NOT-CONFIGURED", "FEATURE-NOT-SUPPORTED", "UNKNOWN-COMMAND"})
_NOT_ALLOWED = frozenset(
    {"ACCESS-DENIED", "INVALID-USERNAME", "INVALID-PASSWORD", "USERNAME-REQUIRED",
     "PASSWORD-REQUIRED"}
)  # fmt: skip


def ask(
    host: str,
    port: int,
    ups: str | None,
    deadline: Deadline,
    *,
    user: str | None = None,
    password: str | None = None,
    starttls: bool = False,
    ca_file: str | None = None,
    fingerprints: Collection[str] = (),
    server_name: str | None = None,
    insecure: bool = False,
) -> dict[str, dict[str, str]]:
    """UPS name -> its variables, of the UPS named or of all that the server lists.

    A UPS whose driver has lost it maps to {"error": "DATA-STALE"}, one whose driver is gone to
    {"error": "DRIVER-NOT-CONNECTED"}.
    With `starttls` nothing but STARTTLS itself goes over the line in clear. The server's
    certificate must match one of `fingerprints` (SHA-256, hexadecimal), else be signed by one of
    `ca_file` or of the system's authorities for `server_name` or `host`, unless `insecure`.
    Raises what `connect` raises, Refused("nut_no_tls", "nut_access_denied", "nut_unknown_ups",
    "nut_no_ups", "nut_refused"), Garbled("nut_garbled"), Unreachable("timeout",
    "connection_lost"), with `starttls` what `tls.wrap` raises, and OwnTrouble for values that
    cannot be sent.
    """
    line = _Line(host, port, deadline)
    login = _login(user, password)
    if ups is not None:
        _quoted(ups, "ups")
    if login and starttls and insecure and not fingerprints:
        raise OwnTrouble("credentials_unverified", host=host)
    try:
        if starttls:
            from apowacht.plugins.wire.tls import Trust, check_trust

            trust = Trust(ca_file, fingerprints, server_name, insecure=insecure)
            check_trust(trust)
            line.start_tls(trust)
        for command in login:
            line.say(command)
        names = line.list_ups() if ups is None else [ups]
        if not names:
            raise Refused("nut_no_ups", phase="request", host=host)
        return {name: line.list_variables(name) for name in names}
    finally:
        line.close()


def parse_upsc(text: str) -> dict[str, str]:
    """The variables in what `upsc` printed, or in a dump of NUT's device library.

    Notes after a `#` that such dumps carry are left out. upsc's own error becomes "error", as in
    `ask`. Empty when the text is none of these.
    """
    found = {}
    for line in text.splitlines():
        if match := re.match(r"\s*([a-z][a-z0-9-]*(?:\.[A-Za-z0-9_-]+)+): ?(.*)", line):
            found[match[1]] = re.sub(r"\s#(?:BAD|COMMENT).*", "", match[2]).strip()
        elif match := re.match(r"Error: (data stale|driver not connected)", line, re.IGNORECASE):
            found["error"] = match[1].upper().replace(" ", "-")
    return found


class _Line:
    """One conversation with upsd; everything in it ends by the deadline."""

    def __init__(self, host: str, port: int, deadline: Deadline) -> None:
        self._host, self._port, self._deadline = host, port, deadline
        self._connection: socket.socket | None = None
        self._unread = b""
        self._left = _LONGEST_ANSWER

    def start_tls(self, trust: Trust) -> None:
        from apowacht.plugins.wire.tls import wrap

        self._connection = wrap(
            self._agreed(), self._host, self._port, self._deadline, trust, again=self._agreed
        )

    def _agreed(self) -> socket.socket:
        """A new connection on which the server has agreed to TLS; whoever gets it closes it."""
        answer = self._question("STARTTLS")
        if _error(answer) in _NO_TLS:
            raise Refused("nut_no_tls", phase="tls", host=self._host)
        if not answer.startswith("OK") or self._unread:
            # What came along before the handshake could be anybody's.
            raise self._refusal(answer)
        plain, self._connection = self._open(), None
        return plain

    def say(self, command: str) -> None:
        answer = self._question(command)
        if not answer.startswith("OK"):
            raise self._refusal(answer)

    def list_ups(self) -> dict[str, str]:
        """The names of the server's UPS, with their descriptions."""
        found = {}
        for line in self._list("UPS", "UPS"):
            match = _UPS_LINE.match(line)
            name = _unquoted(match[1]) if match else ""
            if not match or not name.isprintable():
                raise self._garbled(line)
            found[name] = _unescaped(match[2] or "")
        return found

    def list_variables(self, ups: str) -> dict[str, str]:
        found = {}
        try:
            for line in self._list(f"VAR {_quoted(ups, 'ups')}", "VAR"):
                match = _VAR_LINE.match(line)
                if not match:
                    raise self._garbled(line)
                found[match[1]] = _unescaped(match[2])
        except Refused as refusal:
            word = refusal.values.get("answer")
            if word in _DRIVER_ERRORS:
                return {"error": str(word)}
            if word == "UNKNOWN-UPS":
                raise self._unknown(ups) from refusal
            raise
        return found

    def close(self) -> None:
        """Say goodbye if that costs nothing: who has the answer waits for nobody."""
        if self._connection is None:
            return
        try:
            self._connection.settimeout(0.1)
            self._connection.sendall(b"LOGOUT\n")
        except OSError:
            pass  # the answer is here or the trouble has been raised; a goodbye changes neither
        finally:
            self._connection.close()

    def _list(self, query: str, kind: str) -> Iterator[str]:
        answer = self._question(f"LIST {query}")
        if not re.match(rf"BEGIN\s+LIST\s+{kind}\b", answer):
            raise self._refusal(answer)
        while not (line := self._read()).startswith("END"):
            if _error(line):
                raise self._refusal(line)
            yield line

    def _question(self, command: str) -> str:
        send(self._open(), command.encode() + b"\n", self._deadline, self._host)
        return self._read()

    def _open(self) -> socket.socket:
        # Opened by the first question, so that what is wrong on our side comes out before.
        if self._connection is None:
            self._connection = connect(self._host, self._port, self._deadline)
        return self._connection

    def _read(self) -> str:
        while b"\n" not in self._unread:
            if len(self._unread) > _LONGEST_LINE or self._left <= 0:
                raise self._garbled(self._unread)
            more = receive(self._open(), self._deadline, self._host)
            if not more:
                if self._unread:
                    raise self._garbled(self._unread)
                raise Unreachable("connection_lost", phase="request", host=self._host)
            self._left -= len(more)
            self._unread += more
        line, _, self._unread = self._unread.partition(b"\n")
        try:
            return line.decode().strip()
        except UnicodeDecodeError:
            return line.decode("latin-1").strip()

    def _refusal(self, answer: str) -> Refused | Garbled:
        word = _error(answer)
        if word in _NOT_ALLOWED:
            return Refused("nut_access_denied", phase="auth", host=self._host)
        if word:
            return Refused("nut_refused", phase="request", host=self._host, answer=excerpt(word))
        return self._garbled(answer)

    def _unknown(self, ups: str) -> Refused:
        names = [excerpt(name) for name in self.list_ups()]
        known = ", ".join(names[:_NAMES_SHOWN]) + (", ..." if len(names) > _NAMES_SHOWN else "")
        return Refused(
            "nut_unknown_ups", phase="request", host=self._host, ups=excerpt(ups), known=known
        )

    def _garbled(self, line: bytes | str) -> Garbled:
        return Garbled("nut_garbled", phase="request", host=self._host, line=excerpt(line))


def _error(answer: str) -> str:
    """The word after ERR; empty when the answer is no error."""
    words = answer.split()
    return words[1] if len(words) > 1 and words[0] == "ERR" else ""


def _login(user: str | None, password: str | None) -> list[str]:
    # upsd looks at name and password only when a client wants to change or to count something;
    # other servers of this protocol refuse here.
    pairs = (("USERNAME", user, "user"), ("PASSWORD", password, "password"))
    return [f"{command} {_quoted(word, field)}" for command, word, field in pairs if word]


def _quoted(word: str, field: str) -> str:
    """`word` as upsd's parser reads it back; it must not end the line and start a command."""
    if not word or not all(c.isprintable() for c in word):
        raise OwnTrouble("nut_bad_text", field=field)
    if _PLAIN_WORD.match(word):
        return word
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _unquoted(word: str) -> str:
    return _unescaped(word[1:-1]) if word.startswith('"') else word


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
