"""XML Schema's simple values as Python's; what cannot be read is None.

Sources: XML Schema Part 2, 3.2.2 (boolean), 3.2.7 (dateTime), 3.2.9 (date).
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:\d\d)?", re.ASCII)
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?(Z|[+-]\d\d:\d\d)?", re.ASCII
)


def boolean(text: str | None) -> bool | None:
    """true, false, 1, 0."""
    return {"true": True, "1": True, "false": False, "0": False}.get((text or "").strip().lower())


def whole(text: str | None) -> int | None:
    """A number of a few digits, not negative."""
    stripped = (text or "").strip()
    return (
        int(stripped) if stripped.isascii() and stripped.isdigit() and len(stripped) < 10 else None
    )


def day(text: str | None) -> date | None:
    """A date, with or without a zone: `2028-03-27Z` is the day 2028-03-27."""
    found = _DATE.fullmatch((text or "").strip())
    if not found:
        return None
    try:
        return date.fromisoformat(found[1])
    except ValueError:
        return None


def moment(text: str | None) -> datetime | None:
    """A moment with its zone; one without a zone is taken as UTC, which Konnektors keep."""
    found = _MOMENT.fullmatch((text or "").strip())
    if not found:
        return None
    zone = "+00:00" if found[4] in (None, "Z") else found[4]
    try:
        read = datetime.fromisoformat(f"{found[1]}T{found[2]}.{found[3] or 0:0<6}{zone}")
        return read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
