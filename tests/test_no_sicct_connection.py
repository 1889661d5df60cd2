"""No run of any check ever begins a TCP connection to a card terminal's SICCT port.

Ending such a connection resets the cards in the terminal (gemSpec_KT, TIP1-A_3258). So each check
runs on a network of its own where somebody listens on 4742 and on the port that a terminal
reports, with everything that could lead it there, and every SYN is counted.
"""

from __future__ import annotations

import json
import socket
import threading
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, NamedTuple

import pytest
from commands import WORDS, run
from namespace import Namespace, network, watching
from upsd import until

from apowacht.plugins.core.advice import REASONS
from apowacht.plugins.core.listing import all_checks
from apowacht.simulator.konnektor import Konnektor
from apowacht.simulator.sicct_discovery import Announced, announcement, wanted_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import click

    from apowacht.plugins.core.check import Check

# iproute2 is the peer; where peers are required this proof may not be skipped.
pytestmark = pytest.mark.peer

FAR, FAR6 = "192.0.2.2", "2001:db8::2"
PROXIED = "192.0.2.3"
"""A terminal whose SICCT port is 443, where others have their web page."""
TOLD = ("192.0.2.21", "192.0.2.22", "192.0.2.23")
"""The addresses of the simulated Konnektor's terminals."""
SICCT, REPORTED = 4742, 8273
SDS_PORT, REDIRECTING = 80, 8080
CONTEXT = ("--mandant", "Apotheke", "--client-system", "apowacht", "--workplace", "Monitoring")
REAL = ("-H", "KONNEKTOR", "-p", "PORT", "--tls-fingerprint", "FINGERPRINT", *CONTEXT)
"""The simulated Konnektor, which answers everything."""
NEEDED = {"erezept": ("--environment", "PU")}
"""What a check has to be told before it asks anybody."""
PASSWORDS = {
    "APOWACHT_KONNEKTOR_PASSWORD": "geheim",
    "APOWACHT_NUT_PASSWORD": "geheim",
    "APOWACHT_ROUTER_PASSWORD": "geheim",
}
WEB_HOSTS = (
    FAR,
    FAR6,
    f"[{FAR6}]",
    f"{FAR}:{SICCT}",
    f"[{FAR6}]:{SICCT}",
    f"http://{FAR}:{SICCT}/",
)
HOSTS = {
    # How options of these metavars are led to a host.
    "ADDRESS": "{}",
    "HOST": "{}",
    "HOST[:PORT]": "{}",
    "NAME=HOST": "KT={}",
    "NAME=URL": "KT={}",
    "SERVER[:PORT]": "{}",
    "URL": "{}",
}
SOURCES = ("--source", "--router")
# Over UDP there is no connection (discovery lives on the same number); «none» asks nobody.
WITHOUT_TCP = {"snmp", "none"}


class Case(NamedTuple):
    """One run: the check, its arguments, and whether it was told to open the SICCT port."""

    check: str
    arguments: tuple[str, ...]
    told: bool = False

    def __str__(self) -> str:
        return " ".join((self.check, *self.arguments))


class World(NamedTuple):
    """Where the checks run: their host, the terminals' host, and a Konnektor on the former."""

    near: Namespace
    far: Namespace
    konnektor: Konnektor
    accepted: list[int]
    folder: Path


class Site(BaseHTTPRequestHandler):
    """A service directory whose endpoints are terminals, or a redirection there."""

    def answer(self) -> None:
        """Tell the directory, or where else to go."""
        body = sds()
        if self.connection.getsockname()[1] == REDIRECTING:
            self.send_response(302)
            self.send_header("Location", f"http://{FAR}:{SICCT}{self.path}")
        else:
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_HEAD = answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def sds() -> bytes:
    """A service directory with every service at a terminal's port."""
    services = "".join(
        f'<Service Name="{name}"><Versions><Version Version="{version}">'
        f'<EndpointTLS Location="https://{FAR}:{SICCT}/ws/{name}"/>'
        f'<Endpoint Location="http://{FAR}:{SICCT}/ws/{name}"/></Version></Versions></Service>'
        for name, version in (
            ("EventService", "7.2.0"),
            ("CardService", "8.1.2"),
            ("CertificateService", "6.0.1"),
        )
    )
    inner = f"<ServiceInformation>{services}</ServiceInformation>"
    return f"<ConnectorServices>{inner}</ConnectorServices>".encode()


