"""The Debian package: what is in it; how it installs, runs, upgrades and goes in a clean Debian.

The package is built once for all tests, the clean system is made once and copied. Installing is
done without any network.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from debian_root import Booted, Root, booted, made, system
from test_wheel import checks, console_scripts

from apowacht.plugins.core.listing import all_checks
from apowacht.plugins.core.version import VERSION
from apowacht.simulator.box import Box

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "debian"))

import surface  # noqa: E402

pytestmark = [pytest.mark.peer, pytest.mark.slow]

HOME = "usr/lib/apowacht"
PLUGINS = "usr/lib/nagios/plugins"
COMPLETIONS = "usr/share/bash-completion/completions"
UNIT = "apowacht-exporter.service"
FIRST_PORT = 16100
# Where Python itself writes the bytecode of its own modules when root runs it with -O.
STANDARD = "/usr/lib/python3."
# Where files of the package may lie; `…/` means everything below.
PLACES = (
    "etc/apowacht/", "etc/default/apowacht", f"{HOME}/", f"{PLUGINS}/check_apo_",
    "lib/systemd/system/apowacht-exporter.service",
    "usr/lib/systemd/system/apowacht-exporter.service", "usr/bin/apowacht",
    "usr/share/apowacht/", "usr/share/bash-completion/completions/apowacht",
    "usr/share/bash-completion/completions/check_apo_", "usr/share/doc/apowacht/",
    "usr/share/fish/vendor_completions.d/apowacht.fish", "usr/share/lintian/overrides/apowacht",
    "usr/share/man/man1/apowacht.1.gz", "usr/share/man/man1/check_apo_", "var/lib/apowacht/",
    "usr/share/zsh/vendor-completions/_apowacht",
)  # fmt: skip


def sh(*command: str | Path, **more: str) -> str:
    """Run a command of this machine that has to succeed; what it said."""
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=600, env={**os.environ, **more}
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-6000:]
    return done.stdout + done.stderr


@pytest.fixture(scope="session")
def deb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, built as `make deb` does it."""
    for program, package in (("dh", "debhelper"), ("dpkg-buildpackage", "dpkg-dev")):
        if not shutil.which(program):
            pytest.skip(f"{program} is missing (Debian package {package})")
    out = tmp_path_factory.mktemp("deb")
    kept = {key: text for key, text in os.environ.items() if not key.startswith("APOWACHT_")}
    done = subprocess.run(
        [ROOT / "debian" / "build", out], capture_output=True, text=True, timeout=900, env=kept
    )
    if "No matching distribution" in done.stderr:
        pytest.skip("a package index for the dependencies")
    assert done.returncode == 0, done.stderr[-6000:]
    (found,) = out.glob("apowacht_*.deb")
    return found


