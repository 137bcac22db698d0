"""The transparency tables of 5,000 recorded decisions equal what was planned, counted by hand.

The plan is made first, with plain counters; the house then records it through its use cases, and
the tables are computed from the ledger alone.
"""

import io
import random
import shutil
import statistics
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from builders import StillClock, a_decision, a_moderator, a_record, a_stored, open_thread
from palabre.application.appeal import Appeal, ReviewAppeal, Ruling
from palabre.application.keep_ledger import KeepLedger
from palabre.application.ledger_ports import Task
from palabre.application.moderate import Moderate
from palabre.application.report_comment import ReportComment
from palabre.application.report_year import ReportYear
from palabre.application.statements import RuleFacts
from palabre.application.transparency import READ, tables
from palabre.application.transparency_outcomes import DISPUTE
from palabre.application.transparency_table import Period, Provider, Table
from palabre.domain.audit import Answer, Draw
from palabre.domain.comment import Status
from palabre.domain.decision import Ground, GroundKind, Verdict
from palabre.domain.identifier import new_id
from palabre.domain.ledger import Entry, LineKind
from palabre.domain.report import Category, Finding, Report
from palabre.rendering.sheets import as_csv, as_xlsx
from palabre.storage.migrate import upgrade
from palabre.storage.store import SqlStore

DECISIONS = 5000
BEGIN = datetime(2026, 1, 1, 8, tzinfo=UTC)
RULES = {
    "insult": ("law", "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH", "KEYWORD_OTHER"),
    "courtesy": ("terms", "STATEMENT_CATEGORY_OTHER_VIOLATION_TC", "KEYWORD_OTHER"),
    "spam": ("terms", "STATEMENT_CATEGORY_SCAMS_AND_FRAUD", "KEYWORD_OTHER"),
}
SPEECH = "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH"


@dataclass
class Plan:
    """What is to be done, and what it must add up to."""

    measures: Counter[tuple[str, str]] = field(default_factory=Counter)
    detected: Counter[tuple[str, str]] = field(default_factory=Counter)
    automated: Counter[bool] = field(default_factory=Counter)
    own_automated: Counter[bool] = field(default_factory=Counter)
    notices: Counter[bool] = field(default_factory=Counter)
    removed: Counter[tuple[bool, str]] = field(default_factory=Counter)
    hours: dict[bool, list[float]] = field(default_factory=lambda: {True: [], False: []})
    findings: Counter[str] = field(default_factory=Counter)
    appeal_hours: list[float] = field(default_factory=list)
    decisions: int = 0

    def restricted(self, rule: str, *, by_engine: bool, detected: bool, own: bool) -> None:
        ground, category, _ = RULES[rule]
        self.automated[by_engine] += 1
        if own:
            self.own_automated[by_engine] += 1
            self.measures[ground, category] += 1
            self.detected[ground, category] += detected


def rule_of(rule: str, lang: str | None) -> RuleFacts:
    del lang
    ground, category, keyword = RULES[rule]
    return RuleFacts(
        id=rule, sentence="Non.", ground=GroundKind(ground), reference="",
        category=category, keyword=keyword,
    )  # fmt: skip


