"""A UPS card's SNMP answers to facts, by the tables in `mibs`: what to ask for, and what it means.

`ask` finds out once which families and objects a device has and remembers that as a recipe, so
that later runs ask once. `read` is pure: live answers and recordings go the same way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apowacht.mibs import VAGUE, Family, Flags, Row, Scale, are_families, day, families, uptime
from apowacht.mibs import text as text_form
from apowacht.plugins.core.errors import Garbled
from apowacht.plugins.read.ups_values import (
    age_days,
    battery_voltage,
    number,
    parse_date,
    percent,
    runtime,
    temperature,
    text,
    voltage,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime
    from typing import Protocol

    Value = int | bytes | str
    Answers = dict[str, Value]
    Recipe = dict[str, Any]

    class Session(Protocol):
        """What `ask` needs of `wire.snmp.Session`."""

        def get(self, oids: Sequence[str]) -> dict[str, Value]:
            """The objects that the device has."""

        def get_next(self, oids: Sequence[str]) -> dict[str, tuple[str, Value]]:
            """Each asked OID's successor and its value."""

        def walk(self, root: str, limit: int = 200) -> dict[str, Value]:
            """Everything below `root`."""


RECIPE_VERSION = 1
SYS_UPTIME = "1.3.6.1.2.1.1.3.0"
FIRST_CONTACT_CHUNK = 20  # small cards choke on more objects than that
RECIPE_CHUNK = 45
COLUMN_LIMIT = 40  # rows; phases are three, battery packs a few more
ALARM_LIMIT = 60

# A device that tells none of these is no UPS: a PDU, a transfer switch, a card without its UPS.
EVIDENCE = ("power_source", "battery_status", "charge_percent", "runtime_seconds", "load_percent")

FACTS = (
    "ups_name",
    "manufacturer",
    "model",
    "mib",
    "power_source",
    "battery_status",
    "charge_percent",
    "runtime_seconds",
    "load_percent",
    "battery_temperature_celsius",
    "input_voltage_volts",
    "battery_voltage_volts",
    "seconds_on_battery",
    "replace_battery",
    "battery_age_days",
    "selftest",
    "selftest_age_days",
    "alarms",
    "communication",
)

_TICKS_PER_DAY = 100 * 86400
_TICKS_WRAP = 2**32
_TICKS_JUST_NOW = 100 * 60
_TICKS_AHEAD = 100 * 3600


# --- asking -------------------------------------------------------------------------------------


def ask(session: Session, recipe: Recipe | None) -> tuple[Answers, Recipe]:
    """The device's answers (OID -> value), and the recipe by which to ask it the next time.

    With a recipe it is one GET of the objects that answered before (and the alarm table while
    there are alarms); if less than half of them come back, the device is discovered anew.
    Raises what the session raises.
    """
    if recipe is not None and _sound(recipe):
        answers = _get(session, recipe["oids"], RECIPE_CHUNK)
        if 2 * len(answers) >= len(recipe["oids"]):
            return answers | _alarm_rows(session, recipe["alarms"], answers), recipe
    return _discover(session)


def _sound(recipe: Recipe) -> bool:
    """Whether a remembered recipe is one of ours; a state file may hold anything."""
    names, oids, alarms = (recipe.get(key) for key in ("families", "oids", "alarms"))
    return (
        recipe.get("version") == RECIPE_VERSION
        and isinstance(names, list)
        and all(isinstance(name, str) for name in names)
        and are_families(names)
        and isinstance(alarms, list)
        and all(isinstance(pair, list) and len(pair) == 2 for pair in alarms)
        and isinstance(oids, list)
        and bool(oids)
        and _are_oids([*oids, *(oid for pair in alarms for oid in pair)])
    )


def _are_oids(words: Sequence[object]) -> bool:
    if not all(isinstance(word, str) for word in words):
        return False
    joined = ".".join(words)  # type: ignore[arg-type]
    return joined.replace(".", "").isdecimal() and ".." not in f".{joined}."


def _get(session: Session, oids: Sequence[str], chunk: int) -> Answers:
    answers: Answers = {}
    for start in range(0, len(oids), chunk):
        answers |= session.get(oids[start : start + chunk])
    return answers


def _alarm_rows(session: Session, tables: Iterable[Sequence[str]], known: Answers) -> Answers:
    """The alarm tables of the (count, table) pairs whose count is not 0, or not told."""
    rows: Answers = {}
    for count, table in tables:
        if number(known.get(count)) != 0:
            rows |= session.walk(table, ALARM_LIMIT)
    return rows


