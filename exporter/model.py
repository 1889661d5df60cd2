"""What the parts of the exporter hand to each other: results, and how a check stands now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from apowacht.plugins.core.report import Report, State
    from apowacht.plugins.sites.model import Site, Watch, Window

Key = tuple[str, str]
"""Site and the check's name at that site."""


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
    process left in the journal, until there is a result: history, and no answer. `age_seconds` is
    how long ago the run of `result` began, by a clock that nobody sets.
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
    age_seconds: float = 0.0

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
