"""The commands `apowacht config …`, and the options that all commands about site files share.

Importing this costs no more than click: what reads files is imported by the command that does so.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apowacht.plugins.core.advice import Text
    from apowacht.plugins.sites.model import Configuration, Mistake, Site

DEFAULT_CONFIG = "/etc/apowacht/checks.d"
EXAMPLES = {"site": "muster-apotheke.yaml", "modules": "modules.yaml"}
MISTAKEN = 1
HELP: dict[str, Any] = {"help_option_names": ["-h", "--help"]}
"""`-h` as everywhere, also where a command is called without the suite above it."""

CHECKED: Text = (
    "Apotheken: {sites}, Prüfungen: {checks}, Module: {modules}, Fehler: {mistakes}",
    "sites: {sites}, checks: {checks}, modules: {modules}, mistakes: {mistakes}",
)


def say(words: Text, lang: str, **values: object) -> str:
    """The words in that language, filled in."""
    return words[0 if lang == "de" else 1].format(**values)


LANG = click.option(
    "--lang",
    type=click.Choice(("de", "en")),
    default="de",
    envvar="APOWACHT_LANG",
    is_eager=True,  # the other options' mistakes are told in it
    help="Language of the answer [default: de; environment APOWACHT_LANG].",
)
CONFIG_DIR = click.option(
    "--config-dir",
    type=click.Path(path_type=Path),
    metavar="DIR",
    default=DEFAULT_CONFIG,
    show_default=True,
    help="Folder with a file per site.",
)
WEB_FILE = click.option(
    "--web-config-file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="TLS, client certificates and users, in the format of Prometheus' exporter-toolkit.",
)


@click.group(context_settings=HELP)
def config() -> None:
    """What concerns the folder of site files."""


@config.command()
@CONFIG_DIR
@WEB_FILE
@click.option(
    "--list",
    "listed",
    is_flag=True,
    help="Also print each site's checks: name, check, interval.",
)
@LANG
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path(path_type=Path))
@click.pass_context
def check(
    ctx: click.Context,
    config_dir: Path,
    web_config_file: Path | None,
    lang: str,
    files: tuple[Path, ...],
    *,
    listed: bool,
) -> None:
    """Name every mistake in the site files: all of --config-dir, or only these.

    Prints `file:line: what is wrong` and leaves with 1 when there is one.
    """
    from apowacht.plugins.sites.config import load, load_files

    read = load_files(map(str, files), lang, thorough=True) if files else None
    told = read or load(config_dir, lang, thorough=True)
    mistakes = (*told.mistakes, *web_mistakes(web_config_file, lang))
    print_mistakes(mistakes)
    if listed:
        print_checks(told.sites.values(), lang)
    click.echo(_summary(told, len(mistakes), lang), err=True)
    ctx.exit(MISTAKEN if mistakes else 0)


@config.command()
@click.argument("name", type=click.Choice(("site", "modules")), default="site")
def example(name: str) -> None:
    """Print a commented file to begin with: a site, or the modules of /probe."""
    from importlib.resources import files

    file = files("apowacht.plugins.sites") / "examples" / EXAMPLES[name]
    click.echo(file.read_text(encoding="utf-8"), nl=False)


@config.command()
def schema() -> None:
    """Print the JSON schema of a site file, by which an editor explains and completes the keys."""
    from apowacht.plugins.sites.schema import schema_text

    click.echo(schema_text(), nl=False)


def web_mistakes(file: Path | None, lang: str) -> tuple[Mistake, ...]:
    """What is wrong in a web file; nothing without one."""
    if file is None:
        return ()
    from apowacht.exporter.web_file import read_web_file

    return read_web_file(str(file), lang)[1]


def print_mistakes(mistakes: Iterable[Mistake], *, err: bool = False) -> None:
    """Each as `file:line: text`, to stdout or stderr."""
    for mistake in mistakes:
        place = f"{mistake.file}:{mistake.line}" if mistake.line else mistake.file
        click.echo(f"{place}: {mistake.text}", err=err)


def print_checks(sites: Iterable[Site], lang: str) -> None:
    """Each site with its checks in columns: name, check, interval."""
    from apowacht.plugins.core.words import duration

    for site in sites:
        click.echo(f"{site.name}:")
        width = max((len(watch.name) for watch in site.watches), default=0)
        for watch in site.watches:
            every = duration(watch.interval, lang)
            click.echo(f"  {watch.name:{width}}  {watch.check.name:11}  {every}")


def _summary(told: Configuration, mistakes: int, lang: str) -> str:
    checks = sum(len(site.watches) for site in told.sites.values())
    return say(CHECKED, lang, sites=len(told.sites), checks=checks, modules=len(told.modules),
                mistakes=mistakes)  # fmt: skip
