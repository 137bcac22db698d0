"""What moderators set on readers: rows <-> Measure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from palabre.domain.trust import Measure, Trust
from palabre.storage.column_types import Id, Row
from palabre.storage.effects import erased
from palabre.storage.tables import reader_measures

_T = reader_measures.c
_WHOSE = sa.and_(_T.author_key == sa.bindparam("author"), _T.site_id == sa.bindparam("site"))
_OF = sa.select(reader_measures).where(_WHOSE)
_DROP = sa.delete(reader_measures).where(_WHOSE)
_ADD = sa.insert(reader_measures)
_KEYS: sa.BindParameter[Any] = sa.bindparam("authors", expanding=True)
_OF_KEYS = sa.select(reader_measures).where(_T.author_key.in_(_KEYS)).order_by(_T.site_id)
_FORGET = sa.delete(reader_measures).where(_T.author_key.in_(_KEYS))
_BY_STATEMENT = sa.select(reader_measures).where(
    _T.statement_id == sa.bindparam("statement", type_=Id)
)
_END = (
    sa.update(reader_measures)
    .where(_WHOSE, _T.until > sa.bindparam("ended", type_=_T.until.type))
    .values(until=sa.bindparam("ended", type_=_T.until.type))
)
_SINCE = (
    sa.select(reader_measures)
    .where(
        _T.site_id.in_(sa.bindparam("sites", expanding=True)),
        _T.until > sa.bindparam("now", type_=_T.until.type),
    )
    .order_by(_T.set_at.desc(), _T.author_key)
    .limit(sa.bindparam("limit", type_=sa.Integer))
)


class SqlMeasures:
    """What moderators set on readers."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def set(self, measure: Measure) -> None:
        """Set a measure, in the place of the one that the reader has on the site."""
        names = reader_measures.c.keys()
        row = {name: getattr(measure, name) for name in names} | {"trust": measure.trust.value}
        whose = {"author": measure.author_key, "site": measure.site_id}
        self._connection.execute(_DROP, whose)
        self._connection.execute(_ADD, row)

    def of(self, author_key: str, site_id: str) -> Measure | None:
        """Return what is set on a reader, ended or not."""
        whose = {"author": author_key, "site": site_id}
        row = self._connection.execute(_OF, whose).one_or_none()
        return _measure(row) if row else None

    def of_keys(self, author_keys: Sequence[str]) -> Sequence[Measure]:
        """Return what is set on these authors on any site."""
        rows = self._connection.execute(_OF_KEYS, {"authors": list(author_keys)})
        return [_measure(row) for row in rows]

    def by_statement(self, statement_id: str) -> Measure | None:
        """Return the measure that a statement of reasons is about."""
        row = self._connection.execute(_BY_STATEMENT, {"statement": statement_id}).one_or_none()
        return _measure(row) if row else None

    def end(self, author_key: str, site_id: str, at: datetime) -> None:
        """Let a measure end at a moment."""
        whose = {"author": author_key, "site": site_id}
        self._connection.execute(_END, {**whose, "ended": at})

    def forget(self, author_keys: Sequence[str]) -> None:
        """Remove what is set on these authors."""
        if self._connection.execute(_FORGET, {"authors": list(author_keys)}).rowcount:
            erased(self._connection)

    def since(self, site_ids: Sequence[str], now: datetime, *, limit: int) -> Sequence[Measure]:
        """Return the measures of some sites that are in force, the latest first."""
        asked = {"sites": list(site_ids), "now": now, "limit": limit}
        return [_measure(row) for row in self._connection.execute(_SINCE, asked)]


def _measure(row: Row) -> Measure:
    return Measure(**{**row._mapping, "trust": Trust(row.trust)})  # noqa: SLF001 -- its public name
