"""A Konnektor's requests and answers: valid by the schemas, read leniently, without identities."""

from __future__ import annotations

import json
import os
import random
import re
from base64 import b64encode
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import konnektor_told as told
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import Garbled, OwnTrouble, TargetTrouble
from apowacht.plugins.wire import konnektor_answers as answers
from apowacht.plugins.wire import konnektor_faults
from apowacht.plugins.wire.konnektor import Context, Konnektor
from apowacht.plugins.wire.soap import Session, Url, envelope, read_answer
from apowacht.plugins.wire.soap_fault import Fault, Trace, harmless

if TYPE_CHECKING:
    from collections.abc import Callable

    from apowacht.plugins.wire.xmltree import Node

BASE = Url("https", "192.0.2.7", 443, "/")
CONTEXT = Context("Mandant & Söhne", "apowacht", 'Platz <1> "Kasse"', "U1")
READ_ONLY = {
    "GetResourceInformation",
    "GetCardTerminals",
    "GetCards",
    "GetPinStatus",
    "CheckCertificateExpiration",
    "ReadCardCertificate",
}

Step = bytes | told.Element


class Told(Session):
    """A session in which the Konnektor's answers are already known; keeps what was asked."""

    def __init__(self, *steps: Step, services: Any = told.SERVICES) -> None:
        super().__init__(Deadline(10))
        self.asked: list[tuple[Url, str, str]] = []
        self.fetched = 0
        self._steps = list(steps)
        self._services = services

    def get(self, url: Url, what: str) -> bytes:
        """The service directory."""
        assert (url.path, what) == ("/connector.sds", "connector.sds")
        self.fetched += 1
        return told.directory(self._services).xml().encode()

    def call(self, url: Url, action: str, request: str) -> Node:
        """The next answer."""
        self.asked.append((url, action, request))
        step = self._steps.pop(0)
        data = step if isinstance(step, bytes) else told.soap(step)
        return read_answer(data, 200, url.host, action.rpartition("#")[2])


def konnektor(*steps: Step, services: Any = told.SERVICES) -> tuple[Konnektor, Told]:
    """A Konnektor that gives these answers, one after the other."""
    session = Told(*steps, services=services)
    return Konnektor(session, BASE, CONTEXT), session


def read(data: bytes, operation: str) -> Node:
    """The answer's element in a SOAP message."""
    return read_answer(data, 200, "kon", operation)


def smcb(handle: str = told.HANDLE, kind: str = "SMC-B") -> answers.Card:
    """An SMC-B in slot 3 of CT_1, as it was read."""
    told_cards = read(told.soap(told.cards(told.card(kind, handle=handle))), "GetCards")
    asked = "HBAx" if kind.startswith("HBA") else kind
    return answers.read_cards(told_cards, "kon", asked)[0]


def ec_certificate() -> tuple[bytes, datetime, datetime]:
    """A card's certificate (DER) with a holder's name and a Telematik-ID, and its two dates."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.BrainpoolP256R1())
    start = datetime(2024, 3, 1, tzinfo=UTC)
    end = start + timedelta(days=1825)
    subject = [
        x509.NameAttribute(x509.NameOID.COMMON_NAME, told.HOLDER),
        x509.NameAttribute(x509.NameOID.SERIAL_NUMBER, told.TELEMATIK_ID),
    ]
    issuer = [x509.NameAttribute(x509.NameOID.COMMON_NAME, "Beispiel.SMCB-CA1")]
    built = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(subject))
        .issuer_name(x509.Name(issuer))
        .public_key(key.public_key())
        .serial_number(4613338)
        .not_valid_before(start)
        .not_valid_after(end)
        .sign(key, hashes.SHA256())
    )
    from cryptography.hazmat.primitives.serialization import Encoding

    return built.public_bytes(Encoding.DER), start, end


# Requests


def all_requests(services: Any = told.SERVICES) -> list[tuple[str, str]]:
    """Every request that exists, as (action, SOAP message), each in its fullest form."""
    certificate = b64encode(ec_certificate()[0]).decode()
    steps: list[Step] = [told.resource_information(told.condition("EC_X", value=False))]
    steps += [told.card_terminals()] + [told.cards()] * len(answers.CARD_TYPES)
    steps += [told.pin_status(), told.expirations(), told.expirations(), told.expirations()]
    steps += [told.card_certificate(certificate), told.card_certificate(certificate)]
    asked, session = konnektor(*steps, services=services)
    asked.resource_information()
    asked.card_terminals()
    for kind in answers.CARD_TYPES:
        asked.cards(kind)
    asked.pin_status(smcb())
    for crypt in (None, "RSA", "ECC"):
        asked.certificate_expiration(smcb(), crypt)
    for crypt in (None, "ECC"):
        asked.card_certificate(smcb(), crypt)
    return [(action, envelope(request).decode()) for _, action, request in session.asked]


def test_only_questions_are_asked() -> None:
    """No operation changes anything, and no patient's card is asked for."""
    sent = all_requests()
    assert {action.rpartition("#")[2] for action, _ in sent} == READ_ONLY
    types = [kind for _, xml in sent for kind in re.findall(r"<CMN:CardType>([^<]*)<", xml)]
    assert types == ["SMC-B", "HSM-B", "SM-B", "SMC-KT", "HBA", "HBAx"]
    checks = [xml for action, xml in sent if action.endswith("CheckCertificateExpiration")]
    assert all(f"<CONN:CardHandle>{told.HANDLE}<" in xml for xml in checks)
    for changing in ("VerifyPin", "ChangePin", "RequestCard", "EjectCard", "SignDocument"):
        assert not any(changing in xml for _, xml in sent)


