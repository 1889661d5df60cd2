"""Filling the sentences of `advice`: numbers with their units, dates, names, in two languages.

A placeholder's name decides how its value is written (see `FORMATS`); what was not read is
written as «unbekannt», never as 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apowacht.plugins.core.advice import (
    ADVICE,
    ALARMS,
    CONDITIONS,
    OWNERS,
    REASONS,
    UNKNOWN_VALUE,
    VERDICTS,
    WIDEST,
    Text,
)
from apowacht.plugins.core.limits import decimal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from apowacht.plugins.core.errors import Trouble
    from apowacht.plugins.core.report import Finding

LANGUAGES = ("de", "en")
LONGEST = 200
"""Characters of a foreign text in a sentence."""


def pick(text: Text, lang: str) -> str:
    """The text in one language."""
    return text[LANGUAGES.index(lang)]


def duration(value: float, lang: str) -> str:
    """Seconds in the largest unit that still tells enough: 45 s, 21 min, 5 h, 12 d, 4,2 Jahre."""
    if value < 120:
        return f"{int(value)} s"
    if value < 120 * 60:
        return f"{int(value // 60)} min"
    if value < 48 * 3600:
        return f"{int(value // 3600)} h"
    if value < 2 * 365 * 86400:
        return f"{int(value // 86400)} {pick(('Tage', 'days'), lang)}"
    years = f"{value / (365 * 86400):.1f}"
    return f"{years.replace('.', ',')} Jahre" if lang == "de" else f"{years} years"


def since(value: float, lang: str) -> str:
    """A duration behind «seit»: German has another ending there."""
    text = duration(value, lang)
    return f"{text}n" if lang == "de" and text.endswith(("Tage", "Jahre")) else text


def short_time(value: float, lang: str) -> str:
    """A number of seconds with at most one decimal, in the manner of the language: 7,1."""
    text = decimal(round(value, 1))
    return text.replace(".", ",") if lang == "de" else text


def latency(value: float, lang: str) -> str:
    """How long an answer took: 412 ms, 7,1 s."""
    return f"{value * 1000:.0f} ms" if value < 0.9995 else f"{short_time(value, lang)} s"


def percent(value: float, lang: str) -> str:
    """A percentage, without decimals: nobody decides on half a percent of charge."""
    return f"{decimal(round(value))} %"


def celsius(value: float, lang: str) -> str:
    """A temperature in whole degrees."""
    return f"{decimal(round(value))} °C"


def day(value: object, lang: str) -> str:
    """A date as its readers write it."""
    from datetime import date

    if not isinstance(value, date):
        return str(value)
    return f"{value:%d.%m.%Y}" if lang == "de" else f"{value:%Y-%m-%d}"


def alarm(value: object, lang: str) -> str:
    """An alarm's name in words; one that is not in the table as its name with blanks."""
    known = ALARMS.get(str(value))
    return pick(known, lang) if known else str(value).replace("_", " ")


def condition(value: object, lang: str) -> str:
    """A Konnektor's condition in words, with the number of a vendor's own; one that is not in the
    table as its name with blanks."""
    name, _, parameter = str(value).rstrip(")").partition("(")
    known = CONDITIONS.get(name)
    text = pick(known, lang) if known else name.removeprefix("EC_").replace("_", " ")
    return f"{text} {parameter}".rstrip()


def reason(value: Trouble, lang: str) -> str:
    """Why there was no answer, in a few words."""
    row = REASONS.get(value.reason)
    return fill(row.short, value.values, lang) if row else value.reason


def path(value: object, lang: str, width: int = LONGEST) -> str:
    """A file's path, of which the end says most."""
    text = str(value)
    if len(text) <= width:
        return text
    tail = text[1 - width :]
    return f"…{tail[max(tail.find('/'), 0) :]}"


def trouble_headline(value: Trouble, lang: str) -> str:
    """A trouble's sentence for line 1: of a long path the file alone is left."""
    row = REASONS.get(value.reason)
    file = value.values.get("file")
    values = value.values if file is None else {**value.values, "file": path(file, lang, 28)}
    return fill(row.sentence, values, lang) if row else value.reason


def statuses(value: Iterable[tuple[int, int]], lang: str) -> str:
    """How often which HTTP status came: 8 x 500; status 0 is none at all."""
    none = pick(("ohne Antwort", "without an answer"), lang)
    told = [f"{count} x {status}" if status else f"{count} {none}" for count, status in value]
    return ", ".join(told) or pick(("keiner", "none"), lang)


