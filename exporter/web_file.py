"""Who may reach the exporter, and how: a file in the format of Prometheus' exporter-toolkit.

Understood as its documentation has it, `docs/web-configuration.md` of prometheus/exporter-toolkit,
and read as strictly: an unknown key or a value that cannot be had is a mistake, never ignored.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apowacht.plugins.sites import yaml_lines
from apowacht.plugins.sites.catalogue import file_trouble
from apowacht.plugins.sites.explain import nearest
from apowacht.plugins.sites.fields import Fields
from apowacht.plugins.sites.mistakes import Notes
from apowacht.plugins.sites.yaml_lines import Broken, Mapping, Text

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Mapping as Dict

    from apowacht.plugins.sites.model import Mistake

ROOT_KEYS = ("tls_server_config", "http_server_config", "basic_auth_users", "rate_limit")
TLS_KEYS = (
    "cert_file", "key_file", "client_ca_file", "cert", "key", "client_ca",
    "client_auth_type", "client_allowed_sans", "min_version", "max_version", "cipher_suites",
    "prefer_server_cipher_suites", "curve_preferences",
)  # fmt: skip
VERSIONS = ("TLS12", "TLS13")
AUTH_TYPES = ("NoClientCert", "VerifyClientCertIfGiven", "RequireAndVerifyClientCert")
# They ask for a certificate and believe any.
UNVERIFIED = ("RequestClientCert", "RequireAnyClientCert", "RequireClientCert")
CURVES = ("CurveP256", "CurveP384", "CurveP521", "X25519")
HEADERS: Dict[str, tuple[str, ...]] = {
    "Content-Security-Policy": (),
    "Strict-Transport-Security": (),
    "X-Content-Type-Options": ("nosniff",),
    "X-Frame-Options": ("deny", "sameorigin"),
    "X-XSS-Protection": (),
}
# Go's names of what TLS 1.2 may use, and OpenSSL's. The suites of TLS 1.3 cannot be chosen.
CIPHERS: Dict[str, str] = {
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256": "ECDHE-ECDSA-AES128-GCM-SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384": "ECDHE-ECDSA-AES256-GCM-SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256": "ECDHE-ECDSA-CHACHA20-POLY1305",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256": "ECDHE-RSA-AES128-GCM-SHA256",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384": "ECDHE-RSA-AES256-GCM-SHA384",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256": "ECDHE-RSA-CHACHA20-POLY1305",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA": "ECDHE-ECDSA-AES128-SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA": "ECDHE-ECDSA-AES256-SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA": "ECDHE-RSA-AES128-SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA": "ECDHE-RSA-AES256-SHA",
    "TLS_AES_128_GCM_SHA256": "",
    "TLS_AES_256_GCM_SHA384": "",
    "TLS_CHACHA20_POLY1305_SHA256": "",
}
_BCRYPT = re.compile(r"\$2[abxy]?\$(\d\d)\$[./A-Za-z0-9]{53}")
COSTS = range(4, 19)
"""Above 18 one login keeps a processor busy for many seconds."""
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")
_UNITS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True, slots=True)
class Tls:
    """`tls_server_config`: certificate and key are files, or PEM text when they stand in it.

    `client_auth` is a word of AUTH_TYPES. `ciphers` are OpenSSL's names, () for its default;
    curve preferences are checked, and left to OpenSSL.
    """

    cert_file: str | None = None
    key_file: str | None = None
    client_ca_file: str | None = None
    cert: str | None = None
    key: str | None = field(default=None, repr=False)
    client_ca: str | None = None
    client_auth: str = AUTH_TYPES[0]
    allowed_sans: tuple[str, ...] = ()
    min_version: str = VERSIONS[0]
    max_version: str = VERSIONS[-1]
    ciphers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rate:
    """A token bucket: one request per `interval_seconds`, `burst` at once."""

    interval_seconds: float
    burst: int


@dataclass(frozen=True, slots=True)
class WebFile:
    """All of it. `users` are bcrypt hashes by name; without `tls` the exporter speaks http.

    `headers` are added to every answer, those without a value left out.
    """

    tls: Tls | None = None
    users: Dict[str, bytes] = field(default_factory=dict, repr=False)
    headers: Dict[str, str] = field(default_factory=dict)
    http2: bool = True
    rate: Rate | None = None


def read_web_file(file: str, lang: str = "de") -> tuple[WebFile | None, tuple[Mistake, ...]]:
    """The file's content, None when it has mistakes. Certificates and keys are tried, too."""
    notes = Notes(file, lang)
    told = WebFile()
    try:
        root = yaml_lines.read(file, notes)
        if isinstance(root, Mapping):
            fields = Fields(root, ROOT_KEYS, notes)
            told = _web_file(fields, file)
            if told.tls is not None and not notes.found:
                _try(told.tls, fields)
        elif root is not None:
            notes(root.line, "want_mapping", key=os.path.basename(file))
    except Broken as broken:
        notes(broken.line, broken.kind, **broken.values)
    return (None if notes.found else told), notes.sorted()


