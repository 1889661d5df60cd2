"""Site files: what they may hold, every mistake with its line, and what a reload keeps."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest
from site_text import only_site, told

from apowacht.plugins.core import cli
from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.limits import option_name
from apowacht.plugins.core.listing import all_checks
from apowacht.plugins.sites import mistakes, yaml_lines
from apowacht.plugins.sites.catalogue import COMMAND_LINE_ONLY, NEEDS, Catalogue
from apowacht.plugins.sites.config import keep, load, load_files
from apowacht.plugins.sites.explain import is_safe_name, nearest, safe_name
from apowacht.plugins.sites.plan import ENTRY_KEYS
from apowacht.plugins.sites.site_file import KEYS
from apowacht.plugins.sites.windows import is_open
from apowacht.simulator.box import Box

if TYPE_CHECKING:
    from apowacht.plugins.core.check import Check
    from apowacht.plugins.sites.model import Configuration

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "checks.d"

UPS = "site: apo\nchecks:\n  - check: ups\n    hostname: 192.0.2.1\n"


def loaded(tmp_path: Path, text: str | bytes, name: str = "a.yaml") -> Configuration:
    """What the folder holds after this file was written into it; mistakes in English."""
    blob = text if isinstance(text, bytes) else text.encode()
    (tmp_path / name).write_bytes(blob)
    return load(tmp_path, "en")


def test_a_site_is_its_checks_as_command_lines(tmp_path: Path) -> None:
    """Options become the command line, switches without a value, lists one by one."""
    site = only_site(
        loaded(
            tmp_path,
            "site: apo-1\ntitle: Löwen-Apotheke\nchecks:\n"
            "  - name: USV Büro\n    check: check_apo_ups\n    interval: 2m\n"
            "    hostname: 192.0.2.1\n    source: nut\n    starttls: yes\n    insecure: false\n"
            "    battery-charge-warning: '60:'\n    ignore-alarm: [a, b]\n    port: 3493\n",
        )
    )
    (watch,) = site.watches
    assert (site.name, site.title, site.file) == ("apo-1", "Löwen-Apotheke", f"{tmp_path}/a.yaml")
    assert (watch.name, watch.check.name, watch.interval) == ("USV Büro", "ups", 120.0)
    assert watch.arguments == (
        "--lang=en", "--site=apo-1", "--name=USV Büro", "--hostname=192.0.2.1", "--source=nut",
        "--starttls", "--battery-charge-warning=60:", "--ignore-alarm=a", "--ignore-alarm=b",
        "--port=3493",
    )  # fmt: skip


SAMPLES = {
    "IntRange": "3", "LimitType": "5:", "DurationType": "900", "DayType": "2024-05-31",
    "DebounceType": "2/3", "HoursType": "Mo-Fr 8-18",
}  # fmt: skip


def sample(option: click.Option) -> str:
    """A value that such an option understands, where it is of a common kind."""
    if isinstance(option.type, click.Choice):
        return str(option.type.choices[-1])
    return SAMPLES.get(type(option.type).__name__, "x")


def outcome(check: Check, line: list[str]) -> dict[str, Any] | None:
    """What the command makes of a line; None when it refuses it."""
    try:
        return cli.values(check, line)
    except OwnTrouble:
        return None


@pytest.mark.parametrize("check", [check.name for check in all_checks()])
def test_values_are_those_of_the_command_line(check: str, tmp_path: Path) -> None:
    """Every option alone in a file gives what the command makes of it, mistakes included."""
    the_check = next(one for one in all_checks() if one.name == check)
    secret = tmp_path / "secret"
    secret.write_text("geheim\n")
    secret.chmod(0o600)
    options = {option_name(option).lstrip("-"): option for option in the_check.options}
    samples = {
        key: str(secret) if option.metavar in ("FILE", "GLOB") else sample(option)
        for key, option in options.items()
        if key not in COMMAND_LINE_ONLY | {"name"} and not option.is_flag
    }
    must = {key: samples[key] for key in samples if options[key].required}
    troubles = 0
    for key in samples:
        given = {**must, key: samples[key]}
        lines = "".join(f"  {one}: '{text}'\n" for one, text in given.items())
        found = told(loaded(tmp_path, f"site: s\nchecks:\n- check: {check}\n{lines}"))
        line = ["--lang=en", "--site=s", f"--name={check}"]
        line += [f"--{one}={text}" for one, text in given.items()]
        values = outcome(the_check, line)
        if values is None:
            troubles += 1
            assert [text for text in found if not text.startswith("3: ")]
            continue
        assert not [text for text in found if not text.startswith("3: ")]
        node = yaml_lines.parse(lines.encode(), lambda *_: None)
        assert isinstance(node, yaml_lines.Mapping)
        notes = mistakes.Notes("file", "en")
        read = Catalogue("en")[check].read("s", check, node.entries, str(tmp_path), notes)
        assert read == (tuple(line), values)
    assert len(samples) - troubles > 5


def test_no_option_hides_behind_a_key_of_the_file() -> None:
    """No check has an option that means something else in a site file."""
    names = {option_name(o).lstrip("-") for check in all_checks() for o in check.options}
    assert names & {*ENTRY_KEYS, "targets"} == {"name"}
    assert "site" in names
    assert all(set(group) <= names for groups in NEEDS.values() for group in groups)
    assert set(NEEDS) <= {check.name for check in all_checks()}


def test_what_a_check_needs_is_what_the_command_asks_for() -> None:
    """A check without what NEEDS names is refused by the command as well."""
    for name in NEEDS:
        check = next(check for check in all_checks() if check.name == name)
        with pytest.raises(OwnTrouble) as caught:
            check.run(cli.parse(check, []))
        assert caught.value.reason in ("missing_option", "uplink_no_line"), name


NO_TARGET = "2: targets: «{}» is no name, address, network (10.1.0.0/24) or pattern (10.1.*.20)"
MISTAKES = {
    "site: [a]\nchecks: []\n": ["1: site: a text belongs here", "2: checks: the list is empty"],
    "checks:\n- check: ups\n  hostname: h\n": ["1: «site» is missing"],
    "site: Löwen Apotheke\n": [
        ("1: site: «Löwen Apotheke» is not fit for addresses; ASCII letters, digits, - _ . only, "
        "and at most 63 characters, for example «loewen-apotheke»"),
        "1: «checks» is missing",
    ],
    UPS + "titel: x\n": ["5: there is no «titel» here; did you mean «title»?"],
    UPS + "title: x\ntitle: y\n": ["6: «title» stands in line 5 already"],
    UPS + "title:\n": ["5: title: the value is missing"],
    UPS.replace("ups", "usp"): [
        "3: check: there is no «usp»; did you mean «ups»?; choose from "
        + ", ".join(check.name for check in all_checks())
    ],
    UPS + "    hours: Mo\n": ["5: check_apo_ups has no option «hours»"],
    UPS + "    comunity: x\n": [
        "5: check_apo_ups has no option «comunity»; did you mean «community»?"
    ],
    UPS + "    snmp_version: 2c\n": [
        "5: check_apo_ups has no option «snmp_version»; did you mean «snmp-version»?"
    ],
    UPS + "    snmp-version: 4\n": [
        "5: --snmp-version: «4» does not exist; choose from 1, 2c, 3"
    ],
    UPS + "    timeout-state: warnign\n": [
        ("5: --timeout-state: «warnign» does not exist; choose from ok, warning, critical, "
        "unknown; did you mean «warning»?")
    ],
    UPS + "    password: hunter2\n": [
        "5: secrets do not stand in this file; «password-file» names the file that holds it"
    ],
    UPS + "    lang: en\n": ["5: «lang» is for the command line only"],
    UPS + "    state-dir: x\n": ["5: «state-dir» is for the command line only"],
    UPS + "    port: 4742\n": [
        "5: port: port 4742 belongs to the card terminals and is never connected to"
    ],
    UPS + "    port: [1, 2]\n": ["5: port: one value only, no list"],
    UPS + "    starttls: 1\n": ["5: starttls: a switch, so true or false"],
    UPS + "    community: true\n": [
        "5: community: «true» is no value of this option; if the text is meant, put it in quotes"
    ],
    UPS + "    community: {a: b}\n": ["5: community: a text belongs here"],
    UPS + '    community: "a\\nb"\n': [
        "5: community: holds a control character or a line break"
    ],
    UPS + "    interval: 9\n": [
        "5: interval: «9» is no duration from 10 s to 7 days; for example 60 or 5m"
    ],
    UPS + "    interval: 15\n    timeout: 20\n": [
        "3: timeout (20 s) is longer than interval (15 s)"
    ],
    UPS + "    timeout: 0\n": [
        "5: --timeout: «0» is not a duration; for example 90s, 10m, 2h, 30d"
    ],
    UPS + "  - check: ups\n    hostname: h\n": [
        "5: the check in line 3 is called «ups» already; tell them apart with «name:»"
    ],
    UPS + "    name: a/b\n": [
        ('5: name: «a/b» is not fit for a name; at most 63 printable characters without / " \\ '
        "or a vertical bar")
    ],
    "site: a\nchecks:\n- check: ups\n": ["3: check_apo_ups needs «hostname»"],
    "site: a\nchecks:\n- check: ups\n  hostnam: x\n": [
        "4: check_apo_ups has no option «hostnam»; did you mean «hostname»?"
    ],
    "site: a\nchecks:\n- ups\n": ["3: checks: keys with values belong here"],
    "site: a\nchecks: ups\n": ["2: checks: a list belongs here (lines with «- »)"],
    "site: a\nmodules: {}\n": ["1: a file has either «site» or «modules»"],
    UPS + "timezone: Europe/Berln\n": [
        ("5: timezone: there is no «Europe/Berln»; did you mean «Europe/Berlin»?; "
        "for example Europe/Berlin")
    ],
    UPS + "maintenance: [{text: x}]\n": [
        "5: a window needs «from» and «to», or «weekly», not both"
    ],
    UPS + "maintenance:\n- from: 2026-12-02\n  to: 2026-12-01\n  text: x\n": [
        "7: the window ends before it begins"
    ],
    UPS + "maintenance:\n- from: tomorrow\n  text: x\n": [
        "6: from: «tomorrow» is no moment; for example 2026-12-01 22:00",
        "6: «to» is missing",
    ],
    UPS + "maintenance:\n- weekly: Mo-Fr\n  text: x\n  checks: [upps]\n": [
        "6: weekly: «Mo-Fr» cannot be understood; for example So 03:00-05:00",
        "8: checks: this site has no check «upps»; did you mean «ups»?",
    ],
    UPS + "contacts:\n  powr: {who: x}\n  access: {phone: 1}\n": [
        "6: there is no «powr» here; did you mean «power»?",
        "7: «who» is missing",
    ],
    "modules:\n  a b: {check: ups, hostname: h}\n": [
        ("2: modules: «a b» is not fit for addresses; ASCII letters, digits, - _ . only, and at "
        "most 63 characters, for example «a-b»"),
        "2: «hostname» of a module comes from the request (target)",
        "2: «targets» is missing",
    ],
    "modules:\n  m: {check: ups, targets: ['10.1.*.2:4742', 'a:161']}\n": [
        "2: targets: port 4742 belongs to the card terminals and is never connected to"
    ],
    "modules:\n  m: {check: ups, targets: ['*', 10.1.2.3/8, 'a b', 0.0.0.0/0]}\n": [
        "2: targets: «*» fits every target; anybody could have anything asked",
        NO_TARGET.format("10.1.2.3/8"),
        NO_TARGET.format("a b"),
        "2: targets: «0.0.0.0/0» fits every target; anybody could have anything asked",
    ],
}  # fmt: skip


@pytest.mark.parametrize("text", MISTAKES, ids=lambda text: MISTAKES[text][0][:40])
def test_every_mistake_names_its_line(text: str, tmp_path: Path) -> None:
    """A file with a mistake is not used, and says where and what, with the nearest word."""
    configuration = loaded(tmp_path, text)
    assert told(configuration) == MISTAKES[text]
    assert not configuration.sites
    assert not configuration.modules
    assert "hunter2" not in str(configuration.mistakes)


BROKEN = {
    b"": "0: empty; a pharmacy begins with «site: NAME» (to switch it off, rename the file)",
    b"# only this\n": "0: empty; a pharmacy begins with «site: NAME» (to switch it off, rename "
    "the file)",
    b"---\n": "0: empty; a pharmacy begins with «site: NAME» (to switch it off, rename the file)",
    b"just a text": "1: a.yaml: keys with values belong here",
    b"site: a\ntitle: L\xf6wen\n": "2: not UTF-8; save the file as UTF-8",
    "site: a\n".encode("utf-16"): "1: not UTF-8; save the file as UTF-8",
    b"site: a\n\ttitle: b\n": "2: indented with a tab; YAML allows blanks only",
    b"site: a\nchecks:\n  - check: 'ups\n": "3: not valid YAML: found unexpected end of stream",
    b"site: a\ntitle: b: c\n": "2: not valid YAML: mapping values are not allowed in this context",
    b"site: a\n---\nsite: b\n": "2: a second YAML document (---); one per file",
    b"site: a\ntitle: *b\n": "2: an alias (*) without its anchor (&); if a text is meant, put it "
    "in quotes",
    b"site: a\n\ntitle: a\x00b\n": "3: a control character that YAML does not allow",
    b"site: a\nx: " + b"[" * 30 + b"]" * 30: "2: deeper than 20 levels",
    b"site: a\nx: " + b"[" * 5000: "0: deeper than 20 levels",
    b"x: &x [*x]\n": "1: deeper than 20 levels",
    b"#" * (yaml_lines.LARGEST_BYTES + 1): "0: cannot be read: File too large",
}


@pytest.mark.parametrize("blob", BROKEN, ids=lambda blob: BROKEN[blob][:30])
def test_what_is_no_yaml_is_one_mistake(blob: bytes, tmp_path: Path) -> None:
    """Broken, foreign, endless and huge files are each named once."""
    assert told(loaded(tmp_path, blob)) == [BROKEN[blob]]


def test_aliases_cannot_make_a_file_endless(tmp_path: Path) -> None:
    """Ten levels of ten aliases each are counted, and end after little work."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    (mistake,) = told(loaded(tmp_path, "\n".join(lines)))
    assert mistake.endswith("more than 50000 values, aliases counted")


