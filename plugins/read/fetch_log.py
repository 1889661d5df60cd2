"""How fast e-prescriptions are really fetched, and what fails: read from a log, without a probe.

The pharmacy's software or a proxy writes the log; `read` counts its newest calls, `judge` judges
them. Kept between runs are counts per slice of time, and where the reading stood.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from apowacht.plugins.core.asked import Failure
from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.limits import DurationType, option_name
from apowacht.plugins.core.options import flag, limits, option
from apowacht.plugins.core.report import Finding, Metric, State

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator, Mapping

    from nagiosplugin import Range

    from apowacht.plugins.core.check import Options
    from apowacht.plugins.read.fetch_lines import Lines, Slice, Tally
    from apowacht.plugins.wire.logtail import Position

SHORTEST_WINDOW, LONGEST_WINDOW = 60, 86400
LOCK_AFTER = 100
"""The Fachdienst locks a pharmacy's card fetches until the next day after this many mismatches."""


class PatternType(click.ParamType["re.Pattern[bytes]"]):
    """A regular expression for lines on the command line."""

    name = "pattern"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> re.Pattern[bytes]:
        """See `fetch_pattern.compiled`."""
        from apowacht.plugins.read.fetch_pattern import compiled

        return compiled(value, option_name(param)) if isinstance(value, str) else value  # type: ignore[return-value]


class WindowType(DurationType):
    """How far back the statistics reach."""

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """From a minute to a day; anything else names its option."""
        window = super().convert(value, param, ctx)
        if not SHORTEST_WINDOW <= window <= LONGEST_WINDOW:
            raise OwnTrouble(
                "bad_window", option=option_name(param), text=str(value), least="1m", most="1d"
            )
        return window


LOG = (
    option(
        "--log",
        metavar="FILE",
        help="Log of fetches that the pharmacy software or a proxy writes; a pattern with * where "
        "each day has a file of its own.",
    ),
    option(
        "--log-pattern",
        type=PatternType(),
        metavar="REGEX",
        help="The log's lines, where they are not our own JSON: named groups time, operation, "
        "seconds or milliseconds, status.",
    ),
    option(
        "--log-operation",
        multiple=True,
        metavar="NAME",
        help="Count only calls of this operation, with * and ? (repeatable) [default: all].",
    ),
    option(
        "--log-window",
        type=WindowType(),
        default="1h",
        show_default=True,
        metavar="DURATION",
        help="Judge the calls of this time, a minute to a day.",
    ),
    flag("--log-utc", help="Times in the log without a zone are UTC, not this computer's time."),
    option(
        "--log-least",
        type=click.IntRange(1, 10000),
        default=5,
        show_default=True,
        metavar="NUMBER",
        help="Judge failures and durations from this many calls on.",
    ),
    *limits("fetch_count", "", floor=True),
    *limits("fetch_median", "s", warning="5", critical="15"),
    *limits("fetch_p95", "s"),
    *limits("fetch_failures", "%", warning="30", critical="70"),
)


@dataclass(frozen=True)
class FetchFacts:
    """What a log told of the calls in the window; None is what it did not tell."""

    window_seconds: float
    count: int | None = None
    median_seconds: float | None = None  # of calls that were answered well
    p95_seconds: float | None = None
    failures: dict[str, int] = field(default_factory=dict)  # by HTTP status; "0": no answer
    accepted_pn3: int = 0  # answered in emergency mode (202)
    last_at: str | None = None  # newest answer to any operation, to the slice; ISO 8601, UTC
    noticed_at: str | None = None  # when new answers were last found here, whatever their time
    unread_lines: int = 0  # since the last run
    ahead_calls: int = 0  # since the last run; said to be in the future
    behind: bool = False  # there was no time to read all
    failure: Failure | None = None  # why the log could not be read


def read(options: Options) -> FetchFacts | None:
    """The calls of the window; None without --log. A log that cannot be read is a fact, too.

    `options.now` says when now is. The state of two runs at once is the state of one of them.
    """
    if not options.log:
        return None
    try:
        return _read(options)
    except OwnTrouble as trouble:
        values = {name: str(value) for name, value in trouble.values.items()}
        failure = Failure("log", "log", trouble.reason, values)
        return FetchFacts(options.log_window, failure=failure)


