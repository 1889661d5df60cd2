"""What the pages are told of a site: one headline, five tiles, and nothing that is not so."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from watches import NOON, check, fine, on_battery, site, watch, worn

from apowacht.exporter import status
from apowacht.exporter.chain import verdict
from apowacht.exporter.model import Entry, Last, Result, Snapshot
from apowacht.plugins.core.advice import ADVICE
from apowacht.plugins.core.errors import OwnTrouble, Refused, Unreachable
from apowacht.plugins.core.helper import further, layer_of
from apowacht.plugins.core.hours import Hours
from apowacht.plugins.core.render import whom_to_call
from apowacht.plugins.core.report import Finding, Metric, Report, State, worst
from apowacht.plugins.core.verdict import LAYERS
from apowacht.plugins.sites import windows
from apowacht.plugins.sites.model import Contact, Window

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from apowacht.plugins.sites.model import Site

KINDS = {
    "ups": ("power", "ups.no_data", State.UNKNOWN),
    "uplink": ("network", "net.router_silent", State.UNKNOWN),
    "connector": ("access", "kon.unreachable.local", State.CRITICAL),
    "terminal": ("identity", "kon.unreachable.local", State.CRITICAL),
    "erezept": ("service", "kon.unreachable.local", State.CRITICAL),
    "tilage": ("service", "net.router_silent", State.UNKNOWN),
}
SILENT = Unreachable("timeout", phase="connect", host="10.1.1.1", seconds=10)
CLOSED = Refused("connection_refused", phase="connect", host="10.1.1.1", port=161)
WINDOW = Window("Umbau", NOON - timedelta(hours=1), NOON + timedelta(hours=1))


def result(name: str, findings: Sequence[Finding], facts: object = "read", **more: Any) -> Result:
    """A result of a minute ago."""
    report = Report(name, tuple(findings), facts)
    return Result(report, NOON - timedelta(minutes=1), 0.2, **more)


def entry(
    name: str,
    told: Sequence[Finding] | Unreachable | Refused | None,
    *,
    where: Site | None = None,
    stale: bool = False,
    maintenance: Window | None = None,
    since: datetime | None = NOON - timedelta(minutes=30),
    last: Last | None = None,
) -> Entry:
    """A watch with these findings; a trouble for a target that told nothing; None for no run."""
    layer, silence, silence_state = KINDS[name]
    one = watch(name, check(lambda o: fine(), name, layer, silence=silence), "-H", name)
    if told is None:
        found, state = None, State.UNKNOWN
    elif isinstance(told, Unreachable | Refused):
        finding = Finding(silence, silence_state, {"reason": told})
        found, state = result(name, [finding], None, reason="connect"), silence_state
    else:
        found, state = result(name, told), worst(finding.state for finding in told)
    return Entry(
        where or site("a", one),
        one,
        found,
        State.UNKNOWN if stale else state,
        since if found else None,
        None,
        NOON + timedelta(minutes=1),
        stale,
        maintenance,
        last,
        60.0 if found else 0.0,
    )


def view(*entries: Entry, lang: str = "de") -> status.View:
    """The one site of these entries."""
    (made,) = status.views(Snapshot(NOON, entries), lang)
    return made


def tile(made: status.View, layer: str) -> status.View:
    """One link of the chain."""
    found: status.View = next(t for t in made["tiles"] if t["layer"] == layer)
    return found


def down() -> list[Finding]:
    """Both lines are down."""
    return [Finding("net.both_down", State.CRITICAL)]


def test_a_healthy_site_is_ok_and_says_what_is_not_watched() -> None:
    """Five tiles in the chain's order; a link without checks is neither good nor bad."""
    made = view(entry("ups", fine()), entry("uplink", fine()))
    assert [t["layer"] for t in made["tiles"]] == [
        "power", "network", "access", "identity", "service",
    ]  # fmt: skip
    assert [t["state"] for t in made["tiles"]] == ["OK", "OK", None, None, None]
    assert (made["state"], made["headline"], made["stale"]) == ("OK", None, False)
    assert tile(made, "access")["sentence"] == "Wird nicht überwacht."
    assert tile(made, "power")["sentence"].startswith("Die USV läuft am Netz")


