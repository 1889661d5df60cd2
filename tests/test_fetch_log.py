"""Real fetch latency from a log: lines to counts, counts to findings, and what is kept of them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some

from apowacht.plugins.core import advice, cli, words
from apowacht.plugins.core.check import Check
from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.options import common
from apowacht.plugins.core.report import State
from apowacht.plugins.read import fetch_lines, fetch_log, fetch_pattern
from apowacht.plugins.read.fetch_lines import JsonLines, PatternLines, Tally, duration_bin
from apowacht.plugins.read.fetch_log import LOG, FetchFacts, judge, quantile, read

if TYPE_CHECKING:
    from apowacht.plugins.core.check import Options
    from apowacht.plugins.core.report import Finding

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
CHECK = Check("erezept", "service", "", (*LOG, *common(30)), print, judge, "", State.UNKNOWN)


def options(*argv: str, now: datetime = NOW) -> Options:
    """The options of one run."""
    run = cli.parse(CHECK, argv)
    run.now = now
    run.store._clock = now.timestamp
    return run


def line(
    ago: float = 60, seconds: Any = 0.5, status: Any = 200, operation: Any = "GET /Task"
) -> bytes:
    """A line of our own format, so many seconds before NOW."""
    at = (NOW - timedelta(seconds=ago)).isoformat().replace("+00:00", "Z")
    told = {"time": at, "operation": operation, "seconds": seconds, "status": status}
    return json.dumps(told).encode() + b"\n"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of ten good calls."""
    path = tmp_path / "fetch.log"
    path.write_bytes(b"".join(line(600 - i, 0.1 * (i + 1)) for i in range(10)))
    return path


def facts(log: Path, *argv: str, now: datetime = NOW) -> FetchFacts:
    """What one run reads."""
    told = read(options("--log", str(log), *argv, now=now))
    assert told is not None
    return told


def found(fetch: FetchFacts, *argv: str) -> dict[str, State]:
    """The findings' states by key."""
    return {one.key: one.state for one in judge(fetch, options(*argv))}


# Lines to calls.


@pytest.mark.parametrize(
    "time",
    [
        "2026-11-24T09:59:00Z",
        "2026-11-24T10:59:00.000+01:00",
        "2026-11-24 09:59:00,000+00:00",
        1795514340,
        1795514340000,
        1795514340000000,
        "1795514340.0",
        "24/Nov/2026:10:59:00 +0100",
    ],
)
def test_clocks_are_understood(time: object) -> None:
    """ISO 8601 with a zone, seconds and fractions since 1970, a web server's form."""
    told = json.dumps({"time": time, "operation": "x", "seconds": 1, "status": 200})
    call = JsonLines(utc=False).call(told.encode())
    assert call is not None
    assert call.at == datetime(2026, 11, 24, 9, 59, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("time", ["2026-11-24T09:59:00", "24.11.2026 09:59:00", "2026-11-24 09:59"])
def test_a_time_without_a_zone(time: str) -> None:
    """It is this computer's time, or UTC when asked."""
    wanted = datetime(2026, 11, 24, 9, 59)
    assert fetch_lines.moment_of(time, False) == wanted.astimezone().timestamp()
    assert fetch_lines.moment_of(time, True) == wanted.replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "time", ["", "gestern", "2026-13-45T00:00:00Z", "7", "9" * 400, "0x17", "²", "1e9", "1_0"]
)
def test_no_time(time: str) -> None:
    """Nonsense is no moment."""
    assert fetch_lines.moment_of(time, False) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("0.289", 289), ("0.2899999", 289), ("12", 12000), ("1,5", 1500), ("4.1e-1", 410),
        ("0", 0), ("9e99", 3_600_000), ("-1", None), ("nan", None), ("inf", None), ("", None),
        ("1_0", None), ("schnell", None),
    ],
)  # fmt: skip
def test_durations(text: str, wanted: int | None) -> None:
    """Text to whole milliseconds."""
    assert fetch_lines.milliseconds(text) == wanted


