"""Whose fault: each way in which the path to the e-prescription breaks, with and without a central
outage, asked by the real command in a pharmacy of network namespaces.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from telematik_site import FACHDIENST, KONNEKTOR, NETWORK, Site, central

from apowacht.plugins.core.state import Store
from apowacht.simulator import fachdienst
from apowacht.simulator.ti_dns import SERVFAIL, Records
from apowacht.simulator.tilage_service import Outage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.peer

OK, WARNING, CRITICAL, UNKNOWN = range(4)
CALM = {
    "de": "Zentrale Störung, nichts neu starten",
    "en": "Central outage, do not restart anything",
}
LOCAL = {"de": "Lokal:", "en": "Local:"}

ACCESS = Outage("tianschluss", "Zugang zur TI", "Kein Zugang zur TI", ci="CI-0000011")
ELSEWHERE = ACCESS._replace(ci="CI-0000012")
EREZEPT = Outage("erezept", "E-Rezept einlösen", "Kein Einlösen möglich")
BY_CARD = Outage("erezept", "E-Rezept einlösen per eGK", "Die Karte geht nicht", "partial")
VSDM = Outage("vsdm", "Daten abgleichen", "Kein Abgleich möglich", ci="CI-0000002")
LOGIN = Outage("erezept", "Anmelden", "Kein Anmelden möglich", ci="CI-0000004")


class Row(NamedTuple):
    """What happens, and what must be said: verdict, broken link, failure class, state, owner.

    `words` stand in line 1, in German and in English; `asked` says whether Fachdienst and IDP were
    contacted; `without` takes groups of options away.
    """

    happens: Callable[[Site], object]
    verdict: str
    link: str | None
    key: str
    state: int
    owner: str | None
    words: tuple[str, str]
    outages: tuple[Outage, ...] = ()
    asked: bool = True
    without: tuple[str, ...] = ()


def nothing(site: Site) -> None:
    """All is well on site."""


def konnektor(**lines: str) -> Callable[[Site], None]:
    """A Konnektor with these manners."""
    return lambda site: site.konnektor.change({f"!{key}": text for key, text in lines.items()})


def vpn_down(site: Site) -> None:
    """The Konnektor has lost the TI."""
    site.konnektor.put("VPN TI down")


def names(records: Records) -> Callable[[Site], None]:
    """A name server that says this of every name."""
    return lambda site: site.dns.become({}, records)


def no_route(site: Site) -> None:
    """The host has no way into the TI."""
    site.host.configure(f"route del {NETWORK}")


def fachdienst_down(site: Site) -> None:
    """Its port is closed."""
    site.fachdienst.behave(refused=True)


def idp_down(site: Site) -> None:
    """Its port is closed."""
    site.idp.behave(refused=True)


def no_tilage(happens: Callable[[Site], object]) -> Callable[[Site], None]:
    """The same, while TI-Lage is out of reach."""

    def both(site: Site) -> None:
        happens(site)
        site.tilage.behave(refused=True)

    return both


DVO, IT, TEAM, GEMATIK = "TI service partner", "IT partner", "pharmacy team", "central operator"
UNREACHABLE = ("lokal: Konnektor antwortet nicht", "local: Konnektor does not answer")
NO_REPORT = ("keine Meldung", "no report")

ROWS = {
    "all well": Row(
        nothing, "ok", None, "erp.way_free", OK, None, ("E-Rezept-Weg frei", "way free")
    ),
    "well, but the card's way is disturbed": Row(
        nothing, "central", "erezept", "central.reported", WARNING, GEMATIK,
        ("zentrale Störung gemeldet: E-Rezept", "reported: e-prescription"), (BY_CARD,),
    ),
    "well, but VSDM is down": Row(
        nothing, "central", "vsdm", "vsdm.down", WARNING, GEMATIK,
        ("zentral", "down centrally"), (VSDM,),
    ),
    "Konnektor refuses": Row(
        konnektor(refused="yes"), "local", "konnektor", "kon.unreachable.local", CRITICAL, TEAM,
        UNREACHABLE, asked=False,
    ),
    "Konnektor refuses during a central outage": Row(
        konnektor(refused="yes"), "local", "konnektor", "kon.unreachable.local", CRITICAL, TEAM,
        UNREACHABLE, (ACCESS, EREZEPT), asked=False,
    ),
    "Konnektor silent": Row(
        konnektor(**{"half-open": "connection"}), "local", "konnektor", "kon.unreachable.local",
        CRITICAL, TEAM, UNREACHABLE, asked=False,
    ),
    "VPN offline, access down centrally": Row(
        vpn_down, "central", "vpn", "kon.vpn_offline.central", WARNING, GEMATIK,
        ("Zugang A GmbH", "Zugang A GmbH"), (ACCESS,), asked=False,
    ),
    "VPN offline, nothing reported": Row(
        vpn_down, "local", "vpn", "kon.vpn_offline.local", CRITICAL, DVO,
        ("lokal: Konnektor", "local: Konnektor"), asked=False,
    ),
    "VPN offline, another provider is down": Row(
        vpn_down, "local", "vpn", "kon.vpn_offline.local", CRITICAL, DVO,
        ("lokal: Konnektor", "local: Konnektor"), (ELSEWHERE,), asked=False,
    ),
    "names unknown": Row(
        names(Records(code=3)), "local", "dns", "erp.dns_nxdomain", CRITICAL, IT,
        ("lokal: DNS", "local: DNS"), asked=False,
    ),
    "names without address": Row(
        names(Records()), "local", "dns", "erp.dns_nodata", CRITICAL, IT,
        ("lokal: DNS", "local: DNS"), asked=False,
    ),
    "name server fails": Row(
        names(Records(code=SERVFAIL)), "local", "dns", "erp.dns_servfail", CRITICAL, IT,
        ("lokal: DNS", "local: DNS"), asked=False,
    ),
    "name server silent": Row(
        names(Records(silent=True)), "local", "dns", "erp.dns_silent", CRITICAL, IT,
        ("lokal: DNS", "local: DNS"), asked=False,
    ),
    "names lead to the internet": Row(
        names(Records("192.88.99.1")), "local", "dns", "erp.dns_public", CRITICAL, IT,
        ("lokal: DNS", "local: DNS"), asked=False,
    ),
    "names lead into the house": Row(
        names(Records(KONNEKTOR)), "local", "dns", "erp.dns_private", CRITICAL, IT,
        ("lokal: DNS", "local: DNS"), asked=False,
    ),
    "no route": Row(
        no_route, "local", "route", "erp.route_missing", CRITICAL, IT,
        ("lokal: keine Route", "local: no route"), asked=False,
    ),
    "Fachdienst down, reported": Row(
        fachdienst_down, "central", "fachdienst", "erp_fd.down", WARNING, GEMATIK,
        ("zentrale", "central"), (EREZEPT,),
    ),
    "Fachdienst down, not reported": Row(
        fachdienst_down, "unconfirmed", "fachdienst", "central.unconfirmed", UNKNOWN, IT, NO_REPORT
    ),
    "Fachdienst down, an unknown word reported": Row(
        fachdienst_down, "unconfirmed", "fachdienst", "central.unconfirmed", UNKNOWN, IT,
        NO_REPORT, (EREZEPT._replace(outage="total"),),
    ),
    "IDP down, reported": Row(
        idp_down, "central", "idp", "idp.down", WARNING, GEMATIK, ("zentrale", "central"), (LOGIN,)
    ),
    "IDP down, not reported": Row(
        idp_down, "unconfirmed", "idp", "central.unconfirmed", UNKNOWN, IT, NO_REPORT
    ),
    "IDP answers with 500": Row(
        lambda site: site.idp.behave(status=500), "unconfirmed", "idp", "central.unconfirmed",
        UNKNOWN, IT, NO_REPORT,
    ),
    "IDP's document is forged": Row(
        lambda site: site.idp.become("wrong signature"), "unconfirmed", "idp",
        "central.unconfirmed", UNKNOWN, IT, NO_REPORT,
    ),
    "PIN of the SMC-B missing": Row(
        lambda site: site.konnektor.put("PIN not entered"), "local", "smcb", "smcb.pin_missing",
        CRITICAL, TEAM, ("lokal: ", "local: "),
    ),
    "PIN of the SMC-B missing in a central outage": Row(
        lambda site: site.konnektor.put("PIN not entered"), "local", "smcb", "smcb.pin_missing",
        CRITICAL, TEAM, ("lokal: ", "local: "), (BY_CARD,),
    ),
    "SMC-B expired": Row(
        lambda site: site.konnektor.change({"card.smcb.expires": "2020-01-01"}), "local", "smcb",
        "smcb.expired", CRITICAL, "owner", ("lokal: ", "local: "),
    ),
    "TI-Lage out of reach, all well": Row(
        no_tilage(nothing), "ok", None, "erp.way_free", OK, None, ("E-Rezept-Weg frei", "free")
    ),
    "TI-Lage out of reach, VPN offline": Row(
        no_tilage(vpn_down), "local", "vpn", "kon.vpn_offline.local", CRITICAL, DVO,
        ("lokal: Konnektor", "local: Konnektor"), asked=False,
    ),
    "TI-Lage out of reach, Fachdienst down": Row(
        no_tilage(fachdienst_down), "unconfirmed", "fachdienst", "central.unasked", CRITICAL, IT,
        ("TI-Lage unbekannt", "TI-Lage unknown"),
    ),
    "nobody said how to ask the Konnektor": Row(
        nothing, "ok", None, "erp.way_free", OK, None, ("E-Rezept-Weg frei", "way free"),
        without=("konnektor", "tilage"),
    ),
}  # fmt: skip


def finding(told: dict[str, Any], key: str) -> dict[str, Any]:
    """The finding with this key."""
    found: dict[str, dict[str, Any]] = {one["key"]: one for one in told["findings"]}
    assert key in found, list(found)
    return found[key]


@pytest.mark.parametrize("name", ROWS)
def test_a_row_of_the_verdict_table(name: str, site: Site, tmp_path: Path) -> None:
    """Verdict, first broken link, failure class, state, owner and both languages are right, and
    nobody central was asked anything else than is allowed."""
    row = ROWS[name]
    row.happens(site)
    site.tilage.break_down(*(central(outage) for outage in row.outages))
    options = (*site.options(*row.without), "-t", "4")
    told = site.answer(tmp_path / "en", *options)
    facts = told["facts"]
    assert (facts["verdict"], facts["broken_link"]) == (row.verdict, row.link)
    assert told["state"] == row.state
    one = finding(told, row.key)
    assert (one["owner"] or "").startswith(row.owner or "")
    assert bool(one["owner"]) == bool(row.owner)
    assert one["text"].startswith(LOCAL["en"]) == (row.verdict == "local")
    assert (CALM["en"] in one["text"]) == (row.verdict == "central")
    assert row.words[1] in told["summary"]
    german = site.say(tmp_path / "de", "de", *options)
    assert german.code == row.state
    assert row.words[0] in german.line_1
    assert (CALM["de"] in german.out) == (row.verdict == "central")
    assert (LOCAL["de"] in german.out) == (row.verdict == "local")
    # One run for each language, each with a memory of its own.
    assert site.fachdienst.forbidden == []
    assert site.fachdienst.asked == []
    assert {(one.method, one.path) for one in site.idp.asked} <= {
        ("GET", "/.well-known/openid-configuration")
    }
    for service in (site.fachdienst, site.idp):
        assert service.connections <= 2
        assert row.asked or service.connections == 0


@pytest.mark.parametrize("internet", [True, False])
def test_a_route_for_half_of_the_network_is_told_with_the_missing_half(
    site: Site, tmp_path: Path, internet: bool
) -> None:
    """A mask of /16, and a Fachdienst at 100.103.x.x: whether the rest leaves by the default route
    or not at all, both languages name the missing /16, and nobody is asked there."""
    site.dns.change(fachdienst.NAME, Records("100.103.7.10"))
    routes = [f"route del {NETWORK}", f"route add 100.102.0.0/16 via {KONNEKTOR}"]
    undo = ["route del 100.102.0.0/16"]
    if internet:  # by another next hop, as a router is one beside the Konnektor
        routes.append("route add default via 192.0.2.9")
        undo.append("route del default")
    site.host.configure(*routes)
    try:
        told = site.answer(tmp_path / "en", *site.options("konnektor", "tilage"), "-t", "4")
        german = site.say(tmp_path / "de", "de", *site.options("konnektor", "tilage"), "-t", "4")
    finally:
        site.host.configure(*undo)
    assert (told["facts"]["verdict"], told["facts"]["broken_link"]) == ("local", "route")
    assert [one["key"] for one in told["findings"] if one["state"]] == ["erp.route_half"]
    assert told["state"] == german.code == CRITICAL
    assert "route is missing for 100.103.0.0/16" in told["summary"]
    assert "lokal: TI-Route fehlt für 100.103.0.0/16" in german.line_1
    assert "100.102.0.0/15 (255.254.0.0)" in german.out
    assert (site.fachdienst.connections, site.idp.connections) == (0, 0)


def test_gematiks_words_are_passed_on(site: Site, tmp_path: Path) -> None:
    """A central outage is told in gematik's own words, and a printout is not offered for it."""
    fachdienst_down(site)
    site.tilage.break_down(central(EREZEPT))
    told = site.answer(tmp_path, *site.options(), "-t", "4")
    assert EREZEPT.impact in finding(told, "erp.impact")["text"]
    assert "printout or the app" not in str(told["findings"])


