"""What somebody may have meant: the nearest valid word, and a name that would do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apowacht.plugins.core.site_option import is_site_file

if TYPE_CHECKING:
    from collections.abc import Iterable

_LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "é": "e"}
)
LONGEST_NAME = 63


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The valid word that looks most like this one; None when none does.

    Capitals and underscores count for nothing, and neither do leading dashes.
    """
    by_form = {_form(valid): valid for valid in words}
    form = _form(word[:100])
    if form in by_form:
        return by_form[form]
    from difflib import get_close_matches

    near = get_close_matches(form, by_form, 1, 0.6)
    return by_form[near[0]] if near else None


def _form(word: str) -> str:
    return word.strip().lstrip("-").replace("_", "-").casefold()


def is_safe_name(text: str) -> bool:
    """Whether a name can stand in a URL, a label and a file's name as it is.

    A name that looks like a site file's would be read as one by `--site`.
    """
    letters = text.replace("-", "").replace("_", "").replace(".", "")
    return (
        0 < len(text) <= LONGEST_NAME and letters.isascii() and letters.isalnum()
        and text[0].isalnum() and not is_site_file(text)
    )  # fmt: skip


def safe_name(text: str) -> str:
    """A name that would do: «Löwen-Apotheke» as `loewen-apotheke`; "" when nothing is left."""
    spelt = text.translate(_LETTERS).casefold()
    parts = "".join(c if c.isascii() and c.isalnum() else " " for c in spelt).split()
    return "-".join(parts)[:LONGEST_NAME].rstrip("-")
