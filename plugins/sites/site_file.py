"""One file of `checks.d/`: a pharmacy with its checks, or the modules of `/probe`."""

from __future__ import annotations

import os
from ipaddress import ip_network
from typing import TYPE_CHECKING

from apowacht.plugins.core.limits import seconds
from apowacht.plugins.core.listing import LAYERS
from apowacht.plugins.core.words import duration
from apowacht.plugins.sites.explain import is_safe_name, nearest, safe_name
from apowacht.plugins.sites.fields import Fields, read_text
from apowacht.plugins.sites.maintenance import KEYS as WINDOW_KEYS
from apowacht.plugins.sites.maintenance import read_windows, read_zone
from apowacht.plugins.sites.model import Contact, Module, Site, Watch
from apowacht.plugins.sites.yaml_lines import Listing, Mapping

if TYPE_CHECKING:
    from apowacht.plugins.sites.catalogue import Catalogue, Terms
    from apowacht.plugins.sites.mistakes import Notes
    from apowacht.plugins.sites.yaml_lines import Entry, Node

SITE_KEYS = ("site", "title", "timezone", "checks", "maintenance", "contacts")
CHECK_KEYS = ("check", "name", "interval")
CONTACT_KEYS = ("who", "phone", "contract", "note")
MODULE_KEYS = ("check", "targets")
KEYS = (*SITE_KEYS, "modules", *WINDOW_KEYS, *CHECK_KEYS, *CONTACT_KEYS, "targets")
"""Every key of the file that is no option of a check."""

LEAST_INTERVAL, MOST_INTERVAL = 10, 7 * 86400
INTERVALS = {"certificate": 3600.0, "erezept": 300.0, "tilage": 300.0}
USUAL_INTERVAL = 60.0

LONGEST_NAME = 63
LONGEST_TARGET = 253


def read_site(root: Mapping, catalogue: Catalogue, notes: Notes) -> Site:
    """The site that a file describes; use it only when nothing was noted."""
    fields = Fields(root, SITE_KEYS, notes)
    name = _site_name(fields)
    watches = _watches(fields, name, catalogue)
    zone = read_zone(fields)
    names = {watch.name for watch in watches}
    windows = read_windows(fields.listing("maintenance"), zone, names, notes)
    title = fields.text("title") or name
    return Site(name, title, watches, windows, _contacts(fields), notes.file)


def _site_name(fields: Fields) -> str:
    name = fields.text("site", required=True) or ""
    if name and not is_safe_name(name):
        example = safe_name(name)
        fields.notes(fields.at("site"), "bad_name", key="site", text=name, example=example)
    return name


def _watches(fields: Fields, site: str, catalogue: Catalogue) -> tuple[Watch, ...]:
    notes = fields.notes
    if "checks" not in fields.entries:
        notes(fields.line, "missing_key", key="checks")
        return ()
    nodes = fields.listing("checks")
    if not nodes and isinstance(fields.entries["checks"].value, Listing):
        notes(fields.at("checks"), "empty_list", key="checks")
    watches: dict[str, Watch] = {}
    lines: dict[str, int] = {}
    for node in nodes:
        watch = _watch(node, site, catalogue, notes)
        if watch is None:
            continue
        if watch.name in watches:
            notes(node.line, "name_twice", name=watch.name, first=lines[watch.name])
            continue
        watches[watch.name], lines[watch.name] = watch, node.line
    return tuple(watches.values())


def _watch(node: Node, site: str, catalogue: Catalogue, notes: Notes) -> Watch | None:
    if not isinstance(node, Mapping):
        notes(node.line, "want_mapping", key="checks")
        return None
    terms = _terms(node, catalogue, notes)
    if terms is None:
        return None
    name = _check_name(node, terms.check.name, notes)
    options = {key: entry for key, entry in node.entries.items() if key not in CHECK_KEYS}
    folder = os.path.dirname(notes.file)
    arguments, values = terms.read(site, name, options, folder, notes)
    terms.needs(options, node.line, notes)
    interval = _interval(node, terms.check.name, notes)
    timeout = values.get("timeout", 0)
    if interval and timeout > interval:
        said = (duration(timeout, notes.lang), duration(interval, notes.lang))
        notes(node.line, "timeout_long", timeout=said[0], interval=said[1])
    return Watch(name, terms.check, interval or USUAL_INTERVAL, arguments, values)


def _terms(node: Mapping, catalogue: Catalogue, notes: Notes) -> Terms | None:
    """The terms of the check that an entry names."""
    entry = node.entries.get("check")
    if entry is None:
        notes(node.line, "missing_key", key="check")
        return None
    text = read_text("check", entry.line, entry.value, notes)
    if text is None:
        return None
    terms = catalogue.get(text.removeprefix("check_apo_"))
    if terms is None:
        names = catalogue.names()
        near = nearest(text.removeprefix("check_apo_"), names)
        choices = ", ".join(names)
        notes(entry.line, "bad_choice", key="check", text=text, near=near, choices=choices)
    return terms


def _check_name(node: Mapping, check: str, notes: Notes) -> str:
    entry = node.entries.get("name")
    if entry is None:
        return check
    text = read_text("name", entry.line, entry.value, notes)
    if text and (len(text) > LONGEST_NAME or any(sign in text for sign in '/|"\\')):
        notes(entry.line, "bad_check_name", key="name", text=text)
    return text or check


def _interval(node: Mapping, check: str, notes: Notes) -> float | None:
    entry = node.entries.get("interval")
    if entry is None:
        return INTERVALS.get(check, USUAL_INTERVAL)
    text = read_text("interval", entry.line, entry.value, notes)
    if text is None:
        return None
    try:
        interval = float(seconds(text))
    except ValueError:
        interval = 0.0
    if not LEAST_INTERVAL <= interval <= MOST_INTERVAL:
        said = [duration(bound, notes.lang) for bound in (LEAST_INTERVAL, MOST_INTERVAL)]
        notes(entry.line, "bad_interval", text=text, least=said[0], most=said[1])
        return None
    return interval


def _contacts(fields: Fields) -> dict[str, Contact]:
    mapping = fields.mapping("contacts")
    if mapping is None:
        return {}
    notes = fields.notes
    contacts: dict[str, Contact] = {}
    layers = Fields(mapping, LAYERS, notes)
    for layer in (layer for layer in LAYERS if layer in mapping.entries):
        node = layers.mapping(layer)
        if node is None:
            continue
        told = Fields(node, CONTACT_KEYS, notes)
        who = told.text("who", required=True) or ""
        contacts[layer] = Contact(who, *(told.text(key) for key in CONTACT_KEYS[1:]))
    return contacts


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
    terms = _terms(node, catalogue, notes)
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
