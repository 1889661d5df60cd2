"""`apowacht exporter` and `apowacht config`: options, exit codes, and what they cost to import."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from commands import run

from apowacht.exporter import command
from apowacht.exporter.settings import Listen, Settings
from apowacht.plugins.core.suite import main

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

GOOD = "site: apo\nchecks:\n- check: ups\n  hostname: 192.0.2.1\n"


def apowacht(*arguments: str | Path) -> Result:
    """A run of the command in this process."""
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_a_good_folder_is_silent(tmp_path: Path) -> None:
    """Nothing on stdout, exit code 0, the summary on stderr."""
    (tmp_path / "a.yaml").write_text(GOOD)
    answer = apowacht("config", "check", "--config-dir", tmp_path)
    assert (answer.exit_code, answer.stdout) == (0, "")
    assert answer.stderr == "Apotheken: 1, Prüfungen: 1, Module: 0, Fehler: 0\n"


def test_every_mistake_is_a_line_that_editors_jump_to(tmp_path: Path) -> None:
    """`file:line: text` for all files, in the order of files and lines; exit code 1."""
    (tmp_path / "a.yaml").write_text(GOOD + "  x: 1\n  y: 1\n")
    (tmp_path / "b.yaml").write_text("")
    answer = apowacht("config", "check", "--config-dir", tmp_path, "--lang", "en")
    assert answer.exit_code == 1
    assert answer.stdout.splitlines() == [
        f"{tmp_path}/a.yaml:5: check_apo_ups has no option «x»",
        f"{tmp_path}/a.yaml:6: check_apo_ups has no option «y»",
        (
            f"{tmp_path}/b.yaml: empty; a pharmacy begins with «site: NAME» (to switch it "
            "off, rename the file)"
        ),
    ]


def test_single_files_can_be_checked(tmp_path: Path) -> None:
    """Without looking at their neighbours; a folder or web file that is wrong counts, too."""
    (tmp_path / "a.yaml").write_text(GOOD)
    (tmp_path / "b.yaml").write_text("")
    assert apowacht("config", "check", tmp_path / "a.yaml").exit_code == 0
    assert apowacht("config", "check", tmp_path / "a.yaml", tmp_path / "b.yaml").exit_code == 1
    assert apowacht("config", "check", "--config-dir", tmp_path / "gone").exit_code == 1
    web = tmp_path / "web.yml"
    web.write_text("basic_auth_users: {a: b}\n")
    file = str(tmp_path / "a.yaml")
    answer = apowacht("config", "check", file, "--web-config-file", web, "--lang", "en")
    assert answer.exit_code == 1
    assert answer.stdout.startswith(f"{web}:1: basic_auth_users: the password of «a»")


def test_the_checks_are_listed(tmp_path: Path) -> None:
    """Name, check and interval, beside the mistakes of other files."""
    (tmp_path / "a.yaml").write_text(
        "site: a\nconnector: {hostname: h, mandant: M, client-system: C, workplace: W}\n"
        "ups: [{name: USV Keller, hostname: h, interval: 30}]\n"
    )
    (tmp_path / "b.yaml").write_text("site: b\n")
    answer = apowacht("config", "check", "--list", "--config-dir", tmp_path, "--lang", "en")
    assert answer.exit_code == 1
    first, *rows = answer.stdout.splitlines()
    assert first.startswith(f"{tmp_path / 'b.yaml'}:1: ")
    assert rows == [
        "a:",
        "  USV Keller   ups          30 s",
        "  connector    connector    3 min",
        "  terminal     terminal     3 min",
        "  certificate  certificate  60 min",
    ]


def test_the_language_comes_from_the_environment_as_well(tmp_path: Path) -> None:
    """As with every check."""
    environment = {"APOWACHT_LANG": "en"}
    answer = CliRunner().invoke(
        main, ["config", "check", "--config-dir", str(tmp_path)], env=environment
    )
    assert answer.stderr == "sites: 0, checks: 0, modules: 0, mistakes: 0\n"


@pytest.mark.parametrize("name", ["site", "modules"])
def test_the_example_is_a_valid_file(name: str, tmp_path: Path) -> None:
    """What `config example` prints, `config check` accepts."""
    text = apowacht("config", "example", name).stdout
    (tmp_path / "a.yaml").write_text(text)
    assert apowacht("config", "check", "--config-dir", tmp_path).exit_code == 0


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """The settings with which the exporter would serve."""
    found: list[Settings] = []

    def serve(settings: Settings) -> int:
        found.append(settings)
        return 0

    module: Any = type(sys)("apowacht.exporter.serve")
    module.serve = serve
    monkeypatch.setitem(sys.modules, "apowacht.exporter.serve", module)
    return found


def test_the_exporter_gets_its_settings(
    served: list[Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every option arrives; paths are absolute, for a daemon that changes its folder."""
    monkeypatch.chdir(tmp_path)
    answer = apowacht(
        "exporter", "--config-dir", ".", "--listen", "[::1]:0", "--listen", "localhost:80",
        "--state-dir", "s", "--data-dir", "d", "--threads", "3", "--log-level", "debug",
        "--lang", "en",
    )  # fmt: skip
    assert answer.exit_code == 0, answer.output
    assert served == [
        Settings(
            tmp_path,
            (Listen("::1", 0), Listen("localhost", 80)),
            None,
            tmp_path / "s",
            tmp_path / "d",
            "en",
            3,
            "debug",
        )
    ]
    assert [str(listen) for listen in served[0].listen] == ["[::1]:0", "localhost:80"]


