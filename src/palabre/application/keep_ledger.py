"""What is decided comes into the ledger: its digest, the reasons owed for it, the mails about it.

A post does not wait for that: its decision is a line of the log of decisions at once, and of the
chain within a second or two. Whoever calls this, in however many processes, each decision comes in
once, in its order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from palabre.application.audit import Sample
from palabre.application.enter_queue import grown
from palabre.application.law_mail import LawMail
from palabre.application.ports import Clock, Store, UnitOfWork
from palabre.application.statements import UNKNOWN, RuleOf, entry_of, restricts
from palabre.domain.decision import ActorKind, DecisionRecord, Verdict
from palabre.domain.identifier import new_id
from palabre.domain.ledger import Entry, Line, LineKind, digest
from palabre.domain.report import Outcome

_AT_ONCE = 200  # decisions in one transaction: posts wait for it on SQLite
_STALE = timedelta(hours=48)
_ABOUT = (LineKind.REPORT, LineKind.ANSWER, LineKind.ORDER)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepLedger:
    """The use case. ``rule_of`` returns what there is to say of a rule, in a language.

    Each decision comes by here once: so ``sample`` draws here what is to be audited, and what waits
    learns here that its conversation has grown.
    """

    store: Store
    clock: Clock
    rule_of: RuleOf
    mail: LawMail | None = None
    sample: Sample | None = None

    def __call__(self, *, everywhere: bool = False) -> int:
        """Bring in what is missing, and return how many decisions that were."""
        done = 0
        while True:
            with self.store.reading() as unit:
                if not unit.ledger.loose(limit=1, everywhere=everywhere):
                    return done
            with self.store.writing() as unit:
                found = unit.ledger.loose(limit=_AT_ONCE, everywhere=everywhere)
                self._bring_in(unit, found)
            done += len(found)

    def _bring_in(self, unit: UnitOfWork, found: Sequence[tuple[str, DecisionRecord]]) -> None:
        """Append decisions; nearly all are the engine's on a new comment, and owe nobody a word."""
        now = self.clock()
        plain: list[Entry] = []
        news = [(site_id, record) for site_id, record in found if now - record.at < _STALE]
        if self.sample is not None:
            self.sample(unit, news)
        grown(unit, [r.comment_id for _, r in news if r.decision.verdict is Verdict.PUBLISH])
        for site_id, record in found:
            before = _verdict_before(unit, record)
            plain.append(_line_on(record, site_id, before, now))
            visibility = restricts(record, before)
            by_moderator = record.actor.kind is ActorKind.MODERATOR
            if visibility is None and not by_moderator:
                continue
            unit.ledger.add_many(plain)
            plain.clear()
            lines = unit.ledger.of_comment(record.comment_id, *_ABOUT)
            if visibility is not None:
                self._state(unit, site_id, record, visibility, lines, now)
            if by_moderator:
                self._answer(unit, record, lines)
        unit.ledger.add_many(plain)

    def _state(
        self,
        unit: UnitOfWork,
        site_id: str,
        record: DecisionRecord,
        visibility: str,
        lines: Sequence[Line],
        now: datetime,
    ) -> None:
        comment = unit.comments.get(record.comment_id)
        lang = comment.lang if comment else record.decision.lang or ""
        rule = next(iter(record.decision.rules), None)
        facts = (self.rule_of(rule, lang) if rule else None) or UNKNOWN
        entry = entry_of(
            record,
            site_id=site_id,
            visibility=visibility,
            rule=facts,
            lines=lines,
            lang=lang,
            written_at=now,
        )
        line = unit.ledger.add(entry)
        # A ledger that is begun in a house that is years old writes to nobody about the past.
        is_news = now - record.at < _STALE
        if self.mail is not None and is_news and not entry.content["exempt"]:
            self.mail.to_author(unit, line)

    def _answer(self, unit: UnitOfWork, record: DecisionRecord, lines: Sequence[Line]) -> None:
        """Answer the reports that a moderator's decision settles, whoever had them on their desk.

        What is held is not decided yet, and what was only reported later was not seen.
        """
        verdict = record.decision.verdict
        if verdict is Verdict.HOLD:
            return
        outcome = Outcome.REMOVED if verdict is Verdict.REFUSE else Outcome.KEPT
        for line in lines:
            if line.kind is LineKind.REPORT and line.at <= record.at:
                answer_report(unit, line, outcome, record, self.mail)


def answer_report(
    unit: UnitOfWork,
    report: Line,
    outcome: Outcome,
    record: DecisionRecord,
    mail: LawMail | None,
    *,
    unfounded: bool = False,
) -> Line | None:
    """Answer a report that waits, by a decision; None when it is answered already.

    Art. 16(5) and (6): the notifier is told without undue delay, with the ways to contest it, and
    whether a machine decided.
    """
    if not unit.ledger.done(report.id):
        return None
    line = unit.ledger.add(
        Entry(
            id=new_id(record.at),
            kind=LineKind.ANSWER,
            site_id=report.site_id,
            comment_id=report.comment_id,
            subject=report.id,
            at=max(record.at, report.at),
            content={
                "outcome": outcome.value,
                "decision": record.id,
                "rule": next(iter(record.decision.rules), ""),
                "ground": record.decision.ground.kind.value if record.decision.ground else "",
                "automated_decision": record.automated_decision,
                "unfounded": unfounded,
                "by": record.actor.id,
            },
        )
    )
    if mail is not None:
        mail.to_reporter(unit, report, line)
    return line


def _line_on(record: DecisionRecord, site_id: str, before: Verdict | None, now: datetime) -> Entry:
    return Entry(
        id=new_id(now),
        kind=LineKind.DECISION,
        site_id=site_id,
        comment_id=record.comment_id,
        subject=record.id,
        at=now,
        content={
            "digest": digest(record),
            "verdict": record.decision.verdict.value,
            "before": before.value if before else None,
            "rules": list(record.decision.rules),
            "actor": record.actor.kind.value,
            "decided_at": record.at.isoformat(),
        },
    )


def _verdict_before(unit: UnitOfWork, record: DecisionRecord) -> Verdict | None:
    if record.supersedes is None:
        return None
    found = unit.ledger.decisions([record.supersedes]).get(record.supersedes)
    return found.decision.verdict if found else None
