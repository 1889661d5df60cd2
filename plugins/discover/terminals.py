"""Names to propose for card terminals: their own if it tells a place, else product and number."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.plugins.core.alias import LONGEST
from apowacht.plugins.read.konnektor import PHARMACY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Letters or digits with six digits or more in a row, or a hexadecimal number of that length.
_SERIAL = re.compile(r"\d{6,}|(?<![A-Za-z])(?=[0-9A-Fa-f]*\d)[0-9A-Fa-f]{8,}(?![A-Za-z])")
# The number of a card (ICCSN): such a name is not written anywhere.
_ICCSN = re.compile(r"80276\d{13,}")
_NO_ALIAS = re.compile(r"[|'\"=;,#:\[\]{}]")
# What the product code of a terminal is called on its box.
_PRODUCTS = {"orga6100": "ORGA 6141", "st1506": "ST-1506", "g871505": "G87-1505"}


class Terminal(NamedTuple):
    """A terminal: the proposed name, by what the Konnektor knows it, and what it tells."""

    name: str
    own: str
    ct_id: str
    product: str | None
    firmware: str | None  # None: it never was connected
    connected: bool | None
    virtual: bool
    smcb: bool
    address: str | None  # at its pairing


def named(
    terminals: Sequence[Mapping[str, Any]],
    cards: Sequence[Mapping[str, Any]],
    addresses: Mapping[str, str],
) -> tuple[Terminal, ...]:
    """The terminals, each with a name of its own; mappings as in `konnektor.Answer`."""
    holders = {card["ct_id"] for card in cards if card["type"] in PHARMACY}
    owns = Counter(one["name"] for one in terminals)
    numbers: Counter[str] = Counter()
    found: list[Terminal] = []
    for one in terminals:
        own = _own(one, owns)
        product = _product(one["product"])
        name = _place(one["name"], owns)
        while name is None or name in {known.name for known in found}:
            numbers[product or "Terminal"] += 1
            name = f"{product or 'Terminal'} {numbers[product or 'Terminal']}"
        found.append(
            Terminal(
                name=name,
                own=own,
                ct_id=one["ct_id"],
                product=product,
                firmware=one["firmware"],
                connected=one["connected"],
                virtual=one["physical"] is False,
                smcb=one["ct_id"] in holders,
                address=addresses.get(one["ct_id"]),
            )
        )
    return tuple(found)


def _own(one: Mapping[str, Any], owns: Counter[str]) -> str:
    """What the Konnektor calls it; its number where the name is missing, given twice, or a card's
    number."""
    name = one["name"]
    usable = name and owns[name] == 1 and name.isprintable() and not _ICCSN.search(name)
    return str(name if usable else one["ct_id"])


def _place(name: str | None, owns: Counter[str]) -> str | None:
    """The Konnektor's own name, if it was given by people and can stand as an alias."""
    if not name or owns[name] > 1 or _SERIAL.search(name) or _NO_ALIAS.search(name):
        return None
    plain = name.strip()
    return plain if plain.isprintable() and 0 < len(plain) <= LONGEST else None


def _product(text: str | None) -> str | None:
    """The product's name as people know it, without anything that looks like a serial number."""
    if not text:
        return None
    known = _PRODUCTS.get(re.sub(r"[^a-z0-9]", "", text.casefold()))
    if known:
        return known
    plain = _NO_ALIAS.sub(" ", "".join(c for c in text if c.isprintable()))
    plain = " ".join(_SERIAL.sub(" ", plain).split())
    return plain[: LONGEST - 8].strip() or None
