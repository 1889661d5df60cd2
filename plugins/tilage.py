"""Does gematik report an outage of the central services, and does it concern this pharmacy?

Reads gematik's public TI-Lage, politely: one shared cache for all checks on this computer, each
path at most every five minutes. WARNING for an outage of the E-Rezept, VSDM, the TI connection or
the IDP, with gematik's own words; announced maintenance is shown and no alarm. With your providers
named, outages of other ones do not count. UNKNOWN when TI-Lage is unreachable, says something new,
or is too old: that is no outage, and the local checks still count.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from apowacht.plugins.core.asked import Failure
from apowacht.plugins.core.check import Check, Options
from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.options import OPENING, STATES, TLS, common, flag, option, target
from apowacht.plugins.core.report import Finding, Metric, State
from apowacht.plugins.read.tilage_options import ANSWER_AGE, PROVIDERS

if TYPE_CHECKING:
    from collections.abc import Iterator

HOST, BASE = "ti-lage.prod.ccs.gematik.solutions", "/lageapi"
DAY_SECONDS = 86400


@dataclass(frozen=True)
class AppFacts:
    """One application as TI-Lage sees it; the IDP from the measurement of its components."""

    name: str  # erezept, vsdm, tianschluss, idp, epa, kim, wanda, ogd
    outage: str | None  # none, partial, full; None for any other word
    said: str | None  # the word itself
    counts: str | None  # the outage without announced maintenance and other providers' causes
    foreign: bool  # every cause is another provider than the named ones
    maintenance: bool  # announced, of it or of a part
    announced: bool  # the outage itself is announced maintenance
    impact: str | None  # gematik's wording
    card_only: bool  # only what goes by health card is affected
    since: str | None  # ISO 8601, UTC: gematik's open incident, else when first seen here
    since_seconds: float | None
    functions: tuple[dict[str, Any], ...] = ()  # function, impact, outage, critical, maintenance


@dataclass(frozen=True)
class TilageFacts:
    """What TI-Lage tells at a moment; None is what it does not tell or what is too old."""

    asked_at: str | None = None  # ISO 8601, by the clock of this computer
    erezept: str | None = None  # none, partial, full: what concerns this pharmacy
    vsdm: str | None = None
    access: str | None = None
    idp: str | None = None
    current: bool = False  # there is an answer, not too old, and filtered for us or for nobody
    age_seconds: float | None = None  # since TI-Lage gave this answer
    measured_age_seconds: float | None = (
        None  # since its newest measurement; below 0: a wrong clock
    )
    measured_off: bool = False  # that cannot be, or TI-Lage stands still
    filtered_by: str | None = None  # server, here, nobody; others: for other providers than ours
    providers: dict[str, str] = field(default_factory=dict)  # CI number by group
    apps: tuple[AppFacts, ...] = ()
    causes: tuple[dict[str, Any], ...] = ()  # ci, service, organization
    availability: dict[str, dict[str, Any]] = field(default_factory=dict)  # by product type (PDT)
    incidents: tuple[dict[str, Any], ...] = ()  # title, status, apps, begun, closed, message
    failure: Failure | None = None  # why the last request had no answer
    trouble: dict[str, Any] | None = None  # why no request was made: reason, values
    pending: bool = False  # another run is asking just now
    choices: tuple[dict[str, str], ...] | None = None  # with --list-providers: group, ci, name


OWN = (
    *PROVIDERS,
    flag("--list-providers", help="Show the providers to choose from, and judge nothing."),
    option(
        "--app",
        multiple=True,
        type=click.Choice(("epa", "kim", "wanda", "ogd")),
        help="An outage of this application counts as well (repeatable).",
    ),
    option(
        "--outage-state",
        type=click.Choice(STATES),
        default="warning",
        show_default=True,
        help="State of a full outage.",
    ),
    option(
        "--partial-state",
        type=click.Choice(STATES),
        default="warning",
        show_default=True,
        help="State of a partial outage.",
    ),
    option(
        "--max-age",
        type=ANSWER_AGE,
        default="20m",
        show_default=True,
        metavar="DURATION",
        help="UNKNOWN when the last answer is older than this.",
    ),
    option(
        "--incident-days",
        type=click.IntRange(0, 14),
        default=2,
        show_default=True,
        metavar="DAYS",
        help="Show closed incidents of these last days; open ones are always shown.",
    ),
)


def probe(options: Options) -> TilageFacts:
    """Look up or replay, then read."""
    from apowacht.plugins.read import tilage

    settle(options)
    if options.list_providers and not options.replay:
        answer = tilage.choices_of(options)
    else:
        answer = tilage.replay(options) if options.replay else tilage.ask(options)
    seen = tilage.first_seen(answer, options)
    if options.record:
        tilage.record(answer, seen, options)
    told = tilage.read(answer, options.max_age, seen)
    if options.list_providers:
        told["choices"] = tilage.choices(answer)
    return facts_of(told)


def settle(options: Options) -> None:
    """`-H`, `-p` and the usual TLS options name TI-Lage here; elsewhere it has its own."""
    host = options.hostname or HOST
    name = f"[{host.strip('[]')}]" if ":" in host else host
    options.hostname = host
    options.tilage_url = f"https://{name}:{options.port or 443}{BASE}"
    options.tilage_ca_file = options.ca_file
    options.tilage_tls_fingerprint = options.tls_fingerprint
    options.tilage_insecure = options.insecure


def facts_of(told: dict[str, Any]) -> TilageFacts:
    """The facts from plain data; without any answer the failure is the target's trouble."""
    failure = Failure(**told["failure"]) if told["failure"] else None
    if failure and not told["apps"] and not told["availability"] and not told.get("choices"):
        raise failure.trouble
    apps = tuple(
        AppFacts(name=name, **{**one, "functions": tuple(one["functions"])})
        for name, one in told["apps"].items()
    )
    rows = {name: tuple(told[name]) for name in ("causes", "incidents")}
    return TilageFacts(**{**told, **rows, "apps": apps, "failure": failure})