def _discover(session: Session) -> tuple[Answers, Recipe]:
    present = _present(session)
    rows = [row for family in present.values() for row in family.rows]
    instances = {oid: None for row in rows if not row.column for oid in row.oids}
    instances |= {f.alarms.count: None for f in present.values() if f.alarms}
    if any(row.meaning is uptime for row in rows):
        instances[SYS_UPTIME] = None
    answers = _get(session, list(instances), FIRST_CONTACT_CHUNK) if present else {}
    tables = [[f.alarms.count, f.alarms.table] for f in present.values() if f.alarms]
    # The table's first row, where one stands although there is no alarm (see _replace_battery).
    idle = [table for count, table in tables if number(answers.get(count)) == 0]
    answers |= _columns(session, sorted({row.oids[0] for row in rows if row.column}), idle)
    recipe = {
        "version": RECIPE_VERSION,
        "families": list(present),
        # A card that has lost its UPS just now is looked at anew the next time.
        "oids": list(answers) if any(_answered(row, answers) for row in rows) else [],
        "alarms": tables,
    }
    return answers | _alarm_rows(session, tables, answers), recipe


def _answered(row: Row, answers: Answers) -> bool:
    """Whether a row that makes a UPS got an answer."""
    if row.fact not in EVIDENCE:
        return False
    if row.column:
        return any(_below(oid, row.oids[0]) for oid in answers)
    return any(oid in answers for oid in row.oids)


def _present(session: Session) -> dict[str, Family]:
    """The families under whose root the device has something."""
    every = families()
    by_root = {family.root: name for name, family in every.items()}
    roots = sorted(by_root, key=_arcs)
    successors = session.get_next(roots)
    found = {by_root[root] for root, (oid, _) in successors.items() if _below(oid, root)}
    forward = all(_arcs(oid) > _arcs(root) for root, (oid, _) in successors.items())
    if not found and not (successors and forward):
        # An agent whose GETNEXT says nothing or goes backwards may still answer a GET.
        keys = {_key_object(family): name for name, family in every.items()}
        found = {keys[oid] for oid in _get(session, list(keys), FIRST_CONTACT_CHUNK)}
    return {name: family for name, family in every.items() if name in found}


def _key_object(family: Family) -> str:
    """An object that every device of the family has."""
    told = [row for row in family.rows if row.fact in EVIDENCE]
    scalars = [row.oids[0] for row in told if not row.column]
    return scalars[0] if scalars else told[0].oids[0] + ".1"


def _columns(session: Session, roots: Sequence[str], once: Sequence[str]) -> Answers:
    """The columns below `roots` and the first cells below `once`.

    They are walked side by side: one request per row, not per cell.
    """
    answers: Answers = {}
    cursors = {root: root for root in (*roots, *once)}
    for _ in range(COLUMN_LIMIT):
        if not cursors:
            break
        asked = list(cursors.items())
        successors: dict[str, tuple[str, Value]] = {}
        for start in range(0, len(asked), FIRST_CONTACT_CHUNK):
            part = asked[start : start + FIRST_CONTACT_CHUNK]
            successors |= session.get_next([cursor for _, cursor in part])
        cursors = {}
        for root, cursor in asked:
            oid, value = successors.get(cursor, ("", b""))
            if _below(oid, root) and _arcs(oid) > _arcs(cursor):
                answers[oid] = value
                if root not in once:
                    cursors[root] = oid
    return answers


def _below(oid: str, root: str) -> bool:
    return oid.startswith(root + ".")


def _arcs(oid: str) -> tuple[int, ...]:
    return tuple(int(arc) for arc in oid.split(".") if arc.isdigit())


# --- reading ------------------------------------------------------------------------------------


