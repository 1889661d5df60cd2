"""Names and TCP connections: nothing outlives the deadline, nothing reaches port 4742."""

from __future__ import annotations

import errno
import socket
import struct
import threading
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from timing import SPARE_SECONDS
from upsd import free_port, serving, swallow

from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import OwnTrouble, Refused, Unreachable
from apowacht.plugins.wire import endpoint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

STREAM = socket.SOCK_STREAM


@contextmanager
def silent_address() -> Iterator[tuple[str, int]]:
    """A loopback address that takes no further connection and does not refuse one either."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        for _ in range(8):  # more than its queue holds: whoever comes next waits
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(address)
        yield address


def resolver(monkeypatch: pytest.MonkeyPatch, *addresses: tuple[str, int]) -> None:
    """Let every name have these IPv4 addresses, in this order."""
    real = socket.getaddrinfo

    def answer(host: str, *rest: Any, **options: Any) -> Any:
        if options.get("flags"):
            return real(host, *rest, **options)
        return [(socket.AF_INET, STREAM, 6, "", address) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", answer)


def nothing_may_happen(*_: object, **__: object) -> Any:
    """Stand in for what must not be called."""
    raise AssertionError("something went out")


@pytest.mark.parametrize("forbidden", [(), (5000, 6000)])
def test_sicct_port_is_refused_before_any_socket_or_lookup(
    monkeypatch: pytest.MonkeyPatch, forbidden: tuple[int, ...]
) -> None:
    """Port 4742 and the ports that a terminal reports are refused before anything goes out."""
    monkeypatch.setattr(socket, "socket", nothing_may_happen)
    monkeypatch.setattr(socket, "getaddrinfo", nothing_may_happen)
    for port in (4742, *forbidden):
        with pytest.raises(OwnTrouble) as trouble:
            endpoint.connect("127.0.0.1", port, Deadline(1), forbidden=forbidden)
        assert trouble.value.reason == "sicct_port"
        assert trouble.value.values == {"port": port}


@pytest.mark.parametrize("port", [0, -1, 65536, 65536 + 4742])
def test_port_outside_the_range_is_our_trouble(port: int) -> None:
    """A port that the C library would fold into the range, onto 4742 even, is refused."""
    with pytest.raises(OwnTrouble) as trouble:
        endpoint.connect("127.0.0.1", port, Deadline(1))
    assert trouble.value.reason == "bad_port"


@pytest.mark.parametrize(
    ("host", "family", "address"),
    [
        ("192.0.2.7", socket.AF_INET, "192.0.2.7"),
        ("2001:db8::7", socket.AF_INET6, "2001:db8::7"),
        ("[2001:db8::7]", socket.AF_INET6, "2001:db8::7"),
    ],
)
def test_ip_literals_need_no_thread(
    monkeypatch: pytest.MonkeyPatch, host: str, family: int, address: str
) -> None:
    """An IP address, in brackets or not, is taken as it is and never handed to a name server."""
    monkeypatch.setattr(threading, "Thread", nothing_may_happen)
    [(found_family, found)] = endpoint.resolve(host, 161, Deadline(1), kind=socket.SOCK_DGRAM)
    assert (found_family, found[:2]) == (family, (address, 161))


def test_unknown_name_is_a_dns_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that the resolver does not know is named, with the phase dns and the cause."""

    def unknown(*_: object, **__: object) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(Unreachable) as trouble:
        endpoint.connect("usv.apotheke.example", 3493, Deadline(1))
    assert trouble.value.reason == "dns_failed"
    assert trouble.value.phase == "dns"
    assert trouble.value.values["host"] == "usv.apotheke.example"
    assert isinstance(trouble.value.__cause__, socket.gaierror)


@pytest.mark.parametrize("host", ["", "[]", "a b", "a\0b", "x" * 70, "a\nb", "\udcff.example"])
def test_impossible_names_are_dns_troubles(host: str) -> None:
    """What cannot be a name at all is one that does not exist, not an exception of Python's."""
    with pytest.raises(Unreachable) as trouble:
        endpoint.resolve(host, 3493, Deadline(1))
    assert trouble.value.reason == "dns_failed"


def test_hanging_resolver_ends_with_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name server that does not answer costs no more time than the deadline gives."""
    released = threading.Event()

    def hang(*_: object, **options: object) -> Any:
        if not options.get("flags"):
            released.wait(20)
        raise socket.gaierror(socket.EAI_AGAIN, "no answer")

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    began = time.monotonic()
    with pytest.raises(Unreachable) as trouble:
        endpoint.connect("usv.apotheke.example", 3493, Deadline(0.2))
    released.set()
    assert trouble.value.reason == "dns_timeout"
    assert trouble.value.values["seconds"] == 0.2
    assert time.monotonic() - began < 0.2 + SPARE_SECONDS


def test_connection_is_ready_to_use() -> None:
    """A connection sends small lines at once and never blocks beyond the deadline."""
    with serving(swallow) as port, endpoint.connect("127.0.0.1", port, Deadline(5)) as connection:
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        timeout = connection.gettimeout()
        assert timeout is not None
        assert 0 < timeout <= 5


def test_ipv6_connection() -> None:
    """A service on the IPv6 loopback is reached, literal and in brackets."""
    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("no IPv6 on the loopback")
    with listener:
        for host in ("::1", "[::1]"):
            port = listener.getsockname()[1]
            with endpoint.connect(host, port, Deadline(5)) as connection:
                assert connection.family == socket.AF_INET6


def test_closed_port_is_refused() -> None:
    """A host that answers «nobody listens» is told apart from one that is silent."""
    port = free_port()
    with pytest.raises(Refused) as trouble:
        endpoint.connect("127.0.0.1", port, Deadline(5))
    assert trouble.value.reason == "connection_refused"
    assert trouble.value.values == {"phase": "connect", "host": "127.0.0.1", "port": port}


def test_second_address_is_tried_when_the_first_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that listens on one of a name's addresses only is reached."""
    with serving(swallow) as port:
        resolver(monkeypatch, ("127.0.0.1", free_port()), ("127.0.0.1", port))
        with endpoint.connect("usv.example", port, Deadline(5)) as connection:
            assert connection.getpeername()[1] == port


