"""What TI-Lage's answers mean: gematik's samples, and everything that they might become."""

from __future__ import annotations

import json
import os
import random
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from apowacht.plugins.read.tilage_facts import (
    Strange,
    incident_apps,
    login_service,
    moment,
    outage_word,
    reduce_availability,
    reduce_incidents,
    reduce_providers,
    reduce_situation,
    situation,
)

if TYPE_CHECKING:
    from collections.abc import Callable

REDUCERS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "sample_v2_tilage_partial_erezept.json": reduce_situation,
    "sample_v1_tilage.json": reduce_availability,
    "sample_v1_tistatus_incident.json": reduce_incidents,
    "sample_v2_tilage_filter.json": reduce_providers,
}


def sample(name: str) -> Any:
    """One of gematik's published answers."""
    folder = os.environ.get("APOWACHT_ORACLE")
    if not folder:
        pytest.skip("APOWACHT_ORACLE: gematik's samples")
    return json.loads((Path(folder) / "erezept" / "tilage" / name).read_text(encoding="utf-8"))


def app(outage: object = "none", *functions: object, **more: object) -> dict[str, object]:
    """One application as v2 tells it."""
    return {"outage": outage, "affectedFunctions": list(functions), **more}


def function(impact: object, outage: str = "partial", **more: object) -> dict[str, object]:
    """One affected function as v2 tells it."""
    return {"function": "f", "impactDesc": impact, "outage": outage, "critical": 1, **more}


def seen(told: dict[str, object], *causes: str, own: Any = None, **apps: Any) -> dict[str, Any]:
    """The application `erezept` as it is read, beside others."""
    body = {
        "appStatus": {"erezept": told, **apps},
        "cause": [{"ci": ci, "service": "s", "organization": "o"} for ci in causes],
    }
    return situation(reduce_situation(body), own or {}, PROVIDERS)["erezept"]


PROVIDERS = [
    {"group": "access", "ci": "CI-1", "name": "A"},
    {"group": "access", "ci": "CI-2", "name": "B"},
    {"group": "smcb", "ci": "CI-3", "name": "C"},
    {"group": "smcb", "ci": "CI-4", "name": "D"},
    {"group": "hba", "ci": "CI-4", "name": "D"},
]


@pytest.mark.oracle
def test_gematiks_situation_is_read() -> None:
    """A partial outage of the way by card, in gematik's words; all other applications are well."""
    apps = situation(reduce_situation(sample("sample_v2_tilage_partial_erezept.json")), {}, ())
    assert {name: one["outage"] for name, one in apps.items()} == {
        "erezept": "partial", "vsdm": "none", "tianschluss": "none", "epa": "none",
        "kim": "none", "wanda": "none", "ogd": "none",
    }  # fmt: skip
    one = apps["erezept"]
    assert one["impact"] == "Das Einlösen von E-Rezepten mit der eGK ist teilweise gestört"
    assert (one["counts"], one["card_only"], one["announced"]) == ("partial", True, False)


@pytest.mark.oracle
def test_gematiks_other_answers_are_read() -> None:
    """Availability, incidents without markup, and the providers."""
    products = reduce_availability(sample("sample_v1_tilage.json"))["products"]
    assert products["PDT20"]["available"] == products["PDT20"]["total"] == 1
    (incident,) = reduce_incidents(sample("sample_v1_tistatus_incident.json"))["incidents"]
    assert incident["status"] == "closed"
    assert incident["message"].startswith("In den vergangenen 2 Prüfintervallen")
    assert "<" not in incident["message"]
    assert incident_apps(incident) == {"wanda"}
    providers = reduce_providers(sample("sample_v2_tilage_filter.json"))["providers"]
    assert [row["name"][-1] for row in providers] == ["A", "B", "C", "D"]
    assert {row["group"] for row in providers} == {"smcb"}


@pytest.mark.parametrize(
    ("word", "read"),
    [
        ("none", "none"), ("partial", "partial"), ("full", "full"), (" FULL ", "full"),
        ("total", None), ("unknown", None), ("", None), (None, None), (1, None), ([], None),
    ],
)  # fmt: skip
def test_a_new_word_for_an_outage_is_unknown(word: object, read: str | None) -> None:
    """Never «none»."""
    one = seen(app(word))
    assert (one["outage"], one["counts"]) == (read, read)