def test_foreign_tags_are_not_obeyed(tmp_path: Path) -> None:
    """A tag that would make an object is a mistake, and nothing is made."""
    text = UPS + "title: !!python/object/apply:os.system [exit]\n"
    assert told(loaded(tmp_path, text)) == [
        (
            "5: the YAML tag !!python/object/apply:os.system is not allowed here; if a text is "
            "meant, put it in quotes"
        ),
        "5: title: a text belongs here",
    ]


def test_anchors_and_merge_keys_work(tmp_path: Path) -> None:
    """Options shared by checks are written once; a check's own come first."""
    site = only_site(
        loaded(
            tmp_path,
            "site: a\nchecks:\n- &k\n  check: connector\n  hostname: 192.0.2.1\n  mandant: M\n"
            "- <<: *k\n  check: terminal\n",
        )
    )
    assert [watch.check.name for watch in site.watches] == ["connector", "terminal"]
    assert all("--mandant=M" in watch.arguments for watch in site.watches)


def test_files_are_looked_for_beside_the_site_file(tmp_path: Path) -> None:
    """A relative name belongs to the folder of the file, not to where the exporter started."""
    secret = tmp_path / "community"
    secret.write_text("geheim\n")
    secret.chmod(0o640)
    site = only_site(loaded(tmp_path, UPS + "    community-file: community\n"))
    assert site.watches[0].values["community_file"] == str(secret)


