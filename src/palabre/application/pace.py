"""How many comments of the last hour an article has: a surge makes the judge look twice.

Counted for all articles at once, by one statement a minute in each process, and in between by what
this process itself takes: a post asks the store for nothing more. So what other processes took is
known within a minute, and what is older than an hour is forgotten within one.
"""

import threading
from collections import Counter
from datetime import datetime, timedelta

from palabre.application.ports import Store, UnitOfWork

HOUR = timedelta(hours=1)
LIFE = timedelta(minutes=1)


class KnownPace:
    """The pace of each article, remembered. May be called from any thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._counted: Counter[tuple[str, str]] = Counter()
        self._at: datetime | None = None

    def of(self, unit: UnitOfWork | None, origin: str, key: str, now: datetime) -> int:
        """Return this hour's comments on an article; ``unit`` None: one of its own is opened."""
        with self._lock:
            # Whoever comes while another counts is told the old figures rather than made to wait.
            is_due = self._at is None or not timedelta(0) <= now - self._at < LIFE
            if is_due:
                self._at = now
        if is_due:
            self._count(unit, now - HOUR)
        return self._counted[origin, key]

    def came(self, origin: str, key: str) -> None:
        """Note a comment that was taken here."""
        with self._lock:
            self._counted[origin, key] += 1

    def _count(self, unit: UnitOfWork | None, since: datetime) -> None:
        if unit is None:
            with self._store.reading() as own:
                return self._count(own, since)
        counted = Counter(unit.modes.pace(since))
        with self._lock:
            self._counted = counted
        return None