def test_announced_maintenance_is_no_outage_that_counts() -> None:
    """Only where all that is disturbed is announced; the application's own mark is not enough."""
    wholly = seen(app("full", function("x", hasMaintenance=True), hasMaintenance=True))
    assert (wholly["outage"], wholly["counts"], wholly["announced"]) == ("full", "none", True)
    partly = seen(
        app("full", function("x", hasMaintenance=True), function("y"), hasMaintenance=True)
    )
    assert (partly["counts"], partly["announced"], partly["impact"]) == ("full", False, "y")
    bare = seen(app("full", hasMaintenance=True))
    assert (bare["counts"], bare["announced"]) == ("none", True)
    part = seen(app("partial", hasSubComponentMaintenance=True))
    assert (part["counts"], part["maintenance"]) == ("partial", True)
    listed = seen(app("none", function("x", "none", hasMaintenance=True), hasMaintenance=True))
    assert (listed["counts"], listed["announced"], listed["maintenance"]) == ("none", False, True)


@pytest.mark.parametrize(
    ("own", "causes", "foreign"),
    [
        ({}, ["CI-2"], False),
        ({"access": "CI-1"}, ["CI-2"], True),
        ({"access": "CI-1"}, ["CI-1"], False),
        ({"access": "CI-1"}, ["CI-2", "CI-1"], False),
        ({"access": "CI-1"}, ["CI-2", "CI-9"], False),  # a central component
        ({"access": "CI-1"}, ["CI-2", "CI-3"], False),  # no issuer was named
        ({"access": "CI-1", "smcb": "CI-4"}, ["CI-2", "CI-3"], True),
        ({"smcb": "CI-3"}, ["CI-4"], False),  # also an issuer of HBAs, where none was named
        ({"smcb": "CI-3", "hba": "CI-4"}, ["CI-4"], False),
        ({"access": "CI-1"}, [], False),
        ({"access": "CI-1"}, ["ci-2"], True),
    ],
)
def test_only_causes_that_are_all_foreign_do_not_count(
    own: dict[str, str], causes: list[str], foreign: bool
) -> None:
    """In doubt an outage counts."""
    one = seen(app("full", function("x")), *causes, own=own)
    assert one["foreign"] is foreign
    assert one["counts"] == ("none" if foreign else "full")


def test_the_odd_name_and_unknown_applications_are_tolerated() -> None:
    """gematik's prose has «odg» where its JSON has «ogd»; what is new is left out."""
    told = reduce_situation({"appStatus": {"odg": app(), "EREZEPT": app(), "neu": app(), "kim": 5}})
    assert set(told["apps"]) == {"ogd", "erezept"}
    assert "time" in told


def test_a_text_is_freed_of_markup_and_cut() -> None:
    """Tags, entities, newlines and control characters; half a tag is no tag."""
    one = seen(
        app("full", function("<b>Ausfall</b><br/>&amp; \x07 mehr\n< als | sonst " + "x" * 900))
    )
    assert one["impact"].startswith("Ausfall & mehr < als | sonst xxx")
    assert len(one["impact"]) <= 200
    assert one["impact"].endswith("…")


def rows(*availability: object, pdt: str = "PDT52", **more: object) -> dict[str, Any]:
    """v1 with one row for each, reduced."""
    told = [
        {"pdt": pdt, "availability": up, "product": "IDP-Dienst", "organization": "O", **more}
        for up in availability
    ]
    products: dict[str, Any] = reduce_availability(told)["products"]
    return products


@pytest.mark.parametrize(
    ("availability", "outage"),
    [
        ([1], "none"), ([1, 1], "none"), ([0], "full"), ([0, 0], "full"), ([1, 0], "partial"),
        ([None], None), ([1, None], None), ([0, None], "full"), ([2], None), (["1"], None),
    ],
)  # fmt: skip
def test_the_login_service_is_read_from_its_components(
    availability: list[object], outage: str | None
) -> None:
    """What nobody can tell is unknown, unless something is known to be down."""
    one = login_service(rows(*availability))
    assert one is not None
    assert one["counts"] == outage


def test_without_rows_nothing_is_said_of_the_login_service() -> None:
    """And rows of other environments are none."""
    assert login_service(rows()) is None
    assert login_service(rows(0, bu="RU")) is None
    assert login_service(rows(0, bu="PU")) is not None


def test_the_newest_of_plausible_times_counts() -> None:
    """Nonsense loses against any time."""
    told = [
        {"pdt": "PDT50", "availability": 1, "time": time}
        for time in ("2026-11-24T10:00:00.000Z", "soon", "2026-11-24T10:05:00.000Z", None, 7)
    ]
    time = reduce_availability(told)["products"]["PDT50"]["time"]
    assert time == "2026-11-24T10:05:00.000Z"


