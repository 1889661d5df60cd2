"""Whom a certificate leads to, and what is wrong on the way: paths in the sense of RFC 5280, 6.

Everything is decided from the certificates at hand: what was sent or lies in the file, and the
authorities that are trusted. Nothing is fetched, whatever a certificate says about where its
issuer, its revocation list or a responder may be found. Signatures are verified by
`cryptography`, which knows the brainpool curves too.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from cryptography.x509 import Certificate, Extensions, ExtensionType

    Kind = TypeVar("Kind", bound=ExtensionType)

LONGEST = 8
"""Certificates in a path; those of the TI have three, those of web servers up to four."""

MOST_SIGNATURES = 200
"""Signatures verified for one certificate: whoever sends a maze does not get it walked."""

# Gravest first: of several paths the one whose gravest fault is the slightest is told.
FAULTS = (
    "bad_signature",
    "not_a_ca",
    "name_not_permitted",
    "wrong_purpose",
    "self_signed",
    "incomplete",
    "untrusted",
    "not_yet_valid",
    "expired",
)

KNOWN_CRITICAL = frozenset(
    {
        "2.5.29.14", "2.5.29.15", "2.5.29.17", "2.5.29.18", "2.5.29.19", "2.5.29.30",
        "2.5.29.32", "2.5.29.35", "2.5.29.36", "2.5.29.37",
    }
)  # fmt: skip
SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
ANY_PURPOSE = "2.5.29.37.0"


class Path(NamedTuple):
    """A certificate with those above it, and what is wrong: names out of FAULTS.

    `anchored`: the last one is a trusted authority.
    """

    certificates: tuple[Certificate, ...]
    faults: tuple[str, ...]
    anchored: bool


class Pool:
    """Certificates by subject, to look an issuer up."""

    def __init__(self, certificates: Iterable[Certificate] = ()) -> None:
        self._by_subject: dict[bytes, list[Certificate]] = {}
        for certificate in certificates:
            same = self._by_subject.setdefault(certificate.subject.public_bytes(), [])
            if certificate not in same:
                same.append(certificate)

    def __contains__(self, certificate: Certificate) -> bool:
        return certificate in self._by_subject.get(certificate.subject.public_bytes(), ())

    def issuers(self, certificate: Certificate) -> list[Certificate]:
        """Those who by their name and key identifier may have signed `certificate`."""
        named = self._by_subject.get(certificate.issuer.public_bytes(), [])
        wanted = _authority_key(certificate)
        return [c for c in named if wanted is None or _own_key(c) in (None, wanted)]


def best_path(
    certificate: Certificate,
    others: Sequence[Certificate],
    anchors: Pool | None,
    now: datetime,
    *,
    server: bool = False,
) -> Path:
    """The best way from `certificate` through `others` to one of `anchors`.

    With `anchors` None nobody is trusted or distrusted: the path is as long as it gets, and its
    faults say nothing about trust. `server`: it is shown by a TLS server.
    """
    walk = _Walk(others, anchors, now, server=server)
    walk.go((certificate,))
    return min(walk.found, key=lambda path: (_rank(path.faults), -len(path.certificates)))


def _rank(faults: Sequence[str]) -> tuple[int, int]:
    """How bad these faults are together; smaller is better."""
    gravest = max((len(FAULTS) - FAULTS.index(fault) for fault in faults), default=0)
    return gravest, len(faults)


class _Walk:
    """The search for paths: depth first, bounded, each certificate once per path."""

    def __init__(
        self,
        others: Sequence[Certificate],
        anchors: Pool | None,
        now: datetime,
        *,
        server: bool,
    ) -> None:
        self.found: list[Path] = []
        self._others, self._anchors, self._now, self._server = Pool(others), anchors, now, server
        self._left = MOST_SIGNATURES

    def go(self, path: tuple[Certificate, ...]) -> None:
        """Note this path where it ends, else go on with each possible issuer."""
        last = path[-1]
        if self._anchors is not None and last in self._anchors:
            self._end(path, anchored=True)
            return
        if is_self_issued(last) and self._signed(last, last):
            self._end(path, anchored=False)
            return
        trusted = self._anchors.issuers(last) if self._anchors is not None else []
        candidates = [*trusted, *self._others.issuers(last)]
        signers = [c for c in candidates if c not in path and self._signed(last, c)]
        forged = len(signers) < len([c for c in candidates if c not in path]) and not signers
        if not signers or len(path) >= LONGEST:
            self._end(path, anchored=False, forged=forged and self._left > 0)
            return
        for signer in dict.fromkeys(signers):
            self.go((*path, signer))

    def _signed(self, certificate: Certificate, issuer: Certificate) -> bool:
        from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

        if self._left <= 0:
            return False
        self._left -= 1
        try:
            certificate.verify_directly_issued_by(issuer)
        except (InvalidSignature, ValueError, TypeError, UnsupportedAlgorithm):
            return False
        return True

    def _end(self, path: tuple[Certificate, ...], *, anchored: bool, forged: bool = False) -> None:
        faults = []
        if forged:
            faults.append("bad_signature")
        elif not anchored and self._anchors is not None:
            faults.append(_why_untrusted(path))
        faults += _along(path, self._now)
        if self._server and not _for_servers(path[0]):
            faults.append("wrong_purpose")
        self.found.append(Path(path, tuple(dict.fromkeys(faults)), anchored))


def _why_untrusted(path: Sequence[Certificate]) -> str:
    """How a path ends that reaches nobody who is trusted."""
    if not is_self_issued(path[-1]):
        return "incomplete" if len(path) == 1 else "untrusted"
    return "self_signed" if len(path) == 1 else "untrusted"


def _along(path: Sequence[Certificate], now: datetime) -> list[str]:
    """What is wrong on the path itself: dates, authorities that are none, forbidden names."""
    faults = []
    below = 0  # authorities that are not self-issued below this one (RFC 5280, 4.2.1.9)
    for place, certificate in enumerate(path):
        if now > certificate.not_valid_after_utc:
            faults.append("expired")
        elif now < certificate.not_valid_before_utc:
            faults.append("not_yet_valid")
        if _unknown_critical(certificate):
            faults.append("not_a_ca" if place else "wrong_purpose")
        if place:
            if not _may_sign(certificate, below):
                faults.append("not_a_ca")
            if not _permits(certificate, path[0]):
                faults.append("name_not_permitted")
            below += not is_self_issued(certificate)
    return faults


def is_self_issued(certificate: Certificate) -> bool:
    """Whether it names itself as its issuer."""
    return certificate.subject == certificate.issuer


def is_ca(certificate: Certificate) -> bool:
    """Whether it says of itself that it may sign certificates (basicConstraints)."""
    from cryptography.x509 import BasicConstraints

    constraints = extension(certificate, BasicConstraints)
    return constraints is not None and constraints.ca


def extension(certificate: Certificate, kind: type[Kind]) -> Kind | None:
    """An extension's value; None when it is absent or cannot be read."""
    for one in extensions_of(certificate) or ():
        if isinstance(one.value, kind):
            return one.value
    return None


