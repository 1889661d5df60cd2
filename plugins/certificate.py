"""Does any certificate or card end soon, and can the certificates in use be trusted?

Looks at TLS servers, certificate files, PKCS#12 files and all cards of a Konnektor. WARNING when
one of them ends soon enough to order the next one in time. CRITICAL when it ends within days, has
ended, cannot be trusted, or a TLS server gives none. UNKNOWN when a file cannot be read. Nothing
is asked of any other server: no revocation list, no responder, no missing issuer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from apowacht.plugins.core import asked
from apowacht.plugins.core.asked import Failure
from apowacht.plugins.core.check import Check, Options
from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.lifetime import LEAST, ORDERED, limits
from apowacht.plugins.core.options import ALIAS, KONNEKTOR, OPENING, common, flag, option, target
from apowacht.plugins.core.report import Finding, Metric, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ORDERED_GRACE_DAYS = 7
"""So close to its end a card that is on order becomes CRITICAL all the same."""

MOST_LABELS = 100
"""Targets with a label of their own; beyond that only the sums are told."""


@dataclass(frozen=True)
class Lasting:
    """What is known of every certificate; what is left is negative behind the end."""

    key: str | None = None  # RSA 2048, P-256, brainpoolP256r1, Ed25519; of a card ECC or RSA
    signature: str | None = None
    weak: str | None = None  # key, signature
    self_signed: bool | None = None
    not_before: str | None = None  # ISO 8601, UTC
    not_after: str | None = None
    seconds_left: float | None = None
    days_left: int | None = None
    lifetime_seconds: float | None = None
    lifetime_percent_left: float | None = None
    begins_in_seconds: float | None = None


@dataclass(frozen=True)
class Link(Lasting):
    """A certificate above another one."""

    common_name: str | None = None


@dataclass(frozen=True)
class Certificate(Lasting):
    """A certificate by the user's name for it; names of persons, pharmacies and cards are masked.

    A card's is known by what its Konnektor tells: dates, and hardly more.
    """

    name: str = ""
    target: str = ""  # the server, file or card that it belongs to
    source: str = ""  # tls, file, p12, connector, client
    kind: str = ""  # tls, file, p12, card
    card_type: str | None = None
    terminal: str | None = None
    subject_common_name: str | None = None
    issuer_common_name: str | None = None
    authority: bool | None = None
    trusted: bool | None = None  # None: nobody said whom to trust
    trust_error: str | None = None  # the first of trust_errors
    trust_errors: tuple[str, ...] = ()
    wanted: str | None = None  # the name that it must hold
    names: str | None = None  # those that it holds
    fingerprint: str | None = None  # SHA-256
    ti_rule: str | None = None
    ti_last_day: str | None = None  # ISO 8601: the last day on which the TI takes it
    ti_days_left: int | None = None
    chain: tuple[Link, ...] = ()


@dataclass(frozen=True)
class SourceFailure(Failure):
    """A source, or one question to it, without an answer."""

    name: str = ""
    source: str = ""


@dataclass(frozen=True)
class CertificateFacts:
    """All certificates of one look, and what could not be looked at."""

    certificates: tuple[Certificate, ...] = ()
    failures: tuple[SourceFailure, ...] = ()
    targets: tuple[str, ...] = ()  # in the order in which they were given
    renewed: tuple[str, ...] = ()  # names whose certificate is a new one since the last look
    ti_dates_of: str | None = None  # ISO 8601: when the table of TI dates was made
    ti_dates_old: bool | None = None  # more than a year ago
    asked_at: str | None = None  # ISO 8601, UTC


TRUST = {
    # Fault -> its name in --trust-severity, and its failure class.
    "untrusted": ("untrusted", "cert.untrusted"),
    "incomplete": ("incomplete", "cert.incomplete"),
    "self_signed": ("self-signed", "cert.self_signed"),
    "wrong_name": ("wrong-name", "cert.wrong_name"),
    "fingerprint": ("fingerprint", "cert.fingerprint"),
    "not_yet_valid": ("not-yet-valid", "cert.not_yet_valid"),
    "bad_signature": ("invalid", "cert.invalid"),
    "not_a_ca": ("invalid", "cert.invalid"),
    "wrong_purpose": ("invalid", "cert.invalid"),
    "name_not_permitted": ("invalid", "cert.invalid"),
}
SEVERITIES = ("ok", "warning", "critical")


class SeverityType(click.ParamType[tuple[str, str]]):
    """`[KIND=]STATE` on the command line."""

    name = "severity"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Kind («» for all) and state. Raises OwnTrouble for anything else."""
        kind, equals, state = str(value).rpartition("=")
        kinds = dict.fromkeys(name for name, _ in TRUST.values())
        if state not in SEVERITIES or (equals and kind not in kinds):
            choices = ", ".join(kinds)
            raise OwnTrouble("trust_severity_syntax", text=str(value), choices=choices)
        return kind, state


