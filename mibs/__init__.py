"""What UPS cards tell by SNMP: one file per MIB family, each a table of objects.

A row says which fact an object tells, the object's name in its MIB, its OID below the family's
root, and how the number is to be read: a unit, an enumeration, flags. The tables hold no code;
`plugins/read/ups_snmp.py` asks and reads by them. A new family is one new file with a `FAMILY`.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class Scale:
    """A number in a unit of its own; times `factor` it is in the unit of the fact."""

    __slots__ = ("factor", "unit")

    def __init__(self, unit: str, factor: float) -> None:
        self.unit = unit
        self.factor = factor


class Flags:
    """A text of zeros and ones; `meanings` by position, counted from 0 at the left."""

    __slots__ = ("meanings",)

    def __init__(self, meanings: Mapping[int, bool | str]) -> None:
        self.meanings = meanings


class Form:
    """Something that is neither a number nor a code: a text, a date, a stamp."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


percent = Scale("%", 1)
tenths_of_percent = Scale("0.1 %", 0.1)
seconds = Scale("s", 1)
minutes = Scale("min", 60)
timeticks = Scale("0.01 s", 0.01)
celsius = Scale("°C", 1)
tenths_of_celsius = Scale("0.1 °C", 0.1)
volts = Scale("V", 1)
tenths_of_volt = Scale("0.1 V", 0.1)
text = Form("text")
day = Form("day")
uptime = Form("sysUpTime at that moment")

# What `battery_status`, `power_source` and the like call a code that says nothing much: any
# other object, of whatever family, is believed before it.
VAGUE = ("other", "unknown")


class Row:
    """One object that tells one fact.

    `oids` are instances, or one column root when `column` is true. `weak` rows count only
    when no other row of any family tells the fact; `unknown` are raw numbers by which this
    object says that it does not know.
    """

    __slots__ = ("column", "fact", "meaning", "name", "oids", "unknown", "weak")

    def __init__(
        self,
        fact: str,
        name: str,
        oids: tuple[str, ...],
        meaning: Meaning,
        *,
        column: bool = False,
        weak: bool = False,
        unknown: tuple[int, ...] = (),
    ) -> None:
        self.fact = fact
        self.name = name
        self.oids = oids
        self.meaning = meaning
        self.column = column
        self.weak = weak
        self.unknown = unknown


def scalar(
    fact: str,
    name: str,
    oid: str,
    meaning: Meaning,
    *,
    weak: bool = False,
    unknown: tuple[int, ...] = (),
) -> Row:
    """A single object; its instance is `oid`.0."""
    return Row(fact, name, (oid + ".0",), meaning, weak=weak, unknown=unknown)


def cells(
    fact: str,
    name: str,
    oids: Sequence[str],
    meaning: Meaning,
    *,
    weak: bool = False,
    unknown: tuple[int, ...] = (),
) -> Row:
    """Instances named in full: phases that are objects of their own, cells of a table."""
    return Row(fact, name, tuple(oids), meaning, weak=weak, unknown=unknown)


def column(
    fact: str,
    name: str,
    oid: str,
    meaning: Meaning,
    *,
    weak: bool = False,
    unknown: tuple[int, ...] = (),
) -> Row:
    """A table's column, every row of it: phases, packs."""
    return Row(fact, name, (oid,), meaning, column=True, weak=weak, unknown=unknown)


class Alarms:
    """A table of the alarms present: how many there are, and which OIDs name them.

    `names` maps the OID in the table (below the family's root) to the alarm's word; None marks
    news that is no fault.
    """

    __slots__ = ("count", "names", "table")

    def __init__(self, count: str, table: str, names: Mapping[str, str | None]) -> None:
        self.count = count + ".0"
        self.table = table
        self.names = names


class Family:
    """One MIB: its module's name, its root, its rows in order of trust.

    `order` ranks the families: vendors' trees before those that they imitate, RFC 1628 last.
    `manufacturer` is whose tree it is, for devices that do not tell.
    """

    __slots__ = ("alarms", "manufacturer", "name", "order", "root", "rows")

    def __init__(
        self,
        name: str,
        root: str,
        rows: Sequence[Row],
        *,
        order: int,
        manufacturer: str | None = None,
        alarms: Alarms | None = None,
    ) -> None:
        self.name = name
        self.root = root
        self.order = order
        self.manufacturer = manufacturer
        self.rows = tuple(
            Row(
                row.fact,
                row.name,
                tuple(f"{root}.{oid}" for oid in row.oids),
                row.meaning,
                column=row.column,
                weak=row.weak,
                unknown=row.unknown,
            )
            for row in rows
        )
        self.alarms = alarms and Alarms(
            f"{root}.{alarms.count.removesuffix('.0')}",
            f"{root}.{alarms.table}",
            {f"{root}.{oid}": word for oid, word in alarms.names.items()},
        )


def family_names() -> list[str]:
    """The files of this package, one family each."""
    found = {
        entry.split(".")[0]
        for folder in __path__
        for entry in os.listdir(folder)
        if entry.endswith((".py", ".pyc")) and not entry.startswith("_")
    }
    return sorted(found)


def are_families(names: Iterable[str]) -> bool:
    """Whether there is a file for each of these names; without a look at the disk once loaded."""
    loaded = (sys.modules.get(f"{__name__}.{name}") for name in names)
    return all(hasattr(module, "FAMILY") for module in loaded) or set(names) <= set(family_names())


def families(names: Iterable[str] | None = None) -> dict[str, Family]:
    """The families of these files (all of them without `names`), in the order to be believed."""
    wanted = family_names() if names is None else names
    found = {name: import_module(f"{__name__}.{name}").FAMILY for name in wanted}
    return dict(sorted(found.items(), key=lambda item: (item[1].order, item[0])))


if TYPE_CHECKING:
    Meaning = Scale | Flags | Form | Mapping[int | str, bool | str]
