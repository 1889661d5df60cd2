"""The whole way of an e-prescription: asked link by link, as plain data, and remembered.

`erezept_facts.read` makes facts of it. What was seen to be broken is remembered per site, because
a result of a central service from the time of a local fault, or of a central outage that is over,
says nothing of now.
"""

from __future__ import annotations

import copy
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from apowacht.plugins.core import verdict
from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import OwnTrouble
from apowacht.plugins.read import erezept_central, erezept_chain, erezept_local
from apowacht.plugins.read.erezept_facts import FORGET_SECONDS, Answer
from apowacht.plugins.read.erezept_options import networks, places

if TYPE_CHECKING:
    from collections.abc import Mapping

    from apowacht.plugins.core.check import Options
    from apowacht.plugins.core.sparing import Kept
    from apowacht.plugins.read.erezept_options import Place

    Data = dict[str, Any]

TOPIC = "erezept"
LAGE_PART, LAGE_SECONDS = 0.4, 8.0
USED_SECONDS = 7 * 86400.0
"""A log whose newest call is older is not in use."""
MOST_BYTES = 4 * 1024 * 1024
_TIMES = ("since", "last", "cleared", "central_at")


def ask(options: Options) -> Answer:
    """Ask the links on site, then, if they hold and it is time, the central services.

    Raises OwnTrouble for wrong options; a target's trouble is data.
    """
    _check(options)
    host = erezept_local.konnektor_host(options)
    options.hostname = options.hostname or host
    services = places(options)
    data: Data = {
        "services": [list(one) for one in services],
        "networks": list(networks(options)),
        "gateways": list(options.gateway),
        "location": options.connector_location,
        "konnektor": erezept_local.konnektor(options, host),
        "paths": erezept_local.paths(options, services, host),
    }
    fetch = _fetch(options)
    data["fetch"] = asdict(fetch) if fetch is not None else None
    data["tilage"] = _tilage(options)
    data |= _central(options, services, data, fetch)
    data["memory"] = _remembered(data, options)
    return Answer(data, options.now)


def _check(options: Options) -> None:
    """What would otherwise be found too late, when a request has been entered already."""
    if not options.environment:
        raise OwnTrouble("missing_option", option="--environment")
    if options.service_check and not options.log:
        raise OwnTrouble("missing_option", option="--log")
    if options.central_tls_fingerprint:
        from apowacht.plugins.wire.tls import Trust

        Trust(None, options.central_tls_fingerprint)
    for file in (options.central_ca_file, options.idp_ca_file):
        if file:
            _looks_like_certificates(file)


def _looks_like_certificates(file: str) -> None:
    """Whether a file is PEM or DER at all, without the time that it takes to parse it."""
    try:
        with open(file, "rb") as source:
            data = source.read(MOST_BYTES)
    except (OSError, ValueError) as error:
        detail = getattr(error, "strerror", None) or str(error)
        raise OwnTrouble("ca_file_unreadable", file=file, detail=detail) from error
    if b"-----BEGIN" not in data and data[:1] != b"\x30":
        raise OwnTrouble("ca_file_unreadable", file=file, detail="")


def _fetch(options: Options) -> Any:
    if not options.log:
        return None
    from apowacht.plugins.read import fetch_log

    return fetch_log.read(options)


def _tilage(options: Options) -> Data | None:
    """What TI-Lage says, for the verdict and for its words; None without --tilage."""
    if not options.tilage:
        return None
    from apowacht.plugins.read.tilage import look

    own = copy.copy(options)  # a portal that hangs leaves time for the rest
    own.deadline = Deadline(min(LAGE_SECONDS, options.deadline.remaining() * LAGE_PART))
    lage = look(own)
    counted = [lage.apps.get(name, {}) for name in ("erezept", "tianschluss", "vsdm")]
    impacts = [one.get("impact") for one in counted if one.get("counts") in ("partial", "full")]
    organizations = [one.get("organization") for one in lage.causes]
    return {
        "central": None if lage.central is None else lage.central._asdict(),
        "own": bool(options.access),
        "age_seconds": lage.age_seconds,
        "failure": None if lage.failure is None else asdict(lage.failure),
        "why": None if lage.why is None else lage.why.reason,
        "impact": next((one for one in impacts if one), None),
        "organization": next((one for one in organizations if one), None),
    }


