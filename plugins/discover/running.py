"""One run of `apowacht discover`: device after device, then the file, then what is said."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from datetime import datetime
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

import click

from apowacht.plugins.core.secret import mask
from apowacht.plugins.discover import connector, router, shown, ups, writing
from apowacht.plugins.discover.asking import Silent, Way
from apowacht.plugins.discover.before import Before
from apowacht.plugins.discover.command import DIFFERENT, EQUAL, NOTHING_WRITTEN
from apowacht.plugins.discover.page import Found, site_file
from apowacht.plugins.discover.summary import SOURCES, summary
from apowacht.plugins.discover.targets import Place
from apowacht.plugins.discover.words import say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from apowacht.plugins.discover.asking import Certificate, Keys

    Device = TypeVar("Device")

YES = ("j", "ja", "y", "yes")
_SHORT = 160


class Run:
    """What one command line asks for."""

    def __init__(
        self,
        given: Mapping[str, Any],
        keys: Mapping[str, Keys],
        file: Path,
        lang: str,
        *,
        interactive: bool,
    ) -> None:
        self.given = given
        self.keys = keys
        self.file = file
        self.lang = lang
        self.interactive = interactive
        self.before = Before()
        with suppress(OSError):  # told when it is to be written
            self.before = Before(writing.read(file) or "")
        self.secrets: list[str] = []
        community = given["community"]
        if community and community != "public":
            self.secrets.append(community)

    def run(self) -> int:
        """Ask, write or compare, tell; the exit code. Raises OwnTrouble."""
        with tempfile.TemporaryDirectory(prefix="apowacht-discover-") as folder:
            found = self.ask(Way(self.given["timeout"], folder, self.lang, self.secrets,
                                 self.confirm))  # fmt: skip
        self.out(summary(found, self.before), err=self.given["order"])
        if self.given["order"]:
            from apowacht.plugins.discover.order import order

            self.out(order(found).rstrip("\n"))
        return self.write(found)

    def out(self, text: str, *, err: bool = False) -> None:
        """A text without secrets, to stdout or stderr."""
        click.echo(mask(text, self.secrets), err=err)

    def tell(self, key: str, **values: object) -> None:
        """A last sentence: on stdout, where that is not the order's."""
        self.out(say(key, self.lang, "summary", **values), err=self.given["order"])

    def confirm(self, one: Certificate) -> bool:
        """Ask the person at the terminal whether the certificate is the right one."""
        if not self.interactive:
            return False
        place = Place(one.host, one.port)
        if self.before.pins_another(one):
            self.out(say("fingerprint_other", self.lang, "summary", place=place), err=True)
        text = say("confirm", self.lang, place=place, fingerprint=one.fingerprint)
        answer: str = click.prompt(text, default="n", show_default=False, err=True)
        return answer.strip().casefold() in YES

    # Asking.

    def ask(self, way: Way) -> Found:
        """Every device, whether another one is silent or not."""
        one = None
        if self.given["connector"] or self.given["kon"]:
            one = self.connector(way)
        found: list[ups.Ups | Silent] = []
        for place in dict.fromkeys(self.given["ups"]):
            told = self.timed("ups", place, partial(self.ups, place, way))
            found += [told] if isinstance(told, Silent) else told
        routers = tuple(
            self.timed("router", place, partial(self.router, place, way))
            for place in dict.fromkeys(self.given["router"])
        )
        today = datetime.now().astimezone().date()
        return Found(
            self.given["site"], self.given["title"], today, self.lang, one, tuple(found), routers
        )

    def ups(self, place: Place, way: Way) -> tuple[ups.Ups, ...] | Silent:
        """The UPS at one place."""
        return ups.find(place, self.keys["snmp"], self.keys["nut"], way)

    def router(self, place: Place, way: Way) -> router.Router | Silent:
        """The router at one place."""
        return router.find(place, self.keys["router"], self.keys["snmp"], way)

    def connector(self, way: Way) -> connector.Connector | Silent:
        """The Konnektor, by its address, its .kon file or both."""
        place = self.given["connector"]
        keys: Keys = {}
        if place is not None:
            keys["hostname"] = place.host
            if place.port and place.port != (80 if self.given["no_tls"] else 443):
                keys["port"] = str(place.port)
        keys |= self.keys["connector"]
        return self.timed(
            "connector",
            place or os.path.basename(str(keys["kon"])),
            lambda: connector.find(keys, way, with_hba=self.given["with_hba"]),
        )

    def timed(self, kind: str, place: object, ask: Callable[[], Device]) -> Device:
        """Ask one device, with a line on stderr before and after it."""
        click.echo(say(kind, self.lang, "progress", place=place), err=True)
        start = monotonic()
        found = ask()
        seconds = f"{monotonic() - start:.1f}"
        seconds = seconds.replace(".", ",") if self.lang == "de" else seconds
        what = shown.told(self.progress(found), _SHORT)
        self.out(say("done", self.lang, "progress", what=what, seconds=seconds), err=True)
        return found

    def progress(self, found: Any) -> str:
        """What came of a device, in a few words."""

        def words(key: str, **values: object) -> str:
            return say(key, self.lang, "progress", **values)

        nameless = words("unknown_device")
        if isinstance(found, Silent):
            why = shown.short(found.troubles[0][1], self.lang) if found.troubles else "?"
            return words("silent", why=why)
        if isinstance(found, tuple):
            device = shown.ups(found[0]) or nameless
            return words(
                "ups_found", count=len(found), source=SOURCES[found[0].source], device=device
            )
        if found.held_back:
            return words("held_back")
        if isinstance(found, router.Router):
            device = shown.router(found) or nameless
            return words("router_found", device=device, count=len(found.lines))
        device = shown.connector(found) or nameless
        if not found.has_context:
            return words("connector_bare", device=device)
        cards = sum(card["type"] != "SMC-KT" for card in found.cards)
        return words("connector_found", device=device, terminals=len(found.terminals), cards=cards)

    # Writing.

    def write(self, found: Found) -> int:
        """The file, the difference to the one that is there, or why there is none."""
        held = [one for one in found.devices if getattr(one, "held_back", False)]
        if held:
            self.tell("held_back")
            for one in held:
                certificate = one.certificate  # type: ignore[union-attr]
                if certificate is not None:
                    line = f"  {certificate.option} {certificate.fingerprint}"
                    self.out(line, err=self.given["order"])
            return NOTHING_WRITTEN
        troubles = [getattr(one, "rejected", None) for one in found.devices]
        rejected = [trouble for trouble in troubles if trouble is not None]
        for trouble in rejected:
            self.tell("rejected", why=shown.why(trouble, self.lang))
        if rejected:
            return NOTHING_WRITTEN
        if all(isinstance(one, Silent) for one in found.devices):
            self.tell("nothing")
            return NOTHING_WRITTEN
        try:
            return self.publish(found)
        except OSError as failure:
            detail = failure.strerror or str(failure)
            click.echo(say("no_folder", self.lang, file=self.file, detail=detail), err=True)
            return NOTHING_WRITTEN

    def publish(self, found: Found) -> int:
        """Write the new file, or compare. Raises OSError."""
        old = writing.read(self.file)
        if old is None:
            text = site_file(found, self.file.name, Before())
            try:
                writing.write_new(self.file, text)
            except FileExistsError:  # somebody else was quicker
                old = writing.read(self.file)
            else:
                self.tell("written", file=self.file, todo=text.count("TODO ") - 1)
                self.check()
                return EQUAL
        text = site_file(found, self.file.name, Before(old or ""))
        difference = writing.comparison(self.file, old or "", text)
        if not difference:
            self.tell("equal", file=self.file)
            return EQUAL
        self.out(difference.rstrip("\n"), err=self.given["order"])
        self.tell("differs", file=self.file)
        return DIFFERENT

    def check(self) -> None:
        """What `apowacht config check` has to say about the new file."""
        from apowacht.plugins.sites.config import load_files

        for mistake in load_files([str(self.file)], self.lang).mistakes:
            self.tell("mistake", text=f"{mistake.line}: {mistake.text}")
