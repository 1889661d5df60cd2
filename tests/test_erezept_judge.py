"""check_apo_erezept with Konnektor and TI-Lage: what each state of them makes of the verdict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from konnektor_runs import CONTEXT
from way import FACHDIENST, HERE, IDP, Ti, facts_of, keys

from apowacht.plugins.core import words
from apowacht.plugins.core.cli import parse
from apowacht.plugins.core.render import details, line_1
from apowacht.plugins.core.report import State
from apowacht.plugins.erezept import CHECK
from apowacht.plugins.read.erezept import remember
from apowacht.plugins.read.erezept_chain import (
    dns_faults,
    half_routed,
    konnektor_holds,
    missing_half,
    route_faults,
)
from apowacht.simulator.konnektor import Konnektor
from apowacht.simulator.ti_dns import Records
from apowacht.simulator.tilage_service import Outage, TiLage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from apowacht.plugins.core.report import Report

    Data = dict[str, Any]

NOW = 1_800_000_000.0
RECORDED = Path(__file__).parent / "recorded" / "erezept"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Data:
    """A recording of a free way with a healthy Konnektor, whose answers the tests change."""
    folder = tmp_path_factory.mktemp("recorded")
    with Ti(folder) as ti, Konnektor() as konnektor:
        file = folder / "recording"
        host, port = konnektor.address
        ti.run(
            "-H", host, "-p", str(port), "--tls-fingerprint", konnektor.fingerprint, *CONTEXT,
            "--record", str(file),
        )  # fmt: skip
        told: Data = json.loads(file.read_text())
    return told


@pytest.fixture
def judged(recorded: Data, tmp_path: Path) -> Callable[..., Report]:
    """Judge the recording after these changes of its answers."""

    def judge(*arguments: str, **changed: Any) -> Report:
        copy = json.loads(json.dumps(recorded))
        copy["moment"] = "2027-01-15T08:00:00+00:00"
        for service in ("fachdienst", "idp"):
            copy["answers"][service]["age"] = 60.0
            copy["answers"][service]["data"] |= changed.pop(service, {})
        document = copy["answers"]["idp"]["data"]["document"]
        document |= {"issued": NOW - 3600, "expires": NOW + 80000, "certificate_until": NOW * 2}
        copy["answers"] |= {"memory": {}, **changed}
        file = tmp_path / "recording"
        file.write_text(json.dumps(copy))
        return CHECK.run(parse(CHECK, ["--replay", str(file), *arguments]))

    return judge


def lage(own: bool = True, impact: str | None = None, **words: str) -> Data:
    """What TI-Lage says, in the data of an answer."""
    return {
        "central": {"access": "none", "erezept": "none", "vsdm": "none", "idp": "none", **words},
        "own": own, "age_seconds": 60, "failure": None, "why": None, "impact": impact,
        "organization": None,
    }  # fmt: skip


BROKEN = {"failure": {"operation": "fachdienst", "kind": "silent", "reason": "timeout",
                      "values": {"phase": "connect", "host": FACHDIENST, "port": 443,
                                 "seconds": 3.0}}}  # fmt: skip


def since(link: str, seconds: float, **more: float) -> Data:
    """A memory in which this link has been broken for so long."""
    return {"link": link, "since": NOW - seconds, "last": NOW, **more}


def test_the_recording_itself_is_well(judged: Callable[..., Report]) -> None:
    """Everything was asked and is free."""
    report = judged(tilage=lage())
    facts = facts_of(report)
    assert (report.state, facts.verdict) == (State.OK, "ok"), report.findings
    assert facts.konnektor is not None
    assert facts.konnektor["vpn"] is True
    assert facts.konnektor["card_fault"] is None
    assert facts.tilage is not None
    assert facts.tilage["erezept"] == "none"


@pytest.mark.parametrize(
    ("changed", "key", "state"),
    [
        ({"tilage": lage(), "memory": since("fachdienst", 60)}, "central.unconfirmed", 3),
        ({"tilage": lage(), "memory": since("fachdienst", 361)}, "central.not_reported", 2),
        ({"tilage": lage(vsdm="full"), "memory": {}}, "central.unconfirmed", 3),
        ({"tilage": None, "memory": {}}, "central.unasked", 2),
        ({"tilage": {**lage(), "central": None}, "memory": {}}, "central.unasked", 2),
        ({"tilage": lage(erezept="partial")}, "erp_fd.down", 1),
        ({"tilage": lage(access="full")}, "erp_fd.down", 1),
        ({"tilage": lage(own=False, access="partial")}, "central.unconfirmed", 3),
    ],
)
def test_a_failing_fachdienst_by_what_ti_lage_says(
    judged: Callable[..., Report], changed: Data, key: str, state: int
) -> None:
    """One slot and a minute before «not central» is said; without TI-Lage nobody waits for it."""
    report = judged(fachdienst=BROKEN, **changed)
    assert (report.findings[0].key, report.state) == (key, state)
    assert facts_of(report).broken_link == "fachdienst"
    said = details(report, "de")[0]
    assert ("Zentrale Störung, nichts neu starten" in said) == (state == 1)


@pytest.mark.parametrize(
    ("ago", "key", "verdict"),
    [
        (100, "erp_fd.down", "central"),  # just over: Konnektoren come back one by one
        (600, "central_over_box_broken", "local"),
        (3500, "central_over_box_broken", "local"),
        (3700, "central.not_reported", "unconfirmed"),
    ],
)
def test_what_still_fails_after_a_central_outage(
    judged: Callable[..., Report], ago: float, key: str, verdict: str
) -> None:
    """Within the hour after it the DVO has to act; the result is from after its end."""
    memory = since("fachdienst", 4000, central_at=NOW - ago)
    report = judged(fachdienst=BROKEN, tilage=lage(), memory=memory)
    assert (report.findings[0].key, facts_of(report).verdict) == (key, verdict)


def test_a_failure_from_the_time_of_a_central_outage_says_nothing_of_now(
    judged: Callable[..., Report],
) -> None:
    """It was asked before TI-Lage's all-clear."""
    report = judged(fachdienst=BROKEN, tilage=lage(), memory={"central_at": NOW - 30})
    facts = facts_of(report)
    assert (report.state, facts.verdict, facts.central["fachdienst"].state) == (0, "ok", "over")


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_printout_and_app_are_offered_only_when_vsdm_alone_is_down(
    judged: Callable[..., Report], lang: str
) -> None:
    """And everything else is known to work, the SMC-B included."""
    offer = {"de": "Ausdruck", "en": "printout"}[lang]

    def told(**changed: Any) -> str:
        report = judged(**changed)
        assert report.state is State.WARNING
        return "\n".join([line_1(report, lang), *details(report, lang)])

    assert offer in told(tilage=lage(vsdm="full"))
    assert offer not in told(tilage=lage(vsdm="full", erezept="partial"))
    assert offer not in told(tilage=lage(vsdm="full", idp="partial"))
    assert offer not in told(tilage=lage(vsdm="full"), konnektor=None)
    assert offer not in told(tilage=lage(erezept="full"), fachdienst=BROKEN).replace(
        {"de": "nicht ohne Abruf auf den Ausdruck", "en": "on a printout without"}[lang], ""
    ).replace("Nicht ohne Abruf auf den Ausdruck", "")


