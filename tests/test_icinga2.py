"""Icinga 2: its commands hold every option, an export says what the site file says, and a real one
loads it, asks the simulated pharmacy and sends one alarm for one cause."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import commands
import pytest
from click.testing import CliRunner
from export_sites import CHECKS, NASTY, OPEN, UPS, many, nasty, powered_site, whole_site
from icinga import NOTIFY, SHIPPED, Icinga
from site_files import write
from upsd import until

from apowacht.integrations.chain import edges
from apowacht.integrations.command import export
from apowacht.integrations.icinga2 import dsl, generate
from apowacht.integrations.icinga2.commands import variable
from apowacht.integrations.patience import RHYTHMS
from apowacht.integrations.plugin_options import NOT_FOR_SERVERS, told_options
from apowacht.plugins.core.limits import option_name
from apowacht.plugins.sites.model import Site, Watch
from apowacht.simulator.box import Box

if TYPE_CHECKING:
    from apowacht.plugins.core.check import Check

EXAMPLE = Path(__file__).parent.parent / "checks.d" / "muster-apotheke.yaml"
COMMANDS, TEMPLATES = SHIPPED / "apowacht-commands.conf", SHIPPED / "apowacht-templates.conf"
FROM = ("--from", "2026-01-01")


def exported(folder: Path, *arguments: str, code: int = 0) -> dict[str, str]:
    """The files that an export writes, by name."""
    run = CliRunner().invoke(export, ["icinga2", *FROM, "-o", str(folder), *arguments])
    assert run.exit_code == code, run.output
    return {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.iterdir())}


def test_generated_files_are_fresh() -> None:
    """Renew them with `python integrations/icinga2/generate.py`."""
    for name, text in generate.files().items():
        assert (SHIPPED / name).read_text(encoding="utf-8") == text, name


def definition(check: Check) -> str:
    """The check's CheckCommand as it is shipped."""
    text = COMMANDS.read_text(encoding="utf-8")
    match = re.search(rf'^object CheckCommand "apo_{check.name}" {{$(.*?)^}}$', text, re.M | re.S)
    assert match
    return match[1]


@pytest.mark.parametrize("check", CHECKS.values(), ids=lambda check: check.name)
def test_every_option_is_in_its_command(check: Check) -> None:
    """Each long option stands there with its variable and a way that fits it, or is left out by
    name; and nothing else stands there."""
    text = definition(check)
    wanted = {option_name(option).lstrip("-") for option in check.options} - NOT_FOR_SERVERS
    written = set(re.findall(r'^    "--(\S+)" = {$', text, re.M))
    assert written == wanted - {"community"}
    options = {option_name(option).lstrip("-"): option for option in check.options}
    for name in written:
        block = re.search(rf'^    "--{name}" = {{$(.*?)^    }}$', text, re.M | re.S)
        assert block
        macro = f'"${variable(check, name.replace("-", "_"))}$"'
        kind = "set_if" if options[name].is_flag else "value"
        assert f"      {kind} = {macro}\n" in block[1], name
        assert ("repeat_key = true" in block[1]) is bool(options[name].multiple), name
        assert "description = " in block[1], name


def test_what_is_left_out_exists() -> None:
    """A name in the list of what servers do not give is an option of some check."""
    known = {option_name(one).lstrip("-") for check in CHECKS.values() for one in check.options}
    assert known >= NOT_FOR_SERVERS


@pytest.mark.parametrize("check", CHECKS.values(), ids=lambda check: check.name)
def test_secrets_reach_a_plugin_by_its_environment(check: Check) -> None:
    """Whatever a plugin reads from its environment is set there, and by no argument."""
    text = definition(check)
    asked = set(re.findall(r"APOWACHT_[A-Z0-9_]+", " ".join(o.help or "" for o in check.options)))
    for name in asked - {"APOWACHT_LANG", "APOWACHT_STATE_DIR"}:
        match = re.search(rf'^  env\.{name} = "\$(\w+)\$"$', text, re.M)
        assert match, name
        assert f'= "${match[1]}$"' not in text.replace(match[0], ""), name


