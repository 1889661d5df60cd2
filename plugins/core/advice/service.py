"""What is said about central services."""

from __future__ import annotations

from apowacht.plugins.core.advice.shape import NONE, Row

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
        ("{app} gestört, keine Meldung", "{app} fails, no report"),
        (
            "{app} ist nicht erreichbar oder antwortet falsch; es gibt noch keine zentrale Meldung.",
            "{app} is unreachable or answers wrongly; no central report yet.",
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
    # What a log of real fetches tells (read.fetch_log).
    "erp.fetched": Row(
        "",
        ("{count} Abrufe, Median {latency}", "{count} fetches, median {latency}"),
        (
            "{count} Abrufe in {age}, Median {latency}; fehlgeschlagen: {statuses}.",
            "{count} fetches in {age}, median {latency}; failed: {statuses}.",
        ),
    ),
    "erp.fetch_none": Row(
        "",
        ("keine Abrufe in {age}", "no fetches in {age}"),
        ("Keine Abrufe in {age}.", "No fetches in {age}."),
    ),
    "erp.fetched_pn3": Row(
        "",
        ("Notbetrieb (PN3): Abrufe gelingen", "emergency mode (PN3): fetches succeed"),
        (
            "{count} Abrufe gelangen im Notbetrieb der gematik (PN3, Status 202).",
            "{count} fetches succeeded in gematik's emergency mode (PN3, status 202).",
        ),
    ),
    "erp.fetch_few": Row(
        "avs",
        ("nur {count} Abrufe in {age}", "only {count} fetches in {age}"),
        ("Nur {count} Abrufe in {age}.", "Only {count} fetches in {age}."),
        (
            "Testweise ein E-Rezept abrufen; geht es, das Protokoll der Software prüfen.",
            "Try to fetch one; if that works, check the software's log.",
        ),
        ("Nicht als Ausfall melden, bevor das klar ist.", "Do not report an outage before that."),
    ),
    "erp.fetch_slow": Row(
        "it",
        ("Abruf langsam: Median {latency}", "fetching is slow: median {latency}"),
        (
            "Der Abruf dauert lange: im Median {latency}.",
            "Fetching takes long: {latency} in the median.",
        ),
        (
            "TI-Lage ansehen; ohne Meldung dort Leitung und Konnektor messen.",
            "Look at TI-Lage; without a report there measure line and Konnektor.",
        ),
        ("Nichts neu starten, solange Abrufe gelingen.", "No restart while fetches succeed."),
    ),
    "erp.fetch_often_slow": Row(
        "it",
        ("jeder 20. Abruf dauert {latency} und länger", "one fetch in 20 takes {latency} or more"),
        (
            "Jeder zwanzigste Abruf dauert {latency} und länger.",
            "One fetch in twenty takes {latency} or longer.",
        ),
        (
            "Uhrzeiten vergleichen: Kartenprüfung morgens, Sicherung, Telefonie auf der Leitung?",
            "Compare times of day: card checks in the morning, backups, calls on the line?",
        ),
        ("Nichts neu starten, solange Abrufe gelingen.", "No restart while fetches succeed."),
    ),
    "erp.fetch_failing": Row(
        "avs",
        ("{count} Abrufe fehlgeschlagen", "{count} fetches failed"),
        (
            "{count} Abrufe sind aus verschiedenen Gründen fehlgeschlagen ({statuses}).",
            "{count} fetches failed for different reasons ({statuses}).",
        ),
        (
            "Softwarehaus mit diesen Statuscodes anrufen.",
            "Call the software house with these status codes.",
        ),
        ("Abrufe nicht in Serie wiederholen.", "Do not repeat fetches in series."),
    ),
    "erp.no_answer": Row(
        "it",
        ("{count} Abrufe ohne Antwort", "{count} fetches without an answer"),
        (
            "{count} Abrufe blieben ohne Antwort.",
            "{count} fetches got no answer.",
        ),
        (
            "Ersten Fehler im Weg suchen: Leitung, Konnektor, TI-Zugang, dann TI-Lage.",
            "Find the first fault on the way: line, Konnektor, TI access, then TI-Lage.",
        ),
        ("Nicht auf Verdacht neu starten.", "No restart on suspicion."),
    ),
    "erp.not_logged_in": Row(
        "avs",
        ("Abrufe ohne gültige Anmeldung", "fetches without a valid login"),
        (
            "{count} Abrufe hatten keine gültige Anmeldung am IDP ({statuses}).",
            "{count} fetches came without a valid login at the IDP ({statuses}).",
        ),
        (
            "PIN und Ablauf der SMC-B prüfen, dann das Softwarehaus anrufen.",
            "Check PIN and expiry of the SMC-B, then call the software house.",
        ),
        ("SMC-B nicht ziehen, PIN nicht raten.", "Do not pull the SMC-B or guess its PIN."),
    ),
    "erp.forbidden": Row(
        "avs",
        ("Abrufe abgewiesen (403)", "fetches are rejected (403)"),
        (
            "{count} Abrufe wies der Fachdienst ab: Prüfungsnachweis fehlt oder ist zu alt ({statuses}).",
            "The service rejected {count} fetches: card proof missing or too old ({statuses}).",
        ),
        (
            "Gesundheitskarte neu stecken; bleibt es dabei, Onlineprüfung (VSDM) und Uhr prüfen.",
            "Insert the health card again; else check the online card check (VSDM) and the clock.",
        ),
        ("Nicht in Serie wiederholen.", "Do not repeat in series."),
    ),
    "erp.too_slow": Row(
        "it",
        ("Anfragen kommen zu langsam an (408)", "requests arrive too slowly (408)"),
        (
            "{count} Anfragen kamen zu langsam am Fachdienst an ({statuses}).",
            "{count} requests reached the service too slowly ({statuses}).",
        ),
        (
            "Paketverlust und Auslastung von Leitung und Konnektor messen.",
            "Measure loss and load of line and Konnektor.",
        ),
        ("Nicht in Serie wiederholen.", "Do not repeat in series."),
    ),
    "erp.too_many": Row(
        "avs",
        ("zu viele Anfragen, Abruf gebremst (429)", "too many requests, throttled (429)"),
        (
            "Die Software fragt zu oft: {count} Abrufe gebremst ({statuses}).",
            "The software asks too often: {count} fetches throttled ({statuses}).",
        ),
        (
            "Softwarehaus anrufen; höchstens stündlich erneut versuchen.",
            "Call the software house; retry hourly at most.",
        ),
        ("Nicht weiter probieren.", "Do not keep trying."),
    ),
    "erp.lock_near": Row(
        "avs",
        ("{count} Fehlabrufe: Sperre droht", "{count} mismatches: a lock is near"),
        (
            "{count} Abrufe passten nicht zur Karte (456, 458); ab 100 am Tag wird gesperrt.",
            "{count} fetches did not match the card (456, 458); from 100 a day it locks.",
        ),
        (
            "Softwarehaus sofort anrufen: Kartendaten werden falsch übermittelt.",
            "Call the software house now: card data are sent wrongly.",
        ),
        ("Nicht weiter probieren.", "Do not keep trying."),
    ),
    "erp.card_data": Row(
        "avs",
        ("Kartendaten fehlen oder passen nicht", "card data missing or not matching"),
        (
            "{count} Abrufe mit fehlenden oder falschen Kartendaten ({statuses}).",
            "{count} fetches with missing or wrong card data ({statuses}).",
        ),
        (
            "Gesundheitskarte neu stecken; bei anderen Karten auch: Softwarehaus anrufen.",
            "Insert the card again; if other cards fail too, call the software house.",
        ),
        (
            "Nicht in Serie wiederholen: ab 100 am Tag wird gesperrt.",
            "Do not repeat in series: from 100 a day it locks.",
        ),
    ),
    "erp.refused": Row(
        "avs",
        ("Fachdienst lehnt Anfragen ab", "the service refuses requests"),
        (
            "Der Fachdienst lehnt {count} Anfragen der Software ab ({statuses}).",
            "The service refuses {count} of the software's requests ({statuses}).",
        ),
        (
            "Softwarehaus mit diesen Statuscodes anrufen.",
            "Call the software house with these status codes.",
        ),
        ("Nicht in Serie wiederholen.", "Do not repeat in series."),
    ),
    "erp.overloaded": Row(
        "central",
        ("E-Rezept-Dienst überlastet (504)", "e-prescription service overloaded (504)"),
        (
            "Der E-Rezept-Dienst ist überlastet: {count} Abrufe ohne Ergebnis ({statuses}).",
            "The service is overloaded: {count} fetches without a result ({statuses}).",
        ),
        ("Einige Minuten warten, dann erneut abrufen.", "Wait some minutes, then fetch again."),
        ("Nichts neu starten.", "Restart nothing."),
    ),
    "erp.ocsp_slow": Row(
        "tsp",
        ("Kartenprüfung eines Anbieters hakt (512)", "an issuer's card checks are slow (512)"),
        (
            "Die Kartenprüfung eines Kartenanbieters hakt bei {count} Abrufen ({statuses}).",
            "A card issuer's checks are slow for {count} fetches ({statuses}).",
        ),
        (
            "Gesundheitskarte erneut stecken, sonst einige Minuten warten.",
            "Insert the health card again, else wait some minutes.",
        ),
        ("SMC-B nicht ziehen.", "Do not pull the SMC-B."),
    ),
    "erp.service_error": Row(
        "central",
        ("E-Rezept-Dienst meldet Fehler", "e-prescription service reports errors"),
        (
            "Der E-Rezept-Dienst meldet bei {count} Abrufen eigene Fehler ({statuses}).",
            "The service reports errors of its own for {count} fetches ({statuses}).",
        ),
        ("TI-Lage ansehen, später erneut abrufen.", "Look at TI-Lage, fetch again later."),
        ("Nichts neu starten.", "Restart nothing."),
    ),
    "erp.log_unreadable": Row(
        "it",
        ("Abruf-Protokoll: {reason}", "log of fetches: {reason}"),
        ("Das Abruf-Protokoll ist nicht lesbar.", "The log of fetches cannot be read."),
        ("Pfad und Leserecht prüfen.", "Check path and read permission."),
        ("Nicht als Ausfall des Abrufs deuten.", "Do not read it as a failing fetch."),
    ),
    "erp.log_unread": Row(
        "it",
        ("Abruf-Protokoll in fremdem Format", "log of fetches in an unknown format"),
        (
            "Im Abruf-Protokoll passt keine von {count} neuen Zeilen zum Format.",
            "None of {count} new lines in the log of fetches fits the format.",
        ),
        ("--log-pattern an die Zeilen anpassen.", "Fit --log-pattern to the lines."),
        ("Nicht als Ausfall des Abrufs deuten.", "Do not read it as a failing fetch."),
    ),
    "erp.log_ahead": Row(
        "it",
        ("Abruf-Protokoll aus der Zukunft", "log of fetches from the future"),
        (
            "{count} Abrufe stehen mit einer Zeit in der Zukunft im Protokoll.",
            "{count} fetches have a time in the future in the log.",
        ),
        (
            "Uhren beider Rechner und die Zeitzone vergleichen (--log-utc).",
            "Compare both computers' clocks and the time zone (--log-utc).",
        ),
        ("Nicht als Ausfall des Abrufs deuten.", "Do not read it as a failing fetch."),
    ),
    "erp.log_behind": Row(
        "it",
        ("Abruf-Protokoll noch nicht ganz gelesen", "log of fetches not yet read to its end"),
        (
            "Das Abruf-Protokoll ist zu lang für einen Lauf; der nächste liest weiter.",
            "The log of fetches is too long for one run; the next one goes on.",
        ),
        ("Bleibt es dabei: -t erhöhen.", "If it stays: raise -t."),
        ("Nicht als Ausfall des Abrufs deuten.", "Do not read it as a failing fetch."),
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
    "tilage.erezept": Row(
        "central",
        ("E-Rezept zentral gestört seit {since}", "e-prescription down centrally for {since}"),
        (
            "E-Rezept {extent} gestört, seit {since}. gematik: «{impact}».",
            "E-prescription {extent} down, for {since}. gematik: «{impact}».",
        ),
        (
            "Abwarten. Dringend: Muster 16 bei der Praxis erbitten.",
            "Wait. Urgent: ask the practice for a paper form.",
        ),
        (
            "Nichts neu starten; nicht ohne Abruf auf den Ausdruck beliefern.",
            "Do not restart anything; do not dispense on a printout without fetching.",
        ),
    ),
    "tilage.erezept_card": Row(
        "central",
        ("Einlösen per Karte gestört seit {since}", "redeeming by card down for {since}"),
        (
            "E-Rezept mit der Gesundheitskarte {extent} gestört, seit {since}. gematik: «{impact}».",
            "E-prescription by health card {extent} down, for {since}. gematik: «{impact}».",
        ),
        ("Nach E-Rezept-Ausdruck oder App fragen.", "Ask for the printout or the app."),
        (
            "Karte und Terminal sind nicht schuld: nichts neu starten.",
            "Card and terminal are fine: no restart.",
        ),
    ),
    "tilage.vsdm": Row(
        "central",
        ("Kartenprüfung (VSDM) gestört seit {since}", "card checks (VSDM) down for {since}"),
        (
            "VSDM {extent} gestört, seit {since}: Die Gesundheitskarte lässt sich womöglich nicht prüfen. gematik: «{impact}».",
            "VSDM {extent} down, for {since}: checking the health card may fail. gematik: «{impact}».",
        ),
        ("Nach E-Rezept-Ausdruck oder App fragen.", "Ask for the printout or the app."),
        (
            "Karte und Terminal sind nicht schuld: nichts neu starten.",
            "Card and terminal are fine: no restart.",
        ),
    ),
    "tilage.vsdm_too": Row(
        "central",
        ("Kartenprüfung (VSDM) gestört seit {since}", "card checks (VSDM) down for {since}"),
        (
            "VSDM {extent} gestört, seit {since}. gematik: «{impact}».",
            "VSDM {extent} down, for {since}. gematik: «{impact}».",
        ),
        ("Abwarten, später erneut versuchen.", "Wait, try again later."),
        (
            "Karte und Terminal sind nicht schuld: nichts neu starten.",
            "Card and terminal are fine: no restart.",
        ),
    ),
    "tilage.access": Row(
        "central",
        ("TI-Zugang zentral gestört seit {since}", "TI access down centrally for {since}"),
        (
            "TI-Zugang {extent} gestört, seit {since}. gematik: «{impact}».",
            "TI access {extent} down, for {since}. gematik: «{impact}».",
        ),
        (
            "Abwarten; läuft der Konnektor-Zugang hier noch, weiterarbeiten.",
            "Wait; if the Konnektor is still connected here, carry on.",
        ),
        ("Konnektor nicht neu starten.", "Do not restart the Konnektor."),
    ),
    "tilage.idp": Row(
        "central",
        ("Anmeldedienst gestört seit {since}", "login service down for {since}"),
        (
            "Zentraler Anmeldedienst (IDP) {extent} gestört, seit {since}. gematik: «{impact}».",
            "Central login service (IDP) {extent} down, for {since}. gematik: «{impact}».",
        ),
        ("Abwarten, in 10 Minuten erneut abrufen.", "Wait, try again in 10 minutes."),
        ("SMC-B nicht ziehen, nichts neu starten.", "Do not pull the SMC-B or restart anything."),
    ),
    "tilage.app": Row(
        "central",
        ("{alarm} gestört seit {since}", "{alarm} down for {since}"),
        (
            "{alarm} {extent} gestört, seit {since}. gematik: «{impact}».",
            "{alarm} {extent} down, for {since}. gematik: «{impact}».",
        ),
        ("Abwarten, später erneut versuchen.", "Wait, try again later."),
        ("Nichts neu starten.", "Do not restart anything."),
    ),
    "tilage.unknown": Row(
        "it",
        ("TI-Lage unklar: {alarm}", "TI-Lage unclear: {alarm}"),
        (
            "Über {alarm} sagt TI-Lage nichts Verständliches ({said}).",
            "TI-Lage says nothing intelligible about {alarm} ({said}).",
        ),
        (
            "Bleibt es so: Version von apowacht prüfen.",
            "If it stays like this: check the version of apowacht.",
        ),
        ("Nicht als Entwarnung deuten.", "Do not read it as an all-clear."),
    ),
    "tilage.unread": Row(
        "it",
        ("TI-Lage nicht verfügbar ({reason})", "TI-Lage not available ({reason})"),
        (
            "TI-Lage gibt keine Auskunft; die Prüfungen vor Ort gelten weiter.",
            "TI-Lage tells nothing; the local checks still count.",
        ),
        (
            "Nichts tun; beim nächsten Lauf prüfen wir erneut.",
            "Nothing to do; we try again next run.",
        ),
        ("Nicht als zentrale Störung deuten.", "Do not read it as a central outage."),
    ),
    "tilage.not_asked": Row(
        "it",
        ("TI-Lage nicht gefragt ({reason})", "TI-Lage was not asked ({reason})"),
        (
            "Ohne verlässlichen Merkzettel wird TI-Lage nicht gefragt, damit es nicht zu oft geschieht.",
            "Without a reliable record TI-Lage is not asked, so that it is not asked too often.",
        ),
        (
            "Zustandsordner (--state-dir) und Uhr prüfen.",
            "Check the state folder (--state-dir) and the clock.",
        ),
        ("Nicht als zentrale Störung deuten.", "Do not read it as a central outage."),
    ),
    "tilage.measured_off": Row(
        "it",
        ("TI-Lage misst nicht oder Uhr falsch", "TI-Lage stands still or wrong clock"),
        (
            "Die jüngste Messung der TI-Lage ist von {moment}: Sie steht, oder hier geht die Uhr falsch.",
            "TI-Lage's newest measurement is of {moment}: it stands still, or the clock here is wrong.",
        ),
        ("Uhr dieses Rechners prüfen.", "Check this computer's clock."),
        ("Nicht als Entwarnung deuten.", "Do not read it as an all-clear."),
    ),
    "tilage.well": Row(
        "",
        (
            "zentral nichts gemeldet, Stand vor {age}",
            "nothing reported centrally, as of {age} ago",
        ),
        (
            "TI-Lage meldet für E-Rezept, VSDM, TI-Zugang und IDP keine Störung; Stand vor {age}.",
            "TI-Lage reports no outage of e-prescription, VSDM, TI access, IDP; as of {age} ago.",
        ),
    ),
    "tilage.well_here": Row(
        "",
        (
            "zentral nichts gemeldet, was hier zählt",
            "nothing reported centrally that counts here",
        ),
        (
            "TI-Lage meldet keine Störung, die hier zählt; Stand vor {age}.",
            "TI-Lage reports no outage that counts here; as of {age} ago.",
        ),
    ),
    "tilage.maintenance": Row(
        "",
        ("Wartung: {alarm}", "maintenance: {alarm}"),
        (
            "Angekündigte Wartung: {alarm}. gematik: «{impact}».",
            "Announced maintenance: {alarm}. gematik: «{impact}».",
        ),
    ),
    "tilage.maintained": Row(
        "",
        ("Wartung: {alarm}", "maintenance: {alarm}"),
        (
            "Angekündigte Wartung: {alarm}; gestört ist dort nichts.",
            "Announced maintenance: {alarm}; nothing is down there.",
        ),
    ),
    "tilage.foreign": Row(
        "",
        ("{alarm}: nur andere gestört", "{alarm}: only others are down"),
        (
            "{alarm}: {extent} gestört, aber nur durch andere Anbieter ({provider}).",
            "{alarm}: {extent} down, but only because of other providers ({provider}).",
        ),
    ),
    "tilage.elsewhere": Row(
        "",
        ("{alarm} {extent} gestört", "{alarm} {extent} down"),
        (
            "Hier nicht überwacht: {alarm} {extent} gestört. gematik: «{impact}».",
            "Not watched here: {alarm} {extent} down. gematik: «{impact}».",
        ),
    ),
    "tilage.cause": Row(
        "",
        ("Ursache: {org}", "cause: {org}"),
        (
            "Ursache laut gematik: {what} ({provider}).",
            "Cause according to gematik: {what} ({provider}).",
        ),
    ),
    "tilage.component": Row(
        "",
        ("{org}: nicht verfügbar", "{org}: not available"),
        (
            "Nicht verfügbar laut Messung: {what} ({provider}).",
            "Not available by measurement: {what} ({provider}).",
        ),
    ),
    "tilage.incident": Row(
        "",
        ("Vorfall vor {age}", "incident {age} ago"),
        (
            "Vorfall vor {age}, {extent}: {what}. «{impact}».",
            "Incident {age} ago, {extent}: {what}. «{impact}».",
        ),
    ),
    "tilage.retrying": Row(
        "",
        (
            "TI-Lage-Abfrage misslungen, Stand vor {age}",
            "TI-Lage request failed, as of {age} ago",
        ),
        (
            "Die letzte Abfrage der TI-Lage ist misslungen; es gilt der Stand vor {age}.",
            "The last request to TI-Lage failed; the state of {age} ago counts.",
        ),
    ),
    "tilage.choices": Row(
        "",
        ("{n} Anbieter zur Wahl", "{n} providers to choose from"),
        ("{n} Anbieter zur Wahl:", "{n} providers to choose from:"),
    ),
    "tilage.choice": Row(
        "",
        ("{org}", "{org}"),
        ("{option}: {provider} ({ci})", "{option}: {provider} ({ci})"),
    ),
    "tilage.reading": Row("", NONE, NONE),
}
