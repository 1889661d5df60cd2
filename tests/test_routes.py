"""Which way a packet leaves, asked of the kernel in a network namespace of the test's own."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest
from namespace import Namespace, _namespace

from apowacht.plugins.wire.routes import Default, Routes, Way, family_of

if TYPE_CHECKING:
    from collections.abc import Iterator

FAR, FAR_6 = "203.0.113.5", "2001:db8:f::5"
A = Way("eth0", "192.0.2.1", "192.0.2.10")
B = Way("eth1", "198.51.100.1", "198.51.100.10")


@pytest.fixture
def host() -> Iterator[Namespace]:
    """A host with two lines of different metric, IPv4 and IPv6."""
    with _namespace("", "") as made:
        made.configure(
            "link set lo up",
            "link add dev eth0 type veth peer name eth0-far",
            "link add dev eth1 type veth peer name eth1-far",
            *(f"link set {name} up" for name in ("eth0", "eth0-far", "eth1", "eth1-far")),
            "address add 192.0.2.10/24 dev eth0",
            "address add 198.51.100.10/24 dev eth1",
            "address add 2001:db8:a::10/64 dev eth0 nodad",
            "address add 2001:db8:b::10/64 dev eth1 nodad",
            "route add default via 192.0.2.1 metric 100",
            "route add default via 198.51.100.1 metric 200",
            "-6 route add default via 2001:db8:a::1 metric 100",
            "-6 route add default via 2001:db8:b::1 metric 50",
        )
        yield made


def test_the_lower_metric_wins(host: Namespace) -> None:
    """Unbound traffic leaves by it, each family by its own."""
    with host.entered(), Routes() as routes:
        assert routes.way(FAR) == A
        assert routes.way(FAR_6) == Way("eth1", "2001:db8:b::1", "2001:db8:b::10")


def test_a_device_brings_its_own_gateway(host: Namespace) -> None:
    """What a socket bound to the other line would do."""
    with host.entered(), Routes() as routes:
        assert routes.way(FAR, device="eth1") == B
        assert routes.way(FAR_6, device="eth0") == Way("eth0", "2001:db8:a::1", "2001:db8:a::10")


def test_a_source_address_chooses_no_line(host: Namespace) -> None:
    """Without a rule it leaves by the winning line; with one by its own."""
    with host.entered(), Routes() as routes:
        assert routes.way(FAR, source="198.51.100.10") == A._replace(source="198.51.100.10")
    host.configure(
        "rule add from 198.51.100.10 table 7", "route add default via 198.51.100.1 table 7"
    )
    with host.entered(), Routes() as routes:
        assert routes.way(FAR, source="198.51.100.10") == B
        assert routes.way(FAR) == A


def test_a_guess_of_the_kernel_s_is_called_one(host: Namespace) -> None:
    """A device without a route to the target: taken as on its link, and not certain."""
    with host.entered(), Routes() as routes:
        assert routes.way("192.0.2.77") == Way("eth0", None, "192.0.2.10")
        guess = routes.way(FAR, device="eth0-far")
        assert guess is not None
        assert (guess.gateway, guess.certain) == (None, False)


def test_a_route_without_a_gateway_is_certain(host: Namespace) -> None:
    """Point-to-point links such as ppp0 and wwan0 have none."""
    host.configure("route replace default dev eth1 metric 50")
    with host.entered(), Routes() as routes:
        assert routes.way(FAR) == Way("eth1", None, "198.51.100.10")


@pytest.mark.parametrize("kind", ["blackhole", "unreachable", "prohibit"])
def test_no_way_at_all(host: Namespace, kind: str) -> None:
    """No route, a route that leads nowhere, a device that is not there, families that differ."""
    host.configure(f"route add {kind} {FAR}/32", "-6 route flush default")
    with host.entered(), Routes() as routes:
        assert routes.way(FAR) is None
        assert routes.way(FAR_6) is None
        assert routes.way("203.0.113.6", device="wwan7") is None
        assert routes.way("203.0.113.6", source="2001:db8:a::10") is None
        assert routes.way("a-name.example") is None


def test_the_default_routes(host: Namespace) -> None:
    """Winners first; of the main table only; every next hop of a balanced one."""
    host.configure("route add default via 192.0.2.9 table 9")
    v4, v6 = int(socket.AF_INET), int(socket.AF_INET6)
    with host.entered(), Routes() as routes:
        assert routes.defaults() == [
            Default(v6, "eth1", "2001:db8:b::1", 50),
            Default(v4, "eth0", "192.0.2.1", 100),
            Default(v6, "eth0", "2001:db8:a::1", 100),
            Default(v4, "eth1", "198.51.100.1", 200),
        ]
    host.configure("route add default metric 10 nexthop via 192.0.2.1 nexthop via 198.51.100.1")
    with host.entered(), Routes() as routes:
        assert routes.defaults()[:2] == [
            Default(v4, "eth0", "192.0.2.1", 10),
            Default(v4, "eth1", "198.51.100.1", 10),
        ]


def test_hundreds_of_routes_are_read(host: Namespace) -> None:
    """A dump of many messages; the defaults are found among them."""
    for number in range(250):
        host.configure(f"route add 10.9.{number}.0/24 via 192.0.2.1")
    with host.entered(), Routes() as routes:
        assert len(routes.defaults()) == 4


def test_links_and_addresses(host: Namespace) -> None:
    """Up with a carrier, up without, not there; who bears which address."""
    host.configure("link set eth1-far down")
    with host.entered(), Routes() as routes:
        assert routes.running("eth0") is True
        assert routes.running("eth1") is False
        assert routes.running("wwan7") is None
        assert routes.device_of("198.51.100.10") == "eth1"
        assert routes.device_of("2001:db8:a::10") == "eth0"
        assert routes.device_of("192.0.2.99") is None


def test_neighbours(host: Namespace) -> None:
    """Heard of just now, called in vain, never called."""
    host.configure(
        "neighbour add 192.0.2.1 lladdr 02:00:00:00:00:01 dev eth0 nud reachable",
        "neighbour add 192.0.2.2 lladdr 02:00:00:00:00:02 dev eth0 nud failed",
        "neighbour add 192.0.2.3 lladdr 02:00:00:00:00:03 dev eth0 nud stale",
    )
    with host.entered(), Routes() as routes:
        assert routes.neighbour("192.0.2.1", "eth0") is True
        assert routes.neighbour("192.0.2.2", "eth0") is False
        assert routes.neighbour("192.0.2.3", "eth0") is None
        assert routes.neighbour("192.0.2.4", "eth0") is None
        assert routes.neighbour("192.0.2.1", "eth1") is None


def test_without_any_capability() -> None:
    """On this very host, whoever runs the test: loopback is a certain way to itself."""
    with Routes() as routes:
        assert routes.way("127.0.0.1") == Way("lo", None, "127.0.0.1")
        assert routes.running("lo") is True


def test_families() -> None:
    """Addresses are told from names."""
    assert family_of("192.0.2.1") == socket.AF_INET
    assert family_of("2001:db8::1") == socket.AF_INET6
    assert family_of("router.example") is None
    assert family_of("192.0.2") is None
