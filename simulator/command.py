"""The command `apowacht simulator`: runs the pharmacy in a box until Ctrl-C."""

from __future__ import annotations

import sys
import threading

import click

from apowacht.simulator.box import Box, UnknownNameError
from apowacht.simulator.devices import kinds, load
from apowacht.simulator.service import NotLoopbackError
from apowacht.simulator.words import LANG_OPTION, say


@click.command()
@click.option("--scenario", default="mixed", show_default=True, help="What is going on.")
@click.option("--list", "listing", is_flag=True, help="List scenarios and devices, then leave.")
@click.option("--listen", default="127.0.0.1", show_default=True, help="A loopback address.")
@click.option(
    "--first-port",
    type=click.IntRange(1024, 65000),
    help="Number the ports upwards from here [default: free ones].",
)
@LANG_OPTION
def simulator(scenario: str, listing: bool, listen: str, first_port: int | None, lang: str) -> None:
    """Start simulated devices on loopback and print how to ask each of them."""
    try:
        box = Box(scenario, listen=listen, first_port=first_port or 0)
    except UnknownNameError as error:
        name, names = error.args
        raise click.UsageError(say("unknown", lang, name=name, names=", ".join(names))) from None
    except NotLoopbackError as error:
        raise click.UsageError(say("not_loopback", lang, address=error)) from None
    except OSError as error:
        raise click.ClickException(say("port_taken", lang, detail=error)) from None
    with box:
        if listing:
            list_all(box, lang)
            return
        show(box, scenario, lang)
        try:
            stay(box, lang)
        except KeyboardInterrupt:
            click.echo()


def list_all(box: Box, lang: str) -> None:
    """Print the scenarios, and the kinds of devices with their states."""
    click.echo(say("scenarios", lang))
    for name, about in box.scenarios(lang).items():
        click.echo(f"  {name:<17}{about}")
    click.echo(say("devices", lang))
    for kind in kinds():
        device = load(kind)
        click.echo(f"  {kind:<17}{device.names[lang]}: {', '.join(device.states)}")


def show(box: Box, scenario: str, lang: str) -> None:
    """Print what listens where, and the command that asks it."""
    about = box.scenarios(lang)[scenario]
    click.echo(say("title", lang, scenario=scenario, about=about))
    for host in box.hosts:
        address, port = host.service.address
        where = say("at", lang, protocol=host.protocol, host=address, port=port)
        for unit in host.units:
            kind = unit.device.names[lang]
            place = unit.places[lang]
            click.echo(f"\n{say('unit', lang, place=place, kind=kind, state=unit.state)}")
            click.echo(f"  {where}")
            click.echo(f"  {host.command(host.check, host.options(unit))}")


def stay(box: Box, lang: str) -> None:
    """Serve until Ctrl-C; at a terminal a scenario's name switches to it."""
    if not sys.stdin.isatty():
        click.echo(f"\n{say('until', lang)}")
        threading.Event().wait()
        return
    click.echo(f"\n{say('type_scenario', lang, names=', '.join(box.scenarios(lang)))}")
    for line in sys.stdin:
        name = line.strip()
        try:
            if name:
                box.switch(name)
                show(box, name, lang)
        except UnknownNameError as error:
            click.echo(say("unknown", lang, name=name, names=", ".join(error.args[1])))
