"""check_apo_terminal: facts to findings, answers to facts, and what is kept between runs."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from apowacht.plugins.core import advice, words
from apowacht.plugins.core.asked import Failure
from apowacht.plugins.core.cli import parse
from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.render import as_dict, line_1
from apowacht.plugins.core.report import Report, State
from apowacht.plugins.read.konnektor import Answer
from apowacht.plugins.read.terminal import read, remember
from apowacht.plugins.terminal import CHECK, LAST_DAY, Card, Terminal, TerminalFacts, judge

W, C, U, OK = State.WARNING, State.CRITICAL, State.UNKNOWN, State.OK

SMCB = Card("SMC-B", "Büro", 3, "VERIFIED", None, "2028-03-27", "ECC", "Büro/3")
SECOND = replace(SMCB, terminal="Kasse 1", slot=2, name="Kasse 1/2")
KT = Card("SMC-KT", "Büro", 4, None, None, "2029-01-01", "ECC", "Büro/4")
BUERO = Terminal("Büro", "CT_1", True, True, "ORGA6100", "3.9.2", ("SMC-B", "SMC-KT"), True)
KASSE = Terminal("Kasse 1", "CT_2", True, True, "ST1506", "4.0.47", ())
ERSATZ = Terminal("Ersatz", "CT_3", True, True, "ST1506", "4.0.47", ())
HEALTHY = TerminalFacts(
    asked_at="2026-11-24T10:00:00+01:00",
    terminals=(BUERO, KASSE, ERSATZ),
    cards=(SMCB, KT),
    pharmacy_cards_told=True,
    latency_seconds={"connector.sds": 0.2, "GetCards": 0.1},
)


def judged(facts: TerminalFacts, *arguments: str) -> Report:
    """The report on these facts with these options."""
    options = parse(CHECK, ["-H", "kon", *arguments])
    return Report("terminal", tuple(judge(facts, options)), facts)


def bad(report: Report) -> list[tuple[str, State, str | None]]:
    """Failure class, state and name of what is not OK, in order."""
    return [(f.key, f.state, f.name) for f in report.findings if f.state is not OK]


def off(*names: str, **changed: Any) -> dict[str, Any]:
    """The change that switches these terminals off; what they held is gone from the cards."""
    terminals = tuple(
        replace(one, connected=False, **changed) if one.name in names else one
        for one in (BUERO, KASSE, ERSATZ)
    )
    cards = tuple(card for card in (SMCB, KT) if card.terminal not in names)
    return {"terminals": terminals, "cards": cards}


def pin(status: str | None, tries: int | None = None) -> dict[str, Any]:
    """The change of the SMC-B's PIN."""
    return {"cards": (replace(SMCB, pin_status=status, left_tries=tries), KT)}


ZONE = ["--timezone", "Europe/Berlin"]
DAY, NIGHT = ["--hours", "Di 08:00-18:30", *ZONE], ["--hours", "Mi 08:00-18:30", *ZONE]
EXPECTED = ["--expect", "Büro", "--expect", "Kasse 1"]
RESERVE = ["--reserve", "Ersatz"]

