"""check_apo_certificate: facts to findings, question by question."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from apowacht.plugins.certificate import (
    CHECK,
    Certificate,
    CertificateFacts,
    Link,
    SourceFailure,
    judge,
    labels,
)
from apowacht.plugins.core.cli import parse
from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.lifetime import Least, parse_least
from apowacht.plugins.core.render import as_dict, details, line_1
from apowacht.plugins.core.report import Report, State
from apowacht.plugins.read import ti_rules
from apowacht.plugins.read.certificate_facts import dates

W, C, U, OK = State.WARNING, State.CRITICAL, State.UNKNOWN, State.OK
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
YEAR = 365
FAILED = {"operation": "tls", "kind": "silent", "reason": "timeout"}


def lasting(days: float, *, life: float | None = YEAR, **more: Any) -> dict[str, Any]:
    """The fields of a certificate with so many days left of its life."""
    end = NOW + timedelta(days=days)
    begin = None if life is None else end - timedelta(days=life)
    return {**dates(begin, end, NOW), **more}


def server(days: float = 300, **more: Any) -> Certificate:
    """A TLS server's certificate."""
    base = {
        "name": "www:443",
        "target": "www:443",
        "source": "tls",
        "kind": "tls",
        "trusted": True,
        "key": "P-256",
        "issuer_common_name": "SUB",
    }
    return Certificate(**{**base, **lasting(days, life=more.pop("life", YEAR)), **more})


def card(days: float | None = 900, card_type: str = "SMC-B", **more: Any) -> Certificate:
    """A card in a terminal, as a Konnektor tells of it."""
    name = f"{card_type} Kasse 1"
    base = {
        "name": name,
        "target": name,
        "source": "connector",
        "kind": "card",
        "card_type": card_type,
        "terminal": "Kasse 1",
        "subject_common_name": "***",
    }
    known = {} if days is None else lasting(days, life=more.pop("life", None))
    return Certificate(**{**base, **known, **more})


def rule(name: str, last_day: date) -> dict[str, Any]:
    """The fields of a card that the TI takes to that day only."""
    return {
        "ti_rule": name,
        "ti_last_day": last_day.isoformat(),
        "ti_days_left": (last_day - NOW.date()).days,
    }


def judged(*certificates: Certificate, options: tuple[str, ...] = (), **more: Any) -> Report:
    """The report on these certificates."""
    targets = tuple(dict.fromkeys(one.target for one in certificates))
    facts = CertificateFacts(certificates, **{"targets": targets, **more})
    return Report("certificate", tuple(judge(facts, parse(CHECK, ["-H", "x", *options]))), facts)


def keys(report: Report) -> dict[str, State]:
    """The failure classes that are not OK."""
    return {f.key: f.state for f in report.findings if f.state is not OK}


LINK = Link(
    common_name="SUB", key="P-256", signature="ecdsa-with-SHA256", **lasting(1000, life=2000)
)
G20 = ("SMC-B", "smcb_g20", date(2026, 6, 30))

