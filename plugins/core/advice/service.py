"""What is said about central services."""

from __future__ import annotations

from apowacht.plugins.core.advice.shape import Row

ROWS: dict[str, Row] = {
    "idp.down": Row(
        "central",
        ("zentraler Anmeldedienst gestört", "central login service is down"),
        (
            "Der zentrale Anmeldedienst (IDP) ist gestört; Ihre Technik läuft.",
            "The central login service (IDP) is down; your equipment works.",
        ),
        ("Abwarten, in 10 Minuten erneut abrufen.", "Wait, try again in 10 minutes."),
        ("SMC-B nicht ziehen, nichts neu starten.", "Do not pull the SMC-B or restart anything."),
    ),
    "erp_fd.down": Row(
        "central",
        ("zentraler E-Rezept-Dienst gestört", "central e-prescription service is down"),
        (
            "Der zentrale E-Rezept-Dienst ist gestört; Ihre Technik läuft.",
            "The central e-prescription service is down; your equipment works.",
        ),
        (
            "Dringend: Muster 16 bei der Praxis erbitten. Sonst später abrufen.",
            "Urgent: paper form from the practice. Else fetch later.",
        ),
        (
            "Nicht ohne Abruf auf den Ausdruck beliefern.",
            "Do not dispense on a printout without fetching.",
        ),
    ),
    "vsdm.down": Row(
        "central",
        (
            "Einlösen mit Gesundheitskarte zentral gestört",
            "redeeming by health card is down centrally",
        ),
        (
            "Einlösen mit Gesundheitskarte ist zentral gestört (VSDM).",
            "Redeeming by health card is down centrally (VSDM).",
        ),
        ("Nach E-Rezept-Ausdruck oder App fragen.", "Ask for the printout or the app."),
        (
            "Karte und Terminal sind nicht schuld: nichts neu starten.",
            "Card and terminal are fine: no restart.",
        ),
    ),
    "vsdm.accept_pn3": Row(
        "central",
        ("Notbetrieb: Karte wird wieder angenommen", "emergency mode: cards are accepted again"),
        (
            "Notbetrieb der gematik aktiv (PN3): Die Karte wird wieder angenommen.",
            "gematik emergency mode (PN3) is on: cards are accepted again.",
        ),
        ("Normal weiterarbeiten.", "Carry on as usual."),
        ("Nicht als behoben melden.", "Do not report it as fixed."),
    ),
    "tsp.ocsp_slow": Row(
        "tsp",
        ("Kartenprüfung bei {org} hakt", "card checks at {org} are slow"),
        (
            "Die Kartenprüfung bei {org} hakt; betroffen sind Karten dieses Anbieters.",
            "Card checks at {org} are slow; cards from this issuer are affected.",
        ),
        (
            "Gesundheitskarte erneut stecken, sonst einige Minuten warten.",
            "Insert the health card again, else wait some minutes.",
        ),
        ("SMC-B nicht ziehen.", "Do not pull the SMC-B."),
    ),
    "central.reported": Row(
        "central",
        ("zentrale Störung gemeldet: {app}", "central outage reported: {app}"),
        (
            "gematik meldet eine zentrale Störung: {app}. Bitte abwarten.",
            "gematik reports a central outage: {app}. Please wait.",
        ),
        ("Kunden informieren, Beginn notieren.", "Inform customers, note the start time."),
        ("Keine Tickets, keine Neustarts.", "No tickets, no restarts."),
    ),
    "central.unconfirmed": Row(
        "it",
        ("{app} gestört, keine Meldung", "{app} unreachable, no report"),
        (
            "{app} ist nicht erreichbar; es gibt noch keine zentrale Meldung.",
            "{app} is unreachable; no central report yet.",
        ),
        ("10 Minuten warten, dann DVO anrufen.", "Wait 10 minutes, then call the DVO."),
        ("Noch nichts neu starten.", "Do not restart anything yet."),
    ),
    "central_over_box_broken": Row(
        "dvo",
        ("zentral behoben, hier noch nicht", "fixed centrally, not yet here"),
        (
            "Zentral läuft es wieder, bei Ihnen noch nicht: Das löst der DVO.",
            "The centre works again but your site does not: the DVO must act.",
        ),
        (
            "DVO anrufen: Konnektor prüfen, nötigenfalls neu starten.",
            "Call the DVO: check and if needed restart the Konnektor.",
        ),
        ("Nicht weiter abwarten.", "Do not keep waiting."),
    ),
    "erp.locked": Row(
        "avs",
        ("Abruf per Karte bis morgen gesperrt", "fetching by card is locked until tomorrow"),
        (
            "Der Abruf per Karte ist bis morgen gesperrt: zu viele Fehlabrufe.",
            "Fetching by card is locked until tomorrow: too many failed calls.",
        ),
        (
            "Softwarehaus anrufen; Ausdruck oder App nutzen.",
            "Call the software house; use printout or app.",
        ),
        ("Nicht weiter probieren.", "Do not keep trying."),
    ),
    "tilage.no_data": Row(
        "it",
        ("TI-Lage nicht abrufbar ({reason})", "TI-Lage cannot be read ({reason})"),
        (
            "Die TI-Lage ist nicht abrufbar; die Prüfungen vor Ort gelten weiter.",
            "TI-Lage cannot be read; the local checks still count.",
        ),
        (
            "Nichts tun; beim nächsten Lauf prüfen wir erneut.",
            "Nothing to do; we try again next run.",
        ),
        ("Nicht als zentrale Störung deuten.", "Do not read it as a central outage."),
    ),
}
