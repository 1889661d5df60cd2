"""States, metrics and reports."""

from __future__ import annotations

from itertools import permutations

import pytest
from nagiosplugin import Range

from apowacht.plugins.core.report import Finding, Metric, Report, State, worst


def test_the_worst_state_wins_in_the_order_of_the_contract() -> None:
    """CRITICAL before UNKNOWN before WARNING before OK, whatever the order of arrival."""
    order = [State.CRITICAL, State.UNKNOWN, State.WARNING, State.OK]
    for size in range(1, 5):
        for states in permutations(order, size):
            assert worst(states) is min(states, key=order.index)


def test_nothing_found_is_unknown() -> None:
    """A report without findings is never OK."""
    assert Report("ups", ()).state is State.UNKNOWN


@pytest.mark.parametrize(
    ("value", "expected"), [(19, State.CRITICAL), (20, State.WARNING), (50, State.OK)]
)
def test_a_metric_is_judged_by_its_limits(value: float, expected: State) -> None:
    """Bounds belong to the range; the critical one decides first."""
    metric = Metric("battery_charge", value, "%", Range("50:"), Range("20:"))
    assert metric.state is expected


def test_metrics_come_in_the_order_of_their_findings() -> None:
    """Findings without a number leave no gap."""
    one, two = Metric("a", 1), Metric("b", 2)
    findings = (
        Finding("ups.reading", State.OK, metric=one),
        Finding("ups.on_mains", State.OK),
        Finding("ups.reading", State.OK, metric=two),
    )
    assert Report("ups", findings).metrics == (one, two)
