"""NRPE: the exported commands, asked by the real check_nrpe of a real daemon on loopback."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from commands import checkmk_mrpe
from exports import AWKWARD, checks, export, many, write_site
from unprivileged import dropped, give, is_root, plugins
from upsd import free_port

from apowacht.simulator.box import Box

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
PLUGINS = "/usr/lib/nagios/plugins/"
CONFIGURATION = """\
pid_file={folder}/nrpe.pid
server_address=127.0.0.1
server_port={port}
nrpe_user={user}
nrpe_group={group}
allowed_hosts=127.0.0.1
dont_blame_nrpe=0
allow_bash_command_substitution=0
command_timeout=60
log_file={folder}/nrpe.log
include_dir={folder}/nrpe.d
"""
COMMAND = re.compile(r"command\[(apowacht_[A-Za-z0-9_.-]+)\]=(/\S+/check_apo_\w+ .+)")


def program(name: str, package: str) -> str:
    """Where a program lies; skips without it."""
    places = f"{os.environ['PATH']}:/usr/sbin:/usr/lib/nagios/plugins"
    found = shutil.which(name, path=places)
    if found is None:
        pytest.skip(f"{name} (Debian package {package}) is missing")
    return found


def test_every_check_is_a_command_of_its_own(tmp_path: Path) -> None:
    """Fifty sites with awkward names: no two commands have the same name, and none takes anything
    from the one who asks."""
    many(tmp_path / "checks.d", 50)
    arguments = ("nrpe", "--config-dir", str(tmp_path / "checks.d"))
    told = export(*arguments)
    assert export(*arguments) == told
    lines = [line for line in told.splitlines() if line and not line.startswith("#")]
    found = [COMMAND.fullmatch(line) for line in lines]
    assert len({one[1] for one in found if one}) == len(lines) == 150
    assert "$ARG" not in told


def test_a_line_that_nrpe_would_cut_is_refused(tmp_path: Path) -> None:
    """A path that is too long is named, not written."""
    write_site(tmp_path, "nord", [{"check": "ups", "hostname": "192.0.2.1"}])
    told = export("nrpe", "--config-dir", str(tmp_path), "--site-dir", "/" + "x" * 2100, code=1)
    assert told == ""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[int, list[str]]]:
    """The port of a daemon with a simulated pharmacy's commands, and their names."""
    daemon = program("nrpe", "nagios-nrpe-server")
    folder = Path(tempfile.mkdtemp(prefix="apowacht-nrpe-"))
    folder.chmod(0o755)
    for name in ("nrpe.d", "plugins", "state"):
        (folder / name).mkdir()
    port = free_port()
    user, group = ("nobody", "nogroup") if is_root() else (str(os.getuid()), str(os.getgid()))
    told = CONFIGURATION.format(folder=folder, port=port, user=user, group=group)
    (folder / "nrpe.cfg").write_text(told, encoding="utf-8")
    with Box("quiet") as box:
        write_site(folder / "it's; $HOME", "nord", checks(box))
        made = export(
            "nrpe", "--config-dir", str(folder / "it's; $HOME"),
            "--plugin-dir", str(plugins(folder / "plugins")), "-o", str(folder / "nrpe.d"),
        )  # fmt: skip
        assert made == ""
        give(folder)
        process = subprocess.Popen(
            dropped(daemon, "-c", str(folder / "nrpe.cfg"), "-f"),
            stderr=subprocess.DEVNULL,
            env={**os.environ, "APOWACHT_STATE_DIR": str(folder / "state"), "LC_ALL": "C.UTF-8"},
        )
        try:
            (file,) = (folder / "nrpe.d").iterdir()
            yield port, re.findall(r"^command\[(.+?)\]", file.read_text(encoding="utf-8"), re.M)
        finally:
            process.terminate()
            process.wait(20)
            shutil.rmtree(folder)


@pytest.mark.peer
@pytest.mark.slow
def test_answers_come_whole(server: tuple[int, list[str]]) -> None:
    """State, first line, numbers and all further lines pass, whatever names and paths hold."""
    port, names = server
    assert len(names) == len(AWKWARD)
    wait_for(port)
    for check, name in zip(AWKWARD, names, strict=True):
        run = asked(port, "-c", name, "-t", "30")
        assert run.returncode == 0, run.stdout
        first, *more = run.stdout.splitlines()
        assert first.startswith(f"{check.upper()} OK - "), run.stdout
        numbers = checkmk_mrpe(first.partition(" | ")[2])
        assert numbers or check == "connector", first
        assert more or check not in ("ups", "terminal")
    run = asked(port, "-c", names[0], "-a", "--help")
    assert run.returncode != 0 or "Usage" not in run.stdout


def asked(port: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What check_nrpe says."""
    client = program("check_nrpe", "nagios-nrpe-plugin")
    return subprocess.run(
        [client, "-H", "127.0.0.1", "-p", str(port), *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def wait_for(port: int) -> None:
    """Until the daemon answers with its version."""
    end = time.monotonic() + 20
    while asked(port).returncode != 0:
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.mark.parametrize(
    "command",
    [
        None,
        "",
        "id",
        "/bin/sh",
        "{plugins}check_apo_ups --version; id",
        "{plugins}check_apo_ups --version\nid",
        "{plugins}check_apo_ups $(id)",
        "{plugins}check_apo_ups `id`",
        "{plugins}check_apo_ups > /tmp/x",
        "{plugins}check_apo_ups | id",
        "{plugins}check_apo_ups & id",
        "{plugins}check_apo_ups --name=Löwe",
        "{plugins}check_apo_/../../../../bin/sh -c id",
        "env {plugins}check_apo_ups",
    ],
)
def test_the_key_runs_nothing_else(command: str | None) -> None:
    """Whatever is sent over SSH, only a plain call of a plugin gets through."""
    script = ROOT / "integrations" / "nrpe" / "apowacht-only.sh"
    sent = {} if command is None else {"SSH_ORIGINAL_COMMAND": command.format(plugins=PLUGINS)}
    run = subprocess.run(
        ["sh", script], capture_output=True, text=True, env={**os.environ, **sent}, check=False
    )
    assert (run.returncode, run.stdout) == (3, "UNKNOWN - not permitted over this key\n")
    assert run.stderr == ""


def test_the_key_runs_a_plugin(tmp_path: Path) -> None:
    """With its words as they were quoted."""
    text = (ROOT / "integrations" / "nrpe" / "apowacht-only.sh").read_text(encoding="utf-8")
    assert PLUGINS in text
    script = tmp_path / "only.sh"
    script.write_text(text.replace(PLUGINS, f"{tmp_path}/"), encoding="utf-8")
    plugin = tmp_path / "check_apo_ups"
    plugin.write_text('#!/bin/sh\nprintf "%s|" "$@"\n', encoding="utf-8")
    plugin.chmod(0o755)
    sent = f"{plugin} --site=/etc/x.yaml --name='USV Kasse'"
    run = subprocess.run(
        ["sh", script],
        capture_output=True,
        text=True,
        env={**os.environ, "SSH_ORIGINAL_COMMAND": sent},
        check=True,
    )
    assert run.stdout == "--site=/etc/x.yaml|--name=USV Kasse|"
