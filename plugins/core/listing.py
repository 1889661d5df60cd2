"""Which checks there are: every module directly under `apowacht.plugins` that has a CHECK."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apowacht.plugins.core.check import Check

LAYERS = ("power", "network", "access", "identity", "service")
"""The chain, in the order in which a person should look."""


def all_checks() -> list[Check]:
    """All checks, in the order of the chain, then by name."""
    return sorted(_found(), key=lambda check: (LAYERS.index(check.layer), check.name))


def check_named(name: str) -> Check | None:
    """One check by its name, nothing else imported; None when there is no such check."""
    from importlib import import_module
    from importlib.util import find_spec

    place = f"apowacht.plugins.{name}"
    spec = find_spec(place) if name.isidentifier() else None
    if spec is None or spec.submodule_search_locations is not None:
        return None
    check: Check | None = getattr(import_module(place), "CHECK", None)
    return check


def _found() -> Iterator[Check]:
    from importlib import import_module
    from pkgutil import iter_modules

    import apowacht.plugins

    for module in iter_modules(apowacht.plugins.__path__):
        if not module.ispkg:
            check = getattr(import_module(f"apowacht.plugins.{module.name}"), "CHECK", None)
            if check is not None:
                yield check
