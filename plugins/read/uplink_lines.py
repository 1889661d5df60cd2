"""What the user says about his lines and targets: `--line`, `--target`, `--dns`, `--https`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apowacht.plugins.core.errors import OwnTrouble

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TECHNOLOGIES = ("fibre", "dsl", "cable", "mobile", "satellite")
SPELT_OTHERWISE = {"fiber": "fibre", "ftth": "fibre", "lte": "mobile", "5g": "mobile"}
KEYS = ("source", "interface", "gateway", "target", "via", "tech", "provider", "egress")
LONGEST_NAME = 40
LONGEST_DEVICE = 15  # IFNAMSIZ less the NUL
LABEL_ROOM = 19 - len("_jitter")
SICCT_PORT = 4742


class Target(NamedTuple):
    """Somebody far away who has to answer: host without brackets, TCP port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Line(NamedTuple):
    """One line as the user describes it; the first of several is the primary one.

    `targets` are pinned to this line by the router; `egress` is the public address or network
    by which the world sees it; `router` says that its readiness comes from the router.
    """

    name: str
    source: str | None = None
    interface: str | None = None
    gateway: str | None = None
    targets: tuple[Target, ...] = ()
    router: bool = False
    tech: str | None = None
    provider: str | None = None
    egress: str | None = None

    @property
    def here(self) -> bool:
        """Whether this host's own routing tells the line from others."""
        return bool(self.source or self.interface or self.gateway)


def parse_target(text: str, option: str, port: int) -> Target:
    """`HOST`, `HOST:PORT`, `IPv6`, `[IPv6]:PORT`; `port` when none is given.

    Raises OwnTrouble: "uplink_bad_target", "bad_port", "sicct_port", "fachdienst_host".
    """
    from apowacht.plugins.wire.endpoint import spare_fachdienst

    host, given = _split(text.strip())
    if not host or any(c.isspace() or c in "/@[]," for c in host):
        raise OwnTrouble("uplink_bad_target", option=option, text=text)
    if given is not None:
        if not given.isascii() or not given.isdecimal() or len(given) > 5:
            raise OwnTrouble("uplink_bad_target", option=option, text=text)
        port = int(given)
    if not 0 < port < 65536:
        raise OwnTrouble("bad_port", port=port)
    if port == SICCT_PORT:
        raise OwnTrouble("sicct_port", port=port)
    spare_fachdienst(host)
    return Target(host, port)


def _split(text: str) -> tuple[str, str | None]:
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")):
            return "", None
        return host, rest[1:] if rest else None
    if text.count(":") > 1:
        return text, None
    host, colon, port = text.partition(":")
    return host, port if colon else None


def parse_lines(texts: Sequence[str]) -> list[Line]:
    """The lines in the order given. Raises OwnTrouble, naming what is wrong with which line."""
    lines = [_parse(text) for text in texts]
    names = [line.name.casefold() for line in lines]
    for place, line in enumerate(lines):
        if line.name.casefold() in names[:place]:
            raise OwnTrouble("uplink_line_twice", name=line.name)
        bare = not line.here and not line.targets and not line.router
        if bare and len(lines) > 1:
            raise OwnTrouble("uplink_line_bare", name=line.name)
    return lines


def _parse(text: str) -> Line:
    name, *parts = (part.strip() for part in text.split(","))
    if not name or "=" in name or len(name) > LONGEST_NAME or not name.isprintable():
        raise OwnTrouble("uplink_line_name", text=text)
    found: dict[str, str] = {}
    targets: list[Target] = []
    for part in parts:
        key, equals, value = part.partition("=")
        key, value = key.strip().casefold(), value.strip()
        if key not in KEYS:
            raise OwnTrouble("uplink_line_key", name=name, text=part, keys=", ".join(KEYS))
        if not equals or not value:
            raise OwnTrouble("uplink_line_value", name=name, key=key, text=value)
        if key == "target":
            targets.append(parse_target(value, "--line", 443))
            continue
        if key in found:
            raise OwnTrouble("uplink_key_twice", name=name, key=key)
        found[key] = _value(name, key, value)
    return Line(
        name,
        source=found.get("source"),
        interface=found.get("interface"),
        gateway=found.get("gateway"),
        targets=tuple(targets),
        router="via" in found,
        tech=found.get("tech"),
        provider=found.get("provider"),
        egress=found.get("egress"),
    )


def _value(name: str, key: str, value: str) -> str:
    """A value in its usual form."""
    from apowacht.plugins.wire.routes import family_of

    good = True
    if key in ("source", "gateway"):
        good = family_of(value) is not None
    elif key == "interface":
        good = len(value) <= LONGEST_DEVICE and not any(c.isspace() or c == "/" for c in value)
    elif key == "via":
        good = value == "router"
    elif key == "egress":
        good = network(value) is not None
    elif key == "tech":
        value = SPELT_OTHERWISE.get(value.casefold(), value.casefold())
        if value not in TECHNOLOGIES:
            raise OwnTrouble(
                "uplink_line_tech", name=name, text=value, choices=", ".join(TECHNOLOGIES)
            )
    if not good:
        raise OwnTrouble("uplink_line_value", name=name, key=key, text=value)
    return value


def network(text: str) -> tuple[int, int, int] | None:
    """Family, number and prefix length of `ADDRESS[/LENGTH]`; None for anything else."""
    import socket

    from apowacht.plugins.wire.routes import LENGTH, family_of

    address, slash, length = text.partition("/")
    family = family_of(address)
    if family is None:
        return None
    most = LENGTH[socket.AddressFamily(family)]
    if slash and not (length.isascii() and length.isdecimal() and int(length) <= most):
        return None
    number = int.from_bytes(socket.inet_pton(family, address), "big")
    return family, number, int(length) if slash else most


def within(address: str, text: str) -> bool:
    """Whether an address lies in the network `text`."""
    import socket

    from apowacht.plugins.wire.routes import LENGTH

    one, all_of_it = network(address), network(text)
    if one is None or all_of_it is None or one[0] != all_of_it[0]:
        return False
    shift = LENGTH[socket.AddressFamily(one[0])] - all_of_it[2]
    return one[1] >> shift == all_of_it[1] >> shift


SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e", "è": "e"})


def labels(names: Iterable[str]) -> list[str]:
    """For each name the beginning of its perfdata labels: short, plain, different from others."""
    taken: list[str] = []
    for place, name in enumerate(names, start=1):
        plain = "".join(
            c if c.isascii() and c.isalnum() else "_" for c in name.casefold().translate(SPELT_OUT)
        )
        label = plain.strip("_")[:LABEL_ROOM].rstrip("_") or f"line{place}"
        number = 2
        base = label
        while label in taken:
            tail = f"_{number}"
            label, number = base[: LABEL_ROOM - len(tail)].rstrip("_") + tail, number + 1
        taken.append(label)
    return taken
