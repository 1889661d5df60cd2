"""What is said about power and the UPS."""

from __future__ import annotations

from apowacht.plugins.core.advice.shape import NONE, Row

ROWS: dict[str, Row] = {
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
}
