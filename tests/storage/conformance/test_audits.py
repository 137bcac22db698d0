"""What every store promises about the audit sample, and about places that change with events."""

from dataclasses import replace
from datetime import timedelta

from builders import NOON, a_decision, a_moderator, a_record, a_stored, an_id, keep
from palabre.application.ledger_ports import Task
from palabre.application.ports import Store, Stored
from palabre.domain.article import Thread
from palabre.domain.audit import Answer, Draw
from palabre.domain.comment import Status
from palabre.domain.decision import Verdict
from palabre.domain.ledger import Entry, LineKind
from palabre.domain.waiting import Weight

HERE = (("le-journal", None),)
A, B = "018f0000-0000-7000-8000-00000000000a", "018f0000-0000-7000-8000-00000000000b"


def drawn(store: Store, stored: Stored, *, wanted: int = 1, section: str | None = None) -> Draw:
    record = a_record(stored, a_decision(Verdict.PUBLISH))
    draw = Draw(
        decision_id=record.id,
        comment_id=stored.comment.id,
        site_id="le-journal",
        section_id=section,
        verdict=Verdict.PUBLISH,
        rules=("insult", "spam"),
        share=0.02,
        wanted=wanted,
        drawn_at=NOON,
    )
    with store.writing() as unit:
        unit.decisions.add(record)
        unit.audits.add(draw)
    return draw


def an_answer(draw: Draw, who: str, verdict: Verdict = Verdict.PUBLISH) -> Answer:
    rule = "insult" if verdict is Verdict.REFUSE else None
    return Answer(
        decision_id=draw.decision_id, moderator_id=who, verdict=verdict, rule=rule, at=NOON
    )


def offered(store: Store, who: str, places: tuple[tuple[str, str | None], ...] = HERE) -> list[str]:
    with store.reading() as unit:
        return [d.decision_id for d in unit.audits.open(places, who, limit=9)]


def test_what_was_drawn_wants_as_many_answers_as_it_says_each_from_another(
    store: Store, thread: Thread
):
    once, twice = (drawn(store, keep(store, a_stored(thread)), wanted=n) for n in (1, 2))
    assert offered(store, A) == [once.decision_id, twice.decision_id]
    with store.writing() as unit:
        assert unit.audits.answer(an_answer(once, A))
        assert unit.audits.answer(an_answer(twice, A))
        assert not unit.audits.answer(an_answer(twice, A, Verdict.REFUSE))
    assert offered(store, A) == []
    assert offered(store, B) == [twice.decision_id]
    with store.writing() as unit:
        assert unit.audits.answer(replace(an_answer(twice, B, Verdict.REFUSE), at=NOON))
    assert offered(store, B) == []
    with store.reading() as unit:
        first, second = unit.audits.since(["le-journal"], NOON)
        assert first.draw == replace(once, answered=1)
        assert second.answers == (an_answer(twice, A), an_answer(twice, B, Verdict.REFUSE))
        assert unit.audits.get(once.decision_id) == first
        assert unit.audits.get(an_id()) is None
        assert unit.audits.get("nothing") is None
        assert unit.audits.since(["gazette"], NOON) == []
        assert unit.audits.since(["le-journal"], NOON + timedelta(seconds=1)) == []


def test_nobody_is_asked_about_what_they_have_seen_or_may_not_see(store: Store, thread: Thread):
    stored = keep(store, a_stored(thread))
    draw = drawn(store, stored, section="sport")
    me = a_moderator()
    with store.writing() as unit:
        unit.decisions.add(a_record(stored, a_decision(Verdict.PUBLISH), moderator=me))
    assert offered(store, me.id) == []
    assert offered(store, A, ()) == []
    assert offered(store, A, (("le-journal", "politique"),)) == []
    assert offered(store, A, (("le-journal", "sport"),)) == [draw.decision_id]
    with store.writing() as unit:
        unit.comments.move(stored.comment.id, Status.DELETED)
    assert offered(store, A) == []


def test_the_latest_decisions_come_oldest_first(store: Store, thread: Thread):
    stored = keep(store, a_stored(thread))
    with store.writing() as unit:
        before = unit.audits.recent(["le-journal"], limit=99)
        records = [a_record(stored, a_decision(v)) for v in (Verdict.HOLD, Verdict.PUBLISH)]
        for record in records:
            unit.decisions.add(record)
    with store.reading() as unit:
        assert list(unit.audits.recent(["le-journal"], limit=99)) == [*before, *records]
        assert list(unit.audits.recent(["le-journal"], limit=1)) == records[1:]
        assert list(unit.audits.recent(["gazette"], limit=9)) == []


def test_what_waits_is_found_when_its_conversation_has_grown_by_a_tenth(
    store: Store, thread: Thread
):
    waiting = keep(store, a_stored(thread, status=Status.HELD)).comment
    with store.writing() as unit:
        weight = Weight(harm=0.5, reach=9, rule="insult", votes=3, reports=2)
        unit.work.weigh(waiting.id, weight, NOON)
        entry = unit.work.entry(waiting.id)
        assert entry is not None
        assert entry.weight == weight
        assert entry.priority == weight.key(NOON)
    public = [keep(store, a_stored(thread)).comment.id for _ in range(10)]
    with store.reading() as unit:
        assert unit.work.outgrown(public[-1:], limit=9) == []
    public.append(keep(store, a_stored(thread)).comment.id)
    with store.reading() as unit:
        assert unit.work.outgrown(public[-1:], limit=9) == [(entry, 11)]
        assert unit.work.outgrown([], limit=9) == []


def test_what_was_reported_comes_by_rank_and_then_by_turn(store: Store, thread: Thread):
    stored = keep(store, a_stored(thread))
    lines = []
    with store.writing() as unit:
        for rank, turn in ((2, None), (2, 5.0), (1, 9.0)):
            entry = Entry(
                id=an_id(),
                kind=LineKind.REPORT,
                site_id="le-journal",
                comment_id=stored.comment.id,
                at=NOON,
                content={"category": "insult"},
            )
            task = Task(due_at=NOON, rank=rank, turn=turn)
            lines.append(unit.ledger.add(entry, None, task))

    def order() -> list[str]:
        asked = {"site_ids": ["le-journal"], "limit": 9}
        with store.reading() as unit:
            found = unit.ledger.waiting(LineKind.REPORT, after=None, **asked)
            rest = unit.ledger.waiting(LineKind.REPORT, after=found[0].line.id, **asked)
            assert rest == found[1:]
            return [each.line.id for each in found]

    by_due, early, urgent = (line.id for line in lines)
    assert order() == [urgent, early, by_due]
    with store.writing() as unit:
        assert [x.id for x in unit.ledger.waiting_on(stored.comment.id)] == [by_due, early, urgent]
        assert unit.ledger.waiting_on(an_id()) == []
        unit.ledger.reweigh([by_due], -1.0)
    assert order() == [urgent, by_due, early]