TABLE: list[tuple[str, Certificate, tuple[str, ...], dict[str, State]]] = [
    ("a healthy server is quiet", server(), (), {}),
    ("21 days", server(20.9), (), {"cert.expiring": W}),
    ("more than 21 days", server(21.1), (), {}),
    ("7 days", server(6.9), (), {"cert.expiring": C}),
    ("its last day", server(0.1), (), {"cert.expiring": C}),
    ("over", server(-0.1), (), {"cert.expired": C}),
    ("90 days of life: 21 days are less than a third", server(25, life=90), (), {}),
    ("30 days of life: a third is less than 21 days", server(15, life=30), (), {}),
    ("30 days of life, a third left", server(9, life=30), (), {"cert.expiring": W}),
    ("30 days of life, a tenth left", server(2.9, life=30), (), {"cert.expiring": C}),
    ("own limits", server(30), ("--tls-warning", "40"), {"cert.expiring": W}),
    ("own share", server(100), ("--tls-critical", "33%"), {"cert.expiring": C}),
    ("a card's limits are not a server's", server(80), ("--card-warning", "90"), {}),
    ("a healthy card is quiet", card(), (), {}),
    ("a card, 90 days", card(89.9), (), {"smcb.expiring": W}),
    ("a card, 91 days", card(91), (), {}),
    ("a card, 42 days", card(41.9), (), {"smcb.expiring_soon": C}),
    ("a card is over", card(-1), (), {"smcb.expired": C}),
    ("an HBA ends", card(41, "HBA"), (), {"hba.expiring": C}),
    ("an HBA has ended", card(-1, "HBA"), (), {"hba.expired": C}),
    ("a terminal's card ends", card(80, "SMC-KT"), (), {"gsmckt.expiring": W}),
    ("a terminal's card has ended", card(-1, "SMC-KT"), (), {"gsmckt.expired": C}),
    ("the Konnektor ends", card(80, "Konnektor"), (), {"kon.cert_expiring": W}),
    ("the Konnektor has ended", card(-1, "Konnektor"), (), {"kon.cert_expired": C}),
    ("a card's share needs a life: five years", card(180), ("--card-warning", "10%"),
     {"smcb.expiring": W}),
    ("a card whose end is not told", card(None), (), {"cert.card_unread": W}),
    ("a card of old is refused", card(900, **rule(*G20[1:])), (), {"smcb.g20": C}),
    ("a terminal's card is refused soon", card(900, "SMC-KT", **rule("x", date(2026, 12, 31))),
     (), {"gsmckt.g20": C}),
    ("a terminal's card is refused later", card(900, "SMC-KT", **rule("x", date(2027, 3, 31))),
     (), {"gsmckt.g20": W}),
    ("a card that ends before the rule", card(80, "SMC-KT", **rule("x", date(2027, 3, 31))),
     (), {"gsmckt.expiring": W}),
    ("an HBA of old", card(900, "HBA", **rule("x", date(2026, 6, 30))), (), {"cert.ti_ended": C}),
    ("an RSA identity", server(**rule("ti_rsa", date(2026, 6, 30))), (), {"cert.ti_ended": W}),
    ("on order", card(20), ("--ordered", "SMC-B Kasse 1=2026-10-01"), {"cert.ordered": W}),
    ("on order, a week left", card(6.9), ("--ordered", "SMC-B Kasse 1=2026-10-01"),
     {"smcb.expiring_soon": C}),
    ("another one on order", card(20), ("--ordered", "SMC-B Kasse 2=2026-10-01"),
     {"smcb.expiring_soon": C}),
    ("the order has come", card(20, life=100), ("--ordered", "SMC-B Kasse 1=2026-01-01"),
     {"smcb.expiring_soon": C}),
    ("a refused card on order", card(900, "SMC-KT", **rule("x", date(2026, 12, 31))),
     ("--ordered", "SMC-KT Kasse 1=2026-10-01"), {"gsmckt.g20": W}),
    ("not trusted", server(trust_errors=("untrusted",)), (), {"cert.untrusted": C}),
    ("not trusted, softened", server(trust_errors=("untrusted",)),
     ("--trust-severity", "warning"), {"cert.untrusted": W}),
    ("two faults of one class", server(trust_errors=("not_a_ca", "wrong_purpose")), (),
     {"cert.invalid": C}),
    ("a weak key", server(weak="key", key="RSA 1024"), (), {"cert.weak": W}),
    ("an issuer that lasts", server(chain=(LINK,)), (), {}),
    ("an issuer that ends first", server(chain=(replace(LINK, **lasting(299, life=2000)),)), (),
     {"cert.issuer_ends_first": W}),
    ("an issuer that ends soon", server(chain=(replace(LINK, **lasting(20, life=2000)),)), (),
     {"cert.chain_expiring": W}),
    ("an issuer that has ended", server(chain=(replace(LINK, **lasting(-1, life=2000)),)), (),
     {"cert.chain_expired": C}),
    ("a weak issuer", server(chain=(replace(LINK, weak="signature"),)), (), {"cert.weak": W}),
    ("an authority in a file", server(5, authority=True, kind="file"), (), {"cert.ca_expiring": C}),
    ("an authority in a file is over", server(-5, authority=True, kind="file"), (),
     {"cert.ca_expired": C}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "options", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
@pytest.mark.parametrize("lang", ["de", "en"])
def test_one_certificate_is_judged(
    one: Certificate, options: tuple[str, ...], expected: dict[str, State], lang: str
) -> None:
    """The failure classes, and a line that fits and leaves no placeholder open."""
    report = judged(one, options=options)
    assert keys(report) == expected
    text = "\n".join([line_1(report, lang), *details(report, lang)])
    assert len(line_1(report, lang)) <= 80
    assert "{" not in text
    assert "unbekannt" not in text.replace("Ablauf unbekannt", "")
    assert "unknown" not in text.replace("expiry unknown", "")


def test_the_first_to_end_is_named() -> None:
    """In the headline when all is well, and first among the faults when not."""
    far, near = server(300, name="far:443", target="far:443"), server(100)
    assert "www:443" in line_1(judged(far, near), "de")
    old, older = server(-1, name="old:1"), server(-9, name="older:1")
    assert "older:1" in line_1(judged(old, older), "de")


def test_an_issuer_that_ends_first_is_named() -> None:
    """The earliest end may lie in the chain."""
    link = replace(LINK, **lasting(200, life=2000))
    assert "CA SUB" in "\n".join(details(judged(server(chain=(link,))), "de"))


def test_what_is_in_the_same_file_is_judged_once() -> None:
    """A bundle's intermediate is a reading of its own and no second alarm in the chain."""
    link = replace(LINK, **lasting(20, life=2000))
    leaf = server(chain=(link,), name="bundle", target="bundle", kind="file")
    ends = {name: value for name, value in vars(link).items() if name != "common_name"}
    own = Certificate(**{**ends, "name": "bundle SUB", "target": "bundle", "kind": "file",
                         "subject_common_name": "SUB", "authority": True})  # fmt: skip
    found = [f for f in judged(leaf, own).findings if f.state is not OK]
    assert [f.key for f in found] == ["cert.ca_expiring"]


def test_several_cards_of_a_type_are_told_apart() -> None:
    """By their terminal, in line 1."""
    two = card(80), replace(card(70), name="SMC-B Kasse 2", terminal="Kasse 2")
    report = judged(*two)
    assert "Kasse 2" in line_1(report, "de")
    assert any("Kasse 1" in line for line in details(report, "de"))


def test_failures_degrade_themselves_alone() -> None:
    """A server is the chain itself, a file is ours; the good one is still told."""
    lost = SourceFailure(**FAILED, values={"phase": "tls", "host": "x", "port": 1, "seconds": 5},
                         name="x:1", source="tls")  # fmt: skip
    broken = SourceFailure("file", "own", "cert_empty", {"file": "a.pem"}, name="a", source="file")
    report = judged(server(), failures=(lost, broken))
    assert keys(report) == {"cert.unreachable": C, "cert.unreadable": U}
    assert any("www:443" in line for line in details(report, "de"))
    softer = judged(server(), failures=(lost,), options=("--timeout-state", "unknown"))
    assert keys(softer) == {"cert.unreachable": U}


def test_a_silent_konnektor_is_the_konnektor_s_failure_class() -> None:
    """As in the other checks of a Konnektor, by where it stands."""
    lost = SourceFailure("connector.sds", "silent", "timeout", {"host": "k", "seconds": 9},
                         name="k", source="connector")  # fmt: skip
    assert keys(judged(server(), failures=(lost,))) == {"kon.unreachable.local": C}
    hosted = judged(failures=(lost,), options=("--connector-location", "hosted"))
    assert keys(hosted) == {"kon.unreachable.hosted": C}
    setting = replace(lost, operation="GetCards", kind="configuration", reason="fault_mandant")
    assert keys(judged(server(), failures=(setting,))) == {"kon.settings": U}


def test_news_is_no_fault() -> None:
    """Renewed, an order that matches nothing, and with -v an old table."""
    report = judged(server(), renewed=("www:443",), options=("--ordered", "nobody=2026-01-01"))
    assert keys(report) == {}
    text = "\n".join(details(report, "de"))
    assert "erneuert" in text
    assert "nobody" in text
    old: dict[str, Any] = {"ti_dates_of": "2026-11-24", "ti_dates_old": True}
    assert "24.11.2026" not in "\n".join(details(judged(server(), **old), "de"))
    assert "24.11.2026" in "\n".join(details(judged(server(), **old, options=("-v",)), "de"))


def test_perfdata_per_target() -> None:
    """Count, the earliest, and one label each with its limits; negative when it has ended."""
    metrics = {m.name: m for m in judged(server(-1), card(50)).metrics}
    assert metrics["certificates"].value == 2
    assert metrics["earliest_expiry"].value == -86400
    assert metrics["www_443"].value == -86400
    assert metrics["smc_b_kasse_1"].critical is not None
    assert metrics["smc_b_kasse_1"].critical.start == 42 * 86400


def test_an_order_of_labels_that_stays() -> None:
    """19 characters, unique, and never one of the two sums."""
    names = ["a" * 30, "a" * 31, "Büro-Tür.example:443", "certificates", "|=;", "x", "X"]
    found = labels(names)
    assert len(set(found.values())) == len(names)
    assert all(len(label) <= 19 for label in found.values())
    assert found["Büro-Tür.example:443"].startswith("buero_tuer_exa_")
    assert found["a" * 31] == labels(["a" * 31])["a" * 31]
    assert found["certificates"] != "certificates"


def test_many_targets_tell_only_the_sums() -> None:
    """Hundreds of labels would burst the line."""
    many = [server(name=f"s{n}:443", target=f"s{n}:443") for n in range(101)]
    assert {m.name for m in judged(*many).metrics} == {"certificates", "earliest_expiry"}


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("21", Least(21 * 86400, None)),
        ("21:", Least(21 * 86400, None)),
        ("3w", Least(21 * 86400, None)),
        ("12h", Least(12 * 3600, None)),
        ("33%", Least(None, 33)),
        ("21d,33%", Least(21 * 86400, 33)),
        ("33 %", None),
        ("-1", None),
        ("101%", None),
        ("", None),
        ("1:2", None),
        ("soon", None),
    ],
)
def test_limits_are_days_or_shares(text: str, least: Least | None) -> None:
    """And nothing else."""
    if least is None:
        with pytest.raises(ValueError, match=r".*"):
            parse_least(text)
    else:
        assert parse_least(text) == least