@pytest.mark.parametrize("kind", ["EGK", "KVK", "UNKNOWN", ""])
def test_patients_cards_cannot_be_asked_for(kind: str) -> None:
    """A card type outside the list is a mistake of the caller, not a request."""
    asked, session = konnektor()
    with pytest.raises(ValueError, match=f"^{kind}$"):
        asked.cards(kind)
    assert session.asked == []


def test_context_is_escaped_and_in_the_order_of_the_schema() -> None:
    """Mandant, client system, workplace, user: whatever characters their names have."""
    assert CONTEXT.xml() == (
        "<CCTX:Context><CONN:MandantId>Mandant &amp; Söhne</CONN:MandantId>"
        "<CONN:ClientSystemId>apowacht</CONN:ClientSystemId>"
        "<CONN:WorkplaceId>Platz &lt;1&gt; &quot;Kasse&quot;</CONN:WorkplaceId>"
        "<CONN:UserId>U1</CONN:UserId></CCTX:Context>"
    )


@pytest.mark.parametrize("text", ["", "x" * 65, "a\nb", "a\x00"])
def test_context_that_no_konnektor_takes_is_our_own_trouble(text: str) -> None:
    """Empty, too long, or with control characters: named by its option."""
    with pytest.raises(OwnTrouble) as trouble:
        Context("M", text, "W")
    assert (trouble.value.reason, trouble.value.values["option"]) == (
        "bad_context",
        "--client-system",
    )


def test_without_a_context_only_the_directory_is_read() -> None:
    """An address alone is enough for product and services, not for questions."""
    alone = Konnektor(Told(), BASE)
    assert alone.directory().product.code == "kocobox"
    with pytest.raises(OwnTrouble) as trouble:
        alone.resource_information()
    assert trouble.value.reason == "missing_option"


@pytest.mark.parametrize(
    ("version", "namespace"), [("8.1.2", "v8.1"), ("8.2.1", "v8.2")]
)  # fmt: skip
def test_namespace_follows_the_version_of_the_service(version: str, namespace: str) -> None:
    """CardService 8.2 has a namespace of its own, in the request as in the SOAPAction."""
    services = [*told.SERVICES[:1], ("CardService", (version,)), *told.SERVICES[2:]]
    asked, session = konnektor(told.pin_status(), services=services)
    asked.pin_status(smcb())
    url, action, request = session.asked[0]
    assert action == f"http://ws.gematik.de/conn/CardService/{namespace}#GetPinStatus"
    assert f'xmlns:X="http://ws.gematik.de/conn/CardService/{namespace}"' in request
    assert url.path == f"/ws/CardService/{version}"


def test_directory_is_read_once_and_every_call_is_timed() -> None:
    """All calls of a run share the directory; the longest call of each operation is kept."""
    asked, session = konnektor(told.card_terminals(), told.cards(), told.cards())
    asked.card_terminals()
    asked.cards("SMC-B")
    asked.cards("SMC-KT")
    assert session.fetched == 1
    assert set(asked.latency_seconds) == {"connector.sds", "GetCardTerminals", "GetCards"}
    assert all(0 <= seconds < 10 for seconds in asked.latency_seconds.values())


def test_crypt_is_left_out_where_the_konnektor_does_not_know_it() -> None:
    """CertificateService 6.0.0 calls it a syntax error, so it is not sent there."""
    services = [*told.SERVICES[:2], ("CertificateService", ("6.0.0",))]
    asked, session = konnektor(told.expirations(told.expiration()), services=services)
    rows = asked.certificate_expiration(smcb(), "ECC")
    assert "Crypt" not in session.asked[0][2]
    assert [row.crypt for row in rows] == [None]


def test_crypt_that_is_a_syntax_error_is_left_out_the_second_time() -> None:
    """A Konnektor that promises 6.0.1 and does not keep it is asked once more without."""
    asked, session = konnektor(told.fault(4000), told.expirations(told.expiration()))
    assert [row.crypt for row in asked.certificate_expiration(smcb(), "ECC")] == [None]
    assert ["Crypt" in request for _, _, request in session.asked] == [True, False]


# Answers