def test_ti_lage_that_cannot_be_read_leaves_the_site_s_own_verdict(
    judged: Callable[..., Report],
) -> None:
    """With a note, and no other state."""
    report = judged(tilage={**lage(), "central": None})
    assert (report.state, facts_of(report).verdict) == (State.OK, "ok")
    assert "TI-Lage nicht verfügbar" in "\n".join(details(report, "de"))


def test_failing_fetches_weigh_no_more_than_the_central_outage(
    judged: Callable[..., Report],
) -> None:
    """They are its consequence; without it they are CRITICAL."""
    fetch = {"window_seconds": 3600.0, "count": 20, "failures": {"503": 20}}
    assert judged(fetch=fetch, tilage=lage()).state is State.CRITICAL
    report = judged(fetch=fetch, tilage=lage(erezept="full", impact=None))
    assert report.state is State.WARNING
    assert report.findings[0].key == "central.reported"


def test_gematik_s_own_words_are_shown(judged: Callable[..., Report]) -> None:
    """Of the impact, below line 1."""
    report = judged(tilage=lage(erezept="full", impact="Kein Einlösen möglich"))
    assert "Kein Einlösen möglich" in "\n".join(details(report, "de"))


def test_the_vpn_is_down_since_the_konnektor_lost_it(
    recorded: Data, judged: Callable[..., Report]
) -> None:
    """By its own clock's word, not since our first look."""
    konnektor = json.loads(json.dumps(recorded["answers"]["konnektor"]))
    konnektor["answer"]["resource"] |= {
        "vpn_ti": "offline",
        "vpn_ti_since": "2027-01-15T07:50:00+00:00",
    }
    report = judged(konnektor=konnektor)
    assert report.findings[0].key == "kon.vpn_offline.local"
    assert "seit 10 min keine TI-Verbindung" in details(report, "de")[0]


