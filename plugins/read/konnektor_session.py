"""From a check's options, or a .kon file, to a Konnektor that can be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apowacht.plugins.core.errors import OwnTrouble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apowacht.plugins.core.check import Options
    from apowacht.plugins.wire.keys import ClientKey
    from apowacht.plugins.wire.kon_file import KonFile
    from apowacht.plugins.wire.konnektor import Context, Konnektor
    from apowacht.plugins.wire.soap import Login, Session
    from apowacht.plugins.wire.tls import Trust

SERVER_NAME = "konnektor.konlan"
"""The name in every certificate that the TI issues for a Konnektor (gemILF_PS 4.1.1.2)."""

_OF_THE_TI = "GEM."  # how the names of the TI's authorities begin


def open_session(options: Options) -> tuple[Session, Konnektor]:
    """The session, which the caller closes, and the Konnektor asked over it.

    What `options` leave out is taken from the .kon file. Sets `options.hostname`, `options.port`
    and `options.insecure` to what is in force, and adds to `options.secrets`. Raises OwnTrouble.
    """
    from apowacht.plugins.wire.kon_file import load_kon
    from apowacht.plugins.wire.konnektor import Konnektor
    from apowacht.plugins.wire.soap import Session, Url

    kon = load_kon(options.kon) if options.kon else None
    if kon is not None:
        options.secrets.extend(kon.secrets)
        options.hostname = options.hostname or kon.url.host
        chosen = bool(options.ca_file or options.tls_fingerprint)
        options.insecure = options.insecure or (kon.insecure and not chosen)
    if not options.hostname:
        raise OwnTrouble("missing_option", option="-H/--hostname")
    clear = options.no_tls or (kon is not None and kon.url.scheme == "http")
    told = kon.url.port if kon is not None and not options.no_tls else None
    options.port = options.port or told or (80 if clear else 443)
    path = kon.url.path if kon is not None else "/"
    base = Url("http" if clear else "https", options.hostname, options.port, path)
    context = _context(options, kon)
    session = Session(
        options.deadline,
        trust=None if clear else _trust(options, kon),
        client=None if clear else _client(options, kon),
        login=_login(options, kon),
    )
    rewrite = options.rewrite_endpoints or (kon is not None and kon.rewrite_endpoints)
    return session, Konnektor(session, base, context, rewrite=rewrite)


def lan_certificate(session: Session, options: Options, *, refused: bool) -> str | None:
    """Until when the certificate shown on the LAN side is valid, ISO 8601 in UTC.

    When it was `refused`, a second handshake that sends nothing looks at it once more.
    """
    from apowacht.plugins.core.errors import TargetTrouble
    from apowacht.plugins.wire.tls import look
    from apowacht.plugins.wire.tls_seen import validity

    try:
        if refused:
            seen = look(options.hostname, options.port, options.deadline, options.tls_server_name)
            return seen.not_after.isoformat()
        if session.certificate is not None:
            return validity(session.certificate)[1].isoformat()
    except (TargetTrouble, ValueError, IndexError):
        pass  # it cannot be read: not known
    return None


def _context(options: Options, kon: KonFile | None) -> Context | None:
    from apowacht.plugins.wire.konnektor import Context

    def given(name: str) -> Any:
        return getattr(options, name) or (getattr(kon, name) if kon is not None else None)

    named = {name: given(name) for name in ("mandant", "client_system", "workplace")}
    if not any(named.values()):
        return None
    for name, value in named.items():
        if not value:
            raise OwnTrouble("missing_option", option=f"--{name.replace('_', '-')}")
    return Context(**named, user_id=given("user_id"))


def _login(options: Options, kon: KonFile | None) -> Login | None:
    from apowacht.plugins.wire.kon_file import BasicCredentials
    from apowacht.plugins.wire.soap import Login

    if options.user:
        password = _secret(options, "--password-file", "APOWACHT_KONNEKTOR_PASSWORD")
        if password is None:
            raise OwnTrouble("missing_option", option="--password-file")
        return Login(options.user, password)
    told = kon.credentials if kon is not None and not options.client_cert else None
    return Login(told.user, told.password) if isinstance(told, BasicCredentials) else None


def _client(options: Options, kon: KonFile | None) -> ClientKey | None:
    from apowacht.plugins.wire.kon_file import Pkcs12Credentials

    if options.client_cert:
        from apowacht.plugins.wire.keys import load_client_key

        password = _secret(options, "--client-cert-password-file", "APOWACHT_CLIENT_CERT_PASSWORD")
        return load_client_key(options.client_cert, password)
    told = kon.credentials if kon is not None and not options.user else None
    if isinstance(told, Pkcs12Credentials):
        from apowacht.plugins.wire.keys import load_client_key_data

        return load_client_key_data(options.kon, told.data, told.password)
    return None


def _secret(options: Options, option: str, environment: str) -> str | None:
    from apowacht.plugins.core.secret import read_secret

    file = getattr(options, option.removeprefix("--").replace("-", "_"))
    value = read_secret(option, file=file, env=environment)
    if value:
        options.secrets.append(value)
    return value


def _trust(options: Options, kon: KonFile | None) -> Trust:
    from apowacht.plugins.wire.tls import Trust, check_trust

    fingerprints: Sequence[str] = options.tls_fingerprint
    ca_data = None
    if kon is not None and not (options.ca_file or fingerprints or options.insecure):
        ca_data, fingerprints = _of_trust_store(kon.trust_store)
    trust = Trust(
        options.ca_file,
        fingerprints,
        _server_name(options, kon),
        insecure=options.insecure,
        ca_data=ca_data,
    )
    check_trust(trust)
    return trust


def _server_name(options: Options, kon: KonFile | None) -> str | None:
    if options.tls_server_name or (kon is not None and kon.server_name):
        return str(options.tls_server_name or (kon and kon.server_name))
    authorities = _certificates(options.ca_file) if options.ca_file else []
    if kon is not None and not options.ca_file:
        authorities = _parsed(kon.trust_store)
    return SERVER_NAME if any(_is_of_the_ti(one) for one in authorities) else None


def _of_trust_store(store: Sequence[bytes]) -> tuple[bytes | None, tuple[str, ...]]:
    """Authorities as such; where there are none, the Konnektor's certificates by fingerprint."""
    from hashlib import sha256

    if any(_is_authority(one) for one in _parsed(store)):
        return b"".join(store), ()
    return None, tuple(sha256(one).hexdigest() for one in store)


def _certificates(file: str) -> list[Any]:
    """The certificates in a CA file; none where it cannot be read, which others complain of."""
    from cryptography.x509 import load_pem_x509_certificates

    try:
        with open(file, "rb") as source:
            data = source.read()
        if b"-----BEGIN" in data:
            return list(load_pem_x509_certificates(data))
        return _parsed([data])
    except (OSError, ValueError):
        return []


def _parsed(store: Sequence[bytes]) -> list[Any]:
    from cryptography.x509 import load_der_x509_certificate

    return [load_der_x509_certificate(one) for one in store]


def _is_authority(certificate: Any) -> bool:
    from cryptography.x509 import BasicConstraints, ExtensionNotFound

    try:
        found = certificate.extensions.get_extension_for_class(BasicConstraints)
    except (ExtensionNotFound, ValueError):
        return False
    return bool(found.value.ca)


def _is_of_the_ti(certificate: Any) -> bool:
    from cryptography.x509 import NameOID

    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return any(str(name.value).startswith(_OF_THE_TI) for name in names)
