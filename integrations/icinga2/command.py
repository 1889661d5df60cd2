"""The command `apowacht export icinga2`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import click

from apowacht.integrations.command import MADE, deliver, read, shared

if TYPE_CHECKING:
    from pathlib import Path

TOOL = "icinga2"

FIRST = click.option(
    "--from",
    "first",
    type=click.DateTime(("%Y-%m-%d",)),
    metavar="DATE",
    help="Holidays and closed days are written out from this day to the end of the year after it "
    "[default: 1 January of this year].",
)


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
    definitions: bool,
    first: datetime | None,
    endpoint: str | None,
    files: tuple[Path, ...],
    config_dir: Path,
    site_dir: str | None,
    inline: bool,
    output_dir: Path | None,
    lang: str,
) -> None:
    """Hosts, services, dependencies, periods and downtimes for Icinga 2, a file per site.

    They need apowacht-commands.conf and apowacht-templates.conf, which --definitions adds.
    """
    from apowacht.integrations.icinga2 import generate
    from apowacht.integrations.icinga2.objects import site_objects

    order = read(config_dir, files, site_dir, inline, lang)
    begin = first_day(first)
    head = f"/* {MADE.format(tool=TOOL)} */\n\n"
    made = dict(generate.files()) if definitions else {}
    for site in order.sites:
        where = endpoint.replace("{site}", site.name) if endpoint else None
        text = site_objects(site, order, begin.date(), where)
        made[f"apowacht-{site.name}.conf"] = head + text
    deliver(ctx, TOOL, made, output_dir, order)


def first_day(told: datetime | None) -> datetime:
    """From when days are written out: the same all year long, so that the output is."""
    return told or datetime(datetime.now().year, 1, 1)
