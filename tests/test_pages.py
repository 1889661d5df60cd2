"""The exporter's pages: what they say, and that they say it without scripts, colours or luck."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from page_views import (
    BAD,
    CHECKS,
    FAULTY,
    GOOD,
    NOW,
    PLANNED,
    RECORDED,
    UNDER_WAY,
    held,
    history,
    hostile,
    many,
    report,
    view,
)  # fmt: skip
from watches import HandClock

from apowacht.exporter import charts, names, pages, past, words
from apowacht.exporter.board import Change
from apowacht.exporter.journal import Journal, Past
from apowacht.exporter.model import Last, Result
from apowacht.exporter.pages import Query
from apowacht.exporter.samples import Sample, Samples
from apowacht.plugins.core import asked
from apowacht.plugins.core.errors import Unreachable
from apowacht.plugins.core.limits import range_of
from apowacht.plugins.core.listing import all_checks
from apowacht.plugins.core.report import Finding, Metric, Report, State

if TYPE_CHECKING:
    from pathlib import Path

    from apowacht.exporter.faces import View


SITE = Query("/site/markt")
WALL = Query("/wall")


HELD = {**GOOD, "connector": held("connector", "vpn-ti-down")}


def restarted() -> View:
    """A pharmacy of which only one check was asked since the monitoring restarted."""
    last = Last(State.CRITICAL, NOW - timedelta(minutes=21), ("Stromausfall", "power cut"), "x")
    asked_not = {**dict.fromkeys(GOOD), "uplink": GOOD["uplink"]}
    return view(situation=asked_not, lasts={"ups": last})


class Outline(HTMLParser):
    """A page's elements in order: (tag, attributes), and the text of each place."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See HTMLParser."""
        self.tags.append((tag, {key: value or "" for key, value in attrs}))
        if tag not in ("meta", "link", "input", "br", "path", "rect", "use"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """See HTMLParser."""
        assert tag in ("path", "use", "rect") or self.open.pop() == tag, (tag, self.open)

    def handle_data(self, data: str) -> None:
        """See HTMLParser."""
        if not self.open or self.open[-1] != "style":
            self.text.append(data)

    def named(self, tag: str) -> list[dict[str, str]]:
        """The attributes of all elements of this name."""
        return [attributes for name, attributes in self.tags if name == tag]


def seen(page: pages.Page) -> str:
    """The text that a reader sees, blanks made one."""
    return " ".join(" ".join(Outline(page.html).text).split())


def everything() -> dict[str, pages.Page]:
    """Every page in every state."""
    good, bad = view(), view(situation=BAD, maintenance=[PLANNED])
    worst = view(situation=BAD, stale=("uplink",), maintenance=[UNDER_WAY])
    crowd = many(60)
    well = [one for one in crowd if one["state"] == "OK"]
    return {
        "good": pages.overview([good], Query()),
        "bad": pages.overview([bad], Query()),
        "english": pages.overview([view("en", situation=BAD)], Query(lang="en", lang_chosen=True)),
        "stale": pages.overview([view(stale=tuple(GOOD))], Query()),
        "maintenance": pages.overview([worst], Query()),
        "not-asked": pages.overview([view(situation=dict.fromkeys(GOOD))], Query()),
        "site": pages.site(bad, history(), SITE),
        "site-without-journal": pages.site(bad, history()._replace(readable=False), SITE),
        "site-without-past": pages.site(good, past.History(NOW - timedelta(days=7), NOW), SITE),
        "hostile": pages.site(hostile("<script>alert(1)</script>"), history("<i>&"), SITE),
        "list": pages.overview(crowd, Query()),
        "list-problems": pages.overview(crowd, Query(state="problems", refresh=60)),
        "list-search": pages.overview(crowd, Query(search="köln")),
        "list-nothing": pages.overview(crowd, Query(search="nirgends")),
        "wall": pages.wall(crowd, WALL),
        "wall-well": pages.wall(well, WALL),
        "wall-one": pages.wall([bad], WALL),
        "wall-one-well": pages.wall([good], WALL),
        "wall-many": pages.wall(many(100, all_bad=True), WALL),
        "held": pages.overview([view(situation=HELD)], Query()),
        "list-held": pages.overview([view(situation=HELD), *well], Query()),
        "wall-held": pages.wall([view(situation=HELD), *well], WALL),
        "wall-one-held": pages.wall([view(situation=HELD)], WALL),
        "restarted": pages.overview([restarted()], Query()),
        "kept": pages.overview([good], Query(), FAULTY[2:]),
        "list-faulty": pages.overview([good], Query(), FAULTY),
        "site-faulty": pages.site(good, history(), SITE, FAULTY),
        "wall-faulty": pages.wall([good], WALL, FAULTY),
        "wall-kept": pages.wall([good], WALL, FAULTY[2:]),
        "wall-bad-kept": pages.wall([bad], WALL, FAULTY[2:]),
        "none-faulty": pages.overview([], Query(), FAULTY),
        "none": pages.overview([], Query()),
        "wall-none": pages.wall([], WALL),
        "missing": pages.missing("mark", ["markt", "post"], Query("/site/mark")),
        "failed": pages.failed(Query()),
    }


@pytest.fixture(scope="module")
def made() -> dict[str, pages.Page]:
    """Every page in every state, made once."""
    return everything()


def test_the_first_broken_link_is_the_headline_with_who_helps_and_what_to_do() -> None:
    """The headline, since when, who, the phone to dial, what first and what never: that the
    Konnektor has no internet is for those who mend the site's network."""
    page = pages.overview([view(situation=BAD)], Query())
    text = seen(page)
    start = text.index("Konnektor meldet: kein Weg ins Internet")
    for told in ("seit ", "Zuständig IT-Betreuer", "NetzWerk IT GmbH", "+49 211 900 100",
                 "Mo-Fr 8-18 Uhr", "Zuerst", "Achtung Konnektor nicht neu starten"):  # fmt: skip
        assert start < text.index(told, start) < text.index("Die Kette"), told
    assert 'href="tel:+49211900100"' in page.html


def test_five_tiles_stand_in_the_order_of_the_chain() -> None:
    """Power, network, access, identity, service; what is not watched says so."""
    text = seen(pages.overview([view()], Query()))
    names = ["Strom", "Netz", "TI-Zugang", "Terminal und Karten", "Zentrale Dienste"]
    places = [text.index(name, text.index("Die Kette")) for name in names]
    assert places == sorted(places)
    assert text.index("nicht überwacht") > places[-1]
    assert text.count("in Ordnung") >= 5


def test_a_consequence_is_named_as_one_and_gives_no_step_of_its_own() -> None:
    """Behind a broken Konnektor the lost terminal is «Folge davon», without steps for it."""
    page = pages.overview([view(situation=BAD)], Query())
    tile = page.html[page.html.rindex('<li class="tile', 0, page.html.index("Folge davon")) :]
    tile = tile[: tile.index("</li>")]
    assert "Kartenterminal" in tile
    assert "<dl" not in tile
    # A worn battery explains nothing above it, and is nobody's consequence.
    assert page.html.count("Folge davon") == 1


def test_a_silent_site_is_one_headline() -> None:
    """When no device answers, the site cannot be reached, and nothing else is blamed."""
    silent: dict[str, Any] = {}
    for name in ("ups", "connector", "terminal"):
        trouble = Unreachable("timeout", phase="request", host="192.0.2.1", port=1, seconds=3.0)
        key = "kon.unreachable.local" if name != "ups" else "ups.no_data"
        silent[name] = Report(name, (Finding(key, State.CRITICAL, {"reason": trouble}),))
    shown = view(situation=silent)
    assert shown["site_silent"]
    text = seen(pages.overview([shown], Query()))
    assert text.index(shown["headline"]) < text.index("Die Kette")
    assert text.count("Folge davon") == 3
    assert "NetzWerk IT GmbH" in text[: text.index("Die Kette")]


def test_what_is_old_is_grey_and_named_and_never_green() -> None:
    """The server greys old data: another word and shape, and «Grün hier nicht glauben»."""
    page = pages.overview([view(stale=tuple(GOOD))], Query())
    text = seen(page)
    assert "Grün hier nicht glauben" in text
    assert "in Ordnung" not in text
    assert text.count("veraltet") >= 5
    assert 'class="headline stale"' in page.html
    part = seen(pages.overview([view(stale=("uplink",))], Query()))
    assert "Ein Teil der Angaben ist veraltet: Netz." in part
    assert "Alles in Ordnung" not in part.replace("Alles in Ordnung.", "")


def test_the_page_tells_when_it_was_asked_and_when_it_will_be() -> None:
    """«Stand 14:05:10, nächste Prüfung ...» by the clock of the place; noted where never."""
    text = seen(pages.overview([view()], Query()))
    assert "Stand 14:05:10, nächste Prüfung 14:05:24" in text
    text = seen(pages.overview([view(situation=dict.fromkeys(GOOD))], Query()))
    assert "noch keine Prüfung" in text


def test_maintenance_is_announced_and_then_shown_in_its_own_shape() -> None:
    """Before: start, end and what it affects. During: no steps to take, the wrench, its text."""
    before = pages.overview([view(maintenance=[PLANNED])], Query())
    assert "Wartung angekündigt: Telekom tauscht den Anschluss" in seen(before)
    assert "17:05 bis 19:05" in seen(before)
    assert "betrifft: Internet" in seen(before)
    assert 'class="headline ok"' in before.html
    during = pages.overview([view(situation=BAD, maintenance=[UNDER_WAY])], Query())
    assert 'class="headline maintenance"' in during.html
    assert "Wartung läuft: Umzug des Konnektors" in seen(during)
    assert "Konnektor nicht neu starten" not in seen(during)


def test_the_list_has_the_worst_first_and_every_count_in_words() -> None:
    """Faults before warnings; sites without trouble are a count to be opened; no bare zero."""
    page = pages.overview(many(60), Query())
    text = seen(page)
    rows = re.findall(r'<tr><th scope="row">.*?</tr>', page.html)
    kinds = ["critical" if 'class="c critical"' in row else "warning" for row in rows]
    assert len(rows) == 6
    assert kinds == sorted(kinds)
    assert all(row.count("<td class=") == 5 for row in rows)
    for count in ("2 mit Störung", "4 mit Warnung", "0 unbekannt", "54 in Ordnung", "alle 60"):
        assert count in text, count
    assert '<span class="none">0 unbekannt</span>' in page.html
    details = page.html[page.html.index("<details") : page.html.index("</details>")]
    assert "54 in Ordnung" in details
    assert details.count("<li>") == 54


@pytest.mark.parametrize(
    ("query", "count"),
    [
        (Query(), 6),
        (Query(state="problems"), 6),
        (Query(state="critical"), 2),
        (Query(state="ok"), 54),
        (Query(search="KÖLN löwen"), 15),
        (Query(search="apo-003"), 1),
        (Query(search="elektro meyer", state="warning"), 4),
        (Query(search="nirgends"), 0),
    ],
)
def test_the_list_is_filtered_and_searched(query: Query, count: int) -> None:
    """By state, and by all words in name, title or contact, whatever their case."""
    page = pages.overview(many(60), query)
    assert page.html.count('<tr><th scope="row">') == count
    assert ("passt zu dieser Auswahl" in page.html) == (count == 0)


def test_the_search_form_keeps_what_was_chosen() -> None:
    """A GET form: language, refresh and filter go along; links keep the search."""
    query = Query.read({"lang": "en", "refresh": "300", "state": "problems", "q": " a  b "})
    assert query == Query("/", "en", True, 300, "problems", "a b")
    page = pages.overview(many(20, "en"), query)
    hidden = {
        x["name"]: x["value"] for x in Outline(page.html).named("input") if x["type"] == "hidden"
    }
    assert hidden == {"lang": "en", "refresh": "300", "state": "problems"}
    assert query.url(refresh=0) == "./?lang=en&refresh=0&state=problems&q=a+b"
    assert query.url("wall") == "./wall?lang=en&refresh=300"


def test_links_are_relative_so_that_a_prefix_does_no_harm() -> None:
    """From `/site/x` to itself, to the root and to another site; odd names are quoted."""
    query = Query.read({"lang": "de"}, "/site/markt")
    assert query.url() == "./markt?lang=de"
    assert query.url("") == "../?lang=de"
    assert query.url("wall") == "../wall?lang=de"
    assert Query("/wall").url() == "./wall"
    html = pages.overview([view(name="a/b?c"), view()], Query()).html
    assert 'href="./site/a%2Fb%3Fc"' in html


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("", "de"),
        ("en-US,en;q=0.9", "en"),
        ("de-DE,de;q=0.9,en;q=0.8", "de"),
        ("fr,en;q=0.5", "en"),
        ("fr", "de"),
        ("en;q=x,,;q=", "de"),
        ("de;q=0.3,en;q=0.7", "en"),
    ],
)
def test_the_language_is_german_unless_english_is_wanted(header: str, lang: str) -> None:
    """By the browser's header; the address says it with more weight."""
    assert Query.read({}, "/", header).lang == lang
    assert Query.read({"lang": "en"}, "/", header).lang == "en"
    assert Query.read({"lang": "xx"}, "/", header).lang == lang


