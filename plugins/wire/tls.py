"""Every TLS connection of the project: opened, verified, and if it fails, with the very reason.

Verification is by a CA file or the system's authorities (chain and name), or by SHA-256
fingerprint (neither chain nor name, but the dates count), or switched off by name.

A client's certificate goes only to a server that was verified before. With authorities OpenSSL
does so within the handshake: it checks the server's certificate before it answers with the
client's. A fingerprint it does not know: there, a first handshake without the client's
certificate looks at the server's; if its fingerprint is the right one, that certificate itself is
the only one trusted in the second handshake, which thus ends before the client's certificate is
sent, should somebody else answer this time. With `insecure` it goes to whoever answers.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from apowacht.plugins.core.errors import OwnTrouble, Refused, Trouble
from apowacht.plugins.wire.endpoint import connect, excerpt
from apowacht.plugins.wire.tls_groups import settle
from apowacht.plugins.wire.tls_seen import Seen, chain_of, common_name, fingerprint, shown, validity
from apowacht.plugins.wire.tls_shake import Broken, Peer, late_trouble, shake, why

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime

    from apowacht.plugins.core.deadline import Deadline
    from apowacht.plugins.wire.keys import ClientKey

__all__ = ["Seen", "Trust", "check_trust", "late_trouble", "look", "open_tls", "wrap"]

_NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME, which the ssl module has no name for

# What OpenSSL itself offers, whoever built this Python: some leave out what old devices need.
_CIPHERS = "DEFAULT:@SECLEVEL=2"

# X509_V_ERR_*; whatever is not named here is «untrusted» with OpenSSL's own words.
_VERDICTS = {
    9: "tls_not_yet_valid",
    10: "tls_expired",
    18: "tls_self_signed",
    62: "tls_wrong_name",
    64: "tls_wrong_name",  # the address, where the host is one
    66: "tls_weak",  # the server's key
    67: "tls_weak",  # an authority's key
    68: "tls_weak",  # a signature made over MD5 or SHA-1
}


class Trust:
    """Whom to believe.

    `ca_file`: PEM or DER, instead of the system's authorities; intermediate ones and a server's
    own certificate will do. `ca_data`: the same as DER certificates one behind the other, instead
    of a file. `fingerprints`: SHA-256 of the server's certificate, with or without
    colons; one must match, and then `ca_file` and names do not matter. `server_name`: the name
    that the certificate must hold instead of the host; it is also sent to the server.
    `insecure`: nothing is verified (a fingerprint, if given, still is). `allow_expired`: dates do
    not matter.
    Raises OwnTrouble("bad_fingerprint").
    """

    __slots__ = ("allow_expired", "ca_data", "ca_file", "fingerprints", "insecure", "server_name")

    def __init__(
        self,
        ca_file: str | None = None,
        fingerprints: Iterable[str] = (),
        server_name: str | None = None,
        *,
        insecure: bool = False,
        allow_expired: bool = False,
        ca_data: bytes | None = None,
    ) -> None:
        self.ca_data = ca_data
        self.ca_file = ca_file
        self.fingerprints = frozenset(map(_digits, fingerprints))
        self.server_name = server_name
        self.insecure = insecure
        self.allow_expired = allow_expired


def open_tls(
    host: str,
    port: int,
    deadline: Deadline,
    trust: Trust,
    *,
    client: ClientKey | None = None,
    alpn: Collection[str] = (),
    forbidden: Collection[int] = (),
) -> ssl.SSLSocket:
    """A verified connection whose timeout is what is left of the deadline.

    Raises what `endpoint.connect` raises, and what `wrap` raises.
    """
    again = partial(connect, host, port, deadline, forbidden=forbidden)
    peer = Peer(host, port, deadline, _server_name(host, trust), again)
    return _secure(peer, None, trust, client, alpn)


def wrap(
    plain: socket.socket,
    host: str,
    port: int,
    deadline: Deadline,
    trust: Trust,
    *,
    client: ClientKey | None = None,
    alpn: Collection[str] = (),
    again: Callable[[], socket.socket] | None = None,
) -> ssl.SSLSocket:
    """TLS over a connection that is open already, for STARTTLS; `plain` is taken over.

    `again` opens another connection to the same point of the conversation. Without it the
    handshake is tried once, and a client's certificate cannot go along with fingerprints
    (ValueError).
    Raises Refused with tls_expired, tls_not_yet_valid (`date`), tls_untrusted (`issuer`,
    `detail`), tls_self_signed, tls_wrong_name (`name`, `names`), tls_weak, tls_fingerprint (these
    all with `fingerprint`, the one found), tls_no_common_version, tls_no_common_curve,
    tls_no_common_cipher, tls_client_cert_required, tls_client_cert_rejected (`detail`);
    Garbled with tls_not_tls, tls_bad_certificate, tls_failed (`detail`); Unreachable with timeout,
    connection_lost, all of phase «tls»; OwnTrouble with no_brainpool, bad_server_name,
    ca_file_unreadable (`file`), and what `ClientKey.install` raises.
    """
    peer = Peer(host, port, deadline, _server_name(host, trust), again)
    try:
        return _secure(peer, plain, trust, client, alpn)
    except BaseException:
        plain.close()
        raise


def look(
    host: str,
    port: int,
    deadline: Deadline,
    server_name: str | None = None,
    *,
    forbidden: Collection[int] = (),
    again: Callable[[], socket.socket] | None = None,
) -> Seen:
    """What the server shows to somebody who verifies nothing and says nothing.

    `again` opens a connection that is ready for the handshake, where STARTTLS leads to it.
    Raises what `endpoint.connect` (or `again`) raises and, where no certificate was shown, what
    `wrap` raises.
    """
    again = again or partial(connect, host, port, deadline, forbidden=forbidden)
    trust = Trust(server_name=server_name)
    return _look(Peer(host, port, deadline, _server_name(host, trust), again), None)


def check_trust(trust: Trust) -> None:
    """Say what is wrong with `trust` before anybody is asked; `open_tls` does so by itself.

    Raises OwnTrouble("ca_file_unreadable") or OwnTrouble("bad_server_name").
    """
    _server_name("", trust)
    if trust.ca_file is not None:
        import ssl

        _load_authorities(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), trust.ca_file)


def _secure(
    peer: Peer,
    plain: socket.socket | None,
    trust: Trust,
    client: ClientKey | None,
    alpn: Collection[str],
) -> ssl.SSLSocket:
    anchor = None
    if client is not None and trust.fingerprints:
        if peer.again is None:
            raise ValueError("a client's certificate and fingerprints need a second connection")
        anchor = _look(peer, plain).chain[0]
        plain = None
        _compare(peer, anchor, trust)
    make_context = partial(_context, trust, client, alpn, anchor)
    tls_1_2_first = client is not None and client.brainpool
    try:
        connection = shake(peer, plain, make_context, tls_1_2_first=tls_1_2_first)
    except Broken as broken:
        raise _trouble(peer, broken, trust, client) from broken.failure
    try:
        if trust.fingerprints:
            _compare(peer, chain_of(connection)[0], trust)
        connection.settimeout(max(peer.deadline.remaining(), 0.001))
    except BaseException:
        connection.close()
        raise
    return connection


def _look(peer: Peer, plain: socket.socket | None) -> Seen:
    try:
        connection = shake(peer, plain, partial(_context, Trust(insecure=True), None, (), None))
    except Broken as broken:
        if broken.chain:  # the server wants to see a certificate first
            return Seen(peer.host, peer.port, broken.chain, complete=False)
        raise why(peer, broken, with_key=False) from broken.failure
    with connection:
        suite = connection.cipher()
        return Seen(
            peer.host,
            peer.port,
            chain_of(connection),
            protocol=connection.version(),
            cipher=suite[0] if suite else None,
        )


def _context(
    trust: Trust, client: ClientKey | None, alpn: Collection[str], anchor: bytes | None
) -> ssl.SSLContext:
    import ssl

    settle()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    # An authority without one above it, and a server's own certificate, may be what is trusted.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if trust.allow_expired:
        context.verify_flags |= ssl.VerifyFlags(_NO_CHECK_TIME)
    if anchor is not None:
        context.check_hostname = False
        context.load_verify_locations(cadata=anchor)
    elif trust.fingerprints or trust.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif trust.ca_data is not None:
        context.load_verify_locations(cadata=trust.ca_data)
    elif trust.ca_file is None:
        context.load_default_certs()
    else:
        _load_authorities(context, trust.ca_file)
    if client is not None:
        client.install(context)
    if alpn:
        context.set_alpn_protocols(list(alpn))
    return context


def _load_authorities(context: ssl.SSLContext, file: str) -> None:
    try:
        with open(file, "rb") as source:
            data = source.read()
        if b"-----BEGIN" in data:
            context.load_verify_locations(cafile=file)
        else:
            context.load_verify_locations(cadata=data)
    except (OSError, ValueError) as failure:  # ssl.SSLError, for a file of other things, is one
        detail = getattr(failure, "strerror", None) or str(failure)
        raise OwnTrouble("ca_file_unreadable", file=file, detail=excerpt(detail, 80)) from failure


def _compare(peer: Peer, der: bytes, trust: Trust) -> None:
    found = fingerprint(der)
    values = {"phase": "tls", "host": peer.host, "port": peer.port, "fingerprint": found}
    if found not in trust.fingerprints:
        raise Refused("tls_fingerprint", **values)
    if trust.allow_expired:
        return
    try:
        begin, end = validity(der)
    except (ValueError, IndexError):
        return  # OpenSSL read it; whoever gave its fingerprint wants it as it is
    now = _now()
    if now > end:
        raise Refused("tls_expired", **values, date=end)
    if now < begin:
        raise Refused("tls_not_yet_valid", **values, date=begin)


def _trouble(peer: Peer, broken: Broken, trust: Trust, client: ClientKey | None) -> Trouble:
    import ssl

    if trust.fingerprints and broken.chain:
        # Whoever refuses may be the wrong one to begin with.
        try:
            _compare(peer, broken.chain[0], trust)
        except Refused as refusal:
            return refusal
    if isinstance(broken.failure, ssl.SSLCertVerificationError):
        return _verdict(peer, broken, broken.failure)
    return why(peer, broken, with_key=client is not None)


def _verdict(peer: Peer, broken: Broken, failure: ssl.SSLCertVerificationError) -> Refused:
    values: dict[str, object] = {"phase": "tls", "host": peer.host, "port": peer.port}
    verdict = _VERDICTS.get(failure.verify_code, "tls_untrusted")
    seen = _seen(peer, broken)
    if seen is not None:
        values["fingerprint"] = seen.fingerprint
        try:
            if verdict in ("tls_expired", "tls_not_yet_valid"):
                values["date"] = seen.outside(_now())
            elif verdict == "tls_wrong_name":
                values["names"] = shown(seen.names)
            elif verdict == "tls_untrusted":
                values["issuer"] = common_name(seen.issuer) or None
        except Trouble:
            pass  # it cannot be read further, and that it is not trusted is known already
    if verdict == "tls_wrong_name":
        values["name"] = peer.server_name
    if verdict in ("tls_untrusted", "tls_weak"):
        values["detail"] = excerpt(failure.verify_message, 80)
    return Refused(verdict, **values)


def _seen(peer: Peer, broken: Broken) -> Seen | None:
    """The certificates that were not trusted; before OpenSSL 3.0 they take a second look."""
    if broken.chain:
        return Seen(peer.host, peer.port, broken.chain, complete=False)
    if peer.again is None:
        return None
    try:
        return _look(peer, None)
    except (Trouble, OSError):
        return None  # the reason stands, with less to say about it


def _server_name(host: str, trust: Trust) -> str:
    """The name that the certificate must hold: no brackets, no zone, no final dot.

    A host that can be no name is left to the resolver to complain of.
    """
    name = (trust.server_name or host).strip("[]").partition("%")[0].rstrip(".")
    if trust.server_name:
        try:
            if name.startswith(".") or not name.isprintable() or not name.encode("idna"):
                raise ValueError(name)
        except ValueError as failure:  # a label too long, or empty
            raise OwnTrouble("bad_server_name", name=excerpt(trust.server_name)) from failure
    return name


def _digits(text: str) -> str:
    digits = text.replace(":", "").replace(" ", "").lower()
    if not re.fullmatch(r"[0-9a-f]{64}", digits):
        raise OwnTrouble("bad_fingerprint", value=excerpt(text))
    return digits


def _now() -> datetime:
    from datetime import UTC, datetime

    return datetime.now(UTC)
