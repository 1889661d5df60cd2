"""Write the dashboards for Grafana from the table of metrics:
`python integrations/grafana/generate.py`.

`apowacht-sites.json` shows all sites, worst first; `apowacht-site.json` one of them, with a panel
for every metric of every check, so that a new metric has its panel by itself.
"""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path
from typing import Any

from apowacht.exporter.names import FACT_FAMILIES, ROWS, WATCH, Family

FOLDER = Path(__file__).resolve().parent
Panel = dict[str, Any]

SOURCE = {"type": "prometheus", "uid": "${datasource}"}
UNITS = {"seconds": "s", "bytes": "bytes", "volts": "volt", "celsius": "celsius",
         "ratio": "percentunit", "": "short"}  # fmt: skip
# Okabe and Ito's colours, which colour-blind people tell apart; the word stands beside each.
STATES = (
    (0, "OK", "#009E73"),
    (1, "WARNING", "#E69F00"),
    (2, "CRITICAL", "#D55E00"),
    (3, "UNKNOWN", "#999999"),
)
WIDTH, HEIGHT = 8, 7


def mappings() -> list[Panel]:
    """States as words and colours."""
    options = {
        str(number): {"text": word, "color": colour, "index": number}
        for number, word, colour in STATES
    }
    return [{"type": "value", "options": options}]


def query(expression: str, legend: str = "", *, table: bool = False) -> Panel:
    """One query of a panel."""
    told: Panel = {"refId": "A", "datasource": SOURCE, "expr": expression}
    if table:
        told.update(instant=True, format="table")
    else:
        told["legendFormat"] = legend
    return told


def panel(kind: str, title: str, text: str, *queries: Panel, **more: Any) -> Panel:
    """A panel without its place."""
    for letter, one in zip("ABCDEFGH", queries, strict=False):
        one["refId"] = letter
    defaults = more.pop("defaults", {})
    return {
        "type": kind, "title": title, "description": text, "datasource": SOURCE,
        "targets": list(queries), "fieldConfig": {"defaults": defaults, "overrides": []}, **more,
    }  # fmt: skip


def chart(family: Family, threshold: str | None) -> Panel:
    """One metric over time, with its limits as dashed lines where it has any."""
    beyond = [label for label in family.labels if label not in WATCH]
    legend = " ".join(["{{name}}", *(f"{{{{{label}}}}}" for label in beyond)])
    chosen = '{site="$site"}'
    queries = [query(f"{family.name}{chosen}", legend)]
    if threshold is not None:
        limits = "{{name}} {{level}} {{bound}}"
        queries.append(query(f"{threshold}{chosen}", limits))
    unit = "dateTimeAsIso" if family.name.endswith("_timestamp_seconds") else UNITS[family.unit]
    title = family.name.removeprefix("apowacht_")
    made = panel("timeseries", title, family.help, *queries, defaults={"unit": unit})
    if threshold is not None:
        dashed = {"id": "custom.lineStyle", "value": {"fill": "dash", "dash": [6, 6]}}
        matcher = {"id": "byFrameRefID", "options": "B"}
        made["fieldConfig"]["overrides"] = [{"matcher": matcher, "properties": [dashed]}]
    return made


def placed(panels: list[Panel]) -> list[Panel]:
    """Panels beside each other, rows as heads, each with its number."""
    x = y = 0
    tall = 0
    for number, one in enumerate(panels, start=1):
        size = one.pop("size", (WIDTH, HEIGHT))
        if one["type"] == "row":
            size = (24, 1)
        if x + size[0] > 24:
            x, y, tall = 0, y + tall, 0
        one["id"] = number
        one["gridPos"] = {"x": x, "y": y, "w": size[0], "h": size[1]}
        x, tall = x + size[0], max(tall, size[1])
    return panels


def row(title: str) -> Panel:
    """A head above panels."""
    return {"type": "row", "title": title, "collapsed": False, "panels": []}


