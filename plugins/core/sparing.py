"""What limits what leaves for others: one request per pause for all runs on this computer.

Before anybody is asked, the request is entered on the disk («asked at …, next at …»); a run that
cannot make that entry does not ask. The answer is kept beside it for all who come too early, a
failure too, so that a server in trouble is not asked more often than a healthy one. Two clocks
must agree that the pause is over, the computer's and that of its uptime, so that a clock which is
put forward or back never leads to one request more.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.plugins.core.state import StateTrouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from apowacht.plugins.core.state import Store

    Data = dict[str, Any]
    Key = tuple[str, ...]

CLOCK_JITTER = 2.0
FLIGHT_SECONDS = 60.0
"""How long a request may be on its way; added to the pause until its answer is entered."""
LONGEST_PAUSE = 86400.0
"""The most that an answer may ask for (its "pause")."""

_HEALED = frozenset({"state_corrupt", "state_future"})


class Rule(NamedTuple):
    """How often: `pause` seconds between two requests, plus 0..`jitter` at random, drawn anew.

    With `slot` the other side renews its answer every so many seconds (counted from midnight
    UTC), and has it ready `offset` seconds later. Then nobody asks in the first `offset` seconds
    of a slot, unless a whole good time has passed in which no run came to ask; and the jitter lies
    behind them instead of behind the pause.
    """

    pause: float
    jitter: float = 0.0
    slot: float = 0.0
    offset: float = 0.0


class Kept(NamedTuple):
    """What is known now. Times are seconds since 1970, ages are seconds.

    `data` is what the last request gave, a failure too, and None before the first one; `why` is
    the reason code of the state's trouble that kept this run, or the one before, from asking, None
    when it was simply not due, `detail` what the system says of it; `good` is the last answer
    without a "failure". `pending` says that another run is asking right now and was not waited for
    any longer.
    """

    data: Data | None = None
    asked_at: float | None = None
    age: float | None = None
    asked_now: bool = False
    why: str | None = None
    next_at: float | None = None
    good: Data | None = None
    good_age: float | None = None
    pending: bool = False
    detail: str = ""


def sparingly(
    store: Store,
    topic: str,
    key: Key,
    now: float,
    rule: Rule,
    ask: Callable[[], Data],
    *,
    may: Callable[[Data, float], bool] | None = None,
    rand: Callable[[], float] = random.random,
    wait: float = 0.0,
    uptime: Callable[[], tuple[str, float] | None] | None = None,
) -> Kept:
    """Ask if it is due, and give what is known.

    `ask` returns plain JSON data; a "failure" in it says that there is no answer, a "pause" asks
    for a longer pause in seconds, at most a day. What it raises goes through, and counts as asked.
    `may` has the last word under the lock; it gets what is kept: "asked_at", "next_at", "data",
    "good" (missing or None at first). `wait` is how long the answer of another run, asking at this
    moment, is waited for, in seconds. `uptime` gives (boot, seconds since then), None where there
    is no such clock. Raises nothing of its own: a state in trouble means that nobody is asked.
    """
    told = list(store.troubles)  # `why` says what happened; a note would say it once more
    if uptime is None and store.clock is time.time:
        uptime = since_boot
    entry = _Entry(store, topic, key, rule, rand, uptime)
    try:
        return _go(entry, now, ask, may, wait)
    finally:
        store.troubles[:] = told


def _go(
    entry: _Entry,
    now: float,
    ask: Callable[[], Data],
    may: Callable[[Data, float], bool] | None,
    wait: float,
) -> Kept:
    kept = entry.peek(now)
    mark = None
    if kept is None:
        try:
            mark = entry.reserve(now, may)
        except StateTrouble as trouble:
            detail = str(trouble.values.get("detail") or "")
            kept = entry.heal(now, trouble.reason)
            return entry.told(kept, now, trouble.reason)._replace(detail=detail)
        kept = entry.memory
    if mark is None:
        return entry.told(entry.awaited(kept, now, wait), now, None)
    return entry.told(entry.finish(mark, ask(), now), now, None, asked_now=True)


class _Entry:
    """One key's entry on the disk; `memory` is what it held when last read."""

    def __init__(
        self,
        store: Store,
        topic: str,
        key: Key,
        rule: Rule,
        rand: Callable[[], float],
        uptime: Callable[[], tuple[str, float] | None] | None,
    ) -> None:
        self._store = store
        self._place = topic, key
        self._rule = rule
        self._rand = rand
        self._uptime = uptime
        self.memory: Data = {}

    def peek(self, now: float) -> Data | None:
        """What is kept when it is surely not due, without a lock; None: look again under it."""
        memory = self._store.read(*self._place)
        if self._store.trouble is not None or not memory or _damage(memory, self._moment(now)):
            return None
        return None if self._due(memory, self._moment(now)) else memory

    def reserve(self, now: float, may: Callable[[Data, float], bool] | None) -> str | None:
        """Enter that this run asks now, and give the entry's mark; None: it is not due.

        Raises StateTrouble.
        """
        mark: list[str] = []

        def change(old: Data) -> Data | None:
            moment = self._moment(now)
            self.memory = old
            damage = _damage(old, moment) if old else None
            if damage:
                raise StateTrouble(damage, folder=self._store.folder, file="", detail="")
            if old and not self._due(old, moment):
                return None
            if may is not None and not may({**old, "data": _latest(old)}, moment):
                return None
            mark.append(f"{moment:.6f}-{self._rand():.12f}")
            kept = {name: old.get(name) for name in ("data", "data_at", "good", "good_at")}
            begun = self._asked(moment, FLIGHT_SECONDS)
            self.memory = {**kept, **begun, "mark": mark[0], "why": None}
            return self.memory

        self._store.reserve(*self._place, change)
        return mark[0] if mark else None

    def finish(self, mark: str, data: Data, now: float) -> Data:
        """Enter the answer, unless somebody has asked anew meanwhile."""
        moment = self._moment(now)
        wanted = data.get("pause")
        longer = min(wanted, LONGEST_PAUSE) if isinstance(wanted, int | float) else 0.0
        stamp = [moment, *self._up()]
        done = {**self._asked(moment, 0.0, longer), "data_at": stamp, "mark": None, "why": None}
        # A good answer is kept once, not twice.
        good = (
            {"data": data}
            if data.get("failure") is not None
            else {"data": None, "good": data, "good_at": stamp}
        )
        self._store.change(
            *self._place,
            lambda old: {**old, **done, **good} if old.get("mark") == mark else None,
        )
        return {**self.memory, **done, **good}

    def heal(self, now: float, why: str) -> Data:
        """After trouble: what can be read all the same; and what is damaged begins anew, as if
        just asked, so that a whole pause passes before the next request."""
        if why not in _HEALED:
            memory = self._store.read(*self._place)
            moment = self._moment(now)
            return {} if self._store.trouble or (memory and _damage(memory, moment)) else memory

        def change(old: Data) -> Data:
            moment = self._moment(now)
            damage = _damage(old, moment) if old else why
            if damage is None:  # another run was faster
                return old
            kept = ("data", "data_at", "good", "good_at") if damage == "state_future" else ()
            known = {name: old.get(name) for name in kept}
            return {**known, **self._asked(moment, 0.0), "mark": None, "why": why}

        return self._store.change(*self._place, change)

    def awaited(self, memory: Data, now: float, wait: float) -> Data:
        """What is kept, after the answer that another run is waiting for, if it comes in time."""
        end = time.monotonic() + wait
        while _on_its_way(memory, self._moment(now)) and time.monotonic() < end:
            time.sleep(min(0.03, max(0.0, end - time.monotonic())))
            memory = self._store.read(*self._place) or memory
        return memory

    def told(self, memory: Data, now: float, why: str | None, *, asked_now: bool = False) -> Kept:
        """What is kept, for the caller."""
        moment = self._moment(now)
        return Kept(
            data=_latest(memory),
            asked_at=_number(memory.get("asked_at")),
            age=self._age(memory.get("data_at"), moment),
            asked_now=asked_now,
            why=why or _text(memory.get("why")),
            next_at=_number(memory.get("next_at")),
            good=_record(memory, "good"),
            good_age=self._age(memory.get("good_at"), moment),
            pending=_on_its_way(memory, moment),
        )

    def _moment(self, now: float) -> float:
        """The clock under the lock: a run may have begun long before it gets its turn."""
        return max(now, self._store.clock())

    def _up(self) -> list[Any]:
        up = self._uptime() if self._uptime is not None else None
        return list(up) if up else []

    def _asked(self, moment: float, flight: float, longer: float = 0.0) -> Data:
        """The entry of a request at this moment."""
        rule = self._rule
        next_at = moment + max(rule.pause, longer) + flight
        if not rule.slot:
            next_at += self._rand() * rule.jitter
        elif longer <= rule.pause:
            ready = (next_at - flight) // rule.slot * rule.slot + rule.offset
            next_at = max(next_at, ready + self._rand() * rule.jitter)
        return {"asked_at": moment, "next_at": next_at, "up": self._up()}

    def _due(self, memory: Data, moment: float) -> bool:
        if moment < memory["next_at"]:
            return False
        pause = memory["next_at"] - memory["asked_at"]
        passed = self._passed(memory.get("up"))
        if passed is not None and passed < pause - CLOCK_JITTER:
            return False  # the clock was put forward
        rule = self._rule
        if not rule.slot or moment % rule.slot >= rule.offset:
            return True
        return bool(moment >= memory["next_at"] + rule.slot - rule.offset)

    def _passed(self, then: Any) -> float | None:
        """Seconds by the uptime since an entry of it, None after a restart of the computer."""
        up = self._up()
        if not up or not isinstance(then, list) or len(then) != 2 or then[0] != up[0]:
            return None
        passed = up[1] - then[1] if isinstance(then[1], int | float) else -1.0
        return passed if passed >= 0 else None  # another time namespace: nothing to compare

    def _age(self, stamp: Any, moment: float) -> float | None:
        if not isinstance(stamp, list) or not stamp or _number(stamp[0]) is None:
            return None
        passed = self._passed(stamp[1:])
        return max(0.0, moment - stamp[0]) if passed is None else float(passed)


