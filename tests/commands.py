"""Running the real commands as a monitoring server would, and reading their output as one."""

from __future__ import annotations

import os
import re
import subprocess
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

SCRIPTS = Path(sysconfig.get_path("scripts"))

WORDS = {0: "OK", 1: "WARNING", 2: "CRITICAL", 3: "UNKNOWN"}

NUMBER = r"-?\d+(?:\.\d+)?"
RANGE = rf"(?:@?(?:(?:~|{NUMBER})?:)?(?:{NUMBER})?)"
# The plugin guidelines' grammar, with this project's stricter labels.
PERFDATUM = re.compile(
    rf"(?P<label>[a-z0-9_]{{1,19}})=(?P<value>{NUMBER})(?P<uom>s|%|B|c)?"
    rf"(?:;(?P<warn>{RANGE})?(?:;(?P<crit>{RANGE})?(?:;(?P<min>{NUMBER})?(?:;(?P<max>{NUMBER})?)?)?)?)?"
)


@dataclass(frozen=True)
class Run:
    """One run of a command: its output, its exit code, and how long it took in seconds."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def line_1(self) -> str:
        """The first line without its perfdata."""
        return self.out.split("\n")[0].split(" | ")[0].rstrip()

    @property
    def perfdata(self) -> str:
        """What stands behind the pipe of line 1."""
        _, _, perfdata = self.out.split("\n")[0].partition(" | ")
        return perfdata


def run(command: str, *arguments: str, env: dict[str, str] | None = None, wait: float = 60) -> Run:
    """Run an installed command; `env` is added to the environment."""
    started = monotonic()
    done = subprocess.run(
        [SCRIPTS / command, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=wait,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **(env or {})},
        check=False,
    )
    return Run(done.returncode, done.stdout, done.stderr, monotonic() - started)


def perfdata_of(run: Run) -> dict[str, float]:
    """The metrics of a run; asserts the grammar of the guidelines on the way."""
    metrics: dict[str, float] = {}
    for word in run.perfdata.split():
        match = PERFDATUM.fullmatch(word)
        assert match, word
        assert match["label"] not in metrics
        metrics[match["label"]] = float(match["value"])
    return metrics


def icinga_perfdata(text: str) -> dict[str, tuple[float, str]]:
    """Perfdata as Icinga 2 splits and reads it (its PluginUtility and PerfdataValue).

    Blanks separate; a label may be quoted; the value's leading number is taken and the rest up
    to the first semicolon is the unit, which must be one that Icinga knows.
    """
    known = {"", "s", "ms", "us", "%", "b", "kb", "mb", "c", "v", "a", "w"}
    found: dict[str, tuple[float, str]] = {}
    for word in text.split():
        label, equals, rest = word.rpartition("=") if word.startswith("'") else word.partition("=")
        assert equals, word
        value = rest.split(";")[0]
        match = re.match(r"[-+]?\d*\.?\d+(?:[eE][-+]?\d+)?", value)
        assert match, word
        unit = value[match.end() :]
        assert unit.lower() in known, word
        found[label] = (float(match[0]), unit)
    return found


def checkmk_mrpe(text: str) -> dict[str, float]:
    """Perfdata as Checkmk's MRPE section reads it: split at blanks, then at `=` and `;`.

    Of a range only what stands behind the last colon counts; a value `U` would make the
    service UNKNOWN.
    """
    found: dict[str, float] = {}
    for word in text.split():
        label, equals, values = word.partition("=")
        assert equals, word
        parts = values.split(";")
        assert parts[0] != "U", word
        for level in parts[1:3]:
            last = level.rpartition(":")[2].removeprefix("@")
            assert not last or float(last) is not None, word
        found[label] = float(re.sub(r"[^0-9.+-]*$", "", parts[0]))
    return found


def assert_conforms(run: Run, check: str) -> None:
    """What must hold for every answer of every command, whatever it was asked."""
    assert run.code in WORDS, run
    assert run.err == "", run.err
    assert run.line_1.startswith(f"{check.upper()} {WORDS[run.code]} - "), run.out
    assert len(run.line_1) <= 80, run.line_1
    assert "Traceback" not in run.out
    first, *rest = run.out.rstrip("\n").split("\n")
    assert "|" not in run.line_1
    assert first.count("|") <= 1
    assert not any("|" in line for line in rest)
    metrics = perfdata_of(run)
    assert {label: value for label, (value, _) in icinga_perfdata(run.perfdata).items()} == metrics
    assert checkmk_mrpe(run.perfdata) == metrics
