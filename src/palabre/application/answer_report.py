"""A moderator answers a report: the comment goes by a rule, or stays; the notifier is told.

DSA, Art. 16(6): decided in a timely, diligent, non-arbitrary and objective manner; by a person.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from palabre.application import records
from palabre.application.keep_ledger import answer_report
from palabre.application.law_mail import LawMail
from palabre.application.ledger_ports import Waiting
from palabre.application.moderate import Choice, Moderate
from palabre.application.ports import Clock, QueueItem, Store, UnitOfWork
from palabre.application.read_thread import locate
from palabre.domain.comment import Status
from palabre.domain.decision import Decision, Verdict
from palabre.domain.errors import Code, Refusal
from palabre.domain.ledger import Line, LineKind, Words
from palabre.domain.permission import Task, require_task
from palabre.domain.person import Moderator
from palabre.domain.report import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A report that waits, with what it said and the comment as the desk shows it."""

    waiting: Waiting
    words: Words | None
    item: QueueItem | None
    others: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerReport:
    """The use case."""

    store: Store
    clock: Clock
    moderate: Moderate
    mail: LawMail | None = None

    def waiting(
        self, moderator: Moderator, kind: LineKind, *, limit: int, after: str | None
    ) -> tuple[Sequence[Reported], dict[LineKind, int]]:
        """Return what waits where the moderator works, and how much of each kind on those sites."""
        with self.store.reading() as unit:
            site_ids = [s.id for s in unit.sites.all() if moderator.works_on(s.id)]
            shown: list[Reported] = []
            while len(shown) < limit:
                found = unit.ledger.waiting(kind, site_ids=site_ids, after=after, limit=limit)
                for each in found:
                    item = unit.queue.item(each.line.comment_id or "")
                    section = item.thread.article.section_id if item else None
                    # What was said of a comment of another section is not theirs to read.
                    if moderator.works_in(each.line.site_id, section):
                        shown.append(_reported(unit, each, item, kind))
                if len(found) < limit:
                    break
                after = found[-1].line.id
            return shown[:limit], dict(unit.ledger.count_waiting(site_ids=site_ids))

    def remove(
        self, line_id: str, rule: str, moderator: Moderator, *, note: str | None = None
    ) -> None:
        """Take the comment away by a rule; the answer to the report follows from it."""
        report = self._report(line_id, moderator)
        comment_id = report.comment_id or ""
        choice = Choice(verdict=Verdict.REFUSE, rule=rule, note=note)
        record = self.moderate.decide(comment_id, choice, moderator)
        with self.store.writing() as unit:
            answer_report(unit, report, Outcome.REMOVED, record, self.mail)

    def keep(
        self,
        line_id: str,
        moderator: Moderator,
        *,
        unfounded: bool = False,
        note: str | None = None,
    ) -> None:
        """Let the comment stay where it is; ``unfounded``: manifestly so (Art. 23(2))."""
        report = self._report(line_id, moderator)
        with self.store.writing() as unit:
            comment_id = report.comment_id or ""
            article = locate(unit, comment_id).thread.article
            require_task(moderator, Task.DECIDE, article.site_id, article.section_id)
            comment, latest = unit.comments.get(comment_id), unit.decisions.latest(comment_id)
            if comment is None or latest is None:
                raise Refusal(Code.UNKNOWN_COMMENT)
            if comment.status is not Status.PUBLISHED:
                answer_report(unit, report, Outcome.GONE, latest, self.mail)
                return
            now = self.clock()
            decision = Decision(
                verdict=Verdict.PUBLISH, rules=(), rules_version=self.moderate.rules_version
            )
            record = records.by_moderator(
                latest, decision, moderator_id=moderator.id, note=note, at=now
            )
            unit.decisions.add(record)
            answer_report(unit, report, Outcome.KEPT, record, self.mail, unfounded=unfounded)

    def _report(self, line_id: str, moderator: Moderator) -> Line:
        with self.store.reading() as unit:
            report = unit.ledger.get(line_id)
        if report is None or report.kind is not LineKind.REPORT:
            raise Refusal(Code.NOT_FOUND)
        self.moderate.item(report.comment_id or "", moderator)  # permission, by its own table
        return report


def _reported(unit: UnitOfWork, each: Waiting, item: QueueItem | None, kind: LineKind) -> Reported:
    return Reported(
        waiting=each,
        words=unit.ledger.words(each.line.id),
        item=item,
        others=len(unit.ledger.of_comment(each.line.comment_id or "", kind)) - 1,
    )
