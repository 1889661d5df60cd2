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
    "LABELS",
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
