"""What a user may write as a limit or a duration, and how numbers are written out.

Ranges are nagiosplugin's; what it would accept silently or refuse with a traceback is caught here.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

import click

from apowacht.plugins.core.errors import OwnTrouble

if TYPE_CHECKING:
    from datetime import date, datetime

    from nagiosplugin import Range

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "y": 365 * 86400}


def decimal(value: float) -> str:
    """A number as plain decimal digits: never an exponent, three places, below 1 six."""
    if isinstance(value, int):
        return str(value)
    text = f"{value:.{3 if abs(value) >= 1 else 6}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def number(text: str) -> float:
    """A finite decimal number; ValueError for anything else, exponents and underscores included."""
    digits = text.removeprefix("-").removeprefix("+")
    if not digits or digits.strip("0123456789.") or not digits.isascii():
        raise ValueError(text)
    value = float(text) if "." in text else int(text)
    if not isfinite(value):
        raise ValueError(text)
    return value


def seconds(text: str) -> float:
    """A duration in seconds from `90`, `90s`, `10m`, `1h30m`, `30d`, `2w` or `4y` (365 days)."""
    if text and text[-1] not in SECONDS:
        return number(text)
    total, digits = 0.0, ""
    for letter in text:
        if letter in SECONDS:
            total += number(digits) * SECONDS[letter]
            digits = ""
        else:
            digits += letter
    if digits or not text:
        raise ValueError(text)
    return int(total) if total == int(total) else total


def range_of(text: str, *, floor: bool = False, unit: str = "") -> Range:
    """A Nagios range `[@][start:][end]`; with `floor`, a bare number means `number:`.

    Bounds may carry the unit: `%`, or a duration where the unit is seconds.
    Raises ValueError for whatever is not a range.
    """
    from apowacht.plugins.core.nagios import Range

    spec = text.strip()
    inverted, spec = spec.startswith("@"), spec.removeprefix("@")
    if not spec or spec.count(":") > 1:
        raise ValueError(text)
    start, colon, end = spec.rpartition(":")
    if floor and not colon and not inverted:
        start, colon, end = end, ":", ""
    bounds = [start if start == "~" else _bound(start, unit), _bound(end, unit)]
    return Range(f"{'@' if inverted else ''}{bounds[0]}{colon}{bounds[1]}")


def _bound(text: str, unit: str) -> str:
    if not text:
        return ""
    return decimal(seconds(text) if unit == "s" else number(text.removesuffix(unit or "\0")))


def range_text(limit: Range | None) -> str:
    """The range as perfdata shows it; empty for none. `0:` keeps its zero, where an empty
    field would look like no limit at all."""
    if limit is None:
        return ""
    infinite = limit.end == float("inf")
    start = "" if limit.start == 0 and not infinite else decimal_bound(limit.start) + ":"
    return f"{'@' if limit.invert else ''}{start}{'' if infinite else decimal(limit.end)}"


def decimal_bound(value: float) -> str:
    """A range's start: `~` for minus infinity."""
    return "~" if value == float("-inf") else decimal(value)


class LimitType(click.ParamType["Range"]):
    """A threshold on the command line: a range in the metric's own unit."""

    name = "range"

    def __init__(self, unit: str = "", *, floor: bool = False) -> None:
        self.unit = unit
        self.floor = floor

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Range:
        """See `range_of`; a bad range names its option and shows one that would do."""
        if not isinstance(value, str):
            return value
        try:
            return range_of(value, floor=self.floor, unit=self.unit)
        except ValueError:
            example = "10m:" if self.unit == "s" and self.floor else "20:" if self.floor else "80"
            raise OwnTrouble(
                "bad_range", option=option_name(param), text=value, example=example
            ) from None


class DurationType(click.ParamType[float]):
    """A duration on the command line, given to the check in seconds; `least` seconds or more."""

    name = "duration"

    def __init__(self, least: float = 0) -> None:
        self.least = least

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """See `seconds`; negative durations are refused."""
        if isinstance(value, int | float):
            return value
        try:
            duration = seconds(str(value))
            if duration < 0:
                raise ValueError(value)
        except ValueError:
            raise OwnTrouble("bad_duration", option=option_name(param), text=str(value)) from None
        if duration < self.least:
            told = {"option": option_name(param), "text": str(value), "seconds": self.least}
            raise OwnTrouble("short_duration", **told)
        return duration


class DayType(click.ParamType["date"]):
    """A calendar day on the command line, as ISO 8601 writes it."""

    name = "date"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """`2024-05-31`; anything else names its option."""
        from datetime import date

        try:
            return value if isinstance(value, date) else date.fromisoformat(str(value))
        except ValueError:
            raise OwnTrouble("bad_date", option=option_name(param), text=str(value)) from None


class MomentType(click.ParamType["datetime"]):
    """A moment on the command line, as ISO 8601 writes it; UTC when it names no zone."""

    name = "moment"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """`2026-11-24T10:00:00+01:00` or a day alone; anything else names its option."""
        from datetime import UTC, datetime

        try:
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        except ValueError:
            raise OwnTrouble("bad_date", option=option_name(param), text=str(value)) from None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def option_name(param: click.Parameter | None) -> str:
    """An option as its user would write it."""
    return max(param.opts, key=len) if param is not None else "?"


DURATION = DurationType()
DAY = DayType()
MOMENT = MomentType()
