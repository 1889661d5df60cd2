"""commands.cfg: how Nagios calls the plugins, with every option that they understand."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from apowacht.integrations.nagios.text import block
from apowacht.integrations.plugin_options import told_options
from apowacht.plugins.core.listing import all_checks

if TYPE_CHECKING:
    from apowacht.integrations.plugin_options import Told
    from apowacht.plugins.core.check import Check

HEAD = """\
# Made by integrations/nagios/generate.py; change it there.
#
# How Nagios calls the plugins. $USER1$ (resource.cfg) is the folder that they are linked into,
# /usr/lib/nagios/plugins on Debian.
#
# A service takes everything from a site file, by the check, the file and the check's name there,
#
#     check_command  check_apo_site!ups!/etc/apowacht/checks.d/muster-apotheke.yaml!USV Kasse
#
# or writes the options out, quoted as for a shell; then `$` is `$$`, `!` is `\\!` and `;` is `\\;`:
#
#     check_command  check_apo_ups!--hostname=192.0.2.10 --shutdown-need=5m
#
# Passwords and keys stand in files (`--...-file`) that only Nagios' user can read.
"""


def commands() -> str:
    """The file's text."""
    site = block(
        "command",
        (
            ("command_name", "check_apo_site"),
            ("command_line", "$USER1$/check_apo_$ARG1$ --site='$ARG2$' --name='$ARG3$' $ARG4$"),
        ),
    )
    return "\n".join([HEAD, site, *(_command(check) for check in all_checks())])


def _command(check: Check) -> str:
    question = " ".join(check.doc.split("\n\n")[0].split())
    text = "\n".join(textwrap.wrap(question, 96, initial_indent="# ", subsequent_indent="# "))
    options = "\n".join(_line(option) for option in told_options(check))
    rows = (
        ("command_name", f"check_apo_{check.name}"),
        ("command_line", f"$USER1$/check_apo_{check.name} $ARG1$"),
    )
    return f"{text}\n#\n{options}\n" + block("command", rows)


def _line(option: Told) -> str:
    name = f"--{option.name}" + ("" if option.flag else "=")
    return "\n".join(
        textwrap.wrap(
            option.help,
            96,
            initial_indent=f"#   {name:<28} ",
            subsequent_indent="#" + " " * 32,
            break_long_words=False,
            break_on_hyphens=False,
        )
    )
