"""Registered sites, remembered: each post asks whose address it belongs to, and they rarely change.

What is remembered dies with the store's next word that anything may have changed (``Store.watch``):
at once for a change by this process, within 0.3 seconds for one by another. An origin that nobody
has registered is asked for every time.
"""

import threading

from palabre.application.ports import Store
from palabre.domain.site import Site


class KnownSites:
    """The site of an origin. May be called from any thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._sites: dict[str, Site] = {}
        self._watching = False
        self._lock = threading.Lock()

    def __call__(self, origin: str) -> Site | None:
        """Return the site that registered the origin."""
        sites = self._sites
        site = sites.get(origin)
        if site is None:
            self._watch()
            # Whatever changes from here on empties a dictionary that this answer is no part of.
            sites = self._sites
            with self._store.reading() as unit:
                site = unit.sites.by_origin(origin)
            if site is not None:
                sites[origin] = site
        return site

    def _watch(self) -> None:
        with self._lock:
            if not self._watching:
                self._store.watch(self._forget)
                self._watching = True

    def _forget(self, thread_id: str | None) -> None:
        if thread_id is None:
            self._sites = {}