@pytest.mark.parametrize(
    "told",
    [
        b"", b"{", b"null", b"[]", b"[" * 5000, b"\xff\xfe", b"{}", b'{"time": 1}',
        b'{"time":"2026-11-24T09:59:00Z","operation":"x","seconds":-1,"status":200}',
        b'{"time":"2026-11-24T09:59:00Z","operation":"x","seconds":true,"status":200}',
        b'{"time":"2026-11-24T09:59:00Z","operation":"x","seconds":1,"status":true}',
        b'{"time":"2026-11-24T09:59:00Z","operation":"x","seconds":1,"status":99}',
        b'{"time":"2026-11-24T09:59:00Z","operation":"x","seconds":1,"status":1000}',
        b'{"time":"2026-11-24T09:59:00Z","operation":["x"],"seconds":1,"status":200}',
        b'{"time":"2026-11-24T09:59:00Z","operation":"x","seconds":NaN,"status":200}',
        b'{"time":"2026-11-24T09:59:00Z","operation":"x","seconds":1}',
        b'{"time":null,"operation":"x","seconds":1,"status":200}',
    ],
)  # fmt: skip
def test_lines_that_are_none(told: bytes) -> None:
    """Whatever is not our format is no call, and no crash."""
    assert JsonLines(utc=False).call(told) is None


def test_a_call_without_an_answer() -> None:
    """Null and 0 are calls that nobody answered; their duration is not needed."""
    for status in (None, 0, "", "-"):
        call = JsonLines(utc=False).call(line(seconds=None, status=status))
        assert call is not None
        assert call.status == fetch_lines.NO_ANSWER


def test_windows_habits_are_no_trouble(log: Path) -> None:
    """BOM, CRLF, NUL bytes and half letters."""
    bad = line(operation="x").replace(b"x", b"\xc3").rstrip() + b"\r\n"
    log.write_bytes(b"\xef\xbb\xbf" + line() + bad + b"\0\0" + line() + b"\r\n\n")
    told = facts(log)
    assert (told.count, told.unread_lines) == (3, 0)


# The fast way and json.

times = some.builds(
    lambda second, digits, zone: (
        (datetime(2026, 11, 24, 9, 0) + timedelta(seconds=second)).isoformat() + digits + zone
    ),
    some.integers(-100, 1400),
    some.sampled_from(["", ".1", ".123", ".123456", ".123456789"]),
    some.sampled_from(["Z", "Z", "Z", "+00:00", "+01:00", "+05:45", "", "+99:99"]),
)
values = some.builds(
    lambda time, operation, seconds, status, tight, form: form.format(
        *(',"' if tight else ', "',), *(":" if tight else ": ",),
        time=time, operation=operation, seconds=seconds, status=status,
    ),
    times,
    some.sampled_from(["GET /Task", "GET /Task", "accept", "", "ä", "\\u0041", "x" * 300, "\x7f"]),
    some.sampled_from(
        ["0.289", "1", "0.5", "0.2899999", "0.0001", "01", "1e-1", "-1", ".5", "123456789.1", "7."]
    ),
    some.sampled_from(
        ["200", "200", "200", "202", "423", "099", "0", "null", "20", "2000", '"200"', "true"]
    ),
    some.booleans(),
    some.sampled_from(
        [
            '{{"time"{1}"{time}"{0}operation"{1}"{operation}"{0}seconds"{1}{seconds}{0}status"{1}{status}}}',
            '{{"time"{1}"{time}"{0}operation"{1}"{operation}"{0}seconds"{1}{seconds}{0}status"{1}{status}}}\r',
            '{{"status"{1}{status}{0}time"{1}"{time}"{0}operation"{1}"{operation}"{0}seconds"{1}{seconds}}}',
            '{{"time"{1}"{time}"{0}operation"{1}"{operation}"{0}seconds"{1}{seconds}{0}status"{1}{status}{0}x"{1}1}}',
            "", "x", "{{",
        ]
    ),
)  # fmt: skip


FRACTIONLESS = [line(60).decode().strip()] * 9 + [line(60).decode().strip().replace("0.5", "01")]


