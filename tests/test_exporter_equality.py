"""The exporter and the command line are one: the same question has the same answer in both."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import commands
import pytest
from site_files import write_one
from watches import HandClock, HandPool, configuration, site, watch

from apowacht.exporter import status
from apowacht.exporter.engine import Engine
from apowacht.plugins.core import render
from apowacht.plugins.core.listing import all_checks
from apowacht.plugins.core.report import State
from apowacht.simulator.box import Box
from apowacht.simulator.demo import STEPS, Step, command, execute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apowacht.exporter.model import Result

RECORDED = Path(__file__).parent / "recorded"
CHECKS = {one.name: one for one in all_checks()}
RECORDINGS = sorted(path for path in RECORDED.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """An engine without sites, for questions beside the schedule."""
    made = Engine(configuration())
    yield made
    assert made.close()


def told(result: Result, lang: str = "de") -> dict[str, Any]:
    """A result as `--output json` would write it."""
    answer = json.loads(render.json_text(result.report, lang))
    assert isinstance(answer, dict)
    return answer


def test_every_check_has_a_recording() -> None:
    """What follows compares each of them; a check without a recording would be left out."""
    assert {path.relative_to(RECORDED).parts[0] for path in RECORDINGS} >= CHECKS.keys() - {
        "erezept"
    }


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: str(path.relative_to(RECORDED)))
def test_a_recording_is_judged_alike(
    engine: Engine, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """State, sentences, numbers and facts: by the command, by /probe's way and by the schedule."""
    for name in [name for name in os.environ if name.startswith("APOWACHT_")]:
        monkeypatch.delenv(name)
    name = recording.relative_to(RECORDED).parts[0]
    arguments = ["--replay", str(recording)]
    said = commands.run(f"check_apo_{name}", *arguments, "--output", "json")
    line = json.loads(said.out)
    assert said.code == line["state"]

    result = engine.run_now(CHECKS[name], arguments)
    assert told(result) == line

    clock = HandClock()
    scheduled = Engine(configuration(site("a", watch("w", CHECKS[name], *arguments))), clock=clock)
    scheduled._pool = pool = HandPool()
    clock.move(60)
    scheduled.step()
    assert pool.run() == 1
    (entry,) = scheduled.snapshot().entries
    assert entry.result is not None
    assert told(entry.result) == line
    assert entry.state == line["state"]

    (view,) = status.views(scheduled.snapshot(), "de")
    (shown,) = [one for tile in view["tiles"] for one in tile["checks"]]
    assert shown["state"] == State(line["state"]).name
    assert shown["summary"] == line["summary"]
    assert status.plain(shown["metrics"]) == line["metrics"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--no-such-option"], "setting"),
        (["-t", "0"], "setting"),
        (["--replay", "/none"], "setting"),
    ],
)
@pytest.mark.parametrize("name", CHECKS)
def test_a_wrong_line_fails_alike(
    engine: Engine, name: str, arguments: list[str], reason: str
) -> None:
    """The same sentence, UNKNOWN, and the reason that the exporter counts it under."""
    said = commands.run(f"check_apo_{name}", *arguments, "--output", "json")
    result = engine.run_now(CHECKS[name], arguments)
    assert told(result) == json.loads(said.out)
    assert (said.code, result.reason) == (3, reason)


@pytest.mark.slow
@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step.check or ''}{step.unit}")
def test_a_device_is_judged_alike(
    engine: Engine, step: Step, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Simulated devices asked three times over the wire, by single options, by a site file and by
    the exporter: the same state, findings and numbers; what is a time may differ by the time
    between them."""
    for variable in [name for name in os.environ if name.startswith("APOWACHT_")]:
        monkeypatch.delenv(variable)
    with Box() as box:
        host, unit = box.find(step.unit)
        for other, state in ((step.unit, step.state), *step.others):
            if state:
                box.put(other, state)
        name = step.check or host.check
        options = [*host.options(unit), *step.more]
        file = write_one(tmp_path / "checks.d", CHECKS[name], options)
        (code, output), (again, from_file) = (
            execute(
                command(name),
                [*line, "--state-dir", str(tmp_path / folder), "--output", "json"],
                str(tmp_path),
                host.settings,
            )
            for line, folder in ((options, "a"), (["--site", file], "c"))
        )
        for variable, text in (host.settings or {}).items():
            monkeypatch.setenv(variable, text)
        result = engine.run_now(CHECKS[name], [*options, "--state-dir", str(tmp_path / "b")])
    line = json.loads(output)
    assert (result.report.state, again) == (code, code)
    for answer in (told(result), json.loads(from_file)):
        assert_alike(answer, line)


def assert_alike(answer: dict[str, Any], line: dict[str, Any]) -> None:
    """The same findings, numbers and fields, but for times."""
    assert answer["check"] == line["check"]
    assert [(f["key"], f["state"]) for f in answer["findings"]] == [
        (f["key"], f["state"]) for f in line["findings"]
    ]
    assert len(answer["metrics"]) == len(line["metrics"])
    for mine, theirs in zip(answer["metrics"], line["metrics"], strict=True):
        assert {**mine, "value": 0} == {**theirs, "value": 0}
        near = 5.0 if mine["unit"] == "s" else 0.0
        assert mine["value"] == pytest.approx(theirs["value"], abs=near)
    assert answer["facts"].keys() == line["facts"].keys()