@pytest.mark.parametrize("lang", ["de", "en"])
def test_a_fault_says_what_whose_job_and_what_to_do(lang: str) -> None:
    """Sentence, owner, first step and what never, and the contact of that link."""
    where = site("a", contacts={"power": Contact("Elektro Meier", "0123 456", "Nr. 7", "nur Tags")})
    made = view(entry("ups", on_battery(), where=where), lang=lang)
    told = tile(made, "power")
    for part in (made, told):
        assert part["state"] == "CRITICAL"
        assert part["key"] == "power.on_battery"
        assert all(part[name] for name in status.HEAD)
        assert part["since"] == NOON - timedelta(minutes=30)
    assert [told[n] for n in ("who", "phone", "contract", "note")] == [
        "Elektro Meier", "0123 456", "Nr. 7", "nur Tags",
    ]  # fmt: skip
    assert (told["first"], told["follows"]) == (True, False)


def test_only_the_lowest_broken_link_is_the_headline() -> None:
    """The line is down, so the Konnektor's silence follows from it; the UPS is fine."""
    silent = entry("connector", SILENT), entry("erezept", SILENT)
    made = view(*silent, entry("uplink", down()), entry("ups", fine()))
    assert made["key"] == "net.both_down"
    assert [t["first"] for t in made["tiles"]] == [False, True, False, False, False]
    assert [t["follows"] for t in made["tiles"]] == [False, False, True, False, True]


def test_a_warning_explains_nothing_and_does_not_hide_a_fault() -> None:
    """A worn battery beside a dead line: the line is the headline, the battery a tile."""
    made = view(entry("ups", worn()), entry("uplink", down()))
    assert (made["key"], made["state"]) == ("net.both_down", "CRITICAL")
    assert tile(made, "power")["state"] == "WARNING"
    assert not tile(made, "power")["follows"]


def test_a_silent_ups_is_never_a_power_cut() -> None:
    """The other devices answer: «no data» is unknown, and no red headline of the power."""
    made = view(entry("ups", SILENT), entry("uplink", fine()))
    assert (made["state"], made["key"]) == ("UNKNOWN", "ups.no_data")
    assert tile(made, "power")["state"] == "UNKNOWN"


def test_when_all_devices_are_silent_the_site_cannot_be_reached() -> None:
    """The network is the headline, whatever was asked, and the rest is grey."""
    made = view(entry("ups", SILENT), entry("connector", SILENT), entry("terminal", SILENT))
    assert (made["key"], made["state"], made["site_silent"]) == (
        "site.unreachable", "CRITICAL", True,
    )  # fmt: skip
    assert [t["state"] for t in made["tiles"]] == [
        "UNKNOWN",
        "CRITICAL",
        "UNKNOWN",
        "UNKNOWN",
        None,
    ]
    assert [t["follows"] for t in made["tiles"]] == [True, False, True, True, False]
    assert tile(made, "network")["first"]


def test_what_is_asked_elsewhere_proves_nothing() -> None:
    """TI-Lage answers from the internet: the site is silent all the same."""
    central = [Finding("ups.on_mains", State.OK, {"charge": 1.0, "runtime": 1.0})]
    made = view(entry("ups", SILENT), entry("connector", SILENT), entry("tilage", central))
    assert made["key"] == "site.unreachable"
    assert tile(made, "service")["state"] == "OK"


@pytest.mark.parametrize("reached", ["ups", "connector"])
def test_a_device_that_refuses_proves_that_the_site_is_there(reached: str) -> None:
    """A closed port is an answer of the network, if not of the device."""
    told: dict[str, Unreachable | Refused] = {"ups": SILENT, "connector": SILENT}
    told[reached] = CLOSED
    made = view(*(entry(name, trouble) for name, trouble in told.items()))
    assert made["key"] == "kon.unreachable.local"
    assert not made["site_silent"]


def test_our_own_trouble_is_no_silence() -> None:
    """A wrong setting of one check and a silent device: nobody says that the site is gone."""
    own = [Finding("monitor.trouble", State.UNKNOWN, {"trouble": OwnTrouble("insecure")})]
    wrong = entry("ups", own)
    assert wrong.result is not None
    entries = (wrong, entry("connector", SILENT))
    assert view(*entries)["key"] == "kon.unreachable.local"


def test_when_no_site_answers_it_is_the_line_of_the_monitoring() -> None:
    """No flood of red sites: each is unknown and says why; one site that answers changes that."""

    def silent(name: str) -> list[Entry]:
        where = site(name)
        return [entry("ups", SILENT, where=where), entry("connector", SILENT, where=where)]

    made = status.views(Snapshot(NOON, (*silent("a"), *silent("b"))), "de")
    assert [(v["key"], v["state"]) for v in made] == [("monitor.cut_off", "UNKNOWN")] * 2
    alone = entry("ups", fine(), where=site("c"))
    other = entry("uplink", fine(), where=site("c"))
    snapshot = Snapshot(NOON, (*silent("a"), *silent("b"), alone, other))
    keys = [v["key"] for v in status.views(snapshot, "de")]
    assert keys == ["site.unreachable", "site.unreachable", None]
    told = status.view(snapshot, "a", "de")
    assert told is not None
    assert told["key"] == "site.unreachable"
    assert status.view(snapshot, "no such site", "de") is None