def options_of(check: Check) -> dict[str, click.Option]:
    """The options of a check by their long names."""
    return {name: one for one in check.options for name in one.opts if name.startswith("--")}


def cases() -> Iterator[Case]:
    """Every way that leads a check to a terminal's port, by the options that it has."""
    for check in all_checks():
        options = options_of(check)
        for source in sources(options):
            yield from _anywhere(check.name, options, source)
        for option, one in options.items():
            for host in WEB_HOSTS if one.metavar in HOSTS else ():
                base = () if option == "--hostname" else ("-H", FAR)
                yield Case(check.name, (*base, option, HOSTS[str(one.metavar)].format(host)))
        if "--kon" in options:
            yield from _konnektor(check.name, options)


def sources(options: dict[str, click.Option]) -> list[tuple[str, ...]]:
    """The ways in which a check asks its target: an option and its value, or nothing."""
    return [
        (name, str(kind))
        for name in SOURCES
        if name in options
        for kind in getattr(options[name].type, "choices", ())
    ] or [()]


def _anywhere(
    name: str, options: dict[str, click.Option], source: tuple[str, ...]
) -> Iterator[Case]:
    more = (
        *(("--router-user", "apowacht") if "--router-user" in options else ()),
        *(CONTEXT if "--mandant" in options else ()),
    )
    for option in (option for option, one in options.items() if one.metavar == "PORT"):
        told = option == "--port" and not WITHOUT_TCP & set(source)
        for host in (FAR, FAR6):
            yield Case(name, ("-H", host, option, str(SICCT), *source, *more), told)


def _konnektor(name: str, options: dict[str, click.Option]) -> Iterator[Case]:
    plain = ("--no-tls", *CONTEXT)
    for port in (SDS_PORT, REDIRECTING):
        for host in (FAR, FAR6):
            yield Case(name, ("-H", host, "-p", str(port), *plain))
            yield Case(name, ("-H", host, "-p", str(port), *plain, "--rewrite-endpoints"))
    told = ("--insecure", "--no-tls", "--rewrite-endpoints", "--tls-server-name=konnektor.konlan")
    for more in told:
        yield Case(name, ("-H", FAR, "-p", str(SICCT), *CONTEXT, more), told=True)
    for file in KON_FILES:
        yield Case(name, ("--kon", file, "--insecure"), told="4742" in file)
    yield Case(name, ("-H", FAR, "--kon", "plain.kon", "-p", str(SICCT)), told=True)
    yield Case(name, REAL)
    if "--direct" in options:
        for host in (*WEB_HOSTS, PROXIED, *TOLD):
            yield Case(name, (*REAL, "--direct", f"KT={host}"))
        yield Case(
            name, (*REAL, *(word for host in TOLD for word in ("--direct", f"{host}={host}")))
        )


KON_CONTEXT = {
    "version": "1.0",
    "mandantId": "Apotheke",
    "clientSystemId": "apowacht",
    "workplaceId": "Monitoring",
}
KON_FILES: dict[str, dict[str, str | bool]] = {
    "4742.kon": {"url": f"https://{FAR}:{SICCT}"},
    "4742-plain.kon": {"url": f"http://{FAR}:{SICCT}"},
    "4742-rewritten.kon": {"url": f"https://[{FAR6}]:{SICCT}", "rewriteServiceEndpoints": True},
    "plain.kon": {"url": f"http://{FAR}:{SDS_PORT}"},
    "rewritten.kon": {"url": f"http://{FAR}:{SDS_PORT}", "rewriteServiceEndpoints": True},
    "redirected.kon": {"url": f"http://{FAR}:{REDIRECTING}"},
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A pharmacy's network where terminals listen, and a Konnektor that knows them."""
    folder = tmp_path_factory.mktemp("kon")
    for name, content in KON_FILES.items():
        (folder / name).write_text(json.dumps({**KON_CONTEXT, **content}))
    accepted: list[int] = []
    with network() as (near, far), ExitStack() as stack:
        assert (far.address, far.address6) == (FAR, FAR6)
        near.set("net.ipv4.ping_group_range", "0 2147483647")
        far.configure(*(f"address add {host}/24 dev cable" for host in (PROXIED, *TOLD)))
        with far.entered():
            for port in (SICCT, REPORTED, 443):
                stack.enter_context(listening(port, accepted))
            for host in (FAR, PROXIED, *TOLD):
                stack.enter_context(announcing(host, 443 if host == PROXIED else REPORTED))
            for port in (SDS_PORT, REDIRECTING):
                stack.enter_context(serving_http(port))
        with near.entered():
            konnektor = stack.enter_context(Konnektor())
        yield World(near, far, konnektor, accepted, folder)


@contextmanager
def listening(port: int, accepted: list[int]) -> Iterator[None]:
    """Take connections to a port of all addresses, note the port, and hang up on them."""
    with socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True) as server:

        def take() -> None:
            with suppress(OSError):  # closed
                while True:
                    connection, _ = server.accept()
                    accepted.append(port)
                    connection.close()

        with _thread(take):
            yield
            server.shutdown(socket.SHUT_RDWR)


