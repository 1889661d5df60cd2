"""Every text for people of `apowacht discover`, in German and English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apowacht.plugins.core.words import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apowacht.plugins.core.advice import Text

# --- the command ---------------------------------------------------------------------------------

COMMAND: Mapping[str, Text] = {
    "usage": (
        "Es fehlt {missing}. Zum Beispiel: apowacht discover --site muster-apotheke --connector 192.168.1.10 --ups 192.168.1.20 --router 192.168.1.1",
        "{missing} is missing. For example: apowacht discover --site muster-apotheke --connector 192.168.1.10 --ups 192.168.1.20 --router 192.168.1.1",
    ),
    "usage_site": ("--site NAME", "--site NAME"),
    "usage_address": (
        "eine Adresse (--connector, --kon, --ups oder --router)",
        "an address (--connector, --kon, --ups or --router)",
    ),
    "bad_site": (
        "--site {text}: nur Buchstaben, Ziffern, Punkt und Striche{example}.",
        "--site {text}: letters, digits, dots, dashes and underscores only{example}.",
    ),
    "such_as": (", zum Beispiel {example}", ", for example {example}"),
    "bad_place": (
        "{text}: verstanden wird HOST, HOST:PORT, und davor {ways}; nie Port 4742.",
        "{text}: understood are HOST, HOST:PORT, and before them {ways}; never port 4742.",
    ),
    "no_folder": (
        "{file} kann hier nicht geschrieben werden: {detail}. Mit --output FILE oder --config-dir DIR einen anderen Ort nennen.",
        "{file} cannot be written here: {detail}. Name another place with --output FILE or --config-dir DIR.",
    ),
    "interrupted": ("Abgebrochen, nichts geschrieben.", "Interrupted, nothing written."),
    "confirm": (
        "{place} zeigt ein Zertifikat mit diesem SHA-256-Fingerabdruck:\n    {fingerprint}\nBitte vergleichen (Verwaltungsseite des Geräts oder Dienstleister). Stimmt er, und sollen die Zugangsdaten dorthin? [j/N]",
        "{place} shows a certificate with this SHA-256 fingerprint:\n    {fingerprint}\nPlease compare it (the device's administration page, or your service partner). Is it the right one, and may the credentials go there? [y/N]",
    ),
}

# --- progress ------------------------------------------------------------------------------------

PROGRESS: Mapping[str, Text] = {
    "connector": ("Konnektor {place} wird gefragt ...", "asking the Konnektor {place} ..."),
    "ups": ("USV {place} wird gefragt ...", "asking the UPS {place} ..."),
    "router": ("Router {place} wird gefragt ...", "asking the router {place} ..."),
    "done": ("  {what} ({seconds} s)", "  {what} ({seconds} s)"),
    "silent": ("keine brauchbare Antwort: {why}", "no usable answer: {why}"),
    "by_way": ("{way}: {why}", "{way}: {why}"),
    "held_back": (
        "Zertifikat gesehen, keine Zugangsdaten gesendet",
        "certificate seen, no credentials sent",
    ),
    "connector_found": (
        "{device}, {terminals} Terminals, {cards} SMC-B",
        "{device}, {terminals} terminals, {cards} SMC-B",
    ),
    "connector_bare": ("{device}", "{device}"),
    "ups_found": ("{count} USV über {source}: {device}", "{count} UPS by {source}: {device}"),
    "router_found": ("{device}, {count} Leitungen", "{device}, {count} lines"),
    "unknown_device": ("Gerät ohne Namen", "device without a name"),
}

# --- the site file -------------------------------------------------------------------------------

FILE: Mapping[str, Text] = {
    "head": (
        "Von apowacht discover am {date} ermittelt. TODO heißt: das weiß nur jemand anderes.\nDanach prüfen: apowacht config check {file}",
        "Found by apowacht discover on {date}. TODO means: only somebody else knows.\nThen check it: apowacht config check {file}",
    ),
    "title": (
        "TODO Name der Apotheke, wie er auf den Seiten stehen soll. Fragen: Apotheke",
        "TODO the pharmacy's name as pages shall show it. Ask: the pharmacy",
    ),
    "hours": (
        "TODO Wann ist geöffnet, auch mittags und samstags? Ohne diese Zeile gilt: immer. Fragen: Apotheke",
        "TODO when is it open, at lunch and on Saturdays too? Without this line: always. Ask: the pharmacy",
    ),
    "holidays": (
        "TODO Bundesland, dessen Feiertage geschlossene Tage sind (SH, BY, NW ...). Fragen: Apotheke",
        "TODO federal state whose public holidays are closed days (SH, BY, NW ...). Ask: the pharmacy",
    ),
    "closed": (
        "TODO Betriebsferien und Brückentage. Fragen: Apotheke",
        "TODO holidays of the pharmacy itself. Ask: the pharmacy",
    ),
    "duty": (
        "TODO Notdienstkalender als Datei. Fragen: Apotheke oder Apothekerkammer",
        "TODO calendar of duty nights as a file. Ask: the pharmacy or its chamber",
    ),
    "connector": ("Konnektor: {device}", "Konnektor: {device}"),
    "connector_unread": (
        "Konnektor: sein Dienstverzeichnis war nicht lesbar ({why})",
        "Konnektor: its service directory could not be read ({why})",
    ),
    "context": (
        "TODO Mandant, Clientsystem, Arbeitsplatz: ohne sie gibt es keine Terminals und Karten. Fragen: TI-Dienstleister (Zeilen 1 bis 3 der Bestellung)",
        "TODO mandant, client system, workplace: without them there are no terminals and cards. Ask: the TI service partner (lines 1 to 3 of the order)",
    ),
    "compare": (
        "TODO bitte vergleichen: Verwaltungsseite des Geräts oder TI-Dienstleister",
        "TODO please compare: the device's administration page, or the TI service partner",
    ),
    "compare_router": (
        "TODO bitte vergleichen: Verwaltungsseite des Routers",
        "TODO please compare: the router's administration page",
    ),
    "secret": (
        "TODO das Geheimnis in eine Datei legen, die nur der Dienst lesen darf. Fragen: IT-Betreuer",
        "TODO put the secret into a file that only the service may read. Ask: the IT provider",
    ),
    "rewrite": (
        "der Konnektor nennt für seine Dienste eine andere Adresse",
        "the Konnektor names another address for its services",
    ),
    "terminals": (
        "TODO Stimmen die Namen, und welches Terminal ist das Reservegerät (reserve: true)? Fragen: Apotheke",
        "TODO are the names right, and which terminal is the spare one (reserve: true)? Ask: the pharmacy",
    ),
    "terminal": ("{device}", "{device}"),
    "terminal_new": ("{device}, war noch nie verbunden", "{device}, never was connected"),
    "terminal_virtual": ("{device}, HSM-B", "{device}, HSM-B"),
    "terminal_host": (
        "Adresse bei der Kopplung; fragt auch das Terminal selbst",
        "its address when it was paired; also asks the terminal itself",
    ),
    "smcb": (
        "Aussteller der SMC-B laut Kartenzertifikat: {issuer}",
        "Issuer of the SMC-B by the card's certificate: {issuer}",
    ),
    "smcb_known": (
        "Name in der Liste von gematik: check_apo_tilage --list-providers",
        "its name in gematik's list: check_apo_tilage --list-providers",
    ),
    "smcb_unknown": (
        "TODO Wie heißt er in der TI-Lage? check_apo_tilage --list-providers zeigt die Namen",
        "TODO what is it called in TI-Lage? check_apo_tilage --list-providers shows the names",
    ),
    "smcb_unread": (
        "TODO Wer hat die SMC-B ausgestellt (D-Trust, medisign, SHC, T-Systems)? Fragen: Apotheke",
        "TODO who issued the SMC-B (D-Trust, medisign, SHC, T-Systems)? Ask: the pharmacy",
    ),
    "ups": ("USV: {device}", "UPS: {device}"),
    "ups_name": ("TODO Wo steht sie?", "TODO where does it stand?"),
    "shutdown_need": (
        "TODO So lange braucht das Herunterfahren von Server und Kassen. Fragen: IT-Betreuer",
        "TODO how long servers and tills need to shut down. Ask: the IT provider",
    ),
    "community": (
        "TODO die Community in eine Datei legen, die nur der Dienst lesen darf",
        "TODO put the community into a file that only the service may read",
    ),
    "router": ("Router: {device}", "Router: {device}"),
    "router_login": (
        "TODO ohne Benutzer sagt er nichts über die Leitungen: einen nur lesenden anlegen. Fragen: IT-Betreuer",
        "TODO without a user it tells nothing of its lines: create one that may only read. Ask: the IT provider",
    ),
    "lines": (
        "Die erste ist die Hauptleitung. TODO Stimmt das, und wer ist Anbieter? Fragen: IT-Betreuer",
        "The first one is the primary. TODO is that right, and who provides them? Ask: the IT provider",
    ),
    "tilage": (
        "TODO Wer stellt den TI-Zugang (und KIM)? Dann zählen Störungen anderer nicht. Fragen: TI-Dienstleister",
        "TODO who provides the access to the TI (and KIM)? Then outages of others do not count. Ask: the TI service partner",
    ),
    "erezept": (
        "TODO Der Weg der E-Rezepte von diesem Rechner aus: erst wenn Namen und Wege der TI über den Konnektor gehen. Fragen: TI-Dienstleister",
        "TODO the way of e-prescriptions from this computer: only once the TI's names and routes lead through the Konnektor. Ask: the TI service partner",
    ),
    "accepted": (
        "TODO Diese Zustände meldet der Konnektor schon heute. Beheben lassen, oder mit Begründung hinnehmen. Fragen: TI-Dienstleister",
        "TODO the Konnektor reports these conditions today already. Have them mended, or accept them with a reason. Ask: the TI service partner",
    ),
    "accepted_reason": ("TODO Begründung", "TODO reason"),
    "condition": ("{words}{where}{since}", "{words}{where}{since}"),
    "condition_bad": (
        "{words}{where}{since}: eine Störung, nicht hinnehmen",
        "{words}{where}{since}: a fault, not to be accepted",
    ),
    "since": (", seit {date}", ", since {date}"),
    "contacts": (
        "TODO Wer hilft, wenn es an diesem Glied der Kette klemmt? Fragen: Apotheke",
        "TODO who helps when this link of the chain fails? Ask: the pharmacy",
    ),
    "silent": (
        "TODO {device} hat am {date} nicht brauchbar geantwortet: {why}",
        "TODO {device} gave no usable answer on {date}: {why}",
    ),
    "ask_it": ("Fragen: IT-Betreuer", "Ask: the IT provider"),
    "who_power": ("IT-Betreuer", "IT provider"),
    "who_access": ("TI-Dienstleister", "TI service partner"),
}

# --- the summary ---------------------------------------------------------------------------------

SUMMARY: Mapping[str, Text] = {
    "connector": ("Konnektor {place}: {device}.", "Konnektor {place}: {device}."),
    "connector_unread": (
        "Konnektor {place}: da, aber er gibt noch keine Auskunft.",
        "Konnektor {place}: there, but it tells nothing yet.",
    ),
    "failure": ("  {operation}: {why}", "  {operation}: {why}"),
    "vpn_online": ("  Die Verbindung zur TI steht.", "  It is connected to the TI."),
    "vpn_offline": (
        "  Die Verbindung zur TI steht NICHT.",
        "  It is NOT connected to the TI.",
    ),
    "fingerprint": (
        "  Zertifikat {place}: {fingerprint} (bis {date}) - bitte vergleichen.",
        "  Certificate {place}: {fingerprint} (until {date}) - please compare.",
    ),
    "fingerprint_known": (
        "  Zertifikat {place}: {fingerprint} (bis {date}), bestätigt.",
        "  Certificate {place}: {fingerprint} (until {date}), confirmed.",
    ),
    "fingerprint_other": (
        "  ACHTUNG: {place} zeigt ein ANDERES Zertifikat, als die Datei festhält. Erst klären, warum (getauscht, erneuert, oder ein anderes Gerät?), und vorher nichts davon übernehmen.",
        "  ATTENTION: {place} shows ANOTHER certificate than the file pins. First clarify why (replaced, renewed, or another device?), and take nothing over before.",
    ),
    "no_context": (
        "  Ohne Mandant, Clientsystem und Arbeitsplatz sagt er nichts über Terminals und Karten; --order druckt die Bestellung dafür.",
        "  Without mandant, client system and workplace it tells nothing of terminals and cards; --order prints the order for them.",
    ),
    "terminal": ("  Terminal {name}: {state}{smcb}.", "  terminal {name}: {state}{smcb}."),
    "connected": ("verbunden", "connected"),
    "not_connected": ("NICHT verbunden", "NOT connected"),
    "never_connected": ("war noch nie verbunden", "never was connected"),
    "state_unknown": ("Zustand unbekannt", "state unknown"),
    "holds_smcb": (", darin die SMC-B", ", holds the SMC-B"),
    "no_smcb": ("  Keine SMC-B gesehen.", "  No SMC-B was seen."),
    "pin": ("  SMC-B in {name}: {pin}.", "  SMC-B in {name}: {pin}."),
    "pin_ready": ("PIN eingegeben", "PIN entered"),
    "pin_missing": ("die PIN FEHLT", "the PIN is MISSING"),
    "pin_blocked": ("PIN GESPERRT", "PIN BLOCKED"),
    "pin_other": ("PIN nicht eingerichtet ({word})", "PIN not set up ({word})"),
    "issuer": ("  SMC-B ausgestellt von {issuer}.", "  SMC-B issued by {issuer}."),
    "ends": ("  {name} läuft am {date} ab.", "  {name} ends on {date}."),
    "condition": ("  Meldet schon: {words}{where}.", "  Reports already: {words}{where}."),
    "condition_outage": (
        "  JETZT GESTÖRT: {words}{where}. Das ist ein Ausfall und wird nicht zum Hinnehmen vorgeschlagen.",
        "  AN OUTAGE NOW: {words}{where}. It is not proposed to be accepted.",
    ),
    "in_terminal": (" in {terminal}", " in {terminal}"),
    "ups": ("USV {place}: {device}, über {source}.", "UPS {place}: {device}, by {source}."),
    "ups_values": (
        "  {power}, Ladung {charge}, Laufzeit {runtime}, Last {load}.",
        "  {power}, charge {charge}, runtime {runtime}, load {load}.",
    ),
    "mains": ("am Netz", "on mains"),
    "battery": ("läuft auf AKKU", "runs on BATTERY"),
    "power_other": ("Zustand {word}", "state {word}"),
    "ups_lost": (
        "  Der Server hat die USV gerade nicht ({word}).",
        "  The server has lost that UPS at the moment ({word}).",
    ),
    "router": ("Router {place}: {device}.", "Router {place}: {device}."),
    "line": ("  Leitung {name}: {state}{active}.", "  line {name}: {state}{active}."),
    "line_up": ("bereit", "ready"),
    "line_down": ("ausgefallen", "down"),
    "line_unknown": ("nicht bekannt", "not known"),
    "line_active": (", trägt den Verkehr", ", carries the traffic"),
    "no_lines": (
        "  Über seine Leitungen sagt er ohne Benutzer nichts (--router-user).",
        "  It tells nothing of its lines without a user (--router-user).",
    ),
    "router_trouble": ("  Leitungen nicht gelesen: {why}", "  lines not read: {why}"),
    "silent": (
        "{kind} {place}: keine brauchbare Antwort.",
        "{kind} {place}: no usable answer.",
    ),
    "kind_connector": ("Konnektor", "Konnektor"),
    "kind_ups": ("USV", "UPS"),
    "kind_router": ("Router", "router"),
    "unknown": ("unbekannt", "unknown"),
    "held_back": (
        "NICHTS GESCHRIEBEN, und keine Zugangsdaten gesendet: Erst diese Fingerabdrücke vergleichen, dann den Befehl mit ihnen wiederholen:",
        "NOTHING WRITTEN, and no credentials sent: first compare these fingerprints, then repeat the command with them:",
    ),
    "rejected": (
        "NICHTS GESCHRIEBEN, denn der angegebene Zugang gilt dort nicht: {why} Ihn berichtigen und den Befehl wiederholen, oder ohne ihn aufrufen.",
        "NOTHING WRITTEN, because the access given is not accepted there: {why} Correct it and repeat the command, or call it without.",
    ),
    "nothing": (
        "NICHTS GESCHRIEBEN: Keines der Geräte hat brauchbar geantwortet.",
        "NOTHING WRITTEN: none of the devices gave a usable answer.",
    ),
    "written": (
        "Geschrieben: {file}, darin {todo} TODO. Weiter mit: apowacht config check {file}",
        "Written: {file}, with {todo} TODO in it. Go on with: apowacht config check {file}",
    ),
    "equal": (
        "{file} ist auf dem Stand; nichts geändert.",
        "{file} is up to date; nothing changed.",
    ),
    "differs": (
        "{file} gibt es schon und bleibt, wie sie ist. Den Unterschied zeigt der Vergleich; übernehmen: patch {file} < VERGLEICH",
        "{file} exists and stays as it is. The comparison shows the difference; to take it over: patch {file} < COMPARISON",
    ),
    "mistake": ("apowacht config check sagt dazu: {text}", "apowacht config check says: {text}"),
}

# --- the order -----------------------------------------------------------------------------------

ORDER: Mapping[str, Text] = {
    "reserve": ("Reserve: ____________", "spare: ____________"),
    "smcb_in": ("SMC-B in {name}", "SMC-B in {name}"),
    "compare": (
        "{fingerprint} (gesehen, bitte bestätigen)",
        "{fingerprint} (seen, please confirm)",
    ),
}

TEXTS: Mapping[str, Mapping[str, Text]] = {
    "command": COMMAND, "progress": PROGRESS, "file": FILE, "summary": SUMMARY, "order": ORDER,
}  # fmt: skip


def say(key: str, lang: str, table: str = "command", **values: object) -> str:
    """The text of that key in one language, filled in."""
    return TEXTS[table][key][LANGUAGES.index(lang)].format(**values)
