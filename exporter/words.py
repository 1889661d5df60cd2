"""The exporter's own words, in German and English: what stands on its pages around the sentences
of the checks, and how numbers and moments are written there."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from apowacht.plugins.core.limits import decimal
from apowacht.plugins.core.words import LANGUAGES, duration

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from nagiosplugin import Range

    from apowacht.plugins.core.advice import Text

CHECKS: Mapping[str, Text] = {
    "ups": ("USV", "UPS"),
    "uplink": ("Internet", "Internet"),
    "connector": ("Konnektor", "Konnektor"),
    "terminal": ("Terminals", "Terminals"),
    "certificate": ("Zertifikate", "Certificates"),
    "erezept": ("E-Rezept", "E-prescription"),
    "tilage": ("TI-Lage", "TI-Lage"),
}
"""What a check is called on a page where its site gives it no name."""

WORDS: Mapping[str, Text] = {
    # States as a person reads them: never a colour alone.
    "ok": ("in Ordnung", "all right"),
    "warning": ("Warnung", "warning"),
    "critical": ("Störung", "fault"),
    "unknown": ("unbekannt", "unknown"),
    "stale": ("veraltet", "out of date"),
    "maintenance": ("Wartung", "maintenance"),
    "absent": ("nicht überwacht", "not watched"),
    "gap": ("keine Daten", "no data"),
    # And in a narrow column, where the head says which link is meant.
    "cell_ok": ("OK", "OK"),
    "cell_warning": ("Warnung", "warning"),
    "cell_critical": ("Störung", "fault"),
    "cell_unknown": ("unbekannt", "unknown"),
    "cell_stale": ("veraltet", "old"),
    "cell_maintenance": ("Wartung", "maint."),
    "cell_absent": ("–", "–"),
    # The chain: on a tile, and as the head of a narrow column.
    "power": ("Strom", "Power"),
    "network": ("Netz", "Network"),
    "access": ("TI-Zugang", "TI access"),
    "identity": ("Terminal und Karten", "Terminal and cards"),
    "service": ("Zentrale Dienste", "Central services"),
    "short_power": ("Strom", "Power"),
    "short_network": ("Netz", "Network"),
    "short_access": ("TI", "TI"),
    "short_identity": ("Karten", "Cards"),
    "short_service": ("Zentral", "Central"),
    # The page of the pharmacy.
    "all_well": ("Alles in Ordnung", "Everything is all right"),
    "watching_one": ("1 Auffälligkeit wird beobachtet", "1 irregularity is being watched"),
    "watching": (
        "{n} Auffälligkeiten werden beobachtet",
        "{n} irregularities are being watched",
    ),
    "dvo": ("DVO", "DVO"),
    "chain": ("Die Kette, der Reihe nach", "The chain, in order"),
    "follows": ("Folge davon", "follows from it"),
    "first_broken": ("Zuerst hier", "Start here"),
    "since": ("seit {since}", "since {since}"),
    "helps": ("Hilfe", "Help"),
    "responsible": ("Zuständig", "Responsible"),
    "call": ("{who} anrufen: {phone}", "Call {who}: {phone}"),
    "contract": ("Vertrag {contract}", "contract {contract}"),
    "step": ("Zuerst", "First"),
    "never": ("Achtung", "Caution"),
    "not_watched": ("Wird nicht überwacht.", "Is not watched."),
    "not_asked": ("Noch nicht geprüft.", "Not checked yet."),
    "was_before": (
        "Vor dem Neustart der Überwachung: {headline}",
        "Before the monitoring restarted: {headline}",
    ),
    "nothing_said": ("Alles in Ordnung.", "All right."),
    "maintenance_now": ("Wartung läuft", "Maintenance in progress"),
    "maintenance_soon": ("Wartung angekündigt", "Maintenance announced"),
    "span": ("{start} bis {end}", "{start} to {end}"),
    "until": ("bis {end}", "until {end}"),
    "affects": ("betrifft: {checks}", "affects: {checks}"),
    "whole_site": ("die ganze Apotheke", "the whole site"),
    # Freshness.
    "as_of": ("Stand {time}", "As of {time}"),
    "next_check": ("nächste Prüfung {time}", "next check {time}"),
    "no_next": ("keine Prüfung geplant", "no check planned"),
    "never_asked": ("noch keine Prüfung", "no check yet"),
    "now": ("jetzt", "now"),
    "yesterday": ("gestern {time}", "yesterday {time}"),
    "stale_part": (
        "Ein Teil der Angaben ist veraltet: {layers}.",
        "Part of this page is out of date: {layers}.",
    ),
    "opened_long_ago": (
        "Diese Seite wurde vor über 10 Minuten geladen und zeigt den Stand von damals.",
        "This page was loaded more than 10 minutes ago and shows how things were then.",
    ),
    "reload": ("Neu laden", "Reload"),
    # Around it.
    "skip": ("Zum Inhalt", "Skip to content"),
    "pages": ("Seiten", "Pages"),
    "view": ("Ansicht", "View"),
    "refresh": ("Selbst neu laden", "Reload by itself"),
    "off": ("aus", "off"),
    "every": ("alle {seconds} s", "every {seconds} s"),
    "every_minutes": ("alle {minutes} min", "every {minutes} min"),
    "language": ("Sprache", "Language"),
    "all_sites": ("Alle Apotheken", "All pharmacies"),
    "overview": ("Übersicht", "Overview"),
    "details": ("Einzelheiten und Verlauf", "Details and history"),
    "wall": ("Wandansicht", "Wall view"),
    "zone": ("Zeiten in {zone}", "Times in {zone}"),
    "print_note": ("Gedruckt von apowacht", "Printed by apowacht"),
    # The list of sites.
    "sites_title": ("Apotheken", "Pharmacies"),
    "many_sites_one": ("1 Apotheke", "1 pharmacy"),
    "many_sites": ("{n} Apotheken", "{n} pharmacies"),
    "site": ("Apotheke", "Pharmacy"),
    "problem": ("Was los ist", "What is wrong"),
    "problems": ("Probleme", "Problems"),
    "totals": ("Wie viele in welchem Zustand", "How many in which state"),
    "n_critical": ("{n} mit Störung", "{n} with a fault"),
    "n_unknown": ("{n} unbekannt", "{n} unknown"),
    "n_warning": ("{n} mit Warnung", "{n} with a warning"),
    "unwatched_sites_one": ("1 Apotheke wird nicht überwacht", "1 pharmacy is not watched"),
    "unwatched_sites": (
        "{n} Apotheken werden nicht überwacht",
        "{n} pharmacies are not watched",
    ),
    "n_unwatched": ("{n} nicht überwacht", "{n} not watched"),
    "n_maintenance": ("{n} in Wartung", "{n} in maintenance"),
    "n_ok": ("{n} in Ordnung", "{n} all right"),
    "everything": ("alle {n}", "all {n}"),
    "only_problems": ("nur Probleme ({n})", "problems only ({n})"),
    "search": ("Apotheke suchen", "Search for a pharmacy"),
    "search_hint": ("Name oder Ansprechpartner", "Name or contact"),
    "find": ("Suchen", "Search"),
    "clear": ("Suche aufheben", "Clear search"),
    "found": ("{n} von {all} zu «{words}»", "{n} of {all} for “{words}”"),
    "none_found": (
        "Keine Apotheke passt zu dieser Auswahl.",
        "No pharmacy matches this selection.",
    ),
    "shared": (
        "Bei {n} Apotheken dasselbe: {headline}",
        "The same at {n} pharmacies: {headline}",
    ),
    "broken_links": ("Erste Bruchstelle: {layers}", "First broken link: {layers}"),
    "ok_sites": ("{n} in Ordnung", "{n} all right"),
    "no_problem": ("Keine Störung, keine Warnung.", "No fault, no warning."),
    "no_sites": ("Keine Apotheke eingerichtet", "No pharmacy is set up"),
    "no_sites_why": (
        "Es gibt noch keine gültige Datei in checks.d; deshalb wird nichts geprüft.",
        "There is no valid file in checks.d yet, so nothing is being checked.",
    ),
    "more_sites": ("und {n} weitere", "and {n} more"),
    # Site files with a mistake.
    "in_line": ("{file}: Zeile {line}", "{file}: line {line}"),
    "more_mistakes_one": (" (und 1 weiterer Fehler)", " (and 1 more mistake)"),
    "more_mistakes": (" (und {n} weitere Fehler)", " (and {n} more mistakes)"),
    "more_files_one": ("und 1 weitere Datei mit Fehlern", "and 1 more file with mistakes"),
    "more_files": ("und {n} weitere Dateien mit Fehlern", "and {n} more files with mistakes"),
    "unwatched": (
        "die Apotheke in dieser Datei wird nicht überwacht",
        "the pharmacy in this file is not watched",
    ),
    "kept": ("es gilt die vorige Fassung", "the version before it holds"),
    "unused": ("die Datei wird nicht verwendet", "the file is not used"),
    # One site.
    "checks": ("Prüfungen", "Checks"),
    "checked_at": ("geprüft {time}", "checked {time}"),
    "age": ("vor {age}", "{age} ago"),
    "number": ("Messwert", "Reading"),
    "value": ("jetzt", "now"),
    "warns": ("Warnung", "Warning"),
    "alarms": ("Störung", "Fault"),
    "numbers": ("Messwerte", "Readings"),
    "below": ("unter {low}", "below {low}"),
    "above": ("über {high}", "above {high}"),
    "outside": ("unter {low} oder über {high}", "below {low} or above {high}"),
    "inside": ("zwischen {low} und {high}", "between {low} and {high}"),
    "always": ("immer", "always"),
    "no_limit": ("–", "–"),
    "last_day": ("Die letzten 24 Stunden", "The last 24 hours"),
    "states": ("Zustände", "States"),
    "values": ("Verlauf der Messwerte", "Readings over time"),
    "drawn": (
        "{name}: zuletzt {last}, kleinster Wert {least}, größter {most}",
        "{name}: latest {last}, smallest {least}, largest {most}",
    ),
    "as_table": ("Als Tabelle", "As a table"),
    "hour": ("Stunde", "Hour"),
    "least": ("kleinster", "smallest"),
    "last": ("zuletzt", "latest"),
    "before_restart": (
        "Seit dem Neustart der Überwachung noch nicht geprüft; davor {state} {since}",
        "Not checked since the monitoring restarted; before that {state} {since}",
    ),
    "most": ("größter", "largest"),
    "more_spans": ("{n} frühere", "{n} earlier"),
    "no_numbers": (
        "Für die letzten 24 Stunden liegen keine Messwerte vor.",
        "There are no readings for the last 24 hours.",
    ),
    "journal": ("Störungsprotokoll", "Log of faults"),
    "journal_span": ("{start} bis {end}", "{start} to {end}"),
    "no_changes": (
        "In dieser Zeit hat sich kein Zustand geändert.",
        "No state changed in this time.",
    ),
    "no_history": (
        "Der Verlauf kann gerade nicht gelesen werden. Die Angaben oben stimmen trotzdem.",
        "The history cannot be read just now. What stands above is still right.",
    ),
    "day": ("Tag", "Day"),
    "faults": ("Störungen", "Faults"),
    "fault_time": ("Dauer", "Duration"),
    "unwatched_time": ("ohne Daten", "without data"),
    "per_day": ("Je Tag", "Per day"),
    "single": ("Jede Änderung", "Each change"),
    "moment": ("Zeit", "Time"),
    "check": ("Prüfung", "Check"),
    "from_to": ("Zustand", "State"),
    "change": ("{before} → {after}", "{before} → {after}"),
    "reported": ("Meldung", "Report"),
    "newest": (
        "Die neuesten {n} von {all} Einträgen; alle stehen in der CSV-Datei.",
        "The newest {n} of {all} entries; all are in the CSV file.",
    ),
    "rule": (
        "So wird gezählt: Eine Störung beginnt mit der Prüfung, die sie zuerst meldet, und endet mit der ersten, die etwas anderes meldet; genauer als der Abstand zweier Prüfungen ist das nicht. Störungen mehrerer Prüfungen zur selben Zeit zählen einzeln, ihre Dauer nur einmal. Zeiten ohne Daten zählen weder als Störung noch als in Ordnung. Wartung zählt mit.",
        "How it is counted: a fault begins with the check that first reports it and ends with the first one that reports something else; it is no finer than the time between two checks. Faults of several checks at once count singly, their duration only once. Time without data counts neither as a fault nor as all right. Maintenance is included.",
    ),
    "csv": ("Protokoll als CSV-Datei", "Log as a CSV file"),
    # When there is nothing to show.
    "unknown_site": ("Diese Apotheke gibt es hier nicht", "There is no such pharmacy here"),
    "unknown_site_why": (
        "Eine Apotheke mit dem Namen «{name}» ist nicht eingerichtet.",
        "No pharmacy with the name “{name}” is set up.",
    ),
    "nearest": ("Gemeint sein könnte", "You may have meant"),
    "no_data": ("Die Daten können nicht geladen werden", "The data cannot be loaded"),
    "no_data_why": (
        "Ob etwas gestört ist, lässt sich hier gerade nicht sagen. IT-Betreuer anrufen.",
        "Whether something is wrong cannot be said here just now. Call your IT partner.",
    ),
}

METRICS: Mapping[str, Text] = {
    # Numbers that a pharmacy or its partner asks about; every other one by its own name.
    "age": ("Alter der Meldung", "age of the report"),
    "answering": ("Terminals, die selbst antworten", "terminals that answer by themselves"),
    "battery_age": ("Alter des Akkus", "battery age"),
    "battery_charge": ("Akku-Ladung", "battery charge"),
    "battery_runtime": ("Akku-Laufzeit", "battery runtime"),
    "battery_temp": ("Akku-Temperatur", "battery temperature"),
    "battery_voltage": ("Akku-Spannung", "battery voltage"),
    "certificate_left": ("Zertifikat gültig noch", "certificate valid for"),
    "certificates": ("Zertifikate", "certificates"),
    "conditions": ("Meldungen des Konnektors", "Konnektor's conditions"),
    "connected": ("verbundene Terminals", "connected terminals"),
    "earliest_expiry": ("nächstes Ende in", "next expiry in"),
    "fetch_count": ("Abrufe", "fetches"),
    "fetch_failures": ("fehlgeschlagene Abrufe", "failed fetches"),
    "input_voltage": ("Netzspannung", "input voltage"),
    "fetch_median": ("Dauer der Abrufe, mittlere", "duration of fetches, median"),
    "fetch_p95": ("Dauer der Abrufe, 95 % darunter", "duration of fetches, 95 % below"),
    "idp_age": ("IDP zuletzt gefragt vor", "IDP last asked before"),
    "left_tries": ("verbleibende PIN-Versuche", "PIN tries left"),
    "load": ("Last der USV", "UPS load"),
    "on_backup_time": ("Zeit auf der Ersatzleitung", "time on the backup line"),
    "on_battery_time": ("Zeit im Akkubetrieb", "time on battery"),
    "route": ("Adressen mit richtiger Route", "addresses with a right route"),
    "signal": ("Mobilfunk-Signal", "mobile signal"),
    "smcb": ("SMC-B gesteckt", "SMC-B inserted"),
    "smcb_ready": ("SMC-B bereit", "SMC-B ready"),
    "switches": ("Leitungswechsel", "line changes"),
    "terminals": ("Kartenterminals", "card terminals"),
    # How long the Konnektor took for a question.
    "time_cards": ("Antwortzeit Karten", "response time, cards"),
    "time_certificate": ("Antwortzeit Kartenzertifikat", "response time, card's certificate"),
    "time_expiry": ("Antwortzeit Zertifikatsablauf", "response time, expiry of certificates"),
    "time_pin": ("Antwortzeit PIN-Status", "response time, PIN status"),
    "time_resource": ("Antwortzeit Konnektorzustand", "response time, Konnektor's state"),
    "time_sds": ("Antwortzeit Dienstverzeichnis", "response time, service directory"),
    "time_terminals": ("Antwortzeit Kartenterminals", "response time, card terminals"),
    "vpn_ti": ("TI verbunden", "TI connected"),
    "vpn_ti_age": ("TI-Zustand seit", "TI state for"),
    # The steps of the way into the TI.
    "dns": ("Namensauflösung", "name resolution"),
    "idp": ("Anmeldedienst (IDP)", "login service (IDP)"),
    "kon_tcp": ("Verbindung zum Konnektor", "connection to the Konnektor"),
    "tcp": ("Verbindung zum Fachdienst", "connection to the Fachdienst"),
    "tls": ("Verschlüsselung zum Fachdienst", "encryption to the Fachdienst"),
    # What TI-Lage says of an application: 0 all well, 1 partly, 2 wholly down.
    "access": ("TI-Zugang: Ausfall (0 bis 2)", "TI access: outage (0 to 2)"),
    "erezept": ("E-Rezept: Ausfall (0 bis 2)", "e-prescription: outage (0 to 2)"),
    "kim": ("KIM: Ausfall (0 bis 2)", "KIM: outage (0 to 2)"),
    "vsdm": ("VSDM: Ausfall (0 bis 2)", "VSDM: outage (0 to 2)"),
}
ENDINGS: Mapping[str, Text] = {
    "_rtt": ("Antwortzeit", "round trip"),
    "_loss": ("Paketverlust", "packet loss"),
    "_jitter": ("Schwankung", "jitter"),
}
_PLACED = re.compile(r"[us](\d+)_(.+)")
"""One of several UPS, or of several ways: `u2_load` is the second one's."""
_PHASE = re.compile(r"(input_voltage)_(\d+)")


