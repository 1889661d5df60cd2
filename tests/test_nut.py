"""NUT: the conversation with upsd, real and hostile, and what its variables mean."""

from __future__ import annotations

import hashlib
import socket
import ssl
import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from timing import SPARE_SECONDS
from upsd import ON_LINE, certificate, serving, swallow, until, upsd

from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import Garbled, OwnTrouble, Refused, TargetTrouble, Unreachable
from apowacht.plugins.read import ups_nut, ups_values
from apowacht.plugins.wire import nut

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from upsd import Upsd

NOW = datetime(2026, 6, 15, 12, 0, 0)
HOST = "127.0.0.1"
PASSWORD = "secret words"


def ask(port: int, ups: str | None = "usv", **options: Any) -> dict[str, dict[str, str]]:
    """Ask a loopback server, with a deadline that no test here should need."""
    return nut.ask(HOST, port, ups, options.pop("deadline", Deadline(10)), **options)


def answering(
    replies: Mapping[str, str], heard: list[str] | None = None
) -> Callable[[socket.socket], None]:
    """A server that answers each line with the reply to its longest known beginning."""

    def handle(connection: socket.socket) -> None:
        for line in connection.makefile(encoding="utf-8", newline="\n"):
            command = line.strip()
            if heard is not None:
                heard.append(command)
            known = [start for start in replies if command.startswith(start)]
            if known:
                connection.sendall(replies[max(known, key=len)].encode("utf-8", "surrogateescape"))

    return handle


def variables(*lines: str, ups: str = "usv") -> str:
    """A whole answer to LIST VAR."""
    middle = "".join(f"VAR {ups} {line}\n" for line in lines)
    return f"BEGIN LIST VAR {ups}\n{middle}END LIST VAR {ups}\n"


# --- the conversation -----------------------------------------------------------------------


def test_values_are_unescaped() -> None:
    """Quotes and backslashes in a value come out as the driver meant them."""
    replies = {"LIST VAR": variables(r'ups.mfr "A \"B\" \\ C"', 'ups.model ""', 'ups.id "a b"')}
    with serving(answering(replies)) as port:
        assert ask(port) == {"usv": {"ups.mfr": 'A "B" \\ C', "ups.model": "", "ups.id": "a b"}}


def test_text_that_is_no_utf8_is_latin1() -> None:
    """A driver that passes a manufacturer's old encoding on does not spoil the answer."""
    replies = {"LIST VAR": variables('ups.mfr "F\udcfcr"', 'ups.model "Für"')}
    with serving(answering(replies)) as port:
        assert ask(port)["usv"] == {"ups.mfr": "Für", "ups.model": "Für"}


def test_all_listed_ups_are_asked() -> None:
    """Without a name every UPS of the server answers, each under its own."""
    replies = {
        "LIST UPS": 'BEGIN LIST UPS\nUPS a "Keller"\nUPS "b c" "x \\"y\\""\nUPS d\nEND LIST UPS\n',
        "LIST VAR a": variables('ups.status "OL"', ups="a"),
        'LIST VAR "b c"': variables('ups.status "OB"', ups='"b c"'),
        "LIST VAR d": "ERR DATA-STALE\n",
    }
    with serving(answering(replies)) as port:
        assert ask(port, None) == {
            "a": {"ups.status": "OL"},
            "b c": {"ups.status": "OB"},
            "d": {"error": "DATA-STALE"},
        }


def test_server_without_any_ups() -> None:
    """A server that lists nothing is refused as such: nothing was watched."""
    replies = {"LIST UPS": "BEGIN LIST UPS\nEND LIST UPS\n"}
    with serving(answering(replies)) as port, pytest.raises(Refused) as trouble:
        ask(port, None)
    assert trouble.value.reason == "nut_no_ups"


def test_goodbye_is_said() -> None:
    """The server is told that the conversation is over, as its log would otherwise complain."""
    heard: list[str] = []
    with serving(answering({"LIST VAR": variables()}, heard)) as port:
        ask(port)
        assert until(lambda: heard == ["LIST VAR usv", "LOGOUT"]), heard


