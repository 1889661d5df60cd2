"""What is shipped for Prometheus and Grafana: made from the tables, tested by promtool, and read by
a real Prometheus."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from exporter_process import Exporter

from apowacht.exporter import names
from apowacht.simulator.box import Box

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "integrations" / "prometheus"
DASHBOARDS = ROOT / "integrations" / "grafana"


def generator(folder: Path) -> ModuleType:
    """The script that makes a folder's files."""
    spec = importlib.util.spec_from_file_location(f"{folder.name}_files", folder / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def program(name: str) -> str:
    """Where a program of Prometheus lies; skips without it."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} (Debian package prometheus) is missing")
    return found


def promtool(*arguments: str, folder: Path = RULES) -> tuple[int, str]:
    """Exit code and output of promtool."""
    run = subprocess.run(
        [program("promtool"), *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    return run.returncode, run.stdout + run.stderr


@pytest.mark.parametrize("folder", [RULES, DASHBOARDS], ids=lambda folder: folder.name)
def test_generated_files_are_fresh(folder: Path) -> None:
    """Renew them with the folder's `generate.py`."""
    for name, text in generator(folder).files().items():
        assert (folder / name).read_text(encoding="utf-8") == text, name


def named(text: str) -> set[str]:
    """The metrics of ours that an expression names."""
    return set(re.findall(r"(?<![:\w])apowacht_\w+", text))


def test_rules_and_dashboards_name_metrics_that_exist() -> None:
    """No alert waits for a metric that is never shown."""
    known = set(names.all_families())
    rules = generator(RULES)
    told = [one.expression for one in (*rules.PAGES, *rules.TICKETS)]
    told += [expression for _, expression in rules.RECORDED]
    told += [series for case in rules.CASES for series in case.series]
    for file in DASHBOARDS.glob("*.json"):
        panels = json.loads(file.read_text(encoding="utf-8"))["panels"]
        told += [one["expr"] for panel in panels for one in panel.get("targets", ())]
    for text in told:
        assert named(text) <= known, text


def test_every_metric_of_a_check_has_its_panel() -> None:
    """The dashboard of one site shows all of them."""
    text = (DASHBOARDS / "apowacht-site.json").read_text(encoding="utf-8")
    shown = {one["expr"].partition("{")[0] for panel in json.loads(text)["panels"]
             for one in panel.get("targets", ())}  # fmt: skip
    families = [row.family for row in names.ROWS]
    families += [family for family in names.FACT_FAMILIES if family.kind != "info"]
    assert {family.name for family in families} <= shown


def test_panels_lie_beside_each_other() -> None:
    """No two panels of a dashboard cover each other, and their numbers differ."""
    for file in DASHBOARDS.glob("*.json"):
        panels = json.loads(file.read_text(encoding="utf-8"))["panels"]
        assert len({panel["id"] for panel in panels}) == len(panels)
        cells: set[tuple[int, int]] = set()
        for panel in panels:
            place = panel["gridPos"]
            mine = {
                (x, y)
                for x in range(place["x"], place["x"] + place["w"])
                for y in range(place["y"], place["y"] + place["h"])
            }
            assert max(x for x, _ in mine) < 24
            assert not mine & cells
            cells |= mine


def test_every_alert_has_a_case_in_which_it_fires() -> None:
    """And one in which it stays silent, or it would be a siren."""
    rules = generator(RULES)
    alerts = {one.name for one in (*rules.PAGES, *rules.TICKETS)}
    firing = {name for case in rules.CASES for name, _ in case.fires}
    silent = {name for case in rules.CASES for name in case.silent}
    assert firing == alerts
    assert alerts - silent <= {"ApowachtCentralOutage"}


@pytest.mark.peer
def test_promtool_takes_the_rules() -> None:
    """Rules in both languages, the example configuration, and all unit tests."""
    for arguments in (
        ("check", "rules", "recording.yaml", "alerts.de.yaml", "alerts.en.yaml"),
        ("check", "config", "prometheus.yml"),
        ("test", "rules", "alerts.de.test.yaml", "alerts.en.test.yaml", "recording.test.yaml"),
    ):
        code, told = promtool(*arguments)
        assert code == 0, told


@pytest.mark.peer
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("apowacht_site_state == 2", "apowacht_site_state == 3"),
        ("apowacht_check_maintenance == 1", "apowacht_check_maintenance == 2"),
        ("apowacht_exporter_unprotected == 1", "apowacht_exporter_unprotected == 0"),
        ("for: 15m", "for: 1m"),
    ],
)
def test_the_unit_tests_notice_a_wrong_rule(tmp_path: Path, right: str, wrong: str) -> None:
    """A comparison the wrong way round, which others have shipped, does not pass."""
    text = (RULES / "alerts.en.yaml").read_text(encoding="utf-8")
    assert right in text
    (tmp_path / "alerts.en.yaml").write_text(text.replace(right, wrong), encoding="utf-8")
    shutil.copy(RULES / "alerts.en.test.yaml", tmp_path)
    code, _ = promtool("test", "rules", "alerts.en.test.yaml", folder=tmp_path)
    assert code != 0


