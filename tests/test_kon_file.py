"""`.kon` files: every field read, every mistake named by file and field, no secret ever shown."""

from __future__ import annotations

import json
import os
from base64 import b64encode
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from authority import Authority, self_signed
from hypothesis import given, settings
from hypothesis import strategies as st

from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.wire.kon_file import (
    BasicCredentials,
    KonFile,
    Pkcs12Credentials,
    load_kon,
    read_kon,
)
from apowacht.plugins.wire.soap import Url

if TYPE_CHECKING:
    from pathlib import Path

BASIC = {"type": "basic", "username": "monitor", "password": "geheim-123"}
PKCS12 = {"type": "pkcs12", "data": b64encode(b"\x30\x80p12").decode(), "password": "geheim-123"}
LEAST = {
    "url": "https://10.0.0.5",
    "mandantId": "M1",
    "clientSystemId": "C1",
    "workplaceId": "W1",
    "credentials": BASIC,
}
FULL = {
    **LEAST,
    "version": "1.0.0",
    "url": "https://konnektor.example.com:8443",
    "rewriteServiceEndpoints": True,
    "userId": "U1",
    "telematikId": "3-SMC-B-Testkarte-883110000129083",
    "env": "pu",
    "insecureSkipVerify": True,
    "expectedHost": "konnektor.konlan",
    "unknownField": [1, 2],
}


def kon(content: Any, **environment: str) -> KonFile:
    """The file with this content, read in this environment."""
    return read_kon(json.dumps(content).encode(), "site.kon", environment)


def trouble(content: Any, **environment: str) -> OwnTrouble:
    """What is wrong with the file with this content."""
    with pytest.raises(OwnTrouble) as raised:
        kon(content, **environment)
    assert raised.value.values["file"] == "site.kon"
    assert "geheim-123" not in f"{raised.value!r} {raised.value.values}"
    return raised.value


def test_all_fields_are_read() -> None:
    """Everything that reaches the Konnektor; unknown fields and the Telematik-ID are left."""
    read = kon(FULL)
    assert read.url == Url("https", "konnektor.example.com", 8443, "/")
    assert (read.mandant, read.client_system, read.workplace) == ("M1", "C1", "W1")
    assert (read.user_id, read.environment, read.version) == ("U1", "pu", "1.0.0")
    assert (read.rewrite_endpoints, read.insecure) == (True, True)
    assert read.server_name == "konnektor.konlan"
    assert isinstance(read.credentials, BasicCredentials)
    assert (read.credentials.user, read.credentials.password) == ("monitor", "geheim-123")
    assert "883110000129083" not in repr(read)


def test_least_file() -> None:
    """What may be left out has its quiet default."""
    read = kon({**LEAST, "credentials": None, "userId": ""})
    assert (read.rewrite_endpoints, read.insecure, read.trust_store) == (False, False, ())
    assert (read.user_id, read.environment, read.server_name, read.version) == (None,) * 4
    assert (read.credentials, read.secrets) == (None, ())


def test_pkcs12_lies_in_the_file() -> None:
    """base64, with or without line breaks; the password may be missing."""
    read = kon({**LEAST, "credentials": {**PKCS12, "data": "\n".join(PKCS12["data"]) + "\n"}})
    assert isinstance(read.credentials, Pkcs12Credentials)
    assert (read.credentials.data, read.credentials.password) == (b"\x30\x80p12", "geheim-123")
    bare = {key: value for key, value in PKCS12.items() if key != "password"}
    credentials = kon({**LEAST, "credentials": bare}).credentials
    assert credentials is not None
    assert credentials.password == ""


@pytest.mark.parametrize("credentials", [BASIC, PKCS12])
def test_secrets_are_not_shown(credentials: dict[str, str]) -> None:
    """No form of the record holds the password, and `secrets` gives it to those who mask."""
    read = kon({**LEAST, "credentials": credentials})
    assert "geheim-123" not in f"{read!r} {read} {read.credentials!r}"
    assert credentials.get("data", "monitor") not in repr(read)
    assert read.secrets == ("geheim-123",)


def test_variables_are_expanded_in_every_text() -> None:
    """`${NAME}` in any field, more than one in a text, and nothing in what they stand for."""
    content = {
        **LEAST,
        "url": "https://${HOST}:${PORT}",
        "mandantId": "${M}",
        "credentials": {**BASIC, "password": "${PASSWORD}"},
    }
    values = {"HOST": "kon.example", "PORT": "444", "M": "a ${HOST}", "PASSWORD": 'x"\\${'}
    read = kon(content, **values)
    assert read.url == Url("https", "kon.example", 444, "/")
    assert read.mandant == "a ${HOST}"
    assert read.secrets == ('x"\\${',)


def test_missing_variable_is_named() -> None:
    """An unset variable would silently be an empty password."""
    error = trouble({**LEAST, "credentials": {**BASIC, "password": "${NO_SUCH}"}})
    assert error.reason == "kon_variable"
    assert (error.values["field"], error.values["variable"]) == ("credentials.password", "NO_SUCH")


