"""check_apo_uplink on a host with two gateways and two internets, whatever breaks of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from commands import perfdata_of
from timing import SPARE_SECONDS
from two_internets import (
    ASK,
    BOTH,
    NAME_SERVER,
    NETS,
    TARGETS,
    TARGETS_6,
    Site,
    two_internets,
)
from upsd import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

FAST = ("-t", "1.5")
"""A deadline for runs that meet silence."""


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One network for all tests of this file."""
    with two_internets(tmp_path_factory.mktemp("internets")) as site:
        yield site


@pytest.fixture
def site(network: Site) -> Site:
    """The healthy site."""
    network.heal()
    return network


def test_both_lines_up_is_ok(site: Site) -> None:
    """Two lines, three targets each."""
    done = site.run(*BOTH, *ASK, "--dns", NAME_SERVER, "--https", f"{TARGETS[0]}:8443")
    assert done.code == 0, done.out
    assert "fibre" in done.line_1
    assert {"fibre_rtt", "fibre_loss", "fibre_jitter", "lte_rtt", "lte_loss", "lte_jitter"} <= (
        perfdata_of(done).keys()
    )
    assert {"on_backup_time", "switches"} <= perfdata_of(done).keys()


def test_the_facts_of_a_healthy_site(site: Site) -> None:
    """Every layer of both lines answers, by the way that the routing proves."""
    told = site.answer(*BOTH, *ASK, "--dns", NAME_SERVER, "--https", f"{TARGETS[0]}:8443")
    assert told["state"] == 0
    assert (told["facts"]["active_line"], told["facts"]["active_by"]) == ("fibre", "routing")
    for name in ("fibre", "lte"):
        line = told["lines"][name]
        assert line["alive"] is line["gateway_alive"] is line["dns"] is line["https"] is True
        assert (line["targets_alive"], line["targets_total"], line["way"]) == (3, 3, "proven")
        assert line["rtt_seconds"] < 1
        assert line["loss_percent"] == 0
    assert told["lines"]["fibre"]["active"] is True
    assert told["lines"]["lte"]["active"] is False
    assert told["facts"]["on_backup_seconds"] == 0


def test_targets_are_asked_side_by_side(site: Site) -> None:
    """Six silent targets take as long as one."""
    for name in NETS:
        site.drop(name, "tcp dport 443")
    one = site.answer("--line", "fibre,interface=fibre", "--target", TARGETS[0], *FAST)["seconds"]
    six = site.answer(*BOTH, *ASK, *FAST)["seconds"]
    assert six < 3 * one


@pytest.mark.parametrize(
    ("cut", "reason", "gateway"),
    [
        ("pull_the_cable", "no_carrier", False),
        ("cut_at_the_modem", "gateway_silent", False),
        ("cut_behind_the_modem", "behind_gateway", True),
    ],
)
def test_the_primary_is_cut(site: Site, cut: str, reason: str, gateway: bool) -> None:
    """Traffic that stays in the dead line is a fault at once and critical soon; the layer is told;
    once the routing has changed, the pharmacy runs on mobile data."""
    getattr(site, cut)("fibre")
    told = site.answer(*BOTH, *ASK, *FAST)
    fibre = told["lines"]["fibre"]
    assert (fibre["alive"], fibre["reason"], fibre["gateway_alive"]) == (False, reason, gateway)
    assert told["lines"]["lte"]["alive"] is True
    assert told["keys"]["net.not_switched"] == 1
    assert told["seconds"] < 1.5 + SPARE_SECONDS
    assert site.answer(*BOTH, *ASK, *FAST, "--switch-time", "0")["state"] == 2
    site.use("lte")
    told = site.answer(*BOTH, *ASK, *FAST, "--min-backup-time", "0")
    assert told["keys"]["net.on_lte"] == 1
    assert told["state"] == 1
    assert told["facts"]["active_line"] == "lte"


def test_a_nightly_reconnect_is_no_event(site: Site) -> None:
    """On the backup for a moment only: OK, and said."""
    site.cut_behind_the_modem("fibre")
    site.use("lte")
    done = site.run(*BOTH, *ASK, *FAST)
    assert done.code == 0, done.out
    assert "wird beobachtet" in done.out


