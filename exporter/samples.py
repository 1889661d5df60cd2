"""The numbers of the last 24 hours, for charts: by watch and metric, in five-minute places.

Kept in memory only: a restart begins anew, and the states of that time stand in the journal.
"""

from __future__ import annotations

import struct
from math import isfinite, isnan
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from apowacht.exporter.model import Key, Result

SPAN_SECONDS = 86400
PLACE_SECONDS = 300
MOST_METRICS = 32
"""How many metrics of one watch are kept; a device that invents names must not fill the memory."""

_PLACE = struct.Struct("<fee")
"""The last value, and how far the smallest and the largest lie from it: half precision (three
digits) is enough for a distance, and eight bytes hold all."""
_ABSENT = _PLACE.pack(float("nan"), 0.0, 0.0)
_FARTHEST = 65504.0
_LARGEST = 3.4e38


class Sample(NamedTuple):
    """What was seen in one place: `start` and `seconds` of the place (epoch seconds)."""

    start: float
    seconds: float
    least: float
    most: float
    last: float


class Samples:
    """The rings of all watches. Its owner holds a lock while it adds; reading copies first."""

    def __init__(self) -> None:
        self._rings: dict[Key, _Ring] = {}

    @property
    def size(self) -> int:
        """Bytes in use, without the dictionary's own."""
        return sum(ring.size for ring in list(self._rings.values()))

    def add(self, key: Key, interval: float, result: Result) -> None:
        """The numbers of one run of a watch that is asked every `interval` seconds."""
        metrics = result.report.metrics
        if not metrics:
            return
        seconds = max(PLACE_SECONDS, -(-int(interval) // PLACE_SECONDS) * PLACE_SECONDS)
        ring = self._rings.get(key)
        if ring is None or ring.seconds != seconds:
            ring = self._rings[key] = _Ring(seconds)
        place = ring.turn_to(result.asked_at.timestamp())
        if place is not None:
            for metric in metrics:
                if isfinite(metric.value) and abs(metric.value) < _LARGEST:
                    ring.put(place, metric.name, metric.value)

    def keep(self, keys: Container[Key]) -> None:
        """Forget all other watches."""
        for key in [key for key in self._rings if key not in keys]:
            del self._rings[key]

    def names(self, key: Key) -> list[str]:
        """The metrics that a watch had, in the order in which they came."""
        ring = self._rings.get(key)
        return list(ring.columns) if ring is not None else []

    def read(self, key: Key, name: str) -> list[Sample]:
        """The places of one metric in which something was seen, the oldest first."""
        ring = self._rings.get(key)
        column = ring.columns.get(name) if ring is not None else None
        if ring is None or column is None:
            return []
        return list(ring.read(bytes(column)))


class _Ring:
    """One watch: a column of places for each metric, all on the same ring of time."""

    __slots__ = ("columns", "newest", "places", "seconds")

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        self.places = SPAN_SECONDS // seconds + 1
        self.newest: int | None = None
        self.columns: dict[str, bytearray] = {}

    @property
    def size(self) -> int:
        return sum(map(len, list(self.columns.values())))

    def turn_to(self, moment: float) -> int | None:
        """The place for a moment; None for one that has left the ring, as after a clock's jump."""
        number = int(moment // self.seconds)
        newest = self.newest
        if newest is None or number - newest >= self.places or newest - number >= self.places:
            self.columns.clear()  # nothing of it lies within the last day, by this clock
            self.newest = number
        elif number > newest:
            for passed in range(newest + 1, number + 1):
                self._clear(passed % self.places)
            self.newest = number
        return number % self.places

    def _clear(self, place: int) -> None:
        start = place * _PLACE.size
        for column in self.columns.values():
            column[start : start + _PLACE.size] = _ABSENT

    def put(self, place: int, name: str, value: float) -> None:
        column = self.columns.get(name)
        if column is None:
            if len(self.columns) >= MOST_METRICS:
                return
            column = self.columns[name] = bytearray(_ABSENT * self.places)
        offset = place * _PLACE.size
        last, below, above = _PLACE.unpack_from(column, offset)
        if isnan(last):
            low = high = value
        else:
            low, high = min(last - below, value), max(last + above, value)
        _PLACE.pack_into(
            column, offset, value, min(value - low, _FARTHEST), min(high - value, _FARTHEST)
        )

    def read(self, column: bytes) -> Iterator[Sample]:
        newest = self.newest
        if newest is None:
            return
        for number in range(newest - self.places + 1, newest + 1):
            last, below, above = _PLACE.unpack_from(column, number % self.places * _PLACE.size)
            if not isnan(last):
                start = float(number * self.seconds)
                yield Sample(start, float(self.seconds), last - below, last + above, last)
