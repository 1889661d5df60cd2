"""Invented answers of upsd and apcupsd: nothing but our own troubles comes out, and in time."""

from __future__ import annotations

import json
import socket
import time
from contextlib import suppress
from datetime import date, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from timing import SPARE_SECONDS
from upsd import serving

from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import TargetTrouble
from apowacht.plugins.read import ups_apcupsd, ups_nut, ups_values
from apowacht.plugins.wire import apcupsd, nut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.slow


HOST = "127.0.0.1"
NOW = datetime(2026, 6, 15, 12, 0, 0)
DEADLINE_SECONDS = 5.0

QUIETLY = settings(max_examples=200, deadline=None)
THOROUGHLY = settings(max_examples=500, deadline=None)


class Parrot:
    """A server that says the same to everybody at once, whatever they ask, and closes."""

    def __init__(self) -> None:
        self.answer = b""

    def __call__(self, connection: socket.socket) -> None:
        """Say it, and read what was asked so that the connection is closed and not broken."""
        connection.sendall(self.answer)
        connection.shutdown(socket.SHUT_WR)
        with suppress(OSError):
            while connection.recv(65536):
                pass


@pytest.fixture(scope="module")
def parrot() -> Iterator[tuple[Parrot, int]]:
    """One such server and its port; each example sets what it says."""
    bird = Parrot()
    with serving(bird) as port:
        yield bird, port


def in_time(ask: Callable[[], object]) -> object:
    """The answer, or the trouble of the target, whose values fit a line; anything else raises."""
    began = time.monotonic()
    found: object
    try:
        found = ask()
    except TargetTrouble as trouble:
        found = trouble
    assert time.monotonic() - began < DEADLINE_SECONDS + SPARE_SECONDS
    if isinstance(found, TargetTrouble):
        assert all(str(value).isprintable() for value in found.values.values())
    return found


NUT_PIECES = st.sampled_from(
    [
        b"OK\n", b"OK STARTTLS\n", b"ERR\n", b"ERR DATA-STALE\n", b"ERR DRIVER-NOT-CONNECTED\n",
        b"ERR UNKNOWN-UPS\n", b"ERR ACCESS-DENIED\n", b"BEGIN LIST UPS\n", b'UPS a "x"\n',
        b"UPS b\n", b'UPS "c d" "e \\" f"\n', b'UPS "\n', b"END LIST UPS\n", b"END",
        b"BEGIN LIST VAR a\n", b'VAR a ups.status "OL"\n', b'VAR a ups.model "\\"\n',
        b'VAR a battery.charge "1e999"\n', b"VAR a x\n", b"END LIST VAR a\n", b'"', b"\\", b"\n",
        b"\r\n", b"\x00", b"\xff\xfe", b"BEGIN ",
    ]
)  # fmt: skip
NUT_ANSWERS = st.lists(st.one_of(NUT_PIECES, NUT_PIECES, st.binary(max_size=20)), max_size=15)

TEXT = st.text(max_size=40)
VALUES = st.one_of(
    TEXT,
    st.integers().map(str),
    st.floats().map(str),
    st.dates().map(str),
    st.sampled_from(["-1", "65535", "4294967295", "0", "", "N/A", "1e400", "0x", "2001/09/25"]),
)
NUT_NAMES = st.sampled_from(
    ["error", "ups.status", "ups.alarm", "ups.load", "ups.test.result", "ups.test.date", "ups.id",
     "ups.temperature", "battery.charge", "battery.runtime", "battery.date", "battery.mfr.date",
     "battery.voltage", "battery.packs.bad", "input.voltage", "input.L1-N.voltage", "device.mfr",
     "device.model", "driver.state"]
)  # fmt: skip
STATUS_WORDS = st.lists(
    st.sampled_from(
        ["OL", "OB", "LB", "HB", "RB", "CHRG", "DISCHRG", "BYPASS", "CAL", "OFF", "OVER", "TRIM",
         "BOOST", "FSD", "ALARM", "ECO", "HE", "TEST", "WAIT", "COMMLOST", "ÄÖ"]
    )
).map(" ".join)  # fmt: skip
NIS_NAMES = st.sampled_from(
    ["STATUS", "STATFLAG", "BCHARGE", "TIMELEFT", "LOADPCT", "ITEMP", "LINEV", "BATTV", "TONBATT",
     "SELFTEST", "LASTSTEST", "BATTDATE", "UPSNAME", "MODEL", "APCMODEL"]
)  # fmt: skip


def check_facts(facts: dict[str, Any]) -> None:
    """Facts hold our keys only, words of our lists only, numbers in their ranges, fit for JSON."""
    assert set(facts) == set(ups_values.FACTS)
    json.dumps(facts, allow_nan=False)
    assert facts["communication"] in ("ok", "stale", "lost")
    assert facts["power_source"] in ("mains", "battery", "bypass", "off", "other", None)
    assert facts["battery_status"] in ("normal", "low", "depleted", "unknown", None)
    for key, highest in (
        ("charge_percent", 100),
        ("load_percent", 300),
        ("runtime_seconds", 30 * 86400),
        ("battery_age_days", 15 * 366),
        ("seconds_on_battery", 30 * 86400),
    ):
        assert facts[key] is None or 0 <= facts[key] <= highest, key
    for key in ("ups_name", "manufacturer", "model"):
        assert facts[key] is None or facts[key].isprintable(), key
    for alarm in facts["alarms"] or ():
        assert alarm.isascii()
        assert alarm.replace("_", "").isalnum()
        assert len(alarm) <= 40


