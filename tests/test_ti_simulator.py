"""The simulated services of the TI: what they say in gematik's formats, and what they remember."""

from __future__ import annotations

import base64
import http.client
import json
import os
import re
import socket
import ssl
import threading
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.wire import dns_query
from apowacht.simulator.box import Box
from apowacht.simulator.fachdienst import Fachdienst
from apowacht.simulator.idp import DOCUMENTS, PATH, Idp
from apowacht.simulator.konnektor_keys import issue
from apowacht.simulator.telematik import Telematik
from apowacht.simulator.ti_dns import SERVFAIL, Records, TiDns, write_name
from apowacht.simulator.tilage_service import (
    APPS,
    BASE,
    COMPONENTS,
    Outage,
    TiLage,
    read_outages,
)
from apowacht.simulator.web import read_manners

if TYPE_CHECKING:
    from apowacht.simulator.web import WebService

PATIENCE = 10
EREZEPT = Outage("erezept", "E-Rezept einlösen per eGK", "Das Einlösen ist gestört", "partial")
ACCESS = Outage("tianschluss", "Zugang zur TI", "Kein Zugang", "full", ci="CI-0000011")


def ask(
    service: WebService,
    path: str,
    method: str = "GET",
    headers: dict[str, str] | None = None,
    seconds: float = PATIENCE,
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of one request over TLS that trusts the service's root."""
    host, port = service.address
    context = ssl.create_default_context(cadata=service.ca_pem.decode())
    context.check_hostname = False
    connection = http.client.HTTPSConnection(host, port, context=context, timeout=seconds)
    with closing(connection):
        connection.request(method, path, headers={"User-Agent": "a test", **(headers or {})})
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()


def parts(token: bytes) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    """Header, payload, what is signed, and the signature of a compact JWS."""
    head, payload, signature = token.split(b".")

    def raw(text: bytes) -> bytes:
        return base64.urlsafe_b64decode(text + b"=" * (-len(text) % 4))

    return json.loads(raw(head)), json.loads(raw(payload)), head + b"." + payload, raw(signature)


def verify(token: bytes) -> x509.Certificate:
    """The certificate in x5c, if the signature is its, as 64 bytes of r and s."""
    header, _, signed, signature = parts(token)
    shown = x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0]))
    key = shown.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert isinstance(key.curve, ec.BrainpoolP256R1)
    assert len(signature) == 64
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    key.verify(utils.encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))
    return shown


def oracle(name: str) -> Any:
    """One of gematik's own samples. Skips by name without them."""
    folder = os.environ.get("APOWACHT_ORACLE")
    if not folder:
        pytest.skip("APOWACHT_ORACLE is not set")
    path = Path(folder, "erezept", name)
    return path.read_bytes() if path.suffix == ".jwt" else json.loads(path.read_bytes())


def shape(told: Any) -> Any:
    """Keys and types; of a list the shape of its first element; moments by their layout."""
    if isinstance(told, dict):
        return {key: shape(value) for key, value in told.items()}
    if isinstance(told, list):
        return [shape(told[0])] if told else []
    if isinstance(told, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", told):
        return "moment"
    return type(told).__name__


def test_the_document_is_signed_with_a_brainpool_key() -> None:
    """The IDP gives a compact JWS for a day, signed by the certificate that it shows."""
    with Idp() as idp:
        status, headers, body = ask(idp, PATH)
    header, claims, _, _ = parts(body)
    assert status == 200
    assert headers["Content-Type"].startswith("application/jwt")
    assert (header["alg"], header["kid"]) == ("BP256R1", "puk_disc_sig")
    assert claims["exp"] - claims["iat"] == 86400
    assert verify(body) == idp.signer.certificate


@pytest.mark.oracle
def test_the_document_is_like_gematiks_own() -> None:
    """Header and payload have the members and types of the sample that gematik has published."""
    header, claims, _, _ = parts(oracle("idp/ref-idp_tokenFlowPs_discovery.jwt").strip())
    with Idp() as idp:
        own_header, own_claims, _, _ = parts(ask(idp, PATH)[2])
    assert shape(own_header) == shape(header)
    plain = shape(oracle("idp/ref-idp_discovery_document_body.json"))
    assert shape(own_claims) == {**plain, "iat": "int", "exp": "int"}
    assert set(own_claims) <= set(claims)
    shown = x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0]))
    own = x509.load_der_x509_certificate(base64.b64decode(own_header["x5c"][0]))
    admissions = [one.extensions.get_extension_for_class(x509.Admissions) for one in (shown, own)]
    roles = [
        [profession.profession_oids for entry in one.value for profession in entry.profession_infos]
        for one in admissions
    ]
    assert roles[0] == roles[1]


