"""The pharmacy in a box: its protocols as real clients see them, its tables, its manners."""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from commands import SCRIPTS
from hypothesis import given
from hypothesis import strategies as st
from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto import api

from apowacht.simulator.box import Box, UnknownNameError
from apowacht.simulator.command import simulator
from apowacht.simulator.devices import NORMAL, kinds, load, read_table, snmp_values, with_dates
from apowacht.simulator.hosts import HOSTS
from apowacht.simulator.nis_server import NisServer
from apowacht.simulator.nut_server import NutServer, Ups
from apowacht.simulator.service import NotLoopbackError, bind
from apowacht.simulator.silent import SilentTcp, SilentUdp
from apowacht.simulator.snmp_agent import Agent, Misbehaviour, Typed

if TYPE_CHECKING:
    from collections.abc import Sequence

SYSTEM = "1.3.6.1.2.1.1"
VALUES = {
    f"{SYSTEM}.1.0": Typed("string", "a card"),
    f"{SYSTEM}.2.0": Typed("oid", "1.3.6.1.4.1.318"),
    f"{SYSTEM}.3.0": Typed("timeticks", 4711),
    "1.3.6.1.2.1.33.1.3.3.1.3.1": Typed("integer", 230),
    "1.3.6.1.2.1.33.1.3.3.1.3.2": Typed("integer", -1),
    "1.3.6.1.4.1.9999.1.0": Typed("counter64", 2**40),
    "1.3.6.1.4.1.9999.2.0": Typed("null", ""),
    "1.3.6.1.4.1.9999.3.0": Typed("ipaddress", "192.0.2.1"),
    "1.3.6.1.4.1.9999.4.0": Typed("hex", b"\x00\xff"),
    "1.3.6.1.4.1.9999.5.0": Typed("gauge", 4294967295),
    "1.3.6.1.4.1.9999.10.0": Typed("counter", 7),
}
PATIENCE = 10


def surroundings(folder: Path) -> dict[str, str]:
    """An environment in which a child finds this very code, and net-snmp a place for its files."""
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "SNMP_PERSISTENT_DIR": str(folder),
        "SNMPCONFPATH": str(folder),
    }


def message(
    kind: str, oids: Sequence[str], *, version: int = 1, community: str = "public", number: int = 9
) -> bytes:
    """An encoded SNMP request; a bulk one with 0 non-repeaters and 10 repetitions."""
    proto: Any = api.PROTOCOL_MODULES[version]
    pdu = getattr(proto, kind)()
    (proto.apiBulkPDU if kind == "GetBulkRequestPDU" else proto.apiPDU).set_defaults(pdu)
    proto.apiPDU.set_request_id(pdu, number)
    proto.apiPDU.set_varbinds(pdu, [(proto.ObjectIdentifier(oid), proto.null) for oid in oids])
    whole = proto.Message()
    proto.apiMessage.set_defaults(whole)
    proto.apiMessage.set_community(whole, community)
    proto.apiMessage.set_pdu(whole, pdu)
    return bytes(encoder.encode(whole))


def understood(data: bytes, version: int = 1) -> tuple[int, int, int, dict[str, str]]:
    """(request-id, error-status, error-index, values as text by OID) of an answer."""
    proto: Any = api.PROTOCOL_MODULES[version]
    pdu = proto.apiMessage.get_pdu(decoder.decode(data, asn1Spec=proto.Message())[0])
    values = {
        str(oid): type(value).__name__ if value.tagSet[0].tagClass == 128 else value.prettyPrint()
        for oid, value in proto.apiPDU.get_varbinds(pdu)
    }
    return (
        int(proto.apiPDU.get_request_id(pdu)),
        int(proto.apiPDU.get_error_status(pdu)),
        int(proto.apiPDU.get_error_index(pdu, muteErrors=True)),
        values,
    )