def _web_file(fields: Fields, file: str) -> WebFile:
    http2, headers = _http(fields)
    return WebFile(_tls(fields, file), _users(fields), headers, http2, _rate(fields))


def _part(fields: Fields, key: str, keys: Collection[str]) -> Fields | None:
    """The mapping below a key; None where there is none or an empty one."""
    entry = fields.entries.get(key)
    if entry is None or (isinstance(entry.value, Text) and entry.value.empty):
        return None
    mapping = fields.mapping(key)
    return Fields(mapping, keys, fields.notes) if mapping and mapping.entries else None


def _tls(fields: Fields, file: str) -> Tls | None:
    part = _part(fields, "tls_server_config", TLS_KEYS)
    if part is None:
        return None
    folder = os.path.dirname(file)
    pems: dict[str, str | None] = {}
    for key in ("cert", "key", "client_ca"):
        path = part.text(f"{key}_file")
        pems[f"{key}_file"] = os.path.join(folder, path) if path else None
        pems[key] = _pem(part, key)
        if path and pems[key]:
            part.notes(part.at(key), "inline_and_file", key=key, other=f"{key}_file")
    for key in ("cert", "key"):
        if key not in part.entries and f"{key}_file" not in part.entries:
            part.notes(fields.at("tls_server_config"), "one_of_missing", key=key,
                       other=f"{key}_file")  # fmt: skip
    _files(part, pems, file)
    low = _choice(part, "min_version", VERSIONS, VERSIONS[0])
    high = _choice(part, "max_version", VERSIONS, VERSIONS[-1])
    if VERSIONS.index(low) > VERSIONS.index(high):
        part.notes(part.at("min_version"), "versions")
    _bool(part, "prefer_server_cipher_suites", default=True)
    _choices(part, "curve_preferences", CURVES)
    ciphers = tuple(filter(None, map(CIPHERS.get, _choices(part, "cipher_suites", CIPHERS))))
    auth, sans = _client(part, has_ca=bool(pems["client_ca"] or pems["client_ca_file"]))
    return Tls(
        **pems,
        client_auth=auth,
        allowed_sans=sans,
        min_version=low,
        max_version=high,
        ciphers=ciphers,
    )


def _client(part: Fields, *, has_ca: bool) -> tuple[str, tuple[str, ...]]:
    """How clients are known, and the names that their certificates must hold."""
    notes = part.notes
    told = part.text("client_auth_type") or AUTH_TYPES[0]
    if told in UNVERIFIED:
        notes(part.at("client_auth_type"), "client_auth_unsupported", text=told)
        return AUTH_TYPES[-1], ()
    told = _choice(part, "client_auth_type", AUTH_TYPES, AUTH_TYPES[0])
    if has_ca and told == AUTH_TYPES[0]:
        key = "client_ca" if "client_ca" in part.entries else "client_ca_file"
        notes(part.at(key), "client_ca_unused", key=key)
    if not has_ca and told != AUTH_TYPES[0]:
        notes(part.at("client_auth_type"), "client_ca_missing", text=told)
    sans = tuple(text for text, _ in part.texts("client_allowed_sans"))
    if sans and told != AUTH_TYPES[-1]:
        notes(part.at("client_allowed_sans"), "sans_unused")
    return told, sans


def _pem(part: Fields, key: str) -> str | None:
    """PEM text that stands in the file itself, with its line breaks."""
    entry = part.entries.get(key)
    if entry is None:
        return None
    if isinstance(entry.value, Text) and entry.value.text.strip():
        return entry.value.text
    part.notes(entry.line, "no_value", key=key)
    return None


def _files(part: Fields, pems: Dict[str, str | None], file: str) -> None:
    """Files must be there; what holds the key is not for everybody's eyes."""
    for key, path in ((key, path) for key, path in pems.items() if key.endswith("_file") and path):
        trouble = file_trouble(key, path, secret=key == "key_file")
        if trouble is not None:
            part.notes(part.at(key), trouble[0], **trouble[1])
    if pems["key"] and os.name == "posix":
        mode = os.stat(file).st_mode
        if mode & stat.S_IRWXO:
            shown = f"{stat.S_IMODE(mode):04o}"
            part.notes(part.at("key"), "secret_open", key="key", file=file, mode=shown)


