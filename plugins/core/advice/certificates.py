"""What is said about certificates."""

from __future__ import annotations

from apowacht.plugins.core.advice.shape import NONE, Row

ROWS: dict[str, Row] = {
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
}
