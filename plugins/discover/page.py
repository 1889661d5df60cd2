"""The site file: what was found as sections, what nobody could tell as TODO with whom to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.plugins.discover import shown
from apowacht.plugins.discover.asking import Silent
from apowacht.plugins.discover.before import Before, carried
from apowacht.plugins.discover.connector import CONTEXT, FINGERPRINT, Connector
from apowacht.plugins.discover.page_access import accepted, smcb, terminals
from apowacht.plugins.discover.router import FINGERPRINT as ROUTER_FINGERPRINT
from apowacht.plugins.discover.router import Router
from apowacht.plugins.discover.ups import Ups
from apowacht.plugins.discover.words import say
from apowacht.plugins.discover.yaml_text import (
    Entry,
    Section,
    comment,
    commented,
    flow,
    listing,
    mapping,
    proposal,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

UPS_KEYS = ("hostname", "port", "ups")
"""By which a UPS is the same one in two runs."""

TECHNOLOGIES = ("fibre", "dsl", "cable", "mobile", "satellite")


class Found(NamedTuple):
    """All that one run found."""

    site: str
    title: str | None
    today: date
    lang: str
    connector: Connector | Silent | None
    ups: tuple[Ups | Silent, ...]
    routers: tuple[Router | Silent, ...]

    @property
    def devices(self) -> tuple[Connector | Ups | Router | Silent, ...]:
        """Every device that was asked."""
        first = () if self.connector is None else (self.connector,)
        return (*first, *self.ups, *self.routers)


def site_file(found: Found, name: str, before: Before) -> str:
    """The text of the site file of that name; what `before` holds of the owner's is in it."""
    page = Page(found, before)
    sections = [one for one in before.merged(list(page.sections())) if one.lines]
    day = before.written_on() or shown.date(found.today.isoformat(), found.lang)
    head = comment(say("head", found.lang, "file", date=day, file=name))
    blocks = [head, *(list(section.lines) for section in sections)]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


