"""connector.sds: read whatever its prefixes, order and gaps; refused when it is a weapon."""

from __future__ import annotations

import re
import tracemalloc
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from konnektor_told import directory, oracle_files

from apowacht.plugins.core.errors import Garbled, Refused
from apowacht.plugins.wire import xmltree
from apowacht.plugins.wire.sds import Endpoint, Product, address, read_sds, version_number
from apowacht.plugins.wire.soap import Url, split_url

if TYPE_CHECKING:
    import random
    from pathlib import Path

CARD_SPOKEN = ((8, 1), (8, 2))
BASE = Url("https", "192.0.2.7", 8443, "/")


def test_everything_that_the_directory_tells_is_read() -> None:
    """Product, versions, the two mandatory flags, and every endpoint with its namespace."""
    told = read_sds(directory(plain="http://10.0.0.5").xml().encode())
    assert told.product == Product(
        vendor_id="KOCOC",
        vendor_name="Beispiel & Söhne",
        code="kocobox",
        name="Beispielbox",
        type="Konnektor",
        type_version="5.54.1",
        hardware="2.0.0",
        firmware="5.5.4",
        information_date=datetime(2026, 11, 20, 9, 38, 47, 301000, tzinfo=UTC),
    )
    assert (told.tls_mandatory, told.client_authentication_mandatory) == (True, False)
    assert {name: list(versions) for name, versions in told.services.items()} == {
        "EventService": ["7.2.0"],
        "CardService": ["8.1.0", "8.1.2", "8.2.1", "8.1.1"],
        "CertificateService": ["6.0.1", "6.0.0"],
    }
    assert told.services["EventService"]["7.2.0"] == Endpoint(
        "7.2.0",
        "http://ws.gematik.de/conn/EventService/WSDL/v7.2",
        "https://10.0.0.5:443/ws/EventService/7.2.0",
        "http://10.0.0.5/ws/EventService/7.2.0",
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<?xml version='1.0' encoding='UTF-8' standalone='yes'?>", "utf-8"),
        ("", "utf-8-sig"),
        ("\r\n \t<?xml version='1.0'?>", "utf-8"),
        ("<?xml version='1.0' encoding='ISO-8859-1'?>", "iso-8859-1"),
        ("<?xml version='1.0' encoding='windows-1252'?>", "cp1252"),
        ("<?xml version='1.0' encoding='UTF-16'?>", "utf-16"),
    ],
)
def test_every_encoding_of_the_field_gives_the_same(before: str, after: str) -> None:
    """A byte order mark, white space before the declaration, other declared encodings."""
    text = directory().xml()
    assert read_sds((before + text).encode(after)) == read_sds(text.encode())


@given(st.randoms(use_true_random=False), st.booleans())
def test_order_and_prefixes_do_not_matter(order: random.Random, bare: bool) -> None:
    """Shuffled elements, and elements without any namespace, tell the same."""
    assert read_sds(directory().xml(order, bare=bare).encode()) == read_sds(
        directory().xml().encode()
    )


@pytest.mark.parametrize(
    "gone",
    ["PI:ProductInformation", "PI:Local", "SD:TLSMandatory", "SI:EndpointTLS", "SI:Abstract"],
)
def test_missing_elements_are_unknown_and_the_rest_is_read(gone: str) -> None:
    """No element is needed for another one's sake."""
    text = re.sub(rf"<{gone}\b.*?</{gone}>", "", directory().xml())
    told = read_sds(text.encode())
    assert list(told.services) == ["EventService", "CardService", "CertificateService"]
    assert (told.product == Product()) is (gone == "PI:ProductInformation")
    assert (told.tls_mandatory is None) is (gone == "SD:TLSMandatory")
    assert (told.services["EventService"]["7.2.0"].tls is None) is (gone == "SI:EndpointTLS")
    assert (told.product.firmware is None) is (gone in ("PI:ProductInformation", "PI:Local"))


def test_directory_of_a_konnektor_that_is_starting_has_no_services() -> None:
    """Before the start is finished the list may be empty; that is no garbled answer."""
    told = read_sds(directory(services=()).xml().encode())
    assert told.services == {}
    with pytest.raises(Refused) as refused:
        told.choose("EventService", ((7, 2),), "kon")
    assert refused.value.reason == "konnektor_service_missing"
    assert refused.value.values["service"] == "EventService"


