"""check_apo_tilage: facts to findings as a table, recordings, and the real command."""

from __future__ import annotations

import json
import os
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from commands import SCRIPTS, Run, assert_conforms, perfdata_of, run
from test_state import NOBODY, as_root

from apowacht.plugins.core import cli
from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.render import say
from apowacht.plugins.core.report import Report, State, worst
from apowacht.plugins.tilage import CHECK, AppFacts, TilageFacts, judge
from apowacht.simulator.tilage_service import Outage, TiLage

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORDED = Path(__file__).parent / "recorded" / "tilage"
NOW = "2026-11-24T10:02:00+00:00"
CARD = Outage("erezept", "E-Rezept einlösen per eGK", "Einlösen mit der eGK gestört", "partial")


def app(name: str, outage: str | None = "none", **more: Any) -> AppFacts:
    """An application; `counts` follows the outage unless it is given."""
    told = {
        "said": outage, "counts": outage, "foreign": False, "maintenance": False,
        "announced": False, "impact": "gestört", "card_only": False, "since": None,
        "since_seconds": 600.0,
    }  # fmt: skip
    return AppFacts(name, outage, **{**told, **more})


def facts(*apps: AppFacts, **more: Any) -> TilageFacts:
    """A current answer in which everything is well but for these."""
    given = {one.name: one for one in apps}
    rest = [app(name) for name in ("erezept", "vsdm", "tianschluss", "idp") if name not in given]
    told: dict[str, Any] = {"asked_at": NOW, "current": True, "age_seconds": 90}
    return TilageFacts(apps=(*apps, *rest), **{**told, **more})


def found(told: TilageFacts, *argv: str) -> dict[str, State]:
    """The findings that say something, by key."""
    options = cli.parse(CHECK, argv)
    findings = judge(told, options)
    return {f.key: f.state for f in findings if f.key != "tilage.reading"}


OK, WARNING, CRITICAL, UNKNOWN = State.OK, State.WARNING, State.CRITICAL, State.UNKNOWN


@pytest.mark.parametrize(
    ("told", "argv", "expected"),
    [
        (facts(), [], {"tilage.well": OK}),
        (facts(app("erezept", "full")), [], {"tilage.erezept": WARNING}),
        (facts(app("erezept", "partial")), [], {"tilage.erezept": WARNING}),
        (facts(app("erezept", "full")), ["--outage-state", "critical"],
         {"tilage.erezept": CRITICAL}),
        (facts(app("erezept", "partial")), ["--outage-state", "critical", "--partial-state", "ok"],
         {"tilage.erezept": OK}),
        (facts(app("erezept", "partial", card_only=True)), [], {"tilage.erezept_card": WARNING}),
        (facts(app("vsdm", "full")), [], {"tilage.vsdm": WARNING}),
        (facts(app("vsdm", "full"), app("erezept", "full")), [],
         {"tilage.vsdm_too": WARNING, "tilage.erezept": WARNING}),
        (facts(app("vsdm", "full"), app("erezept", "full", card_only=True)), [],
         {"tilage.vsdm": WARNING, "tilage.erezept_card": WARNING}),
        (facts(app("vsdm", "full"), app("idp", "partial")), [],
         {"tilage.vsdm_too": WARNING, "tilage.idp": WARNING}),
        (facts(app("erezept", "partial", card_only=True), app("tianschluss", "full")), [],
         {"tilage.erezept": WARNING, "tilage.access": WARNING}),
        (facts(app("tianschluss", "full")), [], {"tilage.access": WARNING}),
        (facts(app("idp", "partial")), [], {"tilage.idp": WARNING}),
        (facts(app("kim", "full")), [], {"tilage.well": OK, "tilage.elsewhere": OK}),
        (facts(app("kim", "full")), ["--app", "kim"], {"tilage.app": WARNING}),
        (facts(app("kim", "full"), providers={"kim": "CI-1"}), [], {"tilage.app": WARNING}),
        (facts(app("epa", "full")), ["--app", "epa"], {"tilage.app": WARNING}),
        (facts(app("erezept", None, said="total")), [], {"tilage.unknown": UNKNOWN}),
        (facts(app("epa", None)), [], {"tilage.well": OK}),
        (facts(app("erezept", "full", counts="none", announced=True, maintenance=True)), [],
         {"tilage.maintenance": OK, "tilage.well_here": OK}),
        (facts(app("erezept", maintenance=True)), [],
         {"tilage.maintained": OK, "tilage.well": OK}),
        (facts(app("tianschluss", "full", counts="none", foreign=True)), [],
         {"tilage.foreign": OK, "tilage.well_here": OK}),
        (facts(measured_off=True, measured_age_seconds=1e6), [], {"tilage.measured_off": UNKNOWN}),
        (facts(measured_off=True, measured_age_seconds=-1e9), [], {"tilage.measured_off": UNKNOWN}),
        (facts(app("vsdm", "full"), measured_off=True, measured_age_seconds=1e6), [],
         {"tilage.measured_off": UNKNOWN, "tilage.vsdm": WARNING}),
        (facts(app("erezept", "full"), current=False, age_seconds=4000), [],
         {"tilage.unread": UNKNOWN}),
        (facts(current=False, filtered_by="others"), [], {"tilage.unread": UNKNOWN}),
        (facts(current=False, age_seconds=None, pending=True), [], {"tilage.unread": UNKNOWN}),
        (facts(current=False, age_seconds=None), [], {"tilage.unread": UNKNOWN}),
        (facts(current=False, age_seconds=10), [], {"tilage.unread": UNKNOWN}),
        (facts(current=False, trouble={"reason": "state_corrupt", "values": {"file": "f"}}), [],
         {"tilage.not_asked": UNKNOWN}),
        (facts(trouble={"reason": "state_readonly", "values": {}}), [],
         {"tilage.retrying": OK, "tilage.well": OK}),
    ],
    ids=lambda value: None if isinstance(value, list | dict) else "",
)  # fmt: skip
def test_facts_become_findings(
    told: TilageFacts, argv: list[str], expected: dict[str, State]
) -> None:
    """One row of the table each."""
    assert found(told, *argv) == expected


