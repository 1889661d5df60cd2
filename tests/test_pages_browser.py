"""The exporter's pages in a real browser, under their own policy: accessibility, narrow screens,
the wall, print."""

from __future__ import annotations

import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest
from browser import Browser, axe_source, chromium
from test_pages import everything

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.peer, pytest.mark.slow]

DESKTOP, PHONE, WALL, SMALL_WALL = (1366, 768), (320, 640), (1920, 1080), (1366, 768)
ZOOMED = (683, 384)
"""A desktop at 200 %."""
SHEET = (688, 900)
"""What the margins leave of A4's width, in CSS pixels."""
BROKEN_WORDS = """(() => {
  const broken = [];
  for (const p of document.querySelectorAll('.tile .bar h3, .tile .bar p'))
    for (const node of p.childNodes)
      for (const word of node.nodeType == 3 ? node.data.matchAll(/\\S+/g) : []) {
        const range = document.createRange();
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        const box = p.getBoundingClientRect();
        if (range.getClientRects().length > 1 || range.getBoundingClientRect().right > box.right)
          broken.push(word[0]);
      }
  return broken;
})()"""
"""The words of the tiles' heads that stand on two lines, or reach out of their tile."""
NAMES = tuple(everything())


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where every page is served, with its headers, but for the reload."""
    made = everything()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = made.get(self.path.strip("/").partition("?")[0])
            if page is None:
                self.send_error(404)
                return
            body = page.html.encode()
            self.send_response(200)
            for name, value in page.headers.items():
                if name != "Refresh":
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all."""
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def axe() -> str:
    """The text of axe-core."""
    return axe_source()


def test_axe_is_awake(browser: Browser, axe: str) -> None:
    """The checker finds what is wrong: pale text, a missing language, an image without words."""
    browser.size(*DESKTOP)
    browser.open("data:text/html,<body><p style='color:%23ccc;background:white'>pale<img src=x>")
    found = " ".join(browser.axe(axe))
    for rule in ("color-contrast", "html-has-lang", "image-alt"):
        assert rule in found


@pytest.mark.parametrize("name", NAMES)
def test_no_accessibility_violation(browser: Browser, axe: str, address: str, name: str) -> None:
    """axe-core finds nothing, on a desktop and on the narrowest phone, with all details open."""
    for size in (DESKTOP, PHONE):
        browser.size(*size)
        browser.open(f"{address}/{name}")
        browser.value("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert browser.axe(axe) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_narrow_screen_needs_no_sideways_scrolling(
    browser: Browser, address: str, name: str
) -> None:
    """At 320 pixels, and on a desktop at 200 %, nothing is wider than the window (WCAG 1.4.10)."""
    for size in (PHONE, ZOOMED):
        browser.size(*size)
        browser.open(f"{address}/{name}")
        browser.value("document.querySelectorAll('details').forEach(d => d.open = true)")
        assert browser.value("document.documentElement.scrollWidth") <= size[0]


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("wall")])
def test_the_wall_fits_its_screen(browser: Browser, address: str, name: str) -> None:
    """No scrolling on a wall; what was cut off would be a card or a line below the edge."""
    for size in (WALL, SMALL_WALL):
        browser.size(*size)
        browser.open(f"{address}/{name}")
        low = browser.value(
            "Math.max(...[...document.querySelectorAll('main *, body > footer')]"
            ".map(e => e.getBoundingClientRect().bottom))"
        )
        assert low <= size[1]
        cut = browser.value(
            "[...document.querySelectorAll('.card h2, .card p, .headline, .well')]"
            ".filter(e => e.scrollHeight > e.clientHeight + 3).map(e => e.textContent)"
        )
        assert cut == []


def test_every_target_is_large_enough(browser: Browser, address: str) -> None:
    """Links, buttons and fields are at least 24 by 24 pixels (WCAG 2.5.8)."""
    browser.size(*DESKTOP)
    for name in ("bad", "site", "list", "list-search", "wall", "missing"):
        browser.open(f"{address}/{name}")
        small = browser.value(
            "[...document.querySelectorAll('a, button, input:not([type=hidden]), summary')]"
            ".filter(e => e.className != 'skip' && e.checkVisibility())"
            ".map(e => [e.outerHTML, e.getBoundingClientRect()])"
            ".filter(([h, r]) => r.height < 23.9 || r.width < 23.9).map(([h, r]) => h)"
        )
        assert small == [], name