@pytest.mark.parametrize(
    ("mode", "content", "text"),
    [
        (0o644, "x\n", "5: community-file: everybody may read {file} (mode 0644); chmod o-rwx"),
        (0o602, "x\n", "5: community-file: everybody may read {file} (mode 0602); chmod o-rwx"),
        (0o600, "\n", "5: --community-file {file}: empty; its first line must hold the secret"),
        (None, "", "5: community-file: {file}: No such file or directory"),
    ],
)
def test_secret_files_must_be_closed(
    mode: int | None, content: str, text: str, tmp_path: Path
) -> None:
    """A secret that is missing, empty or open to everybody is a mistake in its line."""
    secret = tmp_path / "secret"
    if mode is not None:
        secret.write_text(content)
        secret.chmod(mode)
    configuration = loaded(tmp_path, UPS + "    community-file: secret\n")
    assert told(configuration) == [text.format(file=secret)]


def test_a_kon_file_is_a_secret(tmp_path: Path) -> None:
    """It may hold a password without being named so."""
    kon = tmp_path / "a.kon"
    kon.write_text("{}")
    kon.chmod(0o644)
    text = "site: a\nchecks:\n- check: connector\n  kon: a.kon\n"
    assert told(loaded(tmp_path, text)) == [
        f"4: kon: everybody may read {kon} (mode 0644); chmod o-rwx"
    ]


