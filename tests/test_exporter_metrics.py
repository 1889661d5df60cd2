"""The exporter's metrics: names by one table, both formats well formed, and quick."""

from __future__ import annotations

import ast
import inspect
import re
import shutil
import subprocess
from datetime import timedelta
from importlib import import_module

import pytest
from exporting import (
    CHECKS,
    NOW,
    entry_of,
    one,
    replayed,
    result_of,
    scenarios,
    site_of,
    snapshot_of,
    watch_of,
)
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as openmetrics_families,
)
from prometheus_client.parser import text_string_to_metric_families as text_families

from apowacht.exporter import metrics, names
from apowacht.exporter.model import REASONS, Snapshot
from apowacht.plugins import ups
from apowacht.plugins.connector import Condition, ConnectorFacts
from apowacht.plugins.core import nagios
from apowacht.plugins.core.errors import Unreachable
from apowacht.plugins.core.report import Finding, Metric, Report, State
from apowacht.plugins.sites.model import Window

Told = dict[str, list[tuple[dict[str, str], float]]]


def told(text: str) -> Told:
    """Samples by name: labels and value."""
    found: Told = {}
    for family in text_families(text):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


def shown(snapshot: Snapshot) -> Told:
    """A snapshot's samples, read back from the text."""
    return told(metrics.sheet(snapshot).text())


def wholes() -> list[str]:
    """Every recording's text, in the text format."""
    return [
        metrics.sheet(one(check, replayed(CHECKS[check], file))).text()
        for check, file in scenarios()
    ]


@pytest.mark.parametrize("check", sorted(CHECKS))
def test_every_metric_of_a_check_has_its_row(check: str) -> None:
    """Perfdata of every recording is in the table, by check, label and unit."""
    written = {
        metric.name: metric.unit
        for _, file in scenarios(check)
        for metric in replayed(CHECKS[check], file).metrics
    }
    missing = {n: u for n, u in written.items() if names.place(check, n, u) is None}
    assert not missing, f"no row in exporter/names.py for {missing} of check_apo_{check}"
    assert written or not list(scenarios(check)), f"check_apo_{check} tells no number"


@pytest.mark.parametrize("check", sorted(CHECKS))
def test_every_metric_in_the_code_has_its_row(check: str) -> None:
    """The same for numbers that no recording happens to have: `Metric("name", value, "unit")`."""
    module = import_module(f"apowacht.plugins.{check}")
    calls = [
        node
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Call)
        and (getattr(node.func, "id", "") or getattr(node.func, "attr", "")) in ("Metric", "metric")
    ]
    for call in calls:
        constants = [getattr(argument, "value", None) for argument in call.args]
        if len(constants) > 2 and constants[0] and isinstance(constants[2], str):
            assert names.place(check, str(constants[0]), constants[2]), constants


def test_several_ups_lines_and_operations_become_labels() -> None:
    """What perfdata squeezes into a label is a label of its own, and the first one is 1."""
    cases = {
        ("ups", "battery_runtime", "s"): ("apowacht_ups_battery_runtime_seconds", {"ups": "1"}),
        ("ups", "u2_load", "%"): ("apowacht_ups_load_ratio", {"ups": "2"}),
        ("ups", "u12_input_voltage_3", "V"): (
            "apowacht_ups_input_voltage_volts",
            {"ups": "12", "phase": "3"},
        ),
        ("uplink", "fibre_rtt", "s"): ("apowacht_uplink_rtt_seconds", {"line": "fibre"}),
        ("uplink", "lte_loss", "%"): ("apowacht_uplink_loss_ratio", {"line": "lte"}),
        ("connector", "time_sds", "s"): (
            "apowacht_connector_latency_seconds",
            {"operation": "sds"},
        ),
        ("certificate", "earliest_expiry", "s"): (
            "apowacht_certificate_earliest_expiry_seconds",
            {},
        ),
        ("certificate", "erp", "s"): ("apowacht_certificate_left_seconds", {"certificate": "erp"}),
    }
    for asked, (family, labels) in cases.items():
        found = names.place(*asked)
        assert found is not None
        assert (found.family.name, dict(found.labels)) == (family, labels)
    assert names.place("ups", "battery_runtime", "%") is None
    assert names.place("nothing", "load", "%") is None


