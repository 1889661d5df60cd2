"""`--alias NEW=OLD`: the user's own names for devices whose names are long or hold a serial."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apowacht.plugins.core.errors import OwnTrouble

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 40
# "|" begins the perfdata, and the others end a label or a text in one of the outputs.
_FORBIDDEN = set("|'\"=;")


def parse_aliases(texts: Iterable[str]) -> dict[str, str]:
    """The new names by old name; everything behind the first "=" is the old name.

    Raises OwnTrouble: "alias_syntax" (text) for a text of another form, or a new name that is
    too long or cannot be printed; "alias_twice" (text, name) for a name given twice.
    """
    aliases: dict[str, str] = {}
    for text in texts:
        new, _, old = (part.strip() for part in text.partition("="))
        if (
            not old
            or not 1 <= len(new) <= LONGEST
            or not new.isprintable()
            or _FORBIDDEN & set(new)
        ):
            raise OwnTrouble("alias_syntax", text=text)
        if old in aliases or new in aliases.values():
            raise OwnTrouble("alias_twice", text=text, name=old if old in aliases else new)
        aliases[old] = new
    return aliases


class Aliases:
    """The names of one run: a device's own one in, the one to print out."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._new = parse_aliases(texts)

    def name(self, old: str) -> str:
        """The user's name for this device, its own where he gave none."""
        return self._new.get(old, old)