@pytest.mark.parametrize("document", DOCUMENTS[1:])
def test_every_other_document_is_no_proof(document: str) -> None:
    """Each of the other documents is wrong in the way its name says, and in no other way."""
    with Idp(document) as idp:
        _, headers, body = ask(idp, PATH)
        now = idp.clock()
        good = idp.signer.certificate
    if document in ("garbage", "empty", "huge", "JSON"):
        assert (document == "huge") == (len(body) > 10_000_000)
        assert ("jwt" in headers["Content-Type"]) == (document != "JSON")
        with pytest.raises((ValueError, InvalidSignature, KeyError)):
            verify(body)
        return
    header, claims, _, signature = parts(body)
    badly_signed = ("wrong signature", "changed", "signature in DER", "unsigned")
    if document in (*badly_signed, "P-256", "without certificate"):
        with pytest.raises((InvalidSignature, AssertionError, KeyError)):
            verify(body)
    else:
        own = ("expired certificate", "another role")
        assert (verify(body) == good) == (document not in own)
    assert (now > claims.get("exp", now)) == (document == "expired")
    assert (now < claims["iat"]) == (document == "from the future")
    assert ("exp" in claims) == (document != "without end")
    assert (header["alg"] == "BP256R1") == (document not in ("unsigned", "P-256"))
    assert (len(signature) == 64) == (document not in ("unsigned", "signature in DER"))
    assert (claims["issuer"] == f"https://{idp.names[0]}") == (document != "another issuer")


def test_an_unknown_document_is_refused() -> None:
    """A misspelt document is an error, not a good one."""
    with closing(Idp()) as idp, pytest.raises(ValueError, match="exspired"):
        idp.become("exspired")


def test_other_paths_of_the_idp_are_errors() -> None:
    """Any other path or method gets an error in the IDP's words."""
    with Idp() as idp:
        assert ask(idp, "/token", "POST")[0] == 405
        status, _, body = ask(idp, "/")
    assert status == 404
    told = json.loads(body)
    assert set(told) == {
        "error",
        "gematik_error_text",
        "gematik_timestamp",
        "gematik_uuid",
        "gematik_code",
    }


def test_the_fachdienst_remembers_everything() -> None:
    """Connections, handshakes and every request are kept, with moment, name and agent."""
    moments = iter(range(1000, 2000))
    with Fachdienst(clock=lambda: float(next(moments))) as fachdienst:
        assert ask(fachdienst, "/")[0] == 200
        assert fachdienst.forbidden == []
        assert ask(fachdienst, "/metadata")[0] == 403
        assert ask(fachdienst, "/Task?pnw=x")[0] == 403
        assert ask(fachdienst, "/", "POST")[0] == 403
        assert ask(fachdienst, "/", "HEAD")[0] == 403
        assert ask(fachdienst, "/", headers={"Authorization": "Bearer x"})[0] == 403
    assert [contact.kind for contact in fachdienst.log[:3]] == [
        "connection",
        "handshake",
        "request",
    ]
    first = fachdienst.asked[0]
    assert (first.method, first.path, first.user_agent) == ("GET", "/", "a test")
    assert first.at == 1002.0
    assert fachdienst.connections == fachdienst.requests // 3 == 6
    told = [(one.method, one.path) for one in fachdienst.forbidden]
    wanted = [("GET", "/metadata"), ("GET", "/Task?pnw=x"), ("POST", "/"), ("HEAD", "/")]
    assert told == [*wanted, ("GET", "/")]


