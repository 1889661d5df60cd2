"""What one run of check_apo_ups over SNMP v2c costs, against two peers in the same rounds.

The command comes from the built wheel in a clean environment; it asks the simulated Smart-UPS on
loopback, once by single options and once by the same ones in a site file. Peers: the same
environment's own interpreter doing nothing (`-I -c pass`), and monitoring-plugins' check_snmp
reading three objects. CPU time is user + system of the whole process, medians over interleaved
rounds. Exit code 1 when a run costs more than 8 times the interpreter alone, or with a site file
more than 1.5 times the run without.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

MOST = 8.0
GOAL = 7.0
MOST_FOR_SITE = 1.5
CHECK_SNMP = "/usr/lib/nagios/plugins/check_snmp"
OBJECTS = (
    "1.3.6.1.4.1.318.1.1.1.4.1.1.0",
    "1.3.6.1.4.1.318.1.1.1.2.2.1.0",
    "1.3.6.1.4.1.318.1.1.1.2.2.3.0",
)
ROOT = Path(__file__).resolve().parent.parent


def environment(folder: Path) -> Path:
    """A clean environment in `folder` with the wheel of this tree; its bin folder."""
    wheels = folder / "wheels"
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation",
         "-w", wheels, ROOT],
        check=True,
    )  # fmt: skip
    shutil.rmtree(ROOT / "build", ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", folder / "env"], check=True)
    bin_folder = folder / "env" / "bin"
    subprocess.run(
        [bin_folder / "python", "-m", "pip", "install", "-q", *wheels.glob("*.whl")], check=True
    )
    return bin_folder


def cpu_seconds(command: list[str]) -> float:
    """User and system time of one run of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        raise SystemExit(f"{command[0]} left with {done.returncode}: {done.stdout}{done.stderr}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def site_file(scratch: str, port: int) -> str:
    """A site with this UPS, a second check and contacts, as a file."""
    file = Path(scratch) / "site.yaml"
    file.write_text(
        "site: benchmark\n"
        "checks:\n"
        f"  - {{check: ups, hostname: 127.0.0.1, port: {port}}}\n"
        "  - {check: connector, hostname: 192.0.2.1}\n"
        "contacts:\n"
        "  power: {who: Elektro Nordlicht, phone: 040 555 0101}\n"
    )
    return str(file)


def commands(bin_folder: Path, host: list[str], state: str, site: str) -> dict[str, list[str]]:
    """The contenders, by name; `host` holds -H and -p, `site` is a site file that says the same."""
    plugin = str(bin_folder / "check_apo_ups")
    python = str(bin_folder / "python")  # the link in the environment: its own site, no shim
    found = {
        "interpreter": [python, "-I", "-c", "pass"],
        "check_apo_ups": [plugin, *host, "--state-dir", state],
        "--site FILE": [plugin, "--site", site, "--state-dir", state],
    }
    if Path(CHECK_SNMP).exists():
        objects = ["-o", ",".join(OBJECTS)]
        found["check_snmp"] = [CHECK_SNMP, *host, "-C", "public", "-P", "2c", *objects]
    return found


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--bin", type=Path, help="bin folder of an environment with the wheel")
    options = parser.parse_args()
    from apowacht.simulator.box import Box

    with tempfile.TemporaryDirectory() as scratch:
        bin_folder = options.bin or environment(Path(scratch))
        with Box("quiet") as box:
            host, _ = box.find("ups-server")
            _, port = host.service.address
            asked = ["-H", "127.0.0.1", "-p", str(port)]
            contenders = commands(bin_folder, asked, scratch, site_file(scratch, port))
            times: dict[str, list[float]] = {name: [] for name in contenders}
            for command in contenders.values():
                cpu_seconds(command)  # the first run learns what the device can tell
                if command[0].endswith("check_apo_ups"):
                    cpu_seconds(command)
            for _ in range(options.rounds):
                for name, command in contenders.items():
                    times[name].append(cpu_seconds(command))
    base = median(times["interpreter"])
    for name, taken in times.items():
        figures = f"{median(taken) * 1000:6.1f} ms (least {min(taken) * 1000:.1f})"
        print(f"{name:14} {figures}   {median(taken) / base:5.2f} x interpreter")
    ratio = median(times["check_apo_ups"]) / base
    verdict = "goal met" if ratio <= GOAL else "limit met" if ratio <= MOST else "MISSED"
    print(f"limit {MOST}, goal {GOAL}: {verdict}")
    for_site = median(times["--site FILE"]) / median(times["check_apo_ups"])
    verdict = "met" if for_site <= MOST_FOR_SITE else "MISSED"
    print(f"with a site file {for_site:.2f} x the same options, limit {MOST_FOR_SITE}: {verdict}")
    return 0 if ratio <= MOST and for_site <= MOST_FOR_SITE else 1


if __name__ == "__main__":
    sys.exit(main())
