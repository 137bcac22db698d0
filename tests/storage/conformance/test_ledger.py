"""What every store promises of the ledger."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from builders import NOON, a_record, a_stored, an_id, keep
from palabre.application.ledger_ports import Place, Task
from palabre.application.ports import Store
from palabre.domain.article import Thread
from palabre.domain.ledger import BEGINNING, Entry, LineKind, Words, broken

SITE = "le-journal"


def an_entry(kind: LineKind = LineKind.REPORT, **changes: Any) -> Entry:
    return replace(
        Entry(id=an_id(), kind=kind, site_id=SITE, at=NOON, content={"n": 1, "é": ["a"]}), **changes
    )


def some_words(**changes: Any) -> Words:
    return replace(Words(salt=b"s" * 32, texts={"why": "Parce que."}, mailbox="m" * 64), **changes)


def test_lines_are_chained_in_their_order(store: Store):
    with store.writing() as unit:
        made = [unit.ledger.add(an_entry(), some_words()) for _ in range(3)]
    with store.reading() as unit:
        found = unit.ledger.chain(after=0, limit=9)
        assert found == made
        assert unit.ledger.head() == (3, made[-1].hash)
        assert unit.ledger.chain(after=1, limit=1) == made[1:2]
        assert unit.ledger.get(made[1].id) == made[1]
        assert unit.ledger.get(an_id()) is None
        assert unit.ledger.get("no identifier") is None
    assert [line.number for line in found] == [1, 2, 3]
    assert found[0].previous == BEGINNING
    assert broken(found) is None
    assert broken([found[0], found[2]]) == 2
    assert broken([found[0], replace(found[1], site_id="x"), found[2]]) == 2


def test_words_lie_apart_and_can_go_while_the_chain_holds(store: Store):
    with store.writing() as unit:
        kept = unit.ledger.add(an_entry(), some_words())
        lost = unit.ledger.add(an_entry(), some_words(mailbox="n" * 64))
        unit.ledger.erase_words([lost.id])
    with store.reading() as unit:
        assert unit.ledger.words(kept.id) == some_words()
        assert kept.commitment == some_words().commitment
        assert unit.ledger.words(lost.id) is None
        assert unit.ledger.with_words_of(["m" * 64, "n" * 64]) == [kept]
        assert broken(unit.ledger.chain(after=0, limit=9)) is None


def test_what_an_author_wrote_goes_with_the_comment(store: Store, thread: Thread):
    comment = keep(store, a_stored(thread)).comment.id
    with store.writing() as unit:
        theirs = unit.ledger.add(
            an_entry(LineKind.APPEAL, comment_id=comment), some_words(of_author=True)
        )
        others = unit.ledger.add(an_entry(comment_id=comment), some_words())
        unit.comments.erase_words(comment)
    with store.reading() as unit:
        assert unit.ledger.words(theirs.id) is None
        assert unit.ledger.words(others.id) is not None
        assert unit.ledger.of_comment(comment, LineKind.REPORT) == [others]
        assert unit.ledger.of_comment(comment) == [theirs, others]


def test_tasks_come_by_rank_then_by_time_and_leave_once(store: Store):
    hour = timedelta(hours=1)
    with store.writing() as unit:
        late = unit.ledger.add(an_entry(), task=Task(due_at=NOON + 2 * hour))
        soon = unit.ledger.add(an_entry(), task=Task(due_at=NOON + hour))
        first = unit.ledger.add(an_entry(), task=Task(due_at=NOON + 3 * hour, rank=0))
        unit.ledger.add(an_entry(site_id="autre"), task=Task(due_at=NOON))
        unit.ledger.add(an_entry(LineKind.APPEAL), task=Task(due_at=NOON))
    with store.reading() as unit:

        def page(after: str | None, limit: int = 9) -> list[str]:
            found = unit.ledger.waiting(LineKind.REPORT, site_ids=[SITE], after=after, limit=limit)
            return [w.line.id for w in found]

        assert page(None) == [first.id, soon.id, late.id]
        assert page(first.id, 1) == [soon.id]
        assert page(late.id) == []
        counted = unit.ledger.count_waiting(site_ids=[SITE])
        assert counted == {LineKind.REPORT: 3, LineKind.APPEAL: 1}
    with store.writing() as unit:
        assert unit.ledger.done(soon.id)
        assert not unit.ledger.done(soon.id)
    with store.reading() as unit:
        found = unit.ledger.waiting(LineKind.REPORT, site_ids=[SITE], after=None, limit=9)
        assert [w.line.id for w in found] == [first.id, late.id]


def test_lines_are_found_by_subject_time_and_site(store: Store):
    with store.writing() as unit:
        report = unit.ledger.add(an_entry())
        answer = unit.ledger.add(
            an_entry(LineKind.ANSWER, subject=report.id, at=NOON + timedelta(days=1))
        )
    both = (LineKind.REPORT, LineKind.ANSWER)
    with store.reading() as unit:
        ledger = unit.ledger
        assert ledger.answers(report.id, LineKind.ANSWER) == [answer]
        assert list(ledger.between(both, NOON, NOON + timedelta(days=1))) == [report]
        assert ledger.of_kind(both, site_ids=[SITE], before=None, limit=9) == [answer, report]
        assert ledger.of_kind(both, site_ids=[SITE], before=2, limit=9) == [report]
        assert ledger.of_kind(both, site_ids=["autre"], before=None, limit=9) == []


def test_decisions_that_no_line_holds_are_found(store: Store, thread: Thread):
    stored = keep(store, a_stored(thread))
    with store.writing() as unit:
        second = a_record(stored, note="Vu.")
        unit.decisions.add(second)
        (site, first), _ = unit.ledger.loose(limit=9)
        assert site == SITE
        unit.ledger.add(an_entry(LineKind.DECISION, subject=first.id))
    with store.reading() as unit:
        assert unit.ledger.loose(limit=9) == [(SITE, replace(second, note=None))]
        assert unit.ledger.loose(limit=9, everywhere=True) == unit.ledger.loose(limit=9)
        assert unit.ledger.decisions([first.id, an_id()]) == {first.id: first}


def test_how_far_a_system_was_told_is_kept(store: Store):
    place = Place(name="cms", number=3, due_at=NOON)
    with store.writing() as unit:
        assert unit.ledger.place("cms") is None
        unit.ledger.keep_place(place)
        unit.ledger.keep_place(replace(place, number=4, status="500"))
    with store.reading() as unit:
        assert unit.ledger.place("cms") == replace(place, number=4, status="500")