@pytest.mark.parametrize(
    "word", ["ACCESS-DENIED", "INVALID-PASSWORD", "USERNAME-REQUIRED", "PASSWORD-REQUIRED"]
)
@pytest.mark.parametrize("command", ["USERNAME", "PASSWORD", "LIST VAR"])
def test_access_denied(word: str, command: str) -> None:
    """Whenever the server does not let us in, that is the answer, without a word of the login."""
    replies = {"USERNAME": "OK\n", "PASSWORD": "OK\n", "LIST VAR": variables()}
    replies[command] = f"ERR {word}\n"
    with serving(answering(replies)) as port, pytest.raises(Refused) as trouble:
        ask(port, user="watcher", password=PASSWORD)
    assert trouble.value.reason == "nut_access_denied"
    assert trouble.value.phase == "auth"
    assert PASSWORD not in str(trouble.value)


def test_other_error_is_named() -> None:
    """An error that only newer servers know is passed on by its word."""
    replies = {"LIST VAR": "ERR QUITE-NEW\n"}
    with serving(answering(replies)) as port, pytest.raises(Refused) as trouble:
        ask(port)
    assert trouble.value.reason == "nut_refused"
    assert trouble.value.values["answer"] == "QUITE-NEW"


@pytest.mark.parametrize("command", ["LIST UPS", "USERNAME"])
def test_driver_error_where_no_driver_was_asked(command: str) -> None:
    """A server that speaks of a driver where none can matter is refused, not believed."""
    replies = {"USERNAME": "OK\n", command: "ERR DATA-STALE\n"}
    with serving(answering(replies)) as port, pytest.raises(Refused) as trouble:
        ask(port, None, user="watcher")
    assert trouble.value.reason == "nut_refused"


@pytest.mark.parametrize(
    ("field", "name"),
    [
        *((field, "usv\nLOGOUT") for field in ("ups", "user", "password")),
        *(("ups", name) for name in ("", "usv\r", "a\0b", "\x1b[0m", "a\u2028b", "\udcff")),
    ],
)
def test_nothing_can_be_slipped_into_a_command(field: str, name: str) -> None:
    """A name with a line break sends nothing at all, and is never shown."""
    heard: list[str] = []
    options: dict[str, Any] = {"ups": "usv", field: name}
    with serving(answering({}, heard)) as port, pytest.raises(OwnTrouble) as trouble:
        ask(port, **options)
    assert trouble.value.reason == "nut_bad_text"
    assert trouble.value.values == {"field": field}
    assert heard == []


def test_odd_words_are_quoted() -> None:
    """Blanks, quotes, backslashes, comment and equals signs reach the server as they are."""
    heard: list[str] = []
    replies = {"USERNAME": "OK\n", "PASSWORD": "OK\n", "LIST VAR": variables()}
    with serving(answering(replies, heard)) as port:
        ask(port, "usv keller", user="a#b", password='p"w\\d=1')
    assert heard[:3] == [
        'USERNAME "a#b"',
        r'PASSWORD "p\"w\\d=1"',
        'LIST VAR "usv keller"',
    ]


def test_login_never_goes_out_in_clear_when_tls_was_asked_for() -> None:
    """A server without TLS hears STARTTLS and no login."""
    heard: list[str] = []
    with serving(answering({"STARTTLS": "ERR FEATURE-NOT-CONFIGURED\n"}, heard)) as port:
        with pytest.raises(Refused) as trouble:
            ask(port, user="watcher", password=PASSWORD, starttls=True)
        assert until(lambda: "LOGOUT" in heard)
    assert trouble.value.reason == "nut_no_tls"
    assert heard == ["STARTTLS", "LOGOUT"]


def test_no_login_to_nobody_knows_whom() -> None:
    """Encrypted without a check of the other end: nobody is asked, and the password stays here."""
    came: list[socket.socket] = []
    with serving(came.append) as port, pytest.raises(OwnTrouble) as trouble:
        ask(port, starttls=True, insecure=True, user="monitor", password="secret")
    assert trouble.value.reason == "credentials_unverified"
    assert came == []


