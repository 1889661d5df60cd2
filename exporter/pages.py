"""What people see in a browser: the pharmacy's page, the list of all sites, one site, the wall.

Every page is one HTML document without scripts and without foreign resources, made from the views
of `status`. The HTTP side calls one function per page and sends what it returns:

    query = Query.read(parameters, path, accept_language)   # never fails, whatever a URL holds
    overview(views, query)        `/`: one view is the pharmacy's page, several are the list
    site(view, history, query)    `/site/<name>`; history is a History, or None when unreadable
    wall(views, query)            `/wall`
    missing(name, names, query)   404 for an unknown site, with the nearest names
    failed(query, status)         503 when the data cannot be loaded: a page must say so

Each returns a Page: `status`, `html` and all `headers` that belong to it (content type, CSP with
the style's hash, refresh if the reader chose one). `query.lang` is the language in which the views
must be made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

View = dict[str, Any]
"""One site as `status` tells it."""


class Page(NamedTuple):
    """What is sent: the HTTP status, the document, and the headers that belong to it."""

    status: int
    html: str
    headers: Mapping[str, str]


class Query(NamedTuple):
    """What the reader chose: language, refresh in seconds, which states, which words."""

    path: str = "/"
    lang: str = "de"
    refresh: int | None = None
    state: str = ""
    search: str = ""

    @classmethod
    def read(
        cls, parameters: Mapping[str, str], path: str = "/", accept_language: str = ""
    ) -> Query:
        """From the URL's parameters; what is not understood is as if it were not there."""
        raise NotImplementedError


class Series(NamedTuple):
    """One number over time: `points` are (epoch seconds, value), in order, without the gaps.

    `interval` is the seconds between two points when nothing is missing.
    """

    check: str
    name: str
    unit: str
    points: Sequence[tuple[float, float]]
    interval: float


class Change(NamedTuple):
    """A line of the journal: the states are OK, WARNING, CRITICAL, UNKNOWN or None (no state)."""

    at: datetime
    name: str
    before: str | None
    after: str
    headline: str


class History(NamedTuple):
    """One site's past between two moments: numbers, changes of state, and when nobody looked.

    `states` is each check's state at `start`; `csv` whether `/site/<name>/journal.csv` exists.
    """

    start: datetime
    end: datetime
    series: Sequence[Series] = ()
    changes: Sequence[Change] = ()
    gaps: Sequence[tuple[datetime, datetime]] = ()
    states: Mapping[str, str] = {}
    csv: bool = False


def overview(views: Sequence[View], query: Query) -> Page:
    """`/`: the pharmacy's page when there is one site, the list of all sites otherwise."""
    raise NotImplementedError


def site(view: View, history: History | None, query: Query) -> Page:
    """`/site/<name>`: every check of one site, and its past."""
    raise NotImplementedError


def wall(views: Sequence[View], query: Query) -> Page:
    """`/wall`: one screen; problems only, or one large «Alles in Ordnung»."""
    raise NotImplementedError


def missing(name: str, names: Iterable[str], query: Query) -> Page:
    """There is no such site: 404, with the nearest names."""
    raise NotImplementedError


def failed(query: Query, status: int = 503) -> Page:
    """The data cannot be loaded. Says so, because an empty page would look like no trouble."""
    raise NotImplementedError
