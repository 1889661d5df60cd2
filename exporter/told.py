"""Numbers and names that no perfdata has, from the facts of an answer: product and firmware, which
line carries the traffic, when a certificate ends."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Labels = tuple[tuple[str, str], ...]


class Sample(NamedTuple):
    """One number: the family's name, the labels beyond site, check and name, the value."""

    family: str
    labels: Labels
    value: float


def samples(check: str, facts: Any) -> Iterator[Sample]:
    """All that the facts of this check tell beyond its perfdata."""
    read = READERS.get(check)
    if read is not None and facts is not None:
        yield from read(facts)


SOURCES = ("mains", "battery", "bypass", "off", "other")


def _ups(facts: Any) -> Iterator[Sample]:
    for one in (facts, *facts.others):
        ups = ("ups", str(one.ups_number))
        told = {name: getattr(one, name) for name in ("manufacturer", "model", "mib")}
        if any(told.values()):
            yield Sample("apowacht_ups_info", (ups, *_texts(told)), 1)
        if one.power_source is not None:
            source = one.power_source if one.power_source in SOURCES else "other"
            for word in SOURCES:
                labels = (ups, ("source", word))
                yield Sample("apowacht_ups_power_source", labels, int(word == source))
        if one.replace_battery is not None:
            yield Sample("apowacht_ups_replace_battery", (ups,), int(one.replace_battery))


def _uplink(facts: Any) -> Iterator[Sample]:
    from apowacht.plugins.read.uplink_lines import labels

    names = labels(line.name for line in facts.lines)
    for label, line in zip(names, facts.lines, strict=True):
        if line.alive is not None:
            yield Sample("apowacht_uplink_line_up", (("line", label),), int(line.alive))
        if line.active is not None:
            yield Sample("apowacht_uplink_line_active", (("line", label),), int(line.active))


def _connector(facts: Any) -> Iterator[Sample]:
    told = {name: getattr(facts, name) for name in ("vendor", "product", "firmware", "hardware")}
    if any(told.values()):
        yield Sample("apowacht_connector_info", _texts(told), 1)
    # The terminal that a condition is about is left out: its own name often is a serial number.
    counted: dict[Labels, int] = {}
    for one in facts.conditions or ():
        labels = _texts({"condition": one.name, "severity": one.severity})
        counted[labels] = counted.get(labels, 0) + 1
    for labels, number in counted.items():
        yield Sample("apowacht_connector_condition", labels, number)


VERDICTS = ("ok", "local", "central", "unconfirmed")


def _erezept(facts: Any) -> Iterator[Sample]:
    if facts.verdict is not None:
        for word in VERDICTS:
            labels = (("verdict", word),)
            yield Sample("apowacht_erezept_verdict", labels, int(word == facts.verdict))
    if facts.idp_document_valid_until is not None:
        moment = datetime.fromisoformat(facts.idp_document_valid_until).timestamp()
        name = "apowacht_erezept_idp_document_valid_until_timestamp_seconds"
        yield Sample(name, (), moment)


def _certificate(facts: Any) -> Iterator[Sample]:
    from apowacht.plugins import certificate

    if len(facts.targets) > certificate.MOST_LABELS:
        return
    known = [one for one in facts.certificates if one.seconds_left is not None]
    first: dict[str, str] = {}
    for one in sorted(known, key=certificate.earliest):
        end = certificate.ending(one).not_after
        if end is not None:
            first.setdefault(one.target, end)
    for target, label in certificate.labels(facts.targets).items():
        if target in first:
            moment = datetime.fromisoformat(first[target]).timestamp()
            name = "apowacht_certificate_not_after_timestamp_seconds"
            yield Sample(name, (("certificate", label),), moment)


def _texts(told: Mapping[str, str | None]) -> Labels:
    """Foreign texts as labels; what was not told is an empty label, which Prometheus drops."""
    from apowacht.plugins.core.words import clean

    return tuple((name, clean(str(text), 80) if text else "") for name, text in told.items())


READERS: Mapping[str, Callable[[Any], Iterator[Sample]]] = {
    "ups": _ups,
    "uplink": _uplink,
    "connector": _connector,
    "certificate": _certificate,
    "erezept": _erezept,
}
