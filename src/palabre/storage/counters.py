"""The numbers that move with a comment, in its own transaction, so that no page ever counts.

A comment is *listed* when it has a place on a reader's page: it is published, or something
published stands below it. Each comment counts its listed direct answers; when that makes a comment
appear or vanish, the one above it counts anew, and so on upwards until nothing changes.
"""

import sqlalchemy as sa

from palabre.domain.comment import Comment, Status
from palabre.storage.effects import changed
from palabre.storage.prepared import Prepared
from palabre.storage.tables import comments, threads

_TOUCH = (
    sa.update(threads)
    .where(threads.c.id == sa.bindparam("thread"))
    .values(
        version=threads.c.version + 1,
        public_count=threads.c.public_count + sa.bindparam("published", type_=sa.Integer),
    )
)
_TOUCH_SOON, _TOUCH_NOW = Prepared(_TOUCH), Prepared(_TOUCH.returning(threads.c.version))
_COUNT = Prepared(
    sa.update(comments)
    .where(comments.c.id == sa.bindparam("comment"))
    .values(
        replies=comments.c.replies + sa.bindparam("published", type_=sa.Integer),
        listed_below=comments.c.listed_below + sa.bindparam("below", type_=sa.Integer),
    )
    .returning(comments.c.parent_id, comments.c.status, comments.c.listed, comments.c.listed_below)
)
_LIST = Prepared(
    sa.update(comments)
    .where(comments.c.id == sa.bindparam("comment"))
    .values(listed=sa.bindparam("now_listed", type_=sa.Boolean))
)


def touch(connection: sa.Connection, thread_id: str, *, published: int = 0) -> None:
    """Move the thread's version, and its count of published comments."""
    _TOUCH_SOON.later(connection, {"thread": thread_id, "published": published})
    changed(connection, thread_id)


def new_version(connection: sa.Connection, thread_id: str) -> int:
    """Move the thread's version and return it."""
    moved = _TOUCH_NOW.one(connection, {"thread": thread_id, "published": 0})
    changed(connection, thread_id)
    return int(moved[0])


def settle(
    connection: sa.Connection, comment: Comment, *, before: bool, after: bool, published: int
) -> None:
    """Bring all counters in line after a comment came or moved.

    ``before`` and ``after`` tell whether it was and is listed; ``published`` is 1 when it became
    public, -1 when it ceased to be, else 0.
    """
    if before or after:
        touch(connection, comment.thread_id, published=published)
    above = comment.parent_id
    while above is not None and before != after:
        at_root = above == comment.root_id
        parent_id, status, listed, listed_below = _COUNT.one(
            connection,
            {
                "comment": above,
                "published": published if at_root else 0,
                "below": after - before,
            },
        )
        published = 0 if at_root else published
        before, after = listed, status == Status.PUBLISHED or listed_below > 0
        if before != after:
            _LIST.run(connection, {"comment": above, "now_listed": after})
        above = parent_id
    if published and comment.parent_id is not None:
        _COUNT.one(connection, {"comment": comment.root_id, "published": published, "below": 0})
