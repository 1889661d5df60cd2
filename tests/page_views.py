"""Sites for tests of the pages: the recorded situations, judged by the real checks, as the
exporter would show them at one moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from math import sin
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from apowacht.exporter import status
from apowacht.exporter.charts import Series
from apowacht.exporter.faulty import Faulty
from apowacht.exporter.journal import Past
from apowacht.exporter.model import Entry, Last, Result, Snapshot
from apowacht.exporter.past import History
from apowacht.exporter.samples import Sample
from apowacht.plugins.core import cli
from apowacht.plugins.core.listing import all_checks
from apowacht.plugins.core.report import Finding, Report, State
from apowacht.plugins.sites.model import Contact, Site, Watch, Window

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import tzinfo

    from apowacht.exporter.faces import View

RECORDED = Path(__file__).parent / "recorded"
CHECKS = {check.name: check for check in all_checks()}
NOW = datetime(2026, 11, 24, 13, 5, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")

FAULTY = (
    Faulty("post.yaml", 4, "«hostnam» gibt es hier nicht; gemeint: «hostname»?", "unwatched", "de"),
    Faulty("post.yaml", 9, "«title» steht schon in Zeile 2", "unwatched", "de"),
    Faulty("markt.yaml", 0, "leer", "kept", "de"),
    Faulty("modules.yaml", 7, "targets: «*» passt auf jedes Ziel", "unused", "de"),
)

GOOD = {
    "ups": "healthy-over-snmp",
    "uplink": "healthy-behind-a-fritzbox",
    "connector": "healthy",
    "terminal": "healthy",
}
BAD = {
    "ups": "worn-battery-over-snmp",
    "uplink": "healthy-behind-a-fritzbox",
    "connector": "vpn-ti-down",
    "terminal": "terminal-lost",
}
CONTACTS = {
    "power": Contact("Elektro Meyer", "0211 4711-20", "USV-Wartung 2024-118"),
    "network": Contact("NetzWerk IT GmbH", "+49 211 900 100", None, "Mo-Fr 8-18 Uhr"),
    "access": Contact("TI-Service Rhein", "0800 1234567", "DVO-55"),
    "identity": Contact("TI-Service Rhein", "0800 1234567"),
}
PLANNED = Window(
    "Telekom tauscht den Anschluss", NOW + timedelta(hours=3), NOW + timedelta(hours=5),
    checks=frozenset({"uplink"}),
)  # fmt: skip
NO_LASTS: Mapping[str, Last] = {}
UNDER_WAY = Window("Umzug des Konnektors", NOW - timedelta(hours=1), NOW + timedelta(hours=1))


@cache
def report(check: str, scenario: str) -> Report:
    """What a check says of a recording."""
    one = CHECKS[check]
    return one.run(cli.parse(one, ["--replay", str(RECORDED / check / scenario)]))


def held(check: str, scenario: str) -> Report:
    """What a check says while `--grace` does not yet believe what it sees."""
    told = report(check, scenario)
    findings = tuple(
        one if one.state is State.OK else one._replace(state=State.OK, held_seconds=300.0)
        for one in told.findings
    )
    return told._replace(findings=findings)


def snapshot(
    name: str = "markt",
    title: str = "Apotheke am Markt",
    situation: Mapping[str, str | Report | None] = GOOD,
    *,
    stale: Sequence[str] = (),
    maintenance: Sequence[Window] = (),
    contacts: Mapping[str, Contact] = CONTACTS,
    zone: tzinfo | None = BERLIN,
    lasts: Mapping[str, Last] = NO_LASTS,
) -> Snapshot:
    """One site; a check whose recording is None has not been asked yet."""
    watches = tuple(Watch(check, CHECKS[check], 60.0, (), {"timeout": 10}) for check in situation)
    site = Site(name, title, watches, tuple(maintenance), contacts, zone=zone)
    entries = []
    for place, watch in enumerate(watches):
        told = situation[watch.name]
        found = report(watch.name, told) if isinstance(told, str) else told
        old = watch.name in stale
        asked = NOW - (timedelta(hours=2) if old else timedelta(seconds=12 * place + 2))
        windows = [
            w for w in maintenance
            if w.start and w.end and w.start <= NOW < w.end
            and (not w.checks or watch.name in w.checks)
        ]  # fmt: skip
        entries.append(
            Entry(
                site,
                watch,
                Result(found, asked, 0.2) if found else None,
                State.UNKNOWN if old or found is None else found.state,
                NOW - timedelta(minutes=7 * (place + 3)) if found else None,
                asked if found else None,
                NOW + timedelta(seconds=48 - 12 * place),
                old,
                windows[0] if windows else None,
                lasts.get(watch.name),
                (NOW - asked).total_seconds() if found else 0.0,
            )
        )
    return Snapshot(NOW, tuple(entries))


def view(lang: str = "de", **parts: object) -> View:
    """One site as `status` tells it; `parts` are those of `snapshot`."""
    made = snapshot(**parts)  # type: ignore[arg-type]
    return status.views(made, lang)[0]


def many(count: int, lang: str = "de", *, all_bad: bool = False) -> list[View]:
    """Many sites; one in ten has something, unless all have."""
    towns = ("Köln", "Bonn", "Neuss", "Essen")
    troubles = (
        {"ups": "on-battery-over-snmp"},
        {"connector": "vpn-ti-down"},
        {"terminal": "terminal-lost"},
        {"ups": "worn-battery-over-snmp"},
    )
    entries: list[Entry] = []
    for number in range(count):
        kind = number // 10 % len(troubles) if number % 10 == 3 else None
        situation = BAD if all_bad else {**GOOD, **({} if kind is None else troubles[kind])}
        title = f"Löwen-Apotheke {towns[number % 4]} {number}"
        entries += snapshot(f"apo-{number:03}", title, situation).entries
    return status.views(Snapshot(NOW, tuple(entries)), lang)


def hostile(text: str) -> View:
    """A site in which every field that comes from outside is this text."""
    contact = Contact(text, text, text, text)
    around = (NOW - timedelta(hours=1), NOW + timedelta(hours=1))
    window = Window(text, *around, checks=frozenset({"ups"}))
    finding = Finding("conn.smcb.not_found", State.CRITICAL, {"name": text}, None, text)
    told = Report("connector", (finding,))
    made = view(
        name=text,
        title=text,
        situation={"connector": told, "ups": "worn-battery-over-snmp"},
        maintenance=[window],
        contacts=dict.fromkeys(CONTACTS, contact),
    )
    for part in [made, *made["tiles"], *(c for t in made["tiles"] for c in t["checks"])]:
        for key in ("headline", "sentence", "owner", "step", "never", "summary"):
            if part.get(key):
                part[key] = f"{text} {part[key]}"
    for check in (c for t in made["tiles"] for c in t["checks"]):
        check["name"] = text
        check["details"] = [text]
        check["last"] = {"state": "OK", "since": NOW, "headline": text}
        check["metrics"] = [
            {"name": text, "value": 1.0, "unit": text, "warning": None, "critical": None}
        ]
    return made


def series() -> list[Series]:
    """A day of numbers in five-minute places, with two hours missing."""
    start = NOW.timestamp() // 300 * 300 - 86400
    shapes: dict[tuple[str, str, str], Callable[[int], float]] = {
        ("ups", "battery_runtime", "s"): lambda i: 3100 + 60 * sin(i / 18) - max(i - 282, 0) * 200,
        ("ups", "load", "%"): lambda i: 22.0 + 8 * (96 < i < 240) + sin(i * 7),
        ("uplink", "internet_rtt", "s"): lambda i: 0.012 + 0.2 * (i == 60) + 0.002 * sin(i * 5),
    }
    made = []
    for (check, name, unit), shape in shapes.items():
        samples = [
            Sample(start + 300 * i, 300.0, shape(i) * 0.97, shape(i) * 1.03, shape(i))
            for i in range(288)
            if not 120 <= i < 144
        ]
        made.append(Series(check, name, unit, samples))
    return made


def history(text: str = "") -> History:
    """A week with two faults, a warning, and an hour in which nobody looked."""

    def past(hours: float, name: str, before: State, after: State, headline: str) -> Past:
        at = NOW - timedelta(hours=hours)
        return Past(at, name, before, after, (text or headline, text or headline))

    ok, bad, warning = State.OK, State.CRITICAL, State.WARNING
    here = NOW.astimezone(BERLIN)
    return History(
        here - timedelta(days=7),
        here,
        series(),
        [
            past(74, "uplink", ok, bad, "keine Leitung"),
            past(73.5, "uplink", bad, ok, "alle Leitungen laufen, internet aktiv"),
            past(5, "connector", ok, bad, "Konnektor meldet: kein Weg ins Internet"),
            past(4.5, "connector", bad, ok, "Konnektor seit 30 min mit der TI verbunden"),
            past(0.35, "ups", ok, warning, "USV-Akku verbraucht, Tausch bestellen"),
        ],
        [(NOW - timedelta(hours=14), NOW - timedelta(hours=13))],
        dict.fromkeys(GOOD, ok),
        csv=True,
    )
