"""Nagios: its example and its exports, verified and run by a real Nagios."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from exports import AWKWARD, checks, export, many, write_site
from nagios_daemon import Nagios

from apowacht.integrations.command import read
from apowacht.integrations.nagios import text
from apowacht.integrations.nagios.downtimes import downtimes
from apowacht.integrations.nagios.generate import files
from apowacht.integrations.nagios.objects import site_objects
from apowacht.integrations.patience import RHYTHMS
from apowacht.integrations.plugin_options import NOT_FOR_SERVERS
from apowacht.plugins.core.limits import option_name
from apowacht.plugins.core.listing import all_checks
from apowacht.plugins.sites.model import Site, Watch, Window
from apowacht.simulator.box import Box

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "integrations" / "nagios"
SHARED = tuple(FOLDER / name for name in ("commands.cfg", "templates.cfg", "contacts.cfg"))


def test_generated_files_are_fresh() -> None:
    """Renew them with `python integrations/nagios/generate.py`."""
    for name, made in files().items():
        assert (FOLDER / name).read_text(encoding="utf-8") == made, name


def test_commands_cfg_has_every_check_and_every_option() -> None:
    """What a plugin understands is written there, and reaches it."""
    told = (FOLDER / "commands.cfg").read_text(encoding="utf-8")
    for check in all_checks():
        part = told[
            : told.index(f"command_line                    $USER1$/check_apo_{check.name} ")
        ]
        part = part[part.rindex("}\n") :]
        for option in check.options:
            name = option_name(option)
            if name.removeprefix("--") not in NOT_FOR_SERVERS:
                assert re.search(rf"^#   {name}(=| )", part, re.M), f"{check.name}: {name}"


def test_every_check_has_its_template() -> None:
    """As patient as with Icinga; intervals are minutes here."""
    told = (FOLDER / "templates.cfg").read_text(encoding="utf-8")
    for check in all_checks():
        found = re.search(rf"(?m)^    name +apowacht-{check.name}\n((?:    .*\n)+)", told)
        assert found, check.name
        rows = dict(line.split() for line in found[1].splitlines())
        rhythm = RHYTHMS[check.name]
        assert float(rows["check_interval"]) * 60 == rhythm.interval
        assert float(rows["retry_interval"]) * 60 == rhythm.retry
        assert int(rows["max_check_attempts"]) == rhythm.attempts


def test_names_stay_apart() -> None:
    """Whatever is changed in a name, two of them never become the same one."""
    given = ["USV", "USV!", "USV$", "USV_", "  ", "Löwe's", "a  b", "a b"]
    made = text.names(given)
    assert len(set(made.values())) == len(given)
    assert made["USV"] == "USV"
    assert made["USV_"] == "USV_"
    assert made["Löwe's"] == "Löwe_s"
    assert not set("".join(made.values())) & set(text.ILLEGAL + ";\\")
    assert text.names(reversed(given)) == made


def test_the_chain_is_told_once(tmp_path: Path) -> None:
    """Each link suppresses the next one, and is suppressed with it; nothing is kept from asking.

    Of two UPS neither one alone explains anything.
    """
    address = {"hostname": "192.0.2.1"}
    context = {"mandant": "A", "client-system": "B", "workplace": "C"}
    chain = [
        {"check": "terminal", **address, **context},
        {"check": "uplink", "line": "dsl,source=192.0.2.1", "target": "192.0.2.9:443"},
        {"check": "connector", **address},
        {"check": "ups", **address},
    ]
    assert dependencies(tmp_path, chain) == [
        ("ups", "uplink"), ("uplink", "connector"), ("connector", "terminal"),
    ]  # fmt: skip
    chain.append({"check": "ups", "name": "USV 2", **address})
    assert dependencies(tmp_path, chain) == [("uplink", "connector"), ("connector", "terminal")]


def dependencies(folder: Path, told: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Parent and children of a site's dependencies."""
    file = write_site(folder, "nord", told)
    order = read(folder, (file,), None, inline=False, lang="de")
    made = site_objects(order.sites[0], order, date(2027, 1, 1))
    parts = re.findall(r"define servicedependency \{\n(.*?)\}", made, re.S)
    rows = [dict(line.split(maxsplit=1) for line in part.splitlines()) for part in parts]
    assert {one["execution_failure_criteria"] for one in rows} == {"n"}
    assert {one["notification_failure_criteria"] for one in rows} == {"c"}
    assert {one["inherits_parent"] for one in rows} == {"1"}
    return [(one["service_description"], one["dependent_service_description"]) for one in rows]