def test_vpn_and_conditions_are_read() -> None:
    """States with their moments in UTC, conditions with value, severity and parameters."""
    answer = told.resource_information(
        told.condition("EC_CardTerminal_Not_Available(CT_ID_0176)", value=True),
        told.condition("EC_OTHER_ERROR_STATE(2)", value=False, severity="Warning"),
        told.condition("EC_Neu", value=True, since="2026-11-20T09:00:00+01:00"),
    )
    state = konnektor(answer)[0].resource_information()
    assert (state.vpn_ti, state.vpn_sis) == ("online", "offline")
    assert state.vpn_ti_since == datetime(2026, 11, 20, 7, 59, 25, 43000, tzinfo=UTC)
    assert state.vpn_sis_since == datetime(2026, 3, 4, 5, 31, 33, tzinfo=UTC)
    assert state.conditions is not None
    lost, other, new = state.conditions
    assert (lost.name, lost.parameters, lost.value) == (
        "EC_CardTerminal_Not_Available",
        ("CT_ID_0176",),
        True,
    )
    assert (lost.terminal_id, other.terminal_id, new.terminal_id) == ("CT_ID_0176", None, None)
    assert (other.severity, other.parameters, other.value) == ("Warning", ("2",), False)
    assert new.valid_from == datetime(2026, 11, 20, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "name", "parameters"),
    [
        ("EC_LOG_OVERFLOW", "EC_LOG_OVERFLOW", ()),
        ("EC_CardTerminal_gSMC-KT_Certificate_Expires_Soon(47)",
         "EC_CardTerminal_gSMC-KT_Certificate_Expires_Soon", ("47",)),
        ("EC_X ( a , b )", "EC_X", ("a", "b")),
        ("EC_X()", "EC_X", ()),
        ("EC_X(a(b))", "EC_X", ("a(b)",)),
        ("EC_X(a", "EC_X", ("a",)),
        ("", "", ()),
    ],
)  # fmt: skip
def test_condition_names(text: str, name: str, parameters: tuple[str, ...]) -> None:
    """A name and what stands in its brackets, however they are written."""
    assert answers.split_condition(text) == (name, parameters)


def test_card_without_its_optional_parts() -> None:
    """What a Konnektor may leave out is None."""
    bare = told.tell("CARD:Card", told.tell("CMN:CardType", text="SMC-B"))
    (read_card,) = konnektor(told.cards(bare))[0].cards("SMC-B")
    assert read_card == answers.Card("SMC-B", None, None, None, None, None, None)
    assert read_card.handle == ""


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2028-03-27", date(2028, 3, 27)),
        ("2028-03-27Z", date(2028, 3, 27)),
        ("2028-03-27+01:00", date(2028, 3, 27)),
        (" 2028-03-27-05:00 ", date(2028, 3, 27)),
        ("2028-02-30", None),
        ("27.03.2028", None),
        ("20280327", None),
    ],
)
def test_expiry_with_and_without_zone(text: str, day: date | None) -> None:
    """A date's zone does not move the day; what is no date is unknown."""
    (read_card,) = konnektor(told.cards(told.card(expires=text)))[0].cards("SMC-B")
    assert read_card.expires == day


@pytest.mark.parametrize(
    ("system", "generation"),
    [("4.3.1", "G2.0"), ("4.4.0", "G2.1"), ("4.8.0", "G2.1"), ("4.10.0", "G2.1"), (None, None),
     ("4.x.0", None)],
)  # fmt: skip
def test_generation_comes_from_the_object_system(
    system: str | None, generation: str | None
) -> None:
    """Before 4.4.0 a card has RSA keys only."""
    (read_card,) = konnektor(told.cards(told.card(system=system)))[0].cards("SMC-B")
    assert read_card.generation == generation


def test_terminals_are_read_with_and_without_address() -> None:
    """The address is optional; one that never was connected has no product."""
    never = told.terminal(3, connected=False)
    text = re.sub(r"(FWVersion|HWVersion)>[^<]*<", r"\1>0.0.0<", never.xml())
    text = text.replace("2026-11-20T10:38:47.301+01:00", "1970-01-01T00:00:00.000Z")
    whole = told.soap(told.card_terminals(told.terminal(1), told.terminal(2, address=False)))
    data = whole.replace(b"</CT:CardTerminals>", text.encode() + b"</CT:CardTerminals>")
    one, two, three = konnektor(data)[0].card_terminals()
    assert (one.terminal_id, one.name, one.connected, one.physical) == (
        "CT_1",
        "ORGA-1",
        True,
        True,
    )
    assert (one.ip_address, two.ip_address) == ("10.0.1.1", None)
    assert (one.product.code, one.product.firmware) == ("ORGA6100", "3.9.2")
    assert (three.connected, three.product.firmware, three.product.information_date) == (
        False,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("word", "tries", "expected"),
    [
        ("VERIFIED", None, ("VERIFIED", None)),
        ("VERIFIABLE", "3", ("VERIFIABLE", 3)),
        ("BLOCKED", "0", ("BLOCKED", 0)),
        ("TRANSPORTPIN", "3", ("TRANSPORT_PIN", 3)),
        ("EmptyPin", None, ("EMPTY_PIN", None)),
        ("SOMETHING_NEW", "x", ("SOMETHING_NEW", None)),
        (None, "2", (None, 2)),
    ],
)
def test_pin_status(
    word: str | None, tries: str | None, expected: tuple[str | None, int | None]
) -> None:
    """gematik's words, older spellings, and words to come."""
    status = konnektor(told.pin_status(word, tries))[0].pin_status(smcb())
    assert (status.status, status.left_tries) == expected