@pytest.mark.parametrize("ups", [None, "a"])
@pytest.mark.parametrize("login", [{}, {"user": "u", "password": "p"}])
def test_any_answer_of_upsd(
    parrot: tuple[Parrot, int], ups: str | None, login: dict[str, Any]
) -> None:
    """The protocol's lines in any order, broken, mixed with bytes, end in facts or a trouble."""
    bird, port = parrot

    @QUIETLY
    @given(NUT_ANSWERS)
    def examine(pieces: list[bytes]) -> None:
        bird.answer = b"".join(pieces)
        found = in_time(lambda: nut.ask(HOST, port, ups, Deadline(DEADLINE_SECONDS), **login))
        if isinstance(found, dict):
            for name, told in found.items():
                check_facts(ups_nut.read(told, NOW, name))

    examine()


@pytest.mark.parametrize("framed", [True, False])
def test_any_answer_of_apcupsd(parrot: tuple[Parrot, int], framed: bool) -> None:
    """Any bytes, as they are or in frames, end in facts or a trouble."""
    bird, port = parrot
    piece = st.one_of(
        st.binary(max_size=40),
        st.tuples(NIS_NAMES, VALUES).map(lambda pair: f"{pair[0]} : {pair[1]}\n".encode()),
    )

    @QUIETLY
    @given(st.lists(piece, max_size=10), st.booleans())
    def examine(pieces: list[bytes], ended: bool) -> None:
        sized = [len(part).to_bytes(2, "big") + part if framed else part for part in pieces]
        bird.answer = b"".join(sized) + (b"\0\0" if ended else b"")
        found = in_time(lambda: apcupsd.ask(HOST, port, Deadline(DEADLINE_SECONDS)))
        if isinstance(found, dict):
            check_facts(ups_apcupsd.read(found, NOW))

    examine()


@THOROUGHLY
@given(
    st.dictionaries(st.one_of(NUT_NAMES, TEXT), st.one_of(VALUES, STATUS_WORDS)),
    STATUS_WORDS,
    st.one_of(st.none(), TEXT),
)
def test_any_variables(told: dict[str, str], status: str, name: str | None) -> None:
    """Whatever a driver tells, the facts are ours."""
    check_facts(ups_nut.read(told, NOW, name))
    check_facts(ups_nut.read(told | {"ups.status": status}, NOW, name))


@THOROUGHLY
@given(st.dictionaries(st.one_of(NIS_NAMES, TEXT), VALUES), st.integers(0, 2**32))
def test_any_fields(told: dict[str, str], flags: int) -> None:
    """Whatever a status holds, the facts are ours."""
    check_facts(ups_apcupsd.read(told, NOW))
    check_facts(ups_apcupsd.read(told | {"STATFLAG": hex(flags)}, NOW))


@THOROUGHLY
@given(st.text())
def test_any_file(text: str) -> None:
    """Any text at all can be taken for upsc's output or a status, and may hold nothing."""
    check_facts(ups_nut.read(nut.parse_upsc(text), NOW))
    check_facts(ups_apcupsd.read(apcupsd.parse_status(text), NOW))


@THOROUGHLY
@given(
    st.one_of(VALUES, st.integers(), st.floats(), st.binary(max_size=30), st.none()),
    st.dates(min_value=date(1990, 1, 1), max_value=date(2100, 1, 1)),
)
def test_any_value(value: object, now: date) -> None:
    """Any value is a number, a date and a text of ours, or none; a date is never in the future."""
    figure = ups_values.number(value)
    assert figure is None or isfinite(figure)
    day = ups_values.parse_date(value, now)
    assert day is None or day <= now
    text = ups_values.text(value)
    assert text is None or (text.isprintable() and len(text) <= 64)
    for filtered in (
        ups_values.percent(figure),
        ups_values.voltage(figure),
        ups_values.battery_voltage(figure),
        ups_values.runtime(figure, on_mains=None),
        ups_values.elapsed(figure),
    ):
        assert filtered is None or filtered >= 0


@THOROUGHLY
@given(st.dates(min_value=date(2012, 1, 1), max_value=date(2026, 6, 15)))
def test_dates_survive_every_form(day: date) -> None:
    """A day that is no riddle is the same in every form in which devices write it."""
    forms = ["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%d.%m.%Y", "%d-%b-%Y", "%d.%m.%y", "%m/%d/%Y",
             "%m/%d/%y", "%m-%d-%Y"]  # fmt: skip
    for form in forms:
        assert ups_values.parse_date(day.strftime(form), NOW) == day, form


@THOROUGHLY
@given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=20))
def test_values_survive_the_line(value: str) -> None:
    """What upsd would quote into a line comes out as it went in."""
    printable = "".join(c for c in value if c.isprintable())
    quoted = printable.replace("\\", "\\\\").replace('"', '\\"')
    answer = f'BEGIN LIST VAR a\nVAR a ups.mfr "{quoted}"\nEND LIST VAR a\n'
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(answer.encode())
        line = nut._Line(HOST, nut.PORT, Deadline(DEADLINE_SECONDS))
        line._connection = ours
        assert line.list_variables("a") == {"ups.mfr": printable}
