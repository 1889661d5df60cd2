"""A pharmacy and the TI in two network namespaces, with the TI's real names, ports and addresses.

    host 192.0.2.1 -- Konnektor 192.0.2.2 (https, name server), and behind it
                      Fachdienst 100.102.7.10, IDP 100.103.9.20; TI-Lage 198.51.100.80

The services are those of the simulator, which elsewhere listen on loopback only. Needs root.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any

import pytest
from commands import Run, assert_conforms
from namespace import Namespace, network

from apowacht.simulator import fachdienst, front, idp, service
from apowacht.simulator.demo import command
from apowacht.simulator.fachdienst import Fachdienst
from apowacht.simulator.idp import Idp
from apowacht.simulator.konnektor import SERVER_NAME, Konnektor
from apowacht.simulator.konnektor_keys import issue
from apowacht.simulator.ti_dns import Records, TiDns
from apowacht.simulator.tilage_service import TiLage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from apowacht.simulator.tilage_service import Outage

KONNEKTOR = "192.0.2.2"
FACHDIENST = "100.102.7.10"
IDP = "100.103.9.20"
"""In the upper half of the TI's network."""
TILAGE = "198.51.100.80"
NETWORK = "100.102.0.0/15"
NAMES = {fachdienst.NAME: Records(FACHDIENST), idp.NAME: Records(IDP)}


class Site:
    """Both namespaces and everything in them; `heal` makes all well."""

    def __init__(self, host: Namespace, ti: Namespace, folder: Path) -> None:
        self.host = host
        self.ti = ti
        self.folder = folder
        root = issue("A root of the TI", "P-256", None)
        (folder / "root.pem").write_bytes(root.pem(key=False))
        with ti.entered():
            self.konnektor = Konnektor(listen=KONNEKTOR, port=443)
            self.dns = TiDns(NAMES, listen=KONNEKTOR, port=53)
            self.fachdienst = Fachdienst(listen=FACHDIENST, port=443, root=root)
            self.idp = Idp(listen=IDP, port=443, root=root)
            self.tilage = TiLage(listen=TILAGE, port=443)
        (folder / "authority.pem").write_bytes(self.idp.authority_pem + self.idp.ca_pem)

    def heal(self) -> None:
        """Everything as it should be; what was asked is forgotten."""
        self.konnektor.put()
        self.dns.become(NAMES)
        self.idp.become("valid")
        for one in (self.fachdienst, self.idp, self.tilage):
            one.behave()
            one.log.clear()
        self.dns.asked.clear()
        self.tilage.break_down()
        self.host.configure(f"route replace {NETWORK} via {KONNEKTOR}")

    def options(self, *without: str) -> list[str]:
        """What the pharmacy tells check_apo_erezept; without these groups: konnektor, tilage."""
        groups = {
            "ti": [
                *("--environment", "PU", "--central-ca-file", str(self.folder / "root.pem")),
                *("--idp-ca-file", str(self.folder / "authority.pem")),
            ],
            "resolver": ["--resolver", KONNEKTOR],
            "konnektor": [
                *("-H", KONNEKTOR, "--mandant", "Apotheke", "--client-system", "apowacht"),
                *("--workplace", "Monitoring", "--tls-server-name", SERVER_NAME),
                *("--tls-fingerprint", self.konnektor.fingerprint),
            ],
            "tilage": [
                *("--tilage", "--tilage-url", f"https://{TILAGE}/lageapi"),
                *("--tilage-tls-fingerprint", self.tilage.fingerprint),
                *("--access", "Zugang A GmbH"),
            ],
        }
        return [word for name, words in groups.items() if name not in without for word in words]

    def run(self, state: Path, *options: str, check: str = "erezept") -> Run:
        """The command on the pharmacy's host."""
        path = os.pathsep.join(path for path in sys.path if path)
        begun = monotonic()
        with self.host.entered():
            done = subprocess.run(
                [*command(check), *options, "--state-dir", str(state)],
                capture_output=True,
                text=True,
                timeout=60,
                stdin=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": path},
                check=False,
            )
        return Run(done.returncode, done.stdout, done.stderr, monotonic() - begun)

    def say(self, state: Path, lang: str, *options: str) -> Run:
        """Its answer in words, which keeps the contract of every answer."""
        run = self.run(state, *options, "--lang", lang)
        assert_conforms(run, "erezept")
        return run

    def answer(self, state: Path, *options: str) -> dict[str, Any]:
        """Its answer as JSON."""
        done = self.run(state, *options, "--output", "json", "--lang", "en")
        assert done.err == "", done.err
        told: dict[str, Any] = json.loads(done.out)
        assert told["state"] == done.code
        return told


@contextmanager
def telematik_site(folder: Path) -> Iterator[Site]:
    """The whole site, healthy; skips by name without root or tools."""
    with ExitStack() as stack:
        host, ti = stack.enter_context(network())
        ti.configure(*(f"address add {one}/32 dev lo" for one in (FACHDIENST, IDP, TILAGE)))
        host.configure(
            f"route add {NETWORK} via {KONNEKTOR}", f"route add {TILAGE}/32 via {KONNEKTOR}"
        )
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for module in (service, front):
            patch.setattr(module, "bind", _bind)
        site = Site(host, ti, folder)
        for one in (site.konnektor, site.dns, site.fachdienst, site.idp, site.tilage):
            stack.callback(one.close)
            with ti.entered():
                one.start()
        site.heal()
        yield site


def _bind(listen: str, port: int, kind: Any) -> Any:
    """The simulator binds loopback only; in a namespace no other machine can see the rest."""
    import socket

    opened = socket.socket(socket.AF_INET, kind)
    try:
        if kind == socket.SOCK_STREAM:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((listen, port))
    except OSError:
        opened.close()
        raise
    return opened


def central(outage: Outage) -> Outage:
    """An outage that began twenty minutes ago."""
    from time import time

    return outage._replace(since=time() - 1200)
