"""Row locks, so that what a writing transaction has read stays true until it ends.

SQLite has one writer at a time. PostgreSQL has many: without locks two moderators would decide on
the same latest decision, two edits would become the same revision. So a transaction that writes
locks what it reads of a comment, in one order: thread, then comment. All that happens to one thread
happens one after the other, and different threads do not wait for each other.
"""

from typing import Any

import sqlalchemy as sa

from palabre.storage import effects
from palabre.storage.tables import comments, threads

_SCHEMA = 0x70616C61  # "pala"
_ID: sa.BindParameter[Any] = sa.bindparam("comment")
# In the order of the names, on every path. The keys stay free (NO KEY): answers refer to them.
LOCK_COMMENT = (
    sa.select(comments.c.id)
    .join(threads, threads.c.id == comments.c.thread_id)
    .where(comments.c.id == _ID)
    .with_for_update(of=[threads, comments], key_share=True)
)


def hold_comment(connection: sa.Connection, comment_id: str) -> None:
    """Keep a comment and its thread as they are, if this transaction writes.

    Whatever is read after this is at least as new as the lock: each statement of a writing
    transaction sees what was committed when it began.
    """
    if _has_row_locks(connection) and effects.is_writing(connection):
        connection.execute(LOCK_COMMENT, {"comment": comment_id})


def hold_table(connection: sa.Connection, table: sa.Table) -> None:
    """Let no other transaction write to a table (a small one, rarely written); all may read."""
    if _has_row_locks(connection):
        connection.exec_driver_sql(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE")


def hold_schema(connection: sa.Connection) -> None:
    """Let one migration run at a time; a second one waits for it, and finds nothing left to do."""
    if _has_row_locks(connection):
        connection.exec_driver_sql("SET LOCAL lock_timeout = '5min'")
        connection.exec_driver_sql("SET LOCAL statement_timeout = '5min'")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_SCHEMA})")


def _has_row_locks(connection: sa.Connection) -> bool:
    return connection.dialect.name == "postgresql"
