"""A snapshot as Prometheus reads it: text format 0.0.4, or OpenMetrics 1.0 when it is asked for.

What one result says is written once and kept with the result, because a scrape of many sites
repeats it for minutes; only what moves with the clock is written anew. prometheus_client, which
makes an object per sample, takes ten times as long for the same text.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.exporter.chain import silences, verdict
from apowacht.exporter.model import REASONS
from apowacht.exporter.names import Family, all_families, place
from apowacht.exporter.told import samples
from apowacht.plugins.core.report import State
from apowacht.plugins.core.verdict import LAYERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from nagiosplugin import Range

    from apowacht.exporter.model import Entry, Result, Snapshot

TEXT = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"

STATUSES = {state: state.name.lower() for state in State}
KEPT = "\0metrics"
"""Where a result keeps its lines."""


class Sheet:
    """Lines by family, in the order of the tables when they are written out."""

    def __init__(self) -> None:
        self.lines: dict[str, list[str]] = {}
        self.unnamed = 0

    def add(self, family: str, labels: str, value: float | None) -> None:
        """One sample; a value that is not there, or no finite number, is left out."""
        if value is not None and isfinite(value):
            self.lines.setdefault(family, []).append(_line(family, labels, value))

    def put(self, chunks: Mapping[str, str]) -> None:
        """Lines that are already written, by family."""
        for family, text in chunks.items():
            self.lines.setdefault(family, []).append(text)

    def text(self, *, openmetrics: bool = False) -> str:
        """All families with their heads; for OpenMetrics without its end."""
        parts: list[str] = []
        for name, family in all_families().items():
            lines = self.lines.get(name)
            if lines:
                parts.append(head(family, openmetrics=openmetrics))
                parts += lines
        return "".join(parts)


def wanted(accept: str) -> str:
    """TEXT or OPENMETRICS, whichever an Accept header likes better."""
    best, kind = 0.0, TEXT
    for part in accept.lower().split(","):
        media, *more = (piece.strip() for piece in part.split(";"))
        told = dict(piece.split("=", 1) for piece in more if "=" in piece)
        try:
            weight = float(told.get("q", "1"))
        except ValueError:
            continue
        if media == "application/openmetrics-text":
            if told.get("version", "1.0.0") == "1.0.0" and weight > best:
                best, kind = weight, OPENMETRICS
        elif media in ("text/plain", "text/*", "*/*") and weight > best:
            best, kind = weight, TEXT
    return kind


def head(family: Family, *, openmetrics: bool) -> str:
    """HELP, TYPE and, for OpenMetrics, UNIT."""
    name, kind = family.name, family.kind
    if openmetrics:
        name = name.removesuffix("_total") if kind == "counter" else name
        name = name.removesuffix("_info") if kind == "info" else name
    elif kind == "info":
        kind = "gauge"
    text = family.help.replace("\\", "\\\\").replace("\n", "\\n")
    if openmetrics:
        text = text.replace('"', '\\"')
    lines = f"# HELP {name} {text}\n# TYPE {name} {kind}\n"
    if openmetrics and family.unit and name.endswith(family.unit):
        lines += f"# UNIT {name} {family.unit}\n"
    return lines


def _line(family: str, labels: str, value: float) -> str:
    return f"{family}{{{labels}}} {value}\n" if labels else f"{family} {value}\n"


def label_text(labels: Iterable[tuple[str, str]]) -> str:
    """Labels as they stand between the braces; empty ones, which say nothing, are left out."""
    return ",".join(f'{name}="{escape(value)}"' for name, value in labels if value)


def escape(value: str) -> str:
    """A label's value with what would end it written otherwise; no half surrogate survives."""
    value = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")


def joined(*parts: str) -> str:
    """Label texts behind each other."""
    return ",".join(part for part in parts if part)


def sheet(snapshot: Snapshot) -> Sheet:
    """All of the snapshot's checks and sites."""
    made = Sheet()
    sites: dict[str, list[Entry]] = {}
    for entry in snapshot.entries:
        sites.setdefault(entry.site.name, []).append(entry)
        _entry(made, entry)
    asked = [silent for silent in map(silences, sites.values()) if silent is not None]
    cut_off = len(asked) > 1 and all(asked)
    for name, entries in sites.items():
        _site(made, name, entries, cut_off=cut_off)
    return made


def whose(entry: Entry) -> str:
    """The labels site, check and name."""
    watch = entry.watch
    return label_text(
        (("site", entry.site.name), ("check", watch.check.name), ("name", watch.name))
    )