JOINED = "\N{NO-BREAK SPACE}"
"""Between a number and its unit, which belong on one line."""


def check_title(name: str, lang: str) -> str:
    """A check's name at its site as a person reads it."""
    return CHECKS[name][LANGUAGES.index(lang)] if name in CHECKS else name


def word(key: str, lang: str, **values: object) -> str:
    """A text of WORDS with its placeholders filled; the values are foreign and stay plain text."""
    text = WORDS[key][LANGUAGES.index(lang)]
    return text.format_map({name: str(value) for name, value in values.items()}) if values else text


def metric_name(name: str, lang: str) -> str:
    """A metric as a person would call it; `internet_rtt` keeps the name of its line."""
    place = LANGUAGES.index(lang)
    if name in METRICS:
        return METRICS[name][place]
    for ending, text in ENDINGS.items():
        if name.endswith(ending):
            return f"{text[place]} {name.removesuffix(ending)}"
    if phase := _PHASE.fullmatch(name):
        return f"{METRICS[phase[1]][place]} L{phase[2]}"
    if placed := _PLACED.fullmatch(name):
        return f"{metric_name(placed[2], lang)} ({placed[1]})"
    if name.endswith("_max"):
        return f"{metric_name(name.removesuffix('_max'), lang)}, {word('most', lang)}"
    return name.replace("_", " ")


