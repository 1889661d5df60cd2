"""Can an e-prescription be fetched, how fast, and if not, whose fault is it?

Follows the way from the Konnektor to the E-Rezept-Fachdienst: names, routes, TCP, TLS, and the
login service's (IDP) signed document, whose latency stands in for that of a fetch; with --log the
real fetches. CRITICAL when a link on site is broken, or a central service fails and no central
outage is known after six minutes (UNKNOWN until then, where TI-Lage is looked at). WARNING when the
outage is central, or a phase is slow. Central services are asked every 15 minutes at most, and no
request is ever made that gematik does not permit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from apowacht.plugins.core.asked import Failure
from apowacht.plugins.core.check import Check, Options
from apowacht.plugins.core.options import KONNEKTOR, OPENING, common, target
from apowacht.plugins.core.report import State
from apowacht.plugins.read.erezept_options import OWN
from apowacht.plugins.read.fetch_log import LOG, FetchFacts
from apowacht.plugins.read.tilage_options import TILAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apowacht.plugins.core.report import Finding


@dataclass(frozen=True)
class Phase:
    """One phase of the way: `seconds` is the median of the samples."""

    seconds: float
    address: str | None = None  # where; of dns the name server, None: the system's resolver
    max_seconds: float | None = None
    age_seconds: float | None = None  # since it was measured


@dataclass(frozen=True)
class Address:
    """An address that a central service's name leads to."""

    service: str  # fachdienst, idp
    address: str
    source: str | None = None  # of --source
    in_network: bool = True
    gateway: str | None = None
    device: str | None = None
    route: bool | None = None  # None: the kernel could not be asked
    tcp_seconds: float | None = None  # of the last handshake


@dataclass(frozen=True)
class Fault:
    """A wrong name or way on one path."""

    link: str  # dns, route, half (a route for half of the TI's network only)
    fault: str
    source: str | None = None
    address: str | None = None
    name: str | None = None  # service
    hop: str | None = None  # name server, next hop
    network: str | None = None  # CIDR: the half that has no route
    failure: Failure | None = None


@dataclass(frozen=True)
class Service:
    """A central service by its last answer."""

    state: str  # good, bad, over, old, unverified, elsewhere, never
    age_seconds: float | None = None
    failure: Failure | None = None
    status: int | None = None  # HTTP
    why: str | None = None  # reason code of the state that kept us from asking
    doubts: tuple[Failure, ...] = ()  # why it may be another one than is meant


@dataclass(frozen=True)
class ErezeptFacts:
    """The way of an e-prescription at one moment; None is what was not asked or not told."""

    asked_at: str | None = None  # ISO 8601, UTC
    phases: dict[str, Phase] = field(default_factory=dict)  # dns, kon_tcp, tcp, tls, idp
    addresses: tuple[Address, ...] = ()
    idp_document_valid_until: str | None = None  # ISO 8601, UTC
    tilage: dict[str, Any] | None = None  # erezept, vsdm, access, idp, age_seconds ...
    fetch: FetchFacts | None = None
    verdict: str | None = None  # ok, local, central, unconfirmed
    broken_link: str | None = None
    since_seconds: float | None = None  # for how long that has been seen
    after_central: bool = False  # left behind by a central outage that is over
    faults: tuple[Fault, ...] = ()
    konnektor: dict[str, Any] | None = None
    central: dict[str, Service] = field(default_factory=dict)  # fachdienst, idp, servicecheck


def probe(options: Options) -> ErezeptFacts:
    """Ask or replay, then read."""
    from apowacht.plugins.read import erezept, erezept_facts, fetch_log

    answer = erezept.replay(options) if options.replay else erezept.ask(options)
    if options.record:
        erezept.record(answer, options)
    told = erezept_facts.read(answer)
    return ErezeptFacts(
        **told
        | {
            "phases": {name: Phase(**one) for name, one in told["phases"].items()},
            "addresses": tuple(Address(**one) for one in told["addresses"]),
            "faults": tuple(Fault(**_with_failure(one)) for one in told["faults"]),
            "central": {name: _service(one) for name, one in told["central"].items()},
            "fetch": fetch_log.of_recording(answer.data["fetch"]),
        }
    )


def _service(one: dict[str, Any]) -> Service:
    doubts = tuple(Failure(**doubt) for doubt in one["doubts"])
    return Service(**{**_with_failure(one), "doubts": doubts})


def _with_failure(one: dict[str, Any]) -> dict[str, Any]:
    told = one["failure"]
    return {**one, "failure": None if told is None else Failure(**told)}


def judge(facts: ErezeptFacts, options: Options) -> Iterator[Finding]:
    """Whose fault first, then one finding per question."""
    from apowacht.plugins.read.erezept_judge import Case

    yield from Case(facts, options).findings()


CHECK = Check(
    name="erezept",
    layer="service",
    doc=__doc__,
    options=(
        *target(
            "443, or 80 with --no-tls",
            host="The Konnektor: reachable, its VPN, the SMC-B, and its name server [default: no "
            "Konnektor is asked].",
        ),
        *OWN,
        *TILAGE,
        *LOG,
        *KONNEKTOR,
        *OPENING,
        *common(30),
    ),
    probe=probe,
    judge=judge,
    silence="kon.unreachable.local",
    silence_state=State.CRITICAL,
    around_the_clock=frozenset({"kt.smcb_offline", "smcb.missing"}),
)

main = CHECK.main
