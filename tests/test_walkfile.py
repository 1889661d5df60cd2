"""Recorded walks: snmpsim's files and what snmpwalk prints become what a live session gives."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.wire.walkfile import parse, recognise

Value = int | bytes | str


def one(content: str) -> Value | None:
    """The single value of a recording of one object, 1.3.6.1.4.1.5."""
    return parse(content.encode("latin-1")).get("1.3.6.1.4.1.5")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("2|-5", -5),
        ("65|7", 7),
        ("66|4294967295", 4294967295),
        ("67|456000", 456000),
        ("70|18446744073709551615", 18446744073709551615),
        ("4|Smart-UPS 1000", b"Smart-UPS 1000"),
        ("4|", b""),
        ("4|a|b", b"a|b"),
        ("4x|41 42", b"AB"),
        ("4x|00ff", b"\x00\xff"),
        ("4e|\\x07a", b"\x07a"),
        ("6|.1.3.6.1.2.1.33.1.6.3.1", "1.3.6.1.2.1.33.1.6.3.1"),
        ("64|10.1.2.3", "10.1.2.3"),
        ("64x|0a010203", "10.1.2.3"),
        ("2x|", None),
        ("5|", None),
        ("2|", None),
        ("4x|4", None),
        ("129|", None),
        ("4:writecache|value=x", None),
        ("2:numeric|rate=10,cumulative=1", None),
    ],
)
def test_snmprec_values(line: str, value: Value | None) -> None:
    """Every tag of snmpsim's format; NULL, variations and what cannot be read are left out."""
    assert one(f"1.3.6.1.4.1.5|{line}\n1.3.6.1.4.1.6|2|1\n") == value


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("INTEGER: 5", 5),
        ("INTEGER: -1", -1),
        ("INTEGER: onLine(2)", 2),
        ("INTEGER: low-battery(-3)", -3),
        ("INTEGER: 100 percent", 100),
        ("INTEGER: 23.4 degrees Centigrade", 234),
        ("Gauge32: 4294967295", 4294967295),
        ("Unsigned32: 7 seconds", 7),
        ("Counter32: 12", 12),
        ("Counter64: 12", 12),
        ("Timeticks: (610800) 1:41:48.00", 610800),
        ("3992500", 3992500),
        ('STRING: "Galaxy VS"', b"Galaxy VS"),
        ('STRING: "a \\"b\\" \\\\ c"', b'a "b" \\ c'),
        ("STRING: Anonymized 105", b"Anonymized 105"),
        ('STRING: ""', b""),
        ('STRING: "line 1\nline 2"', b"line 1\nline 2"),
        ('STRING: "B\xfcro"', b"B\xfcro"),
        ('""', b""),
        ("Hex-STRING: 41 42 \n43 ", b"ABC"),
        ("BITS: 80 0", b"\x80"),
        ("OID: .1.3.6.1.2.1.33.1.6.3.1", "1.3.6.1.2.1.33.1.6.3.1"),
        ("OID: iso.3.6.1", "1.3.6.1"),
        ("OID: UPS-MIB::upsAlarmBatteryBad", None),
        ("IpAddress: 10.1.2.3", "10.1.2.3"),
        ("Network Address: 0A:01:02:03", "0A:01:02:03"),
        ("Wrong Type (should be Gauge32 or Unsigned32): INTEGER: 7", 7),
        ("Wrong Type (should be INTEGER): NULL", None),
        ("NULL", None),
        ("No Such Instance currently exists at this OID", None),
        ("No Such Object available on this agent at this OID", None),
        ("No more variables left in this MIB View", None),
        ("Opaque: Float: 1.5", None),
        ("", None),
    ],
)
def test_snmpwalk_values(printed: str, value: Value | None) -> None:
    """Every way in which snmpwalk prints a value; what is no value is left out."""
    text = f".1.3.6.1.4.1.5 = {printed}\n.1.3.6.1.4.1.6 = INTEGER: 1\n"
    assert one(text) == value
    assert parse(text.encode("latin-1"))["1.3.6.1.4.1.6"] == 1


