"""Makes the private environment of the package: /usr/lib/apowacht below a folder.

It is a virtual environment on the Python of this Debian release, with the locked distributions, the
project's wheel, and a launcher per command. Nothing in it names the folder in which it was made.
"""

from __future__ import annotations

import compileall
import os
import py_compile
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = "usr/lib/apowacht"
VERSION = "{}.{}".format(*sys.version_info[:2])
# Tests that came along in wheels.
UNUSED = ("icalendar/tests", "recurring_ical_events/test")
PLUGINS = "usr/lib/nagios/plugins"

LAUNCHER = """\
#!/{home}/bin/python3 -I
import sys

if sys.version_info[:2] != ({major}, {minor}):
    print("UNKNOWN - apowacht needs Python {major}.{minor}; install its package for this release")
    sys.exit(3)
from {module} import {function}

sys.exit({function}())
"""


def main() -> None:
    """Make it below the folder that is named on the command line."""
    target = Path(sys.argv[1]).absolute()
    home = target / HOME
    packages = home / "lib" / f"python{VERSION}" / "site-packages"
    begin(home)
    python = tools(ROOT / "debian" / "tools")
    wheel = build(python, ROOT / "debian" / "wheel")
    install = [*python, "install", "--quiet", "--target", str(packages), "--no-compile"]
    locked = ROOT / "debian" / f"requirements-{VERSION}.txt"
    run(*install, "--require-hashes", "--only-binary", ":all:", "--no-deps", "-r", str(locked))
    run(*install, "--upgrade", "--no-index", "--no-deps", str(wheel))
    run(*python[:-2], "-m", "pip", "--python", str(home / "bin" / "python3"), "check")
    tidy(packages)
    launchers(home, next(packages.glob("apowacht-*.dist-info")) / "entry_points.txt")
    links(target)
    compiled(target, packages)


def run(*command: str) -> None:
    """Run a command that has to succeed."""
    subprocess.run(command, check=True)


def begin(home: Path) -> None:
    """The environment with nothing in it."""
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "python3").symlink_to(f"/usr/bin/python{VERSION}")
    (home / "pyvenv.cfg").write_text(
        f"home = /usr/bin\ninclude-system-site-packages = false\nversion = {VERSION}\n",
        encoding="ascii",
    )


def tools(folder: Path) -> list[str]:
    """pip with the locked build tools, in an environment that is thrown away."""
    run(sys.executable, "-m", "venv", "--clear", str(folder))
    pip = [str(folder / "bin" / "python"), "-m", "pip"]
    locked = str(ROOT / "debian" / "requirements-build.txt")
    run(*pip, "install", "--quiet", "--require-hashes", "--only-binary", ":all:", "-r", locked)
    return pip


def build(pip: list[str], folder: Path) -> Path:
    """The project's wheel."""
    options = ["--quiet", "--no-build-isolation", "--no-deps", "--no-index"]
    run(*pip, "wheel", *options, "--wheel-dir", str(folder), str(ROOT))
    return next(folder.glob("apowacht-*.whl"))


def tidy(packages: Path) -> None:
    """Take away what pip keeps for itself, for dpkg owns these files now, and what nobody runs."""
    folders = [packages / "bin", *(packages / place for place in UNUSED)]
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
    own = [
        f"*.dist-info/{name}" for name in ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")
    ]
    for pattern in (*own, "**/.DS_Store", "**/.gitignore"):
        for file in packages.glob(pattern):
            file.unlink()
    for file in packages.rglob("*"):
        if file.is_file():
            # Some wheels mark everything as a program; scripts to be copied elsewhere are some.
            file.chmod(0o755 if file.suffix == ".sh" else 0o644)


def launchers(home: Path, entries: Path) -> None:
    """One command per entry point, which refuses any Python but this one."""
    settings = ConfigParser()
    settings.read(entries, encoding="utf-8")
    major, minor = sys.version_info[:2]
    for name, place in settings["console_scripts"].items():
        module, _, function = place.partition(":")
        file = home / "bin" / name
        file.write_text(
            LAUNCHER.format(home=HOME, major=major, minor=minor, module=module, function=function),
            encoding="ascii",
        )
        file.chmod(0o755)


def links(target: Path) -> None:
    """The commands where monitoring servers and people look for them."""
    for command in sorted((target / HOME / "bin").iterdir()):
        if command.name.startswith("check_apo_"):
            link(target, f"{PLUGINS}/{command.name}", f"{HOME}/bin/{command.name}")
    link(target, "usr/bin/apowacht", f"{HOME}/bin/apowacht")


def link(target: Path, name: str, to: str) -> None:
    """A relative link, as Debian's policy asks below one top folder."""
    place = target / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(os.path.relpath(to, Path(name).parent))


def compiled(target: Path, packages: Path) -> None:
    """Bytecode that is never checked against the source: whoever runs it may not write it anew."""
    whole = compileall.compile_dir(
        packages,
        quiet=1,
        stripdir=str(target),
        prependdir="/",
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        workers=0,
    )
    if not whole:
        sys.exit("a module was not compiled")


if __name__ == "__main__":
    main()
