"""Users and their passwords: bcrypt, remembered, at the same cost for users that do not exist, and
with a limit on guesses."""

from __future__ import annotations

import binascii
import hmac
import os
import time
from base64 import b64decode
from collections import OrderedDict, deque
from enum import Enum
from typing import TYPE_CHECKING

from apowacht.exporter.hands import Hands

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

GUESSES, PER_SECONDS = 10, 60.0
"""Wrong logins that one address has in a minute; then only known ones are let in from there."""
MOST_KNOWN = 1024
MOST_ADDRESSES = 4096
MOST_WAITING = 16
"""Logins that wait for bcrypt at once, from all addresses; further ones shall come again."""
LONGEST_PASSWORD = 72
"""bcrypt reads no further, and its library refuses more."""


class Answer(Enum):
    """What becomes of a request."""

    WELCOME = "welcome"
    MISSING = "missing"
    WRONG = "wrong"
    LATER = "later"


class Logins:
    """Decides by an Authorization header. `users` gives the bcrypt hashes by name, as of now.

    A login that was right is remembered, as a digest with a key that only this process knows, so
    that a scrape every few seconds costs no bcrypt; one that was wrong, too.
    """

    def __init__(
        self,
        users: Callable[[], Mapping[str, bytes]],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._users = users
        self._clock = clock
        self._key = os.urandom(32)
        self._known: OrderedDict[bytes, bool] = OrderedDict()
        self._guesses: OrderedDict[str, deque[float]] = OrderedDict()
        self._hands = Hands("login", 1)
        self._waiting = 0
        self.failed = 0

    async def answer(self, header: str, address: str) -> Answer:
        """Whether the request is one of a user; `address` is where it comes from. Raises Ended when
        `close` comes first."""
        users = self._users()
        if not users:
            return Answer.WELCOME
        told = credentials(header)
        if told is None:
            return Answer.MISSING
        user, password = told
        hashed = users.get(user)
        digest = self._digest(user, password, hashed or b"")
        right = self._known.get(digest)
        if right is None:
            if self._waiting >= MOST_WAITING or self._tired_of(address):
                return Answer.LATER
            right = await self._asked(password, hashed, users)
            self._remember(digest, right=right)
        if right:
            return Answer.WELCOME
        self._guessed(address)
        return Answer.WRONG

    def close(self) -> None:
        """Let nobody in any more who is not known yet."""
        self._hands.close()

    async def _asked(
        self, password: bytes, hashed: bytes | None, users: Mapping[str, bytes]
    ) -> bool:
        self._waiting += 1
        try:
            against = hashed or decoy(users.values())
            right = await self._hands.do(lambda: fits(password, against))
        finally:
            self._waiting -= 1
        return right and hashed is not None

    def _digest(self, user: str, password: bytes, hashed: bytes) -> bytes:
        name = user.encode("utf-8", "surrogatepass")
        whole = b"".join(len(part).to_bytes(4) + part for part in (name, password, hashed))
        return hmac.digest(self._key, whole, "sha256")

    def _remember(self, digest: bytes, *, right: bool) -> None:
        self._known[digest] = right
        while len(self._known) > MOST_KNOWN:  # guesses go first, they must not push users out
            wrong = next((one for one, good in self._known.items() if not good), None)
            self._known.pop(wrong or next(iter(self._known)))

    def _guessed(self, address: str) -> None:
        self.failed += 1
        moments = self._guesses.setdefault(address, deque(maxlen=GUESSES))
        moments.append(self._clock())
        self._guesses.move_to_end(address)
        while len(self._guesses) > MOST_ADDRESSES:
            self._guesses.popitem(last=False)

    def _tired_of(self, address: str) -> bool:
        moments = self._guesses.get(address)
        return (
            moments is not None
            and len(moments) == GUESSES
            and self._clock() - moments[0] < PER_SECONDS
        )


def credentials(header: str) -> tuple[str, bytes] | None:
    """User and password of an Authorization header (RFC 7617); None when it holds none."""
    scheme, _, text = header.strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        decoded = b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    user, colon, password = decoded.partition(b":")
    if not colon:
        return None
    return user.decode("utf-8", "surrogateescape"), password


def fits(password: bytes, hashed: bytes) -> bool:
    """Whether a password has this bcrypt hash; slow on purpose."""
    import bcrypt

    try:
        right = bcrypt.checkpw(password[:LONGEST_PASSWORD], hashed)
    except ValueError:  # NUL bytes, or a variant that this bcrypt does not know
        return False
    return right and len(password) <= LONGEST_PASSWORD


def decoy(hashes: Iterable[bytes]) -> bytes:
    """A hash that nobody's password has, at the cost of the dearest one of these."""
    cost = max(int(one.split(b"$")[2]) for one in hashes)
    return f"$2b${cost:02d}$".encode() + b"." * 53
