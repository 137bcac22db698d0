"""The append-only log of decisions: rows <-> DecisionRecord.

What is written here says what was found and what followed, by identifier, figure and offset. The
moderator's own sentence goes to a side row that erasure may delete.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from palabre.domain.decision import (
    Actor,
    ActorKind,
    Decision,
    DecisionRecord,
    Evidence,
    Ground,
    GroundKind,
    Span,
    Verdict,
)
from palabre.domain.identifier import is_id
from palabre.storage.column_types import Row
from palabre.storage.prepared import Prepared
from palabre.storage.tables import decision_notes, decisions

_ID: sa.BindParameter[Any] = sa.bindparam("comment")
_ADD = Prepared(sa.insert(decisions), *(c.key for c in decisions.c if c.key != "position"))
_ADD_NOTE = sa.insert(decision_notes)
_RECORD = (
    sa.select(decisions, decision_notes.c.note)
    .select_from(decisions)
    .outerjoin(decision_notes, decision_notes.c.decision_id == decisions.c.id)
)
HISTORY = _RECORD.where(decisions.c.comment_id == _ID).order_by(decisions.c.position)
LATEST = (
    _RECORD.where(decisions.c.comment_id == _ID)
    .order_by(decisions.c.position.desc())
    .limit(sa.literal_column("1"))
)
LATEST_OF_MANY = _RECORD.where(
    decisions.c.position.in_(
        sa.select(sa.func.max(decisions.c.position))
        .where(decisions.c.comment_id.in_(sa.bindparam("many", expanding=True)))
        .group_by(decisions.c.comment_id)
        .correlate(None)
    )
)


class SqlDecisions:
    """The log."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, record: DecisionRecord) -> None:
        """Append a line."""
        decision, ground = record.decision, record.decision.ground
        _ADD.later(
            self._connection,
            {
                "id": record.id,
                "comment_id": record.comment_id,
                "revision": record.revision,
                "verdict": decision.verdict.value,
                "rules": decision.rules,
                "rules_version": decision.rules_version,
                "evidence": [_written(found) for found in decision.evidence],
                "scores": dict(decision.scores),
                "lang": decision.lang,
                "ground_kind": ground.kind.value if ground else None,
                "ground_rule": ground.rule if ground else None,
                "ground_reference": ground.reference if ground else None,
                "not_checked": decision.not_checked,
                "not_needed": decision.not_needed,
                "versions": dict(decision.versions),
                "actor_kind": record.actor.kind.value,
                "actor_id": record.actor.id,
                "at": record.at,
                "automated_detection": record.automated_detection,
                "automated_decision": record.automated_decision,
                "commitment": record.commitment,
                "supersedes": record.supersedes,
            },
        )
        if record.note is not None:
            about = {"decision_id": record.id, "comment_id": record.comment_id}
            self._connection.execute(_ADD_NOTE, {**about, "note": record.note})

    def latest(self, comment_id: str) -> DecisionRecord | None:
        """Return the decision that stands."""
        if not is_id(comment_id):
            return None
        row = self._connection.execute(LATEST, {"comment": comment_id}).one_or_none()
        return record_of(row) if row else None

    def latest_of_many(self, comment_ids: Iterable[str]) -> dict[str, DecisionRecord]:
        """Return the decision that stands, for each comment."""
        rows = self._connection.execute(LATEST_OF_MANY, {"many": list(comment_ids)})
        return {row.comment_id: record_of(row) for row in rows}

    def history(self, comment_id: str) -> Sequence[DecisionRecord]:
        """Return all decisions on a comment, oldest first."""
        if not is_id(comment_id):
            return []
        rows = self._connection.execute(HISTORY, {"comment": comment_id})
        return [record_of(row) for row in rows]


def record_of(row: Row) -> DecisionRecord:
    """Return the line of the log from its row."""
    ground = (
        Ground(
            kind=GroundKind(row.ground_kind),
            rule=row.ground_rule,
            reference=row.ground_reference,
        )
        if row.ground_kind
        else None
    )
    return DecisionRecord(
        id=row.id,
        comment_id=row.comment_id,
        revision=row.revision,
        decision=Decision(
            verdict=Verdict(row.verdict),
            rules=tuple(row.rules),
            rules_version=row.rules_version,
            evidence=tuple(_read(found) for found in row.evidence),
            scores=row.scores,
            lang=row.lang,
            ground=ground,
            not_checked=tuple(row.not_checked),
            not_needed=tuple(row.not_needed),
            versions=row.versions,
        ),
        actor=Actor(ActorKind(row.actor_kind), row.actor_id),
        at=row.at,
        automated_detection=row.automated_detection,
        automated_decision=row.automated_decision,
        commitment=row.commitment,
        supersedes=row.supersedes,
        note=row.note,
    )


def _written(found: Evidence) -> dict[str, Any]:
    return {
        "symbol": found.symbol,
        "score": found.score,
        "detector": found.detector,
        "version": found.version,
        "spans": found.spans,
    }


def _read(found: dict[str, Any]) -> Evidence:
    return Evidence(
        symbol=found["symbol"],
        score=found["score"],
        detector=found["detector"],
        version=found["version"],
        spans=tuple(Span(*span) for span in found["spans"]),
    )
