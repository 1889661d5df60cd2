"""How the exporter was started: the command line, checked, in the form in which it is passed on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT_LISTEN = "127.0.0.1:9942"
DEFAULT_THREADS = 32


@dataclass(frozen=True, slots=True)
class Listen:
    """One address to listen on. `host` without brackets, `port` 0 for any free one."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Settings:
    """What `serve(settings)` needs.

    `state_dir` is where the checks remember (as `--state-dir` of every plugin; None for their
    usual folder), `data_dir` where the journal lies, `log_level` a word of logging.
    """

    config_dir: Path
    listen: tuple[Listen, ...]
    web_config_file: Path | None = None
    state_dir: Path | None = None
    data_dir: Path | None = None
    lang: str = "de"
    threads: int = DEFAULT_THREADS
    log_level: str = "info"
