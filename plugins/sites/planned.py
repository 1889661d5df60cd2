"""All checks of a site: those that follow from its devices, and those that its file lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apowacht.plugins.sites.derive import DEVICE_KEYS, Derived
from apowacht.plugins.sites.explain import nearest
from apowacht.plugins.sites.fields import read_switch
from apowacht.plugins.sites.plan import told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apowacht.plugins.sites.catalogue import Catalogue
    from apowacht.plugins.sites.fields import Fields
    from apowacht.plugins.sites.mistakes import Notes
    from apowacht.plugins.sites.plan import Planned


def planned(fields: Fields, catalogue: Catalogue, only: str | None = None) -> tuple[Planned, ...]:
    """Each with a name of its own; with `only` those of one check, the rest not looked at."""
    notes = fields.notes
    devices = any(key in fields.entries for key in DEVICE_KEYS)
    if only is None and "checks" not in fields.entries and not devices:
        notes(fields.line, "missing_key", key="checks")
    nodes = fields.items("checks")
    derived = Derived(fields, catalogue)
    plans = _unique(derived.plans(only), notes)
    if only is None:
        derived.note_lonely()
    left = _merged(plans, told(nodes, notes, only), notes)
    if only is None and plans and not left:
        notes(fields.at("checks"), "all_off")
    return tuple(left.values())


def _unique(plans: Iterable[Planned], notes: Notes) -> dict[str, Planned]:
    found: dict[str, Planned] = {}
    for plan in plans:
        _put(found, plan, notes)
    return found


def _put(found: dict[str, Planned], plan: Planned, notes: Notes) -> None:
    if plan.name in found:
        notes(plan.line, "name_twice", name=plan.name, first=found[plan.name].line)
    else:
        found[plan.name] = plan


def _merged(
    derived: dict[str, Planned], listed: Iterable[Planned], notes: Notes
) -> dict[str, Planned]:
    """What is listed beside what is derived: further checks, single options, and what is off."""
    found = dict(derived)
    open_ = set(derived)  # those that no entry has spoken of yet
    for plan in listed:
        off = plan.options.pop("off", None)
        is_off = off is not None and bool(read_switch("off", off.value, notes))
        base = derived.get(plan.name) if plan.name in open_ else None
        if base is not None and base.check == plan.check:
            open_.discard(plan.name)
            if is_off:
                del found[plan.name]
            else:
                found[plan.name] = _overridden(base, plan)
        elif is_off:
            _note_none(plan, derived, notes)
        else:
            _put(found, plan, notes)
    return found


def _overridden(base: Planned, plan: Planned) -> Planned:
    options = {**base.options, **plan.options}
    return base._replace(options=options, interval=plan.interval or base.interval)


def _note_none(plan: Planned, derived: dict[str, Planned], notes: Notes) -> None:
    names = [one.name for one in derived.values() if one.check == plan.check]
    if not names:
        notes(plan.line, "off_nothing", check=plan.check)
        return
    shown = ", ".join(f"«{name}»" for name in names)
    near = nearest(plan.name, names)
    notes(plan.line, "off_other", check=plan.check, name=plan.name, near=near, choices=shown)