@pytest.mark.parametrize("name", [".1.3.6.1.4.1.5", "1.3.6.1.4.1.5", "iso.3.6.1.4.1.5"])
def test_snmpwalk_names(name: str) -> None:
    """With -On, without it, and without the leading dot."""
    assert one(f"{name} = INTEGER: 5") == 5


def test_text_over_several_lines_in_an_snmprec() -> None:
    """A line that begins no object belongs to the text before it."""
    assert one("1.3.6.1.4.1.5|4|line 1\nline 2\n1.3.6.1.4.1.6|2|1\n") == b"line 1\nline 2"


def test_bytes_of_a_text_stay_as_they_are() -> None:
    """UTF-8 and Latin-1 are not guessed at: a text is the bytes of the file."""
    line = "1.3.6.1.4.1.5|4|Büro".encode()
    assert parse(line)["1.3.6.1.4.1.5"] == "Büro".encode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_files_from_windows(encoding: str) -> None:
    """Line ends, byte order marks and UTF-16 of a Windows shell are understood."""
    text = '.1.3.6.1.4.1.5 = STRING: "USV"\r\n.1.3.6.1.4.1.6 = INTEGER: 4\r\n'
    assert parse(text.encode(encoding)) == {"1.3.6.1.4.1.5": b"USV", "1.3.6.1.4.1.6": 4}


def test_odd_line_is_passed_over() -> None:
    """A line that is nothing does not spoil the rest."""
    assert parse(b"# a remark\n1.3.6.1.4.1.5|2|7\n1.3.6.1.4.1.6|2|8\n") == {
        "1.3.6.1.4.1.5": 7,
        "1.3.6.1.4.1.6": 8,
    }


@pytest.mark.parametrize("content", [b"", b"\n\n", b"battery.charge: 100\n", b"\x00\xff\xfe"])
def test_no_walk_at_all(content: bytes) -> None:
    """A file in which no line is an object is refused, by its name."""
    with pytest.raises(OwnTrouble) as caught:
        parse(content, "walk.txt")
    assert caught.value.reason == "replay_line"
    assert caught.value.values == {"file": "walk.txt", "line": 1}
    assert not recognise(content)


def test_recognise_either_form() -> None:
    """Both forms are told from other files by their first lines."""
    assert recognise(b"1.3.6.1.4.1.5|2|7\n")
    assert recognise(b".1.3.6.1.4.1.5 = INTEGER: 7\n")
    assert recognise(b".1.3.6.1.4.1.5 = INTEGER: 7\n" * 1000)
    assert not recognise(b"APC      : 001,036,0891\nSTATUS   : ONLINE\n")


@given(st.binary(max_size=200))
def test_any_bytes_give_values_or_our_own_error(content: bytes) -> None:
    """Whatever a file holds, there are values of three kinds or one error of ours."""
    for start in (b"", b"1.3.6.1|4x|", b".1.3.6.1 = ", b".1.3.6.1 = STRING: ", b"1.3.6|64x|"):
        with suppress(OwnTrouble):
            answers = parse(start + content)
            assert all(isinstance(value, int | bytes | str) for value in answers.values())


@pytest.mark.parametrize("line", ["1.3.6.1.4.1.5|2|%s", ".1.3.6.1.4.1.5 = INTEGER: %s"])
def test_endless_number_is_left_out(line: str) -> None:
    """A number longer than any integer of SNMP is none."""
    assert one(line % ("9" * 5000)) is None


@given(st.text(st.characters(codec="latin-1"), max_size=200))
def test_any_printed_value_is_read_or_left_out(printed: str) -> None:
    """No value of whatever text makes the parser stumble."""
    assert isinstance(one(f".1.3.6.1.4.1.5 = {printed}"), int | bytes | str | None)
