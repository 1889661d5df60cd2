"""The shape of the project: whatever is missing beside a package or a check is named here."""

from __future__ import annotations

import ast
import configparser
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOPS = ("plugins", "exporter", "integrations", "mibs", "simulator")
CHEAP = ("plugins", "plugins/core", "plugins/read", "plugins/wire", "mibs")
# What a UPS check must not pay for; each may be imported where it is used.
HEAVY = ("asyncio", "cryptography", "hypothesis", "prometheus_client", "requests", "ssl")
# Modules that are themselves imported only where they are used, so that they may be heavy.
ON_DEMAND = {"apowacht.plugins.wire.http_wire", "apowacht.plugins.wire.snmp_v3"}
# Where the module's name is not the distribution's.
DISTRIBUTION = {
    "_pytest": "pytest",
    "gufo": "gufo-snmp",
    "prometheus_client": "prometheus-client",
    "recurring_ical_events": "recurring-ical-events",
    "cyclonedx": "cyclonedx-python-lib",
    "dateutil": "python-dateutil",
    "yaml": "pyyaml",
}
# Absent on Windows, where the UPS part must import.
POSIX_ONLY = {"fcntl", "grp", "pty", "pwd", "resource", "termios"}


def packages() -> list[Path]:
    """Every folder with Python files under the four packages, relative to the root."""
    folders = {file.parent for top in TOPS for file in (ROOT / top).rglob("*.py")}
    return sorted(folder.relative_to(ROOT) for folder in folders)


def dotted(path: Path) -> str:
    """The import name of a file or folder: `apowacht.` before its path."""
    parts = [part for part in path.with_suffix("").parts if part != "__init__"]
    return ".".join(["apowacht", *parts])


def modules() -> list[Path]:
    """Every Python file of the four packages, relative to the root."""
    return sorted(file.relative_to(ROOT) for top in TOPS for file in (ROOT / top).rglob("*.py"))


def parsed(path: Path) -> ast.Module:
    """The syntax tree of one of the project's files."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), str(path))


def assigned(tree: ast.Module) -> set[str]:
    """The names assigned at a module's top level."""
    names = set()
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


def checks() -> list[str]:
    """The names of the checks: files of plugins/ that define CHECK."""
    files = sorted((ROOT / "plugins").glob("*.py"))
    return [file.stem for file in files if "CHECK" in assigned(parsed(file.relative_to(ROOT)))]


def setup() -> configparser.ConfigParser:
    """The packaging settings."""
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    return settings


def lines(text: str) -> list[str]:
    """The entries of a multi-line setting."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def test_there_are_checks() -> None:
    """The lists that the other tests go through are not empty."""
    assert "ups" in checks()
    assert Path("plugins/core") in packages()


def test_every_package_is_named_for_the_wheel() -> None:
    """A folder missing from `packages` works in the checkout and is absent from the wheel."""
    assert sorted(lines(setup()["options"]["packages"])) == sorted(map(dotted, packages()))


def test_every_top_level_folder_is_mapped() -> None:
    """`apowacht.<name>` is the folder `<name>`, and nothing else is mapped."""
    assert lines(setup()["options"]["package_dir"]) == [f"apowacht.{top} = {top}" for top in TOPS]


def test_no_apowacht_folder() -> None:
    """A folder named apowacht would hide the mapped packages."""
    assert not (ROOT / "apowacht").exists()


@pytest.mark.parametrize("package", packages(), ids=str)
def test_every_package_says_its_role(package: Path) -> None:
    """Each package has an __init__.py whose docstring states its role."""
    assert ast.get_docstring(parsed(package / "__init__.py"))


@pytest.mark.parametrize("top", TOPS)
def test_every_package_is_typed(top: str) -> None:
    """Each package carries the py.typed marker and ships it."""
    assert (ROOT / top / "py.typed").is_file()
    assert "py.typed" in setup()["options.package_data"][f"apowacht.{top}"].split(", ")


@pytest.mark.parametrize("name", checks())
def test_every_check_is_complete(name: str) -> None:
    """A check has its command, its test file and its row in the README's table."""
    scripts = lines(setup()["options.entry_points"]["console_scripts"])
    assert f"check_apo_{name} = apowacht.plugins.{name}:main" in scripts
    assert (ROOT / "tests" / f"test_{name}.py").is_file()
    readme = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert [row for row in readme if row.startswith("|") and f"check_apo_{name}" in row]


def test_every_check_command_has_its_module() -> None:
    """No command is left over from a check that is gone."""
    scripts = lines(setup()["options.entry_points"]["console_scripts"])
    commands = {script.split(" = ")[0] for script in scripts}
    assert commands - {"apowacht"} == {f"check_apo_{name}" for name in checks()}


