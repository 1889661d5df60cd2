"""Recordings: what is written, what is masked, and what is read back."""

from __future__ import annotations

import errno
import json
import os
import re
import stat
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apowacht.plugins.core import tape
from apowacht.plugins.core.errors import OwnTrouble

if TYPE_CHECKING:
    from pathlib import Path

MOMENT = datetime(2026, 6, 1, 8, 30, 15, 250, tzinfo=timezone(timedelta(hours=2)))

IDENTITY = re.compile("|".join(tape.IDENTITY_FORMS))


def shows_nobody(text: str | bytes) -> bool:
    """Whether masking leaves this alone, as a value and as a name."""
    plain = text if isinstance(text, str) else text.decode("latin-1")
    named = plain.casefold().replace("_", "")
    parts = (tape.IDENTITY_BEGINNINGS, tape.IDENTITY_ENDINGS)
    if named.startswith(parts[0]) or named.endswith(parts[1]) or named in tape.IDENTITY_NAMES:
        return False
    return IDENTITY.search(plain) is None


texts = st.text(st.characters(exclude_categories=()), max_size=12).filter(shows_nobody)
names = texts | st.sampled_from(["hex", "text", "float", "dict"])
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**64), 2**64)
    | st.floats(allow_nan=False)
    | texts
    | st.binary(max_size=12).filter(shows_nobody),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=3),
    max_leaves=12,
)


def record(file: Path, answers: Any, **more: Any) -> tape.Recording:
    """What is read back of answers just written."""
    tape.write(str(file), "ups", MOMENT, {"ups": "a"}, "nut", answers, **more)
    recording = tape.read(str(file))
    assert recording is not None
    return recording


def test_a_recording_holds_its_moment_and_options(tmp_path: Path) -> None:
    """Check, moment in UTC, options, source and answers come back as they were."""
    file = tmp_path / "r.json"
    answers = {"ups": {"battery.charge": "100"}, "raw": b"\x00\xff", "name": b"APC"}
    recording = record(file, answers)
    assert recording == tape.Recording("ups", MOMENT, {"ups": "a"}, "nut", answers)
    assert recording.moment.tzinfo is UTC
    kept = json.loads(file.read_text(encoding="utf-8"))
    assert kept == {
        "format": "apowacht-recording",
        "version": 1,
        "check": "ups",
        "moment": "2026-06-01T06:30:15.000250+00:00",
        "options": {"ups": "a"},
        "source": "nut",
        "answers": {
            "ups": {"battery.charge": "100"},
            "raw": {"hex": "00ff"},
            "name": {"text": "APC"},
        },
    }


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values)
def test_answers_of_any_shape_come_back(tmp_path: Path, answers: Any) -> None:
    """Nested answers survive the way through the file: types, bytes, odd texts and all."""
    back = record(tmp_path / "r.json", answers).answers
    assert back == answers
    assert repr(back) == repr(answers)


def test_numbers_that_are_none_come_back(tmp_path: Path) -> None:
    """NaN and infinities, which JSON does not know, are kept too."""
    back = record(tmp_path / "r.json", [float("nan"), float("inf"), -float("inf")]).answers
    assert [str(number) for number in back] == ["nan", "inf", "-inf"]


def test_half_a_character_comes_back(tmp_path: Path) -> None:
    """A text that no encoding allows, as wrong bytes in a name leave it, is kept as it is."""
    assert record(tmp_path / "r.json", ["a\ud800b", "\ud83d\ude00"]).answers == [
        "a\ud800b",
        "\ud83d\ude00",
    ]


def test_a_tuple_comes_back_as_a_list(tmp_path: Path) -> None:
    """The one shape that changes: JSON has lists only."""
    assert record(tmp_path / "r.json", {"next": ("1.3", 5)}).answers == {"next": ["1.3", 5]}


