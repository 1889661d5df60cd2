"""The running exporter: its configuration and how it is read again, the engine, the journal, and
what the HTTP side asks of them."""

from __future__ import annotations

import logging
import os
import platform
import threading
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from apowacht.exporter import metrics
from apowacht.exporter.engine import Engine
from apowacht.exporter.faulty import faulty
from apowacht.exporter.journal import Journal
from apowacht.exporter.logins import Logins
from apowacht.exporter.model import Snapshot
from apowacht.exporter.probe import Turns
from apowacht.exporter.web_live import Web, guarded
from apowacht.plugins.core.state import choose_folder
from apowacht.plugins.core.version import VERSION
from apowacht.plugins.sites.config import keep, load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apowacht.exporter.faulty import Faulty
    from apowacht.exporter.model import Result
    from apowacht.exporter.settings import Listen, Settings
    from apowacht.plugins.core.check import Check
    from apowacht.plugins.sites.model import Configuration, Mistake

LOG = logging.getLogger("apowacht.exporter")

JOURNAL = "journal.sqlite"


class Station:
    """One exporter. Made, it has read its files; `start` begins to ask, `close` ends it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.web = Web(settings.web_config_file, settings.lang)
        self.logins = Logins(lambda: self.web.now().users)
        self.turns = Turns()
        self.ready = False
        self._scraped: tuple[int, float | None] = (0, None)  # of the latest whole scrape
        self._reloading = threading.Lock()
        self.mistakes: tuple[Mistake, ...] = ()
        self.faulty: tuple[Faulty, ...] = ()
        self.read_well_at: datetime | None = None
        told = self._read()
        self.journal = _journal(settings)
        self.engine = Engine(told, self.journal, threads=settings.threads)
        self._note(told)

    def start(self) -> None:
        """Ask from now on."""
        self.engine.start()
        self.ready = True

    def stop(self) -> None:
        """Begin no more checks; waits for none."""
        self.ready = False
        self.engine.stop()

    @property
    def busy(self) -> int:
        """How many checks are under way and may still come back."""
        return self.engine.busy

    def close(self, timeout: float = 10.0) -> bool:
        """End: no new checks, those under way end, the journal is closed."""
        self.ready = False
        done = self.engine.close(timeout)
        self.logins.close()
        return done

    @property
    def configuration(self) -> Configuration:
        """What is watched now."""
        return self.engine.configuration

    def snapshot(self) -> Snapshot:
        """Everything as it stands now."""
        return self.engine.snapshot()

    def run_now(self, check: Check, arguments: Sequence[str], timeout: float | None) -> Result:
        """For /probe."""
        return self.engine.run_now(check, arguments, timeout)

    def reload(self) -> tuple[Mistake, ...]:
        """Read the folder again; what is wrong in it keeps its old version."""
        with self._reloading:
            told = self._read()
            self.engine.replace(keep(self.configuration, told))
            self._note(told)
            return told.mistakes

    def _read(self) -> Configuration:
        settings = self.settings
        state_dir = str(settings.state_dir) if settings.state_dir else None
        told = load(settings.config_dir, settings.lang, state_dir)
        for mistake in told.mistakes:
            LOG.error("%s:%s: %s", mistake.file, mistake.line, mistake.text)
        checks = sum(len(site.watches) for site in told.sites.values())
        LOG.info("%s: %d sites, %d checks", settings.config_dir, len(told.sites), checks)
        return told

    def _note(self, told: Configuration) -> None:
        self.mistakes = told.mistakes
        self.faulty = faulty(told, self.configuration, self.settings.lang)
        if not told.mistakes:
            self.read_well_at = datetime.now(UTC)

    @property
    def protected(self) -> bool:
        """Whether only this computer, or whoever is known, can reach the exporter."""
        web = self.web.now()
        known = web.tls is not None and guarded(web)
        return known or all(is_local(one) for one in self.settings.listen)

    @property
    def may_reload(self) -> bool:
        """Whether a reload may be asked for by HTTP: by somebody known, or from this computer."""
        return guarded(self.web.now()) or all(is_local(one) for one in self.settings.listen)

    def text(self, *, openmetrics: bool, sites: Sequence[str] = (), own: bool = True) -> str:
        """The metrics: of these sites, or of all; with those of the exporter itself."""
        began = perf_counter()
        snapshot = self.snapshot()
        if sites:
            entries = tuple(one for one in snapshot.entries if one.site.name in sites)
            snapshot = Snapshot(snapshot.moment, entries)
        sheet = metrics.sheet(snapshot)
        text = sheet.text(openmetrics=openmetrics)
        if not sites:
            self._scraped = (sheet.unnamed, perf_counter() - began)
        if own:
            text += self.own_text(openmetrics=openmetrics)
        return text + "# EOF\n" if openmetrics else text

    def own_text(self, *, openmetrics: bool) -> str:
        """The metrics of the exporter itself and of its process."""
        sheet = metrics.Sheet()
        metrics.own(sheet, self.own())
        unnamed, seconds = self._scraped
        metrics.own(
            sheet,
            {
                "apowacht_exporter_unnamed_metrics": unnamed,
                "apowacht_exporter_scrape_duration_seconds": seconds,
            },
        )
        return sheet.text(openmetrics=openmetrics) + _process(openmetrics=openmetrics)

    def own(self) -> dict[str, Any]:
        """Numbers of the exporter itself, by family."""
        stats = self.engine.stats
        version = {"version": VERSION, "python": platform.python_version()}
        read = self.read_well_at
        made: dict[str, Any] = {
            "build_info": {metrics.label_text(version.items()): 1},
            "sites": stats["sites"],
            "checks": stats["watches"],
            "config_last_reload_successful": int(not self.mistakes),
            "config_last_reload_success_timestamp_seconds": read.timestamp() if read else None,
            "config_mistakes": len(self.mistakes),
            "web_config_last_reload_successful": int(self.web.good),
            "unprotected": int(not self.protected),
            "threads": stats["threads"],
            "queued_checks": stats["queued"],
            "waiting_checks": stats["waiting"],
            "running_checks": stats["running"],
            "abandoned_checks": stats["abandoned"],
            "abandoned_runs_total": stats["abandoned_total"],
            "skipped_runs_total": stats["skipped_total"],
            "late_seconds": stats["late_seconds"],
            "lateness_seconds_total": stats["late_seconds_total"],
            "samples_bytes": stats["samples_bytes"],
            "runs_total": {
                f'reason="{reason or "none"}"': count
                for reason, count in stats["runs_total"].items()
            },
            "probes": self.turns.running,
            "probes_refused_total": self.turns.refused,
            "logins_failed_total": self.logins.failed,
        }
        journal = stats["journal"]
        made["journal_up"] = int(journal is not None and not journal["trouble"])
        if journal is not None:
            for word in ("written", "lost"):
                made[f"journal_{word}_lines_total"] = journal[f"{word}_total"]
            made["journal_moved_files_total"] = journal["moved_total"]
            made["journal_pending_lines"] = journal["pending"]
            made["journal_bytes"] = journal["bytes"]
        return {f"apowacht_exporter_{name}": value for name, value in made.items()}


def is_local(listen: Listen) -> bool:
    """Whether nobody but this computer reaches an address."""
    try:
        return ip_address(listen.host).is_loopback
    except ValueError:
        return listen.host == "localhost"


def _journal(settings: Settings) -> Journal | None:
    """The journal, or None when there is no folder for it; the checks run without."""
    folder = settings.data_dir or settings.state_dir or choose_folder(os.environ)
    if folder is None:
        LOG.error("no folder for the journal; give --data-dir")
        return None
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        LOG.error("%s: %s", folder, os.strerror(error.errno or 0))
    return Journal(Path(folder) / JOURNAL)


def _process(*, openmetrics: bool) -> str:
    """CPU, memory and open files of this process, by prometheus_client."""
    from prometheus_client import CollectorRegistry, ProcessCollector
    from prometheus_client.exposition import generate_latest as text
    from prometheus_client.openmetrics.exposition import generate_latest as strict

    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    write = strict if openmetrics else text
    written: bytes = write(registry)
    return written.decode().removesuffix("# EOF\n")
