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
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

PROJECT = "apowacht"
# SPDX wants an expression; older metadata has these words.
SPDX = {
    "apache 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd license": "BSD-3-Clause",
    "mit license": "MIT",
    "zope public license": "ZPL-2.1",
}
# Where the metadata has no usable word, from the licence's text.
READ = {"pysnmp": "BSD-2-Clause", "python-dateutil": "Apache-2.0 OR BSD-3-Clause"}


def main() -> None:
    """Write both files into a folder."""
    folder, lock = Path(sys.argv[1]), Path(sys.argv[3])
    found = sorted(distributions(), key=lambda one: key_of(one.name))
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document(found, hashes_of(lock)), indent=1, ensure_ascii=False)
    (folder / "sbom.cdx.json").write_text(text + "\n", encoding="utf-8")
    rows = [f"{one.name} {one.version}: {licence_of(one)}" for one in found]
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
    }


def component(one: Distribution, hashes: dict[str, list[str]]) -> dict[str, Any]:
    """One distribution, with what was compiled into it where that is known."""
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
    inside = compiled_in(one)
    return {**about, "components": inside} if inside else about


def compiled_in(one: Distribution) -> list[dict[str, Any]]:
    """cryptography's wheel carries its own OpenSSL, which no package of Debian keeps up to date."""
    if key_of(one.name) != "cryptography":
        return []
    from cryptography.hazmat.backends.openssl.backend import backend

    name, version = backend.openssl_version_text().split()[:2]
    ref = f"{reference(one)}#{name.lower()}"
    purl = f"pkg:generic/{name.lower()}@{version}"
    about = {"type": "library", "bom-ref": ref, "name": name.lower(), "version": version}
    return [{**about, "purl": purl, "licenses": [licence("Apache-2.0")]}]


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