@given(st.text(alphabet="abcäß\"'\\/ %é€", min_size=4, max_size=10).filter(str.strip), values)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_secret_reaches_the_file(tmp_path: Path, secret: str, answers: Any) -> None:
    """A secret of the run is replaced in texts, bytes and names, however deep."""
    file = tmp_path / "r.json"
    places = {
        "plain": f"x{secret}x",
        secret: 1,
        "bytes": [secret.encode(), {"latin": secret.encode("latin-1", "replace")}],
        "rest": answers,
    }
    back = record(file, places, secrets=[secret, "abc", ""]).answers
    assert secret not in repr(back["plain"])
    assert secret not in back
    assert secret.encode() not in back["bytes"][0]
    if "€" not in secret:
        assert secret.encode("latin-1") not in back["bytes"][1]["latin"]
    assert json.dumps(secret, ensure_ascii=False)[1:-1] not in file.read_text(
        encoding="utf-8", errors="surrogatepass"
    )


@pytest.mark.parametrize(
    ("answers", "masked"),
    [
        (
            {"device.serial": "AS12", "ups.serial": "AS12", "ups.status": "OL"},
            {"device.serial": "***", "ups.serial": "***", "ups.status": "OL"},
        ),
        (
            {"a": {"device.macaddr": "00:c0", "driver.parameter.password": "x", "n": None}},
            {"a": {"device.macaddr": "***", "driver.parameter.password": "***", "n": None}},
        ),
        (
            {"SERIALNO": "AS12", "HOSTNAME": "kasse1", "STATUS": "ONLINE", "BATTDATE": "01-03-24"},
            {"SERIALNO": "***", "HOSTNAME": "***", "STATUS": "ONLINE", "BATTDATE": "01-03-24"},
        ),
        (
            {"1.3.6.1.2.1.1.6.0": b"Hauptstr. 1", "1.3.6.1.2.1.1.1.0": b"APC"},
            {"1.3.6.1.2.1.1.6.0": b"***", "1.3.6.1.2.1.1.1.0": b"APC"},
        ),
        (
            {"ICCSN": 80276883110000012345, "Kvnr": None, "telematik_id": ["x"]},
            {"ICCSN": "***", "Kvnr": None, "telematik_id": "***"},
        ),
        (["CN=80276883110000012345-20250405"], ["CN=***-20250405"]),
        ([b"\x01A123456789\x02"], [b"\x01***\x02"]),
        (["T123456789", "3-SMC-B-Testkarte-883110000129068"], ["***", "***"]),
        (["3-01.2.2023001234.16.103", "1-2345678901", "5-2-123456789"], ["***"] * 3),
        (["mac 00:C0:B7:12:34:56 of 00-c0-b7-12-34-56"], ["mac *** of ***"]),
    ],
)
def test_identities_are_masked(tmp_path: Path, answers: Any, masked: Any) -> None:
    """Names that tell who or which one, and forms that are known, lose their values."""
    assert record(tmp_path / "r.json", answers).answers == masked


@pytest.mark.parametrize(
    "text",
    [
        *("12-31-2023", "2023-12-31", "31.12.2023", "20260601-123456", "12:30:15", "FW123456789"),
        *("UPS 09.8 / ID=18", "Back-UPS RS 1500G FW:865.L6 .D", "MN:AP9619 HR:A10", "1.3.6.1.4.1"),
    ],
)
def test_what_reading_needs_is_not_masked(tmp_path: Path, text: str) -> None:
    """Dates, versions and object identifiers stay, as text and as bytes."""
    assert record(tmp_path / "r.json", [text, text.encode()]).answers == [text, text.encode()]


def test_options_are_masked_too(tmp_path: Path) -> None:
    """A secret among the options does not reach the file."""
    file = tmp_path / "r.json"
    tape.write(str(file), "ups", MOMENT, {"note": "is hunter22"}, "nut", {}, ["hunter22"])
    assert "hunter22" not in file.read_text()