@settings(max_examples=150, deadline=None)
@example(FRACTIONLESS, 1, 1, 10, (), False)
@given(
    several=some.lists(values, min_size=1, max_size=60),
    repeated=some.integers(1, 6),
    few=some.integers(1, 20),
    slice_seconds=some.sampled_from([10, 60, 600]),
    wanted=some.sampled_from([(), ("GET*",), ("", "accept")]),
    ordered=some.booleans(),
)
def test_both_ways_count_alike(
    several: list[str],
    repeated: int,
    few: int,
    slice_seconds: int,
    wanted: tuple[str, ...],
    ordered: bool,
) -> None:
    """The regular expression over a run of lines gives exactly what json gives line by line."""
    texts = sorted(several) if ordered else several
    block = "".join(f"{one}\n" * repeated for one in texts).encode()
    counts = []
    for short in (1, 1 << 40):
        tally = Tally(slice_seconds, NOW.timestamp() - 3000, NOW.timestamp() - 2000, wanted)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(fetch_lines, "_SHORT", short)
            patch.setattr(fetch_lines, "_FEW", few)
            JsonLines(utc=True).feed(block, tally)
        slices = {at: (one.bins, one.statuses) for at, one in tally.slices.items()}
        counts.append((slices, tally.unread, tally.ahead, tally.answered))
    assert counts[0] == counts[1]


def test_the_fast_way_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of ten thousand usual lines json reads only a handful."""
    asked = []
    call = JsonLines.call

    def counted(self: JsonLines, text: bytes) -> Any:
        asked.append(text)
        return call(self, text)

    monkeypatch.setattr(JsonLines, "call", counted)
    tally = Tally(60, NOW.timestamp() - 3600, NOW.timestamp())
    block = b"".join(line(50 - i / 200, i / 9999) for i in range(10_000))
    JsonLines(utc=False).feed(block, tally)
    assert sum(sum(one.statuses.values()) for one in tally.slices.values()) == 10_000
    assert len(asked) < 100


# Counts to numbers.


@settings(max_examples=200, deadline=None)
@given(some.lists(some.integers(0, 3_600_000), min_size=1), some.sampled_from([0.5, 0.95]))
def test_a_quantile_is_near_the_real_one(took: list[int], part: float) -> None:
    """At most 1.6 % beside the exact value, and exact below 64 ms."""
    bins: dict[int, int] = {}
    for one in took:
        bins[duration_bin(one)] = bins.get(duration_bin(one), 0) + 1
    rank = max(0, -(-len(took) * int(part * 100) // 100) - 1)
    exact = sorted(took)[rank] / 1000
    told = quantile(bins, part)
    assert told is not None
    assert abs(told - exact) <= (exact / 64 + 1e-4 if exact >= 0.064 else 0)


def test_no_calls_have_no_median() -> None:
    """Absent, not 0."""
    assert quantile({}, 0.5) is None


def test_a_healthy_log(log: Path) -> None:
    """Ten calls, their median and 95th percentile, nothing failed."""
    told = facts(log)
    assert told.count == 10
    assert told.median_seconds == pytest.approx(0.5, rel=0.016)
    assert told.p95_seconds == pytest.approx(1.0, rel=0.016)
    assert told.failures == {}
    assert told.last_at == "2026-11-24T09:51:00+00:00"  # the end of the minute
    assert found(told)["erp.fetched"] is State.OK


def test_only_the_window_counts(log: Path) -> None:
    """Older calls are no calls; later runs forget what has become too old."""
    with log.open("ab") as file:
        file.write(line(30))
    assert facts(log, "--log-window", "5m").count == 1
    assert facts(log).count == 11
    assert facts(log, now=NOW + timedelta(minutes=55)).count == 1
    assert facts(log, now=NOW + timedelta(hours=3)).count == 0


def test_lines_out_of_order(log: Path) -> None:
    """A call counts in its own time, wherever its line stands."""
    with log.open("ab") as file:
        file.write(line(10) + line(3500) + line(5000) + line(20))
    assert facts(log).count == 13


def test_calls_from_the_future_are_not_believed(log: Path) -> None:
    """They are named, and do not count for ever; a clock a little ahead is believed."""
    with log.open("ab") as file:
        file.write(line(-7200) * 2 + line(-100))
    told = facts(log)
    assert (told.count, told.ahead_calls) == (11, 2)
    assert found(told)["erp.log_ahead"] is State.UNKNOWN


def test_only_the_wanted_operations_count(log: Path) -> None:
    """With wildcards, several; the newest answer is that of any operation."""
    with log.open("ab") as file:
        file.write(line(60, operation="$accept") + line(5, operation="Task?[x]"))
    assert facts(log, "--log-operation", "GET*").count == 10
    told = facts(log, "--log-operation", "$acc*", "--log-operation", "x")
    assert told.count == 1
    assert told.last_at == NOW.isoformat()


def test_statuses_are_counted(log: Path) -> None:
    """Failures by status, 202 apart, no answer as 0; only good answers have a duration."""
    with log.open("ab") as file:
        file.write(line(9, 99, 454) * 2 + line(8, 0.5, 202) + line(7, None, None))
    told = facts(log)
    assert told.count == 14
    assert told.failures == {"0": 1, "454": 2}
    assert told.accepted_pn3 == 1
    assert told.p95_seconds is not None
    assert told.p95_seconds < 2


# Memory.


def test_a_second_run_reads_only_what_is_new(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And counts it with what it remembers."""
    facts(log)
    fed: list[bytes] = []
    monkeypatch.setattr(JsonLines, "feed", lambda self, block, tally: fed.append(block))
    assert facts(log).count == 10
    assert fed == []
    with log.open("ab") as file:
        file.write(line(1))
    facts(log)
    assert fed == [line(1)]


