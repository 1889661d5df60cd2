"""How words stand in what Checkmk's agent reads: mrpe.cfg, and the scripts of local checks."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apowacht.plugins.sites.model import Site, Watch

PLUGINS = "/usr/lib/nagios/plugins"
_UNSAFE = re.compile(r"[^\w@%+=:,./-]")
# The agent puts a line that it runs in the background between apostrophes of its own.
_APOSTROPHE = r"$(printf \\047)"


def service_name(site: Site, watch: Watch) -> str:
    """The service of a check. One agent may ask for many sites, so theirs is part of it."""
    return f"{site.name} {watch.name}"


def mrpe(site: Site, watch: Watch, arguments: Sequence[str], plugins: str) -> str:
    """The line of mrpe.cfg for a check; its name's blanks and other signs as `%20`."""
    name = quote(service_name(site, watch), safe="")
    command = [f"{plugins}/check_apo_{watch.check.name}", *arguments]
    text = " ".join(map(_mrpe_word, command))
    return f"{name} (interval={watch.interval:.0f}) {text}"


def _mrpe_word(word: str) -> str:
    """A word for a shell, with backslashes instead of quotes."""
    return _UNSAFE.sub(lambda sign: _APOSTROPHE if sign[0] == "'" else f"\\{sign[0]}", word)


def local(site: Site, watch: Watch, arguments: Sequence[str], plugins: str) -> str:
    """The line of a script that answers as a local check."""
    command = [
        f"{plugins}/check_apo_{watch.check.name}",
        *arguments,
        "--output=checkmk",
        f"--service={service_name(site, watch)}",
    ]
    return shlex.join(command)
