"""SNMP v3 with the User-based Security Model (RFC 3414), through pysnmp's asyncio engine.

Imported for version 3 alone, because pysnmp costs 100 ms here. Its `hlapi` would cost twice
that, and looks names up in MIB files, on the web if need be; we have numbers.
"""

from __future__ import annotations

import asyncio
import socket
import warnings
from typing import TYPE_CHECKING

from apowacht.plugins.core.errors import Garbled, OwnTrouble, Refused, Unreachable
from apowacht.plugins.wire.snmp import (
    AUTH_PROTOCOLS,
    PRIV_PROTOCOLS,
    Conversation,
    Link,
    canonical,
    first_id,
    first_wait,
)
from apowacht.plugins.wire.snmp_messages import plain_answer, request_pdu

# pysnmp uses ciphers that cryptography calls outdated, when it loads and when it encrypts: DES
# and CFB are what the cards have. Only its own warnings are dropped, for good: `catch_warnings`
# would change the filters of other threads too, and change them back.
warnings.filterwarnings("ignore", module=r"pysnmp\.")

from pysnmp.carrier.asyncio.dgram import udp, udp6  # noqa: E402 - after the filter
from pysnmp.entity import config  # noqa: E402
from pysnmp.entity.engine import SnmpEngine  # noqa: E402
from pysnmp.entity.rfc3413.cmdgen import CommandGenerator  # noqa: E402
from pysnmp.proto import errind  # noqa: E402
from pysnmp.proto.error import StatusInformation  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from apowacht.plugins.core.deadline import Deadline
    from apowacht.plugins.wire.snmp import Answer, Target

_AUTH = {
    "MD5": config.USM_AUTH_HMAC96_MD5,
    "SHA": config.USM_AUTH_HMAC96_SHA,
    "SHA-224": config.USM_AUTH_HMAC128_SHA224,
    "SHA-256": config.USM_AUTH_HMAC192_SHA256,
    "SHA-384": config.USM_AUTH_HMAC256_SHA384,
    "SHA-512": config.USM_AUTH_HMAC384_SHA512,
}
_PRIV = {
    "DES": config.USM_PRIV_CBC56_DES,
    "3DES": config.USM_PRIV_CBC168_3DES,
    "AES": config.USM_PRIV_CFB128_AES,
    "AES-192": config.USM_PRIV_CFB192_AES_BLUMENTHAL,
    "AES-256": config.USM_PRIV_CFB256_AES_BLUMENTHAL,
    "AES-192-C": config.USM_PRIV_CFB192_AES,
    "AES-256-C": config.USM_PRIV_CFB256_AES,
}
_SHORTEST_KEY = 8  # RFC 3414 section 11.2

# pysnmp's word for what an agent reports, and the counter's name in the agent (RFC 3414
# section 5); authenticationFailure and decryptionError also arise here, from its answer.
_FAULTS = {
    errind.UnsupportedSecurityLevel: "usmStatsUnsupportedSecLevels",
    errind.NotInTimeWindow: "usmStatsNotInTimeWindows",
    errind.UnknownUserName: "usmStatsUnknownUserNames",
    errind.UnknownSecurityName: "usmStatsUnknownUserNames",
    errind.UnknownEngineID: "usmStatsUnknownEngineIDs",
    errind.WrongDigest: "usmStatsWrongDigests",
    errind.AuthenticationFailure: "usmStatsWrongDigests",
    errind.DecryptionError: "usmStatsDecryptionErrors",
    errind.ReportPduReceived: "snmpUnknownContexts",
}
# Here, not there: cryptography is missing or too old for this pysnmp.
_NO_CIPHER = (errind.EncryptionError, errind.UnsupportedPrivProtocol)


