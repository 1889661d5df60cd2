"""The last 24 hours drawn: small lines for numbers, a lane for each check's states.

A drawing is decoration beside the text that says the same: what is drawn here is also returned as
rows for a table or a list. Where nobody looked there is a gap, never a line through it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from apowacht.exporter import words
from apowacht.plugins.core.words import pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from nagiosplugin import Range

    from apowacht.exporter.journal import Past
    from apowacht.exporter.samples import Sample
    from apowacht.plugins.core.report import State

DAY_SECONDS = 86400.0
WIDTH, HEIGHT, LEFT, TOP, FOOT = 360, 96, 4, 6, 18


class Series(NamedTuple):
    """One metric of a check over the last day; its limits as they are now."""

    check: str
    name: str
    unit: str
    samples: Sequence[Sample]
    warning: Range | None = None
    critical: Range | None = None


class Hour(NamedTuple):
    """A row of the table below a chart; None where there are no data."""

    label: str
    least: str | None
    most: str | None
    last: str | None


class Chart(NamedTuple):
    """A drawn series with the same in words."""

    caption: str
    svg: Markup
    hours: Sequence[Hour]


class Span(NamedTuple):
    """A check in one state from `start` to `end`, in epoch seconds; state "" is no data."""

    start: float
    end: float
    state: str
    headline: str = ""


def pieces(samples: Sequence[Sample]) -> list[list[Sample]]:
    """The samples in pieces without a gap inside: one empty place may be jitter, two are a gap."""
    found: list[list[Sample]] = []
    for sample in samples:
        if not found or sample.start - found[-1][-1].start > 2 * sample.seconds:
            found.append([])
        found[-1].append(sample)
    return found


def draw(series: Series, end: datetime, lang: str) -> Chart | None:
    """The 24 hours before `end`; None when nothing was seen in them."""
    stop = end.timestamp()
    start = stop - DAY_SECONDS
    samples = [s for s in series.samples if start <= s.start + s.seconds / 2 and s.start <= stop]
    if not samples:
        return None
    name = words.metric_name(series.name, lang)
    low, high = min(s.least for s in samples), max(s.most for s in samples)
    last, least, most = (words.number(v, series.unit, lang) for v in (samples[-1].last, low, high))
    caption = words.word("drawn", lang, name=name, last=last, least=least, most=most)
    svg = _svg(series, samples, (low, high), end, caption)
    return Chart(caption, svg, _hours(samples, series.unit, end, lang))


def _svg(
    series: Series,
    samples: Sequence[Sample],
    reached: tuple[float, float],
    end: datetime,
    caption: str,
) -> Markup:
    start = end.timestamp() - DAY_SECONDS
    limits = _limits(series, *reached)
    low, high = min([reached[0], *limits]), max([reached[1], *limits])
    if high == low:
        low, high = low - (abs(low) or 1) * 0.5, high + (abs(high) or 1) * 0.5

    def x(at: float) -> str:
        return f"{LEFT + max(at - start, 0) / DAY_SECONDS * (WIDTH - 2 * LEFT):.1f}"

    def y(value: float) -> str:
        return f"{TOP + (high - value) / (high - low) * (HEIGHT - TOP - FOOT - 4):.1f}"

    parts = []
    for at, label in _ticks(start, end):
        parts.append(TICK.format(x(at), TOP, HEIGHT - FOOT, HEIGHT - 5, label))
    for bound, kind in limits.items():
        parts.append(LIMIT.format(LEFT, y(bound), WIDTH - LEFT, *LIMIT_LOOKS[kind]))
    for piece in pieces(samples):
        places = [(x(one.start + one.seconds / 2), one) for one in piece]
        upper = [f"{place} {y(one.most)}" for place, one in places]
        lower = [f"{place} {y(one.least)}" for place, one in reversed(places)]
        line = [f"{place} {y(one.last)}" for place, one in places]
        if len(line) == 1:  # a point alone is a dot
            line *= 2
        parts.append(BAND.format("L".join(upper + lower)))
        parts.append(LINE.format("L".join(line)))
    return FRAME.format(WIDTH, HEIGHT, caption, Markup("").join(parts))


FRAME = Markup('<svg class="c" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>')
TICK = Markup(
    '<path d="M{0} {1}V{2}" stroke="#c9c9cf"/><text x="{0}" y="{3}" text-anchor="middle">{4}</text>'
)
LIMIT = Markup('<path d="M{} {}H{}" stroke="{}" stroke-dasharray="{}"/>')
LIMIT_LOOKS = {"warning": ("#8a5c00", "6 3"), "critical": ("#b00020", "2 3")}
BAND = Markup('<path d="M{}z" fill="currentColor" fill-opacity=".3"/>')
LINE = Markup(
    '<path d="M{}" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linejoin="round"'
    ' stroke-linecap="round"/>'
)


def _limits(series: Series, low: float, high: float) -> dict[float, str]:
    """The bounds near enough to be drawn; one far away would press the line flat."""
    reach = max(high - low, abs(high) * 0.5, 1e-9)
    found = {}
    for limit, kind in ((series.warning, "warning"), (series.critical, "critical")):
        for bound in _bounds(limit):
            if low - reach <= bound <= high + reach:
                found[bound] = kind
    return found


def _bounds(limit: Range | None) -> list[float]:
    if limit is None:
        return []
    return [b for b in (limit.start, limit.end) if b and abs(b) != float("inf")]


def _ticks(start: float, end: datetime) -> list[tuple[float, str]]:
    """Every sixth hour of the wall's clock that lies well inside the drawing."""
    ticks = []
    for hours in range(25):
        at = end.replace(minute=0, second=0, microsecond=0).timestamp() - 3600 * hours
        shown = end.fromtimestamp(at, end.tzinfo)
        if shown.hour % 6 == 0 and start + 1800 < at < end.timestamp() - 1800:
            ticks.append((at, f"{shown:%H:%M}"))
    return ticks


