"""One contract for all: every `check_apo_*` command, asked well, badly, and about nothing."""

from __future__ import annotations

import json
import os
import socket
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from commands import Run, assert_conforms, run
from site_files import CONTACTS, write_one
from timing import SPARE_SECONDS

from apowacht.exporter.engine import Engine
from apowacht.plugins.core.limits import LimitType
from apowacht.plugins.core.listing import all_checks
from apowacht.plugins.core.render import as_dict, perfdatum
from apowacht.plugins.sites.config import load

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

CHECKS = [check.name for check in all_checks()]
BY_NAME = {check.name: check for check in all_checks()}

# What each check makes of a target that gives no answer.
SILENCE = {check.name: check.silence_state.value for check in all_checks()}

CONTEXT = ["--mandant", "M", "--client-system", "C", "--workplace", "W"]
ASKING: dict[str, list[list[str]]] = {
    # How each command asks a device over each of its protocols; host and port are added.
    "certificate": [[]],
    "connector": [
        ["--insecure"],
        ["--no-tls"],
        ["--insecure", *CONTEXT],
    ],
    "erezept": [
        ["--environment", "PU", "--insecure", *CONTEXT],
        ["--environment", "RU", "--no-tls"],
    ],
    "terminal": [
        ["--insecure", *CONTEXT],
        ["--no-tls", *CONTEXT],
    ],
    "tilage": [[]],
    "uplink": [
        ["--router", "snmp"],
        ["--router", "snmp", "--snmp-version", "1"],
    ],
    "ups": [
        ["--source", "snmp"],
        ["--source", "snmp", "--snmp-version", "1"],
        ["--source", "snmp", "--snmp-user", "monitor"],
        ["--source", "nut"],
        ["--source", "apcupsd"],
    ],
}
NEEDED = {
    "erezept": ["--environment", "PU"],
    "terminal": CONTEXT,
    "uplink": ["--router", "snmp"],
}
"""What a site file must say of a check, beside the host."""
AIMED = ("tilage",)
"""Checks that have a target without being told one; nobody asks it from here."""
FAST = ("ups",)
"""Whose share belongs to the fast tests; the contract is the same for all."""


def marks(check: str) -> tuple[pytest.MarkDecorator, ...]:
    """What keeps the other checks out of the fast tests."""
    return () if check in FAST else (pytest.mark.slow,)


WAYS = [
    pytest.param(c, way, id="-".join([c, *way]), marks=marks(c))
    for c in CHECKS
    for way in ASKING[c]
]
SECRET = "s3cr3t-of-the-test"
NONE = "00" * 32


@pytest.fixture(params=[pytest.param(check, marks=marks(check)) for check in CHECKS])
def check(request: pytest.FixtureRequest) -> str:
    """Each check's name."""
    return str(request.param)


def conforming(check: str, *arguments: str, env: dict[str, str] | None = None) -> Run:
    """Run a command and assert the contract."""
    done = run(f"check_apo_{check}", *arguments, env=env)
    assert_conforms(done, check)
    return done


def test_help_says_what_it_is_and_leaves_with_3(check: str) -> None:
    """On stdout, with every option explained."""
    for option in ("--help", "-h"):
        done = run(f"check_apo_{check}", option)
        assert done.code == 3
        assert done.err == ""
        assert "Usage: check_apo_" in done.out
        assert "--timeout" in done.out


