"""A check of a site with its options read: what the exporter asks, again and again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.limits import seconds
from apowacht.plugins.core.words import duration
from apowacht.plugins.sites.fields import read_text
from apowacht.plugins.sites.model import Watch
from apowacht.plugins.sites.opening import with_opening

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apowacht.plugins.sites.catalogue import Terms
    from apowacht.plugins.sites.mistakes import Notes
    from apowacht.plugins.sites.plan import Planned
    from apowacht.plugins.sites.yaml_lines import Entry

LEAST_INTERVAL, MOST_INTERVAL = 10, 7 * 86400
USUAL_INTERVAL = 60.0
INTERVALS = {
    # A Konnektor has little power, and pharmacies share it with their own programs.
    "connector": 180.0,
    "terminal": 180.0,
    "certificate": 3600.0,
    "erezept": 300.0,
    # TI-Lage measures every five minutes; a question in between learns nothing new.
    "tilage": 300.0,
}
"""Seconds between two runs of a check where the site says nothing; others USUAL_INTERVAL."""


def usual_interval(check: str) -> float:
    """Seconds between two runs of the check where nobody says otherwise."""
    return INTERVALS.get(check, USUAL_INTERVAL)


def read_watch(
    plan: Planned, site: str, opening: Mapping[str, Entry], terms: Terms, notes: Notes
) -> Watch:
    """The check that a file asks for; use it only when nothing was noted.

    Of `opening`, the site's, it gets what it has an option for and does not say itself.
    """
    folder = os.path.dirname(notes.file)
    options = with_opening(plan.options, opening, terms.options)
    arguments, values = terms.read(site, plan.name, options, folder, notes)
    terms.needs(plan.options, plan.line, notes)
    interval = _interval(plan.interval, plan.check, notes)
    timeout = values.get("timeout", 0)
    if interval and timeout > interval:
        said = (duration(timeout, notes.lang), duration(interval, notes.lang))
        notes(plan.line, "timeout_long", timeout=said[0], interval=said[1])
    return Watch(plan.name, terms.check, interval or USUAL_INTERVAL, arguments, values)


def note_unfit(plan: Planned, values: Mapping[str, Any], notes: Notes) -> None:
    """Note options that are right one by one and cannot be asked together.

    The command says the same when it runs.
    """
    if plan.check != "uplink" or notes.found:
        return
    from apowacht.plugins.core.check import Options
    from apowacht.plugins.read.uplink import planned

    try:
        planned(Options(**values))
    except OwnTrouble as trouble:
        notes.trouble(plan.line, trouble)


def _interval(entry: Entry | None, check: str, notes: Notes) -> float | None:
    if entry is None:
        return usual_interval(check)
    text = read_text("interval", entry.line, entry.value, notes)
    if text is None:
        return None
    try:
        interval = float(seconds(text))
    except ValueError:
        interval = 0.0
    if not LEAST_INTERVAL <= interval <= MOST_INTERVAL:
        said = [duration(bound, notes.lang) for bound in (LEAST_INTERVAL, MOST_INTERVAL)]
        notes(entry.line, "bad_interval", text=text, least=said[0], most=said[1])
        return None
    return interval
