"""A day with TI-Lage: how often it is asked by many services, and what each of them is told."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import pytest

from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import Unreachable
from apowacht.plugins.core.state import Store
from apowacht.plugins.read import tilage
from apowacht.plugins.wire.tilage import Asked, Told, seconds_of
from apowacht.simulator.tilage_service import Outage, TiLage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from apowacht.plugins.core.check import Options
    from apowacht.plugins.wire.tilage import Server

START = 1_800_000_000.0  # a multiple of 300
DAY, SLOT = 86400, 300
OURS, OTHERS = {"access": "CI-0000011"}, {"access": "CI-0000012", "smcb": "CI-0000021"}
ACCESS_B = Outage("tianschluss", "Zugang", "Zugang B gestört", "full", ci="CI-0000012")


class Question(NamedTuple):
    """One request that reached TI-Lage."""

    at: float
    path: str
    query: str
    etag: str | None


class World:
    """The time, TI-Lage in it, and computers that ask it; the network is a function call."""

    def __init__(self, told: TiLage, folder: Path) -> None:
        self.told = told
        self.folder = folder
        self.now = START
        self.asked: list[Question] = []
        self.trouble: Exception | None = None

    def get(self, path: str, etag: str | None = None, modified: str | None = None) -> Told:
        """As `Server.get`."""
        plain, _, query = path.partition("?")
        self.asked.append(Question(self.now, plain, query, etag))
        if self.trouble is not None:
            raise self.trouble
        pairs = dict(one.split("=") for one in query.split("&") if one)
        told = self.told.told(plain, pairs)
        mark = str(hash(str(told)))
        return Told(None if mark == etag else told, mark)

    def close(self) -> None:
        """As `Server.close`."""

    def look(self, **providers: str) -> tilage.Lage:
        """One look of one service, with a Store of its own, as each process has."""
        options = SimpleNamespace(
            **{group: providers.get(group) for group in ("access", "smcb", "hba", "kim")},
            tilage_url="https://tilage.test/lageapi",
            tilage_max_age=1200,
            deadline=Deadline(10),
            now=datetime.fromtimestamp(self.now, UTC),
            store=Store(str(self.folder), clock=lambda: self.now),
        )
        return tilage.look(cast("Options", options), cast("Server", self))

    def times(self) -> dict[str, list[float]]:
        """When each path was asked for."""
        paths: dict[str, list[float]] = {}
        for one in self.asked:
            paths.setdefault(one.path, []).append(one.at)
        return paths


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world where all is well, at the beginning of one of gematik's slots."""
    holder: list[World] = []
    with TiLage(clock=lambda: holder[0].now if holder else START) as told:
        holder.append(World(told, tmp_path))
        yield holder[0]


def polite(times: list[float]) -> None:
    """Assert gematik's rules for one path of one day."""
    assert len(times) <= DAY // SLOT
    gaps = [after - before for before, after in pairwise(times)]
    assert not gaps or min(gaps) >= SLOT
    assert all(at % SLOT >= 60 for at in times[1:])


