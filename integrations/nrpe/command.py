"""`apowacht export nrpe`: plugins that run at the pharmacy, called over NRPE or SSH."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING
from zlib import crc32

import click

from apowacht.integrations.checkmk.text import PLUGINS
from apowacht.integrations.command import MADE, deliver, shared
from apowacht.plugins.core.options import offer_paths

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apowacht.integrations.command import Order
    from apowacht.plugins.sites.model import Site, Watch

TOOL = "nrpe"
LONGEST = 2048
"""A line that is longer than NRPE's buffer would be cut without a word."""


@click.command(TOOL)
@click.option(
    "--plugin-dir",
    metavar="DIR",
    shell_complete=offer_paths,
    default=PLUGINS,
    show_default=True,
    help="Folder of the plugins on the computer with NRPE.",
)
@shared
@click.pass_context
def nrpe(
    ctx: click.Context,
    order: Order,
    plugin_dir: str,
) -> None:
    """A command for each check, for /etc/nagios/nrpe.d of the computer at the pharmacy.

    Nothing is taken from the one who asks, so `dont_blame_nrpe` stays off.
    """
    made = {f"apowacht-{site.name}.cfg": commands(site, order, plugin_dir) for site in order.sites}
    deliver(ctx, TOOL, made, order)


def commands(site: Site, order: Order, plugins: str = PLUGINS) -> str:
    """The file of a site. Raises ClickException for a line that NRPE would cut."""
    lines = [f"# {MADE.format(tool=TOOL)}"]
    for watch in site.watches:
        line = _command(command_name(site, watch), order.arguments(site, watch), watch, plugins)
        if len(line.encode()) >= LONGEST:
            raise click.ClickException(f"{site.file}: {watch.name}: too long for NRPE ({LONGEST})")
        lines.append(line)
    return "\n".join(lines) + "\n"


def command_name(site: Site, watch: Watch) -> str:
    """The name by which check_nrpe asks; a name that is changed gets a sum of its own."""
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "_", watch.name)
    told = plain if plain == watch.name else f"{plain.strip('_')}_{crc32(watch.name.encode()):08x}"
    return f"apowacht_{site.name}_{told}"


def _command(name: str, arguments: Sequence[str], watch: Watch, plugins: str) -> str:
    words = [f"{plugins}/check_apo_{watch.check.name}", *arguments]
    # NRPE takes `$…$` for a macro and writes one dollar sign for two.
    return f"command[{name}]={shlex.join(words).replace('$', '$$')}"
