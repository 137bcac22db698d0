"""Comments by the passage they are about. Each list is a stretch of an index, and bounded."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from palabre.application.passage_ports import Mark
from palabre.application.stored import Stored
from palabre.domain.comment import Status
from palabre.storage.column_types import Id
from palabre.storage.comment_rows import FOR_READERS, PASSAGE, all_stored, passage_of
from palabre.storage.tables import comment_passages, comments

_LAST = "ffffffff-ffff-ffff-ffff-ffffffffffff"
_IN_THREAD = comment_passages.c.thread_id == sa.bindparam("thread", type_=Id)
_LIMIT: sa.BindParameter[Any] = sa.bindparam("limit", type_=sa.Integer)
_LISTED = comments.c.listed.is_(sa.true())

MARKS = (
    sa.select(comment_passages.c.passage_key, comments.c.status, comments.c.replies, *PASSAGE)
    .join(comments, comments.c.id == comment_passages.c.comment_id)
    .where(_IN_THREAD, _LISTED)
    .order_by(comment_passages.c.comment_id.desc())
    .limit(_LIMIT)
)
_BEFORE = comment_passages.c.comment_id < sa.bindparam("after", type_=Id)
ALL = (
    FOR_READERS.where(_IN_THREAD, _BEFORE, _LISTED)
    .order_by(comment_passages.c.comment_id.desc())
    .limit(_LIMIT)
)
ON = ALL.where(comment_passages.c.passage_key.in_(sa.bindparam("keys", expanding=True)))


class SqlPassages:
    """The passages of a thread's comments."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def marks(self, thread_id: str, *, limit: int) -> Sequence[Mark]:
        """Return the passages that readers see comments on, the one last commented first."""
        found: dict[str, Mark] = {}
        rows = self._connection.execute(MARKS, {"thread": thread_id, "limit": limit})
        for key, status, replies, *rest in rows:
            passage = passage_of(rest)
            count = replies + (status == Status.PUBLISHED.value)
            if passage is not None and count:
                first = found.get(key, Mark(passage=passage, count=0))
                found[key] = Mark(passage=first.passage, count=first.count + count)
        return list(found.values())

    def roots(
        self, thread_id: str, *, keys: Sequence[str] | None, limit: int, after: str | None
    ) -> Sequence[Stored]:
        """Return listed comments on these passages (None: on any), newest first."""
        values: dict[str, object] = {"thread": thread_id, "limit": limit, "after": after or _LAST}
        if keys is None:
            return all_stored(self._connection.execute(ALL, values))
        return all_stored(self._connection.execute(ON, values | {"keys": list(keys)}))