def test_each_check_has_its_rhythm() -> None:
    """A new check needs a line in the table."""
    assert RHYTHMS.keys() == CHECKS.keys()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a", '"a"'),
        ('say "x"', '"say \\"x\\""'),
        ("back\\slash", '"back\\\\slash"'),
        ("two\nlines\tand\rmore\0", '"two\\nlines\\tand more "'),
        ("{{{raw}}} //x /*y", '"{{{raw}}} //x /*y"'),
        ("Müßiggang – «x»", '"Müßiggang – «x»"'),
    ],
)
def test_a_text_cannot_leave_its_quotes(text: str, written: str) -> None:
    """Quotes, backslashes and line ends are escaped."""
    assert dsl.quoted(text) == written


def test_opening_hours_become_a_period(tmp_path: Path) -> None:
    """The week with its ten minutes before opening; days that differ are taken out and put in."""
    file = write(tmp_path, UPS, {"check": "tilage"}, **OPEN)
    text = exported(tmp_path / "out", file)["apowacht-muster.conf"]
    assert 'monday = "07:50-13:00,13:50-18:30"' in text
    assert 'saturday = "08:20-13:00"' in text
    assert "sunday" not in text
    days = re.search(r'TimePeriod "apo muster other days" {(.*?)^}', text, re.M | re.S)
    assert days
    # Sundays among them are closed anyhow, and differ from no week.
    assert re.findall(r'"(2026[^"]*)" = "00:00-24:00"', days[1]) == [
        "2026-08-03 - 2026-08-08", "2026-08-10 - 2026-08-14", "2026-12-24",
    ]  # fmt: skip
    assert 'excludes = [ "apo muster other days" ]' in text
    assert text.count('vars.apo_hours = "apo muster hours"') == 1


def test_maintenance_becomes_downtimes(tmp_path: Path) -> None:
    """A week's window by weekday, one that spans midnights by its days, each for its checks."""
    windows = [
        {"from": "2026-12-01 22:00", "to": "2026-12-04 01:30", "text": "Umbau"},
        {"weekly": "Sa 23:00-02:00", "text": "Updates", "checks": ["zwei"]},
    ]
    file = write(tmp_path, UPS, {**UPS, "name": "zwei"}, maintenance=windows)
    text = exported(tmp_path / "out", file)["apowacht-muster.conf"]
    downtimes = re.findall(r"^object ScheduledDowntime (.*?)^}", text, re.M | re.S)
    assert [re.findall(r'service_name = "(.*)"', one)[0] for one in downtimes] == [
        "ups", "zwei", "zwei",
    ]  # fmt: skip
    assert re.findall(r'"?(\S+(?: - \S+)?)"? = "(\d.*)"', downtimes[0]) == [
        ('2026-12-01"', "22:00-24:00"),
        ('2026-12-02 - 2026-12-03"', "00:00-24:00"),
        ('2026-12-04"', "00:00-01:30"),
    ]
    assert re.findall(r'(\S+day) = "(.*)"', downtimes[2]) == [
        ("saturday", "23:00-24:00"), ("sunday", "00:00-02:00"),
    ]  # fmt: skip


def test_patience_is_asked_for_once(tmp_path: Path) -> None:
    """A check that debounces by itself has one attempt, another one those of its template."""
    file = write(tmp_path, {**UPS, "grace": "30s"}, {**UPS, "name": "zwei"})
    text = exported(tmp_path / "out", file)["apowacht-muster.conf"]
    assert text.count('import "apo-own-patience"') == 1


def test_inline_options_need_no_file(tmp_path: Path) -> None:
    """Every option is a variable: texts, lists and switches; a secret only by its file."""
    secret = tmp_path / "secret"
    secret.write_text("geheim-7", encoding="utf-8")
    secret.chmod(0o600)
    check = {**UPS, "starttls": True, "ignore-alarm": ["a", "b$c"], "password-file": str(secret)}
    file = write(tmp_path, {**check, "community": "public"})
    text = exported(tmp_path / "out", "--inline", file)["apowacht-muster.conf"]
    assert 'vars.apo_ups_hostname = "127.0.0.1"' in text
    assert "vars.apo_ups_starttls = true" in text
    assert 'vars.apo_ups_ignore_alarm = [ "a", "b$$c" ]' in text
    assert f'vars.apo_ups_password_file = "{secret}"' in text
    assert "geheim-7" not in text
    assert "apotheke.yaml" not in text


