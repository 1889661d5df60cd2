"""What was asked about the way of an e-prescription, as the fields of ErezeptFacts; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.plugins.core import verdict
from apowacht.plugins.core.verdict import Central, Chain
from apowacht.plugins.read import erezept_chain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    Data = dict[str, Any]

FORGET_SECONDS = 3600.0
"""A trouble that nobody has seen for so long begins anew; so long does an outage that is over
explain a site that still fails."""


class Answer(NamedTuple):
    """What was asked in this run and what is known from before, as plain data, and the moment."""

    data: Data
    moment: datetime


def central_of(data: Mapping[str, Any]) -> Central | None:
    """What TI-Lage says, None where it was not asked or says nothing usable."""
    told = (data["tilage"] or {}).get("central")
    return None if told is None else Central(**told)


def read(answer: Answer) -> Data:
    """The fields of ErezeptFacts, as plain data; see there."""
    data, now = answer.data, answer.moment.timestamp()
    memory = data["memory"]
    chain = erezept_chain.chain(data, memory, now)
    central = central_of(data)
    first, after = judged(chain, central, data, now)
    results = {
        name: erezept_chain.result(data, name, now)
        for name in ("fachdienst", "idp", "servicecheck")
    }
    return {
        "asked_at": answer.moment.isoformat(timespec="seconds"),
        "phases": _phases(data, results),
        "addresses": _addresses(data, results),
        "idp_document_valid_until": _valid_until(results["idp"]),
        "tilage": _lage(data["tilage"]),
        "verdict": first.verdict if known(chain) else None,
        "broken_link": first.link,
        "since_seconds": _since(memory, first, results, now),
        "after_central": after,
        "faults": _faults(data),
        "konnektor": _konnektor(data["konnektor"], answer.moment.date()),
        "central": {
            name: _service(name, data, results[name], memory, now)
            for name in results
            if data.get(name) is not None
        },
    }


def _faults(data: Mapping[str, Any]) -> list[Data]:
    """Wrong names and ways, path by path."""
    rows = []
    for path in data["paths"]:
        half = erezept_chain.missing_half(path, data["networks"])
        for service, fault, address in erezept_chain.dns_faults(path, data):
            told = path["names"][service]
            rows.append(
                {"link": "dns", "fault": fault, "source": path["source"], "address": address,
                 "name": service, "hop": told["server"], "failure": told["failure"]}
            )  # fmt: skip
        for address, fault, hop in erezept_chain.route_faults(path, data):
            rows.append(
                {"link": "route", "fault": fault, "source": path["source"], "address": address,
                 "name": None, "hop": hop, "failure": None,
                 "network": half if fault == "half" else None}
            )  # fmt: skip
        if half is not None:
            rows.append(
                {"link": "half", "fault": "half", "source": path["source"], "address": None,
                 "name": None, "hop": erezept_chain.half_routed(path), "failure": None,
                 "network": half}
            )  # fmt: skip
    return rows


def _konnektor(told: Data | None, today: date) -> Data | None:
    """What the judge wants to know of it; None when it was not asked."""
    if told is None:
        return None
    answer = told["answer"] or {}
    resource = answer.get("resource") or {}
    holding = [one["name"] for one in resource.get("conditions") or () if one["value"]]
    holders = set(answer.get("holders") or ())
    away = {one["ct_id"] for one in answer.get("terminals") or () if one["connected"] is False}
    asked = erezept_chain.cards(told, today) != (None, None)
    return {
        "failure": told["failure"],
        "failures": answer.get("failures") or [],
        "vpn": erezept_chain.vpn_holds(told),
        "vpn_since": resource.get("vpn_ti_since"),
        "conditions": [one for one in holding if one.startswith("EC_")],
        "card_fault": erezept_chain.card_fault(answer, today) if asked else None,
        "asked_cards": asked,
        "holder_away": bool(holders & away),
    }


def _service(
    name: str, data: Data, told: Data | None, memory: Mapping[str, Any], now: float
) -> Data:
    """How it stands with a central service: "state" is good, bad, over (bad, in a time whose
    trouble is past), old, unverified, elsewhere (asked over another line), never."""
    kept = data[name]
    state = "never" if kept["data"] is None else "elsewhere"
    if told is not None:
        holds = erezept_chain.holds(data, name, memory, now)
        if told["good"] is None:
            state = "unverified"
        elif told["age"] > erezept_chain.PROOF_SECONDS:
            state = "old"
        else:
            state = "good" if holds else "over" if holds is None else "bad"
    told = told or {}
    one = told.get("failure") or told.get("unverified")
    if told.get("fault"):
        values = {"host": next(one[1] for one in data["services"] if one[0] == name)}
        one = {"operation": name, "kind": "other", "reason": told["fault"], "values": values}
    doubts = (told.get("document") or {}).get("doubts") or []
    return {
        "state": state,
        "doubts": doubts if state == "good" else [],
        "age_seconds": None if "age" not in told else round(told["age"]),
        "failure": one,
        "status": told.get("status"),
        "why": kept["why"] if kept["may"] else None,
    }


def known(chain: Chain) -> bool:
    """Whether anything at all is known of the way."""
    links = chain.konnektor, chain.vpn, chain.dns, chain.fachdienst, chain.idp
    return any(one is not None for one in links)


def judged(
    chain: Chain, central: Central | None, data: Mapping[str, Any], now: float
) -> tuple[verdict.Blame, bool]:
    """Whose fault, and whether a central outage that is over has left it behind.

    In the first minutes after an outage Konnektoren come back one after the other: what still
    fails then is central.
    """
    found = verdict.blame(chain, central, own=erezept_chain.own_access(data))
    at = data["memory"].get("central_at")
    fine = central is not None and not erezept_chain.reported(data)
    if found.link not in ("vpn", "idp", "fachdienst") or at is None or not fine:
        return found, False
    if not now - FORGET_SECONDS <= at < now:
        return found, False
    if now - at < verdict.SLOT_SECONDS:
        return verdict.Blame(verdict.CENTRAL, found.link), False
    return verdict.Blame(verdict.LOCAL, found.link), True


def _phases(data: Mapping[str, Any], results: Mapping[str, Data | None]) -> dict[str, Data]:
    """Seconds, the longest of several samples, address and age of each phase that was measured."""
    phases: dict[str, Data] = {}
    for place, path in enumerate(data["paths"]):
        prefix = "" if place == 0 else f"s{place + 1}_"
        took = [took for told in path["names"].values() for took in told["seconds"]]
        server = next(iter(path["names"].values()))["server"]
        if took:
            phases[f"{prefix}dns"] = _phase(took, server)
    konnektor = data["konnektor"]
    if konnektor is not None and konnektor["rtts"]:
        phases["kon_tcp"] = _phase(konnektor["rtts"], None)
    fachdienst, idp = results["fachdienst"], results["idp"]
    for name in ("tcp", "tls"):
        if fachdienst is not None and name in fachdienst:
            one = _phase([fachdienst[name]], fachdienst["address"])
            phases[name] = {**one, "age_seconds": round(fachdienst["age"])}
    if idp is not None and "seconds" in idp and idp["good"]:
        one = _phase([idp["seconds"]], idp["address"])
        phases["idp"] = {**one, "age_seconds": round(idp["age"])}
    return phases


def _phase(seconds: list[float], address: str | None) -> Data:
    ordered, middle = sorted(seconds), len(seconds) // 2
    median = (ordered[middle] + ordered[~middle]) / 2  # `statistics` takes longer to import
    return {
        "seconds": round(median, 6),
        "address": address,
        "max_seconds": max(seconds),
        "age_seconds": 0,
    }


def _addresses(data: Mapping[str, Any], results: Mapping[str, Data | None]) -> list[Data]:
    """Every address with its way and the time of its last TCP handshake."""
    times = (results["fachdienst"] or {}).get("addresses") or {}
    rows = []
    for path in data["paths"]:
        wrong = {address: fault for address, fault, _ in erezept_chain.route_faults(path, data)}
        for service, told in path["names"].items():
            for address in told["addresses"]:
                way = (path["ways"] or {}).get(address) or {}
                inside = erezept_chain.inside(address, data["networks"])
                rows.append(
                    {
                        "service": service,
                        "address": address,
                        "source": path["source"],
                        "in_network": inside,
                        "gateway": way.get("gateway"),
                        "device": way.get("device"),
                        "route": None if path["ways"] is None else inside and address not in wrong,
                        "tcp_seconds": times.get(address) if service == "fachdienst" else None,
                    }
                )
    return rows


def _valid_until(idp: Data | None) -> str | None:
    from apowacht.plugins.read.erezept_idp import day

    document = (idp or {}).get("document")
    return day(document["expires"]).isoformat() if document else None


def _lage(told: Data | None) -> Data | None:
    if told is None:
        return None
    words = told["central"] or {}
    return {
        **{name: words.get(name) for name in ("erezept", "vsdm", "access", "idp")},
        **{name: told[name] for name in ("age_seconds", "impact", "organization", "why")},
        "usable": told["central"] is not None,
    }


def _since(
    memory: Mapping[str, Any], first: verdict.Blame, results: Mapping[str, Data | None], now: float
) -> float | None:
    """For how long the first broken link has been seen broken."""
    if first.verdict == verdict.OK or first.link is None:
        return None
    told = results.get(first.link)
    age: float = told["age"] if told is not None and told["good"] is False else 0.0
    if memory.get("link") == first.link and "since" in memory:
        return float(round(max(now - memory["since"], age)))
    return float(round(age))