@pytest.mark.parametrize("nonsense", [None, "", "now", "2026-99-99", "0", "9" * 500, 5])
def test_a_time_that_is_none_is_none(nonsense: Any) -> None:
    """No exception, whatever stands there."""
    assert moment(nonsense if isinstance(nonsense, str) else None) is None
    assert outage_word(None) is None


JUNK: list[Any] = [
    None, True, 0, -1, 1e308, "", "x" * 10_000, "<" * 500, "\ud800", [], {}, [[]], {"a": {}},
    [None], "2026-11-24T10:00:00Z", "CI-0000001", {"success": True, "data": None},
]  # fmt: skip


def spoilt(told: Any, dice: random.Random) -> Any:
    """The same JSON with one of its parts replaced, removed or doubled."""
    copy = deepcopy(told)
    node, path = copy, []
    while isinstance(node, dict | list) and node:
        key = dice.choice(list(node) if isinstance(node, dict) else range(len(node)))
        path.append((node, key))
        node = node[key]
        if dice.random() < 0.25:
            break
    if not path:
        return dice.choice(JUNK)
    parent, key = dice.choice(path)
    parent[key] = dice.choice(JUNK)
    if isinstance(parent, dict) and dice.random() < 0.3:
        del parent[key]
    return copy


VALID: dict[str, Any] = {
    "sample_v2_tilage_partial_erezept.json": {
        "appStatus": {
            "erezept": app("full", function("a"), hasMaintenance=False),
            "vsdm": app("none"),
        },
        "cause": [{"ci": "CI-1", "service": "s", "organization": "o"}],
    },
    "sample_v1_tilage.json": [
        {"pdt": "PDT52", "availability": 0, "time": "2026-11-24T10:00:00Z", "comment": "c"}
    ],
    "sample_v1_tistatus_incident.json": {
        "success": True,
        "data": [
            {
                "title": "t", "status": 1, "app": ["E-Rezept"], "closedAt": None,
                "createdAt": "2026-11-24T10:00:00Z",
                "steps": [{"message": "<b>m</b>", "timestamp": "2026-11-24T10:00:00Z"}],
            }
        ],
    },
    "sample_v2_tilage_filter.json": [
        {"filterGroup": "TI-Zugang", "cis": [{"ci": "CI-1", "orgShortName": "A"}]}
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", REDUCERS)
def test_a_spoilt_answer_is_strange_or_read_never_a_crash(name: str) -> None:
    """Six hundred ways to spoil it; what is read can be read further and written as JSON."""
    dice = random.Random(name)
    for _ in range(600):
        told = spoilt(VALID[name], dice)
        if dice.random() < 0.5:
            told = spoilt(told, dice)
        try:
            body = REDUCERS[name](told)
        except Strange:
            continue
        assert len(json.dumps(body)) < 300_000
        if "apps" in body:
            situation(body, {"access": "CI-1"}, PROVIDERS)
        if "products" in body:
            login_service(body["products"])
        for one in body.get("incidents", ()):
            incident_apps(one)


@pytest.mark.parametrize("name", REDUCERS)
@pytest.mark.parametrize("told", [None, 1, "x", True, {}, {"data": []}], ids=str)
def test_another_outer_shape_is_strange(name: str, told: object) -> None:
    """So that it is a failure, and not «nothing is wrong»."""
    if "incident" in name and told == {"data": []}:
        assert reduce_incidents(told) == {"incidents": []}
        return
    with pytest.raises(Strange):
        REDUCERS[name](told)


def test_a_flood_stays_small() -> None:
    """What is kept fits into a state file many times over."""
    many = [
        {"pdt": f"PDT{n % 300}", "availability": 0, "organization": "o" * 999, "comment": "c" * 999}
        for n in range(20_000)
    ]
    assert len(json.dumps(reduce_availability(many))) < 900_000
    one = {"title": "t" * 9999, "steps": [{"message": "m" * 9999}] * 99, "app": ["a" * 999] * 99}
    assert len(json.dumps(reduce_incidents({"data": [one] * 5000}))) < 100_000
    group = {"filterGroup": "KIM", "cis": [{"ci": "CI-1", "orgShortName": "n" * 999}] * 9999}
    assert len(json.dumps(reduce_providers([group]))) < 300_000