def test_a_long_deadline_is_left_time(tmp_path: Path) -> None:
    """Icinga ends no check before the deadline that its site file gives it."""
    file = write(tmp_path, {**UPS, "timeout": "4m", "interval": "5m"}, {**UPS, "name": "zwei"})
    text = exported(tmp_path / "out", file)["apowacht-muster.conf"]
    assert re.findall("check_timeout = (.*)", text) == ["255s"]


def test_the_site_file_may_lie_elsewhere(tmp_path: Path) -> None:
    """--site-dir names its folder on the computer that runs the plugins."""
    file = write(tmp_path, UPS)
    text = exported(tmp_path / "out", "--site-dir", "/etc/apowacht/checks.d", file)
    assert '"/etc/apowacht/checks.d/apotheke.yaml"' in text["apowacht-muster.conf"]


def test_many_sites_do_not_get_in_each_others_way(tmp_path: Path) -> None:
    """Every object's name is its own, a second run changes nothing, and a file of a site that is
    gone is named and stays."""
    folder = many(tmp_path / "sites")
    first = exported(tmp_path / "out", "--config-dir", str(folder))
    stamps = {file: file.stat().st_mtime_ns for file in (tmp_path / "out").iterdir()}
    assert exported(tmp_path / "out", "--config-dir", str(folder)) == first
    assert {file: file.stat().st_mtime_ns for file in (tmp_path / "out").iterdir()} == stamps
    found = []
    for text in first.values():
        for kind, name, body in re.findall(
            r'^object (\w+) "([^\n]*)" {$(.*?)^}$', text, re.M | re.S
        ):
            place = re.findall(r'(?:host_name|service_name) = "(.*)"', body)
            found.append((kind, name, *(place if kind not in ("Host", "TimePeriod") else ())))
    assert len(found) == len(set(found))
    assert len(found) > 50 * 20

    (folder / "49.yaml").unlink()
    run = CliRunner().invoke(
        export, ["icinga2", *FROM, "-o", str(tmp_path / "out"), "--config-dir", str(folder)]
    )
    assert run.exit_code == 0
    assert "apowacht-apotheke-49.conf" in run.stderr
    assert (tmp_path / "out" / "apowacht-apotheke-49.conf").exists()


WHOLE = ("ups", "uplink", "connector", "terminal", "certificate", "erezept", "tilage")


@pytest.mark.parametrize(
    ("names", "pairs"),
    [
        (("ups", "connector"), {("ups", "connector")}),
        (("tilage", "connector", "erezept"), {("connector", "erezept"), ("tilage", "erezept")}),
        (("certificate", "erezept"), set()),
        (("ups", "tilage", "terminal"), {("ups", "tilage"), ("ups", "terminal")}),
        (
            WHOLE,
            {
                ("ups", "uplink"), ("uplink", "connector"), ("connector", "terminal"),
                ("connector", "certificate"), ("terminal", "erezept"), ("tilage", "erezept"),
                ("uplink", "tilage"),
            },
        ),
    ],
)  # fmt: skip
def test_the_chain_of_a_site(names: tuple[str, ...], pairs: set[tuple[str, str]]) -> None:
    """Each check follows from the nearest layer that is there; certificates explain nothing."""
    watches = tuple(Watch(name, CHECKS[name], 60.0, (), {}) for name in names)
    found = edges(Site("a", "A", watches))
    assert {(edge.parent.name, edge.child.name) for edge in found} == pairs
    assert len(found) == len(pairs)


