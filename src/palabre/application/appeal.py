"""An author or a notifier contests a decision; another person decides anew (DSA, Art. 20).

Free of charge, by a form, for six months. The review is never the machine's (Art. 20(6)), never
that of the moderator who decided first, and has reasons. A reversal restores the comment at once
(Art. 20(4)).
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from palabre.application.law_mail import LawMail, reporter_of
from palabre.application.ledger_ports import Task
from palabre.application.moderate import Choice, Moderate
from palabre.application.ports import Clock, Store, UnitOfWork
from palabre.domain import permission
from palabre.domain.comment import Status
from palabre.domain.decision import ActorKind, Verdict
from palabre.domain.errors import Code, Refusal
from palabre.domain.identifier import new_id
from palabre.domain.ledger import Entry, Line, LineKind, Words
from palabre.domain.person import Moderator
from palabre.domain.report import Finding, Outcome, require_in_time

AUTHOR, REPORTER = "author", "reporter"
MAX_WORDS = 5000
_LEAST_REASON = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """The use case of asking. ``within``: the time in which we mean to answer."""

    store: Store
    clock: Clock
    within: timedelta

    def __call__(self, line_id: str, why: str) -> Line:
        """Contest a statement of reasons, or the answer to a report; asking twice changes nothing.

        Refused: ``text_empty``, ``text_too_long``, ``appeal_too_late``, ``appeal_settled`` where
        nothing stands that could be contested.
        """
        why = why.strip()
        if not why:
            raise Refusal(Code.TEXT_EMPTY, field="why")
        if len(why) > MAX_WORDS:
            raise Refusal(Code.TEXT_TOO_LONG, field="why", maximum=MAX_WORDS)
        now = self.clock()
        with self.store.writing() as unit:
            line = unit.ledger.get(line_id)
            if line is None:
                raise Refusal(Code.NOT_FOUND)
            made = unit.ledger.answers(line.id, LineKind.APPEAL)
            if made:
                return made[0]
            contested = _contested(unit, line, now)
            if contested is None:
                raise Refusal(Code.APPEAL_SETTLED)
            by, decided = contested
            require_in_time(decided.at, now)
            return unit.ledger.add(
                Entry(
                    id=new_id(now),
                    kind=LineKind.APPEAL,
                    site_id=line.site_id,
                    comment_id=line.comment_id,
                    subject=line.id,
                    at=now,
                    content={
                        "by": by,
                        "against": _against(by, line),
                        "decision": _decision_of(decided),
                        "trusted": bool(line.content.get("flagger")),
                        "rule": str(decided.content.get("rule", "")),
                    },
                ),
                Words(salt=secrets.token_bytes(32), texts={"why": why}, of_author=by == AUTHOR),
                Task(due_at=now + self.within),
            )

    def can_be_made(self, unit: UnitOfWork, line: Line) -> bool:
        """Tell whether a line can be contested now."""
        contested = _contested(unit, line, self.clock())
        if contested is None or unit.ledger.answers(line.id, LineKind.APPEAL):
            return False
        try:
            require_in_time(contested[1].at, self.clock())
        except Refusal:
            return False
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What a moderator decides on an appeal. ``rule``: on which rule it rests from now on."""

    finding: Finding
    reasons: str
    rule: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewAppeal:
    """The use case of deciding."""

    store: Store
    clock: Clock
    moderate: Moderate
    mail: LawMail | None = None

    def __call__(self, line_id: str, ruling: Ruling, moderator: Moderator) -> Line:
        """Decide on an appeal, and restore or remove the comment where it is reversed.

        Refused: ``same_moderator`` for whoever decided first, ``bad_field`` without reasons,
        ``appeal_settled`` when somebody was quicker.
        """
        reasons = ruling.reasons.strip()
        if not _LEAST_REASON <= len(reasons) <= MAX_WORDS:
            raise Refusal(Code.BAD_FIELD, field="reasons", minimum=_LEAST_REASON)
        with self.store.reading() as unit:
            appeal = unit.ledger.get(line_id)
            if appeal is None or appeal.kind is not LineKind.APPEAL:
                raise Refusal(Code.NOT_FOUND)
            contested = unit.ledger.get(appeal.subject or "")
            first = unit.ledger.decisions([str(appeal.content["decision"])])
            set_by = _set_by(unit, contested)
        comment_id = appeal.comment_id or ""
        item, _ = self.moderate.item(comment_id, moderator)
        article = item.thread.article
        permission.require_task(
            moderator, permission.Task.DECIDE, article.site_id, article.section_id
        )
        by_her = set_by == moderator.id or any(
            r.actor.kind is ActorKind.MODERATOR and r.actor.id == moderator.id
            for r in first.values()
        )
        if by_her:
            raise Refusal(Code.SAME_MODERATOR)
        with self.store.reading() as unit:
            if unit.ledger.answers(appeal.id, LineKind.REVIEW):
                raise Refusal(Code.APPEAL_SETTLED)
        decided = None
        choice = None if set_by else _choice(appeal, ruling)
        if choice is not None and item.stored.comment.status is not Status.DELETED:
            decided = self.moderate.decide(comment_id, choice, moderator).id
        with self.store.writing() as unit:
            if not unit.ledger.done(appeal.id):
                raise Refusal(Code.APPEAL_SETTLED)
            now = self.clock()
            if set_by and ruling.finding is Finding.REVERSED:
                _lift(unit, contested, now)
            line = unit.ledger.add(
                Entry(
                    id=new_id(now),
                    kind=LineKind.REVIEW,
                    site_id=appeal.site_id,
                    comment_id=appeal.comment_id,
                    subject=appeal.id,
                    at=now,
                    content={
                        "finding": ruling.finding.value,
                        "against": appeal.content["against"],
                        "trusted": appeal.content["trusted"],
                        "rule": appeal.content["rule"],
                        "decision": decided,
                        "by": moderator.id,
                        "automated": False,
                    },
                ),
                Words(salt=secrets.token_bytes(32), texts={"reasons": reasons}),
            )
            self._tell(unit, appeal, contested, line)
        return line

    def _tell(self, unit: UnitOfWork, appeal: Line, contested: Line | None, line: Line) -> None:
        if self.mail is None:
            return
        if appeal.content["by"] == AUTHOR:
            self.mail.to_author(unit, line)
        elif contested is not None and reporter_of(unit.ledger, contested):
            self.mail.to_reporter(unit, contested, line)


