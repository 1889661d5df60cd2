"""check_apo_uplink: options to lines, evidence to facts, facts to findings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from commands import run

from apowacht.plugins.core.advice import ADVICE
from apowacht.plugins.core.cli import parse
from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.render import as_dict
from apowacht.plugins.core.report import Report, State
from apowacht.plugins.read import uplink, uplink_memory
from apowacht.plugins.read.router_facts import Mobile, RouterFacts, RouterLine
from apowacht.plugins.read.uplink_lines import (
    Line,
    Target,
    labels,
    parse_lines,
    parse_target,
    within,
)
from apowacht.plugins.read.uplink_merge import merged
from apowacht.plugins.uplink import CHECK, LineFacts, UplinkFacts, judge

if TYPE_CHECKING:
    from pathlib import Path

W, C, U, OK = State.WARNING, State.CRITICAL, State.UNKNOWN, State.OK

FIBRE = LineFacts(
    "fibre",
    "fibre",
    "Telekom",
    True,
    True,
    True,
    True,
    True,
    0.012,
    0.0,
    0.001,
    3,
    3,
    True,
    "proven",
)
LTE = LineFacts(
    "lte", "mobile", "o2", True, False, True, True, True, 0.05, 0.0, 0.01, 3, 3, True, "proven"
)
DEAD: dict[str, Any] = {
    "alive": False,
    "reason": "behind_gateway",
    "dns": False,
    "loss_percent": 100.0,
}
HEALTHY = UplinkFacts(
    lines=(FIBRE, LTE),
    active_line="fibre",
    active_by="routing",
    claims={"routing": "fibre"},
    traffic_flows=True,
    on_backup_seconds=0,
    stuck_seconds=0,
    switches_24h=0,
    last_drill_age_days=20,
    memory_age_days=200,
    interruption_seconds=0,
)


def judged(facts: UplinkFacts, *arguments: str) -> Report:
    """The report on these facts with these options."""
    options = parse(CHECK, arguments)
    return Report("uplink", tuple(judge(facts, options)), facts)


def keys(report: Report) -> dict[str, State]:
    """The failure classes that are not OK."""
    return {f.key: f.state for f in report.findings if f.state is not State.OK}


def lines(fibre: dict[str, Any], lte: dict[str, Any], active: str = "fibre") -> dict[str, Any]:
    """Both lines with something changed, and which one is active."""
    return {
        "lines": (
            replace(FIBRE, **{"active": active == "fibre", **fibre}),
            replace(LTE, **{"active": active == "lte", **lte}),
        ),
        "active_line": active or None,
    }


UNSURE: dict[str, Any] = {"active": None}
STUCK: dict[str, Any] = {"traffic_flows": False}
TABLE: list[tuple[str, dict[str, Any], list[str], dict[str, State]]] = [
    ("a healthy site is quiet", {}, [], {}),
    ("a site whose active line is unknown is quiet", lines(UNSURE, UNSURE, ""), [], {}),
    ("no spare line is a warning", lines({}, DEAD), [], {"net.backup_down": W}),
    (
        "no line is critical",
        {**lines(DEAD, DEAD), "interruption_seconds": 60},
        [],
        {"net.both_down": C},
    ),
    (
        "the only line is down",
        {"lines": (replace(FIBRE, **DEAD),), "interruption_seconds": 60},
        [],
        {"net.line_down": C},
    ),
    (
        "three lines are down",
        {"lines": tuple(replace(FIBRE, **DEAD, name=name) for name in "abc")},
        [],
        {"net.all_down": C},
    ),
    (
        "on mobile data for long is a warning",
        {**lines(DEAD, {}, "lte"), "on_backup_seconds": 400},
        [],
        {"net.on_lte": W},
    ),
    (
        "a nightly reconnect is no event",
        {**lines(DEAD, {}, "lte"), "on_backup_seconds": 60},
        [],
        {},
    ),
    (
        "how long is up to the site",
        {**lines(DEAD, {}, "lte"), "on_backup_seconds": 60},
        ["--min-backup-time", "30s"],
        {"net.on_lte": W},
    ),
    (
        "without memory it is a warning at once",
        {**lines(DEAD, {}, "lte"), "on_backup_seconds": None},
        [],
        {"net.on_lte": W},
    ),
    (
        "a backup that is no mobile line",
        {**lines(DEAD, {"tech": "dsl"}, "lte"), "on_backup_seconds": 400},
        [],
        {"net.on_backup": W},
    ),
    (
        "the way back has not happened",
        {**lines({}, {}, "lte"), "on_backup_seconds": 400},
        [],
        {"net.not_back": W},
    ),
    (
        "a switch-over takes its time",
        {**lines(DEAD, {}), **STUCK, "stuck_seconds": 30},
        [],
        {"net.not_switched": W},
    ),
    (
        "a switch-over that does not come is critical",
        {**lines(DEAD, {}), **STUCK, "stuck_seconds": 130},
        [],
        {"net.not_switched": C},
    ),
    (
        "and without memory at once",
        {**lines(DEAD, {}), **STUCK, "stuck_seconds": None},
        [],
        {"net.not_switched": C},
    ),
    (
        "traffic that arrives nowhere although the lines live",
        {**STUCK, "traffic_alive": False, "stuck_seconds": 300},
        [],
        {"net.not_switched": C},
    ),
    (
        "a dead primary when nobody knows the active line",
        {**lines({**DEAD, **UNSURE}, UNSURE, ""), "on_backup_seconds": 40},
        [],
        {"net.primary_down": W},
    ),
    (
        "a dead primary for a moment, and the traffic flows",
        {
            **lines({**DEAD, **UNSURE}, UNSURE, ""),
            "on_backup_seconds": 40,
            "traffic_alive": True,
        },
        [],
        {},
    ),
    (
        "a dead primary and nothing known of the backup",
        lines(DEAD, {"alive": None, "reason": "wrong_way"}),
        [],
        {"net.primary_down": C, "net.wrong_way": U},
    ),
    (
        "a line that could not be probed is unknown, never fine",
        lines({}, {"alive": None, "reason": "wrong_way"}),
        [],
        {"net.wrong_way": U},
    ),
    (
        "no names on one line",
        lines({"dns": False}, {}),
        [],
        {"net.no_dns": W},
    ),
    (
        "no names at all",
        lines({"dns": False, "https": False}, {"dns": False}),
        [],
        {"net.no_dns": C},
    ),
    ("no HTTPS on one line", lines({"https": False}, {}), [], {"net.no_https": W}),
    ("heavy loss", lines({"loss_percent": 30.0}, {}), [], {"net.loss_high": W}),
    (
        "limits of the site's own",
        lines({"rtt_seconds": 0.5, "jitter_seconds": 0.2}, {}),
        ["--rtt-critical", "0.4", "--jitter-warning", "0.1"],
        {"net.rtt_high": C, "net.jitter_high": W},
    ),
    ("flapping", {"switches_24h": 9}, [], {"net.flapping": W}),
    ("a recent rehearsal", {}, ["--drill-max-age", "90d"], {}),
    (
        "an old rehearsal",
        {"last_drill_age_days": 100},
        ["--drill-max-age", "90d"],
        {"net.drill_old": W},
    ),
    (
        "no rehearsal in living memory",
        {"last_drill_age_days": None},
        ["--drill-max-age", "90d"],
        {"net.drill_never": W},
    ),
    (
        "a memory too young to complain",
        {"last_drill_age_days": None, "memory_age_days": 5},
        ["--drill-max-age", "90d"],
        {},
    ),
    ("two lines of one kind", lines({}, {"tech": "fibre"}), [], {"net.same_tech": W}),
    ("two lines of one provider", lines({}, {"provider": "TELEKOM"}), [], {"net.same_provider": W}),
    (
        "a router that does not answer is no outage",
        {"router_trouble": {"kind": "Unreachable", "reason": "no_snmp_answer",
                            "values": {"host": "r", "port": 161, "phase": "request"}}},
        [],
        {"net.router_silent": U},
    ),
    (
        "unless the site says that it is",
        {"router_trouble": {"kind": "Unreachable", "reason": "no_snmp_answer",
                            "values": {"host": "r", "port": 161, "phase": "request"}}},
        ["--timeout-state", "critical"],
        {"net.router_silent": C},
    ),
    (
        "a mobile line without a SIM",
        {"mobile": {"operator": None, "technology": None, "signal_dbm": None,
                    "registered": None, "sim": "missing"}},
        [],
        {"net.sim_missing": W},
    ),
    (
        "a weak signal",
        {"mobile": {"operator": "o2", "technology": "LTE", "signal_dbm": -115,
                    "registered": True, "sim": "ready"}},
        ["--signal-warning=-110"],
        {"net.signal_weak": W},
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "arguments", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_verdict(changes: dict[str, Any], arguments: list[str], expected: dict[str, State]) -> None:
    """A healthy site with one thing changed gives exactly the findings that belong to it."""
    assert keys(judged(replace(HEALTHY, **changes), *arguments)) == expected


def test_perfdata_of_a_healthy_site() -> None:
    """The labels of the contract, in seconds and percent; what nobody told is absent."""
    metrics = {m.name: (m.value, m.unit) for m in judged(HEALTHY).metrics}
    assert metrics == {
        "fibre_rtt": (0.012, "s"), "fibre_loss": (0.0, "%"), "fibre_jitter": (0.001, "s"),
        "lte_rtt": (0.05, "s"), "lte_loss": (0.0, "%"), "lte_jitter": (0.01, "s"),
        "on_backup_time": (0, "s"), "switches": (0, ""),
    }  # fmt: skip
    silent = replace(HEALTHY, lines=(replace(FIBRE, rtt_seconds=None, jitter_seconds=None), LTE))
    assert "fibre_rtt" not in {m.name for m in judged(silent).metrics}


def test_every_reason_for_a_dead_line_can_be_said() -> None:
    """Each reason that the merging gives has its news, named by its line."""
    from apowacht.plugins.uplink import WHY

    assert set(WHY.values()) == {key for key in ADVICE if key.startswith("net.why_")}
    facts = replace(HEALTHY, **lines({}, DEAD))
    news = [f for f in judged(facts).findings if f.key == "net.why_behind_gateway"]
    assert [f.name for f in news] == ["lte"]


def test_the_json_tells_the_facts_of_the_contract() -> None:
    """By the names that others build on."""
    facts: Any = as_dict(judged(HEALTHY), "de")["facts"]
    assert {
        "lines", "active_line", "active_by", "on_backup_seconds", "switches_24h",
        "last_drill_age_days", "mobile",
    } <= facts.keys()  # fmt: skip
    assert {
        "name", "tech", "provider", "alive", "active", "gateway_alive", "dns", "rtt_seconds",
        "loss_percent", "jitter_seconds", "targets_alive", "targets_total",
    } <= facts["lines"][0].keys()  # fmt: skip


# --- options ------------------------------------------------------------------------------------


def test_a_line_is_read() -> None:
    """All keys, several targets, IPv6, blanks, and other spellings of a technology."""
    text = (
        "Glasfaser Büro, source=2001:db8::5, interface=eth1.7 ,gateway=2001:db8::1,"
        "target=[2001:db8:f::1]:8443,target=a.example,via=router,tech=Fiber,provider=Telekom AG,"
        "egress=203.0.113.0/24"
    )
    (line,) = parse_lines([text])
    assert line == Line(
        "Glasfaser Büro",
        source="2001:db8::5",
        interface="eth1.7",
        gateway="2001:db8::1",
        targets=(Target("2001:db8:f::1", 8443), Target("a.example", 443)),
        router=True,
        tech="fibre",
        provider="Telekom AG",
        egress="203.0.113.0/24",
    )


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        ([""], "uplink_line_name"),
        (["interface=eth0"], "uplink_line_name"),
        (["a,interfce=eth0"], "uplink_line_key"),
        (["a,eth0"], "uplink_line_key"),
        (["a,interface="], "uplink_line_value"),
        (["a,interface=a-name-that-is-too-long"], "uplink_line_value"),
        (["a,source=eth0"], "uplink_line_value"),
        (["a,gateway=192.0.2.300"], "uplink_line_value"),
        (["a,via=modem"], "uplink_line_value"),
        (["a,egress=192.0.2.0/33"], "uplink_line_value"),
        (["a,tech=copper"], "uplink_line_tech"),
        (["a,source=192.0.2.1,source=192.0.2.2"], "uplink_key_twice"),
        (["a,target=h:0"], "bad_port"),
        (["a,target=h:70000"], "bad_port"),
        (["a,target=h:4742"], "sicct_port"),
        (["a,target=h:x"], "uplink_bad_target"),
        (["a,target=[::1"], "uplink_bad_target"),
        (["a,interface=x", "A,interface=y"], "uplink_line_twice"),
        (["a,interface=x", "b,tech=dsl"], "uplink_line_bare"),
    ],
)
def test_a_line_that_is_wrong_is_named(texts: list[str], reason: str) -> None:
    """Every mistake has its own sentence."""
    with pytest.raises(OwnTrouble) as caught:
        parse_lines(texts)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "--line"),
        (["--line", "a,interface=lo"], "--target"),
        (["--line", "a,via=router"], "--router"),
        (["--line", "a,via=router", "--router", "snmp"], "--hostname"),
        (["--line", "a", "--target", "127.0.0.1:4742"], "4742"),
        (["--line", "a", "--target", "127.0.0.1", "--dns", "127.0.0.1:4742"], "4742"),
        (["--line", "a", "--target", "127.0.0.1", "--egress", "http://127.0.0.1:4742/"], "4742"),
        (["--line", "a", "--target", "127.0.0.1", "--egress", "ftp://x/"], "--egress"),
        (["--line", "a", "--target", "127.0.0.1", "--min-targets", "2"], "--min-targets"),
        (["--line", "a", "--target", "127.0.0.1", "--dns-name", "a..b"], "--dns-name"),
        (["--line", "a", "--target", "user@host"], "--target"),
    ],
)
def test_options_that_do_not_fit_are_named(arguments: list[str], words: str) -> None:
    """Before anything is asked: 3, and what to give; there are no targets by default."""
    done = run("check_apo_uplink", *arguments)
    assert done.code == 3
    assert words in done.out


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("192.0.2.1", Target("192.0.2.1", 443)),
        ("192.0.2.1:80", Target("192.0.2.1", 80)),
        ("2001:db8::1", Target("2001:db8::1", 443)),
        ("[2001:db8::1]:80", Target("2001:db8::1", 80)),
        ("[2001:db8::1]", Target("2001:db8::1", 443)),
    ],
)
def test_a_target_is_read(text: str, target: Target) -> None:
    """With and without a port, and as it is written again."""
    assert parse_target(text, "--target", 443) == target
    assert parse_target(str(target), "--target", 1) == target


def test_labels_are_short_plain_and_different() -> None:
    """Long names, letters that perfdata does not know, and names that begin alike."""
    names = ["Glasfaser Büro Nord", "Glasfaser Büro Süd", "LTE-Stick", "!!!", "glasfaser_buero"]
    found = labels(names)
    assert found == ["glasfaser_bu", "glasfaser_2", "lte_stick", "line4", "glasfaser_3"]
    assert all(len(f"{label}_jitter") <= 19 for label in found)


def test_addresses_within_networks() -> None:
    """IPv4, IPv6, single addresses, and families that do not mix."""
    assert within("203.0.113.7", "203.0.113.0/24")
    assert within("203.0.113.7", "203.0.113.7")
    assert within("2001:db8:1::5", "2001:db8:1::/48")
    assert not within("203.0.114.7", "203.0.113.0/24")
    assert not within("203.0.113.7", "::/0")


# --- evidence -----------------------------------------------------------------------------------


def target(way: list[Any] | None, answered: bool = True, name: str = "t:443") -> dict[str, Any]:
    """One target's evidence: `way` is device, gateway, source, certain."""
    return {
        "target": name, "way": way, "sent": 5, "lost": 0 if answered else 5,
        "rtts": [0.01, 0.02, 0.01] if answered else [], "reason": None if answered else "timeout",
        "ping": None,
    }  # fmt: skip