def read(
    answers: Mapping[str, Value], now: datetime, names: Iterable[str] | None = None
) -> dict[str, Any]:
    """The facts (keys: `FACTS`, units in their names) that the answers tell; None = not told.

    `names` are the families to look for (a recipe's), all of them without it. The vendor's tree
    is believed before RFC 1628, fact by fact. Raises Garbled("no_ups_mib") for a device that
    tells nothing a UPS would tell.
    """
    every = families(names)
    columns = _by_column(answers, every.values())
    told = _Told(
        [(family, rows) for family in every.values() if (rows := _told(family, answers, columns))]
    )
    facts: dict[str, Any] = dict.fromkeys(FACTS)
    _read_states(told, facts)
    _read_alarms(told, facts, _listed_alarms(every.values(), answers, columns))
    _read_names(told, facts)
    # A tree without a word on power or battery may hold the room's temperature, say: Eaton's
    # cards serve some objects of XUPS for their environment sensor only.
    told = told.of_a_ups()
    _read_measures(told, facts)
    _read_ages(told, facts, answers, now)
    if _fed_by_direct_current(facts):
        facts["power_source"] = "mains"
    facts["runtime_seconds"] = _runtime(told, facts)
    if told.leader:
        facts["mib"] = told.leader.name
        facts["manufacturer"] = facts["manufacturer"] or told.leader.manufacturer
    elif facts["communication"] != "lost":
        raise Garbled("no_ups_mib", phase="request")
    return facts


class _Told:
    """What each family's rows tell, families and rows in the order in which to believe them."""

    def __init__(self, families_told: list[tuple[Family, list[tuple[Row, list[Any]]]]]) -> None:
        self.families = families_told
        self._rows: dict[str, list[tuple[Row, list[Any]]]] = {}
        for _, rows in families_told:
            for entry in rows:
                self._rows.setdefault(entry[0].fact, []).append(entry)
        for found in self._rows.values():
            if len(found) > 1:
                found.sort(key=lambda entry: entry[0].weak)

    def rows(self, fact: str) -> Sequence[tuple[Row, list[Any]]]:
        """The rows that tell a fact, the weak ones at the end."""
        return self._rows.get(fact, ())

    def first(self, fact: str) -> Any:
        """The first word for a state; a vague one only if nobody is clearer."""
        words = self.all(fact)
        clear = (word for word in words if word not in VAGUE)
        return next(clear, words[0] if words else None)

    def all(self, fact: str) -> list[Any]:
        """Every value of a fact."""
        return [value for _, values in self.rows(fact) for value in values]

    def of_a_ups(self) -> _Told:
        """The families among them that tell something of a UPS."""
        return _Told([(family, rows) for family, rows in self.families if _is_evidence(rows)])

    @property
    def leader(self) -> Family | None:
        """The family that is believed first."""
        return self.families[0][0] if self.families else None


def _is_evidence(rows: Iterable[tuple[Row, list[Any]]]) -> bool:
    # Zeros prove nothing: cards without a UPS serve whole trees of them.
    return any(
        row.fact in EVIDENCE and any(value and value not in VAGUE for value in values)
        for row, values in rows
    )


def _by_column(answers: Mapping[str, Value], every: Iterable[Family]) -> dict[str, list[Value]]:
    """The values of every column that the families know, in the order of their indexes."""
    roots = {row.oids[0] for family in every for row in family.rows if row.column}
    roots |= {family.alarms.table for family in every if family.alarms}
    found: dict[str, list[tuple[tuple[int, ...], Value]]] = {}
    for oid, value in answers.items():
        root = oid
        for _ in range(4):  # indexes have one arc, or up to four: pack, cartridge and a .0
            root = root.rpartition(".")[0]
            if root in roots:
                found.setdefault(root, []).append((_arcs(oid), value))
                break
    return {
        root: [value for _, value in sorted(cells, key=_index)] for root, cells in found.items()
    }


def _index(cell: tuple[tuple[int, ...], Value]) -> tuple[int, ...]:
    return cell[0]


def _told(
    family: Family, answers: Mapping[str, Value], columns: Mapping[str, list[Value]]
) -> list[tuple[Row, list[Any]]]:
    """The family's rows that answered, each with its values in the fact's unit."""
    told = []
    for row in family.rows:
        if row.column:
            raw = columns.get(row.oids[0], [])
        else:
            raw = [answers[oid] for oid in row.oids if oid in answers]
        values = [value for each in raw for value in _values(row, each)]
        if values:
            told.append((row, values))
    return told


def _values(row: Row, raw: Value) -> list[Any]:
    """What one raw value says by its row: nothing, a value, or (flags) several."""
    meaning = row.meaning
    if meaning is text_form:
        return [raw]
    if isinstance(meaning, Flags):
        return _flagged(meaning, raw)
    figure = number(raw)
    if meaning is day:
        return [raw]
    if figure is not None and figure in row.unknown:
        return []
    if isinstance(meaning, Scale):
        return [] if figure is None else _measure(row, _tidy(figure * meaning.factor))
    if meaning is uptime:
        return [] if figure is None else [figure]
    code = _code(raw, figure)
    # A code that the vendor added later says nothing: the next object is asked.
    return [meaning[code]] if code in meaning else []  # type: ignore[index, operator]


