"""check_apo_erezept before services on loopback: phases, faults, limits, whose fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from way import FACHDIENST, HERE, IDP, Ti, facts_of, keys

from apowacht.plugins.core.report import State
from apowacht.simulator.ti_dns import NXDOMAIN, REFUSED, SERVFAIL, Records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def ti(tmp_path: Path) -> Iterator[Ti]:
    """All services well, and an empty state folder."""
    with Ti(tmp_path) as services:
        yield services


def test_a_free_way_is_measured_in_phases(ti: Ti) -> None:
    """DNS, TCP, TLS and the IDP's document with their addresses; one contact with each service."""
    report = ti.run("--samples", "3")
    facts = facts_of(report)
    assert (report.state, facts.verdict, facts.broken_link) == (State.OK, "ok", None)
    assert facts.phases.keys() == {"dns", "tcp", "tls", "idp"}
    assert all(0 < phase.seconds < 5 for phase in facts.phases.values())
    assert (facts.phases["dns"].max_seconds or 0) >= facts.phases["dns"].seconds
    assert {one.address for one in facts.addresses} == {HERE}
    assert facts.idp_document_valid_until is not None
    assert len(ti.dns.asked) == 6
    assert list(ti.paths()) == [("idp", "GET /.well-known/openid-configuration")]
    assert ti.fachdienst.connections == 1
    assert ti.idp.asked[0].user_agent == "apowacht/0.1.0 apowacht/monitoring"


@pytest.mark.parametrize(
    ("records", "key"),
    [
        (Records(code=NXDOMAIN), "erp.dns_nxdomain"),
        (Records(), "erp.dns_nodata"),
        (Records(code=SERVFAIL), "erp.dns_servfail"),
        (Records(code=REFUSED), "erp.dns_failed"),
        (Records("8.8.8.8"), "erp.dns_public"),
        (Records("192.168.1.9"), "erp.dns_private"),
        (Records("100.101.1.1"), "erp.dns_cgnat"),
        (Records("0.0.0.0"), "erp.dns_blocked"),
        (Records("100.102.1.1", "8.8.8.8"), "erp.dns_public"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_name_that_leads_elsewhere_is_local_and_nobody_is_asked(
    ti: Ti, records: Records, key: str
) -> None:
    """Each mistake by its own name; what answers at a wrong address is never contacted."""
    ti.dns.become({FACHDIENST: records, IDP: records})
    report = ti.run("--ti-network", "100.102.0.0/15")
    assert report.state is State.CRITICAL
    assert report.findings[0].key == key
    facts = facts_of(report)
    assert (facts.verdict, facts.broken_link) == ("local", "dns")
    assert ti.fachdienst.requests + ti.idp.requests == 0
    assert keys(report) == [key]
