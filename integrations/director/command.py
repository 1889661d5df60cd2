"""The command `apowacht export director`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from apowacht.integrations.command import FIRST, MADE, deliver, shared

if TYPE_CHECKING:
    from datetime import date

    from apowacht.integrations.command import Order

TOOL = "director"


@click.command(TOOL)
@FIRST
@shared
@click.pass_context
def director(
    ctx: click.Context,
    order: Order,
    first: date,
) -> None:
    """A basket for Icinga Director, with a script for the hosts and a file of downtimes.

    Without --output-dir the basket alone is printed; a Director that does not know the periods of
    exceptional days yet wants the first basket before it.
    """
    from apowacht.integrations.director.basket import basket, first_basket, hours
    from apowacht.integrations.director.beside import objects, script

    told = hours(order, first)
    made = {"apowacht-basket.json": _json(basket(order, told))}
    if order.output_dir is not None:
        made["apowacht-basket-first.json"] = _json(first_basket(told))
        line = MADE.format(tool=TOOL)
        made["apowacht-director.sh"] = script(order, line)
        made["apowacht-beside-director.conf"] = objects(order, line)
    deliver(ctx, TOOL, made, order, collected=True)


def _json(told: object) -> str:
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"
