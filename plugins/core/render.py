"""One report, said in the words of each monitoring system: Nagios, Checkmk, PRTG, JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apowacht.plugins.core import words
from apowacht.plugins.core.advice import ADVICE, LABELS, NOTES
from apowacht.plugins.core.errors import Trouble
from apowacht.plugins.core.helper import cleaned, helper, helping
from apowacht.plugins.core.limits import decimal, range_text
from apowacht.plugins.core.report import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from apowacht.plugins.core.helper import Contacts
    from apowacht.plugins.core.report import Finding, Metric, Report
    from apowacht.plugins.sites.model import Contact

LINE_1 = 80
"""Characters before the perfdata: what a text message or a pager shows."""

PERFDATA_UNITS = ("s", "%", "B", "c")
"""The units that every reader of perfdata takes; others would be refused or dropped."""

FORMATS = ("nagios", "checkmk", "prtg", "json")


def say(
    report: Report,
    lang: str,
    output: str,
    *,
    service: str | None = None,
    verbose: int = 0,
    contacts: Contacts | None = None,
) -> str:
    """The report as text for stdout, without a trailing newline.

    `contacts` are those of a site file by layer, None without one.
    """
    if output == "checkmk":
        return checkmk(report, lang, service or report.check, contacts)
    if output == "prtg":
        return prtg(report, lang, contacts)
    if output == "json":
        return json_text(report, lang, contacts)
    return nagios(report, lang, verbose, contacts)


def told(report: Report) -> list[Finding]:
    """The findings that have something to say, worst first: all faults, and news at the end.

    A question without an answer is said too, whatever state --timeout-state gives it.
    """
    ranked = sorted(report.findings, key=lambda finding: -finding.state.severity)
    return [f for f in ranked if f.state is not State.OK or f.held_seconds is not None or _news(f)]


def _news(finding: Finding) -> bool:
    if isinstance(finding.values.get("reason"), Trouble):
        return True
    row = ADVICE[finding.key]
    return not row.owner and bool(row.headline[0])


def summary(report: Report, lang: str, room: int = LINE_1) -> str:
    """The headline of the worst finding, with the number of the other faults, in `room`."""
    findings = told(report)
    if not findings:
        return words.pick(("keine Aussage möglich", "nothing can be said"), lang)
    first = findings[0]
    others = sum(1 for f in findings[1:] if f.state is not State.OK)
    tail = f" (+{others})" if others and first.state is not State.OK else ""
    return words.clean(words.headline(first, lang), room - len(tail)) + tail


def line_1(report: Report, lang: str) -> str:
    """`UPS WARNING - headline`, at most 80 characters."""
    start = _start(report)
    return start + summary(report, lang, LINE_1 - len(start))


def _start(report: Report) -> str:
    return f"{report.check.upper()} {report.state.name} - "


def details(report: Report, lang: str, contacts: Contacts | None = None) -> list[str]:
    """The lines below line 1: the worst fault with whose job it is, what to do first and what
    never; the others in a line each; news; what the run could not do.

    Where somebody local helps, the first of these lines names whose job it is and who helps.
    """
    contact = whom_to_call(report, contacts)
    lines = [helping(told(report)[0], contact, lang)] if contact is not None else []
    said = summary(report, lang, LINE_1 - len(_start(report)))
    for place, finding in enumerate(told(report)):
        text = words.sentence(finding, lang)
        if place == 0:
            if text != said:  # a sentence that line 1 holds in full is not said twice
                lines.append(text)
            if finding.state is not State.OK:
                lines += _labelled(finding, lang, owner=contact is None)
        elif finding.state is State.OK:
            lines.append(text)
        else:
            more = words.pick(LABELS["more"], lang)
            lines.append(f"{more}: {text} {words.step(finding, lang)}".rstrip())
    return lines + [words.pick(NOTES[note], lang) for note in report.notes]


def whom_to_call(report: Report, contacts: Contacts | None) -> Contact | None:
    """Who helps with the worst fault; None when all is well or nobody local can help."""
    findings = told(report)
    if not contacts or not findings or findings[0].state is State.OK:
        return None
    return helper(findings[0].key, contacts)


def _labelled(finding: Finding, lang: str, *, owner: bool) -> list[str]:
    parts = (
        ("owner", words.owner(finding, lang) if owner else ""),
        ("step", words.step(finding, lang)),
        ("never", words.never(finding, lang)),
    )
    return [f"{words.pick(LABELS[label], lang)}: {text}" for label, text in parts if text]


def nagios(report: Report, lang: str, verbose: int = 0, contacts: Contacts | None = None) -> str:
    """The monitoring plugin guidelines' text: line 1 with all perfdata, then the details."""
    perfdata = " ".join(perfdatum(metric) for metric in report.metrics)
    first = line_1(report, lang) + (f" | {perfdata}" if perfdata else "")
    lines = [first, *details(report, lang, contacts)]
    if verbose:
        lines += [f"{key} = {words.clean(str(value))}" for key, value in facts(report).items()]
    return "\n".join(lines)


