"""What is said about the way of an e-prescription: names, routes, the central services' answers."""

from __future__ import annotations

from apowacht.plugins.core.advice.shape import NONE, Row

_DNS_NEVER = (
    "Keine festen Adressen eintragen: Sie ändern sich.",
    "Do not enter fixed addresses: they change.",
)
_RESTART = ("Konnektor deshalb nicht neu starten.", "Do not restart the Konnektor for this.")

ROWS: dict[str, Row] = {
    "erp.way_free": Row(
        "",
        (
            "E-Rezept-Weg frei, Anmeldedienst {measured}",
            "e-prescription way free, login service {measured}",
        ),
        (
            "Der Weg zum E-Rezept ist frei; der Anmeldedienst (IDP) antwortete vor {age} in {measured}.",
            "The way to the e-prescription is free; the login service (IDP) answered {age} ago in {measured}.",
        ),
    ),
    "erp.way_local": Row(
        "",
        ("Weg in die TI vor Ort frei", "way into the TI is free on site"),
        (
            "Der Weg in die TI ist vor Ort frei; über die zentralen Dienste ist nichts Neues bekannt.",
            "The way into the TI is free on site; nothing new is known of the central services.",
        ),
    ),
    "erp.reading": Row("", NONE, NONE),  # shown as a number only
    "erp.dns_silent": Row(
        "it",
        ("DNS für die TI antwortet nicht", "DNS for the TI does not answer"),
        (
            "Der DNS-Server {server} gibt keine Auskunft über die Namen der TI.",
            "The DNS server {server} tells nothing about the names of the TI.",
        ),
        (
            "DNS-Weiterleitung zum Konnektor und Firewall (Port 53, TCP und UDP) prüfen.",
            "Check DNS forwarding to the Konnektor and the firewall (port 53, TCP and UDP).",
        ),
        _RESTART,
    ),
    "erp.dns_nxdomain": Row(
        "it",
        ("DNS kennt die TI-Namen nicht", "DNS does not know the TI's names"),
        (
            "Der DNS-Server {server} kennt den {service} nicht: Es fehlt die Weiterleitung von splitdns.ti-dienste.de an den Konnektor.",
            "The DNS server {server} does not know the {service}: forwarding of splitdns.ti-dienste.de to the Konnektor is missing.",
        ),
        (
            "Im DNS *.splitdns.ti-dienste.de und *.telematik an den Konnektor weiterleiten.",
            "Forward *.splitdns.ti-dienste.de and *.telematik to the Konnektor in DNS.",
        ),
        _DNS_NEVER,
    ),
    "erp.dns_nodata": Row(
        "it",
        ("DNS verschweigt die TI-Adressen", "DNS withholds the TI's addresses"),
        (
            "Der DNS-Server {server} kennt den {service}, nennt aber keine Adresse: wohl sein Rebind-Schutz.",
            "The DNS server {server} knows the {service} but tells no address: probably its rebinding protection.",
        ),
        (
            "Im Router ti-dienste.de vom DNS-Rebind-Schutz ausnehmen.",
            "Exempt ti-dienste.de from DNS rebinding protection in the router.",
        ),
        _DNS_NEVER,
    ),
    "erp.dns_servfail": Row(
        "it",
        ("DNS scheitert an den TI-Namen", "DNS fails on the TI's names"),
        (
            "Der DNS-Server {server} meldet einen Fehler für den {service}: Er erreicht den DNS der TI nicht.",
            "The DNS server {server} reports a failure for the {service}: it does not reach the TI's DNS.",
        ),
        (
            "TI-Verbindung des Konnektors prüfen, dann die Weiterleitung dorthin.",
            "Check the Konnektor's TI connection, then the forwarding to it.",
        ),
        _DNS_NEVER,
    ),
    "erp.dns_failed": Row(
        "it",
        ("DNS-Auskunft zur TI misslingt", "DNS lookup for the TI fails"),
        (
            "Der DNS-Server {server} verweigert die Auskunft über die Namen der TI oder ist nicht zu verstehen.",
            "The DNS server {server} refuses to tell the names of the TI, or makes no sense.",
        ),
        (
            "Prüfen, ob dieser Rechner den DNS-Server benutzen darf (--resolver).",
            "Check whether this computer may use that DNS server (--resolver).",
        ),
        _DNS_NEVER,
    ),
    "erp.dns_public": Row(
        "it",
        ("DNS nennt öffentliche statt TI-Adresse", "DNS tells public instead of TI address"),
        (
            "Der DNS-Server {server} nennt für den {service} die öffentliche Adresse {address}: Split-DNS fehlt.",
            "The DNS server {server} tells the public address {address} for the {service}: split DNS is missing.",
        ),
        (
            "Im DNS *.splitdns.ti-dienste.de an den Konnektor weiterleiten.",
            "Forward *.splitdns.ti-dienste.de to the Konnektor in DNS.",
        ),
        _DNS_NEVER,
    ),
    "erp.dns_private": Row(
        "it",
        ("DNS nennt private statt TI-Adresse", "DNS tells private instead of TI address"),
        (
            "Der DNS-Server {server} nennt für den {service} die Adresse {address}, die nicht in der TI liegt: falsches Split-DNS.",
            "The DNS server {server} tells {address} for the {service}, which is not in the TI: wrong split DNS.",
        ),
        (
            "Eigene DNS-Einträge für ti-dienste.de entfernen, Umgebung (PU/RU) prüfen.",
            "Remove own DNS entries for ti-dienste.de, check the environment (PU/RU).",
        ),
        _DNS_NEVER,
    ),
    "erp.dns_cgnat": Row(
        "it",
        ("DNS nennt fremde 100.64/10-Adresse", "DNS tells a foreign 100.64/10 address"),
        (
            "Der DNS-Server {server} nennt für den {service} {address}: Das gehört nicht zur TI, sondern zu CGNAT oder einem VPN wie Tailscale.",
            "The DNS server {server} tells {address} for the {service}: that is not the TI but CGNAT or a VPN such as Tailscale.",
        ),
        (
            "DNS-Weiterleitung prüfen; VPN-Dienste auf diesem Rechner dürfen TI-Namen nicht beantworten.",
            "Check DNS forwarding; VPN services on this computer must not answer TI names.",
        ),
        _DNS_NEVER,
    ),
    "erp.dns_blocked": Row(
        "it",
        ("DNS-Filter sperrt die TI-Namen", "a DNS filter blocks the TI's names"),
        (
            "Der DNS-Server {server} nennt für den {service} {address}: So antworten Werbe- und Inhaltsfilter.",
            "The DNS server {server} tells {address} for the {service}: so do ad and content filters.",
        ),
        ("ti-dienste.de im DNS-Filter freigeben.", "Allow ti-dienste.de in the DNS filter."),
        _DNS_NEVER,
    ),
    "erp.route_missing": Row(
        "it",
        ("keine Route in die TI", "no route into the TI"),
        (
            "Zu {address} in der TI führt von diesem Rechner kein Weg.",
            "There is no way from this computer to {address} in the TI.",
        ),
        (
            "Route 100.102.0.0/15 (RU/TU: 10.30.0.0/15) zum Konnektor eintragen, hier oder im Router.",
            "Set the route 100.102.0.0/15 (RU/TU: 10.30.0.0/15) to the Konnektor, here or in the router.",
        ),
        _RESTART,
    ),
    "erp.source_astray": Row(
        "it",
        ("von hier kein Weg in die TI", "no way into the TI from here"),
        (
            "Von dieser Absenderadresse führt kein Weg zu {address}: Sie gehört nicht zu diesem Rechner, oder es fehlt die Route.",
            "From this source address there is no way to {address}: it is none of this computer's, or the route is missing.",
        ),
        (
            "Adresse in --source mit den Adressen dieses Rechners vergleichen, dann die Route in die TI prüfen.",
            "Compare the address in --source with this computer's, then check the route into the TI.",
        ),
        _RESTART,
    ),
    "erp.route_elsewhere": Row(
        "it",
        ("Route in die TI führt woandershin", "route into the TI leads elsewhere"),
        (
            "Der Weg zu {address} führt über {hop} statt über das vorgesehene Gateway.",
            "The way to {address} leads over {hop} instead of the expected gateway.",
        ),
        (
            "Route 100.102.0.0/15 (RU/TU: 10.30.0.0/15) berichtigen; VPN-Programme auf 100.64.0.0/10 prüfen.",
            "Correct the route 100.102.0.0/15 (RU/TU: 10.30.0.0/15); check VPN programs on 100.64.0.0/10.",
        ),
        _RESTART,
    ),
    "erp.route_half": Row(
        "it",
        ("TI-Route fehlt für {network}", "TI route is missing for {network}"),
        (
            "Nur die Hälfte des TI-Netzes hat eine Route; für {network} fehlt sie.",
            "Only half of the TI's network has a route; it is missing for {network}.",
        ),
        (
            "Maske der Route berichtigen: 100.102.0.0/15 (255.254.0.0), RU/TU 10.30.0.0/15.",
            "Correct the route's mask: 100.102.0.0/15 (255.254.0.0), RU/TU 10.30.0.0/15.",
        ),
        _RESTART,
    ),
    "erp.route_few": Row(
        "it",
        ("zu wenige TI-Adressen mit Route: {count}", "too few TI addresses with a route: {count}"),
        (
            "Zu wenige Adressen der zentralen Dienste sind auf dem richtigen Weg zu erreichen: {count}.",
            "Too few addresses of the central services can be reached the right way: {count}.",
        ),
        ("Route in die TI prüfen.", "Check the route into the TI."),
        _RESTART,
    ),
    "erp.slow": Row(
        "it",
        ("{alarm} langsam: {latency}", "{alarm} slow: {latency}"),
        (
            "Der Schritt {alarm} brauchte {latency}; das verlangsamt jeden Abruf.",
            "The step {alarm} took {latency}; that slows every fetch down.",
        ),
        (
            "Auslastung der Leitung und des Konnektors prüfen; hält es an, DVO fragen.",
            "Check the load of line and Konnektor; if it lasts, ask the DVO.",
        ),
        _RESTART,
    ),
    "erp.unverified": Row(
        "it",
        ("Gegenstelle nicht prüfbar ({reason})", "peer not verified ({reason})"),
        (
            "Was unter dem Namen des zentralen Dienstes antwortet, ließ sich nicht prüfen.",
            "What answers under the central service's name could not be verified.",
        ),
        (
            "--central-ca-file setzen; keine Firewall darf diese Verbindung aufbrechen.",
            "Set --central-ca-file; no firewall may break this connection open.",
        ),
        ("Zertifikat nicht ungeprüft übernehmen.", "Do not accept the certificate unchecked."),
    ),
    "erp.idp_role": Row(
        "it",
        ("Anmeldedienst: fremder Unterzeichner", "login service: signed by a stranger"),
        (
            "Die Auskunft des Anmeldedienstes (IDP) ist nicht von einem IDP unterschrieben; der Weg dorthin ist frei.",
            "What the login service (IDP) tells is not signed by an IDP; the way there is free.",
        ),
        (
            "--idp-host und die DNS-Antwort dafür prüfen: Antwortet dort ein anderer Dienst?",
            "Check --idp-host and what DNS says of it: does another service answer there?",
        ),
        ("Nicht als Ausfall des IDP melden.", "Do not report it as an outage of the IDP."),
    ),
    "erp.idp_issuer": Row(
        "it",
        ("Anmeldedienst nennt fremden Namen", "login service tells another name"),
        (
            "Der Anmeldedienst (IDP) stellt sich unter einem unerwarteten Namen vor; der Weg dorthin ist frei.",
            "The login service (IDP) goes by an unexpected name; the way there is free.",
        ),
        (
            "--environment und --idp-host vergleichen: Ist das der gemeinte IDP?",
            "Compare --environment and --idp-host: is this the IDP that is meant?",
        ),
        ("Nicht als Ausfall des IDP melden.", "Do not report it as an outage of the IDP."),
    ),
    "erp.idp_chain": Row(
        "it",
        ("Herkunft des IDP-Dokuments unbestätigt", "the IDP document's origin is unproven"),
        (
            "Der Weg zum Anmeldedienst (IDP) ist frei, aber wer sein Dokument unterschrieben hat, ist nicht bestätigt.",
            "The way to the login service (IDP) is free, but who signed its document is not proven.",
        ),
        (
            "In --idp-ca-file die KOMP-CA und die Wurzel der TI ablegen.",
            "Put the KOMP-CA and the root of the TI into --idp-ca-file.",
        ),
        ("Nicht als Ausfall des IDP melden.", "Do not report it as an outage of the IDP."),
    ),
    "erp.not_asked": Row(
        "it",
        ("zentrale Dienste nicht gefragt: {reason}", "central services not asked: {reason}"),
        (
            "Die zentralen Dienste wurden nicht gefragt: Hier lässt sich nicht festhalten, wann das zuletzt geschah.",
            "The central services were not asked: when that happened last cannot be recorded here.",
        ),
        (
            "Zustandsordner (--state-dir) in Ordnung bringen.",
            "Mend the state folder (--state-dir).",
        ),
        ("Begrenzung nicht umgehen: Sie schützt andere.", "Do not bypass it: it protects others."),
    ),
    "erp.never_asked": Row(
        "it",
        ("zentrale Dienste noch nicht gefragt", "central services not asked yet"),
        (
            "Die zentralen Dienste wurden von diesem Rechner noch nicht gefragt; das geschieht höchstens alle 15 Minuten.",
            "This computer has not asked the central services yet; it does so every 15 minutes at most.",
        ),
        ("Abwarten: Ein späterer Lauf fragt.", "Wait; a later run will ask."),
        ("Nicht als Störung deuten.", "Do not read it as a fault."),
    ),
    "erp.result_over": Row(
        "",
        ("letztes Ergebnis {age} alt", "last result is {age} old"),
        (
            "Das letzte Ergebnis ist {age} alt, aus der Zeit einer vergangenen Störung oder Pause; die nächste Anfrage folgt.",
            "The last result is {age} old, from the time of a past fault or pause; the next request will follow.",
        ),
    ),
    "erp.result_elsewhere": Row(
        "",
        (
            "zentrale Dienste: nur andere Leitung gefragt",
            "central services: asked over another line only",
        ),
        (
            "Dieser Rechner hat die zentralen Dienste zuletzt über eine andere Leitung gefragt; über diese hier sagt das nichts.",
            "This computer last asked the central services over another line; that says nothing of this one.",
        ),
    ),
    "erp.no_tilage": Row(
        "",
        ("TI-Lage nicht verfügbar", "TI-Lage not available"),
        (
            "TI-Lage nicht verfügbar: Es gilt, was vor Ort gemessen wurde.",
            "TI-Lage not available: what was measured on site counts.",
        ),
    ),
    "erp.impact": Row(
        "",
        ("gematik beschreibt die Störung", "gematik describes the outage"),
        ("gematik schreibt dazu: «{impact}».", "gematik writes: «{impact}»."),
    ),
    "erp.service_said": Row(
        "",
        ("Fachdienst antwortete vor {age}", "Fachdienst answered {age} ago"),
        (
            "Der Fachdienst beantwortete GET / vor {age} mit HTTP {code}.",
            "The Fachdienst answered GET / {age} ago with HTTP {code}.",
        ),
    ),
    "erp.service_later": Row(
        "",
        ("Fachdienst bittet um Zurückhaltung", "Fachdienst asks for restraint"),
        (
            "Der Fachdienst bat vor {age} um Zurückhaltung (HTTP 429); nun wird höchstens stündlich gefragt.",
            "The Fachdienst asked for restraint {age} ago (HTTP 429); from now on it is asked hourly at most.",
        ),
    ),
    "central.not_reported": Row(
        "dvo",
        ("{app} gestört, zentral nichts gemeldet", "{app} fails, nothing reported"),
        (
            "{app} ist seit {since} nicht erreichbar oder antwortet falsch, und gematik meldet auch jetzt keine Störung: Der Weg dorthin ist zu prüfen.",
            "{app} has been unreachable or wrong for {since}, and gematik still reports no outage: the way to it is to be checked.",
        ),
        (
            "DVO anrufen: Route, Firewall und VPN des Konnektors prüfen.",
            "Call the DVO: check route, firewall and the Konnektor's VPN.",
        ),
        (
            "Nicht auf Verdacht neu starten; Muster 16 bleibt möglich.",
            "Do not restart on suspicion; paper forms remain possible.",
        ),
    ),
    "central.unasked": Row(
        "it",
        ("{app} gestört, TI-Lage unbekannt", "{app} fails, TI-Lage unknown"),
        (
            "{app} ist nicht erreichbar oder antwortet falsch; ob es an der Zentrale liegt, ist offen: TI-Lage sagt nichts dazu.",
            "{app} is unreachable or answers wrongly; whether it is central is open: TI-Lage says nothing of it.",
        ),
        (
            "TI-Lage im Fachportal der gematik ansehen; ist dort nichts gemeldet, DVO anrufen.",
            "Look at TI-Lage on gematik's portal; if nothing is reported there, call the DVO.",
        ),
        ("Noch nichts neu starten.", "Do not restart anything yet."),
    ),
}
