"""Every sentence for people, once, in German and in English.

A row answers, for one failure class: whose job is it, what is wrong (short for line 1, and as a
full sentence), what to do first, what never to do. Nothing else in the code holds such a sentence.
Rules for a new row: one cause, one sentence; never promise what the chain does not hold; «PIN
eingeben», never «freischalten»; a restart only where it is the named step of the one responsible.
"""

from __future__ import annotations

from typing import NamedTuple

Text = tuple[str, str]
"""German, English."""

NONE: Text = ("", "")


class Row(NamedTuple):
    """What is said about one failure class; without an owner it is news, not a fault."""

    owner: str
    headline: Text
    sentence: Text
    step: Text = NONE
    never: Text = NONE


class Reason(NamedTuple):
    """Why there is no answer: a few words for line 1, and the sentence with what to try."""

    short: Text
    sentence: Text


UNKNOWN_VALUE: Text = ("unbekannt", "unknown")

WIDEST: dict[str, str] = {
    # The longest text a placeholder may become; anything longer is cut with an ellipsis.
    "age": "10,5 Jahre",
    "alarm": "Eingangsspannung außerhalb",
    "app": "E-Rezept-Fachdienst",
    "cert": "konnektor.konlan:443 ...",
    "charge": "unbekannt",
    "condition": "Liste der Netzagentur nicht aktualisiert",
    "count": "2000",
    "date": "31.12.2026",
    "days": "-9999",
    "firmware": "255.255.255",
    "latency": "120,123 s",
    "line": "Glasfaser-Büro",
    "load": "unbekannt",
    "measured": "12000 ms",
    "min": "1440",
    "n": "42",
    "name": "Handverkauf 12",
    "need": "120 min",
    "org": "Arvato Systems",
    "reason": "Anmeldung abgelehnt",
    "runtime": "unbekannt",
    "since": "10,5 Jahren",
    "temperature": "65 °C",
}

ALARMS: dict[str, Text] = {
    # RFC 1628's well-known alarms, and those of vendors that have no counterpart there.
    "battery_bad": ("Akku defekt", "battery bad"),
    "on_battery": ("Akkubetrieb", "on battery"),
    "low_battery": ("Akku fast leer", "battery low"),
    "depleted_battery": ("Akku leer", "battery depleted"),
    "temp_bad": ("Temperatur außerhalb", "temperature out of range"),
    "input_bad": ("Eingangsspannung außerhalb", "input out of range"),
    "output_bad": ("Ausgangsspannung außerhalb", "output out of range"),
    "output_overload": ("Überlast", "overload"),
    "on_bypass": ("Bypass", "on bypass"),
    "bypass_bad": ("Bypass gestört", "bypass bad"),
    "output_off_as_requested": ("Ausgang auf Befehl aus", "output off as requested"),
    "ups_off_as_requested": ("USV auf Befehl aus", "UPS off as requested"),
    "charger_failed": ("Ladegerät defekt", "charger failed"),
    "ups_output_off": ("Ausgang aus", "output off"),
    "ups_system_off": ("USV aus", "UPS off"),
    "fan_failure": ("Lüfter ausgefallen", "fan failed"),
    "fuse_failure": ("Sicherung ausgefallen", "fuse failed"),
    "general_fault": ("allgemeine Störung", "general fault"),
    "diagnostic_test_failed": ("Selbsttest nicht bestanden", "self-test failed"),
    "communications_lost": ("Verbindung verloren", "communication lost"),
    "awaiting_power": ("wartet auf Strom", "awaiting power"),
    "shutdown_pending": ("Abschaltung läuft", "shutdown pending"),
    "shutdown_imminent": ("schaltet sofort ab", "shutdown imminent"),
    "test_in_progress": ("Selbsttest läuft", "test in progress"),
    "internal_failure": ("interner Fehler", "internal failure"),
    "inverter_failure": ("Wechselrichter defekt", "inverter failed"),
    "building_alarm": ("Gebäudealarm", "building alarm"),
    "breaker_open": ("Schalter offen", "breaker open"),
    "ambient_temp_bad": ("Raumtemperatur außerhalb", "room temperature"),
    "loss_of_redundancy": ("Redundanz verloren", "redundancy lost"),
    "power_switch_bad": ("Leistungsschalter defekt", "power switch bad"),
    "module_failure": ("Modul ausgefallen", "module failed"),
    "on_alternate_power": ("Ersatznetz aktiv", "on alternate power"),
    "alternate_power_bad": ("Ersatznetz fehlt", "alternate power missing"),
    "battery_disconnected": ("Akku getrennt", "battery disconnected"),
    "no_battery": ("kein Akku", "no battery"),
    "battery_voltage_low": ("Akkuspannung zu niedrig", "battery voltage low"),
    "battery_voltage_high": ("Akkuspannung zu hoch", "battery voltage high"),
    "site_wiring_fault": ("Netzanschluss verpolt", "site wiring fault"),
    "ups_alarm": ("Alarm ohne Text", "alarm without text"),
    "unnamed_alarm": ("Alarm ohne Namen", "unnamed alarm"),
}

CONDITIONS: dict[str, Text] = {
    # A Konnektor's operating conditions (TAB_KON_503), decoded.
    "EC_BNetzA_VL_Update_Not_Successful": (
        "Liste der Netzagentur nicht aktualisiert",
        "Bundesnetzagentur's list not updated",
    ),
    "EC_BNetzA_VL_not_valid": (
        "Liste der Netzagentur abgelaufen",
        "Bundesnetzagentur's list has expired",
    ),
    "EC_CRL_Expiring": (
        "Sperrliste läuft binnen 3 Tagen ab",
        "revocation list expires in 3 days",
    ),
    "EC_CRL_Out_Of_Date": ("Sperrliste abgelaufen", "revocation list has expired"),
    "EC_CRYPTOPERATION_ALARM": (
        "Verdacht auf Missbrauch von Schlüsseln",
        "possible misuse of keys",
    ),
    "EC_CardTerminal_Not_Available": (
        "Kartenterminal nicht verbunden",
        "card terminal not connected",
    ),
    "EC_CardTerminal_Software_Out_Of_Date": (
        "Terminal-Software nicht aktuell",
        "terminal software not current",
    ),
    "EC_CardTerminal_gSMC-KT_Certificate_Expires_Soon": (
        "Terminalkarte endet binnen 5 Wochen",
        "terminal card ends within 5 weeks",
    ),
    "EC_Connector_Software_Out_Of_Date": (
        "wichtiges Software-Update wartet",
        "important software update is waiting",
    ),
    "EC_FW_Not_Valid_Status_Blocked": (
        "Software gesperrt, Update zwingend",
        "software blocked, update required",
    ),
    "EC_FW_Update_Available": ("Software-Update verfügbar", "software update available"),
    "EC_Firewall_Not_Reliable": ("Firewall unzuverlässig", "firewall not reliable"),
    "EC_IP_Adresses_Not_Available": (
        "IP-Adressen fehlen oder sind falsch",
        "IP addresses missing or wrong",
    ),
    "EC_LOG_OVERFLOW": ("Protokoll übergelaufen", "log has overflowed"),
    "EC_NK_Certificate_Expired": ("VPN-Zertifikat abgelaufen", "VPN certificate has expired"),
    "EC_NK_Certificate_Expiring": (
        "VPN-Zertifikat endet binnen 180 Tagen",
        "VPN certificate ends within 180 days",
    ),
    "EC_No_Online_Connection": ("kein Weg ins Internet", "no way to the internet"),
    "EC_No_VPN_SIS_Connection": (
        "kein sicherer Internetzugang (SIS)",
        "no secure internet service (SIS)",
    ),
    "EC_No_VPN_TI_Connection": ("keine Verbindung zur TI", "no connection to the TI"),
    "EC_OTHER_ERROR_STATE": ("Herstellermeldung", "vendor's message"),
    "EC_Random_Generator_Not_Reliable": (
        "Zufallsgenerator unzuverlässig",
        "random generator not reliable",
    ),
    "EC_Secure_KeyStore_Not_Available": (
        "Schlüsselspeicher nicht verfügbar",
        "key store not available",
    ),
    "EC_Security_Log_Not_Writable": (
        "Sicherheitsprotokoll nicht beschreibbar",
        "security log not writable",
    ),
    "EC_Software_Integrity_Check_Failed": (
        "Softwareprüfung nicht bestanden",
        "software integrity check failed",
    ),
    "EC_TLS_Certificate_Security": (
        "Schlüssel des Konnektors ist schwach",
        "Konnektor's TLS key is weak",
    ),
    "EC_TLS_Client_Certificate_Security": (
        "Schlüssel eines Clientsystems schwach",
        "a client system's key is weak",
    ),
    "EC_TSL_Expiring": (
        "Vertrauensliste endet binnen 7 Tagen",
        "trust list ends within 7 days",
    ),
    "EC_TSL_Out_Of_Date_Beyond_Grace_Period": (
        "Nachfrist der Vertrauensliste vorbei",
        "trust list's grace period is over",
    ),
    "EC_TSL_Out_Of_Date_Within_Grace_Period": (
        "Vertrauensliste in der Nachfrist",
        "trust list is in its grace period",
    ),
    "EC_TSL_Trust_Anchor_Expiring": (
        "Vertrauensanker endet binnen 30 Tagen",
        "trust anchor ends within 30 days",
    ),
    "EC_TSL_Trust_Anchor_Out_Of_Date": (
        "Vertrauensanker abgelaufen",
        "trust anchor has expired",
    ),
    "EC_TSL_Update_Not_Successful": (
        "Vertrauensliste nicht aktualisiert",
        "trust list was not updated",
    ),
    "EC_Time_Difference_Intolerable": ("Uhrzeit weicht zu weit ab", "clock is too far off"),
    "EC_Time_Sync_Not_Successful": (
        "letzter Uhrenabgleich misslungen",
        "last clock synchronisation failed",
    ),
    "EC_Time_Sync_Pending_Critical": (
        "Uhr zu lange nicht abgeglichen",
        "clock unsynchronised for too long",
    ),
    "EC_Time_Sync_Pending_Warning": (
        "Uhr seit Tagen nicht abgeglichen",
        "clock not synchronised for days",
    ),
}

NOTES: dict[str, Text] = {
    # What the run itself could not do; the verdict stands without it.
    "state_readonly": (
        "Zustandsordner nicht beschreibbar: ohne Gedächtnis geprüft.",
        "State folder not writable: checked without memory.",
    ),
    "state_corrupt": (
        "Zustandsdatei beschädigt: neu begonnen.",
        "State file damaged: started anew.",
    ),
    "state_full": ("Platte voll: Zustand nicht gemerkt.", "Disk full: state not kept."),
    "state_newer": (
        "Zustandsdatei von einer neueren Version: nicht benutzt.",
        "State file of a newer version: not used.",
    ),
    "state_future": (
        "Zustandsdatei aus der Zukunft (Uhr?): nicht benutzt.",
        "State file from the future (clock?): not used.",
    ),
    "state_locked": (
        "Zustandsdatei war gesperrt: ohne Gedächtnis geprüft.",
        "State file was locked: checked without memory.",
    ),
    "state_folder": (
        "Kein Zustandsordner: ohne Gedächtnis geprüft.",
        "No state folder: checked without memory.",
    ),
    "insecure": (
        "Verschlüsselt, aber ohne zu prüfen, mit wem (--insecure).",
        "Encrypted, but without checking with whom (--insecure).",
    ),
    "replayed": (
        "Aus einer Aufzeichnung beurteilt, kein Gerät gefragt.",
        "Judged from a recording, no device was asked.",
    ),
}

LABELS: dict[str, Text] = {
    "owner": ("Zuständig", "Responsible"),
    "step": ("Zuerst", "First"),
    "never": ("Achtung", "Caution"),
    "more": ("Außerdem", "Also"),
}

OWNERS: dict[str, Text] = {
    "": NONE,
    "team": ("Apothekenteam", "pharmacy team"),
    "owner": ("Inhaber", "owner"),
    "it": ("IT-Betreuer", "IT partner"),
    "dvo": ("TI-Dienstleister (DVO)", "TI service partner (DVO)"),
    "avs": ("Softwarehaus (AVS)", "software house (AVS)"),
    "isp": ("Internetanbieter", "internet provider"),
    "tsp": ("Kartenanbieter", "card issuer"),
    "ti_provider": ("TI-Anbieter", "TI provider"),
    "central": ("zentraler Betreiber (gematik)", "central operator (gematik)"),
    "team_dvo": (
        "Apothekenteam, dann TI-Dienstleister (DVO)",
        "pharmacy team, then TI service partner (DVO)",
    ),
    "team_owner": ("Apothekenteam oder Inhaber", "pharmacy team or owner"),
    "owner_tsp": ("Inhaber, mit dem Kartenanbieter", "owner, with the card issuer"),
    "owner_dvo": (
        "Inhaber, mit dem TI-Dienstleister (DVO)",
        "owner, with the TI service partner (DVO)",
    ),
}

