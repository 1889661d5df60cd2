"""What flaps in the field is reported only when it lasts: `--debounce N/M` and `--grace`.

Per finding key the last results are remembered. While a trouble is held back, the state stays
OK and the time since it began is told; once reported, two good results in a row end it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.plugins.core.errors import OwnTrouble

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apowacht.plugins.core.state import Store

    Memory = dict[str, Any]

OK, WARNING, CRITICAL, UNKNOWN = range(4)
GOODS_TO_END = 2
LONGEST_WINDOW = 100
# Results further apart than this do not belong together, unless the check runs that seldom.
GAP = 3600.0
GAP_INTERVALS = 4
# Two runs at once may write in the other order; that is no step of the clock.
JITTER = 60.0
MOST_KEYS = 500
LATEST = 1e12  # seconds since 1970; keeps out what JSON calls NaN and Infinity


class Rule(NamedTuple):
    """Bad when at least `bad` of the last `window` results are, and for `grace` seconds unbroken.

    Both conditions must hold. The grace time starts again with every good result, so that a
    device that comes and goes is a matter of the window, and one that restarts of the grace.
    """

    bad: int = 1
    window: int = 1
    grace: float = 0.0

    @property
    def active(self) -> bool:
        """Whether there is anything to hold back."""
        return self.window > 1 or self.grace > 0


class Settled(NamedTuple):
    """The state to report, and for how many seconds another one has been held back, or None."""

    state: int
    held_seconds: float | None


class _Entry(NamedTuple):
    """What is remembered of one key."""

    at: float  # of the last result, seconds since 1970
    every: float  # seconds between the last two results
    since: float | None  # begin of the present unbroken bad time
    shown: int  # the state reported last
    goods: int  # good results in a row
    results: str  # the window, one sign per result, 1 = bad


def parse_debounce(text: str) -> tuple[int, int]:
    """N and M of "N/M", N at least 1 and at most M. Raises OwnTrouble("debounce_syntax")."""
    parts = [part.strip() for part in text.split("/")]
    if len(parts) == 2 and all(p.isascii() and p.isdecimal() and len(p) <= 3 for p in parts):
        bad, window = map(int, parts)
        if 1 <= bad <= window <= LONGEST_WINDOW:
            return bad, window
    raise OwnTrouble("debounce_syntax", text=text)


def settle(
    memory: Memory, key: str, state: int, now: float, rule: Rule
) -> tuple[int, float | None, Memory]:
    """The state to report for one result, how long another is held back, and the new memory.

    `memory` is a JSON object of an earlier call, {} at first, and is not changed; what it holds
    of another shape is ignored. `now` is in seconds since 1970. UNKNOWN passes through and is
    not counted. Escalation and easing of a trouble that is reported already are immediate.
    Held seconds count from the begin of the unbroken bad time, 0.0 for the first good result
    after a reported trouble.
    """
    if not rule.active:
        return state, None, _without(memory, key)
    if state == UNKNOWN:
        return state, None, dict(memory)
    entry = _follow(_entry(memory, key), state, now, rule)
    shown = _shown(entry, state, rule)
    if shown == OK and entry.shown != OK:
        entry = entry._replace(results="")  # it is over: the next trouble is judged afresh
    entry = entry._replace(shown=shown)
    held = None if shown == state else entry.at - (entry.at if entry.since is None else entry.since)
    # Nothing bad to remember; but a check that runs seldom must know that it does.
    if shown == OK and "1" not in entry.results and entry.every <= GAP:
        return shown, held, _without(memory, key)
    return shown, held, _bounded({**_without(memory, key), key: list(entry)})


def settle_all(
    memory: Memory, raw: Mapping[str, int], now: float, rule: Rule, *, whole: bool = True
) -> tuple[dict[str, Settled], Memory]:
    """As `settle` for all findings of one run, and for keys that this run no longer yields.

    A vanished key is a good result; it is among the answers only while it is still reported.
    When any finding is UNKNOWN, or the run saw nothing of the target (`whole` False: it was
    silent), nobody knows why a key is missing: it is left as it was.
    """
    answers: dict[str, Settled] = {}
    for key, state in raw.items():
        shown, held, memory = settle(memory, key, state, now, rule)
        answers[key] = Settled(shown, held)
    if whole and UNKNOWN not in raw.values():
        for key in [key for key in memory if key not in raw]:
            shown, held, memory = settle(memory, key, OK, now, rule)
            if shown != OK:
                answers[key] = Settled(shown, held)
    return answers, memory


def settle_kept(
    store: Store,
    key: tuple[str, ...],
    raw: Mapping[str, int],
    now: float,
    rule: Rule,
    wait: float = 1.0,
    *,
    whole: bool = True,
) -> dict[str, Settled]:
    """As `settle_all`, with the memory in the state folder under `key` (site, check, target, name).

    Without a rule the folder is not touched. On any trouble with it every state is reported as
    it is, as if there were no rule; `store.trouble` says why.
    """
    plain = {name: Settled(state, None) for name, state in raw.items()}
    if not rule.active:
        return plain
    answers: dict[str, Settled] = {}

    def remember(memory: Memory) -> Memory:
        nonlocal answers
        answers, memory = settle_all(memory, raw, now, rule, whole=whole)
        return memory

    store.change("debounce", key, remember, wait)
    return plain if store.trouble else answers


def _follow(last: _Entry | None, state: int, now: float, rule: Rule) -> _Entry:
    """The entry with this result counted, begun anew after a gap or a step of the clock."""
    bad = state != OK
    every = 0.0
    if last is not None:
        passed = now - last.at
        if -JITTER <= passed < 0:
            now, passed = last.at, 0.0
        if 0 <= passed <= max(GAP, GAP_INTERVALS * last.every):
            return _Entry(
                at=now,
                every=passed or last.every,
                since=(now if last.since is None else last.since) if bad else None,
                shown=last.shown,
                goods=0 if bad else last.goods + 1,
                results=(last.results + str(int(bad)))[-rule.window :],
            )
        every = max(0.0, passed)
    return _Entry(now, every, now if bad else None, OK, int(not bad), str(int(bad)))


def _shown(entry: _Entry, state: int, rule: Rule) -> int:
    """What to report for `state`, the newest result of this entry."""
    if state == OK:
        return OK if entry.goods >= GOODS_TO_END else entry.shown
    return state if entry.shown != OK or _fulfilled(entry, rule) else OK


def _fulfilled(entry: _Entry, rule: Rule) -> bool:
    long_enough = entry.since is not None and entry.at - entry.since >= rule.grace
    return long_enough and entry.results.count("1") >= rule.bad


def _entry(memory: Memory, key: str) -> _Entry | None:
    """The entry in a memory that came from a file, None when it is not one."""
    kept = memory.get(key)
    if not isinstance(kept, list) or len(kept) != len(_Entry._fields):
        return None
    at, every, since, shown, goods, results = kept
    numbers = (at, every, goods, 0.0 if since is None else since)
    if not all(isinstance(number, int | float) and abs(number) < LATEST for number in numbers):
        return None
    if shown not in (OK, WARNING, CRITICAL) or not isinstance(results, str):
        return None
    if set(results) - {"0", "1"} or (since is not None and since > at):
        return None
    return _Entry(at, every, since, shown, goods, results)


def _without(memory: Memory, key: str) -> Memory:
    return {name: entry for name, entry in memory.items() if name != key}


def _bounded(memory: Memory) -> Memory:
    """At most MOST_KEYS, those touched last: a key is dropped when it is written anew."""
    names = list(memory)[-MOST_KEYS:]
    return {name: memory[name] for name in names}