def test_runs_with_other_wishes_have_their_own_memory(log: Path) -> None:
    """Another window, operation or pattern does not spoil the counts of the first."""
    for _ in range(2):
        assert facts(log).count == 10
        assert facts(log, "--log-operation", "none").count == 0
        assert facts(log, "--log-window", "24h").count == 10


def test_a_rotated_log_keeps_its_counts(log: Path) -> None:
    """Through renaming, truncation with and without a copy, and compression."""
    facts(log)
    log.rename(log.with_name("fetch.log.1"))
    log.write_bytes(line(50))
    assert facts(log).count == 11
    log.with_name("fetch.log.1").unlink()
    log.write_bytes(b"")
    assert facts(log).count == 11
    log.write_bytes(line(40, 0.5, 423))
    told = facts(log)
    assert told.count == 12
    assert told.failures == {"423": 1}


def test_a_log_that_loses_its_beginning_is_not_counted_twice(log: Path) -> None:
    """Some programs keep the last lines of a log and write them anew."""
    facts(log)
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[4:]) + line(30))
    assert facts(log).count == 11
    assert facts(log).count == 11


def test_a_lock_outlives_a_log_that_is_emptied(log: Path) -> None:
    """Also beside an older file whose calls are read again: what was counted is not forgotten."""
    facts(log)
    log.rename(log.with_name("fetch.log.1"))
    log.write_bytes(line(50, 0.5, 423))
    assert facts(log).failures == {"423": 1}
    log.write_bytes(b"")
    told = facts(log)
    assert (told.count, told.failures) == (11, {"423": 1})


@pytest.mark.parametrize(
    "data",
    [
        {"position": 5, "slices": []},
        {"position": None, "slices": {"x": [[], []]}, "answered": None},
        {"position": [1, 2, 3, 4, False], "slices": {"29925240": [[[1]], []]}, "answered": 1},
        {"position": None, "slices": {"29925240": [[], [[200, 7]]]}, "answered": "x"},
    ],
)
def test_a_damaged_memory_is_begun_anew(log: Path, data: dict[str, Any]) -> None:
    """Whatever stands in the state, the window is counted."""
    facts(log)
    run = options("--log", str(log))
    key = ("", "fetch", str(log), "", fetch_log._shape(run))
    run.store.change("fetch", key, lambda _: data)
    assert facts(log).count == 10
    assert facts(log).count == 10