OWN = (
    option(
        "--tls",
        multiple=True,
        metavar="TARGET",
        help="A TLS server, [smtp|imap|ldap://]HOST[:PORT][,name=NAME][,sni=NAME]"
        "[,fingerprint=SHA256][,ca=FILE]: name is what its certificate must hold, sni what is "
        "asked for (repeatable; -H and -p are one such target).",
    ),
    option(
        "--file",
        multiple=True,
        metavar="GLOB",
        help="Files with certificates: PEM, DER, PKCS#7, bundles, gematik's roots.json "
        "(repeatable).",
    ),
    option("--p12", multiple=True, metavar="GLOB", help="PKCS#12 files (repeatable)."),
    option(
        "--p12-password-file",
        metavar="FILE",
        help="File with their password [or environment APOWACHT_P12_PASSWORD].",
    ),
    option(
        "--connector",
        metavar="HOST[:PORT]",
        help="A Konnektor: its certificates and those of its cards.",
    ),
    flag("--hba", help="Also ask when each HBA ends (nothing else is read of it)."),
    *(
        option(
            f"--{kind}-{level}",
            type=LEAST,
            default=default,
            show_default=True,
            metavar="LEAST",
            help=f"{level.upper()} when less is left of {what}: days, 3w, 33% of its lifetime, or "
            "the smaller of several.",
        )
        for kind, what, defaults in (
            ("tls", "a certificate", ("21d,33%", "7d,10%")),
            ("card", "a card or the Konnektor", ("90d", "42d")),
        )
        for level, default in zip(("warning", "critical"), defaults, strict=True)
    ),
    option(
        "--trust-severity",
        multiple=True,
        type=SeverityType(),
        metavar="[KIND=]STATE",
        help="ok, warning or critical for a certificate that cannot be trusted; KIND is untrusted, "
        "incomplete, self-signed, wrong-name, fingerprint, not-yet-valid or invalid (repeatable) "
        "[default: critical].",
    ),
    option(
        "--ordered",
        multiple=True,
        type=ORDERED,
        metavar="NAME=DATE",
        help="The successor of this card was ordered on that day: WARNING until a week before its "
        "end (repeatable).",
    ),
    option("--calendar", metavar="FILE", help="Also write all these dates as a calendar (.ics)."),
)


def probe(options: Options) -> CertificateFacts:
    """Ask or replay, then read; and keep recording and calendar."""
    from apowacht.plugins.read import certificates, ti_rules

    answer = certificates.replay(options) if options.replay else certificates.ask(options)
    if options.record:
        certificates.record(answer, options)
    try:
        facts = CertificateFacts(
            certificates=tuple(_certificate(one) for one in answer.certificates),
            failures=tuple(SourceFailure(**one) for one in answer.failures),
            targets=tuple(answer.targets),
            renewed=tuple(answer.renewed),
            ti_dates_of=ti_rules.AS_OF.isoformat(),
            ti_dates_old=ti_rules.outdated(answer.moment),
            asked_at=answer.moment.isoformat(timespec="seconds"),
        )
    except TypeError as error:
        raise OwnTrouble("replay_broken", file=options.replay, detail="answers") from error
    if options.calendar:
        from apowacht.plugins.read import certificate_calendar

        certificate_calendar.write(answer, options)
    return facts


def _certificate(told: dict[str, object]) -> Certificate:
    links = told["chain"]
    if not isinstance(links, list):
        raise TypeError(links)
    errors = told.get("trust_errors", ())
    chain = tuple(Link(**link) for link in links)
    return Certificate(**{**told, "chain": chain, "trust_errors": tuple(errors)})  # type: ignore[arg-type]


