"""A reader reads: a page of a thread, the rest of a conversation, one comment, counts.

What everybody sees is kept apart from what one reader sees besides (own waiting comments, own
votes), so that the first can be cached and the second never is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from palabre.application import cursor
from palabre.application.passage_ports import Mark as PassageMark
from palabre.application.ports import Clock, Sort, Store, Stored, UnitOfWork
from palabre.application.post_comment import known_site
from palabre.application.stretch import Stretch
from palabre.domain.address import ArticleAddress, canonical
from palabre.domain.article import Thread
from palabre.domain.comment import Author, Comment, Status
from palabre.domain.decision import DecisionRecord
from palabre.domain.errors import Code, Refusal
from palabre.domain.highlight import MOST, Mark
from palabre.domain.identifier import is_id
from palabre.domain.person import Action, Case, Viewer, require
from palabre.domain.site import Site
from palabre.domain.vote import Value

REPLIES_SHOWN = 20
MAX_LIMIT = 500
MINE_SHOWN = 50
# Comments on passages that are looked at, and passages that are told of.
MARKS_READ, MARKS_SHOWN = 2000, 500
_NOBODY = Author()


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A comment in its place. ``next`` is the cursor to the replies of a root not yet shown."""

    stored: Stored
    replies: tuple["Node", ...] = ()
    next: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadPage:
    """One page of a thread. ``thread`` is None while nobody has written under the article.

    ``has_passages``: there are comments on passages of it. ``pinned``: the conversations that the
    newsroom pinned; they stand among ``nodes`` too, each in its place.
    """

    site: Site
    address: ArticleAddress
    thread: Thread | None
    sort: Sort
    nodes: tuple[Node, ...]
    next: str | None
    has_passages: bool = False
    pinned: tuple[Node, ...] = ()

    @property
    def count(self) -> int:
        """Published comments in the whole thread."""
        return self.thread.public_count if self.thread else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine:
    """What one reader sees besides: own comments with the latest decision on each, own votes."""

    comments: tuple[tuple[Stored, DecisionRecord | None], ...]
    votes: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A comment with the thread and the site it belongs to."""

    stored: Stored
    thread: Thread
    site: Site

    @property
    def comment(self) -> Comment:
        """The comment itself."""
        return self.stored.comment


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadThread:
    """The use case with the parts it works with."""

    store: Store
    clock: Clock

    def page(self, url: str, sort: Sort, *, limit: int, after: str | None = None) -> ThreadPage:
        """Return one page of roots, each with the first replies below it."""
        address = canonical(url)
        limit = max(1, min(limit, MAX_LIMIT))
        stretch = Stretch.asked(sort, limit, after)
        with self.store.reading() as unit:
            site = known_site(unit, address)
            thread = unit.threads.find(address.origin, address.key)
            if thread is None:
                return ThreadPage(
                    site=site, address=address, thread=None, sort=sort, nodes=(), next=None
                )
            roots, rest = stretch.read(unit, thread)
            pins = unit.highlights.of_thread(thread.id, Mark.PINNED)[: MOST[Mark.PINNED]]
            with_replies = [r.comment.id for r in (*roots, *pins) if r.comment.replies]
            below = unit.comments.replies(with_replies, first=REPLIES_SHOWN + 1)
            marked = bool(unit.passages.marks(thread.id, limit=1))
        nodes = tuple(_tree(root, below.get(root.comment.id, ())) for root in roots)
        return ThreadPage(
            site=site,
            address=address,
            thread=thread,
            sort=sort,
            nodes=nodes,
            next=rest,
            has_passages=marked,
            pinned=tuple(_tree(root, below.get(root.comment.id, ())) for root in pins),
        )

    def replies(self, root_id: str, *, limit: int, after: str | None) -> Node:
        """Return a root with a further page of the replies below it.

        The id of a reply stands for the root of its conversation.
        """
        position = cursor.decode(after, Sort.OLDEST) if after else None
        with self.store.reading() as unit:
            asked = locate(unit, root_id).comment
            found = locate(unit, asked.root_id)
            if not _is_shown(found.stored):
                raise Refusal(Code.UNKNOWN_COMMENT)
            below = unit.comments.replies_after(
                found.comment.root_id, limit=limit + 1, after=position.id if position else None
            )
        return _tree(found.stored, below, shown=limit)

    def latest(self, site_id: str, *, limit: int) -> list[tuple[Stored, Thread]]:
        """Return a site's newest published comments with the threads they stand in."""
        with self.store.reading() as unit:
            found = unit.comments.latest(site_id, limit=limit)
            ids = {stored.comment.thread_id for stored in found}
            threads = {thread_id: unit.threads.get(thread_id) for thread_id in ids}
        placed = ((stored, threads[stored.comment.thread_id]) for stored in found)
        return [(stored, thread) for stored, thread in placed if thread is not None]

    def comment(self, comment_id: str, viewer: Viewer) -> tuple[Located, DecisionRecord | None]:
        """Return one comment; its author and moderators also see it while it is not public."""
        with self.store.reading() as unit:
            found = locate(unit, comment_id)
            require(
                Action.READ,
                Case(viewer=viewer, now=self.clock(), thread=found.thread, comment=found.comment),
            )
            record = unit.decisions.latest(comment_id) if viewer.wrote(found.comment) else None
        return found, record

    def mine(self, thread: Thread, nodes: Sequence[Node], viewer: Viewer) -> Mine:
        """Return what only this reader sees of a page."""
        votes: Mapping[str, Value] = {}
        own: list[tuple[Stored, DecisionRecord | None]] = []
        with self.store.reading() as unit:
            if viewer.author_key:
                found = unit.comments.of_author(thread.id, viewer.author_key, limit=MINE_SHOWN)
                own = [(stored, unit.decisions.latest(stored.comment.id)) for stored in found]
            if viewer.voter_key:
                votes = unit.votes.of([c.comment.id for c in _flat(nodes)], viewer.voter_key)
        return Mine(comments=tuple(own), votes=votes)

    def passages(self, url: str) -> tuple[ThreadPage, Sequence[PassageMark]]:
        """Return the passages of an article that were commented, beside an empty page of it."""
        address = canonical(url)
        with self.store.reading() as unit:
            site = known_site(unit, address)
            thread = unit.threads.find(address.origin, address.key)
            marks = unit.passages.marks(thread.id, limit=MARKS_READ) if thread else ()
        page = ThreadPage(
            site=site, address=address, thread=thread, sort=Sort.NEWEST, nodes=(), next=None
        )
        return page, marks[:MARKS_SHOWN]

    def inline(
        self, url: str, *, keys: Sequence[str] | None, limit: int, after: str | None = None
    ) -> ThreadPage:
        """Return comments on some passages of an article (None: on any), newest first."""
        address = canonical(url)
        position = cursor.decode(after, Sort.NEWEST) if after else None
        with self.store.reading() as unit:
            site = known_site(unit, address)
            thread = unit.threads.find(address.origin, address.key)
            found: Sequence[Stored] = ()
            if thread is not None:
                found = unit.passages.roots(
                    thread.id,
                    keys=keys,
                    limit=limit + 1,
                    after=position.id if position else None,
                )
            roots = found[:limit]
            answered = [r.comment.id for r in roots if r.comment.replies]
            below = unit.comments.replies(answered, first=REPLIES_SHOWN + 1)
        return ThreadPage(
            site=site,
            address=address,
            thread=thread,
            sort=Sort.NEWEST,
            nodes=tuple(_tree(root, below.get(root.comment.id, ())) for root in roots),
            next=cursor.encode(Sort.NEWEST, roots[-1].comment) if len(found) > limit else None,
            has_passages=True,
        )

    def site_of(self, url: str) -> Site:
        """Return the site an article belongs to, or refuse with ``unknown_site``."""
        address = canonical(url)
        with self.store.reading() as unit:
            return known_site(unit, address)

    def threads(self, addresses: Sequence[ArticleAddress]) -> list[Thread | None]:
        """Return the threads of articles as they stand in one moment; None: nobody wrote yet."""
        with self.store.reading() as unit:
            return [unit.threads.find(a.origin, a.key) for a in addresses]

    def counts(self, urls: Sequence[str]) -> dict[str, int]:
        """Return the number of published comments for each address as it was given."""
        addresses = {url: canonical(url) for url in urls}
        with self.store.reading() as unit:
            for address in addresses.values():
                known_site(unit, address)
            found = unit.threads.counts([(a.origin, a.key) for a in addresses.values()])
        return {url: found.get((a.origin, a.key), 0) for url, a in addresses.items()}


