"""Traces by keyed hash: rows <-> Trace. Sums grow in the database, so that none is lost."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from palabre.application.trace_ports import Mark, Trace
from palabre.storage.prepared import Prepared
from palabre.storage.tables import traces

_OF = sa.select(
    traces.c.key, traces.c.home, traces.c.seen, traces.c.elsewhere, traces.c.good, traces.c.bad
).where(traces.c.key.in_(sa.bindparam("keys", expanding=True)))
_FORGET = sa.delete(traces).where(traces.c.key.in_(sa.bindparam("keys", expanding=True)))


def _add(insert: Any) -> Prepared:  # noqa: ANN401 -- both databases have the clause, SQLAlchemy two
    statement = insert(traces)
    new = statement.excluded
    changed = {name: traces.c[name] + new[name] for name in ("seen", "good", "bad")}
    away = sa.case((traces.c.home != new.home, new.seen), else_=sa.literal_column("0.0"))
    changed |= {"elsewhere": traces.c.elsewhere + away, "at": new.at}
    upsert = statement.on_conflict_do_update(index_elements=[traces.c.key], set_=changed)
    return Prepared(upsert, *(column.key for column in traces.c))


_ADD = {"sqlite": _add(sqlite.insert), "postgresql": _add(postgresql.insert)}


class SqlTraces:
    """What is known by fingerprint, mail address and host of links."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def of(self, keys: Sequence[str]) -> Mapping[str, Trace]:
        """Return what is known under each key."""
        rows = self._connection.execute(_OF, {"keys": list(keys)})
        return {
            key: Trace(home=home, seen=seen, elsewhere=elsewhere, good=good, bad=bad)
            for key, home, seen, elsewhere, good, bad in rows
        }

    def forget(self, keys: Sequence[str]) -> None:
        """Forget what is known under the keys."""
        if keys:
            self._connection.execute(_FORGET, {"keys": list(keys)})

    def add(self, marks: Sequence[Mark], at: datetime) -> None:
        """Add to what is known, in one order: two who add at once cannot block each other."""
        statement = _ADD[self._connection.dialect.name]
        for mark in sorted(marks, key=lambda mark: mark.key):
            row = {
                "key": mark.key,
                "home": mark.site_id,
                "seen": mark.seen,
                "elsewhere": 0.0,
                "good": mark.good,
                "bad": mark.bad,
                "at": at,
            }
            statement.later(self._connection, row)
