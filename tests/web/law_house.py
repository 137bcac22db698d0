"""The use cases of the law for a house of the tests."""

from dataclasses import replace
from datetime import UTC, timedelta

from builders import StillClock
from palabre.application.answer_report import AnswerReport
from palabre.application.appeal import Appeal, ReviewAppeal
from palabre.application.audit import Sample
from palabre.application.desk_figures import DeskFigures
from palabre.application.first_view import FirstView
from palabre.application.keep_ledger import KeepLedger
from palabre.application.ports import Store
from palabre.application.report_comment import ReportComment
from palabre.application.rules_report import RulesReport
from palabre.application.seal_evidence import SealEvidence
from palabre.domain.audit import Sampling
from palabre.domain.decision import Verdict
from palabre.web.counted import Counted
from palabre.web.desk_figures import KeptFigures
from palabre.web.house import House
from palabre.web.law import LawCases, LawFacts
from palabre.wiring_law import rule_facts

# All that the machine decides is audited, by two people each.
EVERYTHING = Sample(
    sampling=Sampling(shares=dict.fromkeys(Verdict, 1.0), twice=1.0), chance=lambda: 0.5
)
PATIENCE = timedelta(seconds=30)  # figures are waited for


def lawful(house: House, store: Store, clock: StillClock) -> House:
    """Return the house with the use cases of the law."""
    parts = {"store": store, "clock": clock}
    law = LawCases(
        store=store,
        keep=KeepLedger(**parts, rule_of=rule_facts(house.rules), sample=EVERYTHING),
        report=ReportComment(**parts, within=timedelta(hours=24)),
        answer=AnswerReport(**parts, moderate=house.moderate),
        appeal=Appeal(**parts, within=timedelta(days=7)),
        review=ReviewAppeal(**parts, moderate=house.moderate),
        views=FirstView(**parts),
        evidence=SealEvidence(**parts, base_url=house.config.base_url),
        figures=KeptFigures(count=DeskFigures(**parts, zone=UTC), patience=PATIENCE),
        rules=Counted(count=RulesReport(**parts, rules=house.rules.rules), patience=PATIENCE),
        facts=LawFacts(provider="Le Journal", dispute_body="Médiateur, mediateur.example"),
    )
    return replace(house, law=law)
