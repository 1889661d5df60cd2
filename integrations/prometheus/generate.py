"""Write the rules for Prometheus, in German and in English, with their unit tests:
`python integrations/prometheus/generate.py`.

One table of alerts, so that both languages say and do the same. Pages are for what a pharmacy
suffers from now, one per site; whatever can wait for the morning is a ticket, one per cause.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).resolve().parent
LANGUAGES = ("de", "en")
HEAD = "# Made by integrations/prometheus/generate.py; change it there.\n"

NOT_MAINTAINED = "unless on (site, check, name) apowacht_check_maintenance == 1"
EXPLAINED = "unless on (site) apowacht_site_silent == 1"


class Alert(NamedTuple):
    """One alert. Texts are German and English; `{{ $labels.x }}` is all that they may hold."""

    name: str
    severity: str
    wait: str
    keep: str
    expression: str
    summary: tuple[str, str]
    description: tuple[str, str]


PAGES = (
    Alert(
        "ApowachtSiteBroken", "critical", "2m", "5m",
        """apowacht_site_broken_link == 1
and on (site) apowacht_site_state == 2
unless on (site) apowacht_site_maintenance == 1
unless on (site) (
  apowacht_site_broken_link{layer="service"} == 1
  and on (site) apowacht_check_state{check="tilage"} == 2
)""",
        ("{{ $labels.site }}: die Kette ist unterbrochen ({{ $labels.layer }})",
         "{{ $labels.site }}: the chain is broken ({{ $labels.layer }})"),
        (("Das erste gestörte Glied ist {{ $labels.layer }}; was darüber gestört ist, folgt daraus. "
         "Was zu tun ist und wer hilft, steht auf der Seite /site/{{ $labels.site }}."),
         ("The first broken link is {{ $labels.layer }}; what is broken above it follows from that. "
         "What to do and who helps stands on the page /site/{{ $labels.site }}.")),
    ),
    Alert(
        "ApowachtCentralOutage", "critical", "1m", "10m",
        'max by (problem) (apowacht_check_problem{check="tilage"} == 2)',
        ("Zentrale Störung der TI ({{ $labels.problem }})",
         "Central outage of the TI ({{ $labels.problem }})"),
        (("gematik meldet eine zentrale Störung. Vor Ort nichts neu starten; die Apotheken "
         "bekommen dafür keinen eigenen Alarm."),
         ("gematik reports a central outage. Restart nothing on site; the pharmacies get no alert "
         "of their own for it.")),
    ),
    Alert(
        "ApowachtCutOff", "critical", "5m", "5m",
        "min(apowacht_site_silent) == 1 and count(apowacht_site_silent) > 1",
        ("Keine einzige Apotheke antwortet: Leitung der Überwachung prüfen",
         "Not one pharmacy answers: look at the monitoring's own line"),
        (("Wenn alle zugleich schweigen, liegt es fast immer an der Leitung oder am VPN des "
         "Rechners, der fragt."),
         ("When all are silent at once, it nearly always is the line or the VPN of the computer "
         "that asks.")),
    ),
    Alert(
        "ApowachtExporterDown", "critical", "5m", "0s",
        'up{job=~"apowacht.*"} == 0',
        ("Der Exporter {{ $labels.instance }} antwortet nicht",
         "The exporter {{ $labels.instance }} does not answer"),
        (("Solange er nicht antwortet, wird dort nichts überwacht: `systemctl status`, sein "
         "Protokoll, dann Netz und Anmeldung prüfen."),
         ("As long as it does not answer, nothing is watched there: look at `systemctl status`, its "
         "log, then at network and login.")),
    ),
    Alert(
        "ApowachtAbsent", "critical", "10m", "0s",
        "absent(apowacht_exporter_sites)",
        ("Prometheus kennt keinen Exporter von apowacht",
         "Prometheus knows no exporter of apowacht"),
        (("Es gibt keine Zahlen mehr, und verschwundene Reihen lösen sonst keinen Alarm aus: "
         "scrape_config prüfen."),
         ("There are no numbers any more, and series that are gone raise no other alert: look at "
         "the scrape_config.")),
    ),
)  # fmt: skip

TICKETS = (
    Alert(
        "ApowachtCheckWarning", "warning", "15m", "15m",
        f"apowacht_check_state == 1 {NOT_MAINTAINED}",
        ("{{ $labels.site }}: {{ $labels.name }} warnt",
         "{{ $labels.site }}: {{ $labels.name }} warns"),
        (("Nichts ist ausgefallen, aber etwas will bald erledigt sein; was, steht auf der Seite "
         "/site/{{ $labels.site }}."),
         ("Nothing is down, but something wants to be done soon; what it is stands on the page "
         "/site/{{ $labels.site }}.")),
    ),
    Alert(
        "ApowachtCheckCritical", "warning", "15m", "15m",
        f"apowacht_check_state == 2 {NOT_MAINTAINED} {EXPLAINED}\n"
        'unless on (site) (apowacht_site_state == 2)',
        ("{{ $labels.site }}: {{ $labels.name }} ist gestört",
         "{{ $labels.site }}: {{ $labels.name }} is broken"),
        ("Die Kette hält noch, und ein anderes Glied steht vorn; siehe /site/{{ $labels.site }}.",
         "The chain still holds, and another link comes first; see /site/{{ $labels.site }}."),
    ),
    Alert(
        "ApowachtNoAnswer", "warning", "30m", "15m",
        f"apowacht_check_state == 3 {NOT_MAINTAINED} {EXPLAINED}\n"
        "unless on (site, check, name) apowacht_check_stale == 1",
        ("{{ $labels.site }}: {{ $labels.name }} bekommt keine Antwort",
         "{{ $labels.site }}: {{ $labels.name }} gets no answer"),
        ("Was dort ist, weiß gerade niemand. `apowacht_check_failure` nennt den Grund.",
         "Nobody knows how things are there. `apowacht_check_failure` names the reason."),
    ),
    Alert(
        "ApowachtCheckStale", "warning", "10m", "5m",
        "apowacht_check_stale == 1",
        ("{{ $labels.site }}: {{ $labels.name }} wird nicht mehr gefragt",
         "{{ $labels.site }}: {{ $labels.name }} is not asked any more"),
        (("Der Exporter kommt nicht nach oder hängt: `apowacht_exporter_queued_checks` und "
         "`apowacht_exporter_abandoned_checks` ansehen."),
         ("The exporter is late or hangs: look at `apowacht_exporter_queued_checks` and "
         "`apowacht_exporter_abandoned_checks`.")),
    ),
    Alert(
        "ApowachtSiteMissing", "warning", "15m", "0s",
        "apowacht_site_state offset 1h unless on (site) apowacht_site_state",
        ("{{ $labels.site }} wird nicht mehr überwacht",
         "{{ $labels.site }} is not watched any more"),
        ("Vor einer Stunde gab es diese Apotheke noch. Wurde ihre Datei absichtlich entfernt?",
         "An hour ago there was this pharmacy. Was its file removed on purpose?"),
    ),
    Alert(
        "ApowachtConfigBroken", "warning", "5m", "0s",
        "apowacht_exporter_config_last_reload_successful == 0\n"
        "or apowacht_exporter_web_config_last_reload_successful == 0",
        ("Fehler in der Konfiguration des Exporters {{ $labels.instance }}",
         "Mistakes in the configuration of the exporter {{ $labels.instance }}"),
        (("Betroffene Apotheken werden nach dem alten Stand überwacht, neue gar nicht. "
         "`apowacht config check` nennt Datei und Zeile."),
         ("The pharmacies concerned are watched as before, new ones not at all. "
         "`apowacht config check` names file and line.")),
    ),
    Alert(
        "ApowachtJournal", "warning", "10m", "15m",
        "apowacht_exporter_journal_up == 0\n"
        "or increase(apowacht_exporter_journal_lost_lines_total[1h]) > 0",
        ("Das Journal des Exporters {{ $labels.instance }} wird nicht geschrieben",
         "The journal of the exporter {{ $labels.instance }} is not written"),
        ("Was jetzt geschieht, fehlt später als Nachweis: Platz und Rechte des Ordners prüfen.",
         "What happens now will be missing as evidence: look at the folder's space and rights."),
    ),
    Alert(
        "ApowachtExporterLate", "warning", "15m", "5m",
        "apowacht_exporter_late_seconds > 30\nor apowacht_exporter_abandoned_checks > 20",
        ("Der Exporter {{ $labels.instance }} kommt nicht nach",
         "The exporter {{ $labels.instance }} is late"),
        ("Prüfungen warten auf einen Faden: --threads erhöhen oder Apotheken aufteilen.",
         "Checks wait for a thread: raise --threads or divide the pharmacies."),
    ),
    Alert(
        "ApowachtUnprotected", "warning", "1h", "0s",
        "apowacht_exporter_unprotected == 1",
        ("Der Exporter {{ $labels.instance }} steht offen",
         "The exporter {{ $labels.instance }} stands open"),
        ("Andere können ihn ohne TLS oder ohne Anmeldung erreichen; siehe --web-config-file.",
         "Others can reach it without TLS or without a login; see --web-config-file."),
    ),
)  # fmt: skip

RECORDED = (
    ("apowacht:site_state:count", 'count_values("state", apowacht_site_state)'),
    ("site:apowacht_chain_up:bool", "apowacht_site_state != bool 2"),
    ("site:apowacht_chain_up:ratio_1d", "avg_over_time(site:apowacht_chain_up:bool[1d])"),
    ("site_certificate:apowacht_certificate_left_seconds:min",
     "min by (site, certificate) (apowacht_certificate_not_after_timestamp_seconds - time())"),
    ("site_check:apowacht_check_failures:ratio_1h",
     "avg_over_time((1 - (sum by (site, check, name) (apowacht_check_failure) == bool 0))[1h:1m])"),
)  # fmt: skip

LAYERS = ("power", "network", "access", "identity", "service")
CHECK = 'site="s",check="ups",name="ups"'
Labels = dict[str, str]


class Case(NamedTuple):
    """A situation: series as promtool writes them, when to look, and which alerts fire then."""

    series: dict[str, str]
    at: str
    fires: tuple[tuple[str, Labels], ...]
    silent: tuple[str, ...] = ()


def _site(state: int, layer: str = "", silent: int = 0, maintained: int = 0) -> dict[str, str]:
    told = {
        'apowacht_site_state{site="s"}': f"{state}x240",
        'apowacht_site_silent{site="s"}': f"{silent}x240",
        'apowacht_site_maintenance{site="s"}': f"{maintained}x240",
    }
    for one in LAYERS:
        told[f'apowacht_site_broken_link{{site="s",layer="{one}"}}'] = f"{int(one == layer)}x240"
    return told


def _check(state: int, stale: int = 0, maintained: int = 0) -> dict[str, str]:
    return {
        f"apowacht_check_state{{{CHECK}}}": f"{state}x240",
        f"apowacht_check_stale{{{CHECK}}}": f"{stale}x240",
        f"apowacht_check_maintenance{{{CHECK}}}": f"{maintained}x240",
    }


WHOSE = {"site": "s", "check": "ups", "name": "ups"}
OWN = {"instance": "e", "job": "apowacht"}
TILAGE = 'site="s",check="tilage",name="tilage"'
OUTAGE = {
    f'apowacht_check_problem{{{TILAGE},problem="tilage.erezept"}}': "2x240",
    f"apowacht_check_state{{{TILAGE}}}": "2x240",
}


def _own(family: str, value: str) -> dict[str, str]:
    return {f'apowacht_exporter_{family}{{instance="e",job="apowacht"}}': value}


CASES = (
    Case(_site(2, "access"), "3m", (("ApowachtSiteBroken", {"site": "s", "layer": "access"}),),
         ("ApowachtCutOff",)),
    Case(_site(2, "access"), "1m", (), ("ApowachtSiteBroken",)),
    Case(_site(2, "access", maintained=1), "30m", (), ("ApowachtSiteBroken",)),
    Case(_site(1, "power"), "30m", (), ("ApowachtSiteBroken",)),
    Case(_site(0), "30m", (), ("ApowachtSiteBroken", "ApowachtSiteMissing")),
    Case(_site(2, "service") | OUTAGE, "30m",
         (("ApowachtCentralOutage", {"problem": "tilage.erezept"}),), ("ApowachtSiteBroken",)),
    Case(_site(2, "access") | OUTAGE, "30m",
         (("ApowachtSiteBroken", {"site": "s", "layer": "access"}),
          ("ApowachtCentralOutage", {"problem": "tilage.erezept"}))),
    Case({'apowacht_site_silent{site="a"}': "1x240", 'apowacht_site_silent{site="b"}': "1x240"},
         "10m", (("ApowachtCutOff", {}),)),
    Case({'apowacht_site_silent{site="a"}': "1x240", 'apowacht_site_silent{site="b"}': "0x240"},
         "10m", (), ("ApowachtCutOff",)),
    Case({'apowacht_site_silent{site="a"}': "1x240"}, "10m", (), ("ApowachtCutOff",)),
    Case({'up{instance="e",job="apowacht"}': "0x240"}, "6m", (("ApowachtExporterDown", OWN),)),
    Case({'up{instance="e",job="apowacht"}': "0x3 1x240"}, "6m", (), ("ApowachtExporterDown",)),
    Case({}, "15m", (("ApowachtAbsent", {}),)),
    Case(_own("sites", "1x240"), "15m", (), ("ApowachtAbsent",)),
    Case(_check(1), "20m", (("ApowachtCheckWarning", WHOSE),), ("ApowachtNoAnswer",)),
    Case(_check(1), "5m", (), ("ApowachtCheckWarning",)),
    Case(_check(1, maintained=1), "20m", (), ("ApowachtCheckWarning",)),
    Case(_check(2) | _site(2, "power"), "20m",
         (("ApowachtSiteBroken", {"site": "s", "layer": "power"}),), ("ApowachtCheckCritical",)),
    Case(_check(2) | _site(1, "network"), "20m", (("ApowachtCheckCritical", WHOSE),)),
    Case(_check(3), "40m", (("ApowachtNoAnswer", WHOSE),), ("ApowachtCheckStale",)),
    Case(_check(3) | _site(2, "network", silent=1), "40m",
         (("ApowachtSiteBroken", {"site": "s", "layer": "network"}),), ("ApowachtNoAnswer",)),
    Case(_check(3, stale=1), "40m", (("ApowachtCheckStale", WHOSE),), ("ApowachtNoAnswer",)),
    Case(_check(0), "60m", (),
         ("ApowachtCheckWarning", "ApowachtCheckCritical", "ApowachtNoAnswer",
          "ApowachtCheckStale")),
    Case({'apowacht_site_state{site="s"}': "0x20 stale"}, "80m",
         (("ApowachtSiteMissing", {"site": "s"}),)),
    Case(_own("config_last_reload_successful", "0x240"), "10m", (("ApowachtConfigBroken", OWN),)),
    Case(_own("web_config_last_reload_successful", "0x240"), "10m",
         (("ApowachtConfigBroken", OWN),)),
    Case(_own("config_last_reload_successful", "1x240")
         | _own("web_config_last_reload_successful", "1x240"), "10m", (),
         ("ApowachtConfigBroken",)),
    Case(_own("journal_up", "0x240"), "15m", (("ApowachtJournal", OWN),)),
    Case(_own("journal_lost_lines_total", "0x10 5x240"), "30m", (("ApowachtJournal", OWN),)),
    Case(_own("journal_up", "1x240") | _own("journal_lost_lines_total", "5x240"), "30m", (),
         ("ApowachtJournal",)),
    Case(_own("late_seconds", "60x240"), "20m", (("ApowachtExporterLate", OWN),)),
    Case(_own("abandoned_checks", "21x240"), "20m", (("ApowachtExporterLate", OWN),)),
    Case(_own("late_seconds", "1x240") | _own("abandoned_checks", "1x240"), "20m", (),
         ("ApowachtExporterLate",)),
    Case(_own("unprotected", "1x240"), "61m", (("ApowachtUnprotected", OWN),)),
    Case(_own("unprotected", "0x240"), "61m", (), ("ApowachtUnprotected",)),
)  # fmt: skip


def quoted(text: str) -> str:
    """A text as YAML takes it in double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def block(text: str, indent: str) -> str:
    """A text of several lines as a YAML block."""
    return "|-\n" + "".join(f"{indent}{line}\n" for line in text.splitlines()).rstrip("\n")


