"""What the simulator and the demonstration say to whoever runs them, in both languages."""

from __future__ import annotations

import os

import click

LANGUAGES = ("de", "en")

WORDS: dict[str, tuple[str, str]] = {
    "title": ("Szenario «{scenario}»: {about}", "Scenario «{scenario}»: {about}"),
    "unit": ("{place} ({kind}), Zustand «{state}»", "{place} ({kind}), state «{state}»"),
    "at": ("{protocol} auf {host}:{port}", "{protocol} at {host}:{port}"),
    "type_scenario": (
        "Läuft. Ein Szenario ({names}) und Enter wechselt, Strg-C beendet.",
        "Running. A scenario ({names}) and Enter switches, Ctrl-C ends.",
    ),
    "until": ("Läuft. Strg-C beendet.", "Running. Ctrl-C ends."),
    "unknown": ("«{name}» gibt es nicht. Es gibt: {names}", "No such «{name}». There are: {names}"),
    "not_loopback": (
        "«{address}» ist keine Loopback-Adresse; eine simulierte Apotheke bleibt auf dem Rechner",
        "«{address}» is no loopback address; a simulated pharmacy stays on this machine",
    ),
    "port_taken": ("Port nicht frei: {detail}", "Port not free: {detail}"),
    "scenarios": ("Szenarien:", "Scenarios:"),
    "devices": ("Geräte und ihre Zustände:", "Devices and their states:"),
    "demo_title": (
        (
            "Eine Apotheke im Kasten: {units} simulierte Geräte und Dienste auf {host}, gefragt "
            "mit den echten Kommandos über echtes SNMP, NUT, apcupsd, SOAP, DNS und HTTPS."
        ),
        (
            "A pharmacy in a box: {units} simulated devices and services on {host}, asked by the "
            "real commands over real SNMP, NUT, apcupsd, SOAP, DNS and HTTPS."
        ),
    ),
    "demo_expected": ("erwartet: {state}", "expected: {state}"),
    "demo_code": ("Exit-Code {code} = {state}: {meaning}", "exit code {code} = {state}: {meaning}"),
    "as_expected": ("wie erwartet", "as expected"),
    "not_expected": ("NICHT WIE ERWARTET", "NOT AS EXPECTED"),
    "never_asked": (
        "das simulierte Gerät wurde gar nicht gefragt",
        "the simulated device was never asked",
    ),
    "no_text": (
        "die Antwort beginnt nicht mit «{start}»",
        "the answer does not start with «{start}»",
    ),
    "hung": ("nach {seconds} s noch nicht fertig", "not done after {seconds} s"),
    "summary": ("Zusammenfassung", "Summary"),
    "all_good": (
        "Alle {count} Antworten wie erwartet, in {seconds} s.",
        "All {count} answers as expected, in {seconds} s.",
    ),
    "some_bad": (
        "{bad} von {count} Antworten NICHT wie erwartet.",
        "{bad} of {count} answers NOT as expected.",
    ),
    "try": (
        "Zum Selbstprobieren: {command}",
        "To try it yourself: {command}",
    ),
    "code_0": ("alles in Ordnung", "all is well"),
    "code_1": ("Warnung, bald darum kümmern", "warning, see to it soon"),
    "code_2": ("kritisch, jetzt handeln", "critical, act now"),
    "code_3": ("unbekannt, keine brauchbare Antwort", "unknown, no usable answer"),
    "code_other": ("kein Exit-Code eines Plugins", "no exit code of a plugin"),
}


def say(key: str, lang: str, **values: object) -> str:
    """The sentence of `key` in one language, filled in."""
    return WORDS[key][LANGUAGES.index(lang)].format(**values)


LANG_OPTION = click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    default=lambda: "en" if os.environ.get("APOWACHT_LANG") == "en" else "de",
    help="Language [default: de; environment APOWACHT_LANG].",
)