def test_only_where_the_card_alone_fails_a_printout_helps(site: Site, tmp_path: Path) -> None:
    """With VSDM down and everything else proven to work, printout and app are the next step."""
    site.tilage.break_down(central(VSDM))
    told = site.answer(tmp_path, *site.options(), "-t", "4")
    assert "printout or the app" in finding(told, "vsdm.down")["step"]


def test_a_local_fault_is_told_beside_the_central_one(site: Site, tmp_path: Path) -> None:
    """A broken Konnektor stays the headline of a day on which gematik reports an outage, too."""
    konnektor(refused="yes")(site)
    site.tilage.break_down(central(EREZEPT))
    told = site.answer(tmp_path, *site.options(), "-t", "4")
    keys = [one["key"] for one in told["findings"] if one["state"] != OK]
    assert keys == ["kon.unreachable.local", "central.reported"]


def test_the_terminal_with_the_card_is_missed(site: Site, tmp_path: Path) -> None:
    """A terminal that is gone together with the SMC-B is the fault, not the card."""
    options = (*site.options(), "-t", "4")
    assert site.answer(tmp_path, *options)["facts"]["verdict"] == "ok"
    site.konnektor.change({"terminal.CT_1.connected": "no"})
    told = site.answer(tmp_path, *options)
    assert (told["facts"]["verdict"], told["facts"]["broken_link"]) == ("local", "terminal")
    assert finding(told, "kt.smcb_offline")["state"] == CRITICAL
    site.konnektor.put()
    assert site.answer(tmp_path, *options)["state"] == OK