def test_base_units_and_the_same_numbers_as_perfdata() -> None:
    """Percent becomes a ratio, and every other number is what the command line prints."""
    for check, file in scenarios():
        report = replayed(CHECKS[check], file)
        found = shown(one(check, report))
        for metric in report.metrics:
            where = names.place(check, metric.name, metric.unit)
            assert where is not None
            labels = {"site": "musterstadt", "check": check, "name": check, **dict(where.labels)}
            values = [value for of, value in found[where.family.name] if of == labels]
            divided = metric.value / 100 if metric.unit == "%" else metric.value
            assert values == [pytest.approx(divided)]


def test_labels_are_few_and_hold_no_handle_or_person() -> None:
    """Only the labels of the tables, and none whose name says that it churns."""
    for family in names.all_families().values():
        assert re.fullmatch(r"apowacht_[a-z0-9_]+", family.name)
        assert not {"handle", "iccsn", "serial", "holder", "person"} & set(family.labels)
    for text in wholes():
        for name, samples in told(text).items():
            for labels, _ in samples:
                assert set(labels) <= set(names.families()[name].labels), name


def test_no_two_families_are_one_in_openmetrics() -> None:
    """There a counter's family has no _total and an info's no _info: such a name is taken, too."""
    known = list(names.all_families())
    bare = [name.removesuffix("_total").removesuffix("_info") for name in known]
    assert len(set(bare)) == len(known)


def test_both_formats_are_read_and_say_the_same() -> None:
    """The strict OpenMetrics reader takes every recording, and finds what the text format has."""
    for check, file in scenarios():
        sheet = metrics.sheet(one(check, replayed(CHECKS[check], file)))
        text = told(sheet.text())
        strict: Told = {}
        for family in openmetrics_families(  # type: ignore[no-untyped-call]
            sheet.text(openmetrics=True) + "# EOF\n"
        ):
            for sample in family.samples:
                strict.setdefault(sample.name, []).append((sample.labels, sample.value))
        assert strict == text


def test_before_the_first_run_all_is_there_that_can_be() -> None:
    """State UNKNOWN, every reason 0; what is not known yet is absent and never 0."""
    watch = watch_of(ups.CHECK)
    site = site_of("musterstadt", [watch])
    found = shown(snapshot_of(entry_of(site, watch, None)))
    assert [value for _, value in found["apowacht_check_state"]] == [3]
    states = {labels["state"]: value for labels, value in found["apowacht_check_status"]}
    assert states == {"ok": 0, "warning": 0, "critical": 0, "unknown": 1}
    reasons = {labels["reason"]: value for labels, value in found["apowacht_check_failure"]}
    assert reasons == dict.fromkeys(REASONS, 0)
    assert found["apowacht_check_info"][0][0]["layer"] == "power"
    for absent in ("duration_seconds", "result_age_seconds", "last_success_timestamp_seconds"):
        assert f"apowacht_check_{absent}" not in found


def silent() -> Report:
    """A UPS card that does not answer."""
    trouble = Unreachable("timeout", host="192.0.2.1", phase="request", seconds=10)
    values = {"reason": trouble}
    return Report("ups", (Finding("ups.no_data", State.UNKNOWN, values),))


