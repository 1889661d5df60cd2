"""Small YAML by hand, because PyYAML writes no comments: sections, entries, quoted scalars."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

WIDTH = 98
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Kept(str):
    """A scalar out of the file that exists: `true` stays `true`, whatever it means there."""

    __slots__ = ()


class Section(NamedTuple):
    """One top-level key of the file with the comments above it; not `active` is commented out.

    A `question` is one that no device answers: it is put once, in a new file.
    """

    key: str
    lines: tuple[str, ...]
    active: bool = True
    question: bool = False


class Entry(NamedTuple):
    """A mapping with a remark behind a key, and keys that are proposed in comments.

    `above` are comments before it. `proposed`: (key, value, remark).
    """

    values: Mapping[str, Any]
    remarks: Mapping[str, str] = {}
    proposed: Sequence[tuple[str, str, str]] = ()
    above: Sequence[str] = ()


def scalar(value: object) -> str:
    """A scalar that YAML reads as this very text; switches as true and false."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    plain = text.isprintable() and not any(sign in text for sign in ",[]{}\"'#\\")
    if plain:
        try:
            if isinstance(value, Kept) and yaml.load(f"k: {text}", yaml.BaseLoader) == {"k": text}:  # noqa: S506
                return text
            read = yaml.safe_load(f"k: {text}")
            if read == {"k": text} or text.isdecimal() or _DAY.fullmatch(text):
                return text
        except yaml.YAMLError:
            pass
    return json.dumps(text, ensure_ascii=False)


def flow(value: object) -> str:
    """A value in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(k)}: {flow(one)}" for k, one in value.items()) + "}"
    if isinstance(value, list | tuple) and len(value) == 1 and isinstance(value[0], str):
        return scalar(value[0])  # a list's only entry needs no brackets
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def comment(text: str, indent: str = "") -> list[str]:
    """A text as comment lines of at most WIDTH characters."""
    from textwrap import wrap

    made = []
    for line in text.split("\n"):
        room = WIDTH - len(indent) - 2
        made += wrap(line, room, break_long_words=False, break_on_hyphens=False) or [""]
    return [f"{indent}# {line}".rstrip() for line in made]


def mapping(key: str, entry: Entry) -> Section:
    """`key:` with a mapping below it."""
    return Section(key, (*_above(entry, ""), f"{key}:", *_body(entry, "  ")))


def listing(key: str, entries: Iterable[Entry], above: Sequence[str] = ()) -> Section:
    """`key:` with a list of mappings below it."""
    made = [line for text in above if text for line in comment(text)]
    made.append(f"{key}:")
    for entry in entries:
        made += _above(entry, "  ")
        body = _body(entry, "    ")
        made += ["  - " + body[0].lstrip(), *body[1:]]
    return Section(key, tuple(made))


def commented(section: Section) -> Section:
    """The section as a proposal: what is no comment yet becomes one."""
    lines = tuple(line if line.startswith("#") else f"# {line}" for line in section.lines)
    return section._replace(lines=lines, active=False)


def proposal(key: str, example: str, *above: str) -> Section:
    """A commented section: the question, then what the answer may look like."""
    lines = [line for text in above for line in comment(text)]
    lines += [f"# {line}" for line in example.split("\n")]
    return Section(key, tuple(lines), active=False, question=True)


def _above(entry: Entry, indent: str) -> list[str]:
    return [line for text in entry.above if text for line in comment(text, indent)]


def _body(entry: Entry, indent: str) -> list[str]:
    made: list[str] = []
    for key, value in entry.values.items():
        remark = entry.remarks.get(key)
        line = f"{indent}{key}: {flow(value)}"
        if remark and len(line) + len(remark) + 4 > WIDTH and made:
            made += comment(remark, indent)
        elif remark:
            line += f"  # {remark}"
        made.append(line)
    for key, value, remark in entry.proposed:
        if key not in entry.values:
            made += comment(remark, indent) if remark else []
            made.append(f"{indent}# {key}: {value}")
    return made
