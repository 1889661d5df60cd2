"""A Konnektor's answer as the facts of check_apo_connector: by field name, in plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apowacht.plugins.read.konnektor import Answer


def read(answer: Answer, aliases: Sequence[str] = ()) -> dict[str, Any]:
    """The fields of ConnectorFacts; conditions are those that hold."""
    directory, resource = answer.data["directory"] or {}, answer.data["resource"] or {}
    names = terminal_names(answer.data["terminals"] or [], aliases)
    conditions = resource.get("conditions")
    return {
        "asked_at": local(answer),
        **{name: directory.get(name) for name in ("vendor", "product", "firmware", "hardware")},
        **{name: resource.get(name) for name in ("vpn_ti", "vpn_ti_since", "vpn_sis")},
        "conditions": None
        if conditions is None
        else tuple(_condition(one, names) for one in conditions if one["value"]),
        "services": directory.get("services") or {},
        **{
            name: answer.data[name]
            for name in ("certificate_not_after", "latency_seconds", "warnings")
        },
    }


def terminal_names(terminals: Sequence[dict[str, Any]], aliases: Sequence[str]) -> dict[str, str]:
    """The name to show of each terminal by its CtId: the user's, its own, told apart by CtId."""
    from apowacht.plugins.core.alias import Aliases

    known = Aliases(aliases)
    names: dict[str, str] = {}
    for one in terminals:
        own = one["name"] or one["ct_id"]
        name = known.name(own)
        if name == own:
            name = known.name(one["ct_id"]) if known.name(one["ct_id"]) != one["ct_id"] else own
        names[one["ct_id"]] = f"{name} ({one['ct_id']})" if name in names.values() else name
    return names


def local(answer: Answer) -> str:
    """The moment of the answer by this computer's clock, ISO 8601 with its offset."""
    return answer.moment.astimezone().isoformat(timespec="seconds")


def _condition(told: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    terminal, name = None, told["name"]
    if told["parameters"] and name.startswith("EC_CardTerminal_"):
        terminal = names.get(told["parameters"][0], told["parameters"][0])
    elif told["parameters"]:
        name = f"{name}({','.join(told['parameters'])})"
    return {
        "name": name,
        "severity": told["severity"],
        "type": told["type"],
        "since": told["since"],
        "terminal": terminal,
    }
