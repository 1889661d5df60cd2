"""SNMP: against a real net-snmp agent, and against agents that answer as none should."""

from __future__ import annotations

import asyncio
import errno
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder, encoder
from pysnmp.carrier.asyncio.dgram import udp
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine
from pysnmp.entity.rfc3413 import cmdrsp, context
from pysnmp.proto import api
from snmpd import HOST, free_port, snmpd
from timing import SPARE_SECONDS

from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import Garbled, OwnTrouble, Refused, TargetTrouble, Unreachable
from apowacht.plugins.wire import snmp, snmp_gufo
from apowacht.plugins.wire.snmp import AUTH_PROTOCOLS, PRIV_PROTOCOLS, Target, open_session
from apowacht.plugins.wire.snmp_messages import encode_request
from apowacht.plugins.wire.snmp_values import plain_value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from snmpd import Agent

SYSTEM = "1.3.6.1.2.1.1"
DESCRIPTION, OBJECT_ID, UPTIME, CONTACT = (f"{SYSTEM}.{n}.0" for n in (1, 2, 3, 4))
NOWHERE = "1.3.6.1.4.1.99999.1.0"
# Behind everything that an agent may have.
BEYOND = "1.9"
AUTH_KEY, PRIV_KEY = "authentic words", "private words"


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    """A net-snmp agent with every kind of user that this build offers."""
    lines = [
        "rocommunity public",
        "rocommunity6 public",
        "sysContact Müller",
        "createUser open",
        "rouser open noauth",
        f'createUser signed SHA "{AUTH_KEY}"',
        "rouser signed auth",
    ]
    for auth in AUTH_PROTOCOLS:
        for priv in PRIV_PROTOCOLS:
            lines.append(f'createUser {auth}.{priv} {auth} "{AUTH_KEY}" {priv} "{PRIV_KEY}"')
            lines.append(f"rouser {auth}.{priv} priv")
    with snmpd(tmp_path_factory.mktemp("snmpd"), lines) as running:
        yield running


@pytest.fixture(params=["pysnmp", "gufo-snmp"])
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Who writes the requests of v1 and v2c; both have to lead to the same answers."""
    if request.param == "pysnmp":
        monkeypatch.setattr(snmp_gufo, "INSTALLED", False)
    elif not snmp_gufo.INSTALLED:
        pytest.skip("gufo-snmp is not installed")
    return str(request.param)


both_engines = pytest.mark.usefixtures("engine")


@contextmanager
def asking(port: int, seconds: float = 10.0, **options: Any) -> Iterator[snmp.Session]:
    """A session with an agent on loopback."""
    target = Target(options.pop("host", HOST), port, **options)
    with closing(open_session(target, Deadline(seconds))) as session:
        yield session


def known_as(auth: str, priv: str, **changes: Any) -> dict[str, Any]:
    """The options of one of the agent's users."""
    return {
        "version": "3",
        "user": f"{auth}.{priv}",
        "auth_protocol": auth,
        "auth_key": AUTH_KEY,
        "priv_protocol": priv,
        "priv_key": PRIV_KEY,
    } | changes


# --- a real agent ---------------------------------------------------------------------------


@both_engines
@pytest.mark.peer
@pytest.mark.parametrize("version", ["1", "2c"])
def test_values_come_as_plain_python(agent: Agent, version: str) -> None:
    """Integers, octets and OIDs arrive as int, bytes and dotted str, in the order asked."""
    with asking(agent.port, version=version) as session:
        found = session.get([UPTIME, CONTACT, OBJECT_ID])
    assert list(found) == [UPTIME, CONTACT, OBJECT_ID]
    assert isinstance(found[UPTIME], int)
    assert found[CONTACT] == "Müller".encode()
    assert str(found[OBJECT_ID]).startswith("1.3.6.1.4.1.8072.3.2.")


@both_engines
@pytest.mark.peer
@pytest.mark.parametrize("version", ["1", "2c"])
def test_a_missing_object_does_not_cost_the_others(agent: Agent, version: str) -> None:
    """v1 fails a whole GET for one unknown object; all the known ones come back all the same."""
    missing = [f"1.3.6.1.4.1.99999.{n}.0" for n in range(3)]
    with asking(agent.port, version=version) as session:
        found = session.get([missing[0], DESCRIPTION, missing[1], UPTIME, missing[2]])
        none = session.get(missing)
    assert list(found) == [DESCRIPTION, UPTIME]
    assert none == {}