def test_measurements_out_of_date_are_told_once() -> None:
    """That nothing is known of the IDP then, follows from it."""
    told = facts(measured_off=True, measured_age_seconds=1e6)
    told = replace(told, apps=tuple(one for one in told.apps if one.name != "idp"))
    assert found(told) == {"tilage.measured_off": UNKNOWN}


def test_an_application_that_is_missing_is_unknown() -> None:
    """As is the IDP when the measurement of its components could not be read."""
    told = TilageFacts(asked_at=NOW, current=True, age_seconds=1, apps=(app("erezept"),))
    options = cli.parse(CHECK, [])
    unknown = [f.values["alarm"] for f in judge(told, options) if f.key == "tilage.unknown"]
    assert unknown == ["vsdm", "tianschluss", "idp"]


def test_every_finding_can_be_said_in_both_languages() -> None:
    """Without a placeholder left, and with a first line of 80 characters at most."""
    told = facts(
        app("erezept", "full", impact="x" * 500), app("vsdm", "partial", since_seconds=None),
        app("tianschluss", "full", impact=None), app("idp", "full"), app("kim", "partial"),
        app("epa", "full"),
        causes=({"ci": "CI-1", "service": None, "organization": "O" * 200},),
        incidents=({"title": None, "status": None, "apps": [], "begun": "2026-11-24T09:00:00Z",
                    "closed": None, "message": None, "maintenance": False},),
    )  # fmt: skip
    findings = tuple(judge(told, cli.parse(CHECK, ["--app", "kim"])))
    assert worst(f.state for f in findings) is State.WARNING
    for lang in ("de", "en"):
        text = say(Report("tilage", findings, told), lang, "nagios")
        assert "{" not in text
        assert len(text.split("\n")[0].split(" | ")[0]) <= 80
        assert "neu starten" not in "".join(x for x in text.split("\n") if x.startswith("Zuerst"))


def test_incidents_are_shown_by_age_and_application() -> None:
    """Open ones always, closed ones of the last days; those of applications nobody watches not."""

    def incident(title: str, begun: str, closed: str | None, *apps: str) -> dict[str, Any]:
        status = "closed" if closed else "full"
        return {"title": title, "status": status, "apps": apps, "begun": begun, "closed": closed,
                "message": "m", "maintenance": False}  # fmt: skip

    told = facts(
        incidents=(
            incident("open", "2026-11-12T10:00:00Z", None, "E-Rezept"),
            incident("lately", "2026-11-23T10:00:00Z", "2026-11-23T11:00:00Z", "VSDM"),
            incident("long ago", "2026-11-20T10:00:00Z", "2026-11-20T11:00:00Z", "VSDM"),
            incident("wanda", "2026-11-24T09:00:00Z", None, "WANDA"),
            incident("new name", "2026-11-24T09:00:00Z", None, "Neuanwendung"),
            incident("no date", "soon", None, "E-Rezept"),
        )
    )
    shown = [
        f.values["what"] for f in judge(told, cli.parse(CHECK, [])) if f.key == "tilage.incident"
    ]
    assert shown == ["open", "lately", "new name"]


