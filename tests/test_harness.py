"""The rules of this test suite itself: what `--fast` skips, and when a skip is a failure."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).with_name("conftest.py")
SUITE = '''
import pytest

@pytest.mark.{mark}
def test_asks_its_peer():
    """Finds no peer."""
    pytest.skip("no daemon here")

def test_other():
    """Is skipped for a reason of its own."""
    pytest.skip("another platform")
'''


def run(
    folder: Path, mark: str, *options: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a small suite under this project's conftest, with only the given APOWACHT_ variables."""
    (folder / "conftest.py").write_bytes(CONFTEST.read_bytes())
    (folder / "test_small.py").write_text(SUITE.format(mark=mark), encoding="utf-8")
    marks = "markers = peer: x\n oracle: x\n wheel: x\n slow: x\n"
    (folder / "pytest.ini").write_text(f"[pytest]\ntestpaths = .\n{marks}", encoding="utf-8")
    kept = {name: text for name, text in os.environ.items() if not name.startswith("APOWACHT_")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-rs", "-p", "no:cacheprovider", *options],
        cwd=folder,
        env={**kept, **variables},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("mark", ["peer", "wheel"])
def test_a_missing_peer_is_skipped_by_name(tmp_path: Path, mark: str) -> None:
    """On a machine without the peer its test is skipped and the reason is shown."""
    answer = run(tmp_path, mark)
    assert answer.returncode == 0
    assert "no daemon here" in answer.stdout
    assert "2 skipped" in answer.stdout.splitlines()[-1]


@pytest.mark.parametrize("mark", ["peer", "wheel"])
def test_a_required_peer_must_be_there(tmp_path: Path, mark: str) -> None:
    """With APOWACHT_REQUIRE_PEERS the same skip fails, and no other skip does."""
    answer = run(tmp_path, mark, APOWACHT_REQUIRE_PEERS="1")
    assert answer.returncode == 1
    assert f"required here, yet skipped ({mark}): Skipped: no daemon here" in answer.stdout
    assert "1 failed, 1 skipped" in answer.stdout.splitlines()[-1]


def test_a_whole_file_must_not_be_skipped(tmp_path: Path) -> None:
    """With APOWACHT_REQUIRE_PEERS a file that skips itself at import fails."""
    text = 'import pytest\npytest.skip("no such library", allow_module_level=True)\n'
    (tmp_path / "test_absent.py").write_text(text, encoding="utf-8")
    assert run(tmp_path, "slow").returncode == 0
    answer = run(tmp_path, "slow", APOWACHT_REQUIRE_PEERS="1")
    assert answer.returncode != 0
    assert "no such library" in answer.stdout


@pytest.mark.parametrize("mark", ["peer", "slow", "wheel"])
def test_fast_skips_what_takes_long(tmp_path: Path, mark: str) -> None:
    """`--fast` skips by name what is left to `make check`, even where peers are required."""
    answer = run(tmp_path, mark, "--fast", APOWACHT_REQUIRE_PEERS="1")
    assert answer.returncode == 0
    assert f"{mark}: runs in `make check`" in answer.stdout


def test_an_unused_oracle_fails(tmp_path: Path) -> None:
    """A whole run that has the recorded answers and hardly used them is no success."""
    both = {"APOWACHT_REQUIRE_PEERS": "1", "APOWACHT_ORACLE": str(tmp_path)}
    answer = run(tmp_path, "slow", **both)
    assert answer.returncode == 1
    assert "only 0 tests used it" in answer.stdout
    assert run(tmp_path, "slow", "-k", "other", **both).returncode == 0
    assert run(tmp_path, "slow", APOWACHT_REQUIRE_PEERS="1").returncode == 0


def test_a_skipped_oracle_test_fails_where_the_oracle_is(tmp_path: Path) -> None:
    """A test of recorded answers may skip itself only where there are none."""
    assert run(tmp_path, "oracle", "-k", "peer", APOWACHT_REQUIRE_PEERS="1").returncode == 0
    both = {"APOWACHT_REQUIRE_PEERS": "1", "APOWACHT_ORACLE": str(tmp_path)}
    assert run(tmp_path, "oracle", "-k", "peer", **both).returncode == 1


def test_the_wrong_code_is_refused(tmp_path: Path) -> None:
    """A run that is to test the installed wheel stops when it would test the checkout."""
    import apowacht.plugins

    if "site-packages" in Path(apowacht.plugins.__file__).parts:
        pytest.skip("this run tests the installed wheel")
    answer = run(
        tmp_path, "slow", APOWACHT_TEST_INSTALLED="1", PYTHONPATH=os.pathsep.join(sys.path)
    )
    assert answer.returncode == 4
    assert "not the installed wheel" in answer.stdout + answer.stderr
