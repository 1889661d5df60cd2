"""connector.sds: what the Konnektor is, and where its services are."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from apowacht.simulator.konnektor_xml import Element, tell

if TYPE_CHECKING:
    from apowacht.simulator.konnektor_flavours import Flavour
    from apowacht.simulator.konnektor_state import Situation


def directory(situation: Situation, tls: str, plain: str, *, whole: bool) -> Element:
    """The service directory; `tls` and `plain` are what URLs begin with, as in
    https://host:port; there need not be a `plain` one.

    Not `whole` is the directory of a Konnektor that has not finished booting.
    """
    flavour = situation.flavour
    listed = list(flavour.services.items())
    if not whole:
        listed = [(name, text) for name, text in listed if name == "CertificateService"]
    services = [
        tell(
            "SI:Service",
            tell("SI:Abstract", name),
            tell(
                "SI:Versions",
                *(_version(flavour, name, number, tls, plain) for number in versions.split()),
            ),
            Name=name,
        )
        for name, versions in listed
    ]
    return tell(
        "SD:ConnectorServices",
        product(
            (flavour.vendor_id, flavour.code, flavour.hardware, flavour.firmware),
            ("Konnektor", flavour.product_type_version),
            (flavour.vendor_name, flavour.product),
            datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        ),
        tell("SD:TLSMandatory", str(situation.tls_mandatory).lower()),
        tell("SD:ClientAutMandatory", str(situation.login.kind != "none").lower()),
        tell("SI:ServiceInformation", *services),
    )


def _version(flavour: Flavour, name: str, number: str, tls: str, plain: str) -> Element:
    path = flavour.path(name)
    minor = ".".join(number.split(".")[:2])
    return tell(
        "SI:Version",
        tell("SI:Abstract", name),
        tell("SI:Endpoint", Location=plain + path) if plain else None,
        tell("SI:EndpointTLS", Location=tls + path),
        TargetNamespace=f"http://ws.gematik.de/conn/{name}/WSDL/v{minor}",
        Version=number,
    )


def product(
    identity: tuple[str, str, str, str],
    kind: tuple[str, str],
    names: tuple[str, str],
    moment: str,
) -> Element:
    """ProductInformation of a Konnektor or a terminal.

    `identity` is vendor id, code, hardware and firmware; `kind` is product type and its version;
    `names` are those of vendor and product.
    """
    vendor, code, hardware, firmware = identity
    versions = tell("PI:HWVersion", hardware), tell("PI:FWVersion", firmware)
    return tell(
        "PI:ProductInformation",
        tell("PI:InformationDate", moment),
        tell(
            "PI:ProductTypeInformation",
            tell("PI:ProductType", kind[0]),
            tell("PI:ProductTypeVersion", kind[1]),
        ),
        tell(
            "PI:ProductIdentification",
            tell("PI:ProductVendorID", vendor),
            tell("PI:ProductCode", code),
            tell("PI:ProductVersion", tell("PI:Local", *versions)),
        ),
        tell(
            "PI:ProductMiscellaneous",
            tell("PI:ProductVendorName", names[0]),
            tell("PI:ProductName", names[1]),
        ),
    )
