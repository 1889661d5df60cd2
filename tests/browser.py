"""A real browser for tests: Debian's Chromium, headless, driven through its debugging pipe, and
axe-core, which npm fetches once into a cache."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import tempfile
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

AXE = "axe-core@4.14.1"
WAIT = 60.0


class Browser:
    """One tab. Messages are JSON with a NUL behind each, as `--remote-debugging-pipe` has it."""

    def __init__(self, to: int, back: int) -> None:
        self._to = to
        self._back = back
        self._rest = b""
        self._count = 0
        self._session = ""
        target = self("Target.createTarget", url="about:blank")["targetId"]
        self._session = self("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self("Page.enable")

    def __call__(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command; its result. Fails the test when the browser refuses it."""
        self._count += 1
        message: dict[str, Any] = {"id": self._count, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        answer = self._until(lambda told: told.get("id") == self._count)
        assert "error" not in answer, (method, answer)
        result: dict[str, Any] = answer["result"]
        return result

    def _until(self, wanted: Any) -> dict[str, Any]:
        end = monotonic() + WAIT
        while True:
            raw, nul, rest = self._rest.partition(b"\0")
            if nul:
                self._rest = rest
                told: dict[str, Any] = json.loads(raw)
                if wanted(told):
                    return told
                continue
            assert select.select([self._back], [], [], max(end - monotonic(), 0))[0], "no answer"
            more = os.read(self._back, 1 << 20)
            assert more, "the browser has gone"
            self._rest += more

    def size(self, width: int, height: int, *, phone: bool = False) -> None:
        """The window in CSS pixels."""
        self(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=phone,
        )

    def open(self, url: str) -> None:
        """Load a page and wait until it is there."""
        self("Page.navigate", url=url)
        self._until(lambda told: told.get("method") == "Page.loadEventFired")

    def value(self, script: str) -> Any:
        """What a script says, run from outside of the page and its policy."""
        told = self("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def screenshot(self, file: Path, *, whole: bool = False) -> None:
        """The window, or the whole page, as PNG."""
        told = self("Page.captureScreenshot", captureBeyondViewport=whole, format="png")
        file.write_bytes(base64.b64decode(told["data"]))

    def pdf(self) -> bytes:
        """The page as it would be printed, without background colours."""
        told = self("Page.printToPDF", preferCSSPageSize=True, printBackground=False)
        return base64.b64decode(told["data"])

    def axe(self, source: str) -> list[str]:
        """The violations that axe-core finds, one line each."""
        self.value(source)
        told: list[dict[str, Any]] = self.value(
            "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map(v => "
            "({id: v.id, help: v.help, nodes: v.nodes.map(n => n.html + ' ' + n.failureSummary)})))"
        )
        return [f"{one['id']}: {one['help']}: {' | '.join(one['nodes'][:3])}" for one in told]


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium; the test is skipped by name where there is none."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("chromium is not installed")
    with contextlib.ExitStack() as stack:
        profile = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        # The browser reads commands on 3 and writes answers on 4; a plain sh knows no fd above 9.
        their_in, our_out = os.pipe()
        our_in, their_out = os.pipe()
        process = subprocess.Popen(
            ["/bin/bash", "-c", f'exec "$0" "$@" 3<&{their_in} 4>&{their_out}', program, *FLAGS,
             f"--user-data-dir={profile}"],
            pass_fds=(their_in, their_out),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(their_in)
        os.close(their_out)
        stack.callback(os.close, our_in)
        try:
            browser = Browser(our_out, our_in)
            yield browser
            browser._session = ""
            browser("Browser.close")
        finally:
            os.close(our_out)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)


def axe_source() -> str:
    """The text of axe-core, from the cache or, once, from npm; skipped by name without it."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "apowacht-tests"
    file = cache / "node_modules" / "axe-core" / "axe.min.js"
    if not file.exists():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("npm is not installed: no axe-core")
        cache.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [npm, "install", "--prefix", str(cache), "--no-save", "--ignore-scripts", "--no-audit",
             "--no-fund", AXE],
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        if done.returncode or not file.exists():
            pytest.skip(f"axe-core cannot be had from npm: {done.stderr[-200:]}")
    return file.read_text(encoding="utf-8")
