"""The JSON schema of a site file: it knows every key, takes good files and refuses bad ones."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from site_text import DEVICES

from apowacht.plugins.core.listing import all_checks
from apowacht.plugins.sites.catalogue import keys_of
from apowacht.plugins.sites.command import config
from apowacht.plugins.sites.schema import schema, schema_text
from apowacht.plugins.sites.site_file import SITE_KEYS

ROOT = Path(__file__).resolve().parent.parent
PUBLISHED = ROOT / "docs" / "site-file.schema.json"
VALIDATOR = Draft202012Validator(schema())


class Editor(yaml.SafeLoader):
    """YAML 1.2 as editors read it: moments are texts, and only true and false are switches."""


Editor.yaml_implicit_resolvers = {
    letter: [
        (tag, pattern)
        for tag, pattern in resolvers
        if not tag.endswith((":timestamp", ":bool")) or (tag.endswith(":bool") and letter in "tTfF")
    ]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def wrong(text: str) -> list[str]:
    """What the schema has against a file."""
    data = yaml.load(text, Editor)  # noqa: S506 - a SafeLoader
    return [error.message for error in VALIDATOR.iter_errors(data)]


def test_the_schema_is_one_and_published() -> None:
    """Renew it with `apowacht config schema > docs/site-file.schema.json`."""
    Draft202012Validator.check_schema(schema())
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text()
    printed = CliRunner().invoke(config, ["schema"])
    assert (printed.exit_code, printed.output) == (0, schema_text())


def test_the_schema_knows_every_key() -> None:
    """Each option of each check, each section and each key of a site stands in it once."""
    told = schema()
    assert set(told["$defs"]["site"]["properties"]) == set(SITE_KEYS)
    rules = told["$defs"]["site"]["properties"]["checks"]["items"]["allOf"]
    known = {rule["if"]["properties"]["check"]["enum"][0]: rule["then"] for rule in rules}
    for check in all_checks():
        keys = set(keys_of(check.options))
        assert set(known[check.name]["properties"]) == keys | {"check", "name", "interval", "off"}
    assert all(f"#/$defs/{name}" in json.dumps(told) for name in told["$defs"])
    assert len(PUBLISHED.read_bytes()) < 200_000


@pytest.mark.parametrize("file", sorted((ROOT / "checks.d").glob("*.yaml")), ids=lambda f: f.name)
def test_the_examples_are_good(file: Path) -> None:
    """What is valid for `config check` is valid for an editor."""
    assert wrong(file.read_text(encoding="utf-8")) == []


def test_what_the_tests_use_is_good() -> None:
    """A site with every section, and the blocks of the page."""
    assert wrong(DEVICES) == []
    page = (ROOT / "docs" / "site-file.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    sites = [block for block in blocks if not block.startswith("tls_server_config")]
    assert len(sites) >= 2
    for block in sites:
        assert wrong(block) == []


BAD = [
    "title: no site\nups: [{hostname: h}]",
    "site: Löwen Apotheke",
    "site: a\nups: {hostname: h}",
    "site: a\nups: []",
    "site: a\nups: [{name: x}]",
    "site: a\nups: [{hostname: h, comunity: x}]",
    "site: a\nups: [{hostname: h, port: 4742}]",
    "site: a\nups: [{hostname: h, port: 70000}]",
    "site: a\nups: [{hostname: h, snmp-version: 4}]",
    "site: a\nups: [{hostname: h, starttls: maybe}]",
    "site: a\nups: [{hostname: [h, i]}]",
    "site: a\nups: [{hostname: h, lang: en}]",
    "site: a\nups: [{hostname: }]",
    "site: a\nconnector: {mandant: M}",
    "site: a\nconnector: {hostname: h, password: x}",
    "site: a\nterminals: [{terminal: x}]",
    "site: a\nterminals: [{name: x, smcb: 3}]",
    "site: a\nsmcb: {provder: x}",
    "site: a\nrouter: {hostname: h}",
    "site: a\nrouter: {router: fritzbocks}",
    "site: a\nrouter: {router: snmp, target: [h]}",
    "site: a\nlines: [{name: dsl, sorce: 192.0.2.1}]",
    "site: a\nerezept: {}",
    "site: a\naccepted: [{condition: EC_x, reason: y}]",
    "site: a\nchecks: [{name: x}]",
    "site: a\nchecks: [{check: usp}]",
    "site: a\nchecks: [{check: ups, hours: Mo}]",
    "site: a\nchecks: [{check: ups, off: 1}]",
    "site: a\nchecks: []",
    "site: a\nmaintenance: [{from: 2026-12-01}]",
    "site: a\nmaintenance: [{weekly: So 3-4, from: 2026-12-01, to: 2026-12-02, text: x}]",
    "site: a\ncontacts: {power: {phone: 1}}",
    "site: a\ncontacts: {powr: {who: x}}",
    "site: a\ntitel: x",
    "site: a\nmodules: {}",
    "modules: {usv: {check: ups}}",
    "modules: {a b: {check: ups, targets: h}}",
    "- a",
]


@pytest.mark.parametrize("text", BAD)
def test_bad_files_are_refused(text: str) -> None:
    """Unknown keys, wrong kinds, missing keys and values out of bounds are seen while typing."""
    assert wrong(text)


GOOD: dict[str, Any] = {
    "several": "site: a\nups:\n- {hostname: h, tls-fingerprint: x}\n"
    "- {hostname: h, tls-fingerprint: [x, y], battery-charge-warning: '50:', timeout: 5}",
    "spelt out": "site: a\nchecks: [{check: check_apo_ups, hostname: h, snmp-version: 3}]",
    "off": "site: a\nups: [{hostname: h}]\nchecks: [{check: ups, name: x, off: true}]",
    "closed": "site: a\nclosed: 2026-12-24\ntilage: {}",
}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_good_files_are_taken(text: str) -> None:
    """What may be written in several ways may be written so in an editor."""
    assert wrong(text) == []
