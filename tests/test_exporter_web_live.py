"""Files that change while the exporter runs: no moment of the web file's writing opens the
exporter, no number of signals delays its end."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

import bcrypt
import pytest

from apowacht.exporter import serve, web_live
from apowacht.exporter.settings import Listen, Settings
from apowacht.exporter.web_file import read_web_file
from apowacht.exporter.web_live import Web

if TYPE_CHECKING:
    from pathlib import Path

    from apowacht.exporter.web_file import WebFile
    from apowacht.plugins.sites.model import Mistake

HASH = bcrypt.hashpw(b"geheim", bcrypt.gensalt(4)).decode()


def users(*names: str) -> str:
    """A web file with these users."""
    return "basic_auth_users:\n" + "".join(f"  {name}: {HASH}\n" for name in names)


class Watched:
    """A web file that is looked at whenever its users are asked for."""

    def __init__(self, folder: Path, text: str) -> None:
        self.file = folder / "web.yaml"
        self.file.write_text(text)
        self.now = 0.0
        self.web = Web(self.file, "en", clock=lambda: self.now)

    def users(self) -> list[str]:
        """The users of now."""
        self.now += web_live.LOOK_SECONDS
        return sorted(self.web.now().users)


@pytest.mark.parametrize("text", ["", "# empty\n", "basic_auth_users: {}\n", "rate_limit: {}\n"])
def test_a_file_without_users_does_not_open_what_was_closed(text: str, tmp_path: Path) -> None:
    """An editor or a shell empties a file before it writes the new text."""
    watched = Watched(tmp_path, users("old"))
    watched.file.write_text(text)
    assert watched.users() == ["old"]
    assert not watched.web.good
    watched.file.write_text(users("new", "old"))
    assert watched.users() == ["new", "old"]
    assert watched.web.good


def test_what_is_written_while_the_file_is_read_is_read_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file's age is that of before the reading."""
    watched = Watched(tmp_path, users("old"))
    read = read_web_file

    def slowly(file: str, lang: str) -> tuple[WebFile | None, tuple[Mistake, ...]]:
        told = read(file, lang)
        watched.file.write_text(users("new"))
        monkeypatch.setattr(web_live, "read_web_file", read)
        return told

    monkeypatch.setattr(web_live, "read_web_file", slowly)
    watched.file.write_text(users("between", "old"))
    assert watched.users() == ["between", "old"]
    assert watched.users() == ["new"]


def test_a_file_that_breaks_at_the_start_keeps_the_exporter_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the command's look at the file and the exporter's own it may have changed."""
    (tmp_path / "web.yaml").write_text("basic_auth_users: [")
    listen = (Listen("127.0.0.1", 0),)
    (tmp_path / "checks.d").mkdir()
    monkeypatch.setattr(logging, "basicConfig", lambda **_: None)
    settings = Settings(
        tmp_path / "checks.d", listen, tmp_path / "web.yaml", tmp_path, tmp_path, "en", 1, "error"
    )

    def never(*_: Any) -> Any:
        raise AssertionError("it serves")

    monkeypatch.setattr(serve, "_run", never)
    assert serve.serve(settings) == serve.FAILED


def test_a_storm_of_signals_is_two_reloads(caplog: pytest.LogCaptureFixture) -> None:
    """The one under way may have missed the change; one more has not, and fails on its own."""
    under_way, go, ended = threading.Event(), threading.Event(), threading.Event()
    begun: list[int] = []

    def read() -> None:
        begun.append(1)
        under_way.set()
        assert go.wait(20)
        if len(begun) == 2:
            ended.set()
            raise ValueError("broken")
        if len(begun) == 3:
            last.set()

    last = threading.Event()
    reload = serve.Reloads(read)
    reload()
    assert under_way.wait(20)
    for _ in range(1000):
        reload()
    go.set()
    assert ended.wait(20)
    reload()
    assert last.wait(20)
    assert len(begun) == 3
    assert "not read again" in caplog.text
