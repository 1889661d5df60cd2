"""What stands behind the addresses of the pharmacy in a box: one kind of host for each protocol."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from apowacht.simulator.devices import NORMAL, Device, State, snmp_values
from apowacht.simulator.fritzbox import FIXED, FritzBox, read_situation
from apowacht.simulator.konnektor import SERVER_NAME, Konnektor
from apowacht.simulator.nis_server import NisServer
from apowacht.simulator.nut_server import NutServer, Ups
from apowacht.simulator.snmp_agent import Agent, Misbehaviour
from apowacht.simulator.telematik import Telematik
from apowacht.simulator.tilage_service import TiLage, read_outages
from apowacht.simulator.web import read_manners

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from typing import Self

COMMUNITY = "public"
PROVIDER = "Zugang A GmbH"
"""Who connects the pharmacy in the box with the TI."""


@dataclass
class Unit:
    """One device of the box: its name, what it is, where it stands (by language), its state."""

    name: str
    device: Device
    places: Mapping[str, str]
    state: str = NORMAL


class Served(Protocol):
    """What stands behind an address, a `Service` as a rule."""

    @property
    def address(self) -> tuple[str, int]:
        """Where it is asked."""

    @property
    def requests(self) -> object:
        """What differs after every question."""

    def start(self) -> Self:
        """Begin to answer."""

    def close(self) -> None:
        """Give every port back."""


class Host:
    """One address of the box and the units behind it. A protocol is a subclass, listed in HOSTS."""

    protocol: ClassVar[str]
    shared: ClassVar[bool] = False
    """Whether one address serves all units of this protocol."""
    check: ClassVar[str] = "ups"
    """The check to ask with: `check_apo_<check>`."""
    ports: ClassVar[int] = 1
    """How many port numbers it uses when they are given."""
    asked_beside: ClassVar[tuple[str, ...]] = ()
    """The protocols of the hosts that are asked in the same run; they stand in `beside`."""
    settings: ClassVar[Mapping[str, str]] = {}
    """What the environment must hold to ask it."""

    def __init__(self, units: Sequence[Unit], service: Served, today: date | None) -> None:
        self.units = list(units)
        self.service = service
        self.beside: list[Host] = []
        self.today = today
        for unit in units:
            self.refresh(unit)

    @classmethod
    def open(cls, units: Sequence[Unit], listen: str, port: int, today: date | None) -> Self:
        """Bind the address; nothing answers before the service is started."""
        raise NotImplementedError

    def refresh(self, unit: Unit) -> None:
        """Let the service show the unit's state."""
        self.show(unit, unit.device.state(unit.state, self.today, unit.name))

    def show(self, unit: Unit, state: State) -> None:
        """Give the values to the service."""
        raise NotImplementedError

    def options(self, unit: Unit) -> list[str]:
        """What to write after the check's name to ask this unit."""
        host, port = self.service.address
        return ["-H", host, "-p", str(port)]

    def command(self, check: str, options: Sequence[str]) -> str:
        """The line to type into a shell."""
        settings = [f"{name}={shlex.quote(text)} " for name, text in self.settings.items()]
        return "".join(settings) + shlex.join([f"check_apo_{check}", *options])


class SnmpHost(Host):
    """An SNMP agent for one device."""

    protocol = "snmp"
    service: Agent

    @classmethod
    def open(cls, units: Sequence[Unit], listen: str, port: int, today: date | None) -> Self:
        """As Host.open."""
        return cls(units, Agent({}, community=COMMUNITY, listen=listen, port=port), today)

    def show(self, unit: Unit, state: State) -> None:
        """As Host.show; manners are those of `Misbehaviour`."""
        self.service.become(snmp_values(state.values), misbehaviour(state.manners))

    def options(self, unit: Unit) -> list[str]:
        """As Host.options."""
        return [*super().options(unit), "-C", COMMUNITY]


class NutHost(Host):
    """One upsd for all NUT devices."""

    protocol = "nut"
    shared = True
    service: NutServer

    @classmethod
    def open(cls, units: Sequence[Unit], listen: str, port: int, today: date | None) -> Self:
        """As Host.open."""
        return cls(units, NutServer({}, listen=listen, port=port), today)

    def show(self, unit: Unit, state: State) -> None:
        """As Host.show; the one manner is `error`."""
        error = state.manners.get("error", "")
        self.service.become(unit.name, Ups(state.values, unit.places["de"], error))

    def options(self, unit: Unit) -> list[str]:
        """As Host.options."""
        return [*super().options(unit), "--source", "nut", "--ups", unit.name]


class NisHost(Host):
    """The status server of one apcupsd."""

    protocol = "apcupsd"
    service: NisServer

    @classmethod
    def open(cls, units: Sequence[Unit], listen: str, port: int, today: date | None) -> Self:
        """As Host.open."""
        return cls(units, NisServer({}, listen=listen, port=port), today)

    def show(self, unit: Unit, state: State) -> None:
        """As Host.show."""
        self.service.become(state.values)

    def options(self, unit: Unit) -> list[str]:
        """As Host.options."""
        return [*super().options(unit), "--source", "apcupsd"]


