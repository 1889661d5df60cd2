"""What is known of each watch: its latest result, the state to show, since when; and what of it
goes to the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apowacht.exporter import held
from apowacht.exporter.model import Entry, Last
from apowacht.exporter.status import deciding_key, headline
from apowacht.plugins.core import words
from apowacht.plugins.core.report import Finding, State
from apowacht.plugins.sites import windows

if TYPE_CHECKING:
    from datetime import datetime

    from apowacht.exporter.held import Hold, Holds
    from apowacht.exporter.model import Result
    from apowacht.plugins.sites.model import Site, Watch


class Change(NamedTuple):
    """A check that goes from one state to another; `before` is None when there was none.

    `key` is the failure class that decides, "" when nothing is wrong; `maintenance` the text of
    the window that covers the check, or None. With the same state before and after, only the
    failure class has changed. `since` is when it really began to be so, where that was not believed
    at once.
    """

    at: datetime
    site: str
    name: str
    check: str
    before: State | None
    after: State
    headline: tuple[str, str]
    key: str = ""
    reason: str = ""
    maintenance: str | None = None
    interval_seconds: float | None = None
    since: datetime | None = None


class Held(NamedTuple):
    """A fault that was never believed and has passed; no state has changed.

    It was there from `since` to `at`; or, where `passed` is False, still then, as the watching
    ended. The other fields are as those of Change.
    """

    at: datetime
    site: str
    name: str
    check: str
    headline: tuple[str, str]
    key: str
    reason: str
    maintenance: str | None
    interval_seconds: float
    since: datetime
    passed: bool


class Record:
    """One watch: what it said last, and since when its state holds."""

    __slots__ = (
        "answered", "holds", "key", "last", "result", "since", "stale", "state", "success_at",
    )  # fmt: skip

    def __init__(self, last: Last | None = None) -> None:
        self.result: Result | None = None
        self.answered = 0.0
        self.state: State | None = None
        self.key = ""
        self.since: datetime | None = None
        self.success_at: datetime | None = None
        self.stale = False
        self.last = last
        self.holds: Holds = {}

    def forget(self) -> None:
        """The check is asked in another way from now on: what it said is history."""
        if self.state is not None and self.since is not None and self.result is not None:
            told = (headline(self.result, "de"), headline(self.result, "en"))
            self.last = Last(self.state, self.since, told, self.key)
        self.result, self.state, self.since, self.stale = None, None, None, False

    def let_go(self, site: Site, watch: Watch, at: datetime) -> list[Held]:
        """Nobody asks any more, at least not so: what was held back until now."""
        holds, self.holds = held.waiting(self.holds), {}
        return [_held(site, watch, hold, at, passed=False) for hold in holds]

    def take(
        self, site: Site, watch: Watch, result: Result, now: float
    ) -> tuple[Held | Change, ...]:
        """A new result, at `now` of the clock that plans; what it has to tell the journal.

        Raises what saying the result raises, and has then taken nothing.
        """
        state, key, at = result.report.state, deciding_key(result), result.asked_at
        holds = held.follow(self.holds, result)
        over = held.passed(self.holds, holds, result)
        since = held.really_since(self.holds, None if self.stale else self.result, result)
        change = self._turn(site, watch, state, key, at, result, since)
        if result.reason == "":
            self.success_at = at
        self.result, self.answered, self.stale, self.holds = result, now, False, holds
        told = [_held(site, watch, hold, at, passed=True) for hold in over]
        return (*told, *([change] if change else ()))

    def age(self, site: Site, watch: Watch, now: float, at: datetime) -> Change | None:
        """Look whether the result is too old to be shown; the change that this makes, if any."""
        if self.result is None or self.stale or now - self.answered <= patience(watch):
            return None
        self.stale = True
        return self._turn(site, watch, State.UNKNOWN, "monitor.stale", at, None)

    def _turn(
        self,
        site: Site,
        watch: Watch,
        state: State,
        key: str,
        at: datetime,
        result: Result | None,
        really: datetime | None = None,
    ) -> Change | None:
        before, key_before, since = self.state, self.key, self.since
        if before is None and self.last is not None:
            before, key_before, since = self.last.state, self.last.key, self.last.since
        change = None
        if state is not before or (key != key_before and state is not State.OK):
            change = Change(
                at,
                site.name,
                watch.name,
                watch.check.name,
                before,
                state,
                _headline(watch, result),
                key,
                result.reason if result else "",
                _maintenance(site, watch, at),
                watch.interval,
                really,
            )
        if state is not before or since is None:
            since = really or at
        self.state, self.key, self.since, self.last = state, key, since, None
        return change

    def entry(
        self, site: Site, watch: Watch, now: float, at: datetime, next_at: datetime | None
    ) -> Entry:
        """The watch as it stands now."""
        stale = self.stale or (self.result is not None and now - self.answered > patience(watch))
        shown = State.UNKNOWN if stale or self.state is None else self.state
        age = now - self.answered + self.result.duration_seconds if self.result else 0.0
        return Entry(
            site,
            watch,
            self.result,
            shown,
            self.since,
            self.success_at,
            next_at,
            stale,
            windows.current(site.maintenance, watch.name, at),
            self.last,
            max(0.0, age),
        )


def patience(watch: Watch) -> float:
    """How many seconds a result is good for: two intervals and a deadline."""
    return 2 * watch.interval + float(watch.values["timeout"])


def _maintenance(site: Site, watch: Watch, at: datetime) -> str | None:
    window = windows.current(site.maintenance, watch.name, at)
    return window.text if window else None


def _held(site: Site, watch: Watch, hold: Hold, at: datetime, *, passed: bool) -> Held:
    return Held(
        at,
        site.name,
        watch.name,
        watch.check.name,
        hold.headline,
        hold.key,
        hold.reason,
        _maintenance(site, watch, at),
        watch.interval,
        hold.since,
        passed,
    )


def _headline(watch: Watch, result: Result | None) -> tuple[str, str]:
    if result is not None:
        return headline(result, "de"), headline(result, "en")
    values = {"min": int(patience(watch) // 60)}
    finding = Finding("monitor.stale", State.UNKNOWN, values)
    return words.headline(finding, "de"), words.headline(finding, "en")
