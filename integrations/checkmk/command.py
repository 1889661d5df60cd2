"""`apowacht export checkmk`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from apowacht.integrations.checkmk.text import PLUGINS, local, mrpe
from apowacht.integrations.command import MADE, deliver, replace_text, shared
from apowacht.plugins.core.options import offer_paths
from apowacht.plugins.sites.command import MISTAKEN, print_mistakes

if TYPE_CHECKING:
    from pathlib import Path

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
        deliver(ctx, TOOL, {"mrpe.cfg": mrpe_cfg(order, plugin_dir)}, order)
    made = scripts(order, plugin_dir)
    if order.output_dir is None:
        shown = {name: text.replace("\n", f"\n# {name}\n", 1) for name, text in made.items()}
        deliver(ctx, TOOL, shown, order)
        return
    print_mistakes(order.mistakes, err=True)
    _write(made, order.output_dir)
    ctx.exit(MISTAKEN if order.mistakes else 0)


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


def _write(made: dict[str, str], folder: Path) -> None:
    """Write the scripts, and name those of earlier exports that this one did not make."""
    try:
        for name, text in made.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            replace_text(file, text)
            file.chmod(0o755)
        found = sorted(folder.glob("[1-9]*/apowacht-*"))
        leftover = [file for file in found if str(file.relative_to(folder)) not in made]
        ours = [file for file in leftover if MADE_LINE in file.read_text(errors="replace")]
    except OSError as error:
        raise click.ClickException(f"{error.filename}: {error.strerror}") from None
    for file in ours:
        click.echo(f"{file}: no site has this name any more", err=True)