def of_recording(told: Mapping[str, Any] | None) -> FetchFacts | None:
    """The facts of `dataclasses.asdict`, as a recording keeps them."""
    if told is None:
        return None
    failure = told.get("failure")
    return FetchFacts(**{**told, "failure": None if failure is None else Failure(**failure)})


class _Memory(NamedTuple):
    """What is kept between runs."""

    position: Position | None
    slices: dict[int, Slice]
    answered: int | None
    noticed: float | None


def _read(options: Options) -> FetchFacts:
    seen: list[FetchFacts] = []

    def change(old: dict[str, Any]) -> dict[str, Any]:
        memory, told = _gone_on(_remembered(old), options)
        seen.append(told)
        return _data(memory)

    key = (options.site, "fetch", options.log, options.name, _shape(options))
    options.store.change("fetch", key, change, min(1.0, options.deadline.remaining() / 4))
    return seen[-1]


def _gone_on(memory: _Memory, options: Options) -> tuple[_Memory, FetchFacts]:
    """Read what is new, and count it with what is remembered."""
    from apowacht.plugins.read.fetch_lines import Tally
    from apowacht.plugins.wire.logtail import Tail

    now = options.now.timestamp()
    since = now - options.log_window
    tally = Tally(_slice_seconds(options.log_window), since, now, options.log_operation)
    lines = _lines(options)
    tail = Tail(options.log, memory.position, since, lines.moment)
    enough = options.deadline.remaining() / 2
    for block in tail.blocks(lambda: options.deadline.remaining() <= enough):
        lines.feed(block, tally)
    tally.unread += tail.passed_over
    _merge(tally, memory, resumed=tail.resumed)
    noticed = memory.noticed
    if noticed is None or not tail.resumed or tally.answers or _illegible(tally):
        noticed = now
    kept = _Memory(tail.position, tally.slices, tally.answered, noticed)
    return kept, _facts(tally, options, noticed, behind=tail.behind)


def _illegible(tally: Tally) -> bool:
    """Whether there is something new that might be calls: nothing in this log was ever one."""
    return bool(tally.unread) and tally.answered is None


def _merge(tally: Tally, memory: _Memory, *, resumed: bool) -> None:
    """Add what is remembered. When the place was lost, calls that were counted before may have been
    read again, or be gone from the file: the higher count of each slice is the better one."""
    for place, kept in memory.slices.items():
        if not tally.first <= place <= tally.final:
            continue
        if place not in tally.slices:
            tally.slices[place] = kept
            continue
        known = tally.slices[place]
        for counts, more in ((known.bins, kept.bins), (known.statuses, kept.statuses)):
            for one, count in more.items():
                here = counts.get(one, 0)
                counts[one] = here + count if resumed else max(here, count)
    if memory.answered is not None and memory.answered <= tally.final:
        tally.answered = max(memory.answered, tally.answered or memory.answered)


def _facts(tally: Tally, options: Options, noticed: float, *, behind: bool) -> FetchFacts:
    from datetime import UTC, datetime

    bins: dict[int, int] = {}
    statuses: dict[int, int] = {}
    for one in tally.slices.values():
        for counts, more in ((bins, one.bins), (statuses, one.statuses)):
            for what, count in more.items():
                counts[what] = counts.get(what, 0) + count
    last = None
    if tally.answered is not None:
        end = (tally.answered + 1) * tally.slice_seconds
        last = datetime.fromtimestamp(min(end, options.now.timestamp()), UTC).isoformat()
    return FetchFacts(
        window_seconds=options.log_window,
        count=sum(statuses.values()),
        median_seconds=quantile(bins, 0.5),
        p95_seconds=quantile(bins, 0.95),
        failures={
            str(status): count
            for status, count in sorted(statuses.items())
            if not 200 <= status <= 299
        },
        accepted_pn3=statuses.get(202, 0),
        last_at=last,
        noticed_at=datetime.fromtimestamp(noticed, UTC).isoformat(),
        unread_lines=tally.unread,
        ahead_calls=tally.ahead,
        behind=behind,
    )


