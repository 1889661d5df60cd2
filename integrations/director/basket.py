"""A basket for Icinga Director 1.10: commands, fields, templates, periods and sets of services.

A basket holds templates only. A site's services are a service set that is assigned to its host,
and its dependencies are apply rules. The rest comes from `director/beside.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from apowacht.integrations import times
from apowacht.integrations.chain import in_chain
from apowacht.integrations.icinga2.commands import TIMEOUT_SECONDS, variable
from apowacht.integrations.icinga2.dsl import plain
from apowacht.integrations.icinga2.objects import (
    check_timeout,
    dependency_pairs,
    names,
    periods,
    variables,
)
from apowacht.integrations.icinga2.templates import (
    ALWAYS,
    CHAIN,
    OWN_PATIENCE,
    SITE,
    service_template,
)
from apowacht.integrations.patience import RHYTHMS
from apowacht.integrations.plugin_options import told_options
from apowacht.integrations.words import helper
from apowacht.plugins.core.limits import option_name
from apowacht.plugins.core.listing import all_checks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from apowacht.integrations.command import Order
    from apowacht.integrations.icinga2.objects import Period
    from apowacht.integrations.plugin_options import Told
    from apowacht.plugins.core.check import Check
    from apowacht.plugins.sites.model import Site, Watch

Plain = dict[str, Any]
Hours = dict[str, list["Period"]]

DATA_TYPE = "Icinga\\Module\\Director\\DataType\\DataType"
BASE = "apo-service"
DUMMY = "dummy"


def hours(order: Order, first: date) -> Hours:
    """The periods of each site by its name, none where it tells no hours."""
    found = {}
    for site in order.sites:
        told = times.opening(site, first)
        found[site.name] = periods(site, told, order.lang) if told is not None else []
    return found


def basket(order: Order, told: Hours) -> Plain:
    """The whole basket, by the Director's types and the objects' names."""
    fields = Fields()
    templates = [_base(), *(_service_template(check, fields) for check in all_checks())]
    templates.append(_template(OWN_PATIENCE, max_check_attempts="1"))
    return {
        "DataList": fields.lists,
        "Datafield": fields.made,
        # Known to a Director that has been kickstarted, and then left as it is.
        "ExternalCommand": _named([{"object_name": DUMMY, "object_type": "external_object"}]),
        "Command": _named([_command(check) for check in all_checks()]),
        "TimePeriod": _named([_always(), *(_period(*one[-1]) for one in told.values() if one)]),
        "HostTemplate": _named([_host_template()]),
        "ServiceTemplate": _named(templates),
        "ServiceSet": _named([_service_set(site, order, told[site.name]) for site in order.sites]),
        "Dependency": _named([_chain(), *(d for site in order.sites for d in _rules(site))]),
    }


def first_basket(told: Hours) -> Plain:
    """What must be there before: the Director cannot store a period and one that refers to it at
    once.
    """
    return {"TimePeriod": _named([_period(*one) for some in told.values() for one in some[:-1]])}


def _named(objects: list[Plain]) -> dict[str, Plain]:
    return {one["object_name"]: one for one in objects}


def set_name(site: Site) -> str:
    """The name of a site's service set."""
    return f"apo {site.name}"


class Fields:
    """The fields of all checks' templates, and the lists that they choose from.

    Numbers are only valid within the basket; the Director gives its own.
    """

    def __init__(self) -> None:
        self.made: dict[str, Plain] = {}
        self.lists: dict[str, Plain] = {}

    def of(self, check: Check) -> list[Plain]:
        """The fields of a check's options, made on the way."""
        kinds = {option_name(option).lstrip("-"): option for option in check.options}
        return [self._field(check, one, kinds[one.name]) for one in told_options(check)]

    def _field(self, check: Check, told: Told, option: click.Option) -> Plain:
        number = len(self.made) + 1
        kind, settings = self._kind(told, option)
        self.made[str(number)] = {
            "originalId": number,
            "varname": variable(check, told.key),
            "caption": f"{check.name}: {told.name}",
            "description": told.help,
            "datatype": DATA_TYPE + kind,
            "format": None,
            "settings": settings,
            "category": None,
        }
        return {"datafield_id": number, "is_required": "n", "var_filter": None}

    def _kind(self, told: Told, option: click.Option) -> tuple[str, Plain]:
        if told.flag:
            return "Boolean", {}
        if told.multiple:
            return "Array", {}
        if isinstance(option.type, click.Choice):
            return "Datalist", {"datalist": self._list(option.type), "data_type": "string"}
        return "String", {"visibility": "visible"}

    def _list(self, choice: click.Choice[Any]) -> str:
        name = "apo " + "|".join(choice.choices)
        entries = [
            {"entry_name": one, "entry_value": one, "format": "string", "allowed_roles": None}
            for one in choice.choices
        ]
        self.lists[name] = {"list_name": name, "owner": "apowacht", "entries": entries}
        return name


