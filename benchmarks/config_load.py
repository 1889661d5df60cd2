"""How long it takes to read and check a folder of site files.

Writes files as a service provider would have them, half with device sections and half with
checks spelt out, whose hosts, names and fingerprints differ, and one broken file among them; loads
them as the exporter does, and prints the seconds and what became of the broken one.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from apowacht.plugins.sites.config import keep, load

HEAD = """\
site: apotheke-{n:04}
title: Apotheke Nummer {n}
"""
DEVICES = """\
hours: "Mo-Fr 08:00-18:{m}0; Sa 08:30-13:00"
holidays: SH
closed: [2026-12-2{m}, 2026-08-0{m}..2026-08-14]
duty: notdienst-{m}.ics
ups:
  - name: usv-server
    hostname: 10.{a}.{b}.10
    community-file: community
    shutdown-need: 5m
    battery-installed: 2023-0{m}-01
  - name: usv-kasse
    hostname: 10.{a}.{b}.11
    source: nut
    battery-charge-warning: "60:"
    grace: {m}m
router: {{router: snmp, hostname: 10.{a}.{b}.1, community-file: community}}
lines:
  - {{name: dsl, source: 10.{a}.{b}.2, tech: dsl}}
  - {{name: lte, source: 10.{a}.{b}.3, tech: mobile}}
connector:
  hostname: 10.{a}.{b}.20
  mandant: M{n}
  client-system: apowacht
  workplace: AP{n}
  tls-fingerprint: {fingerprint}
terminals:
  - {{name: Kasse 1, terminal: ORGA6100-{n:012}A, hostname: 10.{a}.{b}.31, smcb: true}}
  - {{name: Kasse 2, terminal: ORGA6100-{n:012}B, hostname: 10.{a}.{b}.32}}
  - {{name: Reserve, terminal: ORGA6100-{n:012}C, reserve: true}}
smcb: {{provider: D-Trust}}
tilage: {{access: Zugang A GmbH, kim: KIM {m}}}
erezept: {{environment: PU}}
accepted:
  - {{condition: EC_CRL_Expiring, reason: bekannt, date: 2026-11-2{m}}}
checks:
  - {{check: uplink, target: [10.{a}.{b}.1, 10.{a}.{b}.254]}}
  - {{check: tilage, interval: 10m}}
"""
CHECKS = """\
checks:
  - name: usv-server
    check: ups
    hostname: 10.{a}.{b}.10
    community-file: community
    shutdown-need: 5m
    battery-installed: 2023-0{m}-01
  - name: usv-kasse
    check: ups
    hostname: 10.{a}.{b}.11
    source: nut
    battery-charge-warning: "60:"
    grace: {m}m
  - check: uplink
    line:
      - dsl,source=10.{a}.{b}.2
      - lte,source=10.{a}.{b}.3
    target: [10.{a}.{b}.1, 10.{a}.{b}.254]
  - check: connector
    hostname: 10.{a}.{b}.20
    mandant: M{n}
    client-system: apowacht
    workplace: AP{n}
    tls-fingerprint: {fingerprint}
    hours: "Mo-Fr 08:00-18:{m}0; Sa 08:30-13:00"
  - check: terminal
    hostname: 10.{a}.{b}.20
    mandant: M{n}
    client-system: apowacht
    workplace: AP{n}
    tls-fingerprint: {fingerprint}
    direct: [kasse=10.{a}.{b}.31, buero=10.{a}.{b}.32]
  - check: certificate
    connector: 10.{a}.{b}.20
    mandant: M{n}
    client-system: apowacht
    workplace: AP{n}
    tls-fingerprint: {fingerprint}
"""
TAIL = """\
maintenance:
  - from: 2027-01-0{m} 22:00
    to: 2027-01-0{m} 23:00
    text: Router wird getauscht
  - weekly: Di 02:00-04:00
    text: Sicherung
contacts:
  power:
    who: Elektro Nord
    phone: 040 1234{n:04}
  access:
    who: TI-Dienst GmbH
    phone: 040 4321{n:04}
    contract: V-{n}
"""
ROSTER = """\
BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:{m}
DTSTART:2026120{m}T190000
DTEND:2026120{m}T235900
END:VEVENT
END:VCALENDAR
"""


def write(folder: Path, files: int, *, sections: bool | None = None, broken: bool = True) -> None:
    """The files, and the secret and the rosters that they share.

    With `sections` all of them or none have device sections, without every other one. One file
    more is broken.
    """
    secret = folder / "community"
    secret.write_text("geheim\n")
    secret.chmod(0o600)
    for m in range(1, 6):
        (folder / f"notdienst-{m}.ics").write_text(ROSTER.format(m=m).replace("\n", "\r\n"))
    for n in range(files):
        values = {"n": n, "a": n // 250, "b": n % 250, "m": n % 5 + 1, "fingerprint": f"{n:064x}"}
        body = DEVICES if (n % 2 == 0 if sections is None else sections) else CHECKS
        text = (HEAD + body + TAIL).format(**values)
        (folder / f"apotheke-{n:04}.yaml").write_text(text)
    if broken:
        text = (HEAD + DEVICES).format(n=9999, a=0, b=0, m=1, fingerprint="00")
        wrong = text.replace("mandant:", "mandat:")
        (folder / f"apotheke-{files // 2:04}-kaputt.yaml").write_text(wrong)


def main() -> None:
    """Load, load again, and put both together as a reload does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, options.files)
        first, before = perf_counter(), load(folder)
        first = perf_counter() - first
        seconds, reloads, cpu = [], [], []
        for _ in range(options.rounds):
            start, used = perf_counter(), process_time()
            loaded = load(folder)
            seconds.append(perf_counter() - start)
            cpu.append(process_time() - used)
            kept = keep(before, loaded)
            reloads.append(perf_counter() - start)
        same = all(kept.sites[name] is site for name, site in before.sites.items())
        start = perf_counter()
        thorough = load(folder, thorough=True)
        full = perf_counter() - start
        for mistake in thorough.mistakes[:5]:
            print(f"{Path(mistake.file).name}:{mistake.line}: {mistake.text}")
    checks = sum(len(site.watches) for site in before.sites.values())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(before.sites)} sites, {checks} checks, {len(before.mistakes)} mistakes")
    print(f"first load {first:.2f} s, load {median(seconds):.2f} s ({median(cpu):.2f} s CPU)")
    print(f"reload {median(reloads):.2f} s, unchanged kept: {same}")
    print(f"config check, with every duty roster: {full:.2f} s")
    print(f"{1e3 * median(seconds) / options.files:.2f} ms per file, {memory:.0f} MiB at most")


if __name__ == "__main__":
    main()
