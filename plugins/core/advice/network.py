"""What is said about the internet lines and the router."""

from __future__ import annotations

from apowacht.plugins.core.advice.shape import NONE, Row

ROWS: dict[str, Row] = {
    "site.unreachable": Row(
        "it",
        ("Standort nicht erreichbar", "site cannot be reached"),
        (
            "Kein überwachtes Gerät dieses Standorts antwortet; Strom, Router oder Leitung dort prüfen.",
            "No watched device of this site answers; check power, router and line there.",
        ),
        (
            "Vor Ort fragen: Ist Strom da, leuchtet der Router? Dann den IT-Betreuer anrufen.",
            "Ask on site: is there power, is the router lit? Then call the IT partner.",
        ),
        (
            "Konnektor und Terminals nicht neu starten.",
            "Do not restart the Konnektor or the terminals.",
        ),
    ),
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
}
