"""Comments in memory, with the counters that move with them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from palabre.application.ports import Position, Sort, Standing, Stored
from palabre.domain.comment import Author, Body, Comment, Status, check_move
from palabre.domain.errors import Code, Refusal
from palabre.domain.highlight import PLAIN
from palabre.domain.identifier import moment_of
from palabre.storage.memory import scores
from palabre.storage.memory.ledger import MemoryLedger
from palabre.storage.memory.state import Row, State

_RECENT = 50


class MemoryComments:
    """Comments with their words."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._rows = state.comments

    def add(self, stored: Stored, *, source: str | None) -> None:
        """Store a new comment."""
        bodies = (stored.body,) if stored.body else ()
        row = Row(
            comment=stored.comment,
            author=stored.author,
            bodies=bodies,
            source=source,
            passage=stored.passage,
        )
        self._rows[stored.comment.id] = row
        if stored.comment.status is Status.PUBLISHED:
            self._settle(row, before=False, published=1)

    def get(self, comment_id: str) -> Comment | None:
        """Return a comment without its words."""
        row = self._rows.get(comment_id)
        return row.comment if row else None

    def stored(self, comment_id: str) -> Stored | None:
        """Return a comment with signature and current words."""
        row = self._rows.get(comment_id)
        return stored_of(row, self._state) if row else None

    def bodies(self, comment_id: str) -> Sequence[Body]:
        """Return all revisions, oldest first."""
        row = self._rows.get(comment_id)
        return list(row.bodies) if row else []

    def revise(self, comment_id: str, body: Body, at: datetime) -> None:
        """Make ``body`` the current words."""
        row = self._known(comment_id)
        comment = replace(row.comment, revision=body.revision, edited_at=at)
        self._rows[comment_id] = replace(row, comment=comment, bodies=(*row.bodies, body))
        self._touch_if_public(comment)

    def move(self, comment_id: str, to: Status) -> Comment:
        """Set the state, and every counter that follows from it."""
        row = self._known(comment_id)
        check_move(row.comment.status, to)
        published = (to is Status.PUBLISHED) - (row.comment.status is Status.PUBLISHED)
        moved = replace(row, comment=replace(row.comment, status=to))
        self._rows[comment_id] = moved
        self._settle(moved, before=is_listed(row), published=published)
        self._state.work.pop(comment_id, None)
        return moved.comment

    def erase_words(self, comment_id: str) -> None:
        """Delete words, signature, source and moderators' notes."""
        row = self._known(comment_id)
        self._rows[comment_id] = replace(
            row, author=Author(), bodies=(), source=None, passage=None, highlight=PLAIN
        )
        for record in list(self._state.records.values()):
            if record.comment_id == comment_id and record.note is not None:
                self._state.records[record.id] = replace(record, note=None)
        MemoryLedger(self._state).erase_words_of_author(comment_id)
        self._state.work.pop(comment_id, None)
        for note in [n for n in self._state.desk_notes.values() if n.comment_id == comment_id]:
            del self._state.desk_notes[note.id]
        self._touch_if_public(row.comment)

    def roots(
        self, thread_id: str, sort: Sort, *, limit: int, after: Position | None
    ) -> Sequence[Stored]:
        """Return the roots that a reader may see, in the order asked for."""
        here = self._roots(thread_id)
        if sort is Sort.TOP:
            here.sort(key=lambda r: (r.comment.score, r.comment.id), reverse=True)
            here = [
                r
                for r in here
                if after is None or (r.comment.score, r.comment.id) < (after.score, after.id)
            ]
        else:
            newest = sort is Sort.NEWEST
            here.sort(key=lambda r: r.comment.id, reverse=newest)
            here = [
                r
                for r in here
                if after is None or (r.comment.id < after.id if newest else r.comment.id > after.id)
            ]
        return _for_readers(self._state, here[:limit])

    def top(
        self, thread_id: str, *, limit: int, epoch: int, after: Position | None
    ) -> Sequence[tuple[Stored, int]]:
        """Return the roots by their scores as of the epoch."""
        found = scores.ranked(
            self._state, self._roots(thread_id), thread_id, epoch=epoch, after=after
        )[:limit]
        stored = _for_readers(self._state, (row for row, _ in found))
        return list(zip(stored, (score for _, score in found), strict=True))

    def replies(self, root_ids: Sequence[str], *, first: int) -> Mapping[str, Sequence[Stored]]:
        """Return the first comments below each root."""
        return {
            root_id: below
            for root_id in root_ids
            if (below := self.replies_after(root_id, limit=first, after=None))
        }

    def replies_after(self, root_id: str, *, limit: int, after: str | None) -> Sequence[Stored]:
        """Return comments below one root, oldest first."""
        below = [
            row
            for row in self._rows.values()
            if row.comment.root_id == root_id
            and row.comment.parent_id is not None
            and is_listed(row)
            and row.comment.id > (after or "")
        ]
        return _for_readers(self._state, sorted(below, key=lambda r: r.comment.id)[:limit])

    def latest(self, site_id: str, *, limit: int) -> Sequence[Stored]:
        """Return a site's newest published comments."""
        public = [
            row
            for row in self._rows.values()
            if row.comment.status is Status.PUBLISHED
            and self._state.threads[row.comment.thread_id].article.site_id == site_id
        ]
        public.sort(key=lambda r: r.comment.id, reverse=True)
        return _for_readers(self._state, public[:limit])

    def of_author(self, thread_id: str, author_key: str, *, limit: int) -> Sequence[Stored]:
        """Return one author's comments in a thread, newest first."""
        own = [
            row
            for row in self._rows.values()
            if (row.comment.thread_id, row.comment.author_key) == (thread_id, author_key)
            and row.comment.status is not Status.DELETED
        ]
        return _for_readers(
            self._state, sorted(own, key=lambda r: r.comment.id, reverse=True)[:limit]
        )

    def recent(self, source: str, *, since: datetime) -> Sequence[tuple[str, datetime]]:
        """Return texts and times of what one source sent, newest first."""
        sent = [
            (row.comment.created_at, row.comment.id, body.text)
            for row in self._rows.values()
            if row.source == source and row.comment.created_at >= since
            if (body := stored_of(row).body)
        ]
        return [(text, at) for at, _, text in sorted(sent, reverse=True)[:_RECENT]]

    def standing(self, author_key: str, site_id: str | None = None) -> Standing:
        """Count an author's comments by state; say what a site set on them."""
        found = [r.comment for r in self._rows.values() if r.comment.author_key == author_key]
        states = [comment.status for comment in found]
        measure = self._state.measures.get((author_key, site_id or ""))
        return Standing(
            first=min((moment_of(comment.id) for comment in found), default=None),
            measure=measure.trust if measure else None,
            until=measure.until if measure else None,
            published=states.count(Status.PUBLISHED),
            held=states.count(Status.HELD),
            refused=states.count(Status.REFUSED),
        )

    def _roots(self, thread_id: str) -> list[Row]:
        return [
            row
            for row in self._rows.values()
            if row.comment.thread_id == thread_id
            and row.comment.parent_id is None
            and is_listed(row)
        ]

    def _known(self, comment_id: str) -> Row:
        row = self._rows.get(comment_id)
        if row is None:
            raise Refusal(Code.UNKNOWN_COMMENT)
        return row

    def _settle(self, row: Row, *, before: bool, published: int) -> None:
        """Bring counters and version in line after a comment came or moved."""
        comment = row.comment
        after = is_listed(row)
        if before or after:
            self._touch(comment.thread_id, published=published)
        if comment.parent_id is None:
            return
        if published:
            root = self._rows[comment.root_id]
            counted = replace(root.comment, replies=root.comment.replies + published)
            self._rows[comment.root_id] = replace(root, comment=counted)
        parent_id: str | None = comment.parent_id
        while parent_id is not None and before != after:
            parent = self._rows[parent_id]
            below = parent.listed_below + after - before
            changed = replace(parent, listed_below=below)
            self._rows[parent_id] = changed
            before, after = is_listed(parent), is_listed(changed)
            parent_id = parent.comment.parent_id

    def _touch(self, thread_id: str, *, published: int = 0) -> None:
        thread = self._state.threads[thread_id]
        self._state.threads[thread_id] = replace(
            thread,
            version=thread.version + 1,
            public_count=thread.public_count + published,
        )

    def _touch_if_public(self, comment: Comment) -> None:
        if comment.status is Status.PUBLISHED:
            self._touch(comment.thread_id)


def is_listed(row: Row) -> bool:
    """Tell whether a comment has a place on a reader's page: public, or above something public."""
    return row.comment.status is Status.PUBLISHED or row.listed_below > 0


def stored_of(row: Row, state: State | None = None) -> Stored:
    """Return the comment with signature and current words.

    ``state`` None: nobody asks whether its author keeps the pseudonym.
    """
    current = row.comment.revision
    body = next((b for b in row.bodies if b.revision == current), None)
    return Stored(
        comment=row.comment,
        author=replace(row.author, is_kept=state is not None and _is_kept(row, state)),
        body=body,
        passage=row.passage,
        highlight=row.highlight,
    )


def _is_kept(row: Row, state: State) -> bool:
    whose = (row.comment.author_key, state.threads[row.comment.thread_id].article.site_id)
    kept = (p for p in state.pseudonyms.values() if (p.author_key, p.site_id) == whose)
    return any(p.name == row.author.name for p in kept)


def _for_readers(state: State, rows: Iterable[Row]) -> list[Stored]:
    found = [stored_of(row, state) for row in rows]
    return [replace(stored, author=replace(stored.author, email=None)) for stored in found]