def since_boot() -> tuple[str, float] | None:
    """Which start of this computer it is, and the seconds since then, suspended ones included."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read(64).strip(), time.clock_gettime(time.CLOCK_BOOTTIME)
    except (OSError, AttributeError, ValueError):
        return None  # not Linux


def _damage(memory: Data, moment: float) -> str | None:
    """The reason code of an entry that cannot be believed."""
    asked_at, next_at = _number(memory.get("asked_at")), _number(memory.get("next_at"))
    if asked_at is None or next_at is None:
        return "state_corrupt"
    if asked_at > moment + CLOCK_JITTER:
        return "state_future"
    longest = 2 * LONGEST_PAUSE
    return None if 0 <= next_at - asked_at <= longest else "state_corrupt"


def _on_its_way(memory: Data, moment: float) -> bool:
    asked_at = _number(memory.get("asked_at"))
    return bool(memory.get("mark")) and asked_at is not None and moment - asked_at < FLIGHT_SECONDS


def _latest(memory: Data) -> Data | None:
    """What the last request gave."""
    return _record(memory, "data") or (
        _record(memory, "good") if memory.get("data_at") == memory.get("good_at") else None
    )


def _record(memory: Data, name: str) -> Data | None:
    found = memory.get(name)
    return found if isinstance(found, dict) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return None
    return value if abs(value) < 1e12 else None