def decision(verdict: Verdict, rule: str | None) -> Any:
    ground = Ground(kind=GroundKind(RULES[rule][0]), rule=rule, reference="") if rule else None
    return a_decision(verdict, rules=(rule,) if rule else (), ground=ground, evidence=())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Record the plan in a house; return the plan, the tables, and the store."""
    url = f"sqlite:///{tmp_path_factory.mktemp('law') / 'palabre.db'}"
    upgrade(url)
    store = SqlStore(url, durability="process")
    plan = record(store)
    with store.reading() as unit:
        lines = list(unit.ledger.between(READ, BEGIN, BEGIN + timedelta(days=900)))
    provider = Provider(name="Le Journal", service="Commentaires", made_at=BEGIN)
    yield plan, tables(lines, Period.year(2026), provider), store
    store.close()


def record(store: SqlStore) -> Plan:  # noqa: C901, PLR0915 -- one story, told in its order
    chance, plan, clock = random.Random(7), Plan(), StillClock(BEGIN)  # noqa: S311 -- to be repeated
    thread, claire, paul = open_thread(store), a_moderator(), a_moderator("paul")
    parts = {"store": store, "clock": clock}
    with store.writing() as unit:
        unit.moderators.add(claire)
        unit.moderators.add(paul)
    keep = KeepLedger(**parts, rule_of=rule_of)
    report = ReportComment(**parts, within=timedelta(hours=24), flaggers={"t": "Contact"})
    refused: list[str] = []
    while plan.decisions < DECISIONS:
        reported: list[tuple[Any, Any, bool]] = []
        with store.writing() as unit:
            for _ in range(100):
                at = clock.forward(seconds=chance.randint(1, 900))
                rule, kind = chance.choice(list(RULES)), chance.random()
                verdict = Verdict.PUBLISH
                if kind < 0.2:
                    verdict = Verdict.REFUSE
                elif kind < 0.35:
                    verdict = Verdict.HOLD
                stored = a_stored(thread, status=verdict.status, id=new_id(at))
                first = a_record(
                    stored,
                    decision(verdict, rule if verdict is not Verdict.PUBLISH else None),
                    at=at,
                    id=new_id(at),
                )
                unit.comments.add(stored, source=None)
                unit.decisions.add(first)
                plan.decisions += 1
                if verdict is Verdict.REFUSE:
                    plan.restricted(rule, by_engine=True, detected=True, own=True)
                    refused.append(stored.comment.id)
                elif verdict is Verdict.HOLD:
                    later = clock.forward(minutes=5)
                    decide(unit, first, rule, claire, later, detected=True)
                    unit.comments.move(stored.comment.id, Status.REFUSED)
                    plan.decisions += 1
                    plan.restricted(rule, by_engine=False, detected=True, own=True)
                elif kind > 0.88:
                    reported.append((first, rule, kind > 0.97))
        for first, rule, trusted in reported:
            sent = clock.forward(seconds=30)
            report(
                Report(
                    comment_ids=(first.comment_id,), category=Category.DEFAMATION, why="Faux.",
                    name="Zoé", email=f"{first.id}@mail.example", in_good_faith=True,
                    flagger="t" if trusted else None,
                )
            )  # fmt: skip
            plan.notices[trusted] += 1
            hours = chance.randint(1, 40)
            with store.writing() as unit:
                at = sent + timedelta(hours=hours)
                takes_down = chance.random() < 0.6
                decide(unit, first, rule if takes_down else None, claire, at, detected=False)
                if takes_down:
                    unit.comments.move(first.comment_id, Status.REFUSED)
            plan.decisions += 1
            plan.hours[trusted].append(float(hours))
            if takes_down:
                plan.removed[trusted, RULES[rule][0]] += 1
                plan.restricted(rule, by_engine=False, detected=False, own=False)
    keep()
    appeals(store, clock, refused[:60], plan, paul, chance)
    return plan


def decide(
    unit: Any, first: Any, rule: str | None, moderator: Any, at: datetime, *, detected: bool
) -> None:
    verdict = Verdict.REFUSE if rule else Verdict.PUBLISH
    unit.decisions.add(
        a_record(
            unit.comments.get(first.comment_id), decision(verdict, rule), moderator=moderator,
            supersedes=first.id, at=at, id=new_id(at), automated_detection=detected,
        )
    )  # fmt: skip


def appeals(
    store: SqlStore, clock: StillClock, refused: list[str], plan: Plan, paul: Any, chance: Any
) -> None:
    parts = {"store": store, "clock": clock}
    moderate = Moderate(**parts, ground_of=lambda _: None, rules_version="1")
    appeal = Appeal(**parts, within=timedelta(days=7))
    review = ReviewAppeal(**parts, moderate=moderate)
    for comment_id in refused:
        with store.reading() as unit:
            (statement,) = unit.ledger.of_comment(comment_id, LineKind.STATEMENT)
        line = appeal(statement.id, "Non.")
        hours = chance.randint(1, 100)
        clock.forward(hours=hours)
        finding = chance.choice([Finding.UPHELD, Finding.REVERSED])
        review(line.id, Ruling(finding=finding, reasons="Après examen."), paul)
        plan.findings[finding.value] += 1
        plan.appeal_hours.append(float(hours))


def table(found: tuple[Table, ...], name: str) -> dict[str, dict[str, Any]]:
    (one,) = [t for t in found if t.name == name]
    return {str(row[0]): dict(zip(one.columns, row, strict=True)) for row in one.rows}


def test_measures_on_own_initiative(made: Any):
    plan, found, _ = made
    assert plan.decisions >= DECISIONS
    for ground, name in (("law", "5_own_initiative_illegal"), ("terms", "6_own_initiative_TC")):
        rows = table(found, name)
        expected = {c: n for (g, c), n in plan.measures.items() if g == ground}
        got = {c: r["measures"] for c, r in rows.items() if c.startswith("STATEMENT_")}
        assert {c: n for c, n in got.items() if n} == expected
        assert rows["TOTAL"]["measures"] == sum(expected.values())
        assert rows["TOTAL"]["visibility_removal"] == sum(expected.values())
        for category, row in rows.items():
            if category.startswith("STATEMENT_"):
                assert (
                    row["of_which_detected_by_automated_means"] == plan.detected[ground, category]
                )


def test_notices_and_the_time_to_act_on_them(made: Any):
    plan, found, _ = made
    row = table(found, "4_notices")["TOTAL"]
    every = sum(plan.notices.values())
    assert (row["items"], row["items_TF"]) == (every, plan.notices[True])
    hours = plan.hours[True] + plan.hours[False]
    assert row["median_hours_to_action"] == round(statistics.median(hours), 2)
    assert row["median_hours_to_action_TF"] == round(statistics.median(plan.hours[True]), 2)
    for ground, name in (("law", "actions_law"), ("terms", "actions_TC")):
        assert row[f"{name}_TF"] == plan.removed[True, ground]
        assert row[name] == plan.removed[True, ground] + plan.removed[False, ground]
    assert table(found, "4_notices")[SPEECH]["items"] == every


def test_automation_and_appeals(made: Any):
    plan, found, _ = made
    rows = table(found, "8_automated_means")
    for label, counted in (("TOTAL", plan.automated), ("own_initiative", plan.own_automated)):
        assert rows[label]["measures_solely_automated"] == counted[True]
        assert rows[label]["measures_not_solely_automated"] == counted[False]
    # A person answered every notice.
    for label, trusted in (("notices", (True, False)), ("notices_TF", (True,))):
        assert rows[label]["measures_solely_automated"] == 0
        assert rows[label]["measures_not_solely_automated"] == sum(plan.notices[t] for t in trusted)
    row = table(found, "7_appeals_recidivism")["visibility"]
    assert row["complaints"] == sum(plan.findings.values())
    assert row["decision_reversed"] == plan.findings["reversed"]
    assert row["decision_upheld"] == plan.findings["upheld"]
    assert row["median_hours_to_decision"] == round(statistics.median(plan.appeal_hours), 2)


def test_how_right_the_machine_was_is_weighted_back_by_the_shares(made: Any):
    """Computed the long way round: each draw stands for as many decisions as its share says."""
    plan, _, store = made
    chance, shares = random.Random(11), {Verdict.PUBLISH: 0.1, Verdict.REFUSE: 0.5}  # noqa: S311
    population: list[tuple[bool, bool]] = []
    with store.writing() as unit:
        site = unit.ledger.chain(after=0, limit=1)[0].site_id
        for n in range(300):
            verdict = chance.choice([Verdict.PUBLISH, Verdict.REFUSE, Verdict.HOLD])
            says = chance.choice([Verdict.PUBLISH, Verdict.REFUSE])
            share, at = shares.get(verdict, 1.0), BEGIN + timedelta(days=n)
            drawn = Draw(
                decision_id=new_id(at), comment_id=new_id(at), site_id=site, section_id=None,
                verdict=verdict, rules=(), share=share, wanted=1, drawn_at=at,
            )  # fmt: skip
            unit.audits.add(drawn)
            if n % 7 == 0:
                continue
            for who, said in (("1", says), ("2", Verdict.PUBLISH)):
                unit.audits.answer(
                    Answer(
                        decision_id=drawn.decision_id,
                        moderator_id=f"019cae6b-0000-7000-8000-00000000000{who}",
                        verdict=said,
                        at=at + timedelta(hours=int(who)),
                    )
                )
            if verdict is not Verdict.HOLD:
                pair = (verdict is Verdict.REFUSE, says is Verdict.REFUSE)
                population += [pair] * round(1 / share)
    clock = StillClock(BEGIN + timedelta(days=400))
    report = ReportYear(store=store, clock=clock, name="Le Journal", service="Commentaires")
    row = table(report(2026).tables, "8_automated_means")["TOTAL"]
    both = population.count((True, True))
    right = both + population.count((False, False))
    restricted = both + population.count((True, False))
    breaches = both + population.count((False, True))
    assert row["accuracy_percent"] == round(100 * right / len(population), 2)
    assert row["precision_percent"] == round(100 * both / restricted, 2)
    assert row["recall_percent"] == round(100 * both / breaches, 2)
    assert row["measures_solely_automated"] == plan.automated[True]
    assert table(report(2027).tables, "8_automated_means")["TOTAL"]["accuracy_percent"] is None


def test_rulings_of_out_of_court_bodies_and_suspensions(made: Any):
    _, found, store = made
    assert table(found, "7_appeals_recidivism")["out_of_court_disputes"]["complaints"] == 0
    at = datetime(2028, 3, 1, tzinfo=UTC)
    with store.writing() as unit:
        for n, finding in enumerate((Finding.UPHELD, Finding.REVERSED, Finding.REVERSED)):
            content = {
                "step": DISPUTE, "finding": finding.value, "minutes": 60 * (n + 1),
                "implemented": n != 1,
            }  # fmt: skip
            entry = Entry(
                id=new_id(at), kind=LineKind.EFFECT, site_id="le-journal", at=at, content=content
            )
            unit.ledger.add(entry)
    with store.reading() as unit:
        lines = unit.ledger.between(READ, at, at + timedelta(days=9))
        provider = Provider(name="Le Journal", service="Commentaires", made_at=at)
        rows = table(tables(lines, Period.year(2028), provider), "7_appeals_recidivism")
    row = rows["out_of_court_disputes"]
    assert (row["complaints"], row["decision_upheld"], row["decision_reversed"]) == (3, 1, 2)
    assert (row["median_hours_to_decision"], row["percent_implemented"]) == (2.0, 66.67)
    assert rows["suspensions_manifestly_illegal_content"]["complaints"] == 0


def test_orders_and_how_long_they_took(made: Any):
    _, _, store = made
    at = datetime(2027, 2, 1, tzinfo=UTC)
    with store.writing() as unit:
        for n, (kind, hours) in enumerate((("act", 2), ("act", 6), ("inform", 5))):
            order = unit.ledger.add(
                Entry(
                    id=new_id(at), kind=LineKind.ORDER, site_id="le-journal", at=at,
                    content={
                        "order": kind, "member_state": "FR" if n else "BE", "category": SPEECH,
                        "items": 2, "authority": "Parquet",
                    },
                ),
                task=Task(due_at=at),
            )  # fmt: skip
            for step, after in (("informed", 1), ("effect", hours)):
                then = at + timedelta(hours=after)
                unit.ledger.add(
                    Entry(
                        id=new_id(then), kind=LineKind.EFFECT, site_id="le-journal", at=then,
                        subject=order.id, content={"step": step},
                    )
                )  # fmt: skip
    with store.reading() as unit:
        lines = unit.ledger.between(READ, at, at + timedelta(days=9))
        provider = Provider(name="Le Journal", service="Commentaires", made_at=at)
        (orders,) = [t for t in tables(lines, Period.year(2027), provider) if "orders" in t.name]
    rows = {row[:2]: row[2:] for row in orders.rows}
    assert rows["TOTAL", "TOTAL"] == (2, 4, 1.0, 4.0, 1, 1.0, 5.0)
    assert rows["BE", SPEECH] == (1, 2, 1.0, 2.0, 0, None, None)


def test_the_files_hold_the_same_figures(made: Any, tmp_path: Path):
    _, found, _ = made
    book = openpyxl.load_workbook(
        io.BytesIO(as_xlsx({t.name: [t.columns, *t.rows] for t in found}))
    )
    assert book.sheetnames == [t.name for t in found]
    for one in found:
        rows = list(book[one.name].values)
        assert rows[0] == one.columns
        assert [tuple(r[: len(one.columns)]) for r in rows[1:]] == [
            tuple(row) + (None,) * (len(rows[0]) - len(row)) for row in one.rows
        ]
    text = as_csv([found[3].columns, *found[3].rows]).decode()
    assert text.splitlines()[0].startswith("category,notices,items")
    assert as_csv([["=cmd()"]]) == b"'=cmd()\r\n"


@pytest.mark.long
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_the_workbook_and_reads_the_same_figures(made: Any, tmp_path: Path):
    _, found, _ = made
    book = tmp_path / "tables.xlsx"
    book.write_bytes(as_xlsx({t.name: [t.columns, *t.rows] for t in found}))
    script = Path(__file__).parents[2] / "scripts" / "check-workbook"
    said = subprocess.run([script, book], capture_output=True, text=True, check=True).stdout
    assert said.count("== tables-") == len(found)
    total = table(found, "5_own_initiative_illegal")["TOTAL"]
    assert ",".join(str(v) for v in total.values()) in said.replace('"', "")