def exchange(address: tuple[str, int], data: bytes) -> tuple[bytes, tuple[str, int]]:
    """Send one datagram, take one answer and its sender. TimeoutError without an answer."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(PATIENCE)
        client.sendto(data, address)
        return client.recvfrom(65535)


@pytest.mark.parametrize(
    "address",
    ["0.0.0.0", "::", "192.0.2.1", "::ffff:127.0.0.1", "10.0.0.1", "pharmacy.example", ""],
)
@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_only_loopback_is_bound(address: str, kind: socket.SocketKind) -> None:
    """No socket opens on an address that another machine could reach, nor on a name."""
    with pytest.raises(NotLoopbackError):
        bind(address, 0, kind)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_every_loopback_address_is_bound(address: str) -> None:
    """IPv4 and IPv6 loopback are both allowed."""
    with bind(address, 0, socket.SOCK_DGRAM) as bound:
        assert bound.getsockname()[1] > 0


def test_the_box_refuses_other_addresses() -> None:
    """A whole box on a reachable address is refused, and the command says why."""
    with pytest.raises(NotLoopbackError):
        Box(listen="0.0.0.0")
    result = CliRunner().invoke(simulator, ["--listen", "0.0.0.0"])
    assert result.exit_code == 2
    assert "«0.0.0.0» ist keine Loopback-Adresse" in result.output


def test_v2c_says_what_is_missing_per_object() -> None:
    """A v2c GET with missing objects answers the others and tells object from instance."""
    oids = [f"{SYSTEM}.3.0", f"{SYSTEM}.3.1", f"{SYSTEM}.6.0", "1.3.6.1.2.1.33.1.3.3.1.3.9"]
    with Agent(VALUES) as agent:
        answer, _ = exchange(agent.address, message("GetRequestPDU", oids))
    assert understood(answer) == (
        9,
        0,
        0,
        dict(zip(oids, ["4711", "NoSuchInstance", "NoSuchObject", "NoSuchInstance"], strict=True)),
    )


def test_v1_fails_the_whole_get() -> None:
    """A v1 GET with a missing object is noSuchName for all, and the index says which."""
    oids = [f"{SYSTEM}.1.0", f"{SYSTEM}.9.0", f"{SYSTEM}.3.0"]
    with Agent(VALUES) as agent:
        answer, _ = exchange(agent.address, message("GetRequestPDU", oids, version=0))
    number, status, index, values = understood(answer, 0)
    assert (number, status, index) == (9, 2, 2)
    assert list(values) == oids


def test_v1_does_not_know_counter64() -> None:
    """A Counter64 does not exist for v1: noSuchName on GET, passed over on GETNEXT."""
    oid = "1.3.6.1.4.1.9999.1.0"
    with Agent(VALUES) as agent:
        answer, _ = exchange(agent.address, message("GetRequestPDU", [oid], version=0))
        assert understood(answer, 0)[1:3] == (2, 1)
        asked = message("GetNextRequestPDU", ["1.3.6.1.4.1.9999"], version=0)
        answer, _ = exchange(agent.address, asked)
        assert list(understood(answer, 0)[3]) == ["1.3.6.1.4.1.9999.2.0"]
        answer, _ = exchange(agent.address, message("GetRequestPDU", [oid]))
        assert understood(answer)[3] == {oid: str(2**40)}


def test_the_end_of_the_mib() -> None:
    """Past the last object v2c says endOfMibView and v1 noSuchName."""
    last = "1.3.6.1.4.1.9999.10.0"
    with Agent(VALUES) as agent:
        answer, _ = exchange(agent.address, message("GetNextRequestPDU", [last]))
        assert understood(answer)[1:] == (0, 0, {last: "EndOfMibView"})
        answer, _ = exchange(agent.address, message("GetNextRequestPDU", [last], version=0))
        assert understood(answer, 0)[1:3] == (2, 1)


@pytest.mark.parametrize(("version", "status"), [(0, 2), (1, 17)])
def test_set_is_refused_and_remembered(version: int, status: int) -> None:
    """No SET succeeds, and the agent can tell afterwards that one was tried."""
    with Agent(VALUES) as agent:
        asked = message("SetRequestPDU", [f"{SYSTEM}.1.0"], version=version)
        answer, _ = exchange(agent.address, asked)
    assert understood(answer, version)[1:3] == (status, 1)
    assert list(agent.seen) == ["SetRequestPDU"]


def test_a_wrong_community_gets_silence() -> None:
    """A wrong community is not answered, like on a real card."""
    with Agent(VALUES, community="secret") as agent:
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as client:
            client.settimeout(PATIENCE)
            for community in ("public", "secret"):
                asked = message("GetRequestPDU", [f"{SYSTEM}.3.0"], community=community)
                client.sendto(asked, agent.address)
            client.recv(65535)
            assert not select.select([client], [], [], 0)[0]
        assert list(agent.seen) == ["GetRequestPDU"]
        assert agent.requests == 2


def test_a_large_answer_is_too_big_and_a_large_bulk_is_cut() -> None:
    """What does not fit into a frame: tooBig without variables for GET, a shorter GETBULK."""
    values = {f"{SYSTEM}.9.1.3.{n}": Typed("string", "x" * 100) for n in range(1, 41)}
    bulk = message("GetBulkRequestPDU", [f"{SYSTEM}.9"])
    with Agent(values) as agent:
        answer, _ = exchange(agent.address, message("GetRequestPDU", list(values)))
        assert understood(answer)[1:] == (1, 0, {})
        answer, _ = exchange(agent.address, bulk)
        assert understood(answer)[1:3] == (0, 0)
        assert list(understood(answer)[3]) == list(values)[:10]
        agent.become({oid: Typed("string", "x" * 300) for oid in values})
        answer, _ = exchange(agent.address, bulk)
        assert list(understood(answer)[3]) == list(values)[:4]


@given(st.binary(max_size=120))
def test_noise_is_dropped(noise: bytes) -> None:
    """Whatever bytes arrive, the agent raises nothing."""
    with closing(Agent(VALUES)) as agent:
        agent.answer(noise, agent.address)
        assert not agent.seen


@given(st.data())
def test_damaged_messages_do_no_harm(data: st.DataObject) -> None:
    """A good message with a few bytes changed or cut off is answered or dropped, no more."""
    good = bytearray(message("GetBulkRequestPDU", [SYSTEM, "1.3.6.1.4.1"]))
    for _ in range(data.draw(st.integers(1, 3))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    with closing(Agent(VALUES)) as agent:
        agent.answer(bytes(good[: data.draw(st.integers(1, len(good)))]), agent.address)


def test_misbehaviour_garbage() -> None:
    """A garbage agent answers with something that is no SNMP message."""
    with Agent(VALUES, misbehaviour=Misbehaviour(garbage=True)) as agent:
        answer, _ = exchange(agent.address, message("GetRequestPDU", [f"{SYSTEM}.1.0"]))
    with pytest.raises(Exception, match=r".+"):
        understood(answer)


@pytest.mark.parametrize(
    ("manners", "asked"),
    [
        (Misbehaviour(silent=True), message("GetRequestPDU", [f"{SYSTEM}.1.0"])),
        (Misbehaviour(v1_only=True), message("GetRequestPDU", [f"{SYSTEM}.1.0"])),
        (Misbehaviour(lose=1), message("GetRequestPDU", [f"{SYSTEM}.1.0"])),
    ],
)
def test_misbehaviour_silence(manners: Misbehaviour, asked: bytes) -> None:
    """A silent, a v1-only and a losing agent say nothing; afterwards they can be healed."""
    with Agent(VALUES, misbehaviour=manners) as agent:
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as client:
            client.settimeout(PATIENCE)
            client.sendto(asked, agent.address)
            while agent.requests < 1:
                threading.Event().wait(0.001)
            assert not select.select([client], [], [], 0.05)[0]
        agent.become(VALUES)
        answer, _ = exchange(agent.address, asked)
        assert understood(answer)[3] == {f"{SYSTEM}.1.0": "a card"}


def test_misbehaviour_v1_only_still_speaks_v1() -> None:
    """A v1-only agent answers v1."""
    with Agent(VALUES, misbehaviour=Misbehaviour(v1_only=True)) as agent:
        asked = message("GetRequestPDU", [f"{SYSTEM}.1.0"], version=0)
        answer, _ = exchange(agent.address, asked)
    assert understood(answer, 0)[3] == {f"{SYSTEM}.1.0": "a card"}


@pytest.mark.parametrize("elsewhere", ["127.0.0.1", "127.0.0.2"])
def test_misbehaviour_another_address(elsewhere: str) -> None:
    """An agent can answer from another port or another address than it was asked at."""
    with Agent(VALUES, misbehaviour=Misbehaviour(answer_from=elsewhere)) as agent:
        answer, sender = exchange(agent.address, message("GetRequestPDU", [f"{SYSTEM}.3.0"]))
    assert understood(answer)[3] == {f"{SYSTEM}.3.0": "4711"}
    assert sender != agent.address
    assert sender[0] == elsewhere


def test_misbehaviour_too_big_and_wrong_number() -> None:
    """An agent can be too small for a request, or answer under a wrong request-id."""
    oids = [f"{SYSTEM}.1.0", f"{SYSTEM}.2.0"]
    with Agent(VALUES, misbehaviour=Misbehaviour(too_big_above=1)) as agent:
        answer, _ = exchange(agent.address, message("GetRequestPDU", oids))
        assert understood(answer)[1] == 1
        answer, _ = exchange(agent.address, message("GetRequestPDU", oids[:1]))
        assert understood(answer)[1] == 0
        agent.become(VALUES, Misbehaviour(wrong_request_id=True))
        answer, _ = exchange(agent.address, message("GetRequestPDU", oids))
        assert understood(answer)[0] != 9


def test_misbehaviour_delay_ends_with_the_agent() -> None:
    """A slow agent waits before it answers, but not when it is closed."""
    with Agent(VALUES, misbehaviour=Misbehaviour(delay=0.2)) as agent:
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as client:
            client.settimeout(PATIENCE)
            client.sendto(message("GetRequestPDU", [f"{SYSTEM}.3.0"]), agent.address)
            assert not select.select([client], [], [], 0.1)[0]
            assert understood(client.recv(65535))[3] == {f"{SYSTEM}.3.0": "4711"}
        agent.become(VALUES, Misbehaviour(delay=3600))
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as client:
            client.sendto(message("GetRequestPDU", [f"{SYSTEM}.3.0"]), agent.address)


def net_snmp(folder: Path, tool: str, *arguments: str) -> str:
    """What a net-snmp tool says, stdout and stderr, with numeric OIDs. Skips without the tool."""
    program = shutil.which(tool)
    if not program:
        pytest.skip(f"{tool} is missing (Debian package snmp)")
    done = subprocess.run(
        [program, "-On", "-m", "", "-r0", "-t5", "-c", "public", *arguments],
        env=surroundings(folder),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    # On its first run it says that it has made its folder.
    notes = [line for line in done.stderr.splitlines() if not line.startswith("Created ")]
    return done.stdout + "\n".join(notes)


@pytest.mark.peer
def test_net_snmp_get(tmp_path: Path) -> None:
    """snmpget reads every type over v2c and sees both words for what is missing."""
    with Agent(VALUES) as agent:
        at = f"127.0.0.1:{agent.address[1]}"
        text = net_snmp(tmp_path, "snmpget", "-v2c", at, *VALUES, f"{SYSTEM}.1.1", f"{SYSTEM}.8.0")
    assert [line.partition(" = ")[2] for line in text.splitlines()] == [
        'STRING: "a card"',
        "OID: .1.3.6.1.4.1.318",
        "Timeticks: (4711) 0:00:47.11",
        "INTEGER: 230",
        "INTEGER: -1",
        f"Counter64: {2**40}",
        "NULL",
        "IpAddress: 192.0.2.1",
        "Hex-STRING: 00 FF ",
        "Gauge32: 4294967295",
        "Counter32: 7",
        "No Such Instance currently exists at this OID",
        "No Such Object available on this agent at this OID",
    ]


@pytest.mark.peer
def test_net_snmp_v1_get(tmp_path: Path) -> None:
    """snmpget over v1 is told the failed object, and repairs its request with the index."""
    oids = [f"{SYSTEM}.3.0", f"{SYSTEM}.8.0"]
    with Agent(VALUES) as agent:
        at = f"127.0.0.1:{agent.address[1]}"
        text = net_snmp(tmp_path, "snmpget", "-v1", at, *oids)
    assert "(noSuchName)" in text
    assert f"Failed object: .{SYSTEM}.8.0" in text
    assert f".{SYSTEM}.3.0 = Timeticks: (4711)" in text


@pytest.mark.peer
def test_net_snmp_next(tmp_path: Path) -> None:
    """snmpgetnext steps from a table into the next tree, in numeric order."""
    with Agent(VALUES) as agent:
        at = f"127.0.0.1:{agent.address[1]}"
        start = ["1.3.6.1.2.1.33.1.3.3.1.3.2", "1.3.6.1.4.1.9999.5.0"]
        text = net_snmp(tmp_path, "snmpgetnext", "-v2c", at, *start)
    assert [line.partition(" = ")[0] for line in text.splitlines()] == [
        ".1.3.6.1.4.1.9999.1.0",
        ".1.3.6.1.4.1.9999.10.0",
    ]


@pytest.mark.peer
def test_net_snmp_walks(tmp_path: Path) -> None:
    """snmpbulkwalk and snmpwalk over v2c see everything, v1 all but Counter64; all end."""
    order = [f".{oid}" for oid in sorted(VALUES, key=lambda oid: [int(n) for n in oid.split(".")])]
    with Agent(VALUES) as agent:
        at = f"127.0.0.1:{agent.address[1]}"
        walked = {
            (tool, version): net_snmp(tmp_path, tool, f"-v{version}", at, "1.3.6.1")
            for tool, version in (("snmpbulkwalk", "2c"), ("snmpwalk", "2c"), ("snmpwalk", "1"))
        }
        few = net_snmp(tmp_path, "snmpbulkwalk", "-v2c", "-Cr3", at, SYSTEM)
        several = net_snmp(
            tmp_path, "snmpbulkget", "-v2c", "-Cn1", "-Cr2", at, SYSTEM, "1.3.6.1.2.1.33", SYSTEM
        )

    def found(text: str) -> list[str]:
        lines = [line for line in text.splitlines() if "No more variables" not in line]
        return [line.partition(" = ")[0] for line in lines if " = " in line]

    assert found(walked["snmpbulkwalk", "2c"]) == order
    assert found(walked["snmpwalk", "2c"]) == order
    assert found(walked["snmpwalk", "1"]) == [oid for oid in order if oid != order[5]]
    assert found(few) == order[:3]
    assert found(several) == [order[0], order[3], order[0], order[4], order[1]]


@pytest.mark.peer
def test_net_snmp_set_and_community(tmp_path: Path) -> None:
    """snmpset is refused in both versions; a wrong community runs into the timeout."""
    with Agent(VALUES) as agent:
        at = f"127.0.0.1:{agent.address[1]}"
        change = (at, f"{SYSTEM}.1.0", "s", "mine")
        assert "noSuchName" in net_snmp(tmp_path, "snmpset", "-v1", *change)
        assert "notWritable" in net_snmp(tmp_path, "snmpset", "-v2c", *change)
        wrong = ("-v2c", "-c", "wrong", "-t0.2", at, f"{SYSTEM}.1.0")
        assert "Timeout" in net_snmp(tmp_path, "snmpget", *wrong)
        assert "a card" in net_snmp(tmp_path, "snmpget", "-v2c", at, f"{SYSTEM}.1.0")


UNITS = {
    "till": Ups({"ups.status": "OL", "ups.alarm": 'say "bad" \\ worse'}, "The till"),
    "gone": Ups({"ups.status": "OL"}, "Gone", "DRIVER-NOT-CONNECTED"),
    "old": Ups({"ups.status": "OL"}, "Old", "DATA-STALE"),
}


def converse(address: tuple[str, int], *lines: str) -> list[str]:
    """What an upsd says to these lines and LOGOUT."""
    with socket.create_connection(address, PATIENCE) as client:
        client.sendall("".join(f"{line}\n" for line in [*lines, "LOGOUT"]).encode())
        with client.makefile(encoding="utf-8") as incoming:
            return incoming.read().splitlines()


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        (
            "LIST UPS",
            'BEGIN LIST UPS|UPS till "The till"|UPS gone "Gone"|UPS old "Old"|END LIST UPS',
        ),
        ("GET VAR till ups.status", 'VAR till ups.status "OL"'),
        ("get var till ups.alarm", r'VAR till ups.alarm "say \"bad\" \\ worse"'),
        ('GET VAR "till" "ups.status"', 'VAR till ups.status "OL"'),
        ("GET UPSDESC till", 'UPSDESC till "The till"'),
        ("LIST VAR gone", "ERR DRIVER-NOT-CONNECTED"),
        ("GET VAR gone ups.status", "ERR DRIVER-NOT-CONNECTED"),
        ("LIST VAR old", "ERR DATA-STALE"),
        ("LIST VAR nobody", "ERR UNKNOWN-UPS"),
        ("GET VAR till nothing", "ERR VAR-NOT-SUPPORTED"),
        ("GET VAR till", "ERR INVALID-ARGUMENT"),
        ("LIST", "ERR INVALID-ARGUMENT"),
        ("LIST VAR", "ERR INVALID-ARGUMENT"),
        ('GET VAR "till', "ERR INVALID-ARGUMENT"),
        ("DANCE", "ERR UNKNOWN-COMMAND"),
        ("STARTTLS", "ERR FEATURE-NOT-CONFIGURED"),
        ("NETVER", "1.3"),
        ("USERNAME me", "OK"),
        ("USERNAME", "ERR INVALID-ARGUMENT"),
        ("LOGIN till", "ERR USERNAME-REQUIRED"),
        ("", ""),
    ],
)
def test_upsd_answers(line: str, answer: str) -> None:
    """Each request of the upsd protocol has its answer or its error word."""
    with NutServer(UNITS) as server:
        lines = converse(server.address, line)
    assert lines == [*filter(None, answer.split("|")), "OK Goodbye"]


def test_upsd_lists_variables_in_order() -> None:
    """LIST VAR frames the variables of one UPS, sorted by name."""
    with NutServer(UNITS) as server:
        lines = converse(server.address, "LIST VAR till")
    assert lines[0] == "BEGIN LIST VAR till"
    assert [line.split()[2] for line in lines[1:-2]] == ["ups.alarm", "ups.status"]
    assert lines[-2] == "END LIST VAR till"


def test_upsd_with_a_login() -> None:
    """With users, reading without the right password is ACCESS-DENIED, and only reading."""
    with NutServer(UNITS, users={"monitor": "secret"}) as server:
        reading = "GET VAR till ups.status"
        assert converse(server.address, reading)[0] == "ERR ACCESS-DENIED"
        wrong = converse(server.address, "USERNAME monitor", "PASSWORD no", reading, "LOGIN till")
        assert wrong[:4] == ["OK", "OK", "ERR ACCESS-DENIED", "ERR ACCESS-DENIED"]
        right = converse(
            server.address, "USERNAME monitor", "PASSWORD secret", reading, "LOGIN till"
        )
        assert right[:4] == ["OK", "OK", 'VAR till ups.status "OL"', "OK"]


def test_upsd_changes_while_a_client_stays() -> None:
    """A UPS that goes on battery shows it in a conversation that is already open."""
    with NutServer(UNITS) as server, socket.create_connection(server.address, PATIENCE) as client:
        incoming = client.makefile("r", encoding="utf-8")
        for status in ("OL", "OB"):
            server.become("till", Ups({"ups.status": status}))
            client.sendall(b"GET VAR till ups.status\n")
            assert incoming.readline() == f'VAR till ups.status "{status}"\n'
        incoming.close()


def upsc(*arguments: str) -> str:
    """What `upsc` says. Skips without it."""
    program = shutil.which("upsc")
    if not program:
        pytest.skip("upsc is missing (Debian package nut-client)")
    done = subprocess.run(
        [program, *arguments], capture_output=True, text=True, timeout=30, check=False
    )
    return done.stdout + done.stderr


@pytest.mark.peer
def test_upsc_reads_the_simulated_upsd() -> None:
    """upsc lists the UPS, their descriptions and variables, and understands the errors."""
    with NutServer(UNITS) as server:
        at = f"127.0.0.1:{server.address[1]}"
        assert {"till", "gone", "old"} <= set(upsc("-l", at).splitlines())
        assert "till: The till" in upsc("-L", at)
        assert "ups.status: OL" in upsc(f"till@{at}")
        assert 'say "bad" \\ worse' in upsc(f"till@{at}", "ups.alarm")
        assert "Driver not connected" in upsc(f"gone@{at}")
        assert "Data stale" in upsc(f"old@{at}")
        assert "Unknown UPS" in upsc(f"nobody@{at}")
        assert "Variable not supported" in upsc(f"till@{at}", "ups.nothing")


def nis(address: tuple[str, int], word: bytes) -> list[str]:
    """The lines that a status server of apcupsd sends to a word."""
    with socket.create_connection(address, PATIENCE) as client, client.makefile("rb") as incoming:
        client.sendall(struct.pack(">H", len(word)) + word)
        lines = []
        while size := struct.unpack(">H", incoming.read(2))[0]:
            lines.append(incoming.read(size).decode())
        return lines


def test_nis_status_page() -> None:
    """The status page has its header with number and size of the lines, values and an end."""
    with NisServer({"DATE": "2026-11-24 08:00:00", "STATUS": "ONLINE"}) as server:
        lines = nis(server.address, b"status")
        assert nis(server.address, b"events") == []
        assert nis(server.address, b"dance") == ["Invalid command\n"]
    assert lines[1:] == [
        "DATE     : 2026-11-24 08:00:00\n",
        "STATUS   : ONLINE\n",
        "END APC  : 2026-11-24 08:00:00\n",
    ]
    assert lines[0] == f"APC      : 001,004,{sum(map(len, lines[1:])):04d}\n"


@pytest.mark.peer
def test_apcaccess_reads_the_simulated_server() -> None:
    """apcaccess prints the page and single values, and sees a change of state."""
    beside = Path(os.environ.get("APOWACHT_APCUPSD", "/none")).with_name("apcaccess")
    program = str(beside) if beside.exists() else shutil.which("apcaccess")
    if not program:
        pytest.skip("apcaccess is missing (Debian package apcupsd; APOWACHT_APCUPSD)")

    def asked(*arguments: str) -> str:
        command = [program, *arguments, "-h", f"127.0.0.1:{server.address[1]}"]
        return subprocess.run(
            command, capture_output=True, text=True, timeout=30, check=True
        ).stdout.strip()

    device = load("apcupsd_ups")
    with NisServer(device.state().values) as server:
        page = asked("status")
        assert "STATUS   : ONLINE" in page
        assert page.splitlines()[-1].startswith("END APC")
        server.become(device.state("on battery").values)
        assert asked("-u", "-p", "TIMELEFT") == "21.0"


def test_silent_ports_swallow() -> None:
    """The silent ports take everything and say nothing, and end when they are closed."""
    with SilentUdp() as port, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(b"anybody?", port.address)
        assert not select.select([client], [], [], 0.05)[0]
    with SilentTcp() as listener, socket.create_connection(listener.address, PATIENCE) as client:
        client.sendall(b"anybody?\n")
        assert not select.select([client], [], [], 0.05)[0]
        listener.close()
        client.settimeout(PATIENCE)
        assert client.recv(1) == b""


def test_close_gives_the_port_back() -> None:
    """After close, also without start and more than once, the same port is free again."""
    for make in (lambda port: Agent({}, port=port), lambda port: NutServer({}, port=port)):
        first = make(0)
        first.close()
        first.close()
        with make(first.address[1]) as second:
            assert second.address == first.address


def neighbours() -> tuple[socket.socket, int]:
    """A bound UDP socket and the port below it, which is free."""
    while True:
        taken = bind("127.0.0.1", 0, socket.SOCK_DGRAM)
        below = taken.getsockname()[1] - 1
        try:
            bind("127.0.0.1", below, socket.SOCK_DGRAM).close()
        except OSError:
            taken.close()
        else:
            return taken, below


def test_a_port_in_use_leaves_nothing_open() -> None:
    """When one port of the box is taken the box says so and gives the others back."""
    taken, first = neighbours()
    with taken:
        with pytest.raises(OSError, match="in use"):
            Box(first_port=first)
        with bind("127.0.0.1", first, socket.SOCK_DGRAM) as free:
            assert free.getsockname()[1] == first
        result = CliRunner().invoke(simulator, ["--first-port", str(first), "--lang", "en"])
        assert result.exit_code == 1
        assert "Port not free" in result.output


EVERY_STATE = [(kind, state) for kind in kinds() for state in load(kind).states]


@pytest.mark.parametrize(("kind", "state"), EVERY_STATE)
def test_every_state_can_be_served(kind: str, state: str) -> None:
    """Each state of each table gives values without blanks to fill, and differs from normal."""
    device = load(kind)
    shown = device.state(state)
    assert shown.values
    assert not [text for text in shown.values.values() if "{" in text or "(absent)" in text]
    assert (shown == device.state()) == (state == NORMAL)
    assert set(device.names) == {"de", "en"}
    assert device.protocol in HOSTS


@pytest.mark.parametrize("kind", [kind for kind in kinds() if load(kind).protocol == "snmp"])
def test_snmp_tables_are_consistent(kind: str) -> None:
    """Each line of an SNMP table has a valid type, and its name's index is its OID's."""
    device = load(kind)
    for name in device.states:
        state = device.state(name)
        assert len(snmp_values(state.values)) == len(state.values)
        for label, line in state.values.items():
            oid = line.split()[0]
            assert re.fullmatch(r"1(\.\d+)+", oid), label
            assert oid.rpartition(".")[2] == label.rpartition(".")[2], label


def test_objects_are_named_once() -> None:
    """The same object name in two tables means the same OID, so that no table has a typo."""
    known: dict[tuple[str, str], str] = {}
    for kind in kinds():
        device = load(kind)
        for state in device.states if device.protocol == "snmp" else ():
            for name, line in device.state(state).values.items():
                oid = line.split()[0]
                tree = ".".join(oid.split(".")[:7])
                assert known.setdefault((tree, name), oid) == oid


def test_a_wrong_line_is_named() -> None:
    """A table's line with a wrong type or number raises an error with the object's name."""
    with pytest.raises(ValueError, match=r"upsX\.0: unknown SNMP type"):
        snmp_values({"upsX.0": "1.3.6.1 number 3"})
    with pytest.raises(ValueError, match=r"upsY\.0"):
        snmp_values({"upsY.0": "1.3.6.1 integer three"})


def test_dates_keep_their_age() -> None:
    """A date in a table is counted from today in the layout it asks for."""
    today = date(2026, 11, 24)
    assert with_dates("{0 days ago as mm/dd/yy}", today) == "11/24/26"
    assert with_dates("{400 days ago as yyyy-mm-dd} 08:00", today) == "2025-10-20 08:00"
    assert with_dates("no date", today) == "no date"


def test_devices_bear_the_names_of_the_box() -> None:
    """Two devices of one kind are told apart by the name that each of them tells."""
    name = "1.3.6.1.4.1.318.1.1.1.1.1.2.0"
    with Box() as box:
        for unit in ("ups-server", "ups-counter"):
            service = box.find(unit)[0].service
            answer, _ = exchange(service.address, message("GetRequestPDU", [name]))
            assert understood(answer)[3] == {name: unit}


def test_states_build_on_others() -> None:
    """A state takes over what the state it is like has changed, and absent values are gone."""
    device = load("apc_smart_ups")
    low = device.state("low battery").values
    assert low["upsBasicOutputStatus.0"].endswith(" integer 3")
    assert low["upsBasicBatteryStatus.0"].endswith(" integer 3")
    assert "LINEV" not in load("apcupsd_ups").state("communication lost").values
    with pytest.raises(KeyError):
        device.state("on fire")


def test_scenarios_name_what_exists() -> None:
    """Each scenario names devices of the box and states that these have; each has both titles."""
    table = read_table("scenarios")
    with closing(Box()) as box:
        places = {unit.name: unit.device.states for unit in box.units}
        every = {state for states in places.values() for state in states}
        for name in table.sections():
            assert table[name]["de"]
            assert table[name]["en"]
            for unit, state in table[name].items():
                if unit == "*":
                    assert {word.strip() for word in state.split(",")} <= every
                elif unit not in ("de", "en"):
                    assert state in places[unit]


def test_the_box_holds_every_kind() -> None:
    """Every kind of device that has a table stands somewhere in the box."""
    with closing(Box()) as box:
        assert {unit.device.kind for unit in box.units} == set(kinds())


def test_switching_scenarios_while_running() -> None:
    """SNMP, NUT and apcupsd devices all go over to battery and back without a restart."""
    runtime = "1.3.6.1.4.1.318.1.1.1.2.2.3.0"
    with Box("quiet") as box:
        snmp, nut, apc = (box.find(name)[0] for name in ("ups-server", "till", "ups-desk"))
        for scenario, ticks, status, words in (
            ("quiet", "312000", "OL", "ONLINE"),
            ("power-cut", "126000", "OB DISCHRG", "ONBATT"),
            ("power-cut-end", "10800", "OB LB DISCHRG", "ONBATT LOWBATT"),
            ("quiet", "312000", "OL", "ONLINE"),
        ):
            box.switch(scenario)
            answer, _ = exchange(snmp.service.address, message("GetRequestPDU", [runtime]))
            assert understood(answer)[3] == {runtime: ticks}
            said = converse(nut.service.address, "GET VAR till ups.status")
            assert said[0] == f'VAR till ups.status "{status}"'
            assert f"STATUS   : {words}\n" in nis(apc.service.address, b"status")
        box.put("till", "driver gone")
        said = converse(nut.service.address, "LIST VAR till", "GET VAR lab ups.status")
        assert said[:2] == ["ERR DRIVER-NOT-CONNECTED", 'VAR lab ups.status "OL"']
        with pytest.raises(UnknownNameError):
            box.switch("flood")
        with pytest.raises(UnknownNameError):
            box.put("till", "on fire")
        with pytest.raises(UnknownNameError):
            box.put("nobody", "normal")


def test_listing() -> None:
    """--list names every scenario, every kind and every state, in both languages."""
    for lang, word in (("de", "Szenarien"), ("en", "Scenarios")):
        result = CliRunner().invoke(simulator, ["--list", "--lang", lang])
        assert result.exit_code == 0
        assert word in result.output
        for name in [*read_table("scenarios").sections(), *kinds(), "worn battery"]:
            assert name in result.output


def test_an_unknown_scenario_is_refused() -> None:
    """A scenario that does not exist is refused with the names of those that do."""
    result = CliRunner().invoke(simulator, ["--scenario", "flood"])
    assert result.exit_code == 2
    assert "«flood» gibt es nicht" in result.output
    assert "power-cut" in result.output


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGINT for a single process")
def test_the_command_serves_until_it_is_interrupted(tmp_path: Path) -> None:
    """`apowacht simulator` prints working addresses, serves, and ends with Ctrl-C."""
    command = [str(SCRIPTS / "apowacht"), "simulator", "--scenario", "power-cut"]
    with subprocess.Popen(
        command,
        env=surroundings(tmp_path),
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "Strg-C" in line:
                break
        text = "".join(lines)
        port = re.search(r"check_apo_ups -H 127\.0\.0\.1 -p (\d+) -C public\n", text)
        assert port
        asked = message("GetRequestPDU", ["1.3.6.1.4.1.318.1.1.1.4.1.1.0"])
        answer, _ = exchange(("127.0.0.1", int(port[1])), asked)
        assert list(understood(answer)[3].values()) == ["3"]
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
    assert "--source nut --ups till" in text
    assert "--source apcupsd" in text
