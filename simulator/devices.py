"""The devices of the pharmacy, read from the text tables in `pharmacy/`: kinds, states, scenarios.

A table is an INI file. [device] says what it is; [normal] holds all its values, one per line;
every other section is a state and holds only what differs from [normal]. Lines with a leading
`!` are no values but manners of the device: `!like = STATE` builds on another state, the rest
(`!silent`, `!delay`, `!error` ...) is for the protocol. `(absent)` takes a value away, and
`{400 days ago as mm/dd/yyyy}` (or `400 days ahead`) keeps a date from growing old while the
project does; `{name}` is the name that the box gives the device.
"""

from __future__ import annotations

import configparser
import re
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources
from typing import TYPE_CHECKING

from apowacht.simulator.snmp_agent import Typed

if TYPE_CHECKING:
    from collections.abc import Mapping

NORMAL = "normal"
ABSENT = "(absent)"
DATE = re.compile(r"\{(\d+) days (ago|ahead) as ([^}]+)\}")
DATE_PARTS = {"yyyy": "%Y", "yy": "%y", "mm": "%m", "dd": "%d"}


@dataclass(frozen=True)
class State:
    """A device at one moment: `values` as texts by name, `manners` without the leading `!`."""

    values: Mapping[str, str]
    manners: Mapping[str, str]


@dataclass(frozen=True)
class Device:
    """A kind of device: its protocol, its name by language, and its states' lines."""

    kind: str
    protocol: str
    names: Mapping[str, str]
    sections: Mapping[str, Mapping[str, str]]

    @property
    def states(self) -> list[str]:
        """The states this kind can be in, «normal» first."""
        return list(self.sections)

    def state(
        self, name: str = NORMAL, today: date | None = None, called: str | None = None
    ) -> State:
        """The values in one state, with dates counted from `today`. KeyError if unknown.

        `called` is the name that the device bears, by default its kind.
        """
        lines = dict(self.sections[NORMAL])
        for section in self._built_on(name):
            for key, text in section.items():
                lines[key] = self._replaced(lines.get(key), text)
        day = today or date.today()
        return State(
            {
                key: with_dates(text, day).replace("{name}", called or self.kind)
                for key, text in lines.items()
                if not key.startswith("!") and text != ABSENT
            },
            {key[1:]: text for key, text in lines.items() if key[0] == "!" and key != "!like"},
        )

    def _built_on(self, name: str) -> list[Mapping[str, str]]:
        chain: list[Mapping[str, str]] = []
        while name != NORMAL:
            section = self.sections[name]
            if section in chain:
                raise ValueError(f"{self.kind}: state {name!r} is built on itself")
            chain.insert(0, section)
            name = section.get("!like", NORMAL)
        return chain

    def _replaced(self, known: str | None, text: str) -> str:
        if self.protocol != "snmp" or known is None or known == ABSENT or text == ABSENT:
            return text
        # A state repeats neither OID nor type of an object that [normal] has.
        oid, kind, *_ = known.split(" ", 2)
        return text if text.startswith(f"{oid} ") else f"{oid} {kind} {text}"


def with_dates(text: str, today: date) -> str:
    """`text` with its «N days ago as FORMAT» and «N days ahead as FORMAT» filled in."""

    def written(match: re.Match[str]) -> str:
        days, direction, layout = match.groups()
        sign = 1 if direction == "ahead" else -1
        for word, code in DATE_PARTS.items():
            layout = layout.replace(word, code)
        return (today + sign * timedelta(days=int(days))).strftime(layout)

    return DATE.sub(written, text)


def snmp_values(values: Mapping[str, str]) -> dict[str, Typed]:
    """OID -> typed value from lines `OID type text`. ValueError names a line that is none."""
    table: dict[str, Typed] = {}
    for name, line in values.items():
        oid, kind, text = [*line.split(" ", 2), "", ""][:3]
        try:
            table[oid] = Typed.parse(kind, text)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error
    return table


def read_table(name: str) -> configparser.ConfigParser:
    """One file of `pharmacy/`, from wherever the package is installed."""
    table = configparser.ConfigParser(
        delimiters=("=",), comment_prefixes=("#",), interpolation=None, default_section=""
    )
    table.optionxform = str  # type: ignore[assignment,method-assign]
    source = resources.files("apowacht.simulator").joinpath("pharmacy", f"{name}.ini")
    table.read_string(source.read_text("utf-8"), name)
    return table


def load(kind: str) -> Device:
    """The kind of device that `pharmacy/<kind>.ini` describes."""
    table = read_table(kind)
    about = dict(table["device"])
    protocol = about.pop("protocol")
    states = {name: dict(table[name]) for name in table.sections() if name != "device"}
    return Device(kind, protocol, about, states)


def kinds() -> list[str]:
    """Every kind of device there is a table for."""
    folder = resources.files("apowacht.simulator").joinpath("pharmacy")
    names = [entry.name.removesuffix(".ini") for entry in folder.iterdir()]
    return sorted(name for name in names if name not in ("box", "scenarios"))
