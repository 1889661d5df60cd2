"""What the exporter costs with many sites, and whether it keeps its times when devices die.

500 sites with six checks each against simulated devices on loopback, a tenth of the sites with
dead or slow ones. Printed: CPU and memory of the exporter, CPU of the simulators apart, the time
of a scrape, and how late healthy checks were. With `--soak` sites are changed and reloaded,
devices die and come back, and the disk of the journal fills up meanwhile. Exit code 1 when a
healthy check missed its interval, a scrape took a second, or something was lost or leaked.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from street import ROUTER_PASSWORD, Street, cpu_seconds, every, resident_mib, write_site

from apowacht.plugins.core.limits import seconds as duration

INTERVALS = {
    "ups": "60s",
    "uplink": "60s",
    "connector": "60s",
    "terminal": "60s",
    "certificate": "1h",
    "erezept": "5m",
}
SICK = ("silent", "refusing", "silent", "slow")
"""What the tenth site is, in turn."""
MOST_SCRAPE_SECONDS = 1.0
STEP_LOOKS = 3
"""Looks from one step of a soak to the next: hung devices are noticed before they go on."""
LEAK_SECONDS = 600
"""From this long a run on, memory must have come to rest in its first half."""
LATE_SECONDS = 15.0
"""How much older than its interval a healthy result may be: a tenth of jitter, and the run."""


def health(number: int) -> str:
    """Nine of ten sites are healthy."""
    if number % 10 == 7:
        return "mortal"
    return SICK[number // 10 % len(SICK)] if number % 10 == 9 else "healthy"


@dataclass
class Seen:
    """What was measured."""

    scrapes: list[float] = field(default_factory=list)
    bytes: int = 0
    late: dict[str, float] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)
    memory: list[tuple[float, float]] = field(default_factory=list)
    threads: list[int] = field(default_factory=list)
    handles: list[int] = field(default_factory=list)


class Exporter:
    """The real command in a process of its own."""

    def __init__(self, folder: Path, config: Path, data: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = (folder / "exporter.log").open("wb")
        command = [
            str(Path(sys.executable).with_name("apowacht")), "exporter",
            "--config-dir", str(config), "--listen", f"127.0.0.1:{self.port}",
            "--state-dir", str(folder / "state"), "--data-dir", str(data),
            "--log-level", "warning",
        ]  # fmt: skip
        environment = {**os.environ, "APOWACHT_ROUTER_PASSWORD": ROUTER_PASSWORD}
        self.process = subprocess.Popen(
            command, stdout=self.log, stderr=subprocess.STDOUT, env=environment
        )
        deadline = time.monotonic() + 60
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(Path(self.log.name).read_text()[-3000:])
            time.sleep(0.2)

    def answers(self) -> bool:
        """Whether it is there."""
        try:
            return bool(self.get("/-/healthy"))
        except OSError:
            return False

    def get(self, path: str, method: str = "GET") -> bytes:
        """One answer. Raises ConnectionError for a refusal by status."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        if answer.status >= 400:
            raise ConnectionError(f"{path}: {answer.status} {body[:200]!r}")
        return body

    def stop(self) -> float:
        """End it; how long that took."""
        begin = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(40)
        self.log.close()
        return time.monotonic() - begin


def look(
    exporter: Exporter, seen: Seen, healthy: set[str], started: float, every: dict[str, float]
) -> None:
    """One scrape, and the age of every healthy result."""
    begin = time.monotonic()
    told = exporter.get("/metrics")
    seen.scrapes.append(time.monotonic() - begin)
    seen.bytes = len(told)
    pid = exporter.process.pid
    seen.memory.append((time.monotonic() - started, resident_mib(pid)))
    seen.threads.append(len(os.listdir(f"/proc/{pid}/task")))
    seen.handles.append(len(os.listdir(f"/proc/{pid}/fd")))
    ages(told, seen, healthy, time.monotonic() - started, every)


AGE = re.compile(
    rb'^apowacht_check_result_age_seconds\{site="([^"]*)",check="([^"]*)"[^}]*\} ([0-9.e+-]+)$',
    re.M,
)


