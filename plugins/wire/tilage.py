"""gematik's TI-Lage: JSON over HTTPS from the public internet, nothing but GET, no login.

Conditional requests (RFC 9110, 13), one connection for all that is due. What the server says of
when to come again is handed on; keeping to it is the caller's part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.plugins.core.errors import Garbled, OwnTrouble, Refused
from apowacht.plugins.core.version import VERSION
from apowacht.plugins.wire.router_http import Client

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from apowacht.plugins.core.deadline import Deadline
    from apowacht.plugins.wire.router_http import Answer
    from apowacht.plugins.wire.tls import Trust

HOST = "ti-lage.prod.ccs.gematik.solutions"
BASE = "/lageapi"
USER_AGENT = f"apowacht/{VERSION} (check_apo_tilage)"
LARGEST_BYTES = 4 * 1024 * 1024
"""All of TI-Lage is some hundred kilobytes."""

_LONGEST_WAIT = 86400


class Told(NamedTuple):
    """One answer: the JSON, None for «not modified», and the two marks for the next question."""

    json: Any
    etag: str | None = None
    modified: str | None = None


class Asked(Refused):
    """A status that is no answer; `wait` is what Retry-After wants, in seconds, None for nothing.

    `blocked`: it does not want to be asked by us at all (403, 429).
    """

    wait: float | None = None
    blocked: bool = False


class Server(Client):
    """A connection to TI-Lage, opened when first used; a context manager.

    `url` is the base, https. Raises OwnTrouble("bad_https_url") for anything else.
    """

    def __init__(self, url: str, deadline: Deadline, trust: Trust) -> None:
        host, port, self._base = place(url)
        super().__init__(host, port, deadline, trust)

    def __enter__(self) -> Self:
        return self

    def get(self, path: str, etag: str | None = None, modified: str | None = None) -> Told:
        """The answer at a path below the base.

        `etag` and `modified` are those of the answer that is known already.
        Raises what `tls.open_tls` raises, Unreachable("timeout") or ("connection_lost"),
        Garbled("tilage_garbled"), Asked("tilage_status") or Asked("tilage_blocked").
        """
        headers = {"Accept": "application/json", "User-Agent": USER_AGENT}
        if etag:
            headers["If-None-Match"] = etag
        if modified:
            headers["If-Modified-Since"] = modified
        what = path.partition("?")[0]
        answer = self.request("GET", self._base + path, what, headers)
        if answer.status == 304 and (etag or modified):
            return Told(None, _mark(answer, "ETag") or etag, _mark(answer, "Last-Modified"))
        if answer.status != 200:
            raise self._status(answer, what)
        if len(answer.body) > LARGEST_BYTES:
            raise self.garbled(what, "size")
        return Told(self.json(answer, what), _mark(answer, "ETag"), _mark(answer, "Last-Modified"))

    def _status(self, answer: Answer, what: str) -> Asked:
        blocked = answer.status in (403, 429)
        values: Mapping[str, object] = {"phase": "request", "host": self.host, "what": what}
        reason = "tilage_blocked" if blocked else "tilage_status"
        trouble = Asked(reason, **values, status=answer.status)
        trouble.blocked = blocked
        trouble.wait = seconds_of(answer.headers.get("Retry-After", ""))
        return trouble

    def garbled(self, what: str, detail: str) -> Garbled:
        """The trouble of an answer that makes no sense; `detail` is one word."""
        return Garbled("tilage_garbled", phase="request", host=self.host, what=what, detail=detail)


def place(url: str) -> tuple[str, int, str]:
    """Host, port and path of the base. Raises OwnTrouble("bad_https_url") unless it is https."""
    from apowacht.plugins.wire.soap import split_url

    try:
        parts = split_url(url)
        if parts.scheme != "https":
            raise ValueError("https is wanted")
    except ValueError as failure:
        text = url[:60]
        raise OwnTrouble("bad_https_url", option="--tilage-url", text=text) from failure
    return parts.host, parts.port, parts.path.partition("?")[0].rstrip("/")


def seconds_of(told: str) -> float | None:
    """Retry-After (RFC 9110, 10.2.3) as seconds from now, at most a day; None for nonsense."""
    if told.strip().isdecimal() and told.isascii():
        return float(min(int(told[:9]), _LONGEST_WAIT))
    if not told.strip():
        return None
    from datetime import UTC, datetime
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(told)
        passed = (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    except (ValueError, OverflowError):
        return None
    return min(max(passed, 0.0), _LONGEST_WAIT)


def _mark(answer: Answer, name: str) -> str | None:
    """A header for the next question; one that is too long or holds odd signs is left out."""
    told = answer.headers.get(name, "")
    return told if told and len(told) <= 200 and told.isascii() and told.isprintable() else None