def test_lines_before_the_handshake_are_not_believed() -> None:
    """What somebody puts behind the OK, before anything is encrypted, is no answer."""
    forged = "OK STARTTLS\n" + variables('ups.status "OL"')
    with serving(answering({"STARTTLS": forged})) as port, pytest.raises(Garbled) as trouble:
        ask(port, starttls=True, insecure=True)
    assert trouble.value.reason == "nut_garbled"


def test_handshake_that_is_none() -> None:
    """A server that goes on in clear after its OK has no TLS that works."""
    replies = {"STARTTLS": "OK STARTTLS\n"}

    def handle(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(replies["STARTTLS"].encode())
        connection.recv(4096)
        connection.sendall(b"this is no handshake\n" * 10)
        connection.recv(4096)

    with serving(handle) as port, pytest.raises(Garbled) as trouble:
        ask(port, starttls=True, insecure=True)
    assert trouble.value.reason == "tls_not_tls"
    assert trouble.value.phase == "tls"


def test_handshake_that_never_comes_ends_with_the_deadline() -> None:
    """A server that says OK and then nothing is a timeout in the phase tls."""

    def handle(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(b"OK STARTTLS\n")
        swallow(connection)

    began = time.monotonic()
    with serving(handle) as port, pytest.raises(Unreachable) as trouble:
        ask(port, starttls=True, insecure=True, deadline=Deadline(0.3))
    assert (trouble.value.reason, trouble.value.phase) == ("timeout", "tls")
    assert time.monotonic() - began < 0.3 + SPARE_SECONDS


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"ca_file": "/nonexistent.pem"}, "ca_file_unreadable"),
        ({"ca_file": __file__}, "ca_file_unreadable"),
        ({"fingerprints": ["12:34"]}, "bad_fingerprint"),
    ],
)
def test_unusable_trust_is_our_trouble(options: dict[str, Any], reason: str) -> None:
    """A missing or senseless CA file and a wrong fingerprint are said before anybody is asked."""
    heard: list[str] = []
    with serving(answering({}, heard)) as port, pytest.raises(OwnTrouble) as trouble:
        ask(port, starttls=True, **options)
    assert trouble.value.reason == reason
    assert heard == []


# --- servers that misbehave -----------------------------------------------------------------


def close(_: socket.socket) -> None:
    """Close at once."""


def endless_line(connection: socket.socket) -> None:
    """Send one line that never ends."""
    while True:
        connection.sendall(b"x" * 65536)


def endless_list(connection: socket.socket) -> None:
    """Send a list that never ends."""
    connection.sendall(b"BEGIN LIST VAR usv\n")
    while True:
        connection.sendall(b'VAR usv ups.status "OL"\n' * 1000)


def trickle(connection: socket.socket) -> None:
    """Send a correct answer so slowly that it never ends."""
    connection.settimeout(0.02)
    for byte in variables('ups.status "OL"').encode() * 1000:
        connection.sendall(bytes([byte]))
        try:
            if connection.recv(100) == b"":
                return
        except TimeoutError:
            pass


def saying(*answer: bytes) -> Callable[[socket.socket], None]:
    """A server that says one thing and waits for the client to go."""

    def handle(connection: socket.socket) -> None:
        connection.sendall(b"".join(answer))
        swallow(connection)

    return handle


