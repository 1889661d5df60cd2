"""The quick start, run from its page: from an empty folder to green in a real Icinga 2."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from commands import SCRIPTS
from exports import export
from icinga import NOTIFY, Icinga
from nagios_daemon import Nagios
from test_checkmk import MRPE_LINE
from test_export_prometheus import checked
from test_nagios import SHARED
from upsd import until

PAGE = Path(__file__).resolve().parent.parent / "docs" / "quickstart.md"
EDITS, SERVICES = 3, 6
FIRST_PORT = 16100
PORTS = 20


def blocks() -> list[str]:
    """The page's commands, in order."""
    return re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)


def test_the_page_has_three_edits() -> None:
    """As many as it may take, each one line."""
    assert sum(block.count("sed -i") for block in blocks()) == EDITS


def free_hundred() -> int:
    """N, where the ports from N * 100 on are free on loopback: the page's ports elsewhere."""
    for hundred in range(200, 320):
        with ExitStack() as opened:
            try:
                for port in range(hundred * 100, hundred * 100 + PORTS):
                    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                        opened.enter_context(socket.socket(type=kind)).bind(("127.0.0.1", port))
            except OSError:
                continue
            return hundred
    raise AssertionError("no twenty free ports in a row")


def every_export_loads(folder: Path, scratch: Path) -> None:
    """What was discovered is taken by Nagios, by Prometheus and its Alertmanager, by the grammar of
    Checkmk's agent, and becomes a basket."""
    told = ("--config-dir", str(folder / "checks.d"))
    export("nagios", *told, "-o", str(scratch / "nagios"))
    daemon = Nagios((*SHARED, *sorted((scratch / "nagios").iterdir())))
    code, said = daemon.verify()
    daemon.close()
    assert code == 0, said
    assert "Total Warnings: 0" in said
    for more, program, words in (
        ((), "promtool", ("check", "config")),
        (("--static",), "promtool", ("check", "config")),
        (("--alertmanager",), "amtool", ("check-config",)),
    ):
        file = scratch / "prometheus.yml"
        file.write_text(export("prometheus", *told, *more), encoding="utf-8")
        checked(program, *words, str(file))
    lines = [one for one in export("checkmk", *told).splitlines() if one and one[0] != "#"]
    assert len(lines) == SERVICES
    assert all(MRPE_LINE.fullmatch(line) for line in lines), lines
    basket = json.loads(export("director", *told))
    assert basket["Command"]


@pytest.mark.peer
@pytest.mark.slow
def test_from_an_empty_folder_to_green(tmp_path: Path) -> None:
    """Every command of the page succeeds, and a real Icinga finds every service OK."""
    hundred = free_hundred()
    first = hundred * 100
    start, *rest = (block.replace(str(FIRST_PORT // 100), str(hundred)) for block in blocks())
    assert "apowacht.simulator" in start
    folder = tmp_path / "apotheke"
    (folder / "checks.d").mkdir(parents=True)
    state = {
        "APOWACHT_STATE_DIR": str(tmp_path / "state"),
        "PATH": f"{SCRIPTS}:{os.environ['PATH']}",
    }
    env = {**os.environ, **state}
    with (folder / "simulator.log").open("w", encoding="utf-8") as log:
        simulator = subprocess.Popen(
            [sys.executable, "-m", "apowacht.simulator", "--scenario", "quiet",
             "--first-port", str(first)], stdout=log, env=env, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    try:
        log_file = folder / "simulator.log"
        assert until(lambda: "Strg-C" in log_file.read_text(encoding="utf-8"), 20)
        begun = time.monotonic()
        for block in rest:
            done = subprocess.run(
                ["sh", "-ec", block],
                cwd=folder,
                env=env,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}"
        written = time.monotonic() - begun
        icinga = Icinga(tmp_path / "icinga")
        icinga.include(folder / "icinga2" / "*.conf")
        icinga.add(NOTIFY)
        icinga.validate()
        with icinga.running():
            services = icinga.check_all()
            green = time.monotonic() - begun
        told = {name: one["last_check_result"]["output"] for (_, name), one in services.items()}
        assert all(one["state"] == 0 for one in services.values()), told
        asked = {name for name in told if not name.startswith("apo ")}
        assert asked == {"USV", "USV till", "uplink", "connector", "terminal", "certificate"}
        every_export_loads(folder, tmp_path)
        print(f"commands {written:.1f} s, all services green after {green:.1f} s")
    finally:
        simulator.terminate()
        simulator.wait(10)
