"""The documentation as a whole: reachable from its index, its links alive, its promises kept."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from apowacht.exporter import words
from apowacht.exporter.faces import KINDS
from apowacht.plugins.core.listing import LAYERS

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
INDEX = DOCS / "README.md"
NAMED = re.compile(r"\]\((?!https?:)([^)\s]+)\)")


def written(page: Path) -> str:
    """A page without its generated parts and code, in which brackets mean other things."""
    text = re.sub(
        r"<!-- generated.*?<!-- end -->", "", page.read_text(encoding="utf-8"), flags=re.S
    )
    return re.sub(r"```.*?```", "", text, flags=re.S)


def links(page: Path) -> list[tuple[Path, str]]:
    """Where a page leads inside the project: file and anchor."""
    told = (link.partition("#") for link in NAMED.findall(written(page)))
    return [
        ((page.parent / name).resolve() if name else page.resolve(), anchor)
        for name, _, anchor in told
    ]


def anchors(page: Path) -> set[str]:
    """The headings of a page as GitHub names them."""
    found = re.findall(r"^#+ (.+)$", written(page), flags=re.M)
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in found)
    return {heading.strip().replace(" ", "-") for heading in plain}


def reached() -> set[Path]:
    """The pages that can be reached from the index by links."""
    seen: set[Path] = set()
    todo = [INDEX.resolve()]
    while todo:
        page = todo.pop()
        if page not in seen and page.suffix == ".md" and page.exists():
            seen.add(page)
            todo += [file for file, _ in links(page)]
    return seen


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_page_is_reachable(page: Path) -> None:
    """From the index, by links alone."""
    assert page.resolve() in reached()


def test_the_readme_leads_to_the_index() -> None:
    """Whoever finds the project finds its documentation."""
    assert INDEX.resolve() in {file for file, _ in links(ROOT / "README.md")}


@pytest.mark.parametrize(
    "page", [*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md"], ids=lambda page: page.name
)
def test_links_and_anchors_are_alive(page: Path) -> None:
    """Each link leads to a file, and to a heading where it names one."""
    for file, anchor in links(page):
        assert file.exists(), file
        assert not anchor or anchor in anchors(file), f"{file.name}#{anchor}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_begins_with_its_title(page: Path) -> None:
    """One heading of the first level, and it stands first."""
    heads = [line for line in written(page).splitlines() if line.startswith("# ")]
    assert page.read_text(encoding="utf-8").startswith("# ")
    assert len(heads) == 1


def test_the_german_page_knows_every_word_of_the_pharmacys_page() -> None:
    """Each state's word and each link of the chain stands there as the page says it."""
    text = (DOCS / "was-die-seite-sagt.md").read_text(encoding="utf-8")
    for key in (*KINDS, *LAYERS):
        assert f"| {words.word(key, 'de')} |" in text, key
    for key in ("first_broken", "follows", "step", "never", "helps", "details"):
        assert f"«{words.word(key, 'de')}»" in text, key


def test_the_german_page_is_for_staff() -> None:
    """No command, no option, no abbreviation of ours on it."""
    text = (DOCS / "was-die-seite-sagt.md").read_text(encoding="utf-8")
    assert not re.findall(r"`|--\w|check_apo|UNKNOWN|CRITICAL", text)