def test_before_the_first_answer_a_site_is_unknown() -> None:
    """Not green; what the journal knows is history beside it."""
    last = Last(State.CRITICAL, NOON - timedelta(days=1), ("Strom weg", "power is out"))
    made = view(entry("ups", None, last=last), entry("uplink", None))
    assert made["state"] == "UNKNOWN"
    assert made["headline"] == "Vor dem Neustart der Überwachung: Strom weg"
    told = tile(made, "power")["checks"][0]
    assert told["last"] == {
        "state": "CRITICAL", "since": NOON - timedelta(days=1), "headline": "Strom weg",
    }  # fmt: skip
    assert (told["asked_at"], told["age_seconds"], told["metrics"]) == (None, None, [])
    assert made["last"] == told["last"] == tile(made, "power")["last"]


def test_a_fault_found_goes_before_what_was_not_asked_again() -> None:
    """After a restart headline and tile are of the same check: of two UPS the one that answered,
    else the one of which something bad is known, else the first; never green meanwhile."""
    day = NOON - timedelta(days=1)
    bad, good = (Last(s, day, (s.name, s.name)) for s in (State.WARNING, State.OK))
    never, well, ill = (entry("ups", None, last=last) for last in (None, good, bad))
    orders = (
        ((never, entry("ups", worn()), ill), "WARNING", "ups.battery_worn", None),
        ((never, well, ill, entry("ups", fine())), "UNKNOWN", None, "WARNING"),
        ((never, well), "UNKNOWN", None, "OK"),
        ((never, entry("ups", fine())), "UNKNOWN", None, None),
        ((never, entry("ups", SILENT), ill), "UNKNOWN", "ups.no_data", None),
    )
    for entries, state, key, last in orders:
        made = view(*entries, entry("uplink", fine()))
        for part in (made, tile(made, "power")):
            assert (part["state"], part["key"]) == (state, key)
            assert (part["last"] or {}).get("state") == last
        assert tile(made, "power")["first"]


def test_what_is_known_of_one_link_goes_before_what_is_not_of_a_lower_one() -> None:
    """The line was down before the restart: that says more than a UPS never asked."""
    last = Last(State.CRITICAL, NOON - timedelta(days=1), ("Leitung weg", "line down"))
    down_before = entry("uplink", None, last=last)
    made = view(entry("ups", None), down_before)
    assert made["headline"] == "Vor dem Neustart der Überwachung: Leitung weg"
    assert [t["first"] for t in made["tiles"]] == [False, True, False, False, False]
    made = view(entry("ups", None), entry("connector", SILENT), down_before)
    assert made["key"] == "kon.unreachable.local"


@pytest.mark.parametrize("step", [-86400, -60, 0, 3600, 10 * 365 * 86400])
def test_a_step_of_the_clock_neither_ages_nor_freshens(step: int) -> None:
    """«As of» is the age that nobody sets before now; nothing began after it was found."""
    one = entry("ups", on_battery(), since=NOON - timedelta(minutes=1))
    now = NOON + timedelta(seconds=step)
    (made,) = status.views(Snapshot(now, (one,)), "de")
    told = tile(made, "power")["checks"][0]
    assert told["age_seconds"] == 60
    assert told["asked_at"] == told["success_at"] == now - timedelta(seconds=60)
    for part in (made, told):
        assert part["since"] <= told["asked_at"]
    old = replace(one, stale=True, state=State.UNKNOWN, age_seconds=600.0)
    (made,) = status.views(Snapshot(now, (old,)), "de")
    assert "10 min" in made["headline"]
    assert made["since"] <= now


@pytest.mark.parametrize("layer", [None, *LAYERS])
def test_whoever_helps_is_the_one_that_a_command_names(layer: str | None) -> None:
    """For every class of fault, whichever link has a contact and whichever check has found it."""
    contacts = {one: Contact(one, "1") for one in LAYERS if one != layer}
    where = site("a", contacts=contacts)
    for key in sorted(ADVICE):
        if layer_of(key) is None:
            continue
        finding = Finding(key, State.CRITICAL)
        contact = whom_to_call(Report("connector", (finding,)), contacts)
        shown = tile(view(entry("connector", [finding], where=where)), "access")
        assert shown["who"] == (contact.who if contact else None), key


