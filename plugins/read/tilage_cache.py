"""The polite way to TI-Lage: what all runs on this computer ask, asked once for all of them.

gematik measures every five minutes and wants to be asked a minute later, not more often. So every
path has one entry in the state folder, whatever the number of services, sites and filters: asked
at most every five minutes, not in the first minute of a slot, conditionally, and less often while
there is trouble.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.plugins.core import asked
from apowacht.plugins.core.errors import TargetTrouble
from apowacht.plugins.core.sparing import Rule, sparingly
from apowacht.plugins.read import tilage_facts
from apowacht.plugins.read.tilage_facts import Strange

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from apowacht.plugins.core.check import Options
    from apowacht.plugins.core.sparing import Kept
    from apowacht.plugins.wire.tilage import Server, Told

    Data = dict[str, Any]

TOPIC = "tilage"
SLOT = Rule(pause=300.0, jitter=20.0, slot=300.0, offset=60.0)
RETRIED = Rule(pause=300.0, jitter=20.0)
DAY_SECONDS = 86400.0

SHAPE = 1
"""Of a kept body; what another version of ours has kept in another shape is not read."""
LATELY_SECONDS = 2 * 3600.0
"""For how long a filter counts as wanted on this computer."""
SETTLED_SECONDS = 600.0
"""How long the filters are watched before one of them is believed to be the only one."""

# Pause after the first failure, and the most; each further one doubles it.
_SILENT, _FAILING, _BLOCKED = (300.0, 900.0), (600.0, 1800.0), (3600.0, 86400.0)
_WAIT_SECONDS = 5.0
_MOST_FILTERS = 20


class Endpoint(NamedTuple):
    """One path: how often it is asked, what of its answer is kept, and for how long that does."""

    path: str
    rule: Rule
    reduce: Callable[[Any], Data]
    pause: float = 0.0


SITUATION = Endpoint("/v2/tilage", SLOT, tilage_facts.reduce_situation)
AVAILABILITY = Endpoint("/v1/tilage/bu/PU", SLOT, tilage_facts.reduce_availability)
INCIDENTS = Endpoint("/v1/tistatus/incident", SLOT, tilage_facts.reduce_incidents)
PROVIDERS = Endpoint("/v2/tilage/filter", RETRIED, tilage_facts.reduce_providers, DAY_SECONDS)
ALL = (SITUATION, AVAILABILITY, INCIDENTS, PROVIDERS)

_QUERY = {"access": "ciAccess", "smcb": "ciTspSmcb", "hba": "ciTspHba", "kim": "ciKim"}


class Cache:
    """What one run asks of TI-Lage; a context manager, because a connection may be open.

    Takes from the options: `tilage_url`, `tilage_ca_file`, `tilage_tls_fingerprint`,
    `tilage_insecure`, `deadline`, `now`, `store`. `server` stands in for the network.
    """

    def __init__(self, options: Options, server: Server | None = None) -> None:
        self._options = options
        self._store = options.store
        self._now = options.now.timestamp()
        self._server = server
        self._broken = False

    def __enter__(self) -> Cache:
        return self

    def __exit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()

    def get(self, endpoint: Endpoint, query: str = "") -> Kept:
        """What is known of a path; asked now if it is due and nothing speaks against it.

        The kept data are {"shape", "body", "query", "etag", "modified", "pause"}, or {"failure"
        (an `asked.Failure` by field), "failures", "blocked", "pause"}. Raises OwnTrouble for what
        is ours.
        """
        known: Data = {}

        def may(memory: Data, now: float) -> bool:
            known.update(memory)
            if self._broken or self._held(now):
                return False
            self._opened()  # what is wrong with the options is said before anything is entered
            return True

        wait = min(_WAIT_SECONDS, 0.5 * self._options.deadline.remaining())
        return sparingly(
            self._store,
            TOPIC,
            self._key(endpoint.path),
            self._now,
            endpoint.rule,
            lambda: self._ask(endpoint, query, known),
            may=may,
            wait=wait,
        )

    def wanted(self, own: Mapping[str, str]) -> str:
        """The query for all runs on this computer: one's own providers as TI-Lage's filter when
        nobody else has been here lately with others, else none, and everybody filters himself."""
        mine = query_of(own)
        key = self._key("filters")
        now = max(self._now, self._store.clock())
        told = len(self._store.troubles)
        kept = self._store.read(TOPIC, key)
        if not _fresh(kept, mine, now):
            wait = min(0.5, self._options.deadline.remaining())
            kept = self._store.change(TOPIC, key, lambda old: _noted(old, mine, now), wait)
        alone = self._store.trouble is None and list(_filters(kept, now)) == [mine]
        del self._store.troubles[told:]  # the entry of the request itself tells of it
        begun = kept.get("begun")
        settled = isinstance(begun, int | float) and now - begun >= SETTLED_SECONDS
        return mine if alone and settled else ""

    def file(self, endpoint: Endpoint) -> str:
        """Where a path's entry is kept, "" without a folder."""
        return self._store.path(TOPIC, self._key(endpoint.path)) if self._store.folder else ""

    def _key(self, name: str) -> tuple[str, str]:
        return one_name(str(self._options.tilage_url)), name

    def _held(self, now: float) -> bool:
        """Whether the server does not want us at all, whatever the path."""
        for one in ALL:
            memory = self._store.read(TOPIC, self._key(one.path))
            data = memory.get("data")
            until = memory.get("next_at")
            blocked = isinstance(data, dict) and data.get("blocked")
            if blocked and isinstance(until, int | float) and now < until:
                return True
        return False

    def _ask(self, endpoint: Endpoint, query: str, known: Data) -> Data:
        before = known.get("good")
        if not isinstance(before, dict) or (before.get("query"), before.get("shape")) != (
            query,
            SHAPE,
        ):
            before = {}
        path = endpoint.path + (f"?{query}" if query else "")
        try:
            told = self._opened().get(path, before.get("etag"), before.get("modified"))
            return _answer(endpoint, query, told, before)
        except TargetTrouble as trouble:
            self._broken = True
            return _failure(trouble, known.get("data"))
        except Strange as strange:
            return _failure(self._opened().garbled(endpoint.path, str(strange)), known.get("data"))

    def _opened(self) -> Server:
        if self._server is None:
            from apowacht.plugins.wire.tilage import Server
            from apowacht.plugins.wire.tls import Trust, check_trust

            options = self._options
            trust = Trust(
                options.tilage_ca_file,
                options.tilage_tls_fingerprint,
                insecure=bool(getattr(options, "tilage_insecure", False)),
            )
            check_trust(trust)
            self._server = Server(options.tilage_url, options.deadline, trust)
        return self._server


