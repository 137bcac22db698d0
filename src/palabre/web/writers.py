"""Where writes wait: threads of their own, and a queue with an end.

Writers wait for the store, which has one of them at a time. Shared with readers, the threads would
all be waiting there while pages stand still. And a queue without an end is a promise that cannot be
kept: who comes when it is full is told at once to come again, instead of after a time-out.
"""

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from palabre.domain.errors import Code, Refusal

P = ParamSpec("P")
R = TypeVar("R")

THREADS = 8
WAITING = 64


class Writers:
    """Runs what writes; ``waiting`` is how many may be under way or wait for their turn."""

    def __init__(self, *, threads: int = THREADS, waiting: int = WAITING) -> None:
        self._threads = threads
        self._pool: ThreadPoolExecutor | None = None
        self._waiting = waiting
        self._inside = 0
        self._lock = threading.Lock()

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

    def close(self) -> None:
        """Finish what is under way."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True)

    def _left(self, _: "Future[R]") -> None:
        with self._lock:
            self._inside -= 1
