"""Routers by SNMP: every quirk that recordings have shown, live agents, and the recordings."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from apowacht.mibs.routers import families, family_names, if_mib
from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.read import router, router_snmp
from apowacht.plugins.read.router_facts import registered, sim_state, technology
from apowacht.plugins.wire import walkfile
from apowacht.plugins.wire.snmp import Target, open_session
from apowacht.simulator.snmp_agent import Agent, Typed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from apowacht.plugins.read.router_facts import RouterFacts, RouterLine

    Value = int | bytes | str

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
IF = "1.3.6.1.2.1.2.2.1."
IFX = "1.3.6.1.2.1.31.1.1.1."
PEPLINK = "1.3.6.1.4.1.23695."
MIRROR = "1.3.6.1.4.1.27662."
TELTONIKA = "1.3.6.1.4.1.48690."
FORTIGATE = "1.3.6.1.4.1.12356.101."
MIKROTIK = "1.3.6.1.4.1.14988.1.1."
LANCOM = "1.3.6.1.4.1.2356.11.1."
CISCO = "1.3.6.1.4.1.9.9."


def interface(
    index: int, name: str, *, admin: int = 1, oper: int = 1, kind: int = 6, descr: str = ""
) -> dict[str, Value]:
    """The objects of one interface."""
    return {
        f"{IF}2.{index}": (descr or name).encode(),
        f"{IF}3.{index}": kind,
        f"{IF}7.{index}": admin,
        f"{IF}8.{index}": oper,
        f"{IFX}1.{index}": name.encode(),
    }


def facts(values: Mapping[str, Value], wan: Sequence[str] = ()) -> RouterFacts:
    """The facts in these objects, through JSON as a recording would have them."""
    answer = router.from_walk(values, NOW, wan)
    return router.read(answer._replace(data=json.loads(json.dumps(answer.data))))


def line(values: Mapping[str, Value], name: str, wan: Sequence[str] = ()) -> RouterLine:
    """The line of that name."""
    (found,) = (one for one in facts(values, wan).lines if one.name == name)
    return found


# --- interfaces ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("oper", "up", "detail"),
    [
        (1, True, None),
        (2, False, "down"),
        (3, None, "testing"),
        (4, None, "unknown"),
        (5, True, "standby"),
        (6, False, "not_present"),
        (7, False, "lower_layer_down"),
    ],
)
def test_each_oper_status_has_its_meaning(oper: int, up: bool | None, detail: str | None) -> None:
    """Dormant is standby; lowerLayerDown is down."""
    told = line(interface(4, "WAN1", oper=oper), "WAN1", ["WAN1"])
    assert (told.up, told.detail) == (up, detail)


def test_switched_off_is_no_alarm() -> None:
    """Admin down and oper down: not in use. Unasked it is not even listed."""
    off = interface(5, "WAN2", admin=2, oper=2)
    assert facts(off | interface(4, "WAN1")).lines[0].name == "WAN1"
    assert [one.name for one in facts(off | interface(4, "WAN1")).lines] == ["WAN1"]
    told = line(off, "WAN2", ["WAN2"])
    assert (told.up, told.detail) == (None, "disabled")


def test_bintec_switches_its_lines_off_by_itself() -> None:
    """There an admin status of down may be what its host surveillance did."""
    values = interface(10001, "WAN_DSL", admin=2, oper=2)
    values["1.3.6.1.2.1.1.2.0"] = "1.3.6.1.4.1.272.4.201"
    told = line(values, "WAN_DSL", ["wan_dsl", "WAN_DSL"][1:])
    assert (told.up, told.detail) == (False, "switched_off")


def test_interfaces_are_known_by_name_not_by_number() -> None:
    """The same interface under another number is the same line; alias and description count."""
    for index in (10, 1890):
        assert line(interface(index, "wwan0"), "wwan0").up is True
    values = interface(7, "port7", descr="Uplink Telekom") | {f"{IFX}18.7": b"fibre"}
    for name in ("PORT7", "uplink telekom", "fibre"):
        assert line(values, name, [name]).up is True


def test_a_name_that_is_not_there_is_said_so() -> None:
    """Neither up nor down, and not forgotten."""
    told = line(interface(1, "wan"), "wan9", ["wan", "wan9"])
    assert (told.up, told.active, told.detail) == (None, None, "not_found")


def test_of_two_interfaces_of_one_name_the_one_that_is_up_counts() -> None:
    """A modem that came back leaves its old row behind (TRB500)."""
    values = interface(4, "ecm0", oper=2) | interface(18, "ecm0", oper=1)
    assert line(values, "ecm0", ["ecm0"]).up is True


def test_tunnels_bridges_and_wireless_lans_are_no_lines() -> None:
    """Only what looks like a line is one, unless it carries the default route."""
    values: dict[str, Value] = {}
    for index, (name, kind) in enumerate(
        [("lo", 24), ("gre0", 131), ("br-lan", 6), ("wlan0", 6), ("eth0", 6), ("enc0", 244)], 1
    ):
        values |= interface(index, name, kind=kind)
    assert facts(values).lines == []
    assert facts(values | inet_route(5)).active_line == "eth0"
    # Some agents route by default over their loopback.
    assert facts(values | inet_route(1)).active_line is None


def test_technology_is_known_by_name_or_type() -> None:
    """Where neither tells, it is not known."""
    assert line(interface(1, "WAN", kind=251), "WAN").tech == "dsl"
    assert line(interface(1, "WAN", kind=243), "WAN").tech == "mobile"
    assert line(interface(1, "WAN"), "WAN").tech is None
    assert technology("X_AVM-DE_Fiber") == "fibre"
    assert technology("Starlink") == "satellite"


# --- default routes -----------------------------------------------------------------------------


def inet_route(
    index: int, metric: int = 0, hop: str = "192.0.2.1", **more: int
) -> dict[str, Value]:
    """A default route in inetCidrRouteTable, with a policy of two arcs."""
    suffix = f"1.4.0.0.0.0.0.2.0.0.1.4.{hop}"
    return {
        f"1.3.6.1.2.1.4.24.7.1.7.{suffix}": index,
        f"1.3.6.1.2.1.4.24.7.1.8.{suffix}": more.get("kind", 4),
        f"1.3.6.1.2.1.4.24.7.1.12.{suffix}": metric,
        f"1.3.6.1.2.1.4.24.7.1.17.{suffix}": more.get("status", 1),
    }


BOTH = interface(1, "wan") | interface(2, "wwan0")


def test_the_default_route_with_the_lowest_metric_is_the_active_line() -> None:
    """The other one is the backup, whatever order they come in."""
    told = facts(BOTH | inet_route(2, 20) | inet_route(1, 10, "192.0.2.9"))
    assert told.active_line == "wan"
    assert [one.active for one in told.lines] == [True, False]


def test_routes_that_are_not_in_force_do_not_count() -> None:
    """Blackholes, rows out of service, and routes over an interface that is down."""
    backup = inet_route(2, 20)
    for useless in (inet_route(1, 1, "192.0.2.9", kind=5), inet_route(1, 1, "192.0.2.9", status=2)):
        assert facts(BOTH | backup | useless).active_line == "wwan0"
    down = interface(1, "wan", oper=2) | interface(2, "wwan0")
    assert facts(down | backup | inet_route(1, 1, "192.0.2.9")).active_line == "wwan0"


def test_without_a_route_no_line_is_called_active() -> None:
    """Not even the only one that is up."""
    told = facts(BOTH)
    assert told.active_line is None
    assert [one.active for one in told.lines] == [None, None]


def test_a_route_without_an_interface_is_found_by_its_next_hop() -> None:
    """RouterOS gives 0; the smallest network that holds the next hop tells the interface."""
    table = "1.3.6.1.2.1.4.24.4.1."
    values: dict[str, Value] = {
        f"{table}5.0.0.0.0.0.0.0.0.0.192.0.2.1": 0,
        f"{table}5.192.0.2.0.255.255.255.0.0.0.0.0.0": 10,
        f"{table}5.192.0.0.0.255.255.0.0.0.0.0.0.0": 3,
        f"{table}5.198.51.100.0.255.255.255.0.0.0.0.0.0": 4,
    }
    values |= interface(10, "vlan254") | interface(3, "ether3") | interface(4, "ether4")
    assert facts(values).active_line == "vlan254"


def test_the_old_route_table_of_point_to_point_lines() -> None:
    """ipRouteTable, next hop 0.0.0.0, only the interface (RUT240)."""
    values = interface(25, "qmimux0", kind=1) | {
        "1.3.6.1.2.1.4.21.1.2.0.0.0.0": 25,
        "1.3.6.1.2.1.4.21.1.7.0.0.0.0": "0.0.0.0",
        "1.3.6.1.2.1.4.21.1.8.0.0.0.0": 3,
    }
    assert facts(values).active_line == "qmimux0"


# --- Peplink ------------------------------------------------------------------------------------


def wan(index: int, name: str, state: int, signal: int = -9999) -> dict[str, Value]:
    """One WAN in Peplink's table."""
    row = f"{PEPLINK}2.1.2.1."
    return {f"{row}2.{index}": name.encode(), f"{row}3.{index}": state, f"{row}5.{index}": signal}


