"""Checkmk: what its agent would read of the exports and of every check's answer.

There is no package of the agent, so its documented grammar is what is read here: the lines of
mrpe.cfg as its shell takes them, the section that comes of them, and local checks.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from commands import SCRIPTS, checkmk_mrpe
from exports import AWKWARD, checks, export, many, write_site

from apowacht.integrations.plugin_options import NOT_FOR_SERVERS
from apowacht.plugins.core.limits import option_name
from apowacht.plugins.core.listing import all_checks
from apowacht.simulator.box import Box

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MRPE_LINE = re.compile(r"(?P<name>[^\s]+) \(interval=(?P<interval>[1-9]\d*)\) (?P<command>/\S.*)")
# A shell that does with a line what the agent does: in the foreground it evaluates the command, in
# the background it first writes the command, between apostrophes, into a script of its own.
FOREGROUND = """\
while read -r name rest; do
    eval "${rest#(*) }" | tr '\\n' '\\1'
    echo
done
"""
BACKGROUND = """\
while read -r name rest; do
    { echo 'run() { eval "$*"; }'; echo "run '${rest#(*) }'"; } | bash | tr '\\n' '\\1'
    echo
done
"""
NUMBER = r"-?\d+(?:\.\d+)?"
LEVELS = rf"(?:{NUMBER})?(?::(?:{NUMBER})?)?"
LOCAL_METRIC = re.compile(
    rf"(?P<name>[A-Za-z_]\w*)=(?P<value>{NUMBER})"
    rf"(?:;{LEVELS}(?:;{LEVELS}(?:;(?:{NUMBER})?(?:;(?:{NUMBER})?)?)?)?)?"
)
LOCAL_LINE = re.compile(r"""(?P<state>[0-3P]) "(?P<name>[^"']+)" (?P<metrics>\S+) (?P<text>.+)""")


@dataclass(frozen=True)
class Local:
    """A local check's line as Checkmk reads it."""

    state: int
    name: str
    metrics: dict[str, float]
    text: str


def read_local(line: str) -> Local:
    """Read a line; asserts the documented grammar."""
    match = LOCAL_LINE.fullmatch(line)
    assert match, line
    metrics = {}
    for word in match["metrics"].split("|") if match["metrics"] != "-" else ():
        told = LOCAL_METRIC.fullmatch(word)
        assert told, word
        metrics[told["name"]] = float(told["value"])
    return Local(int(match["state"]), match["name"], metrics, match["text"])


@pytest.fixture(scope="module")
def pharmacy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with one site, whose devices are simulated."""
    folder = tmp_path_factory.mktemp("checks.d")
    with Box("quiet") as box:
        write_site(folder, "it's; a $ite", checks(box), site="nord")
        yield folder


def environment(state: Path) -> dict[str, str]:
    """What the agent's shell has."""
    return {**os.environ, "APOWACHT_STATE_DIR": str(state), "LC_ALL": "C.UTF-8"}


@pytest.mark.slow
@pytest.mark.parametrize("more", [(), ("--inline",)])
@pytest.mark.parametrize("agent", [FOREGROUND, BACKGROUND])
def test_the_agent_runs_every_mrpe_line(
    pharmacy: Path, tmp_path: Path, agent: str, more: tuple[str, ...]
) -> None:
    """Whatever signs names and files have, the plugin gets them whole; its answer is one that
    Checkmk can read: numbers without blanks and without `U`."""
    told = export(
        "checkmk", "--config-dir", str(pharmacy), "--plugin-dir", str(SCRIPTS), *more
    ).splitlines()
    assert told[0].startswith("#")
    lines = [MRPE_LINE.fullmatch(line) for line in told[1:]]
    assert all(lines)
    assert [unquote(one["name"]) for one in lines if one] == [
        f"nord {name}" for name in AWKWARD.values()
    ]
    done = subprocess.run(
        ["bash", "-c", agent],
        input="\n".join(told[1:]) + "\n",
        capture_output=True,
        text=True,
        env=environment(tmp_path),
        check=True,
    )
    assert done.stderr == ""
    answers = done.stdout.splitlines()
    assert len(answers) == len(AWKWARD)
    for check, answer in zip(AWKWARD, answers, strict=True):
        first, *_ = answer.split("\1")
        assert first.startswith(f"{check.upper()} OK - "), answer
        numbers = checkmk_mrpe(first.partition(" | ")[2])
        assert numbers or check == "connector", answer


