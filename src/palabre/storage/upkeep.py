"""What leaves by itself: which rows are due, and how they go; the log of it.

``due`` is the one description of a class; counting it and removing it are made from that.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from palabre.application.mail_ports import MailState
from palabre.application.person_ports import Run
from palabre.domain.comment import Status
from palabre.domain.retention import Leaves
from palabre.storage.counters import touch
from palabre.storage.effects import erased, unindexed
from palabre.storage.tables import (
    client_labels,
    comment_authors,
    comment_bodies,
    comment_mailboxes,
    comment_sources,
    comments,
    consents,
    data_requests,
    decision_notes,
    decisions,
    erasures,
    held_words,
    ledger_tasks,
    ledger_words,
    legal_holds,
    legal_readings,
    legal_sources,
    mail_addresses,
    mails,
    notices,
    outbox,
    repeats,
    retention_runs,
    sessions,
    source_keys,
    subscriptions,
    traces,
    votes,
)
from palabre.storage.work_index import unnamed

_BEFORE: sa.BindParameter[Any] = sa.bindparam("before", type_=comments.c.created_at.type)
_LIMIT: sa.BindParameter[Any] = sa.bindparam("limit", type_=sa.Integer)

# A voter's hash is hexadecimal: what begins with this letter is nobody's, and sorts behind them.
_NOBODY = "x"
_NO_VOTER: Mapping[str, sa.ColumnElement[str]] = {
    "sqlite": sa.literal_column("'x' || substr(lower(hex(randomblob(32))), 2)"),
    "postgresql": sa.literal_column(
        "'x' || substr(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 2)"
    ),
}


@dataclass(frozen=True, slots=True)
class _Class:
    """The rows of a class that are due, and what they become; ``become`` None: they are deleted."""

    table: sa.Table
    due: sa.ColumnElement[bool]
    become: Callable[[str], Mapping[str, Any]] | None = None


def _old_comments(column: sa.Column[Any]) -> sa.ColumnElement[bool]:
    """Tell whether the comment that a row belongs to is due."""
    return sa.exists().where(comments.c.id == column, comments.c.created_at <= _BEFORE)


def _no_hold(column: sa.Column[Any]) -> sa.ColumnElement[bool]:
    return ~sa.exists().where(legal_holds.c.comment_id == column, legal_holds.c.ends_at > _BEFORE)


_CLASSES: Mapping[Leaves, _Class] = {
    Leaves.SOURCES: _Class(comment_sources, comment_sources.c.created_at <= _BEFORE),
    Leaves.SOURCE_KEYS: _Class(source_keys, source_keys.c.at <= _BEFORE),
    Leaves.NAMES: _Class(
        comment_authors,
        sa.and_(
            comment_authors.c.name.is_not(None),
            comment_authors.c.is_staff.is_(sa.false()),
            _old_comments(comment_authors.c.comment_id),
        ),
    ),
    Leaves.EMAILS: _Class(
        comment_authors,
        sa.and_(comment_authors.c.email.is_not(None), _old_comments(comment_authors.c.comment_id)),
    ),
    Leaves.REVISIONS: _Class(
        comment_bodies,
        sa.exists().where(
            comments.c.id == comment_bodies.c.comment_id,
            comments.c.revision > comment_bodies.c.revision,
            comments.c.edited_at <= _BEFORE,
        ),
    ),
    Leaves.VOTES: _Class(
        votes,
        sa.and_(votes.c.at <= _BEFORE, votes.c.voter_key < _NOBODY),
        lambda dialect: {"voter_key": _NO_VOTER[dialect]},
    ),
    Leaves.NOTES: _Class(
        decision_notes,
        sa.exists().where(
            decisions.c.id == decision_notes.c.decision_id, decisions.c.at <= _BEFORE
        ),
    ),
    # Not while somebody waits for the answer.
    Leaves.REPORT_WORDS: _Class(
        ledger_words,
        sa.and_(
            ledger_words.c.at <= _BEFORE,
            ~sa.exists().where(ledger_tasks.c.line_id == ledger_words.c.line_id),
        ),
    ),
    Leaves.CONSENTS: _Class(
        consents,
        sa.and_(
            consents.c.at <= _BEFORE,
            ~sa.exists().where(subscriptions.c.id == consents.c.subscription_id),
        ),
    ),
    Leaves.STOPPED: _Class(mail_addresses, mail_addresses.c.stopped_at <= _BEFORE),
    Leaves.NOTICES: _Class(
        notices,
        sa.exists().where(
            mails.c.id == notices.c.mail_id,
            mails.c.state != MailState.WAITING.value,
            mails.c.done_at <= _BEFORE,
        ),
    ),
    Leaves.MAILS: _Class(
        mails,
        sa.and_(mails.c.state != MailState.WAITING.value, mails.c.done_at <= _BEFORE),
    ),
    Leaves.EVENTS: _Class(outbox, outbox.c.handled_at <= _BEFORE),
    Leaves.REPEATS: _Class(repeats, repeats.c.at <= _BEFORE),
    Leaves.SESSIONS: _Class(sessions, sessions.c.expires_at <= _BEFORE),
    Leaves.REQUESTS: _Class(data_requests, data_requests.c.asked_at <= _BEFORE),
    Leaves.HELD_WORDS: _Class(held_words, _no_hold(held_words.c.comment_id)),
    Leaves.HOLDS: _Class(legal_holds, legal_holds.c.ends_at <= _BEFORE),
    Leaves.CONNECTIONS: _Class(legal_sources, legal_sources.c.at <= _BEFORE),
    Leaves.READINGS: _Class(legal_readings, legal_readings.c.at <= _BEFORE),
    Leaves.ERASURES: _Class(erasures, erasures.c.at <= _BEFORE),
    Leaves.TRACES: _Class(traces, traces.c.at <= _BEFORE),
    Leaves.LABELS: _Class(client_labels, client_labels.c.at <= _BEFORE),
    Leaves.RUNS: _Class(retention_runs, retention_runs.c.at <= _BEFORE),
}
_STATES = {
    Leaves.UNPUBLISHED: (Status.HELD.value, Status.REFUSED.value),
    Leaves.PUBLISHED: (Status.PUBLISHED.value,),
}


def _comments_due(kind: Leaves) -> sa.ColumnElement[bool]:
    return sa.and_(comments.c.status.in_(_STATES[kind]), comments.c.created_at <= _BEFORE)


COUNT = {
    **{
        kind: sa.select(sa.func.count()).select_from(each.table).where(each.due)
        for kind, each in _CLASSES.items()
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


def _some(each: _Class) -> sa.ColumnElement[bool]:
    """Select so many of the rows that are due."""
    key = list(each.table.primary_key.columns)
    found = sa.select(*key).where(each.due).limit(_LIMIT)
    return key[0].in_(found) if len(key) == 1 else sa.tuple_(*key).in_(found)


def _gone(each: _Class, dialect: str) -> sa.Update | sa.Delete:
    if each.become is None:
        return sa.delete(each.table).where(_some(each))
    return sa.update(each.table).where(_some(each)).values(each.become(dialect))


_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
# Signatures go by comment: a mailbox has nothing to find once the address is gone, a row that says
# nothing is no row, and a page that showed a name is no longer right.
SIGNED = {
    kind: sa.select(comment_authors.c.comment_id)
    .where(_CLASSES[kind].due)
    .order_by(comment_authors.c.comment_id)
    .limit(_LIMIT)
    for kind in (Leaves.NAMES, Leaves.EMAILS)
}
_UNSIGN = {
    Leaves.NAMES: sa.update(comment_authors).values(name=None),
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
    dialect: {k: _gone(each, dialect) for k, each in _CLASSES.items() if k not in SIGNED}
    for dialect in _NO_VOTER
}
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
