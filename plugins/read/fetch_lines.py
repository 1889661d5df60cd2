"""Lines of a log of fetches to counts: calls, durations and statuses, per slice of time.

What a line says besides time, operation, duration and status is never looked at, and no line is
kept. Two ways for our own JSON lines: one regular expression for a whole run of lines of the usual
form, and `json` for every other line; both give the same counts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from apowacht.plugins.wire.logtail import LONGEST_LINE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

AHEAD_SECONDS = 300
"""How far a log's clock may be ahead of ours; what is later is not believed."""
MOST_MILLISECONDS = 3_600_000
LONGEST_MATCHED = 4096
"""Bytes of a line that a user's own regular expression is tried on."""
NO_ANSWER = 0
"""The status of a call that got no answer."""
_MOST_REMEMBERED = 4096
_SHORT = 8192
"""Bytes of a run that is not worth an expression of its own."""
_FEW = 64


class Call(NamedTuple):
    """What one line says. `at` is in seconds since 1970, `milliseconds` None when not told."""

    at: float
    operation: str
    milliseconds: int | None
    status: int


class Alike(NamedTuple):
    """What calls of one slice have in common that are counted as one; see `Slice.bins`."""

    operation: str
    bin: int | None
    status: int


class Slice:
    """The calls of one slice of time: their durations by `duration_bin`, and by status."""

    def __init__(self) -> None:
        self.bins: dict[int, int] = {}
        self.statuses: dict[int, int] = {}


