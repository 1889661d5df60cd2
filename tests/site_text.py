"""Site files as text, for the tests that read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apowacht.plugins.sites.config import load

if TYPE_CHECKING:
    from pathlib import Path

    from apowacht.plugins.sites.model import Configuration, Site

FINGERPRINT = "ab" * 32
DEVICES = f"""\
site: rosen
hours: "Mo-Fr 08:00-18:30"
connector:
  hostname: 192.0.2.20
  port: 8443
  mandant: M
  client-system: apowacht
  workplace: W
  tls-fingerprint: {FINGERPRINT}
  min-firmware: "5.4"
  interval: 2m
terminals:
- {{name: Kasse 1, terminal: ORGA-1, hostname: 192.0.2.31, smcb: true}}
- {{name: Reserve, terminal: ORGA-2, reserve: true}}
- {{name: Labor, terminal: Labor}}
smcb: {{provider: D-Trust, ordered: ["SMC-B Kasse 1=2026-10-05"]}}
ups:
- {{name: USV Serverschrank, hostname: 192.0.2.5, shutdown-need: 5m}}
- {{name: USV Kasse, hostname: 192.0.2.6, source: nut, ups: till, interval: 30}}
router: {{router: fritzbox, hostname: 192.0.2.1, router-user: apo}}
lines:
- {{name: dsl, source: 192.0.2.2, target: 192.0.2.7, tech: dsl, provider: Telekom}}
- {{name: lte, target: ["192.0.2.8:443", "192.0.2.9:443"], tech: mobile}}
tilage: {{access: RISE, kim: Arvato}}
erezept: {{environment: PU}}
accepted:
- {{condition: ec_crl_expiring, reason: known, date: 2026-11-24}}
contacts:
  power: {{who: Elektro Nord, phone: 0431 555}}
"""


def loaded(folder: Path, text: str) -> Configuration:
    """What the folder holds after this file was written into it; mistakes in English."""
    (folder / "a.yaml").write_text(text, encoding="utf-8")
    return load(folder, "en")


def told(configuration: Configuration) -> list[str]:
    """The mistakes as `line: text`."""
    return [f"{mistake.line}: {mistake.text}" for mistake in configuration.mistakes]


def only_site(configuration: Configuration) -> Site:
    """The one site, of a folder without mistakes."""
    assert told(configuration) == []
    (site,) = configuration.sites.values()
    return site


def options_of(site: Site, name: str) -> list[str]:
    """A check's options as its command line has them, without language, site and name."""
    (watch,) = (watch for watch in site.watches if watch.name == name)
    return list(watch.arguments[3:])