SCENARIOS = {
    "all-well": (0, "zentral nichts gemeldet"),
    "announced-maintenance": (0, "Wartung: E-Rezept"),
    "foreign-access-provider-down": (0, "nur durch andere Anbieter (Zugang B GmbH)"),
    "own-access-provider-down": (1, "TI-Zugang zentral gestört seit 15 min"),
    "health-card-path-down": (1, "Nach E-Rezept-Ausdruck oder App fragen."),
    "login-service-down": (1, "Zentraler Anmeldedienst (IDP) vollständig gestört"),
}


@pytest.mark.parametrize("scenario", sorted(path.name for path in RECORDED.iterdir()))
def test_a_recording_is_judged_as_on_its_day(scenario: str) -> None:
    """Whenever that is; and nobody is asked."""
    code, text = SCENARIOS[scenario]
    options = cli.parse(CHECK, ["--replay", str(RECORDED / scenario)])
    report = CHECK.run(options)
    assert report.state == code
    assert text in say(report, "de", "nagios")
    assert "replayed" in report.notes


@pytest.mark.parametrize("content", ["", "{}", '{"format": "apowacht-recording"}', "\x00"])
def test_another_file_is_no_recording(tmp_path: Path, content: str) -> None:
    """Said as our own trouble."""
    file = tmp_path / "file"
    file.write_text(content)
    with pytest.raises(OwnTrouble):
        CHECK.run(cli.parse(CHECK, ["--replay", str(file)]))


class Desk:
    """A computer that runs the real command against a simulated TI-Lage."""

    def __init__(self, tilage: TiLage, folder: Path) -> None:
        self.tilage = tilage
        self.folder = folder

    @property
    def argv(self) -> list[str]:
        """Where TI-Lage is and what it is believed by."""
        host, port = self.tilage.address
        return [
            "-H", host, "-p", str(port), "--tls-fingerprint", self.tilage.fingerprint,
            "--state-dir", str(self.folder),
        ]  # fmt: skip

    def check(self, *more: str) -> Run:
        """One run; the contract of every command is asserted."""
        done = run("check_apo_tilage", *self.argv, *more)
        assert_conforms(done, "tilage")
        return done

    def asked(self) -> list[str]:
        """The paths that were asked for since the last look."""
        paths = [one.path.removeprefix("/lageapi") for one in self.tilage.asked]
        self.tilage.log.clear()
        return paths

    def rewrite(self, change: Any) -> None:
        """Let all entries of the state folder be changed, and be as old as before."""
        for file in self.folder.glob("tilage-*.json"):
            record = json.loads(file.read_text())
            change(record)
            file.write_text(json.dumps(record))


