"""What a check holds back at first: faults that are not believed yet, and their ends.

A fault that passes while it is held back changes no state; it must leave a trace all the same.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from apowacht.plugins.core import words
from apowacht.plugins.core.check import identity_of
from apowacht.plugins.core.render import told
from apowacht.plugins.core.report import State

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from apowacht.exporter.model import Result

    Holds = Mapping[str, "Hold"]


SLACK = timedelta(seconds=5)
"""By so much a device's word on how long something lasts may be off: it tells no new begin."""


class Hold(NamedTuple):
    """A finding that is held back: since when it is so, when it was seen last, and what is reported
    meanwhile. OK stands for a fault that is not believed yet, another state for one whose end is
    not."""

    since: datetime
    seen: datetime
    state: State
    key: str
    headline: tuple[str, str]
    reason: str


def follow(before: Holds, result: Result) -> Holds:
    """What is held back as of this result.

    Where the check could not see all of its target, nobody knows why something is missing.
    """
    report = result.report
    blind = report.facts is None or any(f.state is State.UNKNOWN for f in report.findings)
    after = dict(before) if blind else {}
    for finding in report.findings:
        name, seconds = identity_of(finding), finding.held_seconds
        if seconds is not None:
            since = result.asked_at - timedelta(seconds=seconds)
            known = before.get(name)
            if known and known.state is finding.state and since <= known.seen + SLACK:
                since = known.since  # the same one: it did not begin after it was seen
            de, en = (result.mask(words.headline(finding, lang)) for lang in ("de", "en"))
            after[name] = Hold(
                since, result.asked_at, finding.state, finding.key, (de, en), result.reason
            )
        elif finding.state is not State.UNKNOWN:
            after.pop(name, None)
    return after


def waiting(holds: Holds) -> list[Hold]:
    """Faults that are not believed yet, the earliest first."""
    return sorted(hold for hold in holds.values() if hold.state is State.OK)


def passed(before: Holds, after: Holds, result: Result) -> list[Hold]:
    """Faults that were over before they were believed, the earliest first."""
    believed = {identity_of(f) for f in result.report.findings if f.state is not State.OK}
    return waiting(
        {
            name: hold
            for name, hold in before.items()
            if name not in believed and (name not in after or after[name].since > hold.since)
        }
    )


def really_since(before: Holds, last: Result | None, result: Result) -> datetime | None:
    """When it began to be as this result says, where that was held back at first; None where it
    was not. `last` is the result before, if it still holds."""
    state, findings = result.report.state, told(result.report)
    if findings and findings[0].state is not State.OK:
        hold = before.get(identity_of(findings[0]))
        if hold is not None and hold.state is State.OK:
            return hold.since
    worse = [f for f in last.report.findings if f.state.severity > state.severity] if last else []
    ends = [before.get(identity_of(f)) for f in worse]
    known = [end.since for end, f in zip(ends, worse, strict=True) if end and end.state is f.state]
    return max(known) if known and len(known) == len(worse) else None
