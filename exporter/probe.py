"""One target, asked now: `/probe?module=…&target=…`, as blackbox_exporter has made it known.

A URL names a module of the configuration and a target that this module permits; nothing else from
it reaches the check.
"""

from __future__ import annotations

import threading
from fnmatch import fnmatchcase
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, NamedTuple

from apowacht.exporter import metrics
from apowacht.plugins.core.render import nagios
from apowacht.plugins.core.report import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from apowacht.exporter.model import Result
    from apowacht.plugins.core.check import Check
    from apowacht.plugins.sites.model import Configuration, Module

    RunNow = Callable[[Check, tuple[str, ...], float | None], Result]

OFFSET_SECONDS = 0.5
"""By how much a probe ends before the scrape that asked for it would."""
SHORTEST_SECONDS = 0.2
AT_ONCE = 16
SICCT_PORT = 4742
LONGEST_NAME = 253
ADDRESS_SIGNS = frozenset("0123456789.*?")
PARAMETERS = frozenset({"module", "check", "target", "debug"})


class Denied(Exception):
    """A request that is not served: HTTP status, one line for its sender."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


class Target(NamedTuple):
    """Whom to ask: a name or address without brackets, and a port if one was given."""

    host: str
    port: int | None = None

    @property
    def arguments(self) -> tuple[str, ...]:
        """As the command line takes it."""
        return ("--hostname", self.host, *(("--port", str(self.port)) if self.port else ()))


class Probe(NamedTuple):
    """A request that may be served; `seconds` is None when nobody said how long it may take."""

    module: Module
    target: Target
    seconds: float | None
    debug: bool = False


class Turns:
    """So many probes at once and no more; they ask devices that others ask, too."""

    def __init__(self, most: int = AT_ONCE) -> None:
        self._most = most
        self._lock = threading.Lock()
        self.running = 0
        self.refused = 0

    def __enter__(self) -> None:
        with self._lock:
            if self.running >= self._most:
                self.refused += 1
                raise Denied(503, "too many probes at once, come again")
            self.running += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self.running -= 1


def read(parameters: Mapping[str, str], timeout_header: str, configuration: Configuration) -> Probe:
    """The request, if it may be served. Raises Denied."""
    strange = sorted(parameters.keys() - PARAMETERS)
    if strange:
        raise Denied(400, f"unknown parameter {strange[0][:40]!a}: options stand in the module")
    module = _module(parameters, configuration)
    told = parameters.get("target", "")
    if not told:
        raise Denied(400, "parameter target is missing")
    target = parse_target(told)
    if not permitted(target, module.targets):
        raise Denied(403, f"module {module.name} does not permit this target")
    return Probe(module, target, _seconds(timeout_header), parameters.get("debug") == "true")


def _module(parameters: Mapping[str, str], configuration: Configuration) -> Module:
    name, check = parameters.get("module"), parameters.get("check")
    modules = configuration.modules
    if name is not None:
        module = modules.get(name)
        if module is None:
            raise Denied(404, "no such module")
        if check is not None and check != module.check.name:
            raise Denied(400, f"module {name} asks by check {module.check.name}")
        return module
    fitting = [module for module in modules.values() if module.check.name == check]
    if len(fitting) != 1:
        text = "several modules have this check" if fitting else "no module has this check"
        raise Denied(400, f"parameter module is missing, and {text}")
    return fitting[0]


def parse_target(text: str) -> Target:
    """`HOST`, `HOST:PORT`, `IPv6`, `[IPv6]`, `[IPv6]:PORT`. Raises Denied."""
    bad = Denied(400, "target is not HOST or HOST:PORT")
    host, port = text, ""
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")) or ":" not in host:
            raise bad
        port = rest[1:]
        if rest == ":":
            raise bad
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
        if not port:
            raise bad
    if not _is_host(host):
        raise bad
    if not port:
        return Target(host.lower())
    if not (port.isascii() and port.isdecimal()) or len(port) > 5 or not 0 < int(port) < 65536:
        raise bad
    if int(port) == SICCT_PORT:
        raise Denied(403, f"port {SICCT_PORT} belongs to card terminals and is never asked")
    return Target(host.lower(), int(port))


def _is_host(text: str) -> bool:
    if ":" in text:
        try:
            ip_address(text)
        except ValueError:
            return False
        return "%" not in text
    signs = text.replace(".", "").replace("-", "").replace("_", "")
    if not (signs.isascii() and signs.isalnum()) or len(text) > LONGEST_NAME:
        return False
    if text[0] in "-." or ".." in text:
        return False
    return not _is_number(text.rstrip(".").rpartition(".")[2]) or _address(text) is not None


def _is_number(label: str) -> bool:
    """No name ends so; the C library takes `127.1` and `0x7f000001` for addresses."""
    return label.isdecimal() or label.lower().startswith("0x")


def permitted(target: Target, targets: Iterable[str]) -> bool:
    """Whether one of a module's targets is this one.

    A port is permitted only by a target that names it: `192.0.2.1:161`, `[2001:db8::1]:161`.
    """
    return any(_is_meant(target, text.lower()) for text in targets)


def _is_meant(target: Target, text: str) -> bool:
    address = _address(target.host)
    if "/" in text:
        return target.port is None and address is not None and address in ip_network(text)
    host, port = _split(text)
    if (target.port is None) != (port is None):
        return False
    if port is not None and not fnmatchcase(str(target.port), port):
        return False
    known = _address(host)
    if known and address:
        return known == address
    # A pattern of addresses permits no names: `192.0.2.*` would be `192.0.2.other.example`, too.
    of_addresses = not set(host) - ADDRESS_SIGNS
    return (address is not None or not of_addresses) and fnmatchcase(target.host, host)


def _split(text: str) -> tuple[str, str | None]:
    """Host and port of a target of the configuration, both possibly patterns."""
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return host, rest[1:] or None
    if text.count(":") == 1:
        host, _, port = text.partition(":")
        return host, port
    return text, None


def _address(text: str) -> object:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _seconds(header: str) -> float | None:
    """The header X-Prometheus-Scrape-Timeout-Seconds, less what the answer itself takes."""
    try:
        seconds = float(header)
    except ValueError:
        return None
    return max(SHORTEST_SECONDS, seconds - OFFSET_SECONDS) if 0 < seconds < 86400 else None


class Answer(NamedTuple):
    """A probe's result as text; `media` is its type."""

    media: str
    text: str