@pytest.mark.parametrize(
    ("handle", "kind", "reason"),
    [
        (swallow, Unreachable, "timeout"),
        (trickle, Unreachable, "timeout"),
        (saying(b"BEGIN LIST VAR usv\n"), Unreachable, "timeout"),
        (close, Unreachable, "connection_lost"),
        (endless_line, Garbled, "nut_garbled"),
        (endless_list, Garbled, "nut_garbled"),
        (saying(bytes(range(256)) * 4), Garbled, "nut_garbled"),
        (saying(b"SSH-2.0-OpenSSH_9.2\r\n"), Garbled, "nut_garbled"),
        (saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"), Garbled, "nut_garbled"),
        (saying(b"BEGIN LIST VAR usv\nVAR usv ups.status OL\n"), Garbled, "nut_garbled"),
        (saying(b'BEGIN LIST VAR usv\nVAR usv "ups.status\n'), Garbled, "nut_garbled"),
        (saying(b"\n"), Garbled, "nut_garbled"),
        (saying(b"ERR\n"), Garbled, "nut_garbled"),
    ],
)
def test_hostile_server(
    handle: Callable[[socket.socket], None], kind: type[TargetTrouble], reason: str
) -> None:
    """Whatever a server does, the answer is one of ours and comes by the deadline."""
    seconds = 0.5 if reason == "timeout" else 10
    began = time.monotonic()
    with serving(handle) as port, pytest.raises(kind) as trouble:
        ask(port, deadline=Deadline(seconds))
    assert trouble.value.reason == reason
    assert trouble.value.phase == "request"
    assert str(trouble.value.values.get("line", "")).isprintable()
    assert time.monotonic() - began < seconds + SPARE_SECONDS


# --- what upsc printed ----------------------------------------------------------------------


def test_parse_upsc() -> None:
    """upsc's output and a dump with notes are read; comments and chatter are left out."""
    text = (
        "Init SSL without certificate database\n# a comment: yes\nbattery.charge: 100\r\n"
        "input.L1-L2.voltage: 393.0\ndriver.parameter.snmp_version: v1\nups.status: OL OB #BAD\n"
        "ups.model: Model #1: big \nups.serial:\n\nbattery.date: 2001/09/25 #COMMENT factory\n"
        "Using subdriver: EXPLORE HID 0.2\n"
    )
    assert nut.parse_upsc(text) == {
        "battery.charge": "100",
        "input.L1-L2.voltage": "393.0",
        "driver.parameter.snmp_version": "v1",
        "ups.status": "OL OB",
        "ups.model": "Model #1: big",
        "ups.serial": "",
        "battery.date": "2001/09/25",
    }


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("Error: Data stale\n", "DATA-STALE"),
        ("Error: Driver not connected", "DRIVER-NOT-CONNECTED"),
    ],
)
def test_parse_upsc_of_a_ups_that_is_gone(text: str, error: str) -> None:
    """upsc's own complaint about the driver is kept as upsd's word for it."""
    assert nut.parse_upsc(text) == {"error": error}


def test_parse_upsc_of_something_else() -> None:
    """A text that holds no variables gives none."""
    assert nut.parse_upsc("<html>\n1.3.6.1.2.1.1.1.0|4|Linux\nSTATUS   : ONLINE\n") == {}


# --- what the variables mean ----------------------------------------------------------------


def read(status: str, **further: str) -> dict[str, Any]:
    """The facts of a UPS with this status and further variables (`__` stands for the dot)."""
    named = {key.replace("__", "."): value for key, value in further.items()}
    return ups_nut.read({"ups.status": status} | named, NOW, "usv")


def test_whole_reading() -> None:
    """A healthy UPS gives every fact that its driver knows, in our units and no other keys."""
    told = ON_LINE | {
        "battery.date": "2024/06/15",
        "battery.mfr.date": "2020/01/01",
        "ups.test.result": "Done and passed",
        "ups.test.date": "06/01/2026",
        "device.serial": "AS1234567890",
    }
    assert ups_nut.read(told, NOW, "usv") == {
        "ups_name": "usv",
        "manufacturer": "APC",
        "model": "Smart-UPS 1500",
        "mib": None,
        "communication": "ok",
        "power_source": "mains",
        "battery_status": "normal",
        "charge_percent": 100,
        "charging": None,
        "runtime_seconds": 2400,
        "load_percent": 18,
        "battery_temperature_celsius": 24.5,
        "input_voltage_volts": [231.0],
        "battery_voltage_volts": 27.1,
        "seconds_on_battery": None,
        "replace_battery": False,
        "battery_age_days": 730,
        "selftest": "passed",
        "selftest_age_days": 14,
        "alarms": [],
    }


