"""`--site FILE`: one file in place of the single options, and who helps in the second line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from commands import Run, assert_conforms, run
from exporting import entry_of, result_of, site_of, snapshot_of, watch_of
from site_files import CONTACTS, write

from apowacht.exporter import status
from apowacht.exporter.engine import Engine
from apowacht.plugins.core import advice, cli, render
from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.helper import helper, layer_of
from apowacht.plugins.core.limits import option_name
from apowacht.plugins.core.listing import LAYERS, all_checks
from apowacht.plugins.core.options import Answered, option
from apowacht.plugins.core.report import Finding, Report, State
from apowacht.plugins.sites.catalogue import COMMAND_LINE_ONLY
from apowacht.plugins.sites.config import load
from apowacht.plugins.sites.model import Contact
from apowacht.plugins.sites.one import One

if TYPE_CHECKING:
    from collections.abc import Mapping

RECORDED = Path(__file__).parent / "recorded"
CHECKS = {check.name: check for check in all_checks()}
UPS = {"check": "ups", "hostname": "192.0.2.1", "community": "geheim", "shutdown-need": "5m"}
WORN = str(RECORDED / "ups" / "worn-battery-over-snmp")
VPN_DOWN = str(RECORDED / "connector" / "vpn-ti-down")
HELPERS = {layer: Contact(**told) for layer, told in CONTACTS.items()}


def values(check: str, *arguments: str) -> dict[str, Any]:
    """What a command line says."""
    return cli.values(CHECKS[check], arguments)


def ask(check: str, *arguments: str, env: dict[str, str] | None = None) -> Run:
    """One run, held against the contract of every answer."""
    done = run(f"check_apo_{check}", *arguments, env=env)
    assert_conforms(done, check)
    return done


def said(key: str, lang: str = "de", contacts: Mapping[str, Contact] = HELPERS) -> list[str]:
    """The lines of an answer with this one fault."""
    report = Report("ups", (Finding(key, State.CRITICAL),))
    return render.say(report, lang, "nagios", contacts=contacts).split("\n")


def test_the_file_stands_in_for_the_options(tmp_path: Path) -> None:
    """Converted by the same options, with site and name of the file."""
    file = write(tmp_path, {**UPS, "name": "USV Server", "starttls": True, "alias": ["A=1", "B=2"]})
    told = values("ups", "--site", file)
    assert (told["hostname"], told["shutdown_need"], told["starttls"]) == ("192.0.2.1", 300, True)
    assert (told["site"], told["name"], told["alias"]) == ("muster", "USV Server", ("A=1", "B=2"))
    line = values(
        "ups", "-H", "192.0.2.1", "-C", "geheim", "--shutdown-need", "5m", "--starttls",
        "--alias", "A=1", "--alias", "B=2", "--site", "muster", "--name", "USV Server",
    )  # fmt: skip
    assert told == {**line, "contacts": {}}


def test_the_line_wins(tmp_path: Path) -> None:
    """Long or short, before or behind the file; a list is replaced as a whole, a switch added."""
    file = write(tmp_path, {**UPS, "port": 1161, "alias": ["A=1", "B=2"], "ignore-alarm": "x"})
    told = values("ups", "-H", "h", "--site", file, "--alias=C=3", "-p", "99", "--starttls")
    assert (told["hostname"], told["port"], told["alias"]) == ("h", 99, ("C=3",))
    assert (told["starttls"], told["ignore_alarm"], told["shutdown_need"]) == (True, ("x",), 300)


CANDIDATES = (
    "3", "4", "5:", "6:", "x", "y", "2/3", "3/4", "2024-05-31", "2024-06-01", "SH", "BY",
    "Mo-Fr 8-18", "Sa 8-13", "Europe/Berlin", "UTC", "1.2.3", "1.2.4", "10.0.0.1", "10.0.0.2",
    "10.0.0.0/8", "10.1.0.0/16", "a=10.0.0.1", "b=10.0.0.2", "a=2026-12-01", "b=2026-12-02",
    "EC_LOG_OVERFLOW", "EC_CRL_Expiring", "EC_LOG_OVERFLOW=ok", "EC_LOG_OVERFLOW=warning",
    "5m", "6m", "15m", "16m", "ok", "warning",
    r"(?P<time>\S+) (?P<status>\d+)", r"(?P<time>\S+) x(?P<status>\d+)",
)  # fmt: skip


def two_values(check: str, key: str, choices: list[str]) -> list[str]:
    """Two texts that the option understands; [] when none of ours is."""
    found: list[str] = []
    for text in (*choices, *CANDIDATES):
        try:
            values(check, f"--{key}={text}")
        except OwnTrouble:
            continue
        found.append(text)
        if len(found) == 2:
            return found
    return []


@pytest.mark.parametrize("check", CHECKS)
def test_every_option_comes_from_the_file_and_yields_to_the_line(
    check: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alone in the file it is what it would be on the line; on the line it is the line's alone."""
    calendars = [str(tmp_path / name) for name in ("a.ics", "b.ics")]
    for file in calendars:
        Path(file).write_text("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nEND:VCALENDAR\n")
    part = One("", "", (), {})
    monkeypatch.setattr(cli, "read_part", lambda *_: part)
    tried, left = 0, []
    for known in CHECKS[check].options:
        key = option_name(known).lstrip("-")
        if key in COMMAND_LINE_ONLY:
            continue
        if known.is_flag:
            part = part._replace(arguments=(f"--{key}",))
            assert values(check, "--site=./f") == {**values(check, f"--{key}"), "contacts": {}}
            continue
        choices = getattr(known.type, "choices", calendars if known.metavar == "FILE" else ())
        found = two_values(check, key, list(choices))
        if not found:
            left.append(key)
            continue
        here, there = (f"--{key}={text}" for text in found)
        alone = {**values(check, here), "contacts": {}}
        part = part._replace(arguments=(here,))
        assert values(check, "--site=./f") == alone
        part = part._replace(arguments=(there,))
        assert values(check, "--site=./f", here) == alone
        tried += 1
    assert left == []
    assert tried > 5