@pytest.mark.parametrize(
    ("versions", "chosen"),
    [
        (("8.1.0", "8.1.2", "8.1.1"), "8.1.2"),
        (("8.1.2", "8.1.1", "8.1.0"), "8.1.2"),
        (("8.1.9", "8.1.10"), "8.1.10"),
        (("8.2.1", "8.1.0"), "8.1.0"),
        (("8.2.0", "8.2.1", "9.0.0"), "8.2.1"),
        (("8.1",), "8.1"),
    ],
)
def test_version_is_chosen_by_number(versions: tuple[str, ...], chosen: str) -> None:
    """The highest of the version that is spoken first, wherever it stands."""
    told = read_sds(directory([("CardService", versions)]).xml().encode())
    assert told.choose("CardService", CARD_SPOKEN).version == chosen


def test_only_unknown_versions_are_named() -> None:
    """A Konnektor that speaks newer versions only is refused with what it offers."""
    told = read_sds(directory([("CardService", ("9.0.0", "10.1.0"))]).xml().encode())
    with pytest.raises(Refused) as refused:
        told.choose("CardService", CARD_SPOKEN)
    assert refused.value.reason == "konnektor_service_version"
    assert refused.value.values["versions"] == "10.1.0, 9.0.0"


def test_version_comes_from_the_namespace_when_it_is_not_told() -> None:
    """Without @Version the end of @TargetNamespace tells major and minor."""
    text = directory([("CardService", ("8.1.2",))]).xml().replace(' Version="8.1.2"', "")
    assert read_sds(text.encode()).choose("CardService", CARD_SPOKEN).version == "8.1"


def test_version_numbers_compare_as_numbers() -> None:
    """What is no number is left out."""
    assert version_number("8.1.10") > version_number("v8.1.9-beta")
    assert version_number("") == ()


@pytest.mark.parametrize(
    ("told", "tls", "rewrite", "reached"),
    [
        (("https://10.0.0.5:443/a/b", "http://10.0.0.5:80/a/b"), True, False, "10.0.0.5:443/a/b"),
        (("https://10.0.0.5/a", "http://10.0.0.5/p"), False, False, "10.0.0.5:80/p"),
        (("https://10.0.0.5/a", None), False, False, "10.0.0.5:443/a"),
        (("https://10.0.0.5:9/a?x=1", None), True, True, "192.0.2.7:8443/a?x=1"),
        ((None, "http://10.0.0.5/p"), True, True, "192.0.2.7:8443/p"),
        (("https://[fd00::5]:444/a", None), True, False, "fd00::5:444/a"),
        (("/ws/a", None), True, False, "192.0.2.7:8443/ws/a"),
        (("https://kon.example/a b/ö", None), True, False, "kon.example:443/a%20b/%C3%B6"),
    ],
)
def test_where_an_endpoint_is_asked(
    told: tuple[str | None, str | None], tls: bool, rewrite: bool, reached: str
) -> None:
    """The told address, or its path at the address that was given."""
    url = address(
        Endpoint("8.1.2", None, *told), BASE, tls=tls, rewrite=rewrite, service="CardService"
    )
    assert f"{url.host}:{url.port}{url.path}" == reached


@pytest.mark.parametrize(
    "told",
    [None, "", "no address", "http://10.0.0.5/a", "ftp://10.0.0.5/a", "https://", "https://[x/a",
     "https://user:secret@10.0.0.5/a", "https://10.0.0.5:99999/a", "https://10.0.0.5:x/"],
)  # fmt: skip
def test_endpoint_without_usable_address_is_refused(told: str | None) -> None:
    """With TLS nothing but an https address will do."""
    with pytest.raises(Refused) as refused:
        address(Endpoint("8.1.2", None, told), BASE, tls=True, rewrite=False, service="CardService")
    assert refused.value.reason == "konnektor_endpoint"


def test_address_with_a_user_name_is_none() -> None:
    """Nothing secret may stand in an address, where it would be shown."""
    with pytest.raises(ValueError, match="no URL"):
        split_url("https://user:secret@10.0.0.5/")


LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "&{a};&{a};&{a};&{a};&{a};&{a};&{a};&{a};">' for a, b in zip(
        "abcdefghij", "bcdefghijk", strict=True))
    + "]><ConnectorServices>&k;</ConnectorServices>"
)  # fmt: skip


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (LAUGHS.encode(), "doctype"),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><ConnectorServices/>', "doctype"),
        (b"<!DOCTYPE html><html><body>Anmeldung</body></html>", "doctype"),
        (LAUGHS.encode("utf-16"), "doctype"),
        (b"<ConnectorServices>&k;</ConnectorServices>", "syntax"),
        (b"<a>" * 100 + b"</a>" * 100, "depth"),
        (b"<a>" + b"<b/>" * 100_001 + b"</a>", "size"),
        (b"<a>" + b" " * xmltree.LIMIT_BYTES + b"</a>", "size"),
        (b"<?xml version='1.0' encoding='zlib_codec'?><a/>", "encoding"),
        (b"<?xml version='1.0' encoding='unicode_escape'?><a/>", "encoding"),
        (b"<html><body>Anmeldung</body></html>", "content"),
        (b"", "syntax"),
        (b"\0\1\2", "syntax"),
        (b"<ConnectorServices>\xe4</ConnectorServices>", "syntax"),
        (b"<ConnectorServices/><ConnectorServices/>", "syntax"),
    ],
)
def test_hostile_and_foreign_answers_are_garbled(data: bytes, word: str) -> None:
    """Bombs are refused before anything is expanded; so is what is no directory."""
    with pytest.raises(Garbled) as garbled:
        read_sds(data, "kon")
    assert garbled.value.reason == "konnektor_garbled"
    assert garbled.value.values["detail"] == word
    assert garbled.value.values["host"] == "kon"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(LAUGHS.encode(), id="entities"),
        pytest.param(
            b'<a xmlns="' + b"u" * 2**20 + b'">'
            + b"".join(b"<n%d/>" % n for n in range(90_000)) + b"</a>", id="namespace"),
        pytest.param(b"<a>" + b"x<b/>" * 90_000 + b"y" * 2**22 + b"</a>", id="text"),
        pytest.param(b"<a" + b"".join(b" n%d=''" % n for n in range(90_000)) + b"/>", id="attr"),
    ],
)  # fmt: skip
def test_memory_stays_a_small_multiple_of_the_answer(data: bytes) -> None:
    """No name, namespace or text is copied more often than it arrived."""
    tracemalloc.start()
    try:
        with suppress(xmltree.XmlError):
            xmltree.parse(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 100 * 2**20


@given(st.integers(0, 10_000))
def test_truncated_directory_is_garbled(length: int) -> None:
    """Wherever the answer ends, half a directory is none."""
    whole = directory().xml().encode()
    with pytest.raises(Garbled):
        read_sds(whole[: length % len(whole)])


@settings(max_examples=300)
@given(st.data())
def test_damaged_directory_is_read_or_garbled(data: st.DataObject) -> None:
    """Whatever bytes are changed, nothing but our own trouble comes out."""
    damaged = bytearray(directory().xml().encode())
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    with suppress(Garbled):
        read_sds(bytes(damaged))


@given(st.binary(max_size=200))
def test_random_bytes_are_garbled(noise: bytes) -> None:
    """No noise is a directory, and none raises anything else."""
    with pytest.raises(Garbled):
        read_sds(noise)


@pytest.mark.oracle
@pytest.mark.parametrize("file", oracle_files("konnektor/samples/sds/*"))
def test_recorded_directories_are_read_without_loss(file: Path) -> None:
    """Every endpoint and every product value of a real device's file is in what was read."""
    text = file.read_text("utf-8")
    told = read_sds(file.read_bytes())
    endpoints = [one for versions in told.services.values() for one in versions.values()]
    assert len(told.services) == len(re.findall(r"<(?:\w+:)?Service\s", text))
    assert len(endpoints) == len(re.findall(r"<(?:\w+:)?Version\s", text))
    for name, read in (("EndpointTLS", "tls"), ("Endpoint", "plain")):
        locations = re.findall(rf'<(?:\w+:)?{name}\s+Location="([^"]*)"', text)
        assert sorted(locations) == sorted(filter(None, (getattr(e, read) for e in endpoints)))
    product = told.product
    for element, value in {
        "ProductVendorID": product.vendor_id,
        "ProductVendorName": product.vendor_name,
        "ProductCode": product.code,
        "ProductName": product.name,
        "ProductType": product.type,
        "ProductTypeVersion": product.type_version,
        "HWVersion": product.hardware,
        "FWVersion": product.firmware,
        "TLSMandatory": str(told.tls_mandatory).lower(),
        "ClientAutMandatory": str(told.client_authentication_mandatory).lower(),
    }.items():
        found = re.search(rf"<(?:\w+:)?{element}>([^<]*)</", text)
        assert found is not None
        assert found[1] == value
    assert product.information_date is not None
    for service, spoken in (
        ("EventService", ((7, 2),)),
        ("CardService", CARD_SPOKEN),
        ("CertificateService", ((6, 0),)),
    ):
        chosen = told.choose(service, spoken)
        assert address(chosen, BASE, tls=True, rewrite=False, service=service).scheme == "https"