Expected = list[tuple[str, State, str | None]]
TERMINALS: list[tuple[str, dict[str, Any], list[str], Expected]] = [
    ("a healthy site is quiet", {}, [], []),
    ("with all that can be asked for", {}, [*EXPECTED, *RESERVE, "--min-connected", "3"], []),
    ("one of several is off", off("Kasse 1"), [], [("kt.offline", W, "Kasse 1")]),
    ("while it is open", off("Kasse 1"), DAY, [("kt.offline", W, "Kasse 1")]),
    ("no fault at night", off("Kasse 1", "Ersatz"), NIGHT, []),
    ("expected", off("Kasse 1"), EXPECTED, [("kt.offline", C, "Kasse 1")]),
    ("not even then at night", off("Kasse 1"), [*EXPECTED, *NIGHT, "--min-connected", "3"], []),
    (
        "a spare takes its place",
        off("Kasse 1"),
        [*EXPECTED, *RESERVE],
        [("kt.offline", W, "Kasse 1")],
    ),
    (
        "no spare for it",
        off("Kasse 1", "Ersatz"),
        [*EXPECTED, *RESERVE],
        [("kt.offline", C, "Kasse 1"), ("kt.no_spare", W, "Ersatz")],
    ),
    ("the spare is missing", off("Ersatz"), RESERVE, [("kt.no_spare", W, "Ersatz")]),
    ("nobody expects it", off("Ersatz"), EXPECTED, []),
    ("enough are there", off("Kasse 1"), ["--min-connected", "2"], []),
    (
        "too few",
        off("Kasse 1", "Ersatz"),
        ["--min-connected", "2"],
        [("kt.offline", W, "Kasse 1"), ("kt.offline", W, "Ersatz"), ("kt.too_few", C, None)],
    ),
    ("it never was connected", off("Ersatz", firmware=None), [], []),
    (
        "which is no excuse when it is expected",
        off("Ersatz", firmware=None),
        ["--expect", "Ersatz"],
        [("kt.offline", C, "Ersatz")],
    ),
    (
        "the one with the SMC-B, even at night",
        off("Büro"),
        NIGHT,
        [("kt.smcb_offline", C, "Büro")],
    ),
    (
        "the last one",
        off("Büro", "Kasse 1", "Ersatz"),
        RESERVE,
        [
            ("kt.smcb_offline", C, "Büro"),
            ("kt.none_connected", C, None),
            ("kt.offline", W, "Kasse 1"),
            ("kt.no_spare", W, "Ersatz"),
        ],
    ),
    (
        "the only one",
        {"terminals": (replace(KASSE, connected=False),), "cards": ()},
        [],
        [("kt.none_connected", C, None), ("kt.offline", W, "Kasse 1"), ("smcb.missing", C, None)],
    ),
    (
        "the only one, with the SMC-B",
        {"terminals": (replace(BUERO, connected=False),), "cards": ()},
        [],
        [("kt.smcb_offline", C, None)],
    ),
    ("unknown to the Konnektor", {}, ["--expect", "Kase"], [("kt.unlisted", C, "Kase")]),
    ("asked itself, unknown", {}, ["--direct", "K=10.0.0.1"], [("kt.unlisted", W, "K")]),
    ("a spare unknown to it", {}, ["--reserve", "Kase"], [("kt.unlisted", W, "Kase")]),
    (
        "a virtual terminal is none",
        {"terminals": (BUERO, Terminal("HSM", "CT_9", True, False))},
        ["--min-connected", "2"],
        [("kt.too_few", C, None)],
    ),
    (
        "nothing was told of terminals",
        {"terminals": None, "cards": None, "pharmacy_cards_told": False},
        [*EXPECTED, "--min-connected", "5"],
        [],
    ),
]


@pytest.mark.parametrize(
    ("changes", "arguments", "expected"),
    [row[1:] for row in TERMINALS],
    ids=[row[0] for row in TERMINALS],
)
def test_terminals(changes: dict[str, Any], arguments: list[str], expected: Expected) -> None:
    """A healthy site with one thing changed gives exactly the findings that belong to it."""
    assert bad(judged(replace(HEALTHY, **changes), *arguments)) == expected