def test_without_a_memory_the_window_is_read(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A state folder that cannot be used makes the run dearer, not wrong."""
    monkeypatch.setenv("APOWACHT_STATE_DIR", "/dev/null/x")
    for _ in range(2):
        assert facts(log).count == 10


def test_nothing_of_a_line_is_kept(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in the state nor in the facts: only counts."""
    with log.open("ab") as file:
        file.write(line(5, operation="GET /Task?kvnr=X110411675"))
        file.write(b'{"patient": "Erika", "time": "2026-11-24T09:59:30Z", "operation": "Geheim",')
        file.write(b' "seconds": 1, "status": 200}\nErika Muster X110411675\n')
    told = facts(log)
    assert told.count == 12
    assert told.unread_lines == 1
    folder = Path(os.environ["APOWACHT_STATE_DIR"])
    kept = [(folder / name).read_text() for name in os.listdir(folder)]
    said = json.dumps([asdict(told), *kept, [repr(one) for one in judge(told, options())]])
    assert len(kept) >= 1
    for secret in ("X110411675", "Erika", "Geheim", "Task", "0.5,"):
        assert secret not in said


def test_two_runs_at_once_count_each_line_once(log: Path) -> None:
    """While one reads, the other waits for it or reads without memory; both are right."""
    log.write_bytes(b"".join(line(3000 - i / 10) for i in range(20_000)))
    counts: list[int | None] = []

    def run() -> None:
        counts.append(facts(log).count)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert counts == [20_000] * 4
    assert facts(log).count == 20_000


def test_a_run_without_time_goes_on_in_the_next(log: Path) -> None:
    """It says that it is behind, and what it has read stays counted."""
    run = options("--log", str(log))
    run.deadline = Deadline(0)
    told = read(run)
    assert told is not None
    assert told.behind
    assert found(told)["erp.log_behind"] is State.UNKNOWN
    assert facts(log).count == 10


def test_the_memory_stays_small(log: Path) -> None:
    """A busy day with every duration fits into a state file."""
    with log.open("wb") as file:
        for i in range(40_000):
            file.write(line(86_000 - i * 2, (i * 37 % 60_000) / 1000))
    assert facts(log, "--log-window", "24h").count == 40_000
    folder = os.environ["APOWACHT_STATE_DIR"]
    sizes = [os.path.getsize(os.path.join(folder, name)) for name in os.listdir(folder)]
    assert max(sizes) < 500_000
    assert facts(log, "--log-window", "24h").count == 40_000


# Foreign formats.

NGINX = (
    r'^\S+ - - \[(?P<time>[^\]]+)\] "(?P<operation>\S+ [^ ?"]*)[^"]*" (?P<status>\d{3}) \d+ '
    r"(?P<seconds>[\d.]+)$"
)


def test_a_web_servers_log(log: Path) -> None:
    """A regular expression with named groups reads what a proxy writes."""
    log.write_bytes(
        b'10.0.0.5 - - [24/Nov/2026:10:59:00 +0100] "POST /VAU/0?x=1 HTTP/1.1" 200 812 0.412\r\n'
        b'10.0.0.5 - - [24/Nov/2026:10:59:30 +0100] "POST /VAU/1 HTTP/1.1" 504 0 60.000\n'
        b"something else\n" + b"x" * 5000 + b"\n"
    )
    told = facts(log, "--log-pattern", NGINX, "--log-operation", "POST /VAU/*")
    assert told.count == 2
    assert told.failures == {"504": 1}
    assert told.median_seconds == pytest.approx(0.412, rel=0.016)
    assert told.unread_lines == 2


def test_milliseconds_and_no_status(log: Path) -> None:
    """Milliseconds are understood, and without the group status every call was answered well."""
    log.write_bytes(b"24.11.2026 09:59:00;Abruf;412\n24.11.2026 09:59:01;Abruf;-\n")
    pattern = r"^(?P<time>[^;]*);(?P<operation>[^;]*);(?P<milliseconds>\d+|-)"
    told = facts(log, "--log-utc", "--log-pattern", pattern)
    assert told.count == 1
    assert told.median_seconds == pytest.approx(0.412, rel=0.016)
    lines = PatternLines(re.compile(pattern.encode()), utc=True)
    assert lines.call(b"x") is None


@pytest.mark.parametrize(
    "pattern",
    [
        "(", "x", "(?P<name>x)(?P<time>y)", r"(?P<time>(a+)+)b", r"(?P<time>.)(?:a|aa)+b",
        r"(?P<time>.)(?:a*)*b", r"(?P<time>.)((x?)y*){2,}", r"(?P<time>(\w|\d){3,9})z",
        r"(?P<time>.)(?:.*x)+", r"(?P<time>.)((?:[^\]]*)*)+?", "(?P<time>.*)" * 1 + ".*" * 20,
        r"(?P<time>.)(?:a(?:b(?:c+)))*",
    ],
)  # fmt: skip
def test_patterns_that_are_refused(pattern: str) -> None:
    """Broken ones, ones without a time, and ones that could take for ever."""
    with pytest.raises(OwnTrouble) as trouble:
        options("--log-pattern", pattern)
    assert trouble.value.reason == "bad_pattern"
    assert trouble.value.values["option"] == "--log-pattern"


@pytest.mark.parametrize(
    "pattern",
    [
        NGINX,
        r"(?P<time>\d{4}-\d\d-\d\dT[\d:.]+Z?) .*? took (?P<milliseconds>\d+)ms",
        r"^(?P<time>[0-9.]+)[ \t]+(?:GET|POST)? (?P<operation>[^]()*+]+)\) (?:x{2}){3} a++b*?",
        r"(?i)(?#note)(?<!a)(?=b)(?P<time>\(\[*\))(?:ab)*",
    ],
)
def test_patterns_that_are_taken(pattern: str) -> None:
    """Ordinary ones, with classes, escapes, lazy and possessive repeats."""
    assert fetch_pattern.compiled(pattern, "--log-pattern").groups >= 1


# Findings.


def fetch(count: int = 100, failures: dict[str, int] | None = None, **more: Any) -> FetchFacts:
    """Facts of so many calls."""
    told: dict[str, Any] = {
        "median_seconds": 0.4,
        "p95_seconds": 0.9,
        "last_at": NOW.isoformat(),
    } | more
    return FetchFacts(3600, count, failures=failures or {}, **told)


@pytest.mark.parametrize(
    ("failures", "key", "state"),
    [
        ({"454": 40}, "vsdm.down", State.WARNING),
        ({"454": 90}, "vsdm.down", State.WARNING),
        ({"423": 1}, "erp.locked", State.CRITICAL),
        ({"512": 50}, "erp.ocsp_slow", State.WARNING),
        ({"429": 31}, "erp.too_many", State.WARNING),
        ({"403": 80}, "erp.forbidden", State.CRITICAL),
        ({"401": 80}, "erp.not_logged_in", State.CRITICAL),
        ({"408": 31}, "erp.too_slow", State.WARNING),
        ({"0": 90}, "erp.no_answer", State.CRITICAL),
        ({"456": 20, "458": 15}, "erp.card_data", State.WARNING),
        ({"456": 40, "458": 15}, "erp.lock_near", State.WARNING),
        ({"504": 71}, "erp.overloaded", State.CRITICAL),
        ({"500": 40, "503": 40}, "erp.service_error", State.CRITICAL),
        ({"400": 20, "410": 20}, "erp.refused", State.WARNING),
        ({"500": 20, "403": 20}, "erp.fetch_failing", State.WARNING),
        ({"500": 20, "403": 9}, "erp.fetch_failing", State.OK),
    ],
)
def test_what_a_status_means(failures: dict[str, int], key: str, state: State) -> None:
    """Each class of failures by its own part of a hundred calls; the sum where none stands out."""
    told = found(fetch(failures=failures))
    assert told[key] is state
    worst = {one for one, its in told.items() if its is not State.OK}
    assert worst <= {key, "erp.card_data"}


@pytest.mark.parametrize(
    ("lang", "failures", "told"),
    [
        ("de", {"500": 2, "0": 8}, "fehlgeschlagen: 8 ohne Antwort, 2 x 500."),
        ("en", {"500": 2, "0": 8}, "failed: 8 without an answer, 2 x 500."),
        ("de", {}, "fehlgeschlagen: keiner."),
        ("en", {}, "failed: none."),
    ],
)
def test_failures_are_said_in_words(lang: str, failures: dict[str, int], told: str) -> None:
    """The most frequent first; 0 is no status."""
    findings = judge(fetch(failures=failures), options())
    (fetched,) = [one for one in findings if one.key == "erp.fetched"]
    assert words.sentence(fetched, lang).endswith(told)


def test_a_few_calls_prove_nothing() -> None:
    """One failure of two is no outage, and one slow call is no slow line."""
    told = found(fetch(2, {"454": 1}, median_seconds=40.0))
    assert set(told.values()) == {State.OK}
    assert found(fetch(2, {"454": 1}), "--log-least", "2")["vsdm.down"] is State.WARNING


def test_emergency_mode_is_news() -> None:
    """202 is said, and is no fault."""
    told = found(fetch(accepted_pn3=3))
    assert told["erp.fetched_pn3"] is State.OK
    assert set(told.values()) == {State.OK}


@pytest.mark.parametrize(
    ("argv", "key", "state"),
    [
        ((), "erp.fetch_slow", State.OK),
        (("--fetch-median-warning", "300"), "erp.fetch_slow", State.OK),
        (("--fetch-median-critical", "0.3"), "erp.fetch_slow", State.CRITICAL),
        (("--fetch-p95-warning", "0.5"), "erp.fetch_often_slow", State.WARNING),
        (("--fetch-failures-warning", "3"), "erp.fetch_failing", State.WARNING),
        (("--fetch-count-warning", "200"), "erp.fetch_few", State.WARNING),
        (("--fetch-count-critical", "101:"), "erp.fetch_few", State.CRITICAL),
    ],
)
def test_limits(argv: tuple[str, ...], key: str, state: State) -> None:
    """Each number has its own, and one metric."""
    told = {one.key: one for one in judge(fetch(failures={"500": 2, "403": 2}), options(*argv))}
    assert told[key].state is state
    assert told[key].metric is not None


def test_no_calls_are_news() -> None:
    """An hour without a customer is no fault, unless somebody wants calls."""
    assert found(FetchFacts(3600, 0)) == {"erp.fetch_none": State.OK}
    told = found(FetchFacts(3600, 0), "--fetch-count-critical", "1")
    assert told == {"erp.fetch_few": State.CRITICAL}


def test_no_log_is_no_question() -> None:
    """Without --log there is nothing to find."""
    assert read(options()) is None
    assert list(judge(None, options())) == []


def test_a_missing_log_is_unknown(tmp_path: Path) -> None:
    """With the file's name and what to do, in both languages; and it survives a recording."""
    told = facts(tmp_path / "no.log")
    (one,) = judge(fetch_log.of_recording(json.loads(json.dumps(asdict(told)))), options())
    assert one.state is State.UNKNOWN
    for lang in words.LANGUAGES:
        assert "no.log" in words.sentence(one, lang)
        assert "unbekannt" not in words.headline(one, lang)


def test_a_log_of_something_else_is_unknown(log: Path) -> None:
    """No line fits: the format is wrong, which is no silence; beside good lines it is noise."""
    log.write_bytes(b"nothing of ours\n" * 5)
    assert found(facts(log))["erp.log_unread"] is State.UNKNOWN
    log.write_bytes(b"nothing of ours\n" * 5 + line())
    assert "erp.log_unread" not in found(facts(log))


def test_a_recording_keeps_the_facts(log: Path) -> None:
    """What `asdict` made can be judged later."""
    told = facts(log)
    assert fetch_log.of_recording(json.loads(json.dumps(asdict(told)))) == told
    assert fetch_log.of_recording(None) is None


def every_finding() -> list[Finding]:
    """All findings that there can be."""
    codes = (0, 400, 401, 403, 408, 423, 429, 454, 456, 500, 504, 512)
    several = [
        fetch(failures={str(code): 90}, accepted_pn3=1, behind=True, ahead_calls=3)
        for code in codes
    ]
    several += [FetchFacts(3600, 0, unread_lines=4), fetch(failures={"456": 60})]
    argv = ("--fetch-p95-warning", "0.1", "--fetch-median-warning", "0.1")
    return [one for told in several for one in judge(told, options(*argv))]


def test_every_finding_has_its_words() -> None:
    """A row in the table, and every placeholder filled, in both languages."""
    keys = {one.key for one in every_finding()}
    assert len(keys) >= 18
    assert keys <= advice.ADVICE.keys()
    for one in every_finding():
        for lang in words.LANGUAGES:
            text = words.sentence(one, lang) + words.headline(one, lang) + words.step(one, lang)
            assert "unbekannt" not in text
            assert "{" not in text


@pytest.mark.parametrize(
    "argv", [("--log-window", "30s"), ("--log-window", "25h"), ("--log-least", "0")]
)
def test_bad_options_are_named(argv: tuple[str, str]) -> None:
    """A usage error, with its option."""
    with pytest.raises(OwnTrouble) as trouble:
        options(*argv)
    assert trouble.value.values["option"] == argv[0]


def test_the_options_cost_nothing_to_import() -> None:
    """Neither json nor datetime nor a file lock, and nothing that Windows lacks."""
    script = (
        "import sys; import apowacht.plugins.read.fetch_log\n"
        "heavy = {'json', 'ssl', 'fcntl', 'pwd', 'hashlib', 'asyncio', 'glob'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}\n{script}"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
