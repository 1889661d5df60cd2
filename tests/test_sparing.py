"""What leaves for others: one request per pause, whatever happens to clocks, files and runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
from test_state import NOBODY, as_root, result_of, start_child

from apowacht.plugins.core.sparing import (
    FLIGHT_SECONDS,
    LONGEST_PAUSE,
    Kept,
    Rule,
    since_boot,
    sparingly,
)
from apowacht.plugins.core.state import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TOPIC, KEY = "sparing", ("example.test",)
RULE = Rule(300.0)
START = 1_800_000_000.0  # a multiple of 300
DAY = 86400


class Host:
    """A computer: its clock, its uptime, its state folder, and what left it."""

    def __init__(self, folder: Path, rule: Rule = RULE) -> None:
        self.now = START
        self.up = 5000.0
        self.boot = "first"
        self.rule = rule
        self.asked: list[float] = []
        self.answers: dict[str, Any] = {"n": 1}
        self.store = Store(str(folder), clock=lambda: self.now)
        self.rand: Callable[[], float] = lambda: 0.5

    def pass_(self, seconds: float) -> None:
        """Let time pass on both clocks."""
        self.now += seconds
        self.up += seconds

    def ask(self) -> dict[str, Any]:
        """What leaves the computer; by true time, which is that of the uptime."""
        self.asked.append(self.up)
        return dict(self.answers)

    def run(self, **more: Any) -> Kept:
        """One run that would like to ask."""
        return sparingly(
            self.store,
            TOPIC,
            KEY,
            self.now,
            self.rule,
            self.ask,
            rand=self.rand,
            uptime=lambda: (self.boot, self.up),
            **more,
        )

    @property
    def file(self) -> str:
        """Where the entry is kept."""
        return self.store.path(TOPIC, KEY)

    def record(self) -> dict[str, Any]:
        """What the file holds."""
        with open(self.file, encoding="utf-8") as file:
            told: dict[str, Any] = json.load(file)
        return told


@pytest.fixture
def host(tmp_path: Path) -> Host:
    """A computer with an empty state folder."""
    return Host(tmp_path)


def test_the_first_run_asks_and_the_next_ones_get_its_answer(host: Host) -> None:
    """With its age, and when the next request is due."""
    first = host.run()
    assert first.asked_now
    assert first.data == {"n": 1}
    assert first.age == 0
    assert first.next_at == START + 300
    host.pass_(299)
    second = host.run()
    assert (second.data, second.age, second.asked_now, second.why) == ({"n": 1}, 299, False, None)
    host.pass_(1)
    assert host.run().asked_now
    assert host.asked == [5000.0, 5300.0]


def test_the_jitter_is_drawn_anew_each_time(host: Host) -> None:
    """Between none and all of it, on top of the pause."""
    host.rule = Rule(600, 10)
    drawn = iter([0.1, 0.25, 0.3, 0.75])
    host.rand = lambda: next(drawn, 0.0)
    waits = []
    for _ in range(2):
        host.run()
        kept = host.run()
        assert kept.next_at is not None
        waits.append(kept.next_at - host.now)
        host.pass_(700)
    assert len(set(waits)) == 2
    assert all(600 <= one <= 610 for one in waits)


def test_a_failure_is_kept_and_may_ask_for_a_longer_pause(host: Host) -> None:
    """And the last good answer stays beside it, with its own age; a day is the most."""
    host.run()
    host.pass_(300)
    host.answers = {"failure": "429", "pause": 3600}
    failed = host.run()
    assert failed.data == {"failure": "429", "pause": 3600}
    assert (failed.good, failed.good_age, failed.age) == ({"n": 1}, 300, 0)
    host.pass_(3599)
    assert not host.run().asked_now
    host.pass_(1)
    host.answers = {"failure": "429", "pause": 1e9}
    assert host.run().next_at == host.now + LONGEST_PAUSE


def test_what_asking_raises_goes_through_and_counts_as_asked(host: Host) -> None:
    """The next run does not ask at once."""

    def fail() -> dict[str, Any]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        sparingly(host.store, TOPIC, KEY, host.now, RULE, fail)
    host.pass_(200)
    assert not host.run().asked_now
    host.pass_(100 + FLIGHT_SECONDS)
    assert host.run().asked_now


def test_the_last_word_is_spoken_under_the_lock(host: Host) -> None:
    """It sees what is kept, and with a no nothing is entered."""
    seen = []

    def may(memory: dict[str, Any], now: float) -> bool:
        seen.append((memory.get("data"), now))
        return len(seen) > 1

    assert not host.run(may=may).asked_now
    assert not os.path.exists(host.file)
    assert host.run(may=may).asked_now
    host.pass_(300)
    assert host.run(may=may).asked_now
    assert seen == [(None, START), (None, START), ({"n": 1}, START + 300)]


def test_a_slow_answer_begins_the_pause_at_its_end(host: Host) -> None:
    """Two requests are a pause apart even for a server that sees the first one late."""

    def slow() -> dict[str, Any]:
        host.pass_(25)
        return {}

    sparingly(host.store, TOPIC, KEY, host.now, RULE, slow, uptime=lambda: (host.boot, host.up))
    host.pass_(299)
    assert not host.run().asked_now
    host.pass_(1)
    assert host.run().asked_now


def test_whoever_began_early_counts_from_when_its_turn_comes(host: Host) -> None:
    """A run that did something else for a while before it asks enters the true moment."""
    begun = host.now
    host.pass_(8)
    sparingly(host.store, TOPIC, KEY, begun, RULE, host.ask)
    assert host.record()["data"]["asked_at"] == begun + 8


@pytest.mark.parametrize("step", [3, 250, 3600, 10 * DAY, 10 * 365 * DAY])
@pytest.mark.parametrize("sign", [1, -1], ids=["forward", "back"])
def test_a_clock_that_is_set_leads_to_no_extra_request(host: Host, step: int, sign: int) -> None:
    """By true time a whole pause lies between two requests; and it goes on by itself after."""
    host.run()
    host.pass_(100)
    host.now += sign * step
    for _ in range(80):
        kept = host.run()
        if sign < 0 and step > 200 and host.up == 5100.0:
            assert kept.why == "state_future"
        host.pass_(10)
    gaps = [b - a for a, b in zip(host.asked, host.asked[1:], strict=False)]
    assert len(gaps) >= 1
    assert min(gaps) >= 298


def test_a_clock_that_is_set_to_and_fro_leads_to_no_extra_request(host: Host) -> None:
    """Every minute another year."""
    for minute in range(120):
        host.now += (1 if minute % 2 else -1) * 365 * DAY
        host.run()
        host.pass_(60)
    gaps = [b - a for a, b in zip(host.asked, host.asked[1:], strict=False)]
    assert not gaps or min(gaps) >= 298


def test_after_a_restart_of_the_computer_the_clock_alone_counts(host: Host) -> None:
    """The uptime begins anew and says nothing."""
    host.run()
    host.boot, host.up = "second", 7.0
    host.now += 299
    assert not host.run().asked_now
    host.now += 1
    assert host.run().asked_now


def test_an_age_is_right_after_the_clock_was_set(host: Host) -> None:
    """As long as the computer has not been restarted."""
    host.run()
    host.pass_(50)
    host.now += 7 * DAY
    assert host.run().age == 50


DAMAGE = {
    "no json": b"{",
    "another shape": b"[]",
    "nothing": b"",
    "binary": bytes(range(256)),
    "null": b'{"format": 1, "key": ["example.test"], "saved": 1, "data": {"asked_at": null}}',
    "text": b'{"format": 1, "key": ["example.test"], "saved": 1, "data": {"asked_at": "x"}}',
    "far": b'{"format": 1, "key": ["example.test"], "saved": 1, '
    b'"data": {"asked_at": 1, "next_at": 1e11}}',
    "backwards": b'{"format": 1, "key": ["example.test"], "saved": 1, '
    b'"data": {"asked_at": 1800000000, "next_at": 1}}',
    "infinite": b'{"format": 1, "key": ["example.test"], "saved": 1, '
    b'"data": {"asked_at": -Infinity, "next_at": NaN}}',
    "another key": b'{"format": 1, "key": ["else"], "saved": 1, "data": {}}',
}


@pytest.mark.parametrize("content", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_entry_asks_nobody_and_heals_after_a_pause(host: Host, content: bytes) -> None:
    """The reason is said until the next request."""
    host.run()
    host.pass_(1000)
    with open(host.file, "wb") as file:
        file.write(content)
    for _ in range(3):
        kept = host.run()
        assert (kept.asked_now, kept.why) == (False, "state_corrupt")
        host.pass_(99)
    assert len(host.asked) == 1
    host.pass_(3)
    healed = host.run()
    assert (healed.asked_now, healed.why) == (True, None)


def test_an_entry_of_a_later_version_is_left_alone(host: Host) -> None:
    """Whoever wrote it knows better; nobody is asked for as long as it is there."""
    host.run()
    later = {**host.record(), "format": 9}
    with open(host.file, "w", encoding="utf-8") as file:
        json.dump(later, file)
    host.pass_(DAY)
    kept = host.run()
    assert (kept.asked_now, kept.why, kept.data) == (False, "state_newer", None)
    assert host.record()["format"] == 9


def test_trouble_is_told_by_the_reason_alone(host: Host) -> None:
    """No note of the run says it a second time, and older notes stay."""
    with open(host.file, "w", encoding="utf-8") as file:
        file.write("{")
    host.store.read("other", ("x",))
    before = list(host.store.troubles)
    host.run()
    assert host.store.troubles == before


def test_without_a_folder_nobody_is_asked(tmp_path: Path) -> None:
    """A file in the place of the folder."""
    (tmp_path / "file").write_text("")
    host = Host(tmp_path / "file")
    assert host.run()._replace(detail="") == Kept(why="state_folder")
    assert host.asked == []


@as_root
def test_a_folder_of_another_user_is_read_and_never_asked_from(tmp_path: Path) -> None:
    """What another user's runs keep is shown with its age; when it is due, the reason is said."""
    os.chmod(tmp_path, 0o755)
    folder = tmp_path
    while folder != folder.parent:  # pytest's own folders are for their user only
        os.chmod(folder, os.stat(folder).st_mode | 0o055)
        folder = folder.parent
    host = Host(tmp_path)
    host.run()

    def other() -> Any:
        kept = host.run()
        return kept.data, kept.age, kept.why, kept.asked_now

    assert result_of(start_child(other, NOBODY)) == ({"n": 1}, 0, None, False)
    host.pass_(400)
    assert result_of(start_child(other, NOBODY)) == ({"n": 1}, 400, "state_readonly", False)
    assert host.run().asked_now


