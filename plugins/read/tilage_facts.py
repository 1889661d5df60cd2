"""What TI-Lage's answers mean: pure, from its JSON to plain data of our own, tolerant of whatever
is missing, added or misspelt there.

`reduce_*` keep the named fields only, cut to what can be shown; that is what is remembered and
recorded. Words that nobody has defined stay unknown: None, never «none».
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    Data = dict[str, Any]

APPS = ("erezept", "vsdm", "tianschluss", "epa", "kim", "wanda", "ogd")
GROUPS = ("access", "smcb", "hba", "kim")
"""The groups of providers, by our options' names."""
IDP = "PDT52"
PRODUCTS = ("PDT50", "PDT52", "PDT09", "PDT20", "PDT21", "PDT23", "PDT26")
"""Whose components are named when they are down: what a pharmacy's fetch needs."""

_MISSPELT = {"odg": "ogd"}  # gematik's prose has it so, its JSON has ogd
_OUTAGES = ("none", "partial", "full")
_INCIDENT_APPS = {"tizugang": "tianschluss", "erezept": "erezept", "egkvsdm": "vsdm"}
_INCIDENT_STATES = {1: "full", 4: "partial", 2: "recovering", 3: "closed"}
_MOST_ROWS, _MOST_FUNCTIONS, _MOST_INCIDENTS, _MOST_PROVIDERS = 5000, 20, 30, 1000
_MOST_PRODUCTS, _MOST_DOWN = 100, 5
_TEXT, _NAME = 200, 60


class Strange(ValueError):
    """An answer that has not even the outer shape."""


def reduce_situation(told: Any) -> Data:
    """v2/tilage as {"apps": {app: {"outage", "maintenance", "parts", "functions"}}, "causes",
    "time"}. Raises Strange."""
    status = told.get("appStatus") if isinstance(told, dict) else None
    if not isinstance(status, dict):
        raise Strange("appStatus")
    apps = {}
    for name, one in status.items():
        known = _MISSPELT.get(name.lower(), name.lower())
        if known in APPS and isinstance(one, dict):
            apps[known] = {
                "outage": _text(one.get("outage"), 20),
                "maintenance": _true(one.get("hasMaintenance")),
                "parts": _true(one.get("hasSubComponentMaintenance")),
                "functions": _rows(one.get("affectedFunctions"), _function)[:_MOST_FUNCTIONS],
            }
    causes = _rows(told.get("cause"), _cause)[:_MOST_FUNCTIONS]
    return {"apps": apps, "causes": causes, "time": _text(told.get("timestamp"), 40)}


def _function(one: Data) -> Data:
    return {
        "function": _text(one.get("function")),
        "impact": _text(one.get("impactDesc")),
        "outage": _text(one.get("outage"), 20),
        "critical": _true(one.get("critical")),
        "maintenance": _true(one.get("hasMaintenance")),
    }


def _cause(one: Data) -> Data:
    return {
        "ci": _text(one.get("ci"), 20),
        "service": _text(one.get("service"), _NAME),
        "organization": _text(one.get("organization"), _NAME),
    }


def reduce_availability(told: Any) -> Data:
    """v1/tilage as {"products": {pdt: {"product", "available", "total", "unknown", "down",
    "time"}}}, of the productive environment. Raises Strange."""
    if not isinstance(told, list):
        raise Strange("list")
    products: Data = {}
    for row in told[:_MOST_ROWS]:
        pdt = _text(row.get("pdt"), 10) if isinstance(row, dict) else None
        if pdt is None or row.get("bu") not in (None, "PU"):
            continue
        one = products.setdefault(
            pdt.upper(),
            {"product": _text(row.get("product"), _NAME), "available": 0, "total": 0,
             "unknown": 0, "down": [], "time": None},
        )  # fmt: skip
        up = row.get("availability")
        up = up if up in (0, 1) else None
        one["total"] += 1
        one["available"] += up == 1
        one["unknown"] += up is None
        one["time"] = _newer(one["time"], _text(row.get("time"), 40))
        if up == 0 and len(one["down"]) < _MOST_DOWN:
            one["down"].append(
                {
                    "ci": _text(row.get("ci"), 20),
                    "organization": _text(row.get("organization"), _NAME),
                    "comment": _text(row.get("comment"), 2 * _NAME),
                }
            )
    return {"products": dict(sorted(products.items())[:_MOST_PRODUCTS])}


