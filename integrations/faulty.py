"""Site files with mistakes: which pharmacies an export has to do without."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from apowacht.plugins.sites.config import modules_of, sites_of, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apowacht.plugins.sites.model import Mistake


class Faulty(NamedTuple):
    """The files, without their folders, and the names of the sites that they are about; `sites` is
    None where one does not tell.
    """

    files: tuple[str, ...]
    sites: frozenset[str] | None


def faulty(mistakes: Iterable[Mistake]) -> Faulty:
    """What there are mistakes in; a file of modules keeps no pharmacy out and does not count."""
    texts = {mistake.file: text_of(mistake.file) for mistake in mistakes}
    told = {
        file: sites_of(text)
        for file, text in texts.items()
        if sites_of(text) or not modules_of(text)
    }
    return Faulty(
        tuple(os.path.basename(file) or file for file in told),
        frozenset().union(*told.values()) if all(told.values()) else None,
    )