FORMATS: Mapping[str, Callable[..., str]] = {
    "age": duration,
    "alarm": alarm,
    "app": alarm,
    "charge": percent,
    "condition": condition,
    "date": day,
    "extent": alarm,
    "file": path,
    "latency": latency,
    "load": percent,
    "need": duration,
    "ordered": day,
    "reason": reason,
    "runtime": duration,
    "seconds": lambda value, lang: short_time(float(value), lang),
    "since": since,
    "statuses": statuses,
    "temperature": celsius,
    "trouble": lambda value, lang: trouble_sentence(value, lang),
}


def clean(text: str, width: int = LONGEST) -> str:
    """Foreign text made harmless for one line of plugin output: no pipe, no control character."""
    shown = "".join(c if c.isprintable() else " " for c in text.replace("|", "/"))
    return shown if len(shown) <= width else shown[: width - 1] + "…"


def fill(text: Text, values: Mapping[str, object], lang: str) -> str:
    """A sentence with its placeholders filled."""
    template = pick(text, lang)
    return template.format_map(_Words(values, lang)) if "{" in template else template


class _Words(dict[str, str]):
    """The values of one sentence, written when they are asked for."""

    def __init__(self, values: Mapping[str, object], lang: str) -> None:
        super().__init__()
        self._values = values
        self._lang = lang

    def __missing__(self, key: str) -> str:
        value = self._values.get(key)
        if value is None:
            return pick(UNKNOWN_VALUE, self._lang)
        written = FORMATS[key](value, self._lang) if key in FORMATS else str(value)
        if key == "trouble":  # a sentence whose own values are bounded
            return clean(written, 3 * LONGEST)
        return clean(written, len(WIDEST[key]) if key in WIDEST else LONGEST)


def headline(finding: Finding, lang: str) -> str:
    """What is wrong, for line 1."""
    own: Trouble | None = finding.values.get("trouble")  # type: ignore[assignment]
    if own is not None:
        return trouble_headline(own, lang)
    text = _named(finding, fill(ADVICE[finding.key].headline, finding.values, lang))
    return _blamed(finding, 0, lang) + text


def sentence(finding: Finding, lang: str) -> str:
    """What is wrong, as a full sentence; with the reason's own sentence where there is one."""
    text = fill(ADVICE[finding.key].sentence, finding.values, lang)
    text = f"{clean(finding.name)}: {text}" if finding.name else text
    text = _blamed(finding, 1, lang) + text
    if finding.values.get("condition"):  # the name that the Konnektor's makers search for
        text = f"{text.removesuffix('.')} ({clean(str(finding.values['condition']))})."
    trouble: Trouble | None = finding.values.get("reason")  # type: ignore[assignment]
    if trouble is not None:
        text = f"{text} {trouble_sentence(trouble, lang)}"
    if finding.held_seconds is not None:
        held = (" (seit {since}, wird beobachtet)", " (for {since}, being watched)")
        stop = "." if text.endswith(".") else ""
        text = text.removesuffix(stop) + fill(held, {"since": finding.held_seconds}, lang) + stop
    return text


def _blamed(finding: Finding, place: int, lang: str) -> str:
    """Whose fault it is, said before the headline (0) or the sentence (1)."""
    told = VERDICTS.get(str(finding.values.get("verdict")))
    return pick(told[place], lang) if told else ""


def _named(finding: Finding, text: str) -> str:
    return f"{clean(finding.name, len(WIDEST['name']))}: {text}" if finding.name else text


def trouble_sentence(trouble: Trouble, lang: str) -> str:
    """A trouble's sentence; an unknown reason as its code, so that nothing is lost."""
    row = REASONS.get(trouble.reason)
    return fill(row.sentence, trouble.values, lang) if row else trouble.reason


def step(finding: Finding, lang: str) -> str:
    """What to do first; empty for news."""
    return fill(ADVICE[finding.key].step, finding.values, lang)


def never(finding: Finding, lang: str) -> str:
    """What never to do; empty for news."""
    return fill(ADVICE[finding.key].never, finding.values, lang)


def owner(finding: Finding, lang: str) -> str:
    """Whose job it is; empty for news."""
    return pick(OWNERS[ADVICE[finding.key].owner], lang)
