"""The Debian package's sources agree with the project: dependencies, version, commands."""

from __future__ import annotations

import itertools
import re
import sys
from pathlib import Path

import pytest

from apowacht.plugins.core.version import VERSION

ROOT = Path(__file__).resolve().parent.parent
DEBIAN = ROOT / "debian"
sys.path.insert(0, str(DEBIAN))

import lock  # noqa: E402

LOCKS = {release.python: lock.wanted for release in lock.RELEASES} | {"build": lock.wanted_to_build}


def made_for(text: str) -> list[str]:
    """The requirements that a lock file was made for."""
    return [line.removeprefix("# for: ") for line in text.splitlines() if "# for: " in line]


def pins(text: str) -> dict[str, list[str]]:
    """The distributions of a lock file with their hashes."""
    entries = re.findall(r"^(\S+==\S+)((?: \\\n    --hash=sha256:[0-9a-f]{64})+)$", text, re.M)
    return {pin: hashes.split("sha256:")[1:] for pin, hashes in entries}


@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_is_made_for_what_setup_cfg_asks(name: str) -> None:
    """Whoever changes a dependency runs `make lock`."""
    text = lock.path_of(name).read_text(encoding="utf-8")
    assert made_for(text) == LOCKS[name](), "run `make lock`"


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_of_a_lock_is_a_version_with_hashes(name: str) -> None:
    """Nothing is left open, every requirement is met by name, and no address is written down."""
    text = lock.path_of(name).read_text(encoding="utf-8")
    locked = pins(text)
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert len(lines) == sum(1 + len(hashes) for hashes in locked.values())
    names = {re.sub(r"[-_.]+", "-", pin.partition("==")[0]).lower() for pin in locked}
    asked = {re.split(r"[^\w-]", requirement)[0].lower() for requirement in LOCKS[name]()}
    assert asked <= names
    assert "://" not in text


def test_compiled_distributions_have_wheels_for_both_architectures() -> None:
    """amd64 and arm64 differ in their wheels and in nothing else."""
    for release in lock.RELEASES:
        locked = pins(lock.path_of(release.python).read_text(encoding="utf-8"))
        sizes = {pin.partition("==")[0]: len(hashes) for pin, hashes in locked.items()}
        assert sizes["cryptography"] == sizes["pyyaml"] == len(lock.ARCHITECTURES)
        assert sizes["click"] == 1


def test_the_changelog_has_the_projects_version() -> None:
    """The package's version is the plugins' version."""
    first = (DEBIAN / "changelog").read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith(f"apowacht ({VERSION}) ")


def test_every_override_of_lintian_has_its_reason() -> None:
    """A comment stands above each of them."""
    lines = (DEBIAN / "apowacht.lintian-overrides").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("#")
    for before, line in itertools.pairwise(lines):
        assert line.startswith("#") or before.startswith("#"), line


def test_maintainer_scripts_load_nothing() -> None:
    """No command in them could reach for a network."""
    for script in DEBIAN.glob("apowacht.p*"):
        words = set(re.findall(r"[\w-]+", script.read_text(encoding="utf-8")))
        assert not words & {"apt", "apt-get", "curl", "git", "pip", "wget"}, script
