"""How patient a monitoring server is with each check, whichever server it is."""

from __future__ import annotations

from typing import NamedTuple

from apowacht.plugins.sites.watches import usual_interval


class Rhythm(NamedTuple):
    """Seconds between checks, between attempts, and how many attempts make a problem."""

    interval: float
    retry: float
    attempts: int


RETRIES = {
    # Batteries take over for a flicker, too.
    "ups": (30, 3),
    "uplink": (30, 3),
    # A Konnektor that renews its tunnel, or a terminal that joins again, is back in a few minutes.
    "connector": (60, 5),
    "terminal": (60, 5),
    "certificate": (300, 3),
    "erezept": (60, 3),
    "tilage": (300, 2),
}
"""Seconds between attempts, and how many make a problem."""
RHYTHMS = {check: Rhythm(usual_interval(check), *retry) for check, retry in RETRIES.items()}