def test_opening_hours_are_a_timeperiod(tmp_path: Path) -> None:
    """Weekly hours with the ten minutes before, a closed day, a holiday and a duty night."""
    hours = {"hours": "Mo-Fr 08:00-13:00, 14:00-18:30; Sa 08:30-13:00", "holidays": "SH"}
    closed = {"closed": ["2027-08-02..2027-08-14"]}
    told = [
        {"check": "ups", "hostname": "192.0.2.1"},
        {"check": "connector", "hostname": "192.0.2.1"},
    ]
    file = write_site(tmp_path, "nord", told, **hours, **closed)
    order = read(tmp_path, (file,), None, inline=False, lang="de")
    assert not order.mistakes
    made = site_objects(order.sites[0], order, date(2027, 1, 1))
    period = made[made.index("define timeperiod") :].split("}")[0]
    rows = dict(re.findall(r"^    (\S.*?)  +(\S+)$", period, re.M))
    assert rows["monday"] == "07:50-13:00,13:50-18:30"
    assert "sunday" not in rows
    assert rows["2027-08-02 - 2027-08-07"] == "00:00-00:00"
    assert rows["2027-08-09 - 2027-08-14"] == "00:00-00:00"
    assert rows["2027-05-06"] == "00:00-00:00"  # Ascension Day
    services = made.split("define service {")[1:]
    assert ["notification_period" in one.split("}")[0] for one in services] == [False, True]


def test_a_weekly_window_is_planned_by_the_clock(tmp_path: Path) -> None:
    """The hour stays the same across the end of summer time; the text's semicolons end nothing."""
    window = {"weekly": "So 22:00-02:00", "text": "Updates; Server"}
    once = {"from": "2026-10-24 22:00", "to": "2026-10-24 23:00", "text": "x", "checks": ["ups"]}
    told = [{"check": "ups", "hostname": "192.0.2.1"}]
    file = write_site(tmp_path, "nord", told, maintenance=[window, once])
    order = read(tmp_path, (file,), None, inline=False, lang="de")
    lines = list(downtimes(order.sites[0], datetime(2026, 10, 18, 23, tzinfo=UTC), 15))
    planned = [line.split(";") for line in lines if " SCHEDULE_" in line]
    assert [one[0].split()[1] for one in planned] == [
        "SCHEDULE_HOST_SVC_DOWNTIME", "SCHEDULE_HOST_SVC_DOWNTIME", "SCHEDULE_HOST_SVC_DOWNTIME",
        "SCHEDULE_SVC_DOWNTIME",
    ]  # fmt: skip
    berlin = ZoneInfo("Europe/Berlin")
    weekly = [
        tuple(datetime.fromtimestamp(int(moment), berlin) for moment in one[2:4])
        for one in planned[:3]
    ]
    assert [str(start)[5:16] for start, _ in weekly] == [
        "10-18 22:00",
        "10-25 22:00",
        "11-01 22:00",
    ]
    assert [str(end)[5:16] for _, end in weekly] == ["10-19 02:00", "10-26 02:00", "11-02 02:00"]
    assert {one[-1] for one in planned[:3]} == {"Updates, Server"}
    assert [line.split(" ")[1].split(";")[0] for line in lines[::2]] == [
        "DEL_DOWNTIME_BY_HOST_NAME"
    ] * 4


@pytest.mark.peer
def test_nagios_takes_the_example() -> None:
    """Commands, templates, contacts and examples load without a word."""
    remote = ROOT / "integrations" / "nrpe" / "nagios.cfg"
    daemon = Nagios((*SHARED, FOLDER / "example.cfg", remote))
    code, told = daemon.verify()
    daemon.close()
    assert code == 0, told
    assert "Total Warnings: 0" in told
    assert re.search(r"Checked \d+ services", told)


