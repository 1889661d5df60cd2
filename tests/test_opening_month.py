"""October 2026 of a pharmacy in Schleswig-Holstein, boundary by boundary, through every check.

The month has a public holiday on two Saturdays (German Unity, Reformation), two days closed, a
duty night over midnight, one through the change to winter time, one cancelled, a lunch break and a
maintenance window. What is right is written here by hand, day by day.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from rosters import roster_file

from apowacht.plugins import certificate, connector, erezept, terminal, tilage, uplink, ups
from apowacht.plugins.core.asked import Failure
from apowacht.plugins.core.cli import begin, values
from apowacht.plugins.core.errors import Unreachable
from apowacht.plugins.core.opening import Opening
from apowacht.plugins.core.render import details
from apowacht.plugins.core.report import State
from apowacht.plugins.sites.model import Window
from apowacht.plugins.sites.windows import current

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from apowacht.plugins.core.check import Check
    from apowacht.plugins.core.report import Report

BERLIN = ZoneInfo("Europe/Berlin")
RECORDED = Path(__file__).parent / "recorded"
MINUTE = timedelta(minutes=1)

HOURS = "Mo-Fr 08:00-13:00, 14:00-18:30; Sa 08:30-13:00"
DUTIES = (
    # Outlook's name of the zone, UTC, no zone; and one that was cancelled.
    "DTSTART;TZID=W._Europe_Standard_Time:20261008T183000 DURATION:PT13H30M",
    "DTSTART:20261013T180000Z DTEND:20261014T060000Z",
    "DTSTART:20261020T200000 DTEND:20261021T080000 STATUS:CANCELLED",
    "DTSTART:20261024T200000 DTEND:20261025T083000",
    "DTSTART:20261031T100000 DTEND:20261031T120000",
)
WEEKDAY, SATURDAY = "07:50-13:00 13:50-18:30", "08:20-13:00"
OCTOBER = {
    # When everything counts.
    1: WEEKDAY,
    2: WEEKDAY,
    3: "",  # German Unity, a Saturday
    4: "",
    5: WEEKDAY,
    6: WEEKDAY,
    7: WEEKDAY,
    8: "07:50-13:00 13:50-24:00",  # on duty from 18:30 on
    9: "00:00-13:00 13:50-18:30",  # until 8:00: no break to the hours
    10: SATURDAY,
    11: "",
    12: "",  # closed
    13: "19:50-24:00",  # closed, and on duty from 20:00 on
    14: "00:00-13:00 13:50-18:30",
    15: WEEKDAY,
    16: WEEKDAY,
    17: SATURDAY,
    18: "",
    19: WEEKDAY,
    20: WEEKDAY,  # the duty was cancelled
    21: WEEKDAY,
    22: WEEKDAY,
    23: WEEKDAY,
    24: "08:20-13:00 19:50-24:00",  # on duty from 20:00 on
    25: "00:00-08:30",  # nine hours and a half: the clock is put back
    26: WEEKDAY,
    27: WEEKDAY,
    28: WEEKDAY,
    29: WEEKDAY,
    30: WEEKDAY,
    31: "09:50-12:00",  # Reformation, with a duty
}


def instants(day: int, text: str) -> list[tuple[datetime, datetime]]:
    """The spans of one row, in UTC; none of them begins or ends in the hour that comes twice."""
    midnight = datetime(2026, 10, day, tzinfo=BERLIN)
    found = []
    for span in text.split():
        ends = [
            (midnight + timedelta(hours=int(clock[:2]), minutes=int(clock[3:]))).astimezone(UTC)
            for clock in span.split("-")
        ]
        found.append((ends[0], ends[1]))
    return found


SPANS = [span for day, text in OCTOBER.items() for span in instants(day, text)]
EDGES = sorted({edge for span in SPANS for edge in span})
MOMENTS = sorted({edge + shift for edge in EDGES for shift in (-MINUTE, timedelta(), MINUTE)})


def counts(moment: datetime) -> bool:
    """Whether everything counts at this moment, by the table."""
    return any(start <= moment < end for start, end in SPANS)


@pytest.fixture(scope="module")
def opening_options(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The pharmacy's opening as options."""
    file = roster_file(tmp_path_factory.mktemp("duty"), *DUTIES)
    text = Path(file).read_text(encoding="utf-8")
    text = text.replace("W._Europe_Standard_Time", "W. Europe Standard Time")
    Path(file).write_text(text, encoding="utf-8")
    return [
        "--hours", HOURS, "--holidays", "SH", "--closed", "2026-10-12..2026-10-13",
        "--duty", file, "--timezone", "Europe/Berlin",
    ]  # fmt: skip


