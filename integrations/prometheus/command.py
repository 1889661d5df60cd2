"""`apowacht export prometheus`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from apowacht.integrations.command import FIRST, MADE, deliver, where

if TYPE_CHECKING:
    from datetime import date

    from apowacht.integrations.command import Order

TOOL = "prometheus"


@click.command(TOOL)
@click.option(
    "--static",
    is_flag=True,
    help="Write a target for every site, instead of the address where the exporter lists them.",
)
@click.option(
    "--alertmanager",
    "for_alerts",
    is_flag=True,
    help="Write Alertmanager's configuration: tickets wait outside opening and duty hours.",
)
@click.option(
    "--exporter",
    "exporters",
    multiple=True,
    metavar="HOST:PORT",
    default=("127.0.0.1:9942",),
    show_default=True,
    help="Where the exporter answers (repeatable without --static).",
)
@FIRST
@where
@click.pass_context
def prometheus(
    ctx: click.Context,
    order: Order,
    static: bool,
    for_alerts: bool,
    exporters: tuple[str, ...],
    first: date,
) -> None:
    """The scrape configuration, or Alertmanager's routes and times at which it is silent."""
    from apowacht.integrations.prometheus.muting import alertmanager
    from apowacht.integrations.prometheus.scrape import by_discovery, written_out

    if for_alerts:
        made = {"alertmanager.yml": _text(alertmanager(order.sites, first))}
    elif not static:
        made = {"apowacht-scrape.yml": _text(by_discovery(exporters))}
    elif len(exporters) == 1:
        made = {"apowacht-scrape.yml": _text(written_out(exporters[0], order.sites))}
    else:
        raise click.UsageError("--static knows one --exporter only")
    # With discovery the file says nothing of the sites.
    deliver(ctx, TOOL, made, order, collected=for_alerts or static)


def _text(told: dict[str, Any]) -> str:
    import yaml

    class Plain(yaml.SafeDumper):
        """Writes what is the same out each time, so that a difference shows where it is."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

    dumped: str = yaml.dump(
        told,
        Dumper=Plain,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=None,
        width=1000,
    )
    return f"# {MADE.format(tool=TOOL)}\n{dumped}"