class Tally:
    """The counts of all slices from `since` to a little after `now` (seconds since 1970)."""

    def __init__(
        self, slice_seconds: int, since: float, now: float, operations: Sequence[str] = ()
    ) -> None:
        self.slice_seconds = slice_seconds
        self.slices: dict[int, Slice] = {}
        self.first = int(since // slice_seconds)
        self.final = int((now + AHEAD_SECONDS) // slice_seconds)
        self.answered: int | None = None
        """The newest slice with an answer to whatever operation."""
        self.unread = 0
        """Lines that say nothing we understand."""
        self.ahead = 0
        """Calls that are said to happen in the future."""
        self.answers = 0
        """Calls with an answer, whenever they are said to have been."""
        self.operations = tuple(operations)
        self._wanted: dict[str, bool] = {}

    def count(self, call: Call) -> None:
        """Take one call into account."""
        alike = Alike(call.operation, _bin_of(call.milliseconds, call.status), call.status)
        self.count_in(int(call.at // self.slice_seconds), ((alike, 1),))

    def count_in(self, place: int, calls: Iterable[tuple[Alike, int]]) -> None:
        """Take calls of one slice into account, so many of each kind."""
        if not self.first <= place <= self.final:
            calls = list(calls)
            self.answers += sum(count for (*_, status), count in calls if status != NO_ANSWER)
            if place > self.final:
                self.ahead += sum(count for _, count in calls)
            return
        one = self.slices.get(place) or Slice()
        bins, statuses = one.bins, one.statuses
        answered = False
        for (operation, where, status), count in calls:
            if status != NO_ANSWER:
                answered = True
                self.answers += count
            if self.operations and not self.wants(operation):
                continue
            statuses[status] = statuses.get(status, 0) + count
            if where is not None:
                bins[where] = bins.get(where, 0) + count
        if answered:
            self.answered = place if self.answered is None else max(place, self.answered)
        if statuses:
            self.slices[place] = one

    def wants(self, operation: str) -> bool:
        """Whether this operation is one of those that were asked for."""
        if operation not in self._wanted:
            from fnmatch import fnmatchcase

            if len(self._wanted) > _MOST_REMEMBERED:
                self._wanted.clear()
            wanted = any(fnmatchcase(operation, pattern) for pattern in self.operations)
            self._wanted[operation] = wanted
        return self._wanted[operation]


class Lines(Protocol):
    """A way to read lines."""

    def feed(self, block: bytes, tally: Tally) -> None:
        """Count what a block of whole lines says."""

    def moment(self, line: bytes) -> float | None:
        """When the call of this line was, in seconds since 1970."""


def duration_bin(milliseconds: int) -> int:
    """Durations that are counted as one: exact below 64 ms, else by their first six bits.

    The middle of a bin is at most a 64th (1.6 %) away from each of its durations.
    """
    shift = max(0, milliseconds.bit_length() - 6)
    return milliseconds >> shift << shift


def _bin_of(took: int | None, status: int) -> int | None:
    """Only what was answered well tells how fast the fetch is."""
    return duration_bin(took) if took is not None and 200 <= status <= 299 else None


def bin_middle(place: int) -> float:
    """The milliseconds that a bin stands for."""
    shift = max(0, place.bit_length() - 6)
    return place + ((1 << shift) - 1) / 2


class JsonLines:
    """Our own format: one object per line with time, operation, seconds and status."""

    def __init__(self, utc: bool) -> None:
        self._utc = utc
        self._shapes: dict[bytes, re.Pattern[bytes]] = {}
        self._ends: dict[_End, Alike] = {}
        self._fine = False

    def moment(self, line: bytes) -> float | None:
        """See `Lines.moment`."""
        call = self.call(line)
        return None if call is None else call.at

    def call(self, line: bytes) -> Call | None:
        """What a line says, None when it is none of ours."""
        import json

        if len(line) > LONGEST_LINE:
            return None
        text = line.decode("utf-8", "replace").replace("\0", "").lstrip("\ufeff")
        try:
            told = json.loads(text, parse_float=str, parse_int=str, parse_constant=_refuse)
        except (ValueError, RecursionError):
            return None
        if not isinstance(told, dict) or "status" not in told:
            return None
        return call_of(
            told.get("time"), told.get("operation"), told.get("seconds"), told["status"], self._utc
        )

    def feed(self, block: bytes, tally: Tally) -> None:
        """See `Lines.feed`."""
        here, end = 0, len(block)
        while here < end:
            stop = self._run(block, here, tally)
            if stop is None:
                stop = block.find(b"\n", min(here + _SHORT, end - 1)) + 1 or end
                self._one_by_one(block[here:stop], tally)
            here = stop

    def _one_by_one(self, lines: bytes, tally: Tally) -> None:
        for line in lines.split(b"\n"):
            if line.strip():
                call = self.call(line)
                if call is None:
                    tally.unread += 1
                else:
                    tally.count(call)

    def _run(self, block: bytes, here: int, tally: Tally) -> int | None:
        """Count the lines from here to the last one of the same slice, most of them of the usual
        form, and say where they end; None when that is not worth the effort."""
        usual = _USUAL.match(block, here)
        call = self.call(block[here : block.find(b"\n", here)]) if usual else None
        if usual is None or call is None or _aside(call.at, usual[2], tally.slice_seconds):
            return None
        precision, rest = _CLOCKS[tally.slice_seconds]
        prefix = usual[1] + usual[2][:precision]
        last = block.rfind(b"\n" + prefix, here) + 1
        stop = block.find(b"\n", last) + 1
        if stop - here < _SHORT:
            return None
        moment = re.escape(prefix) + rest + rb"(?:\.\d{1,9})?" + re.escape(usual[3])
        place = int(call.at // tally.slice_seconds)
        self._one_by_one(self._usual(block[here:stop], moment, place, tally), tally)
        return stop

    def _usual(self, lines: bytes, moment: bytes, place: int, tally: Tally) -> bytes:
        """Count the lines of the usual form; the others are left."""
        missing = lines.count(b"\n")
        for fine in (self._fine, not self._fine):
            shape = self._shape(moment, fine=fine, named=bool(tally.operations))
            found = shape.findall(lines)
            tally.count_in(place, self._alike(found))
            missing -= len(found)
            if not missing:
                return b""
            lines = shape.sub(b"", lines)
            if missing < _FEW:
                break
            if len(found) < missing:  # a log keeps to one way of writing durations
                self._fine = not fine
        return lines

    def _alike(self, ends: list[_End]) -> Iterator[tuple[Alike, int]]:
        from collections import Counter

        known = self._ends
        if len(known) > _MOST_REMEMBERED:
            known.clear()
        for end, count in Counter(ends).items():
            if end not in known:
                known[end] = _alike_by(end)
            yield known[end], count

    def _shape(self, moment: bytes, *, fine: bool, named: bool) -> re.Pattern[bytes]:
        """The expression for the lines of one slice, with groups that `_alike_by` reads.

        Where durations have more than three digits behind the point («fine»), the others stay
        outside the groups: the fewer different ends, the fewer have to be read.
        """
        key = b"%d%d" % (fine, named) + moment
        if key not in self._shapes:
            if len(self._shapes) > 8:
                self._shapes.clear()
            name = rb'[ !#-\[\]-~]{0,200}+", ?'
            name = b"(" + name if named else name + b"("
            part = rb"\.\d{3})\d+(" if fine else rb"(?:\.\d{1,3})?"
            self._shapes[key] = re.compile(
                b"^" + moment + rb'", ?"operation": ?"' + name + rb'"seconds": ?(?:0|[1-9]\d{0,5})'
                + part + rb', ?"status": ?[1-9]\d\d)\}\r?$',
                re.MULTILINE,
            )  # fmt: skip
        return self._shapes[key]


_End = bytes | tuple[bytes, bytes]
_CLOCKS = {600: (15, rb"\d:[0-5]\d"), 60: (16, rb":[0-5]\d"), 10: (18, rb"\d")}
"""How many characters of a moment tell its slice, and what comes then."""
_USUAL = re.compile(
    rb'(\{"time": ?")(\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.\d{1,9})?'
    rb'(Z|[+-]\d\d:\d\d|)", ?"operation": ?"'
)


def _aside(at: float, clock: bytes, slice_seconds: int) -> bool:
    """Whether this clock's slices begin elsewhere than ours: a zone of odd minutes."""
    seconds = int(clock[14:16]) * 60 + int(clock[17:19])
    return (int(at) - seconds) % slice_seconds != 0


def _alike_by(end: _End) -> Alike:
    """What the groups of a shape say."""
    told = end if isinstance(end, bytes) else b"".join(end)
    name, _, rest = told.rpartition(b'"seconds":')
    duration, _, code = rest.partition(b",")
    status = int(code.rpartition(b":")[2])
    took = milliseconds(duration.strip().decode())
    return Alike(name.rpartition(b'"')[0].decode(), _bin_of(took, status), status)


def _refuse(name: str) -> Any:
    raise ValueError(name)


class PatternLines:
    """Any other format, by a regular expression on bytes with the groups of `GROUPS`."""

    def __init__(self, pattern: re.Pattern[bytes], utc: bool) -> None:
        self._pattern = pattern
        self._utc = utc

    def moment(self, line: bytes) -> float | None:
        """See `Lines.moment`."""
        call = self.call(line)
        return None if call is None else call.at

    def call(self, line: bytes) -> Call | None:
        """What a line says, None when it does not match or is too long."""
        found = self._pattern.search(line) if len(line) <= LONGEST_MATCHED else None
        if found is None:
            return None
        told = {
            name: text.decode("utf-8", "replace").strip()
            for name, text in found.groupdict().items()
            if text is not None
        }
        duration = told.get("seconds")
        if "milliseconds" in told:
            duration = told["milliseconds"] + "e-3"
        status = told.get("status", None if "status" in self._pattern.groupindex else "200")
        return call_of(told.get("time"), told.get("operation", ""), duration, status, self._utc)

    def feed(self, block: bytes, tally: Tally) -> None:
        """See `Lines.feed`."""
        for line in block.split(b"\n"):
            text = line.rstrip(b"\r")
            if text:
                call = self.call(text)
                if call is None:
                    tally.unread += 1
                else:
                    tally.count(call)


def call_of(
    time: object, operation: object, seconds: object, status: object, utc: bool
) -> Call | None:
    """A call of texts as they stand in a line; None when one of them is not what it should be."""
    at = moment_of(time, utc) if isinstance(time, str) else None
    code = status_of(status)
    operation = "" if operation is None else operation
    if at is None or code is None or not isinstance(operation, str):
        return None
    if seconds in (None, "", "-"):
        return Call(at, operation, None, code)
    took = milliseconds(seconds) if isinstance(seconds, str) else None
    return None if took is None else Call(at, operation, took, code)


def status_of(told: object) -> int | None:
    """Three digits; NO_ANSWER for null, 0 and the like; None for anything else."""
    if told is None:
        return NO_ANSWER
    if not isinstance(told, str) or not told.isascii():
        return None
    if told in ("", "-", "0", "000"):
        return NO_ANSWER
    return int(told) if told.isdecimal() and len(told) == 3 and told >= "100" else None


def milliseconds(text: str) -> int | None:
    """Seconds as text in whole milliseconds, what is beyond cut off; None for no duration."""
    whole, _, part = text.replace(",", ".").partition(".")
    digits = whole + part
    if digits.isascii() and digits.isdecimal() and 0 < len(whole) < 10:
        return min(int(whole) * 1000 + int(f"{part[:3]:0<3}"), MOST_MILLISECONDS)
    try:
        seconds = float(f"{whole}.{part}") if part else float(whole)
    except ValueError:
        return None
    if not 0 <= seconds < float("inf") or "_" in text:
        return None
    return int(min(seconds * 1000, MOST_MILLISECONDS))


def moment_of(text: str, utc: bool) -> float | None:
    """A moment in seconds since 1970; without a zone by this computer's clock, or UTC.

    ISO 8601, seconds, milli-, micro- or nanoseconds since 1970, and the forms of web servers
    (24/Nov/2026:10:00:00 +0100) and of German programs (24.11.2026 10:00:00).
    """
    text = text.strip()
    if text.isascii() and text[:1].isdigit() and text.replace(".", "", 1).isdigit():
        return _epoch(text)
    from datetime import UTC

    for read in _WRITTEN:
        try:
            moment = read(text)
        except (ValueError, OverflowError):
            continue
        if utc and moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        try:
            return float(moment.timestamp())
        except (ValueError, OverflowError, OSError):
            return None
    return None


def _iso(text: str) -> Any:
    from datetime import datetime

    return datetime.fromisoformat(text.replace(",", "."))


def _written(form: str) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        from datetime import datetime

        return datetime.strptime(text, form)

    return read


_WRITTEN = (
    _iso,
    _written("%d/%b/%Y:%H:%M:%S %z"),
    _written("%d.%m.%Y %H:%M:%S"),
    _written("%d.%m.%Y %H:%M:%S,%f"),
    _written("%d.%m.%Y %H:%M:%S.%f"),
)


def _epoch(text: str) -> float | None:
    number = float(text)
    for scale in (1, 1e3, 1e6, 1e9):
        if 1e8 <= number / scale < 1e11:  # 1973 to 5138
            return number / scale
    return None
