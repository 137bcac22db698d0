"""Modes, what authors wrote lately, bursts of what is held: rows <-> Mode."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from palabre.application.mode_ports import Burst, Wrote
from palabre.domain.identifier import first_id
from palabre.domain.mode import Mode, Why
from palabre.storage import effects
from palabre.storage.column_types import Id
from palabre.storage.tables import articles, comment_sources, comments, modes, queue_entries

_ALL = sa.select(modes).order_by(modes.c.scope)
_ADD = sa.insert(modes)
_LIFT = sa.delete(modes).where(modes.c.scope == sa.bindparam("part"))
_LATELY = (
    sa.select(
        comments.c.thread_id,
        comments.c.site_id,
        articles.c.section_id,
        sa.func.max(comments.c.created_at).label("at"),
    )
    .join(articles, articles.c.thread_id == comments.c.thread_id)
    .group_by(comments.c.thread_id, comments.c.site_id, articles.c.section_id)
)
_SINCE: sa.BindParameter[Any] = sa.bindparam("since", type_=comments.c.created_at.type)
_BY_AUTHOR = _LATELY.where(
    comments.c.author_key == sa.bindparam("author"), comments.c.created_at > _SINCE
)
_BY_SOURCE = _LATELY.join(comment_sources, comment_sources.c.comment_id == comments.c.id).where(
    comment_sources.c.source == sa.bindparam("source"), comment_sources.c.created_at > _SINCE
)
_HELD = sa.func.count().label("held")
# Identifiers begin with the moment they were made at: the key is the index of what is new.
_BURSTS = (
    sa.select(queue_entries.c.thread_id, queue_entries.c.site_id, queue_entries.c.section_id, _HELD)
    .where(queue_entries.c.comment_id >= sa.bindparam("first", type_=Id))
    .group_by(queue_entries.c.thread_id, queue_entries.c.site_id, queue_entries.c.section_id)
    .having(sa.func.count() >= sa.bindparam("least", type_=sa.Integer))
    .order_by(_HELD.desc(), queue_entries.c.thread_id)
    .limit(5)
)
_CAME = sa.func.count().label("came")
_PACE = (
    sa.select(articles.c.origin, articles.c.key, _CAME)
    .join(comments, comments.c.thread_id == articles.c.thread_id)
    .where(comments.c.id >= sa.bindparam("first", type_=Id))
    .group_by(articles.c.origin, articles.c.key)
)
# Two posts of one author at once would both find that there was none before.
_ONE_BY_ONE = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))"


class SqlModes:
    """Modes: few, read as a whole."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def all(self) -> Sequence[Mode]:
        """Return all of them, by scope."""
        found = []
        for row in self._connection.execute(_ALL):
            values = dict(row._mapping)  # noqa: SLF001 -- its public name
            del values["scope"]
            found.append(Mode(**values | {"why": Why(row.why)}))
        return found

    def set(self, mode: Mode) -> None:
        """Set a mode, in the place of the one that its part of the house has."""
        row = {name: getattr(mode, name) for name in modes.c.keys()}  # noqa: SIM118 -- no dict
        self._connection.execute(_LIFT, {"part": mode.scope})
        self._connection.execute(_ADD, row | {"why": mode.why.value})
        effects.changed(self._connection, None)

    def lift(self, scope: str) -> None:
        """Take a mode away."""
        if self._connection.execute(_LIFT, {"part": scope}).rowcount:
            effects.changed(self._connection, None)

    def wrote(self, author_key: str | None, source: str | None, since: datetime) -> Sequence[Wrote]:
        """Return where an author (else: a source) wrote since, and when last."""
        connection, whose = self._connection, author_key or source
        if whose is None:
            return []
        if connection.dialect.name == "postgresql" and effects.is_writing(connection):
            connection.exec_driver_sql(_ONE_BY_ONE, (whose,))
        if author_key is not None:
            rows = connection.execute(_BY_AUTHOR, {"author": author_key, "since": since})
        else:
            rows = connection.execute(_BY_SOURCE, {"source": source, "since": since})
        return [
            Wrote(thread_id=r.thread_id, site_id=r.site_id, section_id=r.section_id, at=r.at)
            for r in rows
        ]

    def bursts(self, since: datetime, *, at_least: int) -> Sequence[Burst]:
        """Return the threads in which so many comments came since and wait."""
        asked = {"first": first_id(since), "least": at_least}
        return [
            Burst(thread_id=r.thread_id, site_id=r.site_id, section_id=r.section_id, held=r.held)
            for r in self._connection.execute(_BURSTS, asked)
        ]

    def pace(self, since: datetime) -> Mapping[tuple[str, str], int]:
        """Return how many comments came since, by article."""
        rows = self._connection.execute(_PACE, {"first": first_id(since)})
        return {(row.origin, row.key): row.came for row in rows}
