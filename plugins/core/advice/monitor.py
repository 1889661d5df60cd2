"""What is said about the monitoring itself."""

from __future__ import annotations

from apowacht.plugins.core.advice.shape import Row

ROWS: dict[str, Row] = {
    "monitor.trouble": Row("", ("{trouble}", "{trouble}"), ("{trouble}", "{trouble}")),
    "monitor.stale": Row(
        "it",
        ("Anzeige veraltet seit {min} min", "display is {min} min out of date"),
        (
            "Seit {min} Minuten fehlen neue Messwerte; die Anzeige ist veraltet.",
            "No new readings for {min} minutes; this display is out of date.",
        ),
        ("IT-Betreuer anrufen.", "Call your IT partner."),
        ("Grün hier nicht glauben.", "Do not trust green here."),
    ),
    "monitor.cut_off": Row(
        "it",
        ("Überwachung erreicht keinen Standort", "monitoring reaches no site"),
        (
            "Kein einziger Standort antwortet; vermutlich ist die Leitung der Überwachung gestört.",
            "Not one site answers; the monitoring's own line is probably down.",
        ),
        (
            "Netz und Leitung des Überwachungsrechners prüfen.",
            "Check network and line of the monitoring computer.",
        ),
        ("Nicht als Ausfall der Standorte deuten.", "Do not read it as an outage of the sites."),
    ),
}