def number(value: float, unit: str, lang: str) -> str:
    """A reading with its unit, as exact as it is useful."""
    if unit == "s" and abs(value) >= 120:
        return ("-" if value < 0 else "") + duration(abs(value), lang).replace(" ", JOINED)
    if unit == "s" and 0 < abs(value) < 1:
        value, unit = value * 1000, "ms"
    text = decimal(round(value, 0 if abs(value) >= 1000 else 1 if abs(value) >= 10 else 3))
    text = text.replace(".", ",") if lang == "de" else text
    return f"{text}{JOINED}{'°C' if unit == 'C' else unit}" if unit else text


def limit(value: Range | None, unit: str, lang: str) -> str:
    """Where a reading alarms, in words: «unter 10 min»."""
    if value is None:
        return word("no_limit", lang)
    low = None if value.start == float("-inf") else number(value.start, unit, lang)
    high = None if value.end == float("inf") else number(value.end, unit, lang)
    if value.invert:
        key = "always" if low is high is None else "inside"
        return word(key, lang, low=low or "-∞", high=high or "∞")
    if high is None:
        return word("no_limit" if low is None else "below", lang, low=low)
    # `0:5` and `5` are the same; nothing that is counted here falls below zero.
    return word("outside" if low and value.start else "above", lang, low=low, high=high)


