"""The audit sample: rows <-> Draw, Answer."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from palabre.application.audit_ports import Audited
from palabre.application.work_ports import Place
from palabre.domain.audit import Answer, Draw
from palabre.domain.decision import ActorKind, DecisionRecord, Verdict
from palabre.domain.identifier import is_id
from palabre.storage.column_types import Id, Row, UtcTime
from palabre.storage.decisions import record_of
from palabre.storage.prepared import Prepared
from palabre.storage.tables import audit_answers, audits, comments, decisions
from palabre.storage.work_lists import within

_THIS: sa.BindParameter[Any] = sa.bindparam("this", type_=Id)
_WHO: sa.BindParameter[Any] = sa.bindparam("who", type_=Id)
_SITES: sa.BindParameter[Any] = sa.bindparam("sites", expanding=True)
_LIMIT: sa.BindParameter[Any] = sa.bindparam("limit", type_=sa.Integer)
_ADD = Prepared(sa.insert(audits), *(column.key for column in audits.c))
_GET = sa.select(audits).where(audits.c.decision_id == _THIS)
_ANSWERS = (
    sa.select(audit_answers)
    .where(audit_answers.c.decision_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(audit_answers.c.at, audit_answers.c.moderator_id)
)
_mine = audit_answers.c
_by = decisions.c
OPEN = (
    sa.select(audits)
    .join(comments, comments.c.id == audits.c.comment_id)
    .where(
        audits.c.answered < audits.c.wanted,
        ~sa.exists().where(_mine.decision_id == audits.c.decision_id, _mine.moderator_id == _WHO),
        ~sa.exists().where(
            _by.comment_id == audits.c.comment_id,
            _by.actor_kind == ActorKind.MODERATOR.value,
            _by.actor_id == sa.bindparam("actor", type_=sa.String),
        ),
        comments.c.status != "deleted",
    )
    .order_by(audits.c.decision_id)
    .limit(_LIMIT)
)
_COUNT = (
    sa.update(audits).where(audits.c.decision_id == _THIS).values(answered=audits.c.answered + 1)
)
SINCE = (
    sa.select(audits)
    .where(
        audits.c.site_id.in_(_SITES),
        audits.c.answered > 0,
        audits.c.drawn_at >= sa.bindparam("since", type_=UtcTime),
    )
    .order_by(audits.c.drawn_at, audits.c.decision_id)
)
RECENT = (
    sa.select(decisions, sa.null().label("note"))
    .join(comments, comments.c.id == decisions.c.comment_id)
    .where(comments.c.site_id.in_(_SITES))
    .order_by(decisions.c.position.desc())
    .limit(_LIMIT)
)
_AT_ONCE = 500


class SqlAudits:
    """The audit sample and its answers."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, draw: Draw) -> None:
        """Store a draw."""
        row = {name: getattr(draw, name) for name in Draw.__slots__}
        _ADD.later(self._connection, {**row, "verdict": draw.verdict.value})

    def get(self, decision_id: str) -> Audited | None:
        """Return a draw with its answers."""
        if not is_id(decision_id):
            return None
        row = self._connection.execute(_GET, {"this": decision_id}).one_or_none()
        return next(iter(self._audited([row])), None) if row else None

    def open(self, places: Sequence[Place], moderator_id: str, *, limit: int) -> Sequence[Draw]:
        """Return draws that want an answer and have none of this moderator's, oldest first."""
        if not places:
            return []
        here = OPEN.where(within(places, audits.c.site_id, audits.c.section_id))
        rows = self._connection.execute(
            here, {"who": moderator_id, "actor": moderator_id, "limit": limit}
        )
        return [_draw(row) for row in rows]

    def answer(self, answer: Answer) -> bool:
        """Store an answer; False: this moderator has given one already."""
        run = self._connection.execute
        run(_GET.with_for_update(), {"this": answer.decision_id})
        asked = _GET.join_from(audits, audit_answers, _mine.decision_id == audits.c.decision_id)
        given = asked.where(_mine.moderator_id == _WHO)
        if run(given, {"this": answer.decision_id, "who": answer.moderator_id}).first():
            return False
        row = {name: getattr(answer, name) for name in Answer.__slots__}
        run(sa.insert(audit_answers), {**row, "verdict": answer.verdict.value})
        run(_COUNT, {"this": answer.decision_id})
        return True

    def since(self, site_ids: Sequence[str], at: datetime) -> Sequence[Audited]:
        """Return draws of some sites since then that have an answer, oldest first."""
        asked = {"sites": list(site_ids), "since": at}
        return self._audited(self._connection.execute(SINCE, asked).all())

    def recent(self, site_ids: Sequence[str], *, limit: int) -> Sequence[DecisionRecord]:
        """Return the latest decisions of all kinds on some sites, oldest first, without notes."""
        asked = {"sites": list(site_ids), "limit": limit}
        return [record_of(row) for row in self._connection.execute(RECENT, asked)][::-1]

    def _audited(self, rows: Iterable[Row]) -> list[Audited]:
        draws = [_draw(row) for row in rows]
        said: dict[str, list[Answer]] = {}
        for begin in range(0, len(draws), _AT_ONCE):
            ids = [each.decision_id for each in draws[begin : begin + _AT_ONCE]]
            for row in self._connection.execute(_ANSWERS, {"ids": ids}):
                said.setdefault(row.decision_id, []).append(_answer(row))
        return [Audited(draw=d, answers=tuple(said.get(d.decision_id, ()))) for d in draws]


def _draw(row: Row) -> Draw:
    given = {name: getattr(row, name) for name in Draw.__slots__}
    return Draw(**{**given, "verdict": Verdict(row.verdict), "rules": tuple(row.rules)})


def _answer(row: Row) -> Answer:
    given = {name: getattr(row, name) for name in Answer.__slots__}
    return Answer(**{**given, "verdict": Verdict(row.verdict)})