def test_a_default_of_the_command_does_not_win(tmp_path: Path) -> None:
    """The file's timeout, source and retries hold, though each has a default."""
    file = write(tmp_path, {**UPS, "timeout": "3", "source": "nut", "snmp-retries": 0})
    told = values("ups", "--site", file)
    assert (told["timeout"], told["source"], told["snmp_retries"]) == (3, "nut", 0)


def test_the_language_is_the_caller_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By option or environment, as without a file."""
    file = write(tmp_path, UPS)
    monkeypatch.delenv("APOWACHT_LANG", raising=False)
    assert values("ups", "--site", file)["lang"] == "de"
    assert values("ups", "--site", file, "--lang=en")["lang"] == "en"
    monkeypatch.setenv("APOWACHT_LANG", "en")
    assert values("ups", "--site", file)["lang"] == "en"


def test_a_needed_option_may_come_from_the_file(tmp_path: Path) -> None:
    """Such as the TI's environment, which is asked for where neither says it."""
    asked = {"hostname": "127.0.0.1", "port": 9, "no-tls": True, "timeout": 2}
    file = write(tmp_path, {"check": "erezept", "environment": "RU", **asked})
    told = values("erezept", "--site", file)
    assert (told["environment"], told["no_tls"]) == ("RU", True)
    assert values("erezept", "--site", file, "--environment=PU")["environment"] == "PU"
    assert "--environment" not in ask("erezept", "--site", file).out


def test_an_option_that_must_be_there_may_come_from_the_file(tmp_path: Path) -> None:
    """click's own `required` is content with it, and only with it."""
    file = write(tmp_path, UPS)
    options = [
        option("-H", "--hostname", required=True) if one.name == "hostname" else one
        for one in CHECKS["ups"].options
    ]
    strict = CHECKS["ups"]._replace(options=tuple(options))
    assert cli.values(strict, ["--site", file])["hostname"] == "192.0.2.1"
    with pytest.raises(OwnTrouble):
        cli.values(strict, ["--site", "muster"])


