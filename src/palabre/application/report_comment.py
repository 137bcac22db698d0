"""Anybody reports a comment: no account, no script, a number, a receipt, a decision (DSA, Art. 16).

A report becomes a line of the ledger; what was written and by whom lies apart and goes after its
time. Trusted flaggers come first (Art. 22). Whoever keeps sending what is manifestly unfounded is
warned, and then not heard for a while (Art. 23(2)).
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from palabre.application import incoming
from palabre.application.enter_queue import stirred
from palabre.application.law_mail import LawMail
from palabre.application.ledger_ports import Task
from palabre.application.person import mailbox_of
from palabre.application.ports import Clock, Store, UnitOfWork
from palabre.application.read_thread import Located, locate
from palabre.domain.comment import Status
from palabre.domain.errors import Code, Refusal
from palabre.domain.identifier import new_id
from palabre.domain.ledger import Entry, Line, LineKind, Words
from palabre.domain.report import Report

MAX_WHY = 5000
MAX_ITEMS = 10
WARN_AT, SUSPEND_AT = 3, 6  # manifestly unfounded reports within the time looked at
LOOKED_AT = timedelta(days=90)
SUSPENDED_FOR = timedelta(days=30)
_TRUSTED, _URGENT, _USUAL = 0, 1, 2
_URGENT_WITHIN = timedelta(hours=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportComment:
    """The use case. ``flaggers`` are the names of trusted flaggers by their tokens."""

    store: Store
    clock: Clock
    within: timedelta
    mail: LawMail | None = None
    flaggers: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, report: Report) -> Sequence[Line]:
        """Take a report in and return its lines, one for each comment that it is about.

        Refused: ``bad_field`` without a reason in words or a yes to good faith, ``email_invalid``,
        ``unknown_comment`` for what is not public, ``reports_suspended``.
        """
        now = self.clock()
        why = report.why.strip()
        if not why:
            raise Refusal(Code.TEXT_EMPTY, field="why")
        if len(why) > MAX_WHY:
            raise Refusal(Code.TEXT_TOO_LONG, field="why", maximum=MAX_WHY)
        if not report.in_good_faith:
            raise Refusal(Code.BAD_FIELD, field="good_faith", expected="yes")
        wanted = tuple(dict.fromkeys(report.comment_ids))
        if not 0 < len(wanted) <= MAX_ITEMS:
            raise Refusal(Code.BAD_FIELD, field="comments", maximum=MAX_ITEMS)
        flagger = self.flaggers.get(report.flagger or "", "")
        with self.store.writing() as unit:
            found = [_public(unit, comment_id) for comment_id in wanted]
            report = self._signed(report, found[0])
            mailbox = mailbox_of(report.email) if report.email else None
            if mailbox and not flagger:
                self._require_heard(unit, mailbox, now)
            lines = [self._line(unit, report, why, each, flagger, mailbox) for each in found]
            if self.mail is not None:
                self.mail.to_reporter(unit, lines[0], lines[0])
        return lines

    def _signed(self, report: Report, found: Located) -> Report:
        site = replace(found.site, name_required=False, email_required=False, reserved_names=())
        email = incoming.guest_email(report.email, site)
        name = (report.name or "").strip()[: incoming.MAX_NAME] or None
        return replace(report, name=name, email=email)

    def _line(
        self,
        unit: UnitOfWork,
        report: Report,
        why: str,
        found: Located,
        flagger: str,
        mailbox: str | None,
    ) -> Line:
        now, category = self.clock(), report.category
        same = [
            line
            for line in unit.ledger.of_comment(found.comment.id, LineKind.REPORT)
            if mailbox and (words := unit.ledger.words(line.id)) and words.mailbox == mailbox
            and not unit.ledger.answers(line.id, LineKind.ANSWER)
        ]  # fmt: skip
        if same:
            return same[0]  # told already; it waits
        texts = {"why": why, "name": report.name or "", "email": report.email or ""}
        rank = _TRUSTED if flagger else _URGENT if category.is_urgent else _USUAL
        within = min(self.within, _URGENT_WITHIN) if category.is_urgent else self.within
        line = unit.ledger.add(
            Entry(
                id=new_id(now),
                kind=LineKind.REPORT,
                site_id=found.site.id,
                comment_id=found.comment.id,
                at=now,
                content={
                    "category": category.value,
                    "dsa_category": category.dsa.category,
                    "dsa_keyword": category.dsa.keyword,
                    "complete": report.is_complete,
                    "flagger": flagger,
                    "lang": report.lang,
                    "items": len(report.comment_ids),
                },
            ),
            Words(salt=secrets.token_bytes(32), texts=texts, mailbox=mailbox),
            Task(due_at=now + within, rank=rank),
        )
        stirred(unit, found.comment, found.thread)
        return line

    def _require_heard(self, unit: UnitOfWork, mailbox: str, now: datetime) -> None:
        found = unfounded(unit, mailbox, now)
        if len(found) >= SUSPEND_AT and found[-1] + SUSPENDED_FOR > now:
            seconds = int((found[-1] + SUSPENDED_FOR - now).total_seconds())
            raise Refusal(Code.REPORTS_SUSPENDED, retry_after=seconds)


def unfounded(unit: UnitOfWork, mailbox: str, now: datetime) -> list[datetime]:
    """Return when an address's reports were found manifestly unfounded of late, oldest first."""
    answers = [
        answer
        for line in unit.ledger.with_words_of([mailbox])
        if line.kind is LineKind.REPORT
        for answer in unit.ledger.answers(line.id, LineKind.ANSWER)
    ]
    return [a.at for a in answers if a.content.get("unfounded") and a.at > now - LOOKED_AT]


def _public(unit: UnitOfWork, comment_id: str) -> Located:
    found = locate(unit, comment_id)
    if found.comment.status is not Status.PUBLISHED:
        raise Refusal(Code.UNKNOWN_COMMENT, field="comments")
    return found