def _hours(samples: Sequence[Sample], unit: str, end: datetime, lang: str) -> list[Hour]:
    """Every hour from the first one with data to the last, the newest first."""
    hours: dict[int, list[Sample]] = {}
    for sample in samples:
        hours.setdefault(int(sample.start // 3600), []).append(sample)
    rows = []
    for hour in range(int(end.timestamp() // 3600), min(hours) - 1, -1):
        at = end.fromtimestamp(hour * 3600, end.tzinfo)
        label = f"{words.day(at, lang)} {at:%H:%M}"
        seen = hours.get(hour)
        if not seen:
            rows.append(Hour(label, None, None, None))
            continue
        values = (min(s.least for s in seen), max(s.most for s in seen), seen[-1].last)
        rows.append(Hour(label, *(words.number(value, unit, lang) for value in values)))
    return rows


def spans(
    changes: Sequence[Past],
    first: Mapping[str, State],
    gaps: Sequence[tuple[datetime, datetime]],
    start: datetime,
    end: datetime,
    lang: str,
) -> dict[str, list[Span]]:
    """Each check's states from `start` to `end` without a hole; gaps are spans with state "".

    `first` is each check's state at `start`. A state that began before a gap is not known inside
    it, and is believed again behind it only because the journal then holds the next change. A state
    begins when it was so, even where it was believed later.
    """
    since, until = start.timestamp(), end.timestamp()
    names = dict.fromkeys([*first, *(change.name for change in changes)])
    lanes = {}
    for name in names:
        told = [Span(since, until, first[name].name if name in first else "")]
        for change in sorted((c for c in changes if c.name == name), key=lambda c: c.at):
            at, state = (change.since or change.at).timestamp(), change.after.name
            headline = pick(change.headline, lang)
            if change.at.timestamp() > until:
                break
            at = max(at, told[-1].start)
            if at == told[-1].start:
                told.pop()
            else:
                told[-1] = told[-1]._replace(end=at)
            told.append(Span(at, until, state, headline))
        cut = [(max(a.timestamp(), since), min(b.timestamp(), until)) for a, b in gaps]
        lanes[name] = _joined(_without(told, [gap for gap in cut if gap[0] < gap[1]]))
    return lanes


def _without(told: list[Span], gaps: Sequence[tuple[float, float]]) -> list[Span]:
    """The spans with the gaps cut out of them."""
    for low, high in gaps:
        pieces: list[Span] = []
        for span in told:
            if span.end <= low or span.start >= high:
                pieces.append(span)
                continue
            pieces += [
                part
                for part in (
                    span._replace(end=low),
                    Span(max(span.start, low), min(span.end, high), ""),
                    span._replace(start=high),
                )
                if part.start < part.end
            ]
        told = pieces
    return told


def _joined(told: Sequence[Span]) -> list[Span]:
    """Neighbours that say the same as one; empty ones are dropped."""
    lane: list[Span] = []
    for span in told:
        if span.start >= span.end:
            continue
        if lane and lane[-1].state == span.state and lane[-1].headline == span.headline:
            lane[-1] = lane[-1]._replace(end=span.end)
        else:
            lane.append(span)
    return lane


HEIGHTS = {"OK": 5, "WARNING": 13, "UNKNOWN": 13, "CRITICAL": 22}
COLOURS = {"OK": "#00664f", "WARNING": "#e69f00", "UNKNOWN": "#5b4b8a", "CRITICAL": "#b00020"}


def lane(told: Sequence[Span], start: float, end: float) -> Markup:
    """The spans as a strip: the worse the higher, without data an empty dashed frame.

    Hidden from screen readers, because the list beside it says the same.
    """
    parts = []
    length = max(end - start, 1.0)
    for span in told:
        if span.end <= start or span.start >= end:
            continue
        left = min((max(span.start, start) - start) / length * 600, 598.5)
        width = max((min(span.end, end) - max(span.start, start)) / length * 600, 1.5)
        high = HEIGHTS.get(span.state, 22)
        look = (Markup('fill="{}"').format(COLOURS[span.state]) if span.state in COLOURS
                else Markup('class="gap"'))  # fmt: skip
        parts.append(Markup('<rect x="{}" y="{}" width="{}" height="{}" {}/>').format(
            f"{left:.1f}", 24 - high, f"{width:.1f}", high, look
        ))  # fmt: skip
    return Markup(
        '<svg class="lane" viewBox="0 0 600 25" preserveAspectRatio="none" aria-hidden="true">'
        '<path d="M0 24.5H600" stroke="#77777d"/>{}</svg>'
    ).format(Markup("").join(parts))


class Day(NamedTuple):
    """One day of the journal, counted: faults, and the seconds with at least one of them."""

    start: datetime
    faults: int
    fault_seconds: float
    unwatched_seconds: float


def days(lanes: Mapping[str, Sequence[Span]], start: datetime, end: datetime) -> list[Day]:
    """The days between two moments, newest first, by the rule that stands on the page."""
    rows = []
    edges = [start, *_midnights(start, end), end]
    for low, high in pairwise(edges):
        a, b = low.timestamp(), high.timestamp()
        bad = [s for told in lanes.values() for s in told if s.state == "CRITICAL"]
        none = [s for told in lanes.values() for s in told if s.state == ""]
        count = sum(1 for s in bad if a <= s.start < b or (low == start and s.start < a < s.end))
        rows.append(Day(low, count, _covered(bad, a, b), _shared(none, len(lanes), a, b)))
    return rows[::-1]


def _midnights(start: datetime, end: datetime) -> list[datetime]:
    """Every midnight strictly between two moments by their clock; a day may have 25 hours."""
    from datetime import timedelta

    day, found = start.date(), []
    for _ in range(400):
        day += timedelta(days=1)
        midnight = start.combine(day, start.min.time(), start.tzinfo)
        if midnight >= end:
            break
        found.append(midnight)
    return found


def _covered(told: Iterable[Span], low: float, high: float) -> float:
    """Seconds between two moments that at least one span covers."""
    total, reached = 0.0, low
    for span in sorted(told):
        start, end = max(span.start, reached), min(span.end, high)
        if end > start:
            total += end - start
            reached = end
    return total


def _shared(told: Iterable[Span], lanes: int, low: float, high: float) -> float:
    """Seconds between two moments in which no check at all has data."""
    edges = sorted(
        edge
        for span in told
        if span.end > low and span.start < high
        for edge in ((max(span.start, low), 1), (min(span.end, high), -1))
    )
    total, open_, last = 0.0, 0, low
    for at, step in edges:
        if open_ == lanes and lanes:
            total += at - last
        open_, last = open_ + step, at
    return total