def test_a_community_in_a_file_on_the_line_replaces_the_one_that_stands_there(
    tmp_path: Path,
) -> None:
    """The line names another secret, so the file's does not count."""
    secret = tmp_path / "community"
    secret.write_text("other\n")
    secret.chmod(0o600)
    told = values("ups", "--site", write(tmp_path, UPS), "--community-file", str(secret))
    assert (told["community"], told["community_file"]) == (None, str(secret))


def test_files_are_looked_for_beside_the_site_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever the command is started."""
    folder = tmp_path / "checks.d"
    folder.mkdir()
    secret = folder / "community"
    secret.write_text("other\n")
    secret.chmod(0o600)
    write(folder, {"check": "ups", "hostname": "h", "community-file": "community"})
    monkeypatch.chdir(tmp_path)
    told = values("ups", "--site", "checks.d/apotheke.yaml")
    assert Path(told["community_file"]).resolve() == secret.resolve()


def test_a_bare_name_is_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As ever, even beside a file that is called like it; a path or .yaml is a file."""
    write(tmp_path, UPS)
    (tmp_path / "apotheke").write_text("no: file\n")
    monkeypatch.chdir(tmp_path)
    assert values("ups", "--site", "apotheke", "-H", "h")["site"] == "apotheke"
    assert "contacts" not in values("ups", "--site", "apotheke", "-H", "h")
    assert values("ups", "--site", "apotheke.yaml")["site"] == "muster"
    assert values("ups", "--site", "./apotheke.yaml")["site"] == "muster"
    with pytest.raises(OwnTrouble):
        values("ups", "--site", "./apotheke")


def test_no_site_is_called_like_a_file(tmp_path: Path) -> None:
    """The exporter gives the site's name to `--site` and must not have a file read by it."""
    file = write(tmp_path, UPS, site="b.yaml")
    assert [(one.line, "b-yaml" in one.text) for one in load(tmp_path).mistakes] == [(2, True)]
    done = ask("ups", "--site", file)
    assert (done.code, "b.yaml" in done.out) == (3, True)


def test_what_would_block_or_never_end_is_refused_at_once(tmp_path: Path) -> None:
    """A pipe, a device, and aliases that make a small file endless."""
    os.mkfifo(tmp_path / "pipe.yaml")
    bomb = "a: &a [1]\n" + "".join(
        f"{one}: &{one} [{', '.join([f'*{two}'] * 9)}]\n" for two, one in pairwise("abcdefghi")
    )
    (tmp_path / "bomb.yaml").write_text(f"site: a\n{bomb}")
    for file in (f"{tmp_path}/pipe.yaml", "/dev/zero", f"{tmp_path}/bomb.yaml"):
        done = ask("ups", "--site", file)
        assert (done.code, file in done.out) == (3, True)
        assert done.seconds < 5


def test_help_does_not_need_the_file() -> None:
    """Nor does the version."""
    for line in (["-h"], ["--version"], ["-vh"]):
        with pytest.raises(Answered):
            values("ups", "--site", "/nonexistent/a.yaml", *line)


BROKEN = {
    "mistake": ("site: a\nchecks:\n- check: ups\n  hostnam: h\n", "4", "hostname"),
    "value": ("site: a\nchecks:\n- {check: ups, hostname: h,\n   port: many}\n", "4", "port"),
    "yaml": ("site: a\nchecks: [\n", "3", ""),
    "tab": ("site: a\nchecks:\n\t- check: ups\n", "3", ""),
    "missing": ("site: a\nchecks:\n- check: ups\n", "3", "hostname"),
    "nameless": ("checks:\n- {check: ups, hostname: h}\n", "1", "site"),
}


