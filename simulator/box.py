"""The pharmacy in a box: devices on loopback ports, each in the state its scenario says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from apowacht.simulator.devices import NORMAL, Device, State, load, read_table, snmp_values
from apowacht.simulator.konnektor import SERVER_NAME, Konnektor
from apowacht.simulator.nis_server import NisServer
from apowacht.simulator.nut_server import NutServer, Ups
from apowacht.simulator.snmp_agent import Agent, Misbehaviour

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date
    from typing import Self

COMMUNITY = "public"


class UnknownNameError(LookupError):
    """No such scenario, device or state; the second argument lists those that exist."""


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

    def __init__(self, units: Sequence[Unit], service: Served, today: date | None) -> None:
        self.units = list(units)
        self.service = service
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


HOSTS: dict[str, type[Host]] = {
    host.protocol: host for host in (SnmpHost, NutHost, NisHost, KonnektorHost)
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


class Box:
    """All devices of `pharmacy/box.ini`; a context manager that starts and closes them.

    `listen` must be a loopback address (NotLoopbackError otherwise); `first_port` numbers the
    ports upwards from there, 0 takes free ones. Raises UnknownNameError for a scenario that does
    not exist and OSError for a port in use.
    """

    def __init__(
        self,
        scenario: str = "mixed",
        *,
        listen: str = "127.0.0.1",
        first_port: int = 0,
        today: date | None = None,
    ) -> None:
        self.units = [self._unit(name, about) for name, about in self._listed().items()]
        self._scenarios = read_table("scenarios")
        self._place(scenario)
        self.hosts: list[Host] = []
        try:
            for number, (protocol, units) in enumerate(self._addresses()):
                port = first_port + number if first_port else 0
                self.hosts.append(HOSTS[protocol].open(units, listen, port, today))
        except BaseException:
            self.close()
            raise

    @staticmethod
    def _listed() -> dict[str, dict[str, str]]:
        table = read_table("box")
        return {name: dict(table[name]) for name in table.sections()}

    @staticmethod
    def _unit(name: str, about: dict[str, str]) -> Unit:
        return Unit(name, load(about.pop("kind")), about)

    def _addresses(self) -> list[tuple[str, list[Unit]]]:
        addresses: dict[str, tuple[str, list[Unit]]] = {}
        for unit in self.units:
            protocol = unit.device.protocol
            key = protocol if HOSTS[protocol].shared else unit.name
            addresses.setdefault(key, (protocol, []))[1].append(unit)
        return list(addresses.values())

    def _place(self, scenario: str) -> None:
        """Give every unit its state, or none of them a new one."""
        if scenario not in self._scenarios:
            raise UnknownNameError(scenario, self._scenarios.sections())
        wanted = self._scenarios[scenario]
        everywhere = [word.strip() for word in wanted.get("*", "").split(",") if word.strip()]
        for unit in self.units:
            able = [state for state in everywhere if state in unit.device.states]
            unit.state = wanted.get(unit.name, able[-1] if able else NORMAL)

    def scenarios(self, lang: str) -> dict[str, str]:
        """Every scenario's name and what it is about."""
        return {name: self._scenarios[name][lang] for name in self._scenarios.sections()}

    def switch(self, scenario: str) -> None:
        """Go over to another scenario while everything runs on."""
        self._place(scenario)
        for host in self.hosts:
            for unit in host.units:
                host.refresh(unit)

    def put(self, name: str, state: str) -> None:
        """Bring one device into another state."""
        host, unit = self.find(name)
        if state not in unit.device.states:
            raise UnknownNameError(state, unit.device.states)
        unit.state = state
        host.refresh(unit)

    def find(self, name: str) -> tuple[Host, Unit]:
        """A device by its name, and the host it answers at."""
        for host in self.hosts:
            for unit in host.units:
                if unit.name == name:
                    return host, unit
        raise UnknownNameError(name, [unit.name for unit in self.units])

    def __enter__(self) -> Self:
        for host in self.hosts:
            host.service.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Give every port back."""
        for host in self.hosts:
            host.service.close()