def answer(probe: Probe, run_now: RunNow, accept: str) -> Answer:
    """Ask, and write what came of it: metrics, or with `debug` how it came about, for people."""
    module = probe.module
    result = run_now(module.check, (*module.arguments, *probe.target.arguments), probe.seconds)
    sheet = told(probe, result)
    if probe.debug:
        return Answer("text/plain; charset=utf-8", _log(probe, result) + sheet.text())
    media = metrics.wanted(accept)
    if media == metrics.OPENMETRICS:
        return Answer(media, sheet.text(openmetrics=True) + "# EOF\n")
    return Answer(media, sheet.text())


def told(probe: Probe, result: Result) -> metrics.Sheet:
    """The metrics of this probe alone."""
    check, report = probe.module.check, result.report
    labels = metrics.label_text((("check", check.name), ("name", probe.module.name)))
    made = metrics.Sheet()
    made.add("apowacht_check_info", f'{labels},layer="{check.layer}"', 1)
    made.add("apowacht_check_state", labels, int(report.state))
    for state, word in metrics.STATUSES.items():
        value = int(state is report.state)
        made.add("apowacht_check_status", f'{labels},state="{word}"', value)
    metrics.reasons(made, labels, result.reason)
    made.put(metrics.whole(metrics.numbers(check.name, labels, result)))
    made.add("apowacht_check_duration_seconds", labels, round(result.duration_seconds, 6))
    made.add("apowacht_probe_success", "", int(result.reason == ""))
    made.add("apowacht_probe_duration_seconds", "", round(result.duration_seconds, 6))
    made.add("apowacht_probe_timeout_seconds", "", _limit(probe))
    return made


def _limit(probe: Probe) -> float | None:
    from apowacht.plugins.core import cli
    from apowacht.plugins.core.errors import OwnTrouble

    try:
        own = float(cli.values(probe.module.check, probe.module.arguments)["timeout"])
    except OwnTrouble:
        return probe.seconds
    return own if probe.seconds is None else min(own, probe.seconds)


def _log(probe: Probe, result: Result) -> str:
    """What was asked, what was found, and the answer that the command line would give."""
    report = result.report
    where = f"{probe.target.host} port {probe.target.port or 'by default'}"
    asked = f"asked at {result.asked_at.isoformat(timespec='milliseconds')}"
    lines = [
        f"module {probe.module.name}: check_apo_{report.check} of {where}",
        f"{asked}, took {result.duration_seconds:.3f} s, allowed {_limit(probe)} s",
        f"reason: {result.reason or 'none, the target was judged'}",
    ]
    for finding in report.findings:
        parts = [State(finding.state).name, finding.key]
        trouble = finding.values.get("reason") or finding.values.get("trouble")
        if trouble is not None:
            phase = getattr(trouble, "phase", None)
            parts.append(f"phase {phase}" if phase else "of our own")
            parts.append(str(getattr(trouble, "reason", "")))
        if finding.name:
            parts.append(finding.name)
        if finding.metric is not None:
            parts.append(f"{finding.metric.name}={finding.metric.value}{finding.metric.unit}")
        lines.append("finding: " + ", ".join(parts))
    lines.append(nagios(report, "en", verbose=1))
    text = result.mask("\n".join(lines))
    return "".join(f"# {line}\n" for line in text.splitlines()) + "\n"