@pytest.mark.parametrize(
    ("status", "further", "source"),
    [
        ("OL", {}, "mains"),
        ("OL CHRG", {}, "mains"),
        ("HB OL", {}, "mains"),
        ("TRIM", {}, "mains"),
        ("OL BOOST NEWWORD", {}, "mains"),
        ("ECO OL", {}, "mains"),
        ("OB", {}, "battery"),
        ("OB DISCHRG", {}, "battery"),
        ("LB OB", {}, "battery"),
        ("FSD OB LB", {}, "battery"),
        ("OL FSD", {}, "mains"),
        ("OL OB", {}, "mains"),
        ("OL DISCHRG OB", {}, "mains"),
        ("OL OB", {"input__voltage": "0.0"}, "battery"),
        ("CAL OB DISCHRG", {}, "mains"),
        ("TEST OB", {}, "mains"),
        ("CAL OB LB", {}, "battery"),
        ("CAL OB", {"input__voltage": "3"}, "battery"),
        ("OB", {"ups__test__result": "In progress"}, "battery"),
        ("OB", {"ups__test__result": "In progress", "input__voltage": "230"}, "mains"),
        ("OB", {"ups__test__result": "In progress", "input__voltage": "0"}, "battery"),
        ("OL BYPASS", {}, "bypass"),
        ("OL OFF", {}, "off"),
        ("ALARM", {}, None),
        ("NEWWORD", {}, None),
        ("", {}, None),
    ],
)
def test_power_source(status: str, further: dict[str, str], source: str | None) -> None:
    """The words of a status in any order, contradictory and unknown ones too, give one source."""
    assert read(status, **further)["power_source"] == source


@pytest.mark.parametrize(
    ("status", "battery", "replace", "charging", "alarms"),
    [
        ("OL", "normal", False, None, []),
        ("OL CHRG LB", "low", False, True, []),
        ("OB DISCHRG", "normal", False, False, []),
        ("RB OL", "normal", True, None, []),
        ("OL OVER", "normal", False, None, ["output_overload"]),
        ("FSD OB LB", "low", False, False, ["shutdown_imminent"]),
        ("OL ALARM", "normal", False, None, ["ups_alarm"]),
        ("", None, None, None, None),
    ],
)
def test_status_words(
    status: str,
    battery: str | None,
    replace: bool | None,
    charging: bool | None,
    alarms: list[str] | None,
) -> None:
    """Each word has its fact; without any word nothing is known, and nothing is normal."""
    facts = read(status)
    found = [facts[key] for key in ("battery_status", "replace_battery", "charging", "alarms")]
    assert found == [battery, replace, charging, alarms]


@pytest.mark.parametrize(
    ("text", "alarms"),
    [
        ("Replace battery! No battery installed!", ["battery_bad", "no_battery"]),
        ("Battery voltage too low!", ["battery_voltage_low"]),
        ("Battery voltage too high!", ["battery_voltage_high"]),
        ("Battery charger fail!", ["charger_failed"]),
        ("Shutdown imminent! Fan failure!", ["shutdown_imminent", "fan_failure"]),
        ("Temperature too high!", ["temp_bad"]),
        ("Internal UPS fault!", ["internal_failure"]),
        ("Communication fault!", ["communications_lost"]),
        ("Awaiting power!", ["awaiting_power"]),
        ("Fuse fault!", ["fuse_failure"]),
        ("Automatic bypass mode! Manual bypass mode!", ["on_bypass"]),
        ("Low battery", ["low_battery"]),
        ("Output overload!", ["output_overload"]),
        ("Input voltage out of range!", ["input_bad"]),
        ("[UPS-1] Überhitzt", ["ups_1", "berhitzt"]),
        ("x" * 100 + "!", ["x" * 40]),
        ("???", ["ups_alarm"]),
        ("none", ["ups_alarm"]),
    ],
)
def test_alarm_texts(text: str, alarms: list[str]) -> None:
    """A driver's phrases become names; a phrase nobody knows becomes a short name of its own."""
    assert read("ALARM OL", ups__alarm=text)["alarms"] == alarms


def test_alarm_text_counts_without_its_word() -> None:
    """A text without ALARM in the status is an alarm; «none» without it is none."""
    assert read("OL", ups__alarm="Fan failure!")["alarms"] == ["fan_failure"]
    assert read("OL", ups__alarm="none")["alarms"] == []