def quantile(bins: Mapping[int, int], part: float) -> float | None:
    """The duration in seconds that this part of the calls did not exceed; None without calls.

    At most 1.6 % away from the real one (`fetch_lines.duration_bin`).
    """
    from apowacht.plugins.read.fetch_lines import bin_middle

    left = sum(bins.values()) * part
    for place in sorted(bins):
        left -= bins[place]
        if left <= 1e-9:
            return round(bin_middle(place) / 1000, 4)
    return None


def _lines(options: Options) -> Lines:
    from apowacht.plugins.read.fetch_lines import JsonLines, PatternLines

    if options.log_pattern is None:
        return JsonLines(options.log_utc)
    return PatternLines(options.log_pattern, options.log_utc)


def _slice_seconds(window: float) -> int:
    """Slices short enough for the window: at most a 36th of it, but for the shortest ones."""
    return 600 if window >= 36 * 600 else 60 if window >= 36 * 60 else 10


def _shape(options: Options) -> str:
    """What decides how lines become counts: another shape is another memory."""
    from zlib import crc32

    pattern = b"" if options.log_pattern is None else options.log_pattern.pattern
    names = "\0".join(sorted(options.log_operation)).encode()
    parts = (str(_slice_seconds(options.log_window)).encode(), b"%d" % options.log_utc)
    window = str(options.log_window).encode()
    return f"{crc32(bytes(1).join((*parts, window, names, pattern))):08x}"


def _data(memory: _Memory) -> dict[str, Any]:
    slices = {
        str(place): [list(map(list, one.bins.items())), list(map(list, one.statuses.items()))]
        for place, one in memory.slices.items()
    }
    position = None if memory.position is None else list(memory.position)
    return {
        "position": position,
        "slices": slices,
        "answered": memory.answered,
        "noticed": memory.noticed,
    }


