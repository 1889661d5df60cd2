"""The site file as a JSON schema (draft 2020-12) for editors, made of the commands' own options.

It refuses nothing that `config check` accepts; what only the readers can tell, such as whether
a secret's file is there, it leaves to them.
"""

from __future__ import annotations

import json
from typing import Any

import click

from apowacht.plugins.core.listing import LAYERS, all_checks
from apowacht.plugins.core.options import OPENING
from apowacht.plugins.sites.catalogue import SICCT_PORT, keys_of
from apowacht.plugins.sites.contacts import CONTACT_KEYS
from apowacht.plugins.sites.derive import KONNEKTOR_KEYS, ROUTER_KEYS, SMCB_KEYS
from apowacht.plugins.sites.explain import LONGEST_NAME
from apowacht.plugins.sites.parts import ACCEPTED_KEYS, LINE_KEYS, TERMINAL_KEYS

Schema = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
SCALAR: Schema = {"type": ["string", "number"], "minLength": 1}
SWITCH: Schema = {"type": "boolean"}
SITE_NAME: Schema = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$"}
CHECK_NAME: Schema = {
    "type": ["string", "number"],
    "pattern": '^[^/|"\\\\]+$',
    "maxLength": LONGEST_NAME,
    "description": "Unique at this site.",
}
INTERVAL: Schema = {
    "type": ["string", "integer"],
    "description": "How often: seconds, or 90s, 5m, 1h; from 10 s to 7 days.",
    "examples": ["5m"],
}
SAYS = {
    "site": "The name in addresses, labels and state files. Change it and the history begins anew.",
    "title": "How people call the pharmacy.",
    "connector": "The Konnektor: its address or its .kon file, and in whose name it is asked.",
    "terminals": "Card terminals: a name of yours, the terminal's own name, and its address.",
    "smcb": "The SMC-B: its provider, and the cards whose successor is ordered.",
    "ups": "The UPS, each with the options of check_apo_ups.",
    "router": "The router, and how it is asked.",
    "lines": "The internet lines; the first one is the primary.",
    "tilage": "TI-Lage: whose outages count, and the options of check_apo_tilage.",
    "erezept": "The way of an e-prescription, with the options of check_apo_erezept.",
    "accepted": "Operating conditions of the Konnektor that are known and accepted.",
    "checks": "Further checks, and single options of those that follow from the sections.",
    "maintenance": "When the site, or some of its checks, is under maintenance.",
    "contacts": "Who helps, by layer of the chain.",
    "off": "This check, which follows from a section, is not wanted.",
    "terminal": "The terminal's own name, as the Konnektor tells it.",
    "condition": "The condition as the Konnektor names it: EC_...",
    "reason": "Why it is accepted.",
    "date": "Since when: 2026-11-24.",
    "targets": "Who may be asked: names, addresses, networks in CIDR form, or patterns.",
}


def schema() -> Schema:
    """The whole schema as plain data; the order is always the same."""
    options = _Options()
    site, modules = _site(options), _modules(options)
    return {
        "$schema": DRAFT,
        "title": "apowacht: site file",
        "type": "object",
        "if": {"required": ["modules"]},
        "then": {"$ref": "#/$defs/modules"},
        "else": {"$ref": "#/$defs/site"},
        "$defs": {"site": site, "modules": modules, **options.defs},
    }


def schema_text() -> str:
    """The schema as it is published."""
    return json.dumps(schema(), ensure_ascii=False, indent=1) + "\n"


class _Options:
    """Every check's options as definitions, each different one written once."""

    def __init__(self) -> None:
        self.checks = {check.name: keys_of(check.options) for check in all_checks()}
        self.defs: dict[str, Schema] = {}
        for check, keys in self.checks.items():
            for key, option in keys.items():
                self._define(check, key, option_schema(key, option))

    def _define(self, check: str, key: str, one: Schema) -> None:
        if self.defs.setdefault(f"option-{key}", one) != one:
            self.defs[f"option-{key}.{check}"] = one

    def of(self, check: str, keys: frozenset[str] | None = None) -> dict[str, Schema]:
        """References to a check's options, all or these."""
        told = {}
        for key in self.checks[check]:
            if keys is None or key in keys:
                own = f"option-{key}.{check}"
                name = own if own in self.defs else f"option-{key}"
                told[key] = {"$ref": f"#/$defs/{name}"}
        return told


def option_schema(key: str, option: click.Option) -> Schema:
    """What may stand behind an option's key."""
    one = dict(SWITCH if option.is_flag else _value(key, option))
    if option.multiple:
        one = {"anyOf": [one, {"type": "array", "minItems": 1, "items": one}]}
    if option.help:
        one["description"] = option.help
    return one