def evidence(line: str, *targets: dict[str, Any], **more: Any) -> dict[str, Any]:
    """One line's evidence, with a running device of the line's name."""
    return {
        "name": line, "device": line, "running": True, "targets": list(targets), "dns": [],
        "https": [], "gateway": None, "egress": None, **more,
    }  # fmt: skip


ROUTER_LINES = [Line("dsl", router=True, tech="dsl"), Line("lte", router=True, tech="mobile")]


def router(active: str | None, dsl: bool | None = True, lte: bool | None = True) -> RouterFacts:
    """A router's claim about two lines."""
    return RouterFacts(
        "snmp",
        [
            RouterLine("DSL-1", "dsl", dsl, active == "DSL-1"),
            RouterLine("lte", "mobile", lte, active == "lte"),
        ],
        active,
        Mobile("o2", "LTE", -80, True, "ready"),
    )


def test_times_are_means_over_the_targets_that_answer() -> None:
    """A target that never answers is no loss of the line."""
    way = ["a", "g", "s", True]
    asked = {"lines": [evidence("a", target(way), target(way, answered=False, name="u:443"))]}
    one = merged([Line("a", interface="a")], asked, None, 1, {})["lines"][0]
    assert (one["alive"], one["targets_alive"], one["targets_total"]) == (True, 1, 2)
    assert one["rtt_seconds"] == pytest.approx(0.01333, abs=1e-4)
    assert one["jitter_seconds"] == pytest.approx(0.01)
    assert one["loss_percent"] == 0


