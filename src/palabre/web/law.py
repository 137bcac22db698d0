"""What the pages of the law are handed: use cases, and a few facts of the house."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from palabre.application.answer_report import AnswerReport
from palabre.application.appeal import Appeal, ReviewAppeal
from palabre.application.first_view import FirstView
from palabre.application.keep_ledger import KeepLedger
from palabre.application.mail_tokens import Purpose, subscription_in
from palabre.application.ports import Store
from palabre.application.report_comment import ReportComment
from palabre.application.seal_evidence import SealEvidence
from palabre.application.statements import Statement, statement_of
from palabre.domain.errors import Code, Refusal
from palabre.domain.ledger import Line, LineKind, Words

if TYPE_CHECKING:
    from palabre.application.rules_report import RulesFigures
    from palabre.web.counted import Counted
    from palabre.web.desk_figures import KeptFigures
    from palabre.web.transparency_page import Transparency


@dataclass(frozen=True, slots=True, kw_only=True)
class LawFacts:
    """What the pages say of the house: who answers for it, and what it owes."""

    provider: str = ""
    is_platform: bool = False
    is_small: bool = True
    contact_users: str = ""
    contact_authorities: str = ""
    dispute_body: str = ""
    sends_mail: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A statement or a report with what followed: the answer, the appeal, the review of it."""

    line: Line
    answer: Line | None = None
    appeal: Line | None = None
    review: Line | None = None
    reasons: str = ""
    can_appeal: bool = False

    @property
    def statement(self) -> Statement:
        """The statement of reasons, where the line is one."""
        return statement_of(self.line)


@dataclass(frozen=True, slots=True, kw_only=True)
class LawCases:
    """The use cases."""

    store: Store
    keep: KeepLedger
    report: ReportComment
    answer: AnswerReport
    appeal: Appeal
    review: ReviewAppeal
    facts: LawFacts
    transparency: "Transparency | None" = None
    # Calls the publisher's own systems; None: there are none.
    tell: Callable[[], int] | None = None
    figures: "KeptFigures | None" = None
    rules: "Counted[RulesFigures] | None" = None
    views: FirstView | None = None
    evidence: SealEvidence | None = None

    def course(self, token: str, purpose: Purpose, secret: bytes) -> Course:
        """Return what a mailed link leads to; ``link_invalid`` where it is none of ours."""
        line_id = subscription_in(purpose, token, secret)
        if line_id is None:
            raise Refusal(Code.LINK_INVALID)
        with self.store.reading() as unit:
            line = unit.ledger.get(line_id)
        if line is None:
            raise Refusal(Code.LINK_INVALID)
        return self.course_of(line)

    def course_of(self, line: Line) -> Course:
        """Return what followed from a statement or a report."""
        with self.store.reading() as unit:
            ledger = unit.ledger
            appeal = _last(ledger.answers(line.id, LineKind.APPEAL))
            review = _last(ledger.answers(appeal.id, LineKind.REVIEW)) if appeal else None
            said: Words | None = ledger.words(review.id) if review else None
            return Course(
                line=line,
                answer=_last(ledger.answers(line.id, LineKind.ANSWER)),
                appeal=appeal,
                review=review,
                reasons=said.texts.get("reasons", "") if said else "",
                can_appeal=self.appeal.can_be_made(unit, line),
            )

    def statement_on(self, comment_id: str) -> Course | None:
        """Return the latest statement on a comment with what followed, None where there is none.

        A decision comes into the ledger a moment after it was taken; whoever asks for its reasons
        in that moment has it brought in.
        """
        found = self._statements(comment_id)
        with self.store.reading() as unit:
            latest = unit.decisions.latest(comment_id)
            known = latest is None or bool(unit.ledger.answers(latest.id, LineKind.DECISION))
        if not known:
            self.keep()
            found = self._statements(comment_id)
        return self.course_of(found[-1]) if found else None

    def measure_on(self, comment_id: str, now: datetime) -> Course | None:
        """Return the statement on what keeps a comment's author from writing now, if anything.

        It stands with each of their comments on the site, whichever gave rise to it.
        """
        with self.store.reading() as unit:
            comment = unit.comments.get(comment_id)
            thread = unit.threads.get(comment.thread_id) if comment else None
            if comment is None or thread is None:
                return None
            measure = unit.measures.of(comment.author_key, thread.article.site_id)
            if measure is None or measure.statement_id is None or not measure.holds(now):
                return None
            line = unit.ledger.get(measure.statement_id)
        return self.course_of(line) if line else None

    def _statements(self, comment_id: str) -> Sequence[Line]:
        with self.store.reading() as unit:
            found = unit.ledger.of_comment(comment_id, LineKind.STATEMENT)
        return [line for line in found if not line.content.get("service")]


def _last(lines: Sequence[Line]) -> Line | None:
    return lines[-1] if lines else None
