"""The command `apowacht export`: site files as the configuration of a monitoring server.

A tool is one module that is imported when it is asked for. What all of them share stands here:
which files are read, how a service calls its plugin, and where the text goes.
"""

from __future__ import annotations

import os
from datetime import date, datetime
from functools import wraps
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeVar, cast

import click

from apowacht.plugins.core.options import offer_paths
from apowacht.plugins.core.replacing import replace_file
from apowacht.plugins.sites.command import CONFIG_DIR, HELP, LANG, MISTAKEN, print_mistakes, say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from apowacht.plugins.sites.model import Mistake, Site, Watch

Function = TypeVar("Function", bound="Callable[..., Any]")

MADE = "Made by apowacht export {tool}; what is changed here is lost with the next export."
"""The first line of an exported file, by which an export knows its own."""


class Tools(click.Group):
    """A group whose commands stand in the tools' own modules, imported when one is wanted."""

    elsewhere: ClassVar[Mapping[str, tuple[str, str]]] = {
        "checkmk": ("apowacht.integrations.checkmk.command", "checkmk"),
        "director": ("apowacht.integrations.director.command", "director"),
        "icinga2": ("apowacht.integrations.icinga2.command", "icinga2"),
        "nagios": ("apowacht.integrations.nagios.command", "nagios"),
        "nrpe": ("apowacht.integrations.nrpe.command", "nrpe"),
        "prometheus": ("apowacht.integrations.prometheus.command", "prometheus"),
    }

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All tools, in alphabetical order."""
        return sorted(self.elsewhere)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The tool's command, None when there is none."""
        if cmd_name not in self.elsewhere:
            return None
        module, name = self.elsewhere[cmd_name]
        found: click.Command = getattr(import_module(module), name)
        return found


@click.group(cls=Tools, context_settings=HELP)
def export() -> None:
    """Write the configuration of a monitoring server from the site files."""


class Order(NamedTuple):
    """What is to be exported: the sites in the order of their names, and how plugins are called.

    `site_dir` is the folder of the site files on the computer that runs the plugins, None where
    they lie; with `inline` every option is written out and no file is needed there. Without
    `output_dir` the text is printed.
    """

    sites: tuple[Site, ...]
    mistakes: tuple[Mistake, ...]
    site_dir: str | None
    inline: bool
    lang: str
    output_dir: Path | None = None

    def site_file(self, site: Site) -> str:
        """The site's file as the plugins are told it."""
        if self.site_dir is None:
            return os.path.abspath(site.file)
        return os.path.join(self.site_dir, os.path.basename(site.file))

    def arguments(self, site: Site, watch: Watch) -> tuple[str, ...]:
        """What stands behind the plugin's name, each `--key=value` or `--switch`."""
        if self.inline:
            return watch.arguments
        return (f"--site={self.site_file(site)}", f"--name={watch.name}", f"--lang={self.lang}")

    def pairs(self, site: Site, watch: Watch) -> tuple[tuple[str, str | None], ...]:
        """The same as long names and values; the value is None for a switch."""
        told = (word.removeprefix("--").partition("=") for word in self.arguments(site, watch))
        return tuple((key, value if equals else None) for key, equals, value in told)


WHERE = (
    click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path(path_type=Path)),
    CONFIG_DIR,
    click.option(
        "-o",
        "--output-dir",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        help="Write files into this folder [default: print them].",
    ),
    LANG,
)
HOW = (
    click.option(
        "--site-dir",
        metavar="DIR",
        shell_complete=offer_paths,
        help="Folder of the site files on the computer that runs the plugins [default: where "
        "they are read].",
    ),
    click.option(
        "--inline",
        is_flag=True,
        help="Write every option out, so that the plugins need no site file.",
    ),
)


def _day(ctx: click.Context, param: click.Parameter, told: datetime | None) -> date:
    # The first of the year: the output is the same all year long.
    return told.date() if told else datetime.now().date().replace(month=1, day=1)


FIRST = click.option(
    "--from",
    "first",
    type=click.DateTime(("%Y-%m-%d",)),
    callback=_day,
    metavar="DATE",
    help="Holidays and closed days are written out from this day to the end of the year after it "
    "[default: 1 January of this year].",
)


def where(function: Function) -> Function:
    """The options that say which files are read and where the text goes; the command gets all of
    it as `order`."""
    return _ordered(function, WHERE)