@pytest.mark.parametrize(
    "further", [{"ups__alarm": "Replace battery!"}, {"battery__packs__bad": "1"}]
)
def test_bad_battery_without_its_word(further: dict[str, str]) -> None:
    """A battery that the alarm or the count of bad packs complains of wants replacing."""
    assert read("OL", **further)["replace_battery"] is True


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("Done and passed", "passed"),
        ("Done and warning", "warning"),
        ("Done and error", "failed"),
        ("Aborted", "aborted"),
        ("In progress", "in_progress"),
        ("TestInProgress", "in_progress"),
        ("No test initiated", "never"),
        ("Ok", "passed"),
        ("passed", "passed"),
        ("Failed", "failed"),
        ("Battery test failed", "failed"),
        ("not passed", "failed"),
        ("no error", "passed"),
        ("NO", None),
        ("NG", "failed"),
        ("BT", "failed"),
        ("InvalidTest", None),
        ("Test scheduled", None),
        ("warbl", None),
        ("", None),
    ],
)
def test_selftest_texts(text: str, result: str | None) -> None:
    """Each driver's wording of a test result gives one of our words, or is unknown."""
    assert read("OL", ups__test__result=text)["selftest"] == result


def test_selftest_by_status() -> None:
    """A calibration or test that runs is one, whatever the last result was."""
    for word in ("CAL", "TEST"):
        facts = read(f"OL {word}", ups__test__result="Done and passed")
        assert facts["selftest"] == "in_progress"


@pytest.mark.parametrize(
    ("status", "further"),
    [
        ("CAL OB", {"input__voltage": "0"}),
        ("CAL OB LB", {}),
        ("TEST OB FSD", {}),
        ("OL OFF", {}),
        ("OL BYPASS", {}),
        ("OB LB", {"input__voltage": "230"}),
        ("OB", {"input__voltage": "0"}),
    ],
)
def test_selftest_hides_nothing_real(status: str, further: dict[str, str]) -> None:
    """A test, or a result that got stuck, quiets no power cut, low battery or lost output."""
    facts = read(status, **further, ups__test__result="In progress")
    assert facts["selftest"] is None
    assert facts["power_source"] != "mains"


def test_selftest_on_battery_without_a_voltage() -> None:
    """Where the input is not told, a test from the battery stays one, for whoever judges it."""
    facts = read("OB DISCHRG", ups__test__result="In progress")
    assert (facts["power_source"], facts["selftest"]) == ("battery", "in_progress")


def test_never_tested_has_no_age() -> None:
    """A date beside «no test» is no test's date."""
    facts = read("OL", ups__test__result="No test initiated", ups__test__date="01/01/2026")
    assert facts["selftest_age_days"] is None


@pytest.mark.parametrize("text", ["65535", "3932100", "-1", "0", "0.00"])
def test_unknown_runtime(text: str) -> None:
    """The runtimes that drivers pass on for «unknown» are unknown while on mains."""
    assert read("OL", battery__runtime=text, battery__charge="100")["runtime_seconds"] is None


def test_runtime_of_zero_on_battery() -> None:
    """On battery a runtime of 0 is what it says."""
    assert read("OB LB", battery__runtime="0")["runtime_seconds"] == 0


def test_phases() -> None:
    """Of several phases all input voltages are told, and the load is the highest."""
    facts = read(
        "OL",
        **{"input__L1-N__voltage": "229", "input__L2-N__voltage": "2310",
           "input__L3-N__voltage": "230", "input__voltage": "1", "ups__load": "30"},
        output__L2__power__percent="88",
    )  # fmt: skip
    assert facts["input_voltage_volts"] == [229, 231, 230]
    assert facts["load_percent"] == 88


def test_input_without_a_voltage() -> None:
    """0 V is told in an outage only; on mains it is a voltage that the driver does not know."""
    assert read("OL", input__voltage="0.0")["input_voltage_volts"] is None
    assert read("OB", input__voltage="0.0")["input_voltage_volts"] == [0]
    assert read("OL", **{f"input__L{n}__voltage": v for n, v in ((1, "238"), (2, "0"), (3, "0"))})[
        "input_voltage_volts"
    ] == [238, 0, 0]


