"""HTTP digest authentication (RFC 7616): MD5 and SHA-256, with and without -sess.

`choose` takes the strongest challenge that can be answered, `answer` makes the header's text.
requests has digest, too, but on its own connections and with repetitions that nobody counts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_PARAMETER = re.compile(r'([A-Za-z][A-Za-z0-9_-]*)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,"]+)')
_SCHEME = re.compile(r"(?:^|,)\s*([A-Za-z][A-Za-z0-9-]*)\s+(?=[A-Za-z])")
_HASHES = {"SHA-256": "sha256", "MD5": "md5"}


class Challenge:
    """One `Digest` challenge; `qop` is «auth», or None for a server older than RFC 2617."""

    __slots__ = ("algorithm", "nonce", "opaque", "qop", "realm", "stale", "userhash", "utf8")

    def __init__(self, parameters: dict[str, str]) -> None:
        self.realm = parameters.get("realm", "")
        self.nonce = parameters["nonce"]
        self.opaque = parameters.get("opaque")
        self.algorithm = parameters.get("algorithm", "MD5").upper()
        offered = parameters.get("qop")
        self.qop = "auth" if offered else None
        self.stale = parameters.get("stale", "").lower() == "true"
        self.userhash = parameters.get("userhash", "").lower() == "true"
        self.utf8 = parameters.get("charset", "").lower() == "utf-8"


def choose(headers: Iterable[str]) -> Challenge | None:
    """The strongest challenge in `WWW-Authenticate` headers; None if none can be answered."""
    found: list[tuple[int, int, dict[str, str]]] = []
    for header in headers:
        for scheme, parameters in _split(header):
            if scheme.lower() != "digest" or "nonce" not in parameters:
                continue
            qops = [word.strip().lower() for word in parameters.get("qop", "auth").split(",")]
            algorithm = parameters.get("algorithm", "MD5").upper().removesuffix("-SESS")
            if algorithm in _HASHES and "auth" in qops:
                found.append((list(_HASHES).index(algorithm), len(found), parameters))
    return Challenge(min(found)[2]) if found else None


def _split(header: str) -> list[tuple[str, dict[str, str]]]:
    """The challenges of one header: scheme, and parameters by lower-case name."""
    # Commas and words in quotes are no borders; they are blanked out to find the schemes.
    blank = re.sub(r'"(?:[^"\\]|\\.)*"', lambda match: "x" * len(match[0]), header)
    begins = [(match.start(1), match.end(1)) for match in _SCHEME.finditer(blank)]
    ends = [start for start, _ in begins[1:]] + [len(header)]
    return [
        (
            header[start:after],
            {
                match[1].lower(): _unquoted(match[2])
                for match in _PARAMETER.finditer(header[after:end])
            },
        )
        for (start, after), end in zip(begins, ends, strict=False)
    ]


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value[:1] == '"' else value


def answer(
    challenge: Challenge,
    method: str,
    uri: str,
    user: str,
    password: str,
    *,
    count: int = 1,
    cnonce: str | None = None,
) -> str:
    """The value of `Authorization`; `count` is how often this nonce has been used, from 1.

    `cnonce` is made up unless it is given.
    """
    if cnonce is None:
        from os import urandom

        cnonce = urandom(16).hex()
    encoding = "utf-8" if challenge.utf8 else _encoding(user + password)

    def digest(text: str) -> str:
        import hashlib

        name = _HASHES[challenge.algorithm.removesuffix("-SESS")]
        return hashlib.new(name, text.encode(encoding), usedforsecurity=False).hexdigest()

    secret = digest(f"{user}:{challenge.realm}:{password}")
    if challenge.algorithm.endswith("-SESS"):
        secret = digest(f"{secret}:{challenge.nonce}:{cnonce}")
    request = digest(f"{method}:{uri}")
    times = f"{count:08x}"
    middle = f"{times}:{cnonce}:auth:" if challenge.qop else ""
    parts = {
        "username": digest(f"{user}:{challenge.realm}") if challenge.userhash else user,
        "realm": challenge.realm,
        "nonce": challenge.nonce,
        "uri": uri,
        "response": digest(f"{secret}:{challenge.nonce}:{middle}{request}"),
    }
    if challenge.opaque is not None:
        parts["opaque"] = challenge.opaque
    if challenge.qop or challenge.algorithm.endswith("-SESS"):
        parts["cnonce"] = cnonce
    told = [f'{name}="{_quoted(text)}"' for name, text in parts.items()]
    told.append(f"algorithm={challenge.algorithm}")
    if challenge.qop:
        told += ["qop=auth", f"nc={times}"]
    if challenge.userhash:
        told.append("userhash=true")
    return "Digest " + ", ".join(told)


def _encoding(text: str) -> str:
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return "utf-8"
    return "latin-1"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
