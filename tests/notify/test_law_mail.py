"""The mails of the law as they really leave: receipt, decision, reasons, answer to an appeal."""

import re
from datetime import timedelta

from builders import a_moderator
from mail_server import Taken
from notify.conftest import SECRET, Newsroom
from palabre.application.answer_report import AnswerReport
from palabre.application.appeal import Appeal, ReviewAppeal, Ruling
from palabre.application.keep_ledger import KeepLedger
from palabre.application.law_mail import LawMail
from palabre.application.report_comment import ReportComment
from palabre.application.statements import RuleFacts
from palabre.domain.decision import Ground, GroundKind
from palabre.domain.ledger import LineKind
from palabre.domain.report import Category, Finding, Report

ZOE, AUTHOR = "zoe@mail.example", "auteur@mail.example"


def rule_of(rule: str, lang: str | None) -> RuleFacts:
    del lang
    return RuleFacts(
        id=rule, sentence="Pas d’injures.", ground=GroundKind.LAW, reference="Loi de 1881, art. 33",
        category="STATEMENT_CATEGORY_OTHER_VIOLATION_TC", keyword="KEYWORD_OTHER",
    )  # fmt: skip


def words(taken: Taken) -> str:
    """Return the plain part on one line."""
    return " ".join(taken.message.get_body(("plain",)).get_content().split())


def test_each_party_is_told_by_mail_what_was_done_and_what_they_can_do(newsroom: Newsroom):
    ground = Ground(kind=GroundKind.LAW, rule="insult", reference="loi")
    moderate = type(newsroom.moderate)(
        store=newsroom.store, clock=newsroom.clock, ground_of=lambda _: ground, rules_version="1"
    )
    mail = LawMail(clock=newsroom.clock, secret=SECRET)
    parts = {"store": newsroom.store, "clock": newsroom.clock}
    keep = KeepLedger(**parts, rule_of=rule_of, mail=mail)
    comment = newsroom.post("Le maire est un voleur.", email=AUTHOR).stored.comment
    newsroom.work()
    report = ReportComment(**parts, within=timedelta(hours=24), mail=mail)(
        Report(
            comment_ids=(comment.id,), category=Category.INSULT, why="Injure publique.",
            name="Zoé", email=ZOE, in_good_faith=True,
        )
    )[0]  # fmt: skip
    (receipt,) = newsroom.work()
    assert receipt.to == ZOE
    assert "Injure publique" not in words(receipt)
    newsroom.clock.forward(hours=1)
    AnswerReport(**parts, moderate=moderate, mail=mail).remove(
        report.id, "insult", newsroom.moderator
    )
    keep()
    told = {taken.to: taken for taken in newsroom.work()}
    assert set(told) == {ZOE, AUTHOR}
    assert "Le commentaire a été retiré." in words(told[ZOE])
    assert "sans décision automatique" in words(told[ZOE])
    reasons = words(told[AUTHOR])
    assert "Loi de 1881, art. 33" in reasons
    assert "à la suite d’un signalement" in reasons
    assert ZOE not in reasons
    assert "Zoé" not in reasons
    assert re.search(r"https://comments\.example/statements/[\w-]+", reasons)
    with newsroom.store.reading() as unit:
        (statement,) = unit.ledger.of_comment(comment.id, LineKind.STATEMENT)
    appeal = Appeal(**parts, within=timedelta(days=7))(statement.id, "C’est établi.")
    other = a_moderator("paul")
    with newsroom.store.writing() as unit:
        unit.moderators.add(other)
    ReviewAppeal(**parts, moderate=moderate, mail=mail)(
        appeal.id, Ruling(finding=Finding.REVERSED, reasons="Un jugement l’établit."), other
    )
    keep()
    answers = [taken for taken in newsroom.work() if taken.to == AUTHOR]
    assert "Un jugement l’établit." in words(answers[0])
    assert not any("List-Unsubscribe" in taken.message for taken in answers)
