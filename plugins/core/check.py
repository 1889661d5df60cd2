"""A check: the question, how it is asked, how its answer is judged, and one run of it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from apowacht.plugins.core.errors import TargetTrouble
from apowacht.plugins.core.report import Finding, Report, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import click

    from apowacht.plugins.core.debounce import Settled


class Options(SimpleNamespace):
    """One run's options by long name, and what the run brings along.

    `deadline` (Deadline), `now` (aware datetime), `store` (Store) and `secrets` (list of texts
    that no output may show) are set by `cli.parse`.
    """

    def __getattr__(self, name: str) -> Any:
        """An option that this check does not have is a mistake in the check."""
        raise AttributeError(name)


class Check(NamedTuple):
    """One question about the chain; the command is `check_apo_<name>`.

    `doc` is the module's docstring: the help text. `silence` is the failure class, and
    `silence_state` the state, when the target gives no answer; where the class depends on the
    options or on how it is silent, `silence_by` names it. `urgent` failure classes are never held
    back by `--debounce` or `--grace`. `around_the_clock` are the failure classes that count while
    the pharmacy is closed as well, None all of them; the others are WARNING at most until it opens.
    """

    name: str
    layer: str
    doc: str
    options: tuple[click.Option, ...]
    probe: Callable[[Any], Any]
    judge: Callable[[Any, Any], Iterable[Finding]]
    silence: str
    silence_state: State
    urgent: frozenset[str] = frozenset()
    silence_by: Callable[[TargetTrouble, Any], str] | None = None
    around_the_clock: frozenset[str] | None = None

    def run(self, options: Options) -> Report:
        """Ask, read and judge once. Raises OwnTrouble; a target's trouble is a finding."""
        try:
            facts = self.probe(options)
        except TargetTrouble as trouble:
            findings: tuple[Finding, ...] = (self._silent(trouble, options),)
            return self._settled(Report(self.name, findings), options, whole=False)
        findings = tuple(self.judge(facts, options))
        return self._settled(Report(self.name, findings, facts), options, whole=True)

    def _silent(self, trouble: TargetTrouble, options: Options) -> Finding:
        chosen = options.timeout_state
        state = State[chosen.upper()] if chosen else self.silence_state
        key = self.silence_by(trouble, options) if self.silence_by else self.silence
        return Finding(key, state, {**trouble.values, "reason": trouble})

    def _settled(self, report: Report, options: Options, *, whole: bool) -> Report:
        """Ease what does not count now, hold back what is not to be believed yet, and add what the
        run could not do.

        Without an answer (not `whole`) nothing that was found before counts as gone.
        """
        night = Night(self.around_the_clock, report.facts, options)
        report = report._replace(findings=night.eased(report.findings))
        if (options.debounce or options.grace) and not options.replay:
            believed = self._believed(report.findings, options, whole=whole)
            # What is still reported from before the closing is eased as well.
            report = report._replace(findings=night.eased(tuple(believed)))
        notes = [trouble.reason for trouble in options.store.troubles]
        notes += night.notes
        if getattr(options, "insecure", False):
            notes.append("insecure")
        if options.replay:
            notes.append("replayed")
        return report._replace(notes=tuple(notes))

    def _believed(
        self, findings: tuple[Finding, ...], options: Options, *, whole: bool
    ) -> Iterator[Finding]:
        """The findings with the states that the rule lets through; urgent ones as they are."""
        from apowacht.plugins.core.debounce import Rule, settle_kept

        bad, window = options.debounce or (1, 1)
        rule = Rule(bad, window, options.grace or 0.0)
        key = (options.site, self.name, str(options.hostname), options.name)
        slow = {
            identity_of(finding): finding for finding in findings if finding.key not in self.urgent
        }
        raw = {identity: int(finding.state) for identity, finding in slow.items()}
        wait = min(0.5, options.deadline.remaining())
        now = options.now.timestamp()
        settled = settle_kept(options.store, key, raw, now, rule, wait, whole=whole)
        for finding in findings:
            answer = settled.pop(identity_of(finding), None)
            if answer is None:
                yield finding
            else:
                yield finding._replace(state=State(answer.state), held_seconds=answer.held_seconds)
        for identity, answer in settled.items():  # gone, but not for long enough
            yield _again(identity, answer)

    def main(self, argv: Sequence[str] | None = None) -> NoReturn:
        """The command: parse, run, say, exit with the state."""
        from apowacht.plugins.core.cli import main

        main(self, argv)


class Night:
    """Whether the pharmacy is closed at the moment of an answer, asked only where that matters."""

    def __init__(self, always: frozenset[str] | None, facts: object, options: Options) -> None:
        self.notes: list[str] = []
        self._always = always
        self._asked_at = getattr(facts, "asked_at", None)
        self._options = options
        self._closed: bool | None = None

    def eased(self, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """The findings, with WARNING for what is CRITICAL and cannot hurt before opening."""
        always = self._always
        if always is None or not self._matters(findings, always) or not self.closed:
            return findings
        eased = tuple(
            one._replace(state=State.WARNING) if _grave(one, always) else one for one in findings
        )
        if eased != findings:
            self.notes = ["closed"]
        return eased

    def _matters(self, findings: tuple[Finding, ...], always: frozenset[str]) -> bool:
        """With a roster, whatever is bad may be so because the roster cannot be read."""
        bad = [one for one in findings if one.state is not State.OK]
        return any(_grave(one, always) for one in bad) or bool(
            bad and vars(self._options).get("duty")
        )

    @property
    def closed(self) -> bool:
        """Whether it is; never without opening hours, nor where the roster cannot be read."""
        if self._closed is None:
            self._closed = self._ask()
        return self._closed

    def _ask(self) -> bool:
        from datetime import datetime

        from apowacht.plugins.core.opening import Opening

        options = self._options
        opening = Opening.of(vars(options))
        if opening is None:
            return False
        told = self._asked_at
        moment = datetime.fromisoformat(told) if told else options.judged_at or options.now
        is_open, doubt = opening.judged(moment)
        if doubt:
            self.notes = [doubt]
        return not is_open


def _grave(finding: Finding, always: frozenset[str]) -> bool:
    return finding.state is State.CRITICAL and finding.key not in always


def identity_of(finding: Finding) -> str:
    """What makes two findings of different runs the same one."""
    told = (finding.values.get(name) for name in ("alarm", "condition", "certificate"))
    alarm = next((str(one) for one in told if one), "").replace("/", " ")
    return "/".join((finding.key, alarm, finding.name or ""))


def _again(identity: str, answer: Settled) -> Finding:
    key, alarm, name = identity.split("/", 2)
    return Finding(
        key,
        State(answer.state),
        dict.fromkeys(("alarm", "condition", "certificate", "cert"), alarm or None),
        name=name or None,
        held_seconds=answer.held_seconds,
    )
