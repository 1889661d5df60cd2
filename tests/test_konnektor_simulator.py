"""The Konnektor in a box: as official schemas and independent clients see it, state by state."""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
import subprocess
from base64 import b64decode
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs12
from hypothesis import given
from hypothesis import strategies as st
from konnektor_clients import (
    NamedConnection,
    all_of,
    ask,
    by_handle,
    call,
    context,
    message,
    own_client,
    pin_status,
    told,
    verifying,
)

from apowacht.plugins.core.errors import Garbled, Refused, Trouble, Unreachable
from apowacht.plugins.wire.soap_fault import Fault
from apowacht.simulator.box import Box
from apowacht.simulator.devices import load
from apowacht.simulator.konnektor import Konnektor
from apowacht.simulator.konnektor_flavours import FLAVOURS
from apowacht.simulator.konnektor_lines import read_manners, read_situation
from apowacht.simulator.konnektor_xml import NAMESPACES, read, tell, write
from apowacht.simulator.service import NotLoopbackError
from apowacht.simulator.sicct_discovery import (
    ADDRESS,
    ANSWER,
    MAC,
    NAME,
    PORT,
    PROTOCOL,
    SECURITY,
    VERSION,
    Announced,
    SicctTerminal,
    item,
    items,
    wanted_at,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow


STATES = load("konnektor").states
SDS = "/connector.sds"
PIN = "<CARDCMN:PinTyp>PIN.SMC</CARDCMN:PinTyp>"
AUT = "<CERT:CertRefList><CERT:CertRef>C.AUT</CERT:CertRef></CERT:CertRefList>"
ECC, RSA = "<CERT:Crypt>ECC</CERT:Crypt>", "<CERT:Crypt>RSA</CERT:Crypt>"
WIDE = ' mandant-wide="true"'
# States in which no whole answer comes back; the tests of those states say what does.
MUTE = {
    "client certificate", "password", "directory open", "slow", "half-open", "garbage", "cut XML",
    "silent after the request", "garbage instead of TLS", "truncated", "server error", "rebooting",
    "rebooting, nearly done", "TLS certificate expired", "TLS certificate not yet valid",
}  # fmt: skip


@pytest.fixture(scope="module")
def shared() -> Iterator[Konnektor]:
    """One Konnektor for all tests that leave it as it was."""
    with Konnektor() as running:
        yield running


@pytest.fixture
def konnektor(shared: Konnektor) -> Konnektor:
    """That one, in its normal state."""
    shared.put()
    return shared


def today(days: int = 0) -> str:
    """The date so many days from now."""
    return (date.today() + timedelta(days)).isoformat()


def conditions(konnektor: Konnektor) -> dict[str, str]:
    """The conditions that are true, and since when."""
    found = call(konnektor, "EVT:GetResourceInformation").content
    return {
        told(one, "CONN:ErrorCondition")[0]: told(one, "CONN:ValidFrom")[0]
        for one in all_of(found, "CONN:ErrorState")
        if told(one, "CONN:Value") == ["true"]
    }


def connected(konnektor: Konnektor) -> dict[str, str]:
    """Which terminals are connected, by CtId."""
    found = call(konnektor, "EVT:GetCardTerminals", attributes=WIDE).content
    return {
        told(one, "CARDCMN:CtId")[0]: told(one, "CT:Connected")[0]
        for one in all_of(found, "CT:CardTerminal")
    }


def types(
    konnektor: Konnektor, wanted: str = "", more: str = "", attributes: str = WIDE
) -> list[str]:
    """The types of the cards that GetCards lists."""
    kind = f"<CARDCMN:CardType>{wanted}</CARDCMN:CardType>" if wanted else ""
    return told(
        call(konnektor, "EVT:GetCards", more + kind, attributes=attributes).content,
        "CARDCMN:CardType",
    )


# The ports


@pytest.mark.parametrize("address", ["0.0.0.0", "::", "192.0.2.1", "konnektor.konlan", ""])
def test_only_loopback_is_bound(address: str) -> None:
    """Neither a Konnektor nor a terminal opens on an address that others could reach."""
    with pytest.raises(NotLoopbackError):
        Konnektor(listen=address)
    with pytest.raises(NotLoopbackError):
        SicctTerminal(listen=address)


def test_close_gives_the_ports_back() -> None:
    """After close, also without start, more than once or while rebooting, the ports are free."""
    first = Konnektor()
    first.close()
    first.close()
    port, plain = first.address[1], first.plain_address[1]
    with Konnektor("rebooting", port=port, plain_port=plain) as second:
        assert (second.address[1], second.plain_address[1]) == (port, plain)
    with Konnektor(port=port, plain_port=plain) as third:
        assert ask(third, SDS).status == 200


def test_a_port_in_use_leaves_nothing_open() -> None:
    """A taken http port is an error, and the https port is given back."""
    with Konnektor() as first:
        with closing(socket.create_server(("127.0.0.1", 0))) as chosen:
            free = chosen.getsockname()[1]
        with pytest.raises(OSError, match="in use"):
            Konnektor(port=free, plain_port=first.plain_address[1])
        with closing(socket.create_server(("127.0.0.1", free))):
            pass


def test_ipv6_loopback() -> None:
    """It answers on ::1 and names itself with brackets."""
    with Konnektor(listen="::1") as konnektor:
        answer = ask(konnektor, SDS)
        assert f'"https://[::1]:{konnektor.address[1]}/ws/EventService"' in answer.body.decode()


# The service directory


@pytest.mark.parametrize(
    ("flavour", "vendor", "event_path", "card_versions", "certificate_versions"),
    [
        ("secunet", "SECUN secu_kon", "/ws/EventService", "8.1.2 8.2.1 8.1.1 8.1.0", "6.0.1 6.0.0"),
        ("RISE", "RISEG RKONN", "/webservices/eventservice", "8.1.2 8.1.1 8.1.0", "6.0.0 6.0.1"),
        ("KoCoBox", "KOCOC kocobox", "/service/systeminformationservice", "8.1.0 8.1.1 8.1.2",
         "6.0.0 6.0.1"),
    ],
)  # fmt: skip
def test_flavours(
    konnektor: Konnektor,
    flavour: str,
    vendor: str,
    event_path: str,
    card_versions: str,
    certificate_versions: str,
) -> None:
    """Each vendor's directory has its names, its paths and its order of versions."""
    konnektor.change({"flavour": flavour})
    root = read(ask(konnektor, SDS).body)
    names = told(root, "PI:ProductVendorID") + told(root, "PI:ProductCode")
    assert " ".join(names) == vendor
    services = {
        service.attributes["Name"]: all_of(service, "SI:Version")
        for service in all_of(root, "SI:Service")
    }
    for name, versions in (
        ("CardService", card_versions),
        ("CertificateService", certificate_versions),
        ("EventService", "7.2.0"),
    ):
        assert " ".join(one.attributes["Version"] for one in services[name]) == versions
    where = all_of(services["EventService"][0], "SI:EndpointTLS")[0].attributes["Location"]
    host, port = konnektor.address
    assert where == f"https://{host}:{port}{event_path}"
    assert not all_of(root, "SI:Endpoint")


def test_the_directory_names_another_address(konnektor: Konnektor) -> None:
    """Behind NAT the directory names what it is told to, with the usual ports."""
    konnektor.change({"sds.host": "192.0.2.80", "tls.mandatory": "no"})
    text = ask(konnektor, SDS).body.decode()
    assert 'Location="https://192.0.2.80:443/ws/EventService"' in text
    assert 'Location="http://192.0.2.80/ws/EventService"' in text
    konnektor.change({"sds.host": "192.0.2.80:9443"})
    assert "https://192.0.2.80:9443/ws/CardService" in ask(konnektor, SDS).body.decode()


def test_without_tls(konnektor: Konnektor) -> None:
    """Where TLS is not mandatory http serves directory and operations, and is named."""
    with pytest.raises(ConnectionRefusedError):
        ask(konnektor, SDS, plain=True)
    konnektor.put("without TLS")
    text = ask(konnektor, SDS, plain=True).body.decode()
    host, port = konnektor.plain_address
    assert f'Location="http://{host}:{port}/ws/EventService"' in text
    asked = message(f"<EVT:GetCardTerminals>{context()}</EVT:GetCardTerminals>")
    answer = ask(konnektor, "/ws/EventService", asked, plain=True)
    assert (answer.status, answer.content.name) == (200, "EVT:GetCardTerminalsResponse")
    assert [one.secure for one in konnektor.requests[-2:]] == [False, False]


def test_an_open_directory(konnektor: Konnektor) -> None:
    """An open directory needs no password and http, services do; KoCoBox keeps http closed."""
    konnektor.put("directory open")
    asked = message(f"<EVT:GetCardTerminals>{context()}</EVT:GetCardTerminals>")
    for plain in (False, True):
        assert ask(konnektor, SDS, plain=plain).status == 200
    assert ask(konnektor, "/ws/EventService", asked).status == 401
    assert ask(konnektor, "/ws/EventService", asked, plain=True).status == 403
    konnektor.change({"flavour": "KoCoBox"})
    assert ask(konnektor, SDS).status == 200
    with pytest.raises(ConnectionRefusedError):
        ask(konnektor, SDS, plain=True)


# Requests


@pytest.mark.parametrize(
    ("operation", "before", "content", "attributes"),
    [
        ("EVT:GetCards", "<CARDCMN:CtId>CT_1</CARDCMN:CtId>", "", ""),
        ("EVT:GetCards", "", "<CARDCMN:CardType>SMCB</CARDCMN:CardType>", ""),
        ("EVT:GetCards", "", "<CARDCMN:SlotId>0</CARDCMN:SlotId>", ""),
        ("EVT:GetCards", "", "<CARDCMN:CtId>1</CARDCMN:CtId>" * 2, ""),
        ("EVT:GetCards", "", f"<CARDCMN:CtId>{'x' * 65}</CARDCMN:CtId>", ""),
        ("EVT:GetCards", "", "", ' mandant-wide="yes"'),
        ("EVT:GetCards", "", "", ' mandant="true"'),
        ("EVT:GetCards", "", "<X xmlns='http://example.org'/>", ""),
        ("EVT:GetResourceInformation", "", "", WIDE),
        ("EVT:GetCardTerminals", "", "<CARDCMN:CardType>SMC-B</CARDCMN:CardType>", ""),
        ("CARD:GetPinStatus", "", PIN, ""),
        ("CERT:ReadCardCertificate", "<CONN:CardHandle>x</CONN:CardHandle>", "", ""),
        ("CERT:CheckCertificateExpiration", "", "<CERT:Crypt>DSA</CERT:Crypt>", ""),
        ("CERT:CheckCertificateExpiration", "", "<CONN:CardHandle>x</CONN:CardHandle>", ""),
    ],
)
def test_a_request_against_the_schema(
    konnektor: Konnektor, operation: str, before: str, content: str, attributes: str
) -> None:
    """Whatever breaks gematik's schema is a syntax error, 4000."""
    answer = call(konnektor, operation, content, before=before, attributes=attributes)
    assert (answer.status, answer.codes) == (500, [4000])
    assert konnektor.requests[-1].fault == 4000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no XML",
        b"<S:Envelope xmlns:S='http://schemas.xmlsoap.org/soap/envelope/'>",
        b"<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>",
        b"<x>" + b"y" * 2_000_000 + b"</x>",
    ],
)
def test_a_request_that_is_no_xml(konnektor: Konnektor, body: bytes) -> None:
    """What cannot be parsed, document types included, is a syntax error, too."""
    assert ask(konnektor, "/ws/EventService", body).codes == [4000]


