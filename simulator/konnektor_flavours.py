"""What differs between the vendors' Konnektors: names, paths, order of versions, ways to write.

Names, paths and orders are those of real service directories. How a vendor prefixes its SOAP
answers is invented here: one style each, so that a client meets all three.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# What the code generators of most vendors write: a default namespace and numbers.
SDS_PREFIXES = {"PI": "", "SD": "ns2", "SI": "ns3"}

_NUMBERED = {
    key: f"ns{number}"
    for number, key in enumerate(
        ("GERROR", "CONN", "CARDCMN", "CARD", "CT", "PI", "CCTX", "CERTCMN", "CERT", "EVT"), 2
    )
}


@dataclass(frozen=True)
class Flavour:
    """One vendor's Konnektor. `services` maps a name to its versions, in the order of the SDS."""

    vendor_id: str
    vendor_name: str
    code: str
    product: str
    product_type_version: str
    hardware: str
    firmware: str
    folder: str
    services: Mapping[str, str]
    prefixes: Mapping[str, str]
    """For SOAP; a namespace that is missing here is declared where it begins."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Services whose last part of the path is not their name in this vendor's spelling."""
    lower_case: bool = True
    zone: str = ""
    """What is written behind a date."""
    more_conditions: tuple[str, ...] = ()
    """Conditions that the vendor added, each with severity and type."""
    unlisted: frozenset[str] = frozenset()
    """Conditions of the specification that this vendor does not list."""
    sds_over_http: bool = True
    """Whether `sds.open` also opens http while TLS is mandatory."""
    named_client: bool = True
    """Whether the name in a client's certificate must be the client system's."""
    plain_handle_fault: bool = False
    """Whether a handle that is no UUID gets a fault without gematik's error in it."""
    vendor_trace: int = 0
    """A number of the vendor's own that stands before gematik's in a fault."""

    def path(self, service: str) -> str:
        """Where a service is."""
        name = self.renamed.get(service, service)
        return self.folder + (name.lower() if self.lower_case else name)


FLAVOURS = {
    "secunet": Flavour(
        "SECUN", "secunet Security Networks AG", "secu_kon", "secunet konnektor 2.1.0",
        "6.0.2", "2.1.0", "6.0.5", "/ws/",
        {
            "SignatureService": "7.4.2 7.4.0 7.5.5",
            "EventService": "7.2.0",
            "CardService": "8.1.2 8.2.1 8.1.1 8.1.0",
            "CertificateService": "6.0.1 6.0.0",
            "CardTerminalService": "1.1.0",
            "VSDService": "5.2.0",
        },
        {"S": "SOAP-ENV", **_NUMBERED, "CARD82": "ns40", "CTS": "ns41"},
        lower_case=False,
        zone="Z",
        more_conditions=("EC_TLS_Certificate_Security Info Security",
                         "EC_OTHER_ERROR_STATE(1) Info Operation"),
        unlisted=frozenset(
            {"EC_FW_Update_Available", "EC_NK_Certificate_Expiring", "EC_NK_Certificate_Expired"}
        ),
    ),
    "RISE": Flavour(
        "RISEG", "Research Industrial Systems Engineering (RISE) GmbH", "RKONN", "RISE Konnektor",
        "5.53.0", "1.0.0", "5.1.12", "/webservices/",
        {
            "CardService": "8.1.2 8.1.1 8.1.0",
            "CertificateService": "6.0.0 6.0.1",
            "EventService": "7.2.0",
            "CardTerminalService": "1.1.0",
            "SignatureService": "7.4.0 7.4.2 7.5.5",
            "VSDService": "5.2.0",
        },
        {"S": "soap"},
        zone="+01:00",
        named_client=False,
    ),
    "KoCoBox": Flavour(
        "KOCOC", "KoCo Connector", "kocobox", "KoCoBox MED+",
        "5.54.1", "2.0.0", "5.5.4", "/service/",
        {
            "CertificateService": "6.0.0 6.0.1",
            "CardService": "8.1.0 8.1.1 8.1.2",
            "CardTerminalService": "1.1.0",
            "VSDService": "5.2.0",
            "EventService": "7.2.0",
            "SignatureService": "7.4.0 7.4.2 7.5.5",
        },
        {key: key for key in
         ("S", "EVT", "CARD", "CARD82", "CERT", "CTS", "CERTCMN", "CONN", "CARDCMN", "CT", "PI",
          "GERROR")},
        renamed={"EventService": "systeminformationservice"},
        more_conditions=("EC_OTHER_ERROR_STATE(1) Fatal Security",
                         "EC_OTHER_ERROR_STATE(2) Warning Operation",
                         "EC_OTHER_ERROR_STATE(4) Error Operation"),
        sds_over_http=False,
        plain_handle_fault=True,
        vendor_trace=10101,
    ),
}  # fmt: skip
