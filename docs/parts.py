"""The generated parts of a check's page: its numbers, metrics, alerts, failure classes, examples.

Each is read from what the check itself uses, so that nothing here can go stale: perfdata and
metrics from the exporter's table, alerts from the rules for Prometheus, failure classes from the
keys that stand in the check's code, examples from the recordings of the tests.
"""

from __future__ import annotations

import ast
import re
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from apowacht.exporter import names
from apowacht.integrations.prometheus import generate as rules
from apowacht.plugins.core.advice import ADVICE, OWNERS
from apowacht.plugins.core.cli import parse
from apowacht.plugins.core.listing import all_checks
from apowacht.plugins.core.render import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from apowacht.plugins.core.advice import Text
    from apowacht.plugins.core.check import Check

ROOT = Path(__file__).resolve().parent.parent
RECORDED = ROOT / "tests" / "recorded"
SPOKEN = 1
"""Which language of a text these pages are in: English."""

UNITS = {"": "number", "s": "s", "%": "%", "B": "bytes", "c": "counter",
         "V": "V, written without a unit", "C": "°C, written without a unit"}  # fmt: skip
"""Perfdata's unit -> what the table says; monitoring servers refuse V and C."""

SHARED = ("asked", "conditions")
"""Modules of the kernel that judge for a check: a Konnektor's faults and conditions."""


def check_of(name: str) -> Check:
    """The check of that name."""
    return next(check for check in all_checks() if check.name == name)


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table in Markdown; bars inside a cell are escaped."""
    lines = [head, tuple("---" for _ in head), *rows]
    cells = ("|".join(f" {cell.replace('|', chr(92) + '|')} " for cell in line) for line in lines)
    return (
        "".join(f"|{line}|\n" for line in cells).replace("| --- ", "|---").replace("---|", "---|")
    )


# Perfdata


def labels(pattern: str) -> list[str]:
    """What a label's pattern stands for: `<line>_rtt`, `[u<ups>_]load`; alternatives one by one."""
    optional = re.sub(r"\(\?:([^()]*\([^()]*\)[^()]*)\)\?", r"[\1]", pattern)
    chosen = re.search(r"\(\?P<\w+>(\w+(?:\|\w+)+)\)", optional)
    if chosen:
        head, tail = optional[: chosen.start()], optional[chosen.end() :]
        return [one for word in chosen[1].split("|") for one in labels(head + word + tail)]
    return [re.sub(r"\(\?P<(\w+)>[^()]*\)", r"<\1>", optional)]


def perfdata(name: str) -> str:
    """Every label of the check: unit and meaning."""
    rows = [
        (
            ", ".join(f"`{label}`" for label in labels(row.label)),
            UNITS[row.unit],
            row.help.replace("0 to 1.", "0 to 100."),  # a metric is a ratio, perfdata are percent
        )
        for row in names.ROWS
        if row.check == name
    ]
    return table(("label", "unit", "meaning"), rows)


def metrics(name: str) -> str:
    """Every family of metrics that only this check has."""
    rows = [
        (f"`{family.name}`", ", ".join(family.labels), family.help)
        for family in names.by_check()[name]
    ]
    return table(("metric", "labels", "meaning"), rows)


# Alerts


def concerns(alert: rules.Alert, name: str) -> bool:
    """Whether an alert is raised by this check, among others; for `exporter`: by no check.

    What stands behind `unless` only keeps it quiet.
    """
    if name == "exporter":
        return not any(concerns(alert, check.name) for check in all_checks())
    raising = re.split(r"\bunless\b", alert.expression)[0]
    named = set(re.findall(r'\bcheck="(\w+)"', raising))
    if named:
        return name in named
    return bool(re.search(rf"\bapowacht_(check_|site_broken_link|{name}_)", raising))


def alerts(name: str) -> str:
    """The alerts of the rules for Prometheus that this check, or only the exporter, can raise."""
    rows = []
    for alert in (*rules.PAGES, *rules.TICKETS):
        if concerns(alert, name):
            kind = "page" if alert in rules.PAGES else "ticket"
            said = re.sub(r"\{\{ \$labels\.(\w+) \}\}", r"[\1]", alert.summary[SPOKEN])
            rows.append((f"`{alert.name}`", kind, alert.wait, said))
    return table(("alert", "is a", "after", "says"), rows)


# Failure classes


def source(module: str) -> Path:
    """The file of a module of the project."""
    return ROOT / (module.removeprefix("apowacht.").replace(".", "/") + ".py")


