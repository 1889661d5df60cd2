"""What was found, in plain sentences: the end of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apowacht.plugins.core.words import condition as condition_words
from apowacht.plugins.core.words import duration, percent
from apowacht.plugins.discover import shown
from apowacht.plugins.discover.asking import Silent
from apowacht.plugins.discover.connector import Connector
from apowacht.plugins.discover.page_access import is_outage, where
from apowacht.plugins.discover.providers import issuer_of
from apowacht.plugins.discover.router import Router
from apowacht.plugins.discover.targets import Place
from apowacht.plugins.discover.words import say
from apowacht.plugins.read.certificate_cards import card_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apowacht.plugins.discover.asking import Certificate
    from apowacht.plugins.discover.before import Before
    from apowacht.plugins.discover.page import Found
    from apowacht.plugins.discover.terminals import Terminal
    from apowacht.plugins.discover.ups import Ups

SOURCES = {"snmp": "SNMP", "nut": "NUT", "apcupsd": "apcupsd"}
READY = ("VERIFIED", "DISABLED")


def summary(found: Found, before: Before) -> str:
    """A few lines for every device; `before` is the file that exists."""
    teller = Teller(found.lang, before)
    return "\n".join(line for device in found.devices for line in teller.device(device))


def place_of(device: Connector | Ups | Router | Silent) -> str:
    """Where a device was asked, as it was written."""
    if isinstance(device, Silent):
        return str(Place(device.host, device.port))
    port = device.keys.get("port")
    host = str(device.keys.get("hostname") or getattr(device, "host", ""))
    return str(Place(host, int(str(port)) if port else None))


class Teller:
    """Says what is known of a device, in one language."""

    def __init__(self, lang: str, before: Before) -> None:
        self.lang = lang
        self.before = before

    def say(self, key: str, **values: object) -> str:
        """A text of the summary."""
        return say(key, self.lang, "summary", **values)

    def device(self, one: Connector | Ups | Router | Silent) -> Iterator[str]:
        """The lines of one device."""
        if isinstance(one, Silent):
            yield from self.silent(one)
        elif isinstance(one, Connector):
            yield from self.connector(one)
        elif isinstance(one, Router):
            yield from self.router(one)
        else:
            yield from self.ups(one)

    def silent(self, one: Silent) -> Iterator[str]:
        """Nothing usable came back."""
        kind = self.say(f"kind_{one.kind}")
        yield self.say("silent", kind=kind, place=place_of(one))
        for way, trouble in one.troubles:
            yield self.say("failure", operation=way, why=shown.why(trouble, self.lang))
        yield from self.certificate(one.certificate)

    def certificate(self, one: Certificate | None) -> Iterator[str]:
        """The fingerprint, whether somebody has compared it, and whether the file has another."""
        if one is not None:
            key = "fingerprint_known" if one.verified else "fingerprint"
            place = Place(one.host, one.port)
            date = shown.date(one.not_after, self.lang)
            yield self.say(key, place=place, fingerprint=one.fingerprint, date=date)
            if self.before.pins_another(one):
                yield self.say("fingerprint_other", place=place)

    # The Konnektor.

    def connector(self, one: Connector) -> Iterator[str]:
        """What it is, what it says of the TI, terminals, cards, ends."""
        device = shown.connector(one)
        key = "connector" if device else "connector_unread"
        yield self.say(key, place=place_of(one), device=device)
        yield from self.certificate(one.certificate)
        yield from dict.fromkeys(
            self.say(
                "failure", operation=failed.operation, why=shown.why(failed.trouble, self.lang)
            )
            for failed in one.failures
        )
        if one.held_back:
            return
        if not one.has_context:
            yield self.say("no_context")
        if one.vpn_ti in ("online", "offline"):
            yield self.say(f"vpn_{one.vpn_ti}")
        for terminal in one.terminals:
            yield self.terminal(terminal)
        yield from self.cards(one)
        yield from self.ends(one)
        for told in one.conditions:
            words = shown.told(condition_words(told["name"], self.lang), 90)
            key = "condition_outage" if is_outage(told) else "condition"
            yield self.say(key, words=words, where=where(told, self.lang))

    def terminal(self, one: Terminal) -> str:
        """One terminal and whether it is there."""
        key = {True: "connected", False: "not_connected", None: "state_unknown"}[one.connected]
        if not one.firmware and not one.connected:
            key = "never_connected"
        smcb = self.say("holds_smcb") if one.smcb else ""
        return self.say("terminal", name=shown.told(one.name), state=self.say(key), smcb=smcb)

    def cards(self, one: Connector) -> Iterator[str]:
        """The SMC-B: where, with which PIN, and who issued it."""
        names = {terminal.ct_id: terminal.name for terminal in one.terminals}
        own = [card for card in one.cards if card["type"] != "SMC-KT"]
        if one.has_context and not own and not one.failures:
            yield self.say("no_smcb")
        for card in own:
            name = shown.told(names.get(card["ct_id"], "?"))
            yield self.say("pin", name=name, pin=self.pin(card["pin_status"]))
        issuers = (issuer_of(name) for name in one.issuers)
        known = (who.provider or who.organization or who.authority for who in issuers)
        for issuer in dict.fromkeys(known):
            yield self.say("issuer", issuer=shown.told(issuer or "?"))

    def pin(self, word: str | None) -> str:
        """The state of a PIN in words."""
        if word in READY:
            return self.say("pin_ready")
        if word in ("VERIFIABLE", "BLOCKED"):
            return self.say({"VERIFIABLE": "pin_missing", "BLOCKED": "pin_blocked"}[word])
        return self.say("pin_other", word=word or self.say("unknown"))

    def ends(self, one: Connector) -> Iterator[str]:
        """When the certificates of the Konnektor and of its cards end, the first one first."""
        names = {terminal.ct_id: terminal.name for terminal in one.terminals}
        ends: list[dict[str, Any]] = list(one.ends)
        called = card_names(ends, names, lambda name: name)
        dated = [(end["expires"], name) for end, name in zip(ends, called, strict=True)]
        for date, name in sorted((date, name) for date, name in dated if date):
            yield self.say("ends", name=shown.told(name, 80), date=shown.date(date, self.lang))

    # UPS and router.

    def ups(self, one: Ups) -> Iterator[str]:
        """What it is, and how it is."""
        device = shown.ups(one) or say("unknown_device", self.lang, "progress")
        place = f"{place_of(one)} {one.own}" if one.own else place_of(one)
        yield self.say("ups", place=place, device=device, source=SOURCES[one.source])
        told = one.reading
        if told["communication"] in ("stale", "lost"):
            yield self.say("ups_lost", word=told["communication"])
            return
        source = told["power_source"]
        power = (
            self.say(source)
            if source in ("mains", "battery")
            else self.say("power_other", word=source or self.say("unknown"))
        )
        yield self.say(
            "ups_values",
            power=power,
            charge=self._known(told["charge_percent"], percent),
            runtime=self._known(told["runtime_seconds"], duration),
            load=self._known(told["load_percent"], percent),
        )

    def _known(self, value: float | None, form: Any) -> str:
        return self.say("unknown") if value is None else str(form(value, self.lang))

    def router(self, one: Router) -> Iterator[str]:
        """What it is, and its lines."""
        device = shown.router(one) or say("unknown_device", self.lang, "progress")
        yield self.say("router", place=place_of(one), device=device)
        yield from self.certificate(one.certificate)
        if one.needs_login:
            yield self.say("no_lines")
        if one.trouble is not None:
            yield self.say("router_trouble", why=shown.why(one.trouble, self.lang))
        for line in one.lines:
            key = {True: "line_up", False: "line_down", None: "line_unknown"}[line.up]
            active = self.say("line_active") if line.active else ""
            name = shown.told(line.name)
            yield self.say("line", name=name, state=self.say(key), active=active)