class KonnektorHost(Host):
    """A Konnektor; its terminals answer at addresses of their own."""

    protocol = "konnektor"
    check = "connector"
    service: Konnektor

    @classmethod
    def open(cls, units: Sequence[Unit], listen: str, port: int, today: date | None) -> Self:
        """As Host.open."""
        return cls(units, Konnektor(listen=listen, port=port, today=today), today)

    def show(self, unit: Unit, state: State) -> None:
        """As Host.show; manners are those of `konnektor_state.Manners`."""
        self.service.become(state.values, state.manners)

    def options(self, unit: Unit) -> list[str]:
        """As Host.options."""
        mandant, client_system, workplace = self.service.situation.contexts[0]
        context = {"mandant": mandant, "client-system": client_system, "workplace": workplace}
        told = [word for name, text in context.items() for word in (f"--{name}", text)]
        trust = ["--tls-server-name", SERVER_NAME, "--tls-fingerprint", self.service.fingerprint]
        return [*super().options(unit), *told, *trust]


class FritzBoxHost(Host):
    """A FRITZ!Box with two lines."""

    protocol = "fritzbox"
    check = "uplink"
    settings: ClassVar[Mapping[str, str]] = {"APOWACHT_ROUTER_PASSWORD": FIXED.password}
    service: FritzBox

    @classmethod
    def open(cls, units: Sequence[Unit], listen: str, port: int, today: date | None) -> Self:
        """As Host.open."""
        return cls(units, FritzBox(listen=listen, port=port), today)

    def show(self, unit: Unit, state: State) -> None:
        """As Host.show; there are no manners."""
        self.service.become(read_situation(state.values))

    def options(self, unit: Unit) -> list[str]:
        """As Host.options."""
        port = str(self.service.address[1])
        way = ["--router", "fritzbox", *super().options(unit), "--router-web-port", port]
        login = ["--router-user", self.service.situation.user]
        trust = ["--router-tls-fingerprint", self.service.fingerprint]
        lines = ["--line", "dsl,via=router,tech=dsl", "--line", "lte,via=router,tech=mobile"]
        return [*way, *login, *trust, *lines]


class TiLageHost(Host):
    """gematik's TI-Lage."""

    protocol = "tilage"
    check = "tilage"
    service: TiLage

    @classmethod
    def open(cls, units: Sequence[Unit], listen: str, port: int, today: date | None) -> Self:
        """As Host.open."""
        return cls(units, TiLage(listen=listen, port=port), today)

    def show(self, unit: Unit, state: State) -> None:
        """As Host.show; manners are those of `web.Manners`."""
        outages = read_outages(state.values, self.service.clock())
        self.service.break_down(*outages)
        self.service.behave(**vars(read_manners(state.manners)))

    def options(self, unit: Unit) -> list[str]:
        """As Host.options."""
        trust = ["--tls-fingerprint", self.service.fingerprint]
        return [*super().options(unit), *trust, "--access", PROVIDER]

    def beside_options(self) -> list[str]:
        """The options by which another check asks it as well."""
        trust = ["--tilage-tls-fingerprint", self.service.fingerprint]
        return ["--tilage", "--tilage-url", self.service.url, *trust, "--access", PROVIDER]


class TiHost(Host):
    """Name server, Fachdienst and IDP: asked about together with Konnektor and TI-Lage."""

    protocol = "ti"
    check = "erezept"
    ports = 3
    asked_beside = ("konnektor", "tilage")
    service: Telematik

    @classmethod
    def open(cls, units: Sequence[Unit], listen: str, port: int, today: date | None) -> Self:
        """As Host.open."""
        return cls(units, Telematik(listen, port), today)

    def show(self, unit: Unit, state: State) -> None:
        """As Host.show; manners are those of `Telematik.become`."""
        self.service.become(state.values, state.manners)

    def options(self, unit: Unit) -> list[str]:
        """As Host.options: the Konnektor's options, and where the central services are here."""
        ti, host = self.service, self.service.address[0]
        told = {
            "environment": ["PU"],
            "resolver": [host],
            "resolver-port": [str(ti.address[1])],
            "ti-network": ["127.0.0.0/8"],
            "fachdienst-port": [str(ti.fachdienst.address[1])],
            "idp-port": [str(ti.idp.address[1])],
            "central-tls-fingerprint": [ti.fachdienst.fingerprint, ti.idp.fingerprint],
        }
        own = [word for name, texts in told.items() for one in texts for word in (f"--{name}", one)]
        others: list[str] = []
        for one in self.beside:
            others += (
                one.beside_options() if isinstance(one, TiLageHost) else one.options(one.units[0])
            )
        return [*others, *own]


HOSTS: dict[str, type[Host]] = {
    host.protocol: host
    for host in (
        SnmpHost,
        NutHost,
        NisHost,
        KonnektorHost,
        FritzBoxHost,
        TiLageHost,
        TiHost,
    )
}


def misbehaviour(manners: Mapping[str, str]) -> Misbehaviour:
    """The `!` lines of an SNMP device; «yes» for what has no measure."""
    kinds: dict[str, Callable[[str], Any]] = {
        "bool": lambda text: text == "yes",
        "float": float,
        "int": int,
        "str": str,
    }
    fields = Misbehaviour.__dataclass_fields__
    return Misbehaviour(**{key: kinds[str(fields[key].type)](manners[key]) for key in manners})