@both_engines
@pytest.mark.peer
@pytest.mark.parametrize("version", ["1", "2c"])
def test_nothing_follows_the_end_of_the_mib(agent: Agent, version: str) -> None:
    """GETNEXT leaves out what has no successor, and still answers the rest of the request."""
    with asking(agent.port, version=version) as session:
        found = session.get_next([BEYOND, SYSTEM, f"{BEYOND}.1"])
    assert list(found) == [SYSTEM]
    assert found[SYSTEM][0] == DESCRIPTION


@pytest.mark.peer
@pytest.mark.parametrize("version", ["1", "2c", "3"])
def test_a_walk_tells_a_subtree(agent: Agent, version: str) -> None:
    """A walk is in order, stays below its root, and ends at its limit."""
    with asking(agent.port, version=version, user="open") as session:
        found = session.walk(SYSTEM)
        first = session.walk(SYSTEM, limit=3)
        leaf = session.walk(DESCRIPTION)
    assert len(found) > 10
    assert all(oid.startswith(f"{SYSTEM}.") for oid in found)
    assert list(found) == sorted(found, key=lambda oid: [int(n) for n in oid.split(".")])
    assert list(first) == list(found)[:3]
    assert leaf == {}


@both_engines
@pytest.mark.peer
def test_many_objects_are_asked_in_portions(agent: Agent) -> None:
    """More objects than fit into one frame are all found."""
    with asking(agent.port) as session:
        everything = list(session.walk("1.3.6.1.2.1.1.9", limit=100))
        found = session.get([NOWHERE, *everything, *everything])
    assert len(everything) > 25
    assert list(found) == everything


@pytest.mark.peer
@pytest.mark.parametrize("host", ["::1", "[::1]", "localhost"])
@pytest.mark.parametrize("version", ["2c", "3"])
def test_ipv6_and_names(agent: Agent, host: str, version: str) -> None:
    """An agent is reached over IPv6, and by its name."""
    with asking(agent.port, host=host, version=version, user="open") as session:
        assert UPTIME in session.get([UPTIME])


@both_engines
@pytest.mark.peer
def test_a_wrong_community_is_silence(agent: Agent) -> None:
    """v2c agents do not answer a community they do not know; that ends at the deadline."""
    started = time.monotonic()
    with (
        asking(agent.port, 1.0, community="wrong") as session,
        pytest.raises(Unreachable) as caught,
    ):
        session.get([UPTIME])
    assert caught.value.reason == "no_snmp_answer"
    assert caught.value.values["host"] == HOST
    assert time.monotonic() - started < 1.0 + SPARE_SECONDS


# --- version 3 ------------------------------------------------------------------------------


