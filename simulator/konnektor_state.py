"""A Konnektor at one moment: what is, and how it behaves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apowacht.simulator.konnektor_flavours import Flavour


@dataclass(frozen=True)
class Vpn:
    """One of the two tunnels."""

    online: bool
    since: str


@dataclass(frozen=True)
class Condition:
    """One ErrorState; `name` with its parameter in brackets."""

    name: str
    value: bool
    severity: str
    kind: str
    since: str


@dataclass(frozen=True)
class Terminal:
    """A card terminal. `known` is False for one that has never been connected."""

    ct_id: str
    name: str
    vendor: str = ""
    code: str = ""
    firmware: str = "0.0.0"
    hardware: str = "0.0.0"
    mac: str = "00-00-5E-00-53-00"
    address: str = ""
    port: int = 4742
    slots: int = 4
    physical: bool = True
    connected: bool = True
    known: bool = True
    workplaces: tuple[str, ...] = ()


@dataclass(frozen=True)
class Card:
    """A card in a terminal. `pins` is the state of its PIN by Mandant, "" for all others."""

    key: str
    type: str
    terminal: str
    slot: int = 1
    system: str = ""
    iccsn: str = ""
    holder: str = ""
    kvnr: str = ""
    inserted: str = ""
    expires: str = ""
    expires_by_crypt: tuple[tuple[str, str], ...] = ()
    pins: tuple[tuple[str, str], ...] = ()
    tries: int | None = None

    def pin(self, mandant: str) -> str:
        """The state of its PIN for one Mandant."""
        pins = dict(self.pins)
        return pins.get(mandant, pins.get("", "VERIFIABLE"))

    def until(self, crypt: str) -> str:
        """The date on which the certificate of that kind expires."""
        return dict(self.expires_by_crypt).get(crypt, self.expires)

    @property
    def has_ecc(self) -> bool:
        """Cards of generation 2.0 hold RSA certificates only."""
        numbers = [int(part) for part in self.system.split(".")] if self.system else [9]
        return numbers >= [4, 4, 0]


@dataclass(frozen=True)
class Login:
    """How clients show who they are."""

    kind: str = "none"
    user: str = ""
    password: str = field(default="", repr=False)
    client_system: str = ""


@dataclass(frozen=True)
class Situation:
    """All that a Konnektor tells. Dates are xs:date, moments xs:dateTime, both as texts."""

    flavour: Flavour
    booted: str
    iccsn: str
    issued: str
    expires: tuple[tuple[str, str], ...]
    vpn_ti: Vpn
    vpn_sis: Vpn
    contexts: tuple[tuple[str, ...], ...]
    conditions: tuple[Condition, ...]
    terminals: tuple[Terminal, ...]
    cards: tuple[Card, ...]
    login: Login
    tls_key: str
    tls_valid: str
    tls_mandatory: bool
    sds_open: bool
    named: str

    @property
    def conditions_by_name(self) -> dict[str, Condition]:
        """The conditions, parameters in the names."""
        return {one.name: one for one in self.conditions}

    @property
    def inserted(self) -> tuple[Card, ...]:
        """The cards that the Konnektor sees: those in connected terminals."""
        there = {terminal.ct_id for terminal in self.terminals if terminal.connected}
        return tuple(card for card in self.cards if card.terminal in there)


@dataclass(frozen=True)
class Manners:
    """How the Konnektor behaves; the mappings are by operation, "" for every one."""

    slow: Mapping[str, float] = field(default_factory=dict)
    fault: Mapping[str, str] = field(default_factory=dict)
    status: Mapping[str, str] = field(default_factory=dict)
    warning: Mapping[str, str] = field(default_factory=dict)
    half_open: str = ""
    garbage: str = ""
    truncated: int = 0
    cut: int = 0
    shuffled: int = 0
    lean: bool = False
    unfiltered: bool = False
    bomb: bool = False
    padding: int = 0
    terminals: int = 0
    cards: int = 0
    refused: bool = False
    incomplete: bool = False
    stale: int = 0

    def of(self, what: str, operation: str) -> str:
        """What `slow`, `fault`, `status` or `warning` says of an operation; "" for nothing."""
        table: Mapping[str, object] = getattr(self, what)
        return str(table.get(operation, table.get("", "")))
