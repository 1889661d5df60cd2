"""What a basket of Icinga Director 1.10 cannot hold.

Hosts are made by a script of `icingacli` lines. Downtimes, and services for layers of which all
checks must have failed, go into a file of Icinga's own language beside the Director's.
"""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

from apowacht.integrations.icinga2.dsl import plain
from apowacht.integrations.icinga2.objects import (
    dependency,
    dependency_pairs,
    downtimes,
    group_services,
    names,
)
from apowacht.integrations.icinga2.templates import (
    BESIDE_CHAIN,
    SITE,
    chain_template,
    group_template,
)
from apowacht.integrations.words import helpers

if TYPE_CHECKING:
    from apowacht.integrations.command import Order
    from apowacht.plugins.sites.model import Site

SCRIPT = """\
#!/bin/sh
# {made}
# Restores the baskets that lie beside it, then makes the hosts or changes them.
set -eu
cd "$(dirname "$0")"
icingacli director basket restore <apowacht-basket-first.json
icingacli director basket restore <apowacht-basket.json
host() {{
    icingacli director host set "$1" --auto-create --json "$2"
}}
"""


def script(order: Order, made: str) -> str:
    """The script; `made` is the line by which an export knows its own."""
    told = [shlex.join(["host", site.name, _host(site, order)]) for site in order.sites]
    return "\n".join([SCRIPT.format(made=made), *told, ""])


def _host(site: Site, order: Order) -> str:
    told = {
        "object_type": "object",
        "imports": [SITE],
        "display_name": site.title,
        "notes": helpers(site.contacts, order.lang) or None,
        "vars": {"apo_site": plain(site.name)},
    }
    return json.dumps(told, ensure_ascii=False)


def objects(order: Order, made: str) -> str:
    """The file of objects in Icinga's language."""
    parts = [f"/* {made} */\n", group_template(), chain_template(BESIDE_CHAIN)]
    for site in order.sites:
        services = names(site)
        own = set(services.values())
        parts += group_services(site, services, order.lang)
        parts += [
            dependency(site, parent, child, BESIDE_CHAIN)
            for parent, child in dependency_pairs(site, services)
            if parent not in own or child not in own
        ]
        parts += downtimes(site, services)
    return "\n".join(parts)
