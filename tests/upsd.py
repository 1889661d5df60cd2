"""Peers of the text protocols: NUT's upsd with dummy UPS, apcupsd's daemon, servers that misbehave.

Everything runs on a free loopback port from a scratch folder and is ended by its process id.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

START_SECONDS = 15.0
_NUT_FOLDERS = ("/lib/nut", "/usr/lib/nut", "/usr/libexec/nut")
_SYSTEM_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"

ON_LINE = {
    "battery.charge": "100",
    "battery.runtime": "2400",
    "battery.temperature": "24.5",
    "battery.voltage": "27.1",
    "input.voltage": "231.0",
    "ups.load": "18",
    "ups.mfr": "APC",
    "ups.model": "Smart-UPS 1500",
    "ups.status": "OL",
}


def free_port() -> int:
    """A loopback port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(happened: Callable[[], object], seconds: float = START_SECONDS) -> bool:
    """Ask again and again whether it `happened`; False when it did not within `seconds`."""
    end = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def answers(port: int) -> bool:
    """Whether somebody takes connections on this loopback port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Upsd:
    """A running upsd on `port` of the loopback, with the drivers of its dummy UPS."""

    def __init__(self, port: int, folder: Path, user: str) -> None:
        self.port = port
        self.folder = folder
        self.user = user
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def freeze_driver(self, name: str) -> None:
        """Let the driver say nothing more while its connection stays: its data gets stale."""
        self.processes[name].send_signal(signal.SIGSTOP)

    def end_driver(self, name: str) -> None:
        """End the driver, as if it had crashed."""
        _end(self.processes.pop(name))


@contextmanager
def upsd(
    folder: Path,
    devices: Mapping[str, Mapping[str, str] | None],
    *,
    max_age: int = 15,
    settings: str = "",
) -> Iterator[Upsd]:
    """A real upsd with one dummy UPS per entry of `devices`; no driver runs where it is None.

    `settings` are further lines of upsd.conf. Two users exist: «watcher» may read and «primary»
    may declare a forced shutdown; both have the password «secret words».
    """
    programs = _nut_folder()
    user = pwd.getpwuid(os.geteuid()).pw_name
    server = Upsd(free_port(), folder, user)
    _write_nut_configuration(server, devices, max_age, settings)
    surroundings = os.environ | {
        "NUT_CONFPATH": str(folder),
        "NUT_STATEPATH": str(folder),
        "NUT_ALTPIDPATH": str(folder),
    }

    def start(label: str, *command: str) -> None:
        with (folder / f"{label}.log").open("wb") as log:
            server.processes[label] = subprocess.Popen(
                command, env=surroundings, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )

    try:
        for name, variables in devices.items():
            if variables is not None:
                start(name, str(programs / "dummy-ups"), "-a", name, "-u", user, "-F")
        for name in server.processes:
            assert until((folder / f"dummy-ups-{name}").exists), _log(folder, name)
        start("upsd", str(programs / "upsd"), "-u", user, "-F")
        assert until(lambda: answers(server.port)), _log(folder, "upsd")
        running = [name for name, variables in devices.items() if variables is not None]
        assert until(lambda: all(_told(server.port, name) for name in running)), _log(
            folder, "upsd"
        )
        yield server
    finally:
        for process in server.processes.values():
            _end(process)


def certificate(folder: Path) -> tuple[str, Path]:
    """A self-signed certificate for localhost in the form that the installed upsd reads.

    Returns the lines of upsd.conf that make it offer STARTTLS, and the certificate as PEM.
    """
    if b"CERTIDENT" in (_nut_folder() / "upsd").read_bytes():
        return _nss_certificate(folder)
    pem, key, both = folder / "upsd.pem", folder / "upsd.key", folder / "upsd.both"
    _run(
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
        *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
        *("-keyout", str(key), "-out", str(pem)),
    )
    both.write_bytes(pem.read_bytes() + key.read_bytes())
    both.chmod(0o600)
    return f"CERTFILE {both}", pem


def _nss_certificate(folder: Path) -> tuple[str, Path]:
    if not shutil.which("certutil"):
        pytest.skip("certutil is missing (Debian package libnss3-tools)")
    store = folder / "nss"
    store.mkdir(mode=0o700)
    noise, secret, pem = folder / "noise", folder / "secret", folder / "upsd.pem"
    noise.write_bytes(os.urandom(64))
    secret.write_text("store\n")
    at = ("-d", f"sql:{store}", "-f", str(secret))
    names = ("--extSAN", "dns:localhost,ip:127.0.0.1")
    _run("certutil", "-N", *at)
    signed = ("-n", "upsd", "-s", "CN=localhost", "-x", "-t", "CT,,", "-z", str(noise))
    _run("certutil", "-S", *at, *signed, *names)
    _run("certutil", "-L", *at, "-n", "upsd", "-a", "-o", str(pem))
    return f'CERTPATH {store}\nCERTIDENT "upsd" "store"', pem


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def apcupsd(folder: Path, kind: str) -> Iterator[int]:
    """The port of a real apcupsd daemon whose UPSTYPE is `kind`: test, dumb or net."""
    program = _apcupsd_program()
    port = free_port()
    cable, device = ("ether", f"127.0.0.1:{free_port()}") if kind == "net" else ("simple", "")
    lines = {
        "UPSNAME": "bench",
        "UPSCABLE": cable,
        "UPSTYPE": kind,
        "DEVICE": device or "/dev/null",
        "LOCKFILE": folder,
        "SCRIPTDIR": folder,  # empty: nothing is run, whatever happens to the UPS
        "PWRFAILDIR": folder,
        "NOLOGINDIR": folder,
        "NETSERVER": "on",
        "NISIP": "127.0.0.1",
        "NISPORT": port,
        "EVENTSFILE": folder / "events",
        "STATFILE": folder / "status",
        "STATTIME": 0,
    }
    settings = folder / "apcupsd.conf"
    settings.write_text(
        "## apcupsd.conf v1.1 ##\n" + "".join(f"{key} {text}\n" for key, text in lines.items())
    )
    with (folder / "apcupsd.log").open("wb") as log:
        process = subprocess.Popen(
            [program, "-b", "-f", str(settings), "-P", str(folder / "pid")],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        assert until(lambda: answers(port)), _log(folder, "apcupsd")
        yield port
    finally:
        _end(process)
        with suppress(ProcessLookupError):  # a child of its own may not have listened
            os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def serving(handle: Callable[[socket.socket], None]) -> Iterator[int]:
    """The port of a loopback server that gives every connection to `handle`, one by one."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        current: list[socket.socket] = []
        ended = threading.Event()

        def serve() -> None:
            while not ended.is_set():
                with suppress(OSError):  # the client went away, or the test is over
                    connection, _ = listener.accept()
                    current.append(connection)
                    with connection:
                        handle(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            ended.set()
            for open_socket in (listener, *current):
                with suppress(OSError):
                    open_socket.shutdown(socket.SHUT_RDWR)
            thread.join(START_SECONDS)
            assert not thread.is_alive()


def swallow(connection: socket.socket) -> None:
    """Take everything and say nothing, until the other side has enough."""
    while connection.recv(65536):
        pass


def _write_nut_configuration(
    server: Upsd,
    devices: Mapping[str, Mapping[str, str] | None],
    max_age: int,
    settings: str,
) -> None:
    folder = server.folder
    sections = []
    for name, variables in devices.items():
        sections.append(f'[{name}]\n driver = dummy-ups\n port = {name}.dev\n desc = "bench"\n')
        text = "".join(f"{key}: {value}\n" for key, value in (variables or {}).items())
        (folder / f"{name}.dev").write_text(text)
    (folder / "ups.conf").write_text("pollinterval = 1\n" + "".join(sections))
    (folder / "upsd.conf").write_text(
        f"LISTEN 127.0.0.1 {server.port}\nMAXAGE {max_age}\nSTATEPATH {folder}\n{settings}\n"
    )
    (folder / "upsd.users").write_text(
        '[watcher]\n password = "secret words"\n'
        '[primary]\n password = "secret words"\n actions = FSD\n upsmon primary\n'
    )
    for path in folder.glob("upsd.*"):
        path.chmod(0o600)


def _nut_folder() -> Path:
    for folder in map(Path, _NUT_FOLDERS):
        if (folder / "upsd").exists() and (folder / "dummy-ups").exists():
            return folder
    pytest.skip("upsd and dummy-ups are missing (Debian package nut-server)")


def _apcupsd_program() -> str:
    named = os.environ.get("APOWACHT_APCUPSD")
    path = f"{os.environ.get('PATH', '')}:{_SYSTEM_FOLDERS}"
    program = named or shutil.which("apcupsd", path=path)
    if not program or not Path(program).exists():
        pytest.skip("apcupsd is missing (its daemon, or APOWACHT_APCUPSD with the path to it)")
    return program


def _told(port: int, name: str) -> bool:
    """Whether upsd has got the variables of this UPS: it says WAIT until then."""
    with socket.create_connection(("127.0.0.1", port), START_SECONDS) as connection:
        connection.sendall(f"GET VAR {name} ups.status\n".encode())
        answer = connection.makefile().readline()
    return answer.startswith("VAR") and "WAIT" not in answer


def _log(folder: Path, label: str) -> str:
    return (folder / f"{label}.log").read_text(errors="replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGCONT)  # a frozen one would not hear the next
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)
