"""Posts that may be sent again: rows <-> Repeat.

The one table cleans up after itself: who claims a key takes a few lines along that have run out.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from palabre.application.ports import Repeat
from palabre.storage.tables import repeats

_PURGED = 10  # lines removed for each that comes: more than one, so that none pile up
_EXPIRY: sa.BindParameter[Any] = sa.bindparam("expiry", type_=repeats.c.at.type)
_GET = sa.select(repeats).where(repeats.c.key == sa.bindparam("this"), repeats.c.at > _EXPIRY)


def _claim(insert: Any) -> Any:  # noqa: ANN401 -- both databases have the clause, SQLAlchemy two
    """Insert, or take over a line that has run out; who is second waits for who was first."""
    statement = insert(repeats)
    taken = {name: statement.excluded[name] for name in ("content", "comment_id", "at")}
    return statement.on_conflict_do_update(
        index_elements=[repeats.c.key], set_=taken, where=repeats.c.at <= _EXPIRY
    ).execution_options(preserve_rowcount=True)


_CLAIM = {"sqlite": _claim(sqlite.insert), "postgresql": _claim(postgresql.insert)}
# Two who purge at once take different lines.
_PURGE = sa.delete(repeats).where(
    repeats.c.key.in_(
        sa.select(repeats.c.key)
        .where(repeats.c.at <= _EXPIRY)
        .order_by(repeats.c.at)
        .limit(_PURGED)
        .with_for_update(skip_locked=True)
    )
)


class SqlRepeats:
    """Posts with a key."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def get(self, key: str, *, since: datetime) -> Repeat | None:
        """Return what is kept of the post with this key, if it came after ``since``."""
        row = self._connection.execute(_GET, {"this": key, "expiry": since}).one_or_none()
        if row is None:
            return None
        return Repeat(key=row.key, content=row.content, comment_id=row.comment_id, at=row.at)

    def claim(self, repeat: Repeat, *, since: datetime) -> Repeat | None:
        """Keep the post, unless one with its key came after ``since``: that one is returned."""
        run = self._connection.execute
        expiry = {"expiry": since}
        row = {
            "key": repeat.key,
            "content": repeat.content,
            "comment_id": repeat.comment_id,
            "at": repeat.at,
        }
        claimed = run(_CLAIM[self._connection.dialect.name], {**row, **expiry}).rowcount
        run(_PURGE, expiry)
        return None if claimed else self.get(repeat.key, since=since)
