"""Maintenance windows out of a site's file: moments by the clock on the wall, summer time included.

Which window is open at a moment is told by `windows`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.hours import Hours
from apowacht.plugins.sites.explain import nearest
from apowacht.plugins.sites.fields import Fields
from apowacht.plugins.sites.model import Window
from apowacht.plugins.sites.opening import DEFAULT_ZONE
from apowacht.plugins.sites.yaml_lines import Mapping

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import tzinfo

    from apowacht.plugins.sites.mistakes import Notes
    from apowacht.plugins.sites.yaml_lines import Node

KEYS = ("from", "to", "weekly", "text", "checks")
YEARS = range(2000, 2101)
_GERMAN = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:,? +(\d{1,2})[:.](\d\d))?(?: Uhr)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def usual_zone() -> tzinfo | None:
    """The zone of a site whose file names none; None where the system has no time zones at all."""
    try:
        return ZoneInfo(DEFAULT_ZONE)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def read_zone(fields: Fields) -> tzinfo | None:
    """The zone that `timezone` names, Europe/Berlin without.

    None is this computer's zone: where the name is wrong, which is noted, and where the system
    has no time zones at all.
    """
    name = fields.text("timezone")
    if name is None:
        return usual_zone()
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = nearest(name, available_timezones())
        fields.notes(fields.at("timezone"), "timezone", text=name, near=near)
        return None


def read_windows(
    nodes: Collection[Node], zone: tzinfo | None, names: Collection[str], notes: Notes
) -> tuple[Window, ...]:
    """The windows of a site; `names` are its checks."""
    windows = (_window(node, zone, names, notes) for node in nodes)
    return tuple(window for window in windows if window is not None)


def _window(node: Node, zone: tzinfo | None, names: Collection[str], notes: Notes) -> Window | None:
    if not isinstance(node, Mapping):
        notes(node.line, "want_mapping", key="maintenance")
        return None
    fields = Fields(node, KEYS, notes)
    text = fields.text("text", required=True) or ""
    checks = _checks(fields, names)
    once = "from" in fields.entries or "to" in fields.entries
    if once == ("weekly" in fields.entries):
        notes(node.line, "window_kind")
        return None
    if once:
        start, end = _moment(fields, "from", zone), _moment(fields, "to", zone)
        if start and end and end <= start:
            notes(fields.at("to"), "window_order")
        return Window(text, start, end, checks=checks, zone=zone)
    told = fields.text("weekly")
    try:
        hours = Hours.parse(told) if told else None
    except OwnTrouble as trouble:
        notes(fields.at("weekly"), "window_weekly", text=trouble.values["part"])
        return None
    return Window(text, weekly=hours, checks=checks, zone=zone)


def _checks(fields: Fields, names: Collection[str]) -> frozenset[str]:
    told = fields.texts("checks")
    for name, line in told:
        if name not in names:
            fields.notes(line, "window_check", text=name, near=nearest(name, names))
    return frozenset(name for name, _ in told)


def _moment(fields: Fields, key: str, zone: tzinfo | None) -> datetime | None:
    text = fields.text(key, required=True)
    if text is None:
        return None
    moment = read_moment(text, zone, last=key == "to")
    if moment is None:
        fields.notes(fields.at(key), "window_time", key=key, text=text)
    return moment


def read_moment(text: str, zone: tzinfo | None, *, last: bool) -> datetime | None:
    """The moment (UTC) that a text names, by `zone` when it names no offset; None if it does not.

    `2026-12-01 22:00`, `2026-12-01T22:00+01:00` or `1.12.2026 22:00`. A day alone begins at its
    midnight, and as the `last` one ends with it. A local time that happens twice or not at all
    (the hours of the change to and from summer time) is taken so that the window is the longer
    one: the earlier reading begins it, the later one ends it.
    """
    try:
        moment = _written(text)
        if moment.year not in YEARS:
            return None
        if last and (_DAY.fullmatch(text) or (":" not in text and "." in text)):
            moment += timedelta(days=1)
        if moment.tzinfo is None:
            both = [moment.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
            return max(both) if last else min(both)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _written(text: str) -> datetime:
    match = _GERMAN.fullmatch(text)
    if match is None:
        return datetime.fromisoformat(text)
    day, month, year, hour, minute = (int(part) if part else 0 for part in match.groups())
    return datetime(year, month, day, hour, minute)
