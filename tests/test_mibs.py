"""The MIB tables, what is asked of a card, and every quirk that recorded cards have shown."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apowacht.mibs import Family, Flags, Form, Scale, families, family_names
from apowacht.plugins.core.errors import Garbled
from apowacht.plugins.read.ups_snmp import FACTS, RECIPE_VERSION, ask, read

if TYPE_CHECKING:
    from collections.abc import Sequence

    Value = int | bytes | str

NOW = datetime(2026, 11, 24, 12, 0)
RFC = "1.3.6.1.2.1.33.1."
APC = "1.3.6.1.4.1.318.1.1.1."
MGE = "1.3.6.1.4.1.705.1."
XUPS = "1.3.6.1.4.1.534.1."
CPS = "1.3.6.1.4.1.3808.1.1.1."
XPPC = "1.3.6.1.4.1.935.1.1.1."
EPPC = "1.3.6.1.4.1.935.10.1.1."
SOCOMEC = "1.3.6.1.4.1.4555.1.1.7.1."
TRIPP = "1.3.6.1.4.1.850.1.1.3.1.3."
LIEBERT = "1.3.6.1.4.1.476.1.42.3.9.20.1.20.1.2."
HUAWEI = "1.3.6.1.4.1.2011.6.174.1."
DELTA = "1.3.6.1.4.1.2254.2.4."
UPTIME = "1.3.6.1.2.1.1.3.0"

HEALTHY: dict[str, Value] = {
    RFC + "1.1.0": b"Example",
    RFC + "1.2.0": b"Model 1000",
    RFC + "1.5.0": b"usv-keller",
    RFC + "2.1.0": 2,
    RFC + "2.2.0": 0,
    RFC + "2.3.0": 35,
    RFC + "2.4.0": 100,
    RFC + "2.5.0": 273,
    RFC + "2.7.0": 24,
    RFC + "3.3.1.3.1": 231,
    RFC + "4.1.0": 3,
    RFC + "4.4.1.5.1": 22,
    RFC + "6.1.0": 0,
}


class Agent:
    """A card that answers from a table, and writes down what it was asked."""

    def __init__(self, objects: dict[str, Value]) -> None:
        self.objects = dict(objects)
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def get(self, oids: Sequence[str]) -> dict[str, Value]:
        """What there is of these."""
        self.asked.append(("get", tuple(oids)))
        return {oid: self.objects[oid] for oid in oids if oid in self.objects}

    def get_next(self, oids: Sequence[str]) -> dict[str, tuple[str, Value]]:
        """The successor of each."""
        self.asked.append(("next", tuple(oids)))
        order = sorted(self.objects, key=arcs)
        found = {oid: next((o for o in order if arcs(o) > arcs(oid)), None) for oid in oids}
        return {oid: (after, self.objects[after]) for oid, after in found.items() if after}

    def walk(self, root: str, limit: int = 200) -> dict[str, Value]:
        """Everything below."""
        self.asked.append(("walk", (root,)))
        below = [oid for oid in sorted(self.objects, key=arcs) if oid.startswith(root + ".")]
        return {oid: self.objects[oid] for oid in below[:limit]}


class BackwardAgent(Agent):
    """A card whose GETNEXT always gives its first object."""

    def get_next(self, oids: Sequence[str]) -> dict[str, tuple[str, Value]]:
        """The same for each."""
        self.asked.append(("next", tuple(oids)))
        first = min(self.objects, key=arcs)
        return dict.fromkeys(oids, (first, self.objects[first]))


def arcs(oid: str) -> tuple[int, ...]:
    """An OID as numbers."""
    return tuple(map(int, oid.split(".")))


def rfc(changes: dict[str, Value | None]) -> dict[str, Any]:
    """The facts of a healthy RFC 1628 card after some changes; None takes an object away."""
    objects = HEALTHY | {RFC + oid: value for oid, value in changes.items() if value is not None}
    for oid, value in changes.items():
        if value is None:
            del objects[RFC + oid]
    return read(objects, NOW)


def card(root: str, objects: dict[str, Value]) -> dict[str, Any]:
    """The facts of a card that has these objects below `root`."""
    return read({root + oid: value for oid, value in objects.items()}, NOW)


# The tables


@pytest.mark.parametrize("name", family_names())
def test_family_is_sound(name: str) -> None:
    """Each family's rows tell known facts, by OIDs below its root, with meanings that are known."""
    family = families([name])[name]
    assert isinstance(family, Family)
    for row in family.rows:
        assert row.fact in FACTS
        assert row.name
        assert all(oid.startswith(family.root + ".") for oid in row.oids)
        assert isinstance(row.meaning, Scale | Flags | Form | dict)
        assert not (row.column and len(row.oids) > 1)


def test_enumerations_use_the_contract_words() -> None:
    """What codes are called is one of the words that the facts may hold."""
    words: dict[str, set[bool | str]] = {
        "power_source": {"mains", "battery", "bypass", "off", "other"},
        "battery_status": {"normal", "low", "depleted", "unknown"},
        "selftest": {"passed", "warning", "failed", "aborted", "in_progress", "never"},
        "communication": {"ok", "stale", "lost"},
        "replace_battery": {True, False},
    }
    for family in families().values():
        for row in family.rows:
            if isinstance(row.meaning, dict) and row.fact in words:
                assert set(row.meaning.values()) <= words[row.fact], (family.name, row.name)


def test_families_are_known_by_different_names_roots_and_ranks() -> None:
    """No two families share a name, a root or a rank, and none lies below another's root."""
    every = list(families().values())
    assert len({f.name for f in every}) == len({f.order for f in every}) == len(every) >= 16
    roots = [f.root + "." for f in every]
    assert not [(a, b) for a in roots for b in roots if a != b and a.startswith(b)]


def test_rfc_1628_is_believed_last() -> None:
    """Every vendor's tree comes before UPS-MIB."""
    assert list(families().values())[-1].name == "UPS-MIB"


