"""The TLS handshake itself: as often as it takes to find what both sides can do, and if it fails,
why. Whom to trust is not decided here.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from apowacht.plugins.core.deadline import Deadline
from apowacht.plugins.core.errors import (
    Garbled,
    OwnTrouble,
    Refused,
    TargetTrouble,
    Trouble,
    Unreachable,
)
from apowacht.plugins.wire.endpoint import excerpt
from apowacht.plugins.wire.tls_groups import (
    ALL_CIPHERS,
    ALL_GROUPS,
    BRAINPOOL,
    BRAINPOOL_SIGNATURES,
    hello,
    is_server_hello,
)
from apowacht.plugins.wire.tls_seen import chain_of

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Callable, Iterator

# What a server missed is worth this much waiting: that it failed is known already.
_PATIENCE_SECONDS = 2.0

# OpenSSL's words for an answer that is no TLS record at all.
_NOT_TLS = frozenset(
    {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "PACKET_LENGTH_TOO_LONG",
     "UNKNOWN_PROTOCOL", "BAD_RECORD_TYPE", "RECORD_LAYER_FAILURE"}
)  # fmt: skip
_NO_COMMON_VERSION = frozenset({"UNSUPPORTED_PROTOCOL", "PROTOCOL_VERSION", "WRONG_SSL_VERSION"})
_WEAK = frozenset({"DH_KEY_TOO_SMALL", "EE_KEY_TOO_SMALL", "CA_KEY_TOO_SMALL", "CA_MD_TOO_WEAK"})
# What servers say to an offer of which they can take nothing, or too much.
_NO_AGREEMENT = frozenset(
    {"HANDSHAKE_FAILURE", "INSUFFICIENT_SECURITY", "ILLEGAL_PARAMETER", "INTERNAL_ERROR",
     "DECODE_ERROR", "PROTOCOL_VERSION", "UNEXPECTED_MESSAGE", "MISSING_EXTENSION"}
)  # fmt: skip
# What servers say about a client's certificate: in TLS 1.2 before the handshake has ended, in
# TLS 1.3 after it.
_ABOUT_CLIENT = re.compile(r"CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR")
_IN_HANDSHAKE = re.compile(rf"{_ABOUT_CLIENT.pattern}|HANDSHAKE_FAILURE|ILLEGAL_PARAMETER")


class Peer(NamedTuple):
    """Whom a handshake is made with; `again` opens a new connection that is ready for one."""

    host: str
    port: int
    deadline: Deadline
    server_name: str
    again: Callable[[], socket.socket] | None


class Broken(Exception):
    """A handshake failed. `chain`: what the server had shown of its certificates until then."""

    def __init__(self, failure: OSError, chain: tuple[bytes, ...], context: ssl.SSLContext) -> None:
        super().__init__(failure)
        self.failure, self.chain, self.context = failure, chain, context

    @property
    def alert(self) -> str:
        """The server's own last word, as in HANDSHAKE_FAILURE; empty when it was not the server
        who ended it."""
        return alert(self.failure)

    @property
    def disagreement(self) -> bool:
        """Whether another offer may do better: the server was put off before it showed itself."""
        import ssl

        if self.chain or isinstance(self.failure, ssl.SSLCertVerificationError | TimeoutError):
            return False
        closed = isinstance(
            self.failure, ConnectionError | ssl.SSLEOFError | ssl.SSLZeroReturnError
        )
        return closed or self.alert in _NO_AGREEMENT


def shake(
    peer: Peer,
    plain: socket.socket | None,
    make_context: Callable[[], ssl.SSLContext],
    *,
    tls_1_2_first: bool = False,
) -> ssl.SSLSocket:
    """A connection whose handshake has succeeded; takes over `plain`, else opens one.

    Where the server turns the whole offer down, TLS 1.2 alone is offered next: a server that
    insists on TLS 1.3 has no use there for a brainpool certificate before OpenSSL 3.2, and some
    old devices stumble over the mere mention of 1.3. Where no configuration could be set,
    brainpoolP256r1 alone is the last offer.
    Raises Broken, and what `peer.again` raises.
    """
    failures: list[Broken] = []
    offers: list[Callable[[ssl.SSLContext], bool]] = [_everything, _tls_1_2]
    if tls_1_2_first:
        offers.reverse()
    offers.append(partial(_brainpool_alone, peer))
    for narrow in offers:
        if failures and peer.again is None:
            break
        context = make_context()
        if not narrow(context):
            continue
        connection, plain = plain or _another(peer), None
        try:
            return _once(peer, connection, context)
        except Broken as broken:
            if not broken.disagreement or peer.deadline.expired:
                raise
            failures.append(broken)
    raise failures[0]


def why(peer: Peer, broken: Broken, *, with_key: bool) -> Trouble:
    """Why a handshake failed, apart from a certificate that was not trusted.

    `with_key`: a client's certificate was ready to be shown. May ask the server what it would
    have taken; that costs a connection or two and sends no more than a ClientHello.
    """
    failure, values = broken.failure, {"phase": "tls", "host": peer.host, "port": peer.port}
    reason = getattr(failure, "reason", None) or ""
    if isinstance(failure, TimeoutError):
        return Unreachable("timeout", **values, seconds=peer.deadline.seconds)
    if reason in _NOT_TLS:
        return Garbled("tls_not_tls", **values)
    if broken.chain and _IN_HANDSHAKE.search(broken.alert):
        return _about_client(broken.alert, values, with_key=with_key)
    if reason in _NO_COMMON_VERSION or broken.alert in _NO_COMMON_VERSION:
        return Refused("tls_no_common_version", **values)
    if broken.disagreement and broken.alert:
        found = _disagreement(peer, broken.context)
        if found == "no_brainpool":
            return OwnTrouble(found, **values)
        if found:
            return Refused(found, **values)
    if not reason or "EOF" in reason:
        return Unreachable("connection_lost", **values)
    if reason in _WEAK:
        return Refused("tls_weak", **values, detail=_words(reason))
    return Garbled("tls_failed", **values, detail=_words(broken.alert or reason))


def late_trouble(
    connection: ssl.SSLSocket, failure: OSError, host: str, port: int, *, with_key: bool
) -> TargetTrouble:
    """Why a connection broke after its handshake (not: why it is silent).

    In TLS 1.3 the client has finished before the server has looked at the client's certificate:
    that it wants one, or does not like it, comes out when the first answer is read. What the
    server said last is still there to be read when sending failed.
    """
    found = alert(failure)
    if not found:
        try:
            connection.settimeout(0.1)
            connection.recv(1)
        except (OSError, ValueError) as last:
            found = alert(last)
    values: dict[str, object] = {"phase": "request", "host": host, "port": port}
    if _ABOUT_CLIENT.search(found):
        return _about_client(found, {**values, "phase": "tls"}, with_key=with_key)
    return Unreachable("connection_lost", **values)


def alert(failure: BaseException) -> str:
    """The alert in OpenSSL's reason, as in CERTIFICATE_REQUIRED; empty for anything else."""
    match = re.search(r"ALERT_(\w+)", getattr(failure, "reason", None) or "")
    return match[1] if match else ""