def _code(raw: Value, figure: float | None) -> int | str:
    """A code as the tables have it: an integer, or a text in lower case."""
    if figure is not None and figure == int(figure):
        return int(figure)
    return " ".join((text(raw) or "").lower().split())


def _flagged(meaning: Flags, raw: Value) -> list[Any]:
    flags = raw.strip() if isinstance(raw, bytes) else b""
    if not flags or flags.strip(b"01"):
        return []  # «UNKNOWN», or not written in zeros and ones
    return [word for place, word in meaning.meanings.items() if flags[place : place + 1] == b"1"]


def _measure(row: Row, value: float) -> list[float]:
    """A measurement, or nothing where the number stands for «no value»."""
    kept: float | None = value
    if row.fact == "charge_percent":
        kept = percent(value)
    elif row.fact == "load_percent":
        kept = percent(value, 200)  # RFC 1628: overload reaches 200
    elif row.fact == "battery_temperature_celsius":
        kept = temperature(value)
    elif row.fact == "battery_voltage_volts":
        kept = battery_voltage(value)
    elif row.fact == "input_voltage_volts":
        kept = voltage(value)
    elif row.fact == "seconds_on_battery":
        kept = value if 0 <= value < 2**31 - 1 else None
    elif row.fact == "runtime_seconds":
        kept = runtime(value, on_mains=False)  # whether 0 is true is seen later, in context
    return [] if kept is None else [_tidy(kept)]


def _tidy(value: float) -> float:
    """Without the dust of multiplying by 0.1; whole numbers as int."""
    rounded = round(value, 3)
    return int(rounded) if rounded == int(rounded) else rounded


def _read_states(told: _Told, facts: dict[str, Any]) -> None:
    for fact in ("power_source", "battery_status", "selftest", "communication"):
        facts[fact] = told.first(fact)


def _read_measures(told: _Told, facts: dict[str, Any]) -> None:
    for fact in (
        "charge_percent",
        "battery_temperature_celsius",
        "battery_voltage_volts",
        "seconds_on_battery",
    ):
        facts[fact] = next((values[0] for _, values in told.rows(fact)), None)
    facts["load_percent"] = next((max(values) for _, values in told.rows("load_percent")), None)
    facts["input_voltage_volts"] = next(
        (values for _, values in told.rows("input_voltage_volts")), None
    )
    # A battery that is called normal is not empty: PowerNet says 0 for «not supported».
    if (
        facts["charge_percent"] == 0
        and facts["battery_status"] == "normal"
        and facts["power_source"] == "mains"
    ):
        facts["charge_percent"] = None


def _read_names(told: _Told, facts: dict[str, Any]) -> None:
    for fact in ("ups_name", "manufacturer", "model"):
        # A text ends at its first NUL; PowerWalker's VFI cards send NULs and rubbish after them.
        lines = (text(raw.split(b"\0")[0]) for raw in told.all(fact) if isinstance(raw, bytes))
        # Eaton's cards fill in «ID: <serial number> , Msg: ...»: that is nobody's name.
        facts[fact] = next((line for line in lines if line and not line.startswith("ID:")), None)


def _read_ages(
    told: _Told, facts: dict[str, Any], answers: Mapping[str, Value], now: datetime
) -> None:
    ages = (age_days(parse_date(raw, now), now) for raw in told.all("battery_age_days"))
    facts["battery_age_days"] = next((age for age in ages if age is not None), None)
    if facts["selftest"] == "never":
        return
    for row, values in told.rows("selftest_age_days"):
        if row.meaning is uptime:
            age = _age_of_stamp(values[0], number(answers.get(SYS_UPTIME)))
        else:
            age = age_days(parse_date(values[0], now), now)
        if age is not None:
            facts["selftest_age_days"] = age
            return