@pytest.mark.parametrize(
    ("further", "celsius"),
    [
        ({"battery__temperature": "25", "ups__temperature": "40"}, 25),
        ({"battery__temperature": "0", "ups__temperature": "40"}, 40),
        ({"ambient__temperature": "21"}, None),
        ({"battery__temperature": "-273"}, None),
    ],
)
def test_temperature(further: dict[str, str], celsius: float | None) -> None:
    """The battery's sensor counts, else the case's; never the room's, never «no sensor»."""
    assert read("OL", **further)["battery_temperature_celsius"] == celsius


@pytest.mark.parametrize(
    ("further", "days"),
    [
        ({"battery__date": "2026/06/14"}, 1),
        ({"battery__date": "2001/09/25", "battery__mfr__date": "2026/06/13"}, 2),
        ({"battery__date": "not set", "battery__mfr__date": "CPS"}, None),
        ({"battery__date": "2065/165/165"}, None),
        ({"ups__mfr__date": "2026/06/13"}, None),
    ],
)
def test_battery_age(further: dict[str, str], days: int | None) -> None:
    """The day of replacement counts, else the battery's own, and only if plausible."""
    assert read("OL", **further)["battery_age_days"] == days


@pytest.mark.parametrize(
    ("told", "communication"),
    [
        ({"error": "DATA-STALE"}, "stale"),
        ({"error": "DRIVER-NOT-CONNECTED"}, "lost"),
        ({"ups.status": "WAIT"}, "stale"),
        ({"ups.status": "OL", "driver.state": "reconnect.trying"}, "stale"),
        ({"ups.status": "OL COMMLOST"}, "lost"),
    ],
)
def test_lost_ups_tells_nothing(told: dict[str, str], communication: str) -> None:
    """Without a driver that reaches the UPS no old value is used: it is no power cut."""
    old = {"battery.charge": "100", "battery.runtime": "2400", "device.model": "X", "ups.load": "1"}
    facts = ups_nut.read(old | told, NOW, "usv")
    assert facts.pop("communication") == communication
    known = {key for key, value in facts.items() if value is not None}
    assert known == {"ups_name", "model"}
    assert set(facts) == set(ups_values.FACTS) - {"communication"}


# --- the real server ------------------------------------------------------------------------

STATES = {
    "mains": ON_LINE,
    "battery": ON_LINE | {"ups.status": "OB DISCHRG", "input.voltage": "0.0"},
    "low": ON_LINE | {"ups.status": "OB DISCHRG LB", "battery.runtime": "0"},
    "worn": ON_LINE | {"ups.status": "OL RB ALARM", "ups.alarm": "Replace battery!"},
    "odd": ON_LINE | {"ups.status": "ALARM OL NEWWORD", "ups.mfr": "N\\A"},
    "gone": None,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upsd]:
    """One real upsd for all states, with two more UPS for the tests that change theirs."""
    devices = STATES | {"dying": ON_LINE, "doomed": ON_LINE | {"ups.status": "OB LB"}}
    with upsd(tmp_path_factory.mktemp("upsd"), devices) as running:
        yield running


@pytest.mark.peer
def test_real_states(server: Upsd) -> None:
    """Several UPS of one server: on line, on battery, low, worn and without a driver."""
    answers = ask(server.port, None)
    assert list(answers) == [*STATES, "dying", "doomed"]
    facts = {name: ups_nut.read(answers[name], NOW, name) for name in STATES}
    keys = ("power_source", "battery_status", "replace_battery", "runtime_seconds", "alarms")
    assert {name: [fact[key] for key in keys] for name, fact in facts.items()} == {
        "mains": ["mains", "normal", False, 2400, []],
        "battery": ["battery", "normal", False, 2400, []],
        "low": ["battery", "low", False, 0, []],
        "worn": ["mains", "normal", True, 2400, ["battery_bad"]],
        "odd": ["mains", "normal", False, 2400, ["ups_alarm"]],
        "gone": [None, None, None, None, None],
    }
    assert facts["gone"]["communication"] == "lost"
    assert facts["mains"]["model"] == "Smart-UPS 1500"