@pytest.mark.peer
@pytest.mark.parametrize("auth", AUTH_PROTOCOLS)
def test_every_cipher_that_the_agent_offers(
    agent: Agent, auth: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each authentication with each privacy protocol reads the same, and nothing is printed."""
    offered = [priv for priv in PRIV_PROTOCOLS if agent.accepted(f"createUser {auth}.{priv} ")]
    assert {"AES", "AES-192", "AES-256-C"} <= set(offered)
    for priv in offered:
        with asking(agent.port, **known_as(auth, priv)) as session:
            assert session.get([NOWHERE, CONTACT]) == {CONTACT: "Müller".encode()}, priv
    assert capfd.readouterr() == ("", "")


@pytest.mark.peer
@pytest.mark.parametrize(
    ("user", "keys"),
    [("open", {}), ("signed", {"auth_protocol": "sha1", "auth_key": AUTH_KEY})],
)
def test_the_levels_without_privacy(agent: Agent, user: str, keys: dict[str, Any]) -> None:
    """noAuthNoPriv and authNoPriv."""
    with asking(agent.port, version="3", user=user, **keys) as session:
        assert session.get([CONTACT]) == {CONTACT: "Müller".encode()}
        assert session.get_next([BEYOND]) == {}


@pytest.mark.peer
@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"user": "stranger"}, "usmStatsUnknownUserNames"),
        ({"auth_key": "something else"}, "usmStatsWrongDigests"),
        ({"auth_protocol": "SHA-512"}, "usmStatsWrongDigests"),
        ({"user": "signed"}, "usmStatsUnsupportedSecLevels"),
        ({"priv_protocol": None, "priv_key": None}, "authorizationError"),
    ],
)
def test_why_the_agent_refuses(agent: Agent, changes: dict[str, Any], detail: str) -> None:
    """What the agent says about user, key and level is named in its own words, at once."""
    started = time.monotonic()
    with (
        asking(agent.port, 30.0, **known_as("SHA", "AES", **changes)) as session,
        pytest.raises(Refused) as caught,
    ):
        session.get([CONTACT])
    assert (caught.value.reason, caught.value.phase) == ("snmp_auth", "auth")
    assert caught.value.values["detail"] == detail
    assert time.monotonic() - started < 10


@pytest.mark.peer
@pytest.mark.parametrize("priv", ["DES", "AES", "AES-256"])
def test_a_wrong_privacy_key(agent: Agent, priv: str) -> None:
    """net-snmp drops what it cannot decrypt; it knows v3, so the user is to blame, not the net."""
    user = known_as("SHA-256", priv, priv_key="something else")
    with asking(agent.port, 1.5, **user) as session, pytest.raises(Refused) as caught:
        session.get([CONTACT])
    assert caught.value.reason in ("snmp_user_silent", "snmp_auth")
    assert caught.value.phase == "auth"


@pytest.mark.peer
def test_the_agent_restarts_with_an_older_clock(tmp_path: Path) -> None:
    """A session goes on when engineBoots and engineTime fall back, as after a lost battery."""
    lines = [
        "exactEngineID 0x8000000001020304",
        f'createUser usv SHA "{AUTH_KEY}" AES "{PRIV_KEY}"',
        "rouser usv priv",
    ]
    user = known_as("SHA", "AES", user="usv")
    (tmp_path / "old" / "kept").mkdir(parents=True)
    (tmp_path / "old" / "kept" / "snmpd.conf").write_text(
        "engineBoots 40\noldEngineID 0x8000000001020304\n"
    )
    port = free_port()
    with ExitStack() as stack:
        with snmpd(tmp_path / "old", lines, port):
            session = stack.enter_context(asking(port, 30.0, **user))
            assert UPTIME in session.get([UPTIME])
        for _ in ("boots fall from 41 to 1", "boots rise to 2"):
            with snmpd(tmp_path / "new", lines, port):
                assert UPTIME in session.get([UPTIME])


@pytest.fixture
def triple_des_agent() -> Iterator[int]:
    """The port of an agent of pysnmp's with 3DES, which net-snmp does not know."""
    port = free_port()
    loop = asyncio.new_event_loop()
    engine: list[Any] = []

    async def start() -> None:
        engine.append(SnmpEngine())
        transport = udp.UdpAsyncioTransport(loop=loop).open_server_mode((HOST, port))
        config.add_transport(engine[0], udp.DOMAIN_NAME, transport)
        keys = (config.USM_AUTH_HMAC96_SHA, AUTH_KEY, config.USM_PRIV_CBC168_3DES, PRIV_KEY)
        config.add_v3_user(engine[0], "usv", *keys)
        config.add_vacm_user(engine[0], 3, "usv", "authPriv", (1, 3, 6, 1, 2, 1))
        cmdrsp.GetCommandResponder(engine[0], context.SnmpContext(engine[0]))
        while transport.transport is None:
            await asyncio.sleep(0)

    async def stop() -> None:
        engine[0].close_dispatcher()
        await asyncio.sleep(0)

    loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield port
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.run_until_complete(stop())
    loop.close()


def test_triple_des(triple_des_agent: int) -> None:
    """3DES, against pysnmp's own agent."""
    with asking(triple_des_agent, **known_as("SHA", "3DES", user="usv")) as session:
        assert str(session.get([OBJECT_ID])[OBJECT_ID]).startswith("1.3.6.1.4.1.")


@pytest.mark.parametrize(
    ("options", "reason", "option"),
    [
        ({}, "missing_option", "--snmp-user"),
        ({"user": "u", "auth_key": "short"}, "snmp_key_short", "--snmp-auth-key-file"),
        (
            {"user": "u", "auth_key": AUTH_KEY, "priv_key": "short"},
            "snmp_key_short",
            "--snmp-priv-key-file",
        ),
        ({"user": "u", "auth_protocol": "SHA"}, "missing_option", "--snmp-auth-key-file"),
        ({"user": "u", "priv_key": PRIV_KEY}, "missing_option", "--snmp-auth-key-file"),
        (
            {"user": "u", "auth_key": AUTH_KEY, "auth_protocol": "CRC"},
            "bad_choice",
            "--snmp-auth-protocol",
        ),
    ],
)
def test_a_user_that_cannot_be(options: dict[str, Any], reason: str, option: str) -> None:
    """A missing or short key and an unknown protocol are our own trouble, found before asking."""
    with pytest.raises(OwnTrouble) as caught, asking(free_port(), version="3", **options):
        pass
    assert (caught.value.reason, caught.value.values["option"]) == (reason, option)


def test_protocols_by_any_spelling() -> None:
    """Case and dashes of a protocol's name do not matter."""
    spellings = ("sha", "SHA1", "sha-1", "sha256", "Sha-512", "md5")
    found = [snmp.canonical(name, AUTH_PROTOCOLS, "-") for name in spellings]
    assert found == ["SHA", "SHA", "SHA", "SHA-256", "SHA-512", "MD5"]
    found = [snmp.canonical(name, PRIV_PROTOCOLS, "-") for name in ("aes128", "aes256c", "3des")]
    assert found == ["AES", "AES-256-C", "3DES"]


def test_a_target_keeps_its_secrets() -> None:
    """The community and the keys do not show when a target is printed."""
    target = Target("usv", community="geheim", auth_key=AUTH_KEY, priv_key=PRIV_KEY)
    assert not any(word in repr(target) for word in ("geheim", AUTH_KEY, PRIV_KEY))


# --- agents that answer as none should ------------------------------------------------------


class Question:
    """A v1 or v2c request, read by pysnmp's own message layer, and answers to it."""

    def __init__(self, datagram: bytes) -> None:
        self.datagram = datagram
        self.proto = api.PROTOCOL_MODULES[int(api.decodeMessageVersion(datagram))]
        self.message, _ = decoder.decode(datagram, asn1Spec=self.proto.Message())
        self.pdu = self.proto.apiMessage.get_pdu(self.message)
        self.oids = [str(oid) for oid, _ in self.proto.apiPDU.get_varbinds(self.pdu)]
        self.request_id = int(self.proto.apiPDU.get_request_id(self.pdu))

    def answer(
        self, *bindings: tuple[str, Any], status: int = 0, index: int = 0, late: int = 0
    ) -> bytes:
        """A response; with `late` the one to the request that many before."""
        message = self.proto.apiMessage.get_response(self.message)
        pdu = self.proto.apiMessage.get_pdu(message)
        self.proto.apiPDU.set_request_id(pdu, self.request_id - late)
        self.proto.apiPDU.set_error_status(pdu, status)
        self.proto.apiPDU.set_error_index(pdu, index)
        self.proto.apiPDU.set_varbinds(pdu, bindings)
        answer: bytes = encoder.encode(message)
        return answer

    def integers(self, *numbers: int) -> bytes:
        """A response with these values for what was asked, in that order."""
        values = map(self.proto.Integer, numbers)
        return self.answer(*zip(self.oids, values, strict=False))

    def fail(self, status: int, index: int) -> bytes:
        """A response with an error and the request's own bindings."""
        return self.answer(*((oid, None) for oid in self.oids), status=status, index=index)


def different(asked: list[Question]) -> int:
    """How many questions there were; on a busy machine one may be repeated."""
    return len({one.datagram for one in asked})


@contextmanager
def answering(
    reply: Callable[[Question], bytes | Sequence[bytes]], *, host: str | None = None
) -> Iterator[tuple[int, list[Question]]]:
    """A server on loopback: its port, and the questions it gets. `host`: where it answers from."""
    asked: list[Question] = []
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as inlet,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other,
    ):
        inlet.bind((HOST, 0))
        other.bind((host or HOST, 0))
        address = inlet.getsockname()

        def serve() -> None:
            while True:
                datagram, peer = inlet.recvfrom(65535)
                if peer == address:
                    return
                asked.append(Question(datagram))
                answers = reply(asked[-1])
                for answer in (answers,) if isinstance(answers, bytes) else answers:
                    (other if host else inlet).sendto(answer, peer)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield address[1], asked
        finally:
            inlet.sendto(b"", address)
            thread.join()


