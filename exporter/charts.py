"""The last 24 hours drawn: small lines for numbers, a lane for each check's states.

A drawing is decoration beside the text that says the same: what is drawn here is also returned as
rows for a table or a list. Where nobody looked there is a gap, never a line through it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup

from apowacht.exporter import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from nagiosplugin import Range

DAY_SECONDS = 86400.0
WIDTH, HEIGHT, LEFT, TOP, FOOT = 360, 96, 4, 6, 18
COLUMNS = 240
"""How many places a day is drawn with; each shows its smallest and its largest value."""
MISSED = 2.5
"""How many intervals without a point make a gap."""


class Series(NamedTuple):
    """One number over time: `points` are (epoch seconds, value) in order, and hold no gaps.

    `interval` is the seconds between two points when none is missing.
    """

    check: str
    name: str
    unit: str
    points: Sequence[tuple[float, float]]
    interval: float
    warning: Range | None = None
    critical: Range | None = None


class Hour(NamedTuple):
    """A row of the table below a chart; None where there are no data."""

    label: str
    least: str | None
    mean: str | None
    most: str | None


class Chart(NamedTuple):
    """A drawn series with the same in words."""

    caption: str
    svg: Markup
    hours: Sequence[Hour]


class Change(NamedTuple):
    """A line of the journal. States are named OK, WARNING, CRITICAL, UNKNOWN; None is no state."""

    at: datetime
    name: str
    before: str | None
    after: str
    headline: str


class Span(NamedTuple):
    """A check in one state from `start` to `end`, in epoch seconds; state "" is no data."""

    start: float
    end: float
    state: str
    headline: str = ""


def runs(points: Sequence[tuple[float, float]], interval: float) -> list[list[tuple[float, float]]]:
    """The points in pieces without a gap inside."""
    pieces: list[list[tuple[float, float]]] = []
    last = float("-inf")
    for point in points:
        if point[0] - last > MISSED * interval:
            pieces.append([])
        pieces[-1].append(point)
        last = point[0]
    return pieces


def thin(piece: Sequence[tuple[float, float]], step: float) -> list[tuple[float, float]]:
    """At most two points for each `step` seconds, its extremes, so that no peak is lost."""
    if len(piece) <= 2:
        return list(piece)
    kept: list[tuple[float, float]] = []
    for bucket in _buckets(piece, step).values():
        kept += sorted({min(bucket, key=lambda p: p[1]), max(bucket, key=lambda p: p[1])})
    return kept


def _buckets(
    points: Iterable[tuple[float, float]], step: float
) -> dict[int, list[tuple[float, float]]]:
    buckets: dict[int, list[tuple[float, float]]] = {}
    for point in points:
        buckets.setdefault(int(point[0] // step), []).append(point)
    return buckets


def draw(series: Series, end: datetime, lang: str) -> Chart | None:
    """The 24 hours before `end`; None when there is no point in them."""
    stop = end.timestamp()
    start = stop - DAY_SECONDS
    points = [p for p in series.points if start <= p[0] <= stop and abs(p[1]) < 1e15]
    if not points:
        return None
    values = [value for _, value in points]
    name = words.metric_name(series.name, lang)
    told = (words.number(v, series.unit, lang) for v in (values[-1], min(values), max(values)))
    caption = words.word("drawn", lang, **dict(zip(("last", "least", "most"), told, strict=True)),
                         name=name)  # fmt: skip
    svg = _svg(series, points, start, end, caption)
    return Chart(caption, svg, _hours(points, series.unit, end, lang))


def _svg(
    series: Series,
    points: Sequence[tuple[float, float]],
    start: float,
    end: datetime,
    caption: str,
) -> Markup:
    values = [value for _, value in points]
    low, high = min(values), max(values)
    limits = [
        (bound, kind)
        for limit, kind in ((series.warning, "warning"), (series.critical, "critical"))
        for bound in _bounds(limit)
    ]
    # A limit far away would press the line flat; one nearby is drawn.
    reach = max(high - low, abs(high) * 0.5, 1e-9)
    limits = [(b, kind) for b, kind in limits if low - reach <= b <= high + reach]
    low, high = min([low, *(b for b, _ in limits)]), max([high, *(b for b, _ in limits)])
    if high == low:
        low, high = low - (abs(low) or 1) * 0.5, high + (abs(high) or 1) * 0.5

    def x(at: float) -> str:
        return f"{LEFT + (at - start) / DAY_SECONDS * (WIDTH - 2 * LEFT):.1f}"

    def y(value: float) -> str:
        return f"{TOP + (high - value) / (high - low) * (HEIGHT - TOP - FOOT - 4):.1f}"

    parts = []
    base = HEIGHT - FOOT
    for at, label in _ticks(start, end):
        parts.append(Markup('<path d="M{0} {1}V{2}" stroke="#c9c9cf"/>').format(x(at), TOP, base))
        parts.append(Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>')
                     .format(x(at), HEIGHT - 5, label))  # fmt: skip
    for bound, kind in limits:
        dash, colour = ("6 3", "#8a5c00") if kind == "warning" else ("2 3", "#b00020")
        parts.append(Markup(
            '<path d="M{0} {1}H{2}" stroke="{3}" stroke-dasharray="{4}"/>'
        ).format(LEFT, y(bound), WIDTH - LEFT, colour, dash))  # fmt: skip
    for piece in runs(points, series.interval):
        thinned = thin(piece, DAY_SECONDS / COLUMNS)
        if len(thinned) == 1:  # a point alone is a dot
            thinned *= 2
        path = "L".join(f"{x(at)} {y(value)}" for at, value in thinned)
        parts.append(
            Markup('<path d="M{}" fill="none" stroke="currentColor" stroke-width="1.6"'
                   ' stroke-linejoin="round" stroke-linecap="round"/>').format(path)
        )  # fmt: skip
    return Markup('<svg class="c" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, HEIGHT, caption, Markup("").join(parts)
    )


def _bounds(limit: Range | None) -> list[float]:
    if limit is None:
        return []
    return [b for b in (limit.start, limit.end) if b and abs(b) != float("inf")]


def _ticks(start: float, end: datetime) -> list[tuple[float, str]]:
    """Every sixth hour of the wall's clock that lies well inside the drawing."""
    ticks = []
    for hours in range(25):
        at = end.astimezone().replace(minute=0, second=0, microsecond=0).timestamp() - 3600 * hours
        shown = end.fromtimestamp(at).astimezone()
        if shown.hour % 6 == 0 and start + 1800 < at < end.timestamp() - 1800:
            ticks.append((at, f"{shown:%H:%M}"))
    return ticks


