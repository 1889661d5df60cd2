"""`--record` and `--replay`: what a device answered, in a file that may be shown to others.

A recording holds its moment and the options that change reading, so that it is judged as on
that day. Secrets and identities are masked before anything reaches the disk.
"""

from __future__ import annotations

import errno
import os
import re
from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.replacing import replace_file
from apowacht.plugins.core.secret import MASK, SHORTEST_MASKED, mask, read_plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

FORMAT = "apowacht-recording"
VERSION = 1
LARGEST = 64 * 1024 * 1024

# Who owns the device, where it stands, which one it is: names whose values nobody needs for a
# judgement. Compared without case and underscores. NUT shows the passwords of a driver's
# configuration as driver.parameter.*; the numbers are SNMP objects.
IDENTITY_NAMES = frozenset(
    {
        # NUT, apcupsd
        "serialno",
        "hostname",
        "device.contact",
        "device.location",
        # Konnektor
        "iccsn",
        "kvnr",
        "telematikid",
        "cardholdername",
        "subjectcommonname",
        "serialnumber",
    }
)
IDENTITY_BEGINNINGS = (
    "driver.parameter.",
    "1.3.6.1.2.1.1.4.",  # SNMPv2-MIB sysContact
    "1.3.6.1.2.1.1.6.",  # SNMPv2-MIB sysLocation
    "1.3.6.1.2.1.2.2.1.6.",  # IF-MIB ifPhysAddress
    "1.3.6.1.4.1.318.1.1.1.1.2.3.",  # PowerNet-MIB upsAdvIdentSerialNumber
)
IDENTITY_ENDINGS = (".serial", ".macaddr", ".mac")

# And what is recognised by its form wherever it stands.
IDENTITY_FORMS = (
    r"80276\d{13,15}",  # ICCSN of a card of the German health service
    r"[A-Z]\d{9}",  # KVNR
    r"\d{1,2}-(?:SMC-?B|HBA|KHAPO)[\w.-]*",  # Telematik-ID: test cards, hospital pharmacies
    r"\d{1,2}-\d{1,2}\.\d{1,2}\.\d{6,}[\d.]*",  # Telematik-ID of a pharmacy
    r"\d{1,2}-(?:\d{1,2}-)?\d{9,}",  # Telematik-ID of a practice
    r"(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}",  # MAC address
)


class Recording(NamedTuple):
    """What a file of our own holds; `answers` has the shape that the source's wire gave."""

    check: str
    moment: datetime
    options: dict[str, Any]
    source: str
    answers: Any


def write(
    file: str,
    check: str,
    moment: datetime,
    options: Mapping[str, Any],
    source: str,
    answers: Any,
    secrets: Iterable[str] = (),
) -> None:
    """Write a recording in the place of `file`, whole or not at all, readable for everyone.

    `moment` is aware; `answers` and `options` are nested dicts with text keys, lists, texts,
    bytes, numbers, None. `secrets` are the secrets of this run. Raises
    OwnTrouble("record_unwritable", file, detail).
    """
    import json
    from datetime import UTC

    hide = _Hide(secrets)
    record = {
        "format": FORMAT,
        "version": VERSION,
        "check": check,
        "moment": moment.astimezone(UTC).isoformat(),
        "options": _encode(hide.value(dict(options))),
        "source": source,
        "answers": _encode(hide.value(answers)),
    }
    text = json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False)
    blob = text.encode("utf-8", "surrogatepass") + b"\n"
    try:
        if len(blob) > LARGEST:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), file)
        replace_file(file, blob)
    except OSError as error:
        detail = os.strerror(error.errno or errno.EINVAL)
        raise OwnTrouble("record_unwritable", file=file, detail=detail) from error


def read(file: str) -> Recording | None:
    """The recording in a file, None when it is none of ours.

    Raises OwnTrouble: "replay_unreadable" and "replay_broken" (file, detail).
    """
    import json

    blob = read_file(file).removeprefix(b"\xef\xbb\xbf")
    if not blob.lstrip().startswith(b"{") or f'"{FORMAT}"'.encode() not in blob[:4096]:
        return None
    try:
        return _recording(json.loads(blob.decode("utf-8", "surrogatepass")))
    except json.JSONDecodeError as error:
        raise _broken(file, f"JSON {error.lineno}:{error.colno}") from error
    except _Strange as strange:
        raise _broken(file, str(strange)) from strange
    except (ValueError, OverflowError, RecursionError) as error:
        raise _broken(file, type(error).__name__) from error


