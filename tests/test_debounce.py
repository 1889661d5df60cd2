"""Debounce and grace: when a trouble that may flap is reported, and when it ends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apowacht.plugins.core.debounce import (
    GAP,
    LONGEST_WINDOW,
    MOST_KEYS,
    Rule,
    Settled,
    parse_debounce,
    settle,
    settle_all,
    settle_kept,
)
from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.state import Store

if TYPE_CHECKING:
    from pathlib import Path

    Memory = dict[str, Any]

OK, WARNING, CRITICAL, UNKNOWN = range(4)
START = 1_800_000_000.0
MINUTE = 60.0

rules = st.builds(
    lambda window, share, grace: Rule(max(1, round(window * share)), window, grace),
    st.integers(1, 8),
    st.floats(0, 1),
    st.sampled_from([0.0, 45.0, 600.0]),
).filter(lambda rule: rule.active)
states = st.lists(st.sampled_from([OK, WARNING, CRITICAL, UNKNOWN]), max_size=60)


def run(
    results: list[int], rule: Rule, interval: float = MINUTE, memory: Memory | None = None
) -> list[tuple[int, float | None]]:
    """What is reported for these results, one per interval, the memory passing through JSON."""
    kept = memory or {}
    told = []
    for n, state in enumerate(results):
        shown, held, kept = settle(kept, "k", state, START + n * interval, rule)
        kept = json.loads(json.dumps(kept))
        told.append((shown, held))
    return told


def shown(results: list[int], rule: Rule, interval: float = MINUTE) -> list[int]:
    """The reported states alone."""
    return [state for state, _ in run(results, rule, interval)]


@pytest.mark.parametrize(
    ("text", "pair"), [("3/5", (3, 5)), (" 1 / 1 ", (1, 1)), ("100/100", (100, 100))]
)
def test_debounce_is_n_of_m(text: str, pair: tuple[int, int]) -> None:
    """N/M is read as two numbers."""
    assert parse_debounce(text) == pair


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3",
        "/",
        "3/",
        "/5",
        "0/5",
        "6/5",
        "-1/5",
        "3/5/7",
        "3/101",
        "a/b",
        "³/5",
        "1.5/3",
        "9" * 5000 + "/5",
    ],
)
def test_a_wrong_debounce_is_refused(text: str) -> None:
    """Anything but 1 <= N <= M <= 100 is our trouble, with the text in it."""
    with pytest.raises(OwnTrouble) as caught:
        parse_debounce(text)
    assert caught.value.reason == "debounce_syntax"
    assert caught.value.values == {"text": text}


@pytest.mark.parametrize(
    ("rule", "results", "reported"),
    [
        (Rule(2, 3), [2, 2], [0, 2]),
        (Rule(2, 3), [2, 0, 2], [0, 0, 2]),
        (Rule(2, 3), [2, 0, 0, 2], [0, 0, 0, 0]),
        (Rule(3, 5), [1, 0, 1, 0, 2], [0, 0, 0, 0, 2]),
        (Rule(2, 2), [1, 1, 2, 1], [0, 1, 2, 1]),
        (Rule(2, 2), [2, 2, 0, 2, 0, 0, 2], [0, 2, 2, 2, 2, 0, 0]),
        (Rule(2, 5), [2, 2, 0, 0, 2, 2], [0, 2, 2, 0, 0, 2]),
        (Rule(2, 2), [2, 3, 2], [0, 3, 2]),
        (Rule(2, 2), [2, 2, 0, 3, 0], [0, 2, 2, 3, 0]),
        (Rule(1, 3), [2, 0, 0, 2], [2, 2, 0, 2]),
        (Rule(grace=120), [2, 2, 2, 2], [0, 0, 2, 2]),
        (Rule(grace=120), [2, 2, 0, 2, 2, 2], [0, 0, 0, 0, 0, 2]),
        (Rule(2, 4, 120), [2, 2, 2], [0, 0, 2]),
        (Rule(4, 4, 120), [2, 2, 2, 2], [0, 0, 0, 2]),
        (Rule(2, 4, 120), [2, 0, 2, 0, 2], [0, 0, 0, 0, 0]),
    ],
    ids=[
        "two-of-three",
        "with-a-gap",
        "out-of-the-window",
        "flapping",
        "escalation-and-easing-at-once",
        "two-goods-end-it",
        "what-is-over-counts-no-more",
        "unknown-does-not-count",
        "unknown-does-not-break-the-goods",
        "one-of-three-only-prolongs",
        "grace",
        "grace-starts-again",
        "both-grace-last",
        "both-window-last",
        "both-flapping",
    ],
)
def test_results_of_one_a_minute(rule: Rule, results: list[int], reported: list[int]) -> None:
    """Each row: a rule, results one minute apart, what is reported for each."""
    assert shown(results, rule) == reported


def test_while_held_back_the_time_since_it_began_is_told() -> None:
    """Held seconds grow from the begin of the trouble and vanish when it is reported."""
    told = run([2, 1, 2, 2], Rule(4, 5))
    assert told == [(0, 0.0), (0, 60.0), (0, 120.0), (2, None)]


def test_the_first_good_result_is_held_back_too() -> None:
    """After a reported trouble the first good result changes nothing, and says that it is held."""
    assert run([2, 2, 0, 0, 0], Rule(2, 2))[2:] == [(2, 0.0), (0, None), (0, None)]


@given(states)
def test_without_a_rule_every_state_is_reported_as_it_is(results: list[int]) -> None:
    """No debounce and no grace: the identity, and nothing is remembered."""
    assert run(results, Rule()) == [(state, None) for state in results]
    assert settle({}, "k", CRITICAL, START, Rule())[2] == {}


@given(rules, states, st.sampled_from([10.0, 60.0, 900.0, 7200.0]))
def test_nothing_is_reported_before_the_rule_is_fulfilled(
    rule: Rule, results: list[int], interval: float
) -> None:
    """A change from good to bad happens only on enough bad results that last long enough."""
    counted: list[tuple[int, float]] = []
    before = OK
    for n, (state, (told, held)) in enumerate(
        zip(results, run(results, rule, interval), strict=True)
    ):
        now = START + n * interval
        if state == UNKNOWN:
            assert (told, held) == (UNKNOWN, None)
            continue
        counted.append((state, now))
        assert told in (state, OK, before)
        assert (held is None) == (told == state)
        if told != OK and before == OK:
            window = counted[-rule.window :]
            assert sum(one != OK for one, _ in window) >= rule.bad
            unbroken = now
            for one, moment in reversed(counted):
                if one == OK:
                    break
                unbroken = moment
            assert now - unbroken >= rule.grace
        before = told


@given(rules, states, st.sampled_from([10.0, 60.0, 900.0, 7200.0]))
def test_two_good_results_in_a_row_always_end_it(
    rule: Rule, results: list[int], interval: float
) -> None:
    """Whatever was before, the second good result in a row is reported as good."""
    assert shown([*results, OK, OK], rule, interval)[-1] == OK


@given(rules, st.sampled_from([10.0, 60.0, 3601.0, 86400.0]))
def test_what_stays_bad_is_reported_in_the_end(rule: Rule, interval: float) -> None:
    """No interval is so long that a lasting trouble is held back for ever."""
    runs = rule.window + int(rule.grace / interval) + 3
    assert shown([CRITICAL] * runs, rule, interval)[-1] == CRITICAL


@given(st.sampled_from([60.0, 7200.0, 86400.0]))
def test_what_flaps_for_long_is_reported(interval: float) -> None:
    """Three of five is reached by a device that comes and goes, at any interval."""
    assert CRITICAL in shown([CRITICAL, OK] * 5, Rule(3, 5), interval)


@given(rules, st.lists(st.tuples(st.sampled_from([0, 1, 2, 3]), st.text(max_size=2)), max_size=80))
def test_memory_stays_small(rule: Rule, results: list[tuple[int, str]]) -> None:
    """No window is longer than its rule, and keys without anything bad are forgotten."""
    memory: Memory = {}
    for n, (state, key) in enumerate(results):
        _, _, memory = settle(memory, key, state, START + n, rule)
    assert all(len(entry[-1]) <= rule.window for entry in memory.values())
    now = START + len(results)
    for n in range(rule.window + 2):
        _, memory = settle_all(memory, {}, now + n, rule)
    assert memory == {}


def test_the_number_of_keys_is_bounded() -> None:
    """Keys that nobody sees again push each other out, the oldest first."""
    memory: Memory = {}
    for n in range(MOST_KEYS + 50):
        _, _, memory = settle(memory, f"k{n}", CRITICAL, START, Rule(2, 3))
    assert len(memory) == MOST_KEYS
    assert "k49" not in memory
    assert "k50" in memory


@pytest.mark.parametrize("step", [GAP + 2, -GAP], ids=["gap", "clock-back"])
def test_results_that_do_not_belong_together_begin_anew(step: float) -> None:
    """After a long gap or a step back of the clock the window starts again."""
    rule = Rule(3, 3)
    memory: Memory = {}
    for n in range(2):
        _, _, memory = settle(memory, "k", CRITICAL, START + n, rule)
    state, held, memory = settle(memory, "k", CRITICAL, START + step, rule)
    assert (state, held) == (OK, 0.0)
    for n in (1, 2):
        state, held, memory = settle(memory, "k", CRITICAL, START + step + n, rule)
    assert (state, held) == (CRITICAL, None)


def test_two_runs_in_the_other_order_are_no_step_of_the_clock() -> None:
    """A result that is a few seconds older than the last one counts as well."""
    rule = Rule(2, 3)
    _, _, memory = settle({}, "k", CRITICAL, START, rule)
    state, held, _ = settle(memory, "k", CRITICAL, START - 5, rule)
    assert (state, held) == (CRITICAL, None)


def test_a_key_that_vanished_is_good() -> None:
    """A finding no longer yielded stays reported for one more run, then it is over."""
    rule = Rule(2, 2)
    memory: Memory = {}
    for n in range(2):
        answers, memory = settle_all(memory, {"a": CRITICAL, "b": OK}, START + n, rule)
    assert answers == {"a": Settled(CRITICAL, None), "b": Settled(OK, None)}
    answers, memory = settle_all(memory, {"b": OK}, START + 2, rule)
    assert answers == {"a": Settled(CRITICAL, 0.0), "b": Settled(OK, None)}
    answers, memory = settle_all(memory, {"b": OK}, START + 3, rule)
    assert answers == {"b": Settled(OK, None)}
    assert memory == {}


def test_a_run_that_could_not_look_ends_nothing() -> None:
    """While a finding is UNKNOWN, a key that is missing has not become good."""
    rule = Rule(2, 2)
    memory: Memory = {}
    for n in range(2):
        _, memory = settle_all(memory, {"a": CRITICAL}, START + n, rule)
    for n in range(2, 6):
        answers, memory = settle_all(memory, {"no_data": UNKNOWN}, START + n, rule)
        assert answers == {"no_data": Settled(UNKNOWN, None)}
    answers, _ = settle_all(memory, {"a": CRITICAL}, START + 6, rule)
    assert answers == {"a": Settled(CRITICAL, None)}


def test_a_silent_target_ends_nothing_of_what_was_seen_before() -> None:
    """While only the silence itself is a finding, other keys have not become good."""
    rule = Rule(2, 2)
    memory: Memory = {}
    for n in range(2):
        _, memory = settle_all(memory, {"a": WARNING}, START + n, rule)
    for n in range(2, 6):
        answers, memory = settle_all(memory, {"gone": CRITICAL}, START + n, rule, whole=False)
    assert answers == {"gone": Settled(CRITICAL, None)}
    answers, _ = settle_all(memory, {"a": WARNING}, START + 6, rule)
    assert answers == {"a": Settled(WARNING, None), "gone": Settled(CRITICAL, 0.0)}


GOOD_ENTRY = [START, 60.0, START, 0, 0, "1"]


@pytest.mark.parametrize(
    "entry",
    [
        None,
        7,
        [],
        {"at": 1},
        GOOD_ENTRY[:-1],
        [None, *GOOD_ENTRY[1:]],
        [float("nan"), *GOOD_ENTRY[1:]],
        [START, float("inf"), *GOOD_ENTRY[2:]],
        [START, 60.0, START + 9, *GOOD_ENTRY[3:]],
        [START, 60.0, "x", *GOOD_ENTRY[3:]],
        [START, 60.0, START, 7, 0, "1"],
        [START, 60.0, START, [], 0, "1"],
        [START, 60.0, START, 0, "x", "1"],
        [START, 60.0, START, 0, 0, 1],
        [START, 60.0, START, 0, 0, "1x"],
    ],
)
def test_an_entry_of_another_shape_is_ignored(entry: object) -> None:
    """Whatever else stands in the memory, the key starts afresh."""
    state, held, memory = settle({"k": entry}, "k", CRITICAL, START + 1, Rule(2, 2))
    assert (state, held) == (OK, 0.0)
    assert settle(memory, "k", CRITICAL, START + 2, Rule(2, 2))[0] == CRITICAL


def test_the_window_follows_a_changed_rule() -> None:
    """A rule changed between two runs is applied to the results that are known."""
    _, _, memory = settle({}, "k", CRITICAL, START, Rule(5, LONGEST_WINDOW))
    _, _, memory = settle(memory, "k", CRITICAL, START + 1, Rule(5, LONGEST_WINDOW))
    assert settle(memory, "k", CRITICAL, START + 2, Rule(2, 2))[0] == CRITICAL


def test_the_memory_given_is_not_changed() -> None:
    """The function is pure: what was passed in stays as it was."""
    _, _, memory = settle({}, "k", CRITICAL, START, Rule(2, 2))
    before = json.dumps(memory)
    settle(memory, "k", OK, START + 1, Rule(2, 2))
    settle_all(memory, {"x": CRITICAL}, START + 1, Rule(2, 2))
    assert json.dumps(memory) == before


KEY = ("site", "ups", "192.0.2.7", "")


def test_the_memory_is_kept_from_run_to_run(tmp_path: Path) -> None:
    """Two runs with stores of their own report on the second."""
    told = [
        settle_kept(Store(str(tmp_path)), KEY, {"a": CRITICAL}, START + n, Rule(2, 2))
        for n in range(2)
    ]
    assert told == [{"a": Settled(OK, 0.0)}, {"a": Settled(CRITICAL, None)}]


def test_without_a_rule_the_folder_is_not_touched(tmp_path: Path) -> None:
    """No debounce, no file."""
    store = Store(str(tmp_path / "state"))
    assert settle_kept(store, KEY, {"a": WARNING}, START, Rule()) == {"a": Settled(WARNING, None)}
    assert not (tmp_path / "state").exists()


def test_with_a_broken_state_a_check_judges_as_if_there_were_no_rule(tmp_path: Path) -> None:
    """A corrupt file and an unusable folder report at once; the file is good afterwards."""
    (tmp_path / "file").write_text("")
    store = Store(str(tmp_path / "file"))
    reported = {"a": Settled(CRITICAL, None), "b": Settled(OK, None)}
    assert settle_kept(store, KEY, {"a": CRITICAL, "b": OK}, START, Rule(2, 2)) == reported
    assert store.trouble == "state_folder"
    store = Store(str(tmp_path))
    with open(store.path("debounce", KEY), "w", encoding="utf-8") as file:
        file.write("{")
    assert settle_kept(store, KEY, {"a": CRITICAL, "b": OK}, START, Rule(3, 3)) == reported
    assert store.trouble == "state_corrupt"
    held = settle_kept(store, KEY, {"a": CRITICAL}, START + 1, Rule(3, 3))
    assert held == {"a": Settled(OK, 1.0)}
    assert store.trouble is None
