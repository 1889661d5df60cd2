"""The journal's lines as evidence: what each holds, the chain of hashes, and a file to hand on.

A hash proves that no line was changed, added or taken out since it was written, not that it is
true.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

KINDS = {
    "change": "a check went from one state to another; note: since when that was so, in epoch "
    "seconds, where it was not believed at once",
    "finding": "the state stayed, the failure class became another; note: as of a change",
    "held": "a fault that was never believed has passed, no state has changed; note: begin and end "
    "in epoch seconds, no end where the watching ended before",
    "start": "the exporter began to watch",
    "stop": "the exporter ended in good order",
    "gap": "nobody watched; note: begin and end in epoch seconds",
    "clock": "the time of day jumped; note: by how many seconds",
    "lost": "lines could not be kept; note: how many",
    "moved": "the file before this one was damaged and moved aside; note: its name",
    "retention": "old lines were deleted; note: how many, up to which line, and its hash",
}
"""Every kind of line."""

ORIGIN = "0" * 64
"""What stands for the hash before the first line."""


class Line(NamedTuple):
    """One line; its hash covers every field, in this order.

    `kind` is one of KINDS, `at` seconds since 1970 in UTC; states are numbers 0 to 3; `clock` is a
    word of `clock.Quality`. None is what does not apply or is not known.
    """

    kind: str
    at: float
    site: str | None = None
    name: str | None = None
    check: str | None = None
    before: int | None = None
    after: int | None = None
    key: str | None = None
    headline_de: str | None = None
    headline_en: str | None = None
    reason: str | None = None
    maintenance: str | None = None
    interval_seconds: float | None = None
    clock: str | None = None
    clock_offset_seconds: float | None = None
    clock_error_seconds: float | None = None
    version: str | None = None
    note: str | None = None


def moments(line: Line) -> list[float]:
    """The moments of which the note of a change, a finding, a hold or a gap tells: begin, end."""
    spans = line.kind in ("change", "finding", "held", "gap")
    return [float(part) for part in (line.note or "").split()] if spans else []


class Kept(NamedTuple):
    """A line as it stands in the journal."""

    number: int
    line: Line
    previous: str
    hash: str


class Proof(NamedTuple):
    """What the chain says: `broken` is the number of the first line that does not fit, or None.

    `head` is the hash of the last line: noted elsewhere, it proves the lines up to it.
    """

    lines: int
    head: str
    broken: int | None


def link(previous: str, line: Line) -> str:
    """The hash of a line: SHA-256 of the previous one's and of the line as compact JSON."""
    text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
    return sha256(f"{previous}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()


def verify(lines: Iterable[Kept]) -> Proof:
    """Follow the chain from the oldest line on.

    Where old lines were deleted by the retention, a later line of kind «retention» must name the
    hash at which the chain now begins.
    """
    count, head, broken = 0, ORIGIN, None
    number = 0
    anchor = None
    anchors = set()
    for kept in lines:
        if count == 0:
            number, head = kept.number - 1, kept.previous
            anchor = None if (number, head) == (0, ORIGIN) else head
        if broken is None:
            follows = kept.number == number + 1 and kept.previous == head
            if not follows or link(head, kept.line) != kept.hash:
                broken = kept.number
        if kept.line.kind == "retention":
            anchors.add((kept.line.note or "").rpartition(" ")[2])
        count, number, head = count + 1, kept.number, kept.hash
    if broken is None and anchor is not None and anchor not in anchors:
        broken = number - count + 1
    return Proof(count, head, broken)


COLUMNS = ("number", "at_utc", *Line._fields, "previous", "hash", "since_utc", "until_utc")


def csv_text(lines: Iterable[Kept]) -> str:
    """The lines as CSV, RFC 4180, with a head; times in UTC beside the exact seconds."""
    import csv
    import io

    told = io.StringIO()
    writer = csv.writer(told)
    writer.writerow(COLUMNS)
    for kept in lines:
        row = ["" if part is None else part for part in kept.line]
        safe = [_harmless(part) if isinstance(part, str) else part for part in row]
        span = [utc(at) for at in moments(kept.line)]
        since, until = (*span, "", "")[:2]
        writer.writerow(
            [kept.number, utc(kept.line.at), *safe, kept.previous, kept.hash, since, until]
        )
    return told.getvalue()


def _harmless(text: str) -> str:
    """A spreadsheet takes a cell with such a beginning for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def utc(at: float) -> str:
    """Epoch seconds in ISO 8601, to the millisecond; empty for a moment that no date can be."""
    try:
        return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    except (OverflowError, ValueError, OSError):
        return ""