def test_new_family_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file dropped into the package is found, asked and read without touching anything else."""
    import apowacht.mibs

    (tmp_path / "acme_mib.py").write_text(
        "from apowacht.mibs import Family, percent, scalar\n"
        "FAMILY = Family('ACME-MIB', '1.3.6.1.4.1.99999.1',\n"
        "    (scalar('charge_percent', 'acmeCharge', '1', percent),), order=5)\n"
    )
    monkeypatch.setattr(apowacht.mibs, "__path__", [*apowacht.mibs.__path__, str(tmp_path)])
    agent = Agent({"1.3.6.1.4.1.99999.1.1.0": 64})
    answers, recipe = ask(agent, None)
    assert recipe["families"] == ["acme_mib"]
    assert read(answers, NOW)["mib"] == "ACME-MIB"


def test_reading_with_names_imports_only_those_families() -> None:
    """With a recipe's names no other family's file is loaded: a run with a recipe stays cheap."""
    code = (
        "import sys; from datetime import datetime\n"
        "from apowacht.plugins.read.ups_snmp import read\n"
        f"read({HEALTHY!r}, datetime(2026, 1, 1), ['ups_mib'])\n"
        "print(sorted(m for m in sys.modules if m.startswith('apowacht.mibs.')))"
    )
    import apowacht.mibs

    folder = Path(apowacht.mibs.__path__[0]).parent.parent
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(folder)},
    )
    assert done.stdout.strip() == "['apowacht.mibs.ups_mib']"


def test_no_serial_number_is_asked_for() -> None:
    """No row names an object that holds a serial number."""
    names = [row.name.lower() for family in families().values() for row in family.rows]
    assert not [name for name in names if "serial" in name]


# Asking


def test_first_contact_asks_once_which_families_there_are() -> None:
    """One GETNEXT over every root; then only the families that are there are asked."""
    agent = Agent(HEALTHY)
    answers, recipe = ask(agent, None)
    kind, roots = agent.asked[0]
    assert kind == "next"
    assert set(roots) == {family.root for family in families().values()}
    assert list(roots) == sorted(roots, key=arcs)
    assert recipe["families"] == ["ups_mib"]
    assert read(answers, NOW) == read(HEALTHY, NOW)
    assert all(oid.startswith((RFC, UPTIME)) for _, oids in agent.asked[1:] for oid in oids if oid)


def test_first_contact_keeps_requests_small() -> None:
    """No request of the first contact has more than 20 objects."""
    agent = Agent(HEALTHY | {APC + "4.1.1.0": 2, XUPS + "4.5.0": 3, MGE + "7.3.0": 2})
    ask(agent, None)
    assert max(len(oids) for _, oids in agent.asked) <= 20


def test_columns_are_walked_side_by_side() -> None:
    """Three phases of voltage and load cost four requests, not eight."""
    phases: dict[str, Value] = {
        f"{RFC}{column}.{phase}": 7 for column in ("3.3.1.3", "4.4.1.5") for phase in (1, 2, 3)
    }
    agent = Agent(HEALTHY | phases)
    answers, _ = ask(agent, None)
    assert phases.items() <= answers.items()
    assert len([kind for kind, _ in agent.asked if kind == "next"]) == 1 + 4


def test_recipe_asks_one_question() -> None:
    """With a recipe a run is one GET of exactly what answered before, and reads the same."""
    first, recipe = ask(Agent(HEALTHY), None)
    agent = Agent(HEALTHY)
    again, kept = ask(agent, recipe)
    assert kept == recipe
    assert [kind for kind, _ in agent.asked] == ["get"]
    assert set(agent.asked[0][1]) == set(recipe["oids"]) == set(first)
    assert read(again, NOW, recipe["families"]) == read(first, NOW)


def test_recipe_of_a_large_card_is_split() -> None:
    """More than 45 objects are asked in several requests."""
    objects = HEALTHY | {f"{RFC}3.3.1.3.{n}": 1 for n in range(1, 39)}
    _, recipe = ask(Agent(objects), None)
    assert len(recipe["oids"]) > 45
    agent = Agent(objects)
    ask(agent, recipe)
    assert [len(oids) <= 45 for _, oids in agent.asked] == [True, True]


def test_recipe_fetches_alarms_when_there_are_some() -> None:
    """The alarm table is walked only while the count is not 0."""
    _, recipe = ask(Agent(HEALTHY), None)
    alarm: dict[str, Value] = {RFC + "6.1.0": 1, RFC + "6.2.1.2.7": RFC + "6.3.16"}
    agent = Agent(HEALTHY | alarm)
    answers, _ = ask(agent, recipe)
    assert [kind for kind, _ in agent.asked] == ["get", "walk"]
    assert read(answers, NOW)["alarms"] == ["fan_failure"]


def test_recipe_walks_alarms_where_no_count_is_told() -> None:
    """An agent without the count is asked for its table every time."""
    silent = {oid: value for oid, value in HEALTHY.items() if oid != RFC + "6.1.0"}
    _, recipe = ask(Agent(silent), None)
    agent = Agent(silent | {RFC + "6.2.1.2.1": RFC + "6.3.2"})
    answers, _ = ask(agent, recipe)
    assert read(answers, NOW)["alarms"] == ["on_battery"]


def test_alarms_present_at_first_contact_stay_out_of_the_recipe() -> None:
    """A row that will go away is not asked for by its number ever after."""
    agent = Agent(HEALTHY | {RFC + "6.1.0": 1, RFC + "6.2.1.2.7": RFC + "6.3.16"})
    answers, recipe = ask(agent, None)
    assert read(answers, NOW)["alarms"] == ["fan_failure"]
    assert not [oid for oid in recipe["oids"] if oid.startswith(RFC + "6.2.")]


def test_other_device_behind_a_recipe_is_discovered() -> None:
    """Where less than half comes back the device is another one, and is looked at anew."""
    _, recipe = ask(Agent(HEALTHY), None)
    agent = Agent({APC + "4.1.1.0": 2, APC + "2.2.1.0": 90})
    answers, learnt = ask(agent, recipe)
    assert learnt["families"] == ["powernet_mib"]
    assert read(answers, NOW)["charge_percent"] == 90


def test_card_without_its_ups_leaves_no_recipe() -> None:
    """What little a card tells that has lost its UPS is not all it is asked for ever after."""
    agent = Agent({APC + "1.1.1.0": b"Smart-UPS", APC + "8.1.0": 2})
    answers, recipe = ask(agent, None)
    assert read(answers, NOW)["communication"] == "lost"
    agent.objects |= {APC + "4.1.1.0": 2, APC + "2.2.1.0": 100, APC + "8.1.0": 1}
    answers, recipe = ask(agent, recipe)
    assert read(answers, NOW)["charge_percent"] == 100
    assert APC + "4.1.1.0" in recipe["oids"]


@pytest.mark.parametrize(
    "spoilt",
    [
        {},
        {"version": RECIPE_VERSION + 1},
        {"version": RECIPE_VERSION, "families": ["nonsense"], "oids": [UPTIME], "alarms": []},
        {"version": RECIPE_VERSION, "families": [["ups_mib"]], "oids": [UPTIME], "alarms": []},
        {"version": RECIPE_VERSION, "families": ["ups_mib"], "oids": ["1.x"], "alarms": []},
        {"version": RECIPE_VERSION, "families": ["ups_mib"], "oids": [7], "alarms": []},
        {"version": RECIPE_VERSION, "families": ["ups_mib"], "oids": [UPTIME], "alarms": ["a"]},
        {"version": RECIPE_VERSION, "families": "ups_mib", "oids": {}, "alarms": None},
    ],
)
def test_spoilt_recipe_is_no_recipe(spoilt: dict[str, Any]) -> None:
    """What a damaged or foreign state file holds leads to a discovery, not to a crash."""
    answers, recipe = ask(Agent(HEALTHY), spoilt)
    assert recipe["families"] == ["ups_mib"]
    assert read(answers, NOW)["charge_percent"] == 100


def test_backward_getnext_is_replaced_by_get() -> None:
    """An agent whose GETNEXT makes no sense is still found by its key objects."""
    answers, recipe = ask(BackwardAgent(HEALTHY), None)
    assert recipe["families"] == ["ups_mib"]
    assert read(answers, NOW)["charge_percent"] == 100


def test_device_without_a_family_is_asked_once() -> None:
    """A router gives nothing, costs one question, and is no UPS."""
    agent = Agent({"1.3.6.1.2.1.1.1.0": b"router", "1.3.6.1.6.3.1.1.6.1.0": 1})
    answers, recipe = ask(agent, None)
    assert answers == {}
    assert recipe["oids"] == []
    assert len(agent.asked) == 1
    with pytest.raises(Garbled, match="no_ups_mib"):
        read(answers, NOW)


# Reading: choosing among families


def test_healthy_card() -> None:
    """Everything a plain RFC 1628 card tells, in the units of the facts."""
    assert read(HEALTHY, NOW) == {
        "ups_name": "usv-keller",
        "manufacturer": "Example",
        "model": "Model 1000",
        "mib": "UPS-MIB",
        "power_source": "mains",
        "battery_status": "normal",
        "charge_percent": 100,
        "runtime_seconds": 2100,
        "load_percent": 22,
        "battery_temperature_celsius": 24,
        "input_voltage_volts": [231],
        "battery_voltage_volts": 27.3,
        "seconds_on_battery": 0,
        "replace_battery": None,
        "battery_age_days": None,
        "selftest": None,
        "selftest_age_days": None,
        "alarms": [],
        "communication": None,
    }


def test_vendor_tree_first_rfc_fills_the_gaps() -> None:
    """The vendor's word counts where it has one, RFC 1628's where not, fact by fact."""
    facts = read(HEALTHY | {MGE + "5.1.0": 1132, MGE + "5.2.0": 91, MGE + "7.3.0": 2}, NOW)
    assert facts["mib"] == "MG-SNMP-UPS-MIB"
    assert facts["charge_percent"] == 91
    assert facts["runtime_seconds"] == 1132
    assert facts["load_percent"] == 22


def test_unknown_code_leaves_the_word_to_the_next_object() -> None:
    """A code outside the enumeration (93E: ABM status 0) says nothing; RFC 1628 is heard."""
    facts = read(HEALTHY | {XUPS + "2.4.0": 100, XUPS + "2.5.0": 0, XUPS + "4.5.0": 77}, NOW)
    assert facts["mib"] == "XUPS-MIB"
    assert facts["battery_status"] == "normal"
    assert facts["power_source"] == "mains"


def test_economy_mode_is_mains() -> None:
    """Tripp Lite's economy(9) is mains, though RFC 1628 calls it other(1) on the same card."""
    facts = read(HEALTHY | {RFC + "4.1.0": 1, TRIPP + "3.1.1.1.1": 9}, NOW)
    assert facts["power_source"] == "mains"