def one_name(url: str) -> str:
    """The URL in one spelling, so that nobody gets a limit of his own by writing it differently."""
    scheme, _, rest = url.strip().partition("://")
    host, _, path = rest.partition("/")
    host = host.lower().removesuffix(":443").rstrip(".")
    return f"{scheme.lower()}://{host}/{path.partition('?')[0].strip('/')}"


def query_of(own: Mapping[str, str]) -> str:
    """The filter of TI-Lage for these providers' CI numbers by group."""
    return "&".join(f"{_QUERY[group]}={own[group]}" for group in sorted(own))


def _answer(endpoint: Endpoint, query: str, told: Told, before: Data) -> Data:
    if told.json is None and isinstance(before.get("body"), dict):
        return {**before, "etag": told.etag, "modified": told.modified or before.get("modified")}
    return {
        "shape": SHAPE,
        "body": endpoint.reduce(told.json),
        "query": query,
        "etag": told.etag,
        "modified": told.modified,
        "pause": endpoint.pause,
    }


def _failure(trouble: TargetTrouble, before: Any) -> Data:
    """A failure as it is kept, with the pause that it is worth."""
    failures = before.get("failures") if isinstance(before, dict) else 0
    failures = min(failures, 20) + 1 if isinstance(failures, int) else 1
    blocked = bool(getattr(trouble, "blocked", False))
    wait = getattr(trouble, "wait", None) or 0.0
    first, most = _BLOCKED if blocked else _FAILING if trouble.reason in _SAID else _SILENT
    return {
        "failure": vars(asked.failure(TOPIC, trouble)),
        "failures": failures,
        "blocked": blocked,
        "pause": max(wait, min(first * 2 ** (failures - 1), most)),
    }


_SAID = ("tilage_status", "tilage_blocked", "tilage_garbled")


def _filters(kept: Data, now: float) -> dict[str, float]:
    """The filters that were wanted lately, and when."""
    told = kept.get("filters")
    return {
        query: at
        for query, at in (told.items() if isinstance(told, dict) else ())
        if isinstance(at, int | float) and now - LATELY_SECONDS < at <= now
    }


def _fresh(kept: Data, mine: str, now: float) -> bool:
    """Whether this filter is noted, so that most runs write nothing."""
    return now - _filters(kept, now).get(mine, 0.0) < SLOT.pause


def _noted(old: Data, mine: str, now: float) -> Data:
    filters = {**_filters(old, now), mine: now}
    begun = old.get("begun")
    known = isinstance(begun, int | float) and begun <= now
    return {
        "begun": begun if known else now,
        # More than one is all that matters.
        "filters": dict(sorted(filters.items(), key=lambda one: -one[1])[:_MOST_FILTERS]),
    }