def _value(key: str, option: click.Option) -> Schema:
    if isinstance(option.type, click.Choice):
        words = [str(choice) for choice in option.type.choices]
        return {"enum": [*words, *(int(word) for word in words if word.isdecimal())]}
    if isinstance(option.type, click.IntRange):
        one: Schema = {"type": ["integer", "string"], "minLength": 1}
        bounds = {"minimum": option.type.min, "maximum": option.type.max}
        one |= {name: bound for name, bound in bounds.items() if bound is not None}
        return {**one, "not": {"const": SICCT_PORT}} if option.metavar == "PORT" else one
    return SCALAR


def _closed(properties: dict[str, Schema], *required: str, **more: Any) -> Schema:
    """A mapping that may have these keys only."""
    needs = {"required": list(required)} if required else {}
    return {"type": "object", "properties": properties, **needs, **more,
            "additionalProperties": False}  # fmt: skip


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items, "minItems": 1}


def _said(key: str, one: Schema) -> Schema:
    return {"description": SAYS[key], **one} if key in SAYS else one


def _plain(keys: tuple[str, ...], *required: str, **special: Schema) -> Schema:
    """A mapping of scalars, with other kinds for some keys."""
    return _closed({key: _said(key, special.get(key, SCALAR)) for key in keys}, *required)


def _site(options: _Options) -> Schema:
    sections = {
        "site": SITE_NAME,
        "title": SCALAR,
        **{key: option_schema(key, option) for key, option in keys_of(OPENING).items()},
        "connector": _connector(options),
        "terminals": _list(_plain(TERMINAL_KEYS, "name", smcb=SWITCH, reserve=SWITCH)),
        "smcb": _plain(SMCB_KEYS, ordered=_several()),
        "ups": _list(
            _closed({"name": CHECK_NAME, "interval": INTERVAL, **options.of("ups")}, "hostname")
        ),
        "router": _closed(options.of("uplink", ROUTER_KEYS), "router", "hostname"),
        "lines": _list(_plain(("name", *LINE_KEYS), "name", target=_several())),
        "tilage": _closed({"interval": INTERVAL, **options.of("tilage")}),
        "erezept": _closed({"interval": INTERVAL, **options.of("erezept")}, "environment"),
        "accepted": _list(_plain(ACCEPTED_KEYS, *ACCEPTED_KEYS)),
        "checks": _list(_entry(options)),
        "maintenance": {"type": "array", "items": _window()},
        "contacts": _closed({layer: _plain(CONTACT_KEYS, "who") for layer in LAYERS}),
    }
    return _closed({key: _said(key, one) for key, one in sections.items()}, "site")


def _several() -> Schema:
    return {"anyOf": [SCALAR, _list(SCALAR)]}


def _connector(options: _Options) -> Schema:
    keys = {**options.of("connector"), **options.of("terminal", KONNEKTOR_KEYS)}
    either = [{"required": ["hostname"]}, {"required": ["kon"]}]
    return _closed({"interval": INTERVAL, **keys}, anyOf=either)


def _entry(options: _Options) -> Schema:
    """An entry of `checks`: its other keys are the options of the check that it names."""
    own = {"name": CHECK_NAME, "interval": INTERVAL, "off": _said("off", SWITCH)}
    return _by_check(options, own)


def _by_check(options: _Options, own: dict[str, Schema], *required: str) -> Schema:
    names = [(check, f"check_apo_{check}") for check in options.checks]
    rules = [
        {
            "if": {"properties": {"check": {"enum": list(spelt)}}, "required": ["check"]},
            "then": _closed({"check": {}, **own, **options.of(spelt[0])}),
        }
        for spelt in names
    ]
    every = [name for spelt in names for name in spelt]
    return {
        "type": "object",
        "properties": {"check": {"enum": every}},
        "required": ["check", *required],
        "allOf": rules,
    }


def _window() -> Schema:
    keys = {"from": SCALAR, "to": SCALAR, "weekly": SCALAR, "text": SCALAR, "checks": _several()}
    kinds = [{"required": ["from", "to"]}, {"required": ["weekly"]}]
    return _closed(keys, "text", oneOf=kinds)


def _modules(options: _Options) -> Schema:
    entry = _by_check(options, {"targets": _said("targets", _several())}, "targets")
    return _closed(
        {
            "modules": {
                "type": "object",
                "propertyNames": SITE_NAME,
                "additionalProperties": entry,
                "description": "The modules of /probe.",
            }
        },
        "modules",
    )