def test_the_reader_chooses_the_refresh() -> None:
    """No page reloads by itself but the wall, and that can be turned off there, too."""
    page = pages.overview([view()], Query.read({}))
    assert "Refresh" not in page.headers
    assert "http-equiv" not in page.html
    assert pages.overview([view()], Query.read({"refresh": "60"})).headers["Refresh"] == "60"
    assert pages.overview([view()], Query.read({"refresh": "1"})).headers.get("Refresh") is None
    wall = pages.wall([view()], Query.read({}, "/wall"))
    assert wall.headers["Refresh"] == "60"
    assert 'href="./wall?refresh=0">aus<' in wall.html
    assert "Refresh" not in pages.wall([view()], Query.read({"refresh": "0"}, "/wall")).headers


def test_the_wall_shows_problems_only_or_that_all_is_well() -> None:
    """Cards for what is wrong, with what does not fit as a number; else one large sentence."""
    crowd = many(60)
    page = pages.wall(crowd, WALL)
    assert page.html.count('<li class="card') == 6
    assert "60 Apotheken: 2 mit Störung, 4 mit Warnung" in seen(page)
    well = pages.wall([one for one in crowd if one["state"] == "OK"], WALL)
    assert "Alles in Ordnung (54 Apotheken)" in seen(well)
    full = pages.wall(many(100, all_bad=True), WALL)
    assert full.html.count('<li class="card') == 30
    assert "und 70 weitere" in seen(full)