@pytest.fixture(scope="module")
def box() -> Iterator[Konnektor]:
    """One Konnektor for all tests."""
    with Konnektor() as running:
        yield running


@pytest.mark.slow
@pytest.mark.parametrize(
    ("preset", "link", "key"),
    [
        ("VPN TI down", "vpn", "kon.no_internet"),  # the lower link
        ("VPN flag late", "vpn", "kon.vpn_offline.local"),
        ("PIN not entered", "smcb", "smcb.pin_missing"),
        ("PIN blocked", "smcb", "smcb.pin_blocked"),
        ("transport PIN", "smcb", "smcb.transport_pin"),
        ("SMC-B missing", "smcb", "smcb.missing"),
        ("SMC-B expired", "smcb", "smcb.expired"),
        ("all terminals lost", "terminal", "kt.smcb_offline"),
        ("terminal lost", None, "erp.way_free"),
        ("patient at the counter", None, "erp.way_free"),
    ],
)
def test_the_konnektor_s_own_troubles_are_local(
    tmp_path: Path, box: Konnektor, preset: str, link: str | None, key: str
) -> None:
    """VPN, PIN, card and terminal by the words of the Konnektor's own checks; nothing of a card."""
    host, port = box.address
    with Ti(tmp_path) as ti:
        asking = (
            "-H", host, "-p", str(port), "--tls-fingerprint", box.fingerprint, *CONTEXT,
            "--record", str(tmp_path / "recording"),
        )  # fmt: skip
        box.put()
        ti.run(*asking)
        box.put(preset)
        report = ti.run(*asking)
        facts = facts_of(report)
        assert (facts.verdict, facts.broken_link) == ("local" if link else "ok", link)
        assert report.findings[0].key == key
        assert report.state is (State.CRITICAL if link else State.OK)
        if link:
            assert line_1(report, "de").startswith("EREZEPT CRITICAL - lokal: ")
        kept = (tmp_path / "recording").read_text()
        assert "80276009" not in kept
        assert "EGK" not in kept


@pytest.mark.slow
@pytest.mark.parametrize("app", ["erezept", "vsdm"])
def test_ti_lage_is_asked_once_for_both_checks(tmp_path: Path, app: str) -> None:
    """By the real service: an outage is central, and gematik's words for it are shown."""
    outage = Outage(app, "Einlösen", "Kein Einlösen möglich")
    with Ti(tmp_path) as ti, TiLage(outage) as tilage:
        asking = ("--tilage", "--tilage-url", tilage.url,
                  "--tilage-tls-fingerprint", tilage.fingerprint)  # fmt: skip
        report = ti.run(*asking)
        facts = facts_of(report)
        assert (report.state, facts.verdict, facts.broken_link) == (1, "central", app)
        assert facts.tilage is not None
        assert (facts.tilage[app], facts.tilage["impact"]) == ("full", outage.impact)
        asked = len(tilage.asked)
        assert facts_of(ti.run(*asking)).verdict == "central"
        assert len(tilage.asked) == asked


