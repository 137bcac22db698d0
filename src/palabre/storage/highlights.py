"""Pinned and featured comments."""

from collections.abc import Sequence

import sqlalchemy as sa

from palabre.application.stored import Stored
from palabre.domain.comment import Comment, Status
from palabre.domain.highlight import Highlight, Mark
from palabre.storage.column_types import Id
from palabre.storage.comment_rows import FOR_READERS, all_stored
from palabre.storage.counters import touch
from palabre.storage.tables import comments, highlights

_FEW = 50  # the newsroom sets far fewer; a bound all the same
_CLEAR = sa.delete(highlights).where(highlights.c.comment_id == sa.bindparam("comment", type_=Id))
_SET = sa.insert(highlights)
OF_THREAD = {
    mark: FOR_READERS.where(
        highlights.c.thread_id == sa.bindparam("thread", type_=Id),
        highlights.c[mark.value].is_(sa.true()),
        comments.c.status == Status.PUBLISHED.value,
    )
    .order_by(highlights.c.comment_id)
    .limit(_FEW)
    for mark in Mark
}


class SqlHighlights:
    """The marks of a thread's comments."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def set(self, comment: Comment, highlight: Highlight) -> None:
        """Replace a comment's marks."""
        self._connection.execute(_CLEAR, {"comment": comment.id})
        if highlight:
            row = {
                "comment_id": comment.id,
                "thread_id": comment.thread_id,
                "pinned": highlight.pinned,
                "featured": highlight.featured,
            }
            self._connection.execute(_SET, row)
        touch(self._connection, comment.thread_id)

    def of_thread(self, thread_id: str, mark: Mark) -> Sequence[Stored]:
        """Return published comments with this mark, oldest first."""
        return all_stored(self._connection.execute(OF_THREAD[mark], {"thread": thread_id}))
