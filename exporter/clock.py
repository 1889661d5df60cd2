"""The clocks: one to plan by, one to date by, and whether the latter is synchronised."""

from __future__ import annotations

import ctypes
import time
from datetime import UTC, datetime
from typing import NamedTuple

SYNCHRONISED, UNSYNCHRONISED, UNKNOWN = "synchronised", "unsynchronised", "unknown"

KEEP_SECONDS = 10.0
"""How long an answer of the kernel is good for."""


class Quality(NamedTuple):
    """How far the time of day can be trusted, as the kernel knows it.

    `state` is one of the three words above; `offset_seconds` is what the kernel still has to
    correct, `error_seconds` the largest error it assumes; None where it does not tell.
    """

    state: str
    offset_seconds: float | None = None
    error_seconds: float | None = None


class _Timex(ctypes.Structure):
    """struct timex of Linux, adjtimex(2), with room for what follows the fields read here."""

    _fields_ = (
        ("modes", ctypes.c_int),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 256),
    )


_STA_UNSYNC, _STA_NANO = 0x0040, 0x2000
_TIME_ERROR = 5


def kernel_quality() -> Quality:
    """Ask the kernel; reads only (modes 0). `unknown` where it cannot be asked."""
    try:
        timex = _Timex()
        answer = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(timex))
    except (OSError, AttributeError, TypeError):
        return Quality(UNKNOWN)
    if answer < 0:
        return Quality(UNKNOWN)
    unit = 1e-9 if timex.status & _STA_NANO else 1e-6
    offset, error = timex.offset * unit, timex.maxerror * 1e-6
    if answer == _TIME_ERROR or timex.status & _STA_UNSYNC:
        return Quality(UNSYNCHRONISED, None, None)
    return Quality(SYNCHRONISED, offset, error)


class Clock:
    """The real clocks; a test brings its own."""

    def __init__(self) -> None:
        self._asked = float("-inf")
        self._quality = Quality(UNKNOWN)

    def monotonic(self) -> float:
        """Seconds that only grow, and go on while the computer sleeps where the system can."""
        return time.clock_gettime(_BOOTTIME)

    def wall(self) -> datetime:
        """The time of day, in UTC."""
        return datetime.now(UTC)

    def quality(self) -> Quality:
        """How far `wall` can be trusted; at most ten seconds old."""
        now = self.monotonic()
        if now - self._asked > KEEP_SECONDS:
            self._asked, self._quality = now, kernel_quality()
        return self._quality


_BOOTTIME = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
