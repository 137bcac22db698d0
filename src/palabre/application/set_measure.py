"""A moderator sets something on a reader: watched, suspended, banned; or takes it back.

Each has an end, rests on a rule of the house and on the comment that gave rise to it. Whom it keeps
from writing is owed reasons (DSA, Art. 17(1)(c)) and may contest them (Art. 20): the statement is a
line of the ledger, shown by the comment's token and mailed where an address is known. The ledger
names the comment, never the reader's key, so that erasure cuts the link.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from palabre.application.law_mail import LawMail
from palabre.application.ports import Clock, Store, UnitOfWork
from palabre.application.read_thread import Located, locate
from palabre.application.statements import TEMPLATE, RuleOf
from palabre.domain.errors import Code, Refusal
from palabre.domain.identifier import new_id
from palabre.domain.ledger import Entry, Line, LineKind
from palabre.domain.permission import Task, require_task
from palabre.domain.person import Moderator
from palabre.domain.report import Source
from palabre.domain.trust import DEFAULT_DAYS, MAX_DAYS, SHUT_OUT, Measure, Trust

SUSPENSION = "DECISION_PROVISION_PARTIAL_SUSPENSION"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMeasure:
    """The use case. ``rule_of`` returns what there is to say of a rule; ``mail`` None: no mail."""

    store: Store
    clock: Clock
    rule_of: RuleOf
    mail: LawMail | None = None

    def __call__(
        self,
        comment_id: str,
        trust: Trust,
        rule: str,
        moderator: Moderator,
        days: int | None = None,
    ) -> Measure:
        """Set a measure on a comment's author, for so many days (None: the usual ones).

        Refused: ``not_permitted`` (banning takes a lead), ``unknown_rule``, ``bad_field`` for what
        cannot be set, for too long, or on the newsroom's own.
        """
        if trust not in DEFAULT_DAYS:
            raise Refusal(Code.BAD_FIELD, field="trust", known=", ".join(DEFAULT_DAYS))
        days = DEFAULT_DAYS[trust] if days is None else days
        if not 1 <= days <= MAX_DAYS[trust]:
            raise Refusal(Code.BAD_FIELD, field="days", minimum=1, maximum=MAX_DAYS[trust])
        now = self.clock()
        until = now + timedelta(days=days)
        task = Task.BAN if trust is Trust.BANNED else Task.STANDING
        with self.store.writing() as unit:
            found = self._located(unit, comment_id, moderator, task)
            if found.stored.author.is_staff:
                raise Refusal(Code.BAD_FIELD, field="trust")
            site_id, key = found.thread.article.site_id, found.comment.author_key
            before = unit.measures.of(key, site_id)
            if before is not None and before.holds(now) and before.trust is Trust.BANNED:
                require_task(moderator, Task.BAN, site_id, found.thread.article.section_id)
            line = self._note(unit, found, moderator, trust.value, rule, until)
            statement = None
            if trust in SHUT_OUT:
                statement = self._state(unit, found, line, trust, rule, until)
            measure = Measure(
                author_key=key,
                site_id=site_id,
                trust=trust,
                rule=rule,
                comment_id=comment_id,
                set_at=now,
                set_by=moderator.id,
                until=until,
                statement_id=statement.id if statement else None,
            )
            unit.measures.set(measure)
        return measure

    def lift(self, comment_id: str, moderator: Moderator) -> None:
        """Let what is set on a comment's author end now; of no effect where nothing is."""
        now = self.clock()
        with self.store.writing() as unit:
            found = self._located(unit, comment_id, moderator, Task.STANDING)
            article, key = found.thread.article, found.comment.author_key
            measure = unit.measures.of(key, article.site_id)
            if measure is None or not measure.holds(now):
                return
            if measure.trust is Trust.BANNED:
                require_task(moderator, Task.BAN, article.site_id, article.section_id)
            unit.measures.end(key, article.site_id, now)
            self._note(unit, found, moderator, "lifted", measure.rule, now)

    def _located(
        self, unit: UnitOfWork, comment_id: str, moderator: Moderator, task: Task
    ) -> Located:
        found = locate(unit, comment_id)
        article = found.thread.article
        require_task(moderator, task, article.site_id, article.section_id)
        return found

    def _note(
        self,
        unit: UnitOfWork,
        found: Located,
        moderator: Moderator,
        what: str,
        rule: str,
        until: datetime,
    ) -> Line:
        if self.rule_of(rule, found.comment.lang) is None:
            raise Refusal(Code.UNKNOWN_RULE, field="rule")
        now = self.clock()
        return unit.ledger.add(
            Entry(
                id=new_id(now),
                kind=LineKind.MEASURE,
                site_id=found.thread.article.site_id,
                comment_id=found.comment.id,
                at=now,
                content={
                    "measure": what,
                    "rule": rule,
                    "until": until.isoformat(),
                    "by": moderator.id,
                },
            )
        )

    def _state(
        self,
        unit: UnitOfWork,
        found: Located,
        line: Line,
        trust: Trust,
        rule: str,
        until: datetime,
    ) -> Line:
        lang = found.comment.lang
        facts = self.rule_of(rule, lang)
        if facts is None:
            raise Refusal(Code.UNKNOWN_RULE, field="rule")
        statement = unit.ledger.add(
            Entry(
                id=new_id(line.at),
                kind=LineKind.STATEMENT,
                site_id=line.site_id,
                comment_id=found.comment.id,
                subject=line.id,
                at=line.at,
                content={
                    "template": TEMPLATE,
                    "written_at": line.at.isoformat(),
                    "visibility": "",
                    "service": SUSPENSION,
                    "measure": trust.value,
                    "until": until.isoformat(),
                    "rule": facts.id,
                    "sentence": facts.sentence,
                    "ground": facts.ground.value,
                    "reference": facts.reference,
                    "category": facts.category,
                    "keyword": facts.keyword,
                    "source": Source.OWN.value,
                    "automated_detection": False,
                    "automated_decision": False,
                    "decided_by": "moderator",
                    "lang": lang,
                    "exempt": "",
                    "solely_automated": False,
                },
            )
        )
        if self.mail is not None:
            self.mail.to_author(unit, statement)
        return statement
