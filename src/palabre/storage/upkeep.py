"""What leaves by itself: which rows are due, and how they go; the log of it.

``due`` is the one description of a class; counting it and removing it are made from that.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from palabre.application.person_ports import Run
from palabre.domain.comment import Status
from palabre.domain.retention import Leaves
from palabre.storage.counters import touch
from palabre.storage.effects import erased, unindexed
from palabre.storage.pseudonyms import SqlPseudonyms
from palabre.storage.tables import (
    comment_authors,
    comment_mailboxes,
    comments,
    pseudonyms,
    retention_runs,
    source_keys,
)
from palabre.storage.upkeep_classes import BEFORE, CLASSES, Due
from palabre.storage.work_index import unnamed

_LIMIT: sa.BindParameter[Any] = sa.bindparam("limit", type_=sa.Integer)
_STATES = {
    Leaves.UNPUBLISHED: (Status.HELD.value, Status.REFUSED.value),
    Leaves.PUBLISHED: (Status.PUBLISHED.value,),
}


def _comments_due(kind: Leaves) -> sa.ColumnElement[bool]:
    return sa.and_(comments.c.status.in_(_STATES[kind]), comments.c.created_at <= BEFORE)


COUNT = {
    **{
        kind: sa.select(sa.func.count()).select_from(each.table).where(each.due)
        for kind, each in CLASSES.items()
    },
    **{
        kind: sa.select(sa.func.count()).select_from(comments).where(_comments_due(kind))
        for kind in _STATES
    },
}
COMMENTS = {
    kind: sa.select(comments.c.id).where(_comments_due(kind)).order_by(comments.c.id).limit(_LIMIT)
    for kind in _STATES
}


def _some(each: Due) -> sa.ColumnElement[bool]:
    """Select so many of the rows that are due."""
    key = list(each.table.primary_key.columns)
    found = sa.select(*key).where(each.due).limit(_LIMIT)
    return key[0].in_(found) if len(key) == 1 else sa.tuple_(*key).in_(found)


def _gone(each: Due, dialect: str) -> sa.Update | sa.Delete:
    if each.become is None:
        return sa.delete(each.table).where(_some(each))
    return sa.update(each.table).where(_some(each)).values(each.become(dialect))


_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
# Signatures go by comment: a mailbox has nothing to find once the address is gone, a row that says
# nothing is no row, and a page that showed a name is no longer right.
SIGNED = {
    kind: sa.select(comment_authors.c.comment_id)
    .where(CLASSES[kind].due)
    .order_by(comment_authors.c.comment_id)
    .limit(_LIMIT)
    for kind in (Leaves.NAMES, Leaves.EMAILS)
}
_UNSIGN = {
    Leaves.NAMES: sa.update(comment_authors).values(name=None, badge=None),
    Leaves.EMAILS: sa.update(comment_authors).values(email=None),
}
_NO_MAILBOX = sa.delete(comment_mailboxes).where(comment_mailboxes.c.comment_id.in_(_IDS))
_EMPTY = sa.delete(comment_authors).where(
    comment_authors.c.comment_id.in_(_IDS),
    comment_authors.c.name.is_(None),
    comment_authors.c.email.is_(None),
    comment_authors.c.is_staff.is_(sa.false()),
)
_THREADS = sa.select(comments.c.thread_id).where(comments.c.id.in_(_IDS)).distinct()
REMOVE = {
    dialect: {k: _gone(each, dialect) for k, each in CLASSES.items() if k not in SIGNED}
    for dialect in ("sqlite", "postgresql")
}
# Their marks stand on pages.
_LAPSED = sa.select(pseudonyms.c.id).where(CLASSES[Leaves.PSEUDONYMS].due).limit(_LIMIT)
_NOTE = sa.insert(retention_runs)
_RUNS = (
    sa.select(retention_runs.c.at, retention_runs.c.kind, retention_runs.c.removed)
    .order_by(retention_runs.c.position.desc())
    .limit(_LIMIT)
)
_KEY_OF = sa.select(source_keys.c.key).where(source_keys.c.day == sa.bindparam("of_day"))
_KEEP_KEY = {
    "sqlite": sqlite.insert(source_keys).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(source_keys).on_conflict_do_nothing(),
}


class SqlUpkeep:
    """What leaves by itself."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def count(self, kind: Leaves, before: datetime) -> int:
        """Count what is due."""
        return int(self._connection.execute(COUNT[kind], {"before": before}).scalar_one())

    def remove(self, kind: Leaves, before: datetime, *, limit: int) -> int:
        """Remove at most ``limit`` of it and return how many."""
        if kind in SIGNED:
            return self._unsign(kind, before, limit)
        if kind is Leaves.PSEUDONYMS:
            due = self._connection.execute(_LAPSED, {"before": before, "limit": limit})
            return SqlPseudonyms(self._connection).let_go(due.scalars().all())
        statement = REMOVE[self._connection.dialect.name][kind]
        asked = {"before": before, "limit": limit}
        removed = int(self._connection.execute(statement, asked).rowcount)
        if removed:
            erased(self._connection)
        if removed and kind is Leaves.REVISIONS:
            unindexed(self._connection)  # the search forgot them at the edit, its index did not
        return removed

    def _unsign(self, kind: Leaves, before: datetime, limit: int) -> int:
        run = self._connection.execute
        found = run(SIGNED[kind], {"before": before, "limit": limit}).scalars().all()
        if not found:
            return 0
        ids = {"ids": found}
        run(_UNSIGN[kind].where(comment_authors.c.comment_id.in_(_IDS)), ids)
        if kind is Leaves.EMAILS:
            run(_NO_MAILBOX, ids)
        else:
            unnamed(self._connection, found)
            for thread_id in run(_THREADS, ids).scalars().all():
                touch(self._connection, thread_id)
        run(_EMPTY, ids)
        erased(self._connection)
        return len(found)

    def comments(self, kind: Leaves, before: datetime, *, limit: int) -> Sequence[str]:
        """Return the comments that are due, oldest first."""
        asked = {"before": before, "limit": limit}
        return self._connection.execute(COMMENTS[kind], asked).scalars().all()

    def note(self, run: Run) -> None:
        """Append to the log."""
        row = {"at": run.at, "kind": run.kind, "removed": run.removed}
        self._connection.execute(_NOTE, row)

    def runs(self, *, limit: int) -> Sequence[Run]:
        """Return the log, newest first."""
        found = self._connection.execute(_RUNS, {"limit": limit})
        return [Run(at=at, kind=kind, removed=removed) for at, kind, removed in found]

    def source_key(self, day: str) -> bytes | None:
        """Return the key under which addresses are hashed on a day."""
        found = self._connection.execute(_KEY_OF, {"of_day": day}).scalar()
        return None if found is None else bytes(found)

    def keep_source_key(self, day: str, key: bytes, at: datetime) -> bytes:
        """Store a day's key, unless another process was first."""
        row = {"day": day, "key": key, "at": at}
        self._connection.execute(_KEEP_KEY[self._connection.dialect.name], row)
        return self.source_key(day) or key