def extensions_of(certificate: Certificate) -> Extensions | None:
    """All extensions; None when they cannot be read."""
    from cryptography.x509 import DuplicateExtension, UnsupportedGeneralNameType

    try:
        return certificate.extensions
    except (ValueError, DuplicateExtension, UnsupportedGeneralNameType):
        return None


def _may_sign(certificate: Certificate, below: int) -> bool:
    from cryptography.x509 import BasicConstraints, KeyUsage

    constraints = extension(certificate, BasicConstraints)
    usage = extension(certificate, KeyUsage)
    if usage is not None and not usage.key_cert_sign:
        return False
    if constraints is None:
        return certificate.version.value == 0 and is_self_issued(certificate)  # a root of version 1
    length = constraints.path_length
    return constraints.ca and (length is None or below <= length)


def _unknown_critical(certificate: Certificate) -> bool:
    extensions = extensions_of(certificate)
    if extensions is None:  # those that cannot be read may be critical ones
        return True
    return any(one.critical and one.oid.dotted_string not in KNOWN_CRITICAL for one in extensions)


def _for_servers(certificate: Certificate) -> bool:
    from cryptography.x509 import ExtendedKeyUsage

    purposes = extension(certificate, ExtendedKeyUsage)
    if purposes is None:
        return True
    return any(one.dotted_string in (SERVER_AUTH, ANY_PURPOSE) for one in purposes)


