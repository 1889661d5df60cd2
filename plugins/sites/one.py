"""One check out of a site file, as a command needs it: nothing else of the file is looked at."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.words import clean
from apowacht.plugins.sites.catalogue import Catalogue
from apowacht.plugins.sites.contacts import read_contacts
from apowacht.plugins.sites.derive import FROM
from apowacht.plugins.sites.explain import is_safe_name, nearest
from apowacht.plugins.sites.fields import Fields
from apowacht.plugins.sites.mistakes import Notes
from apowacht.plugins.sites.opening import opening_entries
from apowacht.plugins.sites.planned import planned
from apowacht.plugins.sites.watches import read_watch
from apowacht.plugins.sites.yaml_lines import Broken, Mapping, read

if TYPE_CHECKING:
    from collections.abc import Mapping as AnyMapping
    from collections.abc import Sequence

    from apowacht.plugins.core.check import Check
    from apowacht.plugins.sites.model import Contact
    from apowacht.plugins.sites.plan import Planned
    from apowacht.plugins.sites.yaml_lines import Node

OWN = 3
"""Language, site and name stand before the options."""
CHOICES = 10
"""So many names are shown to choose from."""


class One(NamedTuple):
    """One check of a site: `arguments` are its options as `--key=value`.

    Language, site, name and state folder are not among them: those are the command's own. The
    contacts are by layer.
    """

    site: str
    name: str
    arguments: tuple[str, ...]
    contacts: AnyMapping[str, Contact]


def read_one(file: str, check: Check, name: str | None = None, lang: str = "de") -> One:
    """This check's part of a site file; `name` where the site has several checks of its kind.

    Raises OwnTrouble: "site_file" for the first mistake (file, line, text), "site_file_whole"
    where no line can be named, "site_no_check", "site_which_check", "site_no_such_check".
    """
    notes = Notes(file, lang)
    try:
        root = read(file, notes)
        fields = _fields(root, notes)
    except Broken as broken:
        notes(broken.line, broken.kind, **broken.values)
        raise _mistake(notes) from None
    site = fields.text("site", required=True) or ""
    if site and not is_safe_name(site):
        notes(fields.at("site"), "bad_name", key="site", text=site)
    _stop_at_mistakes(notes)
    catalogue = Catalogue(lang)
    catalogue.add(check)
    plans = planned(fields, catalogue, check.name)
    if name not in {plan.name for plan in plans if plan.check == check.name}:
        if not any(plan.check == check.name for plan in plans):
            _note_slips(fields, check.name)
        _stop_at_mistakes(notes)  # what is missing may be what is written wrongly
    plan = _chosen(plans, check.name, name, file)
    watch = read_watch(plan, site, opening_entries(fields), catalogue[check.name], notes)
    _stop_at_mistakes(notes)
    return One(site, plan.name, watch.arguments[OWN:], read_contacts(fields.silent()))


def _fields(root: Node | None, notes: Notes) -> Fields:
    if root is None:
        raise Broken(0, "empty_file")
    if not isinstance(root, Mapping):
        raise Broken(root.line, "want_mapping", key=os.path.basename(notes.file))
    return Fields(root, root.entries, notes)


def _note_slips(fields: Fields, check: str) -> None:
    """Note an unknown key that looks like one from which the check would follow."""
    from apowacht.plugins.sites.site_file import SITE_KEYS

    wanted = {"checks", *FROM.get(check, ())} - fields.entries.keys()
    for key, entry in fields.entries.items():
        near = nearest(key, SITE_KEYS)
        if key not in SITE_KEYS and near in wanted:
            fields.notes(entry.line, "unknown_key", key=key, near=near)


def _chosen(plans: Sequence[Planned], check: str, name: str | None, file: str) -> Planned:
    """The one check that is meant. Raises OwnTrouble where that is not certain."""
    of_kind = {plan.name: plan for plan in plans if plan.check == check}
    shown = ", ".join(f"«{one}»" for one in list(of_kind)[:CHOICES])
    values = {"file": file, "check": check, "choices": shown}
    if not of_kind:
        raise OwnTrouble("site_no_check", **values)
    if not name:
        if len(of_kind) > 1:
            raise OwnTrouble("site_which_check", **values)
        return next(iter(of_kind.values()))
    if name not in of_kind:
        near = nearest(name, of_kind)
        hint = f" ({near}?)" if near else ""
        raise OwnTrouble("site_no_such_check", **values, text=clean(name, 80), hint=hint)
    return of_kind[name]


def _stop_at_mistakes(notes: Notes) -> None:
    if notes.found:
        raise _mistake(notes)


def _mistake(notes: Notes) -> OwnTrouble:
    mistake = notes.sorted()[0]
    values = {"file": mistake.file, "text": mistake.text}
    if not mistake.line:
        return OwnTrouble("site_file_whole", **values)
    return OwnTrouble("site_file", **values, line=mistake.line)