@pytest.mark.peer
def test_real_unknown_ups(server: Upsd) -> None:
    """For a name that the server does not have it tells those that it has."""
    with pytest.raises(Refused) as trouble:
        ask(server.port, "keller 1")
    assert trouble.value.reason == "nut_unknown_ups"
    assert trouble.value.values["ups"] == "keller 1"
    assert trouble.value.values["known"] == "mains, battery, low, worn, odd, ..."


@pytest.mark.peer
@pytest.mark.parametrize("user", ["watcher", "stranger"])
def test_real_login(server: Upsd, user: str) -> None:
    """upsd takes a login, a wrong one too: it checks it only for what changes something."""
    assert ask(server.port, "mains", user=user, password=PASSWORD)["mains"]["ups.status"] == "OL"


@pytest.mark.peer
def test_real_server_without_tls(server: Upsd) -> None:
    """A server that has no certificate says so."""
    with pytest.raises(Refused) as trouble:
        ask(server.port, "mains", starttls=True, insecure=True)
    assert trouble.value.reason == "nut_no_tls"


@pytest.mark.peer
def test_real_stale_data(tmp_path: Path) -> None:
    """A driver that has fallen silent makes its UPS stale, and only that one."""
    with upsd(tmp_path, {"a": ON_LINE, "b": ON_LINE}, max_age=2) as running:
        assert "error" not in ask(running.port, "a")["a"]
        running.freeze_driver("a")
        assert until(lambda: ask(running.port, "a")["a"].get("error") == "DATA-STALE")
        answers = ask(running.port, None)
        assert ups_nut.read(answers["a"], NOW)["communication"] == "stale"
        assert answers["b"]["ups.status"] == "OL"


@pytest.mark.peer
def test_real_driver_that_died(server: Upsd) -> None:
    """A driver that has ended leaves a UPS that is lost, without one of its old values."""
    assert "error" not in ask(server.port, "dying")["dying"]
    server.end_driver("dying")
    gone = {"dying": {"error": "DRIVER-NOT-CONNECTED"}}
    assert until(lambda: ask(server.port, "dying") == gone)


@pytest.mark.peer
def test_real_forced_shutdown(server: Upsd) -> None:
    """A shutdown that the primary has declared is an imminent one, on whatever source."""
    with socket.create_connection((HOST, server.port), 10) as primary:
        lines = primary.makefile()
        for command in ("USERNAME primary", f'PASSWORD "{PASSWORD}"', "LOGIN doomed", "FSD doomed"):
            primary.sendall(f"{command}\n".encode())
            assert lines.readline().startswith("OK"), command
    facts = ups_nut.read(ask(server.port, "doomed")["doomed"], NOW)
    assert facts["alarms"] == ["shutdown_imminent"]
    assert (facts["power_source"], facts["battery_status"]) == ("battery", "low")


@pytest.mark.peer
def test_real_starttls(tmp_path: Path) -> None:
    """Over STARTTLS the answer comes for a trusted certificate, and for no other."""
    settings, pem = certificate(tmp_path)
    seen = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem.read_text())).hexdigest()
    other = hashlib.sha256(b"another").hexdigest()
    colons = ":".join(seen[at : at + 2] for at in range(0, 64, 2)).upper()
    good: list[dict[str, Any]] = [
        {"ca_file": str(pem)},
        {"ca_file": str(pem), "server_name": "localhost", "user": "a b", "password": PASSWORD},
        {"fingerprints": [other, colons]},
        {"insecure": True},
    ]
    bad: list[tuple[dict[str, Any], str]] = [
        ({}, "tls_self_signed"),
        ({"ca_file": str(pem), "server_name": "other.example"}, "tls_wrong_name"),
        ({"fingerprints": [other]}, "tls_fingerprint"),
        ({"fingerprints": [other], "ca_file": str(pem)}, "tls_fingerprint"),
    ]
    with upsd(tmp_path, {"a": ON_LINE}, settings=settings) as running:
        for options in good:
            answer = ask(running.port, "a", starttls=True, **options)
            assert answer["a"]["ups.status"] == "OL", options
        for options, reason in bad:
            with pytest.raises(Refused) as trouble:
                ask(running.port, "a", starttls=True, **options)
            assert trouble.value.reason == reason, options
            assert trouble.value.phase == "tls"
