"""Threads in which requests are answered: they keep no process from ending."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from apowacht.exporter.pool import Pool

if TYPE_CHECKING:
    from collections.abc import Callable

Answer = TypeVar("Answer")


class Ended(Exception):
    """The exporter ends, and waits for an answer no longer."""


class Hands:
    """So many threads at most; all of it is called by event loops."""

    def __init__(self, name: str, most: int) -> None:
        self._pool = Pool(name, most, most, 0)
        self._awaited: set[asyncio.Future[Any]] = set()
        self._closed = False

    async def do(self, function: Callable[[], Answer]) -> Answer:
        """What the function returns, in a thread. Raises Ended when `close` comes first."""
        if self._closed:
            raise Ended
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer] = loop.create_future()

        def settle(value: Answer | None, error: BaseException | None) -> None:
            if answer.done():
                return
            if error is not None:
                answer.set_exception(error)
            else:
                answer.set_result(value)  # type: ignore[arg-type]

        def job(_: object) -> None:
            if answer.done():  # nobody waits any more
                return
            value, error = None, None
            try:
                value = function()
            except BaseException as raised:
                error = raised
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(settle, value, error)

        self._awaited.add(answer)
        self._pool.submit(job)
        try:
            return await answer
        finally:
            self._awaited.discard(answer)

    def close(self) -> None:
        """Take nothing more; whoever waits for an answer gets Ended instead."""
        self._closed = True
        self._pool.close()
        for answer in self._awaited:
            if not answer.done():
                answer.set_exception(Ended())