@pytest.mark.parametrize("place", ["192.0.2.1:4742", "[2001:db8::1]:4742", "kt=192.0.2.1:4742"])
def test_the_terminals_port_is_refused_in_every_form(place: str, tmp_path: Path) -> None:
    """Whatever option holds it; an address that only ends so is none."""
    check, key = ("terminal", "direct") if "=" in place else ("uplink", "target")
    text = f"site: a\nchecks:\n- check: {check}\n  {key}: '{place}'\n"
    assert any("port 4742 belongs" in text for text in told(loaded(tmp_path, text)))
    bare = UPS.replace("192.0.2.1", "'2001:db8::4742'")
    assert told(loaded(tmp_path, bare)) == []


@pytest.mark.parametrize("port", ["4742", "04742", "+4742", "4_742", "' 4742 '"])
def test_the_terminals_port_is_refused_however_it_is_written(port: str, tmp_path: Path) -> None:
    """Python reads more spellings of a number than one."""
    text = (
        f"site: a\nchecks:\n- check: ups\n  hostname: 192.0.2.1\n  port: '{port.strip(chr(39))}'\n"
    )
    assert any("port 4742 belongs" in line for line in told(loaded(tmp_path, text)))


def test_intervals_without_being_told(tmp_path: Path) -> None:
    """Certificates hourly, the rest every minute."""
    text = UPS + "  - check: certificate\n    tls: [example.de]\n"
    site = only_site(loaded(tmp_path, text))
    assert [watch.interval for watch in site.watches] == [60.0, 3600.0]