def perfdatum(metric: Metric) -> str:
    """`label=value[uom];warn;crit;min;max` in plain decimals."""
    from apowacht.plugins.core.nagios import Performance

    return str(
        Performance(
            metric.name,
            decimal(metric.value),
            metric.unit if metric.unit in PERFDATA_UNITS else "",
            range_text(metric.warning),
            range_text(metric.critical),
            "" if metric.minimum is None else decimal(metric.minimum),
            "" if metric.maximum is None else decimal(metric.maximum),
        )
    )


def checkmk(report: Report, lang: str, service: str, contacts: Contacts | None = None) -> str:
    """A local check's line: state, quoted service name, metrics with upper levels, text.

    A local check knows upper levels as `warn;crit` and both sides as `lower:upper`.
    """
    metrics = "|".join(_local_metric(metric) for metric in report.metrics) or "-"
    text = "\\n".join([summary(report, lang), *details(report, lang, contacts)])
    # Quotes of either kind end the name for Checkmk, which then leaves the line out.
    name = words.clean(service).replace('"', "").replace("'", "")
    return f'{report.state.value} "{name}" {metrics} {text}'


def _local_metric(metric: Metric) -> str:
    parts = [
        f"{metric.name}={decimal(metric.value)}",
        _levels(metric.warning),
        _levels(metric.critical),
        "" if metric.minimum is None else decimal(metric.minimum),
        "" if metric.maximum is None else decimal(metric.maximum),
    ]
    return ";".join(parts).rstrip(";")


def _levels(limit: Any) -> str:
    # An inverted range («alarm inside») has no counterpart among a local check's levels.
    if limit is None or limit.invert:
        return ""
    lower = "" if limit.start in (0, float("-inf")) else decimal(limit.start)
    upper = "" if limit.end == float("inf") else decimal(limit.end)
    return f"{lower}:{upper}" if lower else upper


def prtg(report: Report, lang: str, contacts: Contacts | None = None) -> str:
    """The JSON of an EXE/Script Advanced sensor; a fault of our own is its `error`."""
    import json

    said = [summary(report, lang), *details(report, lang, contacts)]
    text = " ".join(said)[:2000].replace("#", "")
    if report.state is State.UNKNOWN and not report.metrics:
        return json.dumps({"prtg": {"error": 1, "text": text}}, ensure_ascii=False)
    channels = [_state_channel(report), *(_channel(metric) for metric in report.metrics)]
    return json.dumps({"prtg": {"result": channels, "text": text}}, ensure_ascii=False)


def _state_channel(report: Report) -> dict[str, object]:
    return {
        "channel": "state",
        "value": report.state.value,
        "unit": "Custom",
        "limitmode": 1,
        "limitmaxwarning": 0.5,
        "limitmaxerror": 1.5,
    }


def _channel(metric: Metric) -> dict[str, object]:
    units = {"s": "TimeSeconds", "%": "Percent", "C": "Temperature", "B": "BytesMemory"}
    channel: dict[str, object] = {
        "channel": metric.name,
        "value": float(decimal(metric.value)),
        "float": 1,
        "unit": units.get(metric.unit, "Custom"),
    }
    if metric.unit and metric.unit not in units:
        channel["customunit"] = metric.unit
    for limit, word in ((metric.warning, "warning"), (metric.critical, "error")):
        if limit is None or limit.invert:
            continue
        channel["limitmode"] = 1
        if limit.start != float("-inf") and limit.start != 0:
            channel[f"limitmin{word}"] = limit.start
        if limit.end != float("inf"):
            channel[f"limitmax{word}"] = limit.end
    return channel


def json_text(report: Report, lang: str, contacts: Contacts | None = None) -> str:
    """One object: check, state, summary, findings, metrics, facts; with a site file also contact,
    who helps with the first finding, or null."""
    import json

    return json.dumps(as_dict(report, lang, contacts), ensure_ascii=False, allow_nan=False)


def as_dict(report: Report, lang: str, contacts: Contacts | None = None) -> dict[str, object]:
    """The report as plain data; see `json_text`."""
    contact = whom_to_call(report, contacts)
    known = None if contact is None else cleaned(contact)
    return {
        "check": report.check,
        "state": report.state.value,
        "summary": summary(report, lang),
        "findings": [_finding(finding, lang) for finding in told(report)],
        "metrics": [_metric(metric) for metric in report.metrics],
        "facts": facts(report),
        **({} if contacts is None else {"contact": known}),
    }


def _finding(finding: Finding, lang: str) -> dict[str, object]:
    parts: tuple[tuple[str, Callable[[Finding, str], str]], ...] = (
        ("text", words.sentence),
        ("owner", words.owner),
        ("step", words.step),
        ("never", words.never),
    )
    texts = {name: text(finding, lang) or None for name, text in parts}
    return {"key": finding.key, "state": finding.state.value, **texts}


def _metric(metric: Metric) -> dict[str, object]:
    return {
        "name": metric.name,
        "value": metric.value,
        "unit": metric.unit,
        "warning": range_text(metric.warning) or None,
        "critical": range_text(metric.critical) or None,
    }


def facts(report: Report) -> dict[str, Any]:
    """What was read, by field name; empty when nothing could be."""
    from dataclasses import asdict, is_dataclass

    if is_dataclass(report.facts) and not isinstance(report.facts, type):
        return asdict(report.facts)
    return {}