@pytest.mark.parametrize(
    ("state", "up", "active", "detail"),
    [
        (2, False, False, "disconnected"),
        (3, True, True, None),
        (4, False, False, "connecting"),
        (5, False, False, "activating"),
        (6, False, False, "health_check_failed"),
        (8, True, False, "standby"),
        (0, None, None, "unknown"),
    ],
)
def test_peplinks_states(
    state: int, up: bool | None, active: bool | None, detail: str | None
) -> None:
    """Connected carries, standby would take over, a failed health check would not."""
    told = line(wan(0, "WAN 1", state), "WAN 1")
    assert (told.up, told.active, told.detail) == (up, active, detail)


def test_peplinks_table_counts_from_0_and_stands_twice() -> None:
    """The row 0 is a row, and what only the mirror tells is read there."""
    values = wan(0, "WAN 1", 2) | wan(1, "Cellular 1", 3, -68)
    del values[f"{PEPLINK}2.1.2.1.3.0"]
    values[f"{MIRROR}2.1.2.1.3.0"] = 8
    told = facts(values)
    assert [(one.name, one.up) for one in told.lines] == [("WAN 1", True), ("Cellular 1", True)]
    assert told.active_line == "Cellular 1"


@pytest.mark.parametrize("nothing", [-9999, 0])
def test_a_signal_that_does_not_apply_is_none(nothing: int) -> None:
    """-9999 is Peplink's, 0 that of Wi-Fi WANs."""
    column = f"{PEPLINK}200.1.12.1.1.1."
    told = facts({f"{column}3.0": nothing, f"{column}7.0": nothing, f"{column}9.0": b"LTE"})
    assert told.mobile is not None
    assert told.mobile.signal_dbm is None


