"""One run of one check: from its values to a result, whatever happens on the way."""

from __future__ import annotations

import logging
from time import perf_counter
from typing import TYPE_CHECKING, Any

from apowacht.exporter.model import REASONS, Result
from apowacht.plugins.core import cli
from apowacht.plugins.core.advice import ADVICE
from apowacht.plugins.core.errors import Garbled, OwnTrouble, TargetTrouble

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from apowacht.exporter.clock import Clock
    from apowacht.plugins.core.check import Check
    from apowacht.plugins.core.report import Report

LOG = logging.getLogger("apowacht.exporter")


class Runner:
    """Performs runs, and logs each kind of unexpected exception once; `clock` dates them."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._logged: set[tuple[str, str]] = set()

    def perform(
        self, check: Check, told: Mapping[str, Any], timeout: float | None = None
    ) -> Result:
        """Run once with what `cli.values` made of a command line. Raises nothing."""
        asked_at, started = self._clock.wall(), perf_counter()
        secrets: list[str] = []
        try:
            options = cli.begin(told, timeout)
            secrets = options.secrets
            report = check.run(options)
            for finding in report.findings:
                ADVICE[finding.key]  # what cannot be said is a mistake in the check
            reason = target_reason(report)
        except BaseException as error:  # a worker outlives whatever a check does
            result = self.failed(check, error, asked_at, told.get("replay"))
            report, reason = result.report, result.reason
        return Result(report, asked_at, perf_counter() - started, reason, tuple(secrets))

    def failed(
        self, check: Check, error: BaseException, asked_at: datetime, replay: str | None = None
    ) -> Result:
        """The result of a run that an exception ended."""
        trouble = cli.trouble_of(error, replay)
        if trouble.reason in cli.UNEXPECTED:
            self._log(check, trouble)
        return Result(cli.own(check, trouble), asked_at, 0.0, own_reason(trouble))

    def _log(self, check: Check, trouble: OwnTrouble) -> None:
        """The place of the exception and no more: its text may hold what no log may show."""
        kind = (check.name, str(trouble.values.get("detail")))
        if kind not in self._logged:
            self._logged.add(kind)
            LOG.error("check %s: %s", check.name, trouble.values.get("detail"))


def given_up(check: Check, asked_at: datetime, seconds: float, duration: float) -> Result:
    """The result of a run that ignored its deadline of so many seconds."""
    report = cli.own(check, OwnTrouble("deadline", seconds=seconds))
    return Result(report, asked_at, duration, "timeout")


def refused(check: Check, trouble: OwnTrouble, asked_at: datetime) -> Result:
    """The result of a run that never began, because its options cannot be used."""
    return Result(cli.own(check, trouble), asked_at, 0.0, own_reason(trouble))


def target_reason(report: Report) -> str:
    """Why the target told nothing, a word of REASONS; "" when it was judged."""
    if report.facts is not None:
        return ""
    for finding in report.findings:
        trouble = finding.values.get("reason")
        if isinstance(trouble, Garbled):
            return "garbled"
        if isinstance(trouble, TargetTrouble):
            if trouble.reason.endswith("timeout"):
                return "dns" if trouble.phase == "dns" else "timeout"
            return trouble.phase if trouble.phase in REASONS else "request"
    return ""


def own_reason(trouble: OwnTrouble) -> str:
    """Which of our own troubles kept a run from its answer, a word of REASONS."""
    if trouble.reason == "deadline":
        return "timeout"
    return "internal" if trouble.reason in ("internal", "missing_module") else "setting"