def ages(
    told: bytes, seen: Seen, healthy: set[str], passed: float, every: dict[str, float]
) -> None:
    """How much later than its interval each healthy result is."""
    known = {(site.decode(), check.decode()): float(age) for site, check, age in AGE.findall(told)}
    for site in healthy:
        for check, interval in every.items():
            age = known.get((site, check), passed)
            if (site, check) not in known and age - interval > LATE_SECONDS:
                seen.missing.add(f"{site}/{check}")
            late = age - interval
            seen.late[f"{site}/{check}"] = max(late, seen.late.get(f"{site}/{check}", late))


class Soak:
    """What happens meanwhile, a step every half minute; each returns what it did."""

    def __init__(
        self, config: Path, street: Street, exporter: Exporter, intervals: dict[str, str]
    ) -> None:
        self.config, self.street, self.exporter = config, street, exporter
        self.intervals = intervals
        self.steps = (
            self.rename,
            self.die,
            self.fill,
            self.spoil,
            self.live,
            self.empty,
            self.mend,
        )
        self.turn = 0
        self.deaths = 0

    def step(self) -> None:
        """The next one."""
        self.steps[self.turn % len(self.steps)]()
        self.turn += 1

    def rename(self) -> None:
        """A site gets another title."""
        file = self.config / "apotheke-0003.yaml"
        lines = file.read_text().splitlines()
        lines[1] = f"title: Apotheke 3, Fassung {self.turn}"
        file.write_text("\n".join(lines) + "\n")
        self.exporter.get("/-/reload", "POST")

    def die(self) -> None:
        """Every tenth site's devices hang."""
        self.street.hang(True)
        self.deaths += 1

    def live(self) -> None:
        """They go on."""
        self.street.hang(False)

    def fill(self) -> None:
        """No file may grow any more."""
        resource.prlimit(self.exporter.process.pid, resource.RLIMIT_FSIZE, (0, -1))

    def empty(self) -> None:
        """They may again."""
        resource.prlimit(self.exporter.process.pid, resource.RLIMIT_FSIZE, (-1, -1))

    def spoil(self) -> None:
        """A file is broken; the site that it described goes on as it was."""
        (self.config / "apotheke-0004.yaml").write_text("site: apotheke-0004\nchekcs: []\n")
        _bad_reload(self.exporter)

    def mend(self) -> None:
        """It is whole again."""
        write_site(self.config, 4, self.street, "healthy", self.intervals)
        self.exporter.get("/-/reload", "POST")


def _bad_reload(exporter: Exporter) -> None:
    """A reload with a broken file says so, and keeps the old site."""
    try:
        exporter.get("/-/reload", "POST")
    except ConnectionError:
        return


def known_intervals(short: bool) -> dict[str, str]:
    """How often each check is asked."""
    return {
        check: "20s" if short and every == "60s" else every for check, every in INTERVALS.items()
    }


