"""The command `apowacht export icinga2`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from apowacht.integrations.command import FIRST, MADE, deliver, shared

if TYPE_CHECKING:
    from datetime import date

    from apowacht.integrations.command import Order

TOOL = "icinga2"


@click.command(TOOL)
@click.option(
    "--definitions",
    is_flag=True,
    help="Also write the commands and templates that all sites need.",
)
@FIRST
@click.option(
    "--endpoint",
    metavar="NAME",
    help="Run the checks at this endpoint alone: an agent, or one of a zone with two, which then "
    "keeps what is remembered between runs. «{site}» in it is the site's name.",
)
@shared
@click.pass_context
def icinga2(
    ctx: click.Context,
    order: Order,
    definitions: bool,
    first: date,
    endpoint: str | None,
) -> None:
    """Hosts, services, dependencies, periods and downtimes for Icinga 2, a file per site.

    They need apowacht-commands.conf and apowacht-templates.conf, which --definitions adds.
    """
    from apowacht.integrations.icinga2 import generate
    from apowacht.integrations.icinga2.objects import site_objects

    head = f"/* {MADE.format(tool=TOOL)} */\n\n"
    made = dict(generate.files()) if definitions else {}
    for site in order.sites:
        where = endpoint.replace("{site}", site.name) if endpoint else None
        text = site_objects(site, order, first, where)
        made[f"apowacht-{site.name}.conf"] = head + text
    deliver(ctx, TOOL, made, order)