@pytest.mark.slow
def test_local_checks_are_read(pharmacy: Path, tmp_path: Path) -> None:
    """The scripts are in the agent's folders by their interval, end with 0, and each line of theirs
    is a local check's, under a name that no other line has."""
    arguments = ("checkmk", "--local", "--config-dir", str(pharmacy), "--plugin-dir", str(SCRIPTS))
    export(*arguments, "-o", str(tmp_path / "local"))
    (script,) = sorted((tmp_path / "local").rglob("apowacht-*"))
    assert str(script.relative_to(tmp_path)) == "local/60/apowacht-nord-60"
    done = subprocess.run(
        [script], capture_output=True, text=True, env=environment(tmp_path), check=True
    )
    assert done.stderr == ""
    read = [read_local(line) for line in done.stdout.splitlines()]
    # Checkmk leaves out a line whose service has a quote of either kind in its name.
    assert [one.name for one in read] == [
        f"nord {name}".replace("'", "") for name in AWKWARD.values()
    ]
    assert {one.state for one in read} == {0}
    assert read[0].metrics["battery_charge"] == 100
    shown = export(*arguments)
    assert shown.startswith("#!/bin/sh\n# 60/apowacht-nord-60\n")


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["mixed", "power-cut-end", "silent", "after-power-cut"])
def test_every_answer_is_a_local_check(tmp_path: Path, scenario: str) -> None:
    """Faults, silent devices and cards without a PIN keep the grammar too."""
    with Box(scenario) as box:
        folder = tmp_path / "checks.d"
        write_site(folder, "nord", [{**one, "timeout": 3} for one in checks(box)])
        export(
            "checkmk", "--local", "--config-dir", str(folder), "--plugin-dir", str(SCRIPTS),
            "-o", str(tmp_path / "local"),
        )  # fmt: skip
        (script,) = sorted((tmp_path / "local").rglob("apowacht-*"))
        done = subprocess.run(
            [script], capture_output=True, text=True, env=environment(tmp_path), check=True
        )
    read = [read_local(line) for line in done.stdout.splitlines()]
    assert len(read) == len(AWKWARD)
    assert any(one.state for one in read)
    assert all("|" not in one.text for one in read)


def test_fifty_sites_keep_apart(tmp_path: Path) -> None:
    """Every service and every script has a name of its own, and the second export is the same."""
    many(tmp_path / "checks.d", 50)
    arguments = ("checkmk", "--config-dir", str(tmp_path / "checks.d"))
    told = export(*arguments)
    names = [line.split(" ")[0] for line in told.splitlines()[1:]]
    assert len(set(names)) == len(names) == 150
    assert export(*arguments) == told
    export(*arguments, "--local", "-o", str(tmp_path / "local"))
    made = written(tmp_path / "local")
    # The agent keeps answers by a script's name without its folder; there is one per interval.
    assert len({file.name for file in made}) == len(made) == 100
    export(*arguments, "--local", "-o", str(tmp_path / "local"))
    assert written(tmp_path / "local") == made


def written(folder: Path) -> dict[Path, tuple[bytes, int]]:
    """The scripts with their bytes and when they were written."""
    files = sorted(folder.rglob("apowacht-*"))
    return {file: (file.read_bytes(), file.stat().st_mtime_ns) for file in files}


def test_a_site_that_is_gone_is_named(tmp_path: Path) -> None:
    """Its script stays, because nobody but its owner knows whether it may go."""
    many(tmp_path / "checks.d", 2)
    arguments = ["checkmk", "--local", "--config-dir", str(tmp_path / "checks.d")]
    export(*arguments, "-o", str(tmp_path / "local"))
    before = written(tmp_path / "local").keys()
    (tmp_path / "checks.d" / "apotheke-01.yaml").unlink()
    export(*arguments, "-o", str(tmp_path / "local"))
    assert written(tmp_path / "local").keys() == before


def test_a_line_written_out_can_have_every_option() -> None:
    """None of the options that a site file may give is one that the agent's line would break."""
    for check in all_checks():
        for option in check.options:
            name = option_name(option).removeprefix("--")
            assert name in NOT_FOR_SERVERS or re.fullmatch(r"[a-z0-9-]+", name), name
