"""Words inside sentences: alarms, conditions, owners, labels, and how long they may become."""

from __future__ import annotations

from apowacht.plugins.core.advice.shape import NONE, Text

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
    "extent": "vollständig",
    "firmware": "255.255.255",
    "impact": "gematik beschreibt, was nicht geht: " + "so und so " * 14,
    "latency": "120,123 s",
    "line": "Glasfaser-Büro",
    "load": "unbekannt",
    "measured": "12000 ms",
    "min": "1440",
    "n": "42",
    "name": "Handverkauf 12",
    "need": "120 min",
    "network": "100.103.128.0/17",
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
    # TI-Lage: its applications, and how far one is down.
    "erezept": ("E-Rezept", "e-prescription"),
    "vsdm": ("VSDM", "VSDM"),
    "tianschluss": ("TI-Zugang", "TI access"),
    "idp": ("Anmeldedienst (IDP)", "login service (IDP)"),
    "epa": ("ePA", "ePA"),
    "kim": ("KIM", "KIM"),
    "wanda": ("WANDA", "WANDA"),
    "ogd": ("Gesundheitsämter (ÖGD)", "health offices (ÖGD)"),
    "partial": ("teilweise", "partly"),
    "full": ("vollständig", "fully"),
    "recovering": ("erholt sich", "recovering"),
    "closed": ("behoben", "over"),
    "access": ("TI-Zugang", "TI access"),
    "fachdienst": ("E-Rezept-Fachdienst", "E-Rezept-Fachdienst"),
    "card_check": ("Kartenprüfung", "card checks"),
    "smcb": ("SMC-B", "SMC-B"),
    "hba": ("HBA", "HBA"),
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
    "closed": (
        "Apotheke geschlossen: was vor der Öffnung nicht schadet, ist höchstens WARNING.",
        "Pharmacy closed: what does no harm before opening is WARNING at most.",
    ),
    "duty_unread": (
        "Notdienstplan (--duty) unlesbar: beurteilt, als wäre geöffnet.",
        "Duty roster (--duty) unreadable: judged as if open.",
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

VERDICTS: dict[str, tuple[Text, Text]] = {
    # Whose fault: before the headline, and before the sentence.
    "local": (("lokal: ", "local: "), ("Lokal: ", "Local: ")),
    "central": (
        NONE,
        (
            "Zentrale Störung, nichts neu starten: ",
            "Central outage, do not restart anything: ",
        ),
    ),
}

LABELS: dict[str, Text] = {
    "owner": ("Zuständig", "Responsible"),
    "step": ("Zuerst", "First"),
    "never": ("Achtung", "Caution"),
    "more": ("Außerdem", "Also"),
    # Who helps, as a site file names it.
    "helps": ("Hilfe", "Help"),
    "phone": ("Telefon", "phone"),
    "contract": ("Vertrag", "contract"),
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
