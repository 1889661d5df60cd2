"""What is said about the Konnektor and its way into the TI."""

from __future__ import annotations

from apowacht.plugins.core.advice.shape import NONE, Row

ROWS: dict[str, Row] = {
    "kon.connected": Row(
        "",
        (
            "Konnektor seit {since} mit der TI verbunden",
            "Konnektor connected to the TI for {since}",
        ),
        (
            "Der Konnektor ({product}, Firmware {firmware}) ist seit {since} mit der TI verbunden.",
            "The Konnektor ({product}, firmware {firmware}) has been connected to the TI for {since}.",
        ),
    ),
    "kon.reachable": Row(
        "",
        ("Konnektor antwortet, Firmware {firmware}", "Konnektor answers, firmware {firmware}"),
        (
            "Der Konnektor antwortet ({product}, Firmware {firmware}); ohne --mandant wird er nicht mehr gefragt.",
            "The Konnektor answers ({product}, firmware {firmware}); without --mandant nothing more is asked.",
        ),
    ),
    "kon.reading": Row("", NONE, NONE),  # shown as a number only
    "kon.noted": Row(
        "",
        ("Hinweis: {condition}", "note: {condition}"),
        (
            "Der Konnektor vermerkt seit {since}: {condition}. Beim nächsten Wartungstermin ansprechen.",
            "The Konnektor has noted for {since}: {condition}. Mention it at the next maintenance.",
        ),
    ),
    "kon.answer_warning": Row(
        "",
        ("Konnektor antwortet mit einer Warnung", "Konnektor answers with a warning"),
        (
            "Der Konnektor beantwortet {alarm} mit einer Warnung (Fehler {code}).",
            "The Konnektor answers {alarm} with a warning (error {code}).",
        ),
    ),
    "kon.unreachable.local": Row(
        "team_dvo",
        ("Konnektor antwortet nicht", "Konnektor does not answer"),
        (
            "Der Konnektor antwortet nicht; zuständig ist der TI-Dienstleister.",
            "The Konnektor does not answer; your TI service partner is responsible.",
        ),
        (
            "Strom, Netzkabel und Lampen ansehen, dann DVO anrufen.",
            "Check power, cable and lamps, then call the DVO.",
        ),
        (
            "Nicht den Netzstecker ziehen, nicht mehrfach neu starten.",
            "Do not pull the plug or restart repeatedly.",
        ),
    ),
    "kon.unreachable.hosted": Row(
        "ti_provider",
        ("Konnektor im Rechenzentrum antwortet nicht", "hosted Konnektor does not answer"),
        (
            "Der Konnektor im Rechenzentrum antwortet nicht; das löst der TI-Anbieter.",
            "The hosted Konnektor does not answer; the TI provider must fix it.",
        ),
        (
            "TI-Anbieter anrufen; vorher Internet-Anzeige hier prüfen.",
            "Call the TI provider; check the internet tile first.",
        ),
        ("Vor Ort nichts umstecken.", "Do not re-plug anything on site."),
    ),
    "kon.garbled": Row(
        "dvo",
        ("Konnektor antwortet unverständlich", "Konnektor answers make no sense"),
        (
            "Was unter der Adresse des Konnektors antwortet, ist nicht zu verstehen.",
            "What answers at the Konnektor's address cannot be understood.",
        ),
        (
            "Adresse und Port dieser Prüfung ansehen, dann DVO anrufen.",
            "Check address and port of this check, then call the DVO.",
        ),
        ("Nicht auf Verdacht neu starten.", "Do not restart on suspicion."),
    ),
    "kon.rebooting": Row(
        "team",
        ("Konnektor startet neu, bitte warten", "Konnektor is restarting, please wait"),
        (
            "Der Konnektor startet neu; das dauert meist 5 bis 20 Minuten.",
            "The Konnektor is restarting; this usually takes 5 to 20 minutes.",
        ),
        (
            "Warten, danach SMC-B-PIN eingeben, wenn das Terminal fragt.",
            "Wait, then enter the SMC-B PIN if asked.",
        ),
        ("Beim Hochfahren nicht ausschalten.", "Do not switch it off while booting."),
    ),
    "kon.vpn_offline.local": Row(
        "dvo",
        ("Konnektor ohne TI-Verbindung", "Konnektor has no TI connection"),
        (
            "Der Konnektor hat seit {since} keine TI-Verbindung; E-Rezepte gehen nicht.",
            "The Konnektor has had no TI connection for {since}; e-prescriptions do not work.",
        ),
        ("DVO anrufen und diese Anzeige vorlesen.", "Call the DVO and read this page out."),
        (
            "SMC-B nicht ziehen, kein Werksreset, nicht deregistrieren.",
            "No card removal, factory reset or de-registration.",
        ),
    ),
    "kon.vpn_offline.hosted": Row(
        "ti_provider",
        ("Konnektor im Rechenzentrum ohne TI", "hosted Konnektor has no TI connection"),
        (
            "Der Konnektor im Rechenzentrum hat seit {since} keine TI-Verbindung; E-Rezepte gehen nicht.",
            "The hosted Konnektor has had no TI connection for {since}; e-prescriptions do not work.",
        ),
        (
            "TI-Anbieter anrufen und diese Anzeige vorlesen.",
            "Call the TI provider and read this page out.",
        ),
        ("Vor Ort nichts umstecken.", "Do not re-plug anything on site."),
    ),
    "kon.no_internet": Row(
        "it",
        ("Konnektor meldet: kein Weg ins Internet", "Konnektor reports: no way to the internet"),
        (
            "Der Konnektor meldet seit {since}, dass er das Internet nicht erreicht; damit fehlt auch die TI.",
            "The Konnektor has reported for {since} that it does not reach the internet; so the TI is missing too.",
        ),
        (
            "Internet-Anzeige prüfen; läuft das Internet, DVO anrufen.",
            "Check the internet tile; if the internet works, call the DVO.",
        ),
        (
            "Konnektor nicht neu starten, solange das Internet fehlt.",
            "Do not restart the Konnektor while the internet is down.",
        ),
    ),
    "kon.vpn_offline.central": Row(
        "central",
        ("VPN-Zugangsdienst {org} gestört", "VPN access service {org} is down"),
        (
            "Der VPN-Zugangsdienst {org} ist gestört. Ihre Technik ist in Ordnung.",
            "The VPN access service {org} is down. Your equipment is fine.",
        ),
        (
            "Kunden informieren, dringende Fälle: Muster 16 bei der Praxis.",
            "Inform customers; urgent: paper form from the practice.",
        ),
        ("Nichts neu starten.", "Do not restart anything."),
    ),
    "kon.vpn_unknown": Row(
        "dvo",
        ("Konnektor nennt keinen TI-Zustand", "Konnektor tells no TI state"),
        (
            "Der Konnektor sagt nicht, ob er mit der TI verbunden ist.",
            "The Konnektor does not tell whether it is connected to the TI.",
        ),
        ("DVO fragen, was der Konnektor selbst anzeigt.", "Ask the DVO what it shows itself."),
        ("Nicht als «alles gut» werten.", "Do not take it as «all well»."),
    ),
    "kon.fw_unknown": Row(
        "dvo",
        ("Konnektor nennt keine Software-Version", "Konnektor tells no software version"),
        (
            "Der Konnektor nennt keine Software-Version; verlangt ist {least}.",
            "The Konnektor tells no software version; {least} is wanted.",
        ),
        ("Version am Konnektor ansehen.", "Look the version up on the Konnektor."),
        ("Nicht als «alles gut» werten.", "Do not take it as «all well»."),
    ),
    "kon.tsl_crl_expiring": Row(
        "dvo",
        ("Vertrauenslisten laufen bald ab", "trust lists expire soon"),
        (
            "Im Konnektor: {condition}; danach reißt die TI-Verbindung ab.",
            "In the Konnektor: {condition}; after that the TI link drops.",
        ),
        ("DVO bitten, TSL und CRL zu aktualisieren.", "Ask the DVO to update TSL and CRL."),
        ("Nicht bis zum Ablauf warten.", "Do not wait for the expiry."),
    ),
    "kon.tsl_crl_expired": Row(
        "dvo",
        ("Vertrauenslisten abgelaufen", "trust lists have expired"),
        (
            "Die Vertrauenslisten sind abgelaufen; die TI kann jederzeit abreißen.",
            "The trust lists have expired; the TI link can drop any time.",
        ),
        (
            "DVO sofort anrufen: TSL und CRL von Hand einspielen.",
            "Call the DVO now: load TSL and CRL by hand.",
        ),
        (
            "Konnektor nicht neu starten, sonst ist die TI weg.",
            "Do not restart it or the TI link is lost.",
        ),
    ),
    "kon.cert_expiring": Row(
        "dvo",
        ("Konnektor-Zertifikat läuft am {date} ab", "Konnektor certificate expires on {date}"),
        (
            "Das Konnektor-Zertifikat läuft am {date} ab; danach geht keine TI.",
            "The Konnektor certificate expires on {date}; then there is no TI.",
        ),
        (
            "DVO: Austausch oder Wechsel zum TI-Gateway planen.",
            "Plan a swap or a move to the TI-Gateway with the DVO.",
        ),
        ("Nicht auf automatische Verlängerung verlassen.", "Do not rely on automatic renewal."),
    ),
    "kon.fatal": Row(
        "dvo",
        ("Konnektor meldet kritischen Zustand", "Konnektor reports a critical state"),
        (
            "Der Konnektor meldet einen kritischen Zustand und arbeitet nur eingeschränkt.",
            "The Konnektor reports a critical state and works only in part.",
        ),
        (
            "DVO anrufen und den angezeigten Fehlernamen nennen.",
            "Call the DVO and quote the error name shown.",
        ),
        ("Nicht auf Verdacht neu starten.", "Do not restart on suspicion."),
    ),
    "kon.fatal_condition": Row(
        "dvo",
        ("Konnektor: {condition}", "Konnektor: {condition}"),
        (
            "Der Konnektor meldet seit {since} einen kritischen Zustand und arbeitet nur eingeschränkt: {condition}.",
            "The Konnektor has reported a critical state for {since} and works only in part: {condition}.",
        ),
        (
            "DVO anrufen und den angezeigten Fehlernamen nennen.",
            "Call the DVO and quote the error name shown.",
        ),
        ("Nicht auf Verdacht neu starten.", "Do not restart on suspicion."),
    ),
    "kon.condition": Row(
        "dvo",
        ("Konnektor: {condition}", "Konnektor: {condition}"),
        (
            "Der Konnektor meldet seit {since}: {condition}.",
            "The Konnektor has reported for {since}: {condition}.",
        ),
        (
            "DVO anrufen und den angezeigten Fehlernamen nennen.",
            "Call the DVO and quote the error name shown.",
        ),
        ("Nicht auf Verdacht neu starten.", "Do not restart on suspicion."),
    ),
    "kon.clock": Row(
        "dvo",
        ("Konnektor: {condition}", "Konnektor: {condition}"),
        (
            "Der Konnektor meldet seit {since}: {condition}. Mit falscher Uhr reißt die TI-Verbindung ab.",
            "The Konnektor has reported for {since}: {condition}. With a wrong clock the TI link drops.",
        ),
        (
            "DVO anrufen: Zeitabgleich (NTP) des Konnektors prüfen.",
            "Call the DVO: check the Konnektor's time service (NTP).",
        ),
        ("Nicht auf Verdacht neu starten.", "Do not restart on suspicion."),
    ),
    "kon.network": Row(
        "dvo",
        ("Konnektor: {condition}", "Konnektor: {condition}"),
        (
            "Der Konnektor meldet seit {since}: {condition}. Ohne sie gibt es keine TI-Verbindung.",
            "The Konnektor has reported for {since}: {condition}. Without them there is no TI connection.",
        ),
        (
            "DVO anrufen: Netzeinstellungen des Konnektors prüfen.",
            "Call the DVO: check the Konnektor's network settings.",
        ),
        ("Kein Werksreset.", "No factory reset."),
    ),
    "kon.fw_blocked": Row(
        "dvo",
        ("Konnektor gesperrt: Software-Update nötig", "Konnektor blocked: software update needed"),
        (
            "Mit dieser Software darf der Konnektor nicht mehr in die TI.",
            "With this software the Konnektor is no longer allowed into the TI.",
        ),
        (
            "DVO sofort anrufen: Software-Update einspielen.",
            "Call the DVO now: install the software update.",
        ),
        ("Nicht auf Verdacht neu starten.", "Do not restart on suspicion."),
    ),
    "kon.cert_expired": Row(
        "dvo",
        ("VPN-Zertifikat des Konnektors abgelaufen", "Konnektor's VPN certificate has expired"),
        (
            "Das VPN-Zertifikat des Konnektors ist abgelaufen; er kommt nicht mehr in die TI.",
            "The Konnektor's VPN certificate has expired; it no longer gets into the TI.",
        ),
        (
            "DVO sofort anrufen: Austausch oder TI-Gateway.",
            "Call the DVO now: replacement or TI-Gateway.",
        ),
        ("Konnektor nicht deregistrieren.", "Do not de-register the Konnektor."),
    ),
    "kon.vpn_cert_expiring": Row(
        "dvo",
        ("VPN-Zertifikat endet binnen 180 Tagen", "VPN certificate ends within 180 days"),
        (
            "Das VPN-Zertifikat des Konnektors endet binnen 180 Tagen; danach geht keine TI.",
            "The Konnektor's VPN certificate ends within 180 days; then there is no TI.",
        ),
        (
            "DVO: Austausch oder Wechsel zum TI-Gateway planen.",
            "Plan a swap or a move to the TI-Gateway with the DVO.",
        ),
        ("Nicht auf automatische Verlängerung verlassen.", "Do not rely on automatic renewal."),
    ),
    "kon.lan_cert_expired": Row(
        "dvo",
        ("Konnektor-Zertifikat am {date} abgelaufen", "Konnektor certificate expired on {date}"),
        (
            "Das LAN-Zertifikat des Konnektors ist abgelaufen; Programme, die es prüfen, erreichen ihn nicht.",
            "The Konnektor's LAN certificate has expired; programs that verify it cannot reach it.",
        ),
        (
            "DVO: im Konnektor auf ein gültiges Zertifikat umstellen.",
            "DVO: switch the Konnektor to a valid certificate.",
        ),
        ("Nicht mit der SMC-B verwechseln.", "Do not confuse it with the SMC-B."),
    ),
    "kon.not_verified": Row(
        "it",
        ("Konnektor nicht geprüft: {reason}", "Konnektor not verified: {reason}"),
        (
            "Ob das der richtige Konnektor ist, war nicht zu prüfen; deshalb wurde er nicht gefragt.",
            "Whether this is the right Konnektor could not be verified, so it was not asked.",
        ),
        (
            "Zertifikat am Gerät vergleichen, dann die genannte Option setzen.",
            "Compare the certificate on the device, then set the option named.",
        ),
        (
            "Nicht als Ausfall des Konnektors werten.",
            "Do not treat it as an outage of the Konnektor.",
        ),
    ),
    "kon.tls_failed": Row(
        "it",
        ("Konnektor: TLS scheitert ({reason})", "Konnektor: TLS fails ({reason})"),
        (
            "Der Konnektor ist da, aber eine verschlüsselte Verbindung kommt nicht zustande.",
            "The Konnektor is there, but no encrypted connection comes about.",
        ),
        (
            "Die genannte Einstellung prüfen; nach einem Update den DVO fragen.",
            "Check the setting named; after an update ask the DVO.",
        ),
        ("Nicht auf Verdacht neu starten.", "Do not restart on suspicion."),
    ),
    "kon.settings": Row(
        "it",
        ("Konnektor lehnt ab: {reason}", "Konnektor refuses: {reason}"),
        (
            "Der Konnektor läuft, nimmt aber die Einstellungen dieser Prüfung nicht an.",
            "The Konnektor runs but does not accept this check's settings.",
        ),
        (
            "Genannte Option mit dem Infomodell des Konnektors vergleichen.",
            "Compare the option named with the Konnektor's Infomodell.",
        ),
        (
            "Nicht als Ausfall des Konnektors werten.",
            "Do not treat it as an outage of the Konnektor.",
        ),
    ),
    "kon.internal": Row(
        "dvo",
        ("Konnektor meldet internen Fehler", "Konnektor reports an internal error"),
        (
            "Der Konnektor beantwortet eine Abfrage mit einem internen Fehler.",
            "The Konnektor answers a question with an internal error.",
        ),
        ("DVO anrufen und die Fehlernummer nennen.", "Call the DVO and quote the error number."),
        ("Nicht auf Verdacht neu starten.", "Do not restart on suspicion."),
    ),
    "kon.operation": Row(
        "dvo",
        ("Abfrage gescheitert: {reason}", "question failed: {reason}"),
        (
            "Eine Abfrage des Konnektors ist gescheitert; was sie zeigen soll, ist unbekannt.",
            "A question to the Konnektor failed; what it should tell is unknown.",
        ),
        (
            "Bleibt es so, dem DVO diese Meldung vorlesen.",
            "If it stays, read this message to the DVO.",
        ),
        ("Nicht als «alles gut» werten.", "Do not take it as «all well»."),
    ),
    "kon.operation_silent": Row(
        "dvo",
        ("Konnektor beantwortet Abfragen nicht", "Konnektor leaves questions unanswered"),
        (
            "Der Konnektor ist da, beantwortet aber eine Abfrage nicht.",
            "The Konnektor is there but leaves a question unanswered.",
        ),
        ("DVO anrufen und diese Anzeige vorlesen.", "Call the DVO and read this page out."),
        ("Nicht mehrfach neu starten.", "Do not restart it repeatedly."),
    ),
    "kon.elsewhere": Row(
        "it",
        ("Dienste des Konnektors nicht erreichbar", "Konnektor's services out of reach"),
        (
            "Der Konnektor antwortet, nennt für seine Dienste aber eine Adresse, die von hier nicht zu erreichen ist.",
            "The Konnektor answers, but names an address for its services that is out of reach from here.",
        ),
        (
            "Hinter NAT oder TI-Gateway --rewrite-endpoints setzen.",
            "Behind NAT or a TI-Gateway give --rewrite-endpoints.",
        ),
        (
            "Nicht als Ausfall des Konnektors werten.",
            "Do not treat it as an outage of the Konnektor.",
        ),
    ),
    "kon.slow": Row(
        "dvo",
        ("Konnektor antwortet langsam ({latency})", "Konnektor answers slowly ({latency})"),
        (
            "Der Konnektor braucht für {alarm} {latency}.",
            "The Konnektor takes {latency} for {alarm}.",
        ),
        (
            "Bleibt es so, den Konnektor vom DVO prüfen lassen.",
            "If it stays, have the DVO check the Konnektor.",
        ),
        ("Nicht auf Verdacht neu starten.", "Do not restart on suspicion."),
    ),
    "kon.fw_below": Row(
        "dvo",
        ("Konnektor-Software {firmware} ist zu alt", "Konnektor software {firmware} is too old"),
        (
            "Die Konnektor-Software {firmware} ist älter als die verlangte {least}.",
            "The Konnektor software {firmware} is older than the {least} wanted.",
        ),
        (
            "Update-Termin außerhalb der Öffnungszeit vereinbaren.",
            "Book an update outside opening hours.",
        ),
        ("Update nicht im laufenden Betrieb starten.", "Do not start the update while serving."),
    ),
    "kon.fw_outdated": Row(
        "dvo",
        ("Konnektor-Software veraltet", "Konnektor software is outdated"),
        (
            "Die Konnektor-Software ist veraltet und muss aktualisiert werden.",
            "The Konnektor software is outdated and must be updated.",
        ),
        (
            "Update-Termin außerhalb der Öffnungszeit vereinbaren.",
            "Book an update outside opening hours.",
        ),
        ("Update nicht im laufenden Betrieb starten.", "Do not start the update while serving."),
    ),
}
