"""CPU of one SNMP UPS check in a resident process, against prometheus-snmp-exporter.

One simulated Smart-UPS on loopback, in a process of its own, answers them all. Ours is what the
exporter does for one run: the options of a run from a command line that was parsed once, ask, read,
judge. Theirs is one request for the same objects. All processes run for the whole time and are
asked in turn; CPU is user + system of each, from /proc. Exit code 1 when ours costs more than 1.5
times theirs with gufo-snmp, or more than 4 times with pysnmp alone.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

LIMITS = {"gufo": 1.5, "pysnmp": 4.0}
GOAL = 1.0
THEIRS = "prometheus-snmp-exporter"
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(process: subprocess.Popen[Any]) -> float:
    """User and system time of a process so far, all its threads together."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def agent() -> None:
    """The device: says its port and answers until its input ends."""
    from apowacht.simulator.box import Box

    with Box("quiet") as box:
        host, _ = box.find("ups-server")
        print(host.service.address[1], flush=True)
        sys.stdin.read()


def resident(port: str, state: str, engine: str) -> None:
    """Ours: for each line of input that many checks; says when they are done."""
    if engine == "pysnmp":  # as on a computer where gufo-snmp is not installed
        sys.modules["gufo.snmp"] = None  # type: ignore[assignment]
    from apowacht.plugins.core import cli
    from apowacht.plugins.core.report import State
    from apowacht.plugins.ups import CHECK

    told = cli.values(CHECK, ["-H", "127.0.0.1", "-p", port, "--state-dir", state])
    for line in sys.stdin:
        for _ in range(int(line)):
            report = CHECK.run(cli.begin(told))
            if report.state is not State.OK:
                raise SystemExit(f"not OK: {report}")
        print(len(report.metrics), flush=True)


def started(*arguments: str) -> subprocess.Popen[str]:
    """This file in a process of its own, in another role."""
    return subprocess.Popen(
        [sys.executable, __file__, "--child", *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def told(process: subprocess.Popen[str], line: str | None = None) -> str:
    """The next line of a child, after it was given one."""
    if process.stdin is None or process.stdout is None:
        raise ValueError("a child without pipes")
    if line is not None:
        process.stdin.write(line + "\n")
        process.stdin.flush()
    answer = process.stdout.readline().strip()
    if not answer:
        raise SystemExit("a child of the benchmark has ended")
    return answer


def objects(state: Path) -> dict[str, object]:
    """The objects that our check asks for by now, as it remembers them, with their values."""
    (kept,) = state.glob("snmp-recipe-*.json")
    oids: list[str] = json.loads(kept.read_text())["data"]["recipe"]["oids"]
    host, port = json.loads(kept.read_text())["key"][2].split(":")
    from apowacht.plugins.core.deadline import Deadline
    from apowacht.plugins.wire.snmp import Target, open_session

    session = open_session(Target(host, int(port)), Deadline(5))
    try:
        return dict(session.get(oids))
    finally:
        session.close()


def module(values: dict[str, object]) -> str:
    """A configuration for snmp_exporter that reads these objects; JSON is YAML, too."""
    metrics = [
        {
            "name": f"object_{place}",
            "oid": oid,
            "type": "gauge" if isinstance(value, int) else "DisplayString",
            "help": oid,
        }
        for place, (oid, value) in enumerate(values.items())
    ]
    return json.dumps({"ups": {"get": list(values), "metrics": metrics, "version": 2}})


def theirs(folder: Path, values: dict[str, object]) -> tuple[subprocess.Popen[str], str]:
    """The other exporter, and the address to ask it at."""
    (folder / "snmp.yml").write_text(module(values))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    process = subprocess.Popen(
        [THEIRS, f"--config.file={folder}/snmp.yml", f"--web.listen-address={address}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return process, f"http://{address}/snmp?module=ups&target="


def scraped(url: str) -> bytes:
    """One answer of theirs, waiting for its start."""
    for _ in range(100):
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310
                return bytes(answer.read())
        except urllib.error.URLError:
            time.sleep(0.05)
    raise SystemExit(f"{THEIRS} does not answer")


def measure(rounds: int, each: int, folder: Path) -> dict[str, float]:
    """CPU seconds of one check, by contender."""
    device = started("agent")
    children = [device]
    try:
        port = told(device)
        ours = {}
        for engine in LIMITS:
            (folder / engine).mkdir()
            ours[engine] = started("resident", port, str(folder / engine), engine)
            children.append(ours[engine])
            told(ours[engine], "20")  # the first run learns what the device can tell
        values = objects(folder / "pysnmp")
        other, url = theirs(folder, values)
        children.append(other)
        page = scraped(url + f"127.0.0.1:{port}")
        metrics = sum(line.startswith(b"object_") for line in page.splitlines())
        print(f"{len(values)} objects; theirs tells {metrics}, ours {told(ours['pysnmp'], '1')}")
        spent = dict.fromkeys([*ours, THEIRS], 0.0)
        for _ in range(rounds):
            for engine, process in ours.items():
                before = cpu_seconds(process)
                told(process, str(each))
                spent[engine] += cpu_seconds(process) - before
            before = cpu_seconds(other)
            for _ in range(each):
                scraped(url + f"127.0.0.1:{port}")
            spent[THEIRS] += cpu_seconds(other) - before
        return {name: seconds / rounds / each for name, seconds in spent.items()}
    finally:
        for child in children:
            child.kill()
            child.wait()


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--each", type=int, default=150, help="checks per round")
    options = parser.parse_args()
    if not shutil.which(THEIRS):
        print(f"{THEIRS} is not installed: nothing to compare with")
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        costs = measure(options.rounds, options.each, Path(scratch))
    base = costs[THEIRS]
    missed = False
    for name, seconds in costs.items():
        print(f"{name:26} {seconds * 1e3:6.2f} ms of CPU   {seconds / base:5.2f} x")
    for engine, limit in LIMITS.items():
        ratio = costs[engine] / base
        missed = missed or ratio > limit
        verdict = "goal met" if ratio <= GOAL else "limit met" if ratio <= limit else "MISSED"
        print(f"{engine}: limit {limit}, goal {GOAL}: {verdict}")
    return int(missed)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        roles: dict[str, Callable[..., None]] = {"agent": agent, "resident": resident}
        roles[sys.argv[2]](*sys.argv[3:])
    else:
        sys.exit(main())
