"""The values by which a UPS says that it cannot tell, and the ones that mean what they say."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from apowacht.plugins.read import ups_values as values

NOW = datetime(2026, 6, 15, 12, 0, 0)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (24, 24.0),
        (-1, -1.0),
        (b"23\x00", 23.0),
        ("100.0 Percent", 100.0),
        ("37.3 C Internal", 37.3),
        ("0.000%", 0.0),
        ("008.3", 8.3),
        ("230,5", 230.5),
        (" -65 ", -65.0),
        ("1e3", 1000.0),
        ("N/A", None),
        ("", None),
        (None, None),
        ("12/18/01", None),
        ("2026-01-02", None),
        ("0x08 Status Flag", None),
        ("1.2.3", None),
        ("9" * 400, None),
        (10**400, None),
        (float("nan"), None),
        (float("inf"), None),
    ],
)
def test_number(value: object, expected: float | None) -> None:
    """A number is read with its unit or without; what is none, or no finite one, is unknown."""
    assert values.number(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("  Smart-UPS 1500 \r\n", "Smart-UPS 1500"),
        (b"Eaton\x00\x00", "Eaton"),
        ("a\x1b[31m b\nc", "a [31m b c"),
        ("x" * 100, "x" * 64),
        ("N/A", None),
        ("unknown", None),
        ("  ", None),
        (None, None),
    ],
)
def test_text(value: object, expected: str | None) -> None:
    """A name is one line of printable characters; an empty one is unknown."""
    assert values.text(value) == expected


@pytest.mark.parametrize(
    ("value", "maximum", "expected"),
    [(0, 100, 0), (100, 100, 100), (-1, 100, None), (101, 100, None), (150, 300, 150),
     (65535, 300, None), (None, 100, None)],
)  # fmt: skip
def test_percent(value: float | None, maximum: float, expected: float | None) -> None:
    """A share is told from 0 to its maximum; what lies outside is unknown."""
    assert values.percent(value, maximum) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(230, 230), (0, 0), (2363, 236.3), (1222, 122.2), (410, 410), (-1, None), (65535, None),
     (2147483647, None), (None, None)],
)  # fmt: skip
def test_voltage(value: float | None, expected: float | None) -> None:
    """Tenths of volts are seen as such; 0 is an outage; what nobody can have is unknown."""
    assert values.voltage(value) == expected


@pytest.mark.parametrize(("value", "expected"), [(54.7, 54.7), (594, 594), (0, None), (-1, None)])
def test_battery_voltage(value: float, expected: float | None) -> None:
    """A battery of 0 V is a voltage that is not measured."""
    assert values.battery_voltage(value) == expected


@pytest.mark.parametrize(
    "celsius", [0, -1, -0.1, -40, -273, 4294964565, 429496456.5, 255, 999, 2147483647, None]
)
def test_temperature_without_a_sensor(celsius: float | None) -> None:
    """Each way of saying «no sensor» that was recorded is an unknown temperature."""
    assert values.temperature(celsius) is None


@pytest.mark.parametrize("celsius", [2.2, 23, 41.4, -5, 70])
def test_temperature_of_a_battery(celsius: float) -> None:
    """Cold and hot places are believed."""
    assert values.temperature(celsius) == celsius


@pytest.mark.parametrize(
    "seconds",
    [-1, -60, 65535, 65534, 65535 * 60, 65534 * 60, 655350, 65520, 59940, 4294967295,
     4294967295 * 60, 42949672.95, 2147483647, 2147483647 * 60, 196560, None],
)  # fmt: skip
@pytest.mark.parametrize("on_mains", [True, False, None])
def test_runtime_sentinels(seconds: float | None, on_mains: bool | None) -> None:
    """Each recorded stand-in for an unknown runtime is unknown, on mains and on battery."""
    assert values.runtime(seconds, on_mains=on_mains) is None


@pytest.mark.parametrize("seconds", [1, 600, 1948.2, 7560, 44250, 72000, 109762, 360000])
def test_runtime_that_was_measured(seconds: float) -> None:
    """The runtimes of real devices, long ones of hardly loaded UPS too, are believed."""
    assert values.runtime(seconds, on_mains=True, charge_percent=100) == seconds


@pytest.mark.parametrize(
    ("on_mains", "charge", "status", "expected"),
    [
        (True, 100, "normal", None),
        (True, None, None, None),
        (None, 100, None, None),
        (True, 0, "normal", None),
        (True, 8, "normal", 0),
        (True, 100, "low", 0),
        (None, None, "depleted", 0),
        (False, 100, "normal", 0),
        (False, None, None, 0),
    ],
)
def test_runtime_of_zero(
    on_mains: bool | None, charge: float | None, status: str | None, expected: float | None
) -> None:
    """A runtime of 0 counts on battery or with an empty battery; else the device knows none."""
    found = values.runtime(0, on_mains=on_mains, charge_percent=charge, battery_status=status)
    assert found == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, 0), (73, 73), (-1, None), (2147483647, None), (None, None)],
)
def test_elapsed(seconds: float | None, expected: float | None) -> None:
    """Time on battery is told as it is, unless no battery lasts that long."""
    assert values.elapsed(seconds) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10/05/2022", date(2022, 10, 5)),
        ("10-05-2022", date(2022, 10, 5)),
        ("03/09/23", date(2023, 3, 9)),
        ("13/04/2023", date(2023, 4, 13)),
        ("04.05.2023", date(2023, 5, 4)),
        ("4.5.23", date(2023, 5, 4)),
        ("2023/01/31", date(2023, 1, 31)),
        ("2023-01-31", date(2023, 1, 31)),
        ("2023-01-31 10:00:00 +0100", date(2023, 1, 31)),
        ("20230131", date(2023, 1, 31)),
        (20230131, date(2023, 1, 31)),
        (b"01/31/23\x00", date(2023, 1, 31)),
        ("31-Jan-2023", date(2023, 1, 31)),
        ("12-Mai-2021", date(2021, 5, 12)),
        ("Apr 10, 2022", date(2022, 4, 10)),
        ("Sun Apr 10 00:52:03 PDT 2022", date(2022, 4, 10)),
    ],
)
def test_date_forms(text: object, expected: date) -> None:
    """Every form that a card, a driver or apcupsd writes is understood."""
    assert values.parse_date(text, NOW) == expected


@pytest.mark.parametrize(
    "text",
    ["CPS", "?", "not set", "", None, "00/00/00", "2023-13-40", "2065/165/165", "N/A", "2023"],
)
def test_no_date(text: str | None) -> None:
    """Words and impossible days are no dates."""
    assert values.parse_date(text, NOW) is None


@pytest.mark.parametrize("text", ["2001/09/25", "2001-09-25", "09/25/01", "1997-05-19", "05/19/97",
                                  "2026-06-16", "2050-01-01", "2000-01-01"])  # fmt: skip
def test_implausible_date(text: str) -> None:
    """The factory's date, the future and what is older than any battery are not believed."""
    assert values.parse_date(text, NOW) is None


def test_factory_date_is_a_lie_even_where_it_would_fit() -> None:
    """2001-09-25 is no battery's date in 2005 either; the day before is."""
    assert values.parse_date("2001-09-25", date(2005, 6, 5)) is None
    assert values.parse_date("2001-09-24", date(2005, 6, 5)) == date(2001, 9, 24)
    assert values.parse_date("07/31/99", date(2000, 9, 18)) == date(1999, 7, 31)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("05/04/2026", date(2026, 5, 4)), ("06-07-26", date(2026, 6, 7)),
     ("08/04/2026", date(2026, 4, 8)), ("12-06-26", date(2026, 6, 12)),
     ("08/07/2026", None)],
)  # fmt: skip
def test_day_and_month_in_doubt(text: str, expected: date | None) -> None:
    """The month comes first, unless that day lies ahead and the other reading does not."""
    assert values.parse_date(text, NOW) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2026, 6, 15), 0), (date(2026, 6, 14), 1), (date(2023, 6, 15), 1096),
     (date(2026, 6, 16), None), (None, None)],
)  # fmt: skip
def test_age(day: date | None, expected: int | None) -> None:
    """An age is whole days; the future has none."""
    assert values.age_days(day, NOW) == expected
