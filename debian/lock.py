"""Writes the lock files of the Debian package: every dependency with its version and hashes.

pip resolves setup.cfg once for each Debian release's Python and each architecture; the files then
hold the hash of every wheel that those would choose. `make lock` runs this.
"""

from __future__ import annotations

import configparser
import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
EXTRAS = ("exporter", "fast")
ARCHITECTURES = ("x86_64", "aarch64")


class Release(NamedTuple):
    """What decides in a Debian release which wheels fit: its Python and its C library."""

    python: str
    glibc_minor: int


# Debian 12 and 13.
RELEASES = (Release("3.11", 36), Release("3.13", 41))

# pip reads `python_version < "3.13"` as the Python it runs on, whatever --python-version says.
PIP = """
import sys
from pip._vendor.packaging import markers
version, machine = sys.argv[1:3]
plain = markers.default_environment
def environment():
    return {**plain(), "python_version": version, "python_full_version": version + ".0",
            "platform_machine": machine}
markers.default_environment = environment
from pip._internal.cli.main import main
sys.exit(main(sys.argv[3:]))
"""


class Pin(NamedTuple):
    """One distribution of one version, and the wheels of it that may be installed."""

    name: str
    version: str
    hashes: frozenset[str]


def wanted() -> list[str]:
    """What the package depends on, as setup.cfg has it: run time and the extras it ships."""
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    texts = [settings["options"]["install_requires"]]
    texts += [settings["options.extras_require"][extra] for extra in EXTRAS]
    return sorted({line.strip() for text in texts for line in text.splitlines() if line.strip()})


def wanted_to_build() -> list[str]:
    """What building the wheel needs, as pyproject.toml has it."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return sorted(settings["build-system"]["requires"])


def resolve(
    requirements: list[str], release: Release, machine: str, settled: list[Pin]
) -> list[Pin]:
    """Let pip choose; what is `settled` keeps its version. Raises CalledProcessError."""
    minors = range(release.glibc_minor, 4, -1)
    tags = [f"manylinux_2_{minor}_{machine}" for minor in minors] + [f"manylinux2014_{machine}"]
    with tempfile.TemporaryDirectory() as folder:
        report, constraints = Path(folder, "report.json"), Path(folder, "constraints.txt")
        constraints.write_text("".join(f"{pin.name}=={pin.version}\n" for pin in settled))
        command = [sys.executable, "-c", PIP, release.python, machine]
        command += [
            "install",
            "--quiet",
            "--dry-run",
            "--ignore-installed",
            "--report",
            str(report),
        ]
        command += ["--only-binary", ":all:", "--target", str(Path(folder, "none"))]
        command += ["--python-version", release.python, "--constraint"]
        command += [str(constraints)]
        command += [f"--platform={tag}" for tag in tags]
        subprocess.run([*command, *requirements], check=True)
        answer = json.loads(report.read_text(encoding="utf-8"))
    if answer["environment"]["python_version"] != release.python:
        raise SystemExit("this pip does not take another Python's markers; try another version")
    return [pin_of(item) for item in answer["install"]]


def pin_of(item: dict[str, object]) -> Pin:
    """One entry of pip's report (its format 1)."""
    text = json.loads(json.dumps(item))
    hashes = text["download_info"]["archive_info"]["hashes"]
    about = text["metadata"]
    return Pin(about["name"].lower(), about["version"], frozenset({hashes["sha256"]}))


def lock(requirements: list[str], release: Release) -> list[Pin]:
    """The same versions on every architecture, with all their wheels' hashes."""
    pins: dict[str, Pin] = {}
    for machine in ARCHITECTURES:
        for pin in resolve(requirements, release, machine, list(pins.values())):
            known = pins.get(pin.name, pin)
            pins[pin.name] = pin._replace(hashes=known.hashes | pin.hashes)
    return [pins[name] for name in sorted(pins)]


def text_of(requirements: list[str], pins: list[Pin]) -> str:
    """A requirements file; its head says what it was made for, so that a test can compare."""
    lines = ["# Made by `make lock`; the hashes are those of the wheels for amd64 and arm64."]
    lines += [f"# for: {requirement}" for requirement in requirements]
    for pin in pins:
        hashes = [f"    --hash=sha256:{digest}" for digest in sorted(pin.hashes)]
        lines.append(" \\\n".join([f"{pin.name}=={pin.version}", *hashes]))
    return "\n".join(lines) + "\n"


def path_of(name: str) -> Path:
    """Where the lock of a Python (`3.11`), or of the build's own tools (`build`), lies."""
    return ROOT / "debian" / f"requirements-{name}.txt"


def main() -> None:
    """Write all lock files."""
    jobs = [(release.python, wanted(), release) for release in RELEASES]
    jobs.append(("build", wanted_to_build(), RELEASES[0]))
    for name, requirements, release in jobs:
        pins = lock(requirements, release)
        path_of(name).write_text(text_of(requirements, pins), encoding="utf-8")
        print(f"{path_of(name).relative_to(ROOT)}: {len(pins)} distributions")


if __name__ == "__main__":
    main()