@pytest.mark.parametrize("kind", ["SMC-KT", "HBA"])
def test_only_cards_with_pin_smc_are_asked_for_it(kind: str) -> None:
    """A terminal's card and an HBA have no PIN.SMC."""
    with pytest.raises(ValueError, match=kind):
        konnektor()[0].pin_status(smcb(kind=kind))


def test_expirations_are_those_of_the_card_alone() -> None:
    """Rows of other cards in the answer are dropped; without a handle they would name holders."""
    rows = told.expiration("other"), told.expiration(day="2028-03-27Z"), told.expiration("", "")
    asked = konnektor(told.expirations(*rows))[0].certificate_expiration(smcb(), "ECC")
    assert asked == (answers.CertificateExpiration("CT_1", date(2028, 3, 27), False, "ECC"),)
    every = answers.read_certificate_expirations(
        read(told.soap(told.expirations(*rows)), "CheckCertificateExpiration")
    )
    assert [row.of_konnektor for row in every] == [False, False, True]


def test_of_the_certificate_issuer_and_dates_remain() -> None:
    """base64 with line breaks is read; holder and serial number stay behind."""
    der, start, end = ec_certificate()
    wrapped = "\n  ".join(re.findall(".{1,64}", b64encode(der).decode()))
    asked = konnektor(told.card_certificate(wrapped))[0].card_certificate(smcb())
    assert asked == answers.CardCertificate("CN=Beispiel.SMCB-CA1", start, end, None)


@pytest.mark.parametrize("text", ["", "AAAA", "no base64!", "A"])
def test_certificate_that_is_none_is_garbled(text: str) -> None:
    """What is no certificate is no answer."""
    with pytest.raises(Garbled):
        konnektor(told.card_certificate(text))[0].card_certificate(smcb())


@pytest.mark.parametrize(
    ("name", "operation"),
    [
        ("CONN:Connector", "resource_information"),
        ("CT:CardTerminals", "card_terminals"),
        ("CARD:Cards", "cards"),
        ("CARD:PinStatus", "pin_status"),
        ("CERTCMN:X509DataInfoList", "card_certificate"),
    ],
)
def test_answer_without_its_content_is_garbled(name: str, operation: str) -> None:
    """An answer that has lost what was asked for must not look like «there is none»."""
    calls: dict[str, tuple[told.Element, Callable[[Konnektor], object]]] = {
        "resource_information": (
            told.resource_information(told.condition("EC_X", value=True)),
            lambda asked: asked.resource_information(),
        ),
        "card_terminals": (told.card_terminals(), lambda asked: asked.card_terminals()),
        "cards": (told.cards(), lambda asked: asked.cards("SMC-B")),
        "pin_status": (told.pin_status(), lambda asked: asked.pin_status(smcb())),
        "card_certificate": (
            told.card_certificate("AAAA"),
            lambda asked: asked.card_certificate(smcb()),
        ),
    }
    answer, call = calls[operation]
    data = told.soap(answer).decode()
    cut = re.sub(rf"<{name}>.*</{name}>", "", data, flags=re.DOTALL)
    assert cut != data
    with pytest.raises(Garbled) as garbled:
        call(konnektor(cut.encode())[0])
    assert garbled.value.values["detail"] == "content"


def test_answer_to_another_question_is_garbled() -> None:
    """The answer's element has to be the question's."""
    with pytest.raises(Garbled):
        konnektor(told.cards())[0].card_terminals()


def many() -> tuple[told.Element, told.Element]:
    """Fifty terminals, every seventh of them off, and two hundred cards."""
    terminals = (told.terminal(n, connected=n % 7 > 0) for n in range(50))
    kinds = ("SMC-B", "SMC-KT", "EGK", "HBA")
    told_cards = (
        told.card(kinds[n % 4], terminal_id=f"CT_{n // 4}", slot=n % 4 + 1, handle=f"h-{n}")
        for n in range(200)
    )
    return told.card_terminals(*terminals), told.cards(*told_cards)


@pytest.mark.parametrize("bare", [False, True])
@pytest.mark.parametrize("seed", range(10))
def test_large_shuffled_answers_give_the_right_records(seed: int, bare: bool) -> None:
    """Fifty terminals and two hundred cards, every element's children in any order."""
    order = random.Random(seed)
    terminals, told_cards = many()
    asked, _ = konnektor(
        told.soap(terminals, order, bare=bare), told.soap(told_cards, order, bare=bare)
    )
    read_terminals = {one.terminal_id: one for one in asked.card_terminals()}
    assert len(read_terminals) == 50
    assert sum(one.connected is False for one in read_terminals.values()) == 8
    assert all(one.product.firmware == "3.9.2" for one in read_terminals.values())
    places = {(one.terminal_id, one.slot, one.handle) for one in asked.cards("SMC-B")}
    assert places == {(f"CT_{n // 4}", 1, f"h-{n}") for n in range(0, 200, 4)}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9))
