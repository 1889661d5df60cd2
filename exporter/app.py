"""The HTTP side: which address answers what. Everything that takes longer than a look is done in
threads, so that one slow answer delays no other."""

from __future__ import annotations

import gzip
import json
import logging
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from apowacht.exporter import metrics, pages, past, probe, sd, status
from apowacht.exporter.guard import ENDED, Guard
from apowacht.exporter.hands import Ended, Hands
from apowacht.exporter.ledger import LedgerTrouble

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.types import ASGIApp

    from apowacht.exporter.pages import Page, Query
    from apowacht.exporter.station import Station

LOG = logging.getLogger("apowacht.exporter")

WORKERS = 4
SMALLEST_ZIPPED = 1024
KEPT_DAYS = 400
JSON = "application/json; charset=utf-8"


def application(desk: Desk) -> ASGIApp:
    """The ASGI application around a running exporter, guarded."""
    routes = [
        Route("/", desk.overview),
        Route("/wall", desk.wall),
        Route("/site/{name}", desk.site),
        Route("/site/{name}/journal.csv", desk.journal),
        Route("/metrics", desk.metrics),
        Route("/probe", desk.probe),
        Route("/sd", desk.sd),
        Route("/api/v1/status", desk.status),
        Route("/-/healthy", desk.healthy),
        Route("/-/ready", desk.ready),
        Route("/-/reload", desk.reload, methods=["POST"]),
    ]
    handlers: Any = {HTTPException: _refused, Ended: _ended, Exception: _failed}
    app = Starlette(routes=routes, exception_handlers=handlers)
    app.router.redirect_slashes = False
    station = desk.station
    return Guard(app, station.web.now, station.logins)


