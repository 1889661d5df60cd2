"""The commands `apowacht exporter` and `apowacht config check`.

Importing this costs no more than click: what reads files or serves is imported by the command that
does so.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from apowacht.exporter.settings import DEFAULT_CONFIG, DEFAULT_LISTEN, DEFAULT_THREADS, Listen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apowacht.exporter.model import Configuration, Mistake
    from apowacht.plugins.core.advice import Text

# Modules of the extra `exporter`; their distributions stand in setup.cfg.
EXTRA = ("bcrypt", "jinja2", "prometheus_client", "starlette", "uvicorn")
EXAMPLES = {"site": "muster-apotheke.yaml", "modules": "modules.yaml"}
MISTAKEN, NOT_INSTALLED = 1, 3

MISSING: Text = (
    'Für den Exporter fehlt {modules}; pip install "apowacht[exporter]"',
    'the exporter lacks {modules}; pip install "apowacht[exporter]"',
)
CHECKED: Text = (
    "Apotheken: {sites}, Prüfungen: {checks}, Module: {modules}, Fehler: {mistakes}",
    "sites: {sites}, checks: {checks}, modules: {modules}, mistakes: {mistakes}",
)
ADDRESS: Text = (
    "«{text}» ist nicht HOST:PORT; zum Beispiel {example}, alle Adressen mit 0.0.0.0 oder [::]",
    "«{text}» is not HOST:PORT; for example {example}, all addresses with 0.0.0.0 or [::]",
)


def _say(words: Text, lang: str, **values: object) -> str:
    return words[0 if lang == "de" else 1].format(**values)


class ListenType(click.ParamType[Listen]):
    """`HOST:PORT`, `[ADDRESS]:PORT` for IPv6."""

    name = "listen"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Listen:
        """Raises click's usage error for anything else, an empty host included."""
        if isinstance(value, Listen):
            return value
        text = str(value)
        host, _, port = text.rpartition(":")
        bare = host.removeprefix("[").removesuffix("]")
        fits = port.isascii() and port.isdecimal() and len(port) <= 5 and int(port) < 65536
        if not fits or not bare or (":" in bare) != (host != bare) or not bare.isprintable():
            lang = str(ctx.params.get("lang") or "de") if ctx else "de"
            self.fail(_say(ADDRESS, lang, text=text, example=DEFAULT_LISTEN), param, ctx)
        return Listen(bare, int(port))


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


@click.group()
def config() -> None:
    """What concerns the folder of site files."""


@config.command()
@CONFIG_DIR
@WEB_FILE
@LANG
@click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path(path_type=Path))
@click.pass_context
def check(
    ctx: click.Context,
    config_dir: Path,
    web_config_file: Path | None,
    lang: str,
    files: tuple[Path, ...],
) -> None:
    """Name every mistake in the site files: all of --config-dir, or only these.

    Prints `file:line: what is wrong` and leaves with 1 when there is one.
    """
    from apowacht.exporter.config import load, load_files

    told = load_files(map(str, files), lang) if files else load(config_dir, lang)
    mistakes = (*told.mistakes, *_web_mistakes(web_config_file, lang))
    _print(mistakes)
    click.echo(_summary(told, len(mistakes), lang), err=True)
    ctx.exit(MISTAKEN if mistakes else 0)


@config.command()
@click.argument("name", type=click.Choice(("site", "modules")), default="site")
def example(name: str) -> None:
    """Print a commented file to begin with: a site, or the modules of /probe."""
    from importlib.resources import files

    file = files("apowacht.exporter") / "examples" / EXAMPLES[name]
    click.echo(file.read_text(encoding="utf-8"), nl=False)


@click.command()
@CONFIG_DIR
@click.option(
    "--listen",
    type=ListenType(),
    multiple=True,
    metavar="HOST:PORT",
    default=(DEFAULT_LISTEN,),
    help=f"Address to answer at (repeatable) [default: {DEFAULT_LISTEN}].",
)
@WEB_FILE
@click.option(
    "--state-dir",
    type=click.Path(path_type=Path),
    metavar="DIR",
    envvar="APOWACHT_STATE_DIR",
    help="Folder in which the checks remember, as for every check "
    "[environment APOWACHT_STATE_DIR].",
)
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder of the journal [default: the state folder].",
)
@click.option(
    "--threads",
    type=click.IntRange(1, 1000),
    default=DEFAULT_THREADS,
    show_default=True,
    metavar="NUMBER",
    help="How many checks may run at once.",
)
@click.option(
    "--log-level",
    type=click.Choice(("debug", "info", "warning", "error")),
    default="info",
    show_default=True,
    help="What is written to stderr.",
)
@LANG
@click.pass_context
def exporter(
    ctx: click.Context,
    config_dir: Path,
    listen: tuple[Listen, ...],
    web_config_file: Path | None,
    state_dir: Path | None,
    data_dir: Path | None,
    threads: int,
    log_level: str,
    lang: str,
) -> None:
    """Run all checks of the site files, for Prometheus and as a page.

    A site file with a mistake is named and left out; SIGHUP and POST /-/reload read the folder
    again, and what is wrong then keeps its old version.
    """
    lacking = [name for name in EXTRA if not _is_installed(name)]
    if lacking:
        _leave(_say(MISSING, lang, modules=", ".join(lacking)), NOT_INSTALLED)
    _refuse_mistakes(config_dir, web_config_file, lang)
    from apowacht.exporter.serve import serve
    from apowacht.exporter.settings import Settings

    settings = Settings(
        config_dir.absolute(),
        listen,
        web_config_file and web_config_file.absolute(),
        state_dir and state_dir.absolute(),
        data_dir and data_dir.absolute(),
        lang,
        threads,
        log_level,
    )
    ctx.exit(serve(settings) or 0)


def _refuse_mistakes(config_dir: Path, web_config_file: Path | None, lang: str) -> None:
    """Leave when there is nothing to read, or when it is not sure who may reach the exporter."""
    try:
        os.listdir(config_dir)
    except OSError as error:
        _leave(f"{config_dir}: {os.strerror(error.errno or 0)}", MISTAKEN)
    mistakes = _web_mistakes(web_config_file, lang)
    if mistakes:
        _print(mistakes, err=True)
        raise SystemExit(MISTAKEN)


def _web_mistakes(file: Path | None, lang: str) -> tuple[Mistake, ...]:
    if file is None:
        return ()
    from apowacht.exporter.web_file import read_web_file

    return read_web_file(str(file), lang)[1]


def _is_installed(module: str) -> bool:
    from importlib.util import find_spec

    return find_spec(module) is not None


def _print(mistakes: Iterable[Mistake], *, err: bool = False) -> None:
    for mistake in mistakes:
        place = f"{mistake.file}:{mistake.line}" if mistake.line else mistake.file
        click.echo(f"{place}: {mistake.text}", err=err)


def _summary(told: Configuration, mistakes: int, lang: str) -> str:
    checks = sum(len(site.watches) for site in told.sites.values())
    return _say(CHECKED, lang, sites=len(told.sites), checks=checks, modules=len(told.modules),
                mistakes=mistakes)  # fmt: skip


def _leave(text: str, code: int) -> NoReturn:
    click.echo(text, err=True)
    raise SystemExit(code)
