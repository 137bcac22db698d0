"""Lists of comments. Each costs what it returns, in a thread of 100 and of 1,000,000.

Every list is a stretch of one index: nothing is sorted, skipped or counted. A test asks SQLite for
its plans and fails when one of them sorts or scans.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from palabre.application.ports import Position, Sort, Stored
from palabre.domain.comment import Status
from palabre.storage.column_types import Id
from palabre.storage.comment_rows import FOR_READERS, all_stored
from palabre.storage.prepared import Prepared
from palabre.storage.tables import comment_bodies, comment_sources, comments

_RECENT = 50
_CHUNK = 500  # roots in one statement; SQLite's limit for parameters is far above
_FIRST = "00000000-0000-0000-0000-000000000000"
_LAST = "ffffffff-ffff-ffff-ffff-ffffffffffff"

_LIMIT: sa.BindParameter[Any] = sa.bindparam("limit", type_=sa.Integer)
_AFTER: sa.BindParameter[Any] = sa.bindparam("after", type_=Id)
_SCORE: sa.BindParameter[Any] = sa.bindparam("score", type_=sa.Integer)

_ROOTS = FOR_READERS.where(
    comments.c.thread_id == sa.bindparam("thread"),
    comments.c.parent_id.is_(None),
    comments.c.listed.is_(sa.true()),
).limit(_LIMIT)
_NEWEST = _ROOTS.order_by(comments.c.id.desc())
_OLDEST = _ROOTS.order_by(comments.c.id)
_TOP = _ROOTS.order_by(comments.c.score.desc(), comments.c.id.desc())
ROOTS = {
    (Sort.NEWEST, False): _NEWEST,
    (Sort.NEWEST, True): _NEWEST.where(comments.c.id < _AFTER),
    (Sort.OLDEST, False): _OLDEST,
    (Sort.OLDEST, True): _OLDEST.where(comments.c.id > _AFTER),
    (Sort.TOP, False): _TOP,
    (Sort.TOP, True): _TOP.where(
        sa.tuple_(comments.c.score, comments.c.id) < sa.tuple_(_SCORE, _AFTER)
    ),
}

# The first replies of many roots in one statement that both databases run the same way: for each
# root, look up the last identifier wanted, then read the index up to it.
_root = comments.alias("root")
_below = comments.alias("below")
_last_wanted = (
    sa.select(_below.c.id)
    .where(
        _below.c.root_id == _root.c.id,
        _below.c.parent_id.is_not(None),
        _below.c.listed.is_(sa.true()),
    )
    .order_by(_below.c.id)
    .limit(1)
    .offset(sa.bindparam("skip", type_=sa.Integer))
    .correlate(_root)
    .scalar_subquery()
)
REPLIES = FOR_READERS.join(_root, _root.c.id == comments.c.root_id).where(
    _root.c.id.in_(sa.bindparam("roots", type_=Id, expanding=True)),
    comments.c.parent_id.is_not(None),
    comments.c.listed.is_(sa.true()),
    comments.c.id <= sa.func.coalesce(_last_wanted, sa.bindparam("last", type_=Id)),
)
REPLIES_AFTER = (
    FOR_READERS.where(
        comments.c.root_id == sa.bindparam("root"),
        comments.c.parent_id.is_not(None),
        comments.c.listed.is_(sa.true()),
        comments.c.id > _AFTER,
    )
    .order_by(comments.c.id)
    .limit(_LIMIT)
)
OF_AUTHOR = (
    FOR_READERS.where(
        comments.c.author_key == sa.bindparam("author"),
        comments.c.thread_id == sa.bindparam("thread"),
        comments.c.status != sa.literal_column(f"'{Status.DELETED.value}'"),
    )
    .order_by(comments.c.id.desc())
    .limit(_LIMIT)
)
RECENT = (
    sa.select(comment_bodies.c.text, comment_sources.c.created_at)
    .join(comments, comments.c.id == comment_sources.c.comment_id)
    .join(
        comment_bodies,
        sa.and_(
            comment_bodies.c.comment_id == comments.c.id,
            comment_bodies.c.revision == comments.c.revision,
        ),
    )
    .where(
        comment_sources.c.source == sa.bindparam("source"),
        comment_sources.c.created_at >= sa.bindparam("since"),
    )
    .order_by(comment_sources.c.created_at.desc(), comment_sources.c.comment_id.desc())
    .limit(_LIMIT)
)
LATEST = (
    FOR_READERS.where(
        comments.c.site_id == sa.bindparam("site"),
        comments.c.status == sa.literal_column(f"'{Status.PUBLISHED.value}'"),
    )
    .order_by(comments.c.id.desc())
    .limit(_LIMIT)
)
_RECENT_POSTS = Prepared(RECENT)


def roots(
    connection: sa.Connection, thread_id: str, sort: Sort, *, limit: int, after: Position | None
) -> list[Stored]:
    """Return the listed roots of a thread in the order asked for, strictly after a position."""
    values: dict[str, object] = {"thread": thread_id, "limit": limit}
    if after is not None:
        values["after"] = after.id
        if sort is Sort.TOP:
            values["score"] = after.score
    return all_stored(connection.execute(ROOTS[sort, after is not None], values))


def replies(
    connection: sa.Connection, root_ids: Sequence[str], *, first: int
) -> Mapping[str, Sequence[Stored]]:
    """Return the first listed comments below each root, oldest first."""
    found: dict[str, list[Stored]] = {}
    for begin in range(0, len(root_ids), _CHUNK):
        chunk = list(root_ids[begin : begin + _CHUNK])
        values = {"roots": chunk, "skip": first - 1, "last": _LAST}
        for stored in all_stored(connection.execute(REPLIES, values)):
            found.setdefault(stored.comment.root_id, []).append(stored)
    for below in found.values():
        # The statement asks for no order: sorting here keeps the words out of SQLite's sorter.
        below.sort(key=lambda stored: stored.comment.id)
    return found


def replies_after(
    connection: sa.Connection, root_id: str, *, limit: int, after: str | None
) -> list[Stored]:
    """Return the listed comments below one root, oldest first, strictly after a comment."""
    values = {"root": root_id, "after": after or _FIRST, "limit": limit}
    return all_stored(connection.execute(REPLIES_AFTER, values))


def latest(connection: sa.Connection, site_id: str, *, limit: int) -> list[Stored]:
    """Return a site's newest published comments, newest first."""
    return all_stored(connection.execute(LATEST, {"site": site_id, "limit": limit}))


def of_author(
    connection: sa.Connection, thread_id: str, author_key: str, *, limit: int
) -> list[Stored]:
    """Return one author's comments in a thread, newest first, deleted ones left out."""
    values = {"author": author_key, "thread": thread_id, "limit": limit}
    return all_stored(connection.execute(OF_AUTHOR, values))


def recent(
    connection: sa.Connection, source: str, *, since: datetime
) -> list[tuple[str, datetime]]:
    """Return texts and times of what one source sent, newest first."""
    values = {"source": source, "since": since, "limit": _RECENT}
    return [(text, at) for text, at in _RECENT_POSTS.all(connection, values)]
