"""Whether a database tells one story: nothing half written, every counter equal to what it counts.

Backups are checked by this before anybody relies on them, and so is what a kill left behind. The
checks read everything and believe no counter; they only read, and say what they found in sentences
that hold identifiers and numbers, never words of a reader.
"""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from palabre.application.tokens import commitment
from palabre.domain.comment import Status
from palabre.domain.decision import Verdict
from palabre.storage.tables import comment_bodies, comments, decisions, metadata, threads, votes

_SHOWN = 3  # identifiers named in one sentence
_BATCH = 1000

_below = comments.alias("below")
_PUBLISHED = Status.PUBLISHED.value


def counts(connection: sa.Connection) -> dict[str, int]:
    """Return the number of rows of each table."""
    return {
        table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for table in metadata.sorted_tables
    }


def unsound(connection: sa.Connection) -> list[str]:
    """Return what is wrong, one sentence each; an empty list where all is well."""
    found = [
        f"{what}: {len(ids)} ({', '.join(map(str, ids[:_SHOWN]))}{'...' * (len(ids) > _SHOWN)})"
        for what, query in _QUERIES.items()
        if (ids := list(connection.execute(query).scalars()))
    ]
    broken = list(_broken_commitments(connection))
    if broken:
        found.append(f"decisions whose commitment differs from the words: {len(broken)}")
    return found


def broken_file(connection: sa.Connection) -> list[str]:
    """Return what SQLite finds wrong with its file; an empty list on PostgreSQL, which has none."""
    if connection.dialect.name != "sqlite":
        return []
    found = [row[0] for row in connection.exec_driver_sql("PRAGMA integrity_check")]
    found = [] if found == ["ok"] else [f"integrity: {line}" for line in found]
    loose = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    return [*found, *(f"{row[0]} refers to a row of {row[2]} that is not there" for row in loose)]


def _broken_commitments(connection: sa.Connection) -> Iterator[str]:
    """Yield decisions on words that are still there but were not the ones judged."""
    query = sa.select(
        decisions.c.id, decisions.c.commitment, comment_bodies.c.text, comment_bodies.c.salt
    ).join(
        comment_bodies,
        sa.and_(
            comment_bodies.c.comment_id == decisions.c.comment_id,
            comment_bodies.c.revision == decisions.c.revision,
        ),
    )
    rows = connection.execution_options(stream_results=True, yield_per=_BATCH).execute(query)
    for row in rows:
        if commitment(row.text, row.salt) != row.commitment:
            yield str(row.id)


def _wrong(
    column: sa.Column[Any],
    counted: sa.Column[int],
    key: sa.ColumnElement[Any],
    *which: sa.ColumnElement[bool],
) -> sa.Select[Any]:
    """Select the rows whose ``counted`` differs from the number of rows that ``key`` points here.

    Everything is counted once and joined: to count for each row anew would take hours in a thread
    of a million comments.
    """
    tally = (
        sa.select(key.label("of"), sa.func.count().label("n"))
        .where(*which)
        .group_by(key)
        .subquery()
    )
    joined = sa.join(column.table, tally, tally.c.of == column, isouter=True)
    return sa.select(column).select_from(joined).where(counted != sa.func.coalesce(tally.c.n, 0))


def _has_no(table: sa.Table, *conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return ~sa.exists().where(table.c.comment_id == comments.c.id, *conditions)


_said = (
    sa.select(decisions.c.verdict)
    .where(decisions.c.comment_id == comments.c.id)
    .order_by(decisions.c.position.desc())
    .limit(1)
    .correlate(comments)
    .scalar_subquery()
)

_QUERIES: dict[str, sa.Select[Any]] = {
    "comments without their words": sa.select(comments.c.id).where(
        comments.c.status != Status.DELETED.value,
        _has_no(comment_bodies, comment_bodies.c.revision == comments.c.revision),
    ),
    "deleted comments that still have words": sa.select(comments.c.id).where(
        comments.c.status == Status.DELETED.value, ~_has_no(comment_bodies)
    ),
    "comments without a decision": sa.select(comments.c.id).where(_has_no(decisions)),
    "comments whose state is not what was decided last": sa.select(comments.c.id).where(
        comments.c.status != Status.DELETED.value,
        comments.c.status
        != sa.case({v.value: v.status.value for v in Verdict}, value=_said, else_=""),
    ),
    "comments with a wrong number of votes for": _wrong(
        comments.c.id, comments.c.up, votes.c.comment_id, votes.c.value == 1
    ),
    "comments with a wrong number of votes against": _wrong(
        comments.c.id, comments.c.down, votes.c.comment_id, votes.c.value == -1
    ),
    "roots with a wrong number of answers": _wrong(
        comments.c.id,
        comments.c.replies,
        _below.c.root_id,
        _below.c.id != _below.c.root_id,
        _below.c.status == _PUBLISHED,
    ),
    "comments with a wrong number of listed answers": _wrong(
        comments.c.id,
        comments.c.listed_below,
        _below.c.parent_id,
        _below.c.parent_id.is_not(None),
        _below.c.listed.is_(sa.true()),
    ),
    "comments that are listed and should not be, or the other way": sa.select(comments.c.id).where(
        comments.c.listed != sa.or_(comments.c.status == _PUBLISHED, comments.c.listed_below > 0)
    ),
    "threads with a wrong number of public comments": _wrong(
        threads.c.id,
        threads.c.public_count,
        comments.c.thread_id,
        comments.c.status == _PUBLISHED,
    ),
}
