"""The TI's central services and name server on loopback, and check_apo_erezept before them."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from apowacht.plugins.core.cli import parse
from apowacht.plugins.core.state import Store
from apowacht.plugins.erezept import CHECK, ErezeptFacts
from apowacht.simulator import fachdienst, idp
from apowacht.simulator.fachdienst import Fachdienst
from apowacht.simulator.idp import Idp
from apowacht.simulator.ti_dns import Records, TiDns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from apowacht.plugins.core.check import Options
    from apowacht.plugins.core.report import Report

HERE = "127.0.0.1"
FACHDIENST, IDP = fachdienst.NAME, idp.NAME


class Ti:
    """Fachdienst, IDP and DNS; `now` is the clock of everybody, when it is set."""

    def __init__(self, folder: Path, now: float | None = None) -> None:
        self.folder = folder
        self.now = now
        self._stack = ExitStack()
        self.fachdienst = Fachdienst(clock=self.clock)
        self.idp = Idp(root=self.fachdienst.root, clock=self.clock)
        self.dns = TiDns({FACHDIENST: Records(HERE), IDP: Records(HERE)})
        self.ca_file = folder / "ca.pem"
        self.ca_file.write_bytes(self.fachdienst.ca_pem)

    def clock(self) -> float:
        """Seconds since 1970."""
        return datetime.now(UTC).timestamp() if self.now is None else self.now

    def __enter__(self) -> Ti:
        for service in (self.fachdienst, self.idp, self.dns):
            self._stack.enter_context(service)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def arguments(self, *more: str) -> list[str]:
        """The command line that asks these services."""
        return [
            "--environment", "PU", "--ti-network", "127.0.0.0/8", "-t", "10",
            "--resolver", HERE, "--resolver-port", str(self.dns.address[1]),
            "--fachdienst-port", str(self.fachdienst.address[1]),
            "--idp-port", str(self.idp.address[1]),
            "--central-ca-file", str(self.ca_file),
            "--state-dir", str(self.folder / "state"), *more,
        ]  # fmt: skip

    def options(self, *more: str) -> Options:
        """The options of a run that begins now, by this clock."""
        options = parse(CHECK, self.arguments(*more))
        if self.now is not None:
            options.now = datetime.fromtimestamp(self.now, UTC)
            options.store = Store(options.state_dir, clock=self.clock)
        return options

    def run(self, *more: str) -> Report:
        """One run in this process."""
        return CHECK.run(self.options(*more))

    def facts(self, *more: str) -> ErezeptFacts:
        """The facts of one run."""
        return facts_of(self.run(*more))

    def paths(self) -> Iterator[tuple[str, str]]:
        """Every request that a central service saw: its service and path."""
        for name, service in (("fachdienst", self.fachdienst), ("idp", self.idp)):
            for asked in service.asked:
                yield name, f"{asked.method} {asked.path}"


def facts_of(report: Report) -> ErezeptFacts:
    """A report's facts."""
    assert isinstance(report.facts, ErezeptFacts)
    return report.facts


def keys(report: Report) -> list[str]:
    """The failure classes of a report that are faults."""
    return [one.key for one in report.findings if one.state]
