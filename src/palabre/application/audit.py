"""The audit of the machine: a share of what it alone decided is judged by people, unseen.

Drawn are decisions of all verdicts, as they come into the ledger; each moderator is shown the
comment as it stood, without what the machine or a colleague made of it. An answer changes nothing
by itself: where it differs, the moderator is shown the comment's own page, and decides there.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from palabre.application.audit_ports import Audited
from palabre.application.moderate import Moderate
from palabre.application.places import places_of
from palabre.application.ports import QueueItem, UnitOfWork
from palabre.application.read_thread import locate
from palabre.domain.audit import Answer, Draw, Sampling, draw
from palabre.domain.decision import ActorKind, DecisionRecord, Verdict
from palabre.domain.errors import Code, Refusal
from palabre.domain.permission import Task, require_somewhere, require_task
from palabre.domain.person import Moderator

_LOOKED_AT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Draws what is to be audited. ``chance`` returns numbers from 0 to 1, none like the next."""

    sampling: Sampling
    chance: Callable[[], float] = field(default_factory=lambda: random.SystemRandom().random)

    def __call__(self, unit: UnitOfWork, found: Sequence[tuple[str, DecisionRecord]]) -> None:
        """Draw from new decisions, each behind its site's id; people's are passed over."""
        for site_id, record in found:
            if record.actor.kind is not ActorKind.ENGINE:
                continue
            drawn = draw(record, (site_id, None), self.sampling, self.chance)
            if drawn is None:
                continue
            comment = unit.comments.get(record.comment_id)
            thread = unit.threads.get(comment.thread_id) if comment else None
            if thread is not None:
                unit.audits.add(replace(drawn, section_id=thread.article.section_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a moderator is asked about: the comment, and nothing of what was decided on it."""

    draw: Draw
    item: QueueItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """The use case."""

    moderate: Moderate

    def next(self, moderator: Moderator, *, after: str | None = None) -> Shown | None:
        """Return the oldest draw that this moderator can answer unseen; None: there is none.

        ``after``: the one that was passed over; what comes before it is not offered again.
        """
        require_somewhere(moderator, Task.REVIEW)
        with self.moderate.store.reading() as unit:
            places = places_of(unit, moderator, Task.REVIEW)
            for drawn in unit.audits.open(places, moderator.id, limit=_LOOKED_AT):
                item = unit.queue.item(drawn.comment_id)
                if item is None or item.stored.body is None or drawn.decision_id <= (after or ""):
                    continue
                return Shown(draw=drawn, item=item)
        return None

    def answer(
        self, decision_id: str, verdict: Verdict, rule: str | None, moderator: Moderator
    ) -> Audited:
        """Store what this moderator would have done, and return the draw with what was said.

        Refused: ``not_found`` for what was not drawn, ``unknown_rule`` for a refusal without one of
        the house's rules, ``bad_field`` for any other verdict than publish and refuse.
        """
        if verdict is Verdict.HOLD:
            raise Refusal(Code.BAD_FIELD, field="do")
        if verdict is Verdict.REFUSE and (not rule or self.moderate.ground_of(rule) is None):
            raise Refusal(Code.UNKNOWN_RULE, field="rule", rule=rule or "")
        with self.moderate.store.writing() as unit:
            found = unit.audits.get(decision_id)
            if found is None:
                raise Refusal(Code.NOT_FOUND)
            article = locate(unit, found.draw.comment_id).thread.article
            require_task(moderator, Task.REVIEW, article.site_id, article.section_id)
            unit.audits.answer(
                Answer(
                    decision_id=decision_id,
                    moderator_id=moderator.id,
                    verdict=verdict,
                    rule=rule if verdict is Verdict.REFUSE else None,
                    at=self.moderate.clock(),
                )
            )
            return unit.audits.get(decision_id) or found
