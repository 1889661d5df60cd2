"""A Konnektor's state, read from the lines of `pharmacy/konnektor.ini`.

`read_situation` takes the values, `read_manners` the lines with `!`; docs/simulator.md explains
every line. Both raise ValueError that names a line which says nothing here.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from apowacht.simulator import konnektor_conditions as known
from apowacht.simulator.konnektor_flavours import FLAVOURS, Flavour
from apowacht.simulator.konnektor_state import (
    Card,
    Condition,
    Login,
    Manners,
    Situation,
    Terminal,
    Vpn,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KEYS = ("brainpoolP256r1", "P-256", "RSA")
VALIDITIES = ("valid", "expired", "not yet valid")
AUTHENTICATIONS = ("none", "basic", "certificate", "certificate optional")

_BY_OPERATION = ("slow", "fault", "status", "warning")


def read_manners(lines: Mapping[str, str]) -> Manners:
    """Manners from lines without their `!`; hyphens stand for underscores."""
    single: dict[str, object] = {}
    tables: dict[str, dict[str, object]] = {}
    for key, text in lines.items():
        name, _, operation = key.replace("-", "_").partition(".")
        kind = str(Manners.__dataclass_fields__[name].type) if name in vars(Manners()) else ""
        try:
            if name in _BY_OPERATION:
                told = float(text) if name == "slow" else text
                tables.setdefault(name, {})[operation] = told
            elif kind == "str" and not operation:
                single[name] = text
            elif kind == "int" and not operation:
                single[name] = int(text)
            elif kind == "bool" and not operation:
                single[name] = truth(text)
            else:
                raise ValueError("no such manner")
        except ValueError as error:
            raise ValueError(f"!{key} = {text}: {error}") from error
    return replace(Manners(), **single, **tables)  # type: ignore[arg-type]


def truth(text: str) -> bool:
    """yes, no, true, false."""
    words = {"yes": True, "no": False, "true": True, "false": False}
    if text not in words:
        raise ValueError("neither yes nor no")
    return words[text]


class Lines:
    """The values of a table; each is taken once, and what nobody takes is an error."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._left = dict(values)

    def take(self, key: str, default: str = "") -> str:
        """One value."""
        return self._left.pop(key, default)

    def choose(self, key: str, words: Sequence[str]) -> str:
        """One value out of those that there are; the first when it is not said."""
        text = self.take(key, words[0])
        if text not in words:
            raise ValueError(f"{key} = {text}: not one of {', '.join(words)}")
        return text

    def flag(self, key: str, default: str = "no") -> bool:
        """One value that is yes or no."""
        text = self.take(key, default)
        try:
            return truth(text)
        except ValueError as error:
            raise ValueError(f"{key} = {text}: {error}") from error

    def group(self, prefix: str) -> dict[str, str]:
        """All values whose keys begin with the prefix and a point, by what follows."""
        keys = [key for key in self._left if key.startswith(f"{prefix}.")]
        return {key.removeprefix(f"{prefix}."): self._left.pop(key) for key in keys}

    def groups(self, prefix: str) -> dict[str, Lines]:
        """The same, by the next part of the key."""
        found: dict[str, dict[str, str]] = {}
        for key, text in self.group(prefix).items():
            name, _, rest = key.partition(".")
            found.setdefault(name, {})[rest] = text
        return {name: Lines(values) for name, values in found.items()}

    def end(self, where: str = "") -> None:
        """Complain about what is left."""
        for key, text in self._left.items():
            raise ValueError(f"{where}{key} = {text}: no such line")