def test_a_wan_whose_port_is_switched_off_is_disabled() -> None:
    """The table calls it disconnected; admin and oper are down."""
    values = wan(0, "WAN 1", 3) | wan(5, "Cellular 4", 2)
    values |= interface(7, "Cellular 4", admin=2, oper=2)
    assert [one.name for one in facts(values).lines] == ["WAN 1"]
    assert line(values, "Cellular 4", ["Cellular 4"]).detail == "disabled"


# --- Teltonika ----------------------------------------------------------------------------------


def modem(index: int = 1, /, **cells: Any) -> dict[str, Value]:
    """One row of RutOS 7's modem table."""
    numbers = {
        "sim": 9,
        "pin": 10,
        "net": 11,
        "signal": 12,
        "operator": 13,
        "state": 15,
        "type": 16,
    }
    return {f"{TELTONIKA}2.2.1.{numbers[name]}.{index}": value for name, value in cells.items()}


NEW = modem(
    sim=b"inserted", pin=b"OK", net=b"Registered, home", signal=-59, operator=b"Example",
    state=b"Connected", type=b"LTE",
) | {TELTONIKA + "2.1.0": 1, TELTONIKA + "2.3.0": b"0"}  # fmt: skip
OLD = {
    TELTONIKA + f"2.{number}.0": value
    for number, value in {
        1: b"inserted", 2: b"READY", 3: b"registered (home)", 4: -71, 5: b"Example",
        7: b"connected", 8: b"3G (WCDMA)", 9: 420,
    }.items()
}  # fmt: skip