def test_names_are_cut_on_the_primary(site: Site) -> None:
    """The line carries packets and no names: a warning, with the other line's names at hand."""
    site.drop("fibre", "udp dport 53")
    told = site.answer(*BOTH, *ASK, "--dns", NAME_SERVER, *FAST)
    assert told["keys"]["net.no_dns"] == 1
    fibre = told["lines"]["fibre"]
    assert (fibre["alive"], fibre["dns"]) == (True, False)
    assert told["lines"]["lte"]["dns"] is True
    site.drop("lte", "udp dport 53")
    assert site.answer(*BOTH, *ASK, "--dns", NAME_SERVER, *FAST)["keys"]["net.no_dns"] == 2


def test_https_is_cut_on_the_primary(site: Site) -> None:
    """TCP is opened, names are found, but large packets do not come back: no HTTPS."""
    site.drop("fibre", "ip saddr 203.0.113.0/24 tcp sport 8443 ip length > 100")
    told = site.answer(
        *BOTH, *ASK, "--dns", NAME_SERVER, "--https", f"{TARGETS[0]}:8443", *FAST
    )  # fmt: skip
    assert told["keys"]["net.no_https"] == 1
    assert told["lines"]["fibre"]["https"] is False
    assert told["lines"]["lte"]["https"] is True


def test_the_idle_backup_is_cut(site: Site) -> None:
    """No spare line is a warning while the primary works."""
    site.cut_behind_the_modem("lte")
    told = site.answer(*BOTH, *ASK, *FAST)
    assert told["keys"]["net.backup_down"] == 1
    assert told["state"] == 1
    assert told["facts"]["active_line"] == "fibre"


def test_both_are_cut(site: Site) -> None:
    """No line: critical, within the deadline, with the provider's name for it and the step."""
    site.cut_behind_the_modem("fibre")
    site.cut_at_the_modem("lte")
    done = site.run(*BOTH, *ASK, *FAST)
    assert done.code == 2
    assert "beide Internetleitungen ausgefallen" in done.line_1
    assert "Zuständig: Internetanbieter" in done.out
    assert done.seconds < 1.5 + SPARE_SECONDS
    assert perfdata_of(done)["fibre_loss"] == 100


def test_a_vanished_device_is_a_dead_line(site: Site) -> None:
    """The stick is pulled, the address or the route is gone: that is no fault of the check."""
    lines = ("--line", "fibre,interface=fibre", "--line")
    told = site.answer(*lines, "stick,interface=wwan7", *ASK)
    assert told["lines"]["stick"]["reason"] == "no_device"
    told = site.answer(*lines, "stick,source=192.0.2.99", *ASK)
    assert told["lines"]["stick"]["reason"] == "no_address"
    site.host.configure("route flush default dev lte")
    told = site.answer(*lines, "stick,interface=lte", *ASK, *FAST)
    assert told["lines"]["stick"]["reason"] == "no_route"
    assert told["keys"]["net.backup_down"] == 1


def test_switch_and_switch_back_are_remembered(site: Site, tmp_path: Path) -> None:
    """Two switches, the interruption measured by the runs that saw it, and the drill just done."""
    state = ("--state-dir", str(tmp_path), "--min-backup-time", "0")
    assert site.answer(*BOTH, *ASK, *state)["facts"]["last_drill_age_days"] is None
    site.cut_behind_the_modem("fibre")
    broken = site.answer(*BOTH, *ASK, *state, *FAST)
    assert broken["facts"]["interruption_seconds"] == 0
    site.use("lte")
    on_backup = site.answer(*BOTH, *ASK, *state, *FAST)["facts"]
    assert on_backup["last_drill_age_days"] == 0
    assert on_backup["last_interruption_seconds"] > broken["seconds"] - 1
    site.heal()
    back = site.answer(*BOTH, *ASK, *state)
    assert back["state"] == 0
    assert back["facts"]["switches_24h"] == 2
    assert back["facts"]["longest_interruption_seconds"] == on_backup["last_interruption_seconds"]
    assert back["facts"]["on_backup_seconds"] == 0


def test_still_on_the_backup_although_the_primary_is_back(site: Site) -> None:
    """The way back has not happened: said as such."""
    site.use("lte")
    told = site.answer(*BOTH, *ASK, "--min-backup-time", "0")
    assert told["keys"]["net.not_back"] == 1


