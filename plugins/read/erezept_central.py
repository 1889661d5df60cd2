"""What leaves for the central services, and how seldom: one place for every contact with them.

Three contacts, each entered on the disk before it is made and shared by all runs on this computer
(`core.sparing`), by the service's name and not by the site's: a TCP and TLS handshake with the
Fachdienst, the IDP's discovery document, and, where it was asked for, `GET /` at the Fachdienst.
No other request exists in this file (gematik A_23214 to A_23219).
"""

from __future__ import annotations

import random
import socket
from contextlib import contextmanager
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.plugins.core.asked import failure
from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import Garbled, Refused, TargetTrouble, Unreachable
from apowacht.plugins.core.sparing import Rule, sparingly
from apowacht.plugins.wire.bound import Binding, connect_bound

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

    from apowacht.plugins.core.check import Options
    from apowacht.plugins.core.sparing import Kept
    from apowacht.plugins.read.erezept_options import Place

    Data = dict[str, Any]

RARELY = Rule(900.0, 90.0)
"""Handshakes and documents: at most 96 a day."""

IDLE_SECONDS, IDLE_RANDOM = 600.0, 10.0
SPREAD_SECONDS = 300.0
SERVICE_CHECK = Rule(IDLE_SECONDS, IDLE_RANDOM + SPREAD_SECONDS)
"""A_23219: ten minutes, 0 to 10 s at random, and no fixed rhythm: the monitoring server has one of
its own, so up to five minutes more are drawn."""

LATER_SECONDS = 3600.0  # after 429: hourly, and after ten of them the next day
MOST_TRIES, NEXT_DAY = 10, 86400.0

DOCUMENT = "/.well-known/openid-configuration"
LEAST_SECONDS = 2.0
"""With less time left nobody is asked: our own haste would be taken for their fault."""
MOST_SECONDS = 12.0
MOST_ADDRESSES = 4
DOCUMENT_BYTES = 256 * 1024

# These say that we do not know the one who answered; an expired certificate is that one's fault.
UNVERIFIED = frozenset(
    {"tls_untrusted", "tls_self_signed", "tls_wrong_name", "tls_fingerprint", "tls_weak"}
)


class Contact(NamedTuple):
    """One central service, at which addresses, from which address of ours."""

    place: Place
    addresses: tuple[str, ...]
    source: str | None


def fachdienst(options: Options, contact: Contact, *, may: bool) -> Kept:
    """A TCP handshake with each address and a TLS handshake with the first that takes it.

    {"source", "address", "addresses": {address: seconds or None}, "tcp", "tls" (seconds),
    "unverified" (Failure), "failure"}. With `may` False nothing leaves; what is known is given.
    """
    return _seldom(options, contact, lambda: _handshakes(options, contact), may=may)


def idp(options: Options, contact: Contact, *, may: bool) -> Kept:
    """The discovery document.

    {"source", "address", "seconds" (from the first packet to the last byte), "document" (see
    `read.erezept_idp`), "unverified", "failure"}; otherwise as `fachdienst`.
    """
    kept = _seldom(options, contact, lambda: _document(options, contact), may=may)
    return kept._replace(data=_by_our_file(kept.data, options))


def _by_our_file(data: Data | None, options: Options) -> Data | None:
    """The result is everybody's, but a doubt that came of another --idp-ca-file is not ours."""
    if data is None or not data.get("document"):
        return data
    document = dict(data["document"])
    if document.pop("ca_file", None) != options.idp_ca_file:
        doubts = document.get("doubts") or ()
        document["doubts"] = [one for one in doubts if one["reason"] != "idp_chain"]
    return {**data, "document": document}


def _seldom(options: Options, contact: Contact, ask: Callable[[], Data], *, may: bool) -> Kept:
    left = options.deadline.remaining()
    return sparingly(
        options.store,
        "erezept",
        _key(contact.place),
        options.now.timestamp(),
        RARELY,
        ask,
        may=lambda memory, moment: may and options.deadline.remaining() >= LEAST_SECONDS,
        wait=min(2.0, left / 4),
    )


def service_check(
    options: Options, contact: Contact, last_call: float | None, *, may: bool
) -> Kept:
    """`GET /` at the Fachdienst, when it has been idle long enough: {"source", "status" (None:
    no HTTP answer), "tries" (429 in a row), "failure"}.

    `last_call` is the newest business call, in seconds since 1970.
    """

    tries = [0]

    def idle(memory: Data, moment: float) -> bool:
        before = (memory.get("data") or {}).get("tries")
        tries.append(before if isinstance(before, int) else 0)
        if not may or options.deadline.remaining() < LEAST_SECONDS:
            return False
        # Drawn anew for every idle period, and the same for all runs in it.
        more = random.Random(f"{last_call}").uniform(0, IDLE_RANDOM)  # noqa: S311 - no secret
        return last_call is None or moment >= last_call + IDLE_SECONDS + more

    return sparingly(
        options.store,
        "servicecheck",
        _key(contact.place),
        options.now.timestamp(),
        SERVICE_CHECK,
        lambda: _get_root(options, contact, tries[-1]),
        may=idle,
        wait=min(2.0, options.deadline.remaining() / 4),
    )


def _key(place: Place) -> tuple[str, str]:
    """One entry however the name is spelled: nobody gets a limit of his own by that."""
    return place.service, f"{place.host.strip().rstrip('.').lower()}:{place.port}"


