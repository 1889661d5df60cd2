"""Recorded SNMP walks from files: `.snmprec` of snmpsim, and what `snmpwalk` prints.

Both become what a live session gives: OID -> int, bytes or dotted text, without the objects
that are NULL. Sources: snmpsim's data file format, net-snmp's output with and without -On.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from apowacht.plugins.core.errors import OwnTrouble

if TYPE_CHECKING:
    from collections.abc import Iterator

    Value = int | bytes | str

_SNMPREC_LINE = re.compile(r"\.?([012](?:\.[0-9]{1,10})+)\|([0-9]+[a-z]?|[0-9]+:[^|]*)\|(.*)", re.S)
_WALK_LINE = re.compile(
    r"(?:\.?([012](?:\.[0-9]{1,10})+)|\.?iso((?:\.[0-9]{1,10})+)) = ?(.*)", re.S
)
_TYPED = re.compile(r"([A-Z][A-Za-z0-9-]*(?: Address)?): ?(.*)", re.S)
_WRONG_TYPE = re.compile(r"Wrong Type \(should be [^)]*\): ")
# No integer of SNMP has more than 20 digits.
_NUMBER = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,9})?(?![0-9])")

_INTEGERS = (
    "INTEGER",
    "Integer32",
    "Gauge32",
    "Unsigned32",
    "Counter32",
    "Counter64",
    "UInteger32",
)
_INTEGER_TAGS = ("2", "65", "66", "67", "70")


def parse(content: bytes, file: str = "") -> dict[str, Value]:
    """The answers in a recorded walk of either form; the bytes of texts stay as they are.

    Lines that cannot be understood are passed over. Raises OwnTrouble("replay_line", file, line)
    when no line can be.
    """
    lines = _lines(content)
    entries = _entries(lines, _SNMPREC_LINE)
    if entries:
        pairs = ((match[1], _snmprec_value(match[2], match[3])) for match in entries)
    else:
        entries = _entries(lines, _WALK_LINE)
        pairs = ((match[1] or "1" + match[2], _walk_value(match[3])) for match in entries)
    if not entries:
        raise OwnTrouble("replay_line", file=file, line=1)
    return {oid: value for oid, value in pairs if value is not None}


def recognise(content: bytes) -> bool:
    """Whether the first lines of a file look like a recorded walk."""
    return any(
        _SNMPREC_LINE.match(line) or _WALK_LINE.match(line) for line in _lines(content[:4000])[:20]
    )


def _lines(content: bytes) -> list[str]:
    # Latin-1 keeps every byte; a shell of Windows writes UTF-16.
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        content = content.decode("utf-16", "replace").encode("utf-8")
    return content.removeprefix(b"\xef\xbb\xbf").decode("latin-1").replace("\r\n", "\n").split("\n")


def _entries(lines: list[str], form: re.Pattern[str]) -> list[re.Match[str]]:
    """One match per object; lines that begin none belong to the text of the one before."""
    return [match for entry in _joined(lines, form) if (match := form.fullmatch(entry))]


def _joined(lines: list[str], form: re.Pattern[str]) -> Iterator[str]:
    entry: list[str] = []
    for line in lines:
        if form.match(line):
            if entry:
                yield "\n".join(entry)
            entry = [line]
        elif entry:
            entry.append(line)
    if entry:
        yield "\n".join(entry).removesuffix("\n")


def _snmprec_value(tag: str, value: str) -> Value | None:
    """A value by its ASN.1 tag; x is hexadecimal, e has escapes, NULL and variations are None."""
    if ":" in tag:
        return None  # snmpsim makes such a value up when it is asked
    kind = tag.rstrip("xe")
    data = _snmprec_bytes(tag, value)
    if data is None:
        return None
    if kind in _INTEGER_TAGS:
        return _integer(data.decode("latin-1"))
    if kind == "4":
        return data
    if kind == "64":
        return ".".join(map(str, data)) if len(data) == 4 else data.decode("latin-1").strip()
    if kind == "6":
        return value.strip().strip(".") or None
    return None


def _snmprec_bytes(tag: str, value: str) -> bytes | None:
    try:
        if tag.endswith("x"):
            return bytes.fromhex(value)
        if tag.endswith("e"):
            return value.encode("latin-1").decode("unicode_escape").encode("latin-1", "replace")
    except ValueError:
        return None
    return value.encode("latin-1")


def _walk_value(printed: str) -> Value | None:
    """A value as snmpwalk prints it; NULL, «No Such ...» and unknown types are None."""
    printed = _WRONG_TYPE.sub("", printed, count=1)
    if printed.strip() == '""':
        return b""
    typed = _TYPED.match(printed)
    if not typed:
        return _integer(printed)  # -Ot prints TimeTicks as a bare number
    kind, rest = typed[1], typed[2]
    if kind in _INTEGERS:
        return _enumerated(rest)
    if kind == "Timeticks":
        return _integer(rest.lstrip("("))
    if kind == "STRING":
        return _unquoted(rest)
    if kind in ("Hex-STRING", "BITS"):
        return _hexadecimal(rest)
    if kind == "OID":
        return _dotted(rest)
    if kind in ("IpAddress", "Network Address"):
        return rest.strip()
    return None


def _integer(printed: str) -> int | None:
    # A unit may follow. A display hint sets a point into the number: 23.4 was sent as 234.
    match = _NUMBER.match(printed.strip())
    return int(match[0].replace(".", "")) if match else None


def _enumerated(printed: str) -> int | None:
    label = re.match(r"[A-Za-z][\w-]*\((-?[0-9]{1,10})\)", printed)
    return int(label[1]) if label else _integer(printed)


def _unquoted(printed: str) -> bytes:
    body = printed.strip("\n")
    if len(body) >= 2 and body[0] == '"' and body.rstrip()[-1] == '"':
        body = re.sub(r'\\(["\\])', r"\1", body.rstrip()[1:-1])
    return body.encode("latin-1")


def _hexadecimal(printed: str) -> bytes | None:
    digits = re.match(r"(?:[0-9A-Fa-f]{2}\s*)*", printed)
    return bytes.fromhex(digits[0]) if digits else None


def _dotted(printed: str) -> str | None:
    oid = re.sub(r"^\.?iso\b", "1", printed.strip()).strip(".")
    return oid if re.fullmatch(r"[0-9](?:\.[0-9]{1,10})*", oid) else None
