"""The documentation: a page per check, generated parts fresh, every option and link alive."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest
from exporting import CHECKS, replayed, scenarios

from apowacht.exporter import names
from apowacht.exporter.command import exporter
from apowacht.integrations.prometheus import generate as rules
from apowacht.plugins.core import cli
from apowacht.plugins.core.advice import ADVICE
from apowacht.plugins.core.listing import all_checks
from apowacht.plugins.sites.one import One

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "docs"))

import parts  # noqa: E402
from generate import pages, renewed  # noqa: E402

OPTIONS = {option for check in all_checks() for o in check.options for option in o.opts}
OPTIONS |= {option for o in exporter.params for option in o.opts}
SPARE = {"power.restored", "vsdm.accept_pn3", "tsp.ocsp_slow"}
"""Advice that is written for what no check can find yet."""
OTHERS = {"--inline", "--lang", "--scenario", "--first-port", "--list", "--listen", "--help"}


@pytest.mark.parametrize("check", [check.name for check in all_checks()])
def test_every_check_has_its_page(check: str) -> None:
    """With its own options in a generated part."""
    page = ROOT / "docs" / f"{check}.md"
    assert page.exists()
    assert f"<!-- generated: check_apo_{check} --help -->" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("check", [check.name for check in all_checks()])
def test_every_check_tells_its_numbers_alerts_and_classes(check: str) -> None:
    """Perfdata, metrics, alerts, what to do when, and examples: each part is there, and its own."""
    text = (ROOT / "docs" / f"{check}.md").read_text(encoding="utf-8")
    for kind in parts.OF_A_CHECK:
        assert f"<!-- generated: {kind} {check} -->" in text
        assert parts.MADE[kind](check).count("\n") > 2, kind


@pytest.mark.parametrize(
    ("check", "file"), [*scenarios()], ids=lambda one: getattr(one, "name", one)
)
def test_what_a_recording_says_is_on_the_page(check: str, file: Path) -> None:
    """Every number of it fits a label of the table, and every class is among those listed."""
    report = replayed(CHECKS[check], file)
    shapes = {
        re.compile(re.sub(r"<\w+>", ".+", label.replace("[", "(?:").replace("]", ")?")))
        for row in names.ROWS
        if row.check == check
        for label in parts.labels(row.label)
    }
    for metric in report.metrics:
        assert any(shape.fullmatch(metric.name) for shape in shapes), metric.name
    assert {finding.key for finding in report.findings} <= set(parts.classes(check))


def test_labels_are_written_for_people() -> None:
    """Groups become words in brackets, alternatives are told one by one."""
    assert parts.labels(r"(?:u(?P<ups>\d+)_)?load") == ["[u<ups>_]load"]
    assert parts.labels(r"(?P<phase>dns|tcp)_max") == ["dns_max", "tcp_max"]
    assert parts.labels(r"(?P<line>.+)_rtt") == ["<line>_rtt"]
    assert not [one for row in names.ROWS for one in parts.labels(row.label) if "?" in one]


def test_every_advice_stands_on_a_page() -> None:
    """Each fault that has a row is found by a check or by the exporter, and told on their pages."""
    told = {key for check in all_checks() for key in parts.classes(check.name)}
    told |= set(parts.exporter_classes())
    faults = {key for key, row in ADVICE.items() if row.owner}
    assert faults - told == SPARE


def test_a_check_lists_its_own_classes_only() -> None:
    """What another check finds is not among them, what a kernel module finds for it is."""
    assert not [key for key in parts.classes("ups") if key.startswith(("kon.", "net."))]
    assert not [key for key in parts.classes("tilage") if not key.startswith("tilage.")]
    assert {"net.rtt_high", "net.loss_high", "net.jitter_high"} <= set(parts.classes("uplink"))
    assert {"kon.condition", "kon.settings", "kon.rebooting"} <= set(parts.classes("connector"))


def test_a_central_outage_alerts_for_tilage_alone() -> None:
    """An alert belongs to the checks that raise it, not to those that keep it quiet."""
    central = next(one for one in rules.PAGES if one.name == "ApowachtCentralOutage")
    raising = [check.name for check in all_checks() if parts.concerns(central, check.name)]
    assert raising == ["tilage"]
    broken = next(one for one in rules.PAGES if one.name == "ApowachtSiteBroken")
    assert all(parts.concerns(broken, check.name) for check in all_checks())


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.name)
def test_generated_parts_are_fresh(page: Path) -> None:
    """Renew them with `python docs/generate.py`."""
    text = page.read_text(encoding="utf-8")
    assert renewed(text) == text


@pytest.mark.parametrize("page", [*pages(), ROOT / "README.md"], ids=lambda page: page.name)
def test_every_option_named_exists(page: Path) -> None:
    """No page tells of an option that no command has."""
    lines = [
        line
        for line in page.read_text(encoding="utf-8").splitlines()
        if "check_apo_" in line or line.startswith(("|", "`"))
    ]
    named = {word for line in lines for word in re.findall(r"(?<![\w-])--[a-z][a-z0-9-]+", line)}
    assert named <= OPTIONS | OTHERS


def command_lines(page: Path) -> list[str]:
    """The check commands that a page shows, continued lines joined, comments dropped."""
    text = re.sub(
        r"<!-- generated.*?<!-- end -->", "", page.read_text(encoding="utf-8"), flags=re.S
    )
    lines = text.replace("\\\n", " ").splitlines()
    shown = (re.match(r"\s*(?:\$ )?(check_apo_\w+ -.*?)(?:\s+#.*)?$", line) for line in lines)
    return [match[1] for match in shown if match]


def test_every_command_line_shown_is_understood(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each one parses with the very command it names; site files that are shown need not exist."""
    monkeypatch.setattr(cli, "read_part", lambda *_: One("muster", "", (), {}))
    checks = {f"check_apo_{check.name}": check for check in all_checks()}
    lines = [line for page in (*pages(), ROOT / "README.md") for line in command_lines(page)]
    assert len(lines) > 20
    for line in lines:
        name, *arguments = shlex.split(line)
        assert cli.parse(checks[name], arguments).timeout > 0, line


@pytest.mark.parametrize("page", [*pages(), ROOT / "README.md"], ids=lambda page: page.name)
def test_every_page_named_exists(page: Path) -> None:
    """`docs/…` and relative links lead somewhere."""
    text = page.read_text(encoding="utf-8")
    for name in re.findall(r"`(docs/[\w.-]+|[A-Z]+\.md)`", text):
        assert (ROOT / name).exists(), name
    for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
        assert (page.parent / link).exists(), link
