"""A Konnektor as the site file needs it: what it is, its terminals and cards, what holds already.

It is asked by the questions of the checks. Credentials go only where the certificate is known or
confirmed, and only the address that was given is contacted, whatever others the Konnektor names.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import TargetTrouble
from apowacht.plugins.discover.asking import Certificate, Silent, fingerprints
from apowacht.plugins.discover.terminals import Terminal, named

if TYPE_CHECKING:
    from apowacht.plugins.core.check import Options
    from apowacht.plugins.discover.asking import Keys, Way
    from apowacht.plugins.wire.kon_file import KonFile
    from apowacht.plugins.wire.konnektor import Konnektor
    from apowacht.plugins.wire.sds import ServiceDirectory

FINGERPRINT = "tls-fingerprint"
SERVICES = ("EventService", "CardService", "CertificateService")
CONTEXT = ("mandant", "client-system", "workplace")


@dataclass(frozen=True)
class Connector:
    """What is known of the Konnektor; `keys` is its section of the site file."""

    host: str
    port: int
    keys: Keys
    certificate: Certificate | None = None
    held_back: bool = False  # credentials were not sent, because nobody knows to whom
    has_context: bool = False
    vendor: str | None = None
    product: str | None = None
    firmware: str | None = None
    hardware: str | None = None
    vpn_ti: str | None = None
    terminals: tuple[Terminal, ...] = ()
    cards: tuple[dict[str, Any], ...] = ()  # as `konnektor.Answer` has them
    ends: tuple[dict[str, Any], ...] = ()  # as `certificate_cards.Asked` has them
    issuers: tuple[str, ...] = ()  # RFC 4514
    conditions: tuple[dict[str, Any], ...] = ()  # as ConnectorFacts has them
    failures: tuple[Any, ...] = ()  # asked.Failure
    useless: bool = False  # an access was given, and nothing was told by it
    secret_from_environment: tuple[str, ...] = ()  # keys to be added by hand

    @property
    def rejected(self) -> TargetTrouble | None:
        """Why the access given (login, certificate, context) is not accepted; None when it is."""
        for one in self.failures:
            if self.useless and one.kind in ("configuration", "unverified"):
                trouble: TargetTrouble = one.trouble
                return trouble
        return None


def find(keys: Keys, way: Way, *, with_hba: bool = False) -> Connector | Silent:
    """Ask the Konnektor; `keys` are those of its section. Raises OwnTrouble."""
    from apowacht.plugins.connector import CHECK

    deadline = Deadline(way.seconds)
    options = way.options(CHECK, keys, way.seconds)
    kon = _kon(options)
    _place(options, kon)
    try:
        certificate = _certificate(options, kon, deadline)
    except TargetTrouble as trouble:
        return Silent("connector", options.hostname, options.port, (("TLS", trouble),))
    told = fingerprints(options.tls_fingerprint)
    keys = dict(keys)
    if certificate is not None and not told:
        if _has_credentials(options, kon):
            if not way.confirm(certificate):
                return Connector(options.hostname, options.port, keys, certificate, held_back=True)
            certificate = certificate._replace(verified=True)
            deadline = Deadline(way.seconds)  # a person may have taken his time over it
        keys[FINGERPRINT] = [certificate.fingerprint]
    options = way.options(CHECK, keys, max(deadline.remaining(), 0.001))
    try:
        found = _ask(options, keys, certificate, with_hba=with_hba)
    except TargetTrouble as trouble:
        troubles = (("connector.sds", trouble),)
        return Silent("connector", options.hostname, options.port, troubles, certificate)
    wrong = certificate is not None and bool(told) and certificate.fingerprint not in told
    given = wrong or _has_credentials(options, kon) or found.has_context
    nothing = found.vpn_ti is None and not found.terminals and not found.cards
    return replace(found, useless=given and nothing)


def _kon(options: Options) -> KonFile | None:
    from apowacht.plugins.wire.kon_file import load_kon

    if not options.kon:
        return None
    kon = load_kon(options.kon)
    options.secrets.extend(kon.secrets)
    return kon


def _place(options: Options, kon: KonFile | None) -> None:
    """Host, port and whether it is TLS, by the same rules as `konnektor_session`."""
    clear = options.no_tls or (kon is not None and kon.url.scheme == "http")
    told = kon.url.port if kon is not None and not options.no_tls else None
    options.hostname = options.hostname or (kon.url.host if kon is not None else None)
    options.port = options.port or told or (80 if clear else 443)
    options.no_tls = clear


def _certificate(options: Options, kon: KonFile | None, deadline: Deadline) -> Certificate | None:
    """The certificate that stands there to be compared; None where another rule verifies it."""
    from apowacht.plugins.wire.tls import look

    if options.no_tls or options.ca_file or (kon is not None and kon.trust_store):
        return None
    seen = look(options.hostname, options.port, deadline, options.tls_server_name)
    try:
        not_after = f"{seen.not_after:%Y-%m-%d}"
    except TargetTrouble:
        not_after = None
    return Certificate(
        f"--{FINGERPRINT}",
        options.hostname,
        options.port,
        seen.fingerprint,
        not_after,
        seen.fingerprint in fingerprints(options.tls_fingerprint),
    )


def _has_credentials(options: Options, kon: KonFile | None) -> bool:
    return bool(options.user or options.client_cert or (kon is not None and kon.credentials))


def _ask(
    options: Options, keys: Keys, certificate: Certificate | None, *, with_hba: bool
) -> Connector:
    from apowacht.plugins.core.asked import Failure, failure, more_than_silence
    from apowacht.plugins.read import connector, konnektor
    from apowacht.plugins.read.konnektor_session import open_session

    found = Connector(
        host=options.hostname,
        port=options.port,
        keys=keys,
        certificate=certificate,
        secret_from_environment=_from_environment(options),
    )
    session, asked = open_session(options)
    found = replace(found, host=asked.host, port=options.port, has_context=asked.has_context)
    with session:
        try:
            directory = asked.directory()
        except TargetTrouble as trouble:
            if not more_than_silence(trouble):
                raise
            # A wrong login is not tried again: some lock out who does.
            return replace(found, failures=(failure("connector.sds", trouble, asked.host),))
    if _names_others(directory, options):
        options.rewrite_endpoints = keys["rewrite-endpoints"] = True
    answer = konnektor.ask(options, ("resource", "terminals", "cards"), context=False)
    data = answer.data
    addresses, ends, issuers = _certificates(options, with_hba=with_hba)
    terminals = named(data["terminals"] or [], data["cards"], addresses)
    told = connector.read(answer, [f"{one.name}={one.own}" for one in terminals])
    return replace(
        found,
        **{key: told[key] for key in ("vendor", "product", "firmware", "hardware", "vpn_ti")},
        terminals=terminals,
        cards=tuple(data["cards"]),
        ends=ends,
        issuers=issuers,
        conditions=tuple(told["conditions"] or ()),
        failures=tuple(Failure(**one) for one in data["failures"]),
    )


def _names_others(directory: ServiceDirectory, options: Options) -> bool:
    """Whether the Konnektor names services at addresses that are not the one it is asked at."""
    from apowacht.plugins.wire.soap import split_url

    named = [
        url
        for service in SERVICES
        for endpoint in directory.services.get(service, {}).values()
        for url in (endpoint.tls, endpoint.plain)
        if url and "://" in url
    ]
    own = _own_addresses(options) if named else set()
    for url in named:
        try:
            if split_url(url).host.casefold() not in own:
                return True
        except ValueError:
            continue
    return False


def _own_addresses(options: Options) -> set[str]:
    """The host as it was given, and the addresses that it stands for."""
    from apowacht.plugins.wire.endpoint import resolve

    host = str(options.hostname).strip("[]").casefold()
    try:
        found = resolve(options.hostname, options.port, options.deadline)
    except TargetTrouble:
        found = []
    return {host, *(str(address[0]) for _, address in found)}


def _certificates(
    options: Options, *, with_hba: bool
) -> tuple[dict[str, str], tuple[dict[str, Any], ...], tuple[str, ...]]:
    """Addresses of the terminals, ends of the certificates, issuers of the pharmacy's cards."""
    from apowacht.plugins.read.certificate_cards import Asked
    from apowacht.plugins.read.konnektor_session import open_session

    session, konnektor = open_session(options)
    if not konnektor.has_context:
        return {}, (), ()
    with session:
        asked = Asked(konnektor, with_hba=with_hba, with_dates=False)
        try:
            asked.everything()
            addresses = _addresses(konnektor)
        except TargetTrouble:
            addresses = {}  # the round before has noted why
    return addresses, tuple(asked.cards), tuple(asked.issuers)


def _addresses(konnektor: Konnektor) -> dict[str, str]:
    """By CtId, the address that a terminal had when it was paired."""
    told = konnektor.card_terminals()
    return {one.terminal_id: one.ip_address for one in told if one.ip_address}


def _from_environment(options: Options) -> tuple[str, ...]:
    """Keys of secrets that came from the environment, which a site file cannot name."""
    missing = []
    if options.user and not options.password_file:
        missing.append("password-file")
    if options.client_cert and not options.client_cert_password_file:
        from os import environ

        if environ.get("APOWACHT_CLIENT_CERT_PASSWORD"):
            missing.append("client-cert-password-file")
    return tuple(missing)