def test_what_is_no_http_is_remembered_too() -> None:
    """A first line that is none counts as a forbidden request; a mere connection does not."""
    with Fachdienst() as fachdienst:
        context = ssl.create_default_context(cadata=fachdienst.ca_pem.decode())
        name = fachdienst.names[0]
        for line in (b"", b"\x16\x03 what?\r\n\r\n"):
            with (
                socket.create_connection(fachdienst.address, PATIENCE) as plain,
                context.wrap_socket(plain, server_hostname=name) as secure,
            ):
                secure.sendall(line)
                secure.settimeout(PATIENCE)
                if line:
                    secure.recv(100)
    assert [contact.server_name for contact in fachdienst.of("handshake")] == [name, name]
    assert [one.path for one in fachdienst.forbidden] == ["\x16\x03 what?"]


def failing(service: WebService, path: str = "/") -> str:
    """The class of error of a client, "" for an answer."""
    try:
        ask(service, path, seconds=0.5)
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__
    return ""


@pytest.mark.parametrize(
    ("manners", "error"),
    [
        ({"refused": True}, "ConnectionRefusedError"),
        ({"silent": "connection"}, "TimeoutError"),
        ({"silent": "answer"}, "TimeoutError"),
        ({"slow": 60.0}, "TimeoutError"),
        ({"hangs_up": "connection"}, "SSLEOFError SSLZeroReturnError"),
        ({"hangs_up": "answer"}, "RemoteDisconnected"),
        ({"garbage": "connection"}, "SSLError"),
        ({"garbage": "answer"}, "BadStatusLine"),
        ({"truncated": 50, "status": 200}, "IncompleteRead"),
    ],
)
def test_each_phase_can_fail(manners: dict[str, Any], error: str) -> None:
    """A client sees each kind of misbehaviour for what it is, and a healed service again."""
    with Fachdienst() as fachdienst:
        fachdienst.behave(**manners)
        assert failing(fachdienst) in error.split()
        fachdienst.behave()
        assert failing(fachdienst) == ""


def test_answers_can_be_scripted() -> None:
    """Status, content type, redirection and the time to wait are told as wished."""
    with Fachdienst() as fachdienst:
        fachdienst.behave(status=302, location="https://elsewhere.example/", kind="text/html")
        status, headers, _ = ask(fachdienst, "/")
        assert (status, headers["Location"], headers["Content-Type"]) == (
            302,
            "https://elsewhere.example/",
            "text/html",
        )
        fachdienst.behave(status=429, retry_after="3600")
        status, headers, _ = ask(fachdienst, "/")
        assert (status, headers["Retry-After"]) == (429, "3600")


def test_manners_are_read_from_a_table() -> None:
    """A table's `!` lines set the fields of their names; anything else is an error."""
    told = read_manners({"status": "503", "slow": "1.5", "hangs-up": "answer", "refused": "yes"})
    assert (told.status, told.slow, told.hangs_up, told.refused) == (503, 1.5, "answer", True)
    for wrong in ({"stauts": "503"}, {"status": "no"}, {"refused": "maybe"}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            read_manners(wrong)


def test_one_root_for_several_services() -> None:
    """Services with the same root are trusted by it together; names stand in the certificate."""
    root = issue("A root", "P-256", None)
    with Fachdienst(root=root) as fachdienst, Idp(root=root) as idp:
        assert fachdienst.ca_pem == idp.ca_pem
        for service in (fachdienst, idp):
            context = ssl.create_default_context(cadata=root.pem(key=False).decode())
            with (
                socket.create_connection(service.address, PATIENCE) as plain,
                context.wrap_socket(plain, server_hostname=service.names[0]) as secure,
            ):
                shown = secure.getpeercert(binary_form=True)
            assert shown == service.shown.der


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("path", "sample"),
    [
        ("/v2/tilage", "sample_v2_tilage_partial_erezept.json"),
        ("/v2/tilage/filter", "sample_v2_tilage_filter.json"),
        ("/v1/tilage", "sample_v1_tilage.json"),
        ("/v1/tilage/bu/PU", "sample_v1_tilage.json"),
        ("/v1/tistatus/incident", "sample_v1_tistatus_incident.json"),
        ("/v1/tistatus/outage", "sample_v1_tistatus_outage.json"),
        ("/v1/kpi/1000/date/latest", "sample_v1_kpi_latest.json"),
    ],
)
def test_tilage_speaks_as_gematik_does(path: str, sample: str) -> None:
    """Each answer has the keys and types of the sample in gematik's description."""
    with TiLage(EREZEPT._replace(since=1.0, until=2.0)) as over, TiLage(EREZEPT) as tilage:
        told = json.loads(ask(over if "tistatus" in path else tilage, BASE + path)[2])
    assert shape(told) == shape(oracle(f"tilage/{sample}"))


