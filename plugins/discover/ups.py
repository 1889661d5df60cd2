"""A UPS as the site file needs it, over whichever of SNMP, NUT and apcupsd answers first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import TargetTrouble
from apowacht.plugins.discover.asking import Silent
from apowacht.plugins.discover.targets import UPS_WAYS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apowacht.plugins.discover.asking import Keys, Way
    from apowacht.plugins.discover.targets import Place

PORTS = {"snmp": 161, "nut": 3493, "apcupsd": 3551}
# A server of another kind may hold its tongue; whoever needs longer is named with its way.
_LONGEST_TRY_SECONDS = {"snmp": 6.0, "nut": 4.0}


class Ups(NamedTuple):
    """One UPS; `keys` is its entry in the site file without a name."""

    keys: Keys
    source: str
    reading: dict[str, Any]  # ups_values.FACTS
    own: str | None  # what a NUT server calls it


def find(place: Place, snmp: Keys, nut: Keys, way: Way) -> tuple[Ups, ...] | Silent:
    """Ask for the UPS at a place, all of them where it is a NUT server. Raises OwnTrouble.

    `snmp` and `nut` are keys of check_apo_ups that go along with that way.
    """
    deadline = Deadline(way.seconds)
    sources: Sequence[str] = (place.way,) if place.way else UPS_WAYS
    troubles: list[tuple[str, TargetTrouble]] = []
    for source in sources:
        seconds = deadline.remaining()
        if source != sources[-1]:
            seconds = min(seconds / 2, _LONGEST_TRY_SECONDS[source])
        keys: Keys = {"source": source, "hostname": place.host}
        if place.port and place.port != PORTS[source]:
            keys["port"] = str(place.port)
        if place.name:
            keys["ups"] = place.name
        keys |= {"snmp": snmp, "nut": nut}.get(source, {})
        try:
            return _asked(keys, source, seconds, way)
        except TargetTrouble as trouble:
            troubles.append((source, trouble))
    return Silent("ups", place.host, place.port, tuple(troubles))


def _asked(keys: Keys, source: str, seconds: float, way: Way) -> tuple[Ups, ...]:
    from apowacht.plugins.read import ups
    from apowacht.plugins.ups import CHECK

    options = way.options(CHECK, keys, max(seconds, 0.001))
    answer = ups.ask(options)
    readings = ups.read(answer)
    if source != "nut":
        return (Ups(keys, source, readings[0], None),)
    return tuple(
        Ups({**keys, "ups": name}, source, reading, name)
        for name, reading in zip(answer.data, readings, strict=True)
    )
