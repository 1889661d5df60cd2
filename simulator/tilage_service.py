"""gematik's TI-Lage: v1 and v2 of its public interface, with outages that come and go.

with TiLage() as tilage:
    tilage.break_down(Outage("erezept", "E-Rezept einlösen per eGK", "...", "partial"))
    tilage.answer_with("/v2/tilage", {"appStatus": {}})     # any other JSON at a path
    tilage.behave(status=429, retry_after="3600")           # see web.Manners
    tilage.url, tilage.plain_url                            # the base, https and http
    tilage.asked[-1].path
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from email.utils import formatdate, parsedate_to_datetime
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from apowacht.simulator.web import Answer, WebService

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

NAME = "ti-lage.prod.ccs.gematik.solutions"
BASE = "/lageapi"
SLOT_SECONDS = 300
APPS = ("erezept", "epa", "kim", "wanda", "ogd", "vsdm", "tianschluss")
_RANK = {"none": 0, "partial": 1, "full": 2}


class Component(NamedTuple):
    """One measured product: a row of v1, and a choice of the filter where it has a group."""

    ci: str
    tid: str
    organization: str
    pdt: str
    product: str
    group: str = ""


COMPONENTS = (
    Component("CI-0000001", "BEISP", "Beispiel-Betreiber GmbH", "PDT20", "Fachdienste VSDM (UFS)"),
    Component("CI-0000002", "BEISP", "Beispiel-Betreiber GmbH", "PDT21", "Intermediär VSDM"),
    Component("CI-0000003", "MUSTR", "Muster-Rechenzentrum AG", "PDT50", "E-Rezept-Fachdienst"),
    Component("CI-0000004", "MUSTR", "Muster-Rechenzentrum AG", "PDT52", "IDP-Dienst"),
    Component("CI-0000005", "ZENTR", "Zentralnetz Beispiel GmbH", "PDT08", "Zentrales Netz der TI"),
    Component("CI-0000006", "ZENTR", "Zentralnetz Beispiel GmbH", "PDT06", "Namensdienst"),
    Component("CI-0000011", "ZUGA", "Zugang A GmbH", "PDT09", "VPN-Zugangsdienst", "TI-Zugang"),
    Component("CI-0000012", "ZUGB", "Zugang B GmbH", "PDT09", "VPN-Zugangsdienst", "TI-Zugang"),
    Component("CI-0000021", "KARTA", "Karten A GmbH", "PDT38", "TSP-X.509nQ-SMC-B", "TSP SMC-B"),
    Component("CI-0000022", "KARTB", "Karten B GmbH", "PDT38", "TSP-X.509nQ-SMC-B", "TSP SMC-B"),
    Component("CI-0000031", "KARTA", "Karten A GmbH", "PDT36", "TSP-X.509nQ-HBA", "TSP HBA"),
    Component("CI-0000041", "MAILA", "Mail A GmbH", "PDT24", "Fachdienst KOM-LE", "KIM"),
)
_GROUPS = {"ciAccess": "TI-Zugang", "ciTspSmcb": "TSP SMC-B", "ciTspHba": "TSP HBA", "ciKim": "KIM"}


class Outage(NamedTuple):
    """Something that is broken or maintained: the application, one of its functions, the cause.

    `outage` is none, partial or full, or any other word. `since` is an epoch; `ci` one of
    COMPONENTS, whose v1 row then says 0; one with a group shows only to those who have not
    chosen another of that group.
    """

    app: str
    function: str
    impact: str
    outage: str = "full"
    ci: str = "CI-0000003"
    critical: int = 1
    maintenance: bool = False
    since: float | None = None
    until: float | None = None


def read_outages(values: Mapping[str, str], now: float) -> list[Outage]:
    """The outages of a table's lines `outage.1.app = erezept` and following; `minutes` is for how
    long each has lasted. ValueError names what no field is called."""
    told: dict[str, dict[str, Any]] = {}
    for key, text in values.items():
        kind, _, rest = key.partition(".")
        if kind == "outage":
            number, _, field = rest.partition(".")
            told.setdefault(number, {})[field] = text
    outages = []
    for fields in told.values():
        if minutes := fields.pop("minutes", ""):
            fields["since"] = now - 60 * float(minutes)
        if "maintenance" in fields:
            fields["maintenance"] = fields["maintenance"] == "yes"
        try:
            outages.append(Outage(**fields))
        except TypeError as error:
            raise ValueError(str(error)) from None
    return outages


class TiLage(WebService):
    """One TI-Lage behind https and http."""

    names = (NAME,)
    in_clear = True

    def __init__(self, *outages: Outage, **where: Any) -> None:
        self._outages: tuple[Outage, ...] = ()
        self._instead: dict[str, bytes] = {}
        self._changed = 0.0
        self.conditional = True
        """Whether it gives ETag and Last-Modified, and answers 304."""
        super().__init__(**where)
        self.break_down(*outages)

    @property
    def url(self) -> str:
        """The base over https."""
        return f"https://{_host(self.address)}{BASE}"

    @property
    def plain_url(self) -> str:
        """The base over http."""
        return f"http://{_host(self.plain_address)}{BASE}"

    def break_down(self, *outages: Outage) -> None:
        """Have these outages, and no others; none: all is well."""
        self._outages = outages
        self._changed = self.clock()

    def answer_with(self, path: str, told: object) -> None:
        """Give this JSON (or these bytes) at a path below the base, whatever the outages are."""
        self._instead[path] = told if isinstance(told, bytes) else _json(told)
        self._changed = self.clock()

    def respond(self, asking: Any) -> Answer:
        """JSON, 304, or what a wrong path or method gets."""
        parts = urlsplit(asking.path)
        if asking.method != "GET":
            return Answer(405, _json({"error": "Method Not Allowed"}), "application/json")
        if not parts.path.startswith(BASE + "/"):
            return Answer(404, _json({"error": "Not Found"}), "application/json")
        path = parts.path.removeprefix(BASE)
        body = self._instead.get(path)
        if body is None:
            told = self.told(path, dict(parse_qsl(parts.query)))
            if told is None:
                return Answer(404, _json({"error": "Not Found"}), "application/json")
            body = _json(told)
        return self._conditional(asking.headers, body)

    def _conditional(self, headers: Mapping[str, str], body: bytes) -> Answer:
        kind = "application/json; charset=utf-8"
        if not self.conditional:
            return Answer(200, body, kind)
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        marks = (("ETag", tag), ("Last-Modified", formatdate(self._changed, usegmt=True)))
        wanted = headers.get("If-None-Match")
        if wanted is not None:  # RFC 9110, 13.2.2: then the date does not count
            same = tag in [one.strip().removeprefix("W/") for one in wanted.split(",")]
        else:
            same = _not_after(self._changed, headers.get("If-Modified-Since", ""))
        return Answer(304, b"", kind, marks) if same else Answer(200, body, kind, marks)

    def told(self, path: str, query: Mapping[str, str]) -> object | None:
        """What a path below the base says at the moment; None for a path that there is not."""
        if path == "/v2/tilage":
            return self._situation(query)
        if path == "/v2/tilage/filter":
            return _filters()
        if path.startswith("/v1/tilage"):
            return self._availability(path.removeprefix("/v1/tilage"))
        if path.startswith("/v1/kpi/"):
            number = path.split("/")[3]
            slot = _written(self._slot())
            return (
                {"kpiId": int(number), "value": "4711", "utcTime": slot}
                if number.isdigit()
                else None
            )
        pages: dict[str, Callable[[], Sequence[object]]] = {
            "/v1/tistatus/incident": self._incidents,
            "/v1/tistatus/outage": self._slots,
        }
        return {"success": True, "data": list(pages[path]())} if path in pages else None

    def _slot(self) -> float:
        """The last measurement."""
        return self.clock() // SLOT_SECONDS * SLOT_SECONDS

    def _current(self, query: Mapping[str, str]) -> list[Outage]:
        """The outages that concern who has chosen these providers."""
        now = self.clock()
        chosen = {_GROUPS[key]: ci for key, ci in query.items() if key in _GROUPS}
        groups = {one.ci: one.group for one in COMPONENTS}
        return [
            one
            for one in self._outages
            if (one.until is None or one.until > now)
            and chosen.get(groups.get(one.ci, ""), one.ci) == one.ci
        ]

    def _situation(self, query: Mapping[str, str]) -> dict[str, object]:
        current = self._current(query)
        apps: dict[str, dict[str, Any]] = {
            app: {
                "outage": "none",
                "hasMaintenance": False,
                "hasSubComponentMaintenance": False,
                "affectedFunctions": [],
            }
            for app in APPS
        }
        for one in current:
            app = apps[one.app]
            if _RANK.get(one.outage, 9) > _RANK.get(app["outage"], 9):
                app["outage"] = one.outage
            app["hasMaintenance"] |= one.maintenance
            app["affectedFunctions"].append(
                {
                    "function": one.function,
                    "critical": one.critical,
                    "impactDesc": one.impact,
                    "outage": one.outage,
                    "hasMaintenance": one.maintenance,
                }
            )
        broken = [one for one in current if one.outage != "none"]
        return {"appStatus": apps, "cause": [_cause(one) for one in broken]}

    def _availability(self, rest: str) -> list[dict[str, object]] | None:
        """The rows of v1, all or filtered: /bu/PU, /ci/CI-0000001, /tid/MUSTR."""
        down = {one.ci for one in self._current({}) if one.outage != "none"}
        rows: list[dict[str, object]] = [
            {
                "time": _written(self._slot()),
                "ci": one.ci,
                "tid": one.tid,
                "bu": "PU",
                "organization": one.organization,
                "pdt": one.pdt,
                "product": one.product,
                "availability": 0 if one.ci in down else 1,
                "comment": None,
                "name": one.product,
            }
            for one in COMPONENTS
        ]
        words = [word for word in rest.split("/") if word]
        if not words:
            return rows
        if len(words) != 2 or words[0] not in ("bu", "ci", "tid"):
            return None
        return [row for row in rows if row[words[0]] == words[1]]

    def _incidents(self) -> list[dict[str, object]]:
        names = {"erezept": "E-Rezept", "vsdm": "VSDM", "tianschluss": "TI-Anschluss"}
        found = []
        for number, one in enumerate(self._outages, 440):
            begun = one.since or self._changed
            status = {"full": 1, "partial": 4}.get(one.outage, 4)
            name = names.get(one.app, one.app.upper())
            steps = [_step(number * 4, f"<b>{one.impact}</b>", status, begun, one.maintenance)]
            if one.until is not None and one.until <= self.clock():
                text = "Keine Einschränkung mehr festgestellt.<br/>Der Vorfall ist geschlossen."
                steps.insert(0, _step(number * 4 + 1, text, 3, one.until, one.maintenance))
            found.append(
                {
                    "id": number,
                    "title": f"Pot. Einschränkung bei {name} (autom. Erkennung)",
                    "status": steps[0]["status"],
                    "app": [name],
                    "createdAt": _written(begun),
                    "closedAt": _written(one.until) if len(steps) > 1 and one.until else None,
                    "steps": steps,
                }
            )
        return found

    def _slots(self) -> list[dict[str, object]]:
        components = {one.ci: one for one in COMPONENTS}
        return [
            {
                "ci": one.ci,
                "provider": components[one.ci].organization,
                "service": components[one.ci].product,
                "slots": [
                    {
                        "function": one.function,
                        "startTimestamp": _written(one.since or self._changed),
                        "endTimestamp": None if one.until is None else _written(one.until),
                    }
                ],
            }
            for one in self._outages
            if one.outage != "none"
        ]


def _cause(outage: Outage) -> dict[str, object]:
    component = next(one for one in COMPONENTS if one.ci == outage.ci)
    return {
        "ci": outage.ci,
        "component": "*",
        "service": component.product,
        "organization": component.organization,
        "function": outage.function,
    }


def _step(number: int, text: str, status: int, at: float, maintenance: bool) -> dict[str, object]:
    return {
        "id": number,
        "message": text,
        "status": status,
        "timestamp": _written(at),
        "hasMaintenance": maintenance,
    }


def _filters() -> list[dict[str, object]]:
    groups: dict[str, dict[str, Any]] = {}
    for one in COMPONENTS:
        if one.group:
            new = {"filterGroup": one.group, "pdt": one.pdt, "prodTypeName": one.product, "cis": []}
            group = groups.setdefault(one.group, new)
            group["cis"].append({"ci": one.ci, "orgShortName": one.organization})
    return list(groups.values())


def _written(epoch: float) -> str:
    moment = datetime.fromtimestamp(epoch, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def _not_after(changed: float, told: str) -> bool:
    try:
        return int(changed) <= parsedate_to_datetime(told).timestamp()
    except (TypeError, ValueError):
        return False


def _json(told: object) -> bytes:
    return json.dumps(told, ensure_ascii=False).encode()


def _host(address: tuple[str, int]) -> str:
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