def test_maintenance_and_contacts(tmp_path: Path) -> None:
    """Moments are UTC whatever clock they were written by; a day alone is a whole day."""
    site = only_site(
        loaded(
            tmp_path,
            UPS + "maintenance:\n"
            "- {from: 2026-12-01 22:00, to: '2026-12-01T23:30+01:00', text: Router}\n"
            "- {from: 1.7.2026 06:00, to: 2026-07-02, text: Umbau, checks: ups}\n"
            "- {weekly: So 03:00-04:00, text: Updates}\n"
            "contacts:\n  power: {who: Elektro, phone: 0431 555}\n",
        )
    )
    once, day, weekly = site.maintenance
    assert (once.start, once.end) == (
        datetime(2026, 12, 1, 21, tzinfo=UTC),
        datetime(2026, 12, 1, 22, 30, tzinfo=UTC),
    )
    assert (day.start, day.end, day.checks) == (
        datetime(2026, 7, 1, 4, tzinfo=UTC),
        datetime(2026, 7, 2, 22, tzinfo=UTC),
        frozenset({"ups"}),
    )
    assert is_open(weekly, datetime(2026, 12, 6, 2, 30, tzinfo=UTC))
    assert not is_open(weekly, datetime(2026, 12, 6, 1, 55, tzinfo=UTC))
    assert (site.contacts["power"].who, site.contacts["power"].phone) == ("Elektro", "0431 555")


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-03-29 01:30", "2026-03-29 03:30", 1),  # 2:00 to 3:00 is left out
        ("2026-03-29 02:30", "2026-03-29 02:45", 1.25),  # not on the clock: the longer reading
        ("2026-10-25 01:30", "2026-10-25 03:30", 3),
        ("2026-10-25 02:30", "2026-10-25 02:45", 1.25),  # twice on the clock: both
        ("2026-10-25", "2026-10-25", 25),
    ],
)
def test_windows_across_the_change_of_clocks(
    start: str, end: str, hours: float, tmp_path: Path
) -> None:
    """An hour that is left out or comes twice makes the window the longer one that may be meant."""
    text = UPS + f"maintenance: [{{from: {start}, to: {end}, text: x}}]\n"
    (window,) = only_site(loaded(tmp_path, text)).maintenance
    assert window.start is not None
    assert window.end is not None
    assert (window.end - window.start).total_seconds() == hours * 3600


