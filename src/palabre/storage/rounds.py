"""Wait for something slow together: those who come while it runs share the next time."""

import threading
from collections.abc import Callable

_KEPT = 1000  # rounds by which a thread that waits may be late in waking up


class Rounds:
    """Runs ``work`` in one of the waiting threads at a time, and tells all who it was for.

    ``work`` returns a number that those who waited are given, or None where it failed.
    """

    def __init__(self, work: Callable[[], int | None]) -> None:
        self._work = work
        self._turn = threading.Condition()
        self._running = False
        self._started = 0
        self._finished = 0
        self._results: dict[int, int | None] = {}

    def wait(self) -> int | None:
        """Return what a round of work returned that began after this call."""
        with self._turn:
            mine = self._started + 1  # a round that runs already may have begun too early
            while self._finished < mine:
                if self._running:
                    self._turn.wait()
                else:
                    self._run()
            return self._results.get(mine)

    def _run(self) -> None:
        """Run the next round; called with the lock, which is free while the work is done."""
        self._running = True
        self._started += 1
        result: int | None = None
        self._turn.release()
        try:
            result = self._work()
        finally:
            self._turn.acquire()
            self._running = False
            self._finished = self._started
            self._results[self._finished] = result
            self._results.pop(self._finished - _KEPT, None)
            self._turn.notify_all()
