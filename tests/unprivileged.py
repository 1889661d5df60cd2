"""Running the plugins as nobody, as a monitoring server would, although the tests run as root."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from typing import TYPE_CHECKING

import pytest
from commands import SCRIPTS

from apowacht.plugins.core.listing import all_checks

if TYPE_CHECKING:
    from pathlib import Path

NOBODY = 65534
DROP = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
# The interpreter of the tests may lie in root's home; Debian's own one can be run by all.
SCRIPT = """\
#!/usr/bin/python3
import site, sys
# Before Debian's own packages, which are older.
sys.path.insert(0, {packages!r})
site.addsitedir({packages!r})
from apowacht.plugins.{check} import main
main()
"""


def is_root() -> bool:
    """Whether there is something to give up."""
    return os.geteuid() == 0


def plugins(folder: Path) -> Path:
    """A folder of plugins that nobody can run, `folder` if they have to be made; skips without."""
    if not is_root() or _runs(SCRIPTS):
        return SCRIPTS
    for check in all_checks():
        text = SCRIPT.format(packages=sysconfig.get_path("purelib"), check=check.name)
        file = folder / f"check_apo_{check.name}"
        file.write_text(text, encoding="utf-8")
        file.chmod(0o755)
    if not _runs(folder):
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        pytest.skip(f"nobody may run neither {sys.executable} nor a /usr/bin/python3 {version}")
    return folder


def _runs(folder: Path) -> bool:
    # A second program, because setpriv's own exec still has root's rights.
    asked = [*DROP, "sh", "-c", 'exec "$0" -V', str(folder / "check_apo_ups")]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 3


def give(folder: Path) -> None:
    """Make a folder with all that is in it nobody's."""
    if is_root():
        for file in (folder, *folder.rglob("*")):
            os.chown(file, NOBODY, NOBODY)


def dropped(*command: str) -> list[str]:
    """The command as nobody, where there are rights to drop."""
    return [*DROP, *command] if is_root() else [*command]