def reduce_incidents(told: Any) -> Data:
    """v1/tistatus/incident as {"incidents": [{"title", "status", "apps", "begun", "closed",
    "message", "maintenance"}]}, newest first. Raises Strange."""
    data = told.get("data") if isinstance(told, dict) else None
    if not isinstance(data, list) or told.get("success") is False:
        raise Strange("data")
    rows = _rows(data, _incident)
    rows.sort(key=lambda row: row["begun"] or "", reverse=True)
    return {"incidents": rows[:_MOST_INCIDENTS]}


def _incident(one: Data) -> Data:
    steps = _rows(one.get("steps"), dict)
    last = max(steps, key=lambda step: str(step.get("timestamp") or ""), default={})
    told = one.get("app")
    apps = told if isinstance(told, list) else [told]
    status = one.get("status")
    return {
        "title": _text(one.get("title")),
        "status": _INCIDENT_STATES.get(status) if isinstance(status, int) else None,
        "apps": [text for app in apps[:10] if (text := _text(app, _NAME))],
        "begun": _text(one.get("createdAt"), 40),
        "closed": _text(one.get("closedAt"), 40),
        "message": _text(last.get("message")),
        "maintenance": _true(last.get("hasMaintenance")),
    }


def reduce_providers(told: Any) -> Data:
    """v2/tilage/filter as {"providers": [{"group", "ci", "name"}]}. Raises Strange."""
    if not isinstance(told, list):
        raise Strange("list")
    found = []
    for part in told:
        group = _group(part.get("filterGroup")) if isinstance(part, dict) else None
        if group is not None:
            for one in _rows(part.get("cis"), dict):
                ci, name = _text(one.get("ci"), 20), _text(one.get("orgShortName"), _NAME)
                if ci:
                    found.append({"group": group, "ci": ci.upper(), "name": name or ci})
    return {"providers": found[:_MOST_PROVIDERS]}


def _group(name: Any) -> str | None:
    """One of GROUPS for the name of a filter group."""
    told = _plain(name)
    for group, sign in (("access", "zugang"), ("smcb", "smcb"), ("hba", "hba"), ("kim", "kim")):
        if sign in told:
            return group
    return None


def situation(
    data: Mapping[str, Any], own: Mapping[str, str], providers: Iterable[Data]
) -> dict[str, Data]:
    """Each application by name: {"outage", "said", "counts", "foreign", "maintenance", "impact",
    "card_only", "functions"}.

    `outage` is none, partial, full, or None for any other word. `own` (provider's CI by group) and
    `providers` are given when the answer was not filtered by the server: then an outage is
    `foreign` if every cause is another provider of a group in which one's own is named; causes are
    told for all applications together, so one central cause makes all of them count. `counts` is
    the outage that concerns us, announced maintenance and foreign causes left out.
    """
    foreign = bool(own) and _all_foreign(data.get("causes") or [], own, providers)
    return {
        name: _application(one, foreign)
        for name in APPS
        if (one := data.get("apps", {}).get(name)) is not None
    }


