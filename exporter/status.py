"""What the pages and the JSON say of a site: a snapshot in, plain records out, no I/O.

One site is a View, a dict; `plain` makes it fit for JSON. Moments are aware datetimes, states are
"OK", "WARNING", "CRITICAL", "UNKNOWN", or None where nothing is watched. Texts are in the language
asked for, without secrets; None where there is nothing to say.

    View: name, title, moment, zone, state, stale (nothing here is fresh), key, headline (short),
        sentence, owner, step, never, since, tiles, maintenance, maintenance_now, site_silent,
        held, last (that of its headline)
    tile: layer (power, network, access, identity, service: always these five, in this order),
        state, stale, sentence, owner, step, never, since, who, phone, contract, note, then, checks,
        first (the first broken link of the site), follows (explained by the first), maintenance,
        held, last.
        who to note are of the contact that helps with the fault shown, whichever link that is of;
        then is None, or the contact to whom the step sends one on: who, phone, contract, note
    check: name, check (ups, uplink ...), layer, state, stale, key, summary, sentence, owner, step,
        never, details (lines), reason (model.REASONS or ""), since, asked_at, success_at, next_at,
        age_seconds, interval_seconds, duration_seconds, maintenance, metrics, held, last
    held: sentences on what looks wrong and is not believed yet
    maintenance of a tile or check, maintenance_now of a View (its headline's): None or the window
        under way; maintenance of a View: a list of windows under way or announced.
        A window: text, start, end, checks (names, [] for the whole site), current
    metric: name, value, unit, warning, critical (Range or None; `plain` writes them as text)
    last: None, or what the journal knew before the first answer: state, since, headline

`moment` is by the clock of the site, so that pages can tell all others by it; ages go by a clock
that nobody sets, and `asked_at` follows from them. The state of a tile is the worst of its checks,
except that a fault found goes before what was not asked yet. The state of a View is that of its
headline, the lowest broken link that no maintenance explains; what is under maintenance has its
real state, and `maintenance` (for a View `maintenance_now`) tells to show it as maintenance.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from apowacht.exporter import words as page_words
from apowacht.exporter.chain import Verdict, silences, verdict, weight
from apowacht.plugins.core import words
from apowacht.plugins.core.cli import trouble_of
from apowacht.plugins.core.helper import further, helper, layer_of
from apowacht.plugins.core.render import details, summary, told
from apowacht.plugins.core.report import Finding, Report, State
from apowacht.plugins.core.verdict import LAYERS
from apowacht.plugins.sites.model import Contact

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from apowacht.exporter.model import Entry, Result, Snapshot
    from apowacht.plugins.sites.model import Site, Window

View = dict[str, Any]

ANNOUNCED = timedelta(days=14)
"""How long before its start a window is shown."""
WEEKLY_ANNOUNCED = timedelta(days=1)


def views(snapshot: Snapshot, lang: str) -> list[View]:
    """All sites that have a check, in the order of the snapshot."""
    sites = _by_site(snapshot)
    cut_off = _cut_off(sites)
    return [_view(entries, snapshot.moment, lang, cut_off) for entries in sites.values()]


def view(snapshot: Snapshot, name: str, lang: str) -> View | None:
    """One site; None when no check has it."""
    sites = _by_site(snapshot)
    if name not in sites:
        return None
    return _view(sites[name], snapshot.moment, lang, _cut_off(sites))


def plain(value: Any) -> Any:
    """A view, or a part of it, as JSON knows it: moments in ISO 8601 in UTC, ranges as text."""
    from nagiosplugin import Range

    from apowacht.plugins.core.limits import range_text

    if isinstance(value, Range):  # a tuple, too
        return range_text(value)
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, tzinfo):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds")
    return value


def headline(result: Result, lang: str) -> str:
    """The short headline of the worst finding, "" when the report says nothing."""
    return str(_said(result, lang)["headline"])


def deciding_key(result: Result) -> str:
    """The failure class that decides the report's state; "" when nothing is wrong."""
    findings = told(result.report)
    worst = findings[0] if findings else None
    return worst.key if worst is not None and worst.state is not State.OK else ""


def _by_site(snapshot: Snapshot) -> dict[str, list[Entry]]:
    sites: dict[str, list[Entry]] = {}
    for entry in snapshot.entries:
        sites.setdefault(entry.site.name, []).append(entry)
    return sites