def main() -> None:
    """Build the street, run, and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sites", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=150)
    parser.add_argument("--soak", action="store_true", help="trouble meanwhile")
    parser.add_argument("--short", action="store_true", help="ask every 20 s, for a short soak")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, Street() as street:
        folder = Path(scratch)
        config = folder / "checks.d"
        config.mkdir()
        data = folder / "data"
        data.mkdir()
        for number in range(chosen.sites):
            write_site(config, number, street, health(number), known_intervals(chosen.short))
        (folder / "state").mkdir()
        run(chosen, folder, config, data, street)


def run(chosen: argparse.Namespace, folder: Path, config: Path, data: Path, street: Street) -> None:
    """One run from the start of the exporter to its end."""
    healthy = {f"apotheke-{n:04}" for n in range(chosen.sites) if health(n) == "healthy"}
    healthy -= {"apotheke-0003", "apotheke-0004"} if chosen.soak else set()
    begin = time.monotonic()
    exporter = Exporter(folder, config, data)
    print(f"ready after {time.monotonic() - begin:.1f} s")
    seen = Seen()
    every_seconds = {check: duration(text) for check, text in known_intervals(chosen.short).items()}
    started = time.monotonic()
    pid = exporter.process.pid
    steady: tuple[float, float, float] | None = None
    trouble = Soak(config, street, exporter, known_intervals(chosen.short))
    threading.Thread(target=street.dawdle, args=(3.0, 0.3), daemon=True).start()
    for turn, now in enumerate(every(4 if chosen.short else 15, started + chosen.seconds)):
        look(exporter, seen, healthy, started, every_seconds)
        if steady is None and now - started >= 70:
            steady = now, cpu_seconds(pid), street.cpu_seconds()
        if chosen.soak and turn % STEP_LOOKS == 1:
            trouble.step()
    ended = time.monotonic(), cpu_seconds(pid), street.cpu_seconds()
    trouble.live()
    trouble.empty()
    took = exporter.stop()
    mortal = {f"apotheke-{n:04}" for n in range(chosen.sites) if health(n) == "mortal"}
    lost = evidence(data, mortal, trouble.deaths) if chosen.soak else []
    lost += grown(seen) if chosen.seconds >= LEAK_SECONDS else []
    report(chosen, seen, steady, ended, took, Path(exporter.log.name), lost)


def evidence(data: Path, mortal: set[str], deaths: int) -> list[str]:
    """What the journal does not tell of the devices that died; [] when it tells all."""
    from apowacht.exporter.journal import Journal
    from apowacht.plugins.core.report import State

    journal = Journal(data / "journal.sqlite")
    always = datetime.fromtimestamp(0, UTC), datetime.now(UTC)
    proof, lost = journal.proof(), []
    if proof.broken is not None:
        lost.append(f"the journal's chain breaks at line {proof.broken}")
    for site in sorted(mortal):
        told = [p for p in journal.changes(site, *always) if p.name == "connector"]
        died = sum(1 for p in told if p.after is State.CRITICAL)
        lived = sum(1 for p in told if p.after is State.OK)
        if died != deaths or lived < deaths:
            lost.append(f"{site}: {deaths} deaths, {died} and {lived} returns in the journal")
    journal.close()
    print(f"journal: {proof.lines} lines, {deaths} deaths of {len(mortal)} sites each")
    return lost


def grown(seen: Seen) -> list[str]:
    """Whether memory, threads or handles still grew in the second half."""
    half = len(seen.memory) // 2
    early = max(mib for _, mib in seen.memory[half // 2 : half])
    late = max(mib for _, mib in seen.memory[half:])
    found = [f"memory grew from {early:.0f} to {late:.0f} MiB"] if late > early * 1.1 else []
    for what, counts in (("threads", seen.threads), ("open files", seen.handles)):
        if max(counts[half:]) > max(counts[:half]) * 1.2 + 5:
            found.append(f"{what} grew from {max(counts[:half])} to {max(counts[half:])}")
    return found


def report(
    chosen: argparse.Namespace,
    seen: Seen,
    steady: tuple[float, float, float] | None,
    ended: tuple[float, float, float],
    took: float,
    log: Path,
    broken: list[str],
) -> None:
    """Print all figures, and leave with 1 when a limit is broken."""
    if steady is not None and ended[0] - steady[0] > 20:
        passed = ended[0] - steady[0]
        print(f"CPU of the exporter: {(ended[1] - steady[1]) / passed:.0%} of one core")
        print(f"CPU of the simulators: {(ended[2] - steady[2]) / passed:.0%} of one core")
    print(f"memory: {seen.memory[-1][1]:.0f} MiB; over time: "
          + " ".join(f"{mib:.0f}" for _, mib in seen.memory))  # fmt: skip
    print(f"threads: {max(seen.threads)} at most, open files: {max(seen.handles)} at most")
    worst = max(seen.scrapes)
    print(f"scrape: median {median(seen.scrapes):.3f} s, longest {worst:.3f} s, "
          f"{seen.bytes / 1e6:.1f} MB")  # fmt: skip
    late = sorted(seen.late.values())
    print(f"healthy checks: {len(late)}, later than their interval by at most {late[-1]:.1f} s, "
          f"99 % by at most {late[len(late) * 99 // 100]:.1f} s")  # fmt: skip
    print(f"ended in {took:.1f} s; log: {log.stat().st_size} bytes")
    for line in log.read_text(errors="replace").splitlines()[:10]:
        print(f"  {line[:200]}")
    if worst > MOST_SCRAPE_SECONDS:
        broken.append("a scrape took too long")
    if seen.missing or late[-1] > LATE_SECONDS:
        tardy = [name for name, by in seen.late.items() if by > LATE_SECONDS]
        broken.append(f"healthy checks were late: {sorted({*seen.missing, *tardy})[:10]}")
    if broken:
        raise SystemExit("; ".join(broken))


if __name__ == "__main__":
    main()