def test_no_file_is_named_like_a_standard_module() -> None:
    """A file named like a standard module misleads readers and shadows it when run by path."""
    names = {part for file in modules() for part in file.with_suffix("").parts}
    assert not names & sys.stdlib_module_names - {"__init__", "__main__"}


def test_imports_by_folder_are_banned(tmp_path: Path) -> None:
    """Ruff refuses `import plugins`, which works only from the checkout's root."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        settings = tomllib.load(file)["tool"]["ruff"]["lint"]
    assert set(settings["flake8-tidy-imports"]["banned-api"]) == set(TOPS)
    if not importlib.util.find_spec("ruff"):
        pytest.skip("ruff is not installed")
    for top in TOPS:
        answer = subprocess.run(
            [sys.executable, "-m", "ruff", "check", "--no-cache", "--stdin-filename", "x.py", "-"],
            input=f'"""Try."""\n\nimport {top}\n',
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert "TID251" in answer.stdout, answer


IMPORTER = """
import importlib, sys
heavy, names = sys.argv[1].split(","), sys.argv[2:]
for name in names:
    before = set(sys.modules)
    importlib.import_module(name)
    for module in heavy:
        if module in sys.modules and module not in before:
            print(f"{name} imports {module}")
"""


def test_imports_are_cheap() -> None:
    """No module on the way of a UPS check imports what only others need."""
    cheap = [dotted(file) for file in modules() if file.parent.as_posix() in CHEAP]
    names = [name for name in cheap if name not in ON_DEMAND]
    assert len(names) > 10
    answer = subprocess.run(
        [sys.executable, "-c", IMPORTER, ",".join(HEAVY), *names],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )
    assert (answer.stdout, answer.stderr, answer.returncode) == ("", "", 0)


def imported(tree: ast.Module) -> set[str]:
    """The modules imported without condition when a module is imported."""
    names = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def required(*sections: str) -> set[str]:
    """The distributions that setup.cfg names, lower case, without versions and extras."""
    texts = {"run": setup()["options"]["install_requires"], **setup()["options.extras_require"]}
    found = {re.split(r"[^\w-]", line)[0] for section in sections for line in lines(texts[section])}
    return {name.lower() for name in found} - {"apowacht"}


def third_parties(*folders: str) -> set[str]:
    """The distributions whose modules these folders' Python files import, anywhere in them."""
    files = [file for folder in folders for file in (ROOT / folder).rglob("*.py")]
    ours = {"apowacht", *(file.stem for file in files)}
    found = set()
    for file in files:
        for node in ast.walk(parsed(file)):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return {DISTRIBUTION.get(name, name) for name in found - ours - sys.stdlib_module_names}


def test_what_is_imported_is_required() -> None:
    """A library that comes along only by another's need is missing one day."""
    # What `fast` names makes things faster, and is done without where it is missing.
    found = third_parties(*(top for top in TOPS if top != "exporter"))
    assert found <= required("run", "fast")
    assert third_parties("exporter") <= required("run", "exporter")
    beside = third_parties("tests", "benchmarks", "docs", "debian")
    assert beside <= required("run", "exporter", "fast", "test", "dev")
    assert "pytest" in beside


def test_what_is_required_is_imported() -> None:
    """Whoever installs the wheel gets nothing that the checks do not use."""
    assert required("run") <= third_parties(*TOPS)


def test_imports_work_on_windows() -> None:
    """No module of the checks needs a module that Windows lacks just to be imported."""
    files = [file for file in modules() if file.parent.as_posix() in CHEAP]
    needing = {str(file): imported(parsed(file)) & POSIX_ONLY for file in files}
    assert {file: names for file, names in needing.items() if names} == {}


def test_no_registry_and_no_private_path(project_files: list[Path]) -> None:
    """No file names a package registry's host or a folder of somebody's machine."""
    hosts = ("py" + "pi.org", "python" + "hosted", "deb." + "debian", "registry." + "npm")
    folders = ("/wor" + "k/", "/roo" + "t/")
    found = [
        f"{file}: {word}"
        for file in project_files
        for word in (*hosts, *folders)
        if word.encode() in (ROOT / file).read_bytes()
    ]
    assert found == []


def test_changelog_tells_of_this_version() -> None:
    """The changelog has a section for the present version or one for what is not released."""
    version = (ROOT / "plugins/core/version.py").read_text(encoding="utf-8").split('"')[-2]
    headings = [
        line
        for line in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("## ")
    ]
    assert any("[Unreleased]" in line or f"[{version}]" in line for line in headings)


def test_every_make_target_is_explained() -> None:
    """`make` alone lists every target that is meant for people."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    phony = next(line for line in makefile if line.startswith(".PHONY: help")).split()[1:]
    explained = [line.split(":")[0] for line in makefile if ":" in line and " ## " in line]
    assert sorted(explained) == sorted(phony)