def test_an_option_for_people_is_left_out(tmp_path: Path) -> None:
    """A site file may have it; written out for Icinga there is no variable for it."""
    file = write(tmp_path, {"check": "tilage", "list-providers": True, "access": "Zugang A"})
    text = exported(tmp_path / "out", "--inline", file)["apowacht-muster.conf"]
    assert 'vars.apo_tilage_access = "Zugang A"' in text
    assert "providers" not in text


def test_a_broken_file_leaves_the_others(tmp_path: Path) -> None:
    """It is named on stderr with its line, the others are exported, and the exit code is 1."""
    folder = many(tmp_path / "sites", 2)
    (folder / "1.yaml").write_text("site: x\nchekcs: []\n", encoding="utf-8")
    run = CliRunner().invoke(export, ["icinga2", *FROM, "--config-dir", str(folder)])
    assert run.exit_code == 1
    assert "1.yaml:2:" in run.stderr
    assert 'object Host "apotheke-0"' in run.stdout
    assert 'object Host "x"' not in run.stdout


@pytest.mark.peer
def test_a_real_icinga_takes_texts_as_they_are(tmp_path: Path) -> None:
    """Names, notes, comments and arguments arrive sign for sign, and two names that Icinga could
    not tell apart are told apart."""
    file = nasty(tmp_path)
    exported(tmp_path / "out", "--inline", file)
    icinga = Icinga(tmp_path / "icinga")
    icinga.include(COMMANDS, TEMPLATES, tmp_path / "out" / "apowacht-nasty.conf")
    icinga.validate()
    with icinga.running():
        services = icinga.check_all()
        (host,) = icinga.ask("GET", "objects/hosts")
        downtimes = icinga.ask("GET", "objects/scheduleddowntimes")
    assert host["attrs"]["display_name"] == NASTY + "\\"
    assert host["attrs"]["notes"] == f"Strom: {NASTY} \\, $user$ x"
    assert {one["attrs"]["comment"] for one in downtimes} == {NASTY + "\\"}
    assert len(services) == 2
    first = next(one for (_, name), one in services.items() if not name.endswith(" 2"))
    command = first["last_check_result"]["command"]
    assert command[command.index("--ups") + 1] == "a'$b$c\\d"
    told = NASTY.replace('"', "”").replace("/", "")
    assert command[command.index("--name") + 1] == told
    assert command[command.index("--hostname") + 1] == "127.0.0.1"


@pytest.mark.peer
def test_a_real_icinga_loads_all(tmp_path: Path) -> None:
    """The commands, the templates, the example site and fifty others, without a warning."""
    exported(tmp_path / "out", str(EXAMPLE))
    exported(tmp_path / "out", "--config-dir", str(many(tmp_path / "sites")))
    icinga = Icinga(tmp_path / "icinga")
    icinga.include(COMMANDS, TEMPLATES, tmp_path / "out" / "*.conf")
    said = icinga.validate()
    text = "".join(file.read_text(encoding="utf-8") for file in (tmp_path / "out").iterdir())
    for kind, least in (("Host", 51), ("Service", 400), ("Dependency", 300)):
        count = text.count(f"\nobject {kind} ")
        assert count >= least
        assert re.search(rf"Instantiated {count} {kind[:9]}", said), kind


@pytest.mark.peer
@pytest.mark.slow
@pytest.mark.parametrize("inline", [False, True], ids=["site file", "inline"])
def test_every_check_runs_in_a_real_icinga(tmp_path: Path, inline: bool) -> None:
    """Each check of a healthy pharmacy is stored as OK with the perfdata that the command prints;
    by the site file, and with all options written out."""
    with Box("quiet") as box:
        file = whole_site(box, tmp_path)
        exported(tmp_path / "out", file, *(["--inline"] if inline else []))
        icinga = Icinga(tmp_path / "icinga")
        icinga.include(COMMANDS, TEMPLATES, tmp_path / "out" / "apowacht-muster.conf")
        with icinga.running():
            services = icinga.check_all()
        asked = {one["vars"].get("apo_check") for one in services.values() if one["vars"]}
        assert asked >= CHECKS.keys()
        for (_, name), one in services.items():
            result = one["last_check_result"]
            assert one["state"] == 0, result["output"]
            if one["check_command"] == "dummy":
                continue
            check = one["vars"]["apo_check"]
            assert result["output"].startswith(f"{check.upper()} OK - ")
            said = commands.run(
                f"check_apo_{check}", f"--site={file}", f"--name={name}",
                env={"APOWACHT_STATE_DIR": str(tmp_path / "icinga" / "state")},
            )  # fmt: skip
            labels = {word.partition("=")[0] for word in result["performance_data"]}
            assert labels == commands.perfdata_of(said).keys(), name