def _choice(appeal: Line, ruling: Ruling) -> Choice | None:
    """Return the decision that a ruling asks for; None: what stands goes on standing."""
    by_author = appeal.content["by"] == AUTHOR
    if ruling.finding is Finding.REVERSED:
        verdict = Verdict.PUBLISH if by_author else Verdict.REFUSE
        return Choice(verdict=verdict, rule=None if by_author else ruling.rule)
    if ruling.finding is Finding.PARTLY:
        return Choice(verdict=Verdict.REFUSE, rule=ruling.rule)
    return None


def _against(by: str, line: Line) -> str:
    if by != AUTHOR:
        return "no_action"
    return "service" if line.content.get("service") else "visibility"


def _set_by(unit: UnitOfWork, contested: Line | None) -> str | None:
    """Return who set what keeps an author from writing; None: the statement is on a comment."""
    if contested is None or not contested.content.get("service"):
        return None
    line = unit.ledger.get(contested.subject or "")
    return str(line.content["by"]) if line else None


def _lift(unit: UnitOfWork, contested: Line | None, now: datetime) -> None:
    measure = unit.measures.by_statement(contested.id) if contested else None
    if measure is not None:
        unit.measures.end(measure.author_key, measure.site_id, now)


def _contested(unit: UnitOfWork, line: Line, now: datetime) -> tuple[str, Line] | None:
    """Return who may contest a line, and the line of the decision; None: nothing stands there."""
    comment = unit.comments.get(line.comment_id or "")
    if line.kind is LineKind.STATEMENT and line.content.get("service"):
        measure = unit.measures.by_statement(line.id)
        return (AUTHOR, line) if measure is not None and measure.until > now else None
    if line.kind is LineKind.STATEMENT:
        stands = comment is not None and comment.status in {Status.REFUSED, Status.HELD}
        return (AUTHOR, line) if stands else None
    if line.kind is LineKind.REPORT:
        found = unit.ledger.answers(line.id, LineKind.ANSWER)
        answer = found[-1] if found else None
        kept = answer is not None and answer.content["outcome"] == Outcome.KEPT.value
        public = comment is not None and comment.status is Status.PUBLISHED
        return (REPORTER, answer) if answer is not None and kept and public else None
    return None


def _decision_of(line: Line) -> str:
    return (
        (line.subject or "") if line.kind is LineKind.STATEMENT else str(line.content["decision"])
    )
