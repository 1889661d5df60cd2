"""What a page shows of a site's view: which shape and word, which lines, in which order.

Pure: the views of `status` in, records for the templates out. Everything foreign stays plain text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from apowacht.exporter import words
from apowacht.plugins.core.advice import LABELS
from apowacht.plugins.core.verdict import LAYERS
from apowacht.plugins.core.words import duration, pick

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

View = dict[str, Any]
"""One site, or a part of it, as `status` tells it."""

KINDS = ("critical", "unknown", "stale", "warning", "maintenance", "ok", "absent")
"""What a shape, a word and a colour stand for; the worst first."""


@dataclass(frozen=True, slots=True)
class Help:
    """Who helps: `href` is what a telephone dials, "" when the number is none."""

    who: str = ""
    phone: str = ""
    href: str = ""
    contract: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tile:
    """One link of the chain. `first` is the first broken one, `follows` what it explains."""

    layer: str
    kind: str
    sentence: str
    since: str = ""
    owner: str = ""
    contact: Help | None = None
    steps: Sequence[tuple[str, str]] = ()
    note: str = ""
    first: bool = False
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A line below the headline."""

    kind: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Face:
    """One site: what stands on its page, in its row, on its card."""

    name: str
    title: str
    kind: str
    headline: str
    short: str
    since: str
    sentence: str = ""
    owner: str = ""
    contact: Help | None = None
    steps: Sequence[tuple[str, str]] = ()
    tiles: Sequence[Tile] = ()
    notices: Sequence[Notice] = ()
    broken: str = ""
    since_short: str = ""
    since_at: float = 0.0
    words: str = field(default="", repr=False)


def moment(value: object) -> datetime | None:
    """A moment of a view, which may be written as ISO 8601."""
    if isinstance(value, str) and value:
        value = datetime.fromisoformat(value)
    return value if isinstance(value, datetime) else None


def kind_of(part: Mapping[str, Any]) -> str:
    """The shape for a tile, a check or a site; what is old is never shown as good."""
    state = part.get("state")
    if state is None:
        return "absent"
    if part.get("stale"):
        return "stale"
    word = str(getattr(state, "name", state)).lower()
    if part.get("maintenance") and word != "ok":
        return "maintenance"
    return word if word in KINDS else "unknown"


def since(at: datetime | None, now: datetime, lang: str) -> str:
    """«seit 14:05 (21 min)»."""
    if at is None:
        return ""
    seconds = max((now - at).total_seconds(), 0)
    return (
        f"{words.word('since', lang, since=words.clock(at, lang, now))} ({duration(seconds, lang)})"
    )


def helper(part: Mapping[str, Any]) -> Help | None:
    """The contact of a layer; None when nobody is named."""
    who, phone = str(part.get("who") or ""), str(part.get("phone") or "")
    dialled = "".join(c for c in phone if c in "0123456789+")
    href = f"tel:{dialled}" if sum(c.isdigit() for c in dialled) > 1 else ""
    found = Help(who, phone, href, str(part.get("contract") or ""), str(part.get("note") or ""))
    return found if found.who or found.phone or found.contract else None


def labelled(lines: Sequence[str], lang: str) -> tuple[str, list[tuple[str, str]]]:
    """Owner, and what to do first and what never, from the lines of a report."""
    found = {}
    for key in ("owner", "step", "never"):
        start = f"{pick(LABELS[key], lang)}: "
        found[key] = next((line[len(start) :] for line in lines if line.startswith(start)), "")
    steps = [(pick(LABELS[key], lang), found[key]) for key in ("step", "never") if found[key]]
    return found["owner"], steps


def tile(part: View, now: datetime, lang: str) -> Tile:
    """One link of the chain, from its part of the view."""
    kind = kind_of(part)
    worst = _worst_check(part)
    owner, steps = labelled(worst.get("details") or (), lang)
    follows = bool(part.get("follows")) and not part.get("first")
    if kind in ("ok", "absent", "stale") or follows:
        # The step for a consequence would lead away from its cause.
        owner, steps = "", []
    return Tile(
        str(part["layer"]),
        kind,
        _sentence(part, kind, now, lang),
        "" if kind in ("absent", "stale") else since(moment(part.get("since")), now, lang),
        owner,
        helper(part),
        steps,
        _note(part.get("maintenance")),
        bool(part.get("first")) and kind != "stale",
        follows,
    )


def _sentence(part: View, kind: str, now: datetime, lang: str) -> str:
    default = {"absent": "not_watched", "ok": "nothing_said"}.get(kind, "not_asked")
    told = str(part.get("sentence") or words.word(default, lang))
    asked = moment(_worst_check(part).get("asked_at"))
    if kind != "stale" or asked is None:
        return told
    return words.word("stale_tile", lang, time=words.clock(asked, lang, now), sentence=told)


def _note(maintenance: object) -> str:
    if isinstance(maintenance, dict):
        return str(maintenance.get("text") or "")
    return maintenance if isinstance(maintenance, str) else ""