def test_the_table_has_what_it_is_for() -> None:
    """Each kind of boundary stands in it, and the long night has its hour more."""
    assert len(SPANS) == 47
    assert sum((end - start for start, end in instants(25, OCTOBER[25])), timedelta()) == timedelta(
        hours=9, minutes=30
    )
    assert [counts(edge) for edge in EDGES].count(True) == 47


def test_each_minute_of_the_month_is_right(opening_options: list[str]) -> None:
    """Open or closed, as the table has it."""
    opening = Opening.of(values(connector.CHECK, opening_options))
    assert opening is not None
    first = datetime(2026, 10, 1, tzinfo=BERLIN).astimezone(UTC)
    last = datetime(2026, 11, 1, tzinfo=BERLIN).astimezone(UTC)
    moment, wrong = first, []
    while moment < last:
        # Every minute around a boundary, else every 17th.
        near = any(abs(edge - moment) <= 2 * MINUTE for edge in EDGES)
        if opening.open_at(moment) != counts(moment):
            wrong.append(moment)
        moment += MINUTE if near else min(17 * MINUTE, _to_edge(moment) - 2 * MINUTE)
    assert not wrong


def _to_edge(moment: datetime) -> timedelta:
    """How long it is until the next boundary; a day where there is none."""
    return min((edge - moment for edge in EDGES if edge > moment), default=timedelta(days=1))


def test_the_changes_of_the_month_are_the_tables(opening_options: list[str]) -> None:
    """Going from change to change passes each boundary, and no other."""
    opening = Opening.of(values(connector.CHECK, opening_options))
    assert opening is not None
    outer = [edge for edge in EDGES if counts(edge) != counts(edge - MINUTE)]
    moment: datetime | None = datetime(2026, 10, 1, tzinfo=BERLIN)
    passed = []
    while moment is not None and (moment := opening.next_change(moment)) is not None:
        if moment > EDGES[-1]:
            break
        passed.append(moment)
    assert passed == outer
    assert len(passed) == 88


class Case(NamedTuple):
    """What is wrong in one check, and the states that it has while open and while closed."""

    check: Check
    scenario: str
    changes: Callable[[Any], Mapping[str, Any]] | None  # None: the target is silent
    arguments: tuple[str, ...]
    key: str
    is_open: str
    is_closed: str


def failure(kind: str) -> Failure:
    """A question without an answer."""
    values = {"phase": "connect", "host": "kon", "port": 443, "seconds": 3.0}
    return Failure("GetCards", kind, "timeout", values)


def off(*places: int, holder: bool = False) -> Callable[[Any], dict[str, Any]]:
    """These terminals are not connected; those that hold the SMC-B only with `holder`."""

    def change(facts: Any) -> dict[str, Any]:
        terminals = list(facts.terminals)
        for place in places:
            terminals[place] = replace(terminals[place], connected=False, holds_smcb=holder)
        return {"terminals": tuple(terminals)}

    return change


def pin(status: str) -> Callable[[Any], dict[str, Any]]:
    """The SMC-B's PIN is in that state."""
    return lambda facts: {
        "cards": tuple(
            replace(card, pin_status=status) if card.type == "SMC-B" else card
            for card in facts.cards
        )
    }


def no_card(facts: Any) -> dict[str, Any]:
    """No terminal holds an SMC-B."""
    return {"cards": tuple(card for card in facts.cards if card.type != "SMC-B")}


def ending(days: int) -> Callable[[Any], dict[str, Any]]:
    """The first certificate ends in so many days."""

    def change(facts: Any) -> dict[str, Any]:
        first = replace(facts.certificates[0], days_left=days, seconds_left=days * 86400.0)
        return {"certificates": (first, *facts.certificates[1:])}

    return change


