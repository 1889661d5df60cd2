"""Maintenance windows: which one is open at a moment, and when the next one begins."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from apowacht.plugins.core.hours import LEAD

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from apowacht.plugins.core.hours import Hours
    from apowacht.plugins.sites.model import Window

LEAD_TIME = timedelta(minutes=LEAD)
"""Opening hours count as open a little before they begin; maintenance does not."""


def current(windows: Iterable[Window], check: str, moment: datetime) -> Window | None:
    """The first window that covers the check (its name at the site) at this moment (aware)."""
    for window in windows:
        if (not window.checks or check in window.checks) and is_open(window, moment):
            return window
    return None


def is_open(window: Window, moment: datetime) -> bool:
    """Whether a window is open; its end is excluded."""
    if window.weekly is not None:
        return _weekly_open(window.weekly, moment.astimezone(window.zone))
    if window.start is None and window.end is None:
        return False
    begun = window.start is None or window.start <= moment
    return begun and (window.end is None or moment < window.end)


def occurrence(window: Window, moment: datetime) -> tuple[datetime | None, datetime | None] | None:
    """Begin and end of the window under way, else of the next one; None when there is none.

    The begin is None where the window has none, or where a weekly one is under way.
    """
    if window.weekly is None:
        over = window.end is not None and window.end <= moment
        told = window.start is not None or window.end is not None
        return (window.start, window.end) if told and not over else None
    hours, local = window.weekly, moment.astimezone(window.zone)
    change = hours.next_change(local)
    if change is None:
        return (None, None) if hours.open_at(local) else None
    if _weekly_open(hours, local):
        return None, change
    if hours.open_at(local):  # within the lead: it begins when the lead is over
        begin = local.replace(second=0, microsecond=0)
        while not _weekly_open(hours, begin):
            begin += timedelta(minutes=1)
        return begin, change
    return change + LEAD_TIME, hours.next_change(change)


def _weekly_open(hours: Hours, local: datetime) -> bool:
    return hours.open_at(local) and hours.open_at(local - LEAD_TIME)
