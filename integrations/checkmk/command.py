"""`apowacht export checkmk`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from apowacht.integrations.checkmk.text import PLUGINS, local, mrpe
from apowacht.integrations.command import MADE, deliver, shared
from apowacht.plugins.core.options import offer_paths

if TYPE_CHECKING:
    from apowacht.integrations.command import Order

TOOL = "checkmk"
MADE_LINE = f"# {MADE.format(tool=TOOL)}\n"


@click.command(TOOL)
@click.option(
    "--local",
    "as_local",
    is_flag=True,
    help="Scripts for the agent's folder local/ instead of lines for mrpe.cfg.",
)
@click.option(
    "--plugin-dir",
    metavar="DIR",
    shell_complete=offer_paths,
    default=PLUGINS,
    show_default=True,
    help="Folder of the plugins on the computer with the agent.",
)
@shared
@click.pass_context
def checkmk(
    ctx: click.Context,
    order: Order,
    as_local: bool,
    plugin_dir: str,
) -> None:
    """Lines for mrpe.cfg of Checkmk's agent, or local checks.

    With --local and --output-dir /usr/lib/check_mk_agent/local there is a script for each site and
    interval, which the agent runs in the background.
    """
    if not as_local:
        deliver(ctx, TOOL, {"mrpe.cfg": mrpe_cfg(order, plugin_dir)}, order, collected=True)
    made = scripts(order, plugin_dir)
    if order.output_dir is None:
        made = {name: text.replace("\n", f"\n# {name}\n", 1) for name, text in made.items()}
    deliver(ctx, TOOL, made, order, places="[1-9]*/apowacht-*", mode=0o755)


def mrpe_cfg(order: Order, plugins: str = PLUGINS) -> str:
    """mrpe.cfg for all sites."""
    lines = [
        mrpe(site, watch, order.arguments(site, watch), plugins)
        for site in order.sites
        for watch in site.watches
    ]
    return MADE_LINE + "".join(f"{line}\n" for line in lines)


def scripts(order: Order, plugins: str = PLUGINS) -> dict[str, str]:
    """The scripts of all sites by their place in the agent's folder, `300/apowacht-site-300`.

    The interval is part of the name as well, because the agent keeps answers by name alone.
    """
    lines: dict[str, list[str]] = {}
    for site in order.sites:
        for watch in site.watches:
            interval = f"{watch.interval:.0f}"
            name = f"{interval}/apowacht-{site.name}-{interval}"
            told = lines.setdefault(name, [])
            told.append(local(site, watch, order.arguments(site, watch), plugins))
    # The agent throws away what a script that fails has told.
    return {
        name: "\n".join(["#!/bin/sh", MADE_LINE + "\n".join(told), "exit 0\n"])
        for name, told in lines.items()
    }
