"""The vocabulary of an answer: states, metrics, findings, and the report they make together."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nagiosplugin import Range

NO_VALUES: Mapping[str, object] = {}


class State(IntEnum):
    """A plugin's exit codes, as the monitoring plugin guidelines number them."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3

    @property
    def severity(self) -> int:
        """Rank for «worst wins»: OK < WARNING < UNKNOWN < CRITICAL."""
        return (0, 1, 3, 2)[self]


def worst(states: Iterable[State]) -> State:
    """The state that decides; nothing at all is UNKNOWN, never OK."""
    return max(states, key=lambda state: state.severity, default=State.UNKNOWN)


class Metric(NamedTuple):
    """A number that was read: `value` in `unit` (s, %, V, C, B, c or none), with its limits."""

    name: str
    value: float
    unit: str = ""
    warning: Range | None = None
    critical: Range | None = None
    minimum: float | None = None
    maximum: float | None = None

    @property
    def state(self) -> State:
        """What the limits say; the critical one first."""
        if self.critical is not None and self.value not in self.critical:
            return State.CRITICAL
        if self.warning is not None and self.value not in self.warning:
            return State.WARNING
        return State.OK


class Finding(NamedTuple):
    """The answer to one question.

    `key` is the failure class in `advice.ADVICE`, `values` fill that row's placeholders, `name`
    says which of several devices is meant, `held_seconds` is set while a bad state is not yet
    believed (see `debounce`).
    """

    key: str
    state: State
    values: Mapping[str, object] = NO_VALUES
    metric: Metric | None = None
    name: str | None = None
    held_seconds: float | None = None


class Report(NamedTuple):
    """All findings of one run of one check, in the order in which they were found."""

    check: str
    findings: tuple[Finding, ...]
    facts: object | None = None
    notes: tuple[str, ...] = ()
    """Keys of `advice.NOTES`: what the run itself could not do, such as keep its state."""

    @property
    def state(self) -> State:
        """The worst state of all findings."""
        return worst(finding.state for finding in self.findings)

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """All numbers, in order."""
        return tuple(f.metric for f in self.findings if f.metric is not None)