def test_the_tab_tells_the_state(made: dict[str, pages.Page]) -> None:
    """The title begins with the state in words, and the icon is the state's shape."""
    titles = {name: re.search("<title>(.*?)</title>", page.html) for name, page in made.items()}
    told = {name: match[1] if match else "" for name, match in titles.items()}
    assert told["good"] == "In Ordnung – Apotheke am Markt"
    assert told["bad"] == "Störung: TI-Zugang – Apotheke am Markt"
    assert told["list"] == "2 mit Störung, 4 mit Warnung – Apotheken"
    assert told["stale"] == "Veraltet – Apotheke am Markt"
    icons = {}
    for name in ("good", "bad", "stale"):
        icon = next(x for x in Outline(made[name].html).named("link") if x["rel"] == "icon")
        icons[name] = unquote(icon["href"])
        assert icons[name].startswith("data:image/svg+xml,<svg xmlns=")
        assert "currentColor" not in icons[name]
    assert len(set(icons.values())) == 3


def test_a_page_without_data_says_so() -> None:
    """Data that cannot be loaded, no sites, an unknown site with the nearest names."""
    failed = pages.failed(Query())
    assert (failed.status, "Die Daten können nicht geladen werden" in seen(failed)) == (503, True)
    assert "Ordnung" not in seen(failed)
    assert "Keine Apotheke eingerichtet" in seen(pages.overview([], Query()))
    assert "Keine Apotheke eingerichtet" in seen(pages.wall([], WALL))
    missing = pages.missing("Mark<t>", ["markt", "post"], Query("/site/x"))
    assert missing.status == 404
    assert "«Mark<t>»" in seen(missing)
    assert '<a href="../site/markt">markt</a>' in missing.html
    text = seen(pages.site(view(), history()._replace(readable=False), SITE))
    assert "Der Verlauf kann gerade nicht gelesen werden" in text
    assert "Störungsprotokoll" not in text