def test_loopback_is_the_default(served: list[Settings], tmp_path: Path) -> None:
    """Nobody else reaches an exporter that was not told so."""
    assert apowacht("exporter", "--config-dir", tmp_path).exit_code == 0
    assert served[0].listen == (Listen("127.0.0.1", 9942),)


@pytest.mark.parametrize(
    "text", ["9942", ":9942", "localhost", "::1:9942", "[::1]", "h:65536", "h:x", "[h]:1", "h:-1"]
)
def test_addresses_that_are_none(text: str, served: list[Settings], tmp_path: Path) -> None:
    """Are refused by name, an empty host as well: all addresses must be meant."""
    answer = apowacht("exporter", "--config-dir", tmp_path, "--listen", text)
    assert answer.exit_code == 2
    assert "127.0.0.1:9942" in answer.stderr
    assert not served


def test_the_exporter_does_not_start_unprotected(served: list[Settings], tmp_path: Path) -> None:
    """A web file with a mistake and a folder that is not there end it before it listens."""
    web = tmp_path / "web.yml"
    web.write_text("basic_auth_user: {}\n")
    arguments = ["exporter", "--config-dir", str(tmp_path)]
    answer = apowacht(*arguments, "--web-config-file", web)
    assert (answer.exit_code, answer.stderr.startswith(f"{web}:1: ")) == (1, True)
    answer = apowacht("exporter", "--config-dir", tmp_path / "gone")
    assert answer.exit_code == 1
    assert answer.stderr == f"{tmp_path}/gone: No such file or directory\n"
    assert not served


@pytest.mark.parametrize("missing", command.EXTRA)
def test_a_missing_extra_is_one_line(
    missing: str, served: list[Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names what to install, and leaves with 3."""
    monkeypatch.setattr(command, "_is_installed", lambda name: name != missing)
    answer = apowacht("exporter", "--config-dir", tmp_path, "--lang", "en")
    assert answer.exit_code == 3
    assert answer.stderr == f'the exporter lacks {missing}; pip install "apowacht[exporter]"\n'
    assert not served


WITHOUT = """
import sys
class Gone:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {extra!r}:
            raise ModuleNotFoundError(name=name)
sys.meta_path.insert(0, Gone())
from apowacht.plugins.core.suite import main
main(sys.argv[1:], standalone_mode=True)
"""


def without_extra(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """A run of the command in a process that has none of the extra's modules."""
    return subprocess.run(
        [sys.executable, "-c", WITHOUT.format(extra=command.EXTRA), *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )


def test_files_can_be_checked_without_the_extra(tmp_path: Path) -> None:
    """On the laptop of whoever writes them; web files, too."""
    (tmp_path / "a.yaml").write_text(GOOD)
    (tmp_path / "web.yml").write_text("basic_auth_users: {}\n")
    file, web = tmp_path / "a.yaml", tmp_path / "web.yml"
    answer = without_extra("config", "check", file, "--web-config-file", web)
    assert (answer.returncode, answer.stdout) == (0, ""), answer.stderr


IMPORTED = """
import sys
from apowacht.plugins.core import suite
assert not [name for name in sys.modules if name.startswith("apowacht.exporter")]
import apowacht.exporter.command
heavy = {"yaml", "ssl", "starlette", "uvicorn", "jinja2", "bcrypt", "asyncio", "zoneinfo"}
print(heavy & set(sys.modules))
"""


def test_the_command_is_cheap_to_import() -> None:
    """`apowacht` imports nothing of the exporter, and its commands nothing heavy."""
    answer = subprocess.run(
        [sys.executable, "-c", IMPORTED],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )
    assert (answer.stdout, answer.stderr) == ("set()\n", "")


def test_the_installed_command_checks_files(tmp_path: Path) -> None:
    """The real program, with its exit code."""
    (tmp_path / "a.yaml").write_text(GOOD + "  x: 1\n")
    answer = run("apowacht", "config", "check", str(tmp_path / "a.yaml"), "--lang", "en")
    assert (answer.code, answer.out) == (
        1,
        f"{tmp_path}/a.yaml:5: check_apo_ups has no option «x»\n",
    )
