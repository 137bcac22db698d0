"""Comments: writing them, and reading one. Lists for readers are in ``pages``."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from palabre.application.person import mailbox_of
from palabre.application.ports import Position, Sort, Standing, Stored
from palabre.domain.comment import Body, Comment, Status, check_move
from palabre.domain.errors import Code, Refusal
from palabre.domain.identifier import is_id
from palabre.domain.passage import Passage
from palabre.storage import pages, scores, standings, work_index
from palabre.storage.column_types import Row
from palabre.storage.comment_rows import COMMENT, FOR_DESK, body_of, comment_of, stored_of
from palabre.storage.counters import settle, touch
from palabre.storage.effects import erased
from palabre.storage.locking import hold_comment
from palabre.storage.prepared import Prepared
from palabre.storage.tables import (
    comment_authors,
    comment_bodies,
    comment_mailboxes,
    comment_passages,
    comment_sources,
    comments,
    decision_notes,
    highlights,
    ledger_words,
    threads,
)

_ID: sa.BindParameter[Any] = sa.bindparam("comment")
_ADD = Prepared(
    sa.insert(comments).values(
        site_id=sa.select(threads.c.site_id)
        .where(threads.c.id == sa.bindparam("in_thread"))
        .scalar_subquery()
    ),
    *(column.key for column in comments.c if column.key != "site_id"),
)
_ADD_BODY, _ADD_AUTHOR, _ADD_MAILBOX, _ADD_SOURCE, _ADD_PASSAGE = (
    Prepared(sa.insert(table), *table.c.keys())
    for table in (
        comment_bodies,
        comment_authors,
        comment_mailboxes,
        comment_sources,
        comment_passages,
    )
)
_GET = sa.select(*COMMENT).where(comments.c.id == _ID)
_STORED = FOR_DESK.where(comments.c.id == _ID)
_COUNTED = sa.select(*COMMENT, comments.c.listed, comments.c.listed_below).where(
    comments.c.id == _ID
)
_BODIES = (
    sa.select(
        comment_bodies.c.revision,
        comment_bodies.c.text,
        comment_bodies.c.html,
        comment_bodies.c.renderer,
        comment_bodies.c.salt,
    )
    .where(comment_bodies.c.comment_id == _ID)
    .order_by(comment_bodies.c.revision)
)
_REVISE = (
    sa.update(comments)
    .where(comments.c.id == _ID)
    .values(revision=sa.bindparam("new_revision"), edited_at=sa.bindparam("at"))
)
_MOVE = (
    sa.update(comments)
    .where(comments.c.id == _ID)
    .values(status=sa.bindparam("to"), listed=sa.bindparam("now_listed"))
    .returning(*COMMENT)
)
_ERASE = tuple(
    sa.delete(table).where(table.c.comment_id == _ID)
    for table in (
        comment_bodies,
        comment_authors,
        comment_mailboxes,
        comment_passages,
        comment_sources,
        decision_notes,
        highlights,  # a pin without words is no more than a gap
        ledger_words,  # of these, what the comment's own author wrote
    )
)


class SqlComments:
    """Comments with their words."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, stored: Stored, *, source: str | None) -> None:
        """Store a new comment with its side rows, and move the counters above it."""
        connection = self._connection
        comment, author, body = stored.comment, stored.author, stored.body
        public = comment.status is Status.PUBLISHED
        _ADD.later(
            connection,
            {
                "id": comment.id,
                "thread_id": comment.thread_id,
                "in_thread": comment.thread_id,
                "root_id": comment.root_id,
                "parent_id": comment.parent_id,
                "depth": comment.depth,
                "status": comment.status.value,
                "created_at": comment.created_at,
                "lang": comment.lang,
                "author_key": comment.author_key,
                "revision": comment.revision,
                "edited_at": comment.edited_at,
                "up": comment.up,
                "down": comment.down,
                "score": comment.score,
                "replies": comment.replies,
                "listed": public,
                "listed_below": 0,
            },
        )
        if body is not None:
            self._add_body(comment.id, body)
        if author.name is not None or author.email is not None or author.is_staff:
            signature = {"name": author.name, "email": author.email, "is_staff": author.is_staff}
            signed = {"comment_id": comment.id, **signature, "badge": author.badge}
            _ADD_AUTHOR.later(connection, signed)
        if author.email is not None:
            found = {"comment_id": comment.id, "mailbox": mailbox_of(author.email)}
            _ADD_MAILBOX.later(connection, found)
        if source is not None:
            sent = {"source": source, "created_at": comment.created_at}
            _ADD_SOURCE.later(connection, {"comment_id": comment.id, **sent})
        if stored.passage is not None:
            self._add_passage(comment, stored.passage)
        if public:
            settle(connection, comment, before=False, after=True, published=1)
        work_index.added(connection, comment, author, body)

    def get(self, comment_id: str) -> Comment | None:
        """Return a comment without its words; None, too, for text that is no identifier."""
        row = self._one(_GET, comment_id)
        return comment_of(row) if row else None

    def stored(self, comment_id: str) -> Stored | None:
        """Return a comment with signature and current words."""
        row = self._one(_STORED, comment_id)
        return stored_of(row) if row else None

    def bodies(self, comment_id: str) -> Sequence[Body]:
        """Return all revisions, oldest first."""
        if not is_id(comment_id):
            return []
        return [body_of(row) for row in self._connection.execute(_BODIES, {"comment": comment_id})]

    def revise(self, comment_id: str, body: Body, at: datetime) -> None:
        """Make ``body`` the current words."""
        comment = comment_of(self._locked(comment_id))
        self._add_body(comment_id, body)
        self._connection.execute(
            _REVISE, {"comment": comment_id, "new_revision": body.revision, "at": at}
        )
        work_index.revised(self._connection, comment, body)
        self._touch_if_public(comment)

    def move(self, comment_id: str, to: Status) -> Comment:
        """Set the state, and every counter that follows from it."""
        row = self._locked(comment_id)
        status = comment_of(row).status
        check_move(status, to)
        listed = to is Status.PUBLISHED or row.listed_below > 0
        change = {"comment": comment_id, "to": to.value, "now_listed": listed}
        moved = comment_of(self._connection.execute(_MOVE, change).one())
        published = (to is Status.PUBLISHED) - (status is Status.PUBLISHED)
        settle(self._connection, moved, before=row.listed, after=listed, published=published)
        work_index.moved(self._connection, status, moved)
        return moved

    def erase_words(self, comment_id: str) -> None:
        """Delete words, signature, source and moderators' notes."""
        comment = comment_of(self._locked(comment_id))
        for statement in _ERASE:
            self._connection.execute(statement, {"comment": comment_id})
        work_index.forgotten(self._connection, comment_id)
        self._touch_if_public(comment)
        erased(self._connection)

    def roots(
        self, thread_id: str, sort: Sort, *, limit: int, after: Position | None
    ) -> Sequence[Stored]:
        """Return the roots that a reader may see, in the order asked for."""
        return pages.roots(self._connection, thread_id, sort, limit=limit, after=after)

    def top(
        self, thread_id: str, *, limit: int, epoch: int, after: Position | None
    ) -> Sequence[tuple[Stored, int]]:
        """Return the roots by their scores as of the epoch."""
        return scores.top(self._connection, thread_id, limit=limit, epoch=epoch, after=after)

    def replies(self, root_ids: Sequence[str], *, first: int) -> Mapping[str, Sequence[Stored]]:
        """Return the first comments below each root."""
        return pages.replies(self._connection, root_ids, first=first)

    def replies_after(self, root_id: str, *, limit: int, after: str | None) -> Sequence[Stored]:
        """Return comments below one root, oldest first."""
        return pages.replies_after(self._connection, root_id, limit=limit, after=after)

    def latest(self, site_id: str, *, limit: int) -> Sequence[Stored]:
        """Return a site's newest published comments."""
        return pages.latest(self._connection, site_id, limit=limit)

    def of_author(self, thread_id: str, author_key: str, *, limit: int) -> Sequence[Stored]:
        """Return one author's comments in a thread, newest first."""
        return pages.of_author(self._connection, thread_id, author_key, limit=limit)

    def recent(self, source: str, *, since: datetime) -> Sequence[tuple[str, datetime]]:
        """Return texts and times of what one source sent, newest first."""
        return pages.recent(self._connection, source, since=since)

    def standing(self, author_key: str, site_id: str | None = None) -> Standing:
        """Count an author's comments by state; say what a site set on them."""
        return standings.standing(self._connection, author_key, site_id)

    def _one(self, statement: sa.Select[Any], comment_id: str) -> Row | None:
        if not is_id(comment_id):
            return None
        hold_comment(self._connection, comment_id)
        return self._connection.execute(statement, {"comment": comment_id}).one_or_none()

    def _locked(self, comment_id: str) -> Row:
        row = self._one(_COUNTED, comment_id)
        if row is None:
            raise Refusal(Code.UNKNOWN_COMMENT)
        return row

    def _add_body(self, comment_id: str, body: Body) -> None:
        _ADD_BODY.later(
            self._connection,
            {
                "comment_id": comment_id,
                "revision": body.revision,
                "text": body.text,
                "html": body.html,
                "renderer": body.renderer,
                "salt": body.salt,
            },
        )

    def _add_passage(self, comment: Comment, passage: Passage) -> None:
        _ADD_PASSAGE.later(
            self._connection,
            {
                "comment_id": comment.id,
                "thread_id": comment.thread_id,
                "passage_key": passage.key,
                "exact": passage.exact,
                "prefix": passage.prefix,
                "suffix": passage.suffix,
                "begins": passage.start,
                "ends": passage.end,
                "fragment": passage.fragment,
            },
        )

    def _touch_if_public(self, comment: Comment) -> None:
        if comment.status is Status.PUBLISHED:
            touch(self._connection, comment.thread_id)