def silent(_question: Question) -> Sequence[bytes]:
    """Say nothing."""
    return ()


@both_engines
@pytest.mark.parametrize("host", [HOST, "127.0.0.2"])
def test_an_answer_from_elsewhere(host: str) -> None:
    """An agent may answer from another port, or from another of its addresses."""
    with (
        answering(lambda question: question.integers(5), host=host) as (port, _),
        asking(port) as session,
    ):
        assert session.get([UPTIME]) == {UPTIME: 5}


@both_engines
def test_what_is_not_our_answer_is_passed_over() -> None:
    """Late answers, foreign communities, other versions and noise do not end the waiting."""

    def reply(question: Question) -> list[bytes]:
        right = question.integers(5)
        return [
            question.answer((UPTIME, question.proto.Integer(1)), late=1),
            right.replace(b"public", b"secret"),
            right.replace(b"\x02\x01\x01\x04", b"\x02\x01\x00\x04"),
            b"",
            b"noise",
            right,
        ]

    with answering(reply) as (port, asked), asking(port) as session:
        assert session.get([UPTIME]) == {UPTIME: 5}
        assert session.get([UPTIME]) == {UPTIME: 5}
    assert different(asked) == 2


@both_engines
@pytest.mark.parametrize(
    "spoil",
    [
        lambda question: b"HTTP/1.1 400 Bad Request\r\n",
        lambda question: question.datagram,
        lambda question: question.integers(5)[:-3],
        lambda question: b"\x30\x84\x7f\xff\xff\xff" + question.integers(5),
        lambda question: b"\x30\x80" * 20000,
        lambda question: b"\x30\x82\xff\xdb" + b"\x24\x80" * 32749 + b"\x00",
    ],
    ids=["text", "echo", "truncated", "length lies", "nested", "nested strings"],
)
def test_nothing_but_garbage(spoil: Callable[[Question], bytes]) -> None:
    """Who answers only what cannot be read is there, but no SNMP agent; known by the deadline."""
    started = time.monotonic()
    with (
        answering(spoil) as (port, _),
        asking(port, 0.6) as session,
        pytest.raises(Garbled) as caught,
    ):
        session.get([UPTIME])
    assert caught.value.reason == "snmp_garbled"
    assert caught.value.values["port"] == port
    assert time.monotonic() - started < 0.6 + SPARE_SECONDS


