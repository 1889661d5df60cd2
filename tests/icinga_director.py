"""A real Icinga Director without its web pages: icingacli with a configuration of a test's own, on
a scratch PostgreSQL that listens on loopback only and is ended again.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from upsd import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULES = Path("/usr/share/icingaweb2/modules")
RESOURCES = """\
[director]
type = "db"
db = "pgsql"
host = "127.0.0.1"
port = "{port}"
dbname = "director"
username = "postgres"
password = "unused"
charset = "utf8"
"""
LOGGING = '[logging]\nlog = "stderr"\nlevel = "WARNING"\n'
RENDERED = """
SELECT one.file_path, encode(convert_to(file.content, 'UTF8'), 'hex')
FROM director_generated_config_file one
JOIN director_generated_file file ON file.checksum = one.file_checksum
WHERE one.config_checksum = decode('{checksum}', 'hex')
"""


class Director:
    """icingacli and the database behind it."""

    def __init__(self, folder: Path, server: str, port: int) -> None:
        self.folder = folder
        self._server = server
        self._port = port

    @property
    def env(self) -> dict[str, str]:
        """The environment in which icingacli knows this Director."""
        return {**os.environ, "ICINGAWEB_CONFIGDIR": str(self.folder / "web")}

    def run(self, *command: str, stdin: str | None = None) -> str:
        """What a command of this Director prints; asserts that it does not fail."""
        done = subprocess.run(
            command, input=stdin, env=self.env, capture_output=True, text=True, check=False
        )
        said = done.stdout + done.stderr
        assert done.returncode == 0, said
        return said

    def render(self, folder: Path) -> list[Path]:
        """Write the configuration that it would deploy, in the order of its files."""
        said = self.run("icingacli", "director", "config", "render")
        checksum = next(word for word in said.split() if len(word) == 40)
        lines = self.sql(RENDERED.format(checksum=checksum), "director").splitlines()
        files = []
        for path, content in sorted(line.split("|") for line in lines):
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(bytes.fromhex(content))
            files.append(file)
        return files

    def sql(self, text: str, database: str = "postgres") -> str:
        """Rows, their columns parted by a bar."""
        done = subprocess.run(
            [f"{self._server}/psql", "-h", "127.0.0.1", "-p", str(self._port), "-U", "postgres",
             "-d", database, "-qAtc", text],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout


@contextmanager
def director() -> Iterator[Director]:
    """An empty Director; skips by name without one."""
    if not (MODULES / "director").is_dir() or not shutil.which("icingacli"):
        pytest.skip(
            "the Director (Debian packages icingaweb2-module-director, icingacli) is missing"
        )
    servers = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not servers:
        pytest.skip("PostgreSQL (Debian package postgresql) is missing")
    # PostgreSQL refuses to run as root, and its user cannot look into the tests' own folders.
    user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="apowacht-director-") as scratch:
        folder, server, port = Path(scratch), str(servers[-1].parent), free_port()
        folder.chmod(0o755)
        (folder / "data").mkdir()
        if user:
            shutil.chown(folder / "data", "postgres")
        told = f"-h 127.0.0.1 -p {port} -k {folder}/data -c fsync=off"
        data = ["-D", f"{folder}/data"]
        start = [*user, f"{server}/pg_ctl", *data, "-w", "-l", f"{folder}/data/log"]
        quietly(*user, f"{server}/initdb", *data, "-A", "trust", "-U", "postgres", "--no-sync")
        quietly(*start, "-o", told, "start")
        try:
            found = Director(folder, server, port)
            _set_up(found, port)
            yield found
        finally:
            quietly(*user, f"{server}/pg_ctl", *data, "-w", "-m", "immediate", "stop")


def _set_up(found: Director, port: int) -> None:
    web = found.folder / "web"
    (web / "modules" / "director").mkdir(parents=True)
    (web / "enabledModules").mkdir()
    for name in ("director", "incubator", "reactbundle"):
        (web / "enabledModules" / name).symlink_to(MODULES / name)
    (web / "resources.ini").write_text(RESOURCES.format(port=port), encoding="utf-8")
    (web / "config.ini").write_text(LOGGING, encoding="utf-8")
    own = '[db]\nresource = "director"\n'
    (web / "modules" / "director" / "config.ini").write_text(own, encoding="utf-8")
    found.sql("CREATE DATABASE director")
    found.sql("CREATE EXTENSION pgcrypto", "director")
    found.run("icingacli", "director", "migration", "run")
    # What the kickstart would learn from Icinga.
    for zone, is_global in (("central", "n"), ("director-global", "y")):
        told = json.dumps({"object_type": "external_object", "is_global": is_global})
        found.run("icingacli", "director", "zone", "create", zone, "--json", told)


def quietly(*command: str) -> None:
    """Run it; what it says is told when it fails."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        stdin=subprocess.DEVNULL, cwd="/",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