@as_root
def test_two_users_who_share_a_folder_share_the_limit(tmp_path: Path) -> None:
    """Whoever comes first asks for both, in turn."""
    os.chmod(tmp_path, 0o1777)
    folder = tmp_path.parent
    while folder != folder.parent:
        os.chmod(folder, os.stat(folder).st_mode | 0o055)
        folder = folder.parent
    host = Host(tmp_path)

    def one() -> Any:
        kept = host.run()
        return kept.asked_now, kept.why

    rounds = []
    for _ in range(4):
        users = [start_child(one, uid) for uid in (0, NOBODY, NOBODY - 1, 0)]
        rounds.append([result_of(user) for user in users])
        host.pass_(301)
    for answers in rounds:
        assert sum(asked for asked, _ in answers) <= 1
        assert {why for asked, why in answers if not asked} <= {None, "state_readonly"}
    assert sum(asked for answers in rounds for asked, _ in answers) >= 2


SLOT = Rule(300, 20, slot=300, offset=60)


def test_the_other_side_is_asked_when_its_answer_is_new(host: Host) -> None:
    """Never in the first minute of its slot, as long as somebody comes at a better time."""
    host.rule = SLOT
    host.pass_(70)
    for _ in range(DAY // 5):
        if host.run().asked_now:
            assert host.now % 300 >= 60
        host.pass_(5)
    assert 270 <= len(host.asked) <= 288
    assert min(b - a for a, b in zip(host.asked, host.asked[1:], strict=False)) >= 300


def test_whoever_always_comes_at_a_bad_time_is_not_left_without(host: Host) -> None:
    """A single service every five minutes, always in the bad minute: every second time."""
    host.rule = SLOT
    host.pass_(30)
    came = []
    for _ in range(10):
        came.append(host.run().asked_now)
        host.pass_(300)
    assert came == [True, False] * 5


RACER = """
import sys, time
from apowacht.plugins.core.sparing import Rule, sparingly
from apowacht.plugins.core.state import Store
folder, log, start = sys.argv[1:]
def ask():
    with open(log, "a") as file:
        file.write("asked\\n")
    time.sleep(0.3)
    return {"answer": 42}
time.sleep(max(0.0, float(start) - time.time()))
kept = sparingly(Store(folder), "race", ("x",), time.time(), Rule(300, 10), ask, wait=20)
print(kept.data, kept.asked_now)
"""


@pytest.mark.slow
def test_twenty_processes_at_once_ask_once_and_all_know_the_answer(tmp_path: Path) -> None:
    """The nineteen wait a moment for the one."""
    log = tmp_path / "log"
    start = str(time.time() + 2.5)
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, str(tmp_path / "state"), str(log), start],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        )
        for _ in range(20)
    ]
    answers = sorted(racer.communicate()[0] for racer in racers)
    assert answers == ["{'answer': 42} False\n"] * 19 + ["{'answer': 42} True\n"]
    assert log.read_text() == "asked\n"


def test_a_run_that_died_while_asking_is_not_waited_for_long(host: Host) -> None:
    """Its reservation stands for the pause, and the older answer is shown."""
    host.run()
    host.pass_(300)
    with pytest.raises(KeyboardInterrupt):
        sparingly(host.store, TOPIC, KEY, host.now, RULE, _die)
    waited = time.monotonic()
    kept = host.run(wait=0.2)
    assert time.monotonic() - waited >= 0.2
    assert (kept.data, kept.age, kept.asked_now, kept.pending) == ({"n": 1}, 300, False, True)
    host.pass_(FLIGHT_SECONDS)
    assert not host.run(wait=20).pending


def _die() -> dict[str, Any]:
    raise KeyboardInterrupt


@pytest.mark.skipif(sys.platform != "linux", reason="Linux: its uptime")
def test_the_uptime_of_this_computer_goes_on() -> None:
    """And names the same start of it each time."""
    first, second = since_boot(), since_boot()
    assert first is not None
    assert second is not None
    assert first[0] == second[0]
    assert first[1] <= second[1]