def alerts(lang: str) -> str:
    """The file of alerts in one language."""
    place = LANGUAGES.index(lang)
    parts = [HEAD, "groups:\n"]
    for group, rules in (("apowacht-pages", PAGES), ("apowacht-tickets", TICKETS)):
        parts.append(f"  - name: {group}\n    rules:\n")
        for one in rules:
            parts.append(
                f"      - alert: {one.name}\n"
                f"        expr: {block(one.expression, ' ' * 10)}\n"
                f"        for: {one.wait}\n"
            )
            if one.keep != "0s":
                parts.append(f"        keep_firing_for: {one.keep}\n")
            parts.append(
                f"        labels:\n          severity: {one.severity}\n"
                f"        annotations:\n"
                f"          summary: {quoted(one.summary[place])}\n"
                f"          description: {quoted(one.description[place])}\n"
            )
    return "".join(parts)


def recording() -> str:
    """The file of recording rules."""
    parts = [HEAD, "groups:\n  - name: apowacht\n    rules:\n"]
    for name, expression in RECORDED:
        parts.append(f"      - record: {name}\n        expr: {block(expression, ' ' * 10)}\n")
    return "".join(parts)


def tests(lang: str) -> str:
    """promtool's unit tests of the alerts."""
    place = LANGUAGES.index(lang)
    known = {one.name: one for one in (*PAGES, *TICKETS)}
    parts = [
        HEAD, f"rule_files: [alerts.{lang}.yaml]\nevaluation_interval: 1m\ntests:\n",
    ]  # fmt: skip
    for case in CASES:
        parts.append(
            "  - interval: 1m\n    input_series:\n" if case.series else "  - interval: 1m\n"
        )
        for series, values in case.series.items():
            parts.append(f"      - series: '{series}'\n        values: {quoted(values)}\n")
        parts.append("    alert_rule_test:\n")
        for name, labels in (*case.fires, *((name, None) for name in case.silent)):
            parts.append(f"      - eval_time: {case.at}\n        alertname: {name}\n")
            if labels is not None:
                one = known[name]
                parts.append("        exp_alerts:\n          - exp_labels:\n")
                for key, value in {"severity": one.severity, **labels}.items():
                    parts.append(f"              {key}: {value}\n")
                parts.append("            exp_annotations:\n")
                for key, text in (("summary", one.summary), ("description", one.description)):
                    said = text[place]
                    for label, value in labels.items():
                        said = said.replace(f"{{{{ $labels.{label} }}}}", value)
                    parts.append(f"              {key}: {quoted(said)}\n")
    return "".join(parts)


def files() -> dict[str, str]:
    """All files that this makes, by name."""
    made = {"recording.yaml": recording()}
    for lang in LANGUAGES:
        made[f"alerts.{lang}.yaml"] = alerts(lang)
        made[f"alerts.{lang}.test.yaml"] = tests(lang)
    return made


if __name__ == "__main__":
    for name, text in files().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