def test_other_and_unknown_are_the_last_words() -> None:
    """A vague word stands only where nobody is clearer."""
    assert rfc({"4.1.0": 1, "2.1.0": 1})["power_source"] == "other"
    assert rfc({"4.1.0": 1, "2.1.0": 1})["battery_status"] == "unknown"
    told = HEALTHY | {APC + "4.1.1.0": 8, APC + "2.1.1.0": 1}
    assert read(told, NOW)["power_source"] == "mains"
    assert read(told, NOW)["battery_status"] == "normal"


def test_mge_not_on_battery_does_not_hide_an_output_that_is_off() -> None:
    """MGE's «not on battery» gives way to RFC 1628's «no output»."""
    facts = read(HEALTHY | {RFC + "4.1.0": 2, MGE + "7.3.0": 2, MGE + "7.4.0": 2}, NOW)
    assert facts["power_source"] == "off"


@pytest.mark.parametrize(
    "objects",
    [
        {RFC + "1.1.0": b"DELL"},
        {RFC + "2.1.0": 1, RFC + "4.1.0": 1, RFC + "2.4.0": 0, RFC + "2.3.0": 0},
        {SOCOMEC + "3.3.1.2.1": 0, SOCOMEC + "3.3.1.2.2": 0},
        {XUPS + "6.1.0": 21},
        {"1.3.6.1.4.1.318.1.1.12.1.1.0": b"AP7900"},
        {"1.3.6.1.4.1.3808.1.1.3.1.5.0": b"PDU81005"},
    ],
)
def test_what_tells_nothing_of_a_ups_is_none(objects: dict[str, Value]) -> None:
    """Names, empty trees, a room's temperature, PDUs: no UPS is read out of them."""
    with pytest.raises(Garbled) as caught:
        read(objects, NOW)
    assert caught.value.reason == "no_ups_mib"


