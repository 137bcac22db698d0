"""The audit sample in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from palabre.application.audit_ports import Audited
from palabre.application.work_ports import Place
from palabre.domain.audit import Answer, Draw
from palabre.domain.comment import Status
from palabre.domain.decision import ActorKind, DecisionRecord
from palabre.storage.memory.state import State


class MemoryAudits:
    """The audit sample and its answers."""

    def __init__(self, state: State) -> None:
        self._state = state

    def add(self, draw: Draw) -> None:
        """Store a draw."""
        self._state.draws[draw.decision_id] = draw

    def get(self, decision_id: str) -> Audited | None:
        """Return a draw with its answers."""
        draw = self._state.draws.get(decision_id)
        return self._audited(draw) if draw else None

    def open(self, places: Sequence[Place], moderator_id: str, *, limit: int) -> Sequence[Draw]:
        """Return draws that want an answer and have none of this moderator's, oldest first."""
        found = [
            draw
            for draw in self._state.draws.values()
            if draw.answered < draw.wanted
            and any(s == draw.site_id and part in {None, draw.section_id} for s, part in places)
            and (draw.decision_id, moderator_id) not in self._state.audit_answers
            and self._state.comments[draw.comment_id].comment.status is not Status.DELETED
            and not any(
                record.comment_id == draw.comment_id
                and (record.actor.kind, record.actor.id) == (ActorKind.MODERATOR, moderator_id)
                for record in self._state.records.values()
            )
        ]
        return sorted(found, key=lambda draw: draw.decision_id)[:limit]

    def answer(self, answer: Answer) -> bool:
        """Store an answer; False: this moderator has given one already."""
        key = (answer.decision_id, answer.moderator_id)
        if key in self._state.audit_answers:
            return False
        self._state.audit_answers[key] = answer
        draw = self._state.draws[answer.decision_id]
        self._state.draws[draw.decision_id] = replace(draw, answered=draw.answered + 1)
        return True

    def since(self, site_ids: Sequence[str], at: datetime) -> Sequence[Audited]:
        """Return draws of some sites since then that have an answer, oldest first."""
        found = [
            draw
            for draw in self._state.draws.values()
            if draw.site_id in site_ids and draw.answered and draw.drawn_at >= at
        ]
        found.sort(key=lambda draw: (draw.drawn_at, draw.decision_id))
        return [self._audited(draw) for draw in found]

    def recent(self, site_ids: Sequence[str], *, limit: int) -> Sequence[DecisionRecord]:
        """Return the latest decisions of all kinds on some sites, oldest first, without notes."""
        here = [
            replace(record, note=None)
            for record in self._state.records.values()
            if self._site_of(record.comment_id) in site_ids
        ]
        return here[-limit:]

    def _audited(self, draw: Draw) -> Audited:
        mine = (a for a in self._state.audit_answers.values() if a.decision_id == draw.decision_id)
        answers = sorted(mine, key=lambda a: (a.at, a.moderator_id))
        return Audited(draw=draw, answers=tuple(answers))

    def _site_of(self, comment_id: str) -> str:
        row = self._state.comments[comment_id]
        return self._state.threads[row.comment.thread_id].article.site_id