@pytest.mark.parametrize(("zone", "open_"), [("Europe/Berlin", True), ("Europe/London", False)])
def test_weekly_windows_go_by_the_sites_clock(zone: str, open_: bool, tmp_path: Path) -> None:
    """And not by the clock of the computer on which the exporter runs."""
    text = UPS + f"timezone: {zone}\nmaintenance: [{{weekly: Mo 22:00-23:00, text: x}}]\n"
    (window,) = only_site(loaded(tmp_path, text)).maintenance
    assert is_open(window, datetime(2026, 7, 6, 20, 30, tzinfo=UTC)) is open_


def test_one_bad_site_stops_no_other(tmp_path: Path) -> None:
    """And hidden files, other files and folders are not looked at."""
    (tmp_path / "bad.yaml").write_text("site: [\n")
    (tmp_path / "pipe.yaml").mkdir()
    (tmp_path / ".hidden.yaml").write_text("nonsense")
    (tmp_path / "old.yaml.bak").write_text("nonsense")
    configuration = loaded(tmp_path, UPS, "good.yml")
    assert list(configuration.sites) == ["apo"]
    assert [Path(m.file).name for m in configuration.mistakes] == ["bad.yaml", "pipe.yaml"]


def test_a_name_twice_is_told_of_both_files(tmp_path: Path) -> None:
    """Nobody knows which is meant; a broken twin does no harm."""
    (tmp_path / "b.yaml").write_text(UPS)
    configuration = loaded(tmp_path, UPS)
    assert not configuration.sites
    assert [(Path(m.file).name, m.line, m.text) for m in configuration.mistakes] == [
        ("a.yaml", 1, "the pharmacy in b.yaml is called «apo», too; neither file counts"),
        ("b.yaml", 1, "the pharmacy in a.yaml is called «apo», too; neither file counts"),
    ]
    (tmp_path / "b.yaml").write_text(UPS + "titel: x\n")
    assert list(load(tmp_path).sites) == ["apo"]


def test_a_folder_that_is_gone_is_one_mistake(tmp_path: Path) -> None:
    """It is named itself, and nothing is raised."""
    configuration = load(tmp_path / "gone", "en")
    assert configuration.mistakes[0].file == str(tmp_path / "gone")
    assert told(configuration) == ["0: cannot be read: No such file or directory"]


def test_a_reload_keeps_what_is_unchanged(tmp_path: Path) -> None:
    """A check that is asked the same is the same object, its site as well."""
    text = UPS + "  - name: two\n    check: ups\n    hostname: 192.0.2.2\n    load-warning: 70\n"
    text += "maintenance: [{weekly: Mo 1-2, text: x}]\n"
    old = loaded(tmp_path, text)
    same = keep(old, load(tmp_path, "en"))
    assert same.sites["apo"] is old.sites["apo"]
    new = keep(old, loaded(tmp_path, text.replace("192.0.2.2", "192.0.2.3") + "title: Neu\n"))
    assert new.sites["apo"].title == "Neu"
    assert new.sites["apo"].watches[0] is old.sites["apo"].watches[0]
    assert new.sites["apo"].watches[1] is not old.sites["apo"].watches[1]
    assert "--hostname=192.0.2.3" in new.sites["apo"].watches[1].arguments