def test_trust_store_takes_base64_and_pem() -> None:
    """Authorities and the Konnektor's own certificate, as DER."""
    authority, leaf = Authority(), self_signed()
    pem = leaf.pem(key=False).decode()
    from cryptography.hazmat.primitives.serialization import Encoding

    der = authority.certificate.public_bytes(Encoding.DER)
    read = kon({**LEAST, "trustStore": [b64encode(der).decode(), pem]})
    assert read.trust_store == (der, leaf.der)


@pytest.mark.parametrize(
    ("change", "reason", "field"),
    [
        ({"url": None}, "kon_field_missing", "url"),
        ({"url": ""}, "kon_field_missing", "url"),
        ({"url": "konnektor"}, "kon_field_url", "url"),
        ({"url": "ftp://konnektor"}, "kon_field_url", "url"),
        ({"url": "https://u:geheim-123@konnektor"}, "kon_field_url", "url"),
        ({"url": 5}, "kon_field_kind", "url"),
        ({"mandantId": None}, "kon_field_missing", "mandantId"),
        ({"workplaceId": []}, "kon_field_kind", "workplaceId"),
        ({"clientSystemId": ""}, "kon_field_missing", "clientSystemId"),
        ({"env": "prod"}, "kon_field_kind", "env"),
        ({"insecureSkipVerify": "true"}, "kon_field_kind", "insecureSkipVerify"),
        ({"rewriteServiceEndpoints": 1}, "kon_field_kind", "rewriteServiceEndpoints"),
        ({"credentials": "geheim-123"}, "kon_field_kind", "credentials"),
        ({"credentials": {}}, "kon_field_missing", "credentials.type"),
        ({"credentials": {"type": "system", "name": "x"}}, "kon_field_kind", "credentials.type"),
        ({"credentials": {"type": "basic"}}, "kon_field_missing", "credentials.username"),
        ({"credentials": {**BASIC, "password": ""}}, "kon_field_missing", "credentials.password"),
        ({"credentials": {"type": "pkcs12"}}, "kon_field_missing", "credentials.data"),
        ({"credentials": {**PKCS12, "data": "%"}}, "kon_field_base64", "credentials.data"),
        ({"trustStore": "x"}, "kon_field_kind", "trustStore"),
        ({"trustStore": [1]}, "kon_field_kind", "trustStore"),
        ({"trustStore": ["%"]}, "kon_field_base64", "trustStore[0]"),
        ({"trustStore": ["AAAA"]}, "kon_field_certificate", "trustStore[0]"),
    ],
)
def test_mistakes_are_named_by_their_field(change: dict[str, Any], reason: str, field: str) -> None:
    """File and field, and never the value, which may be a secret."""
    error = trouble({**LEAST, **change})
    assert (error.reason, error.values["field"]) == (reason, field)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"password": "geheim-123"'],
)
def test_what_is_no_json_object_is_said(data: bytes) -> None:
    """Neither the document nor a password in it is part of the trouble."""
    with pytest.raises(OwnTrouble) as raised:
        read_kon(data, "site.kon", {})
    assert (raised.value.reason, raised.value.values) == ("kon_not_json", {"file": "site.kon"})
    assert raised.value.__cause__ is None


def test_file_is_read_with_a_byte_order_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Windows editors write it; variables come from the environment of the process."""
    monkeypatch.setenv("KON_PASSWORD", "geheim-456")
    path = tmp_path / "site.kon"
    content = {**LEAST, "credentials": {**BASIC, "password": "${KON_PASSWORD}"}}
    path.write_text(json.dumps(content), encoding="utf-8-sig")
    assert load_kon(str(path)).secrets == ("geheim-456",)


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe", "large", "nul"])
def test_unreadable_file_is_named(tmp_path: Path, kind: str) -> None:
    """Not there, not a file, too large: at once, and by its name."""
    path = tmp_path / ("a\0b" if kind == "nul" else "site.kon")
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "large":
        path.write_bytes(b" " * (1024 * 1024 + 1))
    with pytest.raises(OwnTrouble) as raised:
        load_kon(str(path))
    assert raised.value.reason == "kon_unreadable"
    assert (raised.value.values["file"], bool(raised.value.values["detail"])) == (str(path), True)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@settings(deadline=None)  # the first certificate in it loads a library
@given(st.dictionaries(st.sampled_from([*sorted(FULL), "trustStore"]), JSON))
def test_any_content_is_read_or_our_own_trouble(changes: dict[str, Any]) -> None:
    """Every field with a value of any kind: nothing but OwnTrouble."""
    with suppress(OwnTrouble):
        kon({**FULL, **changes})


@given(st.binary(max_size=100))
def test_any_bytes_are_our_own_trouble(data: bytes) -> None:
    """No noise is a `.kon` file."""
    with pytest.raises(OwnTrouble):
        read_kon(data, "site.kon", {})