def test_the_step_that_sends_one_on_to_the_dvo_has_their_number() -> None:
    """«… läuft das Internet, DVO anrufen»: the IT partner helps, and the DVO stands below."""
    it, dvo = Contact("IT", "1"), Contact("DVO GmbH", "2", "K-7", "nachts nicht")
    told = [Finding("kon.no_internet", State.CRITICAL)]
    both = site("a", contacts={"network": it, "access": dvo})
    shown = tile(view(entry("connector", told, where=both)), "access")
    assert (shown["who"], shown["then"]) == ("IT", dvo._asdict())
    alone = site("a", contacts={"access": dvo})
    shown = tile(view(entry("connector", told, where=alone)), "access")
    assert (shown["who"], shown["then"]) == (None, dvo._asdict())
    same = site("a", contacts={"network": dvo, "access": dvo})
    assert tile(view(entry("connector", told, where=same)), "access")["then"] is None
    theirs = [Finding("kon.vpn_offline.local", State.CRITICAL)]
    shown = tile(view(entry("connector", theirs, where=both)), "access")
    assert (shown["who"], shown["then"]) == ("DVO GmbH", None)
    for key, row in ADVICE.items():
        named = "DVO" in row.step[0] and "dvo" not in row.owner
        assert (further(key, {"access": dvo}) is not None) <= named, key


def test_what_is_held_back_is_told_beside_a_state_that_is_well() -> None:
    """Site, tile and check keep their state and hold the sentence; what is old holds none."""
    held = Finding("kon.no_internet", State.OK, {"since": 60.0}, held_seconds=300.0)
    news = Finding("ups.on_mains", State.OK, {"charge": 1.0, "runtime": 1.0})
    made = view(entry("connector", [news, held]), entry("ups", fine()))
    shown = tile(made, "access")
    for part in (made, shown, shown["checks"][0]):
        assert part["state"] == "OK"
        (sentence,) = part["held"]
        assert "wird beobachtet" in sentence
    assert shown["sentence"] == sentence
    assert tile(made, "power")["held"] == []
    assert view(entry("connector", [held], stale=True), entry("ups", fine()))["held"] == []


def test_old_answers_are_grey_and_give_no_numbers() -> None:
    """The sentence says since when; the numbers of then are not shown as today's."""
    made = view(entry("ups", fine(), stale=True), entry("uplink", fine(), stale=True))
    assert (made["state"], made["stale"], made["key"]) == ("UNKNOWN", True, "monitor.stale")
    told = tile(made, "power")
    assert (told["state"], told["stale"]) == ("UNKNOWN", True)
    assert told["checks"][0]["metrics"] == []
    partly = view(entry("ups", fine(), stale=True), entry("uplink", fine()))
    assert (partly["state"], partly["stale"]) == ("UNKNOWN", False)


def test_a_tile_shows_its_worst_check() -> None:
    """Of two at one link the bad one decides; a fresh fault goes before an old answer."""
    ok, bad = entry("connector", fine()), entry("connector", SILENT)
    old = entry("connector", fine(), stale=True)
    for entries in ((ok, bad, old), (old, bad, ok), (bad, old, ok)):
        told = tile(view(*entries, entry("ups", fine())), "access")
        assert (told["state"], told["stale"], len(told["checks"])) == ("CRITICAL", False, 3)


def test_maintenance_is_no_headline_while_something_else_is_broken() -> None:
    """The Konnektor is under maintenance, and what it explains with it; the power cut is not."""
    connector = entry("connector", SILENT, maintenance=WINDOW)
    follows = entry("erezept", SILENT)
    made = view(entry("ups", fine()), connector, follows)
    assert made["key"] == "kon.unreachable.local"
    assert made["maintenance_now"]["text"] == "Umbau"
    assert tile(made, "access")["maintenance"]["current"]
    assert tile(made, "service")["follows"]
    made = view(entry("ups", on_battery()), connector, follows)
    assert (made["key"], made["maintenance_now"]) == ("power.on_battery", None)
    made = view(entry("ups", worn()), connector, follows)
    assert (made["key"], made["state"], made["maintenance_now"]) == (
        "ups.battery_worn", "WARNING", None,
    )  # fmt: skip


