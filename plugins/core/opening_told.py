"""What a user may write for holidays, closed days, duty and the time zone."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from apowacht.plugins.core.errors import OwnTrouble

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from apowacht.plugins.core.duty import Duty
    from apowacht.plugins.core.hours import Hours
    from apowacht.plugins.core.opening import Land, Opening

LANDS = {
    "BB": "Brandenburg",
    "BE": "Berlin",
    "BW": "Baden-Württemberg",
    "BY": "Bayern",
    "HB": "Bremen",
    "HE": "Hessen",
    "HH": "Hamburg",
    "MV": "Mecklenburg-Vorpommern",
    "NI": "Niedersachsen",
    "NW": "Nordrhein-Westfalen",
    "RP": "Rheinland-Pfalz",
    "SH": "Schleswig-Holstein",
    "SL": "Saarland",
    "SN": "Sachsen",
    "ST": "Sachsen-Anhalt",
    "TH": "Thüringen",
}
CITY = "Augsburg"  # the one city with a public holiday of its own
CATHOLIC = ("-katholisch", "-catholic")
WITH_CATHOLIC = ("BY", "SN", "TH")
LONGEST_DAYS = 366
ZONES = "/usr/share/zoneinfo"
_GERMAN = re.compile(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})", re.ASCII)
_ISO = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*", re.ASCII)


def read_hours(text: str) -> Hours:
    """See `Hours.parse`."""
    from apowacht.plugins.core.hours import Hours

    return Hours.parse(text)


def read_holidays(text: str) -> Land:
    """`SH`, `DE-SH`, `Schleswig-Holstein`, `BY-katholisch` or `Augsburg`, in any case.

    Holidays of a part of a Land (Bavaria's Mariä Himmelfahrt, Fronleichnam in parts of Saxony and
    Thuringia) count with `-katholisch` only: a working day that is taken for a holiday would hide
    faults. Raises OwnTrouble("holidays_land", text, hint, known).
    """
    from apowacht.plugins.core.opening import Land

    word = text.strip().casefold()
    catholic = word.endswith(CATHOLIC)
    bare = word.rpartition("-")[0] if catholic else word
    bare = bare.removeprefix("de-")
    codes = {form.casefold(): code for code, name in LANDS.items() for form in (code, name)}
    if bare == CITY.casefold() and not catholic:
        return Land(CITY)
    code = codes.get(bare)
    if code is not None and (not catholic or code in WITH_CATHOLIC):
        return Land(code, catholic)
    known = ", ".join(LANDS)
    raise OwnTrouble("holidays_land", text=text[:40], hint=_near_land(bare, codes), known=known)


def _near_land(word: str, codes: dict[str, str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word[:40], codes, 1, 0.5)
    return f" ({codes[near[0]]}?)" if near else ""


def read_closed(text: str) -> tuple[date, date]:
    """First and last of `2026-12-24`, `24.12.2026` or `2026-08-01..2026-08-14`.

    Raises OwnTrouble: "closed_syntax" (text), "closed_order" (text), "closed_long" (text, most).
    """
    first, dots, last = (part.strip() for part in text.strip().partition(".."))
    begin = _day(first)
    end = _day(last.removeprefix(".")) if dots else begin
    if begin is None or end is None:
        raise OwnTrouble("closed_syntax", text=text[:40])
    if end < begin:
        raise OwnTrouble("closed_order", text=text[:40])
    if (end - begin).days >= LONGEST_DAYS:
        raise OwnTrouble("closed_long", text=text[:40], most=LONGEST_DAYS)
    return begin, end


def _day(text: str) -> date | None:
    from datetime import date

    german = _GERMAN.fullmatch(text)
    try:
        if german:
            day, month, year = map(int, german.groups())
            return date(year, month, day)
        return date.fromisoformat(text) if _ISO.fullmatch(text) else None
    except ValueError:
        return None


def read_duty(text: str) -> Duty:
    """The roster in a file, which is read when it is needed."""
    from apowacht.plugins.core.duty import Duty

    return Duty(text)


def read_timezone(text: str) -> str:
    """The name of a time zone. Raises OwnTrouble("timezone_unknown", text, hint).

    A look at the system's files saves a run that goes well from loading the zone.
    """
    known = len(text) < 64 and _ZONE.fullmatch(text) is not None
    if known and os.path.isfile(f"{ZONES}/{text}"):
        return text
    from zoneinfo import ZoneInfo

    try:
        if known:
            return ZoneInfo(text).key
    except (LookupError, ValueError, OSError):
        pass
    raise OwnTrouble("timezone_unknown", text=text[:40], hint=_near_zone(text[:40]))


def _near_zone(text: str) -> str:
    from difflib import get_close_matches
    from zoneinfo import available_timezones

    forms = {name.casefold(): name for name in sorted(available_timezones() - {"localtime"})}
    cities = {name.rpartition("/")[2]: name for name in forms}
    word = text.strip().casefold()
    for table in (forms, cities):
        near = get_close_matches(word, table, 1, 0.75)
        if near:
            found = forms[near[0]] if table is forms else forms[cities[near[0]]]
            return f" ({found}?)"
    return ""


READERS: dict[str, Callable[[str], Any]] = {
    "hours": read_hours,
    "holidays": read_holidays,
    "closed": read_closed,
    "duty": read_duty,
    "timezone": read_timezone,
}


def read(
    *,
    hours: str | None = None,
    holidays: str | None = None,
    closed: Iterable[str] = (),
    duty: str | None = None,
    timezone: str | None = None,
) -> Opening | None:
    """The opening that these texts tell, None when they tell none; `timezone` None is this
    computer's clock. Raises OwnTrouble for what is not understood."""
    from apowacht.plugins.core.opening import Opening

    told = {"hours": hours, "holidays": holidays, "duty": duty, "timezone": timezone}
    values = {name: READERS[name](text) for name, text in told.items() if text is not None}
    return Opening.of({**values, "closed": tuple(map(read_closed, closed))})