def judge(facts: CertificateFacts, options: Options) -> Iterator[Finding]:
    """What failed, then all certificates, the one that ends first before all others."""
    yield from failed(facts.failures, options)
    ranked = sorted(facts.certificates, key=lambda one: (one.seconds_left is None, earliest(one)))
    for one in ranked:
        yield from Case(one, facts, options).findings()
    yield from news(facts, options)
    yield from numbers(facts, options)


def failed(failures: Iterable[SourceFailure], options: Options) -> Iterator[Finding]:
    """Sources without an answer: servers and the Konnektor are the chain itself, files are ours."""
    for one in failures:
        trouble = one.trouble
        values = {**named(one.name), **trouble.values, "reason": trouble}
        silent = State[options.timeout_state.upper()] if options.timeout_state else State.CRITICAL
        if one.kind == "own":
            yield Finding("cert.unreadable", State.UNKNOWN, values)
        elif one.source != "connector":
            yield Finding("cert.unreachable", silent, values)
        elif one.operation == "connector.sds" and one.kind in ("silent", "rebooting", "other"):
            yield Finding(asked.silence(trouble, options), silent, values)
        else:
            yield from asked.failed([one], options)


def earliest(one: Certificate) -> float:
    """The seconds until the first of a certificate and its chain ends; 0 when nothing is known."""
    ends: tuple[Lasting, ...] = (one, *one.chain)
    return min((link.seconds_left for link in ends if link.seconds_left is not None), default=0)


def ending(one: Certificate) -> Lasting:
    """The first to end of a certificate and its chain."""
    ends: tuple[Lasting, ...] = (one, *one.chain)
    known = [link for link in ends if link.seconds_left is not None]
    return min(known, key=lambda link: link.seconds_left or 0, default=one)


def named(name: str) -> dict[str, object]:
    """A certificate's name for a sentence, and for line 1 the end of it, which tells most."""
    return {"certificate": name, "cert": name if len(name) <= 24 else f"…{name[-23:]}"}