def _central(options: Options, services: tuple[Place, Place], data: Data, fetch: Any) -> Data:
    """The results of the central services, as `sparing` keeps them."""
    chain = erezept_chain.local(data)
    whole = chain.konnektor is not False and chain.vpn is not False
    told: Data = {"fachdienst": None, "idp": None, "servicecheck": None}
    for place in services:
        path, addresses = erezept_chain.open_addresses(data, place.service)
        contact = erezept_central.Contact(place, addresses, path)
        may = whole and bool(addresses)
        one = getattr(erezept_central, place.service)(options, contact, may=may)
        told[place.service] = _plain(one, may=may)
        if options.service_check and place.service == "fachdienst":
            told["servicecheck"] = _service_check(options, contact, fetch, may=may)
    return told


def _service_check(options: Options, contact: Any, fetch: Any, *, may: bool) -> Data:
    """`GET /`, never without a log that was read whole: a call that is not seen is no idleness.

    Idleness begins when the newest calls were found, if that is later than what they say: a log's
    clock or zone may be wrong, and who reads it for the first time knows nothing of idleness. A
    log that tells of no call at all is not the one that the pharmacy's software writes.
    """
    from datetime import datetime

    readable = fetch is not None and fetch.failure is None and not fetch.behind
    seen = (fetch.last_at, fetch.noticed_at) if readable else (None,)
    told = [datetime.fromisoformat(one).timestamp() for one in seen if one]
    now = options.now.timestamp()
    may = may and len(told) == len(seen) and now - told[0] <= USED_SECONDS
    last = max(told, default=None)
    return _plain(erezept_central.service_check(options, contact, last, may=may), may=may)


def _plain(kept: Kept, *, may: bool) -> Data:
    told = kept._asdict()
    return {
        "may": may,
        **{name: told[name] for name in ("data", "asked_at", "age", "why", "next_at")},
    }


def _remembered(data: Data, options: Options) -> Data:
    """When which trouble was seen here: {"link", "since", "last", "cleared", "central_at"}.

    "cleared" is the last moment at which the way on site was broken, "central_at" the last one at
    which TI-Lage reported an outage (epoch seconds).
    """
    now = options.now.timestamp()
    fachdienst = data["services"][0]
    key = (options.site, "erezept", f"{fachdienst[1]}:{fachdienst[2]}", options.name)

    def change(old: Data) -> Data | None:
        new = remember(old, data, now)
        return None if new == old else new

    wait = min(0.5, options.deadline.remaining())
    kept: Data = options.store.change(TOPIC, key, change, wait)
    return kept


def remember(old: Mapping[str, Any], data: Data, now: float) -> Data:
    """The memory after this run."""
    known = {
        name: old[name]
        for name in _TIMES
        if isinstance(old.get(name), int | float) and 0 <= old[name] <= now
    }
    cleared = known.get("cleared")
    new: Data = {"cleared": cleared} if cleared is not None else {}
    if erezept_chain.broken_on_site(data):
        new["cleared"] = now
    if "central_at" in known:
        new["central_at"] = known["central_at"]
    if erezept_chain.reported(data):
        new["central_at"] = now
    first = verdict.blame(erezept_chain.chain(data, new, now), None).link
    if first is not None:
        same = old.get("link") == first and now - known.get("last", -1e9) <= FORGET_SECONDS
        new |= {"link": first, "since": known["since"] if same and "since" in known else now}
        new["last"] = now
    return new


def replay(options: Options) -> Answer:
    """The answer in a recording of this check. Raises OwnTrouble for every other file."""
    from apowacht.plugins.core import tape

    recording = tape.read_own(options.replay, "erezept")
    wanted = {"services", "networks", "konnektor", "paths", "fachdienst", "idp", "memory"}
    if not isinstance(recording.answers, dict) or not wanted <= recording.answers.keys():
        raise OwnTrouble("replay_broken", file=options.replay, detail="answers")
    options.connector_location = recording.answers.get("location", options.connector_location)
    return Answer(recording.answers, recording.moment)


def record(answer: Answer, options: Options) -> None:
    """Write the answer to `options.record`, without secrets and identities."""
    from apowacht.plugins.core import tape

    tape.write(
        options.record,
        check="erezept",
        moment=answer.moment,
        options={},
        source="erezept",
        answers=answer.data,
        secrets=options.secrets,
    )
