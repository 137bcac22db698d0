"""What takes long to count: kept, and counted anew beside the pages that show it.

No page waits for it. What is kept is shown at once; once it is older than it should be, a thread
counts anew. The very first time a page waits for ``patience`` and then says that it is being
counted.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import structlog

T = TypeVar("T")
Sites = tuple[str, ...]
_log = structlog.get_logger("palabre")


@dataclass(kw_only=True)
class Counted(Generic[T]):
    """Figures by sets of sites; ``count`` returns those of one set."""

    count: Callable[[Sites], T]
    fresh_for: timedelta = timedelta(minutes=1)
    patience: timedelta = timedelta(milliseconds=40)
    _kept: dict[Sites, tuple[datetime, T]] = field(default_factory=dict)
    _busy: dict[Sites, threading.Thread] = field(default_factory=dict)
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def of(self, site_ids: Sites, now: datetime) -> tuple[datetime, T] | None:
        """Return when some sites were counted, and the figures; None: they are being counted."""
        with self._turn:
            kept = self._kept.get(site_ids)
            if kept is not None and now - kept[0] < self.fresh_for:
                return kept
            counting = self._busy.get(site_ids)
            if counting is None:
                counting = threading.Thread(target=self._anew, args=(site_ids, now), daemon=True)
                self._busy[site_ids] = counting
                counting.start()
        if kept is None:
            counting.join(self.patience.total_seconds())
        return self._kept.get(site_ids)

    def _anew(self, site_ids: Sites, now: datetime) -> None:
        try:
            self._kept[site_ids] = (now, self.count(site_ids))
        except Exception as error:  # noqa: BLE001 -- the page says that it is counted, and asks again
            _log.error("figures_failed", error=type(error).__name__)
        finally:
            with self._turn:
                self._busy.pop(site_ids, None)