def _about_client(found: str, values: dict[str, object], *, with_key: bool) -> Refused:
    if with_key:
        return Refused("tls_client_cert_rejected", **values, detail=_words(found))
    return Refused("tls_client_cert_required", **values)


def _once(peer: Peer, plain: socket.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
    seconds = max(peer.deadline.remaining(), 0.001)  # 0 would mean: do not block
    try:
        plain.settimeout(seconds)
        connection = context.wrap_socket(
            plain, server_hostname=peer.server_name, do_handshake_on_connect=False
        )
    except (ValueError, TypeError) as failure:  # a name that cannot stand in a certificate
        plain.close()
        raise OwnTrouble("bad_server_name", name=excerpt(peer.server_name)) from failure
    except OSError as failure:
        plain.close()
        raise Broken(failure, (), context) from failure
    try:
        connection.do_handshake()
    except OSError as failure:
        chain = chain_of(connection)
        connection.close()
        raise Broken(failure, chain, context) from failure
    except BaseException:
        connection.close()
        raise
    return connection


def _another(peer: Peer) -> socket.socket:
    if peer.again is None:
        raise ValueError("neither a connection nor a way to open one")
    return peer.again()


def _everything(context: ssl.SSLContext) -> bool:
    return True


def _tls_1_2(context: ssl.SSLContext) -> bool:
    import ssl

    context.maximum_version = ssl.TLSVersion.TLSv1_2
    return True


def _brainpool_alone(peer: Peer, context: ssl.SSLContext) -> bool:
    """False when this is no new offer, or when OpenSSL was built without these curves."""
    if BRAINPOOL.intersection(hello(context, peer.server_name).groups):
        return False
    try:
        context.set_ecdh_curve("brainpoolP256r1")
    except ValueError:
        return False
    return _tls_1_2(context)


def _disagreement(peer: Peer, context: ssl.SSLContext) -> str | None:
    """What the server missed in the offer; None when it would not take a wider one either."""
    if peer.again is None:
        return None
    ours = hello(context, peer.server_name)
    brainpool = ours.offering(groups=BRAINPOOL, signatures=BRAINPOOL_SIGNATURES)
    offers: Iterator[tuple[str, bytes]] = iter(
        (
            *((("no_brainpool", brainpool),) if not BRAINPOOL.issubset(ours.groups) else ()),
            ("tls_no_common_curve", ours.offering(groups=ALL_GROUPS)),
            ("tls_no_common_cipher", ours.offering(ciphers=ALL_CIPHERS)),
            ("tls_no_common_cipher", ours.offering(ciphers=ALL_CIPHERS, groups=ALL_GROUPS)),
        )
    )
    try:
        return next((reason for reason, offer in offers if _taken(peer, offer)), None)
    except (Trouble, OSError):  # what the handshake itself said will have to do
        return None


def _taken(peer: Peer, offer: bytes) -> bool:
    patience = Deadline(min(peer.deadline.remaining(), _PATIENCE_SECONDS))
    with _another(peer) as connection:
        answer = b""
        connection.settimeout(max(patience.remaining(), 0.001))
        connection.sendall(offer)
        while len(answer) < 6 and not patience.expired:
            connection.settimeout(max(patience.remaining(), 0.001))
            more = connection.recv(6 - len(answer))
            if not more:
                break
            answer += more
        return is_server_hello(answer)


def _words(reason: str) -> str:
    return excerpt(reason.lower().replace("_", " "), 80)