def test_requests_beside_soap(konnektor: Konnektor) -> None:
    """Another message, encoding, action, namespace or operation gets a fault without a number."""
    good = f"<EVT:GetCards>{context()}</EVT:GetCards>"
    event = "/ws/EventService"
    assert ask(konnektor, event, good.encode().join([b"<a>", b"</a>"])).codes == [4000]
    assert ask(konnektor, event, b"<a/>").codes == []
    latin = {"Content-Type": "text/xml; charset=iso-8859-1"}
    assert "UTF-8" in str(ask(konnektor, event, message(good), headers=latin).faultstring)
    action = {"SOAPAction": f'"{NAMESPACES["EVT"]}#GetCardTerminals"'}
    assert "SOAPAction" in str(ask(konnektor, event, message(good), headers=action).faultstring)
    right = {"SOAPAction": f'"{NAMESPACES["EVT"]}#GetCards"'}
    assert ask(konnektor, event, message(good), headers=right).status == 200
    assert ask(konnektor, "/ws/CardService", message(good)).codes == []
    assert "Dance" in str(call(konnektor, "EVT:Dance").faultstring)
    foreign = good.replace("EVT:", "CERT:")
    assert "GetCards" in str(ask(konnektor, event, message(foreign)).faultstring)
    assert konnektor.requests[-1].fault is None


def test_paths_and_methods(konnektor: Konnektor) -> None:
    """Other paths are not found; a service takes POST, the directory GET."""
    assert ask(konnektor, "/").status == 404
    assert ask(konnektor, "/service/cardservice", b"<a/>").status == 404
    assert ask(konnektor, "/ws/CardService").status == 405
    assert ask(konnektor, SDS, b"<a/>").status == 405
    assert ask(konnektor, SDS + "?x=1").status == 200


@pytest.mark.parametrize(
    ("whom", "code"),
    [
        (("Apotheke", "apowacht", ""), 4021),
        (("Nebenan", "apowacht", "Monitoring"), 4004),
        (("Apotheke", "fremd", "Monitoring"), 4005),
        (("Apotheke", "apowacht", "Keller"), 4006),
        (("Apotheke", "Filialsystem", "Monitoring"), 4010),
        (("Apotheke", "apowacht", "Filialkasse"), 4011),
        (("Apotheke", "apowacht", "Kasse 1"), 4014),
    ],
)
def test_contexts(konnektor: Konnektor, whom: tuple[str, str, str], code: int) -> None:
    """A context that the Infomodell does not know gets the number of what is wrong in it."""
    answer = call(konnektor, "EVT:GetCards", whom=context(*whom))
    assert (answer.status, answer.codes) == (500, [code])
    assert answer.faultstring


@pytest.mark.parametrize(
    ("condition", "working"),
    [
        ("EC_CRL_Out_Of_Date", "states pin certificates"),
        ("EC_TSL_Out_Of_Date_Beyond_Grace_Period", "states pin certificates"),
        ("EC_Secure_KeyStore_Not_Available", "states certificates"),
        ("EC_Random_Generator_Not_Reliable", "states"),
        ("EC_Security_Log_Not_Writable", "states"),
        ("EC_Software_Integrity_Check_Failed", ""),
        ("EC_Firewall_Not_Reliable", ""),
        ("EC_No_VPN_TI_Connection", "states pin certificates"),
        ("EC_OTHER_ERROR_STATE(1)", "states pin certificates"),
    ],
)
def test_critical_conditions(konnektor: Konnektor, condition: str, working: str) -> None:
    """A fatal condition of the specification stops what the specification says, with 4002."""
    konnektor.change({f"condition.{condition}": "true"})
    handle = by_handle(konnektor, "smcb")
    asked = {
        "states": [call(konnektor, f"EVT:{name}") for name in
                   ("GetResourceInformation", "GetCardTerminals", "GetCards")],
        "pin": [pin_status(konnektor)],
        "certificates": [
            call(konnektor, "CERT:CheckCertificateExpiration", before=handle),
            call(konnektor, "CERT:ReadCardCertificate", AUT, before=handle),
        ],
    }  # fmt: skip
    for kind, answers in asked.items():
        for answer in answers:
            expected = (200, []) if kind in working.split() else (500, [4002])
            assert (answer.status, answer.codes) == expected


@pytest.mark.parametrize(
    "operation",
    [
        "CARD:VerifyPin", "CARD:ChangePin", "CARD:UnblockPin", "CARD:EnablePin", "CARD:DisablePin",
        "CARD82:StartCardSession", "CARD82:SecureSendAPDU", "CTS:RequestCard", "CTS:EjectCard",
        "EVT:Subscribe", "EVT:Unsubscribe", "EVT:RenewSubscriptions",
    ],
)  # fmt: skip
def test_nothing_is_changed(operation: str) -> None:
    """Every operation that changes something is refused and counted, whoever calls it."""
    with Konnektor() as konnektor:
        answer = call(konnektor, operation, by_handle(konnektor, "smcb") + PIN)
        assert answer.status == 500
        assert "refused" in str(answer.faultstring)
        konnektor.put("password")
        assert call(konnektor, operation).status == 401
        assert konnektor.forbidden_calls == (operation.partition(":")[2],) * 2


