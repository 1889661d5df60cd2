"""The quick start, run from its page: from an empty folder to green in a real Icinga 2."""

from __future__ import annotations

import json
import os
import re
import socket
import stat
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


def blocks(word: str = "sh") -> list[str]:
    """The page's commands, in order; `shell`: those for an Icinga that runs as somebody else."""
    return re.findall(rf"^```{word}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.M | re.S)


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


def services_of(folder: Path, *configuration: Path) -> tuple[set[str], float]:
    """Which services a real Icinga has of these files, all of them OK, and when they were."""
    icinga = Icinga(folder)
    icinga.include(*configuration)
    icinga.add(NOTIFY)
    icinga.validate()
    with icinga.running():
        services = icinga.check_all()
        green = time.monotonic()
    told = {name: one["last_check_result"]["output"] for (_, name), one in services.items()}
    assert all(one["state"] == 0 for one in services.values()), told
    return {*told}, green


def as_somebody_else(folder: Path, root: Path, env: dict[str, str]) -> Path:
    """Run the page's block for Debian's Icinga with `root` for /, and this user's group for
    apowacht; the exported files. What the group has to read it can, and nobody else."""
    for name in ("apowacht/checks.d", "apowacht/secrets", "icinga2/conf.d"):
        (root / "etc" / name).mkdir(parents=True)
    (block,) = blocks("shell")
    assert "-g apowacht" in block
    block = block.replace("-g apowacht", f"-g {os.getgid()}").replace("/etc/", f"{root}/etc/")
    subprocess.run(["sh", "-ec", block], cwd=folder, env=env, check=True)
    site, secret = (
        root / "etc" / "apowacht" / name
        for name in ("checks.d/rosen-apotheke.yaml", "secrets/router")
    )
    for file in (site, secret):
        assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert str(secret) in site.read_text(encoding="utf-8")
    assert str(folder) not in site.read_text(encoding="utf-8")
    return root / "etc" / "icinga2" / "conf.d" / "apowacht" / "*.conf"


@pytest.mark.peer
@pytest.mark.slow
def test_from_an_empty_folder_to_green(tmp_path: Path) -> None:
    """Every command of the page succeeds, and a real Icinga finds every service OK."""
    hundred = free_hundred()
    first = hundred * 100
    start, *rest = (block.replace(str(FIRST_PORT // 100), str(hundred)) for block in blocks())
    assert "apowacht simulator" in start
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
        services, green = services_of(tmp_path / "icinga", folder / "icinga2" / "*.conf")
        asked = {name for name in services if not name.startswith("apo ")}
        assert asked == {"USV", "USV till", "uplink", "connector", "terminal", "certificate"}
        packaged = as_somebody_else(folder, tmp_path / "root", env)
        assert services_of(tmp_path / "other", packaged)[0] == services
        every_export_loads(folder, tmp_path)
        print(f"commands {written:.1f} s, all services green after {green - begun:.1f} s")
    finally:
        simulator.terminate()
        simulator.wait(10)
