"""What the parts of the exporter hand to each other: sites, their checks, and results."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, tzinfo

    from apowacht.plugins.core.check import Check
    from apowacht.plugins.core.hours import Hours
    from apowacht.plugins.core.report import Report, State

Key = tuple[str, str]
"""Site and the check's name at that site."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Who helps with one layer of the chain, and by which contract."""

    who: str
    phone: str | None = None
    contract: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
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


@dataclass(frozen=True, slots=True)
class Watch:
    """One check of a site, asked every `interval` seconds.

    `name` is unique in its site; `arguments` is the command line as the plugin would take it, and
    `values` what `cli.values` made of it.
    """

    name: str
    check: Check
    interval: float
    arguments: tuple[str, ...]
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Site:
    """One pharmacy, as its file describes it. `name` is safe in a URL and a label."""

    name: str
    title: str
    watches: tuple[Watch, ...]
    maintenance: tuple[Window, ...] = ()
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    file: str = ""


@dataclass(frozen=True, slots=True)
class Module:
    """How `/probe` asks one kind of target: a check, its options, and which targets it may ask.

    `targets` are host names, addresses, networks (CIDR) or shell patterns such as `10.1.*.20`.
    """

    name: str
    check: Check
    arguments: tuple[str, ...]
    targets: tuple[str, ...]
    file: str = ""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in a file; `line` counts from 1, 0 when no line can be named."""

    file: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Configuration:
    """All that the exporter was told, with what could not be used of it."""

    sites: Mapping[str, Site]
    modules: Mapping[str, Module] = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Result:
    """One run of one check. `reason` is a word of REASONS, "" when the target was judged.

    `secrets` are texts that no output may show; `mask` takes them out. `said` keeps what was
    made of the report, by language.
    """

    report: Report
    asked_at: datetime
    duration_seconds: float
    reason: str = ""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    said: dict[str, Any] = field(default_factory=dict, repr=False)

    def mask(self, text: str) -> str:
        """A text made of the report, fit to leave the process."""
        if not self.secrets:
            return text
        from apowacht.plugins.core.secret import mask

        return mask(text, self.secrets)


@dataclass(frozen=True, slots=True)
class Last:
    """The state in which the journal left a check; its texts in German and English."""

    state: State
    since: datetime
    headline: tuple[str, str] = ("", "")
    key: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One check of a site as it stands now.

    `state` is what to show: UNKNOWN when `stale` or before the first result. `since` is when that
    state began, `success_at` the last run in which the target answered. `last` is what an earlier
    process left in the journal, until there is a result: history, and no answer.
    """

    site: Site
    watch: Watch
    result: Result | None
    state: State
    since: datetime | None
    success_at: datetime | None
    next_at: datetime | None
    stale: bool
    maintenance: Window | None = None
    last: Last | None = None

    @property
    def key(self) -> Key:
        """Site and name."""
        return self.site.name, self.watch.name


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything at one moment, in the order of sites and of the chain."""

    moment: datetime
    entries: tuple[Entry, ...]


REASONS = ("dns", "connect", "timeout", "tls", "auth", "request", "garbled", "setting", "internal")
"""Why a check has no answer, a closed list; phases of the target's trouble, and two of our own."""
