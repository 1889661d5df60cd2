"""CheckCommand definitions out of the plugins' own options.

The variable of an option is `apo_<check>_<option>`, with underscores. A secret never stands on a
command line: its variable reaches the plugin by the environment, or its file is named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apowacht.integrations.icinga2.dsl import Code, item, seconds
from apowacht.integrations.plugin_options import told_options

if TYPE_CHECKING:
    from apowacht.integrations.plugin_options import Told
    from apowacht.plugins.core.check import Check

# The checks that ask the host's own address, and the options that hold another one.
ADDRESSED = {
    "ups": (),
    "connector": ("kon",),
    "terminal": ("kon",),
}
# More than the longest deadline that a plugin has by itself, so that its own words are heard.
TIMEOUT_SECONDS = 120

FOLDER = """\
/* Where the plugins are; constants.conf may name another folder. */
if (!globals.contains("ApoPluginDir")) {
  const ApoPluginDir = PluginDir
}
"""


def variable(check: Check, key: str) -> str:
    """The custom variable of an option or secret."""
    return f"apo_{check.name}_{key}"


def definition(check: Check) -> str:
    """The check's CheckCommand."""
    options = told_options(check)
    arguments = {
        f"--{one.name}": _argument(check, one) for one in options if not one.by_environment
    }
    attributes: dict[str, object] = {
        "command": Code(f'[ ApoPluginDir + "/check_apo_{check.name}" ]'),
        "timeout": seconds(TIMEOUT_SECONDS),
        "arguments": arguments,
    }
    for key, variables in secrets(options).items():
        attributes[f"env.{variables}"] = f"${variable(check, key)}$"
    if check.name in ADDRESSED:
        attributes[f"vars.{variable(check, 'hostname')}"] = _address(check)
    # What is remembered between runs is kept apart by them.
    attributes[f"vars.{variable(check, 'site')}"] = "$host.name$"
    attributes[f"vars.{variable(check, 'name')}"] = "$service.name$"
    imports = ["ipv4-or-ipv6"] if check.name in ADDRESSED else []
    return item("CheckCommand", f"apo_{check.name}", attributes, imports)


def secrets(options: tuple[Told, ...]) -> dict[str, str]:
    """The variables that hold secrets, without the check's part, and where plugins look."""
    return {one.secret_key: one.variable for one in options if one.variable}


def _argument(check: Check, option: Told) -> dict[str, object]:
    macro = f"${variable(check, option.key)}$"
    told: dict[str, object] = {"set_if" if option.flag else "value": macro}
    if option.multiple:
        told["repeat_key"] = True
    if option.name == "hostname" and check.name in ADDRESSED:
        # Without this an address that is not known would be given as an empty one.
        told["set_if"] = Code("{{ return !!macro(" + f'"{macro}"' + ") }}")
    return {**told, "description": option.help}


def _address(check: Check) -> Code:
    """The host's address, where no file holds another one."""
    site = f'macro("${variable(check, "site")}$")'
    others = [f'macro("${variable(check, key)}$")' for key in ADDRESSED[check.name]]
    # A site's bare name only tells states apart; a site file has a folder or a suffix.
    paths = 'match("*/*", site) || match("*.yaml", site) || match("*.yml", site)'
    return Code(
        "{{\n"
        f"    var site = {site}\n"
        f"    if ({' || '.join([paths, *others])}) {{ return null }}\n"
        '    return macro("$check_address$")\n'
        "  }}"
    )