def test_a_bad_file_never_replaces_a_good_one(tmp_path: Path) -> None:
    """Its sites and modules stay as they were; a file that is gone takes its own along."""
    (tmp_path / "m.yaml").write_text("modules: {m: {check: ups, targets: [192.0.2.1]}}\n")
    (tmp_path / "b.yaml").write_text(UPS.replace("apo", "other"))
    old = loaded(tmp_path, UPS)
    assert told(old) == []
    (tmp_path / "m.yaml").write_text("modules: {m: {check: ups}}\n")
    (tmp_path / "b.yaml").unlink()
    new = keep(old, loaded(tmp_path, UPS + "titel: x\n"))
    assert new.sites == {"apo": old.sites["apo"]}
    assert new.modules == {"m": old.modules["m"]}
    assert len(new.mistakes) == 2
    for file in tmp_path.iterdir():
        file.unlink()
    assert not keep(new, load(tmp_path)).sites
    tmp_path.rmdir()
    assert keep(new, load(tmp_path)).sites == new.sites


MODULE = "modules:\n  usv: {check: ups, targets: [192.0.2.1]}\n"


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        (UPS, UPS + "titel: x\n"),
        (UPS, UPS + "title: 'no end\n"),
        (UPS, UPS.replace("site: apo", "'site' : \"apo\"  # ours") + "\ttitle: x\n"),
        (UPS, "\ufeff" + UPS + "title: [\n"),
        (UPS.replace("apo", "apo.2-b"), UPS.replace("apo", "apo.2-b") + "titel: x\n"),
        (MODULE, MODULE + "  other: {check: ups}\n"),
        (MODULE, MODULE + "  other: {check: ups\n"),
        (MODULE, "modules: {usv: {check: ups}, other: 1}\n"),
    ],
)
def test_a_bad_file_under_another_name_keeps_what_it_is_about(
    tmp_path: Path, text: str, broken: str
) -> None:
    """Renamed and broken in one go; with the file gone its site or module goes, too."""
    (tmp_path / "old.yaml").write_text(text)
    old = load(tmp_path, "en")
    assert told(old) == []
    (tmp_path / "old.yaml").unlink()
    (tmp_path / "new.yaml").write_text(broken)
    new = keep(old, load(tmp_path, "en"))
    assert new.mistakes
    assert (new.sites, new.modules) == (old.sites, old.modules)
    assert keep(new, load(tmp_path, "en")).sites == old.sites, "at the next reload as well"
    (tmp_path / "new.yaml").unlink()
    gone = keep(new, load(tmp_path, "en"))
    assert (gone.sites, gone.modules) == ({}, {})


def test_two_files_of_one_site_keep_the_one_that_was_before_both(tmp_path: Path) -> None:
    """It stood in a third one, which is gone."""
    old = loaded(tmp_path, UPS)
    for file in list(tmp_path.iterdir()):
        file.unlink()
    for name in ("x.yaml", "y.yaml"):
        (tmp_path / name).write_text(UPS)
    assert keep(old, load(tmp_path)).sites == old.sites


def test_a_bad_file_keeps_no_site_that_it_is_not_about(tmp_path: Path) -> None:
    """Not one whose file was deleted, not one that its texts or deeper keys mention; and a good
    file counts more than a bad one about the same site."""
    old = loaded(tmp_path, UPS)
    for file in list(tmp_path.iterdir()):
        file.unlink()
    mentions = UPS.replace("apo", "other") + "title: 'site: apo'\ncontacts:\n  site: apo\n"
    (tmp_path / "other.yaml").write_text(mentions)
    new = load(tmp_path)
    assert new.mistakes
    assert keep(old, new).sites == {}
    (tmp_path / "bad.yaml").write_text(UPS + "titel: x\n")
    (tmp_path / "good.yaml").write_text(UPS + "title: Neu\n")
    assert keep(old, load(tmp_path)).sites["apo"].title == "Neu"


def test_a_module_is_a_command_line_without_its_target(tmp_path: Path) -> None:
    """With the targets that it may ask."""
    text = (
        "modules:\n  usv:\n    check: ups\n    community: x\n    targets: [10.0.0.0/8, 'a*.de']\n"
    )
    configuration = loaded(tmp_path, text)
    assert told(configuration) == []
    module = configuration.modules["usv"]
    assert module.arguments == ("--lang=en", "--site=", "--name=usv", "--community=x")
    assert (module.check.name, module.targets) == ("ups", ("10.0.0.0/8", "a*.de"))