def local(link: str, **konnektor: Any) -> Callable[[Any], dict[str, Any]]:
    """A link on site is broken."""
    return lambda facts: {
        "verdict": "local",
        "broken_link": link,
        "konnektor": {**(facts.konnektor or {}), **konnektor},
    }


def all_off(facts: Any) -> dict[str, Any]:
    """No terminal is connected."""
    return off(*range(len(facts.terminals)))(facts)


def dead(facts: Any) -> dict[str, Any]:
    """No line carries anything."""
    lines = tuple(replace(line, alive=False, active=False) for line in facts.lines)
    return {"lines": lines, "traffic_alive": False, "active_line": None, "traffic_flows": False}


def same(**changes: Any) -> Callable[[Any], dict[str, Any]]:
    """These facts, whatever the others are."""
    return lambda facts: changes


LOST = (
    connector.Condition("EC_CardTerminal_Not_Available", "Error", "Operation", None, "Kasse 1"),
)
FATAL = (connector.Condition("EC_Secure_KeyStore_Not_Available", "Fatal", "Security"),)
CASES = [
    Case(connector.CHECK, "healthy", same(vpn_ti="offline"), (), "kon.vpn_offline.local", "C", "W"),
    Case(connector.CHECK, "healthy", same(conditions=LOST), (), "kt.offline", "C", "-"),
    Case(connector.CHECK, "healthy", same(conditions=FATAL), (), "*", "C", "W"),
    Case(connector.CHECK, "healthy", same(failures=(failure("internal"),)), (), "kon.internal",
         "C", "W"),
    Case(connector.CHECK, "healthy", same(failures=(failure("configuration"),)), (),
         "kon.settings", "U", "U"),
    Case(connector.CHECK, "healthy", same(), ("--min-firmware", "99"), "kon.fw_below", "W", "W"),
    Case(connector.CHECK, "", None, (), "kon.unreachable.local", "C", "W"),
    Case(connector.CHECK, "", None, ("--timeout-state", "unknown"), "kon.unreachable.local",
         "U", "U"),
    Case(terminal.CHECK, "healthy", off(0, holder=True), (), "kt.smcb_offline", "C", "C"),
    Case(terminal.CHECK, "healthy", off(1), (), "kt.offline", "W", "-"),
    Case(terminal.CHECK, "healthy", all_off, (), "kt.none_connected", "C", "-"),
    Case(terminal.CHECK, "healthy", same(), ("--min-connected", "9"), "kt.too_few", "C", "-"),
    Case(terminal.CHECK, "healthy", no_card, (), "smcb.missing", "C", "C"),
    Case(terminal.CHECK, "healthy", pin("VERIFIABLE"), (), "smcb.pin_missing", "C", "W"),
    Case(terminal.CHECK, "healthy", pin("BLOCKED"), (), "smcb.pin_blocked", "C", "W"),
    Case(terminal.CHECK, "", None, (), "kon.unreachable.local", "C", "W"),
    Case(certificate.CHECK, "konnektor-and-cards-healthy", ending(-1), (), "*", "C", "W"),
    Case(certificate.CHECK, "konnektor-and-cards-healthy", ending(15), (), "*", "W", "W"),
    Case(certificate.CHECK, "", None, (), "cert.unreachable", "C", "W"),
    Case(erezept.CHECK, "names-withheld-by-the-router", same(), (), "*", "C", "W"),
    Case(erezept.CHECK, "smcb-pin-not-entered", same(), (), "smcb.pin_missing", "C", "W"),
    Case(erezept.CHECK, "smcb-pin-not-entered", local("terminal", holder_away=True), (),
         "kt.smcb_offline", "C", "C"),
    Case(erezept.CHECK, "smcb-pin-not-entered", local("terminal", holder_away=False), (),
         "kt.none_connected", "C", "-"),
    Case(erezept.CHECK, "smcb-pin-not-entered", local("smcb", card_fault="missing"), (),
         "smcb.missing", "C", "C"),
    Case(erezept.CHECK, "access-provider-down", same(), (), "*", "W", "W"),
    Case(tilage.CHECK, "own-access-provider-down", same(), ("--outage-state", "critical"),
         "tilage.access", "C", "W"),
    Case(tilage.CHECK, "own-access-provider-down", same(), (), "tilage.access", "W", "W"),
    Case(tilage.CHECK, "", None, (), "tilage.no_data", "U", "U"),
    Case(uplink.CHECK, "fallback-to-mobile", dead, (), "net.both_down", "C", "C"),
    Case(ups.CHECK, "on-battery-over-snmp", same(), ("--battery-runtime-critical", "2h"), "*",
         "C", "C"),
]  # fmt: skip
LETTERS = {"-": None, "W": State.WARNING, "C": State.CRITICAL, "U": State.UNKNOWN}


