"""A private Nagios for tests: its own folder, loopback only, no rights, ended by its id."""

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
from unprivileged import dropped, give, plugins

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType

MAIN = """\
log_file={folder}/nagios.log
cfg_dir={folder}/objects
object_cache_file={folder}/objects.cache
precached_object_file={folder}/objects.precache
resource_file={folder}/resource.cfg
status_file={folder}/status.dat
status_update_interval=1
check_external_commands=1
command_file={folder}/nagios.cmd
query_socket={folder}/nagios.qh
lock_file={folder}/nagios.pid
temp_file={folder}/nagios.tmp
temp_path={folder}
check_result_path={folder}/spool
state_retention_file={folder}/retention.dat
use_syslog=0
interval_length={interval_length}
check_for_updates=0
service_inter_check_delay_method=n
check_result_reaper_frequency=1
log_notifications=1
illegal_object_name_chars=`~!$%^&*|'"<>?,()=
illegal_macro_output_chars=`~$&|'"<>
"""


def nagios_program() -> str:
    """Where Nagios lies; skips without it."""
    found = shutil.which("nagios4", path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        pytest.skip("nagios4 (Debian package nagios4-core) is missing")
    return found


class Nagios:
    """A Nagios with these object files; `folder` is where it lives.

    A minute of its intervals lasts `interval_length` seconds.
    """

    def __init__(self, objects: Iterable[Path], interval_length: int = 60) -> None:
        self.program = nagios_program()
        self.folder = Path(tempfile.mkdtemp(prefix="apowacht-nagios-"))
        (self.folder / "spool").mkdir()
        (self.folder / "state").mkdir()
        (self.folder / "objects").mkdir()
        told = {"folder": self.folder, "interval_length": interval_length}
        self._write("nagios.cfg", MAIN.format(**told))
        self.folder.chmod(0o755)
        (self.folder / "plugins").mkdir()
        self._write("resource.cfg", f"$USER1$={plugins(self.folder / 'plugins')}\n")
        self._start = dropped(self.program)
        self._process: subprocess.Popen[bytes] | None = None
        self.add(*objects)
        give(self.folder)

    def add(self, *objects: Path) -> None:
        """Further object files, before it is started."""
        for file in objects:
            shutil.copyfile(file, self.folder / "objects" / file.name)

    def _write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def verify(self) -> tuple[int, str]:
        """What `nagios4 -v` says, and its exit code."""
        give(self.folder)
        run = subprocess.run(
            [*self._start, "-v", self.folder / "nagios.cfg"],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        return run.returncode, run.stdout + run.stderr

    def __enter__(self) -> Nagios:
        give(self.folder)
        state = {"APOWACHT_STATE_DIR": str(self.folder / "state"), "HOME": str(self.folder)}
        self._process = subprocess.Popen(
            [*self._start, self.folder / "nagios.cfg"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C.UTF-8", **state},
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End it if it runs, and take its folder away."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
        shutil.rmtree(self.folder)

    def blocks(self, kind: str) -> list[dict[str, str]]:
        """The entries of a kind in its status file, such as `servicestatus`."""
        try:
            text = (self.folder / "status.dat").read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        told = re.findall(rf"^{kind} {{\n(.*?)\n\t}}$", text, re.M | re.S)
        return [
            dict(line.strip().split("=", 1) for line in one.splitlines() if "=" in line)
            for one in told
        ]

    def services(self) -> dict[str, dict[str, str]]:
        """The services that have been asked, by their description."""
        told = self.blocks("servicestatus")
        return {one["service_description"]: one for one in told if one["has_been_checked"] == "1"}

    def log(self) -> list[str]:
        """The lines of its log."""
        return (self.folder / "nagios.log").read_text(encoding="utf-8").splitlines()

    def tell(self, lines: str) -> None:
        """Write commands into its command file."""
        pipe = self.folder / "nagios.cmd"
        self.until(pipe.exists, "it opens its command file")
        with pipe.open("w", encoding="utf-8") as opened:
            opened.write(lines)

    def until(self, true: Callable[[], object], what: str, seconds: float = 60) -> None:
        """Wait until something is true."""
        end = time.monotonic() + seconds
        while not true():
            alive = self._process is not None and self._process.poll() is None
            assert alive, "\n".join(self.log())
            assert time.monotonic() < end, f"{what}: {self.services()}\n" + "\n".join(self.log())
            time.sleep(0.1)