def test_truncated_answers_are_garbled(length: int) -> None:
    """Wherever the answer ends, no half list is taken for the whole one."""
    data = told.soap(many()[0])
    with pytest.raises(Garbled):
        konnektor(data[: length % len(data)])[0].card_terminals()


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damaged_answers_raise_nothing_but_our_errors(data: st.DataObject) -> None:
    """Any bytes changed in any answer: a record or a trouble of the target."""
    condition = told.condition("EC_X(1)", value=True)
    calls: list[tuple[told.Element, Callable[[Konnektor], object]]] = [
        (told.resource_information(condition), lambda asked: asked.resource_information()),
        (told.card_terminals(told.terminal(1)), lambda asked: asked.card_terminals()),
        (told.cards(told.card()), lambda asked: asked.cards("SMC-B")),
        (told.pin_status("VERIFIABLE", "3"), lambda asked: asked.pin_status(smcb())),
        (told.card_certificate("AAAA"), lambda asked: asked.card_certificate(smcb())),
        (told.fault(4004, 4711), lambda asked: asked.card_terminals()),
        (
            told.expirations(told.expiration()),
            lambda asked: asked.certificate_expiration(smcb()),
        ),
    ]
    answer, call = data.draw(st.sampled_from(calls))
    damaged = bytearray(told.soap(answer))
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(32, 126))
    asked, session = konnektor(bytes(damaged))
    with suppress(TargetTrouble, IndexError):  # IndexError: the retry finds no further answer
        call(asked)
    assert session.asked


# Privacy


@pytest.mark.parametrize("asked_for", answers.CARD_TYPES)
def test_patients_cards_are_dropped_whatever_was_asked(asked_for: str) -> None:
    """An EGK, a KVK, a card without type and one of another type never leave the reading."""
    untyped = told.tell("CARD:Card", told.tell("CARD:CardHolderName", text=told.HOLDER))
    kinds = ("EGK", "KVK", "egk", " EGK ", "UNKNOWN", "")
    patients = [told.card(kind, terminal_id="CT_EGK") for kind in kinds]
    other = told.card("SMC-KT" if asked_for != "SMC-KT" else "SMC-B")
    answer = told.cards(*patients, untyped, other, told.card(asked_for, terminal_id="CT_OWN"))
    found = konnektor(answer)[0].cards(asked_for)
    assert {one.terminal_id for one in found if one.type == asked_for} == {"CT_OWN"}
    assert "CT_EGK" not in repr(found)


def test_groups_hold_the_cards_of_their_kind() -> None:
    """SM-B stands for SMC-B and HSM-B, HBAx for every HBA."""
    kinds = ("SMC-B", "HSM-B", "HBA", "HBA-qSig", "ZOD_2.0", "SMC-KT")
    told_cards = told.cards(*(told.card(kind) for kind in kinds))
    asked, _ = konnektor(told_cards, told_cards)
    assert [one.type for one in asked.cards("SM-B")] == ["SMC-B", "HSM-B"]
    assert [one.type for one in asked.cards("HBAx")] == ["HBA", "HBA-qSig", "ZOD_2.0"]


def traces(value: Any) -> str:
    """Every form in which a record may be written somewhere."""
    return repr(value) + str(value) + json.dumps(asdict(value), default=str)


def test_no_identity_survives_in_any_record() -> None:
    """Holder, KVNR, ICCSN, Telematik-ID and card handle appear in no form of any record."""
    der, _, _ = ec_certificate()
    certificate = told.card_certificate(b64encode(der).decode())
    answer = told.cards(told.card("EGK"), told.card("SMC-B"), told.card("HBA"))
    asked, _ = konnektor(answer, answer, told.expirations(told.expiration()), certificate)
    smc, hba = asked.cards("SMC-B")[0], asked.cards("HBA")[0]
    records = [smc, hba, *asked.certificate_expiration(smc), asked.card_certificate(smc)]
    assert len(records) == 4
    for record in records:
        for identity in told.IDENTITIES:
            assert identity not in traces(record)
    assert smc.handle == told.HANDLE


@pytest.mark.parametrize("words", [told.HOLDER, f"Karte {told.ICCSN} von {told.HOLDER}",
                                   f"Kein Zugriff: {told.KVNR}", told.TELEMATIK_ID,
                                   f"Karten-Handle {told.HANDLE} ungültig"])  # fmt: skip
@pytest.mark.parametrize("codes", [(), (4711,), (4047, 4002)])
def test_no_identity_survives_in_a_fault(words: str, codes: tuple[int, ...]) -> None:
    """Faults name cards and persons in their texts; those words end before them."""
    with pytest.raises(Fault) as raised:
        konnektor(told.fault(*codes, words=words))[0].card_terminals()
    fault = raised.value
    shown = f"{fault!r} {fault} {fault.text} {fault.trace} {fault.values} {vars(fault)}"
    assert not any(identity in shown for identity in told.IDENTITIES)