TWO = {"cards": (replace(SMCB, pin_status="VERIFIABLE", left_tries=3), SECOND, KT)}
NONE_READY = {"cards": tuple(replace(card, pin_status="VERIFIABLE") for card in (SMCB, SECOND))}
CARDS: list[tuple[str, dict[str, Any], list[str], Expected]] = [
    ("after a power cut", pin("VERIFIABLE", 3), [], [("smcb.pin_missing", C, None)]),
    ("even at night", pin("VERIFIABLE"), NIGHT, [("smcb.pin_missing", C, None)]),
    (
        "with one try left",
        pin("VERIFIABLE", 1),
        [],
        [("smcb.pin_low_tries", C, None), ("smcb.pin_missing", C, None)],
    ),
    ("entered at the last try", pin("VERIFIED", 1), [], [("smcb.pin_low_tries", W, None)]),
    ("blocked", pin("BLOCKED", 0), [], [("smcb.pin_blocked", C, None)]),
    ("never made one's own", pin("TRANSPORT_PIN", 3), [], [("smcb.transport_pin", C, None)]),
    ("empty", pin("EMPTY_PIN"), [], [("smcb.no_pin", C, None)]),
    ("switched off", pin("DISABLED"), [], []),
    ("of a kind to come", pin("OTHER"), [], [("smcb.pin_unclear", U, None)]),
    ("could not be asked", pin(None), [], []),
    ("pulled", {"cards": (KT,)}, [], [("smcb.missing", C, None)]),
    ("nobody could ask for cards", {"cards": None, "pharmacy_cards_told": False}, [], []),
    ("two, one not ready", TWO, [], [("smcb.pin_missing", C, "Büro/3")]),
    ("two, one is enough", TWO, ["--min-verified", "1"], []),
    ("two, both are needed", TWO, ["--min-verified", "2"], [("smcb.pin_missing", C, "Büro/3")]),
    (
        "one is enough, none is ready",
        NONE_READY,
        ["--min-verified", "1"],
        [("smcb.pin_missing", C, "Büro/3"), ("smcb.pin_missing", C, "Kasse 1/2")],
    ),
    ("more are needed", {}, ["--min-verified", "2"], [("smcb.too_few", C, None)]),
    ("the one that is needed is ready", TWO, ["--smcb", "Kasse 1/2"], []),
    (
        "the one that is needed is not",
        TWO,
        ["--smcb", "Büro/3"],
        [("smcb.pin_missing", C, "Büro/3")],
    ),
    ("the one that is needed is gone", {}, ["--smcb", "Kasse 1/2"], [("smcb.missing", C, "Kasse 1/2")]),  # noqa: E501
    (
        "another one blocked is worth a warning",
        {"cards": (replace(SMCB, pin_status="BLOCKED"), SECOND)},
        ["--min-verified", "1"],
        [("smcb.pin_blocked", W, "Büro/3")],
    ),
    (
        "an HSM-B counts as well",
        {"cards": (replace(SMCB, type="HSM-B", pin_status="VERIFIABLE"),)},
        [],
        [("smcb.pin_missing", C, None)],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "arguments", "expected"), [row[1:] for row in CARDS], ids=[row[0] for row in CARDS]
)
def test_cards(changes: dict[str, Any], arguments: list[str], expected: Expected) -> None:
    """A healthy site with another SMC-B gives exactly the findings that belong to it."""
    assert bad(judged(replace(HEALTHY, **changes), *arguments)) == expected


RSA_SMCB = {"cards": (replace(SMCB, crypt="RSA"), KT)}
RSA_KT = {"cards": (SMCB, replace(KT, crypt="RSA"))}
UNSURE = {"cards": (replace(SMCB, crypt=None), replace(KT, crypt=None))}


@pytest.mark.parametrize(
    ("day", "changes", "expected"),
    [
        ("2026-03-31", RSA_SMCB, []),
        ("2026-04-01", RSA_SMCB, [("smcb.g20_ending", W, None)]),
        ("2026-06-30", RSA_SMCB, [("smcb.g20_ending", W, None)]),
        ("2026-07-01", RSA_SMCB, [("smcb.g20", C, None)]),
        ("2026-10-01", RSA_KT, []),
        ("2026-10-02", RSA_KT, [("gsmckt.g20", W, "Büro")]),
        ("2026-12-31", RSA_KT, [("gsmckt.g20", W, "Büro")]),
        ("2027-01-01", RSA_KT, [("gsmckt.g20_over", C, "Büro")]),
        ("2027-01-01", {}, []),
        ("2027-01-01", UNSURE, []),
    ],
)
def test_generations(day: str, changes: dict[str, Any], expected: Expected) -> None:
    """RSA-only cards: three months of warning, accepted on their last day, and not after it."""
    facts = replace(HEALTHY, asked_at=f"{day}T10:00:00+01:00", **changes)
    assert bad(judged(facts)) == expected
    for last, before, after in LAST_DAY.values():
        assert {before, after} <= advice.ADVICE.keys()
        year, month, date = last.split("-")
        assert f"{date}.{month}.{year}" in words.pick(advice.ADVICE[before].sentence, "de")


