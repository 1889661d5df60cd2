"""What reading 200 MB of a log of fetches costs, against the bare loop over json.loads.

Each contender is a process of its own: `for line in file: json.loads(line)`, and the reading of
check_apo_erezept's --log with a fresh state folder. All lines lie in the window, so that none can
be left out. Then a second run after a thousand new lines, and the memory for a tenth of the file.
CPU time is user + system of the whole process. Exit code 1 when the first run costs more than the
loop, when the second one reads more than a hundredth of the file, or when memory grows with it.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import NamedTuple

MOST, GOAL = 1.0, 0.3
BYTES = 200_000_000
MOST_GROWTH = 16 * 1024
"""KiB that ten times the lines may cost more: counts of more different durations, no lines."""


class Cost(NamedTuple):
    """One process: CPU seconds, KiB at its largest, bytes read, and what it printed."""

    cpu: float
    memory: int
    read: int
    said: str


def write(path: Path, size: int, span: float, digits: int) -> None:
    """A log of this many bytes whose calls lie in the last `span` seconds."""
    chance = random.Random(7)  # noqa: S311
    durations = [f"{chance.lognormvariate(-0.8, 0.5):.{digits}f}" for _ in range(50_000)]
    text = '{{"time": "{}", "operation": "GET /Task", "seconds": {}, "status": {}}}\n'
    lines = size // (len(text) - 8 + 24 + 5 + 3)
    end = datetime.now(UTC).timestamp() - 10
    with path.open("w") as file:
        for first in range(0, lines, 1000):
            part = []
            for number in range(first, min(lines, first + 1000)):
                at = datetime.fromtimestamp(end - span * (1 - number / lines), UTC)
                moment = at.isoformat(timespec="milliseconds")[:23] + "Z"
                status = 454 if number % 50 == 0 else 200
                duration = chance.choice(durations)
                part.append(text.format(moment, duration, status))
            file.writelines(part)


def bare(path: str) -> None:
    """The loop to be beaten."""
    import json

    count = 0
    with open(path, "rb") as file:
        for line in file:
            json.loads(line)
            count += 1
    print(count)


def ours(path: str, state: str, window: str) -> None:
    """One run's reading, as the check does it."""
    from apowacht.plugins.core import cli
    from apowacht.plugins.core.check import Check
    from apowacht.plugins.core.options import common
    from apowacht.plugins.core.report import State
    from apowacht.plugins.read.fetch_log import LOG, judge, read

    check = Check("erezept", "service", "", (*LOG, *common(120)), print, judge, "", State.OK)
    options = cli.parse(check, ["--log", path, "--state-dir", state, "--log-window", window])
    told = read(options)
    print(told)


def child(*arguments: str) -> Cost:
    """Run this file again with these arguments, and measure that process alone."""
    command = [sys.executable, __file__, "--child", *arguments]
    receive, send = os.pipe()
    process = subprocess.Popen(command, stdout=send)
    os.close(send)
    with os.fdopen(receive) as answer:
        said = answer.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{arguments[0]} left with {process.returncode}")
    told, _, read = said.strip().rpartition("\n")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss, int(read), told)


def counted(said: str) -> int:
    """How many calls a run has counted."""
    return int(said.partition(" count=")[2].partition(",")[0] or said)


def rounds(log: Path, folder: Path, window: str, times: int) -> float:
    """Both contenders in turn; the ratio of their medians."""
    taken: dict[str, list[Cost]] = {"json loop": [], "--log": []}
    for turn in range(times):
        state = folder / f"state-{log.name}-{turn}"
        taken["json loop"].append(child("bare", str(log)))
        taken["--log"].append(child("ours", str(log), str(state), window))
    counts = {counted(one.said) for several in taken.values() for one in several}
    if len(counts) != 1:
        raise SystemExit(f"not all lines were counted: {sorted(counts)}")
    base = median(one.cpu for one in taken["json loop"])
    for name, several in taken.items():
        cpu = median(one.cpu for one in several)
        print(f"{name:10} {cpu:6.2f} s  {cpu / base:5.2f} x  {several[0].memory / 1024:5.1f} MiB")
    return median(one.cpu for one in taken["--log"]) / base


def second(log: Path, folder: Path) -> float:
    """A run after a thousand new lines: the part of the file that it read."""
    state = str(folder / f"state-{log.name}-0")
    with log.open("r+b") as file:
        file.seek(-150_000, os.SEEK_END)
        lines = file.read().split(b"\n")[-1001:-1]
        file.write(b"\n".join(lines) + b"\n")
    base = child("nothing")
    cost = child("ours", str(log), state, "1h")
    part = max(0, cost.read - base.read) / log.stat().st_size
    print(f"second run {cost.cpu:6.2f} s, of which {base.cpu:.2f} s for the interpreter; ", end="")
    print(f"read {part:.2%} of the file, counted {counted(cost.said)} calls")
    return part


def growth(log: Path, folder: Path, size: int) -> int:
    """KiB that the large log costs more than one of a tenth."""
    small = folder / "small.log"
    write(small, size // 10, 3300, 3)
    kib = [
        child("ours", str(path), str(folder / f"memory-{path.name}"), "1h").memory
        for path in (small, log)
    ]
    print(f"memory {kib[0] / 1024:.1f} MiB for a tenth of it, {kib[1] / 1024:.1f} MiB for all")
    return kib[1] - kib[0]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--bytes", type=int, default=BYTES)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        log = folder / "fetch.log"
        write(log, options.bytes, 3300, 3)
        print(f"{log.stat().st_size / 1e6:.0f} MB in one hour, milliseconds")
        ratio = rounds(log, folder, "1h", options.rounds)
        grown = growth(log, folder, options.bytes)
        part = second(log, folder)
        write(log, options.bytes, 85_000, 9)
        print(f"{log.stat().st_size / 1e6:.0f} MB in one day, nine digits behind the point")
        rounds(log, folder, "24h", 1)
    verdict = "goal met" if ratio <= GOAL else "limit met" if ratio <= MOST else "MISSED"
    print(f"limit {MOST}, goal {GOAL}: {ratio:.2f}, {verdict}")
    return 0 if ratio <= MOST and part < 0.01 and grown < MOST_GROWTH else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        {"bare": bare, "ours": ours, "nothing": lambda: print(0)}[sys.argv[2]](*sys.argv[3:])  # type: ignore[operator]
        print(Path("/proc/self/io").read_text().split()[1])
    else:
        sys.exit(main())
