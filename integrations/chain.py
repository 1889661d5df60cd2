"""The chain of a site as dependencies: which check's failure explains which other one's.

A link suppresses those above it, so that one cause is one alarm. It does so only when CRITICAL,
which the tools are told with each dependency: a UPS that gives no data explains nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apowacht.plugins.core.listing import LAYERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apowacht.plugins.sites.model import Site, Watch

# A certificate that has expired may belong to anything, so it explains no failure of a layer above.
EXPLAINS_NOTHING = frozenset({"certificate"})
CENTRAL = "tilage"
"""The check that asks the internet about central services: nothing but the line explains it."""


class Edge(NamedTuple):
    """`child` follows from `parent`; of the parents with the same `group` all must have failed.

    `group` is None for a parent whose failure is enough.
    """

    parent: Watch
    child: Watch
    group: str | None = None


def edges(site: Site) -> tuple[Edge, ...]:
    """All dependencies of a site, in the order of the chain.

    Each check depends on the nearest layer below that is there; what is below that one follows,
    because the tools ask a parent's parents as well.
    """
    found: list[Edge] = []
    for child in in_chain(site):
        for parents in _parents(site.watches, child):
            group = parents[0].check.layer if len(parents) > 1 else None
            found += [Edge(parent, child, group) for parent in parents]
    return tuple(found)


def in_chain(site: Site) -> list[Watch]:
    """The checks of a site in the order of the chain, else as in the file."""
    return sorted(site.watches, key=lambda watch: LAYERS.index(watch.check.layer))


def _parents(watches: Sequence[Watch], child: Watch) -> list[list[Watch]]:
    """The layer that carries the child, and beside it the central services."""
    height = LAYERS.index("access" if child.check.name == CENTRAL else child.check.layer)
    found = []
    for layer in reversed(LAYERS[:height]):
        carrying = [one for one in watches if one.check.layer == layer and _explains(one)]
        if carrying:
            found.append(carrying)
            break
    if child.check.layer == "service" and child.check.name != CENTRAL:
        central = [one for one in watches if one.check.name == CENTRAL]
        found += [central] if central else []
    return found


def _explains(watch: Watch) -> bool:
    return watch.check.name not in EXPLAINS_NOTHING
