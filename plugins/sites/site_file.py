"""One file of `checks.d/`: a pharmacy with its checks, or the modules of `/probe`."""

from __future__ import annotations

import os
from ipaddress import ip_network
from typing import TYPE_CHECKING

from apowacht.plugins.sites.catalogue import is_sicct
from apowacht.plugins.sites.contacts import CONTACT_KEYS, read_contacts
from apowacht.plugins.sites.derive import SECTIONS
from apowacht.plugins.sites.explain import is_safe_name, nearest, safe_name
from apowacht.plugins.sites.fields import Fields
from apowacht.plugins.sites.maintenance import KEYS as WINDOW_KEYS
from apowacht.plugins.sites.maintenance import read_windows, read_zone
from apowacht.plugins.sites.model import Module, Site
from apowacht.plugins.sites.opening import OPENING_KEYS, opening_entries, read_opening
from apowacht.plugins.sites.plan import CHECK_KEYS, read_plan
from apowacht.plugins.sites.planned import planned
from apowacht.plugins.sites.watches import note_unfit, read_watch
from apowacht.plugins.sites.yaml_lines import Mapping

if TYPE_CHECKING:
    from apowacht.plugins.sites.catalogue import Catalogue, Terms
    from apowacht.plugins.sites.mistakes import Notes
    from apowacht.plugins.sites.model import Watch
    from apowacht.plugins.sites.plan import Planned
    from apowacht.plugins.sites.yaml_lines import Entry

SITE_KEYS = ("site", "title", *OPENING_KEYS, *SECTIONS, "checks", "maintenance", "contacts")
MODULE_KEYS = ("check", "targets")
KEYS = (*SITE_KEYS, "modules", *WINDOW_KEYS, *CHECK_KEYS, *CONTACT_KEYS, "targets")
"""Every key of the file that is no option of a check and stands in no device's section."""

LONGEST_TARGET = 253


def read_site(root: Mapping, catalogue: Catalogue, notes: Notes) -> Site:
    """The site that a file describes; use it only when nothing was noted."""
    fields = Fields(root, SITE_KEYS, notes)
    name = _site_name(fields)
    zone = read_zone(fields)
    entries = opening_entries(fields)
    if zone is None:
        entries.pop("timezone", None)  # that is noted
    watches = _watches(fields, name, entries, catalogue)
    names = {watch.name for watch in watches}
    windows = read_windows(fields.listing("maintenance"), zone, names, notes)
    title = fields.text("title") or name
    contacts = read_contacts(fields)
    opening = read_opening(fields, entries, thorough=catalogue.thorough)
    return Site(name, title, watches, windows, contacts, notes.file, opening, zone)


def _site_name(fields: Fields) -> str:
    name = fields.text("site", required=True) or ""
    if name and not is_safe_name(name):
        example = safe_name(name)
        fields.notes(fields.at("site"), "bad_name", key="site", text=name, example=example)
    return name


def _watches(
    fields: Fields, site: str, opening: dict[str, Entry], catalogue: Catalogue
) -> tuple[Watch, ...]:
    watches = []
    for plan in planned(fields, catalogue):
        terms = _terms(plan, catalogue, fields.notes)
        if terms is not None:
            watch = read_watch(plan, site, opening, terms, fields.notes)
            note_unfit(plan, watch.values, fields.notes)
            watches.append(watch)
    return tuple(watches)


def _terms(plan: Planned, catalogue: Catalogue, notes: Notes) -> Terms | None:
    """The terms of the check that is asked for."""
    terms = catalogue.get(plan.check)
    if terms is None:
        names = catalogue.names()
        near, choices = nearest(plan.check, names), ", ".join(names)
        text = plan.check
        notes(plan.check_line, "bad_choice", key="check", text=text, near=near, choices=choices)
    return terms


def read_modules(
    root: Mapping, catalogue: Catalogue, notes: Notes
) -> tuple[tuple[Module, int], ...]:
    """The modules of a file with their lines; use them only when nothing was noted."""
    fields = Fields(root, ("modules",), notes)
    mapping = fields.mapping("modules")
    modules = []
    for name, entry in (mapping.entries if mapping else {}).items():
        if not is_safe_name(name):
            example = safe_name(name)
            notes(entry.line, "bad_name", key="modules", text=name, example=example)
        module = _module(name, entry, catalogue, notes)
        if module is not None:
            modules.append((module, entry.line))
    return tuple(modules)


def _module(name: str, entry: Entry, catalogue: Catalogue, notes: Notes) -> Module | None:
    if not isinstance(entry.value, Mapping):
        notes(entry.line, "want_mapping", key=name)
        return None
    node = entry.value
    plan = read_plan(node, notes)
    terms = _terms(plan, catalogue, notes) if plan else None
    if terms is None:
        return None
    options = {key: one for key, one in node.entries.items() if key not in MODULE_KEYS}
    for key in [key for key in ("hostname", "name", "interval") if key in options]:
        kind = "from_target" if key == "hostname" else "unknown_key"
        notes(options.pop(key).line, kind, key=key)
    folder = os.path.dirname(notes.file)
    arguments, _ = terms.read("", name, options, folder, notes)
    terms.needs([*options, "hostname"], node.line, notes)
    fields = Fields(node, node.entries, notes)
    if "targets" not in node.entries:
        notes(node.line, "missing_key", key="targets")
    targets = fields.texts("targets")
    for text, line in targets:
        if not _is_target(text):
            notes(line, "bad_target", text=text)
        elif is_sicct(text):
            notes(line, "port_4742", key="targets")
        elif _is_everything(text):
            notes(line, "target_anything", text=text)
    told = tuple(text for text, _ in targets)
    return Module(name, terms.check, arguments, told, notes.file)


def _is_target(text: str) -> bool:
    """A name, an address, a network, or a pattern of them."""
    if "/" in text:
        try:
            ip_network(text)
        except ValueError:
            return False
        return True
    signs = text.strip("[]").replace(".", "").replace("-", "").replace("_", "").replace(":", "")
    signs = signs.replace("*", "").replace("?", "")
    return len(text) <= LONGEST_TARGET and (not signs or (signs.isascii() and signs.isalnum()))


def _is_everything(text: str) -> bool:
    return not text.strip("*?.") or text.endswith("/0")