def _hours(
    points: Sequence[tuple[float, float]], unit: str, end: datetime, lang: str
) -> list[Hour]:
    buckets = _buckets(points, 3600)
    last = int(end.timestamp() // 3600)
    rows = []
    for hour in range(last, last - 25, -1):
        label = f"{end.fromtimestamp(hour * 3600).astimezone():%d.%m. %H:%M}"
        values = [value for _, value in buckets.get(hour, ())]
        if not values:
            rows.append(Hour(label, None, None, None))
            continue
        shown = (min(values), sum(values) / len(values), max(values))
        rows.append(Hour(label, *(words.number(value, unit, lang) for value in shown)))
    while rows and rows[-1].least is None and rows[-1].label:
        rows.pop()  # before the first point there is nothing to tell
    return rows


def spans(
    changes: Sequence[Change],
    first: Mapping[str, str],
    gaps: Sequence[tuple[datetime, datetime]],
    start: datetime,
    end: datetime,
) -> dict[str, list[Span]]:
    """Each check's states from `start` to `end` without a hole; gaps are spans with state "".

    `first` is each check's state at `start`. A state that began before a gap is not known inside
    it, and is believed again behind it only because the journal then holds the next change.
    """
    since, until = start.timestamp(), end.timestamp()
    names = dict.fromkeys([*first, *(change.name for change in changes)])
    lanes = {}
    for name in names:
        told = [Span(since, until, first.get(name, ""))]
        for change in sorted((c for c in changes if c.name == name), key=lambda c: c.at):
            at = change.at.timestamp()
            if at > until:
                break
            if at <= since:
                told = [Span(since, until, change.after, change.headline)]
            else:
                told[-1] = told[-1]._replace(end=at)
                told.append(Span(at, until, change.after, change.headline))
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
        left = (max(span.start, start) - start) / length * 600
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
    """Every local midnight strictly between two moments, also where a day has 23 or 25 hours."""
    from datetime import timedelta

    day, found = start.astimezone().date(), []
    for _ in range(400):
        day += timedelta(days=1)
        midnight = start.combine(day, start.min.time()).astimezone()
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