@pytest.mark.parametrize(
    ("values", "signal", "tech"), [(NEW, -59, "LTE"), (OLD, -71, "3G (WCDMA)")]
)
def test_both_layouts_of_teltonika(values: dict[str, Value], signal: int, tech: str) -> None:
    """Firmware 7 has a table, older ones scalars; words and capitals differ, the facts do not."""
    told = facts(values).mobile
    assert told is not None
    assert (told.operator, told.technology, told.signal_dbm) == ("Example", tech, signal)
    assert (told.registered, told.sim) == (True, "ready")


def test_signals_that_are_texts() -> None:
    """TRB500 sends «-50» as a text."""
    told = facts(modem(signal=b"-50", net=b"Registered, home")).mobile
    assert told is not None
    assert told.signal_dbm == -50


def test_a_session_that_is_gone_takes_its_interface_down() -> None:
    """wwan0 stays up when the network has let the modem go."""
    values = interface(13, "wwan0") | modem(state=b"Disconnected", net=b"Searching")
    told = facts(values)
    assert (told.lines[0].up, told.lines[0].detail) == (False, "disconnected")
    assert told.mobile is not None
    assert told.mobile.registered is False


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"sim": b"not inserted"}, "missing"),
        ({"sim": b"inserted", "pin": b"SIM PIN"}, "pin_needed"),
        ({"sim": b"inserted", "pin": b"SIM PUK"}, "puk_needed"),
        ({"sim": b"inserted", "pin": b"OK"}, "ready"),
    ],
)
def test_sim_states(words: dict[str, Value], expected: str) -> None:
    """The worst word of SIM and PIN counts, and such a modem does not take over."""
    told = facts(interface(3, "wwan0") | modem(1, **words, signal=-70))
    assert told.mobile is not None
    assert told.mobile.sim == expected
    assert told.lines[0].up is (expected == "ready")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("registered (home)", True),
        ("Registered, home", True),
        ("Roaming", True),
        ("not registered", False),
        ("Unregistered", False),
        ("searching", False),
        ("Registration denied", False),
        ("Search Network", False),
        ("disconnected", None),
        ("unknown", None),
        (None, None),
    ],
)
def test_registration_words(words: str | None, expected: bool | None) -> None:
    """«Not registered» holds the word «registered», too."""
    assert registered(words) is expected


def test_sim_words_of_nobody() -> None:
    """What is not known is not made up."""
    assert sim_state(None, "") is None
    assert sim_state("dreaming") is None


# --- MikroTik, FortiGate, Cisco, DrayTek --------------------------------------------------------


def test_mikrotiks_rssi_of_zero_and_unknown_technology() -> None:
    """RSRP is believed; -1 is no technology; the interface is the row's number."""
    values: dict[str, Value] = {
        MIKROTIK + "14.1.1.2.3": b"lte1",
        MIKROTIK + "14.1.1.2.2": b"wlan1",
        MIKROTIK + "16.1.1.2.3": 0,
        MIKROTIK + "16.1.1.4.3": -105,
        MIKROTIK + "16.1.1.6.3": -1,
        MIKROTIK + "16.1.1.11.3": b"490154203237518",
        MIKROTIK + "16.1.1.12.3": b"262019999999999",
        MIKROTIK + "16.1.1.13.3": b"89490200001234567890",
    }
    told = facts(values)
    assert told.mobile is not None
    assert (told.mobile.signal_dbm, told.mobile.technology) == (-105, None)
    assert [one.name for one in told.lines] == ["lte1"]
    text = json.dumps(router.from_walk(values, NOW).data)
    assert not any(secret in text for secret in ("490154", "26201", "894902"))


