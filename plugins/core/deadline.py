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


class Share(Deadline):
    """A part of a deadline, for one of several waits that must not eat each other's time.

    `renew` begins the next wait; whoever holds the share waits by it, and never past the whole.
    """

    def __init__(self, whole: Deadline) -> None:
        super().__init__(whole.remaining())
        self._whole = whole

    def renew(self, part: float) -> None:
        """Give the next wait this part (0 to 1) of what the whole has left."""
        left = self._whole.remaining() * part
        self.seconds = round(left, 1)
        self._end = monotonic() + left