@pytest.mark.peer
@pytest.mark.parametrize("more", [(), ("--inline",)])
def test_nagios_takes_fifty_sites(tmp_path: Path, more: tuple[str, ...]) -> None:
    """With names of all signs; the second export is the same, byte by byte, and touches nothing."""
    many(tmp_path / "checks.d", 50)
    arguments = ("nagios", "--config-dir", str(tmp_path / "checks.d"), *more)
    export(*arguments, "-o", str(tmp_path / "made"))
    made = {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in objects(tmp_path)}
    assert len(made) == 50
    export(*arguments, "-o", str(tmp_path / "made"))
    assert {
        file: (file.read_bytes(), file.stat().st_mtime_ns) for file in objects(tmp_path)
    } == made
    daemon = Nagios((*SHARED, *made))
    code, told = daemon.verify()
    daemon.close()
    assert code == 0, told
    assert "Total Warnings: 0" in told
    assert "Checked 150 services" in told


def objects(folder: Path) -> list[Path]:
    """The exported files."""
    return sorted((folder / "made").iterdir())


def written(folder: Path) -> dict[Path, tuple[bytes, int]]:
    """The exported files with their bytes and when they were written."""
    return {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in objects(folder)}


def test_a_file_with_a_mistake_leaves_the_others(tmp_path: Path) -> None:
    """The good site is exported, and the exit code tells of the other one."""
    many(tmp_path, 1)
    (tmp_path / "broken.yaml").write_text("site: kaputt\nchecks: [{check: usv}]\n")
    told = export("nagios", "--config-dir", str(tmp_path), code=1)
    assert "host_name                       apotheke-00" in told
    assert "kaputt" not in told


PROBE = """\
define service {{
    use                             apowacht-service
    host_name                       {site}
    service_description             probe
    check_command                   check_apo_ups!--version
    check_period                    apowacht-{site}-open
}}
"""


