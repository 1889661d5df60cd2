"""What the page of one site says of its checks and of their past."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.exporter import charts, words
from apowacht.exporter.faces import fresh, kind_of, moment, since
from apowacht.plugins.core.words import duration

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from apowacht.exporter.charts import Change, Day, Series, Span
    from apowacht.exporter.faces import View

MOST_ENTRIES = 200
FEW_SPANS = 6


class History(NamedTuple):
    """One site's past between two moments: numbers, changes of state, and when nobody looked.

    `states` is each check's state at `start`; `csv` whether `/site/<name>/journal.csv` exists.
    The charts show the last 24 hours before `end`.
    """

    start: datetime
    end: datetime
    series: Sequence[Series] = ()
    changes: Sequence[Change] = ()
    gaps: Sequence[tuple[datetime, datetime]] = ()
    states: Mapping[str, str] = {}
    csv: bool = False


def checks(view: View, lang: str) -> list[dict[str, Any]]:
    """Each check with its lines, its age and its readings, in the order of the chain."""
    now = moment(view["moment"])
    assert now is not None  # noqa: S101
    return [
        {
            "kind": kind_of(check) if check.get("asked_at") else "unknown",
            "title": str(check["name"]),
            "fresh": fresh(moment(check.get("asked_at")), moment(check.get("next_at")), now, lang),
            "summary": str(check.get("summary") or words.word("not_asked", lang)),
            "since": since(moment(check.get("since")), now, lang),
            "note": _note(check.get("maintenance")),
            "details": [str(line) for line in check.get("details") or ()],
            "readings": _readings(check.get("metrics") or (), lang),
            "open": False,
        }
        for part in view["tiles"]
        for check in part.get("checks") or ()
    ]


def _note(maintenance: object) -> str:
    if isinstance(maintenance, dict):
        return str(maintenance.get("text") or "")
    return maintenance if isinstance(maintenance, str) else ""


def _readings(metrics: Sequence[Any], lang: str) -> list[dict[str, str]]:
    return [
        {
            "name": words.metric_name(m["name"], lang),
            "value": words.number(m["value"], m["unit"], lang),
            "warning": words.limit(m.get("warning"), m["unit"], lang),
            "critical": words.limit(m.get("critical"), m["unit"], lang),
        }
        for m in metrics
    ]


def told(view: View, history: History, lang: str) -> dict[str, Any]:
    """The past for the page: lanes of states, charts, days, and every change."""
    since_, until = history.start.timestamp(), history.end.timestamp()
    lanes = charts.spans(history.changes, history.states, history.gaps, history.start, history.end)
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
        "entries": [_entry(change, lang) for change in shown],
        "newest": words.word("newest", lang, n=len(shown), all=len(entries))
        if len(entries) > len(shown)
        else "",
    }


def _stamp(at: datetime, lang: str) -> str:
    at = at.astimezone()
    return f"{at:%d.%m.%Y %H:%M}" if lang == "de" else f"{at:%Y-%m-%d %H:%M}"


def _lane(
    name: str, spans: Sequence[Span], start: float, end: datetime, lang: str
) -> dict[str, Any]:
    until = end.timestamp()
    inside = [span for span in spans if span.end > start]
    items = [_span(span, start, end, lang) for span in reversed(inside)]
    return {
        "title": name,
        "svg": charts.lane(inside, start, until),
        "spans": items[:FEW_SPANS],
        "older": items[FEW_SPANS:],
    }


def _span(span: Span, start: float, end: datetime, lang: str) -> dict[str, str]:
    low, high = end.fromtimestamp(max(span.start, start)), end.fromtimestamp(span.end)
    a = words.clock(low.astimezone(), lang, end)
    b = words.word("now", lang) if span.end >= end.timestamp() else words.clock(
        high.astimezone(), lang, end)  # fmt: skip
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
            groups.append({"title": name, "charts": kept})
    return groups


def _day(row: Day, lang: str) -> dict[str, str]:
    none = "–"
    return {
        "day": words.day(row.start, lang),
        "faults": str(row.faults) if row.faults else none,
        "time": duration(row.fault_seconds, lang) if row.fault_seconds else none,
        "unwatched": duration(row.unwatched_seconds, lang) if row.unwatched_seconds else none,
    }


def _entry(change: Change, lang: str) -> dict[str, str]:
    before, after = (_state(state, lang) for state in (change.before, change.after))
    return {
        "when": _stamp(change.at, lang),
        "name": change.name,
        "kind": change.after.lower(),
        "states": words.word("change", lang, before=before, after=after),
        "text": change.headline,
    }


def _state(state: str | None, lang: str) -> str:
    return words.word(state.lower() if state else "gap", lang)
