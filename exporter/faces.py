"""What a page shows of a site's view: which shape and word, which lines, in which order.

Pure: the views of `status` in, records for the templates out. Everything foreign stays plain text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from apowacht.exporter import words
from apowacht.plugins.core.advice import LABELS
from apowacht.plugins.core.verdict import LAYERS
from apowacht.plugins.core.words import duration, pick

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

View = dict[str, Any]
"""One site, or a part of it, as `status` tells it."""

KINDS = ("critical", "unknown", "stale", "warning", "maintenance", "ok", "absent")
"""What a shape, a word and a colour stand for; the worst first."""


MOST_HELD = 3
"""How many sentences on what is being watched stand below a headline."""


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
    """One link of the chain. `first` is the first broken one, `follows` what it explains; `then`
    is whom the first step sends one on to.
    """

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
    then: Help | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A line below the headline; `text` is in the language `lang`, "" for the page's own."""

    kind: str
    title: str
    text: str = ""
    end: str = ""
    lang: str = ""


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
    then: Help | None = None
    held: Sequence[str] = ()
    words: str = field(default="", repr=False)


def kind_of(part: Mapping[str, Any]) -> str:
    """The shape for a tile, a check or a site; what is old is never shown as good."""
    state = part.get("state")
    if state is None:
        return "absent"
    if part.get("stale") or part.get("key") == "monitor.stale":
        return "stale"
    if state != "OK" and part.get("maintenance_now" if "tiles" in part else "maintenance"):
        return "maintenance"
    return str(state).lower()


def since(at: datetime | None, now: datetime, lang: str) -> str:
    """«seit 14:05 (21 min)»."""
    if at is None:
        return ""
    seconds = max((now - at).total_seconds(), 0)
    return (
        f"{words.word('since', lang, since=words.clock(at, lang, now))} ({duration(seconds, lang)})"
    )


def helper(part: Mapping[str, Any] | None) -> Help | None:
    """A contact; None when nobody is named."""
    if part is None:
        return None
    who, phone = str(part.get("who") or ""), str(part.get("phone") or "")
    dialled = "".join(c for c in phone if c in "0123456789+")
    href = f"tel:{dialled}" if sum(c.isdigit() for c in dialled) > 1 else ""
    found = Help(who, phone, href, str(part.get("contract") or ""), str(part.get("note") or ""))
    return found if found.who or found.phone or found.contract else None


def steps(part: View, lang: str) -> list[tuple[str, str]]:
    """What to do first and what never, each with its label."""
    return [(pick(LABELS[key], lang), str(part[key])) for key in ("step", "never") if part[key]]


def tile(part: View, now: datetime, lang: str) -> Tile:
    """One link of the chain, from its part of the view."""
    kind = kind_of(part)
    first = bool(part["first"]) and _named(part, kind)
    # The step for a consequence would lead away from its cause.
    quiet = part["follows"] or not _named(part, kind)
    return Tile(
        str(part["layer"]),
        kind,
        before(part["last"], now, lang)
        or str(part["sentence"] or words.word("nothing_said", lang)),
        since(part["since"], now, lang),
        "" if quiet else str(part["owner"] or ""),
        helper(part),
        () if quiet else steps(part, lang),
        note(part),
        first,
        bool(part["follows"]) and not part["first"],
        None if quiet else helper(part["then"]),
    )


def before(last: View | None, now: datetime, lang: str, *, whole: bool = True) -> str:
    """What the journal knew of a check that was not asked again yet; `whole` with its headline."""
    if last is None:
        return ""
    state = words.word(last["state"].lower(), lang)
    told = words.word("before_restart", lang, state=state, since=since(last["since"], now, lang))
    return f"{told}: {last['headline']}" if whole and last["headline"] else f"{told}."


def _named(part: View, kind: str) -> bool:
    """Whether a fault of the site is named here; not when it is maintenance or our own trouble."""
    key = part["key"]
    return kind in ("critical", "warning", "unknown") and bool(key) and key[:8] != "monitor."