@pytest.mark.peer
@pytest.mark.slow
def test_nagios_takes_an_empty_day_for_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the period of a pharmacy that is closed until tomorrow nothing is due before the day after
    that, in an open one at once."""
    zone = ZoneInfo("Europe/Berlin")
    monkeypatch.setenv("TZ", zone.key)
    today = datetime.now(zone).date()
    days = [str(today + timedelta(days=number)) for number in (0, 1)]
    told = [{"check": "connector", "hostname": "192.0.2.1"}]
    for site, closed in (("zu", days), ("auf", [])):
        more = {"closed": closed} if closed else {}
        write_site(tmp_path / "checks.d", site, told, hours="Mo-So 0-24", **more)
        (tmp_path / f"{site}.cfg").write_text(PROBE.format(site=site), encoding="utf-8")
    export("nagios", "--config-dir", str(tmp_path / "checks.d"), "-o", str(tmp_path / "made"))
    with Nagios((*SHARED, *objects(tmp_path), *tmp_path.glob("*.cfg"))) as daemon:
        daemon.until(lambda: len(daemon.blocks("servicestatus")) == 4, "all are planned")
        daemon.until(lambda: all(int(one["next_check"]) for one in probes(daemon)), "due")
        due = {
            one["host_name"]: datetime.fromtimestamp(int(one["next_check"]), zone)
            for one in probes(daemon)
        }
    # The ten minutes before opening belong to the day before.
    opens = datetime.combine(today + timedelta(days=1), time(23, 50), zone)
    assert opens <= due["zu"] < opens + timedelta(minutes=10)
    assert due["auf"] < datetime.now(zone) + timedelta(minutes=10)


def probes(daemon: Nagios) -> list[dict[str, str]]:
    """The services that are bound to the opening hours."""
    return [one for one in daemon.blocks("servicestatus") if one["service_description"] == "probe"]


@pytest.fixture
def box() -> Iterator[Box]:
    """A pharmacy on a quiet day."""
    with Box("quiet") as opened:
        yield opened


@pytest.mark.peer
@pytest.mark.slow
@pytest.mark.parametrize("more", [(), ("--inline",)])
def test_a_real_nagios_asks_the_pharmacy(tmp_path: Path, box: Box, more: tuple[str, ...]) -> None:
    """Every check is OK with its text and its numbers, whatever its name; a cut of the power is one
    alarm, and what hangs on it is silent; a dead Konnektor alone is an alarm of its own."""
    daemon = Nagios(SHARED, interval_length=4)
    folder = daemon.folder / "checks ; $d!'s"
    write_site(folder, "löwe's $ite!", [{**one, "timeout": 5} for one in checks(box)], site="nord")
    export("nagios", "--config-dir", str(folder), "-o", str(tmp_path / "made"), *more)
    daemon.add(*objects(tmp_path))
    described = text.names(AWKWARD.values())
    with daemon:
        daemon.until(lambda: len(daemon.services()) == 5, "all are asked")
        daemon.until(lambda: states(daemon) == dict.fromkeys(described.values(), "0"), "quiet")
        ups = daemon.services()[described[AWKWARD["ups"]]]
        assert ups["plugin_output"].startswith("UPS OK - ")
        assert "battery_charge=" in ups["performance_data"]
        if not more:
            plan_twice(daemon, described)
            cut_the_power(daemon, box, described)


def plan_twice(daemon: Nagios, described: dict[str, str]) -> None:
    """The same windows, told on two days, are one downtime each."""
    now = datetime.now(UTC).replace(microsecond=0)
    service = frozenset({AWKWARD["certificate"]})
    windows = (
        Window("Router; neu", now - timedelta(hours=1), now + timedelta(hours=1)),
        Window("Später", now + timedelta(hours=2), now + timedelta(hours=3), checks=service),
    )
    watches = tuple(Watch(name, all_checks()[0], 60, (), {}) for name in AWKWARD.values())
    site = Site("nord", "Nord", watches, windows)
    for _ in range(2):
        daemon.tell("".join(f"{line}\n" for line in downtimes(site, now, 8)))
        daemon.until(lambda: len(daemon.blocks("servicedowntime")) == 6, "all are planned")
    daemon.tell(f"[0] DEL_DOWNTIME_BY_HOST_NAME;nord;;{now.timestamp() - 3600:.0f};Router, neu\n")
    daemon.until(lambda: len(daemon.blocks("servicedowntime")) == 1, "one is left")
    (left,) = daemon.blocks("servicedowntime")
    assert left["service_description"] == described[AWKWARD["certificate"]]
    assert left["comment"] == "Später"
    assert left["end_time"] == f"{(now + timedelta(hours=3)).timestamp():.0f}"


def states(daemon: Nagios) -> dict[str, str]:
    """Each service's state."""
    return {name: one["current_state"] for name, one in daemon.services().items()}


def notified(daemon: Nagios) -> list[str]:
    """The services whose CRITICAL was told to the one on call."""
    told = [line for line in daemon.log() if "SERVICE NOTIFICATION: apowacht-on-call;" in line]
    return [line.split(";")[2] for line in told if ";CRITICAL;" in line]


def cut_the_power(daemon: Nagios, box: Box, described: dict[str, str]) -> None:
    """Low battery and a dead Konnektor; then the Konnektor alone."""
    ups, konnektor = described[AWKWARD["ups"]], described[AWKWARD["connector"]]
    box.put("ups-server", "low battery")
    daemon.until(lambda: ups in notified(daemon), "the power is told")
    box.put("konnektor", "half-open")
    daemon.until(lambda: hard(daemon, konnektor, "2"), "the Konnektor is down")
    assert notified(daemon) == [ups]
    box.put("ups-server", "normal")
    daemon.until(lambda: konnektor in notified(daemon), "the Konnektor is told")
    terminal = described[AWKWARD["terminal"]]
    daemon.until(lambda: hard(daemon, terminal, "2"), "the terminals follow")
    assert notified(daemon) == [ups, konnektor]


def hard(daemon: Nagios, service: str, state: str) -> bool:
    """Whether a service is in a state for good."""
    one = daemon.services()[service]
    return (one["current_state"], one["last_hard_state"], one["state_type"]) == (state, state, "1")
