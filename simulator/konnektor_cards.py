"""The cards' handles, which live no longer than the cards stay where they are; and crowds."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from apowacht.simulator.konnektor_conditions import OF_TERMINAL
from apowacht.simulator.konnektor_faults import FaultError
from apowacht.simulator.konnektor_state import Condition

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apowacht.simulator.konnektor_state import Card, Manners, Situation


class Handles:
    """A handle for each inserted card; a card that comes back gets another one."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._valid: dict[str, str] = {}
        self._former: dict[str, str] = {}

    def see(self, cards: Iterable[Card]) -> None:
        """These cards are inserted, and no others."""
        keys = [card.key for card in cards]
        with self._lock:
            for key in set(self._valid) - set(keys):
                self._former[self._valid.pop(key)] = key
            for key in keys:
                self._valid.setdefault(key, str(uuid4()))

    def renew(self) -> None:
        """What a restart of the Konnektor does: every handle is another one."""
        with self._lock:
            self._valid = {key: str(uuid4()) for key in self._valid}

    def of(self, card: Card) -> str:
        """The card's handle; that of a card pulled at this moment is good for nothing."""
        with self._lock:
            return self._valid.get(card.key) or str(uuid4())

    def card(self, handle: str, situation: Situation) -> Card:
        """The card of a handle. Raises FaultError."""
        with self._lock:
            keys = {valid: key for key, valid in self._valid.items()}
            former = self._former.get(handle)
        for card in situation.inserted:
            if card.key == keys.get(handle):
                return card
        if former is not None and former not in keys.values():
            raise FaultError(4008)
        if situation.flavour.plain_handle_fault and not _is_uuid(handle):
            raise FaultError(None, f"Invalid UUID string: {handle}")
        raise FaultError(4047)


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def crowded(situation: Situation, manners: Manners) -> Situation:
    """The situation with as many terminals and cards more as `terminals` and `cards` say.

    They look like those of a large site: cards of every kind, four to a terminal or more.
    """
    if not situation.terminals or not (manners.terminals or manners.cards):
        return situation
    pattern = situation.terminals[0]
    terminals = tuple(
        replace(
            pattern,
            ct_id=f"CT_CROWD_{number}",
            name=f"CROWD-{number:04d}",
            mac=f"00-00-5E-00-{0x54 + number // 256:02X}-{number % 256:02X}",
            address=f"192.0.2.{number % 250 + 1}",
        )
        for number in range(manners.terminals)
    )
    places = terminals or (pattern,)
    patterns = situation.cards
    cards = tuple(
        replace(
            patterns[number % len(patterns)],
            key=f"crowd {number}",
            terminal=places[number % len(places)].ct_id,
            slot=number // len(places) + 1,
            iccsn=f"8027609{number:013d}",
        )
        for number in range(manners.cards if patterns else 0)
    )
    conditions = tuple(
        Condition(f"{name}({one.ct_id})", False, severity, kind, situation.booted)
        for one in terminals
        for name, severity, kind in (line.split() for line in OF_TERMINAL)
    )
    return replace(
        situation,
        conditions=situation.conditions + conditions,
        terminals=situation.terminals + terminals,
        cards=situation.cards + cards,
    )
