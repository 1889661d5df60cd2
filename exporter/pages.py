"""What people see in a browser: the pharmacy's page, the list of all sites, one site, the wall.

Every page is one HTML document without scripts and without foreign resources, made from the views
of `status`. The HTTP side calls one function per page and sends what it returns:

    query = Query.read(parameters, path, accept_language)   # never fails, whatever a URL holds
    overview(views, query, faulty)        `/`: the pharmacy's page, or the list of several
    site(view, history, query, faulty)    `/site/<name>`; the history is made by `past.history`
    wall(views, query, faulty)            `/wall`
    missing(name, names, query, faulty)   404 for an unknown site, with the nearest names
    failed(query, status)                 503 when the data cannot be loaded: a page must say so

`faulty` are the mistakes in the site files: where one keeps a pharmacy from being watched, no page
says that all is well. Times are by the clock of the site shown; of several by theirs where it is
the same, else by the usual one.

Each returns a Page: `status`, `html` and all `headers` that belong to it (content type, CSP with
the style's hash, refresh if the reader chose one). `query.lang` is the language in which the views
must be made.
"""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from apowacht.exporter import past, words
from apowacht.exporter.faces import (
    KINDS,
    MOST_HELD,
    Face,
    Notice,
    all_well,
    badness,
    face,
    freshness,
    watching,
)
from apowacht.exporter.past import History
from apowacht.exporter.query import FILTERS, REFRESHES, Query
from apowacht.plugins.core.verdict import LAYERS
from apowacht.plugins.core.version import VERSION
from apowacht.plugins.sites.maintenance import usual_zone

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from jinja2 import Environment

    from apowacht.exporter.faces import View
    from apowacht.exporter.faulty import Faulty

__all__ = ["CSP", "History", "Page", "Query", "failed", "missing", "overview", "site", "wall"]

