"""Events to be handled after the commit: rows <-> Event.

They are stored by the very transaction that they tell of: a mail can neither be lost by a crash
between commit and queue, nor be sent about a comment that was rolled back.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from palabre.domain.events import Event, EventKind
from palabre.storage.effects import is_writing
from palabre.storage.prepared import Prepared
from palabre.storage.tables import outbox

_PUT = Prepared(
    sa.insert(outbox).values(attempts=0),
    *("id", "kind", "site_id", "thread_id", "comment_id", "at"),
)
WAITING = (
    sa.select(
        outbox.c.id,
        outbox.c.kind,
        outbox.c.site_id,
        outbox.c.thread_id,
        outbox.c.comment_id,
        outbox.c.at,
    )
    .where(outbox.c.handled_at.is_(None))
    .order_by(outbox.c.position)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)
_HANDLED = (
    sa.update(outbox)
    .where(outbox.c.id.in_(sa.bindparam("ids", expanding=True)))
    .values(handled_at=sa.bindparam("moment"), attempts=outbox.c.attempts + 1)
)


class SqlOutbox:
    """Events that wait for the worker."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def put(self, event: Event) -> None:
        """Store an event."""
        _PUT.later(
            self._connection,
            {
                "id": event.id,
                "kind": event.kind.value,
                "site_id": event.site_id,
                "thread_id": event.thread_id,
                "comment_id": event.comment_id,
                "at": event.at,
            },
        )

    def waiting(self, *, limit: int) -> Sequence[Event]:
        """Return events nobody has handled yet, oldest first; a writer keeps them to itself."""
        mine = WAITING.with_for_update(skip_locked=True)
        statement = mine if is_writing(self._connection) else WAITING
        return [
            Event(
                id=row.id,
                kind=EventKind(row.kind),
                site_id=row.site_id,
                thread_id=row.thread_id,
                comment_id=row.comment_id,
                at=row.at,
            )
            for row in self._connection.execute(statement, {"limit": limit})
        ]

    def handled(self, event_ids: Sequence[str], at: datetime) -> None:
        """Note that events need nothing more."""
        self._connection.execute(_HANDLED, {"ids": list(event_ids), "moment": at})
