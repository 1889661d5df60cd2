"""The options by which a router is asked, for every check that asks one.

A check whose target is the router takes `-H` and `-p` instead of `--router-host` and
`--router-port`.
"""

from __future__ import annotations

import click

from apowacht.plugins.core.options import flag, option

SOURCES = ("snmp", "fritzbox", "opnsense", "unifi", "rutos", "none")

ROUTER = (
    option(
        "--router",
        type=click.Choice(SOURCES),
        default="none",
        help="Also ask the router, and how [default: none].",
    ),
    option("--router-host", metavar="HOST", help="The router's host name or address."),
    option(
        "--router-port",
        type=click.IntRange(1, 65535),
        metavar="PORT",
        help="Its port [default: 161 for snmp, 49443 for fritzbox, else 443].",
    ),
    option(
        "--router-web-port",
        type=click.IntRange(1, 65535),
        metavar="PORT",
        help="FRITZ!Box: https port of its web interface [default: 443].",
    ),
    option(
        "--router-user",
        metavar="NAME",
        help="User name; OPNsense: API key; UniFi: without it the password is an API key.",
    ),
    option(
        "--router-password-file",
        metavar="FILE",
        help="File with the password or API secret [or environment APOWACHT_ROUTER_PASSWORD].",
    ),
    option("--router-ca-file", metavar="FILE", help="Trust the authorities in this file."),
    option(
        "--router-tls-fingerprint",
        multiple=True,
        metavar="SHA256",
        help="Trust the router's certificate with this fingerprint (repeatable).",
    ),
    flag("--router-insecure", help="Encrypt without knowing with whom; the login goes along."),
    option(
        "--router-site",
        metavar="NAME",
        default="default",
        show_default=True,
        help="UniFi: the site's short name.",
    ),
    option(
        "--router-wan",
        multiple=True,
        metavar="NAME",
        help="Name of a line or interface of the router to watch (repeatable) "
        "[default: what looks like a line].",
    ),
)
