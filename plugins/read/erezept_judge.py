"""What is said of the way of an e-prescription: the first broken link, whose fault it is, the rest
as its consequence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apowacht.plugins.core import asked, conditions, verdict
from apowacht.plugins.core.asked import Failure
from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.report import Finding, Metric, State

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apowacht.plugins.core.check import Options
    from apowacht.plugins.erezept import ErezeptFacts, Fault

SERVICES = {"fachdienst": "E-Rezept-Fachdienst", "idp": "IDP"}
APPS = {"vsdm": "card_check"}
"""By which name of the vocabulary people know a link, where that is another one."""
DNS = {
    "silent": "erp.dns_silent",
    "closed": "erp.dns_silent",
    "nxdomain": "erp.dns_nxdomain",
    "nodata": "erp.dns_nodata",
    "servfail": "erp.dns_servfail",
    "public": "erp.dns_public",
    "private": "erp.dns_private",
    "cgnat": "erp.dns_cgnat",
    "blocked": "erp.dns_blocked",
}
ROUTE = {
    "missing": "erp.route_missing",
    "elsewhere": "erp.route_elsewhere",
    "half": "erp.route_half",
}
PINS = {
    "missing": "smcb.missing",
    "expired": "smcb.expired",
    "VERIFIABLE": "smcb.pin_missing",
    "BLOCKED": "smcb.pin_blocked",
    "TRANSPORT_PIN": "smcb.transport_pin",
    "EMPTY_PIN": "smcb.no_pin",
}
DOUBTS = {
    "idp_role": ("erp.idp_role", State.WARNING),
    "idp_issuer": ("erp.idp_issuer", State.WARNING),
    "idp_chain": ("erp.idp_chain", State.UNKNOWN),  # a question of our own file as well
}
VPN_OFFLINE = {"local": "kon.vpn_offline.local", "hosted": "kon.vpn_offline.hosted"}
PHASE_NAMES = {"dns": "DNS", "kon_tcp": "Konnektor-TCP", "tcp": "TCP", "tls": "TLS", "idp": "IDP"}


class Case:
    """One site before the judge."""

    def __init__(self, facts: ErezeptFacts, options: Options) -> None:
        self.facts = facts
        self.options = options
        self.konnektor: dict[str, Any] = facts.konnektor or {}
        self.central = facts.verdict == verdict.CENTRAL

    def findings(self) -> Iterator[Finding]:
        """The verdict first; whatever it explains weighs no more than it does."""
        yield from self.blamed()
        yield from self.also_reported()
        yield from self.konnektor_said()
        yield from self.other_paths()
        yield from self.results()
        yield from self.lage()
        yield from self.fetched()
        yield from self.service_check()
        yield from self.numbers()

    def blamed(self) -> Iterator[Finding]:
        """The first broken link, or what is well."""
        told = self.facts.verdict
        if told == verdict.OK:
            yield self.well()
        elif told == verdict.LOCAL:
            yield from self.local()
        elif told == verdict.CENTRAL:
            yield self.reported()
        elif told == verdict.UNCONFIRMED:
            yield self.unconfirmed()

    def well(self) -> Finding:
        """How far the way is known to be free."""
        idp, phase = self.facts.central.get("idp"), self.facts.phases.get("idp")
        if idp is not None and idp.state == "good" and phase is not None:
            values = {"measured": f"{phase.seconds * 1000:.0f} ms", "age": phase.age_seconds}
            return Finding("erp.way_free", State.OK, values)
        return Finding("erp.way_local", State.OK)

    def local(self) -> Iterator[Finding]:
        """A link on site, with whatever is wrong with it."""
        if self.facts.after_central:
            yield self._local("central_over_box_broken")
            return
        yield from getattr(self, f"_{self.facts.broken_link}")()

    def _local(self, key: str, values: dict[str, Any] | None = None, state: State | None = None,
               name: str | None = None) -> Finding:  # fmt: skip
        told = {**(values or {}), "verdict": verdict.LOCAL}
        return Finding(key, State.CRITICAL if state is None else state, told, name=name)

    def _silent(self, silent: bool = True) -> State:
        chosen = self.options.timeout_state
        return State[chosen.upper()] if chosen and silent else State.CRITICAL

    def _konnektor(self) -> Iterator[Finding]:
        if self.konnektor["failure"] is None:  # it answers: `konnektor_said` tells what is wrong
            return
        trouble = Failure(**self.konnektor["failure"]).trouble
        key = asked.silence(trouble, self.options)
        yield self._local(key, {**trouble.values, "reason": trouble}, self._silent())

    def _vpn(self) -> Iterator[Finding]:
        key = VPN_OFFLINE[self.options.connector_location]
        here = self.options.connector_location != "hosted"  # else it is not the internet on site
        if here and conditions.NO_INTERNET in self.konnektor["conditions"]:  # the lower link first
            yield self._local("kon.no_internet", self._vpn_since(conditions.NO_INTERNET))
        yield self._local(key, self._vpn_since(conditions.NO_VPN))

    def _vpn_since(self, condition: str) -> dict[str, Any]:
        from datetime import datetime

        since, told = self.facts.since_seconds, self.konnektor["vpn_since"]
        if told and self.facts.asked_at:
            gone = datetime.fromisoformat(self.facts.asked_at) - datetime.fromisoformat(told)
            since = max(since or 0, gone.total_seconds())
        return {"since": since, "condition": condition}

    def _dns(self) -> Iterator[Finding]:
        yield from self._wrong("dns")

    def _route(self) -> Iterator[Finding]:
        yield from self._wrong("route")

    def _wrong(self, link: str, state: State = State.CRITICAL) -> Iterator[Finding]:
        said = set()
        for one in self.facts.faults:
            key = (DNS if one.link == "dns" else ROUTE).get(one.fault, "erp.dns_failed")
            if one.source and key == "erp.route_missing":
                key = "erp.source_astray"
            if one.link != link or (key, one.source) in said:
                continue
            said.add((key, one.source))
            silent = one.fault in ("silent", "closed")
            worth = self._silent(silent) if state is State.CRITICAL else state
            yield self._local(key, self._values(one), worth, one.source)

    def _values(self, one: Fault) -> dict[str, Any]:
        server = one.hop or "(System)"
        values = {"address": one.address, "server": server, "hop": one.hop or None}
        values["network"] = one.network
        values["service"] = SERVICES.get(one.name or "")
        return {**values, "reason": one.failure.trouble if one.failure is not None else None}

    def _terminal(self) -> Iterator[Finding]:
        if self.konnektor["holder_away"]:
            yield self._local("kt.smcb_offline")
        elif asked.closed(self.facts.asked_at, self.options):
            yield Finding("kt.off_closed", State.OK)
        else:
            yield self._local("kt.none_connected")

    def _smcb(self) -> Iterator[Finding]:
        told = self.konnektor["card_fault"]
        yield self._local(PINS.get(told, "smcb.pin_unclear"), {"status": told})

    def reported(self) -> Finding:
        """A central outage: what fails here, or what gematik reports."""
        link = self.facts.broken_link or ""
        values = {"app": APPS.get(link, link), "verdict": verdict.CENTRAL}
        lage = self.facts.tilage or {}
        if link == "vpn":
            values["org"] = lage.get("organization") or self.options.access or "(TI)"
            return Finding("kon.vpn_offline.central", State.WARNING, values)
        if link in ("idp", "fachdienst") and self.failing(link):
            key = "idp.down" if link == "idp" else "erp_fd.down"
            return Finding(key, State.WARNING, {**values, "reason": self.failing(link)})
        if link == "vsdm" and self.all_else_works():
            return Finding("vsdm.down", State.WARNING, values)
        return Finding("central.reported", State.WARNING, values)

    def all_else_works(self) -> bool:
        """Whether printout and app can help: only then may they be offered."""
        lage, central = self.facts.tilage or {}, self.facts.central
        fine = all(lage.get(name) == "none" for name in ("erezept", "idp") if lage.get(name))
        proven = all(
            one in central and central[one].state == "good" for one in ("idp", "fachdienst")
        )
        ready = self.konnektor.get("asked_cards") and self.konnektor["card_fault"] is None
        return bool(fine and proven and ready and self.konnektor["vpn"] is not False)

    def unconfirmed(self) -> Finding:
        """Fails here, and nobody else reports it; TI-Lage gets one slot and a minute to do so."""
        link, since = self.facts.broken_link or "", self.facts.since_seconds
        values = {"app": APPS.get(link, link or "access"), "since": since}
        values["reason"] = self.failing(link)
        if not (self.facts.tilage or {}).get("usable"):
            return Finding("central.unasked", self._silent(), values)
        if since is not None and since >= verdict.SLOT_SECONDS:
            return Finding("central.not_reported", self._silent(), values)
        return Finding("central.unconfirmed", State.UNKNOWN, values)

    def failing(self, link: str) -> Any:
        """Why a central service fails, by its last answer."""
        names = ("servicecheck", "fachdienst") if link == "fachdienst" else (link,)
        for name in names:
            one = self.facts.central.get(name)
            if one is not None and one.state == "bad" and one.failure is not None:
                return one.failure.trouble
        return None

    def also_reported(self) -> Iterator[Finding]:
        """A central outage beside a fault of our own."""
        lage = self.facts.tilage or {}
        if self.facts.verdict != verdict.LOCAL or self.facts.after_central:
            return
        for link in ("erezept", "vsdm", "idp"):
            if lage.get(link) in ("partial", "full"):
                yield Finding("central.reported", State.WARNING, {"app": APPS.get(link, link)})
                return

    def konnektor_said(self) -> Iterator[Finding]:
        """Questions to the Konnektor that failed."""
        failures = [Failure(**one) for one in self.konnektor.get("failures") or ()]
        yield from asked.failed(failures, self.options)

    def other_paths(self) -> Iterator[Finding]:
        """What is wrong on one of several paths, and the route for half of the network."""
        if self.facts.broken_link in ("konnektor", "vpn", "dns"):
            return  # explained
        yield from self._wrong("dns", State.WARNING)
        if self.facts.broken_link != "route":
            yield from self._wrong("route", State.WARNING)
            said = any(one.fault == "half" and one.link == "route" for one in self.facts.faults)
            if not said:
                yield from self._wrong("half", State.WARNING)

    def results(self) -> Iterator[Finding]:
        """What of the central services is not known, and why."""
        if self.facts.broken_link in ("konnektor", "vpn", "dns", "route"):
            return
        said = set()
        for name, one in self.facts.central.items():
            for doubt in one.doubts:
                key, state = DOUBTS[doubt.reason]
                yield Finding(key, state, {**doubt.values, "reason": doubt.trouble})
            if one.why and one.why not in said:
                said.add(one.why)
                yield Finding(
                    "erp.not_asked", State.UNKNOWN, {"reason": self._kept_from(name, one.why)}
                )
            elif one.state == "unverified" and one.failure is not None:
                values = {**one.failure.values, "reason": central_trouble(one.failure)}
                yield Finding("erp.unverified", State.UNKNOWN, values)
            elif one.state == "never" and name == "idp" and not one.why:
                yield Finding("erp.never_asked", State.UNKNOWN)
            elif one.state == "elsewhere" and name == "idp":
                yield Finding("erp.result_elsewhere", State.OK)
            elif one.state in ("over", "old"):
                yield Finding(
                    "erp.result_over", State.OK, {"age": one.age_seconds}, name=SERVICES.get(name)
                )

    def _kept_from(self, service: str, why: str) -> OwnTrouble:
        """Why nobody was asked, with the files to look at."""
        folder = self.options.store.folder
        files = f"{folder}/{'servicecheck' if service == 'servicecheck' else 'erezept'}-*"
        return OwnTrouble(why, folder=folder, file=files, detail="--state-dir")

    def lage(self) -> Iterator[Finding]:
        """What TI-Lage adds: gematik's words, or that it cannot be read."""
        lage = self.facts.tilage
        if lage is None:
            return
        if not lage["usable"]:
            yield Finding("erp.no_tilage", State.OK)
        elif lage["impact"] and self.central:
            yield Finding("erp.impact", State.OK, {"impact": lage["impact"]})

    def fetched(self) -> Iterator[Finding]:
        """The real fetches; in a central outage they are its consequence."""
        from apowacht.plugins.read import fetch_log

        for one in fetch_log.judge(self.facts.fetch, self.options):
            capped = self.central and one.state is State.CRITICAL
            yield one._replace(state=State.WARNING) if capped else one

    def service_check(self) -> Iterator[Finding]:
        """What `GET /` said."""
        one = self.facts.central.get("servicecheck")
        if one is None or one.status is None:
            return
        key = "erp.service_later" if one.status == 429 else "erp.service_said"
        if one.state in ("good", "bad"):
            yield Finding(key, State.OK, {"age": one.age_seconds, "code": one.status})

    def numbers(self) -> Iterator[Finding]:
        """Every phase with its limits."""
        for label, phase in self.facts.phases.items():
            kind = label.partition("_")[2] if label.startswith("s") and "_" in label else label
            kind = label if label in PHASE_NAMES else kind
            levels = (
                getattr(self.options, f"{kind}_warning"),
                getattr(self.options, f"{kind}_critical"),
            )
            metric = Metric(label, phase.seconds, "s", *levels, 0)
            values = {"alarm": PHASE_NAMES[kind], "latency": phase.seconds}
            yield Finding("erp.slow", metric.state, values, metric)
            if self.options.samples > 1 and kind in ("dns", "kon_tcp") and phase.max_seconds:
                most = Metric(f"{label}_max", phase.max_seconds, "s", None, None, 0)
                yield Finding("erp.reading", State.OK, metric=most)
        yield from self.counts()

    def counts(self) -> Iterator[Finding]:
        """Addresses with a right way, how long the document holds, how old the results are."""
        ways = [one.route for one in self.facts.addresses if one.route is not None]
        if ways:
            levels = self.options.route_warning, self.options.route_critical
            metric = Metric("route", sum(ways), "", *levels, 0)
            yield Finding("erp.route_few", metric.state, {"count": sum(ways)}, metric)
        idp = self.facts.central.get("idp")
        if idp is not None and idp.age_seconds is not None:
            yield Finding(
                "erp.reading",
                State.OK,
                metric=Metric("idp_age", idp.age_seconds, "s", None, None, 0),
            )


def central_trouble(failure: Failure) -> Any:
    """A failure of TLS, with the options that hold for the central services."""
    reason = f"central_{failure.reason}"
    known = ("central_tls_untrusted", "central_tls_self_signed")
    return OwnTrouble(reason, **failure.values) if reason in known else failure.trouble