@pytest.mark.oracle
def test_tilage_knows_gematiks_product_types() -> None:
    """Each simulated component bears a product type that gematik has."""
    known = oracle("tilage/pdt_product_types.json")["product_types"]
    assert {one.pdt for one in COMPONENTS} <= set(known)


def situation(tilage: TiLage, query: str = "") -> dict[str, str]:
    """How each application stands."""
    told = json.loads(ask(tilage, f"{BASE}/v2/tilage{query}")[2])
    return {app: about["outage"] for app, about in told["appStatus"].items()}


def test_tilage_filters_by_provider() -> None:
    """Another provider's outage is not shown to who has chosen one; the own one is."""
    well = dict.fromkeys(APPS, "none")
    with TiLage(ACCESS, EREZEPT) as tilage:
        down = {**well, "tianschluss": "full", "erezept": "partial"}
        assert situation(tilage) == situation(tilage, "?ciAccess=CI-0000011") == down
        assert situation(tilage, "?ciAccess=CI-0000012&ciTspSmcb=CI-0000021") == {
            **well,
            "erezept": "partial",
        }
        tilage.break_down()
        assert situation(tilage) == well


def test_an_outage_shows_everywhere() -> None:
    """v1, the incidents and the slots tell of it, and close it when it is over."""
    now = [1_795_000_000.0]
    outage = EREZEPT._replace(since=now[0] - 600, until=now[0] + 600)
    with TiLage(outage, clock=lambda: now[0]) as tilage:

        def told() -> tuple[int, int, object]:
            rows = json.loads(ask(tilage, f"{BASE}/v1/tilage/ci/{outage.ci}")[2])
            incidents = json.loads(ask(tilage, f"{BASE}/v1/tistatus/incident")[2])["data"]
            return rows[0]["availability"], incidents[0]["status"], incidents[0]["closedAt"]

        assert told() == (0, 4, None)
        now[0] += 601
        assert told()[:2] == (1, 3)
        assert told()[2] is not None
        assert situation(tilage)["erezept"] == "none"


def test_maintenance_and_unknown_words() -> None:
    """Maintenance alone is no outage; a word that gematik has not described is passed on."""
    planned = EREZEPT._replace(outage="none", maintenance=True)
    with TiLage(planned, Outage("vsdm", "f", "i", "total", ci="CI-0000001")) as tilage:
        told = json.loads(ask(tilage, f"{BASE}/v2/tilage")[2])
    assert told["appStatus"]["erezept"]["outage"] == "none"
    assert told["appStatus"]["erezept"]["hasMaintenance"] is True
    assert told["appStatus"]["vsdm"]["outage"] == "total"
    assert [cause["ci"] for cause in told["cause"]] == ["CI-0000001"]


def test_tilage_answers_conditionally() -> None:
    """A client that has the present answer gets 304, by tag or by date; after a change 200."""
    path = f"{BASE}/v2/tilage"
    now = [1_795_000_000.0]
    with TiLage(clock=lambda: now[0]) as tilage:
        _, headers, _ = ask(tilage, path)
        tag = {"If-None-Match": f"W/{headers['ETag']}"}
        moment = {"If-Modified-Since": headers["Last-Modified"]}
        assert ask(tilage, path, headers=tag)[0] == ask(tilage, path, headers=moment)[0] == 304
        now[0] += 5
        tilage.break_down(EREZEPT)
        assert ask(tilage, path, headers=tag)[0] == ask(tilage, path, headers=moment)[0] == 200
        tilage.conditional = False
        assert "ETag" not in ask(tilage, path, headers=tag)[1]