@both_engines
@pytest.mark.parametrize("version", ["1", "2c"])
@pytest.mark.parametrize("index", [0, 9, 2**31 - 1])
@pytest.mark.parametrize("status", [2, 5, 77])
def test_an_error_that_names_no_object(version: str, index: int, status: int) -> None:
    """With error-index 0 or out of range every object is asked for by itself."""
    oids = [f"{SYSTEM}.{n}.0" for n in range(5)]

    def reply(question: Question) -> bytes:
        if oids[2] in question.oids:
            return question.fail(status, index)
        return question.integers(*range(len(question.oids)))

    with answering(reply) as (port, asked), asking(port, version=version) as session:
        assert sorted(session.get(oids)) == [oid for oid in oids if oid != oids[2]]
    assert different(asked) <= 2 * len(oids)


@both_engines
@pytest.mark.parametrize("status", [2, 5])
def test_an_agent_that_always_blames_the_first_object(status: int) -> None:
    """An error without end costs one request per object, and yields nothing."""
    oids = [f"{SYSTEM}.{n}.0" for n in range(20)]
    with (
        answering(lambda question: question.fail(status, 1)) as (port, asked),
        asking(port, version="1") as session,
    ):
        assert session.get(oids) == {}
        assert session.get_next(oids) == {}
    assert different(asked) <= 2 * len(oids)


@both_engines
def test_v1_end_of_mib_drops_every_greater_object() -> None:
    """What has no successor in v1 tells the same of all that is greater: asked for once."""
    oids = [f"{SYSTEM}.{n}.0" for n in range(20)]

    def reply(question: Question) -> bytes:
        if question.oids == oids[:3]:
            return question.answer(*((f"{oid}.1", question.proto.Integer(1)) for oid in oids[:3]))
        return question.fail(2, 4)

    with answering(reply) as (port, asked), asking(port, version="1") as session:
        assert list(session.get_next(oids)) == oids[:3]
    assert different(asked) == 2


