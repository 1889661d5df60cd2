"""A `.kon` file: gematik's JSON form of all that is needed to reach a Konnektor.

Source: gematik/zero-lab, go/kon. `${NAME}` in any text stands for an environment variable. The
Telematik-ID that such a file may hold is not read. No error shows a value of the file.
"""

from __future__ import annotations

import errno
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.secret import read_plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apowacht.plugins.wire.soap import Url

    Kind = TypeVar("Kind")

LIMIT_BYTES = 1024 * 1024
_ENVIRONMENTS = ("ru", "tu", "pu")
_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_PEM = re.compile(r"-----(?:BEGIN|END) CERTIFICATE-----")


class BasicCredentials:
    """User name and password; never shown."""

    def __init__(self, user: str, password: str) -> None:
        self.user = user
        self.password = password

    def __repr__(self) -> str:
        return "BasicCredentials(...)"


class Pkcs12Credentials:
    """A PKCS#12 file's bytes and its password; never shown."""

    def __init__(self, data: bytes, password: str) -> None:
        self.data = data
        self.password = password

    def __repr__(self) -> str:
        return "Pkcs12Credentials(...)"


@dataclass(frozen=True)
class KonFile:
    """What a `.kon` file says; None and () are what it leaves open."""

    url: Url
    mandant: str
    client_system: str
    workplace: str
    user_id: str | None
    credentials: BasicCredentials | Pkcs12Credentials | None
    rewrite_endpoints: bool
    insecure: bool
    server_name: str | None  # expectedHost
    environment: str | None  # ru, tu (tests of gematik), pu (production)
    trust_store: tuple[bytes, ...]  # DER; authorities and the Konnektor's own certificate alike
    version: str | None

    @property
    def secrets(self) -> tuple[str, ...]:
        """The texts that no output may show."""
        return (self.credentials.password,) if self.credentials else ()


def load_kon(path: str, environment: Mapping[str, str] | None = None) -> KonFile:
    """Read a `.kon` file. Raises OwnTrouble("kon_…") with file and field."""
    try:
        data = read_plain(path, LIMIT_BYTES)
    except OSError as error:
        detail = os.strerror(error.errno or errno.EINVAL)
        raise OwnTrouble("kon_unreadable", file=path, detail=detail) from error
    return read_kon(data, path, os.environ if environment is None else environment)


def read_kon(data: bytes, file: str, environment: Mapping[str, str]) -> KonFile:
    """The content of a `.kon` file; `file` names it in errors. Raises OwnTrouble("kon_…")."""
    import json

    try:
        content = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        # The decoder's error holds the document, and with it the password.
        raise OwnTrouble("kon_not_json", file=file) from None
    if not isinstance(content, dict):
        raise OwnTrouble("kon_not_json", file=file)
    fields = _Fields(content, file, environment)
    return KonFile(
        url=_url(fields),
        mandant=fields.required("mandantId"),
        client_system=fields.required("clientSystemId"),
        workplace=fields.required("workplaceId"),
        user_id=fields.text("userId"),
        credentials=_credentials(fields),
        rewrite_endpoints=fields.get("rewriteServiceEndpoints", bool, "true, false") or False,
        insecure=fields.get("insecureSkipVerify", bool, "true, false") or False,
        server_name=fields.text("expectedHost"),
        environment=fields.choice("env", _ENVIRONMENTS),
        trust_store=_trust_store(fields),
        version=fields.text("version"),
    )


class _Fields:
    """The fields of one object in the file, each checked for its kind."""

    def __init__(
        self,
        content: dict[str, Any],
        file: str,
        environment: Mapping[str, str],
        prefix: str = "",
    ) -> None:
        self._content = content
        self.file = file
        self._environment = environment
        self._prefix = prefix

    def wrong(self, reason: str, name: str, **values: object) -> OwnTrouble:
        return OwnTrouble(reason, file=self.file, field=self._prefix + name, **values)

    def get(self, name: str, kind: type[Kind], expected: str) -> Kind | None:
        value = self._content.get(name)
        if value is not None and not isinstance(value, kind):
            raise self.wrong("kon_field_kind", name, expected=expected)
        return value

    def text(self, name: str) -> str | None:
        value = self.get(name, str, '"…"')
        return self._expanded(value, name) or None if value is not None else None

    def required(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise self.wrong("kon_field_missing", name)
        return value

    def choice(self, name: str, choices: tuple[str, ...]) -> str | None:
        value = self.text(name)
        if value is not None and value not in choices:
            raise self.wrong("kon_field_kind", name, expected=", ".join(choices))
        return value

    def texts(self, name: str) -> list[str]:
        values = self.get(name, list, '["…"]') or []
        if not all(isinstance(value, str) for value in values):
            raise self.wrong("kon_field_kind", name, expected='["…"]')
        return [self._expanded(value, name) for value in values]

    def below(self, name: str) -> _Fields | None:
        content = self.get(name, dict, "{…}")
        if content is None:
            return None
        return _Fields(content, self.file, self._environment, f"{self._prefix}{name}.")

    def _expanded(self, text: str, name: str) -> str:
        def one(found: re.Match[str]) -> str:
            if found[1] not in self._environment:
                raise self.wrong("kon_variable", name, variable=found[1])
            return self._environment[found[1]]

        return _VARIABLE.sub(one, text)


def _url(fields: _Fields) -> Url:
    from apowacht.plugins.wire.soap import split_url

    try:
        return split_url(fields.required("url"))
    except ValueError:
        raise fields.wrong("kon_field_url", "url") from None


def _credentials(fields: _Fields) -> BasicCredentials | Pkcs12Credentials | None:
    told = fields.below("credentials")
    if told is None:
        return None
    if told.required("type") and told.choice("type", ("basic", "pkcs12")) == "basic":
        return BasicCredentials(told.required("username"), told.required("password"))
    data = _decoded(told, "data", told.required("data"))
    return Pkcs12Credentials(data, told.text("password") or "")


def _trust_store(fields: _Fields) -> tuple[bytes, ...]:
    certificates = []
    for index, text in enumerate(fields.texts("trustStore")):
        name = f"trustStore[{index}]"
        der = _decoded(fields, name, _PEM.sub("", text))
        if not _is_certificate(der):
            raise fields.wrong("kon_field_certificate", name)
        certificates.append(der)
    return tuple(certificates)


def _decoded(fields: _Fields, name: str, text: str) -> bytes:
    from base64 import b64decode

    try:
        return b64decode("".join(text.split()), validate=True)
    except ValueError:
        raise fields.wrong("kon_field_base64", name) from None


def _is_certificate(der: bytes) -> bool:
    from cryptography.x509 import load_der_x509_certificate

    try:
        load_der_x509_certificate(der)
    except ValueError:
        return False
    return True
