"""Does a card terminal itself answer? By SICCT discovery over UDP, TCP 443, and ICMP.

Its SICCT port is never opened over TCP: ending such a connection resets the cards in it, and the
PIN of the SMC-B is lost (gemSpec_KT TIP1-A_3258, TIP1-A_3259).
"""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING, Any

from apowacht.plugins.core.errors import OwnTrouble, Refused, TargetTrouble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apowacht.plugins.core.deadline import Deadline

WEB_PORT = 443
_SECONDS = 9.0  # three for each sign of life


class Direct:
    """The terminals of `--direct`, all asked at once while the Konnektor is asked."""

    def __init__(self, pairs: Sequence[tuple[str, str]], deadline: Deadline) -> None:
        self._answers: dict[str, dict[str, Any]] = {}
        self._troubles: list[OwnTrouble] = []
        self._deadline = deadline
        self._threads = [
            Thread(target=self._ask, args=(name, host), daemon=True) for name, host in pairs
        ]
        for thread in self._threads:
            thread.start()

    def answers(self) -> dict[str, dict[str, Any]]:
        """By name: asked, sicct and https (bool), ping_seconds (None: no answer), ping_allowed.

        A terminal that nothing is known of when the deadline ends is not among them. Raises
        OwnTrouble.
        """
        for thread in self._threads:
            thread.join(self._deadline.remaining())
        if self._troubles:
            raise self._troubles[0]
        return dict(sorted(dict(self._answers).items()))

    def _ask(self, name: str, host: str) -> None:
        try:
            self._answers[name] = signs_of_life(host, self._deadline)
        except OwnTrouble as trouble:
            self._troubles.append(trouble)
        except TargetTrouble as trouble:  # no such name, or no time
            self._answers[name] = {
                "asked": trouble.phase != "dns", "sicct": False, "https": False,
                "ping_seconds": None, "ping_allowed": True,
            }  # fmt: skip


def signs_of_life(host: str, deadline: Deadline) -> dict[str, Any]:
    """What one terminal answers to. Raises what resolving its name raises."""
    from apowacht.plugins.core.deadline import Deadline
    from apowacht.plugins.core.errors import Garbled
    from apowacht.plugins.wire.icmp import NotPermitted, ping
    from apowacht.plugins.wire.sicct import discover

    own = Deadline(min(_SECONDS, deadline.remaining()))
    try:
        announced = discover(host, own)
    except Garbled:
        announced = None
    https = _web(host, announced.tcp_port if announced is not None else None, deadline)
    seconds, allowed = None, True
    try:
        seconds = ping(host, own) if not own.expired else None
    except NotPermitted:
        allowed = False
    return {
        "asked": True,
        "sicct": announced is not None,
        "https": https,
        "ping_seconds": None if seconds is None else round(seconds, 4),
        "ping_allowed": allowed,
    }


def _web(host: str, sicct_port: int | None, deadline: Deadline) -> bool:
    """Whether it is there on TCP 443; a refusal is an answer as well."""
    from apowacht.plugins.core.deadline import Deadline
    from apowacht.plugins.wire.endpoint import connect

    if sicct_port == WEB_PORT:
        return False
    try:
        connect(host, WEB_PORT, Deadline(min(_SECONDS / 3, deadline.remaining()))).close()
    except Refused:
        return True
    except TargetTrouble:
        return False
    return True
