"""The demonstration: the real plugin commands ask the pharmacy in a box, and every answer counts.

`python -m apowacht.simulator.demo` leaves with 0 only when every device got its expected state.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

import click

from apowacht.simulator.box import Box
from apowacht.simulator.words import LANG_OPTION, say

if TYPE_CHECKING:
    from collections.abc import Mapping

STATES = ("OK", "WARNING", "CRITICAL", "UNKNOWN")
COLOURS = ("green", "yellow", "red", "magenta")
# No command may take longer than its own -t; this only ends one that ignores it.
PATIENCE_SECONDS = 20


class Step(NamedTuple):
    """One question: whom, what to tell before (German, English), the state that must come.

    `state` is what the device is brought into first, `others` what other devices are; `check` asks
    another question than the usual one of such a device.
    """

    unit: str
    expected: int
    story: tuple[str, str]
    more: tuple[str, ...] = ()
    state: str | None = None
    check: str | None = None
    others: tuple[tuple[str, str], ...] = ()


WELL = (("konnektor", "normal"), ("tilage", "normal"))

STEPS = (
    Step(
        "ups-server",
        0,
        (
            "Die USV im Serverschrank wird über SNMP v2c gefragt. Sie ist gesund.",
            "The UPS in the server rack is asked over SNMP v2c. It is healthy.",
        ),
    ),
    Step(
        "ups-counter",
        1,
        (
            (
                "Die USV am Verkaufstisch wird gefragt. Seit 4 Minuten fehlt der Strom, "
                "der Akku reicht noch 21 Minuten."
            ),
            (
                "The UPS at the counter is asked. There has been no mains for 4 minutes, "
                "and the battery lasts another 21."
            ),
        ),
    ),
    Step(
        "ups-picker",
        1,
        (
            (
                "Die USV am Kommissionierer wird über SNMP v1 gefragt. Ihr Akkustatus sagt "
                "«normal», aber in ihrer Alarmtabelle steht ein verschlissener Akku."
            ),
            (
                "The UPS of the picking machine is asked over SNMP v1. Its battery status says "
                "«normal», but its alarm table holds a worn battery."
            ),
        ),
        ("--snmp-version", "1"),
    ),
    Step(
        "till",
        0,
        (
            "Die USV an der Kasse wird über NUT gefragt. Sie ist gesund.",
            "The UPS of the till is asked through NUT. It is healthy.",
        ),
    ),
    Step(
        "router",
        1,
        (
            "Die USV an Router und Konnektor wird über NUT gefragt. Sie läuft auf Akku.",
            "The UPS of router and Konnektor is asked through NUT. It runs on battery.",
        ),
    ),
    Step(
        "lab",
        1,
        (
            "Die USV im Labor wird über NUT gefragt. Sie will einen neuen Akku.",
            "The UPS in the laboratory is asked through NUT. It wants a new battery.",
        ),
    ),
    Step(
        "ups-desk",
        0,
        (
            "Die USV am Schreibtisch wird über apcupsd gefragt. Sie ist gesund.",
            "The UPS at the desk is asked through apcupsd. It is healthy.",
        ),
    ),
    Step(
        "ups-cellar",
        3,
        (
            (
                "Die USV im Keller wird gefragt, aber ihre Netzwerkkarte schweigt. Nach 2 Sekunden "
                "ist Schluss. Das ist kein Stromausfall, also UNKNOWN und nicht CRITICAL."
            ),
            (
                "The UPS in the cellar is asked, but its network card is silent. After 2 seconds "
                "that is it. This is no power cut, hence UNKNOWN and not CRITICAL."
            ),
        ),
        ("-t", "2"),
    ),
    Step(
        "konnektor",
        0,
        (
            "Der Konnektor wird gefragt. Er ist in der TI.",
            "The Konnektor is asked. It is in the TI.",
        ),
        state="normal",
    ),
    Step(
        "konnektor",
        2,
        (
            "Der Konnektor hat seine TI-Verbindung verloren.",
            "The Konnektor has lost its TI connection.",
        ),
        state="VPN TI down",
    ),
    Step(
        "konnektor",
        2,
        (
            "Nach einem Stromausfall wird nach den Kartenterminals gefragt: Die PIN fehlt.",
            "After a power cut the card terminals are asked about: the PIN is missing.",
        ),
        state="PIN not entered",
        check="terminal",
    ),
    Step(
        "fritzbox",
        1,
        (
            "Die FRITZ!Box wird nach ihren Leitungen gefragt: DSL ist weg, der Mobilfunk trägt.",
            "The FRITZ!Box is asked about its lines: DSL is gone, mobile data carries.",
        ),
        ("--min-backup-time", "0s"),
        state="on mobile data",
    ),
    Step(
        "tilage",
        1,
        (
            "TI-Lage wird gefragt: Nur der Weg über die Gesundheitskarte ist gestört.",
            "TI-Lage is asked: only the way by health card is disturbed.",
        ),
        state="E-Rezept by card disturbed",
    ),
    Step(
        "ti",
        0,
        (
            "Der ganze Weg zum E-Rezept wird gegangen: Konnektor, Namen, Fachdienst, IDP.",
            "The whole way to the e-prescription is walked: Konnektor, names, Fachdienst, IDP.",
        ),
        state="normal",
        others=WELL,
    ),
    Step(
        "ti",
        1,
        (
            "Der Fachdienst ist ausgefallen, und TI-Lage bestätigt es: nichts neu starten.",
            "The Fachdienst is down, and TI-Lage confirms it: restart nothing.",
        ),
        state="Fachdienst down",
        others=(("konnektor", "normal"), ("tilage", "E-Rezept down")),
    ),
    Step(
        "ti",
        1,
        (
            "Die TI-Verbindung ist weg, weil der eigene Zugangsanbieter ausgefallen ist.",
            "The TI connection is gone because one's own access provider is down.",
        ),
        state="normal",
        others=(("konnektor", "VPN TI down"), ("tilage", "TI access down")),
    ),
    Step(
        "ti",
        2,
        (
            "Der Namensserver der Apotheke reicht die Namen der TI nicht weiter: lokal.",
            "The pharmacy's name server does not forward the names of the TI: local.",
        ),
        state="DNS forwarder missing",
        others=WELL,
    ),
)


@dataclass
class Result:
    """What came of a step. `code` is None for a command that had to be ended."""

    step: Step
    code: int | None
    output: str
    faults: list[str]


@click.command()
@LANG_OPTION
def main(lang: str) -> None:
    """Let the real checks ask simulated devices over their real protocols on loopback."""
    begin = monotonic()
    with Box("mixed") as box, tempfile.TemporaryDirectory(prefix="apowacht-demo-") as folder:
        host = box.hosts[0].service.address[0]
        tell(say("demo_title", lang, units=len(box.units), host=host), bold=True)
        results = [run(box, step, lang, folder) for step in STEPS]
    sys.exit(summary(results, lang, monotonic() - begin))


def run(box: Box, step: Step, lang: str, folder: str) -> Result:
    """Ask one device, show the question and the answer, and hold it against what must come."""
    host, unit = box.find(step.unit)
    for name, state in ((step.unit, step.state), *step.others):
        if state:
            box.put(name, state)
    check = step.check or host.check
    options = [*host.options(unit), *step.more]
    tell(f"\n{step.story[0 if lang == 'de' else 1]}", bold=True)
    tell(f"  $ {host.command(check, options)}", dim=True)
    asked_before = host.service.requests
    # What is asked seldom in real life is to be asked at each step here.
    private = ["--state-dir", tempfile.mkdtemp(dir=folder), "--lang", lang]
    code, output = execute(command(check), [*options, *private], folder, host.settings)
    for line in output.splitlines():
        tell(f"  {line}")
    expected = STATES[step.expected]
    faults = []
    if code is None:
        faults.append(say("hung", lang, seconds=PATIENCE_SECONDS))
    if code != step.expected:
        faults.append(say("demo_expected", lang, state=expected))
    start = f"{check.upper()} {expected}"
    if not output.startswith(start):
        faults.append(say("no_text", lang, start=start))
    if host.service.requests == asked_before:
        faults.append(say("never_asked", lang))
    verdict = judged(code, lang)
    tell(f"  {verdict} - {outcome(faults, lang)}", fg=colour(code, faults))
    return Result(step, code, output, faults)


def command(check: str) -> list[str]:
    """The installed command beside this interpreter, or the same function run by it."""
    installed = Path(sys.executable).parent / f"check_apo_{check}"
    if installed.exists():
        return [str(installed)]
    return [sys.executable, "-c", f"from apowacht.plugins.{check} import main; main()"]


def execute(
    program: list[str], options: list[str], folder: str, needed: Mapping[str, str] | None = None
) -> tuple[int | None, str]:
    """Run a plugin the way a monitoring server does: exit code (None = ended) and stdout.

    `needed` is what the environment must hold besides.
    """
    # Settings of whoever runs the demonstration must not change its answers.
    settings = {key: text for key, text in os.environ.items() if not key.startswith("APOWACHT_")}
    settings["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    settings["PYTHONIOENCODING"] = "utf-8"
    settings |= needed or {}
    try:
        done = subprocess.run(  # noqa: S603 - our own command with our own arguments
            [*program, *options],
            env=settings,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None, ""
    return done.returncode, (done.stdout + done.stderr).rstrip()


def judged(code: int | None, lang: str) -> str:
    """What an exit code means."""
    meaning = say("code_other" if state(code) == "?" else f"code_{code}", lang)
    return say("demo_code", lang, code=code, state=state(code), meaning=meaning)


def state(code: int | None) -> str:
    """The state's name, «?» for what is no plugin's exit code."""
    return "?" if code is None or code not in range(len(STATES)) else STATES[code]


def outcome(faults: list[str], lang: str) -> str:
    """Whether it is as expected, and if not, why."""
    if not faults:
        return say("as_expected", lang)
    return f"{say('not_expected', lang)}: {', '.join(faults)}"


def summary(results: list[Result], lang: str, seconds: float) -> int:
    """Print one line per device and the verdict; the exit code of the demonstration."""
    tell(f"\n{say('summary', lang)}", bold=True)
    for result in results:
        text = outcome(result.faults, lang)
        tell(
            f"  {result.step.unit:<13}{state(result.code):<10}{text}",
            fg=colour(result.code, result.faults),
        )
    bad = sum(bool(result.faults) for result in results)
    if bad:
        tell(say("some_bad", lang, bad=bad, count=len(results)), fg="red", bold=True)
        return 1
    taken = f"{seconds:.1f}".replace(".", "," if lang == "de" else ".")
    tell(say("all_good", lang, count=len(results), seconds=taken), bold=True)
    tell(say("try", lang, command="apowacht simulator"))
    return 0


def colour(code: int | None, faults: list[str]) -> str:
    """A state's colour at a terminal; red for whatever is not as expected."""
    return "red" if faults or code is None else COLOURS[code]


def tell(text: str, *, bold: bool = False, dim: bool = False, fg: str | None = None) -> None:
    """Print a line; click drops the colours where no terminal is."""
    plain = bool(os.environ.get("NO_COLOR"))
    click.echo(text if plain else click.style(text, fg=fg, bold=bold or None, dim=dim or None))


if __name__ == "__main__":
    main()