def test_mikrotiks_scripts_are_never_asked() -> None:
    """A GET of 14988.1.1.18 runs a script."""
    asked = [
        oid
        for family in families().values()
        for each in (*family.lines, *family.modems, *family.modem, *family.scalars)
        for oid in family.instances(each)
    ]
    assert not any(oid.startswith(MIKROTIK + "18") for oid in asked)
    assert not any(oid.startswith(MIKROTIK + "8.") for oid in asked)


def test_fortigates_zero_is_good() -> None:
    """alive(0), dead(1): for link monitors, and for the members of SD-WAN."""
    monitors: dict[str, Value] = {}
    for index, (name, state) in enumerate([("dsl", 0), ("lte", 1)], 1):
        monitors[f"{FORTIGATE}4.8.2.1.2.{index}"] = name.encode()
        monitors[f"{FORTIGATE}4.8.2.1.3.{index}"] = state
        monitors[f"{FORTIGATE}4.8.2.1.8.{index}"] = b"0.000%"
    assert [(one.name, one.up) for one in facts(monitors).lines] == [("dsl", True), ("lte", False)]


def test_a_member_with_one_living_health_check_lives() -> None:
    """All dead is down; one of several dead is named."""
    values: dict[str, Value] = {}
    for index, (check, name, state) in enumerate(
        [("DNS", "wan1", 1), ("Office", "wan1", 0), ("DNS", "wan2", 1)], 1
    ):
        values[f"{FORTIGATE}4.9.2.1.2.{index}"] = check.encode()
        values[f"{FORTIGATE}4.9.2.1.4.{index}"] = state
        values[f"{FORTIGATE}4.9.2.1.14.{index}"] = name.encode()
    first, second = facts(values).lines
    assert (first.name, first.up, first.detail) == ("wan1", True, "dead: DNS")
    assert (second.name, second.up) == ("wan2", False)


def test_a_usb_modem_that_is_not_there_makes_no_line() -> None:
    """Every FortiGate has the object; «disconnected» is no failure of a modem nobody has."""
    assert facts({FORTIGATE + "17.1.2.0": 0}).lines == []


def test_ciscos_modem_belongs_to_the_interface_in_its_name() -> None:
    """The row's number is a part of the device; its name ends with the interface."""
    values: dict[str, Value] = interface(9, "Cellular0") | {
        "1.3.6.1.2.1.47.1.1.1.1.7.14": b"Modem 0 on Cellular0",
        "1.3.6.1.2.1.47.1.1.1.1.7.13": b"Sensor 1",
        CISCO + "661.1.1.1.8.14": 6,
        CISCO + "661.1.3.4.1.1.1.14": -62,
        CISCO + "661.1.3.2.1.5.14": 10,
        CISCO + "661.1.3.5.1.1.2.14": 3,
    }
    told = facts(values)
    assert told.mobile is not None
    assert (told.mobile.technology, told.mobile.sim) == ("LTE", "missing")
    assert [(one.name, one.tech, one.up) for one in told.lines] == [("Cellular0", "mobile", False)]


def test_drayteks_words() -> None:
    """Its LTE status is a text about SIM, search and registration alike."""
    column = "1.3.6.1.4.1.7367.4."
    told = facts({f"{column}1.1": b"Registration denied", f"{column}7.1": b"-71 dBm"}).mobile
    assert told is not None
    assert (told.registered, told.signal_dbm) == (False, -71)


# --- LANCOM -------------------------------------------------------------------------------------


def peer_index(name: str) -> str:
    """LCOS numbers its rows by length and letters of the peer's name."""
    return ".".join(map(str, [len(name), *name.encode()]))