def _cut_off(sites: Mapping[str, Sequence[Entry]]) -> bool:
    """Whether not one of several sites answers, which is the line of the monitoring itself."""
    told_ = [silences(entries) for entries in sites.values()]
    asked = [silent for silent in told_ if silent is not None]
    return len(asked) > 1 and all(asked)


def _view(entries: Sequence[Entry], moment: datetime, lang: str, cut_off: bool) -> View:
    site = entries[0].site
    found = verdict(entries)
    checks = [_check(entry, moment, lang) for entry in entries]
    local = moment.astimezone(site.zone)
    made: View = {"name": site.name, "title": site.title, "moment": local, "zone": site.zone}
    made.update(_head(checks, found, lang, cut_off))
    made["stale"] = all(entry.stale for entry in entries)
    made["tiles"] = [_tile(layer, entries, checks, found, made, lang) for layer in LAYERS]
    made["maintenance"] = windows(site, moment)
    made["held"] = _held(checks)
    return made


HEAD = ("key", "headline", "sentence", "owner", "step", "never")
TOLD = (*HEAD, "state", "since", "last")
"""What the deciding check says for its tile, and for its site."""


def _head(checks: Sequence[View], found: Verdict, lang: str, cut_off: bool) -> View:
    """State, since and texts of the site as a whole."""
    if found.first is not None:
        first = checks[found.first]
        made = {name: first[name] for name in TOLD}
        return {**made, "site_silent": False, "maintenance_now": first["maintenance"]}
    made = dict.fromkeys((*HEAD, "last", "maintenance_now"))
    made["since"] = max((check["since"] for check in checks if check["since"]), default=None)
    if not found.site_silent:
        return {**made, "state": State.OK.name, "site_silent": False}
    state = State.UNKNOWN if cut_off else State.CRITICAL
    texts = _texts(Finding("monitor.cut_off" if cut_off else "site.unreachable", state), lang)
    return {**made, **texts, "state": state.name, "site_silent": True}


def _tile(
    layer: str,
    entries: Sequence[Entry],
    checks: Sequence[View],
    found: Verdict,
    head: View,
    lang: str,
) -> View:
    site = entries[0].site
    places = [place for place, entry in enumerate(entries) if entry.watch.check.layer == layer]
    made: View = {"layer": layer, "first": False, "follows": False, "maintenance": None}
    if found.site_silent and layer == "network":
        made.update({name: head[name] for name in TOLD}, stale=False)
        made["first"] = True
    elif places:
        # The deciding check: the one that says most, and of equals the first.
        place = max(places, key=lambda p: (weight(entries[p]), -p))
        if found.first in places:
            place = found.first if entries[place].state is entries[found.first].state else place
        first = checks[place]
        made.update({name: first[name] for name in (*TOLD, "stale")})
        made["maintenance"] = first["maintenance"]
        made["first"] = found.first in places
        made["follows"] = place in found.follows
        if found.site_silent and place in found.follows:
            made["state"] = "UNKNOWN"
    else:
        made.update(dict.fromkeys(TOLD), stale=False)
        made["sentence"] = page_words.word("not_watched", lang)
    made.update(_contact(layer, made, site.contacts))
    made["checks"] = [checks[place] for place in places]
    made["held"] = _held(made["checks"])
    return made


def _held(checks: Sequence[View]) -> list[str]:
    return [sentence for check in checks for sentence in check["held"]]


def _contact(layer: str, made: View, contacts: Mapping[str, Contact]) -> View:
    """Who helps with the tile's fault, by the kernel's rule; if well the layer's contact."""
    broken = made["state"] not in (None, State.OK.name)
    key = made["key"] if broken and layer_of(made["key"] or "") else None
    contact = helper(key, contacts) if key else contacts.get(layer)
    then = further(key, contacts) if key else None
    told: View = contact._asdict() if contact else dict.fromkeys(Contact._fields)
    return {**told, "then": then._asdict() if then else None}


