"""The shape of a text: German and English, and what stands in a row of the table."""

from __future__ import annotations

from typing import NamedTuple

Text = tuple[str, str]
"""German, English."""

NONE: Text = ("", "")


class Row(NamedTuple):
    """What is said about one failure class; without an owner it is news, not a fault."""

    owner: str
    headline: Text
    sentence: Text
    step: Text = NONE
    never: Text = NONE


class Reason(NamedTuple):
    """Why there is no answer: a few words for line 1, and the sentence with what to try."""

    short: Text
    sentence: Text