UNWATCHED = "die Apotheke in dieser Datei wird nicht überwacht"


def test_a_file_with_a_mistake_is_told_on_every_page(made: dict[str, pages.Page]) -> None:
    """Which file, which line, what, and what holds instead; a file of several mistakes once."""
    for name in ("list-faulty", "site-faulty", "wall-faulty", "none-faulty"):
        text = seen(made[name])
        assert text.count("post.yaml: Zeile 4") == 1, name
        assert f"«hostname»? (und 1 weiterer Fehler) – {UNWATCHED}." in text, name
        assert "markt.yaml: leer – es gilt die vorige Fassung" in text, name
    text = seen(pages.missing("post", ["markt"], Query("/site/post"), FAULTY))
    assert "post.yaml: Zeile 4" in text
    assert "modules.yaml: Zeile 7" in seen(made["kept"])


def test_nothing_is_well_while_a_pharmacy_is_not_watched(made: dict[str, pages.Page]) -> None:
    """One watched and one not: a list and no pharmacy's page, and never the large sentence."""
    for name in ("list-faulty", "wall-faulty"):
        text = seen(made[name])
        assert "Alles in Ordnung" not in text, name
        assert "Keine Störung" not in text, name
        assert "1 nicht überwacht" in text, name
        icon = next(x for x in Outline(made[name].html).named("link") if x["rel"] == "icon")
        assert icon["href"] == pages.favicon("unknown")
    assert "Apotheke suchen" in seen(made["list-faulty"])
    assert "1 Apotheke wird nicht überwacht" in seen(made["list-faulty"])
    assert '<li class="card unknown">' in made["wall-faulty"].html
    # A file of which the version before holds leaves the pharmacy its page.
    assert "Die Kette" in seen(made["kept"])
    assert "Alles in Ordnung" in seen(made["wall-kept"])