def test_a_failure_is_told_with_its_reason_and_without_numbers() -> None:
    """State, duration and the reason stay; no number is made up for what was not read."""
    watch = watch_of(ups.CHECK)
    site = site_of("musterstadt", [watch])
    success = NOW - timedelta(hours=1)
    entry = entry_of(site, watch, result_of(silent(), "timeout"), success_at=success)
    found = shown(snapshot_of(entry))
    reasons = {labels["reason"]: value for labels, value in found["apowacht_check_failure"]}
    assert reasons == {**dict.fromkeys(REASONS, 0), "timeout": 1}
    assert [v for _, v in found["apowacht_check_duration_seconds"]] == [0.25]
    assert [v for _, v in found["apowacht_check_last_success_timestamp_seconds"]] == [
        success.timestamp()
    ]
    problems = [(of["problem"], v) for of, v in found["apowacht_check_problem"]]
    assert problems == [("ups.no_data", 3)]
    assert not [name for name in found if name.startswith("apowacht_ups_")]


def test_stale_numbers_are_left_out() -> None:
    """A result that is too old keeps its age and loses its numbers."""
    report = replayed(ups.CHECK, dict(scenarios("ups"))["ups"])
    found = shown(one("ups", report, stale=True))
    assert [v for _, v in found["apowacht_check_stale"]] == [1]
    assert [v for _, v in found["apowacht_check_state"]] == [3]
    assert found["apowacht_check_result_age_seconds"][0][1] == 10
    assert not [name for name in found if name.startswith("apowacht_ups_")]
    assert "apowacht_check_problem" not in found


def test_maintenance_and_held_faults_are_shown() -> None:
    """1 while it holds, 0 else."""
    held = Report("ups", (Finding("ups.battery_worn", State.OK, held_seconds=60.0),))
    found = shown(one("ups", held, maintenance=Window("works")))
    assert [v for _, v in found["apowacht_check_maintenance"]] == [1]
    assert [v for _, v in found["apowacht_check_held"]] == [1]
    found = shown(one("ups", Report("ups", (Finding("ups.on_mains", State.OK),))))
    assert [v for _, v in found["apowacht_check_maintenance"]] == [0]
    assert [v for _, v in found["apowacht_check_held"]] == [0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("80", {"upper": 0.8}),
        ("20:", {"lower": 0.2}),
        ("0:", {"lower": 0.0}),
        ("10:90", {"lower": 0.1, "upper": 0.9}),
        ("~:50", {"upper": 0.5}),
        ("@10:20", {"inside_lower": 0.1, "inside_upper": 0.2}),
    ],
)
def test_thresholds_by_level_and_bound(text: str, expected: dict[str, float]) -> None:
    """A limit is shown in the unit of its number, each bound by itself."""
    metric = Metric("load", 5, "%", None, nagios.Range(text))
    report = Report("ups", (Finding("ups.load_high", State.OK, metric=metric),))
    found = shown(one("ups", report))["apowacht_ups_load_threshold_ratio"]
    assert {of["bound"]: value for of, value in found} == expected
    assert {of["level"] for of, _ in found} == {"critical"}


def test_hostile_texts_stay_inside_their_label() -> None:
    """Quotes, line ends, backslashes and half surrogates of a device cannot add a line."""
    facts = ConnectorFacts(
        vendor='a"} 1\napowacht_check_state{x="', product="b\\", firmware="\udc80ü",
        conditions=(Condition('EC_"x"\n'), Condition('EC_"x"\n', terminal="0123456789")),
    )  # fmt: skip
    report = Report("connector", (Finding("kon.connected", State.OK),), facts)
    text = metrics.sheet(one("connector", report)).text()
    found = told(text)
    assert len(found["apowacht_check_state"]) == 1
    assert found["apowacht_connector_condition"][0][1] == 2
    assert "0123456789" not in text
    text.encode("utf-8")


def test_numbers_that_are_no_numbers_are_left_out() -> None:
    """Neither NaN nor infinity is shown; a number without a row is counted."""
    report = Report(
        "ups",
        (
            Finding("ups.reading", State.OK, metric=Metric("load", float("nan"), "%")),
            Finding("ups.reading", State.OK, metric=Metric("battery_voltage", float("inf"), "V")),
            Finding("ups.reading", State.OK, metric=Metric("never_heard_of", 1, "s")),
        ),
    )
    sheet = metrics.sheet(one("ups", report))
    assert not [line for line in sheet.text().splitlines() if line.startswith("apowacht_ups_")]
    assert sheet.unnamed == 1


