"""What the variables of NUT say about a UPS.

Names, units and the words of `ups.status` are those of the NUT developer guide; what is done with
the odd ones was seen in its library of device dumps.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from apowacht.plugins.read import ups_values as values

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

_COMMUNICATION = {"DATA-STALE": "stale", "DRIVER-NOT-CONNECTED": "lost"}
# WAIT: upsd has just reached the driver and knows nothing yet.
_SILENT_WORDS = {"WAIT": "stale", "COMMLOST": "lost", "COMMBAD": "lost", "NOCOMM": "lost"}

_TEST_WORDS = frozenset({"CAL", "TEST"})
_LOW_WORDS = frozenset({"LB", "FSD"})
_MAINS_WORDS = frozenset({"OL", "TRIM", "BOOST", "ECO", "HE"})

# Words of `ups.status` that are alarms; the others have a fact of their own.
_STATUS_ALARMS = {"OVER": "output_overload", "FSD": "shutdown_imminent"}

# Phrases of `ups.alarm`, as drivers write them, to RFC 1628's names or ones of the same kind;
# the first that fits names the alarm, so the more special ones stand first.
_ALARMS = (
    (r"charger", "charger_failed"),
    (r"replace batt|batt.*(bad|worn|aging|fault|fail|weak)|bad batt", "battery_bad"),
    (r"no batt|batt.*not (present|installed)", "no_battery"),
    (r"batt.*disconnect", "battery_disconnected"),
    (r"batt.*voltage.*(low|under)", "battery_voltage_low"),
    (r"batt.*voltage.*(high|over)", "battery_voltage_high"),
    (r"deplet", "depleted_battery"),
    (r"low batt|batt.*low", "low_battery"),
    (r"on batt", "on_battery"),
    (r"overload", "output_overload"),
    (r"shutdown imminent", "shutdown_imminent"),
    (r"shutdown pending", "shutdown_pending"),
    (r"await", "awaiting_power"),
    (r"\bfan", "fan_failure"),
    (r"fuse", "fuse_failure"),
    (r"temp|overheat", "temp_bad"),
    (r"comm", "communications_lost"),
    (r"bypass.*(bad|fail|out of)", "bypass_bad"),
    (r"bypass", "on_bypass"),
    (r"test.*fail", "diagnostic_test_failed"),
    (r"test.*progress", "test_in_progress"),
    (r"output off as requested", "output_off_as_requested"),
    (r"ups off as requested", "ups_off_as_requested"),
    (r"output off", "ups_output_off"),
    (r"system off", "ups_system_off"),
    (r"building alarm", "building_alarm"),
    (r"wiring", "site_wiring_fault"),
    (r"input|utility", "input_bad"),
    (r"output|short.?circuit", "output_bad"),
    (r"general fault", "general_fault"),
    (r"internal|hardware", "internal_failure"),
)
_NO_ALARM = frozenset({"none", "no", "ok", "normal", "no alarm", "no alarms", "n/a"})
_LONGEST_ALARM = 40

# Texts of `ups.test.result`. APC's NO is «no result to hand», which is not «never»; an invalid or
# a planned test says nothing of the battery.
_TEST_RESULTS: tuple[tuple[str, str | None], ...] = (
    (r"^no$|invalid|scheduled|unknown|^n/a$|\?", None),
    (r"no ?test|not ?(initiated|performed|started)|none|never", "never"),
    (r"in ?progress|running|^ip$", "in_progress"),
    (r"abort|cancel|inhibit|not ?possible|refus", "aborted"),
    (r"warn|^wn$", "warning"),
    (r"no ?(error|fault)", "passed"),
    (r"fail|error|not ?(pass|ok)|bad|^ng$|^bt$", "failed"),
    (r"pass|ok|success|good", "passed"),
)

_IDLE_CHARGER = frozenset({"discharging", "resting", "floating"})
_INPUT_NAMES = (
    tuple(f"input.L{phase}-N.voltage" for phase in (1, 2, 3)),
    tuple(f"input.L{phase}.voltage" for phase in (1, 2, 3)),
    ("input.voltage",),
    ("input.L1-L2.voltage", "input.L2-L3.voltage", "input.L3-L1.voltage"),
)
_LOAD_NAMES = ("ups.load", *(f"output.L{phase}.power.percent" for phase in (1, 2, 3)))


def read(variables: Mapping[str, str], now: date, name: str | None = None) -> dict[str, Any]:
    """The facts (`ups_values.FACTS`) in the variables of one UPS, at the moment `now`.

    `variables` is what `wire.nut.ask` gives for a UPS: {"error": ...} tells why there are none.
    `name` is what the server calls the UPS.
    """
    facts: dict[str, Any] = dict.fromkeys(values.FACTS)
    facts["ups_name"] = values.text(name) or values.text(variables.get("ups.id"))
    facts["manufacturer"] = _first_text(variables, "device.mfr", "ups.mfr")
    facts["model"] = _first_text(variables, "device.model", "ups.model")
    words = frozenset(variables.get("ups.status", "").upper().split())
    facts["communication"] = _communication(variables, words)
    if facts["communication"] != "ok":
        return facts

    _status(facts, variables, words)
    _numbers(facts, variables)
    _ages(facts, variables, now)
    return facts


def selftest_result(text: str) -> str | None:
    """What a text about the last self-test says, as a word of the fact `selftest`."""
    result = text.strip().lower()
    if not result:
        return None
    return next((word for form, word in _TEST_RESULTS if re.search(form, result)), None)


def _communication(variables: Mapping[str, str], words: frozenset[str]) -> str:
    if error := variables.get("error"):
        return _COMMUNICATION.get(error, "lost")
    for word, meaning in _SILENT_WORDS.items():
        if word in words:
            return meaning
    # Since NUT 2.8.1 a driver says that it is looking for its device again.
    return "stale" if variables.get("driver.state", "").startswith("reconnect") else "ok"


def _status(facts: dict[str, Any], variables: Mapping[str, str], words: frozenset[str]) -> None:
    result = selftest_result(variables.get("ups.test.result", ""))
    selftest = "in_progress" if words & _TEST_WORDS else result
    voltages = _input_voltages(variables)
    dead = voltages is not None and max(voltages) < values.DEAD_INPUT_VOLTS
    source = _power_source(words, dead, selftest == "in_progress" and voltages is not None)
    # 0 V while the load hangs on that input: a voltage which the driver does not know.
    facts["input_voltage_volts"] = None if dead and source == "mains" else voltages
    facts["power_source"] = source
    # A test is quiet, so it must not hide what no test does: take the mains away, empty the
    # battery, switch the load off or past the inverter.
    real = source in ("off", "bypass") or (source == "battery" and (dead or words & _LOW_WORDS))
    facts["selftest"] = None if real and selftest == "in_progress" else selftest
    if not words:
        return  # four dumps have an empty status: then nothing is known, and nothing is «normal»
    facts["battery_status"] = "low" if "LB" in words else "normal"
    facts["charging"] = _charging(variables, words)
    facts["alarms"] = _alarms(variables.get("ups.alarm", ""), words)
    bad_packs = values.number(variables.get("battery.packs.bad")) or 0
    facts["replace_battery"] = "RB" in words or "battery_bad" in facts["alarms"] or bad_packs > 0


def _power_source(words: frozenset[str], dead: bool, tested: bool) -> str | None:
    """Where the load's power comes from.

    `dead`: the input is told to have no voltage. `tested`: it has one, and a self-test runs.
    """
    if "OFF" in words:
        return "off"
    if "BYPASS" in words:
        return "bypass"
    if "OB" not in words:
        return "mains" if words & (_MAINS_WORDS | _TEST_WORDS) else None
    if dead:
        return "battery"
    if "OL" in words:  # «OL OB» was recorded from UPS that were on mains
        return "mains"
    if words & _LOW_WORDS:
        return "battery"
    # A test runs from the battery on purpose and is no power cut. Results stick at «In progress»
    # on some UPS, so a result alone is believed only with a live input.
    return "mains" if words & _TEST_WORDS or tested else "battery"


def _charging(variables: Mapping[str, str], words: frozenset[str]) -> bool | None:
    if "CHRG" in words:
        return True
    idle = variables.get("battery.charger.status", "").lower() in _IDLE_CHARGER
    return False if idle or words & {"DISCHRG", "OB"} else None


def _alarms(text: str, words: frozenset[str]) -> list[str]:
    names = [name for word, name in _STATUS_ALARMS.items() if word in words]
    phrases = [phrase.strip() for phrase in re.split(r"[!;|\[\]\n]+", text.lower())]
    named = [_alarm(phrase) for phrase in phrases if phrase and phrase not in _NO_ALARM]
    if "ALARM" in words and not named:
        named = ["ups_alarm"]
    return list(dict.fromkeys(names + named))


def _alarm(phrase: str) -> str:
    for form, name in _ALARMS:
        if re.search(form, phrase):
            return name
    return re.sub(r"[^a-z0-9]+", "_", phrase)[:_LONGEST_ALARM].strip("_") or "ups_alarm"


def _numbers(facts: dict[str, Any], variables: Mapping[str, str]) -> None:
    def figure(name: str) -> float | None:
        return values.number(variables.get(name))

    facts["charge_percent"] = values.percent(figure("battery.charge"))
    source = facts["power_source"]
    facts["runtime_seconds"] = values.runtime(
        figure("battery.runtime"),
        on_mains=None if source is None else source != "battery",
        charge_percent=facts["charge_percent"],
        battery_status=facts["battery_status"],
    )
    loads = [values.percent(figure(n), values.LARGEST_LOAD_PERCENT) for n in _LOAD_NAMES]
    facts["load_percent"] = max((load for load in loads if load is not None), default=None)
    # The battery's own sensor, else the one in the case around it: most drivers know only
    # ups.temperature. The room's, ambient.temperature, says nothing of the battery.
    inside = (values.temperature(figure(f"{place}.temperature")) for place in ("battery", "ups"))
    facts["battery_temperature_celsius"] = next((t for t in inside if t is not None), None)
    facts["battery_voltage_volts"] = values.battery_voltage(figure("battery.voltage"))


def _input_voltages(variables: Mapping[str, str]) -> list[float] | None:
    for names in _INPUT_NAMES:
        volts = [values.voltage(values.number(variables.get(name))) for name in names]
        if told := [value for value in volts if value is not None]:
            return told
    return None


def _ages(facts: dict[str, Any], variables: Mapping[str, str], now: date) -> None:
    # battery.date is the day of the last replacement; where it is none, the factory's day counts.
    days = (values.parse_date(variables.get(f"battery.{day}"), now) for day in ("date", "mfr.date"))
    facts["battery_age_days"] = values.age_days(next((day for day in days if day), None), now)
    if facts["selftest"] != "never":
        tested = values.parse_date(variables.get("ups.test.date"), now)
        facts["selftest_age_days"] = values.age_days(tested, now)


def _first_text(variables: Mapping[str, str], *names: str) -> str | None:
    texts = (values.text(variables.get(name)) for name in names)
    return next((text for text in texts if text), None)
