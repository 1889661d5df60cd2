"""Sections of the site file about terminals, SMC-B, and what the Konnektor reports already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apowacht.plugins.core import conditions
from apowacht.plugins.core.report import State
from apowacht.plugins.core.words import condition as condition_words
from apowacht.plugins.discover import shown
from apowacht.plugins.discover.before import carried
from apowacht.plugins.discover.providers import issuer_of
from apowacht.plugins.discover.words import say
from apowacht.plugins.discover.yaml_text import (
    Entry,
    Section,
    comment,
    commented,
    flow,
    listing,
    mapping,
    proposal,
)

if TYPE_CHECKING:
    from datetime import date

    from apowacht.plugins.discover.before import Before
    from apowacht.plugins.discover.connector import Connector
    from apowacht.plugins.discover.terminals import Terminal


def terminals(one: Connector, before: Before, lang: str) -> Section:
    """Every terminal with its proposed name; which one is the spare is asked."""
    entries = [_terminal(terminal, before, lang) for terminal in one.terminals]
    asked = before.still(say("terminals", lang, "file"), before.values.get("terminals"))
    return listing("terminals", entries, [asked])


def _terminal(one: Terminal, before: Before, lang: str) -> Entry:
    device = shown.joined(one.product, one.firmware and f"Firmware {one.firmware}") or "?"
    key = "terminal_virtual" if one.virtual else "terminal" if one.firmware else "terminal_new"
    new: dict[str, Any] = {"name": one.name, "terminal": one.own}
    if one.smcb:
        new["smcb"] = True
    proposed = []
    if one.address and not one.virtual:
        proposed.append(("hostname", one.address, say("terminal_host", lang, "file")))
    old = before.entry("terminals", lambda entry: entry.get("terminal") == one.own)
    values = carried(new, old, ("name",))
    return Entry(
        values, {}, before.proposed(proposed, old), [say(key, lang, "file", device=device)]
    )


def smcb(one: Connector, before: Before, lang: str) -> Section:
    """Who issued the SMC-B, by the name that TI-Lage filters by, where it is known."""
    issuers = [issuer_of(name) for name in one.issuers]
    if not issuers:
        return proposal("smcb", "smcb:\n  provider: D-Trust", say("smcb_unread", lang, "file"))
    names = dict.fromkeys(shown.joined(who.organization, who.authority) for who in issuers)
    above = [say("smcb", lang, "file", issuer=" / ".join(name or "?" for name in names))]
    provider = next((who.provider for who in issuers if who.provider), None)
    old = before.mapping("smcb")
    if provider is None and "provider" not in old:
        first = issuers[0]
        guess = shown.told(first.organization or first.authority or "...")
        return proposal(
            "smcb", f"smcb:\n  provider: {flow(guess)}", *above, say("smcb_unknown", lang, "file")
        )
    above.append(say("smcb_known", lang, "file"))
    values = carried({"provider": provider} if provider else {}, old, ("provider",))
    return mapping("smcb", Entry(values, above=above))


def accepted(one: Connector, today: date, before: Before, lang: str) -> Section:
    """The conditions that hold already, as proposals with today's date; outages are none."""
    since = before.accepted_since()
    named: dict[str, list[dict[str, Any]]] = {}
    for told in one.conditions:
        if is_outage(told):
            continue
        named.setdefault(told["name"], []).append(told)
    if not named:
        return Section("accepted", (), active=False)
    entries = []
    for name, alike in named.items():
        values = {
            "condition": name,
            "reason": say("accepted_reason", lang, "file"),
            "date": since.get(name, today.isoformat()),
        }
        entries.append(Entry(values, above=[_said(told, lang) for told in alike]))
    section = commented(listing("accepted", entries))
    return section._replace(lines=(*comment(say("accepted", lang, "file")), *section.lines))


def is_outage(told: dict[str, Any]) -> bool:
    """Whether a condition is one that nobody can accept."""
    return conditions.bare(told["name"]) in conditions.OUTAGES


def _said(told: dict[str, Any], lang: str) -> str:
    """One condition in words: where, since when, and whether it is a fault."""
    state = conditions.state_of(told["name"], told["severity"], {})
    key = "condition_bad" if state is State.CRITICAL else "condition"
    since = say("since", lang, "file", date=shown.date(told["since"], lang))
    return say(
        key,
        lang,
        "file",
        words=shown.told(condition_words(told["name"], lang), 90),
        where=where(told, lang),
        since=since if told["since"] else "",
    )


def where(told: dict[str, Any], lang: str) -> str:
    """In which terminal, for a condition of one."""
    if not told["terminal"]:
        return ""
    return say("in_terminal", lang, "summary", terminal=shown.told(told["terminal"]))
