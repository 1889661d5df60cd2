"""The groups (curves) that a TLS handshake offers: brainpool beside the usual ones, all at once.

OpenSSL leaves brainpool out of its default offer, and Python can only choose a single group. What
OpenSSL does take is a configuration of its own (config(5), `ssl_conf`): one is handed to it in
memory, so that no file and no environment variable comes into being.
"""

from __future__ import annotations

from _thread import allocate_lock
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

# What OpenSSL offers by itself stays in the list, behind what Konnektoren want.
_GROUPS = (
    "X25519", "P-256", "P-384", "brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1", "X448",
    "P-521",
)  # fmt: skip
# RFC 8734: TLS 1.3 has numbers of its own for these curves. OpenSSL knows them since 3.2.
_GROUPS_TLS_1_3 = ("brainpoolP256r1tls13", "brainpoolP384r1tls13", "brainpoolP512r1tls13")

BRAINPOOL = frozenset({26, 27, 28, 31, 32, 33})  # IANA, TLS Supported Groups

ALL_GROUPS = (*range(1, 35), *range(256, 261))
# Every suite that was ever numbered for certificates, without those that stand for no cipher.
ALL_CIPHERS = (
    *range(0x1301, 0x1306), *range(0xC001, 0xC0B0), *range(0xCCA8, 0xCCAE), *range(0x0001, 0x00C6),
)  # fmt: skip

# ecdsa_brainpoolP256r1tls13_sha256 and its sisters (RFC 8734)
BRAINPOOL_SIGNATURES = (0x081A, 0x081B, 0x081C)

_SUPPORTED_GROUPS, _SIGNATURE_ALGORITHMS = 10, 13  # RFC 8446, 4.2
_SERVER_HELLO = 2
_HANDSHAKE = 22

# OpenSSL has one configuration for the whole process, and so there is one word on whether it is
# set. Whoever makes a context at the very moment in which it is set may see half of it: that is
# why ours wait here, and why it is set only once.
_LOCK = allocate_lock()
_settled: list[bool] = []


def settle() -> bool:
    """Let every TLS context made from now on offer all the groups; once per process.

    Contexts made elsewhere in this process get them too. False when this Python's OpenSSL cannot
    be reached: then contexts offer what OpenSSL offers by itself.
    """
    with _LOCK:
        if not _settled:
            _settled.append(_configure())
        return _settled[0]


def _configure() -> bool:
    import ssl

    names = _GROUPS + (_GROUPS_TLS_1_3 if ssl.OPENSSL_VERSION_INFO >= (3, 2) else ())
    if ssl.OPENSSL_VERSION_INFO >= (3, 3):
        names = tuple(f"?{name}" for name in names)  # left out where a distribution removed it
    text = (
        "openssl_conf = all\n[all]\nssl_conf = tls\n[tls]\nsystem_default = offer\n"
        f"[offer]\nMinProtocol = TLSv1.2\nGroups = {':'.join(names)}\n"
    ).encode()
    try:
        return _load(text)
    except (ImportError, OSError, AttributeError):  # no ctypes, or OpenSSL's names are hidden
        return False


def _load(text: bytes) -> bool:
    import _ssl
    from ctypes import PyDLL, c_char_p, c_int, c_ulong, c_void_p

    # Looked up through the module itself, which leads to the very library that it uses. PyDLL,
    # not CDLL: no other thread of Python begins a context meanwhile.
    library = PyDLL(getattr(_ssl, "__file__", None))

    def function(name: str, result: Any, *arguments: Any) -> Any:
        found = getattr(library, name)
        found.restype, found.argtypes = result, arguments
        return found

    # All of them are fetched before the first is called.
    new_buffer = function("BIO_new_mem_buf", c_void_p, c_char_p, c_int)
    new_configuration = function("NCONF_new", c_void_p, c_void_p)
    read = function("NCONF_load_bio", c_int, c_void_p, c_void_p, c_void_p)
    apply = function("CONF_modules_load", c_int, c_void_p, c_char_p, c_ulong)
    free_configuration = function("NCONF_free", None, c_void_p)
    free_buffer = function("BIO_free", c_int, c_void_p)

    buffer, configuration = new_buffer(text, len(text)), new_configuration(None)
    try:
        return bool(
            buffer
            and configuration
            and read(configuration, buffer, None) > 0
            and apply(configuration, b"openssl_conf", 0) > 0
        )
    finally:
        free_configuration(configuration)
        free_buffer(buffer)


class Hello(NamedTuple):
    """A ClientHello taken apart (RFC 8446, 4.1.2), to be put together with another offer."""

    head: bytes
    ciphers: tuple[int, ...]
    compression: bytes
    extensions: tuple[tuple[int, bytes], ...]

    @property
    def groups(self) -> tuple[int, ...]:
        """The groups offered, by their IANA numbers."""
        return _numbers(dict(self.extensions).get(_SUPPORTED_GROUPS, b"")[2:])

    def offering(
        self,
        *,
        ciphers: Iterable[int] = (),
        groups: Iterable[int] = (),
        signatures: Iterable[int] = (),
    ) -> bytes:
        """The record of a hello that offers all these besides its own."""
        more = {_SUPPORTED_GROUPS: groups, _SIGNATURE_ALGORITHMS: signatures}
        extensions = b"".join(
            number.to_bytes(2, "big")
            + _vector(
                _vector(_words(_numbers(content[2:]), more[number])) if number in more else content
            )
            for number, content in self.extensions
        )
        suites = _vector(_words(self.ciphers, ciphers))
        body = self.head + suites + self.compression + _vector(extensions)
        message = b"\x01" + len(body).to_bytes(3, "big") + body
        return b"\x16\x03\x01" + _vector(message)


def hello(context: ssl.SSLContext, server_name: str | None) -> Hello:
    """What `context` would say first to a server of this name; nothing is sent."""
    import ssl

    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with suppress(ssl.SSLWantReadError):  # for the server's answer it need not wait
        context.wrap_bio(incoming, outgoing, server_hostname=server_name).do_handshake()
    data = outgoing.read()[9:]  # without the heads of the record and of the message
    head_size = 2 + 32 + 1 + data[34]
    head, rest = data[:head_size], data[head_size:]
    ciphers, rest = _split(rest, 2)
    compression, rest = _split(rest, 1)
    listing, _ = _split(rest, 2)
    extensions = []
    while listing:
        content, after = _split(listing[2:], 2)
        extensions.append((int.from_bytes(listing[:2], "big"), content))
        listing = after
    return Hello(
        head, _numbers(ciphers), bytes([len(compression)]) + compression, tuple(extensions)
    )


def is_server_hello(answer: bytes) -> bool:
    """Whether the server's first bytes (six are enough) go along with the offer."""
    return len(answer) > 5 and answer[0] == _HANDSHAKE and answer[5] == _SERVER_HELLO


def _split(data: bytes, size: int) -> tuple[bytes, bytes]:
    end = size + int.from_bytes(data[:size], "big")
    return data[size:end], data[end:]


def _vector(content: bytes) -> bytes:
    return len(content).to_bytes(2, "big") + content


def _words(numbers: Iterable[int], more: Iterable[int]) -> bytes:
    return b"".join(number.to_bytes(2, "big") for number in dict.fromkeys((*numbers, *more)))


def _numbers(words: bytes) -> tuple[int, ...]:
    return tuple(int.from_bytes(words[i : i + 2], "big") for i in range(0, len(words), 2))