def test_faults_stand_before_files_and_many_files_are_counted() -> None:
    """The wall shows what is broken first; a page names five files and says how many more."""
    html = pages.wall([view(situation=BAD)], WALL, FAULTY).html
    assert html.index("Konnektor meldet") < html.index("post.yaml")
    many_files = [FAULTY[2]._replace(file=f"{n}.yaml") for n in range(8)]
    text = seen(pages.overview([view()], Query(), [*many_files, FAULTY[0]]))
    assert text.count(".yaml:") == 5
    assert text.index("post.yaml") < text.index("0.yaml")
    assert "und 4 weitere Dateien mit Fehlern" in text
    wall = pages.wall([view()], WALL, [FAULTY[0]._replace(file=f"{n}.yaml") for n in range(8)])
    assert wall.html.count('<li class="card unknown">') == 8
    assert "8 nicht überwacht" in seen(wall)


def test_a_mistake_in_another_language_is_marked_as_such() -> None:
    """A screen reader reads the exporter's German as German on an English page."""
    page = pages.overview([view("en")], Query(lang="en"), FAULTY[2:3])
    assert '<span lang="de">leer</span> – the version before it holds.' in page.html
    assert '<span lang="de">' not in pages.overview([view()], Query(), FAULTY[2:3]).html


def test_what_is_held_back_stands_beside_that_all_is_well(made: dict[str, pages.Page]) -> None:
    """The colour stays; the large sentence counts what is being watched, and says it below."""
    for name in ("held", "wall-one-held"):
        text = seen(made[name])
        start = text.index("Alles in Ordnung; 2 Auffälligkeiten werden beobachtet")
        assert start < text.index("Der Konnektor meldet seit", start), name
        assert "(seit 5 min, wird beobachtet)" in text, name
    assert 'class="headline ok"' in made["held"].html
    assert 'class="tile ok"' in made["held"].html
    text = seen(made["wall-held"])
    assert "Alles in Ordnung (55 Apotheken); 2 Auffälligkeiten werden beobachtet" in text
    assert "Apotheke am Markt: Der Konnektor meldet" in text
    text = seen(made["list-held"])
    assert "Keine Störung, keine Warnung; 2 Auffälligkeiten werden beobachtet" in text
    assert "Apotheke am Markt (2 Auffälligkeiten werden beobachtet)" in text
    assert "beobachtet" not in seen(made["good"]) + seen(made["wall-well"])
    # Where something is broken that is the headline, and what is held stands on its tile.
    both = {**HELD, "ups": "worn-battery-over-snmp"}
    assert "Alles in Ordnung" not in seen(pages.overview([view(situation=both)], Query()))


def test_after_a_restart_headline_and_tile_tell_of_before(made: dict[str, pages.Page]) -> None:
    """What the journal knew is called what it is: not checked since, and how it was."""
    text = seen(made["restarted"])
    since = (
        "Seit dem Neustart der Überwachung noch nicht geprüft; davor Störung seit 13:44 (21 min)"
    )
    assert "Vor dem Neustart der Überwachung: Stromausfall" in text[: text.index("Die Kette")]
    assert f"{since}." in text[: text.index("Die Kette")]
    assert f"Strom unbekannt {since}: Stromausfall" in text[text.index("Die Kette") :]


def test_the_dvo_stands_below_the_step_that_names_them(made: dict[str, pages.Page]) -> None:
    """Headline and tile: whoever helps first, then the DVO with a number to dial."""
    text = seen(made["bad"])
    assert "DVO TI-Service Rhein · 0800 1234567" in text[: text.index("Die Kette")]
    assert "DVO: TI-Service Rhein · 0800 1234567" in text[text.index("Die Kette") :]


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onfocus='alert(1)",
    "{{191*7}}{% raw %}",
    "javascript:alert(1)",
    "]]><!--",
    "\x00\x1b\u202e",
    "&lt;b&gt;&amp;",
    "{name}{0}",
    "x" * 3000,
]


ELEMENTS = """a b body br button caption dd details div dl dt figcaption figure footer form h1 h2
h3 h4 head header html input label li link main meta nav ol p path rect section span strong style
summary svg symbol table tbody td text th thead title tr ul use"""


