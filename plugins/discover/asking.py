"""Options of a check made from keys of the site file, so that a device is asked as it will be."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apowacht.plugins.core import cli

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from apowacht.plugins.core.check import Check, Options
    from apowacht.plugins.core.errors import TargetTrouble

    Value = str | bool | Sequence[str]
    Keys = dict[str, Value]


class Way(NamedTuple):
    """How all devices are asked in one run.

    `seconds` are each device's; `state_dir` is an empty folder that vanishes after the run, for
    what a check would remember; `secrets` collects what no output may show. `confirm` asks a
    person whether a certificate is the right one; False without one.
    """

    seconds: float
    state_dir: str
    lang: str
    secrets: list[str]
    confirm: Callable[[Certificate], bool]

    def options(self, check: Check, keys: Mapping[str, Value], seconds: float) -> Options:
        """The options of a run of `check` that begins now. Raises OwnTrouble."""
        given = [f"--lang={self.lang}", f"--state-dir={self.state_dir}"]
        options = cli.begin(cli.values(check, [*given, *arguments(keys)]), seconds)
        options.secrets = self.secrets
        return options


class Certificate(NamedTuple):
    """The TLS certificate that a device showed.

    `option` is the one that takes its fingerprint. `verified`: the user has given or confirmed
    it; else it stands there to be compared.
    """

    option: str
    host: str
    port: int
    fingerprint: str
    not_after: str | None
    verified: bool


def fingerprints(texts: Iterable[str]) -> set[str]:
    """Fingerprints as they are compared, however people write them."""
    return {text.replace(":", "").replace(" ", "").lower() for text in texts}


class Silent(NamedTuple):
    """A device that gave no usable answer, and why, by the way in which it was asked."""

    kind: str  # connector, ups, router
    host: str
    port: int | None
    troubles: tuple[tuple[str, TargetTrouble], ...]
    certificate: Certificate | None = None


def arguments(keys: Mapping[str, Value]) -> list[str]:
    """`--key=value` for every key, a list as often as it has entries, a switch that is on alone."""
    made = []
    for key, value in keys.items():
        if isinstance(value, bool):
            made += [f"--{key}"] if value else []
        else:
            texts = (value,) if isinstance(value, str) else value
            made += [f"--{key}={text}" for text in texts]
    return made
