"""Which sites have kept pseudonyms, remembered: where nobody keeps one, a post costs nothing more.

As with modes, what is remembered dies with the store's next word that anything may have changed: at
once for a change by this process, within 0.3 seconds for one by another.
"""

import threading
from dataclasses import replace

from palabre.application import incoming
from palabre.application.ports import Store
from palabre.application.tokens import key_of
from palabre.domain.comment import Author
from palabre.domain.errors import Code, Refusal
from palabre.domain.member import Member
from palabre.domain.site import Site
from palabre.moderation.normalise import skeleton


class KnownPseudonyms:
    """Who may sign with which name. May be called from any thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        # What was read; a list, so that a reader who began before a change fills one that is gone.
        self._sites: list[frozenset[str]] = []
        self._watching = False
        self._lock = threading.Lock()

    def signed(self, author: Author, site: Site, member: Member | None, token: str) -> Author:
        """Return how a comment is signed, or refuse somebody else's pseudonym (``name_kept``).

        Its keeper may write it as they like, it is shown as they keep it. A member's name is their
        own site's word.
        """
        of_site = member is not None and member.site_id == site.id
        if of_site or author.name is None or site.id not in self._kept_on():
            return author
        with self._store.reading() as unit:
            kept = unit.pseudonyms.named(site.id, skeleton(author.name))
        if kept is None:
            return author
        if kept.author_key != key_of(token):
            raise Refusal(Code.NAME_KEPT, field="name")
        return replace(author, name=kept.name, is_kept=True)

    def _kept_on(self) -> frozenset[str]:
        known = self._sites
        if not known:
            self._watch()
            known = self._sites
            with self._store.reading() as unit:
                known.append(frozenset(unit.pseudonyms.sites()))
        return known[0]

    def _watch(self) -> None:
        with self._lock:
            if not self._watching:
                self._store.watch(self._forget)
                self._watching = True

    def _forget(self, thread_id: str | None) -> None:
        if thread_id is None:
            self._sites = []


def signature(
    names: KnownPseudonyms | None,
    name: str | None,
    email: str | None,
    site: Site,
    member: Member | None,
    token: str,
) -> Author:
    """Return how a comment is signed by who holds a token; ``names`` None: nobody keeps any."""
    author = incoming.signature(name, email, site, member)
    return author if names is None else names.signed(author, site, member, token)
