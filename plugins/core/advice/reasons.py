"""Why there is no answer: a reason code's few words, and its sentence with what to try."""

from __future__ import annotations

from apowacht.plugins.core.advice.shape import Reason

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
    "jws_garbled": Reason(
        ("kein JWS", "no JWS"),
        (
            "Was {host} liefert, ist kein signiertes Dokument ({detail}); antwortet dort eine Wartungsseite oder ein fremder Dienst?",
            "What {host} delivers is no signed document ({detail}); does a maintenance page or another service answer there?",
        ),
    ),
    "jws_no_certificate": Reason(
        ("ohne Zertifikat", "no certificate"),
        (
            "Das Dokument von {host} zeigt kein lesbares Zertifikat seines Unterzeichners.",
            "The document of {host} shows no readable certificate of its signer.",
        ),
    ),
    "jws_unsigned": Reason(
        ("ohne Signatur", "not signed"),
        (
            "Das Dokument von {host} ist nicht unterschrieben.",
            "The document of {host} is not signed.",
        ),
    ),
    "jws_algorithm": Reason(
        ("Verfahren fremd", "odd algorithm"),
        (
            "Das Dokument von {host} ist mit einem Verfahren unterschrieben, das hier nicht gilt ({alg}).",
            "The document of {host} is signed by an algorithm that does not count here ({alg}).",
        ),
    ),
    "jws_signature": Reason(
        ("Signatur falsch", "bad signature"),
        (
            "Die Unterschrift unter dem Dokument von {host} stimmt nicht.",
            "The signature of the document of {host} is wrong.",
        ),
    ),
    "central_status": Reason(
        ("HTTP {status}", "HTTP {status}"),
        (
            "{host} antwortet mit HTTP {status}.",
            "{host} answers with HTTP {status}.",
        ),
    ),
    "idp_future": Reason(
        ("Uhr falsch?", "clock wrong?"),
        (
            "Das Dokument von {host} ist nach unserer Uhr aus der Zukunft; Uhr dieses Rechners prüfen.",
            "By our clock the document of {host} is from the future; check this computer's clock.",
        ),
    ),
    "idp_expired": Reason(
        ("abgelaufen", "expired"),
        (
            "Das Dokument von {host} ist abgelaufen; stimmt die Uhr dieses Rechners, liegt es am IDP.",
            "The document of {host} has expired; if this computer's clock is right, the IDP is to blame.",
        ),
    ),
    "idp_dates": Reason(
        ("Daten fehlen", "dates missing"),
        (
            "Das Dokument von {host} sagt nicht, von wann bis wann es gilt.",
            "The document of {host} does not say from when until when it is valid.",
        ),
    ),
    "idp_certificate": Reason(
        ("Zertifikat ungültig", "bad certificate"),
        (
            "Das Zertifikat, mit dem {host} sein Dokument unterschreibt, gilt nicht mehr oder noch nicht.",
            "The certificate with which {host} signs its document is not valid any more, or not yet.",
        ),
    ),
    "idp_role": Reason(
        ("falsche Rolle", "wrong role"),
        (
            "Im Zertifikat des Dokuments von {host} steht als Rolle {detail} statt {role}.",
            "The certificate of the document of {host} tells the role {detail} instead of {role}.",
        ),
    ),
    "idp_issuer": Reason(
        ("fremder Name", "another name"),
        (
            "Das Dokument von {host} nennt als Aussteller {detail}.",
            "The document of {host} names {detail} as its issuer.",
        ),
    ),
    "idp_chain": Reason(
        ("Aussteller fremd", "unknown issuer"),
        (
            "Das Zertifikat im Dokument von {host} führt zu keiner Stelle in --idp-ca-file ({detail}).",
            "The certificate in the document of {host} leads to no authority in --idp-ca-file ({detail}).",
        ),
    ),
    "http_garbled": Reason(
        ("HTTP unverständlich", "garbled HTTP"),
        (
            "Die Antwort von {host} ist kein vollständiges HTTP ({detail}).",
            "The answer of {host} is no complete HTTP ({detail}).",
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
    "central_tls_untrusted": Reason(
        ("kein Vertrauen", "untrusted"),
        (
            "Dem Zertifikat von {host} ist nicht zu trauen ({detail}; SHA-256 {fingerprint}); --central-ca-file oder --central-tls-fingerprint angeben.",
            "The certificate of {host} is not trusted ({detail}; SHA-256 {fingerprint}); give --central-ca-file or --central-tls-fingerprint.",
        ),
    ),
    "central_tls_self_signed": Reason(
        ("selbst signiert", "self-signed"),
        (
            "{host} zeigt ein selbst signiertes Zertifikat (SHA-256 {fingerprint}): wohl eine Firewall, die Verbindungen aufbricht, oder ein fremdes Gerät.",
            "{host} shows a self-signed certificate (SHA-256 {fingerprint}): probably a firewall that breaks connections open, or another device.",
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
    "short_duration": Reason(
        ("Dauer zu kurz", "duration too short"),
        (
            "{option}: «{text}» ist zu kurz; mindestens {seconds} s",
            "{option}: «{text}» is too short; at least {seconds} s",
        ),
    ),
    "bad_window": Reason(
        ("Dauer falsch", "bad duration"),
        (
            "{option}: «{text}» liegt nicht zwischen {least} und {most}",
            "{option}: «{text}» is not between {least} and {most}",
        ),
    ),
    "bad_address": Reason(
        ("Adresse falsch", "bad address"),
        (
            "{option}: «{text}» ist keine IPv4-Adresse; zum Beispiel 192.168.1.5",
            "{option}: «{text}» is no IPv4 address; for example 192.168.1.5",
        ),
    ),
    "bad_network": Reason(
        ("Netz falsch", "bad network"),
        (
            "{option}: «{text}» ist kein IPv4-Netz; zum Beispiel 100.102.0.0/15",
            "{option}: «{text}» is no IPv4 network; for example 100.102.0.0/15",
        ),
    ),
    "bad_https_url": Reason(
        ("Adresse falsch", "bad address"),
        (
            "{option}: «{text}» ist keine Adresse mit https://",
            "{option}: «{text}» is no address with https://",
        ),
    ),
    "bad_agent": Reason(
        ("Kennung falsch", "bad agent"),
        (
            "{option}: «{text}» ist nicht eine Zeile aus ASCII-Zeichen, höchstens 200",
            "{option}: «{text}» is not one line of at most 200 ASCII characters",
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
    # A site file behind --site.
    "site_file": Reason(
        ("Datei falsch", "site file wrong"),
        ("{file}, Zeile {line}: {text}", "{file}, line {line}: {text}"),
    ),
    "site_file_whole": Reason(
        ("Datei falsch", "site file wrong"),
        ("{file}: {text}", "{file}: {text}"),
    ),
    "site_no_check": Reason(
        ("Prüfung fehlt", "no such check"),
        (
            "{file} enthält keine Prüfung «{check}»; was dort steht, zeigt apowacht config check --list {file}",
            "{file} holds no check «{check}»; apowacht config check --list {file} tells what stands there",
        ),
    ),
    "site_which_check": Reason(
        ("Welche Prüfung?", "which check?"),
        (
            "{file} enthält mehrere Prüfungen «{check}»; mit --name eine wählen: {choices}",
            "{file} holds several checks «{check}»; choose one by --name: {choices}",
        ),
    ),
    "site_no_such_check": Reason(
        ("Prüfung unbekannt", "no such check"),
        (
            "{file} enthält keine Prüfung «{check}» mit dem Namen «{text}»{hint}; möglich: {choices}",
            "{file} holds no check «{check}» of the name «{text}»{hint}; choose from {choices}",
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
    "fachdienst_host": Reason(
        ("kein Ziel dafür", "no target for it"),
        (
            "{host} ist der Fachdienst: Ihn fragt nur check_apo_erezept; anderes Ziel angeben",
            "{host} is the Fachdienst: only check_apo_erezept asks it; give another target",
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
            "Fingerabdruck «{value}» ist kein SHA-256 (64 Hexziffern)",
            "fingerprint «{value}» is no SHA-256 (64 hexadecimal digits)",
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
            "CA-Datei {file}: nicht lesbar oder kein Zertifikat darin",
            "CA file {file}: not readable, or no certificate in it",
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
    "condition_outage": Reason(
        ("nicht hinzunehmen", "not acceptable"),
        (
            "{option}: «{text}» lässt sich nicht hinnehmen: solange das gilt, fehlt die TI, und E-Rezepte gehen nicht",
            "{option}: «{text}» cannot be accepted: while it holds, the TI is missing and e-prescriptions do not work",
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
    "holidays_land": Reason(
        ("kein Bundesland", "no such Land"),
        (
            "--holidays: «{text}» ist kein Bundesland{hint}; möglich: {known}",
            "--holidays: «{text}» is no German Land{hint}; possible: {known}",
        ),
    ),
    "closed_syntax": Reason(
        ("Tage falsch", "bad days"),
        (
            "--closed: «{text}» ist kein Tag; Beispiele: 2026-12-24, 2026-08-01..2026-08-14",
            "--closed: «{text}» is no day; examples: 2026-12-24, 2026-08-01..2026-08-14",
        ),
    ),
    "closed_order": Reason(
        ("Tage falsch", "bad days"),
        (
            "--closed: «{text}» endet, bevor es beginnt",
            "--closed: «{text}» ends before it begins",
        ),
    ),
    "closed_long": Reason(
        ("Tage falsch", "bad days"),
        (
            "--closed: «{text}» ist länger als {most} Tage; stimmt das Jahr?",
            "--closed: «{text}» is longer than {most} days; is the year right?",
        ),
    ),
    "duty_unreadable": Reason(
        ("Plan unlesbar", "roster unreadable"),
        ("--duty {file}: {detail}", "--duty {file}: {detail}"),
    ),
    "duty_broken": Reason(
        ("Plan beschädigt", "roster damaged"),
        (
            "--duty {file}: kein brauchbarer Kalender ({detail}); neu speichern",
            "--duty {file}: no usable calendar ({detail}); save it anew",
        ),
    ),
    "timezone_unknown": Reason(
        ("Zeitzone falsch", "bad time zone"),
        (
            "--timezone: «{text}» gibt es nicht{hint}; zum Beispiel Europe/Berlin",
            "--timezone: there is no «{text}»{hint}; for example Europe/Berlin",
        ),
    ),
    "hours_syntax": Reason(
        ("Zeiten falsch", "bad hours"),
        (
            "--hours: «{part}» ist nicht zu verstehen; Beispiel: Mo-Fr 08:00-18:30; Sa 08:30-13:00",
            "--hours: «{part}» cannot be understood; example: Mo-Fr 08:00-18:30; Sa 08:30-13:00",
        ),
    ),
    "tilage_status": Reason(
        ("HTTP {status}", "HTTP {status}"),
        (
            "{host} antwortet auf {what} mit HTTP {status}; wird seltener gefragt, bis es geht.",
            "{host} answers {what} with HTTP {status}; it is asked less often until it works.",
        ),
    ),
    "tilage_blocked": Reason(
        ("Abruf gesperrt", "blocked there"),
        (
            "{host} weist diese Adresse ab (HTTP {status}): Fragt hier noch etwas anderes TI-Lage ab? Eine Stunde oder länger wird nicht gefragt.",
            "{host} turns this address away (HTTP {status}): does anything else here poll TI-Lage? It is not asked for an hour or longer.",
        ),
    ),
    "tilage_garbled": Reason(
        ("Antwort unklar", "garbled answer"),
        (
            "Die Antwort von {host} auf {what} ist unverständlich ({detail}); Adresse und Port prüfen.",
            "The answer of {host} to {what} makes no sense ({detail}); check address and port.",
        ),
    ),
    "tilage_pending": Reason(
        ("Abruf läuft", "being fetched"),
        (
            "Ein anderer Lauf fragt gerade; beim nächsten Lauf liegt die Antwort vor.",
            "Another run is asking just now; the next run will have the answer.",
        ),
    ),
    "tilage_others": Reason(
        ("anderer Filter", "another filter"),
        (
            "Die letzte Antwort war für andere Anbieter gefiltert; die nächste, in höchstens 6 Minuten, ist es nicht mehr.",
            "The last answer was filtered for other providers; the next one, in 6 minutes at most, is not.",
        ),
    ),
    "tilage_not_yet": Reason(
        ("noch nicht gefragt", "not asked yet"),
        (
            "Der nächste Abruf ist noch nicht fällig.",
            "The next request is not due yet.",
        ),
    ),
    "tilage_empty": Reason(
        ("Antwort leer", "empty answer"),
        (
            "Die letzte Antwort nennt keine der Anwendungen, um die es geht.",
            "The last answer names none of the applications in question.",
        ),
    ),
    "tilage_old": Reason(
        ("Stand veraltet", "out of date"),
        (
            "Die letzte Antwort ist {age} alt.",
            "The last answer is {age} old.",
        ),
    ),
    "tilage_provider": Reason(
        ("Anbieter unbekannt", "unknown provider"),
        (
            "{option}: «{text}» kennt TI-Lage nicht; am nächsten: {choices} (alle: --list-providers)",
            "{option}: TI-Lage does not know «{text}»; nearest: {choices} (all: --list-providers)",
        ),
    ),
    "tilage_provider_several": Reason(
        ("Anbieter mehrdeutig", "ambiguous provider"),
        (
            "{option}: «{text}» gibt es mehrfach; CI-Nummer angeben: {choices}",
            "{option}: there are several «{text}»; give the CI number: {choices}",
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
    "state_beside": Reason(
        ("Ordner gesperrt", "folder forbidden"),
        (
            "Der Benutzer schreibt nicht in /var/lib/apowacht; Rechte oder --state-dir prüfen",
            "this user cannot write /var/lib/apowacht; check its group or use --state-dir",
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
            "Zustand {file} ist beschädigt; er wird neu begonnen, Festplatte prüfen",
            "state {file} is damaged; it is begun anew, check the disk",
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
    # A log of fetches.
    "log_missing": Reason(
        ("Datei fehlt", "no such file"),
        (
            "{file} gibt es nicht; --log und die Einstellung der Software prüfen.",
            "{file} does not exist; check --log and the software's settings.",
        ),
    ),
    "log_forbidden": Reason(
        ("kein Leserecht", "permission denied"),
        (
            "Der Benutzer {user} darf {file} nicht lesen; ihm das Leserecht geben, auch auf die Ordner darüber.",
            "The user {user} may not read {file}; grant it read permission, on the folders above too.",
        ),
    ),
    "log_not_file": Reason(
        ("keine Datei", "not a file"),
        (
            "{file} ist keine gewöhnliche Datei; --log prüfen.",
            "{file} is no regular file; check --log.",
        ),
    ),
    "log_unreadable": Reason(
        ("nicht lesbar", "not readable"),
        ("{file} ist nicht lesbar ({detail}).", "{file} cannot be read ({detail})."),
    ),
    "bad_pattern": Reason(
        ("Muster ungültig", "bad pattern"),
        (
            "{option} taugt nicht als Muster: {detail}. Es braucht die Gruppe time, und nichts darf Wiederholtes wiederholen.",
            "{option} will not do as a pattern: {detail}. It needs the group time, and nothing may repeat what repeats.",
        ),
    ),
}
