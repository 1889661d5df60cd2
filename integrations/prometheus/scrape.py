"""How Prometheus finds the exporter: by its own list of sites, or with all of them written out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from apowacht.plugins.sites.model import Site

INTERVAL, TIMEOUT = "60s", "10s"


def by_discovery(exporters: Sequence[str]) -> dict[str, Any]:
    """One job that asks each exporter which sites it has."""
    return _job({"http_sd_configs": [_discovery(exporter) for exporter in exporters]})


def written_out(exporter: str, sites: Iterable[Site]) -> dict[str, Any]:
    """One job with a target for each site, and one for the exporter itself."""
    groups = [
        {"targets": [exporter], "labels": {"__param_site": site.name, "instance": site.name}}
        for site in sites
    ]
    own = {"targets": [exporter], "labels": {"__param_only": "exporter", "instance": exporter}}
    return _job({"static_configs": [*groups, own]})


def _discovery(exporter: str) -> dict[str, str]:
    return {"url": f"http://{exporter}/sd", "refresh_interval": "5m"}


def _job(found: dict[str, Any]) -> dict[str, Any]:
    job = {
        "job_name": "apowacht",
        "scrape_interval": INTERVAL,
        "scrape_timeout": TIMEOUT,
        # site, check and name come from the exporter
        "honor_labels": True,
        **found,
    }
    return {"scrape_configs": [job]}