class UserSession(Conversation):
    """One user at one agent. See `snmp.Session`."""

    def __init__(self, target: Target, deadline: Deadline) -> None:
        user = _User(target)
        self._deadline = deadline
        self._retries = target.retries
        self._context = target.context.encode()
        self._request_id = first_id()
        self._heard = False
        link = Link(target, deadline)
        try:
            link.exchange(*_discovery(self._request_id))
            self.at = link.at
            route = link.route
        finally:
            link.close()
        self._runner = asyncio.Runner()
        try:
            self._runner.run(self._open(user, *route))
        except BaseException:
            self._runner.close()
            raise

    def close(self) -> None:
        """See `snmp.Session.close`."""
        self._runner.run(self._shut())
        self._runner.close()

    def _request(self, kind: str, oids: Sequence[str]) -> Answer:
        if self._deadline.expired:
            raise Unreachable("timeout", phase="request", seconds=self._deadline.seconds, **self.at)
        self._request_id += 1
        try:
            fault, pdu = self._runner.run(self._ask(request_pdu(kind, self._request_id, oids)))
        except TimeoutError as silence:
            raise self._silence() from silence
        except StatusInformation as failure:
            raise self._fault(failure.get("errorIndication")) from failure
        if fault is not None:
            raise self._fault(fault)
        self._heard = True
        try:
            return plain_answer(pdu)
        except ValueError as garbled:
            raise self._fault(None) from garbled

    async def _open(self, user: _User, family: int, address: tuple[Any, ...]) -> None:
        # What pysnmp cannot make of a datagram would end in the loop's log.
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        v6 = family == socket.AF_INET6
        domain = udp6.DOMAIN_NAME if v6 else udp.DOMAIN_NAME
        transport = udp6.Udp6AsyncioTransport() if v6 else udp.UdpAsyncioTransport()
        # pysnmp knows engines by address and drops IPv6 scopes; agents may answer from another
        # address. The message's own id and digest tell whether it is the agent's.
        receive = transport.datagram_received
        transport.datagram_received = lambda datagram, _: receive(datagram, address)
        transport.normalize_address = lambda _: address
        self._engine = SnmpEngine()
        config.add_transport(self._engine, domain, transport.open_client_mode())
        config.add_v3_user(self._engine, user.name, *user.keys)
        config.add_target_parameters(self._engine, "user", user.name, user.level)
        # Its own timeout comes after all of ours: here the first answer to any try counts.
        late = (self._deadline.seconds + 60) * 100
        config.add_target_address(self._engine, "agent", domain, address, "user", late, 0)

    async def _shut(self) -> None:
        self._engine.close_dispatcher()
        await asyncio.sleep(0)  # the socket closes in the loop's next round

    async def _ask(self, pdu: Any) -> tuple[Any, Any]:
        """What pysnmp calls back with: an errind and no PDU, or None and the response's PDU."""
        answer: asyncio.Future[tuple[Any, Any]] = asyncio.get_running_loop().create_future()

        def settle(_engine: Any, _handle: Any, fault: Any, response: Any, _context: Any) -> None:
            if not answer.done():
                answer.set_result((fault, response))

        wait = first_wait(self._retries, self._deadline.remaining())
        for turn in range(self._retries + 1):
            CommandGenerator().send_pdu(
                self._engine, "agent", None, self._context, pdu, settle, None
            )
            last = turn == self._retries
            await asyncio.wait((answer,), timeout=self._deadline.remaining() if last else wait)
            if answer.done():
                return answer.result()
            wait *= 2
        raise TimeoutError

    def _fault(self, fault: Any) -> Exception:
        if isinstance(fault, _NO_CIPHER):
            return OwnTrouble("missing_module", detail="cryptography")
        for kind, counter in _FAULTS.items():
            if isinstance(fault, kind):
                return Refused("snmp_auth", phase="auth", detail=counter, **self.at)
        return Garbled("snmp_garbled", phase="request", **self.at)

    def _silence(self) -> Refused | Unreachable:
        """An agent that answered without a user and never with one does not accept this one."""
        if self._heard:
            return Unreachable("no_snmp_answer", phase="request", **self.at)
        return Refused("snmp_user_silent", phase="auth", **self.at)


class _User:
    """Name, protocols and keys, checked. Raises OwnTrouble for what is missing or too short."""

    def __init__(self, target: Target) -> None:
        if not target.user:
            raise OwnTrouble("missing_option", option="--snmp-user")
        self.name = target.user
        auth = _key("auth", target.auth_protocol, target.auth_key)
        priv = _key("priv", target.priv_protocol, target.priv_key)
        if priv and not auth:  # RFC 3414 section 1.4.1: no privacy without authentication
            raise OwnTrouble("missing_option", option="--snmp-auth-key-file")
        self.level = "authPriv" if priv else "authNoPriv" if auth else "noAuthNoPriv"
        chosen = canonical(target.auth_protocol or "SHA", AUTH_PROTOCOLS, "--snmp-auth-protocol")
        cipher = canonical(target.priv_protocol or "AES", PRIV_PROTOCOLS, "--snmp-priv-protocol")
        self.keys = (
            _AUTH[chosen] if auth else config.USM_AUTH_NONE,
            auth,
            _PRIV[cipher] if priv else config.USM_PRIV_NONE,
            priv,
        )


def _key(word: str, protocol: str | None, key: str | None) -> str | None:
    option = f"--snmp-{word}-key-file"
    if protocol and not key:
        raise OwnTrouble("missing_option", option=option)
    if key and len(key.encode()) < _SHORTEST_KEY:
        raise OwnTrouble("snmp_key_short", option=option)
    return key or None


def _discovery(message_id: int) -> tuple[bytes, Any]:
    """A request without engine and user (RFC 3414 section 4), and what knows its answer.

    It finds the address that answers, and a closed port or a silent host at once.
    """
    ours = b"\x02\x04" + message_id.to_bytes(4, "big")
    # msgVersion 3; msgMaxSize 65507, msgFlags reportable, security model 3
    head = b"\x02\x01\x03" + _wrap(0x30, ours + bytes.fromhex("020300ffe3 040104 020103"))
    nobody = _wrap(0x04, bytes.fromhex("300e 0400 020100 020100 0400 0400 0400"))
    # contextEngineID, contextName, GetRequest of nothing
    scoped = _wrap(
        0x30, bytes.fromhex("0400 0400") + _wrap(0xA0, ours + bytes.fromhex("020100 020100 3000"))
    )
    datagram = _wrap(0x30, head + nobody + scoped)

    def read(answer: bytes) -> bool | None:
        # Version and msgID stand before anything of variable length but the lengths.
        start = answer[:32]
        if start[:1] != b"\x30" or b"\x02\x01\x03\x30" not in start or answer == datagram:
            raise Garbled("snmp_garbled", phase="request")
        return True if ours in start else None

    return datagram, read


def _wrap(tag: int, content: bytes) -> bytes:
    return bytes((tag, len(content))) + content