def test_silent_first_address_leaves_time_for_the_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """A silent address gets its share of the time, the next one the rest."""
    with silent_address() as silent, serving(swallow) as port:
        resolver(monkeypatch, silent, ("127.0.0.1", port))
        began = time.monotonic()
        with endpoint.connect("usv.example", port, Deadline(3)) as connection:
            assert connection.getpeername()[1] == port
        assert time.monotonic() - began > 1


def test_silent_host_ends_with_the_deadline() -> None:
    """A host that drops every packet is a timeout in the phase connect, on time."""
    with silent_address() as (host, port):
        began = time.monotonic()
        with pytest.raises(Unreachable) as trouble:
            endpoint.connect(host, port, Deadline(0.3))
        assert time.monotonic() - began < 0.3 + SPARE_SECONDS
    assert trouble.value.reason == "timeout"
    assert trouble.value.phase == "connect"


def test_no_time_left_is_a_timeout_at_once() -> None:
    """With a deadline that has passed nothing is opened."""
    with pytest.raises(Unreachable) as trouble:
        endpoint.connect("127.0.0.1", free_port(), Deadline(0))
    assert trouble.value.reason == "timeout"


def test_refusal_of_one_address_outweighs_the_silence_of_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A host of which one address says no is up: that is the answer."""
    with silent_address() as silent:
        resolver(monkeypatch, silent, ("127.0.0.1", free_port()))
        with pytest.raises(Refused) as trouble:
            endpoint.connect("usv.example", 3493, Deadline(0.4))
    assert trouble.value.reason == "connection_refused"


def test_address_without_a_way_to_it_has_no_route() -> None:
    """A link-local address without its interface leads nowhere, and that is said."""
    with pytest.raises(Unreachable) as trouble:
        endpoint.connect("fe80::1", 3493, Deadline(5))
    assert trouble.value.reason == "no_route"
    assert trouble.value.phase == "connect"


def test_lack_of_our_own_sockets_is_not_the_targets_trouble(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """When this process has no file handle left, the device is not blamed."""

    def exhausted(*_: object) -> Any:
        raise OSError(errno.EMFILE, "too many open files")

    monkeypatch.setattr(socket, "socket", exhausted)
    with pytest.raises(OSError, match="too many open files"):
        endpoint.connect("127.0.0.1", 3493, Deadline(1))


def reset(connection: socket.socket) -> None:
    """Break the connection, once it stands for both sides, instead of closing it."""
    connection.recv(1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.mark.parametrize(("handle", "reason"), [(swallow, "timeout"), (reset, "connection_lost")])
def test_receiving_ends_with_a_reason(handle: Callable[[socket.socket], None], reason: str) -> None:
    """A partner that says nothing and one that breaks off are told apart, both on time."""
    seconds = 0.3 if reason == "timeout" else 10
    began = time.monotonic()
    with serving(handle) as port:
        deadline = Deadline(seconds)
        with endpoint.connect("127.0.0.1", port, deadline) as connection:
            endpoint.send(connection, b"?", deadline, "127.0.0.1")
            with pytest.raises(Unreachable) as trouble:
                endpoint.receive(connection, deadline, "127.0.0.1")
    assert trouble.value.reason == reason
    assert trouble.value.phase == "request"
    assert time.monotonic() - began < seconds + SPARE_SECONDS


def test_sending_to_a_partner_that_does_not_read_ends_with_the_deadline() -> None:
    """More than the buffers hold, for somebody who reads nothing, is a timeout on time."""
    released = threading.Event()

    def idle(_: socket.socket) -> None:
        released.wait(20)

    began = time.monotonic()
    with serving(idle) as port:
        deadline = Deadline(0.3)
        with (
            endpoint.connect("127.0.0.1", port, deadline) as connection,
            pytest.raises(Unreachable) as trouble,
        ):
            endpoint.send(connection, bytes(64 * 1024 * 1024), deadline, "127.0.0.1")
        released.set()
    assert trouble.value.reason == "timeout"
    assert time.monotonic() - began < 0.3 + SPARE_SECONDS


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "SSH-2.0-OpenSSH_9.2.."),
        (b"\x00\x1b[31m|red", "..[31m|red"),
        ("gr\xfcn", "gr.n"),
        ("x" * 41, "x" * 37 + "..."),
        (b"", ""),
    ],
)
def test_excerpt_is_short_and_printable(answer: bytes | str, shown: str) -> None:
    """What is shown of a senseless answer fits a line and controls no terminal."""
    assert endpoint.excerpt(answer) == shown