def test_the_same_way_twice_is_one_line() -> None:
    """Two lines over one device and gateway: the second was not probed at all."""
    way = ["eth0", "192.0.2.1", "192.0.2.5", True]
    both = [
        Line("a", source="192.0.2.5"),
        Line("b", source="192.0.2.6"),
    ]
    asked = {
        "lines": [
            evidence("a", target(way), device="eth0"), evidence("b", target(way), device="eth0"),
        ]
    }  # fmt: skip
    facts = merged(both, asked, None, 1, {})["lines"]
    assert [line["alive"] for line in facts] == [True, None]
    assert facts[1]["reason"] == "wrong_way"


def test_two_gateways_on_one_device_are_told_apart() -> None:
    """By the gateway that the lookup names."""
    both = [
        Line("a", source="192.0.2.5", gateway="192.0.2.1"),
        Line("b", source="192.0.2.6", gateway="192.0.2.2"),
    ]
    asked = {
        "lines": [
            evidence("a", target(["eth0", "192.0.2.1", "x", True]), device="eth0"),
            evidence("b", target(["eth0", "192.0.2.2", "y", True]), device="eth0"),
        ],
        "routing": {"ways": [[4, "eth0", "192.0.2.2"]], "defaults": []},
    }
    facts = merged(both, asked, None, 1, {})
    assert [line["alive"] for line in facts["lines"]] == [True, True]
    assert facts["active_line"] == "b"


