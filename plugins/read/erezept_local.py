"""The way into the TI as far as it lies on site, measured in every run: Konnektor, names, routes.

All answers are plain data, ready for JSON: see `paths` and `konnektor`.
"""

from __future__ import annotations

import copy
import socket
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

from apowacht.plugins.core.asked import failure
from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import OwnTrouble, TargetTrouble
from apowacht.plugins.wire.bound import Binding, connects
from apowacht.plugins.wire.endpoint import resolve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apowacht.plugins.core.check import Options
    from apowacht.plugins.read.erezept_options import Place
    from apowacht.plugins.wire.endpoint import Address
    from apowacht.plugins.wire.routes import Routes

    Data = dict[str, Any]

DNS_PART, DNS_SECONDS = 0.25, 4.0
TCP_PART, TCP_SECONDS = 0.25, 3.0
KONNEKTOR_PART = 0.6
"""How much of the time left each of them may take; a silent one leaves room for the others."""

_RESOLV_CONF = "/etc/resolv.conf"


def part(options: Options, share: float, most: float) -> Deadline:
    """A deadline of its own within the whole one."""
    return Deadline(min(most, options.deadline.remaining() * share))


def konnektor_host(options: Options) -> str | None:
    """The Konnektor's address: -H, else from the .kon file."""
    if options.hostname or not options.kon:
        return options.hostname or None
    from apowacht.plugins.wire.kon_file import load_kon

    return load_kon(options.kon).url.host


def paths(options: Options, services: Sequence[Place], host: str | None) -> list[Data]:
    """One record for each source address, or one for the routing's own choice:

    {"source", "names": {service: {"outcome", "addresses", "aliases", "seconds", "server",
    "failure"}}, "ways": {address: {"device", "gateway", "certain"} or None}, "halves":
    {address: gateway or device}, "defaults": [gateway or device]}; "ways" is None where the
    kernel cannot be asked.
    """
    from apowacht.plugins.wire.routes import Routes

    with ExitStack() as stack:
        kernel: Routes | None = None
        with suppress(OwnTrouble):  # not Linux, or forbidden: not known
            kernel = stack.enter_context(Routes())
        return [
            _path(options, services, options.resolver or host, source, kernel)
            for source in options.source or (None,)
        ]


def _path(
    options: Options,
    services: Sequence[Place],
    server: str | None,
    source: str | None,
    kernel: Routes | None,
) -> Data:
    from apowacht.plugins.read.erezept_options import networks

    names: Data = {}
    for one in services:
        mute = [told for told in names.values() if told["outcome"] in ("silent", "closed")]
        if mute and not _is_address(one.host):
            names[one.service] = dict(mute[0])  # the same server would be as mute again
        else:
            names[one.service] = named(options, one.host, server, Binding(None, source))
    told: Data = {"source": source, "names": names, "ways": None, "halves": {}, "defaults": []}
    if kernel is not None:
        told |= _ways(kernel, names, networks(options), source)
    return told


def named(options: Options, name: str, server: str | None, binding: Binding) -> Data:
    """What the name server, or the system, says of one name; the time of each sample."""
    told: Data = {
        "outcome": "literal", "addresses": [name], "aliases": [], "seconds": [],
        "server": server, "failure": None,
    }  # fmt: skip
    if _is_address(name):
        return told
    for _ in range(options.samples):
        told |= _ask(options, name, server, binding)
        if told["outcome"] != "addresses":
            break
        told["seconds"] = [*told["seconds"], told.pop("took")]
    told.pop("took", None)
    return told


def _is_address(name: str) -> bool:
    from apowacht.plugins.wire.routes import family_of

    return family_of(name) is not None


def _ask(options: Options, name: str, server: str | None, binding: Binding) -> Data:
    deadline = part(options, DNS_PART, DNS_SECONDS)
    if server is None:
        return _ask_system(name, deadline, binding)
    try:
        family, address = resolve(server, options.resolver_port, deadline)[0]
        return _ask_server(family, address, deadline, name, binding)
    except TargetTrouble as trouble:
        return _failed(trouble)


def _ask_server(
    family: int, address: tuple[Any, ...], deadline: Deadline, name: str, binding: Binding
) -> Data:
    from apowacht.plugins.wire.dns_addresses import lookup
    from apowacht.plugins.wire.routes import family_of

    if binding.source and family_of(binding.source) != family:
        binding = Binding()  # as to a name server on this computer
    if binding.source and str(address[0]).startswith("127."):
        binding = Binding()
    found = lookup(family, address, deadline, name, binding)
    return {
        "outcome": found.outcome,
        "addresses": list(found.addresses),
        "aliases": list(found.aliases),
        "took": round(found.seconds, 6),
        "failure": None,
    }