@both_engines
@pytest.mark.parametrize("version", ["1", "2c"])
def test_too_big(version: str) -> None:
    """An agent with a small buffer is asked for half as much, until it fits or is hopeless."""
    oids = [f"{SYSTEM}.{n}.0" for n in range(16)]

    def reply(question: Question) -> bytes:
        if len(question.oids) > 3 or oids[5] in question.oids:
            return question.fail(1, 0)
        return question.integers(*range(len(question.oids)))

    with answering(reply) as (port, asked), asking(port, version=version) as session:
        assert list(session.get(oids)) == [oid for oid in oids if oid != oids[5]]
    assert different(asked) < 2 * len(oids)


@both_engines
def test_an_agent_that_answers_in_part() -> None:
    """What an answer leaves out is asked for again, as long as that helps."""
    oids = [f"{SYSTEM}.{n}.0" for n in range(9)]

    def reply(question: Question) -> bytes:
        return question.integers(*range(min(4, len(question.oids))))

    with answering(reply) as (port, asked), asking(port) as session:
        assert list(session.get(oids)) == oids
        assert different(asked) == 3
    with answering(lambda question: question.answer()) as (port, asked), asking(port) as session:
        assert session.get(oids) == {}
        assert session.get_next(oids) == {}
    assert different(asked) == 2 * (1 + len(oids))


ROOT = f"{SYSTEM}.9.1.3"


def counting(step: int) -> Callable[[Question], bytes]:
    """An agent whose objects never end: each is `step` behind the one before."""

    def reply(question: Question) -> bytes:
        number = int(question.oids[0].removeprefix(ROOT).strip(".") or "5") + step
        return question.answer((f"{ROOT}.{number}", question.proto.Integer(7)))

    return reply


@both_engines
@pytest.mark.parametrize(("step", "expected"), [(0, 1), (-1, 1), (1, 50)])
def test_an_endless_walk(step: int, expected: int) -> None:
    """A walk ends where OIDs do not increase, and at its limit where they do for ever."""
    with answering(counting(step)) as (port, asked), asking(port) as session:
        assert len(session.walk(ROOT, limit=50)) == expected
    assert len(asked) <= 50


@both_engines
def test_empty_objects_are_passed_over() -> None:
    """NULL in an answer is no value and no end: the walk goes on, GETNEXT takes the next one."""
    column = [f"{SYSTEM}.9.1.2.{n}" for n in range(1, 6)]
    full = {column[0]: 1, column[3]: 4}

    def reply(question: Question) -> bytes:
        after = [oid for oid in column if oid > question.oids[0]]
        if not after:
            return question.answer((question.oids[0], question.proto.EndOfMibView()))
        value = question.proto.Integer(full[after[0]]) if after[0] in full else None
        return question.answer((after[0], value))

    with answering(reply) as (port, _), asking(port) as session:
        assert session.walk(SYSTEM) == full
        assert session.get_next([column[1]]) == {column[1]: (column[3], 4)}
        assert session.get_next([column[3]]) == {}


@both_engines
def test_a_large_answer() -> None:
    """An answer may fill a UDP datagram."""
    blob = bytes(65000)

    def reply(question: Question) -> bytes:
        return question.answer((CONTACT, question.proto.OctetString(blob)))

    with answering(reply) as (port, _), asking(port) as session:
        assert session.get([CONTACT]) == {CONTACT: blob}


@both_engines
def test_padding_behind_the_message() -> None:
    """Octets behind the message do not matter."""
    with (
        answering(lambda question: question.integers(5) + bytes(40)) as (port, _),
        asking(port) as session,
    ):
        assert session.get([UPTIME]) == {UPTIME: 5}


@both_engines
def test_authorization_error_is_a_refusal() -> None:
    """A community that may not ask anything is told so, not «no values»."""
    with (
        answering(lambda question: question.fail(16, 1)) as (port, _),
        asking(port) as session,
        pytest.raises(Refused) as caught,
    ):
        session.get([UPTIME])
    assert caught.value.reason == "snmp_auth"


# --- the way there --------------------------------------------------------------------------