@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize("kind", BROKEN)
def test_a_mistake_is_one_line_with_file_and_number(kind: str, lang: str, tmp_path: Path) -> None:
    """State 3, whatever is wrong in the part that concerns this check."""
    text, line, word = BROKEN[kind]
    file = tmp_path / "a.yaml"
    file.write_text(text)
    done = ask("ups", "--site", str(file), "--lang", lang)
    assert done.code == 3
    assert len(done.out.rstrip("\n").split("\n")) <= 2
    assert str(file) in done.out
    assert f"{'Zeile' if lang == 'de' else 'line'} {line}" in done.out
    assert word in done.out


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Missing, a folder, empty, no YAML at all, not UTF-8: one clear line and 3."""
    (tmp_path / "empty.yaml").touch()
    (tmp_path / "binary.yaml").write_bytes(bytes(range(256)))
    (tmp_path / "list.yaml").write_text("- a\n")
    for name in ("missing.yaml", "", "empty.yaml", "binary.yaml", "list.yaml"):
        done = ask("ups", "--site", f"{tmp_path}/{name}")
        assert done.code == 3
        assert f"{tmp_path}/{name}" in done.out
        assert len(done.out.rstrip("\n").split("\n")) <= 2


def test_a_mistake_keeps_the_output_format(tmp_path: Path) -> None:
    """JSON stays JSON, and a Checkmk service keeps the name that it was asked by."""
    missing = f"{tmp_path}/missing.yaml"
    told = json.loads(run("check_apo_ups", "--site", missing, "--output", "json").out)
    assert (told["state"], told["check"]) == (3, "ups")
    assert missing in told["findings"][0]["text"]
    named = ["--site", missing, "--name", "USV", "--output"]
    assert run("check_apo_ups", *named, "checkmk").out.startswith('3 "USV" - ')
    assert json.loads(run("check_apo_ups", *named, "prtg").out)["prtg"]["error"] == 1


def test_the_wrong_check_is_explained(tmp_path: Path) -> None:
    """Several and none chosen, a misspelt name, and a site without such a check."""
    file = write(tmp_path, {**UPS, "name": "USV Server"}, {**UPS, "name": "USV Kasse"})
    several = ask("ups", "--site", file)
    assert several.code == 3
    for word in ("USV Server", "USV Kasse", "--name"):
        assert word in several.out
    near = ask("ups", "--site", file, "--name", "USV Kase")
    assert near.code == 3
    assert "USV Kasse" in near.out
    none = ask("connector", "--site", file)
    assert none.code == 3
    assert file in none.out
    assert values("ups", "--site", file, "--name", "USV Kasse")["name"] == "USV Kasse"


def test_a_mistake_in_another_check_is_not_this_one_s(tmp_path: Path) -> None:
    """The UPS is asked though the line of the Konnektor is wrong."""
    file = write(tmp_path, UPS, {"check": "connector", "bogus": 1}, {"check": "nonsense"})
    assert values("ups", "--site", file)["hostname"] == "192.0.2.1"


def test_the_second_line_names_who_helps(tmp_path: Path) -> None:
    """Owner, contact, phone, contract; the rest of the answer stays as it is."""
    connector = {"check": "connector", "hostname": "192.0.2.1"}
    file = write(tmp_path, UPS, connector, contacts=CONTACTS)
    plain = ask("connector", "--replay", VPN_DOWN).out.split("\n")
    done = ask("connector", "--site", file, "--replay", VPN_DOWN)
    lines = done.out.split("\n")
    assert lines[0] == plain[0]
    assert lines[1] == (
        "Zuständig: IT-Betreuer. Hilfe: Hafen-IT, Telefon 040 555 0102 (werktags 8 bis 18 Uhr)."
    )
    assert lines[2:] == [line for line in plain[1:] if not line.startswith("Zuständig")]
    worn = ask("ups", "--site", file, "--replay", WORN, "--lang", "en").out.split("\n")
    assert worn[1] == "Responsible: IT partner. Help: Elektro Nordlicht, phone 040 555 0101."


def test_every_part_of_a_contact_is_said_or_left_out() -> None:
    """In both languages; what the file does not tell leaves no trace."""
    whole = Contact("Muster-IT", "040 555 0103", "K-2026-0815", "auch nachts")
    assert said("kon.vpn_offline.local", "de", {"access": whole})[1] == (
        "Zuständig: TI-Dienstleister (DVO). Hilfe: Muster-IT, Telefon 040 555 0103, "
        "Vertrag K-2026-0815 (auch nachts)."
    )
    assert said("kon.vpn_offline.local", "en", {"access": whole})[1] == (
        "Responsible: TI service partner (DVO). Help: Muster-IT, phone 040 555 0103, "
        "contract K-2026-0815 (auch nachts)."
    )
    assert said("kon.fatal", "de", {"access": Contact("Muster-IT")})[1] == (
        "Zuständig: TI-Dienstleister (DVO). Hilfe: Muster-IT."
    )


@pytest.mark.parametrize("key", advice.ADVICE)
def test_every_failure_class_belongs_to_a_link(key: str) -> None:
    """All but those of the monitoring itself, which nobody at the site can help with."""
    layer = layer_of(key)
    assert (layer is None) == key.startswith("monitor.")
    assert layer is None or layer in LAYERS
    known = dict.fromkeys(LAYERS, Contact("X"))
    owner = advice.ADVICE[key].owner
    assert (helper(key, known) is not None) == (layer is not None and owner not in ("", "central"))


def test_rows_that_stand_elsewhere_exist() -> None:
    """No link is told for a class that is gone."""
    assert advice.ELSEWHERE.keys() <= advice.ADVICE.keys()
    assert {layer for layer, _ in advice.LAYERS} == set(LAYERS)


def test_the_layer_is_that_of_the_fault_and_not_of_the_check() -> None:
    """A terminal's check that finds the Konnektor silent names the Konnektor's contact."""
    assert "Muster-IT" in said("kon.unreachable.local")[1]
    assert "Hafen-IT" in said("kon.no_internet")[1]
    assert "Hafen-IT" in said("erp.dns_silent")[1]
    assert "Softwarehaus" in said("erp.forbidden")[1]


@pytest.mark.parametrize("key", ["central.reported", "idp.down", "kon.vpn_offline.central"])
def test_nobody_local_is_called_for_a_central_fault(key: str) -> None:
    """The answer is the one without a file: no phone that cannot help."""
    assert said(key) == said(key, contacts={})
    assert "040" not in "\n".join(said(key))
    assert any(line.startswith("Zuständig: zentraler Betreiber") for line in said(key))


def test_without_a_contact_or_a_fault_the_answer_is_as_ever(tmp_path: Path) -> None:
    """No contact of that link, or all is well."""
    file = write(tmp_path, UPS, contacts={"network": CONTACTS["network"]})
    plain = ["--shutdown-need", "5m", "--replay"]
    assert ask("ups", "--site", file, "--replay", WORN).out == ask("ups", *plain, WORN).out
    file = write(tmp_path, UPS, contacts=CONTACTS)
    well = str(RECORDED / "ups" / "healthy-over-snmp")
    done = ask("ups", "--site", file, "--replay", well)
    assert (done.code, done.out) == (0, ask("ups", *plain, well).out)


def test_our_own_trouble_calls_nobody(tmp_path: Path) -> None:
    """A recording that is not there is no fault of the site."""
    file = write(tmp_path, UPS, contacts=CONTACTS)
    done = ask("ups", "--site", file, "--replay", "/nonexistent/file")
    assert done.code == 3
    assert "040" not in done.out


def test_every_format_names_who_helps(tmp_path: Path) -> None:
    """JSON by fields, Checkmk and PRTG in the text; Checkmk's service is the check's name."""
    file = write(tmp_path, {**UPS, "name": "USV Server"}, contacts=CONTACTS)
    asked = ["--site", file, "--replay", WORN, "--output"]
    told = json.loads(run("check_apo_ups", *asked, "json").out)
    assert told["contact"] == {
        "who": "Elektro Nordlicht", "phone": "040 555 0101", "contract": None, "note": None,
    }  # fmt: skip
    local = run("check_apo_ups", *asked, "checkmk").out
    assert local.startswith('1 "USV Server" ')
    assert "\\nZuständig: IT-Betreuer. Hilfe: Elektro Nordlicht, Telefon 040 555 0101.\\n" in local
    assert run("check_apo_ups", *asked, "checkmk", "--service", "Mein").out.startswith('1 "Mein" ')
    text = json.loads(run("check_apo_ups", *asked, "prtg").out)["prtg"]["text"]
    assert "Hilfe: Elektro Nordlicht, Telefon 040 555 0101." in text


def test_json_says_that_nobody_helps_only_with_a_file(tmp_path: Path) -> None:
    """Without a file the object is what it always was."""
    well = ["--replay", str(RECORDED / "ups" / "healthy-over-snmp"), "--output", "json"]
    file = write(tmp_path, UPS, contacts=CONTACTS)
    assert json.loads(run("check_apo_ups", "--site", file, *well).out)["contact"] is None
    assert "contact" not in json.loads(run("check_apo_ups", "--site", "muster", *well).out)


def test_texts_of_the_file_cannot_break_the_output() -> None:
    """No pipe, line break, control character or Checkmk escape, and no novel."""
    evil = Contact("A|B\nC\\nD\x1b[31m", "1" * 300, "x\r\ny|", "#\t|")
    lines = said("kon.fatal", contacts={"access": evil})
    assert lines[0] == said("kon.fatal", contacts={})[0]
    assert not any(sign in lines[1] for sign in "|\\\x1b\r\t")
    assert len(lines[1]) < 400
    report = Report("connector", (Finding("kon.fatal", State.CRITICAL),))
    known = render.as_dict(report, "de", {"access": evil})["contact"]
    assert isinstance(known, dict)
    assert not any(sign in str(text) for text in known.values() for sign in "|\\\n\r\t")


def test_the_page_names_the_same_contact() -> None:
    """A silent Konnektor found by the terminals' check; a central fault; a link that is well."""

    def tiles(check: str, key: str, state: State) -> dict[str, status.View]:
        watch = watch_of(CHECKS[check])
        site = site_of("a", [watch]).__class__("a", "A", (watch,), (), HELPERS)
        entry = entry_of(site, watch, result_of(Report(check, (Finding(key, state),), object())))
        (view,) = status.views(snapshot_of(entry), "de")
        return {tile["layer"]: tile for tile in view["tiles"]}

    shown = tiles("terminal", "kon.unreachable.local", State.CRITICAL)
    assert (shown["identity"]["who"], shown["access"]["who"]) == ("Muster-IT", "Muster-IT")
    assert shown["power"]["who"] == "Elektro Nordlicht"
    shown = tiles("erezept", "central.reported", State.WARNING)
    assert (shown["service"]["state"], shown["service"]["phone"]) == ("WARNING", None)
    shown = tiles("erezept", "erp.way_free", State.OK)
    assert shown["service"]["phone"] == "040 555 0104"


