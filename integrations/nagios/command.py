"""`apowacht export nagios`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from apowacht.integrations.command import FIRST, deliver, shared

if TYPE_CHECKING:
    from datetime import date

    from apowacht.integrations.command import Order


@click.command()
@FIRST
@shared
@click.option(
    "--downtimes",
    "planned",
    is_flag=True,
    help="Print the maintenance windows as commands for Nagios' command file; for a daily job.",
)
@click.option(
    "--days",
    type=click.IntRange(1, 400),
    default=8,
    show_default=True,
    help="With --downtimes: windows of so many days.",
)
@click.pass_context
def nagios(
    ctx: click.Context,
    order: Order,
    first: date,
    planned: bool,
    days: int,
) -> None:
    """Hosts, services, dependencies and opening hours for Nagios 4.

    One file per site, for a folder that cfg_dir names. They need commands.cfg and templates.cfg of
    integrations/nagios. Nagios must run by the clock of the pharmacies.
    """
    import datetime as clock

    from apowacht.integrations.nagios.downtimes import downtimes
    from apowacht.integrations.nagios.objects import site_objects

    if planned:
        # To midnight, so that two runs of a day are alike.
        now = clock.datetime.now(clock.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        lines = [line for site in order.sites for line in downtimes(site, now, days)]
        made = {"downtimes.txt": "".join(f"{line}\n" for line in lines)}
    else:
        made = {
            f"apowacht-{site.name}.cfg": site_objects(site, order, first) for site in order.sites
        }
    deliver(ctx, "nagios", made, order)