class Run:
    """One case: its check with these facts in place of a device, at any moment."""

    def __init__(self, case: Case, opening: list[str]) -> None:
        has = {name for option in case.check.options for name in option.opts}
        told = opening if "--hours" in has else []
        file = RECORDED / case.check.name / case.scenario
        self.case = case
        self.values = values(case.check, [*told, *case.arguments])
        self.facts: Any = None
        if case.changes is not None:
            options = begin(values(case.check, ["--replay", str(file), *case.arguments]))
            facts = case.check.probe(options)
            self.facts = replace(facts, **case.changes(facts))

    def at(self, moment: datetime) -> Report:
        """The report of a run at this moment."""

        def probe(options: Any) -> Any:
            if self.case.changes is None:
                raise Unreachable("timeout", phase="connect", host="kon", port=443, seconds=3.0)
            if hasattr(self.facts, "asked_at"):
                return replace(self.facts, asked_at=moment.isoformat())
            return self.facts

        options = begin(self.values)
        options.now = moment
        if not hasattr(self.facts, "asked_at"):
            options.judged_at = moment
        return self.case.check._replace(probe=probe).run(options)

    def state(self, report: Report) -> State | None:
        """The state of the failure class that the case is about; None where it is no fault."""
        bad = [one for one in report.findings if one.state is not State.OK]
        if self.case.key != "*":
            bad = [one for one in bad if one.key == self.case.key]
        worst = max(bad, key=lambda one: one.state.severity, default=None)
        return worst.state if worst else None


NAMES = [f"{case.check.name}-{case.key}-{number}" for number, case in enumerate(CASES)]


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_each_check_at_each_boundary(case: Case, opening_options: list[str]) -> None:
    """A minute before, at and a minute after: the states are the table's."""
    told = Run(case, opening_options)
    expected = {True: LETTERS[case.is_open], False: LETTERS[case.is_closed]}
    found = {moment: told.state(told.at(moment)) for moment in MOMENTS}
    wrong = {
        moment.astimezone(BERLIN).isoformat(): state
        for moment, state in found.items()
        if state is not expected[counts(moment)]
    }
    assert not wrong


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_what_is_eased_is_said_so(case: Case, opening_options: list[str]) -> None:
    """In both languages, and only while something is eased."""
    told = Run(case, opening_options)
    for moment in (datetime(2026, 10, 1, 10, tzinfo=UTC), datetime(2026, 10, 4, 10, tzinfo=UTC)):
        report = told.at(moment)
        state = LETTERS[case.is_open if counts(moment) else case.is_closed]
        assert told.state(report) is state
        assert report.state is (state or State.OK)
        eased = (case.is_open, case.is_closed) == ("C", "W") and not counts(moment)
        assert ("closed" in report.notes) == eased
        german, english = details(report, "de"), details(report, "en")
        assert any(line.startswith("Apotheke geschlossen:") for line in german) == eased
        assert any(line.startswith("Pharmacy closed:") for line in english) == eased


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_without_opening_everything_counts_always(case: Case) -> None:
    """As it does for whoever tells no hours."""
    told = Run(case, [])
    for moment in (datetime(2026, 10, 1, 10, tzinfo=UTC), datetime(2026, 10, 4, 3, tzinfo=UTC)):
        assert told.state(told.at(moment)) is LETTERS[case.is_open]


def test_every_check_is_among_the_cases() -> None:
    """And each of them with a fault that is CRITICAL while it is open."""
    checks = {case.check.name for case in CASES if case.is_open == "C"}
    assert checks == {"connector", "terminal", "certificate", "erezept", "tilage", "uplink", "ups"}
    assert ups.CHECK.around_the_clock is None
    assert uplink.CHECK.around_the_clock is None


