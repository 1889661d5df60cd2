"""What only time tells of the lines: since when on the backup, how often and how long it broke.

Every run sees one moment, so an interruption lasts from the first run that saw it to the first
one that saw its end. A run that could not tell changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apowacht.plugins.core.check import Options

    Memory = dict[str, Any]

DAY_SECONDS = 86400
MOST_SWITCHES = 500
FACTS = (
    "on_backup_seconds",
    "stuck_seconds",
    "switches_24h",
    "last_drill_age_days",
    "memory_age_days",
    "longest_interruption_seconds",
    "last_interruption_seconds",
    "interruption_seconds",
)


class Seen(NamedTuple):
    """One run's sight: which line is active, whether that is a spare one, whether traffic flows."""

    active: str | None
    on_backup: bool | None
    """Not on the primary line; None when it cannot be told."""
    usable: bool | None
    """The traffic reaches the internet; None when it cannot be told."""
    stuck: bool
    """The traffic goes into a dead line although another one lives."""


def remembered(seen: Seen, options: Options, key: tuple[str, ...]) -> dict[str, Any]:
    """The facts in `FACTS`, kept between runs; without a state folder those of a first run."""
    now = options.now.timestamp()
    wait = min(0.5, options.deadline.remaining())
    kept = options.store.change("uplink", key, lambda old: changed(old, seen, now), wait=wait)
    return facts(kept, seen, now, kept_well=options.store.trouble is None)


def changed(old: Memory, seen: Seen, now: float) -> Memory:
    """The memory after this run. Times are seconds since 1970."""
    new: Memory = {
        "begun": _past(old, "begun", now) or now,
        "active": old.get("active"),
        "switches": [
            at for at in old.get("switches", []) if isinstance(at, int | float) and at <= now
        ],
        "backup_since": _past(old, "backup_since", now),
        "stuck_since": (_past(old, "stuck_since", now) or now) if seen.stuck else None,
        "broken_since": _past(old, "broken_since", now),
        "last_drill": _past(old, "last_drill", now),
        "longest": old.get("longest"),
        "last": old.get("last"),
    }
    if seen.active is not None:
        if new["active"] not in (None, seen.active):
            new["switches"].append(now)
        new["active"] = seen.active
    if seen.on_backup is not None:
        new["backup_since"] = (new["backup_since"] or now) if seen.on_backup else None
    if seen.on_backup and seen.usable:
        new["last_drill"] = now
    _interruption(new, seen, now)
    new["switches"] = [at for at in new["switches"] if at > now - DAY_SECONDS][-MOST_SWITCHES:]
    return new


def _interruption(new: Memory, seen: Seen, now: float) -> None:
    if seen.usable is False:
        new["broken_since"] = new["broken_since"] or now
    elif seen.usable and new["broken_since"]:
        lasted = round(now - new["broken_since"], 1)
        longest = new["longest"] if isinstance(new["longest"], int | float) else 0
        new.update(last=lasted, longest=max(lasted, longest), broken_since=None)


def facts(kept: Mapping[str, Any], seen: Seen, now: float, *, kept_well: bool) -> dict[str, Any]:
    """The memory as facts; ages that no memory vouches for are None."""
    drill = kept.get("last_drill")
    return {
        "on_backup_seconds": _spell(seen.on_backup, kept.get("backup_since"), now, kept_well),
        "stuck_seconds": _spell(seen.stuck, kept.get("stuck_since"), now, kept_well),
        "switches_24h": len(kept["switches"]) if kept_well and seen.active else None,
        "last_drill_age_days": None if drill is None else int((now - drill) // DAY_SECONDS),
        "memory_age_days": int((now - kept["begun"]) // DAY_SECONDS) if kept_well else None,
        "longest_interruption_seconds": kept.get("longest"),
        "last_interruption_seconds": kept.get("last"),
        "interruption_seconds": _spell(
            seen.usable is False, kept.get("broken_since"), now, kept_well
        ),
    }


def _spell(lasting: bool | None, since: float | None, now: float, kept_well: bool) -> float | None:
    """How long something has lasted: 0 when it does not, None when nobody knows."""
    if lasting is None:
        return None
    if not lasting:
        return 0
    return round(now - since, 1) if since is not None and kept_well else None


def _past(old: Mapping[str, Any], name: str, now: float) -> float | None:
    at = old.get(name)
    return at if isinstance(at, int | float) and at <= now else None
