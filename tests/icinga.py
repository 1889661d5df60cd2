"""A real Icinga 2 of a test's own: private folders, its API on a free loopback port, and a file in
which every notification is a line. It is ended by its process id.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from commands import SCRIPTS
from upsd import free_port, until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ROOT / "integrations" / "icinga2"
PASSWORD = "only for this test"
START_SECONDS = 30.0
CENTRAL = "central"

MAIN = """\
const NodeName = "{node}"
const ZoneName = "{node}"
const PluginDir = {plugins}
include <itl>
include <plugins>
{zones}
object CheckerComponent "checker" {{ }}
object NotificationComponent "notification" {{ enable_ha = false }}
object ApiListener "api" {{ bind_host = "127.0.0.1"; bind_port = {port} }}
object ApiUser "test" {{ password = {password}; permissions = [ "*" ] }}
object NotificationCommand "note" {{
  command = [ {note}, "$notification.type$", "$host.name$", "$service.name$", "$service.state$" ]
}}
object User "technician" {{ }}
{includes}
"""
ALONE = """\
object Endpoint NodeName { }
object Zone ZoneName { endpoints = [ NodeName ] }
"""
NOTE = '#!/bin/sh\nprintf "%s|%s|%s|%s\\n" "$@" >>"$NOTES"\n'
NOTIFY = """
apply Notification "page" to Service {
  import "apo-page"
  command = "note"
  users = [ "technician" ]
  assign where service.vars.apo_layer
}
apply Notification "ticket" to Service {
  import "apo-ticket"
  command = "note"
  users = [ "technician" ]
  if (service.vars.apo_hours) { period = service.vars.apo_hours }
  assign where service.vars.apo_layer
}
"""


def binary() -> str:
    """The daemon itself: the program on the path is a script around it. Skips without it."""
    for folder in ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib"):
        found = Path(folder, "icinga2", "sbin", "icinga2")
        if found.exists():
            return str(found)
    found_in_path = shutil.which("icinga2")
    if found_in_path is None:
        pytest.skip("icinga2 (Debian package icinga2-bin) is missing")
    return found_in_path


@dataclass
class Icinga:
    """One instance in its folder; write configuration with `add` before it is started.

    Another `node` than CENTRAL has its zones in what is added.
    """

    folder: Path
    parts: list[str] = field(default_factory=list)
    port: int = 0
    node: str = CENTRAL

    @property
    def notes(self) -> Path:
        """Every notification: type, host, service, state."""
        return self.folder / "notes"

    def add(self, *texts: str) -> None:
        """More configuration."""
        self.parts += texts

    def include(self, *files: Path) -> None:
        """Files of configuration, as a technician would include them."""
        self.parts += [f"include {json.dumps(str(file))}" for file in files]

    def validate(self) -> str:
        """What `daemon -C` says; asserts that it accepts everything without a warning."""
        done = subprocess.run(
            [*self._command(), "-C"], capture_output=True, text=True, env=self._env(), check=False
        )
        said = done.stdout + done.stderr
        assert done.returncode == 0, said
        assert "warning/" not in said, said
        return said

    @contextmanager
    def running(self) -> Iterator[Icinga]:
        """Start it, wait for its API, and end it again."""
        command = self._command()
        with (self.folder / "log.txt").open("w", encoding="utf-8") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, env=self._env())
        try:

            def started() -> bool:
                said = (self.folder / "log.txt").read_text(encoding="utf-8", errors="replace")
                assert process.poll() is None, said
                try:
                    return bool(self.ask("GET", "status/IcingaApplication"))
                except (urllib.error.URLError, OSError):
                    return False

            assert until(started, START_SECONDS)
            yield self
        finally:
            process.terminate()
            process.wait(30)

    def ask(self, method: str, path: str, told: Mapping[str, object] | None = None) -> Any:
        """The API's results."""
        request = urllib.request.Request(
            f"https://127.0.0.1:{self.port}/v1/{path}",
            data=json.dumps(told or {}).encode(),
            headers={
                "Accept": "application/json",
                "X-HTTP-Method-Override": method,
                "Authorization": "Basic " + base64.b64encode(f"test:{PASSWORD}".encode()).decode(),
            },
            method="POST",
        )
        context = ssl.create_default_context(cafile=str(self.folder / "data" / "certs" / "ca.crt"))
        context.check_hostname = False
        with urllib.request.urlopen(request, context=context, timeout=20) as answer:  # noqa: S310
            return json.load(answer)["results"]

    def services(self) -> dict[tuple[str, str], dict[str, Any]]:
        """All services' attributes by host and service."""
        told = self.ask("GET", "objects/services")
        return {
            (one["attrs"]["host_name"], one["attrs"]["name"]): one["attrs"]
            for one in told
            if one["attrs"]["host_name"] != "none"
        }

    def check_all(
        self, name: str | None = None, seconds: float = 40
    ) -> dict[tuple[str, str], dict[str, Any]]:
        """Have every service asked now, or those of a name, and wait for the results."""
        begun = time.time()
        self.ask(
            "POST", "actions/reschedule-check",
            {
                "type": "Service", "force": True,
                "filter": f"service.name == {json.dumps(name)}" if name else "true",
            },
        )  # fmt: skip
        found: dict[tuple[str, str], dict[str, Any]] = {}

        def all_asked() -> bool:
            found.update(self.services())
            results = [
                one["last_check_result"] for one in found.values() if name in (None, one["name"])
            ]
            return all(one and one["schedule_start"] >= begun - 1 for one in results)

        if not until(all_asked, seconds):
            late = [name for name, one in found.items() if one["last_check"] < begun - 1]
            raise AssertionError(f"not asked: {late}")
        return found

    def told(self, kind: str = "PROBLEM") -> list[tuple[str, str]]:
        """Host and service of each notification of this kind."""
        if not self.notes.exists():
            return []
        lines = [line.split("|") for line in self.notes.read_text(encoding="utf-8").splitlines()]
        return [(host, service) for type_, host, service, _ in lines if type_ == kind]

    def _command(self) -> list[str]:
        for name in ("data/certs", "log", "cache", "spool", "run", "etc", "state"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        _certify(self.folder / "data" / "certs", self.node)
        self.port = self.port or free_port()
        note = self.folder / "note"
        note.write_text(NOTE, encoding="utf-8")
        note.chmod(0o755)
        main = self.folder / "etc" / "icinga2.conf"
        main.write_text(
            MAIN.format(
                plugins=json.dumps(str(SCRIPTS)), port=self.port, password=json.dumps(PASSWORD),
                note=json.dumps(str(note)), includes="\n".join(self.parts),
                node=self.node, zones=ALONE if self.node == CENTRAL else "",
            ),
            encoding="utf-8",
        )  # fmt: skip
        folders = {
            "ConfigDir": "etc", "DataDir": "data", "LogDir": "log", "CacheDir": "cache",
            "SpoolDir": "spool", "InitRunDir": "run",
        }  # fmt: skip
        told = [f"--define={name}={self.folder / path}" for name, path in folders.items()]
        user = [f"--define=RunAsUser={_user()}", f"--define=RunAsGroup={_group()}"]
        return [binary(), "daemon", "-c", str(main), *told, *user]

    def _env(self) -> dict[str, str]:
        state = {
            "APOWACHT_STATE_DIR": str(self.folder / "state"),
            "NOTES": str(self.notes),
            "TZ": "Europe/Berlin",
        }
        kept = {name: text for name, text in os.environ.items() if not name.startswith("APOWACHT_")}
        return {**kept, **state}


def _user() -> str:
    import pwd

    return pwd.getpwuid(os.geteuid()).pw_name


def _group() -> str:
    import grp

    return grp.getgrgid(os.getegid()).gr_name


def _certify(folder: Path, node: str) -> None:
    """A certificate that signs itself, as the API wants one."""
    if (folder / "ca.crt").exists():
        return
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", f"/CN={node}", "-keyout", str(folder / f"{node}.key"),
         "-out", str(folder / f"{node}.crt")],
        check=True, capture_output=True,
    )  # fmt: skip
    shutil.copy(folder / f"{node}.crt", folder / "ca.crt")
