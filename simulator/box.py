"""The pharmacy in a box: devices on loopback ports, each in the state its scenario says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apowacht.simulator.devices import NORMAL, load, read_table
from apowacht.simulator.hosts import HOSTS, Host, Unit

if TYPE_CHECKING:
    from datetime import date
    from typing import Self


class UnknownNameError(LookupError):
    """No such scenario, device or state; the second argument lists those that exist."""


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
            port = first_port
            for protocol, units in self._addresses():
                self.hosts.append(HOSTS[protocol].open(units, listen, port, today))
                port += HOSTS[protocol].ports if first_port else 0
        except BaseException:
            self.close()
            raise
        for host in self.hosts:
            host.beside = [one for one in self.hosts if one.protocol in host.asked_beside]

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