def lancom(carrier: str, backup: int = 0) -> dict[str, Value]:
    """A router with a DSL peer and a mobile one; the default route is the carrier's."""
    values: dict[str, Value] = {LANCOM + "4.15.1.0": backup}
    if carrier == "INTERNET":
        values[f"{LANCOM}4.13.1.1.1.{peer_index('INTERNET')}"] = b"INTERNET"
    else:
        values[f"{LANCOM}4.13.1.1.1.{peer_index('MOBIL')}"] = b"MOBIL"
    states = {"INTERNET": b"Connection", "MOBIL": b"Ready"}
    if carrier == "MOBIL":
        states = {"INTERNET": b"Error", "MOBIL": b"Connection"}
    for number, (name, state) in enumerate(states.items(), 1):
        values[f"{LANCOM}14.1.1.{number}"] = [b"VDSL-1", b"WWAN-1"][number - 1]
        values[f"{LANCOM}14.1.2.{number}"] = state
        values[f"{LANCOM}14.1.5.{number}"] = name.encode()
    route = "255.255.255.255.0.0.0.0.0"
    values[f"{LANCOM}10.30.1.2.{route}"] = "0.0.0.0"
    values[f"{LANCOM}10.30.1.5.{route}"] = carrier.encode()
    values[f"{LANCOM}10.30.1.2.10.1.0.0.255.255.0.0.0"] = "255.255.0.0"
    values[f"{LANCOM}10.30.1.5.10.1.0.0.255.255.0.0.0"] = b"VPN"
    return values


def lancom_modem(state: int, registration: int = 1, sim: int = 1) -> dict[str, Value]:
    """LCOS' modem."""
    return {
        LANCOM + "49.3.0": state,
        LANCOM + "49.4.0": 2,
        LANCOM + "49.6.0": -71,
        LANCOM + "49.7.0": registration,
        LANCOM + "49.12.0": 8,
        LANCOM + "49.23.0": b"89490200001234567890",
        LANCOM + "49.37.0": b"490154203237518",
        LANCOM + "49.38.0": sim,
    }


def test_lancoms_default_route_names_the_active_peer() -> None:
    """Peers, not interfaces, are its lines; routes into tunnels are none."""
    told = facts(lancom("INTERNET") | lancom_modem(5))
    assert told.active_line == "INTERNET"
    assert [(one.name, one.tech, one.up) for one in told.lines] == [
        ("INTERNET", "dsl", True),
        ("MOBIL", "mobile", True),
    ]
    assert told.lines[1].detail == "standby"
    assert told.mobile is not None
    assert (told.mobile.technology, told.mobile.registered) == ("LTE", True)
    assert "8949" not in json.dumps(router.from_walk(lancom_modem(5), NOW).data)


def test_lancom_running_on_its_backup() -> None:
    """lcsStatusWanBackupActive and the default route say so together."""
    told = facts(lancom("MOBIL", backup=1) | lancom_modem(8))
    assert told.active_line == "MOBIL"
    up = {one.name: (one.up, one.detail) for one in told.lines}
    assert up == {"INTERNET": (False, "Error"), "MOBIL": (True, "backup_active")}


@pytest.mark.parametrize(
    ("modem_now", "up", "detail"),
    [
        (lancom_modem(5), True, "standby"),
        (lancom_modem(5, registration=131), False, "not_registered"),
        (lancom_modem(5, sim=0), False, "sim_missing"),
        (lancom_modem(16), False, "sim_pin_needed"),
        (lancom_modem(9), False, "scanning"),
    ],
)
def test_lancoms_modem_would_take_over(modem_now: dict[str, Value], up: bool, detail: str) -> None:
    """Ready, registered, SIM in its place: all three or it would not."""
    told = line(lancom("INTERNET") | modem_now, "MOBIL")
    assert (told.up, told.detail) == (up, detail)


# --- live ---------------------------------------------------------------------------------------


def served(values: Mapping[str, Value]) -> dict[str, Typed]:
    """The same objects for the simulated agent."""

    def typed(value: Value) -> Typed:
        if isinstance(value, int):
            return Typed.parse("integer", str(value))
        if isinstance(value, str):
            kind = "ipaddress" if value.count(".") == 3 else "oid"
            return Typed.parse(kind, value)
        return Typed.parse("string", value.decode())

    return {oid: typed(value) for oid, value in values.items()}