def test_the_memory_after_a_run(recorded: Data) -> None:
    """Since when a link is broken, when the way on site last was, when TI-Lage last reported."""
    data = json.loads(json.dumps(recorded["answers"])) | {"tilage": None}
    data["fachdienst"]["age"] = data["idp"]["age"] = 60.0
    data["idp"]["data"]["document"] |= {"issued": NOW - 9, "expires": NOW + 9}
    assert remember({}, data, NOW) == {}
    data["paths"][0]["names"]["idp"] |= {"outcome": "nxdomain", "addresses": []}
    first = remember({}, data, NOW)
    assert first == {"cleared": NOW, "link": "dns", "since": NOW, "last": NOW}
    later = remember(first, data, NOW + 300)
    assert (later["since"], later["last"], later["cleared"]) == (NOW, NOW + 300, NOW + 300)
    assert remember(later, data, NOW + 9000)["since"] == NOW + 9000  # nobody looked meanwhile
    for broken in ({"since": "x", "link": 5}, {"since": NOW + 1e9, "link": "dns", "last": NOW}):
        assert remember(broken, data, NOW)["since"] == NOW
    data |= {"tilage": lage(erezept="full")}
    assert remember({}, data, NOW)["central_at"] == NOW


def way(gateway: str | None, device: str = "lan") -> Data:
    """A next hop."""
    return {"device": device, "gateway": gateway, "source": None, "certain": True}


@pytest.mark.parametrize(
    ("ways", "halves", "gateways", "faults", "half"),
    [
        (("10.0.0.5", "10.0.0.5"), ("10.0.0.5", "10.0.0.5"), (), [], None),
        (("10.0.0.1", "10.0.0.1"), ("10.0.0.1", "10.0.0.1"), (), [], None),  # the router knows
        (("10.0.0.5", "10.0.0.1"), ("10.0.0.5", "10.0.0.1"), (), ["half"], "10.0.0.1"),
        (("10.0.0.5", "10.0.0.5"), ("10.0.0.5", "10.0.0.1"), (), [], "10.0.0.1"),
        (("10.0.0.5", None), ("10.0.0.5", None), (), ["half"], ""),
        ((None, None), (None, None), (), ["missing", "missing"], None),
        (("10.0.0.1", "10.0.0.5"), ("10.0.0.1",) * 2, ("10.0.0.5",), ["elsewhere"], None),
        (("10.0.0.5", "10.0.0.1"), ("10.0.0.5", "10.0.0.1"), ("10.0.0.5",), ["half"], "10.0.0.1"),
    ],
)
def test_routes_are_judged_by_next_hop_and_by_halves(
    ways: tuple[str | None, ...],
    halves: tuple[str | None, ...],
    gateways: tuple[str, ...],
    faults: list[str],
    half: str | None,
) -> None:
    """A mask of /16 sends 100.103.x to the internet; --gateway says which next hop is right."""
    addresses = ("100.102.7.1", "100.103.7.1")
    path = {
        "source": None,
        "names": {"fachdienst": {"outcome": "addresses", "addresses": list(addresses)}},
        "ways": {
            address: None if hop is None else way(hop)
            for address, hop in zip(addresses, ways, strict=True)
        },
        "halves": dict(zip(("100.102.0.1", "100.103.0.1"), halves, strict=True)),
        "defaults": ["10.0.0.1"],
    }
    data = {"networks": ["100.102.0.0/15"], "gateways": list(gateways)}
    assert [fault for _, fault, _ in route_faults(path, data)] == faults
    assert half_routed(path) == half
    missing = None if half is None else "100.103.0.0/16"
    assert missing_half(path, ["10.30.0.0/15", "100.102.0.0/15"]) == missing
    assert not list(dns_faults(path, data))


