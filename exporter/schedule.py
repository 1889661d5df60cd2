"""When each watch is due: a heap of moments, each watch on a grid of its own, without threads."""

from __future__ import annotations

import heapq
from hashlib import sha256
from itertools import count
from typing import Generic, TypeVar

Name = TypeVar("Name")

FIRST_SECONDS = 60.0
"""Within this time every new watch is asked for the first time, however long its interval is."""


def fraction(*names: str) -> float:
    """A number from 0 to 1 (excluded) that is always the same for the same names."""
    digest = sha256("\0".join(names).encode("utf-8", "surrogateescape")).digest()
    return int.from_bytes(digest[:6], "big") / 2**48


class Schedule(Generic[Name]):
    """Due moments of many watches, on a clock that only grows.

    A watch's grid is `phase + k * interval`, its phase a fraction of its interval, so that watches
    spread evenly and a late run moves none of those that follow. The first run comes early.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Name]] = []
        self._due: dict[Name, float] = {}
        self._grid: dict[Name, tuple[float, float]] = {}
        self._order = count()

    def __len__(self) -> int:
        return len(self._due)

    def add(self, name: Name, interval: float, phase: float, now: float) -> None:
        """Plan a watch anew; `phase` is from 0 to 1."""
        first = now + phase * min(interval, FIRST_SECONDS)
        if interval <= FIRST_SECONDS:
            self._grid[name] = (first % interval, interval)
        else:
            self._grid[name] = (phase * interval, interval)
        self._set(name, first)

    def remove(self, name: Name) -> None:
        """Forget a watch."""
        self._due.pop(name, None)
        self._grid.pop(name, None)

    def due(self, name: Name) -> float | None:
        """When a watch is due next; None for one that is not planned."""
        return self._due.get(name)

    def sooner(self, name: Name, moment: float) -> None:
        """Plan an extra run before the next one; its grid stays."""
        due = self._due.get(name)
        if due is not None and moment < due:
            self._set(name, moment)

    def next(self) -> float | None:
        """The earliest moment at which something is due."""
        heap = self._heap
        while heap and self._due.get(heap[0][2]) != heap[0][0]:
            heapq.heappop(heap)  # planned anew, or removed
        return heap[0][0] if heap else None

    def take(self, now: float) -> list[tuple[Name, float]]:
        """What is due by now, the earliest first, with its moment; each is planned again."""
        taken = []
        while (moment := self.next()) is not None and moment <= now:
            _, _, name = heapq.heappop(self._heap)
            taken.append((name, moment))
            self._set(name, self._after(name, now))
        return taken

    def _after(self, name: Name, now: float) -> float:
        """The next place on the grid, so that no two runs are further apart than the interval.

        The first run may be followed soon by the second: it came early, as an extra one.
        """
        phase, interval = self._grid[name]
        place = phase - (phase - now) // interval * interval
        return place if place > now else place + interval

    def _set(self, name: Name, moment: float) -> None:
        self._due[name] = moment
        heapq.heappush(self._heap, (moment, next(self._order), name))