def test_reading_counts_as_no_change(konnektor: Konnektor) -> None:
    """Questions and unknown operations are no forbidden calls."""
    before = konnektor.forbidden_calls
    call(konnektor, "EVT:GetCards")
    call(konnektor, "EVT:GetSubscription")
    call(konnektor, "EVT:Dance")
    assert konnektor.forbidden_calls == before


def test_the_log(konnektor: Konnektor) -> None:
    """Each request is remembered with operation, texts and result, and without the password."""
    konnektor.put("password")
    login = ("apowacht", "nur-zum-Ausprobieren")
    kind = "<CARDCMN:CardType>SMC-B</CARDCMN:CardType>"
    call(konnektor, "EVT:GetCards", kind, attributes=WIDE, login=login)
    last = konnektor.requests[-1]
    assert (last.operation, last.path, last.status) == ("GetCards", "/ws/EventService", 200)
    assert (last.secure, last.identity, last.fault) == (True, "basic", None)
    assert last.asked["CardType"] == "SMC-B"
    assert last.asked["mandant-wide"] == "true"
    assert last.asked["MandantId"] == "Apotheke"
    assert login[1] not in repr(konnektor.requests) + repr(konnektor.situation)


# Operations


def test_conditions_are_all_listed(konnektor: Konnektor) -> None:
    """All conditions are listed whether true or not, those of terminals with their CtId."""
    found = call(konnektor, "EVT:GetResourceInformation").content
    names = told(found, "CONN:ErrorCondition")
    assert len(names) == len(set(names)) > 35
    assert set(told(found, "CONN:Value")) == {"false"}
    assert "EC_CardTerminal_gSMC-KT_Certificate_Expires_Soon(CT_2)" in names
    assert told(found, "CONN:ConnectionStatus") == ["Online", "Offline"]


def test_a_condition_begins_when_it_is_set(konnektor: Konnektor) -> None:
    """ValidFrom is the moment of the change, stays while it holds, and can be said outright."""
    begin = datetime.now(UTC).replace(microsecond=0)
    konnektor.put("VPN TI down")
    first = conditions(konnektor)
    assert set(first) == {"EC_No_VPN_TI_Connection", "EC_No_Online_Connection"}
    assert all(datetime.fromisoformat(since) >= begin for since in first.values())
    konnektor.change({"condition.EC_LOG_OVERFLOW": "true since 2026-02-03T04:05:06Z"})
    again = conditions(konnektor)
    assert again.pop("EC_LOG_OVERFLOW") == "2026-02-03T04:05:06Z"
    assert again == first
    konnektor.put()
    assert conditions(konnektor) == {}


def test_a_condition_of_the_vendor(konnektor: Konnektor) -> None:
    """Any condition can be made up, with severity and type."""
    konnektor.change({"condition.EC_Coffee_Out(3)": "true Fatal Infrastructure"})
    found = all_of(call(konnektor, "EVT:GetResourceInformation").content, "CONN:ErrorState")
    told_last = [child.text for child in found[-1].children][:4]
    assert told_last == ["EC_Coffee_Out(3)", "Fatal", "Infrastructure", "true"]


def test_vpn(konnektor: Konnektor) -> None:
    """TI and SIS go off and on apart from each other; the late flag is not set yet."""
    konnektor.put("VPN TI down")
    found = call(konnektor, "EVT:GetResourceInformation").content
    assert told(found, "CONN:ConnectionStatus") == ["Offline", "Offline"]
    konnektor.put("VPN flag late")
    assert conditions(konnektor) == {}
    konnektor.put("VPN SIS down")
    assert set(conditions(konnektor)) == {"EC_No_VPN_SIS_Connection"}
    konnektor.change({"vpn.sis": "online"})
    found = call(konnektor, "EVT:GetResourceInformation").content
    assert told(found, "CONN:ConnectionStatus") == ["Online", "Online"]


def test_one_resource(konnektor: Konnektor) -> None:
    """GetResourceInformation tells of a terminal or a card, by id, slot, ICCSN or handle."""
    ct_id = "<CARDCMN:CtId>{}</CARDCMN:CtId>"

    def about(content: str) -> list[str]:
        found = call(konnektor, "EVT:GetResourceInformation", content).content
        return [child.name for child in found.children[1:]] + told(found, "CARDCMN:Iccsn")

    smcb = ["CARD:Card", "80276009990000000025"]
    assert about(ct_id.format("CT_2")) == ["CT:CardTerminal"]
    assert about(ct_id.format("CT_1") + "<CARDCMN:SlotId>3</CARDCMN:SlotId>") == smcb
    assert about(f"<CARDCMN:Iccsn>{smcb[1]}</CARDCMN:Iccsn>") == smcb
    assert about(by_handle(konnektor, "smcb")) == smcb
    asked = call(konnektor, "EVT:GetResourceInformation", ct_id.format("CT_8"))
    assert asked.codes == [4007]
    asked = call(
        konnektor,
        "EVT:GetResourceInformation",
        ct_id.format("CT_1") + "<CARDCMN:SlotId>9</CARDCMN:SlotId>",
    )
    assert asked.codes == [4008]


def test_cards(konnektor: Konnektor) -> None:
    """GetCards filters by type, group of types, terminal and slot."""
    assert types(konnektor) == ["SMC-B", "SMC-KT", "SMC-KT", "SMC-KT", "HBA"]
    assert types(konnektor, "SMC-B") == types(konnektor, "SM-B") == ["SMC-B"]
    assert types(konnektor, "HBAx") == ["HBA"]
    assert types(konnektor, "EGK") == []
    second = "<CARDCMN:CtId>CT_2</CARDCMN:CtId>"
    assert types(konnektor, more=second) == ["SMC-KT", "HBA"]
    assert types(konnektor, more=second + "<CARDCMN:SlotId>2</CARDCMN:SlotId>") == ["HBA"]
    konnektor.put("HSM-B")
    assert types(konnektor, "SM-B") == ["SMC-B", "HSM-B"]


def test_a_workplace_sees_its_own_terminals(konnektor: Konnektor) -> None:
    """Without mandant-wide only the workplace's terminals and cards come; by handle 4015."""
    till = context("Apotheke", "Warenwirtschaft", "Kasse 2")
    found = call(konnektor, "EVT:GetCardTerminals", whom=till).content
    assert told(found, "CARDCMN:CtId") == ["CT_2"]
    found = call(konnektor, "EVT:GetCards", whom=till).content
    assert told(found, "CARDCMN:CardType") == ["SMC-KT", "HBA"]
    found = call(konnektor, "EVT:GetCardTerminals", whom=till, attributes=WIDE).content
    assert told(found, "CARDCMN:CtId") == ["CT_1", "CT_2", "CT_3"]
    asked = by_handle(konnektor, "smcb") + PIN
    assert call(konnektor, "CARD:GetPinStatus", asked, whom=till).codes == [4015]


def test_a_lost_terminal_takes_its_cards_along(konnektor: Konnektor) -> None:
    """A lost terminal is listed as not connected, with its condition and without its cards."""
    handle = konnektor.handle("smcb")
    konnektor.put("terminal with SMC-B lost")
    assert connected(konnektor) == {"CT_1": "false", "CT_2": "true", "CT_3": "true"}
    assert set(conditions(konnektor)) == {"EC_CardTerminal_Not_Available(CT_1)"}
    assert types(konnektor, "SMC-B") == []
    asked = f"<CONN:CardHandle>{handle}</CONN:CardHandle>{PIN}"
    assert call(konnektor, "CARD:GetPinStatus", asked).codes == [4008]
    konnektor.put()
    assert konnektor.handle("smcb") != handle
    assert call(konnektor, "CARD:GetPinStatus", asked).codes == [4047]
    assert pin_status(konnektor).status == 200