@both_engines
@pytest.mark.parametrize("retries", [0, 2])
def test_silence_ends_at_the_deadline(retries: int) -> None:
    """A silent agent is asked once and `retries` times more, then the time is used to its end."""
    started = time.monotonic()
    with answering(silent) as (port, asked), asking(port, 0.7, retries=retries) as session:
        with pytest.raises(Unreachable) as caught:
            session.get([UPTIME])
        took = time.monotonic() - started
        with pytest.raises(Unreachable) as again:
            session.get([UPTIME])
    assert caught.value.reason == "no_snmp_answer"
    assert again.value.reason == "timeout"
    assert len(asked) == retries + 1
    assert len({question.request_id for question in asked}) == 1
    assert 0.7 <= took < 0.7 + SPARE_SECONDS


@both_engines
def test_a_lost_request_is_repeated() -> None:
    """Two lost datagrams cost their waits, no more."""
    lost = iter((True, True))

    def reply(question: Question) -> bytes | Sequence[bytes]:
        return () if next(lost, False) else question.integers(5)

    with answering(reply) as (port, asked), asking(port, 2.0) as session:
        assert session.get([UPTIME]) == {UPTIME: 5}
    assert len(asked) == 3


@pytest.mark.skipif(sys.platform != "linux", reason="Linux tells of closed UDP ports")
@pytest.mark.parametrize("version", ["1", "2c", "3"])
@pytest.mark.parametrize("host", [HOST, "::1"])
def test_a_closed_port_is_known_at_once(version: str, host: str) -> None:
    """ICMP's «port unreachable» ends the waiting, in every version."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    started = time.monotonic()
    with (
        pytest.raises(Refused) as caught,
        asking(free_port(family, host), 30.0, host=host, version=version, user="u") as session,
    ):
        session.get([UPTIME])
    assert (caught.value.reason, caught.value.phase) == ("port_closed", "request")
    assert time.monotonic() - started < 5


@both_engines
def test_a_port_that_closes_under_way() -> None:
    """A session whose agent is gone says so, and finds it again when it is back."""
    port = free_port()
    with asking(port) as session:
        with pytest.raises(Refused):
            session.get([UPTIME])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as back:
            back.bind((HOST, port))
            thread = threading.Thread(target=answer_once, args=(back,))
            thread.start()
            assert session.get([UPTIME]) == {UPTIME: 5}
            thread.join()


def answer_once(server: socket.socket) -> None:
    """Take one question and answer it."""
    datagram, peer = server.recvfrom(65535)
    server.sendto(Question(datagram).integers(5), peer)


@both_engines
@pytest.mark.parametrize("first", ["silent", "closed", "without a route"])
def test_the_next_address_of_a_name(first: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name with several addresses is asked at each; the one that answered stays the one."""
    with answering(silent) as (deaf, unheard), answering(lambda q: q.integers(5)) as (port, asked):
        bad = {
            "silent": (socket.AF_INET, (HOST, deaf)),
            "closed": (socket.AF_INET, (HOST, free_port())),
            "without a route": (socket.AF_INET, ("255.255.255.255", port)),
        }[first]
        routes = [bad, (socket.AF_INET, (HOST, port))]
        monkeypatch.setattr(snmp, "resolve", lambda *_, **__: routes)
        with asking(port, 5.0) as session:
            assert session.get([UPTIME]) == {UPTIME: 5}
            assert session.get([UPTIME]) == {UPTIME: 5}
    assert different(asked) == 2
    assert len(unheard) == (1 if first == "silent" else 0)


