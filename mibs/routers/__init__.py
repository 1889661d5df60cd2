"""What routers tell of their lines by SNMP: one file per family, each a table of objects.

A family may have a table of lines (WAN ports and their states), a table or scalars of modems, and
scalars of its own. `plugins/read/router_snmp.py` asks and reads by them; a new family is one new
file with a `FAMILY`. Objects that name a card, a device or an address (IMSI, ICCID, IMEI, phone
number, IP address) are in no table: what is not in a table is neither asked for nor kept.

States of lines are words: `connected` (it has its connection), `standby` (it would take over),
`disabled` (switched off by somebody), `unknown`; any other word is a line that is down, and says
how. SIM states: `ready`, `missing`, `pin_needed`, `puk_needed`, `error`.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING

from apowacht.mibs import Form, Scale

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Meaning = Form | Scale | Mapping[int | str, str | bool]

text = Form("text")
dbm = Scale("dBm", 1)


class Object:
    """One object: the fact it tells, its name in the MIB, its OID, how its value is to be read.

    `oid` is a column's, or a scalar's without the .0, below the family's root (or whole, where it
    begins with «1.3.»).
    """

    __slots__ = ("fact", "meaning", "name", "oid")

    def __init__(self, fact: str, name: str, oid: str, meaning: Meaning) -> None:
        self.fact = fact
        self.name = name
        self.oid = oid
        self.meaning = meaning


class Family:
    """One family of routers.

    `roots` are where its tree may stand, the most telling first. `lines` and `modems` are columns
    of a table each, `scalars` and `modem` single objects. Facts of lines: name, state, signal, and
    those that only one family has. Of modems: interface, operator, technology, signal,
    registration, sim, pin, session. Several objects may tell one fact; the first that says
    something is believed. With `links` a modem's index is that of its interface.
    """

    __slots__ = ("lines", "links", "modem", "modems", "name", "order", "roots", "scalars")

    def __init__(
        self,
        name: str,
        roots: Sequence[str],
        *,
        order: int,
        lines: Iterable[Object] = (),
        modems: Iterable[Object] = (),
        modem: Iterable[Object] = (),
        scalars: Iterable[Object] = (),
        links: bool = False,
    ) -> None:
        self.name = name
        self.roots = tuple(roots)
        self.order = order
        self.lines = tuple(lines)
        self.modems = tuple(modems)
        self.modem = tuple(modem)
        self.scalars = tuple(scalars)
        self.links = links

    def instances(self, wanted: Object) -> tuple[str, ...]:
        """The object's OID below each root."""
        if wanted.oid.startswith("1.3."):
            return (wanted.oid,)
        return tuple(f"{root}.{wanted.oid}" for root in self.roots)


def family_names() -> list[str]:
    """The files of this package, one family each."""
    found = {
        entry.split(".")[0]
        for folder in __path__
        for entry in os.listdir(folder)
        if entry.endswith((".py", ".pyc")) and not entry.startswith(("_", "if_mib."))
    }
    return sorted(found)


def families(names: Iterable[str] | None = None) -> dict[str, Family]:
    """The families of these files (all of them without `names`), in the order to be believed."""
    wanted = family_names() if names is None else names
    found = {name: import_module(f"{__name__}.{name}").FAMILY for name in wanted}
    return dict(sorted(found.items(), key=lambda item: (item[1].order, item[0])))