def test_a_site_wholly_under_maintenance_is_not_unreachable() -> None:
    """All devices are off because somebody works there: that is maintenance and no outage."""
    entries = [entry(n, SILENT, maintenance=WINDOW) for n in ("ups", "connector", "terminal")]
    made = view(*entries)
    assert not made["site_silent"]
    assert made["maintenance_now"]["text"] == "Umbau"
    assert verdict(entries).first is not None


def test_windows_are_shown_before_they_begin() -> None:
    """Under way and announced ones, in order; what is over or far away is not."""
    hour, day = timedelta(hours=1), timedelta(days=1)
    told = (
        Window("morgen", NOON + day, NOON + day + hour, checks=frozenset({"ups", "b"})),
        Window("jetzt", NOON - hour, NOON + hour),
        Window("vorbei", NOON - day, NOON - hour),
        Window("fern", NOON + 30 * day, NOON + 31 * day),
    )
    made = view(entry("ups", fine(), where=site("a", maintenance=told)))
    assert [(w["text"], w["current"], w["checks"]) for w in made["maintenance"]] == [
        ("jetzt", True, []),
        ("morgen", False, ["b", "ups"]),
    ]


def test_a_weekly_window_begins_at_its_time_and_not_before() -> None:
    """Opening hours count as open ten minutes early; maintenance does not."""
    window = Window("Update", weekly=Hours.parse("Di 12:30-13:00"))
    local = NOON.astimezone().replace(hour=12, minute=0)  # a Tuesday
    for minute, is_open in ((19, False), (29, False), (30, True), (59, True), (60, False)):
        at = local + timedelta(minutes=minute)
        assert windows.is_open(window, at) is is_open, minute
    noon = local.replace(minute=30)
    for minute in (0, 15, 25, 29):
        assert windows.occurrence(window, local + timedelta(minutes=minute)) == (
            noon, noon + timedelta(minutes=30),
        )  # fmt: skip
    assert windows.occurrence(window, noon) == (None, noon + timedelta(minutes=30))
    assert windows.current((window,), "ups", noon) is window
    assert windows.current((window,), "ups", local) is None


@pytest.mark.parametrize("start", [None, NOON - timedelta(hours=1)])
@pytest.mark.parametrize("end", [None, NOON + timedelta(hours=1)])
def test_a_window_may_lack_an_end(start: datetime | None, end: datetime | None) -> None:
    """From a moment on, or until one; a window without both is none."""
    window = Window("x", start, end)
    assert windows.is_open(window, NOON) is not (start is end is None)


def test_secrets_are_masked_in_every_text() -> None:
    """Also where a device sends them back."""
    trouble = Refused("connection_refused", phase="connect", host="hunter22", port=1)
    finding = Finding("kon.unreachable.local", State.CRITICAL, {"reason": trouble}, name="hunter22")
    one = entry("connector", [finding])
    assert one.result is not None
    leaky = result("connector", [finding], secrets=("hunter22",))
    shown = view(Entry(one.site, one.watch, leaky, one.state, None, None, None, stale=False))
    assert "hunter22" not in str(shown["tiles"])
    assert "***" in shown["headline"]


def test_a_finding_without_words_does_not_take_the_page() -> None:
    """One check's mistake is shown as such, and the other sites as they are."""
    broken = entry("ups", [Finding("no.such_row", State.CRITICAL)])
    good = entry("ups", fine(), where=site("b"))
    first, second = status.views(Snapshot(NOON, (broken, good)), "de")
    assert first["key"] == "monitor.trouble"
    assert second["state"] == "OK"


def test_a_view_is_json() -> None:
    """Moments with zone, limits as ranges; nothing that JSON does not know."""
    from nagiosplugin import Range

    metric = Metric("battery_charge", 42.5, "%", Range("50:"), None)
    finding = Finding("ups.battery_worn", State.WARNING, {}, metric)
    text = json.dumps(status.plain(view(entry("ups", [finding]))), allow_nan=False)
    told = json.loads(text)
    assert told["moment"] == "2026-11-24T12:00:00.000+00:00"
    assert told["tiles"][0]["checks"][0]["metrics"] == [
        {"name": "battery_charge", "value": 42.5, "unit": "%", "warning": "50:", "critical": None}
    ]


def test_every_field_of_the_docs_is_there() -> None:
    """The module's docstring is the contract of the pages and of the JSON."""
    made = view(entry("ups", worn()))
    docs = status.__doc__ or ""
    for part in (made, made["tiles"][0], made["tiles"][0]["checks"][0]):
        assert [name for name in part if name not in docs] == []
