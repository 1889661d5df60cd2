"""Are the card terminals connected, and is the SMC-B ready?

Asks the Konnektor for the terminals it knows, the pharmacy's own cards and the state of their PIN.
CRITICAL when the SMC-B is missing, blocked or waits for its PIN, when its terminal is off, when an
expected terminal or the last one is missing, or when a card is of a generation no longer accepted.
WARNING when the spare or any other terminal is missing. Patients' cards are never asked for, and a
terminal's SICCT port is never opened.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

from apowacht.plugins.core import asked
from apowacht.plugins.core.asked import Failure
from apowacht.plugins.core.check import Check, Options
from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.options import ALIAS, KONNEKTOR, OPENING, common, limits, option, target
from apowacht.plugins.core.report import Finding, Metric, State
from apowacht.plugins.read.konnektor import PHARMACY

if TYPE_CHECKING:
    from collections.abc import Iterator

USABLE = ("VERIFIED", "DISABLED")
FULL_TRIES = 3

# The last day of cards that have RSA keys only (G2.0), and the failure classes before and after.
# SMC-B: wiki.gematik.de/x/p1VNJw. gSMC-KT: gematik's note of 2025-11-14, wiki pageId 689713606.
LAST_DAY = {
    "SMC-B": ("2026-06-30", "smcb.g20_ending", "smcb.g20"),
    "SMC-KT": ("2026-12-31", "gsmckt.g20", "gsmckt.g20_over"),
}
WARNED_DAYS = 90


@dataclass(frozen=True)
class Terminal:
    """A card terminal as the Konnektor knows it."""

    name: str  # the user's, else its own
    ct_id: str
    connected: bool | None = None
    physical: bool | None = None  # False: the virtual terminal of an HSM-B
    product: str | None = None
    firmware: str | None = None  # None: it never was connected
    cards: tuple[str, ...] = ()  # types
    holds_smcb: bool = False  # now, or when it was last connected


@dataclass(frozen=True)
class Card:
    """A card of the pharmacy or of a terminal; patients' cards are not among them."""

    type: str  # SMC-B, SM-B, HSM-B, SMC-KT
    terminal: str | None = None  # name
    slot: int | None = None
    pin_status: str | None = None  # VERIFIED, VERIFIABLE, BLOCKED, TRANSPORT_PIN, EMPTY_PIN, …
    left_tries: int | None = None
    expires: str | None = None  # ISO 8601; judged by check_apo_certificate
    crypt: str | None = None  # RSA (G2.0), ECC (G2.1 and later)
    name: str = ""  # the user's, else terminal/slot


@dataclass(frozen=True)
class TerminalFacts:
    """Terminals and cards at one moment; None is what was not told."""

    asked_at: str | None = None  # ISO 8601, by the clock of this computer
    terminals: tuple[Terminal, ...] | None = None
    cards: tuple[Card, ...] | None = None
    pharmacy_cards_told: bool = False
    direct: dict[str, dict[str, Any]] = field(default_factory=dict)  # signs of life by name
    latency_seconds: dict[str, float] = field(default_factory=dict)  # by question
    warnings: dict[str, int | None] = field(default_factory=dict)  # error number by question
    failures: tuple[Failure, ...] = ()  # questions without an answer