def test_readiness_from_the_router_alone() -> None:
    """By name, by technology where the name differs, and said to be its word only."""
    facts = merged(ROUTER_LINES, {}, router("DSL-1", lte=False), 1, {})
    assert [line["alive"] for line in facts["lines"]] == [True, False]
    assert [line["probed"] for line in facts["lines"]] == [False, False]
    assert (facts["active_line"], facts["active_by"]) == ("dsl", "router")
    assert facts["mobile"]["operator"] == "o2"


def test_traffic_that_arrives_nowhere_outweighs_the_router() -> None:
    """The router calls both lines up; our targets answer over none."""
    asked = {
        "lines": [evidence("dsl", device=None), evidence("lte", device=None)],
        "unbound": {"targets": [target(["eth0", "g", "s", True], answered=False)]},
    }
    facts = merged(ROUTER_LINES, asked, router("DSL-1"), 1, {})
    assert [line["alive"] for line in facts["lines"]] == [False, False]
    assert facts["lines"][0]["reason"] == "traffic_dead"


def test_the_active_line_behind_a_router_gets_the_traffic_s_times() -> None:
    """Names and times of the traffic as it goes belong to the line that carries it."""
    unbound = {
        "targets": [target(["eth0", "g", "s", True])],
        "dns": [{"works": False}],
        "https": [],
    }
    asked = {"lines": [evidence("dsl", device=None), evidence("lte", device=None)],
             "unbound": unbound}  # fmt: skip
    dsl, lte = merged(ROUTER_LINES, asked, router("DSL-1"), 1, {})["lines"]
    assert (dsl["alive"], dsl["dns"], dsl["targets_alive"]) == (True, False, 1)
    assert dsl["rtt_seconds"] is not None
    assert (lte["alive"], lte["rtt_seconds"]) == (True, None)


