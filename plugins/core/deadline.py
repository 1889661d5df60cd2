"""One moment after which nobody waits any more: DNS, retries and every answer included."""

from __future__ import annotations

from time import monotonic


class Deadline:
    """A point on the monotonic clock, `seconds` from its making."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = monotonic() + seconds

    def remaining(self) -> float:
        """Seconds left, 0.0 when there are none."""
        return max(0.0, self._end - monotonic())

    @property
    def expired(self) -> bool:
        """Whether no time is left."""
        return self.remaining() == 0.0