@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_a_recording_may_be_shown(tmp_path: Path, umask: int) -> None:
    """Readable for all that the user's umask allows, writable for the user."""
    before = os.umask(umask)
    try:
        record(tmp_path / "r.json", {})
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "r.json").stat().st_mode) == 0o644 & ~umask


def test_an_older_recording_is_replaced_whole(tmp_path: Path) -> None:
    """The new one takes the place of the old, with nothing left beside it."""
    file = tmp_path / "r.json"
    record(file, ["x" * 1000])
    assert record(file, []).answers == []
    assert os.listdir(tmp_path) == ["r.json"]


@pytest.mark.parametrize(
    ("file", "number"),
    [
        ("", errno.EISDIR),
        ("missing/r.json", errno.ENOENT),
        ("file/r.json", errno.ENOTDIR),
        ("/dev/null", errno.ENOTSUP),
        ("pipe", errno.ENOTSUP),
        ("a\0b", errno.EINVAL),
    ],
)
def test_where_no_recording_can_be_is_said(tmp_path: Path, file: str, number: int) -> None:
    """A folder, a device, a missing folder: our trouble, and nothing is left behind."""
    (tmp_path / "file").write_text("")
    os.mkfifo(tmp_path / "pipe")
    path = os.path.join(tmp_path, file)
    with pytest.raises(OwnTrouble) as caught:
        tape.write(path, "ups", MOMENT, {}, "nut", {})
    assert caught.value.reason == "record_unwritable"
    assert caught.value.values == {"file": path, "detail": os.strerror(number)}
    assert sorted(os.listdir(tmp_path)) == ["file", "pipe"]


def test_a_disk_that_fills_leaves_the_old_recording(tmp_path: Path) -> None:
    """What cannot be written whole does not replace what is there."""
    import resource

    file = tmp_path / "r.json"
    record(file, ["old"])
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(OwnTrouble, match="record_unwritable"):
            tape.write(str(file), "ups", MOMENT, {}, "nut", ["x" * 100_000])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert os.listdir(tmp_path) == ["r.json"]
    kept = tape.read(str(file))
    assert kept is not None
    assert kept.answers == ["old"]


