"""Whose fault: what fails here against what TI-Lage says, and the lowest broken link."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from apowacht.plugins.core.report import State
from apowacht.plugins.core.verdict import Blame, Central, Chain, Fault, Link, blame, first_broken

LINKS = ("konnektor", "vpn", "dns", "route", "fachdienst", "idp", "terminal", "smcb")
FINE = Chain(*[True] * len(LINKS))
NONE = Central("none", "none", "none", "none")
OK, WARNING, CRITICAL, UNKNOWN = State


def but(**links: Any) -> Chain:
    """A chain that is well but for these links."""
    return FINE._replace(**links)


@pytest.mark.parametrize(
    ("chain", "central", "expected"),
    [
        (FINE, NONE, Blame("ok")),
        (FINE, None, Blame("ok")),
        (FINE, Central(), Blame("ok")),
        (FINE, NONE._replace(erezept="partial"), Blame("central", "erezept")),
        (FINE, NONE._replace(vsdm="full"), Blame("central", "vsdm")),
        (FINE, NONE._replace(erezept="full", vsdm="full"), Blame("central", "erezept")),
        (FINE, NONE._replace(idp="partial"), Blame("central", "idp")),
        (FINE, NONE._replace(access="full"), Blame("ok")),  # our own way is seen to be free
        (Chain(dns=True), NONE._replace(access="full"), Blame("central", "access")),
        (but(konnektor=False), NONE._replace(access="full"), Blame("local", "konnektor")),
        (but(konnektor=False), None, Blame("local", "konnektor")),
        (but(vpn=False), NONE._replace(access="partial"), Blame("central", "vpn")),
        (but(vpn=False), NONE._replace(access="full"), Blame("central", "vpn")),
        (but(vpn=False), NONE._replace(erezept="full"), Blame("local", "vpn")),
        (but(vpn=False), NONE, Blame("local", "vpn")),
        (but(vpn=False), None, Blame("local", "vpn")),
        (but(vpn=False, dns=False), NONE, Blame("local", "vpn")),
        (but(dns=False), NONE, Blame("local", "dns")),
        (but(dns=False), NONE._replace(access="full"), Blame("local", "dns")),
        (but(vpn=None, dns=False), NONE._replace(access="full"), Blame("central", "vpn")),
        (
            but(vpn=None, dns=False, dns_mistaken=True),
            NONE._replace(access="full"),
            Blame("local", "dns"),
        ),
        (but(vpn=None, dns=False), None, Blame("local", "dns")),
        (but(route=False), NONE._replace(erezept="full"), Blame("local", "route")),
        (but(fachdienst=False), NONE._replace(erezept="partial"), Blame("central", "fachdienst")),
        (but(fachdienst=False), NONE._replace(idp="full"), Blame("central", "fachdienst")),
        (but(idp=False), NONE._replace(idp="full"), Blame("central", "idp")),
        (but(idp=False), NONE._replace(erezept="full"), Blame("central", "idp")),
        (but(idp=False), NONE._replace(access="partial"), Blame("central", "idp")),
        (but(idp=False), NONE._replace(vsdm="full"), Blame("unconfirmed", "idp")),
        (but(idp=False, fachdienst=False), NONE, Blame("unconfirmed", "idp")),
        (but(fachdienst=False), NONE, Blame("unconfirmed", "fachdienst")),
        (but(fachdienst=False), None, Blame("unconfirmed", "fachdienst")),
        (but(smcb=False), NONE, Blame("local", "smcb")),
        (but(terminal=False, smcb=False), NONE, Blame("local", "terminal")),
        (but(smcb=False), NONE._replace(erezept="full"), Blame("local", "smcb")),
        (but(smcb=False, fachdienst=False), NONE, Blame("local", "smcb")),
    ],
)
def test_the_table(chain: Chain, central: Central | None, expected: Blame) -> None:
    """Row by row; TI-Lage's «none» never overrules what fails here."""
    assert blame(chain, central) == expected


@pytest.mark.parametrize(
    ("access", "verdict"), [("partial", "unconfirmed"), ("full", "central"), ("none", "local")]
)
def test_an_outage_of_somebody_s_access_is_not_yet_ours(access: str, verdict: str) -> None:
    """Without the own provider a part of them may be others; all of them include it."""
    central = NONE._replace(access=access)
    assert blame(but(vpn=False), central, own=False) == Blame(verdict, "vpn")
    assert (
        blame(but(idp=False), NONE._replace(access="partial"), own=False).verdict == "unconfirmed"
    )


@pytest.mark.parametrize("word", [None, "none", "total", "", "FULL"])
def test_a_word_that_is_no_outage_convicts_nobody(word: str | None) -> None:
    """What TI-Lage has not defined says nothing."""
    central = Central(word, word, word, word)
    assert blame(FINE, central) == Blame("ok")
    assert blame(but(idp=False), central).verdict == "unconfirmed"


def test_no_chain_has_two_verdicts_or_none() -> None:
    """Every combination gives one of the four verdicts, and a link wherever one fails."""
    assert Chain._fields[: len(LINKS)] == LINKS
    for states in itertools.product((True, False, None), repeat=len(LINKS)):
        chain = Chain(*states)  # type: ignore[arg-type]
        for central in (None, NONE, Central("full", "full", "full", "full")):
            told = blame(chain, central)
            if False in states:
                assert told.verdict in ("local", "central", "unconfirmed")
                assert told.link in LINKS
            else:
                assert told.verdict == ("central" if central and central.idp == "full" else "ok")


@pytest.mark.parametrize(
    ("links", "expected"),
    [
        ([], Fault(None)),
        ([Link("power", OK), Link("service", OK)], Fault(None)),
        ([Link("service", CRITICAL), Link("access", CRITICAL)], Fault(1, (0,))),
        ([Link("access", WARNING), Link("service", CRITICAL)], Fault(1)),
        ([Link("power", WARNING), Link("network", WARNING)], Fault(0)),
        ([Link("power", UNKNOWN, silent=True), Link("network", OK)], Fault(0)),
        ([Link("power", CRITICAL, silent=True), Link("network", CRITICAL)], Fault(1)),
        ([Link("network", UNKNOWN), Link("service", WARNING)], Fault(1)),
        (
            [Link("power", UNKNOWN, silent=True), Link("access", CRITICAL, silent=True)],
            Fault(None, (0, 1), site_silent=True),
        ),
        (
            [Link("access", CRITICAL, silent=True), Link("service", UNKNOWN)],
            Fault(0, (1,)),
        ),
        ([Link("access", CRITICAL), Link("service", UNKNOWN, known=False)], Fault(0)),
        (
            [Link("network", CRITICAL), Link("access", CRITICAL), Link("identity", WARNING)],
            Fault(0, (1, 2)),
        ),
    ],
)
def test_the_lowest_broken_link_is_the_headline(links: list[Link], expected: Fault) -> None:
    """CRITICAL before WARNING before UNKNOWN; only what is CRITICAL explains what lies above."""
    assert first_broken(links) == expected
