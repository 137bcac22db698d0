"""Most voted first, in the order of one moment, however the votes move while a reader goes on.

Each vote on a root notes the score that it replaced, and for which versions of the thread that
score stood. A page is asked for by the version at which its reader began (its epoch). What was not
voted on since comes from the index of present scores; what was comes from the notes, at the score
that it had. Both are read strictly after the cursor, so that a page costs what it shows, and what
was voted on since between its first and its last comment; never the length of the thread.

A note is kept for as long as a cursor lives; the thread remembers up to where they are forgotten.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from palabre.application.ports import EPOCH_LIFE, Position, Sort, Stored
from palabre.domain.errors import Code, Refusal
from palabre.storage.column_types import Id
from palabre.storage.comment_rows import FOR_READERS, all_stored, stored_of
from palabre.storage.pages import ROOTS, roots
from palabre.storage.tables import comments, score_floors, score_notes

_EVERY = 16  # votes on a thread between two looks for notes to forget
_FORGOTTEN = 64  # at most, in one look: more than come in meanwhile

_THREAD: sa.BindParameter[Any] = sa.bindparam("thread", type_=Id)
_EPOCH: sa.BindParameter[Any] = sa.bindparam("epoch", type_=sa.BigInteger)
_AFTER = sa.tuple_(sa.bindparam("score", type_=sa.Integer), sa.bindparam("after", type_=Id))
_LIMIT: sa.BindParameter[Any] = sa.bindparam("limit", type_=sa.Integer)

_LAST_NOTE = sa.select(sa.func.max(score_notes.c.until)).where(
    score_notes.c.comment_id == sa.bindparam("comment")
)
_NOTE = sa.insert(score_notes)
_OLDEST = (
    sa.select(score_notes.c.until, score_notes.c.at)
    .where(score_notes.c.thread_id == _THREAD)
    .order_by(score_notes.c.until)
    .limit(sa.literal_column(str(_FORGOTTEN)))
)
_FORGET = sa.delete(score_notes).where(
    score_notes.c.thread_id == _THREAD, score_notes.c.until <= sa.bindparam("floor")
)


def _raise_floor(insert: Any) -> Any:  # noqa: ANN401 -- both databases have the clause, SQLAlchemy two
    statement = insert(score_floors)
    return statement.on_conflict_do_update(
        index_elements=[score_floors.c.thread_id],
        set_={"version": statement.excluded["version"]},
    )


_RAISE = {"sqlite": _raise_floor(sqlite.insert), "postgresql": _raise_floor(postgresql.insert)}
FLOOR = sa.select(score_floors.c.version).where(score_floors.c.thread_id == _THREAD)
UNMOVED = ROOTS[Sort.TOP, True].where(
    ~sa.exists()
    .where(score_notes.c.comment_id == comments.c.id, score_notes.c.until > _EPOCH)
    .correlate(comments)
)
MOVED = (
    FOR_READERS.add_columns(score_notes.c.score)
    .join(score_notes, score_notes.c.comment_id == comments.c.id)
    .where(
        score_notes.c.thread_id == _THREAD,
        score_notes.c.since <= _EPOCH,
        score_notes.c.until > _EPOCH,
        sa.tuple_(score_notes.c.score, score_notes.c.comment_id) < _AFTER,
        comments.c.listed.is_(sa.true()),
    )
    .order_by(score_notes.c.score.desc(), score_notes.c.comment_id.desc())
    .limit(_LIMIT)
)


def note(
    connection: sa.Connection,
    thread_id: str,
    comment_id: str,
    *,
    score: int,
    version: int,
    at: datetime,
) -> None:
    """Note that a root had ``score`` until the thread's present ``version``."""
    since = connection.execute(_LAST_NOTE, {"comment": comment_id}).scalar() or 0
    connection.execute(
        _NOTE,
        {
            "comment_id": comment_id,
            "until": version,
            "since": since,
            "thread_id": thread_id,
            "score": score,
            "at": at,
        },
    )
    if version % _EVERY == 0:
        _forget(connection, thread_id, at - EPOCH_LIFE)


def _forget(connection: sa.Connection, thread_id: str, expiry: datetime) -> None:
    oldest = connection.execute(_OLDEST, {"thread": thread_id}).all()
    floor = max((until for until, at in oldest if at <= expiry), default=0)
    if floor:
        connection.execute(_FORGET, {"thread": thread_id, "floor": floor})
        raised = {"thread_id": thread_id, "version": floor}
        connection.execute(_RAISE[connection.dialect.name], raised)


def top(
    connection: sa.Connection, thread_id: str, *, limit: int, epoch: int, after: Position | None
) -> list[tuple[Stored, int]]:
    """Return roots by their scores as of the epoch, with these scores, strictly after a position.

    ``cursor_expired``: notes that the epoch needs are forgotten.
    """
    if after is None:
        found = roots(connection, thread_id, Sort.TOP, limit=limit, after=None)
        return [(stored, stored.comment.score) for stored in found]
    floor = connection.execute(FLOOR, {"thread": thread_id}).scalar() or 0
    if epoch < floor:
        raise Refusal(Code.CURSOR_EXPIRED, field="after")
    asked = {
        "thread": thread_id,
        "limit": limit,
        "epoch": epoch,
        "after": after.id,
        "score": after.score,
    }
    unmoved = all_stored(connection.execute(UNMOVED, asked))
    ranked = [(stored, stored.comment.score) for stored in unmoved]
    ranked += [(stored_of(row[:-1]), row[-1]) for row in connection.execute(MOVED, asked)]
    ranked.sort(key=lambda one: (one[1], one[0].comment.id), reverse=True)
    return ranked[:limit]