class Case:
    """One certificate before the judge."""

    def __init__(self, one: Certificate, facts: CertificateFacts, options: Options) -> None:
        self.one, self.facts, self.options = one, facts, options
        self.values = {
            **named(one.name),
            **when(one),
            "fingerprint": one.fingerprint,
            "issuer": one.issuer_common_name,
            "key": one.key,
            "wanted": one.wanted,
            "names": one.names,
        }

    def found(self, key: str, state: State, **values: object) -> Finding:
        """A finding about this certificate; a card's says in which terminal it is."""
        name = None
        if not key.startswith(("cert.", "kon.")):
            values = {"name": self.one.terminal, "n": self.one.days_left, **values}
            alike = [c for c in self.facts.certificates if c.card_type == self.one.card_type]
            if len(alike) > 1 and key not in ENDS["gsmckt"]:
                name = self.one.terminal
        return Finding(key, state, {**self.values, **values}, name=name)

    def findings(self) -> Iterator[Finding]:
        """One finding per question."""
        if self.one.not_after is None:
            yield self.found("cert.card_unread", State.WARNING)
        else:
            yield from self.end()
        yield from self.rule()
        yield from self.trust()
        yield from self.chain()
        links: tuple[Lasting, ...] = (self.one, *self.one.chain)
        for link in links:
            if link.weak:
                detail = link.key if link.weak == "key" else link.signature
                yield self.found("cert.weak", State.WARNING, detail=detail)

    def end(self) -> Iterator[Finding]:
        """When does it end, and is there time enough for the next one?"""
        one = self.one
        state = self.state_of(one)
        if (one.begins_in_seconds or 0) > 0:
            date = day(one.not_before)
            yield self.found("cert.not_yet_valid", self.severity("not_yet_valid"), date=date)
        ordered = self.ordered()
        if ordered and state is not State.OK and (one.days_left or 0) >= ORDERED_GRACE_DAYS:
            yield self.found("cert.ordered", State.WARNING, ordered=ordered)
        elif state is not State.OK:
            yield self.found(self.end_key(state), state)

    def end_key(self, state: State) -> str:
        """The failure class of a certificate that ends, or has ended."""
        over = (self.one.seconds_left or 0) < 0
        kind = CARDS.get(self.one.card_type or "")
        if kind == "smcb" and not over and state is State.CRITICAL:
            return "smcb.expiring_soon"
        if over and kind is None and self.one.source == "connector":
            return "kon.lan_cert_expired"
        return ENDS[kind or ("ca" if self.one.authority else "cert")][over]

    def state_of(self, link: Lasting) -> State:
        """What the limits say of what is left of a certificate."""
        left = link.seconds_left
        if left is None:
            return State.OK
        warning, critical = limits(self.one.kind, link.lifetime_seconds, self.options)
        if left < 0 or (critical is not None and left < critical):
            return State.CRITICAL
        return State.WARNING if warning is not None and left < warning else State.OK

    def ordered(self) -> object:
        """The day on which its successor was ordered; an order that has come no longer counts."""
        for name, date in self.options.ordered:
            begun = day(self.one.not_before)
            if name in (self.one.name, self.one.target) and (begun is None or begun <= date):
                return date
        return None

    def rule(self) -> Iterator[Finding]:
        """Does the TI take it no longer than to a day before its own end?"""
        one, left = self.one, self.one.ti_days_left
        if left is None or one.ti_last_day is None:
            return
        if one.not_after is not None and one.not_after[:10] <= one.ti_last_day:
            return
        over, date = left < 0, day(one.ti_last_day)
        if one.kind != "card":  # the switch-off of RSA goes in stages
            key = "cert.ti_ended" if over else "cert.ti_ending"
            yield self.found(key, State.WARNING, date=date)
            return
        _, critical = limits("card", None, self.options)
        urgent = critical is not None and left * 86400 < critical
        if self.ordered() and left >= ORDERED_GRACE_DAYS:
            urgent = False
        key = RULES.get(one.card_type or "", ("cert.ti_ending", "cert.ti_ended"))[over]
        yield self.found(key, State.CRITICAL if over or urgent else State.WARNING, date=date)

    def trust(self) -> Iterator[Finding]:
        """Why is it not to be trusted?"""
        last = self.one.chain[-1].common_name if self.one.chain else None
        said = set()
        for fault in self.one.trust_errors:
            key = TRUST.get(fault, TRUST["untrusted"])[1]
            if key in said:
                continue
            said.add(key)
            issuer = last if fault == "untrusted" and self.one.chain else self.values["issuer"]
            yield self.found(key, self.severity(fault), issuer=issuer)

    def severity(self, fault: str) -> State:
        """The state that the user wants for this kind of distrust."""
        kind = TRUST.get(fault, TRUST["untrusted"])[0]
        given: dict[str, str] = dict(self.options.trust_severity)
        return State[given.get(kind, given.get("", "critical")).upper()]

    def chain(self) -> Iterator[Finding]:
        """Do those above it last as long? What is in the same file is judged by itself."""
        listed = {
            (c.subject_common_name, c.not_after)
            for c in self.facts.certificates
            if c.target == self.one.target
        }
        for link in self.one.chain:
            if (link.common_name, link.not_after) in listed:
                continue
            state = self.state_of(link)
            values = {"issuer": link.common_name, **when(link)}
            if (link.begins_in_seconds or 0) > 0:
                date = day(link.not_before)
                yield self.found(
                    "cert.chain_not_yet_valid",
                    self.severity("not_yet_valid"),
                    **{**values, "date": date},
                )
            if state is not State.OK:
                over = (link.seconds_left or 0) < 0
                yield self.found(
                    "cert.chain_expired" if over else "cert.chain_expiring", state, **values
                )
            elif (link.not_after or "") < (self.one.not_after or ""):
                yield self.found("cert.issuer_ends_first", State.WARNING, **values)


def when(link: Lasting) -> dict[str, object]:
    """The end of a certificate, for a sentence."""
    return {"date": day(link.not_after), "days": link.days_left}


def day(text: str | None) -> object:
    """The day of a moment in the facts."""
    from datetime import date

    return date.fromisoformat(text[:10]) if text else None


def news(facts: CertificateFacts, options: Options) -> Iterator[Finding]:
    """What is no fault: which one ends next, what was renewed, what matches nothing."""
    known = [one for one in facts.certificates if one.seconds_left is not None]
    first = min(known, key=earliest, default=None)
    if first is not None and earliest(first) >= 0:
        link = ending(first)
        name = f"{first.name} (CA {link.common_name})" if isinstance(link, Link) else first.name
        values = {**named(name), **when(link), "count": len(facts.certificates)}
        yield Finding("cert.fine", State.OK, values)
    for one in facts.certificates:
        if one.name in facts.renewed:
            yield Finding("cert.renewed", State.OK, {**named(one.name), **when(one)})
    names = {name for one in facts.certificates for name in (one.name, one.target)}
    for name, _ in options.ordered:
        if name not in names:
            yield Finding("cert.ordered_unknown", State.OK, named(name))
    if options.verbose and facts.ti_dates_old:
        yield Finding("cert.ti_table_old", State.OK, {"date": day(facts.ti_dates_of)})