DEPENDENT = ("connector", "terminal", "certificate")


@pytest.mark.peer
@pytest.mark.slow
def test_one_cause_is_one_alarm(tmp_path: Path) -> None:
    """When the power is cut and everything behind it dies, the UPS alone is notified. One of two
    UPS explains nothing, nor does a UPS that gives no data: then it is the line."""
    with Box("quiet") as box:
        sites = {
            "eins": ("ups-server",), "zwei": ("ups-server", "ups-picker"),
            "beide": ("ups-server", "ups-counter"), "stumm": ("ups-cellar",),
        }  # fmt: skip
        files = [
            powered_site(box, tmp_path, site, *ups, whole=site == "eins")
            for site, ups in sites.items()
        ]
        exported(tmp_path / "out", *files)
        icinga = Icinga(tmp_path / "icinga")
        icinga.include(COMMANDS, TEMPLATES, tmp_path / "out" / "*.conf")
        icinga.add(NOTIFY)
        with icinga.running():
            before = icinga.check_all()
            assert {one["state"] for one in before.values()} == {0}
            behind = [("eins", check) for check in DEPENDENT]
            behind += [(site, "Internet") for site in sites]
            for name, state in (
                ("ups-server", "low battery"), ("ups-counter", "low battery"),
                ("ups-cellar", "card hangs"),
            ):  # fmt: skip
                box.put(name, state)
            box.find("konnektor")[0].service.close()

            def all_hard() -> bool:
                after.update(icinga.check_all())
                return all(after[place]["state_type"] == 1 for place in behind)

            after: dict[tuple[str, str], dict[str, Any]] = {}
            assert until(all_hard, 120), after
            expected = {
                ("eins", "ups-server"), ("zwei", "ups-server"), ("zwei", "Internet"),
                ("beide", "ups-server"), ("beide", "ups-counter"),
                ("stumm", "ups-cellar"), ("stumm", "Internet"),
            }  # fmt: skip
            assert until(lambda: len(icinga.told()) >= len(expected), 60), icinga.told()
            icinga.check_all()
            assert sorted(icinga.told()) == sorted(expected)

            # The power is back and the line is not: what was suppressed is not forgotten.
            box.put("ups-server", "normal")
            late = [("eins", "Internet"), ("beide", "Internet")]

            def told_late() -> bool:
                for service in (None, "apo power", "Internet"):
                    icinga.check_all(service)
                return until(lambda: len(icinga.told()) >= len(expected) + len(late), 8)

            # Icinga tells it when it believes that the parents have been asked since.
            assert until(told_late, 90), icinga.told()
            assert sorted(icinga.told()) == sorted([*expected, *late])
            recovered = {("eins", "ups-server"), ("zwei", "ups-server"), ("beide", "ups-server")}
            assert set(icinga.told("RECOVERY")) == recovered
    for place in behind:
        one = after[place]
        assert (one["state"], one["state_type"]) == (2, 1), one["last_check_result"]["output"]
        assert one["last_reachable"] is (place in expected)
    assert after["stumm", "ups-cellar"]["state"] == 3


def test_from_is_a_day_that_stays(tmp_path: Path) -> None:
    """Without --from the first of January is taken, so that today's date is in no output."""
    file = write(tmp_path, UPS, **OPEN)
    first = f"{date.today().year}-01-01"
    told = [
        CliRunner().invoke(export, ["icinga2", *arguments, file])
        for arguments in ((), ("--from", first))
    ]
    assert told[0].exit_code == 0
    assert f'"{first[:4]}-' in told[0].output
    assert told[0].output == told[1].output