# Faults


def raised_fault(answer: told.Element) -> Fault:
    """The fault that the answer becomes."""
    with pytest.raises(Fault) as raised:
        konnektor(answer)[0].card_terminals()
    return raised.value


@pytest.mark.parametrize("prefix", ["ERR:", ""])
def test_the_last_trace_counts(prefix: str) -> None:
    """Vendors put codes of their own first; the error may be prefixed or not."""
    fault = raised_fault(told.fault(100711, 4004, words="Ungültige Mandanten-ID", prefix=prefix))
    assert (fault.code, fault.severity, fault.error_type) == (4004, "Error", "Technical")
    assert fault.trace == (
        Trace(100711, "Error", "Technical"),
        Trace(4004, "Error", "Technical"),
    )
    assert fault.text == "Ungültige Mandanten-ID"
    assert (fault.reason, fault.kind, fault.option) == (
        "fault_mandant",
        "configuration",
        "--mandant",
    )
    assert fault.values["what"] == "GetCardTerminals"


@pytest.mark.parametrize(
    ("code", "kind", "option"),
    [
        (4000, "request", None),
        (4001, "internal", None),
        (4002, "critical", None),
        (4004, "configuration", "--mandant"),
        (4005, "configuration", "--client-system"),
        (4006, "configuration", "--workplace"),
        (4008, "card", None),
        (4010, "configuration", "--client-system"),
        (4011, "configuration", "--workplace"),
        (4012, "configuration", "--mandant"),
        (4014, "configuration", "--workplace"),
        (4015, "configuration", "--workplace"),
        (4016, "configuration", "--workplace"),
        (4020, "configuration", "--workplace"),
        (4021, "configuration", "--mandant"),
        (4047, "stale", None),
        (4204, "configuration", "--client-system"),
        (4258, "generation", None),
        (4711, "other", None),
    ],
)
def test_fault_codes_have_a_kind_and_name_the_setting(
    code: int, kind: str, option: str | None
) -> None:
    """Configuration faults name the option to correct; unknown codes stay usable."""
    fault = raised_fault(told.fault(code))
    assert (fault.code, fault.kind, fault.option) == (code, kind, option)
    assert (fault.reason == "konnektor_fault") is (kind == "other")


def test_fault_without_gematik_error() -> None:
    """A plain SOAP fault has no code; the harmless beginning of its words is shown."""
    fault = raised_fault(told.fault(words="Invalid UUID string: dontexist"))
    assert (fault.reason, fault.code, fault.text) == (
        "konnektor_fault_plain",
        None,
        "Invalid UUID string",
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Syntaxfehler", "Syntaxfehler"),
        ("Karten-Handle ungültig", "Karten-Handle ungültig"),
        ("Der Konnektor befindet sich nicht", "Der Konnektor"),
        ("Zugriff verboten: Müller", "Zugriff verboten"),
        ("Müller", ""),
        ("", ""),
        ("error " * 100, ("error " * 100)[:80].rstrip()),
    ],
)
def test_harmless_beginning_of_a_text(text: str, shown: str) -> None:
    """Known words up to the first unknown one, and no more than a line."""
    assert harmless(text) == shown


@pytest.mark.parametrize("result", ["Warning", "WARNING"])
def test_warning_in_the_status_is_noted(result: str) -> None:
    """The answer counts; its trace's code is kept for whoever asks."""
    data = told.soap(told.card_terminals(told.terminal(1))).decode()
    trace = told.fault(4235).xml().partition("<detail>")[2].partition("</detail>")[0]
    warned = data.replace(
        "<CONN:Result>OK</CONN:Result>", f"<CONN:Result>{result}</CONN:Result>{trace}"
    )
    asked, _ = konnektor(warned.encode())
    assert len(asked.card_terminals()) == 1
    assert asked.warnings == {"GetCardTerminals": 4235}


def test_error_in_the_status_is_a_fault() -> None:
    """A result ERROR is no answer, even if no SOAP fault says so."""
    data = told.soap(told.card_terminals()).replace(b">OK<", b">ERROR<")
    with pytest.raises(Fault) as raised:
        konnektor(data)[0].card_terminals()
    assert raised.value.reason == "konnektor_fault_plain"


# Handles that have changed


def test_stale_handle_is_looked_up_once_more() -> None:
    """A card that was inserted anew is found by its terminal and slot."""
    again = told.cards(
        told.card(slot=1, handle="other-slot"),
        told.card(handle="new-handle"),
        told.card(terminal_id="CT_2", handle="other-terminal"),
    )
    asked, session = konnektor(told.fault(4047), again, told.pin_status())
    assert asked.pin_status(smcb("old-handle")).status == "VERIFIED"
    requests = [request for _, _, request in session.asked]
    assert "old-handle" in requests[0]
    assert "<CMN:CardType>SMC-B<" in requests[1]
    assert "new-handle" in requests[2]


