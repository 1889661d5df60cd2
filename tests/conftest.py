"""What every test shares: `--fast`, no state outside the test, and peers that must not be missing.

`APOWACHT_REQUIRE_PEERS=1` says that every peer is expected here: a skip for want of one fails.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

ROOT = Path(__file__).resolve().parent.parent
NEEDING = ("peer", "wheel", "oracle")
# Fewer tests than this against recorded answers mean that the folder was not found or not read.
ORACLE_FLOOR = 20
ORACLE_RAN = pytest.StashKey[int]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--fast`, which `make test` uses."""
    parser.addoption("--fast", action="store_true", help="skip tests marked slow or wheel")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to run against the wrong code when the installed wheel is to be tested."""
    config.stash[ORACLE_RAN] = 0
    if os.environ.get("APOWACHT_TEST_INSTALLED"):
        import apowacht.plugins

        if "site-packages" not in Path(apowacht.plugins.__file__).parts:
            pytest.exit(f"not the installed wheel: {apowacht.plugins.__file__}", returncode=4)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what is too long for `--fast`, by name."""
    if not config.getoption("--fast"):
        return
    for item in items:
        for name in ("slow", "wheel"):
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=f"{name}: runs in `make check`"))


def peers_required(config: pytest.Config) -> bool:
    """Whether a missing peer is a failure in this run."""
    wanted = os.environ.get("APOWACHT_REQUIRE_PEERS", "") not in ("", "0")
    return wanted and not config.getoption("--fast")


def needs(item: pytest.Item) -> list[str]:
    """The kinds of help from outside that a test needs and that this run promises."""
    kinds = [kind for kind in NEEDING if item.get_closest_marker(kind)]
    return [kind for kind in kinds if kind != "oracle" or os.environ.get("APOWACHT_ORACLE")]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a test whose peer is required into a failure; count the oracle's tests."""
    report = yield
    if report.when == "call" and not report.skipped and item.get_closest_marker("oracle"):
        item.config.stash[ORACLE_RAN] += 1
    if report.skipped and not hasattr(report, "wasxfail") and peers_required(item.config):
        kinds = needs(item)
        if kinds:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
            report.outcome = "failed"
            report.longrepr = f"required here, yet skipped ({', '.join(kinds)}): {reason}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Let no whole file be skipped where every peer is required."""
    report = yield
    if report.outcome == "skipped" and peers_required(collector.config):
        report.outcome = "failed"
        report.longrepr = f"required here, yet the whole file was skipped: {report.longrepr}"
    return report


def oracle_missed(config: pytest.Config) -> bool:
    """Whether a whole run that has the oracle hardly used it."""
    whole = Path.cwd() == config.rootpath and config.args == config.getini("testpaths")
    chosen = config.getoption("-k") or config.getoption("-m") or not whole
    if chosen or not peers_required(config) or not os.environ.get("APOWACHT_ORACLE"):
        return False
    return config.stash[ORACLE_RAN] < ORACLE_FLOOR


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a whole run that has the oracle and hardly used it."""
    if oracle_missed(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say why such a run failed."""
    if oracle_missed(config):
        ran = config.stash[ORACLE_RAN]
        terminalreporter.write_line(
            f"ERROR: APOWACHT_ORACLE is set, yet only {ran} tests used it (at least {ORACLE_FLOOR})"
        )


@pytest.fixture(autouse=True)
def own_surroundings(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Give each test a state folder of its own and the default language."""
    monkeypatch.setenv("APOWACHT_STATE_DIR", str(tmp_path_factory.mktemp("state")))
    monkeypatch.delenv("APOWACHT_LANG", raising=False)


@pytest.fixture(scope="session")
def project_files() -> list[Path]:
    """The project's files as paths relative to its root: what git tracks or would track."""
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        pytest.skip("not a git checkout")
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    names = (name for name in listing.stdout.split("\0") if name)
    return sorted(Path(name) for name in names if (ROOT / name).is_file())