def test_options_are_told_once() -> None:
    """No two options of a check share a variable."""
    for check in CHECKS.values():
        keys = [one.key for one in told_options(check)]
        assert len(keys) == len(set(keys))


def test_checks_run_where_they_are_told(tmp_path: Path) -> None:
    """--endpoint pins every check of a site, by its name; --definitions brings what they need."""
    file = write(tmp_path, UPS)
    made = exported(tmp_path / "out", "--endpoint", "agent.{site}.example", "--definitions", file)
    assert 'command_endpoint = "agent.muster.example"' in made["apowacht-muster.conf"]
    assert made["apowacht-commands.conf"] == COMMANDS.read_text(encoding="utf-8")
    assert made["apowacht-templates.conf"] == TEMPLATES.read_text(encoding="utf-8")


ROSTER = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//apowacht//test//EN
BEGIN:VEVENT
UID:1@apowacht.example
DTSTAMP:20260101T000000Z
DTSTART:{begin:%Y%m%dT%H%M%SZ}
DTEND:{end:%Y%m%dT%H%M%SZ}
SUMMARY:Notdienst
END:VEVENT
END:VCALENDAR
"""


@pytest.mark.peer
def test_a_real_icinga_knows_when_it_is_open(tmp_path: Path) -> None:
    """Now: open by its week; not on closed days; and open on these after all while on duty."""
    now = datetime.now(UTC)
    closed = [f"{(now - timedelta(days=2)).date()}..{(now + timedelta(days=2)).date()}"]
    roster = ROSTER.format(begin=now - timedelta(hours=6), end=now + timedelta(hours=6))
    (tmp_path / "duty.ics").write_text(roster.replace("\n", "\r\n"), encoding="utf-8")
    more: dict[str, dict[str, Any]] = {
        "open": {}, "closed": {"closed": closed},
        "duty": {"closed": closed, "duty": str(tmp_path / "duty.ics")},
    }  # fmt: skip
    icinga = Icinga(tmp_path / "icinga")
    for site, told in more.items():
        file = write(tmp_path / site, UPS, site=site, hours="immer", **told)
        exported(tmp_path / "out", "--from", f"{now - timedelta(days=2):%Y-%m-%d}", file)
    icinga.include(COMMANDS, TEMPLATES, tmp_path / "out" / "*.conf")
    with icinga.running():
        periods = {one["name"]: one["attrs"] for one in icinga.ask("GET", "objects/timeperiods")}
    inside = {site: periods[f"apo {site} hours"]["is_inside"] for site in more}
    assert inside == {"open": True, "closed": False, "duty": True}


# What Debian's own configuration has.
TOLD = (
    'object NotificationCommand "mail-host-notification" { command = [ "true" ] }',
    'object NotificationCommand "mail-service-notification" { command = [ "true" ] }',
    'object UserGroup "icingaadmins" { }',
)


@pytest.mark.peer
def test_a_real_icinga_takes_the_examples(tmp_path: Path) -> None:
    """The example with its chain, and the zones with a pinned pharmacy, as they are shipped."""
    icinga = Icinga(tmp_path / "example")
    icinga.add(*TOLD)
    icinga.include(COMMANDS, TEMPLATES, SHIPPED / "apowacht-example.conf")
    said = icinga.validate()
    for told in ("6 Services", "5 Dependencies", "12 Notifications"):
        assert f"Instantiated {told}" in said

    folder = tmp_path / "zones.d"
    for zone, endpoint in (("master", ("--endpoint", "master1.example")), ("muster-apotheke", ())):
        exported(folder / zone, *endpoint, write(tmp_path / zone, UPS, site=zone))
    zones = Icinga(tmp_path / "zones", node="master1.example")
    zones.add(*TOLD)
    zones.include(SHIPPED / "zones-example.conf", COMMANDS, TEMPLATES)
    zones.add(f'include_zones "etc", {json.dumps(str(folder))}')
    said = zones.validate()
    for told in ("3 Zones", "3 Hosts", "2 Services", "1 Dependency", "1 Notification"):
        assert f"Instantiated {told}" in said
