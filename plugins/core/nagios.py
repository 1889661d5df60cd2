"""nagiosplugin's Range and Performance, without the rest of it.

The package's `__init__` also loads its runtime, which this project does not use: temporary
files, UUIDs and the platform module cost a plugin that starts thousands of times an hour a
sixth of its time. Only the two modules with the vocabulary are loaded here; whoever imports
nagiosplugin itself later gets the whole of it, with these very classes.
"""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from types import ModuleType


def _load() -> tuple[type, type]:
    name = "nagiosplugin"
    whole = sys.modules.get(name)
    if whole is None:
        spec = PathFinder.find_spec(name)
        if spec is None or spec.submodule_search_locations is None:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        bare = ModuleType(name)
        bare.__path__ = list(spec.submodule_search_locations)
        sys.modules[name] = bare
    try:
        from nagiosplugin.performance import Performance
        from nagiosplugin.range import Range
    finally:
        if whole is None:
            del sys.modules[name]
    return Range, Performance


Range, Performance = _load()