def test_exporter_and_command_share_what_is_remembered(tmp_path: Path) -> None:
    """The same site and name make the same files, though one reads all and one its part."""
    folder, states = tmp_path / "checks.d", tmp_path / "state"
    told = {**UPS, "name": "USV Server", "hostname": "127.0.0.1", "port": 9, "timeout": 1}
    file = write(folder, {**told, "debounce": "2/3"})
    ask("ups", "--site", file, "--state-dir", str(states))
    mine = {path.name: path.read_text() for path in states.iterdir()}
    assert mine
    configuration = load(folder, "de", str(states))
    assert configuration.mistakes == ()
    (watch,) = configuration.sites["muster"].watches
    engine = Engine(configuration)
    engine.run_now(watch.check, watch.arguments)
    assert engine.close()
    assert {path.name for path in states.iterdir()} == mine.keys()
    assert any(path.read_text() != mine[path.name] for path in states.iterdir())


COST = """
import sys
from apowacht.plugins.ups import CHECK
from apowacht.plugins.core import cli
cli.values(CHECK, sys.argv[1:])
print(*sorted(name for name in sys.modules if name.split(".")[0] in ("yaml", "asyncio", "holidays")
      or name.startswith("apowacht.plugins.sites") or name == "apowacht.plugins.connector"))
"""


def test_yaml_is_read_only_where_there_is_a_file(tmp_path: Path) -> None:
    """A bare name costs nothing new, and a file no other check's module."""

    def loaded(*arguments: str) -> set[str]:
        done = subprocess.run(
            [sys.executable, "-c", COST, *arguments], capture_output=True, text=True, check=True
        )
        return set(done.stdout.split())

    assert loaded("--site", "muster", "-H", "h") == set()
    found = loaded("--site", write(tmp_path, UPS))
    assert "yaml" in found
    assert not found & {"asyncio", "holidays", "apowacht.plugins.connector"}