@pytest.mark.parametrize("kind", ["SMC-B", "HBA", "HBA-qSig"])
def test_stale_handle_of_a_card_that_is_gone_stays_a_fault(kind: str) -> None:
    """When the card is not found, the Konnektor's fault is the answer."""
    asked, session = konnektor(told.fault(4047), told.cards())
    with pytest.raises(Fault) as raised:
        asked.certificate_expiration(smcb("old-handle", kind))
    assert (raised.value.kind, len(session.asked)) == ("stale", 2)


def test_stale_handle_is_tried_no_third_time() -> None:
    """A handle that is invalid twice is reported."""
    asked, session = konnektor(told.fault(4047), told.cards(told.card()), told.fault(4047))
    with pytest.raises(Fault):
        asked.pin_status(smcb())
    assert len(session.asked) == 3


def test_every_fault_of_the_table_has_a_reason_of_its_kind() -> None:
    """The table holds nothing but known kinds, and an option exactly for configuration."""
    kinds = {"request", "internal", "critical", "configuration", "card", "stale", "generation"}
    for meaning in konnektor_faults.MEANINGS.values():
        assert meaning.kind in kinds
        assert (meaning.option is not None) is (meaning.kind == "configuration")
        assert meaning.reason.startswith("fault_")


# Recorded answers and official schemas

RECORDED = [
    *told.oracle_files("konnektor/samples/soap/*.xml"),
    *told.oracle_files("konnektor/samples/soap-rebuilt/*.xml"),
]


def leaves(text: str, name: str) -> list[str]:
    """The texts of all elements of that name, in order."""
    return [found.strip() for found in re.findall(rf"<(?:\w+:)?{name}>([^<]*)</", text)]


def read_recorded(text: str) -> list[tuple[str, object, object]]:
    """What a recorded answer holds beside what was read of it, by element."""
    operation = re.findall(r":(\w+)Response", text)[0]
    answer = read(text.encode(), operation)
    if operation == "GetCardTerminals":
        terminals = answers.read_card_terminals(answer)
        return [
            ("CtId", leaves(text, "CtId"), [one.terminal_id for one in terminals]),
            ("Name", leaves(text, "Name"), [one.name for one in terminals]),
            ("IPV4Address", leaves(text, "IPV4Address"), [one.ip_address for one in terminals]),
            ("Slots", leaves(text, "Slots"), [str(one.slots) for one in terminals]),
            ("Connected", leaves(text, "Connected"), [str(t.connected).lower() for t in terminals]),
            ("WorkplaceId", leaves(text, "WorkplaceId"),
             [name for one in terminals for name in one.workplaces]),
        ]  # fmt: skip
    if operation == "GetCards":
        groups = [answers.read_cards(answer, "", kind) for kind in ("SM-B", "SMC-KT", "HBAx")]
        read_cards = sorted((one for group in groups for one in group), key=lambda one: one.handle)
        wanted = [kind for kind in leaves(text, "CardType") if kind not in ("EGK", "KVK")]
        return [
            ("CardType", sorted(wanted), sorted(one.type for one in read_cards)),
            ("SlotId", True, all(one.slot for one in read_cards)),
            ("InsertTime", True, all(one.inserted for one in read_cards)),
            ("Expires", True, all(one.expires and one.generation for one in read_cards)),
            ("CardHandle", True, all(one.handle in text for one in read_cards)),
        ]
    if operation == "GetPinStatus":
        status = answers.read_pin_status(answer)
        tries = [str(status.left_tries)] if status.left_tries is not None else []
        return [
            ("PinStatus", leaves(text, "PinStatus"), [status.status]),
            ("LeftTries", leaves(text, "LeftTries"), tries),
        ]
    if operation == "CheckCertificateExpiration":
        rows = answers.read_certificate_expirations(answer)
        return [
            ("validity", leaves(text, "validity"), [str(row.expires) for row in rows]),
            ("own", 1, sum(row.of_konnektor for row in rows)),
        ]
    assert operation == "GetResourceInformation"
    state = answers.read_resource_information(answer)
    conditions = state.conditions or ()
    names = [
        one.name + (f"({','.join(one.parameters)})" if one.parameters else "") for one in conditions
    ]
    return [
        ("ErrorCondition", leaves(text, "ErrorCondition"), names),
        ("Severity", leaves(text, "Severity"), [one.severity for one in conditions]),
        ("Type", leaves(text, "Type"), [one.type for one in conditions]),
        ("Value", leaves(text, "Value"), [str(one.value).lower() for one in conditions]),
        ("ValidFrom", True, all(one.valid_from for one in conditions)),
        ("ConnectionStatus", leaves(text, "ConnectionStatus"),
         [str(state.vpn_ti).capitalize(), str(state.vpn_sis).capitalize()]),
        ("Timestamp", True, bool(state.vpn_ti_since and state.vpn_sis_since)),
    ]  # fmt: skip


