"""The command `apowacht exporter`.

Importing this costs no more than click: what reads files or serves is imported by the command that
does so.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from apowacht.exporter.settings import DEFAULT_LISTEN, DEFAULT_THREADS, Listen
from apowacht.plugins.sites.command import (
    CONFIG_DIR,
    HELP,
    LANG,
    MISTAKEN,
    WEB_FILE,
    print_mistakes,
    say,
    web_mistakes,
)

if TYPE_CHECKING:
    from apowacht.plugins.core.advice import Text

# Modules of the extra `exporter`; their distributions stand in setup.cfg.
EXTRA = ("bcrypt", "jinja2", "prometheus_client", "starlette", "uvicorn")
NOT_INSTALLED = 3

MISSING: Text = (
    'Für den Exporter fehlt {modules}; pip install "apowacht[exporter]"',
    'the exporter lacks {modules}; pip install "apowacht[exporter]"',
)
ADDRESS: Text = (
    "«{text}» ist nicht HOST:PORT; zum Beispiel {example}, alle Adressen mit 0.0.0.0 oder [::]",
    "«{text}» is not HOST:PORT; for example {example}, all addresses with 0.0.0.0 or [::]",
)


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
            self.fail(say(ADDRESS, lang, text=text, example=DEFAULT_LISTEN), param, ctx)
        return Listen(bare, int(port))


@click.command(context_settings=HELP)
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
        _leave(say(MISSING, lang, modules=", ".join(lacking)), NOT_INSTALLED)
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
    mistakes = web_mistakes(web_config_file, lang)
    if mistakes:
        print_mistakes(mistakes, err=True)
        raise SystemExit(MISTAKEN)


def _is_installed(module: str) -> bool:
    from importlib.util import find_spec

    return find_spec(module) is not None


def _leave(text: str, code: int) -> NoReturn:
    click.echo(text, err=True)
    raise SystemExit(code)