def test_each_source_address_is_tried_and_one_that_fails_is_a_warning(tmp_path: Path) -> None:
    """The first good one asks the central services."""
    with Ti(tmp_path) as ti:
        report = ti.run("--source", "192.0.2.77", "--source", HERE)
        facts = facts_of(report)
        assert facts.verdict == "ok"
        assert {one.source for one in facts.addresses} == {"192.0.2.77", HERE}
        assert {one.key for one in report.findings if one.state} == {"erp.source_astray"}
        assert report.state is State.WARNING
        assert len(ti.idp.asked) == 1
        assert "s2_dns" in {one.name for one in report.metrics}


def test_timeout_state_is_for_silence_only(tmp_path: Path) -> None:
    """A wrong answer stays what it is."""
    with Ti(tmp_path) as ti:
        ti.dns.become({}, Records(silent=True))
        assert ti.run("--timeout-state", "warning", "-t", "2").state is State.WARNING
        ti.dns.become({FACHDIENST: Records("8.8.8.8"), IDP: Records("8.8.8.8")})
        report = ti.run("--timeout-state", "warning", "--ti-network", "100.102.0.0/15")
        assert (report.state, keys(report)) == (State.CRITICAL, ["erp.dns_public"])


@pytest.mark.parametrize(
    ("scenario", "state", "key"),
    [
        ("way-free-with-fetches", 0, "erp.way_free"),
        ("names-withheld-by-the-router", 2, "erp.dns_nodata"),
        ("access-provider-down", 1, "kon.vpn_offline.central"),
        ("smcb-pin-not-entered", 2, "smcb.pin_missing"),
        ("card-way-down-centrally", 1, "vsdm.down"),
    ],
)
def test_a_recorded_situation(scenario: str, state: int, key: str) -> None:
    """As it was judged on its day, whatever day it is."""
    report = CHECK.run(parse(CHECK, ["--replay", str(RECORDED / scenario)]))
    assert (report.state, report.findings[0].key) == (state, key)


def test_every_recorded_situation_is_judged_here() -> None:
    """None lies about unused."""
    marks = test_a_recorded_situation.pytestmark  # type: ignore[attr-defined]
    assert {one.name for one in RECORDED.iterdir()} == {row[0] for row in marks[0].args[1]}


def test_a_result_of_another_line_is_no_news_of_this_one(tmp_path: Path) -> None:
    """The limit is shared, the result is not: it went out by another address."""
    with Ti(tmp_path) as ti:
        ti.idp.behave(status=503)
        assert ti.facts("--source", HERE).verdict == "unconfirmed"
        report = ti.run("--source", "127.0.0.2")
        facts = facts_of(report)
        assert (report.state, facts.verdict, facts.central["idp"].state) == (0, "ok", "elsewhere")
        assert "idp" not in facts.phases
        assert len(ti.idp.asked) == 1


@pytest.mark.slow
def test_a_hanging_ti_lage_leaves_time_for_the_way(tmp_path: Path) -> None:
    """The verdict is the site's own, with a note, inside the deadline."""
    with Ti(tmp_path) as ti, TiLage() as tilage:
        tilage.behave(silent="connection")
        report = ti.run(
            "--tilage", "--tilage-url", tilage.url,
            "--tilage-tls-fingerprint", tilage.fingerprint, "-t", "6",
        )  # fmt: skip
        facts = facts_of(report)
        assert (report.state, facts.verdict, facts.central["idp"].state) == (0, "ok", "good")
        assert "erp.no_tilage" in {one.key for one in report.findings}


def test_a_konnektor_in_a_critical_state_is_a_broken_link() -> None:
    """It answers with fault 4002: there, and of no use."""
    told = {"operation": "GetCards", "reason": "fault_critical_state", "values": {}}
    answer = {"failures": [{**told, "kind": "critical"}]}
    assert konnektor_holds({"failure": None, "answer": answer}) is False
    assert konnektor_holds({"failure": None, "answer": {"failures": []}}) is True
    assert konnektor_holds({"failure": {"kind": "silent"}, "answer": None}) is False
    assert konnektor_holds(None) is None
    for kind, useful in (("tls", False), ("internal", False), ("card", True), ("request", True)):
        answer = {"failures": [{**told, "kind": kind}]}
        assert konnektor_holds({"failure": None, "answer": answer}) is useful