def test_the_focus_is_seen(browser: Browser, address: str) -> None:
    """The keyboard reaches the links in their order, and each shows that it has the focus."""
    browser.size(*DESKTOP)
    browser.open(f"{address}/list")
    reached = []
    for _ in range(12):
        for kind in ("keyDown", "keyUp"):
            browser("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab",
                    windowsVirtualKeyCode=9)  # fmt: skip
        told = browser.value(
            "(() => {const e = document.activeElement, s = getComputedStyle(e);"
            "return [e.textContent || e.id, s.outlineStyle, parseFloat(s.outlineWidth)]})()"
        )
        reached.append(told[0])
        assert (told[1], told[2] >= 3) == ("solid", True), told
    assert reached[0] == "Zum Inhalt"
    assert "q" in reached


def test_the_style_is_used_under_the_policy(browser: Browser, address: str) -> None:
    """The browser takes the style by its hash, loads the icon, and has no script to run."""
    browser.size(*DESKTOP)
    browser.open(f"{address}/bad")
    colour = "getComputedStyle(document.querySelector('.headline')).backgroundColor"
    assert browser.value(colour) == "rgb(176, 0, 32)"
    assert browser.value("document.scripts.length") == 0


def test_a_page_left_open_greys_by_itself(browser: Browser, address: str) -> None:
    """Ten minutes after it was loaded a page says how old it is and loses its colours."""
    browser.size(*DESKTOP)
    browser.open(f"{address}/good")
    note = "getComputedStyle(document.querySelector('.old')).visibility"
    main = "getComputedStyle(document.querySelector('main')).filter"
    assert (browser.value(note), browser.value(main)) == ("hidden", "none")
    delays = browser.value("document.getAnimations().map(a => a.effect.getTiming().delay)")
    assert delays == [600_000, 600_000]
    browser.value("document.getAnimations().forEach(a => a.finish())")
    assert (browser.value(note), browser.value(main)) == ("visible", "grayscale(1)")


@pytest.mark.parametrize(("name", "most"), [("good", 1), ("bad", 1), ("stale", 1), ("site", 5)])
def test_it_prints_on_a4(browser: Browser, address: str, name: str, most: int) -> None:
    """The pharmacy's page is one sheet, black on white, without what only a screen needs."""
    browser.size(*DESKTOP)
    browser.open(f"{address}/{name}")
    printed = browser.pdf()
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)
    assert 0 < len(boxes) <= most
    assert {(round(float(w)), round(float(h))) for w, h in boxes} == {(595, 842)}
    browser("Emulation.setEmulatedMedia", media="print")
    try:
        shown = browser.value(
            "[...document.querySelectorAll('nav, form, .old')].filter(e => e.checkVisibility())"
            ".map(e => e.outerHTML)"
        )
        colours = browser.value(
            "[...new Set([...document.querySelectorAll('main *')].map(e => "
            "getComputedStyle(e).backgroundColor + ' ' + getComputedStyle(e).color))]"
        )
        shapes = browser.value("document.querySelectorAll('.tile svg.i').length")
        browser.size(*SHEET)
        broken = browser.value(BROKEN_WORDS)
    finally:
        browser("Emulation.setEmulatedMedia", media="")
    assert shown == []
    assert colours == ["rgba(0, 0, 0, 0) rgb(0, 0, 0)"]
    assert shapes == 5
    assert broken == []


def test_the_refresh_header_reloads_the_page(browser: Browser) -> None:
    """What the reader chose as a header is what a browser follows."""
    asked = threading.Semaphore(0)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Refresh", "1")
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")
            if self.path == "/":
                asked.release()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            browser.open(f"http://127.0.0.1:{server.server_address[1]}/")
            assert all(asked.acquire(timeout=20) for _ in range(2))
        finally:
            browser.open("about:blank")
            server.shutdown()
            thread.join()
