"""Where writes wait: threads of their own, and a queue with an end.

Writers wait for the store, which has one of them at a time. Shared with readers, the threads would
all be waiting there while pages stand still. And a queue without an end is a promise that cannot be
kept: who comes when it is full is told at once to come again, instead of after a time-out.

Judging is work for the one interpreter that readers are answered by, too. So whenever
the queue was full and the event loop is late, the queue's end comes closer, by half; it moves away
again step by step. A flood may take what readers leave, never more.
"""

import asyncio
import contextvars
import math
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import ParamSpec, TypeVar

from palabre.domain.errors import Code, Refusal

P = ParamSpec("P")
R = TypeVar("R")

THREADS = 4
WAITING = 64
_EVERY = 0.05  # seconds between looks at how late the loop is
_LATE = 0.04  # from here on readers notice
_FLOOD = 1.0  # seconds for which a flood is held to go on after the last refusal
_STEP = 1  # by which the queue's end moves away again at each look, while the loop is in time


class Writers:
    """Runs what writes; ``waiting`` is how many may be under way or wait for their turn."""

    def __init__(self, *, threads: int = THREADS, waiting: int = WAITING) -> None:
        self._threads = threads
        self._pool: ThreadPoolExecutor | None = None
        self._waiting = waiting
        self._inside = 0
        self._coming = 0
        self._end = waiting
        self._was_full = False
        self._full_at = -math.inf
        self._lock = threading.Lock()

    @property
    def is_full(self) -> bool:
        """Tell whether whoever comes now would be refused."""
        if max(self._inside, self._coming) >= self._end:
            self._was_full = True
            self._full_at = time.monotonic()
            return True
        return False

    @property
    def are_flooded(self) -> bool:
        """Tell whether somebody was turned away within the last second."""
        return time.monotonic() - self._full_at < _FLOOD

    async def __call__(self, act: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run ``act`` in a thread and return its result, or refuse with ``store_busy`` at once."""
        context = contextvars.copy_context()
        with self._lock:
            if self._inside >= self._waiting:
                raise Refusal(Code.STORE_BUSY)
            self._pool = self._pool or ThreadPoolExecutor(self._threads, "palabre-write")
            future = self._pool.submit(partial(context.run, act, *args, **kwargs))
            self._inside += 1
        # Counted until it is done, not until its reader has gone: the store has the work anyhow.
        future.add_done_callback(self._left)
        return await asyncio.wrap_future(future)

    @contextmanager
    def coming(self) -> Iterator[None]:
        """Count a call that is on its way here: a crowd must not all find the door open."""
        self._coming += 1
        try:
            yield
        finally:
            self._coming -= 1

    async def watch_the_loop(self) -> None:
        """Bring the queue's end closer when it was full and the loop is late, until cancelled."""
        now = asyncio.get_running_loop().time
        while True:
            due = now() + _EVERY
            await asyncio.sleep(_EVERY)
            if now() - due > _LATE and self._was_full:
                self._end = max(1, self._end // 2)
            elif self._end < self._waiting:
                self._end += _STEP
            self._was_full = False

    def close(self) -> None:
        """Finish what is under way."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True)

    def _left(self, _: "Future[R]") -> None:
        with self._lock:
            self._inside -= 1
