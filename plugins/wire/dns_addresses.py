"""The IPv4 addresses behind a name, as one name server tells them (RFC 1035, 2308, 2181).

«No such name», «no such record», «I failed» and «I will not» are different answers, because
different people have to mend them.
"""

from __future__ import annotations

import struct
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.plugins.core.errors import Garbled
from apowacht.plugins.wire.bound import Binding
from apowacht.plugins.wire.dns_query import NAME_ERROR, NO_ERROR, SERVER_FAILURE, exchange

if TYPE_CHECKING:
    from apowacht.plugins.core.deadline import Deadline

MOST_ADDRESSES = 16
_HEADER = struct.Struct("!6H")
_RECORD = struct.Struct("!HHIH")
_A, _CNAME, _IN = 1, 5, 1
_MOST_RECORDS = 200
_MOST_JUMPS = 40

OUTCOMES = {NO_ERROR: "nodata", NAME_ERROR: "nxdomain", SERVER_FAILURE: "servfail", 5: "refused"}


class Found(NamedTuple):
    """What a server said of a name.

    `outcome` is "addresses", "nodata" (the name is there, without an address), "nxdomain",
    "servfail", "refused" or "error"; `aliases` are the names that it led through.
    """

    outcome: str
    addresses: tuple[str, ...]
    aliases: tuple[str, ...]
    seconds: float


def lookup(
    family: int,
    address: tuple[Any, ...],
    deadline: Deadline,
    name: str,
    binding: Binding | None = None,
) -> Found:
    """All A records of `name` at the server `address`, those behind an alias included.

    Raises what `dns_query.ask` raises.
    """
    started = monotonic()
    packet = exchange(family, address, deadline, name, "A", binding or Binding())
    seconds = monotonic() - started
    try:
        code, addresses, aliases = read(packet, name)
    except (ValueError, IndexError, struct.error) as failure:
        raise Garbled("dns_garbled", phase="request", host=address[0]) from failure
    outcome = "addresses" if addresses and code == NO_ERROR else OUTCOMES.get(code, "error")
    return Found(outcome, addresses if outcome == "addresses" else (), aliases, seconds)


def read(packet: bytes, name: str) -> tuple[int, tuple[str, ...], tuple[str, ...]]:
    """RCODE, addresses and aliases of an answer packet; each address once, in the server's order.

    Raises ValueError, IndexError or struct.error for what is no such packet.
    """
    _, flags, questions, answers, _, _ = _HEADER.unpack_from(packet)
    at = _HEADER.size
    for _ in range(questions):
        at = _name(packet, at)[1] + 4
    if answers > _MOST_RECORDS:
        raise ValueError("too many records")
    owners: dict[str, list[str]] = {}
    leads: dict[str, str] = {}
    for _ in range(answers):
        owner, at = _name(packet, at)
        kind, family, _, size = _RECORD.unpack_from(packet, at)
        at += _RECORD.size
        data = packet[at : at + size]
        if len(data) != size:
            raise ValueError("cut record")
        if (kind, family) == (_A, _IN) and size == 4:
            owners.setdefault(owner, []).append(".".join(map(str, data)))
        elif (kind, family) == (_CNAME, _IN):
            leads.setdefault(owner, _name(packet, at)[0])
        at += size
    here = name.rstrip(".").lower()
    aliases: list[str] = []
    while here not in owners and here in leads and leads[here] not in aliases:
        here = leads[here]
        aliases.append(here)
    found = tuple(dict.fromkeys(owners.get(here, ())))[:MOST_ADDRESSES]
    return flags & 0x000F, found, tuple(aliases)


def _name(packet: bytes, at: int) -> tuple[str, int]:
    """A name, compressed or not (RFC 1035, 4.1.4), in lower case, and where the next field is."""
    labels: list[str] = []
    end = 0
    for _ in range(_MOST_JUMPS + 128):
        size = packet[at]
        if size >= 0xC0:
            end = end or at + 2
            at = (size & 0x3F) << 8 | packet[at + 1]
            if len(labels) > 127:
                break
            continue
        if size > 63:
            break
        at += 1
        if not size:
            return ".".join(labels), end or at
        label = packet[at : at + size]
        if len(label) != size:
            break
        labels.append(label.decode("ascii", "replace").lower())
        at += size
    raise ValueError("no name")