@pytest.mark.parametrize(
    "values",
    [
        BOTH | inet_route(2, 20) | inet_route(1, 10, "192.0.2.9") | NEW,
        wan(0, "WAN 1", 2) | wan(1, "Cellular 1", 3, -68),
        lancom("MOBIL", backup=1) | lancom_modem(8),
        interface(9, "Cellular0")
        | {
            "1.3.6.1.2.1.47.1.1.1.1.7.14": b"Modem 0 on Cellular0",
            CISCO + "661.1.3.4.1.1.1.14": -62,
        },
    ],
)
def test_a_live_router_tells_what_its_recording_tells(values: dict[str, Value]) -> None:
    """Whatever is read of a walk is also asked of an agent, and nothing more than that."""
    with Agent(served(values)) as agent:
        host, port = agent.address
        session = open_session(Target(host, port), Deadline(20))
        try:
            data = router_snmp.ask(session)
        finally:
            session.close()
    assert data == router_snmp.reduce(values)


def options(**given: Any) -> Any:
    """A run's options, those of the router and of SNMP."""
    known: dict[str, Any] = {
        "router": "snmp", "router_host": "127.0.0.1", "router_port": None, "router_wan": (),
        "router_user": None, "router_password_file": None, "router_tls_fingerprint": (),
        "router_ca_file": None, "router_insecure": False, "router_site": "default",
        "router_web_port": None, "snmp_version": None, "snmp_user": None, "snmp_retries": 2,
        "community": None, "community_file": None, "deadline": Deadline(20), "now": NOW,
        "secrets": [],
    }  # fmt: skip
    return SimpleNamespace(**{**known, **given})


def test_ask_and_read_as_the_check_does() -> None:
    """By options, with the names that were wanted; the community is kept out of every output."""
    with Agent(served(BOTH | inet_route(2)), community="geheim") as agent:
        chosen = options(router_port=agent.address[1], community="geheim", router_wan=("wwan0",))
        told = router.read(router.ask(chosen))
    assert [(one.name, one.active) for one in told.lines] == [("wwan0", True)]
    assert chosen.secrets == ["geheim"]


def test_what_is_missing_is_named() -> None:
    """Host, user and password: each by its option, before anybody is asked."""
    for given, option in (
        ({"router_host": None}, "-H/--hostname"),
        ({"router": "fritzbox"}, "--router-user"),
        ({"router": "rutos", "router_user": "x"}, "--router-password-file"),
    ):
        with pytest.raises(OwnTrouble) as caught:
            router.ask(options(**given))
        assert caught.value.values["option"] == option


# --- tables and recordings ----------------------------------------------------------------------


def test_every_table_is_well_formed() -> None:
    """Each family is listed, has something to tell, and no OID outside its trees."""
    assert set(families()) == set(family_names())
    for name, family in families().items():
        assert family.name == name
        objects = (*family.lines, *family.modems, *family.modem, *family.scalars)
        assert objects
        for each in objects:
            assert all(part.isdigit() for part in each.oid.split("."))
    assert set(if_mib.OPER) == set(range(1, 8))


def test_rubbish_is_read_without_a_crash() -> None:
    """Nothing, other devices' objects, and types that nobody expects."""
    assert facts({}).lines == []
    odd: dict[str, Value] = {IF + "8.1": b"x", IF + "2.1": b"\xff\x00wan", IFX + "1.2": b""}
    odd |= {PEPLINK + "2.1.2.1.2.0": 7, PEPLINK + "2.1.2.1.3.0": b"three", IF + "8.x": 1}
    odd |= {"1.3.6.1.2.1.4.24.7.1.7.1.4.0.0.0.0.0": 1, LANCOM + "10.30.1.5.1": b"P"}
    assert facts(odd).active_line is None