class DirectType(click.ParamType[tuple[str, str]]):
    """`NAME=HOST` on the command line."""

    name = "direct"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Name and host. Raises OwnTrouble("bad_direct") for anything else."""
        if isinstance(value, tuple):
            return value
        name, _, host = (part.strip() for part in str(value).rpartition("="))
        if not name or not host:
            raise OwnTrouble("bad_direct", text=value)
        return name, host


OWN = (
    option(
        "--expect",
        multiple=True,
        metavar="NAME",
        help="This terminal has to be connected (repeatable) [default: every one].",
    ),
    option(
        "--min-connected",
        type=click.IntRange(0, 9999),
        metavar="N",
        help="CRITICAL when fewer terminals are connected.",
    ),
    option(
        "--reserve",
        multiple=True,
        metavar="NAME",
        help="This terminal is a spare: WARNING when it is missing (repeatable).",
    ),
    option(
        "--smcb",
        multiple=True,
        metavar="NAME",
        help="This SMC-B has to be ready, by its name of --alias or as TERMINAL/SLOT (repeatable) "
        "[default: every one].",
    ),
    option(
        "--min-verified",
        type=click.IntRange(0, 9999),
        metavar="N",
        help="So many SMC-B have to be ready, whichever.",
    ),
    option(
        "--direct",
        multiple=True,
        type=DirectType(),
        metavar="NAME=HOST",
        help="Also ask this terminal itself whether it is there (repeatable): SICCT discovery over "
        "UDP, TCP 443, ping; never its SICCT port over TCP.",
    ),
    *limits("latency", "s"),
    *OPENING,
)


def probe(options: Options) -> TerminalFacts:
    """Ask or replay, then read."""
    from apowacht.plugins.read import konnektor, terminal
    from apowacht.plugins.read.terminal_direct import Direct

    if options.replay:
        answer = konnektor.replay(options, "terminal")
    else:
        direct = Direct(options.direct, options.deadline)
        answer = konnektor.ask(options, ("terminals", "cards"), context=True)
        answer = terminal.remember(answer, options)
        answer.data["direct"] = direct.answers()
    if options.record:
        konnektor.record(answer, options, "terminal")
    told = terminal.read(answer, options.alias)
    for name, kind in (("terminals", Terminal), ("cards", Card)):
        if told[name] is not None:
            told[name] = tuple(kind(**one) for one in told[name])
    failures = tuple(Failure(**one) for one in answer.data["failures"])
    return TerminalFacts(**told, failures=failures)


def judge(facts: TerminalFacts, options: Options) -> Iterator[Finding]:
    """One finding per question."""
    case = Case(facts, options)
    yield from asked.failed(facts.failures, options)
    yield from case.summary()
    yield from case.terminals()
    yield from case.not_resolved()
    yield from case.missing_cards()
    for card in case.pharmacy:
        yield from case.pin(card)
    yield from case.generations()
    yield from case.numbers()
    yield from asked.warned(facts.warnings)
    yield from asked.latencies(facts.latency_seconds, options)


class Case:
    """One site before the judge: its facts, and what several questions share."""

    def __init__(self, facts: TerminalFacts, options: Options) -> None:
        self.facts = facts
        self.options = options
        self.listed = [one for one in facts.terminals or () if one.physical is not False]
        self.connected = [one for one in self.listed if one.connected]
        self.away = [one for one in facts.terminals or () if one.connected is False]
        self.names = {one.name for one in facts.terminals or ()}
        self.pharmacy = [card for card in facts.cards or () if card.type in PHARMACY]
        self.ready = [card for card in self.pharmacy if card.pin_status in USABLE]
        wanted = options.min_verified
        self.enough = wanted is not None and len(self.ready) >= wanted

    @cached_property
    def closed(self) -> bool:
        """Whether the pharmacy was closed; only a terminal that is missing makes that matter."""
        return asked.closed(self.facts.asked_at, self.options)

    def summary(self) -> Iterator[Finding]:
        """What is well: terminals connected, SMC-B ready."""
        if self.facts.terminals is not None:
            key = "kt.ready" if self.ready else "kt.connected"
            yield Finding(key, State.OK, {"n": len(self.connected)})

    def terminals(self) -> Iterator[Finding]:
        """Is every terminal connected that has to be?

        One that is off while the pharmacy is closed is no fault, unless it holds the SMC-B: that
        loses its PIN.
        """
        if self.facts.terminals is None:
            return
        for one in self.away:
            if one.holds_smcb:
                yield Finding("kt.smcb_offline", State.CRITICAL, name=self.only(one))
        others = [one for one in self.away if not one.holds_smcb]
        none_left = bool(self.listed) and not self.connected
        if none_left and not self.closed and any(one.firmware for one in others):
            yield Finding("kt.none_connected", State.CRITICAL)
        for one in others:
            yield self.absent(one)
        yield from self.unlisted()
        least = self.options.min_connected
        if least is not None and len(self.connected) < least and not self.closed:
            values = {"n": len(self.connected), "min": least}
            yield Finding("kt.too_few", State.CRITICAL, values)

    def absent(self, one: Terminal) -> Finding:
        """What a terminal is worth that is not connected and does not hold the SMC-B."""
        options = self.options
        if self.closed:
            return Finding("kt.off_closed", State.OK, name=one.name)
        if one.name in options.reserve:
            return Finding("kt.no_spare", State.WARNING, name=one.name)
        if one.name in options.expect:
            return Finding(self.offline(one), self.expected(), name=one.name)
        if one.firmware is None:
            return Finding("kt.never_connected", State.OK, name=one.name)
        least = options.min_connected
        if options.expect or (least is not None and len(self.connected) >= least):
            return Finding("kt.off_unneeded", State.OK, name=one.name)
        return Finding(self.offline(one), State.WARNING, name=one.name)

    def expected(self) -> State:
        """A missing terminal is CRITICAL unless a connected spare can take its place."""
        there = {one.name for one in self.facts.terminals or () if one.connected}
        missing = [name for name in self.options.expect if name not in there]
        spares = [name for name in self.options.reserve if name in there]
        return State.WARNING if len(missing) <= len(spares) else State.CRITICAL

    def unlisted(self) -> Iterator[Finding]:
        """Terminals that the user names and the Konnektor does not."""
        values = {"known": ", ".join(sorted(self.names)) or None}
        for name in self.options.expect:
            if name not in self.names and not self.closed:
                yield Finding("kt.unlisted", self.expected(), values, name=name)
        asked_itself = (name for name, _ in self.options.direct)
        for name in dict.fromkeys((*self.options.reserve, *asked_itself)):
            if name not in {*self.names, *self.options.expect} and not self.closed:
                yield Finding("kt.unlisted", State.WARNING, values, name=name)

    def not_resolved(self) -> Iterator[Finding]:
        """Terminals that could not be asked themselves, because nobody knows their name."""
        for name, signs in self.facts.direct.items():
            if not signs["asked"]:
                yield Finding("kt.not_resolved", State.UNKNOWN, name=name)

    def offline(self, one: Terminal) -> str:
        """The failure class of a missing terminal, by its own signs of life."""
        signs = self.facts.direct.get(one.name)
        if signs is None or not signs["asked"]:
            return "kt.offline"
        if alive(signs):
            return "kt.offline_alive"
        return "kt.offline_dead" if signs["ping_allowed"] else "kt.offline"

    def missing_cards(self) -> Iterator[Finding]:
        """Is the SMC-B there, and are there as many as wanted?

        Where the terminal is off that holds it, that is said already.
        """
        if not self.facts.pharmacy_cards_told:
            return
        held = any(one.holds_smcb for one in self.away)
        if not self.pharmacy and not held and not self.options.smcb:
            yield Finding("smcb.missing", State.CRITICAL)
        names = {card.name for card in self.pharmacy}
        for name in self.options.smcb:
            if name not in names and not held:
                yield Finding("smcb.missing", State.CRITICAL, name=name)
        least = self.options.min_verified
        if least is not None and len(self.pharmacy) < least:
            values = {"n": len(self.ready), "min": least}
            yield Finding("smcb.too_few", State.CRITICAL, values)

    def pin(self, card: Card) -> Iterator[Finding]:
        """Has the PIN of one SMC-B been entered?"""
        options = self.options
        needed = card.name in options.smcb if options.smcb else not self.enough
        name = card.name if len(self.pharmacy) > 1 else None
        status, tries = card.pin_status, card.left_tries
        bad = State.CRITICAL if needed else State.WARNING
        if tries is not None and 0 < tries < FULL_TRIES and status != "BLOCKED":
            state = State.WARNING if status in USABLE else bad
            yield Finding("smcb.pin_low_tries", state, {"n": tries}, name=name)
        if status == "VERIFIABLE":
            key, state = ("smcb.pin_missing", bad) if needed else ("smcb.pin_spare", State.OK)
            yield Finding(key, state, name=name)
        elif status in PINS:
            key, fault = PINS[status]
            yield Finding(key, bad if fault else State.OK, name=name)
        elif status not in (None, "VERIFIED"):
            yield Finding("smcb.pin_unclear", State.UNKNOWN, {"status": status}, name=name)

    def generations(self) -> Iterator[Finding]:
        """Is a card of a generation that is no longer accepted, or soon will not be?"""
        from datetime import date, datetime

        if self.facts.asked_at is None:
            return
        today = datetime.fromisoformat(self.facts.asked_at).date()
        for card in self.facts.cards or ():
            if card.crypt != "RSA" or card.type not in LAST_DAY:
                continue
            last, before, after = LAST_DAY[card.type]
            left = (date.fromisoformat(last) - today).days
            several = card.type == "SMC-KT" or len(self.pharmacy) > 1
            name = (card.terminal if card.type == "SMC-KT" else card.name) if several else None
            if left < 0:
                yield Finding(after, State.CRITICAL, name=name)
            elif left <= WARNED_DAYS:
                yield Finding(before, State.WARNING, name=name)

    def numbers(self) -> Iterator[Finding]:
        """How many there are, how many are connected and ready, and the fewest tries left."""
        counted: dict[str, int] = {}
        if self.facts.terminals is not None:
            counted |= {"terminals": len(self.listed), "connected": len(self.connected)}
        if self.facts.pharmacy_cards_told:
            counted |= {"smcb": len(self.pharmacy), "smcb_ready": len(self.ready)}
            tries = [card.left_tries for card in self.pharmacy if card.left_tries is not None]
            counted |= {"left_tries": min(tries)} if tries else {}
        if self.facts.direct:
            counted["answering"] = sum(alive(signs) for signs in self.facts.direct.values())
        for name, number in counted.items():
            yield Finding("kon.reading", State.OK, metric=Metric(name, number, "", None, None, 0))

    def only(self, one: Terminal) -> str | None:
        """The terminal's name, where there is more than one."""
        return one.name if len(self.facts.terminals or ()) > 1 else None


def alive(signs: dict[str, Any]) -> bool:
    """Whether a terminal itself gave any answer."""
    return bool(signs["sicct"] or signs["https"] or signs["ping_seconds"] is not None)


# PIN state -> failure class, and whether it is a fault.
PINS = {
    "DISABLED": ("smcb.pin_off", False),
    "BLOCKED": ("smcb.pin_blocked", True),
    "TRANSPORT_PIN": ("smcb.transport_pin", True),
    "EMPTY_PIN": ("smcb.no_pin", True),
}

CHECK = Check(
    name="terminal",
    layer="identity",
    doc=__doc__,
    options=(*target("443, or 80 with --no-tls"), *KONNEKTOR, *OWN, ALIAS, *common(30)),
    probe=probe,
    judge=judge,
    silence="kon.unreachable.local",
    silence_state=State.CRITICAL,
    silence_by=asked.silence,
    # Who finds it off in the morning waits for it, and for somebody who knows the PIN.
    around_the_clock=frozenset({"kt.smcb_offline", "smcb.missing"}),
)

main = CHECK.main
