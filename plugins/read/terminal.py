"""A Konnektor's terminals and cards as the facts of check_apo_terminal, and what is kept of them.

A card vanishes from the Konnektor's list together with its terminal. So where the pharmacy's own
card was last seen is kept between runs, by CtId.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apowacht.plugins.core.alias import Aliases
from apowacht.plugins.read.connector import local, terminal_names
from apowacht.plugins.read.konnektor import PHARMACY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apowacht.plugins.core.check import Options
    from apowacht.plugins.read.konnektor import Answer

KEPT = "smcb-terminals"


def remember(answer: Answer, options: Options) -> Answer:
    """The answer with `holders`: CtIds of the terminals that hold a card of the pharmacy, or held
    one when they were last connected."""
    data = answer.data
    if data["terminals"] is None or not set(PHARMACY) & set(data["asked"]):
        return answer._replace(data={**data, "holders": []})
    seen = {card["ct_id"] for card in data["cards"] if card["type"] in PHARMACY}
    away = {one["ct_id"] for one in data["terminals"] if one["connected"] is False}
    key = (options.site, "terminal", f"{options.hostname}:{options.port}", options.name)

    def update(old: dict[str, Any]) -> dict[str, Any] | None:
        kept = old.get("holders")
        known = {one for one in kept if isinstance(one, str)} if isinstance(kept, list) else set()
        new = {"holders": sorted(seen | (known & away))}
        return None if new == old or (not new["holders"] and not old) else new

    kept = options.store.read(KEPT, key)
    if update(kept) is not None:
        wait = min(0.5, options.deadline.remaining())
        kept = options.store.change(KEPT, key, update, wait=wait)
    known = kept.get("holders")
    holders = sorted(seen | (away & set(known if isinstance(known, list) else ())))
    return answer._replace(data={**data, "holders": holders})


def read(answer: Answer, aliases: Sequence[str] = ()) -> dict[str, Any]:
    """The fields of TerminalFacts, with mappings for the records in them."""
    data = answer.data
    names = terminal_names(data["terminals"] or [], aliases)
    cards = [_card(one, names, Aliases(aliases)) for one in data["cards"]]
    terminals = data["terminals"]
    return {
        "asked_at": local(answer),
        "terminals": None
        if terminals is None
        else tuple(_terminal(one, names, data) for one in terminals),
        "cards": tuple(cards) if data["asked"] else None,
        "pharmacy_cards_told": bool(set(PHARMACY) & set(data["asked"])),
        "direct": data.get("direct") or {},
        **{name: data[name] for name in ("latency_seconds", "warnings")},
    }


def _terminal(told: dict[str, Any], names: dict[str, str], data: dict[str, Any]) -> dict[str, Any]:
    ct_id = told["ct_id"]
    return {
        "name": names[ct_id],
        "ct_id": ct_id,
        "connected": told["connected"],
        "physical": told["physical"],
        "product": told["product"],
        "firmware": told["firmware"],
        "cards": tuple(card["type"] for card in data["cards"] if card["ct_id"] == ct_id),
        "holds_smcb": ct_id in data["holders"],
    }


def _card(told: dict[str, Any], names: dict[str, str], aliases: Aliases) -> dict[str, Any]:
    terminal = names.get(told["ct_id"] or "", told["ct_id"])
    fields = ("type", "slot", "pin_status", "left_tries", "expires", "crypt")
    return {
        **{field: told[field] for field in fields},
        "terminal": terminal,
        "name": aliases.name(f"{terminal}/{told['slot']}"),
    }