def _permits(authority: Certificate, certificate: Certificate) -> bool:
    """Name constraints (RFC 5280, 4.2.1.10) for DNS names and addresses."""
    from cryptography.x509 import NameConstraints

    constraints = extension(authority, NameConstraints)
    if constraints is None:
        return True
    names = alternative_names(certificate)
    excluded = constraints.excluded_subtrees or []
    if any(_inside(name, subtree) for name in names for subtree in excluded):
        return False
    for name in names:
        same = [s for s in constraints.permitted_subtrees or [] if _kind(s.value) == _kind(name)]
        if same and not any(_inside(name, subtree) for subtree in same):
            return False
    return True


def _kind(value: object) -> str:
    return "dns" if isinstance(value, str) else "ip"


def _inside(name: object, subtree: object) -> bool:
    from ipaddress import IPv4Network, IPv6Network

    from cryptography.x509 import DNSName, IPAddress

    if isinstance(subtree, DNSName) and isinstance(name, str):
        base = subtree.value.lower().lstrip(".")
        return not base or name.lower() == base or name.lower().endswith(f".{base}")
    if isinstance(subtree, IPAddress) and not isinstance(name, str):
        net = subtree.value
        return isinstance(net, IPv4Network | IPv6Network) and name in net
    return False


def alternative_names(certificate: Certificate) -> list[object]:
    """DNS names (text) and addresses (ipaddress objects) of subjectAltName."""
    from cryptography.x509 import DNSName, IPAddress, SubjectAlternativeName

    names = extension(certificate, SubjectAlternativeName)
    if names is None:
        return []
    return [one.value for one in names if isinstance(one, DNSName | IPAddress)]


def stands_for(certificate: Certificate, name: str) -> bool:
    """Whether a client that wants `name` (or an address) takes this certificate (RFC 9525).

    As OpenSSL does, the common name counts only where there is no DNS name at all.
    """
    names = alternative_names(certificate)
    try:
        return ip_address(name.partition("%")[0]) in names
    except ValueError:
        pass
    known = [one for one in names if isinstance(one, str)] or common_names(certificate)
    return any(_matches(pattern, name) for pattern in known)


def common_names(certificate: Certificate) -> list[str]:
    """The subject's common names."""
    from cryptography.x509 import NameOID

    found = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return [str(one.value) for one in found]


def _matches(pattern: str, name: str) -> bool:
    pattern, name = pattern.lower().rstrip("."), _ascii(name).lower().rstrip(".")
    if not pattern.startswith("*."):
        return pattern == name
    first, _, rest = name.partition(".")
    return bool(first) and "." in rest and rest == pattern[2:]


def _ascii(name: str) -> str:
    try:
        return name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        return name


def _authority_key(certificate: Certificate) -> bytes | None:
    from cryptography.x509 import AuthorityKeyIdentifier

    value = extension(certificate, AuthorityKeyIdentifier)
    return None if value is None else value.key_identifier


def _own_key(certificate: Certificate) -> bytes | None:
    from cryptography.x509 import SubjectKeyIdentifier

    value = extension(certificate, SubjectKeyIdentifier)
    return None if value is None else value.digest