class Page:
    """The sections of one file."""

    def __init__(self, found: Found, before: Before) -> None:
        self.found = found
        self.before = before
        self.lang = found.lang

    def say(self, key: str, **values: object) -> str:
        """A text of the file."""
        return say(key, self.lang, "file", **values)

    def sections(self) -> Iterator[Section]:
        """In the order in which a person reads them."""
        yield Section("site", (f"site: {self.found.site}",))
        if self.found.title:
            yield Section("title", (f"title: {flow(self.found.title)}",))
        else:
            yield proposal("title", f"title: {self.found.site}", self.say("title"))
        zone = self.before.values.get("timezone") or "Europe/Berlin"
        yield Section("timezone", (f"timezone: {zone}",))
        yield from self.opening()
        yield from self.access()
        yield from self.power()
        yield from self.network()
        yield proposal("tilage", "tilage:\n  access: ...", self.say("tilage"))
        yield proposal("erezept", "erezept:\n  environment: PU", self.say("erezept"))
        if isinstance(self.found.connector, Connector):
            yield accepted(self.found.connector, self.found.today, self.before, self.lang)
        yield self.contacts()

    def opening(self) -> Iterator[Section]:
        """When the pharmacy is open: nobody's device knows."""
        week = 'hours: "Mo-Fr 08:00-13:00, 14:00-18:30; Sa 08:30-13:00"'
        yield proposal("hours", week, self.say("hours"))
        yield proposal("holidays", "holidays: SH", self.say("holidays"))
        yield proposal("closed", "closed: [2026-12-24, 2027-08-01..2027-08-14]", self.say("closed"))
        yield proposal("duty", "duty: notdienst.ics", self.say("duty"))

    def contacts(self) -> Section:
        """Who helps: nobody's device knows that either."""
        power, access = self.say("who_power"), self.say("who_access")
        rows = (("power", power), ("network", power), ("access", access), ("identity", access))
        lines = [f"  {layer}: {{who: {who}, phone: ..., contract: ...}}" for layer, who in rows]
        return proposal("contacts", "\n".join(["contacts:", *lines]), self.say("contacts"))

    # The Konnektor.

    def access(self) -> Iterator[Section]:
        """The Konnektor with its terminals and cards."""
        one = self.found.connector
        if one is None:
            return
        if isinstance(one, Silent):
            values = _place(one) | self.before.mapping("connector")
            known = Section("connector", (), active=False)
            if not self.before.mapping("connector"):
                known = self.silent("connector", mapping("connector", Entry(values)), one)
            yield known
            return
        yield self.connector(one)
        if one.terminals:
            yield terminals(one, self.before, self.lang)
        if one.has_context:
            yield smcb(one, self.before, self.lang)

    def connector(self, one: Connector) -> Section:
        """Its address, its access, its certificate."""
        device = shown.connector(one)
        if device:
            above = [self.say("connector", device=device)]
        else:
            why = next((shown.why(f.trouble, self.lang) for f in one.failures), "?")
            above = [self.say("connector_unread", why=why)]
        remarks = {}
        old = self.before.mapping("connector")
        if one.certificate is not None and not one.certificate.verified:
            same = str(old.get(FINGERPRINT)) == one.certificate.fingerprint
            remarks[FINGERPRINT] = self.before.still(self.say("compare"), same)
        if "rewrite-endpoints" in one.keys:
            remarks["rewrite-endpoints"] = self.say("rewrite")
        proposed = [
            (key, f"/etc/apowacht/secrets/{self.found.site}-{key.removesuffix('-file')}",
             self.say("secret"))
            for key in one.secret_from_environment
        ]  # fmt: skip
        if not one.has_context:
            above.append(self.say("context"))
            proposed += [(key, "...", "") for key in CONTEXT]
        proposed = self.before.proposed(proposed, old)
        return mapping("connector", Entry(carried(one.keys, old), remarks, proposed, above))

    def silent(self, key: str, section: Section, one: Silent) -> Section:
        """A device that did not answer, commented out, with the reason."""
        device = say(f"kind_{one.kind}", self.lang, "summary")
        ways = [f"{way}: {shown.short(trouble, self.lang)}" for way, trouble in one.troubles]
        date = self._since_when(device) or shown.date(self.found.today.isoformat(), self.lang)
        said = self.say("silent", device=device, date=date, why="; ".join(ways))
        lines = (*comment(f"{said}. {self.say('ask_it')}"), *section.lines)
        return commented(Section(key, lines))

    def _since_when(self, device: str) -> str | None:
        """The date that stands in the file already for this remark."""
        from re import escape, search

        match = search(rf"TODO {escape(device)} \D*([\d.-]{{10}})", self.before.text)
        return match[1] if match else None

    # Power.

    def power(self) -> Iterator[Section]:
        """The UPS: one key for all that answered, comments for those that never did."""
        answered = [one for one in self.found.ups if isinstance(one, Ups)]
        nameless = [one for one in answered if not one.own]
        entries = []
        for one in answered:
            number = nameless.index(one) + 1 if one in nameless and len(nameless) > 1 else 0
            entries.append(self.ups(one, number))
        remarks = []
        for silent in self.found.ups:
            if not isinstance(silent, Silent):
                continue
            place = _place(silent)
            known = self.before.entries("ups", lambda e, p=place: _same(e, p, ("hostname", "port")))  # type: ignore[misc]
            entries += [Entry(one) for one in known]  # it answered when the file was written
            if not known:
                proposed = listing("ups", [Entry({"name": self._ups_name(0), **place})])
                remarks.append(self.silent(f"ups {silent.host}", proposed, silent))
        if answered:
            yield listing("ups", self._in_old_order(entries))
        elif entries:
            yield Section("ups", (), active=False)  # the owner's stays as it is
        yield from remarks

    def _in_old_order(self, entries: list[Entry]) -> list[Entry]:
        """As the file that exists has them, new ones behind."""
        old = self.before.entries("ups", lambda _: True)

        def place(entry: Entry) -> int:
            alike = (i for i, one in enumerate(old) if _same(one, entry.values, UPS_KEYS))
            return next(alike, len(old))

        return sorted(entries, key=place)

    def ups(self, one: Ups, number: int) -> Entry:
        """One UPS: how it is asked, and what only people know of it."""
        keys = dict(one.keys)
        if keys.get("source") == "snmp":
            del keys["source"]
        proposed = [("shutdown-need", "5m", self.say("shutdown_need"))]
        community = keys.pop("community", None)
        if community not in (None, "public"):
            proposed.append(("community-file", "/etc/apowacht/secrets/snmp", self.say("community")))
        old = self.before.entry("ups", lambda entry: _same(entry, keys, UPS_KEYS))
        name = f"{self._ups_name(0)} {one.own}" if one.own else self._ups_name(number)
        name = name[:63]
        values = carried({"name": name, **keys}, old, ("name",))
        asked = not one.own and old.get("name", name) == name
        remarks = {"name": self.before.still(self.say("ups_name"), old)} if asked else {}
        proposed = self.before.proposed(proposed, old)
        return Entry(values, remarks, proposed, [self.say("ups", device=shown.ups(one) or "?")])

    def _ups_name(self, number: int) -> str:
        kind = say("kind_ups", self.lang, "summary")
        return f"{kind} {number}" if number else kind

    # Network.

    def network(self) -> Iterator[Section]:
        """The first router in a section of its own, others as further checks."""
        others: list[Entry] = []
        first = True
        for one in self.found.routers:
            if isinstance(one, Silent):
                if _same(self.before.mapping("router"), _place(one), ("hostname",)):
                    continue  # it answered when the file was written
                values = {"router": "fritzbox|snmp|opnsense|unifi|rutos", **_place(one)}
                section = mapping("router", Entry(values))
                yield self.silent("router " + one.host, section, one)
            elif first:
                first = False
                yield from self.router(one)
            else:
                others.append(self.further(one, len(others) + 2))
        if others and "checks" not in self.before.values:  # else they are the owner's
            yield listing("checks", others)

    def router(self, one: Router) -> Iterator[Section]:
        """The router, and its lines as far as it tells them."""
        entry = self._router_entry(one)
        values = carried(entry.values, self.before.mapping("router"))
        section = mapping("router", entry._replace(values=values))
        if one.needs_login and "router-user" not in values:
            yield commented(section)
            return
        yield section
        if one.lines:
            entries = []
            for line in one.lines:
                new = _line(line)
                old = self.before.entry("lines", lambda e, n=new: e.get("name") == n["name"])  # type: ignore[misc]
                proposed = self.before.proposed([("provider", "...", "")], old)
                entries.append(Entry(carried(new, old), {}, proposed))
            asked = self.before.still(self.say("lines"), self.before.values.get("lines"))
            yield listing("lines", entries, [asked])

    def further(self, one: Router, number: int) -> Entry:
        """A further router as a check of its own."""
        entry = self._router_entry(one)
        texts = [",".join(_told(_line(line))) for line in one.lines]
        values = {"check": "uplink", "name": f"Router {number}", **entry.values}
        if texts:
            values["line"] = texts
        if one.needs_login:
            values["off"] = True
        return entry._replace(values=values)

    def _router_entry(self, one: Router) -> Entry:
        keys = dict(one.keys)
        old = self.before.mapping("router")
        above = [self.say("router", device=shown.router(one) or "?")]
        proposed: list[tuple[str, str, str]] = []
        remarks = {}
        if one.certificate is not None and not one.certificate.verified:
            same = str(old.get(ROUTER_FINGERPRINT)) == one.certificate.fingerprint
            remarks[ROUTER_FINGERPRINT] = self.before.still(self.say("compare_router"), same)
        if one.needs_login:
            above.append(self.say("router_login"))
            proposed += [("router-user", "apowacht", ""),
                         ("router-password-file", "/etc/apowacht/secrets/router", "")]  # fmt: skip
        elif one.way not in ("snmp",) and "router-password-file" not in keys:
            where = "/etc/apowacht/secrets/router"
            proposed.append(("router-password-file", where, self.say("secret")))
        community = keys.pop("community", None)
        if community not in (None, "public"):
            proposed.append(("community-file", "/etc/apowacht/secrets/snmp", self.say("community")))
        return Entry(keys, remarks, self.before.proposed(proposed, old), above)


def _place(one: Silent) -> dict[str, Any]:
    return {"hostname": one.host, **({"port": str(one.port)} if one.port else {})}


def _same(one: Any, other: Any, keys: Sequence[str]) -> bool:
    return all(str(one.get(key, "")) == str(other.get(key, "")) for key in keys)


def _line(line: Any) -> dict[str, Any]:
    """A router's line as an entry of `lines`."""
    name = "".join(" " if c in ",=" or not c.isprintable() else c for c in line.name)[:40].strip()
    told: dict[str, Any] = {"name": name or "line", "via": "router"}
    if line.tech in TECHNOLOGIES:
        told["tech"] = line.tech
    return told


def _told(line: dict[str, Any]) -> list[str]:
    """The same as the parts of `--line`."""
    return [line["name"], *(f"{key}={value}" for key, value in line.items() if key != "name")]