TEMPLATES = Path(__file__).parent / "templates"
CSS = (TEMPLATES / "page.css").read_text(encoding="utf-8")
CSP = (
    "default-src 'none'; "
    f"style-src 'sha256-{b64encode(sha256(CSS.encode()).digest()).decode()}'; "
    "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The Content-Security-Policy of every page: no script at all, and this one style."""

WALL_REFRESH = 60
COLOURS = {
    "ok": "#00664f",
    "warning": "#e69f00",
    "critical": "#b00020",
    "unknown": "#5b4b8a",
    "maintenance": "#0072b2",
    "stale": "#595959",
}
MOST_FILES = 5
"""How many files with mistakes a page names."""
SHARED = 3
"""From how many sites on the same headline is said once for all."""


class Page(NamedTuple):
    """What is sent: the HTTP status, the document, and the headers that belong to it."""

    status: int
    html: str
    headers: Mapping[str, str]


def overview(views: Sequence[View], query: Query, faulty: Sequence[Faulty] = ()) -> Page:
    """`/`: the pharmacy's page when there is one site, the list otherwise; a file that would be
    another site makes it a list."""
    if not views:
        return _message("no_sites", query, "unknown", notices=mistakes(faulty, query.lang))
    if len(views) == 1 and not _unwatched(faulty):
        return _pharmacy(views[0], query, faulty)
    return _list(views, query, faulty)


def mistakes(faulty: Iterable[Faulty], lang: str, most: int = MOST_FILES) -> list[Notice]:
    """A line for each file with a mistake: file, line, what, and what holds instead."""
    files: dict[str, list[Faulty]] = {}
    for one in faulty:
        files.setdefault(one.file, []).append(one)
    worst = sorted(files.values(), key=lambda told: told[0].effect != "unwatched")
    notices = [_mistake(told, lang) for told in worst[:most]]
    if len(worst) > most:
        more = words.counted("more_files", len(worst) - most, lang)
        notices[-1] = replace(notices[-1], end=f"{notices[-1].end[:-1]}; {more}.")
    return notices


def _mistake(told: Sequence[Faulty], lang: str) -> Notice:
    first, others = told[0], len(told) - 1
    place = words.word("in_line", lang, file=first.file, line=first.line)
    more = words.counted("more_mistakes", others, lang) if others else ""
    return Notice(
        "unknown" if first.effect == "unwatched" else "warning",
        f"{place if first.line else first.file}:",
        first.text,
        f"{more} – {words.word(first.effect, lang)}.",
        first.lang if first.lang != lang else "",
    )


def _unwatched(faulty: Iterable[Faulty]) -> list[str]:
    """The files whose pharmacy is not watched because of a mistake."""
    return list(dict.fromkeys(one.file for one in faulty if one.effect == "unwatched"))


def _pharmacy(view: View, query: Query, faulty: Sequence[Faulty]) -> Page:
    shown = face(view, query.lang)
    links = [
        (query.url(_site(shown.name)), "details"),
        (query.url("wall"), "wall"),
    ]
    return _page(
        "pharmacy.html",
        query,
        kind=shown.kind,
        now=view["moment"],
        title=_title(shown, query.lang),
        heading=shown.title,
        fresh=freshness(view, query.lang),
        links=_links(links, query.lang),
        face=shown,
        notices=[*mistakes(faulty, query.lang), *shown.notices],
    )


def _title(shown: Face, lang: str) -> str:
    """The state first, because a tab shows little more."""
    state = words.word(shown.kind, lang)
    layer = f" {words.word(shown.broken, lang)}" if shown.broken else ""
    return f"{state[:1].upper()}{state[1:]}:{layer} – {shown.title}" if layer else (
        f"{state[:1].upper()}{state[1:]} – {shown.title}"
    )  # fmt: skip


def _list(views: Sequence[View], query: Query, faulty: Sequence[Faulty]) -> Page:
    lang = query.lang
    views = _by_one_clock(views)
    faces = sorted((face(view, lang) for view in views), key=badness)
    wanted = query.search.casefold().split()
    found = [one for one in faces if all(word in one.words for word in wanted)]
    chosen = [one for one in found if _passes(one, query.state)]
    good = [one for one in chosen if one.kind == "ok"]
    open_rows = query.state == "ok" or bool(wanted)
    unwatched = len(_unwatched(faulty))
    common = [] if wanted or query.state else [*_shared(faces, lang), *_watched(faces, lang)]
    return _page(
        "sites.html",
        query,
        kind=min(faces[0].kind, "unknown" if unwatched else "ok", key=KINDS.index),
        now=views[0]["moment"],
        title=f"{_counted(faces, lang, unwatched)} – {words.word('sites_title', lang)}",
        heading=_many(len(faces), lang),
        fresh=_stand(views, lang),
        links=_links([(query.url("wall"), "wall")], lang),
        totals=_totals(faces, query),
        notices=[*mistakes(faulty, lang), *common],
        problems=[one for one in chosen if one.kind != "ok"],
        good_rows=good if open_rows else [],
        well=[] if open_rows else good,
        calm=_calm(faces, lang, unwatched),
        layers=LAYERS,
        found=words.word("found", lang, n=len(found), all=len(faces), words=query.search),
        clear=query.url(search=""),
        hidden=_hidden(query),
    )


def _passes(one: Face, state: str) -> bool:
    if state == "problems":
        return one.kind != "ok"
    if state == "unknown":
        return one.kind in ("unknown", "stale")
    return not state or one.kind == state


def _by_one_clock(views: Sequence[View]) -> list[View]:
    """The views with all moments told by the same clock: their own, or else the usual one."""
    zones = {view["zone"] for view in views}
    zone = zones.pop() if len(zones) == 1 else usual_zone()
    return [{**view, "moment": view["moment"].astimezone(zone)} for view in views]


def _calm(faces: Sequence[Face], lang: str, unwatched: int) -> dict[str, str]:
    """What stands large where no pharmacy that is watched has a problem."""
    if unwatched:
        return {"kind": "unknown", "text": words.counted("unwatched_sites", unwatched, lang)}
    held = watching(sum(len(one.held) for one in faces), lang)
    text = words.word("no_problem", lang)
    return {"kind": "ok", "text": f"{text.rstrip('.')}; {held}" if held else text}


def _watched(faces: Iterable[Face], lang: str) -> list[Notice]:
    """What looks wrong at sites that are well, and is not believed yet."""
    found = [Notice("ok", f"{one.title}:", text) for one in faces for text in one.held]
    more = len(found) - MOST_HELD
    if more > 0:
        found[MOST_HELD:] = [Notice("ok", words.word("more_sites", lang, n=more))]
    return found


def _counts(faces: Iterable[Face]) -> Counter[str]:
    return Counter("unknown" if one.kind in ("stale", "absent") else one.kind for one in faces)


def _counted(faces: Sequence[Face], lang: str, unwatched: int = 0) -> str:
    """«3 mit Störung, 5 mit Warnung», or that all is well."""
    counts = _counts(faces)
    bad = [kind for kind in ("critical", "unknown", "warning", "maintenance") if counts[kind]]
    told = [words.word(f"n_{kind}", lang, n=counts[kind]) for kind in bad]
    if unwatched:
        told.append(words.word("n_unwatched", lang, n=unwatched))
    return ", ".join(told) or all_well(sum(len(one.held) for one in faces), lang)


def _many(count: int, lang: str) -> str:
    return words.counted("many_sites", count, lang)


def _totals(faces: Sequence[Face], query: Query) -> list[dict[str, object]]:
    counts = _counts(faces)
    bad = sum(1 for one in faces if one.kind != "ok")
    rows = [("", "", "everything", len(faces)), ("problems", "", "only_problems", bad)]
    rows += [(kind, kind, f"n_{kind}", counts[kind]) for kind in FILTERS[1:]]
    return [
        {
            "kind": kind,
            "n": count,
            "text": words.word(key, query.lang, n=count),
            "href": query.url(state=state),
            "current": query.state == state,
        }
        for state, kind, key, count in rows
    ]


def _shared(faces: Sequence[Face], lang: str) -> list[Notice]:
    """One line for what many sites have in common: it is one trouble and not many."""
    same = Counter((one.kind, one.headline) for one in faces if one.kind not in ("ok", "stale"))
    return [
        Notice(kind, words.word("shared", lang, n=count, headline=headline))
        for (kind, headline), count in same.most_common(3)
        if count >= SHARED
    ]


def _hidden(query: Query) -> list[tuple[str, object]]:
    """What a search must keep of the address."""
    kept: list[tuple[str, object]] = [("lang", query.lang)] if query.lang_chosen else []
    if query.refresh is not None:
        kept.append(("refresh", query.refresh))
    return kept + ([("state", query.state)] if query.state else [])


def _stand(views: Sequence[View], lang: str) -> str:
    """The list's freshness: the newest answer of all sites."""
    everything = {"moment": views[0]["moment"], "tiles": [t for v in views for t in v["tiles"]]}
    return freshness(everything, lang)


def site(view: View, history: History, query: Query, faulty: Sequence[Faulty] = ()) -> Page:
    """`/site/<name>`: every check of one site, and its past."""
    lang = query.lang
    shown = face(view, lang)
    links = [(query.url(""), "overview"), (query.url("wall"), "wall")]
    csv = query.url(f"{_site(shown.name)}/journal.csv")
    return _page(
        "site.html",
        query,
        kind=shown.kind,
        now=view["moment"],
        title=_title(shown, lang),
        heading=shown.title,
        fresh=freshness(view, lang),
        links=_links(links, lang),
        face=shown,
        notices=[*mistakes(faulty, lang), *shown.notices],
        checks=past.checks(view, lang),
        history=history,
        csv=csv if history.csv else "",
        **past.told(history, lang),
    )


def wall(views: Sequence[View], query: Query, faulty: Sequence[Faulty] = ()) -> Page:
    """`/wall`: one screen; problems only, or one large «Alles in Ordnung».

    A pharmacy that is not watched because of a mistake in its file is a problem, too.
    """
    lang = query.lang
    views = _by_one_clock(views)
    faces = sorted((face(view, lang) for view in views), key=badness)
    unwatched = len(_unwatched(faulty))
    missed = [one for one in faulty if one.effect == "unwatched"]
    cards = [one for one in faces if one.kind != "ok"]
    cards += [_card(notice) for notice in mistakes(missed, lang, len(missed))]
    cards.sort(key=badness)
    density, room = next(s for s in DENSITIES if len(cards) <= s[1] or s is DENSITIES[-1])
    alone = faces[0] if len(faces) == 1 and not unwatched else None
    counted, many = _counted(faces, lang, unwatched), _many(len(faces), lang)
    held = [f"{one.title}: {text}" for one in faces for text in one.held]
    nothing = words.word("no_sites", lang)
    well = f"{words.word('all_well', lang)} ({many})"
    if alone:
        message, why = alone.headline, alone.sentence
    elif faces:
        message = "; ".join(filter(None, (well, watching(len(held), lang))))
        why = " ".join(held[:MOST_HELD])
    else:
        message, why = nothing, words.word("no_sites_why", lang)
    return _page(
        "wall.html",
        query,
        wall=True,
        kind=cards[0].kind if cards else "ok" if faces else "unknown",
        now=views[0]["moment"] if views else None,
        title=f"{counted} – {many}" if faces else nothing,
        heading=alone.title if alone else words.word("sites_title", lang),
        fresh=_stand(views, lang) if views else "",
        links=_links([(query.url(""), "overview")], lang),
        cards=cards[:room],
        density=density,
        more=words.word("more_sites", lang, n=len(cards) - room) if len(cards) > room else "",
        message=message,
        why=why,
        notices=mistakes((one for one in faulty if one not in missed), lang, 1),
        links_of=alone,
        summary=f"{many}: {counted}" if cards and not alone else "",
    )


def _card(notice: Notice) -> Face:
    """A file whose pharmacy is not watched, on the wall: it has no page to go to."""
    return Face("", notice.title.rstrip(":"), notice.kind, "", f"{notice.text}{notice.end}", "")


DENSITIES = (("few", 3), ("some", 12), ("many", 30))
"""How large the wall's cards are, and up to how many of them fit the screen."""


def missing(name: str, names: Iterable[str], query: Query, faulty: Sequence[Faulty] = ()) -> Page:
    """There is no such site: 404, with the nearest names."""
    known = {known.casefold(): known for known in names}
    near = get_close_matches(name.casefold()[:100], list(known), 5, 0.5)
    links = [
        {"href": query.url(f"site/{quote(known[n], safe='')}"), "text": known[n]} for n in near
    ]
    notices = mistakes(faulty, query.lang)
    told = name[:100]
    return _message("unknown_site", query, "unknown", 404, links, notices, name=told)


def failed(query: Query, status: int = 503) -> Page:
    """The data cannot be loaded. Says so, because an empty page would look like no trouble."""
    return _message("no_data", query, "stale", status)


def _message(
    key: str,
    query: Query,
    kind: str,
    status: int = 200,
    nearest: Sequence[dict[str, str]] = (),
    notices: Sequence[Notice] = (),
    **values: str,
) -> Page:
    message = words.word(key, query.lang)
    page = _page(
        "message.html",
        query,
        kind=kind,
        title=f"{message} – apowacht",
        heading="apowacht",
        links=_links([(query.url(""), "overview")], query.lang),
        message=message,
        why=words.word(f"{key}_why", query.lang, **values),
        nearest=nearest,
        notices=notices,
    )
    return page._replace(status=status)


def _page(
    template: str,
    query: Query,
    *,
    kind: str,
    now: datetime | None = None,
    fresh: str = "",
    wall: bool = False,
    **values: Any,
) -> Page:
    lang = query.lang
    refresh = WALL_REFRESH if query.refresh is None and wall else query.refresh
    html = _environment().get_template(template).render(
        q=query,
        t=partial(_word, lang),
        css=_css(),
        favicon=favicon(kind),
        kind=kind,
        fresh=fresh,
        wall=wall,
        choices=_choices(query, refresh),
        other=_other(query),
        here=query.url(),
        zone=words.word("zone", lang, zone=words.zone(now or datetime.now(usual_zone()))),
        version=VERSION,
        site_url=lambda name: query.url(_site(name)),
        **values,
    )  # fmt: skip
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Language": lang,
        "Content-Security-Policy": CSP,
        "Cache-Control": "no-store",
        "Vary": "Accept-Language",
    }
    if refresh:
        headers["Refresh"] = str(refresh)
    return Page(200, html, headers)