def _worst_check(part: View) -> View:
    checks: list[View] = part.get("checks") or []
    return min(checks, key=lambda check: KINDS.index(kind_of(check)), default={})


def notices(view: View, now: datetime, lang: str) -> list[Notice]:
    """Maintenance announced and under way, and what is out of date."""
    found = []
    old = [part for part in view["tiles"] if part.get("stale")]
    if old and not view.get("stale"):
        names = ", ".join(words.word(str(part["layer"]), lang) for part in old)
        found.append(Notice("stale", words.word("stale_part", lang, layers=names), ""))
    for window in view.get("maintenance") or ():
        start, end = moment(window.get("start")), moment(window.get("end"))
        current = bool(window.get("current", start is not None and start <= now))
        found.append(
            Notice(
                "maintenance",
                words.word("maintenance_now" if current else "maintenance_soon", lang) + ":",
                " · ".join(filter(None, _window(window, start, end, current, now, lang))),
            )
        )
    return found


def _window(
    window: View,
    start: datetime | None,
    end: datetime | None,
    current: bool,
    now: datetime,
    lang: str,
) -> list[str]:
    when = ""
    if end is not None and (current or start is None):
        when = words.word("until", lang, end=words.clock(end, lang, now))
    elif start is not None and end is not None:
        close = words.clock(end, lang, start)
        when = words.word("span", lang, start=words.clock(start, lang, now), end=close)
    checks = ", ".join(map(str, window.get("checks") or ())) or words.word("whole_site", lang)
    return [str(window.get("text") or ""), when, words.word("affects", lang, checks=checks)]


def face(view: View, lang: str) -> Face:
    """One site as its page shows it."""
    now = moment(view["moment"]) or datetime.now().astimezone()
    tiles = [tile(part, now, lang) for part in view["tiles"]]
    kind = kind_of(view)
    if not any(part.get("checks") for part in view["tiles"]):
        kind = "unknown"
    first = next((t for t in tiles if t.first), None)
    headline, sentence = _headline(view, kind, lang)
    at = moment(view.get("since"))
    return Face(
        str(view["name"]),
        str(view.get("title") or view["name"]),
        kind,
        headline,
        headline if kind != "ok" else "",
        since(at, now, lang) if kind != "ok" else "",
        sentence,
        first.owner if first else "",
        first.contact if first and kind != "ok" else None,
        first.steps if first else (),
        tiles,
        notices(view, now, lang),
        first.layer if first else "",
        words.word("since", lang, since=words.clock(at, lang, now)) if at and kind != "ok" else "",
        at.timestamp() if at else 0.0,
        _words(view),
    )


def _headline(view: View, kind: str, lang: str) -> tuple[str, str]:
    """What stands large on top, in a few words, and the sentence below it."""
    if kind == "ok":
        return words.word("all_well", lang), ""
    told = str(view.get("headline") or words.word("not_asked", lang))
    if kind == "stale":
        return words.word("stale_page", lang), told
    first = next((part for part in view["tiles"] if part.get("first")), None)
    summary = str(_worst_check(first).get("summary") or "") if first else ""
    short = re.sub(r" \(\+\d+\)$", "", summary)  # the number of other faults
    if not short or short.endswith("…") or short == told:
        return told, ""
    return short, told


def _words(view: View) -> str:
    """What a search looks at: names and contacts, not the sentences."""
    parts = [view["name"], view.get("title")]
    for part in view["tiles"]:
        parts += [part.get("who"), part.get("phone")]
    return "\n".join(str(part) for part in parts if part).casefold()


def freshness(view: View, lang: str) -> str:
    """«Stand 14:05:10, nächste Prüfung 14:06»: the newest answer and the next question."""
    checks = [check for part in view["tiles"] for check in part.get("checks") or ()]
    now = moment(view["moment"]) or datetime.now().astimezone()
    return fresh(
        max(filter(None, (moment(c.get("asked_at")) for c in checks)), default=None),
        min(filter(None, (moment(c.get("next_at")) for c in checks)), default=None),
        now,
        lang,
    )


def fresh(asked: datetime | None, following: datetime | None, now: datetime, lang: str) -> str:
    """When was asked last, and when will be asked next."""
    if asked is None:
        told = words.word("never_asked", lang)
    else:
        told = words.word("as_of", lang, time=words.clock(asked, lang, now, seconds=True))
    if following is None:
        return f"{told}, {words.word('no_next', lang)}"
    time = (
        words.word("now", lang)
        if following <= now
        else words.clock(following, lang, now, seconds=(following - now).total_seconds() < 60)
    )
    return f"{told}, {words.word('next_check', lang, time=time)}"


def badness(face: Face) -> tuple[int, float, str]:
    """The order of a list: worst first, then the newest trouble, then by title."""
    return KINDS.index(face.kind), -face.since_at, face.title.casefold()


def order(layer: str) -> int:
    """A layer's place in the chain."""
    return LAYERS.index(layer)
