"""What every test shares: `--fast`, no state outside the test, and peers that must not be missing.

`APOWACHT_REQUIRE_PEERS=1` says that every peer is expected here: a skip for want of one fails.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from telematik_site import Site

ROOT = Path(__file__).resolve().parent.parent
NEEDING = ("peer", "wheel", "oracle")
# What `--fast` leaves to `make check`.
LONG = ("peer", "wheel", "slow")
# Fewer tests than this against recorded answers mean that the folder was not found or not read.
ORACLE_FLOOR = 20


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--fast`, which `make test` uses."""
    parser.addoption("--fast", action="store_true", help=f"skip tests marked {', '.join(LONG)}")


def pytest_configure(config: pytest.Config) -> None:
    """Let Ctrl-C work in what tests start; refuse the checkout when the wheel is to be tested."""
    # A shell starts what runs in its background deaf to SIGINT, and every child inherits that.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if os.environ.get("APOWACHT_TEST_INSTALLED"):
        import apowacht.plugins

        if "site-packages" not in Path(apowacht.plugins.__file__).parts:
            pytest.exit(f"not the installed wheel: {apowacht.plugins.__file__}", returncode=4)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what is too long for `--fast`, by name."""
    if not config.getoption("--fast"):
        return
    for item in items:
        for name in LONG:
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
    """Turn the skip of a test whose peer is required into a failure."""
    report = yield
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


def oracle_tests(config: pytest.Config) -> int:
    """How many tests against recorded answers were not skipped."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    assert reporter is not None
    reports = [*reporter.stats.get("passed", []), *reporter.stats.get("failed", [])]
    return sum(report.when == "call" and "oracle" in report.keywords for report in reports)


def oracle_missed(config: pytest.Config) -> bool:
    """Whether a whole run that has the oracle hardly used it."""
    whole = Path.cwd() == config.rootpath and config.args == config.getini("testpaths")
    chosen = config.getoption("-k") or config.getoption("-m") or not whole
    if chosen or not peers_required(config) or not os.environ.get("APOWACHT_ORACLE"):
        return False
    return oracle_tests(config) < ORACLE_FLOOR


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a whole run that has the oracle and hardly used it."""
    controller = not hasattr(session.config, "workerinput")
    if controller and oracle_missed(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say why such a run failed."""
    if oracle_missed(config):
        ran = oracle_tests(config)
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


@pytest.fixture(scope="module")
def telematik(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One site with the TI behind it, in namespaces of its own, for all tests of a file."""
    from telematik_site import telematik_site

    with telematik_site(tmp_path_factory.mktemp("telematik")) as site:
        yield site


@pytest.fixture
def site(telematik: Site) -> Site:
    """The site, with everything as it should be."""
    telematik.heal()
    return telematik
