"""The user's own names for devices."""

from __future__ import annotations

import pytest

from apowacht.plugins.core.alias import Aliases, parse_aliases
from apowacht.plugins.core.errors import OwnTrouble


def test_new_names_by_old_name() -> None:
    """NEW=OLD, blanks around them do not count, and an old name may hold a "="."""
    texts = ["Büro=ups-AS1234", " Keller = a=b ", "x=y"]
    assert parse_aliases(texts) == {"ups-AS1234": "Büro", "a=b": "Keller", "y": "x"}
    assert parse_aliases([]) == {}


def test_a_device_without_a_new_name_keeps_its_own() -> None:
    """Every name goes through once: two devices may swap their names."""
    aliases = Aliases(["a=b", "b=a"])
    assert [aliases.name(old) for old in ("a", "b", "c")] == ["b", "a", "c"]
    assert Aliases().name("c") == "c"


@pytest.mark.parametrize(
    "text",
    [
        *("", "new", "=", "new=", "=old", " = old", "x" * 41 + "=old"),
        *("a|b=old", "a'b=old", 'a"b=old', "a;b=old", "a\nb=old", "a\tb=old"),
    ],
)
def test_what_cannot_be_a_name_is_refused(text: str) -> None:
    """A text of another form, or a new name that would break an output, is our trouble."""
    with pytest.raises(OwnTrouble) as caught:
        parse_aliases(["good=fine", text])
    assert caught.value.reason == "alias_syntax"
    assert caught.value.values == {"text": text}


@pytest.mark.parametrize(
    ("texts", "name"), [(["a=x", "b=x"], "x"), (["a=x", "a=y"], "a"), (["a=x", "a=x"], "x")]
)
def test_no_name_is_given_twice(texts: list[str], name: str) -> None:
    """One device with two names, or two devices with one, is our trouble and named."""
    with pytest.raises(OwnTrouble) as caught:
        parse_aliases(texts)
    assert caught.value.reason == "alias_twice"
    assert caught.value.values == {"text": texts[1], "name": name}