PROMETHEUS = """\
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [{rules}/recording.yaml, {rules}/alerts.de.yaml]
scrape_configs:
  - job_name: apowacht
    honor_labels: true
    http_sd_configs:
      - {{url: "{url}/sd", refresh_interval: 1s}}
  - job_name: apowacht-whole
    honor_labels: true
    static_configs: [{{targets: ["{host}"]}}]
"""

SITE = """\
site: {name}
title: Apotheke {name}
checks:
  - {{check: ups, hostname: 127.0.0.1, port: {port}, community: public, interval: 10}}
"""


def until(what: Callable[[], Any], seconds: float = 20) -> Any:
    """The first answer that is something."""
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.1)
    return found


@pytest.mark.peer
@pytest.mark.slow
def test_a_real_prometheus_reads_it(tmp_path: Path) -> None:
    """Every target of /sd is up, in OpenMetrics; rules are loaded, and a battery's charge of the
    simulated pharmacy arrives under its name."""
    exporter = Exporter(tmp_path)
    with Box("quiet") as box:
        port = box.find("ups-server")[0].service.address[1]
        for name in ("beta", "rosen"):
            exporter.write(f"{name}.yaml", SITE.format(name=name, port=port))
        with exporter:
            read_by_prometheus(exporter, tmp_path)


def read_by_prometheus(exporter: Exporter, scratch: Path) -> None:
    """Start a Prometheus beside the exporter, and ask it what it knows."""
    host = exporter.url.removeprefix("http://")
    (scratch / "prometheus.yml").write_text(
        PROMETHEUS.format(rules=RULES, url=exporter.url, host=host)
    )
    with (scratch / "log").open("w") as log:
        process = subprocess.Popen(
            [program("prometheus"), f"--config.file={scratch / 'prometheus.yml'}",
             f"--storage.tsdb.path={scratch / 'tsdb'}", "--web.listen-address=127.0.0.1:0"],
            stderr=log, stdout=log,
        )  # fmt: skip
    try:

        def listening() -> str:
            found = re.search(r"Listening on.*?address=(\S+)", (scratch / "log").read_text())
            assert process.poll() is None, (scratch / "log").read_text()
            return f"http://{found[1]}" if found else ""

        url = until(listening)

        def asked(path: str, **parameters: str) -> Any:
            try:
                answer = requests.get(f"{url}/api/v1/{path}", params=parameters, timeout=10)
            except requests.ConnectionError:
                return None
            return answer.json()["data"] if answer.ok else None

        def targets_up() -> bool:
            told = (asked("targets") or {"activeTargets": []})["activeTargets"]
            for one in told:
                assert one["health"] != "down", one["lastError"]
            return len(told) == 4 and all(one["health"] == "up" for one in told)

        until(targets_up)
        charge = 'apowacht_ups_battery_charge_ratio{job="apowacht",site="rosen"}'
        found = until(lambda: (asked("query", query=charge) or {"result": []})["result"])
        assert [float(one["value"][1]) for one in found] == [1.0]
        assert found[0]["metric"]["check"] == "ups"
        rules = [rule for group in asked("rules")["groups"] for rule in group["rules"]]
        assert {rule["type"] for rule in rules} == {"alerting", "recording"}
        assert all(rule["health"] in ("ok", "unknown") for rule in rules)
        # Prometheus takes UNIT lines from OpenMetrics alone.
        told = asked("targets/metadata", metric="apowacht_ups_battery_charge_ratio")
        assert {one["unit"] for one in told} == {"ratio"}
    finally:
        process.terminate()
        process.wait(20)