def clock(moment: datetime, lang: str, now: datetime, *, seconds: bool = False) -> str:
    """A moment as one says it now: 14:05, «gestern 14:05», 22.11. 14:05, 22.11.2025.

    By the clock of `now`.
    """
    moment = moment.astimezone(now.tzinfo)
    time = f"{moment:%H:%M:%S}" if seconds else f"{moment:%H:%M}"
    if moment.date() == now.date():
        return time
    if moment.date() == now.date() - timedelta(days=1):
        return word("yesterday", lang, time=time)
    if abs(now - moment) < timedelta(days=180):
        return f"{day(moment, lang)} {time}"
    return f"{moment:%d.%m.%Y}" if lang == "de" else f"{moment:%Y-%m-%d}"


def zone(now: datetime) -> str:
    """The time zone in which a page tells time: «Europe/Berlin (UTC+01:00)»."""
    offset = f"{now:%z}"
    return f"{getattr(now.tzinfo, 'key', '') or f'{now:%Z}'} (UTC{offset[:3]}:{offset[3:5]})"


def day(moment: datetime, lang: str) -> str:
    """The day without its year."""
    return f"{moment:%d.%m.}" if lang == "de" else f"{moment:%d %b}"


def counted(key: str, count: int, lang: str) -> str:
    """A text of WORDS that has a form of its own for one."""
    return word(f"{key}_one" if count == 1 else key, lang, n=count)