def _command(check: Check) -> Plain:
    arguments = {f"--{one.name}": _argument(check, one) for one in told_options(check)}
    return {
        "object_name": f"apo_{check.name}",
        "object_type": "object",
        "methods_execute": "PluginCheck",
        "command": f"check_apo_{check.name}",
        "timeout": str(TIMEOUT_SECONDS),
        "arguments": arguments,
        "fields": [],
        "imports": [],
        "vars": {
            variable(check, "site"): "$host.name$",
            variable(check, "name"): "$service.name$",
        },
    }


def _argument(check: Check, told: Told) -> Plain:
    macro = f"${variable(check, told.key)}$"
    made: Plain = {"set_if" if told.flag else "value": macro, "description": told.help}
    if told.multiple:
        made["repeat_key"] = True
    return made


def _template(name: str, **properties: Any) -> Plain:
    return {"object_name": name, "object_type": "template", "imports": [], **properties}


def _base() -> Plain:
    return _template(BASE, enable_flapping=False, volatile=False, fields=[])


def _service_template(check: Check, fields: Fields) -> Plain:
    rhythm = RHYTHMS[check.name]
    return _template(
        service_template(check.name),
        imports=[BASE],
        check_command=f"apo_{check.name}",
        check_interval=f"{rhythm.interval:g}",
        retry_interval=f"{rhythm.retry:g}",
        max_check_attempts=str(rhythm.attempts),
        fields=fields.of(check),
        vars={"apo_check": check.name, "apo_layer": check.layer},
    )


def _host_template() -> Plain:
    return _template(
        SITE,
        check_command=DUMMY,
        check_interval="300",
        max_check_attempts="1",
        enable_flapping=False,
        fields=[],
        vars={"dummy_state": 0, "dummy_text": "apowacht"},
    )


def _always() -> Plain:
    return _period(ALWAYS, ALWAYS, dict.fromkeys(times.DAY_NAMES, "00:00-24:00"))


def _period(
    name: str,
    title: str,
    ranges: Mapping[str, str],
    excludes: tuple[str, ...] = (),
    includes: tuple[str, ...] = (),
) -> Plain:
    return {
        "object_name": name,
        "object_type": "object",
        "display_name": title,
        "imports": [],
        "ranges": dict(ranges),
        "excludes": list(excludes),
        "includes": list(includes),
        "prefer_includes": True if includes else None,
        "update_method": "LegacyTimePeriod",
    }


def _service_set(site: Site, order: Order, hours: list[Period]) -> Plain:
    told = names(site)
    period = hours[-1].name if hours else None
    services = [_service(site, watch, told[watch.name], period, order) for watch in in_chain(site)]
    return {
        "object_name": set_name(site),
        "object_type": "template",
        # The Director writes it into a comment of Icinga's language, as it is.
        "description": site.title.replace("*/", "* /"),
        "assign_filter": _is("host.name", site.name),
        "services": services,
    }


def _service(site: Site, watch: Watch, name: str, period: str | None, order: Order) -> Plain:
    rhythm = RHYTHMS[watch.check.name]
    imports = [service_template(watch.check.name)]
    if watch.values.get("debounce") or watch.values.get("grace"):
        imports.append(OWN_PATIENCE)
    contact = site.contacts.get(watch.check.layer)
    own = variables(site, watch, order)
    made: Plain = {
        "object_name": name,
        "object_type": "object",
        "imports": imports,
        "check_interval": f"{watch.interval:g}",
        "retry_interval": f"{min(watch.interval, rhythm.retry):g}",
        "vars": {"apo_site": plain(site.name), **own},
    }
    if period is not None and times.waits(watch):
        made["vars"]["apo_hours"] = plain(period)
    if check_timeout(watch) is not None:
        made["check_timeout"] = str(check_timeout(watch))
    if contact is not None:
        # In apply rules the Director takes `$name$` for a variable of Icinga's language.
        made["notes"] = plain(helper(contact, order.lang))
    return made


def _chain() -> Plain:
    return _template(
        CHAIN,
        states=["OK", "Warning", "Unknown"],
        ignore_soft_states=False,
        disable_checks=False,
        disable_notifications=True,
    )


def _rules(site: Site) -> list[Plain]:
    """Dependencies of a site, but for those on whole layers: see `director/beside.py`."""
    told = names(site)
    own = set(told.values())
    return [
        {
            "object_name": f"apo {site.name}: {child} < {parent}",
            "object_type": "apply",
            "apply_to": "service",
            "imports": [CHAIN],
            "parent_service_by_name": parent,
            "assign_filter": f"{_is('host.name', site.name)}&{_is('service.name', child)}",
        }
        for parent, child in dependency_pairs(site, told)
        if parent in own and child in own
    ]


def _is(attribute: str, text: str) -> str:
    """A filter as the Director stores it: JSON in percent signs."""
    import json
    from urllib.parse import quote

    return f"{attribute}={quote(json.dumps(text, ensure_ascii=False), safe='')}"