def signs(**told: object) -> dict[str, Any]:
    """What a terminal itself answered to."""
    silent = {
        "asked": True, "sicct": False, "https": False, "ping_seconds": None, "ping_allowed": True
    }  # fmt: skip
    return {"direct": {"Kasse 1": {**silent, **told}}}


@pytest.mark.parametrize(
    ("told", "key", "answering"),
    [
        ({}, "kt.offline_dead", 0),
        ({"sicct": True}, "kt.offline_alive", 1),
        ({"https": True}, "kt.offline_alive", 1),
        ({"ping_seconds": 0.0}, "kt.offline_alive", 1),
        ({"ping_allowed": False}, "kt.offline", 0),
    ],
)
def test_a_terminal_that_is_asked_itself(told: dict[str, Any], key: str, answering: int) -> None:
    """What it says itself names the cause; a ping that is not permitted proves nothing."""
    report = judged(replace(HEALTHY, **off("Kasse 1"), **signs(**told)))
    assert bad(report) == [(key, W, "Kasse 1")]
    assert {m.name: m.value for m in report.metrics}["answering"] == answering
    assert bad(judged(replace(HEALTHY, **signs(**told)))) == []  # the Konnektor knows better


def test_a_terminal_whose_name_nobody_knows_was_not_asked() -> None:
    """A typo in --direct is no terminal that is off."""
    facts = replace(HEALTHY, **off("Kasse 1"), **signs(asked=False))
    assert bad(judged(facts)) == [
        ("kt.offline", W, "Kasse 1"),
        ("kt.not_resolved", State.UNKNOWN, "Kasse 1"),
    ]


@pytest.mark.parametrize("pair", ["Kasse", "=10.0.0.1", "Kasse=", ""])
def test_a_bad_pair_is_named(pair: str) -> None:
    """Name and address belong together."""
    with pytest.raises(OwnTrouble) as caught:
        judged(HEALTHY, "--direct", pair)
    assert "--direct" in words.trouble_sentence(caught.value, "de")


def test_a_pulled_card_between_two_questions() -> None:
    """Fault 4008 to the question for its PIN: the card is missing, and the reason is said."""
    pulled = Failure("GetPinStatus", "card", "fault_card_gone", {"host": "kon", "code": 4008})
    report = judged(replace(HEALTHY, **pin(None), failures=(pulled,)))
    assert bad(report) == [("smcb.missing", C, None)]
    assert "4008" in words.sentence(report.findings[0], "de")


def test_one_failing_question_leaves_the_others() -> None:
    """Terminals are judged although the cards could not be asked for."""
    failed = Failure("GetCards", "other", "konnektor_fault", {"host": "kon", "code": 4711})
    facts = replace(HEALTHY, **off("Kasse 1"), failures=(failed,))
    facts = replace(facts, cards=None, pharmacy_cards_told=False)
    assert bad(judged(facts)) == [("kon.operation", U, None), ("kt.offline", W, "Kasse 1")]


def test_words_and_numbers() -> None:
    """Line 1 of a healthy site; after a power cut it says what to do."""
    report = judged(HEALTHY)
    assert line_1(report, "de") == "TERMINAL OK - SMC-B bereit, verbundene Terminals: 3"
    numbers = {metric.name: metric.value for metric in report.metrics}
    assert numbers == {
        "terminals": 3, "connected": 3, "smcb": 1, "smcb_ready": 1,
        "time_sds": 0.2, "time_cards": 0.1,
    }  # fmt: skip
    report = judged(replace(HEALTHY, **pin("VERIFIABLE", 3)))
    assert line_1(report, "de") == "TERMINAL CRITICAL - SMC-B-PIN nicht eingegeben"
    found = as_dict(report, "de")["findings"][0]  # type: ignore[index]
    assert found["step"].startswith("PIN am Kartenterminal eingeben")
    assert {metric.name: metric.value for metric in report.metrics}["left_tries"] == 3


