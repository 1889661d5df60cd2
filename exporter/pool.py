"""Threads that run jobs: bounded, more of them only while those there are wait for others, and
replaced when a job never comes back."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

LOG = logging.getLogger("apowacht.exporter")

IDLE_SECONDS = 60.0
KEPT = 4
"""An idle thread beyond this many ends after IDLE_SECONDS."""
PATIENCE_SECONDS = 0.2
"""How long a job waits for a thread before the pool grows beyond its base."""
BUSY = 0.85
"""From this share of one processor on, more threads would only fight for it."""
GROWTH = 8
"""How many threads a look adds at most."""


class Worker:
    """One thread of the pool, and where its next job is put."""

    __slots__ = ("abandoned", "slot")

    def __init__(self) -> None:
        self.slot: SimpleQueue[Callable[[Worker], None]] = SimpleQueue()
        self.abandoned = False


class Pool:
    """Runs jobs in threads; a job is called with its worker.

    Up to `base` threads are there as soon as they are needed, up to `most` while jobs wait and the
    processor does not (see `look`). The latest thread to fall idle gets the next job, so that the
    others can end.
    """

    def __init__(self, name: str, base: int, most: int, most_abandoned: int) -> None:
        self.name, self.base, self.most = name, base, max(base, most)
        self.most_abandoned = most_abandoned
        self.threads = 0
        self.abandoned = 0
        self.abandoned_total = 0
        self._lock = threading.Lock()
        self._idle: list[Worker] = []
        self._ready: deque[tuple[Callable[[Worker], None], float]] = deque()
        self._closed = False
        self._made = 0
        self._looked = (time.monotonic(), time.process_time())

    @property
    def queued(self) -> int:
        """Jobs that wait for a thread."""
        return len(self._ready)

    def waited(self) -> float:
        """For how many seconds the first of them has waited; 0.0 when none does."""
        with self._lock:
            return time.monotonic() - self._ready[0][1] if self._ready else 0.0

    @property
    def idle(self) -> int:
        """Threads that wait for a job."""
        return len(self._idle)

    def submit(self, job: Callable[[Worker], None]) -> None:
        """Run the job as soon as a thread is free; dropped after `close`."""
        with self._lock:
            if self._closed:
                return
            if self._idle:
                self._idle.pop().slot.put(job)
            elif self.threads < self.base:
                self._start(job)
            else:
                self._ready.append((job, time.monotonic()))

    def look(self) -> None:
        """Add threads if jobs wait although the processor is free; to be called once a second."""
        now, used = time.monotonic(), time.process_time()
        passed = now - self._looked[0]
        if passed < 0.1:
            return
        busy = (used - self._looked[1]) / passed
        self._looked = (now, used)
        with self._lock:
            for _ in range(GROWTH):
                waited = now - self._ready[0][1] if self._ready else 0.0
                if waited < PATIENCE_SECONDS or busy > BUSY or self.threads >= self.most:
                    return
                self._start(self._ready.popleft()[0])

    def abandon(self, worker: Worker) -> bool:
        """Give up a thread whose job does not come back; another may take its place.

        False when too many are given up already: then the thread keeps its place.
        """
        with self._lock:
            if worker.abandoned or self.abandoned >= self.most_abandoned:
                return False
            worker.abandoned = True
            self.abandoned += 1
            self.abandoned_total += 1
            self.threads -= 1
            if self._ready and self.threads < self.most:
                self._start(self._ready.popleft()[0])
            return True

    def close(self) -> None:
        """Take no more jobs and let idle threads end; does not wait."""
        with self._lock:
            self._closed = True
            self._ready.clear()
            idle, self._idle = self._idle, []
            for worker in idle:
                worker.slot.put(_nothing)

    def _start(self, job: Callable[[Worker], None]) -> None:
        self._made += 1
        self.threads += 1
        worker = Worker()
        worker.slot.put(job)
        name = f"{self.name}-{self._made}"
        # A thread that hangs for good must not keep the process from ending.
        threading.Thread(target=self._work, args=(worker,), name=name, daemon=True).start()

    def _work(self, worker: Worker) -> None:
        job: Callable[[Worker], None] | None = worker.slot.get()
        while job is not None:
            try:
                job(worker)
            except BaseException:  # a job looks after itself; a thread dies of none
                LOG.exception("a job of %s failed", self.name)
            job = self._next(worker)

    def _next(self, worker: Worker) -> Callable[[Worker], None] | None:
        """The next job, waited for; None when the thread shall end."""
        with self._lock:
            if worker.abandoned:
                self.abandoned -= 1
                return None
            if self._closed:
                self.threads -= 1
                return None
            if self._ready:
                return self._ready.popleft()[0]
            self._idle.append(worker)
        while True:
            try:
                return worker.slot.get(timeout=IDLE_SECONDS)
            except Empty:
                with self._lock:
                    if worker in self._idle and self.threads > KEPT:
                        self._idle.remove(worker)
                        self.threads -= 1
                        return None


def _nothing(worker: Worker) -> None:
    """Wakes an idle thread."""