def with_text(text: str) -> list[pages.Page]:
    """Every page, with this text in each place that a stranger could fill."""
    one = hostile(text)
    return [
        pages.overview([one], Query()),
        pages.overview([one, view()], Query(search=text[:100])),
        pages.site(one, history(text), Query(f"/site/{text}")),
        pages.wall([one], WALL),
        pages.wall([one, view()], WALL),
        pages.missing(text, [text], Query(f"/site/{text}")),
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_foreign_text_is_never_markup(text: str) -> None:
    """Titles, names, contacts, findings and headlines make no element, attribute or address."""
    allowed = set(ELEMENTS.split())
    for page in with_text(text):
        for tag, attributes in Outline(page.html).tags:
            assert tag in allowed
            assert tag != "b" or "aria-current" in attributes
            assert not any(key.startswith("on") or key == "style" for key in attributes)
            target = attributes.get("href") or attributes.get("action") or "./"
            assert target.startswith(("./", "../", "#", "tel:", "data:image/svg+xml,"))
        assert "1337" not in page.html


def test_nothing_foreign_is_loaded_and_the_policy_forbids_it(made: dict[str, pages.Page]) -> None:
    """No script, no resource of another host, no inline style; the style's hash is right."""
    for name, page in made.items():
        outline = Outline(page.html)
        assert not outline.named("script"), name
        assert not [x for tag, x in outline.tags if "style" in x or "src" in x], name
        assert "http:" not in page.html.replace("http%3A//www.w3.org/2000/svg", ""), name
        assert "https:" not in page.html, name
        style = page.html[page.html.index("<style>") + 7 : page.html.index("</style>")]
        digest = b64encode(sha256(style.encode()).digest()).decode()
        policy = page.headers["Content-Security-Policy"]
        assert f"style-src 'sha256-{digest}'" in policy, name
        assert policy == pages.CSP
        assert "default-src 'none'" in policy
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"


def test_every_state_has_a_shape_and_a_word(made: dict[str, pages.Page]) -> None:
    """Never a colour alone: each coloured place holds a symbol, and text."""
    for name, page in made.items():
        for part in re.findall(r'<li class="(?:tile|card) .*?</li>', page.html, re.DOTALL):
            kind = re.search(r'class="\w+ (\w+)', part)
            assert kind
            assert f'<use href="#{kind[1]}"/>' in part, name
            assert words.word(kind[1], "en" if name == "english" else "de") in part, name
        for cell in re.findall(r'<td class="c .*?</td>', page.html):
            assert "<use" in cell, name
            assert re.sub("<.*?>", "", cell), name


def test_headings_are_in_order_and_landmarks_are_there(made: dict[str, pages.Page]) -> None:
    """One h1, no level skipped; header, main, footer; a language; every table has heads."""
    for name, page in made.items():
        outline = Outline(page.html)
        levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch("h[1-6]", tag)]
        assert levels.count(1) == 1, name
        assert levels[0] == 1, name
        assert all(b - a <= 1 for a, b in pairwise(levels)), (name, levels)
        for tag in ("header", "main", "footer"):
            assert len(outline.named(tag)) == 1, (name, tag)
        assert outline.named("html") == [{"lang": "en" if name == "english" else "de"}]
        tables = len(outline.named("table"))
        assert len(outline.named("thead")) == tables
        assert all(x.get("scope") in ("col", "row") for x in outline.named("th")), name
        ids = [x["id"] for _, x in outline.tags if "id" in x]
        assert len(ids) == len(set(ids)), name


def test_500_sites_are_a_page_of_moderate_size() -> None:
    """Below 400 kB even with trouble everywhere."""
    page = pages.overview(many(500, all_bad=True), Query())
    assert len(page.html.encode()) < 400_000


def test_the_site_page_has_every_finding_and_reading() -> None:
    """Each check with all its lines; readings with their limits in words."""
    text = seen(pages.site(view(situation=BAD), history(), SITE))
    for lines in (
        check["details"] for tile in view(situation=BAD)["tiles"] for check in tile["checks"]
    ):
        for line in lines:
            assert " ".join(line.split()) in text, line
    assert "Akku-Ladung 100 % unter 50 % unter 20 %" in text
    assert "Last der USV" in text