@pytest.mark.parametrize("text", ["name", "=2026-01-01", "name=soon", "name="])
def test_an_order_has_a_name_and_a_day(text: str) -> None:
    """A mistake names its option."""
    with pytest.raises(OwnTrouble) as caught:
        parse(CHECK, ["-H", "x", "--ordered", text])
    assert caught.value.values["option"] == "--ordered"


def test_facts_are_plain_json() -> None:
    """Every field is a text, number, list or null."""
    import json

    link = replace(LINK, **lasting(200, life=2000))
    lost = SourceFailure(**FAILED, values={"host": "x"}, name="x:1", source="tls")
    told = as_dict(judged(server(chain=(link,)), card(5), failures=(lost,)), "de")
    assert json.loads(json.dumps(told))["facts"]["certificates"][0]["chain"][0]["common_name"]


def test_every_rule_has_its_source() -> None:
    """The table of dates says who said so, and ages by the year."""
    assert all(one.source and one.last_day.year > 2020 for one in ti_rules.RULES.values())
    assert set(ti_rules.BY_CARD.values()) <= set(ti_rules.RULES)
    assert not ti_rules.outdated(datetime(2027, 11, 24, tzinfo=UTC))
    assert ti_rules.outdated(datetime(2027, 11, 25, tzinfo=UTC))


@pytest.mark.parametrize(
    ("kind", "bits", "digest", "expected"),
    [
        ("RSA", 1024, "sha256", "key"),
        ("RSA", 2048, "sha256", None),
        ("RSA", 2048, "sha1", "signature"),
        ("EC", 192, "sha256", "key"),
        ("EC", 256, "sha256", None),
        ("Ed25519", None, None, None),
        ("DSA", 3072, "sha256", "key"),
        (None, None, "md5", "signature"),
    ],
)
def test_weak_keys_and_signatures(
    kind: str | None, bits: int | None, digest: str | None, expected: str | None
) -> None:
    """Below what the TI and browsers accept."""
    assert ti_rules.weakness(kind, bits, digest) == expected
