"""What stands before every request: users, the rate, headers that tell a browser what it may do."""

from __future__ import annotations

import logging
import time
from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

from apowacht.exporter.hands import Ended
from apowacht.exporter.logins import PER_SECONDS, Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from apowacht.exporter.logins import Logins
    from apowacht.exporter.web_file import Rate, WebFile

LOG = logging.getLogger("apowacht.exporter")

HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
"""Of every answer; a page's own ones count more, and those of the web file most."""

LONGEST_BODY = 4096
PIECE = 512 * 1024
"""An answer is sent in such pieces, each when the reader has taken the one before."""


class Refusal(NamedTuple):
    """An answer of the guard itself."""

    status: int
    text: str
    headers: Mapping[str, str]


REFUSED = {
    Answer.MISSING: Refusal(
        401, "user and password are needed", {"WWW-Authenticate": 'Basic realm="apowacht"'}
    ),
    Answer.WRONG: Refusal(
        401, "wrong user or password", {"WWW-Authenticate": 'Basic realm="apowacht"'}
    ),
    Answer.LATER: Refusal(
        429, "too many logins, come again later", {"Retry-After": f"{PER_SECONDS:.0f}"}
    ),
}
ENDED = Refusal(503, "the exporter is ending, come again later", {"Connection": "close"})


class Guard:
    """An ASGI application around another one. `web` gives the web file as of now."""

    def __init__(self, app: ASGIApp, web: Callable[[], WebFile], logins: Logins) -> None:
        self.app = app
        self._web = web
        self._logins = logins
        self._bucket = Bucket()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what may not pass; else let it pass, with headers added to its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        web = self._web()

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                for name, value in web.headers.items():
                    headers[name] = value
            for part in pieces(message):
                await send(part)

        refusal = await self._refusal(scope, web)
        if refusal is None:
            await self.app(scope, receive, with_headers)
        else:
            response = PlainTextResponse(refusal.text + "\n", refusal.status, refusal.headers)
            await response(scope, receive, with_headers)

    async def _refusal(self, scope: Scope, web: WebFile) -> Refusal | None:
        headers = Headers(scope=scope)
        if web.rate is not None and not self._bucket.take(web.rate, time.monotonic()):
            wait = str(max(1, round(web.rate.interval_seconds)))
            return Refusal(429, "too many requests", {"Retry-After": wait})
        length = headers.get("content-length", "0")
        if not length.isdecimal() or len(length) > 9 or int(length) > LONGEST_BODY:
            return Refusal(413, "no request here has such a body", {"Connection": "close"})
        client = scope.get("client")
        address = neighbourhood(client[0] if client else "")
        try:
            answer = await self._logins.answer(headers.get("authorization", ""), address)
        except Ended:
            return ENDED
        if answer is Answer.WRONG:
            LOG.warning("wrong user or password from %s", address or "nowhere")
        if answer is not Answer.WELCOME:
            return REFUSED[answer]
        if scope["method"] not in ("GET", "HEAD") and foreign(headers):
            return Refusal(403, "a page of another origin may not ask for this", {})
        return None


def pieces(message: Message) -> Iterator[Message]:
    """A message, a long body in several."""
    body = memoryview(message.get("body", b""))
    if message["type"] != "http.response.body" or len(body) <= PIECE:
        yield message
        return
    for start in range(0, len(body), PIECE):
        more = message.get("more_body", False) or start + PIECE < len(body)
        yield {**message, "body": bytes(body[start : start + PIECE]), "more_body": more}


class Bucket:
    """A token bucket whose rate may change between two requests."""

    def __init__(self) -> None:
        self._tokens: float | None = None
        self._filled = 0.0

    def take(self, rate: Rate, now: float) -> bool:
        """Whether one more request may pass."""
        tokens = float(rate.burst) if self._tokens is None else self._tokens
        tokens += (now - self._filled) / rate.interval_seconds
        tokens = min(tokens, float(rate.burst))
        self._filled = now
        self._tokens = tokens - 1 if tokens >= 1 else tokens
        return tokens >= 1


def foreign(headers: Headers) -> bool:
    """Whether a browser sends the request for a page of somebody else (Fetch, Sec-Fetch-Site)."""
    site = headers.get("sec-fetch-site", "same-origin")
    if site not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    return origin is not None and origin.partition("://")[2] != headers.get("host", "")


def neighbourhood(address: str) -> str:
    """An address as guesses are counted: of IPv6 the network, where one host has many."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 6 and parsed.ipv4_mapped is None:
        return f"{parsed.exploded[:19]}::/64"
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)
