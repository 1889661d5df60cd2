"""A check's options as keys of a file: the same click options, read, explained and remembered.

Values come from the very click option that the command has, so that `checks.d/` and the command
line cannot differ; only a value that was read before is not read again, because a folder of
thousands of files repeats a few hundred values.
"""

from __future__ import annotations

import errno
import os
import stat
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

from apowacht.plugins.core import cli
from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.limits import option_name
from apowacht.plugins.core.listing import all_checks, check_named
from apowacht.plugins.core.secret import read_secret
from apowacht.plugins.sites.explain import nearest
from apowacht.plugins.sites.fields import LONGEST_TEXT, read_switch
from apowacht.plugins.sites.yaml_lines import Listing, Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from apowacht.plugins.core.check import Check
    from apowacht.plugins.sites.mistakes import Notes
    from apowacht.plugins.sites.yaml_lines import Entry, Node

COMMAND_LINE_ONLY = frozenset(
    (
        "help",
        "lang",
        "name",
        "now",
        "output",
        "record",
        "replay",
        "service",
        "site",
        "state-dir",
        "verbose",
        "version",
    )
)
SICCT_PORT = 4742
# What a check cannot be asked without: one key of each group.
NEEDS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "ups": (("hostname",),),
    "uplink": (("line", "router"),),
    "connector": (("hostname", "kon"),),
    "terminal": (("hostname", "kon"), ("mandant", "kon")),
    "erezept": (("environment",),),
    "certificate": (("hostname", "tls", "file", "p12", "connector", "kon"),),
}
# Files that hold secrets without being named so.
SECRET_FILES = frozenset({"kon", "client-cert"})
_WITH_PORT = frozenset(
    {"PORT", "HOST", "HOST[:PORT]", "SERVER[:PORT]", "TARGET", "NAME=HOST", "URL"}
)
PATHS = frozenset({"FILE", "GLOB"})


def keys_of(options: Iterable[click.Option]) -> dict[str, click.Option]:
    """Options by their long names without dashes, those of the command line alone left out."""
    named = ((option_name(option).lstrip("-"), option) for option in options)
    return {key: option for key, option in named if key not in COMMAND_LINE_ONLY}


def note_unknown(
    check: str, key: str, line: int, options: Mapping[str, click.Option], notes: Notes
) -> None:
    """Note a key that is no option of the check, with what may have been meant."""
    if key in COMMAND_LINE_ONLY:
        notes(line, "command_line_only", key=key)
        return
    plain = key.replace("_", "-").casefold()
    if f"{plain}-file" in options:
        notes(line, "secret_inline", key=f"{plain}-file")
        return
    near = nearest(key, [*options, "check", "name", "interval"])
    notes(line, "unknown_option", check=check, key=key, near=near)


class Catalogue:
    """The checks with their keys, for one reading of a folder; each is imported when it is wanted.

    `lang` and `state_dir` are given to every check; with `thorough` files are read that a check
    would read only later. What was read is kept with it, so it lives
    only as long as the reading.
    """

    def __init__(self, lang: str, state_dir: str | None = None, *, thorough: bool = False) -> None:
        self.thorough = thorough
        self._given = (f"--lang={lang}", *([f"--state-dir={state_dir}"] if state_dir else ()))
        self._terms: dict[str, Terms] = {}

    def __getitem__(self, name: str) -> Terms:
        terms = self.get(name)
        if terms is None:
            raise KeyError(name)
        return terms

    def get(self, name: str) -> Terms | None:
        """The check's terms; None when there is no such check."""
        if name not in self._terms:
            check = check_named(name)
            if check is None:
                return None
            self.add(check)
        return self._terms[name]

    def add(self, check: Check) -> None:
        """Take a check that is there already."""
        self._terms[check.name] = Terms(check, self._given)

    def options(self, name: str) -> Mapping[str, click.Option]:
        """The keys that a check understands."""
        return self[name].options

    def names(self) -> tuple[str, ...]:
        """The checks, in the order of the chain."""
        return tuple(check.name for check in all_checks())


