"""The addresses on the command line: a host, perhaps with a port, perhaps with the way to ask."""

from __future__ import annotations

from typing import NamedTuple

import click

from apowacht.plugins.core.errors import Trouble
from apowacht.plugins.discover.words import say

UPS_WAYS = ("snmp", "nut", "apcupsd")
ROUTER_WAYS = ("fritzbox", "snmp", "opnsense", "unifi", "rutos")
TRIED = ("fritzbox", "snmp")
"""The ways to a router that need no login to be tried; the others have to be named."""


class Place(NamedTuple):
    """Where a device is: `way` None means that those which need no login are tried in turn.

    `name` is the UPS of a NUT server.
    """

    host: str
    port: int | None
    way: str | None = None
    name: str | None = None

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}" if self.port else host


class PlaceType(click.ParamType[Place]):
    """`[WAY://]HOST[:PORT][/NAME]` on the command line."""

    name = "place"

    def __init__(self, *ways: str) -> None:
        self.ways = ways

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Place:
        """The place; a usage error for anything else."""
        if isinstance(value, Place):
            return value
        text = str(value)
        lang = str((ctx.params.get("lang") if ctx else None) or "de")
        way, colon, rest = text.rpartition("://")
        name = None
        if colon:
            rest, _, name = rest.partition("/")
            if way not in self.ways or (name and way != "nut"):
                self.fail(say("bad_place", lang, text=text, ways=self._ways()), param, ctx)
        try:
            host, port = host_and_port(rest)
        except (Trouble, ValueError):
            self.fail(say("bad_place", lang, text=text, ways=self._ways()), param, ctx)
        return Place(host, port, way or None, name or None)

    def _ways(self) -> str:
        return ", ".join(f"{way}://" for way in self.ways) or "-"


def host_and_port(text: str) -> tuple[str, int | None]:
    """`HOST`, `HOST:PORT`, `IPv6`, `[IPv6]:PORT`; None where no port is given.

    Raises OwnTrouble as `uplink_lines.parse_target`: for nonsense, for SICCT's port, for the
    Fachdienst.
    """
    from apowacht.plugins.read.uplink_lines import parse_target

    first, second = (parse_target(text, "", default) for default in (1, 2))
    if not first.host.replace("%", "").isprintable() or first.host.startswith("-"):
        raise ValueError(text)
    return first.host, first.port if first.port == second.port else None
