"""Where the Fachdienst and the IDP are in each environment, and the options of check_apo_erezept.

Hosts: gematik/api-erp, authentisieren.adoc. Networks: gemILF_PS 3.2.3.
"""

from __future__ import annotations

from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError
from typing import TYPE_CHECKING, NamedTuple

import click

from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.limits import option_name
from apowacht.plugins.core.options import flag, limits, option
from apowacht.plugins.core.version import VERSION

if TYPE_CHECKING:
    from apowacht.plugins.core.check import Options

_FACHDIENST = "{}.zentral.erp.splitdns.ti-dienste.de"
_IDP = "{}.zentral.idp.splitdns.ti-dienste.de"
_PRODUCTIVE, _OTHERS = "100.102.0.0/15", "10.30.0.0/15"
ENVIRONMENTS = {
    "PU": (_FACHDIENST.format("erp"), _IDP.format("idp"), _PRODUCTIVE),
    "RU": (_FACHDIENST.format("erp-ref"), _IDP.format("idp-ref"), _OTHERS),
    "RU-DEV": (_FACHDIENST.format("erp-dev"), _IDP.format("idp-ref"), _OTHERS),
    "TU": (_FACHDIENST.format("erp-test"), _IDP.format("idp-test"), _OTHERS),
}
MOST_SAMPLES = 10


class Place(NamedTuple):
    """A central service: "fachdienst" or "idp", its name, its port."""

    service: str
    host: str
    port: int


def places(options: Options) -> tuple[Place, Place]:
    """The Fachdienst and the IDP that these options mean."""
    fachdienst, idp, _ = ENVIRONMENTS[options.environment]
    return (
        Place("fachdienst", options.fachdienst_host or fachdienst, options.fachdienst_port),
        Place("idp", options.idp_host or idp, options.idp_port),
    )


def networks(options: Options) -> tuple[str, ...]:
    """Where the TI's services have to be, as CIDR."""
    return tuple(options.ti_network) or (ENVIRONMENTS[options.environment][2],)


class NetworkType(click.ParamType[str]):
    """An IPv4 network on the command line."""

    name = "network"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """`100.102.0.0/15`; anything else names its option."""
        try:
            return str(IPv4Network(str(value)))
        except (AddressValueError, NetmaskValueError, ValueError):
            raise _bad("bad_network", param, value) from None


class AddressType(click.ParamType[str]):
    """An IPv4 address on the command line."""

    name = "address"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """`192.168.1.1`; anything else names its option."""
        try:
            return str(IPv4Address(str(value)))
        except (AddressValueError, ValueError):
            raise _bad("bad_address", param, value) from None


class AgentType(click.ParamType[str]):
    """A User-Agent on the command line."""

    name = "agent"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """One line of printable ASCII; anything else names its option."""
        text = str(value).strip()
        if not text or not text.isascii() or not text.isprintable() or len(text) > 200:
            raise _bad("bad_agent", param, value)
        return text


def _bad(reason: str, param: click.Parameter | None, value: object) -> OwnTrouble:
    return OwnTrouble(reason, option=option_name(param), text=str(value)[:60])


def _port(name: str, of: str) -> click.Option:
    return option(
        f"--{name}-port",
        type=click.IntRange(1, 65535),
        default=443,
        show_default=True,
        metavar="PORT",
        help=f"Port of {of}.",
    )


ADDRESS = AddressType()

OWN = (
    option(
        "--environment",
        type=click.Choice(tuple(ENVIRONMENTS)),
        help="Which services, to be named: PU is the productive environment.",
    ),
    option("--fachdienst-host", metavar="HOST", help="Another name of the Fachdienst."),
    _port("fachdienst", "the Fachdienst"),
    option("--idp-host", metavar="HOST", help="Another name of the IDP."),
    _port("idp", "the IDP"),
    option(
        "--resolver",
        metavar="HOST",
        help="Name server to ask for these names [default: the Konnektor of -H, else the system's "
        "way of resolving names].",
    ),
    option(
        "--resolver-port",
        type=click.IntRange(1, 65535),
        default=53,
        show_default=True,
        metavar="PORT",
        help="Port of that name server.",
    ),
    option(
        "--source",
        multiple=True,
        type=ADDRESS,
        metavar="ADDRESS",
        help="Go out by this address of this computer (repeatable: each is tried, and the first "
        "one asks the central services).",
    ),
    option(
        "--gateway",
        multiple=True,
        type=ADDRESS,
        metavar="ADDRESS",
        help="The way into the TI has to lead over this next hop (repeatable) [default: any].",
    ),
    option(
        "--ti-network",
        multiple=True,
        type=NetworkType(),
        metavar="NETWORK",
        help="Where the services have to be (repeatable) [default: 100.102.0.0/15 for PU, "
        "10.30.0.0/15 else].",
    ),
    option(
        "--samples",
        type=click.IntRange(1, MOST_SAMPLES),
        default=1,
        show_default=True,
        metavar="NUMBER",
        help="How often the phases on site are measured; central services are not asked more.",
    ),
    option(
        "--user-agent",
        type=AgentType(),
        default=f"apowacht/{VERSION} apowacht/monitoring",
        show_default=True,
        metavar="TEXT",
        help="What this check calls itself: PRODUCT/VERSION VENDOR/CLIENT-ID.",
    ),
    option(
        "--central-ca-file",
        metavar="FILE",
        help="Fachdienst and IDP: trust the authorities in this file [default: the system's].",
    ),
    option(
        "--central-tls-fingerprint",
        multiple=True,
        metavar="SHA256",
        help="Fachdienst and IDP: trust the certificate with this fingerprint (repeatable).",
    ),
    option(
        "--idp-ca-file",
        metavar="FILE",
        help="Authorities to which the certificate in the IDP's document has to lead.",
    ),
    flag("--tilage", help="Also look at TI-Lage, to tell a central outage from one of our own."),
    flag(
        "--service-check",
        help="Also ask the Fachdienst itself (GET /), when no fetch was seen in --log for ten "
        "minutes.",
    ),
    *limits("dns", "s", warning="3"),
    *limits("kon_tcp", "s", warning="2"),
    *limits("route", "", floor=True),
    *limits("tcp", "s", warning="3"),
    *limits("tls", "s", warning="5"),
    *limits("idp", "s", warning="8"),
)