def test_environment_sensor_is_not_the_battery() -> None:
    """Eaton cards that use XUPS for their room sensor only do not lend it to the battery."""
    assert read(HEALTHY | {XUPS + "6.1.0": 19}, NOW)["battery_temperature_celsius"] == 24


def test_clone_under_its_own_root() -> None:
    """Sinetica and Riello serve RFC 1628 elsewhere, with names and alarms of their own."""
    for root, name in (
        ("1.3.6.1.4.1.13891.101.", "Sinetica"),
        ("1.3.6.1.4.1.5491.10.1.", "RIELLO"),
    ):
        objects = {oid.replace(RFC, root): value for oid, value in HEALTHY.items()}
        objects |= {root + "6.1.0": 1, root + "6.2.1.2.1": root + "6.3.3"}
        facts = read(objects, NOW)
        assert facts["mib"].startswith(name)
        assert facts["runtime_seconds"] == 2100
        assert facts["alarms"] == ["low_battery"]


def test_generex_card_is_plain_rfc_1628() -> None:
    """CS121 and CS141 need no family: what they serve under RFC 1628's root is read as such."""
    told = HEALTHY | {"1.3.6.1.2.1.1.2.0": "1.3.6.1.2.1.33"}
    assert read(told, NOW)["mib"] == "UPS-MIB"


# Reading: numbers that are none


@pytest.mark.parametrize("minutes", [65535, 65534, 1092, 999, -1, 4294967295, 2147483647])
def test_runtime_sentinels(minutes: int) -> None:
    """65535, its kin, 999 and -1 minutes mean that the card does not know (Socomec, 93E)."""
    assert rfc({"2.3.0": minutes})["runtime_seconds"] is None


@pytest.mark.parametrize("seconds", [65535, -1, 4294967295])
def test_runtime_sentinels_in_seconds(seconds: int) -> None:
    """The same in a family that counts seconds (93E, Huawei)."""
    told = {MGE + "5.1.0": seconds, MGE + "5.2.0": 100, MGE + "7.3.0": 2}
    assert read(told, NOW)["runtime_seconds"] is None


def test_sentinel_leaves_the_runtime_to_the_next_family() -> None:
    """Where the vendor's runtime is none, RFC 1628's is taken."""
    told = HEALTHY | {XUPS + "2.1.0": 65535, XUPS + "2.4.0": 100}
    assert read(told, NOW)["runtime_seconds"] == 2100


def test_netagent_runtime_cap() -> None:
    """NetAgent's 9999 seconds are the end of its four digits, not a runtime."""
    told: dict[str, Value] = {"2.2.1.0": 100, "2.2.4.0": 9999, "4.1.1.0": 9}
    assert card(XPPC, told)["runtime_seconds"] is None
    assert card(XPPC, told | {"2.2.4.0": 9998})["runtime_seconds"] == 9998


def test_runtime_zero_on_mains_is_unknown() -> None:
    """0 minutes at full charge on mains is a card that cannot estimate."""
    assert rfc({"2.3.0": 0})["runtime_seconds"] is None


@pytest.mark.parametrize("changes", [{"4.1.0": 5}, {"2.1.0": 3}, {"2.1.0": 4}])
def test_runtime_zero_is_believed_in_need(changes: dict[str, Value | None]) -> None:
    """On battery, or with a low or depleted battery, 0 is the truth."""
    assert rfc({"2.3.0": 0, **changes})["runtime_seconds"] == 0


def test_runtime_zero_without_an_output_source() -> None:
    """NetVision 5 as recorded tells no source: battery normal and full, so 0 is no runtime."""
    root = "1.3.6.1.4.1.4555.1.1.1.1."
    facts = card(root, {"2.1.0": 2, "2.3.0": 0, "2.4.0": 100, "2.5.0": 3391})
    assert facts["runtime_seconds"] is None
    assert facts["battery_voltage_volts"] == 339.1


@pytest.mark.parametrize(
    ("root", "objects", "seconds"),
    [
        (RFC, {"4.1.0": 3, "2.3.0": 12}, 720),
        (APC, {"4.1.1.0": 2, "2.2.3.0": 456000}, 4560),
        (CPS, {"4.1.1.0": 2, "2.2.4.0": 1050000}, 10500),
        (XUPS, {"4.5.0": 3, "2.1.0": 1132}, 1132),
        (XPPC, {"4.1.1.0": 2, "2.2.4.0": 700}, 700),
        (EPPC, {"2.1.0": 4, "3.3.0": 600}, 36000),
        (SOCOMEC, {"4.1.0": 3, "2.3.0": 10}, 600),
        (TRIPP, {"3.1.1.1.1": 3, "1.1.1.3.1": 72}, 4320),
        (TRIPP, {"3.1.1.1.1": 3, "1.1.1.5.1": 432000}, 4320),
        (DELTA, {"5.1.0": 0, "7.5.0": 9}, 540),
        (HUAWEI, {"2.101.1.1.1": 3, "6.100.1.4.1": 28080}, 28080),
        (LIEBERT, {"1.4872": b"Normal", "1.4150": b"74"}, 4440),
        ("1.3.6.1.4.1.476.1.42.3.5.", {"3.55.0": 3, "1.18.0": 8}, 480),
    ],
)
def test_runtime_units(root: str, objects: dict[str, Value], seconds: int) -> None:
    """Minutes, seconds and TimeTicks all become seconds."""
    assert card(root, objects)["runtime_seconds"] == seconds


