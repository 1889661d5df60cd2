"""The numbers of a day: what is kept of them, for how long, and in how much memory."""

from __future__ import annotations

import gc
import math
import random
import tracemalloc
from datetime import UTC, datetime

import pytest

from apowacht.exporter.model import Result
from apowacht.exporter.samples import MOST_METRICS, PLACE_SECONDS, Samples
from apowacht.plugins.core.report import Finding, Metric, Report, State

NOON = 1_800_000_000.0
KEY = ("a", "ups")


def result(at: float, **numbers: float) -> Result:
    """A result with these metrics."""
    findings = tuple(
        Finding("ups.reading", State.OK, {}, Metric(name, value)) for name, value in numbers.items()
    )
    return Result(Report("ups", findings), datetime.fromtimestamp(at, UTC), 0.1)


def test_a_place_keeps_least_most_and_last() -> None:
    """Five runs in five minutes are one sample; the next minute is another."""
    samples = Samples()
    for minute, value in enumerate((10.0, 12.5, 7.25, 11.0, 9.0, 20.0)):
        samples.add(KEY, 60.0, result(NOON + 60 * minute, charge=value))
    first, second = samples.read(KEY, "charge")
    assert (first.start, first.seconds) == (NOON, PLACE_SECONDS)
    assert (first.least, first.most, first.last) == (7.25, 12.5, 9.0)
    assert (second.start, second.least, second.most, second.last) == (NOON + 300, 20, 20, 20)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e4, 1e9])
def test_numbers_are_kept_to_a_tenth_of_a_percent(scale: float) -> None:
    """Enough for a chart, whatever the unit: seconds of latency, bytes, volts."""
    random.seed(1)
    values = [scale * (1 + random.random()) for _ in range(5)]
    samples = Samples()
    for minute, value in enumerate(values):
        samples.add(KEY, 60.0, result(NOON + 60 * minute, x=value))
    (one,) = samples.read(KEY, "x")
    if scale < 1e9:  # beyond 65504 a distance is cut, the last value is not
        assert one.least == pytest.approx(min(values), rel=1e-3)
        assert one.most == pytest.approx(max(values), rel=1e-3)
    assert one.last == pytest.approx(values[-1], rel=1e-6)


def test_what_is_older_than_a_day_is_gone() -> None:
    """And where nothing was measured there is nothing, not a zero."""
    samples = Samples()
    for place in range(400):
        if place not in (390, 391):
            samples.add(KEY, 300.0, result(NOON + 300 * place, x=float(place)))
    told = samples.read(KEY, "x")
    assert [one.last for one in told] == [
        float(place) for place in range(400 - 289, 400) if place not in (390, 391)
    ]
    assert told[-1].start - told[0].start == 86400


def test_an_hourly_check_has_hourly_places() -> None:
    """So that a chart knows how far apart its points may be."""
    samples = Samples()
    for hour in range(30):
        samples.add(KEY, 3600.0, result(NOON + 3600 * hour, x=float(hour)))
    told = samples.read(KEY, "x")
    assert len(told) == 25
    assert {one.seconds for one in told} == {3600.0}
    assert samples.size < 300


def test_numbers_that_are_none_are_left_out() -> None:
    """No infinity and no nonsense reaches a chart; a metric that comes later has its own start."""
    samples = Samples()
    samples.add(KEY, 60.0, result(NOON, x=math.inf, y=math.nan, z=1e300, w=1.0))
    assert samples.names(KEY) == ["w"]
    samples.add(KEY, 60.0, result(NOON + 600, x=2.0))
    assert [one.start for one in samples.read(KEY, "x")] == [NOON + 600]
    assert [one.start for one in samples.read(KEY, "w")] == [NOON]
    assert samples.read(KEY, "none") == samples.read(("b", "ups"), "x") == []


def test_invented_names_do_not_fill_the_memory() -> None:
    """A device with a new metric each minute gets so many, and no more."""
    samples = Samples()
    for number in range(1000):
        samples.add(KEY, 60.0, result(NOON, **{f"m{number}": 1.0}))
    assert len(samples.names(KEY)) == MOST_METRICS


def test_a_clock_that_jumps_mixes_no_days() -> None:
    """Set back by minutes the places are written again; by more than a day the ring begins anew."""
    samples = Samples()
    samples.add(KEY, 60.0, result(NOON, x=1.0))
    samples.add(KEY, 60.0, result(NOON - 600, x=2.0))
    assert [(one.start, one.last) for one in samples.read(KEY, "x")] == [
        (NOON - 600, 2.0),
        (NOON, 1.0),
    ]
    for jump in (-100_000.0, 1_000_000.0):
        samples.add(KEY, 60.0, result(NOON + jump, x=3.0))
        assert [(one.start, one.last) for one in samples.read(KEY, "x")] == [
            ((NOON + jump) // 300 * 300, 3.0)
        ]


def test_removed_watches_are_forgotten() -> None:
    """Only the keys that are kept keep their numbers."""
    samples = Samples()
    for name in ("a", "b"):
        samples.add((name, "ups"), 60.0, result(NOON, x=1.0))
    samples.keep({("b", "ups")})
    assert samples.names(("a", "ups")) == []
    assert samples.names(("b", "ups")) == ["x"]


@pytest.mark.slow
def test_a_full_day_of_500_sites_fits_in_60_megabytes() -> None:
    """500 sites, six checks each, eight metrics each: a column has its full size from the start."""
    names = [f"metric_{number}" for number in range(8)]
    samples = Samples()
    gc.collect()
    tracemalloc.start()
    for number in range(3000):
        key = (f"site-{number // 6}", f"check-{number % 6}")
        samples.add(key, 60.0, result(NOON, **dict.fromkeys(names, 1.5)))
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(samples.read(("site-499", "check-5"), "metric_7")) == 1
    assert 50e6 < samples.size < used < 60e6, used
