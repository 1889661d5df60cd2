"""An upsd: the line protocol of the Network UPS Tools, for several UPS behind one port."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apowacht.simulator.service import TcpService

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Mapping

LONGEST_LINE = 1024


@dataclass(frozen=True)
class Ups:
    """One UPS of an upsd; `error` is DATA-STALE or DRIVER-NOT-CONNECTED while out of reach."""

    variables: Mapping[str, str] = field(default_factory=dict)
    description: str = ""
    error: str = ""


class RefusalError(Exception):
    """The word after ERR."""


@dataclass
class Client:
    """What one connection has said about itself."""

    user: str = ""
    password: str = ""


class NutServer(TcpService):
    """Serves `units`, name -> Ups. With `users` (name -> password) reading needs a login.

    A real upsd asks for no login before reading; a site can put one before it, and then upsd
    says ACCESS-DENIED only when it is asked for something, never to USERNAME or PASSWORD.
    """

    def __init__(
        self,
        units: Mapping[str, Ups],
        *,
        users: Mapping[str, str] | None = None,
        listen: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        super().__init__(listen, port)
        self.units = dict(units)
        self.users = dict(users or {})

    def become(self, name: str, unit: Ups) -> None:
        """Turn one UPS into another state, from the next request on."""
        self.units = {**self.units, name: unit}

    def converse(self, connection: socket.socket) -> None:
        """Lines in, lines out, until LOGOUT."""
        client = Client()
        with connection.makefile("rb") as incoming:
            while line := incoming.readline(LONGEST_LINE):
                self.requests += 1
                text = line.decode("utf-8", "replace").strip()
                if not text:
                    continue
                if text.upper() == "LOGOUT":
                    connection.sendall(b"OK Goodbye\n")
                    return
                connection.sendall(self._answer(text, client).encode())

    def _answer(self, text: str, client: Client) -> str:
        try:
            return self._obey(split(text), client)
        except ValueError:
            return "ERR INVALID-ARGUMENT\n"
        except RefusalError as refusal:
            return f"ERR {refusal}\n"

    def _obey(self, words: list[str], client: Client) -> str:
        verb, rest = words[0].upper(), words[1:]
        if verb in ("GET", "LIST"):
            what = f"{verb} {rest[0].upper()}" if rest else verb
            reader, wanted = self._readers().get(what, (None, 0))
            if reader is None or len(rest) != 1 + wanted:
                raise RefusalError("INVALID-ARGUMENT")
            self._admit(client)
            return reader(*rest[1:])
        if verb in ("USERNAME", "PASSWORD"):
            return self._introduce(verb, rest, client)
        if verb == "LOGIN":
            return self._login(rest, client)
        if verb == "STARTTLS":
            raise RefusalError("FEATURE-NOT-CONFIGURED")
        plain = {
            "VER": "apowacht simulator, an upsd for trying and for tests\n",
            "NETVER": "1.3\n",
            "PROTVER": "1.3\n",
            "HELP": "Commands: HELP VER PROTVER GET LIST USERNAME PASSWORD LOGIN LOGOUT STARTTLS\n",
        }
        if verb not in plain:
            raise RefusalError("UNKNOWN-COMMAND")
        return plain[verb]

    def _readers(self) -> dict[str, tuple[Callable[..., str], int]]:
        return {
            "LIST UPS": (self._list_ups, 0),
            "LIST VAR": (self._list_var, 1),
            "GET VAR": (self._get_var, 2),
            "GET UPSDESC": (self._get_description, 1),
        }

    def _introduce(self, verb: str, rest: list[str], client: Client) -> str:
        if len(rest) != 1:
            raise RefusalError("INVALID-ARGUMENT")
        if verb == "USERNAME":
            if client.user:
                raise RefusalError("ALREADY-SET-USERNAME")
            client.user = rest[0]
        else:
            if client.password:
                raise RefusalError("ALREADY-SET-PASSWORD")
            client.password = rest[0]
        return "OK\n"

    def _login(self, rest: list[str], client: Client) -> str:
        if not client.user:
            raise RefusalError("USERNAME-REQUIRED")
        if not client.password:
            raise RefusalError("PASSWORD-REQUIRED")
        if len(rest) != 1:
            raise RefusalError("INVALID-ARGUMENT")
        self._known(rest[0])
        if self.users.get(client.user) != client.password:
            raise RefusalError("ACCESS-DENIED")
        return "OK\n"

    def _admit(self, client: Client) -> None:
        if self.users and self.users.get(client.user) != client.password:
            raise RefusalError("ACCESS-DENIED")

    def _known(self, name: str) -> Ups:
        if name not in self.units:
            raise RefusalError("UNKNOWN-UPS")
        return self.units[name]

    def _healthy(self, name: str) -> Ups:
        unit = self._known(name)
        if unit.error:
            raise RefusalError(unit.error)
        return unit

    def _list_ups(self) -> str:
        lines = [f"UPS {name} {quote(unit.description)}" for name, unit in self.units.items()]
        return enclose("UPS", lines)

    def _list_var(self, name: str) -> str:
        variables = self._healthy(name).variables
        lines = [f"VAR {name} {key} {quote(variables[key])}" for key in sorted(variables)]
        return enclose(f"VAR {name}", lines)

    def _get_var(self, name: str, key: str) -> str:
        unit = self._healthy(name)
        if key not in unit.variables:
            raise RefusalError("VAR-NOT-SUPPORTED")
        return f"VAR {name} {key} {quote(unit.variables[key])}\n"

    def _get_description(self, name: str) -> str:
        return f"UPSDESC {name} {quote(self._known(name).description)}\n"


def split(line: str) -> list[str]:
    """The words of a line; only double quotes hold blanks. ValueError if one stays open."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=False)
    lexer.whitespace_split, lexer.quotes, lexer.commenters = True, '"', ""
    return list(lexer)


def quote(text: str) -> str:
    """A value as upsd writes it: in quotes, with backslashes before quotes and backslashes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def enclose(what: str, lines: list[str]) -> str:
    """A list answer with its first and last line."""
    return "\n".join([f"BEGIN LIST {what}", *lines, f"END LIST {what}\n"])
