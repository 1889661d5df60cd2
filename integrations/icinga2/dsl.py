"""Icinga 2's configuration language: texts that mean what they say, objects in a fixed order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}


_PLAIN_KEY = re.compile(r"[a-z_]+")


class Code(str):
    """Text that is code already, such as a constant or a function."""

    __slots__ = ()


def quoted(text: str) -> str:
    """A text as a string of the language; what no line may hold becomes a blank."""
    signs = (_ESCAPES.get(sign) or (sign if sign.isprintable() else " ") for sign in text)
    return f'"{"".join(signs)}"'


def plain(text: str) -> str:
    """A text in which no macro is looked for: in variables, arguments and the environment."""
    return text.replace("$", "$$")


def name(text: str) -> str:
    """A text as the name of an object: `!` parts the names that Icinga puts together."""
    return text.replace("!", ".").strip() or "-"


def value(told: object, indent: str = "") -> str:
    """A value: text, number, bool, None, code, list or mapping."""
    if isinstance(told, Code):
        return str(told)
    if told is None:
        return "null"
    if isinstance(told, bool):
        return "true" if told else "false"
    if isinstance(told, int | float):
        return f"{told:g}"
    if isinstance(told, str):
        return quoted(told)
    if isinstance(told, dict):
        return _mapping(told, indent)
    if isinstance(told, list | tuple):
        return f"[ {', '.join(value(one) for one in told)} ]" if told else "[ ]"
    raise TypeError(type(told))


def _mapping(told: Mapping[str, object], indent: str) -> str:
    inner = indent + "  "
    lines = [f"{inner}{_key(key)} = {value(one, inner)}" for key, one in told.items()]
    return "\n".join(["{", *lines, f"{indent}}}"]) if lines else "{ }"


def _key(key: str) -> str:
    return key if _PLAIN_KEY.fullmatch(key) else quoted(key)


def seconds(told: float) -> Code:
    """A duration as people write it."""
    for size, unit in ((3600, "h"), (60, "m")):
        if told >= size and told % size == 0:
            return Code(f"{told // size:g}{unit}")
    return Code(f"{told:g}s")


def item(
    kind: str,
    called: str,
    attributes: Mapping[str, object],
    imports: Iterable[str] = (),
    word: str = "object",
) -> str:
    """An object or template; an attribute's key may be a path such as `vars.apo_site`.

    Attributes without a value (None) are left out.
    """
    lines = [f"  import {quoted(one)}" for one in imports]
    if lines and attributes:
        lines.append("")
    lines += [f"  {key} = {value(one, '  ')}" for key, one in attributes.items() if one is not None]
    return "\n".join([f"{word} {kind} {quoted(called)} {{", *lines, "}", ""])