def test_version_leaves_with_3(check: str) -> None:
    """Name and number on stdout."""
    done = run(f"check_apo_{check}", "-V")
    assert (done.code, done.err) == (3, "")
    assert done.out.startswith(f"check_apo_{check} (apowacht) ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--bogus"],
        ["--bogus=1"],
        ["-Q"],
        ["left-over"],
        ["--timeout"],
        ["-t", "soon"],
        ["-t", "0"],
        ["-t", "-5"],
        ["--output", "xml"],
        ["--lang", "fr"],
        ["--timeout-state", "broken"],
        ["--debounce", "5/3"],
        ["--grace", "later"],
        ["-p", "70000"],
        ["-p", "none"],
        ["--replay", "/nonexistent/file"],
        ["--replay", "/"],
        ["--now", "yesterday"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("lang", ["de", "en"])
def test_a_usage_error_is_one_clear_line_and_3(check: str, arguments: list[str], lang: str) -> None:
    """On stdout, naming the option; a second line only where the first one was too short."""
    done = conforming(check, *arguments, env={"APOWACHT_LANG": lang})
    assert done.code == 3
    assert len(done.out.rstrip("\n").split("\n")) <= 2
    if arguments[0].startswith("--"):
        assert arguments[0].partition("=")[0] in done.out


@pytest.mark.parametrize(
    "check", [pytest.param(check, marks=marks(check)) for check in CHECKS if check not in AIMED]
)
def test_without_a_target_there_is_one_clear_line(check: str) -> None:
    """No device is guessed; in both languages."""
    for lang in ("de", "en"):
        done = conforming(check, env={"APOWACHT_LANG": lang})
        assert done.code == 3
        assert len(done.out.rstrip("\n").split("\n")) <= 2


def test_a_bad_range_names_its_option(check: str) -> None:
    """Every threshold option of the command refuses nonsense by name."""
    options = [
        option.opts[0]
        for known in all_checks()
        if known.name == check
        for option in known.options
        if option.opts[0].endswith(("-warning", "-critical"))
    ]
    for option in options:
        done = conforming(check, "-H", "127.0.0.1", option, "1:2:3")
        assert done.code == 3
        assert option in done.out


@pytest.mark.parametrize("output", ["json", "prtg", "checkmk"])
def test_a_usage_error_keeps_the_output_format(check: str, output: str) -> None:
    """Whoever parses the output can parse the error too."""
    done = run(f"check_apo_{check}", "--output", output, "--bogus")
    assert (done.code, done.err) == (3, "")
    if output == "json":
        answer = json.loads(done.out)
        assert answer["state"] == 3
        assert answer["check"] == check
        assert "--bogus" in answer["summary"]
    elif output == "prtg":
        assert json.loads(done.out)["prtg"]["error"] == 1
    else:
        assert done.out.startswith(f'3 "{check}" - ')


def test_an_unreadable_secret_is_named(tmp_path: Path) -> None:
    """Missing file, folder, empty file and a pipe that would block: one line, 3, no hang."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    empty = tmp_path / "empty"
    empty.touch()
    for file in (tmp_path / "missing", tmp_path, empty, pipe):
        done = conforming("ups", "-H", "127.0.0.1", "--community-file", str(file), "-t", "3")
        assert done.code == 3
        assert "--community-file" in done.out
        assert done.seconds < SPARE_SECONDS


@pytest.mark.parametrize(("check", "way"), WAYS)
def test_an_unknown_host_is_named_with_its_phase(check: str, way: list[str]) -> None:
    """`.invalid` never resolves (RFC 2606): the target's trouble, inside the deadline."""
    done = conforming(check, *way, "-H", "no-such-host.invalid", "-t", "4")
    assert "no-such-host.invalid" in done.out
    assert done.seconds < 4 + SPARE_SECONDS


@pytest.mark.parametrize(("check", "way"), WAYS)
def test_a_refused_port_is_told_from_silence(check: str, way: list[str]) -> None:
    """Nothing listens there: said at once, long before the deadline."""
    port = free_port()
    done = conforming(check, *way, "-H", "127.0.0.1", "-p", str(port), "-t", "6")
    assert done.code == SILENCE[check]
    assert str(port) in done.out
    assert done.seconds < 5.5


@pytest.mark.parametrize(("check", "way"), WAYS)
def test_a_port_that_swallows_everything_meets_the_deadline(
    check: str, way: list[str], abyss: int
) -> None:
    """No answer ever comes; the command is back within a second of its deadline."""
    done = conforming(check, *way, "-H", "127.0.0.1", "-p", str(abyss), "-t", "2")
    assert 1.0 < done.seconds < 2 + SPARE_SECONDS
    assert done.code == SILENCE[check]


@pytest.mark.parametrize(("check", "way"), WAYS)
def test_a_target_s_silence_has_the_state_that_was_asked_for(
    check: str, way: list[str], abyss: int
) -> None:
    """`--timeout-state` decides; the words stay."""
    done = conforming(
        check, *way, "-H", "127.0.0.1", "-p", str(abyss), "-t", "1",
        "--timeout-state", "warning",
    )  # fmt: skip
    assert done.code == 1


@pytest.mark.parametrize(("check", "way"), WAYS)
def test_garbage_is_called_garbage(check: str, way: list[str], babble: int) -> None:
    """Whatever comes back, the answer is one line without a traceback."""
    done = conforming(check, *way, "-H", "127.0.0.1", "-p", str(babble), "-t", "3")
    assert done.code == SILENCE[check]
    assert done.seconds < 3 + SPARE_SECONDS


@pytest.mark.parametrize(("check", "way"), WAYS)
def test_no_secret_is_ever_shown(check: str, way: list[str], abyss: int, tmp_path: Path) -> None:
    """Not at -vvv, not in any format, not in a recording, not in an error."""
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n")
    given = {
        "snmp": ["-C", SECRET],
        "nut": ["--user", "monitor", "--password-file", str(file)],
        # Secrets go over a verified connection only, so there has to be something to verify.
        "--mandant": ["--user", "monitor", "--password-file", str(file), "--tls-fingerprint", NONE],
    }.get(way[1] if len(way) > 1 else "", [])
    if "--no-tls" in way:  # where no password may go
        given = []
    if "--snmp-user" in way:
        given = ["--snmp-auth-protocol", "SHA", "--snmp-auth-key-file", str(file)]
    for output in ("nagios", "json", "checkmk", "prtg"):
        done = run(
            f"check_apo_{check}", *way, *given, "-H", "127.0.0.1", "-p", str(abyss), "-t", "1",
            "-vvv", "--output", output, "--record", str(tmp_path / "recording"),
        )  # fmt: skip
        assert done.code == SILENCE[check]
        assert SECRET not in done.out + done.err
    recording = tmp_path / "recording"
    assert not recording.exists() or SECRET not in recording.read_text()


RECORDINGS = [
    pytest.param(
        path.parent.name, path, id=f"{path.parent.name}-{path.name}", marks=marks(path.parent.name)
    )
    for path in sorted((Path(__file__).parent / "recorded").glob("*/*"))
]


def told_by_each(
    check: str, options: list[str], folder: Path, *more: str
) -> tuple[Run, Run, dict[str, Any], str]:
    """One question asked by single options, by a site file, and by the exporter that reads the
    file: two runs, and the exporter's answer with its perfdata. `more` is for the line only.

    Whatever is remembered is remembered by each alone.
    """
    file = write_one(folder / "checks.d", BY_NAME[check], options, contacts=CONTACTS)
    line = [*options, "--site", "muster", "--name", check, *more]
    states = [str(folder / word) for word in ("line", "file", "exporter")]
    by_line = conforming(check, *line, "--state-dir", states[0])
    by_file = conforming(check, "--site", file, *more, "--state-dir", states[1])
    configuration = load(folder / "checks.d", "de", states[2])
    assert configuration.mistakes == ()
    (watch,) = configuration.sites["muster"].watches
    engine = Engine(configuration)
    report = engine.run_now(watch.check, [*watch.arguments, *more]).report
    assert engine.close()
    return by_line, by_file, as_dict(report, "de"), " ".join(map(perfdatum, report.metrics))


def without_contact(run: Run) -> list[str]:
    """The lines that do not say whose job it is and who helps."""
    return [line for line in run.out.split("\n") if not line.startswith("Zuständig: ")]


@pytest.mark.parametrize(("check", "recording"), RECORDINGS)
def test_a_site_file_judges_as_the_options_do(check: str, recording: Path, tmp_path: Path) -> None:
    """With every limit set to alarm: the same state, perfdata and findings in all three ways."""
    limits = [
        f"{name}=" + ("@0:1000000000" if isinstance(option.type, LimitType) else "9999d")
        for option in BY_NAME[check].options
        if (name := option.opts[0]).endswith("-warning")
    ]
    options = ["-H", "127.0.0.1", *NEEDED.get(check, []), *limits]
    line, file, exporter, perfdata = told_by_each(
        check, options, tmp_path, "--replay", str(recording)
    )
    assert (file.code, file.perfdata, without_contact(file)) == (
        line.code, line.perfdata, without_contact(line),
    )  # fmt: skip
    assert (exporter["state"], perfdata) == (line.code, line.perfdata)
    said = [finding["text"] for finding in exporter["findings"]]
    assert all(text in file.out for text in said)


@pytest.mark.parametrize(("check", "way"), WAYS)
def test_a_site_file_asks_as_the_options_do(check: str, way: list[str], tmp_path: Path) -> None:
    """A port that nobody listens on, over each protocol: nobody is asked anything else."""
    options = [*way, *NEEDED.get(check, []), "-H", "127.0.0.1", "-p", str(free_port()), "-t", "6"]
    line, file, exporter, perfdata = told_by_each(check, options, tmp_path)
    assert (file.code, without_contact(file)) == (line.code, without_contact(line))
    assert (exporter["state"], perfdata) == (line.code, line.perfdata)
    assert exporter["summary"] in line.line_1


def test_german_letters_survive_any_locale(check: str) -> None:
    """Where the terminal cannot show them they are spelt out, never a traceback."""
    odd = {"PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "cp1252"}, {"LC_ALL": "C"}
    for env in odd:
        way = ASKING[check][0]
        done = run(f"check_apo_{check}", *way, "-H", "127.0.0.1", "-p", "1", "-t", "1", env=env)
        assert done.code == SILENCE[check]
        assert "Traceback" not in done.out + done.err


def free_port() -> int:
    """A port on which nothing listens, over TCP and UDP."""
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        tcp.bind(("127.0.0.1", 0))
        port: int = tcp.getsockname()[1]
        udp.bind(("127.0.0.1", port))
    return port


def both(port_sockets: list[socket.socket]) -> int:
    """TCP and UDP sockets on one and the same port of loopback."""
    tcp = socket.socket()
    tcp.bind(("127.0.0.1", 0))
    tcp.listen(64)
    udp = socket.socket(type=socket.SOCK_DGRAM)
    port: int = tcp.getsockname()[1]
    udp.bind(("127.0.0.1", port))
    port_sockets += [tcp, udp]
    return port


@pytest.fixture(scope="module")
def abyss() -> Iterator[int]:
    """A port that takes every connection and datagram and never says a word."""
    sockets: list[socket.socket] = []
    yield both(sockets)
    for one in sockets:
        one.close()


@pytest.fixture(scope="module")
def babble() -> Iterator[int]:
    """A port that answers everything with bytes that mean nothing."""
    sockets: list[socket.socket] = []
    port = both(sockets)
    tcp, udp = sockets
    noise = bytes(range(256)) * 4 + b"\n"

    def talk() -> None:
        while True:
            try:
                peer, _ = tcp.accept()
            except OSError:
                return
            with peer:
                try:
                    peer.sendall(noise)
                    peer.settimeout(5)
                    peer.recv(100)
                except OSError:
                    continue

    def throw() -> None:
        while True:
            try:
                _, peer = udp.recvfrom(65535)
                udp.sendto(noise[:500], peer)
            except OSError:
                return

    threads = [threading.Thread(target=task, daemon=True) for task in (talk, throw)]
    for thread in threads:
        thread.start()
    yield port
    for one in sockets:
        one.shutdown(socket.SHUT_RDWR) if one is tcp else None
        one.close()
