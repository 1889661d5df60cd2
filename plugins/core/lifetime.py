"""How much of a certificate's life may be left before somebody has to act: days, or percent."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import click

from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.limits import DAY, number, option_name, seconds

if TYPE_CHECKING:
    from datetime import date

    from apowacht.plugins.core.check import Options

DAY_SECONDS = 86400
CARD_SECONDS = 5 * 365 * DAY_SECONDS


class Least(NamedTuple):
    """The least that may be left: the smaller of a time and of a share of the lifetime."""

    time_seconds: float | None
    lifetime_percent: float | None

    def seconds(self, lifetime_seconds: float | None) -> float | None:
        """The limit for one certificate; None where only its unknown lifetime would tell."""
        bounds = [] if self.time_seconds is None else [self.time_seconds]
        if self.lifetime_percent is not None and lifetime_seconds is not None:
            bounds.append(lifetime_seconds * self.lifetime_percent / 100)
        return min(bounds, default=None)


def parse_least(text: str) -> Least:
    """`21`, `21d`, `3w`, `33%`, or several of these with commas. Raises ValueError.

    A bare number is days. As in a Nagios range a colon may stand behind each.
    """
    time: float | None = None
    percent: float | None = None
    for part in (part.strip().removesuffix(":") for part in text.split(",")):
        if part.endswith("%"):
            value = percent = number(part[:-1])
            if value > 100:
                raise ValueError(text)
        else:
            value = time = seconds(part if part[-1:].isalpha() else f"{part}d")
        if value < 0:
            raise ValueError(text)
    return Least(time, percent)


class LeastType(click.ParamType[Least]):
    """Such a limit on the command line."""

    name = "least"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Least:
        """See `parse_least`; nonsense names its option and shows what would do."""
        if isinstance(value, Least):
            return value
        try:
            return parse_least(str(value))
        except ValueError:
            raise OwnTrouble(
                "bad_range", option=option_name(param), text=str(value), example="21d,33%"
            ) from None


class OrderedType(click.ParamType[tuple[str, "date"]]):
    """`NAME=DATE` on the command line."""

    name = "ordered"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, date]:
        """Name and day; what stands behind the last «=» is the day."""
        name, _, day = str(value).rpartition("=")
        if not name.strip():
            raise OwnTrouble("bad_date", option=option_name(param), text=str(value))
        return name.strip(), DAY.convert(day.strip(), param, ctx)


def limits(
    kind: str, lifetime_seconds: float | None, options: Options
) -> tuple[float | None, float | None]:
    """The least seconds left before WARNING and before CRITICAL, for a certificate of this kind.

    A Konnektor tells only when a card ends; cards of the TI are issued for five years.
    """
    if kind == "card":
        life = lifetime_seconds or CARD_SECONDS
        return options.card_warning.seconds(life), options.card_critical.seconds(life)
    return (
        options.tls_warning.seconds(lifetime_seconds),
        options.tls_critical.seconds(lifetime_seconds),
    )


LEAST = LeastType()
ORDERED = OrderedType()