def read_own(file: str, check: str) -> Recording:
    """The recording of this check, where no other kind of file will do.

    Raises OwnTrouble: "replay_foreign" (file), "replay_other" (file, check), and as `read`.
    """
    recording = read(file)
    if recording is None:
        raise OwnTrouble("replay_foreign", file=file)
    if recording.check != check:
        raise OwnTrouble("replay_other", file=file, check=recording.check)
    return recording


def read_file(file: str) -> bytes:
    """The content of a file for `--replay`, ours or another tool's, at most 64 MiB.

    Raises OwnTrouble("replay_unreadable", file, detail).
    """
    try:
        return read_plain(file, LARGEST)
    except OSError as error:
        detail = os.strerror(error.errno or errno.EINVAL)
        raise OwnTrouble("replay_unreadable", file=file, detail=detail) from error


def _broken(file: str, detail: str) -> OwnTrouble:
    return OwnTrouble("replay_broken", file=file, detail=detail)


class _Strange(Exception):
    """The field of a recording that holds something else than it should."""


def _recording(record: Any) -> Recording:
    from datetime import UTC, datetime

    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise _Strange("format")
    if record.get("version") != VERSION:
        raise _Strange(f"version {str(record.get('version'))[:20]}")
    for field in ("check", "moment", "source"):
        if not isinstance(record.get(field), str):
            raise _Strange(field)
    try:
        moment = datetime.fromisoformat(record["moment"])
    except ValueError:
        raise _Strange("moment") from None
    options = _decode(record.get("options"))
    if moment.tzinfo is None or not isinstance(options, dict) or "answers" not in record:
        raise _Strange("moment, options, answers")
    answers = _decode(record["answers"])
    return Recording(record["check"], moment.astimezone(UTC), options, record["source"], answers)


class _Hide:
    """Masks the secrets of one run, and identities."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = [secret for secret in secrets if len(secret) >= SHORTEST_MASKED]
        self._forms = re.compile(
            rf"(?<![0-9A-Za-z])(?:{'|'.join(IDENTITY_FORMS)})(?![0-9A-Za-z])", re.ASCII
        )

    def value(self, value: Any) -> Any:
        """The same shape, with what nobody shall see replaced."""
        if isinstance(value, str):
            return self._forms.sub(MASK, mask(value, self._secrets))
        if isinstance(value, bytes):
            return self._blob(value)
        if isinstance(value, dict):
            return {self.value(name): self._named(name, inner) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(inner) for inner in value]
        return value

    def _named(self, name: str, value: Any) -> Any:
        if not _is_identity(name) or value is None:
            return self.value(value)
        return MASK.encode() if isinstance(value, bytes) else MASK

    def _blob(self, value: bytes) -> bytes:
        for secret in self._secrets:
            # Latin-1 shows every byte as one sign, so that nothing else changes.
            for form in {secret, secret.encode("utf-8", "surrogatepass").decode("latin-1")}:
                value = mask(value.decode("latin-1"), [form]).encode("latin-1")
        return self._forms.sub(MASK, value.decode("latin-1")).encode("latin-1")


def _is_identity(name: str) -> bool:
    plain = name.casefold().replace("_", "")
    return (
        plain in IDENTITY_NAMES
        or plain.startswith(IDENTITY_BEGINNINGS)
        or plain.endswith(IDENTITY_ENDINGS)
    )


_MARKS = ("text", "hex", "float", "dict")


def _encode(value: Any) -> Any:
    """As JSON can hold it: bytes as {"text"} or {"hex"}, and what looks like that as {"dict"}."""
    if isinstance(value, bytes):
        if value.isascii() and value.decode("ascii").isprintable():
            return {"text": value.decode("ascii")}
        return {"hex": value.hex()}
    if isinstance(value, float) and (value != value or value in (float("inf"), -float("inf"))):
        return {"float": str(value)}
    if isinstance(value, dict):
        encoded = {name: _encode(inner) for name, inner in value.items()}
        return {"dict": encoded} if len(value) == 1 and next(iter(value)) in _MARKS else encoded
    if isinstance(value, list | tuple):
        return [_encode(inner) for inner in value]
    return value


def _decode(value: Any) -> Any:
    """The inverse of `_encode`. Raises _Strange, ValueError."""
    if isinstance(value, list):
        return [_decode(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    name, inner = next(iter(value.items())) if len(value) == 1 else ("", None)
    if name not in _MARKS:
        return {name: _decode(inner) for name, inner in value.items()}
    if name == "dict" and isinstance(inner, dict):
        return {name: _decode(part) for name, part in inner.items()}
    if name == "dict" or not isinstance(inner, str):
        raise _Strange(name)
    if name == "float":
        return float(inner)
    return bytes.fromhex(inner) if name == "hex" else inner.encode("ascii")
