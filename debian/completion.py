"""Writes the shell completion: `completion.py SHARE`, the folder that becomes /usr/share.

For bash every command gets a file that needs no Python at the touch of a key: words, choices and
files are written into it. zsh and fish ask `apowacht` itself, as click does it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
import surface
from click.shell_completion import FishComplete, ZshComplete

if TYPE_CHECKING:
    from collections.abc import Sequence

BASH = "bash-completion/completions"
TEMPLATE = """\
# bash completion for {name}, made from the command itself
{function}() {{
    local cur prev
    cur=${{COMP_WORDS[COMP_CWORD]}}
    prev=${{COMP_WORDS[COMP_CWORD - 1]}}
    if [[ $cur == "=" ]]; then
        cur=
    elif [[ $prev == "=" ]]; then
        prev=${{COMP_WORDS[COMP_CWORD - 2]}}
    fi
    COMPREPLY=()
{body}
}}
complete -F {function} {name}
"""


def main() -> None:
    """Write all files below the folder that is named on the command line."""
    share = Path(sys.argv[1])
    for name, command in surface.checks().items():
        write(share / BASH / name, bash_of_check(name, command))
    write(share / BASH / "apowacht", bash_of_suite())
    suite = next(surface.tree())[1]
    for kind, place in (
        (ZshComplete, "zsh/vendor-completions/_apowacht"),
        (FishComplete, "fish/vendor_completions.d/apowacht.fish"),
    ):
        write(share / place, kind(suite, {}, "apowacht", "_APOWACHT_COMPLETE").source())


def write(place: Path, text: str) -> None:
    """Write one file and the folders above."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text.rstrip("\n") + "\n", encoding="utf-8")


def bash_of_check(name: str, command: click.Command) -> str:
    """The file of one plugin."""
    context = click.Context(command, info_name=name)
    return TEMPLATE.format(name=name, function=f"_{name}", body=body_of(command, context, "    "))


def bash_of_suite() -> str:
    """The file of `apowacht`: first find the sub-command on the line, then its words."""
    lines = [
        "    local path=apowacht word",
        '    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do',
    ]
    lines.append('        case "$path $word" in')
    parts = list(surface.tree())
    known = " | ".join(f'"{context.command_path}"' for context, _ in parts[1:])
    lines += [f'            {known}) path="$path $word" ;;', "        esac", "    done"]
    lines.append('    case "$path" in')
    for context, command in parts:
        lines += [f'    "{context.command_path}")', body_of(command, context, "        ")]
        lines.append("        ;;")
    lines.append("    esac")
    return TEMPLATE.format(name="apowacht", function="_apowacht", body="\n".join(lines))


def body_of(command: click.Command, context: click.Context, indent: str) -> str:
    """The value of the option before, else the options and what else may stand there."""
    found = surface.options(command, context)
    lines = ['case "$prev" in']
    for option in found:
        if option.is_flag or option.count:
            continue
        names = " | ".join([*option.opts, *option.secondary_opts])
        lines.append(f"{names}) {value_of(option, context)}; return ;;")
    words = [name for option in found for name in (*option.opts, *option.secondary_opts)]
    if isinstance(command, click.Group):
        words += command.list_commands(context)
    lines += ["esac", reply(words)]
    for argument in command.params:
        if isinstance(argument, click.Argument):
            lines.append(f"[[ $cur == -* ]] || {{ {value_of(argument, context)}; }}")
    return "\n".join(indent + line for line in lines)


def value_of(one: click.Parameter, context: click.Context) -> str:
    """How bash completes the value of an option or argument; nothing, where only the user knows it.

    What click would say to the other shells; but it takes a folder for any file.
    """
    found = one.shell_complete(context, "")
    kinds = {item.type for item in found}
    if "dir" in kinds or ("file" in kinds and one.make_metavar(context) == "DIR"):
        return paths("-d")
    if "file" in kinds:
        return paths("-f")
    return reply([item.value for item in found]) if found else ":"


def reply(words: Sequence[str]) -> str:
    """Complete one of these words."""
    return f"COMPREPLY=($(compgen -W '{' '.join(words)}' -- \"$cur\"))"


def paths(kind: str) -> str:
    """Complete a file (-f) or a folder (-d)."""
    return f'compopt -o filenames; mapfile -t COMPREPLY < <(compgen {kind} -- "$cur")'


if __name__ == "__main__":
    main()
