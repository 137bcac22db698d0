"""Sites and threads in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from palabre.domain.article import Thread
from palabre.domain.errors import Code, Refusal
from palabre.domain.site import Site
from palabre.storage.memory.state import State


class MemorySites:
    """Registered publications."""

    def __init__(self, state: State) -> None:
        self._sites = state.sites

    def register(self, site: Site) -> None:
        """Add or replace; an origin that another site has is refused."""
        for origin in site.origins:
            owner = self.by_origin(origin)
            if owner is not None and owner.id != site.id:
                raise Refusal(Code.BAD_FIELD, field="origins", origin=origin, site=owner.id)
        self._sites[site.id] = site

    def get(self, site_id: str) -> Site | None:
        """Return the site with this id."""
        return self._sites.get(site_id)

    def by_origin(self, origin: str) -> Site | None:
        """Return the site that registered the origin."""
        return next((site for site in self._sites.values() if origin in site.origins), None)

    def all(self) -> Sequence[Site]:
        """Return all sites, by id."""
        return sorted(self._sites.values(), key=lambda site: site.id)


class MemoryThreads:
    """Threads, found by their article's address."""

    def __init__(self, state: State) -> None:
        self._threads = state.threads

    def find(self, origin: str, key: str) -> Thread | None:
        """Return the thread of an article."""
        return next(
            (
                t
                for t in self._threads.values()
                if (t.article.origin, t.article.key) == (origin, key)
            ),
            None,
        )

    def get(self, thread_id: str) -> Thread | None:
        """Return the thread with this id."""
        return self._threads.get(thread_id)

    def version(self, origin: str, key: str) -> tuple[str, int] | None:
        """Return id and version of an article's thread."""
        thread = self.find(origin, key)
        return (thread.id, thread.version) if thread else None

    def add(self, thread: Thread) -> Thread:
        """Store a new thread, or return the one that is there."""
        known = self.find(thread.article.origin, thread.article.key)
        if known is None:
            self._threads[thread.id] = thread
        return known or thread

    def describe(self, thread_id: str, *, title: str, lang: str) -> None:
        """Replace the article's title and language."""
        thread = self._threads.get(thread_id)
        if thread is not None:
            article = replace(thread.article, title=title, lang=lang)
            self._threads[thread_id] = replace(thread, article=article, version=thread.version + 1)

    def close(self, thread_id: str, closes_at: datetime | None) -> None:
        """Set or take back the closing time."""
        thread = self._threads.get(thread_id)
        if thread is not None:
            self._threads[thread_id] = replace(
                thread, closes_at=closes_at, version=thread.version + 1
            )

    def counts(self, addresses: Sequence[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
        """Return the published comments per (origin, key)."""
        found = {(a, self.find(*a)) for a in addresses}
        return {address: thread.public_count for address, thread in found if thread}

    def all(self, *, limit: int) -> Sequence[Thread]:
        """Return the most recently created threads, newest first."""
        return sorted(self._threads.values(), key=lambda t: t.id, reverse=True)[:limit]