@pytest.fixture(scope="session")
def tree(deb: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its files."""
    folder = tmp_path_factory.mktemp("tree") / "files"
    sh("dpkg-deb", "--extract", deb, folder)
    return folder


@pytest.fixture(scope="session")
def packages(tree: Path) -> Path:
    """The site-packages of its private environment."""
    (found,) = (tree / HOME / "lib").glob("python3.*/site-packages")
    return found


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Root:
    """A clean Debian with monitoring-plugins and a user `nagios`, without the package."""
    version = "{}.{}".format(*sys.version_info[:2])
    if not Path(f"/usr/bin/python{version}").exists():
        version = sh("/usr/bin/python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])")
    root = made(
        tmp_path_factory.mktemp("debian") / "bare",
        *(f"python{version.strip()}", "adduser", "ca-certificates", "tzdata", "systemd"),
        *("monitoring-plugins-basic", "bash-completion"),
    )
    root.run("useradd", "--system", "--user-group", "nagios")
    return root


@pytest.fixture(scope="session")
def installed(bare: Root, deb: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Root]:
    """That system with the package; tests that change it take a layer of their own."""
    with bare.layer(tmp_path_factory.mktemp("installed")) as root:
        root.install(deb)
        yield root


@pytest.fixture
def own(installed: Root, tmp_path: Path) -> Iterator[Root]:
    """The same for one test, which may change it."""
    with installed.layer(tmp_path) as root:
        yield root


@pytest.fixture
def untouched(bare: Root, tmp_path: Path) -> Iterator[Root]:
    """The system without the package, for one test."""
    with bare.layer(tmp_path) as root:
        yield root


def repacked(deb: Path, folder: Path, version: str, *more: str) -> Path:
    """The same package with another version, and with these files in it, too."""
    work = folder / f"work-{version}"
    sh("dpkg-deb", "--raw-extract", deb, work)
    control = work / "DEBIAN" / "control"
    text = re.sub(r"(?m)^Version: .*$", f"Version: {version}", control.read_text(encoding="utf-8"))
    control.write_text(text, encoding="utf-8")
    for name in more:
        (work / name).write_text("of an older version\n", encoding="utf-8")
    made_of = folder / f"apowacht_{version}.deb"
    sh("dpkg-deb", "--build", "--root-owner-group", "-Znone", work, made_of)
    shutil.rmtree(work)
    return made_of


# What is in it


def test_lintian_finds_no_error(deb: Path) -> None:
    """Beyond the overrides, which each have a reason."""
    if not shutil.which("lintian"):
        pytest.skip("lintian is missing")
    said = sh("lintian", "--allow-root", "--fail-on=error", deb)
    assert "E: " not in said


def test_it_is_named_after_the_release(deb: Path) -> None:
    """Version, architecture, and the one Python that it runs on."""
    version, depends = sh("dpkg-deb", "--field", deb, "Version", "Depends").splitlines()
    assert version == f"Version: {VERSION}~deb{system()['VERSION_ID']}"
    assert deb.name.endswith(f"_{sh('dpkg', '--print-architecture').strip()}.deb")
    python = "python{}.{}".format(*version_of(deb))
    assert re.search(rf"\b{re.escape(python)}(,|$)", depends)


def version_of(deb: Path) -> tuple[str, str]:
    """The Python that it was built for."""
    listing = sh("dpkg-deb", "--contents", deb)
    found = re.search(r"apowacht/lib/python(\d+)\.(\d+)/site-packages/\n", listing)
    assert found
    return found[1], found[2]


def test_every_file_is_in_its_place(tree: Path) -> None:
    """No file lies anywhere else, and nobody but root may write one."""
    for path in tree.rglob("*"):
        name = path.relative_to(tree).as_posix()
        if path.is_symlink() or not path.is_dir():
            assert name.startswith(PLACES), name
        if not path.is_symlink():
            assert not path.stat().st_mode & 0o022, name


def test_nothing_names_the_folder_of_the_build(tree: Path) -> None:
    """Neither in texts nor in bytecode nor in compiled modules."""
    for path in tree.rglob("*"):
        if path.is_file() and not path.is_symlink():
            blob = path.read_bytes()
            blob = (
                gzip.decompress(blob) if path.suffix == ".gz" and blob[:2] == b"\x1f\x8b" else blob
            )
            for name in (b"debian/apowacht/", b"/tmp/tmp.", os.fsencode(ROOT) + b"/"):
                assert name not in blob, (path, name)


def test_every_command_is_linked(tree: Path) -> None:
    """Plugins among the other plugins, `apowacht` on the path, by links that can be moved along."""
    for name in console_scripts():
        link = tree / (f"usr/bin/{name}" if name == "apowacht" else f"{PLUGINS}/{name}")
        assert not os.readlink(link).startswith("/")
        assert link.resolve() == tree / HOME / "bin" / name
        first = link.read_text(encoding="ascii").splitlines()[0]
        assert first == f"#!/{HOME}/bin/python3 -I"


def test_all_is_compiled_for_users_who_cannot_write(packages: Path) -> None:
    """Each module has bytecode that is taken without a look at its source (PEP 552)."""
    sources = [file for file in packages.rglob("*.py") if "template" not in file.name]
    assert len(sources) > 500
    for source in sources:
        (compiled,) = (source.parent / "__pycache__").glob(f"{source.stem}.cpython-*.pyc")
        assert int.from_bytes(compiled.read_bytes()[4:8], "little") == 0b01, compiled


def test_the_list_of_parts_is_what_is_installed(tree: Path, packages: Path) -> None:
    """CycloneDX: each distribution with version, licence, wheels' hashes, and who needs it."""
    text = (tree / "usr/share/doc/apowacht/sbom.cdx.json").read_text(encoding="utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_5).validate_str(text) is None
    bom = json.loads(text)
    assert bom["serialNumber"]
    whole = bom["metadata"]["component"]
    assert (whole["name"], whole["version"]) == ("apowacht", VERSION)
    told = {(part["name"].lower(), part["version"]) for part in (whole, *bom["components"])}
    there = set()
    for folder in packages.glob("*.dist-info"):
        fields = (folder / "METADATA").read_text(encoding="utf-8").partition("\n\n")[0]
        name, version = (re.search(rf"(?m)^{key}: (.+)$", fields) for key in ("Name", "Version"))
        assert name
        assert version
        there.add((name[1].lower(), version[1]))
    assert told == there
    references = {part["bom-ref"] for part in (whole, *bom["components"])}
    assert {row["ref"] for row in bom["dependencies"]} == references
    assert all(set(row["dependsOn"]) <= references for row in bom["dependencies"])
    lock = ROOT / "debian" / f"requirements-{packages.parent.name.removeprefix('python')}.txt"
    locked = set(re.findall(r"sha256:([0-9a-f]{64})", lock.read_text(encoding="utf-8")))
    hashes = [row["value"] for part in bom["components"] for row in part["properties"]]
    assert len(hashes) == len(locked)
    assert set(hashes) == locked
    assert all(
        part["licenses"] and "unknown" not in str(part["licenses"]) for part in bom["components"]
    )
    every = [
        *bom["components"],
        *(p for part in bom["components"] for p in part.get("components", ())),
    ]
    assert len({part["bom-ref"] for part in every}) == len(every)


def test_the_list_names_what_is_compiled_in(tree: Path, packages: Path) -> None:
    """As the modules themselves say it; no module is there of which nothing is known."""
    text = (tree / "usr/share/doc/apowacht/sbom.cdx.json").read_text(encoding="utf-8")
    bom = json.loads(text)
    parts = {
        part["name"].lower(): {
            (inner["name"], inner.get("version")) for inner in part.get("components", ())
        }
        for part in bom["components"]
    }
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import json, yaml._yaml; "
        "from cryptography.hazmat.backends.openssl.backend import backend; "
        "print(json.dumps([yaml._yaml.get_version_string(), backend.openssl_version_text()]))"
    )
    python = f"/usr/bin/{packages.parent.name}"
    libyaml, openssl = json.loads(sh(python, "-I", "-c", code, packages))
    assert ("libyaml", libyaml) in parts["pyyaml"]
    assert ("openssl", openssl.split()[1]) in parts["cryptography"]
    assert ("libffi", None) in parts["cffi"]
    crates = {name: {inner for inner, _ in parts[name]} for name in ("bcrypt", "gufo_snmp")}
    assert {"pyo3", "blowfish", "rust-std"} <= crates["bcrypt"]
    assert {"pyo3", "aes", "rust-std"} <= crates["gufo_snmp"]
    compiled = {file.relative_to(packages).as_posix() for file in packages.rglob("*.so*")}
    tops = {re.split(r"[/.]", name.removeprefix("_"))[0] for name in compiled}
    assert tops == {"bcrypt", "cffi_backend", "cryptography", "gufo", "markupsafe", "yaml"}
    (incomplete,) = bom["compositions"]
    assert incomplete["aggregate"] == "incomplete"
    told = (tree / "usr/share/doc/apowacht/third-party.txt").read_text(encoding="utf-8")
    assert f"in it: libyaml {libyaml}: MIT" in told


def test_manual_pages_tell_every_option(tree: Path) -> None:
    """One page per command, which groff reads without a warning."""
    for check in all_checks():
        page = tree / f"usr/share/man/man1/check_apo_{check.name}.1.gz"
        text = gzip.decompress(page.read_bytes()).decode().replace("\\-", "-")
        for option in check.options:
            assert option.opts[0] in text, (check.name, option.opts)
    assert (
        "apowacht config check"
        in gzip.decompress((tree / "usr/share/man/man1/apowacht.1.gz").read_bytes()).decode()
    )
    if not shutil.which("man"):
        pytest.skip("man is missing (Debian package man-db)")
    for page in (tree / "usr/share/man/man1").iterdir():
        said = subprocess.run(
            ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", page],
            capture_output=True,
            env={**os.environ, "MANROFFSEQ": "", "MANWIDTH": "80"},
        )
        assert (said.returncode, said.stderr) == (0, b""), page


def test_the_unit_is_confined(tree: Path) -> None:
    """systemd's own measure says at most 2.0."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is missing (Debian package systemd)")
    (unit,) = tree.rglob(UNIT)
    said = sh(
        "systemd-analyze", "security", "--offline=true", "--threshold=20", unit, LC_ALL="C.UTF-8"
    )
    level = re.search(r"exposure level for \S+: ([0-9.]+)", said)
    assert level
    assert float(level[1]) <= 2.0


def test_the_scripts_restart_what_runs_and_stop_at_the_end(deb: Path, tmp_path: Path) -> None:
    """Nothing is started or stopped but by `try-restart` on an upgrade and `stop` on removal."""
    sh("dpkg-deb", "--control", deb, tmp_path / "control")
    scripts = {name: tmp_path / "control" / name for name in ("preinst", "postinst", "prerm")}
    told = {
        name: re.findall(r"deb-systemd-invoke (\S+) \S*apowacht-exporter", file.read_text())
        for name, file in scripts.items()
        if file.exists()
    }
    assert told == {"postinst": ["try-restart"], "prerm": ["stop"]}
    postinst, prerm = (scripts[name].read_text(encoding="utf-8") for name in ("postinst", "prerm"))
    assert re.search(r'if \[ -n "\$2" \]; then\s+deb-systemd-invoke try-restart', postinst)
    assert re.search(r"= remove \]; then\s+if [^\n]*run/systemd/system \]; then\s+deb-", prerm)


def test_the_pages_lead_to_pages_that_are_there(tree: Path) -> None:
    """They lie to each other as in the checkout, so their links need not be rewritten."""
    top = tree / "usr/share/doc/apowacht"
    pages = list(top.rglob("*.md"))
    assert {"README.md", "CONTRIBUTING.md", "docs/README.md", "docs/debian.md"} <= {
        page.relative_to(top).as_posix() for page in pages
    }
    for page in pages:
        for name in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / name).exists(), (page.name, name)
    (unit,) = tree.rglob(UNIT)
    (named,) = re.findall(r"file:/(\S+)", unit.read_text(encoding="utf-8"))
    assert (tree / named).exists()


# Installed beside monitoring-plugins


@pytest.mark.parametrize("command", checks())
def test_a_plugin_runs_as_nagios(installed: Root, command: str) -> None:
    """Help, version and a mistake: 3, on stdout, from the folder of the monitoring server."""
    for option in ("--help", "-h", "--version", "-V", "--no-such-option"):
        answer = installed.run(f"/{PLUGINS}/{command}", option, user="nagios", check=False)
        assert (answer.returncode, answer.stderr) == (3, ""), answer
        assert "Traceback" not in answer.stdout


def test_the_suite_runs_as_nagios(installed: Root) -> None:
    """0 for what was asked, 2 for a mistake; every check is listed and every export known."""
    listed = installed.run("apowacht", "checks", user="nagios").stdout
    assert [line.split()[0] for line in listed.splitlines()] != []
    assert set(checks()) == {line.split()[0] for line in listed.splitlines()}
    assert VERSION in installed.run("apowacht", "--version", user="nagios").stdout
    assert installed.run("apowacht", "--nothing", user="nagios", check=False).returncode == 2
    installed.run("apowacht", "config", "check", user="nagios")


def test_nagios_asks_a_device_and_remembers(own: Root) -> None:
    """The simulated UPS answers; the memory lies in the common folder and is the group's."""
    with Box("quiet") as box:
        host, unit = box.find("ups-server")
        answer = own.run(
            f"/{PLUGINS}/check_apo_ups", *host.options(unit), "--debounce", "2/3",
            user="nagios", network=True, check=False,
        )  # fmt: skip
    assert answer.returncode == 0, answer
    assert answer.stdout.startswith("UPS OK - ")
    kept = own.run("find", "/var/lib/apowacht", "-name", "*.json", "-printf", "%u %g %m\n").stdout
    assert kept.splitlines()
    assert set(kept.splitlines()) == {"nagios apowacht 664"}


def test_users_and_folders(installed: Root) -> None:
    """State is shared by the group, secrets are readable for it, and nagios is in it."""
    about = {
        name: installed.run("stat", "-c", "%U:%G %a", name).stdout.strip()
        for name in ("/var/lib/apowacht", "/etc/apowacht/secrets", "/etc/apowacht/checks.d")
    }
    assert about == {
        "/var/lib/apowacht": "apowacht:apowacht 2775",
        "/etc/apowacht/secrets": "root:apowacht 750",
        "/etc/apowacht/checks.d": "root:apowacht 2755",
    }
    assert "apowacht" in installed.run("id", "-nG", "nagios").stdout.split()
    shell = installed.run("getent", "passwd", "apowacht").stdout.strip().rpartition(":")[2]
    assert shell == "/usr/sbin/nologin"


def test_who_checks_can_read_what_discover_writes(own: Root) -> None:
    """Written by root into /etc/apowacht/checks.d, read by the exporter's user and by nagios."""
    site = "/etc/apowacht/checks.d/rosen.yaml"
    with Box("quiet") as box:
        host, unit = box.find("ups-server")
        place, port = host.service.address
        ask = ("discover", "--site", "rosen", "--title", "Rosen", "--ups", f"snmp://{place}:{port}")
        own.run("apowacht", *ask, network=True)
        written = own.run("stat", "-c", "%U:%G %a", site).stdout.strip()
        assert written == "root:apowacht 640"
        for user in ("apowacht", "nagios"):
            said = own.run("apowacht", "config", "check", user=user)
            assert "Apotheken: 1, Prüfungen: 1," in said.stdout + said.stderr
        answer = own.run(f"/{PLUGINS}/check_apo_ups", "--site", site, user="nagios", network=True)
    assert answer.stdout.startswith("UPS OK - "), (unit.name, answer)
    own.run("chgrp", "root", site)
    blind = own.run("runuser", "-u", "apowacht", "--", "apowacht", "config", "check", check=False)
    assert blind.returncode != 0
    assert site in blind.stdout + blind.stderr


def test_the_exports_of_the_page_are_complete(own: Root) -> None:
    """Its commands write from the example; Icinga's templates come along."""
    own.run("sh", "-c", "cd /etc/apowacht/checks.d && cp muster*.example rosen.yaml")
    page = (ROOT / "docs" / "debian.md").read_text(encoding="utf-8")
    commands = re.findall(r"\| `(apowacht export [^`]+)` \|", page)
    for command in commands:
        own.run(*command.split())
    kinds = {command.split()[2] for command in commands}
    assert kinds == {"icinga2", "director", "nagios", "checkmk", "nrpe", "prometheus"}
    icinga = own.path / "etc/icinga2/conf.d/apowacht"
    text = "".join(file.read_text(encoding="utf-8") for file in icinga.iterdir())
    wanted = set(re.findall(r'import "(apo-[^"]+)"', text))
    assert wanted
    assert wanted <= set(re.findall(r'template \w+ "(apo-[^"]+)"', text))


@pytest.mark.parametrize(
    ("before", "override", "after"),
    [
        ("root:root 755", False, ("root:apowacht 2755", "root:apowacht 640")),
        ("root:root 755", True, ("root:root 755", "root:root 640")),
        ("root:adm 2750", False, ("root:adm 2750", "root:root 640")),
    ],
)
def test_the_folder_of_site_files_is_shared_once(
    own: Root, before: str, override: bool, after: tuple[str, str]
) -> None:
    """An older build made it for root alone; whoever chose otherwise keeps what he chose."""
    folder = "/etc/apowacht/checks.d"
    owner, mode = before.split()
    own.run("chown", owner, folder)
    own.run("chmod", "00755", folder)  # without the leading zeros the bit of the group stays
    own.run("chmod", mode, folder)
    own.run("install", "-m", "640", "-g", "root", "/dev/null", f"{folder}/rosen.yaml")
    if override:
        own.run("dpkg-statoverride", "--add", *owner.split(":"), f"0{mode}", folder)
    own.run("/var/lib/dpkg/info/apowacht.postinst", "configure", "0.0.9~deb1")
    shown = own.run("stat", "-c", "%U:%G %a", folder, f"{folder}/rosen.yaml").stdout
    assert tuple(shown.splitlines()) == after


def test_no_bytecode_is_written(own: Root) -> None:
    """Not even by root, who could: what was compiled at the build is what is used."""
    before = own.files()
    own.run("apowacht", "checks")
    own.run(f"/{PLUGINS}/check_apo_ups", "--help", check=False)
    assert own.files() == before


def test_it_leaves_monitoring_plugins_alone(installed: Root, bare: Root) -> None:
    """Every file that was there before is as it was, but for the lists of users."""
    before, after = bare.files(), installed.files()
    changed = {name for name in before if after.get(name) != before[name]}
    users = {f"/etc/{name}{end}" for name in ("passwd", "shadow", "group", "gshadow", "subuid", "subgid") for end in ("", "-")}  # fmt: skip # noqa: E501
    assert changed <= users
    assert installed.run("dpkg", "--verify", "apowacht", "monitoring-plugins-basic").stdout == ""


def test_bash_completes_names_choices_and_subcommands(installed: Root) -> None:
    """As a person at a prompt gets it, from files that start no Python."""
    script = """
    . /usr/share/bash-completion/bash_completion
    complete_line() {
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
        _completion_loader "$1"; _${1##*/} 2>/dev/null; echo "${COMPREPLY[*]}"
    }
    complete_line check_apo_ups --source ""
    complete_line check_apo_ups --shutdown
    complete_line apowacht conf
    complete_line apowacht config check --lang e
    complete_line apowacht config example ""
    complete_line check_apo_ups --site /etc/apowacht/checks.d/mus
    complete_line apowacht discover --kon /etc/apowacht/checks.d/mus
    complete_line apowacht export nrpe --site-dir /etc/apowacht/che
    complete_line apowacht config check /etc/apowacht/checks.d/mus
    """
    said = installed.run("bash", "-c", script).stdout.splitlines()
    file = "/etc/apowacht/checks.d/muster-apotheke.yaml.example"
    words = ["snmp nut apcupsd", "--shutdown-need", "config", "en", "site modules"]
    assert said == [*words, file, file, "/etc/apowacht/checks.d", file]


def test_every_option_with_a_path_offers_files(installed: Root) -> None:
    """In all commands and all shells; zsh and fish ask the command, which leaves it to them."""
    single = [(click.Context(one, info_name=name), one) for name, one in surface.checks().items()]
    found = 0
    for context, command in (*single, *surface.tree()):
        script = installed.path / COMPLETIONS / context.command_path.partition(" ")[0]
        lines = script.read_text(encoding="utf-8").splitlines()
        for one in surface.options(command, context):
            place = one.make_metavar(context)
            if re.search(r"\b(FILE|DIR|GLOB)\b", place):
                found += 1
                (item,) = one.shell_complete(context, "")
                assert item.type in ("file", "dir"), one.opts
                asked = [
                    line
                    for line in lines
                    if re.match(rf" +(\S+ \| )*{one.opts[-1]}( \| \S+)*\) ", line)
                ]
                wanted = f"compgen {'-d' if place == 'DIR' else '-f'} "
                assert asked, one.opts
                assert all(wanted in line for line in asked), asked
    assert found > 80
    for shell, words, word in (("zsh", "", "3"), ("fish", "x", "x")):
        said = installed.run(
            *("env", f"_APOWACHT_COMPLETE={shell}_complete", f"COMP_CWORD={word}"),
            *(f"COMP_WORDS=apowacht discover --kon {words}", "apowacht"),
        )
        assert said.stdout.startswith("file"), (shell, said.stdout)


def test_another_python_is_refused(own: Root, deb: Path) -> None:
    """One clear line from a command that another Python runs, and from the installation."""
    major, minor = version_of(deb)
    launcher = f"/{HOME}/bin/check_apo_ups"
    code = f"import sys; sys.version_info = (3, 99); exec(open('{launcher}').read())"
    answer = own.run(f"/usr/bin/python{major}.{minor}", "-c", code, check=False)
    assert (answer.returncode, answer.stderr) == (3, "")
    assert answer.stdout.count("\n") == 1
    assert f"Python {major}.{minor}" in answer.stdout
    own.run("dpkg", "--remove", "apowacht")
    (own.path / f"usr/bin/python{major}.{minor}").rename(own.path / "usr/bin/gone")
    refused = own.install(deb, check=False)
    assert refused.returncode != 0
    lines = [line for line in refused.stderr.splitlines() if line.startswith("apowacht: ")]
    assert len(lines) == 1
    assert f"needs Python {major}.{minor}" in lines[0]


def test_monitoring_that_comes_later_joins_the_group(own: Root, tmp_path: Path) -> None:
    """A package that brings `nagios` and /etc/nagios is enough; nobody has to think of it."""
    own.run("userdel", "nagios")
    work = tmp_path / "later"
    (work / "DEBIAN").mkdir(parents=True)
    (work / "etc/nagios").mkdir(parents=True)
    (work / "etc/nagios/later.cfg").write_text("# a monitoring server\n", encoding="utf-8")
    (work / "DEBIAN/control").write_text(
        "Package: later\nVersion: 1\nArchitecture: all\nMaintainer: nobody <nobody@later.example>\n"
        "Description: monitoring that comes later\n",
        encoding="utf-8",
    )
    script = work / "DEBIAN/postinst"
    script.write_text("#!/bin/sh\nuseradd --system --user-group nagios\n", encoding="utf-8")
    script.chmod(0o755)
    sh("dpkg-deb", "--build", "--root-owner-group", work, tmp_path / "later.deb")
    own.install(tmp_path / "later.deb")
    assert "apowacht" in own.run("id", "-nG", "nagios").stdout.split()


def test_an_upgrade_keeps_configuration_and_state(
    untouched: Root, deb: Path, tmp_path: Path
) -> None:
    """What an administrator wrote and what the checks remember; files of the old version go."""
    stale = "usr/share/apowacht/stale.txt"
    old = repacked(deb, tmp_path, "0.0.9~deb1", stale)
    root = untouched
    root.install(old)
    assert (root.path / stale).exists()
    example = root.path / "etc/apowacht/checks.d/muster-apotheke.yaml.example"
    kept = {
        root.path / "etc/apowacht/checks.d/eigene.yaml": "site: eigene\n",
        root.path / "etc/apowacht/secrets/konnektor": "geheim\n",
        root.path / "etc/default/apowacht": 'ARGS="--threads=8"\n',
        example: example.read_text(encoding="utf-8") + "# ours\n",
        root.path / "var/lib/apowacht/uplink-x.json": "{}\n",
    }
    for file, text in kept.items():
        file.write_text(text, encoding="utf-8")
    root.run("chown", "nagios:apowacht", "/var/lib/apowacht/uplink-x.json")
    root.run("chmod", "2770", "/var/lib/apowacht")
    root.run("dpkg-statoverride", "--add", "apowacht", "apowacht", "2770", "/var/lib/apowacht")
    root.install(deb)
    assert {file: file.read_text(encoding="utf-8") for file in kept} == kept
    owner = root.run("stat", "-c", "%U:%G", "/var/lib/apowacht/uplink-x.json").stdout.strip()
    assert owner == "nagios:apowacht"
    assert root.run("stat", "-c", "%a", "/var/lib/apowacht").stdout.strip() == "2770"
    assert not (root.path / stale).exists()
    shown = root.run("dpkg-query", "-W", "-f", "${Version} ${Status}", "apowacht").stdout
    assert shown == f"{VERSION}~deb{system()['VERSION_ID']} install ok installed"


def test_remove_keeps_and_purge_takes_all(bare: Root, own: Root) -> None:
    """Removed: configuration and state stay. Purged: nothing is left but the user."""
    before = bare.files()
    mine = own.path / "etc/apowacht/checks.d/eigene.yaml"
    mine.write_text("site: eigene\n", encoding="utf-8")
    (own.path / "var/lib/apowacht/uplink-x.json").write_text("{}\n", encoding="utf-8")
    own.run(f"/{HOME}/bin/python3", "-O", "-c", "import apowacht.plugins.ups")  # writes bytecode
    own.run("dpkg", "--remove", "apowacht")
    left = {name for name in own.files() if name not in before}
    left = {name for name in left if not name.startswith(STANDARD)}
    assert not [name for name in left if name.startswith(("/usr/", "/lib/"))]
    assert mine.exists()
    assert (own.path / "var/lib/apowacht/uplink-x.json").exists()
    own.run("dpkg", "--purge", "apowacht")
    after = own.files()
    accounts = re.compile(r"/etc/(passwd|shadow|group|gshadow|subuid|subgid)-?")
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    changed = {name for name in changed if not name.startswith(STANDARD)}
    assert not [name for name in changed if not accounts.fullmatch(name)]


# The exporter under its unit's restrictions

INSIDE = """
import datetime, os, ssl
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from apowacht.plugins.wire import keys, tls_groups
key = ec.generate_private_key(ec.BrainpoolP256R1())
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "apowacht")])
now = datetime.datetime.now(datetime.UTC)
one = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + datetime.timedelta(1))
one = one.sign(key, hashes.SHA256())
p12 = pkcs12.serialize_key_and_certificates(b"x", key, one, None, BestAvailableEncryption(b"x"))
assert tls_groups.settle()
client = keys.load_client_key_data("x.p12", p12, "x")
client.install(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
assert os.getuid() != 0 and not os.access("/etc/apowacht/checks.d", os.W_OK)
for place in ("/root", "/home"):
    try:
        assert not os.listdir(place)
    except PermissionError:
        pass
print("all done")
"""


@pytest.fixture
def running(own: Root) -> Iterator[Booted]:
    """The system, booted."""
    with booted(own) as machine:
        yield machine


class Upgraded:
    """The package in a running system: installed, taken away, and how the exporter is then."""

    def __init__(self, machine: Booted, *debs: str) -> None:
        self.machine = machine
        self.debs = debs
        self.installed = 0

    def install(self) -> tuple[str, str]:
        """Install the other version than the last time; what state the exporter is in then."""
        deb = self.debs[self.installed % len(self.debs)]
        self.installed += 1
        self.machine.run("dpkg", "--force-unsafe-io", "--force-downgrade", "--install", deb)
        return self.state()

    def configure(self) -> tuple[str, str]:
        """The last step of an upgrade alone; what state the exporter is in then."""
        self.machine.run("/var/lib/dpkg/info/apowacht.postinst", "configure", "0.0.9~deb1")
        return self.state()

    def ask(self, *command: str) -> tuple[str, str]:
        """Have systemd do something to the exporter; what state it is in then."""
        self.machine.run("systemctl", *command, UNIT)
        return self.state()

    def state(self) -> tuple[str, str]:
        """Enabled and active, in systemd's words; no process is left when it is not active."""
        found = (
            self.machine.text("systemctl", "is-enabled", UNIT),
            self.machine.text("systemctl", "is-active", UNIT),
        )
        lines = self.machine.text("sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
        assert ("bin/apowacht exporter" in lines) == (found[1] == "active"), (found, lines)
        return found

    def process(self) -> str:
        """Its process."""
        return self.machine.text("systemctl", "show", "--value", "--property=MainPID", UNIT)


def test_an_upgrade_restarts_only_what_runs(untouched: Root, deb: Path, tmp_path: Path) -> None:
    """First off; then as it was, with another process; gone with the package."""
    debs = untouched.put(deb, repacked(deb, tmp_path, "9.9.9~deb9"))
    off, stopped, running = (
        ("disabled", "inactive"),
        ("enabled", "inactive"),
        ("enabled", "active"),
    )
    unasked = ("disabled", "active")
    with booted(untouched) as machine:
        package = Upgraded(machine, *debs)
        assert package.install() == off
        machine.run("sh", "-c", "cd /etc/apowacht/checks.d && cp muster*.example rosen.yaml")
        assert package.configure() == off
        assert package.ask("enable", "--now") == running
        process = package.process()
        assert package.install() == running
        assert package.process() != process
        assert package.ask("stop") == stopped
        assert package.install() == stopped
        assert package.ask("disable") == off
        assert package.configure() == off
        assert package.ask("start") == unasked
        assert package.configure() == unasked
        machine.run("dpkg", "--remove", "apowacht")
        assert package.state()[1] == "inactive"
        machine.run("dpkg", "--purge", "apowacht")
        assert not machine.text("find", "/etc/systemd", "/var/lib/systemd", "-name", "*apowacht*")


def seen_well(machine: Booted, wanted: set[str]) -> set[str]:
    """The checks that were OK in /metrics: as soon as these were, or after a while."""
    code = (
        "import urllib.request as r; "
        "print(r.urlopen('http://127.0.0.1:9942/metrics', timeout=5).read().decode())"
    )
    well: set[str] = set()
    end = time.monotonic() + 90
    while time.monotonic() < end and not wanted <= well:
        text = machine.text(f"/{HOME}/bin/python3", "-c", code)
        well |= set(re.findall(r'(?m)^apowacht_check_state\{.*?check="(\w+)".*?\} 0$', text))
        time.sleep(0.5)
    return well


def test_the_exporter_runs_under_its_restrictions(running: Booted) -> None:
    """Off at first; enabled it asks UPS, lines, Konnektor and terminals of the example pharmacy."""
    assert running.text("systemctl", "is-enabled", UNIT) == "disabled"
    assert running.text("systemctl", "is-active", UNIT) == "inactive"
    running.run(
        *("systemd-run", "--quiet", "--unit=box", f"/{HOME}/bin/python3", "-m"),
        *("apowacht.simulator", "--scenario", "quiet", "--first-port", str(FIRST_PORT)),
    )
    folder = "/etc/apowacht/checks.d"
    example = f"{folder}/muster-apotheke.yaml.example"
    hasty = 'sed \'s/interval: 60/interval: 10/\' "$0" > "${0%.example}"'
    running.run("sh", "-c", hasty, example)
    running.run("apowacht", "config", "check")
    running.run("systemctl", "enable", "--now", UNIT)
    wanted = {"ups", "uplink", "connector", "terminal"}
    well = seen_well(running, wanted)
    log = running.text("journalctl", "--unit", UNIT, "--no-pager")
    assert wanted <= well, (well, log)
    assert "listening on http://127.0.0.1:9942" in log
    shown = running.text("systemctl", "show", "--value", "--property=User,NoNewPrivileges", UNIT)
    assert shown.split() == ["apowacht", "yes"]
    running.run("systemctl", "reload", UNIT)
    running.run("systemctl", "stop", UNIT)
    result = running.text("systemctl", "show", "--value", "--property=Result", UNIT)
    assert result == "success", running.text("journalctl", "--unit", UNIT, "--no-pager")
    log = running.text("journalctl", "--unit", UNIT, "--no-pager")
    assert not re.search("Traceback|denied|not permitted|WARNING|ERROR", log), log
    owner = running.text("stat", "-c", "%U:%G %a", "/var/lib/apowacht")
    assert owner == "apowacht:apowacht 2775"


def test_keys_in_memory_and_brainpool_work_under_the_restrictions(running: Booted) -> None:
    """memfd, ctypes into OpenSSL and PKCS#12, with the very lines of the unit."""
    (unit,) = (
        file
        for top in ("lib", "usr/lib")
        if (file := running.root.path / top / "systemd/system" / UNIT).exists()
        and not (running.root.path / top).is_symlink()
    )
    lines = unit.read_text(encoding="utf-8").partition("[Service]")[2].partition("[Install]")[0]
    out_of_place = ("Type=", "Exec", "Restart=", "RestartSec", "Timeout", "Environment", "#")
    settings = [
        line for line in lines.split("\n") if "=" in line and not line.startswith(out_of_place)
    ]
    assert len(settings) > 20
    (running.root.path / "var/tmp/inside.py").write_text(INSIDE, encoding="utf-8")
    running.run(
        *("systemd-run", "--quiet", *(f"--property={line}" for line in settings)),
        *("--property=Type=oneshot", "--property=StandardInput=file:/var/tmp/inside.py"),
        *("--property=StandardOutput=truncate:/var/tmp/said", "--property=StandardError=inherit"),
        *(f"/{HOME}/bin/python3", "-I", "-"),
        check=False,
    )
    assert running.text("cat", "/var/tmp/said") == "all done"
