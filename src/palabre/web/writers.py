"""Where writes wait: threads of their own, and a queue with an end.

Writers wait for the store, which has one of them at a time. Shared with readers, the threads would
all be waiting there while pages stand still. And a queue without an end is a promise that cannot be
kept: who comes when it is full is told at once to come again, instead of after a time-out.

Judging is work for the one interpreter that readers are answered by, too. So once the queue has
been full, its end comes closer for as long as the event loop is late: a flood may take what readers
leave, never more.
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

THREADS = 4
WAITING = 64
_EVERY = 0.05  # seconds between looks at how late the loop is
_LATE = 0.04  # from here on readers notice
_WHEN_LATE = 1
_FADING = 0.8


class Writers:
    """Runs what writes; ``waiting`` is how many may be under way or wait for their turn."""

    def __init__(self, *, threads: int = THREADS, waiting: int = WAITING) -> None:
        self._threads = threads
        self._pool: ThreadPoolExecutor | None = None
        self._waiting = waiting
        self._inside = 0
        self._late = 0.0
        self._flooded = False
        self._lock = threading.Lock()

    @property
    def is_full(self) -> bool:
        """Tell whether whoever comes now would be refused."""
        if self._inside >= self._waiting:
            self._flooded = True
            return True
        return self._flooded and self._inside >= _WHEN_LATE

    async def __call__(self, act: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run ``act`` in a thread and return its result, or refuse with ``store_busy`` at once."""
        context = contextvars.copy_context()
        with self._lock:
            if self.is_full:
                raise Refusal(Code.STORE_BUSY)
            self._pool = self._pool or ThreadPoolExecutor(self._threads, "palabre-write")
            future = self._pool.submit(partial(context.run, act, *args, **kwargs))
            self._inside += 1
        # Counted until it is done, not until its reader has gone: the store has the work anyhow.
        future.add_done_callback(self._left)
        return await asyncio.wrap_future(future)

    async def watch_the_loop(self) -> None:
        """Keep note of how late the event loop is, until cancelled; lateness fades slowly."""
        now = asyncio.get_running_loop().time
        while True:
            due = now() + _EVERY
            await asyncio.sleep(_EVERY)
            self._late = max(now() - due, self._late * _FADING)
            if self._late < _LATE:
                self._flooded = False

    def close(self) -> None:
        """Finish what is under way."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True)

    def _left(self, _: "Future[R]") -> None:
        with self._lock:
            self._inside -= 1