def test_a_terminal_that_was_never_connected(konnektor: Konnektor) -> None:
    """It has no product, firmware 0.0.0, a date of 1970, and no conditions."""
    konnektor.put("terminal never connected")
    found = all_of(
        call(konnektor, "EVT:GetCardTerminals", attributes=WIDE).content, "CT:CardTerminal"
    )[2]
    assert told(found, "PI:InformationDate") == ["1970-01-01T00:00:00.000Z"]
    assert told(found, "PI:FWVersion") + told(found, "PI:ProductVendorID") == ["0.0.0", ""]
    assert conditions(konnektor) == {}


def test_handles(konnektor: Konnektor) -> None:
    """A handle that became invalid gets 4047; a KoCoBox calls nonsense an invalid UUID."""
    stale = konnektor.handle("smcb")
    konnektor.renew_handles()
    assert konnektor.handle("smcb") != stale
    for flavour, handle, code, words in (
        ("secunet", stale, [4047], "Handle"),
        ("secunet", "nonsense", [4047], "Handle"),
        ("KoCoBox", "nonsense", [], "Invalid UUID string: nonsense"),
    ):
        konnektor.change({"flavour": flavour})
        asked = f"<CONN:CardHandle>{handle}</CONN:CardHandle>{PIN}"
        answer = call(konnektor, "CARD:GetPinStatus", asked)
        assert answer.codes == code
        assert words in str(answer.faultstring)
    konnektor.put("handles stale")
    assert pin_status(konnektor).codes == [4047]
    assert pin_status(konnektor).status == 200


@pytest.mark.parametrize(
    ("state", "pin", "tries"),
    [
        ("normal", "VERIFIED", []),
        ("PIN not entered", "VERIFIABLE", ["3"]),
        ("PIN last try", "VERIFIABLE", ["1"]),
        ("PIN blocked", "BLOCKED", ["0"]),
        ("transport PIN", "TRANSPORT_PIN", ["3"]),
    ],
)
def test_pins(konnektor: Konnektor, state: str, pin: str, tries: list[str]) -> None:
    """The SMC-B's PIN has the state and the tries that are wanted."""
    konnektor.put(state)
    found = pin_status(konnektor).content
    assert told(found, "CARD:PinStatus") == [pin]
    assert told(found, "CARD:LeftTries") == tries


def test_pins_belong_to_a_mandant(konnektor: Konnektor) -> None:
    """Another Mandant sees another state of the same card's PIN."""
    konnektor.change({"terminal.CT_1.workplaces": "Filialkasse"})
    asked = by_handle(konnektor, "smcb") + PIN
    there = context("Filiale", "Filialsystem", "Filialkasse")
    found = call(konnektor, "CARD:GetPinStatus", asked, whom=there).content
    assert told(found, "CARD:PinStatus") == ["VERIFIABLE"]


def test_pins_of_cards(konnektor: Konnektor) -> None:
    """Each type of card has its own PINs; CardService 8.2 answers in its own namespace."""
    assert pin_status(konnektor, "smcb", "PIN.CH").codes == [4072]
    assert pin_status(konnektor, "kt1", "PIN.SMC").codes == [4072]
    assert pin_status(konnektor, "hba", "PIN.CH").status == 200
    asked = by_handle(konnektor, "smcb") + PIN
    found = call(konnektor, "CARD82:GetPinStatus", asked).content
    assert told(found, "CARD82:PinStatus") == ["VERIFIED"]


def rows(konnektor: Konnektor, content: str = "", before: str = "") -> list[tuple[str, str]]:
    """(CtID, validity) of CheckCertificateExpiration."""
    found = call(konnektor, "CERT:CheckCertificateExpiration", content, before=before).content
    return list(zip(told(found, "CERT:CtID"), told(found, "CERT:validity"), strict=True))


def test_expiry(konnektor: Konnektor) -> None:
    """Without a handle the Konnektor, SM-B and HBA are listed; with one that card alone."""
    konnektor.put("SMC-B expiring")
    konnektor.change({"expires.RSA": today(-300)})
    everything = [("CT_1", today(20)), ("CT_2", today(700))]
    assert rows(konnektor) == [("", today(1400)), *everything]
    assert rows(konnektor, RSA) == [("", today(-300)), *everything]
    assert rows(konnektor, before=by_handle(konnektor, "kt2")) == [("CT_2", today(1200))]
    found = call(konnektor, "CERT:CheckCertificateExpiration").content
    name = told(found, "CERT:subject_commonName")[0]
    assert re.fullmatch(r"\d{20}-\d{8}", name)
    konnektor.put("SMC-B expired")
    assert rows(konnektor)[1] == ("CT_1", today(-3))


def test_old_cards_and_old_firmware(konnektor: Konnektor) -> None:
    """ECC of a card of generation 2.0 is fault 4258; CertificateService 6.0.0 knows no Crypt."""
    konnektor.put("old cards")
    handle = by_handle(konnektor, "smcb")
    for operation, more in (("CheckCertificateExpiration", ""), ("ReadCardCertificate", AUT)):
        answer = call(konnektor, f"CERT:{operation}", more + ECC, before=handle)
        assert answer.codes == [4258]
        assert konnektor.handle("smcb") in str(answer.faultstring)
        assert call(konnektor, f"CERT:{operation}", more + RSA, before=handle).status == 200
    konnektor.put("old firmware")
    handle = by_handle(konnektor, "smcb")
    asked = call(konnektor, "CERT:CheckCertificateExpiration", RSA, before=handle)
    assert asked.codes == [4000]
    assert call(konnektor, "CERT:CheckCertificateExpiration", before=handle).status == 200


@pytest.mark.parametrize(("crypt", "bits"), [(ECC, 256), (RSA, 2048)])
def test_card_certificates(konnektor: Konnektor, crypt: str, bits: int) -> None:
    """C.AUT of the SMC-B is a real certificate of an invented issuer that expires as the card."""
    handle = by_handle(konnektor, "smcb")
    found = call(konnektor, "CERT:ReadCardCertificate", AUT + crypt, before=handle).content
    certificate = x509.load_der_x509_certificate(
        b64decode(told(found, "CERTCMN:X509Certificate")[0])
    )
    assert certificate.not_valid_after_utc.date().isoformat() == today(900)
    assert told(found, "CERTCMN:X509IssuerName") == [certificate.issuer.rfc4514_string()]
    assert told(found, "CERTCMN:X509SerialNumber") == [str(certificate.serial_number)]
    assert "SIMULATOR" in certificate.issuer.rfc4514_string()
    assert getattr(certificate.public_key(), "key_size", 0) == bits


def test_certificates_that_a_card_does_not_hold(konnektor: Konnektor) -> None:
    """A reference that the card does not hold comes back without a certificate."""
    wanted = AUT.replace("</CERT:CertRefList>", "<CERT:CertRef>C.QES</CERT:CertRef>$")
    wanted = wanted.replace("$", "</CERT:CertRefList>")
    handle = by_handle(konnektor, "kt1")
    found = call(konnektor, "CERT:ReadCardCertificate", wanted, before=handle).content
    assert told(found, "CERTCMN:CertRef") == ["C.AUT", "C.QES"]
    assert len(all_of(found, "CERTCMN:X509Data")) == 1


def test_a_patient_comes_back_unasked(konnektor: Konnektor) -> None:
    """With the patient at the counter every question for cards holds a health card and a name."""
    konnektor.put("patient at the counter")
    answer = call(konnektor, "EVT:GetCards", "<CARDCMN:CardType>SMC-B</CARDCMN:CardType>")
    assert "EGK" in told(answer.content, "CARDCMN:CardType")
    assert "Patientin Testperson" in answer.body.decode()
    assert "X000000012" in answer.body.decode()
    with own_client(konnektor) as client:
        cards = client.cards("SMC-B")
    assert [card.type for card in cards] == ["SMC-B"]
    assert "Testperson" not in repr(cards)
    konnektor.change({"!unfiltered": "no"})
    assert types(konnektor, "SMC-B") == ["SMC-B"]
    assert types(konnektor, "EGK") == ["EGK"]


