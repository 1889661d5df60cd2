"""SNMP v3 with the User-based Security Model (RFC 3414), through pysnmp and its asyncio API.

Imported for version 3 alone: pysnmp costs 200 ms here, which v1 and v2c need not pay.
"""

from __future__ import annotations

import asyncio
import socket
import warnings
from typing import TYPE_CHECKING

from apowacht.plugins.core.errors import Garbled, OwnTrouble, Refused, Unreachable
from apowacht.plugins.wire.snmp import (
    AUTH_PROTOCOLS,
    GET,
    PRIV_PROTOCOLS,
    Answer,
    Conversation,
    Link,
    canonical,
    first_id,
    first_wait,
)
from apowacht.plugins.wire.snmp_messages import plain_value

with warnings.catch_warnings():
    # pysnmp uses old names of pysmi and, in cryptography, ciphers that are to go.
    warnings.simplefilter("ignore")
    from pyasn1.codec.ber import encoder
    from pysnmp.entity import config
    from pysnmp.error import PySnmpError
    from pysnmp.hlapi.v3arch import asyncio as pysnmp
    from pysnmp.proto import errind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from apowacht.plugins.core.deadline import Deadline
    from apowacht.plugins.wire.snmp import Target

_AUTH = {
    "MD5": pysnmp.USM_AUTH_HMAC96_MD5,
    "SHA": pysnmp.USM_AUTH_HMAC96_SHA,
    "SHA-224": pysnmp.USM_AUTH_HMAC128_SHA224,
    "SHA-256": pysnmp.USM_AUTH_HMAC192_SHA256,
    "SHA-384": pysnmp.USM_AUTH_HMAC256_SHA384,
    "SHA-512": pysnmp.USM_AUTH_HMAC384_SHA512,
}
_PRIV = {
    "DES": pysnmp.USM_PRIV_CBC56_DES,
    "3DES": pysnmp.USM_PRIV_CBC168_3DES,
    "AES": pysnmp.USM_PRIV_CFB128_AES,
    "AES-192": pysnmp.USM_PRIV_CFB192_AES_BLUMENTHAL,
    "AES-256": pysnmp.USM_PRIV_CFB256_AES_BLUMENTHAL,
    "AES-192-C": pysnmp.USM_PRIV_CFB192_AES,
    "AES-256-C": pysnmp.USM_PRIV_CFB256_AES,
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
        self._user = _user(target)
        self._context = pysnmp.ContextData(contextName=target.context.encode())
        self._deadline = deadline
        self._retries = target.retries
        self._heard = False
        link = Link(target, deadline)
        try:
            link.exchange(*_discovery(first_id()))
            self._at, route = link.at, link.route
        finally:
            link.close()
        self._runner = asyncio.Runner()
        try:
            self._runner.run(self._open(*route))
        except BaseException:
            self._runner.close()
            raise

    def close(self) -> None:
        """See `snmp.Session.close`."""
        self._runner.run(self._shut())
        self._runner.close()

    def _request(self, kind: str, oids: Sequence[str]) -> Answer:
        if self._deadline.expired:
            raise Unreachable(
                "timeout", phase="request", seconds=self._deadline.seconds, **self._at
            )
        try:
            return self._runner.run(self._ask(kind, oids))
        except TimeoutError as silence:
            raise self._silence() from silence
        except PySnmpError as fault:
            raise Garbled("snmp_garbled", phase="request", **self._at) from fault

    async def _open(self, family: int, address: tuple[Any, ...]) -> None:
        # What pysnmp cannot make of a datagram ends in the loop's log otherwise.
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        kind = (
            pysnmp.Udp6TransportTarget if family == socket.AF_INET6 else pysnmp.UdpTransportTarget
        )
        transport = kind.PROTO_TRANSPORT()
        # pysnmp knows engines by address and drops IPv6 scopes; agents may answer from another
        # address. The message's own id and digest tell whether it is the agent's.
        receive = transport.datagram_received
        transport.datagram_received = lambda datagram, _: receive(datagram, address)
        transport.normalize_address = lambda _: address
        self._engine = pysnmp.SnmpEngine()
        config.add_transport(self._engine, kind.TRANSPORT_DOMAIN, transport.open_client_mode())
        self._peer = await kind.create(address[:2], retries=0)

    async def _shut(self) -> None:
        self._engine.close_dispatcher()
        await asyncio.sleep(0)  # the transport closes in the loop's next round

    async def _ask(self, kind: str, oids: Sequence[str]) -> Answer:
        command = pysnmp.get_cmd if kind == GET else pysnmp.next_cmd
        wanted = [pysnmp.ObjectType(pysnmp.ObjectIdentity(oid)) for oid in oids]
        wait = first_wait(self._retries, self._deadline.remaining())
        async with asyncio.timeout(self._deadline.remaining()):
            for turn in range(self._retries + 1):
                last = turn == self._retries
                self._peer.timeout = self._deadline.remaining() + 1 if last else wait
                fault, status, index, bindings = await command(
                    self._engine, self._user, self._peer, self._context, *wanted, lookupMib=False
                )
                if not isinstance(fault, errind.RequestTimedOut):
                    break
                wait *= 2
        if fault is not None:
            raise self._fault(fault)
        self._heard = True
        values = [(str(name), plain_value(encoder.encode(value))) for name, value in bindings]
        return Answer(int(status), int(index), values)

    def _fault(self, fault: Any) -> Exception:
        if isinstance(fault, _NO_CIPHER):
            return OwnTrouble("missing_module", detail="cryptography")
        for kind, counter in _FAULTS.items():
            if isinstance(fault, kind):
                return Refused("snmp_auth", phase="auth", detail=counter, **self._at)
        return Garbled("snmp_garbled", phase="request", **self._at)

    def _silence(self) -> Refused | Unreachable:
        """An agent that answered without a user and never with one does not accept this one."""
        if self._heard:
            return Unreachable("no_snmp_answer", phase="request", **self._at)
        return Refused("snmp_user_silent", phase="auth", **self._at)


def _user(target: Target) -> Any:
    """The user with protocols and keys. Raises OwnTrouble for what is missing or too short."""
    if not target.user:
        raise OwnTrouble("missing_option", option="--snmp-user")
    auth = _key("auth", target.auth_protocol, target.auth_key)
    priv = _key("priv", target.priv_protocol, target.priv_key)
    if priv and not auth:  # RFC 3414 section 2.2: no privacy without authentication
        raise OwnTrouble("missing_option", option="--snmp-auth-key-file")
    auth_protocol = canonical(target.auth_protocol or "SHA", AUTH_PROTOCOLS, "--snmp-auth-protocol")
    priv_protocol = canonical(target.priv_protocol or "AES", PRIV_PROTOCOLS, "--snmp-priv-protocol")
    return pysnmp.UsmUserData(
        target.user,
        authKey=auth,
        authProtocol=_AUTH[auth_protocol],
        privKey=priv,
        privProtocol=_PRIV[priv_protocol],
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
        if start[:1] != b"\x30" or b"\x02\x01\x03\x30" not in start:
            raise Garbled("snmp_garbled", phase="request")
        return True if ours in start else None

    return datagram, read


def _wrap(tag: int, content: bytes) -> bytes:
    return bytes((tag, len(content))) + content