def _check(entry: Entry, moment: datetime, lang: str) -> View:
    result, watch = entry.result, entry.watch
    age = entry.age_seconds if result else None
    asked_at = None if age is None else moment - timedelta(seconds=age)
    said = _said(result, lang) if result else _unasked(lang)
    made: View = {
        "name": watch.name,
        "check": watch.check.name,
        "layer": watch.check.layer,
        "state": entry.state.name,
        "stale": entry.stale,
        **said,
        "reason": result.reason if result else "",
        "since": _since(entry, asked_at, moment),
        "asked_at": asked_at,
        "success_at": asked_at if result and not result.reason else entry.success_at,
        "next_at": entry.next_at,
        "age_seconds": age,
        "interval_seconds": watch.interval,
        "duration_seconds": result.duration_seconds if result else None,
        "maintenance": _window(entry.maintenance, current=True) if entry.maintenance else None,
        "metrics": [] if result is None or entry.stale else _metrics(result),
        "last": None,
    }
    if entry.stale:
        values = {"min": int((age or 0.0) // 60)}
        made.update(_texts(Finding("monitor.stale", State.UNKNOWN, values), lang), held=[])
    if result is None and entry.last is not None:
        text = words.pick(entry.last.headline, lang)
        last = {"state": entry.last.state.name, "since": entry.last.since, "headline": text}
        made["last"] = last
        if entry.last.state is not State.OK:
            made["headline"] = page_words.word("was_before", lang, headline=text)
    return made


def _since(entry: Entry, asked_at: datetime | None, moment: datetime) -> datetime | None:
    """When the state began; never after it was found, also where the clock was put back."""
    found = moment if entry.stale or asked_at is None else asked_at
    return entry.since and min(entry.since, found)


def _unasked(lang: str) -> View:
    text = page_words.word("not_asked", lang)
    return {
        **dict.fromkeys(HEAD),
        "headline": text,
        "sentence": text,
        "summary": text,
        "details": [],
        "held": [],
    }


def _said(result: Result, lang: str) -> View:
    """The report in words, made once for each language."""
    known: View | None = result.said.get(lang)
    if known is None:
        try:
            known = _words(result, lang)
        except Exception as error:  # one check's mistake must not take the page from all the others
            finding = Finding("monitor.trouble", State.UNKNOWN, {"trouble": trouble_of(error)})
            report = Report(result.report.check, (finding,))
            known = _words(replace(result, report=report), lang)
        result.said[lang] = known
    return known


def _words(result: Result, lang: str) -> View:
    findings = told(result.report)
    held = [finding for finding in findings if finding.held_seconds is not None]
    # Where all is well, what is being watched says more than news.
    first = held[:1] if result.report.state is State.OK else []
    said: View = _texts((first + findings)[0], lang) if findings else dict.fromkeys(HEAD)
    said = {name: text and result.mask(text) for name, text in said.items()}
    said["summary"] = result.mask(summary(result.report, lang))
    said["held"] = [result.mask(words.sentence(finding, lang)) for finding in held]
    said["details"] = [result.mask(line) for line in details(result.report, lang)]
    if not findings:  # a report that holds nothing is UNKNOWN, and says so
        said["headline"] = said["sentence"] = said["summary"]
    return said


def _texts(finding: Finding, lang: str) -> View:
    return {
        "key": finding.key,
        "headline": words.headline(finding, lang) or None,
        "sentence": words.sentence(finding, lang) or None,
        "owner": words.owner(finding, lang) or None,
        "step": words.step(finding, lang) or None,
        "never": words.never(finding, lang) or None,
    }


def _metrics(result: Result) -> list[View]:
    return [
        {
            "name": metric.name,
            "value": metric.value,
            "unit": metric.unit,
            "warning": metric.warning,
            "critical": metric.critical,
        }
        for metric in result.report.metrics
    ]


def windows(site: Site, moment: datetime) -> list[View]:
    """The site's maintenance under way and to come, in the order of its beginning."""
    found = [_told(window, moment) for window in site.maintenance]
    shown = [window for window in found if window is not None]
    return sorted(shown, key=lambda window: window["start"] or moment)


def _told(window: Window, moment: datetime) -> View | None:
    from apowacht.plugins.sites.windows import occurrence

    found = occurrence(window, moment)
    if found is None:
        return None
    start, end = found
    ahead = ANNOUNCED if window.weekly is None else WEEKLY_ANNOUNCED
    if start is not None and start > moment + ahead:
        return None
    current = start is None or start <= moment
    return {**_window(window, current=current), "start": start, "end": end}


def _window(window: Window, *, current: bool) -> View:
    return {
        "text": window.text,
        "start": window.start,
        "end": window.end,
        "checks": sorted(window.checks),
        "current": current,
    }