@pytest.mark.parametrize("flavour", list(FLAVOURS))
def test_warnings_and_faults(konnektor: Konnektor, flavour: str) -> None:
    """A result can be a warning with its number; a fault can hit one operation, or lack one."""
    konnektor.put("warning")
    konnektor.change({"flavour": flavour, "!fault.GetCardTerminals": "4012"})
    found = call(konnektor, "EVT:GetCards")
    assert (found.status, told(found.content, "CONN:Result")) == (200, ["Warning"])
    assert found.codes[-1] == 4012
    lost = call(konnektor, "EVT:GetCardTerminals")
    assert (lost.status, lost.codes[-1]) == (500, 4012)
    assert len(lost.codes) == (2 if flavour == "KoCoBox" else 1)
    konnektor.put("internal error without number")
    plain = call(konnektor, "EVT:GetCardTerminals")
    assert (plain.codes, plain.faultstring) == ([], "Internal error")


# Who asks


def test_basic(konnektor: Konnektor) -> None:
    """Basic lets in the right user with the right password, everywhere, and nobody else."""
    konnektor.put("password")
    for login, status in (
        (None, 401),
        (("apowacht", "falsch"), 401),
        (("anders", "nur-zum-Ausprobieren"), 401),
        (("apowacht", "nur-zum-Ausprobieren"), 200),
    ):
        answer = ask(konnektor, SDS, login=login)
        assert answer.status == status
        assert ("Www-Authenticate" in {key.title() for key in answer.headers}) == (status == 401)
        assert call(konnektor, "EVT:GetCards", login=login).status == status
    garbled = {"Authorization": "Basic ???"}
    assert ask(konnektor, SDS, headers=garbled).status == 401
    konnektor.change({"auth.client_system": "Warenwirtschaft"})
    good = ("apowacht", "nur-zum-Ausprobieren")
    assert call(konnektor, "EVT:GetCards", login=good).codes == [4204]


def test_client_certificates(konnektor: Konnektor, tmp_path: Path) -> None:
    """A required certificate ends the handshake without it, a foreign one does so with it."""
    konnektor.put("client certificate")
    with pytest.raises((ssl.SSLError, ConnectionError)):
        ask(konnektor, SDS)
    known = verifying(konnektor, tmp_path, "apowacht")
    assert ask(konnektor, SDS, trusted=known).status == 200
    assert call(konnektor, "EVT:GetCards", trusted=known).status == 200
    assert konnektor.requests[-1].identity == "certificate"
    with Konnektor() as another:
        foreign = verifying(another, tmp_path, "foreign")
        foreign.load_verify_locations(cadata=konnektor.ca_pem.decode())
        with pytest.raises((ssl.SSLError, ConnectionError)):
            ask(konnektor, SDS, trusted=foreign)


def test_optional_client_certificates(konnektor: Konnektor, tmp_path: Path) -> None:
    """An optional one is asked for, taken, and not missed."""
    konnektor.put("client certificate optional")
    assert call(konnektor, "EVT:GetCards").status == 200
    assert konnektor.requests[-1].identity == "none"
    known = verifying(konnektor, tmp_path, "apowacht")
    assert call(konnektor, "EVT:GetCards", trusted=known).status == 200
    assert konnektor.requests[-1].identity == "certificate"


def test_the_directory_may_be_open_where_services_want_a_certificate(
    konnektor: Konnektor, tmp_path: Path
) -> None:
    """With an open directory the certificate is missed by the services only."""
    konnektor.put("client certificate")
    konnektor.change({"sds.open": "yes"})
    assert ask(konnektor, SDS).status == 200
    assert call(konnektor, "EVT:GetCards").status == 403
    known = verifying(konnektor, tmp_path, "apowacht")
    assert call(konnektor, "EVT:GetCards", trusted=known).status == 200


def test_the_certificate_names_the_client_system(konnektor: Konnektor, tmp_path: Path) -> None:
    """A certificate of another client system is 4204; a RISE does not look at the name."""
    konnektor.put("client certificate")
    other = verifying(konnektor, tmp_path, "Warenwirtschaft")
    assert call(konnektor, "EVT:GetCards", trusted=other).codes == [4204]
    konnektor.change({"flavour": "RISE"})
    assert call(konnektor, "EVT:GetCards", trusted=other).status == 200


def test_client_certificates_as_pkcs12(konnektor: Konnektor) -> None:
    """The same identity comes as PKCS#12, on a brainpool curve if wanted."""
    data = konnektor.client_pkcs12("apowacht", "geheim", "brainpoolP256r1")
    key, certificate, _ = pkcs12.load_key_and_certificates(data, b"geheim")
    assert certificate is not None
    assert certificate.subject.rfc4514_string() == "CN=apowacht"
    assert getattr(key, "curve").name == "brainpoolP256r1"  # noqa: B009


# TLS


@pytest.mark.parametrize(
    ("state", "kind"),
    [("normal", "brainpoolP256r1"), ("TLS P-256", "secp256r1"), ("TLS RSA", "RSA")],
)
def test_server_certificates(konnektor: Konnektor, state: str, kind: str) -> None:
    """The certificate has the wanted key, ICCSN and date as name, and a chain to the root."""
    konnektor.put(state)
    connection = NamedConnection(konnektor.address, verifying(konnektor))
    with closing(connection):
        connection.connect()
        der = connection.sock.getpeercert(binary_form=True)
    assert isinstance(der, bytes)
    certificate = x509.load_der_x509_certificate(der)
    key: Any = certificate.public_key()
    assert (key.curve.name if hasattr(key, "curve") else "RSA") == kind
    assert re.fullmatch(r"CN=\d{20}-\d{8}", certificate.subject.rfc4514_string())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["konnektor.konlan"]


@pytest.mark.parametrize(
    ("state", "words"),
    [("TLS certificate expired", "expired"), ("TLS certificate not yet valid", "not yet valid")],
)
def test_server_certificates_out_of_date(konnektor: Konnektor, state: str, words: str) -> None:
    """A client that verifies sees that the certificate is over, or has not begun."""
    konnektor.put(state)
    with pytest.raises(ssl.SSLCertVerificationError, match=words):
        ask(konnektor, SDS)


@pytest.mark.parametrize("groups", ["brainpoolP256r1", "P-256:brainpoolP256r1"])
def test_openssl_reaches_a_brainpool_server(
    konnektor: Konnektor, tmp_path: Path, groups: str
) -> None:
    """openssl, which shares nothing with this process, verifies it over brainpool alone, too."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is missing (Debian package openssl)")
    root = tmp_path / "root.pem"
    root.write_bytes(konnektor.ca_pem)
    host, port = konnektor.address
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"{host}:{port}", "-CAfile", root, "-groups", groups,
         "-verify_return_error", "-verify_hostname", "konnektor.konlan", "-brief", "-tls1_2"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert "Verification: OK" in done.stdout + done.stderr, done


def test_the_fingerprint(konnektor: Konnektor) -> None:
    """The fingerprint is that of the certificate in use, and another one after a change."""
    first = konnektor.fingerprint
    with own_client(konnektor) as client:
        assert client.directory().product.vendor_id == "SECUN"
    konnektor.put("TLS P-256")
    assert konnektor.fingerprint != first
    konnektor.put()
    assert konnektor.fingerprint == first


# Manners


def test_slow(konnektor: Konnektor) -> None:
    """One operation can be slow while the others are not, and closing does not wait for it."""
    with Konnektor(values={"!slow.GetCards": "3"}) as slow:
        begin = monotonic()
        assert call(slow, "EVT:GetCardTerminals").status == 200
        assert monotonic() - begin < 3
        assert call(slow, "EVT:GetCards").status == 200
        assert monotonic() - begin >= 3
        slow.put("slow")
        with own_client(slow, 0.3) as client, pytest.raises(Unreachable):
            client.directory()
        begin = monotonic()
    assert monotonic() - begin < 5


@pytest.mark.parametrize(
    ("state", "kind", "phase"),
    [
        ("half-open", Unreachable, "tls"),
        ("silent after the request", Unreachable, "request"),
        ("garbage", Garbled, "request"),
        ("garbage instead of TLS", Garbled, "tls"),
        ("truncated", Garbled, "request"),
        ("cut XML", Garbled, "request"),
        ("XML bomb", Garbled, "request"),
        ("server error", Unreachable, "request"),
        ("rebooting", Refused, "connect"),
        ("TLS certificate expired", Refused, "tls"),
        ("TLS certificate not yet valid", Refused, "tls"),
        ("client certificate", Refused, "tls"),
        ("password", Refused, "auth"),
    ],
)
def test_troubles(konnektor: Konnektor, state: str, kind: type[Trouble], phase: str) -> None:
    """Each way to go wrong shows to the project's own client as what it is."""
    konnektor.put(state)
    seconds = 1 if state in ("half-open", "silent after the request") else 10
    with own_client(konnektor, seconds) as client, pytest.raises(kind) as caught:
        client.directory()
    assert caught.value.values["phase"] == phase