def judge(facts: TilageFacts, options: Options) -> Iterator[Finding]:
    """One finding per question."""
    if facts.choices is not None:
        yield from offered(facts)
        return
    yield from freshness(facts, options)
    if facts.current:
        yield from outages(facts, options)
        yield from news(facts, options)
    if facts.age_seconds is not None:
        metric = Metric("age", facts.age_seconds, "s", None, None, 0)
        yield Finding("tilage.reading", State.OK, metric=metric)


def offered(facts: TilageFacts) -> Iterator[Finding]:
    """Which providers can be named?"""
    yield Finding("tilage.choices", State.OK, {"n": len(facts.choices or ())})
    for one in facts.choices or ():
        values = {"option": f"--{one['group']}", "ci": one["ci"], **by(one["name"])}
        yield Finding("tilage.choice", State.OK, values)


def freshness(facts: TilageFacts, options: Options) -> Iterator[Finding]:
    """Can TI-Lage be used at all, and if not, why not?"""
    from apowacht.plugins.read.tilage import trouble_of

    why = trouble_of(facts.trouble)
    reason = facts.failure.trouble if facts.failure else None
    if facts.current:
        if reason:
            yield Finding("tilage.retrying", State.OK, {"age": facts.age_seconds, "reason": reason})
        if why:  # what is known still holds, and the reason is worth knowing
            yield Finding("tilage.retrying", State.OK, {"age": facts.age_seconds, "reason": why})
    elif why:
        yield Finding("tilage.not_asked", State.UNKNOWN, {"reason": why})
    elif reason and facts.age_seconds is None:
        chosen = options.timeout_state
        state = State[chosen.upper()] if chosen else State.UNKNOWN
        yield Finding("tilage.no_data", state, {**reason.values, "reason": reason})
    else:
        yield Finding("tilage.unread", State.UNKNOWN, {"reason": unread(facts, options)})
    if facts.measured_off and facts.measured_age_seconds is not None:
        yield Finding("tilage.measured_off", State.UNKNOWN, {"moment": measured_at(facts)})


def unread(facts: TilageFacts, options: Options) -> OwnTrouble:
    """Why there is nothing usable although nothing went wrong just now."""
    if facts.filtered_by == "others":
        return OwnTrouble("tilage_others")
    if facts.age_seconds is not None and facts.age_seconds > options.max_age:
        return OwnTrouble("tilage_old", age=facts.age_seconds)
    if facts.age_seconds is not None:
        return OwnTrouble("tilage_empty")
    return OwnTrouble("tilage_pending" if facts.pending else "tilage_not_yet")


def measured_at(facts: TilageFacts) -> str:
    """The moment of the newest measurement, in UTC."""
    from datetime import datetime, timedelta

    asked_at = datetime.fromisoformat(str(facts.asked_at))
    return f"{asked_at - timedelta(seconds=facts.measured_age_seconds or 0):%Y-%m-%d %H:%M} UTC"


def outages(facts: TilageFacts, options: Options) -> Iterator[Finding]:
    """What is down, application by application?"""
    apps = {app.name: app for app in facts.apps}
    watched = watched_by(facts, options)
    calm = True
    for name in watched:
        app = apps.get(name)
        calm = calm and app is not None and app.counts == "none"
        if app is None and facts.measured_off:
            continue  # explained: what is measured is out of date
        yield from application(name, app, apps, options)
        if app is not None and app.counts is not None:
            value = ("none", "partial", "full").index(app.counts)
            metric = Metric(LABELS.get(name, name), value, "", None, None, 0, 2)
            yield Finding("tilage.reading", State.OK, metric=metric)
    if calm and not facts.measured_off:
        elsewhere = any(app.outage != "none" for app in apps.values() if app.name in watched)
        key = "tilage.well_here" if elsewhere else "tilage.well"
        yield Finding(key, State.OK, {"age": facts.age_seconds})
    for name, app in apps.items():
        if name not in watched and app.counts in ("partial", "full"):
            yield Finding("tilage.elsewhere", State.OK, values_of(app))


