"""Certificates of TLS servers: targets asked side by side, and whom to trust of them.

Nothing is verified while asking, so that an expired or foreign certificate is read as well as a
good one; whom to trust is decided afterwards, from what was shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from apowacht.plugins.core.errors import Garbled, OwnTrouble, Trouble, Unreachable
from apowacht.plugins.wire.starttls import PORTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from cryptography.x509 import Certificate

    from apowacht.plugins.core.deadline import Deadline
    from apowacht.plugins.read.chain import Pool
    from apowacht.plugins.wire.tls_seen import Seen

MOST_TARGETS = 500
"""All are asked at the same time: a silent one must not take the time of those behind it."""


class Target(NamedTuple):
    """A TLS server; `wanted` is the name that its certificate must hold, `sni` the one sent."""

    host: str
    port: int
    protocol: str | None = None  # smtp, imap, ldap: TLS begins by STARTTLS
    wanted: str | None = None
    sni: str | None = None
    fingerprints: tuple[str, ...] = ()
    ca_file: str | None = None

    @property
    def name(self) -> str:
        """Host and port, as people write them."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_target(text: str, option: str = "--tls", port: int | None = None) -> Target:
    """`[smtp|imap|ldap://]HOST[:PORT][,name=NAME][,sni=NAME][,fingerprint=SHA256]
    [,ca=FILE]`.

    Raises OwnTrouble: tls_target_syntax, sicct_port, bad_port, bad_fingerprint.
    """
    place, *settings = text.strip().split(",")
    scheme, slashes, rest = place.rpartition("://")
    host, told = _host_and_port(rest.rstrip("/") if slashes else rest)
    protocol = scheme.lower() or None
    wrong = OwnTrouble("tls_target_syntax", option=option, text=text)
    if not host or any(c.isspace() or c in "/@" for c in host):
        raise wrong
    if protocol not in (None, "https", "tls", *PORTS):
        raise wrong
    protocol = protocol if protocol in PORTS else None
    given: dict[str, list[str]] = {"name": [], "sni": [], "fingerprint": [], "ca": []}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not value or key.strip() not in given:
            raise wrong
        given[key.strip()].append(value.strip())
    if told and not (told.isascii() and told.isdigit()):
        raise wrong
    number = int(told) if told else port or (PORTS[protocol] if protocol else 443)
    _allowed(number)
    return Target(
        host,
        number,
        protocol,
        given["name"][-1] if given["name"] else None,
        given["sni"][-1] if given["sni"] else None,
        tuple(given["fingerprint"]),
        given["ca"][-1] if given["ca"] else None,
    )


def _host_and_port(text: str) -> tuple[str, str]:
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return host, rest.removeprefix(":")
    if text.count(":") > 1:  # an IPv6 address as it stands
        return text, ""
    host, _, port = text.partition(":")
    return host, port


def _allowed(port: int) -> None:
    from apowacht.plugins.wire.endpoint import SICCT_PORT

    if port == SICCT_PORT:
        raise OwnTrouble("sicct_port", port=port)
    if not 0 < port < 65536:
        raise OwnTrouble("bad_port", port=port)


class Looks:
    """Looks at servers that have begun; each server has a thread of its own."""

    def __init__(self, targets: Sequence[Target], deadline: Deadline) -> None:
        import threading

        self._targets, self._deadline = targets, deadline
        self._answers: list[Seen | Trouble | BaseException | None] = [None] * len(targets)
        self._threads = [
            threading.Thread(target=self._look, args=(place,), name="apowacht-look", daemon=True)
            for place in range(len(targets))
        ]
        for thread in self._threads:
            thread.start()

    def answers(self) -> list[Seen | Trouble]:
        """What each server shows, or why it shows nothing, in the order of the targets."""
        for thread in self._threads:
            thread.join(self._deadline.remaining() + 0.3)
        return [
            _settled(answer, target, self._deadline)
            for answer, target in zip(self._answers, self._targets, strict=True)
        ]

    def _look(self, place: int) -> None:
        try:
            self._answers[place] = _look(self._targets[place], self._deadline)
        except BaseException as trouble:
            self._answers[place] = trouble


def _settled(
    answer: Seen | Trouble | BaseException | None, target: Target, deadline: Deadline
) -> Seen | Trouble:
    if answer is None:
        values = {"host": target.host, "port": target.port, "seconds": deadline.seconds}
        return Unreachable("timeout", phase="connect", **values)
    if isinstance(answer, BaseException) and not isinstance(answer, Trouble):
        raise answer
    return answer


