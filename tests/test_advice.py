"""The table of sentences: complete in both languages, short enough, and used."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

from apowacht.plugins.core import advice, words
from apowacht.plugins.core.listing import all_checks
from apowacht.plugins.core.render import line_1
from apowacht.plugins.core.report import Finding, Report, State

ROOT = Path(__file__).parent.parent
SOURCES = [
    path
    for folder in ("plugins", "mibs", "exporter", "simulator")
    for path in (ROOT / folder).rglob("*.py")
]
ROWS = {key: row for key, row in advice.ADVICE.items() if row.headline[0]}
LONGEST_CHECK = "certificate"
FREE_TEXT = {"trouble"}
"""Placeholders that carry a whole sentence and are cut on line 1 on purpose."""


def placeholders(text: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", ROWS)
def test_a_row_speaks_both_languages(key: str) -> None:
    """No half-translated row, the same placeholders in both, an owner with a step and a never."""
    row = advice.ADVICE[key]
    for text in (row.headline, row.sentence, row.step, row.never):
        assert bool(text[0]) == bool(text[1])
        assert placeholders(text[0]) == placeholders(text[1])
    assert row.owner in advice.OWNERS
    assert bool(row.owner) == bool(row.step[0]) == bool(row.never[0])


@pytest.mark.parametrize("lang", words.LANGUAGES)
@pytest.mark.parametrize("key", [key for key in ROWS if key != "monitor.trouble"])
def test_a_headline_fits_on_line_1_with_its_widest_values(key: str, lang: str) -> None:
    """With the longest state, the widest placeholders and other faults beside it, uncut."""
    names = placeholders(words.pick(advice.ADVICE[key].headline, lang))
    assert names <= advice.WIDEST.keys()
    check = "ups" if key.startswith(("ups.", "power.")) else LONGEST_CHECK
    start = f"{check.upper()} CRITICAL - "
    text = words.pick(advice.ADVICE[key].headline, lang).format_map(advice.WIDEST)
    assert len(start + text + " (+9)") <= 80


@pytest.mark.parametrize("lang", words.LANGUAGES)
@pytest.mark.parametrize("key", ROWS)
def test_a_text_is_safe_in_plugin_output(key: str, lang: str) -> None:
    """No pipe, no newline, no markup that a monitoring system would read."""
    row = advice.ADVICE[key]
    for text in (row.headline, row.sentence, row.step, row.never):
        assert not re.search(r"[|\n\r\\]", words.pick(text, lang))


def test_every_placeholder_can_be_written() -> None:
    """A value that was not read says so instead of failing."""
    for key in ROWS:
        finding = Finding(key, State.WARNING)
        for lang in words.LANGUAGES:
            assert "{" not in words.headline(finding, lang)
            assert "{" not in words.step(finding, lang)


def test_overlong_names_are_cut_not_spilt() -> None:
    """A device called by a novel leaves line 1 within its 80 characters."""
    finding = Finding("ups.battery_worn", State.WARNING, name="x" * 300)
    assert len(line_1(Report("ups", (finding,)), "de")) <= 80


def texts_in(path: Path) -> set[str]:
    """All string constants of a source file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_failure_class_in_the_code_has_a_row() -> None:
    """Keys are written as `layer.word`; each one that a check uses can be said."""
    used = {
        text
        for path in SOURCES
        if path.parent.name == "plugins"
        for text in texts_in(path)
        if re.fullmatch(r"(power|ups|cert|gsmckt|net|kon|kt|smcb|hba|monitor)\.[a-z_.0-9]+", text)
    }
    assert used
    assert used <= advice.ADVICE.keys()


def test_every_reason_raised_has_its_sentence() -> None:
    """The first argument of each trouble in the code stands in the table of reasons."""
    kinds = {"Unreachable", "Refused", "Garbled", "OwnTrouble", "StateTrouble", "TargetTrouble"}
    reasons = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                first = node.args[0] if node.args else None
                if node.func.id in kinds and isinstance(first, ast.Constant):
                    reasons.add(first.value)
    assert len(reasons) > 10
    missing = {r for r in reasons if r not in advice.REASONS and r not in advice.NOTES}
    assert not missing


@pytest.mark.parametrize("reason", advice.REASONS)
def test_a_reason_speaks_both_languages(reason: str) -> None:
    """Short words and a sentence, with the same placeholders."""
    row = advice.REASONS[reason]
    assert len(row.short[0]) <= len(advice.WIDEST["reason"])
    assert len(row.short[1]) <= len(advice.WIDEST["reason"])
    assert placeholders(row.sentence[0]) == placeholders(row.sentence[1])


def test_every_check_names_what_its_silence_means() -> None:
    """The failure class of a silent target is in the table."""
    for check in all_checks():
        assert check.silence in advice.ADVICE
        assert check.urgent <= advice.ADVICE.keys()


def test_the_forbidden_words_are_not_used() -> None:
    """«Freischalten» means two other things to staff; a restart is no advice for central faults."""
    for key, row in ROWS.items():
        whole = " ".join((*row.headline, *row.sentence, *row.step)).lower()
        assert "freischalt" not in whole
        if row.owner == "central":
            assert "neu starten" not in " ".join(row.step).lower(), key
