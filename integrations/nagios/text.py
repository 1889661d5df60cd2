"""How words stand in Nagios' object files: names that it takes, commands that reach the plugin
whole."""

from __future__ import annotations

import shlex
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ILLEGAL = "`~!$%^&*|'\"<>?,()="
"""What the `illegal_object_name_chars` of Nagios' own example forbid in a name."""
_SIGNS = str.maketrans(dict.fromkeys(f"{ILLEGAL};\\#{{}}", "_"))

_SENTENCE = str.maketrans({";": ",", '"': "'", "\\": "/", "$": "_", "`": "'"})


def names(told: Iterable[str]) -> dict[str, str]:
    """Each name as Nagios takes it. A name that is changed never becomes another one's.

    The names that need no change keep theirs; of the others that come out alike each one gets the
    beginning of its own digest, so that no name depends on the others' order.
    """
    given = list(told)
    plain = {name: " ".join(name.translate(_SIGNS).split()) or "_" for name in given}
    forms = list(plain.values())
    return {
        name: form if name == form or forms.count(form) == 1 else f"{form} {_digest(name)}"
        for name, form in plain.items()
    }


def _digest(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:6]


def sentence(text: str) -> str:
    """A text for people, without what ends a line, joins it to the next, or is more to a shell."""
    return " ".join(text.translate(_SENTENCE).split())


def block(kind: str, rows: Iterable[tuple[str, str]]) -> str:
    """`define kind { … }` with a row for each directive."""
    lines = [f"    {key:<31} {value}" for key, value in rows]
    return "\n".join([f"define {kind} {{", *lines, "}\n"])


def check_command(command: str, words: Sequence[str]) -> str:
    """A `check_command` whose only argument is the plugin's options, quoted for the shell.

    Nagios splits at `!`, takes `$…$` for a macro, and reads no further than a semicolon.
    """
    text = " ".join(shlex.quote(word) for word in words)
    for sign, spelt in (("$", "$$"), ("!", "\\!"), (";", "\\;")):
        text = text.replace(sign, spelt)
    return f"{command}!{text}"