def dashboard(uid: str, title: str, panels: list[Panel], *variables: Panel) -> Panel:
    """A whole dashboard."""
    source = {"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Source"}
    return {
        "uid": uid, "title": title, "tags": ["apowacht"], "timezone": "browser",
        "schemaVersion": 39, "version": 1, "editable": True, "refresh": "1m",
        "time": {"from": "now-24h", "to": "now"}, "templating": {"list": [source, *variables]},
        "panels": placed(panels), "annotations": {"list": []}, "links": [],
    }  # fmt: skip


def sites() -> Panel:
    """All sites: how many are how, the worst first, and what is broken."""
    counts = [
        panel("stat", word, f"Sites in state {word}.",
              query(f"count(apowacht_site_state == {number}) or vector(0)"),
              defaults={"color": {"mode": "fixed", "fixedColor": colour}, "unit": "short"},
              size=(6, 4))
        for number, word, colour in STATES
    ]  # fmt: skip
    link = {"title": "site", "url": "/d/apowacht-site?var-site=${__data.fields.site}"}
    table = panel(
        "table", "Sites", "State of the first broken link, worst first, with its layer.",
        query("sort_desc(max by (site) (apowacht_site_state != 0))", table=True),
        query("max by (site, layer) (apowacht_site_broken_link == 1)", table=True),
        defaults={"mappings": mappings(), "links": [link],
                  "custom": {"cellOptions": {"type": "color-text"}}},
        transformations=[{"id": "merge", "options": {}}], size=(12, 12),
    )  # fmt: skip
    problems = panel(
        "table", "Problems", "Every fault that a check tells, by its failure class.",
        query("sort_desc(apowacht_check_problem)", table=True),
        defaults={"mappings": mappings()}, size=(12, 12),
    )  # fmt: skip
    own = [
        panel("timeseries", "Runs by reason", "Runs per second, by why they had no answer.",
              query("sum by (reason) (rate(apowacht_exporter_runs_total[5m]))", "{{reason}}")),
        panel("timeseries", "Late", "How long the first of the waiting checks waits.",
              query("apowacht_exporter_late_seconds", "{{instance}}"), defaults={"unit": "s"}),
        panel("timeseries", "Scrape", "How long the latest whole scrape took.",
              query("apowacht_exporter_scrape_duration_seconds", "{{instance}}"),
              defaults={"unit": "s"}),
    ]  # fmt: skip
    return dashboard("apowacht-sites", "apowacht: sites",
                     [*counts, table, problems, row("Exporter"), *own])  # fmt: skip


def site() -> Panel:
    """One site: its chain, and every metric of every check."""
    history = panel(
        "state-timeline", "Chain", "Each check's state over time.",
        query('apowacht_check_state{site="$site"}', "{{check}}: {{name}}"),
        defaults={"mappings": mappings(), "color": {"mode": "thresholds"}}, size=(24, 9),
    )  # fmt: skip
    panels = [history]
    rows = sorted(ROWS, key=lambda one: _ORDER.index(one.check))
    for check, group in groupby(rows, key=lambda one: one.check):
        panels.append(row(f"check_apo_{check}"))
        known = {one.family.name: one for one in group}
        panels += [chart(one.family, one.threshold.name) for one in known.values()]
        panels += [
            chart(family, None)
            for family in FACT_FAMILIES
            if family.name.startswith(f"apowacht_{check}_") and family.kind != "info"
        ]
    variable = {
        "name": "site", "label": "Site", "type": "query", "datasource": SOURCE, "refresh": 2,
        "query": {"query": "label_values(apowacht_site_state, site)", "refId": "site"}, "sort": 1,
    }  # fmt: skip
    return dashboard("apowacht-site", "apowacht: one site", panels, variable)


_ORDER = list(dict.fromkeys(one.check for one in ROWS))


def files() -> dict[str, str]:
    """All files that this makes, by name."""
    made = {"apowacht-sites.json": sites(), "apowacht-site.json": site()}
    return {name: json.dumps(told, indent=1) + "\n" for name, told in made.items()}


if __name__ == "__main__":
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