def _entry(made: Sheet, entry: Entry) -> None:
    labels, watch, result = whose(entry), entry.watch, entry.result
    made.add("apowacht_check_info", f'{labels},layer="{watch.check.layer}"', 1)
    made.add("apowacht_check_state", labels, int(entry.state))
    for state, word in STATUSES.items():
        made.add("apowacht_check_status", f'{labels},state="{word}"', int(state is entry.state))
    since = "apowacht_check_state_since_timestamp_seconds"
    made.add(since, labels, entry.since.timestamp() if entry.since else None)
    made.add("apowacht_check_maintenance", labels, int(entry.maintenance is not None))
    made.add("apowacht_check_stale", labels, int(entry.stale))
    made.add("apowacht_check_interval_seconds", labels, watch.interval)
    if result is None:
        reasons(made, labels, "")
        made.add("apowacht_check_held", labels, 0)
    else:
        made.add("apowacht_check_result_age_seconds", labels, entry.age_seconds)
        chunks = told(entry, result)
        made.put(chunks.always)
        made.unnamed += chunks.unnamed
        if not entry.stale:
            made.put(chunks.fresh)
    success = entry.success_at
    made.add(
        "apowacht_check_last_success_timestamp_seconds",
        labels,
        success.timestamp() if success else None,
    )


class Chunks(NamedTuple):
    """What one result says: lines that hold as long as it is the latest, and its numbers, which
    are left out when it is stale; how many numbers no row has a name for."""

    whose: str
    always: Mapping[str, str]
    fresh: Mapping[str, str]
    unnamed: int


def told(entry: Entry, result: Result) -> Chunks:
    """The lines of one result, written once."""
    labels = whose(entry)
    kept: Chunks | None = result.said.get(KEPT)
    if kept is None or kept.whose != labels:
        always = Sheet()
        reasons(always, labels, result.reason)
        always.add("apowacht_check_duration_seconds", labels, round(result.duration_seconds, 6))
        findings = result.report.findings
        held = any(finding.held_seconds is not None for finding in findings)
        always.add("apowacht_check_held", labels, int(held))
        fresh = numbers(entry.watch.check.name, labels, result)
        kept = Chunks(labels, whole(always), whole(fresh), fresh.unnamed)
        result.said[KEPT] = kept
    return kept


def whole(made: Sheet) -> dict[str, str]:
    """Each family's lines as one text."""
    return {family: "".join(lines) for family, lines in made.lines.items()}


def reasons(made: Sheet, labels: str, reason: str) -> None:
    """The closed list of reasons, 1 for this one."""
    for word in REASONS:
        made.add("apowacht_check_failure", f'{labels},reason="{word}"', int(word == reason))


def numbers(check: str, labels: str, result: Result) -> Sheet:
    """A result's faults, its perfdata with their limits, and what its facts tell beyond."""
    made = Sheet()
    faults: dict[str, State] = {}
    for finding in result.report.findings:
        if finding.state is not State.OK:
            known = faults.get(finding.key, State.OK)
            faults[finding.key] = max(known, finding.state, key=lambda state: state.severity)
    for key, state in faults.items():
        made.add("apowacht_check_problem", f'{labels},problem="{escape(key)}"', int(state))
    for metric in result.report.metrics:
        where = place(check, metric.name, metric.unit)
        if where is None:
            made.unnamed += 1
            continue
        mine = joined(labels, label_text(where.labels))
        made.add(where.family.name, mine, scaled(metric.value, where.divisor))
        for level, limit in (("warning", metric.warning), ("critical", metric.critical)):
            for bound, value in bounds(limit):
                more = f'{mine},level="{level}",bound="{bound}"'
                made.add(where.threshold.name, more, scaled(value, where.divisor))
    for sample in samples(check, result.report.facts):
        more = label_text((name, result.mask(value)) for name, value in sample.labels)
        made.add(sample.family, joined(labels, more), sample.value)
    return made


def scaled(value: float, divisor: int) -> float:
    """In base units."""
    return value if divisor == 1 else value / divisor


def bounds(limit: Range | None) -> Iterator[tuple[str, float]]:
    """A range's bounds: `lower` and `upper`; of one that alarms inside, `inside_lower` and so on.

    The lower bound 0 of a range with an end is Nagios' way to write «at most», and left out.
    """
    if limit is None:
        return
    inside = "inside_" if limit.invert else ""
    if isfinite(limit.start) and (limit.start != 0 or not isfinite(limit.end) or limit.invert):
        yield f"{inside}lower", limit.start
    if isfinite(limit.end):
        yield f"{inside}upper", limit.end


def _site(made: Sheet, name: str, entries: Sequence[Entry], *, cut_off: bool) -> None:
    found = verdict(entries)
    labels = label_text((("site", name),))
    state, layer, window = State.OK, None, None
    if found.site_silent:
        state, layer = (State.UNKNOWN if cut_off else State.CRITICAL), "network"
    elif found.first is not None:
        first = entries[found.first]
        state, layer, window = first.state, first.watch.check.layer, first.maintenance
    made.add("apowacht_site_state", labels, int(state))
    for word in LAYERS:
        made.add("apowacht_site_broken_link", f'{labels},layer="{word}"', int(word == layer))
    made.add("apowacht_site_silent", labels, int(found.site_silent))
    made.add("apowacht_site_maintenance", labels, int(window is not None))


def own(made: Sheet, values: Mapping[str, Any]) -> None:
    """Numbers of the exporter itself: a number, or a mapping from label text to number."""
    for family, value in values.items():
        if isinstance(value, dict):
            for labels, number in value.items():
                made.add(family, labels, number)
        else:
            made.add(family, "", value)
