"""The checks that follow from what a site file says of its devices.

A section's keys are the long options of the check that asks the device; they keep the lines at
which they stand, so that a mistake is told where it was made.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from apowacht.plugins.core.options import KONNEKTOR, SNMP, target
from apowacht.plugins.read.router_options import ROUTER as ROUTER_OPTIONS
from apowacht.plugins.sites.catalogue import keys_of, note_unknown
from apowacht.plugins.sites.fields import Fields
from apowacht.plugins.sites.parts import Terminal, accepted, joined, line_texts, terminals, texts
from apowacht.plugins.sites.plan import Planned, check_name
from apowacht.plugins.sites.yaml_lines import Entry, Listing, Mapping, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from apowacht.plugins.sites.catalogue import Catalogue

    Options = dict[str, Entry]

DEVICE_KEYS = ("connector", "terminals", "smcb", "ups", "router", "lines", "tilage", "erezept")
SECTIONS = (*DEVICE_KEYS, "accepted")

KONNEKTOR_KEYS = frozenset(keys_of((*KONNEKTOR, *target(""))))
"""What every check takes that asks the Konnektor; its other keys are for check_apo_connector."""
ROUTER_KEYS = frozenset(keys_of((*ROUTER_OPTIONS, *SNMP, *target("")))) - {
    "router-host",
    "router-port",
} | {"alias", "signal-warning", "signal-critical"}
CONTEXT = ("mandant", "client-system", "workplace")
"""In whose name a Konnektor is asked: all three or none, where no .kon file has them."""
PROVIDERS = ("access", "smcb", "hba", "kim")
SMCB_KEYS = ("provider", "ordered")
FROM = {
    "ups": ("ups",), "uplink": ("router", "lines"), "connector": ("connector",),
    "terminal": ("connector",), "certificate": ("connector",), "erezept": ("erezept",),
    "tilage": ("tilage",),
}  # fmt: skip
"""The sections from which each check follows."""
# A section that says something of a device, and the sections of which one has to be there.
BESIDE = {
    "terminals": ("connector",),
    "accepted": ("connector",),
    "smcb": ("connector", "tilage", "erezept"),
}


class Derived:
    """The checks that follow from a site's sections; every section is read once."""

    def __init__(self, fields: Fields, catalogue: Catalogue) -> None:
        self._fields = fields
        self._notes = fields.notes
        self._catalogue = catalogue

    def plans(self, only: str | None = None) -> Iterator[Planned]:
        """All of them in the order of the chain, or those of one check."""
        for check, make in _MAKERS.items():
            if only is None or only == check:
                yield from make(self)

    def note_lonely(self) -> None:
        """Note a section that no check takes anything from."""
        for key, others in BESIDE.items():
            if key in self._fields.entries and not self._fields.entries.keys() & set(others):
                shown = " / ".join(f"«{other}»" for other in others)
                self._notes(self._fields.at(key), "section_lonely", key=key, others=shown)

    # Each check.

    def ups(self) -> Iterator[Planned]:
        """One check for each UPS."""
        for node in self._fields.items("ups"):
            if not isinstance(node, Mapping):
                self._notes(node.line, "want_mapping", key="ups")
                continue
            options = {key: one for key, one in node.entries.items() if key != "name"}
            name = check_name(node, "ups", self._notes)
            yield self._plan("ups", node.line, options, name)

    def uplink(self) -> Iterator[Planned]:
        """Lines and router together."""
        options, lines = dict(self._router), self._lines
        if lines:
            options["line"] = Entry(self._fields.at("lines"), Listing(lines, lines[0].line))
        if options:
            yield self._plan(
                "uplink", self._fields.at("router" if self._router else "lines"), options
            )

    def connector(self) -> Iterator[Planned]:
        """The Konnektor itself."""
        if self._connector is not None:
            options = dict(self._connector)
            add(options, "alias", self._aliases)
            add(options, "ignore-condition", self._accepted)
            yield self._plan("connector", self._fields.at("connector"), options)

    def terminal(self) -> Iterator[Planned]:
        """Terminals and cards, where the Konnektor may be asked for them."""
        if self._context:
            options = dict(self._konnektor)
            add(options, "alias", self._aliases)
            add(options, "reserve", texts((t.name, t.line) for t in self._terminals if t.reserve))
            direct = ((f"{t.name}={t.host}", t.host_line) for t in self._terminals if t.host)
            add(options, "direct", texts(direct))
            yield self._plan("terminal", self._fields.at("connector"), options)

    def certificate(self) -> Iterator[Planned]:
        """Cards and certificates, likewise."""
        if self._context:
            options = dict(self._konnektor)
            port, host = options.pop("port", None), options.pop("hostname", None)
            if host is not None:
                options["connector"] = _address(host, port)
            add(options, "alias", self._aliases)
            if "ordered" in self._smcb:
                options["ordered"] = self._smcb["ordered"]
            yield self._plan("certificate", self._fields.at("connector"), options)

    def erezept(self) -> Iterator[Planned]:
        """The whole way, by the Konnektor and with the providers told elsewhere."""
        own = self._section("erezept")
        if own is None:
            return
        lage = self._section("tilage")
        options = {**self._konnektor, **self._providers}
        if lage is not None and "hostname" not in lage:
            line = self._fields.at("tilage")
            options["tilage"] = Entry(line, Text("true", line, "bool"))
        yield self._plan("erezept", self._fields.at("erezept"), {**options, **own})

    def tilage(self) -> Iterator[Planned]:
        """TI-Lage for these providers."""
        own = self._section("tilage")
        if own is not None:
            yield self._plan("tilage", self._fields.at("tilage"), {**self._providers, **own})

    def _plan(self, check: str, line: int, options: Options, name: str = "") -> Planned:
        interval = options.pop("interval", None)
        return Planned(check, name or check, line, line, options, interval)

    # Each section.

    def _section(self, key: str) -> Options | None:
        mapping = self._fields.mapping(key)
        return None if mapping is None else mapping.entries

    @cached_property
    def _connector(self) -> Options | None:
        """What the section says, without what no check knows."""
        told = self._section("connector")
        if told is None:
            return None
        known = {}
        for key, entry in told.items():
            if key in KONNEKTOR_KEYS or key == "interval" or self._knows("connector", key, entry):
                known[key] = entry
        missing = [key for key in CONTEXT if key not in known]
        if len(known) == len(told) and "kon" not in told and 0 < len(missing) < len(CONTEXT):
            for key in missing:
                self._notes(self._fields.at("connector"), "missing_key", key=key)
        return known

    def _knows(self, check: str, key: str, entry: Entry) -> bool:
        options = self._catalogue.options(check)
        if key in options:
            return True
        note_unknown(check, key, entry.line, options, self._notes)
        return False

    @cached_property
    def _konnektor(self) -> Options:
        """What every check needs that asks the Konnektor."""
        told = self._connector or {}
        return {key: entry for key, entry in told.items() if key in KONNEKTOR_KEYS}

    @property
    def _context(self) -> bool:
        """Whether cards and terminals can be asked for."""
        return bool({"mandant", "kon"} & self._konnektor.keys())

    @cached_property
    def _terminals(self) -> tuple[Terminal, ...]:
        return terminals(self._fields.items("terminals"), self._notes)

    @cached_property
    def _aliases(self) -> Entry | None:
        named = [t for t in self._terminals if t.device and t.device != t.name]
        return texts((f"{t.name}={t.device}", t.line) for t in named)

    @cached_property
    def _accepted(self) -> Entry | None:
        return accepted(self._fields.items("accepted"), self._notes)

    @cached_property
    def _smcb(self) -> Options:
        mapping = self._fields.mapping("smcb")
        return {} if mapping is None else Fields(mapping, SMCB_KEYS, self._notes).entries

    @cached_property
    def _providers(self) -> Options:
        """Whose outages count at TI-Lage."""
        told = self._section("tilage") or {}
        found = {key: told[key] for key in PROVIDERS if key in told}
        if "provider" in self._smcb:
            found.setdefault("smcb", self._smcb["provider"])
        return found

    @cached_property
    def _router(self) -> Options:
        mapping = self._fields.mapping("router")
        if mapping is None:
            return {}
        fields = Fields(mapping, ROUTER_KEYS, self._notes)
        if None in [fields.text(key, required=True) for key in ("router", "hostname")]:
            return {}
        return {key: entry for key, entry in fields.entries.items() if key in ROUTER_KEYS}

    @cached_property
    def _lines(self) -> tuple[Text, ...]:
        return line_texts(self._fields.items("lines"), self._notes)


_MAKERS: dict[str, Callable[[Derived], Iterable[Planned]]] = {
    "ups": Derived.ups,
    "uplink": Derived.uplink,
    "connector": Derived.connector,
    "terminal": Derived.terminal,
    "certificate": Derived.certificate,
    "erezept": Derived.erezept,
    "tilage": Derived.tilage,
}


def add(options: Options, key: str, more: Entry | None) -> None:
    """Put values behind those of an option, if there are any."""
    if more is not None:
        options[key] = joined(options[key], more) if key in options else more


def _address(host: Entry, port: Entry | None) -> Entry:
    """HOST:PORT as one value; as it stands where either is no text, so that it is told."""
    if not isinstance(host.value, Text) or (port and not isinstance(port.value, Text)):
        return host
    text = host.value.text
    if port and isinstance(port.value, Text):
        bare = text.strip("[]")
        text = f"[{bare}]:{port.value.text}" if ":" in bare else f"{bare}:{port.value.text}"
    return Entry(host.line, host.value._replace(text=text))
