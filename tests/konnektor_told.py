"""What a Konnektor tells, written from the schemas for the tests: trees that become XML."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from _pytest.mark.structures import ParameterSet

NAMESPACES = {
    "S": "http://schemas.xmlsoap.org/soap/envelope/",
    "EVT": "http://ws.gematik.de/conn/EventService/v7.2",
    "CONN": "http://ws.gematik.de/conn/ConnectorCommon/v5.0",
    "CARD": "http://ws.gematik.de/conn/CardService/v8.1",
    "CMN": "http://ws.gematik.de/conn/CardServiceCommon/v2.0",
    "CT": "http://ws.gematik.de/conn/CardTerminalInfo/v8.0",
    "CERT": "http://ws.gematik.de/conn/CertificateService/v6.0",
    "CERTCMN": "http://ws.gematik.de/conn/CertificateServiceCommon/v2.0",
    "PI": "http://ws.gematik.de/int/version/ProductInformation/v1.1",
    "ERR": "http://ws.gematik.de/tel/error/v2.0",
    "SD": "http://ws.gematik.de/conn/ServiceDirectory/v3.1",
    "SI": "http://ws.gematik.de/conn/ServiceInformation/v2.0",
}

# Identities as they come from a device; none of them may leave the reading.
HOLDER = "Dr. Lieselotte Musterfrau-Öhring"
KVNR = "X110411675"
ICCSN = "80276883110000016165"
TELEMATIK_ID = "3-SMC-B-Testkarte-883110000129083"
HANDLE = "5002b32d-151e-4f41-8ef7-afeb60590199"
IDENTITIES = (HOLDER, "Musterfrau", KVNR, ICCSN, TELEMATIK_ID, HANDLE)


class Element(NamedTuple):
    """A prefixed name, and either a text or children; None as a child is left out."""

    name: str
    content: str | tuple[Element | None, ...]
    attributes: str = ""

    def xml(self, order: random.Random | None = None, *, bare: bool = False) -> str:
        """As text, with the children shuffled by `order`, without any prefix if `bare`."""
        if isinstance(self.content, str):
            inner = self.content
        else:
            children = [child for child in self.content if child is not None]
            if order:
                order.shuffle(children)
            inner = "".join(child.xml(order, bare=bare) for child in children)
        name = self.name.rpartition(":")[2] if bare else self.name
        return f"<{name}{self.attributes}>{inner}</{name}>"


def tell(name: str, *content: Element | None, text: str = "", attributes: str = "") -> Element:
    """An element with children, or with a text."""
    return Element(name, content or text, attributes)


def declared(root: Element) -> Element:
    """The element with the declaration of every prefix."""
    told = "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
    return root._replace(attributes=root.attributes + told)


def soap(content: Element, order: random.Random | None = None, *, bare: bool = False) -> bytes:
    """The SOAP message around an answer."""
    message = declared(tell("S:Envelope", tell("S:Body", content)))
    return ('<?xml version="1.0" encoding="UTF-8"?>' + message.xml(order, bare=bare)).encode()


OK = tell("CONN:Status", tell("CONN:Result", text="OK"))


def product(
    vendor: str = "KOCOC", code: str = "kocobox", firmware: str = "5.5.4", kind: str = "Konnektor"
) -> Element:
    """ProductInformation."""
    versions = tell("PI:HWVersion", text="2.0.0"), tell("PI:FWVersion", text=firmware)
    return tell(
        "PI:ProductInformation",
        tell("PI:InformationDate", text="2026-11-20T10:38:47.301+01:00"),
        tell(
            "PI:ProductTypeInformation",
            tell("PI:ProductType", text=kind),
            tell("PI:ProductTypeVersion", text="5.54.1"),
        ),
        tell(
            "PI:ProductIdentification",
            tell("PI:ProductVendorID", text=vendor),
            tell("PI:ProductCode", text=code),
            tell("PI:ProductVersion", tell("PI:Local", *versions)),
        ),
        tell(
            "PI:ProductMiscellaneous",
            tell("PI:ProductVendorName", text="Beispiel & Söhne".replace("&", "&amp;")),
            tell("PI:ProductName", text="Beispielbox"),
        ),
    )


SERVICES = (
    ("EventService", ("7.2.0",)),
    ("CardService", ("8.1.0", "8.1.2", "8.2.1", "8.1.1")),
    ("CertificateService", ("6.0.1", "6.0.0")),
)


def directory(
    services: Sequence[tuple[str, Sequence[str]]] = SERVICES,
    origin: str = "https://10.0.0.5:443",
    plain: str | None = None,
) -> Element:
    """connector.sds with these services and versions, in this order."""

    def version(service: str, number: str) -> Element:
        minor = ".".join(number.split(".")[:2])
        namespace = f"http://ws.gematik.de/conn/{service}/WSDL/v{minor}"
        path = f"/ws/{service}/{number}"
        http = tell("SI:Endpoint", attributes=f' Location="{plain}{path}"') if plain else None
        return tell(
            "SI:Version",
            tell("SI:Abstract", text=service),
            http,
            tell("SI:EndpointTLS", attributes=f' Location="{origin}{path}"'),
            attributes=f' TargetNamespace="{namespace}" Version="{number}"',
        )

    told = (
        tell(
            "SI:Service",
            tell("SI:Abstract", text=name),
            tell("SI:Versions", *(version(name, number) for number in numbers)),
            attributes=f' Name="{name}"',
        )
        for name, numbers in services
    )
    return declared(
        tell(
            "SD:ConnectorServices",
            product(),
            tell("SD:TLSMandatory", text="true"),
            tell("SD:ClientAutMandatory", text="false"),
            tell("SI:ServiceInformation", *told),
        )
    )


def condition(
    name: str, *, value: bool, severity: str = "Error", since: str = "2026-11-20T07:59:25.008Z"
) -> Element:
    """One ErrorState."""
    return tell(
        "CONN:ErrorState",
        tell("CONN:ErrorCondition", text=name),
        tell("CONN:Severity", text=severity),
        tell("CONN:Type", text="Operation"),
        tell("CONN:Value", text=str(value).lower()),
        tell("CONN:ValidFrom", text=since),
    )


def resource_information(*conditions: Element, ti: str = "Online") -> Element:
    """GetResourceInformationResponse; SIS has been offline since the Konnektor started."""

    def vpn(name: str, word: str, since: str) -> Element:
        return tell(
            name,
            tell("CONN:ConnectionStatus", text=word),
            tell("CONN:Timestamp", text=since),
        )

    return tell(
        "EVT:GetResourceInformationResponse",
        OK,
        tell(
            "CONN:Connector",
            vpn("CONN:VPNTIStatus", ti, "2026-11-20T07:59:25.043Z"),
            vpn("CONN:VPNSISStatus", "Offline", "2026-03-04T06:31:33+01:00"),
            tell("CONN:OperatingState", *conditions),
        ),
    )


def terminal(number: int, *, connected: bool = True, address: bool = True) -> Element:
    """One CardTerminal, `CT_<number>`."""
    four = tell("CT:IPV4Address", text=f"10.0.1.{number % 250}")
    return tell(
        "CT:CardTerminal",
        product("INGHC", "ORGA6100", "3.9.2", "KT"),
        tell("CMN:CtId", text=f"CT_{number}"),
        tell("CONN:WorkplaceIds", tell("CONN:WorkplaceId", text="Kasse 1")),
        tell("CT:Name", text=f"ORGA-{number}"),
        tell("CT:MacAddress", text="00-0D-F8-00-00-01"),
        tell("CT:IPAddress", four) if address else None,
        tell("CT:Slots", text="4"),
        tell("CT:IS_PHYSICAL", text="true"),
        tell("CT:Connected", text=str(connected).lower()),
    )


def card_terminals(*terminals: Element) -> Element:
    """GetCardTerminalsResponse."""
    return tell("EVT:GetCardTerminalsResponse", OK, tell("CT:CardTerminals", *terminals))


def _version(name: str, number: str) -> Element:
    parts = zip(("Major", "Minor", "Revision"), number.split("."), strict=True)
    return tell(name, *(tell(f"CARD:{part}", text=text) for part, text in parts))


def card(
    kind: str = "SMC-B",
    *,
    terminal_id: str = "CT_1",
    slot: int = 3,
    handle: str = HANDLE,
    system: str | None = "4.8.0",
    expires: str | None = "2028-03-27Z",
) -> Element:
    """One Card, with every identity that such an entry can hold."""
    versions = (
        tell("CARD:CardVersion", _version("CARD:COSVersion", "4.5.0"),
             _version("CARD:ObjectSystemVersion", system))
        if system
        else None
    )  # fmt: skip
    return tell(
        "CARD:Card",
        tell("CONN:CardHandle", text=handle),
        tell("CMN:CardType", text=kind),
        versions,
        tell("CMN:Iccsn", text=ICCSN),
        tell("CMN:CtId", text=terminal_id),
        tell("CMN:SlotId", text=str(slot)),
        tell("CARD:InsertTime", text="2026-11-20T15:33:03.441Z"),
        tell("CARD:CardHolderName", text=HOLDER),
        tell("CARD:Kvnr", text=KVNR) if kind == "EGK" else None,
        tell("CARD:CertificateExpirationDate", text=expires) if expires else None,
    )


def cards(*told: Element) -> Element:
    """GetCardsResponse."""
    return tell("EVT:GetCardsResponse", OK, tell("CARD:Cards", *told))


def pin_status(word: str | None = "VERIFIED", tries: str | None = None) -> Element:
    """GetPinStatusResponse."""
    return tell(
        "CARD:GetPinStatusResponse",
        OK,
        tell("CARD:PinStatus", text=word) if word else None,
        tell("CARD:LeftTries", text=tries) if tries else None,
    )


def expiration(handle: str = HANDLE, terminal_id: str = "CT_1", day: str = "2028-03-27") -> Element:
    """One row of CheckCertificateExpirationResponse."""
    return tell(
        "CERT:CertificateExpiration",
        tell("CERT:CtID", text=terminal_id),
        tell("CONN:CardHandle", text=handle),
        tell("CERT:ICCSN", text=ICCSN),
        tell("CERT:subject_commonName", text=HOLDER),
        tell("CERT:serialNumber", text="4613338"),
        tell("CERT:validity", text=day),
    )


def expirations(*rows: Element) -> Element:
    """CheckCertificateExpirationResponse."""
    return tell("CERT:CheckCertificateExpirationResponse", OK, *rows)


def card_certificate(text: str, reference: str = "C.AUT") -> Element:
    """ReadCardCertificateResponse with a certificate in base64."""
    return tell(
        "CERT:ReadCardCertificateResponse",
        OK,
        tell(
            "CERTCMN:X509DataInfoList",
            tell(
                "CERTCMN:X509DataInfo",
                tell("CERTCMN:CertRef", text=reference),
                tell(
                    "CERTCMN:X509Data",
                    tell(
                        "CERTCMN:X509IssuerSerial",
                        tell("CERTCMN:X509IssuerName", text="CN=Beispiel-CA"),
                        tell("CERTCMN:X509SerialNumber", text="4613338"),
                    ),
                    tell("CERTCMN:X509SubjectName", text=f"CN={HOLDER}"),
                    tell("CERTCMN:X509Certificate", text=text),
                ),
            ),
        ),
    )


def fault(*codes: int, words: str = "Beispielfehler", prefix: str = "ERR:") -> Element:
    """A SOAP fault with one Trace for each code; the details name a person."""
    steps = (
        tell(
            f"{prefix}Trace",
            tell(f"{prefix}EventID", text=HANDLE),
            tell(f"{prefix}Instance", text="Konnektor-Lokal"),
            tell(f"{prefix}CompType", text="Konnektor"),
            tell(f"{prefix}Code", text=str(code)),
            tell(f"{prefix}Severity", text="Error"),
            tell(f"{prefix}ErrorType", text="Technical"),
            tell(f"{prefix}ErrorText", text=words),
            tell(f"{prefix}Detail", text=f"{HOLDER} {KVNR}"),
        )
        for code in codes
    )
    default = "" if prefix else f' xmlns="{NAMESPACES["ERR"]}"'
    error = tell(
        f"{prefix}Error", tell(f"{prefix}MessageID", text=HANDLE), *steps, attributes=default
    )
    return tell(
        "S:Fault",
        tell("faultcode", text="S:Server"),
        tell("faultstring", text=words),
        tell("detail", error) if codes else None,
    )


def oracle_files(pattern: str) -> list[Path | ParameterSet]:
    """The recorded files of that pattern below APOWACHT_ORACLE, one test for each."""
    folder = os.environ.get("APOWACHT_ORACLE")
    if not folder:
        skip = pytest.mark.skip(reason="APOWACHT_ORACLE is not set")
        return [pytest.param(None, marks=skip, id="none")]
    found = sorted(Path(folder).glob(pattern))
    assert found, f"{folder} holds no {pattern}"
    return [pytest.param(file, id=file.name) for file in found]
