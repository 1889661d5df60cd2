"""Writes what the package is made of: `sbom.py FOLDER --lock FILE`.

`sbom.cdx.json` is a CycloneDX 1.5 document of the distributions in this very environment, with the
hashes of the wheels that were permitted; `third-party.txt` the same for people, with licences.
"""

from __future__ import annotations

import json
import os
import re
import sys
import uuid
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = "apowacht"
# SPDX wants an expression; older metadata has these words.
SPDX = {
    "apache 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd license": "BSD-3-Clause",
    "mit license": "MIT",
    "zope public license": "ZPL-2.1",
}
# Whose compiled modules lie where. That of markupsafe has nothing of others in it.
COMPILED = {
    "bcrypt": "bcrypt/_bcrypt*.so",
    "cffi": "_cffi_backend*.so",
    "cryptography": "cryptography/hazmat/bindings/_rust*.so",
    "gufo-snmp": "gufo/snmp/_fast*.so",
    "markupsafe": "markupsafe/_speedups*.so",
    "pyyaml": "yaml/_yaml*.so",
}
# Of these it is not known whether all their parts are named.
INCOMPLETE = ("bcrypt", "cryptography", "gufo-snmp")
STD = "MIT OR Apache-2.0"
# Folders of sources as cargo and Rust's own build lay them out.
CRATE = re.compile(
    rb"/(?:registry/src/[^/]{1,99}|rust/deps)/([a-z0-9_-]+?)-(\d+\.\d+\.\d+[\w.+-]*)/"
)
# What is taken over from the list of a wheel, and what that of cryptography leaves out.
KEPT = ("name", "version", "purl", "licenses")
OPENSSL = {"licenses": [{"expression": "Apache-2.0"}]}
# Where the metadata has no usable word, from the licence's text.
READ = {"pysnmp": "BSD-2-Clause", "python-dateutil": "Apache-2.0 OR BSD-3-Clause"}


def main() -> None:
    """Write both files into a folder."""
    folder, lock = Path(sys.argv[1]), Path(sys.argv[3])
    found = sorted(distributions(), key=lambda one: key_of(one.name))
    refuse_unknown(found)
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document(found, hashes_of(lock)), indent=1, ensure_ascii=False)
    (folder / "sbom.cdx.json").write_text(text + "\n", encoding="utf-8")
    rows = []
    for one in found:
        rows.append(f"{one.name} {one.version}: {licence_of(one)}")
        rows += [f"    in it: {line}" for line in map(told, inside(one))]
    (folder / "third-party.txt").write_text("\n".join(rows) + "\n", encoding="utf-8")


def document(found: list[Distribution], hashes: dict[str, list[str]]) -> dict[str, Any]:
    """The CycloneDX document; two builds of one source give the same."""
    parts = {reference(one): component(one, hashes) for one in found}
    seconds = int(os.environ.get("SOURCE_DATE_EPOCH", "0")) or datetime.now(UTC).timestamp()
    whole = next(ref for ref in parts if ref.startswith(f"pkg:pypi/{PROJECT}@"))
    serial = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps([sys.platform, os.uname().machine, parts]))
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {**parts[whole], "type": "application"},
        },
        "components": [part for ref, part in parts.items() if ref != whole],
        "dependencies": dependencies(found),
        "compositions": [
            {
                "aggregate": "incomplete",
                "assemblies": [reference(one) for one in found if key_of(one.name) in INCOMPLETE],
            }
        ],
    }


def component(one: Distribution, hashes: dict[str, list[str]]) -> dict[str, Any]:
    """One distribution, with what it carries inside where that is known."""
    about: dict[str, Any] = {
        "type": "library",
        "bom-ref": reference(one),
        "name": one.name,
        "version": one.version,
        "purl": reference(one),
        "licenses": [licence(licence_of(one))],
    }
    # A wheel per architecture: this one is among those that the lock permits.
    permitted = hashes.get(key_of(one.name), [])
    if permitted:
        about["properties"] = [
            {"name": f"{PROJECT}:permitted-wheel-sha256", "value": digest} for digest in permitted
        ]
    parts = inside(one)
    return {**about, "components": parts} if parts else about


def inside(one: Distribution) -> list[dict[str, Any]]:
    """What its modules carry within themselves, which no package of Debian keeps up to date.

    The wheel's own lists (PEP 770), then what the modules tell.
    """
    found = {part["purl"].partition("?")[0]: part for part in listed(one)}
    for part in (*crates(one), *asked(one)):
        found.setdefault(part["purl"], part)
    return [
        {"type": "library", **found[name], "bom-ref": f"{reference(one)}#{name}"}
        for name in sorted(found)
    ]


def listed(one: Distribution) -> Iterator[dict[str, Any]]:
    """The parts in the CycloneDX documents of the wheel, but for those that only built it."""
    for file in sorted(folder_of(one).glob(f"*-{one.version}.dist-info/sboms/*.json")):
        if key_of(file.parts[-3].partition("-")[0]) != key_of(one.name):
            continue
        for part in json.loads(file.read_text(encoding="utf-8"))["components"]:
            if part.get("scope") != "excluded":
                about = {key: part[key] for key in KEPT if key in part}
                yield {**OPENSSL, **about} if part["name"] == "openssl" else about


