"""What there is to scrape, in the form of Prometheus' http_sd: every site as a target of its own,
or every target that a module names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from apowacht.plugins.sites.model import Configuration, Module

Group = dict[str, Any]


def groups(
    configuration: Configuration, host: str, scheme: str, module: Module | None = None
) -> list[Group]:
    """Target groups; `host` is the exporter's address as its reader knows it.

    All sites lie behind the same address, so each group says by `__param_site` which one it is,
    and by `instance` what to call it. The last group is the exporter itself.
    """
    found = _probes(module) if module is not None else _sites(configuration, host)
    return [{"targets": [host], "labels": {"__scheme__": scheme, **labels}} for labels in found]


def _sites(configuration: Configuration, host: str) -> Iterator[dict[str, str]]:
    for site in configuration.sites.values():
        yield {
            "__metrics_path__": "/metrics",
            "__param_site": site.name,
            "__meta_apowacht_site": site.name,
            "__meta_apowacht_title": site.title,
            "instance": site.name,
        }
    yield {"__metrics_path__": "/metrics", "__param_only": "exporter", "instance": host}


def _probes(module: Module) -> Iterator[dict[str, str]]:
    """Patterns and networks cannot be listed; whoever permits those knows his targets."""
    for target in module.targets:
        if not set("*?/") & set(target):
            yield {
                "__metrics_path__": "/probe",
                "__param_module": module.name,
                "__param_target": target,
                "__meta_apowacht_check": module.check.name,
                "instance": target,
            }
