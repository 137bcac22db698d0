"""The sealed store of connection sources, and the record of who had it opened."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from palabre.application.person_ports import Reading, SealedLine, Snapshot
from palabre.domain.identifier import is_id
from palabre.storage.column_types import Id, Row
from palabre.storage.tables import evidence_snapshots, legal_readings, legal_sources

_THIS: sa.BindParameter[Any] = sa.bindparam("this", type_=Id)
_ADD = sa.insert(legal_sources)
_OF_COMMENT = (
    sa.select(legal_sources)
    .where(legal_sources.c.comment_id == _THIS)
    .order_by(legal_sources.c.position)
)
_NOTE = sa.insert(legal_readings)
_READINGS = (
    sa.select(legal_readings)
    .order_by(legal_readings.c.position.desc())
    .limit(sa.bindparam("limit"))
)
_SNAPSHOT = sa.select(evidence_snapshots).where(evidence_snapshots.c.line_id == _THIS)
_SNAPSHOTS = (
    sa.select(evidence_snapshots)
    .where(evidence_snapshots.c.comment_id == _THIS)
    .order_by(evidence_snapshots.c.line_id)
)


class SqlLegal:
    """The sealed store."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, line: SealedLine) -> None:
        """Append a line."""
        row = {"comment_id": line.comment_id, "at": line.at, "sealed": line.sealed}
        self._connection.execute(_ADD, row)

    def of_comment(self, comment_id: str) -> Sequence[SealedLine]:
        """Return the lines of a comment, oldest first."""
        if not is_id(comment_id):
            return []
        found = self._connection.execute(_OF_COMMENT, {"this": comment_id})
        return [
            SealedLine(comment_id=row.comment_id, at=row.at, sealed=bytes(row.sealed))
            for row in found
        ]

    def note(self, reading: Reading) -> None:
        """Append to the record of readings."""
        row = {
            "comment_id": reading.comment_id,
            "at": reading.at,
            "reader": reading.reader,
            "witness": reading.witness,
            "reason": reading.reason,
            "lines": reading.lines,
        }
        self._connection.execute(_NOTE, row)

    def readings(self, *, limit: int) -> Sequence[Reading]:
        """Return the record, newest first."""
        return [
            Reading(
                comment_id=row.comment_id,
                at=row.at,
                reader=row.reader,
                witness=row.witness,
                reason=row.reason,
                lines=row.lines,
            )
            for row in self._connection.execute(_READINGS, {"limit": limit})
        ]

    def keep(self, snapshot: Snapshot) -> None:
        """Store evidence under seal."""
        row = {name: getattr(snapshot, name) for name in Snapshot.__slots__}
        self._connection.execute(sa.insert(evidence_snapshots), row)

    def snapshot(self, line_id: str) -> Snapshot | None:
        """Return the evidence of a line."""
        if not is_id(line_id):
            return None
        row = self._connection.execute(_SNAPSHOT, {"this": line_id}).one_or_none()
        return _snapshot_of(row) if row else None

    def snapshots(self, comment_id: str) -> Sequence[Snapshot]:
        """Return a comment's evidence, the oldest first."""
        if not is_id(comment_id):
            return []
        return [
            _snapshot_of(row) for row in self._connection.execute(_SNAPSHOTS, {"this": comment_id})
        ]


def _snapshot_of(row: Row) -> Snapshot:
    return Snapshot(
        line_id=row.line_id,
        comment_id=row.comment_id,
        site_id=row.site_id,
        at=row.at,
        ends_at=row.ends_at,
        sealed=bytes(row.sealed),
    )
