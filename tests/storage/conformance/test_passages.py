"""What every store promises about comments on passages."""

from dataclasses import replace

from builders import a_stored, an_id, keep
from palabre.application.passage_ports import Mark
from palabre.application.ports import Sort, Store, Stored
from palabre.domain.article import Thread
from palabre.domain.comment import Status
from palabre.domain.passage import Passage

A = Passage(exact="une voix", prefix="à ", suffix=" près 👍🏽", start=10, end=18, fragment="fig-1")
B = Passage(exact="le budget")


def on(store: Store, thread: Thread, passage: Passage, **changes: Status) -> Stored:
    return keep(store, replace(a_stored(thread, **changes), passage=passage))


def test_a_passage_comes_back_as_it_was_stored(store: Store, thread: Thread):
    stored = on(store, thread, A)
    with store.reading() as unit:
        assert unit.comments.stored(stored.comment.id) == stored
        roots = unit.comments.roots(thread.id, Sort.NEWEST, limit=5, after=None)
    assert [root.passage for root in roots] == [A]


def test_marks_count_what_readers_see(store: Store, thread: Thread):
    first = on(store, thread, A)
    on(store, thread, B)
    on(store, thread, B, status=Status.HELD)
    on(store, thread, replace(A, start=50, end=58))
    keep(store, a_stored(thread, parent=first))
    keep(store, a_stored(thread))
    with store.reading() as unit:
        marks = unit.passages.marks(thread.id, limit=50)
        assert [(m.passage.key, m.count) for m in marks] == [(A.key, 3), (B.key, 1)]
        assert unit.passages.marks(thread.id, limit=1) == [
            Mark(passage=replace(A, start=50, end=58), count=1)
        ]
        assert unit.passages.marks(an_id(), limit=50) == []


def test_roots_by_passage(store: Store, thread: Thread):
    first, second = on(store, thread, A), on(store, thread, B)
    third = on(store, thread, A)
    held = on(store, thread, A, status=Status.HELD)
    keep(store, a_stored(thread))

    def ids(keys: list[str] | None, after: str | None = None, limit: int = 10) -> list[str]:
        with store.reading() as unit:
            found = unit.passages.roots(thread.id, keys=keys, limit=limit, after=after)
        return [s.comment.id for s in found]

    one, two, three = (s.comment.id for s in (first, second, third))
    assert ids(None) == [three, two, one]
    assert ids([A.key]) == [three, one]
    assert ids([A.key, B.key], after=three) == [two, one]
    assert ids(None, limit=1) == [three]
    assert ids([]) == []
    with store.writing() as unit:
        unit.comments.move(held.comment.id, Status.PUBLISHED)
    assert ids([A.key])[0] == held.comment.id


def test_erasing_the_words_takes_the_passage_along(store: Store, thread: Thread):
    stored = on(store, thread, A)
    with store.writing() as unit:
        unit.comments.erase_words(stored.comment.id)
    with store.reading() as unit:
        found = unit.comments.stored(stored.comment.id)
        assert found is not None
        assert found.passage is None
        assert unit.passages.marks(thread.id, limit=5) == []