def crates(one: Distribution) -> Iterator[dict[str, Any]]:
    """The parts of a module in Rust by the paths of source files that are left in it.

    A crate that cannot fail leaves none, so these are not all.
    """
    for module in modules(one):
        blob = module.read_bytes()
        for commit in sorted(set(re.findall(rb"/rustc/([0-9a-f]{40})/", blob))):
            yield generic("rust-std", commit.decode(), "pkg:github/rust-lang/rust", STD)
        for name, version in sorted(set(CRATE.findall(blob))):
            yield generic(name.decode(), version.decode(), f"pkg:cargo/{name.decode()}")


def asked(one: Distribution) -> Iterator[dict[str, Any]]:
    """The parts of which the modules themselves know; cffi's does not know the version."""
    key = key_of(one.name)
    if key == "pyyaml":
        version = import_module("yaml._yaml").get_version_string()
        yield generic("libyaml", version, licences="MIT")
    elif key == "cffi":
        yield generic("libffi", licences="MIT")
    elif key == "python-dateutil":
        zones = import_module("dateutil.zoneinfo").get_zonefile_instance()
        yield {**generic("tzdata", zones.metadata["tzversion"]), "type": "data"}


def generic(name: str, version: str = "", purl: str = "", licences: str = "") -> dict[str, Any]:
    """A part that is no distribution."""
    about: dict[str, Any] = {"name": name, "purl": purl or f"pkg:generic/{name}"}
    if version:
        about |= {"version": version, "purl": f"{about['purl']}@{version}"}
    return {**about, "licenses": [licence(licences)]} if licences else about


def folder_of(one: Distribution) -> Path:
    """The site-packages that it lies in."""
    return Path(str(one.locate_file("")))


def modules(one: Distribution) -> list[Path]:
    """Its compiled modules."""
    pattern = COMPILED.get(key_of(one.name))
    return sorted(folder_of(one).glob(pattern)) if pattern else []


def refuse_unknown(found: list[Distribution]) -> None:
    """End the build at a compiled module of which nobody has said what is in it."""
    known = {file for one in found for file in modules(one)}
    for folder in {folder_of(one) for one in found}:
        for file in sorted(folder.rglob("*.so*")):
            if file not in known:
                sys.exit(f"{file}: which distribution, and what is compiled in? See COMPILED")


def told(part: dict[str, Any]) -> str:
    """A part of a part for people."""
    words = [part["name"], part.get("version", "(version not known)")]
    licences = [one.get("expression") or one["license"]["name"] for one in part.get("licenses", ())]
    return " ".join(words) + (f": {licences[0]}" if licences else "")


def dependencies(found: list[Distribution]) -> list[dict[str, Any]]:
    """Who needs whom, among what is there."""
    known = {key_of(one.name): reference(one) for one in found}
    rows = []
    for one in found:
        names = {key_of(re.split(r"[^\w.-]", text, maxsplit=1)[0]) for text in one.requires or ()}
        needed = sorted(known[name] for name in names & known.keys() if name != key_of(one.name))
        rows.append({"ref": reference(one), "dependsOn": needed})
    return rows


def reference(one: Distribution) -> str:
    """The package URL."""
    return f"pkg:pypi/{key_of(one.name)}@{one.version}"


def key_of(name: str) -> str:
    """A distribution's name in its normal form."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licence_of(one: Distribution) -> str:
    """The licence as the distribution states it: an expression, a short text, or a classifier."""
    if key_of(one.name) in READ:
        return READ[key_of(one.name)]
    about = one.metadata
    words = [about[key] for key in ("License-Expression", "License") if key in about]
    stated = next((word for word in words if word), "")
    if not stated or len(stated) > 60:
        classes = [
            line.rpartition(" :: ")[2]
            for line in about.get_all("Classifier") or ()
            if line.startswith("License ::")
        ]
        stated = classes[0] if classes else "unknown"
    return SPDX.get(stated.lower(), stated)


def licence(text: str) -> dict[str, Any]:
    """As CycloneDX has it: an SPDX expression, else a name."""
    if re.fullmatch(r"[\w.+-]+( (AND|OR|WITH) [\w.+-]+)*", text):
        return {"expression": text}
    return {"license": {"name": text}}


def hashes_of(lock: Path) -> dict[str, list[str]]:
    """The hashes of a lock file by the distribution's name."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in lock.read_text(encoding="utf-8").splitlines():
        if "==" in line and not line.startswith("#"):
            name = key_of(line.partition("==")[0])
        elif name and "sha256:" in line:
            found.setdefault(name, []).append(line.rpartition(":")[2].removesuffix(" \\"))
    return found


if __name__ == "__main__":
    main()
