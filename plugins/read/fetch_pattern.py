"""A user's regular expression for the lines of a log, refused where it could take for ever."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from apowacht.plugins.core.errors import OwnTrouble

if TYPE_CHECKING:
    from collections.abc import Iterator

GROUPS = ("time", "operation", "seconds", "milliseconds", "status")
MOST_REPEATS = 12
"""A line that fits nearly may be tried in a number of ways that grows with each open repeat."""

_HEADER = re.compile(r"\?(?:P?<\w+>|P=\w+|#[^)]*|<?[=!>:]|[aiLmsux-]+:?)?")
_COUNT = re.compile(r"(\d*)(,?)(\d*)\}")


def compiled(text: str, option: str) -> re.Pattern[bytes]:
    """The expression, ready for bytes. Raises OwnTrouble("bad_pattern") with what is wrong.

    Python's engine cannot be interrupted: what repeats something that repeats is refused, and
    lines are cut short before it sees them.
    """
    try:
        pattern = re.compile(text.encode())
    except (re.error, OverflowError, RecursionError) as error:
        raise OwnTrouble("bad_pattern", option=option, detail=str(error)) from None
    names = set(pattern.groupindex)
    if "time" not in names:
        raise OwnTrouble("bad_pattern", option=option, detail="(?P<time>…)?")
    unknown = sorted(names - set(GROUPS))
    if unknown:
        detail = f"(?P<{unknown[0]}>…)?"
        raise OwnTrouble("bad_pattern", option=option, detail=detail)
    risky = _risky(text)
    if risky:
        raise OwnTrouble("bad_pattern", option=option, detail=risky)
    return pattern


def _risky(text: str) -> str:
    """The part of the expression that may take for ever, "" when there is none.

    Each open group remembers whether something within it can be of several lengths.
    """
    varies = [False]
    repeats, begins = 0, [0]
    closed: tuple[int, bool] | None = None  # the group that has just ended: begin, and as above
    for place, kind in _tokens(text):
        if kind in ("*", "+", "{", "?"):
            if kind != "?":
                repeats += 1
                if closed and closed[1]:
                    return text[closed[0] : place + len(kind)]
            varies[-1] = True
        elif kind == "(":
            varies.append(False)
            begins.append(place)
        elif kind == "|":
            varies[-1] = True
        elif kind == ")" and len(varies) > 1:
            inside = varies.pop()
            closed = (begins.pop(), inside)
            varies[-1] = varies[-1] or inside
            continue
        if kind == "\\digit":  # a back reference: as long as what it repeats
            varies[-1] = True
        closed = None
    return text if repeats > MOST_REPEATS else ""


def _tokens(text: str) -> Iterator[tuple[int, str]]:
    """The signs of the expression with their places: groups, repeats, alternatives, the rest «x».

    A repeat with a fixed count is «x»; a «+» or «?» behind a repeat belongs to it.
    """
    place, repeat = 0, False
    while place < len(text):
        begin, sign = place, text[place]
        place += 1
        if sign == "\\":
            kind = "\\digit" if text[place : place + 1].isdigit() else "x"
            place += 1
        elif sign == "[":
            place = _behind_class(text, place)
            kind = "x"
        elif sign == "(":
            header = re.compile(r"\?(?:P?<\w+>|P=\w+|#[^)]*|<?[=!>:]|[aiLmsux-]+:?)?").match(
                text, place
            )
            kind = "\\digit" if header and header[0].startswith("?P=") else "("
            if header:
                place = header.end()
            if kind == "\\digit":
                place += 1
        elif sign == "{":
            counted = _COUNT.match(text, place)
            kind = "{" if counted and counted[2] else "x"
            if counted:
                place = counted.end()
        else:
            kind = sign if sign in "*+?|)" else "x"
        if repeat and kind in ("+", "?"):
            repeat = False
            continue
        repeat = kind in ("*", "+", "?", "{")
        yield begin, kind


def _behind_class(text: str, place: int) -> int:
    """Where a class like `[^]]` that began before `place` has ended."""
    place += text[place : place + 1] == "^"
    place += text[place : place + 1] == "]"
    while place < len(text) and text[place] != "]":
        place += 2 if text[place] == "\\" else 1
    return place + 1