def shared(function: Function) -> Function:
    """As `where`, with the options that say how plugins are called."""
    return _ordered(function, (*HOW, *WHERE))


def _ordered(function: Function, options: tuple[Callable[..., Any], ...]) -> Function:
    @wraps(function)
    def run(
        files: tuple[Path, ...], config_dir: Path, output_dir: Path | None, lang: str,
        site_dir: str | None = None, inline: bool = False, **own: Any,
    ) -> Any:  # fmt: skip
        order = read(config_dir, files, site_dir, inline, lang)
        return function(order=order._replace(output_dir=output_dir), **own)

    told: Any = run
    for add in reversed(options):
        told = add(told)
    return cast("Function", told)


def read(
    config_dir: Path, files: tuple[Path, ...], site_dir: str | None, inline: bool, lang: str
) -> Order:
    """The sites of these files, or of the folder when none are named."""
    from apowacht.plugins.sites.config import load, load_files

    if files:
        told = load_files(map(str, files), lang, thorough=True)
    else:
        told = load(config_dir, lang, thorough=True)
    sites = tuple(told.sites[name] for name in sorted(told.sites))
    return Order(sites, told.mistakes, site_dir, inline, lang)


def deliver(
    ctx: click.Context,
    tool: str,
    made: Mapping[str, str],
    order: Order,
    *,
    collected: bool = False,
    places: str = "apowacht-*",
    mode: int | None = None,
) -> None:
    """Print the texts, or write them as files of these names, and leave.

    A file whose text is the same is not touched. Mistakes in site files are named on stderr and
    leave with 1. Files that are `collected` of all sites take no pharmacy out because its file has
    a mistake: what is there of them stays. Others belong to one site each; those of an earlier
    export in `places` whose site is gone are named and stay.
    """
    print_mistakes(order.mistakes, err=True)
    folder = order.output_dir
    if folder is None:
        click.echo("\n".join(made.values()), nl=False)
    else:
        try:
            lines = _write(folder, tool, made, order, collected, places, mode)
        except OSError as error:
            raise click.ClickException(f"{error.filename}: {error.strerror}") from None
        for line in lines:
            click.echo(line, err=True)
    ctx.exit(MISTAKEN if order.mistakes else 0)


def _write(
    folder: Path, tool: str, made: Mapping[str, str], order: Order,
    collected: bool, places: str, mode: int | None,
) -> list[str]:  # fmt: skip
    """Write the files; what is to be said of it. Raises OSError."""
    from apowacht.integrations import words
    from apowacht.integrations.faulty import faulty

    wrong = faulty(order.mistakes)
    files, broken = ", ".join(str(folder / name) for name in made), ", ".join(wrong.files)
    # They belong together: a part of them would not fit the rest that stays.
    if collected and broken and any((folder / name).exists() for name in made):
        return [say(words.HELD, order.lang, files=files, broken=broken)]
    for name, text in made.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        replace_text(file, text)
        if mode is not None:
            file.chmod(mode)
    if collected:
        told = words.INCOMPLETE
        gone = []
    else:
        told = words.KEPT
        gone = _left_over(folder, tool, made, wrong.sites, places)
    lines = [say(words.GONE, order.lang, file=file) for file in gone]
    return [say(told, order.lang, files=files, broken=broken), *lines] if broken else lines


def replace_text(file: Path, text: str) -> None:
    """Write a whole file, and only when its text changes. Raises OSError."""
    blob = text.encode()
    if file.is_file() and file.read_bytes() == blob:
        return
    replace_file(str(file), blob)


def _left_over(
    folder: Path, tool: str, made: Mapping[str, str], wrong: frozenset[str] | None, places: str
) -> list[Path]:
    """Files of this tool's earlier exports of sites that are gone; none are known while it is not
    known which sites are merely described wrongly.
    """
    if wrong is None:
        return []
    mark = MADE.format(tool=tool)
    found = []
    for file in sorted(folder.glob(places)):
        own = {f"apowacht-{site}{end}" for site in wrong for end in (file.suffix, _interval(file))}
        if file.relative_to(folder).as_posix() in made or file.name in own or not file.is_file():
            continue
        with file.open(encoding="utf-8", errors="replace") as opened:
            if any(mark in line for line in islice(opened, 2)):  # the first may be `#!/bin/sh`
                found.append(file)
    return found


def _interval(file: Path) -> str:
    """How a script for Checkmk's agent ends, which lies in the folder of its interval."""
    return f"-{file.parent.name}"