class Desk:
    """Answers requests about one exporter."""

    def __init__(self, station: Station) -> None:
        self.station = station
        self._work = Hands("answer", WORKERS)
        self._probes = Hands("probe-answer", probe.AT_ONCE)

    def close(self) -> None:
        """Whoever still waits, for an answer or to be let in, is told that the exporter ends."""
        for hands in (self._work, self._probes, self.station.logins):
            hands.close()

    async def _do(self, function: Callable[[], Response]) -> Response:
        return await self._work.do(function)

    async def healthy(self, request: Request) -> Response:
        """The process answers."""
        return PlainTextResponse("apowacht exporter is healthy\n")

    async def ready(self, request: Request) -> Response:
        """The configuration is read and checks are asked."""
        if self.station.ready:
            return PlainTextResponse("apowacht exporter is ready\n")
        return PlainTextResponse("not ready\n", 503)

    async def reload(self, request: Request) -> Response:
        """Read the configuration again; 500 with every mistake when there is one."""
        if not self.station.may_reload:
            raise HTTPException(403, "a reload needs users or client certificates in the web file")
        return await self._do(self._reload)

    def _reload(self) -> Response:
        mistakes = self.station.reload()
        if not mistakes:
            return PlainTextResponse("configuration read again\n")
        lines = [f"{one.file}:{one.line}: {one.text}\n" for one in mistakes]
        return PlainTextResponse("".join(lines), 500)

    async def metrics(self, request: Request) -> Response:
        """All sites, or those of `site`; the exporter itself alone with `only=exporter`."""
        sites = tuple(request.query_params.getlist("site"))
        only = request.query_params.get("only", "")
        if only not in ("", "exporter"):
            raise HTTPException(400, "parameter only knows the word exporter")
        known = self.station.configuration.sites
        if any(site not in known for site in sites):
            raise HTTPException(404, "no such site")
        media = metrics.wanted(request.headers.get("accept", ""))
        own, zips = only == "exporter", _zips(request)
        return await self._do(lambda: self._metrics(media, sites, own=own, zips=zips))

    def _metrics(self, media: str, sites: tuple[str, ...], *, own: bool, zips: bool) -> Response:
        openmetrics = media == metrics.OPENMETRICS
        if own:
            text = self.station.own_text(openmetrics=openmetrics)
            text += "# EOF\n" if openmetrics else ""
        else:
            text = self.station.text(openmetrics=openmetrics, sites=sites, own=not sites)
        return _zipped(text, media, zips=zips)

    async def probe(self, request: Request) -> Response:
        """One target, now."""
        timeout = request.headers.get("x-prometheus-scrape-timeout-seconds", "")
        parameters = request.query_params
        if len(parameters.multi_items()) != len(parameters):
            raise HTTPException(400, "a parameter stands twice")
        station = self.station
        try:
            asked = probe.read(parameters, timeout, station.configuration)
            with station.turns:
                accept = request.headers.get("accept", "")
                told = await self._probes.do(lambda: probe.answer(asked, station.run_now, accept))
        except probe.Denied as denied:
            more = {"Retry-After": "1"} if denied.status == 503 else None
            raise HTTPException(denied.status, denied.text, more) from None
        return Response(told.text, media_type=None, headers={"Content-Type": told.media})

    async def sd(self, request: Request) -> Response:
        """What Prometheus' http_sd asks for."""
        host = request.headers.get("host", "")
        if not re.fullmatch(r"[A-Za-z0-9.:\[\]_-]{1,255}", host):
            raise HTTPException(400, "the Host header is no address")
        name = request.query_params.get("module")
        configuration = self.station.configuration
        if name is not None and name not in configuration.modules:
            raise HTTPException(404, "no such module")
        module = configuration.modules[name] if name is not None else None
        groups = sd.groups(configuration, host, request.url.scheme, module)
        return _json(groups)

    async def status(self, request: Request) -> Response:
        """Every site as the pages know it, as JSON."""
        lang = request.query_params.get("lang", "de")
        if lang not in ("de", "en"):
            raise HTTPException(400, "parameter lang knows de and en")
        site = request.query_params.get("site")
        return await self._do(lambda: self._status(lang, site, zips=_zips(request)))

    def _status(self, lang: str, site: str | None, *, zips: bool) -> Response:
        snapshot = self.station.snapshot()
        if site is None:
            views = status.views(snapshot, lang)
        else:
            view = status.view(snapshot, site, lang)
            if view is None:
                raise HTTPException(404, "no such site")
            views = [view]
        mistakes = [one._asdict() for one in self.station.faulty]
        told = {"moment": snapshot.moment, "sites": views, "mistakes": mistakes}
        text = json.dumps(status.plain(told), ensure_ascii=False, allow_nan=False) + "\n"
        return _zipped(text, JSON, zips=zips)

    async def overview(self, request: Request) -> Response:
        """`/`."""
        return await self._page(request, self._overview)

    async def wall(self, request: Request) -> Response:
        """`/wall`."""
        return await self._page(request, self._wall)

    async def site(self, request: Request) -> Response:
        """`/site/<name>`."""
        return await self._page(request, self._site)

    async def _page(self, request: Request, make: Callable[[Request, Query], Page]) -> Response:
        return await self._do(lambda: self._made(request, make))

    def _made(self, request: Request, make: Callable[[Request, Query], Page]) -> Response:
        language = request.headers.get("accept-language", "")
        query = pages.Query.read(request.query_params, request.url.path, language)
        try:
            page = make(request, query)
        except Exception:
            LOG.exception("a page failed")
            page = pages.failed(query)
        return _zipped(page.html, "", page.status, page.headers, zips=_zips(request))

    def _overview(self, request: Request, query: Query) -> Page:
        views = status.views(self.station.snapshot(), query.lang)
        return pages.overview(views, query, self.station.faulty)

    def _wall(self, request: Request, query: Query) -> Page:
        views = status.views(self.station.snapshot(), query.lang)
        return pages.wall(views, query, self.station.faulty)

    def _site(self, request: Request, query: Query) -> Page:
        name, station = request.path_params["name"], self.station
        view = status.view(station.snapshot(), name, query.lang)
        if view is None:
            return pages.missing(name, list(station.configuration.sites), query, station.faulty)
        journal = station.journal
        told = past.history(view, station.engine.samples, journal, csv=journal is not None)
        return pages.site(view, told, query, station.faulty)

    async def journal(self, request: Request) -> Response:
        """A site's lines of the journal as CSV: of the days asked for, else all that is kept."""
        name = request.path_params["name"]
        if name not in self.station.configuration.sites or self.station.journal is None:
            raise HTTPException(404, "no such site")
        days = request.query_params.get("days", str(KEPT_DAYS))
        if not (days.isascii() and days.isdecimal() and 0 < len(days) < 5):
            raise HTTPException(400, "parameter days is a number")
        return await self._do(lambda: self._journal(name, int(days)))

    def _journal(self, name: str, days: int) -> Response:
        from apowacht.exporter.evidence import csv_text

        now = datetime.now(UTC)
        journal = self.station.journal
        assert journal is not None  # noqa: S101
        try:
            text = csv_text(journal.lines(now - timedelta(days=days), now, name))
        except LedgerTrouble as trouble:
            raise HTTPException(503, f"the journal cannot be read: {trouble}") from None
        file = re.sub(r"[^A-Za-z0-9._-]", "_", name)
        headers = {
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": f'attachment; filename="apowacht-{file}.csv"',
        }
        return Response(text, headers=headers)


async def _refused(request: Request, error: Exception) -> Response:
    """404, 405 and what a handler refuses: one line."""
    assert isinstance(error, HTTPException)  # noqa: S101
    return PlainTextResponse(f"{error.detail}\n", error.status_code, error.headers)


async def _ended(request: Request, error: Exception) -> Response:
    """The exporter ends before the answer is there."""
    return PlainTextResponse(f"{ENDED.text}\n", ENDED.status, ENDED.headers)


async def _failed(request: Request, error: Exception) -> Response:
    """A mistake of ours: one line for the reader; the log has more."""
    return PlainTextResponse("internal error, see the log\n", 500)


def _zips(request: Request) -> bool:
    """Whether the reader takes gzip."""
    for part in request.headers.get("accept-encoding", "").lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() == "gzip":
            return weight.replace(" ", "").rstrip("0.") not in ("q=",)
    return False


def _zipped(
    text: str,
    media: str,
    code: int = 200,
    headers: Any = None,
    *,
    zips: bool,
) -> Response:
    body = text.encode("utf-8", "replace")
    told = dict(headers or {})
    if media:
        told["Content-Type"] = media
    told["Vary"] = "Accept, Accept-Encoding"
    if zips and len(body) >= SMALLEST_ZIPPED:
        body = gzip.compress(body, 1, mtime=0)
        told["Content-Encoding"] = "gzip"
    return Response(body, code, told)


def _json(value: Any) -> Response:
    text = json.dumps(value, ensure_ascii=False) + "\n"
    return Response(text, headers={"Content-Type": JSON})