def _site(name: str) -> str:
    return f"site/{quote(name, safe='')}"


def _word(lang: str, key: str, **values: object) -> str:
    return words.word(key, lang, **values)


def _links(links: Iterable[tuple[str, str]], lang: str) -> list[dict[str, str]]:
    return [{"href": href, "text": words.word(key, lang)} for href, key in links]


def _choices(query: Query, current: int | None) -> list[dict[str, object]]:
    """Off, 60 s, 5 min: WCAG 2.2.1 and 2.2.2 want the reader to decide, on the wall, too."""
    texts = {0: words.word("off", query.lang)}
    for seconds in REFRESHES:
        key, minutes = ("every", 0) if seconds < 120 else ("every_minutes", seconds // 60)
        texts[seconds] = words.word(key, query.lang, seconds=seconds, minutes=minutes)
    return [
        {
            "text": text,
            "href": query.url(refresh=seconds),
            "current": seconds == (current or 0),
        }
        for seconds, text in texts.items()
    ]


def _other(query: Query) -> dict[str, str]:
    lang, text = ("en", "English") if query.lang == "de" else ("de", "Deutsch")
    return {"lang": lang, "text": text, "href": query.url(lang=lang, lang_chosen=True)}


@cache
def favicon(kind: str) -> str:
    """The state's shape as a data: URI, so that a tab tells it, too."""
    symbols = (TEMPLATES / "symbols.html").read_text(encoding="utf-8")
    start = symbols.index(f'<symbol id="{kind if kind in KINDS else "unknown"}"')
    body = symbols[symbols.index(">", start) + 1 : symbols.index("</symbol>", start)]
    shape = body.replace("currentColor", COLOURS.get(kind, "#595959"))
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">{shape}</svg>'
    return f"data:image/svg+xml,{quote(svg)}"


@cache
def _css() -> Any:
    from markupsafe import Markup

    return Markup(CSS)  # noqa: S704  our own file, and its hash stands in the header


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        auto_reload=False,
    )