def test_a_damaged_roster_lets_everything_count(opening_options: list[str], tmp_path: Path) -> None:
    """CRITICAL in the night, with a note; a WARNING has the note too."""
    file = tmp_path / "duty.ics"
    file.write_text("Notdienst", encoding="utf-8")
    options = [str(file) if text.endswith(".ics") else text for text in opening_options]
    night = datetime(2026, 10, 4, 3, tzinfo=UTC)
    for case in (CASES[0], CASES[1], CASES[5], CASES[6], CASES[9]):
        report = Run(case, options).at(night)
        assert report.state is LETTERS[case.is_open]
        assert report.notes == ("duty_unread",)
        assert "Notdienstplan (--duty) unlesbar: beurteilt, als wäre geöffnet." in details(
            report, "de"
        )
    assert Run(CASES[0], options).at(datetime(2026, 10, 5, 10, tzinfo=UTC)).notes == ()


def test_a_fault_of_the_night_is_critical_when_the_lead_begins(
    opening_options: list[str], tmp_path: Path
) -> None:
    """`--grace` counts from when it began; what was reported is eased at once when it closes."""
    options = [*opening_options, "--grace", "20m", "--state-dir", str(tmp_path)]
    told = Run(CASES[0], options)
    states = {}
    monday = datetime(2026, 10, 5, tzinfo=BERLIN)
    for minute in sorted({*range(300, 790, 10), 469, 779, 781}):
        moment = monday + timedelta(minutes=minute)
        states[f"{moment:%H:%M}"] = told.at(moment.astimezone(UTC)).state.name
    expected = {
        "05:00": "OK", "05:10": "OK", "05:20": "WARNING", "07:49": "WARNING",
        "07:50": "CRITICAL", "12:59": "CRITICAL", "13:00": "WARNING", "13:01": "WARNING",
    }  # fmt: skip
    assert {clock: states[clock] for clock in expected} == expected


def test_what_is_still_reported_after_closing_is_eased(
    opening_options: list[str], tmp_path: Path
) -> None:
    """A first good result does not end a trouble; it must not page the night either."""
    options = [*opening_options, "--debounce", "1/2", "--state-dir", str(tmp_path)]
    bad, good = Run(CASES[0], options), Run(CASES[0]._replace(changes=same()), options)
    noon = datetime(2026, 10, 5, 12, 59, tzinfo=BERLIN)
    assert bad.at(noon).state is State.CRITICAL
    report = good.at(noon + MINUTE)
    assert (report.state, report.notes) == (State.WARNING, ("closed",))
    assert good.at(noon + 2 * MINUTE).state is State.OK


def test_the_maintenance_window_goes_by_the_same_clock() -> None:
    """It mutes and eases nothing: the state is what it is, and no lead goes before it."""
    window = Window(
        "Umbau",
        datetime(2026, 10, 25, 1, 30, tzinfo=BERLIN).astimezone(UTC),
        datetime(2026, 10, 25, 3, 30, tzinfo=BERLIN).astimezone(UTC),
        checks=frozenset({"connector"}),
        zone=BERLIN,
    )
    weekly = Window("Update", weekly=_hours("Mi 12:30-13:30"), zone=BERLIN)
    windows = [window, weekly]
    start, end = (
        datetime(2026, 10, 24, 23, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 2, 30, tzinfo=UTC),
    )
    for edge, inside in ((start, 0), (end, -1)):
        for shift in (-1, 0, 1):
            under_way = current(windows, "connector", edge + shift * MINUTE)
            assert (under_way is window) == (shift >= inside if edge is start else shift < 0)
            assert current(windows, "terminal", edge + shift * MINUTE) is None
    for clock, open_now in (
        ("12:29", False), ("12:30", True), ("12:31", True),
        ("13:29", True), ("13:30", False), ("13:31", False),
    ):  # fmt: skip
        moment = datetime.fromisoformat(f"2026-10-28 {clock}").replace(tzinfo=BERLIN)
        assert (current(windows, "ups", moment.astimezone(UTC)) is weekly) == open_now


def _hours(text: str) -> Any:
    from apowacht.plugins.core.hours import Hours

    return Hours.parse(text)