def test_time_on_battery_units() -> None:
    """TimeTicks of APC and CyberPower and the seconds of the others become seconds."""
    assert card(APC, {"4.1.1.0": 3, "2.1.2.0": 12300})["seconds_on_battery"] == 123
    assert card(CPS, {"4.1.1.0": 3, "2.1.2.0": 12300})["seconds_on_battery"] == 123
    assert rfc({"2.2.0": 123})["seconds_on_battery"] == 123


@pytest.mark.parametrize("degrees", [0, -273, 255, 999, 2147483647, -41])
def test_temperature_without_sensor(degrees: int) -> None:
    """0, -273, 255 and the like are cards without a sensor."""
    assert rfc({"2.7.0": degrees})["battery_temperature_celsius"] is None


def test_temperature_below_zero_wrapped() -> None:
    """Tripp Lite's -273.1 °C comes as Gauge32 4294964565: no sensor."""
    told = {TRIPP + "3.1.1.1.1": 3, TRIPP + "1.5.1.2.1.1": 4294964565}
    assert read(told, NOW)["battery_temperature_celsius"] is None


def test_temperature_in_tenths() -> None:
    """Tenths of degrees where the family has them; -1 of EPPC is no sensor."""
    assert card(XPPC, {"4.1.1.0": 2, "2.2.3.0": 315})["battery_temperature_celsius"] == 31.5
    assert card(APC, {"4.1.1.0": 2, "2.3.2.0": 234})["battery_temperature_celsius"] == 23.4
    assert card(EPPC, {"2.1.0": 4, "3.8.0": -1})["battery_temperature_celsius"] is None


def test_apc_fine_objects_give_way_to_whole_ones() -> None:
    """PowerNet's objects in tenths are preferred, but 0, -1 and 255 there are no values."""
    whole: dict[str, Value] = {
        "4.1.1.0": 2, "2.2.1.0": 98, "2.2.2.0": 31, "2.2.8.0": 54, "3.2.1.0": 232, "4.2.3.0": 20,
    }  # fmt: skip
    fine: dict[str, Value] = {
        "2.3.1.0": 995, "2.3.2.0": 315, "2.3.4.0": 547, "3.3.1.0": 2391, "4.3.3.0": 202,
    }  # fmt: skip
    empty: dict[str, Value] = {
        "2.3.1.0": 0, "2.3.2.0": 255, "2.3.4.0": -1, "3.3.1.0": 0, "4.3.3.0": -1,
    }  # fmt: skip
    facts = ("charge_percent", "battery_temperature_celsius", "battery_voltage_volts",
             "input_voltage_volts", "load_percent")  # fmt: skip
    assert [card(APC, whole | fine)[f] for f in facts] == [99.5, 31.5, 54.7, [239.1], 20.2]
    assert [card(APC, whole | empty)[f] for f in facts] == [98, 31, 54, [232], 20]


def test_empty_battery_that_is_called_normal() -> None:
    """PowerNet's charge 0 on mains with a normal battery is «not supported»; else it is true."""
    told: dict[str, Value] = {"4.1.1.0": 2, "2.1.1.0": 2, "2.2.1.0": 0}
    assert card(APC, told)["charge_percent"] is None
    assert card(APC, told | {"2.1.1.0": 3})["charge_percent"] == 0
    assert card(APC, told | {"4.1.1.0": 3})["charge_percent"] == 0


def test_minus_one_is_no_value() -> None:
    """Huawei's -1 for charge, runtime and temperature leaves its own tree's values."""
    told = HEALTHY | {RFC + "2.4.0": -1, RFC + "2.3.0": -1, RFC + "2.7.0": -1}
    told |= {HUAWEI + "2.101.1.1.1": 3, HUAWEI + "6.100.1.3.1": 100, HUAWEI + "6.100.1.4.1": 28080}
    facts = read(told, NOW)
    assert (facts["charge_percent"], facts["runtime_seconds"]) == (100, 28080)
    assert facts["battery_temperature_celsius"] is None
    assert rfc({"2.4.0": -1})["charge_percent"] is None


@pytest.mark.parametrize(("raw", "volts"), [(2363, 236.3), (1222, 122.2), (231, 231), (0, 0)])
def test_tenths_of_volt_in_spite_of_the_rfc(raw: int, volts: float) -> None:
    """1000 V and more are tenths, whatever the MIB says (Galaxy 7000, Delta, Huawei)."""
    assert rfc({"3.3.1.3.1": raw})["input_voltage_volts"] == [volts]


def test_phases_are_listed_and_the_highest_load_counts() -> None:
    """Voltages by phase with their zeros; the load of the busiest phase."""
    facts = rfc({"3.3.1.3.2": 0, "3.3.1.3.3": 0, "4.4.1.5.2": 61, "4.4.1.5.3": 7})
    assert facts["input_voltage_volts"] == [231, 0, 0]
    assert facts["load_percent"] == 61


def test_phases_come_in_the_order_of_their_numbers() -> None:
    """Phase 10 follows phase 2, whatever the order of the recording."""
    objects = {RFC + "3.3.1.3.10": 3, RFC + "3.3.1.3.2": 2, RFC + "3.3.1.3.1": 1, RFC + "4.1.0": 3}
    assert read(objects, NOW)["input_voltage_volts"] == [1, 2, 3]


