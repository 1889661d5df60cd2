"""A running exporter for tests: the real command on a free port of loopback, ended by its id."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import requests

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

COMMAND = "import sys; from apowacht.plugins.core.suite import main; main(sys.argv[1:])"


class Exporter:
    """`apowacht exporter` with its own folders below `scratch`; `url` is where it answers.

    `close_seconds` is how long it lets things under way end.
    """

    def __init__(
        self,
        scratch: Path,
        *,
        web: Path | None = None,
        listen: str = "127.0.0.1:0",
        close_seconds: float | None = None,
    ):
        self.folder = scratch / "checks.d"
        self.folder.mkdir(exist_ok=True)
        self.lines: list[str] = []
        self._web, self._listen, self._scratch = web, listen, scratch
        self._command = COMMAND
        if close_seconds is not None:
            setting = f"serve.CLOSE_SECONDS = {close_seconds}"
            self._command = f"from apowacht.exporter import serve; {setting}; {COMMAND}"
        self.url = ""
        self.session = requests.Session()
        self.session.trust_env = False

    def __enter__(self) -> Exporter:
        arguments = [
            "exporter", "--config-dir", str(self.folder), "--listen", self._listen,
            "--data-dir", str(self._scratch / "data"), "--state-dir", str(self._scratch / "state"),
            "--lang", "en",
        ]  # fmt: skip
        if self._web is not None:
            arguments += ["--web-config-file", str(self._web)]
        self.process = subprocess.Popen(
            [sys.executable, "-c", self._command, *arguments], stderr=subprocess.PIPE, text=True
        )
        listening = threading.Event()

        def read() -> None:
            assert self.process.stderr is not None
            for line in self.process.stderr:
                self.lines.append(line)
                found = re.search(r"listening on (\S+)", line)
                if found:
                    self.url = found[1]
                    listening.set()
            listening.set()

        self._reader = threading.Thread(target=read)
        self._reader.start()
        if not listening.wait(30) or not self.url:
            self.__exit__(None, None, None)
            raise AssertionError("".join(self.lines))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.session.close()
        self.end()

    def end(self) -> int:
        """Ask it to end, and wait until it has; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self._reader.join()
            assert self.process.stderr is not None
            self.process.stderr.close()
        return code

    def get(self, path: str, **more: object) -> requests.Response:
        """A GET request."""
        return self.session.get(self.url + path, timeout=20, **more)  # type: ignore[arg-type]

    def write(self, name: str, text: str) -> None:
        """A file of the configuration."""
        (self.folder / name).write_text(text, encoding="utf-8")
