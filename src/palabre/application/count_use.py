"""How often keys are used: counted in memory, written down together once a second.

A check takes milliseconds, a transaction of its own would double that. What a process had not yet
written when it was killed is lost: at most a second's counts, of nothing that anybody is billed by.
"""

import threading
from dataclasses import dataclass, field

from palabre.application.ports import Clock, Store
from palabre.domain.client import Counts, Usage

OTHERS = "(other)"
_BLOGS_AT_MOST = 500  # of one key in one month: whoever invents more shares one line
_BLOG_LENGTH = 200

_Place = tuple[str, str, str]


@dataclass(slots=True, kw_only=True)
class CountUse:
    """The counts of one process. May be called from any thread."""

    store: Store
    clock: Clock
    _waiting: dict[_Place, Counts] = field(default_factory=dict)
    _blogs: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, key_id: str, blog: str, counts: Counts) -> None:
        """Count in memory."""
        month = f"{self.clock():%Y-%m}"
        with self._lock:
            known = self._blogs.setdefault((key_id, month), set())
            blog = blog[:_BLOG_LENGTH]
            if blog not in known and len(known) >= _BLOGS_AT_MOST:
                blog = OTHERS
            known.add(blog)
            place = (key_id, month, blog)
            self._waiting[place] = self._waiting.get(place, Counts()) + counts

    def write(self) -> None:
        """Write down what waits; if that fails it goes on waiting."""
        with self._lock:
            taken, self._waiting = self._waiting, {}
        if not taken:
            return
        try:
            with self.store.writing() as unit:
                unit.clients.count(taken)
        except BaseException:
            with self._lock:
                for place, counts in taken.items():
                    self._waiting[place] = self._waiting.get(place, Counts()) + counts
            raise

    def read(self, key_id: str, *, since: str) -> list[Usage]:
        """Return a key's counts from a month on, this process's latest ones included."""
        self.write()
        with self.store.reading() as unit:
            return list(unit.clients.usage(key_id, since=since))
