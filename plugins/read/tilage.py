"""TI-Lage for checks: what gematik says of the central services, and what of it concerns us.

`look(options)` is the whole way, for a check of its own as for one that only wants to know whose
fault it is: it asks as politely as `tilage_cache` does, so that any number of checks may look.
`ask`, `replay` and `read` are its parts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.plugins.core.asked import Failure
from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.verdict import Central
from apowacht.plugins.read import tilage_cache, tilage_facts
from apowacht.plugins.read.tilage_cache import Cache, one_name, query_of
from apowacht.plugins.read.tilage_facts import GROUPS
from apowacht.plugins.read.tilage_options import PROVIDERS, TILAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from apowacht.plugins.core.check import Options
    from apowacht.plugins.core.sparing import Kept
    from apowacht.plugins.wire.tilage import Server

    Data = dict[str, Any]

__all__ = ["PROVIDERS", "TILAGE", "Answer", "Lage", "ask", "look", "read", "record", "replay"]

CLOCK_SECONDS = 600.0
"""How far TI-Lage's clock may differ from ours, and how long a measurement takes to appear."""

_CENTRAL = {"access": "tianschluss", "erezept": "erezept", "vsdm": "vsdm", "idp": "idp"}
_PARTS = {
    "situation": tilage_cache.SITUATION,
    "availability": tilage_cache.AVAILABILITY,
    "incidents": tilage_cache.INCIDENTS,
    "providers": tilage_cache.PROVIDERS,
}


class Answer(NamedTuple):
    """What is known of TI-Lage at a moment; plain data but for `moment` and `history`.

    `data`: "situation", "availability", "incidents", "providers" ({"body", "query", "age"}, or
    None for what is not known), "own" (CI number by group), "failure" (an `asked.Failure` by
    field, or None), "trouble" ({"reason", "values"} of the state that kept us from asking, or
    None), "pending" (somebody else is asking just now).
    """

    data: Data
    moment: datetime
    history: Data | None = None
    """Since when each outage has been seen, in epoch seconds, in a recording."""


class Lage(NamedTuple):
    """What another check wants to know of TI-Lage.

    `central` is None when TI-Lage cannot be used: not read, too old, filtered for somebody else.
    Announced maintenance is no outage in it; `under_maintenance` holds it. `failure` says why the
    last request had no answer, `why` why none was made; either may stand beside usable `central`.
    `apps` by name (erezept, vsdm, tianschluss, idp, epa, kim, wanda, ogd): see `tilage_facts`,
    with "since" (ISO 8601) and "since_seconds". `availability` by product type (PDT50 ...).
    """

    central: Central | None
    under_maintenance: Central
    age_seconds: float | None
    failure: Failure | None
    why: OwnTrouble | None
    apps: dict[str, Data]
    availability: dict[str, Data]
    incidents: list[Data]
    causes: list[Data]


def look(options: Options, server: Server | None = None) -> Lage:
    """Ask if it is time, else take what is known, and read it.

    Needs the options TILAGE, `deadline`, `now` and `store`. Raises OwnTrouble for options that
    name no provider (`tilage_provider`), or are wrong otherwise; never TargetTrouble.
    """
    answer = ask(options, server)
    facts = read(answer, options.tilage_max_age, first_seen(answer, options))
    known = facts["current"]
    return Lage(
        Central(**{name: facts[name] for name in _CENTRAL}) if known else None,
        Central(**{name: _announced(facts["apps"].get(app)) for name, app in _CENTRAL.items()}),
        facts["age_seconds"],
        Failure(**facts["failure"]) if facts["failure"] else None,
        trouble_of(facts["trouble"]),
        facts["apps"],
        facts["availability"],
        facts["incidents"],
        facts["causes"],
    )


def _announced(app: Data | None) -> str | None:
    return app["outage"] if app and app["announced"] else None


def trouble_of(told: Mapping[str, Any] | None) -> OwnTrouble | None:
    """The trouble of the state again, for its sentence."""
    return OwnTrouble(told["reason"], **told["values"]) if told else None


def ask(options: Options, server: Server | None = None) -> Answer:
    """What is known now, after asking for whatever is due. Raises OwnTrouble."""
    with Cache(options, server) as cache:
        given = {group: text for group in GROUPS if (text := getattr(options, group))}
        kept = {"providers": cache.get(tilage_cache.PROVIDERS)} if given else {}
        choices = providers_of(kept.get("providers"))
        own = {group: resolved(group, text, choices) for group, text in given.items()}
        known = {group: ci for group, ci in own.items() if ci}
        if len(known) == len(own):
            query = cache.wanted(known)
            kept["situation"] = cache.get(tilage_cache.SITUATION, query)
            for name in ("availability", "incidents"):
                kept[name] = cache.get(_PARTS[name])
        return Answer(_data(kept, known, cache, options), options.now)


