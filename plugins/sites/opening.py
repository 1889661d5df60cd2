"""When a site is open: said once in its file, given to every check that has the options."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.options import OPENING
from apowacht.plugins.sites.catalogue import PATHS, keys_of, read_values
from apowacht.plugins.sites.yaml_lines import Entry, Text

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from apowacht.plugins.core.opening import Opening
    from apowacht.plugins.sites.fields import Fields

DEFAULT_ZONE = "Europe/Berlin"
OPENING_KEYS = tuple(keys_of(OPENING))


def opening_entries(fields: Fields) -> dict[str, Entry]:
    """The keys of the opening as options of a check; with the usual zone where none is told.

    A check on the command line goes by its computer's clock, a site by its own.
    """
    told = {key: fields.entries[key] for key in OPENING_KEYS if key in fields.entries}
    told.setdefault("timezone", Entry(fields.line, Text(DEFAULT_ZONE, fields.line)))
    return told


def with_opening(
    options: Mapping[str, Entry], opening: Mapping[str, Entry], known: Container[str]
) -> dict[str, Entry]:
    """A check's options with what it knows and does not say itself of the site's opening."""
    merged = {**{key: entry for key, entry in opening.items() if key in known}, **options}
    if merged.keys() & set(OPENING_KEYS) == {"timezone"} and "timezone" not in options:
        del merged["timezone"]  # no hours that would go by it
    return merged


def read_opening(
    fields: Fields, entries: Mapping[str, Entry], *, thorough: bool = False
) -> Opening | None:
    """The opening of a site, None where its file says nothing of it; mistakes are noted.

    With `thorough` the duty roster is read as well, which takes time.
    """
    from apowacht.plugins.core.opening import Opening

    values: dict[str, Any] = {}
    for key, option in keys_of(OPENING).items():
        entry = entries.get(key)
        texts = read_values(key, entry, option, fields.notes) if entry else None
        if entry is None or texts is None:
            continue
        if option.metavar in PATHS:
            texts = tuple(os.path.join(os.path.dirname(fields.notes.file), one) for one in texts)
        try:
            read = [option.type.convert(text, option, None) for text in texts]
            if thorough and key == "duty":
                read[0].check()
        except OwnTrouble as trouble:
            fields.notes.trouble(entry.line, trouble)
            continue
        values[str(option.name)] = read if option.multiple else read[0]
    return Opening.of(values)
