"""What a reader chose, as it stands in the address of a page, and the links that keep it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlencode

from apowacht.plugins.core.words import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

REFRESHES = (60, 300)
"""How often a page may reload itself, in seconds."""
FILTERS = ("problems", "critical", "unknown", "warning", "maintenance", "ok")
LONGEST_SEARCH = 100


class Query(NamedTuple):
    """What the reader chose. `refresh` in seconds, 0 is off, None when nothing was chosen."""

    path: str = "/"
    lang: str = "de"
    lang_chosen: bool = False
    refresh: int | None = None
    state: str = ""
    search: str = ""

    @classmethod
    def read(
        cls, parameters: Mapping[str, str], path: str = "/", accept_language: str = ""
    ) -> Query:
        """From the URL's parameters; what is not understood is as if it were not there."""
        lang = parameters.get("lang", "")
        refresh, state = parameters.get("refresh", ""), parameters.get("state", "")
        search = "".join(c if c.isprintable() else " " for c in parameters.get("q", ""))
        return cls(
            path,
            lang if lang in LANGUAGES else _preferred(accept_language),
            lang in LANGUAGES,
            int(refresh) if refresh in ("0", *map(str, REFRESHES)) else None,
            state if state in FILTERS else "",
            " ".join(search.split())[:LONGEST_SEARCH],
        )

    def url(self, target: str | None = None, **changes: object) -> str:
        """A link from this page that keeps what the reader chose.

        Relative, so that the pages also work below a prefix; `target` is seen from the root.
        """
        kept = self._replace(**changes)  # type: ignore[arg-type]
        pairs: list[tuple[str, object]] = []
        if kept.lang_chosen:
            pairs.append(("lang", kept.lang))
        if kept.refresh is not None:
            pairs.append(("refresh", kept.refresh))
        if target is None:
            pairs += [
                (key, text) for key, text in (("state", kept.state), ("q", kept.search)) if text
            ]
        root = "../" if self.path.startswith("/site/") else "./"
        here = self.path.rpartition("/")[2] if target is None else None
        place = f"./{quote(here)}" if here is not None else root + (target or "")
        return f"{place}?{urlencode(pairs)}" if pairs else place


def _preferred(accept_language: str) -> str:
    """German, unless a browser wants English more; RFC 9110, 12.5.4."""
    weights: dict[str, float] = {}
    for part in accept_language[:200].split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            weights.setdefault(tag[:2].lower(), float(weight or 1))
        except ValueError:
            continue
    return "en" if weights.get("en", 0) > weights.get("de", 0) else "de"