def choices_of(options: Options, server: Server | None = None) -> Answer:
    """The providers to choose from, and nothing else."""
    with Cache(options, server) as cache:
        kept = {"providers": cache.get(tilage_cache.PROVIDERS)}
        return Answer(_data(kept, {}, cache, options), options.now)


def choices(answer: Answer) -> tuple[Data, ...] | None:
    """The rows {"group", "ci", "name"} by group and name, None when they are not known."""
    rows = _providers(answer.data["providers"])
    order = {group: place for place, group in enumerate(GROUPS)}
    rows.sort(key=lambda row: (order.get(row["group"], 9), row["name"].casefold(), row["ci"]))
    return tuple(rows) if answer.data["providers"] else None


def _data(kept: Mapping[str, Kept], own: Mapping[str, str], cache: Cache, options: Options) -> Data:
    parts: Data = dict.fromkeys(_PARTS)
    failure = trouble = None
    pending = False
    for name, one in kept.items():
        if one.good is not None and one.good.get("shape") == tilage_cache.SHAPE:
            query = one.good.get("query")
            parts[name] = {"body": one.good["body"], "query": query, "age": one.good_age}
        told = (one.data or {}).get("failure")
        failure = failure or told
        pending = pending or (one.pending and one.good is None)
        if one.why and trouble is None:
            values = {
                "folder": options.store.folder or "",
                "file": cache.file(_PARTS[name]),
                "detail": one.detail,
            }
            trouble = {"reason": one.why, "values": values}
    return {**parts, "own": dict(own), "failure": failure, "trouble": trouble, "pending": pending}


def providers_of(kept: Kept | None) -> list[Data]:
    """The rows {"group", "ci", "name"} of the list, [] when it is not known."""
    good = (kept.good if kept is not None else None) or {}
    return _providers(good if good.get("shape") == tilage_cache.SHAPE else None)


def _providers(part: Data | None) -> list[Data]:
    rows = part["body"].get("providers") if part else None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def resolved(group: str, text: str, choices: Iterable[Data]) -> str | None:
    """The CI number of a provider; None for a name as long as the list is not known.

    Raises OwnTrouble("tilage_provider") with the nearest names, or
    OwnTrouble("tilage_provider_several") for a name that several entries bear.
    """
    wanted = text.strip().casefold()
    rows = [row for row in choices if row["group"] == group]
    if not rows:
        return text.strip().upper() if _is_ci(wanted) else None
    exact = {row["ci"] for row in rows if wanted in (row["ci"].casefold(), row["name"].casefold())}
    if len(exact) == 1:
        return str(exact.pop())
    if exact:
        raise OwnTrouble(
            "tilage_provider_several",
            option=f"--{group}",
            text=text,
            choices=", ".join(sorted(exact)),
        )
    raise OwnTrouble(
        "tilage_provider", option=f"--{group}", text=text, choices=_nearest(wanted, rows)
    )


def _is_ci(text: str) -> bool:
    return text.startswith("ci-") and text[3:].isdecimal()


def _nearest(wanted: str, rows: list[Data]) -> str:
    from difflib import get_close_matches

    names = {row["name"].casefold(): row["name"] for row in rows}
    within = [name for name in names if wanted and wanted in name]
    near = within or get_close_matches(wanted, names, 3, 0.4) or sorted(names)
    return ", ".join(names[name] for name in near[:4])


def first_seen(answer: Answer, options: Options) -> Data:
    """Since when each outage has been seen here, in epoch seconds; kept between runs."""
    if answer.history is not None:
        return answer.history
    now = max(answer.moment.timestamp(), options.store.clock())
    disturbed = [
        name for name, app in _apps(answer.data).items() if app["outage"] in ("partial", "full")
    ]
    key = (one_name(str(options.tilage_url)), "since", query_of(answer.data["own"]))
    kept: Data = options.store.read(tilage_cache.TOPIC, key)
    if answer.data["situation"] is None or _since(kept, disturbed, now) == kept:
        return kept
    wait = min(0.5, options.deadline.remaining())
    kept = options.store.change(
        tilage_cache.TOPIC, key, lambda old: _since(old, disturbed, now), wait
    )
    return kept  # noqa: RET504 - its type is known here


def _since(old: Data, disturbed: Iterable[str], now: float) -> Data:
    return {
        name: at if isinstance(at := old.get(name), int | float) and at <= now else now
        for name in disturbed
    }