def _try(tls: Tls, fields: Fields) -> None:
    """Make the context that will serve, to see whether certificate, key and ciphers are usable."""
    from apowacht.exporter.web_tls import Unusable, server_context

    try:
        server_context(tls)
    except Unusable as unusable:
        part = _part(fields, "tls_server_config", TLS_KEYS) or fields
        keys = (unusable.key, f"{unusable.key}_file")
        key = next((key for key in keys if key in part.entries), unusable.key)
        fields.notes(part.at(key), unusable.kind, key=key, detail=unusable.detail)


def _http(fields: Fields) -> tuple[bool, dict[str, str]]:
    part = _part(fields, "http_server_config", ("http2", "headers"))
    if part is None:
        return True, {}
    told = _part(part, "headers", HEADERS)
    headers = {}
    for key, valid in HEADERS.items() if told else ():
        text = _header(told, key, valid) if told else None
        if text:
            headers[key] = text
    return _bool(part, "http2", default=True), headers


def _header(part: Fields, key: str, valid: tuple[str, ...]) -> str | None:
    """A header's value; None when it is left out, which an empty one means as well."""
    entry = part.entries.get(key)
    if entry is None or (isinstance(entry.value, Text) and not entry.value.text):
        return None
    text = part.text(key)
    if text and (not text.isascii() or (valid and text.casefold() not in valid)):
        near = nearest(text, valid) or (valid[0] if valid else None)
        part.notes(entry.line, "bad_header", key=key, text=text, near=near)
    return text


def _users(fields: Fields) -> dict[str, bytes]:
    entry = fields.entries.get("basic_auth_users")
    if entry is None or (isinstance(entry.value, Text) and entry.value.empty):
        return {}
    mapping = fields.mapping("basic_auth_users")
    users: dict[str, bytes] = {}
    for user, told in mapping.entries.items() if mapping else ():
        if not user or ":" in user or not user.isprintable():
            fields.notes(told.line, "bad_user", user=user)
        text = told.value.text if isinstance(told.value, Text) else ""
        match = _BCRYPT.fullmatch(text)
        if match is None:
            fields.notes(told.line, "bcrypt", user=user)
        elif int(match[1]) not in COSTS:
            fields.notes(told.line, "bcrypt_cost", user=user, cost=int(match[1]),
                         least=COSTS[0], most=COSTS[-1])  # fmt: skip
        else:
            users[user] = text.encode()
    return users


def _rate(fields: Fields) -> Rate | None:
    part = _part(fields, "rate_limit", ("interval", "burst"))
    if part is None:
        return None
    text, burst = part.text("interval") or "0", part.text("burst") or "0"
    found = _DURATION.findall(text)
    if text != "0" and "".join(number + unit for number, unit in found) != text:
        part.notes(part.at("interval"), "bad_go_duration", key="interval", text=text)
        return None
    interval = sum(float(number) * _UNITS[unit] for number, unit in found)
    if not (burst.isascii() and burst.isdecimal() and len(burst) < 10):
        part.notes(part.at("burst"), "want_number", key="burst", text=burst, least=0)
        return None
    if interval and not int(burst):  # it would refuse every request
        part.notes(part.at("burst"), "want_number", key="burst", text=burst, least=1)
    return Rate(interval, int(burst)) if interval else None


def _choice(part: Fields, key: str, valid: Collection[str], default: str) -> str:
    text = part.text(key)
    if text is None or text in valid:
        return text or default
    _not_among(part, key, part.at(key), text, valid)
    return default


def _choices(part: Fields, key: str, valid: Collection[str]) -> list[str]:
    told = part.texts(key)
    for text, line in told:
        if text not in valid:
            _not_among(part, key, line, text, valid)
    return [text for text, _ in told]


def _not_among(part: Fields, key: str, line: int, text: str, valid: Collection[str]) -> None:
    near = nearest(text, valid)
    part.notes(line, "bad_choice", key=key, text=text, near=near, choices=", ".join(valid))


def _bool(part: Fields, key: str, *, default: bool) -> bool:
    entry = part.entries.get(key)
    if entry is None:
        return default
    if isinstance(entry.value, Text) and entry.value.kind == "bool":
        return entry.value.text.casefold() in ("true", "yes", "on")
    part.notes(entry.line, "want_bool", key=key)
    return default