def test_a_line_that_stands_by_carries_nothing() -> None:
    """The router names no active line, the first is down, the second only ready."""
    told = RouterFacts(
        "fritzbox",
        [RouterLine("dsl", "dsl", False), RouterLine("lte", "mobile", True, None, "standby")],
    )
    facts = merged(ROUTER_LINES, {}, told, 1, {})
    assert uplink.flows(facts) is False
    facts["lines"][1]["router_detail"] = None
    assert uplink.flows(facts) is True


def test_a_switched_off_line_would_not_take_over() -> None:
    """A line that the router has disabled is no spare one; one that it lacks is unknown."""
    facts = RouterFacts("snmp", [RouterLine("lte", "mobile", None, None, "disabled")])
    off, missing = merged(
        [Line("lte", router=True), Line("other", router=True)], {}, facts, 1, {}
    )["lines"]  # fmt: skip
    assert (off["alive"], off["reason"]) == (False, "disabled")
    assert (missing["alive"], missing["reason"]) == (None, "router_unnamed")


def test_claim_and_evidence_are_both_shown() -> None:
    """Routing says fibre, the router says lte and calls a line down that answers."""
    both = [Line("dsl", interface="dsl", tech="dsl"), Line("lte", interface="lte", tech="mobile")]
    asked = {
        "lines": [
            evidence("dsl", target(["dsl", "g1", "s", True])),
            evidence("lte", target(["lte", "g2", "s", True])),
        ],
        "routing": {"ways": [[4, "dsl", "g1"]], "defaults": []},
    }
    facts = merged(both, asked, router("lte", dsl=False), 1, {})
    assert facts["active_line"] == "dsl"
    assert facts["claims"] == {"routing": "dsl", "router": "lte"}
    shown = UplinkFacts(
        lines=tuple(LineFacts(**line) for line in facts["lines"]),
        active_line="dsl",
        claims=facts["claims"],
        on_backup_seconds=0,
    )
    report = judged(shown)
    assert report.state is State.OK
    assert {"net.disagree", "net.router_claims_down"} <= {f.key for f in report.findings}