def _budget(options: Options) -> Deadline:
    return Deadline(min(MOST_SECONDS, options.deadline.remaining() * 0.6))


def _handshakes(options: Options, contact: Contact) -> Data:
    deadline = _budget(options)
    told: Data = {"source": contact.source, "addresses": {}}
    first = None
    trouble: TargetTrouble | None = None
    try:
        for place, address in enumerate(contact.addresses[:MOST_ADDRESSES]):
            started = monotonic()
            try:
                opened = _connected(contact, address, deadline, len(contact.addresses) - place)
            except TargetTrouble as silence:
                trouble = trouble or silence
                told["addresses"][address] = None
                continue
            took = round(monotonic() - started, 6)
            told["addresses"][address] = took
            if first is None:
                first, told["address"], told["tcp"] = opened, address, took
            else:
                opened.close()
        if first is None:
            raise trouble or Unreachable("no_route", phase="connect", host=contact.place.host)
        started = monotonic()
        with _secured(first, options, contact, deadline):
            told["tls"] = round(monotonic() - started, 6)
    except TargetTrouble as failed:
        told |= _noted(failed, contact)
    finally:
        if first is not None:
            first.close()
    return told


def _document(options: Options, contact: Contact) -> Data:
    from apowacht.plugins.read.erezept_idp import examined
    from apowacht.plugins.wire.http_get import get

    deadline = _budget(options)
    told: Data = {"source": contact.source}
    host = contact.place.host
    started = monotonic()
    try:
        with _opened(options, contact, deadline, told) as secure:
            reply = get(
                secure,
                host,
                DOCUMENT,
                deadline,
                agent=options.user_agent,
                accept="application/jwt",
                limit=DOCUMENT_BYTES,
            )
        told["seconds"] = round(monotonic() - started, 6)
        told["status"] = reply.status
        if reply.retry_after is not None:
            told["pause"] = reply.retry_after
        if reply.status == 429:
            told["pause"] = max(LATER_SECONDS, reply.retry_after or 0)
        if reply.status != 200:
            raise Refused("central_status", phase="request", host=host, status=reply.status)
        if not reply.whole:
            raise Garbled("jws_garbled", phase="request", host=host, detail="size")
        told["document"] = examined(reply.body, host, options)
    except TargetTrouble as failed:
        told |= _noted(failed, contact)
    return told


def _get_root(options: Options, contact: Contact, tries: int) -> Data:
    """The one request that a health check may make; any answer below 500 means: it is there."""
    from apowacht.plugins.wire.http_get import get

    deadline = _budget(options)
    told: Data = {"source": contact.source, "status": None, "tries": 0}
    host = contact.place.host
    started = monotonic()
    try:
        with _opened(options, contact, deadline, told) as secure:
            reply = get(secure, host, "/", deadline, agent=options.user_agent, limit=65536)
        told |= {"status": reply.status, "seconds": round(monotonic() - started, 6)}
        if reply.status == 429:
            told["tries"] = tries + 1
            told["pause"] = NEXT_DAY if tries + 1 >= MOST_TRIES else LATER_SECONDS
        if reply.status >= 500:
            raise Refused("central_status", phase="request", host=host, status=reply.status)
    except TargetTrouble as failed:
        told |= _noted(failed, contact)
    return told


def _noted(trouble: TargetTrouble, contact: Contact) -> Data:
    from dataclasses import asdict

    one = asdict(failure(contact.place.service, trouble))
    return {"unverified": one} if trouble.reason in UNVERIFIED else {"failure": one}


@contextmanager
def _opened(
    options: Options, contact: Contact, deadline: Deadline, told: Data
) -> Iterator[ssl.SSLSocket]:
    """TLS with the first address that takes a connection."""
    trouble: TargetTrouble | None = None
    for place, address in enumerate(contact.addresses[:MOST_ADDRESSES]):
        try:
            opened = _connected(contact, address, deadline, len(contact.addresses) - place)
        except TargetTrouble as silence:
            trouble = trouble or silence
            continue
        told["address"] = address
        with opened, _secured(opened, options, contact, deadline) as secure:
            yield secure
        return
    raise trouble or Unreachable("no_route", phase="connect", host=contact.place.host)


def _connected(contact: Contact, address: str, deadline: Deadline, waiting: int) -> socket.socket:
    """A TCP connection to one of `waiting` addresses. Raises Unreachable, Refused."""
    host, port = contact.place.host, contact.place.port
    share = Deadline(min(3.0, deadline.remaining() / max(waiting, 1)))
    try:
        return connect_bound(socket.AF_INET, (address, port), Binding(None, contact.source), share)
    except ConnectionRefusedError as refusal:
        raise Refused("connection_refused", phase="connect", host=host, port=port) from refusal
    except TimeoutError as silence:
        raise Unreachable(
            "timeout", phase="connect", host=host, port=port, seconds=round(share.seconds, 1)
        ) from silence
    except OSError as missing:
        raise Unreachable("no_route", phase="connect", host=host, port=port) from missing


@contextmanager
def _secured(
    opened: socket.socket, options: Options, contact: Contact, deadline: Deadline
) -> Iterator[ssl.SSLSocket]:
    from apowacht.plugins.wire.tls import Trust, wrap

    trust = Trust(options.central_ca_file, options.central_tls_fingerprint)
    place = contact.place
    with wrap(opened, place.host, place.port, deadline, trust) as secure:
        yield secure
