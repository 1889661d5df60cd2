"""What can go wrong, in kinds that a check can tell apart.

A trouble carries a reason code and the values of its sentence, never the sentence itself:
the words stand in `advice.REASONS`, in German and in English.
"""

from __future__ import annotations


class Trouble(Exception):
    """Something kept the check from its answer.

    `reason` is a key of `advice.REASONS`; `values` fill that row's placeholders.
    """

    def __init__(self, reason: str, **values: object) -> None:
        super().__init__(reason, values)
        self.reason = reason
        self.values = values


class OwnTrouble(Trouble):
    """Ours: a wrong option, an unreadable secret, a broken file. Always UNKNOWN."""


class TargetTrouble(Trouble):
    """The target's: it was asked and gave no usable answer. Each check has its own state for it."""

    @property
    def phase(self) -> str:
        """Where it stopped: dns, connect, tls, auth, request."""
        return str(self.values.get("phase", "request"))


class Unreachable(TargetTrouble):
    """No answer in time, no route, no such name."""


class Refused(TargetTrouble):
    """The target answered, and said no: port closed, wrong user, unknown device."""


class Garbled(TargetTrouble):
    """The target answered, and the answer cannot be understood."""
