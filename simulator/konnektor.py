"""A Konnektor in a box: its service directory and services on loopback, in any state wanted.

with Konnektor("VPN TI down") as konnektor:
    konnektor.address                                   # (host, port) of https
    konnektor.put("terminal lost", "PIN not entered")   # states of pharmacy/konnektor.ini
    konnektor.change({"card.smcb.pin": "BLOCKED", "!slow.GetCards": "3"})
    konnektor.requests[-1].operation, konnektor.forbidden_calls
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apowacht.simulator.devices import ABSENT, NORMAL, load
from apowacht.simulator.front import Front, tls_context
from apowacht.simulator.konnektor_cards import crowded
from apowacht.simulator.konnektor_desk import Desk, Request
from apowacht.simulator.konnektor_http import KonnektorPort
from apowacht.simulator.konnektor_keys import SERVER_NAME
from apowacht.simulator.konnektor_lines import read_manners, read_situation
from apowacht.simulator.konnektor_soap import certificate_name
from apowacht.simulator.sicct_discovery import Announced, SicctTerminal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from typing import Self

    from apowacht.simulator.konnektor_state import Manners, Situation
    from apowacht.simulator.service import Service

KIND = "konnektor"


class Konnektor:
    """One Konnektor, answering from `start` to `close`; a context manager.

    `states` are those of `pharmacy/konnektor.ini`, laid one over the other; `values` are lines on
    top of them. `listen` must be loopback (NotLoopbackError). `port` and `plain_port` are those of
    https and http, 0 takes free ones. Every terminal of the normal state answers SICCT discovery
    at `responders[ct_id].address`; with `sicct_port` these are the addresses 127.0.0.11 and
    following, all with that port.
    """

    def __init__(
        self,
        *states: str,
        values: Mapping[str, str] | None = None,
        listen: str = "127.0.0.1",
        port: int = 0,
        plain_port: int = 0,
        sicct_port: int = 0,
        today: date | None = None,
    ) -> None:
        self._today = today
        self._values: Mapping[str, str] = {}
        self._manners: Mapping[str, str] = {}
        self._desk = Desk()
        self._cabinet = self._desk.cabinet
        self.responders: dict[str, SicctTerminal] = {}
        self._tls = KonnektorPort(self._desk, listen, port)
        self._opened: list[Service] = [self._tls]
        try:
            self._plain = KonnektorPort(self._desk, listen, plain_port)
            self._opened.append(self._plain)
            self._desk.addresses = self.address, self.plain_address
            self.put()
            self._open_responders(listen, sicct_port)
            self.put(*states)
            self.change(values or {})
        except BaseException:
            self.close()
            raise

    def _open_responders(self, listen: str, port: int) -> None:
        host = "127.0.0.1" if ":" in listen else listen
        for number, terminal in enumerate(self.situation.terminals):
            where = f"127.0.0.{11 + number}" if port else host
            responder = SicctTerminal(listen=where, port=port)
            self.responders[terminal.ct_id] = responder
            self._opened.append(responder)

    @property
    def address(self) -> tuple[str, int]:
        """Where https is served."""
        return self._tls.address

    @property
    def plain_address(self) -> tuple[str, int]:
        """Where http is served, unless TLS is mandatory."""
        return self._plain.address

    @property
    def requests(self) -> tuple[Request, ...]:
        """What was asked, in order."""
        return self._desk.requests

    @property
    def forbidden_calls(self) -> tuple[str, ...]:
        """The operations that would have changed something; all were refused."""
        return self._desk.forbidden_calls

    @property
    def situation(self) -> Situation:
        """What it tells at the moment."""
        return self._desk.situation

    @property
    def values(self) -> Mapping[str, str]:
        """The lines of its state, without its manners."""
        return self._values

    @property
    def ca_pem(self) -> bytes:
        """The root to trust, together with the name `konnektor.konlan`."""
        return self._cabinet.root.pem(key=False)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate that https shows."""
        situation = self.situation
        name = certificate_name(situation)
        return self._cabinet.server(situation.tls_key, situation.tls_valid, name).fingerprint

    def client_pem(self, name: str, kind: str = "P-256") -> bytes:
        """Key and certificate of a client system of that name."""
        return self._cabinet.client(name, kind).pem()

    def client_pkcs12(self, name: str, password: str, kind: str = "P-256") -> bytes:
        """The same as a PKCS#12 file."""
        return self._cabinet.client(name, kind).pkcs12(password)

    def handle(self, key: str) -> str:
        """The handle of the card `card.<key>`. KeyError if it is not inserted."""
        cards = {card.key: card for card in self.situation.inserted}
        return self._desk.handles.of(cards[key])

    def renew_handles(self) -> None:
        """Make every handle that was given out invalid."""
        self._desk.handles.renew()

    def put(self, *states: str) -> None:
        """Go over to these states, each laid over those before it. KeyError if unknown."""
        device = load(KIND)
        normal = device.state(NORMAL, self._today)
        values, manners = dict(normal.values), dict(normal.manners)
        for name in states:
            state = device.state(name, self._today)
            changed = {k: text for k, text in state.values.items() if normal.values.get(k) != text}
            gone = set(normal.values) - set(state.values)
            values = {key: text for key, text in (values | changed).items() if key not in gone}
            manners |= state.manners
        self.become(values, manners)

    def change(self, lines: Mapping[str, str]) -> None:
        """Change single lines, as a table writes them: `!` before manners, `(absent)` to remove."""
        values, manners = dict(self._values), dict(self._manners)
        for key, text in lines.items():
            table = manners if key.startswith("!") else values
            table[key.removeprefix("!")] = text
            if text == ABSENT:
                del table[key.removeprefix("!")]
        self.become(values, manners)

    def become(self, values: Mapping[str, str], manners: Mapping[str, str]) -> None:
        """Be as these values and manners say. ValueError names a line that says nothing."""
        behaviour = read_manners(manners)
        situation = read_situation(values, before=self._desk.before)
        self._desk.become(crowded(situation, behaviour), behaviour)
        self._values, self._manners = values, manners
        self._show(self.situation, behaviour)
        self._announce()

    def _show(self, situation: Situation, manners: Manners) -> None:
        login = situation.login.kind
        clients = self._cabinet.client_root if login.startswith("certificate") else None
        name = certificate_name(situation)
        shown = self._cabinet.server(situation.tls_key, situation.tls_valid, name)
        required = login == "certificate" and not situation.sds_open
        context = tls_context(shown, clients, required=required)
        in_clear = not situation.tls_mandatory or (
            situation.sds_open and situation.flavour.sds_over_http
        )
        self._tls.show(Front(not manners.refused, context))
        self._plain.show(Front(in_clear and not manners.refused))

    def _announce(self) -> None:
        there = {one.ct_id: one for one in self.situation.terminals}
        for ct_id, responder in self.responders.items():
            one = there.get(ct_id)
            if one and one.connected and one.physical:
                responder.become(Announced(one.name, one.mac, one.port))
            else:
                responder.become()

    def start(self) -> Self:
        """Begin to answer."""
        for service in self._opened:
            service.start()
        self._announce()
        return self

    def close(self) -> None:
        """Give every port back; may be repeated."""
        for service in self._opened:
            service.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.close()


__all__ = ["SERVER_NAME", "Konnektor", "Request"]
