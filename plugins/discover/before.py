"""What the site file that exists already holds: the owner's own words stay in what is proposed.

A section that discover can only propose is taken over as it stands; in one that it knows, names
and the keys that it does not know are kept.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from apowacht.plugins.discover.asking import fingerprints
from apowacht.plugins.discover.yaml_text import Kept, Section

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from apowacht.plugins.discover.asking import Certificate

ORDER = (
    "site", "title", "timezone", "hours", "holidays", "closed", "duty", "connector", "terminals",
    "smcb", "ups", "router", "lines", "tilage", "erezept", "accepted", "checks", "contacts",
    "maintenance",
)  # fmt: skip
"""How sections follow each other; others stand behind."""

_KEY = re.compile(r"([A-Za-z][\w-]*):(?:\s|$)")
_HEAD = re.compile(r"apowacht discover\D{1,12}(\d{4}-\d\d-\d\d|\d\d\.\d\d\.\d{4})")
_CONDITION = re.compile(r"condition:\s*\"?(EC_[^\s\"]+)")
_DATE = re.compile(r"date:\s*\"?(\d{4}-\d\d-\d\d)")


class Before:
    """The text of the file, "" where there is none."""

    def __init__(self, text: str = "") -> None:
        self.text = text
        self._lines = text.splitlines()
        self._sections = self._found()
        self.values = _parsed(text)
        behind = (line.partition("#")[2] for line in self._lines)
        self._comments = _plain(" ".join(behind))

    def _found(self) -> dict[str, tuple[str, ...]]:
        """Raw lines of each top-level key, with the comments right above it."""
        starts = [i for i, line in enumerate(self._lines) if _KEY.match(line)]
        found: dict[str, tuple[str, ...]] = {}
        for start in starts:
            end = start + 1
            while end < len(self._lines) and self._lines[end][:1] in (" ", "-", "\t"):
                end += 1
            begin = start
            while begin and self._lines[begin - 1].startswith("#"):
                begin -= 1
            match = _KEY.match(self._lines[start])
            found[match[1] if match else ""] = tuple(self._lines[begin:end])
        return found

    def written_on(self) -> str | None:
        """The date in the file's first lines, as it stands there."""
        match = _HEAD.search("\n".join(self._lines[:3]))
        return match[1] if match else None

    def accepted_since(self) -> dict[str, str]:
        """By condition, the date of its entry or proposal."""
        found: dict[str, str] = {}
        name = None
        for line in self._lines:
            if match := _CONDITION.search(line):
                name = match[1].rstrip(",}")
            if name and (match := _DATE.search(line)):
                found.setdefault(name, match[1])
                name = None
        return found

    def merged(self, sections: Sequence[Section]) -> list[Section]:
        """The sections with the owner's in the place of mere proposals, and his others behind."""
        made = []
        for section in sections:
            kept = self._sections.get(section.key)
            if kept and not section.active:
                made.append(Section(section.key, kept))
            elif not (section.question and self.text and f"# {section.key}:" not in self.text):
                made.append(
                    section
                )  # and a question that the owner has struck out is not put again
        known = {section.key for section in sections}
        others = [key for key in self._sections if key not in known]
        made += [Section(key, self._sections[key]) for key in others]
        return sorted(made, key=lambda section: _place(section.key))

    def mapping(self, key: str) -> dict[str, Any]:
        """The mapping below a key, {} where there is none."""
        told = self.values.get(key)
        return told if isinstance(told, dict) else {}

    def pins_another(self, one: Certificate) -> bool:
        """Whether the file holds fingerprints for this device, and this is none of them."""
        key = one.option.lstrip("-")
        sections = [self.mapping("connector")]
        if key.startswith("router-"):  # there may be several
            routers = [self.mapping("router"), *self.entries("checks", lambda _: True)]
            sections = [entry for entry in routers if entry.get("hostname") == one.host]
        told = [section[key] for section in sections if section.get(key)]
        pinned = fingerprints(
            str(text) for texts in told for text in (texts if isinstance(texts, list) else [texts])
        )
        return bool(pinned) and one.fingerprint not in pinned

    def still(self, text: str, known: object) -> str:
        """`text`, but "" where the owner has struck it out of a part that was there (`known`)."""
        return "" if known and _plain(text) not in self._comments else text

    def proposed(
        self, proposals: Sequence[tuple[str, str, str]], known: object
    ) -> list[tuple[str, str, str]]:
        """The proposals for a part that was there, without those that the owner has struck out."""
        return [one for one in proposals if not known or f"# {one[0]}:" in self.text]

    def entries(self, key: str, fits: Callable[[Mapping[str, Any]], bool]) -> list[dict[str, Any]]:
        """The fitting entries of the list below a key."""
        told = self.values.get(key)
        entries = told if isinstance(told, list) else []
        return [one for one in entries if isinstance(one, dict) and fits(one)]

    def entry(self, key: str, fits: Callable[[Mapping[str, Any]], bool]) -> dict[str, Any]:
        """The first of them, {} where there is none."""
        return next(iter(self.entries(key, fits)), {})


def carried(
    new: Mapping[str, Any], old: Mapping[str, Any], own: Sequence[str] = ()
) -> dict[str, Any]:
    """`new` in the order of `old`, with the keys of `old` that it lacks, and those in `own` as
    they were."""
    kept = {key: old[key] if key in own or key not in new else new[key] for key in old}
    return {**kept, **{key: value for key, value in new.items() if key not in old}}


def _plain(text: str) -> str:
    return " ".join(text.split())


def _place(key: str) -> int:
    """Where a section stands in the file; `ups HOST` is a remark behind `ups`."""
    word = key.partition(" ")[0]
    return ORDER.index(word) if word in ORDER else len(ORDER)


def _parsed(text: str) -> dict[str, Any]:
    """The file's mapping with every scalar as text; {} for what cannot be read."""
    try:
        told = yaml.load(text, yaml.BaseLoader)  # noqa: S506 - texts, lists and mappings only
    except (yaml.YAMLError, RecursionError, ValueError):
        return {}
    return _kept(told) if isinstance(told, dict) else {}


def _kept(value: Any) -> Any:
    """The same with every text marked as one that stood there unquoted."""
    if isinstance(value, dict):
        return {str(key): _kept(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_kept(one) for one in value]
    return Kept(value)