def test_the_first_broken_link_of_a_site() -> None:
    """One layer is 1 when something is broken; when all devices are silent it is the network."""
    watches = [watch_of(CHECKS[name]) for name in ("ups", "connector")]
    site = site_of("musterstadt", watches)
    kon = Report("connector", (Finding("kon.vpn_offline.local", State.CRITICAL),), ConnectorFacts())
    good = Report("ups", (Finding("ups.on_mains", State.OK),), ups.UpsFacts())
    found = shown(
        snapshot_of(
            entry_of(site, watches[0], result_of(good)), entry_of(site, watches[1], result_of(kon))
        )
    )
    layers = {of["layer"]: value for of, value in found["apowacht_site_broken_link"]}
    assert layers == {"power": 0, "network": 0, "access": 1, "identity": 0, "service": 0}
    assert [v for _, v in found["apowacht_site_state"]] == [2]
    trouble = Unreachable("timeout", host="192.0.2.1", phase="connect", seconds=10)
    lost = Report("connector", (Finding("kon.unreachable.local", State.CRITICAL,
                                        {"reason": trouble}),))  # fmt: skip
    found = shown(
        snapshot_of(
            entry_of(site, watches[0], result_of(silent(), "timeout")),
            entry_of(site, watches[1], result_of(lost, "connect")),
        )
    )
    layers = {of["layer"]: value for of, value in found["apowacht_site_broken_link"]}
    assert layers["network"] == 1
    assert [v for _, v in found["apowacht_site_silent"]] == [1]


@pytest.mark.parametrize(
    ("accept", "openmetrics"),
    [
        ("", False),
        ("*/*", False),
        ("text/html,*/*;q=0.8", False),
        ("application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5", True),
        ("application/openmetrics-text;version=1.0.0;q=0.2,text/plain;q=0.5", False),
        ("application/openmetrics-text; version=0.0.1", False),
        ("application/openmetrics-text;version=1.0.0;q=nonsense", False),
        ("application/openmetrics-text;version=1.0.0;q=0", False),
        ("application/openmetrics-text", True),
    ],
)
def test_the_format_follows_the_accept_header(accept: str, openmetrics: bool) -> None:
    """The one with the greater weight; the text format when nothing fits."""
    kind = metrics.OPENMETRICS if openmetrics else metrics.TEXT
    assert metrics.wanted(accept) == kind


def test_a_result_is_written_once() -> None:
    """The second scrape takes the lines of the first; another name at the site writes anew."""
    report = replayed(ups.CHECK, dict(scenarios("ups"))["ups"])
    watch = watch_of(ups.CHECK)
    site = site_of("musterstadt", [watch])
    entry = entry_of(site, watch, result_of(report))
    assert entry.result is not None
    first = metrics.told(entry, entry.result)
    assert metrics.told(entry, entry.result) is first
    renamed = entry_of(site, watch_of(ups.CHECK, "keller"), entry.result)
    assert 'name="keller"' in metrics.told(renamed, entry.result).fresh["apowacht_ups_load_ratio"]


@pytest.mark.peer
def test_promtool_finds_nothing_to_complain() -> None:
    """Names, units, types and help of everything that is ever shown."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool (Debian package prometheus) is missing")
    sheet = metrics.Sheet()
    for family in names.all_families().values():
        labels = metrics.label_text((name, "x") for name in family.labels)
        sheet.add(family.name, labels, 1)
    for text in (*wholes(), sheet.text()):
        run = subprocess.run(
            [promtool, "check", "metrics"], input=text, capture_output=True, text=True, check=False
        )
        assert (run.returncode, run.stdout + run.stderr) == (0, "")