@pytest.mark.oracle
@pytest.mark.parametrize("file", RECORDED)
def test_recorded_answers_are_read_without_loss(file: Path) -> None:
    """Every value of a recorded answer that may be kept is in what was read."""
    text = file.read_text("utf-8")
    if "Fault>" in text:
        with pytest.raises(Fault) as raised:
            read(text.encode(), "ReadCardCertificate")
        assert [str(step.code) for step in raised.value.trace] == leaves(text, "Code")
        assert raised.value.text == leaves(text, "faultstring")[0]
        return
    for name, recorded, was_read in read_recorded(text):
        assert (name, was_read) == (name, recorded)


@pytest.mark.oracle
@pytest.mark.parametrize("file", RECORDED)
def test_no_identity_of_a_recorded_answer_is_read(file: Path) -> None:
    """Holders and card numbers of the recorded cards are in no record."""
    text = file.read_text("utf-8")
    if "GetCardsResponse" not in text:
        return
    answer = read(text.encode(), "GetCards")
    found = [one for kind in answers.CARD_TYPES for one in answers.read_cards(answer, "", kind)]
    for name in ("CardHolderName", "Iccsn", "Kvnr", "CardHandle"):
        for identity in leaves(text, name):
            assert all(identity not in traces(one) for one in found)


SCHEMAS = {
    "http://ws.gematik.de/conn/EventService/v7.2": "api-telematik/conn/EventService.xsd",
    "http://ws.gematik.de/conn/CardService/v8.1": "api-telematik/conn/CardService_v8_1_3.xsd",
    "http://ws.gematik.de/conn/CardService/v8.2": (
        "popp-api-telematik-OPB4/conn/CardService_v8_2_1.xsd"
    ),
    "http://ws.gematik.de/conn/CertificateService/v6.0": (
        "api-telematik/conn/CertificateService_v6_0_2.xsd"
    ),
}


def oracle() -> Path:
    """The folder of the schemas, or a skip that says why not."""
    folder = os.environ.get("APOWACHT_ORACLE")
    if not folder:
        pytest.skip("APOWACHT_ORACLE is not set")
    return Path(folder) / "konnektor"


@cache
def schema(namespace: str) -> Any:
    """The official schema of a service, loaded without the network."""
    etree = pytest.importorskip("lxml.etree", reason="lxml is not installed")
    parser = etree.XMLParser(no_network=True)
    return etree.XMLSchema(etree.parse(oracle() / SCHEMAS[namespace], parser))


def assert_valid(message: bytes, namespace: str) -> None:
    """The element in the SOAP body is valid by the official schema."""
    etree = pytest.importorskip("lxml.etree", reason="lxml is not installed")
    body = etree.fromstring(message, etree.XMLParser(resolve_entities=False))[0]
    schema(namespace).assertValid(body[0])


@pytest.mark.oracle
@pytest.mark.parametrize("version", ["8.1.2", "8.2.1"])
def test_requests_are_valid_by_the_official_schemas(version: str) -> None:
    """Every request in its fullest form, for either version of CardService."""
    oracle()
    services = [*told.SERVICES[:1], ("CardService", (version,)), *told.SERVICES[2:]]
    for action, message in all_requests(services):
        assert_valid(message.encode(), action.partition("#")[0])


@pytest.mark.oracle
def test_requests_to_old_certificate_services_are_valid() -> None:
    """Without Crypt the request is valid by the schema before it, too."""
    etree = pytest.importorskip("lxml.etree", reason="lxml is not installed")
    old = etree.XMLSchema(etree.parse(oracle() / "api-telematik/conn/CertificateService.xsd"))
    services = [*told.SERVICES[:2], ("CertificateService", ("6.0.0",))]
    checked = 0
    for action, message in all_requests(services):
        if "/CertificateService/" in action:
            old.assertValid(etree.fromstring(message.encode())[0][0])
            checked += 1
    assert checked == 5


@pytest.mark.oracle
def test_actions_are_those_of_the_official_descriptions() -> None:
    """Every SOAPAction stands in a WSDL, and so does its operation."""
    known: set[str] = set()
    for file in oracle().glob("*/conn/*.wsdl"):
        known |= set(re.findall(r'soapAction="([^"]*)"', file.read_text("utf-8")))
    assert known
    for version in ("8.1.2", "8.2.1"):
        services = [*told.SERVICES[:1], ("CardService", (version,)), *told.SERVICES[2:]]
        assert {action for action, _ in all_requests(services)} <= known


@pytest.mark.oracle
def test_answers_of_these_tests_are_valid_by_the_official_schemas() -> None:
    """The tests' own Konnektor speaks as a real one does."""
    oracle()
    event, card, certificate = (list(SCHEMAS)[index] for index in (0, 1, 3))
    der = b64encode(ec_certificate()[0]).decode()
    for answer, namespace in (
        (told.resource_information(told.condition("EC_X(1)", value=True)), event),
        (told.card_terminals(told.terminal(1), told.terminal(2, address=False)), event),
        (told.cards(told.card("EGK"), told.card(system=None, expires=None)), event),
        (told.pin_status("VERIFIABLE", "3"), card),
        (told.expirations(told.expiration(), told.expiration("", "")), certificate),
        (told.card_certificate(der), certificate),
    ):
        assert_valid(told.soap(answer), namespace)