def test_a_gap_is_a_gap_in_lanes_charts_and_tables() -> None:
    """An hour without data is «keine Daten» in text and breaks the line; it counts for nothing."""
    told = history()
    text = seen(pages.site(view(), told, SITE))
    assert "00:05 – 01:05 keine Daten 60 min" in text
    lanes = charts.spans(told.changes, told.states, told.gaps, told.start, told.end, "de")
    for spans in lanes.values():
        assert spans[0].start == told.start.timestamp()
        assert spans[-1].end == told.end.timestamp()
        assert all(a.end == b.start for a, b in pairwise(spans))
        assert sum(s.end - s.start for s in spans if s.state == "") == 3600
    chart = charts.draw(told.series[0], told.end, "de")
    assert chart is not None
    assert chart.svg.count("stroke-width") == 2
    assert any(hour.least is None for hour in chart.hours)
    assert "Akku-Laufzeit: zuletzt" in chart.svg


def test_a_lane_shows_a_state_from_when_it_was_so() -> None:
    """Not from when it was believed; never before the state that came before, or the lane."""
    start = NOW - timedelta(hours=1)

    def moment(minutes: float) -> datetime:
        return start + timedelta(minutes=minutes)

    def past(at: float, since: float | None, after: State) -> Past:
        known = None if since is None else moment(since)
        return Past(moment(at), "ups", None, after, ("", ""), since=known)

    told = [
        past(5, -10, State.WARNING), past(30, 20, State.CRITICAL),
        past(31, 15, State.OK), past(50, None, State.WARNING),
    ]  # fmt: skip
    lane = charts.spans(told, {"ups": State.OK}, (), start, NOW, "de")["ups"]
    assert [((span.start - start.timestamp()) / 60, span.state) for span in lane] == [
        (0, "WARNING"), (20, "OK"), (50, "WARNING"),
    ]  # fmt: skip
    assert all(a.end == b.start for a, b in pairwise(lane))


def test_days_are_counted_by_the_rule_on_the_page() -> None:
    """Two faults of half an hour in a week; at once they count singly, their time once."""
    told = history()
    lanes = charts.spans(told.changes, told.states, told.gaps, told.start, told.end, "de")
    days = charts.days(lanes, told.start, told.end)
    assert sum(day.faults for day in days) == 2
    assert sum(day.fault_seconds for day in days) == 3600
    assert sum(day.unwatched_seconds for day in days) == 3600
    start, end = told.start, told.end
    a, b = start.timestamp() + 100, start.timestamp() + 700
    both = {
        "x": [charts.Span(a, b, "CRITICAL")],
        "y": [charts.Span(a + 300, b + 300, "CRITICAL"), charts.Span(b + 400, b + 500, "")],
    }
    days = charts.days(both, start, end)
    assert sum(day.faults for day in days) == 2
    assert sum(day.fault_seconds for day in days) == 900
    assert sum(day.unwatched_seconds for day in days) == 0  # the other one still had data
    assert "So wird gezählt:" in seen(pages.site(view(), told, SITE))


def test_a_fault_over_midnight_counts_once_and_its_time_on_both_days() -> None:
    """The day on which it began has the fault; each day has its part of the time."""
    end = datetime(2026, 11, 24, 12, 0).astimezone()
    midnight = datetime(2026, 11, 24).astimezone().timestamp()
    lanes = {"x": [charts.Span(midnight - 600, midnight + 300, "CRITICAL")]}
    today, yesterday = charts.days(lanes, end - timedelta(days=1), end)
    assert (today.faults, today.fault_seconds) == (0, 300)
    assert (yesterday.faults, yesterday.fault_seconds) == (1, 600)


def test_limits_near_the_line_are_drawn_and_far_ones_are_not() -> None:
    """A chart shows a floor of 50 % below a charge of 60 %, not an age limit of years."""
    samples = [Sample(NOW.timestamp() - 600, 300.0, 60.0, 62.0, 61.0)]
    near = charts.Series("ups", "battery_charge", "%", samples, range_of("50:"), range_of("20:"))
    chart = charts.draw(near, NOW, "de")
    assert chart is not None
    assert chart.svg.count("stroke-dasharray") == 1
    far = near._replace(warning=range_of("157680000"), critical=None)
    chart = charts.draw(far, NOW, "de")
    assert chart is not None
    assert "stroke-dasharray" not in chart.svg
    assert charts.draw(near._replace(samples=[]), NOW, "de") is None