def test_what_is_larger_than_can_be_read_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One bound holds for both ways, so that what was written can be read."""
    monkeypatch.setattr(tape, "LARGEST", 1000)
    with pytest.raises(OwnTrouble, match="record_unwritable"):
        tape.write(str(tmp_path / "r.json"), "ups", MOMENT, {}, "nut", ["x" * 1000])
    (tmp_path / "r.json").write_text("x" * 1001)
    with pytest.raises(OwnTrouble, match="replay_unreadable"):
        tape.read(str(tmp_path / "r.json"))


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{}", b"[1]", b"{", b"\xff\xfe\x00", b'{"format": "something-else"}'),
        *(b"1.3.6.1.2.1.1.1.0|4|UPS", b"battery.charge: 100\n", b"APC      : 001,036,0906\n"),
        b'"apowacht-recording"',
    ],
)
def test_files_of_others_are_none_of_ours(tmp_path: Path, content: bytes) -> None:
    """Whatever is no recording of ours is left to those who know it."""
    (tmp_path / "file").write_bytes(content)
    assert tape.read(str(tmp_path / "file")) is None
    assert tape.read_file(str(tmp_path / "file")) == content


def test_a_recording_may_have_been_edited(tmp_path: Path) -> None:
    """A byte order mark, other line ends, indents and further fields do not matter."""
    file = tmp_path / "r.json"
    record(file, {"a": b"x"})
    edited = {**json.loads(file.read_text()), "comment": "mine"}
    file.write_bytes(b"\xef\xbb\xbf\r\n" + json.dumps(edited, indent=4).encode())
    recording = tape.read(str(file))
    assert recording is not None
    assert recording.answers == {"a": b"x"}


GOOD = {
    "format": "apowacht-recording",
    "version": 1,
    "check": "ups",
    "moment": "2026-06-01T06:30:15Z",
    "options": {},
    "source": "snmp",
    "answers": {},
}


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"version": 2}, "version 2"),
        ({"version": None}, "version None"),
        ({"check": 5}, "check"),
        ({"source": None}, "source"),
        ({"moment": "yesterday"}, "moment"),
        ({"moment": "2026-06-01T06:30:15"}, "moment, options, answers"),
        ({"moment": "0001-01-01T00:00:00+14:00"}, "OverflowError"),
        ({"options": []}, "moment, options, answers"),
        ({"answers": {"hex": "zz"}}, "ValueError"),
        ({"answers": {"hex": 5}}, "hex"),
        ({"answers": {"text": "ä"}}, "UnicodeEncodeError"),
        ({"answers": {"float": "x"}}, "ValueError"),
        ({"answers": {"dict": []}}, "dict"),
    ],
)
def test_a_recording_that_is_broken_is_said(
    tmp_path: Path, change: dict[str, Any], detail: str
) -> None:
    """A field of another shape is our trouble, and named."""
    file = tmp_path / "r.json"
    file.write_text(json.dumps(GOOD))
    assert tape.read(str(file)) is not None
    file.write_text(json.dumps({**GOOD, **change}))
    with pytest.raises(OwnTrouble) as caught:
        tape.read(str(file))
    assert caught.value.reason == "replay_broken"
    assert caught.value.values == {"file": str(file), "detail": detail}


@pytest.mark.parametrize("missing", ["check", "moment", "options", "source", "answers", "version"])
def test_a_recording_that_lacks_a_field_is_said(tmp_path: Path, missing: str) -> None:
    """Nothing is guessed for a field that is not there."""
    (tmp_path / "r").write_text(json.dumps({k: v for k, v in GOOD.items() if k != missing}))
    with pytest.raises(OwnTrouble, match="replay_broken"):
        tape.read(str(tmp_path / "r"))


def test_a_recording_that_breaks_off_is_said(tmp_path: Path) -> None:
    """Cut anywhere behind its first line, a recording is broken, not foreign."""
    file = tmp_path / "r.json"
    record(file, {"a": ["b", b"c"]})
    whole = file.read_bytes().rstrip()
    first = whole.index(b",")
    for end in range(first, len(whole)):
        file.write_bytes(whole[:end])
        with pytest.raises(OwnTrouble, match="replay_broken"):
            tape.read(str(file))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_damaged_recording_is_read_or_our_trouble(tmp_path: Path, data: st.DataObject) -> None:
    """No damage raises anything but our own trouble."""
    blob = bytearray(json.dumps(GOOD).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        blob[data.draw(st.integers(0, len(blob) - 1))] = data.draw(st.integers(0, 255))
    file = tmp_path / "r.json"
    file.write_bytes(blob)
    try:
        read: object = tape.read(str(file))
    except OwnTrouble as trouble:
        read = trouble.reason
    assert read is None or read == "replay_broken" or isinstance(read, tape.Recording)


def test_a_deeply_nested_recording_is_said(tmp_path: Path) -> None:
    """Nesting without end is damage, not a crash."""
    text = json.dumps(GOOD).replace('"answers": {}', '"answers": ' + "[" * 100_000)
    (tmp_path / "r").write_text(text)
    with pytest.raises(OwnTrouble, match="replay_broken"):
        tape.read(str(tmp_path / "r"))


@pytest.mark.parametrize(
    ("file", "number"), [("missing", errno.ENOENT), (".", errno.EISDIR), ("pipe", errno.ENOTSUP)]
)
def test_what_cannot_be_read_is_said(tmp_path: Path, file: str, number: int) -> None:
    """A missing file, a folder or a pipe gives its reason, without waiting."""
    os.mkfifo(tmp_path / "pipe")
    path = os.path.join(tmp_path, file)
    with pytest.raises(OwnTrouble) as caught:
        tape.read(path)
    assert caught.value.reason == "replay_unreadable"
    assert caught.value.values == {"file": path, "detail": os.strerror(number)}