def test_tilage_over_http_and_with_other_answers() -> None:
    """http serves the same; any JSON or bytes can stand at a path; other paths are 404."""
    with TiLage() as tilage:
        tilage.answer_with("/v2/tilage", {"appStatus": {}})
        tilage.answer_with("/v1/tilage/bu/PU", b"<html>")
        host, port = tilage.plain_address
        with closing(http.client.HTTPConnection(host, port, timeout=PATIENCE)) as connection:
            connection.request("GET", f"{BASE}/v2/tilage")
            assert json.loads(connection.getresponse().read()) == {"appStatus": {}}
        assert ask(tilage, f"{BASE}/v1/tilage/bu/PU")[2] == b"<html>"
        assert ask(tilage, "/v2/tilage")[0] == ask(tilage, f"{BASE}/v3")[0] == 404
        assert ask(tilage, f"{BASE}/v2/tilage", "POST")[0] == 405
        assert len(tilage.asked) == 5


NAMES = {
    "erp.example": Records("100.102.7.10", "100.102.7.11", "2001:db8::7"),
    "alias.example": Records(cname="ERP.example."),
    "loop.example": Records(cname="loop.example"),
    "broken.example": Records(code=SERVFAIL),
    "only6.example": Records("2001:db8::7"),
    "cut.example": Records("100.102.7.10", truncated=True),
    "many.example": Records(*(f"100.102.8.{n}" for n in range(1, 60))),
    "silent.example": Records("100.102.7.10", silent=True),
    "noise.example": Records("100.102.7.10", garbage=True),
    "slow.example": Records("100.102.7.10", slow=60),
}


def resolve(dns: TiDns, name: str, kind: str = "A") -> tuple[int, int]:
    """RCODE and number of records, as apowacht's own client sees them."""
    reply = dns_query.ask(socket.AF_INET, dns.address, Deadline(PATIENCE), name=name, kind=kind)
    return reply.code, reply.answers


@pytest.mark.parametrize(
    ("name", "kind", "answer", "transports"),
    [
        ("ERP.example", "A", (0, 2), ["udp"]),
        ("erp.example.", "AAAA", (0, 1), ["udp"]),
        ("erp.example", "NS", (0, 0), ["udp"]),
        ("alias.example", "A", (0, 3), ["udp"]),
        ("loop.example", "A", (2, 1), ["udp"]),
        ("broken.example", "A", (2, 0), ["udp"]),
        ("only6.example", "A", (0, 0), ["udp"]),
        ("nobody.example", "A", (3, 0), ["udp"]),
        ("cut.example", "A", (0, 1), ["udp", "tcp"]),
        ("many.example", "A", (0, 59), ["udp", "tcp"]),
    ],
)
def test_the_name_server_answers(
    name: str, kind: str, answer: tuple[int, int], transports: list[str]
) -> None:
    """Each kind of answer comes over the transport that it needs, and is remembered."""
    with TiDns(NAMES) as dns:
        assert resolve(dns, name, kind) == answer
    assert [one.transport for one in dns.asked] == transports
    assert {(one.name, one.kind) for one in dns.asked} == {(name.lower().rstrip("."), kind)}


def query(name: str) -> bytes:
    """A packet that asks for an A record."""
    return b"\x12\x34\x01\x00\0\1\0\0\0\0\0\0" + write_name(name) + b"\0\1\0\1"


def test_the_name_server_misbehaves() -> None:
    """Silence, noise and slowness concern one name; the others are answered meanwhile."""
    with TiDns(NAMES) as dns, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(PATIENCE)
        for name in ("silent.example", "slow.example", "noise.example"):
            client.sendto(query(name), dns.address)
        assert client.recv(512) == b"\x12\x34" + b"\xff" * 40
        client.sendto(query("erp.example"), dns.address)
        assert client.recv(512)[:2] == b"\x12\x34"
        dns.change("silent.example", Records("100.102.7.10"))
        client.sendto(query("silent.example"), dns.address)
        assert client.recv(512).endswith(bytes((100, 102, 7, 10)))
        assert dns.requests == 5