@pytest.mark.parametrize(
    ("text", "unit", "said"),
    [
        ("10:", "%", "unter 10\xa0%"),
        ("80", "%", "über 80\xa0%"),
        ("600:", "s", "unter 10\xa0min"),
        ("15:30", "C", "unter 15\xa0°C oder über 30\xa0°C"),
        ("@5:10", "", "zwischen 5 und 10"),
        ("~:0.5", "s", "über 500\xa0ms"),
        ("0:5", "", "über 5"),
    ],
)
def test_limits_are_said_in_words(text: str, unit: str, said: str) -> None:
    """A range of the plugin guidelines becomes «unter …» and «über …»."""
    assert words.limit(range_of(text), unit, "de") == said
    assert words.limit(None, unit, "de") == "–"


LABELS = {
    "u2_load": "Last der USV (2)",
    "u2_input_voltage_3": "Netzspannung L3 (2)",
    "input_voltage": "Netzspannung",
    "s2_dns_max": "Namensauflösung, größter (2)",
    "internet_rtt": "Antwortzeit internet",
    "time_sds": "Antwortzeit Dienstverzeichnis",
    "smc_b_orga6100_d678": "smc b orga6100 d678",
}


@pytest.mark.parametrize(("name", "said"), LABELS.items())
def test_a_reading_is_called_as_people_call_it(name: str, said: str) -> None:
    """Of one device, of several, by phase; a name that is the pharmacy's own stays."""
    assert words.metric_name(name, "de") == said


def test_no_reading_keeps_its_english_name() -> None:
    """Whatever has a fixed name, each question to the Konnektor, and all that is recorded."""
    fixed = {row.label.removeprefix(names._UPS) for row in names.ROWS}
    found = {name for name in fixed if re.fullmatch(r"\w+", name)} | set(asked._LABELS.values())
    assert {"battery_charge", "vpn_ti", "left_tries", "time_expiry"} <= found
    for check in sorted(set(CHECKS) - {"certificate"}):  # whose numbers bear the devices' names
        for scenario in sorted((RECORDED / check).iterdir()):
            found |= {metric.name for metric in report(check, scenario.name).metrics}
    assert {"idp", "kim", "dns"} <= found
    english = {name for name in found if words.metric_name(name, "de") == name.replace("_", " ")}
    assert english == set()


def test_every_word_is_there_in_both_languages() -> None:
    """No empty text, and the same placeholders in German and English."""
    holes = re.compile(r"\{\w+\}")
    for key, (german, english) in words.WORDS.items():
        assert german, key
        assert english, key
        assert sorted(holes.findall(german)) == sorted(holes.findall(english)), key


def test_the_past_comes_from_journal_and_samples(tmp_path: Path) -> None:
    """Changes of a real journal in the reader's language, and numbers of real samples."""
    clock = HandClock(NOW - timedelta(hours=1))
    journal = Journal(tmp_path / "journal.sqlite", clock=clock)
    try:
        at = NOW - timedelta(minutes=30)
        told = ("Leitung <weg>", "line <gone>")
        journal.write(Change(at, "markt", "ups", "ups", State.OK, State.CRITICAL, told))
        samples = Samples()
        metric = Metric("battery_charge", 88.0, "%")
        result = Result(Report("ups", (Finding("ups.on_mains", State.OK, {}, metric),)), at, 0.1)
        samples.add(("markt", "ups"), 60.0, result)
        samples.add(("other", "ups"), 60.0, result)
        found = past.history(view("en"), samples, journal)
        assert [one.name for one in found.series] == ["battery_charge"]
        assert found.series[0].unit == "%"
        assert found.readable
        text = seen(pages.site(view("en"), found, Query("/site/markt", "en")))
        assert "line <gone>" in text
        assert "battery charge: latest 88" in text
    finally:
        journal.close()
    assert not past.history(view(), samples, None).readable


def test_what_a_check_said_before_the_start_is_told_as_history() -> None:
    """A check not asked since the start shows its last state as the past, not as an answer."""
    shown = view(situation={"ups": None})
    check = shown["tiles"][0]["checks"][0]
    check["last"] = {"state": "CRITICAL", "since": NOW - timedelta(hours=1), "headline": "Akku"}
    text = seen(pages.site(shown, past.History(NOW, NOW), SITE))
    assert "Seit dem Neustart der Überwachung noch nicht geprüft; davor Störung seit 13:05" in text
    assert "Noch nicht geprüft." in text


def test_all_checks_have_their_recordings_here() -> None:
    """The situations name checks that exist."""
    assert set(GOOD) == set(BAD) <= set(CHECKS)


def test_every_check_has_a_title() -> None:
    """A check that its site does not name is called on the pages as people call it."""
    assert words.CHECKS.keys() == {check.name for check in all_checks()}
    assert words.check_title("uplink", "de") == "Internet"
    assert words.check_title("USV Kasse", "de") == "USV Kasse"