@pytest.mark.parametrize("percent", range(2, 100, 5))
def test_cut_answers(konnektor: Konnektor, percent: int) -> None:
    """However much of an answer arrives, less than all is never taken for an answer."""
    with own_client(konnektor) as client:
        client.directory()
        for manner in ("!truncated", "!cut"):
            konnektor.put()
            konnektor.change({manner: str(percent)})
            with pytest.raises(Garbled):
                client.card_terminals()


def test_answers_are_cut_where_they_are_told_to() -> None:
    """A truncated answer announces its whole length, a cut one only what is left."""
    with Konnektor("truncated") as konnektor:
        connection = NamedConnection(konnektor.address, verifying(konnektor))
        with closing(connection):
            connection.request("GET", SDS)
            response = connection.getresponse()
            whole = int(response.headers["Content-Length"])
            assert len(response.read(whole)) == whole * 60 // 100
        konnektor.put("cut XML")
        assert len(ask(konnektor, SDS).body) == whole * 60 // 100


def test_a_reboot(konnektor: Konnektor) -> None:
    """Rebooting refuses on the same ports, hangs up, comes back in part and then whole."""
    connection = NamedConnection(konnektor.address, verifying(konnektor))
    with closing(connection):
        connection.request("GET", SDS)
        connection.getresponse().read()
        konnektor.put("rebooting")
        with pytest.raises(ConnectionRefusedError):
            ask(konnektor, SDS)
        assert connection.sock.recv(1) == b""
    konnektor.put("rebooting, nearly done")
    names = [one.attributes["Name"] for one in
             all_of(read(ask(konnektor, SDS).body), "SI:Service")]  # fmt: skip
    assert names == ["CertificateService"]
    assert call(konnektor, "EVT:GetCards").status == 503
    konnektor.put()
    assert call(konnektor, "EVT:GetCards").status == 200


@pytest.mark.parametrize("seed", range(1, 21))
def test_shuffled_answers_hold_the_same(konnektor: Konnektor, seed: int) -> None:
    """Shuffled elements come in another order, the same each time, and nothing is lost."""
    straight = call(konnektor, "EVT:GetResourceInformation").content
    konnektor.change({"!shuffled": str(seed)})
    first, second = (call(konnektor, "EVT:GetResourceInformation").content for _ in range(2))
    names = [told(one, "CONN:ErrorCondition") for one in (straight, first, second)]
    assert names[0] != names[1] == names[2]
    assert sorted(names[0]) == sorted(names[1])


def test_huge(konnektor: Konnektor) -> None:
    """50 terminals and 200 cards more are listed, each with a handle that works."""
    konnektor.put("huge")
    assert len(connected(konnektor)) == 53
    assert len(types(konnektor)) == 205
    asked = by_handle(konnektor, "crowd 0") + PIN
    assert call(konnektor, "CARD:GetPinStatus", asked).status == 200


def test_the_own_client_reads_huge_and_shuffled_answers(konnektor: Konnektor) -> None:
    """The project's client finds every terminal and card of a large site, in any order."""
    konnektor.put("huge", "shuffled")
    with own_client(konnektor) as client:
        assert len(client.card_terminals()) == 53
        assert len(client.cards("SMC-B")) == 41


def test_lean(konnektor: Konnektor) -> None:
    """Lean answers leave out whatever may be left out."""
    konnektor.put("lean", "PIN not entered")
    for answer in (
        call(konnektor, "EVT:GetCards", attributes=WIDE),
        call(konnektor, "EVT:GetCardTerminals", attributes=WIDE),
        pin_status(konnektor),
    ):
        text = answer.body.decode()
        for name in ("Iccsn", "IPAddress", "CardHolderName", "ExpirationDate", "LeftTries"):
            assert f"{name}>" not in text


def test_ten_megabytes(konnektor: Konnektor) -> None:
    """A padded answer is as large as it is told to be."""
    konnektor.put("ten megabytes")
    assert len(ask(konnektor, SDS).body) > 10_000_000
    with own_client(konnektor) as client:
        assert client.directory().product.code == "secu_kon"
    konnektor.change({"!padding": "20000000"})
    with own_client(konnektor) as client, pytest.raises(Garbled):
        client.directory()


def test_states_are_laid_over_each_other(konnektor: Konnektor) -> None:
    """Several states hold at once; what one takes away stays away."""
    konnektor.put("SMC-B missing", "terminal lost", "RISE")
    assert types(konnektor) == ["SMC-KT", "SMC-KT"]
    assert konnektor.situation.flavour.code == "RKONN"
    with pytest.raises(KeyError):
        konnektor.put("on fire")


@pytest.mark.parametrize(
    "line",
    [
        {"vpn.ti": "away"}, {"flavour": "acme"}, {"terminal.CT_1.colour": "red"},
        {"card.smcb.pim": "VERIFIED"}, {"context.9": "Apotheke / x"}, {"auth": "magic"},
        {"condition.EC_LOG_OVERFLOW": "perhaps"}, {"tls.mandatory": "maybe"}, {"colour": "red"},
        {"!sloow": "3"}, {"!slow": "very"}, {"!cut.GetCards": "3"}, {"!lean": "3"},
    ],
)  # fmt: skip
def test_a_wrong_line_is_named(konnektor: Konnektor, line: dict[str, str]) -> None:
    """A line that says nothing raises an error that names it, and changes nothing."""
    before = konnektor.situation, konnektor.values
    ((key, text),) = line.items()
    with pytest.raises(ValueError, match=re.escape(text) + "|" + re.escape(key.partition(".")[0])):
        konnektor.change(line)
    assert (konnektor.situation, konnektor.values) == before


# SICCT discovery


def request(port: int, address: str = "127.0.0.1") -> bytes:
    """A discovery request that wants its answer at this address and port."""
    parts = bytes.fromhex("80020103") + b"\x81\x04" + socket.inet_aton(address)
    parts += b"\x82\x02" + port.to_bytes(2, "big")
    return b"\xa0" + bytes([len(parts)]) + parts


def discovered(where: tuple[str, int], count: int = 1) -> list[bytes]:
    """The answers to one request that is sent from another socket than it is answered at."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending,
    ):
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(10)
        sending.sendto(request(listening.getsockname()[1]), where)
        return [listening.recv(2048) for _ in range(count)]


def test_discovery(konnektor: Konnektor) -> None:
    """Each terminal answers by itself with name, MAC, address, port and TLS."""
    for ct_id, name in (("CT_1", b"ORGA6100-014100000000A1"), ("CT_2", b"ST-1506-00000000A2")):
        responder = konnektor.responders[ct_id]
        (answer,) = discovered(responder.address)
        ((tag, content),) = items(answer)
        parts = dict(items(content))
        assert (tag, parts[NAME], parts[PORT]) == (ANSWER, name, (4742).to_bytes(2, "big"))
        assert parts[ADDRESS] == socket.inet_aton(responder.address[0])
        assert parts[MAC] == bytes.fromhex(f"00005e00530{ct_id[-1]}")
        assert len(parts[VERSION]) == 2
        assert dict(items(parts[SECURITY]))[PROTOCOL] == b"\x30"


def test_discovery_of_several_terminals() -> None:
    """One request that reaches several terminals gets an answer from each."""
    names = ("CT-A", "CT-B", "C" * 40)
    with SicctTerminal(*(Announced(name) for name in names)) as terminals:
        answers = discovered(terminals.address, len(names))
    told_names = [dict(items(dict(items(one))[ANSWER]))[NAME].decode() for one in answers]
    assert told_names == ["CT-A", "CT-B", "C" * 32]


def test_a_lost_terminal_is_silent(konnektor: Konnektor) -> None:
    """The terminal that is lost hears the request and says nothing; the others go on."""
    konnektor.put("terminal lost")
    lost, other = konnektor.responders["CT_2"], konnektor.responders["CT_1"]
    heard = len(lost.asked)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.bind(("127.0.0.1", 0))
        port = client.getsockname()[1]
        client.settimeout(10)
        client.sendto(request(port), lost.address)
        while len(lost.asked) == heard:
            assert discovered(other.address)
        client.sendto(request(port), other.address)
        ((_, content),) = items(client.recv(2048))
        assert dict(items(content))[NAME].startswith(b"ORGA")


def test_discovery_answers_on_loopback_only() -> None:
    """A request that wants its answer at this machine's address in the network gets none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        try:
            listening.connect(("192.0.2.1", 9))  # sends nothing, but chooses an address
        except OSError:
            pytest.skip("this machine has no address beside loopback")
        own = listening.getsockname()[0]
    with (
        SicctTerminal(Announced("CT-A")) as terminal,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending,
    ):
        listening.bind((own, 0))
        listening.setblocking(False)
        where = own, listening.getsockname()[1]
        sending.sendto(request(where[1], own), terminal.address)
        assert discovered(terminal.address)
        assert terminal.asked[0] == where
        with pytest.raises(BlockingIOError):
            listening.recv(2048)


