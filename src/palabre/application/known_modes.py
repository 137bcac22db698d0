"""Modes, remembered: every post and every page asks for them, and they rarely change.

What is remembered dies with the store's next word that anything may have changed (``Store.watch``):
at once for a change by this process, within 0.3 seconds for one by another. Where no mode is set, a
post costs no statement more than if there were none.
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo

from palabre.application.ports import Store
from palabre.domain.mode import FREE, InForce, Mode, in_force


class KnownModes:
    """The modes of the house, on its clock's ``zone``. May be called from any thread."""

    def __init__(self, store: Store, zone: tzinfo = UTC) -> None:
        self._store = store
        self.zone = zone
        # What was read; a list, so that a reader who began before a change fills one that is gone.
        self._known: list[tuple[Mode, ...]] = []
        self._watching = False
        self._lock = threading.Lock()

    def all(self) -> tuple[Mode, ...]:
        """Return all modes, by scope; also those that have ended by themselves."""
        known = self._known
        if not known:
            self.listen()
            known = self._known
            with self._store.reading() as unit:
                known.append(tuple(unit.modes.all()))
        return known[0]

    def now(
        self, site_id: str, section_id: str | None, thread_id: str | None, at: datetime
    ) -> InForce:
        """Return what the modes come to in a thread (None: one that is yet to be)."""
        found = self.all()
        if not found:
            return FREE
        return in_force(
            (m for m in found if m.covers(site_id, section_id, thread_id)), at, self.zone
        )

    def listen(self) -> None:
        """Hear of changes from now on."""
        with self._lock:
            if not self._watching:
                self._store.watch(self._forget)
                self._watching = True

    def watch(self, changed: Callable[[str | None], None]) -> Callable[[], None]:
        """Watch the store, behind these modes: whoever hears of a change finds them changed."""
        self.listen()
        return self._store.watch(changed)

    def _forget(self, thread_id: str | None) -> None:
        if thread_id is None:
            self._known = []
