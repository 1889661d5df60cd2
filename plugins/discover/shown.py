"""What a device told, fit for a comment or a summary: one line, no numbers of persons."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from apowacht.plugins.core.secret import MASK
from apowacht.plugins.core.words import clean, day, reason, trouble_sentence

if TYPE_CHECKING:
    from apowacht.plugins.core.errors import Trouble
    from apowacht.plugins.discover.connector import Connector
    from apowacht.plugins.discover.router import Router
    from apowacht.plugins.discover.ups import Ups

# A run of digits as long as this is a card's, a device's or a person's number.
_NUMBER = re.compile(r"\d{8,}")


def told(text: object, width: int = 60) -> str:
    """Foreign text made harmless: one line, not too long, long numbers masked."""
    return clean(_NUMBER.sub(MASK, str(text)), width).strip()


def joined(*parts: object) -> str:
    """The parts that are there, with commas; the same one not twice."""
    shown = [told(part) for part in parts if part]
    return ", ".join(dict.fromkeys(part for part in shown if part))


def connector(found: Connector) -> str:
    """Vendor, product, firmware, hardware."""
    name = joined(found.vendor, found.product)
    firmware = f"Firmware {told(found.firmware)}" if found.firmware else None
    hardware = f"Hardware {told(found.hardware)}" if found.hardware else None
    return ", ".join(filter(None, (name, firmware, hardware)))


def ups(found: Ups) -> str:
    """Maker, model, and the family of its SNMP card."""
    reading = found.reading
    return joined(reading.get("manufacturer"), reading.get("model"), reading.get("mib"))


def router(found: Router) -> str:
    """Family, model, firmware."""
    model = told(found.model) if found.model else None
    family = None if model and found.family and model.startswith(found.family) else found.family
    firmware = f"FRITZ!OS {_fritz_os(told(found.firmware))}" if found.firmware else None
    return ", ".join(filter(None, (family and told(family), model, firmware)))


def _fritz_os(display: str) -> str:
    """The version as its maker writes it: `154.08.02`, with the model's number, is 8.02."""
    parts = display.split(".")
    return f"{int(parts[1])}.{parts[2]}" if len(parts) == 3 and parts[1].isdecimal() else display


def why(trouble: Trouble, lang: str) -> str:
    """A trouble's sentence."""
    return told(trouble_sentence(trouble, lang), 200)


def short(trouble: Trouble, lang: str) -> str:
    """The same in a few words."""
    return told(reason(trouble, lang), 100)


def date(text: str | None, lang: str) -> str:
    """A day in ISO form as its readers write it; a question mark for none."""
    from datetime import date as day_of

    try:
        return day(day_of.fromisoformat((text or "")[:10]), lang)
    except ValueError:
        return "?"