ADVICE: dict[str, Row] = {
    # Power and UPS.
    "ups.on_mains": Row(
        "",
        (
            "USV am Netz, Akku {charge}, Restlaufzeit {runtime}",
            "UPS on mains, battery {charge}, runtime {runtime}",
        ),
        (
            "Die USV läuft am Netz; Akku {charge}, Restlaufzeit {runtime}, Last {load}.",
            "The UPS is on mains; battery {charge}, runtime {runtime}, load {load}.",
        ),
    ),
    "ups.reading": Row("", NONE, NONE),  # shown as a number only
    "ups.source_unknown": Row(
        "",
        (
            "USV meldet Akku {charge}, Stromquelle unbekannt",
            "UPS reports battery {charge}, source unknown",
        ),
        (
            "Die USV meldet keinen Fehler (Akku {charge}); ob sie am Netz läuft, sagt sie nicht.",
            "The UPS reports no fault (battery {charge}); it does not tell whether it is on mains.",
        ),
    ),
    "ups.state_unknown": Row(
        "it",
        (
            "USV antwortet, sagt aber nichts über Strom und Akku",
            "UPS answers, but tells nothing about its power",
        ),
        (
            "Die USV antwortet, nennt aber weder Stromquelle noch Akkuzustand.",
            "The UPS answers, but names neither its power source nor its battery state.",
        ),
        (
            "IT-Betreuer: Netzwerkkarte und Firmware der USV prüfen.",
            "IT: check the UPS network card and its firmware.",
        ),
        (
            "Nicht als Stromausfall und nicht als «alles gut» werten.",
            "Treat it neither as a power cut nor as «all well».",
        ),
    ),
    "power.on_battery": Row(
        "team",
        (
            "Stromausfall: USV auf Akku, Restlaufzeit {runtime}",
            "power cut: UPS on battery, runtime {runtime}",
        ),
        (
            "Stromausfall: Die Technik läuft auf der USV. Restlaufzeit: {runtime}.",
            "Power cut: equipment runs on the UPS. Time left: {runtime}.",
        ),
        (
            "Sicherung prüfen, Unnötiges ausschalten, Verkäufe abschließen.",
            "Check the breaker, switch off extras, finish sales.",
        ),
        ("Keine weiteren Geräte an die USV stecken.", "Plug nothing else into the UPS."),
    ),
    "power.on_battery_long": Row(
        "team",
        (
            "Stromausfall seit {since}, Restlaufzeit {runtime}",
            "power cut for {since}, runtime {runtime}",
        ),
        (
            "Der Strom ist seit {since} weg; die Technik läuft auf der USV. Restlaufzeit: {runtime}.",
            "The power has been out for {since}; equipment runs on the UPS. Time left: {runtime}.",
        ),
        (
            "Netzbetreiber fragen, wie lange es dauert; Herunterfahren vorbereiten.",
            "Ask the grid operator how long it will take; prepare the shutdown.",
        ),
        ("Keine weiteren Geräte an die USV stecken.", "Plug nothing else into the UPS."),
    ),
    "power.runtime_short": Row(
        "team",
        (
            "Stromausfall: nur noch {runtime} Restlaufzeit",
            "power cut: only {runtime} of runtime left",
        ),
        (
            "Stromausfall: Die USV hält nur noch {runtime}; Server und Kassen jetzt geordnet herunterfahren.",
            "Power cut: the UPS lasts only {runtime} more; shut down server and tills in order now.",
        ),
        (
            "Verkäufe abschließen, herunterfahren, PIN-Inhaber informieren.",
            "Finish sales, shut down, tell the PIN holder.",
        ),
        (
            "Nicht warten, bis alles gleichzeitig ausgeht.",
            "Do not wait until everything drops at once.",
        ),
    ),
    "power.low_battery": Row(
        "team",
        (
            "USV fast leer: jetzt geordnet herunterfahren",
            "UPS nearly empty: shut down in order now",
        ),
        (
            "Die USV ist fast leer: Server und Kassen jetzt geordnet herunterfahren.",
            "The UPS is nearly empty: shut down server and tills in order now.",
        ),
        (
            "PIN-Inhaber informieren; die SMC-B-PIN wird danach gebraucht.",
            "Tell the PIN holder; the SMC-B PIN will be needed afterwards.",
        ),
        (
            "Nicht warten, bis alles gleichzeitig ausgeht.",
            "Do not wait until everything drops at once.",
        ),
    ),
    "power.restored": Row(
        "team",
        (
            "Strom wieder da, SMC-B-PIN wahrscheinlich nötig",
            "power is back, SMC-B PIN probably needed",
        ),
        (
            "Der Strom ist zurück; die SMC-B-PIN ist wahrscheinlich neu einzugeben.",
            "Power is back; the SMC-B PIN probably has to be entered again.",
        ),
        (
            "Geräte nacheinander einschalten, dann SMC-B-PIN eingeben.",
            "Switch on one by one, then enter the SMC-B PIN.",
        ),
        ("Nicht alles gleichzeitig einschalten.", "Do not switch on everything at once."),
    ),
    "ups.recharging": Row(
        "",
        (
            "USV lädt nach Stromausfall, Akku {charge}",
            "UPS recharging after a power cut, battery {charge}",
        ),
        (
            "Der Strom ist seit {since} zurück; der Akku lädt noch ({charge}, Restlaufzeit {runtime}).",
            "Power has been back for {since}; the battery is still charging ({charge}, runtime {runtime}).",
        ),
    ),
    "ups.runtime_short": Row(
        "it",
        ("USV hielte nur {runtime} durch", "UPS would last only {runtime}"),
        (
            "Bei einem Stromausfall hielte die USV nur {runtime}; gebraucht werden {need}.",
            "In a power cut the UPS would last only {runtime}; {need} are needed.",
        ),
        (
            "Akkutausch, weniger Last oder eine größere USV planen.",
            "Plan a battery swap, less load or a larger UPS.",
        ),
        ("USV nicht zum Testen ausstecken.", "Do not unplug the UPS to test it."),
    ),
    "ups.charge_low": Row(
        "it",
        ("USV-Akku nur zu {charge} geladen", "UPS battery charged to {charge} only"),
        (
            "Der USV-Akku ist nur zu {charge} geladen.",
            "The UPS battery is charged to {charge} only.",
        ),
        (
            "Einige Stunden laden lassen; bleibt es so, Akku prüfen lassen.",
            "Let it charge for some hours; if it stays, have the battery checked.",
        ),
        ("Keine weiteren Geräte an die USV stecken.", "Plug nothing else into the UPS."),
    ),
    "ups.battery_low": Row(
        "it",
        (
            "USV meldet schwachen Akku, obwohl Strom da ist",
            "UPS reports a low battery although mains is there",
        ),
        (
            "Die USV läuft am Netz, meldet aber einen schwachen Akku.",
            "The UPS is on mains but reports a low battery.",
        ),
        (
            "Einige Stunden laden lassen; bleibt es so, Akku tauschen.",
            "Let it charge for some hours; if it stays, swap the battery.",
        ),
        ("USV nicht zum Testen ausstecken.", "Do not unplug the UPS to test it."),
    ),
    "ups.battery_worn": Row(
        "it",
        ("USV-Akku verbraucht, Tausch bestellen", "UPS battery worn out, order a swap"),
        (
            "Der USV-Akku ist verbraucht und überbrückt keinen Stromausfall mehr.",
            "The UPS battery is worn out and will not bridge a power cut.",
        ),
        ("Akkutausch beim IT-Betreuer bestellen.", "Order a battery swap from your IT partner."),
        ("USV nicht zum Testen ausstecken.", "Do not unplug the UPS to test it."),
    ),
    "ups.battery_old": Row(
        "it",
        ("USV-Akku ist {age} alt, Tausch planen", "UPS battery is {age} old, plan a swap"),
        (
            "Der USV-Akku ist {age} alt; Bleiakkus halten meist 3 bis 5 Jahre.",
            "The UPS battery is {age} old; lead batteries mostly last 3 to 5 years.",
        ),
        ("Akkutausch beim IT-Betreuer planen.", "Plan a battery swap with your IT partner."),
        ("USV nicht zum Testen ausstecken.", "Do not unplug the UPS to test it."),
    ),
    "ups.load_high": Row(
        "it",
        ("USV zu {load} ausgelastet", "UPS loaded to {load}"),
        ("Die USV ist zu {load} ausgelastet.", "The UPS is loaded to {load}."),
        (
            "Drucker und andere große Verbraucher von der USV nehmen.",
            "Take printers and other large loads off the UPS.",
        ),
        ("Keine weiteren Geräte an die USV stecken.", "Plug nothing else into the UPS."),
    ),
    "ups.overload": Row(
        "it",
        (
            "USV überlastet: sie kann jederzeit abschalten",
            "UPS overloaded: it may switch off any time",
        ),
        (
            "Die USV ist überlastet und kann jederzeit abschalten.",
            "The UPS is overloaded and may switch off any time.",
        ),
        (
            "Zuletzt angeschlossene oder unwichtige Geräte von der USV nehmen.",
            "Take the last-added or unimportant devices off the UPS.",
        ),
        ("Den Server nicht einfach ausstecken.", "Do not just unplug the server."),
    ),
    "ups.temperature_high": Row(
        "it",
        ("USV-Akku ist {temperature} warm", "UPS battery is at {temperature}"),
        (
            "Der USV-Akku ist {temperature} warm; Hitze verkürzt sein Leben stark.",
            "The UPS battery is at {temperature}; heat shortens its life a lot.",
        ),
        ("Lüftungsschlitze freiräumen, Raum kühlen.", "Clear the air vents, cool the room."),
        ("USV nicht abdecken.", "Do not cover the UPS."),
    ),
    "ups.selftest_running": Row(
        "",
        ("USV prüft gerade ihren Akku (Selbsttest)", "UPS is testing its battery (self-test)"),
        (
            "Die USV macht einen Selbsttest; dabei läuft sie kurz auf Akku.",
            "The UPS runs a self-test; it is on battery for a while.",
        ),
    ),
    "ups.selftest_stuck": Row(
        "it",
        ("USV-Selbsttest läuft schon {since}", "UPS self-test has been running for {since}"),
        (
            "Der Selbsttest der USV läuft schon seit {since}; das ist zu lang.",
            "The UPS self-test has been running for {since}; that is too long.",
        ),
        (
            "IT-Betreuer: Test an der USV abbrechen, Akku prüfen.",
            "IT: stop the test at the UPS, check the battery.",
        ),
        (
            "USV nicht ausschalten, solange Geräte daran laufen.",
            "Do not switch the UPS off while devices run on it.",
        ),
    ),
    "ups.selftest_failed": Row(
        "it",
        ("USV-Selbsttest nicht bestanden", "UPS self-test failed"),
        (
            "Die USV hat ihren Selbsttest nicht bestanden; dem Akku ist nicht zu trauen.",
            "The UPS failed its self-test; its battery cannot be trusted.",
        ),
        ("Akku prüfen lassen und Tausch bestellen.", "Have the battery checked and order a swap."),
        (
            "Selbsttest nicht während der Öffnungszeit wiederholen.",
            "Do not repeat the test during opening hours.",
        ),
    ),
    "ups.selftest_warning": Row(
        "it",
        ("USV-Selbsttest mit Warnung beendet", "UPS self-test ended with a warning"),
        (
            "Der letzte Selbsttest der USV endete mit einer Warnung.",
            "The last self-test of the UPS ended with a warning.",
        ),
        ("IT-Betreuer: Meldung an der USV ansehen.", "IT: look at the message on the UPS."),
        (
            "Selbsttest nicht während der Öffnungszeit wiederholen.",
            "Do not repeat the test during opening hours.",
        ),
    ),
    "ups.selftest_old": Row(
        "it",
        ("letzter USV-Selbsttest vor {age}", "last UPS self-test {age} ago"),
        (
            "Der letzte Selbsttest der USV ist {age} her.",
            "The last self-test of the UPS was {age} ago.",
        ),
        (
            "IT-Betreuer: regelmäßigen Selbsttest einschalten.",
            "IT: switch on the regular self-test.",
        ),
        ("USV nicht zum Testen ausstecken.", "Do not unplug the UPS to test it."),
    ),
    "ups.on_bypass": Row(
        "it",
        (
            "USV im Bypass: kein Schutz bei Stromausfall",
            "UPS on bypass: no protection in a power cut",
        ),
        (
            "Die USV ist im Bypass; ein Stromausfall träfe alles sofort.",
            "The UPS is on bypass; a power cut would hit everything at once.",
        ),
        (
            "IT-Betreuer fragen, ob gewartet wird; sonst USV prüfen lassen.",
            "Ask IT whether this is maintenance; else have the UPS checked.",
        ),
        ("USV nicht aus- und einschalten.", "Do not switch the UPS off and on."),
    ),
    "ups.output_off": Row(
        "it",
        ("USV-Ausgang ist aus", "UPS output is off"),
        (
            "Der Ausgang der USV ist abgeschaltet; was daran hängt, hat keinen Strom.",
            "The output of the UPS is off; what hangs on it has no power.",
        ),
        ("IT-Betreuer anrufen; Anzeige der USV vorlesen.", "Call IT; read out the UPS display."),
        (
            "Geräte nicht alle gleichzeitig wieder einschalten.",
            "Do not switch all devices on at once.",
        ),
    ),
    "ups.alarm": Row(
        "it",
        ("USV meldet: {alarm}", "UPS reports: {alarm}"),
        ("Die USV meldet einen Fehler: {alarm}.", "The UPS reports a fault: {alarm}."),
        ("IT-Betreuer informieren, Anzeige der USV notieren.", "Tell IT, note the UPS display."),
        ("USV nicht auf Verdacht ausschalten.", "Do not switch the UPS off on suspicion."),
    ),
    "ups.data_stale": Row(
        "it",
        ("USV-Daten veraltet, Akkustand unbekannt", "UPS data is stale, battery state unknown"),
        (
            "Die Daten der USV sind veraltet; ihr Akkustand ist unbekannt.",
            "The data of the UPS is stale; its battery state is unknown.",
        ),
        (
            "IT-Betreuer: Kabel zwischen USV und Rechner, Treiber prüfen.",
            "IT: check the cable between UPS and computer and the driver.",
        ),
        ("Nicht als Stromausfall werten.", "Do not treat it as a power cut."),
    ),
    "ups.communication_lost": Row(
        "it",
        (
            "Verbindung zur USV verloren, Zustand unbekannt",
            "connection to the UPS lost, state unknown",
        ),
        (
            "Netzwerkkarte oder Dienst antwortet, erreicht die USV selbst aber nicht.",
            "The network card or service answers but cannot reach the UPS itself.",
        ),
        (
            "IT-Betreuer: Kabel zwischen USV und Karte oder Rechner prüfen.",
            "IT: check the cable between the UPS and its card or computer.",
        ),
        ("Nicht als Stromausfall werten.", "Do not treat it as a power cut."),
    ),
    "ups.unreadable": Row(
        "it",
        ("USV-Daten nicht lesbar ({reason})", "UPS data cannot be read ({reason})"),
        (
            "Es kommt eine Antwort, aber keine brauchbare über die USV; ihr Akkustand ist unbekannt.",
            "There is an answer, but none of use about the UPS; its battery state is unknown.",
        ),
        (
            "IT-Betreuer: Einstellungen dieser Prüfung und der USV-Karte vergleichen.",
            "IT: compare the settings of this check and of the UPS card.",
        ),
        ("Nicht als Stromausfall werten.", "Do not treat it as a power cut."),
    ),
    "ups.no_data": Row(
        "it",
        ("USV meldet sich nicht ({reason})", "UPS does not answer ({reason})"),
        (
            "Die USV meldet sich nicht; ihr Akkustand ist unbekannt.",
            "The UPS does not answer; its battery state is unknown.",
        ),
        (
            "IT-Betreuer informieren, Netzkabel der USV prüfen.",
            "Tell IT, check the UPS network cable.",
        ),
        ("Nicht als Stromausfall werten.", "Do not treat it as a power cut."),
    ),
    # Network, TI access, cards, central services.
    "net.both_down": Row(
        "isp",
        ("beide Internetleitungen ausgefallen", "both internet lines are down"),
        (
            "Beide Internetleitungen sind ausgefallen; E-Rezepte gehen nicht.",
            "Both internet lines are down; e-prescriptions do not work.",
        ),
        (
            "Störung beim Anbieter melden, Uhrzeit und Ticketnummer notieren.",
            "Report it to the provider, note time and ticket number.",
        ),
        (
            "Router nicht zurücksetzen, Konnektor nicht neu starten.",
            "No router reset, no Konnektor restart.",
        ),
    ),
    "net.on_lte": Row(
        "isp",
        ("Hauptleitung gestört, läuft über Mobilfunk", "main line down, running on mobile data"),
        (
            "Die Hauptleitung ist gestört, die Apotheke läuft über Mobilfunk.",
            "The main line is down, the pharmacy runs on mobile data.",
        ),
        (
            "Störung der Hauptleitung melden; große Downloads verschieben.",
            "Report the main line; postpone large downloads.",
        ),
        ("LTE-Router nicht ausschalten.", "Do not switch off the LTE router."),
    ),
    "net.backup_down": Row(
        "it",
        ("Ersatzleitung ausgefallen", "backup line is down"),
        (
            "Die Ersatzleitung ist ausgefallen; die Hauptleitung läuft noch.",
            "The backup line is down; the main line still works.",
        ),
        ("IT-Betreuer informieren, heute noch prüfen lassen.", "Tell IT, have it checked today."),
        (
            "Nicht liegen lassen: Es gibt gerade keinen Ersatz.",
            "Do not leave it: there is no fallback now.",
        ),
    ),
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
    "net.both_up": Row(
        "",
        ("alle Leitungen laufen, {line} aktiv", "all lines up, {line} active"),
        (
            "Alle Leitungen antworten; der Verkehr läuft über {line}.",
            "All lines answer; the traffic runs over {line}.",
        ),
    ),
    "net.lines_up": Row(
        "",
        ("alle Leitungen laufen", "all lines up"),
        (
            "Alle Leitungen antworten; welche den Verkehr trägt, ist von hier nicht zu sehen.",
            "All lines answer; which one carries the traffic cannot be seen from here.",
        ),
    ),
    "net.line_up": Row(
        "",
        ("Internetleitung läuft", "internet line up"),
        (
            "Die Internetleitung antwortet; eine zweite ist nicht angegeben.",
            "The internet line answers; no second one was named.",
        ),
    ),
    "net.primary_up": Row(
        "",
        ("Internet läuft", "internet up"),
        (
            "Das Internet läuft; nicht jede Leitung ist beurteilt.",
            "The internet works; not every line could be judged.",
        ),
    ),
    "net.line_down": Row(
        "isp",
        ("Internetleitung ausgefallen", "internet line is down"),
        (
            "Die Internetleitung ist ausgefallen; E-Rezepte gehen nicht.",
            "The internet line is down; e-prescriptions do not work.",
        ),
        (
            "Störung beim Anbieter melden, Uhrzeit und Ticketnummer notieren.",
            "Report it to the provider, note time and ticket number.",
        ),
        (
            "Router nicht zurücksetzen, Konnektor nicht neu starten.",
            "No router reset, no Konnektor restart.",
        ),
    ),
    "net.all_down": Row(
        "isp",
        ("alle Internetleitungen ausgefallen", "all internet lines are down"),
        (
            "Alle Internetleitungen sind ausgefallen; E-Rezepte gehen nicht.",
            "All internet lines are down; e-prescriptions do not work.",
        ),
        (
            "Störung beim Anbieter melden, Uhrzeit und Ticketnummer notieren.",
            "Report it to the provider, note time and ticket number.",
        ),
        (
            "Router nicht zurücksetzen, Konnektor nicht neu starten.",
            "No router reset, no Konnektor restart.",
        ),
    ),
    "net.on_backup": Row(
        "isp",
        ("Hauptleitung gestört, läuft über Ersatz", "main line down, running on the backup"),
        (
            "Die Hauptleitung ist gestört, die Apotheke läuft über die Ersatzleitung {line}.",
            "The main line is down, the pharmacy runs on the backup line {line}.",
        ),
        ("Störung der Hauptleitung beim Anbieter melden.", "Report the main line to its provider."),
        ("Ersatzleitung nicht ausstecken.", "Do not unplug the backup line."),
    ),
    "net.not_back": Row(
        "it",
        ("Verkehr noch auf der Ersatzleitung", "traffic still on the backup line"),
        (
            "Die Hauptleitung läuft wieder, der Verkehr geht aber noch über {line}.",
            "The main line works again, yet the traffic still goes over {line}.",
        ),
        (
            "IT-Betreuer bitten, die Rückschaltung im Router zu prüfen.",
            "Ask your IT partner to check the router's way back.",
        ),
        (
            "Router nicht im laufenden Betrieb neu starten.",
            "Do not restart the router while serving.",
        ),
    ),
    "net.primary_down": Row(
        "isp",
        ("Hauptleitung ausgefallen", "main line is down"),
        ("Die Hauptleitung ist ausgefallen.", "The main line is down."),
        ("Störung der Hauptleitung beim Anbieter melden.", "Report the main line to its provider."),
        ("Ersatzleitung nicht ausstecken.", "Do not unplug the backup line."),
    ),
    "net.not_switched": Row(
        "it",
        ("Leitung tot, Umschaltung fehlt", "line dead, no switch-over"),
        (
            "Der Verkehr kommt nicht durch, obwohl eine andere Leitung bereit ist: Die Umschaltung hat nicht stattgefunden.",
            "The traffic does not get through although another line is ready: the switch-over has not happened.",
        ),
        (
            "IT-Betreuer anrufen: von Hand auf die laufende Leitung umschalten lassen.",
            "Call your IT partner: have the working line selected by hand.",
        ),
        (
            "Konnektor nicht neu starten, er ist nicht schuld.",
            "Do not restart the Konnektor, it is not at fault.",
        ),
    ),
    "net.unproven": Row(
        "it",
        ("keine Leitung konnte geprüft werden", "no line could be checked"),
        (
            "Keine Leitung konnte geprüft werden; ob das Internet läuft, ist unbekannt.",
            "No line could be checked; whether the internet works is unknown.",
        ),
        (
            "IT-Betreuer informieren: Quellen der Prüfung ansehen.",
            "Tell IT: look at the check's sources.",
        ),
        ("Nicht als Ausfall werten.", "Do not treat it as an outage."),
    ),
    "net.wrong_way": Row(
        "it",
        ("nicht geprüft, Weg führt über andere Leitung", "not checked, the way leads elsewhere"),
        (
            "Die Proben gingen über eine andere Leitung; für diese fehlt eine Regel (ip rule from …) oder interface=.",
            "The probes left by another line; this one lacks a rule (ip rule from …) or interface=.",
        ),
        (
            "IT-Betreuer informieren: --line und Routing der Prüfung ansehen.",
            "Tell IT: look at --line and the routing of the check.",
        ),
        ("Diese Leitung nicht für geprüft halten.", "Do not take this line for checked."),
    ),
    "net.router_unnamed": Row(
        "it",
        ("Router kennt diese Leitung nicht", "router does not know this line"),
        ("Der Router nennt keine Leitung dieses Namens.", "The router names no line like this."),
        (
            "IT-Betreuer informieren: Name oder --alias prüfen; -v zeigt, was der Router nennt.",
            "Tell IT: check the name or --alias; -v shows what the router names.",
        ),
        ("Diese Leitung nicht für geprüft halten.", "Do not take this line for checked."),
    ),
    "net.line_unknown": Row(
        "it",
        ("Zustand der Leitung unbekannt", "state of the line unknown"),
        (
            "Über diese Leitung sagt niemand etwas: weder Proben noch Router.",
            "Nobody tells anything of this line: neither probes nor the router.",
        ),
        (
            "IT-Betreuer informieren: --line und Routing der Prüfung ansehen.",
            "Tell IT: look at --line and the routing of the check.",
        ),
        ("Diese Leitung nicht für geprüft halten.", "Do not take this line for checked."),
    ),
    "net.router_silent": Row(
        "it",
        ("Router gibt keine Auskunft: {reason}", "router tells nothing: {reason}"),
        (
            "Der Router gibt keine Auskunft; das ist kein Leitungsausfall.",
            "The router tells nothing; that is no outage of a line.",
        ),
        (
            "IT-Betreuer informieren, Zugang zum Router prüfen.",
            "Tell IT, check the access to the router.",
        ),
        ("Nicht als Internetausfall werten.", "Do not treat it as an internet outage."),
    ),
    "net.no_dns": Row(
        "isp",
        ("Leitung läuft, aber keine Namensauflösung", "line up, but no name resolution"),
        (
            "Die Leitung trägt Daten, aber kein Nameserver antwortet (DNS).",
            "The line carries data, but no name server answers (DNS).",
        ),
        (
            "Anbieter oder IT-Betreuer fragen, ob der Nameserver gestört ist.",
            "Ask the provider or IT whether the name server is down.",
        ),
        (
            "Router nicht zurücksetzen, Konnektor nicht neu starten.",
            "No router reset, no Konnektor restart.",
        ),
    ),
    "net.no_https": Row(
        "isp",
        ("Leitung läuft, aber kein HTTPS", "line up, but no HTTPS"),
        (
            "Die Leitung trägt Daten und Namen, aber keine verschlüsselte Verbindung (HTTPS) kommt durch.",
            "The line carries data and names, but no encrypted connection (HTTPS) gets through.",
        ),
        (
            "IT-Betreuer fragen: Firewall, Filter oder Paketgröße (MTU) prüfen.",
            "Ask IT to check firewall, filters and packet size (MTU).",
        ),
        (
            "Router nicht zurücksetzen, Konnektor nicht neu starten.",
            "No router reset, no Konnektor restart.",
        ),
    ),
    "net.rtt_high": Row(
        "it",
        ("Leitung langsam: {measured}", "line slow: {measured}"),
        (
            "Antworten brauchen über diese Leitung {measured}.",
            "Answers take {measured} over this line.",
        ),
        (
            "Mit dem IT-Betreuer Auslastung und Leitung prüfen.",
            "Check load and line with your IT partner.",
        ),
        (
            "Nicht auf Verdacht den Konnektor neu starten.",
            "Do not restart the Konnektor on suspicion.",
        ),
    ),
    "net.loss_high": Row(
        "isp",
        ("Leitung verliert Pakete: {measured}", "line loses packets: {measured}"),
        (
            "Über diese Leitung gehen {measured} der Pakete verloren.",
            "This line loses {measured} of the packets.",
        ),
        (
            "Dem Anbieter Paketverlust mit Uhrzeit melden.",
            "Report packet loss with its time to the provider.",
        ),
        (
            "Nicht auf Verdacht den Konnektor neu starten.",
            "Do not restart the Konnektor on suspicion.",
        ),
    ),
    "net.jitter_high": Row(
        "it",
        ("Leitung schwankt: {measured}", "line unsteady: {measured}"),
        (
            "Die Antwortzeiten dieser Leitung schwanken um {measured}.",
            "This line's answer times vary by {measured}.",
        ),
        (
            "Mit dem IT-Betreuer Auslastung und Leitung prüfen.",
            "Check load and line with your IT partner.",
        ),
        (
            "Nicht auf Verdacht den Konnektor neu starten.",
            "Do not restart the Konnektor on suspicion.",
        ),
    ),
    "net.signal_weak": Row(
        "it",
        ("Mobilfunk schwach: {measured}", "mobile signal weak: {measured}"),
        (
            "Der Mobilfunkempfang des Routers ist schwach: {measured}.",
            "The router's mobile reception is weak: {measured}.",
        ),
        (
            "Antenne oder Standort des Routers prüfen lassen.",
            "Have antenna or place of the router checked.",
        ),
        ("LTE-Router nicht ausschalten.", "Do not switch off the LTE router."),
    ),
    "net.reading": Row("", NONE, NONE),
    "net.flapping": Row(
        "isp",
        ("Leitung wechselt dauernd: {n} mal in 24 h", "lines keep switching: {n} times in 24 h"),
        (
            "Der Verkehr hat in 24 Stunden {n} mal die Leitung gewechselt.",
            "The traffic has changed lines {n} times within 24 hours.",
        ),
        (
            "Dem Anbieter der Hauptleitung die Abbrüche mit Uhrzeit melden.",
            "Report the interruptions with their times to the main line's provider.",
        ),
        (
            "Router nicht zurücksetzen, Konnektor nicht neu starten.",
            "No router reset, no Konnektor restart.",
        ),
    ),
    "net.interruption": Row(
        "",
        ("längste Unterbrechung {since}", "longest interruption {since}"),
        ("Längste gesehene Unterbrechung: {since}.", "Longest interruption seen: {since}."),
    ),
    "net.drill_old": Row(
        "it",
        ("Ersatzleitung seit {age} nicht erprobt", "backup line untried for {age}"),
        (
            "Die Ersatzleitung hat seit {age} keinen Verkehr getragen.",
            "The backup line has carried no traffic for {age}.",
        ),
        (
            "Mit dem IT-Betreuer außerhalb der Öffnungszeit die Umschaltung proben.",
            "Rehearse the switch-over with IT outside opening hours.",
        ),
        (
            "Nicht während der Öffnungszeit ausstecken.",
            "Do not unplug anything during opening hours.",
        ),
    ),
    "net.drill_never": Row(
        "it",
        ("Ersatzleitung noch nie erprobt", "backup line never tried"),
        (
            "Die Ersatzleitung hat noch nie Verkehr getragen, seit {age} nicht.",
            "The backup line has never carried traffic, not in {age}.",
        ),
        (
            "Mit dem IT-Betreuer außerhalb der Öffnungszeit die Umschaltung proben.",
            "Rehearse the switch-over with IT outside opening hours.",
        ),
        (
            "Nicht während der Öffnungszeit ausstecken.",
            "Do not unplug anything during opening hours.",
        ),
    ),
    "net.same_provider": Row(
        "it",
        ("beide Leitungen vom selben Anbieter", "both lines from one provider"),
        (
            "Beide Leitungen kommen von {org}; eine Störung dort nimmt beide.",
            "Both lines come from {org}; one fault there takes both.",
        ),
        (
            "Zweite Leitung anderer Art einplanen, zum Beispiel Mobilfunk.",
            "Plan a second line of another kind, mobile for example.",
        ),
        ("Nicht auf zwei gleiche Leitungen verlassen.", "Do not rely on two lines of one kind."),
    ),
    "net.same_tech": Row(
        "it",
        ("beide Leitungen von derselben Art", "both lines of one kind"),
        (
            "Beide Leitungen sind von derselben Art; ein Fehler kann beide treffen.",
            "Both lines are of one kind; one fault can take both.",
        ),
        (
            "Zweite Leitung anderer Art einplanen, zum Beispiel Mobilfunk.",
            "Plan a second line of another kind, mobile for example.",
        ),
        ("Nicht auf zwei gleiche Leitungen verlassen.", "Do not rely on two lines of one kind."),
    ),
    "net.sim_missing": Row(
        "it",
        ("SIM-Karte fehlt oder ist defekt", "SIM card missing or faulty"),
        (
            "Der Router findet keine brauchbare SIM-Karte; die Mobilfunkleitung kann nicht einspringen.",
            "The router finds no usable SIM card; the mobile line cannot take over.",
        ),
        (
            "IT-Betreuer informieren, SIM-Karte prüfen lassen.",
            "Tell IT, have the SIM card checked.",
        ),
        ("SIM-Karte nicht im laufenden Betrieb ziehen.", "Do not pull the SIM card while in use."),
    ),
    "net.sim_pin": Row(
        "it",
        ("SIM-Karte wartet auf ihre PIN", "SIM card waits for its PIN"),
        (
            "Die SIM-Karte im Router wartet auf PIN oder PUK; die Mobilfunkleitung kann nicht einspringen.",
            "The router's SIM card waits for its PIN or PUK; the mobile line cannot take over.",
        ),
        (
            "IT-Betreuer bitten, die SIM-PIN im Router zu hinterlegen.",
            "Ask IT to store the SIM's PIN in the router.",
        ),
        (
            "PIN nicht raten: Nach drei Fehlern ist die SIM gesperrt.",
            "Do not guess: three errors block the SIM.",
        ),
    ),
    "net.mobile_unregistered": Row(
        "it",
        ("Mobilfunk findet kein Netz", "mobile line finds no network"),
        (
            "Der Router ist in keinem Mobilfunknetz angemeldet; die Leitung kann nicht einspringen.",
            "The router is registered in no mobile network; the line cannot take over.",
        ),
        (
            "Antenne prüfen, dann den Mobilfunkanbieter fragen.",
            "Check the antenna, then ask the mobile provider.",
        ),
        ("LTE-Router nicht ausschalten.", "Do not switch off the LTE router."),
    ),
    "net.disagree": Row(
        "",
        ("Quellen uneinig, welche Leitung aktiv ist", "sources disagree on the active line"),
        (
            "Quellen uneinig, welche Leitung aktiv ist: öffentliche Adresse {by_egress}, Routing {by_routing}, Router {by_router}.",
            "Sources disagree on the active line: public address {by_egress}, routing {by_routing}, router {by_router}.",
        ),
    ),
    "net.router_claims_up": Row(
        "",
        ("Router meldet verbunden", "router says connected"),
        (
            "Der Router meldet diese Leitung als verbunden; unsere Ziele antworten darüber nicht.",
            "The router calls this line connected; our targets do not answer over it.",
        ),
    ),
    "net.router_claims_down": Row(
        "",
        ("Router meldet getrennt", "router says disconnected"),
        (
            "Der Router meldet diese Leitung als getrennt; unsere Ziele antworten darüber.",
            "The router calls this line disconnected; our targets answer over it.",
        ),
    ),
    "net.families_differ": Row(
        "",
        ("trägt den IPv6-Verkehr", "carries the IPv6 traffic"),
        (
            "IPv6-Verkehr läuft über diese Leitung, IPv4-Verkehr über {line}.",
            "IPv6 traffic runs over this line, IPv4 traffic over {line}.",
        ),
    ),
    "net.not_probed": Row(
        "",
        ("nicht geprüft, nur laut Router", "not probed, by the router's word"),
        (
            "Nicht geprüft: Für diese Leitung steht allein das Wort des Routers.",
            "Not probed: only the router's word stands for this line.",
        ),
    ),
    "net.way_unproven": Row(
        "",
        ("Weg nicht beweisbar", "way cannot be proven"),
        (
            "Ob die Proben über diese Leitung gingen, legt der Router fest; von hier ist es nicht zu beweisen.",
            "Whether the probes went by this line is up to the router; it cannot be proven from here.",
        ),
    ),
    "net.egress_silent": Row(
        "",
        ("öffentliche Adresse unbekannt", "public address unknown"),
        (
            "Der Dienst unter --egress hat keine öffentliche Adresse genannt.",
            "The service at --egress named no public address.",
        ),
    ),
    "net.ping_forbidden": Row(
        "",
        ("ohne Ping geprüft", "checked without ping"),
        (
            "Ohne Ping geprüft; CAP_NET_RAW (root) oder net.ipv4.ping_group_range zeigte Gateways und Verlust genauer.",
            "Checked without ping; CAP_NET_RAW (root) or net.ipv4.ping_group_range would show gateways and loss more exactly.",
        ),
    ),
    "net.why_no_device": Row(
        "",
        ("Netzwerkgerät fehlt", "network device missing"),
        (
            "Dieser Rechner hat das Netzwerkgerät der Leitung nicht (Stick gezogen?).",
            "This computer lacks the line's network device (stick pulled?).",
        ),
    ),
    "net.why_no_address": Row(
        "",
        ("Adresse fehlt", "address missing"),
        (
            "Dieser Rechner hat die Adresse der Leitung nicht (mehr).",
            "This computer does not have the line's address (any more).",
        ),
    ),
    "net.why_no_carrier": Row(
        "",
        ("kein Signal am Kabel", "no carrier"),
        (
            "Am Netzwerkgerät der Leitung ist kein Signal: Kabel oder Gegenstelle aus.",
            "There is no signal at the line's network device: cable or peer is off.",
        ),
    ),
    "net.why_no_route": Row(
        "",
        ("kein Weg ins Internet", "no route"),
        (
            "Über diese Leitung führt kein Weg (Route) zu den Zielen; Adresse oder Gateway fehlt.",
            "No route leads to the targets by this line; address or gateway is missing.",
        ),
    ),
    "net.why_gateway_silent": Row(
        "",
        ("Gateway antwortet nicht", "gateway silent"),
        (
            "Schon das Gateway der Leitung antwortet nicht: Modem, Router oder Kabel.",
            "Not even the line's gateway answers: modem, router or cable.",
        ),
    ),
    "net.why_behind_gateway": Row(
        "",
        ("Gateway da, kein Internet", "gateway up, no internet"),
        (
            "Das Gateway antwortet, dahinter kein Ziel: Störung beim Anbieter.",
            "The gateway answers, no target behind it does: a fault at the provider.",
        ),
    ),
    "net.why_targets_silent": Row(
        "",
        ("kein Ziel antwortet", "no target answers"),
        (
            "Kein oder zu wenige Ziele antworten über diese Leitung.",
            "No target, or too few, answer over this line.",
        ),
    ),
    "net.why_targets_refuse": Row(
        "",
        ("Ziele lehnen ab", "targets refuse"),
        (
            "Alle Ziele lehnen die Verbindung ab; Adresse und Port von --target prüfen.",
            "All targets refuse the connection; check address and port of --target.",
        ),
    ),
    "net.why_names_unknown": Row(
        "",
        ("Namen der Ziele unbekannt", "targets' names unknown"),
        (
            "Die Namen der Ziele sind nicht auflösbar; Adressen statt Namen angeben.",
            "The targets' names cannot be resolved; give addresses instead of names.",
        ),
    ),
    "net.why_disabled": Row(
        "",
        ("im Router abgeschaltet", "switched off in the router"),
        (
            "Die Leitung ist im Router abgeschaltet und springt nicht ein.",
            "The line is switched off in the router and will not take over.",
        ),
    ),
    "net.why_router_says_down": Row(
        "",
        ("laut Router getrennt", "down, says the router"),
        ("Der Router meldet die Leitung als getrennt.", "The router calls the line disconnected."),
    ),
    "net.why_traffic_dead": Row(
        "",
        ("kein Ziel erreichbar", "no target reached"),
        (
            "Über den Router ist kein Ziel erreichbar, gleich was er von der Leitung meldet.",
            "No target can be reached through the router, whatever it says of the line.",
        ),
    ),
    "net.told_up": Row(
        "",
        ("Leitungen verbunden, laut Router", "lines connected, by the router's word"),
        (
            "Der Router meldet die Leitungen als verbunden; geprüft ist keine.",
            "The router calls the lines connected; none was probed.",
        ),
    ),
    "net.router_no_lines": Row(
        "it",
        ("Router nennt keine Leitung", "router names no line"),
        (
            "Unter den Schnittstellen des Routers ist keine als Internetleitung zu erkennen.",
            "None of the router's interfaces can be recognised as an internet line.",
        ),
        (
            "IT-Betreuer informieren: Leitungen mit --router-wan benennen.",
            "Tell IT: name the lines with --router-wan.",
        ),
        ("Nicht als Ausfall werten.", "Do not treat it as an outage."),
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
    # Certificates of every other kind.
    "cert.reading": Row("", NONE, NONE),  # shown as a number only
    "cert.fine": Row(
        "",
        ("nächstes Ende {date}: {cert}", "next end {date}: {cert}"),
        (
            "Geprüfte Zertifikate: {count}; als nächstes endet {certificate} am {date} (noch {days} Tage).",
            "Certificates checked: {count}; the next to end is {certificate} on {date} ({days} days left).",
        ),
    ),
    "cert.expiring": Row(
        "it",
        ("{cert}: läuft am {date} ab", "{cert}: expires {date}"),
        (
            "Das Zertifikat {certificate} läuft am {date} ab (noch {days} Tage).",
            "The certificate {certificate} expires on {date} ({days} days left).",
        ),
        (
            "Zertifikat erneuern und dort einspielen, wo es benutzt wird.",
            "Renew the certificate and install it where it is used.",
        ),
        (
            "Nicht bis zum letzten Tag warten: Danach scheitert jede Verbindung.",
            "Do not wait for the last day: after it every connection fails.",
        ),
    ),
    "cert.expired": Row(
        "it",
        ("{cert}: abgelaufen am {date}", "{cert}: expired {date}"),
        (
            "Das Zertifikat {certificate} ist am {date} abgelaufen.",
            "The certificate {certificate} expired on {date}.",
        ),
        (
            "Sofort erneuern und dort einspielen, wo es benutzt wird.",
            "Renew it now and install it where it is used.",
        ),
        (
            "Nicht die Prüfung in den Programmen abschalten.",
            "Do not switch off verification in the programs.",
        ),
    ),
    "cert.ca_expiring": Row(
        "it",
        ("{cert}: CA endet {date}", "{cert}: CA ends {date}"),
        (
            "Die Zertifizierungsstelle {certificate} ({key}) endet am {date} (noch {days} Tage); alles von ihr Ausgestellte endet mit.",
            "The authority {certificate} ({key}) ends on {date} ({days} days left), and all that it has issued with it.",
        ),
        (
            "Klären, wer sie noch braucht; Nachfolger dort eintragen.",
            "Find out who still needs it; enter its successor there.",
        ),
        (
            "Nicht erst nach dem Ende nach den Betroffenen suchen.",
            "Do not look for those concerned only after its end.",
        ),
    ),
    "cert.ca_expired": Row(
        "it",
        ("{cert}: CA endete {date}", "{cert}: CA ended {date}"),
        (
            "Die Zertifizierungsstelle {certificate} ({key}) ist am {date} abgelaufen; nichts von ihr gilt mehr.",
            "The authority {certificate} ({key}) expired on {date}; nothing of hers is valid any more.",
        ),
        (
            "Nachfolger eintragen, die abgelaufene entfernen.",
            "Enter its successor and remove the expired one.",
        ),
        (
            "Nicht die Prüfung in den Programmen abschalten.",
            "Do not switch off verification in the programs.",
        ),
    ),
    "cert.not_yet_valid": Row(
        "it",
        ("{cert}: gilt erst ab {date}", "{cert}: valid from {date}"),
        (
            "Das Zertifikat {certificate} gilt erst ab {date}.",
            "The certificate {certificate} is valid only from {date}.",
        ),
        (
            "Uhren hier und am Gerät vergleichen, sonst das bisherige Zertifikat wieder einsetzen.",
            "Compare the clocks here and there, else put the previous certificate back.",
        ),
        ("Die Uhr nicht zurückstellen.", "Do not turn the clock back."),
    ),
    "cert.chain_expiring": Row(
        "it",
        ("{cert}: CA läuft am {date} ab", "{cert}: CA expires {date}"),
        (
            "In der Kette von {certificate} läuft das Zertifikat des Ausstellers «{issuer}» am {date} ab (noch {days} Tage).",
            "In the chain of {certificate} the certificate of its issuer «{issuer}» expires on {date} ({days} days left).",
        ),
        (
            "Neue Kette vom Aussteller holen und einspielen.",
            "Get the new chain from the issuer and install it.",
        ),
        (
            "Nicht nur das eigene Zertifikat erneuern.",
            "Do not renew the server's own certificate alone.",
        ),
    ),
    "cert.chain_expired": Row(
        "it",
        ("{cert}: CA endete {date}", "{cert}: CA expired {date}"),
        (
            "In der Kette von {certificate} ist das Zertifikat des Ausstellers «{issuer}» am {date} abgelaufen.",
            "In the chain of {certificate} the certificate of its issuer «{issuer}» expired on {date}.",
        ),
        (
            "Neue Kette vom Aussteller holen und einspielen.",
            "Get the new chain from the issuer and install it.",
        ),
        (
            "Nicht die Prüfung in den Programmen abschalten.",
            "Do not switch off verification in the programs.",
        ),
    ),
    "cert.chain_not_yet_valid": Row(
        "it",
        ("{cert}: CA gilt ab {date}", "{cert}: CA valid from {date}"),
        (
            "In der Kette von {certificate} gilt das Zertifikat des Ausstellers «{issuer}» erst ab {date}.",
            "In the chain of {certificate} the certificate of its issuer «{issuer}» is valid only from {date}.",
        ),
        (
            "Uhren hier und am Gerät vergleichen, sonst die Kette neu einspielen.",
            "Compare the clocks here and there, else install the chain anew.",
        ),
        ("Die Uhr nicht zurückstellen.", "Do not turn the clock back."),
    ),
    "cert.issuer_ends_first": Row(
        "it",
        ("{cert}: CA endet vorher", "{cert}: CA ends before it"),
        (
            "Der Aussteller «{issuer}» von {certificate} endet am {date}, vor dem Zertifikat selbst.",
            "The issuer «{issuer}» of {certificate} ends on {date}, before the certificate itself.",
        ),
        (
            "Bis dahin ein Zertifikat von einem neuen Aussteller einplanen.",
            "Plan a certificate of a newer issuer before that day.",
        ),
        (
            "Nicht auf das Datum im Zertifikat selbst verlassen.",
            "Do not rely on the certificate's own date.",
        ),
    ),
    "cert.untrusted": Row(
        "it",
        ("{cert}: kein Vertrauen", "{cert}: not trusted"),
        (
            "Dem Zertifikat {certificate} ist nicht zu trauen: Der Aussteller «{issuer}» ist hier nicht bekannt.",
            "The certificate {certificate} is not trusted: its issuer «{issuer}» is not known here.",
        ),
        (
            "Ist es der richtige Aussteller, --ca-file oder --tls-fingerprint angeben.",
            "If it is the right issuer, give --ca-file or --tls-fingerprint.",
        ),
        (
            "Warnungen in Programmen nicht einfach wegklicken.",
            "Do not just click warnings away in programs.",
        ),
    ),
    "cert.incomplete": Row(
        "it",
        ("{cert}: Kette unvollständig", "{cert}: chain incomplete"),
        (
            "Zu {certificate} fehlt das Zertifikat des Ausstellers «{issuer}»: Es wurde nicht mitgeschickt und ist hier nicht bekannt.",
            "For {certificate} the certificate of its issuer «{issuer}» is missing: it was not sent along and is not known here.",
        ),
        (
            "Am Server die ganze Kette einspielen, sonst --ca-file ergänzen.",
            "Install the whole chain on the server, else complete --ca-file.",
        ),
        (
            "Nicht nur im Browser prüfen: Der holt fehlende Teile heimlich nach.",
            "Do not test in a browser only: it quietly fetches what is missing.",
        ),
    ),
    "cert.self_signed": Row(
        "it",
        ("{cert}: selbst signiert", "{cert}: self-signed"),
        (
            "Das Zertifikat {certificate} ist selbst signiert (SHA-256 {fingerprint}).",
            "The certificate {certificate} is self-signed (SHA-256 {fingerprint}).",
        ),
        (
            "Am Gerät vergleichen, dann --tls-fingerprint angeben.",
            "Compare it on the device, then give --tls-fingerprint.",
        ),
        ("Nicht ungeprüft übernehmen.", "Do not accept it without comparing."),
    ),
    "cert.wrong_name": Row(
        "it",
        ("{cert}: falscher Name", "{cert}: wrong name"),
        (
            "Das Zertifikat {certificate} gilt nicht für {wanted}, sondern für {names}.",
            "The certificate {certificate} is not for {wanted} but for {names}.",
        ),
        (
            "Zertifikat für den richtigen Namen einspielen oder --tls-server-name angeben.",
            "Install a certificate for the right name, or give --tls-server-name.",
        ),
        (
            "Nicht übersehen: Vielleicht antwortet ein fremdes Gerät.",
            "Do not overlook it: another device may be answering.",
        ),
    ),
    "cert.fingerprint": Row(
        "it",
        ("{cert}: Prüfsumme passt nicht", "{cert}: wrong fingerprint"),
        (
            "Das Zertifikat {certificate} hat nicht den erwarteten Fingerabdruck (gefunden: {fingerprint}).",
            "The certificate {certificate} does not have the expected fingerprint (found: {fingerprint}).",
        ),
        (
            "Am Gerät vergleichen: Wurde es erneuert, --tls-fingerprint anpassen.",
            "Compare on the device: if it was renewed, adapt --tls-fingerprint.",
        ),
        (
            "Den neuen Wert nicht ungeprüft übernehmen.",
            "Do not take over the new value without comparing.",
        ),
    ),
    "cert.invalid": Row(
        "it",
        ("{cert}: Kette ungültig", "{cert}: chain not valid"),
        (
            "Die Kette von {certificate} ist ungültig: Ein Zertifikat darin ist für diesen Zweck nicht ausgestellt oder falsch signiert.",
            "The chain of {certificate} is not valid: a certificate in it was not issued for this purpose, or is wrongly signed.",
        ),
        (
            "Zertifikat und Kette neu vom Aussteller holen und einspielen.",
            "Get certificate and chain from the issuer again and install them.",
        ),
        (
            "Nicht die Prüfung in den Programmen abschalten.",
            "Do not switch off verification in the programs.",
        ),
    ),
    "cert.weak": Row(
        "it",
        ("{cert}: Schlüssel zu schwach", "{cert}: weak key"),
        (
            "Schlüssel oder Signatur von {certificate} ist zu schwach ({detail}).",
            "Key or signature of {certificate} is too weak ({detail}).",
        ),
        (
            "Neues Zertifikat mit RSA ab 2048 Bit oder ECC ab 256 Bit und SHA-256 ausstellen.",
            "Issue a new certificate with RSA from 2048 bits or ECC from 256 bits, and SHA-256.",
        ),
        (
            "Nicht mit demselben Schlüssel erneuern.",
            "Do not renew it with the same key.",
        ),
    ),
    "cert.ti_ending": Row(
        "dvo",
        ("{cert}: bis {date} zulässig", "{cert}: accepted until {date}"),
        (
            "{certificate} hat nur RSA-Schlüssel; die TI nimmt das nur bis {date} an.",
            "{certificate} has RSA keys only; the TI accepts that until {date}.",
        ),
        (
            "DVO: auf ECC umstellen oder die Karte tauschen.",
            "DVO: change to ECC, or swap the card.",
        ),
        ("Aufgedrucktes Datum nicht als gültig ansehen.", "Do not trust the printed date."),
    ),
    "cert.ti_ended": Row(
        "dvo",
        ("{cert}: nicht mehr zulässig", "{cert}: no longer accepted"),
        (
            "{certificate} hat nur RSA-Schlüssel; die TI nimmt das seit dem {date} nicht mehr sicher an.",
            "{certificate} has RSA keys only; since {date} the TI cannot be relied on to accept that.",
        ),
        (
            "DVO: auf ECC umstellen oder die Karte tauschen.",
            "DVO: change to ECC, or swap the card.",
        ),
        ("Aufgedrucktes Datum nicht als gültig ansehen.", "Do not trust the printed date."),
    ),
    "cert.ordered": Row(
        "owner_tsp",
        ("{cert}: bestellt, endet {date}", "{cert}: on order, ends {date}"),
        (
            "{certificate} läuft am {date} ab (noch {days} Tage); Ersatz ist seit dem {ordered} bestellt.",
            "{certificate} expires on {date} ({days} days left); its successor has been on order since {ordered}.",
        ),
        (
            "Lieferung und Ident verfolgen, Einbautermin mit dem DVO machen.",
            "Follow delivery and ident, book the DVO for the swap.",
        ),
        (
            "Nicht als erledigt ansehen, bevor die neue Karte steckt.",
            "Do not consider it done before the new card is in.",
        ),
    ),
    "cert.ordered_unknown": Row(
        "",
        ("--ordered passt zu nichts: {cert}", "--ordered matches nothing: {cert}"),
        (
            "--ordered: Nichts heißt «{certificate}»; -v zeigt die Namen.",
            "--ordered: nothing is called «{certificate}»; -v shows the names.",
        ),
    ),
    "cert.renewed": Row(
        "",
        ("{cert}: erneuert bis {date}", "{cert}: renewed until {date}"),
        (
            "{certificate} wurde erneuert und gilt jetzt bis {date}.",
            "{certificate} has been renewed and is now valid until {date}.",
        ),
    ),
    "cert.ti_table_old": Row(
        "",
        ("Tabelle der TI-Fristen vom {date}", "table of TI dates of {date}"),
        (
            "Die Tabelle der TI-Fristen ist vom {date} und über ein Jahr alt; apowacht aktualisieren.",
            "The table of TI dates is of {date} and more than a year old; update apowacht.",
        ),
    ),
    "cert.unreachable": Row(
        "it",
        ("{cert}: {reason}", "{cert}: {reason}"),
        (
            "Das Zertifikat {certificate} war nicht zu lesen.",
            "The certificate {certificate} could not be read.",
        ),
        (
            "Prüfen, ob Gerät und Dienst laufen; dann Adresse und Port.",
            "Check that device and service run; then address and port.",
        ),
        (
            "Nicht mit einem abgelaufenen Zertifikat verwechseln.",
            "Do not confuse it with an expired certificate.",
        ),
    ),
    "cert.unreadable": Row(
        "it",
        ("{cert}: {reason}", "{cert}: {reason}"),
        (
            "{certificate} war nicht zu prüfen.",
            "{certificate} could not be checked.",
        ),
        ("Datei und Rechte prüfen.", "Check the file and its permissions."),
        ("Nicht als «gültig» werten.", "Do not take it as «valid»."),
    ),
    "cert.card_unread": Row(
        "dvo",
        ("{cert}: Ablauf unbekannt", "{cert}: expiry unknown"),
        (
            "Der Konnektor sagt nicht, wann {certificate} abläuft.",
            "The Konnektor does not tell when {certificate} expires.",
        ),
        (
            "Aufgedrucktes Datum notieren; DVO nach Update fragen.",
            "Note the printed date; ask the DVO about an update.",
        ),
        ("Nicht als «gültig» werten.", "Do not take it as «valid»."),
    ),
    "cert.calendar": Row(  # an event in the calendar: summary and description
        "",
        ("Ablauf: {cert}", "Expiry: {cert}"),
        (
            "{certificate} läuft am {date} ab. Rechtzeitig erneuern oder Folgekarte bestellen.",
            "{certificate} expires on {date}. Renew it or order the next card in time.",
        ),
    ),
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
}

REASONS: dict[str, Reason] = {
    # The target's: DNS, connect, request, authentication.
    "dns_failed": Reason(
        ("Name unbekannt", "name not found"),
        (
            "Den Namen {host} kennt kein DNS; Schreibweise und DNS-Server prüfen.",
            "No DNS knows the name {host}; check its spelling and the DNS server.",
        ),
    ),
    "dns_timeout": Reason(
        ("DNS antwortet nicht", "DNS does not answer"),
        (
            "Das DNS gab in {seconds} s keine Auskunft über {host}; DNS-Server prüfen.",
            "DNS did not resolve {host} within {seconds} s; check the DNS server.",
        ),
    ),
    "connection_refused": Reason(
        ("Port geschlossen", "port closed"),
        (
            "{host} ist da, nimmt auf Port {port} aber keine Verbindung an; Dienst und Port prüfen.",
            "{host} is there but refuses connections on port {port}; check service and port.",
        ),
    ),
    "port_closed": Reason(
        ("Port geschlossen", "port closed"),
        (
            "{host} ist da, auf Port {port} lauscht aber nichts; dort SNMP einschalten oder -p prüfen.",
            "{host} is there but nothing listens on port {port}; enable SNMP there or check -p.",
        ),
    ),
    "no_route": Reason(
        ("kein Weg dorthin", "no route"),
        (
            "Zu {host} führt kein Weg; Netz, Gateway und Adresse prüfen.",
            "There is no route to {host}; check network, gateway and address.",
        ),
    ),
    "timeout": Reason(
        ("Zeitüberschreitung", "timed out"),
        (
            "{host} gab in {seconds} s keine Antwort (Phase {phase}); Gerät, Netz und -t prüfen.",
            "{host} gave no answer within {seconds} s (phase {phase}); check device, network and -t.",
        ),
    ),
    "no_snmp_answer": Reason(
        ("keine SNMP-Antwort", "no SNMP answer"),
        (
            "{host} gab auf SNMP keine Antwort; Adresse, Community, SNMP-Version und Zugriffsliste prüfen.",
            "{host} gave no SNMP answer; check address, community, SNMP version and access list.",
        ),
    ),
    "connection_lost": Reason(
        ("Verbindung weg", "connection lost"),
        (
            "{host} hat die Verbindung mitten im Gespräch beendet; Dienst dort und Firewall prüfen.",
            "{host} closed the connection in the middle; check the service there and firewalls.",
        ),
    ),
    "no_ups_mib": Reason(
        ("keine USV-Daten", "no UPS data"),
        (
            "Das Gerät antwortet auf SNMP, nennt aber keine bekannten USV-Daten; ist es eine USV-Karte, und darf die Community sie lesen?",
            "The device answers SNMP but tells no known UPS data; is it a UPS card, and may this community read it?",
        ),
    ),
    "snmp_garbled": Reason(
        ("SNMP unverständlich", "garbled SNMP"),
        (
            "Was von dort kam, ist kein SNMP; Port prüfen.",
            "What came from there is no SNMP; check the port.",
        ),
    ),
    "snmp_auth": Reason(
        ("SNMP abgelehnt", "SNMP refused"),
        (
            "Das Gerät lehnt die SNMP-Anmeldung ab ({detail}); Zugangsdaten und Rechte prüfen.",
            "The device refuses the SNMP login ({detail}); check credentials and access rights.",
        ),
    ),
    "snmp_user_silent": Reason(
        ("SNMP abgelehnt", "SNMP refused"),
        (
            "Das Gerät nennt sich, beantwortet diesem SNMPv3-Benutzer aber nichts; Schlüssel und Rechte prüfen.",
            "The device names itself but answers nothing to this SNMPv3 user; check keys and access rights.",
        ),
    ),
    "nut_garbled": Reason(
        ("NUT unverständlich", "garbled NUT"),
        (
            "{host} antwortet nicht wie ein upsd von NUT («{line}»); Port prüfen.",
            "{host} does not answer like NUT's upsd («{line}»); check the port.",
        ),
    ),
    "nis_garbled": Reason(
        ("NIS unverständlich", "garbled NIS"),
        (
            "{host} antwortet nicht wie apcupsd («{line}»); Port prüfen.",
            "{host} does not answer like apcupsd («{line}»); check the port.",
        ),
    ),
    "nut_access_denied": Reason(
        ("Anmeldung abgelehnt", "login refused"),
        (
            "Der upsd auf {host} lehnt die Anmeldung ab; --user, Passwort und upsd.users prüfen.",
            "The upsd on {host} refuses the login; check --user, password and upsd.users.",
        ),
    ),
    "nut_no_tls": Reason(
        ("kein STARTTLS", "no STARTTLS"),
        (
            "Der upsd auf {host} kann kein STARTTLS; dort CERTFILE setzen oder --starttls weglassen.",
            "The upsd on {host} has no STARTTLS; set CERTFILE there or leave out --starttls.",
        ),
    ),
    "nut_no_ups": Reason(
        ("keine USV bekannt", "no UPS known"),
        (
            "Der upsd auf {host} kennt keine USV; ups.conf dort prüfen.",
            "The upsd on {host} knows no UPS; check ups.conf there.",
        ),
    ),
    "nut_refused": Reason(
        ("Anfrage abgelehnt", "request refused"),
        (
            "Der upsd auf {host} antwortet mit «{answer}»; upsd.conf dort prüfen.",
            "The upsd on {host} answers «{answer}»; check upsd.conf there.",
        ),
    ),
    "nut_unknown_ups": Reason(
        ("USV unbekannt", "unknown UPS"),
        (
            "Der upsd auf {host} kennt keine USV «{ups}», nur: {known}",
            "The upsd on {host} knows no UPS «{ups}», only: {known}",
        ),
    ),
    "router_login": Reason(
        ("Anmeldung abgelehnt", "login refused"),
        (
            "{host} lehnt die Anmeldung ab; Benutzer und Passwort prüfen, ehe die nächste Prüfung den Router dazu bringt, sich zu sperren.",
            "{host} refuses the login; check user and password before the next run makes the router lock itself.",
        ),
    ),
    "router_blocked": Reason(
        ("Router gesperrt", "router locked"),
        (
            "{host} nimmt nach Fehlversuchen noch {seconds} s keine Anmeldung an; Zugangsdaten prüfen und abwarten.",
            "After failed tries {host} takes no login for another {seconds} s; check the credentials and wait.",
        ),
    ),
    "router_rights": Reason(
        ("Recht fehlt", "right missing"),
        (
            "Die Anmeldung an {host} stimmt, aber das Recht für {what} fehlt; dem Benutzer dort das Recht geben.",
            "The login at {host} is right, but it may not read {what}; give the user that right there.",
        ),
    ),
    "router_missing": Reason(
        ("nicht angeboten", "not offered"),
        (
            "{host} bietet {what} nicht an; Modell, Firmware und --router prüfen.",
            "{host} does not offer {what}; check model, firmware and --router.",
        ),
    ),
    "router_fault": Reason(
        ("Fehler {code}", "error {code}"),
        (
            "{host} beantwortet {what} mit Fehler {code}; Protokoll des Routers prüfen.",
            "{host} answers {what} with error {code}; check the router's log.",
        ),
    ),
    "router_status": Reason(
        ("HTTP {status}", "HTTP {status}"),
        (
            "{host} antwortet auf {what} mit HTTP {status}; Adresse, Port und --router prüfen.",
            "{host} answers {what} with HTTP {status}; check address, port and --router.",
        ),
    ),
    "router_garbled": Reason(
        ("Antwort unklar", "garbled answer"),
        (
            "Die Antwort von {host} auf {what} ist unverständlich ({detail}); Port und --router prüfen.",
            "The answer of {host} to {what} makes no sense ({detail}); check port and --router.",
        ),
    ),
    "router_no_router": Reason(
        ("kein Router", "no router"),
        (
            "Das Gerät ist hier nicht der Router ({detail}); -H auf das Gerät mit der Leitung richten.",
            "This device is not the router here ({detail}); point -H to the one with the line.",
        ),
    ),
    "tls_failed": Reason(
        ("TLS gescheitert", "TLS failed"),
        (
            "Mit {host} kam keine verschlüsselte Verbindung zustande ({detail}).",
            "No encrypted connection to {host} came about ({detail}).",
        ),
    ),
    "tls_untrusted": Reason(
        ("kein Vertrauen", "untrusted"),
        (
            "Dem Zertifikat von {host} ist nicht zu trauen ({detail}; SHA-256 {fingerprint}); --ca-file angeben, oder am Gerät vergleichen und --tls-fingerprint angeben.",
            "The certificate of {host} is not trusted ({detail}; SHA-256 {fingerprint}); give --ca-file, or compare it on the device and give --tls-fingerprint.",
        ),
    ),
    "konnektor_garbled": Reason(
        ("Antwort unklar", "garbled answer"),
        (
            "Die Antwort von {host} auf {what} ist unverständlich; Adresse und Port prüfen, sonst den TI-Dienstleister fragen.",
            "The answer of {host} to {what} makes no sense; check address and port, else ask the TI service partner.",
        ),
    ),
    "konnektor_fault": Reason(
        ("Fehler {code}", "error {code}"),
        (
            "{host} lehnt {what} mit Fehler {code} ab; Fehlernummer dem TI-Dienstleister nennen.",
            "{host} refuses {what} with error {code}; tell the TI service partner this number.",
        ),
    ),
    "konnektor_fault_plain": Reason(
        ("abgelehnt", "refused"),
        (
            "{host} lehnt {what} ohne Fehlernummer ab («{text}»); Protokoll des Konnektors prüfen.",
            "{host} refuses {what} without an error number («{text}»); check the Konnektor's log.",
        ),
    ),
    "konnektor_service_missing": Reason(
        ("Dienst fehlt", "service missing"),
        (
            "{host} bietet den Dienst {service} nicht an; startet er gerade, in 20 Minuten erneut prüfen.",
            "{host} does not offer the service {service}; if it is starting, check again in 20 minutes.",
        ),
    ),
    "konnektor_service_version": Reason(
        ("Version unbekannt", "unknown version"),
        (
            "{host} bietet {service} nur in Version {versions}; apowacht aktualisieren.",
            "{host} offers {service} only in version {versions}; update apowacht.",
        ),
    ),
    "konnektor_endpoint": Reason(
        ("Adresse unbrauchbar", "unusable address"),
        (
            "{host} nennt für {service} keine brauchbare Adresse; --rewrite-endpoints oder --no-tls prüfen (Bestellung, Zeile 8).",
            "{host} names no usable address for {service}; check --rewrite-endpoints or --no-tls (order, line 8).",
        ),
    ),
    "sicct_garbled": Reason(
        ("kein Terminal", "no terminal"),
        (
            "{host} antwortet nicht wie ein Kartenterminal («{answer}»); Adresse prüfen.",
            "{host} does not answer like a card terminal («{answer}»); check the address.",
        ),
    ),
    "http_unauthorized": Reason(
        ("Anmeldung nötig", "login needed"),
        (
            "{host} verlangt für {what} eine Anmeldung; --user und --password-file oder --client-cert prüfen (Bestellung, Zeile 5).",
            "{host} wants a login for {what}; check --user and --password-file or --client-cert (order, line 5).",
        ),
    ),
    "http_forbidden": Reason(
        ("nicht erlaubt", "forbidden"),
        (
            "{host} verweigert {what}; Rechte des Clientsystems im Konnektor prüfen (Bestellung, Zeile 5).",
            "{host} forbids {what}; check the client system's rights in the Konnektor (order, line 5).",
        ),
    ),
    "http_not_found": Reason(
        ("nicht gefunden", "not found"),
        (
            "{host} kennt {what} unter dieser Adresse nicht; -H und -p prüfen.",
            "{host} does not know {what} at this address; check -H and -p.",
        ),
    ),
    "http_redirect": Reason(
        ("umgeleitet", "redirected"),
        (
            "{host} leitet {what} um; wahrscheinlich verlangt er TLS: ohne --no-tls prüfen.",
            "{host} redirects {what}; it probably wants TLS: check without --no-tls.",
        ),
    ),
    "http_unavailable": Reason(
        ("noch nicht bereit", "not ready yet"),
        (
            "{host} ist noch nicht bereit ({what}, HTTP {status}); nach einem Neustart bis zu 20 Minuten warten.",
            "{host} is not ready yet ({what}, HTTP {status}); wait up to 20 minutes after a restart.",
        ),
    ),
    "http_status": Reason(
        ("HTTP {status}", "HTTP {status}"),
        (
            "{host} antwortet auf {what} mit HTTP {status}; Protokoll des Konnektors prüfen.",
            "{host} answers {what} with HTTP {status}; check the Konnektor's log.",
        ),
    ),
    "fault_syntax": Reason(
        ("Fehler {code}", "error {code}"),
        (
            "{host} versteht {what} nicht (Fehler {code}); apowacht und Firmware vergleichen.",
            "{host} does not understand {what} (error {code}); compare apowacht and firmware.",
        ),
    ),
    "fault_internal": Reason(
        ("interner Fehler", "internal error"),
        (
            "{host} meldet bei {what} einen internen Fehler ({code}); TI-Dienstleister rufen.",
            "{host} reports an internal error for {what} ({code}); call the TI service partner.",
        ),
    ),
    "fault_critical_state": Reason(
        ("kritischer Zustand", "critical state"),
        (
            "{host} ist in einem kritischen Betriebszustand (Fehler {code}); TI-Dienstleister sofort rufen.",
            "{host} is in a critical operating state (error {code}); call the TI service partner at once.",
        ),
    ),
    "fault_user_id_missing": Reason(
        ("Nutzer-ID fehlt", "user ID missing"),
        (
            "{host} verlangt eine Nutzer-ID; {option} angeben (Bestellung, Zeile 9).",
            "{host} wants a user ID; give {option} (order, line 9).",
        ),
    ),
    "fault_mandant": Reason(
        ("Mandant unbekannt", "unknown Mandant"),
        (
            "{host} kennt diesen Mandanten nicht; {option} mit dem Infomodell vergleichen (Bestellung, Zeile 1).",
            "{host} does not know this Mandant; compare {option} with the Infomodell (order, line 1).",
        ),
    ),
    "fault_client_system": Reason(
        ("Clientsystem falsch", "wrong client"),
        (
            "{host} kennt dieses Clientsystem nicht; {option} mit dem Infomodell vergleichen (Bestellung, Zeile 2).",
            "{host} does not know this client system; compare {option} with the Infomodell (order, line 2).",
        ),
    ),
    "fault_workplace": Reason(
        ("Arbeitsplatz falsch", "wrong workplace"),
        (
            "{host} kennt diesen Arbeitsplatz nicht; {option} mit dem Infomodell vergleichen (Bestellung, Zeile 3).",
            "{host} does not know this workplace; compare {option} with the Infomodell (order, line 3).",
        ),
    ),
    "fault_card_gone": Reason(
        ("Karte entfernt", "card removed"),
        (
            "Die Karte steckt nicht mehr (Fehler {code}); Karte prüfen und erneut prüfen.",
            "The card is no longer inserted (error {code}); look at it and check again.",
        ),
    ),
    "fault_client_system_of_mandant": Reason(
        ("nicht zugeordnet", "not assigned"),
        (
            "Das Clientsystem ist dem Mandanten nicht zugeordnet; im Konnektor zuordnen oder {option} prüfen (Bestellung, Zeile 2).",
            "The client system is not assigned to the Mandant; assign it in the Konnektor or check {option} (order, line 2).",
        ),
    ),
    "fault_workplace_of_mandant": Reason(
        ("nicht zugeordnet", "not assigned"),
        (
            "Der Arbeitsplatz ist dem Mandanten nicht zugeordnet; im Konnektor zuordnen oder {option} prüfen (Bestellung, Zeile 3).",
            "The workplace is not assigned to the Mandant; assign it in the Konnektor or check {option} (order, line 3).",
        ),
    ),
    "fault_terminal_of_mandant": Reason(
        ("nicht zugeordnet", "not assigned"),
        (
            "Das Kartenterminal ist dem Mandanten nicht zugeordnet; im Konnektor zuordnen oder {option} prüfen (Bestellung, Zeile 4).",
            "The card terminal is not assigned to the Mandant; assign it in the Konnektor or check {option} (order, line 4).",
        ),
    ),
    "fault_workplace_of_client": Reason(
        ("nicht zugeordnet", "not assigned"),
        (
            "Der Arbeitsplatz ist dem Clientsystem nicht zugeordnet; im Konnektor zuordnen oder {option} prüfen (Bestellung, Zeile 3).",
            "The workplace is not assigned to the client system; assign it in the Konnektor or check {option} (order, line 3).",
        ),
    ),
    "fault_terminal_of_workplace": Reason(
        ("nicht zugeordnet", "not assigned"),
        (
            "Der Arbeitsplatz erreicht das Kartenterminal nicht (Fehler {code}); Terminal dem Arbeitsplatz zuordnen oder {option} prüfen (Bestellung, Zeile 4).",
            "The workplace does not reach the card terminal (error {code}); assign the terminal to it or check {option} (order, line 4).",
        ),
    ),
    "fault_context_incomplete": Reason(
        ("Angaben fehlen", "values missing"),
        (
            "{host} fehlen Angaben; {option}, --client-system und --workplace prüfen (Bestellung, Zeilen 1-3).",
            "{host} lacks values; check {option}, --client-system and --workplace (order, lines 1-3).",
        ),
    ),
    "fault_stale_handle": Reason(
        ("Karte neu gesteckt", "card reinserted"),
        (
            "Die Karte wurde gerade neu gesteckt (Fehler {code}); erneut prüfen.",
            "The card was just inserted anew (error {code}); check again.",
        ),
    ),
    "fault_client_identity": Reason(
        ("falsche Identität", "wrong identity"),
        (
            "Zertifikat oder Benutzer gehört nicht zu diesem Clientsystem; --client-cert oder --user und {option} prüfen (Bestellung, Zeile 5).",
            "Certificate or user does not belong to this client system; check --client-cert or --user and {option} (order, line 5).",
        ),
    ),
    "fault_no_ecc": Reason(
        ("Karte G2.0", "G2.0 card"),
        (
            "Die Karte hat keine ECC-Zertifikate (G2.0); Austauschkarte bestellen.",
            "The card has no ECC certificates (G2.0); order a replacement.",
        ),
    ),
    "tls_expired": Reason(
        ("abgelaufen", "expired"),
        (
            "Das Zertifikat von {host} ist am {date} abgelaufen; dort erneuern.",
            "The certificate of {host} expired on {date}; renew it there.",
        ),
    ),
    "tls_not_yet_valid": Reason(
        ("noch nicht gültig", "not yet valid"),
        (
            "Das Zertifikat von {host} gilt erst ab {date}; Uhren hier und dort prüfen.",
            "The certificate of {host} is valid only from {date}; check the clocks here and there.",
        ),
    ),
    "tls_self_signed": Reason(
        ("selbst signiert", "self-signed"),
        (
            "{host} zeigt ein selbst signiertes Zertifikat (SHA-256 {fingerprint}); am Gerät vergleichen, dann --tls-fingerprint angeben.",
            "{host} shows a self-signed certificate (SHA-256 {fingerprint}); compare it on the device, then give --tls-fingerprint.",
        ),
    ),
    "tls_wrong_name": Reason(
        ("falscher Name", "wrong name"),
        (
            "Das Zertifikat von {host} gilt nicht für {name}, sondern für {names}; --tls-server-name prüfen.",
            "The certificate of {host} is not for {name} but for {names}; check --tls-server-name.",
        ),
    ),
    "tls_fingerprint": Reason(
        ("Prüfsumme falsch", "wrong fingerprint"),
        (
            "Der Fingerabdruck von {host} passt nicht (gefunden: {fingerprint}); Zertifikat erneuert, oder ein fremdes Gerät antwortet.",
            "The fingerprint of {host} does not match (found: {fingerprint}); the certificate was renewed, or another device answers.",
        ),
    ),
    "tls_weak": Reason(
        ("Schlüssel schwach", "key too weak"),
        (
            "Schlüssel oder Signatur von {host} ist zu schwach ({detail}); dort neues Zertifikat einrichten.",
            "Key or signature of {host} is too weak ({detail}); set up a new certificate there.",
        ),
    ),
    "tls_no_common_version": Reason(
        ("TLS zu alt", "TLS too old"),
        (
            "{host} kann kein TLS 1.2; Firmware dort aktualisieren.",
            "{host} cannot do TLS 1.2; update its firmware.",
        ),
    ),
    "tls_no_common_curve": Reason(
        ("Kurve unbekannt", "no common curve"),
        (
            "{host} verlangt eine Kurve, die hier nicht angeboten wird; TLS-Einstellung dort prüfen.",
            "{host} wants a curve that is not offered here; check its TLS settings.",
        ),
    ),
    "tls_no_common_cipher": Reason(
        ("Chiffre unbekannt", "no common cipher"),
        (
            "{host} verlangt eine Verschlüsselung, die hier nicht angeboten wird; TLS-Einstellung dort prüfen.",
            "{host} wants a cipher that is not offered here; check its TLS settings.",
        ),
    ),
    "tls_client_cert_required": Reason(
        ("Schlüssel nötig", "certificate needed"),
        (
            "{host} verlangt ein Client-Zertifikat; --client-cert angeben (Bestellung, Zeile 5).",
            "{host} demands a client certificate; give --client-cert (order, line 5).",
        ),
    ),
    "tls_client_cert_rejected": Reason(
        ("Anmeldung abgelehnt", "login refused"),
        (
            "{host} lehnt das Client-Zertifikat ab ({detail}); Zuordnung dort und Ablaufdatum prüfen (Bestellung, Zeile 5).",
            "{host} rejects the client certificate ({detail}); check its assignment there and its expiry (order, line 5).",
        ),
    ),
    "tls_not_tls": Reason(
        ("kein TLS", "no TLS"),
        (
            "{host} antwortet auf Port {port} unverschlüsselt; Port oder --no-tls prüfen.",
            "{host} answers in clear on port {port}; check the port or --no-tls.",
        ),
    ),
    "tls_bad_certificate": Reason(
        ("unlesbar", "unreadable"),
        (
            "Das Zertifikat von {host} ist nicht lesbar; dort neu einrichten.",
            "The certificate of {host} cannot be read; set up a new one there.",
        ),
    ),
    "uplink_no_line": Reason(
        ("Leitung fehlt", "no line"),
        (
            "--line fehlt; zum Beispiel --line dsl,interface=eth0 --line lte,interface=eth1",
            "--line is missing; for example --line dsl,interface=eth0 --line lte,interface=eth1",
        ),
    ),
    "uplink_no_target": Reason(
        ("Ziel fehlt", "no target"),
        (
            "--target fehlt: zwei oder drei feste Adressen, etwa 192.0.2.1:443 (Anbieter, Softwarehaus)",
            "--target is missing: two or three stable addresses, say 192.0.2.1:443 (provider, software house)",
        ),
    ),
    "uplink_bad_target": Reason(
        ("Ziel falsch", "bad target"),
        ("{option}: «{text}» ist kein HOST[:PORT]", "{option}: «{text}» is no HOST[:PORT]"),
    ),
    "uplink_line_name": Reason(
        ("Name fehlt", "no name"),
        (
            "--line: «{text}» beginnt nicht mit einem Namen; zum Beispiel dsl,interface=eth0",
            "--line: «{text}» does not begin with a name; for example dsl,interface=eth0",
        ),
    ),
    "uplink_line_key": Reason(
        ("Schlüssel falsch", "bad key"),
        (
            "--line {name}: «{text}» gibt es nicht; möglich: {keys}",
            "--line {name}: «{text}» does not exist; choose from {keys}",
        ),
    ),
    "uplink_line_value": Reason(
        ("Wert falsch", "bad value"),
        ("--line {name}: {key}=«{text}» passt nicht", "--line {name}: {key}=«{text}» will not do"),
    ),
    "uplink_line_tech": Reason(
        ("Art falsch", "bad kind"),
        (
            "--line {name}: tech=«{text}» gibt es nicht; möglich: {choices}",
            "--line {name}: tech=«{text}» does not exist; choose from {choices}",
        ),
    ),
    "uplink_key_twice": Reason(
        ("doppelt", "given twice"),
        ("--line {name}: {key} steht zweimal da", "--line {name}: {key} is given twice"),
    ),
    "uplink_line_twice": Reason(
        ("doppelt", "given twice"),
        ("--line: den Namen «{name}» gibt es zweimal", "--line: the name «{name}» is given twice"),
    ),
    "uplink_line_bare": Reason(
        ("Leitung unklar", "line unclear"),
        (
            "--line {name}: interface=, source=, gateway=, target= oder via=router fehlt",
            "--line {name}: interface=, source=, gateway=, target= or via=router is missing",
        ),
    ),
    "bind_not_permitted": Reason(
        ("nicht erlaubt", "not permitted"),
        (
            "Bindung an {device} braucht CAP_NET_RAW (Linux vor 5.7) oder root",
            "binding to {device} needs CAP_NET_RAW (Linux before 5.7) or root",
        ),
    ),
    "no_device": Reason(
        ("Gerät fehlt", "no such device"),
        (
            "Das Netzwerkgerät {device} gibt es hier nicht.",
            "There is no network device {device} here.",
        ),
    ),
    "no_address": Reason(
        ("Adresse fehlt", "no such address"),
        (
            "Die Adresse {source} hat dieser Rechner nicht.",
            "This computer does not have the address {source}.",
        ),
    ),
    "no_netlink": Reason(
        ("kein Netlink", "no netlink"),
        (
            "das Routing ist nicht lesbar ({detail}); Linux mit Netlink nötig",
            "the routing cannot be read ({detail}); Linux with netlink is needed",
        ),
    ),
    "dns_bad_name": Reason(
        ("Name falsch", "bad name"),
        (
            "--dns-name: «{name}» kann kein Name im DNS sein",
            "--dns-name: «{name}» cannot be a name in the DNS",
        ),
    ),
    "dns_server_silent": Reason(
        ("Nameserver still", "name server silent"),
        ("Der Nameserver {host} antwortet nicht.", "The name server {host} does not answer."),
    ),
    "dns_server_closed": Reason(
        ("kein Nameserver", "no name server"),
        (
            "Auf {host} lauscht an Port {port} kein Nameserver.",
            "No name server listens on {host}, port {port}.",
        ),
    ),
    "dns_garbled": Reason(
        ("unverständlich", "garbled"),
        (
            "{host} antwortet, aber nicht wie ein Nameserver.",
            "{host} answers, but not like a name server.",
        ),
    ),
    "egress_bad_url": Reason(
        ("Adresse falsch", "bad URL"),
        (
            "--egress: «{text}» ist keine Adresse mit http:// oder https://",
            "--egress: «{text}» is no http:// or https:// URL",
        ),
    ),
    "egress_garbled": Reason(
        ("unverständlich", "garbled"),
        ("{host} antwortet, nennt aber keine Adresse.", "{host} answers, but names no address."),
    ),
    # Ours: options, files, the run itself.
    "bad_range": Reason(
        ("Bereich falsch", "bad range"),
        (
            "{option}: «{text}» ist kein Bereich; zum Beispiel {example}",
            "{option}: «{text}» is no range; for example {example}",
        ),
    ),
    "bad_duration": Reason(
        ("Dauer falsch", "bad duration"),
        (
            "{option}: «{text}» ist keine Dauer; zum Beispiel 90s, 10m, 2h, 30d",
            "{option}: «{text}» is not a duration; for example 90s, 10m, 2h, 30d",
        ),
    ),
    "bad_date": Reason(
        ("Datum falsch", "bad date"),
        (
            "{option}: «{text}» ist kein Datum; zum Beispiel 2024-05-31",
            "{option}: «{text}» is not a date; for example 2024-05-31",
        ),
    ),
    "bad_number": Reason(
        ("Zahl falsch", "bad number"),
        (
            "{option}: «{text}» ist keine ganze Zahl von {least} bis {most}",
            "{option}: «{text}» is no whole number from {least} to {most}",
        ),
    ),
    "bad_value": Reason(
        ("Wert falsch", "bad value"),
        ("{option}: {detail}", "{option}: {detail}"),
    ),
    "bad_choice": Reason(
        ("Wert falsch", "bad value"),
        (
            "{option}: «{text}» gibt es nicht; möglich: {choices}",
            "{option}: «{text}» does not exist; choose from {choices}",
        ),
    ),
    "unknown_option": Reason(
        ("Option unbekannt", "unknown option"),
        (
            "Option {option} gibt es nicht{hint}; --help zeigt alle",
            "there is no option {option}{hint}; --help lists them",
        ),
    ),
    "unexpected_argument": Reason(
        ("Argument unbekannt", "unexpected argument"),
        (
            "«{text}» gehört zu keiner Option; --help zeigt alle",
            "«{text}» belongs to no option; --help lists them",
        ),
    ),
    "missing_option": Reason(
        ("Option fehlt", "missing option"),
        (
            "Option {option} fehlt; --help zeigt alle",
            "option {option} is missing; --help lists them",
        ),
    ),
    "missing_value": Reason(
        ("Wert fehlt", "missing value"),
        (
            "Option {option} braucht einen Wert; --help zeigt alle",
            "option {option} needs a value; --help lists them",
        ),
    ),
    "deadline": Reason(
        ("Zeit abgelaufen", "out of time"),
        (
            "die Prüfung kam in {seconds} s zu keinem Ergebnis; -t erhöhen",
            "the check came to no result within {seconds} s; raise -t",
        ),
    ),
    "missing_module": Reason(
        ("Modul fehlt", "missing module"),
        (
            "Python-Modul {detail} fehlt; apowacht neu installieren",
            "Python module {detail} is missing; reinstall apowacht",
        ),
    ),
    "internal": Reason(
        ("interner Fehler", "internal error"),
        (
            "interner Fehler {detail}; mit -vvv wiederholen und melden",
            "internal error {detail}; repeat with -vvv and report it",
        ),
    ),
    "icmp_not_permitted": Reason(
        ("Ping nicht erlaubt", "ping not allowed"),
        (
            "dieser Rechner darf keinen Ping senden; net.ipv4.ping_group_range dort setzen",
            "this computer may not send a ping; set net.ipv4.ping_group_range there",
        ),
    ),
    "sicct_port": Reason(
        ("Port verboten", "port forbidden"),
        (
            "Port {port} gehört den Kartenterminals und wird nie angesprochen; anderen Port angeben",
            "port {port} belongs to the card terminals and is never opened; give another port",
        ),
    ),
    "snmp_key_short": Reason(
        ("Schlüssel zu kurz", "key too short"),
        (
            "{option}: SNMPv3-Schlüssel haben mindestens 8 Zeichen",
            "{option}: SNMPv3 keys have at least 8 characters",
        ),
    ),
    "bad_fingerprint": Reason(
        ("Prüfsumme falsch", "bad fingerprint"),
        (
            "--tls-fingerprint: «{value}» ist kein SHA-256 (64 Hexziffern)",
            "--tls-fingerprint: «{value}» is no SHA-256 (64 hexadecimal digits)",
        ),
    ),
    "bad_port": Reason(
        ("Port falsch", "bad port"),
        (
            "Port {port} gibt es nicht; erlaubt sind 1 bis 65535",
            "there is no port {port}; allowed are 1 to 65535",
        ),
    ),
    "bad_server_name": Reason(
        ("Servername falsch", "bad server name"),
        ("«{name}» kann kein Servername sein", "«{name}» cannot be a server name"),
    ),
    "ca_file_unreadable": Reason(
        ("CA-Datei unlesbar", "CA file unreadable"),
        (
            "--ca-file {file}: nicht lesbar oder kein Zertifikat darin",
            "--ca-file {file}: not readable, or no certificate in it",
        ),
    ),
    "nut_bad_text": Reason(
        ("Zeichen verboten", "bad character"),
        (
            "{field} enthält Zeichen, die NUT nicht kennt",
            "{field} holds characters that NUT does not know",
        ),
    ),
    "debounce_syntax": Reason(
        ("N/M falsch", "bad N/M"),
        (
            "--debounce: «{text}» ist kein N/M; zum Beispiel 3/5",
            "--debounce: «{text}» is no N/M; for example 3/5",
        ),
    ),
    "replay_line": Reason(
        ("Datei unlesbar", "file unreadable"),
        (
            "--replay {file}: Zeile {line} ist nicht zu verstehen",
            "--replay {file}: line {line} cannot be understood",
        ),
    ),
    "replay_other": Reason(
        ("andere Aufzeichnung", "other recording"),
        (
            "--replay {file}: das ist eine Aufzeichnung von check_apo_{check}",
            "--replay {file}: this is a recording of check_apo_{check}",
        ),
    ),
    "replay_unknown": Reason(
        ("Datei unbekannt", "unknown file"),
        (
            "--replay {file}: weder .snmprec noch snmpwalk -On, upsc, apcaccess oder --record",
            "--replay {file}: neither .snmprec nor snmpwalk -On, upsc, apcaccess or --record",
        ),
    ),
    "bad_condition": Reason(
        ("Zustand falsch", "bad condition"),
        (
            "{option}: «{text}» ist nicht zu verstehen; zum Beispiel {example}",
            "{option}: «{text}» cannot be understood; for example {example}",
        ),
    ),
    "bad_version": Reason(
        ("Version falsch", "bad version"),
        (
            "{option}: «{text}» ist keine Version; zum Beispiel 5.50.4",
            "{option}: «{text}» is no version; for example 5.50.4",
        ),
    ),
    "bad_direct": Reason(
        ("Paar falsch", "bad pair"),
        (
            "--direct: «{text}» ist kein NAME=HOST; zum Beispiel Kasse=10.0.0.31",
            "--direct: «{text}» is no NAME=HOST; for example till=10.0.0.31",
        ),
    ),
    "replay_foreign": Reason(
        ("keine Aufzeichnung", "no recording"),
        (
            "--replay {file}: keine Aufzeichnung von --record",
            "--replay {file}: no recording of --record",
        ),
    ),
    "alias_syntax": Reason(
        ("Alias falsch", "bad alias"),
        (
            "--alias: «{text}» ist kein NEU=ALT; zum Beispiel Büro=BX1500M-3B2021",
            "--alias: «{text}» is no NEW=OLD; for example office=BX1500M-3B2021",
        ),
    ),
    "alias_twice": Reason(
        ("Alias doppelt", "alias twice"),
        (
            "--alias: den Namen «{name}» gibt es zweimal",
            "--alias: the name «{name}» is given twice",
        ),
    ),
    "secret_unreadable": Reason(
        ("Geheimnis unlesbar", "secret unreadable"),
        ("{option} {file}: {detail}", "{option} {file}: {detail}"),
    ),
    "secret_empty": Reason(
        ("Geheimnis leer", "secret empty"),
        (
            "{option} {file}: leer; in die erste Zeile gehört das Geheimnis",
            "{option} {file}: empty; its first line must hold the secret",
        ),
    ),
    "record_unwritable": Reason(
        ("nicht schreibbar", "not writable"),
        ("--record {file}: {detail}", "--record {file}: {detail}"),
    ),
    "replay_unreadable": Reason(
        ("Datei unlesbar", "file unreadable"),
        ("--replay {file}: {detail}", "--replay {file}: {detail}"),
    ),
    "replay_broken": Reason(
        ("Datei beschädigt", "file damaged"),
        (
            "--replay {file}: beschädigt ({detail}); neu aufzeichnen",
            "--replay {file}: damaged ({detail}); record it again",
        ),
    ),
    "hours_syntax": Reason(
        ("Zeiten falsch", "bad hours"),
        (
            "--hours: «{part}» ist nicht zu verstehen; Beispiel: Mo-Fr 08:00-18:30; Sa 08:30-13:00",
            "--hours: «{part}» cannot be understood; example: Mo-Fr 08:00-18:30; Sa 08:30-13:00",
        ),
    ),
    "state_folder": Reason(
        ("kein Ordner", "no folder"),
        (
            "Kein brauchbarer Zustandsordner {folder}: {detail}",
            "no usable state folder {folder}: {detail}",
        ),
    ),
    "state_readonly": Reason(
        ("nicht beschreibbar", "not writable"),
        (
            "Zustand {file} ist nicht lesbar oder nicht beschreibbar: {detail}",
            "state {file} cannot be read or written: {detail}",
        ),
    ),
    "state_full": Reason(
        ("Platte voll", "disk full"),
        ("Kein Platz für den Zustand {file}: {detail}", "no space for the state {file}: {detail}"),
    ),
    "state_locked": Reason(
        ("Zustand gesperrt", "state locked"),
        (
            "Zustand {file} ist von einem anderen Lauf gesperrt: {detail}",
            "state {file} is locked by another run: {detail}",
        ),
    ),
    "state_corrupt": Reason(
        ("Zustand beschädigt", "state damaged"),
        (
            "Zustand {file} ist beschädigt; Datei prüfen und löschen",
            "state {file} is damaged; check and delete the file",
        ),
    ),
    "state_newer": Reason(
        ("Zustand zu neu", "state too new"),
        (
            "Zustand {file} stammt von einer neueren Version ({detail})",
            "state {file} is of a newer version ({detail})",
        ),
    ),
    "state_future": Reason(
        ("Uhr falsch", "clock wrong"),
        (
            "Zustand {file} liegt in der Zukunft ({detail}); Uhr prüfen",
            "state {file} lies in the future ({detail}); check the clock",
        ),
    ),
    "credentials_in_clear": Reason(
        ("unverschlüsselt", "unencrypted"),
        (
            "Ein Passwort geht nicht unverschlüsselt an {host}; --no-tls oder --user weglassen",
            "a password does not go to {host} unencrypted; leave out --no-tls or --user",
        ),
    ),
    "credentials_unverified": Reason(
        ("ungeprüft", "unverified"),
        (
            "Zugangsdaten gehen nur an ein geprüftes {host}; statt --insecure --tls-fingerprint oder --ca-file angeben",
            "credentials go only to a verified {host}; give --tls-fingerprint or --ca-file instead of --insecure",
        ),
    ),
    "bad_context": Reason(
        ("Wert falsch", "bad value"),
        (
            "{option}: 1 bis {most} Zeichen ohne Steuerzeichen",
            "{option}: 1 to {most} characters, no control characters",
        ),
    ),
    "kon_unreadable": Reason(
        ("Datei unlesbar", "file unreadable"), ("--kon {file}: {detail}", "--kon {file}: {detail}")
    ),
    "kon_not_json": Reason(
        ("keine .kon-Datei", "no .kon file"),
        (
            "--kon {file}: keine .kon-Datei (JSON-Objekt erwartet)",
            "--kon {file}: no .kon file (JSON object expected)",
        ),
    ),
    "kon_field_missing": Reason(
        ("Feld fehlt", "field missing"),
        ("--kon {file}: {field} fehlt", "--kon {file}: {field} is missing"),
    ),
    "kon_field_kind": Reason(
        ("Feld falsch", "bad field"),
        (
            "--kon {file}: {field} muss {expected} sein",
            "--kon {file}: {field} has to be {expected}",
        ),
    ),
    "kon_field_url": Reason(
        ("Feld falsch", "bad field"),
        (
            "--kon {file}: {field} ist keine Adresse; zum Beispiel https://10.0.0.5:443",
            "--kon {file}: {field} is no address; for example https://10.0.0.5:443",
        ),
    ),
    "kon_field_base64": Reason(
        ("Feld falsch", "bad field"),
        ("--kon {file}: {field} ist kein Base64", "--kon {file}: {field} is not base64"),
    ),
    "kon_field_certificate": Reason(
        ("Feld falsch", "bad field"),
        ("--kon {file}: {field} ist kein Zertifikat", "--kon {file}: {field} is no certificate"),
    ),
    "kon_variable": Reason(
        ("Variable fehlt", "variable missing"),
        (
            "--kon {file}: {field} braucht die Umgebungsvariable {variable}, die nicht gesetzt ist",
            "--kon {file}: {field} needs the environment variable {variable}, which is not set",
        ),
    ),
    "no_brainpool": Reason(
        ("ohne brainpool", "no brainpool"),
        (
            "{host} verlangt brainpool, was das OpenSSL dieses Pythons dort nicht kann; Python mit OpenSSL 3.2 oder neuer nutzen",
            "{host} wants brainpool, which this Python's OpenSSL cannot do there; use a Python with OpenSSL 3.2 or newer",
        ),
    ),
    "key_unreadable": Reason(
        ("Schlüssel unlesbar", "key unreadable"),
        ("{file}: nicht lesbar ({detail})", "{file}: cannot be read ({detail})"),
    ),
    "key_format": Reason(
        ("kein Schlüssel", "no key file"),
        (
            "{file}: weder PEM noch PKCS#12, oder beschädigt",
            "{file}: neither PEM nor PKCS#12, or damaged",
        ),
    ),
    "key_password": Reason(
        ("Passwort falsch", "wrong password"),
        (
            "{file}: das Passwort stimmt nicht, oder die Datei ist beschädigt",
            "{file}: the password is wrong, or the file is damaged",
        ),
    ),
    "key_password_missing": Reason(
        ("Passwort fehlt", "password missing"),
        (
            "{file} ist verschlüsselt; --client-cert-password-file angeben",
            "{file} is encrypted; give --client-cert-password-file",
        ),
    ),
    "key_no_key": Reason(
        ("kein Schlüssel", "no key"),
        ("{file}: kein privater Schlüssel darin", "{file}: no private key in it"),
    ),
    "key_no_certificate": Reason(
        ("kein Zertifikat", "no certificate"),
        ("{file}: kein Zertifikat darin", "{file}: no certificate in it"),
    ),
    "key_several": Reason(
        ("mehrere Schlüssel", "several keys"),
        (
            "{file}: mehrere Schlüssel darin; nur einer darf es sein",
            "{file}: holds several keys; only one is allowed",
        ),
    ),
    "key_mismatch": Reason(
        ("passt nicht", "does not match"),
        (
            "{file}: kein Zertifikat darin gehört zum Schlüssel",
            "{file}: no certificate in it belongs to the key",
        ),
    ),
    "key_kind": Reason(
        ("Art unbekannt", "unknown kind"),
        (
            "{file}: diese Art von Schlüssel oder Verschlüsselung geht hier nicht",
            "{file}: this kind of key or encryption cannot be used here",
        ),
    ),
    "key_refused": Reason(
        ("unbrauchbar", "unusable"),
        (
            "{file}: OpenSSL nimmt den Schlüssel nicht ({detail})",
            "{file}: OpenSSL does not take the key ({detail})",
        ),
    ),
    "key_no_memory_file": Reason(
        ("kein Speicher", "no memory file"),
        (
            "{file}: dieses System kann Schlüssel nicht im Arbeitsspeicher halten (memfd, /proc); Linux nötig",
            "{file}: this system cannot keep keys in memory (memfd, /proc); Linux is needed",
        ),
    ),
    "cert_no_match": Reason(
        ("Datei fehlt", "no such file"),
        (
            "{option}: «{file}» passt auf keine Datei",
            "{option}: «{file}» matches no file",
        ),
    ),
    "cert_too_many": Reason(
        ("zu viele Dateien", "too many files"),
        (
            "{option}: mehr als {most} Dateien; auf mehrere Aufrufe verteilen",
            "{option}: more than {most} files; spread them over several calls",
        ),
    ),
    "cert_unreadable": Reason(
        ("Datei unlesbar", "file unreadable"),
        ("{file}: nicht lesbar ({detail})", "{file}: cannot be read ({detail})"),
    ),
    "cert_empty": Reason(
        ("Datei leer", "file empty"), ("{file}: die Datei ist leer", "{file}: the file is empty")
    ),
    "cert_none": Reason(
        ("kein Zertifikat", "no certificate"),
        ("{file}: kein Zertifikat darin", "{file}: no certificate in it"),
    ),
    "cert_damaged": Reason(
        ("Datei beschädigt", "file damaged"),
        (
            "{file}: ein Zertifikat darin ist abgeschnitten oder beschädigt",
            "{file}: a certificate in it is cut off or damaged",
        ),
    ),
    "cert_is_pkcs12": Reason(
        ("PKCS#12", "PKCS#12"),
        (
            "{file}: ist PKCS#12; mit --p12 angeben",
            "{file}: is PKCS#12; give it with --p12",
        ),
    ),
    "p12_password_missing": Reason(
        ("Passwort fehlt", "password missing"),
        (
            "{file} ist verschlüsselt; --p12-password-file angeben",
            "{file} is encrypted; give --p12-password-file",
        ),
    ),
    "starttls_refused": Reason(
        ("STARTTLS abgelehnt", "STARTTLS refused"),
        (
            "{host} lehnt STARTTLS ab ({detail}); dort TLS einrichten.",
            "{host} refuses STARTTLS ({detail}); set TLS up there.",
        ),
    ),
    "starttls_garbled": Reason(
        ("Antwort unklar", "garbled answer"),
        (
            "{host} spricht auf Port {port} kein {protocol}; Port und Protokoll prüfen.",
            "{host} does not speak {protocol} on port {port}; check port and protocol.",
        ),
    ),
    "calendar_unwritable": Reason(
        ("nicht schreibbar", "not writable"),
        ("--calendar {file}: {detail}", "--calendar {file}: {detail}"),
    ),
    "tls_target_syntax": Reason(
        ("Ziel falsch", "bad target"),
        (
            "{option}: «{text}» ist kein Ziel; zum Beispiel mail.example:443 oder smtp://mail.example,name=mx.example",
            "{option}: «{text}» is no target; for example mail.example:443 or smtp://mail.example,name=mx.example",
        ),
    ),
    "trust_severity_syntax": Reason(
        ("Wert falsch", "bad value"),
        (
            "--trust-severity: «{text}» ist kein [{choices}=]ok, warning oder critical",
            "--trust-severity: «{text}» is no [{choices}=]ok, warning or critical",
        ),
    ),
}