def test_loss_on_one_line_is_measured(site: Site) -> None:
    """Every fourth packet or so is lost on one line; the other one is clean."""
    site.drop("lte", "ip daddr 203.0.113.0/24 numgen random mod 100 < 40")
    told = site.answer(*BOTH, *ASK, "--samples", "40", "-t", "6")
    assert told["lines"]["fibre"]["loss_percent"] == 0
    assert 20 < told["lines"]["lte"]["loss_percent"] < 60
    assert told["lines"]["lte"]["alive"] is True
    assert told["keys"]["net.loss_high"] == 1


def test_a_quorum_of_targets(site: Site) -> None:
    """One dead target is no outage; fewer than asked for is one."""
    site.drop("fibre", f"ip daddr {TARGETS[0]}")
    assert site.answer(*BOTH, *ASK, *FAST)["state"] == 0
    told = site.answer(*BOTH, *ASK, "--min-targets", "3", *FAST)
    assert told["lines"]["fibre"]["alive"] is False
    assert told["lines"]["fibre"]["targets_alive"] == 2
    assert told["keys"]["net.not_switched"]


def test_refusals_are_no_life(site: Site) -> None:
    """Targets that all refuse are dead: at once, and never OK."""
    told = site.answer(*BOTH, "--target", f"{TARGETS[0]}:444", "--target", f"{TARGETS[1]}:444")
    assert told["state"] == 2
    assert told["lines"]["lte"]["reason"] == "targets_refuse"
    assert told["seconds"] < SPARE_SECONDS


def test_a_source_address_alone_may_leave_by_the_other_line(site: Site) -> None:
    """Without a rule the probe is not believed; with one it is, and the way is proven."""
    lines = (
        "--line", f"fibre,source={NETS['fibre'].host}", "--line", f"lte,source={NETS['lte'].host}",
    )  # fmt: skip
    told = site.answer(*lines, *ASK)
    assert (told["state"], told["keys"]["net.wrong_way"]) == (3, 3)
    assert (told["lines"]["lte"]["alive"], told["lines"]["lte"]["way"]) == (None, "other")
    site.host.configure(
        f"rule add from {NETS['lte'].host} table 77",
        f"route replace default via {NETS['lte'].gateway} dev lte table 77",
    )
    told = site.answer(*lines, *ASK)
    assert told["state"] == 0, told
    assert told["lines"]["lte"]["way"] == "proven"
    assert told["facts"]["active_line"] == "fibre"


def test_gateways_alone_tell_lines_apart(site: Site) -> None:
    """A line known by its gateway is probed only when the traffic goes there."""
    lines = (
        "--line", f"fibre,gateway={NETS['fibre'].gateway}",
        "--line", f"lte,gateway={NETS['lte'].gateway}",
    )  # fmt: skip
    told = site.answer(*lines, *ASK)
    assert told["facts"]["active_line"] == "fibre"
    assert told["lines"]["fibre"]["way"] == "proven"
    assert told["lines"]["lte"]["way"] == "other"
    assert told["lines"]["lte"]["gateway_alive"] is True
    assert told["state"] == 3


def test_one_router_with_pinned_targets(site: Site) -> None:
    """Nothing can be bound: each line has a target of its own, and that its way is not proven
    from here is said."""
    lines = (
        "--line", f"dsl,target={TARGETS[0]}:443", "--line", f"lte,target={TARGETS[1]}:443",
    )  # fmt: skip
    told = site.answer(*lines, "--target", TARGETS[2])
    assert told["state"] == 0
    assert told["keys"]["net.way_unproven"] == 0
    assert told["facts"]["active_line"] is None
    site.drop("fibre", f"ip daddr {TARGETS[1]}")
    assert site.answer(*lines, "--target", TARGETS[2], *FAST)["keys"]["net.backup_down"] == 1
    site.drop("fibre", "ip daddr 203.0.113.0/24")
    assert site.answer(*lines, "--target", TARGETS[2], *FAST)["keys"]["net.both_down"] == 2


