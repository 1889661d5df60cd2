"""The folder of site files: everything that can be used of it, and a mistake for what cannot.

Nothing here raises for a bad file; a broken file keeps no other one from being used.
"""

from __future__ import annotations

import os
import re
from operator import is_
from typing import TYPE_CHECKING, TypeVar

from apowacht.plugins.core.secret import read_plain
from apowacht.plugins.sites import yaml_lines
from apowacht.plugins.sites.catalogue import Catalogue
from apowacht.plugins.sites.mistakes import Notes
from apowacht.plugins.sites.model import Configuration, Module, Site
from apowacht.plugins.sites.site_file import SITE_KEYS, read_modules, read_site
from apowacht.plugins.sites.yaml_lines import Broken, Mapping

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apowacht.plugins.sites.model import Mistake, Watch

Named = TypeVar("Named", Site, Module)

SUFFIXES = (".yaml", ".yml")

_NAME = r"""["']?([A-Za-z0-9][A-Za-z0-9._-]*)["']?"""
_SITE = re.compile(rf"""^["']?site["']?[ \t]*:[ \t]*{_NAME}[ \t]*(?:[ \t]#.*)?\r?$""", re.MULTILINE)
_MODULES = re.compile(r"""^["']?modules["']?[ \t]*:""", re.MULTILINE)
_MODULE = re.compile(rf"[ \t{{,]{_NAME}[ \t]*:")


def load(
    folder: str | os.PathLike[str],
    lang: str = "de",
    state_dir: str | None = None,
    *,
    thorough: bool = False,
) -> Configuration:
    """Every `*.yaml` and `*.yml` directly in the folder, hidden ones left out.

    `lang` is the language of the mistakes and of the checks' `--lang`; `state_dir` is given to
    every check. With `thorough` files that checks read later, such as a duty roster, are read now.
    A site or module that is described twice is not used at all.
    """
    folder = os.fspath(folder)
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        notes = Notes(folder, lang)
        notes(0, "unreadable", detail=os.strerror(error.errno or 0))
        return Configuration({}, {}, notes.sorted())
    files = [
        os.path.join(folder, name)
        for name in names
        if name.endswith(SUFFIXES) and not name.startswith(".")
    ]
    return load_files(files, lang, state_dir, thorough=thorough)


def load_files(
    files: Iterable[str],
    lang: str = "de",
    state_dir: str | None = None,
    *,
    thorough: bool = False,
) -> Configuration:
    """As `load`, of these files."""
    catalogue = Catalogue(lang, state_dir, thorough=thorough)
    gathered = _Gathered(lang)
    for file in files:
        gathered.add(file, catalogue)
    return gathered.configuration()


class _Gathered:
    """Sites and modules of the files so far."""

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self._sites: dict[str, list[tuple[Site, int]]] = {}
        self._modules: dict[str, list[tuple[Module, int]]] = {}
        self._mistakes: list[Mistake] = []
        self._faulty_sites: set[str] = set()
        self._faulty_modules: set[str] = set()

    def add(self, file: str, catalogue: Catalogue) -> None:
        notes = Notes(file, self._lang)
        try:
            self._read(file, catalogue, notes)
        except Broken as broken:
            notes(broken.line, broken.kind, **broken.values)
        self._mistakes += notes.sorted()
        if notes.found:
            text = text_of(file)
            self._faulty_sites |= sites_of(text)
            self._faulty_modules |= modules_of(text)

    def _read(self, file: str, catalogue: Catalogue, notes: Notes) -> None:
        root = yaml_lines.read(file, notes)
        if root is None:
            raise Broken(0, "empty_file")
        if not isinstance(root, Mapping):
            raise Broken(root.line, "want_mapping", key=os.path.basename(file))
        if "modules" in root.entries:
            both = [key for key in SITE_KEYS if key in root.entries]
            if both:
                raise Broken(root.entries[both[0]].line, "site_or_modules")
            modules = read_modules(root, catalogue, notes)
            for module, line in modules if not notes.found else ():
                self._modules.setdefault(module.name, []).append((module, line))
            return
        site = read_site(root, catalogue, notes)
        if not notes.found:
            self._sites.setdefault(site.name, []).append((site, root.entries["site"].line))

    def configuration(self) -> Configuration:
        """What can be used."""
        sites = {name: self._one("site_twice", told) for name, told in self._sites.items()}
        modules = {name: self._one("module_twice", told) for name, told in self._modules.items()}
        mistakes = tuple(sorted(self._mistakes, key=lambda mistake: (mistake.file, mistake.line)))
        return Configuration(
            {name: site for name, site in sites.items() if site is not None},
            {name: module for name, module in modules.items() if module is not None},
            mistakes,
            frozenset(self._faulty_sites) | {name for name, site in sites.items() if site is None},
            frozenset(self._faulty_modules)
            | {name for name, one in modules.items() if one is None},
        )

    def _one(self, kind: str, told: list[tuple[Named, int]]) -> Named | None:
        """The only one of its name. Of two nobody knows which is meant, so neither is used."""
        if len(told) == 1:
            return told[0][0]
        for one, line in told:
            notes = Notes(one.file, self._lang)
            others = ", ".join(os.path.basename(o.file) for o, _ in told if o is not one)
            notes(line, kind, name=one.name, other=others)
            self._mistakes += notes.found
        return None


def sites_of(text: str) -> set[str]:
    """The sites that a file is about, as far as its text tells: it may be no valid YAML."""
    return set(_SITE.findall(text))


def modules_of(text: str) -> set[str]:
    """The modules that a file is about, and words that may be some."""
    return set(_MODULE.findall(text)) if _MODULES.search(text) else set()


def text_of(file: str) -> str:
    """The file as text; "" where it cannot be read."""
    try:
        return read_plain(file, yaml_lines.LARGEST_BYTES).decode("utf-8-sig", "replace")
    except OSError:
        return ""


def keep(old: Configuration, new: Configuration) -> Configuration:
    """The new configuration, with the old version of whatever a file now describes wrongly, be it
    the old one's file or another that is about the same.

    What has not changed is the old object itself, so that a check that goes on is the same check.
    """
    wrong = {mistake.file for mistake in new.mistakes}
    sites = dict(new.sites)
    for name, site in old.sites.items():
        if name in sites:
            sites[name] = _unchanged(site, sites[name])
        elif name in new.faulty_sites or _is_wrong(site.file, wrong):
            sites[name] = site
    modules = dict(new.modules)
    for name, module in old.modules.items():
        if name not in modules and (name in new.faulty_modules or _is_wrong(module.file, wrong)):
            modules[name] = module
    ordered = sorted(sites.items(), key=lambda item: (item[1].file, item[0]))
    return new._replace(sites=dict(ordered), modules=modules)


def _is_wrong(file: str, wrong: set[str]) -> bool:
    """Whether there is a mistake in the file, or in reading its folder."""
    return file in wrong or os.path.dirname(file) in wrong


def _unchanged(old: Site, new: Site) -> Site:
    before = {watch.name: watch for watch in old.watches}
    watches = tuple(
        before[watch.name] if watch.name in before and _same(before[watch.name], watch) else watch
        for watch in new.watches
    )
    same = len(watches) == len(old.watches) and all(map(is_, watches, old.watches))
    merged = new._replace(watches=watches)
    return old if same and old._replace(watches=()) == new._replace(watches=()) else merged


def _same(old: Watch, new: Watch) -> bool:
    """Whether two watches ask the same; the values follow from the arguments."""
    return (old.check.name, old.interval, old.arguments) == (
        new.check.name,
        new.interval,
        new.arguments,
    )