def test_column_index_may_end_in_zero() -> None:
    """MGE and Galaxy cards add a .0 to a column's index."""
    told: dict[str, Value] = {"7.3.0": 2, "6.2.1.2.1.0": 4090, "6.2.1.2.2.0": 4100}
    assert card(MGE, told)["input_voltage_volts"] == [409, 410]


def test_phase_columns_that_are_scalars() -> None:
    """Huawei and Delta have an object per phase."""
    told: dict[str, Value] = {"2.101.1.1.1": 3}
    told |= {f"3.100.1.{n}.1": 2300 + n for n in (1, 2, 3)}
    told |= {f"4.100.1.{n}.1": 10 * n for n in (14, 15, 16)}
    facts = card(HUAWEI, told)
    assert facts["input_voltage_volts"] == [230.1, 230.2, 230.3]
    assert facts["load_percent"] == 16
    delta = card(DELTA, {"5.1.0": 0, "4.3.0": 2280, "5.7.0": 29})
    assert (delta["input_voltage_volts"], delta["load_percent"]) == ([228], 29)


def test_strings_that_hold_numbers() -> None:
    """Liebert's table is of texts only: numbers, words and events are read out of them."""
    facts = card(
        LIEBERT,
        {
            "1.4240": b"APM ", "1.4872": b"Normal", "1.4871": b"Normal", "1.4150": b"74",
            "1.4096": b"229", "1.4155": b"462", "1.4156": b"22.5", "1.4223": b"22",
            "1.4224": b"23", "1.4225": b"19", "2.4156": b"72", "100.4311": b"Active Event",
            "100.4440": b"Inactive Event",
        },
    )  # fmt: skip
    assert (facts["power_source"], facts["battery_status"]) == ("mains", "normal")
    assert (facts["runtime_seconds"], facts["load_percent"]) == (4440, 23)
    assert (facts["battery_temperature_celsius"], facts["input_voltage_volts"]) == (22.5, [229])
    assert facts["alarms"] == ["fan_failure"]
    assert facts["model"] == "APM"


def test_integers_sent_as_text() -> None:
    """An agent that sends its numbers as texts is understood all the same."""
    facts = rfc({"2.4.0": b"98", "4.1.0": b"5", "2.3.0": b"7"})
    assert (facts["charge_percent"], facts["power_source"]) == (98, "battery")
    assert facts["runtime_seconds"] == 420


# Reading: battery, test, alarms


def test_replace_indicator() -> None:
    """2 wants a new battery, 1 does not, 0 (Phoenixtec) is no answer."""
    for root in (APC, CPS, XPPC):
        oid = "2.2.4.0" if root == APC else "2.2.5.0"
        wants = [card(root, {"4.1.1.0": 2, oid: code})["replace_battery"] for code in (0, 1, 2)]
        assert wants == [None, False, True]


@pytest.mark.parametrize(
    "sign",
    [
        {"2.2.23.0": 4},
        {"2.3.11.0": b"0010000000000000"},
        {"2.3.11.0": b"0000100000000000"},
        {"2.3.10.2.1.6.1.1": b"0010000000000000"},
        {"2.3.10.2.1.10.1.1.2": b"0010000000000000"},
        {"11.1.1.0": b"00011" + b"0" * 59},
        {"2.1.1.0": 4},
    ],
)
def test_apc_signs_of_a_worn_battery(sign: dict[str, Value]) -> None:
    """Condition poor, health bits, pack bits, state flag 5 or a fault outweigh the indicator."""
    assert card(APC, {"4.1.1.0": 2, "2.2.4.0": 1, **sign})["replace_battery"] is True


def test_apc_signs_of_a_good_battery() -> None:
    """Condition ok, «life okay» and clear packs say nothing against the indicator."""
    told: dict[str, Value] = {"4.1.1.0": 2, "2.2.4.0": 1, "2.2.23.0": 2}
    told |= {"2.3.11.0": b"1000000000000000", "2.3.10.2.1.6.1.1": b"0000000000000000"}
    assert card(APC, told | {"11.1.1.0": b"UNKNOWN"})["replace_battery"] is False


def test_normal_battery_that_is_bad() -> None:
    """Status normal, charge 100, and the alarm battery_bad twice: replace it, said once."""
    facts = rfc({"6.1.0": 2, "6.2.1.2.22": RFC + "6.3.1", "6.2.1.2.23": RFC + "6.3.1"})
    assert facts["battery_status"] == "normal"
    assert facts["replace_battery"] is True
    assert facts["alarms"] == ["battery_bad"]


@pytest.mark.parametrize(
    ("told", "days"),
    [
        (b"11/24/2025", 365),
        (b"11-24-2025", 365),
        (b"24.11.2025", 365),
        (b"11/14/26", 10),
        (b"2001/09/25", None),
        (b"01/01/2001", None),
        (b"01/01/2031", None),
        (b"", None),
        (b"Anonymized 105", None),
    ],
)
def test_battery_date(told: bytes, days: int | None) -> None:
    """Dates in the orders seen on cards become an age; factory lies and the future do not."""
    assert card(APC, {"4.1.1.0": 2, "2.1.3.0": told})["battery_age_days"] == days


def test_self_test_by_date() -> None:
    """Result and date of the last test, as APC gives them."""
    facts = card(APC, {"4.1.1.0": 2, "7.2.3.0": 2, "7.2.4.0": b"11/20/2026"})
    assert (facts["selftest"], facts["selftest_age_days"]) == ("failed", 4)


@pytest.mark.parametrize(
    ("up", "start", "days"),
    [
        (30 * 8640000, 20 * 8640000, 10),
        (5 * 8640000, 2**32 - 5 * 8640000, 10),  # the counter has started again since
        (30 * 8640000, 0, None),
        (30 * 8640000, 2147483648, None),
        (30 * 8640000, 30 * 8640000 - 500, None),
        (971867244, 971870715, None),
    ],
)
def test_self_test_by_uptime(up: int, start: int, days: int | None) -> None:
    """RFC 1628 gives the start as sysUpTime; 0, a sentinel and «just now» are no stamps."""
    objects = HEALTHY | {RFC + "7.3.0": 1, RFC + "7.5.0": start, UPTIME: up}
    assert read(objects, NOW)["selftest_age_days"] == days