def test_the_public_address_tells_the_active_line(site: Site) -> None:
    """By what a service sees, asked over each line and as the traffic goes."""
    egress = ("--egress", f"http://{TARGETS[0]}/ip")
    told = site.answer(*BOTH, *ASK, *egress)["facts"]
    assert (told["active_line"], told["active_by"]) == ("fibre", "egress")
    site.use("lte")
    told = site.answer(*BOTH, *ASK, *egress)["facts"]
    assert (told["active_line"], told["active_by"]) == ("lte", "egress")
    lines = (
        "--line", f"fibre,target={TARGETS[0]}:443,egress=192.0.2.0/24",
        "--line", f"lte,target={TARGETS[1]}:443,egress={NETS['lte'].host}",
    )  # fmt: skip
    assert site.answer(*lines, *egress)["facts"]["active_line"] == "lte"


def test_ipv6_lines(site: Site) -> None:
    """The same over IPv6, with the active line by IPv6's own routing."""
    ask = tuple(word for target in TARGETS_6 for word in ("--target", f"[{target}]:443"))

    def all_alive() -> bool:
        told = site.answer(*BOTH, *ask)
        return all(line["targets_alive"] == 2 for line in told["lines"].values())

    # The kernel's neighbour discovery begins when the links are up, in its own time.
    assert until(all_alive)
    told = site.answer(*BOTH, *ask)
    assert told["state"] == 0, told
    assert told["facts"]["active_line"] == "fibre"
    site.host.configure(f"-6 route replace default via {NETS['lte'].gateway6} dev lte metric 10")
    told = site.answer(*BOTH, *ask, *ASK)
    assert told["facts"]["active_line_ipv6"] == "lte"
    assert told["keys"]["net.families_differ"] == 0


def test_it_works_without_root(site: Site) -> None:
    """Without any capability both lines are told apart, and one line says what one would add."""
    done = site.run(*BOTH, *ASK, "--icmp", bare=True)
    assert done.code == 0, done.out
    assert len([row for row in done.out.split("\n") if "CAP_NET_RAW" in row]) == 1
    site.host.set("net.ipv4.ping_group_range", "0 2147483647")
    done = site.run(*BOTH, *ASK, "--icmp", bare=True)
    assert done.code == 0, done.out
    assert "CAP_NET_RAW" not in done.out


def test_ping_counts_where_it_is_permitted(site: Site) -> None:
    """With --icmp a target without an open port is alive; without the right it is not."""
    ask = ("--target", f"{TARGETS[0]}:444", "--target", f"[{TARGETS_6[0]}]:444", "--icmp")
    assert site.answer(*BOTH, *ask, bare=True)["state"] == 2
    raw = site.answer(*BOTH, *ask)
    site.host.set("net.ipv4.ping_group_range", "0 2147483647")
    for told in (raw, site.answer(*BOTH, *ask, bare=True)):
        assert told["state"] == 0
        assert told["lines"]["lte"]["targets_alive"] == 2
        assert told["lines"]["lte"]["rtt_seconds"] < 1


def test_a_recording_is_judged_alike(site: Site, tmp_path: Path) -> None:
    """What was recorded gives the same verdict and facts without any network."""
    site.cut_behind_the_modem("lte")
    file = tmp_path / "recording"
    live = site.answer(*BOTH, *ASK, *FAST, "--record", str(file))
    site.heal()
    again = site.answer("--replay", str(file))
    assert again["facts"] == live["facts"]
    assert again["keys"] == live["keys"]
    broken = json.loads(file.read_text())
    broken["answers"]["lines"] = [{"name": "x"}]
    file.write_text(json.dumps(broken))
    done = site.run("--replay", str(file))
    assert done.code == 3
    assert "--replay" in done.out


def test_the_rehearsal_is_missed(site: Site, tmp_path: Path) -> None:
    """A backup that carried traffic long ago is reminded of; just now it is not."""
    state = ("--state-dir", str(tmp_path), "--drill-max-age", "90d")
    site.use("lte")
    site.answer(*BOTH, *ASK, *state)
    site.use("fibre")
    assert site.answer(*BOTH, *ASK, *state)["state"] == 0
    for file in tmp_path.glob("uplink*.json"):
        kept = json.loads(file.read_text())
        kept["data"]["last_drill"] -= 100 * 86400
        file.write_text(json.dumps(kept))
    told = site.answer(*BOTH, *ASK, *state)
    assert told["keys"]["net.drill_old"] == 1
    assert told["facts"]["last_drill_age_days"] == 100