def note(part: View) -> str:
    """The text of the maintenance that a tile or a check is under."""
    window = part["maintenance"]
    return str(window["text"]) if window else ""


def notices(view: View, now: datetime, lang: str) -> list[Notice]:
    """Maintenance announced and under way, and what is out of date."""
    found = []
    old = [part for part in view["tiles"] if part["stale"]]
    if old and not view["stale"]:
        names = ", ".join(words.word(str(part["layer"]), lang) for part in old)
        found.append(Notice("stale", words.word("stale_part", lang, layers=names)))
    for window in view["maintenance"]:
        key = "maintenance_now" if window["current"] else "maintenance_soon"
        told = " · ".join(filter(None, _window(window, now, lang)))
        found.append(Notice("maintenance", f"{words.word(key, lang)}:", told))
    return found


def _window(window: View, now: datetime, lang: str) -> list[str]:
    start, end = window["start"], window["end"]
    when = ""
    if end is not None and (window["current"] or start is None):
        when = words.word("until", lang, end=words.clock(end, lang, now))
    elif start is not None and end is not None:
        start = start.astimezone(now.tzinfo)
        same = end.astimezone(now.tzinfo).date() == start.date()
        close = words.clock(end, lang, start if same else now)
        when = words.word("span", lang, start=words.clock(start, lang, now), end=close)
    named = (words.check_title(str(name), lang) for name in window["checks"])
    checks = ", ".join(named) or words.word("whole_site", lang)
    return [str(window["text"]), when, words.word("affects", lang, checks=checks)]


def face(view: View, lang: str) -> Face:
    """One site as its page shows it."""
    now, at = view["moment"], view["since"]
    tiles = [tile(part, now, lang) for part in view["tiles"]]
    kind = kind_of(view)
    headline, sentence = _headline(view, kind, now, lang)
    held = view["held"] if kind == "ok" else []
    first = next((t for t in tiles if t.first), None)
    calm = kind in ("ok", "maintenance")
    return Face(
        str(view["name"]),
        str(view["title"]),
        kind,
        headline,
        headline if kind != "ok" else watching(len(held), lang),
        "" if held else since(at, now, lang),
        sentence if sentence != headline else "",
        "" if calm else str(view["owner"] or ""),
        first.contact if first else None,
        () if calm else steps(view, lang),
        tiles,
        notices(view, now, lang),
        first.layer if first else "",
        words.word("since", lang, since=words.clock(at, lang, now)) if at else "",
        at.timestamp() if at else 0.0,
        first.then if first and not calm else None,
        held,
        _words(view),
    )


def watching(count: int, lang: str) -> str:
    """«2 Auffälligkeiten werden beobachtet»; "" for none."""
    return words.counted("watching", count, lang) if count else ""


def all_well(count: int, lang: str) -> str:
    """That all is well, and how much is being watched that may not be."""
    return "; ".join(filter(None, (words.word("all_well", lang), watching(count, lang))))


def _headline(view: View, kind: str, now: datetime, lang: str) -> tuple[str, str]:
    """What stands large on top, and the sentence below it."""
    if kind == "ok":
        return all_well(len(view["held"]), lang), " ".join(view["held"][:MOST_HELD])
    told = str(view["headline"] or view["sentence"])
    if kind == "maintenance":
        text = str(view["maintenance_now"]["text"])
        return f"{words.word('maintenance_now', lang)}: {text}", told
    return told, before(view["last"], now, lang, whole=False) or str(view["sentence"] or "")


def _words(view: View) -> str:
    """What a search looks at: names and contacts, not the sentences."""
    parts = [view["name"], view["title"], *(part["who"] for part in view["tiles"])]
    return "\n".join(str(part) for part in parts if part).casefold()


def freshness(view: View, lang: str) -> str:
    """«Stand 14:05:10, nächste Prüfung 14:06»: the newest answer and the next question."""
    checks = [check for part in view["tiles"] for check in part["checks"]]
    return fresh(
        max((check["asked_at"] for check in checks if check["asked_at"]), default=None),
        min((check["next_at"] for check in checks if check["next_at"]), default=None),
        view["moment"],
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