def _look(target: Target, deadline: Deadline) -> Seen:
    from apowacht.plugins.wire.starttls import open_starttls
    from apowacht.plugins.wire.tls import look

    again = None
    if target.protocol is not None:
        from functools import partial

        again = partial(open_starttls, target.protocol, target.host, target.port, deadline)
    name = target.sni or target.wanted
    return look(target.host, target.port, deadline, name, again=again)


def certificates_of(seen: Seen) -> list[Certificate]:
    """The chain as it was sent, the server's own first; others that cannot be read are left out.

    Raises Garbled("tls_bad_certificate").
    """
    from apowacht.plugins.read.certificate_files import certificate_of

    found: list[Certificate] = []
    for place, der in enumerate(seen.chain):
        try:
            found.append(certificate_of(der))
        except ValueError as failure:
            if not place:
                raise Garbled(
                    "tls_bad_certificate", phase="tls", host=seen.host, port=seen.port
                ) from failure
    return found


class Judged(NamedTuple):
    """Whether a certificate is to be trusted, why not, and the way up from it."""

    trusted: bool | None
    faults: tuple[str, ...]
    chain: Any  # chain.Path | None


def judge_server(
    certificates: Sequence[Certificate],
    anchors: Callable[[], Pool],
    now: datetime,
    wanted: str,
    fingerprints: Iterable[str],
) -> Judged:
    """Trust in a server's certificate: by fingerprint, which needs no authority, or by path.

    Expiry is no matter of trust here: it is judged by its own limits.
    """
    from apowacht.plugins.read.chain import best_path, stands_for

    own, others = certificates[0], certificates[1:]
    known = {_digits(one) for one in fingerprints}
    if known:
        path = best_path(own, others, None, now)
        fits = fingerprint(own) in known
        return Judged(fits, () if fits else ("fingerprint",), path)
    path = best_path(own, others, anchors(), now, server=True)
    faults = [one for one in path.faults if one not in ("expired", "not_yet_valid")]
    if not stands_for(own, wanted):
        faults.append("wrong_name")
    return Judged(not faults, tuple(faults), path)


def fingerprint(certificate: Certificate) -> str:
    """SHA-256, 64 hexadecimal digits."""
    from cryptography.hazmat.primitives.hashes import SHA256

    return certificate.fingerprint(SHA256()).hex()


def _digits(text: str) -> str:
    from apowacht.plugins.wire.tls import Trust

    return next(iter(Trust(fingerprints=[text]).fingerprints))


def check_fingerprints(texts: Iterable[str]) -> None:
    """Raises OwnTrouble("bad_fingerprint") before anybody is asked."""
    for text in texts:
        _digits(text)


def authorities(ca_file: str | None, *, and_the_system: bool = False) -> Pool:
    """Whom to trust: the certificates in a file, else (or as well) those of the system.

    Raises OwnTrouble("ca_file_unreadable").
    """
    from apowacht.plugins.read.certificate_files import read_file
    from apowacht.plugins.read.chain import Pool

    if ca_file is None:
        return Pool(_of_the_system())
    try:
        system = _of_the_system() if and_the_system else []
        return Pool([*read_file(ca_file).certificates, *system])
    except OwnTrouble as trouble:
        detail = str(trouble.values.get("detail", ""))
        raise OwnTrouble("ca_file_unreadable", file=ca_file, detail=detail) from trouble


def _of_the_system() -> list[Certificate]:
    """OpenSSL's default authorities, from its file or, where there is none, its folder."""
    import os
    import ssl

    from apowacht.plugins.core.secret import read_plain
    from apowacht.plugins.read.certificate_files import parse

    paths = ssl.get_default_verify_paths()
    files = [paths.cafile] if paths.cafile else []
    folder = paths.capath
    if not files and folder:
        whole = os.path.join(folder, "ca-certificates.crt")
        names = sorted(name for name in os.listdir(folder) if name.endswith((".0", ".pem", ".crt")))
        files = [whole] if os.path.exists(whole) else [os.path.join(folder, n) for n in names]
    found: list[Certificate] = []
    for file in files:
        try:
            found += parse(read_plain(file, 16 * 1024 * 1024), file).certificates
        except (OSError, OwnTrouble):
            continue  # one of many; whoever is missing is not trusted
    return found
