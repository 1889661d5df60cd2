"""The command `apowacht discover`: asks the addresses given, one after the other, and writes.

Progress goes to stderr, the summary (or with --order the order) to stdout.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.core.limits import DURATION, option_name
from apowacht.plugins.core.options import KONNEKTOR, SNMP, flag, option
from apowacht.plugins.discover.targets import ROUTER_WAYS, UPS_WAYS, PlaceType
from apowacht.plugins.discover.words import say
from apowacht.plugins.read.router_options import ROUTER
from apowacht.plugins.sites.command import CONFIG_DIR, HELP, LANG

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from apowacht.plugins.discover.asking import Keys

EQUAL, DIFFERENT, NOTHING_WRITTEN = 0, 1, 2

# Nobody is asked without knowing whom, and what concerns only a target of another kind.
LEFT_OUT = {"--insecure", "--router", "--router-host", "--router-port"}


def group(options: Iterable[click.Option]) -> tuple[click.Option, ...]:
    """A shared group of options, without what has no place here."""
    return tuple(one for one in options if option_name(one) not in LEFT_OUT)


CONNECTOR_OPTIONS = group(KONNEKTOR)
SNMP_OPTIONS = group(SNMP)
ROUTER_OPTIONS = group(ROUTER)
NUT_OPTIONS = (
    option("--nut-user", metavar="NAME", help="NUT: log in as this user."),
    option(
        "--nut-password-file",
        metavar="FILE",
        help="NUT: file with the password [or environment APOWACHT_NUT_PASSWORD].",
    ),
)
PARAMETERS = (
    option("--site", metavar="NAME", help="Short name of the pharmacy: the file is NAME.yaml."),
    option(
        "--connector",
        metavar="HOST[:PORT]",
        type=PlaceType(),
        help="The Konnektor.",
    ),
    option(
        "--ups",
        metavar="[WAY://]HOST[:PORT]",
        multiple=True,
        type=PlaceType(*UPS_WAYS),
        help="A UPS card, or a computer with NUT or apcupsd (repeatable). Without snmp://, nut:// "
        "or apcupsd:// these are tried in that order; nut://HOST/NAME takes one UPS of several.",
    ),
    option(
        "--router",
        metavar="[WAY://]HOST[:PORT]",
        multiple=True,
        type=PlaceType(*ROUTER_WAYS),
        help="A router (repeatable). Tried are FRITZ!Box and SNMP; opnsense://, unifi:// and "
        "rutos:// have to be named.",
    ),
    option("--title", metavar="TEXT", help="The pharmacy's full name, for the file and the order."),
    flag("--with-hba", help="Also read when HBA end (never whose they are)."),
    flag("--order", help="Print the order for the TI service partner instead of the summary."),
    option(
        "--output",
        metavar="FILE",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Write this file instead of NAME.yaml in --config-dir.",
    ),
    option(
        "-t",
        "--timeout",
        type=DURATION,
        default="30",
        show_default=True,
        metavar="SECONDS",
        help="Deadline for each device, over everything that it is asked.",
    ),
    *CONNECTOR_OPTIONS,
    *SNMP_OPTIONS,
    *NUT_OPTIONS,
    *ROUTER_OPTIONS,
)


class Command(click.Command):
    """Mistakes of ours, such as an unreadable file, as one line and exit code 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run, and say an OwnTrouble in words."""
        lang = str(ctx.params.get("lang") or "de")
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit):
            raise
        except (KeyboardInterrupt, click.Abort):
            click.echo(say("interrupted", lang), err=True)
        except Exception as error:  # ours, foreseen or not: one line, and not the code of a diff
            from apowacht.plugins.core.cli import trouble_of
            from apowacht.plugins.core.words import trouble_sentence

            click.echo(trouble_sentence(trouble_of(error), lang), err=True)
        raise click.exceptions.Exit(NOTHING_WRITTEN)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click, with the types' own mistakes as usage errors."""
        try:
            return super().parse_args(ctx, args)
        except OwnTrouble as trouble:
            from apowacht.plugins.core.words import trouble_sentence

            lang = str(ctx.params.get("lang") or "de")
            raise Usage(trouble_sentence(trouble, lang)) from None


@click.command(cls=Command, params=list(PARAMETERS), context_settings=HELP)
@CONFIG_DIR
@LANG
@click.pass_context
def discover(ctx: click.Context, /, lang: str, config_dir: Path, **given: Any) -> None:
    """Ask a pharmacy's devices once and write its site file.

    Asks only the addresses given, changes nothing, and never overwrites: where the file exists,
    the difference is shown. Leaves with 0 when the file was written or is up to date, 1 when it
    differs, 2 when nothing could be written.
    """
    from apowacht.plugins.discover.running import Run

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # an umlaut must not end a run that has written
            stream.reconfigure(errors="replace")
    complain(given, lang)
    file = given["output"] or config_dir / f"{given['site']}.yaml"
    from apowacht.plugins.discover.writing import why_not

    detail = why_not(file)
    if detail:
        click.echo(say("no_folder", lang, file=file, detail=detail), err=True)
        ctx.exit(NOTHING_WRITTEN)
    ctx.exit(Run(given, keys_of(given), file, lang, interactive=_at_terminal()).run())


def complain(given: Mapping[str, Any], lang: str) -> None:
    """Raise a usage error of one line for a call that cannot do anything."""
    from apowacht.plugins.sites.explain import is_safe_name, safe_name

    missing = None
    if not given["site"]:
        missing = say("usage_site", lang)
    elif not any(given[name] for name in ("connector", "kon", "ups", "router")):
        missing = say("usage_address", lang)
    if missing:
        raise Usage(say("usage", lang, missing=missing))
    if not is_safe_name(given["site"]):
        near = safe_name(given["site"])
        example = say("such_as", lang, example=near) if near else ""
        raise Usage(say("bad_site", lang, text=repr(given["site"]), example=example))


class Usage(click.ClickException):
    """A usage error that is one line, and nothing else."""

    exit_code = NOTHING_WRITTEN

    def show(self, file: Any = None) -> None:
        """The line on stderr."""
        click.echo(self.message, err=True)


def _at_terminal() -> bool:
    return sys.stdin.isatty() and sys.stderr.isatty()


def keys_of(given: Mapping[str, Any]) -> dict[str, Keys]:
    """What was given, as keys of the checks: connector, snmp, nut, router.

    Files become absolute, because in a site file they are looked for beside it.
    """
    nut = {"user": given["nut_user"], "password-file": given["nut_password_file"]}
    made: dict[str, Keys] = {
        "connector": _told(CONNECTOR_OPTIONS, given),
        "snmp": _told(SNMP_OPTIONS, given),
        "router": _told(ROUTER_OPTIONS, given),
        "nut": {key: str(value) for key, value in nut.items() if value},
    }
    for keys in made.values():
        for key, value in keys.items():
            if key.endswith("-file") or key in ("kon", "client-cert"):
                keys[key] = str(Path(str(value)).absolute())
    return made


def _told(options: Iterable[click.Option], given: Mapping[str, Any]) -> Keys:
    """The options of a group that were given and are not as they are anyway."""
    keys: Keys = {}
    for one in options:
        value = given[str(one.name)]
        if not value or value == one.default:
            continue
        key = option_name(one).lstrip("-")
        if isinstance(value, bool):
            keys[key] = value
        else:
            keys[key] = list(value) if isinstance(value, tuple) else str(value)
    return keys