class Terms:
    """The keys that one check understands."""

    def __init__(self, check: Check, given: Iterable[str]) -> None:
        self.check = check
        self._given = tuple(given)
        self.options = keys_of(check.options)
        self._context = click.Context(cli.command(check))
        self._known: dict[tuple[str, tuple[str, ...]], Any] = {}
        self._files: dict[tuple[str, str], tuple[str, dict[str, object]] | OwnTrouble | None] = {}

    @cached_property
    def _defaults(self) -> dict[str, Any] | None:
        """The values of a command line without options; None when each must be read whole.

        Options that a command line must have are asked for by `needs`.
        """
        whole = any(option.callback and not option.is_eager for option in self.check.options)
        try:
            return None if whole else cli.values(self._without_required(), self._given)
        except OwnTrouble:
            return None

    def _without_required(self, but: click.Option | None = None) -> Check:
        options = (option for option in self.check.options if not option.required or option is but)
        return self.check._replace(options=tuple(options))

    def read(
        self, site: str, name: str, entries: Mapping[str, Entry], folder: str, notes: Notes
    ) -> tuple[tuple[str, ...], dict[str, Any]]:
        """The command line and its values; mistakes are noted.

        Relative files are looked for in `folder`, where the configuration is.
        """
        arguments = [*self._given, f"--site={site}", f"--name={name}"]
        set_here: dict[str, Any] = {"site": site, "name": name}
        for key, entry in entries.items():
            option = self.options.get(key)
            if option is None:
                note_unknown(self.check.name, key, entry.line, self.options, notes)
                continue
            texts = read_values(key, entry, option, notes)
            if texts is None:
                continue
            if option.metavar in PATHS:
                texts = tuple(os.path.join(folder, text) for text in texts)
            self._inspect(key, option, texts, entry.line, notes)
            try:
                set_here[str(option.name)] = self._value(key, option, texts)
            except OwnTrouble as trouble:
                notes.trouble(entry.line, trouble)
                continue
            arguments += [f"--{key}" if option.is_flag else f"--{key}={text}" for text in texts]
        if self._defaults is not None:
            return tuple(arguments), {**self._defaults, **set_here}
        return tuple(arguments), self._whole(arguments, notes)

    def needs(self, given: Iterable[str], line: int, notes: Notes) -> None:
        """Note what the check cannot be asked without."""
        told = set(given)
        required = ((key,) for key, option in self.options.items() if option.required)
        for group in (*NEEDS.get(self.check.name, ()), *required):
            if not told.intersection(group) and not self._misspelt(told).intersection(group):
                shown = " / ".join(f"«{key}»" for key in group)
                notes(line, "option_missing", check=self.check.name, keys=shown)

    def _misspelt(self, told: Iterable[str]) -> set[str | None]:
        """What is meant by keys that do not exist: they have their own mistake, and are not
        missing as well."""
        return {nearest(key, self.options) for key in told if key not in self.options}

    def _whole(self, arguments: list[str], notes: Notes) -> dict[str, Any]:
        try:
            return cli.values(self.check, arguments)
        except OwnTrouble as trouble:
            if not notes.found:
                notes.trouble(0, trouble)
            return {}

    def _value(self, key: str, option: click.Option, texts: tuple[str, ...]) -> Any:
        """What click makes of the texts. Raises OwnTrouble."""
        if option.is_flag:
            return True
        if option.type is click.STRING:
            return texts if option.multiple else texts[0]
        if (key, texts) not in self._known:
            self._known[key, texts] = self._converted(key, option, texts)
        return self._known[key, texts]

    def _converted(self, key: str, option: click.Option, texts: tuple[str, ...]) -> Any:
        if self._defaults is not None and key != "timeout":
            try:
                return option.process_value(self._context, texts if option.multiple else texts[0])
            except click.UsageError:
                pass  # the command itself says it in our words
        arguments = [*self._given, *(f"--{key}={text}" for text in texts)]
        return cli.values(self._without_required(option), arguments)[str(option.name)]

    def _inspect(
        self, key: str, option: click.Option, texts: tuple[str, ...], line: int, notes: Notes
    ) -> None:
        """Note a port that is never connected to, and files that cannot or must not be used."""
        if option.metavar in _WITH_PORT and any(is_sicct(text) for text in texts):
            notes(line, "port_4742", key=key)
        if option.metavar != "FILE" or not (key.endswith("-file") or key in SECRET_FILES):
            return
        for text in texts:
            if (key, text) not in self._files:
                self._files[key, text] = _option_file(key, text)
            trouble = self._files[key, text]
            if isinstance(trouble, OwnTrouble):
                notes.trouble(line, trouble)
            elif trouble is not None:
                notes(line, trouble[0], **trouble[1])