PATHS = ["/v2/tilage", "/v1/tilage/bu/PU", "/v1/tistatus/incident"]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A computer that never asked, and a TI-Lage with the way by card down."""
    with TiLage(CARD) as tilage:
        yield Desk(tilage, tmp_path / "state")


@pytest.mark.slow
def test_the_command_asks_once_and_tells_twice(desk: Desk) -> None:
    """The second run has the same answer and asks nobody; the user agent tells who we are."""
    first = desk.check()
    agents = {one.user_agent.split("/")[0] for one in desk.tilage.asked}
    assert agents == {"apowacht"}
    assert desk.asked() == PATHS
    second = desk.check("--lang", "en")
    assert (first.code, second.code) == (1, 1)
    assert "Einlösen per Karte gestört" in first.line_1
    assert "redeeming by card down" in second.line_1
    assert perfdata_of(first)["erezept"] == perfdata_of(second)["erezept"] == 1
    assert desk.asked() == []


@pytest.mark.slow
def test_what_is_due_is_asked_conditionally(desk: Desk) -> None:
    """With the marks of the last answer, which holds on after «not modified»."""
    desk.tilage.break_down()
    desk.check()
    desk.asked()
    desk.rewrite(_an_hour_ago)
    done = desk.check()
    sent = [one.headers for one in desk.tilage.asked]
    assert "If-None-Match" in sent[0]
    assert "If-Modified-Since" in sent[0]
    assert done.code == 0
    assert perfdata_of(done)["age"] < 5
    assert sorted(desk.asked()) == sorted(PATHS)


def _an_hour_ago(record: dict[str, Any]) -> None:
    """As if everything in this entry had happened an hour earlier."""
    data = record["data"]
    record["saved"] -= 3600
    for name in ("asked_at", "next_at"):
        if name in data:
            data[name] -= 3600
    for name in ("up", "data_at", "good_at"):
        if data.get(name):
            data[name] = [data[name][0] if name == "up" else data[name][0] - 3600, *data[name][1:]]
            data[name][-1] -= 3600


@pytest.mark.slow
@pytest.mark.parametrize(
    ("manners", "said"),
    [
        ({"status": 429, "retry_after": "7200"}, "HTTP 429"),
        ({"status": 403}, "HTTP 403"),
        ({"status": 500}, "HTTP 500"),
        ({"status": 302, "location": "https://example.org/"}, "HTTP 302"),
        ({"garbage": "body"}, "unverständlich"),
        ({"garbage": "connection"}, "unverständlich"),
        ({"hangs_up": "answer"}, "mitten im Gespräch"),
        ({"silent": "answer"}, "keine Antwort"),
        ({"truncated": 50}, "unverständlich"),
        ({"refused": True}, ""),
    ],
    ids=str,
)
def test_trouble_is_unknown_and_asked_once(desk: Desk, manners: dict[str, Any], said: str) -> None:
    """Never CRITICAL; after the first failure the other paths are left alone in that run."""
    desk.tilage.behave(**manners)
    done = desk.check("-t", "2")
    assert done.code == 3
    assert said in done.out
    assert len(desk.asked()) <= 1
    again = desk.check("-t", "2", "--timeout-state", "warning")
    assert again.code == 1
    if "status" in manners and manners["status"] in (403, 429):
        assert desk.asked() == []  # the whole server, not this path alone


@pytest.mark.slow
def test_an_old_answer_says_how_old_it_is(desk: Desk) -> None:
    """Younger than the most it may be it still counts, with a word of the failure; then UNKNOWN."""
    desk.check()
    desk.tilage.behave(status=503)
    desk.rewrite(_an_hour_ago)
    young = desk.check("--max-age", "2h")
    assert young.code == 1
    assert "es gilt der Stand vor 60 min" in young.out
    old = desk.check()
    assert old.code == 3
    assert "Stand veraltet" in old.line_1 or "60 min" in old.out
    assert "erezept" not in perfdata_of(old)
    assert perfdata_of(old)["age"] > 3500


def test_an_age_below_the_pause_between_questions_is_refused(desk: Desk) -> None:
    """Every answer would be out of date before the next may be asked for; both checks say so."""
    done = desk.check("--max-age", "0")
    assert done.code == 3
    assert "--max-age: «0» ist zu kurz; mindestens 600 s" in done.line_1
    assert desk.asked() == []


@pytest.mark.slow
def test_providers_are_listed_and_resolved(desk: Desk) -> None:
    """By name, by CI number, by a wrong name with the nearest ones; the list is asked for once."""
    listed = desk.check("--list-providers")
    assert listed.code == 0
    assert "--access: Zugang A GmbH (CI-0000011)" in listed.out
    assert desk.asked() == ["/v2/tilage/filter"]
    wrong = desk.check("--access", "Zugang")
    assert wrong.code == 3
    assert "am nächsten: Zugang A GmbH, Zugang B GmbH" in wrong.out
    for name in ("zugang b gmbh", "CI-0000012", "ci-0000012"):
        right = run("check_apo_tilage", *desk.argv, "--access", name, "--output", "json")
        assert json.loads(right.out)["facts"]["providers"] == {"access": "CI-0000012"}
    assert desk.asked() == PATHS


def test_a_name_that_two_entries_bear_needs_its_number() -> None:
    """A technician is told the numbers."""
    from apowacht.plugins.read.tilage import resolved

    rows = [{"group": "hba", "ci": f"CI-{n}", "name": "Gleich"} for n in (1, 2)]
    with pytest.raises(OwnTrouble) as told:
        resolved("hba", "gleich", rows)
    assert told.value.reason == "tilage_provider_several"
    assert told.value.values["choices"] == "CI-1, CI-2"
    assert resolved("hba", "CI-2", rows) == "CI-2"
    assert resolved("kim", "Gleich", rows) is None


@pytest.mark.slow
def test_a_recording_says_the_same_again(desk: Desk, tmp_path: Path) -> None:
    """Live and replayed, with the same numbers."""
    file = tmp_path / "recording"
    live = desk.check("--access", "Zugang A GmbH", "--record", str(file))
    told = run("check_apo_tilage", "--replay", str(file), "--state-dir", str(tmp_path / "none"))
    assert told.code == live.code == 1
    assert told.line_1 == live.line_1
    assert perfdata_of(told) == perfdata_of(live)


@pytest.mark.slow
@pytest.mark.parametrize("url", ["http", "ca"])
def test_what_is_wrong_with_the_options_is_said_and_nobody_asked(desk: Desk, url: str) -> None:
    """An unreadable authority is our own trouble, before anything is entered as asked."""
    host, port = desk.tilage.address
    done = run(
        "check_apo_tilage", "-H", host, "-p", str(port), "--state-dir", str(desk.folder),
        *(["--ca-file", "/nonexistent"] if url == "ca" else ["--tls-fingerprint", "xyz"]),
    )  # fmt: skip
    assert done.code == 3
    assert desk.tilage.log == []
    assert not list(desk.folder.glob("tilage-*v2*.json"))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["corrupt", "future", "newer", "shape"])
def test_a_state_that_cannot_be_believed_asks_nobody(desk: Desk, kind: str) -> None:
    """UNKNOWN, and the line says why; run after run."""
    desk.check()
    desk.asked()

    def spoil(record: dict[str, Any]) -> None:
        if kind == "future":
            record["saved"] = record["data"]["asked_at"] = time.time() + 86400
        elif kind == "newer":
            record["format"] = 99
        elif kind == "shape":
            record["data"] = {"asked_at": "yesterday"}

    for file in desk.folder.glob("tilage-*.json"):
        if kind == "corrupt":
            file.write_bytes(b"\x00{")
        elif "filters" not in file.name and "since" not in file.name:
            record = json.loads(file.read_text())
            spoil(record)
            file.write_text(json.dumps(record))
    word = {"future": "Uhr falsch", "newer": "Zustand zu neu"}.get(kind, "Zustand beschädigt")
    for _ in range(3):
        done = desk.check()
        assert done.code == 3
        assert word in done.line_1
    assert desk.asked() == []


@pytest.mark.slow
@as_root
@pytest.mark.peer
def test_another_user_who_may_only_read_asks_nobody(desk: Desk, tmp_path: Path) -> None:
    """He has the answer of the first one while it is fresh, and later is told why not."""
    import shutil

    if not shutil.which("setpriv"):
        pytest.skip("setpriv is missing (Debian package util-linux)")
    folder = tmp_path
    while folder != folder.parent:  # pytest's own folders are for their user only
        os.chmod(folder, os.stat(folder).st_mode | 0o055)
        folder = folder.parent
    desk.check()
    desk.folder.chmod(0o755)
    desk.asked()

    def other() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
             str(SCRIPTS / "check_apo_tilage"), *desk.argv],
            capture_output=True, text=True, timeout=60, cwd="/", check=False,
        )  # fmt: skip

    fresh = other()
    if fresh.returncode not in range(4) or "Permission" in fresh.stderr:
        pytest.skip("this Python is not to be read by other users")
    assert (fresh.returncode, "Einlösen per Karte gestört" in fresh.stdout) == (1, True)
    desk.rewrite(_an_hour_ago)
    late = other()
    assert late.returncode == 3
    assert "nicht beschreibbar" in late.stdout
    assert desk.asked() == []


@pytest.mark.slow
def test_twenty_commands_at_once_ask_each_path_once(desk: Desk) -> None:
    """And all of them have the answer."""
    filters = [[], ["--access", "CI-0000011"], ["--access", "CI-0000012", "--smcb", "CI-0000021"]]
    racers = [
        subprocess.Popen(
            [SCRIPTS / "check_apo_tilage", *desk.argv, "-t", "30", *filters[n % 3]],
            stdout=subprocess.PIPE, text=True,
        )
        for n in range(20)
    ]  # fmt: skip
    answers = [racer.communicate()[0] for racer in racers]
    assert {racer.returncode for racer in racers} == {1}, answers
    assert sorted(desk.asked()) == sorted([*PATHS, "/v2/tilage/filter"])