def _remembered(data: Mapping[str, Any]) -> _Memory:
    """What `_data` made; an empty memory of anything else."""
    from apowacht.plugins.read.fetch_lines import Slice
    from apowacht.plugins.wire.logtail import Position

    slices: dict[int, Slice] = {}
    try:
        for place, (bins, statuses) in data["slices"].items():
            one = slices[int(place)] = Slice()
            one.bins = {int(what): int(count) for what, count in bins}
            one.statuses = {int(what): int(count) for what, count in statuses}
        answered = data["answered"]
        answered = None if answered is None else int(answered)
        noticed = float(data["noticed"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return _Memory(None, {}, None, None)
    return _Memory(Position.of(data.get("position")), slices, answered, noticed)


class Meaning(NamedTuple):
    """What a status tells: its failure class, and the worst that it can be."""

    key: str
    most: State = State.CRITICAL


OWN_SOFTWARE = Meaning("erp.refused", State.WARNING)
TOO_MANY = Meaning("erp.too_many")
SERVICE = Meaning("erp.service_error")
MEANINGS = {
    # What the Fachdienst's and the card services' codes say (gematik/api-erp, erp_statuscodes and
    # erp_abrufen_egk).
    0: Meaning("erp.no_answer"),
    401: Meaning("erp.not_logged_in"),
    403: Meaning("erp.forbidden"),
    408: Meaning("erp.too_slow"),
    423: Meaning("erp.locked"),
    429: TOO_MANY,
    454: Meaning("vsdm.down", State.WARNING),  # printout and app still work
    455: Meaning("erp.card_data", State.WARNING),
    456: Meaning("erp.card_data", State.WARNING),
    457: Meaning("erp.card_data", State.WARNING),
    458: Meaning("erp.card_data", State.WARNING),
    504: Meaning("erp.overloaded"),
    512: Meaning("erp.ocsp_slow", State.WARNING),
}


def meaning(status: int) -> Meaning:
    """What a status that is no success tells."""
    return MEANINGS.get(status) or (SERVICE if status >= 500 else OWN_SOFTWARE)


def judge(fetch: FetchFacts | None, options: Options) -> Iterator[Finding]:
    """Is the fetch fast enough, does it fail, and does the log tell of it at all?"""
    if fetch is None:
        return
    if fetch.failure is not None:
        yield Finding("erp.log_unreadable", State.UNKNOWN, {"reason": fetch.failure.trouble})
        return
    yield from legible(fetch)
    yield from calls(fetch, options)
    yield from failing(fetch, options)
    yield from durations(fetch, options)


def legible(fetch: FetchFacts) -> Iterator[Finding]:
    """Does the log say what it is believed to say?"""
    if fetch.behind:
        yield Finding("erp.log_behind", State.UNKNOWN)
    if fetch.ahead_calls:
        yield Finding("erp.log_ahead", State.UNKNOWN, {"count": fetch.ahead_calls})
    if fetch.unread_lines and not fetch.count and not fetch.ahead_calls and not fetch.last_at:
        yield Finding("erp.log_unread", State.UNKNOWN, {"count": fetch.unread_lines})


def calls(fetch: FetchFacts, options: Options) -> Iterator[Finding]:
    """How many calls there were; none at all is no fault unless the user asked for some."""
    count = fetch.count or 0
    levels = options.fetch_count_warning, options.fetch_count_critical
    metric = Metric("fetch_count", count, "", *levels, 0)
    failures = {int(status): number for status, number in fetch.failures.items()}
    told = _told(list(failures), failures, count)
    values = {**told, "age": fetch.window_seconds, "latency": fetch.median_seconds}
    if metric.state is not State.OK:
        yield Finding("erp.fetch_few", metric.state, values, metric)
    elif count:
        yield Finding("erp.fetched", State.OK, values, metric)
    else:
        yield Finding("erp.fetch_none", State.OK, values, metric)


def failing(fetch: FetchFacts, options: Options) -> Iterator[Finding]:
    """How many calls failed, and of what: each class by its own part of all calls.

    One lock is enough to be sure of it. Single failures of other kinds are everyday life.
    """
    count = fetch.count or 0
    failures = {int(status): number for status, number in fetch.failures.items()}
    if fetch.accepted_pn3:
        yield Finding("erp.fetched_pn3", State.OK, {"count": fetch.accepted_pn3})
    mismatches = failures.get(456, 0) + failures.get(458, 0)
    if mismatches * 2 >= LOCK_AFTER:
        yield Finding("erp.lock_near", State.WARNING, {"count": mismatches})
    if not count:
        return
    levels = options.fetch_failures_warning, options.fetch_failures_critical
    enough = count >= options.log_least
    worst = State.OK
    classes: dict[Meaning, list[int]] = {}
    for status in failures:
        classes.setdefault(meaning(status), []).append(status)
    for told, statuses in classes.items():
        part = sum(failures[status] for status in statuses)
        state = _state(100 * part / count, levels) if enough else State.OK
        if told.key == "erp.locked":
            state = State.CRITICAL
        state = min(state, told.most)
        worst = max(worst, state)
        yield Finding(told.key, state, _told(statuses, failures, part))
    total = sum(failures.values())
    metric = Metric("fetch_failures", round(100 * total / count, 1), "%", *levels, 0, 100)
    state = metric.state if enough and worst is State.OK else State.OK
    yield Finding("erp.fetch_failing", state, _told(list(failures), failures, total), metric)


def _told(statuses: list[int], failures: Mapping[int, int], part: int) -> dict[str, object]:
    often = sorted(statuses, key=lambda status: -failures[status])
    named = tuple((failures[status], status) for status in often[:5])
    return {"count": part, "statuses": named}


def _state(percent: float, levels: tuple[Range | None, Range | None]) -> State:
    return Metric("fetch_failures", percent, "%", *levels).state


def durations(fetch: FetchFacts, options: Options) -> Iterator[Finding]:
    """How long the calls took that were answered well."""
    enough = (fetch.count or 0) >= options.log_least
    for name, took in (("fetch_median", fetch.median_seconds), ("fetch_p95", fetch.p95_seconds)):
        if took is None:
            continue
        warning, critical = (
            getattr(options, f"{name}_warning"),
            getattr(options, f"{name}_critical"),
        )
        metric = Metric(name, took, "s", warning, critical, 0)
        key = "erp.fetch_slow" if name == "fetch_median" else "erp.fetch_often_slow"
        yield Finding(key, metric.state if enough else State.OK, {"latency": took}, metric)