@pytest.mark.parametrize(
    "packet", [b"", b"\0" * 12, query("x")[:-3], b"\x12\x34\x81" + query("x")[3:], b"\xff" * 40]
)
def test_noise_gets_silence(packet: bytes) -> None:
    """What is no question for one name gets no answer, and does no harm."""
    with closing(TiDns(NAMES)) as dns:
        assert dns.answer(packet, "udp", "127.0.0.1") is None
        assert dns.asked == []


def test_ports_are_given_back() -> None:
    """A closed name server, slow answers or not, and a closed service free their ports at once."""
    with TiDns(NAMES) as dns, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(query("slow.example"), dns.address)
        while not dns.requests:
            threading.Event().wait(0.001)
    with TiDns(NAMES, port=dns.address[1]) as again:
        assert again.address == dns.address
        with pytest.raises(OSError, match="in use"):
            TiDns(NAMES, port=dns.address[1])
    with TiLage() as tilage:
        pass
    with TiLage(port=tilage.address[1], plain_port=tilage.plain_address[1]) as once_more:
        assert once_more.url == tilage.url
        with pytest.raises(OSError, match="in use"):
            TiLage(plain_port=once_more.plain_address[1])


def test_the_box_tells_how_to_ask_the_whole_way() -> None:
    """The command of the central services holds the options of Konnektor and TI-Lage as well, and
    each scenario brings all three into the states it names."""
    with Box("access-down") as box:
        host, unit = box.find("ti")
        command = host.command(host.check, host.options(unit))
        assert command.startswith("check_apo_erezept -H 127.0.0.1 ")
        konnektor, tilage = (box.find(name)[0].service for name in ("konnektor", "tilage"))
        for service in (konnektor, tilage, host.service):
            assert f"{service.address[1]}" in command
        assert isinstance(tilage, TiLage)
        assert situation(tilage, "?ciAccess=CI-0000011")["tianschluss"] == "full"
        box.switch("quiet")
        assert set(situation(tilage).values()) == {"none"}


def three_in_a_row() -> Telematik:
    """Services on numbers that were free a moment ago."""
    for _ in range(50):
        with closing(Telematik()) as first:
            start = first.address[1]
        with suppress(OSError):
            return Telematik(port=start)
    pytest.fail("no three numbers in a row are free")


def test_given_ports_are_numbered_one_after_the_other() -> None:
    """The three services behind one address take three numbers, and none of them twice."""
    with three_in_a_row() as ti:
        ports = [one.address[1] for one in (ti.dns, ti.fachdienst, ti.idp)]
        assert ports == [ports[0], ports[0] + 1, ports[0] + 2]
        with pytest.raises(OSError, match="in use"):
            Telematik(port=ports[2])


@pytest.mark.parametrize(
    ("values", "manners"),
    [
        ({"dns": "sometimes"}, {}),
        ({"document": "exspired"}, {}),
        ({}, {"idp.refuses": "yes"}),
        ({}, {"fachdienst.status": "bad"}),
    ],
)
def test_a_wrong_line_of_the_ti_is_named(values: dict[str, str], manners: dict[str, str]) -> None:
    """A table's line that says nothing is an error."""
    with closing(Telematik()) as ti, pytest.raises(ValueError, match=r"dns|exspired|refuses|bad"):
        ti.become({"dns": "answers", "document": "valid", **values}, manners)


def test_outages_are_read_from_a_table() -> None:
    """Lines with the same number are one outage; a misspelt field is an error."""
    lines = {"outage.1.app": "vsdm", "outage.1.function": "f", "outage.1.impact": "i"}
    more = {"providers": "all", "outage.1.minutes": "10", "outage.1.maintenance": "yes"}
    (outage,) = read_outages({**lines, **more}, 1000.0)
    assert outage == Outage("vsdm", "f", "i", since=400.0, maintenance=True)
    with pytest.raises(ValueError, match="impakt"):
        read_outages({**lines, "outage.1.impakt": "i"}, 1000.0)
