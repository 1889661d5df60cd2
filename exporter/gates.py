"""Turns at a device: only so many checks ask the same one at once, the others wait in order."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

Turn = TypeVar("Turn")


class Gates(Generic[Turn]):
    """Turns by device; not thread-safe, its owner holds a lock."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._inside: dict[object, int] = {}
        self._waiting: dict[object, deque[Turn]] = {}

    @property
    def waiting(self) -> int:
        """How many wait in all."""
        return sum(map(len, self._waiting.values()))

    def next(self) -> Iterator[Turn]:
        """The first of those that wait, at each device."""
        return (waiting[0] for waiting in self._waiting.values())

    def enter(self, device: object, turn: Turn) -> bool:
        """Whether the turn may begin now; else it waits, and `leave` returns it later."""
        inside = self._inside.get(device, 0)
        if inside < self._most:
            self._inside[device] = inside + 1
            return True
        self._waiting.setdefault(device, deque()).append(turn)
        return False

    def leave(self, device: object) -> Turn | None:
        """End a turn; the next one, which begins now, or None."""
        waiting = self._waiting.get(device)
        if waiting:
            turn = waiting.popleft()
            if not waiting:
                del self._waiting[device]
            return turn
        self._inside[device] -= 1
        if not self._inside[device]:
            del self._inside[device]
        return None