def watched_by(facts: TilageFacts, options: Options) -> list[str]:
    """The applications whose outage counts; KIM is watched where its provider is named."""
    kim = ("kim",) if "kim" in facts.providers else ()
    return list(dict.fromkeys((*NEEDED, *kim, *options.app)))


def application(
    name: str, app: AppFacts | None, apps: dict[str, AppFacts], options: Options
) -> Iterator[Finding]:
    """What is down of one application, in gematik's words?"""
    if app is None or app.counts is None:
        said = app.said if app else None
        yield Finding("tilage.unknown", State.UNKNOWN, {"alarm": name, "said": said})
        return
    values = values_of(app)
    if app.counts != "none":
        state = options.outage_state if app.counts == "full" else options.partial_state
        yield Finding(key_of(app, apps), State[state.upper()], values)
    elif app.announced:
        yield Finding("tilage.maintenance", State.OK, values)
    elif app.maintenance:
        yield Finding("tilage.maintained", State.OK, values)


def key_of(app: AppFacts, apps: dict[str, AppFacts]) -> str:
    """The failure class: a printout helps only where the way by health card alone is down, and
    nothing is known against the rest of the way."""
    rest = (apps.get("idp"), apps.get("tianschluss"))
    alone = all(one is not None and one.counts == "none" for one in rest)
    if app.name == "erezept":
        return "tilage.erezept_card" if app.card_only and alone else "tilage.erezept"
    if app.name == "vsdm":
        erezept = apps.get("erezept")
        narrow = erezept is not None and (erezept.counts == "none" or erezept.card_only)
        return "tilage.vsdm" if narrow and alone else "tilage.vsdm_too"
    return KEYS.get(app.name, "tilage.app")


def values_of(app: AppFacts) -> dict[str, object]:
    """What the sentences about an application need."""
    return {
        "alarm": app.name,
        "extent": app.outage,
        "impact": app.impact,
        "since": app.since_seconds,
    }


def news(facts: TilageFacts, options: Options) -> Iterator[Finding]:
    """Who causes it, which components are down, and what happened in the last days?"""
    from apowacht.plugins.read.tilage_facts import PRODUCTS

    foreign = [app for app in facts.apps if app.foreign]
    causes = dict.fromkeys((one["service"], one["organization"]) for one in facts.causes)
    for app in foreign:
        orgs = ", ".join(dict.fromkeys(str(org) for _, org in causes))
        yield Finding("tilage.foreign", State.OK, {**values_of(app), **by(orgs)})
    down = dict.fromkeys(
        (product["product"], one["organization"])
        for pdt in PRODUCTS
        if (product := facts.availability.get(pdt)) is not None
        for one in product["down"]
    )
    for what, org in list(causes)[: 0 if foreign else MOST_LINES]:
        yield Finding("tilage.cause", State.OK, {"what": what, **by(org)})
    for what, org in [one for one in down if one not in causes][:MOST_LINES]:
        yield Finding("tilage.component", State.OK, {"what": what, **by(org)})
    yield from incidents(facts, options)


def by(organization: str) -> dict[str, object]:
    """An organization for line 1, where it may be cut, and for a sentence."""
    return {"org": organization, "provider": organization}


def incidents(facts: TilageFacts, options: Options) -> Iterator[Finding]:
    """What does gematik itself report of the last days?"""
    from datetime import datetime

    from apowacht.plugins.read.tilage_facts import incident_apps, moment

    ours = set(watched_by(facts, options))
    now = datetime.fromisoformat(str(facts.asked_at))
    shown = 0
    for one in facts.incidents:
        begun, closed = moment(one["begun"]), moment(one["closed"])
        over = closed is not None or one["status"] == "closed"
        last = closed or begun
        if begun is None or last is None or shown == MOST_LINES:
            continue
        apps = incident_apps(one)
        if apps and not apps & ours:
            continue
        if over and (now - last).total_seconds() > options.incident_days * DAY_SECONDS:
            continue
        shown += 1
        values = {
            "age": max(0.0, (now - begun).total_seconds()),
            "extent": "closed" if over else one["status"],
            "what": one["title"],
            "impact": (one["message"] or "").rstrip(". ") or None,
        }
        yield Finding("tilage.incident", State.OK, values)


NEEDED = ("erezept", "vsdm", "tianschluss", "idp")
LABELS = {"tianschluss": "access"}
KEYS = {"tianschluss": "tilage.access", "idp": "tilage.idp"}
MOST_LINES = 5

CHECK = Check(
    name="tilage",
    layer="service",
    doc=__doc__,
    options=(
        *target("443", host=f"The TI-Lage server [default: {HOST}]."),
        *TLS,
        *OWN,
        *OPENING,
        *common(10),
    ),
    probe=probe,
    judge=judge,
    silence="tilage.no_data",
    silence_state=State.UNKNOWN,
    around_the_clock=frozenset(),
)

main = CHECK.main
