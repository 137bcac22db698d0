"""What every store promises of learned layers and of traces."""

from datetime import timedelta

import pytest

from builders import NOON, a_body, a_decision, a_record, a_stored, keep, open_thread
from lesson_builders import a_layer
from palabre.application.lesson_ports import LayerUse
from palabre.application.ports import Store
from palabre.application.trace_ports import Mark, Trace
from palabre.domain.comment import Status
from palabre.domain.decision import ENGINE, Actor, ActorKind, Verdict


def test_layers_are_numbered_and_the_latest_use_counts(store: Store):
    with store.writing() as unit:
        for number in (1, 2):
            unit.lessons.add(a_layer(number))
            unit.lessons.use(LayerUse(site_id="le-journal", number=number, at=NOON, by="engine"))
        unit.lessons.use(LayerUse(site_id="le-journal", number=1, at=NOON, by="zoe"))
    with store.reading() as unit:
        assert [one.number for one in unit.lessons.layers("le-journal", limit=9)] == [2, 1]
        assert unit.lessons.layer("le-journal", 2) == a_layer(2)
        assert unit.lessons.layer("le-journal", 3) is None
        assert unit.lessons.in_use("autre") is None
        used = unit.lessons.in_use("le-journal")
        assert used == LayerUse(site_id="le-journal", number=1, at=NOON, by="zoe")
        assert [one.number for one in unit.lessons.uses("le-journal", limit=2)] == [1, 2]


def test_what_moderators_decided_teaches_while_it_stands_and_has_its_words(store: Store):
    thread = open_thread(store)
    by_claire = Actor(ActorKind.MODERATOR, "claire")
    refusal = a_decision(Verdict.REFUSE, rules=("insult",))
    status = {Verdict.REFUSE: Status.REFUSED, Verdict.PUBLISH: Status.PUBLISHED}

    def decided(*decisions, last_by=by_claire) -> str:
        stored = keep(store, a_stored(thread, status=status[decisions[-1].verdict]))
        with store.writing() as unit:
            for number, decision in enumerate(decisions, 1):
                by = last_by if number == len(decisions) else by_claire
                unit.decisions.add(a_record(stored, decision=decision, actor=by))
        return stored.comment.id

    keep(store, a_stored(thread))
    first = decided(refusal)
    decided(refusal, last_by=ENGINE)
    second = decided(a_decision(), refusal)
    freed = decided(refusal, a_decision())
    erased = decided(refusal)
    with store.writing() as unit:
        unit.comments.erase_words(erased)
    with store.reading() as unit:
        refused = unit.lessons.taught("le-journal", Verdict.REFUSE, limit=9)
        assert [(one.comment_id, one.rules) for one in refused] == [
            (second, ("insult",)),
            (first, ("insult",)),
        ]
        assert refused[0].text == a_body().text
        newest = unit.lessons.taught("le-journal", Verdict.REFUSE, limit=1)
        assert [one.comment_id for one in newest] == [second]
        published = unit.lessons.taught("le-journal", Verdict.PUBLISH, limit=9)
        assert [one.comment_id for one in published] == [freed]
        assert unit.lessons.taught("autre", Verdict.REFUSE, limit=9) == []


def test_traces_are_sums_and_tell_what_came_elsewhere(store: Store):
    one, two = "a" * 32, "b" * 32
    with store.writing() as unit:
        unit.traces.add([Mark(key=one, site_id="x", seen=1.0)], NOON)
        unit.traces.add(
            [Mark(key=two, site_id="x", good=2.0), Mark(key=one, site_id="y", seen=0.5, bad=1.5)],
            NOON + timedelta(days=1),
        )
    with store.reading() as unit:
        assert unit.traces.of([one, two, "c" * 32]) == {
            one: Trace(home="x", seen=1.5, elsewhere=0.5, bad=1.5),
            two: Trace(home="x", good=2.0),
        }
    with store.writing() as unit:
        unit.traces.forget([one, "c" * 32])
        assert set(unit.traces.of([one, two])) == {two}


def test_a_transaction_that_fails_leaves_no_trace(store: Store):
    def fail() -> None:
        with store.writing() as unit:
            unit.traces.add([Mark(key="d" * 32, site_id="x", seen=1.0)], NOON)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with store.reading() as unit:
        assert unit.traces.of(["d" * 32]) == {}
