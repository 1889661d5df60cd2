"""What the page of one site says of its checks and of their past."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.exporter import charts, words
from apowacht.exporter.charts import Series
from apowacht.exporter.faces import before, fresh, kind_of, note, since
from apowacht.exporter.ledger import LedgerTrouble
from apowacht.plugins.core.words import duration, pick

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, tzinfo

    from apowacht.exporter.charts import Day, Span
    from apowacht.exporter.faces import View
    from apowacht.exporter.journal import Journal, Past
    from apowacht.exporter.samples import Samples
    from apowacht.plugins.core.report import State

DAYS = 7
MOST_ENTRIES = 200
FEW_SPANS = 6


class History(NamedTuple):
    """One site's past between two moments: numbers, changes of state, and when nobody looked.

    All of it is told by the clock of `start` and `end`.
    `states` is each check's state at `start`; the charts show the last 24 hours before `end`.
    Without `readable` the journal could not be read, and nothing is known of changes and gaps.
    `csv` tells whether `/site/<name>/journal.csv` exists.
    """

    start: datetime
    end: datetime
    series: Sequence[Series] = ()
    changes: Sequence[Past] = ()
    gaps: Sequence[tuple[datetime, datetime]] = ()
    states: Mapping[str, State] = {}
    readable: bool = True
    csv: bool = False


def history(view: View, samples: Samples, journal: Journal | None, *, csv: bool = False) -> History:
    """The past of a site up to the moment of its view: a week of changes, a day of numbers."""
    end = view["moment"]
    start = end - timedelta(days=DAYS)
    found = History(start, end, _series(view, samples), readable=False, csv=csv)
    if journal is None:
        return found
    name = str(view["name"])
    try:
        return found._replace(
            changes=journal.changes(name, start, end),
            gaps=journal.gaps(start, end),
            states=journal.states_at(name, start),
            readable=True,
        )
    except LedgerTrouble:
        return found


def _series(view: View, samples: Samples) -> list[Series]:
    """All metrics of all checks; unit and limits are those of the latest answer."""
    found = []
    for check in _checks(view):
        key = (str(view["name"]), str(check["name"]))
        known = {metric["name"]: metric for metric in check["metrics"]}
        for name in samples.names(key):
            now = known.get(name, {"unit": "", "warning": None, "critical": None})
            found.append(
                Series(key[1], name, now["unit"], samples.read(key, name), now["warning"],
                       now["critical"])
            )  # fmt: skip
    return found


def _checks(view: View) -> list[View]:
    return [check for part in view["tiles"] for check in part["checks"]]


def checks(view: View, lang: str) -> list[dict[str, Any]]:
    """Each check with its lines, its age and its readings, in the order of the chain."""
    now = view["moment"]
    return [
        {
            "kind": kind_of(check),
            "title": words.check_title(check["name"], lang),
            "fresh": fresh(check["asked_at"], check["next_at"], now, lang),
            "summary": check["sentence"] if check["stale"] else check["summary"],
            "since": since(check["since"], now, lang),
            "before": before(check["last"], now, lang),
            "note": note(check),
            "details": check["details"],
            "readings": _readings(check["metrics"], lang),
        }
        for check in _checks(view)
    ]


def _readings(metrics: Sequence[Any], lang: str) -> list[dict[str, str]]:
    return [
        {
            "name": words.metric_name(m["name"], lang),
            "value": words.number(m["value"], m["unit"], lang),
            "warning": words.limit(m["warning"], m["unit"], lang),
            "critical": words.limit(m["critical"], m["unit"], lang),
        }
        for m in metrics
    ]


def told(history: History, lang: str) -> dict[str, Any]:
    """The past for the page: lanes of states, charts, days, and every change."""
    since_, until = history.start.timestamp(), history.end.timestamp()
    lanes = charts.spans(
        history.changes, history.states, history.gaps, history.start, history.end, lang
    )
    entries = sorted(history.changes, key=lambda change: change.at, reverse=True)
    shown = entries[:MOST_ENTRIES]
    return {
        "lanes": [
            _lane(name, spans, max(since_, until - charts.DAY_SECONDS), history.end, lang)
            for name, spans in lanes.items()
        ],
        "charts": _charts(history, lang),
        "journal_span": words.word(
            "journal_span",
            lang,
            start=_stamp(history.start, lang),
            end=_stamp(history.end, lang),
        ),
        "days": [_day(d, lang) for d in charts.days(lanes, history.start, history.end)],
        "entries": [_entry(change, history.end.tzinfo, lang) for change in shown],
        "newest": words.word("newest", lang, n=len(shown), all=len(entries))
        if len(entries) > len(shown)
        else "",
    }


def _stamp(at: datetime, lang: str) -> str:
    return f"{at:%d.%m.%Y %H:%M}" if lang == "de" else f"{at:%Y-%m-%d %H:%M}"


def _lane(
    name: str, spans: Sequence[Span], start: float, end: datetime, lang: str
) -> dict[str, Any]:
    until = end.timestamp()
    inside = [span for span in spans if span.end > start]
    items = [_span(span, start, end, lang) for span in reversed(inside)]
    return {
        "title": words.check_title(name, lang),
        "svg": charts.lane(inside, start, until),
        "spans": items[:FEW_SPANS],
        "older": items[FEW_SPANS:],
    }


def _span(span: Span, start: float, end: datetime, lang: str) -> dict[str, str]:
    low, high = (end.fromtimestamp(at, end.tzinfo) for at in (max(span.start, start), span.end))
    a = words.clock(low, lang, end)
    b = words.word("now", lang) if span.end >= end.timestamp() else words.clock(high, lang, end)
    length = duration(span.end - max(span.start, start), lang)
    return {
        "kind": span.state.lower() if span.state else "absent",
        "word": words.word(span.state.lower() if span.state else "gap", lang),
        "when": f"{a} – {b}",
        "text": f"{length}{': ' if span.headline else ''}{span.headline}",
    }


def _charts(history: History, lang: str) -> list[dict[str, Any]]:
    groups = []
    for name, series in groupby(history.series, key=lambda one: one.check):
        drawn = [charts.draw(one, history.end, lang) for one in series]
        kept = [chart for chart in drawn if chart is not None]
        if kept:
            groups.append({"title": words.check_title(name, lang), "charts": kept})
    return groups


def _day(row: Day, lang: str) -> dict[str, str]:
    none = "–"
    return {
        "day": words.day(row.start, lang),
        "faults": str(row.faults) if row.faults else none,
        "time": duration(row.fault_seconds, lang) if row.fault_seconds else none,
        "unwatched": duration(row.unwatched_seconds, lang) if row.unwatched_seconds else none,
    }


def _entry(change: Past, zone: tzinfo | None, lang: str) -> dict[str, str]:
    before, after = (_state(state, lang) for state in (change.before, change.after))
    return {
        "when": _stamp(change.at.astimezone(zone), lang),
        "name": words.check_title(change.name, lang),
        "kind": change.after.name.lower(),
        "states": words.word("change", lang, before=before, after=after),
        "text": pick(change.headline, lang),
    }


def _state(state: State | None, lang: str) -> str:
    return words.word("gap" if state is None else state.name.lower(), lang)