def _ask_system(name: str, deadline: Deadline, binding: Binding) -> Data:
    """As every program here resolves names; what is missing then, a name server is asked for."""
    from time import monotonic

    started = monotonic()
    try:
        found = resolve(name, 443, deadline)
    except TargetTrouble as trouble:
        return _why_not(name, binding, trouble)
    addresses = [str(address[0]) for family, address in found if family == socket.AF_INET]
    return {
        "outcome": "addresses" if addresses else "nodata",
        "addresses": list(dict.fromkeys(addresses)),
        "took": round(monotonic() - started, 6),
        "failure": None,
    }


def _why_not(name: str, binding: Binding, trouble: TargetTrouble) -> Data:
    for server in _name_servers():
        try:
            family, address = resolve(server, 53, Deadline(0.1))[0]
            told = _ask_server(family, address, Deadline(1.5), name, binding)
        except TargetTrouble:
            continue
        if told["outcome"] != "addresses":
            return told
    return _failed(trouble)


def _name_servers() -> list[str]:
    try:
        with open(_RESOLV_CONF, encoding="utf-8", errors="replace") as file:
            lines = [line.split() for line in file.read(65536).splitlines()]
    except OSError:
        return []
    return [words[1] for words in lines if words[:1] == ["nameserver"] and len(words) > 1][:2]


_OUTCOMES = {
    "dns_server_silent": "silent",
    "dns_timeout": "silent",
    "dns_server_closed": "closed",
    "dns_garbled": "garbled",
}


def _failed(trouble: TargetTrouble) -> Data:
    from dataclasses import asdict

    outcome = _OUTCOMES.get(trouble.reason, "failed")
    return {"outcome": outcome, "addresses": [], "failure": asdict(failure("dns", trouble))}


def _ways(kernel: Routes, names: Data, networks: Sequence[str], source: str | None) -> Data:
    """How packets to each address leave, and to both halves of each network."""
    ways = {}
    for told in names.values():
        for address in told["addresses"]:
            way = kernel.way(address, source=source)
            ways[address] = None if way is None else way._asdict()
    halves = {}
    for network in networks:
        for address in _halves(network):
            way = kernel.way(address, source=source)
            halves[address] = None if way is None else way.gateway or way.device
    defaults = [one.gateway or one.device for one in kernel.defaults()]
    return {"ways": ways, "halves": halves, "defaults": defaults}


def _halves(network: str) -> list[str]:
    """An address in each half: a route for one of them only is a common mistake."""
    from ipaddress import IPv4Network

    whole = IPv4Network(network)
    if whole.prefixlen > 30:
        return []
    return [str(half[1]) for half in whole.subnets(prefixlen_diff=1)]


def konnektor(options: Options, host: str | None) -> Data | None:
    """What the Konnektor says, or its port alone without access to it; None without -H.

    {"asked", "port", "rtts" (seconds), "reason" (why no connection), "answer" (see
    `read.konnektor`), "failure"}; in the answer "holders" as in `read.terminal`.
    """
    if host is None:
        return None
    told: Data = {
        "asked": _has_access(options), "port": options.port, "rtts": [], "reason": None,
        "answer": None, "failure": None,
    }  # fmt: skip
    port = options.port or (80 if options.no_tls else 443)
    try:
        if told["asked"]:  # first, because it also finds options that will not do
            told["answer"] = _answer(options)
            port = options.port or port
        address = resolve(host, port, part(options, DNS_PART, DNS_SECONDS))[0]
        told |= _port(options, address)
    except TargetTrouble as trouble:
        from dataclasses import asdict

        told["failure"] = asdict(failure("konnektor", trouble, host))
    return told


def _port(options: Options, address: Address) -> Data:
    from dataclasses import asdict

    from apowacht.plugins.core.errors import Refused, Unreachable

    wait = part(options, TCP_PART, TCP_SECONDS).seconds
    samples = connects(*address, Binding(), options.samples, wait)
    told: Data = {"rtts": [round(rtt, 6) for rtt in samples.rtts], "reason": samples.reason}
    if samples.reason is not None:
        kind = Refused if samples.reason == "connection_refused" else Unreachable
        host, port = options.hostname or address[1][0], address[1][1]
        trouble = kind(samples.reason, phase="connect", host=host, port=port, seconds=wait)
        told["failure"] = asdict(failure("konnektor", trouble, str(host)))
    return told


def _has_access(options: Options) -> bool:
    """Whether anything was said of how to speak with it, besides its address."""
    return bool(
        options.kon
        or options.no_tls
        or options.insecure
        or options.mandant
        or options.ca_file
        or options.tls_fingerprint
    )


def _answer(options: Options) -> Data:
    """One round of questions, in a part of the time; raises TargetTrouble."""
    from apowacht.plugins.read import konnektor as asking
    from apowacht.plugins.read import terminal

    own = copy.copy(options)
    own.deadline = Deadline(options.deadline.remaining() * KONNEKTOR_PART)
    answer = asking.ask(own, ("resource", "terminals", "cards"), context=False)
    options.insecure, options.port = own.insecure, own.port
    return terminal.remember(answer, own).data
