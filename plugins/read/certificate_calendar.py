"""`--calendar`: the end of every certificate as an event in a calendar to subscribe to."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apowacht.plugins.core.calendar_file import Event
    from apowacht.plugins.core.check import Options
    from apowacht.plugins.read.certificates import Answer

DAY_SECONDS = 86400


def write(answer: Answer, options: Options) -> None:
    """Bring `options.calendar` up to date; what a silent source had told before stays in it.

    Raises OwnTrouble("calendar_unwritable").
    """
    from apowacht.plugins.core.calendar_file import publish

    events = {event.uid: event for event in _events(answer, options)}
    silent = {_group(one["name"], one["source"]) for one in answer.failures}
    publish(options.calendar, events.values(), answer.moment, silent)


def _events(answer: Answer, options: Options) -> Iterator[Event]:
    for one in answer.certificates:
        group = _group(one["target"], one["source"])
        if one.get("not_after"):
            yield _event(one["name"], group, one["kind"], one, options)
        for link in one["chain"]:
            name = f"{one['name']} (CA {link['common_name'] or '?'})"
            yield _event(name, group, one["kind"], link, options)
        if one.get("ti_last_day"):
            told = {**one, "not_after": one["ti_last_day"]}
            yield _event(f"{one['name']} (TI)", group, one["kind"], told, options)


def _group(target: str, source: str) -> str:
    """What fails together: all that a Konnektor tells, else one target."""
    return source if source == "connector" else f"{source} {target}"


def _event(name: str, group: str, kind: str, told: dict[str, Any], options: Options) -> Event:
    from hashlib import sha256

    from apowacht.plugins.core.advice import ADVICE
    from apowacht.plugins.core.calendar_file import Event
    from apowacht.plugins.core.lifetime import limits
    from apowacht.plugins.core.words import fill

    day = date.fromisoformat(told["not_after"][:10])
    warning, _ = limits(kind, told["lifetime_seconds"], options)
    # By name and not by certificate: a renewed one moves its event instead of leaving a second.
    mark = sha256("\0".join((options.site, options.name, group, name)).encode()).hexdigest()
    site = f"{options.site}: " if options.site else ""
    values = {"cert": name, "certificate": name, "date": day}
    row = ADVICE["cert.calendar"]
    return Event(
        uid=f"{mark[:32]}@apowacht",
        group=group,
        day=day,
        summary=site + fill(row.headline, {"cert": name}, options.lang),
        description=fill(row.sentence, values, options.lang),
        reminder_days=round((warning or 0) / DAY_SECONDS),
    )