def test_self_test_stamp_brings_the_uptime_with_it() -> None:
    """The uptime is asked for in the same questions as the stamp."""
    answers, recipe = ask(Agent(HEALTHY | {RFC + "7.5.0": 100, UPTIME: 8640100}), None)
    assert UPTIME in recipe["oids"]
    assert read(answers, NOW)["selftest_age_days"] == 1


def test_no_self_test_has_no_age() -> None:
    """A card that never tested has no age of a test, whatever stamp it sends."""
    objects = HEALTHY | {RFC + "7.3.0": 6, RFC + "7.5.0": 100, UPTIME: 8640100}
    facts = read(objects, NOW)
    assert (facts["selftest"], facts["selftest_age_days"]) == ("never", None)


@pytest.mark.parametrize(
    ("root", "objects"),
    [
        (APC, {"4.1.1.0": 15}),
        (APC, {"4.1.1.0": 28}),
        (EPPC, {"2.1.0": 6}),
        (SOCOMEC, {"2.1.0": 4, "6.3.15.0": 1}),
        (TRIPP, {"3.1.1.1.1": 10}),
    ],
)
def test_battery_test_is_no_power_cut(root: str, objects: dict[str, Value]) -> None:
    """A load on the battery for a test: the mains is there, and a test is in progress."""
    facts = card(root, objects)
    assert (facts["power_source"], facts["selftest"]) == ("mains", "in_progress")


def test_self_test_code_zero_is_none() -> None:
    """NetMan's 0 as a test result lies outside the enumeration and says nothing."""
    assert rfc({"7.3.0": 0})["selftest"] is None


@pytest.mark.parametrize(
    ("root", "oid", "code"),
    [
        (RFC, "4.1.0", 5),
        (APC, "4.1.1.0", 3),
        (CPS, "4.1.1.0", 3),
        (XPPC, "4.1.1.0", 3),
        (XUPS, "4.5.0", 5),
        (MGE, "7.3.0", 1),
        (EPPC, "2.1.0", 5),
        (DELTA, "5.1.0", 1),
        (HUAWEI, "2.101.1.1.1", 4),
        (HUAWEI, "2.101.1.1.1", 7),
        (TRIPP, "3.1.1.1.1", 5),
        (SOCOMEC, "2.1.0", 5),
        (SOCOMEC, "6.3.15.0", 1),
        (LIEBERT, "1.4872", b"On Battery"),
        ("1.3.6.1.4.1.476.1.42.3.5.", "3.55.0", 5),
        ("1.3.6.1.4.1.4555.1.1.1.1.", "4.1.0", 5),
        ("1.3.6.1.4.1.5491.10.1.", "4.1.0", 5),
    ],
)
def test_on_battery_in_every_family(root: str, oid: str, code: Value) -> None:
    """Each family has its own way to say that the mains is gone."""
    assert card(root, {oid: code})["power_source"] == "battery"


@pytest.mark.parametrize(
    ("root", "oid", "code", "word"),
    [
        (RFC, "4.1.0", 4, "bypass"),
        (RFC, "4.1.0", 2, "off"),
        (APC, "4.1.1.0", 9, "bypass"),
        (APC, "4.1.1.0", 7, "off"),
        (APC, "4.1.1.0", 13, "mains"),
        (CPS, "4.1.1.0", 9, "bypass"),
        (MGE, "7.4.0", 1, "bypass"),
        (XUPS, "4.5.0", 11, "bypass"),
        (XUPS, "4.5.0", 12, "mains"),
        (SOCOMEC, "4.1.0", 6, "bypass"),
        (SOCOMEC, "4.1.0", 8, "off"),
        (DELTA, "5.1.0", 7, "off"),
        (HUAWEI, "2.101.1.1.1", 2, "bypass"),
    ],
)
def test_bypass_off_and_eco(root: str, oid: str, code: int, word: str) -> None:
    """Bypass, an output that is off, and economy modes are told apart."""
    assert card(root, {oid: code, "9.9.9": 0})["power_source"] == word


def test_alarm_table_full_of_nothing() -> None:
    """CE+T fills its table with 0.0 while it counts no alarm."""
    rows: dict[str, Value | None] = {f"6.2.1.2.{n}": "0.0.0.0.0.0.0.0.0.0.0" for n in range(1, 25)}
    facts = rfc(rows)
    assert facts["alarms"] == []
    assert facts["replace_battery"] is False


def test_alarm_rows_of_nothing_beside_a_real_one() -> None:
    """Where the count is not told or not 0, the rows that are OIDs count."""
    rows: dict[str, Value | None] = {
        "6.1.0": None, "6.2.1.2.1": "0.0", "6.2.1.2.2": RFC + "6.3.2.0", "6.2.1.2.3": "0.0",
    }  # fmt: skip
    assert rfc(rows)["alarms"] == ["on_battery"]


def test_alarm_count_of_zero_is_trusted() -> None:
    """Rows that a card forgot to clear are not alarms when it counts none."""
    assert rfc({"6.1.0": 0, "6.2.1.2.1": RFC + "6.3.2"})["alarms"] == []


def test_alarms_untold_are_unknown() -> None:
    """A card without count, table and flags tells nothing about alarms."""
    assert rfc({"6.1.0": None})["alarms"] is None


def test_alarm_without_a_name() -> None:
    """A card that counts alarms and lists none has one that nobody named."""
    assert rfc({"6.1.0": 1})["alarms"] == ["unnamed_alarm"]


