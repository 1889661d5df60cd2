"""Whose fault, for a site's entries: the kernel's verdict, with maintenance taken into account."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apowacht.plugins.core.errors import Garbled, Refused, TargetTrouble
from apowacht.plugins.core.report import State
from apowacht.plugins.core.verdict import LAYERS, Link, first_broken

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apowacht.exporter.model import Entry, Result

ELSEWHERE = frozenset({"tilage"})
"""Checks that ask no device of the site: their answer does not prove that it can be reached."""


class Verdict(NamedTuple):
    """Places in the list of entries: the first broken link, and what it explains.

    `first` is None when nothing is broken, or when no device of the site answers.
    """

    first: int | None
    follows: frozenset[int] = frozenset()
    site_silent: bool = False


def verdict(entries: Sequence[Entry]) -> Verdict:
    """The lowest broken link of a site that is not under maintenance.

    What a link under maintenance explains is no headline either; when all that is broken is
    explained so, the first link under maintenance is the headline.
    """
    links = [link(entry) for entry in entries]
    explained: frozenset[int] = frozenset()
    announced: Verdict | None = None
    while True:
        fault = first_broken(links)
        if fault.site_silent:
            if announced is None and all(entry.maintenance for entry in entries):
                return Verdict(_worst(entries), frozenset(fault.follows))
            follows = frozenset(place for place, one in enumerate(links) if one.silent)
            return Verdict(None, follows, site_silent=True)
        if fault.link is None:
            return announced or Verdict(_worst(entries))
        follows = frozenset(fault.follows)
        if entries[fault.link].maintenance is None:
            return Verdict(_telling(entries, fault.link, explained), follows | explained)
        announced = announced or Verdict(fault.link, follows)
        explained |= follows | {fault.link}
        for place in explained:  # answered for, as if it were well
            links[place] = links[place]._replace(state=State.OK, silent=False)


def _worst(entries: Sequence[Entry]) -> int | None:
    """Where a fault is that the kernel takes for no headline, such as a UPS that gives no data."""
    place = max(range(len(entries)), key=lambda p: (weight(entries[p]), -p))
    return None if entries[place].state is State.OK else place


def _telling(entries: Sequence[Entry], link: int, explained: frozenset[int]) -> int:
    """A link that was not asked yet gives way to what tells more of what is not known."""
    if entries[link].result is not None:
        return link
    unknown = [
        place
        for place, entry in enumerate(entries)
        if entry.state is State.UNKNOWN and entry.maintenance is None and place not in explained
    ]
    height = {p: LAYERS.index(entries[p].watch.check.layer) for p in unknown}
    return max(unknown, key=lambda p: (weight(entries[p]), -height[p], -p))


def weight(entry: Entry) -> tuple[int, int, bool]:
    """How much an entry says: a fault found, the fresh before the old; then what was not asked
    yet, by the state of before the start, where one is known; then what is well."""
    if entry.result is not None:
        return 2 * (entry.state is not State.OK), entry.state.severity, not entry.stale
    return 1, entry.last.state.severity + 1 if entry.last else 0, False


def silences(entries: Sequence[Entry]) -> bool | None:
    """Whether all of a site's devices are silent; None when fewer than two were asked."""
    asked = [one for one in map(link, entries) if one.known]
    if len(asked) < 2:
        return None
    return all(one.silent and not one.reached for one in asked)


def link(entry: Entry) -> Link:
    """What the kernel needs to know of an entry."""
    layer, result = entry.watch.check.layer, entry.result
    if result is None or entry.stale or entry.watch.check.name in ELSEWHERE:
        return Link(layer, entry.state, known=False)
    trouble = no_answer(result)
    known = trouble is not None or result.reason == ""
    reached = isinstance(trouble, Refused | Garbled)
    # A port that is closed breaks the Konnektor's link as its silence does not: it is there.
    silent = trouble is not None and (layer == "power" or not reached)
    return Link(layer, entry.state, silent, known, reached)


def no_answer(result: Result) -> TargetTrouble | None:
    """Why the target told nothing at all; None when it told something, or was not asked."""
    if result.report.facts is not None:
        return None
    for finding in result.report.findings:
        trouble = finding.values.get("reason")
        if isinstance(trouble, TargetTrouble):
            return trouble
    return None
