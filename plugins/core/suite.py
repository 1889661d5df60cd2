"""The `apowacht` command: what concerns the suite and not one check."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

import click

from apowacht.plugins.core.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping


class Suite(click.Group):
    """A group that also has commands of other packages, imported when one is wanted."""

    elsewhere: ClassVar[Mapping[str, tuple[str, str]]] = {
        "config": ("apowacht.plugins.sites.command", "config"),
        "discover": ("apowacht.plugins.discover.command", "discover"),
        "exporter": ("apowacht.exporter.command", "exporter"),
        "export": ("apowacht.integrations.command", "export"),
        "simulator": ("apowacht.simulator.command", "simulator"),
    }

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in alphabetical order."""
        return sorted({*super().list_commands(ctx), *self.elsewhere})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, None when there is none."""
        if cmd_name not in self.elsewhere:
            return super().get_command(ctx, cmd_name)
        module, name = self.elsewhere[cmd_name]
        found: click.Command = getattr(import_module(module), name)
        return found


@click.group(cls=Suite, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="apowacht")
def main() -> None:
    """Watch the chain that lets a pharmacy fetch e-prescriptions."""


@main.command()
def checks() -> None:
    """List the checks with their layer and the question each one answers."""
    from apowacht.plugins.core.listing import all_checks

    for check in all_checks():
        question = check.doc.strip().splitlines()[0]
        click.echo(f"check_apo_{check.name:<12} {check.layer:<9} {question}")


@main.command()
@click.option("--lang", type=click.Choice(("de", "en")), default="de", show_default=True)
def advice(lang: str) -> None:
    """Print every text for people by failure class, to be proofread."""
    from apowacht.plugins.core.advice import ADVICE, LABELS, OWNERS
    from apowacht.plugins.core.words import pick

    for key, row in ADVICE.items():
        if not row.headline[0]:
            continue
        click.echo(f"{key}: {pick(row.headline, lang)}\n  {pick(row.sentence, lang)}")
        for label, text in (("owner", OWNERS[row.owner]), ("step", row.step), ("never", row.never)):
            if text[0]:
                click.echo(f"  {pick(LABELS[label], lang)}: {pick(text, lang)}")


@main.command()
@click.option("--lang", type=click.Choice(("de", "en")), default="de", show_default=True)
@click.pass_context
def demo(ctx: click.Context, lang: str) -> None:
    """Run real checks against simulated devices on this computer."""
    from apowacht.simulator.demo import main as run

    ctx.exit(run(["--lang", lang]))