def test_unknown_alarm_is_named_by_its_number() -> None:
    """An alarm that no table here knows keeps its OID, so that it can be looked up."""
    assert rfc({"6.1.0": 1, "6.2.1.2.1": "1.3.6.1.4.1.850.9.8"})["alarms"] == ["alarm_850_9_8"]


def test_xups_news_is_no_alarm() -> None:
    """«Return from low battery» stands in Eaton's alarm table, and is good news."""
    told: dict[str, Value] = {"4.5.0": 3, "7.1.0": 2, "7.2.1.2.12": XUPS + "7.6"}
    told["7.2.1.2.13"] = XUPS + "7.15"
    assert card(XUPS, told)["alarms"] == ["building_alarm"]


def test_vendor_alarm_in_the_rfc_table() -> None:
    """An alarm of the vendor's in RFC 1628's table is named by the vendor's list."""
    told = HEALTHY | {RFC + "6.1.0": 1, RFC + "6.2.1.2.1": XUPS + "7.8"}
    assert read(told, NOW)["alarms"] == ["internal_failure"]


def test_alarms_of_flags_and_tables_are_one_list() -> None:
    """Socomec's flags and its table name the same alarms once."""
    told: dict[str, Value] = {"2.1.0": 5, "6.1.0": 1, "6.3.15.0": 1, "6.3.2.0": 1, "6.3.3.0": 0}
    told["6.2.1.2.1"] = SOCOMEC + "6.3.15"
    assert card(SOCOMEC, told)["alarms"] == ["on_battery", "output_overload"]


@pytest.mark.parametrize(
    ("root", "objects"),
    [
        (APC, {"4.1.1.0": 2, "8.1.0": 2}),
        (APC, {"8.1.0": 2}),
        (SOCOMEC, {"4.1.0": 3, "6.3.58.0": 1}),
        (RFC, {"4.1.0": 3, "6.1.0": 1, "6.2.1.2.1": RFC + "6.3.20"}),
        (XUPS, {"4.5.0": 3, "7.1.0": 1, "7.2.1.2.1": XUPS + "7.26"}),
    ],
)
def test_card_that_lost_its_ups(root: str, objects: dict[str, Value]) -> None:
    """By object or by alarm: the card says that it no longer talks to its UPS."""
    assert card(root, objects)["communication"] == "lost"


def test_card_that_talks_to_its_ups() -> None:
    """APC's and Socomec's cards say so."""
    assert card(APC, {"4.1.1.0": 2, "8.1.0": 1})["communication"] == "ok"
    assert card(SOCOMEC, {"4.1.0": 3, "6.3.58.0": 0})["communication"] == "ok"


# Reading: inverters fed by direct current

INVERTER: dict[str, Value | None] = {"1.1.0": b"CE+T Power", "1.2.0": b"TSI Inverter", "4.1.0": 5}


def test_inverter_on_direct_current_is_at_home_on_battery() -> None:
    """An inverter whose normal source is the battery: calm in every respect, so on mains."""
    assert rfc(INVERTER)["power_source"] == "mains"
    assert rfc(INVERTER | {"2.3.0": 0})["runtime_seconds"] is None


@pytest.mark.parametrize(
    "outage",
    [
        {"3.3.1.3.1": 0},
        {"3.3.1.3.1": None},
        {"2.2.0": 4},
        {"2.1.0": 3},
        {"6.1.0": None},
        {"6.1.0": 1, "6.2.1.2.1": RFC + "6.3.2"},
        {"1.2.0": b"Model 1000"},
    ],
)
def test_outage_is_never_taken_for_direct_current(outage: dict[str, Value | None]) -> None:
    """One sign of trouble, an alarm count untold, or a UPS that is no inverter: on battery."""
    assert rfc(INVERTER | outage)["power_source"] == "battery"


# Reading: anything

EVERY_OID = sorted(
    {
        oid + (".1" if row.column else "")
        for family in families().values()
        for row in family.rows
        for oid in row.oids
    }
    | {
        oid
        for family in families().values()
        if family.alarms
        for oid in (family.alarms.count, family.alarms.table + ".1", UPTIME)
    }
)


@given(
    st.dictionaries(
        st.sampled_from(EVERY_OID),
        st.one_of(
            st.integers(-(2**64), 2**64),
            st.integers(-1, 12),
            st.binary(max_size=20),
            st.sampled_from(
                (b"12", b"-3.5", b"11/24/2025", b"0010", b"Active Event", b"0x1", b"1e400")
            ),
            st.sampled_from(
                ("0.0", "0", "", "1.3.6.1.2.1.33.1.6.3.1", "1.3.6.1.4.1.9.9", "10.0.0.1")
            ),
        ),
        max_size=12,
    )
)
def test_any_answers_are_read(answers: dict[str, Value]) -> None:
    """Whatever the objects hold, there are facts that JSON can carry, or no UPS."""
    with suppress(Garbled):
        facts = read(answers, NOW)
        assert set(facts) == set(FACTS)
        json.dumps(facts, allow_nan=False)


# Reading: names


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (b"  USV 1 \r\n", "USV 1"),
        (b"", None),
        (b"   ", None),
        (b"\0" * 16 + b"\n00 00 00", None),
        (b"Array-3A3\0\0\0", "Array-3A3"),
        (b"ID: GA00X00000 , Msg: 9PX", None),
        ("B\xfcro".encode("latin-1"), "Büro"),
    ],
)
def test_names(raw: bytes, name: str | None) -> None:
    """Names are stripped; NULs, blanks and Eaton's serial numbers are none."""
    assert rfc({"1.5.0": raw})["ups_name"] == name
    assert rfc({"1.2.0": raw})["model"] == name


def test_manufacturer_of_the_tree() -> None:
    """A card that does not tell its maker has that of its MIB, unless RFC 1628 tells it."""
    assert card(APC, {"4.1.1.0": 2})["manufacturer"] == "APC"
    assert read(HEALTHY | {APC + "4.1.1.0": 2}, NOW)["manufacturer"] == "Example"
