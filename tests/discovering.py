"""Running `apowacht discover` against simulated devices, and reading what it wrote."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml
from click.testing import CliRunner

from apowacht.plugins.core.suite import main
from apowacht.simulator.devices import load, snmp_values
from apowacht.simulator.nis_server import NisServer
from apowacht.simulator.nut_server import NutServer, Ups
from apowacht.simulator.snmp_agent import Agent

if TYPE_CHECKING:
    from pathlib import Path

    from apowacht.simulator.konnektor import Konnektor

CONTEXT = ("--mandant", "Apotheke", "--client-system", "apowacht", "--workplace", "Monitoring")

# What stands on the simulated cards and devices, and may stand nowhere else.
IDENTITIES = (
    "80276009990000000", "Beispiel-Apotheke", "Beispiela", "Mustermann", "Testperson",
    "X000000012", "262019999999999", "490154203237518", "198.51.100.23",
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """One run: exit code, what was printed, and the file if there is one."""

    code: int
    out: str
    err: str
    file: Path

    @property
    def text(self) -> str:
        """The site file."""
        return self.file.read_text(encoding="utf-8")

    @property
    def site(self) -> dict[str, Any]:
        """The site file as YAML reads it, texts only."""
        told: dict[str, Any] = yaml.load(self.text, yaml.BaseLoader)  # noqa: S506 - texts only
        return told


@dataclass(frozen=True)
class Discovering:
    """A folder to write to, and the command."""

    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        """The site file that is asked for."""
        return self.folder / "probe.yaml"

    def __call__(self, *arguments: str, stdin: str = "", fresh: bool = True) -> Told:
        """Run it; no identity of a card may be in anything that comes of it."""
        if fresh:
            self.file.unlink(missing_ok=True)
        given = ["discover", "--site", "probe", "--config-dir", str(self.folder), *arguments]
        done = CliRunner(env=self.env).invoke(main, given, input=stdin)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        told = Told(done.exit_code, done.stdout, done.stderr, self.file)
        for text in (told.out, told.err, told.text if self.file.exists() else ""):
            assert not [one for one in IDENTITIES if one in text]
            assert "{" not in text.replace("{who:", "").replace("{name}", "")
        return told


def connector(konnektor: Konnektor, *more: str) -> tuple[str, ...]:
    """The options that lead to a Konnektor."""
    host, port = konnektor.address
    return ("--connector", f"{host}:{port}", *more)


def ups_card() -> Agent:
    """An APC card, not yet started."""
    return Agent(snmp_values(load("apc_smart_ups").state().values), community="public")


def nut_server(*names: str) -> NutServer:
    """A upsd with a UPS of each name, not yet started."""
    values = load("nut_ups").state().values
    return NutServer({name: Ups(values, name) for name in names})


def nis_server() -> NisServer:
    """An apcupsd, not yet started."""
    return NisServer(load("apcupsd_ups").state().values)


def place(service: Any) -> str:
    """HOST:PORT of a service."""
    host, port = service.address
    return f"{host}:{port}"