def aged(folder: Path, seconds: float) -> None:
    """Let what is remembered of the way lie so many seconds further back."""
    for file in folder.glob("erezept-*.json"):
        record = json.loads(file.read_bytes())
        store = Store(str(folder))

        def change(old: dict[str, Any]) -> dict[str, Any]:
            moved: dict[str, Any] = {
                name: old[name] - seconds for name in ("since", "last") if name in old
            }
            return {**old, **moved}

        if "since" in record["data"]:
            store.change("erezept", tuple(record["key"]), change)


def test_after_a_slot_without_a_report_it_is_not_central(site: Site, tmp_path: Path) -> None:
    """UNKNOWN while TI-Lage may still report it; CRITICAL when six minutes have passed."""
    fachdienst_down(site)
    options = (*site.options(), "-t", "4")
    assert site.answer(tmp_path, *options)["state"] == UNKNOWN
    aged(tmp_path, 400)
    told = site.answer(tmp_path, *options)
    assert told["state"] == finding(told, "central.not_reported")["state"] == CRITICAL


def test_a_repair_shows_at_once(site: Site, tmp_path: Path) -> None:
    """What lies on site is looked at in every run; a central result of before is not repeated."""
    options = (*site.options(), "-t", "4")
    for happens, link in ((no_route, "route"), (names(Records(code=3)), "dns")):
        happens(site)
        assert site.answer(tmp_path, *options)["facts"]["broken_link"] == link
        site.heal()
        told = site.answer(tmp_path, *options)
        assert told["facts"]["verdict"] == "ok"
        assert finding(told, "erp.way_free")["state"] == OK


def test_one_slow_address_of_two_is_no_outage(site: Site, tmp_path: Path) -> None:
    """A second address that nobody answers at takes its share of the time and no more."""
    site.dns.change(fachdienst.NAME, Records("100.102.7.99", FACHDIENST))
    told = site.answer(tmp_path, *site.options(), "-t", "6")
    assert told["facts"]["central"]["fachdienst"]["state"] == "good"
    rows = {one["address"]: one["tcp_seconds"] for one in told["facts"]["addresses"]}
    assert rows["100.102.7.99"] is None
    assert rows[FACHDIENST] is not None