@contextmanager
def announcing(host: str, port: int) -> Iterator[None]:
    """Answer SICCT discovery at an address: a terminal with this TCP port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as responder:
        responder.bind((host, SICCT))

        def answer() -> None:
            while data := responder.recv(2048):
                with suppress(ValueError):
                    terminal = Announced("KT", port=port)
                    responder.sendto(announcement(terminal, host), wanted_at(data))

        with _thread(answer):
            yield
            responder.sendto(b"", (host, SICCT))  # to itself: the end


@contextmanager
def serving_http(port: int) -> Iterator[None]:
    """The site's pages on a port of all addresses."""

    class DualStack(ThreadingHTTPServer):
        address_family = socket.AF_INET6

    with DualStack(("::", port), Site) as server, _thread(server.serve_forever):
        yield
        server.shutdown()


@contextmanager
def _thread(work: Callable[[], object]) -> Iterator[None]:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def test_the_count_counts(world: World) -> None:
    """A connection to any such port, over IPv4 or IPv6, is seen at both ends and taken."""
    before = len(world.accepted)
    with watching(world.near, world.far) as watchers, world.near.entered():
        for host, port in ((FAR, SICCT), (FAR6, SICCT), (FAR, REPORTED), (PROXIED, 443)):
            socket.create_connection((host, port), 5).close()
    expected = [(FAR, SICCT), (FAR6, SICCT), (FAR, REPORTED), (PROXIED, 443)]
    for watcher in watchers:
        assert watcher.began == expected
    assert until(lambda: len(world.accepted) == before + len(expected))


def test_every_check_is_led_there() -> None:
    """No check is left out, and each that takes a port is told to use this one."""
    led = {case.check for case in cases()}
    told = {case.check for case in cases() if case.told}
    assert led == {check.name for check in all_checks() if "--hostname" in options_of(check)}
    assert told == {check.name for check in all_checks() if "--port" in options_of(check)}


def test_direct_questions_get_there(world: World) -> None:
    """Where a check asks a terminal itself, it does so here, too: its web page is opened."""
    names = [check.name for check in all_checks() if "--direct" in options_of(check)]
    assert names
    for name in names:
        arguments = filled(world, (*REAL, "--direct", f"KT={FAR}"))
        with watching(world.far) as (watcher,), world.near.entered():
            done = run(f"check_apo_{name}", *arguments)
        assert (FAR, 443) in watcher.began, done
        assert (FAR, SICCT) not in watcher.began


def filled(world: World, arguments: tuple[str, ...]) -> list[str]:
    """The arguments with what is known only now."""
    address, port = world.konnektor.address
    places = {"KONNEKTOR": address, "PORT": str(port), "FINGERPRINT": world.konnektor.fingerprint}
    places |= {name: str(world.folder / name) for name in KON_FILES}
    return [places.get(word, word) for word in arguments]


@pytest.mark.parametrize("case", list(cases()), ids=str)
def test_no_connection_to_a_terminal(world: World, case: Case) -> None:
    """No SYN to 4742 or to a port that a terminal reports leaves; who is told to, says UNKNOWN."""
    arguments = filled(world, case.arguments)
    before = len(world.accepted)
    with watching(world.near, world.far) as watchers, world.near.entered():
        needed = NEEDED.get(case.check, ())
        done = run(f"check_apo_{case.check}", *arguments, *needed, "-t", "4", env=PASSWORDS)
    assert done.code in WORDS, done
    for watcher in watchers:
        assert not watcher.to(SICCT, REPORTED), done
        assert (PROXIED, 443) not in watcher.began, done
    assert not {SICCT, REPORTED} & set(world.accepted[before:])
    if case.told:
        sentence = REASONS["sicct_port"].sentence[0].format(port=SICCT)
        assert done.code == 3, done
        assert sentence in done.out, done
