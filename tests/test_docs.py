"""The documentation: a page per check, generated parts fresh, every option and link alive."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest

from apowacht.exporter.command import exporter
from apowacht.plugins.core.cli import parse
from apowacht.plugins.core.listing import all_checks

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "docs"))

from generate import pages, renewed  # noqa: E402

OPTIONS = {option for check in all_checks() for o in check.options for option in o.opts}
OPTIONS |= {option for o in exporter.params for option in o.opts}
OTHERS = {"--lang", "--scenario", "--first-port", "--list", "--listen", "--help"}


@pytest.mark.parametrize("check", [check.name for check in all_checks()])
def test_every_check_has_its_page(check: str) -> None:
    """With its own options in a generated part."""
    page = ROOT / "docs" / f"{check}.md"
    assert page.exists()
    assert f"<!-- generated: check_apo_{check} --help -->" in page.read_text(encoding="utf-8")


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


def test_every_command_line_shown_is_understood() -> None:
    """Each one parses with the very command it names."""
    checks = {f"check_apo_{check.name}": check for check in all_checks()}
    lines = [line for page in (*pages(), ROOT / "README.md") for line in command_lines(page)]
    assert len(lines) > 20
    for line in lines:
        name, *arguments = shlex.split(line)
        assert parse(checks[name], arguments).timeout > 0, line


@pytest.mark.parametrize("page", [*pages(), ROOT / "README.md"], ids=lambda page: page.name)
def test_every_page_named_exists(page: Path) -> None:
    """`docs/…` and relative links lead somewhere."""
    text = page.read_text(encoding="utf-8")
    for name in re.findall(r"`(docs/[\w.-]+|[A-Z]+\.md)`", text):
        assert (ROOT / name).exists(), name
    for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
        assert (page.parent / link).exists(), link