# What the facts page or the recording itself tells of each.
RECORDED: dict[str, tuple[str | None, dict[str, bool | None], tuple[Any, ...] | None]] = {
    "bintec-beip-plus": (None, {}, None),
    "draytek_vigor2962": (None, {"WAN1": True}, None),
    "fortiextender_201e": (None, {"wan": False, "lte1": True}, (None, -61, None, None)),
    "fortigate_60f3g4g": (None, {"wan1": False, "wwan": True}, (None, -62, None, None)),
    "fortigate_link-monitor": (None, {"lhm-am7": True}, None),
    "fortigate_sdwan": (None, {"wan1": True, "wan2": True, "PRIVATE-A": True}, None),
    "ios_ir809": (None, {"Cellular0": None}, ("LTE", -62, True, "ready")),
    "lcos_oap1700b": (None, {}, None),
    "oneaccess_oneaccess-lte": (None, {}, ("4G", -64, None, None)),
    "openwrt": (None, {"wan": True, "ppp0": True}, None),
    "opnsense_vm": (None, {}, None),
    "pepwave": (
        "Cellular 1",
        {"WAN 1": False, "WAN 2": False, "Cellular 1": True, "Cellular 2": True},
        (None, -68, None, None),
    ),
    "pfsense_frr-bgp": (None, {}, None),
    "routeros_ltap-mini": (None, {"lte1": None}, ("LTE", -105, None, None)),
    "routeros_rb760igs": ("vlan254", {"vlan254": True}, None),
    "rutos-2xx_rut240v7": ("qmimux0", {"qmimux0": True}, ("LTE", -59, True, "ready")),
    "rutos-rutx_rut955": (None, {"qmimux0": True}, ("LTE", -84, True, "ready")),
    "rutos-rutx_trb500": (None, {"rmnet_data0": True}, ("5G-NSA", -50, True, "ready")),
    "sonicwall_sonicos7": (None, {"X1": True, "U0": False}, None),
    "sophos-xg_sg230": (None, {}, None),
    "unifi_unifi": (None, {"wwan0": True}, None),
    "zywall_usg40w": ("eth0", {"eth0": True}, None),
}


def recorded(name: str) -> dict[str, Value]:
    """A recorded router; skips without the oracle."""
    folder = os.environ.get("APOWACHT_ORACLE")
    if not folder:
        pytest.skip("APOWACHT_ORACLE is not set")
    file = Path(folder) / "snmp" / "router" / f"{name}.snmprec"
    return walkfile.parse(file.read_bytes(), str(file))


@pytest.mark.oracle
@pytest.mark.parametrize("name", RECORDED)
def test_recorded_routers(name: str) -> None:
    """The right lines, the active one where a route tells it, and the modem."""
    active, lines, modem_told = RECORDED[name]
    told = facts(recorded(name))
    assert told.active_line == active
    up = {one.name: one.up for one in told.lines}
    assert lines.items() <= up.items()
    if modem_told is None:
        assert told.mobile is None
    else:
        assert told.mobile is not None
        mobile = told.mobile
        assert (
            mobile.technology, mobile.signal_dbm, mobile.registered, mobile.sim
        ) == modem_told  # fmt: skip


@pytest.mark.oracle
def test_no_recorded_router_is_left_out() -> None:
    """The table above has every file of the folder."""
    folder = os.environ.get("APOWACHT_ORACLE")
    if not folder:
        pytest.skip("APOWACHT_ORACLE is not set")
    files = (Path(folder) / "snmp" / "router").glob("*.snmprec")
    assert {file.stem for file in files} == set(RECORDED)


@pytest.mark.oracle
@pytest.mark.parametrize("name", RECORDED)
def test_no_identity_of_a_recorded_router_is_kept(name: str) -> None:
    """IMEI, IMSI and ICCID are long digits; next hops and own addresses have four parts."""
    import re

    values = recorded(name)
    told = router.from_walk(values, NOW).data
    told.pop("object_id")
    text = json.dumps(told)
    assert not re.search(r"(?<!\d)\d{14,20}(?!\d)", text)
    addresses = re.findall(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])", text)
    assert addresses == []


@pytest.mark.oracle
def test_tracked_names_of_a_recorded_router() -> None:
    """Interfaces that do not look like lines are read when they are named."""
    told = facts(recorded("sophos-xg_sg230"), ["PortE1", "PortE2"])
    assert [(one.name, one.up, one.detail) for one in told.lines] == [
        ("PortE1", True, None),
        ("PortE2", None, "disabled"),
    ]
    told = facts(recorded("fortigate_60f3g4g"), ["wan1", "modem"])
    assert [(one.up, one.detail) for one in told.lines] == [(False, "down"), (None, "disabled")]