def _application(one: Data, foreign: bool) -> Data:
    outage = outage_word(one["outage"])
    # What is not disturbed is listed there, too, when it is only under maintenance.
    broken = [f for f in one["functions"] if outage_word(f["outage"]) != "none"]
    unannounced = [f for f in broken if not f["maintenance"]]
    disturbed = outage in ("partial", "full")
    announced = disturbed and not unannounced and (bool(broken) or one["maintenance"])
    said = [f["impact"] or f["function"] for f in unannounced or broken]
    return {
        "outage": outage,
        "said": one["outage"],
        "counts": "none" if disturbed and (announced or foreign) else outage,
        "foreign": disturbed and foreign,
        "maintenance": bool(one["maintenance"] or one["parts"] or announced),
        "announced": announced,
        "impact": "; ".join(dict.fromkeys(text.rstrip(". ") for text in said if text)) or None,
        "card_only": bool(unannounced) and all(_by_card(f) for f in unannounced),
        "functions": one["functions"],
    }


def _by_card(function: Data) -> bool:
    told = f"{function['function']} {function['impact']}".casefold()
    return "egk" in told or "gesundheitskarte" in told


def _all_foreign(causes: list[Data], own: Mapping[str, str], providers: Iterable[Data]) -> bool:
    groups: dict[str, set[str]] = {}
    for one in providers:
        groups.setdefault(one["ci"], set()).add(one["group"])
    ours = set(own.values())

    def foreign(ci: str | None) -> bool:
        within = groups.get((ci or "").upper(), set())
        return bool(within) and ci not in ours and within <= own.keys()

    return bool(causes) and all(foreign(one.get("ci")) for one in causes)


def login_service(products: Mapping[str, Data]) -> Data | None:
    """The IDP, which v2 does not know: from its rows of v1, in the shape of `situation`."""
    one = products.get(IDP)
    if not one or not one["total"]:
        return None
    known = one["total"] - one["unknown"]
    down = known - one["available"]
    outage = "none" if not down else "partial" if one["available"] else "full"
    said = [row["comment"] for row in one["down"] if row["comment"]]
    if one["unknown"] and not down:
        outage = None  # type: ignore[assignment]
    return {
        "outage": outage,
        "said": None,
        "counts": outage,
        "foreign": False,
        "maintenance": False,
        "announced": False,
        "impact": "; ".join(said) or (one["product"] if down else None),
        "card_only": False,
        "functions": [],
    }


def incident_apps(incident: Mapping[str, Any]) -> set[str]:
    """The applications of an incident, by our names."""
    found = set()
    for told in incident.get("apps") or ():
        plain = _plain(told)
        name = _INCIDENT_APPS.get(plain, _MISSPELT.get(plain, plain))
        found |= {name} & set(APPS)
    return found


def outage_word(told: str | None) -> str | None:
    """none, partial, full; None for what is missing or new."""
    word = (told or "").strip().lower()
    return word if word in _OUTAGES else None


def moment(told: str | None) -> datetime | None:
    """A point in time as TI-Lage writes it, None for nonsense; UTC where it names no zone."""
    from datetime import UTC, datetime

    try:
        found = datetime.fromisoformat(told or "")
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _newer(first: str | None, second: str | None) -> str | None:
    """The later of two points in time; what is none loses."""
    a, b = moment(first), moment(second)
    if b is None:
        return first if a is not None else None
    return second if a is None or b > a else first


def _rows(told: Any, read: Callable[[Data], Data]) -> list[Data]:
    rows = told if isinstance(told, list) else []
    return [read(row) for row in rows[:_MOST_ROWS] if isinstance(row, dict)]


def _plain(text: Any) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower()) if isinstance(text, str) else ""


def _true(value: Any) -> bool:
    return value is True or value == 1 or (isinstance(value, str) and value.lower() == "true")


def _text(value: Any, limit: int = _TEXT) -> str | None:
    """A text on one line without markup, at most `limit` characters; None for anything else."""
    if not isinstance(value, str):
        return None
    text = value[: 20 * _TEXT]
    if "<" in text or "&" in text:
        from html import unescape

        text = unescape(re.sub(r"<[^<>]*>", " ", text))
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return (text if len(text) <= limit else text[: limit - 1] + "…") or None