def locate(unit: UnitOfWork, comment_id: str) -> Located:
    """Return a comment with its thread and site, or refuse with ``unknown_comment``."""
    stored = unit.comments.stored(comment_id) if is_id(comment_id) else None
    thread = unit.threads.get(stored.comment.thread_id) if stored else None
    site = unit.sites.get(thread.article.site_id) if thread else None
    if stored is None or thread is None or site is None:
        raise Refusal(Code.UNKNOWN_COMMENT)
    return Located(stored=stored, thread=thread, site=site)


def _is_shown(stored: Stored) -> bool:
    return stored.comment.status is Status.PUBLISHED or stored.comment.replies > 0


def _tree(root: Stored, below: Sequence[Stored], *, shown: int = REPLIES_SHOWN) -> Node:
    """Nest replies under their parents.

    They come oldest first, so that a parent always stands before its answers. What is not public
    stays as a tombstone where something public stands below it, and falls away elsewhere.
    """
    here = below[:shown]
    children: dict[str, list[Stored]] = {}
    for stored in here:
        children.setdefault(stored.comment.parent_id or "", []).append(stored)
    # A further page starts in mid-conversation: what answers an earlier page hangs on the root.
    known = {root.comment.id, *(s.comment.id for s in here)}
    orphans = [s for s in here if s.comment.parent_id not in known]
    children.setdefault(root.comment.id, []).extend(orphans)

    def node(stored: Stored) -> Node | None:
        kept = tuple(n for s in children.get(stored.comment.id, ()) if (n := node(s)))
        if stored.comment.status is not Status.PUBLISHED and not kept:
            return None
        return Node(stored=_public(stored), replies=kept)

    replies = tuple(n for s in children.get(root.comment.id, ()) if (n := node(s)))
    rest = cursor.encode(Sort.OLDEST, here[-1].comment) if len(below) > shown else None
    return Node(stored=_public(root), replies=replies, next=rest)


def _public(stored: Stored) -> Stored:
    """Take the words off what is not published: only its place is shown."""
    if stored.comment.status is Status.PUBLISHED:
        return stored
    return Stored(comment=stored.comment, author=_NOBODY, body=None)


def _flat(nodes: Sequence[Node]) -> list[Stored]:
    return [s for node in nodes for s in (node.stored, *_flat(node.replies))]
