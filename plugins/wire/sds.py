"""connector.sds: what a Konnektor is, and where its services are.

Sources: ServiceDirectory 3.1, ServiceInformation 2.0 and ProductInformation 1.1 of gematik.
Everything is found by its element's name; what is missing is None.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from apowacht.plugins.core.errors import Refused
from apowacht.plugins.wire.endpoint import excerpt
from apowacht.plugins.wire.soap import Url, garbled, split_url
from apowacht.plugins.wire.xmltree import XmlError, parse
from apowacht.plugins.wire.xmlvalues import boolean, moment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from apowacht.plugins.wire.xmltree import Node

_NAME = "connector.sds"
_NUMBERS = re.compile(r"\d{1,9}", re.ASCII)
_VERSION_IN_NAMESPACE = re.compile(r"/v(\d+(?:\.\d+)*)$", re.ASCII)


@dataclass(frozen=True)
class Product:
    """ProductInformation of a Konnektor or a card terminal."""

    vendor_id: str | None = None
    vendor_name: str | None = None
    code: str | None = None
    name: str | None = None
    type: str | None = None
    type_version: str | None = None  # PTV: 5.x is PTV5
    hardware: str | None = None
    firmware: str | None = None
    information_date: datetime | None = None


@dataclass(frozen=True)
class Endpoint:
    """One version of one service; `tls` and `plain` are its URLs as the Konnektor tells them."""

    version: str
    namespace: str | None = None
    tls: str | None = None
    plain: str | None = None

    @property
    def number(self) -> tuple[int, ...]:
        """The version to compare by; () when it has none."""
        return version_number(self.version)


@dataclass(frozen=True)
class ServiceDirectory:
    """All that connector.sds tells; `services` maps name -> version -> endpoint."""

    product: Product = field(default_factory=Product)
    tls_mandatory: bool | None = None
    client_authentication_mandatory: bool | None = None
    services: dict[str, dict[str, Endpoint]] = field(default_factory=dict)

    def choose(self, service: str, spoken: Sequence[tuple[int, int]], host: str = "") -> Endpoint:
        """The highest version of the first (major, minor) in `spoken` that there is.

        Raises Refused("konnektor_service_missing") or ("konnektor_service_version").
        """
        offered = self.services.get(service, {})
        if not offered:
            raise Refused("konnektor_service_missing", phase="request", host=host, service=service)
        for wanted in spoken:
            fitting = [one for one in offered.values() if one.number[:2] == wanted]
            if fitting:
                return max(fitting, key=lambda one: one.number)
        raise Refused(
            "konnektor_service_version",
            phase="request",
            host=host,
            service=service,
            versions=excerpt(", ".join(sorted(offered))),
        )


def read_sds(data: bytes, host: str = "") -> ServiceDirectory:
    """The service directory in the bytes of connector.sds. Raises Garbled("konnektor_garbled")."""
    try:
        root = parse(data)
    except XmlError as error:
        raise garbled(host, _NAME, str(error)) from error
    services = _services(root)
    if root.name != "ConnectorServices" and not services:
        raise garbled(host, _NAME, "content")
    return ServiceDirectory(
        product=read_product(root),
        tls_mandatory=boolean(root.value("TLSMandatory")),
        client_authentication_mandatory=boolean(root.value("ClientAutMandatory")),
        services=services,
    )


def read_product(node: Node) -> Product:
    """The ProductInformation below `node`.

    A terminal that never was connected has empty names, versions 0.0.0 and a date of 1970.
    """
    told = node.find("ProductInformation")
    if told is None:
        return Product()
    versions = told.find("ProductIdentification", "ProductVersion")
    local = versions.find("Local") if versions is not None else None
    firmware = local.value("FWVersion") if local is not None else None
    if firmware is None and versions is not None:
        firmware = versions.value("Central")
    asked = moment(told.value("InformationDate"))
    return Product(
        vendor_id=told.value("ProductIdentification", "ProductVendorID"),
        vendor_name=told.value("ProductMiscellaneous", "ProductVendorName"),
        code=told.value("ProductIdentification", "ProductCode"),
        name=told.value("ProductMiscellaneous", "ProductName"),
        type=told.value("ProductTypeInformation", "ProductType"),
        type_version=_version(told.value("ProductTypeInformation", "ProductTypeVersion")),
        hardware=_version(local.value("HWVersion") if local is not None else None),
        firmware=_version(firmware),
        information_date=asked if asked is not None and asked.year > 1970 else None,
    )


def address(endpoint: Endpoint, base: Url, *, tls: bool, rewrite: bool, service: str) -> Url:
    """Where the endpoint is asked.

    With `tls` only its https URL will do; without, the http one is preferred. `rewrite` keeps the
    path of either and takes the rest from `base`, the address the Konnektor is reached at.
    Raises Refused("konnektor_endpoint") when there is no such URL.
    """
    plain_first = endpoint.plain or endpoint.tls
    told = (endpoint.tls or (plain_first if rewrite else None)) if tls else plain_first
    try:
        url = split_url(_absolute(told or "", base))
    except ValueError as error:
        raise _no_endpoint(base, service) from error
    if rewrite:
        return base._replace(path=url.path)
    if tls and url.scheme != "https":
        raise _no_endpoint(base, service)
    return url


def version_number(text: str) -> tuple[int, ...]:
    """`8.1.10` as (8, 1, 10), so that it can be compared."""
    return tuple(int(part) for part in _NUMBERS.findall(text))


def _no_endpoint(base: Url, service: str) -> Refused:
    return Refused("konnektor_endpoint", phase="request", host=base.host, service=service)


def _absolute(told: str, base: Url) -> str:
    if not told.startswith("/") or told.startswith("//"):
        return told
    host = f"[{base.host}]" if ":" in base.host else base.host
    return f"{base.scheme}://{host}:{base.port}{told}"


def _services(root: Node) -> dict[str, dict[str, Endpoint]]:
    services: dict[str, dict[str, Endpoint]] = {}
    for service in root.all("Service"):
        name = service.attributes.get("Name", "").strip()
        if not name:
            continue
        versions = services.setdefault(name, {})
        for told in service.all("Version"):
            endpoint = _endpoint(told)
            if endpoint.version:
                versions.setdefault(endpoint.version, endpoint)
    return services


def _endpoint(told: Node) -> Endpoint:
    namespace = told.attributes.get("TargetNamespace", "").strip() or None
    version = told.attributes.get("Version", "").strip()
    if not version and namespace:
        found = _VERSION_IN_NAMESPACE.search(namespace)
        version = found[1] if found else ""
    return Endpoint(version, namespace, _location(told, "EndpointTLS"), _location(told, "Endpoint"))


def _location(told: Node, name: str) -> str | None:
    node = told.find(name)
    return node.attributes.get("Location", "").strip() or None if node is not None else None


def _version(text: str | None) -> str | None:
    return None if text == "0.0.0" else text
