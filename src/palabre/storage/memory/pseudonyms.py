"""Pseudonyms that guests keep, and their links, in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from palabre.domain.pseudonym import Link, Pseudonym
from palabre.storage.memory.state import State


class MemoryPseudonyms:
    """Kept pseudonyms, and the links that were asked for."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._kept, self._links = state.pseudonyms, state.pseudonym_links

    def sites(self) -> Sequence[str]:
        """Return the sites on which somebody keeps one."""
        return sorted({p.site_id for p in self._kept.values()})

    def named(self, site_id: str, name_key: str) -> Pseudonym | None:
        """Return the pseudonym that looks like this on a site."""
        here = (p for p in self._kept.values() if p.site_id == site_id)
        return next((p for p in here if p.name_key == name_key), None)

    def of_address(self, address_hash: str) -> Sequence[Pseudonym]:
        """Return what an address keeps."""
        found = [p for p in self._kept.values() if p.address_hash == address_hash]
        return sorted(found, key=lambda p: p.site_id)

    def of_authors(self, author_keys: Sequence[str]) -> Sequence[Pseudonym]:
        """Return what the holders of these tokens keep."""
        found = [p for p in self._kept.values() if p.author_key in set(author_keys)]
        return sorted(found, key=lambda p: (p.site_id, p.author_key))

    def keep(self, pseudonym: Pseudonym) -> bool:
        """Store a pseudonym; False: somebody else keeps one that looks like it."""
        new = pseudonym
        taken = self.named(new.site_id, new.name_key)
        if taken is not None and taken.author_key != new.author_key:
            return False
        for old in [p for p in self._kept.values() if p.site_id == new.site_id]:
            if old.author_key == new.author_key or old.address_hash == new.address_hash:
                self.let_go([old.id])
        self._kept[new.id] = new
        self._mark(new)
        return True

    def let_go(self, ids: Sequence[str]) -> int:
        """Remove pseudonyms."""
        found = [i for i in ids if i in self._kept]
        for each in found:
            self._mark(self._kept.pop(each))
        return len(found)

    def ask(self, link: Link) -> None:
        """Store a link."""
        self._links[link.id] = link

    def link(self, link_id: str) -> Link | None:
        """Return a link."""
        return self._links.get(link_id)

    def links_since(self, since: datetime, *, address_hash: str) -> int:
        """Count the links that were asked for an address since a moment."""
        links = self._links.values()
        return sum(x.address_hash == address_hash and x.asked_at > since for x in links)

    def use(self, link_id: str, *, code_key: str, at: datetime) -> bool:
        """Note that a link was used and for which code."""
        known = self._links.get(link_id)
        if known is None or known.code_at is not None:
            return False
        self._links[link_id] = replace(known, code_key=code_key, code_at=at)
        return True

    def exchanged(self, code_key: str) -> Link | None:
        """Remove the link with this code and return it."""
        found = next((x for x in self._links.values() if x.code_key == code_key), None)
        return found if found is not None and self.forget_link(found.id) else None

    def forget_link(self, link_id: str) -> bool:
        """Remove a link."""
        return self._links.pop(link_id, None) is not None

    def forget_links(self, address_hash: str) -> None:
        """Remove the links of an address."""
        for key in [k for k, x in self._links.items() if x.address_hash == address_hash]:
            del self._links[key]

    def _mark(self, kept: Pseudonym) -> None:
        """Let the pages be made anew on which the author's comments stand."""
        threads = self._state.threads
        mine = {
            row.comment.thread_id
            for row in self._state.comments.values()
            if row.comment.author_key == kept.author_key
        }
        for thread_id in mine:
            thread = threads[thread_id]
            if thread.article.site_id == kept.site_id:
                threads[thread_id] = replace(thread, version=thread.version + 1)