def test_the_state_folder_reaches_every_check(tmp_path: Path) -> None:
    """As the command's own option."""
    (tmp_path / "a.yaml").write_text(UPS)
    site = only_site(load(tmp_path, "en", "/some/where"))
    assert site.watches[0].values["state_dir"] == "/some/where"
    assert "--state-dir=/some/where" in site.watches[0].arguments


def test_every_text_has_both_languages() -> None:
    """And the same placeholders in both."""
    for kind, (german, english) in mistakes.TEXTS.items():
        fields = [set(re.findall(r"{(\w+)}", text)) for text in (german, english)]
        assert fields[0] == fields[1], kind


def test_foreign_text_in_a_mistake_is_harmless(tmp_path: Path) -> None:
    """No line break and no escape sequence of a file reaches a terminal."""
    (mistake,) = loaded(tmp_path, UPS + '"ti\\e[31m\\ntle": x\n').mistakes
    assert mistake.text.isprintable()


@pytest.mark.parametrize(
    ("word", "meant"),
    [("Hostname", "hostname"), ("--port", "port"), ("snmp_user", "snmp-user"), ("xyz", None)],
)
def test_the_nearest_word(word: str, meant: str | None) -> None:
    """Capitals, dashes and underscores count for nothing; what is far off gets no guess."""
    assert nearest(word, ["hostname", "port", "snmp-user"]) == meant


@pytest.mark.parametrize("text", ["Löwen-Apotheke am Markt", "St. Ägidius", "a" * 99, "Größe/2"])
def test_a_proposed_name_is_a_safe_one(text: str) -> None:
    """What is proposed would be accepted."""
    assert not is_safe_name(text)
    assert is_safe_name(safe_name(text))


def test_the_examples_are_in_the_package() -> None:
    """`checks.d/` is the source; renew with cp checks.d/*.yaml plugins/sites/examples/."""
    sources = {file.name: file.read_text(encoding="utf-8") for file in EXAMPLES.glob("*.yaml")}
    copies = {
        file.name: file.read_text(encoding="utf-8")
        for file in (ROOT / "plugins" / "sites" / "examples").iterdir()
    }
    assert sources == copies
    assert len(sources) >= 2


def test_the_example_is_the_pharmacy_in_a_box(tmp_path: Path) -> None:
    """Every check of the example, sent to the port that its address has there, finds all well."""
    configuration = load_files([str(file) for file in EXAMPLES.glob("*.yaml")], "en", str(tmp_path))
    site = only_site(configuration)
    assert set(configuration.modules) == {"usv", "konnektor"}
    with Box("quiet") as box:
        places = {}
        first = 16100
        for host in box.hosts:
            places[str(first)] = str(host.service.address[1])
            first += host.ports
        for watch in site.watches:
            arguments = [
                re.sub(r"\b(161\d\d)\b", lambda port: places[port[1]], argument)
                for argument in watch.arguments
            ]
            assert arguments != list(watch.arguments)
            report = watch.check.run(cli.parse(watch.check, arguments))
            assert report.state.name == "OK", (watch.name, report)


def test_the_documentation_shows_valid_files(tmp_path: Path) -> None:
    """Each YAML block of the page is a file without mistakes."""
    page = (ROOT / "docs" / "site-file.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "secrets").mkdir()
    (tmp_path / "notdienst.ics").write_text("BEGIN:VCALENDAR\nEND:VCALENDAR\n")
    for name in ("usv", "router"):
        secret = tmp_path / "secrets" / name
        secret.write_text("geheim\n")
        secret.chmod(0o600)
    for number, block in enumerate(blocks):
        if not block.startswith("tls_server_config"):
            (tmp_path / f"{number}.yaml").write_text(block)
    configuration = load(tmp_path, "en")
    assert told(configuration) == []
    assert (len(configuration.sites), len(configuration.modules), len(blocks)) == (1, 1, 3)
    keys = set(re.findall(r"^\| `([\w-]+)` \|", page, re.MULTILINE))
    assert {"site", "title", "timezone", "checks", "maintenance", "contacts", "interval"} <= keys
    assert all(f"`{key}`" in page or f"{key}:" in page for key in KEYS)