def read_situation(
    values: Mapping[str, str], now: datetime | None = None, before: Situation | None = None
) -> Situation:
    """The situation that the values describe.

    What has changed since `before` and does not say since when has changed now.
    """
    moment = (now or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = Lines(values)
    flavour = _flavour(lines)
    booted = lines.take("booted", moment)
    ti = _vpn(lines.take("vpn.ti", "online"), before.vpn_ti if before else None, moment)
    sis = _vpn(lines.take("vpn.sis", "offline"), before.vpn_sis if before else None, moment)
    terminals = tuple(_terminal(ct_id, told) for ct_id, told in lines.groups("terminal").items())
    told = {**_noticed(ti, terminals), **lines.group("condition")}
    earlier = before.conditions_by_name if before else {}
    situation = Situation(
        flavour=flavour,
        booted=booted,
        iccsn=lines.take("iccsn"),
        issued=lines.take("issued"),
        expires=(("", lines.take("expires")), *lines.group("expires").items()),
        vpn_ti=ti,
        vpn_sis=sis,
        contexts=tuple(
            tuple(part.strip() for part in text.split(" / "))
            for text in lines.group("context").values()
        ),
        conditions=tuple(
            _condition(name, text, earlier.get(name), booted, moment)
            for name, text in _all_conditions(flavour, terminals, told).items()
        ),
        terminals=tuple(terminal for terminal in terminals if terminal.name),
        cards=tuple(
            card
            for key, told in lines.groups("card").items()
            if (card := _card(key, told, moment)).type
        ),
        login=Login(
            lines.choose("auth", AUTHENTICATIONS),
            lines.take("auth.user"),
            lines.take("auth.password"),
            lines.take("auth.client_system"),
        ),
        tls_key=lines.choose("tls.key", KEYS),
        tls_valid=lines.choose("tls.valid", VALIDITIES),
        tls_mandatory=lines.flag("tls.mandatory", "yes"),
        sds_open=lines.flag("sds.open"),
        named=lines.take("sds.host"),
    )
    lines.end()
    if wrong := [one for one in situation.contexts if len(one) != 3]:
        raise ValueError(f"context = {' / '.join(wrong[0])}: not Mandant / system / workplace")
    return situation


def _flavour(lines: Lines) -> Flavour:
    flavour = FLAVOURS[lines.choose("flavour", tuple(FLAVOURS))]
    changed = lines.group("service")
    services = {name: changed.pop(name, versions) for name, versions in flavour.services.items()}
    return replace(
        flavour,
        firmware=lines.take("firmware", flavour.firmware),
        hardware=lines.take("hardware", flavour.hardware),
        product_type_version=lines.take("ptv", flavour.product_type_version),
        services={name: text for name, text in (services | changed).items() if text != "none"},
    )


def _vpn(text: str, before: Vpn | None, moment: str) -> Vpn:
    word, since = _since(text)
    if word not in ("online", "offline"):
        raise ValueError(f"vpn = {text}: neither online nor offline")
    online = word == "online"
    if not since:
        since = before.since if before and before.online == online else moment
    return Vpn(online, since)


def _since(text: str) -> tuple[str, str]:
    what, _, since = text.partition(" since ")
    return what.strip(), since.strip()


def _terminal(ct_id: str, told: Lines) -> Terminal:
    connected = told.choose("connected", ("yes", "no", "never"))
    known_once = connected != "never"
    vendor, code, hardware, firmware = [*told.take("product").split(), "", "", "", ""][:4]
    terminal = Terminal(
        ct_id,
        told.take("name"),
        vendor if known_once else "",
        code if known_once else "",
        (firmware or "1.0.0") if known_once else "0.0.0",
        (hardware or "1.0.0") if known_once else "0.0.0",
        told.take("mac", "00-00-5E-00-53-00"),
        told.take("address"),
        int(told.take("port", "4742")),
        int(told.take("slots", "4")) if known_once else 0,
        told.flag("physical", "yes"),
        connected == "yes",
        known_once,
        tuple(name.strip() for name in told.take("workplaces").split(",") if name.strip()),
    )
    told.take("slots")
    told.end(f"terminal.{ct_id}.")
    return terminal


def _card(key: str, told: Lines, moment: str) -> Card:
    tries = told.take("tries")
    pins = {"": told.take("pin", "VERIFIABLE"), **told.group("pin")}
    card = Card(
        key,
        told.take("type"),
        told.take("terminal"),
        int(told.take("slot", "1")),
        told.take("system"),
        told.take("iccsn"),
        told.take("holder"),
        told.take("kvnr"),
        told.take("inserted", moment),
        told.take("expires"),
        tuple(told.group("expires").items()),
        tuple(pins.items()),
        int(tries) if tries else None,
    )
    told.end(f"card.{key}.")
    return card


def _noticed(ti: Vpn, terminals: tuple[Terminal, ...]) -> dict[str, str]:
    """What a Konnektor sees by itself, unless a line says otherwise."""
    noticed = {"EC_No_VPN_TI_Connection": str(not ti.online).lower()}
    for terminal in terminals:
        if terminal.name and terminal.known:
            lost = str(not terminal.connected).lower()
            noticed[f"EC_CardTerminal_Not_Available({terminal.ct_id})"] = lost
    return noticed


def _all_conditions(
    flavour: Flavour, terminals: tuple[Terminal, ...], told: dict[str, str]
) -> dict[str, str]:
    listed = {
        line.split(" ", 1)[0]: f"false {line.split(' ', 1)[1]}"
        for line in (*known.OF_KONNEKTOR, *flavour.more_conditions)
        if line.split(" ", 1)[0] not in flavour.unlisted
    }
    for terminal in terminals:
        if terminal.name and terminal.known:
            for line in known.OF_TERMINAL:
                name, rest = line.split(" ", 1)
                listed[f"{name}({terminal.ct_id})"] = f"false {rest}"
    for name, text in told.items():
        known_as = listed.get(name, "").split()[1:]
        listed[name] = (
            text
            if len(_since(text)[0].split()) == 3
            else " ".join(
                [text.split()[0], *(known_as or known.severity_and_type(name)), *text.split()[1:]]
            )
        )
    return listed


def _condition(
    name: str, text: str, before: Condition | None, booted: str, moment: str
) -> Condition:
    what, since = _since(text)
    try:
        word, severity, kind = what.split()
        value = truth(word)
    except ValueError as error:
        raise ValueError(f"condition.{name} = {text}: {error}") from error
    if not since:
        since = booted if before is None and not value else moment
        if before is not None and before.value == value:
            since = before.since
    return Condition(name, value, severity, kind, since)
