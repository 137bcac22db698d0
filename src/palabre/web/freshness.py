"""When what was kept may have become old: the order in which changes came to be known.

Time is counted in changes, not in seconds: whoever reads notes the moment before the first look at
the store, and what was read holds as long as no later moment belongs to its thread. So nothing
that changed while a page was being made can be missed.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_MAX_THREADS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """How the store tells of changes: ``Store.watch`` and ``Threads.version``.

    ``version`` is asked in a thread, of the article's origin and key.
    """

    watch: Callable[[Callable[[str | None], None]], Callable[[], None]]
    version: Callable[[str, str], tuple[str, int] | None]


class Freshness:
    """The moment of each thread's latest change. ``changed`` may be called from any thread."""

    def __init__(self) -> None:
        self.now = 0
        self._all = 0
        self._threads: dict[str, int] = {}
        self._lock = threading.Lock()

    def changed(self, thread_id: str | None) -> None:
        """Note that a thread (None: any) is not what it was."""
        with self._lock:
            now = self.now + 1
            if thread_id is None or len(self._threads) >= _MAX_THREADS:
                # In this order: whoever looks meanwhile, without a lock, sees too much as changed.
                self._all = now
                self._threads.clear()
            else:
                self._threads[thread_id] = now
            self.now = now

    def since(self, thread_id: str | None) -> int:
        """Return the moment of the latest change of a thread.

        None stands for what rests on no single thread, an article without comments among it: any
        change may concern it, since nobody can know the id of a thread that is yet to be.
        """
        if thread_id is None:
            return self.now
        return max(self._all, self._threads.get(thread_id, 0))

    def surely_since(self, thread_id: str | None, moment: int) -> bool:
        """Tell whether a change of this very thread, and not just of any, is known."""
        return thread_id is not None and self._threads.get(thread_id, 0) > moment

    @contextmanager
    def watching(self, changes: Changes) -> Iterator[None]:
        """Hear of changes while the block runs; what changed before it is not known."""
        end = changes.watch(self.changed)
        self.changed(None)
        try:
            yield
        finally:
            end()