@cache
def tree_of(file: Path) -> ast.Module:
    """A source file, parsed."""
    return ast.parse(file.read_text(encoding="utf-8"))


def keys_in(tree: ast.AST) -> set[str]:
    """The failure classes that stand in a piece of code, `f"net.{what}_high"` included."""
    keys = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value in ADVICE:
            keys.add(str(node.value))
        elif isinstance(node, ast.JoinedStr):
            parts = [
                re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"\w+"
                for part in node.values
            ]
            if re.match(r"[a-z]+\\\.", parts[0]):
                keys |= {key for key in ADVICE if re.fullmatch("".join(parts), key)}
    return keys


def modules_in(tree: ast.AST) -> set[str]:
    """What a module imports, and what may be modules among the names it imports."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return found


@cache
def parts_of(shared: str) -> dict[str, ast.AST]:
    """The functions and tables of a shared module by name; a question (`-> bool`) finds nothing."""
    found: dict[str, ast.AST] = {}
    for node in tree_of(source(f"apowacht.plugins.core.{shared}")).body:
        answers = isinstance(node, ast.FunctionDef) and ast.unparse(node.returns or node) == "bool"
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not answers:
            found[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found.update((one.id, node) for one in targets if isinstance(one, ast.Name))
    return found


def shared_keys(tree: ast.AST) -> set[str]:
    """The failure classes behind what a module uses of the modules in SHARED."""
    keys = set()
    for shared in SHARED:
        known, used = parts_of(shared), set()
        todo = {
            node.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == shared
        }
        while todo:
            name = todo.pop()
            if name in known and name not in used:
                used.add(name)
                keys |= keys_in(known[name])
                inside = ast.walk(known[name])
                todo |= {node.id for node in inside if isinstance(node, ast.Name)}
    return keys


def classes(name: str) -> list[str]:
    """The failure classes that this check can find, in the order of the table of advice.

    They are those that stand in its own module and in the modules of `plugins/read` below it.
    """
    own = f"apowacht.plugins.{name}"
    found: set[str] = set()
    seen: set[str] = set()
    todo = {own}
    while todo:
        module = todo.pop()
        if module not in seen and module.startswith((own, "apowacht.plugins.read.")):
            seen.add(module)
            if source(module).exists():
                tree = tree_of(source(module))
                found |= keys_in(tree) | shared_keys(tree)
                todo |= modules_in(tree)
    return [key for key in ADVICE if key in found]


def exporter_classes() -> list[str]:
    """The failure classes that only the resident exporter can find."""
    found = set[str]().union(*(keys_in(tree_of(file)) for file in (ROOT / "exporter").glob("*.py")))
    of_checks = {key for check in all_checks() for key in classes(check.name)}
    return [key for key in ADVICE if key in found - of_checks]


def spoken(text: Text) -> str:
    """A text with its placeholders in brackets."""
    return re.sub(r"\{(\w+)\}", r"[\1]", text[SPOKEN])


def failures(name: str) -> str:
    """What to do when: headline, who, first step, never, by failure class."""
    keys = exporter_classes() if name == "exporter" else classes(name)
    rows = [
        (
            f"`{key}`",
            spoken(row.headline),
            OWNERS[row.owner][SPOKEN],
            spoken(row.step),
            spoken(row.never),
        )
        for key in keys
        if (row := ADVICE[key]).owner
    ]
    return table(("class", "says", "who", "first", "never"), rows)


# Examples


def recordings(name: str) -> Iterator[Path]:
    """The recordings of a check, by name."""
    yield from sorted((RECORDED / name).iterdir())


def example(check: Check, file: Path) -> str:
    """A command that judges a recording, and what it says."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["--replay", str(file), "--lang", "en", "--state-dir", folder]
        report = check.run(parse(check, arguments))
    shown = file.relative_to(ROOT).as_posix()
    return f"$ check_apo_{check.name} --lang en --replay {shown}\n{say(report, 'en', 'nagios')}\n"


def examples(name: str) -> str:
    """Every recording of the check with the answer that the check gives to it."""
    check = check_of(name)
    told = "\n".join(example(check, file) for file in recordings(name))
    return f"```\n{told}```\n"


MADE = {
    "perfdata": perfdata,
    "metrics": metrics,
    "alerts": alerts,
    "failures": failures,
    "examples": examples,
}
"""The first word of a part -> what makes it; the second word is the check."""

OF_A_CHECK = tuple(MADE)
"""What every check's page has."""
