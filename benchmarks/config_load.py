"""How long it takes to read and check a folder of site files.

Writes files as a service provider would have them, each with six checks whose hosts, names and
fingerprints differ, loads them as the exporter does, and prints the seconds.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from apowacht.plugins.sites.config import keep, load

SITE = """\
site: apotheke-{n:04}
title: Apotheke Nummer {n}
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
      - lte,source=10.{a}.{b}.3,role=backup
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


def write(folder: Path, files: int) -> None:
    """The files, and the secret that they share."""
    secret = folder / "community"
    secret.write_text("geheim\n")
    secret.chmod(0o600)
    for n in range(files):
        values = {"n": n, "a": n // 250, "b": n % 250, "m": n % 5 + 1}
        text = SITE.format(**values, fingerprint=f"{n:064x}")
        (folder / f"apotheke-{n:04}.yaml").write_text(text)


def main() -> None:
    """Load, load again, and put both together as a reload does."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, options.files)
        before = load(folder)
        for mistake in before.mistakes[:5]:
            print(mistake)
        seconds, reloads = [], []
        for _ in range(options.rounds):
            start = perf_counter()
            loaded = load(folder)
            seconds.append(perf_counter() - start)
            kept = keep(before, loaded)
            reloads.append(perf_counter() - start)
        same = all(kept.sites[name] is site for name, site in before.sites.items())
    checks = sum(len(site.watches) for site in before.sites.values())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(before.sites)} sites, {checks} checks, {len(before.mistakes)} mistakes")
    print(f"load {median(seconds):.2f} s, reload {median(reloads):.2f} s, unchanged kept: {same}")
    print(f"{1e3 * median(seconds) / options.files:.2f} ms per file, {memory:.0f} MiB at most")


if __name__ == "__main__":
    main()