def numbers(facts: CertificateFacts, options: Options) -> Iterator[Finding]:
    """How many, how long the first one lasts, and how long each target does."""
    known = [one for one in facts.certificates if one.seconds_left is not None]
    if facts.certificates:  # else none was read, which is no number
        count = Metric("certificates", len(facts.certificates), "", None, None, 0)
        yield Finding("cert.reading", State.OK, metric=count)
    if known:
        first = Metric("earliest_expiry", min(map(earliest, known)), "s")
        yield Finding("cert.reading", State.OK, metric=first)
    if len(facts.targets) > MOST_LABELS:
        return
    by_target: dict[str, Certificate] = {}
    for one in sorted(known, key=earliest):
        by_target.setdefault(one.target, one)
    for target_name, label in labels(facts.targets).items():
        if target_name in by_target:
            yield Finding(
                "cert.reading", State.OK, metric=lasting(label, by_target, target_name, options)
            )


def lasting(label: str, by_target: dict[str, Certificate], name: str, options: Options) -> Metric:
    """How many seconds a target's first certificate has left, with its limits."""
    from apowacht.plugins.core.nagios import Range

    one = by_target[name]
    bounds = limits(one.kind, ending(one).lifetime_seconds, options)
    warning, critical = (None if b is None else Range(f"{round(b)}:") for b in bounds)
    return Metric(label, earliest(one), "s", warning, critical)


def labels(names: Iterable[str]) -> dict[str, str]:
    """Name -> its label in perfdata: 19 characters, no two alike, the same at every run.

    A name that is cut gets a checksum of the whole, so that its label does not depend on others.
    """
    from zlib import crc32

    found: dict[str, str] = {}
    taken = {"certificates", "earliest_expiry"}
    for name in names:
        plain = name.lower().translate(LETTERS)
        plain = "".join(c if c.isascii() and c.isalnum() else "_" for c in plain)
        label = "_".join(filter(None, plain.split("_"))) or "target"
        if len(label) > 19:
            label = f"{label[:14].rstrip('_')}_{crc32(name.encode()) & 0xFFFF:04x}"
        base, number = label, 2
        while label in taken:
            label = f"{base[: 18 - len(str(number))]}_{number}"
            number += 1
        taken.add(label)
        found[name] = label
    return found


LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})

CARDS = {
    "SMC-B": "smcb", "SM-B": "smcb", "HSM-B": "smcb", "SMC-KT": "gsmckt", "Konnektor": "kon",
    "HBA": "hba", "HBAx": "hba", "HBA-qSig": "hba", "ZOD_2.0": "hba",
}  # fmt: skip

ENDS = {
    # What it is called that a certificate ends, and that it has ended.
    "smcb": ("smcb.expiring", "smcb.expired"),
    "hba": ("hba.expiring", "hba.expired"),
    "gsmckt": ("gsmckt.expiring", "gsmckt.expired"),
    "kon": ("kon.cert_expiring", "kon.cert_expired"),
    "ca": ("cert.ca_expiring", "cert.ca_expired"),
    "cert": ("cert.expiring", "cert.expired"),
}

RULES = {
    # What a card of the old generation is called before its last day, and after it.
    "SMC-B": ("smcb.g20_ending", "smcb.g20"),
    "SM-B": ("smcb.g20_ending", "smcb.g20"),
    "SMC-KT": ("gsmckt.g20", "gsmckt.g20_over"),
}

CHECK = Check(
    name="certificate",
    layer="identity",
    doc=__doc__,
    options=(
        *target("443", host="A TLS server, in the form of --tls."),
        *OWN,
        *KONNEKTOR,
        *OPENING,
        ALIAS,
        *common(30),
    ),
    probe=probe,
    judge=judge,
    silence="cert.unreachable",
    silence_state=State.CRITICAL,
    urgent=frozenset({"cert.expired", "smcb.expired", "kon.cert_expired"}),
    around_the_clock=frozenset(),
)

main = CHECK.main