@pytest.mark.slow
def test_a_day_with_twelve_services_a_minute(world: World) -> None:
    """Four filters among them: 288 requests to each path at most, five minutes apart at least,
    never in the first minute of a slot but for the very first; everybody always has an answer."""
    services: list[dict[str, str]] = [{}, OURS, OTHERS, {"kim": "Mail A GmbH"}]
    ages = []
    for turn in range(DAY // 5):
        lage = world.look(**services[turn % 4])
        assert lage.central is not None
        ages.append(lage.age_seconds or 0)
        world.now += 5
    times = world.times()
    for path in ("/v2/tilage", "/v1/tilage/bu/PU", "/v1/tistatus/incident"):
        polite(times[path])
        assert len(times[path]) > 260
    assert len(times["/v2/tilage/filter"]) <= 2
    assert max(ages) < 400
    assert {one.query for one in world.asked} == {""}
    marked = [one for one in world.asked if one.path == "/v2/tilage" and one.etag]
    assert len(marked) > 260


def test_one_pharmacy_lets_the_server_filter(world: World) -> None:
    """After ten minutes in which nobody else was there; till then it filters by itself."""
    world.told.break_down(ACCESS_B)
    told = []
    for _ in range(30):
        told.append(world.look(**OURS).central)
        world.now += 60
    assert all(one is not None and one.access == "none" for one in told)
    queries = [one.query for one in world.asked if one.path == "/v2/tilage"]
    assert queries[:2] == ["", ""]
    assert set(queries[2:]) == {"ciAccess=CI-0000011"}
    assert len(queries) >= 5


def test_a_second_set_of_providers_turns_the_filter_off(world: World) -> None:
    """Its first answer was filtered for somebody else; with the next one both are right."""
    for _ in range(20):
        world.look(**OURS)
        world.now += 60
    world.told.break_down(ACCESS_B)
    world.look(**OURS)
    first = world.look(**OTHERS)
    waited = 0
    while first.central is None:
        world.now += 30
        waited += 30
        world.look(**OURS)
        first = world.look(**OTHERS)
    assert 0 < waited <= 360
    assert first.central.access == "full"
    ours = world.look(**OURS).central
    assert ours is not None
    assert ours.access == "none"
    polite(world.times()["/v2/tilage"])
    assert world.asked[-1].query == ""


def test_a_set_that_is_gone_is_forgotten_after_two_hours(world: World) -> None:
    """Then the server filters for the one that is left."""
    world.look(**OTHERS)
    for _ in range(60 * 3):
        world.look(**OURS)
        world.now += 60
    queries = [(one.at - START, one.query) for one in world.asked if one.path == "/v2/tilage"]
    assert all(query == "" for at, query in queries if at < 2 * 3600)
    assert all(query for at, query in queries if at > 2 * 3600 + 400)


def test_an_outage_is_seen_begins_and_ends(world: World) -> None:
    """Since when is gematik's own time; without it the moment of our first sight, which stays."""
    world.look()
    world.told.break_down(Outage("vsdm", "f", "VSDM weg", "full", ci="CI-0000001", since=START - 9))
    world.now += 400
    vsdm = world.look().apps["vsdm"]
    assert (vsdm["outage"], vsdm["since_seconds"]) == ("full", 409)
    world.told.answer_with("/v1/tistatus/incident", {"success": True, "data": []})
    told = world.told.told
    world.told.told = (  # type: ignore[method-assign]
        lambda path, query: {"data": []} if "incident" in path else told(path, query)
    )
    world.now += 400
    assert world.look().apps["vsdm"]["since_seconds"] == 400
    world.told.break_down()
    world.now += 460  # not in the first minute of a slot
    assert world.look().apps["vsdm"]["since"] is None


def test_silence_is_a_failure_and_never_an_outage(world: World) -> None:
    """What is known holds for twenty minutes; then nothing is said, until it answers again."""
    world.look()
    world.trouble = Unreachable("timeout", phase="connect", host="h", seconds=10)
    said = []
    for _ in range(40):
        world.now += 60
        lage = world.look()
        said.append((lage.central is not None, lage.failure is not None))
    assert said[0] == (True, False)
    assert said[18] == (True, True)
    assert said[25] == (False, True)
    for times in world.times().values():
        gaps = [b - a for a, b in pairwise(times)]
        assert min(gaps) >= SLOT
        assert max(gaps) > 2 * SLOT  # it is asked less and less often
    world.trouble = None
    for _ in range(17):
        world.now += 60
        lage = world.look()
    assert lage.central is not None
    assert lage.failure is None


def test_a_server_that_turns_us_away_is_left_alone(world: World) -> None:
    """403 and 429 hold for all paths: one hour, then two, four ... and what it asks for itself."""
    refusal = Asked("tilage_blocked", phase="request", host="h", what="w", status=429)
    refusal.blocked = True
    world.trouble = refusal
    for _ in range(60 * 24):
        lage = world.look(**OURS)
        world.now += 60
    assert lage.failure is not None
    assert lage.failure.reason == "tilage_blocked"
    moments = [one.at - START for one in world.asked]
    hours = [round((after - before) / 3600, 1) for before, after in pairwise(moments)]
    assert hours == [1.0, 2.0, 4.0, 8.0]
    refusal.wait = 50_000.0
    world.now += 90_000
    world.look(**OURS)
    before = len(world.asked)
    for _ in range(80):
        world.now += 600
        world.look(**OURS)
    assert len(world.asked) == before


def test_a_folder_that_is_gone_asks_nobody(world: World) -> None:
    """And says why."""
    (world.folder / "file").write_text("")
    world.folder = world.folder / "file"
    lage = world.look()
    assert lage.central is None
    assert lage.why is not None
    assert lage.why.reason == "state_folder"
    assert world.asked == []


@pytest.mark.parametrize("ahead", [5 * 365 * DAY, -2 * DAY, -5 * 365 * DAY])
def test_measurements_from_another_time_say_nothing_of_the_login_service(
    world: World, ahead: int
) -> None:
    """Years old or in the future; the applications of v2 have no time and count."""
    told = world.told.told

    def odd(path: str, query: Any) -> Any:
        answer = told(path, query)
        if path.startswith("/v1/tilage"):
            stamp = datetime.fromtimestamp(world.now + ahead, UTC).isoformat()
            answer = [{**row, "time": stamp} for row in cast("list[dict[str, Any]]", answer)]
        return answer

    world.told.told = odd  # type: ignore[method-assign]
    lage = world.look()
    assert lage.central is not None
    assert (lage.central.erezept, lage.central.idp) == ("none", None)


def test_maintenance_is_told_apart_for_whoever_looks(world: World) -> None:
    """It is no outage, and still known, for a check that finds the service dead."""
    world.told.break_down(Outage("erezept", "f", "Wartung", "full", maintenance=True))
    lage = world.look()
    assert lage.central is not None
    assert lage.central.erezept == "none"
    assert lage.under_maintenance.erezept == "full"


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("", None), ("120", 120), (" 7200 ", 7200), ("999999999999", DAY), ("-5", None),
        ("soon", None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0), ("Wed, 21 Oct 2099 07:28:00", DAY),
        ("٣", None), ("1e3", None),
    ],
)  # fmt: skip
def test_when_to_come_again_is_understood(told: str, seconds: float | None) -> None:
    """Seconds or a date, at most a day."""
    assert seconds_of(told) == seconds
