"""Threads that answer requests: what they return, and that nobody waits for them at the end."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest
from watches import until

from apowacht.exporter.hands import Ended, Hands

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What hanging functions wait for; opened at the end, so that no thread is left."""
    event = threading.Event()
    yield event
    event.set()


def test_what_a_function_returns_or_raises_is_the_answer() -> None:
    """From a thread that is not the loop's, and of any loop."""
    hands = Hands("h", 2)

    async def ask() -> list[object]:
        asked = (hands.do(threading.get_ident), hands.do(lambda: int("x")))
        return list(await asyncio.gather(*asked, return_exceptions=True))

    for _ in range(2):
        thread, error = asyncio.run(ask())
        assert thread != threading.get_ident()
        assert isinstance(error, ValueError)
    hands.close()


def test_an_end_is_told_to_all_who_wait(gate: threading.Event) -> None:
    """Those whose function runs, those whose function has no thread yet, and those who come later;
    what has not begun is not run any more."""
    hands, begun = Hands("h", 1), threading.Event()
    ran: list[int] = []

    def hang() -> None:
        begun.set()
        gate.wait(60)

    async def ask() -> list[object]:
        first = asyncio.create_task(hands.do(hang))
        second = asyncio.create_task(hands.do(lambda: ran.append(1)))
        while not begun.is_set():
            await asyncio.sleep(0.01)
        hands.close()
        third = asyncio.create_task(hands.do(lambda: ran.append(1)))
        return list(await asyncio.gather(first, second, third, return_exceptions=True))

    told = asyncio.run(asyncio.wait_for(ask(), 20))
    assert [type(one) for one in told] == [Ended] * 3
    gate.set()
    until(lambda: hands._pool.threads == 0, "the thread ends")
    assert ran == []


def test_an_answer_that_comes_after_the_loop_disturbs_nobody(
    gate: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    """The thread goes on with the next one; a function for which nobody waits is left out."""
    hands = Hands("h", 1)
    ran: list[int] = []

    async def ask() -> None:
        for function in (lambda: gate.wait(60), lambda: ran.append(1)):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(hands.do(function), 0.05)

    asyncio.run(ask())
    gate.set()
    assert asyncio.run(hands.do(lambda: 7)) == 7
    assert ran == []
    assert not caplog.records
    hands.close()
