"""What a folder of site files says: sites with their checks, modules of `/probe`, mistakes.

Tuples with names and no dataclasses, because a command with `--site FILE` pays for each class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, tzinfo

    from apowacht.plugins.core.check import Check
    from apowacht.plugins.core.hours import Hours
    from apowacht.plugins.core.opening import Opening


class Contact(NamedTuple):
    """Who helps with one layer of the chain, and by which contract."""

    who: str
    phone: str | None = None
    contract: str | None = None
    note: str | None = None


class Window(NamedTuple):
    """Maintenance: between two moments (aware), or every week at `weekly`.

    `checks` are the names of the checks it covers, empty for all of the site; `zone` is the clock
    by which `weekly` goes, None for this computer's.
    """

    text: str
    start: datetime | None = None
    end: datetime | None = None
    weekly: Hours | None = None
    checks: frozenset[str] = frozenset()
    zone: tzinfo | None = None


class Watch(NamedTuple):
    """One check of a site, asked every `interval` seconds.

    `name` is unique in its site; `arguments` is the command line as the plugin would take it, and
    `values` what `cli.values` made of it.
    """

    name: str
    check: Check
    interval: float
    arguments: tuple[str, ...]
    values: Mapping[str, Any]


class Site(NamedTuple):
    """One pharmacy, as its file describes it. `name` is safe in a URL and a label; `zone` is the
    clock on its wall, None for this computer's.
    """

    name: str
    title: str
    watches: tuple[Watch, ...]
    maintenance: tuple[Window, ...] = ()
    contacts: Mapping[str, Contact] = {}
    file: str = ""
    opening: Opening | None = None
    zone: tzinfo | None = None


class Module(NamedTuple):
    """How `/probe` asks one kind of target: a check, its options, and which targets it may ask.

    `targets` are host names, addresses, networks (CIDR) or shell patterns such as `10.1.*.20`.
    """

    name: str
    check: Check
    arguments: tuple[str, ...]
    targets: tuple[str, ...]
    file: str = ""


class Mistake(NamedTuple):
    """What is wrong in a file; `line` counts from 1, 0 when no line can be named."""

    file: str
    line: int
    text: str


class Configuration(NamedTuple):
    """All that the exporter was told, with what could not be used of it: the mistakes, and the
    names of the sites and modules that the files with mistakes are about.
    """

    sites: Mapping[str, Site]
    modules: Mapping[str, Module] = {}
    mistakes: tuple[Mistake, ...] = ()
    faulty_sites: frozenset[str] = frozenset()
    faulty_modules: frozenset[str] = frozenset()
