"""How long check_apo_ups takes from start to end: from the Debian package and from the wheel.

Both ask the same simulated Smart-UPS on loopback, in alternating rounds on one Python. The package
is built, or named as an argument, and laid over /usr/lib in a mount namespace of its own, so that
its files lie where they belong and nothing is installed. Exit code 1 when the package needs more
than 1.05 times the wheel's time. Needs root.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from ups_run import cpu_seconds, environment

from apowacht.simulator.box import Box

MOST = 1.05
ROUNDS = 60
PLUGIN = "/usr/lib/nagios/plugins/check_apo_ups"
LAY = 'mount -t overlay -o "lowerdir=$0:/usr/lib" overlay /usr/lib && exec "$@"'
ROOT = Path(__file__).resolve().parent.parent


def package(folder: Path) -> Path:
    """The package that is named on the command line, else one that is built here."""
    if len(sys.argv) > 1:
        return Path(sys.argv[1]).resolve()
    subprocess.run(
        [ROOT / "debian" / "build", folder / "deb"], check=True, stdout=subprocess.DEVNULL
    )
    return next((folder / "deb").glob("apowacht_*.deb"))


def measure(wheel: str) -> int:
    """Run both in turns, inside the namespace; print the medians."""
    with Box("quiet") as box:
        host, unit = box.find("ups-server")
        commands = {name: [name, *host.options(unit)] for name in (wheel, PLUGIN)}
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        cpu: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(ROUNDS):
            for name, command in commands.items():
                begun = perf_counter()
                cpu[name].append(cpu_seconds(command))
                seconds[name].append(perf_counter() - begun)
    for title, name in (("wheel", wheel), ("package", PLUGIN)):
        ms, used = (1000 * median(times[name][5:]) for times in (seconds, cpu))
        print(f"{title:8} {ms:6.1f} ms, {used:5.1f} ms of CPU")
    ratio = median(cpu[PLUGIN][5:]) / median(cpu[wheel][5:])
    print(f"package / wheel: {ratio:.2f} (at most {MOST})")
    return int(ratio > MOST)


def main() -> int:
    """Prepare both, then measure them in a namespace of their own."""
    if sys.argv[1:2] == ["--inside"]:
        return measure(sys.argv[2])
    if os.geteuid() != 0:
        print("not root: the package cannot be laid over /usr/lib")
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        files = folder / "files"
        subprocess.run(["dpkg-deb", "--extract", package(folder), files], check=True)
        wheel = environment(folder) / "check_apo_ups"
        inside = [sys.executable, __file__, "--inside", str(wheel)]
        lay = ["unshare", "--mount", "sh", "-c", LAY, str(files / "usr/lib"), *inside]
        return subprocess.run(lay, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
