"""Every sentence for people, once, in German and in English.

A row answers, for one failure class: whose job is it, what is wrong (short for line 1, and as a
full sentence), what to do first, what never to do. Nothing else in the code holds such a sentence.
Rules for a new row: one cause, one sentence; never promise what the chain does not hold; «PIN
eingeben», never «freischalten»; a restart only where it is the named step of the one responsible.
A row stands in the file of its layer; `reasons` and `vocabulary` serve them all.
"""

from __future__ import annotations

from apowacht.plugins.core.advice import (
    access,
    certificates,
    identity,
    monitor,
    network,
    power,
    service,
    way,
)
from apowacht.plugins.core.advice.reasons import REASONS
from apowacht.plugins.core.advice.shape import NONE, Reason, Row, Text
from apowacht.plugins.core.advice.vocabulary import (
    ALARMS,
    CONDITIONS,
    LABELS,
    NOTES,
    OWNERS,
    UNKNOWN_VALUE,
    VERDICTS,
    WIDEST,
)

__all__ = [
    "ADVICE",
    "ALARMS",
    "CONDITIONS",
    "ELSEWHERE",
    "LABELS",
    "LAYERS",
    "NONE",
    "NOTES",
    "OWNERS",
    "REASONS",
    "UNKNOWN_VALUE",
    "VERDICTS",
    "WIDEST",
    "Reason",
    "Row",
    "Text",
]

LAYERS: tuple[tuple[str, dict[str, Row]], ...] = (
    # Which link of the chain the rows of a file belong to; what fails on the way into the TI is
    # the site's network.
    ("power", power.ROWS),
    ("network", network.ROWS),
    ("network", way.ROWS),
    ("access", access.ROWS),
    ("identity", identity.ROWS),
    ("identity", certificates.ROWS),
    ("service", service.ROWS),
)

ELSEWHERE: dict[str, str] = {
    # Rows whose link is another one than that of the file they stand in.
    "kon.no_internet": "network",
    "central.not_reported": "access",
    "central_over_box_broken": "access",
}

ADVICE: dict[str, Row] = {
    **power.ROWS,
    **network.ROWS,
    **access.ROWS,
    **identity.ROWS,
    **certificates.ROWS,
    **service.ROWS,
    **way.ROWS,
    **monitor.ROWS,
}
