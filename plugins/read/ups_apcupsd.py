"""What the status of apcupsd says about a UPS.

Names and units are those of the apcupsd manual; the bits of STATFLAG those of its sources. Samples
of releases from 3.7 to 3.14 are understood.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apowacht.plugins.read import ups_values as values

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

# Bits of STATFLAG, and the words that STATUS has for the same.
_FLAGS = {
    0x001: "CAL",
    0x002: "TRIM",
    0x004: "BOOST",
    0x008: "ONLINE",
    0x010: "ONBATT",
    0x020: "OVERLOAD",
    0x040: "LOWBATT",
    0x080: "REPLACEBATT",
    0x100: "COMMLOST",
    0x200: "SHUTTING",
}
# Words of STATUS without a bit that all releases set.
_WORDS_ONLY = frozenset({"NOBATT", "COMMLOST", "SELFTEST"})

_ALARMS = {
    "OVERLOAD": "output_overload",
    "NOBATT": "no_battery",
    "SHUTTING": "shutdown_imminent",
}

# NO is «no result to hand»: many UPS forget it minutes after the test. So it is not «never».
_SELFTESTS = {
    "OK": "passed",
    "WN": "warning",
    "BT": "failed",  # the battery had not enough capacity
    "NG": "failed",
    "IP": "in_progress",
}


def read(fields: Mapping[str, str], now: date) -> dict[str, Any]:
    """The facts (`ups_values.FACTS`) in the fields of a status, at the moment `now`.

    `fields` is what `wire.apcupsd.ask` or `parse_status` gives. While apcupsd has lost the UPS it
    goes on telling the last values it knew: nothing of them is used.
    """
    facts: dict[str, Any] = dict.fromkeys(values.FACTS)
    facts["ups_name"] = values.text(fields.get("UPSNAME"))
    facts["model"] = values.text(fields.get("MODEL")) or values.text(fields.get("APCMODEL"))
    words = _words(fields)
    facts["communication"] = "lost" if "COMMLOST" in words else "ok"
    if "COMMLOST" in words:
        return facts

    _status(facts, fields, words)
    _numbers(facts, fields)
    replaced = values.parse_date(fields.get("BATTDATE"), now)
    facts["battery_age_days"] = values.age_days(replaced, now)
    tested = values.parse_date(fields.get("LASTSTEST"), now)
    facts["selftest_age_days"] = values.age_days(tested, now)
    return facts


def _words(fields: Mapping[str, str]) -> frozenset[str]:
    told = frozenset(fields.get("STATUS", "").upper().split())
    try:
        flags = int(fields.get("STATFLAG", "").split()[0], 16)
    except (ValueError, IndexError):
        return told
    return frozenset(word for bit, word in _FLAGS.items() if flags & bit) | (told & _WORDS_ONLY)


def _status(facts: dict[str, Any], fields: Mapping[str, str], words: frozenset[str]) -> None:
    result = _SELFTESTS.get(fields.get("SELFTEST", "").upper()[:2])
    selftest = "in_progress" if words & {"CAL", "SELFTEST"} else result
    volts = values.voltage(values.number(fields.get("LINEV")))
    dead = volts is not None and volts < values.DEAD_INPUT_VOLTS
    # A test runs from the battery on purpose and is no power cut; a result alone may be stuck, so
    # it is believed only with a live input. What no test does is real: no mains, a low battery.
    real = "ONBATT" in words and (dead or "LOWBATT" in words)
    if real and selftest == "in_progress":
        selftest = None
    testing = selftest == "in_progress" and (volts is not None or bool(words & {"CAL", "SELFTEST"}))
    facts["selftest"] = selftest
    facts["power_source"] = source = _power_source(words, testing)
    # 0 V while the load hangs on that input: a voltage which the UPS does not measure.
    unknown = volts is None or (dead and source == "mains")
    facts["input_voltage_volts"] = None if unknown else [volts]
    if not words:
        return
    facts["battery_status"] = "low" if "LOWBATT" in words else "normal"
    facts["replace_battery"] = "REPLACEBATT" in words
    facts["alarms"] = [name for word, name in _ALARMS.items() if word in words]
    if source == "battery":
        facts["charging"] = False


def _power_source(words: frozenset[str], testing: bool) -> str | None:
    if "ONBATT" in words:
        return "mains" if testing else "battery"
    return "mains" if words & {"ONLINE", "TRIM", "BOOST", "CAL"} else None


def _numbers(facts: dict[str, Any], fields: Mapping[str, str]) -> None:
    def figure(name: str) -> float | None:
        return values.number(fields.get(name))

    facts["charge_percent"] = values.percent(figure("BCHARGE"))
    facts["load_percent"] = values.percent(figure("LOADPCT"), values.LARGEST_LOAD_PERCENT)
    minutes = figure("TIMELEFT")
    source = facts["power_source"]
    facts["runtime_seconds"] = values.runtime(
        None if minutes is None else minutes * 60,
        on_mains=None if source is None else source == "mains",
        charge_percent=facts["charge_percent"],
        battery_status=facts["battery_status"],
    )
    # «Internal»: the sensor sits in the case, next to the battery.
    facts["battery_temperature_celsius"] = values.temperature(figure("ITEMP"))
    facts["battery_voltage_volts"] = values.battery_voltage(figure("BATTV"))
    if source == "battery":
        facts["seconds_on_battery"] = values.elapsed(figure("TONBATT"))