def read_values(
    key: str, entry: Entry, option: click.Option, notes: Notes
) -> tuple[str, ...] | None:
    """The values of a key: one or more texts, () for a switch that is off, None after a mistake."""
    value = entry.value
    if option.is_flag:
        return ("",) if read_switch(key, value, notes) else None
    if isinstance(value, Listing):
        if not option.multiple:
            notes(value.line, "one_value", key=key)
            return None
        if not value.items:
            notes(value.line, "empty_list", key=key)
            return None
        texts = [_text(key, item, option, notes) for item in value.items]
        return None if None in texts else tuple(text for text in texts if text is not None)
    text = _text(key, value, option, notes)
    return None if text is None else (text,)


def _text(key: str, value: Node, option: click.Option, notes: Notes) -> str | None:
    if not isinstance(value, Text):
        notes(value.line, "want_text", key=key)
    elif value.empty:
        notes(value.line, "no_value", key=key)
    elif len(value.text) > LONGEST_TEXT and option.metavar not in PATHS:
        notes(value.line, "too_long", key=key, most=LONGEST_TEXT)
    elif not value.text.isprintable():
        notes(value.line, "control_character", key=key)
    elif value.kind == "bool" and value.text.casefold() in ("true", "false"):
        # An option that takes a value was taken for a switch.
        notes(value.line, "bool_meant", key=key, text=value.text)
    else:
        return value.text
    return None


def is_sicct(text: str) -> bool:
    """Whether a target, as options and modules write it, has the card terminals' port."""
    if text.isascii() and str(SICCT_PORT) not in text.replace("_", ""):
        return False
    from ipaddress import ip_address

    place = text.rpartition("=")[2].partition("://")[2] or text.rpartition("=")[2]
    place = place.partition("/")[0]
    if _number(place) == SICCT_PORT:
        return True
    try:
        ip_address(place)
    except ValueError:
        return _number(place.rpartition(":")[2]) == SICCT_PORT
    return False  # an IPv6 address that ends so


def _number(text: str) -> int | None:
    """As the options read it: with a sign, zeros and underscores; None for what is none."""
    try:
        return int(text)
    except ValueError:
        return None


def _option_file(key: str, file: str) -> tuple[str, dict[str, object]] | OwnTrouble | None:
    """Why a file cannot be used for this option: missing, open to everybody, empty."""
    public = key.endswith("ca-file")
    trouble = file_trouble(key, file, secret=not public)
    if trouble is None and not public and key not in SECRET_FILES:
        try:
            read_secret(f"--{key}", file)
        except OwnTrouble as own:
            return own
    return trouble


def file_trouble(key: str, file: str, *, secret: bool) -> tuple[str, dict[str, object]] | None:
    """A mistake's kind and values when a file cannot be read, or everybody may read a secret."""
    try:
        mode = os.stat(file).st_mode
        if not stat.S_ISREG(mode):
            number = errno.EISDIR if stat.S_ISDIR(mode) else errno.ENOTSUP
            raise OSError(number, os.strerror(number))
        if not os.access(file, os.R_OK):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES))
    except (OSError, ValueError) as error:
        number = getattr(error, "errno", None) or errno.EINVAL
        return "file_unreadable", {"key": key, "file": file, "detail": os.strerror(number)}
    if secret and os.name == "posix" and mode & stat.S_IRWXO:
        return "secret_open", {"key": key, "file": file, "mode": f"{stat.S_IMODE(mode):04o}"}
    return None
