"""Ranges, durations and decimals: what users write, and what monitoring systems read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.limits import LimitType, decimal, range_of, range_text, seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90", 90),
        ("90s", 90),
        ("10m", 600),
        ("1h30m", 5400),
        ("30d", 2592000),
        ("2w", 1209600),
        ("4y", 126144000),
        ("1.5h", 5400),
        ("0", 0),
    ],
)
def test_a_duration_is_read_in_seconds(text: str, expected: float) -> None:
    """Every unit, and sums of them."""
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "m", "10x", "1e3", "ten", "1h30", "nan", "1_0", "١"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    """Also what float() or int() would take: exponents, underscores, other scripts' digits."""
    with pytest.raises(ValueError):  # noqa: PT011 - its text is the input
        seconds(text)


@pytest.mark.parametrize(
    ("text", "unit", "floor", "expected"),
    [
        ("80", "%", False, "80"),
        ("20", "%", True, "20:"),
        ("20%", "%", True, "20:"),
        ("20:", "%", True, "20:"),
        ("10:30", "", False, "10:30"),
        ("~:30", "", False, "~:30"),
        ("@10:20", "", True, "@10:20"),
        ("@20", "", True, "@20"),
        ("10m", "s", True, "600:"),
        ("10m:2h", "s", False, "600:7200"),
        ("0", "s", False, "0"),
        ("0.5", "", False, "0.5"),
        ("0.00001", "", False, "0.00001"),
        ("-5:5", "", False, "-5:5"),
    ],
)
def test_a_range_is_read_and_written(text: str, unit: str, floor: bool, expected: str) -> None:
    """A bare number is the floor where lower is worse; bounds may carry their unit."""
    assert range_text(range_of(text, floor=floor, unit=unit)) == expected


@pytest.mark.parametrize("text", ["", "@", "a", "1:2:3", "30:10", "1e3", "nan", "inf", "5x", "1,5"])
def test_a_bad_range_names_its_option_and_an_example(text: str) -> None:
    """One reason with the text as it was written; an inverted order is bad as well."""
    with pytest.raises(OwnTrouble) as caught:
        LimitType("%").convert(text, None, None)
    assert caught.value.reason == "bad_range"
    assert caught.value.values["text"] == text


@given(st.floats(allow_nan=False, allow_infinity=False, width=32) | st.integers(-(2**53), 2**53))
def test_a_decimal_has_no_exponent_and_its_value(value: float) -> None:
    """Perfdata forbids scientific notation; three places are kept."""
    text = decimal(value)
    assert "e" not in text.lower()
    assert abs(float(text) - value) <= 0.0006


@given(st.text(alphabet="@~:0123456789.-mhs%", max_size=12))
def test_whatever_is_typed_is_a_range_or_a_value_error(text: str) -> None:
    """No other exception, and what is accepted is written in a form that reads the same."""
    try:
        limit = range_of(text, unit="s")
    except ValueError:
        return
    assert "e" not in range_text(limit)
