"""Notice that somebody else has written to a SQLite file.

SQLite has no way to call anybody, but ``PRAGMA data_version`` answers in microseconds from shared
memory whether another connection has committed since it was last asked.
"""

import sqlite3
import threading
from collections.abc import Callable

_EVERY = 0.2  # seconds; readers may see the old page for this long


class FileWatch:
    """A thread with a connection of its own that calls ``changed`` after others' commits.

    ``is_ours`` is asked before: the connection cannot tell this process's own commits, which have
    been reported already, from those of others.
    """

    def __init__(self, path: str, changed: Callable[[], None], is_ours: Callable[[], bool]) -> None:
        self._path = path
        self._changed = changed
        self._is_ours = is_ours
        self._end = threading.Event()
        self._connection = self._open()
        self._seen = self._ask()
        self._thread = threading.Thread(target=self._run, name="palabre-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; when it returns, ``changed`` is called no more."""
        self._end.set()
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        while not self._end.wait(_EVERY):
            now = self._ask()
            # None: it could not be asked. What cannot be known may have changed.
            if now is None or now != self._seen:
                self._seen = now
                if now is None or not self._is_ours():
                    self._changed()
        if self._connection is not None:
            self._connection.close()

    def _open(self) -> sqlite3.Connection | None:
        try:
            return sqlite3.connect(
                self._path, isolation_level=None, timeout=_EVERY, check_same_thread=False
            )
        except sqlite3.Error:
            return None

    def _ask(self) -> int | None:
        try:
            self._connection = self._connection or self._open()
            if self._connection is None:
                return None
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.Error:
            if self._connection is not None:
                self._connection.close()
            self._connection = None
            return None
