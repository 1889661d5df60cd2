"""Whose fault, said once: only the lowest broken link of the chain is the headline.

Two questions, both pure: which link of a site is the first broken one, given what its checks
found; and whether a failing fetch is the site's own trouble or a central one, given the local
chain and TI-Lage.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from apowacht.plugins.core.report import State

if TYPE_CHECKING:
    from collections.abc import Sequence

LAYERS = ("power", "network", "access", "identity", "service")
"""The chain, in the order in which a person should look."""

OK, LOCAL, CENTRAL, UNCONFIRMED = "ok", "local", "central", "unconfirmed"


class Link(NamedTuple):
    """What one check found: its state, and whether its device gave any answer.

    `known` is False when nothing was learnt of the site: a run of ours that failed, no run yet,
    or a question that was not put to the site. `reached` is True where the device told nothing
    but was there, such as one that refuses: it proves that the site can be reached.
    """

    layer: str
    state: State
    silent: bool = False
    known: bool = True
    reached: bool = False


class Fault(NamedTuple):
    """The headline: the place of the link in the list given, its consequences, or silence.

    `link` is None when nothing is broken, or when the whole site is silent.
    """

    link: int | None
    follows: tuple[int, ...] = ()
    site_silent: bool = False


def first_broken(links: Sequence[Link]) -> Fault:
    """The lowest broken link, and which faults above it are its consequences.

    A silent device breaks its link only if another device of the site answers: when all of two or
    more are silent, the site itself cannot be reached. A UPS that gives no data is never the
    headline of the power. CRITICAL goes before WARNING in the whole chain, because a worn battery
    does not explain a dead line; what is UNKNOWN is a headline only when nothing else is broken.
    """
    asked = [link for link in links if link.known]
    if len(asked) > 1 and all(link.silent and not link.reached for link in asked):
        return Fault(None, tuple(range(len(links))), site_silent=True)
    for state in (State.CRITICAL, State.WARNING, State.UNKNOWN):
        broken = [place for place, link in enumerate(links) if _breaks(link, state)]
        if broken:
            lowest = min(broken, key=lambda place: LAYERS.index(links[place].layer))
            return Fault(lowest, _follows(links, lowest))
    return Fault(None)


def _breaks(link: Link, state: State) -> bool:
    if link.state is not state:
        return False
    return state is State.UNKNOWN or not (link.silent and link.layer == "power")


def _follows(links: Sequence[Link], lowest: int) -> tuple[int, ...]:
    """The faults in layers above a CRITICAL link; anything less explains nothing.

    What is not known, such as a check with a wrong setting, follows from nothing.
    """
    if links[lowest].state is not State.CRITICAL:
        return ()
    height = LAYERS.index(links[lowest].layer)
    return tuple(
        place
        for place, link in enumerate(links)
        if link.state is not State.OK and link.known and LAYERS.index(link.layer) > height
    )


class Central(NamedTuple):
    """What TI-Lage says, each `none`, `partial`, `full`, or None where it says nothing usable."""

    access: str | None = None
    erezept: str | None = None
    vsdm: str | None = None
    idp: str | None = None


class Chain(NamedTuple):
    """The local chain from the Konnektor to the Fachdienst; None is what was not asked.

    `since_seconds` is for how long the first failure has been seen, None when unknown.
    `dns_mistaken`: the name server answered, and wrongly, so that nobody else is to blame.
    """

    konnektor: bool | None = None
    vpn: bool | None = None
    dns: bool | None = None
    route: bool | None = None
    fachdienst: bool | None = None
    idp: bool | None = None
    terminal: bool | None = None
    smcb: bool | None = None
    since_seconds: float | None = None
    dns_mistaken: bool = False


class Blame(NamedTuple):
    """`verdict` is ok, local, central or unconfirmed; `link` is the first broken one, or None."""

    verdict: str
    link: str | None = None


SLOT_SECONDS = 360.0
"""TI-Lage is measured every five minutes; one slot and a minute before «not central» is said."""


def blame(chain: Chain, central: Central | None, *, own: bool = True) -> Blame:
    """Local or central? `central` is None when TI-Lage could not be read; `own` is False when its
    `access` is said of all providers of TI access and not of the site's own.

    TI-Lage lags, so its «none» never overrules a failing local probe; and what fails on the way
    to the Konnektor is local whatever it says.
    """
    if chain.konnektor is False:
        return Blame(LOCAL, "konnektor")
    access = _of_access(central, own=own)
    if chain.vpn is False:
        return Blame(access, "vpn")
    if chain.dns is False:
        # Nobody was asked whether the VPN is up: names of the TI vanish together with it.
        hidden = chain.vpn is None and not chain.dns_mistaken and access == CENTRAL
        return Blame(CENTRAL, "vpn") if hidden else Blame(LOCAL, "dns")
    for link in ("route", "terminal", "smcb"):
        if getattr(chain, link) is False:
            return Blame(LOCAL, link)
    for link in ("idp", "fachdienst"):
        if getattr(chain, link) is False:
            named = central is not None and (_outage(central.erezept) or _outage(central.idp))
            central_fault = named or access == CENTRAL
            return Blame(CENTRAL if central_fault else UNCONFIRMED, link)
    return _reported(chain, central, access)


def _of_access(central: Central | None, *, own: bool) -> str:
    """Whose fault a missing TI connection is: an outage of some provider may be that of ours."""
    if central is None or not _outage(central.access):
        return LOCAL
    return CENTRAL if own or central.access == "full" else UNCONFIRMED


def _reported(chain: Chain, central: Central | None, access: str) -> Blame:
    """An outage that does not show here yet, or cannot; one of TI access shows by itself."""
    if central is None:
        return Blame(OK)
    for link in ("erezept", "vsdm", "idp"):
        if _outage(getattr(central, link)):
            return Blame(CENTRAL, link)
    proven = any((chain.vpn, chain.fachdienst, chain.idp))
    if not proven and access == CENTRAL:
        return Blame(CENTRAL, "access")
    return Blame(OK)


def _outage(word: str | None) -> bool:
    return word in ("partial", "full")