@given(st.binary(max_size=60))
def test_noise_is_no_discovery(noise: bytes) -> None:
    """Whatever bytes come, they are a request with an address and port, or a ValueError."""
    try:
        host, port = wanted_at(noise)
    except ValueError:
        return
    assert host.count(".") == 3
    assert 0 < port < 65536


def test_long_lengths() -> None:
    """Lengths beyond 127 are written and read in the long form."""
    content = bytes(range(200))
    assert list(items(item(0xA0, content) + item(0x80, b"x"))) == [(0xA0, content), (0x80, b"x")]


@pytest.mark.skipif(os.name == "nt", reason="only Linux answers at all of 127.0.0.0/8")
def test_terminals_at_addresses_of_their_own() -> None:
    """With a SICCT port each terminal has an address of its own, all with that port."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    with Konnektor(sicct_port=port) as konnektor:
        places = [responder.address for responder in konnektor.responders.values()]
        assert places == [(f"127.0.0.{number}", port) for number in (11, 12, 13)]
        assert b"ST-1506" in discovered(places[1])[0]


# XML


def test_prefixes() -> None:
    """A namespace is the default one, has a prefix, or is declared where it begins."""
    root = tell("SD:A", tell("PI:B", tell("PI:C", "x & y")), tell("plain", k='"<'))
    assert write(root, {"SD": "s", "PI": ""}).endswith(
        f'<s:A xmlns:s="{NAMESPACES["SD"]}" xmlns="{NAMESPACES["PI"]}"><B><C>x &amp; y</C></B>'
        '<plain xmlns="" k=\'"&lt;\'/></s:A>'
    )
    assert write(root, {}).endswith(
        f'<A xmlns="{NAMESPACES["SD"]}"><B xmlns="{NAMESPACES["PI"]}"><C>x &amp; y</C></B>'
        '<plain xmlns="" k=\'"&lt;\'/></A>'
    )


# In the box


def test_the_box_holds_a_konnektor() -> None:
    """It answers in the box, can be switched, and is asked with options that reach it."""
    with Box("quiet") as box:
        host, unit = box.find("konnektor")
        assert isinstance(host.service, Konnektor)
        options = host.options(unit)
        assert host.check == "connector"
        assert options[options.index("--tls-fingerprint") + 1] == host.service.fingerprint
        before = host.service.requests
        with own_client(host.service) as client:
            assert client.resource_information().vpn_ti == "online"
        assert host.service.requests != before
        box.put("konnektor", "VPN TI down")
        with own_client(host.service) as client:
            assert client.resource_information().vpn_ti == "offline"


# Official schemas and an independent client


def oracle() -> Path:
    """The folder of the official schemas; skips without it."""
    folder = os.environ.get("APOWACHT_ORACLE")
    if not folder:
        pytest.skip("APOWACHT_ORACLE is not set")
    return Path(folder) / "konnektor"


SCHEMAS = {
    "EVT": "api-telematik/conn/EventService.xsd",
    "CARD": "api-telematik/conn/CardService_v8_1_3.xsd",
    "CARD82": "popp-api-telematik-OPB4/conn/CardService_v8_2_1.xsd",
    "CERT": "api-telematik/conn/CertificateService_v6_0_2.xsd",
    "GERROR": "api-telematik/tel/error/TelematikError.xsd",
    "SD": "api-telematik/conn/ServiceDirectory.xsd",
}


class Validator:
    """Checks answers against the official schemas; says what is wrong, or nothing."""

    def __init__(self) -> None:
        self._etree: Any = pytest.importorskip("lxml.etree", reason="lxml is missing")
        self._schemas: dict[str, Any] = {}

    def complaint(self, body: bytes) -> str:
        """About the directory, or about what a SOAP body or a fault's detail holds."""
        root = self._etree.fromstring(body, self._etree.XMLParser(no_network=True, huge_tree=True))
        if root.tag.endswith("Envelope"):
            root = root[0][0]
            if root.tag.endswith("Fault"):
                detail = root.find("detail")
                if detail is None:
                    return ""
                root = detail[0]
        uri = self._etree.QName(root).namespace
        key = next(key for key, known in NAMESPACES.items() if known == uri)
        if key not in self._schemas:
            self._schemas[key] = self._etree.XMLSchema(file=str(oracle() / SCHEMAS[key]))
        schema = self._schemas[key]
        return "" if schema.validate(root) else str(schema.error_log)


@pytest.fixture(scope="module")
def validator() -> Validator:
    """One validator: the schemas take a while to load."""
    oracle()
    return Validator()


def everything(konnektor: Konnektor) -> list[bytes]:
    """The directory, and an answer of every operation, faults among them."""
    line = NamedConnection(konnektor.address, verifying(konnektor))
    with closing(line):
        return [ask(konnektor, SDS, line=line).body, *operations(konnektor, line)]


def operations(konnektor: Konnektor, line: NamedConnection) -> list[bytes]:
    """An answer of every operation."""
    answers = [
        call(konnektor, f"EVT:{name}", attributes=wide, line=line)
        for name, wide in (
            ("GetResourceInformation", ""),
            ("GetCardTerminals", WIDE),
            ("GetCards", WIDE),
            ("GetSubscription", WIDE),
        )
    ]
    answers.append(call(konnektor, "EVT:GetCards", whom=context("?"), line=line))
    answers.append(call(konnektor, "CERT:CheckCertificateExpiration", line=line))
    for card in konnektor.situation.inserted[:12]:
        handle = by_handle(konnektor, card.key)
        answers.append(call(konnektor, "EVT:GetResourceInformation", handle, line=line))
        answers += [
            call(konnektor, f"{key}:GetPinStatus", handle + PIN, line=line)
            for key in ("CARD", "CARD82")
        ]
        answers += [
            call(konnektor, f"CERT:{name}", more + crypt, before=handle, line=line)
            for name, more in (("CheckCertificateExpiration", ""), ("ReadCardCertificate", AUT))
            for crypt in ("", ECC)
        ]
    return [answer.body for answer in answers]


@pytest.mark.oracle
@pytest.mark.parametrize("state", [one for one in STATES if one not in MUTE])
def test_answers_are_valid(konnektor: Konnektor, validator: Validator, state: str) -> None:
    """In each state every answer keeps to the official schemas, if that state lets it."""
    konnektor.put(state)
    complaints = []
    for body in everything(konnektor):
        if state == "XML bomb":
            body = re.sub(rb"<!DOCTYPE.*?\]>|&e8;", b"", body)
        complaints.append(validator.complaint(body))
    if state == "shuffled":
        assert any(complaints)
    else:
        assert not any(complaints), max(complaints)


@pytest.mark.oracle
@pytest.mark.parametrize("flavour", list(FLAVOURS))
@pytest.mark.parametrize("state", ["normal", "lean", "warning", "old cards", "critical state"])
def test_flavours_are_valid(
    konnektor: Konnektor, validator: Validator, flavour: str, state: str
) -> None:
    """So does every vendor's way to write."""
    konnektor.put(state)
    konnektor.change({"flavour": flavour, "tls.mandatory": "no"})
    complaints = [validator.complaint(body) for body in everything(konnektor)]
    assert not any(complaints), max(complaints)


