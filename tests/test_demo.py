"""The demonstration: real commands, expected answers, and a verdict that notices when it is off."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from apowacht.simulator.box import Box
from apowacht.simulator.demo import STATES, STEPS, Result, Step, command, execute, run, summary
from apowacht.simulator.hosts import HOSTS

if TYPE_CHECKING:
    from pathlib import Path

ABOUT = ("Eine Frage", "A question")


def demonstrated(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The demonstration as `make demo` runs it."""
    return subprocess.run(
        [sys.executable, "-m", "apowacht.simulator.demo", *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("de", ("Die USV im Serverschrank wird über SNMP v2c gefragt", "Zusammenfassung")),
        ("en", ("The UPS in the server rack is asked over SNMP v2c", "Summary")),
    ],
)
def test_the_demo_runs(tmp_path: Path, lang: str, words: tuple[str, ...]) -> None:
    """It ends with 0, tells each step and shows its command, answer, code and verdict."""
    done = demonstrated(tmp_path, "--lang", lang)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    for word in words:
        assert word in done.stdout
    asked = re.findall(r"^  \$ .*check_apo_(\w+) .*127\.0\.0\.1", done.stdout, re.M)
    assert len(asked) == len(STEPS)
    assert set(asked) == {"ups", "connector", "terminal", "uplink", "tilage", "erezept"}
    answers = re.findall(r"^  [A-Z]+ (OK|WARNING|CRITICAL|UNKNOWN) - ", done.stdout, re.M)
    assert answers == [STATES[step.expected] for step in STEPS]
    assert len(re.findall(r"^  exit[- ]code \d = ", done.stdout, re.M | re.I)) == len(STEPS)
    assert "\x1b" not in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.slow
def test_the_demo_leaves_nothing_behind(tmp_path: Path) -> None:
    """It works a second time and writes nothing where it is started."""
    assert demonstrated(tmp_path).returncode == demonstrated(tmp_path).returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_the_demo_shows_all_kinds_of_answers() -> None:
    """Its steps use every protocol, and a healthy, a troubled and a silent device."""
    with Box() as box:
        protocols = {box.find(step.unit)[1].device.protocol for step in STEPS}
        states = {step.state or box.find(step.unit)[1].state for step in STEPS}
    assert protocols == set(HOSTS)
    assert states >= {"normal", "on battery", "worn battery", "card hangs", "VPN TI down"}


def test_a_wrong_answer_is_noticed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A device in another state than expected spoils the demonstration, which says so."""
    with Box("power-cut") as box:
        result = run(box, Step("till", 0, ABOUT), "de", str(tmp_path))
    assert result.code == 1
    assert result.faults[0] == "erwartet: OK"
    assert summary([result], "de", 1.0) == 1
    assert "NICHT WIE ERWARTET" in capsys.readouterr().out


def test_a_device_that_was_never_asked_is_noticed(tmp_path: Path) -> None:
    """An expected UNKNOWN that comes from our own trouble does not count as an answer."""
    with Box() as box:
        step = Step("ups-cellar", 3, ABOUT, ("--no-such-option",))
        result = run(box, step, "en", str(tmp_path))
    assert result.code == 3
    assert result.faults == ["the simulated device was never asked"]


@pytest.mark.parametrize("code", [None, 7, -11])
def test_no_exit_code_of_a_plugin_is_noticed(code: int | None) -> None:
    """A command that hangs, crashes or leaves with a foreign code makes the verdict 1."""
    assert summary([Result(STEPS[0], code, "", ["expected: OK"])], "en", 1.0) == 1


def test_own_settings_do_not_leak_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of whoever runs it changes neither language nor anything else."""
    monkeypatch.setenv("APOWACHT_LANG", "en")
    code, output = execute(command("ups"), ["--no-such-option"], str(tmp_path))
    assert code == 3
    assert output.startswith("UPS UNKNOWN - ")
    assert "Option" in output
    assert "unknown option" not in output.lower()