def _apps(data: Mapping[str, Any]) -> dict[str, Data]:
    """The applications, the IDP among them; {} for an answer that was filtered for others."""
    apps: dict[str, Data] = {}
    part, own = data["situation"], data["own"]
    if part and part["query"] in ("", query_of(own)):
        here = own if part["query"] == "" else {}
        apps = tilage_facts.situation(part["body"], here, _providers(data["providers"]))
    rows = data["availability"]
    login = tilage_facts.login_service(rows["body"]["products"]) if rows else None
    return {**apps, "idp": login} if login else apps


def read(answer: Answer, max_age: float, history: Mapping[str, Any]) -> Data:
    """The facts of this moment, by the field names of `check_apo_tilage`.

    Raises OwnTrouble("replay_broken") via its caller for a damaged recording.
    """
    data, now = answer.data, answer.moment.timestamp()
    part, rows = data["situation"], data["availability"]
    apps = _apps(data)
    products = rows["body"]["products"] if rows else {}
    incidents = data["incidents"]["body"]["incidents"] if data["incidents"] else []
    age = part["age"] if part else None
    measured = _measured(products, now)
    current = age is not None and age <= max_age and len(apps) > ("idp" in apps)
    if not rows or rows["age"] is None or rows["age"] > max_age:
        apps.pop("idp", None)
    elif "idp" in apps and _off(products[tilage_facts.IDP]["time"], now, max_age):
        apps["idp"] = {**apps["idp"], "outage": None, "counts": None}
    for name, app in apps.items():
        app["since"], app["since_seconds"] = _begun(name, app, incidents, history, now)
    return {
        "asked_at": answer.moment.isoformat(timespec="seconds"),
        **{
            name: apps[app]["counts"] if current and app in apps else None
            for name, app in _CENTRAL.items()
        },
        "current": current,
        "age_seconds": None if age is None else round(age),
        "measured_age_seconds": measured,
        "measured_off": measured is not None and not -CLOCK_SECONDS <= measured <= max_age * 2,
        "filtered_by": _filtered_by(part, data["own"]),
        "providers": data["own"],
        "apps": apps,
        "causes": (part["body"].get("causes") or []) if part else [],
        "availability": products,
        "incidents": incidents,
        "failure": data["failure"],
        "trouble": data["trouble"],
        "pending": data["pending"],
    }


def _filtered_by(part: Data | None, own: Mapping[str, str]) -> str | None:
    if part is None:
        return None
    if part["query"] == query_of(own):
        return "server" if own else "nobody"
    return "here" if part["query"] == "" else "others"


def _measured(products: Mapping[str, Data], now: float) -> float | None:
    """Seconds since the newest measurement in v1; negative: its clock or ours is wrong."""
    times = [found for one in products.values() if (found := tilage_facts.moment(one["time"]))]
    return round(now - max(times).timestamp()) if times else None


def _off(told: str | None, now: float, max_age: float) -> bool:
    """Whether a measurement's time cannot be true, or is too long ago."""
    found = tilage_facts.moment(told)
    return found is not None and not -CLOCK_SECONDS <= now - found.timestamp() <= max_age * 2


def _begun(
    name: str, app: Data, incidents: list[Data], history: Mapping[str, Any], now: float
) -> tuple[str | None, float | None]:
    """Since when: by gematik's own open incident, else when it was first seen here."""
    from datetime import UTC, datetime

    if app["outage"] not in ("partial", "full"):
        return None, None
    told = [
        begun.timestamp()
        for one in incidents
        if not one["closed"] and one["status"] != "closed"
        if name in tilage_facts.incident_apps(one)
        if (begun := tilage_facts.moment(one["begun"])) is not None
    ]
    seen = history.get(name)
    known = [at for at in told if at <= now] or ([seen] if isinstance(seen, int | float) else [])
    if not known:
        return None, None
    first = min(known)
    moment = datetime.fromtimestamp(first, UTC)
    return moment.isoformat(timespec="seconds"), max(0, round(now - first))


def replay(options: Options) -> Answer:
    """The answer in a recording. Raises OwnTrouble for a file that is none of this check."""
    from apowacht.plugins.core import tape

    recording = tape.read_own(options.replay, "tilage")
    return Answer(recording.answers, recording.moment, recording.options.get("history") or {})


def record(answer: Answer, history: Mapping[str, Any], options: Options) -> None:
    """Write what is known to `options.record`."""
    from apowacht.plugins.core import tape

    tape.write(
        options.record,
        check="tilage",
        moment=answer.moment,
        options={"history": dict(history)},
        source="tilage",
        answers=answer.data,
        secrets=options.secrets,
    )