@pytest.fixture
def zeep_client(konnektor: Konnektor, tmp_path: Path) -> Any:
    """A function (WSDL, binding, service) -> what zeep makes of the official description."""
    requests = pytest.importorskip("requests")
    zeep = pytest.importorskip("zeep")
    folder = oracle() / "api-telematik/conn"
    root = tmp_path / "root.pem"
    root.write_bytes(konnektor.ca_pem)

    class Adapter(requests.adapters.HTTPAdapter):  # type: ignore[name-defined,misc]
        """Looks for the name that a Konnektor's certificate holds."""

        def init_poolmanager(self, *args: Any, **more: Any) -> None:
            """As HTTPAdapter.init_poolmanager."""
            super().init_poolmanager(*args, assert_hostname="konnektor.konlan", **more)

    session = requests.Session()
    session.mount("https://", Adapter())
    session.trust_env = False
    session.verify = str(root)
    transport = zeep.Transport(session=session, timeout=30, operation_timeout=30)
    host, port = konnektor.address

    def made(description: str, binding: str, service: str) -> Any:
        # The schema of XML signatures has entities of its own.
        settings = zeep.Settings(forbid_entities=False)
        client = zeep.Client(str(folder / description), transport=transport, settings=settings)
        path = konnektor.situation.flavour.path(service)
        return client.create_service(binding, f"https://{host}:{port}{path}")

    return made


ZEEP_CONTEXT = {
    "MandantId": "Apotheke",
    "ClientSystemId": "apowacht",
    "WorkplaceId": "Monitoring",
}
WSDL = "http://ws.gematik.de/conn/{}/WSDL/v{}"


@pytest.mark.oracle
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("flavour", list(FLAVOURS))
def test_zeep_and_the_event_service(konnektor: Konnektor, zeep_client: Any, flavour: str) -> None:
    """zeep reads states, terminals and cards by the official WSDL, from every vendor."""
    konnektor.change({"flavour": flavour})
    binding = f"{{{WSDL.format('EventService', '7.2')}}}EventServiceBinding"
    service = zeep_client("EventService.wsdl", binding, "EventService")
    state = service.GetResourceInformation(Context=ZEEP_CONTEXT)
    assert state.Connector.VPNTIStatus.ConnectionStatus == "Online"
    # zeep's way to give a sequence that is repeated as a whole
    states = [one["ErrorState"] for one in state.Connector.OperatingState["_value_1"]]
    assert len(states) > 35
    assert not any(one.Value for one in states)
    terminals = service.GetCardTerminals(Context=ZEEP_CONTEXT, **{"mandant-wide": True})
    assert [one.CtId for one in terminals.CardTerminals.CardTerminal] == ["CT_1", "CT_2", "CT_3"]
    cards = service.GetCards(Context=ZEEP_CONTEXT, CardType="SMC-B", **{"mandant-wide": True})
    assert [one.CardHandle for one in cards.Cards.Card] == [konnektor.handle("smcb")]
    assert not service.GetSubscription(Context=ZEEP_CONTEXT).Subscriptions


@pytest.mark.oracle
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("flavour", list(FLAVOURS))
def test_zeep_and_the_cards(konnektor: Konnektor, zeep_client: Any, flavour: str) -> None:
    """zeep reads PIN state, expiry and certificate, and is refused what changes something."""
    exceptions = pytest.importorskip("zeep.exceptions")
    konnektor.change({"flavour": flavour, "card.smcb.pin": "BLOCKED"})
    handle = konnektor.handle("smcb")
    binding = f"{{{WSDL.format('CardService', '8.1')}}}CardServiceBinding"
    service = zeep_client("CardService_v8_1_2.wsdl", binding, "CardService")
    asked = {"Context": ZEEP_CONTEXT, "CardHandle": handle, "PinTyp": "PIN.SMC"}
    pin = service.GetPinStatus(**asked)
    assert (pin.PinStatus, pin.LeftTries) == ("BLOCKED", 0)
    with pytest.raises(exceptions.Fault, match="refused"):
        service.VerifyPin(**asked)
    assert konnektor.forbidden_calls[-1] == "VerifyPin"

    binding = f"{{{WSDL.format('CertificateService', '6.0')}}}CertificateServiceBinding"
    service = zeep_client("CertificateService_v6_0_1.wsdl", binding, "CertificateService")
    found = service.CheckCertificateExpiration(CardHandle=handle, Context=ZEEP_CONTEXT, Crypt="ECC")
    assert found.CertificateExpiration[0].validity.isoformat() == today(900)
    wanted = {"CertRef": ["C.AUT"]}
    found = service.ReadCardCertificate(
        CardHandle=handle, Context=ZEEP_CONTEXT, CertRefList=wanted, Crypt="RSA"
    )
    der = found.X509DataInfoList.X509DataInfo[0].X509Data.X509Certificate
    assert x509.load_der_x509_certificate(der).not_valid_after_utc.date().isoformat() == today(900)
    with pytest.raises(exceptions.Fault, match="Mandanten"):
        service.CheckCertificateExpiration(Context={**ZEEP_CONTEXT, "MandantId": "Nebenan"})


@pytest.mark.oracle
@pytest.mark.filterwarnings("default")
def test_zeep_cannot_move_cards(konnektor: Konnektor, zeep_client: Any) -> None:
    """RequestCard and EjectCard are there by the official WSDL, and refused."""
    exceptions = pytest.importorskip("zeep.exceptions")
    binding = f"{{{WSDL.format('CardTerminalService', '1.1')}}}CardTerminalServiceBinding"
    service = zeep_client("CardTerminalService.wsdl", binding, "CardTerminalService")
    slot = {"CtId": "CT_1", "SlotId": 3}
    for operation in ("RequestCard", "EjectCard"):
        with pytest.raises(exceptions.Fault, match="refused"):
            getattr(service, operation)(Context=ZEEP_CONTEXT, Slot=slot)
        assert konnektor.forbidden_calls[-1] == operation


# The project's own client


@pytest.mark.parametrize("flavour", list(FLAVOURS))
def test_the_own_client_reads_everything(konnektor: Konnektor, flavour: str) -> None:
    """The project's own client gets every fact from every vendor, and changes nothing."""
    konnektor.put("terminal lost", "PIN last try")
    konnektor.change({"flavour": flavour, "terminal.CT_2.connected": "no"})
    before = konnektor.forbidden_calls
    with own_client(konnektor) as client:
        assert client.directory().product.vendor_id == FLAVOURS[flavour].vendor_id
        state = client.resource_information()
        assert state.conditions is not None
        assert {(one.name, one.terminal_id) for one in state.conditions if one.value} == {
            ("EC_CardTerminal_Not_Available", "CT_2")
        }
        assert [one.connected for one in client.card_terminals()] == [True, False, True]
        (card,) = client.cards("SMC-B")
        assert card.expires is not None
        assert (card.generation, card.expires.isoformat()) == ("G2.1", today(900))
        pin = client.pin_status(card)
        assert (pin.status, pin.left_tries) == ("VERIFIABLE", 1)
        (row,) = client.certificate_expiration(card, "ECC")
        assert row.expires == card.expires
        certificate = client.card_certificate(card, "RSA")
        assert str(certificate.issuer).endswith("RSA")
    assert konnektor.forbidden_calls == before


def test_the_own_client_and_faults(konnektor: Konnektor) -> None:
    """The project's own client gets over a stale handle once, and reports other faults."""
    with own_client(konnektor) as client:
        (card,) = client.cards("SMC-B")
        konnektor.put("handles stale")
        assert client.pin_status(card).status == "VERIFIED"
        konnektor.put("client unknown")
        with pytest.raises(Fault) as caught:
            client.resource_information()
    assert caught.value.code == 4204


def test_every_line_of_the_table_is_read() -> None:
    """Each state of the table can be read, and read again after another."""
    device = load("konnektor")
    before = None
    for name in STATES:
        state = device.state(name)
        before = read_situation(state.values, before=before)
        read_manners(state.manners)
