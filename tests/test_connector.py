"""check_apo_connector: facts to findings, answers to facts, and the table of conditions."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from apowacht.plugins.connector import CHECK, Condition, ConnectorFacts, judge
from apowacht.plugins.core import advice, conditions, words
from apowacht.plugins.core.asked import Failure, failure, silence
from apowacht.plugins.core.cli import parse
from apowacht.plugins.core.errors import Garbled, OwnTrouble, Refused, TargetTrouble, Unreachable
from apowacht.plugins.core.render import details, line_1
from apowacht.plugins.core.report import Report, State

W, C, U, OK = State.WARNING, State.CRITICAL, State.UNKNOWN, State.OK

HEALTHY = ConnectorFacts(
    asked_at="2026-11-24T10:00:00+01:00",
    vendor="KoCo Connector",
    product="KoCoBox MED+",
    firmware="5.5.4",
    hardware="2.0.0",
    vpn_ti="online",
    vpn_ti_since="2026-11-23T09:00:00+00:00",
    vpn_sis="offline",
    conditions=(),
    services={"EventService": ["7.2.0"]},
    certificate_not_after="2030-01-01T00:00:00+00:00",
    latency_seconds={"connector.sds": 0.2, "GetResourceInformation": 0.1},
)


def judged(facts: ConnectorFacts, *arguments: str) -> Report:
    """The report on these facts with these options."""
    options = parse(CHECK, ["-H", "kon", *arguments])
    return Report("connector", tuple(judge(facts, options)), facts)


def holding(*names: str, severity: str = "Error", terminal: str | None = None) -> dict[str, Any]:
    """The change to a healthy Konnektor that makes these conditions hold for an hour."""
    since = "2026-11-24T08:00:00+00:00"
    held = tuple(Condition(name, severity, "Operation", since, terminal) for name in names)
    return {"conditions": held}


def bad(report: Report) -> dict[str, State]:
    """The failure classes that are not OK."""
    return {f.key: f.state for f in report.findings if f.state is not OK}


NO_VPN, NO_INTERNET = "EC_No_VPN_TI_Connection", "EC_No_Online_Connection"
OTHER = "EC_OTHER_ERROR_STATE(2)"
LOST = holding("EC_CardTerminal_Not_Available", terminal="Kasse 1")
NOTHING = {
    "conditions": None, "vpn_ti": None, "services": {}, "latency_seconds": {"connector.sds": 0.1},
}  # fmt: skip
OFFLINE = {"vpn_ti": "offline"}
DAY = ["--hours", "Di 08:00-18:30", "--timezone", "Europe/Berlin"]
NIGHT = ["--hours", "Mi 08:00-18:30", "--timezone", "Europe/Berlin"]

TABLE: list[tuple[str, dict[str, Any], list[str], dict[str, State]]] = [
    ("a healthy Konnektor is quiet, SIS not booked", {}, [], {}),
    (
        "asked for its address alone",
        {"conditions": None, "vpn_ti": None, "latency_seconds": {"connector.sds": 0.1}},
        [],
        {},
    ),
    (
        "asked, and nothing told",
        {"conditions": None, "vpn_ti": None},
        [],
        {"kon.vpn_unknown": U},
    ),
    ("the tunnel is down", OFFLINE, [], {"kon.vpn_offline.local": C}),
    ("so says the condition", holding(NO_VPN), [], {"kon.vpn_offline.local": C}),
    ("said once", OFFLINE | holding(NO_VPN), [], {"kon.vpn_offline.local": C}),
    (
        "no box to look at",
        OFFLINE,
        ["--connector-location", "hosted"],
        {"kon.vpn_offline.hosted": C},
    ),
    (
        "the internet is the lower link",
        OFFLINE | holding(NO_VPN, NO_INTERNET),
        [],
        {"kon.no_internet": C, "kon.vpn_offline.local": C},
    ),
    ("no internet yet a tunnel", holding(NO_INTERNET), [], {"kon.no_internet": C}),
    (
        "a missing TI is worth what the user says",
        OFFLINE,
        ["--condition", f"{NO_VPN}=warning"],
        {"kon.vpn_offline.local": W},
    ),
    ("a directory with nothing in it", NOTHING, [], {"kon.rebooting": C}),
    ("no word on the tunnel", {"vpn_ti": None}, [], {"kon.vpn_unknown": U}),
    ("SIS is not judged by its condition either", holding("EC_No_VPN_SIS_Connection"), [], {}),
    (
        "unless somebody wants it",
        holding("EC_No_VPN_SIS_Connection"),
        ["--condition", "EC_No_VPN_SIS_Connection=warning"],
        {"kon.condition": W},
    ),
    ("a terminal is lost", LOST, [], {"kt.offline": C}),
    ("while the pharmacy is open", LOST, DAY, {"kt.offline": C}),
    ("which is no fault while it is closed", LOST, NIGHT, {}),
    ("a vendor's own warning", holding(OTHER, severity="Warning"), [], {}),
    ("a vendor's own fatal one", holding(OTHER, severity="Fatal"), [], {"kon.condition": W}),
    (
        "with its number",
        holding(OTHER, severity="Fatal"),
        ["--condition", f"{OTHER}=ok", "--condition", "EC_OTHER_ERROR_STATE(1)=critical"],
        {},
    ),
    (
        "with any number",
        holding(OTHER, severity="Fatal"),
        ["--condition", "EC_OTHER_ERROR_STATE=critical"],
        {"kon.condition": C},
    ),
    ("a new condition by its grade", holding("EC_New_Thing"), [], {"kon.condition": C}),
    ("a mild one", holding("EC_New_Thing", severity="Info"), [], {}),
    ("without a grade", holding("EC_New_Thing", severity="Bunt"), [], {"kon.condition": W}),
    (
        "ignored",
        holding("EC_CRL_Out_Of_Date", OTHER),
        ["--ignore-condition", "ec_crl_out_of_date", "--ignore-condition", OTHER],
        {},
    ),
    ("as new as wanted", {}, ["--min-firmware", "5.5.4"], {}),
    ("older than wanted", {}, ["--min-firmware", "5.5.12"], {"kon.fw_below": W}),
    ("of no known age", {"firmware": None}, ["--min-firmware", "5"], {"kon.fw_unknown": U}),
    ("slower than wanted", {}, ["--latency-warning", "0.15"], {"kon.slow": W}),
]


@pytest.mark.parametrize(
    ("changes", "arguments", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_findings(
    changes: dict[str, Any], arguments: list[str], expected: dict[str, State]
) -> None:
    """A healthy Konnektor with one thing changed gives exactly the finding that belongs to it."""
    assert bad(judged(replace(HEALTHY, **changes), *arguments)) == expected


@pytest.mark.parametrize("name", [NO_VPN, NO_INTERNET, f"{NO_VPN.lower()}(1)"])
@pytest.mark.parametrize("option", ["--ignore-condition {}", "--condition {}=ok"])
def test_a_missing_ti_cannot_be_wished_away(name: str, option: str) -> None:
    """What would hide it is refused; where it cannot be hidden, the VPN is said to be down."""
    down = replace(HEALTHY, **(OFFLINE | holding(NO_VPN, NO_INTERNET)))
    arguments = option.format(name).split()
    if "=ok" in option and name == NO_INTERNET:
        assert bad(judged(down, *arguments)) == {"kon.vpn_offline.local": C}
        return
    with pytest.raises(OwnTrouble) as caught:
        judged(down, *arguments)
    text = words.trouble_sentence(caught.value, "de")
    assert text.startswith(arguments[0])
    assert "lässt sich nicht hinnehmen" in text


def test_the_vpn_is_judged_whatever_is_ignored() -> None:
    """Not the type of the option alone keeps the finding."""
    options = parse(CHECK, ["-H", "kon"])
    options.ignore_condition = (NO_VPN, NO_INTERNET)
    down = replace(HEALTHY, **(OFFLINE | holding(NO_VPN, NO_INTERNET)))
    report = Report("connector", tuple(judge(down, options)), down)
    assert bad(report) == {"kon.vpn_offline.local": C}


def test_well_by_the_users_word_is_said_too() -> None:
    """--timeout-state ok leaves the sentence."""
    silent = replace(HEALTHY, conditions=None, vpn_ti=None)
    failures = (failure("GetResourceInformation", Unreachable("timeout", host="kon")),)
    report = judged(replace(silent, failures=failures), "--timeout-state", "ok")
    assert report.state is OK
    assert line_1(report, "de") == "CONNECTOR OK - Konnektor beantwortet Abfragen nicht"
    options = parse(CHECK, ["-H", "127.0.0.1", "-p", "1", "-t", "2", "--timeout-state", "ok"])
    assert line_1(CHECK.run(options), "de") == "CONNECTOR OK - Konnektor antwortet nicht"


SEVERITIES = {
    "Fatal": """EC_FW_Not_Valid_Status_Blocked EC_CRL_Out_Of_Date EC_Firewall_Not_Reliable
        EC_Random_Generator_Not_Reliable EC_Secure_KeyStore_Not_Available
        EC_Security_Log_Not_Writable EC_Software_Integrity_Check_Failed
        EC_Time_Difference_Intolerable EC_Time_Sync_Pending_Critical
        EC_TSL_Trust_Anchor_Out_Of_Date EC_TSL_Out_Of_Date_Beyond_Grace_Period
        EC_NK_Certificate_Expired""",
    "Error": """EC_CardTerminal_Not_Available EC_No_VPN_TI_Connection EC_No_Online_Connection
        EC_IP_Adresses_Not_Available""",
    "Warning": """EC_BNetzA_VL_not_valid EC_CRL_Expiring EC_Time_Sync_Pending_Warning
        EC_TSL_Out_Of_Date_Within_Grace_Period EC_CRYPTOPERATION_ALARM""",
    "Info": """EC_CardTerminal_Software_Out_Of_Date EC_Connector_Software_Out_Of_Date
        EC_FW_Update_Available EC_Time_Sync_Not_Successful EC_TSL_Update_Not_Successful
        EC_TSL_Expiring EC_BNetzA_VL_Update_Not_Successful EC_TSL_Trust_Anchor_Expiring""",
}
BY_GRADE = {"Fatal": C, "Error": C, "Warning": W, "Info": OK}
DEPARTING = {
    "EC_No_VPN_SIS_Connection": ("Error", OK),
    "EC_LOG_OVERFLOW": ("Warning", OK),
    "EC_NK_Certificate_Expiring": ("Warning", OK),
    "EC_CardTerminal_gSMC-KT_Certificate_Expires_Soon": ("Info", W),
    "EC_OTHER_ERROR_STATE(1)": ("Fatal", W),
    "EC_OTHER_ERROR_STATE(4)": ("Error", W),
    "EC_OTHER_ERROR_STATE(7)": ("Info", OK),
    "EC_TLS_Certificate_Security": ("Info", OK),
    "EC_TLS_Client_Certificate_Security": ("Error", W),
}
GRADED = [
    *((name, severity, BY_GRADE[severity]) for severity in SEVERITIES
      for name in SEVERITIES[severity].split()),
    *((name, *worth) for name, worth in DEPARTING.items()),
]  # fmt: skip


@pytest.mark.parametrize(("name", "severity", "state"), GRADED)
@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_every_condition_is_decoded(name: str, severity: str, state: State, lang: str) -> None:
    """Its state, a sentence in words with its name in brackets, and what to do where it matters."""
    report = judged(replace(HEALTHY, **holding(name, severity=severity)))
    assert report.state is state
    found = [finding for finding in report.findings if finding.values.get("condition") == name]
    assert len(found) == 1
    assert "EC_" not in words.headline(found[0], lang)
    text = words.sentence(found[0], lang)
    assert text.endswith(f" ({name}).")
    assert bool(words.step(found[0], lang)) == (state is not OK)
    phrase = words.pick(advice.CONDITIONS[conditions.bare(name)], lang)
    assert state is not OK or phrase in text
    assert name in "\n".join(details(report, lang))


def test_the_table_of_conditions_is_whole() -> None:
    """Each one known has words that fit on line 1, and a failure class."""
    assert conditions.KNOWN.keys() == advice.CONDITIONS.keys()
    assert {conditions.bare(name) for name, _, _ in GRADED} == conditions.KNOWN.keys()
    for name, known in conditions.KNOWN.items():
        assert known.key in advice.ADVICE, name
        phrases = advice.CONDITIONS[name]
        assert max(map(len, phrases)) <= len(advice.WIDEST["condition"])


@pytest.mark.oracle
def test_the_table_holds_what_the_specification_holds() -> None:
    """No condition of TAB_KON_503 is missing, and the grades are those of the specification."""
    folder = os.environ.get("APOWACHT_ORACLE")
    if not folder:
        pytest.skip("APOWACHT_ORACLE is not set")
    told = json.loads(Path(folder, "konnektor", "ec_conditions.json").read_text(encoding="utf-8"))
    assert {one["condition"] for one in told} <= conditions.KNOWN.keys()
    ours = {name: severity for name, severity, _ in GRADED}
    for one in told:
        if one["severity"] not in (None, "vendor"):
            assert ours[one["condition"]] == one["severity"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--condition", "EC_CRL_Expiring"],
        ["--condition", "EC_CRL_Expiring=rot"],
        ["--condition", "CRL=ok"],
        ["--condition", "EC_CRL_Expirng=ok"],
        ["--ignore-condition", "EC_CLR_Expiring"],
        ["--ignore-condition", "SIS"],
        ["--min-firmware", "neu"],
        ["--min-firmware", "5..1"],
        ["--hours", "morgens"],
    ],
)
def test_a_slip_is_named(arguments: list[str]) -> None:
    """An option that would silently do nothing is refused, with one that would do."""
    with pytest.raises(OwnTrouble) as caught:
        judged(HEALTHY, *arguments)
    text = words.trouble_sentence(caught.value, "de")
    assert arguments[0] in text
    assert "unbekannt" not in text


def test_conditions_of_a_vendor_to_come_are_taken() -> None:
    """However their letters are written, and names that nobody knows yet."""
    assert conditions.spelt("ec_log_overflow", "x") == "EC_LOG_OVERFLOW"
    assert conditions.spelt("EC_Something_Else(3)", "x") == "EC_Something_Else(3)"


def failing(kind: str, reason: str = "fault_internal", **values: object) -> dict[str, Any]:
    """The change that makes the one question fail."""
    known = {"host": "kon", "what": "GetResourceInformation", "code": 4001, **values}
    return {
        "conditions": None,
        "vpn_ti": None,
        "failures": (Failure("GetResourceInformation", kind, reason, known),),
    }


FAILING: list[tuple[str, dict[str, Any], list[str], dict[str, State]]] = [
    ("configuration", failing("configuration", "fault_mandant"), [], {"kon.settings": U}),
    ("request", failing("request", "fault_syntax"), [], {"kon.settings": U}),
    ("critical", failing("critical", "fault_critical_state"), [], {"kon.fatal": C}),
    ("internal", failing("internal"), [], {"kon.internal": C}),
    ("silent", failing("silent", "timeout"), [], {"kon.operation_silent": C}),
    (
        "silent, as wanted",
        failing("silent", "timeout"),
        ["--timeout-state", "unknown"],
        {"kon.operation_silent": U},
    ),
    (
        "rebooting",
        failing("rebooting", "konnektor_service_missing", service="EventService"),
        [],
        {"kon.rebooting": C},
    ),
    ("other", failing("other", "konnektor_fault"), [], {"kon.operation": U}),
    ("unverified", failing("unverified", "tls_untrusted"), [], {"kon.not_verified": U}),
    (
        "expired",
        failing("expired", "tls_expired", date="2026-11-20"),
        [],
        {"kon.lan_cert_expired": C},
    ),
    ("tls", failing("tls", "tls_no_common_curve"), [], {"kon.tls_failed": C}),
    ("elsewhere", failing("elsewhere", "no_route"), [], {"kon.elsewhere": U}),
]


@pytest.mark.parametrize(
    ("changes", "arguments", "expected"), [row[1:] for row in FAILING], ids=[r[0] for r in FAILING]
)
def test_a_question_without_an_answer(
    changes: dict[str, Any], arguments: list[str], expected: dict[str, State]
) -> None:
    """It is worth what its kind says, says why in both languages, and nobody calls it healthy."""
    report = judged(replace(HEALTHY, **changes), *arguments)
    assert bad(report) == expected
    assert "kon.reachable" not in [finding.key for finding in report.findings]
    for lang in words.LANGUAGES:
        assert len(line_1(report, lang)) <= 80
        assert words.sentence(report.findings[0], lang).count(". ") >= 1


def test_one_cause_is_said_once() -> None:
    """Three questions refused for one reason are one finding, two reasons are two."""
    one = Failure("GetCards", "configuration", "fault_mandant", {})
    other = replace(one, operation="GetPinStatus", reason="fault_workplace")
    facts = replace(HEALTHY, failures=(one, replace(one, operation="GetCardTerminals"), other))
    assert [f.key for f in judged(facts).findings[:3]].count("kon.settings") == 2


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (Unreachable("timeout", phase="request"), "silent"),
        (Unreachable("connection_lost", phase="request"), "silent"),
        (Unreachable("http_unavailable", phase="request"), "rebooting"),
        (Refused("konnektor_service_missing", phase="request"), "rebooting"),
        (Refused("http_unauthorized", phase="auth"), "configuration"),
        (Refused("tls_fingerprint", phase="tls"), "unverified"),
        (Refused("tls_no_common_curve", phase="tls"), "tls"),
        (Garbled("tls_not_tls", phase="tls"), "tls"),
        (Garbled("konnektor_garbled", phase="request"), "other"),
        (Refused("http_status", phase="request"), "other"),
    ],
)
def test_kinds_of_failure(trouble: TargetTrouble, kind: str) -> None:
    """A trouble of a question becomes plain data that JSON takes, and a trouble again."""
    noted = failure("GetCards", trouble)
    assert (noted.kind, noted.reason) == (kind, trouble.reason)
    assert json.loads(json.dumps(noted.values)) == noted.values
    assert noted.trouble.reason == trouble.reason


@pytest.mark.parametrize(
    ("host", "phase", "kind"),
    [
        ("10.0.0.5", "connect", "elsewhere"),
        ("kon.example", "dns", "elsewhere"),
        ("192.0.2.1", "connect", "silent"),
        ("10.0.0.5", "request", "silent"),
    ],
)
def test_an_address_that_only_the_konnektor_knows(host: str, phase: str, kind: str) -> None:
    """It is told from a Konnektor that falls silent, which would be CRITICAL."""
    trouble = Unreachable("timeout", phase=phase, host=host, seconds=3)
    assert failure("GetCards", trouble, "192.0.2.1").kind == kind


@pytest.mark.parametrize(
    ("trouble", "location", "key"),
    [
        (Unreachable("timeout", phase="tls"), "local", "kon.unreachable.local"),
        (Refused("connection_refused", phase="connect"), "hosted", "kon.unreachable.hosted"),
        (Unreachable("http_unavailable", phase="request"), "local", "kon.rebooting"),
        (Garbled("konnektor_garbled", phase="request"), "local", "kon.garbled"),
    ],
)
def test_kinds_of_silence(trouble: TargetTrouble, location: str, key: str) -> None:
    """What is said of a Konnektor that does not answer at all, and by whom it is mended."""
    options = parse(CHECK, ["-H", "kon", "--connector-location", location])
    assert silence(trouble, options) == key
    assert key in advice.ADVICE


def test_line_1_and_numbers_of_a_healthy_konnektor() -> None:
    """Since when it has been connected, in good German; labels within their length."""
    report = judged(HEALTHY)
    assert line_1(report, "de") == "CONNECTOR OK - Konnektor seit 24 h mit der TI verbunden"
    older = judged(replace(HEALTHY, vpn_ti_since="2026-11-20T09:00:00+00:00"))
    assert "seit 4 Tagen" in line_1(older, "de")
    numbers = {metric.name: (metric.value, metric.unit) for metric in report.metrics}
    left = numbers.pop("certificate_left")
    assert left[0] > 3 * 365 * 86400
    assert numbers == {
        "vpn_ti": (1, ""),
        "vpn_ti_age": (86400, "s"),
        "conditions": (0, ""),
        "time_sds": (0.2, "s"),
        "time_resource": (0.1, "s"),
    }


def test_the_terminal_is_named_with_its_condition() -> None:
    """On line 1."""
    report = judged(replace(HEALTHY, **LOST))
    assert line_1(report, "de") == "CONNECTOR CRITICAL - Kasse 1: Kartenterminal nicht verbunden"