# From answers to facts.


def told(**changed: Any) -> Answer:
    """An answer of two terminals and two cards, as `konnektor.ask` gives it."""

    def terminal(number: int, **more: Any) -> dict[str, Any]:
        return {"ct_id": f"CT_{number}", "name": "ORGA6100", "connected": True, "physical": True,
                "product": "ORGA6100", "firmware": "3.9.2", **more}  # fmt: skip

    card = {**asdict(SMCB), "ct_id": "CT_1"}
    card = {k: v for k, v in card.items() if k not in ("name", "terminal")}
    data = {
        "directory": {}, "certificate_not_after": None, "resource": None,
        "terminals": [terminal(1), terminal(2), terminal(3, name="Büro")],
        "cards": [card, {**card, "type": "SMC-KT", "ct_id": "CT_2", "slot": 4}],
        "asked": ["SMC-B", "SM-B", "HSM-B", "SMC-KT"], "failures": [], "holders": ["CT_1"],
        "latency_seconds": {}, "warnings": {}, **changed,
    }  # fmt: skip
    return Answer(data, datetime(2026, 11, 24, 9, tzinfo=UTC))


def test_names_are_told_apart_and_may_be_given() -> None:
    """Two terminals of one name carry their CtId; the user's name counts for name or CtId."""
    assert [one["name"] for one in read(told())["terminals"]] == [
        "ORGA6100", "ORGA6100 (CT_2)", "Büro",
    ]  # fmt: skip
    facts = read(told(), ["Kasse 1=CT_2", "Chef=Büro", "Karte=ORGA6100/3"])
    assert [one["name"] for one in facts["terminals"]] == ["ORGA6100", "Kasse 1", "Chef"]
    assert [(card["terminal"], card["name"]) for card in facts["cards"]] == [
        ("ORGA6100", "Karte"), ("Kasse 1", "Kasse 1/4"),
    ]  # fmt: skip


def test_facts_have_the_fields_of_the_contract() -> None:
    """No handle, no number of a card, no holder."""
    facts = read(told())
    assert facts["terminals"][0].keys() >= {
        "name", "ct_id", "connected", "physical", "product", "firmware", "cards",
    }  # fmt: skip
    assert facts["terminals"][0]["cards"] == ("SMC-B",)
    assert facts["cards"][0].keys() == {
        "type", "terminal", "slot", "pin_status", "left_tries", "expires", "crypt", "name",
    }  # fmt: skip


def away(answer: Answer, *ct_ids: str) -> Answer:
    """The answer when these terminals are off: they and their cards are not seen."""
    data = answer.data
    terminals = [{**one, "connected": one["ct_id"] not in ct_ids} for one in data["terminals"]]
    cards = [card for card in data["cards"] if card["ct_id"] not in ct_ids]
    return answer._replace(data={**data, "terminals": terminals, "cards": cards})


def test_where_the_smcb_was_is_remembered() -> None:
    """Over runs in which its terminal is off, until the card is seen to have moved."""

    def holders(answer: Answer, name: str = "") -> list[str]:
        options = parse(CHECK, ["-H", "kon", "--name", name])
        return list(remember(answer, options).data["holders"])

    assert holders(told()) == ["CT_1"]
    assert holders(away(told(), "CT_1")) == ["CT_1"]
    assert holders(away(told(), "CT_1", "CT_2")) == ["CT_1"]
    assert holders(away(told(), "CT_1"), name="other") == []
    assert holders(told(terminals=None)) == []
    assert holders(told(asked=["SMC-KT"])) == []
    assert holders(away(told(), "CT_1")) == ["CT_1"]
    assert holders(told(cards=[])) == []  # pulled: its terminal is there, the card is not
    assert holders(away(told(), "CT_1")) == []
    moved = told(cards=[{**told().data["cards"][0], "ct_id": "CT_3"}])
    assert holders(moved) == ["CT_3"]
    assert holders(away(moved, "CT_3")) == ["CT_3"]
