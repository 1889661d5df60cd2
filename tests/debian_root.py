"""Debian systems of a test's own: a clean root made by debootstrap, entered or booted.

Whatever runs in one is in namespaces of its own and ends with them. Needs root; the archive is the
one that apt of this machine uses. Without either the test is skipped by name.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
ENVIRONMENT = (f"PATH={PATH}", "LC_ALL=C.UTF-8", "HOME=/root", "DEBIAN_FRONTEND=noninteractive")
OWN = ("unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child")
# Loopback is up in there, and nothing else: whoever wants to load something fails.
ENTER = """
mount -t proc proc "$0/proc"
ip link set lo up
exec chroot "$0" env --ignore-environment "$@"
"""
BOOT = """
set -e
mount --bind "$0" "$0"
mount -t proc proc "$0/proc"
mount -t sysfs sysfs "$0/sys"
mount -t cgroup2 cgroup "$0/sys/fs/cgroup"
mount -t tmpfs tmpfs "$0/run"
ip link set lo up
cd "$0"
mkdir -p before
pivot_root . before
umount -l before
exec env --ignore-environment container=other PATH=$PATH /lib/systemd/systemd
"""
START_SECONDS = 60.0


class Root:
    """A Debian system in a folder; `layers` are the folders that it is put together from."""

    def __init__(self, path: Path, *layers: Path) -> None:
        self.path = path
        self.layers = layers or (path,)

    @contextmanager
    def layer(self, folder: Path) -> Iterator[Root]:
        """Another one like it, whose changes lie in a folder, until the block ends."""
        upper, work, whole = (folder / name for name in ("upper", "work", "root"))
        for path in (upper, work, whole):
            path.mkdir(parents=True)
        below = [upper, *self.layers]
        options = f"lowerdir={':'.join(map(str, self.layers))},upperdir={upper},workdir={work}"
        mounted = ["mount", "-t", "overlay", "-o", options, "overlay", str(whole)]
        subprocess.run(mounted, check=True)
        try:
            yield Root(whole, *below)
        finally:
            subprocess.run(["umount", "--lazy", whole], check=True)
            shutil.rmtree(upper)

    def run(
        self, *command: str, user: str = "root", network: bool = False, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in it, with the network of this machine or with loopback alone."""
        own = OWN if network else (*OWN, "--net")
        done = subprocess.run(
            [*own, "sh", "-c", ENTER, self.path, *ENVIRONMENT, *as_user(user), *command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert not check or done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
        return done

    def put(self, *files: Path) -> list[str]:
        """Copy files into it; their names in there."""
        home = Path("/", "root")
        for file in files:
            shutil.copy(file, self.path / home.relative_to("/") / file.name)
        return [str(home / file.name) for file in files]

    def install(self, *debs: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Install packages whose dependencies are there; it has no network to ask anybody."""
        return self.run("dpkg", "--force-unsafe-io", "--install", *self.put(*debs), check=check)

    def files(self) -> dict[str, str]:
        """Everything but /proc, /run, the logs, caches and dpkg's own lists, and what it is like.

        Of a folder its size and time say nothing; of a file they tell a change.
        """
        listed = self.run(
            *("find", "/", "-xdev", "-regextype", "egrep"),
            *("-regex", "/(proc|run|root|var/log|var/cache|var/lib/dpkg)(/.*)?", "-prune"),
            *("-o", "-type", "d", "-printf", "%p\\t%u:%g %m\\n"),
            *("-o", "-printf", "%p\\t%u:%g %m %s %T@ %l\\n"),
        )
        return dict(line.split("\t", 1) for line in listed.stdout.splitlines())


class Booted:
    """A running system; `pid` is its first process."""

    def __init__(self, root: Root, pid: int) -> None:
        self.root = root
        self.pid = pid

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command in it, as root."""
        done = subprocess.run(
            ["nsenter", f"--target={self.pid}", "--all", "env", "-i", *ENVIRONMENT, *command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert not check or done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
        return done

    def text(self, *command: str) -> str:
        """What a command says, whatever it leaves with."""
        return self.run(*command, check=False).stdout.strip()


def as_user(user: str) -> list[str]:
    """What is put before a command, so that this user runs it with all his groups."""
    if user == "root":
        return []
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", "--no-new-privs"]


def system() -> dict[str, str]:
    """What /etc/os-release says of this machine."""
    lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    return {key: value.strip('"') for key, _, value in (line.partition("=") for line in lines)}


def archive(codename: str) -> str:
    """The address of Debian's archive, as apt's sources have it; skips without one."""
    targets = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(RELEASE) $(COMPONENT) $(SITE)"],
        capture_output=True,
        text=True,
    )
    for line in targets.stdout.splitlines():
        release, component, site = line.split(" ", 2)
        if (release, component) == (codename, "main"):
            return site
    pytest.skip(f"apt has no source of Debian's {codename}")


def made(path: Path, *packages: str) -> Root:
    """A clean root of this machine's Debian release with some more packages."""
    if os.geteuid() != 0:
        pytest.skip("not root: no Debian root can be made")
    for program, package in (
        ("debootstrap", "debootstrap"),
        ("unshare", "util-linux"),
        ("ip", "iproute2"),
    ):
        if not shutil.which(program, path=f"{os.environ['PATH']}:{PATH}"):
            pytest.skip(f"{program} is missing (Debian package {package})")
    codename = system()["VERSION_CODENAME"]
    done = subprocess.run(
        [
            *("debootstrap", "--variant=minbase", f"--include={','.join(packages)}"),
            *(codename, str(path), archive(codename)),
        ],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    shutil.rmtree(path / "var/cache/apt/archives", ignore_errors=True)
    return Root(path)


@contextmanager
def booted(root: Root) -> Iterator[Booted]:
    """Its systemd as the first process of a system of its own, until the block ends."""
    process = subprocess.Popen(
        [*OWN, "--net", "--cgroup", "sh", "-c", BOOT, root.path],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield _running(root, process)
    finally:
        process.kill()  # and with it, by --kill-child, everything in there
        process.wait()


def _running(root: Root, process: subprocess.Popen[bytes]) -> Booted:
    """Wait until it has started all that it starts by itself."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    end = time.monotonic() + START_SECONDS
    state = "not yet begun"
    while time.monotonic() < end and process.poll() is None:
        for pid in children.read_text(encoding="ascii").split():
            if Path(f"/proc/{pid}/comm").read_text(encoding="ascii") == "systemd\n":
                state = Booted(root, int(pid)).text("systemctl", "is-system-running")
                if state in ("running", "degraded"):
                    return Booted(root, int(pid))
        time.sleep(0.1)
    raise AssertionError(f"systemd did not start: {state}")
