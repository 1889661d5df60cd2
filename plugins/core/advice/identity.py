"""What is said about card terminals and cards."""

from __future__ import annotations

from apowacht.plugins.core.advice.shape import Row

ROWS: dict[str, Row] = {
    "kt.ready": Row(
        "",
        ("SMC-B bereit, verbundene Terminals: {n}", "SMC-B ready, terminals connected: {n}"),
        (
            "Die SMC-B ist bereit; mit dem Konnektor verbundene Kartenterminals: {n}.",
            "The SMC-B is ready; card terminals connected to the Konnektor: {n}.",
        ),
    ),
    "kt.connected": Row(
        "",
        ("verbundene Terminals: {n}", "terminals connected: {n}"),
        (
            "Mit dem Konnektor verbundene Kartenterminals: {n}.",
            "Card terminals connected to the Konnektor: {n}.",
        ),
    ),
    "kt.offline": Row(
        "team_dvo",
        ("Kartenterminal nicht verbunden", "card terminal not connected"),
        (
            "Das Kartenterminal ist nicht mit dem Konnektor verbunden.",
            "The card terminal is not connected to the Konnektor.",
        ),
        (
            "Strom und Netzkabel prüfen, Terminal einmal neu starten.",
            "Check power and cable, restart the terminal once.",
        ),
        ("Koppelung (Pairing) nicht löschen.", "Do not delete the pairing."),
    ),
    "kt.offline_alive": Row(
        "dvo",
        ("Terminal an, aber nicht verbunden", "terminal is on but not connected"),
        (
            "Das Kartenterminal antwortet selbst, ist aber nicht mit dem Konnektor verbunden.",
            "The card terminal itself answers but is not connected to the Konnektor.",
        ),
        (
            "DVO anrufen: Netz zwischen Terminal und Konnektor prüfen.",
            "Call the DVO: check the network between terminal and Konnektor.",
        ),
        ("Koppelung (Pairing) nicht löschen.", "Do not delete the pairing."),
    ),
    "kt.offline_dead": Row(
        "team_dvo",
        ("Kartenterminal aus oder ohne Netz", "card terminal off or without network"),
        (
            "Das Kartenterminal ist nicht verbunden und antwortet auch selbst nicht.",
            "The card terminal is not connected and does not answer by itself either.",
        ),
        (
            "Strom und Netzkabel prüfen, Terminal einmal neu starten.",
            "Check power and cable, restart the terminal once.",
        ),
        ("Koppelung (Pairing) nicht löschen.", "Do not delete the pairing."),
    ),
    "kt.not_resolved": Row(
        "it",
        ("Terminal nicht gefragt, Name unbekannt", "terminal not asked, name not found"),
        (
            "Den in --direct genannten Namen kennt kein DNS; das Terminal selbst wurde nicht gefragt.",
            "No DNS knows the name given in --direct; the terminal itself was not asked.",
        ),
        (
            "IT-Betreuer: --direct und DNS prüfen, besser die IP-Adresse nehmen.",
            "IT: check --direct and DNS, better take the IP address.",
        ),
        (
            "Nicht als ausgeschaltetes Terminal werten.",
            "Do not treat it as a terminal that is off.",
        ),
    ),
    "kt.unlisted": Row(
        "dvo",
        ("Terminal dem Konnektor unbekannt", "terminal unknown to the Konnektor"),
        (
            "Der Konnektor kennt kein Kartenterminal dieses Namens; er nennt: {known}.",
            "The Konnektor knows no card terminal of this name; it lists: {known}.",
        ),
        (
            "Schreibweise vergleichen; fehlt das Terminal wirklich, DVO anrufen.",
            "Compare the spelling; if the terminal really is missing, call the DVO.",
        ),
        ("Koppelung (Pairing) nicht löschen.", "Do not delete the pairing."),
    ),
    "kt.none_connected": Row(
        "team_dvo",
        ("kein Kartenterminal verbunden", "no card terminal is connected"),
        (
            "Kein Kartenterminal ist mit dem Konnektor verbunden; E-Rezepte gehen nicht.",
            "No card terminal is connected to the Konnektor; e-prescriptions do not work.",
        ),
        (
            "Strom und Netzkabel der Terminals prüfen, dann DVO anrufen.",
            "Check power and cables of the terminals, then call the DVO.",
        ),
        ("Koppelung (Pairing) nicht löschen.", "Do not delete the pairing."),
    ),
    "kt.too_few": Row(
        "team_dvo",
        ("verbundene Terminals: {n}, nötig: {min}", "terminals connected: {n}, needed: {min}"),
        (
            "Verbundene Kartenterminals: {n}; gebraucht werden {min}.",
            "Card terminals connected: {n}; {min} are needed.",
        ),
        (
            "Strom und Netzkabel der fehlenden Terminals prüfen.",
            "Check power and cables of the missing terminals.",
        ),
        ("Koppelung (Pairing) nicht löschen.", "Do not delete the pairing."),
    ),
    "kt.no_spare": Row(
        "team_dvo",
        ("kein Ersatzterminal", "no spare terminal"),
        (
            "Das Ersatzterminal ist nicht verbunden; fällt ein weiteres aus, fehlt der Ersatz.",
            "The spare terminal is not connected; if another one fails there is no replacement.",
        ),
        (
            "Ersatzterminal einschalten, Strom und Netzkabel prüfen.",
            "Switch on the spare terminal, check power and cable.",
        ),
        ("Koppelung (Pairing) nicht löschen.", "Do not delete the pairing."),
    ),
    "kt.off_closed": Row(
        "",
        ("Terminal aus, Apotheke geschlossen", "terminal off, pharmacy closed"),
        (
            "Das Kartenterminal ist aus; außerhalb der Öffnungszeit ist das kein Fehler.",
            "The card terminal is off; outside opening hours that is no fault.",
        ),
    ),
    "kt.off_unneeded": Row(
        "",
        ("Terminal aus, nicht erwartet", "terminal off, not expected"),
        (
            "Das Kartenterminal ist nicht verbunden; erwartet wird es nicht.",
            "The card terminal is not connected; nobody expects it.",
        ),
    ),
    "kt.never_connected": Row(
        "",
        ("Terminal war nie verbunden", "terminal was never connected"),
        (
            "Das Kartenterminal ist eingetragen, war aber nie verbunden.",
            "The card terminal is listed but was never connected.",
        ),
    ),
    "kt.fw_outdated": Row(
        "dvo",
        ("Terminal-Software nicht aktuell", "terminal software not current"),
        (
            "Die Software des Kartenterminals ist nicht aktuell.",
            "The software of the card terminal is not current.",
        ),
        (
            "Update-Termin außerhalb der Öffnungszeit vereinbaren.",
            "Book an update outside opening hours.",
        ),
        ("Update nicht im laufenden Betrieb starten.", "Do not start the update while serving."),
    ),
    "kt.smcb_offline": Row(
        "team_dvo",
        ("Terminal mit der SMC-B ist aus", "terminal with the SMC-B is off"),
        (
            "Das Terminal mit der SMC-B ist aus; E-Rezepte gehen nicht.",
            "The terminal holding the SMC-B is off; e-prescriptions do not work.",
        ),
        ("Einschalten, warten, SMC-B-PIN eingeben.", "Switch on, wait, enter the SMC-B PIN."),
        (
            "Dieses Terminal nie ausschalten, auch nicht nachts.",
            "Never switch this terminal off, not even at night.",
        ),
    ),
    "smcb.pin_off": Row(
        "",
        ("SMC-B ohne PIN-Schutz", "SMC-B without PIN protection"),
        (
            "Der PIN-Schutz der SMC-B ist abgeschaltet; sie ist ohne PIN nutzbar.",
            "The PIN protection of the SMC-B is switched off; it works without.",
        ),
    ),
    "smcb.pin_spare": Row(
        "",
        ("weitere SMC-B, PIN nicht eingegeben", "another SMC-B, PIN not entered"),
        (
            "Die PIN dieser SMC-B ist nicht eingegeben; gebraucht wird sie gerade nicht.",
            "The PIN of this SMC-B has not been entered; it is not needed now.",
        ),
    ),
    "smcb.no_pin": Row(
        "owner_dvo",
        ("SMC-B hat noch keine PIN", "SMC-B has no PIN yet"),
        (
            "Für die SMC-B ist noch keine PIN gesetzt; sie ist nicht nutzbar.",
            "No PIN has been set for the SMC-B; it cannot be used.",
        ),
        ("Eigene PIN mit dem DVO setzen.", "Set your own PIN with the DVO."),
        ("Keine PIN erraten wollen.", "Do not try to guess a PIN."),
    ),
    "smcb.pin_unclear": Row(
        "dvo",
        ("PIN-Zustand der SMC-B unklar", "SMC-B PIN state is unclear"),
        (
            "Der Konnektor nennt für die SMC-B einen unbekannten PIN-Zustand ({status}).",
            "The Konnektor tells an unknown PIN state for the SMC-B ({status}).",
        ),
        ("DVO fragen, was der Zustand bedeutet.", "Ask the DVO what the state means."),
        ("Keine PIN auf Verdacht eingeben.", "Do not enter a PIN on suspicion."),
    ),
    "smcb.too_few": Row(
        "team_owner",
        ("bereite SMC-B: {n}, nötig: {min}", "SMC-B ready: {n}, needed: {min}"),
        ("Bereite SMC-B: {n}; gebraucht werden {min}.", "SMC-B ready: {n}; {min} are needed."),
        ("Bei den übrigen Karten Sitz und PIN prüfen.", "Check seat and PIN of the other cards."),
        ("Karte nicht im laufenden Betrieb ziehen.", "Do not pull the card while in use."),
    ),
    "smcb.g20_ending": Row(
        "owner_tsp",
        ("SMC-B (G2.0) nur bis 30.06.2026", "SMC-B (G2.0) only until 30 June 2026"),
        (
            "Diese SMC-B (G2.0) ist nur bis 30.06.2026 zulässig.",
            "This SMC-B (G2.0) is permitted until 30 June 2026 only.",
        ),
        (
            "Folgekarte G2.1 bestellen, Anbieter anrufen.",
            "Order a G2.1 follow-up card, call the issuer.",
        ),
        ("Aufgedrucktes Datum nicht als gültig ansehen.", "Do not trust the printed date."),
    ),
    "smcb.pin_missing": Row(
        "team_owner",
        ("SMC-B-PIN nicht eingegeben", "SMC-B PIN has not been entered"),
        (
            "Die PIN der SMC-B ist nicht eingegeben; E-Rezepte gehen nicht.",
            "The SMC-B PIN has not been entered; e-prescriptions do not work.",
        ),
        (
            "PIN am Kartenterminal eingeben; die Apothekensoftware startet die Eingabe.",
            "Enter the PIN at the card terminal; the pharmacy software starts the entry.",
        ),
        (
            "Nicht raten: Nach drei Fehlern ist die Karte gesperrt.",
            "Do not guess: three errors block the card.",
        ),
    ),
    "smcb.pin_low_tries": Row(
        "owner",
        ("SMC-B-PIN: Versuche übrig: {n}", "SMC-B PIN: tries left: {n}"),
        (
            "Für die SMC-B-PIN bleiben nur noch wenige Versuche: {n}.",
            "Few tries are left for the SMC-B PIN: {n}.",
        ),
        (
            "PIN erst beim Inhaber oder im PIN-Brief nachsehen.",
            "Look the PIN up first (owner, PIN letter).",
        ),
        ("Keinen Versuch mit unsicherer PIN machen.", "No attempt with an uncertain PIN."),
    ),
    "smcb.pin_blocked": Row(
        "owner_tsp",
        ("SMC-B gesperrt, PUK nötig", "SMC-B is blocked, PUK needed"),
        (
            "Die SMC-B ist nach drei falschen PINs gesperrt; nur die PUK hilft.",
            "The SMC-B is blocked after three wrong PINs; only the PUK helps.",
        ),
        (
            "PUK aus dem PIN-Brief holen, mit dem DVO neue PIN setzen.",
            "Get the PUK letter, set a new PIN with the DVO.",
        ),
        (
            "PUK nicht raten, sonst ist eine neue Karte nötig.",
            "Do not guess the PUK or a new card is needed.",
        ),
    ),
    "smcb.transport_pin": Row(
        "owner_dvo",
        ("SMC-B hat noch die Transport-PIN", "SMC-B still has its transport PIN"),
        (
            "Die SMC-B hat noch die Transport-PIN und ist nicht nutzbar.",
            "The SMC-B still has its transport PIN and cannot be used.",
        ),
        (
            "Karte im Anbieterportal bestätigen, dann eigene PIN setzen.",
            "Confirm the card in the portal, then set your own PIN.",
        ),
        (
            "Transport-PIN nie raten: Drei Fehler zerstören die Karte.",
            "Never guess it: three errors destroy the card.",
        ),
    ),
    "smcb.missing": Row(
        "team_owner",
        ("keine lesbare SMC-B im Terminal", "no readable SMC-B in the terminal"),
        (
            "Im Kartenterminal steckt keine lesbare SMC-B.",
            "No readable SMC-B is in the card terminal.",
        ),
        (
            "Sitz der Karte prüfen; bei Verlust beim Anbieter sperren lassen.",
            "Check the seat; if lost, have the issuer block it.",
        ),
        ("Karte nicht im laufenden Betrieb ziehen.", "Do not pull the card while in use."),
    ),
    "smcb.expiring": Row(
        "owner_tsp",
        (
            "SMC-B läuft am {date} ab, Folgekarte bestellen",
            "SMC-B expires on {date}, order a new one",
        ),
        (
            "Die SMC-B läuft am {date} ab; jetzt die Folgekarte bestellen.",
            "The SMC-B expires on {date}; order the follow-up card now.",
        ),
        (
            "Folgekarte im Kundenkonto des Kartenanbieters beantragen.",
            "Order in the card issuer's customer account.",
        ),
        (
            "Folgekarte, keine neue Karte: Die Telematik-ID muss bleiben.",
            "Follow-up card, not a new one: keep the Telematik-ID.",
        ),
    ),
    "smcb.expiring_soon": Row(
        "owner_tsp",
        ("SMC-B läuft in {n} Tagen ab", "SMC-B expires in {n} days"),
        (
            "Nur noch {n} Tage: Eine Folgekarte braucht etwa 4 bis 6 Wochen.",
            "Only {n} days left: a follow-up card takes about 4 to 6 weeks.",
        ),
        (
            "Bestellstand und Ident prüfen, Einbautermin mit DVO machen.",
            "Check order and ident, book the DVO for the swap.",
        ),
        (
            "Nicht auf die automatische Verlängerung hoffen: Es gibt keine.",
            "Do not hope for automatic renewal: there is none.",
        ),
    ),
    "smcb.expired": Row(
        "owner_tsp",
        ("SMC-B abgelaufen: kein TI-Zugang", "SMC-B has expired: no TI access"),
        (
            "Die SMC-B ist abgelaufen; ohne sie gibt es keinen TI-Zugang.",
            "The SMC-B has expired; without it there is no TI access.",
        ),
        (
            "Zweitkarte einsetzen, sonst Anbieter und Kammer anrufen.",
            "Use a second card, else call issuer and chamber.",
        ),
        ("Alte Karte nicht durch Neustarts retten wollen.", "Do not try to save it by restarting."),
    ),
    "smcb.g20": Row(
        "owner_tsp",
        ("SMC-B (G2.0) nicht mehr zulässig", "SMC-B (G2.0) is no longer permitted"),
        (
            "Diese SMC-B (G2.0) ist seit dem 01.07.2026 nicht mehr zulässig.",
            "This SMC-B (G2.0) has not been permitted since 1 July 2026.",
        ),
        (
            "Folgekarte G2.1 bestellen, Anbieter anrufen.",
            "Order a G2.1 follow-up card, call the issuer.",
        ),
        ("Aufgedrucktes Datum nicht als gültig ansehen.", "Do not trust the printed date."),
    ),
    "hba.expiring": Row(
        "owner_tsp",
        ("HBA läuft am {date} ab", "HBA expires on {date}"),
        (
            "Der Heilberufsausweis (HBA) läuft am {date} ab.",
            "The professional card (HBA) expires on {date}.",
        ),
        (
            "Folge-HBA bestellen; er wird für die SMC-B-Freigabe gebraucht.",
            "Order it; it is needed to release an SMC-B.",
        ),
        ("HBA und SMC-B nicht gleichzeitig ablaufen lassen.", "Do not let both expire together."),
    ),
    "gsmckt.g20": Row(
        "dvo",
        (
            "Terminalkarte G2.0: bis 31.12.2026",
            "card G2.0: usable until 31 Dec 2026",
        ),
        (
            "Die Terminalkarte (gSMC-KT G2.0) ist nur bis 31.12.2026 nutzbar.",
            "The terminal card (gSMC-KT G2.0) is usable until 31 Dec 2026 only.",
        ),
        (
            "DVO-Termin: Karte G2.1 einsetzen und neu koppeln.",
            "Book the DVO: fit G2.1 and pair again.",
        ),
        ("Siegel am Terminal nicht selbst öffnen.", "Do not break the terminal's seal."),
    ),
    "gsmckt.g20_over": Row(
        "dvo",
        ("Terminalkarte G2.0 nicht zulässig", "terminal card G2.0 not permitted"),
        (
            "Die Terminalkarte (gSMC-KT G2.0) ist seit dem 01.01.2027 nicht mehr zulässig.",
            "The terminal card (gSMC-KT G2.0) has not been permitted since 1 January 2027.",
        ),
        (
            "DVO sofort anrufen: Karte G2.1 einsetzen und neu koppeln.",
            "Call the DVO now: fit G2.1 and pair again.",
        ),
        ("Siegel am Terminal nicht selbst öffnen.", "Do not break the terminal's seal."),
    ),
    "gsmckt.expiring_soon": Row(
        "dvo",
        ("Terminalkarte endet binnen 5 Wochen", "terminal card ends within 5 weeks"),
        (
            "Die Terminalkarte (gSMC-KT) läuft in weniger als 5 Wochen ab; dann verliert das Terminal den Konnektor.",
            "The terminal card (gSMC-KT) expires in less than 5 weeks; then the terminal loses the Konnektor.",
        ),
        ("DVO-Termin für Tausch und neues Koppeln machen.", "Book the DVO for swap and pairing."),
        ("Nicht mit der SMC-B verwechseln.", "Do not confuse it with the SMC-B."),
    ),
    "gsmckt.expiring": Row(
        "dvo",
        ("Terminalkarte ({name}) endet am {date}", "terminal card ({name}) expires {date}"),
        (
            "Die Terminalkarte (gSMC-KT) in {name} läuft am {date} ab.",
            "The terminal card (gSMC-KT) in {name} expires on {date}.",
        ),
        ("DVO-Termin für Tausch und neues Koppeln machen.", "Book the DVO for swap and pairing."),
        ("Nicht mit der SMC-B verwechseln.", "Do not confuse it with the SMC-B."),
    ),
    "hba.expired": Row(
        "owner_tsp",
        ("HBA am {date} abgelaufen", "HBA expired on {date}"),
        (
            "Der Heilberufsausweis (HBA) ist am {date} abgelaufen und signiert nichts mehr.",
            "The professional card (HBA) expired on {date} and signs nothing any more.",
        ),
        (
            "Folge-HBA bestellen oder den bestellten aktivieren.",
            "Order the next HBA, or activate the one that has come.",
        ),
        (
            "SMC-B-Folgekarte nicht aufschieben: Ihre Freigabe braucht den HBA.",
            "Do not delay the next SMC-B: its release needs the HBA.",
        ),
    ),
    "gsmckt.expired": Row(
        "dvo",
        ("Terminalkarte ({name}) abgelaufen", "terminal card ({name}) expired"),
        (
            "Die Terminalkarte (gSMC-KT) in {name} ist am {date} abgelaufen; der Konnektor nimmt das Terminal nicht mehr an.",
            "The terminal card (gSMC-KT) in {name} expired on {date}; the Konnektor no longer accepts the terminal.",
        ),
        (
            "DVO anrufen: Karte tauschen und neu koppeln.",
            "Call the DVO: swap the card and pair again.",
        ),
        ("Siegel am Terminal nicht selbst öffnen.", "Do not break the terminal's seal."),
    ),
}
