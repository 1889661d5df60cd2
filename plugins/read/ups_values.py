"""What the numbers and dates of a UPS mean, and which of them mean «I cannot tell».

Every reader uses these filters, whatever protocol the value came by: a value that is no value
becomes None here and nowhere else.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from math import isfinite

# What every reader tells, or None: the fields of check_apo_ups' facts by name. `communication` is
# ok, stale or lost: whether what answers still talks to the UPS. `charging` is a bool.
FACTS = (
    "ups_name", "manufacturer", "model", "mib", "communication", "power_source", "battery_status",
    "charge_percent", "charging", "runtime_seconds", "load_percent", "battery_temperature_celsius",
    "input_voltage_volts", "battery_voltage_volts", "seconds_on_battery", "replace_battery",
    "battery_age_days", "selftest", "selftest_age_days", "alarms",
)  # fmt: skip

LARGEST_LOAD_PERCENT = 300
# Less on the input is no mains, whatever the nominal voltage is.
DEAD_INPUT_VOLTS = 50

# A number and its unit; 0x08 is a set of bits and 12/18/01 a date, so neither counts.
_NUMBER = re.compile(
    r"(?!0[xX])([+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?)\s*(?:[^\W\d_]|[%°]|$)"
)

_DAY_SECONDS = 86400
_OLDEST_BATTERY_DAYS = 15 * 365 + 4
# Back-UPS models leave the factory with this battery date, whatever their age (14 NUT dumps).
_FACTORY_LIE = date(2001, 9, 25)

# Runtimes, in seconds, that stand for «not known» on some device.
_NO_RUNTIME = frozenset(
    {
        65535,  # all bits set in seconds: Eaton 93E, three NUT dumps
        65534,  # Socomec
        655350,  # the same, ten times: a field of tenths on Socomec
        65535 * 60,  # all bits set in minutes: Socomec, four NUT dumps
        65534 * 60,
        1092 * 60,  # 65535 s in whole minutes: Eaton 93E through RFC 1628
        3276 * 60,  # 32767 tenths of minutes in whole minutes, sent as TimeTicks
        999 * 60,  # the most a three-digit field of minutes can say
    }
)
# Above this no figure is a measurement: 2147483647 and 4294967295 of any unit lie there (Huawei).
_LONGEST_SECONDS = 30 * _DAY_SECONDS
# Below this charge a runtime of 0 on mains can be true: just after a long outage.
_NEARLY_EMPTY_PERCENT = 20

# 0: Dell, Eaton, ABB, CE+T, Sinetica, Socomec; -1: Huawei and, in tenths, EPPC.
_NO_SENSOR = (0, -1, -0.1)
# Outside: Tripp Lite's -273, the same as 4294964565 (-2731 wrapped), 255, 999, 2147483647.
_COLDEST_CELSIUS, _HOTTEST_CELSIUS = -40, 150

_MONTHS = {
    word: number
    for number, words in enumerate(
        ("jan", "feb", "mar mär mrz", "apr", "may mai", "jun", "jul", "aug", "sep", "oct okt",
         "nov", "dec dez"),
        start=1,
    )
    for word in words.split()
}  # fmt: skip

# Three groups of figures and the order of year (Y), month (M) and day (D) in them; tried from
# top to bottom. Slashes and hyphens come in both orders of month and day: cards let people choose.
# Compiled when the first date comes: most devices tell none.
_DATE_FORMS = (
    (r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})", ("YMD",)),
    (r"([0-9]{4})()([0-9]{2})([0-9]{2})", ("YMD",)),
    (r"([0-9]{1,2})(\.)([0-9]{1,2})\.([0-9]{4}|[0-9]{2})", ("DMY",)),
    (r"([0-9]{1,2})([-/])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})", ("MDY", "DMY")),
    (r"([0-9]{1,2})([-/. ]+)([^\W\d_]{3,9})[-/. ]+([0-9]{4}|[0-9]{2})", ("DMY",)),
    # «Apr 10, 2022», and «Wed Apr 10 00:52:03 PDT 2002» of old apcupsd releases
    (
        r"(?:\w{2,3} )?([^\W\d_]{3,9})( +)([0-9]{1,2}),?(?: [0-9:]+)?(?: \w{3,5})? ([0-9]{4})",
        ("MDY",),
    ),
)


def number(value: object) -> float | None:
    """The number at the start of a text, of bytes or as it is; None without one.

    A unit may follow («37.3 C Internal», «0.000%»); a decimal comma is understood.
    """
    if isinstance(value, (int, float)):
        try:
            figure = float(value)
        except OverflowError:
            return None
        return figure if isfinite(figure) else None
    match = _NUMBER.match(_plain(value))
    if not match:
        return None
    figure = float(match[1].replace(",", "."))
    return figure if isfinite(figure) else None


def text(value: object, limit: int = 64) -> str | None:
    """A name in one line of printable characters, at most `limit`; None for an empty one."""
    words = "".join(c if c.isprintable() else " " for c in _plain(value)).split()
    line = " ".join(words)[:limit].strip()
    return None if line.lower() in ("", "n/a", "null", "unknown", "?", "not set") else line


def percent(value: float | None, maximum: float = 100) -> float | None:
    """A share from 0 to `maximum`; -1 (Huawei) and anything else outside is None."""
    return value if value is not None and 0 <= value <= maximum else None


def voltage(value: float | None) -> float | None:
    """Volts of a low-voltage supply; 0 is true in an outage.

    1000 and more are tenths, whatever the MIB says (Galaxy 7000, Delta, Huawei UPS5000); what
    is still as high then, or negative, is None.
    """
    if value is None or value < 0:
        return None
    volts = value / 10 if value >= 1000 else value
    return volts if volts < 1000 else None


def battery_voltage(value: float | None) -> float | None:
    """Volts of the battery string; 0 is what devices without that measurement send."""
    return voltage(value) or None


def temperature(celsius: float | None) -> float | None:
    """Degrees, or None where no sensor is.

    What is no figure of a place with people in it is no temperature either.
    """
    if celsius is None or celsius in _NO_SENSOR:
        return None
    return celsius if _COLDEST_CELSIUS < celsius < _HOTTEST_CELSIUS else None


def runtime(
    seconds: float | None,
    *,
    on_mains: bool | None,
    charge_percent: float | None = None,
    battery_status: str | None = None,
) -> float | None:
    """The runtime left in seconds, or None for the many ways of saying «not known».

    0 is believed on battery, with a battery that is low or depleted, or nearly empty on mains;
    else it means that the device cannot estimate (Marathon, Santak, Sinetica, NetVision 5).
    """
    if seconds is None or not 0 <= seconds <= _LONGEST_SECONDS or seconds in _NO_RUNTIME:
        return None
    believable = (
        seconds > 0
        or on_mains is False
        or battery_status in ("low", "depleted")
        or (charge_percent is not None and 0 < charge_percent < _NEARLY_EMPTY_PERCENT)
    )
    return seconds if believable else None


def elapsed(seconds: float | None) -> float | None:
    """Seconds since something began, such as an outage; negative or endless ones are None."""
    return percent(seconds, _LONGEST_SECONDS)


def parse_date(value: object, now: date) -> date | None:
    """The day that a text names; None for none, for the future, for more than 15 years ago.

    Day and month in doubt: the reading that is not in the future, else the month first.
    Source: dates recorded from PowerNet cards, NUT drivers and apcupsd.
    """
    today = date(now.year, now.month, now.day)
    line = _plain(value)
    for form, orders in _DATE_FORMS:
        if match := re.match(form + "(?![0-9])", line):
            parts = (match[1], match[3], match[4])
            readings = [_day(dict(zip(order, parts, strict=True)), today) for order in orders]
            return next((day for day in readings if day and _plausible(day, today)), None)
    return None


def age_days(day: date | None, now: date) -> int | None:
    """Whole days from `day` to now; None without a day or for one in the future."""
    if day is None:
        return None
    age = (date(now.year, now.month, now.day) - day).days
    return age if age >= 0 else None


def _plain(value: object) -> str:
    if isinstance(value, (bytes, bytearray)):
        value = bytes(value).decode("latin-1")
    return str(value).strip(" \t\r\n\0\"'") if value is not None else ""


def _day(parts: dict[str, str], today: date) -> date | None:
    month = _MONTHS.get(parts["M"][:3].lower()) if parts["M"].isalpha() else int(parts["M"])
    year = int(parts["Y"])
    if len(parts["Y"]) == 2:
        year += 2000 if 2000 + year <= today.year else 1900
    try:
        return date(year, month or 0, int(parts["D"]))
    except ValueError:
        return None


def _plausible(day: date, today: date) -> bool:
    oldest = today - timedelta(days=_OLDEST_BATTERY_DAYS)
    return oldest <= day <= today and day != _FACTORY_LIE
