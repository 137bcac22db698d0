"""Reports, reasons and appeals over the in-memory store (DSA, Arts. 16, 17, 20, 23)."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from builders import a_moderator, a_site
from palabre.application.answer_report import AnswerReport
from palabre.application.appeal import Appeal, ReviewAppeal, Ruling
from palabre.application.erase_person import ErasePerson
from palabre.application.export_person import ExportPerson
from palabre.application.keep_ledger import KeepLedger
from palabre.application.law_mail import LawMail
from palabre.application.mail_ports import MailKind
from palabre.application.mail_tokens import address_hash
from palabre.application.moderate import Choice
from palabre.application.person import Scope, of_address
from palabre.application.report_comment import ReportComment
from palabre.application.statements import REMOVED, RuleFacts, Statement, statement_of
from palabre.domain.comment import Status
from palabre.domain.decision import GroundKind, Verdict
from palabre.domain.errors import Code, Refusal
from palabre.domain.ledger import Line, LineKind, broken, digest
from palabre.domain.report import Category, Finding, Outcome, Report, Source

SECRET = b"secret of the tests" * 2
ZOE = "zoe@mail.example"
WHY = "Il traite mon voisin de voleur."


def rule_of(rule: str, lang: str | None) -> RuleFacts | None:
    del lang
    return RuleFacts(
        id=rule,
        sentence="Pas d’insultes.",
        ground=GroundKind.LAW,
        reference="loi",
        category="STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH",
        keyword="KEYWORD_OTHER",
    )


@dataclass
class Law:
    """The newsroom with the use cases of the law."""

    room: Any
    keep: KeepLedger
    report_comment: ReportComment
    answer: AnswerReport
    appeal: Appeal
    review: ReviewAppeal

    def report(self, comment_id: str, **changes: Any) -> Line:
        self.room.clock.forward(minutes=1)
        made = Report(
            comment_ids=(comment_id,), category=Category.DEFAMATION, why=WHY, name="Zoé",
            email=ZOE, in_good_faith=True,
        )  # fmt: skip
        return self.report_comment(replace(made, **changes))[0]

    def lines(self, *kinds: LineKind) -> list[Line]:
        with self.room.store.reading() as unit:
            return [line for line in unit.ledger.chain(after=0, limit=999) if line.kind in kinds]

    def statement(self) -> Statement:
        self.keep()
        return statement_of(self.lines(LineKind.STATEMENT)[-1])

    def refuse(self, comment_id: str) -> Any:
        self.room.clock.forward(minutes=1)
        choice = Choice(verdict=Verdict.REFUSE, rule="insult")
        return self.room.moderate.decide(comment_id, choice, self.room.moderator)

    def status(self, comment_id: str) -> Status:
        with self.room.store.reading() as unit:
            return unit.comments.get(comment_id).status

    def mails(self, email: str) -> list[LineKind]:
        with self.room.store.reading() as unit:
            found = unit.mails.made_since(
                self.room.clock() - timedelta(days=400),
                kinds=(MailKind.LAW,),
                address_hash=address_hash(email, SECRET),
            )
            lines = [unit.ledger.get(m.slot.removeprefix("law ")) for m in found]
        return [line.kind for line in lines]


@pytest.fixture
def law(newsroom: Any) -> Law:
    parts = {"store": newsroom.store, "clock": newsroom.clock}
    mail = LawMail(clock=newsroom.clock, secret=SECRET)
    mailing = parts | {"mail": mail}
    return Law(
        room=newsroom,
        keep=KeepLedger(**mailing, rule_of=rule_of),
        report_comment=ReportComment(
            **mailing, within=timedelta(hours=24), flaggers={"t" * 43: "Point de contact"}
        ),
        answer=AnswerReport(**mailing, moderate=newsroom.moderate),
        appeal=Appeal(**parts, within=timedelta(days=7)),
        review=ReviewAppeal(**mailing, moderate=newsroom.moderate),
    )


@pytest.fixture
def other(law: Law) -> Any:
    made = a_moderator("paul")
    with law.room.store.writing() as unit:
        unit.moderators.add(made)
    return made


def refused(code: Code) -> Any:
    return pytest.raises(Refusal, match=f"^{code.value}$")


def test_a_report_waits_and_its_receipt_leaves(law: Law):
    comment = law.room.post().stored.comment
    report = law.report(comment.id)
    assert report.content["dsa_keyword"] == "KEYWORD_DEFAMATION"
    assert report.content["complete"]
    assert law.mails(ZOE) == [LineKind.REPORT]
    (found,), counts = law.answer.waiting(law.room.moderator, LineKind.REPORT, limit=9, after=None)
    assert found.words.texts == {"why": WHY, "name": "Zoé", "email": ZOE}
    assert found.waiting.task.due_at == report.at + timedelta(hours=24)
    assert counts == {LineKind.REPORT: 1}
    assert law.report(comment.id) == report, "the same person, the same comment: told once"


def test_trusted_flaggers_come_first_and_danger_before_the_usual(law: Law):
    ids = [law.room.post(str(n)).stored.comment.id for n in range(3)]
    usual = law.report(ids[0])
    danger = law.report(ids[1], category=Category.VIOLENCE)
    trusted = law.report(ids[2], flagger="t" * 43)
    found, _ = law.answer.waiting(law.room.moderator, LineKind.REPORT, limit=9, after=None)
    assert [f.waiting.line.id for f in found] == [trusted.id, danger.id, usual.id]
    assert trusted.content["flagger"] == "Point de contact"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"why": "  "}, Code.TEXT_EMPTY),
        ({"why": "x" * 5001}, Code.TEXT_TOO_LONG),
        ({"in_good_faith": False}, Code.BAD_FIELD),
        ({"email": "nowhere"}, Code.EMAIL_INVALID),
        ({"comment_ids": ("nothing",)}, Code.UNKNOWN_COMMENT),
        ({"comment_ids": ()}, Code.BAD_FIELD),
    ],
)
def test_what_is_no_report_is_refused(law: Law, changes: dict[str, Any], code: Code):
    comment = law.room.post().stored.comment
    with refused(code):
        law.report(comment.id, **changes)
    assert law.lines(LineKind.REPORT) == []


def test_a_name_is_needed_for_nothing_and_missing_for_minors_it_is_complete(law: Law):
    comment = law.room.post().stored.comment
    nameless = law.report(comment.id, name=None, email=None)
    minors = law.report(comment.id, name=None, email=None, category=Category.MINORS)
    assert (nameless.content["complete"], minors.content["complete"]) == (False, True)


def test_removal_answers_the_report_and_gives_the_author_reasons(law: Law):
    comment = law.room.post(email="auteur@mail.example").stored.comment
    report = law.report(comment.id)
    law.room.clock.forward(hours=3)
    law.answer.remove(report.id, "insult", law.room.moderator)
    said = law.statement()
    assert law.status(comment.id) is Status.REFUSED
    assert (said.source, said.visibility, said.rule) == (Source.NOTICE, REMOVED, "insult")
    assert (said.automated_detection, said.automated_decision) == (False, False)
    (answer,) = law.lines(LineKind.ANSWER)
    assert answer.content["outcome"] == Outcome.REMOVED.value
    assert law.mails(ZOE) == [LineKind.REPORT, LineKind.ANSWER]
    assert law.mails("auteur@mail.example") == [LineKind.STATEMENT]
    law.keep()
    assert len(law.lines(LineKind.ANSWER)) == 1


def test_a_decision_in_the_queue_answers_all_reports_of_a_comment(law: Law):
    comment = law.room.post().stored.comment
    law.report(comment.id, flagger="t" * 43)
    law.report(comment.id, email="max@mail.example")
    law.refuse(comment.id)
    assert law.statement().source is Source.TRUSTED
    assert len(law.lines(LineKind.ANSWER)) == 2
    found, _ = law.answer.waiting(law.room.moderator, LineKind.REPORT, limit=9, after=None)
    assert found == []


def test_a_comment_that_stays_is_decided_on_too(law: Law):
    comment = law.room.post().stored.comment
    report = law.report(comment.id)
    law.answer.keep(report.id, law.room.moderator)
    (answer,) = law.lines(LineKind.ANSWER)
    assert answer.content["outcome"] == Outcome.KEPT.value
    assert law.status(comment.id) is Status.PUBLISHED
    with law.room.store.reading() as unit:
        assert unit.decisions.latest(comment.id).actor.id == law.room.moderator.id


def test_reports_of_other_sites_stay_with_their_moderators(law: Law):
    stranger = a_moderator("max", site_ids=("autre",))
    with law.room.store.writing() as unit:
        unit.sites.register(a_site("autre", origins=("https://autre.example",)))
    report = law.report(law.room.post().stored.comment.id)
    found, _ = law.answer.waiting(stranger, LineKind.REPORT, limit=9, after=None)
    assert found == []
    for act in (law.answer.keep, lambda i, m: law.answer.remove(i, "insult", m)):
        with refused(Code.NOT_PERMITTED):
            act(report.id, stranger)


def test_whoever_keeps_crying_wolf_is_not_heard_for_a_while(law: Law):
    for n in range(6):
        report = law.report(law.room.post(str(n)).stored.comment.id)
        law.answer.keep(report.id, law.room.moderator, unfounded=True)
    comment = law.room.post().stored.comment
    with refused(Code.REPORTS_SUSPENDED):
        law.report(comment.id)
    law.report(comment.id, flagger="t" * 43)
    law.report(comment.id, email="max@mail.example")
    law.room.clock.forward(days=31)
    law.report(comment.id)


def test_the_machine_s_refusal_has_reasons_and_says_that_it_was_a_machine(law: Law):
    law.room.post("[refuse]", email=ZOE)
    said = law.statement()
    assert (said.automated_detection, said.automated_decision) == (True, True)
    assert (said.source, said.decided_by) == (Source.OWN, "engine")
    assert law.mails(ZOE) == [LineKind.STATEMENT]


def test_what_waits_unseen_is_no_restriction_yet_but_taking_it_down_is(law: Law):
    law.room.post("[hold]")
    law.keep()
    assert law.lines(LineKind.STATEMENT) == []
    comment = law.room.post().stored.comment
    law.room.clock.forward(minutes=1)
    law.room.moderate.decide(comment.id, Choice(verdict=Verdict.HOLD), law.room.moderator)
    assert law.statement().visibility == "DECISION_VISIBILITY_CONTENT_DISABLED"


def test_another_moderator_restores_what_was_refused_wrongly(law: Law, other: Any):
    comment = law.room.post(email=ZOE).stored.comment
    law.refuse(comment.id)
    said = law.statement()
    appeal = law.appeal(said.id, "Je citais le ministre.")
    assert law.appeal(said.id, "Encore moi.") == appeal
    ruling = Ruling(finding=Finding.REVERSED, reasons="C’est une citation, sourcée.")
    with refused(Code.SAME_MODERATOR):
        law.review(appeal.id, ruling, law.room.moderator)
    with refused(Code.BAD_FIELD):
        law.review(appeal.id, replace(ruling, reasons="non"), other)
    review = law.review(appeal.id, ruling, other)
    assert law.status(comment.id) is Status.PUBLISHED
    assert review.content["finding"] == "reversed"
    assert law.mails(ZOE) == [LineKind.STATEMENT, LineKind.REVIEW]
    with refused(Code.APPEAL_SETTLED):
        law.review(appeal.id, ruling, other)


def test_the_machine_s_decision_may_be_reviewed_by_anybody_but_a_machine(law: Law):
    law.room.post("[refuse]")
    appeal = law.appeal(law.statement().id, "Pourquoi ?")
    ruling = Ruling(finding=Finding.UPHELD, reasons="L’insulte vise une personne.")
    review = law.review(appeal.id, ruling, law.room.moderator)
    assert review.content["by"] == law.room.moderator.id
    assert review.content["automated"] is False


def test_a_notifier_contests_inaction(law: Law, other: Any):
    comment = law.room.post().stored.comment
    report = law.report(comment.id)
    with refused(Code.APPEAL_SETTLED):
        law.appeal(report.id, "Trop tôt.")
    law.answer.keep(report.id, law.room.moderator)
    appeal = law.appeal(report.id, "C’est bien une diffamation.")
    assert appeal.content["against"] == "no_action"
    with refused(Code.UNKNOWN_RULE):
        law.review(appeal.id, Ruling(finding=Finding.REVERSED, reasons="Le fait est faux."), other)
    ruling = Ruling(finding=Finding.REVERSED, reasons="Le fait est faux.", rule="insult")
    law.review(appeal.id, ruling, other)
    assert law.status(comment.id) is Status.REFUSED
    assert law.mails(ZOE)[-1] is LineKind.REVIEW


def test_six_months_and_no_longer(law: Law):
    comment = law.room.post("[refuse]").stored.comment
    said = law.statement()
    law.room.clock.forward(days=185)
    with refused(Code.APPEAL_TOO_LATE):
        law.appeal(said.id, "Je découvre.")
    law.room.clock.forward(days=-2)
    assert law.appeal(said.id, "Je découvre.").comment_id == comment.id


def test_what_stands_again_needs_no_appeal(law: Law):
    comment = law.room.post("[refuse]").stored.comment
    said = law.statement()
    law.room.clock.forward(minutes=1)
    law.room.moderate.decide(comment.id, Choice(verdict=Verdict.PUBLISH), law.room.moderator)
    with refused(Code.APPEAL_SETTLED):
        law.appeal(said.id, "Merci quand même.")


def test_the_chain_holds_every_decision_and_outlives_erasure(law: Law):
    comment = law.room.post("[refuse]", email=ZOE).stored.comment
    law.appeal(law.statement().id, "Mes mots.")
    with law.room.store.writing() as unit:
        unit.comments.erase_words(comment.id)
    held = {line.subject: line for line in law.lines(LineKind.DECISION)}
    with law.room.store.reading() as unit:
        (record,) = unit.decisions.history(comment.id)
        chain = unit.ledger.chain(after=0, limit=99)
        (appeal,) = [line for line in chain if line.kind is LineKind.APPEAL]
        assert unit.ledger.words(appeal.id) is None
    assert held[record.id].content["digest"] == digest(record)
    assert broken(chain) is None
    assert "Mes mots." not in repr(chain)


def test_one_address_gets_few_of_these_mails_a_day(law: Law):
    for n in range(12):
        law.report(law.room.post(str(n)).stored.comment.id)
    assert len(law.mails(ZOE)) == 10


def test_a_reporter_sees_takes_and_erases_what_they_wrote(law: Law):
    report = law.report(law.room.post().stored.comment.id)
    parts = {"store": law.room.store, "clock": law.room.clock}
    person = of_address(ZOE, SECRET)
    (found,) = ExportPerson(**parts)(person)["reports"]
    assert (found["why"], found["email"]) == (WHY, ZOE)
    ErasePerson(**parts)(person, Scope.EVERYTHING)
    assert ExportPerson(**parts)(person)["reports"] == []
    with law.room.store.reading() as unit:
        assert unit.ledger.words(report.id) is None
        assert broken(unit.ledger.chain(after=0, limit=99)) is None