@both_engines
def test_no_route(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that cannot be sent to is unreachable at once."""
    routes = [(socket.AF_INET, ("255.255.255.255", 161))]  # not allowed without SO_BROADCAST
    monkeypatch.setattr(snmp, "resolve", lambda *_, **__: routes)
    with asking(161, 30.0) as session, pytest.raises(Unreachable) as caught:
        session.get([UPTIME])
    assert caught.value.reason == "no_route"


def test_no_file_descriptors_left_is_not_the_targets_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """When this computer has no socket left, nothing is said about the target."""

    def none_left(*_: object) -> socket.socket:
        raise OSError(errno.EMFILE, "too many open files")

    monkeypatch.setattr(snmp.Link, "_socket", none_left)
    with asking(161) as session, pytest.raises(OSError, match="too many") as caught:
        session.get([UPTIME])
    assert not isinstance(caught.value, TargetTrouble)


# --- messages -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("0201ff", -1),
        ("020500ffffffff", 4294967295),
        ("0200", None),
        ("0209010000000000000000", None),
        ("0403414243", b"ABC"),
        ("0400", b""),
        ("4104ffffffff", 4294967295),
        ("4201ff", 4294967295),
        ("42050080000000", 2147483648),
        ("42050180000000", None),
        ("4200", None),
        ("4303015180", 86400),
        ("4608ffffffffffffffff", 18446744073709551615),
        ("460900ffffffffffffffff", 18446744073709551615),
        ("4004c0a80001", "192.168.0.1"),
        ("4003c0a800", None),
        ("0608" + "2b06010201010200", "1.3.6.1.2.1.1.2.0"),
        ("0601" + "00", "0.0"),
        ("0600", None),
        ("060288" + "80", None),
        ("44079f780441ac0000", b"21.5"),
        ("440b9f79084035800000000000", b"21.5"),
        ("44079f780442c80000", b"100"),
        ("44079f78047fc00000", None),
        ("44079f78047f800000", None),
        ("44069f7803414141", None),
        ("44059f7a02ff85", -123),
        ("44049f7b01ff", 18446744073709551615),
        ("44030401ff", None),
        ("4400", None),
        ("0500", None),
        ("8000", None),
        ("8100", None),
        ("8200", None),
        ("3000", None),
        ("2403040141", None),
        ("0484", None),
        ("0405ab", None),
        ("04", None),
        ("", None),
    ],
)
def test_values(raw: str, value: snmp.Value | None) -> None:
    """Each type in plain Python; nothing for what is absent, unknown or breaks its own type."""
    assert plain_value(bytes.fromhex(raw)) == value


@both_engines
def test_one_broken_value_does_not_cost_the_others() -> None:
    """A value against its own type is absent alone."""

    def reply(question: Question) -> bytes:
        right = question.answer(
            (UPTIME, question.proto.IpAddress("1.2.3.4")),
            (CONTACT, question.proto.OctetString("x")),
        )
        return right.replace(b"\x40\x04\x01\x02\x03\x04", b"\x41\x04\x01\x02\x03\x04").replace(
            b"\x04\x01x", b"\x40\x01x"
        )

    with answering(reply) as (port, _), asking(port) as session:
        assert session.get([UPTIME, CONTACT]) == {UPTIME: 0x01020304}


OIDS = st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=20).map(
    lambda tail: ".".join(map(str, (1, 3, 6, *tail)))
)


@settings(max_examples=50, deadline=None)
@given(
    version=st.sampled_from((0, 1)),
    community=st.binary(max_size=40),
    request_id=st.integers(0, 2**31 - 1),
    oids=st.lists(OIDS, min_size=1, max_size=40),
    kind=st.sampled_from(("get", "get-next")),
)
def test_requests_are_what_pysnmp_would_send(
    version: int, community: bytes, request_id: int, oids: list[str], kind: str
) -> None:
    """Our request is read back by pysnmp's message layer as it was meant."""
    question = Question(encode_request(version, community, kind, request_id, oids))
    assert question.oids == oids
    assert question.request_id == request_id
    assert bytes(question.proto.apiMessage.get_community(question.message)) == community
    asks_next = question.pdu.isSameTypeWith(question.proto.GetNextRequestPDU())
    assert asks_next == (kind == "get-next")


def test_v2c_loads_nothing_heavy() -> None:
    """Importing costs next to nothing, and asking by v2c loads no asyncio and no ciphers."""
    code = f"""
import sys
sys.path[:] = {sys.path!r}
from apowacht.plugins.wire import snmp, snmp_gufo
from apowacht.plugins.core.deadline import Deadline
loaded = lambda *names: [name for name in names if name in sys.modules]
assert not loaded("pysnmp", "pyasn1", "asyncio"), "on import"
snmp.open_session(snmp.Target("127.0.0.1"), Deadline(1)).close()
assert not loaded("asyncio", "cryptography", "ssl", "pysnmp.hlapi", "pysnmp.entity"), "on opening"
"""
    subprocess.run([sys.executable, "-c", code], check=True)