def _age_of_stamp(stamp: float, up: float | None) -> int | None:
    """Days since a moment given as sysUpTime, which starts again after 497 days.

    0 is «no test since the agent started»; all bits set and 2147483648 (Sinetica) are no stamps.
    Eaton's Network-MS cards give the moment of the question (9PX, 93E): neither is that one.
    """
    if up is None or stamp in (2**31 - 1, 2**31, 2**32 - 1) or not 0 < stamp < _TICKS_WRAP:
        return None
    ticks = (up - stamp) % _TICKS_WRAP
    if ticks < _TICKS_JUST_NOW or ticks > _TICKS_WRAP - _TICKS_AHEAD:
        return None
    return int(ticks / _TICKS_PER_DAY)


def _runtime(told: _Told, facts: Mapping[str, Any]) -> float | None:
    """The first runtime that is one; what 0 means depends on what else is known."""
    # Without a source, a battery that is called normal is taken to be on mains (NetVision 5).
    on_mains = facts["power_source"] != "battery"
    for _, values in told.rows("runtime_seconds"):
        seconds = runtime(
            values[0],
            on_mains=on_mains,
            charge_percent=facts["charge_percent"],
            battery_status=facts["battery_status"],
        )
        if seconds is not None:
            return _tidy(seconds)
    return None


# --- alarms -------------------------------------------------------------------------------------


class _Listed:
    """What the alarm tables say: `names`; `known` if any tells; `seen` if a table has rows."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.known = False
        self.seen = False


def _listed_alarms(
    every: Iterable[Family], answers: Mapping[str, Value], columns: Mapping[str, list[Value]]
) -> _Listed:
    tables = [family.alarms for family in every if family.alarms]
    words: dict[str, str | None] = {}
    for alarms in tables:
        words |= alarms.names
    listed = _Listed()
    for alarms in tables:
        count = number(answers.get(alarms.count))
        rows = columns.get(alarms.table, [])
        listed.known |= count is not None or bool(rows)
        listed.seen |= bool(rows)
        if count == 0:
            continue  # CE+T keeps 24 rows of 0.0 in the table, whatever the count
        oids = [oid for oid in (_alarm_oid(row) for row in rows) if oid]
        listed.names += [word for word in (_alarm_word(oid, words) for oid in oids) if word]
        if count and not rows:
            listed.names.append("unnamed_alarm")
    return listed


def _alarm_oid(raw: Value) -> str:
    """The OID in an alarm row, without the .0 that some agents add; empty for 0.0.0..."""
    oid = raw.strip(".") if isinstance(raw, str) else ""
    return oid.removesuffix(".0") if oid.strip("0.") else ""


def _alarm_word(oid: str, words: Mapping[str, str | None]) -> str | None:
    if oid in words:
        return words[oid]
    return "alarm_" + oid.removeprefix("1.3.6.1.4.1.").replace(".", "_")


def _read_alarms(told: _Told, facts: dict[str, Any], listed: _Listed) -> None:
    """Every alarm once, tables and flags together; [] only where a table or a count says so."""
    names = dict.fromkeys([*listed.names, *told.all("alarms")])
    facts["alarms"] = list(names) if names or listed.known else None
    facts["replace_battery"] = _replace_battery(told, names, listed)
    if "communications_lost" in names:
        facts["communication"] = "lost"


def _replace_battery(told: _Told, names: Mapping[str, Any], listed: _Listed) -> bool | None:
    """Whether the battery wants replacing: one yes, from anywhere, is enough.

    RFC 1628 has no object for it, only an alarm: a table with rows of which none is that alarm
    says no; a mere count of 0 does not, for many cards never list it.
    """
    if "battery_bad" in names:
        return True
    flags = told.all("replace_battery")
    if flags:
        return any(flags)
    return False if listed.seen else None


# --- inverters fed by direct current ------------------------------------------------------------


def _fed_by_direct_current(facts: Mapping[str, Any]) -> bool:
    """Whether «on battery» is this device's everyday life: an inverter on a DC supply (CE+T).

    Only a device that calls itself an inverter can be one, and everything else must be calm:
    battery normal, no seconds on battery, an agent that counts its alarms and has none, and an
    input voltage that is plainly there. In a power cut the input is gone at once, so a UPS is
    never taken for one, and neither is such an inverter when its DC supply fails.
    """
    return (
        facts["power_source"] == "battery"
        and "inverter" in str(facts["model"]).lower()
        and facts["battery_status"] == "normal"
        and not facts["seconds_on_battery"]
        and facts["alarms"] == []
        and max(facts["input_voltage_volts"] or [0]) > 80
    )
