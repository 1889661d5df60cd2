"""The built wheel and sdist: complete, typed, and working in an environment with nothing else."""

from __future__ import annotations

import configparser
import importlib.util
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest

from apowacht.plugins.core.version import VERSION

pytestmark = pytest.mark.wheel

ROOT = Path(__file__).resolve().parent.parent
TOPS = ("plugins", "exporter", "integrations", "mibs", "simulator")
RECORDED = ROOT / "tests" / "recorded"


class Distributions(NamedTuple):
    """The two files that a release consists of."""

    wheel: Path
    sdist: Path


class Environment:
    """A virtual environment, used from an empty folder and with no way back to the checkout."""

    def __init__(self, folder: Path, python: str) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.empty = folder / "empty"
        subprocess.run([python, "-m", "venv", str(folder)], check=True)
        self.empty.mkdir()

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run one of this environment's commands."""
        kept = {
            name: text
            for name, text in os.environ.items()
            if not name.startswith(("APOWACHT_", "PYTHON", "PYTEST"))
        }
        return subprocess.run(
            [str(self.bin / command[0]), *command[1:]],
            cwd=self.empty,
            env={**kept, "APOWACHT_STATE_DIR": str(self.folder / "state"), **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=900,
        )

    def install(self, *what: str) -> None:
        """Install with pip; skip by name when no package index can be reached."""
        answer = self.run(
            *("python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--retries", "1", *what),
        )
        if "No matching distribution" in answer.stderr:
            pytest.skip(f"a package index for the dependencies: {answer.stderr.splitlines()[-1]}")
        assert answer.returncode == 0, answer.stderr


def console_scripts() -> list[str]:
    """The commands that setup.cfg promises."""
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    entries = settings["options.entry_points"]["console_scripts"].strip().splitlines()
    return [entry.split(" = ")[0] for entry in entries]


def checks() -> list[str]:
    """The commands that follow the plugin guidelines."""
    return [name for name in console_scripts() if name.startswith("check_apo_")]


@pytest.fixture(scope="session")
def distributions(
    project_files: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> Distributions:
    """Build sdist and, out of it, wheel: offline and from a copy, so that nothing old gets in."""
    if not importlib.util.find_spec("build"):
        pytest.skip("build is not installed")
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for file in project_files:
        (source / file).parent.mkdir(parents=True, exist_ok=True)
        (source / file).write_bytes((ROOT / file).read_bytes())
    answer = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(source)],
        cwd=out,
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "Deprecat" not in answer.stdout + answer.stderr
    (wheel,), (sdist,) = out.glob("*.whl"), out.glob("*.tar.gz")
    return Distributions(wheel, sdist)


def further_pythons() -> list[str]:
    """The interpreters beside the one at hand on which the wheel is to be tried."""
    return [path for path in os.environ.get("APOWACHT_PYTHONS", "").split(os.pathsep) if path]


@pytest.fixture(
    scope="session",
    params=[sys.executable, *further_pythons()],
    ids=["this python", *further_pythons()],
)
def clean(
    request: pytest.FixtureRequest,
    distributions: Distributions,
    tmp_path_factory: pytest.TempPathFactory,
) -> Environment:
    """An environment with the wheel and what it depends on, nothing else."""
    environment = Environment(tmp_path_factory.mktemp("clean"), request.param)
    environment.install(str(distributions.wheel))
    return environment


def test_the_wheel_holds_every_file(
    distributions: Distributions, project_files: list[Path]
) -> None:
    """The wheel is the four folders under `apowacht/`, file by file, and its metadata."""
    with zipfile.ZipFile(distributions.wheel) as archive:
        names = set(archive.namelist())
    wanted = {f"apowacht/{file.as_posix()}" for file in project_files if file.parts[0] in TOPS}
    info = f"apowacht-{VERSION}.dist-info"
    assert {name for name in names if not name.startswith(info)} == wanted
    assert f"{info}/licenses/LICENSE" in names
    assert {f"apowacht/{top}/py.typed" for top in TOPS} <= names


def test_the_sdist_holds_every_file(
    distributions: Distributions, project_files: list[Path]
) -> None:
    """The sdist is the project as git knows it, tests and documentation included."""
    with tarfile.open(distributions.sdist) as archive:
        names = {member.name for member in archive.getmembers() if member.isfile()}
    top = f"apowacht-{VERSION}"
    wanted = {f"{top}/{file.as_posix()}" for file in project_files}
    made = {name for name in names if ".egg-info/" in name or name == f"{top}/PKG-INFO"}
    assert names - made == wanted


def test_the_metadata(clean: Environment) -> None:
    """Version, licence and Python range reach the installed package."""
    code = "from importlib.metadata import metadata as m; print(m('apowacht').as_string())"
    headers = clean.run("python", "-c", code).stdout.splitlines()
    assert f"Version: {VERSION}" in headers
    assert "Requires-Python: <3.14,>=3.11" in headers
    assert any(header.startswith("License") and "Apache-2.0" in header for header in headers)


def test_the_code_is_the_installed_one(clean: Environment) -> None:
    """In an empty folder each package is imported from the environment's site-packages."""
    for top in TOPS:
        answer = clean.run("python", "-c", f"import apowacht.{top} as m; print(m.__file__)")
        path = Path(answer.stdout.strip())
        assert path.is_relative_to(clean.folder), answer
        assert "site-packages" in path.parts


@pytest.mark.parametrize("command", checks())
def test_a_check_answers_help_and_version(clean: Environment, command: str) -> None:
    """Each check explains itself on stdout and ends with 3, as the plugin guidelines ask."""
    for option in ("--help", "-h", "--version", "-V"):
        answer = clean.run(command, option)
        assert answer.returncode == 3, answer
        assert answer.stderr == ""
        assert (VERSION if option in ("--version", "-V") else command) in answer.stdout


def test_the_suite_command_answers_help_and_version(clean: Environment) -> None:
    """The apowacht command follows click: 0 for both, 2 for an unknown option."""
    assert clean.run("apowacht", "--help").returncode == 0
    assert VERSION in clean.run("apowacht", "--version").stdout
    assert clean.run("apowacht", "--no-such-option").returncode == 2


@pytest.mark.parametrize("command", checks())
def test_a_check_judges_a_recording(clean: Environment, command: str) -> None:
    """Each check judges its recordings without the device."""
    name = command.removeprefix("check_apo_")
    recordings = sorted(path for path in (RECORDED / name).rglob("*") if path.is_file())
    assert recordings
    for recording in recordings:
        answer = clean.run(command, "--replay", str(recording))
        assert answer.stderr == ""
        word = ("OK", "WARNING", "CRITICAL")[answer.returncode]
        assert answer.stdout.startswith(f"{name.upper()} {word} - "), answer


def test_the_demo_runs_from_the_wheel(clean: Environment) -> None:
    """The demo finds its simulated devices and the commands without the checkout."""
    answer = clean.run("python", "-m", "apowacht.simulator.demo")
    assert answer.returncode == 0, answer
    assert "check_apo_ups" in answer.stdout


def test_a_type_checker_sees_the_types(clean: Environment, tmp_path: Path) -> None:
    """mypy finds the installed packages typed, without stubs and without settings."""
    pytest.importorskip("mypy")
    user = tmp_path / "user.py"
    user.write_text(
        "from apowacht.plugins.core.deadline import Deadline\n"
        "from apowacht.plugins.core.version import VERSION\n"
        "reveal_type(VERSION)\nreveal_type(Deadline(1.0).remaining())\n",
        encoding="utf-8",
    )
    python = str(clean.bin / "python")
    answer = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--python-executable", python, str(user)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stdout
    assert 'str"' in answer.stdout
    assert 'float"' in answer.stdout


def test_the_tests_pass_against_the_wheel(clean: Environment, distributions: Distributions) -> None:
    """The fast tests, run from an empty folder, pass on the code in site-packages."""
    clean.install(f"apowacht[test] @ {distributions.wheel.as_uri()}")
    answer = clean.run(
        *("python", "-m", "pytest", "--fast", "-n", "3", "-q", "-p", "no:cacheprovider"),
        *("-o", "pythonpath=", str(ROOT / "tests")),
        APOWACHT_TEST_INSTALLED="1",
        PATH=f"{clean.bin}{os.pathsep}{os.environ['PATH']}",
    )
    assert answer.returncode == 0, answer.stdout[-8000:] + answer.stderr[-2000:]
    assert " passed" in answer.stdout.splitlines()[-1]