def test_the_router_s_own_lines_when_none_are_named() -> None:
    """Wired before mobile, under the user's names for them."""
    told = RouterFacts("snmp", [RouterLine("wwan0", "mobile", True), RouterLine("wan", None, True)])
    found = uplink.discovered(told, {"wan": "fibre"})
    assert [line.name for line in found] == ["fibre", "wwan0"]


# --- memory -------------------------------------------------------------------------------------


def test_memory_counts_switches_and_measures_interruptions() -> None:
    """Over a day: a switch, an interruption of two minutes, the way back, and forgetting."""
    day: list[tuple[float, str | None, bool | None, bool]] = [
        (0, "fibre", True, False), (60, "fibre", False, True), (180, "lte", True, False),
        (240, None, None, False), (900, "fibre", True, False),
    ]  # fmt: skip
    memory: dict[str, Any] = {}
    for now, active, usable, stuck in day:
        seen = uplink_memory.Seen(
            active, None if active is None else active == "lte", usable, stuck
        )
        memory = uplink_memory.changed(memory, seen, 1e9 + now)
    told = uplink_memory.facts(memory, seen, 1e9 + 900, kept_well=True)
    assert told["switches_24h"] == 2
    assert told["last_interruption_seconds"] == told["longest_interruption_seconds"] == 120
    assert told["last_drill_age_days"] == 0
    assert told["on_backup_seconds"] == 0
    memory = uplink_memory.changed(memory, seen, 1e9 + 2 * 86400)
    told = uplink_memory.facts(memory, seen, 1e9 + 2 * 86400, kept_well=True)
    assert (told["switches_24h"], told["last_drill_age_days"]) == (0, 1)


def test_time_on_the_backup_survives_a_run_that_saw_nothing() -> None:
    """A run that cannot tell the active line neither ends nor restarts the clock."""
    on = uplink_memory.Seen("lte", on_backup=True, usable=True, stuck=False)
    blind = uplink_memory.Seen(None, on_backup=None, usable=None, stuck=False)
    memory: dict[str, Any] = {}
    for now, seen in ((0, on), (100, blind), (400, on)):
        memory = uplink_memory.changed(memory, seen, 1e9 + now)
    told = uplink_memory.facts(memory, on, 1e9 + 400, kept_well=True)
    assert told["on_backup_seconds"] == 400


def test_a_broken_memory_is_replaced() -> None:
    """Values of the wrong kind or from the future are as good as none."""
    odd = {"begun": "x", "switches": ["y", 9e18], "backup_since": 9e18, "longest": "z",
           "broken_since": 1.0}  # fmt: skip
    seen = uplink_memory.Seen("lte", on_backup=True, usable=True, stuck=False)
    memory = uplink_memory.changed(odd, seen, 1e9)
    told = uplink_memory.facts(memory, seen, 1e9, kept_well=True)
    assert told["on_backup_seconds"] == 0
    assert told["switches_24h"] == 0


def test_no_memory_is_said_and_judged_without(tmp_path: Path) -> None:
    """A state folder that is a file: what only time tells is unknown, the run goes on."""
    file = tmp_path / "file"
    file.touch()
    done = run(
        "check_apo_uplink", "--line", "a", "--target", "127.0.0.1:9", "--state-dir", str(file),
        "-t", "2",
    )  # fmt: skip
    assert done.code == 2
    assert "ohne Gedächtnis" in done.out or "Zustand" in done.out
